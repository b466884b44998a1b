//! The reader's picture: packets to access units, access units to frames of the timeline, the beginning of runs.

use super::super::front::{Seen, look};
use super::super::stream::{Lane, OpenPicture, Video};
use super::super::{JUMP, PART_TARGET};
use super::Segmenter;
use crate::codec::h264;
use crate::tape::{Frame, Recovery, Setup, TrackId};
use crate::time::HZ;
use crate::ts::clock::nearest;
use crate::ts::packet::Packet;
use crate::ts::pes;
use crate::ts::psi::Kind;
use std::ops::RangeInclusive;

/// The front of a picture is looked for in so many bytes at most; 2160p sets with long SEI need 4 KiB.
const FRONT_LIMIT: usize = 16 * 1024;
/// Presentation less decoding time of a picture (ticks). Sixteen pictures may be reordered (H.264 A.3.1, H.265 A.4.2): 0.64 s of 25 a second.
const REORDERED: RangeInclusive<i64> = -JUMP..=2 * HZ;

impl Segmenter {
    pub(super) fn video_packet(&mut self, video: &mut Video, packet: &Packet<'_>, out: &mut Vec<u8>) {
        let payload = packet.payload();
        let header = if packet.unit_start() { pes::header(payload) } else { None };
        // A PES packet without a time stamp continues the picture before it (second fields, long slices).
        if let Some((header, pts)) = header.and_then(|header| Some((header, header.pts?))) {
            let reference = video.reference.unwrap_or(pts as i64);
            let pts = nearest(pts as i64, reference);
            let dts = header.dts.map_or(pts, |dts| nearest(dts as i64, pts));
            if let Some(open) = video.open.take() {
                self.picture(video, open, dts);
            }
            video.reference = Some(dts);
            self.repeat_tables(dts, out);
            let begin = self.offset;
            video.open = Some(OpenPicture {
                begin,
                end: begin,
                pts,
                dts,
                front: Vec::new(),
                seen: None,
                damaged: false,
                missing: header.payload.map(|declared| declared + header.length),
            });
        } else if let (true, Some(open)) = (packet.unit_start(), &mut video.open) {
            // A header that cannot be read belongs to another picture.
            open.damaged |= header.is_none();
            open.missing = None;
        }
        self.append(packet, out);
        if let Some(open) = &mut video.open {
            open.end = self.offset;
            open.missing = open.missing.map(|missing| missing.saturating_sub(payload.len()));
            if open.seen.is_none() {
                let skip = header.map_or(0, |header| header.length);
                open.front.extend_from_slice(payload.get(skip..).unwrap_or(&[]));
                open.seen = look(video.kind, &open.front, open.front.len() > FRONT_LIMIT);
            }
        }
    }

    /// A picture is complete: the next one begins at source time `next_dts`.
    pub(super) fn picture(&mut self, video: &mut Video, mut open: OpenPicture, next_dts: i64) {
        let seen = open.seen.take().or_else(|| look(video.kind, &open.front, true));
        let Some(seen) = seen else { return };
        let step = next_dts - open.dts;
        // A hole longer than a part is shown as one: what follows it cannot be decoded before the next key frame anyway.
        // A programme of so few pictures is known by the second such step.
        let hole = step > PART_TARGET && video.last_duration <= PART_TARGET;
        let jumped = step <= 0 || step > JUMP || hole;
        let duration = if jumped { video.last_duration } else { step };
        // Where more than one picture's time has passed, others are missing.
        let alone = !jumped && step * 2 <= video.last_duration * 3;
        let whole = self.whole(video, &open, &seen, alone, duration);
        if whole || !alone {
            video.last_duration = if hole && step <= JUMP { step } else { duration };
        }
        if whole {
            self.deliver(video, &open, seen, duration);
        }
        if self.timeline.run().is_none() || self.timeline.suspended() {
            return;
        }
        self.follow();
        if jumped {
            // What follows is timed anew, from its first random access point.
            self.timeline.suspend();
        }
    }

    /// Whether a picture can be decoded, as far as is known: it is all there, and so is what it may refer to. If not, it is left out.
    fn whole(
        &mut self,
        video: &mut Video,
        open: &OpenPicture,
        seen: &Seen,
        alone: bool,
        duration: i64,
    ) -> bool {
        if !matches!(video.kind, Kind::H264 | Kind::Hevc) {
            // Whoever decodes others gets over it.
            return true;
        }
        video.exact |= open.missing == Some(0);
        let short = video.exact && open.missing.is_some_and(|missing| missing > 0);
        let damaged = open.damaged || short || !REORDERED.contains(&(open.pts - open.dts));
        if !damaged && (seen.random_access || !video.broken) {
            if std::mem::take(&mut video.broken) && seen.open {
                // What is presented before it refers to what is missing.
                self.timeline.suspend();
            }
            video.left_out = 0;
            return true;
        }
        video.dropped += 1;
        self.counters.dropped_pictures += 1;
        video.broken |= seen.random_access || !alone || self.referred_to(video.track, seen);
        video.left_out += duration;
        if video.left_out > PART_TARGET {
            self.timeline.suspend();
        }
        self.timeline.leave_out(duration);
        false
    }

    /// Whether other pictures may refer to this one.
    fn referred_to(&self, track: TrackId, seen: &Seen) -> bool {
        let setup = self.timeline.run().and_then(|run| run.track(track)?.setup.as_ref());
        let layers = match setup {
            Some(Setup::Hevc(config)) => config.sub_layers,
            _ => 1,
        };
        seen.reference || seen.sub_layer + 1 < layers
    }

    /// A whole picture: it begins a run, if one must begin, and goes to the tape.
    fn deliver(&mut self, video: &Video, open: &OpenPicture, seen: Seen, duration: i64) {
        if seen.random_access && self.new_run_needed(video.track, &seen) {
            if let Some(setup) = seen.setup.clone() {
                self.describe_video(video.track, setup);
            }
            if self.timeline.planned.first().is_some_and(|track| track.setup.is_some()) {
                self.timeline.begin_run(open.pts);
                self.timeline.recovery = self.recovery(video.track, seen.recovery.as_deref());
                self.plan_derived();
            }
        } else if seen.random_access && seen.recovery.is_none() {
            self.timeline.recovery = None;
        }
        let Some(run) = self.timeline.run().filter(|_| !self.timeline.suspended()).cloned() else { return };
        self.timeline.make_up(video.track);
        let presented = open.pts + run.offset;
        let leading = presented < run.start;
        let frame = Frame {
            begin: open.begin,
            length: (open.end - open.begin) as u32,
            duration: duration as u32,
            // Decoding times are moved so that the picture that opened the run is presented when it is decoded.
            composition: (presented - self.timeline.edge()) as i32,
            skip: 0,
            random_access: seen.random_access,
        };
        if !leading && seen.open {
            self.timeline.cut_recovery_point(video.track, frame, HZ as u32);
        } else if !leading {
            self.timeline.cut(video.track, frame, HZ as u32);
        } else if !(seen.reference && self.timeline.stand_in(video.track, frame)) {
            self.timeline.pass_over(video.track, duration);
        }
    }

    /// What cuts has gone on: other sound may.
    pub(super) fn follow(&mut self) {
        for sound in self.streams.iter_mut().filter_map(|stream| match &mut stream.lane {
            Lane::Sound(sound) => Some(&mut **sound),
            _ => None,
        }) {
            sound.follow(&mut self.timeline);
        }
        for sound in self.derived.iter_mut().chain(&mut self.absent) {
            sound.follow(&mut self.timeline);
        }
        self.promise();
    }

    /// Whether the picture must begin a run: there is none for it, or its parameter sets are others.
    fn new_run_needed(&self, track: TrackId, seen: &Seen) -> bool {
        let known = self.timeline.run().and_then(|run| run.track(track)?.setup.as_ref());
        self.timeline.outdated() || (seen.setup.is_some() && seen.setup.as_ref() != known)
    }

    /// The recovery point that the run in force begins at, if it is one: the pictures near it forget what was before.
    fn recovery(&self, track: TrackId, slice: Option<&[u8]>) -> Option<Recovery> {
        let slice = slice?;
        let track = self.timeline.run()?.track(track)?;
        let Some(Setup::Avc(config)) = &track.setup else { return None };
        let sets = h264::slice::Sets::new(config);
        // Beyond that nobody could tell the past by its numbers.
        let count = sets.frame_num_period().min(h264::recovery::REACH);
        Some(Recovery { frame_num: h264::slice::frame_num(slice, &sets)?, count, stand_ins: 0 })
    }

    fn describe_video(&mut self, id: TrackId, setup: Setup) {
        if let Some(track) = self.timeline.planned.iter_mut().find(|track| track.id == id) {
            track.setup = Some(setup);
        }
    }
}
