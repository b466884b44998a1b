import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LiveConnection } from "./live";

/** A socket whose fate the test decides. */
class Socket extends EventTarget {
  static readonly OPEN = 1;
  static made: Socket[] = [];
  readyState = 0;

  constructor() {
    super();
    Socket.made.push(this);
  }

  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }

  /** The frames that were sent, read. */
  get frames(): readonly unknown[] {
    return this.sent.map((text) => JSON.parse(text) as unknown);
  }

  tell(frame: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  open(): void {
    this.readyState = Socket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

/** A stream of events, likewise. */
class Events extends EventTarget {
  static made: Events[] = [];
  closed = false;

  constructor(readonly address: string) {
    super();
    Events.made.push(this);
  }

  get topics(): string {
    return new URL(this.address, location.href).searchParams.get("topics") ?? "";
  }

  say(type: "open" | "error"): void {
    this.dispatchEvent(new Event(type));
  }

  tell(frame: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  close(): void {
    this.closed = true;
  }
}

/** The one stream that is open. */
function stream(): Events {
  const [only, ...more] = Events.made.filter(({ closed }) => !closed);
  if (!only || more.length > 0) throw new Error(`${more.length + (only ? 1 : 0)} streams are open`);
  return only;
}

const streams = () => Events.made.filter(({ closed }) => !closed).length;

/** Sockets that fail one after the other, until something else is tried. */
async function outage(): Promise<void> {
  for (let tried = 0; tried < 3; tried += 1) {
    newest().close();
    await vi.advanceTimersByTimeAsync(10_000);
  }
}

function newest(): Socket {
  const socket = Socket.made.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

const alive = () => Socket.made.filter((socket) => socket.readyState < 2).length;

let live: LiveConnection;

beforeEach(() => {
  Socket.made = [];
  Events.made = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("EventSource", Events);
  live = new LiveConnection();
  live.subscribe("channels", () => undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("whoever hurries twice opens one socket", () => {
  newest().open();
  newest().close();
  expect([live.state, alive()]).toEqual(["lost", 0]);
  live.hurry();
  live.hurry();
  expect([Socket.made.length, alive()]).toEqual([2, 1]);
  newest().open();
  expect(live.state).toBe("open");
  vi.advanceTimersByTime(60_000);
  expect([Socket.made.length, alive()]).toEqual([2, 1]);
});

test("a try that fails is followed by the next, also after a hurry", () => {
  newest().close();
  live.hurry();
  newest().close();
  expect([live.state, alive()]).toEqual(["lost", 0]);
  vi.advanceTimersByTime(10_000);
  expect([Socket.made.length, alive()]).toEqual([3, 1]);
});

test("nobody needs to hurry while it is open", () => {
  newest().open();
  live.hurry();
  expect([Socket.made.length, alive()]).toEqual([1, 1]);
});

describe("where no socket opens", () => {
  test("events come as a stream, of all topics, from the fourth try on", async () => {
    const heard: unknown[] = [];
    live.subscribe("session:s", (kind, data) => heard.push([kind, data]));
    newest().close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(streams()).toBe(0);
    newest().close();
    await vi.advanceTimersByTimeAsync(10_000);
    newest().close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([alive(), stream().topics]).toEqual([0, "channels,session:s"]);
    stream().say("open");
    expect(live.state).toBe("open");
    stream().tell({ topic: "session:s", type: "changed", data: 1 });
    stream().tell({ topic: "other", type: "changed", data: 2 });
    expect(heard).toEqual([["changed", 1]]);
  });

  test("a new topic means a new stream, and only one", async () => {
    await outage();
    stream().say("open");
    const unsubscribe = live.subscribe("status", () => undefined);
    expect(stream().topics).toBe("channels,status");
    unsubscribe();
    expect(stream().topics).toBe("channels");
  });

  test("a stream that breaks is followed by a socket, and if that fails by a stream", async () => {
    await outage();
    stream().say("open");
    stream().say("error");
    expect([live.state, streams(), alive()]).toEqual(["lost", 0, 0]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([streams(), alive()]).toEqual([0, 1]);
    newest().close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([streams(), alive()]).toEqual([1, 0]);
  });
});

describe("after an outage that looked like blocked sockets", () => {
  beforeEach(async () => {
    await outage();
    stream().say("open");
  });

  test("a socket takes over within a minute, and the stream ends", async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    expect([live.state, alive(), streams()]).toEqual(["open", 1, 1]);
    newest().open();
    expect([live.state, alive(), streams()]).toEqual(["open", 1, 0]);
    expect(newest().sent.map((text) => JSON.parse(text) as unknown)).toEqual([{ type: "subscribe", topics: ["channels"] }]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect([alive(), streams()]).toEqual([1, 0]);
  });

  test("a socket that is still blocked disturbs nothing and is tried again", async () => {
    const states: string[] = [];
    live.watch(() => states.push(live.state));
    const before = Socket.made.length;
    for (let minute = 1; minute <= 3; minute += 1) {
      await vi.advanceTimersByTimeAsync(60_000);
      expect(Socket.made.length).toBe(before + minute);
      newest().close();
    }
    expect([live.state, states, streams()]).toEqual(["open", [], 1]);
  });

  test("a stream that breaks while a socket is tried leaves it to the socket", async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    stream().say("error");
    expect([live.state, alive(), streams()]).toEqual(["lost", 1, 0]);
    newest().open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([live.state, alive(), streams()]).toEqual(["open", 1, 0]);
  });
});

describe("a topic with a place", () => {
  test("is named with the place of that moment, whenever the station is told of it", async () => {
    let at = 0;
    const stop = live.subscribe("conversation:a", () => undefined, () => (at === 0 ? "" : `@e.${at}`));
    newest().open();
    expect(newest().frames).toEqual([{ type: "subscribe", topics: ["channels", "conversation:a"] }]);
    at = 7;
    newest().close();
    live.hurry();
    newest().open();
    expect(newest().frames).toEqual([{ type: "subscribe", topics: ["channels", "conversation:a@e.7"] }]);
    at = 9;
    live.resume("conversation:a");
    stop();
    expect(newest().frames.slice(1)).toEqual([
      { type: "subscribe", topics: ["conversation:a@e.9"] },
      { type: "unsubscribe", topics: ["conversation:a"] },
    ]);
    live.resume("conversation:a");
    expect(newest().frames).toHaveLength(3);
  });

  test("is named so in the address of a stream as well", async () => {
    live.subscribe("conversation:a", () => undefined, () => "@e.7.3.120");
    await outage();
    expect(stream().topics).toBe("channels,conversation:a@e.7.3.120");
  });
});

describe("what is asked by the socket", () => {
  test("is answered by number", async () => {
    newest().open();
    const [first, second] = [live.ask({ type: "command", n: 1 }), live.ask({ type: "command", n: 2 })];
    expect(newest().frames.slice(1)).toEqual([
      { id: 1, type: "command", n: 1 },
      { id: 2, type: "command", n: 2 },
    ]);
    newest().tell({ type: "refused", re: 2, code: "busy" });
    newest().tell({ type: "done", re: 1, offset: 41 });
    newest().tell({ type: "done", re: 1, offset: 42 });
    await expect(first).resolves.toMatchObject({ type: "done", offset: 41 });
    await expect(second).resolves.toMatchObject({ type: "refused", code: "busy" });
  });

  test("is not known to be done when the socket breaks, is not open, or stays silent", async () => {
    await expect(live.ask({})).rejects.toThrow("not open");
    newest().open();
    const broken = expect(live.ask({})).rejects.toThrow("broke");
    newest().close();
    await broken;
    live.hurry();
    newest().open();
    const silent = expect(live.ask({})).rejects.toThrow("not answered");
    await vi.advanceTimersByTimeAsync(20_000);
    await silent;
  });
});
