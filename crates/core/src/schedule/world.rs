//! What the tests plan with: libraries, channels and windows, made by hand and by chance.

use super::document::{
    Block, Break, BreakAt, DayOf, DoesNotFit, GroupBy, Mode, Only, Order, OrderKind, Pick, Points, PointsBy,
    Source, Start, Step,
};
use super::holiday::WeekdayName;
use super::*;
use crate::library::{HZ, Item, ItemId, Kind, Library, State};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::sync::Arc;

pub(super) const MINUTE: i64 = 60 * HZ;
pub(super) const HOUR: i64 = 60 * MINUTE;

/// Berlin's rules, without asking the system for them.
pub(super) fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone")
}

/// The tick of a wall time in Berlin.
pub(super) fn tick(wall: &str) -> i64 {
    let parsed: jiff::civil::DateTime = wall.parse().expect(wall);
    parsed.to_zoned(berlin()).expect(wall).timestamp().as_millisecond() * TICKS_PER_MS
}

/// The wall time of a tick in Berlin.
pub(super) fn wall(tick: i64) -> String {
    let zoned = jiff::Timestamp::from_millisecond(tick / TICKS_PER_MS).expect("in range").to_zoned(berlin());
    zoned.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

pub(super) fn item(id: u64, kind: Kind, show: Option<&str>, minutes: i64) -> Item {
    let title = show.map_or_else(|| format!("film {id}"), |show| format!("{show} {id}"));
    Item {
        id: ItemId(id),
        kind,
        title: title.into(),
        show: show.map(Into::into),
        length: minutes * MINUTE,
        ..Item::default()
    }
}

/// Episodes of a show, `first` is the first one's id.
pub(super) fn show(name: &str, first: u64, count: u64, minutes: i64) -> Vec<Item> {
    let episode = |n: u64| Item {
        season: Some(1 + n as u32 / 10),
        episode: Some((1 + n as u32 % 10, 1 + n as u32 % 10)),
        ..item(first + n, Kind::Episode, Some(name), minutes)
    };
    (0..count).map(episode).collect()
}

pub(super) fn clip(id: u64, seconds: i64, tag: &str) -> Item {
    Item { length: seconds * HZ, tags: vec![tag.into()], ..item(id, Kind::Clip, None, 0) }
}

pub(super) fn catalogue(items: impl IntoIterator<Item = Item>) -> Arc<Catalogue> {
    Arc::new(Catalogue::new(Arc::new(Library::new(items.into_iter().map(Arc::new).collect()))))
}

pub(super) fn plan(json: &str, catalogue: &Arc<Catalogue>) -> Plan {
    let document = Document::parse(json).unwrap_or_else(|faults| panic!("{faults:?}"));
    Plan::new(&document, catalogue.clone(), 1, berlin())
}

/// From one wall time until another, from nothing.
pub(super) fn built(plan: &Plan, from: &str, until: &str) -> Timeline {
    build(plan, &Standing::new(tick(from)), &History::default(), tick(until))
}

/// Lines of a timeline: time, minutes, and what is shown.
pub(super) fn lines(plan: &Plan, timeline: &Timeline) -> Vec<String> {
    let line = |slot: &Slot| {
        let what = match slot.what {
            What::Item { item, offset } => {
                let title = plan
                    .catalogue()
                    .library()
                    .get(item)
                    .map_or_else(String::new, |item| item.title.to_string());
                if offset == 0 { title } else { format!("{title} from {}", Length(offset)) }
            }
            What::Live(number) | What::Channel(number) | What::Still(number) => {
                timeline.names[number as usize].to_string()
            }
            What::Slate => "slate".to_owned(),
        };
        let cut = if slot.cut { ", cut" } else { "" };
        let role = match slot.role {
            Role::Programme | Role::Slate => String::new(),
            Role::Break(at) => format!("{at:?}: ").to_lowercase(),
        };
        format!("{} {role}{what} {}{cut}", &wall(slot.start)[11..], Length(slot.length))
    };
    timeline.slots.iter().map(line).collect()
}

/// A library: some shows with parts and specials, films, clips, and some that are away.
pub(super) fn libraries() -> impl Strategy<Value = Vec<Item>> {
    let lengths = prop_oneof![4 => 3_i64..60, 2 => 60_i64..200, 1 => 1_000_i64..4_000];
    let one = (0_u8..10, lengths, 0_u8..12, any::<bool>(), 0_i64..100);
    proptest::collection::vec(one, 0..60).prop_map(|rows| {
        let mut items = Vec::new();
        for (number, (which, minutes, state, parts, odd)) in rows.into_iter().enumerate() {
            let id = number as u64 + 1;
            let mut made = match which {
                0..=4 => {
                    let name = ["a", "b", "c", "d", "e"][which as usize];
                    Item {
                        season: Some(1),
                        episode: Some((id as u32, id as u32)),
                        part: parts.then_some(1 + id as u32 % 3),
                        ..item(id, Kind::Episode, Some(name), minutes)
                    }
                }
                5 => Item {
                    chapters: vec![5 * MINUTE, 10 * MINUTE, 25 * MINUTE],
                    ..item(id, Kind::Film, None, minutes)
                },
                _ => clip(id, 5 + minutes % 90, ["spot", "ident"][which as usize % 2]),
            };
            made.length += odd * 1_777;
            made.state = match state {
                0 => State::Absent,
                1 => State::Unplayable,
                _ => State::Present,
            };
            items.push(made);
        }
        items
    })
}

fn orders() -> impl Strategy<Value = Order> {
    let kinds = prop_oneof![
        Just(OrderKind::InOrder),
        Just(OrderKind::Shuffle),
        Just(OrderKind::Random),
        Just(OrderKind::Rotation),
        Just(OrderKind::FirstRun),
        Just(OrderKind::Marathon),
    ];
    let modes = prop_oneof![Just(Mode::Sequential), Just(Mode::Shuffle), Just(Mode::Random)];
    let picks = prop_oneof![Just(Pick::InTurn), Just(Pick::Weighted), Just(Pick::Shuffle)];
    let by = prop_oneof![Just(GroupBy::Show), Just(GroupBy::Season), Just(GroupBy::Source)];
    let cooldown = proptest::option::weighted(0.3, (1_i64..600).prop_map(Length::minutes));
    (kinds, modes, picks, by, cooldown).prop_map(|(kind, each, pick, by, cooldown)| {
        let each = if kind == OrderKind::Marathon && each == Mode::Random { Mode::Shuffle } else { each };
        let grouped = matches!(kind, OrderKind::Rotation | OrderKind::Marathon);
        let group_cooldown = cooldown.filter(|length| grouped && length.0 % 2 == 0);
        Order { kind, by, pick, each, cooldown, group_cooldown, ..Order::default() }
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let pads = proptest::option::weighted(0.3, prop_oneof![Just(5_u16), Just(15), Just(30)]);
    let source = prop_oneof![
        3 => Just("a"), 2 => Just("shows"), 1 => Just("films"), 1 => Just("all"), 1 => Just("nothing"),
        1 => Just("live"), 1 => Just("still")
    ];
    (source, orders(), 0_u8..5, 1_i64..300, pads, any::<bool>()).prop_map(
        |(source, order, amount, n, pad, parts)| {
            let step = Step { source: source.to_owned(), order, pad, parts, ..Step::default() };
            match amount {
                _ if source == "live" => Step { duration: Some(Length::minutes(n)), ..step },
                0 => Step { count: Some(1 + n as u32 % 4), ..step },
                1 => Step { duration: Some(Length::minutes(n)), ..step },
                2 => Step { until_next: true, ..step },
                3 => Step { all: true, ..step },
                _ => step,
            }
        },
    )
}

fn rules() -> impl Strategy<Value = Vec<Break>> {
    let at = prop_oneof![
        Just(BreakAt::Pre),
        Just(BreakAt::Mid),
        Just(BreakAt::Post),
        Just(BreakAt::Tail),
        Just(BreakAt::Fallback)
    ];
    let by = prop_oneof![Just(PointsBy::Chapters), Just(PointsBy::Intervals), Just(PointsBy::Detected)];
    let order = orders().prop_map(|order| match order.kind {
        OrderKind::Shuffle | OrderKind::Random | OrderKind::InOrder => order,
        _ => Order { kind: OrderKind::Shuffle, each: Mode::Sequential, group_cooldown: None, ..order },
    });
    let source = prop_oneof![3 => Just("spots"), 1 => Just("idents"), 1 => Just("still")];
    let one = (at, source, order, 0_u8..3, 1_i64..20, by, any::<bool>()).prop_map(
        |(at, source, order, amount, n, by, tied)| {
            let fills = matches!(at, BreakAt::Tail | BreakAt::Fallback);
            let points = (at == BreakAt::Mid).then(|| Points {
                by,
                every: Some(Length::minutes(n)),
                ..Points::default()
            });
            let only = Only {
                from: tied.then_some(TimeOfDay(20 * 3_600)),
                until: tied.then_some(TimeOfDay(6 * 3_600)),
                ..Only::default()
            };
            Break {
                at,
                source: source.to_owned(),
                order,
                count: (!fills && amount == 0).then_some(n as u32 % 4 + 1),
                duration: (!fills && amount == 1).then_some(Length::seconds(n * 30)),
                pad: (!fills && amount == 2).then_some(15),
                points,
                only,
                ..Break::default()
            }
        },
    );
    proptest::collection::vec(one, 0..5).prop_map(|mut rules| {
        rules.iter_mut().enumerate().for_each(|(at, rule)| rule.name = format!("rule {at}"));
        rules
    })
}

/// Documents without faults, sensible and not.
pub(super) fn documents() -> impl Strategy<Value = Document> {
    let fits = prop_oneof![Just(DoesNotFit::Wait), Just(DoesNotFit::Next), Just(DoesNotFit::Cut)];
    let block = (proptest::collection::vec(steps(), 1..4), any::<bool>(), fits)
        .prop_map(|(play, once, does_not_fit)| Block { play, once, does_not_fit, ..Block::default() });
    let start = (0_u32..288, 0_usize..3, 0_u8..3, 0_i64..60);
    let template = proptest::collection::btree_map(0_u32..288, start, 1..6).prop_map(|starts| {
        let start = |(at, (_, block, kind, late)): (u32, (u32, usize, u8, i64))| Start {
            at: TimeOfDay(at * 300),
            block: ["x", "y", "z"][block].to_owned(),
            strict: kind == 0,
            late: (kind == 1).then_some(Length::minutes(late)),
        };
        starts.into_iter().map(start).collect::<Vec<_>>()
    });
    (proptest::collection::vec(block, 3), proptest::collection::vec(template, 2), rules(), any::<bool>())
        .prop_map(|(blocks, templates, breaks, sundays)| {
            let source = |json: &str| serde_json::from_str::<Source>(json).expect(json);
            let sources = [
                ("a", r#"{"show":"a"}"#),
                ("shows", r#"{"kind":"episode"}"#),
                ("films", r#"{"kind":"film"}"#),
                ("all", r#"{"any":["shows","films"],"shared":true}"#),
                ("nothing", r#"{"show":"nobody knows it"}"#),
                ("live", r#"{"live":"tv"}"#),
                ("still", r#"{"still":{"pictures":["card"],"length":"47s"}}"#),
                ("spots", r#"{"tag":"spot"}"#),
                ("idents", r#"{"tag":"ident"}"#),
            ];
            let mut calendar = vec![DayOf { template: "one".to_owned(), ..DayOf::default() }];
            if sundays {
                let rule = DayOf {
                    template: "two".to_owned(),
                    weekdays: vec![WeekdayName::Sun],
                    ..DayOf::default()
                };
                calendar.insert(0, rule);
            }
            Document {
                version: 1,
                name: "channel".to_owned(),
                sources: sources.into_iter().map(|(name, json)| (name.to_owned(), source(json))).collect(),
                blocks: ["x", "y", "z"].map(str::to_owned).into_iter().zip(blocks).collect(),
                templates: ["one", "two"].map(str::to_owned).into_iter().zip(templates).collect(),
                calendar,
                breaks,
                ..Document::default()
            }
        })
}

/// Where windows begin: ordinary days, and the nights on which the clock jumps.
pub(super) fn beginnings() -> impl Strategy<Value = i64> {
    let days = prop_oneof![
        Just("2026-03-28T12:00:00"),
        Just("2026-10-24T12:00:00"),
        Just("2026-06-10T00:00:00"),
        Just("2027-12-31T23:30:00"),
    ];
    (days, 0_i64..24 * 60, 0_i64..90_000).prop_map(|(day, minutes, odd)| tick(day) + minutes * MINUTE + odd)
}

/// A channel, which tells of itself so that one can see what was wrong.
pub(super) struct Channel(pub(super) Plan);

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(plan) = self;
        writeln!(f, "seed {} of {}", plan.seed, serde_json::to_string(&plan.document).expect("written"))?;
        for item in plan.catalogue.library().items() {
            let of = item.show.as_ref().map_or("", |show| show);
            writeln!(
                f,
                "  {} {:?} {:?} '{of}' {} part {:?}",
                item.id,
                item.kind,
                item.state,
                Length(item.length),
                item.part
            )?;
        }
        Ok(())
    }
}

/// A whole channel: plan, and where its window begins.
pub(super) fn channels() -> impl Strategy<Value = (Channel, i64)> {
    (documents(), libraries(), beginnings(), any::<u64>()).prop_map(|(document, items, begin, seed)| {
        assert_eq!(document.faults(), []);
        (Channel(Plan::new(&document, catalogue(items), seed, berlin())), begin)
    })
}
