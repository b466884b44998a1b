// Chromium as the tests need it, and the questions that they ask of the picture.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The station under test, as `run.mjs` hands it to each test file. */
export const origin = process.env.TELECAST_E2E_ORIGIN ?? "";
/** Cookies of the owner, signed in once by the printed link. */
export const ownerState = process.env.TELECAST_E2E_STATE ?? "";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const AUTOPLAY = "--autoplay-policy=no-user-gesture-required";

/** A browser with an empty profile, with the autoplay flag or (against Playwright's own habit) without it. */
export function launch({ autoplay = true, args = [] } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...QUIET, ...(autoplay ? [AUTOPLAY] : []), ...args],
    ignoreDefaultArgs: autoplay ? [] : [AUTOPLAY],
  });
}

/**
 * A page of the signed-in owner (or of nobody, with `state: null`). Errors in the page are gathered, and `expectClean`
 * fails on any that were not expected.
 */
export async function openPage(browser, { state = ownerState, preferences, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    ...(state ? { storageState: state } : {}),
    ...options,
  });
  if (preferences) {
    await context.addInitScript(
      (text) => localStorage.getItem("telecast.preferences") ?? localStorage.setItem("telecast.preferences", text),
      JSON.stringify(preferences),
    );
  }
  context.setDefaultTimeout(60_000); // Playwright's 30 s are short on a machine of two cores that does other things as well
  await context.addInitScript(rememberEvents, EVENTS);
  await context.addInitScript(() => localStorage.setItem("telecast.player.debug", "1"));
  await context.addInitScript(() =>
    new PerformanceObserver((seen) => {
      for (const { name } of seen.getEntries()) if (name === "telecast:begun-anew") console.log(name);
    }).observe({ type: "mark" }),
  );
  const page = await context.newPage();
  rememberAnswers(page);
  const faults = [];
  page.on("pageerror", (error) => faults.push(`${error.name}: ${error.message}`));
  page.on("console", (message) => {
    notePlayer(page, message.text());
    if (message.type() === "error") faults.push(`${message.text()} (${message.location().url})`);
    if (message.text() === "telecast:begun-anew") void tellBegunAnew(page);
  });
  // A channel without a logo is answered 404, which the console calls an error.
  const expectClean = (allowed = /\/logo\)$/) =>
    assert.deepEqual(
      faults.filter((fault) => !allowed.test(fault)),
      [],
      "the page reported errors",
    );
  return { context, page, faults, expectClean };
}

/** What happens to the video element, for the message of a test that fails: on another machine nobody sees it again. */
const EVENTS = ["emptied", "loadeddata", "canplay", "play", "playing", "pause", "waiting", "seeking", "error", "ended"];
const REMEMBERED = 24;
const answers = new WeakMap();

/** Runs in the page before its own code. Media events do not bubble, and the element may be outside of the document. */
function rememberEvents(names) {
  const seen = (globalThis.telecastSeen = []);
  const dispatch = HTMLVideoElement.prototype.play;
  const known = new WeakSet();
  HTMLVideoElement.prototype.play = function play() {
    if (!known.has(this)) {
      known.add(this);
      for (const name of names) {
        this.addEventListener(name, () => {
          seen.push(`${Math.round(performance.now())} ${name}${this.error ? ` ${this.error.message}` : ""}`);
        });
      }
    }
    seen.push(`${Math.round(performance.now())} play()`);
    return dispatch.call(this).catch((error) => {
      seen.push(`${Math.round(performance.now())} play() refused: ${error.name}`);
      throw error;
    });
  };
}

/** The last answers of the station to this page: method, status and path. */
function rememberAnswers(page) {
  const last = [];
  answers.set(page, last);
  const note = (text) => {
    last.push(text);
    if (last.length > REMEMBERED) last.shift();
  };
  const named = (request) => `${request.method()} ${new URL(request.url()).pathname.replace(/\/play\/\w+/, "/play/…")}`;
  const ours = (request) => /\/(?:play|sessions)\//.test(`${request.url()}/`);
  page.on("response", (reply) => ours(reply.request()) && note(`${reply.status()} ${named(reply.request())}`));
  page.on("requestfailed", (request) => ours(request) && note(`${request.failure()?.errorText} ${named(request)}`));
}

/** What hls.js says of itself since it was made, for the same purpose: how it began, and its last words. */
const PLAYER_LINES = { first: 160, all: 240 };
const playerLines = new WeakMap();
/** The same of the player before, when the page has begun anew. */
const playerLinesBefore = new WeakMap();

function notePlayer(page, text) {
  if (!text.startsWith("[")) return;
  if (text.includes("Debug logs enabled for \"Hls instance\"")) {
    playerLinesBefore.set(page, playerLines.get(page));
    playerLines.delete(page);
  }
  const lines = playerLines.get(page) ?? [];
  playerLines.set(page, lines);
  lines.push(text.replaceAll(/https?:\S+\/play\/\w+/g, "…").slice(0, 300));
  if (lines.length > PLAYER_LINES.all) lines.splice(PLAYER_LINES.first, 1);
}

/** A start that the page had to make twice is no failure, but somebody should look. */
async function tellBegunAnew(page) {
  const lines = [JSON.stringify(await picture(page).catch(() => null)), ...(answers.get(page) ?? []), ...(playerLinesBefore.get(page) ?? [])];
  console.log(`# begun anew: ${lines.join("\n#   ")}`);
}

/** Figures of the video element, as the browser's own decoder counts them. */
export function picture(page) {
  return page.evaluate(() => {
    const video = document.querySelector("video");
    if (!video) return null;
    const quality = video.getVideoPlaybackQuality();
    return {
      phase: document.querySelector("[data-stage]")?.dataset.phase,
      width: video.videoWidth,
      height: video.videoHeight,
      frames: quality.totalVideoFrames,
      audioBytes: video.webkitAudioDecodedByteCount,
      time: video.currentTime,
      buffered: Array.from({ length: video.buffered.length }, (_, at) => [video.buffered.start(at), video.buffered.end(at)]),
      readyState: video.readyState,
      seeking: video.seeking,
      muted: video.muted,
      paused: video.paused,
    };
  });
}

/** Waits until picture and sound are really decoded and go on: `seconds` of media time with frames and audio bytes. */
export async function expectPlaying(page, { radio = false, seconds = 1, timeout = 60_000, sound = true } = {}) {
  await page
    .waitForFunction(() => document.querySelector("[data-stage]")?.dataset.phase === "playing", null, { timeout })
    .catch(async () => assert.fail(`no picture within ${timeout} ms: ${JSON.stringify(await picture(page))} ${await stageText(page)}`));
  const before = await picture(page);
  // Counts, no rates: a loaded machine without a graphics card drops most frames, and still decodes some.
  const goal = { time: before.time + seconds, frames: radio ? 0 : before.frames + Math.ceil(3 * seconds), audioBytes: before.audioBytes + (sound ? 1 : 0) };
  await page
    .waitForFunction(
      ({ time, frames, audioBytes }) => {
        const video = document.querySelector("video");
        return video.currentTime >= time && video.getVideoPlaybackQuality().totalVideoFrames >= frames && video.webkitAudioDecodedByteCount >= audioBytes;
      },
      goal,
      { timeout },
    )
    .catch(async () =>
      assert.fail(`it does not go on: ${JSON.stringify(before)}, wanted ${JSON.stringify(goal)}, have ${JSON.stringify(await picture(page))} ${await stageText(page)}`),
    );
  const after = await picture(page);
  if (radio) {
    assert.equal(after.width, 0, "a radio channel has no picture");
  } else {
    assert.ok(after.width > 0 && after.height > 0, `dimensions are known: ${JSON.stringify(after)}`);
  }
  return after;
}

/** What the page and the station say of a picture that does not come. */
async function stageText(page) {
  const words = await page.locator("[data-stage]").innerText({ timeout: 1000 }).catch(() => "");
  const sessions = await page.request
    .get(new URL("/api/v1/sessions", page.url()).href)
    .then((reply) => reply.json())
    .catch(() => ({ items: [] }));
  const over = new Set(["stopped", "failed", "cancelled"]);
  const running = sessions.items.filter(({ state }) => !over.has(state));
  const known = [...running, ...sessions.items.filter(({ state }) => over.has(state)).slice(-3)];
  const lines = known.map(({ id, channel_id, state, waiting_for, reason }) => [id, channel_id, state, waiting_for, reason?.code].join(" "));
  const events = await page.evaluate((count) => globalThis.telecastSeen?.slice(-count) ?? [], REMEMBERED).catch(() => []);
  return [
    `“${words}” ${page.url()}`,
    `sessions:\n  ${lines.join("\n  ")}`,
    `the video's last events (ms):\n  ${events.join("\n  ")}`,
    `the last answers:\n  ${answers.get(page)?.join("\n  ")}`,
    `the player's words:\n  ${playerLines.get(page)?.join("\n  ")}`,
  ].join("\n");
}

/** All channels, asked of the API with the page's own cookies. */
export async function channels(page) {
  const reply = await page.request.get(`${origin}/api/v1/channels?limit=500`);
  assert.ok(reply.ok(), `channels: ${reply.status()}`);
  return (await reply.json()).items;
}

/** No violation of WCAG 2.2 A and AA that axe can find. Runs outside of the page's content policy. */
export async function expectAccessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map(({ html }) => html.slice(0, 160)).join("\n    ")}`);
  assert.deepEqual(found, [], `axe on ${what}`);
}

/** What has the focus, for keyboard passes. */
export function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "body";
    return element.getAttribute("aria-label") ?? element.textContent?.trim().slice(0, 60) ?? element.tagName;
  });
}

/** Asks the simulated receiver, whose address the station knows. */
export async function control(page, call) {
  const reply = await page.request.get(`${origin}/api/v1/receivers`);
  const [receiver] = (await reply.json()).items;
  const answer = await page.request.get(new URL(`/sim/${call}`, receiver.url).href);
  assert.ok(answer.ok(), `${call}: ${answer.status()}`);
  return answer.json();
}
