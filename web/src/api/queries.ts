/** What the pages ask the station, with how long each answer stays good. */
import { QueryClient, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { wantedLanguages } from "../i18n";
import { api, body } from "./client";
import { asProblem } from "./problem";

const MINUTE = 60_000;
/** Channels per request: one round trip for nearly everyone, and a first screen at once for those with 10,000. */
const CHANNELS_PER_PAGE = 500;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: MINUTE,
      retry: (count, error) => count < 2 && asProblem(error).transient,
      refetchOnWindowFocus: true,
    },
  },
});

export const authState = queryOptions({
  queryKey: ["auth"],
  queryFn: () => body(api.GET("/api/v1/auth/state")),
  staleTime: 5 * MINUTE,
});

export const bouquets = queryOptions({
  queryKey: ["bouquets"],
  queryFn: () => body(api.GET("/api/v1/bouquets")),
  staleTime: 5 * MINUTE,
});

export const channelPages = infiniteQueryOptions({
  queryKey: ["channels"],
  queryFn: ({ pageParam }) =>
    body(
      api.GET("/api/v1/channels", {
        params: { query: { limit: CHANNELS_PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor ?? null,
  staleTime: 5 * MINUTE,
});

/** What is on, and next, for a handful of channels. `ids` is sorted by the caller so that equal sets share an answer. */
export const nowNext = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["now", ids],
    queryFn: () => body(api.GET("/api/v1/guide/now", { params: { query: { channels: ids.join(","), languages: wantedLanguages().join(",") } } })),
    enabled: ids.length > 0,
    refetchInterval: MINUTE,
    placeholderData: (previous) => previous,
  });

/** The lineup as receivers have it, and what the host wants of it. */
export const ownLineup = queryOptions({
  queryKey: ["lineup"],
  queryFn: () => body(api.GET("/api/v1/lineup")),
  staleTime: 0,
});

export const receivers = queryOptions({
  queryKey: ["receivers"],
  queryFn: () => body(api.GET("/api/v1/receivers")),
  staleTime: 0,
});

export const people = queryOptions({
  queryKey: ["people"],
  queryFn: () => body(api.GET("/api/v1/people")),
  staleTime: 0,
});

/** Browsers in which this account is signed in. */
export const signIns = queryOptions({
  queryKey: ["sign-ins"],
  queryFn: () => body(api.GET("/api/v1/account/sign-ins")),
  staleTime: 0,
});

export const tokens = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => body(api.GET("/api/v1/account/tokens")),
  staleTime: 0,
});

export const players = queryOptions({
  queryKey: ["players"],
  queryFn: () => body(api.GET("/api/v1/account/players")),
  staleTime: 0,
});

/** Searches of the guide that this account keeps. */
export const searches = queryOptions({
  queryKey: ["searches"],
  queryFn: () => body(api.GET("/api/v1/account/searches")),
  staleTime: 5 * MINUTE,
});

/** Languages in which this account reads the guide. */
export const ownLanguages = queryOptions({
  queryKey: ["own-languages"],
  queryFn: () => body(api.GET("/api/v1/account/languages")),
  staleTime: 5 * MINUTE,
});

/** The station at a glance; the socket brings the same each second. */
export const status = queryOptions({
  queryKey: ["status"],
  queryFn: () => body(api.GET("/api/v1/system/status")),
  staleTime: 0,
});
