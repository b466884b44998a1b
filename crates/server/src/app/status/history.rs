//! What came on each tape in the last minutes, and how fast its transcoders are: sampled at a steady pace, whether anybody looks or not,
//! so that who opens the page sees what has been.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use telecast_media::tape::TrackId;
use telecast_media::time::{HZ, to_ticks};

use crate::app::tape::Snapshot;

/// A sample is taken this often.
pub(super) const STEP: Duration = Duration::from_secs(3);
/// Samples kept: five minutes.
const KEPT: usize = 100;

/// One tape's past.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// When the last sample was taken (since the program's start), and the bytes up to then.
    last: Option<(Duration, u64)>,
    /// Thousands of bits per second of each step, oldest first.
    pub(super) kbps: VecDeque<u32>,
    /// What each transcoder had made at the last sample (milliseconds), and its speed since the one before.
    made: HashMap<TrackId, (u64, Option<f64>)>,
    /// Tape time up to which its first track has come (milliseconds), and how fast that grew.
    edge: Option<(i64, Option<f64>)>,
}

impl History {
    /// The history with one more sample, taken at `now`.
    pub(super) fn and(mut self, snapshot: &Snapshot, now: Duration) -> Self {
        let bytes = snapshot.counters.bytes;
        let step = self.last.map_or(Duration::ZERO, |(at, _)| now.saturating_sub(at)).as_secs_f64();
        if let Some((_, before)) = self.last.filter(|_| step > 0.0) {
            let kbps = bytes.saturating_sub(before) as f64 * 8.0 / 1000.0 / step;
            self.kbps.push_back(kbps as u32);
            if self.kbps.len() > KEPT {
                self.kbps.pop_front();
            }
        }
        self.last = Some((now, bytes));
        // What has not counted yet, and what never counts (sound of the past), has no speed.
        let made = snapshot.work.iter().filter(|work| work.made_ms > 0).map(|work| {
            let before = self.made.get(&work.track).map(|(made, _)| *made);
            // A transcoder that was begun anew begins to count anew.
            let speed = before
                .filter(|before| step > 0.0 && work.made_ms >= *before)
                .map(|before| (work.made_ms - before) as f64 / 1000.0 / step);
            (work.track, (work.made_ms, speed))
        });
        self.made = made.collect();
        let before = self.edge.map(|(edge, _)| edge);
        self.edge = edge_ms(snapshot).map(|edge| {
            let grown = before.filter(|before| step > 0.0 && edge >= *before);
            (edge, grown.map(|before| (edge - before) as f64 / 1000.0 / step))
        });
        self
    }

    /// How fast the tape grows: seconds of it per second.
    pub(super) fn pace(&self) -> Option<f64> {
        self.edge.and_then(|(_, pace)| pace)
    }

    /// How fast the transcoder of `track` is: seconds made per second.
    pub(super) fn speed(&self, track: TrackId) -> Option<f64> {
        self.made.get(&track).and_then(|(_, speed)| *speed)
    }
}

/// Tape time up to which the first track has come (milliseconds).
fn edge_ms(snapshot: &Snapshot) -> Option<i64> {
    let open = snapshot.index.segments.back()?;
    let lane = open.lanes.first()?;
    let track = open.run.track(lane.track)?;
    Some(to_ticks(lane.start + lane.duration(), track.timescale()) * 1000 / HZ)
}
