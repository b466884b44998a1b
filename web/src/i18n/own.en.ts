/** English, of what each person has of the guide: favourites, saved searches, languages. */
import { plural } from "./plural";

const many = plural("en");

export const own = {
  favourites: {
    title: "Favourites",
    favourite: "favourite",
    of: (channel: string) => `Favourite: ${channel}`,
    add: "Add to favourites",
    remove: "Remove from favourites",
    toggle: (channel: string) => `Favourite, or not: ${channel}`,
    added: (channel: string) => `${channel} is a favourite now.`,
    removed: (channel: string) => `${channel} is no favourite any more.`,
    failed: (channel: string) => `The star of ${channel} could not be kept.`,
    order: "Favourites, in your order",
    orderText: "A star in the list of channels or in the guide makes a favourite. They are a list of their own here, and a group in your players.",
    orderHere: "Without an account of your own they are kept in this browser.",
    none: "There is no favourite yet: put a star on a channel, or press S on it.",
    gone: (n: number) => many(n, { one: "# more is of a channel that is not there just now.", other: "# more are of channels that are not there just now." }),
    up: (channel: string) => `Up: ${channel}`,
    down: (channel: string) => `Down: ${channel}`,
  },
  searches: {
    title: "Saved searches",
    save: "Save this search",
    saved: "Saved",
    saveAs: "Name of the search",
    none: "There is none yet. Look for something and choose “Save this search”.",
    text: "They are there wherever you sign in.",
    rename: (name: string) => `Rename: ${name}`,
    remove: (name: string) => `Remove: ${name}`,
    // By the words of a saved search's `day`.
    days: {
      today: "today",
      tomorrow: "tomorrow",
      mon: "on Monday",
      tue: "on Tuesday",
      wed: "on Wednesday",
      thu: "on Thursday",
      fri: "on Friday",
      sat: "on Saturday",
      sun: "on Sunday",
    },
    anyDay: "Any day",
    goneChannel: "a channel that is not there",
  },
  languages: {
    title: "Languages of the guide",
    help: "Titles and texts that are there in several languages are shown in the first of these, here and in your players.",
    nth: (n: number) => (n === 1 ? "First language" : n === 2 ? "Second language" : n === 3 ? "Third language" : "Fourth language"),
    system: "As the page",
    none: "None",
  },
};
