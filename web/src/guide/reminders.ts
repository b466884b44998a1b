/**
 * Programmes that this browser's viewer wants to be reminded of. Kept in local storage; the page says it when one begins,
 * for as long as it is open somewhere. Other tabs of the same browser know of every change.
 */
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Airing } from "./api";

export interface Reminder {
  readonly id: string;
  readonly channelId: string;
  /** The channel's name. */
  readonly channel: string;
  readonly title: string;
  readonly start: string;
  readonly end: string;
}

const KEY = "telecast.reminders";
/** A computer that slept, or a clock that was set, is noticed after this long at the latest. */
const LOOK_AGAIN_MS = 30_000;
/** More than anybody waits for; what begins last is forgotten first. */
const MOST = 200;

/** What is stored, or nothing where that is not ours. */
export function parse(text: string | null): readonly Reminder[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter(isReminder) : [];
  } catch {
    return [];
  }
}

function isReminder(value: unknown): value is Reminder {
  if (typeof value !== "object" || value === null) return false;
  const { id, channelId, channel, title, start, end } = value as Readonly<Record<string, unknown>>;
  const texts = [id, channelId, channel, title, start, end].every((text) => typeof text === "string");
  return texts && !Number.isNaN(Date.parse(String(start))) && !Number.isNaN(Date.parse(String(end)));
}

/** With one more, without those that are over; in order of time. */
export function withOne(list: readonly Reminder[], one: Reminder, now: number): readonly Reminder[] {
  return [...without(list, one.id), one]
    .filter(({ end }) => Date.parse(end) > now)
    .toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))
    .slice(0, MOST);
}

export function without(list: readonly Reminder[], id: string): readonly Reminder[] {
  return list.filter((reminder) => reminder.id !== id);
}

/** Those whose programme is on. */
export function due(list: readonly Reminder[], now: number): readonly Reminder[] {
  return list.filter(({ start, end }) => Date.parse(start) <= now && now < Date.parse(end));
}

/** Those whose programme is not over. */
export function standing(list: readonly Reminder[], now: number): readonly Reminder[] {
  return list.filter(({ end }) => now < Date.parse(end));
}

/** How long to wait until something can have changed since `seen`: the next start or end, or sooner. */
export function untilNext(list: readonly Reminder[], seen: number, now: number): number {
  const moments = list.flatMap(({ start, end }) => [Date.parse(start), Date.parse(end)]).filter((moment) => moment > seen);
  return Math.max(0, Math.min(LOOK_AGAIN_MS, ...moments.map((moment) => moment - now)));
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

let current = parse(stored());
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function keep(next: readonly Reminder[]): void {
  current = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Private windows may refuse storage; reminders then last as long as the page.
  }
  tell();
}

function onStorage(event: StorageEvent): void {
  if (event.key !== KEY) return;
  current = parse(event.newValue);
  tell();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener("storage", onStorage);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener("storage", onStorage);
  };
}

export function remind({ id, channel_id: channelId, title, start, end }: Airing, channel: string): void {
  keep(withOne(current, { id, channelId, channel, title, start, end }, Date.now()));
}

export function forget(id: string): void {
  keep(without(current, id));
}

export function useReminders(): readonly Reminder[] {
  return useSyncExternalStore(subscribe, () => current);
}

/** Reminders whose time has come, as time goes on. */
export function useDue(): readonly Reminder[] {
  const reminders = useReminders();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (reminders.length === 0) return;
    const timer = setTimeout(() => setNow(Date.now()), untilNext(reminders, now, Date.now()));
    return () => clearTimeout(timer);
  }, [reminders, now]);
  return due(reminders, now);
}
