/**
 * Times, durations and names of languages. An API time carries the station's offset; it is shown in the station's zone,
 * and where the viewer's differs that one can be had beside it.
 */

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(locale: string, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone ?? ""}`;
  let format = clocks.get(key);
  if (!format) {
    const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
    format = new Intl.DateTimeFormat(locale, timeZone === undefined ? options : { ...options, timeZone });
    clocks.set(key, format);
  }
  return format;
}

/** Minutes east of Greenwich of an RFC 3339 time, or null for `Z`, which says nothing about where the station is. */
export function stationOffset(time: string): number | null {
  const match = /([+-])(\d\d):(\d\d)$/.exec(time);
  if (!match) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

/** Hours and minutes on the station's clock. */
export function stationTime(time: string, locale: string): string {
  const offset = stationOffset(time);
  if (offset === null) return clock(locale, undefined).format(new Date(time));
  return clock(locale, "UTC").format(new Date(Date.parse(time) + offset * 60_000));
}

/** The viewer's own hours and minutes for a time, or null where they are the station's too. */
export function viewerTime(time: string, locale: string): string | null {
  const offset = stationOffset(time);
  const date = new Date(time);
  if (offset === null || offset === -date.getTimezoneOffset()) return null;
  return clock(locale, undefined).format(date);
}

/** A day, for people: `3 Nov 2026`. */
export function date(ms: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(ms);
}

/** A moment of a day. */
export function dateTime(ms: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** `0:07`, `12:40`, `1:02:09`. */
export function clockDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** An age in its largest sensible unit: `3 hours`, `12 Minuten`. */
export function age(seconds: number, locale: string): string {
  const [value, unit] =
    seconds < 3600
      ? [Math.max(1, Math.round(seconds / 60)), "minute"]
      : seconds < 172_800
        ? [Math.round(seconds / 3600), "hour"]
        : [Math.round(seconds / 86_400), "day"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

/** A language's name in the page's language; null for codes that name none (`und`, `qaa` and its kin). */
export function languageName(code: string | null | undefined, locale: string): string | null {
  if (!code || /^(?:und|mis|zxx|mul|q[a-t][a-z])$/i.test(code)) return null;
  try {
    const name = new Intl.DisplayNames([locale], { type: "language", fallback: "none" }).of(code);
    return name ? name.charAt(0).toLocaleUpperCase(locale) + name.slice(1) : null;
  } catch {
    return null;
  }
}

/** How far a programme has run, 0 to 1. */
export function progress(start: string, end: string, now: number): number {
  const from = Date.parse(start);
  const to = Date.parse(end);
  if (!(to > from)) return 0;
  return Math.min(1, Math.max(0, (now - from) / (to - from)));
}
