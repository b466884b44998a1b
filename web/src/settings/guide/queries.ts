/** Where the guide comes from, as the page asks for it and changes it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { queryClient } from "../../api/queries";
import type { components } from "../../api/schema";

type Schemas = components["schemas"];

export type Source = Schemas["Source"];
export type Matches = Schemas["Matches"];
export type ChannelMatch = Schemas["ChannelMatch"];
export type MatchFit = Schemas["MatchFit"];
export type MatchStanding = Schemas["MatchStanding"];
export type GuideChoice = Schemas["GuideChoice"];

/** While one is read it is looked again this often: not each step is told. */
const LOOK_AGAIN_MS = 2_000;
const PER_PAGE = 50;
const KEY = ["guide-sources"] as const;

export const guideSources = queryOptions({
  queryKey: [...KEY, "list"],
  queryFn: () => body(api.GET("/api/v1/guide/sources")),
  staleTime: 0,
  refetchInterval: ({ state }) => (state.data?.items.some(({ reading }) => typeof reading === "number") ? LOOK_AGAIN_MS : false),
});

export type Filter = "doubtful" | "sure" | "unmatched" | "decided";

export interface Wanted {
  readonly source: string;
  readonly filter: Filter;
  readonly q: string;
}

export const matches = ({ source, filter, q }: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...KEY, "matches", source, filter, q],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/v1/guide/matches", {
          params: {
            query: {
              source,
              limit: PER_PAGE,
              ...(filter === "decided" ? { decided: true } : { standing: filter }),
              ...(q === "" ? {} : { q }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export const offered = (source: string, q: string) =>
  queryOptions({
    queryKey: [...KEY, "ids", source, q],
    queryFn: () => body(api.GET("/api/v1/guide/ids", { params: { query: { source, q, limit: 50 } } })),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

/** All of it is asked for again. */
export function again(): void {
  void queryClient.invalidateQueries({ queryKey: KEY });
}

/** What the host has said of a channel, with something more. Who says yes to an id refuses it no more, and the other way round. */
export function said(before: GuideChoice | null | undefined, more: { readonly is?: string | null; readonly not?: string; readonly none?: boolean }): GuideChoice {
  const old = { is: before?.is ?? null, not: before?.not ?? [], none: before?.none ?? false };
  if (more.none === true) return { is: null, not: old.not, none: true };
  if (typeof more.is === "string") return { is: more.is, not: old.not.filter((id) => id !== more.is), none: false };
  if (more.not === undefined) return old;
  const { not } = more;
  return { is: old.is === not ? null : old.is, not: [...old.not.filter((id) => id !== not), not], none: false };
}
