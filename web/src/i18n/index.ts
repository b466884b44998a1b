/** Which language the page speaks, its texts, and how it writes times and durations. */
import { useSyncExternalStore } from "react";
import { preferences, usePreferences } from "../shell/preferences";
import type { Catalogue } from "./catalogue";
import { de } from "./de";
import { en } from "./en";

export type Language = "en" | "de";

const catalogues: Readonly<Record<Language, Catalogue>> = { en, de };

function spoken(): Language {
  const choice = preferences().language;
  if (choice !== "system") return choice;
  const first = navigator.languages.find((tag) => /^(?:de|en)\b/i.test(tag));
  return first?.toLowerCase().startsWith("de") ? "de" : "en";
}

function onLanguageChange(listener: () => void): () => void {
  addEventListener("languagechange", listener);
  return () => removeEventListener("languagechange", listener);
}

export function useLanguage(): Language {
  usePreferences();
  return useSyncExternalStore(onLanguageChange, spoken);
}

/** How times and numbers are written: as the viewer's own variety of the page's language does (24 hours in Britain). */
export function useLocale(): string {
  return localeFor(useLanguage(), navigator.languages);
}

export function localeFor(language: Language, tags: readonly string[]): string {
  const own = tags.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  return own ?? (language === "en" ? "en-GB" : language);
}

export function useText(): Catalogue {
  return catalogues[useLanguage()];
}

/** The texts outside of React, for what has no component around it (the media session, the document's title). */
export function text(): Catalogue {
  return catalogues[spoken()];
}

/** Languages to ask the station for, best first: the viewer's choice, the page's, then the browser's. */
export function wantedLanguages(): string[] {
  const { audioLanguage } = preferences();
  const browser = navigator.languages.map((tag) => tag.split("-")[0] ?? tag);
  return [...new Set([...(audioLanguage ? [audioLanguage] : []), spoken(), ...browser])];
}
