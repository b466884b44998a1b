// zap: from the press on a channel to its first picture with sound, in Chromium (docs/design/performance.md).
//
// Fifty zaps in seeded order over honest air. Cold: to a channel whose tape does not run; the simulator says when the
// later of key frame and covering sound went out, which is the floor. Warm: to and fro between two channels whose tapes
// run. A picture counts when the channel's code can be read in it, sound when decoded bytes grow within a second.
import { launch } from "../e2e/lib/browser.mjs";
import { startStation } from "../e2e/lib/station.mjs";
import { p95, playable, signedIn, tell } from "./browser.mjs";

const ZAPS = Number(process.env.ZAPS ?? 50);
const PATIENCE_MS = 20_000;
/** Its key frames come every 5 s: what that costs is no figure of ours, what comes on top of it is. */
const SLOW = "Langsam TV";

const station = await startStation(["demo", "--listen", "127.0.0.1:0", "--tuners", "8", "--without-films"]);
await new Promise((done) => setTimeout(done, 300)); // its last line follows the link
const sim = /simulated receiver is at (http:\/\/[^/\s]+)/.exec(station.log())?.[1];
const browser = await launch();
let seed = 7;
const dice = (sides) => ((seed = (seed * 1103515245 + 12345) % 2 ** 31) >> 8) % sides;

try {
  const context = await browser.newContext({ storageState: await signedIn(browser, station.link), viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${station.origin}/`);
  const channels = await playable(page, station.origin, sim);
  console.log(`${channels.length} channels with pictures: ${channels.map(({ name }) => name).join(", ")}`);
  await page.waitForTimeout(3000);
  const cold = await coldZaps(page, channels);
  const warm = await warmZaps(page, channels);
  console.table(cold);
  console.table(warm);
  tell("zap", "cold_p95_s", p95(cold.filter(({ channel }) => channel !== SLOW).map(({ s }) => s)), "s", "≤", 2.8);
  tell("zap", "cold_over_floor_p95_s", p95(cold.map(({ overFloor }) => overFloor)), "s", "≤", 0.8);
  tell("zap", "warm_p95_s", p95(warm.map(({ s }) => s)), "s", "≤", 1.0);
} finally {
  await browser.close();
  await station.stop();
}

async function streams() {
  return (await (await fetch(`${sim}/sim/state`)).json()).streams;
}

async function coldZaps(page, channels) {
  const rows = [];
  while (rows.length < ZAPS) {
    const running = new Set((await streams()).map(({ code }) => code));
    const cold = channels.filter(({ code }) => !running.has(code));
    if (cold.length === 0) {
      await page.waitForTimeout(1000);
      continue;
    }
    const channel = cold[dice(cold.length)];
    const { pressed, seen } = await zap(page, channel);
    const stream = (await streams()).find(({ code }) => code === channel.code);
    rows.push({ channel: channel.name, s: (seen - pressed) / 1000, overFloor: (seen - (stream?.floor_ms ?? pressed)) / 1000 });
    await page.waitForTimeout(500);
  }
  return rows;
}

/** Both tapes are kept running by sessions that nobody looks at. */
async function warmZaps(page, channels) {
  const pair = channels.slice(0, 2);
  const client = { containers: ["cmaf"], video: ["avc1"], audio: ["mp4a.40.2"], hls: "low_latency" };
  const held = [];
  const headers = { Origin: station.origin };
  for (const { id } of pair) {
    const reply = await page.request.post(`${station.origin}/api/v1/sessions`, { headers, data: { channel_id: id, at: "live", client } });
    held.push((await reply.json()).id);
  }
  await page.waitForTimeout(6000);
  const rows = [];
  while (rows.length < ZAPS) {
    const channel = pair[rows.length % 2];
    const { pressed, seen } = await zap(page, channel);
    rows.push({ channel: channel.name, s: (seen - pressed) / 1000 });
    await page.waitForTimeout(300 + dice(1200));
    for (const id of held) await page.request.post(`${station.origin}/api/v1/sessions/${id}/heartbeat`, { headers });
  }
  return rows;
}

/** Presses the channel's row; Unix milliseconds of the press and of the first picture with its code. */
async function zap(page, { number, code, name }) {
  const row = page.getByRole("option", { name: new RegExp(`^${number} `) }).first();
  await row.scrollIntoViewIfNeeded();
  const result = await row.evaluate(pressAndWatch, { code, patience: PATIENCE_MS });
  // What never comes counts with all the patience that it took.
  const fault = !result.seen ? "no picture" : !result.heard ? "no sound" : "";
  if (fault) console.log(`${name}: ${fault} (code ${code})`);
  return fault ? { ...result, seen: result.pressed + PATIENCE_MS } : result;
}

/** Runs in the page. */
async function pressAndWatch(row, { code, patience }) {
  const now = () => performance.timeOrigin + performance.now();
  // The second of 18 rows holds 32 blocks. Only its middle is drawn, ten points a block: whole pictures made small blend rows.
  const canvas = new OffscreenCanvas(320, 1);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const codeOf = (video) => {
    const row = video.videoHeight / 18;
    pen.drawImage(video, 0, row * 1.3, video.videoWidth, row * 0.4, 0, 0, 320, 1);
    const cells = pen.getImageData(0, 0, 320, 1).data;
    const bit = (at) => (cells[(at * 10 + 5) * 4 + 1] > 126 ? 1 : 0);
    const bits = Array.from({ length: 32 }, (_, at) => bit(at)).join("");
    return bits.startsWith("1010") ? Number.parseInt(bits.slice(4, 12), 2) : -1;
  };
  const pressed = now();
  row.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, cancelable: true, pointerType: "mouse", button: 0 }));
  const seen = await new Promise((done) => {
    const timer = setTimeout(() => done(0), patience);
    const watched = new WeakSet();
    const look = (video) => {
      const at = now();
      if (video.isConnected && codeOf(video) === code) {
        clearTimeout(timer);
        clearInterval(poll);
        return done(at);
      }
      video.requestVideoFrameCallback(() => look(video));
    };
    const poll = setInterval(() => {
      for (const video of document.querySelectorAll("video")) {
        if (watched.has(video)) continue;
        watched.add(video);
        video.requestVideoFrameCallback(() => look(video));
      }
    }, 20);
  });
  const bytes = () => Math.max(0, ...Array.from(document.querySelectorAll("video"), (video) => video.webkitAudioDecodedByteCount));
  const before = bytes();
  const until = now() + 1000;
  while (bytes() <= before && now() < until) await new Promise((done) => setTimeout(done, 20));
  return { pressed, seen, heard: bytes() > before };
}
