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

export class LiveConnection {
  private readonly topics = new Map<string, Set<Handler>>();
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

  /** Hears everything said on a topic, until the returned function is called. */
  subscribe(topic: string, handler: Handler): () => void {
    const handlers = this.topics.get(topic) ?? new Set();
    const isNew = handlers.size === 0;
    handlers.add(handler);
    this.topics.set(topic, handlers);
    if (isNew) this.announce("subscribe", [topic]);
    if (this.current === "idle") this.connect();
    return () => {
      handlers.delete(handler);
      if (handlers.size > 0 || !this.topics.has(topic)) return;
      this.topics.delete(topic);
      this.announce("unsubscribe", [topic]);
    };
  }

  /** Tries again at once, for when the network or the viewer comes back. Does nothing while a try is on its way. */
  hurry(): void {
    if (this.current !== "lost" || this.socket || this.events) return;
    clearTimeout(this.retry);
    this.connect();
  }

  private announce(type: "subscribe" | "unsubscribe", topics: readonly string[]): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ type, topics }));
    } else if (this.events) {
      // An event stream's topics stand in its address, so a change means a new one.
      this.openEvents();
    }
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
    const topics = encodeURIComponent([...this.topics.keys()].join(","));
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
    if (!frame) return;
    for (const handler of this.topics.get(frame.topic) ?? []) handler(frame.type, frame.data);
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

export const live = new LiveConnection();
