/**
 * The line of one conversation: what is heard of it, what is said into it, and what is on its way.
 *
 * - It goes on where its log stands, after every break; what is missing is found by the log and asked for here.
 * - A message stays in the outbox until its event has come, or the person takes it back. It is sent one after the other, by the socket, or by a request
 *   where there is none; sent twice it is one, by its client id. What the station refuses is said and waits for the person; what got no answer is tried again.
 */
import { NoReply, live, type Reply } from "../api/live";
import { asProblem, Problem } from "../api/problem";
import { freshId } from "../api/client";
import { command as post, eventsAfter } from "./api";
import { dropUnsent, keepUnsent, unsent, watchUnsent, type Refusal, type Unsent } from "./kept";
import { beginAt, place, receive, withEarlier, type Known, type Log } from "./log";
import { readFrame, type Command, type Event, type Pin, type Sendable } from "./wire";

/** Events that are shown at first; what lies before comes when it is asked for. */
export const WINDOW = 300;
const EARLIER = 500;
/** Pieces of an answer are shown this often. */
const PIECES_MS = 60;
/** What got no answer is tried again: after so long, and then twice that, up to so long. */
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
/** Whoever has not typed for so long does not write. */
const WRITES_MS = 5_000;
/** A line that nobody looks at is kept for so long: the page may be on its way from the picture to the chat. */
const LINGER_MS = 2_000;
/** What is missing again and again is asked for at most so often in so long a time. */
const RESUMES = 5;
const RESUMES_MS = 10_000;

export type SendState = "waiting" | "sending" | "refused";

export interface Pending extends Unsent {
  readonly state: SendState;
}

export interface Shown {
  readonly log: Log;
  readonly outbox: readonly Pending[];
  /** History is still coming. */
  readonly loading: boolean;
  /** Events from before are being fetched. */
  readonly fetching: boolean;
  readonly fetchError: Problem | null;
}

/** Where a line begins: as the list of conversations knows it. */
export interface Start extends Known {
  readonly epoch: string;
  readonly last: number;
}

/** A refusal by the station of something that was asked of it. */
export function refusalOf(error: unknown): Refusal {
  const { code, detail, title, requestId, retryAfterS } = asProblem(error);
  return { code, detail: detail ?? title, requestId, retryAfterS };
}

export class Line {
  private log: Log;
  private shown: Shown;
  private readonly listeners = new Set<() => void>();
  private sending: string | null = null;
  /** Answered as done; their events may still be on their way. */
  private readonly done = new Map<string, number>();
  private stops: (() => void)[] = [];
  private pieces: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private resumes = 0;
  private resumesSince = 0;
  private writing: ReturnType<typeof setTimeout> | null = null;
  private heard = false;
  /** Up to here the station had come when it was asked: what comes until then is history. */
  private upto: number;
  private fetching = false;
  private fetchError: Problem | null = null;

  constructor(
    readonly id: string,
    private readonly account: string,
    start: Start | null,
  ) {
    const { epoch = null, last = 0, ...known } = start ?? {};
    this.log = beginAt(epoch, Math.max(0, last - WINDOW), known);
    this.upto = last;
    // What is known to be empty has not to be waited for.
    this.heard = start?.last === 0;
    this.shown = this.look();
  }

  private get topic(): string {
    return `conversation:${this.id}`;
  }

  open(): void {
    this.stops = [
      live.subscribe(this.topic, (kind, data) => this.hear(kind, data), () => place(this.log)),
      live.watch(() => {
        if (live.state !== "open") return;
        this.tries = 0;
        void this.flush();
      }),
      watchUnsent(this.account, this.id, () => {
        this.tell();
        void this.flush();
      }),
    ];
    void this.flush();
  }

  close(): void {
    this.writes(false);
    clearTimeout(this.pieces);
    clearTimeout(this.retry);
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Shown => this.shown;

  /** Says something. It is shown and kept at once, and sent when it can be. */
  say(text: string, { replyTo = null, pin = null }: { readonly replyTo?: number | null; readonly pin?: Pin | null } = {}): void {
    const command: Sendable = { kind: "say", client_id: freshId(), text, ...(replyTo === null ? {} : { reply_to: replyTo }), ...(pin === null ? {} : { pin }) };
    this.put(command);
  }

  /** Has a message read otherwise, and answered anew. */
  resend(message: number, text: string): void {
    this.put({ kind: "resend", client_id: freshId(), message, text });
  }

  private put(command: Sendable): void {
    // In the order in which they were written, also where a clock has been set back.
    const newest = unsent(this.account, this.id).at(-1)?.at ?? 0;
    keepUnsent(this.account, this.id, { command, at: Math.max(Date.now(), newest + 1), refusal: null });
    this.writes(false);
    this.tell();
    void this.flush();
  }

  /** Sends again what was refused. */
  again(clientId: string): void {
    const entry = unsent(this.account, this.id).find(({ command }) => command.client_id === clientId);
    if (!entry) return;
    keepUnsent(this.account, this.id, { ...entry, refusal: null });
    this.tries = 0;
    this.tell();
    void this.flush();
  }

  /** Takes back what was not sent; gives its text. */
  discard(clientId: string): string {
    const entry = unsent(this.account, this.id).find(({ command }) => command.client_id === clientId);
    dropUnsent(this.account, this.id, clientId);
    this.tell();
    return entry?.command.text ?? "";
  }

  /** Asks for anything else. It fails as a `Problem`. */
  async command(what: Command): Promise<void> {
    await this.send(what);
  }

  /** Tells others that this person writes; it ends by itself. */
  writes(now: boolean): void {
    const before = this.writing !== null;
    if (this.writing !== null) clearTimeout(this.writing);
    this.writing = now ? setTimeout(() => this.writes(false), WRITES_MS) : null;
    if (now !== before) live.say({ type: "writes", conversation: this.id, writes: now });
  }

  /** Fetches what lies before, until this event is known; without one, one page. */
  async earlier(until = Infinity): Promise<void> {
    if (this.fetching || this.log.from === 0) return;
    this.fetching = true;
    this.fetchError = null;
    this.tell();
    try {
      do {
        const before = this.log.from;
        this.log = withEarlier(this.log, await this.stretch(Math.max(0, before - EARLIER), before));
        if (this.log.from === before) break;
      } while (this.log.from >= until && this.log.from > 0);
    } catch (error) {
      this.fetchError = asProblem(error);
    }
    this.fetching = false;
    this.tell();
  }

  /** Events behind one up to another; a page may hold fewer than were asked for. */
  private async stretch(after: number, upto: number): Promise<readonly Event[]> {
    const found: Event[] = [];
    for (let at = after; at < upto; at = found.at(-1)?.offset ?? upto) {
      const { items } = await eventsAfter(this.id, at, upto - at);
      if (items.length === 0) break;
      found.push(...items);
    }
    return found;
  }

  private hear(kind: string, data: unknown): void {
    const frame = readFrame(kind, data);
    if (!frame) return;
    const { log, resume } = receive(this.log, frame);
    const before = this.log;
    this.log = log;
    if (frame.type === "history_lost") {
      this.log = { ...beginAt(frame.data.epoch, Math.max(0, frame.data.offset - WINDOW), { title: log.title }), present: log.present };
      this.upto = frame.data.offset;
      // Whether it still has what it had taken is not known: it is sent again under the same id.
      this.done.clear();
      void this.flush();
    }
    this.heard ||= frame.type !== "here";
    // What was lost comes from its beginning; the window is enough.
    if (resume || (frame.type === "history_lost" && this.log.from > 0)) this.resume();
    if (frame.type === "event" && this.arrived()) void this.flush();
    if (frame.type === "text") this.pieces ??= setTimeout(() => this.tell(), PIECES_MS);
    else if (this.log !== before || this.shown.loading) this.tell();
  }

  private resume(): void {
    const now = Date.now();
    if (now - this.resumesSince > RESUMES_MS) Object.assign(this, { resumes: 0, resumesSince: now });
    if (this.resumes >= RESUMES) return;
    this.resumes += 1;
    live.resume(this.topic);
  }

  /** What has become an event is on its way no more. */
  private arrived(): boolean {
    let any = false;
    for (const { command } of unsent(this.account, this.id)) {
      const id = command.client_id;
      if (!this.log.sent.has(id) && (this.done.get(id) ?? Infinity) > this.log.last) continue;
      dropUnsent(this.account, this.id, id);
      this.done.delete(id);
      any = true;
    }
    return any;
  }

  /** Sends what is on its way, one after the other. */
  private async flush(): Promise<void> {
    if (this.sending !== null || this.stops.length === 0) return;
    const next = unsent(this.account, this.id).find(({ command, refusal }) => refusal === null && !this.done.has(command.client_id));
    if (!next) return;
    const { command } = next;
    clearTimeout(this.retry);
    this.sending = command.client_id;
    this.tell();
    let goOn = true;
    try {
      const offset = await this.send(command);
      this.done.set(command.client_id, offset);
      this.tries = 0;
      this.arrived();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 0) {
        goOn = false;
        this.later();
      } else {
        const there = unsent(this.account, this.id).some((entry) => entry.command.client_id === command.client_id);
        if (there) keepUnsent(this.account, this.id, { ...next, refusal: refusalOf(problem) });
      }
    }
    this.sending = null;
    this.tell();
    if (goOn) void this.flush();
  }

  private later(): void {
    clearTimeout(this.retry);
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.tries);
    this.tries = Math.min(this.tries + 1, 6);
    this.retry = setTimeout(() => void this.flush(), delay);
  }

  /** By the socket, or by a request where there is none. Gives the offset; fails as a `Problem`, with status 0 where it is not known whether it is done. */
  private async send(what: Command): Promise<number> {
    if (!live.canSay) return (await post(this.id, what)).offset;
    let reply: Reply;
    try {
      reply = await live.ask({ type: "command", conversation: this.id, command: what });
    } catch (error) {
      throw error instanceof NoReply ? Problem.unreachable(error) : error;
    }
    if (reply.type === "done") return typeof reply["offset"] === "number" ? reply["offset"] : 0;
    throw problemOf(reply);
  }

  private isUnderWay({ client_id }: Sendable): boolean {
    return this.sending === client_id || this.done.has(client_id);
  }

  private look(): Shown {
    const outbox = unsent(this.account, this.id)
      .filter(({ command }) => !this.log.sent.has(command.client_id))
      .map(({ command, at, refusal }): Pending => ({ command, at, refusal, state: refusal ? "refused" : this.isUnderWay(command) ? "sending" : "waiting" }));
    return { log: this.log, outbox, loading: this.log.refused === null && (!this.heard || this.log.last < this.upto), fetching: this.fetching, fetchError: this.fetchError };
  }

  private tell(): void {
    clearTimeout(this.pieces);
    this.pieces = undefined;
    this.shown = this.look();
    for (const listener of this.listeners) listener();
  }
}

/** The station's words for what it does not do. */
function problemOf(reply: Reply): Problem {
  const text = (name: string) => (typeof reply[name] === "string" ? (reply[name] as string) : null);
  const seconds = reply["retry_after_s"];
  const document = { code: text("code") ?? "unknown", detail: text("detail") ?? "", title: text("detail") ?? "", ...(typeof seconds === "number" ? { retry_after_s: seconds } : {}) };
  return new Problem(document, 409, text("request_id"));
}

const lines = new Map<string, { readonly line: Line; users: number; over: ReturnType<typeof setTimeout> | undefined }>();

/** The one line of a conversation in this tab, for as long as somebody holds it. */
export function holdLine(id: string, account: string, start: Start | null): { readonly line: Line; readonly release: () => void } {
  const key = `${account} ${id}`;
  let held = lines.get(key);
  if (!held) {
    held = { line: new Line(id, account, start), users: 0, over: undefined };
    held.line.open();
    lines.set(key, held);
  }
  const mine = held;
  clearTimeout(mine.over);
  mine.users += 1;
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    mine.users -= 1;
    if (mine.users > 0) return;
    mine.over = setTimeout(() => {
      mine.line.close();
      if (lines.get(key) === mine) lines.delete(key);
    }, LINGER_MS);
  };
  return { line: mine.line, release };
}
