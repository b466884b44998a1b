//! Channels of one's own, from films in a folder to players: planned, prepared, on air, in guide, list and HDHomeRun's lineup.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::library::{HZ, Item, ItemId, Kind, Library};
use telecast_server::app::library::LastAired;
use telecast_server::app::station::{Stock, StockFile};
use telecast_server::app::{Directives, PlaybackHandle, SessionState, StartPlayback};

use crate::live_sound::run;
use crate::live_walk::{decoded, handle, renditions, wish};
use crate::web_door::{self, Station, client};

/// A film of so many pictures, with a size, rate and number of channels of its own.
fn film(folder: &Path, name: &str, picture: &str, frames: u32, sound: &str) -> PathBuf {
    let path = folder.join(name);
    let (file, frames) = (path.to_str().unwrap().to_owned(), frames.to_string());
    let arguments = [
        "-loglevel",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        picture,
        "-f",
        "lavfi",
        "-i",
        sound,
        "-frames:v",
        &frames,
        "-shortest",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "50",
        "-c:a",
        "aac",
        &file,
    ];
    run("ffmpeg", &arguments);
    path
}

fn item(id: u64, title: &str, seconds: i64) -> Arc<Item> {
    Arc::new(Item {
        id: ItemId(id),
        kind: Kind::Episode,
        title: title.into(),
        show: Some("Short films".into()),
        season: Some(1),
        episode: Some((id as u32, id as u32)),
        length: seconds * HZ,
        ..Item::default()
    })
}

/// Three films, the last of which cannot be read.
pub(crate) fn stock(folder: &Path, aired: &LastAired) -> Stock {
    let one = film(folder, "one.mkv", "testsrc2=s=640x360:r=25", 200, "sine=f=440:r=48000");
    let two = film(folder, "two.mkv", "testsrc2=s=320x240:r=30000/1001", 150, "sine=f=880:r=44100");
    let broken = folder.join("three.mkv");
    std::fs::write(&broken, b"no film at all").unwrap();
    let file = |id: u64, path: PathBuf| (ItemId(id), StockFile { path, content: format!("content {id}") });
    Stock {
        library: Arc::new(Library::new(vec![item(1, "First", 8), item(2, "Second", 5), item(3, "Third", 6)])),
        aired: aired.clone(),
        collections: Arc::default(),
        files: Arc::new(HashMap::from([file(1, one), file(2, two), file(3, broken)])),
        ..Stock::default()
    }
}

pub(crate) async fn ask(
    station: &Station,
    token: &str,
    method: reqwest::Method,
    path: &str,
    body: Option<&Value>,
) -> (StatusCode, Value) {
    let mut request = client().request(method, format!("{}{path}", station.base)).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or_default())
}

/// Asks until `is_so`.
pub(crate) async fn until(
    station: &Station,
    token: &str,
    path: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Value {
    let limit = tokio::time::Instant::now() + Duration::from_secs(90);
    loop {
        let (status, view) = ask(station, token, reqwest::Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{view}");
        if is_so(&view) {
            return view;
        }
        assert!(tokio::time::Instant::now() < limit, "{view:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What is listed: for each stretch with one description that description and the segments behind it.
async fn groups(play: &PlaybackHandle, rendition: &str) -> Vec<Vec<u8>> {
    let text = play.playlist(rendition, Directives::default()).await.unwrap();
    let mut groups: Vec<Vec<u8>> = Vec::new();
    for line in std::str::from_utf8(&text).unwrap().lines() {
        if let Some(init) = line.strip_prefix("#EXT-X-MAP:").and_then(|rest| rest.split("init-").nth(1)) {
            groups.push(play.init(rendition, init.split(".mp4").next().unwrap()).await.unwrap().to_vec());
        } else if let Some(sequence) =
            line.rsplit('/').next().and_then(|name| name.strip_suffix(".m4s")?.parse().ok())
        {
            groups.last_mut().unwrap().extend(play.segment(rendition, sequence).await.unwrap());
        }
    }
    groups
}

#[tokio::test(flavor = "multi_thread")]
async fn films_become_a_channel_that_every_player_has() {
    let station = web_door::station().await;
    let folder = tempfile::tempdir().unwrap();
    station.web.app.stations().stock(stock(folder.path(), &station.web.app.library().aired()));
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let document = json!({ "version": 1, "name": "Shorts", "simple": { "order": "in_order", "shows": ["Short films"] } });
    let wanted = json!({ "name": "Shorts", "number": 501, "document": document });
    let (status, made) =
        ask(&station, &token, reqwest::Method::POST, "/api/v1/stations", Some(&wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (id, channel) =
        (made["id"].as_str().unwrap().to_owned(), made["channel_id"].as_str().unwrap().to_owned());
    let path = format!("/api/v1/stations/{id}");

    // What cannot be prepared is planned no more, and the page can say why.
    until(&station, &token, &path, |view| view["state"] == "on_air").await;
    let timeline = until(&station, &token, &format!("{path}/timeline"), |view| {
        let slots = view["slots"].as_array().unwrap();
        slots.len() > 6 && slots.iter().filter(|slot| slot["firm"] == false).all(|slot| slot["item_id"] != 3)
    })
    .await;
    let slots = timeline["slots"].as_array().unwrap();
    for pair in slots.windows(2) {
        assert_eq!(pair[0]["end"], pair[1]["start"], "no gap, no overlap");
    }
    assert_eq!(slots[0]["why"]["block"], "all");

    // Guide, list and lineup.
    until(&station, &token, &format!("/api/v1/guide?channels={channel}"), |view| {
        view["items"][0]["entries"].as_array().is_some_and(|entries| entries.len() > 5)
            || view.to_string().matches("Short films").count() > 5
    })
    .await;
    let list =
        client().get(format!("{}/iptv/channels.m3u", station.base)).bearer_auth(&token).send().await.unwrap();
    let list = list.text().await.unwrap();
    assert!(list.contains("Shorts") && list.contains(&channel), "{list}");
    let (_, lineup) = ask(&station, &token, reqwest::Method::GET, "/lineup.json", None).await;
    assert!(lineup.to_string().contains("Shorts") && lineup.to_string().contains("501"), "{lineup}");

    // A raw reader across joins.
    let mut raw = client()
        .get(format!("{}/iptv/stream/{channel}.ts", station.base))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert_eq!(raw.status(), StatusCode::OK);
    let (mut bytes, end) = (Vec::new(), tokio::time::Instant::now() + Duration::from_secs(16));
    while let Ok(Ok(Some(piece))) = tokio::time::timeout_at(end, raw.chunk()).await {
        bytes.extend_from_slice(&piece);
    }
    drop(raw);
    let (pictures, sounds) = decoded(&bytes, ".ts");
    assert!(pictures > 12 * 25 && sounds > 12 * 40, "{pictures} pictures, {sounds} frames of sound");

    // Browsers: playlists and parts.
    let wanted = StartPlayback { channel_id: channel.clone(), ..wish(1) };
    let made = station.web.app.start_session(wanted).await.unwrap();
    let view = station.web.app.wait_session(&made.id, Duration::from_secs(8)).await.unwrap();
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    let play = handle(&station.web.app, &view);
    let text = play.multivariant().await.unwrap();
    let main = renditions(std::str::from_utf8(&text).unwrap()).into_iter().next().unwrap();
    tokio::time::sleep(Duration::from_secs(7)).await;
    let groups = groups(&play, &main).await;
    assert!(groups.len() >= 2, "films are told apart: each has its own description");
    let pictures: Vec<u64> = groups.iter().map(|bytes| decoded(bytes, ".mp4").0).collect();
    assert!(pictures.iter().all(|count| *count > 0) && pictures.iter().sum::<u64>() > 6 * 25, "{pictures:?}");

    // Another document: what is on stays, and the difference is told before.
    let next = json!({ "version": 1, "name": "Shorts", "simple": { "order": "in_order", "shows": [{ "item": 2 }] } });
    let (status, preview) = ask(
        &station,
        &token,
        reqwest::Method::POST,
        &format!("{path}/preview"),
        Some(&json!({ "document": next })),
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{preview}");
    assert!(preview["diff"]["went"].as_u64().unwrap() > 0, "{}", preview["diff"]);
    let change = json!({ "revision": 1, "number": 501, "document": next });
    let (status, changed) = ask(&station, &token, reqwest::Method::POST, &path, Some(&change)).await;
    assert_eq!((status, &changed["revision"]), (StatusCode::OK, &json!(2)), "{changed}");
    let (status, refused) = ask(&station, &token, reqwest::Method::POST, &path, Some(&change)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    let (_, faulty) = ask(
        &station,
        &token,
        reqwest::Method::POST,
        &format!("{path}/preview"),
        Some(&json!({ "document": { "version": 9, "name": "Nine" } })),
    )
    .await;
    assert_eq!(
        (&faulty["faults"][0]["code"], &faulty["faults"][0]["place"]),
        (&json!("version"), &json!("version"))
    );

    // What was on is in the log, and outlives the station.
    until(&station, &token, &format!("{path}/log"), |view| view["items"].as_array().unwrap().len() > 1).await;
    let seen = station.web.app.library().aired();
    assert!(seen.of(ItemId(1)).is_some() && seen.of(ItemId(3)).is_none(), "queries know what was on");
    the_log_is_a_file(&station, &token, &path).await;
    let (status, year) = ask(
        &station,
        &token,
        reqwest::Method::POST,
        &format!("{path}/simulate"),
        Some(&json!({ "days": 30 })),
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{year}");
    assert!(year["programmes"].as_u64().unwrap() > 1_000, "{year}");
    let station = station.again().await;
    let after = station.web.app.library().aired();
    assert_eq!(after.of(ItemId(1)).is_some(), seen.of(ItemId(1)).is_some(), "and know it after a restart");
    station.web.app.stations().stock(stock(folder.path(), &station.web.app.library().aired()));
    until(&station, &token, &path, |view| view["state"] == "on_air").await;
    let (status, _) = ask(&station, &token, reqwest::Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, none) = ask(&station, &token, reqwest::Method::GET, "/api/v1/stations", None).await;
    assert_eq!(none["items"], json!([]));
}

/// The log of a period, as a table and as a list.
async fn the_log_is_a_file(station: &Station, token: &str, path: &str) {
    let get = async |query: &str| {
        let address = format!("{}{path}/log/export{query}", station.base);
        let answer = client().get(address).bearer_auth(token).send().await.unwrap();
        let head = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let told = (answer.status(), head("content-type"));
        (told, answer.text().await.unwrap())
    };
    let ((status, kind), table) = get("").await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/csv; charset=utf-8"));
    let lines: Vec<&str> = table.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "start,length_ms,kind,item_id,title,note");
    let ((_, kind), list) = get("?format=json").await;
    assert_eq!(kind, "application/json");
    let list: Value = serde_json::from_str(&list).unwrap();
    let list = list.as_array().unwrap();
    assert!(list.len() >= 2 && list.len() >= lines.len() - 1, "{list:?}");
    for (line, entry) in lines[1..].iter().zip(list) {
        assert!(line.starts_with(entry["start"].as_str().unwrap()), "{line} {entry}");
    }
    assert!(
        list.windows(2).all(|pair| pair[0]["start"].as_str() < pair[1]["start"].as_str()),
        "the oldest first"
    );
    let second = list[1]["start"].as_str().unwrap();
    let (_, rest) = get(&format!("?format=json&from={second}")).await;
    let rest: Value = serde_json::from_str(&rest).unwrap();
    assert_eq!(rest[0], list[1]);
    let (_, none) = get("?format=json&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z").await;
    assert_eq!(serde_json::from_str::<Value>(&none).unwrap(), json!([]));
    let ((status, _), _) = get("?from=2020-01-01T00:00:00Z").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

/// A double click makes one channel and one collection.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_twice_makes_one() {
    let station = web_door::station().await;
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let post = async |path: &str, key: &str, body: Value| {
        let address = format!("{}{path}", station.base);
        let request = client().post(address).bearer_auth(&token).header("Idempotency-Key", key).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let channel = |name: &str| {
        let document = json!({ "version": 1, "name": name, "simple": { "shows": ["Short films"] } });
        json!({ "name": name, "document": document })
    };
    let collection =
        |name: &str| json!({ "name": name, "content": { "type": "smart", "query": "kind:film" } });
    for (path, body, other) in [
        ("/api/v1/stations", channel("One"), channel("Other")),
        ("/api/v1/library/collections", collection("Films"), collection("Other")),
    ] {
        let key = if path.ends_with("stations") { "one" } else { "two" };
        let (first, second) = tokio::join!(post(path, key, body.clone()), post(path, key, body.clone()));
        assert_eq!(
            (first.0, second.0),
            (StatusCode::CREATED, StatusCode::CREATED),
            "{path}: {first:?} {second:?}"
        );
        assert_eq!(first.1["id"], second.1["id"], "{path}");
        let (status, refused) = post(path, key, other).await;
        assert_eq!(status, StatusCode::CONFLICT, "{path}: {refused}");
        let (status, more) = post(path, &format!("not {key}"), body.clone()).await;
        assert_eq!(status, StatusCode::CREATED, "{path}: {more}");
        assert_ne!(more["id"], first.1["id"], "another key is another request");
        let (_, all) = ask(&station, &token, reqwest::Method::GET, path, None).await;
        assert_eq!(all["items"].as_array().unwrap().len(), 2, "{path}: {all}");
    }
    // What a key has made and somebody has removed is not made again by it.
    let (_, again) = post("/api/v1/stations", "one", channel("One")).await;
    let path = format!("/api/v1/stations/{}", again["id"].as_str().unwrap());
    ask(&station, &token, reqwest::Method::DELETE, &path, None).await;
    let (status, gone) = post("/api/v1/stations", "one", channel("One")).await;
    assert_eq!(status, StatusCode::GONE, "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stills_are_on_air_and_a_picture_that_is_missing_is_told() {
    let station = web_door::station().await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("card.png");
    let draw = |colour: &str| {
        let source = format!("color={colour}:s=640x360");
        run(
            "ffmpeg",
            &["-v", "error", "-y", "-f", "lavfi", "-i", &source, "-frames:v", "1", picture.to_str().unwrap()],
        );
    };
    draw("red");
    let folders = [folder.path().to_owned()].into();
    station.web.app.stations().stock(Stock { folders, ..Stock::default() });
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let document = |picture: &str| {
        json!({
            "version": 1, "name": "Cards",
            "sources": { "card": { "still": { "pictures": [picture], "length": "6s" } } },
            "blocks": { "all": { "play": [{ "source": "card" }] } },
            "templates": { "all": [{ "at": "06:00", "block": "all" }] },
            "calendar": [{ "template": "all" }],
        })
    };
    let wanted = json!({ "name": "Cards", "number": 502, "document": document("card.png") });
    let (status, made) =
        ask(&station, &token, reqwest::Method::POST, "/api/v1/stations", Some(&wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let path = format!("/api/v1/stations/{}", made["id"].as_str().unwrap());
    let view =
        until(&station, &token, &path, |view| view["state"] == "on_air" && !view["now"].is_null()).await;
    assert_eq!(
        (&view["now"]["kind"], &view["now"]["preparation"]),
        (&json!("still"), &json!("ready")),
        "{view:#}"
    );
    let channel = made["channel_id"].as_str().unwrap();
    let url = format!("{}/iptv/stream/{channel}.ts", station.base);
    let mut raw = client().get(url).bearer_auth(&token).send().await.unwrap();
    let mut bytes = Vec::new();
    while bytes.len() < 20_000 {
        let piece = tokio::time::timeout(Duration::from_secs(30), raw.chunk()).await.unwrap();
        bytes.extend_from_slice(&piece.unwrap().unwrap());
    }

    let change = json!({ "revision": 1, "number": 502, "document": document("../card.png") });
    let (status, changed) = ask(&station, &token, reqwest::Method::POST, &path, Some(&change)).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    let is_told = |slot: &Value| {
        slot["preparation"] == "failed"
            && slot["failure"].as_str().is_some_and(|why| why.contains("out of the library"))
    };
    until(&station, &token, &format!("{path}/timeline"), |view| {
        view["slots"].as_array().unwrap().iter().any(is_told)
    })
    .await;
    let body = json!({ "days": 1 });
    let (_, found) =
        ask(&station, &token, reqwest::Method::POST, &format!("{path}/simulate"), Some(&body)).await;
    let lints = found["lints"].as_array().unwrap();
    let missing =
        lints.iter().find(|lint| lint["code"] == "still_missing").unwrap_or_else(|| panic!("{lints:?}"));
    assert_eq!(
        (&missing["place"], &missing["parameters"]["name"]),
        (&json!("sources.card.still"), &json!("../card.png"))
    );
}
