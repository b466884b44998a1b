import { expect, test } from "vitest";
import { en } from "../i18n/en";
import { channel } from "../test/lineup";
import { readAddress } from "./address";
import { searchDay, searchDays } from "./calendar";
import { addressOf, inWords, isSame, wordsOf } from "./searches";

test("an address is kept as words and filters, and comes back", () => {
  const address = readAddress({ q: "king", channel: "c3", genre: 4, day: "sun", new: true, view: "list" });
  const wanted = wordsOf(address);
  expect(wanted).toEqual({ q: "king", channel: "c3", genre: 0x40, day: "sun", new: true });
  expect(addressOf(wanted)).toMatchObject({ q: "king", channel: "c3", genre: 4, day: "sun", new: true });
  expect(readAddress({ q: "x", day: "someday" })).toEqual({ q: "x" });
  const plain = addressOf({ q: "x", new: false });
  expect([plain.channel, plain.day, plain.genre, plain.new]).toEqual([undefined, undefined, undefined, undefined]);
  expect(isSame(wanted, { ...wanted, q: "King" })).toBe(true);
  expect(isSame(wanted, { ...wanted, day: "mon" })).toBe(false);
});

test("a search is said in words", () => {
  const byId = new Map([["c3", channel(3, "arte")]]);
  expect(inWords(en, { q: "king", channel: "c3", day: "sun", genre: 0x40, new: true }, byId)).toBe("“king” · arte · on Sunday · Sport · New");
  expect(inWords(en, { q: "king", channel: "gone", new: false }, byId)).toBe("“king” · a channel that is not there");
});

test("a day is looked for as seen from today; a weekday is the next one", () => {
  const noon = Date.UTC(2026, 10, 29, 12); // a Sunday
  const midnight = Date.UTC(2026, 10, 29);
  const day = 86_400_000;
  expect(searchDays(noon, 0).map((one) => one.day)).toEqual(["today", "tomorrow", "tue", "wed", "thu", "fri", "sat"]);
  expect(searchDay("today", noon, 0)).toEqual({ from: midnight, to: midnight + day });
  expect(searchDay("sun", noon, 0).from).toBe(midnight);
  expect(searchDay("sat", noon, 0).from).toBe(midnight + 6 * day);
  expect(searchDay("tomorrow", noon, 0).from).toBe(midnight + day);
});
