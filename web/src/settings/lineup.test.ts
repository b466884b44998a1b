import { describe, expect, test } from "vitest";
import type { OwnChannel, OwnLineup } from "../api/types";
import { candidates, inOrder, isHidden, isOf, joinedTo, nameOf, sourcesOf, wishOf } from "./lineup";

const channel: OwnChannel = { id: "1", name: "One", number: 1, kind: "tv", receivers: ["r"], wish: null };

test("a wish grows field by field and vanishes with its last", () => {
  const hidden = { ...channel, wish: wishOf(channel, { hidden: true }) };
  expect(isHidden(hidden)).toBe(true);
  const named = { ...hidden, wish: wishOf(hidden, { name: "First" }) };
  expect(named.wish).toEqual({ hidden: true, name: "First" });
  expect(nameOf(named)).toBe("First");
  expect(wishOf(named, { hidden: null })).toEqual({ name: "First" });
  expect(wishOf({ ...channel, wish: { name: "First" } }, { name: null })).toEqual({});
});

test("bouquets stand in the host's order, and the rest behind", () => {
  const bouquet = (id: string) => ({ id, name: id.toUpperCase(), kind: "tv", channels: 2 });
  const lineup: OwnLineup = {
    revision: 1,
    channels: [],
    bouquets: [bouquet("a"), bouquet("b"), bouquet("c")],
    groups: [{ id: "g", name: "Own", radio: false, channels: ["1"] }],
    hidden_bouquets: [],
    order: ["c", "gone", "g"],
  };
  expect(inOrder(lineup).map(({ id, own }) => [id, own])).toEqual([["c", false], ["g", true], ["a", false], ["b", false]]);
});

describe("channels that are one", () => {
  const of = (id: string, name: string, receivers: string[], wish: OwnChannel["wish"] = null): OwnChannel => ({ id, name, number: 1, kind: "tv", receivers, wish });
  const lineup = (...channels: OwnChannel[]): OwnLineup => ({ revision: 1, channels, bouquets: [], groups: [], hidden_bouquets: [], order: [] });

  test("go by the name of the last in the chain, and give it their sources", () => {
    const one = of("x", "Das Erste HD", ["box", "attic"]);
    const all = lineup(one, of("y", "Das Erste", ["list"], { same_as: "x" }), of("z", "ARD", ["list"], { same_as: "y" }));
    expect(isOf(all, one).map(({ id }) => id)).toEqual(["y", "z"]);
    expect(joinedTo(all, all.channels[2] as OwnChannel)?.id).toBe("x");
    expect(sourcesOf(all, one).map(({ word }) => word)).toEqual(["box", "attic", "y", "z"]);
    const ordered = { ...one, wish: { sources: ["z", "attic", "list"] } };
    expect(sourcesOf(lineup(ordered, ...all.channels.slice(1)), ordered).map(({ word }) => word)).toEqual(["z", "attic", "y", "box"]);
  });

  test("stand for themselves in a circle and without the other", () => {
    const [one, two] = [of("x", "One", ["box"], { same_as: "y" }), of("y", "Two", ["box"], { same_as: "x" })];
    expect(joinedTo(lineup(one, two), one)).toBeNull();
    expect(joinedTo(lineup(one), one)).toBeNull();
  });

  test("are offered by the likeness of their names, and found by any", () => {
    const one = of("x", "Das Erste HD", ["box"]);
    const radio = { ...of("r", "Das Erste", ["box"]), kind: "radio" };
    const all = lineup(of("a", "arte", ["box"]), one, of("c", "Das Erste Alpha", ["box"]), of("b", "Das Erste", ["list"]), radio, of("j", "ARD", ["list"], { same_as: "x" }));
    expect(candidates(all, one, "").map(({ id }) => id)).toEqual(["b", "c", "a"]);
    expect(candidates(all, one, "art").map(({ id }) => id)).toEqual(["a"]);
  });
});
