//! What is shown, and when and where: with every field that a guide can carry (XMLTV's DTD, EN 300 468 §5.2.4 and §6.2), so that nothing that a source
//! said is lost between reading and writing.
//!
//! Serialised it is what the store keeps: names of fields are part of that form.

use serde::{Deserialize, Serialize};

use crate::lineup::ChannelId;

/// A text in a language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Text {
    /// Language as the source names it (ISO 639-1, -2 or longer); none: it does not say.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Box<str>>,
    /// The text itself; for what may be said without words ([`Moment::premiere`]) it may be empty.
    #[serde(rename = "t")]
    pub text: String,
}

/// What is shown, wherever and whenever that is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Programme {
    /// Titles, the source's own order; never empty where it comes from a reader of ours, and then none of them is blank.
    pub titles: Vec<Text>,
    /// Second lines: the episode's title, or a short description.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subtitles: Vec<Text>,
    /// What it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<Text>,
    /// Who made it and who is in it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// When it was made: digits of a year, or of a day (`2019`, `20190301`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Box<str>>,
    /// Genres as the source names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Text>,
    /// What it is about, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<Text>,
    /// Language that is spoken.
    #[serde(rename = "lang", skip_serializing_if = "Option::is_none")]
    pub language: Option<Text>,
    /// Language in which it was made.
    #[serde(rename = "orig", skip_serializing_if = "Option::is_none")]
    pub original_language: Option<Text>,
    /// How long it is without breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
    /// Small pictures (XMLTV `icon`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Image>,
    /// Pages about it: (system, address).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<(Option<Box<str>>, Box<str>)>,
    /// Where it was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Text>,
    /// Numbers of the episode as the source writes them.
    #[serde(rename = "numbers", skip_serializing_if = "Vec::is_empty")]
    pub episode_numbers: Vec<EpisodeNumber>,
    /// The picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<Video>,
    /// The sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Audio>,
    /// Subtitles.
    #[serde(rename = "subs", skip_serializing_if = "Vec::is_empty")]
    pub subtitling: Vec<Subtitles>,
    /// For whom it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Rating>,
    /// How good it is, by others' judgement.
    #[serde(rename = "stars", skip_serializing_if = "Vec::is_empty")]
    pub star_ratings: Vec<Rating>,
    /// What others wrote of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// Large pictures (XMLTV `image`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,

    /// Season and episode, out of [`Programme::episode_numbers`] or the texts.
    #[serde(skip_serializing_if = "Episode::is_unknown")]
    pub episode: Episode,
    /// Genres in DVB's words: `content_nibble_level_1` in the upper four bits, `_2` in the lower (EN 300 468 §6.2.9).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<u8>,
    /// For whom it is, from this age on (years), out of [`Programme::ratings`]; none: nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
}

impl Programme {
    /// The texts in which words are looked for: titles, second lines, what it is about, and who is in it.
    pub fn searched(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.titles, &self.subtitles, &self.descriptions, &self.keywords];
        let texts = lists.into_iter().flatten().map(|text| text.text.as_str());
        let people = self.credits.iter().flat_map(|credit| [Some(&*credit.name), credit.part.as_deref()]);
        texts.chain(people.flatten())
    }
}

/// A [`Programme`] on a channel at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Airing {
    /// Where.
    pub channel: ChannelId,
    /// From (milliseconds since 1970).
    pub start_ms: i64,
    /// Until (milliseconds since 1970); after `start_ms`.
    pub end_ms: i64,
    /// DVB's `event_id`, or the receiver's; none: the source has none.
    pub event_id: Option<i64>,
    /// What is told of this one time alone.
    pub moment: Moment,
    /// What is shown.
    pub programme: Box<Programme>,
}

/// What is told of one airing alone, not of the programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Moment {
    /// It is shown for the first time anywhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
    /// It is shown for the first time on this channel; the text says in which way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premiere: Option<Text>,
    /// It will not be shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_chance: Option<Text>,
    /// It was shown before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previously_shown: Option<PreviouslyShown>,
    /// Start for programme delivery control, as the source writes it (ETS 300 231).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdc_start: Option<Box<str>>,
    /// Start for the video programming system, as the source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vps_start: Option<Box<str>>,
    /// Code for recorders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub showview: Option<Box<str>>,
    /// Code for recorders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub videoplus: Option<Box<str>>,
    /// Place among programmes that share one time (`0/2`: the first of two); none: it is alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clump: Option<Box<str>>,
}

/// What somebody did for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Directed it.
    Director,
    /// Plays in it.
    Actor,
    /// Wrote it.
    Writer,
    /// Made it out of something else.
    Adapter,
    /// Paid for it.
    Producer,
    /// Wrote its music.
    Composer,
    /// Cut it.
    Editor,
    /// Leads through it.
    Presenter,
    /// Comments on it.
    Commentator,
    /// Is invited.
    Guest,
}

/// Somebody who made it or is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// What they did.
    pub role: Role,
    /// Their name.
    pub name: Box<str>,
    /// Whom they play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Box<str>>,
    /// They are in this episode alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<bool>,
    /// Pictures of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Pages about them: (system, address).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<(Option<Box<str>>, Box<str>)>,
}

/// Unit of a [`Length`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
}

/// How long something is, as the source says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Length {
    /// Digits.
    pub value: Box<str>,
    /// Of what.
    pub unit: Unit,
}

/// A picture somewhere; nobody fetches it unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Image {
    /// Its address.
    pub url: Box<str>,
    /// Width as the source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<Box<str>>,
    /// Height as the source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<Box<str>>,
    /// `poster`, `backdrop`, `still`, `person`, `character`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Box<str>>,
    /// `1` to `3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Box<str>>,
    /// `P` or `L`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<Box<str>>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<Box<str>>,
}

/// Number of an episode as a source writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpisodeNumber {
    /// How it is written: `xmltv_ns`, `onscreen`, the name of a catalogue; none: the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Box<str>>,
    /// The number.
    pub value: Box<str>,
}

/// Season, episode and part, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Episode {
    /// Season.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<u16>,
    /// Of so many seasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seasons: Option<u16>,
    /// Episode in the season.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Of so many episodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// Part of the episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<u16>,
    /// Of so many parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<u16>,
}

impl Episode {
    /// Nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Video {
    /// There is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<Box<str>>,
    /// It is in colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Box<str>>,
    /// Its aspect (`16:9`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect: Option<Box<str>>,
    /// Its quality (`HDTV`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Box<str>>,
}

/// The sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audio {
    /// There is some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<Box<str>>,
    /// `mono`, `stereo`, `dolby`, `dolby digital`, `bilingual`, `surround`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stereo: Option<Box<str>>,
}

/// It was shown before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PreviouslyShown {
    /// When, as the source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Box<str>>,
    /// On which channel, by the source's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Box<str>>,
}

/// Subtitles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subtitles {
    /// `teletext`, `onscreen`, `deaf-signed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Box<str>>,
    /// Their language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Text>,
}

/// A judgement: for whom it is, or how good it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rating {
    /// Whose: `FSK`, `MPAA`, `DVB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<Box<str>>,
    /// What it says: `16`, `PG-13`, `3/5`.
    pub value: Box<str>,
    /// Its sign.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Image>,
}

/// What somebody wrote of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// `text`, or `url`: where it stands.
    pub kind: Box<str>,
    /// Text or address.
    pub text: Box<str>,
    /// Where it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Box<str>>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<Box<str>>,
    /// Its language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Box<str>>,
}
