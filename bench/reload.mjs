// reload: what a viewer in Chromium loses while the configuration changes a hundred times (docs/design/performance.md).
//
// A station with its receiver in a file, a viewer on 1080p25 with AAC. The file is written anew all the time: limits, tapes, the log, a second receiver that comes and
// goes. Lost are frames that the picture's clock has passed and the decoder never had; stalls are `waiting`.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "../e2e/lib/browser.mjs";
import { findBinary } from "../e2e/lib/station.mjs";
import { playable, tell } from "./browser.mjs";

const RELOADS = Number(process.env.RELOADS ?? 100);
const PAUSE_MS = 600;
const FRAME_RATE = 25;
/** Code of the simulator's channel: 1080p25 with AAC, as it comes. */
const CODE = 2;
const PASSWORD = "a long pass phrase for benches";
const PATIENCE_MS = 60_000;

const binary = findBinary();
const home = mkdtempSync(join(tmpdir(), "telecast-reload-"));
const [web, stream, port] = [await freePort(), await freePort(), await freePort()];
const sim = start(["sim", "--listen", `127.0.0.1:${web}`, "--stream-listen", `127.0.0.1:${stream}`]);
const file = join(home, "telecast.toml");
write(0);
const added = spawnSync(binary, ["user", "add", "bench", "--role", "owner", "--config", file, "--data-dir", join(home, "data")], { input: `${PASSWORD}\n` });
if (added.status !== 0) throw new Error(String(added.stderr));
const station = start(["serve", "--config", file, "--data-dir", join(home, "data")]);
const browser = await launch();
try {
  const origin = `http://127.0.0.1:${port}`;
  await answered(`http://127.0.0.1:${web}/sim/state`, sim);
  await answered(`${origin}/readyz`, station);
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(rememberWaiting);
  await page.goto(`${origin}/`);
  await page.getByLabel("Name").fill("bench");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/watch/**", { timeout: PATIENCE_MS });
  const channel = (await playable(page, origin, `http://127.0.0.1:${web}`)).find(({ code }) => code === CODE);
  await page.goto(`${origin}/watch/${channel.id}`);
  await page.waitForFunction(() => document.querySelector("video")?.currentTime > 3, null, { timeout: PATIENCE_MS });
  const before = await seen(page);
  for (let turn = 1; turn <= RELOADS; turn += 1) {
    write(turn);
    await page.waitForTimeout(PAUSE_MS);
  }
  await page.waitForTimeout(PAUSE_MS);
  const after = await seen(page);
  const done = station.log().match(/the configuration has changed.*key="?tape\.budget/g)?.length ?? 0;
  const [played, decoded] = [after.time - before.time, after.frames - before.frames];
  const row = { reloads: done, seconds: played, decoded, expected: Math.round(played * FRAME_RATE), dropped: after.dropped - before.dropped };
  console.table([row]);
  if (done < RELOADS * 0.95) throw new Error(`only ${done} of ${RELOADS} changes came into force`);
  // The clock and the decoder are read a moment apart: two frames either way.
  tell("reload", "frames_lost", Math.max(0, row.expected - decoded - 2), "frames", "≤", 0);
  tell("reload", "stalls", after.waited - before.waited, "count", "≤", 0);
} finally {
  await browser.close();
  await station.stop();
  await sim.stop();
  rmSync(home, { recursive: true, force: true });
}

/** The file of that turn, renamed into its place as editors do. */
function write(turn) {
  const second = turn % 2 === 0 ? "" : `[[receiver]]\nname = "Elsewhere"\nurl = "http://127.0.0.1:1"\npassword = "turn ${turn}"\n`;
  const text = `[server]
listen = "127.0.0.1:${port}"
[playback]
max_sessions = ${100 + turn}
warm_tuners = ${turn % 3}
low_latency = ${turn % 2 === 0}
[tape]
budget = "${4000 + turn}MB"
minimum_free = "1GB"
[log]
level = "${turn % 2 === 0 ? "info" : "info,telecast_server::app=debug"}"
[[receiver]]
name = "Bench"
url = "http://127.0.0.1:${web}"
stream_port = ${stream}
${second}`;
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** What the picture's clock and decoder have come to. */
function seen(page) {
  return page.evaluate(() => {
    const video = document.querySelector("video");
    const quality = video.getVideoPlaybackQuality();
    return { time: video.currentTime, frames: quality.totalVideoFrames, dropped: quality.droppedVideoFrames, waited: globalThis.waited };
  });
}

/** Runs in the page before its own code: media events do not bubble, and the element may be outside of the document. */
function rememberWaiting() {
  globalThis.waited = 0;
  const play = HTMLVideoElement.prototype.play;
  const known = new WeakSet();
  HTMLVideoElement.prototype.play = function remembered() {
    if (!known.has(this)) {
      known.add(this);
      this.addEventListener("waiting", () => (globalThis.waited += 1));
    }
    return play.call(this);
  };
}

function start(args) {
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  const ended = new Promise((done) => child.once("exit", done));
  let output = "";
  const read = (chunk) => (output += chunk);
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  return { isOver: () => child.exitCode !== null, log: () => output, stop: () => (child.kill("SIGTERM"), ended) };
}

/** Returns when there is a good answer. */
async function answered(url, child) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until && !child.isOver(); ) {
    if (await fetch(url).then(({ ok }) => ok, () => false)) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${url} gives no good answer:\n${child.log()}`);
}

function freePort() {
  return new Promise((found, failed) => {
    const probe = createServer().once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address();
      probe.close(() => found(free));
    });
  });
}
