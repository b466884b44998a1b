//! Airings as people are shown them: in their language, each field once.

use telecast_core::guide::{Airing, Role, Text, choose};
use telecast_core::lineup::ChannelId;

use super::Entry;

/// Longest text of a row; the whole of it is in the details.
const BRIEF: usize = 240;

/// What is on a channel.
#[derive(Clone, Debug)]
pub struct RowView {
    /// Channel.
    pub channel: ChannelId,
    /// By start.
    pub airings: Vec<AiringView>,
    /// Since when the oldest of it has not been told anew (seconds).
    pub stale_s: u64,
}

/// An airing in one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiringView {
    /// Who it is: `{channel}.{start in seconds}`.
    pub id: String,
    /// Channel.
    pub channel: ChannelId,
    /// Title.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// The text's beginning.
    pub brief: String,
    /// Start (milliseconds since 1970).
    pub start_ms: i64,
    /// End (the same).
    pub end_ms: i64,
    /// DVB genre.
    pub genre: Option<u8>,
    /// Season.
    pub season: Option<u16>,
    /// Episode.
    pub episode: Option<u32>,
    /// Shown for the first time.
    pub new: bool,
    /// For whom it is, from this age on (years).
    pub age: Option<u8>,
}

/// All of an airing.
#[derive(Clone, Debug)]
pub struct DetailView {
    /// As in lists.
    pub airing: AiringView,
    /// The whole text.
    pub description: String,
    /// Genres as the source names them.
    pub categories: Vec<String>,
    /// Who did what: `director`, `actor`, …; name; whom they play.
    pub credits: Vec<(Role, String, Option<String>)>,
    /// Countries.
    pub countries: Vec<String>,
    /// When it was made.
    pub date: Option<String>,
    /// Aspect and quality of the picture, sound, as the source names them.
    pub facts: Vec<String>,
    /// Since when it has not been told anew (seconds).
    pub stale_s: u64,
    /// Other times at which the same is shown.
    pub others: Vec<AiringView>,
}

/// The id of an airing.
pub(super) fn id(channel: &ChannelId, start_ms: i64) -> String {
    format!("{channel}.{}", start_ms.div_euclid(1000))
}

/// Channel and start of an id.
pub(super) fn read_id(id: &str) -> Option<(ChannelId, i64)> {
    let (channel, start_s) = id.rsplit_once('.')?;
    Some((ChannelId(channel.to_owned()), start_s.parse::<i64>().ok()?.checked_mul(1000)?))
}

fn text(found: Option<&str>) -> String {
    found.unwrap_or_default().to_owned()
}

/// The beginning of a text.
pub(super) fn brief(texts: &[Text], languages: &[String]) -> String {
    let mut brief = text(choose(texts, languages));
    if let Some((at, _)) = brief.char_indices().nth(BRIEF) {
        brief.truncate(at);
        brief.push('…');
    }
    brief
}

impl RowView {
    pub(super) fn of(channel: ChannelId, entries: &[Entry], languages: &[String], now_ms: i64) -> Self {
        let oldest = entries.iter().map(|entry| entry.told_ms).min();
        Self {
            channel,
            airings: entries.iter().map(|entry| AiringView::of(&entry.airing, languages)).collect(),
            stale_s: oldest.map_or(0, |at| (now_ms - at).max(0) as u64 / 1000),
        }
    }
}

impl AiringView {
    pub(super) fn of(airing: &Airing, languages: &[String]) -> Self {
        let programme = &airing.programme;
        Self {
            id: id(&airing.channel, airing.start_ms),
            channel: airing.channel.clone(),
            title: text(choose(&programme.titles, languages)),
            subtitle: text(choose(&programme.subtitles, languages)),
            brief: brief(&programme.descriptions, languages),
            start_ms: airing.start_ms,
            end_ms: airing.end_ms,
            genre: programme.genres.first().copied(),
            season: programme.episode.season,
            episode: programme.episode.number,
            new: airing.moment.new || airing.moment.premiere.is_some(),
            age: programme.age,
        }
    }
}

impl DetailView {
    pub(super) fn of(entry: &Entry, others: Vec<AiringView>, languages: &[String], now_ms: i64) -> Self {
        let programme = &entry.airing.programme;
        let owned = |list: &[Text]| list.iter().map(|text| text.text.clone()).collect();
        let video = programme.video.iter().flat_map(|video| [&video.aspect, &video.quality]);
        let audio = programme.audio.iter().map(|audio| &audio.stereo);
        Self {
            airing: AiringView::of(&entry.airing, languages),
            description: text(choose(&programme.descriptions, languages)),
            categories: owned(&programme.categories),
            credits: programme
                .credits
                .iter()
                .map(|credit| {
                    (credit.role, credit.name.to_string(), credit.part.as_deref().map(str::to_owned))
                })
                .collect(),
            countries: owned(&programme.countries),
            date: programme.date.as_deref().map(str::to_owned),
            facts: video.chain(audio).flatten().map(ToString::to_string).collect(),
            stale_s: (now_ms - entry.told_ms).max(0) as u64 / 1000,
            others,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back_and_rubbish_is_none() {
        let channel = ChannelId("283d-3fb-1-c00000".into());
        assert_eq!(read_id(&id(&channel, 1_790_000_000_000)), Some((channel, 1_790_000_000_000)));
        for rubbish in ["", ".", "a", "a.", "a.b", "a.99999999999999999999", "a.9223372036854775807"] {
            assert_eq!(read_id(rubbish), None, "{rubbish}");
        }
    }
}
