/** How much room the window has: a phone looks only, a tablet edits, a desk sees several days. */
import { useSyncExternalStore } from "react";

const phone = globalThis.matchMedia?.("(max-width: 719px)");
const tablet = globalThis.matchMedia?.("(max-width: 1099px)");

function subscribe(listener: () => void): () => void {
  phone?.addEventListener("change", listener);
  tablet?.addEventListener("change", listener);
  return () => {
    phone?.removeEventListener("change", listener);
    tablet?.removeEventListener("change", listener);
  };
}

export type Width = "phone" | "tablet" | "desk";

export function useWidth(): Width {
  return useSyncExternalStore(subscribe, () => (phone?.matches ? "phone" : tablet?.matches ? "tablet" : "desk"));
}
