/**
 * One socket per tab carries everything that changes (a browser opens six connections per host on HTTP/1.1, and media
 * needs them). Where sockets are blocked, server-sent events do the same; both reconnect for as long as the page lives.
 *
 * A stream of events is one of those six connections, and a long outage looks like blocked sockets. So a socket is tried again
 * beside it from time to time, and takes over if it opens.
 */
import { basePath } from "./base";

/** What a subscriber gets: the kind of change and its data, still unchecked. */
export type Handler = (kind: string, data: unknown) => void;

/** Up to where a topic was heard, as it stands behind the topic's name; asked for whenever the station is told of the topic. */
export type Place = () => string;

/** What the station says to a frame that asked for something. */
export interface Reply {
  readonly type: string;
  readonly re: number;
  readonly [field: string]: unknown;
}

/** The connection broke, or nothing came, before the station answered: whether it did what was asked is not known. */
export class NoReply extends Error {
  override readonly name = "NoReply";
}

export type ConnectionState = "idle" | "connecting" | "open" | "lost";

interface Frame {
  readonly topic: string;
  readonly type: string;
  readonly data: unknown;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** Sockets that never open, in a row, before server-sent events are tried instead. */
const SOCKETS_TRIED = 3;
/** While server-sent events do it, a socket is tried this often. */
const SOCKET_AGAIN_MS = 60_000;
/** An answer that takes longer does not come. */
const REPLY_MS = 20_000;

interface Topic {
  readonly handlers: Set<Handler>;
  place: Place | null;
}

interface Asked {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: NoReply) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class LiveConnection {
  private readonly topics = new Map<string, Topic>();
  /** Frames that were sent by this socket and not answered yet, by their number. */
  private readonly asked = new Map<number, Asked>();
  private number = 0;
  private readonly watchers = new Set<() => void>();
  private socket: WebSocket | null = null;
  private events: EventSource | null = null;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private current: ConnectionState = "idle";

  get state(): ConnectionState {
    return this.current;
  }

  /** Tells of changes of `state`. */
  watch(listener: () => void): () => void {
    this.watchers.add(listener);
    return () => this.watchers.delete(listener);
  }

  /** Hears everything said on a topic, until the returned function is called. With a place, it goes on from there after every break. */
  subscribe(topic: string, handler: Handler, place: Place | null = null): () => void {
    const known = this.topics.get(topic) ?? { handlers: new Set(), place: null };
    const { handlers } = known;
    const isNew = handlers.size === 0;
    handlers.add(handler);
    known.place = place ?? known.place;
    this.topics.set(topic, known);
    if (isNew) this.announce("subscribe", [topic]);
    if (this.current === "idle") this.connect();
    return () => {
      handlers.delete(handler);
      if (handlers.size > 0 || this.topics.get(topic) !== known) return;
      this.topics.delete(topic);
      this.announce("unsubscribe", [topic]);
    };
  }

  /** Says anew up to where a topic was heard, for whoever finds that something is missing. */
  resume(topic: string): void {
    if (this.topics.has(topic)) this.announce("subscribe", [topic]);
  }

  /** Whether something can be said to the station here: else it goes by a request. */
  get canSay(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Says something that is not answered; without a socket nobody hears it. */
  say(frame: Readonly<Record<string, unknown>>): void {
    if (this.canSay) this.socket?.send(JSON.stringify(frame));
  }

  /** Asks something by the socket, and gives what the station answers. */
  ask(frame: Readonly<Record<string, unknown>>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (!this.canSay) {
        reject(new NoReply("the socket is not open"));
        return;
      }
      this.number += 1;
      const id = this.number;
      const timer = setTimeout(() => {
        this.asked.delete(id);
        reject(new NoReply("the station has not answered"));
      }, REPLY_MS);
      this.asked.set(id, { resolve, reject, timer });
      this.socket?.send(JSON.stringify({ id, ...frame }));
    });
  }

  /** Tries again at once, for when the network or the viewer comes back. Does nothing while a try is on its way. */
  hurry(): void {
    if (this.current !== "lost" || this.socket || this.events) return;
    clearTimeout(this.retry);
    this.connect();
  }

  private announce(type: "subscribe" | "unsubscribe", topics: readonly string[]): void {
    if (this.canSay) {
      this.say({ type, topics: type === "subscribe" ? topics.map((topic) => this.placed(topic)) : topics });
    } else if (this.events) {
      // An event stream's topics stand in its address, so a change means a new one.
      this.openEvents();
    }
  }

  private placed(topic: string): string {
    return topic + (this.topics.get(topic)?.place?.() ?? "");
  }

  private connect(): void {
    this.setState(this.current === "lost" ? "lost" : "connecting");
    if (this.failures >= SOCKETS_TRIED) this.openEvents();
    else this.openSocket();
  }

  private openSocket(): void {
    const address = new URL(`${basePath}/api/v1/socket`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const earlier = this.socket;
    const socket = new WebSocket(address);
    this.socket = socket;
    earlier?.close();
    socket.addEventListener("open", () => {
      this.failures = 0;
      this.closeEvents();
      this.setState("open");
      if (this.topics.size > 0) this.announce("subscribe", [...this.topics.keys()]);
    });
    socket.addEventListener("message", (message) => this.deliver(String(message.data)));
    socket.addEventListener("close", () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.giveUp();
      if (this.events) {
        this.trySocketLater();
        return;
      }
      this.failures += 1;
      this.retryLater();
    });
  }

  private openEvents(): void {
    this.closeEvents();
    const topics = encodeURIComponent([...this.topics.keys()].map((topic) => this.placed(topic)).join(","));
    const events = new EventSource(`${basePath}/api/v1/events?topics=${topics}`);
    this.events = events;
    this.trySocketLater();
    events.addEventListener("open", () => this.setState("open"));
    events.addEventListener("message", (message) => this.deliver(String(message.data)));
    events.addEventListener("error", () => {
      if (this.events !== events) return;
      this.closeEvents();
      // A socket that is being tried beside it is the next round already.
      if (this.socket) {
        this.setState("lost");
        return;
      }
      // The next round begins with a socket again: what blocked it may be gone.
      this.failures = SOCKETS_TRIED - 1;
      this.retryLater();
    });
  }

  private trySocketLater(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => this.openSocket(), SOCKET_AGAIN_MS);
  }

  private closeEvents(): void {
    clearTimeout(this.again);
    this.events?.close();
    this.events = null;
  }

  private retryLater(): void {
    this.setState("lost");
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.failures, 6));
    // Spread out, so that a restarted station is not met by all its viewers in one instant.
    this.retry = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
  }

  private deliver(text: string): void {
    const frame = parseFrame(text);
    if (frame) for (const handler of this.topics.get(frame.topic)?.handlers ?? []) handler(frame.type, frame.data);
    else this.answered(parseReply(text));
  }

  private answered(reply: Reply | null): void {
    const asked = reply && this.asked.get(reply.re);
    if (!reply || !asked) return;
    clearTimeout(asked.timer);
    this.asked.delete(reply.re);
    asked.resolve(reply);
  }

  /** What was asked by a socket that is gone is not answered any more. */
  private giveUp(): void {
    const left = [...this.asked.values()];
    this.asked.clear();
    for (const { timer, reject } of left) {
      clearTimeout(timer);
      reject(new NoReply("the connection broke"));
    }
  }

  private setState(state: ConnectionState): void {
    if (this.current === state) return;
    this.current = state;
    for (const watcher of this.watchers) watcher();
  }
}

/** A frame of the socket, or null for anything else (a later server may say more than this page understands). */
export function parseFrame(text: string): Frame | null {
  try {
    const frame = JSON.parse(text) as Partial<Frame>;
    if (typeof frame.topic !== "string" || typeof frame.type !== "string") return null;
    return { topic: frame.topic, type: frame.type, data: frame.data };
  } catch {
    return null;
  }
}

/** An answer to a frame, or null for anything else. */
function parseReply(text: string): Reply | null {
  try {
    const reply = JSON.parse(text) as Partial<Reply>;
    return typeof reply.re === "number" && typeof reply.type === "string" ? (reply as Reply) : null;
  } catch {
    return null;
  }
}

export const live = new LiveConnection();
