//! What people expect of single documents, told as stories.

use super::world::*;
use super::*;
use crate::library::{Item, Kind};

fn three_shows() -> Vec<Item> {
    [show("A", 1, 3, 30), show("B", 11, 3, 30), show("C", 21, 3, 30)].concat()
}

fn titles(json: &str, items: Vec<Item>, from: &str, until: &str) -> Vec<String> {
    let plan = plan(json, &catalogue(items));
    lines(&plan, &built(&plan, from, until))
}

#[test]
fn choose_shows_choose_order_done() {
    let json = r#"{"version":1,"name":"Three","simple":{"shows":["A","B",{"show":"C","include":false}]}}"#;
    let lines = titles(json, three_shows(), "2026-06-10T20:00:00", "2026-06-10T22:30:00");
    assert_eq!(
        lines,
        [
            "20:00:00 A 1 30m",
            "20:30:00 B 11 30m",
            "21:00:00 A 2 30m",
            "21:30:00 B 12 30m",
            "22:00:00 A 3 30m"
        ]
    );
}

#[test]
fn round_robin_goes_on_over_midnight() {
    let json = r#"{"version":1,"name":"Three","simple":{"shows":["A","B","C"]}}"#;
    let lines = titles(json, three_shows(), "2026-06-10T23:15:00", "2026-06-11T01:00:00");
    assert_eq!(lines, ["23:15:00 A 1 30m", "23:45:00 B 11 30m", "00:15:00 C 21 30m", "00:45:00 A 2 30m"]);
}

#[test]
fn a_strict_start_is_kept_and_what_is_left_is_filled() {
    let json = r#"{"version":1,"name":"n",
        "sources":{"a":{"show":"A"},"film":{"kind":"film"},"spots":{"tag":"spot"},"card":{"still":{"pictures":["card"],"length":"1m"}}},
        "blocks":{"day":{"play":[{"source":"a"}]},"evening":{"play":[{"source":"film"}],"once":true}},
        "templates":{"day":[{"at":"06:00","block":"day"},{"at":"20:15","block":"evening","strict":true},{"at":"22:00","block":"day"}]},
        "calendar":[{"template":"day"}],
        "breaks":[{"name":"spots","at":"tail","source":"spots"},{"name":"card","at":"fallback","source":"card"}]}"#;
    let mut items = show("A", 1, 20, 25);
    items.push(item(90, Kind::Film, None, 100));
    items.push(clip(91, 40, "spot"));
    let lines = titles(json, items, "2026-06-10T19:15:00", "2026-06-10T22:30:00");
    let expected =
        ["19:15:00 A 1 25m", "19:40:00 A 2 25m", "20:05:00 tail: film 91 40s", "20:05:40 tail: film 91 40s"];
    assert_eq!(lines[..4], expected);
    assert_eq!(
        lines[14..17],
        ["20:13:00 tail: film 91 40s", "20:13:40 tail: film 91 40s", "20:14:20 tail: film 91 40s"]
    );
    assert_eq!(lines[17..19], ["20:15:00 film 90 1h40m", "21:55:00 tail: film 91 40s"]);
    assert_eq!(
        lines[lines.len() - 4..lines.len() - 1],
        ["21:59:00 tail: film 91 40s", "21:59:40 fallback: card 20s, cut", "22:00:00 A 3 25m"]
    );
}

/// A channel with one block for all day, and what is said beside it.
fn all_day(sources: &str, play: &str, more: &str) -> String {
    format!(
        r#"{{"version":1,"name":"n","sources":{{{sources}}},"blocks":{{"day":{{"play":[{play}]}}}},
        "templates":{{"t":[{{"at":"00:00","block":"day"}}]}},"calendar":[{{"template":"t"}}]{more}}}"#
    )
}

#[test]
fn breaks_before_in_and_after_a_programme() {
    let json = all_day(
        r#""film":{"kind":"film"},"spots":{"tag":"spot"},"ident":{"tag":"ident"}"#,
        r#"{"source":"film"}"#,
        r#","breaks":[
            {"name":"ident","at":"pre","source":"ident","count":1},
            {"name":"spots","at":"mid","source":"spots","for":"2m","order":"in_order","points":{"by":"chapters","every":"20m"}},
            {"name":"end","at":"post","source":"ident","count":2}]"#,
    );
    let chapters = [10, 25, 40, 50].map(|minute| minute * MINUTE).to_vec();
    let film = Item { chapters, ..item(1, Kind::Film, None, 60) };
    let lines = titles(
        &json,
        vec![film, clip(2, 50, "spot"), clip(3, 40, "spot"), clip(4, 10, "ident")],
        "2026-06-10T20:00:00",
        "2026-06-10T20:01:00",
    );
    assert_eq!(
        lines,
        [
            "20:00:00 pre: film 4 10s",
            "20:00:10 film 1 25m",
            "20:25:10 mid: film 2 50s",
            "20:26:00 mid: film 3 40s",
            "20:26:40 film 1 from 25m 25m",
            "20:51:40 mid: film 2 50s",
            "20:52:30 mid: film 3 40s",
            "20:53:10 film 1 from 50m 10m",
            "21:03:10 post: film 4 10s",
            "21:03:20 post: film 4 10s",
        ]
    );
}

#[test]
fn a_pad_is_shared_by_the_places_where_it_may_be_and_ends_on_the_minute() {
    let json = all_day(
        r#""a":{"show":"A"},"spots":{"tag":"spot"},"card":{"still":{"pictures":["card"],"length":"10s"}}"#,
        r#"{"source":"a"}"#,
        r#","breaks":[
            {"name":"spots","at":"mid","source":"spots","pad":30,"points":{"by":"intervals","every":"8m"}},
            {"name":"card","at":"fallback","source":"card"}]"#,
    );
    let mut items = show("A", 1, 2, 24);
    items.push(clip(9, 60, "spot"));
    let lines = titles(&json, items, "2026-06-10T20:00:00", "2026-06-10T20:31:00");
    assert_eq!(
        lines[..10],
        [
            "20:00:00 A 1 8m",
            "20:08:00 mid: film 9 1m",
            "20:09:00 mid: film 9 1m",
            "20:10:00 mid: film 9 1m",
            "20:11:00 A 1 from 8m 8m",
            "20:19:00 mid: film 9 1m",
            "20:20:00 mid: film 9 1m",
            "20:21:00 mid: film 9 1m",
            "20:22:00 A 1 from 16m 8m",
            "20:30:00 A 2 8m",
        ]
    );
}

#[test]
fn a_film_that_does_not_fit_waits_is_passed_over_or_cut() {
    let json = |fits: &str| {
        format!(
            r#"{{"version":1,"name":"n","sources":{{"a":{{"items":[1,2]}},"news":{{"show":"N"}}}},
            "blocks":{{"day":{{"play":[{{"source":"a"}}],"does_not_fit":"{fits}"}},"news":{{"play":[{{"source":"news"}}]}}}},
            "templates":{{"t":[{{"at":"18:00","block":"day"}},{{"at":"20:00","block":"news","strict":true}}]}},
            "calendar":[{{"template":"t"}}]}}"#
        )
    };
    let items = || {
        let mut items = show("N", 10, 1, 15);
        items.extend([item(1, Kind::Film, None, 70), item(2, Kind::Film, None, 40)]);
        items
    };
    let until = ("2026-06-10T18:40:00", "2026-06-10T20:05:00");
    let of = |fits: &str| {
        // From 18:40 on: the first film until 19:50 or not at all.
        let plan = plan(&json(fits), &catalogue(items()));
        let timeline = built(&plan, "2026-06-10T18:00:00", until.1);
        lines(&plan, &timeline).into_iter().filter(|line| !line.contains("slate")).collect::<Vec<_>>()
    };
    assert_eq!(of("wait"), ["18:00:00 film 1 1h10m", "19:10:00 film 2 40m", "20:00:00 N 10 15m"]);
    let mut long = items();
    long[1].length = 90 * MINUTE;
    long[2].length = 80 * MINUTE;
    long.push(item(3, Kind::Film, None, 20));
    let of = |fits: &str| {
        let json = json(fits).replace("[1,2]", "[1,2,3]");
        let plan = plan(&json, &catalogue(long.clone()));
        lines(&plan, &built(&plan, "2026-06-10T18:00:00", until.1))
    };
    assert_eq!(of("wait")[..2], ["18:00:00 film 1 1h30m", "19:30:00 slate 30m"]);
    assert_eq!(of("next")[..3], ["18:00:00 film 1 1h30m", "19:30:00 film 3 20m", "19:50:00 slate 10m"]);
    assert_eq!(of("cut")[..3], ["18:00:00 film 1 1h30m", "19:30:00 film 2 30m, cut", "20:00:00 N 10 15m"]);
}

#[test]
fn a_block_that_may_be_late_is_and_one_that_may_not_is_not() {
    let json = |late: &str| {
        format!(
            r#"{{"version":1,"name":"n","sources":{{"a":{{"show":"A"}},"b":{{"show":"B"}}}},
            "blocks":{{"x":{{"play":[{{"source":"a"}}]}},"y":{{"play":[{{"source":"b"}}]}}}},
            "templates":{{"t":[{{"at":"18:00","block":"x"}},{{"at":"20:00","block":"y"{late}}}]}},
            "calendar":[{{"template":"t"}}]}}"#
        )
    };
    let items = || [show("A", 1, 5, 50), show("B", 11, 5, 30)].concat();
    let from = ("2026-06-10T18:00:00", "2026-06-10T20:40:00");
    let late = titles(&json(""), items(), from.0, from.1);
    assert_eq!(late[2..], ["19:40:00 A 3 50m", "20:30:00 B 11 30m"]);
    let late = titles(&json(r#","late":"30m""#), items(), from.0, from.1);
    assert_eq!(late[2..], ["19:40:00 A 3 50m", "20:30:00 B 11 30m"]);
    let late = titles(&json(r#","late":"29m""#), items(), from.0, from.1);
    assert_eq!(late[2..], ["19:40:00 slate 20m", "20:00:00 B 11 30m", "20:30:00 B 12 30m"]);
}

#[test]
fn nights_of_23_and_25_hours() {
    let json = r#"{"version":1,"name":"n","sources":{"a":{"show":"A"},"b":{"show":"B"}},
        "blocks":{"x":{"play":[{"source":"a"}]},"y":{"play":[{"source":"b"}]}},
        "templates":{"t":[{"at":"01:00","block":"x"},{"at":"02:30","block":"y","strict":true},{"at":"04:00","block":"x","strict":true}]},
        "calendar":[{"template":"t"}]}"#;
    let items = || [show("A", 1, 50, 30), show("B", 101, 50, 30)].concat();
    // The clock jumps from 2:00 to 3:00: what begins at 2:30 begins then, and lasts an hour.
    let spring = titles(json, items(), "2026-03-29T01:00:00", "2026-03-29T04:30:00");
    let expected = ["01:00:00 A 1", "01:30:00 A 2", "03:00:00 B 101", "03:30:00 B 102", "04:00:00 A 3"];
    assert_eq!(spring, expected.map(|line| format!("{line} 30m")));
    // From 3:00 back to 2:00: what begins at 2:30 begins the first time, and lasts two hours and a half.
    let autumn = titles(json, items(), "2026-10-25T01:00:00", "2026-10-25T04:30:00");
    let times: Vec<&str> = autumn.iter().map(|line| &line[..12]).collect();
    assert_eq!(
        times,
        [
            "01:00:00 A 1",
            "01:30:00 A 2",
            "02:00:00 A 3",
            "02:30:00 B 1",
            "02:00:00 B 1",
            "02:30:00 B 1",
            "03:00:00 B 1",
            "03:30:00 B 1",
            "04:00:00 A 4"
        ]
    );
}

#[test]
fn a_cursor_whose_item_is_gone_goes_on_to_the_next_and_says_so() {
    let json = all_day(r#""a":{"show":"A"}"#, r#"{"source":"a"}"#, "");
    let all = show("A", 1, 6, 30);
    let before = plan(&json, &catalogue(all.clone()));
    let first = built(&before, "2026-06-10T00:00:00", "2026-06-10T01:00:00");
    for (gone, next) in [(&[3][..], 4), (&[2, 3], 4), (&[2], 3), (&[3, 4, 5, 6], 1)] {
        let left = all.iter().filter(|item| !gone.contains(&item.id.0)).cloned();
        let away = all.iter().cloned().map(|item| Item {
            state: if gone.contains(&item.id.0) { crate::library::State::Absent } else { item.state },
            ..item
        });
        for items in [left.collect::<Vec<_>>(), away.collect()] {
            let after = plan(&json, &catalogue(items));
            let on = build(&after, &first.end, &History::default(), first.end.at + HOUR);
            assert_eq!(lines(&after, &on)[0], format!("01:00:00 A {next} 30m"), "{gone:?} gone");
            let said: Vec<_> = on.notes.iter().map(|note| (note.kind, note.item.0, note.instead.0)).collect();
            let expected = if gone.contains(&3) { vec![(NoteKind::CursorGone, 3, next)] } else { vec![] };
            assert_eq!(said, expected, "{gone:?}");
        }
    }
    // Away, but not forgotten: the place is known, however many are away.
    let away = all.iter().cloned().map(|item| {
        let gone = item.id.0 <= 3;
        Item { state: if gone { crate::library::State::Absent } else { item.state }, ..item }
    });
    let after = plan(&json, &catalogue(away));
    let on = build(&after, &first.end, &History::default(), first.end.at + HOUR);
    assert_eq!(lines(&after, &on)[0], "01:00:00 A 4 30m");
    // A new episode in between is not passed over.
    let mut more = all.clone();
    more.push(Item { season: Some(1), episode: Some((2, 2)), ..item(99, Kind::Episode, Some("A"), 30) });
    let after = plan(&json, &catalogue(more));
    let on = build(&after, &first.end, &History::default(), first.end.at + HOUR);
    assert_eq!(lines(&after, &on), ["01:00:00 A 99 30m", "01:30:00 A 3 30m"]);
}

#[test]
fn a_firm_length_that_differs_is_absorbed_at_the_next_boundary_that_can() {
    let json = r#"{"version":1,"name":"n","sources":{"a":{"show":"A"},"card":{"still":{"pictures":["card"],"length":"10s"}}},
        "blocks":{"x":{"play":[{"source":"a","pad":30}]}},
        "templates":{"t":[{"at":"00:00","block":"x"}]},"calendar":[{"template":"t"}],
        "breaks":[{"name":"card","at":"fallback","source":"card"}]}"#;
    let plan = plan(json, &catalogue(show("A", 1, 50, 30).into_iter().chain(show("B", 100, 1, 1))));
    let mut timeline = built(&plan, "2026-06-10T20:00:00", "2026-06-10T22:00:00");
    assert_eq!(lines(&plan, &timeline)[..2], ["20:00:00 A 1 30m", "20:30:00 A 2 30m"]);
    // A third of a second longer: the next begins as much later, not half an hour later.
    timeline.settle(0, timeline.slots[0].length + 30_000);
    let longer = replan(&plan, &timeline, &History::default(), 1, tick("2026-06-10T22:00:00"));
    assert_eq!(longer.slots[1].start, tick("2026-06-10T20:30:00") + 30_000);
    assert_eq!(longer.slots[2].start, tick("2026-06-10T21:00:00") + 30_000);
    // Shorter: it is filled up to the minute.
    timeline.settle(0, timeline.slots[0].length - 60_000);
    let shorter = replan(&plan, &timeline, &History::default(), 1, tick("2026-06-10T22:00:00"));
    assert_eq!(
        (shorter.slots[1].role, shorter.slots[1].length),
        (Role::Break(document::BreakAt::Fallback), 30_000)
    );
    assert_eq!(shorter.slots[2].start, tick("2026-06-10T20:30:00"));
}

#[test]
fn holidays_have_their_template() {
    let json = r#"{"version":1,"name":"n","sources":{"a":{"show":"A"},"b":{"show":"B"},"c":{"show":"C"}},
        "blocks":{"a":{"play":[{"source":"a"}]},"b":{"play":[{"source":"b"}]},"c":{"play":[{"source":"c"}]}},
        "templates":{"plain":[{"at":"06:00","block":"a"}],"sunday":[{"at":"06:00","block":"b"}],"feast":[{"at":"06:00","block":"c"}]},
        "calendar":[{"template":"feast","holidays":["de-by",{"nth":4,"weekday":"thu","month":11}]},
            {"template":"feast","from":"12-20","until":"01-02"},
            {"template":"sunday","weekdays":["sat","sun"],"seasons":["summer"]},{"template":"plain"}]}"#;
    let plan = plan(json, &catalogue(three_shows()));
    for (day, show) in [
        ("2026-06-04", "C"), // Corpus Christi
        ("2026-06-05", "A"),
        ("2026-06-06", "B"), // a Saturday in summer
        ("2026-03-07", "A"), // a Saturday in winter
        ("2026-11-26", "C"), // the fourth Thursday of November
        ("2026-12-22", "C"),
        ("2027-01-02", "C"),
        ("2027-01-03", "A"),
        ("2027-01-06", "C"), // Epiphany
    ] {
        let timeline = built(&plan, &format!("{day}T12:00:00"), &format!("{day}T12:01:00"));
        assert_eq!(lines(&plan, &timeline)[0][9..10], *show, "{day}");
        // What began in the morning goes on until the next morning's template.
        let night = built(&plan, &format!("{day}T23:45:00"), &format!("{day}T23:46:00"));
        assert_eq!(lines(&plan, &night)[0][9..10], *show, "{day}");
    }
}

#[test]
fn first_runs_come_before_reruns_and_new_ones_at_once() {
    let json = all_day(r#""a":{"show":"A"}"#, r#"{"source":"a","order":"first_run"}"#, "");
    let all = show("A", 1, 4, 30);
    let plan_3 = plan(&json, &catalogue(all[..3].to_vec()));
    let first = built(&plan_3, "2026-06-10T00:00:00", "2026-06-10T02:00:00");
    assert_eq!(
        lines(&plan_3, &first),
        ["00:00:00 A 1 30m", "00:30:00 A 2 30m", "01:00:00 A 3 30m", "01:30:00 A 1 30m"]
    );
    let mut history = History::default();
    history.add(&first.slots);
    let plan_4 = plan(&json, &catalogue(all));
    let on = build(&plan_4, &first.end, &history, first.end.at + HOUR);
    assert_eq!(lines(&plan_4, &on), ["02:00:00 A 4 30m", "02:30:00 A 2 30m"]);
}

#[test]
fn a_marathon_is_all_of_a_show_and_then_the_next() {
    let json = all_day(r#""x":{"kind":"episode"}"#, r#"{"source":"x","order":"marathon"}"#, "");
    let items = [show("A", 1, 2, 30), show("B", 11, 3, 30)].concat();
    let lines = titles(&json, items, "2026-06-10T00:00:00", "2026-06-10T03:30:00");
    let shown: Vec<&str> =
        lines.iter().map(|line| line[9..].strip_suffix(" 30m").unwrap_or_default()).collect();
    assert_eq!(shown, ["A 1", "A 2", "B 11", "B 12", "B 13", "A 1", "A 2"]);
}

#[test]
fn parts_are_kept_together_where_they_are_shuffled() {
    let json = all_day(r#""a":{"show":"A"}"#, r#"{"source":"a","order":"shuffle"}"#, "");
    let mut items = show("A", 1, 12, 30);
    for (at, part) in [(3, 1), (4, 2), (5, 3)] {
        items[at].part = Some(part);
    }
    let lines = titles(&json, items, "2026-06-10T00:00:00", "2026-06-10T06:00:00");
    let at = lines.iter().position(|line| line.contains("A 4 ")).expect("part 1");
    assert!(lines[at + 1].contains("A 5 ") && lines[at + 2].contains("A 6 "), "{lines:?}");
}

#[test]
fn weights_are_kept_by_and_large() {
    let json = r#"{"version":1,"name":"n","simple":{"order":"weighted","shows":[{"show":"A","weight":5},{"show":"B","weight":0.5},"C"]}}"#;
    let plan =
        plan(json, &catalogue([show("A", 1, 9, 10), show("B", 11, 9, 10), show("C", 21, 9, 10)].concat()));
    let found = simulate(&plan, &Standing::new(0), &History::default(), 65_000 * MINUTE);
    let share = |show: &str| found.shows[show].airings as f64 / found.programmes.airings as f64 * 6.5;
    assert!(
        (share("A") - 5.0).abs() < 0.3 && (share("B") - 0.5).abs() < 0.1 && (share("C") - 1.0).abs() < 0.2
    );
}

#[test]
fn a_live_channel_is_on_until_the_next_block_or_for_as_long_as_is_said() {
    let json = r#"{"version":1,"name":"n","sources":{"tv":{"live":"1:0:19"},"own":{"channel":"films"},"a":{"show":"A"}},
        "blocks":{"x":{"play":[{"source":"tv","for":"30m"},{"source":"a"}]},"y":{"play":[{"source":"own","until_next":true}]}},
        "templates":{"t":[{"at":"18:00","block":"x"},{"at":"20:00","block":"y","strict":true},{"at":"22:00","block":"x"}]},
        "calendar":[{"template":"t"}]}"#;
    let lines = titles(json, show("A", 1, 5, 45), "2026-06-10T18:00:00", "2026-06-10T22:10:00");
    assert_eq!(
        lines,
        [
            "18:00:00 1:0:19 30m",
            "18:30:00 A 1 45m",
            "19:15:00 1:0:19 30m",
            "19:45:00 slate 15m",
            "20:00:00 films 2h",
            "22:00:00 1:0:19 30m"
        ]
    );
}

#[test]
fn a_block_that_follows_itself_goes_on_unless_it_is_gone_through_once_or_strict() {
    let json = |block: &str, start: &str| {
        format!(
            r#"{{"version":1,"name":"n","sources":{{"a":{{"show":"A"}},"b":{{"show":"B"}}}},
            "blocks":{{"x":{{"play":[{{"source":"a"}},{{"source":"b","count":2}}]{block}}}}},
            "templates":{{"t":[{{"at":"06:00","block":"x"{start}}}]}},"calendar":[{{"template":"t"}}]}}"#
        )
    };
    let items = || [show("A", 1, 99, 50), show("B", 101, 99, 50)].concat();
    let of = |block: &str, start: &str| {
        let plan = plan(&json(block, start), &catalogue(items()));
        let timeline = built(&plan, "2026-06-10T06:00:00", "2026-06-11T08:00:00");
        let lines: Vec<String> =
            lines(&plan, &timeline).iter().map(|line| format!("{} {}", &line[..5], &line[9..10])).collect();
        lines[lines.len() - 3..].to_vec()
    };
    // A, B, B and so on, of 50 minutes each: the thirtieth is on at ten past six.
    assert_eq!(of("", ""), ["06:10 B", "07:00 A", "07:50 B"]);
    assert_eq!(of("", r#","strict":true"#), ["06:00 A", "06:50 B", "07:40 B"]);
    assert_eq!(of(r#","once":true"#, r#","late":"1h""#)[..2], ["06:00 A", "06:50 B"]);
    assert_eq!(of(r#","once":true"#, "")[..2], ["06:00 A", "06:50 B"]);
}

#[test]
fn a_story_with_a_new_part_waits_until_its_old_one_has_cooled_down() {
    let play =
        r#"{"source":"b","count":1},{"source":"a","order":{"kind":"first_run","cooldown":"2h"},"count":1}"#;
    let json = all_day(r#""a":{"show":"A"},"b":{"items":[1]}"#, play, "");
    let mut items = show("A", 1, 3, 30);
    (items[0].part, items[1].part) = (Some(1), Some(2));
    let plan = plan(&json, &catalogue(items));
    let timeline = built(&plan, "2026-06-10T00:00:00", "2026-06-10T02:00:00");
    // The first part is on by itself; the story, whose second part is new, is not on again at once.
    assert_eq!(lines(&plan, &timeline)[..2], ["00:00:00 A 1 30m", "00:30:00 A 3 30m"]);
    let mut history = History::default();
    history.add(&[timeline.slots[0], timeline.slots[1]]);
    let later = Standing { at: tick("2026-06-10T02:00:00"), ..timeline.state_at(2) };
    let later = Standing { place: Place { step: 1, done: 0, ..later.place }, ..later };
    let on = build(&plan, &later, &history, later.at + HOUR);
    assert_eq!(lines(&plan, &on)[..2], ["02:00:00 A 1 30m", "02:30:00 A 2 30m"]);
}
