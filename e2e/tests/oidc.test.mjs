// Signing in through an identity provider that others have written, on a station with a browser that keeps its cookies.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { expectAccessible, launch, openPage } from "../lib/browser.mjs";
import { startProvider } from "../lib/provider.mjs";
import { startFreshStation } from "../lib/station.mjs";

let browser;
let provider;
let station;

/** The provider knows the station by its address, so that must be known before either is there. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

before(async () => {
  const listen = `127.0.0.1:${await freePort()}`;
  provider = await startProvider(`http://${listen}/api/v1/auth/oidc/callback`);
  station = await startFreshStation({
    listen,
    env: {
      TELECAST_AUTH__OIDC__ISSUER: provider.issuer,
      TELECAST_AUTH__OIDC__CLIENT_ID: provider.clientId,
      TELECAST_AUTH__OIDC__CLIENT_SECRET: provider.clientSecret,
      TELECAST_AUTH__OIDC__NAME: "Home",
      TELECAST_AUTH__OIDC__ROLES: "tv-admins=admin,family=viewer",
      TELECAST_RATE_LIMIT__ENABLED: "false",
    },
  });
  browser = await launch();
  const { page, context } = await openPage(browser, { state: null });
  await page.goto(station.link);
  await page.getByLabel("Your name").fill("Olga");
  await page.getByLabel("A password", { exact: true }).fill("a long password");
  await page.getByRole("button", { name: "Take ownership" }).click();
  await page.getByRole("heading", { name: "Where does the picture come from?" }).waitFor();
  await context.close();
});

after(async () => {
  await browser?.close();
  await station?.stop();
  provider?.stop();
});

/** Presses the button with the keyboard alone, and says who one is. */
async function through(page, answer) {
  const button = page.getByRole("link", { name: /^(Sign in with|Anmelden mit) Home$/ });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: answer }).click();
}

async function account(page) {
  return (await (await page.request.get(`${station.origin}/api/v1/auth/state`)).json()).account;
}

test("somebody comes in through the provider, and with another group has another role", async () => {
  const { page, context, expectClean } = await openPage(browser, { state: null });
  provider.signsIn("anna", { groups: ["family", "others"] });
  await page.goto(`${station.origin}/sign-in`);
  await page.getByRole("link", { name: "Sign in with Home" }).waitFor();
  await expectAccessible(page, "sign-in with a provider");
  await through(page, "I am anna");
  await page.waitForURL((url) => url.origin === station.origin && url.pathname === "/");
  const { name, role } = await account(page);
  assert.deepEqual([name, role], ["anna", "viewer"]);
  // Both are at one host here, so the provider's cookies are among them.
  const cookies = (await context.cookies(station.origin)).map((cookie) => cookie.name).filter((cookie) => cookie.startsWith("telecast"));
  assert.deepEqual(cookies, ["telecast"], "the one of the sign-in itself is gone");
  expectClean();

  const other = await openPage(browser, { state: null });
  provider.signsIn("anna", { groups: "tv-admins" });
  await other.page.goto(`${station.origin}/sign-in`);
  await through(other.page, "I am anna");
  await other.page.waitForURL((url) => url.origin === station.origin && url.pathname === "/");
  assert.equal((await account(other.page)).role, "admin");
  assert.equal(await account(page), null, "what was signed in with the other role is over");
  await context.close();
  await other.context.close();
});

test("whoever is not let in is told why, in both languages and on a phone", async () => {
  for (const [locale, words] of [
    ["en-GB", /this station has no role for you/],
    ["de-DE", /auf dieser Station hat es keine Rolle/],
  ]) {
    const { page, context } = await openPage(browser, { state: null, locale, viewport: { width: 360, height: 740 }, hasTouch: true });
    provider.signsIn("eve", { groups: ["strangers"] });
    await page.goto(`${station.origin}/sign-in`);
    await through(page, "I am eve");
    await page.getByRole("alert").getByText(words).waitFor();
    assert.equal(new URL(page.url()).hash, "", "the address is clean");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is cut off");
    await expectAccessible(page, "not let in");
    assert.equal(await account(page), null);
    // From here one may try again; the provider would remember who it was.
    await context.clearCookies({ name: /^_/ });
    await through(page, "Nobody");
    await page.getByRole("alert").getByText(/cancelled|abgebrochen/).waitFor();
    await context.close();
  }
});

test("the last step of another browser's sign-in signs nobody in", async () => {
  const eve = await openPage(browser, { state: null });
  provider.signsIn("eve", { groups: ["family"] });
  const seen = eve.page.waitForRequest(/auth\/oidc\/callback/);
  await eve.page.route("**/auth/oidc/callback?*", (route) => route.abort());
  await eve.page.goto(`${station.origin}/sign-in`);
  await through(eve.page, "I am eve").catch(() => undefined);
  const trap = (await seen).url();
  const { page, context } = await openPage(browser, { state: null });
  await page.goto(trap);
  await page.getByRole("alert").getByText(/begun in another browser/).waitFor();
  assert.equal(await account(page), null);
  await context.close();
  await eve.context.close();
});
