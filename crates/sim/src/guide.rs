//! A guide that the seed decides: two weeks of plausible German and English programmes for every service.
//!
//! Texts carry what real guides carry: umlauts, quotes, ampersands, now and then DVB control characters (U+0086 and
//! U+0087 around emphasis, U+008A as line break; EN 300 468 annex A.1).

use crate::dice::Dice;

const DAY_S: i64 = 86_400;
/// How far ahead the guide reaches.
pub(crate) const HORIZON_S: i64 = 14 * DAY_S;

/// One programme. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: u16,
    pub(crate) begin: i64,
    pub(crate) duration: i64,
    pub(crate) title: String,
    pub(crate) short: String,
    pub(crate) long: String,
    pub(crate) genre: &'static str,
    pub(crate) genre_id: u8,
    pub(crate) language: &'static str,
}

impl Event {
    pub(crate) fn end(&self) -> i64 {
        self.begin + self.duration
    }
}

struct Show {
    title: &'static str,
    minutes: &'static [i64],
    genre: &'static str,
    genre_id: u8,
    english: bool,
}

const fn show(title: &'static str, minutes: &'static [i64], genre: &'static str, genre_id: u8) -> Show {
    Show { title, minutes, genre, genre_id, english: false }
}

const SHOWS: &[Show] = &[
    show("Tagesschau", &[15], "Nachrichten", 0x20),
    show("Die Spur im Moor", &[90], "Krimi", 0x11),
    show("Küchenschlacht & Klatsch", &[45], "Unterhaltung", 0x32),
    show("Großstadtrevier Süd", &[50], "Serie", 0x15),
    show("Wildes Überlingen", &[45, 60], "Dokumentation", 0x23),
    show("Sportschau \"Extra\"", &[30, 105], "Sport", 0x40),
    show("Das Märchen vom Ätna", &[60], "Kinder", 0x50),
    show("Konzert aus Köln", &[90, 120], "Musik", 0x62),
    show("Wetter vor acht", &[5, 10], "Nachrichten", 0x21),
    show("Der Preis des Öls", &[45], "Dokumentation", 0x24),
    show("Sturm der Gefühle", &[50], "Serie", 0x15),
    show("Quiz um Viertel", &[25, 45], "Unterhaltung", 0x31),
    Show { title: "Harbour Lights", minutes: &[60], genre: "Drama", genre_id: 0x15, english: true },
    Show { title: "News & Weather", minutes: &[30], genre: "News", genre_id: 0x20, english: true },
    Show { title: "The Long Way Home", minutes: &[95, 110], genre: "Film", genre_id: 0x10, english: true },
    Show { title: "Garden \"Rescue\"", minutes: &[30], genre: "Leisure", genre_id: 0xA5, english: true },
];

const SHORT_DE: &[&str] = &[
    "Folge 12: Die Rückkehr",
    "Krimi, Deutschland 2024",
    "Mit Untertiteln",
    "",
    "Moderation: Jörg & Änne Groß",
    "Staffel 3, Episode 7",
];
const SHORT_EN: &[&str] =
    &["Episode 4 of 8", "Drama series", "", "Repeat from <last> week", "With subtitles & signing"];
const LONG_DE: &[&str] = &[
    "Als am Ufer ein herrenloses Boot gefunden wird, glaubt zunächst niemand an ein Verbrechen.",
    "Die Kommissarin stößt auf Akten, die längst vernichtet sein sollten.",
    "Im zweiten Teil: Warum die \"einfache\" Lösung keine war.",
    "Gäste sind eine Bäckerin, ein Förster und zwei Überraschungen.",
    "Kosten & Nutzen werden ehrlich gegenübergestellt.",
    "Produziert in Dolby Digital 5.1.",
];
const LONG_EN: &[&str] = &[
    "When a stranger arrives at the harbour, old loyalties are put to the test.",
    "The team has two days & no budget.",
    "Includes regional news at 25 and 55 minutes past each hour.",
    "Mary isn't sure that \"home\" is where she left it.",
];

/// The guide of one seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guide {
    pub(crate) seed: u64,
    /// Divides durations and lengthens texts (fault `huge_guide`).
    pub(crate) dense: i64,
}

impl Guide {
    /// Events of a service that end after `from` and begin before `to`. `service` is any stable number of it.
    pub(crate) fn events(&self, service: u64, from: i64, to: i64) -> Vec<Event> {
        let first = (from - DAY_S).div_euclid(DAY_S);
        let days = first..=to.div_euclid(DAY_S);
        let all = days.flat_map(|day| self.day(service, day));
        all.filter(|event| event.end() > from && event.begin < to).collect()
    }

    /// The event on the air and the one after it.
    pub(crate) fn now_next(&self, service: u64, now: i64) -> [Option<Event>; 2] {
        let mut events = self.events(service, now, now + DAY_S).into_iter();
        [events.next(), events.next()]
    }

    fn day(&self, service: u64, day: i64) -> Vec<Event> {
        let mut dice = Dice::new(self.seed, &[service, day as u64]);
        let (mut begin, end) = (day * DAY_S, (day + 1) * DAY_S);
        let mut events = Vec::new();
        while begin < end {
            let show = dice.pick(SHOWS);
            let minutes = dice.pick(show.minutes);
            let wanted = (minutes * 60 / self.dense.max(1)).max(120);
            // nothing runs past midnight, so that each day stands alone; nothing is shorter than five minutes
            let duration = if end - begin - wanted < 300 { end - begin } else { wanted };
            let number = events.len() as u16;
            events.push(self.event(&mut dice, show, (service ^ day as u64) as u16, number, begin, duration));
            begin += duration;
        }
        events
    }

    fn event(
        &self,
        dice: &mut Dice,
        show: &Show,
        salt: u16,
        number: u16,
        begin: i64,
        duration: i64,
    ) -> Event {
        let (shorts, longs) = if show.english { (SHORT_EN, LONG_EN) } else { (SHORT_DE, LONG_DE) };
        let emphasised = dice.below(12) == 0;
        let title = match show.title.split_once(' ') {
            Some((first, rest)) if emphasised => format!("\u{86}{first}\u{87} {rest}"),
            _ => show.title.to_owned(),
        };
        let sentences = if self.dense > 1 { 40 } else { dice.below(4) };
        let separator = if dice.below(5) == 0 { "\u{8a}" } else { " " };
        let long: Vec<&str> = (0..sentences).map(|_| *dice.pick(longs)).collect();
        Event {
            id: salt.wrapping_mul(1031).wrapping_add(number).max(1),
            begin,
            duration,
            title,
            short: (*dice.pick(shorts)).to_owned(),
            long: long.join(separator),
            genre: show.genre,
            genre_id: show.genre_id,
            language: if show.english { "eng" } else { "deu" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_follow_each_other_without_gaps_and_repeat_with_the_seed() {
        let guide = Guide { seed: 7, dense: 1 };
        let now = 1_800_000_000;
        let events = guide.events(3, now, now + HORIZON_S);
        assert!(events.len() > 200);
        assert!(events[0].begin <= now && events[0].end() > now);
        for pair in events.windows(2) {
            assert_eq!(pair[0].end(), pair[1].begin);
        }
        assert_eq!(events, guide.events(3, now, now + HORIZON_S));
        assert_ne!(events, Guide { seed: 8, dense: 1 }.events(3, now, now + HORIZON_S));
        assert!(events.iter().any(|event| event.title.contains('\u{86}')));
    }
}
