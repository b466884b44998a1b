/**
 * Channels of one's own, as the API has them. Written by hand: when the generated schema knows these shapes, `StationPaths` goes and
 * `stations` becomes `api`; nothing else has to change. Every call that the pages about own channels make is here.
 */
import type { Client } from "openapi-fetch";
import { api, body } from "./client";
import { asProblem } from "./problem";

export type StationState = "on_air" | "preparing" | "empty" | "faulty";
export type SlotKind = "item" | "live" | "channel" | "still" | "slate";
export type SlotRole = "programme" | "pre" | "mid" | "post" | "tail" | "fallback" | "slate";
export type PreparationState = "ready" | "running" | "waiting" | "failed" | "none";

/** Why a slot stands where it stands. */
export interface Why {
  readonly template: string;
  /** Time of day at which its block begins. */
  readonly at: string;
  readonly block: string;
  /** Number of the step in the block, from 0. */
  readonly step: number;
  readonly source: string;
  /** Name of the break; empty: it is a programme. */
  readonly rule: string;
  readonly channel?: string | null;
}

export interface SlotView {
  readonly start: string;
  readonly end: string;
  readonly kind: SlotKind;
  readonly role: SlotRole;
  readonly title: string;
  readonly subtitle?: string | null;
  readonly item_id?: string | number | null;
  readonly offset_ms: number;
  readonly cut: boolean;
  /** Slots of one programme have the same. */
  readonly entry: number;
  readonly firm: boolean;
  readonly preparation: PreparationState;
  /** 0 to 1. */
  readonly progress?: number | null;
  readonly failure?: string | null;
  readonly why: Why;
}

export type NoteKind = "cursor_gone" | "too_long" | "did_not_fit" | "cut" | "late" | "missed" | "nothing" | "no_room";

export interface NoteView {
  readonly at: string;
  readonly kind: NoteKind;
  readonly block: string;
  readonly source: string;
  readonly item?: string | null;
  readonly instead?: string | null;
  readonly length_ms: number;
}

export interface StationView {
  readonly id: string;
  readonly channel_id: string;
  readonly name: string;
  readonly number?: number | null;
  readonly revision: number;
  readonly state: StationState;
  readonly now?: SlotView | null;
  readonly next?: SlotView | null;
  readonly firm_until?: string | null;
  readonly planned_until?: string | null;
  readonly preparation: {
    readonly waiting: number;
    readonly running: number;
    readonly failed: number;
    readonly ready: number;
    readonly minutes_until_unready?: number | null;
  };
  readonly notes: readonly NoteView[];
}

export interface FaultView {
  /** `blocks.evening.play[0].source`. */
  readonly place: string;
  /** In English: what it is and what to do. */
  readonly message: string;
  readonly code?: string;
}

export type StationDetail = StationView & { readonly document: StationDocument; readonly faults: readonly FaultView[] };

export interface TimelineView {
  readonly from: string;
  readonly to: string;
  readonly slots: readonly SlotView[];
  readonly notes: readonly NoteView[];
}

export interface DiffView {
  readonly came: number;
  readonly went: number;
  readonly moved: number;
  readonly first?: string | null;
  readonly items: readonly { readonly kind: "came" | "went" | "moved"; readonly title: string; readonly start?: string | null; readonly was?: string | null }[];
}

export type PreviewView = TimelineView & { readonly faults: readonly FaultView[]; readonly diff: DiffView };

export interface LintView {
  readonly code: string;
  readonly place: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface SimulationView {
  readonly days: number;
  readonly programmes: number;
  readonly hours: { readonly programme: number; readonly breaks: number; readonly fallback: number; readonly slate: number };
  readonly late: { readonly starts: number; readonly worst_ms: number };
  readonly shares: readonly { readonly name: string; readonly starts: number; readonly hours: number }[];
  readonly repeats: readonly { readonly title: string; readonly times: number; readonly closest_ms: number }[];
  readonly lints: readonly LintView[];
}

export interface LogEntry {
  readonly start: string;
  readonly length_ms: number;
  readonly title: string;
  readonly item_id?: string | number | null;
  readonly kind: string;
  readonly note?: string | null;
}

export interface LogPage {
  readonly items: readonly LogEntry[];
  readonly next_cursor?: string | null;
}

/** What a page needs to know of an item of the library. */
export interface LibraryItem {
  readonly id: string | number;
  readonly title: string;
  readonly show?: string | null;
  readonly season?: number | null;
  readonly episode?: number | null;
  readonly kind: string;
  readonly length_ms?: number | null;
}

export interface LibraryShow {
  readonly name: string;
  readonly episodes: number;
}

export interface LibraryPage {
  readonly items: readonly LibraryItem[];
  readonly next_cursor?: string | null;
}

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

// Answers and documents pass through the client unread: it takes lists that may be changed, and ours may not.
interface Asked<Parameters> {
  parameters: Parameters;
  requestBody?: never;
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": unknown } } };
}
interface Sent<Parameters, Body> extends Omit<Asked<Parameters>, "requestBody"> {
  requestBody: { content: { "application/json": Body } };
}
interface ById {
  path: { id: string };
}

interface StationPaths {
  "/api/v1/stations": {
    get: Asked<Record<never, never>>;
    post: Sent<{ header?: { "Idempotency-Key"?: string } }, { name: string; number?: number; document?: unknown }>;
  };
  "/api/v1/stations/preview": { post: Sent<Record<never, never>, { document: unknown; days?: number }> };
  "/api/v1/stations/{id}": {
    get: Asked<ById>;
    post: Sent<ById, { revision: number; number?: number; document: unknown }>;
    delete: Asked<ById>;
  };
  "/api/v1/stations/{id}/timeline": { get: Asked<ById & { query?: { from?: string; to?: string } }> };
  "/api/v1/stations/{id}/preview": { post: Sent<ById, { document: unknown; days?: number }> };
  "/api/v1/stations/{id}/simulate": { post: Sent<ById, { document?: unknown; days?: number }> };
  "/api/v1/stations/{id}/log": { get: Asked<ById & { query?: { before?: string; limit?: number } }> };
  "/api/v1/library/shows": { get: Asked<Record<never, never>> };
  "/api/v1/library/items": { get: Asked<{ query?: { q?: string; limit?: number; cursor?: string } }> };
}

const stations = api as unknown as Client<StationPaths>;

/** The answer, in its shape. */
const told = <T>(call: Promise<{ data?: unknown }>): Promise<T> => body(call) as Promise<T>;

const at = (id: string) => ({ params: { path: { id } } });

export const fetchStations = (signal: AbortSignal) => told<{ readonly items: readonly StationView[] }>(stations.GET("/api/v1/stations", { signal }));

export const fetchStation = (id: string, signal: AbortSignal) => told<StationDetail>(stations.GET("/api/v1/stations/{id}", { ...at(id), signal }));

/** `key` is the same for each try of one wish, so that a reply that was lost makes no second channel. */
export const createStation = (wish: { readonly name: string; readonly number: number | null; readonly document?: StationDocument }, key: string) =>
  told<StationView>(
    stations.POST("/api/v1/stations", {
      headers: { "Idempotency-Key": key },
      body: { name: wish.name, ...(wish.number === null ? {} : { number: wish.number }), ...(wish.document ? { document: wish.document } : {}) },
    }),
  );

export const changeStation = (id: string, revision: number, number: number | null, document: StationDocument) =>
  told<StationView>(stations.POST("/api/v1/stations/{id}", { ...at(id), body: { revision, ...(number === null ? {} : { number }), document } }));

export const deleteStation = (id: string) => stations.DELETE("/api/v1/stations/{id}", at(id));

export const fetchTimeline = (id: string, from: number, to: number, signal: AbortSignal) =>
  told<TimelineView>(
    stations.GET("/api/v1/stations/{id}/timeline", {
      params: { path: { id }, query: { from: new Date(from).toISOString(), to: new Date(to).toISOString() } },
      signal,
    }),
  );

export const fetchPreview = (id: string, document: StationDocument, days: number) =>
  told<PreviewView>(stations.POST("/api/v1/stations/{id}/preview", { ...at(id), body: { document, days } }));

/** What would be on a channel that is not made yet. */
export const fetchFirstEvening = (document: StationDocument, days: number) =>
  told<PreviewView>(stations.POST("/api/v1/stations/preview", { body: { document, days } }));

export const fetchSimulation = (id: string, document: StationDocument, days: number) =>
  told<SimulationView>(stations.POST("/api/v1/stations/{id}/simulate", { ...at(id), body: { document, days } }));

export const fetchLog = (id: string, before: string | null, limit: number, signal: AbortSignal) =>
  told<LogPage>(stations.GET("/api/v1/stations/{id}/log", { params: { path: { id }, query: { limit, ...(before === null ? {} : { before }) } }, signal }));

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
  unlessMissing<LibraryPage>(told(stations.GET("/api/v1/library/items", { params: { query: { limit, ...(q === "" ? {} : { q }) } }, signal })), { items: [] });

export const fetchShows = (signal: AbortSignal) => unlessMissing<{ readonly items: readonly LibraryShow[] }>(told(stations.GET("/api/v1/library/shows", { signal })), { items: [] });
