//! What each person has of the guide: favourites, languages and saved searches; who is told of a change, and what players get of it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::limits;
use telecast_server::adapters::clock::Clock;
use telecast_server::app::App;
use telecast_server::app::settings::Place;
use telecast_server::web::WebConfig;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::live_box::{self, channel_id};
use crate::web_door::{self, Station, client, station_of, station_with};
use crate::web_guide::{a_box, station};

const FAVOURITES: &str = "/api/v1/account/favourites";
const LANGUAGES: &str = "/api/v1/account/languages";
const SEARCHES: &str = "/api/v1/account/searches";

async fn tell(
    station: &Station,
    method: Method,
    path: &str,
    token: &str,
    body: Value,
) -> (StatusCode, Value) {
    let request = client().request(method, format!("{}{path}", station.base)).bearer_auth(token);
    let response = request.json(&body).send().await.unwrap();
    (response.status(), response.json().await.unwrap_or(Value::Null))
}

async fn read(station: &Station, token: &str, path: &str) -> Value {
    let (status, body) = station.ask("GET", path, Some(token)).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

#[tokio::test]
async fn favourites_are_ones_own_in_order_and_the_second_of_two_at_once_is_told() {
    let station = web_door::station().await;
    let anna = station.token(Role::Viewer, &[Scope::Watch]).await;
    let ben = station.token(Role::Child, &[Scope::Watch]).await;
    let none = json!({ "revision": 0, "channels": [] });
    assert_eq!(read(&station, &anna, FAVOURITES).await, none);
    // None of these is in the lineup: a box that is off must not empty the list.
    let liked = json!({ "revision": 0, "channels": ["b", "a", "b", "gone"] });
    let (status, changed) = tell(&station, Method::POST, FAVOURITES, &anna, liked.clone()).await;
    assert_eq!((status, &changed["revision"]), (StatusCode::OK, &json!(1)), "{changed}");
    assert_eq!(read(&station, &anna, FAVOURITES).await["channels"], json!(["b", "a", "gone"]));
    assert_eq!(read(&station, &ben, FAVOURITES).await, none, "of nobody else");
    let (status, late) = tell(&station, Method::POST, FAVOURITES, &anna, liked).await;
    assert_eq!((status, &late["code"]), (StatusCode::CONFLICT, &json!("conflict")), "{late}");
    let many: Vec<String> = (0..=limits::FAVOURITES).map(|number| number.to_string()).collect();
    for bad in [json!([""]), json!(["a b"]), json!(["x".repeat(limits::FAVOURITE_ID + 1)]), json!(many)] {
        let body = json!({ "revision": 1, "channels": bad });
        let (status, problem) = tell(&station, Method::POST, FAVOURITES, &anna, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    }
    assert_eq!(read(&station, &anna, FAVOURITES).await["revision"], 1);
}

#[tokio::test]
async fn whoever_has_no_account_keeps_nothing_here() {
    let station = web_door::station().await;
    for path in [FAVOURITES, LANGUAGES, SEARCHES] {
        let (status, _) = station.ask("GET", path, None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let fake = a_box().await;
    let (app, directory) = live_box::station(&fake).await;
    let store = live_box::store_beside(&directory.path().join("tapes")).await;
    let open = WebConfig { anonymous: true, ..WebConfig::default() };
    let station = station_with(app, store, directory, open).await;
    assert_eq!(station.ask("GET", "/api/v1/channels", None).await.0, StatusCode::OK);
    assert_eq!(station.ask("GET", FAVOURITES, None).await.0, StatusCode::UNAUTHORIZED);
}

/// The kinds of what a socket hears of the topic `account`, until it has heard `last`.
async fn heard(station: &Station, token: &str, then: impl Future<Output = ()>) -> Vec<String> {
    let mut request = (station.base.replace("http", "ws") + "/api/v1/socket").into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let subscribe = json!({ "type": "subscribe", "topics": ["account", "account:somebody"] });
    socket.send(Message::text(subscribe.to_string())).await.unwrap();
    // What is not understood is answered: then what was asked before is in force.
    socket.send(Message::text("?")).await.unwrap();
    let mut then = Box::pin(then);
    let (mut kinds, mut told) = (Vec::new(), false);
    while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_millis(500), socket.next()).await {
        let Message::Text(text) = message else { continue };
        let event: Value = serde_json::from_str(&text).unwrap();
        if event["topic"] == "socket" && !told {
            told = true;
            then.as_mut().await;
        } else {
            assert_eq!(event["topic"], "account", "{event}");
            kinds.push(event["type"].as_str().unwrap().to_owned());
        }
    }
    assert!(told, "the socket answered");
    kinds
}

#[tokio::test]
async fn ones_other_pages_are_told_and_nobody_elses() {
    let station = web_door::station().await;
    let anna = station.token(Role::Viewer, &[Scope::Watch]).await;
    let stranger = station.token(Role::Owner, &Scope::ALL).await;
    let change = async |revision: i64| {
        let body = json!({ "revision": revision, "channels": ["a"] });
        assert_eq!(tell(&station, Method::POST, FAVOURITES, &anna, body).await.0, StatusCode::OK);
        let body = json!({ "languages": ["de"] });
        assert_eq!(tell(&station, Method::POST, LANGUAGES, &anna, body).await.0, StatusCode::NO_CONTENT);
        let body = json!({ "name": "News", "wanted": { "q": "news" } });
        assert_eq!(tell(&station, Method::POST, SEARCHES, &anna, body).await.0, StatusCode::CREATED);
    };
    assert_eq!(heard(&station, &anna, change(0)).await, ["favourites", "languages", "searches"]);
    assert!(heard(&station, &stranger, change(1)).await.is_empty());
}

#[tokio::test]
async fn a_search_is_saved_renamed_changed_and_removed_by_its_owner() {
    let station = web_door::station().await;
    let anna = station.token(Role::Viewer, &[Scope::Watch]).await;
    let ben = station.token(Role::Viewer, &[Scope::Watch]).await;
    let wanted = json!({ "q": " Der  König ", "channel": "c", "day": "sun", "genre": 16, "new": true });
    let body = json!({ "name": " Kings ", "wanted": wanted });
    let (status, made) = tell(&station, Method::POST, SEARCHES, &anna, body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let kept = json!({ "q": "Der König", "channel": "c", "day": "sun", "genre": 16, "new": true });
    assert_eq!((&made["name"], &made["wanted"]), (&json!("Kings"), &kept));
    let path = format!("{SEARCHES}/{}", made["id"].as_str().unwrap());
    for (method, body) in [(Method::POST, json!({ "name": "Mine" })), (Method::DELETE, json!({}))] {
        assert_eq!(tell(&station, method, &path, &ben, body).await.0, StatusCode::NOT_FOUND);
    }
    let rename = tell(&station, Method::POST, &path, &anna, json!({ "name": "Sunday" })).await;
    assert_eq!(rename.0, StatusCode::NO_CONTENT);
    let all = read(&station, &anna, SEARCHES).await;
    assert_eq!((&all["items"][0]["name"], &all["items"][0]["wanted"]), (&json!("Sunday"), &kept));
    let other = json!({ "name": "Sunday", "wanted": { "q": "ball" } });
    assert_eq!(tell(&station, Method::POST, &path, &anna, other).await.0, StatusCode::NO_CONTENT);
    let all = read(&station, &anna, SEARCHES).await;
    assert_eq!(all["items"][0]["wanted"], json!({ "q": "ball", "new": false }));
    for bad in [
        json!({ "name": "", "wanted": { "q": "x" } }),
        json!({ "name": "x", "wanted": { "q": " " } }),
        json!({ "name": "x", "wanted": { "q": "x", "day": "someday" } }),
        json!({ "name": "x", "wanted": { "q": "x", "colour": "red" } }),
    ] {
        let (status, problem) = tell(&station, Method::POST, SEARCHES, &anna, bad).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    }
    assert_eq!(tell(&station, Method::DELETE, &path, &anna, json!({})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(read(&station, &anna, SEARCHES).await, json!({ "items": [] }));
}

/// Titles of what is in the first row of an answer.
fn first_title(answer: &Value) -> &str {
    answer["items"][0]["items"][0]["title"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_languages_of_an_account_choose_everywhere_before_the_browsers() {
    let fake = a_box().await;
    let (station, owner, now) = station(&fake).await;
    let from = jiff::Timestamp::from_millisecond(now - 3_600_000).unwrap();
    let window = format!("/api/v1/guide?from={from}&channels={}&languages=de", channel_id(1));
    assert_eq!(first_title(&read(&station, &owner, &window).await), "Wetter");
    let speak = async |languages: Value| {
        tell(&station, Method::POST, LANGUAGES, &owner, json!({ "languages": languages })).await.0
    };
    for bad in [json!(["english, please"]), json!(["x"]), json!(vec!["de"; limits::GUIDE_LANGUAGES + 1])] {
        assert_eq!(speak(bad).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(speak(json!(["fr", "en"])).await, StatusCode::NO_CONTENT);
    assert_eq!(read(&station, &owner, LANGUAGES).await, json!({ "languages": ["fr", "en"] }));
    let shown = read(&station, &owner, &window).await;
    assert_eq!(first_title(&shown), "Weather", "the account's come first");
    let id = shown["items"][0]["items"][0]["id"].as_str().unwrap();
    let detail = read(&station, &owner, &format!("/api/v1/programmes/{id}?languages=de")).await;
    assert_eq!(detail["title"], "Weather");
    let found = format!("/api/v1/guide/search?q=wett&from={from}&languages=de");
    assert_eq!(read(&station, &owner, &found).await["items"][0]["title"], "Weather", "found in any language");
    let other = station.token(Role::Viewer, &[Scope::Watch]).await;
    assert_eq!(first_title(&read(&station, &other, &window).await), "Wetter", "nobody else's");

    let export = async |token: &str| {
        let request = client().get(format!("{}/iptv/guide.xml", station.base)).bearer_auth(token);
        request.send().await.unwrap().text().await.unwrap()
    };
    let place = |xml: &str, title: &str| xml.find(title).unwrap_or_else(|| panic!("no {title} in {xml}"));
    let (own, foreign) = (export(&owner).await, export(&other).await);
    assert!(place(&own, ">Weather<") < place(&own, ">Wetter<"), "all are kept, the preferred one first");
    assert!(place(&foreign, ">Wetter<") < place(&foreign, ">Weather<"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_is_told_in_the_languages_of_whoever_asks() {
    let fake = a_box().await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let now = Clock::start().wall_ms();
    let stamp = |ms: i64| {
        let at = jiff::Timestamp::from_millisecond(ms).unwrap();
        at.strftime("%Y%m%d%H%M%S +0000").to_string()
    };
    let texts = [("title", "Nachrichten", "News"), ("desc", "Vom Tage.", "Of the day.")];
    let texts = texts.map(|(tag, german, english)| {
        format!("<{tag} lang=\"de\">{german}</{tag}><{tag} lang=\"en\">{english}</{tag}>")
    });
    let guide = format!(
        "<tv><channel id=\"one\"><display-name>Channel 1</display-name></channel>\
        <programme start=\"{}\" stop=\"{}\" channel=\"one\">{}</programme></tv>",
        stamp(now - 60_000),
        stamp(now + 3_600_000),
        texts.concat()
    );
    let file = directory.path().join("guide.xml");
    std::fs::write(&file, guide).unwrap();
    let store = live_box::store_beside(&tapes).await;
    let mut settings = live_box::settings(&fake, &tapes);
    settings.guide_files.push(Place::Path(file).into());
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    let station = station_of(app, store, directory).await;
    let viewer = station.token(Role::Viewer, &[Scope::Watch]).await;
    let title = async |languages: &str| {
        let now = format!("/api/v1/guide/now?channels={}&languages={languages}", channel_id(1));
        for _ in 0..200 {
            let told = read(&station, &viewer, &now).await;
            let on = &told["items"][0]["now"];
            if let (Some(title), Some(text)) = (on["title"].as_str(), on["description"].as_str()) {
                return format!("{title}: {text}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nothing is on");
    };
    assert_eq!(title("en,de").await, "News: Of the day.");
    assert_eq!(title("fr").await, "Nachrichten: Vom Tage.", "the source's first");
    let english = json!({ "languages": ["en"] });
    assert_eq!(tell(&station, Method::POST, LANGUAGES, &viewer, english).await.0, StatusCode::NO_CONTENT);
    assert_eq!(title("de").await, "News: Of the day.");
}

#[tokio::test(flavor = "multi_thread")]
async fn favourites_are_a_group_of_ones_players() {
    let fake = a_box().await;
    let (station, owner, _) = station(&fake).await;
    let body = json!({ "revision": 0, "channels": [channel_id(2), "gone"] });
    assert_eq!(tell(&station, Method::POST, FAVOURITES, &owner, body).await.0, StatusCode::OK);
    let groups = async |token: &str| {
        let request = client().get(format!("{}/iptv/channels.m3u", station.base)).bearer_auth(token);
        let text = request.send().await.unwrap().text().await.unwrap();
        let list = telecast_core::m3u::read(&text, &telecast_core::m3u::Limits::default()).unwrap();
        list.entries.into_iter().map(|entry| entry.groups.concat()).collect::<Vec<_>>()
    };
    assert_eq!(groups(&owner).await, ["All", "FavouritesAll", "All"]);
    let other = station.token(Role::Viewer, &[Scope::Watch]).await;
    assert_eq!(groups(&other).await, ["All"; 3]);
}
