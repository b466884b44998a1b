//! Tools: what is understood, what is refused and in which words, and that schemas say what is held.

use super::*;
use crate::access::Role;
use jiff::Timestamp;
use jiff::civil::{Weekday, date};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn samples() -> Vec<Call> {
    let channel = Some("Das Erste HD".to_owned());
    vec![
        Call::WhatsOn { channel: None, when: When::Now },
        Call::WhatsOn { channel: channel.clone(), when: When::At(at("2026-01-31T19:15:00Z")) },
        Call::SearchGuide {
            words: "tatort münster".into(),
            day: Some(Day::Date(date(2026, 1, 31))),
            channel: channel.clone(),
        },
        Call::SearchGuide { words: "x".into(), day: Some(Day::Weekday(Weekday::Sunday)), channel: None },
        Call::Programme { id: "ard/123".into() },
        Call::Tune { channel: "7".into() },
        Call::Remind { programme: "Tatort".into(), minutes_before: 0 },
        Call::SetTimer(Timer::Programme { programme: "ard/123".into(), channel: channel.clone() }),
        Call::SetTimer(Timer::Time {
            channel: "7".into(),
            start: at("2026-01-31T19:15:00Z"),
            end: at("2026-01-31T20:45:00Z"),
            title: Some("Film".into()),
        }),
        Call::CancelTimer { timer: "t1".into() },
        Call::Explain { about: About::Tuners, channel: None },
        Call::Explain { about: About::WhyOn, channel: None },
        Call::Explain { about: About::Channel, channel: None },
        Call::Explain { about: About::Channel, channel },
        Call::ProposeSchedule { station: "s".into(), change: "{\"add\":[]}".into() },
        Call::Documents { words: "recording".into() },
    ]
}

/// As far as our schemas go: objects of bounded texts, whole numbers and words.
fn agrees(schema: &Value, arguments: &Value) -> bool {
    let (properties, given) = (schema["properties"].as_object().unwrap(), arguments.as_object().unwrap());
    let required = schema["required"].as_array().unwrap();
    schema["additionalProperties"] == false
        && required.iter().all(|name| given.contains_key(name.as_str().unwrap()))
        && given.iter().all(|(name, value)| match properties.get(name) {
            None => false,
            Some(of) if of["type"] == "integer" => {
                value.as_u64().is_some_and(|number| number <= of["maximum"].as_u64().unwrap())
            }
            Some(of) => value.as_str().is_some_and(|text| {
                let most = of["maxLength"].as_u64().unwrap_or(u64::MAX);
                let words = of["enum"].as_array();
                text.chars().count() as u64 <= most && words.is_none_or(|words| words.contains(value))
            }),
        })
}

#[test]
fn calls_are_written_as_they_are_read_and_as_schemas_say() {
    let mut seen = BTreeSet::new();
    for call in samples() {
        let (name, arguments) = (call.tool().name(), call.arguments());
        seen.insert(name);
        assert!(agrees(&call.tool().schema(), &arguments), "{name} {arguments}");
        assert_eq!(Call::parse(name, &arguments), Ok(call), "{name} {arguments}");
    }
    assert_eq!(seen.len(), Tool::ALL.len(), "a sample of each");
}

#[test]
fn what_a_schema_requires_or_bounds_is_held() {
    for call in samples() {
        let (tool, arguments) = (call.tool(), call.arguments());
        let (name, schema) = (tool.name(), tool.schema());
        for field in schema["required"].as_array().unwrap() {
            let mut less = arguments.clone();
            less.as_object_mut().unwrap().remove(field.as_str().unwrap());
            assert!(Call::parse(name, &less).is_err(), "{name} without {field}");
        }
        for (field, of) in schema["properties"].as_object().unwrap() {
            if let Some(most) = of["maxLength"].as_u64() {
                let mut more = arguments.clone();
                more[field] = "x".repeat(most as usize + 1).into();
                let refusal = Call::parse(name, &more).unwrap_err();
                assert!(
                    refusal.message.contains(field) && refusal.message.contains(&most.to_string()),
                    "{refusal}"
                );
            }
            for wrong in [json!([]), json!({}), json!(true)] {
                let mut other = arguments.clone();
                other[field] = wrong;
                // A change may be an object; an empty one is a change as well.
                if field != "change" || !other[field].is_object() {
                    assert!(Call::parse(name, &other).is_err(), "{name} {other}");
                }
            }
        }
        let mut more = arguments.clone();
        more["sudo"] = true.into();
        assert!(Call::parse(name, &more).unwrap_err().message.contains("`sudo` is not known"), "{name}");
    }
}

#[test]
fn models_may_be_a_little_wrong() {
    for (name, arguments, expected) in [
        ("whats_on", json!(null), Call::WhatsOn { channel: None, when: When::Now }),
        ("whats_on", json!({"channel": "", "when": null}), Call::WhatsOn { channel: None, when: When::Now }),
        ("whats_on", json!({"when": "Tonight"}), Call::WhatsOn { channel: None, when: When::Tonight }),
        ("tune", json!({"channel": 7}), Call::Tune { channel: "7".into() }),
        ("tune", json!({"channel": "  ZDF "}), Call::Tune { channel: "ZDF".into() }),
        (
            "remind",
            json!({"programme": "p"}),
            Call::Remind { programme: "p".into(), minutes_before: REMIND_DEFAULT },
        ),
        (
            "remind",
            json!({"programme": "p", "minutes_before": "10"}),
            Call::Remind { programme: "p".into(), minutes_before: 10 },
        ),
        (
            "remind",
            json!({"programme": "p", "minutes_before": 10.0}),
            Call::Remind { programme: "p".into(), minutes_before: 10 },
        ),
        (
            "explain",
            json!({"channel": "ZDF"}),
            Call::Explain { about: About::Channel, channel: Some("ZDF".into()) },
        ),
        (
            "propose_schedule",
            json!({"station": "s", "change": {"a": 1}}),
            Call::ProposeSchedule { station: "s".into(), change: "{\"a\":1}".into() },
        ),
        (
            "set_timer",
            json!({"programme": "p", "start": "2026-01-31T20:15:00+01:00"}),
            Call::SetTimer(Timer::Programme { programme: "p".into(), channel: None }),
        ),
    ] {
        assert_eq!(Call::parse(name, &arguments), Ok(expected), "{name} {arguments}");
    }
}

#[test]
fn what_is_refused_is_told_so_that_it_can_be_mended() {
    for (name, arguments, words) in [
        ("rm -rf /", json!({}), "There is no tool `rm-rf`. There are: whats_on, search_guide"),
        ("tune", json!([1]), "tune: the arguments must be one JSON object."),
        ("tune", json!("{\"channel\":"), "must be one JSON object"),
        ("tune", json!({}), "tune: `channel` is missing."),
        ("tune", json!({"channel": "a\nb"}), "one line"),
        ("tune", json!({"channel": "a\u{0}b"}), "one line"),
        ("whats_on", json!({"when": "yesterday"}), "`when` must be `now`, `tonight`"),
        ("whats_on", json!({"when": "2026-01-31T20:15:00"}), "with its offset"),
        ("search_guide", json!({"words": "x", "day": "someday"}), "`day` must be `today`"),
        ("search_guide", json!({"words": "   "}), "`words` is missing"),
        ("remind", json!({"programme": "p", "minutes_before": 1441}), "from 0 to 1440"),
        ("remind", json!({"programme": "p", "minutes_before": -1}), "from 0 to 1440"),
        ("remind", json!({"programme": "p", "minutes_before": 1.5}), "from 0 to 1440"),
        ("remind", json!({"programme": "p", "minutes_before": 1e300}), "from 0 to 1440"),
        ("set_timer", json!({"channel": "7"}), "give `programme`, or `channel` with `start` and `end`"),
        (
            "set_timer",
            json!({"channel": "7", "start": "2026-01-31T20:15:00Z", "end": "2026-01-31T20:15:00Z"}),
            "later than",
        ),
        (
            "set_timer",
            json!({"channel": "7", "start": "2026-01-31T20:15:00Z", "end": "2026-02-02T20:15:00Z"}),
            "24 hours",
        ),
        ("explain", json!({}), "give `about`, or a `channel`"),
        ("explain", json!({"about": "life"}), "`tuners`, `channel` or `why_on`"),
        ("propose_schedule", json!({"station": "s", "change": "[1]"}), "`change` must be a JSON object"),
        ("propose_schedule", json!({"station": "s", "change": "nope"}), "`change` must be a JSON object"),
        ("propose_schedule", json!({"station": "s"}), "`change` is missing"),
    ] {
        let refusal = Call::parse(name, &arguments).unwrap_err();
        assert!(refusal.message.contains(words), "{name} {arguments}: {refusal}");
        assert_eq!(refusal.tool, Tool::parse(name));
    }
}

#[test]
fn nobody_is_offered_what_he_may_not() {
    let names = |role: Role| Tool::allowed(role.scopes()).iter().map(|tool| tool.name()).collect::<Vec<_>>();
    assert_eq!(names(Role::Owner).len(), Tool::ALL.len());
    let viewer = names(Role::Viewer);
    assert!(viewer.contains(&"set_timer") && !viewer.contains(&"propose_schedule"));
    let agent = names(Role::Agent);
    assert!(agent.contains(&"whats_on") && !agent.contains(&"set_timer"));
    for tool in Tool::ALL {
        assert!(!tool.reads() || tool.scope() == Scope::Watch, "{tool:?}");
        assert!(!tool.description().contains('\n') && tool.description().ends_with('.'), "{tool:?}");
        assert_eq!(Tool::parse(tool.name()), Some(tool));
    }
}

#[test]
fn times_and_days_mean_what_people_mean() {
    let zoned = |text: &str| text.parse::<jiff::Zoned>().unwrap();
    let noon = zoned("2026-03-28T12:00:00+01:00[Europe/Berlin]");
    let late = zoned("2026-03-28T23:00:00+01:00[Europe/Berlin]");
    for (when, now, expected) in [
        (When::Now, &noon, "2026-03-28T11:00:00Z"),
        (When::Tonight, &noon, "2026-03-28T19:15:00Z"),
        (When::Tonight, &late, "2026-03-28T22:00:00Z"),
        // Clocks are put forward in between.
        (When::Tomorrow, &noon, "2026-03-29T18:15:00Z"),
        (When::At(at("2026-01-01T00:00:00Z")), &noon, "2026-01-01T00:00:00Z"),
    ] {
        assert_eq!(when.moment(now), at(expected), "{when}");
    }
    let saturday = date(2026, 3, 28);
    for (word, expected) in [
        ("today", date(2026, 3, 28)),
        ("Tomorrow", date(2026, 3, 29)),
        ("saturday", date(2026, 3, 28)),
        ("friday", date(2026, 4, 3)),
        ("2026-12-24", date(2026, 12, 24)),
    ] {
        let day = Day::parse(word).expect(word);
        assert_eq!(day.date(saturday), expected, "{word}");
        assert_eq!(Day::parse(&day.to_string()), Some(day), "{word}");
    }
    for word in ["", "heute", "2026-13-01", "2026-12-24T00:00", "24.12.2026"] {
        assert_eq!(Day::parse(word), None, "{word}");
    }
}

proptest! {
    #[test]
    fn whatever_is_understood_is_written_as_it_is_read(
        tool in proptest::sample::select(&Tool::ALL[..]),
        fields in proptest::collection::btree_map(
            proptest::sample::select(&["channel", "when", "words", "day", "id", "programme", "minutes_before", "start", "end", "title", "timer", "about", "station", "change"][..]),
            prop_oneof![
                ".{0,20}".prop_map(Value::from), (0u32..2_000).prop_map(Value::from), Just(Value::Null), Just(json!({})),
                proptest::sample::select(&["now", "tonight", "today", "sunday", "tuners", "2026-01-31T20:15:00Z", "{}"][..]).prop_map(Value::from),
            ],
            0..6),
        other in of(".{0,10}"),
    ) {
        let arguments = match other {
            Some(text) if text.len() > 5 => Value::String(text),
            _ => fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        match Call::parse(tool.name(), &arguments) {
            Ok(call) => {
                prop_assert!(agrees(&tool.schema(), &call.arguments()), "{call:?}");
                prop_assert_eq!(Call::parse(tool.name(), &call.arguments()), Ok(call));
            }
            Err(refusal) => prop_assert!(refusal.message.len() < 400 && !refusal.message.contains(char::is_control)),
        }
    }
}
