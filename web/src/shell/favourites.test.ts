import { expect, test } from "vitest";
import type { Account } from "../api/types";
import { keepsOwn, moved, parse, withStar } from "./favourites";

test("a star is put at the end once, and taken away", () => {
  expect(withStar(["a"], "b", true)).toEqual(["a", "b"]);
  expect(withStar(["a", "b"], "a", true)).toEqual(["a", "b"]);
  expect(withStar(["a", "b"], "a", false)).toEqual(["b"]);
  expect(withStar(["a"], "x", false)).toEqual(["a"]);
});

test("a favourite moves past those that are gone, and not beyond the ends", () => {
  const isThere = (id: string) => id !== "gone";
  expect(moved(["a", "gone", "b"], "a", 1, isThere)).toEqual(["gone", "b", "a"]);
  expect(moved(["a", "gone", "b"], "b", -1, isThere)).toEqual(["b", "a", "gone"]);
  expect(moved(["a", "gone"], "a", 1, isThere)).toEqual(["a", "gone"]);
  expect(moved(["a", "b"], "a", -1, isThere)).toEqual(["a", "b"]);
  expect(moved(["a"], "x", 1, isThere)).toEqual(["a"]);
});

test("what is stored and not ours is nothing", () => {
  for (const [text, list] of [
    [null, []],
    ["{", []],
    ["{}", []],
    ['["a",1,"b"]', ["a", "b"]],
  ] as const) {
    expect(parse(text)).toEqual(list);
  }
});

test("guests, and whoever has no account, keep them in the browser", () => {
  const account = (until: number | null) => ({ name: "x", role: "viewer", scopes: [], has_pin: false, until_ms: until }) satisfies Account;
  expect(keepsOwn(account(null))).toBe(true);
  expect([keepsOwn(account(1)), keepsOwn(null), keepsOwn(undefined)]).toEqual([false, false, false]);
});
