// First run on a station that nobody owns: code, owner, simulated receiver, picture.
import { test } from "node:test";
import { expectAccessible, expectPlaying, launch, openPage } from "../lib/browser.mjs";
import { startFreshStation } from "../lib/station.mjs";

test("from the printed code to a picture", async () => {
  const station = await startFreshStation();
  const browser = await launch();
  try {
    const { page } = await openPage(browser, { state: null });

    // Without the code nobody becomes the owner, local or not.
    await page.goto(`${station.origin}/`);
    await page.getByRole("heading", { name: "Who owns this station?" }).waitFor();
    await expectAccessible(page, "the owner's step");
    await fillOwner(page, "not-the-code");
    await page.getByRole("alert").waitFor();

    await page.goto(station.link);
    await page.waitForURL((url) => url.hash === ""); // the code does not stay in the address
    await fillOwner(page, null);
    await page.getByRole("heading", { name: "Where does the picture come from?" }).waitFor();

    // A receiver that is none is told apart before it is added.
    await page.getByLabel("Address of the receiver").fill("127.0.0.1:9");
    await page.keyboard.press("Enter");
    await page.getByText("Does not answer", { exact: true }).first().waitFor({ timeout: 60_000 });
    await expectAccessible(page, "a receiver that does not answer");

    await page.getByRole("button", { name: "Try the simulated receiver" }).click();
    await page.getByRole("heading", { name: "Look what we found" }).waitFor({ timeout: 120_000 });
    await page.getByText(/\d+ channels in \d+ bouquets?/).waitFor({ timeout: 60_000 });
    await expectAccessible(page, "what was found");
    await page.getByRole("link", { name: "Watch" }).click();
    await expectPlaying(page, { timeout: 60_000 });

    // Out, and in again by name and password.
    await page.goto(`${station.origin}/settings/account`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in/);
    await page.getByLabel("Name").fill("Anna");
    await page.getByLabel("Password", { exact: true }).fill("a long password");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/(?:watch|settings)/);
  } finally {
    await browser.close();
    await station.stop();
  }
});

async function fillOwner(page, code) {
  if (code !== null) await page.getByLabel("Setup code").fill(code);
  await page.getByLabel("Your name").fill("Anna");
  await page.getByLabel("A password", { exact: true }).fill("a long password");
  await page.getByRole("button", { name: "Take ownership" }).click();
}
