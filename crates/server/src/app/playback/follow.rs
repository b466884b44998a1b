//! A reader of one file without end: the segments of a session one behind the other, with the picture and the default sound. As fragmented MP4 (ISO/IEC
//! 14496-12 §8.16: what begins it, then the parts as they come), or as transport stream (whole segments, in tape time, so that no clock jumps).
//!
//! What it gives was made for all who want the same, or is put on the shelf for them. While there is nothing it waits: a file cannot say why.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use telecast_media::cmaf::{self, Beginning, Extent};
use telecast_media::hls::Container;
use telecast_media::mpegts;
use telecast_media::tape::{Index, Rendition, Segment};
use tokio::sync::watch;
use tokio::time::timeout;

use super::{Door, PlayError, PlaybackHandle, Way, kept};
use crate::app::tape::Snapshot;

/// A reader that waits for more looks again at the latest after this, to see whether its session is over.
const LOOK: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Follow {
    way: Arc<Way>,
    handle: PlaybackHandle,
    watch: watch::Receiver<Arc<Snapshot>>,
    rendition: Rendition,
    /// Segment and part that come next; none: the newest segment.
    next: Option<(u64, usize)>,
    /// What the file began with (MP4).
    head: Option<Bytes>,
    /// And when.
    beginning: Option<Beginning>,
}

/// What is to be done.
enum Step {
    /// This is to be given, and that comes after it.
    Give(Arc<Segment>, Extent, (u64, usize)),
    /// There is nothing of this segment any more.
    Over(u64),
    /// What comes next is there no more.
    Lost,
    Wait,
}

impl Follow {
    pub(super) fn new(way: Arc<Way>, handle: PlaybackHandle) -> Self {
        let main = way.renditions.first().copied();
        let video = main.and_then(|main| main.video);
        let audio = way.barrier.or(main.and_then(|main| main.audio));
        let watch = way.tape.watch();
        Self {
            way,
            handle,
            watch,
            rendition: Rendition { video, audio },
            next: None,
            head: None,
            beginning: None,
        }
    }

    /// The next piece; none when its session or the tape is over, or another file would have to begin.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if matches!(*self.handle.door.borrow(), Door::Over(_)) {
                return None;
            }
            let snapshot = Arc::clone(&self.watch.borrow_and_update());
            match self.step(&snapshot.index) {
                Step::Give(segment, extent, next) => {
                    self.handle.touch();
                    if let Some(head) = self.begin(&segment)? {
                        return Some(head);
                    }
                    match self.piece(snapshot, &segment, extent).await {
                        Ok(piece) => {
                            self.next = Some(next);
                            return Some(piece);
                        }
                        Err(PlayError::NotFound) => self.lost(),
                        Err(error) => {
                            tracing::warn!(%error, tape = self.way.tape.id, "a reader cannot go on");
                            return None;
                        }
                    }
                }
                Step::Over(sequence) => self.next = Some((sequence + 1, 0)),
                Step::Lost => self.lost(),
                Step::Wait => {
                    // It reads, even where there is nothing to read.
                    self.handle.touch();
                    if snapshot.index.ended || !self.wait().await {
                        return None;
                    }
                }
            }
        }
    }

    /// Waits for news. `false`: there will be none.
    async fn wait(&mut self) -> bool {
        !timeout(LOOK, self.watch.changed()).await.is_ok_and(|changed| changed.is_err())
    }

    /// It fell behind what is kept: it goes on at the newest picture, and loses what lies between.
    fn lost(&mut self) {
        metrics::counter!("telecast_raw_readers_skipped_total").increment(1);
        self.next = None;
    }

    fn step(&self, index: &Index) -> Step {
        let is_mp4 = self.way.container == Container::Cmaf;
        let Some((sequence, part)) = self.next.or_else(|| self.newest(index)) else { return Step::Wait };
        let Some(segment) = index.segment(sequence) else {
            return if sequence >= index.next_sequence { Step::Wait } else { Step::Lost };
        };
        if self.rendition.tracks().any(|id| segment.run.track(id).is_none()) {
            return if segment.is_complete() { Step::Over(sequence) } else { Step::Wait };
        }
        let listed = Index::listed(segment, self.rendition, self.way.barrier);
        if is_mp4 && part < listed.parts {
            return Step::Give(Arc::clone(segment), Extent::Part(part as u32), (sequence, part + 1));
        }
        if !listed.whole {
            Step::Wait
        } else if is_mp4 {
            Step::Over(sequence)
        } else {
            Step::Give(Arc::clone(segment), Extent::Whole, (sequence + 1, 0))
        }
    }

    /// Where it begins.
    fn newest(&self, index: &Index) -> Option<(u64, usize)> {
        let (sequence, listed) = index.edge(self.rendition, self.way.barrier)?;
        let is_mp4 = self.way.container == Container::Cmaf;
        let sequence = if is_mp4 || listed.whole { sequence } else { sequence.checked_sub(1)? };
        Some((sequence.max(self.way.floor), 0))
    }

    /// What the file begins with, if it has not begun; none: with `segment` another would have to begin.
    #[expect(clippy::option_option, reason = "nothing to give is not the end")]
    fn begin(&mut self, segment: &Segment) -> Option<Option<Bytes>> {
        if self.way.container != Container::Cmaf {
            return Some(None);
        }
        let head = cmaf::init(&segment.run, self.rendition)?;
        match &self.head {
            Some(begun) => (*begun == head).then_some(None),
            None => Some(Some(self.head.insert(head.into()).clone())),
        }
    }

    async fn piece(
        &mut self,
        snapshot: Arc<Snapshot>,
        segment: &Segment,
        extent: Extent,
    ) -> Result<Bytes, PlayError> {
        let (tape, sequence, container) = (&self.way.tape, segment.sequence, self.way.container);
        let snapshot = kept(tape, snapshot, self.rendition, sequence).await?;
        let form = self.handle.form(self.rendition, sequence, extent, container);
        let made = self.handle.shelf.fragment(tape, &snapshot, self.rendition, sequence, form).await?;
        let (run, mut made) = (&segment.run, Vec::from(made));
        if container == Container::Ts {
            return Ok(mpegts::in_tape_time(made, run).into());
        }
        let begins = || Beginning::with(&made, run, self.rendition);
        self.beginning = self.beginning.or_else(begins);
        if let Some(beginning) = self.beginning {
            beginning.count(&mut made, run, self.rendition);
        }
        Ok(made.into())
    }
}
