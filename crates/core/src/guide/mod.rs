//! The guide: what is shown ([`Programme`]), when and where ([`Airing`]), and what of it is on now and next.
//!
//! Times are milliseconds since 1970. Nothing here reads a clock, a file or a network: bytes and `now` come in as values.

mod choose;
pub mod episode;
pub mod genre;
pub mod matching;
pub mod merge;
mod programme;
pub mod rating;
mod text;
mod understand;
pub mod xmltv;

use serde::{Deserialize, Serialize};

pub use choose::{choose, is_same as is_same_language, prefer};
pub use programme::{
    Airing, Audio, Credit, Episode, EpisodeNumber, Image, Length, Moment, PreviouslyShown, Programme, Rating,
    Review, Role, Subtitles, Text, Unit, Video,
};
pub use text::{clean, decode, fold, fold_onto};
pub use understand::understand;

/// A programme on a channel. Times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The receiver's id.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Text.
    pub description: String,
    /// Start.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Genre as the receiver names it.
    pub genre: String,
    /// For whom it is, from this age on (years); none: nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
}

/// The event that is on at `now_ms`, and the one after it. `events` may be in any order.
pub fn now_next(events: &[Event], now_ms: i64) -> (Option<&Event>, Option<&Event>) {
    let now = events
        .iter()
        .filter(|event| event.start_ms <= now_ms && now_ms < event.end_ms)
        .max_by_key(|event| event.start_ms);
    let next = events.iter().filter(|event| event.start_ms > now_ms).min_by_key(|event| event.start_ms);
    (now, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: i64, start_ms: i64, end_ms: i64) -> Event {
        let empty = String::new;
        Event {
            id,
            title: empty(),
            subtitle: empty(),
            description: empty(),
            start_ms,
            end_ms,
            genre: empty(),
            rating: None,
        }
    }

    #[test]
    fn now_is_what_began_last_and_next_is_what_begins_first() {
        let events = [event(3, 300, 400), event(1, 100, 200), event(2, 200, 300), event(9, 0, 1_000)];
        for (at, now, next) in [
            (50, Some(9), Some(1)),
            (100, Some(1), Some(2)),
            (199, Some(1), Some(2)),
            (200, Some(2), Some(3)),
            (399, Some(3), None),
            (400, Some(9), None),
            (1_000, None, None),
            (-1, None, Some(9)),
        ] {
            let (found_now, found_next) = now_next(&events, at);
            assert_eq!(
                (found_now.map(|event| event.id), found_next.map(|event| event.id)),
                (now, next),
                "at {at}"
            );
        }
        assert_eq!(now_next(&[], 0), (None, None));
    }
}
