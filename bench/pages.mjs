// pages: weight and calm of the Watch page on its first load (docs/design/performance.md).
//
// Five loads with an empty cache from the release binary: compressed script besides the player, first contentful
// paint, layout shift until five seconds after.
import { launch } from "../e2e/lib/browser.mjs";
import { startStation } from "../e2e/lib/station.mjs";
import { signedIn, tell } from "./browser.mjs";

const LOADS = 5;

const station = await startStation(["demo", "--listen", "127.0.0.1:0", "--without-films"]);
const browser = await launch();
try {
  const state = await signedIn(browser, station.link);
  const loads = [];
  for (let i = 0; i < LOADS; i += 1) loads.push(await load(state));
  console.table(loads);
  const median = (key) => loads.map((one) => one[key]).toSorted((a, b) => a - b)[LOADS >> 1];
  tell("pages", "watch_kb", median("kb"), "kB", "≤", 180);
  tell("pages", "first_paint_s", median("paint"), "s", "≤", 1.0);
  tell("pages", "shift", Math.max(...loads.map(({ shift }) => shift)), "score", "≤", 0.02);
} finally {
  await browser.close();
  await station.stop();
}

/** One first visit: kB of script besides the player, seconds to the first paint, layout shift. */
async function load(state) {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } });
  await context.addInitScript(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shift += entry.hadRecentInput ? 0 : entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  const page = await context.newPage();
  await page.goto(`${station.origin}/`);
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  await page.waitForTimeout(5000);
  const measured = await page.evaluate(() => {
    const scripts = performance.getEntriesByType("resource").filter(({ name }) => new URL(name).pathname.endsWith(".js"));
    const ours = scripts.filter(({ name }) => !/\/hls-[^/]+\.js$/.test(name));
    return {
      kb: ours.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000,
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime / 1000,
      shift: globalThis.shift,
    };
  });
  await context.close();
  return measured;
}
