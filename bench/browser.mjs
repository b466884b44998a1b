// What benches in a browser share: signing in once, and the closing line of a figure.

/** Cookies of the owner, by the link that the station printed. */
export async function signedIn(browser, link) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL(/\/watch\/|\/$/, { timeout: 15_000 });
  const state = await context.storageState();
  await context.close();
  return state;
}

/** `bench <name> <figure> <value> <unit> goal <comparison> <n> <met|short>`; a short figure fails the bench. */
export function tell(name, figure, value, unit, comparison, goal) {
  const met = comparison === "≤" ? value <= goal : value >= goal;
  if (!met) process.exitCode = 1;
  console.log(`bench ${name} ${figure} ${value.toFixed(3)} ${unit} goal ${comparison} ${goal} ${met ? "met" : "short"}`);
}

export const p95 = (values) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];
