/**
 * Changes of a channel that are not in force yet. They live in the tab: another view of the channel, a reload and a conflict keep them; putting
 * them in force or discarding them ends them.
 */
import { useCallback, useSyncExternalStore } from "react";
import type { StationDetail, StationDocument } from "../../api/stations";

export interface Draft {
  /** The revision that was in force when the changes began. */
  readonly revision: number;
  readonly number: number | null;
  readonly document: StationDocument;
}

const KEY = "telecast.draft.";
const drafts = new Map<string, Draft | null>();
const listeners = new Set<() => void>();

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  return typeof draft?.revision === "number" && typeof draft.document === "object" && draft.document !== null;
}

function kept(id: string): Draft | null {
  const known = drafts.get(id);
  if (known !== undefined) return known;
  let found: Draft | null = null;
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY + id) ?? "null");
    if (isDraft(value)) found = value;
  } catch {
    // A browser that keeps nothing, or something that is no draft: there is none.
  }
  drafts.set(id, found);
  return found;
}

export function keepDraft(id: string, draft: Draft | null): void {
  drafts.set(id, draft);
  try {
    if (draft) sessionStorage.setItem(KEY + id, JSON.stringify(draft));
    else sessionStorage.removeItem(KEY + id);
  } catch {
    // It lives as long as the page, then.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export interface Editing {
  readonly document: StationDocument;
  readonly number: number | null;
  readonly revision: number;
  /** There is something that is not in force. */
  readonly dirty: boolean;
  readonly change: (document: StationDocument) => void;
  readonly renumber: (number: number | null) => void;
  readonly discard: () => void;
  /** The draft goes over another revision. */
  readonly over: (revision: number) => void;
}

export function useDraft(station: StationDetail): Editing {
  const { id } = station;
  const draft = useSyncExternalStore(subscribe, () => kept(id));
  const number = draft ? draft.number : (station.number ?? null);
  const document = draft?.document ?? station.document;
  const revision = draft?.revision ?? station.revision;
  const put = useCallback(
    (next: Draft) => {
      const same = next.number === (station.number ?? null) && JSON.stringify(next.document) === JSON.stringify(station.document);
      keepDraft(id, same && next.revision === station.revision ? null : next);
    },
    [id, station.number, station.document, station.revision],
  );
  return {
    document,
    number,
    revision,
    dirty: draft !== null,
    change: (next) => put({ revision, number, document: next }),
    renumber: (next) => put({ revision, number: next, document }),
    discard: () => keepDraft(id, null),
    over: (next) => draft && keepDraft(id, { ...draft, revision: next }),
  };
}
