//! Breaks: before a programme, in it, after it, and what fills up to a moment.
//!
//! A programme that fits has its breaks as far as there is room before it must have ended; so a break never makes a programme late. Clips are whole, but
//! for a fallback, which is cut where the next thing begins. What rounds up to a minute comes last and is shared evenly by the places where it may be.

use super::build::{Builder, Here, NO_RULE, SLACK};
use super::catalogue::Index;
use super::deck::Trial;
use super::document::{BreakAt, Points, PointsBy};
use super::plan::{Draws, PlanRule, PlanStep};
use super::timeline::{NoteKind, Role, What};
use crate::library::{HZ, Item, ItemId};

/// Clips of one break, or of one stretch that is filled.
pub(super) const CLIPS: usize = 2_000;
/// Clips that are looked at for one that fits.
pub(super) const CLIP_TRIES: usize = 12;
/// A clip that is shorter fills nothing: it would take a year's worth of slots.
pub(super) const CLIP_LEAST: i64 = HZ / 2;
/// Points of a programme at which it is interrupted.
pub(super) const POINTS: usize = 200;
/// Shorter stretches of a programme are not left between breaks.
pub(super) const STRETCH_LEAST: i64 = 30 * HZ;

/// A clip that was chosen: what, how long, by which rule, and the cursors that were moved for it.
#[derive(Clone, Copy, Debug)]
struct Clip {
    what: What,
    length: i64,
    rule: usize,
    moved: (usize, usize),
}

/// A stretch of a programme.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    item: ItemId,
    offset: i64,
    length: i64,
    cut: bool,
}

/// A programme that is being laid out. Kept to be used again.
#[derive(Debug, Default)]
pub(super) struct Draft {
    stretches: Vec<Stretch>,
    /// Before the first stretch, and behind each.
    gaps: Vec<Vec<Clip>>,
    /// Rules that interrupt, and behind which stretch.
    mids: Vec<(usize, usize)>,
    /// Items that are no clips of this programme's breaks: it itself, and clips that would be on again too soon.
    barred: Vec<ItemId>,
    points: Vec<(i64, usize)>,
}

impl Draft {
    fn clear(&mut self) {
        self.stretches.clear();
        self.mids.clear();
        self.barred.clear();
        self.gaps.iter_mut().for_each(Vec::clear);
    }
}

/// Whether an item is what a rule is tied to.
fn is_of(rule: &PlanRule, item: Option<&Item>, length: i64, wall_s: u32) -> bool {
    let only = &rule.rule.only;
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b) || (a.len() == b.len() && a.to_lowercase() == b);
    let time = match (only.from, only.until) {
        (None, None) => true,
        (Some(from), None) => wall_s >= from.0,
        (None, Some(until)) => wall_s < until.0,
        (Some(from), Some(until)) if from <= until => (from.0..until.0).contains(&wall_s),
        (Some(from), Some(until)) => wall_s >= from.0 || wall_s < until.0,
    };
    time && only.longer.is_none_or(|least| length >= least.0)
        && only.kind.is_none_or(|kind| item.is_some_and(|item| item.kind == kind))
        && (rule.shows.is_empty()
            || item
                .and_then(|item| item.show.as_ref())
                .is_some_and(|show| rule.shows.iter().any(|s| same(show, s))))
        && (rule.tags.is_empty()
            || item.is_some_and(|item| {
                item.tags.iter().chain(&item.genres).any(|tag| rule.tags.iter().any(|other| same(tag, other)))
            }))
}

/// Where an item of `length` may be interrupted, in ticks from its beginning, rising.
pub(super) fn points(points: &Points, item: &Item, detected: &[i64], length: i64) -> Vec<i64> {
    let every = points.every.map_or(0, |every| every.0);
    let from = points.first.map_or(STRETCH_LEAST, |first| first.0.max(STRETCH_LEAST));
    let until = length - points.last.map_or(STRETCH_LEAST, |last| last.0.max(STRETCH_LEAST));
    let given: &[i64] = match points.by {
        PointsBy::Chapters => &item.chapters,
        PointsBy::Detected => detected,
        PointsBy::Intervals => &[],
    };
    let most = points.most.map_or(POINTS, |most| (most as usize).min(POINTS));
    let may = |point: &i64| (from..=until).contains(point);
    if points.by == PointsBy::Intervals || (given.is_empty() && points.or_intervals) {
        let steps = if every > 0 {
            (1..=POINTS as i64).map(|n| n * every).filter(may).take(most).collect()
        } else {
            vec![]
        };
        return steps;
    }
    let least = every.max(STRETCH_LEAST);
    let (mut found, mut last) = (Vec::new(), 0_i64);
    for point in given.iter().copied().filter(may) {
        if found.len() < most && point - last >= least {
            found.push(point);
            last = point;
        }
    }
    found
}

impl<'p> Builder<'p> {
    /// Airs what a trial has found, `length` ticks of it, with its breaks.
    pub(super) fn air(
        &mut self,
        deck: usize,
        trial: &Trial,
        step: &'p PlanStep,
        here: Here<'p>,
        length: i64,
    ) {
        self.begin_unit();
        let moved = self.out.moved.len();
        self.take(deck, trial, 0);
        let moved = (moved, self.out.moved.len());
        let items: Vec<Index> = self.decks[deck].found(trial).0.to_vec();
        let mut draft = std::mem::take(&mut self.draft);
        draft.clear();
        draft.barred.extend(items.iter().map(|index| self.plan.catalogue.id(*index)));
        self.stretch(&mut draft, &items, step, length);
        let mut room = here.fence - self.at - length;
        let used = self.fixed_breaks(&mut draft, &items, step, &mut room);
        let target = self.padding_breaks(&mut draft, &items, step, length + used, room);
        self.lay_out(&draft, moved, here);
        self.draft = draft;
        self.place.done += 1;
        self.place.last = items.last().map_or(ItemId(0), |index| self.plan.catalogue.id(*index));
        let pad = if step.pad > 0 { self.agenda.round_up(self.at, step.pad, SLACK) } else { i64::MIN };
        self.place.fill_to = target.unwrap_or(i64::MIN).max(pad);
        self.end_unit();
    }

    /// Divides the programme where rules interrupt it.
    fn stretch(&mut self, draft: &mut Draft, items: &[Index], step: &PlanStep, mut left: i64) {
        let wall_s = self.agenda.wall_s(self.at);
        let catalogue = &self.plan.catalogue;
        for index in items {
            let (item, whole) = (catalogue.item(*index), catalogue.length(*index));
            let length = whole.min(left);
            left -= length;
            if length <= 0 {
                break;
            }
            draft.points.clear();
            for rule in &step.rules {
                let of = &self.plan.rules[*rule];
                if let (BreakAt::Mid, Some(at)) = (of.rule.at, &of.rule.points)
                    && is_of(of, Some(item), whole, wall_s)
                {
                    let found = points(at, item, catalogue.detected(item.id), length);
                    draft.points.extend(found.into_iter().map(|point| (point, *rule)));
                }
            }
            draft.points.sort_unstable();
            let mut offset = 0;
            for (point, rule) in &draft.points {
                if *point > offset {
                    draft.stretches.push(Stretch {
                        item: item.id,
                        offset,
                        length: point - offset,
                        cut: false,
                    });
                    offset = *point;
                }
                draft.mids.push((draft.stretches.len(), *rule));
            }
            let cut = length < whole;
            draft.stretches.push(Stretch { item: item.id, offset, length: length - offset, cut });
        }
        draft.gaps.resize_with(draft.gaps.len().max(draft.stretches.len() + 1), Vec::new);
    }

    /// Rules for before and after the programme that hold for it, and those in it, with the gap of each.
    fn rules_of(&mut self, draft: &Draft, items: &[Index], step: &PlanStep) -> Vec<(usize, usize)> {
        let wall_s = self.agenda.wall_s(self.at);
        let end = draft.stretches.len();
        let mut found: Vec<(usize, usize)> = Vec::with_capacity(step.rules.len() + draft.mids.len());
        for rule in &step.rules {
            let of = &self.plan.rules[*rule];
            let (gap, item) = match of.rule.at {
                BreakAt::Pre => (0, items.first()),
                BreakAt::Post => (end, items.last()),
                _ => continue,
            };
            let length = item.map_or(0, |index| self.plan.catalogue.length(*index));
            if is_of(of, item.map(|index| self.plan.catalogue.item(*index)), length, wall_s) {
                found.push((gap, *rule));
            }
        }
        found.extend(&draft.mids);
        found.sort_by_key(|(gap, _)| *gap);
        found
    }

    /// Breaks by count and duration. Says how long they are; `room` shrinks by as much.
    fn fixed_breaks(&mut self, draft: &mut Draft, items: &[Index], step: &PlanStep, room: &mut i64) -> i64 {
        let (mut used, mut refused) = (0, None);
        for (gap, rule) in self.rules_of(draft, items, step) {
            let of = &self.plan.rules[rule].rule;
            let (count, most) = match (of.count, of.duration) {
                (Some(count), _) => (count as usize, *room),
                (_, Some(length)) => (CLIPS, length.0.min(*room)),
                (None, None) => continue,
            };
            let before: i64 = draft.stretches[..gap].iter().map(|stretch| stretch.length).sum();
            let at = self.at + before + used;
            let mut clips = std::mem::take(&mut draft.gaps[gap]);
            let length = self.clips(rule, at, (most, count), &draft.barred, &mut clips);
            draft.gaps[gap] = clips;
            if length == 0 && *room < most.max(HZ) {
                refused = Some(rule);
            }
            used += length;
            *room -= length;
        }
        if let Some(rule) = refused {
            let name = self.plan.rules[rule].name.clone();
            let block = "".into();
            self.note(NoteKind::NoRoom, block, name, (ItemId(0), ItemId(0)), *room);
        }
        used
    }

    /// Breaks that round up. Until when it is to be filled then.
    fn padding_breaks(
        &mut self,
        draft: &mut Draft,
        items: &[Index],
        step: &PlanStep,
        length: i64,
        mut room: i64,
    ) -> Option<i64> {
        let rules = self.rules_of(draft, items, step);
        let pads = |rule: usize| self.plan.rules[rule].rule.pad;
        let first = rules.iter().find(|(_, rule)| pads(*rule).is_some())?.1;
        let end = self.at + length;
        let target = self.agenda.round_up(end, pads(first)?, SLACK);
        room = room.min(target - end);
        self.hold(draft, room);
        let gaps = rules.iter().filter(|(_, rule)| pads(*rule).is_some()).count();
        for (done, (gap, rule)) in rules.into_iter().filter(|(_, rule)| pads(*rule).is_some()).enumerate() {
            let share = room / (gaps - done) as i64;
            let before: i64 = draft.stretches[..gap].iter().map(|stretch| stretch.length).sum();
            let clips_before: i64 = draft.gaps[..=gap].iter().flatten().map(|clip| clip.length).sum();
            let mut clips = std::mem::take(&mut draft.gaps[gap]);
            room -=
                self.clips(rule, self.at + before + clips_before, (share, CLIPS), &draft.barred, &mut clips);
            draft.gaps[gap] = clips;
        }
        Some(target)
    }

    /// Clips that are chosen already may come `by` ticks later, and what is put before them must not be what they are.
    fn hold(&mut self, draft: &mut Draft, by: i64) {
        for clip in draft.gaps.iter().flatten() {
            let What::Item { item, .. } = clip.what else { continue };
            draft.barred.push(item);
            if let Some(aired) =
                self.plan.catalogue.index(item).and_then(|index| self.aired.get_mut(index as usize))
            {
                *aired += by;
            }
        }
    }

    /// Chooses clips of a rule that fit into `room` ticks from `at`, `count` at most. Says how long they are.
    fn clips(
        &mut self,
        rule: usize,
        at: i64,
        (room, count): (i64, usize),
        barred: &[ItemId],
        clips: &mut Vec<Clip>,
    ) -> i64 {
        let plan = self.plan;
        let mut used = 0;
        for _ in 0..count.min(CLIPS) {
            let moved = self.out.moved.len();
            let (what, length) = match &plan.rules[rule].draws {
                Draws::Still(name, length) if *length <= room - used => {
                    (What::Still(self.name(name)), *length)
                }
                Draws::Deck(deck) => match self.clip(*deck, at + used, room - used, barred) {
                    Some((item, length)) => (What::Item { item, offset: 0 }, length),
                    None => break,
                },
                _ => break,
            };
            clips.push(Clip { what, length, rule, moved: (moved, self.out.moved.len()) });
            used += length;
        }
        used
    }

    /// Takes the next clip of a deck that is no longer than `room`.
    fn clip(&mut self, deck: usize, at: i64, room: i64, barred: &[ItemId]) -> Option<(ItemId, i64)> {
        if room < CLIP_LEAST {
            return None;
        }
        let mut trial = Trial::default();
        for _ in 0..CLIP_TRIES {
            if !self.look(deck, &mut trial, at) {
                return None;
            }
            let index = self.decks[deck].found(&trial).0[0];
            let length = self.plan.catalogue.length(index);
            let id = self.plan.catalogue.id(index);
            if (CLIP_LEAST..=room).contains(&length) && !barred.contains(&id) {
                self.take(deck, &trial, 0);
                if let Some(aired) = self.aired.get_mut(index as usize) {
                    *aired = at;
                }
                return Some((id, length));
            }
        }
        None
    }

    fn lay_out(&mut self, draft: &Draft, moved: (usize, usize), here: Here<'p>) {
        let slot = self.out.slots.len() as u32;
        self.entry = self.entry.wrapping_add(1);
        self.push_gap(&draft.gaps[0], BreakAt::Pre, here);
        let mut before = None;
        let mut first = Some(moved);
        let count = draft.stretches.len();
        for (number, stretch) in draft.stretches.iter().enumerate() {
            if before.is_some_and(|item| item != stretch.item) {
                self.entry = self.entry.wrapping_add(1);
            }
            before = Some(stretch.item);
            if let Some((from, to)) = first.take() {
                let at = self.out.slots.len() as u32;
                self.out.moved[from..to].iter_mut().for_each(|moved| moved.slot = at.max(slot));
            }
            let what = What::Item { item: stretch.item, offset: stretch.offset };
            let reason = self.reason(Some(here), NO_RULE);
            self.push(what, stretch.length, (Role::Programme, stretch.cut), reason);
            let at = if number + 1 == count { BreakAt::Post } else { BreakAt::Mid };
            self.push_gap(&draft.gaps[number + 1], at, here);
        }
    }

    fn push_gap(&mut self, clips: &[Clip], at: BreakAt, here: Here<'p>) {
        for clip in clips {
            let slot = self.out.slots.len() as u32;
            self.out.moved[clip.moved.0..clip.moved.1].iter_mut().for_each(|moved| moved.slot = slot);
            let reason = self.reason(Some(here), clip.rule);
            self.push(clip.what, clip.length, (Role::Break(at), false), reason);
        }
    }

    /// Puts a clip of the first rule for it that has one at `at`: a whole one that ends by `to`, or, as a fallback, one that is cut there. Says whether there was one.
    pub(super) fn fill_with(&mut self, with: BreakAt, to: i64, here: Option<Here<'p>>) -> bool {
        let plan = self.plan;
        let begin = self.at;
        let wall_s = self.agenda.wall_s(self.at);
        let last = plan.catalogue.index(self.place.last);
        let length = last.map_or(0, |index| plan.catalogue.length(index));
        let all = 0..plan.rules.len();
        let step = here.and_then(|here| here.block.steps.get(here.step));
        let rules: Vec<usize> = step.map_or_else(|| all.collect(), |step| step.rules.clone());
        for rule in rules {
            let of = &plan.rules[rule];
            if of.rule.at != with || !is_of(of, last.map(|index| plan.catalogue.item(index)), length, wall_s)
            {
                continue;
            }
            let mut clips = Vec::new();
            self.clips(rule, self.at, (to - self.at, 1), &[], &mut clips);
            match here {
                Some(here) => self.push_gap(&clips, with, here),
                None => self.push_loose(&clips, with),
            }
            if with == BreakAt::Fallback && self.at == begin {
                self.cut_to(rule, to, here);
            }
            if self.at > begin {
                return true;
            }
        }
        false
    }

    fn push_loose(&mut self, clips: &[Clip], at: BreakAt) {
        for clip in clips {
            let slot = self.out.slots.len() as u32;
            self.out.moved[clip.moved.0..clip.moved.1].iter_mut().for_each(|moved| moved.slot = slot);
            let reason = self.reason(None, clip.rule);
            self.push(clip.what, clip.length, (Role::Break(at), false), reason);
        }
    }

    /// One clip that is too long for what is left, cut.
    fn cut_to(&mut self, rule: usize, to: i64, here: Option<Here<'p>>) {
        let left = to - self.at;
        let slot = self.out.slots.len() as u32;
        let what = match &self.plan.rules[rule].draws {
            Draws::Still(name, _) => What::Still(self.name(name)),
            Draws::Deck(deck) => {
                let mut trial = Trial::default();
                if !self.look(*deck, &mut trial, self.at) {
                    return;
                }
                let index = self.decks[*deck].found(&trial).0[0];
                if self.plan.catalogue.length(index) < left {
                    return;
                }
                self.take(*deck, &trial, slot);
                What::Item { item: self.plan.catalogue.id(index), offset: 0 }
            }
            Draws::Live(_) | Draws::Channel(_) => return,
        };
        let reason = self.reason(here, rule);
        self.push(what, left, (Role::Break(BreakAt::Fallback), true), reason);
    }
}
