import { describe, expect, test } from "vitest";
import { CHUNK_ROWS, HOUR, chunksFor, driftOf, name, windowOf, windowStart, windowsOf, type Bounds, type Drift, type View } from "./chunks";

const REST: Drift = { rows: 0, time: 0 };
/** Hours since the first window of the bounds. */
const start = windowStart(1000);
const at = (hours: number) => start + hours * HOUR;
const bounds: Bounds = { rows: 100, from: at(0), to: at(14 * 24) };
const view = (first: number, last: number, from: number, to: number): View => ({ first, last, from: at(from), to: at(to) });

describe("windows", () => {
  test.each<[number, number, number, number]>([
    [0, 4, 1000, 1000],
    [0, 12, 1000, 1000], // the end is not in it any more
    [11, 13, 1000, 1001],
    [12, 12, 1001, 1001],
    [-1, 25, 999, 1002],
  ])("of hours %d to %d", (from, to, first, last) => {
    expect(windowsOf(at(from), at(to))).toEqual([first, last]);
  });
  test("begin where they are counted from", () => {
    expect(windowOf(windowStart(7))).toBe(7);
    expect(windowOf(windowStart(7) - 1)).toBe(6);
  });
});

describe("chunks to have", () => {
  test.each<[string, View, Drift, Bounds, string[]]>([
    ["one screen at rest", view(0, 12, 0, 5), REST, bounds, ["0/1000"]],
    ["across a border of rows", view(35, 47, 0, 5), REST, bounds, ["0/1000", "1/1000"]],
    ["across a border of time", view(0, 12, 10, 15), REST, bounds, ["0/1000", "0/1001"]],
    ["at a corner", view(35, 47, 10, 15), REST, bounds, ["0/1000", "0/1001", "1/1000", "1/1001"]],
    ["on the way down", view(0, 12, 0, 5), { rows: 1, time: 0 }, bounds, ["0/1000", "1/1000"]],
    ["on the way up", view(50, 62, 0, 5), { rows: -1, time: 0 }, bounds, ["1/1000", "0/1000"]],
    ["on the way to later", view(0, 12, 0, 5), { rows: 0, time: 1 }, bounds, ["0/1000", "0/1001"]],
    ["on the way to earlier", view(0, 12, 13, 18), { rows: 0, time: -1 }, bounds, ["0/1001", "0/1000"]],
    ["nothing above the first row", view(0, 12, 13, 18), { rows: -1, time: 0 }, bounds, ["0/1001"]],
    ["nothing below the last row", view(88, 99, 0, 5), { rows: 1, time: 0 }, bounds, ["2/1000"]],
    ["nothing before the beginning", view(0, 12, 0, 5), { rows: 0, time: -1 }, bounds, ["0/1000"]],
    ["nothing after the end", view(0, 12, 330, 336), { rows: 0, time: 1 }, bounds, ["0/1027"]],
    ["a view that hangs over the end", view(95, 120, 330, 345), REST, bounds, ["2/1027"]],
    ["no rows", view(0, 0, 0, 5), REST, { ...bounds, rows: 0 }, []],
  ])("%s", (_what, view, drift, bounds, names) => {
    expect(chunksFor(view, drift, bounds).map(name)).toEqual(names);
  });

  test("what is in sight comes first", () => {
    const names = chunksFor(view(35, 47, 0, 5), { rows: 1, time: 1 }, bounds).map(name);
    expect(names.slice(0, 2)).toEqual(["0/1000", "1/1000"]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("no question is larger than the station answers", () => {
    expect(CHUNK_ROWS).toBeLessThanOrEqual(200);
    expect((CHUNK_ROWS * (windowStart(1) - windowStart(0))) / HOUR).toBeLessThanOrEqual(4_800);
  });
});

test.each<[View | null, View, Drift]>([
  [null, view(3, 9, 0, 5), REST],
  [view(3, 9, 0, 5), view(3, 9, 0, 5), REST],
  [view(3, 9, 0, 5), view(30, 36, 0, 5), { rows: 1, time: 0 }],
  [view(3, 9, 2, 7), view(1, 7, 0, 5), { rows: -1, time: -1 }],
])("drift from %o to %o", (before, after, drift) => {
  expect(driftOf(before, after)).toEqual(drift);
});
