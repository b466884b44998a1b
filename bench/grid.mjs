// The browser's part of guide-page.py: `node bench/grid.mjs ORIGIN` prints as JSON what Chromium says of the guide there.
//
// Five loads with an empty cache: the first paint, and the first programmes in the grid. Then the grid is scrolled at a steady pace down, across and both at once; each
// frame's length is what the page's own clock says between two of them.
import { launch } from "../e2e/lib/browser.mjs";
import { quantile } from "./browser.mjs";

const LOADS = 5;
const PASSWORD = "a long pass phrase for benches";
const SCROLL_MS = 8_000;
/** Pixels in a second, down and across: a brisk turn of the wheel. */
const PACES = [
  ["down", 2400, 0],
  ["across", 0, 1600],
  ["both", 1800, 1200],
];

const [origin] = process.argv.slice(2);
const browser = await launch();
try {
  const state = await signIn();
  const loads = [];
  for (let turn = 0; turn < LOADS; turn += 1) loads.push(await load(state));
  const scrolls = [];
  for (const [name, down, across] of PACES) scrolls.push([name, ...(await scroll(state, down, across))]);
  console.log(JSON.stringify({ loads, scrolls }));
} finally {
  await browser.close();
}

async function signIn() {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  await page.getByLabel("Name").fill("bench");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/watch/**");
  const state = await context.storageState();
  await context.close();
  return state;
}

async function opened(state) {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${origin}/guide`);
  await page.waitForSelector(".guide-grid .guide-title", { timeout: 60_000 });
  return { context, page };
}

/** One first visit: seconds to the first paint and to the first programmes. */
async function load(state) {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await context.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector(".guide-grid .guide-title")) return;
      observer.disconnect();
      requestAnimationFrame(() => performance.mark("programmes"));
    }).observe(document, { childList: true, subtree: true });
  });
  const page = await context.newPage();
  await page.goto(`${origin}/guide`);
  await page.waitForFunction(() => performance.getEntriesByName("programmes").length > 0, null, { timeout: 60_000 });
  const seconds = await page.evaluate(() =>
    ["first-contentful-paint", "programmes"].map((name) => performance.getEntriesByName(name)[0].startTime / 1000),
  );
  await context.close();
  return seconds;
}

/** Frames, their median, their 95th percentile and the longest (milliseconds). */
async function scroll(state, down, across) {
  const { context, page } = await opened(state);
  await page.waitForTimeout(2000);
  const frames = await page.evaluate(
    ({ down, across, until }) =>
      new Promise((done) => {
        const grid = document.querySelector(".guide-grid");
        const lengths = [];
        let before = performance.now();
        const began = before;
        const step = (now) => {
          lengths.push(now - before);
          const seconds = (now - before) / 1000;
          before = now;
          grid.scrollBy({ top: down * seconds, left: across * seconds, behavior: "instant" });
          if (now - began < until) requestAnimationFrame(step);
          else done(lengths.slice(1));
        };
        requestAnimationFrame(step);
      }),
    { down, across, until: SCROLL_MS },
  );
  const went = await page.evaluate(() => document.querySelector(".guide-grid").scrollTop + document.querySelector(".guide-grid").scrollLeft);
  if (went < 1000) throw new Error(`the grid has not moved: ${went}`);
  await context.close();
  return [frames.length, quantile(frames, 0.5), quantile(frames, 0.95), Math.max(...frames)];
}
