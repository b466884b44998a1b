/**
 * Days and times of day. A zone is the station's offset (minutes east of Greenwich) where its times tell one that is not
 * the viewer's; otherwise null, and the viewer's own calendar holds, with its changes of the clock.
 */
import { stationOffset } from "../i18n/format";
import type { SearchDay } from "./address";

export type Zone = number | null;

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Days that one can look for by name. */
const WEEK = 7;
/** Days that the guide reaches ahead, today included. */
export const DAYS = 14;
/** Before this hour last night's programmes are still of interest. */
const NIGHT_HOURS = 6;

export function zoneOf(time: string): Zone {
  const offset = stationOffset(time);
  return offset === null || offset === -new Date(time).getTimezoneOffset() ? null : offset;
}

/** The midnight before a moment. */
export function dayStart(ms: number, zone: Zone): number {
  if (zone !== null) return Math.floor((ms + zone * MINUTE) / DAY) * DAY - zone * MINUTE;
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** Midnight so many days later; a day may have 23 or 25 hours. */
export function addDays(midnight: number, days: number, zone: Zone): number {
  if (zone !== null) return midnight + days * DAY;
  const date = new Date(midnight);
  return date.setDate(date.getDate() + days);
}

/** Minutes since midnight, as the clock on the wall shows them. */
export function minuteOfDay(ms: number, zone: Zone): number {
  if (zone !== null) return (ms - dayStart(ms, zone)) / MINUTE;
  const date = new Date(ms);
  return date.getHours() * 60 + date.getMinutes();
}

/** The moment at which the clock on the wall shows so many minutes since midnight. */
export function atMinute(midnight: number, minutes: number, zone: Zone): number {
  if (zone !== null) return midnight + minutes * MINUTE;
  return new Date(midnight).setHours(0, minutes, 0, 0);
}

/** Midnights of the days that one can choose from. */
export function daysFrom(now: number, zone: Zone): readonly number[] {
  const today = dayStart(now, zone);
  return Array.from({ length: DAYS }, (_, day) => addDays(today, day, zone));
}

/** The time that the guide covers: from last midnight (in the small hours, from the one before) to the last day's end. */
export function reach(now: number, zone: Zone): { readonly from: number; readonly to: number } {
  return { from: dayStart(now - NIGHT_HOURS * 60 * MINUTE, zone), to: addDays(dayStart(now, zone), DAYS, zone) };
}

/** Where the view begins when it shows what is on: the half hour, with some of what has been. */
export function nowEdge(now: number): number {
  const before = 10 * MINUTE;
  const half = 30 * MINUTE;
  return Math.floor((now - before) / half) * half;
}

/** Where evening television begins: at a quarter past eight in German, at eight elsewhere. */
export function tonight(now: number, zone: Zone, language: string): number {
  return atMinute(dayStart(now, zone), language === "de" ? 20 * 60 + 15 : 20 * 60, zone);
}

/** Things with a start, by day, each day in order of time. */
export function byDay<T extends { readonly start: string }>(items: readonly T[], zone: Zone): readonly { readonly day: number; readonly items: readonly T[] }[] {
  const days = new Map<number, T[]>();
  for (const item of items) {
    const day = dayStart(Date.parse(item.start), zone);
    const before = days.get(day);
    if (before) before.push(item);
    else days.set(day, [item]);
  }
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([day, list]) => ({ day, items: list.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start)) }));
}

/** The days that one can look for, in order: today, tomorrow, and the five after them by their names. */
export function searchDays(now: number, zone: Zone): readonly { readonly day: SearchDay; readonly from: number }[] {
  return daysFrom(now, zone)
    .slice(0, WEEK)
    .map((from, away) => ({ day: away === 0 ? "today" : away === 1 ? "tomorrow" : weekdayOf(from, zone), from }));
}

/** From when until when a day that is looked for lasts; a weekday is the next one, today included. */
export function searchDay(day: SearchDay, now: number, zone: Zone): { readonly from: number; readonly to: number } {
  const days = daysFrom(now, zone);
  const from = (day === "today" ? days[0] : day === "tomorrow" ? days[1] : days.find((one) => weekdayOf(one, zone) === day)) ?? dayStart(now, zone);
  return { from, to: addDays(from, 1, zone) };
}

function weekdayOf(midnight: number, zone: Zone): SearchDay {
  const day = zone === null ? new Date(midnight).getDay() : new Date(midnight + zone * MINUTE).getUTCDay();
  return (["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const)[day] ?? "sun";
}

const formats = new Map<string, Intl.DateTimeFormat>();

function write(ms: number, locale: string, zone: Zone, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale} ${zone === null} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, zone === null ? options : { ...options, timeZone: "UTC" });
    formats.set(key, format);
  }
  return format.format(zone === null ? ms : ms + zone * MINUTE);
}

/** `Sun 29 Nov`. */
export function shortDay(ms: number, locale: string, zone: Zone): string {
  return write(ms, locale, zone, { weekday: "short", day: "numeric", month: "short" });
}

/** `Sunday 29 November`. */
export function longDay(ms: number, locale: string, zone: Zone): string {
  return write(ms, locale, zone, { weekday: "long", day: "numeric", month: "long" });
}

/** `Sunday`. */
export function weekday(ms: number, locale: string, zone: Zone): string {
  return write(ms, locale, zone, { weekday: "long" });
}

/** Hours and minutes. */
export function clockTime(ms: number, locale: string, zone: Zone): string {
  return write(ms, locale, zone, { hour: "2-digit", minute: "2-digit" });
}

/** A day's distance from today in days: 0 today, 1 tomorrow. */
export function daysAway(ms: number, now: number, zone: Zone): number {
  return Math.round((dayStart(ms, zone) - dayStart(now, zone)) / DAY);
}
