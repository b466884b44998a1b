/** How items are written. */
import type { Catalogue } from "../i18n/catalogue";
import { clockDuration } from "../i18n/format";
import type { Item } from "./api";

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** `S02E05`, `S02E05–06`, `#412`, a day; empty: it counts nothing. */
export function count({ season, episode, last_episode: last, absolute, released, kind }: Item): string {
  const range = (first: number) => (typeof last === "number" && last > first ? `${two(first)}–${two(last)}` : two(first));
  if (typeof season === "number" && typeof episode === "number") return `S${two(season)}E${range(episode)}`;
  if (typeof absolute === "number") return `#${absolute}`;
  if (typeof season === "number") return `S${two(season)}`;
  return kind === "episode" && released ? released : "";
}

/** The line under a title: the show and its count, or the year, and the length. */
export function about(item: Item, t: Catalogue): string {
  const parts = item.kind === "episode" ? [item.show ?? "", count(item)] : [item.year ? String(item.year) : t.library.oneKind[item.kind]];
  if (item.length_s > 0) parts.push(clockDuration(item.length_s));
  return parts.filter((part) => part !== "").join(" · ");
}

/** What is not as it should be, in words; null: all is well. */
export function trouble(item: Item, t: Catalogue): string | null {
  if (item.state !== "present") return t.library.states[item.state];
  if (item.hidden) return t.library.hidden;
  return item.flaws > 0 ? t.library.faults(item.flaws) : null;
}

/** Advice for a fault: in the page's language where it has words for it, else the station's. */
export function advice(fault: { readonly code: string; readonly message: string; readonly advice: string }, t: Catalogue): readonly [string, string] {
  const known: Readonly<Record<string, readonly string[]>> = t.library.faultWords;
  const [message, what] = known[fault.code] ?? [];
  return [message ?? fault.message, what ?? fault.advice];
}

export function bytes(size: number, locale: string): string {
  const [value, unit] = size >= 1e9 ? [size / 1e9, "gigabyte"] : size >= 1e6 ? [size / 1e6, "megabyte"] : [size / 1e3, "kilobyte"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}
