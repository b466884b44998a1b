//! The preparation room: one owner of all prepared pieces. It makes what own channels will need, in the order in which they need it, and lets go what nobody has
//! needed for longest.
//!
//! - A piece is called by what it is made of and how ([`Key`]), so that what was prepared for one channel serves all, and a restart finds it again.
//! - What is wanted is pinned. Beyond the budget, or when the disk is nearly full, what is not wanted goes, the longest unused first; if that does not do, what is
//!   wanted last waits, and says why.
//! - A failure is tried again with growing pauses; whoever plans puts something else in its place in good time. A disk that gets full is no failure of what was made.
//! - [`make`]: how a piece is made, and what is measured for it. [`opened`]: those that are there already, and those that are of no use any more. [`texts`]: what may
//!   be read with them. [`pauses`]: films that are looked through for points of breaks.

mod make;
mod opened;
mod pauses;
mod texts;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use telecast_core::breaker::doubled;
use telecast_core::library::HZ;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::supervise;
use crate::adapters::clock::Clock;
use crate::adapters::ffmpeg::card::Card;
use crate::adapters::ffmpeg::item::{Bench, Unmade};
use crate::adapters::ffmpeg::texts::{Films, is_work};
use crate::adapters::measured_files::MeasuredFiles;
use crate::adapters::pieces::{self, Piece};
use crate::adapters::tape_files::free_space;
use make::{Measures, make};
use opened::Unopened;
use pauses::Seeker;
pub use pauses::{Pauses, Unseen};

/// Lists of what is wanted that may wait; the last one counts.
const QUEUE: usize = 16;
/// How often it looks after itself.
const LOOK: Duration = Duration::from_secs(5);
/// What is due within this is made before others and with all power (milliseconds).
const URGENT_MS: i64 = 5 * 60_000;
/// What is due within this is not kept waiting by what is being made (milliseconds).
const NOW_MS: i64 = 60_000;
/// What is made of the same file in another way is another piece.
const HOUSE: u32 = 2;
/// Folder of what was measured, beside the pieces.
const MEASURED: &str = "measured";
/// While a disk is full, this is waited.
const FULL: Duration = Duration::from_mins(1);
/// Pauses before a failure is tried again.
const AGAIN_FIRST: Duration = Duration::from_secs(20);
const AGAIN_MOST: Duration = Duration::from_hours(6);
/// What is running is told this often.
const TELL: Duration = Duration::from_secs(1);

/// Names a piece: what it is made of, which stretch, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// The piece that is made of `stretch` of content that is called `content`, wherever its file lies.
    pub fn of(content: &str, stretch: Stretch) -> Self {
        let mut hash = Sha256::new();
        hash.update(format!("{HOUSE} {} {} {content}", stretch.from, stretch.length.unwrap_or(-1)));
        let mut name = String::with_capacity(32);
        for byte in hash.finalize().iter().take(16) {
            let _ = write!(name, "{byte:02x}");
        }
        Self(name)
    }

    /// As it is written.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What was written; nothing is called by what was not.
    pub fn read_or(name: &str) -> Self {
        Self::read(name).unwrap_or_else(|| Self(String::new()))
    }

    /// Reads the name of a folder.
    fn read(name: &str) -> Option<Self> {
        let is_ours = name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| Self(name.to_owned()))
    }
}

/// A stretch of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// From where on (ticks from its start).
    pub from: i64,
    /// How much of it (ticks); none: to its end.
    pub length: Option<i64>,
}

/// What a piece is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File {
        /// Where it lies.
        path: PathBuf,
        /// What its content is called, wherever it lies.
        content: String,
    },
    /// Pictures that stand still.
    Card {
        /// Which.
        card: Arc<Card>,
        /// What the content of its sound is called.
        sound: String,
    },
}

/// Something that will be needed.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub key: Key,
    /// Of what.
    pub source: Source,
    /// Which stretch.
    pub stretch: Stretch,
    /// How long it will be (ticks), for progress.
    pub planned: i64,
    /// When it is needed, milliseconds since 1970.
    pub due_ms: i64,
}

/// How a piece fares.
#[derive(Clone, Debug)]
pub enum State {
    /// It waits; with what for, where that is not its turn.
    Waiting(Option<String>),
    /// It is being made: so much of so much (ticks).
    Running(i64, i64),
    /// It is there.
    Ready(Arc<Piece>),
    /// It cannot be made: why, so many times, and when it is tried again (milliseconds since 1970).
    Failed {
        /// Cause, for people.
        why: String,
        /// Attempts.
        tries: u32,
        /// When it is tried again.
        again_ms: i64,
    },
}

impl State {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waiting(one), Self::Waiting(other)) => one == other,
            (Self::Running(one, of), Self::Running(other, of_other)) => (one, of) == (other, of_other),
            (Self::Ready(one), Self::Ready(other)) => Arc::ptr_eq(one, other),
            (Self::Failed { tries: one, .. }, Self::Failed { tries: other, .. }) => one == other,
            _ => false,
        }
    }
}

/// What is told of the room.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// All that is wanted.
    pub states: HashMap<Key, State>,
    /// Bytes that all pieces take.
    pub bytes: u64,
    /// Seconds of a piece that are made in a second, lately; none: nothing has been made.
    pub speed: Option<f64>,
    /// Points at which films may be interrupted, as far as they are known of those that are to be looked through.
    pub pauses: Arc<Pauses>,
}

impl Board {
    fn is_same(&self, other: &Self) -> bool {
        let is_known =
            |(key, state): (&Key, &State)| other.states.get(key).is_some_and(|known| known.is_same(state));
        self.bytes == other.bytes
            && Arc::ptr_eq(&self.pauses, &other.pauses)
            && self.states.len() == other.states.len()
            && self.states.iter().all(is_known)
    }
}

/// Where pieces lie, and how much they may take.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// Folder.
    pub directory: PathBuf,
    /// Bytes of all pieces.
    pub budget: u64,
    /// Bytes of the disk that stay free.
    pub free: u64,
    /// Pieces that are made at once.
    pub workers: usize,
}

/// What somebody wants from now on, and nothing else.
enum Wish {
    Pieces(Vec<Wanted>),
    Pauses(Vec<Unseen>),
}

/// The way to the room; cheap to clone.
#[derive(Clone)]
pub struct Preparation {
    wishes: mpsc::Sender<Wish>,
    board: watch::Receiver<Arc<Board>>,
}

impl Preparation {
    /// Starts the owner. It ends with `stop`, and with it what it makes.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn start(keeping: Keeping, clock: Clock, stop: CancellationToken) -> std::io::Result<Self> {
        let (wishes, inbox) = mpsc::channel(QUEUE);
        let (publish, board) = watch::channel(Arc::default());
        let known = found(&keeping.directory)?;
        let measured = MeasuredFiles::open(&keeping.directory.join(MEASURED))?;
        let measures = Arc::new(Measures::new(measured, clock));
        let owner = Owner {
            known,
            seeker: Seeker::new(Arc::clone(&measures)),
            measures,
            keeping,
            clock,
            publish,
            wanted: Vec::new(),
            open: HashMap::new(),
            unopened: HashMap::new(),
            running: HashMap::new(),
            failed: HashMap::new(),
            blocked: None,
            speed: None,
            films: Films::default(),
            looked: HashMap::new(),
        };
        supervise("preparation", owner.run(inbox, stop));
        Ok(Self { wishes, board })
    }

    /// This is wanted from now on, and nothing else.
    pub async fn want(&self, wanted: Vec<Wanted>) {
        let _ = self.wishes.send(Wish::Pieces(wanted)).await;
    }

    /// These films are to be looked through for points at which they may be interrupted, in this order, and no others.
    pub async fn look_through(&self, films: Vec<Unseen>) {
        let _ = self.wishes.send(Wish::Pauses(films)).await;
    }

    /// How everything fares.
    pub fn board(&self) -> watch::Receiver<Arc<Board>> {
        self.board.clone()
    }
}

/// A piece on disk: its bytes, and when it was last needed.
struct Known {
    bytes: u64,
    used: SystemTime,
}

/// A piece that is being made.
struct Making {
    done: Arc<AtomicI64>,
    planned: i64,
    began: Instant,
    /// Ends it.
    stop: CancellationToken,
    /// Who makes it.
    task: Option<tokio::task::Id>,
}

struct Failure {
    why: String,
    tries: u32,
    again_ms: i64,
}

struct Owner {
    keeping: Keeping,
    clock: Clock,
    publish: watch::Sender<Arc<Board>>,
    measures: Arc<Measures>,
    seeker: Seeker,
    /// By when it is needed.
    wanted: Vec<Wanted>,
    known: BTreeMap<Key, Known>,
    open: HashMap<Key, Arc<Piece>>,
    /// Those that cannot be opened just now.
    unopened: HashMap<Key, Unopened>,
    running: HashMap<Key, Making>,
    failed: HashMap<Key, Failure>,
    /// Why nothing new is begun.
    blocked: Option<String>,
    speed: Option<f64>,
    /// Texts of films that were read lately.
    films: Films,
    /// When it was last looked at what may be read with a piece.
    looked: HashMap<Key, Instant>,
}

/// Makes a piece, and what may be read with it.
async fn prepare(
    source: &Source,
    stretch: Stretch,
    urgent: bool,
    bench: &Bench,
    (measures, films): (&Measures, &Films),
) -> Result<Piece, Unmade> {
    let reading = async {
        let Source::File { path, .. } = source else { return None };
        texts::ahead(films, path, urgent, &bench.folder).await
    };
    let (mut reading, mut film) = (std::pin::pin!(reading), None);
    let mut making = std::pin::pin!(make(source, stretch, urgent, bench, measures));
    let piece = loop {
        tokio::select! {
            made = &mut making => break made?,
            read = &mut reading, if film.is_none() => film = Some(read),
        }
    };
    if film.is_none() {
        // What comes later is looked at later: a piece is not withheld for what may be read with it.
        film = tokio::time::timeout(texts::SOON, reading).await.ok();
    }
    if let Some(film) = film.flatten() {
        texts::keep(&piece, film, stretch.from, &bench.folder).await;
    }
    Ok(piece)
}

/// None: it is not wanted any more.
type Made = (Key, Option<Result<Piece, Unmade>>);

impl Owner {
    async fn run(mut self, mut inbox: mpsc::Receiver<Wish>, stop: CancellationToken) {
        let mut jobs: JoinSet<Made> = JoinSet::new();
        let mut looks: JoinSet<()> = JoinSet::new();
        let mut look = tokio::time::interval(LOOK);
        let mut tell = tokio::time::interval(TELL);
        loop {
            tokio::select! {
                Some(wish) = inbox.recv() => match wish {
                    Wish::Pieces(wanted) => self.want(wanted),
                    Wish::Pauses(films) => self.seeker.want(films),
                },
                () = self.seeker.seen() => {}
                Some(made) = jobs.join_next() => match made {
                    Ok((key, made)) => self.made(&key, made),
                    Err(error) => {
                        tracing::error!(%error, "a preparation has broken off");
                        let task = Some(error.id());
                        let broken = self.running.iter().find(|(_, making)| making.task == task);
                        if let Some(key) = broken.map(|(key, _)| key.clone()) {
                            self.made(&key, Some(Err(Unmade::Fault("preparing it has broken off".into()))));
                        }
                    }
                },
                Some(_) = looks.join_next() => {}
                _ = look.tick() => {}
                _ = tell.tick(), if !self.running.is_empty() => { self.tell(); continue; }
                () = stop.cancelled() => break,
            }
            self.forget_spoilt();
            self.open_known();
            self.make_room();
            self.begin(&mut jobs);
            self.look_at_texts(&mut looks);
            self.tell();
        }
        jobs.shutdown().await;
        looks.shutdown().await;
    }

    fn want(&mut self, mut wanted: Vec<Wanted>) {
        wanted.sort_by(|one, other| (one.due_ms, &one.key).cmp(&(other.due_ms, &other.key)));
        let mut seen = HashSet::new();
        wanted.retain(|one| seen.insert(one.key.clone()));
        // Until it has ended, nothing else is made in its folder.
        for (_, making) in self.running.iter().filter(|(key, _)| !seen.contains(*key)) {
            making.stop.cancel();
        }
        self.open.retain(|key, _| seen.contains(key));
        self.failed.retain(|key, _| seen.contains(key));
        self.looked.retain(|key, _| seen.contains(key));
        self.unopened.retain(|key, _| seen.contains(key));
        self.wanted = wanted;
    }

    /// Lets go what is not wanted, as far as that is needed.
    fn make_room(&mut self) {
        let free = free_space(&self.keeping.directory).unwrap_or(u64::MAX);
        let used: u64 = self.known.values().map(|known| known.bytes).sum();
        let mut over = used.saturating_sub(self.keeping.budget).max(self.keeping.free.saturating_sub(free));
        if over > 0 {
            let wanted: HashSet<&Key> = self.wanted.iter().map(|one| &one.key).collect();
            let mut old: Vec<(SystemTime, Key, u64)> = self
                .known
                .iter()
                .filter(|(key, _)| !wanted.contains(key))
                .map(|(key, known)| (known.used, key.clone(), known.bytes))
                .collect();
            old.sort();
            for (_, key, bytes) in old {
                if over == 0 {
                    break;
                }
                match pieces::remove(&self.keeping.directory.join(&key.0)) {
                    Ok(()) => over = over.saturating_sub(bytes),
                    Err(error) => tracing::warn!(%error, piece = key.0, "a prepared piece cannot be removed"),
                }
                self.known.remove(&key);
            }
        }
        self.blocked = (over > 0).then(|| {
            "There is no room for more: raise station.prepare.budget, or free space on its disk.".into()
        });
    }

    fn begin(&mut self, jobs: &mut JoinSet<Made>) {
        let now_ms = self.clock.wall_ms();
        if self.blocked.is_some() {
            return;
        }
        for one in &self.wanted {
            // Somebody waits for it in front of a picture: that comes before a film of the evening, however long that takes.
            let now = one.due_ms < now_ms + NOW_MS;
            if self.running.len() >= self.keeping.workers + usize::from(now) {
                return;
            }
            let is_settled = self.known.contains_key(&one.key) || self.running.contains_key(&one.key);
            if is_settled || self.failed.get(&one.key).is_some_and(|failure| failure.again_ms > now_ms) {
                continue;
            }
            let mut making = Making {
                task: None,
                done: Arc::default(),
                planned: one.planned,
                began: Instant::now(),
                stop: CancellationToken::new(),
            };
            let urgent = one.due_ms < now_ms + URGENT_MS;
            let (source, stretch) = (one.source.clone(), one.stretch);
            let folder = self.keeping.directory.join(&one.key.0);
            let bench = Bench { folder, done: Arc::clone(&making.done), free: self.keeping.free };
            let (key, stop) = (one.key.clone(), making.stop.clone());
            let (measures, films) = (Arc::clone(&self.measures), self.films.clone());
            let task = jobs.spawn(async move {
                let made = prepare(&source, stretch, urgent, &bench, (&measures, &films));
                (key, stop.run_until_cancelled(Box::pin(made)).await)
            });
            making.task = Some(task.id());
            self.running.insert(one.key.clone(), making);
        }
    }

    fn made(&mut self, key: &Key, made: Option<Result<Piece, Unmade>>) {
        let Some(making) = self.running.remove(key) else { return };
        match made {
            Some(Ok(piece)) => {
                self.failed.remove(key);
                let seconds = making.began.elapsed().as_secs_f64().max(0.001);
                let speed = piece.outline().length as f64 / HZ as f64 / seconds;
                self.speed = Some(self.speed.map_or(speed, |before| (before * 3.0 + speed) / 4.0));
                let now = self.wall();
                self.known.insert(key.clone(), Known { bytes: piece.outline().bytes, used: now });
                self.open.insert(key.clone(), Arc::new(piece));
                metrics::counter!("telecast_pieces_prepared_total").increment(1);
            }
            Some(Err(why)) => self.unmade(key, &why),
            // If it is wanted again meanwhile, it is begun anew.
            None => {}
        }
    }

    fn unmade(&mut self, key: &Key, unmade: &Unmade) {
        let why = unmade.to_string();
        let before = self.failed.get(key).map_or(0, |before| before.tries);
        let (tries, pause) = match unmade {
            // Whoever plans puts nothing else in its place: it would need as much.
            Unmade::NoRoom => (before.max(1), FULL),
            Unmade::Fault(_) => (before + 1, doubled(AGAIN_FIRST, before, AGAIN_MOST)),
        };
        tracing::warn!(piece = key.0, why, tries, "a piece cannot be prepared");
        metrics::counter!("telecast_pieces_failed_total").increment(1);
        let again_ms = self.clock.wall_ms() + pause.as_millis() as i64;
        self.failed.insert(key.clone(), Failure { why, tries, again_ms });
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.clock.wall_ms().max(0).unsigned_abs())
    }

    fn state(&self, key: &Key) -> State {
        if let Some(piece) = self.open.get(key) {
            return State::Ready(Arc::clone(piece));
        }
        if let Some(making) = self.running.get(key) {
            return State::Running(making.done.load(Ordering::Relaxed), making.planned);
        }
        if let Some(unopened) = self.unopened.get(key) {
            return State::Waiting(Some(unopened.why.clone()));
        }
        match self.failed.get(key) {
            Some(Failure { why, tries, again_ms, .. }) => {
                State::Failed { why: why.clone(), tries: *tries, again_ms: *again_ms }
            }
            None => State::Waiting(self.blocked.clone()),
        }
    }

    fn tell(&self) {
        let states = self.wanted.iter().map(|one| (one.key.clone(), self.state(&one.key))).collect();
        let bytes = self.known.values().map(|known| known.bytes).sum();
        let waiting = self.wanted.len().saturating_sub(self.open.len() + self.running.len());
        metrics::gauge!("telecast_pieces_waiting").set(waiting as f64);
        let pauses = Arc::clone(&self.seeker.found);
        let next = Board { states, bytes, speed: self.speed, pauses };
        // Whoever hears of it may want something else: what is no news must not be told.
        self.publish.send_if_modified(|told| {
            let news = !told.is_same(&next);
            if news {
                *told = Arc::new(next);
            }
            news
        });
    }
}

/// What an earlier run has left: whole pieces. What is not whole goes.
fn found(directory: &Path) -> std::io::Result<BTreeMap<Key, Known>> {
    crate::adapters::files::own_folder(directory)?;
    let mut known = BTreeMap::new();
    for (name, about) in pieces::found(directory)? {
        let Some(key) = Key::read(&name) else {
            if is_work(&name) || pieces::is_begun(&name) {
                pieces::remove(&directory.join(&name))?;
            }
            continue;
        };
        match about {
            Some((bytes, used)) => {
                known.insert(key, Known { bytes, used });
            }
            None => pieces::remove(&directory.join(&name))?,
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, file: &Path) -> Wanted {
        let stretch = Stretch::default();
        let source = Source::File { path: file.to_owned(), content: name.to_owned() };
        Wanted { key: Key::of(name, stretch), source, stretch, planned: HZ, due_ms: 0 }
    }

    /// Whoever is told of the room answers with what he wants: if that were told again, it would never end.
    #[tokio::test]
    async fn the_same_wish_is_no_news_and_a_failure_is_told_once() {
        let place = tempfile::tempdir().expect("a folder");
        let keeping = Keeping { directory: place.path().join("p"), budget: u64::MAX, free: 0, workers: 1 };
        let room = Preparation::start(keeping, Clock::start(), CancellationToken::new()).expect("begun");
        let mut board = room.board();
        let broken = place.path().join("broken.mkv");
        std::fs::write(&broken, b"no film").expect("written");
        let wish = wanted("a", &broken);
        room.want(vec![wish.clone()]).await;
        let is_failed =
            |board: &Arc<Board>| matches!(board.states.get(&wish.key), Some(State::Failed { .. }));
        let limit = Duration::from_secs(30);
        tokio::time::timeout(limit, board.wait_for(is_failed)).await.expect("in time").expect("alive");
        board.mark_unchanged();
        for _ in 0..50 {
            room.want(vec![wish.clone()]).await;
        }
        // What it answers to another wish comes behind all those.
        let other = wanted("b", &broken);
        room.want(vec![wish.clone(), other.clone()]).await;
        board.changed().await.expect("alive");
        assert!(board.borrow().states.contains_key(&other.key), "nothing was told before");
    }
}
