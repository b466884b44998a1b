import { describe, expect, test } from "vitest";
import { channels } from "../test/lineup";
import { typed } from "./digits";

const lineup = channels([1, 2, 10, 12, 120, 901]);

describe("a typed number", () => {
  test.each<[string, number | null, boolean]>([
    ["1", 1, false], // 10, 12 and 120 may still be meant
    ["2", 2, true],
    ["12", 12, false],
    ["120", 120, true],
    ["9", null, false],
    ["90", null, false],
    ["901", 901, true],
    ["7", null, true],
    ["0", null, true],
    ["002", 2, true],
  ])("%s", (digits, number, final) => {
    const state = typed(digits, lineup);
    expect(state.match?.number ?? null).toBe(number);
    expect(state.final).toBe(final);
  });

  test("is looked for among channels of the kind on air first", () => {
    const [tv, radio] = [lineup[0], { ...lineup[0], id: "r1", kind: "radio" }];
    const both = [tv, radio].flatMap((channel) => (channel ? [channel as (typeof lineup)[number]] : []));
    expect(typed("1", both, "radio").match?.id).toBe("r1");
    expect(typed("1", both).match?.id).toBe("c1");
    expect(typed("2", lineup, "radio").match?.id).toBe("c2");
  });

  test("is never longer than five digits", () => {
    expect(typed("1234567", lineup)).toMatchObject({ digits: "12345", match: null, final: true });
  });
});
