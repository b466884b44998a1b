//! Guide files and addresses (XMLTV): one owner, which reads each of them when its time has come or somebody asks, and tells how that went.
//!
//! What a file says of channels that nobody is sure of is left out and told: never a guess in the guide. What the host has refused is forgotten before anything is read.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufRead;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use telecast_core::guide::matching::Offered;
use telecast_core::guide::wishes::Choices;
use telecast_core::guide::xmltv::{Channel, Fault, Heard, Item, Options, Reader};
use telecast_core::guide::{Airing, understand};
use telecast_core::limits;
use telecast_core::lineup::{ChannelId, Lineup};
use telecast_store::Imported;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::Guide;
use super::matched::{Matched, Matcher, known, members};
use super::source::{self, GuideSource};
use super::wishes::KeptGuide;
use crate::adapters::guide_file::Place;
use crate::adapters::machine::let_others_go_first;
use crate::app::news::News;
use crate::app::settings::InForce;
use crate::spawn::apart;

/// How often it is looked whether one is due.
const LOOK: Duration = Duration::from_secs(30);
/// The same while there are no channels yet.
const SOON: Duration = Duration::from_secs(1);
/// Progress is told this often at most.
const TELL: Duration = Duration::from_secs(1);
/// Airings given to the store at once.
const BATCH: usize = 1_000;
/// An airing without end, and nothing after it.
const UNENDED_MS: i64 = 3_600_000;
/// The next start says when the one before has ended, if it is no later than this.
const LONGEST_MS: i64 = 6 * 3_600_000;
/// The topic on which it is told that the state of a source has changed.
pub(in crate::app) const TOPIC: &str = "guide_sources";

/// How a source of the guide fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileView {
    /// What it is called in the store.
    pub id: String,
    /// What it is called where people see it.
    pub name: String,
    /// It is being read: airings so far.
    pub reading: Option<u64>,
    /// When it was last tried (milliseconds since 1970).
    pub read_ms: Option<i64>,
    /// What came of that, or what went wrong, for people.
    pub message: String,
    /// It could not be read the last time.
    pub failed: bool,
    /// Airings and channels of the last time that it was read to its end.
    pub airings: u64,
    /// Channels of the lineup that it tells of.
    pub channels: u64,
    /// What was left out because it is faulty.
    pub skipped: u64,
    /// Which of its ids are which channels.
    pub matched: Arc<Matched>,
    /// By how many minutes the times of what is kept of it were moved.
    shift_min: i32,
    /// The lineup that it was read for ([`mark`]); none: not in this run.
    lineup: Option<u64>,
}

/// The same, as it is remembered.
#[derive(Serialize, Deserialize)]
struct Report {
    read_ms: Option<i64>,
    message: String,
    failed: bool,
    airings: u64,
    channels: u64,
    skipped: u64,
    #[serde(default)]
    shift_min: i32,
    matched: Arc<Matched>,
}

/// The owner's handle. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::app) struct Files {
    views: Arc<ArcSwap<Vec<FileView>>>,
    /// Receivers that tell a guide of their own; others read it, and say here how that went.
    boxes: Arc<ArcSwap<Vec<FileView>>>,
    /// Those that lists of channels name.
    named: Arc<ArcSwap<Vec<Place>>>,
    /// Those that somebody has entered on the page.
    entered: Arc<ArcSwap<Vec<GuideSource>>>,
    /// What the host wants.
    pub(super) wishes: Arc<ArcSwap<KeptGuide>>,
    /// Those that somebody wants read.
    asked: Arc<Mutex<HashSet<String>>>,
    /// Those that are not wanted any more.
    gone: Arc<Mutex<HashSet<String>>>,
    /// There is something to do.
    pub(super) look: Arc<Notify>,
}

/// What a reading gives beside airings.
#[derive(Debug, Default)]
struct Learnt {
    matched: Arc<Matched>,
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

    /// These were entered on the page.
    pub(in crate::app) fn enter(&self, entered: Vec<GuideSource>) {
        self.entered.store(Arc::new(entered));
        self.look.notify_one();
    }

    /// This one is not wanted any more, nor what it has told.
    pub(in crate::app) fn give_up(&self, id: String) {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        self.look.notify_one();
    }

    /// All guides, best first.
    pub(in crate::app) fn sources(&self, settings: &InForce) -> Vec<GuideSource> {
        let (entered, named) = (self.entered.load(), self.named.load());
        source::all(&settings.now().guide_files, &entered, &named, &self.wishes.load().wishes)
    }

    /// Reads it again, now; or all of them.
    pub(in crate::app) fn again(&self, settings: &InForce, id: Option<&str>) {
        let sources = self.sources(settings).into_iter().map(|source| source.id);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.extend(sources.filter(|source| id.is_none_or(|id| id == source)));
        self.look.notify_one();
    }

    /// Reads what is due, until `stop`.
    pub(in crate::app) async fn keep(self, guide: Guide, news: News, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sources = self.sources(&guide.settings);
            self.forget_gone(&guide, &sources, &news).await;
            self.know(&guide, &sources).await;
            let lineup = guide.lineup.load_full();
            let reading = async {
                for source in &sources {
                    self.forget_refused(&guide, source, &news).await;
                }
                // Without channels all of it would be nobody's.
                for source in sources.iter().filter(|_| !lineup.channels.is_empty()) {
                    if self.is_asked(&source.id) || self.is_due(&guide, source).await {
                        self.read(&guide, source, &news).await;
                    }
                }
            };
            let _ = stop.run_until_cancelled(reading).await;
            let pause = if lineup.channels.is_empty() { SOON } else { LOOK };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.look.notified() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    fn is_asked(&self, id: &str) -> bool {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(id)
    }

    /// The views are those of `sources`, with what is remembered of them.
    async fn know(&self, guide: &Guide, sources: &[GuideSource]) {
        let before = self.views.load_full();
        let mut views = Vec::with_capacity(sources.len());
        for source in sources {
            let known = before.iter().find(|view| view.id == source.id).cloned();
            let mut view = match known {
                Some(view) => view,
                None => remembered(guide, &source.id).await,
            };
            view.name.clone_from(&source.name);
            views.push(view);
        }
        self.views.store(Arc::new(views));
    }

    async fn forget_gone(&self, guide: &Guide, sources: &[GuideSource], news: &News) {
        let gone = std::mem::take(&mut *self.gone.lock().unwrap_or_else(PoisonError::into_inner));
        for id in gone.iter().filter(|id| !sources.iter().any(|source| source.id == **id)) {
            if let Err(error) = forget(guide, id).await {
                tracing::warn!(error, guide = id, "what a guide has told cannot be forgotten");
            }
            guide.changed();
            news.tell("guide", "changed", &());
        }
    }

    /// What was told of channels that the host says are others goes at once, whether the guide can be read or not.
    async fn forget_refused(&self, guide: &Guide, source: &GuideSource, news: &News) {
        let view = known_of(&self.views.load(), &source.id);
        let wrong = view.matched.wrong(&self.wishes.load().wishes.of(&source.id));
        for channel in &wrong {
            if let Err(error) = guide.store.forget_guide_of(&source.id, channel).await {
                tracing::warn!(%error, guide = source.name, "what was told of a wrong channel cannot be forgotten yet");
                return;
            }
        }
        if !wrong.is_empty() {
            self.change(&source.id, |view| Arc::make_mut(&mut view.matched).give_up(&wrong));
            self.remember(guide, &source.id).await;
            guide.changed();
            news.tell("guide", "changed", &());
        }
    }

    async fn is_due(&self, guide: &Guide, source: &GuideSource) -> bool {
        let view = known_of(&self.views.load(), &source.id);
        if view.lineup.is_some_and(|lineup| lineup != self.mark(guide, source)) {
            // What was nobody's may be somebody's now.
            return true;
        }
        let tried = view.read_ms.filter(|_| view.failed);
        let read = guide.store.guide_read_ms(&source.id).await.unwrap_or_default();
        let often = source.refresh.unwrap_or_else(|| guide.settings.now().refresh);
        let pause = if view.failed { limits::GUIDE_RETRY } else { often };
        tried.max(read).is_none_or(|at| guide.clock.wall_ms() - at >= pause.as_millis() as i64)
    }

    /// What a source is read for now: see [`mark`].
    fn mark(&self, guide: &Guide, source: &GuideSource) -> u64 {
        mark(&guide.lineup.load(), &self.wishes.load().wishes.of(&source.id), source.shift_min)
    }

    async fn read(&self, guide: &Guide, source: &GuideSource, news: &News) {
        let GuideSource { id, name, .. } = source;
        self.change(id, |view| view.reading = Some(0));
        news.tell(TOPIC, "changed", &());
        let (now, channels) = (guide.clock.wall_ms(), self.mark(guide, source));
        let result = tokio::time::timeout(limits::GUIDE_IMPORT, self.import(guide, source, news)).await;
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
        self.change(id, |view| {
            view.reading = None;
            view.read_ms = Some(now);
            view.failed = result.is_err();
            view.lineup = Some(channels);
            match &result {
                Ok((done, learnt)) => {
                    view.message = learnt
                        .fault
                        .as_ref()
                        .map_or_else(String::new, |fault| format!("It breaks off: {fault}"));
                    (view.airings, view.channels) = (done.airings, done.channels);
                    view.skipped = learnt.skipped;
                    view.matched = Arc::clone(&learnt.matched);
                }
                Err(error) => view.message.clone_from(error),
            }
        });
        self.remember(guide, id).await;
        news.tell(TOPIC, "changed", &());
    }

    async fn import(
        &self,
        guide: &Guide,
        source: &GuideSource,
        news: &News,
    ) -> Result<(Imported, Learnt), String> {
        let note = note(source, self.mark(guide, source)).await;
        if let Some(done) = self.is_as_before(guide, source, note.as_deref()).await {
            return Ok(done);
        }
        let input = source.place.open().await.map_err(|trouble| trouble.to_string())?;
        if known_of(&self.views.load(), &source.id).shift_min != source.shift_min {
            // What was moved otherwise would stand beside what comes now.
            forget(guide, &source.id).await?;
            self.change(&source.id, |view| view.shift_min = source.shift_min);
        }
        let (lineup, choices) = (guide.lineup.load_full(), self.wishes.load().wishes.of(&source.id));
        let (batches, mut coming) = mpsc::channel(2);
        let shift_ms = i64::from(source.shift_min) * 60_000;
        let now = guide.clock.wall_ms();
        let read = move || read_file(input, (&lineup, &choices), (shift_ms, now), &batches);
        let reader = apart("guide-reader", read).map_err(|error| error.to_string())?;
        let mut import =
            guide.store.import_guide(&source.id, now).await.map_err(|error| error.to_string())?;
        let_others_go_first(telecast_store::GUIDE_WRITER);
        let (mut count, mut told) = (0, tokio::time::Instant::now());
        while let Some(batch) = coming.recv().await {
            count += batch.len() as u64;
            import.add(batch).await.map_err(|error| error.to_string())?;
            self.change(&source.id, |view| view.reading = Some(count));
            if told.elapsed() >= TELL {
                told = tokio::time::Instant::now();
                news.tell(TOPIC, "changed", &());
            }
        }
        let learnt = reader.await.map_err(|_| "Reading it has failed.".to_owned())?;
        // What it is found to be counts, however far it came: who refuses it later has it forgotten.
        self.change(&source.id, |view| view.matched = Arc::clone(&learnt.matched));
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
        source: &GuideSource,
        note: Option<&str>,
    ) -> Option<(Imported, Learnt)> {
        let view = known_of(&self.views.load(), &source.id);
        // What came of it is told, so it has to have been read in this run.
        let before = guide.store.guide_note(&source.id).await.ok()?;
        if view.lineup.is_none() || view.failed || note != Some(&before) {
            return None;
        }
        guide.store.guide_is_as_before(&source.id, guide.clock.wall_ms()).await.ok()?;
        let done = Imported { airings: view.airings, channels: view.channels, ..Imported::default() };
        Some((done, Learnt { matched: view.matched, skipped: view.skipped, fault: None }))
    }

    fn change(&self, id: &str, change: impl Fn(&mut FileView)) {
        self.views.rcu(|views| {
            let mut views = views.to_vec();
            if let Some(view) = views.iter_mut().find(|view| view.id == id) {
                change(view);
            }
            views
        });
    }

    async fn remember(&self, guide: &Guide, id: &str) {
        remember(guide, &known_of(&self.views.load(), id)).await;
    }

    /// How the guides of receivers fare.
    pub(in crate::app) fn boxes(&self) -> Vec<FileView> {
        self.boxes.load().to_vec()
    }

    /// How a receiver's guide fares has changed.
    pub(in crate::app) async fn change_box(
        &self,
        guide: &Guide,
        id: &str,
        change: impl Fn(&mut FileView) + Send,
    ) {
        if !self.boxes.load().iter().any(|view| view.id == id) {
            let view = remembered(guide, id).await;
            self.boxes.rcu(|views| {
                let others = views.iter().filter(|view| view.id != id).cloned();
                others.chain([view.clone()]).collect::<Vec<_>>()
            });
        }
        self.boxes.rcu(|views| {
            let mut views = views.to_vec();
            views.iter_mut().filter(|view| view.id == id).for_each(&change);
            views
        });
        let view = known_of(&self.boxes.load(), id);
        if view.reading.is_none() {
            remember(guide, &view).await;
        }
    }
}

/// Forgets all that a source has told.
async fn forget(guide: &Guide, id: &str) -> Result<(), String> {
    while guide.store.forget_guide(id).await.map_err(|error| error.to_string())? > 0 {}
    Ok(())
}

/// Keeps how it went; that it cannot be kept is no reason to stop.
async fn remember(guide: &Guide, view: &FileView) {
    let FileView { read_ms, message, failed, airings, channels, skipped, shift_min, matched, .. } =
        view.clone();
    let report = Report { read_ms, message, failed, airings, channels, skipped, shift_min, matched };
    let text = serde_json::to_string(&report).unwrap_or_default();
    if let Err(error) = guide.store.put_guide_report(&view.id, &text).await {
        tracing::warn!(%error, guide = view.name, "how a guide was read cannot be remembered");
    }
}

/// What an earlier run has left of a source.
pub(super) async fn remembered(guide: &Guide, id: &str) -> FileView {
    let view = known_of(&[], id);
    let text = guide.store.guide_report(id).await.unwrap_or_default();
    let Ok(report) = serde_json::from_str::<Report>(&text) else { return view };
    let Report { read_ms, message, failed, airings, channels, skipped, shift_min, matched } = report;
    FileView { read_ms, message, failed, airings, channels, skipped, matched, shift_min, ..view }
}

fn known_of(views: &[FileView], id: &str) -> FileView {
    let found = views.iter().find(|view| view.id == id).cloned();
    found.unwrap_or_else(|| FileView { id: id.into(), name: id.into(), ..FileView::default() })
}

/// Another number for other channels, other names of them, another choice of the host, or another shift.
fn mark(lineup: &Lineup, choices: &Choices, shift_min: i32) -> u64 {
    let mut hasher = DefaultHasher::new();
    for channel in &lineup.channels {
        for (id, name, guide_ids) in members(channel) {
            (id, name, guide_ids).hash(&mut hasher);
        }
    }
    (choices, shift_min).hash(&mut hasher);
    hasher.finish()
}

/// What is another when a file is to be read anew: what lies there, for what, by which program. None: nobody can tell.
async fn note(source: &GuideSource, mark: u64) -> Option<String> {
    let file = source.place.mark().await?;
    Some(format!("{file:016x} {mark:016x} {}", env!("CARGO_PKG_VERSION")))
}

/// Reads a guide to its end, and gives what is on channels of the lineup. Ends early if nobody takes it.
fn read_file(
    input: Box<dyn BufRead + Send>,
    (lineup, choices): (&Lineup, &Choices),
    (shift_ms, now_ms): (i64, i64),
    batches: &mpsc::Sender<Vec<Airing>>,
) -> Learnt {
    let known = known(lineup, choices);
    let mut reader = Reader::new(input, Options { zone: jiff::tz::TimeZone::system() });
    let mut intake = Intake {
        matcher: Matcher::new(&known, now_ms),
        shift_ms,
        open: HashMap::new(),
        batch: Vec::new(),
        batches,
    };
    let mut fault = None;
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
            Err(what) => {
                fault = Some(what);
                break;
            }
        }
    }
    Learnt { skipped: reader.skipped().total(), matched: Arc::new(intake.finish()), fault }
}

/// From what a file says to airings of the lineup.
struct Intake<'a> {
    matcher: Matcher<'a>,
    /// What a time is moved by.
    shift_ms: i64,
    /// Of each channel of the file what has no end yet.
    open: HashMap<Box<str>, Heard>,
    batch: Vec<Airing>,
    batches: &'a mpsc::Sender<Vec<Airing>>,
}

impl Intake<'_> {
    fn declare(&mut self, channel: Channel) {
        let names = channel.names.into_iter().map(|name| name.text).collect();
        self.matcher.declare(Offered { id: channel.id.to_string(), names });
    }

    /// `false`: nobody takes it any more.
    fn take(&mut self, mut heard: Heard) -> bool {
        heard.start_ms += self.shift_ms;
        heard.end_ms = heard.end_ms.map(|end| end + self.shift_ms);
        if self.matcher.channels(&heard.channel).is_empty() {
            let title = heard.programme.titles.first().map(|title| title.text.as_str());
            self.matcher.is_on(&heard.channel, (heard.start_ms, heard.end_ms), title);
            return true;
        }
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
        let channels = self.matcher.channels(&heard.channel);
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

    fn finish(mut self) -> Matched {
        let open: Vec<Heard> = self.open.drain().map(|(_, heard)| heard).collect();
        for mut heard in open {
            heard.end_ms = Some(heard.start_ms + UNENDED_MS);
            if !self.give(heard) {
                return self.matcher.finish();
            }
        }
        let _ = self.batches.blocking_send(std::mem::take(&mut self.batch));
        self.matcher.finish()
    }
}
