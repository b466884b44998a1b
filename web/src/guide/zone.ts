/** The station's zone, as far as its answers have told it. */
import { useSyncExternalStore } from "react";
import { zoneOf, type Zone } from "./calendar";

let zone: Zone = null;
const listeners = new Set<() => void>();

/** Any time of the station's will do. */
export function learnZone(time: string | undefined): void {
  if (time === undefined) return;
  const told = zoneOf(time);
  if (told === zone) return;
  zone = told;
  for (const listener of listeners) listener();
}

export function useZone(): Zone {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => zone,
  );
}
