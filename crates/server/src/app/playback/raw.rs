//! A reader of the raw stream: the tape's bytes as they were broadcast, or of its streams those that are wanted, and a slate while there are none.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use telecast_core::session::ReasonCode;
use telecast_media::mpegts::{Choice, Joined};
use telecast_media::slate::{Layout, Playing};
use telecast_media::tape::Index;
use telecast_media::time::HZ;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Door, PlaybackHandle, Way};
use crate::app::say;
use crate::app::slate::Occasion;
use crate::app::tape::Snapshot;

/// A reader gets at most this much at a time (bytes): a whole number of packets.
const PIECE: u64 = 1394 * 188;
/// A reader that waits for more looks again at the latest after this, to see whether its session is over.
const LOOK: Duration = Duration::from_secs(1);
/// A slate is given in pieces of this length.
const BREATH: Duration = Duration::from_millis(200);

/// See the module.
pub(super) struct Raw {
    way: Arc<Way>,
    handle: PlaybackHandle,
    watch: watch::Receiver<Arc<Snapshot>>,
    offset: u64,
    tables: Option<Vec<u8>>,
    joined: Joined,
    outage: Option<Outage>,
    /// None: everything is wanted.
    choice: Option<Choice>,
}

/// Nothing comes that could be seen.
struct Outage {
    /// What had come by then is still given.
    until: u64,
    slate: Option<Slate>,
}

/// A slate that is being shown.
struct Slate {
    /// What it says.
    code: ReasonCode,
    playing: Playing,
    begun: Instant,
    /// How much of it has been given.
    given: Duration,
}

impl Raw {
    pub(super) fn new(
        way: Arc<Way>,
        handle: PlaybackHandle,
        watch: watch::Receiver<Arc<Snapshot>>,
        mut joined: Joined,
        choice: Option<Choice>,
    ) -> Self {
        let (offset, tables) = (joined.offset, std::mem::take(&mut joined.tables));
        Self { way, handle, watch, offset, tables: Some(tables), joined, outage: None, choice }
    }

    /// The next piece; none when its session or the tape is over.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            let piece = self.piece().await?;
            let Some(choice) = &mut self.choice else { return Some(piece) };
            let left = choice.pass(&piece);
            if !left.is_empty() {
                return Some(left.into());
            }
        }
    }

    /// The same before anything is left out.
    async fn piece(&mut self) -> Option<Bytes> {
        if let Some(tables) = self.tables.take() {
            return Some(tables.into());
        }
        loop {
            if matches!(*self.handle.door.borrow(), Door::Over(_)) {
                return None;
            }
            let snapshot = Arc::clone(&self.watch.borrow_and_update());
            let come = self.way.tape.main.end();
            if snapshot.trouble.is_some() {
                self.outage.get_or_insert(Outage { until: come, slate: None });
            } else if self.outage.take().is_some_and(|outage| outage.slate.is_some()) {
                return self.rejoin(&snapshot.index);
            }
            let end = self.outage.as_ref().map_or(come, |outage| outage.until);
            if end > self.offset {
                if let Some(piece) = self.read(end.min(self.offset + PIECE)).await {
                    self.handle.touch();
                    return Some(piece);
                }
                continue;
            }
            if let Some(piece) = self.stand_in(&snapshot).await {
                self.handle.touch();
                return Some(piece);
            }
            if snapshot.index.ended || !self.wait().await {
                return None;
            }
        }
    }

    /// Waits for news. `false`: there will be none.
    async fn wait(&mut self) -> bool {
        !timeout(LOOK, self.watch.changed()).await.is_ok_and(|changed| changed.is_err())
    }

    /// A piece of the slate, when it is due; none if there is no outage, or can be no slate.
    async fn stand_in(&mut self, snapshot: &Snapshot) -> Option<Bytes> {
        let code = say::broken(snapshot.trouble.as_deref()?, snapshot).code;
        let outage = self.outage.as_mut()?;
        if outage.slate.as_ref().is_none_or(|slate| slate.code != code) {
            let end = match &outage.slate {
                Some(slate) => slate.playing.end(ticks(slate.given)),
                None => source_time(&snapshot.index)?,
            };
            let layout = Layout::of(&snapshot.index.segments.back()?.run)?;
            let occasion = Occasion { code, language: self.handle.language, layout };
            match (self.handle.slates.get(occasion).await, &mut outage.slate) {
                (Some(still), slate) => {
                    let playing = Playing::new(still, end);
                    *slate = Some(Slate { code, playing, begun: Instant::now(), given: Duration::ZERO });
                }
                // Where the next cannot be made, the one before says more than nothing.
                (None, Some(slate)) => slate.code = code,
                (None, None) => {}
            }
        }
        let slate = outage.slate.as_mut()?;
        sleep_until(slate.begun + slate.given).await;
        slate.given += BREATH;
        let mut out = Vec::new();
        slate.playing.fill(ticks(slate.given), &mut out);
        Some(out.into())
    }

    /// Goes on at the newest picture.
    fn rejoin(&mut self, index: &Index) -> Option<Bytes> {
        self.joined = self.way.tape.join(index, self.way.begin)?;
        self.offset = self.joined.offset;
        Some(std::mem::take(&mut self.joined.tables).into())
    }

    async fn read(&mut self, end: u64) -> Option<Bytes> {
        let (main, begin) = (self.way.tape.main.clone(), self.offset);
        let read = tokio::task::spawn_blocking(move || main.read(begin, end)).await;
        match read {
            Ok(Ok(bytes)) => {
                self.offset = end;
                Some(self.joined.pass(begin, bytes, &self.way.tape.snapshot().index).into())
            }
            failed => {
                if let Ok(Err(error)) = &failed
                    && error.kind() != ErrorKind::NotFound
                {
                    tracing::warn!(%error, tape = self.way.tape.id, "a tape cannot be read");
                }
                // It fell behind what is kept: it goes on at the newest picture, and loses what lies between.
                metrics::counter!("telecast_raw_readers_skipped_total").increment(1);
                self.joined = self.way.tape.join(&self.way.tape.snapshot().index, self.way.begin)?;
                self.offset = self.joined.offset.max(end);
                Some(std::mem::take(&mut self.joined.tables).into())
            }
        }
    }
}

fn ticks(time: Duration) -> i64 {
    time.as_micros() as i64 * HZ / 1_000_000
}

/// Where the source's clock stood when the last picture was over.
fn source_time(index: &Index) -> Option<i64> {
    let last = index.segments.back()?;
    let scale = i64::from(last.run.tracks.first()?.timescale().max(1));
    let length = last.lanes.first()?.duration() * HZ / scale;
    Some(last.end.unwrap_or(last.start + length) - last.run.offset)
}
