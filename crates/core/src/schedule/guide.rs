//! What the guide says of a timeline: entries with titles, and which slots each of them is made of.
//!
//! An entry begins with what comes before its programme and ends where the next begins: breaks and what fills belong to it. Entries follow each
//! other without gap or overlap, but where something is hidden and nothing came before.

use super::document::{Guide, Merge};
use super::plan::Plan;
use super::timeline::{Reason, Role, Slot, Timeline, What};
use crate::library::{Item, ItemId, Kind};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// What texts of a guide may name in braces.
pub const NAMES: [&str; 9] =
    ["show", "title", "season", "episode", "part", "year", "block", "channel", "summary"];

/// An entry of the guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideEntry {
    /// From when, in ticks.
    pub start: i64,
    /// Until when, in ticks.
    pub stop: i64,
    /// Title.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Text.
    pub description: String,
    /// Show that it is an episode of.
    pub show: Option<Arc<str>>,
    /// Season; 0: specials.
    pub season: Option<u32>,
    /// Episode in its season, and the last one where the item holds several.
    pub episode: Option<(u32, u32)>,
    /// For whom it is, from this age on (years).
    pub age: Option<u8>,
    /// Kind of its item.
    pub kind: Kind,
    /// Its (first) item; none: a channel, pictures, or nothing.
    pub item: Option<ItemId>,
    /// Ticks from the item's beginning at which it begins.
    pub offset: i64,
    /// It is what fills, not a programme.
    pub filler: bool,
    /// Numbers of its slots in the timeline.
    pub slots: Range<u32>,
}

/// A stretch of what an entry is made of, for whoever watches it from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Ticks from the beginning of the entry.
    pub at: i64,
    /// What.
    pub what: What,
    /// Ticks.
    pub length: i64,
    /// It is a break.
    pub is_break: bool,
}

/// An entry that is being made.
struct Draft<'a> {
    entry: GuideEntry,
    hide: bool,
    merge: Merge,
    reason: &'a Reason,
    part: Option<u32>,
    /// Title for all that is merged, where a document says one.
    title: Option<String>,
    occurrence: i64,
}

/// The entries of a timeline, in order.
pub fn entries(plan: &Plan, timeline: &Timeline) -> Vec<GuideEntry> {
    let unknown = Reason::default();
    let mut found: Vec<Draft<'_>> = Vec::new();
    for slots in runs(timeline) {
        let made = draft(plan, timeline, slots, &unknown);
        let Some(last) = found.last_mut().filter(|last| last.entry.stop == made.entry.start) else {
            found.extend(Some(made).filter(|made| !made.hide));
            continue;
        };
        if made.hide || is_one(last, &made) {
            if !made.hide {
                merge(plan, last, &made);
            }
            last.entry.stop = made.entry.stop;
            last.entry.slots.end = made.entry.slots.end;
        } else {
            found.push(made);
        }
    }
    found.into_iter().map(|draft| draft.entry).collect()
}

/// What an entry is made of; with its breaks, or without.
pub fn pieces(timeline: &Timeline, entry: &GuideEntry, with_breaks: bool) -> Vec<Piece> {
    let slots = timeline.slots.get(entry.slots.start as usize..entry.slots.end as usize).unwrap_or_default();
    let mut at = 0;
    let mut found = Vec::new();
    for slot in slots {
        let is_break = slot.role != Role::Programme;
        if with_breaks || !is_break || entry.filler {
            found.push(Piece { at, what: slot.what, length: slot.length, is_break });
            at += slot.length;
        }
    }
    found
}

/// Slots that belong together by number, and what fills apart where the document wants it so.
fn runs(timeline: &Timeline) -> Vec<Range<usize>> {
    let fills = |slot: &Slot| match slot.role {
        Role::Slate => true,
        Role::Break(at) => matches!(at, super::document::BreakAt::Tail | super::document::BreakAt::Fallback),
        Role::Programme => false,
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (number, slot) in timeline.slots.iter().enumerate() {
        match found.last_mut() {
            Some(run)
                if {
                    let first = &timeline.slots[run.start];
                    let before = &timeline.slots[number - 1];
                    first.entry == slot.entry && fills(before) == fills(slot)
                } =>
            {
                run.end = number + 1;
            }
            _ => found.push(number..number + 1),
        }
    }
    found
}

fn draft<'a>(plan: &Plan, timeline: &'a Timeline, slots: Range<usize>, unknown: &'a Reason) -> Draft<'a> {
    let all = &timeline.slots[slots.clone()];
    let programme = all.iter().find(|slot| slot.role == Role::Programme);
    let main = programme.unwrap_or(&all[0]);
    let reason = timeline.reasons.get(main.reason as usize).unwrap_or(unknown);
    let guide = guide_of(plan, reason);
    let item = match main.what {
        What::Item { item, .. } if programme.is_some() => plan.catalogue().library().get(item),
        _ => None,
    };
    let offset = match main.what {
        What::Item { offset, .. } => offset,
        _ => 0,
    };
    let item = item.map(AsRef::as_ref);
    let filler = programme.is_none();
    let (title, subtitle) = titles(plan, timeline, guide, reason, item, main, filler);
    let description = match &guide.description {
        Some(text) => filled(text, plan, reason, item),
        None => item.map(|item| item.summary.to_string()).unwrap_or_default(),
    };
    let entry = GuideEntry {
        start: all[0].start,
        stop: all[all.len() - 1].end(),
        title,
        subtitle,
        description: if filler { String::new() } else { description },
        show: item.and_then(|item| item.show.clone()),
        season: item.and_then(|item| item.season),
        episode: item.and_then(|item| item.episode),
        age: if filler { None } else { guide.age.or_else(|| item.and_then(|item| item.age)) },
        kind: item.map(|item| item.kind).unwrap_or_default(),
        item: item.map(|item| item.id),
        offset,
        filler,
        slots: slots.start as u32..slots.end as u32,
    };
    let occurrence =
        timeline.unit_of(slots.start).map_or(i64::MIN, |unit| timeline.units[unit].after.occurrence);
    // What fills belongs to what was before it, unless it has a title of its own.
    let hide = if filler { guide.filler.is_none() } else { guide.hide == Some(true) };
    let title = guide.title.as_ref().map(|text| filled(text, plan, reason, item));
    Draft {
        entry,
        hide,
        merge: guide.merge.unwrap_or_default(),
        reason,
        part: item.and_then(|i| i.part),
        title,
        occurrence,
    }
}

const NOTHING: &Guide = &Guide {
    title: None,
    subtitle: None,
    description: None,
    hide: None,
    merge: None,
    age: None,
    filler: None,
};

fn guide_of<'p>(plan: &'p Plan, reason: &Reason) -> &'p Guide {
    let block = plan.blocks.iter().find(|block| block.name == reason.block);
    let step = block.and_then(|block| block.steps.get(reason.step as usize));
    step.map_or(if reason.block.is_empty() { &plan.document().guide } else { NOTHING }, |step| &step.guide)
}

fn titles(
    plan: &Plan,
    timeline: &Timeline,
    guide: &Guide,
    reason: &Reason,
    item: Option<&Item>,
    slot: &Slot,
    filler: bool,
) -> (String, String) {
    if filler {
        let title = guide.filler.as_ref().map(|text| filled(text, plan, reason, None));
        return (title.unwrap_or_else(|| plan.document().name.clone()), String::new());
    }
    let (title, subtitle) = match (item, slot.what) {
        (Some(item), _) => match &item.show {
            Some(show) => (show.to_string(), item.title.to_string()),
            None => (item.title.to_string(), String::new()),
        },
        (None, What::Live(id) | What::Channel(id)) => {
            let named = timeline.names.get(id as usize).map(ToString::to_string);
            (
                if reason.source.is_empty() { named.unwrap_or_default() } else { reason.source.to_string() },
                String::new(),
            )
        }
        _ => (reason.source.to_string(), String::new()),
    };
    let of = |text: &Option<String>, other: String| {
        text.as_ref().map_or(other, |text| filled(text, plan, reason, item))
    };
    (of(&guide.title, title), of(&guide.subtitle, subtitle))
}

/// `text` with what stands in braces replaced; what is not known is left out.
fn filled(text: &str, plan: &Plan, reason: &Reason, item: Option<&Item>) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let value = |name: &str| -> String {
        let found = match name {
            "show" => item.and_then(|item| item.show.as_ref()).map(ToString::to_string),
            "title" => item.map(|item| item.title.to_string()),
            "season" => number(item.and_then(|item| item.season)),
            "episode" => number(item.and_then(|item| item.episode).map(|(first, _)| first)),
            "part" => number(item.and_then(|item| item.part)),
            "year" => item.and_then(|item| item.year).map(|year| year.to_string()),
            "summary" => item.map(|item| item.summary.to_string()),
            "block" => Some(reason.block.to_string()),
            "channel" => Some(plan.document().name.clone()),
            _ => None,
        };
        found.unwrap_or_default()
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        out.push_str(&value(name));
        rest = after;
    }
    out.push_str(rest);
    out.trim().to_owned()
}

fn is_one(last: &Draft<'_>, next: &Draft<'_>) -> bool {
    let same_block = last.occurrence == next.occurrence && last.reason.block == next.reason.block;
    let same_show = last.entry.show.is_some() && last.entry.show == next.entry.show;
    if last.entry.filler || next.entry.filler {
        return last.entry.filler && next.entry.filler && last.entry.title == next.entry.title;
    }
    match next.merge {
        Merge::No => false,
        Merge::Show => same_show && same_block,
        Merge::Block => same_block,
        Merge::Parts => same_show && last.part.is_some() && last.part.map(|part| part + 1) == next.part,
    }
}

/// What the merged entry is called: as the document says, by its show, or by its block.
fn merge(plan: &Plan, last: &mut Draft<'_>, next: &Draft<'_>) {
    let entry = &mut last.entry;
    if entry.filler {
        return;
    }
    entry.title = match (&last.title, next.merge, &entry.show) {
        (Some(title), ..) => title.clone(),
        (None, Merge::Block, _) => filled("{block}", plan, last.reason, None),
        (None, _, Some(show)) => show.to_string(),
        (None, _, None) => entry.title.clone(),
    };
    if next.merge != Merge::Parts {
        entry.subtitle = String::new();
        entry.description = String::new();
        entry.season = entry.season.filter(|season| Some(*season) == next.entry.season);
        entry.episode = None;
    } else if let (Some((first, _)), Some((_, last))) = (entry.episode, next.entry.episode) {
        entry.episode = Some((first, last.max(first)));
    }
    // The strictest counts.
    entry.age = entry.age.max(next.entry.age);
    last.part = next.part;
}

/// The first name in braces in `text` that stands for nothing.
pub(super) fn unknown_name(text: &str) -> Option<&str> {
    let mut names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    names.find(|name| !NAMES.contains(name))
}
