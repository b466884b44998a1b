/** What is on, was on and will be: as a grid, as a list, or what was looked for. The address says all of it. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { live } from "../api/live";
import { queryClient } from "../api/queries";
import type { Channel } from "../api/types";
import { useText } from "../i18n";
import { player } from "../playback";
import { channelsOf, useLineup, type Lineup } from "../shell/station";
import { Failure } from "../ui";
import { NoChannels } from "../watch/NoChannels";
import { useNow } from "../watch/time";
import { readTime, useAddress, writeTime } from "./address";
import { dayStart, reach } from "./calendar";
import { ChannelDay } from "./ChannelDay";
import { Found } from "./Found";
import { Grid } from "./Grid";
import { GridSkeleton } from "./GridSkeleton";
import { Listing } from "./Listing";
import { useListFirst } from "./measures";
import { GUIDE } from "./queries";
import { Sheet } from "./Sheet";
import { handleGuideKey } from "./toolKeys";
import { Toolbar, type View } from "./Toolbar";
import { useZone } from "./zone";

/** A guide that is being read changes many times in a minute. */
const NEWS_MS = 3_000;

export function GuidePage() {
  const lineup = useLineup();
  useNews();
  useEffect(() => {
    addEventListener("keydown", handleGuideKey);
    return () => removeEventListener("keydown", handleGuideKey);
  }, []);
  if (lineup.error) return <Failure error={lineup.error} retry={lineup.retry} wholePage />;
  if (lineup.complete && lineup.channels.length === 0) return <NoChannels />;
  return <Guide lineup={lineup} />;
}

function Guide({ lineup }: { readonly lineup: Lineup }) {
  const t = useText();
  const now = useNow(20_000);
  const { address, adjust } = useAddress();
  const listFirst = useListFirst();
  const at = useMemo(() => readTime(address.at), [address.at]);
  const view: View = address.q ? "found" : (address.view ?? (listFirst ? "list" : "grid"));
  const watch = useWatch();
  const { opened, open, replace, close } = useSheet();
  const [jumps, setJumps] = useState(0);
  const jump = (to: number | null) => {
    setJumps(jumps + 1);
    adjust({ at: to === null ? undefined : writeTime(to) });
  };
  const search = useCallback((q: string) => adjust({ q: q || undefined, channel: undefined, day: undefined, new: undefined, programme: undefined }), [adjust]);
  return (
    <div className="guide" data-open={opened !== null || undefined}>
      <title>{`${t.guide.title} · Telecast`}</title>
      <div className="guide-main">
        <Toolbar lineup={lineup} address={address} view={view} adjust={adjust} search={search} now={now} at={at} jump={jump} />
        {view === "found" ? (
          <Found address={address} adjust={adjust} lineup={lineup} now={now} openProgramme={open} />
        ) : (
          <Programmes lineup={lineup} view={view} at={at} now={now} jumps={jumps} jump={jump} open={opened} openProgramme={open} watch={watch} />
        )}
      </div>
      {opened !== null && <Sheet key={opened} id={opened} byId={lineup.byId} now={now} watch={watch} replace={replace} close={close} />}
    </div>
  );
}

interface ProgrammesProps {
  readonly lineup: Lineup;
  readonly view: View;
  readonly at: number | null;
  readonly now: number;
  readonly jumps: number;
  readonly jump: (at: number | null) => void;
  readonly open: string | null;
  readonly openProgramme: (id: string) => void;
  readonly watch: (channel: Channel) => void;
}

function Programmes({ lineup, view, at, now, jumps, jump, open, openProgramme, watch }: ProgrammesProps) {
  const t = useText();
  const zone = useZone();
  const { address, adjust } = useAddress();
  const { channels: all, byId, bouquets } = lineup;
  const bouquet = bouquets.find(({ id }) => id === address.bouquet);
  const channels = useMemo(() => (bouquet ? channelsOf({ channels: all, byId, bouquets: [bouquet] }, bouquet.id) : all), [all, byId, bouquet]);
  const genre = address.genre ?? null;
  const settled = useCallback(
    (moment: number | null, row: string | null) => adjust({ at: moment === null ? undefined : writeTime(moment), row: row ?? undefined }),
    [adjust],
  );
  if (!lineup.loaded) return <GridSkeleton list={view === "list"} />;
  if (channels.length === 0) return <p className="guide-note">{t.guide.emptyBouquet}</p>;
  const one = view === "list" ? lineup.byId.get(address.channel ?? "") : undefined;
  if (one) {
    const day = dayStart(at ?? now, zone);
    return <ChannelDay key={`${one.id} ${day}`} channel={one} at={at} now={now} open={open} openProgramme={openProgramme} watch={watch} jump={jump} />;
  }
  if (view === "list") return <Listing channels={channels} at={at} now={now} genre={genre} open={open} openProgramme={openProgramme} />;
  return (
    <Grid
      // A new day, and other channels, are another grid.
      key={`${reach(now, zone).from} ${address.bouquet ?? ""}`}
      channels={channels}
      at={at}
      row={address.row ?? null}
      jump={jumps}
      genre={genre}
      open={open}
      openProgramme={openProgramme}
      watch={watch}
      settled={settled}
    />
  );
}

/** Goes to a channel's picture as the list of channels does: the player first. */
function useWatch(): (channel: Channel) => void {
  const navigate = useNavigate();
  return useCallback(
    (channel) => {
      player.tune(channel.id);
      void navigate({ to: "/watch/$channel", params: { channel: channel.id } });
    },
    [navigate],
  );
}

/** The details: opening them is a step that the browser can go back, closing them takes that step back. */
function useSheet() {
  const { address, go, adjust } = useAddress();
  const opened = address.programme ?? null;
  const opener = useRef<Element | null>(null);
  /** Whether the step before this one is the guide without details. */
  const ours = useRef(false);

  const open = useCallback(
    (id: string) => {
      if (opened === null) {
        opener.current = document.activeElement;
        ours.current = true;
        go({ programme: id });
      } else {
        adjust({ programme: id });
      }
    },
    [opened, go, adjust],
  );
  const replace = useCallback((id: string) => adjust({ programme: id }), [adjust]);
  const close = useCallback(() => {
    if (ours.current) history.back();
    else adjust({ programme: undefined });
  }, [adjust]);

  const before = useRef(opened);
  useEffect(() => {
    if (before.current !== null && opened === null) {
      ours.current = false;
      giveBack(opener.current);
    }
    before.current = opened;
  }, [opened]);
  useEffect(() => {
    if (opened === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || (event.key !== "Escape" && event.key !== "GoBack")) return;
      event.preventDefault();
      close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [opened, close]);
  return { opened, open, replace, close };
}

/** The focus goes back to what opened the details; in the grid to the cursor, which has gone with the view. */
function giveBack(opener: Element | null): void {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body && !activeElement.closest(".guide-sheet")) return;
  const cursor = document.querySelector<HTMLElement>(".guide-grid [data-cursor]");
  if (cursor) cursor.focus({ preventScroll: true });
  else if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  else document.querySelector<HTMLElement>("button.airing, .guide-search input")?.focus();
}

/** The station tells when the guide has changed; what is in sight is then asked for anew. */
function useNews(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.subscribe("guide", () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queryClient.invalidateQueries({ queryKey: GUIDE });
      }, NEWS_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
}
