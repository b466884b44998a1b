import { expect, test } from "vitest";
import type { OwnChannel, OwnLineup } from "../api/types";
import { inOrder, isHidden, nameOf, wishOf } from "./lineup";

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
