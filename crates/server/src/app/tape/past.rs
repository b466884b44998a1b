//! Sound of the past, made when somebody asks for it ([`telecast_media::past`]).
//!
//! - One stretch of a tape at a time: whoever asks for a segment of it meanwhile waits for it, and whoever asks for another waits for its turn. So a stretch
//!   is made once, however many ask, and what a tape has in memory for it is bounded.
//! - What was made is kept in a file, and is the same for as long as its segments are there, also for the next start of the program.
//! - A filter that fails fails those who wait for that stretch; it is tried again with the next who asks, after a moment.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use telecast_media::past::{self, Place, Stretch};
use telecast_media::tape::{Index, Lane, TrackId};
use tokio::sync::{mpsc, oneshot};

use super::stretch::Stretches;
use super::{Command, Work};
use crate::adapters::ffmpeg::sound;
use crate::adapters::past_files::PastFiles;
use crate::adapters::tape_files::TapeFile;
use crate::app::say;
use crate::spawn::supervise;

/// A stretch that could not be made is not tried again before this: players ask again at once.
const REST: Duration = Duration::from_secs(1);

/// Somebody waits for the sound of a segment to be there.
pub(super) struct Asked {
    pub(super) track: TrackId,
    pub(super) sequence: u64,
    /// Says that it is there (or that it will never be), or why it cannot be made.
    pub(super) reply: oneshot::Sender<Result<(), String>>,
}

/// A stretch has been made, or read, or not.
pub(super) struct Made {
    place: Place,
    bytes: Result<Vec<u8>, String>,
}

/// What a tape makes for its past.
pub(super) struct Past {
    files: Arc<PastFiles>,
    main: Arc<TapeFile>,
    asked: Vec<Asked>,
    /// What is being made, and of what.
    job: Option<(Place, String)>,
    failed: Option<(Place, Duration, String)>,
    done: mpsc::Sender<Command>,
}

impl Past {
    /// For the tape with these files; `done` is where it hears of what was made.
    pub(super) fn new(files: Arc<PastFiles>, main: Arc<TapeFile>, done: mpsc::Sender<Command>) -> Self {
        Self { files, main, asked: Vec::new(), job: None, failed: None, done }
    }

    /// What is being made, for people.
    pub(super) fn work(&self) -> Option<Work> {
        let (place, name) = self.job.as_ref()?;
        Some(Work { name: name.clone(), kind: "audio", track: place.track, made_ms: 0 })
    }

    /// Somebody asks.
    pub(super) fn ask(&mut self, asked: Asked, index: &Index, now: Duration) {
        self.asked.push(asked);
        self.next(index, now);
    }

    /// A stretch has been made: it goes into the index. Who waits is told by [`Past::next`], once readers can see it.
    pub(super) fn done(&mut self, Made { place, bytes }: Made, index: &mut Index, now: Duration) {
        self.job = None;
        match bytes {
            Ok(bytes) => {
                if !past::install(index, &place, &bytes) {
                    // Evicted meanwhile, or spoilt by a power cut: if somebody still wants it, it is made anew.
                    self.files.remove(&place);
                }
            }
            Err(why) => {
                tracing::warn!(?place, why, "sound of the past cannot be made");
                metrics::counter!("telecast_filters_failed_total").increment(1);
                self.failed = Some((place, now, why));
            }
        }
    }

    /// What lies before the segment `first` has gone.
    pub(super) fn evict(&self, first: u64) {
        self.files.evict(first);
    }

    /// Answers what can be answered, and begins with what is wanted first.
    pub(super) fn next(&mut self, index: &Index, now: Duration) {
        let failed = self.failed.take_if(|(_, at, _)| now < *at + REST);
        let mut waiting = Vec::new();
        for asked in std::mem::take(&mut self.asked) {
            let lane = index.segment(asked.sequence).and_then(|segment| segment.lane(asked.track));
            let within = |place: &Place| {
                place.track == asked.track && (place.first..=place.last).contains(&asked.sequence)
            };
            if !lane.is_some_and(Lane::is_promised) {
                // Nobody waits who has gone.
                let _ = asked.reply.send(Ok(()));
            } else if let Some((_, _, why)) = failed.as_ref().filter(|(place, ..)| within(place)) {
                let _ = asked.reply.send(Err(why.clone()));
            } else if !asked.reply.is_closed() {
                waiting.push(asked);
            }
        }
        self.failed = failed;
        self.asked = waiting;
        if self.job.is_some() {
            return;
        }
        let Some(first) = self.asked.first() else { return };
        let Some(mut stretch) = Stretch::plan(index, first.track, first.sequence) else {
            let first = self.asked.remove(0);
            let _ = first.reply.send(Err("it is not there".into()));
            return;
        };
        let known = self.files.find(first.track, first.sequence);
        let place = known.unwrap_or(stretch.place);
        stretch.place = place;
        self.job = Some((place, format!("{} → aac (past)", say::codec_name(stretch.kind))));
        let (files, main, done) = (Arc::clone(&self.files), Arc::clone(&self.main), self.done.clone());
        supervise("past", async move {
            // Whatever becomes of the work, whoever waits is told.
            let (tell, made) = oneshot::channel();
            supervise("sound of the past", async move {
                let _ = tell.send(match known {
                    Some(place) => load(files, place).await,
                    None => make(stretch, files, main).await,
                });
            });
            let bytes = made.await.unwrap_or_else(|_| Err("something went wrong inside".into()));
            // A tape that is over needs nothing any more.
            let _ = done.send(Command::Made(Made { place, bytes })).await;
        });
    }
}

/// What was made before. What cannot be read is nothing, which fits no stretch and is removed.
async fn load(files: Arc<PastFiles>, place: Place) -> Result<Vec<u8>, String> {
    let read = tokio::task::spawn_blocking(move || files.load(&place));
    Ok(read.await.map_err(|error| error.to_string())?.unwrap_or_default())
}

/// Reads the source, has it filtered, and keeps what comes out.
async fn make(stretch: Stretch, files: Arc<PastFiles>, main: Arc<TapeFile>) -> Result<Vec<u8>, String> {
    let read = tokio::task::spawn_blocking(move || {
        let input = stretch.input(|begin, end| main.read(begin, end).map(Cow::Owned));
        input.map(|input| (stretch, input))
    });
    let read = read.await.map_err(|error| error.to_string())?;
    let (stretch, input) = read.map_err(|error| error.to_string())?;
    let made = match input {
        None => stretch.silent(),
        Some(input) => {
            let out = sound::whole(stretch.kind, &input.bytes, input.trim).await?;
            let mut begins = input.begins.into_iter();
            let (_, start) = begins.next().unwrap_or_default();
            let mut stretches = Stretches::new(start, input.rate);
            begins.for_each(|(fed, start)| stretches.begin(fed, start));
            stretch.made(&stretches.take(&out))
        }
    };
    let made = made.ok_or("nothing that can be used came out of ffmpeg")?;
    metrics::counter!("telecast_past_sound_made_total").increment(1);
    let written = tokio::task::spawn_blocking(move || files.write(&stretch.place, &made).map(|()| made));
    written
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("it cannot be written: {error}"))
}
