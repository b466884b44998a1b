/** Whether the station answers, as the socket knows it and the browser claims. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { live } from "../api/live";

export type Connection = "fine" | "lost" | "offline";

/** A break shorter than this is not worth a word: the socket reconnects in half a second. */
const PATIENCE_MS = 2_000;

function subscribe(listener: () => void): () => void {
  const stop = live.watch(listener);
  const hurry = () => {
    live.hurry();
    listener();
  };
  addEventListener("online", hurry);
  addEventListener("offline", listener);
  return () => {
    stop();
    removeEventListener("online", hurry);
    removeEventListener("offline", listener);
  };
}

export function useConnection(): Connection {
  const state = useSyncExternalStore(subscribe, () => live.state);
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (state !== "lost") {
      setLost(false);
      return;
    }
    const timer = setTimeout(() => setLost(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  if (lost) return online ? "lost" : "offline";
  return "fine";
}
