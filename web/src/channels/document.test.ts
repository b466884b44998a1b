import { describe, expect, test } from "vitest";
import type { StationDocument } from "../api/stations";
import { amountOf, expand, freeName, isDay, readLength, readTimeOfDay, withAmount, withChange, writeTimeOfDay, writtenOrder, writtenShow } from "./document";

const simple = (more: StationDocument["simple"]): StationDocument => ({ version: 1, name: "K", ...(more ? { simple: more } : {}) });

describe("the simple form in full is what the station reads it as", () => {
  test("in turn, with modes and weights by name", () => {
    const full = expand(simple({ order: "weighted", mode: "shuffle", pad: 15, shows: ["Tatort", { show: "Wallander", weight: 2.5, mode: "random" }, { tag: "film" }, { show: "Off", include: false }] }));
    expect(full.simple).toBeUndefined();
    expect(full.sources).toEqual({ Tatort: "Tatort", Wallander: "Wallander", film: { tag: "film" }, all: { any: ["Tatort", "Wallander", "film"] } });
    expect(full.blocks).toEqual({
      all: { play: [{ source: "all", order: { kind: "rotation", by: "source", pick: "weighted", each: "shuffle", modes: { Wallander: "random" }, weights: { Wallander: 2.5 } }, pad: 15 }] },
    });
    expect(full.templates).toEqual({ all: [{ at: "00:00", block: "all" }] });
    expect(full.calendar).toEqual([{ template: "all" }]);
  });
  test("in order and shuffled need no groups", () => {
    expect(expand(simple({ order: "in_order", shows: ["a"] })).blocks).toEqual({ all: { play: [{ source: "all" }] } });
    expect(expand(simple({ order: "shuffle", shows: ["a"] })).blocks).toEqual({ all: { play: [{ source: "all", order: "shuffle" }] } });
  });
  test("two of one name, and one that is called as the whole, get numbers", () => {
    expect(Object.keys(expand(simple({ shows: ["x", { tag: "x" }, "all", { item: 7 }] })).sources ?? {})).toEqual(["x", "x 2", "all 3", "source 4", "all"]);
  });
  test("a full document stays", () => {
    const full = simple(undefined);
    expect(expand(full)).toBe(full);
  });
});

test("what says nothing is not written", () => {
  expect(writtenShow({ show: "a", include: true })).toBe("a");
  expect(writtenShow({ show: "a", include: false })).toEqual({ show: "a", include: false });
  expect(writtenShow({ tag: "a" })).toEqual({ tag: "a" });
  expect(writtenOrder({ kind: "shuffle" })).toBe("shuffle");
  expect(writtenOrder({ kind: "random", cooldown: "2h" })).toEqual({ kind: "random", cooldown: "2h" });
  expect(withChange({ a: 1, b: 2 }, { b: undefined })).toEqual({ a: 1 });
});

test("a step has one amount, and keeps what no form knows", () => {
  const step = { source: "a", count: 3, later: true };
  for (const amount of ["one", "count", "all", "for", "until_next"] as const) {
    const next = withAmount(step, amount);
    expect(amountOf(next)).toBe(amount);
    expect(["count", "all", "for", "until_next"].filter((field) => field in next)).toHaveLength(amount === "one" ? 0 : 1);
    expect(next).toMatchObject({ source: "a", later: true });
  }
});

test.each<[string | number, number | null]>([
  ["90s", 90],
  ["15m", 900],
  ["1h30m", 5_400],
  ["2d", 172_800],
  [90, 90],
  ["", null],
  ["h", null],
  ["5", null],
  ["1x", null],
  ["1h 30m", null],
  [-1, null],
])("length %j", (text, seconds) => {
  expect(readLength(text)).toBe(seconds);
});

test("times of day are read as they are written", () => {
  for (const [text, second] of [["06:00", 21_600], ["23:59:30", 86_370], ["00:00", 0]] as const) {
    expect(readTimeOfDay(text)).toBe(second);
    expect(writeTimeOfDay(second)).toBe(text);
  }
  for (const wrong of ["24:00", "6:00", "06:60", "06", "ab:cd"]) expect(readTimeOfDay(wrong)).toBeNull();
});

test.each<[string, boolean]>([
  ["12-24", true],
  ["2026-12-24", true],
  ["02-29", true],
  ["2025-02-29", false],
  ["13-01", false],
  ["24.12.", false],
])("day %s", (text, good) => {
  expect(isDay(text)).toBe(good);
});

test("a name that is free", () => {
  expect(freeName("a", ["b"])).toBe("a");
  expect(freeName("a", ["a", "a 2"])).toBe("a 3");
});
