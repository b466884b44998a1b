/** What is in sight, once scrolling pauses: requests, the address and the focus follow this, not each pixel on the way. */
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import { driftOf, type Drift, type View } from "./chunks";

/** So long nothing may move. */
const PAUSE_MS = 120;
/** Whoever scrolls on and on sees something in between. */
const LONGEST_MS = 500;

export interface Calm {
  readonly view: View;
  readonly drift: Drift;
}

/** `read` tells what is in sight now; null while there is nothing to see. */
export function useCalm(scroller: RefObject<HTMLElement | null>, read: (element: HTMLElement) => View): Calm | null {
  const [calm, setCalm] = useState<Calm | null>(null);
  const reading = useRef(read);
  const look = useCallback((element: HTMLElement) => {
    const view = reading.current(element);
    setCalm((before) => (before && same(before.view, view) ? before : { view, drift: driftOf(before?.view ?? null, view) }));
  }, []);

  useEffect(() => {
    reading.current = read;
    if (scroller.current) look(scroller.current);
  }, [read, look, scroller]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let pause: ReturnType<typeof setTimeout> | undefined;
    let looked = 0;
    const onScroll = () => {
      clearTimeout(pause);
      const now = performance.now();
      looked ||= now;
      pause = setTimeout(
        () => {
          looked = 0;
          look(element);
        },
        Math.min(PAUSE_MS, Math.max(0, looked + LONGEST_MS - now)),
      );
    };
    const resized = new ResizeObserver(onScroll);
    resized.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(pause);
      resized.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller, look]);
  return calm;
}

function same(a: View, b: View): boolean {
  return a.first === b.first && a.last === b.last && a.from === b.from && a.to === b.to;
}
