/**
 * Channels of one's own, as the API has them: the generated shapes, with the words that the pages go by as closed sets, and the document, of which
 * the schema says only that it is one. Every call that the pages about own channels make is here.
 */
import { api, body } from "./client";
import { asProblem } from "./problem";
import type { components } from "./schema";

type Schemas = components["schemas"];
/** A shape in which some words are known. */
type Worded<Shape, Words> = Omit<Shape, keyof Words> & Words;

export type StationState = "on_air" | "preparing" | "empty" | "faulty";
export type SlotKind = "item" | "live" | "channel" | "still" | "slate";
export type SlotRole = "programme" | "pre" | "mid" | "post" | "tail" | "fallback" | "slate";
export type PreparationState = "ready" | "running" | "waiting" | "failed" | "none";
export type NoteKind = "cursor_gone" | "too_long" | "did_not_fit" | "cut" | "late" | "missed" | "nothing" | "no_room";

export type Why = Schemas["WhyView"];
export type SlotView = Worded<Schemas["SlotView"], { kind: SlotKind; role: SlotRole; preparation: PreparationState }>;
export type NoteView = Worded<Schemas["NoteView"], { kind: NoteKind }>;
export type StationView = Worded<Schemas["StationView"], { state: StationState; now?: SlotView | null; next?: SlotView | null; notes: NoteView[] }>;
export type FaultView = Schemas["FaultView"];
export type StationDetail = StationView & { document: StationDocument; faults: FaultView[] };
export type TimelineView = Worded<Schemas["TimelineView"], { slots: SlotView[]; notes: NoteView[] }>;
export type DiffView = Worded<Schemas["DiffView"], { items: Worded<Schemas["TimelineChange"], { kind: "came" | "went" | "moved" }>[] }>;
export type PreviewView = TimelineView & { faults: FaultView[]; diff: DiffView };
export type LintView = Schemas["LintView"];
export type SimulationView = Schemas["SimulationView"];
export type LogEntry = Schemas["AiredView"];
export type LogPage = Schemas["Log"];
export type LibraryItem = Schemas["LibraryItem"];
export type LibraryShow = Schemas["LibraryShow"];

// The document, as `core::schedule::document` reads it.

export type Mode = "sequential" | "shuffle" | "random";
export type SimpleOrder = "round_robin" | "weighted" | "in_order" | "shuffle";
export type ItemKind = "film" | "episode" | "clip" | "other";
export type OrderKind = "in_order" | "shuffle" | "random" | "rotation" | "first_run" | "marathon";
export type GroupBy = "show" | "season" | "source" | "year" | "folder";
export type Pick = "in_turn" | "weighted" | "shuffle";
export type DoesNotFit = "wait" | "next" | "cut";
export type BreakAt = "pre" | "mid" | "post" | "tail" | "fallback";
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
export type Season = "spring" | "summer" | "autumn" | "winter";
export type Merge = "no" | "show" | "block" | "parts";
/** `90s`, `15m`, `1h30m`, `2d`, or seconds. */
export type Length = string | number;

export interface Still {
  readonly pictures: readonly string[];
  readonly sound?: string;
  readonly length: Length;
}

export interface Source {
  readonly show?: string;
  readonly item?: number;
  readonly items?: readonly number[];
  readonly collection?: string;
  readonly query?: string;
  readonly playlist?: string;
  readonly tag?: string;
  readonly kind?: ItemKind;
  readonly still?: Still;
  readonly live?: string;
  readonly channel?: string;
  readonly any?: readonly string[];
  readonly seasons?: readonly number[];
  readonly shared?: boolean;
}

export interface SimpleShow extends Source {
  readonly weight?: number;
  readonly mode?: Mode;
  readonly include?: boolean;
}

export interface Simple {
  readonly order?: SimpleOrder;
  readonly mode?: Mode;
  readonly pad?: number;
  readonly shows: readonly (string | SimpleShow)[];
}

export interface Order {
  readonly kind: OrderKind;
  readonly by?: GroupBy;
  readonly pick?: Pick;
  readonly each?: Mode;
  readonly modes?: Readonly<Record<string, Mode>>;
  readonly weights?: Readonly<Record<string, number>>;
  readonly cooldown?: Length;
  readonly group_cooldown?: Length;
}

export interface GuideTexts {
  readonly title?: string;
  readonly subtitle?: string;
  readonly description?: string;
  readonly hide?: boolean;
  readonly merge?: Merge;
  readonly age?: number;
  readonly filler?: string;
}

export interface Step {
  readonly source: string;
  readonly order?: OrderKind | Order;
  readonly count?: number;
  readonly all?: boolean;
  readonly for?: Length;
  readonly until_next?: boolean;
  readonly overrun?: Length;
  readonly pad?: number;
  readonly parts?: boolean;
  readonly breaks?: readonly string[];
  readonly guide?: GuideTexts;
}

export interface Block {
  readonly play: readonly Step[];
  readonly once?: boolean;
  readonly does_not_fit?: DoesNotFit;
  readonly breaks?: readonly string[];
  readonly guide?: GuideTexts;
}

export interface Start {
  /** `20:15`, `06:00:30`. */
  readonly at: string;
  readonly block: string;
  readonly strict?: boolean;
  readonly late?: Length;
}

export interface DayRule {
  readonly easter?: number;
  readonly on?: string;
  readonly nth?: number;
  readonly weekday?: Weekday;
  readonly month?: number;
  readonly before?: string;
  readonly shift?: number;
  readonly days?: number;
}

export interface DayOf {
  readonly template: string;
  readonly weekdays?: readonly Weekday[];
  readonly from?: string;
  readonly until?: string;
  readonly holidays?: readonly (string | DayRule)[];
  readonly seasons?: readonly Season[];
  readonly months?: readonly number[];
}

export interface Points {
  readonly by?: "chapters" | "intervals" | "detected";
  readonly every?: Length;
  readonly first?: Length;
  readonly last?: Length;
  readonly most?: number;
  readonly or_intervals?: boolean;
}

export interface Break {
  readonly name: string;
  readonly at: BreakAt;
  readonly source: string;
  readonly order?: OrderKind | Order;
  readonly count?: number;
  readonly for?: Length;
  readonly pad?: number;
  readonly points?: Points;
  readonly only?: {
    readonly shows?: readonly string[];
    readonly tags?: readonly string[];
    readonly kind?: ItemKind;
    readonly longer?: Length;
    readonly from?: string;
    readonly until?: string;
  };
}

export interface StationDocument {
  readonly version: 1;
  readonly name: string;
  readonly simple?: Simple;
  readonly sources?: Readonly<Record<string, string | Source>>;
  readonly blocks?: Readonly<Record<string, Block>>;
  readonly templates?: Readonly<Record<string, readonly Start[]>>;
  readonly calendar?: readonly DayOf[];
  readonly breaks?: readonly Break[];
  readonly guide?: GuideTexts;
}

/** An answer whose words are known. */
const told = <T>(call: Promise<{ data?: unknown }>): Promise<T> => body(call) as Promise<T>;
/** A document as the client takes it: the schema says nothing of what is in it. */
const sent = (document: StationDocument) => document as unknown as Record<string, never>;

const at = (id: string) => ({ params: { path: { id } } });

export const fetchStations = (signal: AbortSignal) => told<{ items: StationView[] }>(api.GET("/api/v1/stations", { signal }));

export const fetchStation = (id: string, signal: AbortSignal) => told<StationDetail>(api.GET("/api/v1/stations/{id}", { ...at(id), signal }));

/** `key` is the same for each try of one wish, so that a reply that was lost makes no second channel. */
export const createStation = (wish: { readonly name: string; readonly number: number | null; readonly document?: StationDocument }, key: string) =>
  told<StationView>(
    api.POST("/api/v1/stations", {
      headers: { "Idempotency-Key": key },
      body: { name: wish.name, ...(wish.number === null ? {} : { number: wish.number }), ...(wish.document ? { document: sent(wish.document) } : {}) },
    }),
  );

export const changeStation = (id: string, revision: number, number: number | null, document: StationDocument) =>
  told<StationView>(api.POST("/api/v1/stations/{id}", { ...at(id), body: { revision, ...(number === null ? {} : { number }), document: sent(document) } }));

export const deleteStation = (id: string) => api.DELETE("/api/v1/stations/{id}", at(id));

export const fetchTimeline = (id: string, from: number, to: number, signal: AbortSignal) =>
  told<TimelineView>(
    api.GET("/api/v1/stations/{id}/timeline", {
      params: { path: { id }, query: { from: new Date(from).toISOString(), to: new Date(to).toISOString() } },
      signal,
    }),
  );

export const fetchPreview = (id: string, document: StationDocument, days: number) =>
  told<PreviewView>(api.POST("/api/v1/stations/{id}/preview", { ...at(id), body: { document: sent(document), days } }));

/** What would be on a channel that is not made yet. */
export const fetchFirstEvening = (document: StationDocument, days: number) =>
  told<PreviewView>(api.POST("/api/v1/stations/preview", { body: { document: sent(document), days } }));

export const fetchSimulation = (id: string, document: StationDocument, days: number) =>
  told<SimulationView>(api.POST("/api/v1/stations/{id}/simulate", { ...at(id), body: { document: sent(document), days } }));

export const fetchLog = (id: string, before: string | null, limit: number, signal: AbortSignal) =>
  told<LogPage>(api.GET("/api/v1/stations/{id}/log", { params: { path: { id }, query: { limit, ...(before === null ? {} : { before }) } }, signal }));

/** A station without a library answers as one that has nothing in it. */
async function unlessMissing<T>(call: Promise<T>, nothing: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (asProblem(error).status === 404) return nothing;
    throw error;
  }
}

export const fetchItems = (q: string, limit: number, signal: AbortSignal) =>
  unlessMissing<{ readonly items: readonly LibraryItem[] }>(told(api.GET("/api/v1/library/items", { params: { query: { limit, ...(q === "" ? {} : { q }) } }, signal })), { items: [] });

export const fetchFilmCount = (signal: AbortSignal) =>
  unlessMissing(body(api.GET("/api/v1/library/items", { params: { query: { limit: 1, kind: "film" } }, signal })).then(({ total }) => total), 0);

export const fetchItem = (id: number, signal: AbortSignal) =>
  unlessMissing<{ readonly title: string } | null>(body(api.GET("/api/v1/library/items/{id}", { params: { path: { id } }, signal })), null);

export const fetchShows = (signal: AbortSignal) => unlessMissing<{ readonly items: readonly LibraryShow[] }>(told(api.GET("/api/v1/library/shows", { signal })), { items: [] });
