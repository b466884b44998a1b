//! What always holds, whatever the document says: over channels, libraries and windows by chance. `PROPTEST_CASES` makes more of them.

use super::breaks::points;
use super::build::LONGEST;
use super::document::{BreakAt, Document};
use super::plan::{Draws, Plan};
use super::timeline::NOTES;
use super::world::*;
use super::*;
use crate::library::{HZ, Item, ItemId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How long a window of the laws is.
const WINDOW: i64 = 40 * HOUR;

fn from(plan: &Plan, begin: i64, until: i64) -> Timeline {
    build(plan, &Standing::new(begin), &History::default(), until)
}

/// What is told of a slot.
type Told = (i64, i64, Option<(ItemId, i64)>, Role, u32, Reason);

/// What is told of slots, without the numbers that each timeline has for its own names.
fn told(timeline: &Timeline, from: usize) -> Vec<Told> {
    let what = |slot: &Slot| match slot.what {
        What::Item { item, offset } => Some((item, offset)),
        _ => None,
    };
    let reason = |slot: &Slot| timeline.reasons[slot.reason as usize].clone();
    let slots = timeline.slots[from..].iter();
    slots.map(|slot| (slot.start, slot.length, what(slot), slot.role, slot.entry, reason(slot))).collect()
}

/// Slots follow each other without gap or overlap, and each is longer than nothing.
fn is_whole(timeline: &Timeline) {
    let mut at = timeline.begin.at;
    for slot in &timeline.slots {
        assert!(slot.start == at && slot.length > 0, "{slot:?} at {}", wall(at));
        at = slot.end();
    }
    assert_eq!(timeline.end.at, at);
    let mut slot = 0;
    for (number, unit) in timeline.units.iter().enumerate() {
        assert!(number == 0 || unit.slot > slot, "a unit without slots");
        slot = unit.slot;
    }
    assert!(timeline.slots.is_empty() || timeline.units[0].slot == 0);
}

/// Moments at which something begins, computed another way than the agenda does it: minute after minute of the wall.
fn starts(plan: &Plan, document: &Document, from: i64, until: i64) -> Vec<(i64, String, bool, i64)> {
    let mut found: Vec<(i64, String, bool, i64)> = Vec::new();
    let zone = berlin();
    // From before the window on: what begins in an hour that comes twice may have begun before it.
    let early = from - 3 * HOUR;
    let mut minute = early - early.rem_euclid(MINUTE);
    let mut before: Option<jiff::civil::DateTime> = None;
    while minute < until {
        let now =
            zone.to_datetime(jiff::Timestamp::from_millisecond(minute / TICKS_PER_MS).expect("in range"));
        // What lies in a jump begins at its end.
        let first = before
            .map_or(now, |before| before.checked_add(jiff::Span::new().minutes(1)).expect("in range"))
            .min(now);
        let mut wall = first;
        while wall <= now {
            let rule =
                plan.calendar.iter().find(|rule| rule.holds(wall.date())).expect("each day has a template");
            for start in &document.templates[&*plan.template_names[rule.template as usize]] {
                let seconds = wall.hour() as u32 * 3_600 + wall.minute() as u32 * 60;
                // An hour that comes twice: what begins in it has begun.
                let was = found.iter().any(|(tick, block, ..)| {
                    minute - tick <= 61 * MINUTE
                        && minute != *tick
                        && *block == start.block
                        && zone.to_datetime(
                            jiff::Timestamp::from_millisecond(tick / TICKS_PER_MS).expect("in range"),
                        ) == wall
                });
                if start.at.0 == seconds && !was {
                    let late = if start.strict { 0 } else { start.late.map_or(i64::MAX, |late| late.0) };
                    found.retain(|(tick, ..)| *tick != minute);
                    found.push((minute, start.block.clone(), start.strict, late));
                }
            }
            wall = wall.checked_add(jiff::Span::new().minutes(1)).expect("in range");
        }
        before = Some(now);
        minute += MINUTE;
    }
    found
}

/// Strict starts are kept to the tick, others within what they allow.
fn starts_are_kept(plan: &Plan, timeline: &Timeline) {
    let (begin, end) = (timeline.begin.at, timeline.end.at);
    for (tick, block, strict, late) in starts(plan, plan.document(), begin, end) {
        if tick <= begin || tick >= end {
            continue;
        }
        if strict {
            let slot = timeline.slots.iter().find(|slot| slot.start == tick);
            let slot = slot.unwrap_or_else(|| panic!("nothing begins at {}, where {block} must", wall(tick)));
            assert_eq!(*timeline.reasons[slot.reason as usize].block, *block, "{}", wall(tick));
        } else if late != i64::MAX {
            // What was on when it should have begun has ended in time.
            let on = timeline.slots.iter().rfind(|slot| slot.start < tick).expect("something is on before");
            let unit = timeline.unit_of(timeline.slot_at(on.start).expect("on")).expect("a unit");
            let last = timeline.slots_of(unit).end - 1;
            assert!(timeline.slots[last].end() <= tick + late, "{block} at {} begins too late", wall(tick));
        }
    }
}

/// A programme is on from its beginning, whole or cut where that is said, and interrupted only by breaks that may be there.
fn breaks_are_where_they_may_be(plan: &Plan, timeline: &Timeline) {
    for unit in 0..timeline.units.len() {
        let slots = &timeline.slots[timeline.slots_of(unit)];
        let mut open: Option<(ItemId, i64)> = None;
        for slot in slots {
            let reason = &timeline.reasons[slot.reason as usize];
            match (slot.role, slot.what) {
                (Role::Programme, What::Item { item, offset }) => {
                    let length = plan.catalogue().library().get(item).expect("known").length;
                    let expected = open.filter(|(on, _)| *on == item).map_or(0, |(_, at)| at);
                    assert_eq!(offset, expected, "{reason:?}");
                    if expected == 0 {
                        assert!(open.is_none(), "another programme begins in the midst of one");
                    }
                    let at = offset + slot.length;
                    assert!(at <= length && (!slot.cut || at < length), "{slot:?}");
                    open = (at < length && !slot.cut).then_some((item, at));
                }
                (Role::Break(at), what) => {
                    let rule = plan.rules.iter().find(|rule| *rule.name == *reason.rule).expect("a rule");
                    assert_eq!(rule.rule.at, at, "a break of another place");
                    assert_eq!(at == BreakAt::Mid, open.is_some(), "{reason:?}");
                    if let (Some((item, at)), Some(of)) = (open, &rule.rule.points) {
                        let item = plan.catalogue().library().get(item).expect("known");
                        let may = points(of, item, plan.catalogue().detected(item.id), item.length);
                        assert!(may.contains(&at), "{reason:?}: {at} is none of {may:?}");
                    }
                    if let What::Item { item, offset } = what {
                        let length = plan.catalogue().library().get(item).expect("known").length;
                        assert!(
                            offset == 0 && (slot.length == length || (slot.cut && at == BreakAt::Fallback)),
                            "{slot:?}"
                        );
                    }
                }
                (_, What::Slate) => assert_eq!(slots.last(), Some(slot), "a slate comes last"),
                _ => {}
            }
        }
        assert_eq!(open, None, "a programme is left unfinished");
    }
}

/// Each cursor goes on from where it was, and moves for something that is on.
fn cursors_move_once(timeline: &Timeline) {
    let mut at: HashMap<u32, Cursor> = HashMap::new();
    let mut taken = HashSet::new();
    for moved in &timeline.moved {
        if let Some(before) = at.insert(moved.key, moved.after) {
            assert_eq!(moved.before, before, "{:?}", timeline.keys[moved.key as usize]);
        }
        assert_ne!(moved.before, moved.after, "it did not move");
        assert!(taken.insert((moved.key, moved.slot)), "moved twice for one slot");
        let slot = &timeline.slots[moved.slot as usize];
        assert!(matches!(slot.what, What::Item { offset: 0, .. }), "{slot:?}");
    }
    for (key, cursor) in at {
        assert_eq!(timeline.end.cursors.0.get(&timeline.keys[key as usize]), Some(&cursor));
    }
    // And nothing is on for which none moved.
    let moved: HashSet<u32> = timeline.moved.iter().map(|moved| moved.slot).collect();
    let firsts = timeline.units.iter().filter_map(|unit| {
        let end = timeline.slots_of(timeline.unit_of(unit.slot as usize)?).end;
        (unit.slot as usize..end).find(|slot| timeline.slots[*slot].role == Role::Programme)
    });
    for slot in firsts {
        let is_item = matches!(timeline.slots[slot].what, What::Item { .. });
        assert_eq!(is_item, moved.contains(&(slot as u32)), "{:?}", timeline.slots[slot]);
    }
}

/// Shuffled, none is on twice before all were on; and what cools down is not on.
fn orders_are_kept(plan: &Plan, timeline: &Timeline) {
    let mut cycles: BTreeMap<(u32, u32), HashSet<ItemId>> = BTreeMap::new();
    let decks: HashMap<CursorKey, _> = plan.decks.iter().map(|deck| (deck.key.clone(), deck)).collect();
    let mut last: HashMap<ItemId, i64> = HashMap::new();
    let mut cools: HashMap<u32, i64> = HashMap::new();
    for moved in &timeline.moved {
        let key = &timeline.keys[moved.key as usize];
        let deck = decks[&CursorKey { group: "".into(), ..key.clone() }];
        if deck.is_shuffled(key) {
            let is_new = cycles.entry((moved.key, moved.after.cycle)).or_default().insert(moved.after.last);
            assert!(is_new, "{key:?}: {} again in cycle {}", moved.after.last, moved.after.cycle);
        }
        cools.insert(moved.slot, deck.cooldown().max(cools.get(&moved.slot).copied().unwrap_or(0)));
    }
    for (number, slot) in timeline.slots.iter().enumerate() {
        let What::Item { item, offset: 0 } = slot.what else { continue };
        if let (Some(cooldown), Some(before)) = (cools.get(&(number as u32)), last.get(&item)) {
            assert!(slot.start - before >= *cooldown, "{item} again after {}", Length(slot.start - before));
        }
        last.insert(item, slot.start);
    }
}

fn laws(plan: &Plan, timeline: &Timeline) {
    is_whole(timeline);
    starts_are_kept(plan, timeline);
    breaks_are_where_they_may_be(plan, timeline);
    cursors_move_once(timeline);
    orders_are_kept(plan, timeline);
}

proptest! {
    #[test]
    fn a_timeline_obeys_its_document((Channel(plan), begin) in channels()) {
        let timeline = from(&plan, begin, begin + WINDOW);
        laws(&plan, &timeline);
        prop_assert!(timeline.end.at >= begin + WINDOW && timeline.end.at <= begin + WINDOW + 2 * LONGEST);
    }

    #[test]
    fn the_same_comes_of_the_same((Channel(plan), begin) in channels()) {
        let [one, two] = [(); 2].map(|()| serde_json::to_string(&from(&plan, begin, begin + WINDOW)).expect("written"));
        prop_assert_eq!(&one, &two);
        let read: Timeline = serde_json::from_str(&one).expect("read");
        prop_assert_eq!(serde_json::to_string(&read).expect("written"), one);
    }

    #[test]
    fn a_window_may_be_divided_anywhere((Channel(plan), begin) in channels(), at in 0..WINDOW) {
        let whole = from(&plan, begin, begin + WINDOW);
        let mut parts = from(&plan, begin, begin + at);
        let mut history = History::default();
        history.add(&parts.slots);
        let standing: Standing = serde_json::from_str(&serde_json::to_string(&parts.end).expect("written")).expect("read");
        parts.extend(build(&plan, &standing, &history, begin + WINDOW));
        prop_assert_eq!(&whole.slots, &parts.slots);
        prop_assert_eq!(&whole.units, &parts.units);
        prop_assert_eq!(&whole.end, &parts.end);
        for (a, b) in whole.notes.iter().zip(&parts.notes) {
            prop_assert_eq!(a, b);
        }
        prop_assert_eq!(whole.notes.len(), parts.notes.len().min(NOTES));
        prop_assert_eq!(whole.moved.len(), parts.moved.len());
    }

    #[test]
    fn what_a_channel_knew_is_found_at_each_free_boundary((Channel(plan), begin) in channels(), at in 0..WINDOW) {
        let whole = from(&plan, begin, begin + WINDOW);
        let part = from(&plan, begin, begin + at);
        let standing = whole.state_at(part.units.len());
        prop_assert_eq!((standing.at, standing.entry), (part.end.at, part.end.entry));
        prop_assert_eq!(standing.place, part.end.place);
        let first = whole.first(part.units.len());
        prop_assert_eq!(&first.slots, &part.slots);
        let mut history = History::default();
        history.add(&first.slots);
        let on = build(&plan, &standing, &history, begin + WINDOW);
        prop_assert_eq!(told(&on, 0), told(&whole, part.slots.len()));
    }

    #[test]
    fn planning_anew_keeps_what_is_firm_and_goes_on_as_from_there(
        (Channel(plan), begin) in channels(), (Channel(other), _) in channels(), kept in 0_usize..60, drift in -40_000_i64..40_000,
    ) {
        let mut old = from(&plan, begin, begin + WINDOW);
        let kept = kept.min(old.slots.len().saturating_sub(1));
        // Lengths turn out to be others than they were planned.
        for slot in 0..kept {
            let length = (old.slots[slot].length + drift).max(1);
            old.settle(slot, length);
        }
        let anew = replan(&other, &old, &History::default(), kept, begin + WINDOW);
        let units = old.units_with(kept);
        let end = old.units.get(units).map_or(old.slots.len(), |unit| unit.slot as usize);
        prop_assert!(kept <= end);
        prop_assert_eq!(&old.slots[..end], &anew.slots[..end]);
        is_whole(&anew);
        let mut history = History::default();
        history.add(&old.slots[..end]);
        let standing = old.state_at(units);
        let on = build(&other, &standing, &history, begin + WINDOW);
        prop_assert_eq!(anew.slots.len(), end + on.slots.len());
        prop_assert_eq!(told(&anew, end), told(&on, 0));
        prop_assert_eq!(&anew.end, &on.end);
    }

    #[test]
    fn whatever_was_kept_planning_ends_and_is_whole(
        (Channel(plan), begin) in channels(), odd in proptest::collection::vec(any::<i64>(), 6), far in any::<bool>(),
    ) {
        let mut standing = from(&plan, begin, begin + WINDOW / 4).end;
        for (cursor, value) in standing.cursors.0.values_mut().zip(odd.iter().cycle()) {
            let value = *value as u64;
            *cursor = Cursor { cycle: value as u32, place: value, last: ItemId(value % 70), next: ItemId(value % 61) };
        }
        standing.place = Place {
            occurrence: odd[0], block: odd[1] as u64, step: odd[2] as u16, done: odd[3] as u32, since: odd[4], fill_to: odd[5], ..standing.place
        };
        if far {
            standing.at = odd[0];
        }
        let timeline = build(&plan, &standing, &History::default(), standing.at.saturating_add(WINDOW / 4));
        for (before, after) in timeline.slots.iter().zip(timeline.slots.iter().skip(1)) {
            prop_assert_eq!(before.end(), after.start);
        }
        if !far {
            is_whole(&timeline);
        }
    }

    #[test]
    fn an_item_more_or_less_disturbs_a_shuffle_little(count in 2_u64..40, gone in 0_u64..40, seed in any::<u64>()) {
        let json = r#"{"version":1,"name":"n","simple":{"shows":["s"],"order":"shuffle"}}"#;
        let document = Document::parse(json).expect("a document");
        let order = |items: Vec<Item>| {
            let plan = Plan::new(&document, catalogue(items), seed, berlin());
            let timeline = from(&plan, 0, count as i64 * 10 * MINUTE);
            timeline.slots.iter().map(|slot| slot.what).collect::<Vec<_>>()
        };
        let all = show("s", 1, count, 10);
        let id = 1 + gone % count;
        let without: Vec<Item> = all.iter().filter(|item| item.id.0 != id).cloned().collect();
        let expected: Vec<What> = order(all).into_iter().filter(|what| !matches!(what, What::Item { item, .. } if item.0 == id)).collect();
        prop_assert_eq!(&order(without)[..expected.len()], &expected[..]);
    }
}

#[test]
fn an_empty_library_is_filled_and_ends() {
    let json = r#"{"version":1,"name":"n","simple":{"shows":["nobody"]}}"#;
    let plan = plan(json, &catalogue([]));
    let timeline = built(&plan, "2026-03-28T00:00:00", "2026-03-31T00:00:00");
    is_whole(&timeline);
    assert!(timeline.slots.iter().all(|slot| slot.what == What::Slate && slot.role == Role::Slate));
    assert!(timeline.notes.iter().all(|note| note.kind == NoteKind::Nothing) && !timeline.notes.is_empty());
    assert!(timeline.slots.len() <= 3 * 48);
    assert_eq!(
        timeline.slots.iter().map(|slot| slot.length).sum::<i64>(),
        (72 - 1) * 3_600 * HZ,
        "a night of 23 hours"
    );
}

impl deck::Deck {
    fn is_shuffled(&self, key: &CursorKey) -> bool {
        self.mode_of(key) == Some(document::Mode::Shuffle)
    }
}

#[test]
fn draws_of_all_kinds_are_in_the_worlds() {
    // The laws would hold of nothing as well: the worlds hold each kind.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut kinds, mut roles) = (HashSet::new(), HashSet::new());
    for _ in 0..200 {
        let (Channel(plan), begin) = channels().new_tree(&mut runner).expect("a channel").current();
        for step in plan.blocks.iter().flat_map(|block| &block.steps) {
            kinds.insert(match &step.draws {
                Draws::Deck(_) => "deck",
                Draws::Still(..) => "still",
                Draws::Live(_) => "live",
                Draws::Channel(_) => "channel",
            });
        }
        let timeline = from(&plan, begin, begin + WINDOW);
        roles.extend(timeline.slots.iter().map(|slot| (slot.role, slot.cut)));
    }
    assert!(kinds.is_superset(&HashSet::from(["deck", "still", "live"])), "{kinds:?}");
    for at in [BreakAt::Pre, BreakAt::Mid, BreakAt::Post, BreakAt::Tail, BreakAt::Fallback] {
        assert!(roles.contains(&(Role::Break(at), false)), "{at:?} of {roles:?}");
    }
    assert!(
        roles.contains(&(Role::Programme, true)) && roles.contains(&(Role::Break(BreakAt::Fallback), true))
    );
}
