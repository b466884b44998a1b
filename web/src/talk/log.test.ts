import { describe, expect, test } from "vitest";
import { EMPTY, beginAt, folded, lastAnswer, place, receive, withEarlier, type Answer, type Log, type Message } from "./log";
import { after, bytesOf, type Body, type Event, type Frame } from "./wire";

const EPOCH = "e1";
const anna = { kind: "person", account: "a", name: "Anna" } as const;
const bob = { kind: "person", account: "b", name: "Bob" } as const;

/** Events of these bodies, from offset 1 on. */
function events(...bodies: readonly Body[]): Event[] {
  return bodies.map((body, index) => ({
    epoch: EPOCH,
    offset: index + 1,
    at: `2026-12-01T20:00:${String(index % 60).padStart(2, "0")}Z`,
    author: body.kind === "ended" ? { kind: "assistant", provider: "p", model: "m" } : body.kind === "begun" || body.kind === "asked" ? { kind: "station" } : anna,
    body,
  }));
}

const say = (text: string, client_id = text): Body => ({ kind: "said", client_id, text });
const begin = (job: number, answers: number): Body => ({ kind: "begun", job, answers, asker: "a", why: "answer" });
const end = (job: number, text: string, outcome: "finished" | "cut" | "void" = "finished"): Body => ({ kind: "ended", job, outcome, text });
const log = (...bodies: readonly Body[]) => folded(EMPTY, events(...bodies));
const answers = ({ items }: Log) => items.filter((item): item is Answer => item.kind === "answer");
const messages = ({ items }: Log) => items.filter((item): item is Message => item.kind === "message");
const text = (job: number, at: number, piece: string): Frame => ({ type: "text", data: { job, at, text: piece } });

describe("messages", () => {
  test("are edited, deleted and reacted to", () => {
    const end = folded(log(say("one"), say("two"), { kind: "edited", message: 1, text: "uno" }, { kind: "deleted", message: 2 }, { kind: "reacted", message: 1, emoji: "👍", on: true }), [
      { epoch: EPOCH, offset: 6, at: "", author: bob, body: { kind: "reacted", message: 1, emoji: "👍", on: true } },
      { epoch: EPOCH, offset: 7, at: "", author: anna, body: { kind: "reacted", message: 1, emoji: "👍", on: false } },
    ]);
    expect(messages(end)).toMatchObject([
      { id: 1, text: "uno", edited: true, deleted: false, reactions: [{ emoji: "👍", by: [bob] }] },
      { id: 2, text: "", deleted: true },
    ]);
  });

  test("what is said of those that are not known is passed over", () => {
    const known = folded(beginAt(EPOCH, 10), [{ epoch: EPOCH, offset: 11, at: "", author: anna, body: { kind: "deleted", message: 3 } }]);
    expect([known.last, known.items]).toEqual([11, []]);
  });

  test("client ids of what was sent and sent again are known", () => {
    const { sent } = log(say("one", "c1"), { kind: "edited", message: 1, text: "two", client_id: "c2" });
    expect([...sent]).toEqual(["c1", "c2"]);
  });
});

describe("an answer", () => {
  test("is asked for, written piece by piece, and then as it ended", () => {
    const asked = log(say("hi"), begin(1, 1));
    expect(answers(asked)[0]).toMatchObject({ state: "asking", text: "", id: 0 });
    const writing = receive(receive(asked, text(1, 0, "Grü")).log, text(1, 4, "ß Gott")).log;
    expect(answers(writing)[0]).toMatchObject({ state: "writing", text: "Grüß Gott" });
    expect(place(writing)).toBe(`@${EPOCH}.2.1.${bytesOf("Grüß Gott")}`);
    const over = receive(writing, { type: "event", data: { ...events(say(""), say(""), end(1, "Grüß Gott!"))[2] as Event } }).log;
    expect(answers(over)[0]).toMatchObject({ state: "finished", text: "Grüß Gott!", id: 3, provider: "p", model: "m" });
    expect([over.running, place(over)]).toEqual([null, `@${EPOCH}.3`]);
  });

  test("takes from a piece that overlaps what is new, and asks anew where one is missing", () => {
    const writing = receive(log(say("hi"), begin(1, 1)), text(1, 0, "äö")).log;
    expect(answers(receive(writing, text(1, 2, "öü")).log)[0]?.text).toBe("äöü");
    expect(receive(writing, text(1, 0, "äö")).log).toBe(writing);
    expect(receive(writing, text(1, 9, "x"))).toEqual({ log: writing, resume: true });
    expect(receive(writing, text(2, 0, "x"))).toEqual({ log: writing, resume: true });
  });

  test("of a job that is over gets no more text", () => {
    const over = log(say("hi"), begin(1, 1), end(1, "done", "void"));
    expect(receive(over, text(1, 4, " late"))).toEqual({ log: over, resume: false });
  });

  test("is replaced by one that answers anew, and gone on with by one that goes on", () => {
    const cut = log(say("hi"), begin(1, 1), end(1, "half", "cut"), { kind: "begun", job: 2, answers: 1, asker: "a", why: "onward", of: 1 }, end(2, " and half"));
    expect(answers(cut).map(({ superseded }) => superseded)).toEqual(["onward", null]);
    const again = folded(cut, [{ ...(events(say(""))[0] as Event), offset: 6, body: { kind: "begun", job: 3, answers: 1, asker: "a", why: "again", of: 2 } }]);
    expect(answers(again).map(({ superseded }) => superseded)).toEqual(["again", "again", null]);
  });

  test("can be had once more if it is the last word", () => {
    const over = log(say("hi"), begin(1, 1), end(1, "yes"));
    expect(lastAnswer(over)?.job).toBe(1);
    expect(lastAnswer(log(say("hi"), begin(1, 1)))).toBeNull();
    expect(lastAnswer(log(say("hi"), begin(1, 1), end(1, "yes"), say("more")))).toBeNull();
  });
});

describe("a proposal", () => {
  const proposed: Body[] = [say("hi"), begin(1, 1), { kind: "proposed", call: 1, job: 1, tool: "set_timer", arguments: {}, shows: ["Record Krimi"] }];
  const became = (...more: readonly Body[]) => log(...proposed, ...more).calls.get(1);
  test.each<[string, Body[], object]>([
    ["waits", [], { state: "open", shows: ["Record Krimi"] }],
    ["runs", [{ kind: "confirmed", call: 1 }], { state: "confirmed" }],
    ["is declined", [{ kind: "declined", call: 1, by: "job" }], { state: "declined", declinedBy: "job" }],
    ["is done and can be undone", [{ kind: "done", call: 1, outcome: "done", text: "Set.", undo: true }], { state: "done", text: "Set.", undo: true }],
    ["fails", [{ kind: "done", call: 1, outcome: "failed", text: "Full.", undo: false }], { state: "failed", text: "Full." }],
    ["is undone", [{ kind: "done", call: 1, outcome: "done", text: "Set.", undo: true }, { kind: "undoing", call: 1 }, { kind: "undone", call: 1, outcome: "done", text: "Gone." }], { state: "undone", text: "Gone.", undo: false }],
    ["could not be undone, and can be tried again", [{ kind: "done", call: 1, outcome: "done", text: "Set.", undo: true }, { kind: "undoing", call: 1 }, { kind: "undone", call: 1, outcome: "failed", text: "Gone already." }], { state: "done", text: "Set.", undo: true, undoFault: "Gone already." }],
  ])("%s", (_, more, state) => {
    expect(became(...more)).toMatchObject(state);
  });
  test("stands in the answer that made it", () => {
    expect(answers(log(...proposed))[0]?.calls).toEqual([1]);
  });
});

describe("what is of the whole", () => {
  test("mode, title, model, reading and notes", () => {
    const { mode, title, model, read, items } = log(
      { kind: "titled", title: "Krimi" },
      { kind: "mode", to: "queued", why: "asked" },
      { kind: "model", name: "m2" },
      { kind: "noted", text: "Full soon." },
      { kind: "read", upto: 3 },
      { kind: "read", upto: 2 },
    );
    expect([mode, title, model, read.get("a")?.upto]).toEqual(["queued", "Krimi", "m2", 3]);
    expect(items.map(({ kind }) => kind)).toEqual(["mode", "model", "note"]);
  });

  test("a position beyond what is known asks for the rest, and another epoch too", () => {
    const known = log(say("hi"));
    expect(receive(known, { type: "position", data: { epoch: EPOCH, offset: 1 } }).resume).toBe(false);
    expect(receive(known, { type: "position", data: { epoch: EPOCH, offset: 2 } }).resume).toBe(true);
    expect(receive(known, { type: "position", data: { epoch: "e2", offset: 1 } }).resume).toBe(true);
  });

  test("a lost history drops what there is", () => {
    const { log: empty } = receive(log(say("hi")), { type: "history_lost", data: { epoch: "e2", offset: 9 } });
    expect([empty.epoch, empty.items, place(empty)]).toEqual(["e2", [], "@e2.0"]);
  });

  test("an event behind a hole is not taken", () => {
    const known = log(say("hi"));
    const late = { ...(events(say("late"))[0] as Event), offset: 3 };
    expect(receive(known, { type: "event", data: late })).toEqual({ log: known, resume: true });
  });
});

test("what lies before is put in front, and the running text stays", () => {
  const all = events(say("one"), say("two"), { kind: "edited", message: 1, text: "uno" }, begin(1, 2));
  const writing = receive(folded(beginAt(EPOCH, 2), all.slice(2)), text(1, 0, "So")).log;
  expect(messages(writing)).toEqual([]);
  const whole = withEarlier(writing, all.slice(0, 2));
  expect(messages(whole).map(({ text }) => text)).toEqual(["uno", "two"]);
  expect(answers(whole)[0]).toMatchObject({ text: "So", state: "writing" });
  expect([whole.from, place(whole)]).toEqual([0, place(writing)]);
  expect(withEarlier(writing, all.slice(0, 1))).toBe(writing);
});

test("what became so before a window is known, and stays so until an event tells otherwise", () => {
  const window = beginAt(EPOCH, 5, { mode: "human", title: "Krimi", model: "m1" });
  expect(folded(window, [{ epoch: EPOCH, offset: 6, at: "", author: anna, body: { kind: "model", name: null } }])).toMatchObject({ mode: "human", title: "Krimi", model: null });
  const earlier = events(say("1"), say("2"), say("3"), say("4"), say("5")).slice(2);
  expect(withEarlier(window, earlier)).toMatchObject({ from: 2, mode: "human", title: "Krimi", model: "m1" });
});

test("a window that begins in the midst of an answer shows it", () => {
  const { log: writing, resume } = receive(beginAt(EPOCH, 5), text(4, 0, "So"));
  expect([resume, answers(writing)[0]?.text, place(writing)]).toEqual([false, "So", `@${EPOCH}.5.4.2`]);
  const over = folded(writing, [{ epoch: EPOCH, offset: 6, at: "", author: { kind: "assistant" }, body: end(4, "So be it") }]);
  expect(answers(over)).toMatchObject([{ text: "So be it", state: "finished" }]);
});

/** Numbers that look random and are always the same. */
function dice(seed: number): (sides: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) | 0;
    return (state >>> 8) % sides;
  };
}

interface Station {
  readonly events: Event[];
  /** What the running job has said at the end. */
  readonly running: { readonly job: number; readonly text: string } | null;
  /** All frames, as somebody hears them who was there all the time. */
  readonly frames: readonly Frame[];
}

/** A random history that could have been. */
function history(roll: (sides: number) => number): Station {
  const words = ["Grüß ", "Gott, ", "🎬 ", "heute ", "um 20.15 ", "ein Krimi. "];
  const all: Event[] = [];
  const frames: Frame[] = [];
  let job = 0;
  let running: { job: number; text: string; message: number } | null = null;
  let calls = 0;
  const tell = (body: Body, author: Event["author"] = anna) => {
    const event: Event = { epoch: EPOCH, offset: all.length + 1, at: `2026-12-01T20:00:00.${all.length}Z`, author, body };
    all.push(event);
    frames.push({ type: "event", data: event });
  };
  const over = (outcome: "finished" | "cut" | "void") => {
    if (running) tell({ kind: "ended", job: running.job, outcome, text: running.text }, { kind: "assistant", provider: "p", model: "m" });
    running = null;
  };
  for (let step = 0; step < 40; step += 1) {
    switch (roll(9)) {
      case 0:
        over("void");
        tell(say(`said ${all.length}`));
        job += 1;
        running = { job, text: "", message: all.length };
        tell(begin(job, all.length), { kind: "station" });
        break;
      case 1:
        over(roll(2) === 0 ? "finished" : "cut");
        break;
      case 2:
        if (all.length > 0) tell({ kind: "reacted", message: 1 + roll(all.length), emoji: "👍", on: roll(2) === 0 });
        break;
      case 3:
        if (all.length > 0) tell({ kind: "edited", message: 1 + roll(all.length), text: `edited ${all.length}` });
        break;
      case 4:
        if (running) {
          calls += 1;
          tell({ kind: "proposed", call: calls, job: running.job, tool: "set_timer", arguments: {}, shows: ["x"] }, { kind: "station" });
        }
        break;
      default:
        if (running) {
          const piece = words[roll(words.length)] ?? "";
          frames.push(text(running.job, bytesOf(running.text), piece));
          running.text += piece;
        }
    }
  }
  return { events: all, running, frames };
}

/** What the station sends to somebody who names a place, from then on until its end. */
function resumed({ events, running }: Station, named: string): Frame[] {
  const [, offset = "0", job, bytes] = named.split(".");
  const missing = events.slice(Number(offset)).map((data): Frame => ({ type: "event", data }));
  if (!running) return missing;
  const at = Number(job) === running.job ? Number(bytes) : 0;
  return [...missing, text(running.job, at, after(running.text, at))];
}

/** The station as it was when so many frames had gone out. */
function upTo(whole: Station, sent: number): Station {
  const frames = whole.frames.slice(0, sent);
  const events = frames.flatMap((frame) => (frame.type === "event" ? [frame.data] : []));
  let running: { job: number; text: string } | null = null;
  for (const frame of frames) {
    if (frame.type === "event" && frame.data.body.kind === "begun") running = { job: frame.data.body.job, text: "" };
    if (frame.type === "event" && frame.data.body.kind === "ended") running = null;
    if (frame.type === "text" && running) running.text += frame.data.text;
  }
  return { events, running, frames };
}

describe("the law of resuming", () => {
  const told = (start: Log, frames: readonly Frame[]) => frames.reduce((log, frame) => receive(log, frame).log, start);

  test.each(Array.from({ length: 60 }, (_, seed) => seed))("whoever was away and comes back knows what others know (seed %i)", (seed) => {
    const roll = dice(seed);
    const whole = history(roll);
    const there = told(EMPTY, whole.frames);
    let cut = EMPTY;
    let sent = 0;
    while (sent < whole.frames.length) {
      // Some frames come, some of them again; then the connection breaks, and the station goes on meanwhile.
      const upto = Math.min(whole.frames.length, sent + 1 + roll(6));
      for (const frame of whole.frames.slice(sent, upto)) {
        cut = receive(cut, frame).log;
        if (roll(3) === 0) cut = receive(cut, frame).log;
      }
      sent = Math.min(whole.frames.length, upto + roll(8));
      const again = resumed(upTo(whole, sent), place(cut));
      // The answer to coming back may break off, too.
      cut = told(cut, again.slice(0, roll(again.length + 1)));
      cut = told(cut, resumed(upTo(whole, sent), place(cut)));
    }
    expect(cut).toEqual(there);
    // And however often all of it comes again, nothing changes.
    expect(told(cut, whole.frames)).toEqual(there);
  });

  test.each(Array.from({ length: 30 }, (_, seed) => seed + 100))("what is dropped is asked for, and a window is completed (seed %i)", (seed) => {
    const roll = dice(seed);
    const whole = history(roll);
    const there = told(EMPTY, whole.frames);
    let holed = EMPTY;
    for (const frame of whole.frames) {
      if (roll(5) === 0) continue;
      const step = receive(holed, frame);
      holed = step.log;
    }
    // The pulse of the station says where it is; whoever is behind resumes.
    const position: Frame = { type: "position", data: { epoch: EPOCH, offset: whole.events.length } };
    expect(receive(holed, position).resume).toBe(holed.last < whole.events.length);
    holed = told(holed, resumed(whole, place(holed)));
    expect(holed).toEqual(there);

    const from = roll(whole.events.length + 1);
    const window = told(beginAt(EPOCH, from), resumed(whole, `@${EPOCH}.${from}`));
    expect(withEarlier(window, whole.events.slice(0, from))).toEqual(from === 0 ? window : there);
  });
});
