//! The simple form in full: shows and an order become sources, a block that fills the day, and a calendar of one line.

use super::document::{
    Block, DayOf, Document, GroupBy, Mode, Order, OrderKind, Pick, Simple, SimpleOrder, SimpleShow, Source,
    Start, Step,
};
use super::values::TimeOfDay;
use std::collections::BTreeMap;

/// Name of the block that the simple form makes.
pub(super) const BLOCK: &str = "all";
/// Name of the source that holds all shows, and of the template.
const ALL: &str = "all";

/// The document in full: what `simple` says is written out; anything else stays as it is.
pub fn expand(document: &Document) -> Document {
    let mut full = document.clone();
    let Some(simple) = full.simple.take() else { return full };
    let shows: Vec<&SimpleShow> = simple.shows.iter().filter(|show| show.include).collect();
    let mut names = Vec::new();
    let (mut weights, mut modes) = (BTreeMap::new(), BTreeMap::new());
    for (at, show) in shows.iter().enumerate() {
        let name = name(&full.sources, &show.source, at);
        weights.extend(show.weight.map(|weight| (name.clone(), weight)));
        modes.extend(show.mode.map(|mode| (name.clone(), mode)));
        full.sources.insert(name.clone(), show.source.clone());
        names.push(name);
    }
    full.sources.insert(ALL.to_owned(), Source { any: names, ..Source::default() });
    let order = order(&simple, modes, weights);
    let step = Step { source: ALL.to_owned(), order, pad: simple.pad, parts: true, ..Step::default() };
    full.blocks.insert(BLOCK.to_owned(), Block { play: vec![step], ..Block::default() });
    let start = Start { at: TimeOfDay(0), block: BLOCK.to_owned(), ..Start::default() };
    full.templates.insert(ALL.to_owned(), vec![start]);
    full.calendar = vec![DayOf { template: ALL.to_owned(), ..DayOf::default() }];
    full
}

fn order(simple: &Simple, modes: BTreeMap<String, Mode>, weights: BTreeMap<String, f64>) -> Order {
    let groups = |kind, pick| Order {
        kind,
        by: GroupBy::Source,
        pick,
        each: simple.mode,
        modes: modes.clone(),
        weights: weights.clone(),
        ..Order::default()
    };
    match simple.order {
        SimpleOrder::RoundRobin => groups(OrderKind::Rotation, Pick::InTurn),
        SimpleOrder::Weighted => groups(OrderKind::Rotation, Pick::Weighted),
        SimpleOrder::InOrder => Order::default(),
        SimpleOrder::Shuffle => Order { kind: OrderKind::Shuffle, ..Order::default() },
    }
}

/// A name for a source: what people call it, with its number where two are called the same.
fn name(taken: &BTreeMap<String, Source>, source: &Source, at: usize) -> String {
    let called = [&source.show, &source.collection, &source.query, &source.playlist, &source.tag];
    let called = called.into_iter().flatten().next().cloned().unwrap_or_else(|| format!("source {}", at + 1));
    if called == ALL || taken.contains_key(&called) { format!("{called} {}", at + 1) } else { called }
}
