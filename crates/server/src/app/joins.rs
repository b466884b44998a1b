//! Where the decoder of one session comes from: from the segment before, or from elsewhere.
//!
//! Whoever joins or seeks to a recovery point gets a segment in the form that strict decoders can begin with
//! (`docs/design/open-gop.md`). Players do not say that they do; the order in which they fetch tells. A player that
//! fetches twice, or in an order of its own, gets a form that it can decode as well.

use std::sync::{Mutex, PoisonError};

use telecast_media::cmaf::Entry;

/// The pictures that a session has fetched last.
#[derive(Debug, Default)]
pub(super) struct Joins(Mutex<Option<Last>>);

#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: u64,
    entry: Entry,
}

impl Joins {
    /// A part of segment `sequence`, or all of it, is fetched.
    pub(super) fn entry(&self, sequence: u64) -> Entry {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = match *last {
            Some(last) if sequence == last.sequence => last.entry,
            Some(last) if sequence == last.sequence + 1 => Entry::Through,
            _ => Entry::Here,
        };
        *last = Some(Last { sequence, entry });
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::Entry::{Here, Through};
    use super::*;

    #[test]
    fn the_order_of_fetching_tells_where_a_decoder_comes_from() {
        let joins = Joins::default();
        let fetched = [7, 7, 8, 8, 9, 3, 3, 4, 5, 9];
        let entries = fetched.map(|sequence| joins.entry(sequence));
        assert_eq!(entries, [Here, Here, Through, Through, Through, Here, Here, Through, Through, Here]);
    }
}
