/**
 * The channels of a bouquet: searched, virtualised, with what is on. One list box: the focus stays on it (or in the
 * search field) while the active row moves, so it is never lost when rows leave the screen.
 */
import { useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { AudioLines, Search, X } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { nowNext } from "../api/queries";
import type { Channel, NowNext } from "../api/types";
import { useText } from "../i18n";
import { usePlayer } from "../playback";
import { isStarKey, like, useFavourites, type Favourites } from "../shell/favourites";
import { prefer, usePreferences } from "../shell/preferences";
import { channelsOf, search, type Lineup } from "../shell/station";
import { Failure, IconButton, Skeleton } from "../ui";
import { StarMark } from "../ui/Star";
import { Logo } from "./Logo";
import { Progress, useNow } from "./time";

/** Rows whose programmes are asked for together; blocks are aligned so that scrolling back asks nothing again. */
const GUIDE_BLOCK = 24;

interface ListProps {
  readonly lineup: Lineup;
  readonly tune: (channel: Channel) => void;
  readonly searchField: RefObject<HTMLInputElement | null>;
}

export function ChannelPanel({ lineup, tune, searchField }: ListProps) {
  const t = useText();
  const { bouquet } = usePreferences();
  const [query, setQuery] = useState("");
  const { channels, byId, bouquets } = lineup;
  const chosen = bouquets.find(({ id }) => id === bouquet);
  const rows = useMemo(
    () => search(query || !chosen ? channels : channelsOf({ channels, byId, bouquets: [chosen] }, chosen.id), query),
    [channels, byId, chosen, query],
  );
  const favourites = useFavourites();
  const list = useListBox({ rows, of: `${chosen?.id ?? ""} ${query}` }, tune, query !== "", favourites);

  if (lineup.error) return <Failure error={lineup.error} retry={lineup.retry} />;
  return (
    <>
      <div className="channel-head">
        <div className="search">
          <Search size={18} aria-hidden />
          <input
            ref={searchField}
            type="search"
            role="combobox"
            aria-label={t.watch.searchChannels}
            placeholder={t.watch.searchChannels}
            aria-expanded="true"
            aria-controls={list.id}
            aria-activedescendant={list.activeId}
            autoComplete="off"
            spellCheck={false}
            enterKeyHint="go"
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.key === "Escape" && query !== "") {
                setQuery("");
                event.stopPropagation();
              } else {
                list.onKeyDown(event, { typing: true });
              }
            }}
          />
          {query && (
            <IconButton label={t.watch.clearSearch} onClick={() => { setQuery(""); searchField.current?.focus(); }}>
              <X size={18} aria-hidden />
            </IconButton>
          )}
        </div>
        {query === "" && (lineup.bouquets.length > 0 || !lineup.loaded) && <BouquetPicker lineup={lineup} selected={bouquet} />}
      </div>
      <Rows rows={rows} lineup={lineup} list={list} query={query} favourites={favourites} />
      <p className="visually-hidden" role="status">
        {lineup.loaded && query ? t.watch.count(rows.length) : ""}
      </p>
    </>
  );
}

function BouquetPicker({ lineup, selected }: { readonly lineup: Lineup; readonly selected: string | null }) {
  const t = useText();
  const known = lineup.bouquets.some(({ id }) => id === selected);
  const options = [{ id: "", name: t.watch.allChannels }, ...lineup.bouquets];
  const name = useId();
  return (
    <fieldset className="chips">
      <legend className="visually-hidden">{t.watch.bouquets}</legend>
      {options.map((option) => (
        <label key={option.id} className="chip">
          <input
            type="radio"
            name={name}
            checked={known ? option.id === selected : option.id === ""}
            onChange={() => prefer({ bouquet: option.id === "" ? null : option.id })}
            onFocus={(event) => event.target.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" })}
          />
          <span>{option.name}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface ListBox {
  readonly id: string;
  readonly active: number;
  readonly activeId: string | undefined;
  /** By keys, not by a change of channel. */
  readonly moved: boolean;
  readonly setActive: (index: number) => void;
  readonly tune: (channel: Channel) => void;
  readonly onKeyDown: (event: KeyboardEvent, how?: { readonly typing: boolean }) => void;
  readonly optionId: (index: number) => string;
}

/** Rows moved by Page Up and Page Down. */
const PAGE_ROWS = 8;

function useListBox({ rows, of }: { readonly rows: readonly Channel[]; readonly of: string }, tune: (channel: Channel) => void, searching: boolean, favourites: Favourites): ListBox {
  const id = useId();
  const playing = usePlayer((state) => state.channelId);
  // The active row is the channel on air (or the best match), until keys move it; a new list or a new channel takes it back.
  const [moved, setMoved] = useState<{ readonly of: string; readonly playing: string | null; readonly to: number } | null>(null);
  const onAir = useMemo(() => rows.findIndex((channel) => channel.id === playing), [rows, playing]);
  const byKeys = moved !== null && moved.of === of && moved.playing === playing;
  const active = byKeys ? Math.min(moved.to, rows.length - 1) : searching ? 0 : onAir;
  const setActive = (to: number) => setMoved({ of, playing, to });
  const optionId = (index: number) => `${id}-${index}`;
  const shown = rows[active] ? active : -1;

  const onKeyDown = (event: KeyboardEvent, { typing } = { typing: false }) => {
    const last = rows.length - 1;
    const to: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, shown + 1),
      ArrowUp: Math.max(0, shown - 1),
      PageDown: Math.min(last, shown + PAGE_ROWS),
      PageUp: Math.max(0, shown - PAGE_ROWS),
      ...(typing ? {} : { Home: 0, End: last }),
    };
    const next = to[event.key];
    if (event.key === "Enter" || (event.key === " " && !typing)) {
      const channel = rows[Math.max(0, shown)];
      if (channel) tune(channel);
    } else if (!typing && isStarKey(event)) {
      const channel = rows[Math.max(0, shown)];
      if (channel && !event.repeat) void like(channel, !favourites.has(channel.id));
    } else if (next !== undefined && last >= 0) {
      setActive(next);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return { id, active: shown, moved: byKeys, activeId: shown >= 0 ? optionId(shown) : undefined, setActive, tune, onKeyDown, optionId };
}

interface RowsProps {
  readonly rows: readonly Channel[];
  readonly lineup: Lineup;
  readonly list: ListBox;
  readonly query: string;
  readonly favourites: Favourites;
}

function rowHeight(): number {
  return 4 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function Rows({ rows, lineup, list, query, favourites }: RowsProps) {
  const t = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(20_000);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: rowHeight,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const guide = useGuide(rows, items.at(0)?.index ?? 0, items.at(-1)?.index ?? 0);
  const { active, moved } = list;
  useEffect(() => {
    // Keys move step by step; whoever comes from elsewhere finds the channel on air in the middle.
    if (active >= 0) virtual.scrollToIndex(active, { align: moved ? "auto" : "center" });
  }, [active, moved, virtual]);
  const playing = usePlayer((state) => state.channelId);

  if (!lineup.loaded) return <RowSkeletons />;
  if (rows.length === 0) {
    return <p className="list-empty">{query ? t.watch.noMatch(query) : t.watch.emptyBouquet}</p>;
  }
  return (
    <div
      ref={scroller}
      id={list.id}
      className="channel-list"
      role="listbox"
      tabIndex={0}
      aria-label={t.watch.channels}
      aria-activedescendant={list.activeId}
      onKeyDown={list.onKeyDown}
      onFocus={() => {
        if (list.active < 0) list.setActive(0);
      }}
    >
      <div style={{ height: virtual.getTotalSize() }} className="channel-rows" role="presentation">
        {items.map(({ index, start, size }) => {
          const channel = rows[index];
          if (!channel) return null;
          return (
            <Row
              key={channel.id + String(index)}
              id={list.optionId(index)}
              channel={channel}
              guide={guide.get(channel.id)}
              now={now}
              position={{ index, start, size, of: rows.length }}
              active={index === active}
              playing={channel.id === playing}
              liked={favourites.has(channel.id)}
              tune={() => list.tune(channel)}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly channel: Channel;
  readonly guide: NowNext | undefined;
  readonly now: number;
  readonly position: { readonly index: number; readonly start: number; readonly size: number; readonly of: number };
  readonly active: boolean;
  readonly playing: boolean;
  readonly liked: boolean;
  readonly tune: () => void;
}

function Row({ id, channel, guide, now, position, active, playing, liked, tune }: RowProps) {
  const t = useText();
  const event = guide?.now ?? null;
  return (
    // The list box has the focus and the keys; a row only takes the pointer, at pointerdown to lose no time.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      className="channel-row"
      aria-selected={playing}
      aria-setsize={position.of}
      aria-posinset={position.index + 1}
      data-active={active || undefined}
      style={{ height: position.size, transform: `translateY(${position.start}px)` }}
      {...usePress(tune)}
    >
      <span className="channel-number">{channel.number}</span>
      <Logo channel={channel} />
      <span className="channel-words">
        <span className="channel-name">{channel.name}</span>
        <span className="channel-now">
          {guide === undefined ? <Skeleton width="60%" height="0.8em" /> : (event?.title ?? t.watch.noGuide)}
        </span>
      </span>
      {liked && <span className="visually-hidden">{t.favourites.favourite}</span>}
      <StarMark liked={liked} toggle={() => void like(channel, !liked)} />
      {playing && <AudioLines className="on-air" size={18} aria-hidden />}
      {event && <Progress event={event} now={now} />}
    </div>
  );
}

/**
 * A mouse acts when it goes down. A finger may be about to scroll, so it acts when it is lifted, which the browser
 * reports as a click; a click that follows a mouse's press is the same press.
 */
function usePress(action: () => void) {
  const pressed = useRef(false);
  return {
    onPointerDown: (event: React.PointerEvent) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      pressed.current = true;
      action();
    },
    onClick: () => {
      if (!pressed.current) action();
      pressed.current = false;
    },
  };
}

/** What is on, for the blocks of rows that are in sight. */
function useGuide(rows: readonly Channel[], first: number, last: number): ReadonlyMap<string, NowNext> {
  const blocks = [];
  for (let block = Math.floor(first / GUIDE_BLOCK); block <= Math.floor(last / GUIDE_BLOCK); block += 1) {
    const part = rows.slice(block * GUIDE_BLOCK, (block + 1) * GUIDE_BLOCK);
    blocks.push([...new Set(part.map(({ id }) => id))].toSorted());
  }
  return useQueries({
    queries: blocks.map(nowNext),
    combine: byChannel,
  });
}

function byChannel(results: readonly { readonly data?: { readonly items: NowNext[] } | undefined }[]): ReadonlyMap<string, NowNext> {
  return new Map(results.flatMap(({ data }) => data?.items ?? []).map((item) => [item.channel_id, item]));
}

function RowSkeletons() {
  const t = useText();
  return (
    <div className="channel-list" aria-busy="true" aria-label={t.common.loading} role="status">
      {["38%", "52%", "30%", "44%", "48%", "36%", "55%", "40%"].map((width) => (
        <div key={width} className="channel-row channel-row-skeleton">
          <Skeleton width="1.5em" />
          <Skeleton width="3rem" height="2rem" />
          <span className="channel-words">
            <Skeleton width={width} />
            <Skeleton width="70%" height="0.8em" />
          </span>
        </div>
      ))}
    </div>
  );
}

/** Tunes to where the list's order leads from the channel on air. */
export function neighbour(rows: readonly Channel[], current: string | null, step: 1 | -1): Channel | null {
  if (rows.length === 0) return null;
  const at = rows.findIndex(({ id }) => id === current);
  if (at < 0) return rows[step === 1 ? 0 : rows.length - 1] ?? null;
  return rows[(at + step + rows.length) % rows.length] ?? null;
}

