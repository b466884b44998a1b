import { describe, expect, test } from "vitest";
import { bouquet, channel, channels } from "../test/lineup";
import { neighbour } from "../watch/ChannelList";
import { channelsOf, mayAdminister, search } from "./station";

describe("search", () => {
  const lineup = [channel(1, "Das Erste HD"), channel(2, "ZDF HD"), channel(3, "ARTÉ HD"), channel(21, "zdf_neo"), channel(30, "Kartenlegen TV")];
  test.each<[string, number[]]>([
    ["", [1, 2, 3, 21, 30]],
    ["zdf", [2, 21]],
    ["arte", [3, 30]], // accents do not matter; a name that begins so comes first
    ["hd erste", [1]],
    ["2", [2, 21]],
    ["nothing", []],
    ["  ZDF  ", [2, 21]],
  ])("%j", (query, numbers) => {
    expect(search(lineup, query).map(({ number }) => number)).toEqual(numbers);
  });
});

describe("a bouquet", () => {
  const all = channels([1, 2, 3]);
  const lineup = { channels: all, byId: new Map(all.map((c) => [c.id, c])), bouquets: [bouquet("b", ["c3", "gone", "c1"])] };
  test("has its own order and leaves out what is gone", () => {
    expect(channelsOf(lineup, "b").map(({ number }) => number)).toEqual([3, 1]);
  });
  test("that is unknown, or none, is all channels", () => {
    expect(channelsOf(lineup, null)).toBe(all);
    expect(channelsOf(lineup, "removed")).toBe(all);
  });
});

describe("the neighbour", () => {
  const rows = channels([5, 6, 7]);
  test.each<[string | null, 1 | -1, number]>([
    ["c5", 1, 6],
    ["c7", 1, 5], // around the end
    ["c5", -1, 7],
    [null, 1, 5],
    ["elsewhere", -1, 7],
  ])("of %s by %i", (current, step, number) => {
    expect(neighbour(rows, current, step)?.number).toBe(number);
  });
  test("of nothing is nothing", () => {
    expect(neighbour([], "c1", 1)).toBeNull();
  });
});

test("only those who run the station see its receivers", () => {
  expect(mayAdminister(null)).toBe(false);
  expect(mayAdminister({ has_pin: false, name: "v", role: "viewer", scopes: ["watch"] })).toBe(false);
  expect(mayAdminister({ has_pin: false, name: "o", role: "owner", scopes: [] })).toBe(true);
  expect(mayAdminister({ has_pin: false, name: "t", role: "viewer", scopes: ["watch", "admin"] })).toBe(true);
});
