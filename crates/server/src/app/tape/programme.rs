//! The task of a programme that is played for itself: an item of the library, or what was on a channel. It reads no source and writes nothing: all that there is of
//! its pieces stands on the tape at once, from the first to the last, so that players seek in it as they like.
//!
//! - Pieces stand one behind another as they come; what was left out between them is not missed.
//! - What has not been on yet is not shown: of a programme that is still on, the tape grows as time goes by.
//! - When all is there the tape has ended, without a fault: playlists end.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use telecast_core::schedule::TICKS_PER_MS;
use telecast_core::tuner::StreamKey;
use telecast_media::air::{self, Clock as Clocks, Place, Placed};
use telecast_media::segment::{Counters, Waiting};
use telecast_media::subtitles::Name;
use telecast_media::tape::{Index, Segment};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::own::answer;
use super::{COMMANDS, Command, Main, Room, Snapshot, Tape};
use crate::adapters::air_file::{AirFile, Aired};
use crate::adapters::clock::Clock;
use crate::adapters::past_files::PastFiles;
use crate::adapters::pieces::Piece;
use crate::adapters::programmes::{Failed, Head, Programme, Rundown, Shown};
use crate::adapters::stream::Fault;

/// How often it is looked how far viewers have come, and whether more has been on.
const LOOK: Duration = Duration::from_secs(1);

impl Tape {
    /// Starts the tape of a programme that is played for itself.
    pub fn programme(
        key: &StreamKey,
        programme: Arc<Programme>,
        room: &Room,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        let (_, trouble) = watch::channel(false);
        let (publish, snapshots) = watch::channel(Arc::new(Snapshot::empty()));
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let file = Arc::<AirFile>::default();
        let owner = Owner {
            name: key.channel.0.clone(),
            news: programme.watch(),
            programme,
            file: Arc::clone(&file),
            publish,
            clock,
            index: Index::default(),
            placed: Vec::new(),
            clocks: None,
            coming: VecDeque::new(),
            told: Told::default(),
        };
        let gone = CancellationToken::new();
        let (done, token) = (gone.clone().drop_guard(), stop.clone());
        crate::app::supervise("programme", async move {
            owner.run(inbox, token).await;
            drop(done);
        });
        Self {
            id: room.next_id(),
            main: Main::Programme(file),
            past: Arc::new(PastFiles::new(&room.directory(key))),
            playlists: Arc::default(),
            snapshots,
            trouble,
            commands,
            hurry: Arc::new(Notify::new()),
            stop,
            gone,
        }
    }
}

/// What was told last.
#[derive(Default, PartialEq)]
struct Told {
    segments: usize,
    ended: bool,
    progress: Option<(i64, i64)>,
}

struct Owner {
    name: String,
    programme: Arc<Programme>,
    news: watch::Receiver<Arc<Rundown>>,
    file: Arc<AirFile>,
    publish: watch::Sender<Arc<Snapshot>>,
    clock: Clock,
    index: Index,
    placed: Vec<Placed>,
    /// The clocks up to which they go; none: nobody knows.
    clocks: Option<Clocks>,
    /// What has not been on yet.
    coming: VecDeque<Arc<Segment>>,
    told: Told,
}

impl Owner {
    async fn run(mut self, mut inbox: mpsc::Receiver<Command>, stop: CancellationToken) {
        loop {
            let rundown = Arc::clone(&self.news.borrow_and_update());
            if let Some(failed) = &rundown.failed {
                self.tell(&rundown, Some(Arc::new(Fault::Missing(failed.clone()))));
                return;
            }
            if let Err(why) = self.place(&rundown).await {
                tracing::error!(why, programme = self.name, "a programme breaks off");
                self.tell(&rundown, Some(Arc::new(Fault::Missing(Failed::Broken(why)))));
                return;
            }
            let next = self.show(&rundown);
            self.programme.reach(self.heads());
            self.tell(&rundown, None);
            tokio::select! {
                () = tokio::time::sleep_until(next) => {}
                changed = self.news.changed() => if changed.is_err() { return },
                Some(command) = inbox.recv() => answer(command),
                () = stop.cancelled() => {
                    self.index.ended = true;
                    self.tell(&rundown, Some(Arc::new(Fault::Stopped)));
                    return;
                }
            }
        }
    }

    /// Puts new pieces behind those that are there; what cannot be read, and why, is an error: what stood behind it would have no number.
    async fn place(&mut self, rundown: &Rundown) -> Result<(), String> {
        for Shown { at, piece } in rundown.pieces.iter().skip(self.placed.len()) {
            let before = self.placed.last();
            let place = before.map_or_else(Place::default, |before| before.place.after(&before.piece));
            let place = Place { wall_ms: at.div_euclid(TICKS_PER_MS), ..place };
            let placed = Placed::new(place, Arc::clone(piece.outline()), before).with_texts(piece.texts());
            let (placed, clocks) = placed.eased(&piece.edges(), self.clocks);
            self.clocks = clocks;
            self.placed.push(placed.clone());
            self.file.push(Arc::new(Aired::Piece(placed.clone(), Arc::clone(piece))));
            let piece = Arc::clone(piece);
            // From the disk, page by page.
            let read = tokio::task::spawn_blocking(move || segments(&placed, &piece)).await;
            let read = read.map_err(|error| format!("reading a prepared piece has failed: {error}"))?;
            let found = read.map_err(|error| format!("a prepared piece cannot be read: {error}"))?;
            let is_early = |segment: &Arc<Segment>| wall_end(segment).is_some_and(|end| end <= rundown.from);
            let first = self.index.segments.is_empty() && self.coming.is_empty();
            self.coming.extend(found.into_iter().filter(|segment| !first || !is_early(segment)));
        }
        Ok(())
    }

    /// Shows what has been on; says when there will be more.
    fn show(&mut self, rundown: &Rundown) -> Instant {
        let now = self.clock.wall_ms() * TICKS_PER_MS;
        while let Some(segment) = self.coming.pop_front_if(|next| wall_end(next).is_none_or(|end| end <= now))
        {
            self.index.next_sequence = segment.sequence + 1;
            self.file.set(0, air::reach(&segment));
            self.index.segments.push_back(segment);
        }
        self.index.ended = rundown.complete && self.coming.is_empty();
        Instant::now() + LOOK
    }

    /// Where its viewers are.
    fn heads(&self) -> Vec<Head> {
        let head = |at: u64| {
            let number = self.placed.partition_point(|known| known.place.base + known.piece.bytes <= at);
            let into = self.placed.get(number).map_or(0.0, |known| {
                let share = at.saturating_sub(known.place.base) as f64 / known.piece.bytes.max(1) as f64;
                share * known.piece.length as f64
            });
            Head { piece: number, into: into as i64 }
        };
        self.file.heads().into_iter().map(head).collect()
    }

    fn tell(&mut self, rundown: &Rundown, fault: Option<Arc<Fault>>) {
        let told = Told {
            segments: self.index.segments.len(),
            ended: self.index.ended,
            progress: rundown.progress.filter(|_| !self.index.ended),
        };
        if fault.is_none() && told == self.told {
            return;
        }
        let first = self.index.segments.front();
        let texts: BTreeSet<Name> =
            rundown.pieces.iter().flat_map(|shown| shown.piece.text_names().to_vec()).collect();
        self.publish.send_replace(Arc::new(Snapshot {
            index: self.index.clone(),
            since: first.map_or(u64::MAX, |first| first.sequence),
            // Sessions are made for what it begins with: breaks may have fewer sounds.
            tracks: first.map_or(Vec::new(), |first| first.run.tracks.clone()),
            waiting: if first.is_some() { Waiting::Nothing } else { Waiting::KeyFrame },
            mapped: first.is_some(),
            fault,
            preparing: told.progress,
            counters: Counters { bytes: self.file.end(), ..Counters::default() },
            texts: texts.into_iter().collect(),
            ..Snapshot::empty()
        }));
        self.told = told;
    }
}

/// When a segment was over, in ticks as its piece has them.
fn wall_end(segment: &Segment) -> Option<i64> {
    Some(segment.wall_ms * TICKS_PER_MS + segment.end? - segment.start)
}

/// All segments of a piece, as they stand on the tape.
fn segments(placed: &Placed, piece: &Piece) -> std::io::Result<Vec<Arc<Segment>>> {
    let mut all = Vec::new();
    let mut at = placed.piece.start;
    loop {
        let found = piece.segments(at)?;
        let Some(end) = found.last().and_then(|last| last.end) else { return Ok(all) };
        all.extend(found.iter().filter_map(|own| placed.segment(own).map(Arc::new)));
        if end <= at {
            return Ok(all);
        }
        at = end;
    }
}
