//! Which encoder is used, and which are not, and why.
//!
//! All are proven at start, so that there is one to fall back on. One that fails [`FAILURES`] times without working for [`STEADY`] in between is set
//! aside, the next best is used, and it is proven again after [`REST`], twice as long after each relapse. Back in use it is on probation: one failure
//! sets it aside again. One that has never worked is proven again only while there is no other.
//!
//! Laws (tested): as long as one works, one is used; one is used only if its last proof held.

use std::time::Duration;

use super::Encoder;
use crate::tuner::Now;

/// Failures without a steady time between them after which an encoder is set aside.
pub const FAILURES: u32 = 3;
/// One that has worked for so long has shown that it does: a first picture proves little.
pub const STEADY: Duration = Duration::from_mins(3);
/// One that was set aside is proven again after this: a driver that was being changed is back by then.
pub const REST: Duration = Duration::from_mins(15);
/// The rest doubles so many times, to four hours.
const DOUBLINGS: u32 = 4;

/// What the last proof of an encoder gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is under way, or to come.
    Pending,
    /// It codes so many pixels per second.
    Works(u64),
    /// It is no encoder here; why, for people.
    Fails(String),
}

/// What is known of one encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub encoder: Encoder,
    /// What its last proof gave.
    pub proof: Proof,
    /// It kept failing although it was proven: when it is to be proven again.
    pub set_aside: Option<Now>,
    /// When a proof that failed may be made again.
    again: Option<Now>,
    failures: u32,
    relapses: u32,
}

impl Known {
    fn works(&self) -> Option<u64> {
        match self.proof {
            Proof::Works(pixels_per_s) if self.set_aside.is_none() => Some(pixels_per_s),
            _ => None,
        }
    }

    fn rest(&mut self, now: Now) {
        self.set_aside = Some(now + REST * 2u32.pow(self.relapses.min(DOUBLINGS)));
        self.relapses += 1;
    }
}

/// All encoders, the ones that cost the processor least first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoders {
    /// What is known of each.
    pub all: Vec<Known>,
}

impl Default for Encoders {
    fn default() -> Self {
        let unknown = |encoder| Known {
            encoder,
            proof: Proof::Pending,
            set_aside: None,
            again: None,
            failures: 0,
            relapses: 0,
        };
        Self { all: Encoder::ALL.into_iter().map(unknown).collect() }
    }
}

impl Encoders {
    /// The one that is used.
    pub fn in_use(&self) -> Option<Encoder> {
        self.all.iter().find(|known| known.works().is_some()).map(|known| known.encoder)
    }

    /// What `encoder` was measured at when it last worked, in pixels per second.
    pub fn speed(&self, encoder: Encoder) -> Option<u64> {
        self.all.iter().find(|known| known.encoder == encoder).and_then(|known| match known.proof {
            Proof::Works(pixels_per_s) => Some(pixels_per_s),
            _ => None,
        })
    }

    /// Whether it is known who codes, if anybody does.
    pub fn is_known(&self) -> bool {
        self.in_use().is_some() || self.all.iter().all(|known| known.proof != Proof::Pending)
    }

    /// Takes the outcome of a proof.
    pub fn proven(&mut self, encoder: Encoder, outcome: Result<u64, String>, now: Now) {
        let Some(known) = self.of(encoder) else { return };
        match outcome {
            Ok(pixels_per_s) => {
                known.proof = Proof::Works(pixels_per_s);
                known.set_aside = None;
                known.failures = if known.relapses > 0 { FAILURES - 1 } else { 0 };
            }
            Err(why) => {
                known.proof = Proof::Fails(why);
                known.again = Some(now + REST);
                if known.relapses > 0 {
                    known.rest(now);
                }
            }
        }
    }

    /// It has failed while it coded; whether it is set aside for that.
    pub fn failed(&mut self, encoder: Encoder, now: Now) -> bool {
        let Some(known) = self.of(encoder).filter(|known| known.works().is_some()) else { return false };
        known.failures += 1;
        if known.failures < FAILURES {
            return false;
        }
        known.rest(now);
        true
    }

    /// It has worked for [`STEADY`].
    pub fn worked(&mut self, encoder: Encoder) {
        if let Some(known) = self.of(encoder).filter(|known| known.works().is_some()) {
            known.failures = 0;
            known.relapses = 0;
        }
    }

    /// One that is to be proven again now; it counts as being proven from here on. One at a time: each proof costs seconds.
    pub fn due(&mut self, now: Now) -> Option<Encoder> {
        if self.all.iter().any(|known| known.proof == Proof::Pending) {
            return None;
        }
        let none_works = self.in_use().is_none();
        let due = |known: &&mut Known| {
            known.set_aside.is_some_and(|until| now >= until)
                || (none_works && known.set_aside.is_none() && known.again.is_some_and(|again| now >= again))
        };
        let known = self.all.iter_mut().find(due)?;
        known.proof = Proof::Pending;
        known.again = None;
        Some(known.encoder)
    }

    fn of(&mut self, encoder: Encoder) -> Option<&mut Known> {
        self.all.iter_mut().find(|known| known.encoder == encoder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Encoder::{Nvenc, Software, Vaapi};
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A machine with NVENC and libx264, proven at `now`.
    fn proven(now: Now) -> Encoders {
        let mut encoders = Encoders::default();
        assert!(!encoders.is_known());
        encoders.proven(Nvenc, Ok(900), now);
        assert!(encoders.is_known(), "nobody waits for the proofs of those that would not be used");
        encoders.proven(Vaapi, Err("no device".into()), now);
        encoders.proven(Software, Ok(200), now);
        encoders
    }

    #[test]
    fn one_that_keeps_failing_gives_way_to_the_next_and_may_come_back() {
        let mut now = SECOND;
        let mut encoders = proven(now);
        assert_eq!(encoders.in_use(), Some(Nvenc));
        assert_eq!([encoders.failed(Nvenc, now), encoders.failed(Nvenc, now)], [false; 2]);
        assert!(encoders.failed(Nvenc, now), "the third time");
        assert_eq!(encoders.in_use(), Some(Software));
        assert!(!encoders.failed(Nvenc, now), "what else it coded fails late, and counts no more");
        assert_eq!(encoders.due(REST), None);
        now += REST;
        assert_eq!(encoders.due(now), Some(Nvenc), "VAAPI has never worked, and there is another");
        assert_eq!(encoders.due(now), None, "one proof at a time");
        assert_eq!(encoders.in_use(), Some(Software), "meanwhile");
        encoders.proven(Nvenc, Ok(900), now);
        assert_eq!(encoders.in_use(), Some(Nvenc));
        assert!(encoders.failed(Nvenc, now), "on probation once is enough");
        assert_eq!(encoders.due(now + REST), None, "it rests for longer each time");
        now += 2 * REST;
        assert_eq!(encoders.due(now), Some(Nvenc));
        encoders.proven(Nvenc, Err("gone".into()), now);
        assert_eq!(encoders.in_use(), Some(Software));
        now += 4 * REST;
        assert_eq!(encoders.due(now), Some(Nvenc));
        encoders.proven(Nvenc, Ok(900), now);
        encoders.worked(Nvenc);
        assert!(!encoders.failed(Nvenc, now), "after a steady time it is as good as ever");
    }

    #[test]
    fn only_a_steady_time_makes_up_for_failures() {
        let mut encoders = proven(SECOND);
        for _ in 0..20 {
            assert_eq!([encoders.failed(Nvenc, SECOND), encoders.failed(Nvenc, SECOND)], [false; 2]);
            encoders.worked(Nvenc);
        }
        assert_eq!(encoders.in_use(), Some(Nvenc));
    }

    #[test]
    fn where_none_works_all_are_tried_again() {
        let mut encoders = Encoders::default();
        for encoder in Encoder::ALL {
            assert!(!encoders.is_known());
            encoders.proven(encoder, Err("ffmpeg cannot be started".into()), SECOND);
        }
        assert!(encoders.is_known() && encoders.in_use().is_none());
        assert_eq!(encoders.due(REST), None);
        let now = REST + SECOND;
        for encoder in Encoder::ALL {
            assert_eq!(encoders.due(now), Some(encoder));
            let outcome = if encoder == Software { Ok(200) } else { Err("no device".into()) };
            encoders.proven(encoder, outcome, now);
        }
        assert_eq!(encoders.in_use(), Some(Software), "somebody has installed ffmpeg");
        assert_eq!(encoders.due(now + 100 * REST), None);
    }

    proptest! {
        #[test]
        fn one_is_used_only_if_its_last_proof_held(steps in prop::collection::vec((0u8..4, 0usize..3, 0u64..3_000), 1..60)) {
            let mut encoders = Encoders::default();
            let mut now = SECOND;
            for (step, which, pause) in steps {
                now += Duration::from_secs(pause);
                let encoder = Encoder::ALL[which];
                match step {
                    0 => encoders.proven(encoder, Ok(100), now),
                    1 => encoders.proven(encoder, Err("no".into()), now),
                    2 => encoders.worked(encoder),
                    _ => { encoders.failed(encoder, now); }
                }
                let fit = |known: &Known| matches!(known.proof, Proof::Works(_)) && known.set_aside.is_none();
                let fit: Vec<Encoder> = encoders.all.iter().filter(|known| fit(known)).map(|known| known.encoder).collect();
                prop_assert_eq!(encoders.in_use(), fit.first().copied());
                if let Some(due) = encoders.clone().due(now) {
                    prop_assert!(!fit.contains(&due), "one that is used is not taken away to be proven");
                }
            }
        }
    }
}
