// Watches channels of reels (reels.py) in Chromium, a page each, for some seconds, and prints as JSON what was seen and heard. Ends with its stdin.
//
// Of each picture that is shown: which film and which of its pictures it is, read back from it, and when it is seen. Of the sound: when each beep is heard, by the browser's
// own clock of what it plays. A stall is time by which the play-head falls behind the clock within a second.
// Arguments: origin, ids of channels with commas between, seconds, cells of the code in a picture.
import { launch } from "../e2e/lib/browser.mjs";

const [origin, ids, seconds, cells] = [process.argv[2], process.argv[3].split(","), Number(process.argv[4]), Number(process.argv[5])];
const PATIENCE_MS = 120_000;
/** Players begin a little slow and catch up: what comes in the first seconds is no join. */
const SETTLED_MS = 5000;

const browser = await launch();
let over = false;
process.stdin.resume().on("end", () => (over = true));
try {
  // The ear is no script of the station's own.
  const context = await browser.newContext({ viewport: { width: 960, height: 600 }, bypassCSP: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const reply = await context.request.post(`${origin}/api/v1/auth/sign-in`, { headers: { Origin: origin }, data: { name: "bench", password: process.env.BENCH_PASSWORD } });
  if (!reply.ok()) throw new Error(`sign-in: ${reply.status()}`);
  const pages = [];
  for (const id of ids) {
    const page = await context.newPage();
    await page.goto(`${origin}/watch/${encodeURIComponent(id)}`);
    await page.waitForFunction(() => document.querySelector("[data-stage]")?.dataset.phase === "playing");
    await page.evaluate(follow, cells);
    pages.push(page);
  }
  await pages[0].waitForTimeout(SETTLED_MS);
  for (const page of pages) await page.evaluate(() => globalThis.reels.begin());
  for (const until = Date.now() + seconds * 1000; Date.now() < until && !over; ) await pages[0].waitForTimeout(500);
  const all = [];
  for (const page of pages) all.push(await page.evaluate(() => globalThis.reels.end()));
  console.log(JSON.stringify(all));
} finally {
  await browser.close();
}

/** Runs in the page. */
async function follow(cells) {
  const video = document.querySelector("video");
  video.muted = false;
  video.volume = 1;
  const canvas = Object.assign(document.createElement("canvas"), { width: cells, height: 1 }).getContext("2d", { willReadFrequently: true });
  let pictures = [], beeps = [], steps = [], dropped = 0;
  const read = () => {
    canvas.drawImage(video, 0, video.videoHeight / 24, video.videoWidth, video.videoHeight / 12, 0, 0, cells, 1);
    const { data } = canvas.getImageData(0, 0, cells, 1);
    const bit = (at) => (data[at * 4] > 128 ? 1 : 0);
    if (!bit(0) || bit(1)) return [-1, -1];
    let [film, picture] = [0, 0];
    for (let at = 0; at < 8; at++) film |= bit(2 + at) << at;
    for (let at = 0; at < cells - 10; at++) picture |= bit(10 + at) << at;
    return [film, picture];
  };
  const seen = (_, { expectedDisplayTime }) => {
    pictures.push([expectedDisplayTime, ...read()]);
    video.requestVideoFrameCallback(seen);
  };
  video.requestVideoFrameCallback(seen);

  // The sound on its way to the loudspeaker: a worklet that says at which time of the context a beep begins.
  const ear = `registerProcessor("ear", class extends AudioWorkletProcessor {
    constructor() { super(); this.quiet = 0; }
    process([[left]]) {
      if (!left) return true;
      for (let at = 0; at < left.length; at++) {
        if (Math.abs(left[at]) > 0.02) {
          if (this.quiet > sampleRate / 4) this.port.postMessage(currentTime + at / sampleRate);
          this.quiet = 0;
        } else this.quiet++;
      }
      return true;
    }
  });`;
  const audio = new AudioContext();
  await audio.resume();
  await audio.audioWorklet.addModule(URL.createObjectURL(new Blob([ear], { type: "text/javascript" })));
  const node = new AudioWorkletNode(audio, "ear");
  node.port.onmessage = ({ data }) => {
    const { contextTime, performanceTime } = audio.getOutputTimestamp();
    beeps.push(performanceTime + (data - contextTime) * 1000);
  };
  audio.createMediaElementSource(video).connect(node).connect(audio.destination);

  let before;
  setInterval(() => {
    const now = [performance.now(), video.currentTime * 1000];
    if (before) steps.push([now[0], now[0] - before[0] - (now[1] - before[1]) / video.playbackRate]);
    before = now;
  }, 25);
  globalThis.reels = {
    begin: () => {
      [pictures, beeps, steps] = [[], [], []];
      dropped = video.getVideoPlaybackQuality().droppedVideoFrames;
    },
    end: () => ({ pictures, beeps, steps, dropped: video.getVideoPlaybackQuality().droppedVideoFrames - dropped }),
  };
}
