/** Where one is in a programme, by the dates in its playlist: they count from its beginning. */
import type { Timeline } from "../playback/engine";

/** Of a programme: when it began by the clock of its playlist (ms), and how long it is (s). */
export interface Extent {
  readonly base: number;
  readonly length: number;
}

export interface Place {
  /** Seconds from its beginning. */
  readonly position: number;
  /** What is there, in seconds from its beginning. */
  readonly from: number;
  readonly until: number;
}

export function placeIn({ base, length }: Extent, timeline: Timeline | null): Place {
  if (!timeline || timeline.clock === null) return { position: 0, from: 0, until: 0 };
  const position = (timeline.clock - base) / 1000;
  const within = (at: number) => Math.min(length, Math.max(0, at));
  return {
    position: within(position),
    from: within(position - (timeline.position - timeline.start)),
    // What has an end is there to its end, whatever a rounding says.
    until: timeline.live ? within(position + (timeline.edge - timeline.position)) : length,
  };
}
