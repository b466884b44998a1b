/**
 * What the forms read and write of a channel's document. Pure. What stands in a document and no form knows stays in it; what says nothing is
 * left out, as the station writes it.
 */
import type { Order, OrderKind, Simple, SimpleShow, Source, StationDocument, Step } from "../api/stations";

export const PADS = [5, 10, 15, 20, 30, 60] as const;
export const LEAST_WEIGHT = 0.1;
export const MOST_WEIGHT = 5;

export const SOURCE_KINDS = ["show", "collection", "query", "playlist", "tag", "kind", "item", "items", "still", "live", "channel", "any"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Without what is undefined. */
export function pruned<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

/** A change in which undefined takes a field out. */
export type Change<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

export function withChange<T extends object>(value: T, change: Change<T>): T {
  return pruned({ ...value, ...change }) as T;
}

export function blankDocument(name: string): StationDocument {
  return { version: 1, name, simple: { order: "round_robin", shows: [] } };
}

export function showOf(show: string | SimpleShow): SimpleShow {
  return typeof show === "string" ? { show } : show;
}

/** A show as it is written: its bare name where nothing more is said of it. */
export function writtenShow(show: SimpleShow): string | SimpleShow {
  const { show: name, ...more } = pruned({ ...show, include: show.include === false ? false : undefined });
  return name !== undefined && Object.keys(more).length === 0 ? name : (pruned({ ...show, include: show.include === false ? false : undefined }) as SimpleShow);
}

export function sourceOf(source: string | Source): Source {
  return typeof source === "string" ? { show: source } : source;
}

export function kindOf(source: Source): SourceKind {
  return SOURCE_KINDS.find((kind) => source[kind] !== undefined) ?? "show";
}

/** What people call it. */
export function nameOfShow(show: SimpleShow): string {
  const { show: name, tag, query, collection, playlist, item, items, kind } = show;
  return name ?? tag ?? query ?? collection ?? playlist ?? (item === undefined ? (items?.join(", ") ?? kind ?? "") : String(item));
}

export function orderOf(order: OrderKind | Order | undefined): Order {
  return typeof order === "object" ? order : { kind: order ?? "in_order" };
}

/** An order as it is written: its bare kind where nothing more is said of it. */
export function writtenOrder(order: Order): OrderKind | Order {
  const written = pruned(order);
  return Object.keys(written).length === 1 ? written.kind : written;
}

export type Amount = "one" | "count" | "all" | "for" | "until_next";

export function amountOf(step: Step): Amount {
  if (step.count !== undefined) return "count";
  if (step.all) return "all";
  if (step.for !== undefined) return "for";
  return step.until_next ? "until_next" : "one";
}

export function withAmount(step: Step, amount: Amount): Step {
  const change: Change<Step> = {
    count: amount === "count" ? (step.count ?? 2) : undefined,
    all: amount === "all" ? true : undefined,
    for: amount === "for" ? (step.for ?? "2h") : undefined,
    until_next: amount === "until_next" ? true : undefined,
  };
  return withChange(step, change);
}

/** A name that is not taken: the wanted one, or with a number. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let n = 2; ; n += 1) {
    if (!taken.includes(`${wanted} ${n}`)) return `${wanted} ${n}`;
  }
}

const ALL = "all";

/** The simple form in full, as the station reads it: `core::schedule::simple`. */
export function expand(document: StationDocument): StationDocument {
  const { simple, ...rest } = document;
  if (!simple) return document;
  const sources: Record<string, string | Source> = { ...rest.sources };
  const names: string[] = [];
  const weights: Record<string, number> = {};
  const modes: Record<string, "sequential" | "shuffle" | "random"> = {};
  simple.shows
    .map(showOf)
    .filter(({ include }) => include !== false)
    .forEach(({ weight, mode, ...show }, at) => {
      const source: Source = withChange(show, { include: undefined });
      const called = source.show ?? source.collection ?? source.query ?? source.playlist ?? source.tag ?? `source ${at + 1}`;
      const name = called === ALL || called in sources ? `${called} ${at + 1}` : called;
      if (weight !== undefined) weights[name] = weight;
      if (mode !== undefined) modes[name] = mode;
      sources[name] = writtenShow(source);
      names.push(name);
    });
  sources[ALL] = { any: names };
  const step: Step = pruned({ source: ALL, order: writtenOrder(fullOrder(simple, weights, modes)), pad: simple.pad }) as Step;
  return {
    ...rest,
    sources,
    blocks: { [ALL]: { play: [step.order === "in_order" ? withChange(step, { order: undefined }) : step] } },
    templates: { [ALL]: [{ at: "00:00", block: ALL }] },
    calendar: [{ template: ALL }],
  };
}

function fullOrder(simple: Simple, weights: Order["weights"] & object, modes: Order["modes"] & object): Order {
  const order = simple.order ?? "round_robin";
  if (order === "in_order" || order === "shuffle") return { kind: order };
  return pruned({
    kind: "rotation",
    by: "source",
    pick: order === "weighted" ? "weighted" : undefined,
    each: simple.mode === "sequential" ? undefined : simple.mode,
    modes: Object.keys(modes).length > 0 ? modes : undefined,
    weights: Object.keys(weights).length > 0 ? weights : undefined,
  }) as Order;
}

/** Seconds of a length as it is written, or null if it is none. */
export function readLength(text: string | number): number | null {
  if (typeof text === "number") return Number.isSafeInteger(text) && text >= 0 ? text : null;
  if (!/^(?:\d+[smhd])+$/.test(text)) return null;
  const unit = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, number, name]) => sum + Number(number) * unit[name as keyof typeof unit], 0);
}

/** Seconds since midnight, or null. */
export function readTimeOfDay(text: string): number | null {
  const match = /^(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (!match) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  return hours < 24 && minutes < 60 && seconds < 60 ? hours * 3_600 + minutes * 60 + seconds : null;
}

const two = (n: number) => String(n).padStart(2, "0");

export function writeTimeOfDay(seconds: number): string {
  const day = ((seconds % 86_400) + 86_400) % 86_400;
  const rest = day % 60;
  return `${two(Math.floor(day / 3_600))}:${two(Math.floor(day / 60) % 60)}${rest === 0 ? "" : `:${two(rest)}`}`;
}

/** A day of the year, or of one year. */
export function isDay(text: string): boolean {
  const match = /^(?:(\d{4})-)?(\d\d)-(\d\d)$/.exec(text);
  if (!match) return false;
  const date = new Date(Date.UTC(Number(match[1] ?? 2024), Number(match[2]) - 1, Number(match[3])));
  return date.getUTCMonth() === Number(match[2]) - 1 && date.getUTCDate() === Number(match[3]);
}
