/** Keeps view and address together: the view goes where the address says, and the address where the view comes to rest. */
import { useEffect, useRef } from "react";
import type { Channel } from "../api/types";
import { writeTime } from "./address";
import { nowEdge } from "./calendar";
import type { Calm } from "./useCalm";

/** So near to what is on the view counts as showing it. */
const NEAR = 15 * 60_000;
const MINUTE = 60_000;
const REST_MS = 400;

interface FollowOptions {
  readonly channels: readonly Channel[];
  readonly at: number | null;
  readonly row: string | null;
  /** Grows with each wish to see the address's time, even if the address does not change. */
  readonly jump: number;
  readonly open: string | null;
  readonly settled: (at: number | null, row: string | null) => void;
  readonly now: number;
  readonly calm: Calm | null;
  readonly scrollTo: (ms: number) => void;
  readonly scrollToRow: (index: number) => void;
}

export function useFollowing({ channels, at, row, jump, open, settled, now, calm, scrollTo, scrollToRow }: FollowOptions): void {
  /** What view and address agreed on last. */
  const agreed = useRef({ at, row });
  /** What the address said last. */
  const said = useRef({ at, row, jump });
  const edge = nowEdge(now);

  useEffect(() => {
    const before = said.current;
    said.current = { at, row, jump };
    if (jump !== before.jump || (at !== before.at && !sameMoment(at, agreed.current.at))) scrollTo(at ?? nowEdge(Date.now()));
    if (row !== before.row && row !== agreed.current.row) scrollToRow(Math.max(0, channels.findIndex(({ id }) => id === row)));
    if (at !== before.at || row !== before.row) agreed.current = { at, row };
  }, [at, row, jump, channels, scrollTo, scrollToRow]);

  // Time goes on: a view that shows what is on goes with it.
  const edgeBefore = useRef(edge);
  useEffect(() => {
    if (edgeBefore.current === edge) return;
    edgeBefore.current = edge;
    if (agreed.current.at === null) scrollTo(edge);
  }, [edge, scrollTo]);

  useEffect(() => {
    // With details open the address is theirs: going back from them must not move the view.
    if (!calm || open !== null) return;
    const { from, first } = calm.view;
    const moment = Math.round(from / MINUTE) * MINUTE;
    const next = {
      at: Math.abs(from - nowEdge(Date.now())) < NEAR ? null : moment,
      row: first === 0 ? null : (channels[first]?.id ?? null),
    };
    if (sameMoment(next.at, agreed.current.at) && next.row === agreed.current.row) return;
    // Each step of the address is work for the whole page: it waits until nothing is scrolled any more.
    const timer = setTimeout(() => {
      agreed.current = next;
      settled(next.at, next.row);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [calm, open, channels, settled]);
}

function sameMoment(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : writeTime(a) === writeTime(b);
}
