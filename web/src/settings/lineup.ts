/** What the host's wishes make of a lineup, as the page for them shows it. What counts is decided by the station. */
import type { ChannelWish, OwnChannel, OwnLineup } from "../api/types";

export function isHidden(channel: OwnChannel): boolean {
  return channel.wish?.hidden === true;
}

export function nameOf(channel: OwnChannel): string {
  return channel.wish?.name ?? channel.name;
}

/** The channel's wish with `more`; a field that is null is no wish any more. */
export function wishOf(channel: OwnChannel, more: Partial<ChannelWish>): ChannelWish {
  return Object.fromEntries(
    Object.entries({ ...channel.wish, ...more }).filter(([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}

export interface ListedBouquet {
  readonly id: string;
  readonly name: string;
  readonly channels: number;
  /** The host has made it. */
  readonly own: boolean;
}

/** Groups and bouquets as they stand everywhere: those that are named first, then the host's own, then the receivers'. */
export function inOrder(lineup: OwnLineup): readonly ListedBouquet[] {
  const own = lineup.groups.map(({ id, name, channels }) => ({ id, name, channels: channels.length, own: true }));
  const taken = new Set(own.map(({ id }) => id));
  const others = lineup.bouquets.filter(({ id }) => !taken.has(id)).map(({ id, name, channels }) => ({ id, name, channels, own: false }));
  const place = new Map(lineup.order.map((id, at) => [id, at]));
  const at = ({ id }: ListedBouquet) => place.get(id) ?? Number.MAX_SAFE_INTEGER;
  return [...own, ...others].toSorted((a, b) => at(a) - at(b));
}
