/**
 * Channels that the viewer likes, in their own order. They belong to the account, and all its pages know of every change;
 * guests, and whoever watches without an account, have them in this browser. Channels that are gone stay in the list.
 */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import { api, body } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import { authState, queryClient } from "../api/queries";
import type { Account, AuthState } from "../api/types";

interface Kept {
  readonly revision: number;
  readonly channels: readonly string[];
}

/** Under this id favourites stand among the bouquets. */
export const FAVOURITES = "favourites";
const KEY = "telecast.favourites";
/** As many as the station keeps. */
const MOST = 2_000;
/** Another page may be faster; then the change is made to what that one left. */
const TRIES = 3;

export const kept = queryOptions({
  queryKey: ["favourites"],
  queryFn: async (): Promise<Kept> => body(api.GET("/api/v1/account/favourites")),
  staleTime: 5 * 60_000,
});

/** With one more at the end, or without it. */
export function withStar(list: readonly string[], id: string, wanted: boolean): readonly string[] {
  const others = list.filter((other) => other !== id);
  return wanted ? (list.includes(id) ? list : [...list, id].slice(-MOST)) : others;
}

/** With one moved by a step; those that are gone are stepped over. */
export function moved(list: readonly string[], id: string, step: 1 | -1, isThere: (id: string) => boolean): readonly string[] {
  const at = list.indexOf(id);
  let to = at + step;
  while (list[to] !== undefined && !isThere(list[to] ?? "")) to += step;
  if (at < 0 || list[to] === undefined) return list;
  const next = list.filter((other) => other !== id);
  next.splice(to, 0, id);
  return next;
}

/** What this browser has stored, or nothing where that is not ours. */
export function parse(text: string | null): readonly string[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** Whether the station keeps them. */
export function keepsOwn(account: Account | null | undefined): boolean {
  return account !== null && account !== undefined && (account.until_ms ?? null) === null;
}

function stored(): readonly string[] {
  try {
    return parse(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

let here = stored();
const listeners = new Set<() => void>();

function keepHere(next: readonly string[]): void {
  here = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Private windows may refuse storage; favourites then last as long as the page.
  }
  for (const listener of listeners) listener();
}

function onStorage(event: StorageEvent): void {
  if (event.key !== KEY) return;
  here = parse(event.newValue);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener("storage", onStorage);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener("storage", onStorage);
  };
}

export interface Favourites {
  readonly list: readonly string[];
  readonly has: (id: string) => boolean;
}

const NONE: readonly string[] = [];

export function useFavourites(): Favourites {
  const { data: auth } = useQuery(authState);
  const own = keepsOwn(auth?.account);
  const { data } = useQuery({ ...kept, enabled: own });
  const local = useSyncExternalStore(subscribe, () => here);
  const list = own ? (data?.channels ?? NONE) : auth ? local : NONE;
  return useMemo(() => {
    const set = new Set(list);
    return { list, has: (id: string) => set.has(id) };
  }, [list]);
}

/** The last thing that was done, for those who do not see the star: it is read out. */
export interface Told {
  readonly name: string;
  readonly liked: boolean;
  readonly problem: Problem | null;
}

let told: Told | null = null;
const tellers = new Set<() => void>();

function tell(next: Told | null): void {
  told = next;
  for (const teller of tellers) teller();
}

export function useTold(): Told | null {
  return useSyncExternalStore(
    (listener) => {
      tellers.add(listener);
      return () => tellers.delete(listener);
    },
    () => told,
  );
}

/** One change after another: each is made to what the one before has left. */
let last: Promise<unknown> = Promise.resolve();

function changeList(change: (list: readonly string[]) => readonly string[]): Promise<Problem | null> {
  const auth = queryClient.getQueryData<AuthState>(authState.queryKey);
  if (!keepsOwn(auth?.account)) {
    keepHere(change(here));
    return Promise.resolve(null);
  }
  const before = queryClient.getQueryData<Kept>(kept.queryKey);
  if (before) queryClient.setQueryData<Kept>(kept.queryKey, { ...before, channels: [...change(before.channels)] });
  const done = last.then(async () => {
    try {
      await put(change);
      return null;
    } catch (error) {
      void queryClient.invalidateQueries({ queryKey: kept.queryKey });
      return asProblem(error);
    }
  });
  last = done;
  return done;
}

async function put(change: (list: readonly string[]) => readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const now = await body(api.GET("/api/v1/account/favourites"));
    const channels = [...change(now.channels)];
    try {
      const { revision } = await body(api.POST("/api/v1/account/favourites", { body: { revision: now.revision, channels } }));
      await queryClient.cancelQueries({ queryKey: kept.queryKey });
      queryClient.setQueryData<Kept>(kept.queryKey, { revision, channels });
      return;
    } catch (error) {
      if (asProblem(error).status !== 409 || attempt === TRIES) throw error;
    }
  }
}

/** Puts a star on a channel, or takes it away; what has come of it is told (`useTold`). */
export async function like(channel: { readonly id: string; readonly name: string }, liked: boolean): Promise<void> {
  tell({ name: channel.name, liked, problem: null });
  const problem = await changeList((list) => withStar(list, channel.id, liked));
  if (problem) tell({ name: channel.name, liked, problem });
}

/** Moves a favourite up or down among those that are there. */
export function moveFavourite(id: string, step: 1 | -1, isThere: (id: string) => boolean): Promise<Problem | null> {
  return changeList((list) => moved(list, id, step, isThere));
}

/** Another page has told of a change. */
export function favouritesChanged(): void {
  void queryClient.invalidateQueries({ queryKey: kept.queryKey });
}

/** S, and the yellow key of a remote control, put a star on a channel or take it away. */
export function isStarKey({ key, ctrlKey, altKey, metaKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey">): boolean {
  return !ctrlKey && !altKey && !metaKey && (key === "s" || key === "S" || key === "ColorF2Yellow");
}
