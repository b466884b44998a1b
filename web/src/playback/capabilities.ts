/** What this browser can play, found out once per page. It goes with every start, and the station decides from it. */
import type { ClientCapabilities } from "../api/types";
import { wantedLanguages } from "../i18n";
import { preferences } from "../shell/preferences";

type Source = Pick<typeof MediaSource, "isTypeSupported">;

/**
 * Codec families as the API names them, with one full RFC 6381 string that stands for each: what broadcasts use of them is what
 * every decoder has.
 */
const VIDEO = {
  avc1: "avc1.640028",
  av01: "av01.0.08M.08",
  vp09: "vp09.00.40.08",
} as const;

/**
 * HEVC is another matter: whoever decodes Main need not decode Main 10, and whoever decodes 1080 lines need not decode 2160. So
 * each profile and tier is claimed by itself, as the highest level that the browser admits to; the station knows that it covers those
 * below. In the form that the station sends (`hvc1`): that it would play another (`hev1`) is no help.
 */
const HEVC_PROFILES = ["1.6", "2.4"] as const; // Main, Main 10, each with the flags of the profiles that its streams are compatible with
const HEVC_TIERS = ["L", "H"] as const;
/** Levels 6.2 to 3, thirty for each whole one (ISO/IEC 23008-2 Annex A). */
const HEVC_LEVELS = [186, 183, 180, 156, 153, 150, 123, 120, 93, 90] as const;
/** Progressive, not packed, frames only. */
const HEVC_CONSTRAINTS = "B0";

const AUDIO = {
  "mp4a.40.2": "mp4a.40.2",
  "mp4a.40.5": "mp4a.40.5",
  "ac-3": "ac-3",
  "ec-3": "ec-3",
  mp3: "mp4a.6B",
  opus: "opus",
  flac: "flac",
} as const;

/** Media Source Extensions in whichever form this browser has them; null where native HLS is the only way. */
export function mediaSource(): Source | null {
  const scope = globalThis as typeof globalThis & { ManagedMediaSource?: Source };
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null;
}

function supported(source: Source, container: string, codecs: Readonly<Record<string, string>>): string[] {
  return Object.entries(codecs)
    .filter(([, codec]) => source.isTypeSupported(`${container}; codecs="${codec}"`))
    .map(([name]) => name);
}

function hevc(source: Source): string[] {
  const best = HEVC_PROFILES.flatMap((profile) =>
    HEVC_TIERS.map((tier) =>
      HEVC_LEVELS.map((level) => `hvc1.${profile}.${tier}${level}.${HEVC_CONSTRAINTS}`).find((codec) =>
        source.isTypeSupported(`video/mp4; codecs="${codec}"`),
      ),
    ),
  );
  return best.filter((codec) => codec !== undefined);
}

export function readCapabilities(source: Source | null): Pick<ClientCapabilities, "containers" | "video" | "audio" | "hls"> {
  if (!source) {
    // Only Apple's players lack both forms of MSE; these are what their HLS has played for years.
    const video = ["avc1", "hvc1.1.6.L153.B0", "hvc1.2.4.L153.B0"];
    return { containers: ["cmaf", "ts"], video, audio: ["mp4a.40.2", "ac-3", "ec-3"], hls: "standard" };
  }
  return {
    containers: ["cmaf"],
    video: [...supported(source, "video/mp4", VIDEO), ...hevc(source)],
    audio: supported(source, "audio/mp4", AUDIO),
    hls: "low_latency",
  };
}

let found: ReturnType<typeof readCapabilities> | undefined;

export function capabilities(): ClientCapabilities {
  found ??= readCapabilities(mediaSource());
  return { ...found, languages: wantedLanguages(), compatible: preferences().compatible };
}
