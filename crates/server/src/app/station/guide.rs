//! What guides are told of channels of one's own: like a receiver that knows the next fourteen days.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use telecast_core::guide::{Airing, Episode, Moment, Programme, Text};
use telecast_core::library::{Item, ItemId};
use telecast_core::lineup::ServiceRef;
use telecast_core::schedule::guide::{GuideEntry, entries};
use telecast_core::schedule::{Role, TICKS_PER_MS};
use tokio::time::Instant;

use super::channel::{Channel, live};
use super::{Parts, Stock};

/// What it is called among the guide's sources.
const SOURCE: &str = "receiver:own";
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
        let airings: Vec<Airing> = channels.iter().flat_map(|channel| airings(channel, stock)).collect();
        let mut hash = DefaultHasher::new();
        for airing in &airings {
            (&airing.channel, airing.start_ms, airing.end_ms).hash(&mut hash);
            airing.programme.titles.first().map(|title| &title.text).hash(&mut hash);
            airing.programme.subtitles.first().map(|title| &title.text).hash(&mut hash);
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

fn airings(channel: &Channel, stock: &Stock) -> Vec<Airing> {
    let Some(plan) = channel.plan() else { return Vec::new() };
    let id = ServiceRef::own(&channel.station.id).channel_id();
    let told = entries(plan, &channel.timeline).into_iter().filter(|entry| entry.stop > entry.start);
    told.map(|mut entry| {
        // What another channel shows is told with that channel's name.
        if let Some(name) = live_of(channel, &entry)
            && entry.subtitle.is_empty()
            && entry.title != name
        {
            entry.subtitle = name;
        }
        Airing {
            channel: id.clone(),
            start_ms: entry.start / TICKS_PER_MS,
            end_ms: entry.stop / TICKS_PER_MS,
            event_id: None,
            moment: Moment::default(),
            programme: Box::new(programme(&entry, entry.item.and_then(|item| item_of(stock, item)))),
        }
    })
    .collect()
}

/// The name of the channel that is on in an entry.
fn live_of(channel: &Channel, entry: &GuideEntry) -> Option<String> {
    let slots = channel.timeline.slots.get(entry.slots.start as usize..entry.slots.end as usize)?;
    let mut names = slots.iter().filter(|slot| slot.role == Role::Programme);
    names.find_map(|slot| live::name(&channel.others, slot.what, &channel.timeline))
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
