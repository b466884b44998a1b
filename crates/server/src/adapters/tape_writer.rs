//! Writing a programme to its tape: whole blocks, past the page cache, on another thread.
//!
//! A tape is written once and read mostly while it is new. So its newest bytes are kept here, where readers find them, and go to the disk in
//! blocks by `O_DIRECT`: that costs less than the page cache (docs/design/performance.md), pushes nothing else of the machine out of it,
//! and tells of a full disk at once. File systems that cannot do that are written to as usual.
//!
//! - One write at a time, and while it lasts the next block is filled: the source waits only for a disk that is a block behind.
//! - A crash loses what is in memory: at most two blocks, or [`FLUSH_MS`].

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::files;
use super::tape_files::{TapeFile, due};

/// Bytes written at once: a disk's seek hardly counts, and a tape can keep several in memory.
const BLOCK: usize = 512 << 10;
/// What has not filled a block is written after this time (milliseconds).
const FLUSH_MS: i64 = 2_000;
/// Blocks that stay in memory behind the one being filled: parts of the last second at 8 Mbit/s.
const KEPT: usize = 2;
/// Memory, place and length of direct writes are multiples of this: it covers every disk's sector.
const ALIGNED: usize = 4096;

/// A stretch of a tape in memory that begins at a multiple of [`ALIGNED`].
#[derive(Debug)]
pub(super) struct Block {
    /// Tape offset of its first byte.
    begin: u64,
    memory: Vec<u8>,
    /// Where in `memory` it begins.
    lead: usize,
    length: usize,
    /// Where its chunk begins, when that was, and when the last byte came (milliseconds since 1970).
    chunk: u64,
    begun_ms: i64,
    ended_ms: i64,
}

impl Block {
    fn new() -> Self {
        let memory = vec![0; BLOCK + ALIGNED];
        let lead = memory.as_ptr().align_offset(ALIGNED).min(ALIGNED);
        Self { begin: 0, memory, lead, length: 0, chunk: 0, begun_ms: 0, ended_ms: 0 }
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.lead..self.lead + self.length]
    }

    fn end(&self) -> u64 {
        self.begin + self.length as u64
    }

    /// What it has of the tape's bytes `begin..end`.
    pub(super) fn range(&self, begin: u64, end: u64) -> &[u8] {
        let (from, to) = (begin.clamp(self.begin, self.end()), end.clamp(self.begin, self.end()));
        &self.bytes()[(from - self.begin) as usize..(to.max(from) - self.begin) as usize]
    }

    /// Takes what fits; gives the rest.
    fn fill<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.length));
        let at = self.lead + self.length;
        self.memory[at..at + now.len()].copy_from_slice(now);
        self.length += now.len();
        later
    }

    /// The same as far as it is a multiple of [`ALIGNED`].
    fn aligned(&self) -> Self {
        let mut copy = Self { begin: self.begin, length: 0, ..Self::new() };
        (copy.chunk, copy.begun_ms, copy.ended_ms) = (self.chunk, self.begun_ms, self.ended_ms);
        copy.fill(&self.bytes()[..self.length / ALIGNED * ALIGNED]);
        copy
    }
}

/// The chunk being written.
struct Open {
    start: u64,
    /// Up to where (tape offset) it is on disk.
    written: u64,
    file: Arc<File>,
    /// The same file past the page cache, where that can be.
    direct: Option<File>,
}

impl Open {
    fn begin(tape: &TapeFile, block: &Block) -> Result<Self> {
        let (file, path) = tape.begin_chunk(block.chunk, block.begun_ms)?;
        let direct = files::options(rustix::fs::OFlags::DIRECT).write(true).open(path).ok();
        Ok(Self { start: block.chunk, written: block.chunk, file, direct })
    }

    /// Writes what is not on disk yet of `block`.
    fn write(&mut self, block: &Block) -> Result<()> {
        let bytes = block.range(self.written, block.end());
        let whole = bytes.len() / ALIGNED * ALIGNED;
        let (mut place, mut rest) = (block.end() - self.start - bytes.len() as u64, bytes);
        let aligned = (place as usize | rest.as_ptr().addr()).is_multiple_of(ALIGNED);
        if let Some(direct) = self.direct.as_ref().filter(|_| aligned && whole > 0) {
            match direct.write_all_at(&rest[..whole], place) {
                Ok(()) => (place, rest) = (place + whole as u64, &rest[whole..]),
                // It can be opened so, but not written: some network and stacked file systems.
                Err(error) if error.kind() == ErrorKind::InvalidInput => self.direct = None,
                Err(error) => return Err(error),
            }
        }
        self.file.write_all_at(rest, place)?;
        self.written = block.end();
        Ok(())
    }
}

/// The one who appends to a tape's programme.
pub struct TapeWriter {
    tape: Arc<TapeFile>,
    open: Option<Open>,
    /// The write under way.
    busy: Option<JoinHandle<Written>>,
    /// Blocks that are complete and not on disk yet, the oldest being written.
    waiting: VecDeque<Arc<Block>>,
    /// Memory for the next block.
    spare: Option<Block>,
    flushed_ms: i64,
    /// The last write failed: nothing more is taken before it has been done.
    failed: bool,
}

struct Written {
    open: Option<Open>,
    /// Up to where, if it could be done.
    end: Result<u64>,
    ended_ms: i64,
}

impl TapeWriter {
    /// For `tape`, which nobody else appends to. It begins a chunk of its own.
    pub fn new(tape: Arc<TapeFile>) -> Self {
        Self {
            tape,
            open: None,
            busy: None,
            waiting: VecDeque::new(),
            spare: None,
            flushed_ms: 0,
            failed: false,
        }
    }

    /// Appends at `now_ms` (milliseconds since 1970); `offset` is where the bytes begin and must be where the last ended. A chunk that is full or
    /// old is closed where `cut` allows it: at the beginning of a segment.
    ///
    /// # Errors
    /// What came before cannot be written. Nothing is lost: these bytes were not taken, the others wait, and the next call tries again.
    pub async fn append(&mut self, offset: u64, bytes: &[u8], now_ms: i64, cut: bool) -> Result<()> {
        if self.failed && self.busy.is_none() {
            self.begin_write(now_ms);
        }
        let behind = self.failed || self.waiting.len() > 1;
        if behind || self.busy.as_ref().is_some_and(JoinHandle::is_finished) {
            self.settle().await?;
        }
        self.take(offset, bytes, now_ms, cut)?;
        if self.busy.is_none() && (!self.waiting.is_empty() || now_ms - self.flushed_ms >= FLUSH_MS) {
            self.begin_write(now_ms);
        }
        Ok(())
    }

    /// Writes all that is in memory and closes the chunk; readers go on finding everything.
    ///
    /// # Errors
    /// It cannot be written. It can be tried again.
    pub async fn close(&mut self) -> Result<()> {
        self.settle().await?;
        {
            let mut state = self.tape.state();
            let last = state.filling.take().map(Arc::new);
            state.recent.extend(last.clone());
            self.waiting.extend(last);
        }
        while !self.waiting.is_empty() {
            self.begin_write(self.flushed_ms);
            self.settle().await?;
        }
        self.open = None;
        Ok(())
    }

    /// Puts `bytes` into memory, where readers see them.
    fn take(&mut self, offset: u64, mut bytes: &[u8], now_ms: i64, cut: bool) -> Result<()> {
        let mut state = self.tape.state();
        let state = &mut *state;
        if state.end != offset {
            return Err(ErrorKind::InvalidInput.into());
        }
        let mut old = state.filling.as_ref().map(|block| (block.chunk, block.begun_ms));
        old = old.or(self.waiting.back().map(|block| (block.chunk, block.begun_ms)));
        old = old.or(self
            .open
            .as_ref()
            .zip(state.recent.back())
            .map(|(_, block)| (block.chunk, block.begun_ms)));
        let old = old.filter(|(start, begun_ms)| !due(offset - start, *begun_ms, now_ms, cut));
        let (chunk, begun_ms) = old.unwrap_or((offset, now_ms));
        if let Some(last) = state.filling.take_if(|block| block.chunk != chunk).map(Arc::new) {
            state.recent.push_back(Arc::clone(&last));
            self.waiting.push_back(last);
        }
        while !bytes.is_empty() {
            let block = state.filling.get_or_insert_with(|| {
                let mut block = self.spare.take().unwrap_or_else(Block::new);
                (block.begin, block.length, block.chunk, block.begun_ms) = (state.end, 0, chunk, begun_ms);
                block
            });
            let before = bytes.len();
            bytes = block.fill(bytes);
            block.ended_ms = now_ms;
            let full = block.length == BLOCK;
            state.end += (before - bytes.len()) as u64;
            if let Some(full) = state.filling.take_if(|_| full).map(Arc::new) {
                state.recent.push_back(Arc::clone(&full));
                self.waiting.push_back(full);
            }
        }
        Ok(())
    }

    /// Begins to write the oldest block that waits, or what there is of the one being filled.
    fn begin_write(&mut self, now_ms: i64) {
        let block = match self.waiting.front() {
            Some(block) => Arc::clone(block),
            None => match self.tape.state().filling.as_ref().map(Block::aligned) {
                Some(block) if block.length > 0 => Arc::new(block),
                _ => return,
            },
        };
        self.flushed_ms = now_ms;
        let open = self.open.take().filter(|open| open.start == block.chunk);
        let tape = Arc::clone(&self.tape);
        self.busy = Some(tokio::task::spawn_blocking(move || {
            let mut open = match open.map_or_else(|| Open::begin(&tape, &block), Ok) {
                Ok(open) => open,
                Err(error) => return Written { open: None, end: Err(error), ended_ms: 0 },
            };
            let done = open.write(&block);
            Written { open: Some(open), end: done.map(|()| block.end()), ended_ms: block.ended_ms }
        }));
    }

    /// Waits for the write under way, and gives memory back that nobody is likely to read.
    async fn settle(&mut self) -> Result<()> {
        let Some(busy) = self.busy.as_mut() else { return Ok(()) };
        let written = busy.await;
        self.busy = None;
        let written = written.map_err(Error::other)?;
        self.open = written.open;
        self.failed = written.end.is_err();
        let end = written.end?;
        if let Some(open) = &self.open {
            self.tape.written(open.start, end, written.ended_ms);
        }
        while self.waiting.front().is_some_and(|block| block.end() <= end) {
            self.waiting.pop_front();
        }
        let mut state = self.tape.state();
        while state.recent.len() > KEPT && state.recent.front().is_some_and(|block| block.end() <= end) {
            self.spare = state.recent.pop_front().and_then(Arc::into_inner).or(self.spare.take());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(begin: u64, end: u64) -> Vec<u8> {
        (begin..end).map(|at| (at / 251 + at) as u8).collect()
    }

    fn tape(directory: &std::path::Path) -> (Arc<TapeFile>, TapeWriter) {
        let tape = Arc::new(TapeFile::create(directory, "ts").expect("create"));
        (Arc::clone(&tape), TapeWriter::new(tape))
    }

    #[tokio::test]
    async fn memory_and_disk_are_one_stream() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let (tape, mut writer) = tape(directory.path());
        let (mut at, end) = (0, 9 * BLOCK as u64 + 12_345);
        while at < end {
            let next = end.min(at + 99_991);
            writer.append(at, &bytes(at, next), 0, true).await.expect("append");
            at = next;
            let from = at.saturating_sub(5 * BLOCK as u64 + 77);
            assert_eq!(tape.read(from, at).expect("read"), bytes(from, at));
            // What is in memory is seen there, also across blocks; what is not, is not.
            let from = at.saturating_sub(BLOCK as u64);
            let seen = tape.in_memory(from, at, |recent| {
                (recent.range(from, at).into_owned(), recent.range(at - 400, at - 7).into_owned())
            });
            assert_eq!(seen, Some((bytes(from, at), bytes(at - 400, at - 7))));
            assert!(tape.in_memory(from, at + 1, |_| ()).is_none());
        }
        assert!(tape.in_memory(0, 10, |_| ()).is_none());
        assert_eq!((tape.end(), tape.read(0, end).expect("all")), (end, bytes(0, end)));
        let blocks = tape.state().recent.len();
        assert!(blocks <= KEPT + 2, "{blocks} blocks are in memory");
        writer.close().await.expect("close");
        assert_eq!(tape.size(), end);
        let file = directory.path().join(format!("{:016}.ts", 0));
        assert!(std::fs::read(file).expect("file") == bytes(0, end));
        // What comes later goes to a chunk of its own.
        writer.append(end, &bytes(end, end + 10), 0, false).await.expect("append");
        writer.close().await.expect("close");
        assert_eq!(tape.read(end - 5, end + 10).expect("read"), bytes(end - 5, end + 10));
        assert!(writer.append(5, b"not the end", 0, false).await.is_err());
    }

    #[tokio::test]
    async fn a_slow_stream_reaches_the_disk_and_its_chunks_end_by_the_minute() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let (tape, mut writer) = tape(directory.path());
        let mut end = 0;
        for second in 0..150 {
            writer.append(end, &bytes(end, end + 1000), second * 1000, true).await.expect("append");
            end += 1000;
            writer.settle().await.expect("write");
            assert!(end - tape.size() < 3000 + ALIGNED as u64, "{} of {end}", tape.size());
        }
        assert_eq!(
            tape.extents().iter().map(|extent| extent.begin).collect::<Vec<_>>(),
            [0, 60_000, 120_000]
        );
        assert_eq!(tape.read(0, end).expect("read"), bytes(0, end));
        writer.close().await.expect("close");
        let again = TapeFile::create(directory.path(), "ts").expect("create");
        again.adopt().expect("adopt");
        assert_eq!(again.read(0, end).expect("read"), bytes(0, end));
    }

    #[tokio::test]
    async fn what_cannot_be_written_waits() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let place = directory.path().join("tape");
        let (tape, mut writer) = tape(&place);
        // There is no folder to write to until it is made again.
        std::fs::remove_dir(&place).expect("remove");
        let (mut at, step) = (0, BLOCK as u64 / 2);
        let refused = loop {
            match writer.append(at, &bytes(at, at + step), 0, true).await {
                Ok(()) => at += step,
                Err(_) => break at,
            }
            tokio::task::yield_now().await;
            assert!(at < 8 * BLOCK as u64, "a disk that takes nothing holds its writer up");
        };
        assert_eq!(tape.end(), refused);
        assert_eq!(tape.read(0, at).expect("read"), bytes(0, at));
        std::fs::create_dir(&place).expect("make");
        // The write that had begun meanwhile may still fail.
        while writer.append(at, &bytes(at, at + step), 0, true).await.is_err() {}
        writer.close().await.expect("close");
        assert_eq!(tape.size(), at + step);
        assert_eq!(tape.read(0, at + step).expect("read"), bytes(0, at + step));
    }
}
