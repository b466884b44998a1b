/** What the pages about own channels ask, and how long each answer stays good. A change is told by the socket. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { useEffect } from "react";
import { live } from "../api/live";
import { queryClient } from "../api/queries";
import { fetchFilmCount, fetchItem, fetchItems, fetchLog, fetchShows, fetchStation, fetchStations, fetchTimeline } from "../api/stations";

const MINUTE = 60_000;
/** While something is being prepared its progress is looked at this often: not each step is told. */
const LOOK_AGAIN_MS = 5_000;
const LOG_PER_PAGE = 100;
const SUGGESTIONS = 50;
/** A plan that moves is told many times in a minute. */
const NEWS_MS = 1_000;
/** A day of clips is thousands of slots. */
const PLAN_NEWS_MS = 10_000;

export const STATIONS = ["stations"] as const;

export const stationList = queryOptions({
  queryKey: [...STATIONS, "list"],
  queryFn: ({ signal }) => fetchStations(signal),
  refetchInterval: ({ state }) => (state.data?.items.some(({ preparation }) => preparation.running > 0) ? LOOK_AGAIN_MS : MINUTE),
});

export const station = (id: string) =>
  queryOptions({
    queryKey: [...STATIONS, "one", id],
    queryFn: ({ signal }) => fetchStation(id, signal),
    refetchInterval: ({ state }) => ((state.data?.preparation.running ?? 0) > 0 ? LOOK_AGAIN_MS : MINUTE),
  });

/** What is planned from `from` until `to` (milliseconds since 1970). */
export const timeline = (id: string, from: number, to: number) =>
  queryOptions({
    queryKey: [...STATIONS, "timeline", id, from, to],
    queryFn: ({ signal }) => fetchTimeline(id, from, to, signal),
    refetchInterval: ({ state }) => (state.data?.slots.some(({ preparation }) => preparation === "running") ? LOOK_AGAIN_MS : false),
  });

export const airLog = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...STATIONS, "log", id],
    queryFn: ({ signal, pageParam }) => fetchLog(id, pageParam, LOG_PER_PAGE, signal),
    initialPageParam: null as string | null,
    // Where no cursor is given, a full page goes on before its oldest entry.
    getNextPageParam: (page) => page.next_cursor ?? (page.items.length >= LOG_PER_PAGE ? (page.items.at(-1)?.start ?? null) : null),
  });

export const libraryItems = (q: string) =>
  queryOptions({
    queryKey: ["library", "offers", q],
    queryFn: ({ signal }) => fetchItems(q, SUGGESTIONS, signal),
    placeholderData: keepPreviousData,
  });

/** How many films there are. */
export const filmCount = queryOptions({
  queryKey: ["library", "films"],
  queryFn: ({ signal }) => fetchFilmCount(signal),
});

/** An item that a document names by its number. */
export const libraryItem = (id: number) =>
  queryOptions({
    queryKey: ["library", "named", id],
    queryFn: ({ signal }) => fetchItem(id, signal),
  });

export const libraryShows = queryOptions({
  queryKey: ["library", "shows"],
  queryFn: ({ signal }) => fetchShows(signal),
});

/** All of it is asked for again. */
export function again(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: STATIONS });
}

/** What is in sight follows what the station says. */
export function useStationNews(): void {
  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined;
    let later: ReturnType<typeof setTimeout> | undefined;
    const stop = live.subscribe("stations", () => {
      soon ??= setTimeout(() => {
        soon = undefined;
        for (const what of ["list", "one", "log"]) void queryClient.invalidateQueries({ queryKey: [...STATIONS, what] });
      }, NEWS_MS);
      later ??= setTimeout(() => {
        later = undefined;
        void queryClient.invalidateQueries({ queryKey: [...STATIONS, "timeline"] });
      }, PLAN_NEWS_MS);
    });
    return () => {
      stop();
      clearTimeout(soon);
      clearTimeout(later);
    };
  }, []);
}
