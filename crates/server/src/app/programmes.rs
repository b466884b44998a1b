//! What is played for itself, and not as it is broadcast just now: an item of the library, or what was on a channel of one's own. Here a request for it is understood and
//! admitted; how its tape is made is [`super::station::playing`].
//!
//! Whether it may be played is asked now, of what was on too: an item that was rated since is for whom it is now, and one that was hidden since is not there.

use serde::{Deserialize, Serialize};
use telecast_core::error::{Error, Kind};
use telecast_core::library::{HZ, ItemId, State};
use telecast_core::lineup::{Channel, ChannelId, ServiceRef};
use telecast_core::schedule::TICKS_PER_MS;
use telecast_core::session::ReasonCode;
use utoipa::ToSchema;

use super::station::playing::{ItemWish, PastWish};
use super::station::{StockFile, called};
use super::view::{At, Rights, StartPlayback};
use super::{App, say};
use crate::adapters::programmes::Failed;
use crate::app::station::Stations;

/// What was on is found again for so long (milliseconds).
const KEPT_MS: i64 = 7 * 86_400_000;
/// Guides may be off by less than this, and what begins so soon is what is meant (milliseconds).
const SOON_MS: i64 = 1_000;
/// Of a channel whose guide says nothing so much is played at once (milliseconds).
const STRETCH_MS: i64 = 4 * 3_600_000;
/// What was on so lately is on the channel's own tape (milliseconds).
const LATELY_MS: i64 = 2_000;

/// What a session plays for itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProgrammeView {
    /// Item of the library; null: what was on a channel.
    pub item_id: Option<u64>,
    /// What it is called.
    pub title: String,
    /// When it began; null of an item.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start: Option<jiff::Timestamp>,
    /// How long it is (seconds). Dates in its playlist count from `start`, of an item from 1970: they say how far into it one is.
    pub length_s: f64,
}

/// How far the preparation has come of what is played next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreparingView {
    /// So much is made (seconds).
    pub done_s: f64,
    /// Of so much (the same).
    pub length_s: f64,
}

impl PreparingView {
    /// Of ticks.
    pub(super) fn of((done, length): (i64, i64)) -> Self {
        Self { done_s: done as f64 / HZ as f64, length_s: length as f64 / HZ as f64 }
    }
}

/// Which item, and from where on.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemAsked {
    /// Id in the library.
    pub id: u64,
    /// Seconds from its beginning.
    pub from_s: f64,
    /// Whoever asks sees hidden ones too.
    pub hidden: bool,
}

/// Something to be played for itself.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// As people see it.
    pub(super) view: ProgrammeView,
    /// Where its player is to begin (milliseconds, as its pieces count).
    pub(super) begin_ms: i64,
    /// What the session is for: a channel without a source of its own.
    pub(super) channel: Channel,
    /// For whom it is.
    rating: Option<u8>,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Item(ItemWish),
    Past(PastWish),
}

impl Asked {
    /// The service by which its tape is had.
    pub(super) async fn service(&self, stations: &Stations) -> Result<ServiceRef, Failed> {
        match &self.what {
            What::Item(wish) => stations.play_item(wish.clone()).await,
            What::Past(wish) => stations.play_past(wish.clone()).await,
        }
    }

    /// Whether whoever asks may see it.
    ///
    /// # Errors
    /// `Forbidden` (`age_limit`).
    pub(super) fn admit(&self, rights: &Rights) -> Result<(), Error> {
        let minds = |profile: &std::sync::Arc<telecast_core::access::Profile>| {
            !rights.unlocked && profile.minds_time() && !profile.admits(self.rating)
        };
        if !rights.profile.as_ref().is_some_and(minds) {
            return Ok(());
        }
        metrics::counter!("telecast_admissions_refused_total", "limit" => "age").increment(1);
        Err(refusal(Kind::Forbidden, ReasonCode::AgeLimit))
    }
}

/// For whom it is what was on: what its guide has `told`, or the items of which it is made say now, whichever is for older ones. Where the guide says nothing, all
/// of them do or nobody knows.
fn rated(told: Option<u8>, ages: &[Option<u8>]) -> Option<u8> {
    let oldest = ages.iter().copied().max().flatten();
    let is_known = told.is_some() || ages.iter().all(Option::is_some);
    told.max(oldest).filter(|_| is_known)
}

/// Id of a session's channel that is an item of the library.
fn item_channel(id: u64) -> ChannelId {
    ChannelId(format!("item-{id}"))
}

fn refusal(kind: Kind, code: ReasonCode) -> Error {
    let words = code.english();
    Error::new(kind, format!("{}. {}", words.title, words.advice)).because(code.name())
}

fn named(id: ChannelId, name: String) -> Channel {
    Channel {
        id,
        name,
        number: 0,
        radio: false,
        sources: Vec::new(),
        guide_ids: Vec::new(),
        logo: None,
        joined: Vec::new(),
    }
}

impl App {
    /// What is asked for, if it is something that is played for itself.
    ///
    /// # Errors
    /// `NotFound`: there is no such item, or it is not there for whoever asks; its file, or what was on then, is away (with a reason). `Unavailable`: the store.
    pub(super) async fn asked(&self, request: &StartPlayback) -> Result<Option<Asked>, Error> {
        if let Some(item) = &request.item {
            return self.item(item).map(Some);
        }
        let At::Time(at) = &request.at else { return Ok(None) };
        let at_ms = at.as_millisecond();
        let channel = ChannelId(request.channel_id.clone());
        let found = self.lineup().channel(&channel).cloned();
        let Some(found) = found.filter(|_| at_ms < self.now_ms() - LATELY_MS) else { return Ok(None) };
        let Some(station) = found.sources.iter().find_map(|source| source.service.own_id()) else {
            return Ok(None);
        };
        if request.rights.profile.as_ref().is_some_and(|profile| !profile.lists(&channel)) {
            return Err(Error::new(Kind::NotFound, "There is no such channel. It may have been removed."));
        }
        if at_ms < self.now_ms() - KEPT_MS {
            return Err(refusal(Kind::NotFound, ReasonCode::NotKept));
        }
        let minds = request.rights.profile.is_some();
        self.past(&found, station.to_owned(), at_ms, minds).await.map(Some)
    }

    fn item(&self, asked: &ItemAsked) -> Result<Asked, Error> {
        let gone = || Error::new(Kind::NotFound, "There is no such item. It may have been forgotten.");
        let shown = self.library().shown();
        let entry = shown.entries.get(&ItemId(asked.id)).ok_or_else(gone)?;
        if entry.correction.hidden && !asked.hidden {
            return Err(gone());
        }
        let file = StockFile::of(self.library(), entry).filter(|_| entry.item.state != State::Absent);
        let file = file.ok_or_else(|| refusal(Kind::NotFound, ReasonCode::FileGone))?;
        let item = &entry.item;
        if item.state != State::Present || item.length <= 0 {
            return Err(refusal(Kind::Conflict, ReasonCode::NotPrepared));
        }
        // Its last second is there to be seen.
        let last_s = (item.length as f64 / HZ as f64 - 1.0).max(0.0);
        let from_s = asked.from_s.clamp(0.0, last_s);
        let from = (from_s * HZ as f64) as i64;
        let title = called(item);
        Ok(Asked {
            view: ProgrammeView {
                item_id: Some(asked.id),
                title: title.clone(),
                start: None,
                length_s: item.length as f64 / HZ as f64,
            },
            begin_ms: from / TICKS_PER_MS,
            channel: named(item_channel(asked.id), title),
            rating: item.age,
            what: What::Item(ItemWish { item: item.id, file, length: item.length, from }),
        })
    }

    /// What was on; `minds`: for whom it is counts.
    async fn past(
        &self,
        channel: &Channel,
        station: String,
        at_ms: i64,
        minds: bool,
    ) -> Result<Asked, Error> {
        let ids = std::slice::from_ref(&channel.id);
        let rows = self.0.guide.entries(ids, at_ms, at_ms + SOON_MS).await?;
        let mut told = rows.into_iter().flat_map(|(_, entries)| entries).map(|entry| entry.airing);
        let on = told.rfind(|airing| airing.end_ms > at_ms + SOON_MS / 2);
        let start_ms = on.as_ref().map_or(at_ms, |airing| airing.start_ms);
        let until_ms = on.as_ref().map_or(at_ms + STRETCH_MS, |airing| airing.end_ms);
        let title = on.as_ref().and_then(|airing| airing.programme.titles.first());
        let begin_ms = at_ms.max(start_ms);
        let ticks = |ms: i64| ms * TICKS_PER_MS;
        let wish = PastWish { station, from: ticks(start_ms), until: ticks(until_ms), at: ticks(begin_ms) };
        let told = on.as_ref().and_then(|airing| airing.programme.age);
        let rating = if minds { rated(told, &self.stations().ages(&wish).await?) } else { told };
        Ok(Asked {
            view: ProgrammeView {
                item_id: None,
                title: title.map_or_else(|| channel.name.clone(), |title| title.text.clone()),
                start: Some(say::moment(start_ms)),
                length_s: (until_ms - start_ms) as f64 / 1000.0,
            },
            begin_ms,
            channel: named(channel.id.clone(), channel.name.clone()),
            rating,
            what: What::Past(wish),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_on_is_for_whom_it_is_now() {
        for (told, ages, expected) in [
            (Some(6), &[][..], Some(6)),
            (None, &[], None),
            // Rated since, or in another way.
            (Some(6), &[Some(16)], Some(16)),
            (None, &[Some(12), Some(6)], Some(12)),
            // The guide's word counts for a break that nobody rates, and nothing for a film that nobody rated.
            (Some(12), &[Some(6), None], Some(12)),
            (None, &[Some(0), None], None),
        ] {
            assert_eq!(rated(told, ages), expected, "{told:?} {ages:?}");
        }
    }
}
