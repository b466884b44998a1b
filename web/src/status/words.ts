/** Codes and times of the station in words of the page. */
import type { Catalogue } from "../i18n/catalogue";
import { languageName, stationTime } from "../i18n/format";
import type { Plan, ReceiverStatus } from "../api/types";

/** Known codes have words in each language; a newer station's are shown as it says them. */
function word(words: Readonly<Record<string, string>>, code: string, otherwise: string): string {
  return words[code] ?? otherwise;
}

export function planAction(t: Catalogue, plan: Plan): string {
  return word(t.plan.actions, plan.action, plan.action);
}

export function planReasons(t: Catalogue, plan: Plan): string {
  return plan.reasons.map(({ code, text }) => word(t.plan.reasons, code, text)).join(" ");
}

function codec({ codec: to, from }: Plan["audio"][number]): string {
  return from && from !== to ? `${from} → ${to}` : to;
}

/** `h264`; null on radio. */
export function planPicture(plan: Plan): string | null {
  return plan.video ? codec(plan.video) : null;
}

/** `German ac3 → aac, English aac`. */
export function planSounds(plan: Plan, locale: string): string | null {
  return plan.audio.map((track) => [languageName(track.language, locale), codec(track)].filter(Boolean).join(" ")).join(", ") || null;
}

/** `h264 · German ac3 → aac`. */
export function planTracks(plan: Plan, locale: string): string {
  return [planPicture(plan), planSounds(plan, locale)].filter((text) => text !== null).join(" · ");
}

export function receiverName(receivers: readonly Pick<ReceiverStatus, "id" | "name">[], id: string | null | undefined): string | null {
  if (!id) return null;
  return receivers.find((receiver) => receiver.id === id)?.name ?? id;
}

/** Hours, minutes and seconds on the station's clock would be too fine: hours and minutes. */
export function timeOf(time: string, locale: string): string {
  return stationTime(time, locale);
}

/** A stretch of time in its two largest units: `3 h 12 min`, `4 days 2 h`. */
export function span(seconds: number, locale: string): string {
  const unit = (value: number, name: "day" | "hour" | "minute" | "second") =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) return `${unit(days, "day")} ${unit(hours, "hour")}`;
  if (hours > 0) return `${unit(hours, "hour")} ${unit(minutes, "minute")}`;
  return minutes > 0 ? unit(minutes, "minute") : unit(whole, "second");
}
