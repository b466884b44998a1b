/**
 * How the picture of one session fares, summed since the session began: what the station is told, and what the panel of
 * facts shows. Counts and times only; nothing here knows who watches or what.
 */
import type { PlayerFacts } from "../api/types";

/** What the browser counts of a video element; it begins anew whenever the media source does. */
export interface Frames {
  readonly totalVideoFrames: number;
  readonly droppedVideoFrames: number;
}

export class Tally {
  private firstFrameMs: number | null = null;
  private stalls = 0;
  private stalledMs = 0;
  private stalledSince: number | null = null;
  private decoderFailures = 0;
  private total = 0;
  private dropped = 0;
  private last: Frames = { totalVideoFrames: 0, droppedVideoFrames: 0 };

  /** `frames`: what the element has counted before this session. */
  constructor(frames: Frames) {
    this.last = { totalVideoFrames: frames.totalVideoFrames, droppedVideoFrames: frames.droppedVideoFrames };
  }

  firstFrame(ms: number): void {
    this.firstFrameMs ??= Math.round(ms);
  }

  stallBegan(now: number): void {
    if (this.stalledSince !== null) return;
    this.stalls += 1;
    this.stalledSince = now;
  }

  stallEnded(now: number): void {
    if (this.stalledSince === null) return;
    this.stalledMs += now - this.stalledSince;
    this.stalledSince = null;
  }

  decoderFailed(): void {
    this.decoderFailures += 1;
  }

  /** Takes what the element counts now; says what has come since the last time. */
  count(frames: Frames): { readonly total: number; readonly dropped: number } {
    const anew = frames.totalVideoFrames < this.last.totalVideoFrames;
    const total = frames.totalVideoFrames - (anew ? 0 : this.last.totalVideoFrames);
    const dropped = Math.max(0, frames.droppedVideoFrames - (anew ? 0 : this.last.droppedVideoFrames));
    this.last = { totalVideoFrames: frames.totalVideoFrames, droppedVideoFrames: frames.droppedVideoFrames };
    this.total += total;
    this.dropped += dropped;
    return { total, dropped };
  }

  facts(now: number, timeline: { readonly ahead: number; readonly latency: number } | null): PlayerFacts {
    const running = this.stalledSince === null ? 0 : now - this.stalledSince;
    return {
      first_frame_ms: this.firstFrameMs,
      stalls: this.stalls,
      stalled_ms: Math.round(this.stalledMs + running),
      shown_frames: Math.max(0, this.total - this.dropped),
      dropped_frames: this.dropped,
      decoder_failures: this.decoderFailures,
      ahead_ms: timeline ? ms(timeline.ahead) : null,
      behind_ms: timeline ? ms(timeline.latency) : null,
    };
  }
}

function ms(seconds: number): number | null {
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1000)) : null;
}
