/** The keys and the pointer of the grid: they move the cursor, and the view after it; Enter opens what is under it. */
import { useCallback, useEffect, useLayoutEffect, useRef, type Dispatch, type FocusEvent, type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject, type SetStateAction } from "react";
import type { Channel } from "../api/types";
import { isStarKey } from "../shell/favourites";
import { useDigits } from "../watch/useDigits";
import { nowEdge } from "./calendar";
import { HOUR, type View } from "./chunks";
import { follow, move, stepOf, type Cursor, type Move } from "./focus";
import { cellAt, cellsOf, type Cell } from "./layout";
import { toDays } from "./toolKeys";
import type { Calm } from "./useCalm";
import { partsOf, type Known } from "./useChunks";

/** Around a moment, so that what began long before it is found. */
const AROUND = 12 * HOUR;

interface CursorOptions {
  readonly channels: readonly Channel[];
  readonly cursor: Cursor;
  readonly setCursor: Dispatch<SetStateAction<Cursor>>;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly bounds: { readonly from: number; readonly to: number };
  readonly now: number;
  readonly calm: Calm | null;
  /** What is in sight this moment: keys may come faster than the view comes to rest. */
  readonly readView: (element: HTMLElement) => View;
  readonly known: Known;
  readonly scrollTo: (ms: number) => void;
  readonly showRow: (index: number) => void;
  readonly openProgramme: (id: string) => void;
  readonly watch: (channel: Channel) => void;
  readonly star: (channel: Channel) => void;
}

interface Handlers {
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
  readonly onClick: (event: MouseEvent) => void;
}

export function useCursor(options: CursorOptions): { readonly handlers: Handlers; readonly typed: ReactNode } {
  const { channels, cursor, setCursor, scroller, calm, scrollTo, showRow } = options;
  const { enter, leave } = useKeptFocus(scroller);
  useFollow(calm, setCursor);

  const go = (to: Move) => {
    setCursor(to.cursor);
    if (to.from !== sightOf(options).from) scrollTo(to.from);
    if (to.cursor.row !== cursor.row) showRow(to.cursor.row);
  };
  const toChannel = useCallback(
    (channel: Channel) => {
      const row = channels.indexOf(channel);
      setCursor((before) => ({ ...before, row, head: false }));
      showRow(row);
    },
    [channels, setCursor, showRow],
  );
  const digits = useDigits(channels, channels[cursor.row]?.kind, toChannel);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const step = stepOf(event.key);
    if (step) {
      const to = move(step, cursor, worldOf(options));
      // Beyond the edges the page's own keys lead on; above the first row are the days.
      if (!to && !(step === "up" && toDays())) return;
      if (to) go(to);
    } else if (/^\d$/.test(event.key)) {
      digits.type(Number(event.key));
    } else if ((event.key === "Enter" || event.key === " ") && !cursor.head) {
      activate(cursor, options);
    } else if (isStarKey(event)) {
      const channel = channels[cursor.row];
      if (channel && !event.repeat) options.star(channel);
    } else {
      return;
    }
    event.preventDefault();
  };
  const onFocus = (event: FocusEvent) => {
    enter();
    const place = placeOf(event.target);
    if (place) setCursor((before) => (isAt(before, place) ? before : place.from === null ? { ...before, row: place.row, head: true } : on(place, sightOf(options))));
  };
  const onBlur = (event: FocusEvent) => {
    leave(event.relatedTarget);
  };
  const onClick = (event: MouseEvent) => {
    const place = placeOf(event.target);
    if (!place) return;
    const channel = channels[place.row];
    if (event.target instanceof Element && event.target.closest("[data-star]")) {
      event.preventDefault();
      if (channel) options.star(channel);
    } else if (place.from !== null) {
      activate({ row: place.row, at: place.from, head: false }, options);
    } else if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (channel) options.watch(channel);
    }
  };
  const typed = digits.shown && (
    <output className="typed">
      <b>{digits.shown.digits}</b> {digits.shown.name}
    </output>
  );
  return { handlers: { onKeyDown, onFocus, onBlur, onClick }, typed };
}

/** Blocks that come and go while one of them has the focus must not lose it. */
function useKeptFocus(scroller: RefObject<HTMLDivElement | null>) {
  /** The focus is in the grid, or was until what had it went. */
  const within = useRef(false);
  useLayoutEffect(() => {
    if (!within.current) return;
    const { activeElement } = document;
    if (activeElement !== document.body && !scroller.current?.contains(activeElement)) return;
    const wanted = scroller.current?.querySelector<HTMLElement>("[data-cursor]") ?? scroller.current;
    if (wanted !== activeElement) wanted?.focus({ preventScroll: true });
  });
  const enter = useCallback(() => {
    within.current = true;
  }, []);
  const leave = useCallback(
    (to: Element | null) => {
      within.current = scroller.current?.contains(to) ?? false;
    },
    [scroller],
  );
  return { enter, leave };
}

/** A view that was scrolled takes the cursor along, so that the focus is always in sight. */
function useFollow(calm: Calm | null, setCursor: Dispatch<SetStateAction<Cursor>>): void {
  useEffect(() => {
    if (calm) setCursor((before) => follow(before, calm.view, calm.view));
  }, [calm, setCursor]);
}

function sightOf({ scroller, readView, now }: CursorOptions): View {
  return scroller.current ? readView(scroller.current) : { first: 0, last: 0, from: now, to: now + HOUR };
}

function worldOf(options: CursorOptions): Parameters<typeof move>[2] {
  const { channels, bounds, now } = options;
  const { first, last, from, to } = sightOf(options);
  return {
    sight: { rows: Math.max(1, last - first), from, to },
    rowCount: channels.length,
    from: bounds.from,
    to: bounds.to,
    now,
    nowFrom: nowEdge(now),
    cellAt: (row, ms) => cellIn(options, row, ms),
  };
}

function cellIn({ channels, known, bounds }: CursorOptions, row: number, ms: number): Cell | null {
  const channel = channels[row];
  if (!channel) return null;
  const { first, parts } = partsOf(known, channel.id, Math.max(bounds.from, ms - AROUND), Math.min(bounds.to, ms + AROUND));
  return cellAt(cellsOf(first, parts), ms);
}

function activate(at: Cursor, options: CursorOptions): void {
  const cell = cellIn(options, at.row, at.at);
  const channel = options.channels[at.row];
  if (cell?.kind === "airing" && !cell.airing.locked) options.openProgramme(cell.airing.id);
  else if (cell?.kind === "gap" && cell.from <= options.now && options.now < cell.to && channel) options.watch(channel);
}

interface Place {
  readonly row: number;
  /** Null on a channel. */
  readonly from: number | null;
  readonly to: number | null;
}

function placeOf(target: EventTarget): Place | null {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  if (!element) return null;
  const { row, from, to } = element.dataset;
  return { row: Number(row), from: from === undefined ? null : Number(from), to: to === undefined ? null : Number(to) };
}

function isAt(cursor: Cursor, { row, from, to }: Place): boolean {
  if (row !== cursor.row) return false;
  return from === null || to === null ? cursor.head : !cursor.head && from <= cursor.at && cursor.at < to;
}

/** On a block, at its beginning or the view's. */
function on({ row, from, to }: Place, sight: View): Cursor {
  const at = Math.min(Math.max(from ?? 0, sight.from), (to ?? 1) - 1);
  return { row, at, head: false };
}
