/** What goes over the socket of a conversation: events as the station keeps them, commands as it takes them, and what is only of the moment. */

export interface Person {
  readonly kind: "person";
  readonly account: string;
  readonly name: string;
}

export type Author = Person | { readonly kind: "assistant"; readonly provider?: string; readonly model?: string } | { readonly kind: "station" };

export type Mode = "assistant" | "queued" | "human" | "closed";
export type ModeChange = "asked" | "taken" | "handed_back" | "closed" | "reopened";
export type Ending = "finished" | "cut" | "cancelled" | "void" | "failed";
export type Came = "done" | "failed" | "unknown";
export type DeclinedBy = "person" | "job" | "closing";

/** What a message is about: a channel, what was on, and the moment in it. */
export interface Pin {
  readonly channel: string;
  readonly programme?: string;
  readonly moment: string;
}

export interface Fault {
  readonly code: string;
  readonly detail: string;
}

export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micros: number;
}

export interface Instead {
  readonly provider: string;
  readonly detail: string;
}

/** Why there is an answer: something new was said, the same once more, a cut one gone on with, or what came of a call. */
export type Why =
  | { readonly why: "answer" }
  | { readonly why: "again"; readonly of: number }
  | { readonly why: "onward"; readonly of: number }
  | { readonly why: "further"; readonly call: number };

export type Body =
  | { readonly kind: "said"; readonly client_id: string; readonly text: string; readonly reply_to?: number; readonly pin?: Pin }
  | { readonly kind: "edited"; readonly message: number; readonly text: string; readonly client_id?: string }
  | { readonly kind: "deleted"; readonly message: number }
  | { readonly kind: "reacted"; readonly message: number; readonly emoji: string; readonly on: boolean }
  | { readonly kind: "read"; readonly upto: number }
  | { readonly kind: "mode"; readonly to: Mode; readonly why: ModeChange; readonly summary?: string }
  | { readonly kind: "titled"; readonly title: string }
  | { readonly kind: "model"; readonly name: string | null }
  | ({ readonly kind: "begun"; readonly job: number; readonly answers: number; readonly asker: string } & Why)
  | { readonly kind: "asked"; readonly job: number; readonly provider: string | null; readonly model: string | null; readonly instead_of?: Instead }
  | { readonly kind: "ended"; readonly job: number; readonly outcome: Ending; readonly text: string; readonly usage?: Usage; readonly fault?: Fault }
  | { readonly kind: "proposed"; readonly call: number; readonly job: number; readonly tool: string; readonly arguments: unknown; readonly shows: readonly string[] }
  | { readonly kind: "confirmed"; readonly call: number }
  | { readonly kind: "declined"; readonly call: number; readonly by: DeclinedBy }
  | { readonly kind: "done"; readonly call: number; readonly outcome: Came; readonly text: string; readonly undo: boolean }
  | { readonly kind: "undoing"; readonly call: number }
  | { readonly kind: "undone"; readonly call: number; readonly outcome: Came; readonly text: string }
  | { readonly kind: "noted"; readonly text: string };

export interface Event {
  readonly epoch: string;
  /** Its place, from 1. */
  readonly offset: number;
  readonly at: string;
  readonly author: Author;
  readonly request_id?: string;
  readonly body: Body;
}

export type Command =
  | { readonly kind: "say"; readonly client_id: string; readonly text: string; readonly reply_to?: number; readonly pin?: Pin }
  | { readonly kind: "edit"; readonly message: number; readonly text: string }
  | { readonly kind: "resend"; readonly client_id: string; readonly message: number; readonly text: string }
  | { readonly kind: "delete"; readonly message: number }
  | { readonly kind: "react"; readonly message: number; readonly emoji: string; readonly on: boolean }
  | { readonly kind: "read"; readonly upto: number }
  | { readonly kind: "ask_human" }
  | { readonly kind: "take" }
  | { readonly kind: "hand_back"; readonly summary?: string }
  | { readonly kind: "close" }
  | { readonly kind: "reopen" }
  | { readonly kind: "cancel"; readonly job?: number }
  | { readonly kind: "regenerate"; readonly job: number }
  | { readonly kind: "continue"; readonly job: number }
  | { readonly kind: "title"; readonly title: string }
  | { readonly kind: "model"; readonly name: string | null }
  | { readonly kind: "confirm"; readonly call: number }
  | { readonly kind: "decline"; readonly call: number }
  | { readonly kind: "undo"; readonly call: number };

/** What may be sent twice without being done twice. */
export type Sendable = Extract<Command, { readonly client_id: string }>;

/** Bytes (UTF-8) of a message. */
export const MESSAGE_BYTES = 16 * 1024;
/** Characters of a title. */
export const TITLE_CHARACTERS = 120;

export interface Present {
  readonly name: string;
  readonly writes: boolean;
}

/** What is heard of a conversation. */
export type Frame =
  | { readonly type: "event"; readonly data: Event }
  | { readonly type: "text"; readonly data: { readonly job: number; readonly at: number; readonly text: string } }
  | { readonly type: "here"; readonly data: { readonly present: readonly Present[] } }
  | { readonly type: "position"; readonly data: { readonly epoch: string; readonly offset: number } }
  | { readonly type: "history_lost"; readonly data: { readonly epoch: string; readonly offset: number } }
  | { readonly type: "refused"; readonly data: { readonly code: string } }
  /** Nothing more comes; it has to be asked for again. */
  | { readonly type: "gone"; readonly data: object };

const KNOWN = new Set(["event", "text", "here", "position", "history_lost", "refused", "gone"]);

/** A frame, or null for what a later station says and this page does not understand. */
export function readFrame(type: string, data: unknown): Frame | null {
  if (!KNOWN.has(type) || typeof data !== "object" || data === null) return null;
  return { type, data } as Frame;
}

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** What follows the first `bytes` of a text; they end where a character does. */
export function after(text: string, bytes: number): string {
  return new TextDecoder().decode(encoder.encode(text).subarray(bytes));
}
