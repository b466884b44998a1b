import { describe, expect, test } from "vitest";
import { changed, groupOf, readAddress, readTime, writeTime, type Address } from "./address";

describe("an address", () => {
  test.each<[Record<string, unknown>, Address]>([
    [{}, {}],
    [{ at: "20261129T1915Z", row: "c5", view: "grid" }, { at: "20261129T1915Z", row: "c5", view: "grid" }],
    [{ at: "yesterday", view: "circle", genre: 11, new: "yes", unknown: 1 }, {}],
    [{ genre: 4, new: true, q: "tatort" }, { genre: 4, new: true, q: "tatort" }],
    [{ genre: "4" }, { genre: 4 }],
    [{ q: 1917, channel: 7 }, { q: "1917", channel: "7" }], // a film of that name, and the router reads a number
    [{ q: "", programme: { nested: true } }, {}],
    [{ q: "x".repeat(1000) }, { q: "x".repeat(200) }],
  ])("%j", (given, address) => {
    expect(readAddress(given)).toEqual(address);
  });

  test("what is set to undefined leaves it", () => {
    expect(changed({ at: "20261129T1915Z", q: "a" }, { q: undefined, genre: 2 })).toEqual({ at: "20261129T1915Z", genre: 2 });
  });
});

test.each<[string | undefined, string | null]>([
  ["20261129T1915Z", "2026-11-29T19:15:00.000Z"],
  ["20261129T1915", null],
  ["20261329T1915Z", null],
  ["", null],
  [undefined, null],
])("time %s", (text, iso) => {
  const ms = readTime(text);
  expect(ms === null ? null : new Date(ms).toISOString()).toBe(iso);
  if (ms !== null) expect(writeTime(ms)).toBe(text);
});

test.each<[number | null, number | null]>([
  [null, null],
  [0x10, 1],
  [0x15, 1],
  [0x4f, 4],
  [0xa0, 10],
  [0x00, null],
  [0xf0, null],
])("genre %s is of group %s", (genre, group) => {
  expect(groupOf(genre)).toBe(group);
});
