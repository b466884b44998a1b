// Channels of one's own: the demo's two in list and plan, one made, changed, put in force and removed; with keys alone, on a phone, by whom it may be.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, focused, launch, openPage, origin } from "../lib/browser.mjs";

const NAME = "Made in a test";
const api = (path) => `${origin}/api/v1/stations${path}`;
const headers = { Origin: origin };

let browser;
before(async () => {
  browser = await launch();
  const { page, context } = await openPage(browser);
  // The demo draws its films while it runs already.
  for (const until = Date.now() + 300_000; ; await new Promise((wake) => setTimeout(wake, 1000))) {
    const { items } = await stations(page);
    if (items.length >= 2 && items.every(({ now }) => now && now.kind !== "slate")) break;
    assert.ok(Date.now() < until, `the demo has no channels of its own: ${JSON.stringify(items.map(({ name, state }) => [name, state]))}`);
  }
  await removeOurs(page);
  await context.close();
});
after(async () => {
  const { page } = await openPage(browser);
  await removeOurs(page);
  await browser.close();
});

async function stations(page) {
  const reply = await page.request.get(api(""));
  assert.ok(reply.ok(), `stations: ${reply.status()}`);
  return reply.json();
}

async function one(page, name) {
  const found = (await stations(page)).items.find((station) => station.name === name);
  assert.ok(found, `there is no channel '${name}'`);
  return (await page.request.get(api(`/${found.id}`))).json();
}

async function removeOurs(page) {
  for (const { id, name } of (await stations(page)).items) {
    if (name.startsWith(NAME)) await page.request.delete(api(`/${id}`), { headers });
  }
}

/** A channel of the tests' own, made by the API: stories about changing need not make one. */
async function make(page, name, document) {
  const reply = await page.request.post(api(""), { headers, data: { name, document: { version: 1, name, ...document } } });
  assert.equal(reply.status(), 201, await reply.text());
  return reply.json();
}

const FULL = {
  sources: { films: { kind: "film" }, shapes: "Formen" },
  blocks: { morning: { play: [{ source: "shapes" }] }, evening: { play: [{ source: "films", order: "shuffle" }] } },
  templates: { day: [{ at: "06:00", block: "morning" }, { at: "20:00", block: "evening", strict: true }] },
  calendar: [{ template: "day" }],
  breaks: [{ name: "stopgap", at: "fallback", source: "films" }],
};

async function open(path, options) {
  const opened = await openPage(browser, options);
  await opened.page.goto(origin + path);
  return opened;
}

/** Tab until what has the focus is called so. */
async function tabTo(page, name, most = 60) {
  const seen = [];
  for (let step = 0; step < most; step += 1) {
    const here = await focused(page);
    if (name.test(here)) return;
    seen.push(here);
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never comes to ${name}: ${seen.join(" · ")}`);
}

test("the list tells what is on, and leads to the plan by keys", async () => {
  const { page, context, expectClean } = await open("/");
  await page.getByRole("link", { name: "Channels", exact: true }).click();
  const row = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "Filmkanal" }) });
  await row.waitFor();
  const { now, number } = await one(page, "Filmkanal");
  assert.match(await row.innerText(), new RegExp(String(number)));
  assert.ok((await row.locator(".station-airing-title").first().innerText()).length > 0, `what is on is named: ${now.title}`);
  await expectAccessible(page, "the list of own channels");
  await tabTo(page, /^Filmkanal$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/channels\/[^/?]+/);
  await page.getByRole("heading", { level: 1, name: /Filmkanal/ }).waitFor();
  expectClean();
  await context.close();
});

test("the plan: from block to block by keys, why one is there, and back", async () => {
  const { page, context, expectClean } = await open("/channels");
  const station = await one(page, "Filmkanal");
  await page.goto(`${origin}/channels/${station.id}`);
  const cursor = page.locator('.plan-block[data-cursor="true"]');
  await cursor.waitFor();
  assert.equal(await page.locator('.plan-block[tabindex="0"]').count(), 1, "one block is in the order of Tab");
  await cursor.focus();
  const first = await focused(page);
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction((before) => document.activeElement?.getAttribute("aria-label") !== before && document.activeElement?.matches(".plan-block"), first);
  const second = await focused(page);
  await page.keyboard.press("Enter");
  const sheet = page.locator(".guide-sheet");
  await sheet.getByText("Its block “day” begins at 00:00.").waitFor();
  await sheet.getByText(/Step 1 of “day” plays “films”\.|The break “ident” takes clips from “idents” here\./).waitFor();
  await expectAccessible(page, "the reasons of a programme");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.matches(".plan-block"));
  assert.equal((await focused(page)).slice(0, 5), second.slice(0, 5), "the focus is where it was");
  await expectAccessible(page, "the plan as days");
  expectClean();
  await context.close();
});

test("what the list of the day says is what the station has planned", async () => {
  const { page, context } = await open("/channels");
  const station = await one(page, "Filmkanal");
  await page.goto(`${origin}/channels/${station.id}?layout=list`);
  const line = page.locator(".plan-list [data-now] .plan-line");
  await line.waitFor();
  const { now } = await one(page, "Filmkanal");
  if (now.role === "programme") assert.match(await line.innerText(), new RegExp(now.title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  await expectAccessible(page, "the plan as a list");
  await context.close();
});

test("a channel in a minute with keys alone: name, show, order, the first evening, on air, and gone again", async () => {
  const { page, context, expectClean } = await open("/channels/new");
  await page.getByLabel("Name").focus();
  await page.keyboard.type(NAME);
  const picker = page.getByRole("combobox", { name: /Add a show/ });
  await picker.focus();
  await page.keyboard.type("Form");
  await page.getByRole("option", { name: /^Formen/ }).waitFor();
  await expectAccessible(page, "shows that are offered");
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "Formen is on" }).waitFor();
  await page.getByRole("radio", { name: "In turn" }).focus();
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.getByRole("radio", { name: "By weight" }).isChecked());
  await page.getByRole("button", { name: "Show the first evening" }).press("Enter");
  await page.locator(".station-evening .plan-line").first().waitFor();
  assert.ok(!(await stations(page)).items.some(({ name }) => name === NAME), "looking makes nothing");
  await expectAccessible(page, "a channel that is being made");
  await page.getByRole("button", { name: "Create the channel" }).press("Enter");
  await page.waitForURL(/\/channels\/(?!new)[^/?]+$/);
  await page.getByRole("heading", { level: 1, name: new RegExp(NAME) }).waitFor();
  const made = await one(page, NAME);
  assert.equal(made.document.simple.order, "weighted");
  assert.deepEqual(made.document.simple.shows, ["Formen"]);

  await page.goto(`${origin}/channels/${made.id}?tab=edit`);
  await page.getByRole("button", { name: "Remove the channel" }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).press("Enter");
  await page.waitForURL(/\/channels$/);
  assert.ok(!(await stations(page)).items.some(({ name }) => name === NAME));
  expectClean();
  await context.close();
});

test("a block is moved along the day by keys and by the pointer: previewed, applied, in force", async () => {
  const { page, context, expectClean } = await open("/channels");
  const { id } = await make(page, `${NAME}: days`, FULL);
  await page.goto(`${origin}/channels/${id}?tab=edit&section=days&part=day`);
  const grip = (at) => page.getByRole("button", { name: new RegExp(`^evening ${at}`) });
  await grip("20:00").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await grip("20:55").waitFor();
  await expectAccessible(page, "the days of a channel");
  const box = await grip("20:55").boundingBox();
  const strip = await page.locator(".strip-day").boundingBox();
  await page.mouse.move(box.x + 8, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 8 - (strip.width / 24) * 2, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await grip("18:55").waitFor();
  assert.equal((await one(page, `${NAME}: days`)).document.templates.day[1].at, "20:00", "nothing is in force yet");
  await page.reload();
  await grip("18:55").waitFor();
  await page.getByRole("button", { name: "Preview" }).click();
  await page.locator('.station-evening[aria-busy="false"]').waitFor();
  await page.locator(".station-evening .plan-line").first().waitFor();
  await expectAccessible(page, "a preview");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText(/^It is in force/).waitFor();
  assert.equal((await one(page, `${NAME}: days`)).document.templates.day[1].at, "18:55");
  expectClean();
  await context.close();
});

test("somebody was faster: the draft stays, and goes over it", async () => {
  const { page, context } = await open("/channels");
  const { id, revision } = await make(page, `${NAME}: twice`, { simple: { shows: ["Formen"] } });
  await page.goto(`${origin}/channels/${id}?tab=edit`);
  await page.getByRole("radio", { name: "Shuffled" }).check();
  const theirs = { version: 1, name: `${NAME}: theirs`, simple: { order: "in_order", shows: ["Colours"] } };
  const reply = await page.request.post(api(`/${id}`), { headers, data: { revision, document: theirs } });
  assert.ok(reply.ok(), `their change: ${reply.status()}`);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("heading", { name: "Somebody was faster" }).waitFor();
  await expectAccessible(page, "a conflict");
  assert.ok(await page.getByRole("radio", { name: "Shuffled" }).isChecked());
  await page.getByRole("button", { name: "Put mine over it" }).click();
  await page.getByText(/^It is in force/).waitFor();
  const { document } = await (await page.request.get(api(`/${id}`))).json();
  assert.deepEqual(document.simple, { order: "shuffle", shows: ["Formen"] });
  await context.close();
});

test("what is wrong is told at its place, in the forms and in the text", async () => {
  const { page, context } = await open("/channels");
  const { id } = await make(page, `${NAME}: wrong`, FULL);
  await page.goto(`${origin}/channels/${id}?tab=edit&section=json`);
  const area = page.getByRole("textbox", { name: "As text" });
  await area.waitFor();
  await area.fill((await area.inputValue()).replace('"source": "shapes"', '"source": "shape"'));
  await page.getByRole("button", { name: "Apply" }).click();
  const fault = page.locator(".faults").getByRole("button", { name: "To the fault at Block “morning”, step 1, source" });
  await fault.waitFor();
  await page.locator(".json-faults .fault-place").first().click();
  assert.match(await area.evaluate(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd)), /^"shape"$/);
  await page.getByRole("button", { name: "Blocks" }).click();
  await fault.click();
  await page.waitForFunction(() => document.activeElement?.matches('select[aria-invalid="true"]'));
  await expectAccessible(page, "a fault in a form");
  await page.keyboard.type("shapes");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText("This is how the channel is in force.").waitFor();
  await context.close();
});

test("every part of a channel can be read by everybody, dark and light", async () => {
  for (const theme of ["dark", "light"]) {
    const { page, context, expectClean } = await open("/channels", { preferences: { theme } });
    const station = await one(page, "Filmkanal");
    for (const [section, part] of [["sources", "films"], ["blocks", "day"], ["calendar"], ["breaks", "ident"], ["guide"], ["json"]]) {
      await page.goto(`${origin}/channels/${station.id}?tab=edit&section=${section}${part ? `&part=${part}` : ""}`);
      await page.locator(".edit-section").waitFor();
      await expectAccessible(page, `${section}, ${theme}`);
    }
    expectClean();
    await context.close();
  }
});

test("a week ahead in figures, and what was on", async () => {
  const { page, context, expectClean } = await open("/channels");
  const station = await one(page, "Filmkanal");
  await page.goto(`${origin}/channels/${station.id}?tab=simulate`);
  await page.getByRole("combobox", { name: "Days" }).selectOption("7");
  await page.getByRole("button", { name: "Simulate" }).click();
  await page.getByText(/programmes in 7 days/).waitFor();
  await expectAccessible(page, "a week ahead");
  await page.goto(`${origin}/channels/${station.id}?tab=log`);
  await page.getByRole("heading", { level: 2, name: "What aired" }).waitFor();
  await page.locator(".log tbody tr").first().waitFor({ timeout: 120_000 });
  await expectAccessible(page, "what aired");
  expectClean();
  await context.close();
});

test("a phone looks only, in German", async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, preferences: { language: "de" } };
  const { page, context, expectClean } = await open("/channels", phone);
  await page.getByRole("heading", { level: 1, name: "Eigene Sender" }).waitFor();
  await page.getByRole("link", { name: "Filmkanal" }).tap();
  const line = page.locator(".plan-list [data-now] .plan-line");
  await line.waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390), "nothing is wider than the phone");
  await line.tap();
  await page.locator(".guide-sheet").getByText(/Sein Block „day“ beginnt um 00:00\./).waitFor();
  await expectAccessible(page, "the reasons on a phone");
  await page.locator(".guide-sheet").getByRole("button", { name: "Gründe schließen" }).tap();
  await page.getByRole("link", { name: "Bearbeiten" }).tap();
  await page.getByText(/bearbeitet wird er auf einem größeren Bildschirm/).waitFor();
  expectClean();
  await context.close();
});

test("those who may not programme do not see it, and are told why at its address", async () => {
  const { page, context } = await openPage(browser);
  const asked = [];
  page.on("request", (request) => /\/api\/v1\/stations/.test(request.url()) && asked.push(request.url()));
  await page.route("**/api/v1/auth/state", async (route) => {
    const state = await (await route.fetch()).json();
    await route.fulfill({ json: { ...state, account: { ...state.account, role: "viewer", scopes: ["watch"] } } });
  });
  await page.goto(`${origin}/channels`);
  await page.getByRole("heading", { level: 1, name: "Not for this account" }).waitFor();
  assert.equal(await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Channels" }).count(), 0);
  await expectAccessible(page, "not for this account");
  assert.deepEqual(asked.slice(1), [], "at most what was asked before it was known who asks");
  await context.close();
});
