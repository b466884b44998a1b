//! N tuners. Services of one transponder share one; recordings win; live viewing of the box holds one.

use std::collections::BTreeSet;

/// Number of the live picture of the box itself among the users of a tuner.
pub(crate) const LIVE: u64 = 0;

#[derive(Debug, Clone, Default)]
pub(crate) struct Tuner {
    pub(crate) transponder: Option<String>,
    pub(crate) users: BTreeSet<u64>,
    pub(crate) recording: bool,
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
            if tuner.users.remove(&user) && tuner.users.is_empty() && !tuner.recording {
                tuner.transponder = None;
            }
        }
    }

    pub(crate) fn holds(&self, user: u64) -> bool {
        self.list.iter().any(|tuner| tuner.users.contains(&user))
    }

    /// A recording of another transponder takes the tuner: all its streams end.
    pub(crate) fn record_on(&mut self, user: u64) {
        if let Some(tuner) = self.list.iter_mut().find(|tuner| tuner.users.contains(&user)) {
            *tuner =
                Tuner { transponder: Some("recording".to_owned()), users: BTreeSet::new(), recording: true };
        }
    }

    pub(crate) fn end_recordings(&mut self) {
        for tuner in self.list.iter_mut().filter(|tuner| tuner.recording) {
            *tuner = Tuner::default();
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
        tuners.record_on(3);
        assert!(!tuners.holds(3));
        assert_eq!(tuners.acquire("a", 4), None);
        tuners.end_recordings();
        assert_eq!(tuners.acquire("a", 4), Some(0));
    }
}
