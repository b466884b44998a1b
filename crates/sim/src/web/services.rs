//! Bouquets, services and where to get a stream.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Answer, Query};
use crate::faults::Fault;
use crate::lineup::{self, Bouquet, Entry};
use crate::world::{World, lock};

pub(crate) fn run(world: &World, call: &str, query: &Query) -> Option<Answer> {
    let radio = query.get("stype").or_else(|| query.get("type")) == Some("radio");
    Some(match call {
        "bouquets" | "getbouquets" => {
            let list: Vec<Value> = listed(world, radio)
                .map(|bouquet| json!([bouquet.reference, bouquet_name(world, bouquet)]))
                .collect();
            Answer::Json(json!({"bouquets": list}))
        }
        "getservices" => services(world, query),
        "getallservices" => Answer::Json(all_services(world, radio)),
        _ => return None,
    })
}

fn listed(world: &World, radio: bool) -> impl Iterator<Item = &Bouquet> {
    let none = world.faults.get(Fault::NoBouquets).is_some();
    world.lineup.bouquets.iter().filter(move |bouquet| bouquet.listed && bouquet.radio == radio && !none)
}

pub(crate) fn bouquet_name(world: &World, bouquet: &Bouquet) -> String {
    let same = world.faults.get(Fault::DuplicateNames).is_some();
    if same { "Favoriten".to_owned() } else { bouquet.name.clone() }
}

fn services(world: &World, query: &Query) -> Answer {
    let root =
        |reference: &&str| reference.contains("\"bouquets.tv\"") || reference.contains("\"bouquets.radio\"");
    let given = query.get("sRef");
    let Some(reference) = given.filter(|reference| !root(reference)) else {
        let radio = given.is_some_and(|reference| reference.contains("\"bouquets.radio\""));
        let list: Vec<Value> = listed(world, radio)
            .map(|bouquet| {
                let name = bouquet_name(world, bouquet);
                json!({"pos": 0, "servicereference": bouquet.reference, "program": 0, "servicename": name})
            })
            .collect();
        return Answer::Json(json!({"result": true, "services": list, "pos": 0}));
    };
    let entries = world.lineup.bouquet(reference).map_or(&[][..], |bouquet| &bouquet.entries);
    let hidden = query.get("hidden").is_some();
    let mut position = 0;
    let list = entries_json(world, entries, hidden, &mut position);
    Answer::Json(json!({"result": true, "services": list, "pos": position}))
}

/// One level; markers have position 0, numbered markers count.
fn entries_json(world: &World, entries: &[Entry], hidden: bool, position: &mut u32) -> Vec<Value> {
    let mut list = Vec::new();
    for entry in entries {
        if entry.reference.starts_with("1:832:D") || (!entry.is_hidden() && !entry.is_marker()) {
            *position += 1;
        }
        if entry.is_hidden() && !hidden && entry.flags() != 832 {
            continue;
        }
        let at = if entry.is_marker() { 0 } else { *position };
        let program = u32::from_str_radix(entry.reference.split(':').nth(3).unwrap_or("0"), 16).unwrap_or(0);
        list.push(json!({
            "pos": at, "servicereference": entry.reference, "program": program,
            "servicename": world.channel_name(entry),
        }));
    }
    list
}

/// Ignores `sRef`: everything, nested by bouquet.
fn all_services(world: &World, radio: bool) -> Value {
    let mut position = 0;
    let list: Vec<Value> = listed(world, radio)
        .map(|bouquet| {
            let inner = entries_json(world, &bouquet.entries, false, &mut position);
            let name = bouquet_name(world, bouquet);
            json!({"servicereference": bouquet.reference, "servicename": name, "subservices": inner})
        })
        .collect();
    json!({"result": true, "services": list})
}

/// `stream.m3u`: the URL to use, by the name under which the box was asked.
pub(crate) fn stream_m3u(world: &World, query: &Query, host: &str) -> Response {
    let reference = query.get("ref").unwrap_or_default();
    let name = query.get("name").unwrap_or("stream");
    let fields: Vec<&str> = reference.split(':').collect();
    let inner = fields.iter().find(|field| field.to_ascii_lowercase().contains("%3a//"));
    let decoded = lineup_url(reference);
    let url = match (inner, decoded) {
        (Some(url), _) => url.replace("%3a", ":").replace("%3A", ":"),
        (None, Some(url)) => url,
        (None, None) => {
            let login = match &world.auth {
                Some((user, password)) if world.stream_auth => format!("{user}:{password}@"),
                _ => String::new(),
            };
            let port = lock(&world.ports).1;
            format!("http://{login}{host}:{port}/{reference}")
        }
    };
    let body = format!("#EXTM3U \n#EXTVLCOPT:http-reconnect=true \n#EXTINF:-1,{name}\n{url}\n");
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"stream.m3u\"");
    ([(header::CONTENT_TYPE, "application/x-mpegurl"), disposition], body).into_response()
}

/// The URL of a reference that the query's decoding has already opened (`4097:0:…:http://host:port/x:Name`).
fn lineup_url(reference: &str) -> Option<String> {
    let begin = reference.find("http://").or_else(|| reference.find("https://"))?;
    let rest = &reference[begin..];
    let end = rest.rfind(':').filter(|at| !rest[*at..].contains('/')).unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

/// Entries of a bouquet that can have a guide.
pub(crate) fn guided<'a>(world: &'a World, bouquet: &str) -> Option<Vec<&'a Entry>> {
    let bouquet = world.lineup.bouquet(bouquet)?;
    Some(bouquet.entries.iter().filter(|entry| entry.is_service() && !entry.is_hidden()).collect())
}

/// A service to speak about: from the lineup, or unknown.
pub(crate) fn service<'a>(world: &'a World, reference: &str) -> Option<&'a Entry> {
    world.lineup.service(reference).or_else(|| {
        let wanted = lineup::normal(reference);
        let all = world.lineup.bouquets.iter().flat_map(|bouquet| &bouquet.entries);
        all.into_iter().find(|entry| lineup::normal(&entry.reference) == wanted)
    })
}
