import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { preferences } from "../shell/preferences";
import type { EngineListener } from "./engine";
import { Player } from "./player";
import { subtitlesOf } from "./subtitles";

/** A station with few tuners that writes down what it does, in the order in which it does it. */
const station = vi.hoisted(() => {
  const gates = new Map<string, Promise<void>>();
  const holders = new Set<string>();
  const log: string[] = [];
  const self = {
    log,
    tuners: 1,
    code: "tuners_busy",
    /** Sounds of each new session. */
    sounds: ["deu"],
    wishes: [] as string[][],
    engine: null as EngineListener | null,
    shown: -1,
    /** Tells the page how its session is, as the socket does. */
    tell: (_session: object): void => undefined,
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
      self.sounds = ["deu"];
      self.wishes = [];
    },
    view(id: string, more: object): object {
      const plan = { action: "remux", container: "cmaf", provisional: false, reasons: [], video: null, audio: self.sounds.map((language) => ({ action: "copy", codec: "aac", language })) };
      return { id, channel_id: id[0], playlist_url: `/play/${id}/main.m3u8`, heartbeat_s: 10, plan, ...more };
    },
    async start(channel: string): Promise<{ data: object }> {
      await gates.get(`start ${channel}`);
      log.push(`start ${channel}`);
      const id = channel + log.filter((line) => line === `start ${channel}`).length;
      const granted = holders.size < self.tuners;
      if (granted) holders.add(id);
      const outcome = granted ? { state: "ready" } : { state: "failed", reason: { code: self.code } };
      await gates.get(`reply ${channel}`);
      return { data: self.view(id, outcome) };
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
    POST: async (path: string, { body }: { body: { channel_id: string; client: { languages: string[] } } }) => {
      if (path.endsWith("heartbeat")) return {};
      station.wishes.push(body.client.languages);
      return station.start(body.channel_id);
    },
    DELETE: (_path: string, { params }: { params: { path: { id: string } } }) => station.stop(params.path.id),
  },
  body: async (call: Promise<{ data: unknown }>) => (await call).data,
  freshId: () => "0",
}));
vi.mock("../api/live", () => ({
  live: {
    subscribe: (_topic: string, handler: (kind: string, data: unknown) => void) => {
      station.tell = (session) => handler("changed", session);
      return () => undefined;
    },
  },
}));
vi.mock("./engine", () => ({
  Engine: class {
    prepare(): void {}
    abandon(): void {}
    unload(): void {}
    async load(): Promise<void> {}
    constructor(_video: unknown, listener: EngineListener) {
      station.engine = listener;
    }
    selectSubtitles(id: number): void {
      station.shown = id;
    }
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
  await picture();
}

/** The picture of what was started comes. */
async function picture(): Promise<void> {
  await settle();
  Object.defineProperty(player.video, "readyState", { value: 4, configurable: true });
  player.video.dispatchEvent(new Event("playing"));
  expect(player.state.phase).toBe("playing");
}

/** The station ends the session that plays. */
async function over(code: string): Promise<void> {
  const id = player.state.session?.id ?? "";
  await station.stop(id);
  station.tell(station.view(id, { state: "failed", reason: { code } }));
  await settle();
}

const starts = () => station.log.filter((line) => line.startsWith("start")).length;

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

describe("a session that ends by itself is begun anew", () => {
  test.each(["format_changed", "transcoder_failed", "lease_expired", "idle", "restarted"])("after %s", async (code) => {
    await watch("A");
    await over(code);
    expect(player.state).toMatchObject({ phase: "starting", session: { id: "A2" } });
  });

  test("as often as a picture comes of it: a channel whose format changes every eight seconds", async () => {
    await watch("A");
    for (let change = 0; change < 20; change += 1) {
      await vi.advanceTimersByTimeAsync(8_000);
      await over("format_changed");
      await picture();
    }
    expect([starts(), player.state.phase]).toEqual([21, "playing"]);
  });

  test.each(["format_changed", "transcoder_failed"])("three times within a minute if none comes, and then it is told %s", async (code) => {
    await watch("A");
    for (let change = 0; change < 4; change += 1) await over(code);
    expect(starts()).toBe(4);
    expect(player.state).toMatchObject({ phase: "refused", refusal: { code } });
  });

  test("three times if its picture breaks at once, each time", async () => {
    await watch("A");
    for (let change = 0; change < 3; change += 1) {
      await over("transcoder_failed");
      await picture();
      await vi.advanceTimersByTimeAsync(500);
    }
    await over("transcoder_failed");
    expect([starts(), player.state.phase]).toEqual([4, "refused"]);
  });

  test("not while the viewer has paused", async () => {
    await watch("A");
    player.pause();
    await over("lease_expired");
    expect([starts(), player.state.phase]).toEqual([1, "refused"]);
  });

  test("not if the host has ended it", async () => {
    await watch("A");
    await over("ended_by_host");
    expect([starts(), player.state.phase]).toEqual([1, "refused"]);
  });

  test("again as often as the viewer asks", async () => {
    await watch("A");
    for (let change = 0; change < 4; change += 1) await over("format_changed");
    player.restart();
    await settle();
    await over("format_changed");
    expect([starts(), player.state.phase]).toEqual([6, "starting"]);
  });
});

test("starts by themselves are counted until a picture comes or the viewer asks", async () => {
  station.tuners = 0;
  player.tune("A");
  await settle();
  player.retry();
  player.retry();
  await settle();
  expect(player.state).toMatchObject({ phase: "refused", retries: 2 });
  player.restart();
  await settle();
  expect(player.state.retries).toBe(0);
  player.retry();
  await settle();
  station.tuners = 1;
  player.retry();
  await picture();
  expect(player.state.retries).toBe(0);
});

describe("a sound that comes while one watches", () => {
  const comes = (...languages: string[]) => {
    station.sounds = languages;
    station.tell(station.view("A1", { state: "ready" }));
  };

  test("is offered if its language is new", async () => {
    await watch("A");
    expect(player.state.offeredAudio).toEqual([]);
    comes("deu", "fra", "fra", "eng");
    expect(player.state.offeredAudio).toEqual(["fra", "eng"]);
  });

  test("is no longer offered when it has gone, and neither is one that was there from the beginning", async () => {
    station.sounds = ["deu", "eng"];
    await watch("A");
    comes("deu", "fra");
    expect(player.state.offeredAudio).toEqual(["fra"]);
    comes("deu", "eng");
    expect(player.state.offeredAudio).toEqual([]);
  });

  test("is begun anew with when it is chosen, in the menu or by the key", async () => {
    station.tuners = 2; // of one channel there are as many sessions as one likes
    await watch("A");
    comes("deu", "fra");
    player.takeOffered("ita");
    expect(starts()).toBe(1);
    player.nextAudio();
    await picture();
    expect(starts()).toBe(2);
    expect(station.wishes.at(-1)?.[0]).toBe("fra");
    expect(player.state).toMatchObject({ session: { id: "A2" }, offeredAudio: [] });
  });
});

test("subtitles are off until they are chosen, remembered for other channels, and those for everybody come by themselves", async () => {
  const come = (...told: readonly [string, boolean][]) =>
    station.engine?.onSubtitles(subtitlesOf(told.map(([lang, forced]) => ({ lang, name: lang, forced }))));
  await watch("A");
  come(["deu", false], ["eng", false]);
  expect(station.shown).toBe(-1);
  player.nextSubtitles();
  player.nextSubtitles();
  expect([station.shown, player.state.subtitle, preferences().subtitles]).toEqual([1, 1, "eng"]);
  station.engine?.onLines(["Hello"]);
  expect(player.state.lines).toEqual(["Hello"]);
  station.tuners = 2;
  await watch("B");
  expect(player.state).toMatchObject({ lines: [], subtitles: [] });
  come(["eng", false], ["deu", false], ["deu", true]);
  expect(station.shown).toBe(0);
  player.selectSubtitles(-1);
  // The sound is German.
  expect([station.shown, player.state.subtitle, preferences().subtitles]).toEqual([2, -1, null]);
});

test("keys that come faster than the video tells of them all count", () => {
  player.setVolume(1);
  for (let press = 0; press < 4; press += 1) player.setVolume(player.state.volume - 0.05);
  expect([player.state.volume, player.video.volume]).toEqual([0.8, 0.8]);
  player.setVolume(0);
  expect(player.state.muted).toBe(true);
});
