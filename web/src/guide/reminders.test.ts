import { describe, expect, test } from "vitest";
import { due, parse, standing, untilNext, withOne, without, type Reminder } from "./reminders";

const MINUTE = 60_000;
const eight = Date.parse("2026-11-29T20:00:00Z");
const at = (minutes: number) => eight + minutes * MINUTE;
const reminder = (id: string, from: number, to: number): Reminder => ({
  id,
  channelId: "c1",
  channel: "One",
  title: id,
  start: new Date(at(from)).toISOString(),
  end: new Date(at(to)).toISOString(),
});
const list = [reminder("news", 0, 15), reminder("film", 15, 105), reminder("night", 300, 320)];
const ids = (reminders: readonly Reminder[]) => reminders.map(({ id }) => id);

describe("reminders", () => {
  test.each<[number, string[], string[]]>([
    [-1, [], ["news", "film", "night"]],
    [0, ["news"], ["news", "film", "night"]],
    [14, ["news"], ["news", "film", "night"]],
    [15, ["film"], ["film", "night"]], // the one is over when the other begins
    [200, [], ["night"]],
    [400, [], []],
  ])("%d minutes past eight", (minutes, now, left) => {
    expect(ids(due(list, at(minutes)))).toEqual(now);
    expect(ids(standing(list, at(minutes)))).toEqual(left);
  });

  test.each<[seen: number, now: number, ms: number]>([
    [-60, -60, 30_000], // looked at again all the same: computers sleep
    [-0.25, -0.25, 15_000],
    [-0.25, 0.1, 0], // it has begun since
    [0, 0, 30_000],
    [400, 400, 30_000],
  ])("seen at %d and now %d minutes past eight, %d ms to wait", (seen, now, ms) => {
    expect(untilNext(list, at(seen), at(now))).toBe(ms);
  });

  test("are kept in order of time, once each, without those that are over", () => {
    const more = withOne(list, reminder("quiz", 10, 15), at(5));
    expect(ids(more)).toEqual(["news", "quiz", "film", "night"]);
    expect(ids(withOne(more, reminder("quiz", 20, 25), at(16)))).toEqual(["film", "quiz", "night"]);
    expect(ids(without(more, "film"))).toEqual(["news", "quiz", "night"]);
  });

  test.each<[string | null, string[]]>([
    [null, []],
    ["not JSON", []],
    ["{}", []],
    [JSON.stringify([...list, { id: "half" }, null, { ...list[0], start: "soon" }]), ["news", "film", "night"]],
  ])("are read from %s", (text, read) => {
    expect(ids(parse(text))).toEqual(read);
  });
});
