//! What is another in one timeline than in another: what moved, came and went.

use super::timeline::{Role, Slot, Timeline, What};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// A change. Slots are told by their numbers in the timeline before, and in the one after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there.
    Came {
        /// Slot after.
        after: u32,
    },
    /// It is not there any more.
    Went {
        /// Slot before.
        before: u32,
    },
    /// It begins at another time, or is longer or shorter.
    Moved {
        /// Slot before.
        before: u32,
        /// Slot after.
        after: u32,
        /// Ticks by which it begins later.
        by: i64,
        /// Ticks by which it is longer.
        longer: i64,
    },
}

/// What a slot shows, by name.
#[derive(PartialEq, Eq, Hash, Clone)]
enum Shown {
    Item(u64, i64),
    Named(u8, Arc<str>),
    Slate,
}

fn shown(timeline: &Timeline, slot: &Slot) -> (Shown, Role) {
    let name = |kind, number: u32| {
        Shown::Named(kind, timeline.names.get(number as usize).cloned().unwrap_or_default())
    };
    let shown = match slot.what {
        What::Item { item, offset } => Shown::Item(item.0, offset),
        What::Live(number) => name(0, number),
        What::Channel(number) => name(1, number),
        What::Still(number) => name(2, number),
        What::Slate => Shown::Slate,
    };
    (shown, slot.role)
}

/// What is another from `from` on (ticks), in the order of time. What begins at the same time and is the same is no change; of the others each goes
/// with the first of its kind that is left.
pub fn diff(before: &Timeline, after: &Timeline, from: i64) -> Vec<Change> {
    let mut open: HashMap<(Shown, Role), VecDeque<u32>> = HashMap::new();
    let mut exact: HashMap<(Shown, Role, i64), u32> = HashMap::new();
    for (number, slot) in before.slots.iter().enumerate().filter(|(_, slot)| slot.start >= from) {
        let (shown, role) = shown(before, slot);
        exact.insert((shown, role, slot.start), number as u32);
    }
    let mut changes: BTreeMap<(i64, u8, u32), Change> = BTreeMap::new();
    let mut left: Vec<u32> = Vec::new();
    for (number, slot) in after.slots.iter().enumerate().filter(|(_, slot)| slot.start >= from) {
        let (shown, role) = shown(after, slot);
        let Some(old) = exact.remove(&(shown, role, slot.start)) else {
            left.push(number as u32);
            continue;
        };
        let longer = slot.length - before.slots[old as usize].length;
        if longer != 0 {
            let change = Change::Moved { before: old, after: number as u32, by: 0, longer };
            changes.insert((slot.start, 1, number as u32), change);
        }
    }
    let mut rest: Vec<((Shown, Role, i64), u32)> = exact.into_iter().collect();
    rest.sort_by_key(|(_, number)| *number);
    for ((shown, role, _), number) in rest {
        open.entry((shown, role)).or_default().push_back(number);
    }
    for number in left {
        let slot = &after.slots[number as usize];
        let change = match open.get_mut(&shown(after, slot)).and_then(VecDeque::pop_front) {
            None => Change::Came { after: number },
            Some(old) => {
                let was = &before.slots[old as usize];
                Change::Moved {
                    before: old,
                    after: number,
                    by: slot.start - was.start,
                    longer: slot.length - was.length,
                }
            }
        };
        changes.insert((slot.start, 1, number), change);
    }
    for number in open.into_values().flatten() {
        changes.insert((before.slots[number as usize].start, 0, number), Change::Went { before: number });
    }
    changes.into_values().collect()
}
