import { describe, expect, test } from "vitest";
import { Struggles } from "./struggle";
import { Tally } from "./report";

const frames = (totalVideoFrames: number, droppedVideoFrames: number) => ({ totalVideoFrames, droppedVideoFrames });

describe("a tally", () => {
  test("sums stalls, also the one that lasts, and counts the first picture once", () => {
    const tally = new Tally(frames(0, 0));
    tally.firstFrame(812.4);
    tally.firstFrame(9);
    tally.stallBegan(1000);
    tally.stallBegan(1100);
    tally.stallEnded(1500);
    tally.stallEnded(1600);
    tally.stallBegan(2000);
    tally.decoderFailed();
    expect(tally.facts(2250, { ahead: 1.2, latency: Number.NaN })).toEqual({
      first_frame_ms: 812,
      stalls: 2,
      stalled_ms: 750,
      shown_frames: 0,
      dropped_frames: 0,
      decoder_failures: 1,
      ahead_ms: 1200,
      behind_ms: null,
    });
  });

  test("counts pictures of its own session, also where the element begins anew", () => {
    const tally = new Tally(frames(500, 20));
    expect(tally.count(frames(600, 30))).toEqual({ total: 100, dropped: 10 });
    expect(tally.count(frames(50, 5))).toEqual({ total: 50, dropped: 5 });
    const { shown_frames, dropped_frames } = tally.facts(0, null);
    expect([shown_frames, dropped_frames]).toEqual([135, 15]);
  });
});

describe("a struggle", () => {
  test("is nothing at the first stall, and against whatever the last was at the second; it ends when all is calm", () => {
    const struggles = new Struggles();
    struggles.stalled(0, true);
    expect(struggles.at(1)).toBeNull();
    struggles.stalled(40_000, true);
    expect(struggles.at(40_001)).toBe("connection");
    struggles.stalled(50_000, false);
    expect(struggles.at(50_001)).toBe("source");
    expect(struggles.at(80_001)).toBeNull();
    struggles.stalled(150_000, true);
    expect(struggles.at(150_001)).toBeNull();
  });

  test("against the device needs many pictures, and most of them left out", () => {
    const struggles = new Struggles();
    struggles.showed(0, 200, 200);
    expect(struggles.at(1)).toBeNull();
    struggles.showed(8000, 200, 20);
    expect(struggles.at(8001)).toBe("device");
    struggles.showed(21_000, 200, 20);
    expect(struggles.at(21_001)).toBeNull();
    struggles.showed(22_000, 400, 400);
    expect(struggles.at(22_001)).toBe("device");
    struggles.forget();
    expect(struggles.at(22_002)).toBeNull();
  });
});
