/** What this browser can play, found out once per page. It goes with every start, and the station decides from it. */
import type { ClientCapabilities } from "../api/types";
import { wantedLanguages } from "../i18n";
import { preferences } from "../shell/preferences";

type Source = Pick<typeof MediaSource, "isTypeSupported">;

/** Codec families as the API names them, with one full RFC 6381 string that stands for each. */
const VIDEO = {
  avc1: "avc1.640028",
  hvc1: "hvc1.1.6.L120.90",
  hev1: "hev1.1.6.L120.90",
  av01: "av01.0.08M.08",
  vp09: "vp09.00.40.08",
} as const;

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

export function readCapabilities(source: Source | null): Pick<ClientCapabilities, "containers" | "video" | "audio" | "hls"> {
  if (!source) {
    // Only Apple's players lack both forms of MSE; these are what their HLS has played for years.
    return { containers: ["cmaf", "ts"], video: ["avc1", "hvc1"], audio: ["mp4a.40.2", "ac-3", "ec-3"], hls: "standard" };
  }
  return {
    containers: ["cmaf"],
    video: supported(source, "video/mp4", VIDEO),
    audio: supported(source, "audio/mp4", AUDIO),
    hls: "low_latency",
  };
}

let found: ReturnType<typeof readCapabilities> | undefined;

export function capabilities(): ClientCapabilities {
  found ??= readCapabilities(mediaSource());
  return { ...found, languages: wantedLanguages(), compatible: preferences().compatible };
}
