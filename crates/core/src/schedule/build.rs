//! From a plan and what a channel knew to what airs: one unit after another, each decided by what is known where it begins and by nothing else.
//!
//! That is why a window may be divided anywhere: planning to the middle and on from there gives what planning through gives. Every unit is longer
//! than nothing, and every loop has a bound, so that planning ends whatever the document says.

use super::agenda::{Agenda, Moment};
use super::cursor::Cursors;
use super::deck::{Deck, Gone, Trial};
use super::dice::named;
use super::document::{BreakAt, DoesNotFit};
use super::lane::Asked;
use super::plan::{Amount, Draws, Plan, PlanBlock, PlanStep};
use super::timeline::{
    History, Moved, NOTES, Note, NoteKind, Place, Reason, Role, Slot, Standing, Timeline, Unit, What,
};
use crate::library::{HZ, ItemId};
use std::collections::HashMap;
use std::sync::Arc;

/// The longest single unit: what is longer never fits.
pub(super) const LONGEST: i64 = 48 * 3_600 * HZ;
/// The longest slot of a channel that is on as it is.
pub(super) const LIVE_LONGEST: i64 = 24 * 3_600 * HZ;
/// What is filled at most before it is looked anew whether there is something to play.
pub(super) const FILL_LONGEST: i64 = 30 * 60 * HZ;
/// Programmes that are looked at for one that fits.
pub(super) const TRIES: usize = 24;
/// A programme is not begun to be cut off sooner than this.
pub(super) const CUT_LEAST: i64 = 60 * HZ;
/// By so much a programme may miss a round minute, and still counts as being on it: lengths turn out to be others by some pictures.
pub(super) const SLACK: i64 = 2 * HZ;
/// Number of no rule.
pub(super) const NO_RULE: usize = u16::MAX as usize;

/// Where a unit is planned: the block in force, its step, and until when it must have ended.
#[derive(Clone, Copy)]
pub(super) struct Here<'p> {
    pub(super) moment: Moment,
    pub(super) block: &'p PlanBlock,
    /// Number of the step.
    pub(super) step: usize,
    /// When it must have ended.
    pub(super) fence: i64,
}

/// Plans units.
pub(super) struct Builder<'p> {
    pub(super) plan: &'p Plan,
    pub(super) agenda: Agenda<'p>,
    pub(super) decks: Vec<Deck>,
    /// Cursors as they were given.
    pub(super) kept: Cursors,
    /// When each item of the library was last begun; empty where nobody asks.
    pub(super) aired: Vec<i64>,
    pub(super) at: i64,
    pub(super) entry: u32,
    pub(super) place: Place,
    pub(super) out: Timeline,
    /// Numbers of keys by deck and cursor, [`UNKNOWN`] where there is none yet.
    key_ids: Vec<Vec<u32>>,
    reason_ids: HashMap<Whence, u32>,
    /// Those of one step, by rule: it is asked for each slot.
    reasons_here: (Whence, Vec<u32>),
    gone: Vec<Gone>,
    missed: Vec<Moment>,
    moves: Vec<super::deck::Moved>,
    pub(super) draft: super::breaks::Draft,
}

/// Template, start, step and rule of a reason.
type Whence = (u16, u16, usize, usize);
/// A number that is not known yet.
const UNKNOWN: u32 = u32::MAX;

/// What came of an attempt to play a step.
enum Came {
    Played,
    Nothing,
    DoesNotFit,
}

/// The longest window: eleven years say no more than one.
pub(super) const WINDOW_LONGEST: i64 = 11 * 366 * 24 * 3_600 * HZ;
/// Times lie between these: the year 9999, before and after 1970.
const FAR: i64 = 8_000 * 366 * 24 * 3_600 * HZ;

/// Plans from `from` until `until` (ticks): the last unit begins before that and may end later.
pub fn build(plan: &Plan, from: &Standing, history: &History, until: i64) -> Timeline {
    let mut builder = Builder::new(plan, from, history);
    builder.run(until);
    builder.finish()
}

/// Plans anew behind the first `kept` slots of `old` — what is past, on air or firm — and behind what cannot be torn from them. `history` is what was
/// on before `old` began.
pub fn replan(plan: &Plan, old: &Timeline, history: &History, kept: usize, until: i64) -> Timeline {
    let mut kept = old.first(old.units_with(kept));
    let mut history = history.clone();
    history.add(&kept.slots);
    let standing = kept.end.clone();
    let more = build(plan, &standing, &history, until);
    kept.extend(more);
    kept
}

impl<'p> Builder<'p> {
    pub(super) fn new(plan: &'p Plan, from: &Standing, history: &History) -> Self {
        let decks = plan.decks.clone();
        let mut aired = Vec::new();
        if decks.iter().any(Deck::needs_history) {
            aired = vec![i64::MIN; plan.catalogue.library().items().len()];
            for (id, at) in &history.0 {
                if let Some(index) = plan.catalogue.index(*id) {
                    aired[index as usize] = *at;
                }
            }
        }
        // What should have begun while the last unit was on is looked for too.
        let at = from.at.clamp(-FAR, FAR);
        let since = from.place.occurrence.clamp(at - 2 * LONGEST, at);
        Self {
            agenda: Agenda::new(&plan.templates, &plan.calendar, &plan.zone, since),
            plan,
            decks,
            kept: from.cursors.clone(),
            aired,
            at,
            entry: from.entry,
            place: from.place,
            out: Timeline { begin: from.clone(), seed: plan.seed, ..Timeline::default() },
            key_ids: vec![Vec::new(); plan.decks.len()],
            reason_ids: HashMap::new(),
            reasons_here: ((u16::MAX, u16::MAX, 0, 0), Vec::new()),
            gone: Vec::new(),
            missed: Vec::new(),
            moves: Vec::new(),
            draft: super::breaks::Draft::default(),
        }
    }

    /// Plans units that begin before `until`.
    pub(super) fn run(&mut self, until: i64) {
        let until = until.min(self.at.saturating_add(WINDOW_LONGEST)).min(FAR);
        // Each turn is longer than nothing: what plays is, and what fills ends behind `at`.
        while self.at < until {
            let before = self.at;
            self.unit();
            if self.at <= before {
                self.fill(before + HZ, None);
            }
        }
    }

    pub(super) fn standing(&self) -> Standing {
        let mut cursors = self.kept.clone();
        let nothing = super::cursor::Cursor::default();
        let known = self.decks.iter().flat_map(Deck::known);
        cursors.0.extend(known.filter(|(_, cursor)| *cursor != nothing));
        Standing { at: self.at, entry: self.entry, place: self.place, cursors }
    }

    pub(super) fn finish(self) -> Timeline {
        let end = self.standing();
        Timeline { end, ..self.out }
    }

    /// The block in force at `at`, and what begins next. Says what is late and what was missed.
    fn enter(&mut self) -> Option<Moment> {
        let since = self.place.occurrence;
        let mut missed = std::mem::take(&mut self.missed);
        let moment =
            self.agenda.begun(if since == i64::MIN { i64::MAX } else { since }, self.at, &mut missed);
        for over in missed.drain(..) {
            if over.late != i64::MAX || moment.is_some_and(|moment| moment.block != over.block) {
                let block = self.plan.blocks[over.block as usize].name.clone();
                self.note(NoteKind::Missed, block, "".into(), (ItemId(0), ItemId(0)), self.at - over.tick);
            }
        }
        self.missed = missed;
        let moment = moment?;
        let name = &self.plan.blocks[moment.block as usize].name;
        let block = named(0, name);
        if moment.tick != since || block != self.place.block {
            // A block that follows itself goes on, unless it is to begin at a time or is gone through once.
            let once = self.plan.blocks[moment.block as usize].once;
            let goes_on = block == self.place.block && moment.late == i64::MAX && !once;
            let late = self.at.saturating_sub(moment.tick);
            if since != i64::MIN && moment.tick != since && late > moment.late {
                self.note(NoteKind::Late, name.clone(), "".into(), (ItemId(0), ItemId(0)), late);
            }
            self.place = if goes_on {
                Place { occurrence: moment.tick, ..self.place }
            } else {
                let last = self.place.last;
                Place { occurrence: moment.tick, block, since: self.at, last, ..Place::default() }
            };
        }
        Some(moment)
    }

    fn unit(&mut self) {
        let moment = self.enter();
        let next = self.agenda.next(self.at).map_or(i64::MAX, |next| next.tick);
        let Some(moment) = moment else {
            return self.fill(next, None);
        };
        let plan = self.plan;
        let block = &plan.blocks[moment.block as usize];
        if self.place.fill_to > self.at {
            let step = (self.place.step as usize).min(block.steps.len().saturating_sub(1));
            let here = Here { moment, block, step, fence: next };
            return self.fill(self.place.fill_to.min(next), Some(here));
        }
        self.play(moment, block, next);
    }

    fn play(&mut self, moment: Moment, block: &'p PlanBlock, next: i64) {
        let deadline = self.agenda.deadline(self.at, LONGEST);
        let steps = block.steps.len();
        let here =
            |step: usize, fence| Here { moment, block, step: step.min(steps.saturating_sub(1)), fence };
        let mut over = false;
        for _ in 0..=2 * steps {
            let number = self.place.step as usize;
            let Some(step) = block.steps.get(number) else {
                if block.once || steps == 0 || over {
                    over = block.once;
                    break;
                }
                self.go_to(0);
                continue;
            };
            if self.is_done(step) {
                self.go_to(number + 1);
                continue;
            }
            let fence = match step.amount {
                Amount::For(length) => deadline.min(self.place.since.saturating_add(length)),
                _ => deadline,
            };
            match self.step(step, here(number, fence), next) {
                Came::Played => return,
                Came::DoesNotFit => {
                    // Until the step's time is over, or the next block begins; the latter where it may be late.
                    self.place.fill_to = fence.min(next);
                    return self.fill(self.place.fill_to, Some(here(number, fence)));
                }
                Came::Nothing => self.go_to(number + 1),
            }
        }
        if !over && self.place.nothing_to <= self.at {
            self.note(NoteKind::Nothing, block.name.clone(), "".into(), (ItemId(0), ItemId(0)), 0);
            self.place.nothing_to = self.at + FILL_LONGEST;
        }
        // Behind each thing that fills it is looked anew whether there is something to play.
        self.fill(next, Some(here(self.place.step as usize, next)));
    }

    fn go_to(&mut self, step: usize) {
        self.place = Place { step: step as u16, done: 0, since: self.at, ..self.place };
    }

    fn is_done(&self, step: &PlanStep) -> bool {
        match step.amount {
            Amount::Count(count) => self.place.done >= count,
            Amount::All => match step.draws {
                Draws::Deck(deck) => self.place.done as usize >= self.decks[deck].len(),
                _ => self.place.done >= 1,
            },
            Amount::For(length) => self.at + SLACK >= self.place.since.saturating_add(length),
            Amount::UntilNext => false,
        }
    }

    fn step(&mut self, step: &'p PlanStep, here: Here<'p>, next: i64) -> Came {
        let what = match &step.draws {
            Draws::Deck(deck) => return self.programme(*deck, step, here),
            Draws::Still(name, length) => {
                if self.at + length > here.fence {
                    return Came::DoesNotFit;
                }
                (What::Still(self.name(name)), *length)
            }
            Draws::Live(id) => {
                (What::Live(self.name(id)), here.fence.min(next).min(self.at + LIVE_LONGEST) - self.at)
            }
            Draws::Channel(id) => {
                (What::Channel(self.name(id)), here.fence.min(next).min(self.at + LIVE_LONGEST) - self.at)
            }
        };
        self.begin_unit();
        self.entry = self.entry.wrapping_add(1);
        let reason = self.reason(Some(here), NO_RULE);
        self.push(what.0, what.1, (Role::Programme, false), reason);
        self.place.done += 1;
        self.end_unit();
        Came::Played
    }

    fn programme(&mut self, deck: usize, step: &'p PlanStep, here: Here<'p>) -> Came {
        let mut trial = Trial::default();
        let whole = match step.amount {
            Amount::For(_) => here.fence.saturating_sub(self.place.since),
            _ => here.fence.saturating_sub(self.place.occurrence).min(LONGEST),
        };
        let (mut refused, mut begun) = (false, None);
        for _ in 0..TRIES {
            if !self.look(deck, &mut trial, self.at) {
                break;
            }
            let (items, group) = self.decks[deck].found(&trial);
            let length: i64 = items.iter().map(|index| self.plan.catalogue.length(*index)).sum();
            let first = self.plan.catalogue.id(items[0]);
            if begun == Some(first) {
                break; // around the end: all were looked at
            }
            begun.get_or_insert(first);
            if self.at + length <= here.fence {
                self.air(deck, &trial, step, here, length);
                return Came::Played;
            }
            let group = if group.is_empty() { step.source.clone() } else { group.clone() };
            if length > whole {
                self.note(NoteKind::TooLong, here.block.name.clone(), group, (first, ItemId(0)), length);
                continue;
            }
            refused = true;
            match here.block.does_not_fit {
                DoesNotFit::Wait => {
                    self.note(
                        NoteKind::DidNotFit,
                        here.block.name.clone(),
                        group,
                        (first, ItemId(0)),
                        length,
                    );
                    break;
                }
                DoesNotFit::Next => {}
                DoesNotFit::Cut if here.fence - self.at >= CUT_LEAST => {
                    self.note(NoteKind::Cut, here.block.name.clone(), group, (first, ItemId(0)), length);
                    self.air(deck, &trial, step, here, here.fence - self.at);
                    return Came::Played;
                }
                DoesNotFit::Cut => break,
            }
        }
        if refused { Came::DoesNotFit } else { Came::Nothing }
    }

    /// Looks what is next in a deck, and says what is gone.
    pub(super) fn look(&mut self, deck: usize, trial: &mut Trial, at: i64) -> bool {
        let cooldown = self.decks[deck].cooldown();
        let asked = Asked { catalogue: &self.plan.catalogue, aired: &self.aired, at, cooldown };
        let found = self.decks[deck].look(trial, &asked, &self.kept, &mut self.gone);
        while let Some((number, gone, instead)) = self.gone.pop() {
            let key = self.decks[deck].cursor_key(number);
            let source = if key.group.is_empty() { key.source } else { key.group };
            self.note(NoteKind::CursorGone, key.block, source, (gone, instead), 0);
        }
        found
    }

    /// Moves a deck's cursors to behind what was found, for the slot that will be pushed as `slot`.
    pub(super) fn take(&mut self, deck: usize, trial: &Trial, slot: u32) {
        let mut moves = std::mem::take(&mut self.moves);
        self.decks[deck].take(trial, &mut moves);
        for (number, before, after) in moves.drain(..) {
            let ids = &mut self.key_ids[deck];
            if ids.len() <= number {
                ids.resize(number + 1, UNKNOWN);
            }
            if ids[number] == UNKNOWN {
                ids[number] = self.out.keys.len() as u32;
                self.out.keys.push(self.decks[deck].cursor_key(number));
            }
            let key = ids[number];
            self.out.moved.push(Moved { key, slot, before, after });
        }
        self.moves = moves;
    }

    pub(super) fn begin_unit(&mut self) {
        let (slot, moved) = (self.out.slots.len() as u32, self.out.moved.len() as u32);
        self.out.units.push(Unit { slot, moved, entry: self.entry, after: self.place });
    }

    pub(super) fn end_unit(&mut self) {
        if let Some(unit) = self.out.units.last_mut() {
            unit.after = self.place;
        }
    }

    /// A slot from `at` on; what is shorter than nothing is none.
    pub(super) fn push(&mut self, what: What, length: i64, (role, cut): (Role, bool), reason: u32) {
        if length <= 0 {
            return;
        }
        self.out.slots.push(Slot { start: self.at, length, what, entry: self.entry, reason, role, cut });
        if let (What::Item { item, offset: 0 }, false) = (what, self.aired.is_empty())
            && let Some(index) = self.plan.catalogue.index(item)
        {
            self.aired[index as usize] = self.at;
        }
        self.at += length;
    }

    pub(super) fn reason(&mut self, here: Option<Here<'p>>, rule: usize) -> u32 {
        let (template, start, step) =
            here.map_or((u16::MAX, 0, 0), |here| (here.moment.template, here.moment.start, here.step));
        let whence = (template, start, step, 0);
        let at = if rule == NO_RULE { self.plan.rules.len() } else { rule };
        if self.reasons_here.0 != whence {
            self.reasons_here.0 = whence;
            self.reasons_here.1.clear();
            self.reasons_here.1.resize(self.plan.rules.len() + 1, UNKNOWN);
        }
        if self.reasons_here.1[at] == UNKNOWN {
            self.reasons_here.1[at] = self.look_up_reason((template, start, step, rule), here);
        }
        self.reasons_here.1[at]
    }

    fn look_up_reason(&mut self, key: Whence, here: Option<Here<'p>>) -> u32 {
        let rule = key.3;
        let next = self.out.reasons.len() as u32;
        let number = *self.reason_ids.entry(key).or_insert(next);
        if number == next {
            let plan = self.plan;
            let of_rule = plan.rules.get(rule);
            let step = here.and_then(|here| here.block.steps.get(here.step));
            let source = of_rule.map(|rule| &rule.source).or_else(|| step.map(|step| &step.source));
            let start = |here: Here<'_>| {
                plan.templates[here.moment.template as usize]
                    .get(here.moment.start as usize)
                    .map(|start| start.at_s)
            };
            let reason = Reason {
                template: here
                    .map_or_else(|| "".into(), |h| plan.template_names[h.moment.template as usize].clone()),
                at_s: here.and_then(start).unwrap_or_default(),
                block: here.map_or_else(|| "".into(), |here| here.block.name.clone()),
                step: here.map_or(0, |here| here.step as u16),
                source: source.cloned().unwrap_or_default(),
                rule: of_rule.map(|rule| rule.name.clone()).unwrap_or_default(),
            };
            self.out.reasons.push(reason);
        }
        number
    }

    pub(super) fn name(&mut self, name: &Arc<str>) -> u32 {
        let known = self.out.names.iter().position(|other| other == name);
        known.unwrap_or_else(|| {
            self.out.names.push(name.clone());
            self.out.names.len() - 1
        }) as u32
    }

    pub(super) fn note(
        &mut self,
        kind: NoteKind,
        block: Arc<str>,
        source: Arc<str>,
        (item, instead): (ItemId, ItemId),
        ticks: i64,
    ) {
        if self.out.notes.len() < NOTES {
            self.out.notes.push(Note { at: self.at, kind, block, source, item, instead, ticks });
        }
    }

    /// One unit of what fills from `at` until `to`: a clip, or a slate. Behind it is a free boundary, so what comes behind a clip that turns out to be longer than
    /// planned is chosen anew, and the last one takes what is left.
    pub(super) fn fill(&mut self, to: i64, here: Option<Here<'p>>) {
        let to = to.min(self.at + FILL_LONGEST);
        if to <= self.at {
            return;
        }
        self.begin_unit();
        if !self.fill_with(BreakAt::Tail, to, here) && !self.fill_with(BreakAt::Fallback, to, here) {
            let reason = self.reason(here, NO_RULE);
            self.push(What::Slate, to - self.at, (Role::Slate, false), reason);
        }
        self.end_unit();
    }
}
