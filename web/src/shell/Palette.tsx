/** Ctrl-K, or the search key of a remote control: any channel, programme and action, a few letters away. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Dialog } from "radix-ui";
import { useEffect, useId, useMemo, useState, type KeyboardEvent } from "react";
import { writeTime } from "../guide/address";
import type { Airing } from "../guide/api";
import { shortDay } from "../guide/calendar";
import { foundFirst } from "../guide/queries";
import { useZone } from "../guide/zone";
import type { Channel } from "../api/types";
import { useLocale, useText } from "../i18n";
import { stationTime } from "../i18n/format";
import { player } from "../playback";
import { StarMark } from "../ui/Star";
import { Logo } from "../watch/Logo";
import { toggleFullscreen, togglePip } from "../watch/screen";
import { matching, type Command } from "./commands";
import { like, useFavourites } from "./favourites";
import { prefer, preferences } from "./preferences";
import { mayAdminister, mayProgramme, mayTalk, search, useAccount, useLineup } from "./station";
import { signOut } from "./signOut";

/** Rows shown of each kind; who wants more types another letter. */
const CHANNELS_SHOWN = 8;
const ACTIONS_SHOWN = 6;
const PROGRAMMES_SHOWN = 5;
/** The guide is asked when typing pauses, and not for a single letter. */
const PAUSE_MS = 250;
const LEAST_LETTERS = 2;

export default function Palette({ close }: { readonly close: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const lineup = useLineup();
  const favourites = useFavourites();
  const actions = useActions(lineup.byId.get(player.state.channelId ?? ""), favourites.has);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const id = useId();

  const channels = useMemo(() => {
    const all = search(lineup.channels, query);
    // Without words favourites come first; with words, what fits best.
    const first = query.trim() === "" ? favourites.list.flatMap((id) => lineup.byId.get(id) ?? []) : [];
    return [...new Set([...first, ...all])].slice(0, CHANNELS_SHOWN);
  }, [lineup.channels, lineup.byId, query, favourites.list]);
  const found = useMemo(() => matching(actions, query).slice(0, ACTIONS_SHOWN), [actions, query]);
  const programmes = useProgrammes(query);
  const afterChannels = channels.length + programmes.length;
  const total = afterChannels + found.length;

  const choose = (index: number) => {
    const channel = channels[index];
    const airing = programmes[index - channels.length];
    const action = found[index - afterChannels];
    close();
    if (channel) {
      player.tune(channel.id);
      void navigate({ to: "/watch/$channel", params: { channel: channel.id } });
    } else if (airing) {
      void navigate({ to: "/guide", search: { at: writeTime(Date.parse(airing.start)), row: airing.channel_id, programme: airing.id } });
    } else {
      action?.run();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive((active + 1) % Math.max(1, total));
    else if (event.key === "ArrowUp") setActive((active - 1 + total) % Math.max(1, total));
    else if (event.key === "Enter") choose(active);
    else return;
    event.preventDefault();
  };
  const optionId = (index: number) => `${id}-${index}`;
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active]);

  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">{t.palette.title}</Dialog.Title>
          <input
            role="combobox"
            aria-label={t.palette.title}
            aria-expanded="true"
            aria-controls={id}
            aria-activedescendant={total > 0 ? optionId(active) : undefined}
            placeholder={t.palette.placeholder}
            autoComplete="off"
            spellCheck={false}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
          />
          <div className="palette-list" id={id} role="listbox" aria-label={t.palette.title} tabIndex={-1}>
            {channels.length > 0 && (
              <div role="group" aria-label={t.palette.channels}>
                {channels.map((channel, index) => (
                  <PaletteRow key={channel.id} id={optionId(index)} active={index === active} choose={() => choose(index)}>
                    <Logo channel={channel} />
                    <span>{channel.name}</span>
                    {favourites.has(channel.id) && <span className="visually-hidden">{t.favourites.favourite}</span>}
                    {favourites.has(channel.id) && <StarMark liked />}
                    <small>{channel.number}</small>
                  </PaletteRow>
                ))}
              </div>
            )}
            {programmes.length > 0 && (
              <div role="group" aria-label={t.palette.programmes}>
                {programmes.map((airing, offset) => {
                  const index = channels.length + offset;
                  return (
                    <PaletteRow key={airing.id} id={optionId(index)} active={index === active} choose={() => choose(index)}>
                      <ProgrammeWords airing={airing} channel={lineup.byId.get(airing.channel_id)?.name} />
                    </PaletteRow>
                  );
                })}
              </div>
            )}
            {found.length > 0 && (
              <div role="group" aria-label={t.palette.actions}>
                {found.map((action, offset) => {
                  const index = afterChannels + offset;
                  return (
                    <PaletteRow key={action.id} id={optionId(index)} active={index === active} choose={() => choose(index)}>
                      <span>{action.label}</span>
                    </PaletteRow>
                  );
                })}
              </div>
            )}
          </div>
          {total === 0 && <p className="palette-empty">{t.palette.nothing}</p>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Programmes with the words that were typed, once typing pauses. */
function useProgrammes(query: string): readonly Airing[] {
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    const words = query.trim();
    const timer = setTimeout(() => setWanted(words.length < LEAST_LETTERS ? "" : words), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [query]);
  const { data } = useQuery(foundFirst(wanted, PROGRAMMES_SHOWN));
  return query.trim() === "" || wanted === "" ? NONE : (data ?? NONE);
}

const NONE: readonly Airing[] = [];

function ProgrammeWords({ airing, channel }: { readonly airing: Airing; readonly channel: string | undefined }) {
  const locale = useLocale();
  const zone = useZone();
  return (
    <>
      <span className="palette-title">{airing.title}</span>
      <small>{[channel, shortDay(Date.parse(airing.start), locale, zone), stationTime(airing.start, locale)].filter(Boolean).join(" · ")}</small>
    </>
  );
}

interface PaletteRowProps {
  readonly id: string;
  readonly active: boolean;
  readonly choose: () => void;
  readonly children: React.ReactNode;
}

function PaletteRow({ id, active, choose, children }: PaletteRowProps) {
  return (
    // The field above keeps the focus and has the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div id={id} role="option" aria-selected={active} className="palette-row" data-active={active || undefined} onClick={choose}>
      {children}
    </div>
  );
}

function useActions(onAir: Channel | undefined, isLiked: (id: string) => boolean): readonly Command[] {
  const t = useText();
  const navigate = useNavigate();
  const account = useAccount();
  const admin = mayAdminister(account);
  const programmer = mayProgramme(account);
  const talks = mayTalk(account);
  return useMemo(() => {
    const settings = (section: string) => () => void navigate({ to: "/settings/$section", params: { section } });
    const dark = preferences().theme !== "light";
    return [
      { id: "live", label: t.player.goLive, run: () => player.goLive() },
      { id: "mute", label: `${t.player.mute} · ${t.player.unmute}`, run: () => player.toggleMuted() },
      ...(onAir ? [{ id: "star", label: t.favourites.toggle(onAir.name), words: "star stern", run: () => void like(onAir, !isLiked(onAir.id)) }] : []),
      { id: "fullscreen", label: t.player.fullscreen, words: "fullscreen", run: () => void toggleFullscreen() },
      { id: "pip", label: t.player.pip, words: "pip", run: () => void togglePip() },
      { id: "theme", label: t.palette.toggleTheme, words: "theme", run: () => prefer({ theme: dark ? "light" : "dark" }) },
      ...(programmer ? [{ id: "stations", label: t.nav.channels, words: "channels sender program", run: () => void navigate({ to: "/channels" }) }] : []),
      ...(talks ? [{ id: "chat", label: t.nav.chat, words: "assistant assistent fragen ask", run: () => void navigate({ to: "/chat" }) }] : []),
      ...(admin ? [{ id: "status", label: t.status.title, words: "status sessions tuner", run: () => void navigate({ to: "/status" }) }] : []),
      ...(admin ? [{ id: "receivers", label: t.settings.receivers, words: "receiver", run: settings("receivers") }] : []),
      ...(admin
        ? [
            {
              id: "add",
              label: t.settings.addReceiver,
              run: () => void navigate({ to: "/welcome", search: { step: "source" } }),
            },
          ]
        : []),
      { id: "appearance", label: t.settings.appearance, words: "language sprache theme", run: settings("appearance") },
      { id: "account", label: t.settings.account, words: "account", run: settings("account") },
      { id: "en", label: "English", words: "language", run: () => prefer({ language: "en" }) },
      { id: "de", label: "Deutsch", words: "sprache", run: () => prefer({ language: "de" }) },
      { id: "out", label: t.palette.signOut, words: "logout", run: () => void signOut() },
    ];
  }, [t, navigate, admin, programmer, talks, onAir, isLiked]);
}
