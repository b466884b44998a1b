// The one Chromium of a soak: signs in, presses rows at random, and counts how many gave a picture. Ends with its stdin; then
// it prints what it saw as JSON. Arguments: origin, seed, shortest and longest stay in seconds.
import { launch } from "../e2e/lib/browser.mjs";

const [origin, seed, shortest, longest] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const seen = { zaps: 0, pictures: 0, faults: {} };
let over = false;
process.stdin.resume().on("end", () => (over = true));
let state = seed;
const dice = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
context.setDefaultTimeout(60_000);
const signedIn = await context.request.post(`${origin}/api/v1/auth/sign-in`, {
  headers: { Origin: origin },
  data: { name: "bench", password: process.env.SOAK_PASSWORD },
});
if (!signedIn.ok()) throw new Error(`sign-in: ${signedIn.status()}`);
const page = await context.newPage();
page.on("pageerror", (error) => (seen.faults[error.message] = (seen.faults[error.message] ?? 0) + 1));
page.on("crash", () => (seen.faults.crash = (seen.faults.crash ?? 0) + 1));
await page.goto(`${origin}/`);
const rows = page.getByRole("option");
await rows.first().waitFor();
while (!over) {
  const count = await rows.count();
  if (count > 0) {
    const row = rows.nth(Math.floor(dice() * count));
    await row.dispatchEvent("pointerdown", { bubbles: true, pointerType: "mouse", button: 0 }, { timeout: 5000 }).catch(() => {});
    seen.zaps += 1;
  }
  const stay = (shortest + dice() * (longest - shortest)) * 1000;
  for (const until = Date.now() + stay; Date.now() < until && !over; ) await page.waitForTimeout(200);
  seen.pictures += (await page.evaluate(() => document.querySelector("[data-stage]")?.dataset.phase === "playing")) ? 1 : 0;
}
await page.close({ runBeforeUnload: false });
await browser.close();
console.log(JSON.stringify(seen));
