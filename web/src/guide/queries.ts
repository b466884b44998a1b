/** What the guide asks the station, and how long each answer stays good. A change of the guide is told by the socket. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { fetchFound, fetchProgramme, fetchWindow, type Airing, type Wanted } from "./api";
import { windowStart } from "./chunks";
import { learnZone } from "./zone";

const MINUTE = 60_000;
/** Windows that nobody looks at any more are kept for the way back. */
const KEPT = 10 * MINUTE;
const FOUND_PER_PAGE = 40;

export interface Row {
  readonly airings: readonly Airing[];
  readonly staleS: number;
}

export interface GuideWindow {
  readonly window: number;
  /** By channel. */
  readonly rows: Readonly<Record<string, Row>>;
}

/** All keys begin so: they are what a change of the guide makes old. */
export const GUIDE = ["guide"] as const;
const WINDOWS = [...GUIDE, "window"] as const;

/** What is on some channels in one window of time (`chunks.ts`); without `enabled` only if it is here already. */
export const guideWindow = (channels: readonly string[], window: number, enabled = true) =>
  queryOptions({
    queryKey: [...WINDOWS, window, channels.join()],
    queryFn: async ({ signal }): Promise<GuideWindow> => {
      const rows: Record<string, Row> = {};
      let cursor: string | null = null;
      do {
        const page = await fetchWindow(channels, windowStart(window), windowStart(window + 1), signal, cursor);
        learnZone(page.items.find(({ items }) => items.length > 0)?.items[0]?.start);
        for (const row of page.items) rows[row.channel_id] = { airings: row.items, staleS: row.stale_s };
        cursor = page.next_cursor ?? null;
      } while (cursor);
      return { window, rows };
    },
    enabled,
    staleTime: 10 * MINUTE,
    gcTime: KEPT,
  });

export const programme = (id: string) =>
  queryOptions({
    queryKey: [...GUIDE, "programme", id],
    queryFn: ({ signal }) => fetchProgramme(id, signal),
    staleTime: 5 * MINUTE,
  });

/** Programmes with these words. `from` is the moment of the question, so that further pages go on from the first. */
export const found = (wanted: Wanted, from: number) =>
  infiniteQueryOptions({
    queryKey: [...GUIDE, "found", wanted, from],
    queryFn: ({ signal, pageParam }) => fetchFound(wanted, from, FOUND_PER_PAGE, signal, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    enabled: wanted.q !== "",
    placeholderData: keepPreviousData,
    staleTime: 5 * MINUTE,
  });

/** The first few, for the palette. */
export const foundFirst = (q: string, limit: number) =>
  queryOptions({
    queryKey: [...GUIDE, "first", q, limit],
    queryFn: async ({ signal }) => (await fetchFound({ q }, Date.now(), limit, signal, null)).items,
    enabled: q !== "",
    placeholderData: keepPreviousData,
    staleTime: 5 * MINUTE,
  });
