/** What this browser remembers for its viewer. Kept in local storage; a browser without it forgets, and nothing breaks. */
import { useSyncExternalStore } from "react";

export type Theme = "dark" | "light" | "system";
export type LanguageChoice = "system" | "en" | "de";

export interface Preferences {
  readonly theme: Theme;
  readonly language: LanguageChoice;
  /** 0 to 1. */
  readonly volume: number;
  readonly muted: boolean;
  readonly lastChannel: string | null;
  /** Preferred spoken language, as the station writes it; null follows the browser's languages. */
  readonly audioLanguage: string | null;
  /** Subtitles that are shown where there are such: language, and `sdh` behind it if they are for those who do not hear; null shows none. */
  readonly subtitles: string | null;
  /** Ask for what plays on any device, at the price of quality and of the station's work. */
  readonly compatible: boolean;
  readonly listOpen: boolean;
  /** The chat beside the picture. */
  readonly talkOpen: boolean;
  /** Bouquet shown in the channel list; null is all channels. */
  readonly bouquet: string | null;
}

const KEY = "telecast.preferences";

const defaults: Preferences = {
  theme: "dark",
  language: "system",
  volume: 1,
  muted: false,
  lastChannel: null,
  audioLanguage: null,
  subtitles: null,
  compatible: false,
  listOpen: true,
  talkOpen: false,
  bouquet: null,
};

function read(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

let current = read();
const listeners = new Set<() => void>();

export function preferences(): Preferences {
  return current;
}

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

/** Keeps the page's theme with the choice and with the system's, where the choice is to follow it. */
export function applyTheme(): void {
  const light = matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    const theme = current.theme === "system" ? (light.matches ? "light" : "dark") : current.theme;
    document.documentElement.dataset["theme"] = theme;
    const ground = theme === "light" ? "#f7f4ef" : "#100f0d";
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", ground);
  };
  light.addEventListener("change", apply);
  subscribe(apply);
  apply();
}
