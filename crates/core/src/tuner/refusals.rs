//! What one box has refused, and what follows from it.
//!
//! A refused transponder is left alone until [`limits::REFUSAL_MEMORY`] has passed, or until one of the transponders of ours that
//! were on when it was refused is on no more: that one may have had the tuner that lacked. Two transponders refused beside as many of ours
//! teach that there are no more tuners than that, for the same time.
//!
//! It does not know who asked, nor why the box refused.

use super::Now;
use crate::limits;
use crate::lineup::{ChannelId, Transponder};
use std::collections::{BTreeMap, BTreeSet};

/// Different transponders that must be refused before the number of tuners is doubted: one may just have no signal.
const WITNESSES: usize = 2;

#[derive(Clone, Debug)]
struct Refused {
    until: Now,
    /// The channel that was asked for.
    channel: ChannelId,
    /// What was on of ours.
    beside: BTreeSet<Transponder>,
}

/// What a box has refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusals(BTreeMap<Transponder, Refused>);

impl Refusals {
    /// `transponder` was refused, for `channel`, while `beside` was on.
    pub(super) fn learn(
        &mut self,
        transponder: Transponder,
        channel: ChannelId,
        beside: BTreeSet<Transponder>,
        now: Now,
    ) {
        self.0.retain(|_, refused| refused.until > now);
        self.0.insert(transponder, Refused { until: now + limits::REFUSAL_MEMORY, channel, beside });
    }

    /// What is left alone while `tuned` is on: for which channel it was asked, and until when.
    pub(super) fn in_force(
        &self,
        tuned: &BTreeSet<Transponder>,
        now: Now,
    ) -> impl Iterator<Item = (&ChannelId, Now)> {
        let blocking = move |transponder: &Transponder| self.blocked(*transponder, tuned, now).is_some();
        let refused = self.0.iter().filter(move |(transponder, _)| blocking(transponder));
        refused.map(|(_, refused)| (&refused.channel, refused.until))
    }

    /// It was received after all.
    pub(super) fn forget(&mut self, transponder: Transponder) {
        self.0.remove(&transponder);
    }

    /// Until when `wanted` is not to be tried while `tuned` is on.
    pub(super) fn blocked(
        &self,
        wanted: Transponder,
        tuned: &BTreeSet<Transponder>,
        now: Now,
    ) -> Option<Now> {
        let refused = self.0.get(&wanted).filter(|refused| refused.until > now)?;
        refused.beside.is_subset(tuned).then_some(refused.until)
    }

    /// How many transponders can be on, if that was learnt, and until when it is believed.
    pub(super) fn capacity(&self, now: Now) -> Option<(usize, Now)> {
        let believed = || self.0.values().filter(|refused| refused.until > now && !refused.beside.is_empty());
        if believed().count() < WITNESSES {
            return None;
        }
        let until = believed().map(|refused| refused.until).min()?;
        believed().map(|refused| refused.beside.len()).max().map(|most| (most, until))
    }
}
