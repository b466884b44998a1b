//! A document made ready to plan by: names looked up, sources resolved, orders made into decks.
//!
//! It depends on document, catalogue, zone and seed, and on nothing else; one plan serves any number of windows.

use super::agenda::{Agenda, PlanDay, PlanStart};
use super::breaks::STRETCH_LEAST;
use super::build::LONGEST;
use super::catalogue::{Catalogue, Index, List};
use super::cursor::CursorKey;
use super::deck::{Deck, Group, groups};
use super::document::{
    Break, BreakAt, Document, DoesNotFit, GroupBy, Guide, Order, OrderKind, Points, PointsBy, Source, Step,
};
use super::simple::expand;
use crate::library::ItemId;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// How deep sources may name others.
const DEPTH: usize = 64;

/// Something that is planned by.
#[derive(Debug)]
pub struct Plan {
    /// The document in full.
    pub(super) document: Document,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) zone: TimeZone,
    pub(super) seed: u64,
    pub(super) blocks: Vec<PlanBlock>,
    pub(super) templates: Vec<Vec<PlanStart>>,
    pub(super) template_names: Vec<Arc<str>>,
    pub(super) calendar: Vec<PlanDay>,
    pub(super) decks: Vec<Deck>,
    pub(super) rules: Vec<PlanRule>,
    /// Sources that nobody has resolved.
    pub(super) unresolved: Vec<String>,
}

#[derive(Debug)]
pub(super) struct PlanBlock {
    pub(super) name: Arc<str>,
    pub(super) steps: Vec<PlanStep>,
    pub(super) once: bool,
    pub(super) does_not_fit: DoesNotFit,
}

/// What a step or a break draws from.
#[derive(Clone, Debug)]
pub(super) enum Draws {
    /// Number of a deck.
    Deck(usize),
    /// Pictures: name, and length in ticks.
    Still(Arc<str>, i64),
    /// A channel of a receiver or list.
    Live(Arc<str>),
    /// A channel of one's own.
    Channel(Arc<str>),
}

/// How much of a source a step plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    Count(u32),
    All,
    For(i64),
    UntilNext,
}

#[derive(Debug)]
pub(super) struct PlanStep {
    pub(super) source: Arc<str>,
    pub(super) draws: Draws,
    pub(super) amount: Amount,
    /// So much longer than planned a channel may be on (ticks).
    pub(super) overrun: i64,
    /// Minutes; 0: none.
    pub(super) pad: u16,
    /// Numbers of its rules of breaks.
    pub(super) rules: Vec<usize>,
    pub(super) guide: Guide,
}

#[derive(Debug)]
pub(super) struct PlanRule {
    pub(super) rule: Break,
    pub(super) name: Arc<str>,
    pub(super) source: Arc<str>,
    pub(super) draws: Draws,
    /// Names in lower case, to compare with.
    pub(super) shows: Vec<String>,
    pub(super) tags: Vec<String>,
}

struct Maker<'a> {
    document: &'a Document,
    catalogue: &'a Catalogue,
    seed: u64,
    decks: Vec<Deck>,
    made: HashMap<(CursorKey, String), usize>,
    lists: BTreeMap<String, List>,
    unresolved: Vec<String>,
}

impl Plan {
    /// By when what begins at `at` must have ended, so that no start is later than it may be (ticks).
    pub fn deadline(&self, at: i64) -> i64 {
        let mut agenda = Agenda::new(&self.templates, &self.calendar, &self.zone, at);
        agenda.begun(i64::MAX, at, &mut Vec::new());
        agenda.deadline(at, LONGEST)
    }

    /// Makes a document ready. It should have no faults; names that do not exist are nothing to play.
    pub fn new(document: &Document, catalogue: Arc<Catalogue>, seed: u64, zone: TimeZone) -> Self {
        let full = expand(document);
        let mut maker = Maker {
            document: &full,
            catalogue: &catalogue,
            seed,
            decks: Vec::new(),
            made: HashMap::new(),
            lists: BTreeMap::new(),
            unresolved: Vec::new(),
        };
        let rules: Vec<PlanRule> = full.breaks.iter().map(|rule| maker.rule(rule)).collect();
        let blocks = full.blocks.iter().map(|(name, block)| PlanBlock {
            name: name.as_str().into(),
            steps: block
                .play
                .iter()
                .map(|step| maker.step(name, block.breaks.as_deref(), step, &block.guide))
                .collect(),
            once: block.once,
            does_not_fit: block.does_not_fit,
        });
        let blocks: Vec<PlanBlock> = blocks.collect();
        let (decks, mut unresolved) = (maker.decks, maker.unresolved);
        unresolved.sort();
        unresolved.dedup();
        let number = |name: &String| full.blocks.keys().position(|known| known == name);
        let starts = |starts: &Vec<super::document::Start>| {
            let start = |start: &super::document::Start| {
                let late = if start.strict { 0 } else { start.late.map_or(i64::MAX, |late| late.0) };
                Some(PlanStart { at_s: start.at.0, block: number(&start.block)? as u16, late })
            };
            let mut starts: Vec<PlanStart> = starts.iter().filter_map(start).collect();
            starts.sort_by_key(|start| start.at_s);
            starts
        };
        let templates = full.templates.values().map(starts).collect();
        let template_names: Vec<Arc<str>> = full.templates.keys().map(|name| name.as_str().into()).collect();
        let of_day = |rule: &super::document::DayOf| {
            let template = template_names.iter().position(|name| **name == *rule.template)?;
            Some(PlanDay::new(template as u16, rule))
        };
        let calendar = full.calendar.iter().filter_map(of_day).collect();
        Self {
            catalogue,
            zone,
            seed,
            blocks,
            templates,
            template_names,
            calendar,
            decks,
            rules,
            unresolved,
            document: full,
        }
    }

    /// The document in full.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What there is to play.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Items that are interrupted where black and silence are found: somebody has to look for that.
    pub fn looked_through(&self) -> BTreeSet<ItemId> {
        let of_rules = (0..self.rules.len()).filter(|rule| self.is_detected(*rule));
        of_rules.flat_map(|rule| self.interrupted_by(rule)).collect()
    }

    /// A rule of breaks goes by black and silence.
    pub(super) fn is_detected(&self, rule: usize) -> bool {
        let rule = &self.rules[rule].rule;
        let is_detected = |points: &Points| points.by == PointsBy::Detected;
        rule.at == BreakAt::Mid && rule.points.as_ref().is_some_and(is_detected)
    }

    /// Items of the steps that have a rule of breaks, as far as they are long enough to be interrupted at all.
    pub(super) fn interrupted_by(&self, rule: usize) -> impl Iterator<Item = ItemId> {
        let steps = self.blocks.iter().flat_map(|block| &block.steps);
        let decks =
            steps.filter(move |step| step.rules.contains(&rule)).filter_map(|step| match step.draws {
                Draws::Deck(deck) => Some(deck),
                _ => None,
            });
        let items = decks.flat_map(|deck| self.decks[deck].items());
        let is_long = |index: &Index| self.catalogue.length(*index) >= 2 * STRETCH_LEAST;
        items.filter(is_long).map(|index| self.catalogue.id(index))
    }
}

impl Maker<'_> {
    fn step(&mut self, block: &str, of_block: Option<&[String]>, step: &Step, guide: &Guide) -> PlanStep {
        let amount = match (step.count, step.duration) {
            _ if step.all => Amount::All,
            _ if step.until_next => Amount::UntilNext,
            (_, Some(length)) => Amount::For(length.0),
            (count, None) => Amount::Count(count.unwrap_or(1)),
        };
        let wanted = step.breaks.as_deref().or(of_block);
        let rules = self.document.breaks.iter().enumerate();
        let rules = rules.filter(|(_, rule)| wanted.is_none_or(|names| names.contains(&rule.name)));
        PlanStep {
            source: step.source.as_str().into(),
            draws: self.draws(block, &step.source, &step.order, step.parts),
            amount,
            overrun: step.overrun.map_or(0, |overrun| overrun.0),
            pad: step.pad.unwrap_or(0),
            rules: rules.map(|(number, _)| number).collect(),
            guide: step.guide.within(guide).within(&self.document.guide),
        }
    }

    fn rule(&mut self, rule: &Break) -> PlanRule {
        let lower = |names: &Vec<String>| names.iter().map(|name| name.to_lowercase()).collect();
        PlanRule {
            name: rule.name.as_str().into(),
            source: rule.source.as_str().into(),
            draws: self.draws(&format!("break:{}", rule.name), &rule.source, &rule.order, false),
            shows: lower(&rule.only.shows),
            tags: lower(&rule.only.tags),
            rule: rule.clone(),
        }
    }

    fn draws(&mut self, block: &str, name: &str, order: &Order, parts: bool) -> Draws {
        let nothing = Source::default();
        let source = self.document.sources.get(name).unwrap_or(&nothing);
        if let Some(id) = &source.live {
            return Draws::Live(id.as_str().into());
        }
        if let Some(id) = &source.channel {
            return Draws::Channel(id.as_str().into());
        }
        if let Some(still) = &source.still {
            return Draws::Still(name.into(), still.length.0);
        }
        let block = if source.shared { "*" } else { block };
        Draws::Deck(self.deck(block, name, order, parts))
    }

    fn deck(&mut self, block: &str, name: &str, order: &Order, parts: bool) -> usize {
        let mut key = CursorKey { block: block.into(), source: name.into(), group: "".into() };
        // One source in two orders in one block: two cursors.
        let how = format!("{order:?} {parts}");
        if let Some(known) = self.made.get(&(key.clone(), how.clone())) {
            return *known;
        }
        if self.made.keys().any(|(known, _)| *known == key) {
            key.source = format!("{name}:{}", self.decks.len()).into();
        }
        let catalogue = self.catalogue;
        let is_grouped = matches!(order.kind, OrderKind::Rotation | OrderKind::Marathon);
        let deck = if is_grouped {
            let groups = self.groups(name, order);
            Deck::grouped(catalogue, key.clone(), groups, order, parts, self.seed)
        } else {
            let list = self.list(name, 0);
            Deck::plain(catalogue, key.clone(), list, order, parts, self.seed)
        };
        self.decks.push(deck);
        self.made.insert((CursorKey { source: name.into(), ..key }, how), self.decks.len() - 1);
        self.decks.len() - 1
    }

    fn groups(&mut self, name: &str, order: &Order) -> Vec<Group> {
        let any = self.document.sources.get(name).map(|source| source.any.clone()).unwrap_or_default();
        if order.by == GroupBy::Source && !any.is_empty() {
            return any.iter().map(|name| (name.as_str().into(), self.list(name, 0))).collect();
        }
        let list = self.list(name, 0);
        groups(self.catalogue, &list, order.by)
    }

    /// What a source holds, with what it names.
    fn list(&mut self, name: &str, depth: usize) -> List {
        if let Some(known) = self.lists.get(name) {
            return known.clone();
        }
        let nothing = List::default();
        let Some(source) = self.document.sources.get(name) else { return nothing };
        let list = if source.any.is_empty() {
            let found = self.catalogue.list(source);
            if found.is_none() && source.has_items() {
                self.unresolved.push(name.to_owned());
            }
            found.unwrap_or_default()
        } else if depth < DEPTH {
            let mut all = Vec::new();
            let mut seen = std::collections::HashSet::new();
            for other in &source.any {
                all.extend(self.list(other, depth + 1).iter().copied().filter(|index| seen.insert(*index)));
            }
            all.retain(|index| {
                let season = self.catalogue.item(*index).season;
                source.seasons.is_empty() || season.is_some_and(|season| source.seasons.contains(&season))
            });
            all.into()
        } else {
            nothing
        };
        self.lists.insert(name.to_owned(), list.clone());
        list
    }
}
