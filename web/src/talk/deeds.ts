/**
 * What the browser itself does of what was confirmed: a reminder is the page's, and so is which channel is on its screen. Only the tab in which it was
 * confirmed does it: others show the same conversation on other screens.
 */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { api, body } from "../api/client";
import { fetchProgramme } from "../guide/api";
import { forget, remind } from "../guide/reminders";
import type { Proposal } from "./log";

function named(proposal: Proposal, name: string): string | null {
  const { arguments: given } = proposal;
  const value = typeof given === "object" && given !== null ? (given as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof value === "string" ? value : null;
}

async function remindOf(id: string): Promise<void> {
  const programme = await fetchProgramme(id, AbortSignal.timeout(20_000));
  const { name } = await body(api.GET("/api/v1/channels/{id}", { params: { path: { id: programme.channel_id } } }));
  remind(programme, name);
}

/** Gives what is to be called when this tab confirms or undoes. */
export function useDeeds(proposal: Proposal): (kind: "confirm" | "undo") => void {
  const navigate = useNavigate();
  const asked = useRef<"confirm" | "undo" | null>(null);
  useEffect(() => {
    const { state, tool } = proposal;
    const wanted = asked.current === "confirm" ? "done" : asked.current === "undo" ? "undone" : null;
    if (state !== wanted) return;
    asked.current = null;
    const programme = named(proposal, "programme");
    const channel = named(proposal, "channel");
    if (tool === "remind" && programme !== null) {
      // A programme that has left the guide meanwhile is not waited for.
      if (state === "done") remindOf(programme).catch(() => undefined);
      else forget(programme);
    } else if (tool === "tune" && channel !== null && state === "done") {
      void navigate({ to: "/watch/$channel", params: { channel } });
    }
  }, [proposal, navigate]);
  return (kind) => {
    asked.current = kind;
  };
}
