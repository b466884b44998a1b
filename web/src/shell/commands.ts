/** What the palette can do, apart from tuning. Components register what only they can do while they are there. */
import { useSyncExternalStore } from "react";

export interface Command {
  readonly id: string;
  readonly label: string;
  /** Further words by which it is found. */
  readonly words?: string;
  readonly run: () => void;
}

let open = false;
const listeners = new Set<() => void>();

export function setPaletteOpen(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}

export function usePaletteOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}

/** Commands whose label or words hold all words of the query. */
export function matching(commands: readonly Command[], query: string): readonly Command[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label, words: more = "" }) => {
    const text = `${label} ${more}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
