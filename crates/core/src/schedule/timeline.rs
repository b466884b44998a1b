//! What airs when: slots without gap or overlap, and why each of them stands where it stands.
//!
//! - Times are absolute ticks (milliseconds since 1970 × 90), lengths are ticks.
//! - Slots come in *units*: a programme with its breaks, parts that belong together, or one thing that fills. Behind each unit is a *free
//!   boundary*: what the channel knew there is found by [`Timeline::state_at`], and planning can go on from it.
//! - A timeline says where it came from: [`Timeline::begin`], and every cursor that was moved, from where to where.

use super::cursor::{Cursor, CursorKey, Cursors};
use super::document::BreakAt;
use crate::library::ItemId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// What a slot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An item, from so many ticks after its beginning.
    Item {
        /// Which.
        item: ItemId,
        /// Ticks from its beginning.
        offset: i64,
    },
    /// A channel of a receiver or list; number of its id in [`Timeline::names`].
    Live(u32),
    /// Another channel of one's own; number of its id.
    Channel(u32),
    /// Pictures with sound; number of their source's name.
    Still(u32),
    /// There is nothing to show.
    Slate,
}

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A programme, or a stretch of one.
    Programme,
    /// A break.
    Break(BreakAt),
    /// Nothing fits and nothing is there that could be cut.
    Slate,
}

/// One thing on air.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// When it begins, in ticks.
    pub start: i64,
    /// Ticks.
    pub length: i64,
    /// What it shows.
    pub what: What,
    /// Number of the entry of the guide that it belongs to.
    pub entry: u32,
    /// Number of its reason in [`Timeline::reasons`].
    pub reason: u32,
    /// What it is for.
    pub role: Role,
    /// It ends before what it shows has ended.
    pub cut: bool,
}

/// A year of 50 channels is some millions of them.
const _: () = assert!(size_of::<Slot>() <= 56);

impl Slot {
    /// When it ends, in ticks.
    pub fn end(&self) -> i64 {
        self.start + self.length
    }
}

/// Where in its document a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// When the block in force should have begun, in ticks; `i64::MIN`: none has.
    pub occurrence: i64,
    /// The block's name, as a number: another document may have another block there.
    pub block: u64,
    /// Number of its step.
    pub step: u16,
    /// Programmes of the step so far.
    pub done: u32,
    /// When the step began, in ticks.
    pub since: i64,
    /// Until when it is to be filled before anything else, in ticks.
    pub fill_to: i64,
    /// Until when it is known that there is nothing to play, and not noted again, in ticks.
    #[serde(default)]
    pub nothing_to: i64,
    /// The last programme.
    pub last: ItemId,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            occurrence: i64::MIN,
            block: 0,
            step: 0,
            done: 0,
            since: 0,
            fill_to: i64::MIN,
            nothing_to: i64::MIN,
            last: ItemId(0),
        }
    }
}

/// What a channel knows at a free boundary. The caller keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// When what is next begins, in ticks.
    pub at: i64,
    /// Number of the entry of the guide that was begun last; 0: none.
    pub entry: u32,
    /// Where in the document.
    pub place: Place,
    /// How far in its sources.
    pub cursors: Cursors,
}

impl Standing {
    /// A channel that begins at `at` ticks.
    pub fn new(at: i64) -> Self {
        Self { at, ..Self::default() }
    }
}

/// When items were last begun on a channel, in ticks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(pub HashMap<ItemId, i64>);

impl History {
    /// What these slots add to it.
    pub fn add(&mut self, slots: &[Slot]) {
        for slot in slots {
            if let What::Item { item, offset: 0 } = slot.what {
                self.0.insert(item, slot.start);
            }
        }
    }
}

/// Slots that stand or fall together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Number of its first slot.
    pub slot: u32,
    /// Number of its first moved cursor.
    pub moved: u32,
    /// Number of the entry of the guide that was begun last before it.
    pub entry: u32,
    /// Where the channel is behind it.
    pub after: Place,
}

/// A cursor that was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// Number of its key in [`Timeline::keys`].
    pub key: u32,
    /// Number of the slot for which it was moved.
    pub slot: u32,
    /// From where.
    pub before: Cursor,
    /// To where.
    pub after: Cursor,
}

/// Why a slot stands where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Name of the day's template; empty: none has begun.
    pub template: Arc<str>,
    /// Time of day at which the block begins, seconds since midnight.
    pub at_s: u32,
    /// Name of the block.
    pub block: Arc<str>,
    /// Number of the step in it.
    pub step: u16,
    /// Name of the source.
    pub source: Arc<str>,
    /// Name of the break; empty: it is a programme.
    pub rule: Arc<str>,
}

/// What happened in planning that somebody may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// What a cursor pointed to is gone; it went on to the next.
    CursorGone,
    /// A programme is longer than its block and never fits: passed over.
    TooLong,
    /// A programme did not fit before the next start.
    DidNotFit,
    /// A programme was cut off.
    Cut,
    /// A block began later than it should; `ticks` by how much.
    Late,
    /// A block did not begin at all: what was on before it went on until the next.
    Missed,
    /// No source of the block had anything that could be aired.
    Nothing,
    /// There was no room for the breaks of a programme.
    NoRoom,
}

/// A note of planning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// When, in ticks.
    pub at: i64,
    /// What.
    pub kind: NoteKind,
    /// Name of the block.
    pub block: Arc<str>,
    /// Name of the source, the group or the break.
    pub source: Arc<str>,
    /// The item that it is about; 0: none.
    pub item: ItemId,
    /// What came instead of it; 0: nothing.
    pub instead: ItemId,
    /// How much.
    pub ticks: i64,
}

/// Notes of one timeline; what goes beyond says nothing new.
pub(super) const NOTES: usize = 10_000;

/// What airs when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// What the channel knew before the first slot.
    pub begin: Standing,
    /// What it knows behind the last.
    pub end: Standing,
    /// Seed.
    pub seed: u64,
    /// Slots, without gap or overlap.
    pub slots: Vec<Slot>,
    /// Units.
    pub units: Vec<Unit>,
    /// Cursors in the order in which they were moved.
    pub moved: Vec<Moved>,
    /// Whose cursors.
    pub keys: Vec<CursorKey>,
    /// Reasons.
    pub reasons: Vec<Reason>,
    /// Ids of channels, names of stills.
    pub names: Vec<Arc<str>>,
    /// Notes.
    pub notes: Vec<Note>,
}

impl Timeline {
    /// Number of the slot that is on at `at`.
    pub fn slot_at(&self, at: i64) -> Option<usize> {
        let after = self.slots.partition_point(|slot| slot.start <= at);
        after.checked_sub(1).filter(|slot| at < self.slots[*slot].end())
    }

    /// Number of the unit that a slot is in.
    pub fn unit_of(&self, slot: usize) -> Option<usize> {
        (slot < self.slots.len())
            .then(|| self.units.partition_point(|unit| unit.slot as usize <= slot))?
            .checked_sub(1)
    }

    /// Slots of a unit.
    pub fn slots_of(&self, unit: usize) -> std::ops::Range<usize> {
        let end = self.units.get(unit + 1).map_or(self.slots.len(), |next| next.slot as usize);
        self.units.get(unit).map_or(end, |unit| unit.slot as usize)..end
    }

    /// Units that are kept when the first `slots` slots are: a unit is not torn apart.
    pub fn units_with(&self, slots: usize) -> usize {
        self.units.partition_point(|unit| (unit.slot as usize) < slots)
    }

    /// What the channel knew before unit number `unit`; behind the last: what it knows at the end.
    pub fn state_at(&self, unit: usize) -> Standing {
        let Some(first) = self.units.get(unit) else {
            let at = self.slots.last().map_or(self.begin.at, Slot::end);
            return Standing { at, ..self.end.clone() };
        };
        let mut standing = self.begin.clone();
        for moved in self.moved.get(..first.moved as usize).unwrap_or_default() {
            if let Some(key) = self.keys.get(moved.key as usize) {
                standing.cursors.0.insert(key.clone(), moved.after);
            }
        }
        if let Some(before) = unit.checked_sub(1).and_then(|before| self.units.get(before)) {
            standing.place = before.after;
        }
        standing.entry = first.entry;
        standing.at = self.slots.get(first.slot as usize).map_or(self.begin.at, |slot| slot.start);
        standing
    }

    /// A slot turned out to be `length` ticks long: all behind it move. What must begin at a fixed time is planned anew by
    /// [`replan`](super::replan).
    pub fn settle(&mut self, slot: usize, length: i64) {
        let Some(settled) = self.slots.get_mut(slot) else { return };
        let by = length - settled.length;
        settled.length = length;
        for later in self.slots.iter_mut().skip(slot + 1) {
            later.start += by;
        }
    }

    /// Drops the units that are over at `at`, but never the last one; gives their slots.
    pub fn drop_before(&mut self, at: i64) -> Vec<Slot> {
        let is_over = |unit: usize| {
            self.slots_of(unit).end.checked_sub(1).is_some_and(|last| self.slots[last].end() <= at)
        };
        let units = (0..self.units.len().saturating_sub(1)).take_while(|unit| is_over(*unit)).count();
        let Some(first) = self.units.get(units).copied().filter(|_| units > 0) else { return Vec::new() };
        self.begin = self.state_at(units);
        self.units.drain(..units);
        self.moved.drain(..first.moved as usize);
        for unit in &mut self.units {
            unit.slot -= first.slot;
            unit.moved -= first.moved;
        }
        for moved in &mut self.moved {
            moved.slot -= first.slot;
        }
        let kept = self.slots.split_off(first.slot as usize);
        self.notes.retain(|note| note.at >= at);
        std::mem::replace(&mut self.slots, kept)
    }

    /// The first units of it, and nothing behind them.
    pub fn first(&self, units: usize) -> Self {
        let units = units.min(self.units.len());
        let slots = self.units.get(units).map_or(self.slots.len(), |unit| unit.slot as usize);
        let moved = self.units.get(units).map_or(self.moved.len(), |unit| unit.moved as usize);
        let end = self.state_at(units);
        Self {
            begin: self.begin.clone(),
            seed: self.seed,
            slots: self.slots.get(..slots).unwrap_or_default().to_vec(),
            units: self.units[..units].to_vec(),
            moved: self.moved.get(..moved).unwrap_or_default().to_vec(),
            keys: self.keys.clone(),
            reasons: self.reasons.clone(),
            names: self.names.clone(),
            notes: self.notes.iter().filter(|note| note.at < end.at).cloned().collect(),
            end,
        }
    }
}

impl Timeline {
    /// What was planned behind it.
    pub(super) fn extend(&mut self, more: Self) {
        let slots = self.slots.len() as u32;
        let moved = self.moved.len() as u32;
        let keys: Vec<u32> = more.keys.iter().map(|key| number_of(&mut self.keys, key)).collect();
        let reasons: Vec<u32> =
            more.reasons.iter().map(|reason| number_of(&mut self.reasons, reason)).collect();
        let names: Vec<u32> = more.names.iter().map(|name| number_of(&mut self.names, name)).collect();
        let units = more.units.iter();
        self.units.extend(units.map(|unit| Unit {
            slot: unit.slot + slots,
            moved: unit.moved + moved,
            ..*unit
        }));
        let of_key = |number: u32| keys.get(number as usize).copied().unwrap_or_default();
        let moves = more.moved.iter();
        self.moved.extend(moves.map(|of| Moved { key: of_key(of.key), slot: of.slot + slots, ..*of }));
        let name = |number: u32| names.get(number as usize).copied().unwrap_or_default();
        self.slots.extend(more.slots.iter().map(|slot| Slot {
            reason: reasons.get(slot.reason as usize).copied().unwrap_or_default(),
            what: match slot.what {
                What::Live(number) => What::Live(name(number)),
                What::Channel(number) => What::Channel(name(number)),
                What::Still(number) => What::Still(name(number)),
                other => other,
            },
            ..*slot
        }));
        self.notes.extend(more.notes);
        self.end = more.end;
    }
}

/// The number of `entry` in `table`, which gets it if it has not.
fn number_of<T: Clone + PartialEq>(table: &mut Vec<T>, entry: &T) -> u32 {
    let known = table.iter().position(|other| other == entry);
    known.unwrap_or_else(|| {
        table.push(entry.clone());
        table.len() - 1
    }) as u32
}
