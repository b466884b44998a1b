/**
 * The guide comes in chunks: some channels times some hours. Both are counted from fixed places (the list's first
 * channel, 1970), so that scrolling back asks for nothing that was asked for already.
 */

export const HOUR = 3_600_000;
/** Channels asked for together. */
export const CHUNK_ROWS = 40;
const WINDOW = 12 * HOUR;

export interface Chunk {
  /** The `block`-th forty channels. */
  readonly block: number;
  readonly window: number;
}

/** What is in sight: rows, both included, and moments. */
export interface View {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
}

/** Where the view is going: -1, 0 or 1 on each axis. */
export interface Drift {
  readonly rows: number;
  readonly time: number;
}

export const AT_REST: Drift = { rows: 0, time: 0 };

/** What there is at all. */
export interface Bounds {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

export function windowOf(ms: number): number {
  return Math.floor(ms / WINDOW);
}

export function windowStart(window: number): number {
  return window * WINDOW;
}

/** First and last window of some time. */
export function windowsOf(from: number, to: number): readonly [first: number, last: number] {
  return [windowOf(from), Math.max(windowOf(from), windowOf(to - 1))];
}

/** Chunks to have for a view: those in sight first, then the next ones in the direction it moves. */
export function chunksFor(view: View, drift: Drift, bounds: Bounds): readonly Chunk[] {
  if (bounds.rows === 0) return [];
  const lastBlock = Math.floor((bounds.rows - 1) / CHUNK_ROWS);
  const [firstWindow, lastWindow] = windowsOf(bounds.from, bounds.to);
  const block = (row: number) => clamp(Math.floor(row / CHUNK_ROWS), 0, lastBlock);
  const [window0, window1] = windowsOf(view.from, view.to).map((window) => clamp(window, firstWindow, lastWindow)) as [number, number];
  const seen = product(range(block(view.first), block(view.last)), range(window0, window1));
  const ahead = product(
    range(block(view.first) + Math.min(0, drift.rows), block(view.last) + Math.max(0, drift.rows)),
    range(window0 + Math.min(0, drift.time), window1 + Math.max(0, drift.time)),
  ).filter(({ block, window }) => block >= 0 && block <= lastBlock && window >= firstWindow && window <= lastWindow);
  const known = new Set(seen.map(name));
  return [...seen, ...ahead.filter((chunk) => !known.has(name(chunk)))];
}

/** A word for a chunk, to compare by. */
export function name({ block, window }: Chunk): string {
  return `${block}/${window}`;
}

/** The chunk of a word. */
export function chunkOf(name: string): Chunk {
  const [block = 0, window = 0] = name.split("/").map(Number);
  return { block, window };
}

/** Which way the view has moved. */
export function driftOf(before: View | null, after: View): Drift {
  if (!before) return { rows: 0, time: 0 };
  return { rows: Math.sign(after.first - before.first), time: Math.sign(after.from - before.from) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

function product(blocks: readonly number[], windows: readonly number[]): Chunk[] {
  return blocks.flatMap((block) => windows.map((window) => ({ block, window })));
}
