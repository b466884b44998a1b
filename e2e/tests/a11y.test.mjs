// axe-core on each page and state, at four widths, dark and light, and what 200 % zoom and reduced motion ask for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectAccessible, expectPlaying, launch, openPage, origin } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
  { width: 768, height: 1024 },
  { width: 360, height: 740 },
];

/** No violation at any width in either theme. Left as it was found. */
async function expectAccessibleEverywhere(page, what) {
  const paint = (theme) =>
    page.evaluate(async (name) => {
      document.documentElement.dataset.theme = name;
      // Colours that are still on their way are no colours of ours.
      await Promise.all(document.getAnimations().map((animation) => (animation instanceof CSSTransition ? animation.finished.catch(() => null) : null)));
    }, theme);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const theme of ["light", "dark"]) {
      await paint(theme);
      await expectAccessible(page, `${what}, ${size.width} pixels wide, ${theme}`);
    }
  }
  await page.setViewportSize(SIZES[0]);
}

test("Watch", async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  await expectAccessibleEverywhere(page, "Watch");
  await page.keyboard.press("i");
  await page.getByRole("complementary", { name: "Facts" }).waitFor();
  await expectAccessibleEverywhere(page, "Watch with facts");
  await page.keyboard.press("i");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await expectAccessibleEverywhere(page, "the palette");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await expectAccessibleEverywhere(page, "the table of keys");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "More" }).press("Enter");
  await page.getByRole("menu").waitFor();
  await expectAccessibleEverywhere(page, "what is seldom wanted");
  const radio = (await channels(page)).find(({ kind }) => kind === "radio");
  await page.goto(`${origin}/watch/${radio.id}`);
  await expectPlaying(page, { radio: true });
  await expectAccessibleEverywhere(page, "radio");
  await context.close();
});

for (const theme of ["dark", "light"]) {
  test(`the theme that is chosen is there: ${theme}`, async () => {
    const { page, context } = await openPage(browser, { preferences: { theme } });
    await page.goto(`${origin}/settings/about`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
    await context.close();
  });
}

test("Settings, and what follows a new receiver", async () => {
  const { page, context } = await openPage(browser);
  for (const path of ["settings/receivers", "settings/appearance", "settings/account", "settings/about", "welcome?step=source", "welcome?step=found", "status"]) {
    await page.goto(`${origin}/${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expectAccessibleEverywhere(page, path);
  }
  await context.close();
});

test("signed out, and lost", async () => {
  const { page, context } = await openPage(browser, { state: null });
  await page.goto(`${origin}/`);
  await page.waitForURL(/\/sign-in/);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await expectAccessibleEverywhere(page, "sign-in");
  await page.getByLabel("Name").fill("nobody");
  await page.getByLabel("Password", { exact: true }).fill("wrong password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").waitFor();
  await expectAccessibleEverywhere(page, "sign-in refused");
  await page.goto(`${origin}/welcome#link=used-already`);
  await page.getByRole("alert").waitFor();
  await page.waitForURL((url) => url.hash === "");
  await expectAccessibleEverywhere(page, "a used link");
  await context.close();
});

/** States that a healthy station does not show: the same page, with the API's answers replaced. */
const STATES = {
  "no channels": async (page) => {
    await page.route("**/api/v1/channels?*", (route) => route.fulfill({ json: { items: [], next_cursor: null } }));
    await page.route("**/api/v1/receivers", (route) => route.fulfill({ json: { items: [] } }));
    await page.goto(`${origin}/`);
    await page.getByRole("link", { name: "Add a receiver" }).waitFor();
  },
  "the lineup fails": async (page) => {
    await page.route("**/api/v1/channels?*", (route) => route.fulfill(problem(500, "store_failed", "The store cannot be read.")));
    await page.goto(`${origin}/`);
    await page.getByText("req-e2e-1").waitFor();
  },
  "all tuners busy": async (page) => {
    await page.route("**/api/v1/sessions", (route) => route.fulfill({ status: 202, json: busy() }));
    await page.goto(`${origin}/`);
    await page.getByRole("heading", { name: "All tuners are in use" }).waitFor();
    await page.getByText("Trying again in").waitFor();
  },
  "waiting for the tuner": async (page) => {
    const waiting = { ...busy(), state: "starting", waiting_for: "tuner", reason: null };
    await page.route(/\/api\/v1\/sessions/, (route) => route.fulfill({ status: 202, json: waiting }));
    await page.route("**/play/**", () => undefined); // as the station does: nothing yet
    await page.goto(`${origin}/`);
    await page.getByText("Waiting for the tuner").waitFor();
    await page.getByRole("button", { name: "Start again" }).waitFor();
  },
  "the station is away": async (page) => {
    await page.goto(`${origin}/settings/about`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.route("**/api/v1/**", (route) => route.abort());
    await page.goto(`${origin}/`).catch(() => undefined);
    await page.getByRole("heading", { name: "The station does not answer" }).first().waitFor();
  },
  "no such page": async (page) => {
    await page.goto(`${origin}/nowhere`);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  },
};

function problem(status, code, detail) {
  return {
    status,
    contentType: "application/problem+json",
    body: JSON.stringify({ type: "about:blank", title: "The store cannot be read", status, code, detail, request_id: "req-e2e-1" }),
  };
}

function busy() {
  return {
    id: "e2e",
    channel_id: "e2e",
    state: "failed",
    waiting_for: null,
    reason: {
      code: "tuners_busy",
      message: "All tuners are in use",
      detail: null,
      retry_after_s: 30,
      holders: [{ channel: "Somewhere HD", what: "Anna watches", until: "2026-11-21T20:15:00+01:00" }],
    },
    plan: null,
    playlist_url: "/play/e2e/main.m3u8",
    stream_url: "/play/e2e/stream.ts",
    heartbeat_s: 30,
    created_at: "2026-11-20T20:15:00+01:00",
  };
}

for (const [name, arrange] of Object.entries(STATES)) {
  test(`state: ${name}`, async () => {
    const { page, context } = await openPage(browser);
    await arrange(page);
    await expectAccessibleEverywhere(page, name);
    await context.close();
  });
}

test("200 % zoom: nothing is cut off sideways", async () => {
  const { page, context } = await openPage(browser, { viewport: { width: 720, height: 450 } });
  for (const path of ["/", "/settings/receivers", "/settings/about", "/welcome?step=source"]) {
    await page.goto(`${origin}${path}`);
    await page.waitForTimeout(1000);
    const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= room, `${path}: ${content} > ${room}`);
  }
  await context.close();
});

test("reduced motion: nothing moves but the picture", async () => {
  const { page, context } = await openPage(browser, { reducedMotion: "reduce" });
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  const moving = await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  assert.equal(moving, 0);
  await context.close();
});
