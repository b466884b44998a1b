import { describe, expect, test } from "vitest";
import { readCapabilities } from "./capabilities";
import { asSession } from "./session";
import { isLive } from "./player";

describe("capabilities", () => {
  test("are what the browser says, by family", () => {
    const chromium = { isTypeSupported: (type: string) => /avc1|mp4a\.40|opus|av01|vp09|flac/.test(type) };
    expect(readCapabilities(chromium)).toEqual({
      containers: ["cmaf"],
      video: ["avc1", "av01", "vp09"],
      audio: ["mp4a.40.2", "mp4a.40.5", "opus", "flac"],
      hls: "low_latency",
    });
  });
  test("without Media Source the browser plays HLS itself", () => {
    expect(readCapabilities(null)).toMatchObject({ hls: "standard", containers: ["cmaf", "ts"] });
  });
});

test("only whole sessions are taken from events", () => {
  const session = { id: "s", state: "ready", playlist_url: "/play/k/main.m3u8" };
  expect(asSession(session)).toBe(session);
  expect(asSession({ id: "s", state: "ready" })).toBeNull();
  expect(asSession(null)).toBeNull();
  expect(asSession("ready")).toBeNull();
});

test("live is as near as the player means to be", () => {
  const timeline = { start: 0, edge: 100, position: 98, latency: 2, targetLatency: 1, clock: null, ahead: 1 };
  expect(isLive(timeline)).toBe(true);
  expect(isLive({ ...timeline, latency: 3.4 })).toBe(true);
  expect(isLive({ ...timeline, latency: 12 })).toBe(false);
});
