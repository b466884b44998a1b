import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Handler, Place } from "../api/live";
import type { Command, Event } from "./wire";

/** The station at the other end: what it was told, and what it answers. */
const station = vi.hoisted(() => ({
  open: true,
  state: "open",
  asked: [] as { readonly command: { readonly client_id: string } }[],
  said: [] as object[],
  resumed: [] as string[],
  posted: [] as object[],
  answer: (_frame: object): Promise<object> => Promise.reject(new Error("no answer was arranged")),
  post: (_id: string, _command: object): Promise<object> => Promise.reject(new Error("no answer was arranged")),
  page: (_after: number, _limit: number): Promise<object> => Promise.reject(new Error("no page was arranged")),
  handler: null as Handler | null,
  place: null as Place | null,
  watchers: new Set<() => void>(),
}));

vi.mock("../api/live", async (original) => ({
  ...(await original<object>()),
  live: {
    get canSay() {
      return station.open;
    },
    get state() {
      return station.state;
    },
    subscribe: (_topic: string, handler: Handler, place: Place) => {
      Object.assign(station, { handler, place });
      return () => Object.assign(station, { handler: null });
    },
    watch: (listener: () => void) => {
      station.watchers.add(listener);
      return () => station.watchers.delete(listener);
    },
    resume: () => station.resumed.push(station.place?.() ?? ""),
    say: (frame: object) => station.said.push(frame),
    ask: (frame: { readonly command: { readonly client_id: string } }) => {
      station.asked.push(frame);
      return station.answer(frame);
    },
  },
}));
vi.mock("./api", () => ({
  command: (id: string, what: Command) => {
    station.posted.push(what);
    return station.post(id, what);
  },
  eventsAfter: (_id: string, after: number, limit: number) => station.page(after, limit),
}));

const { NoReply } = await import("../api/live");
const { Problem } = await import("../api/problem");
const { Line } = await import("./line");
const { unsent } = await import("./kept");

const EPOCH = "e1";
let line: InstanceType<typeof Line>;
let last = 0;

function event(body: Event["body"], offset = last + 1): Event {
  last = Math.max(last, offset);
  return { epoch: EPOCH, offset, at: "2026-12-01T20:00:00Z", author: { kind: "person", account: "a", name: "Anna" }, body };
}
const tell = (type: string, data: object) => station.handler?.(type, data);
const saidBy = (id: string, text = "hi"): Event["body"] => ({ kind: "said", client_id: id, text });
const texts = () => line.snapshot().outbox.map(({ command, state }) => [command.text, state]);
const settle = () => vi.advanceTimersByTimeAsync(0);
const lastAsked = () => station.asked.at(-1)?.command.client_id ?? "";

function begin(): void {
  line = new Line("c1", "Anna", { epoch: EPOCH, last: 0 });
  line.open();
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  last = 0;
  Object.assign(station, { open: true, state: "open", asked: [], said: [], resumed: [], posted: [], handler: null });
  station.answer = () => new Promise(() => undefined);
  begin();
});

afterEach(() => {
  line.close();
  vi.useRealTimers();
});

describe("a message", () => {
  test("is shown at once, is on its way until its event has come, and is then no more", async () => {
    let arrive: (reply: object) => void = () => undefined;
    station.answer = () => new Promise((resolve) => (arrive = resolve));
    line.say("hello");
    expect(texts()).toEqual([["hello", "sending"]]);
    arrive({ type: "done", re: 1, offset: 1 });
    await settle();
    expect(texts()).toEqual([["hello", "sending"]]);
    tell("event", event(saidBy(lastAsked(), "hello")));
    expect([texts(), unsent("Anna", "c1")]).toEqual([[], []]);
    expect(station.asked).toHaveLength(1);
  });

  test("is over too where its event comes before the answer", async () => {
    let arrive: (reply: object) => void = () => undefined;
    station.answer = () => new Promise((resolve) => (arrive = resolve));
    line.say("hello");
    tell("event", event(saidBy(lastAsked(), "hello")));
    expect(texts()).toEqual([]);
    arrive({ type: "done", re: 1, offset: 1 });
    await settle();
    expect([texts(), station.asked.length]).toEqual([[], 1]);
  });

  test("that is refused says why, waits for the person, and lets the next pass", async () => {
    station.answer = () => Promise.resolve({ type: "refused", re: 1, request_id: "r1", code: "busy", detail: "Later, please.", retry_after_s: 3 });
    line.say("one");
    await settle();
    expect(line.snapshot().outbox).toMatchObject([{ state: "refused", refusal: { code: "busy", detail: "Later, please.", requestId: "r1", retryAfterS: 3 } }]);
    station.answer = () => Promise.resolve({ type: "done", re: 2, offset: 1 });
    line.say("two");
    await settle();
    tell("event", event(saidBy(lastAsked(), "two")));
    expect(texts()).toEqual([["one", "refused"]]);
    const [{ command } = { command: { client_id: "" } }] = line.snapshot().outbox;
    line.again(command.client_id);
    await settle();
    expect([lastAsked(), texts()]).toEqual([command.client_id, []]);
  });

  test("that is refused can be taken back, with its text", async () => {
    station.answer = () => Promise.resolve({ type: "refused", re: 1, request_id: "r1", code: "busy", detail: "Later." });
    line.say("one");
    await settle();
    expect(line.discard(lastAsked())).toBe("one");
    expect([texts(), unsent("Anna", "c1")]).toEqual([[], []]);
  });

  test("that got no answer is sent again under the same id, in its order, when the station is back", async () => {
    station.answer = () => Promise.reject(new NoReply("broke"));
    station.post = () => Promise.reject(Problem.unreachable(null));
    line.say("one");
    await settle();
    const [first] = station.asked;
    Object.assign(station, { open: false, state: "lost" });
    line.say("two");
    expect(texts()).toEqual([
      ["one", "sending"],
      ["two", "waiting"],
    ]);
    await settle();
    Object.assign(station, { open: true, state: "open" });
    let offset = 0;
    station.answer = () => Promise.resolve({ type: "done", re: 1, offset: (offset += 1) });
    for (const watcher of station.watchers) watcher();
    await settle();
    expect(station.asked.slice(1).map(({ command }) => (command as unknown as { text: string }).text)).toEqual(["one", "two"]);
    expect(station.asked[1]?.command.client_id).toBe(first?.command.client_id);
  });

  test("survives that the page is closed", async () => {
    station.answer = () => Promise.reject(new NoReply("broke"));
    line.say("hello");
    await settle();
    line.close();
    const id = lastAsked();
    station.answer = () => Promise.resolve({ type: "done", re: 1, offset: 1 });
    begin();
    await settle();
    expect([texts(), lastAsked()]).toEqual([[["hello", "sending"]], id]);
    // It had arrived the first time: the station has it once.
    tell("event", event(saidBy(id, "hello")));
    expect([texts(), line.snapshot().log.items.length]).toEqual([[], 1]);
  });

  test("goes by a request where there is no socket", async () => {
    station.open = false;
    station.post = () => Promise.resolve({ offset: 1 });
    line.say("hello");
    await settle();
    expect([station.asked, station.posted]).toMatchObject([[], [{ kind: "say", text: "hello" }]]);
    tell("event", event(saidBy((station.posted[0] as { client_id: string }).client_id)));
    expect(texts()).toEqual([]);
  });

  test("is tried again by itself, more and more seldom", async () => {
    Object.assign(station, { open: false, state: "lost" });
    station.post = () => Promise.reject(Problem.unreachable(null));
    line.say("hello");
    await vi.advanceTimersByTimeAsync(0);
    expect([texts(), station.posted.length]).toEqual([[["hello", "waiting"]], 1]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(station.posted).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(3_900);
    expect(station.posted).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(station.posted).toHaveLength(3);
  });

  test("of another account is none of ours", () => {
    station.answer = () => Promise.reject(new NoReply("broke"));
    line.say("hello");
    const other = new Line("c1", "Bob", null);
    expect(other.snapshot().outbox).toEqual([]);
  });
});

describe("what is heard", () => {
  test("is asked for where it has a hole, with the place of the log", () => {
    tell("event", event(saidBy("x"), 1));
    tell("event", event(saidBy("z"), 3));
    expect(station.resumed).toEqual(["@e1.1"]);
    tell("event", event(saidBy("y"), 2));
    tell("event", event(saidBy("z"), 3));
    expect(line.snapshot().log.last).toBe(3);
  });

  test("is not asked for without end", () => {
    for (let i = 0; i < 20; i += 1) tell("position", { epoch: EPOCH, offset: 9 });
    expect(station.resumed).toHaveLength(5);
    vi.advanceTimersByTime(11_000);
    tell("position", { epoch: EPOCH, offset: 9 });
    expect(station.resumed).toHaveLength(6);
  });

  test("of a lost history is begun anew, with the newest part of it", () => {
    tell("event", event(saidBy("x")));
    tell("history_lost", { epoch: "e2", offset: 1_000 });
    expect([station.resumed, line.snapshot().log.items]).toEqual([["@e2.700"], []]);
  });

  test("what the station had taken before a lost history is sent again", async () => {
    station.answer = () => Promise.resolve({ type: "done", re: 1, offset: 7 });
    line.say("hello");
    await settle();
    tell("history_lost", { epoch: "e2", offset: 2 });
    await settle();
    expect(station.asked.map(({ command }) => command.client_id)).toEqual([lastAsked(), lastAsked()]);
  });

  test("pieces of an answer are shown together", async () => {
    tell("event", event(saidBy("x")));
    tell("event", event({ kind: "begun", job: 1, answers: 1, asker: "a", why: "answer" }));
    const listener = vi.fn();
    line.subscribe(listener);
    for (let at = 0; at < 10; at += 1) tell("text", { job: 1, at, text: "x" });
    expect(listener).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(line.snapshot().log.items.at(-1)).toMatchObject({ text: "xxxxxxxxxx" });
  });

  test("begins near the end of a long conversation; what lies before is fetched", async () => {
    line.close();
    line = new Line("c1", "Anna", { epoch: EPOCH, last: 1_000 });
    line.open();
    expect(station.place?.()).toBe("@e1.700");
    station.page = (after, limit) => Promise.resolve({ epoch: EPOCH, last: 1_000, items: Array.from({ length: limit }, (_, index) => event(saidBy(`c${after + index}`), after + 1 + index)) });
    await line.earlier();
    expect([line.snapshot().log.from, line.snapshot().log.items.length]).toEqual([200, 500]);
    await line.earlier(3);
    expect(line.snapshot().log.from).toBe(0);
  });

  test("what lies before may come in smaller pages than were asked for", async () => {
    line.close();
    line = new Line("c1", "Anna", { epoch: EPOCH, last: 500 });
    station.page = (after, limit) => Promise.resolve({ epoch: EPOCH, last: 500, items: Array.from({ length: Math.min(64, limit) }, (_, index) => event(saidBy(`c${after + index}`), after + 1 + index)) });
    await line.earlier();
    expect([line.snapshot().log.from, line.snapshot().log.items.length]).toEqual([0, 200]);
  });

  test("a conversation that is let go by the station is asked for again", () => {
    tell("event", event(saidBy("x")));
    tell("gone", { epoch: EPOCH, offset: 1 });
    expect(station.resumed).toEqual(["@e1.1"]);
  });

  test("where fetching fails it is said", async () => {
    line.close();
    line = new Line("c1", "Anna", { epoch: EPOCH, last: 1_000 });
    station.page = () => Promise.reject(Problem.unreachable(null));
    await line.earlier();
    expect(line.snapshot()).toMatchObject({ fetching: false, fetchError: { code: "unreachable" } });
  });
});

test("that somebody writes ends by itself", async () => {
  line.writes(true);
  await vi.advanceTimersByTimeAsync(3_000);
  line.writes(true);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(station.said).toEqual([{ type: "writes", conversation: "c1", writes: true }]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(station.said).toHaveLength(2);
});

test("a command fails in the station's words", async () => {
  station.answer = () => Promise.resolve({ type: "refused", re: 1, request_id: "r", code: "settled", detail: "This was decided already." });
  await expect(line.command({ kind: "confirm", call: 1 })).rejects.toMatchObject({ code: "settled", detail: "This was decided already.", requestId: "r" });
});
