// Whoever is let in otherwise than by name and password: a television by a phone, a child with its limits, a guest for a while. And what the
// pages may load.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectAccessible, expectPlaying, launch, openPage, origin } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const PHONE = { viewport: { width: 390, height: 844 } };

/** Adds somebody on the page of people; gives the address that lets him in. */
async function add(page, { name, role, stays }) {
  await page.goto(`${origin}/settings/people`);
  await page.getByRole("button", { name: "Add a person" }).click();
  const adding = page.getByRole("dialog", { name: "Add a person" });
  await adding.getByLabel("Name").fill(name);
  await adding.getByLabel("Role").selectOption(role);
  if (stays) await adding.getByLabel("How long?").selectOption(stays);
  await adding.getByRole("button", { name: "Add a person" }).click();
  const address = await page.getByRole("dialog", { name: `A link for ${name}` }).locator("code").innerText();
  await page.keyboard.press("Escape");
  return address;
}

async function remove(page, name) {
  await page.goto(`${origin}/settings/people`);
  await page.getByRole("button", { name: `Remove: ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText(name, { exact: true }).waitFor({ state: "detached" });
}

test("a television shows a code, a phone lets it in, and the picture comes", async () => {
  const television = await openPage(browser, { state: null });
  await television.page.goto(`${origin}/sign-in`);
  await television.page.getByRole("button", { name: "Sign in with a phone" }).click();
  const code = await television.page.getByLabel("Code", { exact: true }).innerText();
  assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  await television.page.getByRole("img", { name: "The address as a QR code" }).waitFor();
  await expectAccessible(television.page, "a television that waits");

  const phone = await openPage(browser, PHONE);
  await phone.page.goto(`${origin}/pair`);
  await phone.page.getByLabel("Code", { exact: true }).fill("0000 0000");
  await phone.page.getByRole("button", { name: "Next" }).click();
  await phone.page.getByText("No device waits with this code").waitFor();
  await phone.page.getByLabel("Code", { exact: true }).fill(code.toLowerCase().replace("-", " "));
  await phone.page.getByRole("button", { name: "Next" }).click();
  await phone.page.getByText("127.0.0.1").waitFor();
  await expectAccessible(phone.page, "a device that asks");
  await phone.page.getByRole("button", { name: "Let it in" }).click();
  await phone.page.getByText("It is in.").waitFor();

  await television.page.waitForURL("**/watch/**");
  await expectPlaying(television.page);
  // The picture's address does the same as the code.
  await phone.page.goto(`${origin}/pair#code=${code}`);
  assert.equal(await phone.page.getByLabel("Code", { exact: true }).inputValue(), code);
  assert.ok(!phone.page.url().includes("#"), "it leaves the address at once");
  phone.expectClean(/\/logo\)$|404/);
  television.expectClean();
});

test("a child sees what it may, and its PIN opens more", async () => {
  const owner = await openPage(browser);
  const address = await add(owner.page, { name: "Mia", role: "Child" });
  const [first, second] = (await channels(owner.page)).filter(({ kind }) => kind === "tv");
  await owner.page.getByRole("button", { name: "What Mia may see" }).click();
  const profile = owner.page.getByRole("dialog", { name: "What Mia may see" });
  await profile.getByLabel("Programmes").selectOption("rated 6 or below");
  await profile.getByLabel("only some").check();
  await profile.getByLabel("Find a channel").fill(first.name);
  await profile.getByRole("checkbox", { name: new RegExp(first.name) }).first().check();
  await profile.getByLabel("PIN", { exact: true }).fill("2468");
  await expectAccessible(owner.page, "a child's profile");
  await profile.getByRole("button", { name: "Save" }).click();
  await profile.waitFor({ state: "detached" });
  await owner.page.getByText("rated 6 or below · 1 channel").waitFor();
  await owner.page.setViewportSize({ width: 360, height: 740 });
  const right = await owner.page.getByRole("button", { name: "Remove: Mia" }).evaluate((button) => button.getBoundingClientRect().right);
  assert.ok(right <= 360 - 8, `the last button of a row ends at ${right} of 360`);
  await owner.page.setViewportSize({ width: 1440, height: 900 });

  const mia = await openPage(browser, { state: null, ...PHONE });
  await mia.page.goto(address);
  await mia.page.getByRole("heading", { name: "This programme is not for your age" }).waitFor();
  const seen = await mia.page.evaluate(() => fetch("/api/v1/channels").then((answer) => answer.json()));
  assert.deepEqual(seen.items.map(({ id }) => id), [first.id]);
  assert.ok(second.id !== first.id);
  await expectAccessible(mia.page, "a programme that is not for a child");
  await mia.page.getByLabel("PIN", { exact: true }).fill("1357");
  await mia.page.getByRole("button", { name: "Open" }).click();
  await mia.page.getByRole("heading", { name: "This is not the PIN" }).waitFor();
  await mia.page.getByLabel("PIN", { exact: true }).fill("2468");
  await mia.page.getByRole("button", { name: "Open" }).click();
  await expectPlaying(mia.page);
  await remove(owner.page, "Mia");
  owner.expectClean();
});

test("a guest comes in by a link that is good for a while, on two devices, and may only watch", async () => {
  const owner = await openPage(browser);
  const address = await add(owner.page, { name: "Gran", role: "Viewer", stays: "1 day" });
  await owner.page.getByText("guest until").waitFor();
  for (const width of [390, 1440]) {
    const guest = await openPage(browser, { state: null, viewport: { width, height: 800 } });
    await guest.page.goto(address);
    await guest.page.waitForURL("**/watch/**");
    const state = await guest.page.evaluate(() => fetch("/api/v1/auth/state").then((answer) => answer.json()));
    assert.deepEqual(state.account.scopes, ["watch"]);
    await guest.context.close();
  }
  await remove(owner.page, "Gran");
  owner.expectClean();
});

test("pages run no script but their own files, ask nobody else, and are framed by nobody", async () => {
  const { page, context } = await openPage(browser);
  const strangers = [];
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http") && host !== new URL(origin).host) strangers.push(request.url());
  });
  await page.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  for (const path of ["/", "/settings/receivers", "/settings/people", "/settings/account", "/settings/appearance", "/settings/about", "/status", "/pair", "/sign-in", "/welcome", "/nowhere"]) {
    const answer = await page.goto(`${origin}${path}`);
    const headers = answer.headers();
    const policy = headers["content-security-policy"] ?? "";
    const script = /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1] ?? "*";
    assert.ok(!/unsafe|\*|http:/.test(script), `${path}: scripts by ${script}`);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /object-src 'none'/);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.match(headers["referrer-policy"] ?? "", /no-referrer|same-origin/, path);
    await page.locator("h1, [data-stage]").first().waitFor();
    assert.equal(await page.locator("script:not([src])").count(), 0, `${path}: a script within the page`);
    assert.deepEqual(await page.evaluate(() => globalThis.violations), [], path);
  }
  // What somebody brings into a page does not run.
  await page.goto(`${origin}/settings/about`);
  await page.evaluate(() => {
    const brought = document.createElement("script");
    brought.textContent = "globalThis.brought = true";
    document.body.append(brought);
    document.body.insertAdjacentHTML("beforeend", "<img src='x:' onerror='globalThis.brought = true'>");
  });
  await page.waitForFunction(() => globalThis.violations.length >= 2);
  assert.equal(await page.evaluate(() => globalThis.brought), undefined);
  assert.deepEqual(strangers, []);
  await context.close();
});
