// The station at a glance, and the player's own facts: what is shown while somebody watches, and what a host can do about it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, expectPlaying, focused, launch, openPage, origin } from "../lib/browser.mjs";

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 800 } };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A viewer whose picture plays; gives the channel's name and the session's id. */
async function watching(options) {
  const opened = await openPage(browser, options);
  const started = opened.page.waitForResponse((reply) => reply.url().endsWith("/api/v1/sessions") && reply.request().method() === "POST");
  await opened.page.goto(`${origin}/`);
  const { id } = await (await started).json();
  await expectPlaying(opened.page);
  const channel = (await opened.page.locator(".now-channel").innerText()).replace(/^\d+\s*/, "").trim();
  return { ...opened, channel, id, request: (await started).request() };
}

test("the status shows who has which tuner, the tape, the session and how it fares, and goes on by itself", async () => {
  const viewer = await watching();
  const { page, context, expectClean } = await openPage(browser);
  await page.goto(`${origin}/`);
  await page.getByRole("link", { name: "Status" }).click();
  await page.waitForURL(/\/status$/);
  await page.getByRole("heading", { level: 1, name: "Status" }).waitFor();
  const tuner = page.locator(".tuner").filter({ hasText: viewer.channel }).first();
  await tuner.getByText(/until \d\d:\d\d or longer/).first().waitFor();
  const tape = page.locator(".status-tape").filter({ hasText: viewer.channel }).first();
  await tape.getByText(/bit\/s$/).waitFor();
  await tape.getByRole("img", { name: /^Bit rate over the last (minute|\d+ minutes): between .+ and .+, now .+bit\/s$/ }).waitFor();
  const session = page.locator(".status-session").filter({ hasText: viewer.channel }).first();
  await session.getByText(/playing · since/).waitFor();
  await session.getByText("First picture").waitFor();
  await tape.getByText("By PID").click();
  const packets = tape.locator("tbody tr").first().locator("td").nth(1);
  const before = await packets.innerText();
  await page.waitForFunction(([element, old]) => element.innerText !== old, [await packets.elementHandle(), before]);
  const pushed = await page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/system/status")).length);
  assert.ok(pushed <= 2, `it is pushed, not asked for: ${pushed}`);
  // Left while its picture was starting, the page may still have been told that this session is over.
  expectClean(/\/logo\)$|status of 410 \(Gone\) \([^)]*\/play\//);
  await context.close();
  await viewer.context.close();
});

test("a session that is ended from the status ends the viewer's picture, who is told why", async () => {
  const viewer = await watching();
  const { page, context } = await openPage(browser);
  await page.goto(`${origin}/status`);
  const running = page.locator(".status-session");
  await running.first().waitFor();
  // Others of this station's tests may still be on their way out: ours is the one that fares as ours does.
  const reply = await page.request.get(`${origin}/api/v1/system/status`);
  const at = (await reply.json()).viewers.findIndex(({ id }) => id === viewer.id);
  assert.ok(at >= 0, "the viewer's session is shown");
  const ended = page.waitForRequest((request) => request.method() === "DELETE");
  await running.nth(at).getByRole("button", { name: /^End/ }).click();
  const dialog = page.getByRole("dialog");
  await expectAccessible(page, "the question before a session is ended");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await running.nth(at).getByRole("button", { name: /^End/ }).press("Enter");
  await dialog.getByRole("button", { name: "End session" }).click();
  assert.match((await ended).url(), new RegExp(`/sessions/${viewer.id}\\?host=true$`));
  await viewer.page.getByRole("heading", { name: "The host has ended this session" }).waitFor();
  await page.getByText(/Ended in the last minutes/).click();
  await page.getByText("The host has ended this session").first().waitFor();
  assert.notEqual(await focused(page), "body", "the focus is not lost with the row");
  await context.close();
  await viewer.context.close();
});

test("the facts open by key and by menu, and tell of picture, rates, frames, plan and source", async () => {
  const { page, context, expectClean } = await watching();
  await page.keyboard.press("i");
  const facts = page.getByRole("complementary", { name: "Facts" });
  await facts.waitFor();
  const fact = (name) => facts.locator("div", { has: page.locator("dt", { hasText: name }) }).locator("dd").first();
  assert.match(await fact(/^Picture$/).innerText(), /^\d{3,4} × \d{3,4} \w+$/);
  await fact("Bit rate").waitFor();
  assert.match(await fact("Bit rate").innerText(), /^[\d,.]+ [kM]bit\/s$/);
  assert.match(await fact("Loaded ahead").innerText(), /^\d+\.\d s$/);
  assert.match(await fact("Behind").innerText(), /^\d+\.\d s$/);
  assert.match(await fact("Frames shown").innerText(), /^[\d,]+ \([\d,]+ dropped, [\d.]+%\)$/);
  assert.match(await fact("Decision").innerText(), /broadcast|converted/);
  assert.match(await fact("Why").innerText(), /device/);
  assert.ok((await fact("Source").innerText()).length > 0);
  await expectAccessible(page, "the facts");
  await page.keyboard.press("i");
  await facts.waitFor({ state: "detached" });
  await page.mouse.move(900, 300);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Facts" }).click();
  await facts.waitFor();
  expectClean();
  await context.close();
});

test("compatible playback is asked for from the menu, and remembered", async () => {
  const { page, context, request } = await watching();
  assert.equal(request.postDataJSON().client.compatible, false);
  const asked = () => page.waitForRequest((sent) => sent.url().endsWith("/api/v1/sessions") && sent.method() === "POST");
  await page.mouse.move(900, 300);
  await page.getByRole("button", { name: "More" }).click();
  const again = asked();
  await page.getByRole("menuitemcheckbox", { name: /Compatible playback/ }).click();
  assert.equal((await again).postDataJSON().client.compatible, true);
  await expectPlaying(page);
  const reloaded = asked();
  await page.reload();
  assert.equal((await reloaded).postDataJSON().client.compatible, true);
  await expectPlaying(page);
  await context.close();
});

test("on a phone the facts stand below the picture", async () => {
  const { page, context } = await watching({ viewport: SIZES.phone });
  await page.getByRole("button", { name: "More" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Facts" }).press("Enter");
  const facts = page.getByRole("complementary", { name: "Facts" });
  await facts.waitFor();
  const [picture, panel] = [await page.locator("[data-stage]").boundingBox(), await facts.boundingBox()];
  assert.ok(panel.y >= picture.y + picture.height - 1, `${JSON.stringify([picture, panel])}`);
  await expectAccessible(page, "the facts on a phone");
  await context.close();
});

for (const [name, viewport] of Object.entries(SIZES)) {
  for (const [locale, language] of [["en-GB", "en"], ["de-DE", "de"]]) {
    test(`the status is for everybody: ${name}, ${language}`, async () => {
      const viewer = await watching();
      const { page, context } = await openPage(browser, { viewport, locale, preferences: { theme: language === "de" ? "light" : "dark" } });
      await page.goto(`${origin}/status`);
      await page.getByRole("heading", { level: 1, name: language === "de" ? "Zustand" : "Status" }).waitFor();
      await page.locator(".status-session").first().waitFor();
      await page.locator(".status-tape details summary").first().click();
      await expectAccessible(page, `status, ${name}, ${language}`);
      const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= room, `nothing is cut off sideways: ${content} > ${room}`);
      await context.close();
      await viewer.context.close();
    });
  }
}
