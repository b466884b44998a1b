/** What the host's wishes make of a lineup, as the page for them shows it. What counts is decided by the station. */
import type { ChannelWish, OwnChannel, OwnLineup } from "../api/types";
import { search } from "../shell/station";

/** Channels may be one by way of so many others; more is a circle. */
const STEPS = 16;

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

/** Channels by id, made once for each state of the lineup. */
const indexes = new WeakMap<readonly OwnChannel[], ReadonlyMap<string, OwnChannel>>();

function byId({ channels }: OwnLineup): ReadonlyMap<string, OwnChannel> {
  const known = indexes.get(channels);
  if (known) return known;
  const made = new Map(channels.map((one) => [one.id, one]));
  indexes.set(channels, made);
  return made;
}

/** The channel that this one is by the host's word, if that is there. */
export function joinedTo(lineup: OwnLineup, channel: OwnChannel): OwnChannel | null {
  const all = byId(lineup);
  let at = channel.id;
  for (let step = 0; step <= STEPS; step += 1) {
    const next = all.get(at)?.wish?.same_as;
    if (!next) return at === channel.id ? null : (all.get(at) ?? null);
    at = next;
  }
  return null;
}

/** The channels that are this one. */
export function isOf(lineup: OwnLineup, channel: OwnChannel): readonly OwnChannel[] {
  return lineup.channels.filter((other) => other.wish?.same_as && joinedTo(lineup, other)?.id === channel.id);
}

export interface ListedSource {
  readonly receiver: string;
  readonly channel: OwnChannel;
  /** By what the host's order names it: its receiver, or the channel that was joined. */
  readonly word: string;
}

/** Where a channel comes from, in the host's order: as the station has it. */
export function sourcesOf(lineup: OwnLineup, channel: OwnChannel): readonly ListedSource[] {
  const wanted = channel.wish?.sources ?? [];
  const sources = [channel, ...isOf(lineup, channel)].flatMap((one) =>
    one.receivers.map((receiver) => ({ receiver, channel: one, word: one.id === channel.id ? receiver : one.id })),
  );
  const place = (source: ListedSource) => {
    const own = wanted.indexOf(source.channel.id);
    const at = own >= 0 ? own : wanted.indexOf(source.receiver);
    return at >= 0 ? at : Number.MAX_SAFE_INTEGER;
  };
  return sources.toSorted((a, b) => place(a) - place(b));
}

/** Channels that `channel` may be made the same as: of its kind, standing for themselves, and not itself. Without a query those of the most similar name come first. */
export function candidates(lineup: OwnLineup, channel: OwnChannel, query: string): readonly OwnChannel[] {
  const free = lineup.channels.filter((other) => other.id !== channel.id && other.kind === channel.kind && !joinedTo(lineup, other));
  const rows = free.map((other) => ({ other, name: nameOf(other), number: other.number }));
  if (query.trim() !== "") return search(rows, query).map(({ other }) => other);
  const own = plain(nameOf(channel));
  const likeness = (name: string) => {
    const theirs = plain(name);
    return theirs === own ? 0 : theirs.startsWith(own) || own.startsWith(theirs) ? 1 : 2;
  };
  return rows.toSorted((a, b) => likeness(a.name) - likeness(b.name)).map(({ other }) => other);
}

/** A name without what it says of sharpness, and without anything but letters and digits. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/\b(?:uhd|hd|sd|4k)\b/g, "")
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, "");
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
