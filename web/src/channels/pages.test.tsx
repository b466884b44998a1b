// The pages against answers of the API, faked where the browser would fetch them.
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { StationDocument } from "../api/stations";
import { prefer } from "../shell/preferences";
import { detail, fullDocument, NOON, slot } from "../test/stations";

type Answer = (request: { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly body: unknown }) => unknown;
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly key: string | null;
}
let answer: Answer = () => undefined;
const asked: Asked[] = [];

// Whole pages are drawn here, also on a machine that does other things as well.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

// The client takes `fetch` when it is made; happy-dom does not say whether it is secure.
vi.hoisted(() => {
  Object.assign(globalThis, { isSecureContext: false });
  globalThis.fetch = (input, init) => (globalThis as unknown as { faked: typeof fetch }).faked(input, init);
});
Object.assign(globalThis, {
  faked: async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const body: unknown = text === "" ? null : JSON.parse(text);
    const path = pathname.replace("/api/v1/", "");
    asked.push({ method: request.method, path, body, key: request.headers.get("idempotency-key") });
    const found = answer({ method: request.method, path, query: searchParams, body });
    const problem = found instanceof Refusal ? found : found === undefined ? new Refusal(404, {}) : null;
    if (problem) return new Response(JSON.stringify({ status: problem.status, title: "No", code: "no", ...problem.more }), { status: problem.status, headers: { "content-type": "application/problem+json" } });
    if (found === null) return new Response(null, { status: 204 });
    return new Response(JSON.stringify(found), { status: 200, headers: { "content-type": "application/json" } });
  },
});

class Refusal {
  constructor(
    readonly status: number,
    readonly more: object,
  ) {}
}

const { queryClient } = await import("../api/queries");
const { ChannelsPage } = await import("./ChannelsPage");
const { ChannelPage } = await import("./ChannelPage");
const { CreatePage } = await import("./CreatePage");
const { readPlanAddress } = await import("./address");
const { keepDraft } = await import("./edit/draft");
const { live } = await import("../api/live");

function open(path: string) {
  const root = createRootRoute();
  const routes = [
    createRoute({ getParentRoute: () => root, path: "/channels", component: ChannelsPage }),
    createRoute({ getParentRoute: () => root, path: "/channels/new", component: CreatePage }),
    createRoute({ getParentRoute: () => root, path: "/channels/$id", validateSearch: readPlanAddress, component: ChannelPage }),
    createRoute({ getParentRoute: () => root, path: "/library", component: () => null }),
    createRoute({ getParentRoute: () => root, path: "/watch/$channel", component: () => null }),
    createRoute({ getParentRoute: () => root, path: "/", component: () => null }),
  ];
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory({ initialEntries: [path] }) });
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return router;
}

const owner = { owner_exists: true, anonymous: false, account: { name: "o", role: "programmer", scopes: ["watch", "program"], has_pin: false } };
const library = { items: [{ id: 1, title: "E1", show: "Tatort", kind: "episode" }] };
const simple: StationDocument = { version: 1, name: "Krimi", simple: { order: "round_robin", shows: ["Tatort"] } };
const plan = { from: "", to: "", notes: [], slots: [slot(-30, 30, { firm: true, title: "Columbo", preparation: "ready" }), slot(30, 90, { entry: 2 })] };

/** The usual answers; `more` comes first. */
function station(document: StationDocument, more: Answer = () => undefined): void {
  answer = (request) =>
    more(request) ??
    {
      "auth/state": owner,
      stations: { items: [detail(document)] },
      "stations/s1": detail(document),
      "stations/s1/timeline": plan,
      "library/items": library,
      channels: { items: [] },
      bouquets: { items: [] },
    }[request.path];
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, shouldAdvanceTime: true });
  vi.spyOn(live, "subscribe").mockReturnValue(() => undefined);
  prefer({ language: "en" });
  keepDraft("s1", null);
  asked.length = 0;
  queryClient.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the list", () => {
  test("shows what is on and next, and what is wrong", async () => {
    const now = detail(simple, { now: slot(-30, 30, { title: "Columbo" }), next: slot(30, 60), preparation: { waiting: 2, running: 1, failed: 1, ready: 0, minutes_until_unready: 12 } });
    station(simple, ({ path }) => (path === "stations" ? { items: [now] } : undefined));
    open("/channels");
    expect((await screen.findByRole("link", { name: "Krimi" })).getAttribute("href")).toBe("/channels/s1");
    expect(screen.getByText("Columbo")).toBeTruthy();
    expect(screen.getByText("On air")).toBeTruthy();
    expect(screen.getByText(/1 could not be prepared · in 12 minutes/)).toBeTruthy();
    expect(screen.getByText("1 being prepared, 2 waiting")).toBeTruthy();
  });
  test("without channels says how to begin, and without a library where", async () => {
    station(simple, ({ path }) => (path === "stations" || path === "library/items" ? { items: [] } : undefined));
    open("/channels");
    expect(await screen.findByRole("heading", { name: "A channel of your own" })).toBeTruthy();
    expect((await screen.findByRole("link", { name: "To the library" })).getAttribute("href")).toBe("/library?part=folders");
  });
  test("is not for everybody, and nothing is asked for them", async () => {
    station(simple, ({ path }) => (path === "auth/state" ? { ...owner, account: { ...owner.account, role: "viewer", scopes: ["watch"] } } : undefined));
    await queryClient.fetchQuery((await import("../api/queries")).authState);
    open("/channels");
    expect(await screen.findByRole("heading", { name: "Not for this account" })).toBeTruthy();
    expect(asked.some(({ path }) => path.startsWith("stations"))).toBe(false);
  });
  test("says what failed, with the request's id", async () => {
    station(simple, ({ path }) => (path === "stations" ? new Refusal(403, { request_id: "req-7" }) : undefined));
    open("/channels");
    expect(await screen.findByText("req-7")).toBeTruthy();
  });
});

describe("making one", () => {
  const add = async (name: string) => {
    const field = await screen.findByRole("combobox", { name: /Add a show/ });
    fireEvent.focus(field);
    fireEvent.change(field, { target: { value: name } });
    const option = await screen.findByRole("option", { name: new RegExp(`^${name}`) });
    fireEvent.click(option);
  };

  test("takes a name and a show, and the same wish is the same request", async () => {
    let tries = 0;
    station(simple, ({ method, path }) => {
      if (method !== "POST" || path !== "stations") return undefined;
      tries += 1;
      return tries === 1 ? new Refusal(503, {}) : detail(simple);
    });
    const router = open("/channels/new");
    fireEvent.click(await screen.findByRole("button", { name: "Create the channel" }));
    expect(await screen.findByText("Give the channel a name.")).toBeTruthy();
    expect(screen.getByText("Choose at least one show or film.")).toBeTruthy();
    fireEvent.change(screen.getByLabelText("Name"), { target: { value: "Krimi" } });
    fireEvent.change(screen.getByLabelText("Number"), { target: { value: "9a01" } });
    await add("Tatort");
    fireEvent.click(screen.getByRole("radio", { name: "Shuffled" }));
    fireEvent.click(screen.getByRole("button", { name: "Create the channel" }));
    await screen.findByRole("alert");
    fireEvent.click(screen.getByRole("button", { name: "Create the channel" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/channels/s1"));
    const made = asked.filter(({ method }) => method === "POST");
    expect(made.map(({ body }) => body)).toEqual(Array.from({ length: 2 }, () => ({ name: "Krimi", number: 901, document: { version: 1, name: "Krimi", simple: { order: "shuffle", shows: ["Tatort"] } } })));
    expect(made[0]?.key).toMatch(/^[0-9a-f]{32}$/);
    expect(made[1]?.key).toBe(made[0]?.key);
  });

  test("shows the first evening before, and makes nothing for it", async () => {
    const evening = { from: "", to: "", notes: [], faults: [], diff: { came: 0, went: 0, moved: 0, items: [] }, slots: [slot(6 * 60, 7 * 60, { title: "Tatort am Abend" }), slot(60, 120, { title: "Vorher", entry: 2 })] };
    station(simple, ({ path }) => (path === "stations/preview" ? evening : undefined));
    open("/channels/new");
    fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "Krimi" } });
    await add("Tatort");
    fireEvent.click(screen.getByRole("button", { name: "Show the first evening" }));
    const shown = await screen.findByRole("region", { name: "The first evening" });
    expect(await within(shown).findByText("Tatort am Abend")).toBeTruthy();
    expect(within(shown).queryByText("Vorher")).toBeNull();
    expect(asked.find(({ path }) => path === "stations/preview")?.body).toEqual({ days: 2, document: { version: 1, name: "Krimi", simple: { order: "round_robin", shows: ["Tatort"] } } });
    expect(asked.filter(({ method, path }) => method !== "GET" && path !== "stations/preview")).toEqual([]);
  });
});

describe("the plan", () => {
  test("tells by keys and by name what airs, and why", async () => {
    station(fullDocument);
    const router = open("/channels/s1");
    const block = await screen.findByRole("button", { name: /Columbo, 1 h, fixed, ready/ });
    expect(block.tabIndex).toBe(0);
    fireEvent.keyDown(block, { key: "ArrowDown" });
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toMatch(/Tatort, 1 h, may still move/));
    fireEvent.click(document.activeElement as HTMLElement);
    const sheet = await screen.findByRole("dialog", { name: "Tatort" });
    expect(within(sheet).getByText("Step 1 of “evening” plays “Tatort”.")).toBeTruthy();
    expect(within(sheet).getByRole("link", { name: "Edit this block" }).getAttribute("href")).toContain("section=blocks");
    fireEvent.keyDown(window, { key: "Escape" });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toMatch(/Tatort/));
    expect(router.state.location.search).toEqual({});
  });
  test("is a list, too, with notes as sentences", async () => {
    const notes = [{ at: slot(60, 61).start, kind: "late", block: "evening", source: "", length_ms: 720_000 }];
    station(fullDocument, ({ path }) => (path === "stations/s1/timeline" ? { ...plan, notes } : undefined));
    open("/channels/s1?layout=list");
    const list = await screen.findByRole("list", { name: /Today, Monday/ });
    expect(within(list).getAllByRole("button")).toHaveLength(2);
    expect(screen.getByText("“evening” begins 12 min late: what was on before it went on.")).toBeTruthy();
  });
  test("of a channel with nothing to play leads to its shows", async () => {
    station(simple, ({ path }) => (path === "stations/s1" ? detail(simple, { state: "empty" }) : undefined));
    open("/channels/s1");
    expect((await screen.findByRole("link", { name: "Choose shows" })).getAttribute("href")).toContain("tab=edit");
  });
  test("of a channel that is gone says so", async () => {
    station(simple, ({ path }) => (path === "stations/s9" ? new Refusal(404, {}) : undefined));
    open("/channels/s9");
    expect(await screen.findByRole("heading", { name: "This channel is not here" })).toBeTruthy();
  });
});

describe("changing one", () => {
  const isChange = (method: string, path: string) => method === "POST" && path === "stations/s1";
  const fault = { place: "blocks.evening.play[0].source", message: "there is no source 'both'", code: "missing" };
  const diff = { came: 1, went: 0, moved: 2, first: slot(30, 31).start, items: [{ kind: "came", title: "Neu", start: slot(30, 31).start }] };
  const preview = { ...plan, from: slot(0, 1).start, to: slot(2880, 2881).start, faults: [], diff };

  test("is a draft until it is applied, with what it would change before", async () => {
    station(fullDocument, ({ method, path }) => (path === "stations/s1/preview" ? preview : isChange(method, path) ? detail(fullDocument, { revision: 5 }) : undefined));
    open("/channels/s1?tab=edit&section=days&part=weekday");
    const grip = await screen.findByRole("button", { name: "evening 20:15, to the second" });
    fireEvent.keyDown(grip, { key: "ArrowLeft" });
    fireEvent.keyDown(await screen.findByRole("button", { name: /^evening 20:10/ }), { key: "ArrowLeft", shiftKey: true });
    expect(await screen.findByText("evening begins at 19:10")).toBeTruthy();
    expect(screen.getByText("There are changes that are not in force.")).toBeTruthy();
    expect(asked.some(({ method, path }) => isChange(method, path))).toBe(false);
    fireEvent.click(screen.getByRole("button", { name: "Preview" }));
    expect(await screen.findByText("1 comes, 0 go, 2 move")).toBeTruthy();
    expect(screen.getByText("and 2 more changes")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByText(/^It is in force/)).toBeTruthy();
    const put = asked.find(({ method, path }) => isChange(method, path))?.body as { revision: number; document: StationDocument };
    expect(put.revision).toBe(4);
    expect(put.document.templates?.["weekday"]).toEqual([{ at: "06:00", block: "morning" }, { at: "19:10", block: "evening", strict: true }]);
    expect({ ...put.document, templates: null }).toEqual({ ...fullDocument, templates: null });
    expect(sessionStorage.getItem("telecast.draft.s1")).toBeNull();
  });

  test("keeps the draft when somebody was faster, and can go over it", async () => {
    let revision = 4;
    station(simple, ({ method, path, body }) => {
      if (path !== "stations/s1") return undefined;
      if (!isChange(method, path)) return detail(simple, { revision });
      if ((body as { revision: number }).revision === 4) {
        revision = 5;
        return new Refusal(409, { detail: "maria put revision 5 in force" });
      }
      return detail(simple, { revision: 6 });
    });
    open("/channels/s1?tab=edit");
    fireEvent.click(await screen.findByRole("radio", { name: "Shuffled" }));
    fireEvent.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByText("maria put revision 5 in force")).toBeTruthy();
    expect(await screen.findByText(/You began with revision 4; revision 5 is in force/)).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Shuffled" }).checked).toBe(true);
    fireEvent.click(screen.getByRole("button", { name: "Put mine over it" }));
    expect(await screen.findByText(/^It is in force/)).toBeTruthy();
    expect(asked.filter(({ method, path }) => isChange(method, path)).map(({ body }) => (body as { revision: number }).revision)).toEqual([4, 5]);
  });

  test("tells faults at their places, and leads there", async () => {
    station(fullDocument, ({ method, path }) => (isChange(method, path) ? new Refusal(422, { fields: [{ name: fault.place, message: fault.message }] }) : undefined));
    const router = open("/channels/s1?tab=edit&section=guide");
    fireEvent.change(await screen.findByLabelText("Title"), { target: { value: "{show}" } });
    fireEvent.click(screen.getByRole("button", { name: "Apply" }));
    fireEvent.click(await screen.findByRole("button", { name: "To the fault at Block “evening”, step 1, source" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ section: "blocks", part: "evening" }));
    await waitFor(() => expect(document.activeElement?.tagName).toBe("SELECT"));
    expect(document.activeElement?.getAttribute("aria-invalid")).toBe("true");
    fireEvent.click(screen.getByRole("button", { name: "As text" }));
    expect(await screen.findByText(/there is no source 'both'/, { selector: ".json-faults span" })).toBeTruthy();
  });

  test("asks where a document is wrong that is refused without a place", async () => {
    station(simple, ({ method, path }) => (isChange(method, path) ? new Refusal(400, { detail: "simple.shows: no show is included" }) : path === "stations/s1/preview" ? { ...preview, slots: [], faults: [{ code: "empty", place: "simple.shows", message: "no show is included; choose at least one" }] } : undefined));
    open("/channels/s1?tab=edit");
    fireEvent.click(await screen.findByRole("button", { name: "Take out Tatort" }));
    fireEvent.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByRole("button", { name: "To the fault at Shows" })).toBeTruthy();
    expect(screen.getAllByText("no show is included; choose at least one").length).toBeGreaterThan(0);
  });

  test("as text is the same draft; what cannot be read stays as it is typed", async () => {
    station(simple);
    open("/channels/s1?tab=edit&section=json");
    const area = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "As text" });
    fireEvent.change(area, { target: { value: '{"version": 1, "name": "Kri' } });
    expect(area.value).toBe('{"version": 1, "name": "Kri');
    expect(screen.getByText("This is how the channel is in force.")).toBeTruthy();
    fireEvent.change(area, { target: { value: '{"version":1,"name":"Neu","simple":{"shows":["Columbo"]}}' } });
    expect(area.value).toBe('{"version":1,"name":"Neu","simple":{"shows":["Columbo"]}}');
    expect(await screen.findByText("There are changes that are not in force.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Shows" }));
    expect(await screen.findByRole("checkbox", { name: "Columbo is on" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "More possibilities" }));
    expect(await screen.findByRole("button", { name: /^all/ })).toBeTruthy();
  });
});

test("a year is told in figures and sentences", async () => {
  const year = { days: 365, programmes: 9000, hours: { programme: 90, breaks: 10, fallback: 0, slate: 0 }, late: { starts: 2, worst_ms: 60_000 }, shares: [{ name: "Tatort", starts: 5, hours: 4.5 }], repeats: [], lints: [{ code: "block_unused", place: "blocks.x", parameters: { name: "x", number: 0 } }] };
  station(fullDocument, ({ path }) => (path === "stations/s1/simulate" ? year : undefined));
  open("/channels/s1?tab=simulate");
  fireEvent.click(await screen.findByRole("button", { name: "Simulate" }));
  expect(await screen.findByText("9,000 programmes in 365 days. 2 blocks begin late, at worst by 1 min.")).toBeTruthy();
  expect(screen.getByText("90 h, 90%")).toBeTruthy();
  expect(screen.getByText("No day has the block “x”.")).toBeTruthy();
  expect(asked.find(({ path }) => path === "stations/s1/simulate")?.body).toEqual({ document: fullDocument, days: 365 });
});

test("what aired is listed, and older entries come when asked for", async () => {
  const entry = (title: string, at: number) => ({ start: slot(at, at + 1).start, length_ms: 60_000, title, kind: "programme" });
  station(fullDocument, ({ path, query }) => (path === "stations/s1/log" ? (query.get("before") === "c1" ? { items: [entry("Älter", 0)] } : { items: [entry("Neuer", 5)], next_cursor: "c1" }) : undefined));
  open("/channels/s1?tab=log");
  expect(await screen.findByText("Neuer")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Older" }));
  expect(await screen.findByText("Älter")).toBeTruthy();
  await waitFor(() => expect(screen.queryByRole("button", { name: "Older" })).toBeNull());
});
