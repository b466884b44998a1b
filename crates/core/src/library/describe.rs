//! From what is known of a file to its item: corrections of the host say most, then the NFO, then the name, and where all of them say nothing the
//! tags in the file.

use super::facts::{Facts, Flaw};
use super::names::Named;
use super::nfo::Told;
use super::{HZ, Item, Kind, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Of files that nothing else is known of, those from this length on are films (milliseconds).
const FILM_LEAST_MS: i64 = 60 * 60_000;
/// And those up to this are clips.
const CLIP_MOST_MS: i64 = 3 * 60_000;
/// Labels of an item.
pub const LABELS_MOST: usize = 50;
/// Characters of a title, a show or a label.
pub const TEXT_MOST: usize = 500;
/// Characters of a summary.
pub const SUMMARY_MOST: usize = 10_000;

/// What can be corrected, and be said to be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The show.
    Show,
    /// The season.
    Season,
    /// The episode.
    Episode,
    /// The number over all seasons.
    Absolute,
    /// The part.
    Part,
    /// The day.
    Released,
    /// The year.
    Year,
    /// The age.
    Age,
}

/// What the host says of an item. It stays whatever is scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Correction {
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// Its season.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<u32>,
    /// Its first and last episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<(u32, u32)>,
    /// Its number over all seasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absolute: Option<u32>,
    /// Its part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// Its day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<String>,
    /// Its year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Its genres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genres: Option<Vec<String>>,
    /// For whom it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
    /// What it does not have, whatever names and files say.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub none: BTreeSet<Field>,
    /// Labels beside those of its file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Channels do not use it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

impl Correction {
    /// What is wrong with it, if anything.
    pub fn fault(&self) -> Option<&'static str> {
        let long = |text: &Option<String>, most: usize| {
            text.as_ref().is_some_and(|text| text.chars().count() > most)
        };
        let labels = |list: &[String]| {
            list.len() > LABELS_MOST
                || list.iter().any(|label| label.trim().is_empty() || label.chars().count() > TEXT_MOST)
        };
        if self.title.as_ref().is_some_and(|title| title.trim().is_empty())
            || self.show.as_ref().is_some_and(|show| show.trim().is_empty())
        {
            return Some("A title or a show needs at least a letter.");
        }
        if long(&self.title, TEXT_MOST) || long(&self.show, TEXT_MOST) || long(&self.summary, SUMMARY_MOST) {
            return Some("This text is too long.");
        }
        if labels(&self.tags) || self.genres.as_deref().is_some_and(labels) {
            return Some("An item has 50 labels at most, none of them empty.");
        }
        if self.episode.is_some_and(|(first, last)| last < first) {
            return Some("The last episode is before the first.");
        }
        let day = |day: &String| {
            day.parse::<jiff::civil::Date>().is_ok()
                || (day.len() == 4 && day.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if self.released.as_ref().is_some_and(|released| !day(released)) {
            return Some("A day is written as 2024-05-01, a year as 2024.");
        }
        None
    }
}

/// What lies beside a file tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    /// Its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Told>,
    /// That of its show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<Told>,
    /// One of them cannot be read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
}

/// All that is known of a file.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// By its name.
    pub named: &'a Named,
    /// By the NFO beside it.
    pub told: Option<&'a Told>,
    /// By the NFO of its show.
    pub show: Option<&'a Told>,
    /// By what is in it.
    pub facts: Option<&'a Facts>,
    /// By the host.
    pub corrected: &'a Correction,
}

/// The words and numbers of an item; id, place, state and times are the caller's.
pub fn describe(from: &Sources<'_>) -> Item {
    let mut item = by_file(from);
    corrected(&mut item, from.corrected);
    item
}

/// The state of an item whose file is there.
pub fn state(flaws: &[Flaw]) -> State {
    if flaws.iter().any(|flaw| flaw.is_fatal()) { State::Unplayable } else { State::Present }
}

fn by_file(from: &Sources<'_>) -> Item {
    let Sources { named, facts, .. } = *from;
    let none = Told::default();
    let (told, show) = (from.told.unwrap_or(&none), from.show.unwrap_or(&none));
    let tag = |names: &[&str]| facts.and_then(|facts| facts.tag(names)).map(|text| cut(text, TEXT_MOST));
    let tagged_show = tag(&["show", "tvshow", "series"]);
    let number = |names: &[&str]| tag(names).and_then(|text| text.parse::<u32>().ok());
    let length_ms = facts.and_then(|facts| facts.length_ms).unwrap_or(0).max(0);
    // How long a song or a radio play is says nothing of what it is.
    let is_sound = facts.is_some_and(|facts| facts.video.is_none());
    let kind = match (told.kind, named.kind) {
        (None, Kind::Other) if is_sound => Kind::Other,
        (None, Kind::Other) if tagged_show.is_some() => Kind::Episode,
        (None, Kind::Other) if length_ms >= FILM_LEAST_MS => Kind::Film,
        (None, Kind::Other) if length_ms > 0 && length_ms <= CLIP_MOST_MS => Kind::Clip,
        (Some(kind), _) | (None, kind) => kind,
    };
    let is_episode = kind == Kind::Episode;
    let of_show = || show.title.clone().or_else(|| named.show.clone()).or_else(|| tagged_show.clone());
    // Where a name counts and has no title of its own, the file's own is better.
    let counted = named.kind == Kind::Episode
        && named.show.as_ref().is_some_and(|show| named.title.starts_with(show.as_str()));
    let own_title =
        tag(&["title"]).filter(|_| counted || (named.kind == Kind::Other && tagged_show.is_some()));
    let title = told.title.clone().or(own_title).unwrap_or_else(|| named.title.clone());
    let year = told.year.or(show.year).or(named.year);
    let dated = || tag(&["date", "year"]).and_then(|date| date.get(..4).and_then(|year| year.parse().ok()));
    let mut genres = if told.genres.is_empty() { show.genres.clone() } else { told.genres.clone() };
    if genres.is_empty() {
        genres.extend(tag(&["genre"]));
    }
    let texts = |list: &[String]| {
        list.iter().take(LABELS_MOST).map(|text| Arc::from(text.as_str())).collect::<Vec<Arc<str>>>()
    };
    let summary =
        told.summary.clone().or_else(|| facts?.tag(&["synopsis", "description"]).map(str::to_owned));
    Item {
        kind,
        title: cut(&title, TEXT_MOST).into(),
        show: is_episode
            .then(|| told.show.clone().or_else(of_show))
            .flatten()
            .map(|show| cut(&show, TEXT_MOST).into()),
        season: told
            .season
            .or(named.season)
            .or_else(|| number(&["season_number", "season"]))
            .filter(|_| is_episode),
        episode: told
            .episode
            .or(named.episode)
            .or_else(|| number(&["episode_sort", "episode_id"]).map(|number| (number, number)))
            .filter(|_| is_episode),
        absolute: named.absolute.filter(|_| is_episode && told.episode.is_none()),
        part: named.part,
        released: told.released.clone().or_else(|| named.released.clone()).map(Into::into),
        year: year.or_else(|| dated().filter(|_| kind == Kind::Film)),
        summary: cut(&summary.or_else(|| show.summary.clone()).unwrap_or_default(), SUMMARY_MOST).into(),
        genres: texts(&genres),
        tags: texts(&[told.tags.as_slice(), show.tags.as_slice()].concat()),
        age: told.age.or(show.age),
        length: length_ms.saturating_mul(HZ / 1_000),
        chapters: chapters(facts, length_ms),
        ..Item::default()
    }
}

fn chapters(facts: Option<&Facts>, length_ms: i64) -> Vec<i64> {
    let Some(facts) = facts else { return Vec::new() };
    let mut list: Vec<i64> = facts
        .chapters_ms
        .iter()
        .filter(|at| (1..length_ms).contains(*at))
        .map(|at| at * (HZ / 1_000))
        .collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn corrected(item: &mut Item, by: &Correction) {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    let text = |text: &Option<String>| text.as_deref().map(Arc::<str>::from);
    set(&mut item.kind, by.kind);
    set(&mut item.title, text(&by.title));
    set(&mut item.summary, text(&by.summary));
    set(
        &mut item.genres,
        by.genres.as_ref().map(|list| list.iter().map(|text| text.as_str().into()).collect()),
    );
    let none = |field: Field| by.none.contains(&field);
    for (field, is, value) in [
        (Field::Season, &mut item.season, by.season),
        (Field::Absolute, &mut item.absolute, by.absolute),
        (Field::Part, &mut item.part, by.part),
    ] {
        *is = if none(field) { None } else { value.or(*is) };
    }
    item.show = if none(Field::Show) { None } else { text(&by.show).or(item.show.take()) };
    item.episode = if none(Field::Episode) { None } else { by.episode.or(item.episode) };
    item.released = if none(Field::Released) { None } else { text(&by.released).or(item.released.take()) };
    item.year = if none(Field::Year) { None } else { by.year.or(item.year) };
    item.age = if none(Field::Age) { None } else { by.age.or(item.age) };
    for tag in &by.tags {
        if item.tags.len() < LABELS_MOST && !item.tags.iter().any(|known| **known == **tag) {
            item.tags.push(tag.as_str().into());
        }
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::super::facts::Video;
    use super::super::names;
    use super::*;

    fn facts(length_ms: i64, tags: &[(&str, &str)]) -> Facts {
        let tags = tags.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Facts {
            length_ms: Some(length_ms),
            video: Some(Video::default()),
            tags,
            chapters_ms: vec![0, 5_000, 900_000_000],
            ..Facts::default()
        }
    }

    fn item(
        path: &str,
        told: Option<&Told>,
        show: Option<&Told>,
        facts: &Facts,
        corrected: &Correction,
    ) -> Item {
        describe(&Sources { named: &names::read(path), told, show, facts: Some(facts), corrected })
    }

    #[test]
    fn corrections_say_most_then_the_note_then_the_name_then_the_file() {
        let path = "Serien/Dark/Staffel 1/Dark S01E02.mkv";
        let in_file = facts(3_000_000, &[("title", "Im File"), ("genre", "Mystery"), ("show", "Falsch")]);
        let by_name = item(path, None, None, &in_file, &Correction::default());
        assert_eq!((&*by_name.title, by_name.show.as_deref()), ("Im File", Some("Dark")));
        assert_eq!((by_name.season, by_name.episode), (Some(1), Some((2, 2))));
        assert_eq!(
            (by_name.genres[0].as_ref(), by_name.length, by_name.chapters.as_slice()),
            ("Mystery", 270_000_000, &[450_000][..])
        );
        let told = Told {
            kind: Some(Kind::Episode),
            title: Some("Lügen".into()),
            episode: Some((3, 3)),
            ..Told::default()
        };
        let show = Told {
            title: Some("DARK".into()),
            age: Some(16),
            genres: vec!["Drama".into()],
            ..Told::default()
        };
        let by_note = item(path, Some(&told), Some(&show), &in_file, &Correction::default());
        assert_eq!(
            (&*by_note.title, by_note.show.as_deref(), by_note.age),
            ("Lügen", Some("DARK"), Some(16))
        );
        assert_eq!(
            (by_note.season, by_note.episode, by_note.genres[0].as_ref()),
            (Some(1), Some((3, 3)), "Drama")
        );
        let corrected = Correction {
            title: Some("Meiner".into()),
            none: BTreeSet::from([Field::Season, Field::Age]),
            tags: vec!["neu".into()],
            ..Correction::default()
        };
        let by_host = item(path, Some(&told), Some(&show), &in_file, &corrected);
        assert_eq!((&*by_host.title, by_host.season, by_host.age), ("Meiner", None, None));
        assert_eq!(by_host.tags, [Arc::from("neu")]);
    }

    #[test]
    fn what_has_no_other_sign_is_told_by_its_length() {
        for (path, minutes, kind) in [
            ("Irgendwas.mkv", 90, Kind::Film),
            ("Irgendwas.mkv", 20, Kind::Other),
            ("Irgendwas.mkv", 1, Kind::Clip),
            ("Irgendwas.mkv", 0, Kind::Other),
            ("Show S01E01.mkv", 1, Kind::Episode),
            ("Film (1999).mkv", 1, Kind::Film),
        ] {
            assert_eq!(
                item(path, None, None, &facts(minutes * 60_000, &[]), &Correction::default()).kind,
                kind,
                "{path} {minutes}"
            );
        }
    }

    #[test]
    fn a_song_is_no_clip_and_a_long_radio_play_no_film() {
        for minutes in [2, 90] {
            let sound = Facts { video: None, ..facts(minutes * 60_000, &[]) };
            assert_eq!(item("Album/01.mp3", None, None, &sound, &Correction::default()).kind, Kind::Other);
        }
    }

    #[test]
    fn a_correction_that_makes_no_sense_is_refused() {
        assert_eq!(Correction::default().fault(), None);
        let text = |text: &str| Some(text.to_owned());
        for wrong in [
            Correction { title: text(" "), ..Correction::default() },
            Correction { show: text(""), ..Correction::default() },
            Correction { title: Some("x".repeat(TEXT_MOST + 1)), ..Correction::default() },
            Correction { tags: vec![String::new()], ..Correction::default() },
            Correction { episode: Some((3, 2)), ..Correction::default() },
            Correction { released: text("gestern"), ..Correction::default() },
            Correction { released: text("2024-02-30"), ..Correction::default() },
        ] {
            assert!(wrong.fault().is_some(), "{wrong:?}");
        }
        assert_eq!(Correction { released: text("2024"), ..Correction::default() }.fault(), None);
    }
}
