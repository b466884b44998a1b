/** The conversations' part of the API. Its paths are written by hand until the API's document has them. */
import { queryOptions } from "@tanstack/react-query";
import type { Client } from "openapi-fetch";
import { api, body } from "../api/client";
import { queryClient } from "../api/queries";
import type { Command, Event, Mode } from "./wire";

export interface Conversation {
  readonly id: string;
  readonly title: string | null;
  readonly mode: Mode;
  /** Which provider is to answer; none: the station's choice. */
  readonly model?: string | null;
  readonly epoch: string;
  /** The last event. */
  readonly last: number;
  readonly changed_at: string;
}

export interface Found {
  readonly id: string;
  readonly title: string | null;
  /** The message in which it was found; 0: in the title. */
  readonly offset: number;
  readonly text: string;
}

export interface Provider {
  readonly name: string;
  readonly model: string;
  readonly kind: string;
  /** It answers, as far as is known. */
  readonly well: boolean;
}

export interface Assistant {
  readonly providers: readonly Provider[];
  /** The station understands a few sentences by itself. */
  readonly plain: boolean;
}

export interface Page {
  readonly epoch: string;
  readonly items: readonly Event[];
  readonly last: number;
}

/** What comes is told by hand, as the functions below give it. */
interface Json {
  headers: Record<string, unknown>;
  content: { "application/json": unknown };
}
interface One {
  parameters: { path: { id: string } };
}

interface TalkPaths {
  "/api/v1/conversations": {
    get: { responses: { 200: Json } };
    post: { parameters: { header: { "Idempotency-Key": string } }; responses: { 201: Json } };
  };
  "/api/v1/conversations/{id}": { get: One & { responses: { 200: Json } }; delete: One & { responses: { 204: { headers: Record<string, unknown>; content?: never } } } };
  "/api/v1/conversations/{id}/events": { get: { parameters: One["parameters"] & { query: { after: number; limit: number } }; responses: { 200: Json } } };
  "/api/v1/conversations/{id}/commands": { post: One & { requestBody: { content: { "application/json": Command } }; responses: { 200: Json } } };
  "/api/v1/conversations/search": { get: { parameters: { query: { q: string } }; responses: { 200: Json } } };
  "/api/v1/assistant": { get: { responses: { 200: Json } } };
}

const talk = api as unknown as Client<TalkPaths>;

async function read<T>(call: Promise<{ data?: unknown }>): Promise<T> {
  return (await body(call)) as T;
}

const KEY = ["conversations"];

/** One's own, the newest first. */
export const conversations = queryOptions({
  queryKey: [...KEY, "list"],
  queryFn: async () => {
    const { items } = await read<{ readonly items: readonly Conversation[] }>(talk.GET("/api/v1/conversations"));
    return items.toSorted((a, b) => Date.parse(b.changed_at) - Date.parse(a.changed_at));
  },
  staleTime: 30_000,
});

export const conversation = (id: string) =>
  queryOptions({
    queryKey: [...KEY, "one", id],
    queryFn: () => read<Conversation>(talk.GET("/api/v1/conversations/{id}", { params: { path: { id } } })),
    // What the list knows of it is enough to begin with.
    initialData: () => queryClient.getQueryData(conversations.queryKey)?.find((one) => one.id === id),
    initialDataUpdatedAt: () => queryClient.getQueryState(conversations.queryKey)?.dataUpdatedAt,
    staleTime: 30_000,
  });

export const found = (q: string) =>
  queryOptions({
    queryKey: [...KEY, "found", q],
    queryFn: async () => (await read<{ readonly items: readonly Found[] }>(talk.GET("/api/v1/conversations/search", { params: { query: { q } } }))).items,
    enabled: q !== "",
    staleTime: 30_000,
  });

export const assistant = queryOptions({
  queryKey: ["assistant"],
  queryFn: () => read<Assistant>(talk.GET("/api/v1/assistant")),
  staleTime: 5 * 60_000,
});

/** The same key makes the same conversation. */
export function begin(key: string): Promise<Conversation> {
  return read(talk.POST("/api/v1/conversations", { params: { header: { "Idempotency-Key": key } } }));
}

export async function remove(id: string): Promise<void> {
  await talk.DELETE("/api/v1/conversations/{id}", { params: { path: { id } } });
}

export function eventsAfter(id: string, after: number, limit: number): Promise<Page> {
  return read(talk.GET("/api/v1/conversations/{id}/events", { params: { path: { id }, query: { after, limit } } }));
}

export function command(id: string, what: Command): Promise<{ readonly offset: number }> {
  return read(talk.POST("/api/v1/conversations/{id}/commands", { params: { path: { id } }, body: what }));
}

/** The list is another: all that shows it asks anew. */
export async function changed(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: conversations.queryKey }),
    queryClient.invalidateQueries({ queryKey: [...KEY, "found"] }),
  ]);
}

/** What the account's news say of a conversation goes into the list at once; what it does not tell is asked for. */
export function heard(data: unknown): void {
  const news = data as Partial<Conversation> & { readonly changed_ms?: number };
  if (typeof news?.id !== "string" || typeof news.epoch !== "string" || typeof news.changed_ms !== "number") {
    void changed();
    return;
  }
  const row: Conversation = {
    id: news.id,
    title: news.title ?? null,
    mode: news.mode ?? "assistant",
    epoch: news.epoch,
    last: news.last ?? 0,
    changed_at: new Date(news.changed_ms).toISOString(),
  };
  queryClient.setQueryData(conversations.queryKey, (rows) => rows && [row, ...rows.filter(({ id }) => id !== row.id)].toSorted((a, b) => Date.parse(b.changed_at) - Date.parse(a.changed_at)));
  queryClient.setQueryData(conversation(row.id).queryKey, (before) => ({ ...before, ...row }));
}
