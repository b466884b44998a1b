/**
 * The television set: which channel is on, what it waits for, what it plays. One per page, outside of React, so that a
 * key press reaches the station without a render in between.
 *
 * A change of channel runs: start of the new session at once → playlist as soon as its address is known → first frame
 * shown → only then the old session is stopped, so that its farewell never delays the new picture. If the station has no
 * tuner left while a session of our own still may hold one, that one goes first and the start is made once more.
 */
import type { Problem } from "../api/problem";
import { asProblem } from "../api/problem";
import { resolve } from "../api/base";
import type { Plan, PlayerFacts, Refusal, Session } from "../api/types";
import { preferences, prefer } from "../shell/preferences";
import { Engine, type AudioTrack, type Timeline } from "./engine";
import { Tally, type Frames } from "./report";
import { PlaybackSession, isOver } from "./session";
import { Store } from "./store";
import { chosen, wishOf, type Subtitles } from "./subtitles";
import { Struggles, type Struggle } from "./struggle";
import { resumed, type Programme, type Wanted } from "./wanted";

export type Phase =
  | "idle" // nothing chosen
  | "starting" // no frame of this channel yet
  | "playing"
  | "paused"
  | "stalled" // ran dry in the middle
  | "refused" // the station said no, or ended it
  | "broken"; // the player could not go on

export interface PlayerState {
  readonly channelId: string | null;
  /** What is played for itself, instead of a channel. */
  readonly programme: Programme | null;
  readonly previousChannelId: string | null;
  readonly phase: Phase;
  /** `performance.now()` when the phase began. */
  readonly since: number;
  readonly session: Session | null;
  readonly refusal: Refusal | null;
  readonly problem: Problem | null;
  readonly audioOnly: boolean;
  readonly audioTracks: readonly AudioTrack[];
  readonly audioTrack: number;
  /** Languages that have come since the session began: its list is fixed, and a new session would have them. */
  readonly offeredAudio: readonly string[];
  readonly subtitles: readonly Subtitles[];
  /** What the viewer has chosen of them, and what is shown; -1: none. */
  readonly subtitle: number;
  readonly shown: number;
  /** What is to be read just now. */
  readonly lines: readonly string[];
  /** Starts that were made by themselves since a picture was last seen or the viewer last asked. */
  readonly retries: number;
  readonly volume: number;
  readonly muted: boolean;
  /** The browser refused sound without a gesture; the page offers it. */
  readonly soundBlocked: boolean;
  /** From key to first picture, in ms, of the last change of channel. */
  readonly zapMs: number | null;
  /** What the picture fights against, if it does. */
  readonly struggle: Struggle | null;
}

/** A stall shorter than this is not spoken of. */
const STALL_NOTICE_MS = 300;
/** The old session goes at the latest now, picture or not. */
const OLD_SESSION_MS = 4_000;
/** Refusals that our own earlier session may be the cause of. */
const FOR_WANT_OF_A_TUNER: ReadonlySet<string> = new Set(["tuners_busy", "receiver_refused"]);
/** The station is given this long to end our own earlier session before the start is made once more. */
const FAREWELL_MS = 3_000;
/** Keys pressed faster than this only leaf through the channels; the last one is tuned. */
const LEAF_MS = 220;
const LIVE_MARGIN_S = 2.5;
/** A session that is ready shows a picture within a second or two; one that shows none by now is begun anew. */
const STUCK_MS = 12_000;
/** Who has run dry for this long while the station goes on sending is taken to where it sends; if that does not help, all begins anew. */
const DRY_MS = 8_000;
/** A jump to where the station sends has not helped if the picture runs out again within this time. */
const JUMP_MEMORY_MS = 30_000;
/** How it goes is looked at this often. */
const LOOK_MS = 1_000;
/** While the list has grown within this time, the station sends: a picture that runs out then waits for the connection. */
const FED_MS = 3_000;
/** Whoever wants a place that lies so near to what is there means that (seconds). */
const PLACE_S = 2;
const NO_FRAMES: Frames = { totalVideoFrames: 0, droppedVideoFrames: 0 };
/** Restarts that led to no picture, at most so many within the window. */
const RESTARTS = 3;
const RESTART_WINDOW_MS = 60_000;
/** A picture that has gone on for this long was worth its restart; one that breaks at once was not. */
const HELD_MS = 2_000;
/** Ends that another start may well get over: a tab that slept, another format on air, a transcoder that died and has a successor. */
const BEGUN_ANEW: ReadonlySet<string> = new Set(["lease_expired", "idle", "restarted", "format_changed", "transcoder_failed"]);

const initial: PlayerState = {
  channelId: null,
  programme: null,
  previousChannelId: null,
  phase: "idle",
  since: 0,
  session: null,
  refusal: null,
  problem: null,
  audioOnly: false,
  audioTracks: [],
  audioTrack: -1,
  offeredAudio: [],
  subtitles: [],
  subtitle: -1,
  shown: -1,
  lines: [],
  retries: 0,
  volume: preferences().volume,
  muted: preferences().muted,
  soundBlocked: false,
  zapMs: null,
  struggle: null,
};

export class Player extends Store<PlayerState> {
  readonly video: HTMLVideoElement;
  private readonly engine: Engine;
  private session: PlaybackSession | null = null;
  private old: PlaybackSession | null = null;
  /** Our own sessions that were stopped and may still hold a tuner. */
  private readonly leaving = new Set<Promise<void>>();
  private oldTimer: ReturnType<typeof setTimeout> | undefined;
  private leafTimer: ReturnType<typeof setTimeout> | undefined;
  private stallTimer: ReturnType<typeof setTimeout> | undefined;
  private stuckTimer: ReturnType<typeof setTimeout> | undefined;
  private lastTune = -Infinity;
  /** Opens what is not for the viewer's age, on this channel. */
  private pin: string | null = null;
  /** When a picture that had run out was last taken to where the station sends. */
  private jumped = -Infinity;
  private pressedAt = 0;
  /** Grows with each start; frames and errors of earlier ones are not ours. */
  private attempt = 0;
  private tally = new Tally(NO_FRAMES);
  private readonly struggles = new Struggles();
  /** The newest of what the station lists, and when it last moved. */
  private edge = { at: 0, moved: -Infinity };
  private loaded = "";
  private restarts: number[] = [];
  /** When this start's picture came. */
  private shownAt: number | null = null;
  /** Languages that the session's list was made with. */
  private languages: readonly string[] | null = null;
  /** Whether a session of our own may have held a tuner when this start was made; one retry is owed to that. */
  private inOwnWay = false;
  /** Whether the viewer wants it to run. A new media source pauses the video without an event and without being asked. */
  private wanted = true;
  /** Where in a programme the viewer was last seen, by its clock. */
  private clock: number | null = null;

  constructor() {
    super(initial);
    this.video = createVideo();
    this.engine = new Engine(this.video, {
      onAudioTracks: (audioTracks, audioTrack) => {
        this.set({ audioTracks, audioTrack });
        this.followSubtitles();
      },
      onSubtitles: (subtitles) => {
        this.set({ subtitles });
        this.followSubtitles();
      },
      onLines: (lines) => this.set({ lines }),
      onDecoderFailed: () => this.tally.decoderFailed(),
      onRecovered: () => this.keepPlaying(),
      onBroken: (detail, status) => void this.onBroken(detail, status),
    });
    this.video.volume = initial.volume;
    this.video.muted = initial.muted;
    this.followVideo();
    setInterval(() => this.look(), LOOK_MS);
    addEventListener("pagehide", () => this.leavePage());
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.restart();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.state.phase === "stalled") void this.session?.refresh();
    });
  }

  /** Changes the channel, at once; when keys come faster than pictures could, only the last one counts. */
  tune(channelId: string, options: { readonly leafing?: boolean } = {}): void {
    const { state } = this;
    if (channelId === state.channelId && (state.phase === "playing" || state.phase === "starting")) return;
    const now = performance.now();
    clearTimeout(this.leafTimer);
    this.leafTimer = undefined;
    const quick = options.leafing === true && now - this.lastTune < LEAF_MS * 2;
    this.lastTune = now;
    this.pressedAt = now;
    this.askedAnew();
    if (channelId !== state.channelId) {
      this.pin = null;
      prefer({ lastChannel: channelId });
      this.set({ channelId, programme: null, previousChannelId: state.channelId ?? state.previousChannelId });
    }
    if (quick) {
      this.enter("starting", { session: null, refusal: null, problem: null, zapMs: null, struggle: null });
      this.leafTimer = setTimeout(() => {
        this.leafTimer = undefined;
        this.begin({ channel: channelId });
      }, LEAF_MS);
    } else {
      this.begin({ channel: channelId });
    }
  }

  /** Plays something for itself, from the place that it names. */
  show(programme: Programme): void {
    clearTimeout(this.leafTimer);
    this.leafTimer = undefined;
    this.pressedAt = performance.now();
    this.askedAnew();
    this.clock = null;
    this.set({ channelId: null, programme });
    this.begin(programme);
  }

  /** Goes to a place in the programme, by its clock: within what is there, or by having it prepared from there on. */
  seekTo(clock: number): void {
    const { programme } = this.state;
    const timeline = this.engine.timeline();
    if (!programme) return;
    if (timeline && timeline.clock !== null) {
      const position = timeline.position + (clock - timeline.clock) / 1000;
      // What was on a channel grows by itself; an item is prepared where it is wanted.
      if (!("item" in programme) || (position >= timeline.start - PLACE_S && position <= timeline.edge + PLACE_S)) {
        this.engine.seek(position);
        if (this.video.paused && this.state.phase !== "paused") this.play();
        return;
      }
    }
    this.show(resumed(programme, clock));
  }

  /** Starts the same channel again, because the viewer asks for it. */
  restart(): void {
    this.askedAnew();
    this.again();
  }

  /** The same with a PIN, which counts until the channel is changed. */
  unlock(pin: string): void {
    this.pin = pin;
    this.restart();
  }

  /** The same by itself, as a refusal said when. It is counted, so that the page can stop. */
  retry(): void {
    this.set({ retries: this.state.retries + 1 });
    this.again();
  }

  private askedAnew(): void {
    this.restarts = [];
    this.set({ retries: 0 });
  }

  private again(): void {
    const { channelId, programme } = this.state;
    if (channelId === null && programme === null) return;
    this.pressedAt = performance.now();
    if (programme) this.begin(resumed(programme, this.clock));
    else if (channelId !== null) this.begin({ channel: channelId });
  }

  /** Ends playback and gives the tuner back. */
  stop(): void {
    this.attempt += 1;
    clearTimeout(this.leafTimer);
    // What is being fetched goes first: it would be told that the session is over.
    this.engine.unload();
    this.dismiss(this.session);
    this.session = null;
    this.stopOld();
    this.set({ ...initial, volume: this.state.volume, muted: this.state.muted });
  }

  play(): void {
    if (this.state.phase === "refused" || this.state.phase === "broken") {
      this.restart();
      return;
    }
    this.wanted = true;
    void this.startPlaying();
  }

  pause(): void {
    this.wanted = false;
    this.video.pause();
  }

  togglePlay(): void {
    if (this.video.paused) this.play();
    else this.pause();
  }

  /** Moves by seconds within the window; forward never passes the live edge. */
  skip(seconds: number): void {
    this.engine.seek(this.video.currentTime + seconds);
  }

  seek(position: number): void {
    this.engine.seek(position);
  }

  goLive(): void {
    this.engine.goLive();
    if (this.video.paused) this.play();
  }

  setVolume(volume: number): void {
    const clamped = Math.min(1, Math.max(0, Math.round(volume * 100) / 100));
    this.video.volume = clamped;
    // The video tells of it later; the next press of a key that repeats must not count from before.
    this.set({ volume: clamped });
    this.setMuted(clamped === 0);
    prefer({ volume: clamped });
  }

  setMuted(muted: boolean): void {
    this.video.muted = muted;
    this.set({ muted, soundBlocked: false });
    prefer({ muted });
  }

  toggleMuted(): void {
    this.setMuted(!this.video.muted);
  }

  selectAudio(id: number): void {
    const track = this.state.audioTracks[id];
    if (!track) return;
    if (track.language) prefer({ audioLanguage: track.language });
    this.engine.selectAudio(id);
  }

  /** Begins anew with a language that this session's list does not have. */
  takeOffered(language: string): void {
    if (!this.state.offeredAudio.includes(language)) return;
    prefer({ audioLanguage: language });
    this.restart();
  }

  nextAudio(): void {
    const { audioTracks, audioTrack, offeredAudio } = this.state;
    const [offered] = offeredAudio;
    if (audioTrack + 1 < audioTracks.length) this.selectAudio(audioTrack + 1);
    else if (offered !== undefined) this.takeOffered(offered);
    else if (audioTracks.length > 1) this.selectAudio(0);
  }

  /** Shows these subtitles, or none (-1), here and on other channels. */
  selectSubtitles(id: number): void {
    const track = this.state.subtitles.find((one) => one.id === id);
    prefer({ subtitles: track ? wishOf(track) : null });
    this.followSubtitles();
  }

  nextSubtitles(): void {
    const { subtitles, subtitle } = this.state;
    const offered = subtitles.filter(({ role }) => role !== "forced");
    const at = offered.findIndex(({ id }) => id === subtitle);
    this.selectSubtitles(offered[at + 1]?.id ?? -1);
  }

  private followSubtitles(): void {
    const { subtitles, audioTracks, audioTrack, session } = this.state;
    const spoken = audioTracks[audioTrack]?.language ?? session?.plan?.audio[0]?.language ?? null;
    const shown = chosen(subtitles, preferences().subtitles, spoken);
    const forced = subtitles.some(({ id, role }) => id === shown && role === "forced");
    this.engine.selectSubtitles(shown);
    this.set({ shown, subtitle: forced ? -1 : shown, ...(shown < 0 ? { lines: [] } : {}) });
  }

  timeline(): Timeline | null {
    return this.engine.timeline();
  }

  /** How this session's picture fares. */
  facts(): PlayerFacts {
    this.tally.count(this.frames());
    return this.tally.facts(performance.now(), this.engine.timeline());
  }

  /** Bits per second as fetched lately; null while nobody knows. */
  bitRate(): number | null {
    return this.engine.bitRate();
  }

  /** Begins this channel anew as another kind of playback. */
  setCompatible(compatible: boolean): void {
    prefer({ compatible });
    this.restart();
  }

  private frames(): Frames {
    return this.video.getVideoPlaybackQuality?.() ?? NO_FRAMES;
  }

  /** Looks at how it goes, once a second. */
  private look(): void {
    const { phase, struggle } = this.state;
    if (phase !== "playing" && phase !== "stalled") return;
    const now = performance.now();
    const timeline = this.engine.timeline();
    const edge = timeline?.edge ?? 0;
    this.clock = timeline?.clock ?? this.clock;
    if (edge !== this.edge.at) this.edge = { at: edge, moved: now };
    // A page in the background shows nothing, and nobody looks.
    if (document.visibilityState === "visible") {
      const { total, dropped } = this.tally.count(this.frames());
      this.struggles.showed(now, total, dropped);
    }
    const next = this.struggles.at(now);
    if (next !== struggle) this.set({ struggle: next });
  }

  private onStalled(): void {
    const now = performance.now();
    this.enter("stalled");
    this.tally.stallBegan(now);
    this.struggles.stalled(now, now - this.edge.moved < FED_MS);
    this.watchStall();
  }

  private endOfStall(): void {
    this.tally.stallEnded(performance.now());
    this.session?.report();
  }

  private begin(wanted: Wanted): void {
    this.attempt += 1;
    const { attempt } = this;
    clearTimeout(this.stuckTimer);
    this.stuckTimer = undefined;
    this.wanted = true;
    this.retire();
    this.inOwnWay = this.old !== null || this.leaving.size > 0;
    this.open(wanted, attempt);
    this.enter("starting", {
      session: null,
      refusal: null,
      problem: null,
      audioOnly: false,
      audioTracks: [],
      audioTrack: -1,
      offeredAudio: [],
      subtitles: [],
      subtitle: -1,
      shown: -1,
      lines: [],
      zapMs: null,
      struggle: null,
    });
    this.struggles.forget();
    // The request is on its way; what follows costs no time that matters.
    this.engine.prepare();
    this.unblockSound();
    void this.startPlaying();
  }

  private open(wanted: Wanted, attempt: number): void {
    this.loaded = "";
    this.languages = null;
    this.shownAt = null;
    this.tally = new Tally(this.frames());
    const listener = {
      facts: () => (session === this.session ? this.facts() : null),
      onSession: (view: Session) => {
        if (attempt === this.attempt && session === this.session) this.onSession(view);
      },
      onProblem: (problem: Problem) => {
        if (attempt === this.attempt && session === this.session) this.onProblem(problem);
      },
    };
    const session: PlaybackSession = new PlaybackSession(wanted, listener, this.pin);
    this.session = session;
  }

  /** Keeps the playing session until the next one shows; one that never showed anything goes now. */
  private retire(): void {
    const showed = this.state.phase === "playing" || this.state.phase === "paused" || this.state.phase === "stalled";
    if (!this.session) return;
    if (!showed) {
      // Else what is being fetched would be told that the session is over.
      this.engine.abandon();
      this.dismiss(this.session);
    } else {
      this.stopOld();
      this.old = this.session;
      this.oldTimer = setTimeout(() => this.stopOld(), OLD_SESSION_MS);
    }
    this.session = null;
  }

  private stopOld(): void {
    clearTimeout(this.oldTimer);
    this.dismiss(this.old);
    this.old = null;
  }

  /** Stops a session without waiting, and remembers it until the station has let it go. */
  private dismiss(session: PlaybackSession | null): void {
    const gone = session?.stop();
    if (!gone) return;
    this.leaving.add(gone);
    void gone.finally(() => this.leaving.delete(gone));
  }

  private onSession(view: Session): void {
    const recovered = this.state.session?.trouble && !view.trouble && !isOver(view);
    this.set({ session: view, audioOnly: view.plan ? !view.plan.video : false });
    if (isOver(view)) {
      this.onOver(view);
      return;
    }
    // What has to be prepared first may take longer than a playlist is waited for.
    const waits = this.state.programme !== null && view.state !== "ready";
    if (view.playlist_url && this.loaded !== view.playlist_url && !waits) {
      this.loaded = view.playlist_url;
      void this.engine.load(resolve(view.playlist_url));
    }
    if (view.state === "ready") {
      this.watchStart();
      if (view.plan) this.offerAudio(view.plan);
    }
    // hls.js gives up on playlists that stand still for long; who looks at a picture of the past is not disturbed.
    if (recovered && this.state.phase === "stalled") this.engine.rejoin();
  }

  /** The list of a session is fixed when it is ready; what comes later is offered. */
  private offerAudio(plan: Plan): void {
    const languages = [...new Set(plan.audio.map(({ language }) => language).filter((language) => language !== null && language !== undefined))];
    this.languages ??= languages;
    const { languages: known } = this;
    this.set({ offeredAudio: languages.filter((language) => !known.includes(language)) });
  }

  /** Begins anew if no picture comes of a session that is ready, whatever the reason. */
  private watchStart(): void {
    if (this.stuckTimer !== undefined || this.state.phase !== "starting") return;
    const { attempt } = this;
    this.stuckTimer = setTimeout(() => {
      this.stuckTimer = undefined;
      if (attempt !== this.attempt || this.state.phase !== "starting") return;
      // Paused by a decoder that failed, it still wants a picture.
      if (this.wanted) this.beginAnew();
      this.watchStart();
    }, STUCK_MS);
  }

  private watchStall(): void {
    clearTimeout(this.stuckTimer);
    this.stuckTimer = setTimeout(() => void this.endStall(), DRY_MS);
  }

  private async endStall(): Promise<void> {
    const { attempt } = this;
    // It ends a session itself whose source has nothing more to give.
    const session = await this.session?.refresh();
    if (attempt !== this.attempt || this.state.phase !== "stalled") return;
    this.watchStall();
    // While the station itself has nothing, there is nothing to be had by beginning anew.
    if (session?.state !== "ready" || session.trouble || session.preparing) return;
    if (this.state.programme) {
      this.beginAnew();
      return;
    }
    const now = performance.now();
    if (now - this.jumped < JUMP_MEMORY_MS) {
      this.beginAnew();
      return;
    }
    this.jumped = now;
    this.engine.goLive();
  }

  private beginAnew(): void {
    if (document.visibilityState !== "visible" || !this.mayRestart()) return;
    performance.mark("telecast:begun-anew");
    this.again();
  }

  private onOver(view: Session): void {
    const code = view.reason?.code;
    if (this.session && this.inOwnWay && code !== undefined && FOR_WANT_OF_A_TUNER.has(code)) {
      void this.openOutOfOwnWay(this.session.wanted);
      return;
    }
    // The viewer is here and wants a picture, not an explanation.
    const curable = code !== undefined && BEGUN_ANEW.has(code);
    if (curable && this.wanted && document.visibilityState === "visible" && this.mayRestart()) {
      this.again();
      return;
    }
    this.engine.unload();
    this.stopOld();
    this.enter("refused", { refusal: view.reason ?? null });
  }

  /** Makes a refused start once more when our own earlier sessions are gone. Whoever has tuned on meanwhile wins. */
  private async openOutOfOwnWay(wanted: Wanted): Promise<void> {
    const { attempt } = this;
    this.inOwnWay = false;
    this.session = null;
    this.stopOld();
    // The refused session's playlist fails now, and that must not pass for a failure of the next.
    this.engine.prepare();
    this.set({ session: null });
    await within(FAREWELL_MS, Promise.all(this.leaving));
    if (attempt === this.attempt && this.leafTimer === undefined) this.open(wanted, attempt);
  }

  private onProblem(problem: Problem): void {
    if (problem.status === 404 && this.state.session && this.mayRestart()) {
      this.again(); // the station was started anew and knows nothing of us
      return;
    }
    this.stopOld();
    this.engine.unload();
    this.enter("refused", { problem });
  }

  private async onBroken(detail: string, status: number): Promise<void> {
    const { attempt } = this;
    const view = await this.session?.refresh();
    if (attempt !== this.attempt || this.state.phase === "refused") return;
    if (view && isOver(view)) return; // told by `onOver`
    if (view?.trouble) {
      if (this.state.phase !== "stalled") this.onStalled();
      return; // gone on with when something comes again
    }
    if (this.mayRestart()) {
      this.again();
      return;
    }
    this.dismiss(this.session);
    this.session = null;
    this.engine.unload();
    this.enter("broken", { problem: asProblem({ detail, status }) });
  }

  private mayRestart(): boolean {
    const now = performance.now();
    const held = this.shownAt !== null && now - this.shownAt >= HELD_MS;
    this.restarts = held ? [] : this.restarts.filter((at) => now - at < RESTART_WINDOW_MS);
    if (this.restarts.length >= RESTARTS) return false;
    this.restarts.push(now);
    return true;
  }

  /** Asks the browser to play; where it allows no sound without a gesture, it plays without. */
  private async startPlaying(): Promise<void> {
    const { attempt } = this;
    try {
      await this.video.play();
    } catch (error) {
      if (attempt !== this.attempt || !(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (this.video.muted) {
        this.wanted = false;
        this.enter("paused");
        return;
      }
      this.video.muted = true;
      this.set({ soundBlocked: true });
      await this.startPlaying();
    }
  }

  /** Plays on where the video was paused by nobody: by a media source that was attached after `play` was asked for. */
  private keepPlaying(): void {
    const { phase } = this.state;
    const running = phase === "starting" || phase === "playing" || phase === "stalled";
    if (this.wanted && running && this.leafTimer === undefined && this.video.paused) void this.startPlaying();
  }

  /** After a gesture the browser allows what it refused before. */
  private unblockSound(): void {
    if (!this.state.soundBlocked || !navigator.userActivation?.hasBeenActive) return;
    this.video.muted = false;
    this.set({ soundBlocked: false });
  }

  private followVideo(): void {
    const { video } = this;
    video.addEventListener("volumechange", () => this.set({ volume: video.volume, muted: video.muted }));
    video.addEventListener("pause", () => {
      // A decoder that fails pauses too; nobody asked for that.
      if (video.error || this.engine.recovering) return;
      if (this.state.phase !== "playing" && this.state.phase !== "stalled") return;
      this.wanted = false;
      this.tally.stallEnded(performance.now());
      this.enter("paused");
    });
    video.addEventListener("play", () => {
      this.wanted = true;
      if (this.state.phase === "paused") this.enter("playing");
    });
    video.addEventListener("playing", () => {
      clearTimeout(this.stallTimer);
      if (this.state.phase === "stalled") {
        this.enter("playing");
        this.endOfStall();
      }
      if (this.state.phase === "starting") this.awaitFirstFrame();
    });
    video.addEventListener("waiting", () => {
      clearTimeout(this.stallTimer);
      this.stallTimer = setTimeout(() => {
        if (this.state.phase !== "playing" || video.readyState >= 3) return;
        this.onStalled();
      }, STALL_NOTICE_MS);
    });
    video.addEventListener("loadeddata", () => {
      this.keepPlaying();
      this.awaitFirstFrame();
    });
    video.addEventListener("canplay", () => this.keepPlaying());
  }

  private awaitFirstFrame(): void {
    const { attempt, video } = this;
    const shown = () => {
      // While one leafs through the channels, frames still come from the one before.
      const ours = attempt === this.attempt && this.leafTimer === undefined;
      if (ours && this.state.phase === "starting") this.onShown();
    };
    if (video.videoWidth > 0 && "requestVideoFrameCallback" in video) video.requestVideoFrameCallback(shown);
    else if (!video.paused && video.readyState >= 3) shown();
  }

  private onShown(): void {
    const zapMs = performance.now() - this.pressedAt;
    performance.measure("telecast:zap", { start: this.pressedAt, duration: zapMs });
    this.inOwnWay = false;
    this.shownAt = performance.now();
    this.stopOld();
    this.enter(this.video.paused ? "paused" : "playing", { zapMs, retries: 0 });
    this.tally.firstFrame(zapMs);
    this.session?.report();
  }

  private leavePage(): void {
    this.dismiss(this.session);
    this.stopOld();
  }

  private enter(phase: Phase, change: Partial<PlayerState> = {}): void {
    const since = phase === this.state.phase && phase !== "starting" ? this.state.since : performance.now();
    this.set({ ...change, phase, since });
  }
}

/** True while the viewer sees what the station sends, give or take what the player needs to hold back. */
export function isLive(timeline: Timeline): boolean {
  return timeline.latency <= timeline.targetLatency + LIVE_MARGIN_S;
}

/** Waits for `done`, but not for longer than `ms`. */
async function within(ms: number, done: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, enough]);
  clearTimeout(timer);
}

function createVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  video.playsInline = true;
  video.preload = "auto";
  video.disableRemotePlayback = true;
  video.className = "stage-video";
  return video;
}
