//! One list of items and how it is gone through: what comes after a cursor. A pure step: (cursor, list) → (unit, cursor).
//!
//! - A *unit* is what is not torn apart: an item, or the parts of one story that follow each other in the list.
//! - Shuffled, each unit has a key, out of seed, cycle and id; they come by rising keys. So a cycle holds each once, a new item takes a place among
//!   those that are still to come, and one that goes leaves the others where they are. The list is not copied: keys are found a batch at a time.
//! - What cannot be aired, or was aired too lately, is passed over.

use super::catalogue::{Catalogue, Index, List};
use super::cursor::Cursor;
use super::dice::{below, join};
use super::document::Mode;
use crate::library::ItemId;
use std::sync::Arc;

/// Keys of a shuffled list that are looked up at once: clips look ahead of where they are, and should find what they look at.
const BATCH: u64 = 4_096;
/// Permutations that are tried so that a cycle does not begin with what the last one ended with.
const PERMUTATIONS: u32 = 8;
/// Throws for one item before the list is gone through for one that may be on.
const THROWS: u64 = 24;
/// Of a list, so many are looked at then.
const SCAN: usize = 4_096;

/// What a lane is asked about.
pub(super) struct Asked<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// When each item of the library was last begun, in ticks.
    pub(super) aired: &'a [i64],
    /// When it would begin.
    pub(super) at: i64,
    /// An item is not on again sooner (ticks).
    pub(super) cooldown: i64,
}

impl Asked<'_> {
    /// All of these can be aired, and none was on too lately.
    pub(super) fn may(&self, items: &[Index]) -> bool {
        items.iter().all(|index| {
            self.catalogue.is_playable(*index)
                && (self.cooldown == 0
                    || self.aired[*index as usize].saturating_add(self.cooldown) <= self.at)
        })
    }
}

/// A list and how it is gone through.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    list: List,
    /// Where units begin in the list; none: each item is one.
    units: Option<Arc<[u32]>>,
    mode: Mode,
    seed: u64,
    /// Its items stand for groups: whether they can be aired is asked elsewhere, and one may come twice in a row.
    of_groups: bool,
    /// Sums of weights up to each unit; none: all are equal.
    sums: Option<Arc<[f64]>>,
    /// Whether anything of it can be aired; not known before somebody asks.
    lives: Option<bool>,
    /// Keys of the cycle `batch_of.0` from above `batch_of.1` to `batch_of.2`, rising, with their units.
    batch: Vec<(u64, u32)>,
    batch_of: Option<(u32, u64, u64)>,
}

impl Lane {
    pub(super) fn new(catalogue: &Catalogue, list: List, mode: Mode, parts: bool, seed: u64) -> Self {
        let units = if parts { units(catalogue, &list) } else { None };
        Self {
            list,
            units,
            mode,
            seed,
            of_groups: false,
            sums: None,
            lives: None,
            batch: Vec::new(),
            batch_of: None,
        }
    }

    /// A lane of groups, each of which an item of it stands for.
    pub(super) fn of_groups(list: List, mode: Mode, seed: u64) -> Self {
        let lives = Some(!list.is_empty());
        Self {
            list,
            units: None,
            mode,
            seed,
            of_groups: true,
            sums: None,
            lives,
            batch: Vec::new(),
            batch_of: None,
        }
    }

    #[cfg(test)]
    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// Units are not equal: `weight` of each one's first item.
    pub(super) fn weigh(&mut self, weight: impl Fn(Index) -> f64) {
        let mut sum = 0.0;
        let sums = (0..self.len()).map(|unit| {
            sum += weight(self.unit(unit)[0]);
            sum
        });
        self.sums = Some(sums.collect());
    }

    /// Units.
    pub(super) fn len(&self) -> usize {
        self.units.as_ref().map_or(self.list.len(), |units| units.len())
    }

    pub(super) fn list(&self) -> &List {
        &self.list
    }

    /// Items of a unit.
    pub(super) fn unit(&self, unit: usize) -> &[Index] {
        match &self.units {
            None => &self.list[unit..=unit],
            Some(units) => {
                let end = units.get(unit + 1).map_or(self.list.len(), |end| *end as usize);
                &self.list[units[unit] as usize..end]
            }
        }
    }

    fn unit_of(&self, id: ItemId, catalogue: &Catalogue) -> Option<usize> {
        let index = catalogue.index(id)?;
        let at = self.list.iter().position(|member| *member == index)?;
        match &self.units {
            None => Some(at),
            Some(units) => Some(units.partition_point(|begin| *begin as usize <= at) - 1),
        }
    }

    fn id(&self, unit: usize, catalogue: &Catalogue) -> ItemId {
        self.unit(unit).first().map_or(ItemId(0), |index| catalogue.id(*index))
    }

    fn last_id(&self, unit: usize, catalogue: &Catalogue) -> ItemId {
        self.unit(unit).last().map_or(ItemId(0), |index| catalogue.id(*index))
    }

    /// The cursor in the list as it is now, and whether what it pointed to is gone.
    pub(super) fn settle(&self, cursor: Cursor, catalogue: &Catalogue) -> (Cursor, bool) {
        if self.mode != Mode::Sequential || cursor == Cursor::default() || self.len() == 0 {
            return (cursor, false);
        }
        let next = self.unit_of(cursor.next, catalogue);
        let place = self.unit_of(cursor.last, catalogue).map(|at| (at + 1) % self.len()).or(next);
        // The last one and the next are gone: what followed has moved up by one.
        let place = place.unwrap_or_else(|| (cursor.place.saturating_sub(1) as usize).min(self.len() - 1));
        let gone = cursor.next != ItemId(0) && next.is_none_or(|unit| !self.is_alive(unit, catalogue));
        let place = if gone { self.alive_from(place, catalogue) } else { place };
        (Cursor { place: place as u64, ..cursor }, gone)
    }

    fn is_alive(&self, unit: usize, catalogue: &Catalogue) -> bool {
        self.of_groups || self.unit(unit).iter().all(|index| catalogue.is_playable(*index))
    }

    /// The first unit from `from` on, around the end, that can be aired; `from` where none can.
    fn alive_from(&self, from: usize, catalogue: &Catalogue) -> usize {
        let around = (from..from + self.len()).map(|at| at % self.len());
        around.into_iter().find(|unit| self.is_alive(*unit, catalogue)).unwrap_or(from)
    }

    fn may(&self, unit: usize, asked: &Asked<'_>) -> bool {
        self.of_groups || asked.may(self.unit(unit))
    }

    /// Nothing of this cycle is left behind `cursor`.
    pub(super) fn is_at_end(&mut self, cursor: Cursor, asked: &Asked<'_>) -> bool {
        match self.mode {
            Mode::Sequential => cursor.place == 0,
            Mode::Shuffle => self.above(cursor.cycle, cursor.place, asked).is_none(),
            Mode::Random => true,
        }
    }

    /// What comes after `cursor`: a unit, and the cursor behind it.
    pub(super) fn next(&mut self, cursor: Cursor, asked: &Asked<'_>) -> Option<(usize, Cursor)> {
        if self.lives.is_none() {
            self.lives = Some((0..self.len()).any(|unit| self.is_alive(unit, asked.catalogue)));
        }
        if self.lives != Some(true) {
            return None;
        }
        match self.mode {
            Mode::Sequential => self.next_in_order(cursor, asked),
            Mode::Shuffle => self.next_shuffled(cursor, asked),
            Mode::Random => self.next_thrown(cursor, asked),
        }
    }

    fn next_in_order(&self, cursor: Cursor, asked: &Asked<'_>) -> Option<(usize, Cursor)> {
        let count = self.len();
        let first = cursor.place as usize % count;
        // In order there is no passing over for having been on lately: it waits.
        let unit = self.alive_from(first, asked.catalogue);
        let at = if unit < first { unit + count } else { unit };
        if !self.may(unit, asked) {
            return None;
        }
        let cycle = cursor.cycle.wrapping_add(u32::from(at + 1 >= count));
        let place = (unit + 1) % count;
        let next = self.id(self.alive_from(place, asked.catalogue), asked.catalogue);
        Some((unit, Cursor { cycle, place: place as u64, last: self.last_id(unit, asked.catalogue), next }))
    }

    fn next_shuffled(&mut self, cursor: Cursor, asked: &Asked<'_>) -> Option<(usize, Cursor)> {
        let found = |lane: &Self, cycle, (key, unit): (u64, usize)| {
            let last = lane.last_id(unit, asked.catalogue);
            (unit, Cursor { cycle, place: key, last, next: ItemId(0) })
        };
        if let Some(hit) = self.above(cursor.cycle, cursor.place, asked) {
            return Some(found(self, cursor.cycle, hit));
        }
        // The cycle is over. The next one should not begin with what this one ended with.
        let mut first = None;
        for step in 1..=PERMUTATIONS {
            let cycle = cursor.cycle.wrapping_add(step);
            let hit = self.above(cycle, 0, asked)?;
            if self.last_id(hit.1, asked.catalogue) != cursor.last {
                return Some(found(self, cycle, hit));
            }
            first.get_or_insert((cycle, hit));
        }
        first.map(|(cycle, hit)| found(self, cycle, hit))
    }

    /// The unit with the lowest key above `key` that may be on.
    fn above(&mut self, cycle: u32, mut key: u64, asked: &Asked<'_>) -> Option<(u64, usize)> {
        let width = (u64::MAX / self.len().max(1) as u64).saturating_mul(BATCH);
        // Batches are of one width, so that there are no more of them than this; one more for what is cut.
        for _ in 0..self.len() as u64 / BATCH + 2 {
            if self.batch_of.is_none_or(|(of, from, to)| of != cycle || key < from || key >= to) {
                self.fill_batch(cycle, key, key.saturating_add(width), asked.catalogue);
            }
            let begin = self.batch.partition_point(|(other, _)| *other <= key);
            let hit = self.batch[begin..].iter().find(|(_, unit)| self.may(*unit as usize, asked));
            if let Some((key, unit)) = hit {
                return Some((*key, *unit as usize));
            }
            key = self.batch_of.map_or(u64::MAX, |(_, _, to)| to);
            if key == u64::MAX {
                return None;
            }
        }
        None
    }

    fn fill_batch(&mut self, cycle: u32, from: u64, to: u64, catalogue: &Catalogue) {
        let seed = join(self.seed, u64::from(cycle));
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        let keys = (0..self.len()).map(|unit| (join(seed, self.id(unit, catalogue).0), unit as u32));
        batch.extend(keys.filter(|(key, _)| *key > from && *key <= to));
        batch.sort_unstable();
        self.batch = batch;
        self.batch_of = Some((cycle, from, to));
    }

    fn next_thrown(&self, cursor: Cursor, asked: &Asked<'_>) -> Option<(usize, Cursor)> {
        let count = self.len();
        let may = |unit: usize| {
            self.may(unit, asked)
                && (self.of_groups || count == 1 || self.last_id(unit, asked.catalogue) != cursor.last)
        };
        let done = |unit: usize, throws: u64| {
            let place = cursor.place.wrapping_add(throws);
            (unit, Cursor { place, last: self.last_id(unit, asked.catalogue), ..cursor })
        };
        for throw in 0..THROWS {
            let unit = self.throw(join(self.seed, cursor.place.wrapping_add(throw)));
            if may(unit) {
                return Some(done(unit, throw + 1));
            }
        }
        let first = self.throw(join(self.seed, cursor.place.wrapping_add(THROWS)));
        let scanned = (first..first + count.min(SCAN)).map(|unit| unit % count);
        let mut may_be = scanned.filter(|unit| self.may(*unit, asked));
        let hit = may_be.find(|unit| self.last_id(*unit, asked.catalogue) != cursor.last);
        // Two in a row of the same is better than nothing.
        let hit =
            hit.or_else(|| (first..first + count.min(SCAN)).map(|u| u % count).find(|u| self.may(*u, asked)));
        hit.map(|unit| done(unit, THROWS + 1))
    }

    fn throw(&self, bits: u64) -> usize {
        match &self.sums {
            None => below(bits, self.len() as u64) as usize,
            Some(sums) => weighted(sums, bits),
        }
    }
}

/// Which of several, by the sums of their weights and 64 random bits.
pub(super) fn weighted(sums: &[f64], bits: u64) -> usize {
    let total = sums.last().copied().unwrap_or_default();
    let share = (bits >> 11) as f64 / (1_u64 << 53) as f64;
    sums.partition_point(|sum| *sum <= share * total).min(sums.len().saturating_sub(1))
}

/// Where units begin: parts 1, 2, 3 … of a story that follow one another are one. None: each item is one.
fn units(catalogue: &Catalogue, list: &[Index]) -> Option<Arc<[u32]>> {
    let follows = |before: Index, after: Index| {
        let (before, after) = (catalogue.item(before), catalogue.item(after));
        let next = before.part.map(|part| part + 1);
        next.is_some() && next == after.part && before.show == after.show && before.season == after.season
    };
    if !list.windows(2).any(|pair| follows(pair[0], pair[1])) {
        return None;
    }
    let begins = |at: &usize| *at == 0 || !follows(list[at - 1], list[*at]);
    Some((0..list.len()).filter(begins).map(|at| at as u32).collect())
}
