/** Full screen and picture in picture, in the ways that browsers offer them. */
import { useSyncExternalStore } from "react";
import { player } from "../playback";

type AppleVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

function subscribe(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

export function useFullscreen(): boolean {
  return useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
}

/** Narrower than this (CSS pixels) a picture has no room for a panel on top of it. */
const narrow = globalThis.matchMedia?.("(max-width: 719px)");

/** Up to this width channels and chat at once would leave too little for the picture between them. */
const tight = globalThis.matchMedia?.("(max-width: 1599px)");

function useQuery(query: MediaQueryList | undefined): boolean {
  return useSyncExternalStore(
    (listener) => {
      query?.addEventListener("change", listener);
      return () => query?.removeEventListener("change", listener);
    },
    () => query?.matches ?? false,
  );
}

/** Whether this is a phone, or a window like one. */
export function useNarrow(): boolean {
  return useQuery(narrow);
}

/** Whether beside the picture there is room for one thing only. */
export function useTight(): boolean {
  return useQuery(tight);
}

/** The whole page goes full screen, not the video, so that menus, the palette and typed numbers are there too. */
export async function toggleFullscreen(): Promise<void> {
  if (document.fullscreenElement) {
    await document.exitFullscreen();
    return;
  }
  const root = document.documentElement;
  try {
    if (root.requestFullscreen) await root.requestFullscreen({ navigationUI: "hide" });
    else (player.video as AppleVideo).webkitEnterFullscreen?.(); // an iPhone enlarges only the video itself
  } catch {
    // The browser wants a gesture that it does not count this as; the picture stays as it is.
  }
}

export function canPip(): boolean {
  return document.pictureInPictureEnabled === true;
}

export async function togglePip(): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else if (canPip() && player.video.readyState > 0) await player.video.requestPictureInPicture();
  } catch {
    // Refused without a gesture, or there is no picture (radio).
  }
}
