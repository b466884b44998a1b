/** A programme that is played for itself: an item of the library, or what was on a channel of one's own. The address says which, and from where on. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { useLocale, useText } from "../i18n";
import { clockDuration, dateTime } from "../i18n/format";
import { detail } from "../library/api";
import { player, usePlayer, useTimeline } from "../playback";
import type { Programme } from "../playback/wanted";
import { directionOf, moveFocus, ownsArrows } from "../shell/spatial";
import { useLineup } from "../shell/station";
import { Button } from "../ui";
import { actionFor, zoneOf, type Action } from "../watch/keys";
import { Refused } from "../watch/Refused";
import { toggleFullscreen, togglePip, useFullscreen, useNarrow } from "../watch/screen";
import { Stage } from "../watch/Stage";
import { useChrome } from "../watch/useChrome";
import { readPlayAddress, type PlayAddress } from "./address";
import { PlayControls } from "./PlayControls";
import { placeIn, type Extent } from "./place";

const Facts = lazy(() => import("../watch/Facts"));

const SKIP_S = 10;
const VOLUME_STEP = 0.05;

/** An item of the library. */
export function ItemPage() {
  const t = useText();
  const navigate = useNavigate();
  const params = useParams({ strict: false });
  const { from = 0 }: PlayAddress = readPlayAddress(useSearch({ strict: false }));
  const item = Number(params.item);
  const { data } = useQuery(detail(item));
  const back = useCallback(() => void navigate({ to: "/library", search: { item } }), [navigate, item]);
  const programme = useMemo(() => ({ item, from }), [item, from]);
  return <PlayPage programme={programme} title={data?.title ?? null} about={data?.show ?? null} extent={data ? { base: 0, length: data.length_s } : null} back={back} backTo={t.play.toLibrary} live={null} />;
}

/** What was on a channel. */
export function PastPage() {
  const t = useText();
  const locale = useLocale();
  const navigate = useNavigate();
  const { channel = "", at = "" } = useParams({ strict: false });
  const lineup = useLineup();
  const programme = useMemo(() => ({ channel, at: Number(at) * 1000 }), [channel, at]);
  const back = useCallback(() => void navigate({ to: "/guide", search: { programme: `${channel}.${at}` } }), [navigate, channel, at]);
  const live = useCallback(() => void navigate({ to: "/watch/$channel", params: { channel } }), [navigate, channel]);
  const about = t.play.onAt(dateTime(programme.at, locale), lineup.byId.get(channel)?.name ?? channel);
  return <PlayPage programme={programme} title={null} about={about} extent={null} back={back} backTo={t.play.toGuide} live={live} />;
}

interface PlayPageProps {
  readonly programme: Programme;
  /** As far as it is known without the station's answer. */
  readonly title: string | null;
  readonly about: string | null;
  readonly extent: Extent | null;
  readonly back: () => void;
  readonly backTo: string;
  /** To what is on now; none where there is no such thing. */
  readonly live: (() => void) | null;
}

function PlayPage({ programme, title, about, extent, back, backTo, live }: PlayPageProps) {
  const t = useText();
  const lineup = useLineup();
  const navigate = useNavigate();
  const fullscreen = useFullscreen();
  const stage = useRef<HTMLDivElement>(null);
  const chrome = useChrome(stage);
  const [facts, setFacts] = useState(false);
  const played = usePlayer((state) => state.session?.programme ?? null);
  const phase = usePlayer((state) => state.phase);
  useEffect(() => {
    player.show(programme);
    stage.current?.focus();
    return () => player.stop();
  }, [programme]);
  const told = useMemo<Extent | null>(() => (played ? { base: played.start ? Date.parse(played.start) : 0, length: played.length_s } : null), [played]);
  const whole = told ?? extent;
  const name = played?.title ?? title ?? t.play.title;
  const over = useOver();
  useKeys({ stage, facts, setFacts, back, whole, poke: chrome.poke });
  useEffect(() => {
    document.title = `${name} · Telecast`;
  }, [name]);
  const below = useNarrow() && !fullscreen;
  const shownFacts = facts && (
    <Suspense fallback={null}>
      <Facts below={below} close={() => setFacts(false)} />
    </Suspense>
  );
  return (
    <div className="watch" data-fullscreen={fullscreen || undefined}>
      <div className="watch-main">
        <Stage
          stageRef={stage}
          channel={null}
          chrome={chrome.shown || over}
          alone={fullscreen}
          poke={chrome.poke}
          hide={chrome.hide}
          typedNumber={null}
          toggleFullscreen={() => void toggleFullscreen()}
        >
          {(phase === "starting" || (fullscreen && chrome.shown)) && (
            <div className="title" data-large={phase === "starting" || undefined}>
              <div>
                <p className="title-event">{name}</p>
                {about !== null && <p className="title-line">{about}</p>}
              </div>
            </div>
          )}
          <Refused lineup={lineup} tune={({ id }) => void navigate({ to: "/watch/$channel", params: { channel: id } })} chooseOther={back} other={backTo} />
          {over && <Over again={() => player.show(beginning(programme, whole))} back={back} backTo={backTo} live={live} />}
          {!below && shownFacts}
          <PlayControls extent={whole} factsOpen={facts} toggleFacts={() => setFacts(!facts)} live={live} />
        </Stage>
        {below && shownFacts}
        {!fullscreen && (
          <section className="now" aria-label={t.play.title}>
            <div className="now-main">
              {about !== null && <p className="now-channel">{about}</p>}
              <h1>{name}</h1>
              {whole !== null && <Place extent={whole} />}
            </div>
            <Button onClick={back}>
              <ArrowLeft size={18} aria-hidden />
              {backTo}
            </Button>
          </section>
        )}
      </div>
    </div>
  );
}

function beginning(programme: Programme, extent: Extent | null): Programme {
  if ("item" in programme) return { item: programme.item, from: 0 };
  return { channel: programme.channel, at: extent?.base ?? programme.at };
}

/** Whether it has been shown to its end. */
function useOver(): boolean {
  const [over, setOver] = useState(player.video.ended);
  useEffect(() => {
    const look = () => setOver(player.video.ended);
    for (const name of ["ended", "seeking", "playing", "emptied"]) player.video.addEventListener(name, look);
    return () => {
      for (const name of ["ended", "seeking", "playing", "emptied"]) player.video.removeEventListener(name, look);
    };
  }, []);
  return over;
}

function Place({ extent }: { readonly extent: Extent }) {
  const t = useText();
  const timeline = useTimeline();
  const place = placeIn(extent, timeline);
  return <p className="now-subtitle">{t.play.of(clockDuration(place.position), clockDuration(extent.length))}</p>;
}

interface OverProps {
  readonly again: () => void;
  readonly back: () => void;
  readonly backTo: string;
  readonly live: (() => void) | null;
}

function Over({ again, back, backTo, live }: OverProps) {
  const t = useText();
  return (
    <div className="refused" role="status">
      <h2>{t.play.over}</h2>
      <div className="actions">
        <Button look="main" onClick={live ?? back} autoFocus>
          {live ? t.play.live : backTo}
        </Button>
        <Button onClick={again}>{t.play.again}</Button>
        {live && <Button onClick={back}>{backTo}</Button>}
      </div>
    </div>
  );
}

interface KeyContext {
  readonly stage: RefObject<HTMLDivElement | null>;
  readonly facts: boolean;
  readonly setFacts: (open: boolean) => void;
  readonly back: () => void;
  readonly whole: Extent | null;
  readonly poke: () => void;
}

/** The keys of the page: those of Watch that mean something here. Digits go to so many tenths. */
function useKeys(context: KeyContext): void {
  const latest = useRef(context);
  useEffect(() => {
    latest.current = context;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('[role="dialog"], [role="menu"]')) return;
      const zone = zoneOf(document.activeElement);
      const action = actionFor(event, zone);
      const direction = directionOf(event.key);
      if (action !== null) {
        latest.current.poke();
        if (perform(action, latest.current, event.repeat)) event.preventDefault();
      } else if (direction && zone !== "stage" && !ownsArrows(document.activeElement, direction)) {
        latest.current.poke();
        if (moveFocus(direction)) event.preventDefault();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

const ACTIONS: Readonly<Partial<Record<Exclude<Action, object>, (context: KeyContext) => void>>> = {
  up: () => player.setVolume(player.state.volume + VOLUME_STEP),
  down: () => player.setVolume(player.state.volume - VOLUME_STEP),
  back: () => player.skip(-SKIP_S),
  forward: () => player.skip(SKIP_S),
  controls: ({ stage }) => stage.current?.querySelector<HTMLElement>(".refused button, [data-first-control]")?.focus(),
  togglePlay: () => player.togglePlay(),
  play: () => player.play(),
  pause: () => player.pause(),
  stop: () => player.pause(),
  louder: () => player.setVolume(player.state.volume + VOLUME_STEP),
  quieter: () => player.setVolume(player.state.volume - VOLUME_STEP),
  mute: () => player.toggleMuted(),
  audio: () => player.nextAudio(),
  fullscreen: () => void toggleFullscreen(),
  pip: () => void togglePip(),
  facts: ({ facts, setFacts }) => setFacts(!facts),
  escape: ({ stage, facts, setFacts, back }) => {
    const focused = document.activeElement;
    if (focused && focused !== document.body && focused !== stage.current) stage.current?.focus();
    else if (facts) setFacts(false);
    else if (document.fullscreenElement) void document.exitFullscreen();
    else back();
  },
};

function perform(action: Action, context: KeyContext, repeated: boolean): boolean {
  if (typeof action === "object") {
    const { whole } = context;
    if (whole) player.seekTo(whole.base + (whole.length * action.digit * 1000) / 10);
    return whole !== null;
  }
  const does = ACTIONS[action];
  if (does && !(repeated && ["mute", "fullscreen", "pip", "facts", "togglePlay", "escape"].includes(action))) does(context);
  return does !== undefined;
}
