/** Deutsch, vom einzelnen Abspielen. */
import type { Catalogue } from "./catalogue";

export const play: Catalogue["play"] = {
  play: "Abspielen",
  startOver: "Von vorn",
  title: "Wiedergabe",
  position: "Stelle",
  of: (position, length) => `${position} von ${length}`,
  prepared: (until) => `Vorbereitet bis ${until}`,
  preparedBy: (percent) => `Wird vorbereitet: ${percent} %`,
  slow: "Was Geräte nicht so zeigen können, wie es ist, wird erst umgewandelt. Es geht von selbst weiter; beim nächsten Mal ist es schon da.",
  onAt: (when, channel) => `${channel}, ${when}`,
  over: "Das war’s",
  again: "Noch einmal von vorn",
  live: "Zu dem, was jetzt läuft",
  toLibrary: "Zurück zur Bibliothek",
  toGuide: "Zurück zum Programm",
};
