//! What can be planned and is still not what anybody wants: codes, places and parameters, which a page says in its language.
//!
//! [`lint`] looks at the document and at what its sources hold; with the statistics of a run ahead ([`simulate`](super::simulate())) also at what
//! comes of it.

use super::agenda::DAY;
use super::breaks::points;
use super::document::{Break, BreakAt, DoesNotFit, OrderKind, Source};
use super::plan::{Amount, Draws, Plan};
use super::simulate::Statistics;
use crate::library::{HZ, ItemId};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Lints that are told at once.
pub(super) const LINTS: usize = 200;
/// A clip that is on again sooner is noticed.
const CLIP_SOON: i64 = 10 * 60 * HZ;
/// A clip that is on more often than this in a day is overused.
const CLIP_A_DAY: i64 = 48;
/// A programme that did not fit so often has its cursor stuck.
const STUCK: u64 = 20;
/// Days that are looked at for whether a template is ever in force.
const DAYS: i64 = 4 * 366;
/// Starts later than this are told.
const LATE: i64 = 30 * 60 * HZ;

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LintCode {
    /// A source that nothing plays.
    SourceUnused,
    /// A source without items.
    SourceEmpty,
    /// A source whose items are all away or unplayable; `number`: how many.
    SourceAway,
    /// A source that nobody has resolved: there is no such collection, query or playlist.
    SourceUnresolved,
    /// A source that was never on in the run ahead.
    SourceNeverOn,
    /// A block that no template has.
    BlockUnused,
    /// A step behind one that goes on until the next block.
    StepUnreachable,
    /// A template that no day has.
    TemplateNever,
    /// A rule of the calendar behind one that holds whenever it does.
    RuleHidden,
    /// Days without a template: `number` of them in four years; what was on before goes on.
    DaysWithout,
    /// A break that no block has.
    BreakUnused,
    /// A break in programmes, but no programme has a point for it.
    BreakNoPoints,
    /// A break goes by black and silence, and `number` programmes have not been looked through yet.
    BreakNotLookedThrough,
    /// A source of pictures names a file that there is not in the library's folders; `name`: which.
    StillMissing,
    /// No clip is as short as the break.
    BreakTooShort,
    /// A break that was never on in the run ahead.
    BreakNeverOn,
    /// All of a source cools down for longer than it takes to play it; `number`: how long it is, in ticks.
    CooldownStarves,
    /// A weight or mode for a group that there is not.
    NoSuchGroup,
    /// Episodes in order are passed over where they do not fit.
    SkipsEpisodes,
    /// A programme is longer than its block can ever be; `item`.
    NeverFits,
    /// Fixed starts or round minutes, and nothing fills what is left before them.
    NoFallback,
    /// Nothing was on for `number` ticks.
    Gaps,
    /// Fallback was on for `number` ticks, more than a tenth of all.
    MuchFallback,
    /// A clip was on `number` times, more than 48 a day; `item`.
    ClipOverused,
    /// A clip was on again after `number` ticks, less than ten minutes; `item`.
    ClipSoon,
    /// Blocks did not begin at all, `number` of them: what was on before went on until the next.
    StartsMissed,
    /// A block began `number` ticks too late, more than half an hour.
    StartsLate,
    /// A programme waited `number` times and did not fit; `item`.
    CursorStuck,
}

/// A lint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lint {
    /// What.
    pub code: LintCode,
    /// Place in the document in full.
    pub place: String,
    /// Name of what it is about.
    pub name: String,
    /// Item; 0: none.
    pub item: ItemId,
    /// How much.
    pub number: i64,
}

struct Linter<'a> {
    plan: &'a Plan,
    found: BTreeSet<Lint>,
}

/// What is odd about a channel. `from` is a day from which the calendar is looked at.
pub fn lint(plan: &Plan, from: Date, statistics: Option<&Statistics>) -> Vec<Lint> {
    let mut linter = Linter { plan, found: BTreeSet::new() };
    linter.sources();
    linter.blocks();
    linter.calendar(from);
    linter.breaks();
    if let Some(statistics) = statistics {
        linter.run_ahead(statistics);
    }
    linter.found.into_iter().take(LINTS).collect()
}

impl Linter<'_> {
    fn say(
        &mut self,
        code: LintCode,
        place: impl Into<String>,
        name: impl Into<String>,
        item: ItemId,
        number: i64,
    ) {
        self.found.insert(Lint { code, place: place.into(), name: name.into(), item, number });
    }

    fn sources(&mut self) {
        let plan = self.plan;
        let document = plan.document();
        let steps = document.blocks.values().flat_map(|block| &block.play).map(|step| &step.source);
        let named = document.sources.values().flat_map(|source| &source.any);
        let used: BTreeSet<&String> =
            steps.chain(document.breaks.iter().map(|rule| &rule.source)).chain(named).collect();
        for (name, file) in plan.catalogue.missing() {
            self.say(LintCode::StillMissing, format!("sources.{name}.still"), file, ItemId(0), 0);
        }
        for (name, source) in &document.sources {
            let place = format!("sources.{name}");
            if !used.contains(name) {
                self.say(LintCode::SourceUnused, &place, name, ItemId(0), 0);
            }
            if plan.unresolved.contains(name) {
                self.say(LintCode::SourceUnresolved, &place, name, ItemId(0), 0);
            } else if source.has_items() && source.any.is_empty() {
                self.held(&place, name, source);
            }
        }
    }

    fn held(&mut self, place: &str, name: &str, source: &Source) {
        let catalogue = &self.plan.catalogue;
        let list = catalogue.list(source).unwrap_or_default();
        if list.is_empty() {
            self.say(LintCode::SourceEmpty, place, name, ItemId(0), 0);
        } else if !list.iter().any(|index| catalogue.is_playable(*index)) {
            self.say(LintCode::SourceAway, place, name, ItemId(0), list.len() as i64);
        }
    }

    fn blocks(&mut self) {
        let plan = self.plan;
        let document = plan.document();
        let starts: BTreeSet<&String> =
            document.templates.values().flatten().map(|start| &start.block).collect();
        for (block, written) in plan.blocks.iter().zip(document.blocks.values()) {
            let place = format!("blocks.{}", block.name);
            if !starts.contains(&block.name.to_string()) {
                self.say(LintCode::BlockUnused, &place, &*block.name, ItemId(0), 0);
            }
            let mut ends = false;
            for (number, (step, written)) in block.steps.iter().zip(&written.play).enumerate() {
                let place = format!("{place}.play[{number}]");
                if ends {
                    self.say(LintCode::StepUnreachable, &place, &*step.source, ItemId(0), 0);
                }
                ends |= step.amount == Amount::UntilNext;
                let order = &written.order;
                let in_order = matches!(order.kind, OrderKind::InOrder);
                if block.does_not_fit == DoesNotFit::Next && in_order {
                    self.say(LintCode::SkipsEpisodes, &place, &*step.source, ItemId(0), 0);
                }
                if let Draws::Deck(deck) = step.draws {
                    self.deck(&place, deck, order);
                }
            }
        }
    }

    /// Cool-downs and names of groups.
    fn deck(&mut self, place: &str, deck: usize, order: &super::document::Order) {
        let (plan, deck) = (self.plan, &self.plan.decks[deck]);
        let source = deck.key.source.to_string();
        let length: i64 = deck.items().map(|index| plan.catalogue.length(index)).sum();
        if deck.cooldown() > length && length > 0 {
            self.say(
                LintCode::CooldownStarves,
                format!("{place}.order.cooldown"),
                &source,
                ItemId(0),
                length,
            );
        }
        if order.kind == OrderKind::Rotation || order.kind == OrderKind::Marathon {
            let names: BTreeSet<&str> = deck.names().collect();
            for name in order.weights.keys().chain(order.modes.keys()) {
                if !names.contains(name.as_str()) {
                    self.say(LintCode::NoSuchGroup, format!("{place}.order"), name, ItemId(0), 0);
                }
            }
        }
    }

    fn calendar(&mut self, from: Date) {
        let plan = self.plan;
        let mut chosen = vec![false; plan.calendar.len()];
        let mut without = 0;
        let mut day = from;
        for _ in 0..DAYS {
            match plan.calendar.iter().position(|rule| rule.holds(day)) {
                Some(rule) => chosen[rule] = true,
                None => without += 1,
            }
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
        }
        let used: BTreeSet<u16> =
            plan.calendar.iter().zip(&chosen).filter(|(_, is)| **is).map(|(rule, _)| rule.template).collect();
        for (number, name) in plan.template_names.iter().enumerate() {
            if !used.contains(&(number as u16)) {
                self.say(LintCode::TemplateNever, format!("templates.{name}"), &**name, ItemId(0), 0);
            }
        }
        for (number, rule) in plan.calendar.iter().enumerate().filter(|(number, _)| !chosen[*number]) {
            let name = plan.template_names[rule.template as usize].to_string();
            self.say(LintCode::RuleHidden, format!("calendar[{number}]"), name, ItemId(0), 0);
        }
        if without > 0 {
            self.say(LintCode::DaysWithout, "calendar", "", ItemId(0), without);
        }
    }

    fn breaks(&mut self) {
        let plan = self.plan;
        let used: BTreeSet<usize> = plan
            .blocks
            .iter()
            .flat_map(|block| &block.steps)
            .flat_map(|step| step.rules.iter().copied())
            .collect();
        for (number, of) in plan.rules.iter().enumerate() {
            let place = format!("breaks[{number}]");
            if !used.contains(&number) {
                self.say(LintCode::BreakUnused, &place, &*of.name, ItemId(0), 0);
            }
            let shortest = match &of.draws {
                Draws::Deck(deck) => plan.decks[*deck]
                    .items()
                    .map(|i| plan.catalogue.length(i))
                    .filter(|length| *length > 0)
                    .min(),
                Draws::Still(_, length) => Some(*length),
                _ => None,
            };
            if let (Some(shortest), Some(room)) = (shortest, of.rule.duration)
                && shortest > room.0
            {
                self.say(LintCode::BreakTooShort, format!("{place}.for"), &*of.name, ItemId(0), shortest);
            }
            let unseen = if plan.is_detected(number) { self.not_looked_through(number) } else { 0 };
            if unseen > 0 {
                let place = format!("{place}.points");
                self.say(LintCode::BreakNotLookedThrough, place, &*of.name, ItemId(0), unseen);
            } else if of.rule.at == BreakAt::Mid
                && used.contains(&number)
                && !self.has_points(number, &of.rule)
            {
                self.say(LintCode::BreakNoPoints, format!("{place}.points"), &*of.name, ItemId(0), 0);
            }
        }
        let fixed = plan.templates.iter().flatten().any(|start| start.late != i64::MAX);
        let padded = plan.blocks.iter().flat_map(|block| &block.steps).any(|step| step.pad > 0);
        let fallback = plan.rules.iter().any(|of| of.rule.at == BreakAt::Fallback);
        if (fixed || padded) && !fallback {
            self.say(LintCode::NoFallback, "breaks", "", ItemId(0), 0);
        }
    }

    fn not_looked_through(&self, rule: usize) -> i64 {
        let items: BTreeSet<ItemId> = self.plan.interrupted_by(rule).collect();
        items.into_iter().filter(|item| !self.plan.catalogue.is_looked_through(*item)).count() as i64
    }

    fn has_points(&self, number: usize, rule: &Break) -> bool {
        let plan = self.plan;
        let Some(by) = &rule.points else { return false };
        let steps =
            plan.blocks.iter().flat_map(|block| &block.steps).filter(|step| step.rules.contains(&number));
        steps.into_iter().any(|step| match step.draws {
            Draws::Deck(deck) => plan.decks[deck].items().any(|index| {
                let item = plan.catalogue.item(index);
                !points(by, item, plan.catalogue.detected(item.id), plan.catalogue.length(index)).is_empty()
            }),
            _ => false,
        })
    }

    fn run_ahead(&mut self, found: &Statistics) {
        let plan = self.plan;
        let whole = (found.until - found.from).max(1);
        if found.slate_ticks > 0 {
            self.say(LintCode::Gaps, "", "", ItemId(0), found.slate_ticks);
        }
        if found.fallback_ticks > whole / 10 {
            self.say(LintCode::MuchFallback, "breaks", "", ItemId(0), found.fallback_ticks);
        }
        if let Some((item, times)) = found.busiest_clip
            && times as i64 * DAY > CLIP_A_DAY * whole.max(DAY)
        {
            self.say(LintCode::ClipOverused, "breaks", "", item, times as i64);
        }
        if let Some((apart, item)) = found.shortest_clip.filter(|(apart, _)| *apart < CLIP_SOON) {
            self.say(LintCode::ClipSoon, "breaks", "", item, apart);
        }
        if found.starts.missed > 0 {
            self.say(LintCode::StartsMissed, "templates", "", ItemId(0), found.starts.missed as i64);
        }
        if found.starts.latest > LATE {
            self.say(LintCode::StartsLate, "templates", "", ItemId(0), found.starts.latest);
        }
        for (item, times) in &found.refused {
            let length = plan.catalogue.index(*item).map_or(0, |index| plan.catalogue.length(index));
            if length > super::build::LONGEST {
                self.say(LintCode::NeverFits, "", "", *item, length);
            } else if *times >= STUCK {
                self.say(LintCode::CursorStuck, "", "", *item, *times as i64);
            }
        }
        for block in &plan.blocks {
            for step in &block.steps {
                let holds = match step.draws {
                    Draws::Deck(deck) => {
                        plan.decks[deck].items().any(|index| plan.catalogue.is_playable(index))
                    }
                    _ => true,
                };
                if holds && !found.sources.contains_key(&*step.source) {
                    let place = format!("sources.{}", step.source);
                    self.say(LintCode::SourceNeverOn, place, &*step.source, ItemId(0), 0);
                }
            }
        }
        for (number, rule) in plan.rules.iter().enumerate() {
            if !found.breaks.contains_key(&*rule.name) {
                self.say(LintCode::BreakNeverOn, format!("breaks[{number}]"), &*rule.name, ItemId(0), 0);
            }
        }
    }
}
