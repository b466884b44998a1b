//! What is refused by its form, on every route, and what bounds whoever sends: spoken to by hand, because clients mend what is wrong.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::limits;
use telecast_server::web::WebConfig;
use telecast_server::web::rate::{Bucket, RateLimits};
use telecast_server::web::routes::ROUTES;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::web_door::{Station, client, station};
use crate::web_rate::limited;

/// Sends bytes, and reads until the station hangs up.
async fn said(station: &Station, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(station.base.trim_start_matches("http://")).await.unwrap();
    let _ = socket.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "it hangs after {:?}", String::from_utf8_lossy(&answer));
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get(station: &Station, path: &str) -> (u16, Value) {
    let answer =
        said(station, format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes())
            .await;
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// `text` encoded so many times.
fn encoded(text: &str, layers: usize) -> String {
    let first = text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
    (1..layers).fold(first, |text, _| text.replace('%', "%25"))
}

#[tokio::test]
async fn no_path_leaves_its_root_in_however_many_layers() {
    let station = station().await;
    for root in ["/", "/assets/", "/play/0123/", "/api/v1/channels/"] {
        for layers in 0..=12 {
            let dots = if layers == 0 { "..".to_owned() } else { encoded("..", layers) };
            for path in [format!("{root}{dots}/x"), format!("{root}a{}{dots}", encoded("/", layers.max(1)))] {
                let (status, body) = get(&station, &path).await;
                assert_eq!((status, &body["code"]), (400, &json!("bad_path")), "{layers} layers: {path}");
            }
        }
        for path in ["%00", "a%2500", "..%5c..%5cx", "%255c", "x\\y"] {
            let (status, body) = get(&station, &format!("{root}{path}")).await;
            assert_eq!((status, &body["code"]), (400, &json!("bad_path")), "{root}{path}");
        }
    }
    for (path, status) in [
        ("/healthz", 200),
        ("/watch/a..b%20c", 404),
        ("/play/0123/main.m3u8", 410),
        ("/play/0123/a%2520b", 410),
    ] {
        assert_eq!(get(&station, path).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn a_token_in_an_address_is_refused_on_every_route_however_it_is_written() {
    let station = station().await;
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let pages = ["/", "/watch", "/assets/none.js", "/nothing.txt", "/play/none"]
        .map(|path| (path, &["GET", "HEAD"][..]));
    let all = ROUTES.iter().map(|route| (route.path, route.methods)).chain(pages);
    for (path, methods) in all {
        let path = path.replace("{id}", "x").replace("{key}", "x").replace("{*rest}", "main.m3u8");
        for (at, name) in ["token", "%74oken", "TOKEN", "access_token", "a=b&api%5fkey", "%2561ccess_token"]
            .iter()
            .enumerate()
        {
            // The first of them by each method: what counts is that nothing is looked for before.
            let methods = if at == 0 { methods } else { &methods[..1] };
            for method in methods {
                let (status, body) = station.ask(method, &format!("{path}?{name}=abc"), Some(&token)).await;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}?{name}");
                assert!(
                    *method == "HEAD" || body["code"] == "token_in_query",
                    "{method} {path}?{name}: {body}"
                );
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_smuggled_behind_a_request() {
    let station = station().await;
    // What a proxy in front may take for the body is a request to somebody who counts otherwise.
    let hidden = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let chunks = format!("0\r\n\r\n{hidden}");
    let post = |fields: &str, body: &str| {
        format!("POST /api/v1/auth/sign-out HTTP/1.1\r\nHost: a\r\n{fields}\r\n{body}")
    };
    let length = format!("Content-Length: {}\r\n", chunks.len());
    for fields in [
        format!("{length}Transfer-Encoding: chunked\r\n"),
        format!("Transfer-Encoding: chunked\r\n{length}"),
        format!("{length}Transfer-Encoding: \tchunked\r\n"),
        format!("{length}Transfer-Encoding : chunked\r\n"),
        format!("{length}Transfer-Encoding: chunked, identity\r\n"),
        format!("{length}Transfer-Encoding: identity\r\n"),
        format!("{length}Transfer-Encoding: xchunked\r\n"),
        "Content-Length: 5\r\nContent-Length: 6\r\n".into(),
        "Content-Length: 5, 6\r\n".into(),
        "Content-Length: +5\r\n".into(),
        "Content-Length: -1\r\n".into(),
        "Content-Length: 5\r\n Transfer-Encoding: chunked\r\n".into(),
    ] {
        let answer = said(&station, post(&fields, &chunks).as_bytes()).await;
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{fields:?} let a second request through: {answer}");
        assert!(!answer.contains("HTTP/1.1 500"), "{answer}");
    }
    let old = said(&station, b"POST /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").await;
    assert!(old.is_empty() || old.starts_with("HTTP/1.1 400") || old.starts_with("HTTP/1.0 400"), "{old}");
}

#[tokio::test]
async fn a_request_names_one_host_and_not_too_many_fields() {
    let station = station().await;
    for (head, status) in [
        ("Host: a\r\nHost: a\r\n".to_owned(), "400"),
        ("Host: a\r\nHost: b\r\n".to_owned(), "400"),
        (String::new(), "400"),
        ("Host: a\r\n".to_owned(), "200"),
        (format!("Host: a\r\n{}", "x: y\r\n".repeat(200)), "431"),
        (format!("Host: a\r\nx: {}\r\n", "y".repeat(limits::HEAD)), "431"),
    ] {
        let answer =
            said(&station, format!("GET /healthz HTTP/1.1\r\n{head}Connection: close\r\n\r\n").as_bytes())
                .await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{} bytes: {answer}", head.len());
    }
}

/// A body that is begun and never sent to its end.
fn half(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    )
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let station = station().await;
    let waiting = async {
        let begun = tokio::time::Instant::now();
        let answer = said(&station, half("/api/v1/auth/sign-in").as_bytes()).await;
        (answer, begun.elapsed())
    };
    let others = async { station.ask("GET", "/healthz", None).await.0 };
    let ((answer, waited), other) = tokio::join!(waiting, others);
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"too_slow\""), "{answer}");
    assert!(waited >= limits::BODY_TIME && waited < limits::BODY_TIME * 2, "{waited:?}");
    assert_eq!(other, StatusCode::OK);
    let text = figures.render();
    assert!(text.contains("telecast_slow_requests_total{part=\"body\"} 1"), "{text}");
}

#[tokio::test]
async fn a_network_that_sends_many_bodies_at_once_takes_nobody_elses_room() {
    let wide = Bucket { burst: 10_000, per_minute: 10_000 };
    let rates = RateLimits { unknown: wide, door: wide, ..RateLimits::default() };
    let station = limited(WebConfig { rates, ..WebConfig::default() }).await;
    let address = station.base.trim_start_matches("http://").parse().unwrap();
    let mut held = Vec::new();
    for _ in 0..limits::UPLOADS_OF_NETWORK {
        let mut socket = TcpSocket::new_v4().unwrap().connect(address).await.unwrap();
        socket.write_all(half("/api/v1/auth/sign-in").as_bytes()).await.unwrap();
        held.push(socket);
    }
    let whole = |from: u8| {
        let url = format!("{}/api/v1/auth/sign-in", station.base);
        let builder =
            reqwest::Client::builder().no_proxy().local_address(std::net::IpAddr::from([127, 0, 0, from]));
        async move {
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            // Not a guess: those are slowed for another reason.
            let body = json!({"nothing": "that counts"});
            let answer = builder.build().unwrap().post(url).json(&body).send().await.unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap()["code"].clone())
        }
    };
    for attempt in 0.. {
        let (status, code) = whole(1).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(code, "too_many");
            break;
        }
        assert!(attempt < 50, "there is room for one more each time: {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(whole(2).await.0, StatusCode::BAD_REQUEST, "a neighbour is not disturbed");
    drop(held);
    for attempt in 0.. {
        if whole(1).await.0 == StatusCode::BAD_REQUEST {
            break;
        }
        assert!(attempt < 100, "room that was left is never given again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_receiver_that_nobody_should_ask_is_refused_before_anything_is_kept() {
    let station = station().await;
    let token = station.token(Role::Owner, &Scope::ALL).await;
    for address in [
        "http://169.254.169.254/latest/meta-data",
        "169.254.1.1",
        "http://2852039166",
        "http://0xA9.0376.43518",
        "http://[fe80::1]",
        "http://[::ffff:a9fe:a9fe]:80",
        "http://0.0.0.0:8080",
        "http://224.0.0.1",
        "http://100.100.100.200",
    ] {
        for path in ["/api/v1/receivers", "/api/v1/receivers/test"] {
            let request = client().post(format!("{}{path}", station.base)).bearer_auth(&token);
            let answer = request.json(&json!({"url": address})).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{address}");
            let body: Value = answer.json().await.unwrap();
            assert_eq!(
                (&body["code"], &body["fields"][0]["name"]),
                (&json!("address_refused"), &json!("url")),
                "{body}"
            );
            assert!(
                body["reason"].is_string()
                    && body["detail"].as_str().is_some_and(|text| text.contains("not asked")),
                "{body}"
            );
        }
    }
    assert_eq!(station.ask("GET", "/api/v1/receivers", Some(&token)).await.1["items"], json!([]));
}
