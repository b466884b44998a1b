//! The guide over HTTP: what a box and a guide file tell, as windows, searches and details; and what of it a child gets.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::guide::{Airing, Moment, Programme, Text};
use telecast_core::lineup::ChannelId;
use telecast_server::adapters::clock::Clock;
use telecast_server::app::App;
use telecast_server::app::settings::Place;
use telecast_store::Store;

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::web_door::{Station, client, station_of};

pub(crate) const HOUR: i64 = 3_600_000;

pub(crate) async fn a_box() -> FakeBox {
    let (bytes, rate) = live_box::with_aac();
    let play = |_| Manner::Play(bytes.clone(), rate);
    live_box::start(HashMap::from([(1, play(1)), (2, play(2)), (3, play(3))]), 2).await
}

/// XMLTV's time.
pub(crate) fn stamp(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap().strftime("%Y%m%d%H%M%S +0000").to_string()
}

/// A station with a guide file that tells of its channels 1 and 2, from an hour ago on.
pub(crate) async fn station(fake: &FakeBox) -> (Station, String, i64) {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let now = Clock::start().wall_ms() / HOUR * HOUR;
    let mut guide = String::from(
        "<tv><channel id=\"one\"><display-name>Channel 1</display-name></channel><channel id=\"two\"><display-name>Channel 2</display-name></channel>\
        <channel id=\"far\"><display-name>Somewhere else</display-name></channel>\n",
    );
    for (id, at, rest) in [
        (
            "one",
            -1,
            "<title lang=\"de\">Wetter</title><title lang=\"en\">Weather</title><rating system=\"FSK\"><value>0</value></rating>",
        ),
        (
            "one",
            1,
            "<title>Der Königsmord</title><sub-title>Kälte</sub-title><desc>Ein Fall in Münster.</desc><credits><actor role=\"Thiel\">Axel Prahl</actor></credits>\
            <category>Krimi</category><episode-num system=\"xmltv_ns\">1.4.</episode-num><new/><rating system=\"FSK\"><value>16</value></rating>",
        ),
        ("one", 30, "<title>Der Königsmord</title><sub-title>Kälte</sub-title>"),
        ("two", 0, "<title>Sport</title>"),
        ("far", 0, "<title>Unknown</title>"),
    ] {
        let (start, end) = (stamp(now + at * HOUR), stamp(now + (at + 1) * HOUR));
        guide.push_str(&format!(
            "<programme start=\"{start}\" stop=\"{end}\" channel=\"{id}\">{rest}</programme>\n"
        ));
    }
    guide.push_str("</tv>");
    let file = directory.path().join("guide.xml");
    std::fs::write(&file, guide).unwrap();
    let store: Store = live_box::store_beside(&tapes).await;
    let mut settings = live_box::settings(fake, &tapes);
    settings.guide_files.push(Place::Path(file));
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    let station = station_of(app, store, directory).await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    for _ in 0..400 {
        let (_, window) = ask(&station, &owner, "guide?limit=3").await;
        if window["items"][0]["items"].as_array().is_some_and(|items| !items.is_empty()) {
            return (station, owner, now);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no guide: {:?}", station.web.app.guide_files());
}

async fn ask(station: &Station, token: &str, path: &str) -> (StatusCode, Value) {
    station.ask("GET", &format!("/api/v1/{path}"), Some(token)).await
}

fn titles(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|airing| airing["title"].as_str().unwrap()).collect()
}

fn at(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_file_is_in_windows_searches_and_details() {
    let fake = a_box().await;
    let (station, owner, now) = station(&fake).await;
    let watcher = station.token(Role::Viewer, &[Scope::Watch]).await;
    let (from, to) = (at(now - HOUR), at(now + 12 * HOUR));
    let (status, window) = ask(&station, &watcher, &format!("guide?from={from}&to={to}&languages=en")).await;
    assert_eq!(status, StatusCode::OK, "{window}");
    let rows = window["items"].as_array().unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row["channel_id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [channel_id(1), channel_id(2), channel_id(3)],
        "all channels in their order, also those without a guide"
    );
    assert_eq!(titles(&rows[0]["items"]), ["Weather", "Der Königsmord"]);
    assert_eq!(titles(&rows[1]["items"]), ["Sport"]);
    let crime = &rows[0]["items"][1];
    assert_eq!(
        (crime["season"].clone(), crime["episode"].clone(), crime["new"].clone(), crime["rating"].clone()),
        (json!(2), json!(5), json!(true), json!(16))
    );
    assert_eq!(crime["genre"].as_u64().map(|genre| genre >> 4), Some(1), "{crime}");
    // A page at a time.
    let (_, page) = ask(
        &station,
        &watcher,
        &format!("guide?from={from}&limit=2&channels={},{},{}", channel_id(3), channel_id(1), channel_id(2)),
    )
    .await;
    assert_eq!(
        (page["items"].as_array().unwrap().len(), page["next_cursor"].as_str()),
        (2, Some(channel_id(2).as_str()))
    );
    // Words.
    let (_, found) = ask(&station, &watcher, "guide/search?q=konigs%20munst").await;
    assert_eq!(titles(&found["items"]), ["Der Königsmord"]);
    let (_, found) = ask(&station, &watcher, "guide/search?q=prahl&genre=16&new=true").await;
    assert_eq!(titles(&found["items"]), ["Der Königsmord"]);
    let (_, found) = ask(&station, &watcher, "guide/search?q=konigs&limit=1").await;
    let cursor = found["next_cursor"].as_str().unwrap();
    let (_, rest) = ask(&station, &watcher, &format!("guide/search?q=konigs&limit=1&cursor={cursor}")).await;
    assert_ne!(found["items"][0]["id"], rest["items"][0]["id"]);
    assert_eq!((titles(&rest["items"]).len(), rest["next_cursor"].is_null()), (1, true));
    for nothing in ["unknown", "konigs%20sport", ""] {
        let (status, found) = ask(&station, &watcher, &format!("guide/search?q={nothing}")).await;
        assert_eq!((status, found["items"].as_array().unwrap().len()), (StatusCode::OK, 0), "{nothing}");
    }
    // Details.
    let id = crime["id"].as_str().unwrap();
    let (_, detail) = ask(&station, &watcher, &format!("programmes/{id}")).await;
    assert_eq!(
        (detail["description"].as_str(), detail["credits"][0]["part"].as_str()),
        (Some("Ein Fall in Münster."), Some("Thiel"))
    );
    assert_eq!(detail["others"].as_array().unwrap().len(), 1, "{detail}");
    for (path, expected) in [
        ("programmes/nothing", StatusCode::NOT_FOUND),
        ("programmes/a.1", StatusCode::NOT_FOUND),
        ("guide?from=x", StatusCode::BAD_REQUEST),
        ("guide?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z", StatusCode::BAD_REQUEST),
        ("guide?cursor=x", StatusCode::BAD_REQUEST),
        ("guide/files", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(ask(&station, &watcher, path).await.0, expected, "{path}");
    }
    let (_, files) = ask(&station, &owner, "guide/files").await;
    let file = &files["items"][0];
    assert_eq!(
        (
            file["airings"].clone(),
            file["channels"].clone(),
            file["unmatched"].clone(),
            file["failed"].clone()
        ),
        (json!(4), json!(2), json!(1), json!(false)),
        "{file}"
    );
    // What is on has it as well, a moment later.
    for _ in 0..200 {
        let (_, on) = ask(&station, &watcher, &format!("guide/now?channels={}", channel_id(2))).await;
        if on["items"][0]["now"]["title"] == "Sport" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it is not said to be on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_sees_that_something_is_on_but_not_what_and_finds_none_of_it() {
    let fake = a_box().await;
    let (station, owner, now) = station(&fake).await;
    let profile = json!({ "age": 12, "channels": [channel_id(1)] });
    let cookie = station.child(&owner, &profile).await;
    let ask = async |path: &str| {
        let response = client()
            .get(format!("{}/api/v1/{path}", station.base))
            .header("cookie", &cookie)
            .send()
            .await
            .unwrap();
        (response.status(), response.json::<Value>().await.unwrap_or(Value::Null))
    };
    let (_, window) = ask(&format!("guide?from={}&languages=de", at(now - HOUR))).await;
    let rows = window["items"].as_array().unwrap();
    assert_eq!((rows.len(), rows[0]["channel_id"].as_str()), (1, Some(channel_id(1).as_str())));
    assert_eq!(titles(&rows[0]["items"]), ["Wetter", ""], "{window}");
    let crime = &rows[0]["items"][1];
    assert_eq!(
        (crime["locked"].clone(), crime["subtitle"].as_str(), crime["brief"].as_str()),
        (json!(true), Some(""), Some(""))
    );
    assert_eq!(ask(&format!("programmes/{}", crime["id"].as_str().unwrap())).await.0, StatusCode::NOT_FOUND);
    assert_eq!(titles(&ask("guide/search?q=konigs").await.1["items"]).len(), 0);
    assert_eq!(
        titles(&ask(&format!("guide/search?q=wetter&from={}", at(now - HOUR))).await.1["items"]).len(),
        1
    );
    assert_eq!(
        titles(&ask(&format!("guide/search?q=sport&channels={}", channel_id(2))).await.1["items"]).len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_and_a_file_make_one_guide() {
    let fake = a_box().await;
    let (station, owner, now) = station(&fake).await;
    let told = |start_ms: i64, title: &str| Airing {
        channel: ChannelId(channel_id(1)),
        start_ms,
        end_ms: start_ms + HOUR,
        event_id: Some(7),
        moment: Moment::default(),
        programme: Box::new(Programme {
            titles: vec![Text { language: None, text: title.into() }],
            ..Programme::default()
        }),
    };
    let mut import = station.store.import_guide("receiver:box", now).await.unwrap();
    // A few minutes later than the file says, and without a text.
    import
        .add(vec![told(now + HOUR + 300_000, "Der Königsmord"), told(now + 3 * HOUR, "Nachtmagazin")])
        .await
        .unwrap();
    import.finish().await.unwrap();
    let (_, window) = ask(
        &station,
        &owner,
        &format!(
            "guide?from={}&to={}&channels={}&languages=de",
            at(now - HOUR),
            at(now + 12 * HOUR),
            channel_id(1)
        ),
    )
    .await;
    let items = &window["items"][0]["items"];
    assert_eq!(titles(items), ["Wetter", "Der Königsmord", "Nachtmagazin"], "{window}");
    assert_eq!(items[1]["start"], at(now + HOUR + 300_000), "the receiver knows when");
    assert_eq!(items[1]["brief"], "Ein Fall in Münster.", "and the file what");
}

/// When the station has read its file since `before`, and how many airings there were.
async fn read_again(station: &Station, owner: &str, before: Option<i64>) -> (Option<i64>, u64) {
    let (status, _) = station.ask("POST", "/api/v1/guide/refresh", Some(owner)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    for _ in 0..400 {
        let file = &station.web.app.guide_files()[0];
        if file.reading.is_none() && file.read_ms > before {
            assert!(!file.failed, "{file:?}");
            return (file.read_ms, file.airings);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not read again: {:?}", station.web.app.guide_files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_as_it_was_says_the_same_and_a_changed_one_is_read() {
    let fake = a_box().await;
    let (station, owner, _) = station(&fake).await;
    let path = station.directory().join("guide.xml");
    let first = read_again(&station, &owner, None).await;
    let same = read_again(&station, &owner, first.0).await;
    assert_eq!(first.1, same.1);
    let (_, before) = ask(&station, &owner, "guide/search?q=konigsmord").await;
    assert_eq!(titles(&before["items"]), ["Der Königsmord"; 2]);
    let text = std::fs::read_to_string(&path).unwrap().replace("Königsmord", "Königssohn");
    std::fs::write(&path, text).unwrap();
    let other = read_again(&station, &owner, same.0).await;
    assert_eq!(other.1, first.1);
    let (_, found) = ask(&station, &owner, "guide/search?q=konigssohn").await;
    assert_eq!(titles(&found["items"]), ["Der Königssohn"; 2]);
}
