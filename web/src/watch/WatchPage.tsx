/** The picture first: this page plays the channel in its address, or the last one watched, or the first there is. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { TvMinimal } from "lucide-react";
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Channel } from "../api/types";
import { useText } from "../i18n";
import { player, usePlayer } from "../playback";
import { setPaletteOpen } from "../shell/commands";
import { like, useFavourites } from "../shell/favourites";
import { prefer, preferences, usePreferences } from "../shell/preferences";
import { directionOf, moveFocus, ownsArrows } from "../shell/spatial";
import { channelsOf, mayTalk, useAccount, useLineup, type Lineup } from "../shell/station";
import { ChannelPanel, neighbour } from "./ChannelList";
import { Controls } from "./Controls";
import { actionFor, zoneOf, type Action } from "./keys";
import { useMediaSession } from "./mediaSession";
import { NoChannels } from "./NoChannels";
import { isOwn, secondsOf } from "../play/address";
import { NowPanel, useNowNext } from "./NowPanel";
import { Refused } from "./Refused";
import { toggleFullscreen, togglePip, useFullscreen, useNarrow, useTight } from "./screen";
import { Stage } from "./Stage";
import { useChrome } from "./useChrome";
import { useDigits } from "./useDigits";

const Facts = lazy(() => import("./Facts"));
const KeysHelp = lazy(() => import("./KeysHelp"));
const TalkPanel = lazy(() => import("../talk/TalkPanel"));

const SKIP_S = 10;
const VOLUME_STEP = 0.05;

export function WatchPage() {
  const lineup = useLineup();
  const { tune, channel } = useTuning(lineup);
  const { listOpen } = usePreferences();
  const fullscreen = useFullscreen();
  const stage = useRef<HTMLDivElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const chrome = useChrome(stage);
  const [facts, setFacts] = useState(false);
  const [help, setHelp] = useState(false);
  const talk = useTalkToggle(stage);
  const showTalk = talk.open && !fullscreen;
  const covered = useTight() && showTalk;
  const showList = listOpen && !fullscreen && !covered;
  const toggleList = useListToggle(stage, covered);

  const leaf = useCallback(
    (step: 1 | -1) => {
      const current = player.state.channelId;
      const bouquet = channelsOf(lineup, preferences().bouquet);
      const rows = bouquet.some(({ id }) => id === current) ? bouquet : lineup.channels;
      const next = neighbour(rows, current, step);
      if (next) tune(next, true);
    },
    [lineup, tune],
  );
  const next = useCallback(() => leaf(1), [leaf]);
  const previous = useCallback(() => leaf(-1), [leaf]);
  const { guide } = useNowNext(channel?.id ?? null);
  useMediaSession(channel, guide?.now ?? null, { next, previous });

  const startOver = useStartOver(channel, guide?.now?.start ?? null);

  const openSearch = useCallback(() => {
    if (document.fullscreenElement) {
      setPaletteOpen(true);
      return;
    }
    prefer(covered ? { listOpen: true, talkOpen: false } : { listOpen: true });
    // The field exists after the panel has been rendered.
    setTimeout(() => searchField.current?.focus());
  }, [covered]);
  const openGuide = useGuide();
  const favourites = useFavourites();
  const kind = usePlayer((state) => lineup.byId.get(state.channelId ?? "")?.kind);
  const typedNumber = useDigits(lineup.channels, kind, tune);
  useKeys({
    stage,
    leaf,
    lineup,
    tune,
    openSearch,
    openGuide,
    star: () => channel && void like(channel, !favourites.has(channel.id)),
    facts,
    setFacts,
    setHelp,
    list: toggleList,
    talk: talk.toggle,
    poke: chrome.poke,
    type: typedNumber.type,
  });

  const factsBelow = useNarrow() && !fullscreen;
  const shownFacts = facts && (
    <Suspense fallback={null}>
      <Facts below={factsBelow} close={() => setFacts(false)} />
    </Suspense>
  );
  const empty = lineup.complete && lineup.channels.length === 0;
  if (empty) return <NoChannels />;
  return (
    <div className="watch" data-list={showList || undefined} data-talk={showTalk || undefined} data-fullscreen={fullscreen || undefined}>
      <div className="watch-main">
        <Stage
          stageRef={stage}
          channel={channel}
          chrome={chrome.shown}
          alone={fullscreen}
          poke={chrome.poke}
          hide={chrome.hide}
          typedNumber={typedNumber.shown}
          toggleFullscreen={() => void toggleFullscreen()}
        >
          <Refused lineup={lineup} tune={tune} chooseOther={openSearch} />
          {!factsBelow && shownFacts}
          <Controls
            listOpen={showList}
            toggleList={toggleList}
            factsOpen={facts}
            toggleFacts={() => setFacts(!facts)}
            startOver={startOver}
            talkOpen={showTalk}
            toggleTalk={talk.toggle}
          />
        </Stage>
        {factsBelow && shownFacts}
        {!fullscreen && <Below lineup={lineup} channel={channel} />}
      </div>
      {showList && (
        <ChannelAside lineup={lineup} tune={tune} searchField={searchField} />
      )}
      {showTalk && <TalkAside channel={channel} programme={guide?.now ?? null} close={talk.close} focus={talk.focus} />}
      {help && (
        <Suspense fallback={null}>
          <KeysHelp close={() => setHelp(false)} />
        </Suspense>
      )}
    </div>
  );
}

function ChannelAside(props: Parameters<typeof ChannelPanel>[0]) {
  const t = useText();
  return (
    <aside className="channels" aria-label={t.watch.channels}>
      <ChannelPanel {...props} />
    </aside>
  );
}

type TalkAsideProps = React.ComponentProps<typeof TalkPanel>;

/** Its place is there before its code is, so that the picture moves once. */
function TalkAside(props: TalkAsideProps) {
  const t = useText();
  return (
    <aside className="talk watch-talk" aria-label={t.nav.chat}>
      <Suspense fallback={null}>
        <TalkPanel {...props} />
      </Suspense>
    </aside>
  );
}

/** Channels and chat take turns where there is no room for both. */
function useListToggle(stage: React.RefObject<HTMLElement | null>, covered: boolean): () => void {
  return useCallback(() => {
    if (covered) {
      prefer({ listOpen: true, talkOpen: false });
      return;
    }
    const { listOpen } = preferences();
    const losing = listOpen && document.activeElement?.closest(".channels");
    prefer({ listOpen: !listOpen });
    if (losing) stage.current?.focus();
  }, [stage, covered]);
}

/** The chat beside the picture: for those who may; who closes it from within gives the focus back to the picture. */
function useTalkToggle(stage: React.RefObject<HTMLElement | null>) {
  const may = mayTalk(useAccount());
  const { talkOpen } = usePreferences();
  const [focus, setFocus] = useState(false);
  const close = useCallback(() => {
    const losing = document.activeElement?.closest(".watch-talk");
    prefer({ talkOpen: false });
    if (losing) stage.current?.focus();
  }, [stage]);
  const toggle = useCallback(() => {
    if (preferences().talkOpen) {
      close();
      return;
    }
    setFocus(true);
    prefer({ talkOpen: true });
  }, [close]);
  return { open: may && talkOpen, focus, close, toggle: may ? toggle : null };
}

function Below({ lineup, channel }: { readonly lineup: Lineup; readonly channel: Channel | null }) {
  const t = useText();
  const wanted = usePlayer((state) => state.channelId);
  if (channel) return <NowPanel channel={channel} />;
  if (!lineup.complete || wanted === null) return <h1 className="visually-hidden">{t.watch.title}</h1>;
  return (
    <section className="now">
      <TvMinimal className="now-icon" aria-hidden />
      <div className="now-main">
        <h1>{t.watch.unknownChannel.title}</h1>
        <p className="now-subtitle">{t.watch.unknownChannel.text}</p>
      </div>
    </section>
  );
}

type Tune = (channel: Channel, leafing?: boolean) => void;

/** Keeps channel, player and address in step. The player goes first: the address follows when nothing waits for it. */
function useTuning(lineup: Lineup): { readonly tune: Tune; readonly channel: Channel | null } {
  const navigate = useNavigate();
  const { channel: addressed } = useParams({ strict: false }) as { channel?: string };
  const tuned = usePlayer((state) => state.channelId);
  const { byId, channels } = lineup;
  /** Addresses that the player is ahead of: they come late and must not call it back. */
  const underWay = useRef(new Set<string>());

  const tune = useCallback<Tune>(
    (channel, leafing = false) => {
      player.tune(channel.id, { leafing });
      underWay.current.add(channel.id);
      void navigate({ to: "/watch/$channel", params: { channel: channel.id }, replace: leafing });
    },
    [navigate],
  );

  useEffect(() => {
    if (addressed === undefined) return;
    if (addressed === player.state.channelId) underWay.current.clear();
    else if (!underWay.current.has(addressed)) player.tune(addressed);
  }, [addressed]);

  // Without a channel in the address: the last one watched, if it is still there, or the first.
  const first = channels[0]?.id ?? null;
  const remembered = preferences().lastChannel;
  const start = remembered !== null && byId.has(remembered) ? remembered : first;
  useEffect(() => {
    if (addressed === undefined && start !== null) {
      void navigate({ to: "/watch/$channel", params: { channel: start }, replace: true });
    }
  }, [addressed, start, navigate]);
  useEffect(() => () => player.stop(), []);

  const channel = useMemo(() => byId.get(tuned ?? addressed ?? "") ?? null, [byId, tuned, addressed]);
  return { tune, channel };
}

/** On a channel of one's own what is on can be seen from its beginning. */
function useStartOver(channel: Channel | null, start: string | null): (() => void) | null {
  const navigate = useNavigate();
  return useMemo(() => {
    if (!channel || !isOwn(channel) || start === null) return null;
    const params = { channel: channel.id, at: secondsOf(start) };
    return () => void navigate({ to: "/guide/play/$channel/$at", params });
  }, [channel, start, navigate]);
}

/** To the guide, of the bouquet that is shown here. */
function useGuide(): () => void {
  const navigate = useNavigate();
  return useCallback(() => {
    const { bouquet } = preferences();
    void navigate({ to: "/guide", search: bouquet === null ? {} : { bouquet } });
  }, [navigate]);
}

interface KeyContext {
  readonly stage: React.RefObject<HTMLDivElement | null>;
  readonly leaf: (step: 1 | -1) => void;
  readonly lineup: Lineup;
  readonly tune: Tune;
  readonly openSearch: () => void;
  readonly openGuide: () => void;
  readonly star: () => void;
  readonly facts: boolean;
  readonly setFacts: (open: boolean) => void;
  readonly setHelp: (open: boolean) => void;
  readonly list: () => void;
  /** None: there is no chat for whoever watches. */
  readonly talk: (() => void) | null;
  readonly poke: () => void;
  readonly type: (digit: number) => void;
}

/** One listener for the page's keys. It reads the newest context through a ref, so it is added only once. */
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
        if (perform(action, latest.current, event)) event.preventDefault();
      } else if (direction && zone !== "stage" && !ownsArrows(document.activeElement, direction)) {
        latest.current.poke();
        if (moveFocus(direction)) event.preventDefault();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

/** Carries out an action; false where the key should keep its usual meaning. */
function perform(action: Action, context: KeyContext, event: KeyboardEvent): boolean {
  context.poke();
  if (typeof action === "object") {
    context.type(action.digit);
    return true;
  }
  if (action === "escape") return escape(context);
  if (action === "previous") {
    const last = context.lineup.byId.get(player.state.previousChannelId ?? "");
    if (last) context.tune(last);
    return true;
  }
  if (event.repeat && ["mute", "list", "talk", "fullscreen", "pip", "facts", "togglePlay", "favourite"].includes(action)) return true;
  ACTIONS[action](context);
  return true;
}

const ACTIONS: Readonly<Record<Exclude<Action, object | "escape" | "previous">, (context: KeyContext) => void>> = {
  up: ({ leaf }) => leaf(-1),
  down: ({ leaf }) => leaf(1),
  channelUp: ({ leaf }) => leaf(1),
  channelDown: ({ leaf }) => leaf(-1),
  back: () => player.skip(-SKIP_S),
  forward: () => player.skip(SKIP_S),
  controls: ({ stage }) => stage.current?.querySelector<HTMLElement>(".refused button, [data-first-control]")?.focus(),
  togglePlay: () => player.togglePlay(),
  play: () => player.play(),
  pause: () => player.pause(),
  stop: () => player.pause(),
  live: () => player.goLive(),
  louder: () => player.setVolume(player.state.volume + VOLUME_STEP),
  quieter: () => player.setVolume(player.state.volume - VOLUME_STEP),
  mute: () => player.toggleMuted(),
  audio: () => player.nextAudio(),
  subtitles: () => player.nextSubtitles(),
  list: ({ list }) => list(),
  talk: ({ talk }) => talk?.(),
  guide: ({ openGuide }) => openGuide(),
  favourite: ({ star }) => star(),
  search: ({ openSearch }) => openSearch(),
  palette: () => setPaletteOpen(true),
  fullscreen: () => void toggleFullscreen(),
  pip: () => void togglePip(),
  facts: ({ facts, setFacts }) => setFacts(!facts),
  help: ({ setHelp }) => setHelp(true),
};

/** One step back: from a button or the list to the picture, from the facts to none, from full screen to the page. */
function escape({ stage, facts, setFacts }: KeyContext): boolean {
  const focused = document.activeElement;
  if (focused && focused !== document.body && focused !== stage.current) {
    stage.current?.focus();
    return true;
  }
  if (facts) {
    setFacts(false);
    return true;
  }
  if (document.fullscreenElement) {
    void document.exitFullscreen();
    return true;
  }
  return false;
}
