import { describe, expect, test } from "vitest";
import { bitRate, bytes, extremes, outline, share } from "./figures";

test.each<[number, string]>([
  [0, "0 byte"],
  [999, "999 byte"],
  [1000, "1 kB"],
  [8_240_000, "8.2 MB"],
  [1_400_000_000, "1.4 GB"],
  [250_000_000_000, "250 GB"],
  [4e15, "4,000 TB"],
])("%d bytes", (value, text) => {
  expect(bytes(value, "en")).toBe(text);
});

test.each<[number, string]>([
  [512_400, "512 kbit/s"],
  [999_999, "1,000 kbit/s"],
  [8_240_000, "8.2 Mbit/s"],
  [12_000_000, "12.0 Mbit/s"],
])("%d bits per second", (value, text) => {
  expect(bitRate(value, "en")).toBe(text);
});

test("shares of nothing are nothing", () => {
  expect(share(1, 0, "en")).toBe("0%");
  expect(share(12, 1000, "en")).toBe("1.2%");
});

describe("the outline of a plot", () => {
  test("needs two values", () => {
    expect(outline([], 10)).toBe("");
    expect(outline([4], 10)).toBe("");
  });
  test("ends at the right edge, however few there are, with the highest at the top and zero at the bottom", () => {
    expect(outline([0, 5, 10], 5)).toBe("M50.00 23.00L75.00 12.00L100.00 1.00");
    expect(outline([10, 0], 2)).toBe("M0.00 1.00L100.00 23.00");
  });
  test("of silence lies at the bottom", () => {
    expect(outline([0, 0], 2)).toBe("M0.00 23.00L100.00 23.00");
  });
});

test("extremes", () => {
  expect(extremes([])).toBeNull();
  expect(extremes([3, 1, 2])).toEqual({ low: 1, high: 3, last: 2 });
});
