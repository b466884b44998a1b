import { expect, test } from "vitest";
import type { Correction } from "./api";
import { corrected, drafted } from "./CorrectDialog";

const said: Correction = { kind: null, title: "Meins", season: 2, episode: 5, last_episode: 6, none: ["year"], tags: ["a", "b"], hidden: true };

test("what was not typed stays as it was said", () => {
  const next = corrected(said, drafted(said), null);
  expect(next).toMatchObject({ title: "Meins", season: 2, episode: 5, last_episode: 6, none: ["year"], tags: ["a", "b"], hidden: true });
});

test("an empty field is as the file says, and a number is a number", () => {
  const next = corrected(said, { ...drafted(said), title: " ", season: "x", episode: "7", tags: "a, ,c,a" }, "film");
  expect(next).toMatchObject({ kind: "film", title: null, season: null, episode: 7, last_episode: null, tags: ["a", "c"] });
});
