// The browser's own conditions: a plain-HTTP host name without secure context, and no permission for sound.
import assert from "node:assert/strict";
import { test } from "node:test";
import { expectPlaying, launch, openPage, origin, ownerState, picture } from "../lib/browser.mjs";
import { readFileSync } from "node:fs";

test("on a plain-HTTP host name everything works that can", async () => {
  const { port } = new URL(origin);
  const browser = await launch({ args: ["--host-resolver-rules=MAP telecast.test 127.0.0.1"] });
  try {
    // The same session, under the other name.
    const state = JSON.parse(readFileSync(ownerState, "utf8"));
    for (const cookie of state.cookies) cookie.domain = "telecast.test";
    const { page, expectClean } = await openPage(browser, { state });
    await page.goto(`http://telecast.test:${port}/`);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    assert.equal(await page.evaluate(() => typeof crypto.randomUUID), "undefined");
    await expectPlaying(page, { seconds: 2 });
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(300);
    await expectPlaying(page);
    await page.goto(`http://telecast.test:${port}/settings/about`);
    await page.getByText("not opened over HTTPS").waitFor();
    expectClean();
  } finally {
    await browser.close();
  }
});

test("without permission for sound the picture plays, and sound is one press away", async () => {
  const browser = await launch({ autoplay: false });
  try {
    const { page, context } = await openPage(browser);
    // A question from here counts as a gesture in Chromium, so the page itself tells when it plays.
    await context.addInitScript(() => {
      const tell = ({ target }) => target.currentTime > 0 && console.info(`playing, muted: ${target.muted}`);
      document.addEventListener("timeupdate", tell, true);
    });
    const told = page.waitForEvent("console", (message) => message.text().startsWith("playing"));
    await page.goto(`${origin}/`);
    assert.equal((await told).text(), "playing, muted: true");
    await expectPlaying(page, { sound: false });
    assert.equal((await picture(page)).muted, true);
    await page.getByRole("button", { name: "Sound on" }).first().click();
    await expectPlaying(page);
    assert.equal((await picture(page)).muted, false);
    assert.equal(await page.locator(".sound-on").count(), 0);
  } finally {
    await browser.close();
  }
});
