//! Prepared pieces on disk: a folder each, that holds a tape which is complete.
//!
//! - `piece.ts`: the stream. `*.index`: pages of its journal ([`telecast_media::journal`]). `piece.json`: what there is, written last and durably.
//! - It is made in a folder of its own beside its place, and put there when it is whole: of two that make the same neither takes away what the other has written.
//!   What an interrupted preparation has left is known by its name ([`is_begun`]).
//! - A piece of which something turns out to be damaged says so ([`Piece::is_spoilt`]), so that it is made anew.
//! - What may be read with it is apart ([`super::piece_texts`]), and may become another.
//! - Of a piece on air only the outline, the page that is on and what may be read are in memory.

use std::fs::File;
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use telecast_media::air::{self, Counter, Edges, Outline, PieceRun, map_pid};
use telecast_media::journal::{Journal, Page, Recovery};
use telecast_media::subtitles::{Name, Text};
use telecast_media::tape::{Index, Segment};

use super::files::{self, Whole};
use super::piece_texts;

/// The stream, and what there is.
const STREAM: &str = "piece.ts";
const CONTENTS: &str = "piece.json";
/// Ending of a folder in which a piece is being made.
const BEGUN: &str = "begun";
/// Form of what is written here; another is prepared anew.
const VERSION: u32 = 1;
/// No page is longer (bytes): see [`super::tape_journal`].
const PAGE_LIMIT: u64 = 4 << 20;
/// Pages of a piece that stay in memory: the one that is on, and the one that comes.
const PAGES_KEPT: usize = 2;
/// A read is no longer (bytes).
const READ_LIMIT: u64 = 64 << 20;

/// What stands in `piece.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    version: u32,
    segments: u64,
    start: i64,
    length: i64,
    bytes: u64,
    pages: Vec<PageOf>,
    /// Number, and offset of the first packet, of each run; and the page in which it begins.
    runs: Vec<(u32, u64, usize)>,
    /// PID, first and next continuity counter.
    counters: Vec<(u16, u8, u8)>,
}

/// A page of the index.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct PageOf {
    /// Sequence of its first segment: its name.
    first: u64,
    /// Tape time at which that begins.
    start: i64,
}

fn page_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:016}.index"))
}

/// A piece that is being written.
pub struct PieceWriter {
    /// Where it will lie, and where it is made.
    place: PathBuf,
    folder: PathBuf,
    stream: File,
    journal: Journal,
    page: Option<(u64, File)>,
    contents: Contents,
    last_run: Option<u32>,
    counters: Vec<Counter>,
    /// What is added to the continuity counters of each PID since the last seam; none: there was no seam.
    shifts: Option<Vec<(u16, u8)>>,
    finished: bool,
}

impl PieceWriter {
    /// Begins a piece that is to lie at `place`; what lies there goes.
    ///
    /// # Errors
    /// Its folder cannot be made, or the old one not be removed.
    pub fn begin(place: &Path) -> Result<Self> {
        remove(place)?;
        let folder = files::fresh_folder(place, BEGUN)?;
        let mut options = files::options(OFlags::empty());
        let stream = options.create_new(true).write(true).open(folder.join(STREAM))?;
        let contents = Contents {
            version: VERSION,
            segments: 0,
            start: 0,
            length: 0,
            bytes: 0,
            pages: Vec::new(),
            runs: Vec::new(),
            counters: Vec::new(),
        };
        Ok(Self {
            place: place.to_owned(),
            folder,
            stream,
            journal: Journal::new("piece", 0),
            page: None,
            contents,
            last_run: None,
            counters: Vec::new(),
            shifts: None,
            finished: false,
        })
    }

    /// Appends bytes of the stream, whole packets.
    ///
    /// # Errors
    /// The disk.
    pub fn append(&mut self, bytes: &mut [u8]) -> Result<()> {
        if let Some(shifts) = &mut self.shifts {
            Counter::join(&self.counters, shifts, bytes);
        }
        self.stream.write_all(bytes)?;
        self.contents.bytes += bytes.len() as u64;
        Counter::note(&mut self.counters, bytes);
        Ok(())
    }

    /// What comes begins anew to count its packets: it is made to go on.
    pub fn seam(&mut self) {
        self.shifts = Some(Vec::new());
    }

    /// Writes what has become complete of `index`, all of whose segments that are not written yet are still in it.
    ///
    /// # Errors
    /// The disk.
    pub fn index(&mut self, index: &Index) -> Result<()> {
        for Page { first, bytes } in self.journal.write(index) {
            let known = self.page.take().filter(|(open, _)| *open == first);
            let mut page = match known {
                Some((_, page)) => page,
                None => {
                    let start = index.segment(first).map_or(0, |segment| segment.start);
                    self.contents.pages.push(PageOf { first, start });
                    let mut options = files::options(OFlags::empty());
                    options.create_new(true).write(true).open(page_path(&self.folder, first))?
                }
            };
            page.write_all(&bytes)?;
            self.page = Some((first, page));
        }
        let written = self.contents.segments;
        let complete = index.segments.iter().take_while(|segment| segment.is_complete());
        for segment in complete.filter(|segment| segment.sequence >= written) {
            self.note(segment);
        }
        Ok(())
    }

    fn note(&mut self, segment: &Segment) {
        if self.last_run != Some(segment.run.number) {
            self.last_run = Some(segment.run.number);
            let page = self.contents.pages.partition_point(|page| page.first <= segment.sequence);
            let base = if self.contents.runs.is_empty() { 0 } else { segment.base };
            self.contents.runs.push((segment.run.number, base, page.saturating_sub(1)));
        }
        if self.contents.segments == 0 {
            self.contents.start = segment.start;
        }
        self.contents.segments = segment.sequence + 1;
        self.contents.length = segment.end.unwrap_or(segment.start) - self.contents.start;
    }

    /// Where it is made.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.contents.bytes
    }

    /// Ticks so far.
    pub fn length(&self) -> i64 {
        self.contents.length
    }

    /// It is whole: brings it to the disk, and puts it in its place.
    ///
    /// # Errors
    /// The disk; or nothing was written.
    pub fn finish(mut self) -> Result<Piece> {
        if self.contents.segments == 0 || self.contents.length <= 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "there is no picture and no sound in it"));
        }
        self.contents.counters = self.counters.iter().map(|of| (of.pid, of.first, of.next)).collect();
        self.stream.sync_data()?;
        if let Some((_, page)) = &self.page {
            page.sync_data()?;
        }
        let mut whole = Whole::begin(&self.folder.join(CONTENTS))?;
        serde_json::to_writer(&mut whole, &self.contents)?;
        whole.finish()?;
        // Whatever has been put there meanwhile was made of the same.
        remove(&self.place)?;
        std::fs::rename(&self.folder, &self.place)?;
        self.finished = true;
        if let Some(above) = self.place.parent() {
            File::open(above)?.sync_all()?;
        }
        Piece::open(&self.place)
    }
}

impl Drop for PieceWriter {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = remove(&self.folder)
        {
            tracing::warn!(%error, "what was begun of a piece cannot be removed");
        }
    }
}

/// Removes a piece, or what is left of one.
///
/// # Errors
/// It is there and cannot be removed.
pub fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Notes when a piece was last needed; if that cannot be noted, it may go sooner.
pub fn used(folder: &Path, at: SystemTime) {
    let open = files::options(OFlags::empty()).write(true).open(folder.join(CONTENTS));
    let _ = open.and_then(|file| file.set_modified(at));
}

/// Whether a folder of that name is what an interrupted preparation has left.
pub fn is_begun(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == BEGUN)
}

/// Whether a piece that cannot be read for this is lost: it is not there, or damaged. Anything else may pass.
pub fn is_lost(error: &Error) -> bool {
    use ErrorKind::{InvalidData, IsADirectory, NotADirectory, NotFound, UnexpectedEof};
    matches!(error.kind(), NotFound | InvalidData | UnexpectedEof | IsADirectory | NotADirectory)
}

/// Whether a whole piece lies there.
pub fn is_whole(folder: &Path) -> bool {
    folder.join(CONTENTS).exists()
}

/// Bytes of a whole piece, and when it was last needed.
pub type Left = (u64, SystemTime);

/// Names of folders in `directory`; of those that hold a whole piece, its bytes and when it was last needed. Those that cannot be looked at just now are left out.
///
/// # Errors
/// The folder cannot be read.
pub fn found(directory: &Path) -> Result<Vec<(String, Option<Left>)>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !entry.file_type()?.is_dir() {
            continue;
        }
        let whole = || {
            let used = std::fs::symlink_metadata(entry.path().join(CONTENTS))?.modified()?;
            let bytes = std::fs::symlink_metadata(entry.path().join(STREAM))?.len();
            Ok::<_, Error>((bytes, used))
        };
        match whole() {
            Ok(left) => all.push((name, Some(left))),
            Err(error) if is_lost(&error) => all.push((name, None)),
            Err(error) => tracing::warn!(%error, piece = name, "a prepared piece cannot be looked at"),
        }
    }
    Ok(all)
}

/// A prepared piece. Its files stay open, so that one that is removed can be aired to its end.
#[derive(Debug)]
pub struct Piece {
    folder: PathBuf,
    stream: File,
    pages: Vec<PageOf>,
    outline: Arc<Outline>,
    /// Pages that were read last.
    read: Mutex<Vec<(usize, Arc<Index>)>>,
    /// Names of what may be read with it.
    texts: Mutex<Arc<[Name]>>,
    /// Something of it is damaged or missing.
    spoilt: AtomicBool,
    /// Its clocks, once somebody wanted to know.
    edges: Mutex<Option<Arc<[Edges]>>>,
}

impl Piece {
    /// Opens the piece in `folder`.
    ///
    /// # Errors
    /// It is not there, not whole, or of another form.
    pub fn open(folder: &Path) -> Result<Self> {
        let damaged =
            |what: &str| Error::new(ErrorKind::InvalidData, format!("the piece is damaged: {what}"));
        let contents: Contents = serde_json::from_slice(&files::read_whole(&folder.join(CONTENTS))?)?;
        if contents.version != VERSION {
            return Err(damaged("it has another form"));
        }
        let stream = files::options(OFlags::empty()).read(true).open(folder.join(STREAM))?;
        if stream.metadata()?.len() != contents.bytes {
            return Err(damaged("its stream is not whole"));
        }
        let mut runs = Vec::new();
        let mut first = None;
        for (number, base, page) in contents.runs {
            let place = contents.pages.get(page).ok_or_else(|| damaged("a page is missing"))?;
            let index = read_page(folder, place.first)?;
            first = first.or_else(|| index.segments.front().map(|segment| segment.sequence));
            let of = index.segments.iter().find(|segment| segment.run.number == number);
            let run = Arc::clone(&of.ok_or_else(|| damaged("a run is missing"))?.run);
            runs.push(PieceRun { run, base });
        }
        let first = first.ok_or_else(|| damaged("it is empty"))?;
        let map_pid = runs.first().and_then(|first: &PieceRun| map_pid(&first.run.tables));
        let outline = Outline {
            map_pid,
            runs,
            first,
            segments: contents.segments.saturating_sub(first),
            start: contents.start,
            length: contents.length,
            bytes: contents.bytes,
            counters: contents
                .counters
                .iter()
                .map(|(pid, first, next)| Counter { pid: *pid, first: *first, next: *next })
                .collect(),
        };
        let texts = Mutex::new(piece_texts::names(folder).into());
        let (folder, outline) = (folder.to_owned(), Arc::new(outline));
        let (pages, read, spoilt) = (contents.pages, Mutex::default(), AtomicBool::default());
        Ok(Self { folder, stream, pages, outline, read, texts, spoilt, edges: Mutex::default() })
    }

    /// One of which nothing is there but its outline: for laws about what is on when.
    #[cfg(test)]
    pub fn imagined(outline: Outline) -> Self {
        let stream = File::open("/dev/null").expect("a file");
        Self {
            folder: PathBuf::new(),
            stream,
            pages: Vec::new(),
            outline: Arc::new(outline),
            read: Mutex::default(),
            texts: Mutex::default(),
            spoilt: AtomicBool::default(),
            edges: Mutex::default(),
        }
    }

    /// Something of it was found to be damaged or missing: it is of no use, and never will be.
    pub fn is_spoilt(&self) -> bool {
        self.spoilt.load(Ordering::Relaxed)
    }

    /// As if something of it had been found to be damaged.
    #[cfg(test)]
    pub fn spoil(&self) {
        self.spoilt.store(true, Ordering::Relaxed);
    }

    /// What it is like.
    pub fn outline(&self) -> &Arc<Outline> {
        &self.outline
    }

    /// The clocks at its ends. Reads, the first time.
    pub fn edges(&self) -> Arc<[Edges]> {
        let mut known = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || air::edges(&self.outline, |begin, end| self.read(begin, end).ok()).into();
        Arc::clone(known.get_or_insert_with(read))
    }

    /// Names of what may be read with it.
    pub fn text_names(&self) -> Arc<[Name]> {
        Arc::clone(&self.texts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What may be read with it, in time of the piece.
    pub fn texts(&self) -> Arc<[Text]> {
        if self.text_names().is_empty() { Arc::default() } else { piece_texts::texts(&self.folder).into() }
    }

    /// Something else may be read with it by now.
    pub fn look_at_texts(&self) {
        let names = piece_texts::names(&self.folder).into();
        *self.texts.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Segments from the one on that holds tape time `at` of the piece's own, as far as their page goes; empty: nothing is behind it.
    ///
    /// # Errors
    /// A page is missing or damaged.
    pub fn segments(&self, at: i64) -> Result<Vec<Arc<Segment>>> {
        let number = self.pages.partition_point(|page| page.start <= at).saturating_sub(1);
        for number in number..self.pages.len() {
            let page = self.page(number)?;
            let from = page.segments.partition_point(|segment| segment.end.is_some_and(|end| end <= at));
            let found: Vec<_> = page.segments.iter().skip(from).cloned().collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    fn page(&self, number: usize) -> Result<Arc<Index>> {
        {
            let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, page)) = read.iter().find(|(known, _)| *known == number) {
                return Ok(Arc::clone(page));
            }
        }
        let place = self.pages.get(number).ok_or(ErrorKind::NotFound)?;
        let page = read_page(&self.folder, place.first).inspect_err(|error| {
            if is_lost(error) {
                self.spoilt.store(true, Ordering::Relaxed);
            }
        });
        let page = Arc::new(page?);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(0, (number, Arc::clone(&page)));
        read.truncate(PAGES_KEPT);
        Ok(page)
    }

    /// Bytes `begin..end` of its stream.
    ///
    /// # Errors
    /// The disk, or they are not there.
    pub fn read(&self, begin: u64, end: u64) -> Result<Vec<u8>> {
        let length =
            end.checked_sub(begin).filter(|length| *length <= READ_LIMIT).ok_or(ErrorKind::InvalidInput)?;
        let mut out = vec![0; length as usize];
        self.stream.read_exact_at(&mut out, begin)?;
        Ok(out)
    }
}

fn read_page(folder: &Path, first: u64) -> Result<Index> {
    let path = page_path(folder, first);
    if std::fs::metadata(&path)?.len() > PAGE_LIMIT {
        return Err(Error::new(ErrorKind::InvalidData, "the piece is damaged: a page is too long"));
    }
    let bytes = files::read_whole(&path)?;
    let mut recovery = Recovery::default();
    if recovery.page(&bytes) < bytes.len() {
        return Err(Error::new(ErrorKind::InvalidData, "the piece is damaged: a page cannot be read"));
    }
    Ok(recovery.finish(|_, _, _, _| true))
}

#[cfg(test)]
mod tests {
    use telecast_media::segment::{Segmenter, Start};

    use super::*;

    /// A second of sound alone, as frames of AAC in a transport stream.
    fn stream() -> Vec<u8> {
        use telecast_media::multiplex::{Multiplexer, Unit};
        use telecast_media::ts::psi::{Kind, Stream};
        let mut frame = vec![0xFF, 0xF1, 0x4C, 0x80, 0x0C, 0x9F, 0xFC];
        frame.resize(100, 0);
        let (mut multiplexer, mut out) = (Multiplexer::default(), Vec::new());
        multiplexer.declare(&[Stream::new(0x101, Kind::AacAdts, None, 0)]);
        for number in 0..470 {
            let at = number * 1920;
            let unit = Unit { pid: 0x101, dts: at, pts: at, random_access: true, data: frame.clone() };
            multiplexer.write(&unit, &mut out);
        }
        out
    }

    fn write(folder: &Path) -> (PieceWriter, Index) {
        let mut writer = PieceWriter::begin(folder).expect("begun");
        let mut segmenter = Segmenter::new(Start::default());
        for piece in stream().chunks(7 * 188) {
            let mut out = Vec::new();
            segmenter.push(piece, 0, &mut out);
            writer.append(&mut out).expect("appended");
            writer.index(segmenter.index()).expect("noted");
        }
        segmenter.finish();
        writer.index(segmenter.index()).expect("noted");
        (writer, segmenter.index().clone())
    }

    #[test]
    fn what_is_finished_is_read_again_as_it_was_written() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("a");
        let (writer, index) = write(&folder);
        let piece = writer.finish().expect("finished");
        let expected =
            Outline::of(&index, piece.outline().bytes, piece.outline().counters.clone()).expect("whole");
        assert_eq!(**piece.outline(), expected);
        let again = Piece::open(&folder).expect("opened");
        let mut at = again.outline().start;
        let mut all = Vec::new();
        while let Some(last) = {
            let some = again.segments(at).expect("read");
            all.extend(some.clone());
            some.last().cloned()
        } {
            at = last.end.expect("an end");
        }
        assert_eq!(all.len(), index.segments.len());
        assert!(all.iter().zip(&index.segments).all(|(read, written)| read.lanes == written.lanes));
        assert_eq!(found(place.path()).expect("found").len(), 1);
    }

    #[test]
    fn what_is_interrupted_or_spoilt_is_of_no_use_and_leaves_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("a");
        drop(write(&folder));
        assert_eq!(
            std::fs::read_dir(place.path()).expect("read").count(),
            0,
            "dropped before it was finished"
        );
        assert!(PieceWriter::begin(&folder).expect("begun").finish().is_err(), "nothing is in it");
        let spoil: [fn(&Path); 4] = [
            |folder| std::fs::write(folder.join(CONTENTS), b"{}").expect("written"),
            |folder| std::fs::write(folder.join(STREAM), b"short").expect("written"),
            |folder| std::fs::write(page_path(folder, 0), b"\0\0\0\0").expect("written"),
            |folder| std::fs::remove_file(folder.join(CONTENTS)).expect("removed"),
        ];
        for spoil in spoil {
            write(&folder).0.finish().expect("finished");
            spoil(&folder);
            assert!(Piece::open(&folder).is_err());
        }
        // What has been read once stays; what is read later is found out.
        let piece = write(&folder).0.finish().expect("finished");
        assert!(piece.segments(0).is_ok() && !piece.is_spoilt());
        let piece = Piece::open(&folder).expect("opened");
        std::fs::write(page_path(&folder, 0), b"\0\0\0\0").expect("written");
        assert!(piece.segments(0).is_err() && piece.is_spoilt());
        std::fs::remove_file(folder.join(CONTENTS)).expect("removed");
        let about = found(place.path()).expect("found");
        assert_eq!(
            about.iter().map(|(name, about)| (name.as_str(), about.is_some())).collect::<Vec<_>>(),
            [("a", false)]
        );
    }

    /// Whoever was told to end and ends late leaves alone what somebody else makes, or has made, of the same.
    #[test]
    fn one_that_ends_late_takes_nothing_away() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("a");
        let (late, _) = write(&folder);
        let (next, index) = write(&folder);
        drop(late);
        let piece = next.finish().expect("finished");
        assert_eq!(piece.outline().segments, index.segments.len() as u64);
        let (late, _) = write(&folder);
        let (next, _) = write(&folder);
        next.finish().expect("finished");
        drop(late);
        assert!(Piece::open(&folder).is_ok());
        let (one, _) = write(&folder);
        let (other, _) = write(&folder);
        one.finish().expect("finished");
        other.finish().expect("finished, in the place of the first");
        assert!(Piece::open(&folder).is_ok());
        let left = std::mem::ManuallyDrop::new(write(&folder).0);
        let names = found(place.path()).expect("found").into_iter().map(|(name, _)| name);
        assert!(names.filter(|name| is_begun(name)).eq(["a.0.begun"]), "{}", left.folder().display());
    }

    #[test]
    fn what_may_pass_is_no_loss() {
        let of = |kind: ErrorKind| is_lost(&Error::from(kind));
        assert!(of(ErrorKind::NotFound) && of(ErrorKind::InvalidData) && of(ErrorKind::UnexpectedEof));
        let too_many = rustix::io::Errno::MFILE;
        assert!(
            !is_lost(&too_many.into())
                && !is_lost(&rustix::io::Errno::IO.into())
                && !of(ErrorKind::PermissionDenied)
        );
    }
}
