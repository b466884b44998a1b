import { describe, expect, test } from "vitest";
import { slot } from "../test/stations";
import { fittingZoom } from "./Plan";
import { between, firmUntil, onAt, preparationOf, programmesOf } from "./programmes";

describe("slots become programmes", () => {
  const shape = (slots: Parameters<typeof programmesOf>[0]) => programmesOf(slots).map(({ slot, slots, filling }) => `${filling ? "~" : ""}${slot.title}×${slots.length}`);

  test("breaks of a programme are in it, and after one it goes on", () => {
    const slots = [
      slot(0, 1, { role: "pre", title: "ident" }),
      slot(1, 30),
      slot(30, 31, { role: "mid", title: "ad" }),
      slot(31, 60, { offset_ms: 29 * 60_000 }),
      slot(60, 62, { role: "post", title: "trailer" }),
      slot(62, 90, { entry: 2, title: "Columbo", item_id: 2 }),
    ];
    expect(shape(slots)).toEqual(["Tatort×5", "Columbo×1"]);
    expect(programmesOf(slots)[0]).toMatchObject({ key: slots[0]?.start, start: Date.parse(slots[0]?.start ?? ""), end: Date.parse(slots[4]?.end ?? "") });
  });
  test("two episodes of one entry are two programmes", () => {
    expect(shape([slot(0, 30), slot(30, 60, { item_id: 2 })])).toEqual(["Tatort×1", "Tatort×1"]);
  });
  test("the same item again from its beginning is another programme", () => {
    expect(shape([slot(0, 30), slot(30, 60)])).toEqual(["Tatort×1", "Tatort×1"]);
  });
  test("filling of its own stands between them, in one piece", () => {
    const fill = (from: number, to: number, entry: number) => slot(from, to, { role: "fallback", title: "fish", entry });
    expect(shape([slot(0, 30), fill(30, 40, 2), fill(40, 50, 3), slot(50, 80, { entry: 4 })])).toEqual(["Tatort×1", "~fish×2", "Tatort×1"]);
  });
  test("what fills before the first programme, and what stands before one that does not come, is kept", () => {
    expect(shape([slot(0, 5, { role: "tail", title: "fish", entry: 9 }), slot(5, 6, { role: "pre", title: "ident" })])).toEqual(["~fish×1", "~ident×1"]);
    expect(shape([])).toEqual([]);
  });
  test("nothing is lost and nothing doubled, however they come", () => {
    const roles = ["programme", "pre", "mid", "post", "tail", "fallback", "slate"] as const;
    for (let seed = 0; seed < 500; seed += 1) {
      let state = seed + 1;
      const die = (sides: number) => {
        state = (state * 48_271) % 2_147_483_647;
        return state % sides;
      };
      const slots = Array.from({ length: 12 }, (_, at) => slot(at, at + 1, { role: roles[die(7)] ?? "programme", entry: die(3), item_id: die(2), offset_ms: die(2) * 1000 }));
      const parts = programmesOf(slots).flatMap((programme) => programme.slots);
      expect(parts.length === slots.length && parts.every((part, at) => part === slots[at]), `seed ${seed}`).toBe(true);
    }
  });
});

test("what lies in a window, and what is on", () => {
  const programmes = programmesOf([slot(0, 30), slot(30, 60, { entry: 2 })]);
  const [first, second] = programmes;
  expect(between(programmes, first?.end ?? 0, Infinity)).toEqual([second]);
  expect(onAt(programmes, (first?.end ?? 0) - 1)).toBe(first);
  expect(onAt(programmes, first?.end ?? 0)).toBe(second);
});

test("a programme is prepared as far as its worst slot", () => {
  const prepared = (...states: Parameters<typeof slot>[2][]) => preparationOf({ slots: states.map((more) => slot(0, 1, more)) });
  expect(prepared({ preparation: "ready" }, { preparation: "failed" })).toEqual({ state: "failed", progress: null });
  expect(prepared({ preparation: "ready" }, { preparation: "running", progress: 0.5 })).toEqual({ state: "running", progress: 0.75 });
  expect(prepared({ preparation: "none" })).toEqual({ state: "none", progress: null });
});

test("the firm part ends with its last slot", () => {
  const slots = [slot(0, 30, { firm: true }), slot(30, 60, { firm: true }), slot(60, 90)];
  expect(firmUntil(slots)).toBe(Date.parse(slots[1]?.end ?? ""));
  expect(firmUntil([slot(0, 1)])).toBeNull();
});

test("the zoom fits the usual length: films from afar, clips from near", () => {
  const of = (minutes: number) => fittingZoom(programmesOf([0, 1, 2].map((at) => slot(at * minutes, (at + 1) * minutes, { entry: at, item_id: at }))));
  expect([of(90), of(45), of(10), of(4), of(0.5)]).toEqual([1, 1, 2, 3, 5]);
  expect(fittingZoom([])).toBe(1);
});
