// What the player offers besides the picture: sounds, volume, picture in picture, typed numbers, and the system's own keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { channels, expectAccessible, expectPlaying, launch, openPage, origin, picture } from "../lib/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A page that plays the channel of this name; `prepare` comes before its own code. */
async function watching(name, { prepare, ...options } = {}) {
  const opened = await openPage(browser, options);
  await prepare?.(opened.page);
  const all = await channels(opened.page);
  const channel = all.find((candidate) => candidate.name === name);
  await opened.page.goto(`${origin}/watch/${channel.id}`);
  await expectPlaying(opened.page, { seconds: 2 });
  return { ...opened, channel, all };
}

/** The controls hide after a while without a pointer; a key needs none. */
const press = (page, name) => page.getByRole("button", { name, exact: true }).press("Enter");

const stored = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("telecast.preferences") ?? "{}"));

test("another language is chosen from the menu, heard, and remembered; the key goes on to the next", async () => {
  const { page, context } = await watching("Duo Europa");
  const sounds = () => page.evaluate(() => performance.getEntriesByType("resource").flatMap(({ name }) => /\/(a\d+)\/[\d.]+m4s/.exec(name)?.[1] ?? []));
  const [first] = await sounds();
  assert.ok(first, "sound comes by itself");
  await press(page, "Sound track");
  const menu = page.getByRole("menu");
  await menu.waitFor();
  assert.deepEqual(await menu.getByRole("menuitemradio").allInnerTexts(), ["English, stereo", "German, stereo"]);
  await expectAccessible(page, "the menu of sounds");
  assert.equal(await menu.getByRole("menuitemradio", { checked: true }).innerText(), "English, stereo");
  await menu.getByRole("menuitemradio", { name: "German, stereo" }).click();
  await page.waitForRequest((request) => /\/a\d+\/[\d.]+m4s/.test(request.url()) && !request.url().includes(`/${first}/`));
  await expectPlaying(page, { seconds: 2 });
  assert.equal((await stored(page)).audioLanguage, "deu");
  await page.keyboard.press("a");
  await page.waitForRequest((request) => request.url().includes(`/${first}/`));
  assert.equal((await stored(page)).audioLanguage, "eng");
  await context.close();
});

test("a language that comes while one watches is offered in the menu, and played when it is chosen", async () => {
  let tell;
  const { page, context } = await watching("Zweites Probe HD", {
    prepare: (page) =>
      page.routeWebSocket(/\/api\/v1\/socket/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((message) => server.send(message));
        // The station knows nothing of the language that we make up.
        server.onMessage((message) => String(message).includes('"topic":"session:') || socket.send(message));
        tell = (frame) => socket.send(JSON.stringify(frame));
      }),
  });
  assert.equal(await page.getByRole("button", { name: "Sound track" }).count(), 0, "no menu without a choice");
  const reply = await page.request.get(`${origin}/api/v1/sessions`);
  const key = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => /\/play\/(\w+)\//.exec(name)?.[1]).findLast(Boolean));
  const session = (await reply.json()).items.find(({ playlist_url }) => playlist_url.includes(key));
  const [sound] = session.plan.audio;
  const plan = { ...session.plan, audio: [sound, { ...sound, language: "fra" }] };
  tell({ topic: `session:${session.id}`, type: "changed", data: { ...session, plan } });
  await press(page, "Sound track");
  const menu = page.getByRole("menu");
  await menu.getByText("New on this channel").waitFor();
  assert.equal(await menu.getByRole("menuitemradio", { checked: true }).innerText(), "German");
  await expectAccessible(page, "the menu with a new sound");
  const started = page.waitForRequest((request) => request.url().endsWith("/api/v1/sessions") && request.method() === "POST");
  await menu.getByRole("menuitem", { name: "French" }).click();
  assert.equal((await started).postDataJSON().client.languages[0], "fra");
  await expectPlaying(page);
  assert.equal(await page.getByRole("button", { name: "Sound track" }).count(), 0, "the station has none after all");
  await context.close();
});

test("volume by keys and by the slider, muted and not, kept over a reload", async () => {
  const { page, context } = await watching("Zweites Probe HD");
  const volume = () => page.evaluate(() => document.querySelector("video").volume);
  for (let press = 0; press < 4; press += 1) await page.keyboard.press("-");
  assert.equal(await volume(), 0.8);
  await page.keyboard.press("+");
  assert.equal(await volume(), 0.85);
  await press(page, "Mute");
  assert.equal((await picture(page)).muted, true);
  await press(page, "Sound on");
  assert.equal((await picture(page)).muted, false);
  const slider = page.getByRole("slider", { name: "Volume" });
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await volume(), 0.8);
  await page.keyboard.press("Home");
  assert.equal((await picture(page)).muted, true, "the lowest is silence");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  assert.deepEqual([await volume(), (await picture(page)).muted], [0.95, false]);
  await page.reload();
  await expectPlaying(page);
  assert.equal(await volume(), 0.95);
  await context.close();
});

test("a number typed tunes to the channel that has it; one that nobody has changes nothing", async () => {
  const { page, context, channel, all } = await watching("Zweites Probe HD");
  const other = all.find(({ number, kind }) => kind === "tv" && number !== channel.number);
  const typed = page.locator("output.typed");
  await page.keyboard.type(String(other.number));
  await page.waitForURL((url) => url.pathname.endsWith(other.id));
  await expectPlaying(page);
  const address = page.url();
  // All at once: on a loaded machine each key by itself would be a number of its own.
  const shown = await page.evaluate(
    (digits) =>
      new Promise((done) => {
        new MutationObserver(() => {
          const text = document.querySelector("output.typed b")?.textContent;
          if (text === digits) done(text);
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
        for (const key of digits) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      }),
    "98765",
  );
  assert.equal(shown, "98765");
  await typed.waitFor({ state: "detached" });
  assert.equal(page.url(), address);
  // With the focus on a button they are digits all the same; while one types they are letters.
  await page.getByRole("button", { name: "Mute", exact: true }).focus();
  await page.keyboard.type(String(channel.number));
  await page.waitForURL((url) => url.pathname.endsWith(channel.id));
  await typed.waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  await page.keyboard.press(String(other.number));
  assert.equal(await typed.count(), 0);
  assert.ok(page.url().endsWith(channel.id));
  await context.close();
});

for (const { width, way } of [
  { width: 1440, way: (page) => press(page, "Picture in picture") },
  { width: 1440, way: (page) => page.keyboard.press("p") },
  {
    width: 360,
    way: async (page) => {
      // A tap shows the controls, or hides them if they are there still.
      const more = page.getByRole("button", { name: "More" });
      for (let tries = 0; !(await page.getByRole("menu").isVisible()) && tries < 8; tries += 1) {
        await page.locator("[data-stage]").tap({ position: { x: 100, y: 60 } });
        await more.tap({ timeout: 2000 }).catch(() => {});
      }
      await page.getByRole("menuitem", { name: "Picture in picture" }).tap();
    },
  },
]) {
  test(`picture in picture, ${width} pixels wide`, async () => {
    const { page, context } = await watching("Zweites Probe HD", {
      viewport: { width, height: 800 },
      hasTouch: width < 700,
      // A browser without windows has no room for one: what is asked of it is what counts.
      prepare: (page) =>
        page.addInitScript(() => {
          Object.defineProperty(Document.prototype, "pictureInPictureEnabled", { get: () => true });
          Object.defineProperty(Document.prototype, "pictureInPictureElement", { get: () => globalThis.telecastPip ?? null });
          HTMLVideoElement.prototype.requestPictureInPicture = async function request() {
            globalThis.telecastPip = this;
          };
          Document.prototype.exitPictureInPicture = async () => {
            globalThis.telecastPip = null;
          };
        }),
    });
    const shown = () => page.evaluate(() => globalThis.telecastPip === document.querySelector("video"));
    await way(page);
    assert.equal(await shown(), true);
    await page.keyboard.press("p");
    assert.equal(await shown(), false);
    await context.close();
  });
}

test("the system is told what is on, and its keys work", async () => {
  const { page, context, channel } = await watching("Zweites Probe HD", {
    prepare: (page) =>
      page.addInitScript(() => {
        const handlers = (globalThis.telecastHandlers = {});
        const set = MediaSession.prototype.setActionHandler;
        MediaSession.prototype.setActionHandler = function remember(action, handler) {
          handlers[action] = handler;
          return set.call(this, action, handler);
        };
      }),
  });
  const told = () => page.evaluate(() => ({ artist: navigator.mediaSession.metadata?.artist, state: navigator.mediaSession.playbackState }));
  const key = (action, details = {}) => page.evaluate(([name, more]) => globalThis.telecastHandlers[name](more), [action, { action, ...details }]);
  assert.deepEqual(await told(), { artist: channel.name, state: "playing" });
  assert.ok((await page.title()).includes(channel.name), await page.title());
  await key("pause");
  await page.waitForFunction(() => navigator.mediaSession.playbackState === "paused");
  assert.equal((await picture(page)).paused, true);
  await key("play");
  await expectPlaying(page, { seconds: 12 });
  const { time } = await picture(page);
  await key("seekbackward", { seekOffset: 8 });
  await page.waitForFunction((before) => document.querySelector("video").currentTime < before - 5, time);
  await key("nexttrack");
  await page.waitForURL((url) => !url.pathname.endsWith(channel.id));
  await page.waitForFunction((name) => navigator.mediaSession.metadata?.artist !== name, channel.name);
  await expectPlaying(page);
  await key("previoustrack");
  await page.waitForURL((url) => url.pathname.endsWith(channel.id));
  await context.close();
});
