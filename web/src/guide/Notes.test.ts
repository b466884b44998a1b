import { describe, expect, test } from "vitest";
import { airing } from "../test/guide";
import { channels } from "../test/lineup";
import { HOUR, windowStart, type View } from "./chunks";
import { outlook } from "./Notes";
import type { Row } from "./queries";

const start = windowStart(1000);
const at = (hours: number) => start + hours * HOUR;
const rows: Readonly<Record<string, Row>> = {
  "c1/1000": { airings: [airing("early", at(0), at(1)), airing("late", at(9), at(10))], staleS: 900 },
  "c2/1000": { airings: [airing("other", at(2), at(3))], staleS: 60 },
  "c3/1000": { airings: [], staleS: 0 },
};
const known = { row: (id: string, window: number) => rows[`${id}/${window}`], pending: false, error: null, retry: () => undefined };
const view = (first: number, last: number, from: number, to: number): View => ({ first, last, from: at(from), to: at(to) });

describe("what is known of what is in sight", () => {
  test.each<[string, View, boolean, string[], number | null]>([
    ["all", view(0, 1, 0, 12), true, ["early", "late", "other"], 60],
    ["only what lies in the view", view(0, 1, 0, 3), true, ["early", "other"], 60],
    ["as old as the youngest row", view(0, 0, 0, 3), true, ["early"], 900],
    ["nothing on a silent channel", view(2, 2, 0, 3), true, [], null],
    ["some is on its way", view(0, 3, 0, 3), false, ["early", "other"], 60],
    ["the next window is on its way", view(0, 0, 0, 13), false, ["early", "late"], 900],
  ])("%s", (_what, view, settled, ids, staleS) => {
    const seen = outlook(known, channels([1, 2, 3, 4]), view);
    expect([seen.settled, seen.airings.map(({ id }) => id), seen.staleS]).toEqual([settled, ids, staleS]);
  });
});
