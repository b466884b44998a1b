import { describe, expect, test } from "vitest";
import { addDays, atMinute, byDay, dayStart, daysAway, daysFrom, minuteOfDay, nowEdge, reach, tonight, zoneOf, type Zone } from "./calendar";

const utc = (text: string) => Date.parse(`${text}Z`);
const written = (ms: number) => new Date(ms).toISOString().slice(0, 16);

/** Berlin in winter, Newfoundland, Greenwich. */
const BERLIN = 60;
const NEWFOUNDLAND = -210;

describe("days of a station", () => {
  test.each<[string, Zone, string]>([
    ["2026-11-29T20:15", BERLIN, "2026-11-28T23:00"],
    ["2026-11-29T23:30", BERLIN, "2026-11-29T23:00"], // half past midnight there
    ["2026-11-29T02:00", NEWFOUNDLAND, "2026-11-28T03:30"], // still the day before there
    ["2026-11-29T20:15", 0, "2026-11-29T00:00"],
  ])("%s at %s begins at %s", (moment, zone, midnight) => {
    expect(written(dayStart(utc(moment), zone))).toBe(midnight);
  });

  test("times of day are those on the wall", () => {
    const midnight = dayStart(utc("2026-11-29T12:00"), BERLIN);
    expect(written(atMinute(midnight, 20 * 60 + 15, BERLIN))).toBe("2026-11-29T19:15");
    expect(minuteOfDay(utc("2026-11-29T19:15"), BERLIN)).toBe(20 * 60 + 15);
  });

  test.each<[string, string]>([
    ["de", "2026-11-29T19:15"],
    ["en", "2026-11-29T19:00"],
  ])("the evening in %s", (language, begins) => {
    expect(written(tonight(utc("2026-11-29T12:00"), BERLIN, language))).toBe(begins);
  });

  test("of the viewer's own calendar have all their hours", () => {
    const midnight = dayStart(Date.now(), null);
    expect(new Date(midnight).getHours()).toBe(0);
    for (let day = 0; day < 400; day += 1) expect(new Date(addDays(midnight, day, null)).getHours()).toBe(0);
    expect(minuteOfDay(atMinute(midnight, 20 * 60 + 15, null), null)).toBe(20 * 60 + 15);
  });

  test("fourteen of them can be chosen", () => {
    const days = daysFrom(utc("2026-11-29T12:00"), BERLIN);
    expect(days.length).toBe(14);
    expect(written(days[0] ?? 0)).toBe("2026-11-28T23:00");
    expect(written(days[13] ?? 0)).toBe("2026-12-11T23:00");
  });

  test.each<[string, number]>([
    ["2026-11-29T00:10", 0],
    ["2026-11-29T22:59", 0],
    ["2026-11-29T23:00", 1],
    ["2026-12-12T12:00", 13],
    ["2026-11-28T12:00", -1],
  ])("%s is %d days away", (moment, days) => {
    expect(daysAway(utc(moment), utc("2026-11-29T12:00"), BERLIN)).toBe(days);
  });
});

test.each<[string, string, string]>([
  ["2026-11-29T12:00", "2026-11-28T23:00", "2026-12-12T23:00"],
  ["2026-11-29T01:00", "2026-11-27T23:00", "2026-12-12T23:00"], // at two in the night, last evening is still there
])("at %s the guide reaches from %s to %s", (now, from, to) => {
  const { from: begin, to: end } = reach(utc(now), BERLIN);
  expect([written(begin), written(end)]).toEqual([from, to]);
});

test.each<[string, string]>([
  ["2026-11-29T20:00", "2026-11-29T19:30"],
  ["2026-11-29T20:09", "2026-11-29T19:30"],
  ["2026-11-29T20:10", "2026-11-29T20:00"],
  ["2026-11-29T20:39", "2026-11-29T20:00"],
])("at %s the view begins at %s", (now, edge) => {
  expect(written(nowEdge(utc(now)))).toBe(edge);
});

test("a station's times tell its zone only where it is another than the viewer's", () => {
  const here = -new Date("2026-11-20T12:00:00Z").getTimezoneOffset();
  const offset = (minutes: number) =>
    `2026-11-20T12:00:00${minutes < 0 ? "-" : "+"}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0")}:${String(Math.abs(minutes) % 60).padStart(2, "0")}`;
  expect(zoneOf("2026-11-20T12:00:00Z")).toBeNull();
  expect(zoneOf(offset(here))).toBeNull();
  expect(zoneOf(offset(here + 90))).toBe(here + 90);
});

test("things are grouped by day and put in order of time", () => {
  const thing = (id: string, start: string) => ({ id, start: `${start}:00Z` });
  const days = byDay(
    [
      thing("late", "2026-11-29T21:00"),
      thing("night", "2026-11-29T23:10"), // already the 30th in Berlin
      thing("early", "2026-11-29T05:00"),
      thing("next", "2026-11-30T12:00"),
      thing("before", "2026-11-28T12:00"),
    ],
    BERLIN,
  );
  expect(days.map(({ day, items }) => [written(day), items.map(({ id }) => id)])).toEqual([
    ["2026-11-27T23:00", ["before"]],
    ["2026-11-28T23:00", ["early", "late"]],
    ["2026-11-29T23:00", ["night", "next"]],
  ]);
  expect(byDay([], BERLIN)).toEqual([]);
});
