import { describe, expect, test } from "vitest";
import { airing } from "../test/guide";
import { HOUR, windowStart } from "./chunks";
import { follow, move, reveal, stepOf, type Cursor, type Step } from "./focus";
import { cellAt, cellsOf } from "./layout";

const start = windowStart(1000);
const at = (hours: number) => start + hours * HOUR;
const hours = (ms: number) => (ms - start) / HOUR;

/** Three channels from hour 0 to 12: half hours, two long films, and one that says nothing. */
const rows = [
  Array.from({ length: 24 }, (_, half) => airing(`a${half}`, at(half / 2), at(half / 2 + 0.5))),
  [airing("b0", at(0), at(7)), airing("b1", at(7), at(12))],
  [],
].map((list) => cellsOf(1000, [list]));

/** Hours 3 to 7 are in sight, and what is on is at hour 3.25. */
const world = {
  sight: { rows: 2, from: at(3), to: at(7) },
  rowCount: rows.length,
  from: at(0),
  to: at(12),
  now: at(3.25),
  nowFrom: at(3),
  cellAt: (row: number, ms: number) => cellAt(rows[row] ?? [], ms),
};

const cursor = (row: number, hour: number, head = false): Cursor => ({ row, at: at(hour), head });

describe("keys take the focus", () => {
  test.each<[string, Step, Cursor, [row: number, hour: number, head: boolean, viewFrom: number] | null]>([
    ["down to what is on at the same time", "down", cursor(0, 4.5), [1, 4.5, false, 3]],
    ["down again, the time is kept", "down", cursor(1, 4.5), [2, 4.5, false, 3]],
    ["up", "up", cursor(1, 4.5), [0, 4.5, false, 3]],
    ["up from the first row to the page", "up", cursor(0, 4.5), null],
    ["down from the last row to the page", "down", cursor(2, 4.5), null],
    ["a screen down, to the last row at most", "pageDown", cursor(1, 4.5), [2, 4.5, false, 3]],
    ["a screen up, to the first row at most", "pageUp", cursor(2, 4.5), [0, 4.5, false, 3]],
    ["no further than the first", "pageUp", cursor(0, 4.5), null],
    ["right to the next", "right", cursor(0, 4.25), [0, 4.5, false, 3]],
    ["right over the edge, and the view after it", "right", cursor(0, 6.75), [0, 7, false, 3.5]],
    ["right to a long one, of which as much is shown as fits", "right", cursor(1, 5), [1, 7, false, 7]],
    ["right from the last", "right", cursor(0, 11.75), null],
    ["left to the one before", "left", cursor(0, 4.5), [0, 4, false, 3]],
    ["left over the edge", "left", cursor(0, 3), [0, 2.5, false, 2.5]],
    ["left from the first to the channel", "left", cursor(0, 0.25), [0, 0.25, true, 3]],
    ["left from what began before all", "left", cursor(1, 4), [1, 4, true, 3]],
    ["right from the channel to what is in sight", "right", cursor(0, 1, true), [0, 3, false, 3]],
    ["left from the channel to the page", "left", cursor(0, 1, true), null],
    ["down among channels", "down", cursor(0, 1, true), [1, 1, true, 3]],
    ["home to what is on", "now", cursor(2, 9), [2, 3.25, false, 3]],
    ["home from a channel", "now", cursor(2, 9, true), [2, 3.25, false, 3]],
    ["right where nothing is known, piece by piece", "right", cursor(2, 4.5), [2, 6, false, 4]],
    ["back into sight, if the view was moved away", "down", cursor(0, 9), [1, 9, false, 9]],
  ])("%s", (_what, step, from, to) => {
    const moved = move(step, from, world);
    const { row = -1, at = 0, head = false } = moved?.cursor ?? {};
    expect(moved && [row, hours(at), head, hours(moved.from)]).toEqual(to);
  });

  test("right and left again come back", () => {
    for (const hour of [3.5, 4, 5.5]) {
      const right = move("right", cursor(0, hour), world);
      expect(right && move("left", right.cursor, world)?.cursor).toEqual(cursor(0, hour));
    }
  });
});

describe("a cell comes into view", () => {
  const sight = { rows: 2, from: at(3), to: at(7) };
  const reach = { from: at(0), to: at(12) };
  test.each<[number, number, number]>([
    [4, 5, 3], // it is there
    [2, 4, 2], // from the left
    [6, 8, 4], // from the right
    [1, 9, 3], // longer than the view, which is within it
    [5, 11, 5], // longer, from its beginning
    [-2, 1, 0], // not before all
    [10, 14, 8], // not beyond all
  ])("hours %d to %d: the view begins at %d", (from, to, begins) => {
    expect(hours(reveal({ from: at(from), to: at(to) }, sight, reach))).toBe(begins);
  });
});

describe("a view that was scrolled takes the focus along", () => {
  const sight = { from: at(3), to: at(7) };
  test.each<[string, Cursor, Cursor]>([
    ["in sight it stays", cursor(5, 4), cursor(5, 4)],
    ["above", cursor(1, 4), cursor(4, 4)],
    ["below", cursor(50, 4), cursor(8, 4)],
    ["before", cursor(5, 1), cursor(5, 3)],
  ])("%s", (_what, before, after) => {
    expect(follow(before, { first: 4, last: 8 }, sight)).toEqual(after);
  });
  test("after the end it is the last moment in sight", () => {
    expect(follow(cursor(5, 9), { first: 4, last: 8 }, sight).at).toBe(at(7) - 1);
  });
});

test.each<[string, Step | null]>([
  ["ArrowUp", "up"],
  ["PageDown", "pageDown"],
  ["ChannelUp", "pageUp"],
  ["Home", "now"],
  ["End", null],
  ["7", null],
])("key %s", (key, step) => {
  expect(stepOf(key)).toBe(step);
});
