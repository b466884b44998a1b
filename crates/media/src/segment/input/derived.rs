//! Sound that a transcoder makes of other sound: who needs it, and where its frames go.
//!
//! It is there from the segments on that are not over when it is asked for, until nobody needs it any more; the rest is promised ([`crate::past`]).

use super::Segmenter;
use crate::codec::aac;
use crate::segment::sound::Sound;
use crate::tape::{Origin, Track, TrackId, derived_id, source_id};
use crate::ts::psi::Kind;

impl Segmenter {
    /// Adds a track of AAC made from `from`; says its name. The same again for the same source.
    pub fn derive(&mut self, from: TrackId) -> TrackId {
        let id = derived_id(from);
        if self.derived.iter().any(|sound| sound.track == id) {
            return id;
        }
        let first = self.timeline.wake(id);
        self.derived.push(Sound::asked(id, self.timeline.edge()));
        self.unpromised.push((id, first));
        self.plan_derived();
        id
    }

    /// Nobody needs derived track `id` any more: segments to come have it when somebody asks for it.
    pub fn rest(&mut self, id: TrackId) {
        self.derived.retain(|sound| sound.track != id);
        self.unpromised.retain(|(track, _)| *track != id);
        self.timeline.rest(id);
    }

    /// Promises what can be promised by now.
    pub(super) fn promise(&mut self) {
        let timeline = &mut self.timeline;
        self.unpromised.retain(|(id, first)| !timeline.promise(*id, *first));
    }

    /// Appends frames (ADTS) made by a transcoder to derived track `id`: `time` in samples of the first, `begin` its offset in the
    /// side file.
    pub fn push_derived(&mut self, id: TrackId, mut time: i64, mut begin: u64, frames: &[u8]) {
        let Some(sound) = self.derived.iter_mut().find(|sound| sound.track == id) else { return };
        let mut rest = frames;
        while let Some(header) = aac::adts(rest) {
            let Some((frame, more)) = rest.split_at_checked(header.length) else { break };
            sound.derived(time, frame, begin, &mut self.timeline);
            time += i64::from(header.samples);
            begin += header.length as u64;
            rest = more;
        }
        self.promise();
    }

    pub(super) fn plan_derived(&mut self) {
        for sound in &self.derived {
            let from = source_id(sound.track);
            let Some(source) = self.timeline.planned.iter().find(|track| track.id == from) else { continue };
            let track = Track {
                id: sound.track,
                kind: Kind::AacAdts,
                origin: Origin::Derived { from },
                setup: None,
                ..source.clone()
            };
            if self.timeline.planned.iter().all(|track| track.id != sound.track) {
                self.timeline.planned.push(track.clone());
            }
            self.timeline.add_track(track);
        }
    }
}
