/** The library's part of the API. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { basePath } from "../api/base";
import { api, body } from "../api/client";
import { queryClient } from "../api/queries";
import type { components } from "../api/schema";
import type { Address, Filter } from "./address";

type Schemas = components["schemas"];
export type Item = Schemas["LibraryItem"];
export type Detail = Schemas["LibraryDetail"];
export type Show = Schemas["LibraryShow"];
export type Folder = Schemas["LibraryFolderState"];
export type Collection = Schemas["LibraryCollection"];
export type Content = Schemas["CollectionContent"];
export type Correction = Schemas["LibraryCorrection"];
export type Action = Schemas["LibraryAction"];
export type Overview = Schemas["LibraryOverview"];

/** Items of a request. */
const PAGE = 200;

export const overview = queryOptions({
  queryKey: ["library", "overview"],
  queryFn: () => body(api.GET("/api/v1/library")),
  staleTime: 0,
});

export const shows = queryOptions({
  queryKey: ["library", "shows"],
  queryFn: () => body(api.GET("/api/v1/library/shows")),
});

export const folders = queryOptions({
  queryKey: ["library", "folders"],
  queryFn: () => body(api.GET("/api/v1/library/folders")),
  staleTime: 0,
});

export const collections = queryOptions({
  queryKey: ["library", "collections"],
  queryFn: () => body(api.GET("/api/v1/library/collections")),
});

export const detail = (id: number) =>
  queryOptions({
    queryKey: ["library", "item", id],
    queryFn: () => body(api.GET("/api/v1/library/items/{id}", { params: { path: { id } } })),
  });

function filter(only: Filter | undefined) {
  switch (only) {
    case "flawed":
      return { flawed: true };
    case "hidden":
      return { hidden: true };
    case "absent":
    case "unplayable":
      return { state: only };
    default:
      return {};
  }
}

/** What an address asks of the station. */
export function asked({ q, kind, only, sort, show, collection }: Address) {
  return {
    ...(q === undefined ? {} : { q }),
    ...(kind === undefined ? {} : { kind }),
    ...(sort === undefined ? {} : { sort }),
    ...(show === undefined ? {} : { show }),
    ...(collection === undefined ? {} : { collection }),
    ...filter(only),
  };
}

export const items = (address: Address) => {
  const query = asked(address);
  return infiniteQueryOptions({
    queryKey: ["library", "items", query],
    queryFn: ({ pageParam, signal }) =>
      body(api.GET("/api/v1/library/items", { params: { query: { ...query, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
  });
};

/** How many items a query means, and the first of them. A query that is none fails with its column. */
export const tried = (query: string) =>
  queryOptions({
    queryKey: ["library", "tried", query],
    queryFn: ({ signal }) => body(api.GET("/api/v1/library/items", { params: { query: { query, limit: 6 } }, signal })),
    retry: false,
    placeholderData: keepPreviousData,
  });

export function again(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ["library"] });
}

/** The address of an item's picture; another picture has another one, so it is kept by the browser. */
export function pictureOf({ id, picture }: { readonly id: number; readonly picture: string }): string {
  return `${basePath}/api/v1/library/items/${id}/picture?v=${picture}`;
}

export async function act(ids: readonly number[], action: Action): Promise<number> {
  const { changed } = await body(api.POST("/api/v1/library/actions", { body: { ids: [...ids], action } }));
  return changed;
}

export function scanNow(): Promise<unknown> {
  return api.POST("/api/v1/library/scan");
}
