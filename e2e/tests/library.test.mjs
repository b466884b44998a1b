// The library: a folder is added, films appear with pictures, are searched, corrected, chosen and put into collections whose query is tried while it is written.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { expectAccessible, launch, openPage, origin } from "../lib/browser.mjs";
import { film as drawFilm, put } from "../lib/films.mjs";

const headers = { Origin: origin };
const room = mkdtempSync(join(tmpdir(), "telecast-library-"));
const SHOTS = process.env.TELECAST_LIBRARY_SHOTS;

const film = (path, seconds, source) => drawFilm(room, path, seconds, source);

let browser;
before(async () => {
  browser = await launch();
  film("Filme/Metropolis (1927).mkv", 3, "testsrc2");
  film("Filme/Nosferatu (1922).mkv", 4, "mandelbrot");
  for (const episode of [1, 2, 10]) film(`Serien/Die Brücke (2011)/Staffel 1/Die Brücke S01E${String(episode).padStart(2, "0")} - Folge ${episode}.mkv`, 2 + (episode % 3), "smptebars");
  film("Trailer/Ein sehr langer Name, der in keine Zeile passt und dennoch ganz gelesen werden will - Trailer.mp4", 1, "rgbtestsrc");
  put(room, "Filme/Kaputt (2001).mkv", (place) => writeFileSync(place, "This is no film.\n".repeat(500)));
});
after(async () => {
  await browser.close();
  rmSync(room, { recursive: true, force: true });
});

async function open(path, options) {
  const opened = await openPage(browser, options);
  await opened.page.goto(origin + path);
  return opened;
}

async function shot(page, name) {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

async function read(page, path) {
  const reply = await page.request.get(`${origin}/api/v1/library${path}`);
  assert.ok(reply.ok(), `${path}: ${reply.status()}`);
  return reply.json();
}

const card = (page, title) => page.locator(".card", { has: page.getByText(title, { exact: true }) });

test("an empty library says how to begin, and a folder that is added fills it", async () => {
  const { page, context, expectClean } = await open("/library");
  await page.getByRole("heading", { name: "Nothing here yet" }).waitFor();
  await expectAccessible(page, "an empty library");
  await shot(page, "empty-1440");
  await page.getByRole("button", { name: "Add a folder" }).click();
  await page.getByRole("button", { name: "Add a folder" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Path on the station's machine").fill("/there/is/none");
  await dialog.getByRole("button", { name: "Add a folder" }).click();
  await dialog.getByText("cannot be read").waitFor();
  await dialog.getByLabel("Path on the station's machine").fill(room);
  await dialog.getByLabel("Name").fill("Alles");
  // What is said of the scan is gone within a second or two: it is noted as it comes.
  await page.evaluate(() => {
    const said = (globalThis.scanSaid = []);
    new MutationObserver(() => said.push(document.querySelector(".library-scan [role=status]")?.textContent ?? "")).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await dialog.getByRole("button", { name: "Add a folder" }).click();
  await page.getByText("7 films", { exact: true }).waitFor();
  await shot(page, "folders-1440");
  await page.getByRole("radio", { name: "All", exact: true }).first().check({ force: true });
  await page.getByRole("status").getByText("7 items").waitFor();
  for (const until = Date.now() + 60_000; ; await new Promise((wake) => setTimeout(wake, 200))) {
    const { scan } = await read(page, "");
    if (!scan.looking && scan.waiting === 0) break;
    assert.ok(Date.now() < until, "all are looked into within a minute");
  }
  const said = await page.evaluate(() => globalThis.scanSaid);
  assert.ok(said.some((words) => /^Looking into \d+ files?$/.test(words)), `how far it is was told: ${[...new Set(said)].join(", ")}`);
  await page.getByText(/^Last looked at /).waitFor();
  await card(page, "Metropolis").getByText("1927 · 0:03").waitFor();
  await card(page, "Kaputt").getByText("unplayable").waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll(".card .art img")].filter((img) => img.complete && img.naturalWidth > 0).length >= 6);
  await expectAccessible(page, "a library");
  await shot(page, "items-1440");
  // The broken one has no picture, and a folder that is none is refused: the browser says so.
  expectClean(/\/logo\)$|40[04]/);
  await context.close();
});

test("details with advice, a correction that stays, by keys alone", async () => {
  const { page, context, expectClean } = await open("/library?q=kaputt");
  await card(page, "Kaputt").getByRole("button").focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("complementary", { name: "Kaputt" });
  await sheet.getByText("The file is damaged, or is no film.").waitFor();
  await shot(page, "faults-1440");
  await expectAccessible(page, "details of an item");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.getByRole("searchbox").fill("nosfer");
  await card(page, "Nosferatu").getByRole("button").click();
  await page.getByRole("button", { name: "Correct" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Nosferatu, restauriert");
  await page.getByRole("dialog").getByLabel("Labels, with commas between them").fill("stumm, abends");
  await shot(page, "correct-1440");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  const corrected = page.getByRole("complementary", { name: "Nosferatu, restauriert" });
  await corrected.getByText("abends").waitFor();
  await shot(page, "detail-1440");
  // The file is another one now: it is looked into again, and what was said of it stays.
  const { id } = (await read(page, "/items?q=nosfer")).items[0];
  film("Filme/Nosferatu (1922).mkv", 6, "mandelbrot");
  await page.request.post(`${origin}/api/v1/library/scan`, { headers, data: {} });
  for (const until = Date.now() + 60_000; (await read(page, `/items/${id}`)).length_s < 5; await new Promise((wake) => setTimeout(wake, 200))) {
    assert.ok(Date.now() < until, "the new file is looked into within a minute");
  }
  await page.reload();
  await page.getByRole("complementary", { name: "Nosferatu, restauriert" }).waitFor();
  expectClean(/\/logo\)$|404/);
  await context.close();
});

test("filters and orders narrow what is shown, and stand in the address", async () => {
  const { page, context, expectClean } = await open("/library");
  await page.getByRole("status").getByText("7 items").waitFor();
  await page.getByLabel("Show only").selectOption("Unplayable");
  await page.getByRole("status").getByText("1 item", { exact: true }).waitFor();
  await card(page, "Kaputt").waitFor();
  await page.reload();
  await page.getByRole("status").getByText("1 item", { exact: true }).waitFor();
  await page.getByLabel("Show only").selectOption("Everything");
  await page.getByRole("radio", { name: "Films" }).check({ force: true });
  await page.getByRole("status").getByText("3 items").waitFor();
  await page.getByLabel("Order").selectOption("Longest first");
  await page.waitForFunction(() => document.querySelector(".card-title")?.textContent === "Nosferatu, restauriert");
  await page.getByRole("searchbox").fill("nothing is called like this");
  await page.getByRole("heading", { name: "Nothing fits" }).waitFor();
  await expectAccessible(page, "a library in which nothing fits");
  await page.getByRole("button", { name: "Show everything" }).click();
  await page.getByRole("status").getByText("7 items").waitFor();
  expectClean(/\/logo\)$|404/);
  await context.close();
});

test("many are chosen and given a label; a query is tried while it is written", async () => {
  const { page, context, expectClean } = await open("/library?kind=episode");
  await page.getByRole("status").getByText("3 items").waitFor();
  const titles = await page.locator(".card-title").allTextContents();
  assert.deepEqual(titles, ["Folge 1", "Folge 2", "Folge 10"], "as one counts");
  await page.getByRole("checkbox", { name: "Select: Folge 1", exact: true }).check();
  await page.getByRole("button", { name: "Select all shown" }).click();
  await shot(page, "bulk-1440");
  await page.getByRole("button", { name: "Add a label" }).click();
  await page.getByRole("dialog").getByLabel("Label").fill("krimi");
  await page.getByRole("dialog").getByRole("button", { name: "Add a label" }).click();
  await page.getByText("3 items have changed.").waitFor();
  await page.getByRole("radio", { name: "Collections" }).check({ force: true });
  await page.getByRole("button", { name: "New collection" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Krimis");
  const query = dialog.getByRole("textbox", { name: "Query" });
  await query.fill("tagg:krimi");
  await dialog.getByText("Column 1").waitFor();
  await shot(page, "query-fault-1440");
  await query.fill("tag:krimi episode<5");
  await dialog.getByText("2 items fit now").waitFor();
  await expectAccessible(page, "a query that is tried");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Krimis", exact: true }).click();
  await page.getByRole("status").getByText("2 items").waitFor();
  await page.getByRole("radio", { name: "Shows" }).check({ force: true });
  await page.getByText("1 season · 3 episodes").waitFor();
  await shot(page, "shows-1440");
  // The query that is none is refused by the station, as it should be.
  expectClean(/\/logo\)$|40[04]/);
  await context.close();
});

test("on a phone, in German, and for somebody who only watches", async () => {
  const phone = { viewport: { width: 390, height: 844 }, locale: "de-DE" };
  const { page, context, expectClean } = await open("/library", phone);
  await page.getByRole("heading", { name: "Bibliothek" }).waitFor();
  await page.getByRole("status").getByText("7 Einträge").waitFor();
  await card(page, "Metropolis").waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert.equal(wide, false, "nothing is wider than the phone");
  await expectAccessible(page, "a library on a phone");
  await shot(page, "items-390");
  await card(page, "Kaputt").getByRole("button").click();
  await page.getByText("Die Datei ist beschädigt oder kein Film.").waitFor();
  await shot(page, "faults-390");
  expectClean(/\/logo\)$|404/);
  await context.close();
});
