// Channels of one's own, from a station that has nothing: a folder is named, a channel is made of two shows, comes on air and plays; it is changed
// as blocks and days, looked at before it counts, by two people at once, by keys alone, and removed. On a station of its own, with real films.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { expectAccessible, expectPlaying, focused, launch, openPage } from "../lib/browser.mjs";
import { film } from "../lib/films.mjs";
import { startFreshStation } from "../lib/station.mjs";

const folder = mkdtempSync(join(tmpdir(), "telecast-films-"));
const PASSWORD = "a long password";

let browser;
let station;
/** Cookies of the owner, once she is in. */
let owner;
before(async () => {
  for (const [episode, title] of ["Ebbe", "Flut", "Gischt"].entries()) film(folder, `Wellen/Staffel 1/Wellen S01E0${episode + 1} - ${title}.mkv`, 60, "testsrc2");
  for (const [episode, title] of ["Rot", "Blau"].entries()) film(folder, `Farben/Staffel 1/Farben S01E0${episode + 1} - ${title}.mkv`, 45, "smptebars", { hertz: 523 });
  film(folder, "Filme/Die lange Zahl (2024).mkv", 90, "testsrc");
  film(folder, "Filme/Kaleidoskop (1999).mkv", 80, "rgbtestsrc");
  browser = await launch();
  station = await startFreshStation();
});
after(async () => {
  await browser.close();
  await station.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(path, options) {
  const opened = await openPage(browser, { state: owner, ...options });
  await opened.page.goto(station.origin + path);
  return opened;
}

async function ask(page, method, path, data) {
  const reply = await page.request.fetch(`${station.origin}/api/v1/${path}`, { method, data, headers: { Origin: station.origin } });
  assert.ok(reply.ok(), `${method} ${path}: ${reply.status()} ${await reply.text()}`);
  return reply.status() === 204 ? null : reply.json();
}

/** The channel of that name, as the station tells of it. */
async function named(page, name) {
  const { items } = await ask(page, "GET", "stations");
  const found = items.find((one) => one.name === name);
  assert.ok(found, `there is a channel ${name}`);
  return ask(page, "GET", `stations/${found.id}`);
}

async function until(what, holds) {
  for (const end = Date.now() + 120_000; ; await new Promise((wake) => setTimeout(wake, 300))) {
    const found = await holds();
    if (found) return found;
    assert.ok(Date.now() < end, `${what} within two minutes`);
  }
}

const picker = (page) => page.getByRole("combobox", { name: "Add a show, a film or a label" });

async function choose(page, show) {
  await picker(page).fill(show);
  await page.getByRole("option", { name: show }).first().click();
}

test("from nothing to a channel of one's own that plays", async () => {
  const { page, context, expectClean } = await openPage(browser, { state: null });
  await page.goto(station.link);
  await page.getByLabel("Your name").fill("Anna");
  await page.getByLabel("A password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Take ownership" }).click();
  // Who has films and no receiver is told where to begin.
  await page.getByRole("link", { name: "Begin with films" }).click();
  owner = await context.storageState();
  await page.getByRole("button", { name: "Add a folder" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Path on the station's machine").fill(folder);
  await dialog.getByLabel("Name").fill("Films");
  await dialog.getByRole("button", { name: "Add a folder" }).click();
  await page.getByText("7 films", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Make a channel of it" }).waitFor();

  await page.getByRole("link", { name: "Channels", exact: true }).click();
  await page.getByRole("heading", { name: "A channel of your own" }).waitFor();
  await expectAccessible(page, "no channel yet");
  await page.getByRole("link", { name: "Create a channel" }).click();
  await page.getByRole("button", { name: "Create the channel" }).click();
  await page.getByText("Give the channel a name.").waitFor();
  await page.getByText("Choose at least one show or film.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Meer und Farbe");
  await picker(page).focus();
  await page.getByRole("option", { name: "All films 2 films" }).waitFor();
  await choose(page, "Wellen");
  await choose(page, "Farben");
  // It may be asked for while films are still looked into; what was missing comes by itself.
  await page.getByRole("button", { name: "Show the first evening" }).click();
  const evening = page.getByRole("region", { name: "The first evening" });
  await evening.getByText("Ebbe").first().waitFor();
  await evening.getByText("Rot").first().waitFor();
  await expectAccessible(page, "a channel that is being made");
  assert.deepEqual((await ask(page, "GET", "stations")).items, [], "looking makes nothing");
  await page.getByRole("button", { name: "Create the channel" }).click();
  await page.getByRole("heading", { level: 1, name: /Meer und Farbe/ }).waitFor();
  await page.getByText("On air", { exact: true }).waitFor({ timeout: 120_000 });
  await page.locator('.plan-block[data-phase="now"]').first().waitFor();
  await expectAccessible(page, "a plan of days");
  await page.getByRole("link", { name: "Watch Meer und Farbe" }).click();
  const { width } = await expectPlaying(page, { seconds: 3 });
  assert.ok(width >= 320, "a picture of some size");
  expectClean();
  await context.close();
});

test("the plan says why something is there, and how far it is prepared", async () => {
  const { page, context, expectClean } = await open("/channels");
  await page.getByRole("link", { name: "Meer und Farbe" }).click();
  const { id } = await named(page, "Meer und Farbe");
  await until("what comes is ready", async () => (await ask(page, "GET", `stations/${id}`)).preparation.ready >= 4);
  // What was begun before all of it was ready may have to end first.
  const block = page.locator('.plan-block[data-phase="coming"][data-firm]').first();
  await block.waitFor({ timeout: 90_000 });
  assert.match(await block.getAttribute("aria-label"), /ready/);
  await page.locator('.plan-block[data-phase="now"]').first().focus();
  await page.keyboard.press("ArrowDown");
  const second = await focused(page);
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog");
  await sheet.getByText("The channel is a simple one: its shows fill the whole day.").waitFor();
  await sheet.getByText("It is what comes next in their order.").waitFor();
  await expectAccessible(page, "reasons");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  assert.equal(await focused(page), second, "the focus comes back to where it was");
  // It can be read as a list as well.
  await page.getByRole("button", { name: "As a list" }).click();
  await page.locator(".plan-list [data-now]").waitFor();
  await expectAccessible(page, "a plan as a list");
  expectClean();
  await context.close();
});

test("it is changed as blocks and days: dragged, moved by keys, looked at, and then in force", async () => {
  const { page, context, expectClean } = await open("/channels");
  await page.getByRole("link", { name: "Meer und Farbe" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByRole("button", { name: "More possibilities" }).click();
  await page.getByRole("button", { name: "Sources", exact: true }).click();
  await page.getByLabel("Name of a new source").fill("Die lange Zahl");
  await page.getByRole("button", { name: "Add a source" }).click();
  await page.getByLabel("What it is").selectOption("all of a kind");
  await page.getByRole("button", { name: "Blocks", exact: true }).click();
  await page.getByLabel("Name of a new block").fill("Kino");
  await page.getByRole("button", { name: "Add a block" }).click();
  await page.getByLabel("Plays").selectOption("Die lange Zahl");
  await page.getByLabel("How much").selectOption("several programmes");

  // What is wrong is told at its field.
  await page.getByLabel("Number", { exact: true }).last().fill("0");
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByText("With these it cannot be put in force.").waitFor();
  await expectAccessible(page, "a fault in a document");
  await page.getByRole("button", { name: "Days", exact: true }).click();
  await page.getByRole("button", { name: /To the fault at Block “Kino”/ }).click();
  const count = page.getByLabel("Number", { exact: true }).last();
  await count.and(page.locator(":focus")).waitFor();
  assert.equal(await count.getAttribute("aria-invalid"), "true");
  await count.fill("2");

  // A start is added, dragged along the day, and moved on by keys.
  await page.getByRole("button", { name: "Days", exact: true }).click();
  await page.getByRole("button", { name: /^all/ }).first().click();
  await page.getByRole("button", { name: "Add a start" }).click();
  await page.getByLabel("Block", { exact: true }).last().selectOption("Kino");
  const grip = page.getByRole("button", { name: /^Kino \d\d:\d\d, flexible$/ });
  const from = await grip.boundingBox();
  const day = await page.locator(".strip-day").boundingBox();
  await page.mouse.move(from.x + 8, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 8 + (day.width * 5) / 24, from.y + from.height / 2, { steps: 8 });
  await page.mouse.up();
  const at = async () => (await grip.getAttribute("aria-label")).slice(5, 10);
  const dragged = await at();
  assert.notEqual(dragged, "01:00", "it has moved");
  assert.equal(Math.abs(Number(dragged.slice(0, 2)) - 6) <= 1, true, `some five hours on: ${dragged}`);
  await grip.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("ArrowLeft");
  const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  assert.equal(minutes(await at()) - minutes(dragged), 55, "an hour on, five minutes back");
  await page.getByText(/^Kino begins at /).waitFor();
  await expectAccessible(page, "a day that is changed");

  await page.getByRole("button", { name: "Preview", exact: true }).click();
  const preview = page.getByRole("region", { name: "What changes" });
  await preview.getByText(/^[\d,]+ comes?, [\d,]+ go(?:es)?, [\d,]+ moves?/).waitFor();
  await preview.getByText("The first change is at").waitFor();
  await expectAccessible(page, "a preview with what changes");
  assert.equal((await named(page, "Meer und Farbe")).revision, 1, "nothing is in force yet");
  await page.reload();
  await page.getByText("There are changes that are not in force.").waitFor();
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText("It is in force.").waitFor();
  const changed = await named(page, "Meer und Farbe");
  assert.equal(changed.revision, 2);
  const starts = changed.document.templates.all;
  assert.equal(starts.find(({ block }) => block === "Kino").at, `${String(Math.floor((minutes(dragged) + 55) / 60)).padStart(2, "0")}:${String((minutes(dragged) + 55) % 60).padStart(2, "0")}`);
  expectClean();
  await context.close();
});

test("a year of it is simulated, and what is odd is said", async () => {
  const { page, context, expectClean } = await open("/channels");
  await page.getByRole("link", { name: "Meer und Farbe" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Name of a new source").fill("Niemand");
  await page.getByRole("button", { name: "Add a source" }).click();
  await page.getByRole("link", { name: "A year" }).click();
  await page.getByText("Your changes are simulated, not what is in force.").waitFor();
  await page.getByLabel("Days").selectOption("30 days");
  await page.getByRole("button", { name: "Simulate" }).click();
  await page.getByText(/^[\d,.]+ programmes in 30 days\./).waitFor({ timeout: 120_000 });
  await page.getByText("Nothing plays the source “Niemand”.").waitFor();
  await page.getByText("The library has nothing of the source “Niemand”.").waitFor();
  await expectAccessible(page, "a simulated year");
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByRole("button", { name: "Discard changes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Discard changes" }).click();
  await page.getByText("This is how the channel is in force.").waitFor();
  assert.equal((await named(page, "Meer und Farbe")).revision, 2, "a simulation changes nothing");
  expectClean();
  await context.close();
});

test("two people change it at once: the second is told, and loses nothing", async () => {
  const mine = await open("/channels");
  const { id } = await named(mine.page, "Meer und Farbe");
  await mine.page.goto(`${station.origin}/channels/${id}?tab=edit`);
  const theirs = await open(`/channels/${id}?tab=edit`);
  await mine.page.getByLabel("Name", { exact: true }).first().fill("Meer, von mir");
  await theirs.page.getByLabel("Name", { exact: true }).first().fill("Meer, von ihr");
  await theirs.page.getByRole("button", { name: "Apply" }).click();
  await theirs.page.getByText("It is in force.").waitFor();
  await mine.page.getByRole("button", { name: "Apply" }).click();
  await mine.page.getByRole("heading", { name: "Somebody was faster" }).waitFor();
  await mine.page.getByText("You began with revision 2; revision 3 is in force by now.").waitFor();
  await expectAccessible(mine.page, "a conflict");
  assert.equal(await mine.page.getByLabel("Name", { exact: true }).first().inputValue(), "Meer, von mir", "the draft stays");
  assert.equal((await ask(mine.page, "GET", `stations/${id}`)).name, "Meer, von ihr");
  await mine.page.getByRole("button", { name: "Put mine over it" }).click();
  await mine.page.getByText("It is in force.").waitFor();
  const now = await ask(mine.page, "GET", `stations/${id}`);
  assert.deepEqual([now.name, now.revision], ["Meer, von mir", 4]);
  // The browser calls the refusal an error, as it should be.
  mine.expectClean(/\/logo\)$|409/);
  theirs.expectClean();
  await mine.context.close();
  await theirs.context.close();
});

test("who only watches finds no making of channels, and is refused it", async () => {
  const { page, context } = await open("/settings/people");
  await page.getByRole("button", { name: "Add a person" }).click();
  const adding = page.getByRole("dialog", { name: "Add a person" });
  await adding.getByLabel("Name").fill("Ben");
  await adding.getByLabel("Role").selectOption("Viewer");
  await adding.getByRole("button", { name: "Add a person" }).click();
  const address = await page.getByRole("dialog", { name: "A link for Ben" }).locator("code").innerText();
  const { id } = await named(page, "Meer, von mir");
  await context.close();

  const ben = await openPage(browser, { state: null });
  await ben.page.goto(address);
  await ben.page.waitForURL("**/watch/**");
  const nav = ben.page.getByRole("navigation", { name: "Main" });
  await nav.getByRole("link", { name: "Library" }).waitFor();
  assert.equal(await nav.getByRole("link", { name: "Channels" }).count(), 0);
  for (const path of ["/channels", "/channels/new", `/channels/${id}?tab=edit`]) {
    await ben.page.goto(station.origin + path);
    await ben.page.getByRole("heading", { name: "Not for this account" }).waitFor();
    assert.equal(await ben.page.getByRole("button", { name: /Apply|Create|Remove/ }).count(), 0, path);
  }
  await expectAccessible(ben.page, "channels for somebody who watches");
  const refused = await ben.page.request.post(`${station.origin}/api/v1/stations`, { data: { name: "Bens" }, headers: { Origin: station.origin } });
  assert.equal(refused.status(), 403);
  // The library is to be looked at, and nothing in it to be changed.
  await ben.page.goto(`${station.origin}/library`);
  await ben.page.getByRole("status").getByText("7 items").waitFor();
  assert.equal(await ben.page.getByRole("button", { name: /Look now|Add a folder/ }).count(), 0);
  assert.equal(await ben.page.getByRole("checkbox").count(), 0, "nothing is selected for changes");
  await ben.page.locator(".card", { hasText: "Kaleidoskop" }).getByRole("button").first().click();
  const sheet = ben.page.getByRole("complementary", { name: "Kaleidoskop" });
  await sheet.getByText("1999").waitFor();
  assert.equal(await sheet.getByRole("button", { name: "Correct" }).count(), 0);
  await ben.context.close();
});

test("a channel of films is made by keys alone", async () => {
  const { page, context, expectClean } = await open("/channels");
  await page.getByRole("link", { name: "Create a channel" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Create a channel" }).waitFor();
  const tab = async (wanted) => {
    for (let steps = 0; steps < 60; steps += 1) {
      const now = await page.evaluate(() => document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? "");
      if (now.trim() === wanted) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab never comes to “${wanted}”`);
  };
  await tab("Name");
  await page.keyboard.type("Kino");
  await tab("Add a show, a film or a label");
  await page.getByRole("option", { name: "All films 2 films" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "All films is on" }).waitFor();
  await tab("In turn");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.getByRole("radio", { name: "Shuffled" }).isChecked(), true);
  await tab("Create the channel");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /Kino/ }).waitFor();
  assert.deepEqual((await named(page, "Kino")).document.simple, { order: "shuffle", shows: [{ kind: "film" }] });
  await page.getByText("On air", { exact: true }).waitFor({ timeout: 120_000 });
  expectClean();
  await context.close();
});

test("in German and on a phone it is read, and a channel is made", async () => {
  const { page, context, expectClean } = await open("/channels", { viewport: { width: 390, height: 844 }, locale: "de-DE", hasTouch: true });
  await page.getByRole("heading", { level: 1, name: "Sender" }).waitFor();
  const whole = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  assert.equal(await whole(), true, "the list is no wider than the phone");
  await expectAccessible(page, "channels on a phone");
  // At most six entries below; the others stand behind the last.
  const nav = page.getByRole("navigation");
  assert.equal(await nav.locator(".nav-item:visible").count(), 6);
  await nav.getByRole("button", { name: "Menü" }).tap();
  await nav.getByRole("link", { name: "Einstellungen" }).waitFor();
  const label = await nav.getByText("Einstellungen", { exact: true }).boundingBox();
  assert.ok(label.width > 60 && label.x + label.width <= 390, `its words are in sight: ${JSON.stringify(label)}`);
  await expectAccessible(page, "what stands behind the last entry");
  await page.keyboard.press("Escape");
  await nav.getByRole("link", { name: "Einstellungen" }).waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "Meer, von mir" }).tap();
  await page.locator(".plan-list [data-now]").waitFor();
  await page.getByText("läuft", { exact: false }).first().waitFor();
  assert.equal(await whole(), true, "a plan is no wider than the phone");
  await expectAccessible(page, "a plan on a phone");
  await page.locator(".plan-list [data-now] button").tap();
  await page.getByRole("dialog").getByText("Warum").waitFor();
  await expectAccessible(page, "reasons on a phone");
  await page.goto(`${station.origin}/channels`);
  await page.getByRole("link", { name: "Sender anlegen" }).tap();
  await page.getByLabel("Name", { exact: true }).fill("Unterwegs");
  const field = page.getByRole("combobox", { name: "Serie, Film oder Etikett hinzufügen" });
  await field.fill("Farben");
  await page.getByRole("option", { name: "Farben 2 Folgen" }).tap();
  await page.getByRole("checkbox", { name: /Farben/ }).waitFor();
  assert.equal(await whole(), true, "making one is no wider than the phone");
  await expectAccessible(page, "making a channel on a phone");
  await page.getByRole("button", { name: "Sender anlegen" }).tap();
  await page.getByRole("heading", { level: 1, name: /Unterwegs/ }).waitFor();
  await ask(page, "DELETE", `stations/${(await named(page, "Unterwegs")).id}`);
  expectClean();
  await context.close();
});

test("it is removed when that was asked and answered, and whoever watches it is told", async () => {
  const viewer = await open("/channels");
  const { id, channel_id: channel } = await named(viewer.page, "Kino");
  await viewer.page.goto(`${station.origin}/watch/${channel}`);
  await expectPlaying(viewer.page);
  const { page, context, expectClean } = await open(`/channels/${id}?tab=edit`);
  await page.getByRole("button", { name: "Remove the channel" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Its plan, its log and its place in every list go with it.").waitFor();
  await expectAccessible(page, "the question whether a channel goes");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await named(page, "Kino");
  await page.getByRole("button", { name: "Remove the channel" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await page.waitForURL("**/channels");
  await page.getByRole("link", { name: "Meer, von mir" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Kino" }).count(), 0);
  await page.goto(`${station.origin}/channels/${id}`);
  await page.getByRole("heading", { name: "This channel is not here" }).waitFor();
  await viewer.page.waitForFunction(() => document.querySelector("[data-stage]")?.dataset.phase !== "playing", null, { timeout: 60_000 });
  expectClean(/\/logo\)$|404/);
  await context.close();
  await viewer.context.close();
});
