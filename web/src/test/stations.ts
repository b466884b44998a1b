/** Slots, channels and answers for tests: as the API sends them, with what does not matter filled in. */
import type { SlotView, StationDetail, StationDocument, Why } from "../api/stations";

export const NOON = Date.UTC(2026, 10, 30, 12);
const MINUTE = 60_000;

export const why = (more: Partial<Why> = {}): Why => ({ template: "weekday", at: "18:00:00", block: "evening", step: 0, source: "Tatort", rule: "", ...more });

/** A slot from one minute after noon to another. */
export function slot(from: number, to: number, more: Partial<SlotView> = {}): SlotView {
  return {
    start: new Date(NOON + from * MINUTE).toISOString(),
    end: new Date(NOON + to * MINUTE).toISOString(),
    kind: "item",
    role: "programme",
    title: "Tatort",
    item_id: 1,
    offset_ms: 0,
    cut: false,
    entry: 1,
    firm: false,
    preparation: "none",
    why: why(),
    ...more,
  };
}

export const fullDocument: StationDocument = {
  version: 1,
  name: "Krimi",
  sources: { Tatort: "Tatort", Wallander: { show: "Wallander" }, both: { any: ["Tatort", "Wallander"] }, trailers: { tag: "trailer" } },
  blocks: { morning: { play: [{ source: "Wallander", count: 2 }] }, evening: { play: [{ source: "both" }, { source: "Tatort", breaks: ["ads"] }], breaks: ["ads"] } },
  templates: { weekday: [{ at: "06:00", block: "morning" }, { at: "20:15", block: "evening", strict: true }] },
  calendar: [{ template: "weekday" }],
  breaks: [{ name: "ads", at: "mid", source: "trailers", count: 2, points: { by: "chapters" } }],
};

export function detail(document: StationDocument, more: Partial<StationDetail> = {}): StationDetail {
  return {
    id: "s1",
    channel_id: "own-s1",
    name: document.name,
    number: 901,
    revision: 4,
    state: "on_air",
    preparation: { waiting: 0, running: 0, failed: 0, ready: 3 },
    notes: [],
    document,
    faults: [],
    ...more,
  };
}
