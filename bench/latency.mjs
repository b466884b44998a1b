// latency: how far behind the air a picture is shown, in Chromium (docs/design/performance.md).
//
// Each generated picture carries its number; the simulator says when its last byte, and that of the sound that belongs to
// it, went out. Five times a second the number is read back from the picture that is being shown, and its age is counted
// from the later of the two. A stall is `waiting` after the first 5 s. Clocks: both ends read this machine's wall clock.
import { launch } from "../e2e/lib/browser.mjs";
import { startStation } from "../e2e/lib/station.mjs";
import { playable, quantile, signedIn, tell } from "./browser.mjs";

const SECONDS = Number(process.env.SECONDS ?? 600);
const SETTLED_MS = 5000;
/** Codes of the simulator's channels: 1080p25 with AAC as it comes; AC-3 5.1 and MP2 that become AAC, half as long each. */
const PLAIN = Number(process.env.CHANNEL ?? 2);
const MADE = [8, 3];
const DRAIN_MS = 3000;
const PATIENCE_MS = 60_000;

const round = (value) => Number(value.toFixed(3));

const station = await startStation(["demo", "--listen", "127.0.0.1:0", "--tuners", "4", "--without-films"]);
await new Promise((done) => setTimeout(done, 300)); // its last line follows the link
const sim = /simulated receiver is at (http:\/\/[^/\s]+)/.exec(station.log())?.[1];
const browser = await launch();
try {
  const state = await signedIn(browser, station.link);
  const plain = await watch(state, PLAIN, SECONDS);
  const made = [];
  for (const code of MADE) made.push(await watch(state, code, SECONDS / 2));
  const all = [plain, ...made];
  console.table(all.map(({ ages, ...row }) => ({ ...row, pictures: ages.length, p50: round(quantile(ages, 0.5)), p95: round(quantile(ages, 0.95)), most: round(Math.max(...ages)) })));
  const starved = all.filter(({ ages, seconds }) => ages.length < seconds);
  if (starved.length > 0) throw new Error(`fewer than one picture a second was read: ${starved.map(({ channel }) => channel)}`);
  tell("latency", "p50_s", quantile(plain.ages, 0.5), "s", "≤", 2.0);
  tell("latency", "p95_s", quantile(plain.ages, 0.95), "s", "≤", 3.0);
  tell("latency", "transcoded_p50_s", Math.max(...made.map(({ ages }) => quantile(ages, 0.5))), "s", "≤", 2.6);
  tell("latency", "stalls", all.reduce((sum, { stalls }) => sum + stalls, 0), "count", "≤", 0);
} finally {
  await browser.close();
  await station.stop();
}

/** Watches one channel; ages of its pictures in seconds, and stalls. */
async function watch(storageState, code, seconds) {
  const context = await browser.newContext({ storageState, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(rememberWaiting);
  await page.goto(`${station.origin}/`);
  const channel = (await playable(page, station.origin, sim)).find((one) => one.code === code);
  const row = page.getByRole("option", { name: new RegExp(`^${channel.number} `) }).first();
  await row.scrollIntoViewIfNeeded({ timeout: PATIENCE_MS });
  await row.dispatchEvent("pointerdown", { bubbles: true, pointerType: "mouse", button: 0 });
  await page.evaluate(readPictures, code);
  await page.waitForFunction(() => globalThis.pictures.length > 0, null, { timeout: PATIENCE_MS });
  const began = Date.now();
  const ages = [];
  let unmatched = 0;
  while (Date.now() < began + seconds * 1000) {
    await page.waitForTimeout(DRAIN_MS);
    const seen = await page.evaluate(() => globalThis.pictures.splice(0));
    const sent = (await (await fetch(`${sim}/sim/frames?code=${code}`)).json()).items;
    for (const { frame, at } of seen.filter((one) => one.at > began + SETTLED_MS)) {
      // Numbers come again each turn of the programme: it is the newest one that had gone out.
      const ready = sent.findLast((one) => one.frame === frame && one.ready_ms !== null && one.ready_ms <= at)?.ready_ms;
      if (ready === undefined) unmatched += 1;
      else ages.push((at - ready) / 1000);
    }
  }
  const stalls = await page.evaluate((after) => globalThis.waited.filter((at) => at > after).length, began + SETTLED_MS);
  await context.close();
  return { channel: channel.name, seconds, stalls, unmatched, ages };
}

/** Runs in the page before its own code: media events do not bubble, and the element may be outside of the document. */
function rememberWaiting() {
  globalThis.waited = [];
  const play = HTMLVideoElement.prototype.play;
  const known = new WeakSet();
  HTMLVideoElement.prototype.play = function remembered() {
    if (!known.has(this)) {
      known.add(this);
      this.addEventListener("waiting", () => globalThis.waited.push(Date.now()));
    }
    return play.call(this);
  };
}

/** Runs in the page: every 200 ms the number in the picture and when it was shown, for pictures of this channel. */
function readPictures(code) {
  globalThis.pictures = [];
  const canvas = new OffscreenCanvas(320, 1);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const stamp = (video) => {
    const row = video.videoHeight / 18; // crates/sim/src/blocks.rs; only the middle of the row is drawn, ten points a block
    pen.drawImage(video, 0, row * 1.3, video.videoWidth, row * 0.4, 0, 0, 320, 1);
    const cells = pen.getImageData(0, 0, 320, 1).data;
    const nibble = (at) => [0, 1, 2, 3].reduce((sum, bit) => sum * 2 + (cells[((at * 4 + bit) * 10 + 5) * 4 + 1] > 126 ? 1 : 0), 0);
    const [sync, ...rest] = Array.from({ length: 8 }, (_, at) => nibble(at));
    const whole = sync === 10 && rest.slice(0, 6).reduce((sum, one) => sum ^ one) === rest[6];
    return whole && rest[0] * 16 + rest[1] === code ? rest.slice(2, 6).reduce((sum, one) => sum * 16 + one) : -1;
  };
  setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      video.requestVideoFrameCallback(() => {
        const at = Date.now();
        const frame = stamp(video);
        if (frame >= 0 && video.isConnected) globalThis.pictures.push({ frame, at });
      });
    }
  }, 200);
}
