/** Sizes of the grid in pixels. They follow the size of the page's text, and so the distance it is read from. */
import { useMemo, useSyncExternalStore } from "react";

export interface Measures {
  readonly rem: number;
  readonly hour: number;
  readonly row: number;
  readonly head: number;
  readonly channel: number;
}

/** In rem; a phone has room for logos, not for names. */
const WIDE = { hour: 15, row: 3.875, head: 2.5, channel: 13 };
const NARROW = { hour: 11, row: 3.875, head: 2.25, channel: 4.25 };
const narrow = globalThis.matchMedia?.("(max-width: 719px)");

function subscribe(listener: () => void): () => void {
  addEventListener("resize", listener);
  return () => removeEventListener("resize", listener);
}

export function useMeasures(): Measures {
  const rem = useSyncExternalStore(subscribe, () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16);
  const small = useSyncExternalStore(subscribe, () => narrow?.matches ?? false);
  return useMemo(() => {
    const { hour, row, head, channel } = small ? NARROW : WIDE;
    return { rem, hour: hour * rem, row: row * rem, head: head * rem, channel: channel * rem };
  }, [rem, small]);
}

/** Below this the guide is a list unless the address asks for the grid. */
const listFirst = globalThis.matchMedia?.("(max-width: 639px)");

export function useListFirst(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listFirst?.addEventListener("change", listener);
      return () => listFirst?.removeEventListener("change", listener);
    },
    () => listFirst?.matches ?? false,
  );
}
