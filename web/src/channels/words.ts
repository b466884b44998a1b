/** Slots, notes, faults and lengths in words of the page. */
import type { FaultView, LintView, NoteView, SlotView } from "../api/stations";
import type { Words } from "./text";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** `45 s`, `12 min`, `1 h 30 min`, `3 days`. */
export function lengthWords(w: Words, ms: number): string {
  if (ms < MINUTE) return w.duration.seconds(Math.max(0, Math.round(ms / SECOND)));
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 60) return w.duration.minutes(minutes);
  if (ms >= 2 * DAY) return w.duration.days(Math.round(ms / DAY));
  return w.duration.hours(Math.floor(minutes / 60), minutes % 60);
}

/** What is longer than a day stays in hours, with a decimal below ten. */
export function hoursWords(hours: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: hours < 10 ? 1 : 0 }).format(hours);
}

export function titleWords(w: Words, slot: Pick<SlotView, "title" | "role" | "kind">): string {
  if (slot.title !== "") return slot.title;
  if (slot.role === "slate" || slot.kind === "slate") return w.roles.slate;
  return w.untitled;
}

/** What is known of a slot's preparation, or null where there is nothing to say. */
export function preparationWords(w: Words, state: SlotView["preparation"], progress: number | null | undefined, locale: string): string | null {
  if (state === "none") return null;
  if (state === "running" && typeof progress === "number") {
    return w.preparationOf(Number(new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(Math.floor(progress * 100))));
  }
  return w.preparation[state];
}

export function noteWords(w: Words, note: NoteView): string {
  const item = note.item ?? null;
  const instead = note.instead ?? null;
  const length = lengthWords(w, note.length_ms);
  const { block, source } = note;
  switch (note.kind) {
    case "cursor_gone":
      return w.notes.cursor_gone(item, instead, source, block);
    case "too_long":
      return w.notes.too_long(item, length, block);
    case "did_not_fit":
      return w.notes.did_not_fit(item, instead, block);
    case "cut":
      return w.notes.cut(item, length, block);
    case "late":
      return w.notes.late(length, block);
    case "missed":
      return w.notes.missed(block);
    case "nothing":
      return w.notes.nothing(block, length);
    case "no_room":
      return w.notes.no_room(item, source, block);
    // A later station may know more kinds.
    default:
      return `${block}: ${String((note as NoteView).kind).replaceAll("_", " ")}`;
  }
}

/** `20:15`, from `20:15:00`; seconds only where there are some. */
export function timeOfDay(text: string): string {
  return text.replace(/^(\d\d:\d\d):00$/, "$1");
}

/** Name of the block and the template that the station makes of a simple channel. */
const SIMPLE = "all";

/** The sentences that tell why a slot stands where it stands, or stood; `day` is the day's name. */
export function whyWords(w: Words, slot: SlotView, day: string, simple: boolean, now: number): readonly string[] {
  const { why } = slot;
  const ends = [
    ...(slot.offset_ms > 0 && slot.kind === "item" ? [w.why.offset(lengthWords(w, slot.offset_ms))] : []),
    ...(slot.cut ? [w.why.cut] : []),
    Date.parse(slot.end) <= now ? w.why.past : slot.firm ? w.why.firm : w.why.planned,
    ...(slot.failure ? [w.why.failure(slot.failure)] : []),
  ];
  const where = simple && why.block === SIMPLE ? [w.why.simple] : [why.template === "" ? w.why.noTemplate : w.why.template(day, why.template), w.why.block(timeOfDay(why.at), why.block)];
  if (slot.role === "slate") return [...where, w.why.roles.slate, ...ends];
  if (why.rule !== "") return [...where, w.why.rule(why.rule, why.source), w.why.roles[slot.role], ...ends];
  // All shows of a simple channel are one source, of which nobody has heard.
  const what = !simple || why.block !== SIMPLE ? [w.why.step(why.step + 1, why.block, why.source)] : why.source === SIMPLE ? [] : [w.why.source(why.source)];
  return [...where, ...what, simple && why.block === SIMPLE && slot.role === "programme" ? w.why.turn : w.why.roles[slot.role], ...ends];
}

/** `blocks.evening.play[0].source` as `Block “evening”, step 1, source`. */
export function placeWords(w: Words, place: string): string {
  if (place === "") return w.edit.whole;
  const words: string[] = [];
  const known = w.places as unknown as Readonly<Record<string, string>>;
  const parts = place.split(".");
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? "";
    const match = /^(.*?)((?:\[\d+\])*)$/.exec(part);
    const name = match?.[1] ?? part;
    const numbers = [...(match?.[2] ?? "").matchAll(/\d+/g)].map(([number]) => Number(number) + 1);
    const label = name === "shows" && numbers.length === 0 ? w.places.simple : typeof known[name] === "string" ? known[name] : name;
    const named = at === 0 && (name === "sources" || name === "blocks" || name === "templates");
    const next = parts[at + 1];
    if (named && next !== undefined) {
      const inner = /^(.*?)((?:\[\d+\])*)$/.exec(next);
      words.push(w.places.named(label, inner?.[1] ?? next));
      words.push(...[...(inner?.[2] ?? "").matchAll(/\d+/g)].map(([number]) => String(Number(number) + 1)));
      at += 1;
    } else if (numbers.length > 0) {
      words.push(...numbers.map((number) => w.places.numbered(label, number)));
    } else if (!(at === 0 && name === "simple")) {
      words.push(label);
    }
  }
  return words.join(", ") || w.edit.whole;
}

/** Ticks of 90 kHz, in which the station counts lengths of what it finds odd. */
const TICKS_PER_MS = 90;

export function lintWords(w: Words, lint: LintView): string {
  const place = placeWords(w, lint.place);
  const { other, ...known } = w.lints;
  const say = Object.hasOwn(known, lint.code) ? known[lint.code as keyof typeof known] : undefined;
  if (!say) return other(place, lint.code);
  const { name, item, number } = lint.parameters;
  const n = typeof number === "number" ? number : 0;
  return say({
    place,
    name: typeof name === "string" ? name : place,
    item: typeof item === "string" ? item : w.untitled,
    n,
    length: lengthWords(w, n / TICKS_PER_MS),
  });
}

/** What is wrong, by its code; empty where the station's own words do, which are English. */
export function faultWords(w: Words, fault: FaultView): string {
  const known = w.edit.faultCodes;
  return Object.hasOwn(known, fault.code) ? known[fault.code as keyof typeof known] : "";
}

/** What is wrong at this very place. */
export function faultAt(faults: readonly FaultView[], place: string): string | undefined {
  return faults.find((fault) => fault.place === place)?.message;
}

/** Whether something is wrong at this place or below it. */
export function hasFault(faults: readonly FaultView[], place: string): boolean {
  return faults.some((fault) => fault.place === place || fault.place.startsWith(`${place}.`) || fault.place.startsWith(`${place}[`));
}

export const units = { SECOND, MINUTE, HOUR, DAY };
