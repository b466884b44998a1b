//! Why a slot stands where it stands: codes and parameters, which a page says in its language.

use super::build::FILL_LONGEST;
use super::cursor::{Cursor, CursorKey};
use super::document::{BreakAt, OrderKind};
use super::plan::Plan;
use super::timeline::{Note, Reason, Role, Timeline, What};
use serde::{Deserialize, Serialize};

/// What a slot is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyCode {
    /// A step of a block plays it.
    Step,
    /// The same, behind an interruption.
    StepGoesOn,
    /// A channel that is on as it is.
    Channel,
    /// A break before a programme.
    Pre,
    /// A break in a programme.
    Mid,
    /// A break after a programme.
    Post,
    /// Whole clips fill what is left before `until`.
    Tail,
    /// One clip after another, the last one cut, fills what is left before `until`.
    Fallback,
    /// Nothing else fills what is left before `until`: no break of the kind `fallback` has anything.
    SlateLeft,
    /// The block has nothing that can be aired.
    SlateNothing,
    /// No block has begun.
    SlateNoBlock,
}

/// A cursor that was moved for a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyMoved {
    /// Whose.
    pub key: CursorKey,
    /// From where.
    pub before: Cursor,
    /// To where.
    pub after: Cursor,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// What it is there for.
    pub code: WhyCode,
    /// Template, block, step, source and break.
    pub reason: Reason,
    /// Order of the source; none: it is no list.
    pub order: Option<OrderKind>,
    /// When its block should have begun, in ticks.
    pub occurrence: i64,
    /// When its unit ends, in ticks; where it fills: when what fills there ends.
    pub until: i64,
    /// It ends before what it shows has ended.
    pub cut: bool,
    /// Cursors that were moved for it.
    pub moved: Vec<WhyMoved>,
    /// Seed of the channel.
    pub seed: u64,
    /// What happened in planning it.
    pub notes: Vec<Note>,
}

/// From when until when what was decided with a unit is on: itself, or what fills around it.
fn around(timeline: &Timeline, unit: usize) -> Option<(i64, i64)> {
    let slots = |unit: usize| timeline.slots.get(timeline.slots_of(unit)).filter(|slots| !slots.is_empty());
    let of = |unit: usize| timeline.units.get(unit).map(|unit| unit.after.occurrence);
    let first = slots(unit)?.first()?;
    let fills = |other: &usize| {
        slots(*other).is_some_and(|found| {
            matches!(found[0].role, Role::Slate | Role::Break(BreakAt::Tail | BreakAt::Fallback))
                && (found[0].start - first.start).abs() < FILL_LONGEST
                && of(*other) == of(unit)
        })
    };
    let (mut from, mut until) = (unit, unit);
    if fills(&unit) {
        from = (0..unit).rev().take_while(fills).last().unwrap_or(unit);
        until = (unit + 1..timeline.units.len()).take_while(fills).last().unwrap_or(unit);
    }
    Some((slots(from)?.first()?.start, slots(until)?.last()?.end()))
}

/// Why slot number `slot` is there; none: there is no such slot.
pub fn why(plan: &Plan, timeline: &Timeline, slot: usize) -> Option<Why> {
    let found = timeline.slots.get(slot)?;
    let unit = timeline.unit_of(slot)?;
    let (from, until) = around(timeline, unit)?;
    let reason = timeline.reasons.get(found.reason as usize)?.clone();
    let notes: Vec<Note> =
        timeline.notes.iter().filter(|note| from <= note.at && note.at < until).cloned().collect();
    let nothing = notes.iter().any(|note| note.kind == super::NoteKind::Nothing);
    let code = match (found.role, found.what) {
        (Role::Programme, What::Live(_) | What::Channel(_)) => WhyCode::Channel,
        (Role::Programme, What::Item { offset: 1.., .. }) => WhyCode::StepGoesOn,
        (Role::Programme, _) => WhyCode::Step,
        (Role::Break(BreakAt::Pre), _) => WhyCode::Pre,
        (Role::Break(BreakAt::Mid), _) => WhyCode::Mid,
        (Role::Break(BreakAt::Post), _) => WhyCode::Post,
        (Role::Break(BreakAt::Tail), _) => WhyCode::Tail,
        (Role::Break(BreakAt::Fallback), _) => WhyCode::Fallback,
        (Role::Slate, _) if reason.block.is_empty() => WhyCode::SlateNoBlock,
        (Role::Slate, _) if nothing => WhyCode::SlateNothing,
        (Role::Slate, _) => WhyCode::SlateLeft,
    };
    let moved = timeline.moved.iter().filter(|moved| moved.slot as usize == slot).filter_map(|moved| {
        let key = timeline.keys.get(moved.key as usize)?.clone();
        Some(WhyMoved { key, before: moved.before, after: moved.after })
    });
    let document = plan.document();
    let order = match document.breaks.iter().find(|rule| *rule.name == *reason.rule) {
        Some(rule) => Some(rule.order.kind),
        None => {
            let block = document.blocks.get(&*reason.block);
            block.and_then(|block| block.play.get(reason.step as usize)).map(|step| step.order.kind)
        }
    };
    let is_list = matches!(found.what, What::Item { .. });
    Some(Why {
        code,
        order: order.filter(|_| is_list),
        occurrence: timeline.units[unit].after.occurrence,
        until,
        cut: found.cut,
        moved: moved.collect(),
        seed: timeline.seed,
        notes,
        reason,
    })
}
