/** Deutsch: was jede und jeder für sich vom Programm hat, Favoriten, gespeicherte Suchen, Sprachen. */
import type { Catalogue } from "./catalogue";
import { plural } from "./plural";

const many = plural("de");

export const own: Pick<Catalogue, "favourites" | "searches" | "languages"> = {
  favourites: {
    title: "Favoriten",
    favourite: "Favorit",
    of: (channel) => `Favorit: ${channel}`,
    add: "Zu den Favoriten",
    remove: "Aus den Favoriten nehmen",
    toggle: (channel) => `Favorit oder nicht: ${channel}`,
    added: (channel) => `${channel} ist jetzt ein Favorit.`,
    removed: (channel) => `${channel} ist kein Favorit mehr.`,
    failed: (channel) => `Der Stern von ${channel} ließ sich nicht merken.`,
    order: "Favoriten in Ihrer Reihenfolge",
    orderText: "Ein Stern in der Senderliste oder im Programm macht einen Favoriten. Sie sind hier eine eigene Liste und in Ihren Playern eine Gruppe.",
    orderHere: "Ohne eigenes Konto bleiben sie in diesem Browser.",
    none: "Noch kein Favorit: Geben Sie einem Sender einen Stern, oder drücken Sie auf ihm S.",
    gone: (n) => many(n, { one: "# weiterer gehört zu einem Sender, der gerade nicht da ist.", other: "# weitere gehören zu Sendern, die gerade nicht da sind." }),
    up: (channel) => `Nach oben: ${channel}`,
    down: (channel) => `Nach unten: ${channel}`,
  },
  searches: {
    title: "Gespeicherte Suchen",
    save: "Diese Suche speichern",
    saved: "Gespeichert",
    saveAs: "Name der Suche",
    none: "Noch keine. Suchen Sie etwas und wählen Sie „Diese Suche speichern“.",
    text: "Sie sind überall da, wo Sie sich anmelden.",
    rename: (name) => `Umbenennen: ${name}`,
    remove: (name) => `Entfernen: ${name}`,
    days: {
      today: "heute",
      tomorrow: "morgen",
      mon: "am Montag",
      tue: "am Dienstag",
      wed: "am Mittwoch",
      thu: "am Donnerstag",
      fri: "am Freitag",
      sat: "am Samstag",
      sun: "am Sonntag",
    },
    anyDay: "Jeder Tag",
    goneChannel: "ein Sender, der nicht da ist",
  },
  languages: {
    title: "Sprachen des Programms",
    help: "Titel und Texte, die es in mehreren Sprachen gibt, erscheinen in der ersten dieser Sprachen, hier und in Ihren Playern.",
    nth: (n) => (n === 1 ? "Erste Sprache" : n === 2 ? "Zweite Sprache" : n === 3 ? "Dritte Sprache" : "Vierte Sprache"),
    system: "Wie die Seite",
    none: "Keine",
  },
};
