import { describe, expect, test } from "vitest";
import type { Timeline } from "../playback/engine";
import { asked, resumed } from "../playback/wanted";
import { isKept, isOwn, readPlayAddress, secondsOf } from "./address";
import { placeIn } from "./place";

const timeline = (more: Partial<Timeline>): Timeline => ({ start: 0, edge: 60, position: 10, latency: 0, targetLatency: 0, clock: 10_000, ahead: 5, live: true, ...more });

describe("where one is in a programme", () => {
  test.each<[string, Partial<Timeline>, object]>([
    ["of an item", {}, { position: 10, from: 0, until: 60 }],
    ["of an item from its tenth minute on", { clock: 605_000, position: 5 }, { position: 605, from: 600, until: 660 }],
    ["of an item all of which is there", { edge: 899.98, live: false }, { position: 10, from: 0, until: 900 }],
    ["before anything is known", { clock: null }, { position: 0, from: 0, until: 0 }],
  ])("%s", (_name, more, place) => {
    expect(placeIn({ base: 0, length: 900 }, timeline(more))).toEqual(place);
  });

  test("of what was on counts from when it began", () => {
    const base = Date.UTC(2026, 10, 30, 20, 15);
    expect(placeIn({ base, length: 5_400 }, timeline({ clock: base + 90_000, position: 90, edge: 120 }))).toEqual({ position: 90, from: 0, until: 120 });
  });
});

describe("what a session is asked for", () => {
  const at = Date.UTC(2026, 10, 30, 20, 15);
  test("a channel as it is, an item from a second on, or what was on", () => {
    expect(asked({ channel: "c" })).toEqual({ channel_id: "c", at: "live" });
    expect(asked({ item: 7, from: 12 })).toEqual({ item_id: 7, from: 12 });
    expect(asked({ channel: "own-a", at })).toEqual({ channel_id: "own-a", at: "2026-11-30T20:15:00.000Z" });
  });

  test("goes on where its viewer was", () => {
    expect(resumed({ item: 7, from: 0 }, 65_500)).toEqual({ item: 7, from: 65.5 });
    expect(resumed({ channel: "own-a", at }, at + 5_000)).toEqual({ channel: "own-a", at: at + 5_000 });
    expect(resumed({ item: 7, from: 3 }, null)).toEqual({ item: 7, from: 3 });
  });
});

describe("addresses", () => {
  test("say from which second on", () => {
    expect(readPlayAddress({ from: "90.7" })).toEqual({ from: 90 });
    expect(readPlayAddress({ from: "x" })).toEqual({});
    expect(readPlayAddress({ from: -3 })).toEqual({});
  });

  test("of own channels are of what has begun within a week", () => {
    const now = Date.UTC(2026, 10, 30, 21);
    expect([isOwn({ id: "own-a" }), isOwn({ id: "1-2-3" })]).toEqual([true, false]);
    expect(secondsOf("2026-11-30T20:15:00.4Z")).toBe(String(Date.UTC(2026, 10, 30, 20, 15) / 1000));
    expect(["2026-11-30T20:15:00Z", "2026-11-30T21:15:00Z", "2026-11-22T21:15:00Z"].map((start) => isKept({ start }, now))).toEqual([true, false, false]);
  });
});
