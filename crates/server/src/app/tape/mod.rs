//! A tape that runs: one owner task reads a source, feeds the segmenter, writes the files and publishes snapshots. Readers hold snapshots
//! and files; they never speak to the task, so a slow one disturbs nobody. Of a channel of one's own the owner writes nothing: it says what of prepared pieces, and of
//! other tapes, is on.
//!
//! - `owner`: the task.
//! - `own`: the task of a channel of one's own, which reads no source: what is on follows from prepared pieces, relays of other channels' tapes, and the time.
//! - `programme`: the task of a programme that is played for itself, all of which can be seen at once.
//! - [`derived`]: another tape, through a filter of pictures, as a source.
//! - `sounds`: sound that is made from other sound, and its filters.
//! - `past`: the same for what came before anybody needed it, when it is asked for.
//! - [`room`]: the owner of the folder, in which tapes rest while nobody watches.
//! - [`eviction`]: what goes when time, budget or space run out.
//!
//! A tape that is taken up again goes on: its past is in the index as ended runs, and what comes begins a new one. Players see the past
//! by seeking back; that a session is ready is told by what has come since ([`Snapshot::since`]).

pub mod derived;
pub mod eviction;
mod own;
mod owner;
mod past;
mod programme;
pub mod room;
mod sounds;
mod stretch;

use crate::adapters::air_file::{AirFile, Relayed};
use crate::adapters::clock::Clock;
use crate::adapters::own_channels::OnAir;
use crate::adapters::past_files::PastFiles;
use crate::adapters::receiver::Client;
use crate::adapters::stream::{Fault, Stream};
use crate::adapters::tape_files::{Recent, TapeFile};
use crate::app::shelf::Playlists;
use derived::{Derived, Pictures};
use own::Own;
pub use own::Sources;
use owner::Owner;
pub use room::{Keeping, Room, Usage};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use telecast_core::lineup::ServiceRef;
use telecast_core::tuner::{Holder, StreamKey};
use telecast_media::mpegts::{self, Joined};
use telecast_media::segment::{Counters, PidCounters, Waiting};
use telecast_media::subtitles::Name;
use telecast_media::tape::{Index, Origin, PAST, Run, Segment, Track, TrackId};
use telecast_media::ts::psi::Kind;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// Commands that may wait.
const COMMANDS: usize = 64;
/// A box that has not said by then what it records is busy, and by then the tuner is tried again anyhow.
const RECORDING_PATIENCE: Duration = Duration::from_secs(10);

/// What readers see.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Segments, parts, frames.
    pub index: Index,
    /// First sequence of what has come since the source was connected: everything before is the tape's past.
    pub since: u64,
    /// Tracks of the programme as far as known; not those that have vanished and go on as silence.
    pub tracks: Vec<Track>,
    /// What keeps the first frame from coming.
    pub waiting: Waiting,
    /// A programme map has come.
    pub mapped: bool,
    /// Why the tape has ended.
    pub fault: Option<Arc<Fault>>,
    /// What the source has died of, while another one is sought: nothing comes, but the tape goes on.
    pub trouble: Option<Arc<Fault>>,
    /// What was counted.
    pub counters: Counters,
    /// The same of each PID that the programme's map names.
    pub pids: Vec<PidCounters>,
    /// Transcoders that run for it.
    pub work: Vec<Work>,
    /// Files of derived sound.
    pub sides: Arc<HashMap<TrackId, Arc<TapeFile>>>,
    /// What comes next is being prepared: so much of so much (ticks).
    pub preparing: Option<(i64, i64)>,
    /// A descrambling relay is in between: the first byte takes its time.
    pub relay: bool,
    /// What may be read with what is on, was, or will be, as far as that is known; in order, each once.
    pub texts: Vec<Name>,
}

impl Snapshot {
    /// Of a tape on which nothing has come yet.
    pub(super) fn empty() -> Self {
        Self {
            index: Index::default(),
            since: u64::MAX,
            tracks: Vec::new(),
            waiting: Waiting::ProgrammeMap,
            mapped: false,
            fault: None,
            trouble: None,
            counters: Counters::default(),
            pids: Vec::new(),
            work: Vec::new(),
            sides: Arc::default(),
            preparing: None,
            relay: false,
            texts: Vec::new(),
        }
    }

    /// Segments that have come since the source was connected.
    pub fn fresh(&self) -> impl Iterator<Item = &Arc<Segment>> {
        let first = self.index.segments.partition_point(|segment| segment.sequence < self.since);
        self.index.segments.range(first..)
    }

    /// The run that holds at the edge, once the source has given one.
    pub fn newest_run(&self) -> Option<&Arc<Run>> {
        self.index.segments.back().filter(|last| last.sequence >= self.since).map(|last| &last.run)
    }
}

/// A transcoder that runs for a tape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What it makes of what: `ac3 → aac`.
    pub name: String,
    /// `audio` or `video`.
    pub kind: &'static str,
    /// Name of the track that it makes.
    pub track: TrackId,
    /// What it has made so far (milliseconds of sound or picture); begins anew with the transcoder.
    pub made_ms: u64,
}

enum Command {
    Derive(TrackId, oneshot::Sender<Option<TrackId>>),
    Rest(TrackId),
    Warm(Kind),
    Ask(past::Asked),
    Made(past::Made),
}

/// Where the bytes of a tape's programme lie.
#[derive(Clone)]
pub enum Main {
    /// In files that its owner writes.
    Written(Arc<TapeFile>),
    /// In prepared pieces.
    Aired(Arc<AirFile>),
    /// The same, of a programme that is played for itself.
    Programme(Arc<AirFile>),
}

impl Main {
    /// Bytes `begin..end`.
    ///
    /// # Errors
    /// `NotFound`: they have been evicted. Anything else: the disk.
    pub fn read(&self, begin: u64, end: u64) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Written(file) => file.read(begin, end),
            Self::Aired(file) | Self::Programme(file) => file.read(begin, end),
        }
    }

    /// The same for a channel of one's own on which the tape is; of its sounds that were made, those in `sides`.
    fn relayed(&self, sides: &Arc<HashMap<TrackId, Arc<TapeFile>>>) -> Relayed {
        match self {
            Self::Written(file) => Relayed::Written(Arc::clone(file), Arc::clone(sides)),
            Self::Aired(file) | Self::Programme(file) => Relayed::Aired(Arc::clone(file)),
        }
    }

    /// Up to where it can be read.
    pub fn end(&self) -> u64 {
        match self {
            Self::Written(file) => file.end(),
            Self::Aired(file) | Self::Programme(file) => file.end(),
        }
    }

    /// Bytes on disk that are there for this tape alone.
    pub fn size(&self) -> u64 {
        match self {
            Self::Written(file) => file.size(),
            Self::Aired(_) | Self::Programme(_) => 0,
        }
    }

    /// Calls `work` with `begin..end`, if all of it is in memory: see [`TapeFile::in_memory`].
    pub fn in_memory<T>(&self, begin: u64, end: u64, work: impl FnOnce(&Recent<'_>) -> T) -> Option<T> {
        match self {
            Self::Written(file) => file.in_memory(begin, end, work),
            Self::Aired(_) | Self::Programme(_) => None,
        }
    }
}

/// A handle on a tape; cheap to clone. The tape ends by its token, not by dropping handles.
#[derive(Clone)]
pub struct Tape {
    /// Distinguishes tapes, also of one channel.
    pub id: u64,
    /// Bytes of the programme.
    pub main: Main,
    past: Arc<PastFiles>,
    /// Its newest playlists.
    pub playlists: Arc<Playlists>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    trouble: watch::Receiver<bool>,
    commands: mpsc::Sender<Command>,
    hurry: Arc<Notify>,
    stop: CancellationToken,
    gone: CancellationToken,
}

impl Tape {
    /// Starts a tape called `key` that reads `source`; goes on with the one of that name that rests in `room`.
    ///
    /// # Errors
    /// Its folder cannot be made.
    pub fn start(
        key: &StreamKey,
        (source, troubles): (Source, Option<Troubles>),
        room: &Room,
        clock: Clock,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let (id, directory) = (room.next_id(), room.directory(key));
        let main = Arc::new(TapeFile::create(&directory, "ts")?);
        let past = Arc::new(PastFiles::new(&directory));
        let (troubled, trouble) = watch::channel(false);
        let (publish, snapshots) = watch::channel(Arc::new(Snapshot::empty()));
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let (made, filtered) = mpsc::channel(COMMANDS);
        let hurry = Arc::new(Notify::new());
        let next = Next { tape: id, troubles, hurry: Arc::clone(&hurry) };
        let owner = Owner::new(
            format!("{}@{}", key.channel.0, key.receiver),
            directory,
            (Arc::clone(&main), Arc::clone(&past)),
            room.clone(),
            clock,
            (publish, troubled),
            (made, commands.clone()),
        );
        let gone = CancellationToken::new();
        let done = gone.clone().drop_guard();
        let token = stop.clone();
        crate::app::supervise("tape", async move {
            owner.run((source, next), inbox, filtered, token).await;
            drop(done);
        });
        Ok(Self {
            id,
            main: Main::Written(main),
            past,
            playlists: Arc::default(),
            snapshots,
            trouble,
            commands,
            hurry,
            stop,
            gone,
        })
    }

    /// Starts the tape of a channel of one's own, on which is what `on_air` says; other channels that are on it come from `sources`. It ends with `on_air`.
    pub fn air(
        key: &StreamKey,
        (on_air, sources): (watch::Receiver<Arc<OnAir>>, Sources),
        room: &Room,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        let (troubled, trouble) = watch::channel(false);
        let (publish, snapshots) = watch::channel(Arc::new(Snapshot::empty()));
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let file = Arc::<AirFile>::default();
        let name = key.channel.0.clone();
        let owner = Own::new(name, (on_air, sources), Arc::clone(&file), clock, (publish, troubled));
        let gone = CancellationToken::new();
        let (done, token) = (gone.clone().drop_guard(), stop.clone());
        crate::app::supervise("own channel", async move {
            owner.run(inbox, token).await;
            drop(done);
        });
        Self {
            id: room.next_id(),
            main: Main::Aired(file),
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

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    /// To wait for the next one.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// Whether nothing comes just now although the tape goes on; [`Snapshot::trouble`] says why.
    pub fn trouble(&self) -> watch::Receiver<bool> {
        self.trouble.clone()
    }

    /// Somebody waits for it to begin: a source that is gone is tried without a long pause.
    pub fn hurry(&self) {
        self.hurry.notify_waiters();
    }

    /// Asks for AAC made from `from`, as long as the answer is held.
    pub async fn derive(&self, from: TrackId) -> Option<Need> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Derive(from, reply)).await.ok()?;
        let track = answer.await.ok()??;
        Some(Need { track, from, commands: self.commands.clone() })
    }

    /// Waits until derived `track` is there in the segment `sequence`: one of the past may be made only now.
    ///
    /// # Errors
    /// It cannot be made just now, and why; `None`: the tape is over.
    pub async fn make(&self, track: TrackId, sequence: u64) -> Result<(), Option<String>> {
        let (reply, answer) = oneshot::channel();
        let asked = past::Asked { track, sequence, reply };
        self.commands.send(Command::Ask(asked)).await.map_err(|_| None)?;
        answer.await.map_err(|_| None)?.map_err(Some)
    }

    /// Whether it is a programme that is played for itself: it has a beginning and an end, and no live edge.
    pub fn is_programme(&self) -> bool {
        matches!(self.main, Main::Programme(_))
    }

    /// Where a raw reader joins: just now, or a programme that is played for itself where it is to `begin` (milliseconds since 1970).
    pub fn join(&self, index: &Index, begin: Option<i64>) -> Option<Joined> {
        Some(match self.main {
            Main::Written(_) => mpegts::join(index)?,
            Main::Aired(_) => mpegts::join(index)?.seamless(),
            Main::Programme(_) => {
                let on = |segment: &&Arc<Segment>| begin.is_none_or(|begin| segment.wall_ms <= begin);
                let shown = index.segments.iter().take_while(on).count().max(1);
                let segments = index.segments.iter().take(shown).cloned().collect();
                mpegts::join(&Index { segments, ..index.clone() })?.seamless()
            }
        })
    }

    /// Starts a filter before it is known to be needed.
    pub fn warm(&self, kind: Kind) {
        let _ = self.commands.try_send(Command::Warm(kind));
    }

    /// Ends the tape.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Cancelled once the tape has ended, its connection is closed and its files are at rest.
    pub fn gone(&self) -> &CancellationToken {
        &self.gone
    }

    /// Bytes `begin..end` of the file that a track's frames lie in.
    ///
    /// # Errors
    /// `NotFound`: they have been evicted. Anything else: the disk.
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
            Origin::Derived { .. } if begin >= PAST => self.past.read(track, begin, end),
            Origin::Derived { from } => match &self.main {
                Main::Aired(file) | Main::Programme(file) => file.side(from, begin, end),
                Main::Written(_) => {
                    snapshot.sides.get(&track).ok_or(std::io::ErrorKind::NotFound)?.read(begin, end)
                }
            },
        }
    }
}

/// Somebody needs derived sound. When nobody has for [`telecast_core::limits::IDLE`], its filter is stopped.
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
pub enum Source {
    /// From the air.
    Receiver(Feed),
    /// From another tape, its picture coded anew.
    Derived(Derived),
}

impl Source {
    /// The programme's number, if it is known beforehand.
    fn programme(&self) -> Option<u16> {
        match self {
            Self::Receiver(feed) => feed.programme(),
            Self::Derived(_) => None,
        }
    }

    /// There are others: this one is not waited for while it is scrambled.
    fn has_others(&self) -> bool {
        matches!(self, Self::Receiver(feed) if feed.others)
    }

    /// Waits until nobody stands in the way.
    async fn clear(&self) {
        let (Self::Receiver(Feed { after, .. }) | Self::Derived(Derived { after, .. })) = self;
        for before in after {
            before.cancelled().await;
        }
    }

    /// Which recording of the box has the tuner that this source had; asked in a task of its own, for a busy box answers late.
    fn ask_who_records(&self, clock: Clock) -> Option<oneshot::Receiver<Option<Holder>>> {
        let Self::Receiver(feed) = self else { return None };
        let (reply, answer) = oneshot::channel();
        let feed = feed.clone();
        crate::app::supervise("who records", async move {
            let asked = tokio::time::timeout(RECORDING_PATIENCE, feed.recorded(clock)).await;
            let _ = reply.send(asked.unwrap_or_default());
        });
        Some(answer)
    }

    /// Opens it; `relayed` hears first whether a descrambling relay of the receiver is in between.
    async fn open(&self, relayed: impl FnOnce(bool)) -> Result<Input, Fault> {
        match self {
            Self::Receiver(feed) => feed.open(relayed).await.map(Input::Stream),
            Self::Derived(derived) => Ok(Input::Pictures(derived.open())),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // Addresses of streams from elsewhere hold names and passwords.
            Self::Receiver(feed) if feed.service.is_iptv() => feed.service.channel_id().fmt(f),
            Self::Receiver(feed) => feed.service.fmt(f),
            Self::Derived(derived) => write!(f, "{} of another tape", derived.recipe.name()),
        }
    }
}

/// A source that is open.
enum Input {
    Stream(Stream),
    Pictures(Pictures),
}

impl Input {
    /// Appends what has come to `buffer`, at most up to its capacity; waits for the first byte. A filter's patience is its own.
    async fn read(&mut self, buffer: &mut Vec<u8>, patience: Duration) -> Result<usize, Fault> {
        match self {
            Self::Stream(stream) => stream.read(buffer, patience).await,
            Self::Pictures(pictures) => pictures.read(buffer).await,
        }
    }
}

/// A service of a receiver.
#[derive(Clone)]
pub struct Feed {
    /// The receiver.
    pub client: Client,
    /// What to ask it for.
    pub service: ServiceRef,
    /// Tapes that must be gone before this one may begin: it uses their tuner, or their files.
    pub after: Vec<CancellationToken>,
    /// There are other sources of the channel.
    pub others: bool,
}

/// What a tape's source has died of: the question what to do now.
pub struct Trouble {
    /// Of which tape.
    pub tape: u64,
    /// What happened.
    pub fault: Arc<Fault>,
    /// Not a byte has come since it was connected.
    pub silent: bool,
    /// It has given a picture since it was connected.
    pub pictured: bool,
    /// The answer: from where to go on, and after which pause; none: the tape is over.
    pub reply: oneshot::Sender<Option<(Feed, Pause)>>,
}

/// How long is waited before a source is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// In any case.
    pub least: Duration,
    /// Unless somebody wants to begin meanwhile ([`Tape::hurry`]).
    pub most: Duration,
}

/// Where such questions go.
pub type Troubles = mpsc::Sender<Trouble>;

/// The next source after a fault.
struct Next {
    tape: u64,
    /// None: there is only one.
    troubles: Option<Troubles>,
    hurry: Arc<Notify>,
}

impl Next {
    /// Waits for the pause too; none if the tape is over.
    async fn source(&self, fault: Arc<Fault>, silent: bool, pictured: bool) -> Option<Source> {
        let (reply, answer) = oneshot::channel();
        let trouble = Trouble { tape: self.tape, fault, silent, pictured, reply };
        self.troubles.as_ref()?.send(trouble).await.ok()?;
        let (feed, pause) = answer.await.ok()??;
        let source = Source::Receiver(feed);
        tokio::time::sleep(pause.least).await;
        tokio::select! {
            () = tokio::time::sleep(pause.most.saturating_sub(pause.least)) => {}
            () = self.hurry.notified() => {}
        }
        source.clear().await;
        Some(source)
    }
}

impl Feed {
    fn programme(&self) -> Option<u16> {
        (!self.service.is_iptv())
            .then(|| u16::try_from(self.service.sid).ok())
            .flatten()
            .filter(|sid| *sid > 0)
    }

    /// The newest recording of the box on another transponder: one on this transponder would have shared the tuner.
    async fn recorded(&self, clock: Clock) -> Option<Holder> {
        if self.service.is_iptv() {
            return None;
        }
        let here = self.service.transponder();
        let running = self.client.as_box()?.recordings().await.ok()?;
        let elsewhere = running.into_iter().filter(|recording| recording.service.transponder() != here);
        let by = elsewhere.max_by_key(|recording| recording.begin_s)?;
        let left = (by.end_s - clock.wall_ms() / 1000).max(0).unsigned_abs();
        let until = clock.uptime() + Duration::from_secs(left);
        Some(Holder { channel: by.service.channel_id(), what: by.name, until })
    }

    async fn open(&self, relayed: impl FnOnce(bool)) -> Result<Stream, Fault> {
        self.client.open(&self.service, relayed).await
    }
}
