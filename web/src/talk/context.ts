/** What the parts of a conversation need of the whole. */
import { createContext, useContext } from "react";
import { asProblem, type Problem } from "../api/problem";
import type { Message } from "./log";
import type { Line } from "./line";
import type { Author, Command } from "./wire";
import type { Words } from "./text";

export interface Talk {
  readonly line: Line;
  /** The name of whoever looks at it. */
  readonly me: string;
  readonly reply: (id: number) => void;
  readonly edit: (message: Message) => void;
  /** Says what was not done; null: nothing any more. */
  readonly fail: (problem: Problem | null) => void;
  /** Brings a message into sight. */
  readonly show: (id: number) => void;
}

const TalkContext = createContext<Talk | null>(null);
export const TalkProvider = TalkContext.Provider;

export function useTalk(): Talk {
  const talk = useContext(TalkContext);
  if (!talk) throw new Error("outside of a conversation");
  return talk;
}

/** Asks something of the conversation, and says so where it was not done. */
export function useAsk(): (what: Command) => Promise<boolean> {
  const { line, fail } = useTalk();
  return async (what) => {
    fail(null);
    try {
      await line.command(what);
      return true;
    } catch (error) {
      fail(asProblem(error));
      return false;
    }
  };
}

export function isMine(author: Author, me: string): boolean {
  return author.kind === "person" && author.name === me;
}

export function nameOf(w: Words, author: Author, me: string): string {
  switch (author.kind) {
    case "person":
      return author.name === me ? w.message.you : author.name;
    case "assistant":
      return w.message.assistant;
    case "station":
      return w.message.station;
  }
}
