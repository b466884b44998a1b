import { expect, test } from "vitest";
import { said } from "./queries";

test("a yes takes back the no, a no the yes, and what was refused stays refused", () => {
  const no = said(null, { not: "a" });
  expect(no).toEqual({ is: null, not: ["a"], none: false });
  expect(said(no, { not: "b" }).not).toEqual(["a", "b"]);
  expect(said(no, { not: "a" }).not).toEqual(["a"]);
  const yes = said(no, { is: "b" });
  expect(yes).toEqual({ is: "b", not: ["a"], none: false });
  expect(said(yes, { not: "b" })).toEqual({ is: null, not: ["a", "b"], none: false });
  expect(said(no, { is: "a" }).not).toEqual([]);
  const none = said(yes, { none: true });
  expect(none).toEqual({ is: null, not: ["a"], none: true });
  expect(said(none, { is: "c" }).none).toBe(false);
});
