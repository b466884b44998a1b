import { expect, test } from "vitest";
import { chosen } from "./GuideLanguages";

test.each<[readonly string[], number, string | null, readonly string[]]>([
  [[], 0, "de", ["de"]],
  [["de"], 1, "en", ["de", "en"]],
  [["de", "en"], 0, "en", ["en"]], // moved up, it does not stand twice
  [["de", "en", "fr"], 1, null, ["de", "fr"]],
  [["de"], 0, null, []],
])("%j, place %i: %s", (list, place, code, next) => {
  expect(chosen(list, place, code)).toEqual(next);
});
