// The page of a programme against answers of the API, faked where the browser would fetch them; what plays it is faked too.
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

const station = vi.hoisted(() => ({
  starts: [] as object[],
  loaded: [] as string[],
  sought: [] as number[],
  timeline: null as object | null,
  /** Tells the page how its session is, as the socket does. */
  tell: (_session: object): void => undefined,
  session: {} as object,
}));

vi.hoisted(() => {
  Object.assign(globalThis, { isSecureContext: false });
  globalThis.fetch = (input, init) => (globalThis as unknown as { faked: typeof fetch }).faked(input, init);
});
Object.assign(globalThis, {
  faked: async (request: Request) => {
    const path = new URL(request.url).pathname.replace("/api/v1/", "");
    const json = (found: unknown, status = 200) => new Response(JSON.stringify(found), { status, headers: { "content-type": status < 300 ? "application/json" : "application/problem+json" } });
    if (path === "sessions" && request.method === "POST") {
      station.starts.push(JSON.parse(await request.text()) as object);
      return json(station.session, 202);
    }
    if (path.startsWith("sessions/")) return json(station.session);
    if (path === "library/items/7") return json({ id: 7, title: "Nosferatu", show: null, length_s: 600, state: "present" });
    if (path === "channels") return json({ items: [{ id: "own-a", name: "Krimi", number: 1, kind: "tv", logo_url: "", bouquet_ids: [] }] });
    return json({ status: 404, title: "No", code: "not_found" }, 404);
  },
});
vi.mock("../api/live", () => ({
  live: {
    subscribe: (topic: string, handler: (kind: string, data: unknown) => void) => {
      if (topic.startsWith("session:")) station.tell = (session) => handler("changed", session);
      return () => undefined;
    },
  },
}));
vi.mock("../playback/engine", () => ({
  Engine: class {
    recovering = false;
    prepare(): void {}
    abandon(): void {}
    unload(): void {}
    async load(address: string): Promise<void> {
      station.loaded.push(address);
    }
    seek(position: number): void {
      station.sought.push(position);
    }
    timeline(): object | null {
      return station.timeline;
    }
  },
}));

const { queryClient } = await import("../api/queries");
const { ItemPage, PastPage } = await import("./PlayPage");

const plan = { action: "remux", container: "cmaf", provisional: false, reasons: [], video: null, audio: [] };
const preparing = (more: object = {}) => ({
  id: "s1",
  channel_id: "item-7",
  programme: { item_id: 7, title: "Nosferatu", start: null, length_s: 600 },
  preparing: { done_s: 3, length_s: 60 },
  state: "starting",
  waiting_for: "preparation",
  playlist_url: "/play/k/main.m3u8",
  stream_url: "/play/k/stream.ts",
  heartbeat_s: 10,
  plan,
  ...more,
});

function open(path: string) {
  const root = createRootRoute();
  const nothing = () => null;
  const routes = [
    createRoute({ getParentRoute: () => root, path: "/library/play/$item", component: ItemPage }),
    createRoute({ getParentRoute: () => root, path: "/guide/play/$channel/$at", component: PastPage }),
    createRoute({ getParentRoute: () => root, path: "/library", component: nothing }),
    createRoute({ getParentRoute: () => root, path: "/guide", component: nothing }),
    createRoute({ getParentRoute: () => root, path: "/watch/$channel", component: nothing }),
  ];
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory({ initialEntries: [path] }) });
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return router;
}

// happy-dom knows of no full screen.
Object.defineProperty(document, "fullscreenElement", { value: null });

beforeEach(() => {
  Object.assign(station, { starts: [], loaded: [], sought: [], timeline: null, session: preparing() });
});

afterEach(() => {
  cleanup();
  queryClient.clear();
});

describe("an item of the library", () => {
  test("is prepared, says how far that is, and is loaded when it is there", async () => {
    open("/library/play/7");
    expect(await screen.findByRole("heading", { name: "Nosferatu" })).toBeTruthy();
    await waitFor(() => expect(station.starts).toHaveLength(1));
    expect(station.starts[0]).toMatchObject({ item_id: 7, from: 0 });
    expect(await screen.findByText(/Being prepared: 5/)).toBeTruthy();
    expect(screen.getByRole("slider", { name: "Position" }).getAttribute("aria-valuemax")).toBe("600");
    expect(station.loaded).toEqual([]);
    act(() => station.tell(preparing({ state: "ready", waiting_for: null, preparing: null })));
    expect(station.loaded).toHaveLength(1);
  });

  test("is sought in where it is there, and prepared anew from where it is not", async () => {
    open("/library/play/7");
    await screen.findByRole("heading", { name: "Nosferatu" });
    await waitFor(() => expect(station.starts).toHaveLength(1));
    act(() => station.tell(preparing({ state: "ready", waiting_for: null, preparing: null })));
    station.timeline = { start: 0, edge: 180, position: 10, latency: 0, targetLatency: 0, clock: 10_000, ahead: 5, live: true };
    fireEvent.keyDown(document.body, { key: "2" });
    expect(station.sought).toEqual([120]);
    fireEvent.keyDown(document.body, { key: "8" });
    await waitFor(() => expect(station.starts).toHaveLength(2));
    expect(station.starts[1]).toMatchObject({ item_id: 7, from: 480 });
  });

  test("that cannot be played says why, and leads back", async () => {
    station.session = preparing({ state: "failed", waiting_for: null, preparing: null, reason: { code: "file_gone", message: "", detail: null, retry_after_s: null, holders: [] } });
    const router = open("/library/play/7");
    expect(await screen.findByText("The file is not there")).toBeTruthy();
    fireEvent.click(screen.getAllByRole("button", { name: "Back to the library" })[0] as HTMLElement);
    await waitFor(() => expect(router.state.location.pathname).toBe("/library"));
  });
});

describe("what was on a channel", () => {
  test("is asked for by its time, and leads to what is on now", async () => {
    const start = "2026-11-30T20:15:00Z";
    station.session = preparing({ id: "s2", channel_id: "own-a", state: "ready", waiting_for: null, preparing: null, programme: { item_id: null, title: "Tatort", start, length_s: 5_400 } });
    const router = open(`/guide/play/own-a/${Date.parse(start) / 1000}`);
    expect(await screen.findByRole("heading", { name: "Tatort" })).toBeTruthy();
    expect(station.starts[0]).toMatchObject({ channel_id: "own-a", at: "2026-11-30T20:15:00.000Z" });
    fireEvent.click(screen.getByRole("button", { name: "To what is on now" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/watch/own-a"));
  });
});
