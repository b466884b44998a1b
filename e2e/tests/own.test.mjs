// What each person has of the guide: favourites, saved searches and languages; with keys alone, in two tabs, on a phone, and without an account.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { channels, expectAccessible, launch, openPage, origin } from "../lib/browser.mjs";

const HOUR = 3_600_000;
const account = (what) => `${origin}/api/v1/account/${what}`;
const headers = { Origin: origin };

let browser;
before(async () => {
  browser = await launch();
  const { page, context } = await openPage(browser);
  for (const until = Date.now() + 60_000; ; await new Promise((wake) => setTimeout(wake, 500))) {
    if ((await told(page)).some(({ items }) => items.length > 2)) break;
    assert.ok(Date.now() < until, "the station has read no guide within a minute");
  }
  await context.close();
});
after(() => browser.close());

/** Each story begins with nothing. */
beforeEach(async () => {
  const { page, context } = await openPage(browser);
  const { revision } = await read(page, "favourites");
  await page.request.post(account("favourites"), { headers, data: { revision, channels: [] } });
  await page.request.post(account("languages"), { headers, data: { languages: [] } });
  for (const { id } of (await read(page, "searches")).items) await page.request.delete(account(`searches/${id}`), { headers });
  await context.close();
});

async function read(page, what) {
  const reply = await page.request.get(account(what));
  assert.ok(reply.ok(), `${what}: ${reply.status()}`);
  return reply.json();
}

/** What is on in the next hours, channel by channel. */
async function told(page) {
  const query = new URLSearchParams({ from: new Date().toISOString(), to: new Date(Date.now() + 6 * HOUR).toISOString(), languages: "en" });
  return (await (await page.request.get(`${origin}/api/v1/guide?${query}`)).json()).items;
}

async function open(path, options) {
  const opened = await openPage(browser, options);
  await opened.page.goto(origin + path);
  return opened;
}

const liked = async (page) => (await read(page, "favourites")).channels;
/** The station has what the page shows. */
async function keeps(page, wanted) {
  for (const until = Date.now() + 10_000; Date.now() < until; await new Promise((wake) => setTimeout(wake, 100))) {
    if (JSON.stringify(await liked(page)) === JSON.stringify(wanted)) return;
  }
  assert.deepEqual(await liked(page), wanted);
}

const block = (page) => page.locator('[role="gridcell"][data-kind="airing"]').first();

test("a star by a key in the guide: read out, kept, in the other tab, and a filter", async () => {
  const { page, context, expectClean } = await open("/guide?view=grid");
  await block(page).waitFor();
  const other = await context.newPage();
  await other.goto(`${origin}/guide?view=grid`);
  await block(other).waitFor();
  const all = await channels(page);
  await page.locator("[data-cursor]").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("s");
  await page.getByRole("status").getByText(`${all[1].name} is a favourite now.`).waitFor({ state: "attached" });
  await keeps(page, [all[1].id]);
  await page.getByRole("link", { name: `${all[1].number} ${all[1].name}, favourite, Watch` }).waitFor();
  await other.getByRole("link", { name: `${all[1].number} ${all[1].name}, favourite, Watch` }).waitFor();
  await other.close();
  await page.getByRole("combobox", { name: "Bouquets" }).selectOption({ label: "Favourites" });
  await page.waitForURL(/bouquet=favourites/);
  await page.waitForFunction(() => document.querySelector(".guide-grid")?.getAttribute("aria-rowcount") === "2");
  await expectAccessible(page, "favourites in the guide");
  await page.reload();
  await page.waitForFunction(() => document.querySelector(".guide-grid")?.getAttribute("aria-rowcount") === "2");
  await page.locator("[data-cursor]").focus();
  await page.keyboard.press("s");
  await keeps(page, []);
  await page.waitForFunction((rows) => document.querySelector(".guide-grid")?.getAttribute("aria-rowcount") === String(rows), all.length + 1);
  expectClean();
  await context.close();
});

test("a star in the details and beside the picture, with the pointer and on a phone", async () => {
  const { page, context } = await open("/guide?view=grid");
  await block(page).click();
  const star = page.locator(".guide-sheet").getByRole("button", { name: /^Favourite: / });
  assert.equal(await star.getAttribute("aria-pressed"), "false");
  await star.click();
  await page.locator('.guide-sheet button[aria-pressed="true"]').waitFor();
  const [first] = await channels(page);
  await keeps(page, [first.id]);
  await context.close();

  const phone = await open(`/watch/${first.id}`, { viewport: { width: 390, height: 844 }, hasTouch: true });
  const beside = phone.page.locator(".now").getByRole("button", { name: `Favourite: ${first.name}` });
  await beside.waitFor();
  await phone.page.waitForFunction(() => document.querySelector('.now .star-button[aria-pressed="true"]'));
  const { width, height } = await beside.boundingBox();
  assert.ok(width >= 24 && height >= 24, `large enough for a finger: ${width} × ${height}`);
  await beside.tap();
  await keeps(phone.page, []);
  await phone.context.close();
});

test("the list of channels: S on a row, favourites as the first bouquet, in their own order", async () => {
  const { page, context } = await open("/");
  const list = page.getByRole("listbox", { name: "Channels" });
  await list.getByRole("option").nth(3).waitFor();
  const all = await channels(page);
  await list.focus();
  await page.keyboard.press("Home");
  for (const step of ["End", "s", "Home", "s"]) await page.keyboard.press(step);
  await keeps(page, [all.at(-1).id, all[0].id]);
  await list.getByRole("option", { name: new RegExp(`${all[0].name}.*favourite`) }).waitFor();
  const picker = page.getByRole("radio", { name: "Favourites" });
  await picker.check();
  await page.waitForFunction(() => document.querySelectorAll('.channel-list [role="option"]').length === 2);
  const names = await list.locator(".channel-name").allTextContents();
  assert.deepEqual(names, [all.at(-1).name, all[0].name], "in the order in which they became favourites");
  await expectAccessible(page, "favourites in the list");

  await page.goto(`${origin}/settings/appearance`);
  await page.getByRole("button", { name: `Up: ${all[0].name}` }).click();
  await keeps(page, [all[0].id, all.at(-1).id]);
  await expectAccessible(page, "the order of favourites");
  await context.close();
});

test("a star that cannot be kept is taken back, and said", async () => {
  const { page, context } = await open("/guide?view=grid");
  await block(page).waitFor();
  const problem = { status: 503, title: "The store is busy", code: "unavailable", detail: "Try again in a moment.", request_id: "req-e2e-2" };
  await page.route("**/api/v1/account/favourites", (route) =>
    route.request().method() === "POST" ? route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }) : route.continue(),
  );
  await page.locator("[data-cursor]").focus();
  await page.keyboard.press("s");
  const alert = page.getByRole("alert").filter({ hasText: "could not be kept" });
  await alert.getByText("req-e2e-2").waitFor();
  await expectAccessible(page, "a star that failed");
  await page.waitForFunction(() => !document.querySelector(".guide-channel .star[data-liked]"));
  await context.close();
});

test("without an account favourites stay in the browser", async () => {
  const { page, context } = await openPage(browser);
  const asked = [];
  page.on("request", (request) => request.url().includes("/account/") && asked.push(request.url()));
  await page.route("**/api/v1/auth/state", async (route) => {
    const state = await (await route.fetch()).json();
    await route.fulfill({ json: { ...state, account: null, anonymous: true } });
  });
  await page.goto(`${origin}/guide?view=grid`);
  await block(page).waitFor();
  await page.locator("[data-cursor]").focus();
  await page.keyboard.press("s");
  await page.locator(".guide-channel .star[data-liked]").first().waitFor();
  await page.reload();
  await page.locator(".guide-channel .star[data-liked]").first().waitFor();
  const [first] = await channels(page);
  assert.deepEqual(await page.evaluate(() => JSON.parse(localStorage.getItem("telecast.favourites"))), [first.id]);
  assert.deepEqual(asked, [], "the station is not asked");
  await context.close();
});

test("a search with filters by keys: saved, run, renamed, removed", async () => {
  const { page, context, expectClean } = await open("/guide?view=grid");
  await block(page).waitFor();
  const [{ items }] = await told(page);
  const word = items.map(({ title }) => title.split(" ").find((part) => /^[A-Za-z]{4,}$/.test(part))).find(Boolean);
  await page.getByRole("searchbox", { name: "Search programmes" }).fill(word);
  await page.locator(".guide-found button.airing").first().waitFor();
  // From the field on with Tab and the selects' own keys.
  const filters = page.locator(".guide-filters");
  await filters.getByRole("combobox", { name: "Day" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL(/day=today/);
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".guide-chip input")), "the next stop is “New”");
  await page.keyboard.press("Space");
  await page.waitForURL(/new=true/);
  await page.keyboard.press("Space");
  await page.waitForURL((url) => !url.search.includes("new="));
  // What was found before stands until what is asked for now is there.
  await page.waitForFunction(() => {
    const days = [...document.querySelectorAll(".guide-found h3")];
    return days.length <= 1 && days.every((day) => day.textContent.startsWith("Today"));
  });

  await page.getByRole("button", { name: "Save this search" }).click();
  await page.getByRole("textbox", { name: "Name of the search" }).fill("Tonight’s own");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Saved: Tonight’s own" }).waitFor();
  const [kept] = (await read(page, "searches")).items;
  assert.deepEqual(kept.wanted, { q: word, day: "today", new: false });

  await page.goto(`${origin}/guide`);
  await page.getByRole("button", { name: "Saved searches" }).click();
  const dialog = page.getByRole("dialog", { name: "Saved searches" });
  await expectAccessible(page, "saved searches");
  await dialog.getByRole("button", { name: /^Rename: / }).click();
  await page.keyboard.type("Today");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: /^Today “/ }).click();
  await page.waitForURL(new RegExp(`q=${word}`));
  await page.waitForURL(/day=today/);
  await page.getByRole("button", { name: "Saved: Today" }).waitFor();
  await page.getByRole("button", { name: "Saved searches" }).click();
  await dialog.getByRole("button", { name: "Remove: Today" }).click();
  await dialog.getByText("There is none yet.").waitFor();
  assert.deepEqual((await read(page, "searches")).items, []);
  expectClean();
  await context.close();
});

test("on a phone the filters of a search unfold, and each can be reached", async () => {
  const { page, context } = await open("/guide?q=news", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.getByRole("heading", { level: 2 }).waitFor();
  await page.getByRole("button", { name: "Filters" }).tap();
  for (const name of ["Channel", "Genre", "Day"]) {
    const { x, width, height } = await page.getByRole("combobox", { name }).boundingBox();
    assert.ok(x >= 0 && x + width <= 390 && height >= 36, `${name}: ${x} ${width} ${height}`);
  }
  await page.locator(".guide-chip").tap();
  await page.waitForURL(/new=true/);
  await page.locator('.guide-list-frame[aria-busy="false"]').waitFor();
  await expectAccessible(page, "filters on a phone");
  await context.close();
});

test("the beginning of a word is enough, and accents do not matter", async () => {
  const { page, context } = await open("/guide");
  const titles = (await told(page)).flatMap(({ items }) => items.map(({ title }) => title));
  const plain = (text) => text.normalize("NFD").replaceAll(/\p{Diacritic}/gu, "").toLowerCase();
  const words = titles.flatMap((title) => title.split(/[^\p{L}]+/u)).filter((word) => word.length >= 5);
  const accented = words.find((word) => plain(word) !== word.toLowerCase());
  assert.ok(accented, `a title with an accent: ${titles}`);
  const wanted = plain(accented).slice(0, 5);
  const shows = async (text) => {
    await page.getByRole("searchbox", { name: "Search programmes" }).fill(text);
    await page.getByRole("heading", { level: 2, name: `Programmes with “${text}”` }).waitFor();
    await page.locator(".guide-found button.airing").first().waitFor();
    await page.locator('.guide-list-frame[aria-busy="false"]').waitFor();
    return page.locator(".guide-found button.airing .guide-title > span:first-of-type").allTextContents();
  };
  const found = await shows(wanted);
  assert.ok(found.some((title) => title.includes(accented)), `${accented} by “${wanted}”: ${found}`);
  const withAccent = await shows(accented.slice(0, 5).toUpperCase());
  assert.ok(withAccent.some((title) => title.includes(accented)), `${accented}: ${withAccent}`);
  await context.close();
});

test("the languages of an account choose the titles, at once and in the other tab", async () => {
  const { page, context } = await open("/settings/appearance");
  const asked = [];
  const other = await context.newPage();
  await other.goto(`${origin}/guide?view=grid`);
  await block(other).waitFor();
  other.on("request", (request) => /\/api\/v1\/guide\?/.test(request.url()) && asked.push(request.url()));
  await page.getByRole("combobox", { name: "First language" }).selectOption("fr");
  await page.getByRole("combobox", { name: "Second language" }).selectOption("de");
  await page.getByRole("combobox", { name: "Third language" }).waitFor();
  for (const until = Date.now() + 10_000; asked.length === 0 && Date.now() < until; ) await new Promise((wake) => setTimeout(wake, 100));
  assert.ok(asked.length > 0, "the other tab asks anew");
  assert.deepEqual((await read(page, "languages")).languages, ["fr", "de"]);
  await page.reload();
  assert.equal(await page.getByRole("combobox", { name: "Second language" }).inputValue(), "de");
  await expectAccessible(page, "languages of the guide");
  await context.close();
});
