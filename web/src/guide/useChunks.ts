/** The rows of the guide that are in sight, as they come. What is here already is shown at once; the rest is asked for when the view has come to rest. */
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Channel } from "../api/types";
import { AT_REST, CHUNK_ROWS, chunkOf, chunksFor, name, windowsOf, type Bounds, type Chunk, type Drift, type View } from "./chunks";
import type { Parts } from "./layout";
import { guideWindow, type GuideWindow, type Row } from "./queries";

export interface Known {
  /** One channel's row in a window; undefined: not here yet. */
  readonly row: (channelId: string, window: number) => Row | undefined;
  /** Some of what is wanted is not here yet. */
  readonly pending: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

interface ChunkOptions {
  readonly channels: readonly Channel[];
  readonly shown: View;
  /** What was in sight when it last came to rest, and which way it went. */
  readonly calm: View | null;
  readonly drift: Drift;
  readonly bounds: Bounds;
}

export function useChunks({ channels, shown, calm, drift, bounds }: ChunkOptions): Known {
  const blocks = useMemo(() => {
    const ids = channels.map(({ id }) => id);
    return Array.from({ length: Math.ceil(ids.length / CHUNK_ROWS) }, (_, block) => [...new Set(ids.slice(block * CHUNK_ROWS, (block + 1) * CHUNK_ROWS))]);
  }, [channels]);
  const wanted = useMemo(() => (calm ? chunksFor(calm, drift, bounds) : []), [calm, drift, bounds]);
  // Scrolling draws anew with each row; what is asked for changes with each chunk.
  const seen = chunksFor(shown, AT_REST, bounds).map(name).join();
  const queries = useMemo(() => {
    const names = new Set(wanted.map(name));
    const others = seen.split(",").filter((one) => one !== "" && !names.has(one));
    const ask = ({ block, window }: Chunk, enabled: boolean) => guideWindow(blocks[block] ?? [], window, enabled);
    return [...wanted.map((chunk) => ask(chunk, true)), ...others.map((one) => ask(chunkOf(one), false))];
  }, [blocks, wanted, seen]);
  return useQueries({ queries, combine });
}

function combine(results: readonly UseQueryResult<GuideWindow>[]): Known {
  const windows = new Map<number, Map<string, Row>>();
  for (const { data } of results) {
    if (!data) continue;
    const rows = windows.get(data.window) ?? new Map<string, Row>();
    for (const [id, row] of Object.entries(data.rows)) rows.set(id, row);
    windows.set(data.window, rows);
  }
  const failed = results.filter(({ error }) => error !== null);
  return {
    row: (channelId, window) => windows.get(window)?.get(channelId),
    pending: results.some(({ data, isFetching }) => data === undefined && isFetching),
    error: failed[0]?.error ?? null,
    retry: () => failed.forEach((result) => void result.refetch()),
  };
}

/** What is known of one channel, window by window, for the time from `from` to `to`. */
export function partsOf(known: Known, channelId: string, from: number, to: number): { readonly first: number; readonly parts: Parts } {
  const [first, last] = windowsOf(from, to);
  return { first, parts: Array.from({ length: last - first + 1 }, (_, at) => known.row(channelId, first + at)?.airings) };
}
