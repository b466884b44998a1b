//! Sound that was made for a tape's past, beside its chunks: one file for each stretch, written whole and never changed.
//!
//! The name of a file says what it is ([`Place`]), and its content is ADTS frames: whoever wants to can play it. A file is there under its name once all
//! of it is written; nothing is flushed, so what a power cut leaves of it is found out when it is read, and made again.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Result, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::OFlags;
use telecast_media::past::Place;
use telecast_media::tape::TrackId;

use super::files;

/// Beginning of the names of files.
const PAST: &str = "past-";
/// Their extension.
const EXTENSION: &str = "aac";
/// What is still being written.
const UNFINISHED: &str = "part";

/// The files of one tape, by track and first sequence, with their lengths.
#[derive(Debug)]
pub struct PastFiles {
    directory: PathBuf,
    places: Mutex<BTreeMap<(TrackId, u64), (Place, u64)>>,
}

impl PastFiles {
    /// Of the tape in `directory`; none are known yet.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), places: Mutex::default() }
    }

    /// Takes over what lies there; removes what was left unfinished.
    pub fn adopt(&self) -> Result<()> {
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_prefix(PAST)) else {
                continue;
            };
            match place(name) {
                Some(place) => {
                    found.insert((place.track, place.first), (place, path.symlink_metadata()?.len()));
                }
                None => std::fs::remove_file(&path)?,
            }
        }
        *self.places() = found;
        Ok(())
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<(TrackId, u64), (Place, u64)>> {
        // It is whole at every step, so a panic elsewhere does not spoil it.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, place: &Place, extension: &str) -> PathBuf {
        let Place { track, first, last, time } = place;
        self.directory.join(format!("{PAST}{track}-{first}-{last}-{time}.{extension}"))
    }

    /// The stretch that sound of `track` was made in for the segment `sequence`.
    pub fn find(&self, track: TrackId, sequence: u64) -> Option<Place> {
        let places = self.places();
        let (_, (place, _)) = places.range((track, 0)..=(track, sequence)).next_back()?;
        Some(*place).filter(|place| sequence <= place.last)
    }

    /// All of a stretch.
    pub fn load(&self, place: &Place) -> Result<Vec<u8>> {
        files::read_whole(&self.path(place, EXTENSION))
    }

    /// Keeps `bytes` as the stretch at `place`.
    pub fn write(&self, place: &Place, bytes: &[u8]) -> Result<()> {
        let unfinished = self.path(place, UNFINISHED);
        let mut options = files::options(OFlags::empty());
        let written = options
            .create(true)
            .truncate(true)
            .write(true)
            .open(&unfinished)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| std::fs::rename(&unfinished, self.path(place, EXTENSION)));
        if written.is_err() {
            // A disk that is full has no room for half of it either.
            let _ = std::fs::remove_file(&unfinished);
        }
        written?;
        self.places().insert((place.track, place.first), (*place, bytes.len() as u64));
        Ok(())
    }

    /// Bytes of `track` by the offsets that its frames have; one that was evicted answers `NotFound`.
    pub fn read(&self, track: TrackId, begin: u64, end: u64) -> Result<Vec<u8>> {
        let wanted = Place::at(begin)
            .zip(Place::at(end))
            .filter(|((first, from), (last, to))| first == last && from <= to);
        let ((first, from), (_, to)) = wanted.ok_or(ErrorKind::InvalidInput)?;
        let place = self.places().get(&(track, first)).map(|(place, _)| *place).ok_or(ErrorKind::NotFound)?;
        let mut out = vec![0; (to - from) as usize];
        files::options(OFlags::empty())
            .read(true)
            .open(self.path(&place, EXTENSION))?
            .read_exact_at(&mut out, from)?;
        Ok(out)
    }

    /// It is not what its name says, or nobody can ask for it any more.
    pub fn remove(&self, place: &Place) {
        self.places().remove(&(place.track, place.first));
        match std::fs::remove_file(self.path(place, EXTENSION)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(?place, %error, "sound of the past cannot be removed");
            }
            _ => {}
        }
    }

    /// Removes stretches all of whose segments come before sequence `first`.
    pub fn evict(&self, first: u64) {
        let over: Vec<Place> =
            self.places().values().map(|(place, _)| *place).filter(|place| place.last < first).collect();
        for place in &over {
            self.remove(place);
        }
    }

    /// Bytes on disk.
    pub fn size(&self) -> u64 {
        self.places().values().map(|(_, length)| length).sum()
    }
}

/// What a file is, by the rest of its name.
fn place(name: &str) -> Option<Place> {
    let mut parts = name.strip_suffix(EXTENSION)?.strip_suffix('.')?.split('-');
    let track = parts.next()?.parse().ok()?;
    let (first, last) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let time = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Place { track, first, last, time })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_found_again_and_goes_with_its_segments() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let files = PastFiles::new(directory.path());
        let places = [(128, 7, 9), (128, 10, 10), (129, 7, 12)];
        let places =
            places.map(|(track, first, last)| Place { track, first, last, time: 1024 * first as i64 });
        for place in &places {
            files.write(place, format!("sound {}", place.first).as_bytes()).expect("write");
        }
        std::fs::write(directory.path().join("past-128-13-15-9.part"), b"half").expect("write");
        std::fs::write(directory.path().join("0000000000000000.ts"), b"not ours").expect("write");
        let again = PastFiles::new(directory.path());
        again.adopt().expect("adopt");
        assert_eq!(again.size(), 7 + 8 + 7);
        assert_eq!(
            std::fs::read_dir(directory.path()).expect("list").count(),
            4,
            "what is unfinished has gone"
        );
        let offset = places[1].offset();
        assert_eq!(again.read(128, offset + 6, offset + 8).expect("read"), b"10");
        assert!(again.read(128, offset, offset + 9).is_err() && again.read(129, offset, offset + 1).is_err());
        for (sequence, is) in [(6, None), (7, Some(0)), (9, Some(0)), (10, Some(1)), (11, None)] {
            assert_eq!(again.find(128, sequence), is.map(|at: usize| places[at]), "{sequence}");
        }
        again.evict(10);
        assert_eq!((again.find(128, 9), again.find(129, 9)), (None, Some(places[2])));
        assert_eq!(again.size(), 8 + 7);
    }
}
