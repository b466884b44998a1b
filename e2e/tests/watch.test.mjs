// The main job: every channel of the demo is seen and heard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectPlaying, launch, openPage, origin, picture } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("the first page plays without a click", async () => {
  const { page, context, expectClean } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  assert.match(page.url(), /\/watch\/[\w-]+$/, "the address names the channel");
  expectClean();
  await context.close();
});

test("each channel shows its picture and sounds", async (t) => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  for (const channel of await channels(page)) {
    await t.test(`${channel.number} ${channel.name} (${channel.kind})`, async () => {
      await page.goto(`${origin}/watch/${channel.id}`);
      const radio = channel.kind === "radio";
      const shown = await expectPlaying(page, { radio, seconds: 2 });
      t.diagnostic(`${channel.name}: ${shown.width}×${shown.height}, ${shown.frames} frames, ${shown.audioBytes} audio bytes`);
    });
  }
  await context.close();
});

test("a reload comes back to the channel", async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  const first = page.url();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL((url) => url.href !== first);
  await expectPlaying(page);
  const address = page.url();
  await page.reload();
  await expectPlaying(page);
  assert.equal(page.url(), address);
  // The last channel is remembered where the address names none.
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  assert.equal(page.url(), address);
  await context.close();
});

test("pause, seek back within the window, and back to live", async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page, { seconds: 14 });
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector("video").paused);
  await page.keyboard.press("Space");
  await expectPlaying(page);
  const { time } = await picture(page);
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction((before) => document.querySelector("video").currentTime < before - 7, time);
  await expectPlaying(page);
  await page.mouse.move(900, 300);
  await page.getByRole("button", { name: /behind live/ }).click();
  await page.waitForFunction(() => document.querySelector(".live[data-live]"));
  await expectPlaying(page);
  await context.close();
});

test("leaving the page gives the session back", async () => {
  const { page, context } = await openPage(browser);
  const started = page.waitForResponse((reply) => reply.url().endsWith("/api/v1/sessions") && reply.request().method() === "POST");
  await page.goto(`${origin}/`);
  const { id } = await (await started).json();
  await expectPlaying(page);
  await page.goto("about:blank");
  const state = async () => (await (await context.request.get(`${origin}/api/v1/sessions/${id}`)).json()).state;
  const until = Date.now() + 30_000;
  while ((await state()) === "ready" && Date.now() < until) await new Promise((wake) => setTimeout(wake, 100));
  assert.notEqual(await state(), "ready");
  await context.close();
});
