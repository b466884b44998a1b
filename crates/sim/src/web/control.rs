//! `/sim/…`: what tests and benches ask and change. Answers at once, whatever faults are on.
//!
//! | call | does |
//! | --- | --- |
//! | `state` | streams with arrival logs, tuners, connections ever and now, calls counted, faults, channels |
//! | `channels` | what can be watched, with channel codes |
//! | `faults?add=NAME[=AMOUNT][@CHANNEL],…` `faults?clear=NAME|all` | changes faults; gives those in force |
//! | `kill` | ends all streams; gives how many |
//! | `tuners?count=N` | changes the number of tuners |
//! | `watch?ref=…` | the box itself shows a service (none without `ref`) |
//! | `timers?clear=1` | takes out all timers, the first ones too; recordings end |
//! | `air?tune_ms=&paced=` | changes the air for streams to come |
//! | `frames?code=N[&frame=F]` | when pictures went out: `{turn, frame, sent_ms, sound_ms, ready_ms}`, newest stream of the channel |
//! | `blocks` | geometry of the block line |
//! | `reset` | ends streams, faults, recordings; forgets counters and logs; the first timers are back |
//!
//! Times are Unix milliseconds of this machine's clock, with fractions.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Query;
use crate::blocks;
use crate::clip::{Clip, Place};
use crate::error::SimError;
use crate::faults::{Fault, FaultSpec};
use crate::world::{Connection, World, lock};

pub(crate) fn answer(world: &World, _method: &Method, call: &str, query: &Query) -> Response {
    let value = match call {
        "state" => world.state(),
        "channels" => json!({"items": world.channels()}),
        "faults" => match faults(world, query) {
            Ok(value) => value,
            Err(error) => return refuse(&error.to_string()),
        },
        "kill" => json!({"ended": world.kill_streams()}),
        "tuners" => match query.number("count") {
            Some(count) if count >= 1.0 => {
                lock(&world.tuners).resize(count as usize);
                json!({"tuners": count as usize})
            }
            _ => return refuse("count must be at least 1"),
        },
        "watch" => json!({"result": world.watch(query.get("ref"))}),
        "timers" => {
            if query.get("clear").is_some() {
                world.clear_timers();
            }
            json!({"items": world.state()["timers"]})
        }
        "air" => air(world, query),
        "frames" => frames(world, query),
        "blocks" => blocks::constants(),
        "reset" => {
            world.reset();
            json!({"result": true})
        }
        _ => return (StatusCode::NOT_FOUND, axum::Json(json!({"error": "unknown call"}))).into_response(),
    };
    ([("access-control-allow-origin", "*")], axum::Json(value)).into_response()
}

fn refuse(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(json!({"error": reason}))).into_response()
}

fn faults(world: &World, query: &Query) -> Result<Value, SimError> {
    if let Some(name) = query.get("clear") {
        let one = if name == "all" { None } else { Some(name.parse::<FaultSpec>()?.fault) };
        world.faults.clear(one);
    }
    if let Some(list) = query.get("add") {
        let specs: Result<Vec<FaultSpec>, SimError> = list.split(',').map(str::parse).collect();
        world.faults.add(&specs?);
    }
    let known: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    Ok(json!({"faults": world.faults.list(), "known": known}))
}

fn air(world: &World, query: &Query) -> Value {
    let mut air = lock(&world.air);
    if let Some(tune) = query.number("tune_ms").filter(|tune| *tune >= 0.0) {
        air.tune = Duration::from_secs_f64(tune / 1000.0);
    }
    if let Some(paced) = query.get("paced") {
        air.paced = matches!(paced, "1" | "true");
    }
    json!({
        "tune_ms": air.tune.as_secs_f64() * 1000.0, "paced": air.paced,
        "audio_delay_ms": air.audio_delay.as_secs_f64() * 1000.0,
    })
}

/// Pictures of a channel that went out, oldest first.
fn frames(world: &World, query: &Query) -> Value {
    let code = query.number("code").unwrap_or(0.0) as u8;
    let wanted = query.number("frame").map(|frame| frame as u16);
    let Some(clip) = world.clips.get(&code) else { return json!({"items": []}) };
    let connections = lock(&world.connections);
    let newest = connections.values().rev().find(|connection| lock(&connection.arrival).code == code);
    let Some(connection) = newest.cloned() else { return json!({"items": []}) };
    drop(connections);
    json!({"now_ms": world.now_ms(), "items": sent_frames(clip, &connection, wanted)})
}

fn sent_frames(clip: &Clip, connection: &Connection, wanted: Option<u16>) -> Vec<Value> {
    let sent = lock(&connection.sent);
    let marks = sent.frames.iter().filter_map(|(place, sent_ms)| {
        let at = clip.frames.binary_search_by_key(&place.packet, |mark| mark.first).ok()?;
        Some((place.turn, clip.frames[at], *sent_ms))
    });
    marks
        .filter(|(_, mark, _)| wanted.is_none_or(|wanted| wanted == mark.number))
        .map(|(turn, mark, sent_ms)| {
            let sound = clip.sound_at(turn, mark.pts).and_then(|(turn, sound)| {
                let place = Place { turn, packet: sound.first };
                let at = sent.sounds.binary_search_by_key(&place, |(place, _)| *place).ok()?;
                Some(sent.sounds[at].1)
            });
            let ready = sound.map(|sound: f64| sound.max(sent_ms));
            json!({
                "turn": turn, "frame": mark.number, "sent_ms": sent_ms, "sound_ms": sound, "ready_ms": ready,
            })
        })
        .collect()
}
