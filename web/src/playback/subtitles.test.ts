import { describe, expect, test } from "vitest";
import { chosen, subtitlesOf, wishOf } from "./subtitles";

const tracks = subtitlesOf([
  { lang: "deu", name: "deu", forced: false },
  { lang: "deu", name: "deu forced", forced: true },
  { lang: "eng", name: "eng", forced: false },
  { lang: "eng", name: "eng sdh", forced: false, characteristics: "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound" },
]);

describe("subtitles", () => {
  test.each<[string, string | null, string | null, number]>([
    ["nothing is shown by itself", null, "eng", -1],
    ["but what all who hear German are to read", null, "ger", 1],
    ["what was chosen before", "eng", "deu", 2],
    ["for those who do not hear", "eng sdh", "deu", 3],
    ["the language for others, where that is missing", "de sdh", "eng", 0],
    ["however it is written", "de", "eng", 0],
    ["a language that is not there", "fra", "eng", -1],
  ])("%s", (_name, wish, spoken, id) => {
    expect(chosen(tracks, wish, spoken)).toBe(id);
  });

  test("a choice is remembered by language and purpose", () => {
    expect(tracks.map(wishOf)).toEqual(["deu", "deu", "eng", "eng sdh"]);
    expect(tracks.map(({ role }) => role)).toEqual(["full", "forced", "full", "impaired"]);
  });
});
