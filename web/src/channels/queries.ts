/** What the pages about own channels ask, and how long each answer stays good. A change is told by the socket. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { useEffect } from "react";
import { live } from "../api/live";
import { queryClient } from "../api/queries";
import { fetchItems, fetchLog, fetchStation, fetchStations, fetchTimeline } from "../api/stations";

const MINUTE = 60_000;
/** While something is being prepared its progress is looked at this often: not each step is told. */
const LOOK_AGAIN_MS = 5_000;
const LOG_PER_PAGE = 100;
const SUGGESTIONS = 50;
/** A plan that moves is told many times in a minute. */
const NEWS_MS = 1_000;

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
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.slots.some(({ preparation }) => preparation === "running") ? LOOK_AGAIN_MS : false),
  });

export const airLog = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...STATIONS, "log", id],
    queryFn: ({ signal, pageParam }) => fetchLog(id, pageParam, LOG_PER_PAGE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });

export const libraryItems = (q: string) =>
  queryOptions({
    queryKey: ["library", "items", q],
    queryFn: ({ signal }) => fetchItems(q, SUGGESTIONS, signal),
    placeholderData: keepPreviousData,
  });

/** All of it is asked for again. */
export function again(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: STATIONS });
}

/** What is in sight follows what the station says. */
export function useStationNews(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.subscribe("stations", () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void again();
      }, NEWS_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
}
