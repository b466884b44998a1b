/**
 * Whether the picture fights, and against what: said in one plain line, and only while it is true. One hiccup is nothing;
 * two within a minute are. A machine that leaves out half of the pictures for a while cannot keep up.
 */

/** `connection`: parts come too late. `source`: the station itself gets nothing. `device`: pictures come and are not shown. */
export type Struggle = "connection" | "source" | "device";

const STALL_MEMORY_MS = 60_000;
const STALLS = 2;
/** The line goes when nothing has run out for this long. */
const STALL_CALM_MS = 30_000;
const FRAME_MEMORY_MS = 20_000;
/** Fewer pictures than ten seconds' worth say nothing. */
const FRAMES = 250;
const DROPPED = 0.5;

interface Stall {
  readonly at: number;
  readonly kind: "connection" | "source";
}

export class Struggles {
  private stalls: Stall[] = [];
  private frames: { readonly at: number; readonly total: number; readonly dropped: number }[] = [];

  /** The picture has run out. `fed`: the station had something newer that had not arrived. */
  stalled(now: number, fed: boolean): void {
    this.stalls = [...this.recent(now), { at: now, kind: fed ? "connection" : "source" }];
  }

  /** Pictures since the last call. */
  showed(now: number, total: number, dropped: number): void {
    this.frames = [...this.frames.filter(({ at }) => now - at < FRAME_MEMORY_MS), { at: now, total, dropped }];
  }

  forget(): void {
    this.stalls = [];
    this.frames = [];
  }

  at(now: number): Struggle | null {
    const stalls = this.recent(now);
    const last = stalls.at(-1);
    if (last && stalls.length >= STALLS && now - last.at < STALL_CALM_MS) return last.kind;
    const sum = (of: "total" | "dropped") => this.frames.reduce((all, sample) => all + sample[of], 0);
    return sum("total") >= FRAMES && sum("dropped") / sum("total") >= DROPPED ? "device" : null;
  }

  private recent(now: number): Stall[] {
    return this.stalls.filter(({ at }) => now - at < STALL_MEMORY_MS);
  }
}
