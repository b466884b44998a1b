/** The bar over the picture: position in the window, play, live, volume, sound track, and how the picture is shown. */
import {
  Ellipsis,
  Info,
  Maximize,
  MessageCircle,
  Minimize,
  PanelLeft,
  Pause,
  PictureInPicture2,
  Play,
  RotateCcw,
  RotateCw,
  SkipBack,
  Volume1,
  Volume2,
  VolumeX,
} from "lucide-react";
import { Slider } from "radix-ui";
import { Suspense, lazy, useState } from "react";
import { useLocale, useText } from "../i18n";
import { clockDuration } from "../i18n/format";
import { player, usePlayer, useTimeline } from "../playback";
import type { Timeline } from "../playback/engine";
import { isLive } from "../playback/player";
import { IconButton } from "../ui";
import { canPip, toggleFullscreen, togglePip, useFullscreen } from "./screen";

const AudioMenu = lazy(() => import("./AudioMenu"));
const SubtitlesMenu = lazy(() => import("./SubtitlesMenu"));
const MoreMenu = lazy(() => import("./MoreMenu"));

/** A shorter window is not worth a slider. */
const SHORTEST_WINDOW_S = 12;
const SKIP_S = 10;
/** Let go this near to the end, the viewer means live. */
const NEARLY_LIVE_S = 5;

interface ControlsProps {
  readonly listOpen: boolean;
  readonly toggleList: () => void;
  readonly factsOpen: boolean;
  readonly toggleFacts: () => void;
  /** Plays what is on from its beginning; none where that cannot be had. */
  readonly startOver: (() => void) | null;
  readonly talkOpen: boolean;
  /** None: there is no chat for whoever watches. */
  readonly toggleTalk: (() => void) | null;
}

export function Controls(props: ControlsProps) {
  const t = useText();
  const timeline = useTimeline();
  const phase = usePlayer((state) => state.phase);
  const idle = phase === "idle" || phase === "refused" || phase === "broken" || phase === "starting";
  const paused = phase === "paused" || (idle && phase !== "starting");
  const fullscreen = useFullscreen();
  return (
    <div className="controls" role="group" aria-label={t.player.controls}>
      {timeline && !idle && timeline.edge - timeline.start > SHORTEST_WINDOW_S ? (
        <Position timeline={timeline} />
      ) : (
        <div className="position" />
      )}
      <div className="controls-row">
        <IconButton
          label={props.listOpen ? t.watch.hideChannels : t.watch.showChannels}
          hotkey="C"
          aria-pressed={props.listOpen}
          onClick={props.toggleList}
          className="only-wide"
        >
          <PanelLeft aria-hidden />
        </IconButton>
        <IconButton
          label={paused ? t.player.play : t.player.pause}
          hotkey="Space"
          data-first-control
          className="play"
          onClick={() => player.togglePlay()}
        >
          {paused ? <Play aria-hidden fill="currentColor" /> : <Pause aria-hidden fill="currentColor" />}
        </IconButton>
        <IconButton label={t.player.back10} hotkey="ArrowLeft" disabled={idle} onClick={() => player.skip(-SKIP_S)}>
          <RotateCcw aria-hidden />
        </IconButton>
        <IconButton
          label={t.player.forward10}
          hotkey="ArrowRight"
          disabled={idle || !timeline || isLive(timeline)}
          onClick={() => player.skip(SKIP_S)}
          className="only-wide"
        >
          <RotateCw aria-hidden />
        </IconButton>
        <Volume />
        <LiveButton timeline={idle ? null : timeline} />
        {props.startOver && (
          <IconButton label={t.play.startOver} onClick={props.startOver}>
            <SkipBack aria-hidden />
          </IconButton>
        )}
        <span className="controls-space" />
        <Audio />
        <Subtitles />
        <IconButton
          label={t.player.facts}
          hotkey="I"
          aria-pressed={props.factsOpen}
          onClick={props.toggleFacts}
          className="only-wide"
        >
          <Info aria-hidden />
        </IconButton>
        {props.toggleTalk && (
          <IconButton label={props.talkOpen ? t.watch.hideTalk : t.watch.showTalk} hotkey="D" aria-pressed={props.talkOpen} onClick={props.toggleTalk} className="only-wide">
            <MessageCircle aria-hidden />
          </IconButton>
        )}
        <More showFacts={props.toggleFacts} toggleTalk={props.toggleTalk} />
        {canPip() && (
          <IconButton label={t.player.pip} hotkey="P" className="only-wide" onClick={() => void togglePip()}>
            <PictureInPicture2 aria-hidden />
          </IconButton>
        )}
        <IconButton
          label={fullscreen ? t.player.leaveFullscreen : t.player.fullscreen}
          hotkey="F"
          onClick={() => void toggleFullscreen()}
        >
          {fullscreen ? <Minimize aria-hidden /> : <Maximize aria-hidden />}
        </IconButton>
      </div>
    </div>
  );
}

function LiveButton({ timeline }: { readonly timeline: Timeline | null }) {
  const t = useText();
  if (!timeline) return null;
  const behind = timeline.latency;
  if (isLive(timeline)) {
    return (
      <span className="live" data-live>
        {t.player.live}
      </span>
    );
  }
  return (
    <button type="button" className="live" title={`${t.player.goLive} (L)`} onClick={() => player.goLive()}>
      <span className="visually-hidden">{t.player.goLive}, </span>
      {t.player.behind(clockDuration(behind))}
    </button>
  );
}

function Position({ timeline }: { readonly timeline: Timeline }) {
  const t = useText();
  const locale = useLocale();
  /** While a finger is on it the thumb shows where it would go; the picture moves when it is let go. */
  const [dragged, setDragged] = useState<number | null>(null);
  const live = isLive(timeline);
  const value = dragged ?? (live ? timeline.edge : timeline.position);
  const clock = (at: number): string => {
    if (timeline.clock === null) return `−${clockDuration(timeline.edge - at)}`;
    const date = new Date(timeline.clock + (at - timeline.position) * 1000);
    return date.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  };
  const spoken = live && dragged === null ? t.player.live : `${clock(value)}, ${t.player.behindSpoken(Math.round(timeline.edge - value))}`;
  return (
    <div className="position">
      <span className="position-time">{clock(timeline.start)}</span>
      <Slider.Root
        className="slider"
        // Whole seconds since the window's start: what a screen reader can say, and what a slider can hold.
        min={0}
        max={Math.round(timeline.edge - timeline.start)}
        step={1}
        value={[Math.round(value - timeline.start)]}
        onValueChange={([next]) => setDragged(next === undefined ? null : timeline.start + next)}
        onValueCommit={([next]) => {
          setDragged(null);
          if (next === undefined) return;
          const to = timeline.start + next;
          if (timeline.edge - to < NEARLY_LIVE_S) player.goLive();
          else player.seek(to);
        }}
      >
        <Slider.Track className="slider-track">
          <Slider.Range className="slider-range" />
        </Slider.Track>
        <Slider.Thumb className="slider-thumb" aria-label={t.player.position} aria-valuetext={spoken}>
          {dragged !== null && <span className="slider-tip">{clock(dragged)}</span>}
        </Slider.Thumb>
      </Slider.Root>
      <span className="position-time">{clock(live && dragged === null ? timeline.position : value)}</span>
    </div>
  );
}

export function Volume() {
  const t = useText();
  const volume = usePlayer((state) => state.volume);
  const muted = usePlayer((state) => state.muted);
  const Icon = muted || volume === 0 ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <div className="volume">
      <IconButton label={muted ? t.player.unmute : t.player.mute} hotkey="M" onClick={() => player.toggleMuted()}>
        <Icon aria-hidden />
      </IconButton>
      <Slider.Root
        className="slider slider-volume"
        min={0}
        max={100}
        step={5}
        value={[muted ? 0 : Math.round(volume * 100)]}
        onValueChange={([next]) => player.setVolume((next ?? 0) / 100)}
      >
        <Slider.Track className="slider-track">
          <Slider.Range className="slider-range" />
        </Slider.Track>
        <Slider.Thumb className="slider-thumb" aria-label={t.player.volume} />
      </Slider.Root>
    </div>
  );
}

/** The menu's code comes with the first channel that has a choice of sound, or is offered one. */
export function Audio() {
  const choice = usePlayer((state) => state.audioTracks.length > 1 || state.offeredAudio.length > 0);
  return choice ? (
    <Suspense fallback={null}>
      <AudioMenu />
    </Suspense>
  ) : null;
}

/** The same where there is something to read. */
function Subtitles() {
  const choice = usePlayer((state) => state.subtitles.some(({ role }) => role !== "forced"));
  return choice ? (
    <Suspense fallback={null}>
      <SubtitlesMenu />
    </Suspense>
  ) : null;
}

/** The same for what is seldom wanted: the code comes with the first press. */
export function More({ showFacts, toggleTalk = null }: { readonly showFacts: () => void; readonly toggleTalk?: (() => void) | null }) {
  const t = useText();
  const [wanted, setWanted] = useState(false);
  const button = (
    <IconButton label={t.player.more} aria-haspopup="menu" onClick={() => setWanted(true)}>
      <Ellipsis aria-hidden />
    </IconButton>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <MoreMenu showFacts={showFacts} toggleTalk={toggleTalk} />
    </Suspense>
  );
}
