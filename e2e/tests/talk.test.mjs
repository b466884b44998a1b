// Talking to the station, without any model: what is on, a reminder and a recording after a click, both undone, two tabs, a network that goes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, launch, openPage } from "../lib/browser.mjs";

const origin = process.env.TELECAST_E2E_ORIGIN;
const state = process.env.TELECAST_E2E_STATE;
let browser;
before(async () => (browser = await launch()));
after(async () => browser.close());

const composer = (page) => page.getByRole("textbox", { name: /message/i });

async function say(page, text) {
  await composer(page).fill(text);
  await page.keyboard.press("Enter");
}

async function open(path) {
  const opened = await openPage(browser, { state });
  await opened.page.goto(`${origin}${path}`);
  return opened;
}

/** The title of something that comes on soon. */
async function coming(page) {
  const { items } = await (await page.request.get(`${origin}/api/v1/guide/now`)).json();
  const one = items.find(({ next }) => next && items.filter((other) => other.next?.title === next.title).length === 1);
  assert.ok(one, "something comes on");
  return one.next.title;
}

test("what is on is asked and answered with links; a second tab reads the same", async () => {
  const { page, context, expectClean } = await open("/chat/new");
  await say(page, "What's on now?");
  const link = page.locator('a[href*="/guide?programme="]').first();
  await link.waitFor();
  await page.waitForURL(/\/chat\/(?!new)/);
  await expectAccessible(page, "an answer");
  const other = await context.newPage();
  await other.goto(page.url());
  await other.locator('a[href*="/guide?programme="]').first().waitFor();
  // What is said in one is heard in the other.
  await say(page, "help");
  await other.getByText("What's on tonight?").first().waitFor();
  await link.click();
  await page.getByRole("dialog").waitFor();
  expectClean();
  await context.close();
});

test("a reminder and a recording are proposed, made after a click, and undone", async () => {
  const { page, context, expectClean } = await open("/chat/new");
  const title = await coming(page);
  const timers = async () => (await (await page.request.get(`${origin}/api/v1/timers`)).json()).items.map(({ id }) => id);
  const before = await timers();
  for (const [sentence, done] of [
    [`Remind me of ${title}`, "You will be reminded"],
    [`Record ${title}`, "will be recorded"],
  ]) {
    await say(page, sentence);
    const confirm = page.getByRole("button", { name: "Confirm" }).last();
    await confirm.waitFor();
    assert.equal(await page.getByText(done).count(), 0, "nothing is done before");
    await confirm.click();
    await page.getByText(done).first().waitFor();
  }
  const set = (await timers()).filter((id) => !before.includes(id));
  assert.equal(set.length, 1, "the receiver has the timer");
  await expectAccessible(page, "what was done");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.getByText("is cancelled").first().waitFor();
  assert.ok(!(await timers()).includes(set[0]), "and has it no longer");
  await page.getByRole("button", { name: "Undo" }).first().click();
  await page.getByText("You will not be reminded").first().waitFor();
  expectClean();
  await context.close();
});

test("what is written without a network is sent when it is back, once", async () => {
  const { page, context } = await open("/chat/new");
  await say(page, "help");
  await page.getByText("What's on tonight?").first().waitFor();
  await page.waitForURL(/\/chat\/(?!new)/);
  await context.setOffline(true);
  await say(page, "hilfe");
  await context.setOffline(false);
  await page.getByText("Was läuft heute Abend?").first().waitFor({ timeout: 90_000 });
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const { items } = await (await page.request.get(`${origin}/api/v1/conversations/${id}/events`)).json();
  assert.equal(items.filter((event) => event.body.kind === "said" && event.body.text === "hilfe").length, 1);
  await context.close();
});
