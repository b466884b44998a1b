//! What is played for itself: items of the library from any place to their end, in one piece or in chunks; what was on a channel of one's own, also before a restart;
//! and who may not.

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};

use crate::library::{self, Library};
use crate::live_sound::run;
use crate::live_walk::{decoded, renditions};
use crate::web_door::{self, Station, client};
use crate::web_stations::{ask, stock, until};

/// Asks for a session.
async fn post(station: &Station, token: &str, body: &Value) -> (StatusCode, Value) {
    ask(station, token, Method::POST, "/api/v1/sessions", Some(body)).await
}

/// Begins a session, and waits until it is ready or over.
async fn play(station: &Station, token: &str, body: Value) -> Value {
    let (status, made) = post(station, token, &body).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{made}");
    let path = format!("/api/v1/sessions/{}?wait_s=5", made["id"].as_str().unwrap());
    let limit = tokio::time::Instant::now() + Duration::from_secs(90);
    loop {
        let (_, view) = ask(station, token, Method::GET, &path, None).await;
        if ["ready", "failed", "stopped", "cancelled"].contains(&view["state"].as_str().unwrap()) {
            return view;
        }
        assert!(tokio::time::Instant::now() < limit, "{view:#}");
    }
}

async fn fetch(station: &Station, path: &str) -> Vec<u8> {
    let response = client().get(format!("{}{path}", station.base)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.bytes().await.unwrap().to_vec()
}

/// A playlist, and where its addresses begin.
struct List {
    text: String,
    folder: String,
}

impl List {
    async fn of(station: &Station, view: &Value) -> Self {
        assert_eq!(view["state"], "ready", "{view:#}");
        let main = view["playlist_url"].as_str().unwrap();
        let text = String::from_utf8(fetch(station, main).await).unwrap();
        let folder = main.rsplit_once('/').unwrap().0.to_owned();
        let name = renditions(&text).into_iter().next().unwrap();
        let text = String::from_utf8(fetch(station, &format!("{folder}/{name}.m3u8")).await).unwrap();
        Self { text, folder }
    }

    /// Once all of it is there.
    async fn whole(station: &Station, view: &Value) -> Self {
        let limit = tokio::time::Instant::now() + Duration::from_secs(90);
        loop {
            let list = Self::of(station, view).await;
            if list.is_ended() {
                return list;
            }
            assert!(tokio::time::Instant::now() < limit, "{}", list.text);
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    fn is_ended(&self) -> bool {
        self.text.trim_end().ends_with("#EXT-X-ENDLIST")
    }

    /// Length and address of each segment.
    fn segments(&self) -> Vec<(f64, &str)> {
        let length = |line: &str| line.strip_prefix("#EXTINF:")?.trim_end_matches(',').parse().ok();
        let lengths = self.text.lines().filter_map(length);
        lengths.zip(self.text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())).collect()
    }

    fn length(&self) -> f64 {
        self.segments().iter().map(|(length, _)| length).sum()
    }

    /// What follows a tag, the first time.
    fn tag(&self, tag: &str) -> Option<&str> {
        self.text.lines().find_map(|line| line.strip_prefix(tag))
    }

    fn init(&self) -> &str {
        self.tag("#EXT-X-MAP:URI=\"").unwrap().trim_end_matches('"')
    }

    /// Description and segments `from..to` as one file.
    async fn file(&self, station: &Station, from: usize, to: usize) -> Vec<u8> {
        let mut out = fetch(station, &format!("{}/{}", self.folder, self.init())).await;
        for (_, address) in &self.segments()[from..to] {
            out.extend(fetch(station, &format!("{}/{address}", self.folder)).await);
        }
        out
    }
}

/// When the first picture of a file is shown (seconds).
fn first_picture(bytes: &[u8]) -> f64 {
    let file = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let arguments = [
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts_time",
        "-of",
        "csv=p=0",
        file.path().to_str().unwrap(),
    ];
    let out = std::process::Command::new("ffprobe").args(arguments).output().unwrap();
    let times = String::from_utf8_lossy(&out.stdout).into_owned();
    let times = times.lines().filter_map(|line| line.trim_end_matches(',').parse::<f64>().ok());
    times.fold(f64::MAX, f64::min)
}

/// The only item of a library that has one film.
async fn only_item(library: &Library) -> Value {
    library.look().await;
    let items = library.get("/items").await;
    assert_eq!(items["total"], 1, "{items}");
    items["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_plays_from_any_place_to_its_end() {
    let library = Library::new().await;
    library::film(&library.path("Short film (2020).mkv"), 20);
    let item = only_item(&library).await;
    let (station, token) = (&library.station, &*library.token);
    let id = item["id"].as_u64().unwrap();

    let view = play(station, token, json!({ "item_id": id })).await;
    let list = List::whole(station, &view).await;
    assert!((list.length() - item["length_s"].as_f64().unwrap()).abs() < 0.1, "{}", list.text);
    assert!((view["programme"]["length_s"].as_f64().unwrap() - list.length()).abs() < 0.1, "{view}");
    assert_eq!(
        (&view["programme"]["item_id"], &view["channel_id"]),
        (&json!(id), &json!(format!("item-{id}")))
    );
    assert_eq!(list.tag("#EXT-X-START:"), Some("TIME-OFFSET=0.000,PRECISE=YES"), "{}", list.text);
    assert!(!list.text.contains("#EXT-X-PART"), "{}", list.text);
    assert_eq!(list.tag("#EXT-X-PROGRAM-DATE-TIME:"), Some("1970-01-01T00:00:00.000Z"), "{}", list.text);

    // All of it, and what lies in the middle: at the time at which the list says it is.
    let all = list.segments().len();
    let (pictures, sounds) = decoded(&list.file(station, 0, all).await, ".mp4");
    assert!(pictures == 500 && sounds > 900, "{pictures} pictures, {sounds} frames of sound");
    let first = first_picture(&list.file(station, 0, 1).await);
    for middle in [all / 2, all - 1] {
        let before: f64 = list.segments()[..middle].iter().map(|(length, _)| length).sum();
        let there = first_picture(&list.file(station, middle, middle + 1).await) - first;
        assert!((there - before).abs() < 0.05, "segment {middle} is at {there}, and should be at {before}");
    }

    // From a place on; and the raw stream from there.
    let view = play(station, token, json!({ "item_id": id, "from": 12 })).await;
    let list = List::whole(station, &view).await;
    assert_eq!(list.tag("#EXT-X-START:"), Some("TIME-OFFSET=12.000,PRECISE=YES"), "{}", list.text);
    let raw = fetch(station, view["stream_url"].as_str().unwrap()).await;
    let (pictures, _) = decoded(&raw, ".ts");
    assert!((195..=300).contains(&pictures), "{pictures} pictures from second 12 on, or a little before");

    for (body, status) in [
        (json!({ "item_id": 4_711 }), StatusCode::NOT_FOUND),
        (json!({}), StatusCode::BAD_REQUEST),
        (json!({ "item_id": id, "channel_id": "x" }), StatusCode::BAD_REQUEST),
        (json!({ "item_id": id, "from": -1 }), StatusCode::BAD_REQUEST),
        (json!({ "channel_id": "x", "from": 1 }), StatusCode::BAD_REQUEST),
    ] {
        let (got, told) = post(station, token, &body).await;
        assert_eq!(got, status, "{body}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_coded_anew_is_played_in_chunks_ahead_of_the_viewer() {
    let library = Library::new().await;
    let film = library.path("Old film (1960).avi");
    let source = "-f lavfi -i testsrc2=size=160x90:rate=25 -f lavfi -i sine=frequency=440";
    library::make(&film, &format!("{source} -t 400 -c:v mpeg4 -c:a mp3"));
    let item = only_item(&library).await;
    let (station, token) = (&library.station, &*library.token);
    let id = item["id"].as_u64().unwrap();

    let view = play(station, token, json!({ "item_id": id })).await;
    let limit = tokio::time::Instant::now() + Duration::from_secs(90);
    let mut list = List::of(station, &view).await;
    while list.length() < 239.0 {
        assert!(tokio::time::Instant::now() < limit, "{}", list.text);
        tokio::time::sleep(Duration::from_millis(500)).await;
        list = List::of(station, &view).await;
    }
    // So far ahead of who has fetched nothing yet, and no further.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let list = List::of(station, &view).await;
    assert!((list.length() - 240.0).abs() < 0.5 && !list.is_ended(), "{}", list.text);
    // Whoever has come to the end of that has the rest prepared.
    let ahead = list.segments().len();
    list.file(station, ahead - 1, ahead).await;
    let list = List::whole(station, &view).await;
    assert!((list.length() - 400.0).abs() < 1.0, "{}", list.length());

    // Beyond what is there: from the minute before on.
    let view = play(station, token, json!({ "item_id": id, "from": 375.0 })).await;
    let list = List::whole(station, &view).await;
    assert_eq!(list.tag("#EXT-X-PROGRAM-DATE-TIME:"), Some("1970-01-01T00:06:00.000Z"), "{}", list.text);
    assert_eq!(list.tag("#EXT-X-START:"), Some("TIME-OFFSET=15.000,PRECISE=YES"), "{}", list.text);
    assert!((list.length() - 40.0).abs() < 0.5, "{}", list.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_plays_what_is_for_its_age_and_nothing_that_nobody_has_rated() {
    let library = Library::new().await;
    library::film(&library.path("Short film (2020).mkv"), 4);
    let item = only_item(&library).await;
    let (station, id) = (&library.station, item["id"].as_u64().unwrap());
    let child = station.child(&library.token, &json!({ "age": 6 })).await;
    let asks = async || {
        let body = json!({ "item_id": id });
        let request = client().post(format!("{}/api/v1/sessions", station.base)).header("Cookie", &child);
        let response = request.header("Origin", &station.base).json(&body).send().await.unwrap();
        (response.status(), response.json::<Value>().await.unwrap())
    };
    let (status, told) = asks().await;
    assert_eq!((status, &told["reason"]), (StatusCode::FORBIDDEN, &json!("age_limit")), "{told}");
    for (age, expected) in [(16, StatusCode::FORBIDDEN), (6, StatusCode::ACCEPTED)] {
        let (status, told) = library.post(&format!("/items/{id}"), json!({ "age": age })).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let (status, told) = asks().await;
        assert_eq!(status, expected, "{age}: {told}");
    }
    // What is hidden is hidden from a viewer, also if he knows its number.
    let (status, _) = library.post("/actions", json!({ "ids": [id], "action": { "do": "hide" } })).await;
    assert_eq!(status, StatusCode::OK);
    let viewer = station.token(Role::Viewer, &[Scope::Watch]).await;
    let (status, told) = post(station, &viewer, &json!({ "item_id": id })).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_whose_file_is_gone_or_spoilt_says_so() {
    let library = Library::new().await;
    let path = library.path("Short film (2020).mkv");
    library::film(&path, 4);
    let item = only_item(&library).await;
    let (station, token) = (&library.station, &*library.token);
    let body = json!({ "item_id": item["id"] });

    std::fs::write(&path, b"no film at all").unwrap();
    let view = play(station, token, body.clone()).await;
    let told = (&view["state"], &view["reason"]["code"]);
    assert_eq!(told, (&json!("failed"), &json!("not_prepared")), "{view:#}");

    std::fs::remove_file(&path).unwrap();
    let view = play(station, token, body.clone()).await;
    assert_eq!(
        (&view["state"], &view["reason"]["code"]),
        (&json!("failed"), &json!("file_gone")),
        "{view:#}"
    );
    // The library knows it too by then.
    library.look().await;
    let (status, told) = post(station, token, &body).await;
    assert_eq!((status, &told["reason"]), (StatusCode::NOT_FOUND, &json!("file_gone")), "{told}");
}

/// Size of the picture of a file.
fn size(bytes: &[u8]) -> String {
    let file = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let path = file.path().to_str().unwrap();
    let arguments = [
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "stream=width,height",
        "-of",
        "csv=p=0",
        path,
    ];
    let out = std::process::Command::new("ffprobe").args(arguments).output().unwrap();
    String::from_utf8_lossy(&out.stdout).trim().trim_end_matches(',').to_owned()
}

fn empty(folder: &Path) {
    run("find", &[folder.to_str().unwrap(), "-mindepth", "1", "-delete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_is_played_again_also_after_a_restart_and_what_is_on_from_its_start() {
    let station = web_door::station().await;
    let folder = tempfile::tempdir().unwrap();
    station.web.app.stations().stock(stock(folder.path(), &station.web.app.library().aired()));
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let document = json!({ "version": 1, "name": "Shorts", "simple": { "order": "in_order", "shows": ["Short films"] } });
    let wanted = json!({ "name": "Shorts", "document": document });
    let (status, made) = ask(&station, &token, Method::POST, "/api/v1/stations", Some(&wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (id, channel) = (made["id"].as_str().unwrap(), made["channel_id"].as_str().unwrap());
    let log = until(&station, &token, &format!("/api/v1/stations/{id}/log"), |view| {
        view["items"].as_array().unwrap().iter().filter(|line| line["kind"] == "programme").count() > 2
    })
    .await;
    // Of each film an airing, the way the log has it.
    let line = |title: &str| {
        let mut lines = log["items"].as_array().unwrap().iter();
        lines.rfind(|line| line["title"].as_str().unwrap().contains(title)).unwrap().clone()
    };
    let aired = [(line("First"), "640,360", 8.0), (line("Second"), "320,240", 5.0)];

    station.web.app.shutdown().await;
    empty(&station.directory().join("tapes.prepared"));
    let station = station.again().await;
    station.web.app.stations().stock(stock(folder.path(), &station.web.app.library().aired()));
    until(&station, &token, &format!("/api/v1/stations/{id}"), |view| view["state"] == "on_air").await;
    for (line, picture, length) in &aired {
        let view = play(&station, &token, json!({ "channel_id": channel, "at": line["start"] })).await;
        assert_eq!(view["channel_id"], channel, "{view}");
        let list = List::whole(&station, &view).await;
        assert!((list.length() - length).abs() < 0.2, "{} of {length}: {}", list.length(), list.text);
        assert_eq!(size(&list.file(&station, 0, 1).await), *picture, "{line}");
        let date = list.tag("#EXT-X-PROGRAM-DATE-TIME:").unwrap();
        let began: jiff::Timestamp = line["start"].as_str().unwrap().parse().unwrap();
        let shown: jiff::Timestamp = date.parse().unwrap();
        assert!((began.as_millisecond() - shown.as_millisecond()).abs() < 50, "{began} {shown}");
    }

    // What is on grows, and is never ahead of the channel.
    let path = format!("/api/v1/stations/{id}");
    let on = until(&station, &token, &path, |view| {
        let start = view["now"]["start"].as_str().map(|start| start.parse::<jiff::Timestamp>().unwrap());
        let item = view["now"]["item_id"].as_u64();
        let age = start.map(|start| station.web.app.now_ms() - start.as_millisecond());
        item == Some(1) && age.is_some_and(|age| (3_000..4_500).contains(&age))
    })
    .await;
    let start: jiff::Timestamp = on["now"]["start"].as_str().unwrap().parse().unwrap();
    let view = play(&station, &token, json!({ "channel_id": channel, "at": on["now"]["start"] })).await;
    let list = List::of(&station, &view).await;
    let passed = (station.web.app.now_ms() - start.as_millisecond()) as f64 / 1000.0;
    assert!(list.length() <= passed && list.length() < 8.0 || list.is_ended(), "{passed}: {}", list.text);
    let list = List::whole(&station, &view).await;
    assert!((list.length() - 8.0).abs() < 0.2, "{}", list.text);

    // What nobody has kept.
    let days = |days: i64| {
        jiff::Timestamp::from_millisecond(station.web.app.now_ms() - days * 86_400_000).unwrap().to_string()
    };
    let view = play(&station, &token, json!({ "channel_id": channel, "at": days(3) })).await;
    assert_eq!((&view["state"], &view["reason"]["code"]), (&json!("failed"), &json!("not_kept")), "{view}");
    let (status, told) = post(&station, &token, &json!({ "channel_id": channel, "at": days(30) })).await;
    assert_eq!((status, &told["reason"]), (StatusCode::NOT_FOUND, &json!("not_kept")), "{told}");
}
