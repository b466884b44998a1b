/**
 * What this browser keeps of conversations, by account: drafts, messages that are not known to have arrived, where one was last. Each unsent message is an
 * entry of its own, so that two tabs do not write over each other; whoever sends one twice sends the same client id.
 */
import type { Pin, Sendable } from "./wire";

const PREFIX = "telecast.talk";

/** Why a message was not taken. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly retryAfterS: number | null;
}

/** A message on its way. */
export interface Unsent {
  readonly command: Sendable;
  /** When it was written, ms since 1970. */
  readonly at: number;
  /** The station has refused it; null: it has not been asked, or nobody knows. */
  readonly refusal: Refusal | null;
}

/** A browser without storage keeps it for as long as the page lives. */
const memory = new Map<string, string>();

function get(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function set(key: string, value: string | null): void {
  memory.delete(key);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    if (value !== null) memory.set(key, value);
  }
}

function keys(prefix: string): string[] {
  const found = [...memory.keys()];
  try {
    for (let index = 0; index < localStorage.length; index += 1) found.push(localStorage.key(index) ?? "");
  } catch {
    // Only what is in memory, then.
  }
  return [...new Set(found)].filter((key) => key.startsWith(prefix));
}

/** Names are free text: what separates must not be in them. */
const part = encodeURIComponent;
const outKey = (account: string, conversation: string, clientId = "") => `${PREFIX}.out/${part(account)}/${part(conversation)}/${clientId}`;
const draftKey = (account: string, conversation: string | null) => `${PREFIX}.draft/${part(account)}/${part(conversation ?? "")}`;
const lastKey = (account: string) => `${PREFIX}.last/${part(account)}`;
const firstKey = (account: string) => `${PREFIX}.first/${part(account)}`;

/** Messages of a conversation that are on their way, oldest first. */
export function unsent(account: string, conversation: string): readonly Unsent[] {
  return keys(outKey(account, conversation))
    .flatMap((key) => readUnsent(get(key)) ?? [])
    .toSorted((a, b) => a.at - b.at);
}

function readUnsent(text: string | null): Unsent | null {
  try {
    const read = JSON.parse(text ?? "") as Partial<Unsent>;
    const command = read.command;
    if (typeof command?.client_id !== "string" || typeof command.text !== "string" || typeof read.at !== "number") return null;
    return { command, at: read.at, refusal: read.refusal ?? null };
  } catch {
    return null;
  }
}

export function keepUnsent(account: string, conversation: string, entry: Unsent): void {
  set(outKey(account, conversation, entry.command.client_id), JSON.stringify(entry));
}

export function dropUnsent(account: string, conversation: string, clientId: string): void {
  set(outKey(account, conversation, clientId), null);
}

/** Tells when another tab has changed what is on its way in a conversation. */
export function watchUnsent(account: string, conversation: string, listener: () => void): () => void {
  const prefix = outKey(account, conversation);
  const onStorage = ({ key }: StorageEvent) => {
    if (key === null || key.startsWith(prefix)) listener();
  };
  addEventListener("storage", onStorage);
  return () => removeEventListener("storage", onStorage);
}

/** What is being written; of no conversation: the first message of a new one. */
export function draft(account: string, conversation: string | null): string {
  return get(draftKey(account, conversation)) ?? "";
}

export function keepDraft(account: string, conversation: string | null, text: string): void {
  set(draftKey(account, conversation), text === "" ? null : text);
}

/** The conversation that was shown last beside the picture. */
export function lastShown(account: string): string | null {
  return get(lastKey(account));
}

export function keepLastShown(account: string, conversation: string | null): void {
  set(lastKey(account), conversation);
}

/** A first message whose conversation is not there yet: made anew under the same key it is the same conversation. */
export interface First {
  readonly key: string;
  readonly clientId: string;
  readonly text: string;
  readonly pin: Pin | null;
}

export function first(account: string): First | null {
  try {
    const read = JSON.parse(get(firstKey(account)) ?? "") as Partial<First>;
    if (typeof read.key !== "string" || typeof read.clientId !== "string" || typeof read.text !== "string") return null;
    return { key: read.key, clientId: read.clientId, text: read.text, pin: read.pin ?? null };
  } catch {
    return null;
  }
}

export function keepFirst(account: string, message: First | null): void {
  set(firstKey(account), message === null ? null : JSON.stringify(message));
}
