//! What is on: the next hours of every channel, out of the store, in memory. Asked for by every page and by whoever looks after children, so nobody waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::guide::{Airing, Event, Text, choose, now_next};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Entry, Guide, view};

/// Made anew at least this often.
const AGAIN: Duration = Duration::from_secs(300);
/// So far ahead: for the time between two, and what is next after it.
const AHEAD: Duration = Duration::from_secs(4 * 3600);
/// Changes of the guide come in bursts; the first is waited out.
const BURST: Duration = Duration::from_secs(1);
/// Channels read at once.
const CHUNK: usize = 200;

/// The snapshot, and the way to have it made anew. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::app) struct On {
    channels: Arc<ArcSwap<HashMap<ChannelId, Known>>>,
    changed: Arc<Notify>,
}

/// What is known of a channel.
#[derive(Debug, Default)]
struct Known {
    events: Vec<Event>,
    /// Of those that are told in several languages, by their start.
    spoken: HashMap<i64, Spoken>,
    told_ms: i64,
}

/// Texts in all their languages.
#[derive(Debug)]
struct Spoken {
    titles: Vec<Text>,
    subtitles: Vec<Text>,
    descriptions: Vec<Text>,
}

impl Known {
    fn of(entries: &[Entry], told_ms: i64) -> Self {
        let entries = &entries[..entries.len().min(limits::GUIDE_ON)];
        let events = entries.iter().map(event).collect();
        let spoken = entries.iter().filter_map(|entry| Some((entry.airing.start_ms, Spoken::of(entry)?)));
        Self { events, spoken: spoken.collect(), told_ms }
    }

    /// One of the events, in the best of these languages.
    fn in_words(&self, event: &Event, languages: &[String]) -> Event {
        let mut event = event.clone();
        if let Some(spoken) = self.spoken.get(&event.start_ms) {
            let text = |texts| choose(texts, languages).unwrap_or_default().to_owned();
            event.title = text(&spoken.titles);
            event.subtitle = text(&spoken.subtitles);
            event.description = view::brief(&spoken.descriptions, languages);
        }
        event
    }
}

impl Spoken {
    /// None: it is told in one language alone.
    fn of(entry: &Entry) -> Option<Self> {
        let programme = &entry.airing.programme;
        let (titles, subtitles, descriptions) =
            (&programme.titles, &programme.subtitles, &programme.descriptions);
        let several = [titles, subtitles, descriptions].iter().any(|texts| texts.len() > 1);
        several.then(|| Self {
            titles: titles.clone(),
            subtitles: subtitles.clone(),
            descriptions: descriptions.clone(),
        })
    }
}

impl On {
    /// The guide has changed.
    pub(in crate::app) fn changed(&self) {
        self.changed.notify_one();
    }

    /// What is on at `now_ms`, what comes next, both in the best of `languages`, and when that was told; none: nothing is known of the channel.
    pub(in crate::app) fn at(
        &self,
        channel: &ChannelId,
        now_ms: i64,
        languages: &[String],
    ) -> Option<(Option<Event>, Option<Event>, i64)> {
        let all = self.channels.load();
        let known = all.get(channel)?;
        let (now, next) = now_next(&known.events, now_ms);
        let said = |event: Option<&Event>| event.map(|event| known.in_words(event, languages));
        Some((said(now), said(next), known.told_ms))
    }

    /// Keeps it fresh, until `stop`.
    pub(in crate::app) async fn keep(self, guide: Guide, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.read(&guide).await {
                Ok(channels) => self.channels.store(Arc::new(channels)),
                Err(error) => tracing::warn!(%error, "what is on cannot be read from the store"),
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = self.changed.notified() => tokio::time::sleep(BURST).await,
                () = stop.cancelled() => {}
            }
        }
    }

    async fn read(&self, guide: &Guide) -> Result<HashMap<ChannelId, Known>, telecast_core::error::Error> {
        let now = guide.clock.wall_ms();
        let ids: Vec<ChannelId> =
            guide.lineup.load().channels.iter().map(|channel| channel.id.clone()).collect();
        let mut found = HashMap::new();
        for some in ids.chunks(CHUNK) {
            for (channel, entries) in guide.entries(some, now, now + AHEAD.as_millis() as i64).await? {
                if let Some(told_ms) = entries.iter().map(|entry| entry.told_ms).min() {
                    found.insert(channel, Known::of(&entries, told_ms));
                }
            }
        }
        Ok(found)
    }
}

/// An airing in short, as lists of what is on have it.
fn event(entry: &Entry) -> Event {
    let Airing { start_ms, end_ms, event_id, programme, .. } = &entry.airing;
    let (start_ms, end_ms) = (*start_ms, *end_ms);
    let brief = view::AiringView::of(&entry.airing, &[]);
    Event {
        id: event_id.unwrap_or(start_ms / 1000),
        title: brief.title,
        subtitle: brief.subtitle,
        description: brief.brief,
        start_ms,
        end_ms,
        genre: programme.categories.first().map(|text| text.text.clone()).unwrap_or_default(),
        rating: programme.age,
    }
}
