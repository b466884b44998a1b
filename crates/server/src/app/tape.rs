//! The owner of a tape: one task that reads a source, feeds the segmenter, writes the files and publishes snapshots.
//! Readers hold snapshots and files; they never speak to the task, so a slow one disturbs nobody.

use crate::adapters::clock::Clock;
use crate::adapters::enigma2::Client;
use crate::adapters::ffmpeg::AudioFilter;
use crate::adapters::stream::{Fault, Stream};
use crate::adapters::tape_files::{TapeFile, free_space};
use crate::app::shelf::Playlists;
use crate::app::stretch::Stretch;
use bytes::Bytes;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use telecast_core::limits;
use telecast_core::lineup::ServiceRef;
use telecast_media::segment::{Counters, Segmenter, Start, Waiting};
use telecast_media::tape::{Index, Origin, Rendition, Track, TrackId};
use telecast_media::ts::psi::Kind;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Once frames flow, the source is read this often: waking up for each packet would cost more than all parsing.
/// All tapes breathe at the same moments, so that one waking of a thread serves many.
const BREATH: Duration = Duration::from_millis(50);
/// Bytes read at a time at most; when that many have come at once, the source is not paced and is read on at once.
const READ: usize = 256 << 10;
/// Segments after which the source is read in breaths: the first ones are wanted at once.
const STEADY: usize = 3;
/// Commands that may wait.
const COMMANDS: usize = 64;
/// Sound that may have to be transcoded is kept from the map on for this long: whoever asks for it first asks within that time.
const EARLY_TAP: Duration = Duration::from_secs(15);
/// A filter that ends is not started again before this.
const FILTER_REST: Duration = Duration::from_secs(1);
/// With less free than this, no tape begins (bytes).
const REFUSE_BELOW: u64 = 64 << 20;
/// Newest segments whose parts can still become listed once the first ones are over.
const EDGE: usize = 4;
/// What is published although no part has closed: counters, and the end of waiting.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// The disk's free space is looked at this often.
const DISK_LOOK: Duration = Duration::from_secs(5);
/// Never evicted, whatever the disk says: what players without parts need (ticks).
const KEPT: i64 = 60 * telecast_media::time::HZ;

/// How long tapes are kept.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// Where tapes lie.
    pub directory: PathBuf,
    /// How much of the past.
    pub window: Duration,
    /// Bytes of all tapes together.
    pub budget: u64,
    /// Bytes that stay free on the file system.
    pub minimum_free: u64,
}

/// Bytes on disk of all tapes.
pub type Usage = Arc<AtomicU64>;

/// What readers see.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Segments, parts, frames.
    pub index: Index,
    /// Tracks of the programme as far as known.
    pub tracks: Vec<Track>,
    /// What keeps the first frame from coming.
    pub waiting: Waiting,
    /// A programme map has come.
    pub mapped: bool,
    /// Why the tape has ended.
    pub fault: Option<Arc<Fault>>,
    /// What was counted.
    pub counters: Counters,
    /// Files of derived sound.
    pub sides: Arc<HashMap<TrackId, Arc<TapeFile>>>,
    /// Connected to the source.
    pub connected: bool,
}

enum Command {
    Derive(TrackId, oneshot::Sender<TrackId>),
    Rest(TrackId),
    Warm(Kind),
}

/// A handle on a tape; cheap to clone. The tape ends by its token, not by dropping handles.
#[derive(Clone)]
pub struct Tape {
    /// Distinguishes tapes of one channel.
    pub id: u64,
    /// Bytes of the programme.
    pub main: Arc<TapeFile>,
    /// Its newest playlists.
    pub playlists: Arc<Playlists>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    commands: mpsc::Sender<Command>,
    stop: CancellationToken,
    gone: CancellationToken,
}

impl Tape {
    /// Starts a tape that reads `source`.
    pub fn start(
        id: u64,
        source: Source,
        keeping: Keeping,
        usage: Usage,
        clock: Clock,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let directory = keeping.directory.join(format!("{id:08}"));
        let main = Arc::new(TapeFile::create(&directory, "ts")?);
        // Sequences never fall, even if a later tape of the channel begins with an empty index.
        let sequence = (clock.wall_ms() / 2000).max(0) as u64;
        let segmenter = Segmenter::new(Start { programme: source.programme(), sequence, offset: 0 });
        let (publish, snapshots) = watch::channel(Arc::new(Snapshot {
            index: Index::default(),
            tracks: Vec::new(),
            waiting: Waiting::ProgrammeMap,
            mapped: false,
            fault: None,
            counters: Counters::default(),
            sides: Arc::default(),
            connected: false,
        }));
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let (made, filtered) = mpsc::channel(64);
        let owner = Owner {
            segmenter,
            main: Arc::clone(&main),
            directory,
            publish,
            derived: Vec::new(),
            warm: None,
            made,
            tags: 0,
            keeping,
            usage,
            counted: 0,
            clock,
            connected: false,
            looked: Duration::ZERO,
            pressed: false,
            early: None,
            shown: ((0, 0, false), Duration::ZERO),
            reported: Counters::default(),
        };
        let gone = CancellationToken::new();
        let done = gone.clone().drop_guard();
        let token = stop.clone();
        crate::app::supervise("tape", async move {
            owner.run(source, inbox, filtered, token).await;
            drop(done);
        });
        Ok(Self { id, main, playlists: Arc::default(), snapshots, commands, stop, gone })
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    /// To wait for the next one.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// Asks for AAC made from `from`, as long as the answer is held.
    pub async fn derive(&self, from: TrackId) -> Option<Need> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Derive(from, reply)).await.ok()?;
        let track = answer.await.ok()?;
        Some(Need { track, from, commands: self.commands.clone() })
    }

    /// Starts a filter before it is known to be needed.
    pub fn warm(&self, kind: Kind) {
        let _ = self.commands.try_send(Command::Warm(kind));
    }

    /// Ends the tape.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Cancelled once the tape has ended, its connection is closed and its files are removed.
    pub fn gone(&self) -> &CancellationToken {
        &self.gone
    }

    /// Bytes `begin..end` of the file that a track's frames lie in.
    pub fn read(
        &self,
        snapshot: &Snapshot,
        track: TrackId,
        origin: Origin,
        begin: u64,
        end: u64,
    ) -> std::io::Result<Vec<u8>> {
        match origin {
            Origin::Stream { .. } => self.main.read(begin, end),
            Origin::Derived { .. } => {
                snapshot.sides.get(&track).ok_or(std::io::ErrorKind::NotFound)?.read(begin, end)
            }
        }
    }
}

/// Somebody needs derived sound. When nobody has for [`limits::IDLE`], its filter is stopped.
pub struct Need {
    /// Name of the derived track.
    pub track: TrackId,
    /// Track that it is made from.
    pub from: TrackId,
    commands: mpsc::Sender<Command>,
}

impl Drop for Need {
    fn drop(&mut self) {
        // A queue that is full means that the filter runs on until the tape ends: harmless.
        let _ = self.commands.try_send(Command::Rest(self.from));
    }
}

/// Where a tape's bytes come from.
#[derive(Clone)]
pub struct Source {
    /// The receiver.
    pub client: Client,
    /// What to ask it for.
    pub service: ServiceRef,
    /// Tapes that must be gone before this one may connect: it uses their tuner.
    pub after: Vec<CancellationToken>,
}

impl Source {
    fn programme(&self) -> Option<u16> {
        (!self.service.is_iptv())
            .then(|| u16::try_from(self.service.sid).ok())
            .flatten()
            .filter(|sid| *sid > 0)
    }

    async fn open(&self) -> Result<Stream, Fault> {
        for before in &self.after {
            before.cancelled().await;
        }
        let (url, credentials) = self
            .client
            .stream_url(&self.service)
            .await
            .map_err(|trouble| Fault::Unreachable(trouble.to_string()))?;
        Stream::open(&url, credentials.as_ref()).await
    }
}

/// Sound being made from another track.
struct Derived {
    from: TrackId,
    id: TrackId,
    kind: Kind,
    side: Arc<TapeFile>,
    offset: u64,
    /// Sessions that need it, and since when none does.
    needs: usize,
    resting_since: Option<Duration>,
    filter: Option<AudioFilter>,
    /// No filter is started before this.
    not_before: Duration,
    /// What comes out of each filter, by tag.
    stretches: HashMap<u64, Stretch>,
}

impl Derived {
    /// A stretch of frames without a hole begins at sample `start`: it gets a filter of its own, a warm one if there is one.
    fn begin(
        &mut self,
        start: i64,
        warm: Option<(Kind, u64, AudioFilter)>,
        tag: u64,
        made: &mpsc::Sender<(u64, Bytes)>,
    ) {
        let filter = match warm {
            Some((_, tag, filter)) => Ok((tag, filter)),
            None => AudioFilter::start(self.kind, tag, made.clone()).map(|filter| (tag, filter)),
        };
        match filter {
            Ok((tag, filter)) => {
                self.stretches.insert(tag, Stretch::new(start));
                self.filter = Some(filter);
            }
            Err(error) => tracing::warn!(%error, "ffmpeg cannot be started; is it installed?"),
        }
    }
}

struct Owner {
    segmenter: Segmenter,
    main: Arc<TapeFile>,
    directory: PathBuf,
    publish: watch::Sender<Arc<Snapshot>>,
    derived: Vec<Derived>,
    warm: Option<(Kind, u64, AudioFilter)>,
    made: mpsc::Sender<(u64, Bytes)>,
    tags: u64,
    keeping: Keeping,
    usage: Usage,
    counted: u64,
    clock: Clock,
    connected: bool,
    looked: Duration,
    pressed: bool,
    /// Tracks whose frames are kept although nobody has asked yet, and since when.
    early: Option<(Duration, Vec<TrackId>)>,
    /// What was published last, and when.
    shown: (Edge, Duration),
    reported: Counters,
}

/// What readers can see of an index: the next sequence, listed parts at the edge, and whether a map has come.
type Edge = (u64, usize, bool);

impl Owner {
    async fn run(
        mut self,
        source: Source,
        mut inbox: mpsc::Receiver<Command>,
        mut filtered: mpsc::Receiver<(u64, Bytes)>,
        stop: CancellationToken,
    ) {
        let full = free_space(&self.keeping.directory).is_ok_and(|free| free < REFUSE_BELOW);
        let opening = source.open();
        tokio::pin!(opening);
        let opened = loop {
            if full {
                break Err(Fault::DiskFull("hardly any space is left".into()));
            }
            tokio::select! {
                opened = &mut opening => break opened,
                Some(command) = inbox.recv() => self.command(command),
                () = stop.cancelled() => break Err(Fault::Ended),
            }
        };
        let fault = match opened {
            Ok(stream) => {
                self.connected = true;
                self.publish(None);
                self.follow(stream, &mut inbox, &mut filtered, &stop).await
            }
            Err(fault) => fault,
        };
        if !stop.is_cancelled() {
            tracing::info!(service = %source.service, %fault, "a tape has ended");
        }
        self.segmenter.interrupt();
        self.segmenter.index_mut().ended = true;
        self.publish(Some(fault));
        self.usage.fetch_sub(self.counted, Ordering::Relaxed);
        // Readers keep open what they read.
        if let Err(error) = std::fs::remove_dir_all(&self.directory) {
            tracing::warn!(%error, "a tape's directory cannot be removed");
        }
    }

    async fn follow(
        &mut self,
        mut stream: Stream,
        inbox: &mut mpsc::Receiver<Command>,
        filtered: &mut mpsc::Receiver<(u64, Bytes)>,
        stop: &CancellationToken,
    ) -> Fault {
        let mut input = Vec::with_capacity(READ);
        let mut output = Vec::with_capacity(READ);
        let mut due = Instant::now();
        loop {
            input.clear();
            let steady = self.segmenter.index().segments.len() > STEADY;
            let read = async {
                if steady {
                    tokio::time::sleep_until(due).await;
                }
                stream.read(&mut input, limits::STREAM_STALL).await
            };
            let come = tokio::select! {
                come = read => come,
                Some((tag, bytes)) = filtered.recv() => {
                    if let Err(fault) = self.take_filtered(tag, &bytes) {
                        return fault;
                    }
                    self.publish_news();
                    Ok(0)
                }
                Some(command) = inbox.recv() => { self.command(command); Ok(0) }
                () = stop.cancelled() => return Fault::Ended,
            };
            if let Err(fault) = come {
                return fault;
            }
            if input.is_empty() {
                continue;
            }
            // An input that fills the buffer is not paced by a broadcast: read on.
            due = if input.len() < READ { self.next_breath() } else { Instant::now() };
            output.clear();
            let offset = self.segmenter.offset();
            self.segmenter.push(&input, self.clock.wall_ms(), &mut output);
            if let Err(fault) = self.append(offset, &output) {
                return fault;
            }
            self.tap_early();
            self.feed();
            self.evict();
            self.publish_news();
        }
    }

    /// The next moment at which all tapes read.
    fn next_breath(&self) -> Instant {
        let into = self.clock.uptime().as_micros() % BREATH.as_micros();
        Instant::now() + BREATH.saturating_sub(Duration::from_micros(into as u64))
    }

    /// Keeps the frames of sound that browsers cannot decode, until somebody has had the time to ask for them: so derived sound
    /// begins with the picture.
    fn tap_early(&mut self) {
        let now = self.clock.uptime();
        match &self.early {
            None if self.segmenter.map().is_some() => {
                let foreign = |kind: Kind| kind.is_audio() && kind != Kind::AacAdts;
                let tracks: Vec<TrackId> = self
                    .segmenter
                    .tracks()
                    .iter()
                    .filter(|track| foreign(track.kind))
                    .map(|track| track.id)
                    .collect();
                for id in &tracks {
                    self.segmenter.tap(*id, true);
                }
                self.early = Some((now, tracks));
            }
            Some((since, tracks)) if !tracks.is_empty() && now >= *since + EARLY_TAP => {
                for id in tracks {
                    if self.derived.iter().all(|derived| derived.from != *id) {
                        self.segmenter.tap(*id, false);
                    }
                }
                self.early = Some((now, Vec::new()));
            }
            _ => {}
        }
    }

    /// Publishes if a reader could see something new.
    fn publish_news(&mut self) {
        let edge = self.edge();
        let now = self.clock.uptime();
        let starting = self.segmenter.index().segments.len() <= STEADY;
        if starting || edge != self.shown.0 || now >= self.shown.1 + HEARTBEAT {
            self.publish(None);
        }
    }

    /// What readers could see now.
    fn edge(&self) -> Edge {
        let index = self.segmenter.index();
        let newest = index.segments.range(index.segments.len().saturating_sub(EDGE)..);
        let listed = newest.map(|segment| {
            let Some(cutting) = segment.lanes.first().map(|lane| lane.track) else { return 0 };
            let others = segment.lanes.iter().skip(1).map(|lane| Some(lane.track));
            let count = |audio: Option<TrackId>| {
                let listed = Index::listed(segment, Rendition { video: Some(cutting), audio }, None);
                listed.parts + usize::from(listed.whole)
            };
            count(None) + others.map(count).sum::<usize>()
        });
        (index.next_sequence, listed.sum(), self.segmenter.map().is_some())
    }

    fn append(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.main.append(offset, bytes) {
            // A full disk: the oldest of the tape goes first.
            self.pressed = true;
            self.evict();
            tracing::warn!(%error, "the tape cannot be written; older parts of it were dropped");
            self.main.append(offset, bytes).map_err(|error| Fault::DiskFull(error.to_string()))?;
        }
        Ok(())
    }

    fn publish(&mut self, fault: Option<Fault>) {
        self.shown = (self.edge(), self.clock.uptime());
        let sides = self.derived.iter().map(|derived| (derived.id, Arc::clone(&derived.side))).collect();
        self.publish.send_replace(Arc::new(Snapshot {
            index: self.segmenter.index().clone(),
            tracks: self.segmenter.tracks().to_vec(),
            waiting: self.segmenter.waiting(),
            mapped: self.segmenter.map().is_some(),
            fault: fault.map(Arc::new),
            counters: self.segmenter.counters(),
            sides: Arc::new(sides),
            connected: self.connected,
        }));
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Warm(kind) if self.warm.is_none() => {
                self.tags += 1;
                match AudioFilter::start(kind, self.tags, self.made.clone()) {
                    Ok(filter) => self.warm = Some((kind, self.tags, filter)),
                    Err(error) => tracing::warn!(%error, "ffmpeg cannot be started; is it installed?"),
                }
            }
            Command::Warm(_) => {}
            Command::Rest(from) => {
                let now = self.clock.uptime();
                if let Some(derived) = self.derived.iter_mut().find(|derived| derived.from == from) {
                    derived.needs = derived.needs.saturating_sub(1);
                    derived.resting_since = (derived.needs == 0).then_some(now);
                }
            }
            Command::Derive(from, reply) => {
                let id = self.derive(from);
                let _ = reply.send(id);
                self.publish(None);
            }
        }
    }

    fn derive(&mut self, from: TrackId) -> TrackId {
        let id = self.segmenter.derive(from);
        if let Some(derived) = self.derived.iter_mut().find(|derived| derived.id == id) {
            derived.needs += 1;
            if derived.resting_since.take().is_some() && derived.filter.is_none() {
                self.segmenter.tap(from, true);
            }
            return id;
        }
        let kind = self
            .segmenter
            .tracks()
            .iter()
            .find(|track| track.id == from)
            .map_or(Kind::Ac3, |track| track.kind);
        match TapeFile::create(&self.directory.join(format!("sound-{id}")), "aac") {
            Ok(side) => {
                let kept = self.early.as_ref().is_some_and(|(_, tracks)| tracks.contains(&from));
                if !kept {
                    self.segmenter.tap(from, true);
                }
                self.derived.push(Derived {
                    from,
                    id,
                    kind,
                    side: Arc::new(side),
                    offset: 0,
                    needs: 1,
                    resting_since: None,
                    filter: None,
                    not_before: Duration::ZERO,
                    stretches: HashMap::new(),
                });
            }
            Err(error) => tracing::warn!(%error, "a side file cannot be made"),
        }
        id
    }

    /// Gives the filters what has come for them; stops those that nobody has needed for a while.
    fn feed(&mut self) {
        let now = self.clock.uptime();
        for derived in &mut self.derived {
            if derived.resting_since.is_some_and(|since| now >= since + limits::IDLE) {
                if derived.filter.take().is_some() {
                    self.segmenter.tap(derived.from, false);
                    tracing::debug!(track = derived.id, "nobody needs a transcoder any more");
                }
                continue;
            }
            for tapped in self.segmenter.take_tapped(derived.from) {
                if now < derived.not_before {
                    continue;
                }
                if let Some(start) = tapped.start {
                    let warm = self.warm.take_if(|(kind, ..)| *kind == derived.kind);
                    self.tags += 1;
                    derived.begin(start, warm, self.tags, &self.made);
                }
                let fed =
                    derived.filter.as_ref().is_some_and(|filter| filter.feed(Bytes::from(tapped.bytes)));
                if !fed {
                    // It has ended, or does not keep up: it begins again with the next stretch, at the right time.
                    tracing::warn!(
                        track = derived.id,
                        "ffmpeg has ended or does not keep up; it is started again"
                    );
                    derived.filter = None;
                    derived.not_before = now + FILTER_REST;
                    metrics::counter!("telecast_filters_failed_total").increment(1);
                    self.segmenter.tap(derived.from, true);
                }
            }
            if derived.filter.is_none() && derived.not_before > Duration::ZERO && now >= derived.not_before {
                derived.not_before = Duration::ZERO;
                self.segmenter.tap(derived.from, true);
            }
        }
    }

    fn take_filtered(&mut self, tag: u64, bytes: &Bytes) -> Result<(), Fault> {
        let Some(derived) = self.derived.iter_mut().find(|derived| derived.stretches.contains_key(&tag))
        else {
            return Ok(());
        };
        if bytes.is_empty() {
            derived.stretches.remove(&tag);
            return Ok(());
        }
        let Some((time, frames)) = derived.stretches.get_mut(&tag).and_then(|stretch| stretch.take(bytes))
        else {
            return Ok(());
        };
        derived.side.append(derived.offset, &frames).map_err(|error| Fault::DiskFull(error.to_string()))?;
        let (id, offset) = (derived.id, derived.offset);
        derived.offset += frames.len() as u64;
        self.segmenter.push_derived(id, time, offset, &frames);
        Ok(())
    }

    /// Adds to the program's figures what was counted since the last time.
    fn report(&mut self) {
        let (now, before) = (self.segmenter.counters(), self.reported);
        metrics::counter!("telecast_tape_bytes_total").increment(now.bytes - before.bytes);
        metrics::counter!("telecast_tape_lost_packets_total")
            .increment(now.lost_packets - before.lost_packets);
        metrics::counter!("telecast_tape_silent_frames_total")
            .increment(now.silent_frames.saturating_sub(before.silent_frames));
        metrics::counter!("telecast_tape_runs_total").increment(now.runs - before.runs);
        self.reported = now;
    }

    /// Drops what is older than the window, and more when the budget is used up or the disk is full.
    fn evict(&mut self) {
        let now = self.clock.uptime();
        if now >= self.looked + DISK_LOOK {
            self.looked = now;
            let size = self.main.size() + self.derived.iter().map(|derived| derived.side.size()).sum::<u64>();
            self.usage.fetch_add(size.wrapping_sub(self.counted), Ordering::Relaxed);
            self.counted = size;
            let over = self.usage.load(Ordering::Relaxed) > self.keeping.budget;
            let free = free_space(&self.keeping.directory).unwrap_or(u64::MAX);
            self.pressed = over || free < self.keeping.minimum_free;
            self.report();
        }
        let window = self.keeping.window.as_millis() as i64 * 90;
        let index = self.segmenter.index_mut();
        let Some(edge) = index.segments.back().map(|segment| segment.start) else { return };
        let keep = if self.pressed { KEPT } else { window.max(KEPT) };
        let old = index
            .segments
            .iter()
            .take_while(|segment| segment.end.is_some_and(|end| end < edge - keep))
            .count();
        if old == 0 {
            return;
        }
        if let Some(base) = index.evict(old) {
            self.main.evict(base);
        }
        for derived in &self.derived {
            let first = self.segmenter.index().segments.iter().find_map(|segment| {
                segment
                    .lane(derived.id)?
                    .frames
                    .iter()
                    .find(|frame| frame.length > 0)
                    .map(|frame| frame.begin)
            });
            if let Some(first) = first {
                derived.side.evict(first);
            }
        }
    }
}
