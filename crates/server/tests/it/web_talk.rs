//! What goes on after the door: playback by its address, events over socket and stream, and what garbage gets.

use crate::live_box::{self, Manner, channel_id};
use crate::web_door::{Station, client, station_of, station_with};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use telecast_core::access::{Role, Scope};
use telecast_core::limits;
use telecast_server::web::WebConfig;
use telecast_server::web::routes::{Class, ROUTES, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A station with a box that has one channel with picture and sound.
async fn watching() -> (Station, String) {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, directory) = live_box::station(&fake).await;
    let store = live_box::store_beside(&directory.path().join("tapes")).await;
    let station = station_of(app, store, directory).await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    (station, token)
}

async fn started(station: &Station, token: &str, key: &str) -> (StatusCode, Value) {
    let request = client()
        .post(format!("{}/api/v1/sessions", station.base))
        .bearer_auth(token)
        .header("idempotency-key", key)
        .json(&json!({"channel_id": channel_id(1), "client": {"containers": ["cmaf"], "video": ["avc1"], "audio": ["mp4a.40.2"], "hls": "low_latency"}}));
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_playback_address_works_for_whoever_has_it_until_the_session_ends() {
    let (station, token) = watching().await;
    let (status, session) = started(&station, &token, "one").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{session}");
    let id = session["id"].as_str().unwrap();
    assert_eq!(started(&station, &token, "one").await.1["id"], id, "the same key is the same session");
    let other = station.token(Role::Viewer, &[Scope::Watch]).await;
    for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/heartbeat")] {
        let (status, _) = station.ask(method, &format!("/api/v1/sessions/{id}{path}"), Some(&other)).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path} of somebody else");
    }
    let (_, ready) = station.ask("GET", &format!("/api/v1/sessions/{id}?wait_s=10"), Some(&token)).await;
    assert_eq!(ready["state"], "ready", "{ready}");
    let main = format!("{}{}", station.base, session["playlist_url"].as_str().unwrap());
    let get = |url: String| client().get(url).send();
    let text = get(main.clone()).await.unwrap().text().await.unwrap();
    let rendition = text.lines().find(|line| !line.starts_with('#')).unwrap().to_owned();
    let base = main.trim_end_matches("main.m3u8").to_owned();
    let answer = get(format!("{base}{rendition}")).await.unwrap();
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(answer.headers().get(header::SET_COOKIE).is_none());
    let list = answer.text().await.unwrap();
    let segment = list.lines().find(|line| !line.starts_with('#') && line.ends_with("m4s")).unwrap();
    let segment = format!("{base}{segment}");
    let ranged = client().get(&segment).header(header::RANGE, "bytes=4-7").send().await.unwrap();
    assert_eq!(ranged.status(), StatusCode::PARTIAL_CONTENT);
    assert!(ranged.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(ranged.bytes().await.unwrap().len(), 4);
    let beyond = client().get(&segment).header(header::RANGE, "bytes=99999999-").send().await.unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    for method in [Method::HEAD, Method::OPTIONS] {
        assert!(client().request(method, &segment).send().await.unwrap().status().is_success());
    }
    let raw =
        client().get(format!("{base}stream.ts")).header(header::RANGE, "bytes=0-").send().await.unwrap();
    assert_eq!(raw.status(), StatusCode::OK, "a live stream has no ranges");
    drop(raw);
    for bad in
        ["../../api/v1/channels", "%2e%2e%2fetc%2fpasswd", "x/1.m4s", "v/99999999999999999999.m4s", "%ff%fe"]
    {
        let answer = get(format!("{base}{bad}")).await.unwrap();
        assert!(answer.status().is_client_error(), "{bad}: {}", answer.status());
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json", "{bad}");
    }
    assert_eq!(
        station.ask("DELETE", &format!("/api/v1/sessions/{id}"), Some(&token)).await.0,
        StatusCode::OK
    );
    assert!(get(segment).await.unwrap().status().is_client_error(), "what was stolen is worth nothing now");
}

/// Media passes no router: what the router's layers do must hold for it all the same.
#[tokio::test]
async fn the_rules_of_the_door_hold_for_media() {
    let station = crate::web_door::station().await;
    for (method, path, status, code) in [
        ("GET", "/play/x/main.m3u8", 410, "gone"),
        ("HEAD", "/play/x/main.m3u8", 410, ""),
        ("OPTIONS", "/play/x/main.m3u8", 204, ""),
        ("GET", "/play/x/main.m3u8?token=abc", 401, "token_in_query"),
        ("DELETE", "/play/x/main.m3u8", 405, "method_not_allowed"),
        ("GET", "/play/x", 404, "not_found"),
        ("GET", "/play/x/", 404, "not_found"),
        ("GET", "/play//main.m3u8", 404, "not_found"),
    ] {
        let asked = client().request(method.parse().unwrap(), format!("{}{path}", station.base));
        let answer = asked.header("x-request-id", "mine-1").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{method} {path}");
        let headers = answer.headers().clone();
        assert_eq!(headers["x-request-id"], "mine-1", "{method} {path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{method} {path}");
        if status == 405 {
            assert_eq!(headers[header::ALLOW], "GET, HEAD, OPTIONS");
        }
        let body = answer.text().await.unwrap();
        if code.is_empty() {
            assert_eq!(body, "", "{method} {path}");
        } else {
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(
                (&body["code"], &body["request_id"]),
                (&json!(code), &json!("mine-1")),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_large_playlist_is_packed_for_those_who_take_it() {
    let packed = telecast_server::web::play::Packed::default();
    let plain = bytes::Bytes::from("#EXTINF:2.00000,\n".repeat(1_000));
    let small = packed.pack(&plain).await.unwrap();
    assert!(small.starts_with(b"\x1f\x8b") && small.len() * 10 < plain.len());
    let again = packed.pack(&plain).await.unwrap();
    assert_eq!(again.as_ptr(), small.as_ptr(), "packed once for each state");
}

#[tokio::test]
async fn socket_and_stream_tell_of_a_session_to_its_owner_alone() {
    let (station, token) = watching().await;
    let (_, session) = started(&station, &token, "two").await;
    let topic = format!("session:{}", session["id"].as_str().unwrap());
    let url = station.base.replace("http", "ws") + "/api/v1/socket";
    let connect = |token: String, origin: Option<&'static str>| {
        let mut request = url.as_str().into_client_request().unwrap();
        match origin {
            Some(origin) => request.headers_mut().insert("origin", origin.parse().unwrap()),
            None => request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap()),
        };
        tokio_tungstenite::connect_async(request)
    };
    assert!(connect(String::new(), Some("http://evil.example")).await.is_err(), "another site's page");
    let subscribe = Message::text(json!({"type": "subscribe", "topics": [topic]}).to_string());
    let (mut mine, _) = connect(token.clone(), None).await.unwrap();
    mine.send(Message::text("nonsense")).await.unwrap();
    mine.send(subscribe.clone()).await.unwrap();
    let stranger = station.token(Role::Viewer, &[Scope::Watch]).await;
    let (mut theirs, _) = connect(stranger, None).await.unwrap();
    theirs.send(subscribe).await.unwrap();
    let mut seen = Vec::new();
    let heard = tokio::time::timeout(Duration::from_secs(10), async {
        while let Some(Ok(message)) = mine.next().await {
            let Message::Text(text) = message else { continue };
            let event: Value = serde_json::from_str(&text).unwrap();
            if event["topic"] == topic.as_str() && event["data"]["state"] == "ready" {
                return true;
            }
            seen.push(event);
        }
        false
    });
    assert!(heard.await.unwrap_or(false), "{seen:?}");
    assert!(seen.iter().any(|event| event["type"] == "not_understood"), "{seen:?}");
    let mut events = client()
        .get(format!("{}/api/v1/events?topics={topic}", station.base))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let first = tokio::time::timeout(Duration::from_secs(5), events.chunk()).await.unwrap().unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains(&topic));
    while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_millis(200), theirs.next()).await {
        assert!(!matches!(message, Message::Text(_)), "told a stranger: {message:?}");
    }
}

/// A page that sees another address for the same session plays it anew.
#[tokio::test]
async fn under_a_path_every_way_to_a_session_gives_the_same_address() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let config = WebConfig { public_url: "https://tv.example/tv/".parse().ok(), ..WebConfig::default() };
    let base_path = config.base_path().to_owned();
    let (app, directory) = live_box::station_on(&[&fake], |settings| settings.base_path = base_path).await;
    let store = live_box::store_beside(&directory.path().join("tapes")).await;
    let station = station_with(app, store, directory, config).await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let (_, session) = started(&station, &token, "path").await;
    let address = |view: &Value| {
        [&view["playlist_url"], &view["stream_url"]].map(|url| url.as_str().unwrap().to_owned())
    };
    let [playlist, stream] = address(&session);
    assert!(playlist.starts_with("/tv/play/") && stream.starts_with("/tv/play/"), "{playlist} {stream}");
    let id = session["id"].as_str().unwrap();
    let topic = format!("session:{id}");
    let mut request = (station.base.replace("http", "ws") + "/api/v1/socket").into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let subscribe = json!({"type": "subscribe", "topics": [topic]}).to_string();
    socket.send(Message::text(subscribe)).await.unwrap();
    let events = format!("{}/api/v1/events?topics={topic}", station.base);
    let mut events = client().get(events).bearer_auth(&token).send().await.unwrap();
    let path = format!("/api/v1/sessions/{id}");
    assert_eq!(address(&station.ask("GET", &path, Some(&token)).await.1), address(&session));
    station.ask("GET", &format!("{path}?wait_s=10"), Some(&token)).await;
    station.ask("DELETE", &path, Some(&token)).await;
    let over = async {
        let mut frames = 0;
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            let event: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(address(&event["data"]), address(&session), "{event}");
            frames += 1;
            if event["type"] == "ended" {
                return frames;
            }
        }
        0
    };
    let frames = tokio::time::timeout(Duration::from_secs(10), over).await.unwrap();
    assert!(frames >= 2, "the state at first and changes after it: {frames}");
    let mut said = String::new();
    while !said.contains(r#""type":"ended""#) {
        let more = tokio::time::timeout(Duration::from_secs(10), events.chunk()).await.unwrap().unwrap();
        said.push_str(&String::from_utf8_lossy(&more.expect("it ends before it tells")));
    }
    for event in said.lines().filter_map(|line| line.strip_prefix("data:")) {
        let event: Value = serde_json::from_str(event).unwrap();
        assert_eq!(address(&event["data"]), address(&session), "{event}");
    }
}

#[tokio::test]
async fn a_right_for_something_else_opens_no_route() {
    let station = crate::web_door::station().await;
    let token = station.token(Role::Owner, &[Scope::Desk]).await;
    // A player's address is nothing to somebody else.
    let scoped = |route: &&Route| route.class.scope().is_some() && route.class != Class::Player;
    for route in ROUTES.iter().filter(scoped) {
        let path = route.path.replace("{id}", "x");
        for method in route.methods.iter().filter(|method| **method != "HEAD") {
            let (status, body) = station.ask(method, &path, Some(&token)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}: {body}");
        }
        let (status, body) = station.ask("PATCH", &path, Some(&token)).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}: {body}");
        assert_eq!(body["code"], "method_not_allowed", "{path}");
    }
}

#[tokio::test]
async fn no_role_reaches_beyond_its_scopes() {
    let station = crate::web_door::station().await;
    for role in Role::ALL {
        // A token with every scope has those of its account's role at most.
        let token = station.token(role, &Scope::ALL).await;
        for route in ROUTES {
            let Some(scope) = route.class.scope().filter(|scope| !role.scopes().contains(scope)) else {
                continue;
            };
            let path = route.path.replace("{id}", "x");
            for method in route.methods.iter().filter(|method| **method != "HEAD") {
                let (status, body) = station.ask(method, &path, Some(&token)).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{role:?} {method} {path}: {body}");
                assert!(body["detail"].as_str().is_some_and(|words| words.contains(scope.name())), "{body}");
            }
        }
    }
}

#[tokio::test]
async fn garbage_gets_an_end_and_the_next_one_an_answer() {
    let station = crate::web_door::station().await;
    let address = station.base.trim_start_matches("http://").to_owned();
    let head = format!("GET / HTTP/1.1\r\nx: {}\r\n", "y".repeat(100_000));
    for bytes in [b"\x16\x03\x01\x00\x00".to_vec(), b"GET\r\n\r\n".to_vec(), vec![0; 5000], head.into_bytes()]
    {
        let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
        let _ = socket.write_all(&bytes).await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "hangs");
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{:?}",
            &answer[..answer.len().min(40)]
        );
    }
    assert_eq!(station.ask("GET", "/healthz", None).await.0, StatusCode::OK);
    let (status, body) = station.ask("GET", "/api/v1/sessions/%ff", Some("x")).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("unauthenticated")));
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    for path in ["/api/v1/sessions/%ff", "/api/v1/socket", "/api/v1/events"] {
        let (status, body) = station.ask("GET", path, Some(&token)).await;
        assert!(status.is_client_error() && body["code"].is_string(), "{path}: {status} {body}");
    }
}

#[tokio::test]
async fn whoever_sends_a_head_byte_by_byte_is_cut_off_and_others_are_served() {
    const SLOW: usize = 40;
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let station = crate::web_door::station().await;
    let address = station.base.trim_start_matches("http://").to_owned();
    let mut slow = tokio::task::JoinSet::new();
    for _ in 0..SLOW {
        let address = address.clone();
        slow.spawn(async move {
            let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
            let (mut from, mut to) = socket.split();
            let writing = async {
                // A head that never ends: each second a byte, always of a good header.
                let head = b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: ".iter().chain(std::iter::repeat(&b'y'));
                for byte in head {
                    if to.write_all(&[*byte]).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            };
            let mut answer = Vec::new();
            let cut = async {
                tokio::select! {
                    _ = from.read_to_end(&mut answer) => {}
                    () = writing => {}
                }
            };
            tokio::time::timeout(limits::HEAD_TIME * 3, cut).await.is_ok()
        });
    }
    // Whoever speaks at once is answered all the while.
    let mut answered = 0;
    while !slow.is_empty() {
        assert_eq!(station.ask("GET", "/healthz", None).await.0, StatusCode::OK);
        answered += 1;
        let pause = tokio::time::sleep(Duration::from_millis(500));
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                Some(cut) = slow.join_next() => assert!(cut.unwrap(), "holds its connection for ever"),
            }
        }
    }
    assert!(answered >= 10, "{answered}");
    let text = figures.render();
    assert!(text.contains(&format!("telecast_slow_requests_total{{part=\"head\"}} {SLOW}")), "{text}");
}

/// A listing is written to its end before its status is sent, so a reader that takes its time holds nothing that others need.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_read_at_once_while_listings_of_them_are_read_slowly() {
    const LISTINGS: usize = 8;
    let (station, token) = watching().await;
    let mut id = String::new();
    for key in 0..120 {
        let (status, session) = started(&station, &token, &key.to_string()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{session}");
        session["id"].as_str().unwrap().clone_into(&mut id);
    }
    let (_, listing) = station.ask("GET", "/api/v1/sessions", Some(&token)).await;
    assert!(listing.to_string().len() > 50_000, "a listing is long: {}", listing.to_string().len());
    let address = station.base.trim_start_matches("http://").parse().unwrap();
    let asked = format!("GET /api/v1/sessions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\r\n");
    let mut slow = Vec::new();
    for _ in 0..LISTINGS {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2048).unwrap();
        let mut socket = socket.connect(address).await.unwrap();
        // More than the system takes off the server's hands.
        socket.write_all(asked.repeat(100).as_bytes()).await.unwrap();
        slow.push(socket);
    }
    let (reader, path) = (client(), format!("{}/api/v1/sessions/{id}", station.base));
    let mut took = Vec::new();
    for round in 0..60 {
        // A byte of this listing, a byte of that one.
        slow[round % LISTINGS].read_u8().await.unwrap();
        let begun = std::time::Instant::now();
        let answer = reader.get(&path).bearer_auth(&token).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        took.push(begun.elapsed());
    }
    took.sort();
    // The half: on a busy machine one or the other waits for a core.
    assert!(took[took.len() / 2] < Duration::from_millis(10), "{took:?}");
    for mut socket in slow {
        let mut rest = vec![0; 64 << 10];
        assert!(socket.read(&mut rest).await.unwrap() > 0, "there was more to read all the while");
    }
}

#[tokio::test]
async fn the_end_does_not_wait_for_those_who_listen() {
    let (station, token) = watching().await;
    let (_, session) = started(&station, &token, "three").await;
    let path = format!("/api/v1/sessions/{}?wait_s=10", session["id"].as_str().unwrap());
    station.ask("GET", &path, Some(&token)).await;
    let stream = format!("{}{}", station.base, session["stream_url"].as_str().unwrap());
    let mut stream = client().get(stream).send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let begun = tokio::time::Instant::now();
    station.stop();
    while stream.chunk().await.is_ok_and(|chunk| chunk.is_some()) {}
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
