// Where the guide comes from: an address is entered, tried and read; what is in doubt is settled; and what was refused stays refused.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { channels, expectAccessible, launch, openPage, origin } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const HOUR = 3_600_000;

function stamp(ms) {
  return `${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14)} +0000`;
}

function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** A guide of ids with names, each with programmes around now. */
function xmltv(ids) {
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  const heads = ids.map(([id, name]) => `<channel id="${id}"><display-name>${escaped(name)}</display-name></channel>`);
  const airings = ids.flatMap(([id]) =>
    [0, 1, 2].map((at) => `<programme start="${stamp(now + at * HOUR)}" stop="${stamp(now + (at + 1) * HOUR)}" channel="${id}"><title>${id} show ${at}</title></programme>`),
  );
  return `<tv>${heads.join("")}${airings.join("")}</tv>`;
}

async function serve(text) {
  const server = createServer((request, reply) => {
    reply.writeHead(request.url.endsWith("?key=geheim") ? 200 : 403, { "content-type": "application/xml" });
    reply.end(request.url.endsWith("?key=geheim") ? text : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

test("a guide's address is entered and tried, its doubts are settled, and it goes again", async () => {
  const { page, context, expectClean } = await openPage(browser);
  const [first, second] = (await channels(page)).filter(({ kind }) => kind === "tv");
  const server = await serve(xmltv([["sure", first.name], ["left", second.name], ["right", second.name.toLowerCase()], ["late", "Something else"]]));
  const url = `http://127.0.0.1:${server.address().port}/guide.xml`;
  try {
    await page.goto(`${origin}/settings/guide`);
    await page.getByText("a receiver's own guide").first().waitFor();
    await page.getByRole("button", { name: "Add a guide" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill(url);
    await dialog.getByRole("button", { name: "Test" }).click();
    await dialog.getByText(/its server answers 403/).waitFor();
    await dialog.getByLabel("Address").fill(`${url}?key=geheim`);
    await dialog.getByLabel("Name").fill("Net guide");
    await dialog.getByRole("button", { name: "Test" }).click();
    await dialog.getByText(/It can be read: 4 channels, 1 of yours for certain, 1 to review/).waitFor();
    await expectAccessible(page, "entering a guide");
    await dialog.getByRole("button", { name: "Add a guide" }).click();
    await dialog.waitFor({ state: "detached" });

    const row = page.locator(".source").filter({ hasText: "Net guide" });
    await row.getByText(/Works/).waitFor();
    await row.getByText(/1 certain · 1 to review/).waitFor();
    assert.ok(!(await page.content()).includes("geheim"), "what is secret is shown nowhere");

    const match = page.locator(".match").filter({ hasText: second.name }).first();
    await match.getByText("Now: left show 0, then left show 1").waitFor();
    await expectAccessible(page, "where the guide comes from");
    // By keyboard alone.
    const yes = match.getByRole("button", { name: `${second.name} is right` });
    await yes.focus();
    await page.keyboard.press("Enter");
    await page.getByText("Nothing is in doubt.").waitFor();
    await page.waitForFunction(
      async ([address, title]) => (await (await fetch(address)).json()).items[0].items.some((airing) => airing.title === title),
      [`${origin}/api/v1/guide?channels=${second.id}`, "right show 1"],
    );

    // What is certain can be wrong; another id is found by search.
    await page.getByRole("radio", { name: /^Certain \(/ }).check();
    const certain = page.locator(".match").filter({ hasText: first.name }).first();
    await certain.getByRole("button", { name: `Choose another: ${first.name}` }).click();
    await page.getByRole("dialog").getByLabel("Search the guide's channels").fill("something");
    await page.getByRole("button", { name: /Something else/ }).click();
    await page.waitForFunction(
      async ([address, title]) => (await (await fetch(address)).json()).items[0].items.some((airing) => airing.title === title),
      [`${origin}/api/v1/guide?channels=${first.id}`, "late show 1"],
    );
    await page.getByRole("radio", { name: /^Said by you/ }).check();
    await page.locator(".match").nth(1).waitFor();
    assert.equal(await page.locator(".match").count(), 2);

    await row.getByRole("button", { name: "Remove: Net guide" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await row.waitFor({ state: "detached" });
    // Its matches may be asked for once more while it goes.
    expectClean(/\/logo\)$|guide\/matches/);
  } finally {
    server.close();
    const { items } = await (await page.request.get(`${origin}/api/v1/guide/sources`)).json();
    for (const { id } of items.filter(({ kind }) => kind === "page")) {
      await page.request.delete(`${origin}/api/v1/guide/sources/${encodeURIComponent(id)}`, { headers: { Origin: origin } });
    }
    await context.close();
  }
});
