/** The lineup as the pages use it: all channels in order, by id, by bouquet; and who is signed in. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { authState, bouquets, channelPages } from "../api/queries";
import type { Account, Bouquet, Channel } from "../api/types";
import { useText } from "../i18n";
import { FAVOURITES, useFavourites } from "./favourites";

export interface Lineup {
  readonly channels: readonly Channel[];
  readonly byId: ReadonlyMap<string, Channel>;
  /** The viewer's favourites first, if there are any, and then the station's. */
  readonly bouquets: readonly Bouquet[];
  /** True once the first page of channels is here. */
  readonly loaded: boolean;
  /** True once all of them are. */
  readonly complete: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

export function useLineup(): Lineup {
  const pages = useInfiniteQuery(channelPages);
  const groups = useQuery(bouquets);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const lists = useMemo(() => {
    const channels = pages.data?.pages.flatMap((page) => page.items) ?? [];
    return { channels, byId: new Map(channels.map((channel) => [channel.id, channel])) };
  }, [pages.data]);

  const t = useText();
  const { list } = useFavourites();
  const all = groups.data?.items;
  const shown = useMemo(() => withFavourites(all ?? [], list, lists.byId, t.favourites.title), [all, list, lists.byId, t]);
  return {
    ...lists,
    bouquets: shown,
    loaded: pages.data !== undefined && !groups.isPending,
    complete: pages.data !== undefined && !hasNextPage,
    error: pages.data === undefined ? pages.error : null,
    retry: () => {
      void pages.refetch();
      void groups.refetch();
    },
  };
}

/** Favourites that are there are a bouquet like any other, and the first. */
export function withFavourites(bouquets: readonly Bouquet[], list: readonly string[], byId: ReadonlyMap<string, Channel>, name: string): readonly Bouquet[] {
  const there = list.filter((id) => byId.has(id));
  if (there.length === 0) return bouquets;
  return [{ id: FAVOURITES, name, kind: "tv", channel_ids: there }, ...bouquets];
}

/** Channels of one bouquet in its own order; all of them for null or a bouquet that is gone. */
export function channelsOf(lineup: Pick<Lineup, "channels" | "byId" | "bouquets">, bouquetId: string | null): readonly Channel[] {
  const bouquet = lineup.bouquets.find(({ id }) => id === bouquetId);
  if (!bouquet) return lineup.channels;
  return bouquet.channel_ids.flatMap((id) => lineup.byId.get(id) ?? []);
}

/** Channels whose name holds every word of the query, or whose number begins with it; best matches first. */
export function search<T extends Pick<Channel, "name" | "number">>(channels: readonly T[], query: string): readonly T[] {
  const wanted = fold(query);
  if (wanted === "") return channels;
  if (/^\d+$/.test(wanted)) {
    const numbered = channels.filter(({ number }) => String(number).startsWith(wanted));
    const named = channels.filter(({ name, number }) => fold(name).includes(wanted) && !String(number).startsWith(wanted));
    return [...numbered, ...named];
  }
  const words = wanted.split(/\s+/);
  const rank = (name: string) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(` ${wanted}`) ? 2 : 3);
  return channels
    .map((channel) => ({ channel, name: fold(channel.name) }))
    .filter(({ name }) => words.every((word) => name.includes(word)))
    .toSorted((a, b) => rank(a.name) - rank(b.name))
    .map(({ channel }) => channel);
}

/** Lower case without accents, so that "arte" finds "ARTÉ". */
function fold(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .trim();
}

export function useAccount(): Account | null {
  return useQuery(authState).data?.account ?? null;
}

/** Who makes channels of one's own: those who may programme, and those who run the station. */
export function mayProgramme(account: Account | null): boolean {
  return mayAdminister(account) || (account !== null && (account.role === "programmer" || account.scopes.includes("program")));
}

/** Who may chat; children, and whoever has not signed in, see nothing of it. */
export function mayTalk(account: Account | null): boolean {
  return account !== null && account.scopes.includes("chat");
}

/** Owners and administrators run the station; what others may not do is not shown to them. */
export function mayAdminister(account: Account | null): boolean {
  return account !== null && (account.role === "owner" || account.role === "admin" || account.scopes.includes("admin"));
}
