//! The index of a tape as it stands on disk: pages of records, appended as segments close, so that a tape survives the end of the
//! program, and its past need not stay in memory while nobody watches.
//!
//! - A record is its length, its CRC-32 and its content: what is torn or damaged ends what is read, never what was before.
//! - A page begins with the tape's name and the run in force: pages are removed with the segments that they hold, and what is left
//!   can be read without them.
//! - A segment is written once, when no frame will be added to it. A run is written again when more has become known of it; what
//!   was written last holds for all its segments.
//! - Sound that was made when somebody asked for it stands here as promised: files of their own say that it is made ([`crate::past`]).
//! - Numbers are variable in length (7 bits a byte), signed ones zigzag; a frame takes about six bytes.
//!
//! The index is a cache of the stream: where it does not fit the bytes that are there, the bytes win (see [`Recovery::finish`]).
//! Reading and writing files belongs to the server.

mod code;

use crate::tape::{Index, Lane, Run, Segment};
use crate::ts::psi::crc32;
use code::{Reader, Writer};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Segments of one page: about two minutes, so that what is evicted frees its page soon.
const PAGE: usize = 64;
/// No record is longer (bytes); a segment of four seconds takes about 4 KiB.
const RECORD: usize = 1 << 20;
/// Bytes of a record before its content.
const HEAD: usize = 8;
/// First bytes of every page, with the version of the form.
const MAGIC: &[u8] = b"telecast tape 1";

const NAME: u8 = 0;
const RUN: u8 = 1;
const SEGMENT: u8 = 2;

/// Bytes to append to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Sequence of its first segment: its name.
    pub first: u64,
    /// To be appended.
    pub bytes: Vec<u8>,
}

/// What has been written of a tape.
pub struct Journal {
    name: String,
    /// Sequence of the next segment to be written.
    next: u64,
    page: u64,
    /// Segments in the page; a full one, or none yet, makes the next segment begin a page.
    written: usize,
    run: Option<Arc<Run>>,
}

impl Journal {
    /// For the tape called `name`, whose first segment that is not written has the sequence `next`.
    pub fn new(name: &str, next: u64) -> Self {
        Self { name: name.to_owned(), next, page: next, written: PAGE, run: None }
    }

    /// What is to be appended, in order, now that the index stands like this.
    pub fn write(&mut self, index: &Index) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        self.next = self.next.max(index.segments.front().map_or(0, |first| first.sequence));
        while let Some(segment) = index.segment(self.next).filter(|segment| segment.is_complete()) {
            if self.written >= PAGE {
                (self.page, self.written, self.run) = (segment.sequence, 0, None);
            }
            if pages.last().is_none_or(|page| page.first != self.page) {
                pages.push(Page { first: self.page, bytes: Vec::new() });
            }
            let Some(page) = pages.last_mut() else { break };
            if self.written == 0 {
                let mut name = Writer::tagged(NAME);
                name.bytes(MAGIC);
                name.bytes(self.name.as_bytes());
                record(&name.out, &mut page.bytes);
            }
            if self.run.as_ref().is_none_or(|run| !Arc::ptr_eq(run, &segment.run) && **run != *segment.run) {
                let mut run = Writer::tagged(RUN);
                run.run(&segment.run);
                record(&run.out, &mut page.bytes);
            }
            self.run = Some(Arc::clone(&segment.run));
            let mut out = Writer::tagged(SEGMENT);
            out.segment(segment);
            record(&out.out, &mut page.bytes);
            self.written += 1;
            self.next += 1;
        }
        pages
    }
}

fn record(content: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(content.len() as u32).to_le_bytes());
    out.extend_from_slice(&crc32(content).to_le_bytes());
    out.extend_from_slice(content);
}

/// What pages tell, read oldest first.
#[derive(Default)]
pub struct Recovery {
    name: Option<String>,
    runs: BTreeMap<u32, Run>,
    segments: VecDeque<(u32, Segment)>,
}

impl Recovery {
    /// Reads a page; says how many of its bytes are good: what comes after them is to be cut off.
    pub fn page(&mut self, bytes: &[u8]) -> usize {
        let mut good = 0;
        let mut named = false;
        while let Some((content, length)) = next_record(&bytes[good..]) {
            let mut reader = Reader::new(content);
            let known = match reader.byte() {
                Some(NAME) => self.head(&mut reader).map(|()| named = true),
                Some(RUN) if named => reader.run().map(|run| {
                    self.runs.insert(run.number, run);
                }),
                Some(SEGMENT) if named => self.segment(&mut reader),
                _ => None,
            };
            if known.is_none() || !reader.is_empty() {
                break;
            }
            good += length;
        }
        good
    }

    fn head(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        if reader.bytes()? != MAGIC {
            return None;
        }
        self.name = Some(String::from_utf8(reader.bytes()?.to_vec()).ok()?);
        Some(())
    }

    fn segment(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let (run, segment) = reader.segment(|number| self.runs.get(&number).cloned().map(Arc::new))?;
        // A tape that was taken up again has written anew what had been found torn.
        while self.segments.back().is_some_and(|(_, last)| last.sequence >= segment.sequence) {
            self.segments.pop_back();
        }
        let follows = self.segments.back().is_none_or(|(number, last)| {
            last.sequence + 1 == segment.sequence
                && last.end.is_some_and(|end| end <= segment.start)
                && *number <= run
        });
        if !follows {
            // What lies between is lost: what comes before cannot be joined any more.
            self.segments.clear();
        }
        self.segments.push_back((run, segment));
        Some(())
    }

    /// The tape's name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The index, as an ended one: its newest stretch of segments whose bytes are all there. `held` says so of a range of offsets
    /// in a track's file.
    pub fn finish(
        mut self,
        mut held: impl FnMut(crate::tape::TrackId, crate::tape::Origin, u64, u64) -> bool,
    ) -> Index {
        let runs: BTreeMap<u32, Arc<Run>> =
            std::mem::take(&mut self.runs).into_iter().map(|(number, run)| (number, Arc::new(run))).collect();
        let mut index = Index { ended: true, ..Index::default() };
        for (number, mut segment) in self.segments {
            let Some(run) = runs.get(&number) else { continue };
            segment.run = Arc::clone(run);
            let missing: Vec<_> = run
                .tracks
                .iter()
                .filter(|track| segment.lane(track.id).is_none())
                .map(|track| track.id)
                .collect();
            segment.lanes.extend(missing.into_iter().map(Lane::empty));
            let there = segment.lanes.iter().all(|lane| {
                let Some(origin) = run.track(lane.track).map(|track| track.origin) else { return false };
                lane.extent().is_none_or(|(begin, end)| held(lane.track, origin, begin, end))
            });
            if there {
                index.next_sequence = segment.sequence + 1;
                index.segments.push_back(Arc::new(segment));
            } else if !index.segments.is_empty() {
                // Evicted ones come first: this is the torn end.
                break;
            }
        }
        index
    }
}

fn next_record(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let (length, sum) = (number(0)? as usize, number(4)?);
    let content = bytes.get(HEAD..HEAD + length).filter(|_| length <= RECORD)?;
    (crc32(content) == sum).then_some((content, HEAD + length))
}
