//! The folders of the library as they lie on the disk: which films are in them, and what beside them tells of them.
//!
//! - Links are followed, each directory is gone through once, so that loops end. Hidden ones and bins are left out.
//! - Names may be any bytes; they are written as [`place::text`] does.
//! - Sounds are items where no films lie beside them: music and radio plays, but not a film's other languages.
//! - What cannot be read is said, so that nobody takes it for empty; a folder that is not there at all is no error.
//! - A file that was changed a moment ago is still being written: it is left alone and looked at later.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use telecast_core::library::artwork::{choose, digest, is_note, is_picture};
use telecast_core::library::describe::Notes;
use telecast_core::library::names::{is_film, is_left_out, is_media, is_sound};
use telecast_core::library::nfo::{self, FILE_MOST, Fault, Told};
use telecast_core::library::place;
use telecast_core::library::reconcile::{Place, Print, Stamp};

/// Directories within each other.
const DEPTH: usize = 32;
/// Files of one folder.
const FILES: usize = 500_000;
/// A file that was changed within this is still being written (milliseconds).
const SETTLED_MS: i64 = 3_000;
/// So many directories above a file may hold what tells of it: its season's and its show's.
const ABOVE: usize = 2;

/// A folder of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// What was found in a folder.
#[derive(Debug, Default)]
pub struct Walked {
    /// Films, in no order.
    pub files: Vec<(Place, Stamp)>,
    /// Directories that could not be read, and files that are still being written.
    pub unread: BTreeSet<Place>,
    /// Directories that were read.
    pub directories: usize,
    /// It is not there: not mounted, or no directory.
    pub is_missing: bool,
    /// Some files are still being written.
    pub is_unsettled: bool,
    /// More than is looked at.
    pub is_too_much: bool,
}

/// Whoever may end a walk, and see how far it is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Films that were found.
    pub files: AtomicU64,
    /// To be ended.
    pub stop: AtomicBool,
}

/// What tells of films, by what it is called: of one film, or of all in a directory.
type Beside = BTreeMap<String, u64>;

struct Walk<'a> {
    folder: &'a Folder,
    now_ms: i64,
    progress: &'a Progress,
    seen: HashSet<(u64, u64)>,
    out: Walked,
}

/// Goes through a folder at `now_ms`.
pub fn walk(folder: &Folder, now_ms: i64, progress: &Progress) -> Walked {
    let mut walk = Walk { folder, now_ms, progress, seen: HashSet::new(), out: Walked::default() };
    match fs::metadata(&folder.path) {
        Ok(root) if root.is_dir() && fs::read_dir(&folder.path).is_ok() => {
            walk.seen.insert((root.dev(), root.ino()));
            walk.directory(&folder.path, "", &[], 0);
        }
        _ => walk.out.is_missing = true,
    }
    walk.out
}

impl Walk<'_> {
    fn place(&self, path: &str) -> Place {
        Place { folder: self.folder.name.clone(), path: path.to_owned() }
    }

    fn unread(&mut self, path: &str) {
        let place = self.place(path);
        self.out.unread.insert(place);
    }

    fn directory(&mut self, at: &Path, path: &str, above: &[u64], depth: usize) {
        let Ok(entries) = fs::read_dir(at) else { return self.unread(path) };
        self.out.directories += 1;
        let (mut inner, mut beside) = (Vec::new(), Beside::new());
        let (mut films, mut sounds) = (Vec::new(), Vec::new());
        for entry in entries {
            let Ok(entry) = entry else {
                // What was not seen may be there.
                self.unread(path);
                continue;
            };
            let name = place::text(&entry.file_name().into_vec());
            let Ok(kind) = entry.file_type() else { continue };
            let interesting = is_media(&name) || is_note(&name) || is_picture(&name);
            if kind.is_dir() || kind.is_symlink() && !interesting {
                inner.push((name, entry.path()));
            } else if interesting {
                // A link that leads nowhere is nothing.
                let Ok(found) = fs::metadata(entry.path()) else { continue };
                if found.is_dir() {
                    inner.push((name, entry.path()));
                } else if is_film(&name) && found.is_file() {
                    films.push((name, found));
                } else if is_sound(&name) && found.is_file() {
                    sounds.push((name, found));
                } else if found.is_file() {
                    let (of, number) = digest(&name, found.len(), changed_ms(&found));
                    *beside.entry(of).or_default() ^= number;
                }
            }
        }
        let general = beside.get("").copied().unwrap_or(0);
        let shared = above.iter().take(ABOVE).fold(general, |all, one| all.rotate_left(7) ^ one);
        for (name, found) in if films.is_empty() { sounds } else { films } {
            self.film(&below(path, &name), &name, &found, shared, &beside);
        }
        let all: Vec<u64> = [&[general], above].concat();
        inner.sort();
        for (name, at) in inner {
            if self.progress.stop.load(Ordering::Relaxed) {
                return;
            }
            self.enter(&name, &at, path, &all, depth);
        }
    }

    fn enter(&mut self, name: &str, at: &Path, path: &str, above: &[u64], depth: usize) {
        if is_left_out(name) {
            return;
        }
        let path = below(path, name);
        match fs::metadata(at) {
            Ok(found) if !found.is_dir() => {}
            Ok(_) if depth >= DEPTH => self.unread(&path),
            Ok(found) if self.seen.insert((found.dev(), found.ino())) => {
                self.directory(at, &path, above, depth + 1);
            }
            Ok(_) => {}
            // A link to what is away now.
            Err(_) => self.unread(&path),
        }
    }

    fn film(&mut self, path: &str, name: &str, found: &Metadata, shared: u64, beside: &Beside) {
        let changed_ms = changed_ms(found);
        let age_ms = self.now_ms - changed_ms;
        if (0..SETTLED_MS).contains(&age_ms) {
            self.out.is_unsettled = true;
            return self.unread(path);
        }
        if self.out.files.len() >= FILES {
            self.out.is_too_much = true;
            return self.unread("");
        }
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let own = beside.get(stem).copied().unwrap_or(0);
        let stamp = Stamp { size: found.len(), changed_ms, beside: own.rotate_left(1) ^ shared };
        let place = self.place(path);
        self.out.files.push((place, stamp));
        self.progress.files.fetch_add(1, Ordering::Relaxed);
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn changed_ms(found: &Metadata) -> i64 {
    found.mtime().saturating_mul(1_000).saturating_add(found.mtime_nsec() / 1_000_000)
}

/// Where a path below a folder lies.
pub fn on_disk(root: &Path, path: &str) -> PathBuf {
    root.join(std::ffi::OsStr::from_bytes(&place::bytes(path)))
}

/// The print of a file of that size; none: it cannot be read, or is another size by now.
pub fn print(path: &Path, size: u64) -> Option<Print> {
    let mut file = File::open(path).ok()?;
    let mut blocks = Vec::new();
    for (at, length) in Print::blocks(size) {
        file.seek(SeekFrom::Start(at)).ok()?;
        let read = (&mut file).take(length).read_to_end(&mut blocks).ok()?;
        if read as u64 != length {
            return None;
        }
    }
    Some(Print::of(size, &blocks))
}

/// A file of no more than `most` bytes; none: it is not there, larger, or no file.
pub fn small(path: &Path, most: u64) -> Option<Vec<u8>> {
    let file = File::open(path).ok()?;
    if !file.metadata().ok().is_some_and(|found| found.is_file() && found.len() <= most) {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// What lies beside a file tells of it: its own note, and its show's in the directories above it.
pub fn notes(root: &Path, path: &str) -> Notes {
    let mut notes = Notes::default();
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut read = |path: &str| -> Option<Told> {
        let bytes = small(&on_disk(root, path), FILE_MOST as u64)?;
        match nfo::read(&bytes) {
            Ok(told) => Some(told),
            Err(Fault::Nothing) => None,
            Err(_) => {
                notes.damaged = true;
                None
            }
        }
    };
    let own = read(&format!("{stem}.nfo")).or_else(|| read(&below(directory, "movie.nfo")));
    let own = own.filter(|told| told.kind.is_some());
    let mut at = directory;
    let mut show = None;
    for _ in 0..=ABOVE {
        show = show.or_else(|| read(&below(at, "tvshow.nfo"))).filter(|told: &Told| told.kind.is_none());
        match at.rsplit_once('/') {
            Some((above, _)) => at = above,
            None if !at.is_empty() => at = "",
            None => break,
        }
    }
    notes.own = own;
    notes.show = show;
    notes
}

/// Names of pictures in a directory below `root`, and how many films there are in it; of a huge one the first thousands.
pub fn names(root: &Path, directory: &str) -> (Vec<String>, usize) {
    let entries = fs::read_dir(on_disk(root, directory)).into_iter().flatten().flatten().take(20_000);
    let (mut pictures, mut films) = (Vec::new(), 0);
    for name in entries.map(|entry| place::text(&entry.file_name().into_vec())) {
        if is_film(&name) {
            films += 1;
        } else if is_picture(&name) {
            pictures.push(name);
        }
    }
    (pictures, films)
}

/// The picture of a sound: one that is called like it, or, where no films are, one that is of all in its directory.
pub fn cover(file: &Path) -> Option<PathBuf> {
    let directory = file.parent()?;
    let name = place::text(file.file_name()?.as_bytes());
    let (pictures, films) = names(directory, "");
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    Some(on_disk(directory, choose(stem, &pictures, films == 0)?))
}

#[cfg(test)]
mod tests;
