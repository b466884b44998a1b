/**
 * How fast to play, to stay at the live edge without running dry. A channel that has just been tuned shows its first
 * picture with hardly anything loaded: it plays a little slower until there is a cushion. A viewer who fell behind plays a
 * little faster until the distance is the wanted one again. A twentieth is not heard; the pitch is kept.
 */
import type { Timeline } from "./engine";

export const PACE_EVERY_MS = 250;

const SLOWER = 0.95;
const FASTER = 1.05;
/** Less than this loaded ahead is thin ice, this much is a cushion. */
const THIN_S = 0.55;
const CUSHION_S = 0.9;
/** Later than wanted by more than this is worth catching up, until it is less than that. */
const LATE_S = 0.3;
const ON_TIME_S = 0.05;
/** Whoever is later than this has gone back on purpose. */
const ON_PURPOSE_S = 4;

export function pace({ latency, targetLatency, ahead }: Timeline, rate: number): number {
  const late = latency - targetLatency;
  if (late > ON_PURPOSE_S) return 1;
  if (ahead < (rate < 1 ? CUSHION_S : THIN_S)) return late < LATE_S ? SLOWER : 1;
  if (late > (rate > 1 ? ON_TIME_S : LATE_S) && ahead > CUSHION_S) return FASTER;
  return 1;
}
