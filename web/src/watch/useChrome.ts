/** When the controls over the picture are seen: while something moves or waits, and for a moment after. */
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import { player, usePlayer } from "../playback";

const LINGER_MS = 3_000;

interface Chrome {
  readonly shown: boolean;
  readonly poke: () => void;
  readonly hide: () => void;
}

export function useChrome(stage: RefObject<HTMLElement | null>): Chrome {
  const phase = usePlayer((state) => state.phase);
  const [lingering, setLingering] = useState(true);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const poke = useCallback(() => {
    setLingering(true);
    clearTimeout(timer.current);
    const settle = () => {
      // Someone whose focus is on a button is using it, however slowly.
      const focused = document.activeElement;
      const busy = focused !== stage.current && stage.current?.contains(focused) && focused?.matches(":focus-visible");
      if (busy || document.querySelector(".menu")) timer.current = setTimeout(settle, LINGER_MS);
      else setLingering(false);
    };
    timer.current = setTimeout(settle, LINGER_MS);
  }, [stage]);

  const hide = useCallback(() => {
    if (document.querySelector(".menu")) return;
    clearTimeout(timer.current);
    setLingering(false);
  }, []);

  // Whatever happens to the picture is worth a look at the controls.
  useEffect(() => {
    let { channelId, phase: before } = player.state;
    return player.subscribe(() => {
      const { state } = player;
      if (state.channelId !== channelId || state.phase !== before) poke();
      ({ channelId, phase: before } = state);
    });
  }, [poke]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { shown: lingering || phase === "paused", poke, hide };
}
