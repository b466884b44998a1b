/** Tells the system what is playing, so that its keys, lock screen and headphones work. */
import { useEffect } from "react";
import { resolve } from "../api/base";
import type { Channel, GuideEvent } from "../api/types";
import { player, usePlayer } from "../playback";

interface Actions {
  readonly next: () => void;
  readonly previous: () => void;
}

export function useMediaSession(channel: Channel | null, event: GuideEvent | null, { next, previous }: Actions): void {
  const phase = usePlayer((state) => state.phase);
  const logo = channel?.logo_url ?? null;
  const name = channel?.name ?? null;
  const title = event?.title ?? name;

  useEffect(() => {
    document.title = name === null ? "Telecast" : title === name ? `${name} · Telecast` : `${title} · ${name} · Telecast`;
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.metadata =
      name === null
        ? null
        : new MediaMetadata({ title: title ?? name, artist: name, artwork: logo ? [{ src: resolve(logo) }] : [] });
  }, [name, title, logo]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.playbackState =
      phase === "playing" || phase === "stalled" ? "playing" : phase === "paused" ? "paused" : "none";
  }, [phase]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
      play: () => player.play(),
      pause: () => player.pause(),
      stop: () => player.pause(),
      seekbackward: ({ seekOffset }) => player.skip(-(seekOffset ?? 10)),
      seekforward: ({ seekOffset }) => player.skip(seekOffset ?? 10),
      nexttrack: next,
      previoustrack: previous,
    };
    const set = (action: string, handler: MediaSessionActionHandler | null) => {
      try {
        navigator.mediaSession.setActionHandler(action as MediaSessionAction, handler);
      } catch {
        // An older browser does not know this action.
      }
    };
    for (const [action, handler] of Object.entries(handlers)) set(action, handler);
    return () => {
      for (const action of Object.keys(handlers)) set(action, null);
    };
  }, [next, previous]);
}
