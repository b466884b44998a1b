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

test("an open group of pictures is entered in the middle: by who joins, and by who seeks", async () => {
  const first = await openPage(browser);
  const channel = (await channels(first.page)).find(({ name }) => name === "Offen HD");
  await first.page.goto(`${origin}/watch/${channel.id}`);
  await expectPlaying(first.page, { seconds: 8 });
  const second = await openPage(browser);
  await second.page.goto(`${origin}/watch/${channel.id}`);
  await expectPlaying(second.page, { seconds: 4 });
  await second.context.close();
  await first.page.keyboard.press("ArrowLeft");
  await expectPlaying(first.page, { seconds: 3 });
  const begunAnew = await first.page.evaluate(() => performance.getEntriesByName("telecast:begun-anew").length);
  assert.equal(begunAnew, 0);
  await first.context.close();
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

test("a picture that has run out although the station goes on comes back by itself", async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  // What this session still fetches leads nowhere: its first answer again and again, as after damage that the player cannot get over.
  const key = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => /\/play\/(\w+)\//.exec(name)?.[1]).findLast(Boolean));
  const same = new Map();
  await page.route(new RegExp(`/play/${key}/.*\\.m4s`), async (route) => {
    const rendition = new URL(route.request().url()).pathname.split("/").at(-2);
    if (!same.has(rendition)) same.set(rendition, (await route.fetch()).body());
    await route.fulfill({ body: await same.get(rendition) });
  });
  await page.waitForFunction(() => document.querySelector("[data-stage]")?.dataset.phase === "stalled", null, { timeout: 60_000 });
  await page.waitForRequest((request) => request.url().endsWith("/main.m3u8") && !request.url().includes(key), { timeout: 60_000 });
  await expectPlaying(page);
  await context.close();
});

test("a picture that the browser cannot decode is given up, and the next one shown", async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  // The pictures of two seconds are torn, however often they are fetched.
  let torn;
  await page.route(/\/play\/\w+\/v\w+\/\d+\.\d+\.m4s/, async (route) => {
    const reply = await route.fetch();
    const body = await reply.body();
    const segment = Number(/(\d+)\.\d+\.m4s/.exec(route.request().url())[1]);
    torn ??= segment + 1;
    if (segment === torn) for (let at = body.indexOf("mdat") + 200; at < body.length; at += 97) body[at] ^= 0x5a;
    await route.fulfill({ response: reply, body });
  });
  await page.waitForFunction(() => performance.getEntriesByName("telecast:decoder-failed").length > 0, null, { timeout: 60_000 });
  await expectPlaying(page, { seconds: 4 });
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
