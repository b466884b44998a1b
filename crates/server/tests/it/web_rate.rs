//! How often somebody may ask, and from where: nobody who behaves is slowed by somebody who does not.

use reqwest::StatusCode;
use telecast_core::access::{Role, Scope};
use telecast_core::secret::SecretHash;
use telecast_server::app::App;
use telecast_server::app::settings::Settings;
use telecast_server::config::Network;
use telecast_server::web::WebConfig;
use telecast_server::web::guard::Credential;
use telecast_server::web::rate::RateLimits;

use crate::live_box::store_beside;
use crate::web_door::{Station, client, station_with};

pub(crate) async fn limited(config: WebConfig) -> Station {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = store_beside(&tapes).await;
    let app = App::start(Settings::with_tapes_in(tapes), store.clone()).await.unwrap();
    station_with(app, store, directory, config).await
}

/// Asks `count` times for `path` as `client` says; how often it was let in.
async fn let_in(station: &Station, path: &str, count: usize, header: Option<(&str, &str)>) -> usize {
    let (client, mut good) = (client(), 0);
    for _ in 0..count {
        let mut request = client.get(format!("{}{path}", station.base));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        good += usize::from(request.send().await.unwrap().status() != StatusCode::TOO_MANY_REQUESTS);
    }
    good
}

const STATE: &str = "/api/v1/auth/state";

#[tokio::test]
async fn strangers_have_a_burst_and_are_told_when_to_come_back() {
    let station = limited(WebConfig::default()).await;
    // In the same house somebody watches.
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let bearer = format!("Bearer {token}");
    assert_eq!(let_in(&station, "/api/v1/channels", 1, Some(("authorization", &bearer))).await, 1);
    let asked = std::time::Instant::now();
    let first = client().get(format!("{}{STATE}", station.base)).send().await.unwrap();
    let header = |response: &reqwest::Response, name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
    };
    assert_eq!(
        (header(&first, "x-ratelimit-limit"), header(&first, "x-ratelimit-remaining")),
        (Some(20), Some(19))
    );
    let good = let_in(&station, STATE, 60, None).await;
    let refill = asked.elapsed().as_secs() as usize * 10 + 10;
    assert!((19..=19 + refill).contains(&good), "{good}");
    let mut refused = client().get(format!("{}{STATE}", station.base)).send().await.unwrap();
    for _ in 0..60 {
        if refused.status() == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        refused = client().get(format!("{}{STATE}", station.base)).send().await.unwrap();
    }
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        (header(&refused, "retry-after"), header(&refused, "x-ratelimit-remaining")),
        (Some(1), Some(0))
    );
    assert_eq!(refused.json::<serde_json::Value>().await.unwrap()["code"], "too_many");

    // Wrong tokens are strangers' as well, and are not even looked up any more.
    let_in(&station, STATE, 60, None).await;
    let wrong = Some(("authorization", "Bearer tct_wrong"));
    let asked = std::time::Instant::now();
    let good = let_in(&station, "/api/v1/channels", 60, wrong).await;
    assert!(good <= asked.elapsed().as_secs() as usize * 10 + 10, "{good}");
    // He is not slowed by it, not even when somebody else's right is taken away and all must be looked up again.
    station.web.accounts.sign_out(&Credential::Cookie(SecretHash::from([7; 32]))).await.unwrap();
    assert_eq!(let_in(&station, "/api/v1/channels", 30, Some(("authorization", &bearer))).await, 30);
    // Nor are probes, and media, which are bounded by their session.
    assert_eq!(let_in(&station, "/healthz", 100, None).await, 100);
    assert_eq!(let_in(&station, "/play/none/main.m3u8", 100, None).await, 100);
}

#[tokio::test]
async fn an_account_has_a_burst_of_its_own_and_no_more_sockets_than_it_may() {
    let station = limited(WebConfig::default()).await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let bearer = format!("Bearer {token}");
    let asked = std::time::Instant::now();
    let good = let_in(&station, "/api/v1/channels", 140, Some(("authorization", &bearer))).await;
    let refill = asked.elapsed().as_secs() as usize * 20 + 20;
    assert!((60..=60 + refill).contains(&good), "{good}");
    let other = station.token(Role::Viewer, &[Scope::Watch]).await;
    let events = |token: String| {
        client().get(format!("{}/api/v1/events?topics=channels", station.base)).bearer_auth(token).send()
    };
    let mut open = Vec::new();
    for _ in 0..10 {
        let stream = events(other.clone()).await.unwrap();
        assert_eq!(stream.status(), StatusCode::OK);
        open.push(stream);
    }
    assert_eq!(events(other.clone()).await.unwrap().status(), StatusCode::TOO_MANY_REQUESTS);
    drop(open);
    for attempt in 0.. {
        if events(other.clone()).await.unwrap().status() == StatusCode::OK {
            break;
        }
        assert!(attempt < 200, "those that went are never forgotten");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn who_asks_is_what_the_connection_says_unless_a_named_proxy_says_otherwise() {
    let station = limited(WebConfig::default()).await;
    let (client, mut good, asked) = (client(), 0, std::time::Instant::now());
    for number in 0..60 {
        let request = client.get(format!("{}{STATE}", station.base));
        let request = request.header("x-forwarded-for", format!("192.0.2.{number}"));
        good += usize::from(request.send().await.unwrap().status() == StatusCode::OK);
    }
    let refill = asked.elapsed().as_secs() as usize * 10 + 10;
    assert!(good <= 20 + refill, "an invented address is no new bucket: {good}");

    let network = |text: &str| vec![Network::parse(text).unwrap()];
    let behind = limited(WebConfig { proxies: network("127.0.0.1"), ..WebConfig::default() }).await;
    for number in 0..60 {
        let request = client.get(format!("{}{STATE}", behind.base));
        let request = request.header("x-forwarded-for", format!("192.0.2.{number}"));
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK, "each has its own");
    }
    // HTTPS in front makes the cookie one for HTTPS.
    let rates = RateLimits { exempt: network("127.0.0.0/8"), ..RateLimits::default() };
    let exempt = limited(WebConfig { rates, ..WebConfig::default() }).await;
    assert_eq!(let_in(&exempt, STATE, 100, None).await, 100);
}

#[tokio::test]
async fn a_network_that_holds_connections_open_takes_nobody_elses() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rates = RateLimits { connections: 20, ..RateLimits::default() };
    let station = limited(WebConfig { rates, ..WebConfig::default() }).await;
    let address = station.base.trim_start_matches("http://").to_owned();
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
        socket.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        held.push(socket);
    }
    let mut refused = tokio::net::TcpStream::connect(&address).await.unwrap();
    let mut said = String::new();
    refused.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 429 ") && said.contains("\"too_many\""), "{said}");
    let elsewhere = reqwest::Client::builder()
        .no_proxy()
        .local_address(std::net::IpAddr::from([127, 0, 0, 2]))
        .build()
        .unwrap();
    let answer = elsewhere.get(format!("{}/healthz", station.base)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    held.pop();
    for attempt in 0.. {
        if client()
            .get(format!("{}/healthz", station.base))
            .send()
            .await
            .is_ok_and(|answer| answer.status() == StatusCode::OK)
        {
            break;
        }
        assert!(attempt < 200, "a seat that was left is never given again");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
