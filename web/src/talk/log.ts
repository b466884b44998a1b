/**
 * A conversation as it is shown: what its events and the pieces of its running answer come to. Pure.
 *
 * Laws (tested over random cuts and repetitions):
 * - What comes twice changes nothing, and what comes after a hole is not taken: whoever resumes where `place` says knows what those know who were there.
 * - What is said about a message that lies before `from` is passed over; it is there once the events before are put in front (`withEarlier`).
 */
import type { Author, Body, Came, DeclinedBy, Ending, Event, Fault, Frame, Instead, Mode, ModeChange, Person, Pin, Present, Usage, Why } from "./wire";
import { after, bytesOf } from "./wire";

export interface Reaction {
  readonly emoji: string;
  readonly by: readonly Person[];
}

interface Spoken {
  /** Offset by which others speak of it; 0 as long as an answer is in the making. */
  readonly id: number;
  /** Where it stands. */
  readonly offset: number;
  readonly at: string;
  readonly text: string;
  readonly reactions: readonly Reaction[];
}

export interface Message extends Spoken {
  readonly kind: "message";
  readonly clientId: string;
  readonly author: Author;
  readonly replyTo: number | null;
  readonly pin: Pin | null;
  readonly edited: boolean;
  readonly deleted: boolean;
}

export type AnswerState = "asking" | "writing" | Ending;

export interface Answer extends Spoken {
  readonly kind: "answer";
  readonly job: number;
  /** The message that it answers; 0: it lies before what is known. */
  readonly answers: number;
  readonly why: Why;
  readonly state: AnswerState;
  readonly provider: string | null;
  readonly model: string | null;
  readonly insteadOf: readonly Instead[];
  readonly fault: Fault | null;
  readonly usage: Usage | null;
  readonly requestId: string | null;
  /** Calls that it proposed. */
  readonly calls: readonly number[];
  /** A later job answers the same anew, or goes on where this one was cut. */
  readonly superseded: "again" | "onward" | null;
}

export type ProposalState = "open" | "confirmed" | "done" | "failed" | "unknown" | "declined" | "undoing" | "undone";

export interface Proposal {
  readonly call: number;
  readonly job: number;
  readonly tool: string;
  readonly arguments: unknown;
  readonly shows: readonly string[];
  readonly state: ProposalState;
  readonly declinedBy: DeclinedBy | null;
  /** What came of it, in words; empty: nothing yet. */
  readonly text: string;
  readonly undo: boolean;
  /** It could not be undone, in words. */
  readonly undoFault: string | null;
}

export type Item =
  | Message
  | Answer
  | { readonly kind: "mode"; readonly offset: number; readonly at: string; readonly to: Mode; readonly why: ModeChange; readonly by: Author; readonly summary: string | null }
  | { readonly kind: "model"; readonly offset: number; readonly at: string; readonly name: string | null }
  | { readonly kind: "note"; readonly offset: number; readonly at: string; readonly text: string };

export interface Log {
  /** None: nothing has been heard yet. */
  readonly epoch: string | null;
  /** Events up to this one are not known. */
  readonly from: number;
  /** The last event that is known, or `from`. */
  readonly last: number;
  /** The events, from `from` + 1 on. */
  readonly events: readonly Event[];
  readonly items: readonly Item[];
  readonly calls: ReadonlyMap<number, Proposal>;
  /** The running job and the bytes of its text. */
  readonly running: { readonly job: number; readonly bytes: number } | null;
  /** The greatest number of a job that has been heard of. */
  readonly fence: number;
  readonly mode: Mode;
  readonly title: string | null;
  readonly model: string | null;
  /** How far each person has read, by account. */
  readonly read: ReadonlyMap<string, { readonly name: string; readonly upto: number }>;
  /** Client ids that have become events. */
  readonly sent: ReadonlySet<string>;
  readonly present: readonly Present[];
  /** Why nothing is heard. */
  readonly refused: string | null;
}

export const EMPTY: Log = {
  epoch: null,
  from: 0,
  last: 0,
  events: [],
  items: [],
  calls: new Map(),
  running: null,
  fence: 0,
  mode: "assistant",
  title: null,
  model: null,
  read: new Map(),
  sent: new Set(),
  present: [],
  refused: null,
};

/** What may have become so by events that are not known. */
export type Known = Partial<Pick<Log, "mode" | "title" | "model">>;

/** A log that begins behind an event. */
export function beginAt(epoch: string | null, from: number, known: Known = {}): Log {
  return { ...EMPTY, ...known, epoch, from, last: from };
}

/** The place of a log as topics name it; empty where nothing has been heard. */
export function place({ epoch, last, running }: Log): string {
  if (epoch === null) return "";
  return `@${epoch}.${last}${running ? `.${running.job}.${running.bytes}` : ""}`;
}

export interface Step {
  readonly log: Log;
  /** Something is missing: subscribe again, with the place. */
  readonly resume: boolean;
}

/** Takes in a frame. The same log comes back where it tells nothing new. */
export function receive(log: Log, frame: Frame): Step {
  switch (frame.type) {
    case "event":
      return receiveEvent(log, frame.data);
    case "text":
      return receiveText(log, frame.data);
    case "here":
      return kept({ ...log, present: frame.data.present });
    case "position": {
      const { epoch, offset } = frame.data;
      if (log.epoch === null) return { log: { ...log, epoch, refused: null }, resume: offset > log.last };
      return { log, resume: epoch !== log.epoch || offset > log.last };
    }
    case "history_lost":
      return kept({ ...beginAt(frame.data.epoch, 0, { title: log.title }), present: log.present });
    case "gone":
      return { log, resume: true };
    case "refused":
      return kept({ ...log, refused: frame.data.code });
  }
}

function kept(log: Log): Step {
  return { log, resume: false };
}

function receiveEvent(log: Log, event: Event): Step {
  if (log.epoch !== null && event.epoch !== log.epoch) return { log, resume: true };
  if (event.offset <= log.last) return kept(log);
  if (event.offset > log.last + 1) return { log, resume: true };
  return kept(folded(log, [event]));
}

function receiveText(log: Log, { job, at, text }: { readonly job: number; readonly at: number; readonly text: string }): Step {
  // It may have begun before what is known, if no job is known there.
  if (log.from > 0 && log.fence === 0 && log.epoch !== null) return receiveText(joined(log, job), { job, at, text });
  // Of a job that has not begun here there is an event to come first; one that is over has all its text.
  if (log.running?.job !== job) return { log, resume: job > log.fence };
  const { bytes } = log.running;
  if (at > bytes) return { log, resume: true };
  const piece = at === bytes ? text : after(text, bytes - at);
  if (piece === "") return kept(log);
  const items = [...log.items];
  changeAnswer(items, job, (answer) => ({ ...answer, text: answer.text + piece, state: "writing" }));
  return kept({ ...log, items, running: { job, bytes: bytes + bytesOf(piece) } });
}

/** With an answer in the making of which only the text is known. */
function joined(log: Log, job: number): Log {
  const answer: Answer = { ...UNKNOWN, job, offset: log.last };
  return { ...log, items: [...log.items, answer], running: { job, bytes: 0 }, fence: job };
}

/** With events from before, which end where it begins. */
export function withEarlier(log: Log, events: readonly Event[]): Log {
  const before = events.filter(({ epoch, offset }) => epoch === log.epoch && offset <= log.from);
  const first = before[0];
  if (!first || before.at(-1)?.offset !== log.from) return log;
  const { mode, title, model } = log;
  const whole = folded(beginAt(log.epoch, first.offset - 1, { mode, title, model }), [...before, ...log.events]);
  // The text of the running answer is in no event.
  const { running } = log;
  const text = running && log.items.find((item): item is Answer => item.kind === "answer" && item.job === running.job)?.text;
  const items = [...whole.items];
  if (running && text) changeAnswer(items, running.job, (answer) => ({ ...answer, text, state: "writing" }));
  return { ...whole, items, running, present: log.present, refused: log.refused };
}

/** What is changed while events are taken in. */
interface Draft {
  items: Item[];
  calls: Map<number, Proposal>;
  running: Log["running"];
  fence: number;
  mode: Mode;
  title: string | null;
  model: string | null;
  read: Map<string, { readonly name: string; readonly upto: number }>;
  sent: Set<string>;
}

/** With events that follow. */
export function folded(log: Log, events: readonly Event[]): Log {
  const last = events.at(-1);
  if (!last) return log;
  const { running, fence, mode, title, model } = log;
  const draft: Draft = { items: [...log.items], calls: new Map(log.calls), running, fence, mode, title, model, read: new Map(log.read), sent: new Set(log.sent) };
  for (const event of events) fold(draft, event);
  return { ...log, ...draft, epoch: last.epoch, last: last.offset, events: [...log.events, ...events], refused: null };
}

function fold(draft: Draft, event: Event): void {
  const { body, offset, at, author } = event;
  switch (body.kind) {
    case "said":
      draft.sent.add(body.client_id);
      draft.items.push(said(event, body));
      return;
    case "edited":
      if (body.client_id !== undefined) draft.sent.add(body.client_id);
      changeMessage(draft.items, body.message, (message) => ({ ...message, text: body.text, edited: true }));
      return;
    case "deleted":
      changeMessage(draft.items, body.message, (message) => ({ ...message, text: "", deleted: true, reactions: [], pin: null }));
      return;
    case "reacted":
      if (author.kind === "person") changeSpoken(draft.items, body.message, (spoken) => ({ ...spoken, reactions: reacted(spoken.reactions, author, body) }));
      return;
    case "read":
      if (author.kind === "person") draft.read.set(author.account, { name: author.name, upto: Math.max(body.upto, draft.read.get(author.account)?.upto ?? 0) });
      return;
    case "mode":
      draft.mode = body.to;
      draft.items.push({ kind: "mode", offset, at, to: body.to, why: body.why, by: author, summary: body.summary ?? null });
      return;
    case "titled":
      draft.title = body.title;
      return;
    case "model":
      draft.model = body.name;
      draft.items.push({ kind: "model", offset, at, name: body.name });
      return;
    case "noted":
      draft.items.push({ kind: "note", offset, at, text: body.text });
      return;
    case "begun":
    case "asked":
    case "ended":
      foldJob(draft, event, body);
      return;
    default:
      foldCall(draft, event, body);
  }
}

function said({ offset, at, author }: Event, { client_id, text, reply_to, pin }: Extract<Body, { kind: "said" }>): Message {
  return { kind: "message", id: offset, offset, at, author, clientId: client_id, text, replyTo: reply_to ?? null, pin: pin ?? null, edited: false, deleted: false, reactions: [] };
}

function reacted(reactions: readonly Reaction[], who: Person, { emoji, on }: Extract<Body, { kind: "reacted" }>): readonly Reaction[] {
  const there = reactions.find((one) => one.emoji === emoji);
  const others = (there?.by ?? []).filter(({ account }) => account !== who.account);
  const by = on ? [...others, who] : others;
  if (by.length === 0) return reactions.filter((one) => one !== there);
  const next = { emoji, by };
  return there ? reactions.map((one) => (one === there ? next : one)) : [...reactions, next];
}

type JobBody = Extract<Body, { kind: "begun" | "asked" | "ended" }>;

function foldJob(draft: Draft, event: Event, body: JobBody): void {
  draft.fence = Math.max(draft.fence, body.job);
  const { items } = draft;
  if (body.kind === "begun") {
    supersede(items, body);
    // Its text may have come first, where what is known begins in the midst of it.
    const there = items.some((item) => item.kind === "answer" && item.job === body.job);
    if (there) changeAnswer(items, body.job, (answer) => ({ ...answer, answers: body.answers, why: whyOf(body) }));
    else items.push(begun(event, body.job, body.answers, whyOf(body)));
    if (draft.running?.job !== body.job) draft.running = { job: body.job, bytes: 0 };
    return;
  }
  join(draft, event, body.job);
  if (body.kind === "asked") {
    changeAnswer(items, body.job, (answer) => ({
      ...answer,
      provider: body.provider,
      model: body.model,
      insteadOf: body.instead_of ? [...answer.insteadOf, body.instead_of] : answer.insteadOf,
    }));
    return;
  }
  const { provider, model } = event.author.kind === "assistant" ? event.author : {};
  changeAnswer(items, body.job, (answer) => ({
    ...answer,
    id: event.offset,
    at: event.at,
    state: body.outcome,
    text: body.text,
    usage: body.usage ?? null,
    fault: body.fault ?? null,
    provider: provider ?? answer.provider,
    model: model ?? answer.model,
    requestId: event.request_id ?? answer.requestId,
  }));
  if (draft.running?.job === body.job) draft.running = null;
}

/** An answer that began before what is known: that there is one is learnt from what happens to it. */
function join(draft: Draft, event: Event, job: number): void {
  draft.fence = Math.max(draft.fence, job);
  if (draft.items.some((item) => item.kind === "answer" && item.job === job)) return;
  draft.items.push(begun(event, job, 0, { why: "answer" }));
  draft.running = { job, bytes: 0 };
}

/** What came of a call stands beside the answer that proposed it; everything else takes the place of what answered the same before. */
function supersede(items: Item[], body: Extract<Body, { kind: "begun" }>): void {
  if (body.why === "further") return;
  const { answers, job } = body;
  const goesOn = body.why === "onward" ? body.of : null;
  for (const [index, item] of items.entries()) {
    if (item.kind !== "answer" || item.answers !== answers || item.job === job) continue;
    if (goesOn === null) items[index] = { ...item, superseded: "again" };
    else if (item.job === goesOn) items[index] = { ...item, superseded: "onward" };
  }
}

function whyOf(body: Extract<Body, { kind: "begun" }>): Why {
  switch (body.why) {
    case "again":
    case "onward":
      return { why: body.why, of: body.of };
    case "further":
      return { why: "further", call: body.call };
    default:
      return { why: "answer" };
  }
}

/** An answer of which nothing is known. */
const UNKNOWN: Answer = {
  kind: "answer",
  id: 0,
  offset: 0,
  at: "",
  job: 0,
  answers: 0,
  why: { why: "answer" },
  text: "",
  state: "asking",
  provider: null,
  model: null,
  insteadOf: [],
  fault: null,
  usage: null,
  requestId: null,
  calls: [],
  superseded: null,
  reactions: [],
};

function begun({ offset, at, request_id }: Event, job: number, answers: number, why: Why): Answer {
  return { ...UNKNOWN, offset, at, job, answers, why, requestId: request_id ?? null };
}

type CallBody = Extract<Body, { readonly call: number; readonly kind: "proposed" | "confirmed" | "declined" | "done" | "undoing" | "undone" }>;

function foldCall(draft: Draft, event: Event, body: CallBody): void {
  if (body.kind === "proposed") {
    const { call, job, tool, shows, arguments: given } = body;
    draft.calls.set(call, { call, job, tool, arguments: given, shows, state: "open", declinedBy: null, text: "", undo: false, undoFault: null });
    join(draft, event, job);
    changeAnswer(draft.items, job, (answer) => ({ ...answer, calls: [...answer.calls, call] }));
    return;
  }
  const known = draft.calls.get(body.call);
  if (known) draft.calls.set(body.call, { ...known, ...cameOf(body) });
}

function cameOf(body: Exclude<CallBody, { kind: "proposed" }>): Partial<Proposal> {
  const states: Readonly<Record<Came, ProposalState>> = { done: "done", failed: "failed", unknown: "unknown" };
  switch (body.kind) {
    case "confirmed":
      return { state: "confirmed" };
    case "declined":
      return { state: "declined", declinedBy: body.by };
    case "done":
      return { state: states[body.outcome], text: body.text, undo: body.undo && body.outcome === "done" };
    case "undoing":
      return { state: "undoing", undoFault: null };
    case "undone":
      // What could not be undone is still done, and can be tried again.
      if (body.outcome === "failed") return { state: "done", undoFault: body.text };
      return { state: body.outcome === "done" ? "undone" : "unknown", text: body.text, undo: false };
  }
}

/** The newest are asked for most. */
function change<Kind extends Item>(items: Item[], is: (item: Item) => item is Kind, by: (item: Kind) => Item): void {
  const index = items.findLastIndex(is);
  const item = items[index];
  if (item && is(item)) items[index] = by(item);
}

function changeAnswer(items: Item[], job: number, by: (answer: Answer) => Answer): void {
  change(items, (item): item is Answer => item.kind === "answer" && item.job === job, by);
}

function changeMessage(items: Item[], id: number, by: (message: Message) => Message): void {
  change(items, (item): item is Message => item.kind === "message" && item.id === id, by);
}

function changeSpoken(items: Item[], id: number, by: (spoken: Message | Answer) => Message | Answer): void {
  change(items, (item): item is Message | Answer => (item.kind === "message" || item.kind === "answer") && item.id === id && id !== 0, by);
}

/** The answer that can be had once more or gone on with: the last one, if nothing was said since. */
export function lastAnswer({ items, running }: Log): Answer | null {
  const last = items.findLast((item) => item.kind === "answer" || (item.kind === "message" && !item.deleted));
  return running === null && last?.kind === "answer" ? last : null;
}
