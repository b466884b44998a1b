/** Slots as a person sees them: programmes with their breaks inside, and the filling between them. Pure. */
import type { PreparationState, SlotView } from "../api/stations";

export interface Programme {
  /** Stands for it in the address and in lists: when it begins. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** The first stretch of the programme itself; of filling, the first clip. */
  readonly slot: SlotView;
  readonly slots: readonly SlotView[];
  /** Nothing but what fills. */
  readonly filling: boolean;
}

export function isBreak({ role }: Pick<SlotView, "role">): boolean {
  return role !== "programme" && role !== "slate";
}

/** Whether `slot` goes on with the programme of `first`: after a break it is the same item further on. */
function goesOn(first: SlotView, slot: SlotView): boolean {
  return slot.entry === first.entry && slot.title === first.title && (slot.item_id ?? null) === (first.item_id ?? null) && slot.offset_ms > 0;
}

/** Breaks belong to the programme of their entry; those before it are at its head, all others stand behind it or in it. */
export function programmesOf(slots: readonly SlotView[]): readonly Programme[] {
  const found: SlotView[][] = [];
  let head: SlotView[] = [];
  let body: SlotView[] | null = null;
  let first: SlotView | null = null;
  const close = () => {
    if (body) found.push(body);
    body = null;
    first = null;
  };
  for (const slot of slots) {
    if (slot.role === "pre") {
      head.push(slot);
      continue;
    }
    if (isBreak(slot)) {
      if (body && slot.entry === (body as SlotView[])[0]?.entry && head.length === 0) {
        body.push(slot);
        continue;
      }
      if (head.length > 0 || body === null || first !== null) close();
      body ??= [];
      body.push(...head, slot);
      head = [];
      continue;
    }
    if (slot.role === "programme" && first !== null && body !== null && head.length === 0 && goesOn(first, slot)) {
      body.push(slot);
      continue;
    }
    close();
    body = [...head, slot];
    head = [];
    first = slot;
  }
  close();
  if (head.length > 0) found.push(head);
  return found.map(programme);
}

function programme(slots: readonly SlotView[]): Programme {
  const own = slots.find((slot) => !isBreak(slot));
  const slot = own ?? (slots[0] as SlotView);
  const [first, last] = [slots[0] as SlotView, slots.at(-1) as SlotView];
  return { key: first.start, start: Date.parse(first.start), end: Date.parse(last.end), slot, slots, filling: own === undefined };
}

/** The part of each that lies between two moments; what lies outside is left out. */
export function between(programmes: readonly Programme[], from: number, to: number): readonly Programme[] {
  return programmes.filter(({ start, end }) => end > from && start < to);
}

export function onAt(programmes: readonly Programme[], now: number): Programme | undefined {
  return programmes.find(({ start, end }) => start <= now && now < end);
}

const WORST_FIRST: readonly PreparationState[] = ["failed", "running", "waiting", "ready", "none"];

/** How far the preparation of a programme with all its breaks is: the worst of them, and the mean of their progress. */
export function preparationOf({ slots }: Pick<Programme, "slots">): { readonly state: PreparationState; readonly progress: number | null } {
  const state = WORST_FIRST.find((one) => slots.some(({ preparation }) => preparation === one)) ?? "none";
  if (state !== "running") return { state, progress: null };
  const counted = slots.filter(({ preparation }) => preparation !== "none");
  const done = counted.map(({ preparation, progress }) => (preparation === "ready" ? 1 : preparation === "running" ? (progress ?? 0) : 0));
  return { state, progress: done.reduce((sum, one) => sum + one, 0) / Math.max(1, done.length) };
}

/** The end of the last slot that is firm without a gap before it, or null. */
export function firmUntil(slots: readonly SlotView[]): number | null {
  const firm = slots.findLast((slot) => slot.firm);
  return firm ? Date.parse(firm.end) : null;
}
