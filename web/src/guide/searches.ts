/** Searches that are kept: what of an address they are, and how they are said in words. */
import type { Channel, SavedSearch, SearchWords } from "../api/types";
import type { Catalogue } from "../i18n/catalogue";
import { SEARCH_DAYS, groupOf, type Address, type Change } from "./address";
import { genreName } from "./words";

/** What an address looks for. */
export function wordsOf({ q = "", channel, genre, day, new: isNew }: Address): SearchWords {
  return { q, new: isNew === true, ...(channel ? { channel } : {}), ...(day ? { day } : {}), ...(genre ? { genre: genre << 4 } : {}) };
}

/** The address of what is looked for: everything that the one before had left over is gone. */
export function addressOf({ q, channel, day, genre, new: isNew }: SearchWords): Change {
  return {
    q,
    channel: channel ?? undefined,
    day: SEARCH_DAYS.find((one) => one === day),
    genre: groupOf(genre) ?? undefined,
    new: isNew ? true : undefined,
    programme: undefined,
  };
}

export function isSame(a: SearchWords, b: SearchWords): boolean {
  return parts(a) === parts(b);
}

function parts({ q, channel, day, genre, new: isNew }: SearchWords): string {
  return JSON.stringify([q.toLowerCase(), channel ?? null, day ?? null, genre ?? null, isNew === true]);
}

/** `tatort · Sport · on Sunday`. */
export function inWords(t: Catalogue, { q, channel, day, genre, new: isNew }: SavedSearch["wanted"], byId: ReadonlyMap<string, Channel>): string {
  const known = SEARCH_DAYS.find((one) => one === day);
  return [`“${q}”`, channel && (byId.get(channel)?.name ?? t.searches.goneChannel), known && t.searches.days[known], genreName(t, genre), isNew && t.guide.new]
    .filter(Boolean)
    .join(" · ");
}
