//! A channel run ahead, as people see it.

use serde::Serialize;
use telecast_core::library::{HZ, ItemId};
use telecast_core::schedule::{Lint, Statistics, TICKS_PER_MS};
use utoipa::ToSchema;

use super::stock::Stock;

/// Shares that are listed.
const SHARES: usize = 100;

/// How often, and how long, something was on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShareView {
    /// Name.
    pub name: String,
    /// How often.
    pub starts: u64,
    /// Hours.
    pub hours: f64,
}

/// What is odd about a document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LintView {
    /// What, in a word.
    pub code: String,
    /// Place in the document in full.
    pub place: String,
    /// Of what, and how much.
    pub parameters: LintParameters,
}

/// What a lint is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LintParameters {
    /// Name of a source, block, break or template.
    pub name: String,
    /// What the item is called.
    pub item: Option<String>,
    /// How much; lengths in ticks of 90 kHz.
    pub number: i64,
}

/// Hours of a run ahead.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct HoursView {
    /// Of programmes.
    pub programme: f64,
    /// Of breaks.
    pub breaks: f64,
    /// Of what fills.
    pub fallback: f64,
    /// Of nothing.
    pub slate: f64,
}

/// Starts that were late.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LateView {
    /// How many.
    pub starts: u64,
    /// The latest (milliseconds).
    pub worst_ms: i64,
}

/// What was on again soon.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RepeatView {
    /// What it is called.
    pub title: String,
    /// How often anything was on again.
    pub times: u64,
    /// The shortest time between two beginnings of this (milliseconds).
    pub closest_ms: i64,
}

/// A channel run ahead.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SimulationView {
    /// Days.
    pub days: i64,
    /// Programmes.
    pub programmes: u64,
    /// Different ones.
    pub items: u64,
    /// Hours.
    pub hours: HoursView,
    /// Starts that were late.
    pub late: LateView,
    /// Programmes by show; films together.
    pub shares: Vec<ShareView>,
    /// What was on again soonest.
    pub repeats: Vec<RepeatView>,
    /// What is odd.
    pub lints: Vec<LintView>,
}

/// A run ahead of `days`, and what is odd about the document.
pub(super) fn view(days: i64, of: &Statistics, lints: &[Lint], stock: &Stock) -> SimulationView {
    let hours = |ticks: i64| ticks as f64 / (3600 * HZ) as f64;
    let mut shares: Vec<ShareView> = of
        .shows
        .iter()
        .map(|(name, share)| ShareView {
            name: name.clone(),
            starts: share.airings,
            hours: hours(share.ticks),
        })
        .collect();
    shares.sort_by(|one, other| other.hours.total_cmp(&one.hours));
    shares.truncate(SHARES);
    let repeat = |(ticks, item): (i64, ItemId)| RepeatView {
        title: stock.title(item),
        times: of.repeats,
        closest_ms: ticks / TICKS_PER_MS,
    };
    SimulationView {
        days,
        programmes: of.programmes.airings,
        items: of.items,
        hours: HoursView {
            programme: hours(of.programmes.ticks),
            breaks: hours(of.break_ticks + of.tail_ticks),
            fallback: hours(of.fallback_ticks),
            slate: hours(of.slate_ticks),
        },
        late: LateView { starts: of.starts.late, worst_ms: of.starts.latest / TICKS_PER_MS },
        shares,
        repeats: of.shortest_repeat.map(repeat).into_iter().collect(),
        lints: lints.iter().map(|lint| of_lint(lint, stock)).collect(),
    }
}

fn of_lint(lint: &Lint, stock: &Stock) -> LintView {
    let code = serde_json::to_value(lint.code).ok();
    LintView {
        code: code.as_ref().and_then(|code| code.as_str()).unwrap_or_default().to_owned(),
        place: lint.place.clone(),
        parameters: LintParameters {
            name: lint.name.clone(),
            item: (lint.item.0 != 0).then(|| stock.title(lint.item)),
            number: lint.number,
        },
    }
}
