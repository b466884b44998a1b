// Takes the screenshots of docs/screens: each page and state that matters, at the widths and in the themes where it has something to
// show, from the running demo; README shows some of them. Pictures are WebP, so that git need not suffer. SHOTS=audio,keys takes
// only these, and leaves the others.
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { channels, control, expectPlaying, launch, openPage, origin } from "./lib/browser.mjs";

const folder = resolve(import.meta.dirname, "../docs/screens");
const SIZES = { 360: 740, 768: 1024, 1440: 900, 1920: 1080 };
const QUALITY = 72;
const LARGEST_TOTAL = 4_000_000; // bytes in git

/** Shots by name: how to get there, and at which widths and themes it is worth a picture. */
const SHOTS = {
  watch: { widths: [360, 768, 1440, 1920], themes: ["dark", "light"], arrange: (page, { tv }) => play(page, tv) },
  controls: {
    widths: [1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await play(page, tv);
      await page.keyboard.press("i");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => getComputedStyle(document.querySelector(".controls")).opacity === "1");
    },
  },
  radio: { widths: [360, 1440], themes: ["dark"], arrange: (page, { radio }) => play(page, radio, true) },
  waiting: {
    widths: [1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await held(page, { state: "starting", waiting_for: "tuner", reason: null });
      await page.goto(`${origin}/watch/${tv.id}`);
      await page.getByText("Waiting for the tuner").waitFor();
    },
  },
  refused: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { tv, other }) => {
      await held(page, {
        state: "failed",
        waiting_for: null,
        reason: {
          code: "tuners_busy",
          message: "All tuners are in use",
          retry_after_s: 60,
          holders: [{ channel: other.name, what: "Anna", until: new Date(Date.now() + 1_800_000).toISOString() }],
        },
      });
      await page.goto(`${origin}/watch/${tv.id}`);
      await page.getByText("All tuners are in use").waitFor();
    },
  },
  guide: {
    widths: [360, 768, 1440, 1920],
    themes: ["dark", "light"],
    arrange: async (page, { all }) => {
      await liked(page, [all[2].id, all[0].id]);
      await guide(page, "?view=grid");
    },
  },
  "guide-list": { widths: [360, 768], themes: ["dark"], arrange: (page) => guide(page, "?view=list") },
  "guide-day": {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: (page, { tv }) => guide(page, `?view=list&channel=${tv.id}`),
  },
  programme: {
    widths: [360, 768, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await guide(page, "?view=grid");
      await page.locator('[data-phase="coming"][data-genre]').first().click();
      await page.locator(".guide-sheet").getByRole("heading", { level: 2 }).waitFor();
      await page.waitForLoadState("networkidle");
    },
  },
  search: {
    widths: [360, 768, 1440],
    themes: ["dark", "light"],
    arrange: async (page) => {
      await guide(page, "?q=the");
      await page.locator(".guide-found button.airing").first().waitFor();
      const filters = page.getByRole("button", { name: "Filters" });
      if (await filters.isVisible()) await filters.click();
    },
  },
  searches: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await searched(page, [
        { name: "New films", wanted: { q: "film", genre: 16, new: true } },
        { name: `News on ${tv.name}`, wanted: { q: "news", channel: tv.id, day: "today" } },
      ]);
      await guide(page, "?q=news");
      await page.getByRole("button", { name: "Saved searches" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  lineup: {
    widths: [360, 768, 1440],
    themes: ["dark"],
    arrange: (page) => visit(page, "/settings/lineup"),
  },
  palette: {
    widths: [1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await play(page, tv);
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog").waitFor();
      await page.keyboard.type("p");
    },
  },
  facts: {
    widths: [1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await play(page, tv);
      await page.keyboard.press("i");
      await page.getByRole("complementary", { name: "Facts" }).waitFor();
      await page.waitForTimeout(6000); // plots want something to show
    },
  },
  slate: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await play(page, tv);
      const { code } = (await control(page, "channels")).items.find(({ name }) => name === tv.name);
      await control(page, `faults?add=end_midway=0@${code}`);
      await page.locator('.slate[role="status"]').waitFor();
      await control(page, "faults?clear=end_midway");
    },
  },
  channels: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await own(page);
      await visit(page, "/channels");
    },
  },
  "channel-plan": {
    widths: [360, 1440],
    themes: ["dark", "light"],
    arrange: async (page) => {
      await visit(page, `/channels/${(await own(page)).id}`);
      await page.locator('.plan-block[data-phase="now"], .plan-list [data-now]').waitFor();
    },
  },
  "channel-why": {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await visit(page, `/channels/${(await own(page)).id}`);
      await page.locator('.plan-block[data-phase="now"], .plan-list [data-now] button').click();
      await page.locator(".why-reasons li").first().waitFor();
    },
  },
  "channel-create": {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await own(page);
      await visit(page, "/channels/new");
      await page.getByLabel("Name", { exact: true }).fill("Shapes at night");
      for (const show of ["Formen", "Colours"]) {
        await page.getByRole("combobox", { name: /^Add a show/ }).fill(show);
        await page.getByRole("option", { name: show }).first().click();
      }
      await page.getByRole("button", { name: "Show the first evening" }).click();
      await page.locator(".station-evening .plan-line").first().waitFor();
    },
  },
  "channel-edit": {
    widths: [1440],
    themes: ["dark"],
    arrange: async (page) => {
      await visit(page, `/channels/${(await own(page)).id}?tab=edit&section=blocks&part=films`);
      await page.locator(".step-form").first().waitFor();
    },
  },
  "channel-preview": {
    widths: [1440],
    themes: ["dark", "light"],
    arrange: async (page) => {
      await visit(page, `/channels/${(await own(page)).id}?tab=edit&section=days&part=always`);
      await page.locator(".strip-block").last().press("ArrowLeft");
      await page.getByRole("button", { name: "Preview", exact: true }).click();
      await page.locator(".diff li").first().waitFor();
    },
  },
  "channel-year": {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await visit(page, `/channels/${(await own(page)).id}?tab=simulate`);
      await page.getByRole("button", { name: "Simulate" }).click();
      await page.locator(".simulate-sum").waitFor();
    },
  },
  library: {
    widths: [360, 1440],
    themes: ["dark", "light"],
    arrange: async (page) => {
      await own(page);
      await visit(page, "/library");
      await drawn(page);
    },
  },
  "library-item": {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await own(page);
      await visit(page, "/library?q=kaleidoskop");
      await page.locator(".card button").first().click();
      await page.locator(".library-sheet dl").waitFor();
      await drawn(page);
    },
  },
  status: {
    widths: [360, 1440],
    themes: ["dark", "light"],
    arrange: async (page, { tv }) => {
      const watcher = await page.context().newPage();
      await play(watcher, tv);
      await visit(page, "/status");
      await page.waitForTimeout(8000);
    },
  },
  receivers: { widths: [360, 1440], themes: ["dark", "light"], arrange: (page) => visit(page, "/settings/receivers") },
  audio: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { all }) => {
      await play(page, all.find(({ name }) => name === "Duo Europa"));
      await page.getByRole("button", { name: "Sound track" }).press("Enter");
      await page.getByRole("menu").waitFor();
    },
  },
  compatible: {
    widths: [360, 1440],
    themes: ["dark"],
    preferences: { compatible: true },
    arrange: async (page, { tv }) => {
      await play(page, tv);
      await page.getByRole("button", { name: "More" }).press("Enter");
      await page.getByRole("menu").waitFor();
    },
  },
  keys: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await play(page, tv);
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  empty: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await page.route("**/api/v1/channels?*", (route) => route.fulfill({ json: { items: [], next_cursor: null } }));
      await page.route("**/api/v1/receivers", (route) => route.fulfill({ json: { items: [] } }));
      await page.goto(`${origin}/`);
      await page.getByRole("link", { name: "Add a receiver" }).waitFor();
    },
  },
  failed: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await page.route("**/api/v1/channels?*", (route) => route.fulfill(UNREADABLE));
      await page.goto(`${origin}/`);
      await page.getByText("req-7f3a").waitFor();
    },
  },
  offline: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await visit(page, "/settings/about");
      await page.route("**/api/v1/**", (route) => route.abort());
      await page.goto(`${origin}/`).catch(() => undefined);
      await page.getByRole("heading", { name: "The station does not answer" }).first().waitFor();
    },
  },
  owner: {
    widths: [360, 1440],
    themes: ["dark", "light"],
    state: null,
    arrange: async (page) => {
      await page.route("**/api/v1/auth/state", async (route) => {
        const reply = await route.fetch();
        await route.fulfill({ response: reply, json: { ...(await reply.json()), account: null, owner_exists: false } });
      });
      await visit(page, "/welcome");
    },
  },
  "sign-in": { widths: [360, 1440], themes: ["dark", "light"], state: null, arrange: (page) => visit(page, "/sign-in") },
  oidc: {
    widths: [360, 1440],
    themes: ["dark"],
    state: null,
    arrange: async (page) => {
      await page.route("**/api/v1/auth/state", async (route) => {
        const reply = await route.fetch();
        await route.fulfill({ response: reply, json: { ...(await reply.json()), oidc: { name: "Home", url: "/api/v1/auth/oidc" } } });
      });
      await visit(page, "/welcome#oidc=not_allowed");
    },
  },
  pairing: {
    widths: [360, 1440],
    themes: ["dark"],
    state: null,
    arrange: async (page) => {
      await visit(page, "/sign-in");
      await page.getByRole("button", { name: "Sign in with a phone" }).click();
      await page.getByRole("img", { name: "The address as a QR code" }).waitFor();
    },
  },
  device: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      const { code } = await (await page.request.post(`${origin}/api/v1/auth/pairing`, { headers: { Origin: origin } })).json();
      await visit(page, `/pair#code=${code}`);
      await page.getByRole("button", { name: "Next" }).click();
      await page.getByRole("button", { name: "Let it in" }).waitFor();
    },
  },
  child: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { all }) => {
      await someone(page, { name: "Mia", role: "child" });
      await visit(page, "/settings/people");
      await page.getByRole("button", { name: "What Mia may see" }).click();
      await page.getByLabel("only some").check();
      await page.getByRole("checkbox", { name: new RegExp(all[0].name) }).first().check();
    },
  },
  "not-for-children": {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await page.route("**/api/v1/auth/state", async (route) => {
        const told = await (await route.fetch()).json();
        await route.fulfill({ json: { ...told, account: { ...told.account, role: "child", scopes: ["watch"], age: 6, has_pin: true } } });
      });
      const problem = { status: 403, title: "Not allowed", code: "forbidden", reason: "age_limit", detail: "", request_id: "req-7f3a" };
      await page.route(/\/api\/v1\/sessions/, (route) => route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) }));
      await page.goto(`${origin}/watch/${tv.id}`);
      await page.getByLabel("PIN", { exact: true }).waitFor();
    },
  },
  open: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page, { tv }) => {
      await page.route("**/api/v1/auth/state", async (route) => {
        const told = await (await route.fetch()).json();
        await route.fulfill({ json: { ...told, account: null, anonymous: true } });
      });
      await play(page, tv);
    },
  },
  people: {
    widths: [360, 1440],
    themes: ["dark"],
    arrange: async (page) => {
      await someone(page, { name: "Anna", role: "admin" });
      await someone(page, { name: "Mia", role: "child" });
      await someone(page, { name: "Gran", role: "viewer", expires_hours: 24 });
      await visit(page, "/settings/people");
    },
  },
  account: { widths: [360, 1440], themes: ["dark"], arrange: (page) => visit(page, "/settings/account") },
  about: { widths: [360, 1440], themes: ["dark"], arrange: (page) => visit(page, "/settings/about") },
  appearance: { widths: [360, 1440], themes: ["dark"], locale: "de-DE", arrange: (page) => visit(page, "/settings/appearance") },
  source: { widths: [1440], themes: ["light"], arrange: (page) => visit(page, "/welcome?step=source") },
  found: { widths: [360, 1440], themes: ["dark"], arrange: (page) => visit(page, "/welcome?step=found") },
};

const UNREADABLE = {
  status: 500,
  contentType: "application/problem+json",
  body: JSON.stringify({ title: "The store cannot be read", status: 500, code: "store_failed", detail: "The disk reports an error.", request_id: "req-7f3a" }),
};

async function play(page, channel, radio = false) {
  await page.goto(`${origin}/watch/${channel.id}`);
  await expectPlaying(page, { radio });
  await page.mouse.move(5, page.viewportSize().height - 5);
  await page.waitForFunction(() => getComputedStyle(document.querySelector(".controls")).opacity === "0");
}

/** Somebody of that name, who may be there already. */
async function someone(page, person) {
  const made = await page.request.post(`${origin}/api/v1/people`, { headers: { Origin: origin }, data: person });
  if (!made.ok() && made.status() !== 409) throw new Error(`${person.name}: ${made.status()} ${await made.text()}`);
}

/** The demo's channel of films, once it and the other are on air. */
async function own(page) {
  for (const until = Date.now() + 600_000; Date.now() < until; await page.waitForTimeout(1000)) {
    const { items } = await (await page.request.get(`${origin}/api/v1/stations`)).json();
    if (items.length >= 2 && items.every(({ state, preparation }) => state === "on_air" && preparation.running + preparation.waiting === 0)) {
      return items.find(({ name }) => name === "Filmkanal");
    }
  }
  throw new Error("the demo's own channels are not on air within ten minutes");
}

/** All pictures of cards in sight are there. */
function drawn(page) {
  return page.waitForFunction(() => {
    const pictures = [...document.querySelectorAll(".library img")].filter((img) => img.getBoundingClientRect().top < innerHeight);
    return pictures.length > 0 && pictures.every((img) => img.complete && img.naturalWidth > 0);
  });
}

async function visit(page, path) {
  await page.goto(origin + path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
}

/** The guide, once it is here: a station that has just begun still reads it. */
async function guide(page, address) {
  await page.goto(`${origin}/guide${address}`);
  await page.locator('.guide-cell[data-kind="airing"], .airing[data-phase]').first().waitFor({ timeout: 60_000 });
  await page.waitForLoadState("networkidle");
}

/** Favourites of whoever is signed in, as they are to be seen. */
async function liked(page, channels) {
  const own = `${origin}/api/v1/account/favourites`;
  const { revision } = await (await page.request.get(own)).json();
  const done = await page.request.post(own, { headers: { Origin: origin }, data: { revision, channels } });
  if (!done.ok()) throw new Error(`favourites: ${done.status()} ${await done.text()}`);
}

/** Saved searches of whoever is signed in: these, and no others. */
async function searched(page, wanted) {
  const own = `${origin}/api/v1/account/searches`;
  const { items } = await (await page.request.get(own)).json();
  for (const { id } of items) await page.request.delete(`${own}/${id}`, { headers: { Origin: origin } });
  for (const search of wanted) {
    const done = await page.request.post(own, { headers: { Origin: origin }, data: search });
    if (!done.ok()) throw new Error(`searches: ${done.status()} ${await done.text()}`);
  }
}

/** A session that stays as it is: moments that pass too quickly for a camera. */
function held(page, change) {
  const session = {
    id: "held",
    channel_id: "held",
    plan: null,
    playlist_url: "/play/held/main.m3u8",
    stream_url: "/play/held/stream.ts",
    heartbeat_s: 30,
    created_at: new Date().toISOString(),
    ...change,
  };
  return Promise.all([
    page.route(/\/api\/v1\/sessions/, (route) => route.fulfill({ status: 202, json: session })),
    page.route("**/play/**", () => undefined),
  ]);
}

/** Chromium makes the WebP itself: a PNG of the page, drawn on a canvas, encoded again. */
async function webp(page, png) {
  const [, base64] = await page.evaluate(
    async ([data, quality]) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
      const blob = await canvas.convertToBlob({ type: "image/webp", quality: quality / 100 });
      const reader = new FileReader();
      return new Promise((done) => {
        reader.onload = () => done(String(reader.result).split(","));
        reader.readAsDataURL(blob);
      });
    },
    [png.toString("base64"), QUALITY],
  );
  return Buffer.from(base64, "base64");
}

const browser = await launch();
try {
  mkdirSync(folder, { recursive: true });
  const scout = await openPage(browser);
  const all = await channels(scout.page);
  const [tv, other] = all.filter(({ kind }) => kind === "tv");
  const radio = all.find(({ kind }) => kind === "radio");
  const encoder = await scout.context.newPage();
  const wanted = process.env.SHOTS?.split(",") ?? null;
  if (!wanted) for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [name, { widths, themes, arrange, preferences, ...options }] of Object.entries(SHOTS)) {
    if (wanted && !wanted.includes(name)) continue;
    for (const width of widths) {
      for (const theme of themes) {
        const { page, context } = await openPage(browser, {
          viewport: { width, height: SIZES[width] },
          preferences: { theme, ...preferences },
          ...options,
          hasTouch: width < 700,
        });
        await arrange(page, { tv, other, radio, all });
        await page.evaluate(() => document.fonts.ready);
        const file = join(folder, `${name}-${width}-${theme}.webp`);
        writeFileSync(file, await webp(encoder, await page.screenshot()));
        console.log(`${file} ${statSync(file).size}`);
        await context.close();
      }
    }
  }
  const total = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  console.log(`screens ${total} bytes`);
  if (total > LARGEST_TOTAL) throw new Error(`screenshots are too large for git: ${total} > ${LARGEST_TOTAL}`);
} finally {
  await browser.close();
}
