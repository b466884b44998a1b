//! A channel run ahead, as long as one likes: what it comes to, in numbers. Slots are counted and dropped.

use super::build::Builder;
use super::document::BreakAt;
use super::plan::Plan;
use super::timeline::{History, NoteKind, Role, Standing, What};
use crate::library::ItemId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Slots are counted and dropped this often, in ticks: a week.
const STRETCH: i64 = 7 * super::agenda::DAY;

/// Airings and how long they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How often.
    pub airings: u64,
    /// Ticks in all.
    pub ticks: i64,
}

impl Share {
    fn add(&mut self, airings: u64, ticks: i64) {
        self.airings += airings;
        self.ticks += ticks;
    }
}

/// How blocks began that should begin at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starts {
    /// All.
    pub all: u64,
    /// Later than they should.
    pub late: u64,
    /// Ticks of lateness in all.
    pub late_ticks: i64,
    /// The latest, in ticks.
    pub latest: i64,
    /// Not at all.
    pub missed: u64,
}

/// What a channel comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// From when, in ticks.
    pub from: i64,
    /// Until when, in ticks.
    pub until: i64,
    /// Slots.
    pub slots: u64,
    /// Programmes.
    pub programmes: Share,
    /// Programmes by source.
    pub sources: BTreeMap<String, Share>,
    /// Programmes by show; films by `film`.
    pub shows: BTreeMap<String, Share>,
    /// Clips of breaks by rule.
    pub breaks: BTreeMap<String, Share>,
    /// Ticks of breaks before, in and after programmes.
    pub break_ticks: i64,
    /// Ticks that were filled by whole clips.
    pub tail_ticks: i64,
    /// Ticks of fallback.
    pub fallback_ticks: i64,
    /// Ticks of nothing.
    pub slate_ticks: i64,
    /// Programmes that were cut off.
    pub cut: u64,
    /// Items that were programmes, each counted once.
    pub items: u64,
    /// Programmes that had been on before in this time.
    pub repeats: u64,
    /// Shortest time between two beginnings of one programme, and whose; none: nothing was repeated.
    pub shortest_repeat: Option<(i64, ItemId)>,
    /// The clip that was on most often, and how often.
    pub busiest_clip: Option<(ItemId, u64)>,
    /// Shortest time between two beginnings of one clip, and whose.
    pub shortest_clip: Option<(i64, ItemId)>,
    /// How blocks began.
    pub starts: Starts,
    /// Notes by kind.
    pub notes: BTreeMap<String, u64>,
    /// Programmes that did not fit, by item: the 20 that failed most often.
    pub refused: Vec<(ItemId, u64)>,
}

/// What is known of an item while it is counted.
#[derive(Clone, Copy)]
struct Tally {
    programmes: u32,
    clips: u32,
    last: i64,
    ticks: i64,
}

struct Count<'p> {
    plan: &'p Plan,
    found: Statistics,
    tallies: Vec<Tally>,
    /// By number of the reason.
    by_reason: Vec<Share>,
    refused: BTreeMap<ItemId, u64>,
    occurrence: i64,
    block: u64,
}

/// Runs a channel from `from` until `until` (ticks), and what it comes to.
pub fn simulate(plan: &Plan, from: &Standing, history: &History, until: i64) -> Statistics {
    let mut builder = Builder::new(plan, from, history);
    let nothing = Tally { programmes: 0, clips: 0, last: i64::MIN, ticks: 0 };
    let mut count = Count {
        plan,
        found: Statistics { from: from.at, ..Statistics::default() },
        tallies: vec![nothing; plan.catalogue().library().items().len()],
        by_reason: Vec::new(),
        refused: BTreeMap::new(),
        occurrence: from.place.occurrence,
        block: from.place.block,
    };
    // Each turn ends behind where it began.
    while builder.at < until {
        builder.run(until.min(builder.at + STRETCH));
        count.stretch(&mut builder);
    }
    count.finish(&builder)
}

impl Count<'_> {
    fn stretch(&mut self, builder: &mut Builder<'_>) {
        let out = &mut builder.out;
        self.by_reason.resize(out.reasons.len(), Share::default());
        for unit in &out.units {
            let begins = unit.after.occurrence;
            if begins != self.occurrence && begins != i64::MIN {
                let late = out.slots.get(unit.slot as usize).map_or(0, |slot| slot.start - begins);
                // What was in force before the first slot has not begun here; a block that follows itself goes on.
                let goes_on = unit.after.block == self.block && late > 0;
                self.block = unit.after.block;
                if begins >= self.found.from && !goes_on {
                    let starts = &mut self.found.starts;
                    starts.all += 1;
                    starts.late += u64::from(late > 0);
                    starts.late_ticks += late.max(0);
                    starts.latest = starts.latest.max(late);
                }
                self.occurrence = begins;
            }
        }
        for slot in &out.slots {
            self.slot(slot);
        }
        for note in &out.notes {
            let name = serde_json::to_value(note.kind).ok().and_then(|name| name.as_str().map(str::to_owned));
            *self.found.notes.entry(name.unwrap_or_default()).or_default() += 1;
            match note.kind {
                NoteKind::Missed => self.found.starts.missed += 1,
                NoteKind::DidNotFit | NoteKind::TooLong => *self.refused.entry(note.item).or_default() += 1,
                _ => {}
            }
        }
        out.slots.clear();
        out.units.clear();
        out.moved.clear();
        out.notes.clear();
    }

    fn slot(&mut self, slot: &super::timeline::Slot) {
        let found = &mut self.found;
        found.slots += 1;
        let begins = !matches!(slot.what, What::Item { offset: 1.., .. });
        if slot.role != Role::Slate {
            self.by_reason[slot.reason as usize].add(u64::from(begins), slot.length);
        }
        match slot.role {
            Role::Programme => {
                found.programmes.add(u64::from(begins), slot.length);
                found.cut += u64::from(slot.cut);
            }
            Role::Break(BreakAt::Tail) => found.tail_ticks += slot.length,
            Role::Break(BreakAt::Fallback) => found.fallback_ticks += slot.length,
            Role::Break(_) => found.break_ticks += slot.length,
            Role::Slate => found.slate_ticks += slot.length,
        }
        let What::Item { item, .. } = slot.what else { return };
        let Some(tally) =
            self.plan.catalogue.index(item).and_then(|index| self.tallies.get_mut(index as usize))
        else {
            return;
        };
        let is_programme = slot.role == Role::Programme;
        if is_programme {
            tally.ticks += slot.length;
        }
        if !begins {
            return;
        }
        let (times, shortest) = if is_programme {
            (&mut tally.programmes, &mut found.shortest_repeat)
        } else {
            (&mut tally.clips, &mut found.shortest_clip)
        };
        if *times > 0 {
            let apart = slot.start - tally.last;
            found.repeats += u64::from(is_programme);
            if shortest.is_none_or(|(least, _)| apart < least) {
                *shortest = Some((apart, item));
            }
        }
        *times += 1;
        tally.last = slot.start;
    }

    fn finish(mut self, builder: &Builder<'_>) -> Statistics {
        let mut found = self.found;
        found.until = builder.at;
        for (reason, share) in builder.out.reasons.iter().zip(&self.by_reason) {
            if share.airings > 0 {
                let map = if reason.rule.is_empty() { &mut found.sources } else { &mut found.breaks };
                let name = if reason.rule.is_empty() { &reason.source } else { &reason.rule };
                map.entry(name.to_string()).or_default().add(share.airings, share.ticks);
            }
        }
        for (item, tally) in self.plan.catalogue().library().items().iter().zip(&self.tallies) {
            if tally.programmes > 0 {
                found.items += 1;
                let show = item.show.as_ref().map_or("film", |show| show);
                if let Some(share) = found.shows.get_mut(show) {
                    share.add(tally.programmes.into(), tally.ticks);
                } else {
                    let share = Share { airings: tally.programmes.into(), ticks: tally.ticks };
                    found.shows.insert(show.to_owned(), share);
                }
            }
            if u64::from(tally.clips) > found.busiest_clip.map_or(0, |(_, times)| times) {
                found.busiest_clip = Some((item.id, tally.clips.into()));
            }
        }
        let mut refused: Vec<(ItemId, u64)> = std::mem::take(&mut self.refused).into_iter().collect();
        refused.sort_by_key(|(item, times)| (std::cmp::Reverse(*times), *item));
        refused.truncate(20);
        found.refused = refused;
        found
    }
}
