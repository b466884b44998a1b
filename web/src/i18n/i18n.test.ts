import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { de } from "./de";
import { en } from "./en";
import { localeFor } from ".";
import { age, clockDuration, languageName, progress, stationOffset, stationTime, viewerTime } from "./format";

describe("times", () => {
  test.each<[string, number | null]>([
    ["2026-11-20T20:15:00+01:00", 60],
    ["2026-11-20T20:15:00-03:30", -210],
    ["2026-11-20T19:15:00Z", null],
    ["2026-11-20T19:15:00+00:00", 0],
  ])("offset of %s", (time, minutes) => {
    expect(stationOffset(time)).toBe(minutes);
  });

  test("are shown on the station's clock, wherever the viewer is", () => {
    expect(stationTime("2026-11-20T20:15:00+01:00", "de")).toBe("20:15");
    expect(stationTime("2026-11-20T20:15:00-08:00", "de")).toBe("20:15");
  });

  test("have the viewer's beside them only where it differs", () => {
    const here = -new Date("2026-11-20T12:00:00Z").getTimezoneOffset();
    const written = (minutes: number) => {
      const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
      const rest = String(Math.abs(minutes) % 60).padStart(2, "0");
      return `2026-11-20T12:00:00${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
    };
    expect(viewerTime(written(here), "de")).toBeNull();
    expect(viewerTime(written(here + 60), "de")).toBe("11:00");
    expect(viewerTime("2026-11-20T12:00:00Z", "de")).toBeNull();
  });

  test.each<[number, string]>([
    [0, "0:00"],
    [7.4, "0:07"],
    [59.6, "1:00"],
    [760, "12:40"],
    [3729, "1:02:09"],
    [-3, "0:00"],
  ])("%d s", (seconds, text) => {
    expect(clockDuration(seconds)).toBe(text);
  });

  test("ages are rounded to one unit", () => {
    expect(age(90_000, "en")).toBe("25 hours");
    expect(age(200, "de")).toBe("3 Minuten");
    expect(age(864_000, "en")).toBe("10 days");
  });

  test("progress stays between its ends", () => {
    const [start, end] = ["2026-11-20T20:00:00Z", "2026-11-20T21:00:00Z"];
    expect(progress(start, end, Date.parse("2026-11-20T20:15:00Z"))).toBe(0.25);
    expect(progress(start, end, 0)).toBe(0);
    expect(progress(start, end, Date.parse("2027-01-01T00:00:00Z"))).toBe(1);
    expect(progress(end, start, Date.now())).toBe(0);
  });
});

test.each<[string | null, string | null]>([
  ["deu", "Deutsch"],
  ["ger", "Deutsch"],
  ["de", "Deutsch"],
  ["fra", "Französisch"],
  ["qaa", null],
  ["und", null],
  ["mul", null],
  ["not a language!", null],
  [null, null],
])("language %s", (code, name) => {
  expect(languageName(code, "de")).toBe(name);
});

/** Paths of all texts in a catalogue. */
function paths(node: unknown, at = ""): string[] {
  if (typeof node !== "object" || node === null) return [at];
  return Object.entries(node).flatMap(([key, value]) => paths(value, `${at}.${key}`));
}

describe("catalogues", () => {
  test("have the same texts", () => {
    expect(paths(de)).toEqual(paths(en));
  });
  test("plurals follow the language", () => {
    expect(en.watch.count(1)).toBe("1 channel");
    expect(en.watch.count(1234)).toBe("1,234 channels");
    expect(de.watch.minutesLeft(1)).toBe("noch 1 Minute");
    expect(de.watch.count(1234)).toBe("1.234 Sender");
  });
  test("have words for every reason that the station gives", () => {
    const source = readFileSync(resolve(import.meta.dirname, "../../../crates/core/src/session/reason.rs"), "utf8");
    const table = source.slice(source.indexOf("reasons! {"));
    const codes = [...table.matchAll(/^\s+[A-Z]\w+ "([a-z_]+)"/gm)].map((match) => match[1]);
    expect(codes.length).toBeGreaterThan(10);
    expect(Object.keys(en.refusal.reasons).toSorted()).toEqual(codes.toSorted());
  });
  test("have words for every reason of a plan", () => {
    const source = readFileSync(resolve(import.meta.dirname, "../../../crates/core/src/playback/mod.rs"), "utf8");
    const table = source.slice(source.indexOf("pub fn entry"), source.indexOf("pub fn code"));
    const codes = [...table.matchAll(/\(\s*"([a-z_]+)",/g)].map((match) => match[1]);
    expect(codes.length).toBeGreaterThan(10);
    expect(Object.keys(en.plan.reasons).toSorted()).toEqual(codes.toSorted());
  });
});

test.each<["en" | "de", string[], string]>([
  ["en", ["en-US", "en"], "en-US"],
  ["en", ["de-DE", "en-GB"], "en-GB"],
  ["en", ["de-DE"], "en-GB"],
  ["de", ["de-AT", "en"], "de-AT"],
  ["de", ["en-US"], "de"],
])("%s among %j is written as %s", (language, tags, locale) => {
  expect(localeFor(language, tags)).toBe(locale);
});
