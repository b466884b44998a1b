//! Guide files (XMLTV): one owner, which reads each of them when its time has come or somebody asks, and tells how that went.
//!
//! What a file says of channels that nobody is sure of is left out and told: never a guess in the guide.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufRead;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::guide::matching::{Known, Match, Offered, matching};
use telecast_core::guide::xmltv::{Channel, Fault, Heard, Item, Options, Reader};
use telecast_core::guide::{Airing, understand};
use telecast_core::limits;
use telecast_core::lineup::{self, ChannelId, Lineup};
use telecast_store::Imported;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::Guide;
use crate::adapters::guide_file::Place;
use crate::app::news::News;
use crate::app::settings::InForce;

/// How often it is looked whether one is due.
const LOOK: Duration = Duration::from_secs(30);
/// The same while there are no channels yet.
const SOON: Duration = Duration::from_secs(1);
/// Airings given to the store at once.
const BATCH: usize = 1_000;
/// An airing without end, and nothing after it.
const UNENDED_MS: i64 = 3_600_000;
/// The next start says when the one before has ended, if it is no later than this.
const LONGEST_MS: i64 = 6 * 3_600_000;

/// How a guide file fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileView {
    /// What it is called.
    pub name: String,
    /// It is being read: airings so far.
    pub reading: Option<u64>,
    /// When it was last read to its end (milliseconds since 1970).
    pub read_ms: Option<i64>,
    /// What came of that, or what went wrong, for people.
    pub message: String,
    /// It could not be read the last time.
    pub failed: bool,
    /// Airings and channels of the last time.
    pub airings: u64,
    /// Channels of the lineup that it tells of.
    pub channels: u64,
    /// Channels of the file that are none of the lineup's.
    pub unmatched: u64,
    /// Channels of the file that may be some of the lineup's: (id there, channel, score).
    pub doubtful: Vec<(String, ChannelId, u8)>,
    /// What was left out because it is faulty.
    pub skipped: u64,
    /// The lineup that it was read for ([`mark`]); none: not in this run.
    lineup: Option<u64>,
}

/// The owner's handle. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::app) struct Files {
    views: Arc<ArcSwap<Vec<FileView>>>,
    /// Those that lists of channels name.
    named: Arc<ArcSwap<Vec<Place>>>,
    again: Arc<Notify>,
}

/// What a reading gives beside airings.
#[derive(Debug, Default)]
struct Learnt {
    unmatched: u64,
    doubtful: Vec<(String, ChannelId, u8)>,
    skipped: u64,
    fault: Option<Fault>,
}

impl Files {
    /// All of them.
    pub(in crate::app) fn views(&self) -> Vec<FileView> {
        self.views.load().to_vec()
    }

    /// Lists of channels name these guides, in order of preference.
    pub(in crate::app) fn name(&self, places: Vec<Place>) {
        if **self.named.load() != places {
            self.named.store(Arc::new(places));
        }
    }

    /// All guides: those of the configuration, and behind them those that lists name.
    pub(in crate::app) fn places(&self, settings: &InForce) -> Vec<Place> {
        let mut places = settings.now().guide_files.clone();
        for named in self.named.load().iter() {
            if !places.contains(named) {
                places.push(named.clone());
            }
        }
        places
    }

    /// Reads all of them again, now.
    pub(in crate::app) fn again(&self) {
        self.again.notify_one();
    }

    /// Reads what is due, until `stop`.
    pub(in crate::app) async fn keep(self, guide: Guide, news: News, stop: CancellationToken) {
        let mut is_forced = false;
        while !stop.is_cancelled() {
            let places = self.places(&guide.settings);
            self.views.rcu(|views| {
                places.iter().map(|place| known_of(views, &place.name())).collect::<Vec<FileView>>()
            });
            let lineup = guide.lineup.load_full();
            let channels = mark(&lineup);
            let reading = async {
                // Without channels all of it would be nobody's.
                for place in places.iter().filter(|_| !lineup.channels.is_empty()) {
                    if is_forced || self.is_due(&guide, place, channels).await {
                        self.read(&guide, place, &news).await;
                        self.change(&place.name(), |view| view.lineup = Some(channels));
                    }
                }
            };
            let _ = stop.run_until_cancelled(reading).await;
            let pause = if lineup.channels.is_empty() { SOON } else { LOOK };
            tokio::select! {
                () = tokio::time::sleep(pause) => is_forced = false,
                () = self.again.notified() => is_forced = true,
                () = stop.cancelled() => {}
            }
        }
    }

    async fn is_due(&self, guide: &Guide, place: &Place, channels: u64) -> bool {
        let view = known_of(&self.views.load(), &place.name());
        if view.lineup.is_some_and(|lineup| lineup != channels) {
            // What was nobody's may be somebody's now.
            return true;
        }
        let tried = view.read_ms.filter(|_| view.failed);
        let read = guide.store.guide_read_ms(&source(place)).await.unwrap_or_default();
        let pause = if view.failed { limits::GUIDE_RETRY } else { guide.settings.now().refresh };
        tried.max(read).is_none_or(|at| guide.clock.wall_ms() - at >= pause.as_millis() as i64)
    }

    async fn read(&self, guide: &Guide, place: &Place, news: &News) {
        let name = place.name();
        self.change(&name, |view| view.reading = Some(0));
        let now = guide.clock.wall_ms();
        let result = tokio::time::timeout(limits::GUIDE_IMPORT, self.import(guide, place)).await;
        let result = result.unwrap_or_else(|_| Err("It takes too long; what had come of it is kept.".into()));
        match &result {
            Ok((done, learnt)) => {
                let Imported { airings, channels, days_changed, .. } = *done;
                tracing::info!(
                    guide = name,
                    airings,
                    channels,
                    days_changed,
                    skipped = learnt.skipped,
                    "a guide was read"
                );
                if days_changed > 0 {
                    guide.changed();
                    news.tell("guide", "changed", &());
                }
            }
            Err(error) => {
                tracing::warn!(guide = name, error, "a guide cannot be read; what was known of it is kept");
            }
        }
        self.change(&name, |view| {
            view.reading = None;
            view.read_ms = Some(now);
            view.failed = result.is_err();
            match &result {
                Ok((done, learnt)) => {
                    view.message = match &learnt.fault {
                        Some(fault) => format!("It breaks off: {fault}"),
                        None => "It works.".into(),
                    };
                    (view.airings, view.channels) = (done.airings, done.channels);
                    (view.unmatched, view.skipped) = (learnt.unmatched, learnt.skipped);
                    view.doubtful.clone_from(&learnt.doubtful);
                }
                Err(error) => view.message.clone_from(error),
            }
        });
        news.tell("guide_files", "changed", &());
    }

    async fn import(&self, guide: &Guide, place: &Place) -> Result<(Imported, Learnt), String> {
        let note = note(place, &guide.lineup.load()).await;
        if let Some(done) = self.is_as_before(guide, place, note.as_deref()).await {
            return Ok(done);
        }
        let input = place.open().await.map_err(|trouble| trouble.to_string())?;
        let lineup = guide.lineup.load_full();
        let (batches, mut coming) = mpsc::channel(2);
        let reader = tokio::task::spawn_blocking(move || read_file(input, &lineup, &batches));
        let mut import = guide
            .store
            .import_guide(&source(place), guide.clock.wall_ms())
            .await
            .map_err(|error| error.to_string())?;
        let mut count = 0;
        while let Some(batch) = coming.recv().await {
            count += batch.len() as u64;
            import.add(batch).await.map_err(|error| error.to_string())?;
            self.change(&place.name(), |view| view.reading = Some(count));
        }
        let learnt = reader.await.map_err(|_| "Reading it has failed.".to_owned())?;
        if let Some(fault) = learnt.fault.as_ref().filter(|_| count == 0) {
            return Err(fault.to_string());
        }
        if let Some(note) = note.filter(|_| learnt.fault.is_none()) {
            import.note(note);
        }
        let done = import.finish().await.map_err(|error| error.to_string())?;
        Ok((done, learnt))
    }

    /// What the last reading has given, if the file and all that it was read for are as they were then.
    async fn is_as_before(
        &self,
        guide: &Guide,
        place: &Place,
        note: Option<&str>,
    ) -> Option<(Imported, Learnt)> {
        let view = known_of(&self.views.load(), &place.name());
        // What came of it is told, so it has to have been read in this run.
        let before = guide.store.guide_note(&source(place)).await.ok()?;
        if view.lineup.is_none() || view.failed || note != Some(&before) {
            return None;
        }
        guide.store.guide_is_as_before(&source(place), guide.clock.wall_ms()).await.ok()?;
        let done = Imported { airings: view.airings, channels: view.channels, ..Imported::default() };
        let FileView { unmatched, doubtful, skipped, .. } = view;
        Some((done, Learnt { unmatched, doubtful, skipped, fault: None }))
    }

    fn change(&self, name: &str, change: impl Fn(&mut FileView)) {
        self.views.rcu(|views| {
            let mut views = views.to_vec();
            if let Some(view) = views.iter_mut().find(|view| view.name == name) {
                change(view);
            }
            views
        });
    }
}

fn known_of(views: &[FileView], name: &str) -> FileView {
    let found = views.iter().find(|view| view.name == name).cloned();
    found.unwrap_or_else(|| FileView { name: name.into(), ..FileView::default() })
}

/// Another number for other channels, or other names of them.
fn mark(lineup: &Lineup) -> u64 {
    let mut hasher = DefaultHasher::new();
    for channel in &lineup.channels {
        for (id, name, guide_ids) in members(channel) {
            (id, name, guide_ids).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// What is another when a file is to be read anew: what lies there, for which channels, by which program. None: nobody can tell.
async fn note(place: &Place, lineup: &Lineup) -> Option<String> {
    let file = place.mark().await?;
    Some(format!("{file:016x} {:016x} {}", mark(lineup), env!("CARGO_PKG_VERSION")))
}

/// What a file is called in the store.
pub(in crate::app) fn source(place: &Place) -> String {
    format!("xmltv:{}", place.name())
}

/// Reads a guide to its end, and gives what is on channels of the lineup. Ends early if nobody takes it.
fn read_file(input: Box<dyn BufRead + Send>, lineup: &Lineup, batches: &mpsc::Sender<Vec<Airing>>) -> Learnt {
    let mut reader = Reader::new(input, Options { zone: jiff::tz::TimeZone::system() });
    let mut intake = Intake {
        lineup,
        declared: Vec::new(),
        ids: None,
        open: HashMap::new(),
        batch: Vec::new(),
        batches,
        learnt: Learnt::default(),
    };
    loop {
        match reader.next() {
            Ok(Some(Item::Head(_))) => {}
            Ok(Some(Item::Channel(channel))) => intake.declare(channel),
            Ok(Some(Item::Airing(heard))) => {
                if !intake.take(heard) {
                    break;
                }
            }
            Ok(None) => break,
            Err(fault) => {
                intake.learnt.fault = Some(fault);
                break;
            }
        }
    }
    intake.learnt.skipped = reader.skipped().total();
    intake.finish()
}

/// From what a file says to airings of the lineup.
struct Intake<'a> {
    lineup: &'a Lineup,
    declared: Vec<Offered>,
    /// The file's ids, and which channels they are; made when the first programme comes.
    ids: Option<HashMap<String, Vec<ChannelId>>>,
    /// Of each channel of the file what has no end yet.
    open: HashMap<Box<str>, Heard>,
    batch: Vec<Airing>,
    batches: &'a mpsc::Sender<Vec<Airing>>,
    learnt: Learnt,
}

impl Intake<'_> {
    fn declare(&mut self, channel: Channel) {
        let names = channel.names.into_iter().map(|name| name.text).collect();
        let offered = Offered { id: channel.id.to_string(), names };
        if let Some(ids) = &mut self.ids {
            // It is declared late.
            let found = of_lineup(self.lineup, std::slice::from_ref(&offered), &mut self.learnt);
            ids.extend(found);
        } else {
            self.declared.push(offered);
        }
    }

    /// `false`: nobody takes it any more.
    fn take(&mut self, heard: Heard) -> bool {
        let Some(mut before) = (match heard.end_ms {
            Some(_) => self.open.remove(&heard.channel),
            None => self.open.insert(heard.channel.clone(), heard.clone()),
        }) else {
            return heard.end_ms.is_none() || self.give(heard);
        };
        let length = heard.start_ms - before.start_ms;
        before.end_ms =
            Some(before.start_ms + if (1..=LONGEST_MS).contains(&length) { length } else { UNENDED_MS });
        self.give(before) && (heard.end_ms.is_none() || self.give(heard))
    }

    fn give(&mut self, heard: Heard) -> bool {
        let ids = self.ids.get_or_insert_with(|| of_lineup(self.lineup, &self.declared, &mut self.learnt));
        let channels = match ids.get(&*heard.channel) {
            Some(channels) => channels,
            None => {
                let offered = Offered { id: heard.channel.to_string(), names: Vec::new() };
                let found = of_lineup(self.lineup, std::slice::from_ref(&offered), &mut self.learnt);
                let channels = found.into_values().next().unwrap_or_default();
                ids.entry(heard.channel.to_string()).or_insert(channels)
            }
        };
        let Some((last, others)) = channels.split_last() else { return true };
        let Heard { start_ms, end_ms, moment, mut programme, .. } = heard;
        understand(&mut programme);
        // Of some only the start is known, and said twice.
        let end_ms = end_ms.filter(|end| *end > start_ms).unwrap_or(start_ms + UNENDED_MS);
        let on = |channel: &ChannelId, moment, programme| Airing {
            channel: channel.clone(),
            start_ms,
            end_ms,
            event_id: None,
            moment,
            programme,
        };
        self.batch.extend(others.iter().map(|channel| on(channel, moment.clone(), programme.clone())));
        self.batch.push(on(last, moment, programme));
        self.batch.len() < BATCH || self.batches.blocking_send(std::mem::take(&mut self.batch)).is_ok()
    }

    fn finish(mut self) -> Learnt {
        let open: Vec<Heard> = self.open.drain().map(|(_, heard)| heard).collect();
        for mut heard in open {
            heard.end_ms = Some(heard.start_ms + UNENDED_MS);
            if !self.give(heard) {
                return self.learnt;
            }
        }
        let _ = self.batches.blocking_send(std::mem::take(&mut self.batch));
        self.learnt
    }
}

/// A channel and those that the host has joined to it, each as it is by itself: with its id, its name, and what it is called in guides.
fn members(channel: &lineup::Channel) -> impl Iterator<Item = (&ChannelId, &str, &[String])> {
    let itself = (&channel.id, channel.name.as_str(), channel.guide_ids.as_slice());
    let joined = channel.joined.iter();
    std::iter::once(itself).chain(joined.map(|it| (&it.id, it.name.as_str(), it.guide_ids.as_slice())))
}

/// Each finds its own guide, as if it were not joined: two ids that fit one channel would be for a person to decide.
fn known_of_channel(channel: &lineup::Channel) -> Vec<Known> {
    let known = |(id, name, guide_ids): (&ChannelId, &str, &[String])| {
        let own = channel.sources.iter().filter(|source| source.service.channel_id() == *id);
        let ids = own.map(|source| source.service.to_string()).chain([id.0.clone(), id.in_guides()]);
        Known {
            channel: id.clone(),
            names: vec![name.to_owned()],
            ids: ids.chain(guide_ids.iter().cloned()).collect(),
            confirmed: Vec::new(),
            number: (*id == channel.id).then_some(channel.number),
        }
    };
    members(channel).map(known).collect()
}

/// Which channels of the lineup the file's are; ids that are none have an empty list.
fn of_lineup(lineup: &Lineup, offered: &[Offered], learnt: &mut Learnt) -> HashMap<String, Vec<ChannelId>> {
    let known: Vec<Known> = lineup.channels.iter().flat_map(known_of_channel).collect();
    let found = matching(&known, offered);
    let mut ids: HashMap<String, Vec<ChannelId>> =
        offered.iter().map(|offer| (offer.id.clone(), Vec::new())).collect();
    let mut sure = HashSet::new();
    for Match { offered: from, channel, .. } in found.sure {
        sure.insert(from);
        if let Some(list) = ids.get_mut(&offered[from].id) {
            list.push(known[channel].channel.clone());
        }
    }
    for Match { offered: from, channel, score, .. } in found.to_review {
        if !sure.contains(&from) && learnt.doubtful.len() < limits::GUIDE_DOUBTFUL {
            learnt.doubtful.push((offered[from].id.clone(), known[channel].channel.clone(), score));
        }
    }
    learnt.unmatched += (offered.len() - sure.len()) as u64;
    ids
}
