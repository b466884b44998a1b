/** Whether the station answers, as the socket knows it and the browser claims. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { basePath } from "../api/base";
import { live } from "../api/live";

export type Connection = "fine" | "lost" | "offline";

/** A break shorter than this is not worth a word: the socket reconnects in half a second. */
const PATIENCE_MS = 2_000;

/** Where only sockets and streams are blocked the station is still there, and nothing needs to be said. */
async function answers(): Promise<boolean> {
  try {
    await fetch(`${basePath}/api/v1/auth/state`, { cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}

function hurry(): void {
  live.hurry();
}

function watchStation(listener: () => void): () => void {
  const stop = live.watch(listener);
  addEventListener("online", hurry);
  return () => {
    stop();
    removeEventListener("online", hurry);
  };
}

function watchNetwork(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

export function useConnection(): Connection {
  const state = useSyncExternalStore(watchStation, () => live.state);
  const online = useSyncExternalStore(watchNetwork, () => navigator.onLine);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (state !== "lost") return;
    let over = false;
    const timer = setTimeout(() => {
      void answers().then((fine) => {
        if (!over && !fine) setLost(true);
      });
    }, PATIENCE_MS);
    return () => {
      over = true;
      clearTimeout(timer);
      setLost(false);
    };
  }, [state]);
  if (lost) return online ? "lost" : "offline";
  return "fine";
}
