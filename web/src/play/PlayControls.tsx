/** The bar over a programme that is played for itself: where one is in all of it, and what is there of it. */
import { ChevronsRight, Info, Maximize, Minimize, Pause, PictureInPicture2, Play, RotateCcw, RotateCw } from "lucide-react";
import { Slider } from "radix-ui";
import { useState } from "react";
import { useText } from "../i18n";
import { clockDuration } from "../i18n/format";
import { player, usePlayer, useTimeline } from "../playback";
import { IconButton } from "../ui";
import { Audio, More, Volume } from "../watch/Controls";
import { canPip, toggleFullscreen, togglePip, useFullscreen } from "../watch/screen";
import { placeIn, type Extent } from "./place";

const SKIP_S = 10;

interface PlayControlsProps {
  readonly extent: Extent | null;
  readonly factsOpen: boolean;
  readonly toggleFacts: () => void;
  readonly live: (() => void) | null;
}

export function PlayControls({ extent, factsOpen, toggleFacts, live }: PlayControlsProps) {
  const t = useText();
  const phase = usePlayer((state) => state.phase);
  const idle = phase === "idle" || phase === "refused" || phase === "broken" || phase === "starting";
  const paused = phase === "paused" || (idle && phase !== "starting");
  const fullscreen = useFullscreen();
  return (
    <div className="controls" role="group" aria-label={t.player.controls}>
      {extent && extent.length > 0 ? <Position extent={extent} /> : <div className="position" />}
      <div className="controls-row">
        <IconButton label={paused ? t.player.play : t.player.pause} hotkey="Space" data-first-control className="play" onClick={() => player.togglePlay()}>
          {paused ? <Play aria-hidden fill="currentColor" /> : <Pause aria-hidden fill="currentColor" />}
        </IconButton>
        <IconButton label={t.player.back10} hotkey="ArrowLeft" disabled={idle} onClick={() => player.skip(-SKIP_S)}>
          <RotateCcw aria-hidden />
        </IconButton>
        <IconButton label={t.player.forward10} hotkey="ArrowRight" disabled={idle} onClick={() => player.skip(SKIP_S)}>
          <RotateCw aria-hidden />
        </IconButton>
        <Volume />
        {live && (
          <button type="button" className="live" onClick={live}>
            <ChevronsRight size={18} aria-hidden />
            {t.play.live}
          </button>
        )}
        <span className="controls-space" />
        <Audio />
        <IconButton label={t.player.facts} hotkey="I" aria-pressed={factsOpen} onClick={toggleFacts} className="only-wide">
          <Info aria-hidden />
        </IconButton>
        <More showFacts={toggleFacts} />
        {canPip() && (
          <IconButton label={t.player.pip} hotkey="P" className="only-wide" onClick={() => void togglePip()}>
            <PictureInPicture2 aria-hidden />
          </IconButton>
        )}
        <IconButton label={fullscreen ? t.player.leaveFullscreen : t.player.fullscreen} hotkey="F" onClick={() => void toggleFullscreen()}>
          {fullscreen ? <Minimize aria-hidden /> : <Maximize aria-hidden />}
        </IconButton>
      </div>
    </div>
  );
}

function Position({ extent }: { readonly extent: Extent }) {
  const t = useText();
  const timeline = useTimeline();
  const { position, from, until } = placeIn(extent, timeline);
  /** While a finger is on it the thumb shows where it would go; the picture moves when it is let go. */
  const [dragged, setDragged] = useState<number | null>(null);
  const value = dragged ?? position;
  const share = (seconds: number) => `${(100 * seconds) / extent.length}%`;
  const partly = timeline !== null && until < extent.length - 1;
  const spoken = t.play.of(clockDuration(value), clockDuration(extent.length));
  return (
    <div className="position">
      <span className="position-time">{clockDuration(value)}</span>
      <Slider.Root
        className="slider"
        min={0}
        max={Math.max(1, Math.round(extent.length))}
        step={1}
        value={[Math.round(value)]}
        onValueChange={([next]) => setDragged(next ?? null)}
        onValueCommit={([next]) => {
          setDragged(null);
          if (next !== undefined) player.seekTo(extent.base + next * 1000);
        }}
      >
        <Slider.Track className="slider-track" title={partly ? t.play.prepared(clockDuration(until)) : undefined}>
          <span className="slider-there" style={{ insetInlineStart: share(from), inlineSize: share(Math.max(0, until - from)) }} />
          <Slider.Range className="slider-range" />
        </Slider.Track>
        <Slider.Thumb className="slider-thumb" aria-label={t.play.position} aria-valuetext={partly ? `${spoken}. ${t.play.prepared(clockDuration(until))}` : spoken}>
          {dragged !== null && <span className="slider-tip">{clockDuration(dragged)}</span>}
        </Slider.Thumb>
      </Slider.Root>
      <span className="position-time">{clockDuration(extent.length)}</span>
    </div>
  );
}
