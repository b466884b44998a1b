/**
 * The guide as a grid: channels down, time across, both virtualised. What is drawn follows the scroll position; what is
 * asked for, the address and the focus follow it when it rests (`useCalm`). The focus is a cursor (`focus.ts`), and the
 * block under it is always there, so that it is not lost when rows and blocks come and go.
 */
import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Channel } from "../api/types";
import { like, useFavourites } from "../shell/favourites";
import { useText } from "../i18n";
import { useNow } from "../watch/time";
import { nowEdge, reach } from "./calendar";
import { AT_REST, HOUR, clamp, type View } from "./chunks";
import type { Cursor } from "./focus";
import { GridHead } from "./GridHead";
import { GridRow } from "./GridRow";
import { toMs, toPx, type Scale } from "./layout";
import { useMeasures, type Measures } from "./measures";
import { Notes } from "./Notes";
import { useCalm, type Calm } from "./useCalm";
import { partsOf, useChunks } from "./useChunks";
import { useCursor } from "./useCursor";
import { useFollowing } from "./useFollowing";
import { useZone } from "./zone";

export interface GridProps {
  readonly channels: readonly Channel[];
  /** Where the view is to begin; null: where it shows what is on. */
  readonly at: number | null;
  /** Channel of the first row. */
  readonly row: string | null;
  /** Grows with each wish to see that time. */
  readonly jump: number;
  readonly genre: number | null;
  /** The programme whose details are open. */
  readonly open: string | null;
  readonly openProgramme: (id: string) => void;
  readonly watch: (channel: Channel) => void;
  /** The view has come to rest: at a moment (null: at what is on) and a row (null: the first). */
  readonly settled: (at: number | null, row: string | null) => void;
}

export function Grid(props: GridProps) {
  const { channels, at, row, genre, open } = props;
  const t = useText();
  const zone = useZone();
  const now = useNow(20_000);
  const measures = useMeasures();
  const scroller = useRef<HTMLDivElement>(null);
  const [time] = useState(() => reach(now, zone));
  const bounds = useMemo(() => ({ ...time, rows: channels.length }), [time, channels.length]);
  const scale = useMemo(() => ({ from: time.from, pxPerHour: measures.hour }), [time, measures.hour]);
  const [cursor, setCursor] = useState<Cursor>(() => ({ row: Math.max(0, channels.findIndex(({ id }) => id === row)), at: at ?? now, head: false }));

  const { rows, slots, items, from, to } = useVirtual({ channels, scroller, measures, scale, until: bounds.to, cursor, start: at ?? nowEdge(now), row });
  const readView = useCallback(
    (element: HTMLElement): View => {
      const left = Math.abs(element.scrollLeft);
      const inside = element.clientHeight - measures.head;
      return {
        first: Math.max(0, Math.ceil((element.scrollTop - 1) / measures.row)),
        last: clamp(Math.floor((element.scrollTop + inside + 1) / measures.row) - 1, 0, channels.length - 1),
        from: toMs(scale, left),
        to: toMs(scale, left + element.clientWidth - measures.channel),
      };
    },
    [measures, scale, channels.length],
  );
  const calm = useCalm(scroller, readView);
  const known = useChunks({
    channels,
    shown: { first: items.at(0)?.index ?? 0, last: items.at(-1)?.index ?? 0, from, to },
    calm: calm?.view ?? null,
    drift: calm?.drift ?? AT_REST,
    bounds,
  });
  const scrollTo = useCallback((ms: number) => scroller.current?.scrollTo({ left: toPx(scale, ms) }), [scale]);
  const scrollToRow = useCallback((index: number) => rows.scrollToIndex(index, { align: "start" }), [rows]);
  useFollowing({ ...props, now, calm, scrollTo, scrollToRow });
  useKeptPlace(scale, calm, scrollTo);
  const showRow = useCallback((index: number) => rows.scrollToIndex(index, { align: "auto" }), [rows]);
  const favourites = useFavourites();
  const star = useCallback((channel: Channel) => void like(channel, !favourites.has(channel.id)), [favourites]);
  const keys = useCursor({ ...props, star, cursor, setCursor, scroller, bounds, now, calm, readView, known, scrollTo, showRow });

  const edge = calm?.view.from ?? from;
  return (
    <>
      <Notes channels={channels} known={known} calm={calm} genre={genre} now={now} />
      <div
        ref={scroller}
        className="guide-grid"
        role="grid"
        aria-label={t.guide.grid}
        aria-rowcount={channels.length + 1}
        aria-colcount={-1}
        aria-busy={known.pending}
        tabIndex={-1}
        {...keys.handlers}
      >
        <div className="guide-canvas" role="presentation" style={{ width: measures.channel + toPx(scale, bounds.to), height: rows.getTotalSize(), ["--channel" as string]: `${measures.channel}px` }}>
          <GridHead slots={slots} scale={scale} measures={measures} edge={edge} now={now} zone={zone} />
          <div className="guide-now" aria-hidden style={{ insetInlineStart: measures.channel + toPx(scale, now) }} />
          {items.map(({ index, start }) => {
            const channel = channels[index];
            if (!channel) return null;
            const own = index === cursor.row;
            const drawn = own && !cursor.head ? { from: Math.min(from, cursor.at), to: Math.max(to, cursor.at + 1) } : { from, to };
            return (
              <GridRow
                key={`${channel.id} ${index}`}
                channel={channel}
                liked={favourites.has(channel.id)}
                index={index}
                top={start}
                {...partsOf(known, channel.id, drawn.from, drawn.to)}
                from={from}
                to={to}
                edge={edge}
                scale={scale}
                measures={measures}
                now={now}
                cursor={own ? (cursor.head ? "head" : cursor.at) : null}
                genre={genre}
                open={open}
              />
            );
          })}
        </div>
      </div>
      {keys.typed}
    </>
  );
}

/** Text of another size makes hours of another width: the view stays at its time. */
function useKeptPlace(scale: Scale, calm: Calm | null, scrollTo: (ms: number) => void): void {
  const before = useRef(scale);
  useEffect(() => {
    if (before.current === scale) return;
    const { from, pxPerHour } = before.current;
    before.current = scale;
    if (calm && pxPerHour !== scale.pxPerHour && from === scale.from) scrollTo(calm.view.from);
  }, [scale, calm, scrollTo]);
}

interface VirtualOptions {
  readonly channels: readonly Channel[];
  readonly scroller: React.RefObject<HTMLDivElement | null>;
  readonly measures: Measures;
  readonly scale: Scale;
  readonly until: number;
  readonly cursor: Cursor;
  /** Where the view begins at first. */
  readonly start: number;
  readonly row: string | null;
}

/** Rows and hours near the view. Its first place is known before anything is drawn, so that nothing jumps. */
function useVirtual({ channels, scroller, measures, scale, until, cursor, start, row }: VirtualOptions) {
  const rows = useVirtualizer({
    count: channels.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => measures.row,
    // Both axes at once: a step on the way across is one drawing, not two.
    useFlushSync: false,
    paddingStart: measures.head,
    scrollPaddingStart: measures.head,
    overscan: 3,
    initialOffset: () => Math.max(0, channels.findIndex(({ id }) => id === row)) * measures.row,
    // The cursor's row stays, however far away the view is: it may have the focus.
    rangeExtractor: (range: Range) => [...new Set([...defaultRangeExtractor(range), Math.min(cursor.row, range.count - 1)])].toSorted((a, b) => a - b),
  });
  const hours = useVirtualizer({
    count: Math.ceil((until - scale.from) / HOUR),
    horizontal: true,
    useFlushSync: false,
    getScrollElement: () => scroller.current,
    estimateSize: () => measures.hour,
    paddingStart: measures.channel,
    overscan: 1,
    initialOffset: () => toPx(scale, start),
  });
  const measured = useRef(measures);
  useEffect(() => {
    if (measured.current === measures) return;
    measured.current = measures;
    rows.measure();
    hours.measure();
  }, [rows, hours, measures]);
  const slots = hours.getVirtualItems().map(({ index }) => scale.from + index * HOUR);
  const from = slots.at(0) ?? start;
  const to = (slots.at(-1) ?? start) + HOUR;
  return { rows, slots, items: rows.getVirtualItems(), from, to };
}
