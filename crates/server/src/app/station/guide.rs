//! What guides are told of channels of one's own: like a receiver that knows the next fourteen days.
//!
//! An entry in which another channel is on is for whom what is on there is, as far as that channel's guide says it of all of it.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use telecast_core::guide::{Airing, Episode, Moment, Programme, Text};
use telecast_core::library::{Item, ItemId};
use telecast_core::lineup::{ChannelId, ServiceRef};
use telecast_core::schedule::guide::{GuideEntry, entries};
use telecast_core::schedule::{Role, TICKS_PER_MS};
use tokio::time::Instant;

use super::channel::{Channel, live};
use super::{Parts, Stock};
use crate::app::guide::Guide;

/// What it is called among the guide's sources.
const SOURCE: &str = "receiver:own";
/// What overlaps by no more is not meant: guides are no more exact (milliseconds).
const SLIVER_MS: i64 = 60_000;
/// A plan that changes often is told no more often.
const AGAIN: Duration = Duration::from_secs(20);

/// What was told last.
#[derive(Default)]
pub(super) struct Told {
    at: Option<Instant>,
    what: u64,
    wanted: bool,
}

impl Told {
    /// It is to be told anew.
    pub(super) fn forget(&mut self) {
        self.wanted = true;
    }

    /// Tells, if something has changed since.
    pub(super) async fn tell(&mut self, changed: bool, channels: &[Channel], stock: &Stock, parts: &Parts) {
        self.wanted |= changed;
        if !self.wanted || self.at.is_some_and(|at| at.elapsed() < AGAIN) {
            return;
        }
        self.wanted = false;
        self.at = Some(Instant::now());
        let told: Vec<Entry> = channels.iter().flat_map(|channel| airings(channel, stock)).collect();
        let airings = rated(told, &parts.guide).await;
        let mut hash = DefaultHasher::new();
        for airing in &airings {
            (&airing.channel, airing.start_ms, airing.end_ms).hash(&mut hash);
            airing.programme.titles.first().map(|title| &title.text).hash(&mut hash);
            airing.programme.subtitles.first().map(|title| &title.text).hash(&mut hash);
            airing.programme.age.hash(&mut hash);
        }
        let what = hash.finish();
        if what == self.what {
            return;
        }
        if let Err(error) = import(parts, airings).await {
            tracing::error!(%error, "the guide cannot be told of own channels");
            self.wanted = true;
            return;
        }
        self.what = what;
        parts.guide.changed();
        parts.news.tell("guide", "changed", &());
    }
}

async fn import(parts: &Parts, airings: Vec<Airing>) -> telecast_store::Result<()> {
    let mut import = parts.guide.store.import_guide(SOURCE, parts.clock.wall_ms()).await?;
    if !airings.is_empty() {
        import.add(airings).await?;
    }
    import.finish().await?;
    Ok(())
}

/// An entry, and the channel that is on in it as it is.
type Entry = (Airing, Option<ChannelId>);

/// Entries of which nobody has said for whom they are, by the guides of the channels that are on in them.
async fn rated(mut told: Vec<Entry>, guide: &Guide) -> Vec<Airing> {
    let is_open = |(airing, shown): &&mut Entry| shown.is_some() && airing.programme.age.is_none();
    let window = told.iter_mut().filter(is_open).map(|(airing, _)| (airing.start_ms, airing.end_ms));
    let window = window.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
    let ids: BTreeSet<ChannelId> = told.iter_mut().filter(is_open).filter_map(|(_, id)| id.clone()).collect();
    if let Some((from_ms, to_ms)) = window {
        let ids: Vec<ChannelId> = ids.into_iter().collect();
        let rows = guide.entries(&ids, from_ms, to_ms).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "for whom live channels are on cannot be read from the guide");
            Vec::new()
        });
        let rows: HashMap<ChannelId, Vec<Airing>> = rows
            .into_iter()
            .map(|(id, entries)| (id, entries.into_iter().map(|entry| entry.airing).collect()))
            .collect();
        for (airing, shown) in told.iter_mut().filter(is_open) {
            let there = shown.as_ref().and_then(|id| rows.get(id)).map_or(&[][..], Vec::as_slice);
            airing.programme.age = age(there, (airing.start_ms, airing.end_ms));
        }
    }
    told.into_iter().map(|(airing, _)| airing).collect()
}

/// For whom it is what is on from `window.0` until `window.1`: for the oldest of those for whom any of it is. None: of some of it nobody knows.
fn age(there: &[Airing], window: (i64, i64)) -> Option<u8> {
    let on = |airing: &&Airing| airing.start_ms.max(window.0) + SLIVER_MS < airing.end_ms.min(window.1);
    let ages: Option<Vec<u8>> = there.iter().filter(on).map(|airing| airing.programme.age).collect();
    ages.and_then(|ages| ages.into_iter().max())
}

fn airings(channel: &Channel, stock: &Stock) -> Vec<Entry> {
    let Some(plan) = channel.plan() else { return Vec::new() };
    let id = ServiceRef::own(&channel.station.id).channel_id();
    let told = entries(plan, &channel.timeline).into_iter().filter(|entry| entry.stop > entry.start);
    told.map(|mut entry| {
        let shown = live_of(channel, &entry);
        // What another channel shows is told with that channel's name.
        if let Some(name) = shown.as_ref().map(|id| channel.others.name(id))
            && entry.subtitle.is_empty()
            && entry.title != name
        {
            entry.subtitle = name;
        }
        let airing = Airing {
            channel: id.clone(),
            start_ms: entry.start / TICKS_PER_MS,
            end_ms: entry.stop / TICKS_PER_MS,
            event_id: None,
            moment: Moment::default(),
            programme: Box::new(programme(&entry, entry.item.and_then(|item| item_of(stock, item)))),
        };
        (airing, shown)
    })
    .collect()
}

/// The channel that is on in an entry.
fn live_of(channel: &Channel, entry: &GuideEntry) -> Option<ChannelId> {
    let slots = channel.timeline.slots.get(entry.slots.start as usize..entry.slots.end as usize)?;
    let mut shown = slots.iter().filter(|slot| slot.role == Role::Programme);
    shown.find_map(|slot| live::shown(slot.what, &channel.timeline))
}

fn item_of(stock: &Stock, item: ItemId) -> Option<&Item> {
    stock.library.get(item).map(|item| &**item)
}

fn programme(entry: &GuideEntry, item: Option<&Item>) -> Programme {
    let text = |text: &str| Text { language: None, text: text.to_owned() };
    let texts = |of: &str| if of.is_empty() { Vec::new() } else { vec![text(of)] };
    Programme {
        titles: vec![text(&entry.title)],
        subtitles: texts(&entry.subtitle),
        descriptions: texts(&entry.description),
        date: item.and_then(|item| item.year).map(|year| year.to_string().into()),
        categories: item
            .map(|item| item.genres.iter().map(|genre| text(genre)).collect())
            .unwrap_or_default(),
        episode: Episode {
            season: entry.season.and_then(|season| u16::try_from(season).ok()),
            number: entry.episode.map(|(first, _)| first),
            ..Episode::default()
        },
        age: entry.age,
        ..Programme::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_channel_shows_is_for_the_oldest_for_whom_any_of_it_is() {
        let minute = |minute: i64| minute * 60_000;
        let airing = |from: i64, to: i64, age: Option<u8>| Airing {
            channel: ChannelId("x".into()),
            start_ms: minute(from),
            end_ms: minute(to),
            event_id: None,
            moment: Moment::default(),
            programme: Box::new(Programme { age, ..Programme::default() }),
        };
        let there = [
            airing(0, 30, Some(16)),
            airing(30, 60, Some(6)),
            airing(60, 90, Some(12)),
            airing(90, 120, None),
        ];
        let of = |from: i64, to: i64| age(&there, (minute(from), minute(to)));
        assert_eq!(of(30, 60), Some(6));
        assert_eq!(of(30, 90), Some(12));
        // What begins or ends within the same minute is not meant.
        assert_eq!(of(29, 61), Some(6));
        assert_eq!(of(20, 50), Some(16));
        assert_eq!((of(60, 100), of(130, 140)), (None, None), "nobody knows");
    }
}
