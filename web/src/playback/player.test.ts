import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Player } from "./player";

/** A station with few tuners that writes down what it does, in the order in which it does it. */
const station = vi.hoisted(() => {
  const gates = new Map<string, Promise<void>>();
  const holders = new Set<string>();
  const log: string[] = [];
  const self = {
    log,
    tuners: 1,
    code: "tuners_busy",
    /** Keeps back what is named so: a request ("start A", "stop A1") or the reply to a start ("reply A"). */
    hold(name: string): () => void {
      let release = () => undefined as void;
      gates.set(name, new Promise((resolve) => (release = resolve)));
      return release;
    },
    reset(): void {
      gates.clear();
      holders.clear();
      log.length = 0;
      self.tuners = 1;
      self.code = "tuners_busy";
    },
    async start(channel: string): Promise<{ data: object }> {
      await gates.get(`start ${channel}`);
      log.push(`start ${channel}`);
      const id = channel + log.filter((line) => line === `start ${channel}`).length;
      const granted = holders.size < self.tuners;
      if (granted) holders.add(id);
      const outcome = granted ? { state: "ready" } : { state: "failed", reason: { code: self.code } };
      await gates.get(`reply ${channel}`);
      return { data: { id, channel_id: channel, playlist_url: `/play/${id}/main.m3u8`, heartbeat_s: 10, ...outcome } };
    },
    async stop(id: string): Promise<void> {
      await gates.get(`stop ${id}`);
      log.push(`stop ${id}`);
      holders.delete(id);
    },
  };
  return self;
});

vi.mock("../api/client", () => ({
  api: {
    POST: async (path: string, { body }: { body: { channel_id: string } }) => (path.endsWith("heartbeat") ? {} : station.start(body.channel_id)),
    DELETE: (_path: string, { params }: { params: { path: { id: string } } }) => station.stop(params.path.id),
  },
  body: async (call: Promise<{ data: unknown }>) => (await call).data,
  freshId: () => "0",
}));
vi.mock("../api/live", () => ({ live: { subscribe: () => () => undefined } }));
vi.mock("./engine", () => ({
  Engine: class {
    prepare(): void {}
    abandon(): void {}
    unload(): void {}
    async load(): Promise<void> {}
    timeline(): null {
      return null;
    }
  },
}));

const settle = () => vi.advanceTimersByTimeAsync(0);

let player: Player;

/** The channel is on, and its picture shows. */
async function watch(channel: string): Promise<void> {
  player.tune(channel);
  await settle();
  Object.defineProperty(player.video, "readyState", { value: 4 });
  player.video.dispatchEvent(new Event("playing"));
  expect(player.state.phase).toBe("playing");
}

beforeEach(() => {
  vi.useFakeTimers();
  station.reset();
  player = new Player();
});

afterEach(() => {
  player.stop();
  vi.useRealTimers();
});

describe("a viewer who is in his own way", () => {
  test.each(["tuners_busy", "receiver_refused"])("is told %s: his old session goes, then the start is made once more", async (code) => {
    station.code = code;
    await watch("A");
    const arrives = station.hold("stop A1");
    player.tune("B");
    await settle();
    expect(station.log).toEqual(["start A", "start B"]);
    expect(player.state.phase).toBe("starting");
    arrives();
    await settle();
    expect(station.log).toEqual(["start A", "start B", "stop A1", "start B"]);
    expect(player.state).toMatchObject({ phase: "starting", session: { id: "B2", state: "ready" }, refusal: null });
  });

  test("has left a start behind whose reply is late", async () => {
    const replies = station.hold("reply A");
    const arrives = station.hold("stop A1");
    player.tune("A");
    await settle();
    player.tune("B");
    await settle();
    replies();
    await settle();
    expect(station.log).toEqual(["start A", "start B"]);
    arrives();
    await settle();
    expect(station.log).toEqual(["start A", "start B", "stop A1", "start B"]);
    expect(player.state.session).toMatchObject({ id: "B2", state: "ready" });
  });

  test("learns of it when his old session has gone by itself", async () => {
    await watch("A");
    const replies = station.hold("reply B");
    player.tune("B");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(station.log).toEqual(["start A", "start B", "stop A1"]);
    replies();
    await settle();
    expect(station.log).toEqual(["start A", "start B", "stop A1", "start B"]);
    expect(player.state.session).toMatchObject({ id: "B2", state: "ready" });
  });

  test("has tuned on before the old session was gone", async () => {
    await watch("A");
    const arrives = station.hold("stop A1");
    player.tune("B");
    await settle();
    player.tune("C");
    await settle();
    arrives();
    await settle();
    expect(station.log).toEqual(["start A", "start B", "start C", "stop A1", "start C"]);
    expect(player.state.session).toMatchObject({ id: "C2", state: "ready" });
  });

  test("leafs on before the old session was gone", async () => {
    await watch("A");
    const arrives = station.hold("stop A1");
    player.tune("B");
    await settle();
    player.tune("C", { leafing: true });
    arrives();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(station.log).toEqual(["start A", "start B", "stop A1", "start C"]);
  });

  test("stops before the old session was gone", async () => {
    await watch("A");
    const arrives = station.hold("stop A1");
    player.tune("B");
    await settle();
    player.stop();
    arrives();
    await settle();
    expect(station.log).toEqual(["start A", "start B", "stop A1"]);
    expect(player.state.phase).toBe("idle");
  });

  test("waits three seconds for the end of the old session, and is refused once", async () => {
    await watch("A");
    station.hold("stop A1");
    player.tune("B");
    await vi.advanceTimersByTimeAsync(2_900);
    expect(station.log).toEqual(["start A", "start B"]);
    await vi.advanceTimersByTimeAsync(200);
    expect(station.log).toEqual(["start A", "start B", "start B"]);
    expect(player.state).toMatchObject({ phase: "refused", refusal: { code: "tuners_busy" } });
  });
});

describe("a viewer whom others are in the way of", () => {
  test("is refused at once", async () => {
    station.tuners = 0;
    player.tune("A");
    await settle();
    expect(station.log).toEqual(["start A"]);
    expect(player.state).toMatchObject({ phase: "refused", refusal: { code: "tuners_busy" } });
  });

  test("is refused at once when he asks again", async () => {
    station.tuners = 0;
    player.tune("A");
    await settle();
    player.restart();
    await settle();
    expect(station.log).toEqual(["start A", "start A"]);
    expect(player.state.phase).toBe("refused");
  });

  test("is refused for what else there may be, without a retry", async () => {
    station.code = "scrambled";
    await watch("A");
    player.tune("B");
    await settle();
    expect(station.log).toEqual(["start A", "start B", "stop A1"]);
    expect(player.state).toMatchObject({ phase: "refused", refusal: { code: "scrambled" } });
  });
});
