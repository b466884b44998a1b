/** A channel number typed digit by digit. */
import type { Channel } from "../api/types";

export interface Typed {
  readonly digits: string;
  /** The channel that has exactly this number. */
  readonly match: Channel | null;
  /** No longer number begins like this one, so there is nothing to wait for. */
  readonly final: boolean;
}

/** How long to wait for another digit. */
export const DIGIT_WAIT_MS = 1_400;
const LONGEST = 5;

/** Receivers number television and radio apart, so a number is first looked for among channels of the `kind` on air. */
export function typed(digits: string, channels: readonly Channel[], kind: string = "tv"): Typed {
  const text = digits.slice(0, LONGEST);
  const wanted = Number(text);
  const matches = channels.filter(({ number }) => number === wanted);
  const match = matches.find((channel) => channel.kind === kind) ?? matches[0] ?? null;
  const longer = channels.some(({ number }) => {
    const written = String(number);
    return written.length > text.length && written.startsWith(text);
  });
  return { digits: text, match, final: text.length >= LONGEST || !longer };
}
