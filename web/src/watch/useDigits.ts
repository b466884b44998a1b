/** Digits that are typed one after the other: which channel they name so far, and that it is chosen when no more come. */
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Channel } from "../api/types";
import { DIGIT_WAIT_MS, typed } from "./digits";

/** Enough to see the number that was typed, where no longer one begins like it. */
const FINAL_WAIT_MS = 150;

export function useDigits(channels: readonly Channel[], kind: string | undefined, choose: (channel: Channel) => void) {
  const [digits, setDigits] = useState("");
  const state = useMemo(() => (digits === "" ? null : typed(digits, channels, kind)), [digits, channels, kind]);
  useEffect(() => {
    if (!state) return;
    const commit = () => {
      if (state.match) choose(state.match);
      setDigits("");
    };
    const timer = setTimeout(commit, state.final && state.match ? FINAL_WAIT_MS : DIGIT_WAIT_MS);
    return () => clearTimeout(timer);
  }, [state, choose]);
  const type = useCallback((digit: number) => setDigits((before) => before + String(digit)), []);
  return { type, shown: state && { digits: state.digits, name: state.match?.name ?? null } };
}
