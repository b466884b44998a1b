//! A derived tape's source: another tape, through a filter of pictures.
//!
//! One filter runs as long as what it is fed stays of one kind; where the parent's run has other tracks or another picture, it is let finish and the next
//! begins, which makes a new run here as well. So it is where a filter ends by itself. What it is fed has the parent's tape times, so clocks that
//! jump on air do not jump for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use telecast_core::playback::Recipe;
use telecast_core::transcode::Encoder;
use telecast_media::mpegts::Continuous;
use telecast_media::tape::{Index, Origin, Run, Setup, Track};
use telecast_media::ts::psi::Kind;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::{Snapshot, Tape};
use crate::adapters::ffmpeg::picture::{Job, Output, PictureFilter};
use crate::adapters::stream::Fault;
use crate::spawn::supervise;

/// Sound that the programme map announces is waited for this long before pictures are coded without it.
const SOUND: Duration = Duration::from_secs(2);
/// Bytes read from the parent at a time, whole packets.
const PIECE: u64 = 697 * 188;
/// Bytes behind the parent's edge at which coding does not keep up: it goes on at the edge. Eight seconds of a usual channel.
const BEHIND: u64 = 12 << 20;
/// A filter is given up when it says nothing although it has been fed in so many seconds.
const SILENT: u32 = 12;
const SECOND: Duration = Duration::from_secs(1);
/// A filter that ends by itself is followed by another, unless so many have ended, each within [`FRAIL`] of the one before.
const ENDS: u32 = 3;
const FRAIL: Duration = Duration::from_secs(60);

/// Where pictures come from, and what is made of them.
#[derive(Clone)]
pub struct Derived {
    /// The tape as it was broadcast.
    pub parent: Tape,
    /// How.
    pub recipe: Recipe,
    /// Who.
    pub encoder: Encoder,
    /// Tapes that must be gone before this one may begin: it uses their files.
    pub after: Vec<CancellationToken>,
}

impl Derived {
    pub(super) fn open(&self) -> Pictures {
        let (filters, running) = mpsc::channel(1);
        let unanswered = Arc::<AtomicU32>::default();
        let feeder = supervise("picture feeder", feed(self.clone(), filters, Arc::clone(&unanswered)));
        Pictures { running, output: None, unanswered, feeder }
    }
}

/// What comes out, filter after filter.
pub(super) struct Pictures {
    running: mpsc::Receiver<Result<Output, Fault>>,
    output: Option<Output>,
    /// Seconds in which the filter was fed since it last said something.
    unanswered: Arc<AtomicU32>,
    feeder: JoinHandle<()>,
}

impl Drop for Pictures {
    fn drop(&mut self) {
        self.feeder.abort();
    }
}

impl Pictures {
    /// Appends what has come to `buffer`; waits for the first byte.
    pub(super) async fn read(&mut self, buffer: &mut Vec<u8>) -> Result<usize, Fault> {
        loop {
            let Some(output) = &mut self.output else {
                // How long the parent takes is for the parent to judge.
                self.output = Some(self.running.recv().await.ok_or(Fault::Ended)??);
                continue;
            };
            match output.read(buffer, SECOND).await {
                Err(Fault::Ended) => self.output = None,
                // Fed with nothing, it has nothing to say.
                Err(Fault::Stalled) if self.unanswered.load(Ordering::Relaxed) < SILENT => {}
                Err(Fault::Stalled) => return Err(Fault::Filter("it says nothing any more".into())),
                come => {
                    self.unanswered.store(0, Ordering::Relaxed);
                    return come;
                }
            }
        }
    }
}

/// Starts filter after filter and feeds them, until the parent is over.
async fn feed(source: Derived, filters: mpsc::Sender<Result<Output, Fault>>, unanswered: Arc<AtomicU32>) {
    let mut ends = Ends::default();
    loop {
        let Some((snapshot, kind)) = begun(&source.parent).await else { return };
        let Some(mut reader) = Continuous::join(&snapshot.index) else {
            // Nothing that is kept begins with a key frame.
            if source.parent.watch().changed().await.is_err() {
                return;
            }
            continue;
        };
        let filter = match PictureFilter::start(&kind.job(&source)) {
            Ok(filter) => filter,
            Err(error) => {
                let _ = filters.send(Err(Fault::Filter(error.to_string()))).await;
                return;
            }
        };
        let input = filter.input();
        if filters.send(Ok(filter.close())).await.is_err() {
            return;
        }
        unanswered.store(0, Ordering::Relaxed);
        let tables = Bytes::from(std::mem::take(&mut reader.tables));
        let ended = match input.send(tables).await {
            Ok(()) => pump(&source.parent, &kind, &mut reader, (&input, &*unanswered)).await,
            Err(_) => Pumped::Broken,
        };
        match ended {
            Pumped::Changed => {}
            Pumped::Over => return,
            Pumped::Broken if source.parent.snapshot().fault.is_none() && ends.may_go_on() => {
                tracing::warn!("ffmpeg has ended amid a picture; it is started again");
                metrics::counter!("telecast_filters_failed_total").increment(1);
                tokio::time::sleep(SECOND).await;
            }
            Pumped::Broken => {
                let _ = filters.send(Err(Fault::Filter("ffmpeg has ended".into()))).await;
                return;
            }
        }
    }
}

/// How filters have ended of late.
#[derive(Default)]
struct Ends {
    last: Option<Instant>,
    count: u32,
}

impl Ends {
    /// One more has; whether another is to follow.
    fn may_go_on(&mut self) -> bool {
        let now = Instant::now();
        let again = self.last.replace(now).is_some_and(|last| now < last + FRAIL);
        self.count = if again { self.count + 1 } else { 1 };
        self.count < ENDS
    }
}

/// Why a filter is fed no more.
enum Pumped {
    /// What comes is of another kind.
    Changed,
    /// Nothing more comes.
    Over,
    /// It takes nothing more.
    Broken,
}

/// Feeds one filter until the parent is over, its kind changes, or the filter is gone.
async fn pump(
    parent: &Tape,
    kind: &Matter,
    reader: &mut Continuous,
    (input, unanswered): (&mpsc::Sender<Bytes>, &AtomicU32),
) -> Pumped {
    let mut news = parent.watch();
    let mut counted = Instant::now();
    loop {
        let snapshot = news.borrow_and_update().clone();
        if snapshot.newest_run().is_some_and(|run| !Matter::of(run).is_some_and(|now| kind.covers(&now))) {
            return Pumped::Changed;
        }
        let reach = Continuous::reach(&snapshot.index);
        if reach > reader.offset + BEHIND
            && let Some(edge) = Continuous::join(&snapshot.index)
        {
            tracing::warn!(bytes = reach - reader.offset, "coding does not keep up; it goes on at the edge");
            metrics::counter!("telecast_transcoders_skipped_total").increment(1);
            reader.offset = reader.offset.max(edge.offset);
        }
        while reader.offset < reach {
            let (begin, end) = (reader.offset, reach.min(reader.offset + PIECE));
            let main = parent.main.clone();
            let read = tokio::task::spawn_blocking(move || main.read(begin, end)).await;
            // Evicted meanwhile: it begins anew at the edge.
            let Ok(Ok(bytes)) = read else { return Pumped::Changed };
            let bytes = reader.pass(bytes, &snapshot.index);
            // Seconds count in which it takes nothing, too.
            let room = loop {
                if counted.elapsed() >= SECOND {
                    counted = Instant::now();
                    unanswered.fetch_add(1, Ordering::Relaxed);
                }
                if let Ok(room) = timeout(SECOND, input.reserve()).await {
                    break room;
                }
            };
            let Ok(room) = room else { return Pumped::Broken };
            room.send(bytes.into());
        }
        if snapshot.fault.is_some() || news.changed().await.is_err() {
            return Pumped::Over;
        }
    }
}

/// Waits for a picture, and a while for its sound. `None`: the parent is over.
async fn begun(parent: &Tape) -> Option<(std::sync::Arc<Snapshot>, Matter)> {
    let mut news = parent.watch();
    let mut until = None;
    loop {
        let snapshot = news.borrow_and_update().clone();
        if snapshot.fault.is_some() {
            return None;
        }
        if let Some(matter) = snapshot.newest_run().and_then(|run| Matter::of(run)) {
            let until = *until.get_or_insert_with(|| Instant::now() + SOUND);
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || heard(&snapshot.index) {
                return Some((snapshot, matter));
            }
            if let Ok(Err(_)) = timeout(left, news.changed()).await {
                return None;
            }
        } else {
            news.changed().await.ok()?;
        }
    }
}

/// Whether each sound of the newest run has been heard.
fn heard(index: &Index) -> bool {
    index.segments.back().is_some_and(|last| {
        last.run.tracks.iter().filter(|track| of_the_air(track)).all(|track| track.header().is_some())
    })
}

fn of_the_air(track: &Track) -> bool {
    track.kind.is_audio() && matches!(track.origin, Origin::Stream { .. })
}

/// What a filter is set up for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Matter {
    kind: Kind,
    video: u16,
    width: u32,
    height: u32,
    interlaced: bool,
    sounds: Vec<(u16, Kind)>,
}

impl Matter {
    fn of(run: &Run) -> Option<Self> {
        let video = run.tracks.iter().find(|track| track.kind.is_video())?;
        let Origin::Stream { pid } = video.origin else { return None };
        let picture = video.picture()?;
        let sounds = run.tracks.iter().filter(|track| of_the_air(track) && track.header().is_some());
        let sounds = sounds.filter_map(|track| match (track.origin, &track.setup) {
            (Origin::Stream { pid }, Some(Setup::Aac { .. } | Setup::Audio { .. })) => {
                Some((pid, track.kind))
            }
            _ => None,
        });
        Some(Self {
            kind: video.kind,
            video: pid,
            width: picture.width,
            height: picture.height,
            interlaced: picture.interlaced,
            sounds: sounds.collect(),
        })
    }

    /// Whether a filter set up for this takes `now` as well. A sound that has not been heard in a new run is no change.
    fn covers(&self, now: &Self) -> bool {
        let same = Self { sounds: self.sounds.clone(), ..now.clone() };
        same == *self && now.sounds.iter().all(|sound| self.sounds.contains(sound))
    }

    fn job(&self, source: &Derived) -> Job {
        Job {
            encoder: source.encoder,
            interlaced: self.interlaced,
            fields: source.recipe.fields,
            lines: source.recipe.lines.filter(|lines| *lines < self.height || self.height == 0),
            height: self.height,
            pids: std::iter::once(self.video).chain(self.sounds.iter().map(|(pid, _)| *pid)).collect(),
        }
    }
}
