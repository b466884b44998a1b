//! The owner of all that lies in the tapes' folder: tapes that run, and tapes that rest because nobody watches or because the program was
//! started again. It alone decides what goes, by [`evict`]; a tape that runs is told up to where, and cuts itself.
//!
//! - A tape is called by receiver and channel and has a folder of its own: whoever tunes in again goes on with it.
//! - A resting tape costs no memory but the places of its chunks; its index is read when it is taken up.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use telecast_core::tuner::StreamKey;
use telecast_media::tape::{Index, TrackId};
use telecast_media::time::HZ;
use tokio::sync::{mpsc, oneshot, watch};

use super::eviction::{KEPT_MS, Limits, Piece, evict};
use crate::adapters::clock::Clock;
use crate::adapters::past_files::PastFiles;
use crate::adapters::tape_files::{Extent, TapeFile, free_space};
use crate::adapters::tape_journal::{Found, Pages, evict_sides, recover};
use crate::app::settings::InForce;

/// Requests that may wait; each is answered within milliseconds.
const REQUESTS: usize = 256;
/// The disk is looked at this often.
const LOOK: Duration = Duration::from_secs(5);
/// With less free than this after all that may go has gone, no tape begins (bytes): a few seconds of every tuner of a box.
pub const REFUSE_BELOW: u64 = 64 << 20;
/// Folders of tapes begin so; whatever else lies beside them is not ours.
const PREFIX: &str = "tape-";

/// How long tapes are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
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

enum Request {
    Begin(Occupant, oneshot::Sender<()>),
    End(PathBuf),
    Look(oneshot::Sender<u64>),
}

/// A tape that runs, as the room knows it.
struct Occupant {
    directory: PathBuf,
    main: Arc<TapeFile>,
    /// Up to which offset it is to go.
    floor: watch::Sender<u64>,
}

/// The way to the room; cheap to clone.
#[derive(Clone)]
pub struct Room {
    requests: mpsc::Sender<Request>,
    directory: PathBuf,
    ids: Arc<AtomicU64>,
}

/// A tape that is in use; when this is dropped, also by a panic of its owner, it rests.
pub(super) struct Stay {
    requests: mpsc::Sender<Request>,
    directory: PathBuf,
    /// Up to where the tape is to go.
    pub(super) floor: watch::Receiver<u64>,
}

impl Stay {
    /// Its files are closed. What begins in its folder after this is not mistaken for it.
    pub(super) async fn end(mut self) {
        let _ = self.requests.send(Request::End(std::mem::take(&mut self.directory))).await;
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        if self.directory.as_os_str().is_empty() {
            return;
        }
        let request = Request::End(std::mem::take(&mut self.directory));
        if let Err(mpsc::error::TrySendError::Full(request)) = self.requests.try_send(request) {
            let requests = self.requests.clone();
            crate::app::supervise("a tape's end", async move {
                let _ = requests.send(request).await;
            });
        }
    }
}

impl Room {
    /// Opens the folder, which is made if it is not there: tapes in it are recovered, what cannot be read is removed.
    ///
    /// # Errors
    /// The folder cannot be made, read, or written.
    pub(in crate::app) async fn open(settings: InForce, clock: Clock, usage: Usage) -> std::io::Result<Self> {
        let directory = settings.now().tape.directory.clone();
        let place = directory.clone();
        let resting =
            tokio::task::spawn_blocking(move || survey(&place)).await.map_err(std::io::Error::other)??;
        let (requests, inbox) = mpsc::channel(REQUESTS);
        let owner = Owner { settings, clock, usage, resting, running: Vec::new() };
        crate::app::supervise("tapes", owner.run(inbox));
        Ok(Self { requests, directory, ids: Arc::default() })
    }

    /// A number that no other tape of this run has, of whatever kind: what is made of tapes is shared by it.
    pub(super) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The folder of a tape.
    pub(super) fn directory(&self, key: &StreamKey) -> PathBuf {
        let mut name = PREFIX.to_owned();
        let joined = key.joined.iter().flat_map(|joined| [b'@'].into_iter().chain(joined.0.bytes()));
        for byte in key.receiver.bytes().chain([b'@']).chain(key.channel.0.bytes()).chain(joined) {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'@' => name.push(char::from(byte)),
                // Names are told apart whatever people call their receivers.
                _ => {
                    let _ = write!(name, "_{byte:02x}");
                }
            }
        }
        self.directory.join(name)
    }

    /// A tape begins (or is taken up): the room no longer touches its files.
    pub(super) async fn begin(&self, directory: &Path, main: &Arc<TapeFile>) -> Stay {
        let (floor, told) = watch::channel(0);
        let occupant = Occupant { directory: directory.to_owned(), main: Arc::clone(main), floor };
        let (reply, answer) = oneshot::channel();
        if self.requests.send(Request::Begin(occupant, reply)).await.is_ok() {
            let _ = answer.await;
        }
        Stay { requests: self.requests.clone(), directory: directory.to_owned(), floor: told }
    }

    /// Makes what space can be made; says how many bytes are free then.
    pub(super) async fn make_space(&self) -> u64 {
        let (reply, answer) = oneshot::channel();
        let asked = self.requests.send(Request::Look(reply)).await.is_ok();
        if asked { answer.await.unwrap_or(u64::MAX) } else { u64::MAX }
    }
}

/// All tapes in the folder, which is made if it is not there.
fn survey(directory: &Path) -> std::io::Result<HashMap<PathBuf, Resting>> {
    std::fs::create_dir_all(directory)?;
    let mut resting = HashMap::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Numbers are how tapes were called before they were kept.
        let numbered = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        if !entry.file_type()?.is_dir() || !(numbered || name.starts_with(PREFIX)) {
            continue;
        }
        match found(&entry.path()) {
            Some(tape) => {
                resting.insert(entry.path(), tape);
            }
            None => {
                tracing::info!(path = %entry.path().display(), "what is left of a tape cannot be read and is removed");
                std::fs::remove_dir_all(entry.path())?;
            }
        }
    }
    Ok(resting)
}

/// A tape at rest.
struct Resting {
    chunks: Vec<Extent>,
    /// Bytes of derived sound.
    sides: u64,
}

impl Resting {
    fn of(main: &TapeFile, index: &Index, sides: &[(TrackId, Arc<TapeFile>)], past: &PastFiles) -> Self {
        let sides: u64 = sides.iter().map(|(_, side)| side.size()).sum();
        Self { chunks: dated(main.extents(), index), sides: sides + past.size() }
    }
}

/// Looks at a tape that nobody writes; `None`: nothing of it can be read.
fn found(directory: &Path) -> Option<Resting> {
    let read = || -> std::io::Result<Option<Resting>> {
        let main = TapeFile::create(directory, "ts")?;
        let tape = recover(directory, &main)?;
        if tape.index.segments.is_empty() {
            return Ok(None);
        }
        let name = tape.name.unwrap_or_default();
        tracing::info!(name, segments = tape.index.segments.len(), bytes = main.size(), "a tape is found");
        let past = PastFiles::new(directory);
        past.adopt()?;
        Ok(Some(Resting::of(&main, &tape.index, &tape.sides, &past)))
    };
    read().unwrap_or_else(|error| {
        tracing::warn!(path = %directory.display(), %error, "a tape cannot be read");
        None
    })
}

struct Owner {
    settings: InForce,
    clock: Clock,
    usage: Usage,
    resting: HashMap<PathBuf, Resting>,
    running: Vec<Occupant>,
}

impl Owner {
    async fn run(mut self, mut inbox: mpsc::Receiver<Request>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                request = inbox.recv() => match request {
                    Some(request) => self.request(request).await,
                    None => return,
                },
                _ = look.tick() => { self.look(); }
            }
        }
    }

    async fn request(&mut self, request: Request) {
        match request {
            Request::Begin(occupant, reply) => {
                self.resting.remove(&occupant.directory);
                self.running.retain(|other| other.directory != occupant.directory);
                self.running.push(occupant);
                let _ = reply.send(());
            }
            Request::End(directory) => {
                let mut left = Vec::new();
                self.running.retain(|occupant| {
                    let stays = occupant.directory != directory;
                    if !stays {
                        left = occupant.main.extents();
                    }
                    stays
                });
                let place = directory.clone();
                match tokio::task::spawn_blocking(move || found(&place)).await {
                    Ok(Some(mut tape)) => {
                        as_old(&mut tape.chunks, &left);
                        self.resting.insert(directory, tape);
                    }
                    _ => remove(&directory),
                }
            }
            Request::Look(reply) => {
                let _ = reply.send(self.look());
            }
        }
    }

    /// Evicts what is to go; says how much is free then.
    fn look(&mut self) -> u64 {
        // Ages are monotonic: somebody who sets the clock forward must not empty the disk.
        let now_ms = self.clock.steady_ms();
        let names: Vec<PathBuf> = self.resting.keys().cloned().collect();
        let mut pieces = Vec::new();
        for (tape, name) in names.iter().enumerate() {
            let resting = &self.resting[name];
            pieces.extend(pieces_of(tape, &resting.chunks, resting.sides, i64::MAX));
        }
        for (number, occupant) in self.running.iter().enumerate() {
            let chunks = occupant.main.extents();
            pieces.extend(pieces_of(names.len() + number, &chunks, 0, now_ms - KEPT_MS));
        }
        let keeping = self.settings.now().tape.clone();
        let limits = Limits {
            now_ms,
            window_ms: keeping.window.as_millis() as i64,
            budget: keeping.budget,
            free: free_space(&keeping.directory).unwrap_or(u64::MAX),
            minimum_free: keeping.minimum_free.max(REFUSE_BELOW),
        };
        let mut used: u64 = pieces.iter().map(|piece| piece.bytes).sum();
        for (tape, offset) in evict(&pieces, &limits) {
            let goes = |piece: &&Piece| piece.tape == tape && piece.end <= offset;
            used -= pieces.iter().filter(goes).map(|piece| piece.bytes).sum::<u64>();
            match names.get(tape) {
                Some(directory) => self.cut(directory, offset),
                None => {
                    self.running[tape - names.len()].floor.send_replace(offset);
                }
            }
        }
        self.usage.store(used, Ordering::Relaxed);
        metrics::gauge!("telecast_tape_bytes").set(used as f64);
        free_space(&keeping.directory).unwrap_or(u64::MAX)
    }

    /// Removes the front of a resting tape, or all of it.
    fn cut(&mut self, directory: &Path, offset: u64) {
        let Some(tape) = self.resting.get_mut(directory) else { return };
        if tape.chunks.iter().all(|chunk| chunk.begin + chunk.length <= offset) {
            self.resting.remove(directory);
            remove(directory);
            return;
        }
        let cut = || -> std::io::Result<Resting> {
            let main = TapeFile::create(directory, "ts")?;
            let Found { mut index, sides, .. } = recover(directory, &main)?;
            let past = PastFiles::new(directory);
            past.adopt()?;
            main.evict(offset);
            index.evict(offset);
            if let Some(first) = index.segments.front() {
                Pages::new(directory).evict(first.sequence)?;
                past.evict(first.sequence);
                evict_sides(&index, sides.iter().map(|(id, side)| (*id, &**side)));
            }
            Ok(Resting::of(&main, &index, &sides, &past))
        };
        match cut() {
            Ok(mut left) => {
                as_old(&mut left.chunks, &tape.chunks);
                *tape = left;
            }
            Err(error) => tracing::warn!(path = %directory.display(), %error, "a tape cannot be shortened"),
        }
    }
}

/// Chunks with the time of their last segment: that of the file is that of the last repair.
fn dated(mut chunks: Vec<Extent>, index: &Index) -> Vec<Extent> {
    for chunk in &mut chunks {
        let within = index.segments.partition_point(|segment| segment.base < chunk.begin + chunk.length);
        if let Some(last) = within.checked_sub(1).and_then(|last| index.segments.get(last)) {
            let lasted = last.end.map_or(0, |end| (end - last.start) * 1000 / HZ);
            chunk.ended_ms = last.wall_ms + lasted;
        }
    }
    chunks
}

/// Gives chunks the age that they are known to have: an index tells the time of day, and that may have been set since.
fn as_old(chunks: &mut [Extent], known: &[Extent]) {
    for chunk in chunks {
        if let Some(known) = known.iter().find(|known| known.begin == chunk.begin) {
            chunk.ended_ms = known.ended_ms;
        }
    }
}

fn pieces_of(tape: usize, chunks: &[Extent], sides: u64, kept_from: i64) -> Vec<Piece> {
    let count = chunks.len() as u64;
    let share = |number: usize| if number == 0 { sides - sides / count * (count - 1) } else { sides / count };
    let piece = |(number, chunk): (usize, &Extent)| Piece {
        tape,
        begin: chunk.begin,
        end: chunk.begin + chunk.length,
        bytes: chunk.length + share(number),
        ended_ms: chunk.ended_ms,
        kept: kept_from != i64::MAX && (chunk.ended_ms >= kept_from || number + 1 == chunks.len()),
    };
    chunks.iter().enumerate().map(piece).collect()
}

fn remove(directory: &Path) {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(path = %directory.display(), %error, "a tape's folder cannot be removed");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_makes_nothing_older() {
        let extent = |begin, ended_ms| Extent { begin, length: 10, ended_ms };
        // The index says 2027; when this came, the machine believed that it was 1970.
        let mut found = [extent(0, 1_800_000_000_000), extent(10, 1_800_000_010_000), extent(20, 7)];
        as_old(&mut found, &[extent(0, 5_000), extent(10, 15_000)]);
        assert_eq!(found.map(|chunk| chunk.ended_ms), [5_000, 15_000, 7]);
    }
}
