import { describe, expect, test } from "vitest";
import { airing } from "../test/guide";
import type { Airing } from "./api";
import { HOUR, windowStart } from "./chunks";
import { cellAt, cellsBetween, cellsOf, onAt, roomFor, toMs, toPx, type Parts } from "./layout";

const FIRST = 1000;
const start = windowStart(FIRST);
const at = (hours: number) => start + hours * HOUR;
const show = (from: number, to: number): Airing => airing(`${from}`, at(from), at(to));

describe("time and pixels", () => {
  const scale = { from: at(0), pxPerHour: 240 };
  test.each<[number, number]>([
    [0, 0],
    [1, 240],
    [-0.5, -120],
    [24.25, 5820],
  ])("%d h are %d px", (hours, px) => {
    expect(toPx(scale, at(hours))).toBe(px);
    expect(toMs(scale, px)).toBe(at(hours));
  });
});

/** Cells as a line: what, from and to in hours. */
function line(parts: Parts): string {
  const hours = (ms: number) => (ms - start) / HOUR;
  return cellsOf(FIRST, parts)
    .map(({ kind, from, to }) => `${kind[0]}${hours(from)}-${hours(to)}`)
    .join(" ");
}

describe("cells of a channel", () => {
  test.each<[string, Parts, string]>([
    ["nothing known", [[]], "g0-2 g2-4 g4-6 g6-8 g8-10 g10-12"],
    ["not here yet", [undefined], "p0-2 p2-4 p4-6 p6-8 p8-10 p10-12"],
    ["all of it", [[show(0, 5), show(5, 12)]], "a0-5 a5-12"],
    ["holes before, between and after", [[show(1, 5), show(6.5, 11)]], "g0-1 a1-5 g5-6 g6-6.5 a6.5-11 g11-12"],
    ["begun before", [[show(-1, 12)]], "a-1-12"],
    ["over the edge it is one", [[show(0, 12.5)], [show(0, 12.5), show(12.5, 24)]], "a0-12.5 a12.5-24"],
    ["over the edge into what is not here", [[show(0, 12.5)], undefined], "a0-12.5 p12.5-14 p14-16 p16-18 p18-20 p20-22 p22-24"],
    ["after what is not here", [undefined, [show(11, 24)]], "p0-2 p2-4 p4-6 p6-8 p8-10 p10-12 a12-24"],
    ["overlapping", [[show(0, 6), show(5, 12)]], "a0-6 a6-12"],
    ["one within another", [[show(0, 12), show(3, 4)]], "a0-12"],
    ["of no length", [[show(0, 6), show(6, 6), show(6, 12)]], "a0-6 a6-12"],
    ["longer than a window", [[show(0, 30)], [show(0, 30)]], "a0-30"],
  ])("%s", (_what, parts, cells) => {
    expect(line(parts)).toBe(cells);
  });

  test("leave no hole, whatever comes", () => {
    const cells = cellsOf(FIRST, [[show(1, 3), show(2, 5), show(9, 13)], undefined, [show(25, 26)]]);
    cells.slice(1).forEach((cell, index) => expect(cell.from).toBe(cells[index]?.to));
    expect(cells.at(0)?.from).toBe(at(0));
    expect(cells.at(-1)?.to).toBe(at(36));
  });

  const cells = cellsOf(FIRST, [[show(0, 5), show(5, 12)]]);
  test("between two moments", () => {
    expect(cellsBetween(cells, at(1), at(5))).toEqual([cells[0]]);
    expect(cellsBetween(cells, at(4), at(6))).toEqual(cells);
    expect(cellsBetween(cells, at(12), at(20))).toEqual([]);
  });
  test("at a moment: the beginning belongs to it, the end does not", () => {
    expect(cellAt(cells, at(0))).toBe(cells[0]);
    expect(cellAt(cells, at(5))).toBe(cells[1]);
    expect(cellAt(cells, at(12))).toBeNull();
  });
});

test.each<[number, string | null, string | null]>([
  [-1, null, "0"],
  [0, "0", "1"],
  [1, "1", "3"],
  [2.5, null, "3"], // between two
  [3.5, "3", null],
  [5, null, null],
])("on at hour %d", (hours, now, next) => {
  const on = onAt([show(0, 1), show(1, 2), show(3, 4)], at(hours));
  expect([on.now?.id ?? null, on.next?.id ?? null]).toEqual([now, next]);
});

test.each<[number, string]>([
  [1, "none"],
  [3, "title"],
  [4.9, "title"],
  [5, "all"],
])("%d rem have room for %s", (rem, room) => {
  expect(roomFor(rem)).toBe(room);
});
