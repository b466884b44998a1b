// The guide: what the station knows, as a grid, as a list and searched; with keys alone, on a phone, and when something is wrong.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectAccessible, expectPlaying, focused, launch, openPage, origin } from "../lib/browser.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const REMINDERS = "telecast.reminders";

let browser;
before(async () => {
  browser = await launch();
  const { page, context } = await openPage(browser);
  await known(page);
  await context.close();
});
after(() => browser.close());

/** What the API says of a window, asked with the page's own cookies. */
async function window(page, from, to) {
  const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), languages: "en" });
  const reply = await page.request.get(`${origin}/api/v1/guide?${query}`);
  assert.ok(reply.ok(), `guide: ${reply.status()}`);
  return (await reply.json()).items;
}

/** The station reads its guide after it has begun: until then there is nothing to see. */
async function known(page) {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    const rows = await window(page, Date.now() + DAY, Date.now() + DAY + HOUR);
    if (rows.some(({ items }) => items.length > 0)) return;
    await new Promise((wake) => setTimeout(wake, 500));
  }
  assert.fail("the station has read no guide within a minute");
}

async function guide(address = "", options = {}) {
  const opened = await openPage(browser, options);
  await opened.page.goto(`${origin}/guide${address}`);
  return opened;
}

async function grid(address = "", options = {}) {
  const opened = await guide(address, options);
  await airings(opened.page).first().waitFor();
  return opened;
}

const airings = (page) => page.locator('[role="gridcell"][data-kind="airing"]');
const sheet = (page) => page.locator(".guide-sheet");

/** Somebody has scrolled, and the address has followed. */
const settled = (page, pattern) => page.waitForURL(pattern);

/** The block that has the focus: its place, and whether it can be seen. */
function block(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const grid = document.querySelector(".guide-grid");
    if (!grid?.contains(element) || element === grid) return null;
    const box = element.getBoundingClientRect();
    const view = grid.getBoundingClientRect();
    const corner = grid.querySelector(".guide-corner").getBoundingClientRect();
    const seen = box.bottom > corner.bottom && box.top < view.bottom && box.right > corner.right && box.left < view.right;
    return { row: Number(element.dataset.row), from: Number(element.dataset.from), to: Number(element.dataset.to), seen: seen || "head" in element.dataset };
  });
}

test("the grid shows what the station says", async () => {
  const { page, context, expectClean } = await grid();
  assert.equal(await page.getByRole("link", { name: "Guide", exact: true }).getAttribute("data-current"), "true");
  const [first] = await page.locator(".guide-slot span").evaluateAll((slots) => slots.map((slot) => slot.textContent));
  assert.match(first, /^\d\d:[03]0$/);
  const now = Date.now();
  const told = await window(page, now, now + 2 * HOUR);
  for (const { channel_id: id, items } of told.slice(0, 4)) {
    for (const { id: airing, title, start } of items.filter(({ end, start }) => Date.parse(end) - Date.parse(start) > HOUR / 3)) {
      const shown = page.locator(`[data-id="${airing}"]`);
      await shown.waitFor();
      assert.equal(await shown.locator(".guide-title span").first().textContent(), title, `${id} at ${start}`);
      const { left, width } = await shown.evaluate((element) => ({ left: parseFloat(element.style.insetInlineStart), width: parseFloat(element.style.width) }));
      assert.ok(left > 0 && width > 0);
    }
  }
  const on = await page.locator('[data-phase="now"]').count();
  assert.equal(on, await page.locator('[data-kind="airing"]').evaluateAll((all) => all.filter(({ dataset }) => dataset.from <= Date.now() && Date.now() < dataset.to).length));
  expectClean();
  await context.close();
});

test("what is not in sight is not there, and is asked for when it comes", async () => {
  const { page, context } = await openPage(browser);
  const many = Array.from({ length: 1000 }, (_, at) => ({ id: `many-${at}`, name: `Channel ${at + 1}`, number: at + 1, kind: "tv", logo_url: "/icon.svg", bouquet_ids: [], tracks: null }));
  const asked = [];
  await page.route("**/api/v1/channels?*", (route) => route.fulfill({ json: { items: many, next_cursor: null } }));
  await page.route(/\/api\/v1\/guide\?/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const ids = query.get("channels").split(",");
    asked.push(ids[0]);
    assert.ok((ids.length * (Date.parse(query.get("to")) - Date.parse(query.get("from")))) / HOUR <= 4_800);
    return route.fulfill({ json: { items: ids.map((id) => row(id, Date.parse(query.get("from")), Date.parse(query.get("to")))), next_cursor: null } });
  });
  await page.goto(`${origin}/guide`);
  await airings(page).first().waitFor();
  await page.waitForLoadState("networkidle");
  assert.ok(asked.length <= 4, `one screen asks for little: ${asked}`);
  const size = () => page.evaluate(() => document.querySelectorAll(".guide-grid *").length);
  assert.ok((await size()) < 3000, `${await size()} elements`);
  await page.evaluate(() => document.querySelector(".guide-grid").scrollTo({ top: 1e9 }));
  await page.locator('[aria-rowindex="1001"] [data-kind="airing"]').first().waitFor();
  assert.ok((await size()) < 3000, `${await size()} elements`);
  assert.ok(!asked.includes("many-480"), "what was only passed by is not asked for");
  await context.close();
});

/** A channel with a programme every half hour. */
function row(id, from, to) {
  const items = [];
  for (let at = Math.floor(from / (HOUR / 2)) * (HOUR / 2); at < to; at += HOUR / 2) {
    items.push({ id: `${id}.${at / 1000}`, channel_id: id, title: `At ${at / 1000}`, subtitle: "", brief: "", start: new Date(at).toISOString(), end: new Date(at + HOUR / 2).toISOString(), genre: 0x40, season: null, episode: null, new: false, rating: null, locked: false });
  }
  return { channel_id: id, items, stale_s: 60 };
}

test("words of what began before the view are read at its edge", async () => {
  const { page, context } = await grid();
  for (let step = 0; step < 12; step += 1) {
    await page.evaluate(() => document.querySelector(".guide-grid").scrollBy({ left: 70 }));
    await page.waitForTimeout(700); // the view comes to rest
    const cut = await page.evaluate(() => {
      const edge = document.querySelector(".guide-corner").getBoundingClientRect().right;
      const cells = [...document.querySelectorAll(".guide-cell")].map((cell) => ({ box: cell.getBoundingClientRect(), words: cell.querySelector(".guide-words")?.getBoundingClientRect() }));
      return cells.filter(({ box, words }) => words && box.left < edge && box.right > edge && words.left < edge - 1).length;
    });
    assert.equal(cut, 0, `after ${step + 1} steps`);
  }
  await context.close();
});

test("tomorrow: by the day's name, by scrolling, over a reload, and back to now", async () => {
  const { page, context } = await grid();
  await page.getByRole("radio", { name: "Tomorrow" }).check({ force: true });
  await settled(page, /at=\d{8}T\d{4}Z/);
  await page.locator(".guide-corner", { hasText: "Tomorrow" }).waitFor();
  const address = new URL(page.url()).searchParams.get("at");
  await page.reload();
  await page.locator(".guide-corner", { hasText: "Tomorrow" }).waitFor();
  await airings(page).first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get("at"), address);
  const [cell] = await airings(page).evaluateAll((all) => all.map(({ dataset }) => Number(dataset.from)));
  assert.ok(cell > Date.now() + 12 * HOUR, "what is shown is of tomorrow");
  await page.getByRole("button", { name: "Now" }).click();
  await page.locator(".guide-corner", { hasText: "Today" }).waitFor();
  await settled(page, (url) => !url.searchParams.has("at"));
  await page.evaluate(() => {
    // To tomorrow's morning, at whatever time of day this runs.
    const now = new Date();
    const hours = 34 - now.getHours() - now.getMinutes() / 60;
    document.querySelector(".guide-grid").scrollBy({ left: hours * parseFloat(getComputedStyle(document.documentElement).fontSize) * 15 });
  });
  await page.locator(".guide-corner", { hasText: "Tomorrow" }).waitFor();
  await settled(page, /at=/);
  assert.ok(await page.getByRole("radio", { name: "Tomorrow" }).isChecked());
  await page.getByRole("button", { name: "Tonight" }).click();
  await page.waitForFunction(() => document.querySelector('.guide-jump[aria-pressed="true"]')?.textContent === "Tonight");
  await context.close();
});

test("a bouquet, and a genre", async () => {
  const { page, context } = await grid();
  const { items } = await (await page.request.get(`${origin}/api/v1/bouquets`)).json();
  await page.getByRole("combobox", { name: "Bouquets" }).selectOption(items[0].id);
  await settled(page, /bouquet=/);
  await page.waitForFunction((count) => document.querySelector(".guide-grid")?.getAttribute("aria-rowcount") === String(count + 1), items[0].channel_ids.length);
  await page.getByRole("combobox", { name: "Genre" }).selectOption("2");
  await settled(page, /genre=2/);
  await page.locator("[data-quiet]").first().waitFor();
  assert.equal(await page.locator('[data-genre="2"][data-quiet]').count(), 0, "news stand out");
  await context.close();
});

test("with keys alone: arrows, pages, home, OK and back; the focus is always seen", async () => {
  const { page, context } = await grid();
  await page.locator("[data-cursor]").focus();
  const start = await block(page);
  await page.keyboard.press("ArrowRight");
  const right = await block(page);
  assert.ok(right.row === start.row && right.from >= start.to, `${JSON.stringify([start, right])}`);
  await page.keyboard.press("ArrowLeft");
  assert.equal((await block(page)).from, start.from);
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press("ArrowRight");
    const at = await block(page);
    assert.ok(at?.seen, `seen after ${i + 1} steps to the right: ${JSON.stringify(at)}`);
  }
  const far = await block(page);
  await page.keyboard.press("ArrowDown");
  const below = await block(page);
  assert.ok(below.row === far.row + 1 && below.from < far.to && below.to > far.from, "what is on at the same time");
  await page.keyboard.press("PageDown");
  const page2 = await block(page);
  assert.ok(page2.row > below.row && page2.seen);
  await page.keyboard.press("PageUp");
  // What is on may end just then.
  const on = () => Number(document.activeElement.dataset.from) <= Date.now() && Date.now() < Number(document.activeElement.dataset.to);
  for (let i = 0; i < 3 && !(await page.evaluate(on)); i += 1) {
    await page.keyboard.press("Home");
    await page.waitForFunction(on, null, { timeout: 20_000 }).catch(() => null);
  }
  assert.ok(await page.evaluate(on), "home is what is on");
  const home = await block(page);
  assert.ok(home.seen);
  await page.keyboard.press("Enter");
  await sheet(page).waitFor();
  assert.match(await focused(page), /Watch|Close/);
  await page.keyboard.press("Escape");
  await sheet(page).waitFor({ state: "detached" });
  assert.deepEqual(await block(page), home, "the focus is back where it was");
  for (let i = 0; i < 30 && (await block(page)); i += 1) await page.keyboard.press("ArrowUp");
  const day = () => page.evaluate(() => document.activeElement?.closest(".guide-days") !== null);
  assert.ok(await day(), "above the first row are the days");
  await page.keyboard.press("ArrowUp");
  assert.ok(await page.evaluate(() => document.activeElement?.closest(".guide-tools") !== null), "and above them the tools");
  for (let i = 0; i < 3 && !(await day()); i += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.ok((await block(page))?.seen, "and below them the grid again");
  await context.close();
});

test("the focus follows a view that is scrolled away from it", async () => {
  const { page, context } = await grid("", { viewport: { width: 1440, height: 500 } });
  await page.locator("[data-cursor]").focus();
  await page.evaluate(() => document.querySelector(".guide-grid").scrollBy({ left: 3000, top: 200 }));
  await settled(page, /at=/);
  const at = await block(page);
  assert.ok(at?.seen, JSON.stringify(at));
  await page.keyboard.press("ArrowRight");
  assert.ok((await block(page))?.seen);
  await context.close();
});

test("a number leads to its channel", async () => {
  const { page, context } = await grid();
  const all = await channels(page);
  const wanted = all.findIndex(({ number, kind }) => kind === "tv" && number > 3);
  await page.locator("[data-cursor]").focus();
  await page.keyboard.type(String(all[wanted].number));
  await page.locator(".typed").waitFor();
  await page.waitForFunction((row) => document.activeElement?.dataset.row === String(row), wanted);
  await context.close();
});

test("details: what the station knows, and the picture", async () => {
  const { page, context, expectClean } = await grid();
  const on = page.locator('[data-phase="now"]').first();
  const id = await on.getAttribute("data-id");
  const told = await (await page.request.get(`${origin}/api/v1/programmes/${encodeURIComponent(id)}?languages=en`)).json();
  await on.click();
  await sheet(page).getByRole("heading", { level: 2, name: told.title }).waitFor();
  if (told.description) await sheet(page).getByText(told.description.split("\n")[0].slice(0, 40)).first().waitFor();
  assert.ok(page.url().includes("programme="), "the address names it");
  await page.reload();
  await sheet(page).getByRole("heading", { level: 2, name: told.title }).waitFor();
  await sheet(page).getByRole("button", { name: "Watch" }).click();
  await page.waitForURL(new RegExp(`/watch/${told.channel_id}$`));
  await expectPlaying(page);
  expectClean();
  await context.close();
});

test("going back closes the details and leaves the view where it was", async () => {
  const { page, context } = await grid();
  await page.locator('[data-phase="coming"]').first().click();
  await sheet(page).waitFor();
  await page.evaluate(() => document.querySelector(".guide-grid").scrollBy({ left: 1000 }));
  await page.waitForTimeout(1000);
  const left = await page.evaluate(() => document.querySelector(".guide-grid").scrollLeft);
  await page.goBack();
  await sheet(page).waitFor({ state: "detached" });
  await settled(page, /at=/);
  assert.equal(await page.evaluate(() => document.querySelector(".guide-grid").scrollLeft), left);
  await page.goto(`${origin}/guide?programme=gone.1`);
  await sheet(page).getByText("no longer in the guide").waitFor();
  await context.close();
});

test("search: words, days, filters, more, and nothing", async () => {
  const { page, context } = await grid();
  const [{ items }] = await window(page, Date.now() + HOUR, Date.now() + 3 * HOUR);
  const [word] = items[0].title.split(" ").filter((part) => /^[A-Za-z]{4,}$/.test(part));
  await page.getByRole("searchbox", { name: "Search programmes" }).fill(word.slice(0, 4));
  await page.getByRole("heading", { level: 2, name: `Programmes with “${word.slice(0, 4)}”` }).waitFor();
  await page.waitForURL(new RegExp(`q=${word.slice(0, 4)}`));
  const found = page.locator(".guide-found button.airing");
  await found.first().waitFor();
  const days = await page.locator(".guide-found h3").allTextContents();
  assert.ok(days.length > 0 && new Set(days).size === days.length, `each day once: ${days}`);
  const before = await found.count();
  const more = page.getByRole("button", { name: "Show more" });
  if (await more.isVisible()) {
    await more.click();
    await page.waitForFunction((count) => document.querySelectorAll(".guide-found button.airing").length > count, before);
  }
  const [{ id, name }] = await channels(page);
  await page.getByRole("combobox", { name: "Channel" }).selectOption(id);
  await page.waitForURL(/channel=/);
  await page.waitForFunction((only) => [...document.querySelectorAll(".guide-found .airing .guide-line")].every(({ textContent }) => textContent.startsWith(only)), name);
  await page.reload();
  await page.getByRole("heading", { level: 2 }).waitFor();
  assert.equal(await page.getByRole("combobox", { name: "Channel" }).inputValue(), id, "the address keeps the filters");
  await page.getByRole("searchbox", { name: "Search programmes" }).fill("qqqqqqq");
  await page.getByRole("heading", { name: "Nothing found for “qqqqqqq”" }).waitFor();
  await expectAccessible(page, "a search without a find");
  await page.getByRole("button", { name: "Clear search" }).click();
  await airings(page).first().waitFor();
  await context.close();
});

test("the palette finds programmes", async () => {
  const { page, context } = await grid();
  const [{ items }] = await window(page, Date.now() + HOUR, Date.now() + 3 * HOUR);
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type(items[0].title.slice(0, 8));
  await page.getByRole("group", { name: "Programmes" }).getByRole("option").first().click();
  await sheet(page).waitFor();
  assert.match(page.url(), /programme=/);
  await context.close();
});

test("a reminder: set, listed, said when its time comes, on any page", async () => {
  const { page, context } = await grid();
  const coming = page.locator('[data-phase="coming"]').first();
  await coming.click();
  await sheet(page).getByRole("button", { name: "Remind me" }).click();
  await sheet(page).getByRole("button", { name: "Do not remind me" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "1 reminder" }).click();
  const dialog = page.getByRole("dialog", { name: "Reminders" });
  await dialog.getByRole("button", { name: /^Remove: / }).click();
  await dialog.getByText("There is none.").waitFor();
  await page.keyboard.press("Escape");

  const [channel] = (await channels(page)).filter(({ kind }) => kind === "tv");
  await page.goto(`${origin}/settings/about`);
  await page.evaluate(
    ([key, channelId, name]) => {
      const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
      localStorage.setItem(key, JSON.stringify([{ id: "soon", channelId, channel: name, title: "The film of the evening", start: at(4), end: at(900) }]));
    },
    [REMINDERS, channel.id, channel.name],
  );
  await page.reload();
  const notice = page.locator('.reminders[role="status"]');
  await notice.getByText("The film of the evening").waitFor();
  await expectAccessible(page, "a reminder");
  await notice.getByRole("button", { name: "Watch" }).click();
  await page.waitForURL(new RegExp(`/watch/${channel.id}$`));
  await notice.getByText("The film of the evening").waitFor({ state: "detached" });
  assert.equal(await page.evaluate((key) => localStorage.getItem(key), REMINDERS), "[]");
  await context.close();
});

test("on a phone the guide is a list: now and next, and a channel's day", async () => {
  const { page, context } = await guide("", { viewport: { width: 360, height: 740 } });
  await page.getByRole("heading", { level: 2, name: "Now and next" }).waitFor();
  const first = page.locator(".guide-list-row").first();
  await first.locator("button.airing").first().waitFor();
  const [{ items }] = await window(page, Date.now(), Date.now() + 5 * HOUR);
  const shown = await first.locator(".guide-title span:first-of-type").allTextContents();
  assert.deepEqual(shown, items.slice(0, 2).map(({ title }) => title));
  await first.getByRole("link").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/view=list&channel=|channel=[^&]+&view=list/);
  await page.locator('.airing[aria-current="time"]').waitFor();
  await page.getByRole("button", { name: "Next day" }).click();
  await page.locator(".guide-day .airing").first().waitFor();
  await page.locator(".guide-day .airing").nth(1).focus();
  await page.keyboard.press("Enter");
  await sheet(page).waitFor();
  await page.keyboard.press("Escape");
  await sheet(page).waitFor({ state: "detached" });
  assert.ok(await page.evaluate(() => document.activeElement?.matches(".airing")), "the focus is back on the line");
  await page.getByRole("button", { name: "Show as a grid" }).click();
  await airings(page).first().waitFor();
  assert.match(page.url(), /view=grid/);
  await context.close();
});

test("a list of many, walked through with Tab", async () => {
  const { page, context } = await guide("?view=list");
  await page.locator(".guide-list-row .airing").first().waitFor();
  const total = (await channels(page)).length;
  await page.locator(".guide-list-row a").first().focus();
  const seen = new Set();
  for (let i = 0; i < total * 3 && seen.size < total; i += 1) {
    seen.add(await page.evaluate(() => document.activeElement.closest("li")?.getAttribute("aria-posinset")));
    await page.keyboard.press("Tab");
  }
  assert.equal(seen.size, total, [...seen].join());
  await context.close();
});

/** States that a healthy station does not show: the same page, with the API's answers replaced. */
const STATES = {
  "no guide yet": async (page) => {
    await page.route(/\/api\/v1\/guide\?/, (route) => {
      const ids = new URL(route.request().url()).searchParams.get("channels").split(",");
      return route.fulfill({ json: { items: ids.map((id) => ({ channel_id: id, items: [], stale_s: 0 })), next_cursor: null } });
    });
    await page.goto(`${origin}/guide`);
    await page.getByRole("heading", { name: "No guide yet" }).waitFor();
    const asked = page.waitForRequest((request) => request.url().endsWith("/guide/refresh") && request.method() === "POST");
    await page.getByRole("button", { name: "Fetch the guide now" }).click();
    await asked;
    await page.getByText("It has been asked for.").waitFor();
  },
  "an old guide": async (page) => {
    await page.route(/\/api\/v1\/guide\?/, async (route) => {
      const told = await (await route.fetch()).json();
      await route.fulfill({ json: { ...told, items: told.items.map((one) => ({ ...one, stale_s: 100_000 })) } });
    });
    await page.goto(`${origin}/guide`);
    await page.getByText("The guide is 28 hours old.").waitFor();
  },
  "part of it fails, and comes when it is tried again": async (page) => {
    const problem = { type: "about:blank", title: "The store cannot be read", status: 500, code: "store_failed", detail: "The disk reports an error.", request_id: "req-e2e-1" };
    await page.route(/\/api\/v1\/guide\?/, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify(problem) }));
    await page.goto(`${origin}/guide`);
    await page.getByText("req-e2e-1").waitFor();
    await expectAccessible(page, "a part that failed");
    await page.unroute(/\/api\/v1\/guide\?/);
    await page.getByRole("button", { name: "Try again" }).click();
    await airings(page).first().waitFor();
  },
  "beyond what is known": async (page) => {
    await page.route(/\/api\/v1\/guide\?/, (route) => {
      const query = new URL(route.request().url()).searchParams;
      const known = Date.parse(query.get("from")) < Date.now() + 2 * DAY;
      return known ? route.continue() : route.fulfill({ json: { items: query.get("channels").split(",").map((id) => ({ channel_id: id, items: [], stale_s: 0 })), next_cursor: null } });
    });
    await page.goto(`${origin}/guide`);
    await airings(page).first().waitFor();
    await page.locator(".guide-days .chip").last().click();
    await page.getByText("Nothing is known of this time yet.").waitFor();
  },
  "a genre that nobody shows": async (page) => {
    await page.route(/\/api\/v1\/guide\?/, async (route) => {
      const told = await (await route.fetch()).json();
      const items = told.items.map((one) => ({ ...one, items: one.items.map((airing) => ({ ...airing, genre: 0x20 })) }));
      await route.fulfill({ json: { ...told, items } });
    });
    await page.goto(`${origin}/guide?genre=7`);
    await page.getByText("Arts: nothing at this time.").waitFor();
  },
  "not for a child": async (page) => {
    await page.route(/\/api\/v1\/guide\?/, async (route) => {
      const told = await (await route.fetch()).json();
      const items = told.items.map((one) => ({ ...one, items: one.items.map((airing) => ({ ...airing, title: "", subtitle: "", brief: "", rating: 16, locked: true })) }));
      await route.fulfill({ json: { ...told, items } });
    });
    await page.goto(`${origin}/guide`);
    const locked = page.getByRole("gridcell", { name: /Not for this account/ }).first();
    await locked.click({ force: true });
    assert.equal(await sheet(page).count(), 0);
  },
  "waiting for the channels": async (page) => {
    await page.route("**/api/v1/channels?*", () => undefined);
    await page.goto(`${origin}/guide`);
    await page.locator(".guide-skeleton").waitFor();
  },
};

for (const [name, arrange] of Object.entries(STATES)) {
  test(`state: ${name}`, async () => {
    const { page, context } = await openPage(browser);
    await arrange(page);
    await expectAccessible(page, name);
    await context.close();
  });
}

const SIZES = [
  { width: 1440, height: 900 },
  { width: 768, height: 1024 },
  { width: 360, height: 740 },
];

for (const viewport of SIZES) {
  for (const theme of ["dark", "light"]) {
    test(`for everybody: ${viewport.width} pixels wide, ${theme}`, async () => {
      const { page, context } = await openPage(browser, { viewport, preferences: { theme }, locale: theme === "light" ? "de-DE" : "en-GB" });
      const shot = async (what) => {
        await expectAccessible(page, `${what}, ${viewport.width}, ${theme}`);
        const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(content <= room, `${what}: nothing is cut off sideways: ${content} > ${room}`);
      };
      await page.goto(`${origin}/guide?view=grid`);
      await airings(page).first().waitFor();
      await shot("the grid");
      await page.locator('[data-phase="now"]').first().click();
      await sheet(page).getByRole("heading", { level: 2 }).waitFor();
      await shot("the details");
      await page.goto(`${origin}/guide?view=list`);
      await page.locator("button.airing").first().waitFor();
      await shot("the list");
      const [{ id }] = await channels(page);
      await page.goto(`${origin}/guide?view=list&channel=${id}`);
      await page.locator("button.airing").first().waitFor();
      await shot("a channel's day");
      await page.goto(`${origin}/guide?q=news`);
      await page.getByRole("heading", { level: 2 }).waitFor();
      await page.waitForLoadState("networkidle");
      await shot("what was found");
      await context.close();
    });
  }
}

test("200 % zoom: nothing is cut off sideways; reduced motion: nothing moves", async () => {
  const { page, context } = await grid("?view=grid", { viewport: { width: 720, height: 450 }, reducedMotion: "reduce" });
  const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= room, `${content} > ${room}`);
  assert.equal(await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length), 0);
  await context.close();
});
