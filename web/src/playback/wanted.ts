/** What a session is asked for: a channel as it is broadcast, or a programme that is played for itself. */
import type { components } from "../api/schema";

/** A programme: an item of the library from a second on, or what was on a channel at a time (ms since 1970). */
export type Programme = { readonly item: number; readonly from: number } | { readonly channel: string; readonly at: number };

export type Wanted = { readonly channel: string; readonly at?: undefined } | Programme;

type Asked = Pick<components["schemas"]["NewSession"], "channel_id" | "item_id" | "from" | "at">;

export function asked(wanted: Wanted): Asked {
  if ("item" in wanted) return { item_id: wanted.item, from: wanted.from };
  if (wanted.at === undefined) return { channel_id: wanted.channel, at: "live" };
  return { channel_id: wanted.channel, at: new Date(wanted.at).toISOString() };
}

/** The same from where the viewer is by now: the clock of an item counts from its beginning. */
export function resumed(programme: Programme, clock: number | null): Programme {
  if (clock === null) return programme;
  return "item" in programme ? { item: programme.item, from: Math.max(0, clock / 1000) } : { channel: programme.channel, at: clock };
}
