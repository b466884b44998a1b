// The pages in a real browser against the real binary.
//
//   node run.mjs                  start `telecast demo`, run all tests
//   node run.mjs watch zap        only these files of tests/
//   node run.mjs --only=reload    only tests whose name matches this expression
//   node run.mjs --screens        take the screenshots of docs/screens instead
//   TELECAST_BIN=…                the binary; otherwise the newest build in target/
//   TELECAST_E2E_TZ=Etc/GMT+1     a zone for station and browser; otherwise one in which the day is young
//   TELECAST_E2E_URL=http://…#link=…   a station that runs already
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./lib/browser.mjs";
import { startStation } from "./lib/station.mjs";

const args = process.argv.slice(2);
const screens = args.includes("--screens");
const only = args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length);
const wanted = args.filter((arg) => !arg.startsWith("--"));
const here = import.meta.dirname;
const scratch = mkdtempSync(join(tmpdir(), "telecast-e2e-"));

/** Where it is between nine and ten in the morning now: today and tomorrow are the same days all through a run. */
function morning() {
  const east = ((9 - new Date().getUTCHours() + 35) % 24) - 11;
  return `Etc/GMT${east > 0 ? "-" : "+"}${Math.abs(east)}`;
}

async function main() {
  if (!process.env.TELECAST_E2E_URL) process.env.TZ = process.env.TELECAST_E2E_TZ ?? morning();
  if (!existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium")) {
    console.log("not run: there is no Chromium (apt-get install chromium)");
    return 1;
  }
  const station = await reachStation();
  console.log(`station ${station.origin}`);
  let failed = 1;
  try {
    const state = join(scratch, "owner.json");
    await signIn(station.link, state);
    const files = screens
      ? [join(here, "screens.mjs")]
      : readdirSync(join(here, "tests"))
          .filter((name) => name.endsWith(".test.mjs"))
          .filter((name) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)))
          .toSorted()
          .map((name) => join(here, "tests", name));
    failed = await runFiles(files, { TELECAST_E2E_ORIGIN: station.origin, TELECAST_E2E_STATE: state });
  } finally {
    const code = await station.stop();
    if (code !== 0) {
      console.log(`telecast ended with ${code}`);
      failed ||= 1;
    }
    if (failed) console.log(`--- the station's last words\n${station.log().slice(-60000)}`);
  }
  return failed;
}

async function reachStation() {
  const link = process.env.TELECAST_E2E_URL;
  // Pictures show channels of one's own; tests that want some have a station of their own.
  if (!link) return startStation(["demo", "--listen", "127.0.0.1:0", ...(screens ? [] : ["--without-films"])]);
  return { link, origin: new URL(link).origin, log: () => "", stop: async () => 0 };
}

/** Signs in by the printed link, as a person would, and keeps the cookies for the tests: the link works once. */
async function signIn(link, state) {
  const browser = await launch();
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(link);
    await page.waitForURL(/\/watch\/|\/$/, { timeout: 60_000 });
    if (page.url().includes("link=")) throw new Error("the one-time code is still in the address");
    // Cookies only: what the browser remembers for its viewer is each test's own affair.
    const { cookies } = await context.storageState();
    writeFileSync(state, JSON.stringify({ cookies, origins: [] }));
  } finally {
    await browser.close();
  }
}

/** One process for each kind of run; tests play in turn, since decoding several pictures at once measures the machine. */
function runFiles(files, env) {
  const argv = screens ? files : ["--test", "--test-concurrency=1", "--test-timeout=600000", ...(only ? [`--test-name-pattern=${only}`] : []), ...files];
  return new Promise((done) => {
    const child = spawn(process.execPath, argv, { stdio: "inherit", env: { ...process.env, ...env } });
    child.once("exit", (code) => done(code ?? 1));
  });
}

try {
  process.exitCode = await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
