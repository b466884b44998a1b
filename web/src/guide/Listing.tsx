/** The guide as a list: each channel with what is on at a moment, and what follows. Virtualised like the list of channels. */
import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Channel } from "../api/types";
import { useLocale, useText } from "../i18n";
import { useFavourites } from "../shell/favourites";
import { Skeleton } from "../ui";
import { StarMark } from "../ui/Star";
import { Logo } from "../watch/Logo";
import { AiringItem } from "./AiringItem";
import { clockTime, reach } from "./calendar";
import { AT_REST, HOUR, clamp, windowsOf, type View } from "./chunks";
import { onAt } from "./layout";
import { Notes } from "./Notes";
import { useCalm } from "./useCalm";
import { useChunks, type Known } from "./useChunks";
import { fullDayName } from "./words";
import { useZone } from "./zone";

/** What follows is looked for in this time. */
const AHEAD = 5 * HOUR;

interface ListingProps {
  readonly channels: readonly Channel[];
  /** Null: what is on. */
  readonly at: number | null;
  readonly now: number;
  readonly genre: number | null;
  readonly open: string | null;
  readonly openProgramme: (id: string) => void;
}

/** In rem: two programmes beside each other, or on a phone one above the other. */
const ROW = 5;

function rowHeight(): number {
  return ROW * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

export function Listing({ channels, at, now, genre, open, openProgramme }: ListingProps) {
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const minute = Math.floor((at ?? now) / 60_000) * 60_000;
  const virtual = useVirtualizer({
    count: channels.length,
    getScrollElement: () => scroller.current,
    estimateSize: rowHeight,
    overscan: 4,
    // The row that has the focus stays, wherever the view is.
    rangeExtractor: (range: Range) => [...new Set([...defaultRangeExtractor(range), Math.min(focused, range.count - 1)])].toSorted((a, b) => a - b),
  });
  const items = virtual.getVirtualItems();
  const read = useCallback(
    (element: HTMLElement): View => {
      const height = rowHeight();
      const last = Math.max(0, channels.length - 1);
      return {
        first: clamp(Math.floor(element.scrollTop / height), 0, last),
        last: clamp(Math.floor((element.scrollTop + element.clientHeight) / height), 0, last),
        from: minute,
        to: minute + AHEAD,
      };
    },
    [channels.length, minute],
  );
  const calm = useCalm(scroller, read);
  const shown = { first: items.at(0)?.index ?? 0, last: items.at(-1)?.index ?? 0, from: minute, to: minute + AHEAD };
  const { from, to } = reach(now, zone);
  const bounds = useMemo(() => ({ from, to, rows: channels.length }), [from, to, channels.length]);
  const known = useChunks({ channels, shown, calm: calm?.view ?? null, drift: calm?.drift ?? AT_REST, bounds });
  const favourites = useFavourites();
  const title = at === null ? t.guide.list.title : `${fullDayName(t, minute, now, locale, zone)} · ${t.guide.list.at(clockTime(minute, locale, zone))}`;
  return (
    <>
      <Notes channels={channels} known={known} calm={calm} genre={genre} now={now} />
      <section className="guide-listing" aria-label={title}>
        <h2>{title}</h2>
        <div ref={scroller} className="guide-list-frame" onFocus={(event) => setFocused(rowOf(event.target) ?? 0)}>
          <ul className="guide-list" style={{ height: virtual.getTotalSize() }} aria-busy={known.pending}>
            {items.map(({ index, start, size }) => {
              const channel = channels[index];
              if (!channel) return null;
              return (
                <li
                  key={`${channel.id} ${index}`}
                  className="guide-list-row"
                  aria-setsize={channels.length}
                  aria-posinset={index + 1}
                  style={{ top: start, height: size }}
                >
                  <ListRow channel={channel} liked={favourites.has(channel.id)} known={known} at={minute} now={now} open={open} openProgramme={openProgramme} />
                </li>
              );
            })}
          </ul>
        </div>
      </section>
    </>
  );
}

/** Index of the row that an element is in. */
function rowOf(element: Element): number | null {
  const place = element.closest("li")?.getAttribute("aria-posinset");
  return place ? Number(place) - 1 : null;
}

interface RowProps {
  readonly channel: Channel;
  readonly liked: boolean;
  readonly known: Known;
  readonly at: number;
  readonly now: number;
  readonly open: string | null;
  readonly openProgramme: (id: string) => void;
}

function ListRow({ channel, liked, known, at, now, open, openProgramme }: RowProps) {
  const t = useText();
  const [first, last] = windowsOf(at, at + AHEAD);
  const windows = Array.from({ length: last - first + 1 }, (_, step) => known.row(channel.id, first + step));
  const here = windows[0] !== undefined;
  const on = onAt(windows.flatMap((row) => row?.airings ?? []), at);
  return (
    <>
      <Link to="/guide" search={(before) => ({ ...before, view: "list", channel: channel.id })} preload={false} className="guide-list-channel">
        <span className="channel-number">{channel.number}</span>
        <Logo channel={channel} />
        <span className="channel-name">{channel.name}</span>
        {liked && <span className="visually-hidden">{t.favourites.favourite}</span>}
        {liked && <StarMark liked />}
      </Link>
      <div className="guide-list-airings">
        {!here && <Skeleton width="60%" />}
        {here && !on.now && !on.next && <p className="airing-none">{t.watch.noGuide}</p>}
        {on.now && <AiringItem airing={on.now} now={now} selected={on.now.id === open} open={openProgramme} />}
        {on.next && <AiringItem airing={on.next} now={now} selected={on.next.id === open} open={openProgramme} />}
      </div>
    </>
  );
}
