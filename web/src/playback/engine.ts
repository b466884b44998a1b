/**
 * hls.js (or, where there is no Media Source, the browser's own HLS) on one video element that is never replaced.
 *
 * Tuned for the first picture: no worker to start (CMAF needs no demuxing), no bandwidth probe, the media source opened
 * while the station still answers, and the playlist asked for as soon as its address is known; the station holds that
 * request until there is something to play.
 */
import type Hls from "hls.js";
import type * as HlsModule from "hls.js";
import type { ErrorData, HlsConfig } from "hls.js";
import { mediaSource } from "./capabilities";
import { PACE_EVERY_MS, pace } from "./pace";
import { follow, subtitlesOf, type Subtitles } from "./subtitles";

export interface AudioTrack {
  readonly id: number;
  readonly language: string | null;
  readonly name: string;
  readonly channels: number;
  readonly characteristics: string;
}

/** Where the player is on the tape. Seconds of media time, but for `clock`. */
export interface Timeline {
  readonly start: number;
  readonly edge: number;
  readonly position: number;
  /** Behind the newest part the station has listed, its age included. */
  readonly latency: number;
  /** What the player aims for; nearer than this plus a margin counts as live. */
  readonly targetLatency: number;
  /** Wall-clock time of `position` in ms since 1970 by the station's clock, or null while unknown. */
  readonly clock: number | null;
  readonly ahead: number;
  /** More may come: else this is all that there is. */
  readonly live: boolean;
}

export interface EngineListener {
  onAudioTracks(tracks: readonly AudioTrack[], selected: number): void;
  onSubtitles(tracks: readonly Subtitles[]): void;
  /** What is to be read just now. */
  onLines(lines: readonly string[]): void;
  /** A decoder has failed; it is being replaced, or that is given up. */
  onDecoderFailed(): void;
  /** The media source was made anew after an error; that pauses the video without an event. */
  onRecovered(): void;
  /** Playback cannot go on by itself. `status` is the HTTP status behind it, 0 if there was none. */
  onBroken(detail: string, status: number): void;
}

type Loaded = typeof HlsModule;

let loading: Promise<Loaded> | undefined;

/** Fetches the player's code. Called when the page starts, so that it is there before the first key is pressed. */
export function preloadPlayer(): Promise<Loaded> {
  loading ??= import("hls.js");
  return loading;
}

const PLAYLIST_WAIT_MS = 30_000;
/** Set to anything in the browser's storage, hls.js tells the console what it does. */
const DEBUG_KEY = "telecast.player.debug";

const config: Partial<HlsConfig> = {
  lowLatencyMode: true,
  enableWorker: false,
  startFragPrefetch: true,
  testBandwidth: false,
  startLevel: 0,
  // The pace is ours (`pace.ts`): hls.js would only ever speed up.
  maxLiveSyncPlaybackRate: 1,
  liveSyncOnStallIncrease: 0.5,
  liveDurationInfinity: true,
  maxBufferLength: 12,
  maxMaxBufferLength: 30,
  backBufferLength: 60,
  // What is not offered needs no controller.
  enableIMSC1: false,
  enableCEA708Captions: false,
  enableInterstitialPlayback: false,
  enableDateRangeMetadataCues: false,
  // The first playlist is held back by the station until there is a picture.
  manifestLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: PLAYLIST_WAIT_MS,
      maxLoadTimeMs: PLAYLIST_WAIT_MS,
      timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 1, retryDelayMs: 500, maxRetryDelayMs: 2000 },
    },
  },
  playlistLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: PLAYLIST_WAIT_MS,
      maxLoadTimeMs: PLAYLIST_WAIT_MS,
      timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 4, retryDelayMs: 250, maxRetryDelayMs: 2000 },
    },
  },
};

/**
 * A decoder is made anew at most so often: Chromium's fails whenever one seeks, within what is buffered, to an open group of
 * pictures, and plays it once it has been fetched again.
 */
const RECOVERIES = 5;
const RECOVERY_WINDOW_MS = 10_000;
/** What failed twice is not met a third time: all begins anew this much later each time, where the station is by then. */
const RECOVERY_PAUSE_MS = 400;
/** Parts that the bit rate is taken over: a few groups of pictures, since key frames are many times as large as others. */
const RATE_OVER = 60;
/** hls.js makes a new decoder by itself if its appending fails first. */
const RESET_BY_ITSELF = "mediaSourceRequiresReset";

export class Engine {
  private readonly video: HTMLVideoElement;
  private readonly listener: EngineListener;
  private hls: Hls | null = null;
  private module: Loaded | null = null;
  /** Grows with each `prepare`, so that what was begun for an earlier channel is dropped when it arrives. */
  private generation = 0;
  private recoveries: number[] = [];
  /** What is played. */
  private address = "";
  /** What was fetched lately: kind of track, bytes, and seconds that it plays for. */
  private fetched: { readonly kind: string; readonly bytes: number; readonly seconds: number }[] = [];
  /** A decoder has failed and its successor shows nothing yet: what the video tells of pausing is not the viewer's wish. */
  recovering = false;

  constructor(video: HTMLVideoElement, listener: EngineListener) {
    this.video = video;
    this.listener = listener;
    setInterval(() => this.keepPace(), PACE_EVERY_MS);
    follow(video, (lines) => listener.onLines(lines));
    video.addEventListener("error", () => this.onDecoderFailed());
    video.addEventListener("loadeddata", () => {
      this.recovering = false;
    });
    void this.loadModule();
  }

  /** Lets go of the old picture and opens the media source for the next one. */
  prepare(): void {
    this.generation += 1;
    this.recoveries = [];
    this.fetched = [];
    this.recovering = false;
    this.drop();
    if (!mediaSource() || !this.module) return;
    this.hls = this.create(this.module);
    this.hls.attachMedia(this.video);
  }

  /** Plays an address; `prepare` came before it. */
  async load(address: string): Promise<void> {
    const { generation } = this;
    this.address = address;
    if (!mediaSource()) {
      this.video.src = address;
      return;
    }
    const module = this.module ?? (await this.loadModule());
    if (generation !== this.generation || !module) return;
    if (!this.hls) {
      this.hls = this.create(module);
      this.hls.attachMedia(this.video);
    }
    this.hls.loadSource(address);
  }

  /** Fetches nothing more; `prepare` comes next. */
  abandon(): void {
    this.generation += 1;
    this.drop();
  }

  /** Stops everything and shows nothing. */
  unload(): void {
    this.generation += 1;
    this.drop();
    this.video.removeAttribute("src");
    this.video.load();
  }

  selectAudio(id: number): void {
    if (this.hls) this.hls.audioTrack = id;
  }

  /** Shows these subtitles; -1: none. */
  selectSubtitles(id: number): void {
    if (this.hls && this.hls.subtitleTrack !== id) this.hls.subtitleTrack = id;
  }

  seek(position: number): void {
    const timeline = this.timeline();
    if (!timeline) return;
    const latest = Math.max(timeline.start, timeline.edge - timeline.targetLatency);
    this.video.currentTime = Math.min(latest, Math.max(timeline.start + 0.1, position));
  }

  goLive(): void {
    const sync = this.hls?.liveSyncPosition;
    const timeline = this.timeline();
    if (typeof sync === "number") this.video.currentTime = sync;
    else if (timeline) this.video.currentTime = timeline.edge;
  }

  timeline(): Timeline | null {
    return this.hls ? hlsTimeline(this.hls, this.video) : nativeTimeline(this.video);
  }

  /** Bits per second of what was fetched lately, picture and sound together; null while nobody knows. */
  bitRate(): number | null {
    const kinds = new Map<string, { bytes: number; seconds: number }>();
    for (const { kind, bytes, seconds } of this.fetched) {
      const sum = kinds.get(kind) ?? { bytes: 0, seconds: 0 };
      kinds.set(kind, { bytes: sum.bytes + bytes, seconds: sum.seconds + seconds });
    }
    const rates = [...kinds.values()].filter(({ seconds }) => seconds > 0).map(({ bytes, seconds }) => (bytes * 8) / seconds);
    return rates.length > 0 ? rates.reduce((sum, rate) => sum + rate) : null;
  }

  private keepPace(): void {
    const { video } = this;
    const timeline = this.hls && !video.paused ? this.timeline() : null;
    const rate = timeline?.live ? pace(timeline, video.playbackRate) : 1;
    if (rate !== video.playbackRate) video.playbackRate = rate;
  }

  private async loadModule(): Promise<Loaded | null> {
    try {
      this.module = await preloadPlayer();
    } catch {
      loading = undefined;
      this.listener.onBroken("player_unavailable", 0);
    }
    return this.module;
  }

  private create({ default: Player, Events }: Loaded): Hls {
    const hls = new Player({ ...config, debug: isDebugging() });
    const tell = () =>
      this.listener.onAudioTracks(
        hls.audioTracks.map((track, id) => ({
          id,
          language: track.lang ?? null,
          name: track.name,
          channels: Number.parseInt(track.channels ?? "", 10) || 0,
          characteristics: track.characteristics ?? "",
        })),
        hls.audioTrack,
      );
    hls.on(Events.AUDIO_TRACKS_UPDATED, tell);
    hls.on(Events.AUDIO_TRACK_SWITCHED, tell);
    // The page draws them, readable and above its bar.
    hls.subtitleDisplay = false;
    hls.on(Events.SUBTITLE_TRACKS_UPDATED, () => {
      // hls.js makes its own choice behind this.
      queueMicrotask(() => this.listener.onSubtitles(subtitlesOf(hls.subtitleTracks)));
    });
    hls.on(Events.FRAG_LOADED, (_event, { frag, part, payload }) => {
      const seconds = part?.duration ?? frag.duration;
      this.fetched = [...this.fetched.slice(-RATE_OVER), { kind: frag.type, bytes: payload.byteLength, seconds }];
    });
    hls.on(Events.ERROR, (_event, data) => this.onError(hls, data));
    return hls;
  }

  private onError(hls: Hls, data: ErrorData): void {
    if (hls !== this.hls) return;
    if (data.fatal && data.type === "mediaError") this.recover(hls, data.details);
    else if (data.fatal) this.listener.onBroken(data.details, data.response?.code ?? 0);
    else if (data.details === RESET_BY_ITSELF && this.mayRecover() && this.recoveries.length > 1) this.rebuild();
  }

  private onDecoderFailed(): void {
    if (this.hls && this.video.error) this.recover(this.hls, "decoder_failed");
  }

  /** A new decoder where the last one was. If that failed as well, it lies at what is shown there, or at what hls.js believes of it. */
  private recover(hls: Hls, details: string): void {
    if (!this.mayRecover()) {
      this.listener.onBroken(details, 0);
    } else if (this.recoveries.length > 1) {
      this.rebuild();
    } else {
      this.recovering = true;
      hls.recoverMediaError();
      this.listener.onRecovered();
    }
  }

  /** Plays on where the station is now, after it had nothing. */
  rejoin(): void {
    if (!mediaSource()) {
      this.video.src = this.address;
      return;
    }
    this.recoveries = [];
    this.rebuild();
  }

  private rebuild(): void {
    const { generation, address, module } = this;
    const { hls } = this;
    this.hls = null;
    this.recovering = true;
    queueMicrotask(() => hls?.destroy()); // not from within its own listener
    setTimeout(() => {
      if (generation !== this.generation || !module) return;
      this.hls = this.create(module);
      this.hls.attachMedia(this.video);
      this.hls.loadSource(address);
      this.listener.onRecovered();
    }, RECOVERY_PAUSE_MS * Math.max(0, this.recoveries.length - 1));
  }

  private mayRecover(): boolean {
    const now = performance.now();
    performance.mark("telecast:decoder-failed");
    this.listener.onDecoderFailed();
    this.recoveries = this.recoveries.filter((at) => now - at < RECOVERY_WINDOW_MS);
    if (this.recoveries.length >= RECOVERIES) return false;
    this.recoveries.push(now);
    return true;
  }

  private drop(): void {
    this.hls?.destroy();
    this.hls = null;
  }
}

function isDebugging(): boolean {
  try {
    return localStorage.getItem(DEBUG_KEY) !== null;
  } catch {
    return false; // no storage without permission
  }
}

function aheadOf(video: HTMLVideoElement): number {
  const { buffered, currentTime } = video;
  for (let i = 0; i < buffered.length; i += 1) {
    if (buffered.start(i) <= currentTime + 0.1 && currentTime < buffered.end(i)) return buffered.end(i) - currentTime;
  }
  return 0;
}

function hlsTimeline(hls: Hls, video: HTMLVideoElement): Timeline | null {
  const details = hls.latestLevelDetails;
  if (!details) return null;
  const position = video.currentTime;
  const date = hls.playingDate?.getTime() ?? null;
  return {
    start: details.fragmentStart,
    edge: details.edge,
    position,
    // What has an end has no edge to keep away from.
    latency: details.live ? hls.latency : 0,
    targetLatency: details.live ? (hls.targetLatency ?? 0) : 0,
    clock: date,
    ahead: aheadOf(video),
    live: details.live,
  };
}

/** What Safari knows of dates: that of the beginning. */
function nativeClock(video: HTMLVideoElement & { getStartDate?: () => Date }): number | null {
  const start = video.getStartDate?.().getTime() ?? Number.NaN;
  return Number.isNaN(start) ? null : start + video.currentTime * 1000;
}

function nativeTimeline(video: HTMLVideoElement): Timeline | null {
  const { seekable } = video;
  if (seekable.length === 0) return null;
  const edge = seekable.end(seekable.length - 1);
  return {
    start: seekable.start(0),
    edge,
    position: video.currentTime,
    latency: edge - video.currentTime,
    targetLatency: 6,
    clock: nativeClock(video),
    ahead: aheadOf(video),
    live: !Number.isFinite(video.duration),
  };
}
