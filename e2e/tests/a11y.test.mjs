// axe-core on each page and state, dark and light, and at 200 % zoom.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectAccessible, expectPlaying, launch, openPage, origin } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const theme of ["dark", "light"]) {
  test(`Watch, ${theme}`, async () => {
    const { page, context } = await openPage(browser, { preferences: { theme } });
    await page.goto(`${origin}/`);
    await expectPlaying(page);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
    await page.keyboard.press("i");
    await page.getByRole("complementary", { name: "Facts" }).waitFor();
    await expectAccessible(page, "Watch with facts");
    await page.keyboard.press("i");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    await expectAccessible(page, "the palette");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await expectAccessible(page, "the table of keys");
    await page.keyboard.press("Escape");
    const radio = (await channels(page)).find(({ kind }) => kind === "radio");
    if (radio) {
      await page.goto(`${origin}/watch/${radio.id}`);
      await expectPlaying(page, { radio: true });
      await expectAccessible(page, "radio");
    }
    await context.close();
  });

  test(`Settings, ${theme}`, async () => {
    const { page, context } = await openPage(browser, { preferences: { theme } });
    for (const section of ["receivers", "appearance", "account", "about"]) {
      await page.goto(`${origin}/settings/${section}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await expectAccessible(page, `settings, ${section}`);
    }
    await page.goto(`${origin}/welcome?step=source`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expectAccessible(page, "adding a receiver");
    await page.goto(`${origin}/welcome?step=found`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expectAccessible(page, "what was found");
    await context.close();
  });

  test(`signed out, and lost, ${theme}`, async () => {
    const { page, context } = await openPage(browser, { state: null, preferences: { theme } });
    await page.goto(`${origin}/`);
    await page.waitForURL(/\/sign-in/);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expectAccessible(page, "sign-in");
    await page.getByLabel("Name").fill("nobody");
    await page.getByLabel("Password", { exact: true }).fill("wrong password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await expectAccessible(page, "sign-in refused");
    await page.goto(`${origin}/welcome#link=used-already`);
    await page.getByRole("alert").waitFor();
    await page.waitForURL((url) => url.hash === "");
    await expectAccessible(page, "a used link");
    await context.close();
  });
}

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
    await expectAccessible(page, name);
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
