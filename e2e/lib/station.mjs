// A station of our own to test against: the real binary, in a directory and on a port of its own, ended with the tests.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The demo makes its pictures with ffmpeg on its first start; later ones take a second. */
const START_MS = 180_000;
const STOP_MS = 10_000;

/** The binary named in TELECAST_BIN, or the newest build. */
export function findBinary() {
  const root = resolve(import.meta.dirname, "../..");
  if (process.env.TELECAST_BIN) return process.env.TELECAST_BIN;
  const targets = [process.env.CARGO_TARGET_DIR, join(root, "target")].filter(Boolean);
  const builds = targets.flatMap((target) => ["release", "debug"].map((profile) => join(target, profile, "telecast")));
  const [newest] = builds.filter((path) => existsSync(path)).toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!newest) throw new Error("no telecast binary: run `make build`, or name one in TELECAST_BIN");
  return newest;
}

/** What the station logs: where a start can hang, more than usual, since the log of a failed run is all that is left of it. */
const LOG_LEVEL = "info,telecast_server=debug,telecast_store=debug,telecast_core=debug";
/** Where it is kept for scripts/secrets.py, which looks for secrets in it. */
const LOGS = resolve(import.meta.dirname, "../..", "target/test-logs");
let stations = 0;

/**
 * Starts `telecast <arguments>` and waits until it prints the link that gets one in.
 * @returns {Promise<{ origin: string, link: string, log: () => string, stop: () => Promise<number | null> }>}
 */
function withoutOurs(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("TELECAST_")));
}

export async function startStation(args, { kind = "link", env = {} } = {}) {
  const child = spawn(findBinary(), args, {
    stdio: ["ignore", "pipe", "pipe"],
    // What the tests tell each other is no configuration: the server refuses variables it does not know.
    // One owner has more tabs here than any person.
    env: { ...withoutOurs(process.env), NO_COLOR: "1", TELECAST_LOG__LEVEL: LOG_LEVEL, TELECAST_RATE_LIMIT__SOCKETS: "100", ...env },
  });
  let output = "";
  const ended = new Promise((done) => child.once("exit", (code) => done(code)));
  const link = await new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`no sign-in link within ${START_MS} ms:\n${output}`)), START_MS);
    const read = (chunk) => {
      output += chunk;
      const match = new RegExp(`https?://\\S+/welcome#${kind}=[\\w.~-]+`).exec(output);
      if (!match) return;
      clearTimeout(timer);
      found(match[0]);
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("exit", (code) => failed(new Error(`telecast ended with ${code} before it was ready:\n${output}`)));
  });
  return {
    origin: new URL(link).origin,
    link,
    log: () => output,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      const code = await ended;
      clearTimeout(timer);
      mkdirSync(LOGS, { recursive: true });
      writeFileSync(join(LOGS, `station-${process.pid}-${(stations += 1)}.log`), output);
      return code;
    },
  };
}

/** A station that nobody owns yet, with an empty data directory that is removed when it stops. */
export async function startFreshStation({ listen = "127.0.0.1:0", env = {} } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "telecast-e2e-"));
  const station = await startStation(["serve", "--listen", listen, "--data-dir", directory], { kind: "setup", env });
  return {
    ...station,
    async stop() {
      const code = await station.stop();
      rmSync(directory, { recursive: true, force: true });
      return code;
    },
  };
}
