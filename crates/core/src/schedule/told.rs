//! What is told of channels: faults, the guide, why, what changed, statistics, lints, and what is imported.

use super::world::*;
use super::*;
use crate::library::{Item, ItemId, Kind, State};

fn faults(json: &str) -> Vec<String> {
    Document::parse(json).expect_err(json).iter().map(ToString::to_string).collect()
}

#[test]
fn a_fault_names_its_place_and_what_to_do() {
    for (json, expected) in [
        ("{", "EOF while parsing an object"),
        (r#"{"version":1,"name":"n","simpel":{}}"#, "unknown field `simpel`"),
        (r#"{"version":2,"name":"n","simple":{"shows":["A"]}}"#, "version: version 2 is not known here"),
        (r#"{"version":1,"name":" ","simple":{"shows":["A"]}}"#, "name: give the channel a name"),
        (r#"{"version":1,"name":"n","simple":{"shows":[]}}"#, "simple.shows: no show is included"),
        (
            r#"{"version":1,"name":"n","simple":{"shows":["A",{"show":"B","weight":9}]}}"#,
            "simple.shows[1].weight: a weight is 0.1 to 5",
        ),
        (r#"{"version":1,"name":"n","simple":{"shows":[{"shwo":"B"}]}}"#, "simple.shows[0]"),
        (
            r#"{"version":1,"name":"n","simple":{"shows":["A"],"order":"sideways"}}"#,
            "simple.order: unknown variant `sideways`",
        ),
        (r#"{"version":1,"name":"n"}"#, "blocks: there is nothing to play"),
        (
            &full(r#"{"source":"sho"}"#, ""),
            "blocks.day.play[0].source: there is no source 'sho'; did you mean 'show'?",
        ),
        (&full(r#"{"source":"show","count":1,"all":true}"#, ""), "blocks.day.play[0]: give one of 'count'"),
        (&full(r#"{"source":"tv"}"#, ""), "blocks.day.play[0]: a channel has no end of its own"),
        (&full(r#"{"source":"show","pad":7}"#, ""), "blocks.day.play[0].pad: fill up to 5, 10, 15"),
        (&full(r#"{"source":"show","order":{"kind":"shufle"}}"#, ""), "blocks.day.play[0].order"),
        (&full(r#"{"source":"show","for":"soon"}"#, ""), "'soon' is no length; write it as '90s'"),
        (&full(r#"{"source":"show","order":{"kind":"marathon","each":"random"}}"#, ""), "never ends"),
        (
            &full(r#"{"source":"show","guide":{"title":"{shwo}"}}"#, ""),
            "guide.title: '{shwo}' stands for nothing",
        ),
        (
            &full(r#"{"source":"show"}"#, r#","breaks":[{"name":"b","at":"mid","source":"show","count":1}]"#),
            "breaks[0].points: say where",
        ),
        (
            &full(
                r#"{"source":"show"}"#,
                r#","breaks":[{"name":"b","at":"tail","source":"show","count":1}]"#,
            ),
            "breaks[0]: what fills goes on",
        ),
        (
            &full(r#"{"source":"show"}"#, r#","breaks":[{"name":"b","at":"pre","source":"show"}]"#),
            "breaks[0]: give one of 'count'",
        ),
        (
            &full(r#"{"source":"show","breaks":["b"]}"#, ""),
            "blocks.day.play[0].breaks[0]: there is no break 'b'",
        ),
        (&full(r#"{"source":"loop"}"#, ""), "sources.loop.any: it names itself"),
        (&full(r#"{"source":"two"}"#, ""), "sources.two: give exactly one of show"),
    ] {
        let found = faults(json);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{json}\n{found:?}\n{expected}");
    }
    let two = r#"{"version":1,"name":"n","sources":{"a":{"show":"A"}},"blocks":{"day":{"play":[{"source":"a"}]}},
        "templates":{"t":[{"at":"06:00","block":"day"},{"at":"06:00","block":"dya","strict":true,"late":"5m"}]},
        "calendar":[{"template":"tt","holidays":["xmas",{"nth":9}],"months":[13]}]}"#;
    let found = faults(two);
    for expected in [
        "templates.t[1].block: there is no block 'dya'; did you mean 'day'?",
        "templates.t[1].late: a strict start is never late",
        "templates.t[1].at: two blocks begin at 06:00",
        "calendar[0].template: there is no template 'tt'",
        "calendar[0].holidays[0]: there is no day 'xmas'",
        "calendar[0].holidays[1]: 'nth' needs",
        "calendar[0].months: months are 1 to 12",
    ] {
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected}\n{found:#?}");
    }
}

#[test]
fn a_fault_has_a_code_for_machines() {
    for (json, place, code) in [
        ("{", "", FaultCode::Unreadable),
        (r#"{"version":1,"name":"n","simple":{"shows":["A"]}} x"#, "", FaultCode::Unreadable),
        (r#"{"version":2,"name":"n","simple":{"shows":["A"]}}"#, "version", FaultCode::Version),
        (r#"{"version":1,"name":"n","simple":{"shows":[]}}"#, "simple.shows", FaultCode::Empty),
        (&full(r#"{"source":"sho"}"#, ""), "blocks.day.play[0].source", FaultCode::UnknownName),
        (&full(r#"{"source":"show","count":1,"all":true}"#, ""), "blocks.day.play[0]", FaultCode::OneOf),
        (&full(r#"{"source":"tv"}"#, ""), "blocks.day.play[0]", FaultCode::NoEnd),
        (&full(r#"{"source":"show","pad":7}"#, ""), "blocks.day.play[0].pad", FaultCode::OutOfRange),
        (&full(r#"{"source":"loop"}"#, ""), "sources.loop.any", FaultCode::Circular),
    ] {
        let found = Document::parse(json).expect_err(json);
        assert!(found.iter().any(|fault| fault.place == place && fault.code == code), "{json}: {found:?}");
    }
    let large = format!("{{\"name\":\"{}\"", "x".repeat(2 << 20));
    assert_eq!(Document::parse(&large).expect_err("large")[0].code, FaultCode::TooLarge);
    assert_eq!(serde_json::to_value(FaultCode::OutOfRange).expect("written"), "out_of_range");
}

fn full(step: &str, more: &str) -> String {
    let odd = if step.contains("loop") { r#","loop":{"any":["back"]},"back":{"any":["loop"]}"# } else { "" };
    let odd = if step.contains("two") { r#","two":{"show":"A","tag":"b"}"# } else { odd };
    format!(
        r#"{{"version":1,"name":"n","sources":{{"show":{{"show":"A"}},"tv":{{"live":"x"}}{odd}}},"blocks":{{"day":{{"play":[{step}]}}}},
        "templates":{{"t":[{{"at":"00:00","block":"day"}}]}},"calendar":[{{"template":"t"}}]{more}}}"#
    )
}

#[test]
fn a_document_is_written_as_it_was_read() {
    for json in [
        r#"{"version":1,"name":"n","simple":{"order":"weighted","shows":["A",{"show":"B","weight":2.0,"mode":"random","include":false}]}}"#,
        &full(
            r#"{"source":"show","order":{"kind":"rotation","cooldown":"2h","weights":{"A":2.0}},"for":"90m","pad":15}"#,
            r#","breaks":[{"name":"b","at":"mid","source":"show","for":"2m","points":{"by":"chapters"},"only":{"from":"20:00","tags":["x"]}}]"#,
        ),
    ] {
        let document = Document::parse(json).expect(json);
        let written = serde_json::to_string(&document).expect("written");
        assert_eq!(Document::parse(&written).expect(&written), document);
        let long = expand(&document);
        assert_eq!(long.faults(), []);
        assert_eq!(expand(&long), long);
    }
}

fn evening() -> (Plan, Timeline) {
    let json = r#"{"version":1,"name":"Kanal","sources":{"a":{"show":"A"},"film":{"kind":"film"},"spot":{"tag":"spot"}},
        "blocks":{
            "series":{"play":[{"source":"a","count":2,"guide":{"subtitle":"{title} (S{season}E{episode})"}},{"source":"film","guide":{"hide":true}}]},
            "cinema":{"play":[{"source":"film"}],"guide":{"title":"Kino: {title}","age":16,"filler":"{channel} macht Pause"}},
            "long":{"play":[{"source":"a"}],"guide":{"merge":"show"}}},
        "templates":{"t":[{"at":"18:00","block":"series"},{"at":"20:15","block":"cinema","strict":true},{"at":"23:00","block":"long","strict":true}]},
        "calendar":[{"template":"t"}],
        "breaks":[{"name":"spot","at":"mid","source":"spot","count":1,"points":{"by":"intervals","every":"20m","most":1}}]}"#;
    let mut items = show("A", 1, 9, 45);
    items[0].age = Some(12);
    items.push(Item { summary: "About a film.".into(), ..item(50, Kind::Film, None, 40) });
    items.push(clip(60, 30, "spot"));
    let plan = plan(json, &catalogue(items));
    let timeline = built(&plan, "2026-06-10T18:00:00", "2026-06-11T01:00:00");
    (plan, timeline)
}

#[test]
fn the_guide_has_titles_hides_merges_and_says_how_to_start_over() {
    let (plan, timeline) = evening();
    let entries = guide::entries(&plan, &timeline);
    let told: Vec<String> = entries
        .iter()
        .map(|entry| {
            let clock = |tick| wall(tick)[11..16].to_owned();
            let age = entry.age.map(|age| format!(" from {age}")).unwrap_or_default();
            let text = [&*entry.title, &*entry.subtitle].join(" | ");
            format!("{}-{} {text}{age}", clock(entry.start), clock(entry.stop))
        })
        .collect();
    assert_eq!(
        told,
        [
            "18:00-18:45 A | A 1 (S1E1) from 12",
            // The hidden film, and what is left before a quarter past eight.
            "18:45-20:15 A | A 2 (S1E2)",
            "20:15-20:55 Kino: film 50 |  from 16",
            "20:55-21:36 Kino: film 50 |  from 16",
            "21:36-22:16 Kino: film 50 |  from 16",
            "22:16-22:57 Kino: film 50 |  from 16",
            "22:57-23:00 Kanal macht Pause | ",
            "23:00-01:16 A |  from 12",
        ]
    );
    for (before, after) in entries.iter().zip(&entries[1..]) {
        assert_eq!(before.stop, after.start);
    }
    assert_eq!(
        (entries[0].season, entries[0].episode, entries[0].item),
        (Some(1), Some((1, 1)), Some(ItemId(1)))
    );
    assert_eq!(entries[2].description, "About a film.");
    let pieces = guide::pieces(&timeline, &entries[0], true);
    let lengths: Vec<(i64, bool)> =
        pieces.iter().map(|piece| (piece.length / (MINUTE / 2), piece.is_break)).collect();
    assert_eq!(lengths, [(40, false), (1, true), (50, false)]);
    let without = guide::pieces(&timeline, &entries[0], false);
    assert_eq!(without[1].at, 20 * MINUTE);
    assert_eq!(without[1].what, What::Item { item: ItemId(1), offset: 20 * MINUTE });
}

#[test]
fn each_slot_says_why() {
    let (plan, timeline) = evening();
    let of = |slot| why(&plan, &timeline, slot).expect("a slot");
    let first = of(0);
    assert_eq!((first.code, first.order), (WhyCode::Step, Some(document::OrderKind::InOrder)));
    assert_eq!((&*first.reason.block, &*first.reason.source, first.reason.at_s), ("series", "a", 18 * 3_600));
    assert_eq!(first.occurrence, tick("2026-06-10T18:00:00"));
    assert_eq!((first.moved[0].before, first.moved[0].after.place, first.seed), (Cursor::default(), 1, 1));
    let spot = of(1);
    assert_eq!((spot.code, &*spot.reason.rule, spot.moved.len()), (WhyCode::Mid, "spot", 1));
    assert_eq!(of(2).code, WhyCode::StepGoesOn);
    let slate = timeline.slots.iter().position(|slot| slot.role == Role::Slate).expect("one");
    let left = of(slate);
    assert_eq!((left.code, left.until), (WhyCode::SlateLeft, tick("2026-06-10T20:15:00").min(left.until)));
    assert_eq!(why(&plan, &timeline, timeline.slots.len()), None);
}

#[test]
fn a_difference_says_what_moved_came_and_went() {
    let json = r#"{"version":1,"name":"n","simple":{"shows":["A"]}}"#;
    let before = plan(json, &catalogue(show("A", 1, 4, 30)));
    let old = built(&before, "2026-06-10T20:00:00", "2026-06-10T22:00:00");
    let mut items = show("A", 1, 4, 30);
    items[1].length = 40 * MINUTE;
    items[2].state = State::Absent;
    items.push(Item { season: Some(9), ..item(9, Kind::Episode, Some("A"), 30) });
    let after = plan(json, &catalogue(items));
    let anew = replan(&after, &old, &History::default(), 1, tick("2026-06-10T22:00:00"));
    let from = old.slots[1].start;
    assert_eq!(
        diff(&old, &anew, from),
        [
            Change::Moved { before: 1, after: 1, by: 0, longer: 10 * MINUTE },
            Change::Went { before: 2 },
            Change::Moved { before: 3, after: 2, by: -20 * MINUTE, longer: 0 },
            Change::Came { after: 3 },
        ]
    );
    assert_eq!(diff(&old, &old, 0), []);
}

#[test]
fn a_run_ahead_counts_what_is_there() {
    let (plan, timeline) = evening();
    let found = simulate(&plan, &timeline.begin, &History::default(), tick("2026-06-11T01:00:00"));
    let ticks = |role: fn(Role) -> bool| {
        timeline.slots.iter().filter(|slot| role(slot.role)).map(|slot| slot.length).sum::<i64>()
    };
    assert_eq!(found.slots, timeline.slots.len() as u64);
    assert_eq!(found.programmes.ticks, ticks(|role| role == Role::Programme));
    assert_eq!(found.slate_ticks, ticks(|role| role == Role::Slate));
    assert_eq!(found.break_ticks, ticks(|role| matches!(role, Role::Break(_))));
    assert_eq!((found.until, found.starts.all, found.starts.late), (timeline.end.at, 3, 0));
    // Films at 19:31, and from 20:15 on one after another.
    assert_eq!(found.shortest_repeat, Some((40 * MINUTE + MINUTE / 2, ItemId(50))));
    assert_eq!((found.shows["film"].airings, found.sources["film"].airings), (5, 5));
    // A week and more, in stretches, is the same as at once.
    let until = timeline.begin.at + 20 * 24 * HOUR;
    let whole = build(&plan, &timeline.begin, &History::default(), until);
    let found = simulate(&plan, &timeline.begin, &History::default(), until);
    assert_eq!((found.slots, found.until), (whole.slots.len() as u64, whole.end.at));
    assert!(found.starts.all >= 60 && (1..=45 * MINUTE).contains(&found.starts.latest));
}

fn codes(json: &str, items: Vec<Item>, days: i64) -> Vec<(LintCode, String)> {
    let plan = plan(json, &catalogue(items));
    let begin = tick("2026-06-10T00:00:00");
    let found = simulate(&plan, &Standing::new(begin), &History::default(), begin + days * 24 * HOUR);
    let lints = lint(&plan, jiff::civil::date(2026, 6, 10), Some(&found));
    lints.into_iter().map(|lint| (lint.code, lint.place)).collect()
}

#[test]
fn what_is_odd_is_said_once_and_where() {
    let clean = r#"{"version":1,"name":"n","simple":{"shows":["A","B"]}}"#;
    assert_eq!(codes(clean, [show("A", 1, 9, 30), show("B", 11, 9, 30)].concat(), 30), []);
    let odd = r#"{"version":1,"name":"n",
        "sources":{"a":{"show":"A"},"b":{"show":"nobody"},"c":{"collection":"c"},"away":{"show":"D"},"spots":{"tag":"spot"},"unused":{"show":"A"},"film":{"kind":"film"}},
        "blocks":{
            "x":{"play":[{"source":"a","until_next":true,"order":{"kind":"shuffle","cooldown":"300d"}},{"source":"film"}],"does_not_fit":"next"},
            "y":{"play":[{"source":"b"},{"source":"c"},{"source":"away"},{"source":"a","order":{"kind":"rotation","pick":"weighted","weights":{"Z":2}}}]},
            "z":{"play":[{"source":"a"}]}},
        "templates":{"t":[{"at":"06:00","block":"x","strict":true},{"at":"20:00","block":"y","strict":true}],"never":[{"at":"06:00","block":"z"}]},
        "calendar":[{"template":"t"},{"template":"never","weekdays":["mon"]}],
        "breaks":[{"name":"mid","at":"mid","source":"spots","for":"5s","points":{"by":"chapters"}}]}"#;
    let mut items = [show("A", 1, 3, 50), show("D", 21, 3, 30)].concat();
    items.iter_mut().skip(3).for_each(|item| item.state = State::Absent);
    items.extend([item(50, Kind::Film, None, 90), clip(60, 30, "spot")]);
    let found = codes(odd, items, 10);
    for expected in [
        (LintCode::SourceUnused, "sources.unused"),
        (LintCode::SourceEmpty, "sources.b"),
        (LintCode::SourceAway, "sources.away"),
        (LintCode::SourceUnresolved, "sources.c"),
        (LintCode::StepUnreachable, "blocks.x.play[1]"),
        (LintCode::SkipsEpisodes, "blocks.x.play[1]"),
        (LintCode::TemplateNever, "templates.never"),
        (LintCode::RuleHidden, "calendar[1]"),
        (LintCode::BreakNoPoints, "breaks[0].points"),
        (LintCode::BreakTooShort, "breaks[0].for"),
        (LintCode::BreakNeverOn, "breaks[0]"),
        (LintCode::CooldownStarves, "blocks.x.play[0].order.cooldown"),
        (LintCode::NoSuchGroup, "blocks.y.play[3].order"),
        (LintCode::NoFallback, "breaks"),
        (LintCode::Gaps, ""),
    ] {
        let times = found.iter().filter(|(code, place)| (*code, &**place) == expected).count();
        assert_eq!(times, 1, "{expected:?} in {found:#?}");
    }
}

#[test]
fn what_is_never_on_is_said() {
    let json = full(r#"{"source":"show","until_next":true},{"source":"other"}"#, "")
        .replace(r#""tv""#, r#""other":{"show":"B"},"tv""#);
    let found = codes(&json, [show("A", 1, 3, 50), show("B", 21, 3, 30)].concat(), 10);
    let expected = [LintCode::SourceUnused, LintCode::SourceNeverOn, LintCode::StepUnreachable];
    assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), expected);
}

#[test]
fn documents_that_contradict_themselves_end_and_say_so() {
    // Strict starts five minutes apart, programmes of two hours, breaks that never fit, a calendar of one day.
    let json = r#"{"version":1,"name":"n","sources":{"film":{"kind":"film"},"spots":{"tag":"spot"}},
        "blocks":{"x":{"play":[{"source":"film"}]},"y":{"play":[{"source":"film","for":"1m"}],"once":true}},
        "templates":{"t":[{"at":"06:00","block":"x","strict":true},{"at":"06:05","block":"y","strict":true},{"at":"06:10","block":"x","late":"1m"},
            {"at":"06:15","block":"y","late":"0s"}]},
        "calendar":[{"template":"t"}],
        "breaks":[{"name":"b","at":"mid","source":"spots","for":"1s","points":{"by":"intervals","every":"1m"}}]}"#;
    let items =
        || vec![item(1, Kind::Film, None, 120), item(2, Kind::Film, None, 60 * 60), clip(3, 30, "spot")];
    let found = codes(json, items(), 40);
    for code in [LintCode::Gaps, LintCode::NeverFits, LintCode::BreakTooShort, LintCode::NoFallback] {
        assert!(found.iter().any(|(found, _)| *found == code), "{code:?} in {found:?}");
    }
    // No day within reach has a template.
    let never =
        json.replace(r#"{"template":"t"}"#, r#"{"template":"t","from":"2020-01-01","until":"2020-01-02"}"#);
    let found = codes(&never, items(), 40);
    assert!(
        found.iter().any(|(code, _)| *code == LintCode::TemplateNever)
            && found.iter().any(|(code, _)| *code == LintCode::Gaps)
    );
    let one = json.replace(r#"{"template":"t"}"#, r#"{"template":"t","holidays":["halloween"]}"#);
    let found = codes(&one, items(), 400);
    assert!(found.iter().any(|(code, _)| *code == LintCode::DaysWithout), "{found:?}");
}

#[test]
fn settings_of_the_channel_server_become_documents() {
    let json = r#"{"channels":[
        {"id":"main","name":"Hill Network","enabled":true,"media_root":"/media/tv","playback_mode":"random","loop_entire_library":true,
         "shows":[
            {"id":"a","label":"A","path":"A","include":true,"playback_mode":"inherit","weight":2.5},
            {"id":"b","label":"B","path":"B (2021)","include":true,"playback_mode":"sequential","weight":9},
            {"id":"c","label":"C","path":"C","include":false,"playback_mode":"random","weight":"0.5"},
            "odd", {"id":"d","playback_mode":"loud","colour":"red"}],
         "bumpers":{"enable_up_next":true,"enable_intermission":false},"branding":{"show_bug_overlay":true}},
        {"name":"Second!","shows":[],"loop_entire_library":false,"enabled":false}]}"#;
    let (found, left) = import_channel(json).expect("settings");
    assert_eq!(found.len(), 2);
    assert_eq!((&*found[0].id, found[0].enabled, &*found[0].folder), ("main", true, "/media/tv"));
    assert_eq!((&*found[1].id, found[1].enabled), ("second", false));
    let simple = found[0].document.simple.as_ref().expect("a simple channel");
    assert_eq!((simple.order, simple.mode), (document::SimpleOrder::Weighted, document::Mode::Shuffle));
    let shows: Vec<_> = simple
        .shows
        .iter()
        .map(|show| (show.source.show.as_deref(), show.weight, show.mode, show.include))
        .collect();
    assert_eq!(
        shows,
        [
            (Some("A"), Some(2.5), None, true),
            (Some("B"), Some(5.0), Some(document::Mode::Sequential), true),
            (Some("C"), Some(0.5), Some(document::Mode::Shuffle), false),
            (Some("d"), None, None, true),
        ]
    );
    let told: Vec<_> =
        left.iter().map(|left| (&*left.channel, &*left.show, left.what, &*left.value)).collect();
    assert_eq!(
        told,
        [
            ("main", "", LeftKind::UpNext, "true"),
            ("main", "", LeftKind::Overlay, "true"),
            ("main", "B", LeftKind::Folder, "B (2021)"),
            ("main", "B", LeftKind::Weight, "9"),
            ("main", "", LeftKind::NotRead, "\"odd\""),
            ("main", "d", LeftKind::Unknown, "colour"),
            ("main", "d", LeftKind::Mode, "loud"),
            ("second", "", LeftKind::Loop, "false"),
            ("second", "", LeftKind::NoShows, "0"),
        ]
    );
    assert_eq!(found[0].document.faults(), []);
    let plan = Plan::new(
        &found[0].document,
        catalogue([show("A", 1, 3, 30), show("B", 11, 3, 30)].concat()),
        1,
        berlin(),
    );
    assert!(
        built(&plan, "2026-06-10T00:00:00", "2026-06-11T00:00:00")
            .slots
            .iter()
            .all(|slot| slot.role == Role::Programme)
    );
    let (old, left) = import_channel(r#"{"include_shows":["A","B"]}"#).expect("the older form");
    assert_eq!((old.len(), left.len()), (1, 0));
    assert_eq!(old[0].document.simple.as_ref().map(|simple| simple.shows.len()), Some(2));
    for wrong in ["", "[]", "{}", r#"{"channels":7}"#] {
        assert!(import_channel(wrong).is_err(), "{wrong}");
    }
}
