//! N tuners. Services of one transponder share one; recordings win; live viewing of the box holds one.

use std::collections::BTreeSet;

/// Number of the live picture of the box itself among the users of a tuner.
pub(crate) const LIVE: u64 = 0;

#[derive(Debug, Clone, Default)]
pub(crate) struct Tuner {
    pub(crate) transponder: Option<String>,
    /// Streams and the live picture.
    pub(crate) users: BTreeSet<u64>,
    /// Timers that record.
    pub(crate) recordings: BTreeSet<u64>,
}

impl Tuner {
    pub(crate) fn is_recording(&self) -> bool {
        !self.recordings.is_empty()
    }

    fn free_if_idle(&mut self) {
        if self.users.is_empty() && self.recordings.is_empty() {
            self.transponder = None;
        }
    }

    fn record(&mut self, transponder: &str, timer: u64) {
        if self.transponder.as_deref() != Some(transponder) {
            *self = Self { transponder: Some(transponder.to_owned()), ..Self::default() };
        }
        self.recordings.insert(timer);
    }
}

/// All tuners of a box.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tuners {
    pub(crate) list: Vec<Tuner>,
}

impl Tuners {
    pub(crate) fn new(count: usize) -> Self {
        Self { list: vec![Tuner::default(); count] }
    }

    /// Gives a tuner on this transponder, or an idle one; `None` when all are busy elsewhere.
    pub(crate) fn acquire(&mut self, transponder: &str, user: u64) -> Option<usize> {
        let shared = self.list.iter().position(|tuner| tuner.transponder.as_deref() == Some(transponder));
        let idle = || self.list.iter().position(|tuner| tuner.transponder.is_none());
        let index = shared.or_else(idle)?;
        let tuner = &mut self.list[index];
        tuner.transponder = Some(transponder.to_owned());
        tuner.users.insert(user);
        Some(index)
    }

    /// Ends a use; the last one frees the tuner, unless it records.
    pub(crate) fn release(&mut self, user: u64) {
        for tuner in &mut self.list {
            if tuner.users.remove(&user) {
                tuner.free_if_idle();
            }
        }
    }

    pub(crate) fn holds(&self, user: u64) -> bool {
        self.list.iter().any(|tuner| tuner.users.contains(&user))
    }

    /// Gives a timer a tuner: that of its transponder, an idle one, or one that streams or the live picture must give
    /// up. False when all record something else.
    pub(crate) fn record(&mut self, transponder: &str, timer: u64) -> bool {
        if self.list.iter().any(|tuner| tuner.recordings.contains(&timer)) {
            return true;
        }
        let find = |wanted: &dyn Fn(&Tuner) -> bool| self.list.iter().position(wanted);
        let index = find(&|tuner| tuner.transponder.as_deref() == Some(transponder))
            .or_else(|| find(&|tuner| tuner.transponder.is_none()))
            .or_else(|| find(&|tuner| !tuner.is_recording() && !tuner.users.contains(&LIVE)))
            .or_else(|| find(&|tuner| !tuner.is_recording()));
        if let Some(index) = index {
            self.list[index].record(transponder, timer);
        }
        index.is_some()
    }

    /// A recording of another transponder takes this user's tuner, though others may be idle.
    pub(crate) fn record_on(&mut self, user: u64, transponder: &str, timer: u64) -> bool {
        let held = self.list.iter_mut().find(|tuner| tuner.users.contains(&user));
        let taken = held.map(|tuner| tuner.record(transponder, timer));
        taken.is_some()
    }

    pub(crate) fn end_recording(&mut self, timer: u64) {
        for tuner in &mut self.list {
            if tuner.recordings.remove(&timer) {
                tuner.free_if_idle();
            }
        }
    }

    /// Tuners that vanish lose their streams.
    pub(crate) fn resize(&mut self, count: usize) {
        self.list.resize_with(count, Tuner::default);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_transponder_one_tuner() {
        let mut tuners = Tuners::new(1);
        assert_eq!(tuners.acquire("a", 1), Some(0));
        assert_eq!(tuners.acquire("a", 2), Some(0));
        assert_eq!(tuners.acquire("b", 3), None);
        tuners.release(1);
        assert_eq!(tuners.acquire("b", 3), None);
        tuners.release(2);
        assert_eq!(tuners.acquire("b", 3), Some(0));
        assert!(tuners.record_on(3, "r", 9));
        assert!(!tuners.holds(3) && !tuners.record_on(3, "r", 10));
        assert_eq!(tuners.acquire("a", 4), None);
        assert_eq!(tuners.acquire("r", 5), Some(0), "what is recorded can be watched");
        tuners.end_recording(9);
        assert_eq!(tuners.acquire("a", 4), None);
        tuners.release(5);
        assert_eq!(tuners.acquire("a", 4), Some(0));
    }

    #[test]
    fn recordings_win_over_streams_and_these_over_the_live_picture() {
        let mut tuners = Tuners::new(2);
        tuners.acquire("a", LIVE);
        tuners.acquire("b", 1);
        assert!(tuners.record("c", 7) && tuners.record("c", 7) && tuners.record("c", 8));
        assert!(tuners.holds(LIVE) && !tuners.holds(1));
        assert!(tuners.record("d", 9));
        assert!(!tuners.holds(LIVE) && !tuners.record("e", 10));
    }
}
