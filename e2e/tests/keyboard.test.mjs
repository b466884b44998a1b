// Everything with keys alone: nothing needs a pointer, and the focus is never lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectPlaying, focused, launch, openPage, origin, picture } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** At a desk, on a sofa, and on a phone with keys: the same page with other things in it. */
const WIDTHS = { 1440: 900, 1920: 1080, 360: 740 };

async function watch(width = 1440) {
  const opened = await openPage(browser, { viewport: { width: Number(width), height: WIDTHS[width] } });
  await opened.page.goto(`${origin}/`);
  await expectPlaying(opened.page);
  return opened;
}

for (const width of Object.keys(WIDTHS)) test(`Tab reaches every control in turn and comes around, ${width} pixels wide`, async () => {
  const { page, context } = await watch(width);
  const seen = [];
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press("Tab");
    const name = await focused(page);
    if (name === "body") continue; // the way around leads through the browser's own bar
    const visible = await page.evaluate(() => {
      const box = document.activeElement.getBoundingClientRect();
      return box.width > 0 && box.height > 0;
    });
    assert.ok(visible, `the focus is seen on ${name}`);
    seen.push(name);
  }
  // A phone's bar has no room for all: settings stand behind its last entry.
  for (const name of ["Watch", "Search", width === "360" ? "Menu" : "Settings", "Player", "Pause", "Full screen", "Search channels", "Channels"]) {
    assert.ok(seen.includes(name), `${name} is reached: ${seen.join(", ")}`);
  }
  await context.close();
});

for (const width of Object.keys(WIDTHS)) test(`the remote control: arrows, OK, back, mute, ${width} pixels wide`, async () => {
  const { page, context } = await watch(width);
  const first = page.url();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL((url) => url.href !== first);
  await expectPlaying(page);
  await page.keyboard.press("Backspace");
  await page.waitForURL(first);
  await expectPlaying(page);

  await page.keyboard.press("m");
  assert.equal((await picture(page)).muted, true);
  await page.keyboard.press("m");
  assert.equal((await picture(page)).muted, false);

  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "Pause");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "Back 10 seconds");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "Player");

  await page.keyboard.press("f");
  await page.waitForFunction(() => document.fullscreenElement !== null);
  await page.keyboard.press("f");
  await page.waitForFunction(() => document.fullscreenElement === null);
  await context.close();
});

test("search: a slash, some letters, Enter; the focus stays where one types", async () => {
  const { page, context } = await watch();
  const last = page.getByRole("option").last();
  const name = (await last.locator(".channel-name").textContent()) ?? "";
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  assert.equal(await focused(page), "Search channels");
  await page.keyboard.press("Enter");
  await page.waitForFunction((wanted) => document.querySelector(".now-channel")?.textContent?.includes(wanted), name);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "Player");
  await context.close();
});

test("the palette finds channels and actions, and gives the focus back", async () => {
  const { page, context } = await watch();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a channel or do something" }).waitFor();
  await page.keyboard.type("appearance");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/settings\/appearance$/);
  await page.goBack();
  await expectPlaying(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a channel or do something" }).waitFor();
  await page.keyboard.press("Escape");
  assert.notEqual(await focused(page), null);
  await context.close();
});

test("settings: theme and language by keys, kept over a reload", async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/settings/appearance`);
  await page.getByRole("radio", { name: "Dark" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  await page.getByRole("radio", { name: "As the device" }).last().focus();
  await page.getByRole("radio", { name: "Deutsch" }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("heading", { name: "Einstellungen" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Einstellungen" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await context.close();
});
