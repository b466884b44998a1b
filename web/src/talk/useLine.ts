/** A conversation's line for as long as it is shown, and what the account's news say of conversations. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { live } from "../api/live";
import { conversation, heard } from "./api";
import { holdLine, type Line, type Shown } from "./line";

interface Held {
  readonly line: Line | null;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** The line begins where the station says that the conversation is. */
export function useLine(id: string, account: string): Held {
  const { data, error, refetch } = useQuery(conversation(id));
  const [line, setLine] = useState<Line | null>(null);
  const known = data !== undefined;
  useEffect(() => {
    if (!data) return;
    const { epoch, last, mode, title, model = null } = data;
    const held = holdLine(id, account, { epoch, last, mode, title, model });
    setLine(held.line);
    return held.release;
    // What it tells later comes by the line itself.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id, account, known]);
  return { line: line?.id === id ? line : null, error: known ? null : error, retry: () => void refetch() };
}

export function useShown(line: Line): Shown {
  return useSyncExternalStore(line.subscribe, line.snapshot);
}

/** Other pages of this account begin, rename and delete conversations, too. */
export function useTalkNews(): void {
  useEffect(
    () =>
      live.subscribe("account", (kind, data) => {
        if (kind === "conversation") heard(data);
      }),
    [],
  );
}
