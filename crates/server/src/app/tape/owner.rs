//! The task that owns a tape while its source is connected.
//!
//! Begin: wait for whoever has the tuner or the files, take up what rests in the room, connect. Then: read, segment, write, publish.
//! After a fault: ask for the next source ([`Next`]); while there is one, what comes from it is a new run of the same tape.
//! End: close what is open, leave the files to the room.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use telecast_core::limits;
use telecast_core::tuner::Holder;
use telecast_media::journal::Journal;
use telecast_media::segment::{Counters, Segmenter, Start};
use telecast_media::tape::{Index, Rendition, TrackId};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::past::Past;
use super::room::{REFUSE_BELOW, Room};
use super::sounds::{Made, Sounds};
use super::{Command, Input, Next, Snapshot, Source};
use crate::adapters::clock::Clock;
use crate::adapters::past_files::PastFiles;
use crate::adapters::stream::Fault;
use crate::adapters::tape_files::TapeFile;
use crate::adapters::tape_journal::{Found, Pages, evict_sides, recover};
use crate::adapters::tape_writer::TapeWriter;

/// Once frames flow, the source is read this often: waking up for each packet would cost more than all parsing.
/// All tapes breathe at the same moments, so that one waking of a thread serves many.
const BREATH: Duration = Duration::from_millis(50);
/// Bytes read at a time at most; when that many have come at once, the source is not paced and is read on at once.
const READ: usize = 256 << 10;
/// Segments after which the source is read in breaths: the first ones are wanted at once.
const STEADY: usize = 3;
/// What is published although no part has closed: counters, and the end of waiting.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// A source that gave a picture and has been silent for this long is in trouble: viewers are told before it is given up.
const QUIET: Duration = Duration::from_secs(2);
/// A picture that has stood still for this long although bytes come is in trouble: longer than players hold, and than any broadcast needs
/// for the next part.
const STILL: Duration = Duration::from_secs(3);
/// A source of which bytes come and no picture for this long is given up for another, if there is one: longer than two groups of pictures.
const FRUITLESS: Duration = Duration::from_secs(8);
/// A full disk is tried again so often, this far apart: others need a moment to give up their oldest parts.
const TRIES: usize = 10;
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// What readers can see at the newest end of a tape. It differs whenever they could see something new.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Edge {
    /// Sequence of the next segment.
    next: u64,
    /// Sequence of the oldest segment of which something is to come.
    open: u64,
    /// Parts, and wholes, that are listed from there on, over all renditions.
    listed: usize,
    /// Whether a map has come.
    mapped: bool,
}

/// What there was to see when last there was more of it, and how many packets had come scrambled by then.
#[derive(Default)]
struct Shown {
    edge: Edge,
    at: Duration,
    scrambled: u64,
}

pub(super) struct Owner {
    name: String,
    directory: PathBuf,
    main: Arc<TapeFile>,
    writer: TapeWriter,
    room: Room,
    clock: Clock,
    publish: watch::Sender<Arc<Snapshot>>,
    troubled: watch::Sender<bool>,
    segmenter: Segmenter,
    sounds: Sounds,
    past: Past,
    files: Arc<PastFiles>,
    journal: Journal,
    pages: Pages,
    /// Up to which offset the room wants the tape to go.
    floor: watch::Receiver<u64>,
    since: u64,
    /// Bytes that had come when the source was connected.
    before: u64,
    trouble: Option<Arc<Fault>>,
    /// The box is being asked whether a recording has the tuner that is lost.
    asked: Option<oneshot::Receiver<Option<Holder>>>,
    /// It has given a picture: who plays it is told of trouble, and who wants to begin need not wait to hear of it.
    pictured: bool,
    /// What rested has been read: from here on another source may go on with it.
    taken_up: bool,
    /// Next sequence when bytes were last appended: a change means that a segment has begun.
    appended: u64,
    relay: bool,
    /// What was published last, and when.
    shown: (Edge, Duration),
    reported: Counters,
}

impl Owner {
    pub(super) fn new(
        name: String,
        directory: PathBuf,
        (main, files): (Arc<TapeFile>, Arc<PastFiles>),
        room: Room,
        clock: Clock,
        (publish, troubled): (watch::Sender<Arc<Snapshot>>, watch::Sender<bool>),
        (made, commands): (Made, mpsc::Sender<Command>),
    ) -> Self {
        Self {
            segmenter: Segmenter::new(Start::default()),
            sounds: Sounds::new(directory.clone(), made),
            past: Past::new(Arc::clone(&files), Arc::clone(&main), commands),
            files,
            journal: Journal::new(&name, 0),
            pages: Pages::new(&directory),
            floor: watch::channel(0).1,
            name,
            directory,
            writer: TapeWriter::new(Arc::clone(&main)),
            main,
            room,
            clock,
            publish,
            troubled,
            since: u64::MAX,
            before: 0,
            trouble: None,
            asked: None,
            pictured: false,
            taken_up: false,
            appended: 0,
            relay: false,
            shown: (Edge::default(), Duration::ZERO),
            reported: Counters::default(),
        }
    }

    pub(super) async fn run(
        mut self,
        (mut source, next): (Source, Next),
        mut inbox: mpsc::Receiver<Command>,
        mut filtered: mpsc::Receiver<(u64, Bytes)>,
        stop: CancellationToken,
    ) {
        let first = source.clone();
        if self.meanwhile(first.clear(), &mut inbox, &mut filtered, &stop).await.is_none() {
            self.publish(Some(Arc::new(Fault::Stopped)));
            return;
        }
        let stay = self.room.begin(&self.directory, &self.main).await;
        self.floor = stay.floor.clone();
        let mut fault = Arc::new(self.play(&source, &mut inbox, &mut filtered, &stop).await);
        while !stop.is_cancelled() && self.taken_up {
            tracing::info!(%source, %fault, "a source has gone");
            let (silent, pictured) = self.lose(&fault);
            if matches!(*fault, Fault::Ended) {
                self.asked = source.ask_who_records(self.clock);
            }
            let wanted = next.source(Arc::clone(&fault), silent, pictured);
            let found = self.meanwhile(wanted, &mut inbox, &mut filtered, &stop).await.flatten();
            let Some(found) = found else { break };
            source = found;
            fault = Arc::new(self.reopen(&source, &mut inbox, &mut filtered, &stop).await);
        }
        if !stop.is_cancelled() {
            tracing::info!(source = %source, %fault, "a tape has ended");
        }
        self.segmenter.interrupt();
        self.segmenter.index_mut().ended = true;
        if let Err(error) = self.writer.close().await {
            tracing::warn!(%error, tape = self.name, "the end of the tape cannot be written");
        }
        self.write_index();
        self.publish(Some(fault));
        stay.end().await;
    }

    /// Serves readers until `what` is done; none if the tape is to stop before.
    async fn meanwhile<T>(
        &mut self,
        what: impl Future<Output = T>,
        inbox: &mut mpsc::Receiver<Command>,
        filtered: &mut mpsc::Receiver<(u64, Bytes)>,
        stop: &CancellationToken,
    ) -> Option<T> {
        tokio::pin!(what);
        loop {
            tokio::select! {
                done = &mut what => return Some(done),
                Some((tag, bytes)) = filtered.recv() => {
                    self.sounds.take(tag, &bytes, &mut self.segmenter, self.clock.steady_ms());
                    self.publish_news();
                }
                Some(command) = inbox.recv() => self.command(command),
                Ok(()) = self.floor.changed() => self.evict(),
                by = answered(&mut self.asked) => self.recorded_by(by),
                () = stop.cancelled() => return None,
            }
        }
    }

    /// The source has gone: what came is closed, and readers are told. Says whether it was silent, and whether it gave a picture.
    fn lose(&mut self, fault: &Arc<Fault>) -> (bool, bool) {
        let silent = self.segmenter.counters().bytes == self.before;
        self.segmenter.interrupt();
        self.write_index();
        let next = self.segmenter.index().next_sequence;
        let pictured = next > std::mem::replace(&mut self.since, next);
        self.pictured |= pictured;
        // A recording that had the tuner a moment ago is named until the box has been asked again.
        if self.pictured && !(matches!(**fault, Fault::Ended) && self.is_recorded()) {
            self.trouble = Some(Arc::clone(fault));
        }
        self.publish(None);
        (silent, pictured)
    }

    fn is_recorded(&self) -> bool {
        matches!(self.trouble.as_deref(), Some(Fault::Recording(_)))
    }

    /// The box has said which recording has the tuner, if any; that is news only while nothing comes.
    fn recorded_by(&mut self, by: Option<Holder>) {
        if self.trouble.is_none() {
            return;
        }
        match by {
            Some(by) => self.trouble = Some(Arc::new(Fault::Recording(by))),
            None if self.is_recorded() => self.trouble = Some(Arc::new(Fault::Ended)),
            None => return,
        }
        self.publish(None);
    }

    /// From the next source to its end.
    async fn reopen(
        &mut self,
        source: &Source,
        inbox: &mut mpsc::Receiver<Command>,
        filtered: &mut mpsc::Receiver<(u64, Bytes)>,
        stop: &CancellationToken,
    ) -> Fault {
        self.before = self.segmenter.counters().bytes;
        match self.meanwhile(source.open(|_| ()), inbox, filtered, stop).await {
            Some(Ok(stream)) => self.follow(source, stream, inbox, filtered, stop).await,
            Some(Err(fault)) => fault,
            None => Fault::Stopped,
        }
    }

    /// From the first question to the receiver to the end of the stream.
    async fn play(
        &mut self,
        source: &Source,
        inbox: &mut mpsc::Receiver<Command>,
        filtered: &mut mpsc::Receiver<(u64, Bytes)>,
        stop: &CancellationToken,
    ) -> Fault {
        let (directory, main, room) = (self.directory.clone(), Arc::clone(&self.main), self.room.clone());
        let files = Arc::clone(&self.files);
        let ready = async { tokio::join!(past(directory, main, files), room.make_space()) };
        let (tell, mut relayed) = oneshot::channel();
        let opening = source.open(|relay| {
            let _ = tell.send(relay);
        });
        tokio::pin!(ready, opening);
        // The receiver tunes while the past is read; commands wait for that.
        let (mut stream, mut taken_up, mut asked) = (None, false, false);
        while stream.is_none() || !taken_up {
            tokio::select! {
                (past, free) = &mut ready, if !taken_up => {
                    if free < REFUSE_BELOW {
                        return Fault::DiskFull("hardly any space is left".into());
                    }
                    self.take_up(source, past);
                    taken_up = true;
                }
                relay = &mut relayed, if !asked => {
                    // Of a source that could not even be looked up nothing is known.
                    (self.relay, asked) = (relay.unwrap_or(false), true);
                    self.publish(None);
                }
                opened = &mut opening, if stream.is_none() => stream = Some(opened),
                Some(command) = inbox.recv(), if taken_up => self.command(command),
                () = stop.cancelled() => return Fault::Stopped,
            }
        }
        match stream.unwrap_or(Err(Fault::Stopped)) {
            Ok(stream) => {
                self.publish(None);
                self.follow(source, stream, inbox, filtered, stop).await
            }
            Err(fault) => fault,
        }
    }

    /// Goes on with what was found.
    fn take_up(&mut self, source: &Source, past: Option<Found>) {
        // Sequences never fall, even if a later tape of the channel begins with an empty index.
        let fresh = (self.clock.wall_ms() / 2000).max(0) as u64;
        let (index, sides) = past.map_or_else(Default::default, |past| (past.index, past.sides));
        let start = Start { programme: source.programme(), sequence: fresh, offset: self.main.end() };
        self.segmenter = Segmenter::resume(start, index);
        self.since = self.segmenter.index().next_sequence;
        self.appended = self.since;
        self.journal = Journal::new(&self.name, self.since);
        self.sounds.sides = sides.into_iter().collect();
        self.reported = self.segmenter.counters();
        self.before = self.reported.bytes;
        self.taken_up = true;
    }

    async fn follow(
        &mut self,
        source: &Source,
        mut stream: Input,
        inbox: &mut mpsc::Receiver<Command>,
        filtered: &mut mpsc::Receiver<(u64, Bytes)>,
        stop: &CancellationToken,
    ) -> Fault {
        let mut input = Vec::with_capacity(READ);
        let mut output = Vec::with_capacity(READ);
        let mut due = Instant::now();
        let begun = self.segmenter.counters();
        let mut scrambled_since = None;
        let mut shown = Shown { at: self.clock.uptime(), ..Shown::default() };
        let mut heard = Instant::now();
        loop {
            input.clear();
            let next = self.segmenter.index().next_sequence;
            let (pictured, steady) = (next > self.since, next > self.since + STEADY as u64);
            let read = async {
                if steady {
                    tokio::time::sleep_until(due).await;
                }
                // Whatever else is done meanwhile, it has been silent since it was heard.
                stream.read(&mut input, limits::STREAM_STALL.saturating_sub(heard.elapsed())).await
            };
            let come = tokio::select! {
                come = read => come,
                Some((tag, bytes)) = filtered.recv() => {
                    self.sounds.take(tag, &bytes, &mut self.segmenter, self.clock.steady_ms());
                    self.publish_news();
                    Ok(0)
                }
                Some(command) = inbox.recv() => { self.command(command); Ok(0) }
                Ok(()) = self.floor.changed() => { self.evict(); Ok(0) }
                by = answered(&mut self.asked) => { self.recorded_by(by); Ok(0) }
                () = tokio::time::sleep_until(heard + QUIET), if pictured && self.trouble.is_none() => {
                    self.trouble = Some(Arc::new(Fault::Stalled));
                    self.publish(None);
                    Ok(0)
                }
                () = stop.cancelled() => return Fault::Stopped,
            };
            if let Err(fault) = come {
                return fault;
            }
            if input.is_empty() {
                continue;
            }
            heard = Instant::now();
            // An input that fills the buffer is not paced by a broadcast: read on.
            due = if input.len() < READ { self.next_breath() } else { Instant::now() };
            output.clear();
            let offset = self.segmenter.offset();
            self.segmenter.push(&input, self.clock.wall_ms(), &mut output);
            if let Err(fault) = self.append(offset, &output).await {
                return fault;
            }
            let now = self.clock.uptime();
            self.sounds.tap_early(&mut self.segmenter, now);
            self.sounds.feed(&mut self.segmenter, now);
            self.write_index();
            self.look(&mut shown);
            self.publish_news();
            let is_scrambled = self.is_scrambled(&begun, now, &mut scrambled_since);
            if source.has_others() && (is_scrambled || now >= shown.at + FRUITLESS) {
                return if is_scrambled { Fault::Scrambled } else { Fault::Stalled };
            }
        }
    }

    /// Bytes have come: is there more to see of them than before? What comes scrambled or damaged amid a programme gives none.
    fn look(&mut self, shown: &mut Shown) {
        let edge = self.edge();
        let (scrambled, now) = (self.segmenter.counters().scrambled_packets, self.clock.uptime());
        if edge != shown.edge {
            *shown = Shown { edge, at: now, scrambled };
            if edge.next > self.since {
                self.trouble = None;
            }
            return;
        }
        let is_scrambled = scrambled > shown.scrambled;
        let patience = if is_scrambled { QUIET } else { STILL };
        if edge.next > self.since && self.trouble.is_none() && now >= shown.at + patience {
            self.trouble = Some(Arc::new(if is_scrambled { Fault::Scrambled } else { Fault::Stalled }));
            self.publish(None);
        }
    }

    /// Whether a source that was connected when `begun` was counted has been scrambled for too long: from its start on, or since it gave
    /// its last picture.
    fn is_scrambled(&self, begun: &Counters, now: Duration, since: &mut Option<Duration>) -> bool {
        if self.segmenter.index().next_sequence > self.since {
            return matches!(self.trouble.as_deref(), Some(Fault::Scrambled));
        }
        let is = self.segmenter.counters().is_scrambled_since(begun);
        *since = is.then(|| since.unwrap_or(now));
        since.is_some_and(|since| now >= since + limits::SCRAMBLED_SWITCH)
    }

    /// The next moment at which all tapes read.
    fn next_breath(&self) -> Instant {
        let into = self.clock.uptime().as_micros() % BREATH.as_micros();
        Instant::now() + BREATH.saturating_sub(Duration::from_micros(into as u64))
    }

    /// Writes what has come. A full disk: the oldest of all tapes goes first; if that does not help, this tape ends.
    async fn append(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.is_empty() {
            return Ok(());
        }
        let next = self.segmenter.index().next_sequence;
        let begins = std::mem::replace(&mut self.appended, next) != next;
        let mut fault = None;
        for attempt in 0..TRIES {
            let Err(error) = self.writer.append(offset, bytes, self.clock.steady_ms(), begins).await else {
                return Ok(());
            };
            if attempt == 0 {
                tracing::warn!(%error, tape = self.name, "the tape cannot be written; the oldest of all tapes goes");
                metrics::counter!("telecast_tape_disk_full_total").increment(1);
            } else {
                tokio::time::sleep(TRY_AGAIN).await;
            }
            fault = Some(Fault::DiskFull(error.to_string()));
            self.room.make_space().await;
            self.evict();
        }
        fault.map_or(Ok(()), Err)
    }

    /// Drops what the room wants to go.
    fn evict(&mut self) {
        let floor = *self.floor.borrow_and_update();
        let index = self.segmenter.index_mut();
        if !index.evict(floor) {
            return;
        }
        let Some(first) = index.segments.front().cloned() else { return };
        self.main.evict(floor.min(first.first_byte()));
        evict_sides(index, self.sounds.sides.iter().map(|(id, side)| (*id, &**side)));
        self.past.evict(first.sequence);
        if let Err(error) = self.pages.evict(first.sequence) {
            tracing::warn!(%error, tape = self.name, "evicted pages of the index cannot be removed");
        }
        self.publish(None);
    }

    /// Writes to disk what has become complete.
    fn write_index(&mut self) {
        let pages = self.journal.write(self.segmenter.index());
        if pages.is_empty() {
            return;
        }
        if let Err(error) = self.pages.append(pages) {
            tracing::warn!(%error, tape = self.name, "the index cannot be written; it waits");
        }
        self.report();
    }

    /// Publishes if a reader could see something new.
    fn publish_news(&mut self) {
        let edge = self.edge();
        let now = self.clock.uptime();
        let starting = self.segmenter.index().next_sequence <= self.since + STEADY as u64;
        if starting || edge != self.shown.0 || now >= self.shown.1 + HEARTBEAT {
            self.publish(None);
        }
    }

    /// What readers could see now.
    fn edge(&self) -> Edge {
        let index = self.segmenter.index();
        let mut open = index.newest().skip_while(|segment| segment.is_complete()).peekable();
        let oldest = open.peek().map_or(index.next_sequence, |segment| segment.sequence);
        let listed = open.map(|segment| {
            let Some(cutting) = segment.lanes.first().map(|lane| lane.track) else { return 0 };
            let others = segment.lanes.iter().skip(1).map(|lane| Some(lane.track));
            let count = |audio: Option<TrackId>| {
                let listed = Index::listed(segment, Rendition { video: Some(cutting), audio }, None);
                listed.parts + usize::from(listed.whole)
            };
            count(None) + others.map(count).sum::<usize>()
        });
        Edge {
            next: index.next_sequence,
            open: oldest,
            listed: listed.sum(),
            mapped: self.segmenter.map().is_some(),
        }
    }

    fn publish(&mut self, fault: Option<Arc<Fault>>) {
        self.shown = (self.edge(), self.clock.uptime());
        let tracks = self.segmenter.tracks().iter();
        self.publish.send_replace(Arc::new(Snapshot {
            index: self.segmenter.index().clone(),
            since: self.since,
            tracks: tracks.filter(|track| !self.segmenter.is_absent(track)).cloned().collect(),
            waiting: self.segmenter.waiting(),
            mapped: self.segmenter.map().is_some(),
            fault,
            trouble: self.trouble.clone(),
            counters: self.segmenter.counters(),
            pids: self.segmenter.pids(),
            work: self.sounds.work().into_iter().chain(self.past.work()).collect(),
            sides: Arc::new(self.sounds.sides.clone()),
            preparing: None,
            relay: self.relay,
            texts: Vec::new(),
        }));
        // Whoever is called by this finds the news above.
        self.troubled.send_if_modified(|told| {
            std::mem::replace(told, self.trouble.is_some()) != self.trouble.is_some()
        });
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Warm(kind) => self.sounds.warm(kind),
            Command::Rest(from) => self.sounds.rest(from, self.clock.uptime()),
            Command::Ask(asked) => {
                self.past.ask(asked, self.segmenter.index(), self.clock.uptime());
            }
            Command::Made(made) => {
                self.past.done(made, self.segmenter.index_mut(), self.clock.uptime());
                self.publish(None);
                self.past.next(self.segmenter.index(), self.clock.uptime());
            }
            Command::Derive(from, reply) => {
                let _ = reply.send(self.sounds.derive(from, &mut self.segmenter));
                self.publish(None);
            }
        }
    }

    /// Adds to the program's figures what was counted since the last time.
    fn report(&mut self) {
        let (now, before) = (self.segmenter.counters(), self.reported);
        metrics::counter!("telecast_tape_written_bytes_total").increment(now.bytes - before.bytes);
        metrics::counter!("telecast_tape_lost_packets_total")
            .increment(now.lost_packets - before.lost_packets);
        metrics::counter!("telecast_tape_silent_frames_total")
            .increment(now.silent_frames.saturating_sub(before.silent_frames));
        metrics::counter!("telecast_tape_runs_total").increment(now.runs - before.runs);
        self.reported = now;
    }
}

/// The answer, once there is one; then nothing is asked any more.
async fn answered(asked: &mut Option<oneshot::Receiver<Option<Holder>>>) -> Option<Holder> {
    match asked {
        Some(answer) => {
            let said = answer.await.unwrap_or_default();
            *asked = None;
            said
        }
        None => std::future::pending().await,
    }
}

/// What rests in the folder; `None` if it cannot be read.
async fn past(directory: PathBuf, main: Arc<TapeFile>, files: Arc<PastFiles>) -> Option<Found> {
    let read = tokio::task::spawn_blocking(move || {
        let found = recover(&directory, &main)?;
        files.adopt()?;
        Ok::<_, std::io::Error>(found)
    })
    .await;
    match read {
        Ok(Ok(found)) => Some(found),
        Ok(Err(error)) => {
            tracing::warn!(%error, "what rests of a tape cannot be read");
            None
        }
        Err(_) => None,
    }
}
