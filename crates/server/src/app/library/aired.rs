//! When items were on air last, on whichever channel: what `aired` in a query means.
//!
//! It stands beside the snapshots of the library, not in them: whatever is on for half a minute would otherwise make a library of 100,000 items anew. Whoever asks
//! sees it as it is; who plans by it does so when there is another reason to plan.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use telecast_core::library::ItemId;

/// Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct LastAired(Arc<RwLock<HashMap<ItemId, i64>>>);

impl LastAired {
    /// These were on, begun at so many milliseconds since 1970. What is known to have been on later stays.
    pub fn note(&self, aired: impl IntoIterator<Item = (ItemId, i64)>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (item, at_ms) in aired {
            let last = known.entry(item).or_insert(at_ms);
            *last = at_ms.max(*last);
        }
    }

    /// When an item was on last, milliseconds since 1970; none: never.
    pub fn of(&self, item: ItemId) -> Option<i64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&item).copied()
    }
}
