// What a viewer sees when the receiver fails: a slate that says so, and the picture again without doing anything. Where the programme
// itself changes (clocks, map, format), he sees and hears it go on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, control, expectAccessible, expectPlaying, launch, openPage, origin, picture } from "../lib/browser.mjs";

/** What is buffered is played out first, and a loaded machine is slow: far beyond the 4 s in which the station knows. */
const SEEN_MS = 60_000;
const BREAKS = [
  { fault: "end_midway", heading: "Die Übertragung ist zu Ende" },
  { fault: "stall", heading: "Die Übertragung ist verstummt" },
];

/** Faults that are no outage, each with the channel that meets it: a clock may only begin elsewhere where a stream begins. */
const CHANGES = [
  { fault: "format_change=8", name: "Erstes Probe HD", sizes: 2 },
  { fault: "pmt_change=8", name: "Zweites Probe HD", sizes: 1 },
  { fault: "pmt_change=8", name: "Duo Europa", sizes: 1 },
  { fault: "pts_jump=100", name: "Kino 24", sizes: 1 },
  { fault: "pts_wrap=10", name: "Raumklang HD", sizes: 1 },
];
/** Four changes of format, three jumps. */
const CHANGES_MS = 36_000;
/** A loaded machine takes its time to begin anew; more than this is no going on. */
const LONGEST_GAP_MS = 20_000;

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

for (const { fault, name, sizes } of CHANGES) {
  test(`${name}, whose programme changes (${fault}), is seen and heard on`, async (t) => {
    const { page, context } = await openPage(browser);
    const channel = (await channels(page)).find((candidate) => candidate.name === name);
    const { code } = (await control(page, "channels")).items.find((candidate) => candidate.name === name);
    const [kind] = fault.split("=");
    await control(page, `faults?add=${fault}@${code}`);
    try {
      // What was kept ready of it begins anew, with the fault.
      await control(page, `faults?add=end_midway=0@${code}`);
      await control(page, "faults?clear=end_midway");
      await page.goto(`${origin}/watch/${channel.id}`);
      await expectPlaying(page);
      const opened = await page.evaluate(() => performance.timeOrigin);
      await page.evaluate(countDecoded);
      await page.waitForTimeout(CHANGES_MS);
      const { frames, audioBytes, gap, seen } = await page.evaluate(() => globalThis.telecastDecoded());
      t.diagnostic(`${frames} frames, ${audioBytes} bytes of sound, ${seen.join(" ")}; at most ${gap} ms without`);
      assert.ok(gap < LONGEST_GAP_MS, `it stood still for ${gap} ms: ${JSON.stringify(await picture(page))}`);
      assert.ok(frames > 0 && audioBytes > 0);
      assert.equal(seen.length, sizes, `the pictures were ${seen.join(" ")}`);
      assert.equal(await page.evaluate(() => performance.timeOrigin), opened, "the same page");
      assert.match(page.url(), new RegExp(`/watch/${channel.id}$`));
    } finally {
      await control(page, `faults?clear=${kind}`);
    }
    await expectPlaying(page, { seconds: 2, timeout: SEEN_MS });
    await context.close();
  });
}

/** Runs in the page: adds up what is decoded over every start of the player, whose own counts begin anew with each. */
function countDecoded() {
  const sum = { frames: 0, audioBytes: 0 };
  const grown = { frames: performance.now(), audioBytes: performance.now() };
  const seen = new Set();
  let gap = 0;
  let last = { frames: 0, audioBytes: 0 };
  const look = () => {
    const video = document.querySelector("video");
    const now = { frames: video.getVideoPlaybackQuality().totalVideoFrames, audioBytes: video.webkitAudioDecodedByteCount };
    for (const kind of ["frames", "audioBytes"]) {
      const more = now[kind] < last[kind] ? now[kind] : now[kind] - last[kind];
      sum[kind] += more;
      gap = Math.max(gap, performance.now() - grown[kind]);
      if (more > 0) grown[kind] = performance.now();
    }
    last = now;
    if (video.videoWidth > 0) seen.add(`${video.videoWidth}×${video.videoHeight}`);
  };
  look();
  setInterval(look, 100);
  globalThis.telecastDecoded = () => ({ ...sum, gap: Math.round(gap), seen: [...seen] });
}
