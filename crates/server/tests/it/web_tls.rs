//! HTTPS in process: who may speak it, what of it is swapped while it runs, and what keeps the station from it.

use crate::live_box::{self, Manner, channel_id};
use crate::web_door::{self, Station, station_with};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Client, ClientBuilder, StatusCode, Version, header};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use telecast_core::access::{Role, Scope};
use telecast_core::limits;
use telecast_server::adapters::certificate::{Certificate, Files};
use telecast_server::adapters::household::{self, Made};
use telecast_server::app::App;
use telecast_server::app::settings::Settings;
use telecast_server::config::{Config, Source};
use telecast_server::ops::reload::{Apply, Keeper, channel};
use telecast_server::web::WebConfig;
use telecast_server::web::rate::RateLimits;
use telecast_server::web::tls::Tls;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;

const DAY: i64 = 86_400;
/// How a client of HTTP/2 begins: preface and empty settings (RFC 9113 §3.4).
const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

fn now() -> i64 {
    telecast_server::adapters::clock::system_ms() / 1_000
}

/// A certificate for loopback in `directory`, as `telecast tls` makes it.
fn made(directory: &Path, days: u32, now: i64) -> Made {
    household::make(directory, &["localhost".into(), "127.0.0.1".into()], days, now).unwrap()
}

fn files(made: &Made) -> Files {
    Files { certificate: made.certificate.clone(), key: made.key.clone() }
}

fn tls(made: &Made) -> Tls {
    Tls::new(files(made).load(now()).unwrap()).unwrap()
}

fn config(tls: Tls) -> WebConfig {
    let rates = RateLimits { enabled: false, ..RateLimits::default() };
    WebConfig { rates, tls: Some(tls), ..WebConfig::default() }
}

/// A station that speaks HTTPS, and what made its certificate.
async fn station() -> (Station, Made) {
    let directory = tempfile::tempdir().unwrap();
    let made = made(&directory.path().join("tls"), 30, now());
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(Settings::with_tapes_in(tapes), store.clone()).await.unwrap();
    let config = config(tls(&made));
    (station_with(app, store, directory, config).await, made)
}

/// Somebody who knows the household's authority and no other.
fn knowing(made: &Made) -> ClientBuilder {
    drop(web_door::client());
    let authority = reqwest::Certificate::from_pem(&std::fs::read(&made.authority).unwrap()).unwrap();
    Client::builder().no_proxy().tls_certs_only([authority])
}

fn address(station: &Station) -> String {
    station.base.rsplit('/').next().unwrap().to_owned()
}

/// A connection over which `protocol` has been agreed upon.
async fn shaken(address: &str, made: &Made, protocol: &[u8]) -> TlsStream<TcpStream> {
    drop(web_door::client());
    let mut roots = rustls::RootCertStore::empty();
    let pem = std::fs::read(&made.authority).unwrap();
    let der =
        <rustls::pki_types::CertificateDer<'_> as rustls::pki_types::pem::PemObject>::from_pem_slice(&pem);
    roots.add(der.unwrap()).unwrap();
    let mut config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from("127.0.0.1").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
    stream
}

/// The certificate that whoever comes now is shown.
async fn shown(address: &str, made: &Made) -> Vec<u8> {
    let stream = shaken(address, made, b"http/1.1").await;
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test]
async fn both_protocols_are_spoken_to_who_knows_the_authority_and_nothing_to_who_does_not() {
    let (station, made) = station().await;
    let by_name = station.base.replace("127.0.0.1", "localhost");
    let both = [(knowing(&made), Version::HTTP_2), (knowing(&made).http1_only(), Version::HTTP_11)];
    for (client, version) in both {
        let client = client.build().unwrap();
        for base in [&station.base, &by_name] {
            let answer = client.get(format!("{base}/api/v1/auth/state")).send().await.unwrap();
            assert_eq!((answer.status(), answer.version()), (StatusCode::OK, version));
            let only = answer.headers()[header::STRICT_TRANSPORT_SECURITY].to_str().unwrap();
            assert_eq!(only, "max-age=15552000");
            let state: Value = answer.json().await.unwrap();
            assert_eq!(state["notices"], json!([]), "it is encrypted");
        }
        let gone = client.get(format!("{}/play/x/main.m3u8", station.base)).send().await.unwrap();
        assert!(gone.headers().contains_key(header::STRICT_TRANSPORT_SECURITY), "media too");
        let authority = client.get(format!("{}/authority.crt", station.base)).send().await.unwrap();
        assert_eq!(authority.headers()[header::CONTENT_TYPE], "application/x-x509-ca-cert");
        let der = authority.bytes().await.unwrap();
        assert!(reqwest::Certificate::from_der(&der).is_ok());
        let pem = std::fs::read(&made.authority).unwrap();
        let kept =
            <rustls::pki_types::CertificateDer<'_> as rustls::pki_types::pem::PemObject>::from_pem_slice(
                &pem,
            );
        assert_eq!(der, kept.unwrap().as_ref(), "the authority's certificate and nothing else");
    }
    assert!(web_door::client().get(&station.base).send().await.is_err(), "who does not know it");

    let plain = web_door::station().await;
    let answer = web_door::client().get(format!("{}/authority.crt", plain.base)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(!answer.headers().contains_key(header::STRICT_TRANSPORT_SECURITY), "over TLS only");
}

#[tokio::test]
async fn who_signs_in_gets_a_cookie_for_this_host_and_https_alone_by_both_protocols() {
    let (station, made) = station().await;
    let now_ms = station.web.clock.wall_ms();
    let hash = station.web.hash("long enough".into()).await.unwrap();
    station.web.accounts.create("anna", Role::Viewer, Some(hash), now_ms).await.unwrap();
    for client in [knowing(&made), knowing(&made).http1_only()] {
        let client = client.build().unwrap();
        let sign_in = |origin: String| {
            let who = json!({"name": "anna", "password": "long enough"});
            client
                .post(format!("{}/api/v1/auth/sign-in", station.base))
                .header("origin", origin)
                .json(&who)
                .send()
        };
        let foreign = sign_in("https://evil.example".into()).await.unwrap();
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
        let answer = sign_in(station.base.clone()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap());
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.starts_with("__Host-telecast=") && cookie.contains("; Secure"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap();
        let channels = client.get(format!("{}/api/v1/channels", station.base)).header("cookie", cookie);
        assert_eq!(channels.send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn playlists_and_segments_come_by_http_2_and_the_socket_by_its_own_connection() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, directory) = live_box::station(&fake).await;
    let store = live_box::store_beside(&directory.path().join("tapes")).await;
    let made = made(&directory.path().join("tls"), 30, now());
    let config = config(tls(&made));
    let station = station_with(app, store, directory, config).await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let client = knowing(&made).build().unwrap();
    let wish = json!({"channel_id": channel_id(1), "client": {"containers": ["cmaf"], "video": ["avc1"], "audio": ["mp4a.40.2"], "hls": "low_latency"}});
    let sessions = format!("{}/api/v1/sessions", station.base);
    let answer = client.post(&sessions).bearer_auth(&token).json(&wish).send().await.unwrap();
    let session: Value = answer.json().await.unwrap();
    let main = format!("{}{}", station.base, session["playlist_url"].as_str().unwrap());
    let get = async |url: &str| {
        let answer = client.get(url).send().await.unwrap();
        assert_eq!((answer.status(), answer.version()), (StatusCode::OK, Version::HTTP_2), "{url}");
        answer.bytes().await.unwrap()
    };
    let text = String::from_utf8(get(&main).await.to_vec()).unwrap();
    let base = main.trim_end_matches("main.m3u8");
    let rendition = text.lines().find(|line| !line.starts_with('#')).unwrap();
    let list = String::from_utf8(get(&format!("{base}{rendition}")).await.to_vec()).unwrap();
    let named = |begin: &str| {
        let line = list.lines().find(|line| line.starts_with(begin)).unwrap();
        line.split("URI=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let (map, part) = (named("#EXT-X-MAP"), named("#EXT-X-PART:"));
    assert_eq!(&get(&format!("{base}{map}")).await[4..8], b"ftyp");
    assert!(get(&format!("{base}{part}")).await.windows(4).any(|window| window == b"moof"));

    // A socket has a connection of HTTP/1.1 to itself, as browsers make it.
    let stream = shaken(&address(&station), &made, b"http/1.1").await;
    let mut request = format!("wss://{}/api/v1/socket", address(&station)).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let topic = format!("session:{}", session["id"].as_str().unwrap());
    let subscribe = json!({"type": "subscribe", "topics": [topic]}).to_string();
    socket.send(Message::text(subscribe)).await.unwrap();
    let heard = async {
        while let Some(Ok(message)) = socket.next().await {
            if message.to_text().is_ok_and(|text| text.contains(&topic)) {
                return true;
            }
        }
        false
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), heard).await.unwrap(), "it tells of the session");
}

/// What the server says to `bytes`, until it closes.
async fn said(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer))
        .await
        .expect("it ends");
    answer
}

#[tokio::test]
async fn plain_http_is_sent_to_https_and_an_old_version_is_refused() {
    let (station, _) = station().await;
    let address = address(&station);
    let get = format!("GET /watch?a=b HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let answer = String::from_utf8(said(&address, get.as_bytes()).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
    assert!(answer.contains(&format!("\r\nlocation: https://{address}/watch?a=b\r\n")), "{answer}");
    for odd in ["GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "rubbish\r\n\r\n"] {
        let answer = String::from_utf8(said(&address, odd.as_bytes()).await).unwrap();
        assert!(answer.starts_with("HTTP/1.") && answer.contains(" 400 "), "{odd}: {answer}");
    }

    // A greeting (RFC 4346 §7.4.1.2) that knows TLS 1.1 at most, and TLS 1.0.
    for version in [2, 1] {
        let mut hello = vec![3, version];
        hello.extend([7; 32]);
        hello.extend([0, 0, 4, 0xc0, 0x13, 0x00, 0x2f, 1, 0]);
        let mut record = vec![0x16, 3, 1, 0, hello.len() as u8 + 4, 1, 0, 0, hello.len() as u8];
        record.extend(hello);
        let answer = said(&address, &record).await;
        // An alert, fatal: handshake_failure or protocol_version (RFC 8446 §6.2), and no word more.
        let is_alert =
            answer.len() == 7 && answer[0] == 0x15 && answer[5] == 2 && matches!(answer[6], 40 | 70);
        assert!(is_alert, "{answer:?}");
    }
}

/// `bytes` are sent one each second, and nothing else; how long until the connection is ended.
async fn lasts<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, bytes: &'static [u8]) -> Duration {
    let begun = Instant::now();
    let (mut rest, mut read) = (bytes.iter(), [0; 4096]);
    loop {
        match tokio::time::timeout(Duration::from_secs(1), stream.read(&mut read)).await {
            Ok(Ok(0) | Err(_)) => return begun.elapsed(),
            Ok(Ok(_)) => {}
            Err(_) => {
                if let Some(byte) = rest.next() {
                    let _ = stream.write_all(&[*byte]).await;
                    let _ = stream.flush().await;
                }
            }
        }
        assert!(begun.elapsed() < limits::HEAD_TIME * 3, "it is held for ever");
    }
}

#[tokio::test]
async fn whoever_is_slow_in_a_handshake_or_idle_in_http_2_is_cut_off_and_others_are_served() {
    let (station, made) = station().await;
    let address = address(&station);
    let mut slow = tokio::task::JoinSet::new();
    let hello: &'static [u8] =
        &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7];
    for _ in 0..20 {
        for bytes in [hello, &[]] {
            let address = address.clone();
            slow.spawn(async move {
                let stream = TcpStream::connect(&address).await.unwrap();
                (lasts(stream, bytes).await, limits::HANDSHAKE)
            });
        }
    }
    // After the handshake: one says nothing, one greets and falls silent, one never ends its head but answers no ping either.
    for greeting in [&b""[..], GREETING] {
        let mut stream = shaken(&address, &made, b"h2").await;
        stream.write_all(greeting).await.unwrap();
        stream.flush().await.unwrap();
        slow.spawn(async move { (lasts(stream, b"").await, limits::HEAD_TIME) });
    }
    let mut stream = shaken(&address, &made, b"h2").await;
    stream.write_all(GREETING).await.unwrap();
    // HEADERS of 16 KiB, of which a byte comes each second.
    stream.write_all(&[0, 0x40, 0, 1, 5, 0, 0, 0, 1]).await.unwrap();
    stream.flush().await.unwrap();
    slow.spawn(async move { (lasts(stream, &[0; 200]).await, limits::HEAD_TIME) });

    let client = knowing(&made).build().unwrap();
    while let Some(slow) = slow.join_next().await {
        let (lasted, limit) = slow.unwrap();
        // Pulses are felt every five seconds, goodbyes take two, and this machine has other work.
        assert!(lasted < limit + Duration::from_secs(15), "{lasted:?}");
        let begun = Instant::now();
        let answer = client.get(format!("{}/healthz", station.base)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn whoever_floods_http_2_with_heads_or_with_requests_taken_back_loses_the_connection() {
    let (station, made) = station().await;
    let address = address(&station);
    let head: &[u8] = &[0x82, 0x84, 0x87, 0x41, 1, b'a'];
    let (mut taken_back, mut endless) = (GREETING.to_vec(), GREETING.to_vec());
    for id in (1_u32..20_001).step_by(2) {
        let [a, b, c, d] = id.to_be_bytes();
        taken_back.extend([0, 0, head.len() as u8, 1, 5, a, b, c, d]);
        taken_back.extend(head);
        taken_back.extend([0, 0, 4, 3, 0, a, b, c, d, 0, 0, 0, 8]);
    }
    // A head without an end: each continuation has a header more (CVE-2024-27316 and its kin).
    endless.extend([0, 0, head.len() as u8, 1, 1, 0, 0, 0, 1]);
    endless.extend(head);
    for _ in 0..4_000 {
        endless.extend([0, 0, 6, 9, 0, 0, 0, 0, 1, 0, 1, b'x', 2, b'y', b'z']);
    }
    for (what, flood) in [("taken back", taken_back), ("endless", endless)] {
        let stream = shaken(&address, &made, b"h2").await;
        let (mut from, mut to) = tokio::io::split(stream);
        let writing = tokio::spawn(async move {
            let _ = to.write_all(&flood).await;
            let _ = to.flush().await;
            to
        });
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(10), from.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "{what}: the connection goes on");
        drop(writing.await);
    }
    let client = knowing(&made).build().unwrap();
    assert_eq!(
        client.get(format!("{}/healthz", station.base)).send().await.unwrap().status(),
        StatusCode::OK
    );
}

#[test]
fn what_is_wrong_with_a_certificate_is_told_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let now = now();
    let good = made(&path("good"), 60, now);
    let other = made(&path("other"), 60, now);
    let expired = made(&path("expired"), 30, now - 40 * DAY);
    let early = made(&path("early"), 30, now + 10 * DAY);
    std::fs::write(path("garbage"), "no PEM").unwrap();
    std::fs::write(path("broken"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    std::fs::write(
        path("locked"),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    )
    .unwrap();
    let load = |certificate: &Path, key: &Path| {
        Files { certificate: certificate.to_owned(), key: key.to_owned() }.load(now).map(|_| ())
    };
    assert_eq!(load(&good.certificate, &good.key), Ok(()));
    for (what, certificate, key, expected) in [
        ("missing", path("none"), good.key.clone(), ["server.tls.certificate: '", "none' cannot be read"]),
        ("a folder", path("good"), good.key.clone(), ["server.tls.certificate: '", "good' cannot be read"]),
        ("garbage", path("garbage"), good.key.clone(), ["garbage' holds no certificate", "PEM"]),
        ("broken", path("broken"), good.key.clone(), ["broken' ", "cannot be understood"]),
        ("a key", good.key.clone(), good.key.clone(), ["server.key' holds no certificate", "PEM"]),
        (
            "expired",
            expired.certificate.clone(),
            expired.key.clone(),
            ["expired/server.crt' has expired on 2", "renew it"],
        ),
        (
            "early",
            early.certificate.clone(),
            early.key.clone(),
            ["early/server.crt' is not valid before 2", "clock"],
        ),
        ("no key", good.certificate.clone(), path("none"), ["server.tls.key: '", "none' cannot be read"]),
        (
            "no key in it",
            good.certificate.clone(),
            good.certificate.clone(),
            ["server.crt' holds no key", "PEM"],
        ),
        (
            "locked",
            good.certificate.clone(),
            path("locked"),
            ["locked' is locked by a passphrase", "openssl pkey"],
        ),
        (
            "foreign key",
            good.certificate.clone(),
            other.key.clone(),
            ["other/server.key' is not the key of", "good/server.crt"],
        ),
        (
            "turned round",
            good.authority.clone(),
            good.key.clone(),
            ["server.key' is not the key of", "first"],
        ),
    ] {
        let faults = load(&certificate, &key).expect_err(what);
        assert!(expected.iter().all(|part| faults[0].contains(part)), "{what}: {faults:?}");
    }
    assert_eq!(load(&path("none"), &path("none")).expect_err("both").len(), 2, "all at once");

    let warnings = |made: &Made, now: i64| files(made).load(now).unwrap().warnings(now);
    assert!(warnings(&good, now).is_empty());
    let soon = warnings(&good, now + 45 * DAY);
    assert!(
        soon.len() == 1
            && soon[0].contains("good/server.crt' expires on 2")
            && soon[0].contains("in 14 days"),
        "{soon:?}"
    );
    std::fs::set_permissions(&good.key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = warnings(&good, now);
    assert!(open.len() == 1 && open[0].contains("good/server.key' is open to every user"), "{open:?}");
}

/// What a reload puts in force here: the certificate.
struct Shown(Tls);

impl Apply for Shown {
    async fn apply(&mut self, _: &Config) -> Result<(), String> {
        Ok(())
    }

    fn certificate(&mut self, certificate: Certificate) -> bool {
        self.0.swap(certificate)
    }
}

#[tokio::test]
async fn another_certificate_is_shown_to_who_comes_and_nobody_who_is_there_is_disturbed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // As ACME clients keep them: links in one folder to files in another.
    let authority = path("authority");
    let first = made(&authority, 60, now());
    std::fs::create_dir(path("live")).unwrap();
    let link = |from: &Made, version: &str| {
        let kept = path(version);
        std::fs::create_dir(&kept).unwrap();
        for (name, file) in [("server.crt", &from.certificate), ("server.key", &from.key)] {
            std::fs::copy(file, kept.join(name)).unwrap();
            let beside = path("live").join(format!("{name}.new"));
            std::os::unix::fs::symlink(kept.join(name), &beside).unwrap();
            std::fs::rename(&beside, path("live").join(name)).unwrap();
        }
    };
    link(&first, "1");
    let live = Files { certificate: path("live").join("server.crt"), key: path("live").join("server.key") };
    let tls = Tls::new(live.load(now()).unwrap()).unwrap();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[server.tls]\ncertificate = {0:?}\nkey = {1:?}\n",
        path("live/server.crt"),
        path("live/server.key")
    );
    std::fs::write(path("telecast.toml"), &text).unwrap();
    let source = Source::new(Some(path("telecast.toml")), Vec::new());
    let parsed = source.load(Some(&text)).unwrap();
    let (reloader, requests) = channel();
    let stop = CancellationToken::new();
    let keeper = Keeper::new(source, parsed, Some(text), Shown(tls.clone()));
    tokio::spawn(keeper.run(requests, stop.clone()));

    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, directory) = live_box::station(&fake).await;
    let store = live_box::store_beside(&directory.path().join("tapes")).await;
    let config = config(tls);
    let station = station_with(app, store, directory, config).await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let client = knowing(&first).build().unwrap();
    let wish = json!({"channel_id": channel_id(1), "client": {"containers": ["cmaf"], "video": ["avc1"], "audio": ["mp4a.40.2"], "hls": "low_latency"}});
    let sessions = format!("{}/api/v1/sessions", station.base);
    let answer = client.post(&sessions).bearer_auth(&token).json(&wish).send().await.unwrap();
    let session: Value = answer.json().await.unwrap();
    let stream = format!("{}{}", station.base, session["stream_url"].as_str().unwrap());
    let mut stream = client.get(stream).send().await.unwrap();
    assert_eq!((stream.status(), stream.version()), (StatusCode::OK, Version::HTTP_2));
    assert!(stream.chunk().await.unwrap().is_some(), "it runs");

    let address = address(&station);
    let old = shown(&address, &first).await;
    let second = made(&authority, 60, now());
    assert!(!second.is_new, "the authority is used again");
    link(&second, "2");
    let begun = Instant::now();
    let new = loop {
        let new = shown(&address, &first).await;
        if new != old {
            break new;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "the old one stays");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };

    // What is broken changes nothing, however it is asked for, and is told.
    for broken in ["", "-----BEGIN CERTIFICATE-----\n"] {
        std::fs::write(path("2/server.crt"), broken).unwrap();
        let faults = reloader.reload().await.unwrap().expect_err("broken");
        assert!(faults[0].starts_with("server.tls.certificate: '"), "{faults:?}");
        assert_eq!(shown(&address, &first).await, new);
    }
    link(&made(&authority, 60, now()), "3");
    assert!(reloader.reload().await.unwrap().is_ok());
    assert_ne!(shown(&address, &first).await, new);

    // All the while the stream has been coming, and does.
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        let chunk = tokio::time::timeout(Duration::from_secs(5), stream.chunk()).await.expect("it goes on");
        assert!(chunk.unwrap().is_some(), "it goes on");
    }
    stop.cancel();
}

/// Exit code and all that it says.
async fn telecast(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_telecast"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output();
    let output = output.await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

#[tokio::test]
async fn telecast_tls_makes_what_serve_check_and_health_take() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join("data/tls").join(name);
    let (code, out) = telecast(directory.path(), &["tls"]).await;
    assert_eq!(code, Some(0), "{out}");
    for part in ["[server.tls]", "A certificate for localhost, ", "/authority.crt", "Android", "SHA-256"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!out.contains("PRIVATE KEY"), "{out}");
    for (name, mode) in
        [("authority.key", 0o600), ("server.key", 0o600), ("authority.crt", 0o644), ("server.crt", 0o644)]
    {
        assert_eq!(std::fs::metadata(path(name)).unwrap().permissions().mode() & 0o777, mode, "{name}");
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let section = out.split("\n\n").find(|part| part.starts_with("[server.tls]")).unwrap();
    let text = format!("[server]\nlisten = \"127.0.0.1:{port}\"\n{section}\n");
    std::fs::write(directory.path().join("telecast.toml"), &text).unwrap();
    let (code, out) = telecast(directory.path(), &["check"]).await;
    assert_eq!(code, Some(0), "{out}");
    let (code, out) = telecast(directory.path(), &["health"]).await;
    assert!(code == Some(1) && out.contains("nobody answers"), "{out}");

    let begin = || {
        tokio::process::Command::new(env!("CARGO_BIN_EXE_telecast"))
            .arg("serve")
            .current_dir(directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    };
    let server = begin();
    let until_healthy = async {
        while telecast(directory.path(), &["health"]).await.0 != Some(0) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), until_healthy).await.expect("it is healthy");
    let (code, out) = telecast(directory.path(), &["check"]).await;
    assert!(code == Some(0) && out.contains("is in use by a running Telecast"), "{out}");

    // Run again it is renewed, by the same authority, and the running station shows it.
    let made = Made {
        certificate: path("server.crt"),
        key: path("server.key"),
        authority: path("authority.crt"),
        fingerprint: String::new(),
        is_new: false,
        expires: 0,
    };
    let address = format!("127.0.0.1:{port}");
    let old = shown(&address, &made).await;
    let (code, out) = telecast(directory.path(), &["tls", "--days", "20"]).await;
    assert!(code == Some(0) && out.contains("names it already") && !out.contains("Android"), "{out}");
    let taken = async {
        while shown(&address, &made).await == old {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), taken).await.expect("it is shown");
    let (code, out) = telecast(directory.path(), &["check"]).await;
    assert!(
        code == Some(0) && out.contains("Note: server.tls.certificate: '") && out.contains("expires on 2"),
        "{out}"
    );
    assert_eq!(telecast(directory.path(), &["health"]).await.0, Some(0));

    // Whoever answers there with another certificate is not ours.
    let elsewhere = directory.path().join("elsewhere");
    let other = self::made(&elsewhere, 30, now());
    let foreign = text.replace(&*path("").to_string_lossy(), &format!("{}/", elsewhere.display()));
    assert!(foreign != text && other.is_new);
    std::fs::write(directory.path().join("foreign.toml"), foreign).unwrap();
    let (code, out) = telecast(directory.path(), &["health", "--config", "foreign.toml"]).await;
    assert!(code == Some(1) && out.contains("another certificate"), "{out}");
    drop(server);

    // What is broken keeps it from starting, by name.
    std::fs::copy(&other.key, path("server.key")).unwrap();
    for command in ["serve", "check"] {
        let (code, out) = telecast(directory.path(), &[command]).await;
        assert!(
            code == Some(1) && out.contains("server.key' is not the key of the first certificate"),
            "{command}: {out}"
        );
    }
}

#[tokio::test]
async fn an_authority_vouches_for_home_and_what_it_was_made_for() {
    let directory = tempfile::tempdir().unwrap();
    let make = |names: &[&str], now: i64| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        household::make(directory.path(), &names, 30, now)
    };
    let now = now();
    let made = make(&["tv.example.org", "tvbox"], now).unwrap();
    let verifies = |names: &[&str]| make(names, now).map(|_| ());
    for good in [
        "tv.example.org",
        "a.tvbox",
        "tv.local",
        "nas.fritz.box",
        "192.168.178.20",
        "10.1.2.3",
        "fd12::1",
        "localhost",
    ] {
        assert_eq!(verifies(&[good]), Ok(()), "{good}");
    }
    for bad in ["example.org", "notlocal", "bank.example", "192.0.2.1", "172.32.0.1", "2001:db8::1"] {
        let fault = verifies(&[bad]).expect_err(bad);
        assert!(fault.contains("authority.crt' may not vouch for") && fault.contains(bad), "{fault}");
    }
    // A client believes it no further either, whatever its key was used for.
    let key =
        rcgen::KeyPair::from_pem(&std::fs::read_to_string(directory.path().join("authority.key")).unwrap())
            .unwrap();
    let authority = std::fs::read_to_string(&made.authority).unwrap();
    let issuer = rcgen::Issuer::from_ca_cert_pem(&authority, key).unwrap();
    for (name, good) in [("localhost", true), ("bank.example", false)] {
        let own = rcgen::KeyPair::generate().unwrap();
        let forged =
            rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
        let folder = directory.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let (certificate, key): (PathBuf, PathBuf) = (folder.join("c"), folder.join("k"));
        std::fs::write(&certificate, forged.pem() + &authority).unwrap();
        std::fs::write(&key, own.serialize_pem()).unwrap();
        let tls = Tls::new(Files { certificate, key }.load(now).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tapes = folder.path().join("tapes");
        let store = live_box::store_beside(&tapes).await;
        let app = App::start(Settings::with_tapes_in(tapes), store.clone()).await.unwrap();
        let station = station_with(app, store, folder, config(tls)).await;
        let port = station.base.rsplit(':').next().unwrap().parse::<u16>().unwrap();
        let client = knowing(&made).resolve(name, ([127, 0, 0, 1], port).into()).build().unwrap();
        let answer = client.get(format!("https://{name}:{port}/healthz")).send().await;
        assert_eq!(answer.is_ok(), good, "{name}: {answer:?}");
    }
    let late = make(&["localhost"], now + 3_700 * DAY).expect_err("its time is over");
    assert!(late.contains("authority.crt' has expired on 2"), "{late}");
    std::fs::remove_file(directory.path().join("authority.key")).unwrap();
    let half = make(&["localhost"], now).expect_err("half of it");
    assert!(half.contains("authority.crt without authority.key"), "{half}");
}
