/** The words of these pages. They come with the pages, not with the first picture. */
import { useLanguage } from "../i18n";
import { talk as de } from "../i18n/talk.de";
import { talk as en } from "../i18n/talk.en";

export type Words = typeof en;

export function useWords(): Words {
  return useLanguage() === "de" ? de : en;
}
