/** The picture and everything that lies over it. The video element itself belongs to the player and outlives the page. */
import { Volume2 } from "lucide-react";
import { useEffect, useRef, type ReactNode, type Ref } from "react";
import type { Channel } from "../api/types";
import { useText } from "../i18n";
import { player, usePlayer } from "../playback";
import { Button } from "../ui";
import { Logo } from "./Logo";
import { useNowNext } from "./NowPanel";
import { Radio } from "./Radio";
import { Struggling } from "./Struggling";
import { Progress, Span, Time, useNow } from "./time";
import { Slate } from "./Slate";
import { Subtitles } from "./Subtitles";
import { Waiting } from "./Waiting";

interface StageProps {
  readonly channel: Channel | null;
  readonly chrome: boolean;
  /** True where the page around the picture does not say what is on (full screen, no room). */
  readonly alone: boolean;
  readonly poke: () => void;
  readonly hide: () => void;
  readonly typedNumber: { readonly digits: string; readonly name: string | null } | null;
  readonly stageRef: Ref<HTMLDivElement>;
  readonly toggleFullscreen: () => void;
  readonly children: ReactNode;
}

export function Stage({ stageRef, channel, chrome, alone, poke, hide, typedNumber, toggleFullscreen, children }: StageProps) {
  const t = useText();
  const phase = usePlayer((state) => state.phase);
  const audioOnly = usePlayer((state) => state.audioOnly);
  const radio = audioOnly || channel?.kind === "radio";
  const waiting = phase === "starting";
  const failed = phase === "refused" || phase === "broken";
  return (
    // The picture takes pointers for what its buttons and keys do as well, and it is the remote control's home.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={stageRef}
      className="stage"
      data-stage
      data-scheme="dark"
      data-chrome={chrome || undefined}
      data-phase={phase}
      role="region"
      aria-label={t.watch.player}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- whatever closes gives the focus back to it
      tabIndex={0}
      onPointerMove={(event) => {
        if (event.pointerType !== "touch") poke();
      }}
      onPointerLeave={(event) => {
        if (event.pointerType === "mouse") hide();
      }}
      onDoubleClick={(event) => {
        if (!(event.target as Element).closest("button, [role=slider], .controls")) toggleFullscreen();
      }}
      onPointerUp={(event) => {
        if (event.pointerType !== "touch" || (event.target as Element).closest("button, .controls, .refused")) return;
        if (chrome) hide();
        else poke();
      }}
    >
      <Video radio={radio} />
      {radio && channel && !failed && <Radio channel={channel} playing={phase === "playing"} />}
      {channel && !radio && !failed && <Title channel={channel} large={waiting} shown={waiting || (alone && chrome)} />}
      <Subtitles />
      <Slate />
      <Waiting radio={radio} />
      <Struggling />
      <SoundOn />
      {typedNumber && (
        <output className="typed">
          <b>{typedNumber.digits}</b> {typedNumber.name}
        </output>
      )}
      {children}
    </div>
  );
}

function Video({ radio }: { readonly radio: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    host.current?.append(player.video);
  }, []);
  return <div ref={host} className="stage-host" data-radio={radio || undefined} />;
}

/** Over a black picture: which channel is coming. Over a full screen: what is on, for as long as the controls show. */
function Title({ channel, large, shown }: { readonly channel: Channel; readonly large: boolean; readonly shown: boolean }) {
  const t = useText();
  const now = useNow(10_000);
  const { guide } = useNowNext(channel.id);
  const event = guide?.now ?? null;
  if (!shown) return null;
  return (
    <div className="title" data-large={large || undefined}>
      <Logo channel={channel} size="large" />
      <div>
        <p className="title-channel">
          <span className="channel-number">{channel.number}</span> {channel.name}
        </p>
        {event && (
          <>
            <p className="title-event">{event.title}</p>
            <p className="title-line">
              <Span event={event} />
              <Progress event={event} now={now} />
              {guide?.next && (
                <span className="title-next">
                  {t.watch.next} <Time at={guide.next.start} /> {guide.next.title}
                </span>
              )}
            </p>
          </>
        )}
      </div>
    </div>
  );
}

function SoundOn() {
  const t = useText();
  const blocked = usePlayer((state) => state.soundBlocked);
  if (!blocked) return null;
  return (
    <div className="sound-on">
      <Button look="main" onClick={() => player.setMuted(false)} title={t.player.soundBlocked}>
        <Volume2 size={20} aria-hidden />
        {t.player.soundOn}
      </Button>
    </div>
  );
}
