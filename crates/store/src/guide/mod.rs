//! The guide as it is remembered: what begins on a channel on a day, as one source tells it, is one row.
//!
//! A guide is written, replaced and read in stretches of time, and never changed entry by entry; so a day is the unit. A row is small (some 6 KB), there are seventy
//! thousand of them where there are a million programmes, and what has not changed is found by comparing bytes. What of several sources counts is not decided here: readers
//! get what each has told ([`Told`]).
//!
//! Days are those of UTC, by the start of the airing.

mod import;
mod read;
mod search;
mod source;
mod window;

use serde::{Deserialize, Serialize};
use telecast_core::guide::{Airing, Moment, Programme};
use telecast_core::lineup::ChannelId;

pub use import::{Import, Imported};
pub use read::Told;
pub use search::{Found, Place};
pub use source::Kept;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// The day in which that moment is.
fn day(ms: i64) -> i64 {
    ms.div_euclid(DAY_MS)
}

/// An airing as a row holds it: short names, because there are millions; its times first, by which readers pass over it ([`window`]). Its channel is the row's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    #[serde(rename = "s")]
    start_ms: i64,
    #[serde(rename = "e")]
    end_ms: i64,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    event_id: Option<i64>,
    #[serde(rename = "m", default, skip_serializing_if = "is_plain")]
    moment: Moment,
    #[serde(rename = "p")]
    programme: Box<Programme>,
    /// It is left from when the source was read at that time; none: the source told it the last time.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    kept_ms: Option<i64>,
}

fn is_plain(moment: &Moment) -> bool {
    *moment == Moment::default()
}

impl Entry {
    fn of(airing: Airing) -> Self {
        let Airing { start_ms, end_ms, event_id, moment, programme, .. } = airing;
        Self { start_ms, end_ms, event_id, moment, programme, kept_ms: None }
    }

    fn on(self, channel: ChannelId) -> Airing {
        let Self { start_ms, end_ms, event_id, moment, programme, .. } = self;
        Airing { channel, start_ms, end_ms, event_id, moment, programme }
    }
}
