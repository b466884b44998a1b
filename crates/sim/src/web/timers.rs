//! Timer calls. A conflict is 200 with `result: false` and `conflicts`, the new timer first among them; a double is
//! accepted and not added; `timerchange` removes and adds again, and puts the old one back if that fails.

use serde_json::{Value, json};

use super::epg::{clock, date};
use super::{Answer, Query, escaped};
use crate::faults::{Fault, OnChannel};
use crate::lineup;
use crate::timers::{PREPARE_S, State, Timer, Timers};
use crate::tuners::Tuners;
use crate::world::{World, lock, service_number};

/// What `settings` says a box adds to a programme, in seconds.
const MARGINS_S: (i64, i64) = (180, 300);
/// Locations of recordings.
pub(crate) const LOCATIONS: [&str; 2] = ["/media/hdd/movie/", "/media/net/NAS/"];

pub(crate) fn run(world: &World, call: &str, query: &Query) -> Option<Answer> {
    let answer = match call {
        "timerlist" => Ok(list(world)),
        "timeradd" => add(world, query),
        "timeraddbyeventid" => add_event(world, query),
        "timerchange" => change(world, query),
        "timerdelete" => delete(world, query),
        "timertogglestatus" => toggle(world, query),
        "timercleanup" => Ok(cleanup(world)),
        _ => return None,
    };
    Some(answer.unwrap_or_else(|refusal| refusal))
}

fn list(world: &World) -> Answer {
    let timers: Vec<Value> = lock(&world.timers).listed().iter().map(|timer| as_json(world, timer)).collect();
    Answer::Json(json!({"result": true, "version": 2, "timers": timers, "locations": LOCATIONS}))
}

fn as_json(world: &World, timer: &Timer) -> Value {
    let long = |event: &crate::guide::Event| escaped(&event.long);
    let event = event(world, &timer.reference, i64::from(timer.eit)).filter(|_| timer.eit != 0);
    json!({
        "serviceref": timer.reference, "servicename": timer.service_name, "eit": timer.eit, "name": timer.name,
        "description": timer.description, "descriptionextended": event.as_ref().map_or("N/A".to_owned(), long),
        "disabled": u8::from(timer.disabled), "begin": timer.begin, "end": timer.end,
        "duration": timer.end - timer.begin, "startprepare": timer.begin - PREPARE_S,
        "justplay": u8::from(timer.justplay), "afterevent": timer.afterevent,
        "dirname": timer.dirname.as_deref().unwrap_or("None"), "tags": timer.tags, "logentries": [],
        "backoff": timer.backoff_s, "firsttryprepare": timer.backoff_s == 0, "state": timer.state as u8,
        "repeated": timer.repeated, "dontsave": 0, "cancelled": false,
        "toggledisabled": u8::from(!timer.disabled), "toggledisabledimg": if timer.disabled { "on" } else { "off" },
        "filename": null, "nextactivation": null,
        "realbegin": real(timer.begin), "realend": real(timer.end), "asrefs": "", "vpsplugin_enabled": false,
        "vpsplugin_overwrite": false, "vpsplugin_time": -1, "always_zap": u8::from(timer.always_zap), "pipzap": -1,
        "isAutoTimer": -1, "allow_duplicate": 1, "recordingtype": "normal", "ice_timer_id": -1,
    })
}

fn real(unix: i64) -> String {
    format!("{} {}", date(unix), clock(unix))
}

/// An event of a service by its number, from two days ago to the end of the guide.
fn event(world: &World, reference: &str, id: i64) -> Option<crate::guide::Event> {
    let now = world.box_now();
    let events =
        world.guide().events(service_number(reference), now - 2 * 86_400, now + crate::guide::HORIZON_S);
    events.into_iter().find(|event| i64::from(event.id) == id)
}

/// A mandatory argument.
fn must<'a>(world: &World, query: &'a Query, name: &str) -> Result<&'a str, Answer> {
    query.get(name).ok_or_else(|| {
        let english = format!("Missing mandatory parameter '{name}'");
        let german = format!("Erforderlicher Parameter '{name}' fehlt");
        fails(world.says(&english, &german))
    })
}

fn number(world: &World, query: &Query, name: &str) -> Result<i64, Answer> {
    let text = must(world, query, name)?;
    // a box's own message, which it never translates
    text.parse::<f64>()
        .map(|number| number as i64)
        .map_err(|_| fails(&format!("The parameter '{name}' must be a number")))
}

fn fails(message: &str) -> Answer {
    Answer::Command(json!({"result": false, "message": message}))
}

fn done(world: &World, english: &str, german: &str) -> Answer {
    Answer::Command(json!({"result": true, "message": world.says(english, german)}))
}

/// The timer that the arguments describe.
fn described(world: &World, query: &Query) -> Result<Timer, Answer> {
    let reference = own_reference(world, must(world, query, "sRef")?);
    let (begin, end) = (number(world, query, "begin")?, number(world, query, "end")?);
    let name = must(world, query, "name")?;
    let (before, after) = margins(query, (0, 0));
    Ok(with_options(world, query, Timer::new(&reference, name, begin - before, end + after)))
}

/// As the box writes it: a service of the lineup as it stands there, any other with a trailing colon.
fn own_reference(world: &World, given: &str) -> String {
    let known = world.lineup.service(given).map(|entry| entry.reference.clone());
    known.unwrap_or_else(|| format!("{}:", lineup::normal(given)))
}

/// `marginbefore` and `marginafter` are minutes; seconds come back.
fn margins(query: &Query, default: (i64, i64)) -> (i64, i64) {
    let minutes = |name: &str| query.number(name).filter(|minutes| *minutes >= 0.0);
    let seconds = |name: &str, default: i64| minutes(name).map_or(default, |minutes| (minutes * 60.0) as i64);
    (seconds("marginbefore", default.0), seconds("marginafter", default.1))
}

fn with_options(world: &World, query: &Query, timer: Timer) -> Timer {
    let is = |name: &str| query.get(name) == Some("1");
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let digit = |name: &str| query.number(name).unwrap_or(0.0) as u8;
    let entry = world.lineup.service(&timer.reference);
    Timer {
        service_name: entry.map(|entry| world.channel_name(entry)).unwrap_or_default(),
        eit: query.number("eit").map_or(timer.eit, |eit| eit as u16),
        description: query.get("description").map_or(timer.description, str::to_owned),
        disabled: is("disabled"),
        justplay: is("justplay"),
        always_zap: is("always_zap"),
        afterevent: query.get("afterevent").and_then(|n| n.parse().ok()).filter(|n| *n <= 3).unwrap_or(3),
        dirname: query.get("dirname").map(str::to_owned),
        tags: text("tags"),
        repeated: digit("repeated") & 0x7F,
        ..timer
    }
}

fn add(world: &World, query: &Query) -> Result<Answer, Answer> {
    let timer = described(world, query)?;
    save(world, &mut lock(&world.timers), &mut lock(&world.tuners), timer)
}

fn add_event(world: &World, query: &Query) -> Result<Answer, Answer> {
    let reference = own_reference(world, must(world, query, "sRef")?);
    let id = number(world, query, "eventid")?;
    let Some(event) = event(world, &reference, id) else {
        return Err(fails(world.says("EventId not found", "EventId nicht gefunden")));
    };
    let (before, after) = margins(query, MARGINS_S);
    let plain = Timer::new(&reference, &event.title, event.begin - before, event.end() + after);
    let timer = Timer { eit: event.id, description: event.short, ..plain };
    let timer = Timer { repeated: 0, ..with_options(world, query, timer) };
    save(world, &mut lock(&world.timers), &mut lock(&world.tuners), timer)
}

/// Adds a timer, unless others stand in its way.
fn save(world: &World, timers: &mut Timers, tuners: &mut Tuners, timer: Timer) -> Result<Answer, Answer> {
    let name = timer.name.clone();
    let conflicts = conflicts(world, timers, tuners, &timer);
    if !conflicts.is_empty() {
        let names: Vec<&str> = conflicts.iter().map(|timer| timer.name.as_str()).collect();
        let names = names.join(" / ");
        let english = format!("Conflicting Timer(s) detected! {names}");
        let german = format!("Timerkonflikt(e) festgestellt! {names}");
        return Err(conflict(world.says(&english, &german), &conflicts));
    }
    if !timers.has_double(&timer) {
        let now = world.box_now();
        timers.push(timer, now);
        timers.advance(now, tuners);
    }
    Ok(done(world, &format!("Timer '{name}' added"), &format!("Timer '{name}' hinzugefügt")))
}

fn conflict(message: &str, conflicts: &[Timer]) -> Answer {
    let items = conflicts.iter().map(|timer| {
        json!({
            "serviceref": timer.reference, "servicename": timer.service_name, "name": timer.name,
            "begin": timer.begin, "end": timer.end, "realbegin": real(timer.begin), "realend": real(timer.end),
        })
    });
    let items: Vec<Value> = items.collect();
    Answer::Command(json!({"result": false, "message": message, "conflicts": items}))
}

/// Real conflicts, or one that the fault makes up.
fn conflicts(world: &World, timers: &Timers, tuners: &Tuners, timer: &Timer) -> Vec<Timer> {
    let reference = lineup::normal(&timer.reference);
    let code = world.lineup.service(&timer.reference).map_or(0, |entry| entry.code);
    let forced = world.faults.on(Fault::TimerConflict, OnChannel { code, reference: &reference }).is_some();
    let found = timers.conflicts(timer, tuners.list.len(), world.box_now());
    if !forced || !found.is_empty() {
        return found;
    }
    let other = world.lineup.services().find(|entry| {
        entry.reference.starts_with("1:")
            && lineup::transponder(&entry.reference) != lineup::transponder(&timer.reference)
    });
    let made_up = other.map(|entry| Timer {
        service_name: world.channel_name(entry),
        ..Timer::new(&entry.reference, "Vorrang", timer.begin - 600, timer.end + 600)
    });
    [timer.clone()].into_iter().chain(made_up).collect()
}

fn change(world: &World, query: &Query) -> Result<Answer, Answer> {
    let old_reference = must(world, query, "channelOld")?;
    let (begin, end) = (number(world, query, "beginOld")?, number(world, query, "endOld")?);
    let new = described(world, query)?;
    let name = new.name.clone();
    let (mut timers, mut tuners) = (lock(&world.timers), lock(&world.tuners));
    let old = timers.list.iter().find(|timer| timer.is(old_reference, begin, end)).map(|timer| timer.id);
    let Some(old) = old.and_then(|id| timers.remove(id, &mut tuners)) else {
        let english = format!("Could not find timer '{name}' with given start and end time!");
        let german = format!("Timer '{name}' mit dieser Anfangs- und Endzeit wurde nicht gefunden!");
        return Err(fails(world.says(&english, &german)));
    };
    let eit = if new.eit == 0 && new.is_on(&old.reference) { old.eit } else { new.eit };
    let conflicts = conflicts(world, &timers, &tuners, &new);
    let now = world.box_now();
    if conflicts.is_empty() {
        timers.push(Timer { eit, ..new }, now);
    } else {
        timers.push(old, now);
    }
    timers.advance(now, &mut tuners);
    if conflicts.is_empty() {
        return Ok(done(world, &format!("Timer '{name}' changed"), &format!("Timer '{name}' geändert")));
    }
    let english = format!("Timer '{name}' not saved while Conflict");
    let german = format!("Timer '{name}' wegen eines Konflikts nicht gespeichert");
    Err(conflict(world.says(&english, &german), &conflicts))
}

/// The timer that `sRef`, `begin` and `end` name exactly.
fn named(world: &World, query: &Query, timers: &Timers) -> Result<Timer, Answer> {
    let reference = must(world, query, "sRef")?;
    let (begin, end) = (number(world, query, "begin")?, number(world, query, "end")?);
    let found = timers.list.iter().find(|timer| timer.is(reference, begin, end));
    found
        .cloned()
        .ok_or_else(|| fails(world.says("No matching Timer found", "Kein passender Timer gefunden")))
}

fn delete(world: &World, query: &Query) -> Result<Answer, Answer> {
    let (mut timers, mut tuners) = (lock(&world.timers), lock(&world.tuners));
    let timer = named(world, query, &timers)?;
    timers.remove(timer.id, &mut tuners);
    let english = format!("The timer '{}' has been deleted successfully", timer.name);
    let german = format!("Der Timer '{}' wurde erfolgreich gelöscht", timer.name);
    Ok(done(world, &english, &german))
}

fn toggle(world: &World, query: &Query) -> Result<Answer, Answer> {
    let (mut timers, mut tuners) = (lock(&world.timers), lock(&world.tuners));
    let timer = named(world, query, &timers)?;
    let name = &timer.name;
    if timer.state == State::Running {
        let english = format!("The timer '{name}' now recorded! Not disabled!");
        let german = format!("Der Timer '{name}' nimmt gerade auf! Nicht deaktiviert!");
        return Err(fails(world.says(&english, &german)));
    }
    let next = Timer { disabled: !timer.disabled, state: timer.state.min(State::Waiting), ..timer.clone() };
    let next = if timer.state == State::Ended { Timer { state: State::Ended, ..next } } else { next };
    if !next.disabled && !conflicts(world, &timers, &tuners, &next).is_empty() {
        let english = format!("Timer '{name}' not enabled while Conflict");
        let german = format!("Timer '{name}' wegen eines Konflikts nicht aktiviert");
        return Err(fails(world.says(&english, &german)));
    }
    tuners.end_recording(timer.id);
    let disabled = next.disabled;
    if let Some(slot) = timers.list.iter_mut().find(|other| other.id == timer.id) {
        *slot = next;
    }
    let (effect, german) = if disabled { ("disabled", "deaktiviert") } else { ("enabled", "aktiviert") };
    let english = format!("The timer '{name}' has been {effect} successfully");
    let german = format!("Der Timer '{name}' wurde erfolgreich {german}");
    let message = world.says(&english, &german);
    Ok(Answer::Command(json!({"result": true, "message": message, "disabled": disabled})))
}

fn cleanup(world: &World) -> Answer {
    lock(&world.timers).list.retain(|timer| timer.state != State::Ended);
    done(world, "List of Timers has been cleaned", "Die Timerliste wurde bereinigt")
}
