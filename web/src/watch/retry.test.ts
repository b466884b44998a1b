import { describe, expect, test } from "vitest";
import { retryDelay } from "./retry";

describe("a refused start is made again by itself", () => {
  test.each<[string, string | null, number | null, number, number | null]>([
    ["when the station said so", "tuners_busy", 15, 0, 15],
    ["less often each time", "tuners_busy", 15, 2, 60],
    ["every two minutes at least", "transcoders_busy", 15, 9, 120],
    ["never sooner than the station said", "receiver_refused", 300, 3, 300],
    ["not at once, whatever was said", "tuners_busy", 0, 0, 1],
    ["for a code that is not known, as the station said", "something_new", 20, 0, 20],
    ["without a code, too", null, 20, 0, 20],
    ["not for ever", "transcoders_busy", 15, 20, null],
    ["not if the station said nothing", "tune_failed", null, 0, null],
    ["not if time cures nothing", "not_playable", 15, 0, null],
    ["not against a wrong password", "receiver_unauthorized", 15, 0, null],
  ])("%s", (_name, code, said, retries, seconds) => {
    expect(retryDelay(code, said, retries)).toBe(seconds);
  });
});
