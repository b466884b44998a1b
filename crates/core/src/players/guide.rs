//! Guides: what is put beside the words of the source so that each program reads them right.

use jiff::Timestamp;

use super::Player;
use crate::guide::xmltv::Channel;
use crate::guide::{Episode, EpisodeNumber, Programme, Rating, Text, genre};

/// How a program wants a guide. What the source says stays in any case; this is what is put beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuideForm {
    /// A channel's number is one of its names.
    pub numbers: bool,
    /// Channels with sound only are in it.
    pub radio: bool,
    /// `Movie`, `Series`, `Sports`, `News` and `Kids` stand among the categories.
    pub kinds: bool,
    /// Season and episode as `S01E02`, under this system.
    pub episodes: Option<&'static str>,
    /// What is no film and has no number gets its time for one.
    pub dates: bool,
    /// The age that was found out is a rating where the source gives none.
    pub ages: bool,
}

/// What programs sort by.
const KINDS: [&str; 5] = ["Movie", "Series", "Sports", "News", "Kids"];

impl Player {
    /// How it wants a guide.
    pub fn guide(self) -> GuideForm {
        match self {
            Self::Kodi => GuideForm {
                radio: true,
                // `xmltv_ns` counts from 0 and has no place for a season 0; where it says nothing, Kodi reads `onscreen`.
                episodes: Some("onscreen"),
                // It shows categories as they stand.
                ..GuideForm::default()
            },
            Self::Jellyfin => GuideForm {
                radio: true,
                // By them it finds the channels of a network tuner, which has numbers and no ids.
                numbers: true,
                // It knows films, sports, news and what is for children by English words, whatever language it is set to.
                kinds: true,
                // It skips `onscreen`, and of a season 0 hears by `SxxExx` alone.
                episodes: Some("SxxExx"),
                dates: false,
                // Its parental control goes by ratings alone; a number is an age to it.
                ages: true,
            },
            Self::Plex => GuideForm {
                // Like a network tuner's lineup, where a channel without a picture cannot be tuned to.
                radio: false,
                // It joins channels and guide by numbers among the names.
                numbers: true,
                kinds: true,
                episodes: Some("onscreen"),
                // It takes for a film what has no number of any kind, and records each film once: the evening news too.
                dates: true,
                ages: false,
            },
            // Nothing is known of what it reads beyond the usual.
            Self::TiviMate => GuideForm { radio: true, ..GuideForm::default() },
        }
    }

    /// A channel of a guide as it wants it; none: it is left out, and what is shown on it too.
    pub fn channel(self, mut channel: Channel, number: u32, radio: bool) -> Option<Channel> {
        let form = self.guide();
        if radio && !form.radio {
            return None;
        }
        if form.numbers {
            // Behind the name: the first is what is shown.
            channel.names.push(Text { language: None, text: number.to_string() });
        }
        Some(channel)
    }

    /// Makes what is shown from `start_ms` on (milliseconds since 1970) as it wants it.
    pub fn programme(self, start_ms: i64, told: &mut Programme) {
        let form = self.guide();
        if form.kinds {
            sort(told);
        }
        if let Some(system) = form.episodes {
            number(told, system);
        }
        if form.dates {
            date(told, start_ms);
        }
        if let Some(age) = told.age.filter(|_| form.ages && told.ratings.is_empty()) {
            let value = age.to_string().into();
            told.ratings.push(Rating { system: Some("age".into()), value, icons: Vec::new() });
        }
    }
}

/// Adds the words that programs sort by, in each language that categories are in: where a reader finds one in its own language, it drops the others.
fn sort(programme: &mut Programme) {
    let mut languages: Vec<Option<Box<str>>> = Vec::new();
    for category in &programme.categories {
        if !languages.contains(&category.language) {
            languages.push(category.language.clone());
        }
    }
    if languages.is_empty() {
        languages.push(None);
    }
    let words = programme.genres.iter().map(|code| genre::xmltv(*code)).filter(|word| KINDS.contains(word));
    let words: Vec<&str> = words.collect();
    for language in languages {
        for word in &words {
            let is_there = |one: &Text| one.language == language && one.text.eq_ignore_ascii_case(word);
            if !programme.categories.iter().any(is_there) {
                programme.categories.push(Text { language: language.clone(), text: (*word).to_owned() });
            }
        }
    }
}

/// Adds season and episode as people write them.
fn number(programme: &mut Programme, system: &'static str) {
    let Some((season, episode)) = programme.episode.season.zip(programme.episode.number) else { return };
    let number =
        EpisodeNumber { system: Some(system.into()), value: format!("S{season:02}E{episode:02}").into() };
    if !programme.episode_numbers.contains(&number) {
        programme.episode_numbers.push(number);
    }
    if season == 0 {
        // As `xmltv_ns` it would be an episode of no season, and that is what readers take first.
        programme.episode = Episode::default();
    }
}

/// Numbers by its time what has no number, unless it may be a film.
fn date(programme: &mut Programme, start_ms: i64) {
    // DVB has films and plays under one head, and the series among them apart.
    let is_film = |code: &u8| code >> 4 == 1 && *code != 0x15;
    let is_numbered = !programme.episode.is_unknown() || !programme.episode_numbers.is_empty();
    if is_numbered || programme.genres.iter().any(is_film) {
        return;
    }
    if let Ok(start) = Timestamp::from_millisecond(start_ms) {
        let value = start.strftime("%Y-%m-%d %H:%M:%S").to_string().into();
        programme.episode_numbers.push(EpisodeNumber { system: Some("original-air-date".into()), value });
    }
}
