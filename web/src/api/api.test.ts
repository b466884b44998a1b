import { describe, expect, test } from "vitest";
import { below } from "./base";
import { freshId } from "./client";
import { parseFrame } from "./live";
import { Problem } from "./problem";

describe("addresses", () => {
  test.each<[string, string, string]>([
    ["", "/play/k/main.m3u8", "http://tv.test/play/k/main.m3u8"],
    ["/tv", "/play/k/main.m3u8", "http://tv.test/tv/play/k/main.m3u8"],
    ["/tv", "/tv/play/k/main.m3u8", "http://tv.test/tv/play/k/main.m3u8"],
    ["/tv", "https://cdn.test/x.png", "https://cdn.test/x.png"],
    ["/tv", "//cdn.test/x.png", "http://cdn.test/x.png"],
  ])("base %j, address %s", (base, address, whole) => {
    expect(below(base, address, `http://tv.test${base}/`)).toBe(whole);
  });
});

test("fresh ids are 128 bits, and differ", () => {
  expect(freshId()).toMatch(/^[0-9a-f]{32}$/);
  expect(freshId()).not.toBe(freshId());
});

describe("problems", () => {
  test("are read from the document", async () => {
    const document = { type: "about:blank", title: "Too many", status: 429, code: "rate_limited", retry_after_s: 7, fields: [{ name: "name", message: "too long" }] };
    const response = new Response(JSON.stringify(document), { status: 429, headers: { "x-request-id": "r1" } });
    const problem = await Problem.fromResponse(response);
    expect(problem).toMatchObject({ code: "rate_limited", requestId: "r1", retryAfterS: 7, transient: true, message: "Too many" });
    expect(problem.fields).toEqual({ name: "too long" });
  });
  test("survive a page of HTML in between", async () => {
    const problem = await Problem.fromResponse(new Response("<html>", { status: 502 }));
    expect(problem).toMatchObject({ code: "unknown", status: 502, transient: true, requestId: null });
  });
  test("a refusal is not worth a retry", () => {
    expect(new Problem({ code: "forbidden" }, 403, null).transient).toBe(false);
    expect(Problem.unreachable(new TypeError("fetch failed")).transient).toBe(true);
  });
});

describe("frames", () => {
  test.each<[string, boolean]>([
    ['{"topic":"channels","type":"changed","data":{}}', true],
    ['{"topic":"channels","type":"changed"}', true],
    ['{"type":"hello"}', false],
    ["null", false],
    ["not json", false],
    ["[]", false],
  ])("%s", (text, good) => {
    expect(parseFrame(text) !== null).toBe(good);
  });
});
