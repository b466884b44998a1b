import { describe, expect, test } from "vitest";
import { readCapabilities } from "./capabilities";
import { asSession } from "./session";
import { pace } from "./pace";
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

  /** What browsers say to HEVC: by profile, tier and level. */
  const decodes = (profiles: readonly string[], tiers: string, most: number) => ({
    isTypeSupported: (type: string) => {
      const [, profile = "", tier = "", level] = /hvc1\.(\d)\.\d\.([LH])(\d+)\./.exec(type) ?? [];
      return profiles.includes(profile) && tiers.includes(tier) && Number(level) <= most;
    },
  });
  test.each<[string, ReturnType<typeof decodes>, string[]]>([
    ["Main up to 1080 lines, and nothing of Main 10", decodes(["1"], "L", 123), ["hvc1.1.6.L123.B0"]],
    ["both, up to 2160 lines", decodes(["1", "2"], "L", 153), ["hvc1.1.6.L153.B0", "hvc1.2.4.L153.B0"]],
    ["both tiers", decodes(["1"], "LH", 150), ["hvc1.1.6.L150.B0", "hvc1.1.6.H150.B0"]],
    ["less than any broadcast", decodes(["1", "2"], "L", 63), []],
    ["no HEVC", decodes([], "", 0), []],
  ])("of HEVC are told by profile, tier and level: %s", (_name, browser, video) => {
    expect(readCapabilities(browser).video).toEqual(video);
  });
  test("of a browser that plays only hev1 are none: the station sends hvc1", () => {
    expect(readCapabilities({ isTypeSupported: (type) => type.includes("hev1") }).video).toEqual([]);
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

describe("the pace", () => {
  const at = (latency: number, ahead: number) => ({ start: 0, edge: 100, position: 0, latency, targetLatency: 1, clock: null, ahead, live: true });
  test.each<[string, number, number, number, number]>([
    ["just tuned, nothing loaded", 0.6, 0.3, 1, 0.95],
    ["slower until there is a cushion", 0.9, 0.7, 0.95, 0.95],
    ["a cushion", 1.0, 0.95, 0.95, 1],
    ["on time", 1.1, 1.0, 1, 1],
    ["late", 1.6, 1.5, 1, 1.05],
    ["nearly on time", 1.2, 1.1, 1.05, 1.05],
    ["on time again", 1.04, 1.0, 1.05, 1],
    ["late with nothing loaded: the network is slow, not we", 3, 0.2, 1, 1],
    ["gone back on purpose", 30, 10, 1, 1],
    ["gone back on purpose, nothing loaded yet", 30, 0.1, 1, 1],
  ])("%s", (_name, latency, ahead, rate, next) => {
    expect(pace(at(latency, ahead), rate)).toBe(next);
  });
});

test("live is as near as the player means to be", () => {
  const timeline = { start: 0, edge: 100, position: 98, latency: 2, targetLatency: 1, clock: null, ahead: 1, live: true };
  expect(isLive(timeline)).toBe(true);
  expect(isLive({ ...timeline, latency: 3.4 })).toBe(true);
  expect(isLive({ ...timeline, latency: 12 })).toBe(false);
});
