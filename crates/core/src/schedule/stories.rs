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
