import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { NoteKind, NoteView } from "../api/stations";
import { stations as de } from "../i18n/stations.de";
import { stations as en } from "../i18n/stations.en";
import { NOON, slot, why } from "../test/stations";
import { changedAddress, readPlanAddress } from "./address";
import { logFile } from "./AirLog";
import { firstEvening } from "./evening";
import { readDay, writeDay } from "./Plan";
import { offersOf } from "./ShowPicker";
import { faultAt, faultWords, hasFault, lengthWords, lintWords, noteWords, placeWords, whyWords } from "./words";

/** Paths of all texts in a catalogue. */
function paths(node: unknown, at = ""): string[] {
  if (typeof node !== "object" || node === null) return [at];
  return Object.entries(node).flatMap(([key, value]) => paths(value, `${at}.${key}`));
}

test("both languages have the same texts", () => {
  expect(paths(de)).toEqual(paths(en));
});

const KINDS: readonly NoteKind[] = ["cursor_gone", "too_long", "did_not_fit", "cut", "late", "missed", "nothing", "no_room"];
const note = (kind: NoteKind): NoteView => ({ at: "2026-11-30T20:15:00Z", kind, block: "evening", source: "krimi", item: "Tatort 5", instead: null, length_ms: 90_000 });

describe.each([
  ["en", en],
  ["de", de],
] as const)("notes in %s", (_, w) => {
  test.each(KINDS)("%s is a sentence about its block", (kind) => {
    const words = noteWords(w, note(kind));
    expect(words).toMatch(/^[\p{Lu}“„].*\.$/u);
    expect(words).toContain("evening");
    expect(words).not.toMatch(/undefined|null/);
  });
});

test("a later station's note is told by its name", () => {
  expect(noteWords(en, { ...note("cut"), kind: "sun_burnt" as NoteKind })).toBe("evening: sun burnt");
});

test.each<[number, string]>([
  [20_000, "20 s"],
  [60_000, "1 min"],
  [5_400_000, "1 h 30 min"],
  [3_600_000, "1 h"],
  [26 * 3_600_000, "26 h"],
  [259_200_000, "3 days"],
])("%d ms", (ms, words) => {
  expect(lengthWords(en, ms)).toBe(words);
});

describe("why", () => {
  test("a programme: day, block, step, and whether it stays", () => {
    expect(whyWords(en, slot(0, 30, { firm: true }), "Monday", false, NOON)).toEqual([
      "Monday: it goes by the day “weekday”.",
      "Its block “evening” begins at 18:00.",
      "Step 1 of “evening” plays “Tatort”.",
      "It is what the step had next.",
      "It is prepared and fixed: it will air like this.",
    ]);
  });
  test("a break by its rule, what is cut off, what failed", () => {
    const words = whyWords(de, slot(0, 1, { role: "mid", cut: true, preparation: "failed", failure: "kaputt", why: why({ rule: "ads", source: "trailers", at: "18:00:30" }) }), "Montag", false, NOON);
    expect(words).toContain("Die Pause „ads“ nimmt hier Clips aus „trailers“.");
    expect(words).toContain("Sein Block „evening“ beginnt um 18:00:30.");
    expect(words).toContain("Es wird abgeschnitten, damit das Folgende pünktlich beginnt.");
    expect(words.at(-1)).toBe("Es ließ sich nicht vorbereiten: kaputt");
  });
  test("of a simple channel names no blocks; of a slate no source", () => {
    expect(whyWords(en, slot(0, 1, { why: why({ block: "all" }) }), "Monday", true, NOON).slice(0, 2)).toEqual([en.why.simple, "It comes from “Tatort”."]);
    expect(whyWords(en, slot(-9, -8, { why: why({ block: "all", source: "all" }) }), "Monday", true, NOON)).toEqual([en.why.simple, en.why.turn, en.why.past]);
    expect(whyWords(en, slot(0, 1, { role: "slate", kind: "slate" }), "Monday", false, NOON).join(" ")).not.toContain("Tatort");
  });
});

test.each<[string, string]>([
  ["", "the document"],
  ["blocks.evening.play[0].source", "Block “evening”, step 1, source"],
  ["templates.weekday[1].at", "Day “weekday”, 2, at"],
  ["calendar[0].holidays[2]", "Rule 1, holidays 3"],
  ["simple.shows[1].weight", "show 2, weight"],
  ["name", "Name"],
])("place %s", (place, words) => {
  expect(placeWords(en, place)).toBe(words);
});

test("faults are at their place, or below it", () => {
  const faults = [{ place: "blocks.a.play[0].source", message: "m", code: "c" }];
  expect(faultAt(faults, "blocks.a.play[0].source")).toBe("m");
  expect(faultAt(faults, "blocks.a")).toBeUndefined();
  expect(hasFault(faults, "blocks.a")).toBe(true);
  expect(hasFault(faults, "blocks.a.play")).toBe(true);
  expect(hasFault(faults, "blocks.aa")).toBe(false);
});

test("what a simulation finds odd has words, or its code", () => {
  expect(lintWords(en, { code: "block_unused", place: "blocks.live", parameters: { name: "live", number: 0 } })).toBe("No day has the block “live”.");
  expect(lintWords(en, { code: "clip_soon", place: "breaks", parameters: { name: "", item: "Trailer 4", number: 5 * 60 * 90_000 } })).toBe("Trailer 4 came again after 5 min: add more clips.");
  expect(lintWords(de, { code: "clip_overused", place: "breaks", parameters: { name: "", item: "Trailer 4", number: 105_096 } })).toContain("105.096-mal");
  expect(lintWords(en, { code: "never_heard_of", place: "", parameters: { name: "", number: 0 } })).toBe("the document: never heard of");
});

test("has words for every thing that the station finds odd, and every note of planning", () => {
  const read = (path: string) => readFileSync(resolve(import.meta.dirname, "../../../crates/core/src/schedule", path), "utf8");
  const variants = (source: string, name: string) => {
    const body = source.slice(source.indexOf(`pub enum ${name} {`)).split("\n}")[0] ?? "";
    return [...body.matchAll(/^ {4}([A-Z]\w+),/gm)].map(([, variant = ""]) => variant.replaceAll(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase());
  };
  const codes = variants(read("lint.rs"), "LintCode");
  expect(codes.length).toBeGreaterThan(20);
  expect(Object.keys(en.lints).filter((code) => code !== "other").toSorted()).toEqual(codes.toSorted());
  expect(variants(read("timeline.rs"), "NoteKind").toSorted()).toEqual(KINDS.toSorted());
});

test("has a name for every feast day", () => {
  const source = readFileSync(resolve(import.meta.dirname, "../../../crates/core/src/schedule/holiday.rs"), "utf8");
  const table = (name: string) => [...(source.slice(source.indexOf(`pub const ${name}`)).split("\n];")[0] ?? "").matchAll(/^ {4}\("([a-z0-9_-]+)",/gm)].map(([, day]) => day);
  expect(table("NAMED").length).toBeGreaterThan(30);
  expect(Object.keys(en.calendar.days).toSorted()).toEqual(table("NAMED").toSorted());
  expect(Object.keys(en.calendar.sets).toSorted()).toEqual(table("SETS").toSorted());
});

test("an address is read as far as it is one", () => {
  expect(readPlanAddress({ tab: "edit", section: "blocks", part: 7, date: "2026-12-24", layout: "list", slot: "x", other: 1 })).toEqual({ tab: "edit", section: "blocks", part: "7", date: "2026-12-24", layout: "list", slot: "x" });
  expect(readPlanAddress({ tab: "drop", date: "24.12.", layout: 3, section: "" })).toEqual({});
  expect(changedAddress({ tab: "edit", slot: "x" }, { slot: undefined, date: "2026-12-24" })).toEqual({ tab: "edit", date: "2026-12-24" });
});

test.each([null, 60, -330])("days are read as they are written, in zone %j", (zone) => {
  const day = readDay("2026-12-24", zone);
  expect(day !== null && writeDay(day, zone)).toBe("2026-12-24");
  expect(readDay("x", zone)).toBeNull();
});

test("the first evening is today's until late, then tomorrow's", () => {
  const at = (hours: number) => Date.UTC(2026, 10, 30, hours);
  expect(firstEvening(at(9), 0)).toEqual({ from: at(18), to: at(24) });
  expect(firstEvening(at(20), 0)).toEqual({ from: at(20), to: at(24) });
  expect(firstEvening(at(23), 0)).toEqual({ from: at(42), to: at(48) });
});

test("offers are shows of the library, single films, and what was typed", () => {
  const items: Parameters<typeof offersOf>[2] = [
    { id: 1, title: "E1", show: "Tatort", kind: "episode" },
    { id: 2, title: "E2", show: "Tatort", kind: "episode" },
    { id: 3, title: "Metropolis", kind: "film" },
  ];
  expect(offersOf(en, [], items, "tat", new Set()).map(({ show }) => show)).toEqual([{ show: "Tatort" }, { item: 3 }, { show: "tat" }, { tag: "tat" }]);
  expect(offersOf(en, [], items, "Tatort", new Set()).map(({ show }) => show)).toEqual([{ show: "Tatort" }, { item: 3 }, { tag: "Tatort" }]);
  expect(offersOf(en, [], items, "", new Set(["Tatort"])).map(({ show }) => show)).toEqual([{ item: 3 }]);
  expect(offersOf(en, [{ name: "Die Brücke", episodes: 9 }, { name: "Tatort", episodes: 3 }], [], "brücke die", new Set())[0]).toMatchObject({ label: "Die Brücke", detail: "9 episodes" });
  expect(offersOf(en, [], items, "", new Set(), 3).map(({ show }) => show)).toEqual([{ kind: "film" }, { show: "Tatort" }, { item: 3 }]);
  expect(offersOf(en, [], [], "all", new Set(["film"]), 3).map(({ show }) => show)).toEqual([{ show: "all" }, { tag: "all" }]);
  expect(offersOf(en, [], [], "kind:film", new Set()).at(-1)?.show).toEqual({ query: "kind:film" });
});

test("a period of the log is fetched from the first day's beginning to the last day's end", () => {
  const address = new URL(logFile("s 1", "2026-11-01", "2026-11-30", "csv") ?? "");
  expect(address.pathname).toBe("/api/v1/stations/s%201/log/export");
  expect(address.searchParams.get("format")).toBe("csv");
  expect(address.searchParams.get("from")).toBe(new Date(2026, 10, 1).toISOString());
  expect(address.searchParams.get("to")).toBe(new Date(2026, 11, 1).toISOString());
  expect(logFile("s1", "2026-11-02", "2026-11-01", "json")).toBeUndefined();
  expect(logFile("s1", "", "2026-11-01", "json")).toBeUndefined();
});

test("a fault has words of its kind where the station's are in another language", () => {
  const fault = { place: "blocks.a.play[0].source", message: "there is no source 'x'", code: "unknown_name" };
  expect(faultWords(de, fault)).toBe("Das gibt es nicht:");
  expect(faultWords(en, fault)).toBe("");
  expect(faultWords(de, { ...fault, code: "of another version" })).toBe("");
});
