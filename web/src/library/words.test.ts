import { describe, expect, test } from "vitest";
import { en } from "../i18n/en";
import type { Item } from "./api";
import { about, advice, count, trouble } from "./words";

const item: Item = {
  id: 1,
  kind: "episode",
  state: "present",
  title: "Lügen",
  show: "Dark",
  season: 1,
  episode: 2,
  last_episode: null,
  absolute: null,
  part: null,
  released: null,
  year: 2017,
  age: null,
  length_s: 3120,
  lines: 1080,
  tags: [],
  hidden: false,
  flaws: 0,
  picture: "a",
  added: "2026-01-01T00:00:00Z",
};

describe("how items are written", () => {
  test.each([
    [{}, "S01E02"],
    [{ last_episode: 3 }, "S01E02–03"],
    [{ season: null, episode: null, absolute: 412 }, "#412"],
    [{ episode: null }, "S01"],
    [{ season: null, episode: null, released: "2024-05-01" }, "2024-05-01"],
    [{ season: null, episode: null }, ""],
  ])("%j counts %s", (change, text) => {
    expect(count({ ...item, ...change })).toBe(text);
  });

  test("the line under a title", () => {
    expect(about(item, en)).toBe("Dark · S01E02 · 52:00");
    expect(about({ ...item, kind: "film", length_s: 0 }, en)).toBe("2017");
    expect(about({ ...item, kind: "clip", year: null, length_s: 7 }, en)).toBe("Clip · 0:07");
  });

  test("trouble is told, the worst first", () => {
    expect(trouble(item, en)).toBeNull();
    expect(trouble({ ...item, flaws: 2 }, en)).toBe("2 faults");
    expect(trouble({ ...item, state: "absent", flaws: 2, hidden: true }, en)).toBe("absent");
  });

  test("a fault that the page has no words for keeps the station's", () => {
    expect(advice({ code: "empty", message: "m", advice: "a" }, en)[0]).toBe("The file is empty.");
    expect(advice({ code: "new", message: "m", advice: "a" }, en)).toEqual(["m", "a"]);
  });
});
