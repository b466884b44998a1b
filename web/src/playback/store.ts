/** A value that changes, with listeners; React reads it through `useStore`. */
import { useSyncExternalStore } from "react";

export class Store<State extends object> {
  private value: State;
  private readonly listeners = new Set<() => void>();

  constructor(value: State) {
    this.value = value;
  }

  get state(): State {
    return this.value;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  protected set(change: Partial<State>): void {
    this.value = { ...this.value, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** One aspect of a store; the component renders again only when that aspect changes. */
export function useStore<State extends object, Aspect>(store: Store<State>, select: (state: State) => Aspect): Aspect {
  return useSyncExternalStore(store.subscribe, () => select(store.state));
}
