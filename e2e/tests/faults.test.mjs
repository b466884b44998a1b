// What a viewer sees when the receiver fails: a slate that says so, and the picture again without doing anything.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, control, expectAccessible, expectPlaying, launch, openPage, origin, picture } from "../lib/browser.mjs";

/** What is buffered is played out first, and a loaded machine is slow: far beyond the 4 s in which the station knows. */
const SEEN_MS = 60_000;
const BREAKS = [
  { fault: "end_midway", heading: "Die Übertragung ist zu Ende" },
  { fault: "stall", heading: "Die Übertragung ist verstummt" },
];

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const { fault, heading } of BREAKS) {
  test(`a picture that breaks off (${fault}) is a slate, and comes back by itself`, async (t) => {
    const { page, context } = await openPage(browser, { locale: "de-DE" });
    const channel = (await channels(page)).find(({ name }) => name === "Duo Europa");
    await page.goto(`${origin}/watch/${channel.id}`);
    await expectPlaying(page, { seconds: 6 });
    const marked = await page.evaluate(() => (globalThis.telecastSamePage = performance.timeOrigin));
    const slate = page.locator('.slate[role="status"]');
    assert.equal(await slate.count(), 0, "no slate over a picture");

    const { code } = (await control(page, "channels")).items.find(({ name }) => name === channel.name);
    try {
      await control(page, `faults?add=${fault}=0@${code}`);
      const begun = Date.now();
      await slate.waitFor({ timeout: SEEN_MS });
      t.diagnostic(`the slate came after ${Date.now() - begun} ms`);
      await slate.getByRole("heading", { name: heading }).waitFor({ timeout: SEEN_MS });
      await slate.getByText("Das Bild kommt von selbst zurück").waitFor();
      assert.equal(await slate.getAttribute("data-channel"), channel.id);
      await expectAccessible(page, "the slate");
    } finally {
      await control(page, `faults?clear=${fault}`);
    }
    const before = await picture(page);
    const cleared = Date.now();
    await slate.waitFor({ state: "detached", timeout: SEEN_MS });
    t.diagnostic(`the picture came back after ${Date.now() - cleared} ms`);
    const shown = await expectPlaying(page, { seconds: 4 });
    assert.ok(shown.width > 0 && !shown.paused, JSON.stringify({ before, shown }));
    assert.equal(await page.evaluate(() => globalThis.telecastSamePage), marked, "the same page");
    assert.match(page.url(), new RegExp(`/watch/${channel.id}$`));
    await context.close();
  });
}
