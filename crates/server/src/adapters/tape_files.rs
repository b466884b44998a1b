//! A tape on disk: chunk files of about a minute, and side files for derived sound, each addressed by tape offset.
//!
//! One writer, any readers. A reader keeps the files open that it reads, so eviction never breaks a read; what is evicted
//! answers [`std::io::ErrorKind::NotFound`]. The newest bytes of a programme are in memory ([`super::tape_writer`]) and are read from
//! there. Nothing is flushed, so what a power cut takes is found missing when the tape is opened again.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use rustix::fs::OFlags;

use super::files;
use super::tape_writer::Block;

/// A chunk is closed when it has grown beyond this (bytes): a minute at 9 Mbit/s.
const CHUNK: u64 = 64 << 20;
/// A chunk is closed when it is this old (milliseconds), so that quiet channels too are evicted minute by minute.
const CHUNK_MS: i64 = 60_000;

/// Whether the next bytes begin a new chunk after one of `length` bytes begun at `begun_ms`; `cut`: they begin a segment.
pub(super) fn due(length: u64, begun_ms: i64, now_ms: i64, cut: bool) -> bool {
    (cut && now_ms - begun_ms >= CHUNK_MS) || length >= if cut { CHUNK } else { 2 * CHUNK }
}

/// One stream of bytes on disk.
#[derive(Debug)]
pub struct TapeFile {
    directory: PathBuf,
    extension: &'static str,
    state: Mutex<State>,
}

/// What readers and the writer share.
#[derive(Debug, Default)]
pub(super) struct State {
    /// What is on disk.
    chunks: BTreeMap<u64, Chunk>,
    /// What is in memory: blocks in order, some of them on disk already, and the one being filled.
    pub(super) recent: VecDeque<Arc<Block>>,
    pub(super) filling: Option<Block>,
    /// Where the next byte goes.
    pub(super) end: u64,
}

#[derive(Clone, Debug)]
struct Chunk {
    file: Arc<File>,
    path: PathBuf,
    length: u64,
    begun_ms: i64,
    ended_ms: i64,
}

/// Where a chunk lies, and of when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Offset of its first byte.
    pub begin: u64,
    /// Bytes.
    pub length: u64,
    /// When its last byte came, milliseconds since 1970.
    pub ended_ms: i64,
}

impl TapeFile {
    /// An empty stream in `directory`, which is made if it is not there.
    pub fn create(directory: &Path, extension: &'static str) -> Result<Self> {
        files::own_folder(directory)?;
        Ok(Self { directory: directory.to_owned(), extension, state: Mutex::default() })
    }

    /// Takes over what lies in its directory: the newest stretch without a hole. Older chunks are removed.
    pub fn adopt(&self) -> Result<()> {
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let Some(begin) = number(&path, self.extension) else { continue };
            let file = files::options(OFlags::empty()).read(true).write(true).open(&path)?;
            let about = file.metadata()?;
            let written = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64;
            let chunk = Chunk {
                file: Arc::new(file),
                path,
                length: about.len(),
                begun_ms: written,
                ended_ms: written,
            };
            found.insert(begin, chunk);
        }
        let mut next = None;
        for begin in found.keys().rev().copied().collect::<Vec<_>>() {
            let end = begin + found[&begin].length;
            if next.is_some_and(|next| next != end) {
                for chunk in found.extract_if(..=begin, |_, _| true) {
                    std::fs::remove_file(&chunk.1.path)?;
                }
                break;
            }
            next = Some(begin);
        }
        let mut state = self.state();
        state.end = found.last_key_value().map_or(0, |(begin, chunk)| begin + chunk.length);
        state.chunks = found;
        Ok(())
    }

    /// Cuts off what lies at and after `offset`: it was written, but nobody knows what it is.
    pub fn truncate(&self, offset: u64) -> Result<()> {
        let mut state = self.state();
        state.end = state.end.min(offset);
        let chunks = &mut state.chunks;
        while let Some((begin, chunk)) = chunks.last_key_value().map(|(begin, chunk)| (*begin, chunk.clone()))
        {
            if begin + chunk.length <= offset {
                break;
            }
            if begin < offset {
                chunk.file.set_len(offset - begin)?;
                chunks.insert(begin, Chunk { length: offset - begin, ..chunk });
                break;
            }
            std::fs::remove_file(&chunk.path)?;
            chunks.remove(&begin);
        }
        Ok(())
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // It is whole at every step, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a chunk at `offset`; gives its file, and the name that it was opened by.
    pub(super) fn begin_chunk(&self, offset: u64, now_ms: i64) -> Result<(Arc<File>, PathBuf)> {
        let path = self.directory.join(format!("{offset:016}.{}", self.extension));
        let mut options = files::options(OFlags::empty());
        let file = options.create(true).truncate(true).read(true).write(true).open(&path)?;
        let file = Arc::new(file);
        let chunk = Chunk {
            file: Arc::clone(&file),
            path: path.clone(),
            length: 0,
            begun_ms: now_ms,
            ended_ms: now_ms,
        };
        self.state().chunks.insert(offset, chunk);
        Ok((file, path))
    }

    /// The chunk that begins at `start` is on disk up to `end` now.
    pub(super) fn written(&self, start: u64, end: u64, now_ms: i64) {
        let mut state = self.state();
        if let Some(chunk) = state.chunks.get_mut(&start) {
            chunk.length = end - start;
            chunk.ended_ms = now_ms;
        }
    }

    /// Appends at `now_ms` (milliseconds since 1970), for streams too small to gather; `offset` is where the bytes begin and must be where
    /// the last ended. A chunk that is full or old is closed where `cut` allows it: at the beginning of a segment.
    pub fn append(&self, offset: u64, bytes: &[u8], now_ms: i64, cut: bool) -> Result<()> {
        let open = self.state().chunks.last_key_value().map(|(start, chunk)| (*start, chunk.clone()));
        let (start, file) = match open {
            Some((start, chunk))
                if start + chunk.length == offset && !due(chunk.length, chunk.begun_ms, now_ms, cut) =>
            {
                (start, chunk.file)
            }
            _ => (offset, self.begin_chunk(offset, now_ms)?.0),
        };
        // Written before it counts: a reader sees whole bytes or none, and a write that failed half-way is made again.
        file.write_all_at(bytes, offset - start)?;
        let end = offset + bytes.len() as u64;
        self.written(start, end, now_ms);
        self.state().end = end;
        Ok(())
    }

    /// Calls `work` with `begin..end`, if all of it is in memory: nothing is copied. Writer and readers wait
    /// meanwhile, so `work` waits for nothing, and asks this file for nothing.
    pub fn in_memory<T>(&self, begin: u64, end: u64, work: impl FnOnce(&Recent<'_>) -> T) -> Option<T> {
        let state = self.state();
        let blocks = state.recent.iter().map(|block| &**block).chain(&state.filling);
        let pieces: Vec<_> =
            blocks.map(|block| block.range(begin, end)).filter(|piece| !piece.is_empty()).collect();
        let length = pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
        (begin + length == end).then(|| work(&Recent { begin, pieces }))
    }

    /// Reads `begin..end`: what is in memory from there, only the rest waits for the disk.
    pub fn read(&self, begin: u64, end: u64) -> Result<Vec<u8>> {
        let length =
            end.checked_sub(begin).filter(|length| *length <= CHUNK).ok_or(ErrorKind::InvalidInput)?;
        let mut recent = Vec::with_capacity(length as usize);
        {
            let state = self.state();
            if end > state.end {
                return Err(gone());
            }
            for block in state.recent.iter().map(|block| &**block).chain(&state.filling) {
                recent.extend_from_slice(block.range(begin, end));
            }
        }
        let older = length as usize - recent.len();
        if older == 0 {
            return Ok(recent);
        }
        let mut out = vec![0; length as usize];
        self.read_disk(begin, &mut out[..older])?;
        out[older..].copy_from_slice(&recent);
        Ok(out)
    }

    fn read_disk(&self, begin: u64, out: &mut [u8]) -> Result<()> {
        let mut done = 0;
        while done < out.len() {
            let at = begin + done as u64;
            let found =
                self.state().chunks.range(..=at).next_back().map(|(start, chunk)| (*start, chunk.clone()));
            let (start, chunk) = found.filter(|(start, chunk)| at < start + chunk.length).ok_or_else(gone)?;
            let step = (out.len() - done).min((start + chunk.length - at) as usize);
            chunk.file.read_exact_at(&mut out[done..done + step], at - start)?;
            done += step;
        }
        Ok(())
    }

    /// Whether all of `begin..end` is there.
    pub fn holds(&self, begin: u64, end: u64) -> bool {
        let chunks = &self.state().chunks;
        let first = chunks.first_key_value().map(|(start, _)| *start);
        let last = chunks.last_key_value().map(|(start, chunk)| start + chunk.length);
        // Chunks follow each other without a hole, unless a write has failed.
        first.zip(last).is_some_and(|(first, last)| first <= begin && end <= last)
    }

    /// Removes chunks that end at or before `offset`; says how many bytes.
    pub fn evict(&self, offset: u64) -> u64 {
        let mut freed = 0;
        let chunks = &mut self.state().chunks;
        while let Some((start, chunk)) =
            chunks.first_key_value().map(|(start, chunk)| (*start, chunk.clone()))
        {
            if start + chunk.length > offset || chunks.len() == 1 {
                break;
            }
            chunks.remove(&start);
            if let Err(error) = std::fs::remove_file(&chunk.path) {
                tracing::warn!(path = %chunk.path.display(), %error, "an evicted chunk cannot be removed");
            }
            freed += chunk.length;
        }
        freed
    }

    /// Its chunks, oldest first.
    pub fn extents(&self) -> Vec<Extent> {
        let extent = |(begin, chunk): (&u64, &Chunk)| Extent {
            begin: *begin,
            length: chunk.length,
            ended_ms: chunk.ended_ms,
        };
        self.state().chunks.iter().map(extent).collect()
    }

    /// Where the next byte goes.
    pub fn end(&self) -> u64 {
        self.state().end
    }

    /// Bytes on disk.
    pub fn size(&self) -> u64 {
        self.state().chunks.values().map(|chunk| chunk.length).sum()
    }
}

/// A stretch of a tape in memory.
pub struct Recent<'a> {
    /// Tape offset of its first byte.
    begin: u64,
    pieces: Vec<&'a [u8]>,
}

impl Recent<'_> {
    /// Bytes `begin..end` of the tape, which must lie in the stretch; put together only where they lie in two blocks.
    pub fn range(&self, begin: u64, end: u64) -> Cow<'_, [u8]> {
        let (mut from, mut left) = ((begin - self.begin) as usize, (end - begin) as usize);
        let mut joined = Vec::new();
        for piece in &self.pieces {
            if from >= piece.len() {
                from -= piece.len();
                continue;
            }
            let found = &piece[from..piece.len().min(from + left)];
            if joined.is_empty() && found.len() == left {
                return Cow::Borrowed(found);
            }
            joined.extend_from_slice(found);
            (from, left) = (0, left - found.len());
            if left == 0 {
                break;
            }
        }
        Cow::Owned(joined)
    }
}

/// The number that a file of ours is called by.
pub(super) fn number(path: &Path, extension: &str) -> Option<u64> {
    let ours = path.extension().is_some_and(|found| found == extension);
    ours.then(|| path.file_stem()?.to_str()?.parse().ok()).flatten()
}

fn gone() -> Error {
    Error::new(ErrorKind::NotFound, "this part of the tape has been evicted")
}

/// Free bytes of the file system that `path` lies on, for those who may not use the reserve.
pub fn free_space(path: &Path) -> Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail * stat.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_read_until_it_is_evicted() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let tape = TapeFile::create(directory.path(), "ts").expect("create");
        tape.append(100, b"hello ", 0, true).expect("append");
        tape.append(106, b"world", 1, false).expect("append");
        assert_eq!(tape.read(103, 109).expect("read"), b"lo wor");
        assert!(tape.read(99, 101).is_err() && tape.read(108, 112).is_err());
        assert_eq!(tape.size(), 11);
        // A minute later, at a segment, a chunk begins, and the first one can go.
        tape.append(111, b"!", CHUNK_MS, false).expect("append");
        tape.append(112, b"?", CHUNK_MS, true).expect("append");
        assert_eq!(tape.extents().len(), 2);
        assert_eq!((tape.evict(112), tape.size()), (12, 1));
    }

    #[test]
    fn a_tape_is_taken_over_up_to_where_it_is_known() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let tape = TapeFile::create(directory.path(), "ts").expect("create");
        for (number, offset) in [0u64, 10, 20, 40, 50].into_iter().enumerate() {
            tape.append(offset, b"0123456789", CHUNK_MS * number as i64, true).expect("append");
        }
        let again = TapeFile::create(directory.path(), "ts").expect("create");
        again.adopt().expect("adopt");
        let begins = |tape: &TapeFile| tape.extents().iter().map(|extent| extent.begin).collect::<Vec<_>>();
        assert_eq!(begins(&again), [40, 50], "what lies before a hole is gone");
        again.truncate(47).expect("truncate");
        assert_eq!((begins(&again), again.end()), (vec![40], 47));
        assert_eq!(std::fs::read_dir(directory.path()).expect("list").count(), 1);
        again.append(47, b"abc", 0, false).expect("append");
        assert_eq!(again.read(45, 50).expect("read"), b"56abc");
        assert!(again.holds(40, 50) && !again.holds(39, 41) && !again.holds(49, 51));
    }
}
