/** Where things are in the grid: moments as pixels, and a channel's time cut into cells without a hole. */
import type { Airing } from "./api";
import { HOUR, windowStart } from "./chunks";

/** What is shown as one piece where nothing is known; a whole day without a word would be one step of an arrow key. */
const PIECE = 2 * HOUR;

export interface Scale {
  /** The moment at pixel 0. */
  readonly from: number;
  readonly pxPerHour: number;
}

export function toPx({ from, pxPerHour }: Scale, ms: number): number {
  return ((ms - from) / HOUR) * pxPerHour;
}

export function toMs({ from, pxPerHour }: Scale, px: number): number {
  return from + (px / pxPerHour) * HOUR;
}

/** `gap`: nothing is known of this time. `pending`: nobody has answered yet. */
export type Cell =
  | { readonly kind: "airing"; readonly from: number; readonly to: number; readonly airing: Airing }
  | { readonly kind: "gap"; readonly from: number; readonly to: number }
  | { readonly kind: "pending"; readonly from: number; readonly to: number };

/** Of each window what is known of one channel; undefined where that is not here yet. */
export type Parts = readonly (readonly Airing[] | undefined)[];

/**
 * One channel's time from the window `first` on, one window for each part, in cells that follow each other. An airing that
 * reaches over the edge is in both windows and becomes one cell. Where airings overlap, the later one begins where the
 * earlier ends.
 */
export function cellsOf(first: number, parts: Parts): readonly Cell[] {
  const cells: Cell[] = [];
  let at = windowStart(first);
  parts.forEach((part, index) => {
    const end = windowStart(first + index + 1);
    if (part === undefined) {
      pieces(cells, "pending", at, end);
      at = Math.max(at, end);
      return;
    }
    for (const airing of part) {
      const from = Math.max(at, Date.parse(airing.start));
      const to = Date.parse(airing.end);
      // What began before the first window is shown from where it began.
      const whole = cells.length === 0 ? Math.min(from, Date.parse(airing.start)) : from;
      if (to <= from) continue;
      pieces(cells, "gap", at, from);
      cells.push({ kind: "airing", from: whole, to, airing });
      at = to;
    }
    pieces(cells, "gap", at, end);
    at = Math.max(at, end);
  });
  return cells;
}

function pieces(cells: Cell[], kind: "gap" | "pending", from: number, to: number): void {
  for (let at = from; at < to; ) {
    const next = Math.min(to, (Math.floor(at / PIECE) + 1) * PIECE);
    cells.push({ kind, from: at, to: next });
    at = next;
  }
}

/** Cells of which something lies between two moments. */
export function cellsBetween(cells: readonly Cell[], from: number, to: number): readonly Cell[] {
  return cells.filter((cell) => cell.to > from && cell.from < to);
}

/** The cell at a moment; null outside of all. */
export function cellAt(cells: readonly Cell[], ms: number): Cell | null {
  return cells.find((cell) => cell.from <= ms && ms < cell.to) ?? null;
}

/** What is on at a moment, and what follows it. */
export function onAt(airings: readonly Airing[], ms: number): { readonly now: Airing | null; readonly next: Airing | null } {
  const now = airings.findLast((airing) => Date.parse(airing.start) <= ms && ms < Date.parse(airing.end)) ?? null;
  const next = airings.find((airing) => Date.parse(airing.start) > ms) ?? null;
  return { now, next };
}

/** How much a block can say: nothing, its title, or more. By its width in rem. */
export function roomFor(widthRem: number): "none" | "title" | "all" {
  if (widthRem < 3) return "none";
  return widthRem < 5 ? "title" : "all";
}
