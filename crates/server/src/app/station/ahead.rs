//! A channel run ahead, as people see it.

use serde::Serialize;
use telecast_core::library::HZ;
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
    /// Name of what it is about.
    pub name: String,
    /// What the item is called that it is about.
    pub item: Option<String>,
    /// How much; lengths in milliseconds.
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

/// A channel run ahead.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SimulationView {
    /// Days.
    pub days: i64,
    /// Programmes.
    pub programmes: u64,
    /// Different ones.
    pub items: u64,
    /// Programmes that had been on before.
    pub repeats: u64,
    /// The shortest time between two beginnings of one (milliseconds), and what it is called.
    pub closest_repeat: Option<(i64, String)>,
    /// Hours.
    pub hours: HoursView,
    /// Starts that were late, of those that have a time.
    pub late: u64,
    /// The latest (milliseconds).
    pub latest_ms: i64,
    /// Programmes by show; films together.
    pub shares: Vec<ShareView>,
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
    let lint = |lint: &Lint| LintView {
        code: serde_json::to_value(lint.code)
            .ok()
            .and_then(|code| code.as_str().map(str::to_owned))
            .unwrap_or_default(),
        place: lint.place.clone(),
        name: lint.name.clone(),
        item: (lint.item.0 != 0).then(|| stock.title(lint.item)),
        number: lint.number,
    };
    SimulationView {
        days,
        programmes: of.programmes.airings,
        items: of.items,
        repeats: of.repeats,
        closest_repeat: of.shortest_repeat.map(|(ticks, item)| (ticks / TICKS_PER_MS, stock.title(item))),
        hours: HoursView {
            programme: hours(of.programmes.ticks),
            breaks: hours(of.break_ticks + of.tail_ticks),
            fallback: hours(of.fallback_ticks),
            slate: hours(of.slate_ticks),
        },
        late: of.starts.late,
        latest_ms: of.starts.latest / TICKS_PER_MS,
        shares,
        lints: lints.iter().map(lint).collect(),
    }
}
