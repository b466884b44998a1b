//! Other channels as slots: how much longer one may be on than was planned, and which channels of one's own show each other.

use super::agenda::{Agenda, TICKS_PER_MS};
use super::build::LONGEST;
use super::document::Document;
use super::plan::Plan;
use super::timeline::{Slot, Timeline};
use crate::guide::Event;
use crate::library::HZ;
use crate::lineup::{ChannelId, Lineup, ServiceRef};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A guide is no more exact than this (ticks).
const MINUTE: i64 = 60 * HZ;

/// So much longer than planned slot number `slot` may be on (ticks), as its step says; 0: it ends when it ends.
pub fn overrun(plan: &Plan, timeline: &Timeline, slot: usize) -> i64 {
    let slot = timeline.slots.get(slot);
    let reason = slot.and_then(|slot| timeline.reasons.get(slot.reason as usize));
    let step = reason.and_then(|reason| {
        let block = plan.blocks.iter().find(|block| block.name == reason.block)?;
        block.steps.get(reason.step as usize)
    });
    step.map_or(0, |step| step.overrun)
}

/// When `slot` ends that was planned to end at `planned` and may be on for `overrun` longer, if what it shows ends at `wanted` (ticks). It never becomes shorter, and no start behind it becomes later
/// than it may be.
pub fn prolonged(plan: &Plan, slot: &Slot, (planned, overrun): (i64, i64), wanted: i64) -> i64 {
    let mut agenda = Agenda::new(&plan.templates, &plan.calendar, &plan.zone, slot.start);
    agenda.begun(i64::MAX, slot.start, &mut Vec::new());
    let deadline = agenda.deadline(slot.start, LONGEST);
    let most = planned.saturating_add(overrun).min(deadline);
    wanted.min(most).max(slot.end())
}

/// What a slot in which a channel is on is for: an event of that channel's guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// The guide's id of it.
    pub id: i64,
    /// What it is called, where the id has changed.
    pub title: String,
}

/// What `slot` is for: what ends with it, or shortly before. What goes on much longer was meant to be left.
pub fn aim(slot: &Slot, events: &[Event]) -> Option<Aim> {
    let ends_with_it = |event: &&Event| {
        let (start, end) = (event.start_ms * TICKS_PER_MS, event.end_ms * TICKS_PER_MS);
        start < slot.end() - MINUTE
            && end > slot.start.max(slot.end() - 30 * MINUTE)
            && end <= slot.end() + 5 * MINUTE
    };
    let last = events.iter().filter(ends_with_it).max_by_key(|event| event.end_ms)?;
    Some(Aim { id: last.id, title: last.title.clone() })
}

/// When what `slot` is for ends, as the guide says now (ticks); none: the guide does not know it.
pub fn ends(slot: &Slot, aim: &Aim, events: &[Event]) -> Option<i64> {
    let is_near = |event: &&Event| {
        event.start_ms * TICKS_PER_MS < slot.end() && event.end_ms * TICKS_PER_MS > slot.start
    };
    let by_id = events.iter().filter(is_near).find(|event| event.id == aim.id);
    let by_title = || events.iter().filter(is_near).find(|event| event.title == aim.title);
    by_id.or_else(by_title).map(|event| event.end_ms * TICKS_PER_MS)
}

/// The way from the channel of one's own `id` by what it shows back to itself, as ids, if there is one. A channel that the host has joined with others, as `lineup` has it,
/// may come from each of them.
pub fn circle<'a>(
    documents: &BTreeMap<&'a str, &'a Document>,
    id: &'a str,
    lineup: &Lineup,
) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![id]];
    let mut seen = vec![id];
    while let Some(way) = ways.pop() {
        let shown = way.last().and_then(|last| documents.get(last)).map(|document| shown(document));
        let own = shown.unwrap_or_default().into_iter().flat_map(|shown| own_ids(&shown, lineup));
        for next in own.collect::<BTreeSet<String>>() {
            let Some((next, _)) = documents.get_key_value(next.as_str()) else { continue };
            if *next == id {
                return Some(way);
            }
            if !seen.contains(next) {
                seen.push(next);
                ways.push(way.iter().copied().chain([*next]).collect());
            }
        }
    }
    None
}

/// The channels of one's own that a channel may be: itself, and those with which it is one.
fn own_ids(channel: &ChannelId, lineup: &Lineup) -> Vec<String> {
    let itself = channel.0.strip_prefix("own-").map(str::to_owned);
    let known = lineup.known_as(channel).into_iter().flat_map(|known| &known.sources);
    let joined = known.filter_map(|source| source.service.own_id().map(str::to_owned));
    itself.into_iter().chain(joined).collect()
}

/// The channels that a document shows as they are.
fn shown(document: &Document) -> Vec<ChannelId> {
    let sources = document
        .sources
        .values()
        .chain(document.simple.iter().flat_map(|simple| simple.shows.iter().map(|show| &show.source)));
    let named = sources.filter_map(|source| match (&source.channel, &source.live) {
        (Some(id), _) => Some(ServiceRef::own(id.strip_prefix("own-").unwrap_or(id)).channel_id()),
        (None, Some(id)) => {
            Some(ServiceRef::parse(id).map_or_else(|| ChannelId(id.clone()), |service| service.channel_id()))
        }
        (None, None) => None,
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::super::world::{HOUR, berlin, catalogue, show, tick};
    use super::super::{History, Standing, What, build, replan};
    use super::*;
    use crate::lineup::{ChannelWish, ReadBouquet, Wishes, apply};
    use proptest::prelude::*;

    fn plan(start: &str) -> Plan {
        let document = format!(
            r#"{{"version":1,"name":"x","sources":{{"match":{{"live":"a"}},"serial":{{"show":"S"}}}},
            "blocks":{{"sport":{{"play":[{{"source":"match","for":"2h","overrun":"45m"}},{{"source":"serial"}}]}},"night":{{"play":[{{"source":"serial"}}]}}}},
            "templates":{{"all":[{{"at":"20:00","block":"sport"}},{{"at":"22:20","block":"night"{start}}}]}},"calendar":[{{"template":"all"}}]}}"#
        );
        let document = Document::parse(&document).expect("a document");
        Plan::new(&document, catalogue(show("S", 1, 30, 20)), 7, berlin())
    }

    proptest! {
        /// Whatever the source's guide says: a slot never becomes shorter, nor longer than its bound; what must begin at a time does; the rest goes on behind it without a gap.
        #[test]
        fn an_overrun_is_bounded_and_made_up_for(wanted in -3 * HOUR..3 * HOUR, later in 0i64..2 * HOUR, late in 0usize..3) {
            let plan = plan(["", r#","strict":true"#, r#","late":"10m""#][late]);
            let from = tick("2026-05-04T20:00");
            let mut timeline = build(&plan, &Standing::new(from), &History::default(), from + 6 * HOUR);
            let slot = timeline.slots[0];
            prop_assert!(matches!(slot.what, What::Live(_)));
            prop_assert_eq!(overrun(&plan, &timeline, 0), 45 * MINUTE);
            prop_assert_eq!(overrun(&plan, &timeline, 1), 0);
            let bound = (slot.end(), 45 * MINUTE);
            let end = prolonged(&plan, &slot, bound, slot.end() + wanted);
            prop_assert!((slot.end()..=slot.end() + 45 * MINUTE).contains(&end));
            timeline.settle(0, end - slot.start);
            let again = prolonged(&plan, &timeline.slots[0], bound, slot.end() + wanted + later);
            prop_assert!(again >= end, "told once more it is never shorter");
            let planned = replan(&plan, &timeline, &History::default(), 1, from + 6 * HOUR);
            prop_assert_eq!(planned.slots[0].end(), end);
            prop_assert!(planned.slots.windows(2).all(|pair| pair[0].end() == pair[1].start));
            let night = planned.slots.iter().find(|slot| planned.reasons[slot.reason as usize].block.as_ref() == "night");
            let begun = night.map_or(i64::MAX, |slot| slot.start) - tick("2026-05-04T22:20");
            let most = [i64::MAX, 0, 10 * MINUTE][late];
            prop_assert!(begun <= most, "{begun} ticks late");
        }
    }

    #[test]
    fn what_a_slot_is_for_is_known_again_when_it_ends_later() {
        let event = |id: i64, title: &str, from: i64, to: i64| Event {
            id,
            title: title.into(),
            subtitle: String::new(),
            description: String::new(),
            start_ms: from * 60_000,
            end_ms: to * 60_000,
            genre: String::new(),
            rating: None,
        };
        let plan = plan("");
        let from = tick("2026-05-04T20:00");
        let slot = build(&plan, &Standing::new(from), &History::default(), from + 1).slots[0];
        let at = |minutes: i64| from / TICKS_PER_MS / 60_000 + minutes;
        let before = [
            event(1, "News", at(-15), at(0)),
            event(2, "Match", at(0), at(120)),
            event(3, "Film", at(120), at(220)),
        ];
        let found = aim(&slot, &before).expect("the match");
        assert_eq!((found.id, ends(&slot, &found, &before)), (2, Some(slot.end())));
        let later = [event(2, "Match", at(0), at(137)), event(3, "Film", at(137), at(237))];
        assert_eq!(ends(&slot, &found, &later), Some(slot.end() + 17 * MINUTE));
        let renamed = [event(9, "Match", at(0), at(131))];
        assert_eq!(ends(&slot, &found, &renamed), Some(slot.end() + 11 * MINUTE));
        assert_eq!(ends(&slot, &found, &[event(3, "Film", at(120), at(220))]), None);
        // What goes on for long behind the slot was meant to be left.
        assert_eq!(aim(&slot, &[event(4, "Night of music", at(60), at(300))]), None);
        assert_eq!(aim(&slot, &[]), None);
    }

    #[test]
    fn channels_that_show_each_other_are_found() {
        let of = |source: &str| {
            let document = format!(
                r#"{{"version":1,"name":"x","sources":{{"s":{source}}},"blocks":{{"b":{{"play":[{{"source":"s","until_next":true}}]}}}},
                "templates":{{"t":[{{"at":"06:00","block":"b"}}]}},"calendar":[{{"template":"t"}}]}}"#
            );
            Document::parse(&document).expect("a document")
        };
        let [one, two, three, other] = [
            r#"{"channel":"two"}"#,
            r#"{"live":"own-three"}"#,
            r#"{"channel":"own-one"}"#,
            r#"{"live":"1:0:19:1:1:1:1:0:0:0:"}"#,
        ]
        .map(of);
        let nothing = Lineup::default();
        let mut all = BTreeMap::from([("one", &one), ("two", &two), ("three", &three)]);
        assert_eq!(circle(&all, "one", &nothing), Some(vec!["one", "two", "three"]));
        assert_eq!(circle(&all, "two", &nothing), Some(vec!["two", "three", "one"]));
        all.insert("three", &other);
        assert_eq!(circle(&all, "one", &nothing), None);
        let own = of(r#"{"channel":"four"}"#);
        assert_eq!(circle(&BTreeMap::from([("four", &own)]), "four", &nothing), Some(vec!["four"]));

        // A channel of a receiver, of which the host says that it is the same as one of his own.
        let service = |text: &str| ServiceRef::parse(text).expect("a reference");
        let broadcast = service("1:0:19:1:1:1:1:0:0:0:");
        let bouquet = |services: Vec<ServiceRef>| ReadBouquet {
            reference: "b".into(),
            name: "B".into(),
            radio: false,
            services: services.into_iter().map(|service| (service, "X".to_owned()).into()).collect(),
        };
        let read = [
            ("box".to_owned(), vec![bouquet(vec![broadcast.clone()])]),
            ("own".to_owned(), vec![bouquet(["one", "two", "three"].map(ServiceRef::own).into())]),
        ];
        let pooled = Lineup::pool(&read);
        assert_eq!(circle(&all, "one", &pooled), None);
        let same = |of: &ServiceRef, other: &ServiceRef| {
            let wish = ChannelWish { same_as: Some(other.channel_id()), ..ChannelWish::default() };
            let channels = BTreeMap::from([(of.channel_id(), wish)]);
            apply(&pooled, &Wishes { channels, ..Wishes::default() })
        };
        for joined in [same(&broadcast, &ServiceRef::own("one")), same(&ServiceRef::own("one"), &broadcast)] {
            assert_eq!(circle(&all, "one", &joined), Some(vec!["one", "two", "three"]));
            assert_eq!(circle(&all, "three", &joined), Some(vec!["three", "one", "two"]));
        }
        assert_eq!(circle(&all, "one", &same(&broadcast, &ServiceRef::own("gone"))), None);
    }

    #[test]
    fn an_overrun_is_for_channels_and_has_a_bound() {
        let of = |step: &str| {
            let document = format!(
                r#"{{"version":1,"name":"x","sources":{{"a":{{"live":"a"}},"s":{{"show":"S"}}}},"blocks":{{"b":{{"play":[{step}]}}}},
                "templates":{{"t":[{{"at":"06:00","block":"b"}}]}},"calendar":[{{"template":"t"}}]}}"#
            );
            Document::parse(&document).err().map(|faults| faults[0].to_string())
        };
        assert_eq!(of(r#"{"source":"a","for":"1h","overrun":"30m"}"#), None);
        for (step, fault) in [
            (r#"{"source":"a","for":"1h","overrun":"7h"}"#, "a minute at least, six hours at most"),
            (r#"{"source":"s","overrun":"30m"}"#, "only 'live' and 'channel' can overrun; take it out"),
        ] {
            assert_eq!(of(step), Some(format!("blocks.b.play[0].overrun: {fault}")), "{step}");
        }
    }
}
