//! Children, guests, televisions, and whoever has no account: what each of them gets, and what not.

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::web_door::{Station, client, station, station_of, station_with};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use telecast_core::access::{Role, Scope};
use telecast_core::guide::Event;
use telecast_core::lineup::ChannelId;
use telecast_server::adapters::clock::Clock;
use telecast_server::app::App;
use telecast_server::web::WebConfig;
use telecast_server::web::rate::RateLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Whatever is waited for comes within this, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(40);

/// A browser: its cookie, once it has one.
struct Browser<'a> {
    station: &'a Station,
    cookie: Option<String>,
}

impl<'a> Browser<'a> {
    fn new(station: &'a Station) -> Self {
        Self { station, cookie: None }
    }

    async fn ask(&mut self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = client().request(method, format!("{}/api/v1/{path}", self.station.base));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get("set-cookie") {
            self.cookie = Some(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        (response.status(), response.json().await.unwrap_or(Value::Null))
    }

    async fn status(&mut self, method: &str, path: &str, body: Value) -> StatusCode {
        self.ask(method, path, body).await.0
    }
}

fn event(id: i64, start_ms: i64, end_ms: i64, rating: Option<u8>) -> Event {
    let text = |text: &str| text.to_owned();
    Event {
        id,
        title: text("A programme"),
        subtitle: text(""),
        description: text(""),
        start_ms,
        end_ms,
        genre: text(""),
        rating,
    }
}

async fn a_box() -> FakeBox {
    let (bytes, rate) = live_box::with_aac();
    let play = |_| Manner::Play(bytes.clone(), rate);
    live_box::start(HashMap::from([(1, play(1)), (2, play(2))]), 2).await
}

/// A station whose first channel carries these events.
async fn on_air(fake: &FakeBox, events: Vec<Event>) -> Station {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let mut settings = live_box::settings(fake, &tapes);
    let app = App::start(settings.clone(), store.clone()).await.unwrap();
    live_box::listed(&app).await;
    if events.is_empty() {
        return station_of(app, store, directory).await;
    }
    app.shutdown().await;
    // Its pages are silent from now on, so that what is known of them stays; its streams are not.
    let now = Clock::start().wall_ms();
    store.put_now_next(&[(ChannelId(channel_id(1)), events)], now).await.unwrap();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    settings.receivers[0].url.set_port(Some(gone)).unwrap();
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    station_of(app, store, directory).await
}

/// A child of that station, in a browser of its own; who runs it; where the child's profile is set.
async fn a_child(station: &Station) -> (Browser<'_>, String, String) {
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let send = |path: &str, body: Value| {
        client().post(format!("{}/api/v1/{path}", station.base)).bearer_auth(&owner).json(&body).send()
    };
    let child = json!({ "name": "Mia", "role": "child", "password": "long enough" });
    let child: Value = send("people", child).await.unwrap().json().await.unwrap();
    let mut browser = Browser::new(station);
    let in_with = json!({ "name": "Mia", "password": "long enough" });
    assert_eq!(browser.status("POST", "auth/sign-in", in_with).await, StatusCode::OK);
    (browser, owner, format!("/api/v1/people/{}/profile", child["id"].as_str().unwrap()))
}

async fn set_profile(station: &Station, owner: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = client().post(format!("{}{path}", station.base)).bearer_auth(owner).json(&body);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or(Value::Null))
}

fn wish(sid: u32) -> Value {
    json!({ "channel_id": channel_id(sid), "client": { "audio": ["mp4a.40.2"] } })
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_that_a_child_may_not_see_are_nowhere() {
    let fake = a_box().await;
    let station = on_air(&fake, Vec::new()).await;
    let (mut mia, owner, path) = a_child(&station).await;
    let profile = json!({ "profile": { "age": 18, "channels": [channel_id(1)] } });
    let (status, told) = set_profile(&station, &owner, &path, profile).await;
    assert_eq!((status, &told["profile"]["channels"]), (StatusCode::OK, &json!([channel_id(1)])), "{told}");
    let (_, list) = mia.ask("GET", "channels", Value::Null).await;
    let ids: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|channel| channel["id"].as_str().unwrap()).collect();
    assert_eq!((ids, &list["next_cursor"]), (vec![channel_id(1).as_str()], &Value::Null));
    let hidden = channel_id(2);
    for path in ["bouquets", "guide/now", &format!("guide/now?channels={},{hidden}", channel_id(1))] {
        let (status, told) = mia.ask("GET", path, Value::Null).await;
        assert!(status == StatusCode::OK && told.to_string().contains(&channel_id(1)), "{path}: {told}");
        assert!(!told.to_string().contains(&hidden), "{path}: {told}");
    }
    for path in [format!("channels/{hidden}"), format!("channels/{hidden}/logo")] {
        assert_eq!(mia.status("GET", &path, Value::Null).await, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(mia.status("POST", "sessions", wish(2)).await, StatusCode::NOT_FOUND);
    let mut pinned = wish(2);
    pinned["pin"] = json!("1234");
    let (status, told) = mia.ask("POST", "sessions", pinned).await;
    assert_eq!((status, &told["reason"]), (StatusCode::FORBIDDEN, &json!("wrong_pin")), "there is none");
    assert_eq!(mia.status("POST", "sessions", wish(1)).await, StatusCode::ACCEPTED);
    // A token of the child's does no more.
    let token = json!({ "name": "Kodi", "scopes": ["watch"] });
    let (_, made) = mia.ask("POST", "account/tokens", token).await;
    let token = made["token"].as_str().unwrap();
    assert_eq!(
        station.ask("GET", &format!("/api/v1/channels/{hidden}"), Some(token)).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_a_child_is_not_begun_and_ends_when_it_comes() {
    let fake = a_box().await;
    let now = Clock::start().wall_ms();
    let change = now + 14_000;
    let station = on_air(
        &fake,
        vec![event(1, now - 60_000, change, Some(6)), event(2, change, now + 600_000, Some(16))],
    )
    .await;
    let (mut mia, owner, path) = a_child(&station).await;
    // Nobody has said what it may see yet: what is for everybody.
    let (status, told) = mia.ask("POST", "sessions", wish(1)).await;
    assert_eq!((status, &told["reason"]), (StatusCode::FORBIDDEN, &json!("age_limit")), "{told}");
    let six = |more: Value| {
        let mut body = json!({ "profile": { "age": 6 } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let (status, told) = set_profile(&station, &owner, &path, six(json!({ "pin": "12a4" }))).await;
    assert_eq!((status, &told["fields"][0]["name"]), (StatusCode::BAD_REQUEST, &json!("pin")));
    assert_eq!(set_profile(&station, &owner, &path, six(json!({ "pin": "2468" }))).await.0, StatusCode::OK);

    let (status, session) = mia.ask("POST", "sessions", wish(1)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{session}");
    let (status, told) = mia.ask("POST", "sessions", wish(2)).await;
    assert_eq!(
        (status, &told["reason"]),
        (StatusCode::FORBIDDEN, &json!("age_limit")),
        "nobody has rated it"
    );
    let raw = client().get(format!("{}{}", station.base, session["stream_url"].as_str().unwrap()));
    let raw = raw.send().await.unwrap();
    assert_eq!(raw.status(), StatusCode::OK);
    let reader = tokio::spawn(raw.bytes());
    let path_of = format!("sessions/{}", session["id"].as_str().unwrap());
    let over = async {
        loop {
            let (_, view) = mia.ask("GET", &path_of, Value::Null).await;
            if view["state"] == "stopped" {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let view = tokio::time::timeout(PATIENCE, over).await.expect("it ends");
    assert_eq!(view["reason"]["code"], "age_limit", "{view}");
    assert!(Clock::start().wall_ms() >= change, "not before it comes");
    let read = tokio::time::timeout(PATIENCE, reader).await.expect("the raw stream ends with it").unwrap();
    assert!(!read.unwrap().is_empty());
    let playlist = client().get(format!("{}{}", station.base, session["playlist_url"].as_str().unwrap()));
    assert_eq!(playlist.send().await.unwrap().status(), StatusCode::GONE);

    let pinned = |pin: &str| {
        let mut body = wish(1);
        body["pin"] = json!(pin);
        body
    };
    let (status, told) = mia.ask("POST", "sessions", pinned("1357")).await;
    assert_eq!((status, &told["reason"]), (StatusCode::FORBIDDEN, &json!("wrong_pin")), "{told}");
    let (status, session) = mia.ask("POST", "sessions", pinned("2468")).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{session}");
    tokio::time::sleep(2 * telecast_core::limits::GUARDIAN).await;
    let view = mia.ask("GET", &format!("sessions/{}", session["id"].as_str().unwrap()), Value::Null).await.1;
    assert!(view["state"] != "stopped", "the PIN holds for the session: {view}");
    // Another profile ends what runs.
    assert_eq!(set_profile(&station, &owner, &path, six(json!({ "pin": "" }))).await.0, StatusCode::OK);
    let view = mia.ask("GET", &format!("sessions/{}", session["id"].as_str().unwrap()), Value::Null).await.1;
    assert_eq!(view["reason"]["code"], "ended_by_host", "{view}");
    assert_eq!(
        mia.status("POST", "sessions", pinned("2468")).await,
        StatusCode::FORBIDDEN,
        "no PIN any more"
    );
    let unrated = json!({ "profile": { "age": 6, "unrated": true } });
    assert_eq!(set_profile(&station, &owner, &path, unrated).await.0, StatusCode::OK);
    assert_eq!(mia.status("POST", "sessions", wish(2)).await, StatusCode::ACCEPTED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_does_not_reach_back_to_what_was_on_before_it_came() {
    let fake = a_box().await;
    let now = Clock::start().wall_ms();
    let station = on_air(&fake, vec![event(1, now - 1_000, now + 600_000, Some(6))]).await;
    let (mut mia, owner, path) = a_child(&station).await;
    let six = json!({ "profile": { "age": 6, "unrated": true } });
    assert_eq!(set_profile(&station, &owner, &path, six).await.0, StatusCode::OK);
    let first = async |browser: &mut Browser<'_>, sid: u32| {
        let (status, session) = browser.ask("POST", "sessions", wish(sid)).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{session}");
        let id = session["id"].as_str().unwrap();
        browser.ask("GET", &format!("sessions/{id}?wait_s=30"), Value::Null).await;
        let main = session["playlist_url"].as_str().unwrap().to_owned();
        let get = async |path: String| {
            client().get(format!("{}{path}", station.base)).send().await.unwrap().text().await.unwrap()
        };
        let text = get(main.clone()).await;
        let name = text.lines().find(|line| !line.starts_with('#')).unwrap().to_owned();
        let media = get(main.replace("main.m3u8", &name)).await;
        let sequence = media.lines().find_map(|line| line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:"));
        (sequence.unwrap().parse::<u64>().unwrap(), main.replace("main.m3u8", name.trim_end_matches(".m3u8")))
    };
    // Somebody else has watched for a while: on the second channel nobody knows what was on.
    let mut anna = Browser { station: &station, cookie: Some(station.cookie("anna").await) };
    first(&mut anna, 2).await;
    tokio::time::sleep(telecast_core::limits::CHILD_PAST + Duration::from_secs(6)).await;
    let (whole, _) = first(&mut anna, 2).await;
    let (bounded, address) = first(&mut mia, 2).await;
    assert!(bounded > whole, "the child's list begins at {bounded}, everybody's at {whole}");
    let segment = |number: u64| client().get(format!("{}{address}/{number}.m4s", station.base)).send();
    let status = segment(whole).await.unwrap().status();
    assert_eq!(status, StatusCode::NOT_FOUND, "nor by its number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_watches_until_his_stay_ends() {
    let fake = a_box().await;
    let station = on_air(&fake, Vec::new()).await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let host = async |method: &str, path: &str, body: Value| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = client().request(method, format!("{}/api/v1/{path}", station.base)).bearer_auth(&owner);
        let response = request.json(&body).send().await.unwrap();
        (response.status(), response.json::<Value>().await.unwrap_or(Value::Null))
    };
    for (body, field) in [
        (json!({ "name": "x", "role": "viewer", "expires_hours": 0 }), "expires_hours"),
        (json!({ "name": "x", "role": "viewer", "expires_hours": 9_000 }), "expires_hours"),
        (json!({ "name": "x", "role": "viewer", "expires_hours": 1, "password": "long enough" }), "password"),
    ] {
        let (status, told) = host("POST", "people", body).await;
        assert_eq!((status, &told["fields"][0]["name"]), (StatusCode::BAD_REQUEST, &json!(field)), "{told}");
    }
    let (status, guest) =
        host("POST", "people", json!({ "name": "Gran", "role": "programmer", "expires_hours": 24 })).await;
    assert_eq!(status, StatusCode::CREATED, "{guest}");
    let (_, link) = host("POST", &format!("people/{}/link", guest["id"].as_str().unwrap()), json!({})).await;
    assert!((86_300..=86_400).contains(&link["expires_s"].as_u64().unwrap()), "{link}");
    let code = link["path"].as_str().unwrap().split("#link=").nth(1).unwrap().to_owned();
    for _ in 0..2 {
        let mut gran = Browser::new(&station);
        let (status, told) = gran.ask("POST", "auth/link", json!({ "code": code })).await;
        assert_eq!(status, StatusCode::OK, "as often as he likes");
        assert_eq!(
            (&told["account"]["scopes"], &told["account"]["until_ms"]),
            (&json!(["watch"]), &guest["expires_ms"])
        );
    }
    // One whose stay ends in a moment.
    let now = station.web.clock.wall_ms();
    let short = station.web.accounts.create_guest("Short", Role::Viewer, now + 6_000, now).await.unwrap();
    let (code, _) = station.web.accounts.new_link(&short, now).await.unwrap();
    let mut browser = Browser::new(&station);
    let code = json!({ "code": secrecy::ExposeSecret::expose_secret(&code) });
    assert_eq!(browser.status("POST", "auth/link", code.clone()).await, StatusCode::OK);
    let (status, session) = browser.ask("POST", "sessions", wish(1)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{session}");
    let over = async {
        while browser.status("GET", "channels", Value::Null).await == StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, over).await.expect("it ends");
    assert!(station.web.clock.wall_ms() >= now + 6_000);
    let ended = async {
        loop {
            let path = format!("sessions/{}", session["id"].as_str().unwrap());
            let (_, view) = host("GET", &path, json!({})).await;
            if view["state"] == "stopped" {
                return view["reason"]["code"].clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, ended).await.expect("it ends"), "access_ended");
    assert_eq!(Browser::new(&station).status("POST", "auth/link", code).await, StatusCode::FORBIDDEN);
    station.store.purge_access(station.web.clock.wall_ms()).await.unwrap();
    assert!(station.store.account(&short.id).await.unwrap().is_none(), "and is forgotten");
}

#[tokio::test]
async fn a_television_is_let_in_by_whoever_is_signed_in() {
    let station = station().await;
    let mut television = Browser::new(&station);
    let (status, pairing) = television.ask("POST", "auth/pairing", Value::Null).await;
    assert_eq!(status, StatusCode::CREATED, "{pairing}");
    let (secret, code) = (json!({ "secret": pairing["secret"] }), pairing["code"].as_str().unwrap());
    assert!(pairing["path"].as_str().unwrap().ends_with(&format!("/pair#code={code}")));
    assert!(!code.contains(pairing["secret"].as_str().unwrap()));
    let (status, waits) = television.ask("POST", "auth/pairing/poll", secret.clone()).await;
    assert_eq!((status, &waits["account"]), (StatusCode::ACCEPTED, &Value::Null));

    let mut phone = Browser { station: &station, cookie: Some(station.cookie("anna").await) };
    let token = station.token(Role::Admin, &Scope::ALL).await;
    let approve = json!({ "code": code, "approve": true });
    let by_token =
        client().post(format!("{}/api/v1/account/device", station.base)).bearer_auth(token).json(&approve);
    assert_eq!(by_token.send().await.unwrap().status(), StatusCode::FORBIDDEN, "a token makes no sign-in");
    let stranger = Browser::new(&station).status("POST", "account/device", json!({ "code": code })).await;
    assert_eq!(stranger, StatusCode::UNAUTHORIZED);
    assert_eq!(
        phone.status("POST", "account/device", json!({ "code": "0000-0000" })).await,
        StatusCode::NOT_FOUND
    );
    let typed = code.to_lowercase().replace('-', " ");
    let (status, device) = phone.ask("POST", "account/device", json!({ "code": typed })).await;
    assert_eq!((status, &device["address"]), (StatusCode::OK, &json!("127.0.0.1")), "{device}");
    assert_eq!(
        television.status("POST", "auth/pairing/poll", secret.clone()).await,
        StatusCode::ACCEPTED,
        "looked at only"
    );
    let (status, device) =
        phone.ask("POST", "account/device", json!({ "code": code, "approve": true })).await;
    assert_eq!((status, &device["approved"]), (StatusCode::OK, &json!(true)));
    assert_eq!(
        phone.status("POST", "account/device", json!({ "code": code, "approve": true })).await,
        StatusCode::NOT_FOUND,
        "once"
    );

    // What is shown lets nobody in; what the device keeps does, once.
    let seen = Browser::new(&station).status("POST", "auth/pairing/poll", json!({ "secret": code })).await;
    assert_eq!(seen, StatusCode::GONE);
    let (status, told) = television.ask("POST", "auth/pairing/poll", secret.clone()).await;
    assert_eq!((status, &told["account"]["name"]), (StatusCode::OK, &json!("anna")));
    assert_eq!(television.status("GET", "channels", Value::Null).await, StatusCode::OK);
    assert_eq!(Browser::new(&station).status("POST", "auth/pairing/poll", secret).await, StatusCode::GONE);
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let (_, audit) = station.ask("GET", "/api/v1/system/audit?limit=50", Some(&owner)).await;
    let lines: Vec<String> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{} {} {}", line["action"], line["result"], line["actor"]))
        .collect();
    let polls = lines.iter().filter(|line| line.contains("sign_in.device") && line.contains("done"));
    assert_eq!(polls.count(), 1, "waiting is not noted: {lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("\"device.approve\" \"done\" \"anna\"")), "{lines:#?}");
    assert!(!audit.to_string().contains(code));
}

#[tokio::test]
async fn devices_wait_for_a_while_and_not_in_any_number() {
    let station = station().await;
    let now = station.web.clock.wall_ms();
    let from =
        async |address: String, at_ms| station.web.accounts.new_pairing("tv".into(), address, at_ms).await;
    let pairing = async |at_ms| from("::1".into(), at_ms).await;
    let minutes = telecast_core::limits::PAIRING.as_millis() as i64;
    let (secret, code) = pairing(now - minutes).await.unwrap();
    assert!(station.web.accounts.waiting_device(&code, now).await.unwrap().is_none(), "too late");
    assert!(!station.web.accounts.approve_device(&code, "anybody", now).await.unwrap());
    assert_eq!(station.web.accounts.paired(&secret, now).await.unwrap(), telecast_store::Paired::Over);
    // Whoever asks for many pushes out his own, then the oldest of all; nobody is kept out.
    let waits = async |code| station.web.accounts.waiting_device(code, now + 3).await.unwrap().is_some();
    let (_, mine) = from("::2".into(), now).await.unwrap();
    let (_, first) = pairing(now + 1).await.unwrap();
    for _ in 0..telecast_core::limits::PAIRINGS_OF_ONE {
        pairing(now + 2).await.unwrap();
    }
    assert!(!waits(&first).await && waits(&mine).await);
    for at in 0..telecast_core::limits::PAIRINGS {
        from(format!("10.0.0.{at}"), now + 3).await.unwrap();
    }
    assert!(!waits(&mine).await, "there is room for so many");
}

#[tokio::test]
async fn without_an_account_one_watches_only_where_the_owner_has_said_so() {
    let open = async |anonymous| {
        let directory = tempfile::tempdir().unwrap();
        let tapes = directory.path().join("tapes");
        let store = live_box::store_beside(&tapes).await;
        let settings = telecast_server::app::settings::Settings::with_tapes_in(tapes);
        let app = App::start(settings, store.clone()).await.unwrap();
        let rates = RateLimits { enabled: false, ..RateLimits::default() };
        station_with(app, store, directory, WebConfig { rates, anonymous, ..WebConfig::default() }).await
    };
    let station = open(true).await;
    let (_, state) = station.ask("GET", "/api/v1/auth/state", None).await;
    assert_eq!((&state["anonymous"], &state["account"]), (&json!(true), &Value::Null));
    assert!(state["notices"].to_string().contains("anonymous"), "it is said: {state}");
    for (method, path, expected) in [
        ("GET", "channels", StatusCode::OK),
        ("GET", "sessions", StatusCode::OK),
        ("GET", "guide/now", StatusCode::OK),
        ("GET", "account/tokens", StatusCode::UNAUTHORIZED),
        ("POST", "account/tokens", StatusCode::UNAUTHORIZED),
        ("POST", "account/device", StatusCode::UNAUTHORIZED),
        ("GET", "people", StatusCode::UNAUTHORIZED),
        ("POST", "receivers", StatusCode::UNAUTHORIZED),
        ("GET", "system/status", StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(station.ask(method, &format!("/api/v1/{path}"), None).await.0, expected, "{path}");
    }
    assert_eq!(station.ask("GET", "/api/v1/channels", Some("tct_none")).await.0, StatusCode::UNAUTHORIZED);
    let mut config = (*station.web.config()).clone();
    config.anonymous = false;
    station.web.set_config(config);
    assert_eq!(station.ask("GET", "/api/v1/channels", None).await.0, StatusCode::UNAUTHORIZED, "at once");
    let closed = open(false).await;
    assert_eq!(closed.ask("GET", "/api/v1/channels", None).await.0, StatusCode::UNAUTHORIZED);
}

/// A request whose body is kept back: its head is sent, and what comes after `meanwhile` is its reply.
async fn kept_back(
    browser: &Browser<'_>,
    path: &str,
    body: &Value,
    meanwhile: impl Future<Output = ()>,
) -> String {
    let (address, body) = (browser.station.base.trim_start_matches("http://"), body.to_string());
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/{path} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        browser.cookie.as_deref().unwrap_or_default(),
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    // It is in by then: what comes of that is looked at below.
    tokio::time::sleep(Duration::from_millis(500)).await;
    meanwhile.await;
    socket.write_all(body.as_bytes()).await.unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await.unwrap();
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_begun_before_a_right_went_does_not_keep_it() {
    let fake = a_box().await;
    let station = on_air(&fake, Vec::new()).await;
    let (mut mia, owner, path) = a_child(&station).await;
    let all = json!({ "profile": { "age": 18 } });
    assert_eq!(set_profile(&station, &owner, &path, all).await.0, StatusCode::OK);
    let narrower = async {
        let six = json!({ "profile": { "age": 6, "channels": [] } });
        assert_eq!(set_profile(&station, &owner, &path, six).await.0, StatusCode::OK);
    };
    let reply = kept_back(&mia, "sessions", &wish(1), narrower).await;
    assert!(reply.starts_with("HTTP/1.1 403"), "{reply}");
    let (_, list) = mia.ask("GET", "sessions", Value::Null).await;
    let running = list["items"].as_array().unwrap().iter().filter(|one| one["reason"].is_null()).count();
    assert_eq!(running, 0, "{list}");
    // With the same rights as before nothing is lost.
    assert_eq!(
        set_profile(&station, &owner, &path, json!({ "profile": { "age": 18 } })).await.0,
        StatusCode::OK
    );
    let reply = kept_back(&mia, "sessions", &wish(1), async {}).await;
    assert!(reply.starts_with("HTTP/1.1 202"), "{reply}");
}

#[tokio::test]
async fn pictures_of_another_page_take_nothing_of_the_door() {
    let station = station().await;
    for (dest, expected) in
        [(Some("image"), "foreign_origin"), (Some("script"), "foreign_origin"), (None, "")]
    {
        let mut request = client().get(format!("{}/api/v1/auth/oidc", station.base));
        if let Some(dest) = dest {
            request = request.header("sec-fetch-dest", dest).header("sec-fetch-site", "cross-site");
        }
        let told: Value = request.send().await.unwrap().json().await.unwrap_or(Value::Null);
        assert_eq!(told["code"] == "foreign_origin", expected == "foreign_origin", "{dest:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_what_is_not_told_to_those_whom_it_is_not_for() {
    let (bytes, rate) = live_box::with_aac();
    let play = |_: u32| Manner::Play(bytes.clone(), rate);
    let fake = live_box::start(HashMap::from([(1, play(1)), (2, play(2))]), 1).await;
    let station = on_air(&fake, Vec::new()).await;
    let mut anna = Browser { station: &station, cookie: Some(station.cookie("anna").await) };
    let (_, session) = anna.ask("POST", "sessions", wish(2)).await;
    anna.ask("GET", &format!("sessions/{}?wait_s=30", session["id"].as_str().unwrap()), Value::Null).await;
    let (mut mia, owner, path) = a_child(&station).await;
    let only = json!({ "profile": { "age": 18, "channels": [channel_id(1)] } });
    assert_eq!(set_profile(&station, &owner, &path, only).await.0, StatusCode::OK);
    let mut ben = Browser { station: &station, cookie: Some(station.cookie("ben").await) };
    for (browser, told) in [(&mut ben, true), (&mut mia, false)] {
        let (_, session) = browser.ask("POST", "sessions", wish(1)).await;
        let path = format!("sessions/{}?wait_s=30", session["id"].as_str().unwrap());
        let (_, view) = browser.ask("GET", &path, Value::Null).await;
        assert_eq!(view["reason"]["code"], "tuners_busy", "{view}");
        assert_eq!(view.to_string().contains("anna"), told, "{view}");
        assert_eq!(view["reason"]["holders"].as_array().is_some_and(|all| !all.is_empty()), told, "{view}");
    }
}
