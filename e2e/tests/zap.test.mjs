// Twenty changes of channel by pointer, each seen and heard; and the same by keys, faster than pictures come.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectPlaying, launch, openPage, origin } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const ZAPS = 20;

test(`${ZAPS} zaps`, async (t) => {
  const { page, context, expectClean } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  const all = (await channels(page)).filter((channel) => channel.kind === "tv").slice(0, 8);
  assert.ok(all.length >= 2, "the demo has channels to zap between");
  const times = [];
  for (let zap = 0; zap < ZAPS; zap += 1) {
    const channel = all[(zap + 1) % all.length];
    await page.getByRole("option", { name: new RegExp(`^${channel.number} `) }).first().dispatchEvent("pointerdown", { pointerType: "mouse", button: 0 });
    await page.waitForURL((url) => url.pathname.endsWith(channel.id));
    await expectPlaying(page, { seconds: 0.5 });
    const [measure] = await page.evaluate(() => {
      const found = performance.getEntriesByName("telecast:zap").map(({ duration }) => duration);
      performance.clearMeasures("telecast:zap");
      return found.slice(-1);
    });
    times.push(measure);
  }
  times.sort((a, b) => a - b);
  t.diagnostic(`median ${(times[ZAPS / 2] / 1000).toFixed(2)} s, worst ${(times.at(-1) / 1000).toFixed(2)} s`);
  expectClean();
  await context.close();
});

test("keys faster than pictures end on the last channel, with one session", async () => {
  const { page, context } = await openPage(browser);
  const running = async () => {
    const { items } = await (await page.request.get(`${origin}/api/v1/sessions`)).json();
    return items.filter(({ state }) => !["stopped", "failed", "cancelled"].includes(state));
  };
  const before = new Set((await running()).map(({ id }) => id));
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  const selectedIndex = () =>
    page.evaluate(() => [...document.querySelectorAll("[role=option]")].findIndex((option) => option.ariaSelected === "true"));
  const first = await selectedIndex();
  for (let i = 0; i < 5; i += 1) await page.keyboard.press("ArrowDown", { delay: 20 });
  await page.keyboard.press("ArrowUp");
  // The address may lag behind the keys; the list tells when the last one has been heard.
  await page.waitForFunction(
    (wanted) => [...document.querySelectorAll("[role=option]")].findIndex((option) => option.ariaSelected === "true") === wanted,
    first + 4,
  );
  await expectPlaying(page);
  const selected = await page.locator('[role=option][aria-selected="true"]').count();
  assert.equal(selected, 1);
  const last = await page.evaluate(() => location.pathname.split("/").at(-1));
  // The superseded ones are stopped one by one.
  const until = Date.now() + 60_000;
  let ours = [];
  do {
    await page.waitForTimeout(250);
    ours = (await running()).filter(({ id }) => !before.has(id));
  } while (ours.length !== 1 && Date.now() < until);
  assert.deepEqual(ours.map(({ channel_id, state }) => [channel_id, state]), [[last, "ready"]], "only the last channel is being watched");
  await context.close();
});

test("a number leads to its channel", async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/`);
  await expectPlaying(page);
  const target = (await channels(page)).filter(({ kind }) => kind === "tv").at(-1);
  for (const digit of String(target.number)) await page.keyboard.press(digit);
  await page.waitForURL((url) => url.pathname.endsWith(target.id));
  await expectPlaying(page);
  await context.close();
});
