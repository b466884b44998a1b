//! Pictures that are missing: those before them stand longer, so that decoding times stay near to presentation times and nothing runs back.
//!
//! Only the last frame of an open part is ever made longer: what is listed does not change.

use super::{Lane, PART_TARGET, Timeline, run_of_sound};
use crate::tape::TrackId;
use std::sync::Arc;

impl Timeline {
    /// A picture of the run is not there, for `duration` (ticks): those that come stand longer.
    pub(in crate::segment) fn leave_out(&mut self, duration: i64) {
        if self.run.is_some() && !self.suspended {
            self.owed += duration;
        }
    }

    /// The run ends here, maybe amid pictures that are decoded before others and presented after them: the last one decoded stands until the
    /// last one presented is over, in a part of its own if it must, so that the next run's pictures come behind it. Source buffers drop pictures
    /// that others overlap, and what refers to them.
    pub(super) fn show_out(&mut self) {
        let Some(run) = self.run.as_ref().filter(|run| !self.suspended && !run_of_sound(run)) else { return };
        let Some(open) = self.index.segments.back().filter(|segment| segment.end.is_none()) else { return };
        let Some((track, lane)) = run.tracks.first().zip(open.lanes.first()) else { return };
        let (id, mut time, mut over) = (track.id, lane.start, self.edge);
        for frame in &lane.frames {
            over = over.max(time + i64::from(frame.composition) + i64::from(frame.duration));
            time += i64::from(frame.duration);
        }
        self.owed = over - self.edge;
        self.make_up(id);
        if self.owed > 0 {
            let open = self.index.segments.back_mut().map(Arc::make_mut);
            open.and_then(|open| open.lanes.first_mut()).into_iter().for_each(Lane::part_before_last);
            self.make_up(id);
        }
        self.owed = 0;
    }

    /// The last frame stands for what was left out behind it, as long as that fits into its part, which is not listed yet. The rest is for
    /// those behind it: until then they are decoded that much earlier, and presented when they should be.
    pub(in crate::segment) fn make_up(&mut self, id: TrackId) {
        if self.owed == 0 {
            return;
        }
        let Some(open) = self.index.segments.back_mut().filter(|segment| segment.end.is_none()) else {
            return;
        };
        let Some(lane) = Arc::make_mut(open).lanes.iter_mut().find(|lane| lane.track == id) else { return };
        let first = lane.parts.last().map_or(0, |part| (part.first + part.count) as usize);
        let length: i64 = lane.frames[first..].iter().map(|frame| i64::from(frame.duration)).sum();
        if let Some(last) = lane.frames[first..].last_mut() {
            let more = self.owed.min(PART_TARGET - length).max(0);
            last.duration += more as u32;
            self.owed -= more;
            self.edge += more;
        }
    }
}

impl Lane {
    /// The last frame begins a part.
    fn part_before_last(&mut self) {
        let first = self.parts.last().map_or(0, |part| (part.first + part.count) as usize);
        if self.frames.len() < first + 2 {
            return;
        }
        let Some(last) = self.frames.pop() else { return };
        self.part(first, self.frames[first..].iter().map(|frame| frame.duration).sum());
        self.frames.push(last);
    }
}
