//! The box itself: status, tuners, signal, recordings, settings, clock.
//!
//! Values are typed as unevenly as on a real box: `inStandby` is text, `muted` is not; PIDs may be `"N/A"`; `signal`
//! holds empty texts without a front end.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::epg::{clock, date};
use super::timers::LOCATIONS;
use super::{Answer, Query, escaped};
use crate::faults::Fault;
use crate::tuners::{LIVE, Tuner};
use crate::world::{World, lock, service_number};

/// What `getcurrent` quotes in a reference: what Python's `quote` does not hold safe.
const QUOTED: &AsciiSet = &CONTROLS.add(b'"').add(b'%').add(b'<').add(b'>').add(b'[').add(b']').add(b'|');

pub(crate) fn run(world: &World, call: &str, query: &Query) -> Option<Answer> {
    let standby = world.faults.get(Fault::Standby).is_some();
    Some(Answer::Json(match call {
        "about" => json!({"info": info(world), "service": current(world)}),
        "deviceinfo" => info(world),
        "statusinfo" => status(world, standby),
        "getcurrent" | "subservices" => full_current(world),
        "signal" | "tunersignal" => signal(world),
        "movielist" => movies(world, query),
        "settings" => settings(world),
        "currenttime" => {
            json!({"result": true, "time": format!("{}:{:02}", clock(world.box_now()), world.box_now() % 60)})
        }
        "getlocations" => json!({"result": true, "locations": LOCATIONS}),
        "getcurrlocation" => json!({"result": true, "location": "/media/hdd/movie/"}),
        "gettags" => json!({"result": true, "tags": ["Krimi", "Kinder"]}),
        "powerstate" => json!({"result": true, "instandby": standby}),
        "vol" => json!({"result": true, "message": "State", "current": 100, "ismute": false}),
        "zap" => match query.get("sRef") {
            None => {
                return Some(Answer::Fails("Missing mandatory parameter 'sRef'", "Parameter 'sRef' fehlt"));
            }
            Some(reference) if world.watch(Some(reference)) => {
                json!({"result": true, "message": format!("Active service is now '{reference}'")})
            }
            Some(_) => return Some(Answer::Fails("Service not playable", "Dienst nicht abspielbar")),
        },
        _ => return None,
    }))
}

/// What each tuner does, in the words of a box: position and service, nothing when idle.
fn tuners(world: &World) -> Vec<Value> {
    let timers = lock(&world.timers).list.clone();
    let live = lock(&world.live).clone();
    let live_name = live.and_then(|live| world.lineup.service(&live).map(|entry| world.channel_name(entry)));
    let streams: BTreeMap<u64, (String, String)> = lock(&world.connections)
        .iter()
        .map(|(id, connection)| {
            let arrival = lock(&connection.arrival);
            (*id, (arrival.name.clone(), arrival.peer.clone()))
        })
        .collect();
    let tuners = lock(&world.tuners).list.clone();
    let one = |(tuner, letter): (Tuner, char)| {
        let position = position(tuner.transponder.as_deref().unwrap_or_default());
        let text = |name: Option<String>| {
            name.map_or_else(String::new, |name| format!("{position} / {}", escaped(&name)))
        };
        let recorded = timers.iter().find(|timer| tuner.recordings.contains(&timer.id));
        let streamed = tuner.users.iter().find_map(|user| streams.get(user));
        let streamed = streamed.map(|(name, peer)| {
            let address = peer.rsplit_once(':').map_or(peer.as_str(), |(address, _)| address);
            format!("{name} ({address})")
        });
        json!({
            "name": format!("Tuner {letter}"), "type": "DVB-S2X NIM(45308X FBC) (DVB-S2X)",
            "rec": text(recorded.map(|timer| timer.service_name.clone())),
            "live": text(live_name.clone().filter(|_| tuner.users.contains(&LIVE))), "stream": text(streamed),
        })
    };
    tuners.into_iter().zip('A'..).map(one).collect()
}

/// Where a transponder is, by its namespace.
fn position(transponder: &str) -> String {
    match u32::from_str_radix(transponder.split(':').next().unwrap_or_default(), 16).unwrap_or(0) >> 16 {
        0xEEEE => "DVB-T".to_owned(),
        0xFFFF => "DVB-C".to_owned(),
        tenths => format!("{}.{}° E", tenths / 10, tenths % 10),
    }
}

fn info(world: &World) -> Value {
    let tuners = tuners(world);
    let streams: Vec<Value> = lock(&world.connections)
        .values()
        .map(|connection| {
            let arrival = lock(&connection.arrival);
            json!({"ref": arrival.reference, "name": arrival.name, "eventname": "", "ip": arrival.peer, "type": "S"})
        })
        .collect();
    let seconds = world.uptime().as_secs();
    json!({
        "brand": "Simulated", "model": "Uno 4K SE", "boxtype": "vuuno4kse", "machinebuild": "vuuno4kse", "lcd": 1,
        "grabpip": 1, "chipset": "bcm7252s", "mem1": "906132 kB", "mem2": "616396 kB",
        "mem3": "616396 kB frei / 906132 kB insgesamt", "uptime": format!("{}:{:02}", seconds / 3600, seconds / 60 % 60),
        "webifver": "OWIF 2.2.0", "imagedistro": "openatv", "friendlyimagedistro": "openATV",
        "oever": "OE-Alliance 5.5", "imagever": "7.5.20241101", "enigmaver": "2024-10-31", "driverdate": "20200723",
        "kernelver": "4.1.20", "fp_version": 0, "friendlychipsetdescription": "Chipsatz",
        "friendlychipsettext": "Broadcom 7252s", "tuners": tuners,
        "ifaces": [{
            "name": "eth0", "friendlynic": "Broadcom Gigabit Ethernet", "linkspeed": "1 GBit/s",
            "mac": "12:34:56:78:90:ab", "dhcp": true, "ipv4method": "DHCP", "ip": "127.0.0.1",
            "mask": "255.0.0.0", "v4prefix": 8, "gw": "127.0.0.1", "ipv6": "::1/128", "ipmethod": "SL-AAC",
            "firstpublic": null,
        }],
        "hdd": [{
            "model": "ATA(ST2000LM015-2E81)", "capacity": "1.8 TB", "labelled_capacity": "2.0 TB",
            "free": "22.5 GB", "mount": "/media/hdd", "friendlycapacity": "22.5 GB frei / 1.8 TB (2.0 TB) insgesamt",
        }],
        "shares": [], "transcoding": false, "EX": "", "streams": streams, "timerpipzap": false,
        "allow_duplicate": false, "timermargins": true, "textinputsupport": true,
    })
}

/// The service that the box itself shows.
fn current(world: &World) -> Value {
    let live = lock(&world.live).clone();
    let entry = live.as_deref().and_then(|reference| world.lineup.service(reference));
    let Some(entry) = entry else {
        return json!({
            "result": false, "name": "", "namespace": "", "aspect": 0, "provider": "", "width": 0, "height": 0,
            "apid": 0, "vpid": 0, "pcrpid": 0, "pmtpid": 0, "txtpid": "N/A", "tsid": 0, "onid": 0, "sid": 0,
            "ref": "", "iswidescreen": false, "bqref": "", "bqname": "",
        });
    };
    let field = |at| crate::lineup::field(&entry.reference, at);
    json!({
        "result": true, "name": escaped(&world.channel_name(entry)), "namespace": 0x00C0_0000, "aspect": 3,
        "provider": "Simulated", "width": 1280, "height": 720, "apid": crate::mux::AUDIO_PID,
        "vpid": crate::mux::VIDEO_PID, "pcrpid": crate::mux::VIDEO_PID, "pmtpid": crate::mux::PMT_PID,
        "txtpid": "N/A", "tsid": field(4), "onid": field(5), "sid": field(3),
        "ref": utf8_percent_encode(&entry.reference, QUOTED).to_string(), "iswidescreen": true, "bqref": "",
        "bqname": "",
    })
}

fn full_current(world: &World) -> Value {
    let live = lock(&world.live).clone();
    let entry = live.as_deref().and_then(|reference| world.lineup.service(reference));
    let events = entry.map(|entry| world.guide().now_next(service_number(&entry.reference), world.box_now()));
    let event = |at: usize| match events.as_ref().and_then(|events| events[at].as_ref()) {
        Some(event) => json!({
            "id": event.id, "title": escaped(&event.title), "begin_timestamp": event.begin,
            "duration_sec": event.duration, "shortdesc": escaped(&event.short), "longdesc": escaped(&event.long),
            "sref": live, "sname": entry.map(|entry| world.channel_name(entry)),
        }),
        None => json!({}),
    };
    json!({"info": current(world), "now": event(0), "next": event(1)})
}

fn status(world: &World, standby: bool) -> Value {
    let live = lock(&world.live).clone().filter(|_| !standby);
    let entry = live.as_deref().and_then(|reference| world.lineup.service(reference));
    let recording = lock(&world.tuners).list.iter().any(Tuner::is_recording);
    let recorded: Vec<String> = lock(&world.timers)
        .list
        .iter()
        .filter(|timer| timer.is_active() && !timer.justplay)
        .map(|timer| format!("{}: {}\n", timer.service_name, timer.name))
        .collect();
    let streams = lock(&world.connections).len();
    let text = |on: bool| if on { "true" } else { "false" };
    let mut value = json!({
        "volume": 100, "muted": standby, "transcoding": false, "currservice_filename": "", "currservice_id": -1,
        "currservice_name": "N/A", "currservice_begin": "", "currservice_end": "", "currservice_description": "",
        "currservice_fulldescription": "N/A", "inStandby": text(standby), "isRecording": text(recording),
        "Recording_list": recorded.concat(), "Streaming_list": "", "isStreaming": text(streams > 0),
    });
    let Some(entry) = entry else { return value };
    value["currservice_serviceref"] = json!(entry.reference);
    value["currservice_station"] = json!(world.channel_name(entry));
    if let [Some(event), _] = world.guide().now_next(service_number(&entry.reference), world.box_now()) {
        let (begin, end) = (clock(event.begin), clock(event.end()));
        value["currservice_id"] = json!(event.id);
        value["currservice_name"] = json!(event.title);
        value["currservice_begin"] = json!(begin);
        value["currservice_begin_timestamp"] = json!(event.begin);
        value["currservice_end"] = json!(end);
        value["currservice_end_timestamp"] = json!(event.end());
        value["currservice_description"] = json!(event.short);
        value["currservice_fulldescription"] =
            json!(format!("{}\n{begin} - {end}\n\n{}", event.title, event.long));
    }
    value
}

fn signal(world: &World) -> Value {
    if lock(&world.live).is_none() {
        return json!({"tunertype": "", "tunernumber": "", "snr": "", "snr_db": "", "agc": "", "ber": ""});
    }
    json!({"tunertype": "DVB-S2", "tunernumber": 0, "snr": 88, "snr_db": "14.20 dB", "agc": 71, "ber": 0})
}

fn movies(world: &World, query: &Query) -> Value {
    let directory = query.get("dirname").unwrap_or("/media/hdd/movie/");
    let now = world.box_now();
    let movie = |title: &str, service: &str, length: &str, begin: i64| {
        let file = format!("/media/hdd/movie/{title}.ts");
        json!({
            "serviceref": format!("1:0:0:0:0:0:0:0:0:0:{file}"), "fullname": format!("1:0:0:0:0:0:0:0:0:0:{file}"),
            "filename": file, "filename_stripped": format!("{title}.ts"), "eventname": title,
            "servicename": service, "description": "Krimi, Deutschland 2024",
            "descriptionExtended": "Als am Ufer ein herrenloses Boot gefunden wird …",
            "recordingtime": begin, "begintime": format!("{}, {}", date(begin), clock(begin)),
            "length": length, "lastseen": 0, "tags": "", "filesize": 2_147_483_648u64, "filesize_readable": "2.00 GB",
        })
    };
    let list = if directory.trim_end_matches('/') == "/media/hdd/movie" {
        vec![
            movie("Die Spur im Moor", "Erstes Probe HD", "89:50", now - 200_000),
            movie("Küchenschlacht & Klatsch", "Prisma", "?:??", now - 3600),
        ]
    } else {
        Vec::new()
    };
    json!({"movies": list, "locations": [], "bookmarks": ["Serien", "Kinder"], "directory": directory})
}

fn settings(world: &World) -> Value {
    let port = lock(&world.ports).0;
    let pairs = [
        ("config.misc.standbyCounter", "0".to_owned()),
        ("config.recording.margin_before", "3".to_owned()),
        ("config.recording.margin_after", "5".to_owned()),
        ("config.usage.multibouquet", "True".to_owned()),
        ("config.OpenWebif.port", port.to_string()),
        ("config.streaming.authentication", if world.stream_auth { "True" } else { "False" }.to_owned()),
    ];
    json!({"result": true, "settings": pairs.map(|(name, value)| [name.to_owned(), value])})
}
