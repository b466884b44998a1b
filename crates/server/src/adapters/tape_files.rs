//! A tape on disk: chunk files of about a minute, and side files for derived sound, each addressed by tape offset.
//!
//! One writer, any readers. A reader keeps the files open that it reads, so eviction never breaks a read; what is evicted
//! answers [`std::io::ErrorKind::NotFound`]. Newly written bytes come back from the page cache.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A chunk is closed when it has grown beyond this (bytes): a minute at 9 Mbit/s.
const CHUNK: u64 = 64 << 20;

/// One stream of bytes on disk.
#[derive(Debug)]
pub struct TapeFile {
    directory: PathBuf,
    extension: &'static str,
    chunks: Mutex<BTreeMap<u64, Chunk>>,
}

#[derive(Clone, Debug)]
struct Chunk {
    file: Arc<File>,
    path: PathBuf,
    length: u64,
}

impl TapeFile {
    /// An empty stream in `directory`, which is made if it is not there.
    pub fn create(directory: &Path, extension: &'static str) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        Ok(Self { directory: directory.to_owned(), extension, chunks: Mutex::default() })
    }

    fn chunks(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Chunk>> {
        // The map is whole at every step, so a panic elsewhere does not spoil it.
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends; `offset` is where the bytes begin and must be where the last ended.
    pub fn append(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let open = self
            .chunks()
            .last_key_value()
            .map(|(start, chunk)| (*start, Arc::clone(&chunk.file), chunk.length));
        let (start, file) = match open {
            Some((start, file, length)) if length < CHUNK && start + length == offset => (start, file),
            _ => {
                let path = self.directory.join(format!("{offset:016}.{}", self.extension));
                let file = File::options().create(true).truncate(true).read(true).write(true).open(&path)?;
                let file = Arc::new(file);
                self.chunks().insert(offset, Chunk { file: Arc::clone(&file), path, length: 0 });
                (offset, file)
            }
        };
        // Written before it counts: a reader sees whole bytes or none, and a write that failed half-way is made again.
        file.write_all_at(bytes, offset - start)?;
        if let Some(chunk) = self.chunks().get_mut(&start) {
            chunk.length = offset - start + bytes.len() as u64;
        }
        Ok(())
    }

    /// Reads `begin..end`.
    pub fn read(&self, begin: u64, end: u64) -> Result<Vec<u8>> {
        let length =
            end.checked_sub(begin).filter(|length| *length <= CHUNK).ok_or(ErrorKind::InvalidInput)?;
        let mut out = vec![0; length as usize];
        let mut at = begin;
        while at < end {
            let found = self.chunks().range(..=at).next_back().map(|(start, chunk)| (*start, chunk.clone()));
            let (start, chunk) = found.filter(|(start, chunk)| at < start + chunk.length).ok_or_else(gone)?;
            let stop = end.min(start + chunk.length);
            chunk.file.read_exact_at(&mut out[(at - begin) as usize..(stop - begin) as usize], at - start)?;
            at = stop;
        }
        Ok(out)
    }

    /// Removes chunks that end at or before `offset`; says how many bytes.
    pub fn evict(&self, offset: u64) -> u64 {
        let mut freed = 0;
        let mut chunks = self.chunks();
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

    /// Where the next byte goes.
    pub fn end(&self) -> u64 {
        self.chunks().last_key_value().map_or(0, |(start, chunk)| start + chunk.length)
    }

    /// Bytes on disk.
    pub fn size(&self) -> u64 {
        self.chunks().values().map(|chunk| chunk.length).sum()
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::NotFound, "this part of the tape has been evicted")
}

/// Makes `directory`, and removes what a crashed run left there: tapes are directories with a number for a name.
pub fn clean(directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory)?;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let ours = entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit());
        if ours && entry.file_type()?.is_dir() {
            tracing::info!(path = %entry.path().display(), "a tape of an earlier run is removed");
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
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
        tape.append(100, b"hello ").expect("append");
        tape.append(106, b"world").expect("append");
        assert_eq!(tape.read(103, 109).expect("read"), b"lo wor");
        assert!(tape.read(99, 101).is_err() && tape.read(108, 112).is_err());
        assert_eq!(tape.size(), 11);
    }
}
