/** What the address of the guide says: which time and row, which filters and view, what is looked for, what is open. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

export interface Address {
  /** Where the view begins, as `20261129T1915Z`; without it the guide shows what is on. */
  readonly at?: string;
  /** Channel of the grid's first row. */
  readonly row?: string;
  readonly view?: "grid" | "list";
  /** The one channel that is listed, or searched. */
  readonly channel?: string;
  readonly bouquet?: string;
  /** Genre group (EN 300 468 table 28), 1 to 10. */
  readonly genre?: number;
  readonly q?: string;
  /** Of this day alone, where something is looked for. */
  readonly day?: SearchDay;
  /** Only what is shown for the first time. */
  readonly new?: true;
  /** The programme whose details are open. */
  readonly programme?: string;
}

export const GENRES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
export type Genre = (typeof GENRES)[number];

/** The group of a DVB genre; null for what has none of the known. */
export function groupOf(genre: number | null | undefined): Genre | null {
  return GENRES.find((group) => genre !== null && genre !== undefined && genre >> 4 === group) ?? null;
}

/** Days as they are looked for: as seen from today, so that the address of a search stays good. */
export const SEARCH_DAYS = ["today", "tomorrow", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type SearchDay = (typeof SEARCH_DAYS)[number];

const LONGEST_QUERY = 200;

/** Reads an address that anybody may have written. */
export function readAddress(given: Readonly<Record<string, unknown>>): Address {
  // The router reads numbers out of texts that look like them.
  const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value).slice(0, LONGEST_QUERY) : "");
  const { view } = given;
  const genre = GENRES.find((group) => group === Number(given["genre"]));
  const day = SEARCH_DAYS.find((one) => one === given["day"]);
  return {
    ...(readTime(text(given["at"])) === null ? {} : { at: text(given["at"]) }),
    ...named("row", text(given["row"])),
    ...(view === "grid" || view === "list" ? { view } : {}),
    ...named("channel", text(given["channel"])),
    ...named("bouquet", text(given["bouquet"])),
    ...(genre ? { genre } : {}),
    ...named("q", text(given["q"])),
    ...(day ? { day } : {}),
    ...(given["new"] === true ? { new: true } : {}),
    ...named("programme", text(given["programme"])),
  };
}

function named<Name extends string>(name: Name, value: string): { readonly [Key in Name]?: string } {
  return value === "" ? {} : ({ [name]: value } as { readonly [Key in Name]?: string });
}

/** `20261129T1915Z`: ISO 8601 without what an address would have to escape. */
export function writeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replaceAll(/[-:]/g, "")}Z`;
}

export function readTime(text: string | undefined): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (!match) return null;
  const [, year, month, day, hours, minutes] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:00Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** What is set to undefined leaves the address. */
export type Change = { readonly [Key in keyof Address]?: Address[Key] | undefined };

export function changed(address: Address, change: Change): Address {
  return Object.fromEntries(Object.entries({ ...address, ...change }).filter(([, value]) => value !== undefined)) as Address;
}

/** The address, and how it is changed: `go` makes a step that the browser can go back, `adjust` does not. */
export function useAddress() {
  const address = useSearch({ strict: false }) as Address;
  const navigate = useNavigate();
  const change = useCallback(
    (to: Change, replace: boolean) => void navigate({ to: "/guide", search: (before: Address) => changed(before, to), replace }),
    [navigate],
  );
  return useMemo(
    () => ({
      address,
      go: (to: Change) => change(to, false),
      adjust: (to: Change) => change(to, true),
    }),
    [address, change],
  );
}
