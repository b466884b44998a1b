// Where channels come from, and what the host makes of them: a list as a source, and names, numbers, groups and what is hidden.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectAccessible, expectPlaying, launch, openPage, origin } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function api(page, method, path, body) {
  const reply = await page.request.fetch(`${origin}/api/v1/${path}`, { method, ...(body ? { data: body } : {}), headers: { Origin: origin } });
  assert.ok(reply.ok(), `${method} ${path}: ${reply.status()} ${await reply.text()}`);
  return reply.status() === 204 ? null : reply.json();
}

const row = (page, name) => page.locator(".lineup-row").filter({ has: page.getByLabel(`Name: ${name}`, { exact: true }) });

test("the host hides, renames and numbers a channel, and every list obeys", async () => {
  const { page, context, expectClean } = await openPage(browser);
  const [first, second] = (await channels(page)).filter(({ kind }) => kind === "tv");
  try {
    await page.goto(`${origin}/settings/lineup`);
    await row(page, first.name).waitFor();
    await expectAccessible(page, "the channels of the host");

    await row(page, second.name).getByRole("button", { name: `Hide: ${second.name}` }).click();
    await row(page, second.name).getByRole("button", { name: `Show: ${second.name}` }).waitFor();
    const name = page.getByLabel(`Name: ${first.name}`, { exact: true });
    await name.fill("My own name");
    await name.press("Enter");
    await row(page, "My own name").getByText(first.name, { exact: true }).waitFor();
    const number = page.getByLabel("Number: My own name", { exact: true });
    await number.fill("77");
    await number.press("Enter");
    await page.waitForFunction(async (address) => {
      const { items } = await (await fetch(address)).json();
      return items.some(({ name, number }) => name === "My own name" && number === 77);
    }, `${origin}/api/v1/channels?limit=500`);
    const listed = await channels(page);
    assert.ok(!listed.some(({ id }) => id === second.id), "what is hidden is in no list");

    await page.goto(`${origin}/watch/${first.id}`);
    const search = page.getByRole("combobox", { name: "Search channels" });
    await search.fill("My own name");
    await page.getByRole("option", { name: /My own name/ }).waitFor();
    await search.fill(second.name);
    await page.getByRole("option", { name: /My own name/ }).waitFor({ state: "detached" });
    assert.equal(await page.getByRole("option", { name: second.name, exact: true }).count(), 0);

    // A name that is emptied is the receiver's again.
    await page.goto(`${origin}/settings/lineup`);
    const again = page.getByLabel("Name: My own name", { exact: true });
    await again.fill("");
    await again.press("Enter");
    await row(page, first.name).waitFor();
    expectClean();
  } finally {
    const { revision } = await api(page, "GET", "lineup");
    await api(page, "POST", "lineup", { revision, channels: { [first.id]: {}, [second.id]: {} } });
    await context.close();
  }
});

test("a group of what was searched stands first, moves and goes", async () => {
  const { page, context, expectClean } = await openPage(browser);
  const [first] = (await channels(page)).filter(({ kind }) => kind === "tv");
  try {
    await page.goto(`${origin}/settings/lineup`);
    await page.getByRole("searchbox", { name: "Search channels" }).fill(first.name);
    await page.getByRole("button", { name: "Make a group of these" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Best of");
    await page.getByRole("button", { name: "Make the group" }).click();
    await page.getByText(/bouquets? (?:or|and) groups?/).click();
    const items = page.locator(".lineup-bouquets .row-name");
    await items.first().filter({ hasText: "Best of" }).waitFor();
    await page.getByRole("button", { name: "Move down: Best of" }).click();
    await items.nth(1).filter({ hasText: "Best of" }).waitFor();
    const { items: bouquets } = await api(page, "GET", "bouquets");
    assert.equal(bouquets[1].name, "Best of");
    assert.deepEqual(bouquets[1].channel_ids, [first.id]);
    await page.getByRole("button", { name: "Remove: Best of" }).click();
    await items.filter({ hasText: "Best of" }).waitFor({ state: "detached" });
    expectClean();
  } finally {
    const { revision } = await api(page, "GET", "lineup");
    await api(page, "POST", "lineup", { revision, groups: [], order: [] });
    await context.close();
  }
});

test("two channels become one, with sources in the host's order, and two again", async () => {
  const { page, context, expectClean } = await openPage(browser);
  const [first, second] = (await channels(page)).filter(({ kind }) => kind === "tv");
  const listed = async () => (await channels(page)).map(({ id }) => id);
  const wishes = async () => Object.fromEntries((await api(page, "GET", "lineup")).channels.map(({ id, wish }) => [id, wish]));
  const until = async (what, holds) => {
    for (let tries = 0; tries < 100; tries += 1) {
      if (await holds()) return;
      await page.waitForTimeout(100);
    }
    assert.fail(`never: ${what}`);
  };
  try {
    await page.goto(`${origin}/settings/lineup`);
    await row(page, second.name).getByRole("button", { name: `Same channel as…: ${second.name}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("searchbox", { name: "Search the other channel" }).fill(first.name);
    const offer = dialog.getByRole("button", { name: new RegExp(`^It is: ${first.name} `) });
    await offer.waitFor();
    await expectAccessible(page, "channels that may be one");
    await offer.press("Enter");
    await dialog.getByText(`The same channel as ${first.name}`, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await until("the one is in no list", async () => !(await listed()).includes(second.id));
    await row(page, second.name).getByText(`The same channel as ${first.name}`, { exact: true }).waitFor();
    await row(page, first.name).getByText("1 other channel is the same", { exact: true }).waitFor();

    await row(page, first.name).getByRole("button", { name: `Same channel as…: ${first.name}` }).click();
    const sources = dialog.getByRole("region", { name: "Sources" });
    const names = sources.locator(".row-name");
    assert.deepEqual(await names.allTextContents(), [first.name, second.name]);
    await expectAccessible(page, "sources of a channel");
    await sources.getByRole("button", { name: new RegExp(`^Move up: .*: ${second.name}$`) }).click();
    await names.first().filter({ hasText: second.name }).waitFor();
    await until("the order is kept", async () => (await wishes())[first.id]?.sources?.[0] === second.id);
    await sources.getByRole("button", { name: new RegExp(`^Make it a channel of its own again: .*: ${second.name}$`) }).click();
    await sources.waitFor({ state: "detached" });
    await until("both are in the lists again", async () => (await listed()).includes(second.id));
    await page.keyboard.press("Escape");
    expectClean();
  } finally {
    const { revision } = await api(page, "GET", "lineup");
    await api(page, "POST", "lineup", { revision, channels: { [first.id]: {}, [second.id]: {} } });
    await context.close();
  }
});

test("a channel list is tried, taken and watched", async () => {
  const { page, context, expectClean } = await openPage(browser);
  // The station's own list for players: what others would give, with streams that are there.
  const player = await api(page, "POST", "account/players", { name: "Itself", kind: "other" });
  let added;
  try {
    await page.goto(`${origin}/welcome?step=source`);
    await page.getByRole("radio", { name: "Channel list" }).check();
    await page.getByLabel("Address of the list").fill(`${origin}/api/v1/problems`);
    await page.keyboard.press("Enter");
    await page.getByText("Is not a channel list", { exact: true }).waitFor();
    await expectAccessible(page, "a list that is none");
    await page.getByLabel("Address of the list").fill(player.channels_url);
    await page.keyboard.press("Enter");
    await page.getByText("Works", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText(/\d+ channels in \d+ bouquets?/).waitFor({ timeout: 60_000 });
    added = (await api(page, "GET", "receivers")).items.find(({ kind }) => kind === "m3u");
    assert.equal(added.name, "Internet television");
    const there = (await channels(page)).filter(({ id, kind }) => id.startsWith("list-") && kind === "tv");
    assert.ok(there.length > 0);
    await page.goto(`${origin}/watch/${there[0].id}`);
    await expectPlaying(page);
    expectClean();
  } finally {
    if (added) await api(page, "DELETE", `receivers/${added.id}`);
    await api(page, "DELETE", `account/players/${player.id}`);
    await context.close();
  }
});
