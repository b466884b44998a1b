//! Derived sound comes and goes: it is there from the segments on that are not over when somebody asks for it, and no longer when nobody needs it.
//!
//! A segment that is over has all of it, or nothing, which can be promised and made later ([`crate::past`]).

use super::{Lane, Timeline};
use crate::past;
use crate::tape::{Track, TrackId, source_id};
use std::sync::Arc;

impl Timeline {
    /// Adds a track to the run in force (derived sound), as far as it has what that is made from.
    pub(in crate::segment) fn add_track(&mut self, track: Track) {
        let Some(run) = &mut self.run else { return };
        if run.track(track.id).is_some() {
            return;
        }
        let (number, id) = (run.number, track.id);
        Arc::make_mut(run).tracks.push(track);
        let run = Arc::clone(run);
        for segment in self.index.segments.iter_mut().filter(|segment| segment.run.number == number) {
            let segment = Arc::make_mut(segment);
            segment.run = Arc::clone(&run);
            segment.lanes.push(Lane::empty(id));
        }
        self.open_lanes(id);
    }

    /// From now on somebody needs derived track `id`; says from which segment on it will be there.
    pub(in crate::segment) fn wake(&mut self, id: TrackId) -> u64 {
        self.resting.remove(&id);
        self.open_lanes(id)
    }

    /// Opens the lanes of `id` in the segments that are not over; says which is the first.
    fn open_lanes(&mut self, id: TrackId) -> u64 {
        let from = source_id(id);
        let over = |at: &usize| {
            let segment = &self.index.segments[*at];
            segment.end.is_some() && segment.lane(from).is_none_or(|lane| lane.closed)
        };
        let count = self.index.segments.len();
        let first = count - (0..count).rev().take_while(|at| !over(at)).count();
        for segment in self.index.segments.range_mut(first..) {
            let lanes = &mut Arc::make_mut(segment).lanes;
            lanes
                .iter_mut()
                .filter(|lane| lane.track == id && lane.frames.is_empty())
                .for_each(|lane| *lane = Lane::new(id));
        }
        self.index.segments.get(first).map_or(self.index.next_sequence, |segment| segment.sequence)
    }

    /// Nobody needs derived track `id` any more: what is not over is as if it had never been asked for.
    pub(in crate::segment) fn rest(&mut self, id: TrackId) {
        self.planned.retain(|track| track.id != id);
        self.resting.insert(id);
        for segment in self.index.segments.iter_mut().rev() {
            if segment.is_complete() {
                break;
            }
            let lanes = &mut Arc::make_mut(segment).lanes;
            lanes
                .iter_mut()
                .filter(|lane| lane.track == id && !lane.closed)
                .for_each(|lane| *lane = Lane::empty(id));
        }
    }

    /// The lane that a new segment has for `id`.
    pub(super) fn lane(&self, id: TrackId) -> Lane {
        if self.resting.contains(&id) { Lane::empty(id) } else { Lane::new(id) }
    }

    /// Tape time from which on `id` may still get frames, in ticks.
    pub(in crate::segment) fn open_since(&self, id: TrackId) -> i64 {
        self.index.segments.get(self.first_open(id)).map_or(self.edge, |segment| segment.start)
    }

    /// Promises derived track `id` to what came before the segment with the sequence `first`, once it is known what that joins. `false`: not yet.
    pub(in crate::segment) fn promise(&mut self, id: TrackId, first: u64) -> bool {
        let joined = match self.index.segment(first) {
            Some(segment) => segment.lane(id).is_none_or(|lane| lane.closed || !lane.frames.is_empty()),
            None => self.index.next_sequence > first,
        };
        if joined {
            past::promise(&mut self.index, id);
        }
        joined
    }
}
