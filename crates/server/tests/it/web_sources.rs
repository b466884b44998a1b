//! Where the guide comes from, over HTTP: sources and how they fare, addresses that somebody enters, and matches that somebody settles.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_server::adapters::clock::Clock;
use telecast_server::app::App;
use telecast_server::app::settings::Place;
use telecast_store::Store;

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::web_door::{Station, station_of};

const HOUR: i64 = 3_600_000;

fn stamp(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap().strftime("%Y%m%d%H%M%S +0000").to_string()
}

fn at(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap().to_string()
}

fn this_hour() -> i64 {
    Clock::start().wall_ms() / HOUR * HOUR
}

/// A guide: ids with their names, and what each shows for the next four hours.
fn guide(channels: &[(&str, &str)]) -> String {
    let mut text = String::from("<tv>");
    for (id, name) in channels {
        text += &format!("<channel id=\"{id}\"><display-name>{name}</display-name></channel>\n");
    }
    for (id, _) in channels {
        for hour in 0..4 {
            let (from, to) = (this_hour() + hour * HOUR, this_hour() + (hour + 1) * HOUR);
            text += &format!(
                "<programme start=\"{}\" stop=\"{}\" channel=\"{id}\"><title>{id} {hour}</title></programme>\n",
                stamp(from),
                stamp(to)
            );
        }
    }
    text + "</tv>"
}

async fn station(files: &[(&str, String)]) -> (FakeBox, Station, String) {
    let (bytes, rate) = live_box::with_aac();
    let play = |_| Manner::Play(bytes.clone(), rate);
    let fake = live_box::start([(1, play(1)), (2, play(2)), (3, play(3))].into(), 2).await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store: Store = live_box::store_beside(&tapes).await;
    let mut settings = live_box::settings(&fake, &tapes);
    for (name, text) in files {
        let file = directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        settings.guide_files.push(Place::Path(file).into());
    }
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    let station = station_of(app, store, directory).await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    (fake, station, owner)
}

async fn ask(station: &Station, token: &str, path: &str) -> (StatusCode, Value) {
    station.ask("GET", &format!("/api/v1/{path}"), Some(token)).await
}

async fn say(station: &Station, token: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let client = crate::web_door::client();
    let request = client.post(format!("{}/api/v1/{path}", station.base)).bearer_auth(token).json(&body);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or(Value::Null))
}

/// Waits until what `path` gives is as wanted.
async fn until(station: &Station, token: &str, path: &str, is: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..600 {
        last = ask(station, token, path).await.1;
        if is(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} stays {last}");
}

fn guides(sources: &Value) -> Vec<&Value> {
    sources["items"].as_array().unwrap().iter().filter(|source| source["kind"] != "receiver").collect()
}

fn is_read(sources: &Value) -> bool {
    let all = guides(sources);
    !all.is_empty() && all.iter().all(|source| !source["tried"].is_null() && source["reading"].is_null())
}

fn titles(window: &Value, row: usize) -> Vec<String> {
    let items = window["items"][row]["items"].as_array().unwrap();
    items.iter().map(|airing| airing["title"].as_str().unwrap().to_owned()).collect()
}

fn choice(revision: &Value, source: &str, channel: &str, choice: Value) -> Value {
    json!({ "revision": revision, "choices": { source: { channel: choice } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_doubtful_waits_for_a_person_and_what_is_refused_is_never_taken_again() {
    let text = guide(&[("one", "Channel 1"), ("a", "Channel 2"), ("b", "channel 2"), ("other", "Elsewhere")]);
    let (_fake, station, owner) = station(&[("guide.xml", text)]).await;
    let sources = until(&station, &owner, "guide/sources", is_read).await;
    let source = guides(&sources)[0].clone();
    let figures = &source["figures"];
    assert_eq!(
        (figures["sure"].clone(), figures["doubtful"].clone(), figures["unmatched"].clone()),
        (json!(1), json!(1), json!(1)),
        "{source}"
    );
    let id = source["id"].as_str().unwrap();
    let matches = format!("guide/matches?source={id}");
    let (_, page) = ask(&station, &owner, &format!("{matches}&standing=doubtful")).await;
    let row = &page["items"][0];
    let proposed: Vec<&str> =
        row["proposed"].as_array().unwrap().iter().map(|fit| fit["id"].as_str().unwrap()).collect();
    assert_eq!((row["channel_id"].as_str(), proposed), (Some(channel_id(2).as_str()), vec!["a", "b"]));
    assert_eq!(row["proposed"][0]["shows"][0]["title"], "a 0", "what it shows now: {row}");
    let (_, window) = ask(&station, &owner, "guide").await;
    assert_eq!(titles(&window, 1).first().map(String::as_str), Some("Channel 2"), "nothing is taken before");

    // One of them is chosen; who has not seen the newest state is told.
    let wish = choice(&page["revision"], id, &channel_id(2), json!({ "is": "b" }));
    let (status, wished) = say(&station, &owner, "guide/wishes", wish.clone()).await;
    assert_eq!((status, wished["revision"].clone()), (StatusCode::OK, json!(1)), "{wished}");
    assert_eq!(say(&station, &owner, "guide/wishes", wish).await.0, StatusCode::CONFLICT);
    let is = |titles_of: usize, title: &'static str| {
        move |window: &Value| titles(window, titles_of).first().is_some_and(|first| first == title)
    };
    until(&station, &owner, "guide", is(1, "b 0")).await;

    // It was wrong after all: it goes at once, and is not even proposed any more.
    let wish = choice(&wished["revision"], id, &channel_id(2), json!({ "not": ["b"] }));
    let (_, wished) = say(&station, &owner, "guide/wishes", wish).await;
    until(&station, &owner, "guide", is(1, "a 0")).await;

    // What was certain is refused, and stays so although the file changes and is read again.
    let wish = choice(&wished["revision"], id, &channel_id(1), json!({ "not": ["one"] }));
    let (_, wished) = say(&station, &owner, "guide/wishes", wish).await;
    until(&station, &owner, "guide", is(0, "Channel 1")).await;
    let again = guide(&[("one", "Channel 1"), ("a", "Channel 2"), ("late", "Something new")]);
    std::fs::write(station.directory().join("guide.xml"), again).unwrap();
    let (_, before) = ask(&station, &owner, "guide/sources").await;
    let before = guides(&before)[0]["tried"].clone();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(
        say(&station, &owner, "guide/refresh", json!({ "source": id })).await.0,
        StatusCode::NO_CONTENT
    );
    let fresh = |sources: &Value| guides(sources)[0]["tried"] != before && is_read(sources);
    until(&station, &owner, "guide/sources", fresh).await;
    let (_, window) = ask(&station, &owner, "guide").await;
    assert_eq!(titles(&window, 0)[0], "Channel 1", "{window}");
    let (_, page) = ask(&station, &owner, &format!("{matches}&decided=true")).await;
    assert_eq!(page["total"], 2, "{page}");

    // Another id by search; and a channel that this guide does not have.
    let (_, found) = ask(&station, &owner, &format!("guide/ids?source={id}&q=something")).await;
    assert_eq!(found["items"], json!([{ "id": "late", "name": "Something new" }]));
    let mut wish = choice(&wished["revision"], id, &channel_id(3), json!({ "is": "late" }));
    wish["choices"][id][channel_id(2)] = json!({ "none": true });
    assert_eq!(say(&station, &owner, "guide/wishes", wish).await.0, StatusCode::OK);
    until(&station, &owner, "guide", is(2, "late 0")).await;
    until(&station, &owner, "guide", is(1, "Channel 2")).await;
    let (_, page) = ask(&station, &owner, &matches).await;
    let standings: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|row| row["standing"].as_str().unwrap()).collect();
    assert_eq!(standings, ["unmatched", "none", "sure"]);
    // All of that is noted.
    let (_, audit) = ask(&station, &owner, "system/audit").await;
    assert!(audit.to_string().contains("guide.wishes"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_runs_the_station_sees_and_steers_where_the_guide_comes_from() {
    let (_fake, station, owner) = station(&[("guide.xml", guide(&[("one", "Channel 1")]))]).await;
    let watcher = station.token(Role::Viewer, &[Scope::Watch]).await;
    for path in ["guide/sources", "guide/matches?source=x", "guide/ids?source=x&q=a"] {
        assert_eq!(ask(&station, &watcher, path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["guide/sources", "guide/sources/test", "guide/sources/x", "guide/wishes", "guide/refresh"] {
        assert_eq!(say(&station, &watcher, path, json!({})).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    for (path, body, expected) in [
        ("guide/sources", json!({ "url": "/etc/passwd" }), StatusCode::BAD_REQUEST),
        ("guide/sources", json!({ "url": "file:///etc/passwd" }), StatusCode::BAD_REQUEST),
        ("guide/sources", json!({ "url": "http://169.254.169.254/x" }), StatusCode::BAD_REQUEST),
        (
            "guide/sources",
            json!({ "url": "http://127.0.0.1:9/g", "shift_min": 1441 }),
            StatusCode::BAD_REQUEST,
        ),
        ("guide/sources", json!({ "url": "http://127.0.0.1:9/g", "refresh_s": 60 }), StatusCode::BAD_REQUEST),
        ("guide/sources/xmltv%3Anothing", json!({ "name": "", "shift_min": 0 }), StatusCode::NOT_FOUND),
        ("guide/refresh", json!({ "source": "nothing" }), StatusCode::NOT_FOUND),
        ("guide/wishes", json!({ "revision": 0, "order": ["nothing"] }), StatusCode::BAD_REQUEST),
    ] {
        let (status, problem) = say(&station, &owner, path, body.clone()).await;
        let is_refused =
            status == expected || (expected == StatusCode::BAD_REQUEST && status.is_client_error());
        assert!(is_refused, "{path} {body}: {status} {problem}");
    }
    for path in ["guide/matches?source=x", "guide/ids?source=x&q=a"] {
        assert_eq!(ask(&station, &owner, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

/// A server that gives a guide, and counts who asks with the right key.
async fn serve(text: Arc<Mutex<String>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let give = |State(text): State<Arc<Mutex<String>>>, uri: axum::http::Uri| async move {
        if uri.query() == Some("key=geheim") {
            Ok(text.lock().unwrap().clone())
        } else {
            Err(StatusCode::FORBIDDEN)
        }
    };
    let router = Router::new().route("/guide.xml", get(give)).with_state(text);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}/guide.xml")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_tried_added_moved_in_time_ordered_and_removed_and_its_key_is_nowhere() {
    let text = Arc::new(Mutex::new(guide(&[("net", "Channel 1"), ("net2", "Channel 2")])));
    let (_fake, station, owner) = station(&[("guide.xml", guide(&[("file", "Channel 1")]))]).await;
    let url = serve(Arc::clone(&text)).await;
    let (status, trial) =
        say(&station, &owner, "guide/sources/test", json!({ "url": format!("{url}?key=geheim") })).await;
    assert_eq!(
        (status, trial["fault"].as_str(), trial["offered"].clone(), trial["sure"].clone()),
        (StatusCode::OK, Some(""), json!(2), json!(2)),
        "{trial}"
    );
    let (_, trial) = say(&station, &owner, "guide/sources/test", json!({ "url": url })).await;
    assert!(trial["fault"].as_str().unwrap().contains("403"), "{trial}");

    let new = json!({ "url": format!("{url}?key=geheim"), "name": "Net", "refresh_s": 3600 });
    let (status, added) = say(&station, &owner, "guide/sources", new.clone()).await;
    assert_eq!((status, added["kind"].as_str()), (StatusCode::CREATED, Some("page")), "{added}");
    assert_eq!(say(&station, &owner, "guide/sources", new).await.0, StatusCode::CONFLICT);
    let id = added["id"].as_str().unwrap().to_owned();
    let sources = until(&station, &owner, "guide/sources", is_read).await;
    assert!(!sources.to_string().contains("geheim"), "{sources}");
    assert_eq!(guides(&sources)[1]["address"], json!(url));
    let first = |row: usize, title: &'static str| {
        move |window: &Value| titles(window, row).first().is_some_and(|first| first == title)
    };
    until(&station, &owner, "guide", first(1, "net2 0")).await;
    let (_, window) = ask(&station, &owner, "guide").await;
    assert_eq!(titles(&window, 0)[0], "file 0", "the file of the configuration goes first");

    // The host wants it first.
    let file = guides(&sources)[0]["id"].clone();
    let order = json!({ "revision": sources["revision"], "order": [id, file] });
    assert_eq!(say(&station, &owner, "guide/wishes", order).await.0, StatusCode::OK);
    let (_, window) = ask(&station, &owner, "guide").await;
    assert_eq!(titles(&window, 0)[0], "net 0", "{window}");

    // An hour later: what stood there before is gone.
    let path = format!("guide/sources/{}", id.replace(':', "%3A"));
    let change = json!({ "name": "Net", "shift_min": 60 });
    let (status, changed) = say(&station, &owner, &path, change).await;
    assert_eq!((status, changed["shift_min"].clone()), (StatusCode::OK, json!(60)), "{changed}");
    let window = format!("guide?from={}&to={}", at(this_hour()), at(this_hour() + 6 * HOUR));
    let moved = until(&station, &owner, &window, |window| {
        window["items"][1]["items"][0]["start"] == at(this_hour() + HOUR)
    })
    .await;
    assert_eq!(titles(&moved, 1), ["net2 0", "net2 1", "net2 2", "net2 3"]);

    // It is there after a restart, sealed.
    let bytes = std::fs::read(station.directory().join("t.db")).unwrap();
    assert!(!bytes.windows(6).any(|some| some == b"geheim"));
    let kept = station.web.accounts.guides().await.unwrap();
    assert_eq!((kept.len(), kept[0].id.as_str(), kept[0].shift_min), (1, id.as_str(), 60));

    // Removed, with what it has told.
    let (status, _) = station.ask("DELETE", &format!("/api/v1/{path}"), Some(&owner)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    until(&station, &owner, "guide", first(1, "Channel 2")).await;
    let (_, sources) = ask(&station, &owner, "guide/sources").await;
    assert_eq!(guides(&sources).len(), 1);
    let own = guides(&sources)[0]["id"].as_str().unwrap().replace(':', "%3A").replace('/', "%2F");
    let (status, _) = station.ask("DELETE", &format!("/api/v1/guide/sources/{own}"), Some(&owner)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "those of the configuration are changed there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_without_guide_has_its_name_in_windows_and_exports_and_in_no_search() {
    let (_fake, station, owner) = station(&[("guide.xml", guide(&[("one", "Channel 1")]))]).await;
    until(&station, &owner, "guide/sources", is_read).await;
    let (_, window) = ask(&station, &owner, "guide").await;
    assert_eq!(titles(&window, 0)[0], "one 0");
    let quiet = &window["items"][2]["items"][0];
    assert_eq!(
        (quiet["title"].as_str(), quiet["generated"].clone(), quiet["locked"].clone()),
        (Some("Channel 3"), json!(true), json!(false)),
        "{window}"
    );
    assert!(
        window["items"][0]["items"].as_array().unwrap().iter().all(|airing| airing["generated"] == false)
    );
    let path = format!("programmes/{}", quiet["id"].as_str().unwrap());
    assert_eq!(ask(&station, &owner, &path).await.0, StatusCode::NOT_FOUND, "there is nothing to tell of it");
    let (_, found) = ask(&station, &owner, "guide/search?q=channel").await;
    assert_eq!(found["items"], json!([]));
    let (_, on) = ask(&station, &owner, &format!("guide/now?channels={}", channel_id(3))).await;
    assert_ne!(on["items"][0]["now"]["title"], "Channel 3");
    let client = crate::web_door::client();
    let export = client.get(format!("{}/iptv/guide.xml", station.base)).bearer_auth(&owner);
    let text = export.send().await.unwrap().text().await.unwrap();
    assert!(
        text.contains("<title>Channel 3</title>") && !text.contains("<title>Channel 1</title>"),
        "{text}"
    );
    // Until the end of tomorrow there is no gap.
    let far = format!(
        "guide?from={}&to={}&channels={}",
        at(this_hour()),
        at(this_hour() + 24 * HOUR),
        channel_id(3)
    );
    let (_, window) = ask(&station, &owner, &far).await;
    let items = window["items"][0]["items"].as_array().unwrap();
    assert!(items.len() >= 6 && items.windows(2).all(|two| two[0]["end"] == two[1]["start"]), "{window}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_has_ended_is_told_and_one_that_fails_keeps_what_was() {
    let (_fake, station, owner) = station(&[("guide.xml", guide(&[("one", "Channel 1")]))]).await;
    until(&station, &owner, "guide/sources", is_read).await;
    let mut news = station.web.app.listen().unwrap();
    for topic in ["guide", "guide_sources"] {
        news.add(topic).unwrap();
    }
    let mut heard = async |wanted: &str| {
        let all = async {
            loop {
                match news.next().await {
                    Some(telecast_store::Notice::Message { topic, .. }) if *topic == *wanted => return,
                    Some(_) => {}
                    None => panic!("it has ended"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), all)
            .await
            .unwrap_or_else(|_| panic!("{wanted} is not told"));
    };
    let file = station.directory().join("guide.xml");
    std::fs::write(&file, guide(&[("one", "Channel 1"), ("two", "Channel 2")])).unwrap();
    say(&station, &owner, "guide/refresh", json!({})).await;
    heard("guide_sources").await;
    heard("guide").await;
    until(&station, &owner, "guide", |window| {
        titles(window, 1).first().is_some_and(|first| first == "two 0")
    })
    .await;

    std::fs::write(&file, "<html>Sold out</html>").unwrap();
    say(&station, &owner, "guide/refresh", json!({})).await;
    let sources =
        until(&station, &owner, "guide/sources", |sources| guides(sources)[0]["failed"] == true).await;
    let source = guides(&sources)[0];
    assert!(!source["message"].as_str().unwrap().is_empty(), "{source}");
    assert_eq!(source["kept_channels"], 2, "{source}");
    assert!(source["kept_since"].is_string() && source["kept_until"].is_string(), "{source}");
    let (_, window) = ask(&station, &owner, "guide").await;
    assert_eq!(titles(&window, 1)[0], "two 0", "what was known is kept");
}
