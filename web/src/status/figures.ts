/** Figures as people read them, and the outline of a plot. */

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** `8.2 MB`, `1.4 GB`: thousands, as disks are sold and the configuration counts. */
export function bytes(value: number, locale: string): string {
  const power = value < 1000 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(value) / 3));
  const unit = BYTES[power] ?? "byte";
  const shown = value / 1000 ** power;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: power > 0 && shown < 100 ? 1 : 0,
  }).format(shown);
}

/** `8.2 Mbit/s`; Intl has no unit for it, and the word is the same in every language. */
export function bitRate(bitsPerSecond: number, locale: string): string {
  const [value, unit] = bitsPerSecond < 1_000_000 ? [bitsPerSecond / 1000, "kbit/s"] : [bitsPerSecond / 1_000_000, "Mbit/s"];
  const digits = unit === "Mbit/s" ? 1 : 0;
  return `${new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)} ${unit}`;
}

/** A whole number with the language's separators. */
export function count(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** `0.8`, `12.4`. */
export function decimal(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}

export function share(part: number, whole: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(whole > 0 ? part / whole : 0);
}

export const PLOT = { width: 100, height: 24 } as const;

/**
 * The outline of values as an SVG path in a box of `PLOT`, the newest at the right edge, zero at the bottom. Empty for
 * fewer than two values.
 */
export function outline(values: readonly number[], room: number): string {
  if (values.length < 2) return "";
  const top = Math.max(...values, 1);
  const step = PLOT.width / Math.max(1, room - 1);
  const left = PLOT.width - (values.length - 1) * step;
  return values
    .map((value, at) => {
      const x = (left + at * step).toFixed(2);
      const y = (PLOT.height - 1 - (value / top) * (PLOT.height - 2)).toFixed(2);
      return `${at === 0 ? "M" : "L"}${x} ${y}`;
    })
    .join("");
}

/** The lowest, highest and last of some values; null of none. */
export function extremes(values: readonly number[]): { readonly low: number; readonly high: number; readonly last: number } | null {
  const last = values.at(-1);
  if (last === undefined) return null;
  return { low: Math.min(...values), high: Math.max(...values), last };
}
