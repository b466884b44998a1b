/** When a refused start is made again by itself: as the station said, then ever less often, and not for ever. */

/** What no time cures. Somebody has to do something, and who has done it presses the button. */
const INCURABLE: ReadonlySet<string> = new Set([
  "not_playable",
  "scrambled",
  "no_source",
  "receiver_removed",
  "receiver_unauthorized",
  "ended_by_host",
]);
/** Some refusals only look as if time cured them: a machine that is too weak for one picture is "busy" for ever. */
const RETRIES = 20;
const LONGEST_S = 120;

/** Seconds until the next start by itself; null: there is none. `said`: what the station asked to wait, if it did. */
export function retryDelay(code: string | null, said: number | null, retries: number): number | null {
  if (said === null || retries >= RETRIES || (code !== null && INCURABLE.has(code))) return null;
  const first = Math.max(1, Math.ceil(said));
  return Math.max(first, Math.min(LONGEST_S, first * 2 ** retries));
}
