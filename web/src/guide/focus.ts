/**
 * Where the focus is in the grid, and where keys take it. It is a row and a moment: up and down keep the moment, left and
 * right take it to the cell beside. So it stays what it is when cells come, go, or change.
 */
import { clamp } from "./chunks";
import type { Cell } from "./layout";

export interface Cursor {
  readonly row: number;
  readonly at: number;
  /** On the channel at the row's beginning; `at` is where the focus goes back to. */
  readonly head: boolean;
}

/** The part of the guide that is in sight, in whole rows. */
export interface Sight {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

export interface Move {
  readonly cursor: Cursor;
  /** Where the view begins afterwards. */
  readonly from: number;
}

export type Step = "up" | "down" | "left" | "right" | "pageUp" | "pageDown" | "now";

const STEPS: Readonly<Record<string, Step>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  PageUp: "pageUp",
  PageDown: "pageDown",
  ChannelUp: "pageUp",
  ChannelDown: "pageDown",
  Home: "now",
};

export function stepOf(key: string): Step | null {
  return STEPS[key] ?? null;
}

interface World {
  readonly sight: Sight;
  readonly rowCount: number;
  /** The time that the guide covers. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** Where the view begins when it shows what is on. */
  readonly nowFrom: number;
  readonly cellAt: (row: number, ms: number) => Cell | null;
}

/** Where a step leads; null where there is nothing further that way, so that the key is left to the page. */
export function move(step: Step, cursor: Cursor, world: World): Move | null {
  const { sight } = world;
  switch (step) {
    case "up":
      return toRow(cursor, cursor.row - 1, world);
    case "down":
      return toRow(cursor, cursor.row + 1, world);
    case "pageUp":
      return toRow(cursor, Math.max(0, cursor.row - sight.rows), world);
    case "pageDown":
      return toRow(cursor, Math.min(world.rowCount - 1, cursor.row + sight.rows), world);
    case "now":
      return { cursor: { row: cursor.row, at: world.now, head: false }, from: world.nowFrom };
    case "left":
      return left(cursor, world);
    case "right":
      return right(cursor, world);
  }
}

function toRow(cursor: Cursor, row: number, { sight, rowCount }: World): Move | null {
  if (row < 0 || row >= rowCount || row === cursor.row) return null;
  const inSight = cursor.head || (sight.from <= cursor.at && cursor.at < sight.to);
  return { cursor: { ...cursor, row }, from: inSight ? sight.from : cursor.at };
}

function left(cursor: Cursor, world: World): Move | null {
  if (cursor.head) return null;
  const cell = world.cellAt(cursor.row, cursor.at);
  const before = cell ? cell.from - 1 : cursor.at - 1;
  if (before < world.from) return { cursor: { ...cursor, head: true }, from: world.sight.from };
  return enter(cursor.row, before, world);
}

function right(cursor: Cursor, world: World): Move | null {
  if (cursor.head) return enter(cursor.row, clamp(cursor.at, world.sight.from, world.sight.to - 1), world);
  const cell = world.cellAt(cursor.row, cursor.at);
  const after = cell ? cell.to : cursor.at + 1;
  return after >= world.to ? null : enter(cursor.row, after, world);
}

/** Puts the focus on the cell at a moment: at its beginning, or at the view's where that is later. */
function enter(row: number, ms: number, world: World): Move {
  const cell = world.cellAt(row, ms) ?? { from: ms, to: ms + 1 };
  const from = reveal(cell, world.sight, world);
  return { cursor: { row, at: clamp(Math.max(cell.from, from), cell.from, cell.to - 1), head: false }, from };
}

/** Where the view has to begin for a cell to be seen: all of it, or as much as fits. */
export function reveal(cell: { readonly from: number; readonly to: number }, sight: Sight, reach: { readonly from: number; readonly to: number }): number {
  const span = sight.to - sight.from;
  const start = Math.max(cell.from, reach.from);
  const end = Math.min(cell.to, reach.to);
  const from = end - start <= span ? clamp(sight.from, end - span, start) : clamp(sight.from, start, end - span);
  return clamp(from, reach.from, Math.max(reach.from, reach.to - span));
}

/** The cursor after the view has moved without it: the nearest place in sight. */
export function follow(cursor: Cursor, rows: { readonly first: number; readonly last: number }, sight: { readonly from: number; readonly to: number }): Cursor {
  const row = clamp(cursor.row, rows.first, Math.max(rows.first, rows.last));
  const at = clamp(cursor.at, sight.from, sight.to - 1);
  return row === cursor.row && at === cursor.at ? cursor : { ...cursor, row, at };
}
