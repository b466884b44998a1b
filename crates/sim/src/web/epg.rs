//! Guide calls. A service without a guide gives one dummy event: id 0, title `N/A`, all times 0.

use serde_json::{Value, json};

use super::services::{guided, service};
use super::{Answer, Query, escaped};
use crate::faults::Fault;
use crate::guide::{Event, HORIZON_S};
use crate::lineup::Entry;
use crate::world::{World, service_number};

/// How many a search gives at most, as on a box.
const SEARCH_LIMIT: usize = 128;

pub(crate) fn run(world: &World, call: &str, query: &Query) -> Option<Answer> {
    let bulk = |make: &dyn Fn(&Entry) -> Vec<Value>| -> Answer {
        if world.faults.get(Fault::BrokenBulkGuide).is_some() {
            return Answer::Exception;
        }
        let Some(bouquet) = query.get("bRef") else {
            return Answer::Fails(
                "Missing mandatory parameter 'bRef'",
                "Erforderlicher Parameter 'bRef' fehlt",
            );
        };
        match guided(world, bouquet) {
            Some(entries) => {
                let events: Vec<Value> = entries.into_iter().flat_map(make).collect();
                Answer::Json(json!({"events": events, "result": true}))
            }
            None => Answer::Json(json!({"events": [], "result": false})),
        }
    };
    let single = |make: &dyn Fn(&Entry) -> Vec<Value>| match query.get("sRef") {
        None => Answer::Fails("Missing mandatory parameter 'sRef'", "Erforderlicher Parameter 'sRef' fehlt"),
        Some(reference) => {
            let unknown = || vec![dummy(reference, String::new())];
            let events = service(world, reference).map_or_else(unknown, make);
            Answer::Json(json!({"events": events, "result": true}))
        }
    };
    Some(match call {
        "epgbouquet" => bulk(&|entry| window(world, entry, query, false)),
        "epgmulti" => multi(world, query),
        "epgnow" => bulk(&|entry| now_next(world, entry, &[0], true)),
        "epgnext" => bulk(&|entry| now_next(world, entry, &[1], true)),
        "epgnownext" => bulk(&|entry| now_next(world, entry, &[0, 1], true)),
        "epgservice" => single(&|entry| {
            let events = window(world, entry, query, true);
            if events.is_empty() { vec![dummy_of(world, entry)] } else { events }
        }),
        "epgservicenow" => single(&|entry| now_next(world, entry, &[0], false)),
        "epgservicenext" => single(&|entry| now_next(world, entry, &[1], false)),
        "epgsearch" => search(world, query),
        _ => return None,
    })
}

fn is_empty(world: &World, entry: &Entry) -> bool {
    world.faults.get(Fault::EmptyGuide).is_some() || entry.reference.contains("%3a//") || !entry.is_service()
}

/// Events from `time` (default now) for `endTime` minutes (default all).
fn window(world: &World, entry: &Entry, query: &Query, escape_title: bool) -> Vec<Value> {
    if is_empty(world, entry) {
        return Vec::new();
    }
    let now = world.box_now();
    let from = query.number("time").map_or(now, |time| time as i64);
    let from = if from < 0 { now } else { from };
    let minutes = query.number("endTime").filter(|minutes| *minutes > 0.0);
    let to = minutes.map_or(now + HORIZON_S, |minutes| from + minutes as i64 * 60);
    let events = world.guide().events(service_number(&entry.reference), from, to);
    events.iter().map(|event| event_json(world, entry, event, escape_title)).collect()
}

fn now_next(world: &World, entry: &Entry, which: &[usize], bulk: bool) -> Vec<Value> {
    let events = world.guide().now_next(service_number(&entry.reference), world.box_now());
    let json = |at: &usize| match &events[*at] {
        Some(event) if !is_empty(world, entry) => {
            let mut value = event_json(world, entry, event, false);
            if !bulk {
                value["remaining"] = json!(event.end() - world.box_now());
            }
            value
        }
        _ => dummy_of(world, entry),
    };
    which.iter().map(json).collect()
}

fn event_json(world: &World, entry: &Entry, event: &Event, escape_title: bool) -> Value {
    let now = world.box_now();
    let title = if escape_title { escaped(&event.title) } else { event.title.clone() };
    let progress = ((now - event.begin) * 100 / event.duration.max(1)).clamp(0, 100);
    json!({
        "id": event.id,
        "begin_timestamp": event.begin,
        "duration_sec": event.duration,
        "title": title,
        "shortdesc": escaped(&event.short),
        "longdesc": escaped(&event.long),
        "sref": entry.reference,
        "sname": escaped(&world.channel_name(entry)),
        "now_timestamp": now,
        "genre": event.genre,
        "genreid": event.genre_id,
        "date": date(event.begin),
        "begin": clock(event.begin),
        "end": clock(event.end()),
        "duration": event.duration / 60,
        "tleft": (event.end() - now) / 60,
        "progress": progress,
        "picon": super::picon::path(&entry.reference),
    })
}

fn dummy_of(world: &World, entry: &Entry) -> Value {
    dummy(&entry.reference, escaped(&world.channel_name(entry)))
}

fn dummy(reference: &str, name: String) -> Value {
    json!({
        "id": 0, "date": 0, "begin": 0, "begin_timestamp": 0, "duration": 0, "duration_sec": 0, "end": 0,
        "title": "N/A", "shortdesc": "", "longdesc": "", "sref": reference,
        "sname": name, "tleft": 0, "progress": 0, "now_timestamp": 0,
        "remaining": 0, "genre": "", "genreid": 0,
    })
}

/// By channel name, in twelve slots of two hours.
fn multi(world: &World, query: &Query) -> Answer {
    if world.faults.get(Fault::BrokenBulkGuide).is_some() {
        return Answer::Exception;
    }
    let Some(entries) = query.get("bRef").and_then(|bouquet| guided(world, bouquet)) else {
        return Answer::Json(json!({"events": {}, "result": false, "slot": null}));
    };
    let now = world.box_now();
    let begin = query.number("time").map_or(now, |time| time as i64);
    let offset = begin - begin.rem_euclid(7200);
    let mut channels = serde_json::Map::new();
    let mut picons = serde_json::Map::new();
    for entry in entries {
        let mut slots = vec![Vec::new(); 12];
        let empty = is_empty(world, entry);
        for event in world.guide().events(service_number(&entry.reference), begin, offset + 86_399) {
            let slot = ((event.begin - offset) / 7200).clamp(0, 11) as usize;
            if !empty {
                slots[slot].push(json!({
                    "id": event.id, "begin_timestamp": event.begin, "title": event.title,
                    "shortdesc": escaped(&event.short), "ref": entry.reference, "timerStatus": "",
                }));
            }
        }
        let name = escaped(&world.channel_name(entry));
        picons.insert(name.clone(), json!(super::picon::path(&entry.reference)));
        channels.insert(name, json!(slots));
    }
    Answer::Json(json!({"events": channels, "result": true, "picons": picons}))
}

fn search(world: &World, query: &Query) -> Answer {
    let Some(wanted) = query.get("search").or_else(|| query.get("eventid")) else {
        return Answer::Fails(
            "Missing mandatory parameter 'search'",
            "Erforderlicher Parameter 'search' fehlt",
        );
    };
    let wanted = wanted.to_lowercase();
    let now = world.box_now();
    let mut seen = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    for entry in world.lineup.services().filter(|entry| !is_empty(world, entry)) {
        if !seen.insert(&entry.reference) {
            continue;
        }
        let events = world.guide().events(service_number(&entry.reference), now, now + HORIZON_S);
        let matching = events.iter().filter(|event| event.title.to_lowercase().contains(&wanted));
        found.extend(matching.map(|event| event_json(world, entry, event, true)));
    }
    found.truncate(SEARCH_LIMIT);
    Answer::Json(json!({"events": found, "result": true}))
}

/// `HH:MM`; the simulated box lives in UTC.
pub(crate) fn clock(unix: i64) -> String {
    let second = unix.rem_euclid(86_400);
    format!("{:02}:{:02}", second / 3600, second / 60 % 60)
}

/// `Fr. 20.11.2026`
pub(crate) fn date(unix: i64) -> String {
    const DAYS: [&str; 7] = ["Do.", "Fr.", "Sa.", "So.", "Mo.", "Di.", "Mi."];
    let days = unix.div_euclid(86_400);
    let (year, month, day) = civil(days);
    format!("{} {day:02}.{month:02}.{year}", DAYS[days.rem_euclid(7) as usize])
}

/// Days since 1970 as a date of the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_are_of_this_calendar() {
        assert_eq!(super::date(0), "Do. 01.01.1970");
        assert_eq!(super::date(1_795_132_800), "Fr. 20.11.2026");
        assert_eq!(super::clock(1_795_132_800 + 3_661), "01:01");
    }
}
