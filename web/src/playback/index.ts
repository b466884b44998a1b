/** The one television set of this page. */
import { useEffect, useState } from "react";
import type { Timeline } from "./engine";
import { Player, type PlayerState } from "./player";
import { useStore } from "./store";

export const player = new Player();

export function usePlayer<Aspect>(select: (state: PlayerState) => Aspect): Aspect {
  return useStore(player, select);
}

/** Where the player is on the tape, four times a second; null until the first playlist. */
export function useTimeline(): Timeline | null {
  const [timeline, setTimeline] = useState<Timeline | null>(null);
  useEffect(() => {
    const read = () => setTimeline(player.timeline());
    read();
    const timer = setInterval(read, 250);
    return () => clearInterval(timer);
  }, []);
  return timeline;
}
