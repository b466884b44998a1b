//! Words in the guide: the store says in which days they occur, here it is seen in which airings.

use telecast_core::error::Error;
use telecast_core::guide::{Airing, fold};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_store::Place;

use super::{AiringView, Guide};

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words; each must begin a word of the title, the second line, the text or a name.
    pub words: String,
    /// On these channels; none: on all of the lineup.
    pub channels: Option<Vec<ChannelId>>,
    /// What ends after this (milliseconds since 1970).
    pub from_ms: i64,
    /// What begins before this.
    pub to_ms: i64,
    /// Of this genre: the upper four bits, if the lower are 0.
    pub genre: Option<u8>,
    /// Only what is new.
    pub new: bool,
    /// Only for this age and below, and what nobody has rated only if the second says so.
    pub age: Option<(u8, bool)>,
    /// How many at most.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// By day, and within a day by channel and start.
    pub airings: Vec<AiringView>,
    /// Where to go on; none: that was all.
    pub cursor: Option<String>,
}

/// Days that are looked into for one page: whoever seeks what is everywhere gets a short page and a cursor.
const DAYS: u32 = 64;
const ROUNDS: usize = 40;

impl Guide {
    /// Airings in which all the words occur.
    pub(in crate::app) async fn search(
        &self,
        query: Query,
        languages: &[String],
    ) -> Result<SearchPage, Error> {
        let words: Vec<String> = fold(&query.words)
            .split(' ')
            .filter(|word| !word.is_empty())
            .take(limits::GUIDE_WORDS)
            .map(str::to_owned)
            .collect();
        let (mut place, mut skip) = query.cursor.as_deref().and_then(read_cursor).unwrap_or((None, 0));
        let mut page = SearchPage { airings: Vec::new(), cursor: None };
        let lineup = self.lineup.load_full();
        for _ in 0..ROUNDS {
            let found = self.store.search_guide(&words, (query.from_ms, query.to_ms), place, DAYS).await?;
            let was_all = (found.len() as u32) < DAYS;
            for day in found {
                // What was told of a channel that the host has joined to another is on that one.
                let named = |mut airing: Airing| {
                    airing.channel = lineup.known_as(&airing.channel)?.id.clone();
                    Some(airing).filter(|airing| query.fits(airing, &words))
                };
                for (at, airing) in day.airings.into_iter().filter_map(named).enumerate() {
                    if at < skip {
                        continue;
                    }
                    if page.airings.len() == query.limit {
                        page.cursor = Some(write_cursor(place, at));
                        return Ok(page);
                    }
                    page.airings.push(AiringView::of(&airing, languages));
                }
                (place, skip) = (Some(day.place), 0);
            }
            if was_all {
                return Ok(page);
            }
        }
        page.cursor = Some(write_cursor(place, 0));
        Ok(page)
    }
}

impl Query {
    fn fits(&self, airing: &Airing, words: &[String]) -> bool {
        let programme = &airing.programme;
        let is_of = |genre: u8| {
            programme.genres.iter().any(|of| *of == genre || (genre & 0x0F == 0 && of & 0xF0 == genre))
        };
        airing.end_ms > self.from_ms
            && airing.start_ms < self.to_ms
            && self.channels.as_ref().is_none_or(|channels| channels.contains(&airing.channel))
            && self.genre.is_none_or(is_of)
            && (!self.new || airing.moment.new || airing.moment.premiere.is_some())
            && self.age.is_none_or(|(age, unrated)| programme.age.map_or(unrated, |of| of <= age))
            && has_all(airing, words)
    }
}

/// Whether each word begins one of the airing's.
fn has_all(airing: &Airing, words: &[String]) -> bool {
    let mut all = String::from(" ");
    for text in airing.programme.searched() {
        all.push_str(&fold(text));
        all.push(' ');
    }
    words.iter().all(|word| all.contains(&format!(" {word}")))
}

fn write_cursor(place: Option<Place>, skip: usize) -> String {
    match place {
        Some(place) => format!("{}.{}.{skip}", place.day, place.row),
        None => format!("..{skip}"),
    }
}

fn read_cursor(text: &str) -> Option<(Option<Place>, usize)> {
    let mut parts = text.splitn(3, '.');
    let (day, row, skip) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    if day.is_empty() && row.is_empty() {
        return Some((None, skip));
    }
    Some((Some(Place { day: day.parse().ok()?, row: row.parse().ok()? }), skip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back() {
        for cursor in [(None, 0), (None, 7), (Some(Place { day: 20_000, row: 5 }), 3)] {
            assert_eq!(read_cursor(&write_cursor(cursor.0, cursor.1)), Some(cursor));
        }
        assert_eq!(read_cursor("1.x.2"), None);
    }
}
