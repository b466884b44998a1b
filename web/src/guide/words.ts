/** Airings and times in words of the page. */
import type { Catalogue } from "../i18n/catalogue";
import { stationTime } from "../i18n/format";
import { groupOf } from "./address";
import type { Airing } from "./api";
import { daysAway, longDay, shortDay, type Zone } from "./calendar";

export type Phase = "past" | "now" | "coming";

export function phaseOf({ start, end }: Pick<Airing, "start" | "end">, now: number): Phase {
  if (Date.parse(end) <= now) return "past";
  return Date.parse(start) <= now ? "now" : "coming";
}

export function titleOf(t: Catalogue, airing: Airing): string {
  return airing.locked ? t.guide.locked : airing.title;
}

/** A block's name: what is read in it, in the same order, and then what it shows by place and colour. */
export function spoken(t: Catalogue, airing: Airing, phase: Phase, locale: string): string {
  const read = [titleOf(t, airing), airing.new ? t.guide.new : null, stationTime(airing.start, locale), airing.subtitle].filter(Boolean).join(" ");
  const how = phase === "now" ? t.guide.onNow : phase === "past" ? t.guide.over : null;
  return [read, t.watch.until(stationTime(airing.end, locale)), how].filter(Boolean).join(", ");
}

/** `Today`, `Tomorrow`, `Tue 1 Dec`. */
export function dayName(t: Catalogue, ms: number, now: number, locale: string, zone: Zone): string {
  const away = daysAway(ms, now, zone);
  return away === 0 ? t.guide.today : away === 1 ? t.guide.tomorrow : shortDay(ms, locale, zone);
}

/** `Today, Sunday 29 November`. */
export function fullDayName(t: Catalogue, ms: number, now: number, locale: string, zone: Zone): string {
  const away = daysAway(ms, now, zone);
  const name = longDay(ms, locale, zone);
  return away === 0 ? `${t.guide.today}, ${name}` : away === 1 ? `${t.guide.tomorrow}, ${name}` : name;
}

export function genreName(t: Catalogue, genre: number | null | undefined): string | null {
  const group = groupOf(genre);
  return group === null ? null : t.guide.genres[group];
}

/** `Season 2, episode 5`. */
export function episodeName(t: Catalogue, { season, episode }: Pick<Airing, "season" | "episode">): string | null {
  return t.guide.detail.episode(season?.toString() ?? null, episode?.toString() ?? null) || null;
}
