// Real broadcasts, captured by others, sent by the simulated receiver in turns: what holds a picture is seen and heard in the
// browser, as it is or coded anew, and of everything else the page says why it is not.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { expectPlaying, launch, openPage } from "../lib/browser.mjs";
import { startStation } from "../lib/station.mjs";

const CORPUS = join(process.env.TELECAST_CORPUS ?? resolve(import.meta.dirname, "../../../shared/corpus"), "ts");
const missing = !existsSync(CORPUS) && `not run: there are no captures at ${CORPUS}`;

/** By file: what must be shown, or the reason that must be given. */
const EXPECTED = {
  "media3-sample_h264": { sound: false },
  "media3-sample_h264_mpeg_audio": { sound: true },
  "media3-sample_h264_no_access_unit_delimiters": { sound: false },
  "tsduck-026-h264-1080i-eac3-dvbsub": { sound: true },
  "tsduck-064-h264-1080-mp2-pcrverify": { sound: true },
  "tsduck-072-h264-aac": { sound: true },
  // The map names a picture, and whoever captured it left out its packets.
  "tsduck-012-dvb-h264-mp2-teletext-fr": { reason: "no_key_frame" },
  "tsduck-103-pat-change-dup-pmt": { reason: "no_key_frame" },
  // Coded anew.
  "media3-sample_h262_mpeg_audio": { sound: true },
  "media3-sample_h265": { sound: false },
  "media3-sample_with_junk": { sound: true },
  // Sound alone: AC-3, AAC in LATM and E-AC-3, all made AAC. The last one's map names a picture, of which nothing comes.
  "media3-sample_ac3": { radio: true },
  "media3-sample_latm": { radio: true },
  "tsduck-151-eac3": { radio: true },
};

let browser, station, state, scratch;
before(async () => {
  if (missing) return;
  scratch = mkdtempSync(join(tmpdir(), "telecast-captures-"));
  state = join(scratch, "owner.json");
  // Captures of a few pictures in a loop cost more than broadcasts do: no neighbours are kept ready beside them.
  const env = { TELECAST_PLAYBACK__WARM_TUNERS: "0" };
  station = await startStation(["demo", "--listen", "127.0.0.1:0", "--media", CORPUS], { env });
  browser = await launch();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(station.link);
  await page.waitForURL(/\/watch\/|\/$/, { timeout: 60_000 });
  await context.storageState({ path: state });
  // Leaving gives the tuner back, and the transcoder: a context that is closed says nothing.
  await page.goto("about:blank");
  await context.close();
});
after(async () => {
  await browser?.close();
  await station?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("captured broadcasts", { skip: missing }, async (t) => {
  const { page, context } = await openPage(browser, { state });
  const reply = await page.request.get(`${station.origin}/api/v1/channels?limit=500`);
  const { items } = await reply.json();
  for (const [name, { sound = true, reason, radio = false }] of Object.entries(EXPECTED)) {
    const channel = items.find((item) => item.name === name);
    assert.ok(channel, `the capture ${name} is a channel`);
    await t.test(name, async () => {
      await page.goto(`${station.origin}/watch/${channel.id}`);
      if (reason) {
        await page.waitForFunction(() => document.querySelector("[data-stage]")?.dataset.phase === "refused", null, { timeout: 60_000 });
        const { items: sessions } = await (await page.request.get(`${station.origin}/api/v1/sessions`)).json();
        const codes = sessions.filter(({ channel_id }) => channel_id === channel.id).map((session) => session.reason?.code);
        assert.ok(codes.includes(reason), `${name}: ${codes}`);
        return;
      }
      // Some hold a third of a second of picture in two seconds of broadcast: shown in a loop, they creep.
      const shown = await expectPlaying(page, { seconds: 1, sound, radio, timeout: 120_000 });
      t.diagnostic(`${name}: ${shown.width}×${shown.height}, ${shown.frames} frames, ${shown.audioBytes} audio bytes`);
    });
  }
  await context.close();
});
