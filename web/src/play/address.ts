/** What addresses of played programmes say, and of what there are some. */
import type { Channel } from "../api/types";

/** What was on is found again for so long; the station says when it is not. */
const KEPT_MS = 7 * 86_400_000;

export interface PlayAddress {
  /** Seconds into the item at which to begin. */
  readonly from?: number;
}

export function readPlayAddress({ from }: Record<string, unknown>): PlayAddress {
  const seconds = Number(from);
  return Number.isFinite(seconds) && seconds > 0 ? { from: Math.floor(seconds) } : {};
}

/** A channel of one's own: its past is made of files, and is kept. */
export function isOwn({ id }: Pick<Channel, "id">): boolean {
  return id.startsWith("own-");
}

/** Whether what began then can be seen again. */
export function isKept({ start }: { readonly start: string }, now: number): boolean {
  const began = Date.parse(start);
  return began <= now && began > now - KEPT_MS;
}

/** A time as addresses have it: seconds since 1970. */
export function secondsOf(time: string): string {
  return String(Math.floor(Date.parse(time) / 1000));
}
