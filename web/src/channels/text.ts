/** The words of these pages. They come with the pages, not with the first picture. */
import { useLanguage } from "../i18n";
import { stations as de } from "../i18n/stations.de";
import { stations as en } from "../i18n/stations.en";

export type Words = typeof en;

export function useWords(): Words {
  return useLanguage() === "de" ? de : en;
}
