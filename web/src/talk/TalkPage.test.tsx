// The chat's page against answers of the API and frames of the socket, faked where the browser would fetch and open them.
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Handler } from "../api/live";
import type { Body, Command, Event } from "./wire";

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

interface Row {
  readonly id: string;
  readonly title: string | null;
  readonly mode: string;
  readonly epoch: string;
  readonly last: number;
  readonly changed_at: string;
}

const station = vi.hoisted(() => ({
  /** Who is signed in: another one in each test, so that nothing is left over from the one before. */
  name: "Anna",
  scopes: ["watch", "chat"],
  rows: [] as object[],
  found: [] as object[],
  made: [] as (string | null)[],
  begin: 201,
  commands: [] as object[],
  deleted: [] as string[],
  asked: [] as { readonly command: object }[],
  answer: (_frame: { readonly command: object }): Promise<object> => new Promise(() => undefined),
  handlers: new Map<string, Handler>(),
}));

vi.hoisted(() => {
  Object.assign(globalThis, { isSecureContext: false });
  globalThis.fetch = (input, init) => (globalThis as unknown as { faked: typeof fetch }).faked(input, init);
});
Object.assign(globalThis, {
  faked: async (request: Request) => {
    const url = new URL(request.url);
    const path = url.pathname.replace("/api/v1/", "");
    const json = (found: unknown, status = 200) =>
      new Response(status === 204 ? null : JSON.stringify(found), { status, headers: { "content-type": status < 300 ? "application/json" : "application/problem+json" } });
    if (path === "auth/state") return json({ owner_exists: true, anonymous: false, account: { name: station.name, role: "viewer", scopes: station.scopes, has_pin: false } });
    if (path === "conversations" && request.method === "POST") {
      station.made.push(request.headers.get("idempotency-key"));
      if (station.begin !== 201) return json({ status: station.begin, code: "too_many", title: "Too many", detail: "Later." }, station.begin);
      return json(row("new1", null), 201);
    }
    if (path === "conversations") return json({ items: station.rows });
    if (path === "conversations/search") return json({ items: station.found });
    if (path.endsWith("/commands")) {
      station.commands.push(JSON.parse(await request.text()) as object);
      return json({ offset: 9 });
    }
    const id = /^conversations\/([^/]+)$/.exec(path)?.[1];
    if (id !== undefined && request.method === "DELETE") {
      station.deleted.push(id);
      station.rows = station.rows.filter((one) => (one as Row).id !== id);
      return json(null, 204);
    }
    const one = station.rows.find((found) => (found as Row).id === id);
    if (one) return json(one);
    if (path === "assistant") return json({ providers: [], plain: true });
    if (path === "channels" || path === "bouquets") return json({ items: [] });
    return json({ status: 404, title: "There is no such conversation.", code: "not_found" }, 404);
  },
});

vi.mock("../api/live", async (original) => ({
  ...(await original<object>()),
  live: {
    canSay: true,
    state: "open",
    watch: () => () => undefined,
    resume: () => undefined,
    say: () => undefined,
    subscribe: (topic: string, handler: Handler) => {
      station.handlers.set(topic, handler);
      return () => {
        // A page that is gone lets go late, when the next one listens already.
        if (station.handlers.get(topic) === handler) station.handlers.delete(topic);
      };
    },
    ask: (frame: { readonly command: object }) => {
      station.asked.push(frame);
      return station.answer(frame);
    },
  },
}));

const { queryClient } = await import("../api/queries");
const { TalkPage } = await import("./TalkPage");
const { readTalkAddress } = await import("./address");

function row(id: string, title: string | null, last = 0): Row {
  return { id, title, mode: "assistant", epoch: "e1", last, changed_at: new Date().toISOString() };
}

let offset = 0;
let runs = 0;
const anna = () => ({ kind: "person", account: "a", name: station.name }) as const;
const bob = { kind: "person", account: "b", name: "Bob" } as const;

function tell(id: string, body: Body, author: Event["author"] = anna()): void {
  offset += 1;
  const data: Event = { epoch: "e1", offset, at: new Date().toISOString(), author, body };
  act(() => station.handlers.get(`conversation:${id}`)?.("event", data));
}
async function write(id: string, at: number, text: string): Promise<void> {
  act(() => station.handlers.get(`conversation:${id}`)?.("text", { job: 1, at, text }));
  await act(() => new Promise((resolve) => setTimeout(resolve, 80)));
}

function open(path: string) {
  const root = createRootRoute();
  const talks = createRoute({ getParentRoute: () => root, id: "talks", component: TalkPage });
  const nothing = () => null;
  const routes = [
    talks.addChildren([
      createRoute({ getParentRoute: () => talks, path: "/chat" }),
      createRoute({ getParentRoute: () => talks, path: "/chat/$conversation", validateSearch: readTalkAddress }),
    ]),
    createRoute({ getParentRoute: () => root, path: "/", component: nothing }),
  ];
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory({ initialEntries: [path] }) });
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return router;
}

const field = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const log = () => within(screen.getByRole("log"));
const spoken = () => document.querySelector("[aria-live=polite]")?.textContent ?? "";
const lastCommand = () => station.asked.at(-1)?.command as Command;

async function talk(): Promise<void> {
  open("/chat/c1");
  await field();
  await waitFor(() => expect(station.handlers.has("conversation:c1")).toBe(true));
}

beforeEach(() => {
  localStorage.clear();
  localStorage.setItem("telecast.preferences", JSON.stringify({ language: "en" }));
  offset = 0;
  runs += 1;
  station.handlers.clear();
  Object.assign(station, { name: `Anna ${runs}`, scopes: ["watch", "chat"], rows: [row("c1", "Krimi"), row("c2", null)], found: [], made: [], begin: 201, commands: [], deleted: [], asked: [] });
  station.answer = () => new Promise(() => undefined);
});

afterEach(() => {
  cleanup();
  queryClient.clear();
});

describe("a conversation", () => {
  test("shows an answer while it is written, and reads it out by the sentence", async () => {
    await talk();
    tell("c1", { kind: "said", client_id: "x", text: "What is on?" });
    tell("c1", { kind: "begun", job: 1, answers: 1, asker: "a", why: "answer" }, { kind: "station" });
    expect(await log().findByText("Thinking")).toBeTruthy();
    await write("c1", 0, "A **crime** film. And th");
    expect(log().getByText("crime").tagName).toBe("STRONG");
    expect(spoken()).toBe("A crime film.");
    fireEvent.click(screen.getByRole("button", { name: "Stop the answer" }));
    expect(lastCommand()).toEqual({ kind: "cancel", job: 1 });
    tell("c1", { kind: "ended", job: 1, outcome: "cancelled", text: "A **crime** film. And th" }, { kind: "assistant" });
    expect(await log().findByText("Stopped.")).toBeTruthy();
    await waitFor(() => expect(spoken()).toBe("A crime film.And thStopped."));
    fireEvent.click(screen.getByRole("button", { name: "Answer anew" }));
    expect(lastCommand()).toEqual({ kind: "regenerate", job: 1 });
  });

  test("what is there already is not read out", async () => {
    station.rows = [row("c1", "Krimi", 1)];
    await talk();
    tell("c1", { kind: "said", client_id: "x", text: "Old." }, bob);
    expect(await log().findByText("Old.")).toBeTruthy();
    expect(spoken()).toBe("");
    tell("c1", { kind: "said", client_id: "y", text: "New." }, bob);
    await waitFor(() => expect(spoken()).toBe("Bob: New."));
  });

  test("a message is there at once, honestly, and stays until the station has it", async () => {
    let refuse: (reply: object) => void = () => undefined;
    station.answer = () => new Promise((resolve) => (refuse = resolve));
    await talk();
    fireEvent.change(await field(), { target: { value: "Hello there" } });
    fireEvent.keyDown(await field(), { key: "Enter" });
    expect((await field()).value).toBe("");
    expect(log().getByText("Hello there")).toBeTruthy();
    expect(log().getByText("Being sent")).toBeTruthy();
    await act(async () => refuse({ type: "refused", re: 1, request_id: "req-7", code: "full", detail: "This conversation is full." }));
    expect(await log().findByText(/This conversation is full/)).toBeTruthy();
    expect(log().getByText("req-7")).toBeTruthy();
    station.answer = () => Promise.resolve({ type: "done", re: 2, offset: 1 });
    const id = (lastCommand() as { client_id: string }).client_id;
    fireEvent.click(log().getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(station.asked).toHaveLength(2));
    expect((lastCommand() as { client_id: string }).client_id).toBe(id);
    tell("c1", { kind: "said", client_id: id, text: "Hello there" });
    expect(log().getAllByText("Hello there")).toHaveLength(1);
    expect(log().queryByText("Being sent")).toBeNull();
  });

  test("a draft is kept, for each conversation its own; Shift and Enter begin a line", async () => {
    await talk();
    fireEvent.change(await field(), { target: { value: "half a tho" } });
    fireEvent.keyDown(await field(), { key: "Enter", shiftKey: true });
    expect(station.asked).toEqual([]);
    cleanup();
    open("/chat/c2");
    expect((await field()).value).toBe("");
    cleanup();
    await talk();
    expect((await field()).value).toBe("half a tho");
    expect(await screen.findByText(/Draft/)).toBeTruthy();
  });

  test("a word that is being composed is not sent", async () => {
    await talk();
    fireEvent.change(await field(), { target: { value: "にほん" } });
    fireEvent.keyDown(await field(), { key: "Enter", isComposing: true });
    expect(station.asked).toEqual([]);
  });

  test("what is to be changed is shown line by line, confirmed, and undone", async () => {
    await talk();
    tell("c1", { kind: "said", client_id: "x", text: "Record it" });
    tell("c1", { kind: "begun", job: 1, answers: 1, asker: "a", why: "answer" }, { kind: "station" });
    tell("c1", { kind: "proposed", call: 1, job: 1, tool: "set_timer", arguments: {}, shows: ["Record Krimi", "20:15 to 21:45"] }, { kind: "station" });
    const card = within(await screen.findByRole("group", { name: "May I?" }));
    expect(card.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["Record Krimi", "20:15 to 21:45"]);
    station.answer = () => Promise.resolve({ type: "done", re: 1, offset: 4 });
    fireEvent.click(card.getByRole("button", { name: "Confirm" }));
    expect(lastCommand()).toEqual({ kind: "confirm", call: 1 });
    tell("c1", { kind: "confirmed", call: 1 });
    expect(card.getByText("Is being done")).toBeTruthy();
    tell("c1", { kind: "done", call: 1, outcome: "done", text: "The timer is set.", undo: true }, { kind: "station" });
    expect(card.getByText("The timer is set.")).toBeTruthy();
    fireEvent.click(await card.findByRole("button", { name: "Undo" }));
    expect(lastCommand()).toEqual({ kind: "undo", call: 1 });
    tell("c1", { kind: "undoing", call: 1 });
    tell("c1", { kind: "undone", call: 1, outcome: "done", text: "" }, { kind: "station" });
    expect(card.getByText("Undone")).toBeTruthy();
  });

  test("what was refused is said, with the request", async () => {
    station.answer = () => Promise.resolve({ type: "refused", re: 1, request_id: "req-8", code: "settled", detail: "This was decided already." });
    await talk();
    tell("c1", { kind: "said", client_id: "x", text: "Record it" });
    tell("c1", { kind: "begun", job: 1, answers: 1, asker: "a", why: "answer" });
    tell("c1", { kind: "proposed", call: 1, job: 1, tool: "t", arguments: {}, shows: ["x"] });
    fireEvent.click(await screen.findByRole("button", { name: "Not now" }));
    expect(await screen.findByText(/This was decided already/)).toBeTruthy();
    expect(screen.getByText("req-8")).toBeTruthy();
  });

  test("that failed says why, and is asked again", async () => {
    await talk();
    tell("c1", { kind: "said", client_id: "x", text: "Hi" });
    tell("c1", { kind: "begun", job: 1, answers: 1, asker: "a", why: "answer" });
    tell("c1", { kind: "ended", job: 1, outcome: "failed", text: "", fault: { code: "x", detail: "No provider answered." } }, { kind: "assistant" });
    expect(await log().findByText(/No provider answered/)).toBeTruthy();
    fireEvent.click(log().getByRole("button", { name: "Try again" }));
    expect(lastCommand()).toEqual({ kind: "regenerate", job: 1 });
  });

  test("with a person: who writes, who has seen it; closed: opened again", async () => {
    await talk();
    tell("c1", { kind: "mode", to: "human", why: "taken" }, bob);
    tell("c1", { kind: "said", client_id: "x", text: "Hi Bob" });
    tell("c1", { kind: "read", upto: 2 }, bob);
    expect(await log().findByText("Bob is here now.")).toBeTruthy();
    expect(log().getByText(/Seen by Bob/)).toBeTruthy();
    act(() => station.handlers.get("conversation:c1")?.("here", { present: [{ name: "Bob", writes: true }, { name: station.name, writes: false }] }));
    expect(await screen.findByText("Bob writes")).toBeTruthy();
    tell("c1", { kind: "mode", to: "closed", why: "closed" }, bob);
    fireEvent.click(await screen.findByRole("button", { name: "Open it again" }));
    expect(lastCommand()).toEqual({ kind: "reopen" });
  });

  test("that is not there says so", async () => {
    open("/chat/c9");
    expect(await screen.findByText("This conversation is not here")).toBeTruthy();
  });

  test("too long a message is not sent", async () => {
    await talk();
    fireEvent.change(await field(), { target: { value: "x".repeat(16 * 1024 + 3) } });
    expect(await screen.findByText("3 characters too long")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
  });
});

describe("a new conversation", () => {
  test("begins with an example, under one key, and sends it under one id", async () => {
    const router = open("/chat");
    fireEvent.click(await screen.findByRole("button", { name: /What is on tonight/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat/new1"));
    await waitFor(() => expect(lastCommand()).toMatchObject({ kind: "say", text: "What is on tonight at 20:15?" }));
    expect(station.made).toHaveLength(1);
  });

  test("that cannot be begun says why, and is tried under the same key", async () => {
    station.begin = 429;
    const router = open("/chat/new");
    fireEvent.change(await field(), { target: { value: "Hello" } });
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText(/Later\./)).toBeTruthy();
    station.begin = 201;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat/new1"));
    expect(new Set(station.made).size).toBe(1);
  });

  test("goes on by itself after the page was loaded anew", async () => {
    localStorage.setItem(`telecast.talk.first/${encodeURIComponent(station.name)}`, JSON.stringify({ key: "k", clientId: "c", text: "Hello", pin: null }));
    const router = open("/chat/new");
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat/new1"));
    expect(station.made).toEqual(["k"]);
    await waitFor(() => expect(lastCommand()).toMatchObject({ client_id: "c", text: "Hello" }));
  });
});

describe("the list", () => {
  test("renames and deletes", async () => {
    const router = open("/chat/c1");
    const menu = async (name: string) => {
      fireEvent.keyDown(await screen.findByRole("button", { name: "More about Krimi" }), { key: "Enter" });
      fireEvent.click(await screen.findByRole("menuitem", { name }));
    };
    await menu("Rename");
    fireEvent.change(await screen.findByRole("textbox", { name: "Title" }), { target: { value: "Crime" } });
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(station.commands).toEqual([{ kind: "title", title: "Crime" }]));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await menu("Delete");
    fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(station.deleted).toEqual(["c1"]));
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat"));
  });

  test("finds where words were said", async () => {
    station.found = [{ id: "c1", title: "Krimi", offset: 3, text: "a **crime** film" }];
    open("/chat");
    fireEvent.change(await screen.findByRole("searchbox"), { target: { value: "crime" } });
    const found = await screen.findByRole("link", { name: /a crime film/ });
    expect(found.getAttribute("href")).toBe("/chat/c1?said=3");
  });

  test("hears what happens elsewhere", async () => {
    open("/chat");
    expect(await screen.findByText("Krimi")).toBeTruthy();
    act(() => station.handlers.get("account")?.("conversation", { id: "c3", title: "From the phone", mode: "assistant", epoch: "e1", last: 2, changed_ms: Date.now() + 1_000 }));
    expect(await screen.findByText("From the phone")).toBeTruthy();
    expect(screen.getAllByRole("listitem")[0]?.textContent).toContain("From the phone");
  });
});

test("who may not chat is told so", async () => {
  station.scopes = ["watch"];
  open("/chat");
  expect(await screen.findByText("Not for this account")).toBeTruthy();
});
