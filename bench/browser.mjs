// What benches in a browser share: signing in once, channels with their codes, and the closing line of a figure.

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

/** The value below which `share` of them lie. */
export const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN;

export const p95 = (values) => quantile(values, 0.95);

/** Channels of the station's list that the simulator shows pictures of, with the code in their pictures. */
export async function playable(page, origin, sim) {
  const items = (await (await page.request.get(`${origin}/api/v1/channels?limit=500`)).json()).items;
  const known = (await (await fetch(`${sim}/sim/channels`)).json()).items;
  const idOf = (reference) => [3, 4, 5, 6].map((at) => reference.split(":")[at].toLowerCase()).join("-");
  const codes = new Map(known.filter(({ playable: can }) => can).map(({ reference, code }) => [idOf(reference), code]));
  return items.filter(({ kind, id }) => kind === "tv" && codes.has(id)).map((item) => ({ ...item, code: codes.get(item.id) }));
}
