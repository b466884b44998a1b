// People come and go: an owner adds somebody, who comes in by a link, chooses a password, and is changed and removed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, launch, openPage, origin } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const PASSWORD = "a long pass phrase";

test("somebody is added, comes in by a link, chooses a password, and is shown out", async () => {
  const { page, expectClean } = await openPage(browser);
  await page.goto(`${origin}/settings/people`);
  await page.getByText("Owner").waitFor();
  await page.getByRole("button", { name: "Add a person" }).click();
  const adding = page.getByRole("dialog", { name: "Add a person" });
  await adding.getByLabel("Name").fill("Ben");
  await adding.getByLabel("Role").selectOption("Viewer");
  await expectAccessible(page, "adding a person");
  await adding.getByRole("button", { name: "Add a person" }).click();
  const link = page.getByRole("dialog", { name: "A link for Ben" });
  const address = await link.locator("code").innerText();
  assert.ok(address.startsWith(`${origin}/welcome#link=`), address);
  await expectAccessible(page, "a link for a person");
  await page.keyboard.press("Escape");

  const ben = await openPage(browser, { state: null, viewport: { width: 390, height: 844 } });
  await ben.page.goto(address);
  await ben.page.waitForURL("**/watch/**");
  await ben.page.goto(`${origin}/settings/account`);
  await ben.page.getByText("Viewer").waitFor();
  assert.equal(await ben.page.getByRole("link", { name: "People" }).count(), 0, "others are none of his business");
  await ben.page.getByRole("button", { name: "Change password" }).click();
  const changing = ben.page.getByRole("dialog", { name: "Change password" });
  await changing.getByLabel("New password").fill(PASSWORD);
  await expectAccessible(ben.page, "changing a password");
  await changing.getByRole("button", { name: "Change password" }).click();
  await changing.waitFor({ state: "detached" });
  await ben.page.getByText("this browser").waitFor();
  await expectAccessible(ben.page, "an account");

  await ben.page.getByRole("button", { name: "New token" }).click();
  const making = ben.page.getByRole("dialog", { name: "New token" });
  await making.getByLabel("What is it for?").fill("Kodi");
  await expectAccessible(ben.page, "a token to be");
  await making.getByRole("button", { name: "Make the token" }).click();
  const token = await making.locator("code").innerText();
  assert.match(token, /^tct_/);
  const asked = () => fetch(`${origin}/api/v1/channels`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await asked()).status, 200);
  await making.getByRole("button", { name: "Close" }).last().click();
  await ben.page.getByRole("button", { name: "Remove: Kodi" }).click();
  await ben.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await ben.page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal((await asked()).status, 401);

  await ben.page.getByRole("button", { name: "Sign out" }).first().click();
  await ben.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await ben.page.getByLabel("Name").fill("ben");
  await ben.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await ben.page.getByText("this browser").waitFor();

  // Other rights, another sign-in.
  const changed = page.waitForResponse((answer) => answer.url().endsWith("/role"));
  await page.getByRole("combobox", { name: "Role of Ben" }).selectOption("Programmer");
  assert.equal((await changed).status(), 200);
  await ben.page.goto(`${origin}/settings/account`);
  await ben.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await page.getByRole("button", { name: "Remove: Ben" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("Ben", { exact: true }).waitFor({ state: "detached" });
  await ben.page.getByLabel("Name").fill("Ben");
  await ben.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await ben.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await ben.page.getByRole("alert").waitFor();
  await expectAccessible(page, "people");
  expectClean();
});
