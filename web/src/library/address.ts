/** What of the library an address names: it can be shared and loaded again. */

export const VIEWS = ["items", "shows", "collections", "folders"] as const;
export type View = (typeof VIEWS)[number];
export const KINDS = ["film", "episode", "clip", "other"] as const;
export type Kind = (typeof KINDS)[number];
export const FILTERS = ["all", "flawed", "absent", "unplayable", "hidden"] as const;
export type Filter = (typeof FILTERS)[number];
export const SORTS = ["natural", "added", "longest"] as const;
export type Sort = (typeof SORTS)[number];

export interface Address {
  readonly part?: View;
  readonly q?: string;
  readonly kind?: Kind;
  readonly only?: Filter;
  readonly sort?: Sort;
  readonly show?: string;
  readonly collection?: number;
  /** The item whose details are open. */
  readonly item?: number;
}

function oneOf<T extends string>(list: readonly T[], value: unknown): T | undefined {
  return list.find((one) => one === value);
}

function text(value: unknown): string | undefined {
  // An address may hold a number where a word was meant.
  const word = typeof value === "number" ? String(value) : value;
  return typeof word === "string" && word.trim() !== "" ? word.slice(0, 500) : undefined;
}

function whole(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** What an address says; what it says wrongly counts as not said, and so does what is so anyway. */
export function readAddress(search: Record<string, unknown>): Address {
  const said = {
    part: oneOf(VIEWS.slice(1), search.part),
    q: text(search.q),
    kind: oneOf(KINDS, search.kind),
    only: oneOf(FILTERS.slice(1), search.only),
    sort: oneOf(SORTS.slice(1), search.sort),
    show: text(search.show),
    collection: whole(search.collection),
    item: whole(search.item),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
