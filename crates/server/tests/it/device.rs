//! The station as a network tuner that programs find by themselves: by discovery, control and SSDP, each on ports of its own.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use telecast_media::hdhomerun::{DeviceId, Field, Kind, Packet, Tag, parse};
use telecast_media::ssdp;
use telecast_server::adapters::interfaces;
use telecast_server::app::App;
use telecast_server::config::Network;
use telecast_server::device::{self, Ports};
use telecast_server::web::rate::RateLimits;
use telecast_server::web::{Tuner, WebConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::live_box::{self, Manner};
use crate::web_door::{Station, client, station_with};

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// What does not come within this does not come.
const NOTHING: Duration = Duration::from_millis(600);
/// What has to come is waited for so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A station with two channels and as many tuners, found on this machine alone, by whoever is in `networks`.
struct Found {
    station: Station,
    ports: Ports,
    keeping: tokio::task::JoinHandle<()>,
}

async fn free() -> u16 {
    TcpListener::bind((HERE, 0)).await.unwrap().local_addr().unwrap().port()
}

fn config(networks: &str, interfaces: &[&str]) -> WebConfig {
    let interfaces = interfaces.iter().map(|name| (*name).to_owned()).collect();
    WebConfig {
        iptv_networks: Network::parse(networks).into_iter().collect(),
        rates: RateLimits { enabled: false, ..RateLimits::default() },
        tuner: Tuner { interfaces, bouquets: Vec::new() },
        ..WebConfig::default()
    }
}

async fn found(networks: &str) -> Found {
    found_with(networks, 2).await
}

async fn found_with(networks: &str, tuners: usize) -> Found {
    let (bytes, rate) = live_box::with_aac();
    let play = |_| Manner::Play(bytes.clone(), rate);
    let fake = live_box::start(HashMap::from([(1, play(1)), (2, play(2))]), tuners).await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(live_box::settings(&fake, &tapes), store.clone()).await.unwrap();
    live_box::listed(&app).await;
    let station = station_with(app, store, directory, config(networks, &["127.0.0.1"])).await;
    let ports = Ports { discovery: free().await, control: free().await, ssdp: free().await };
    let http = station.base.rsplit(':').next().unwrap().parse().unwrap();
    let keeping = tokio::spawn(device::keep(station.web.clone(), http, ports));
    Found { station, ports, keeping }
}

fn who_is_there() -> Vec<u8> {
    let (kind, any) = (1_u32.to_be_bytes(), DeviceId::ANY.0.to_be_bytes());
    let fields =
        vec![Field { tag: Tag::DEVICE_TYPE, value: &kind }, Field { tag: Tag::DEVICE_ID, value: &any }];
    Packet::new(Kind::DISCOVER_REQUEST, fields).encode().unwrap()
}

async fn heard(socket: &UdpSocket, patience: Duration) -> Option<Vec<u8>> {
    let mut buffer = [0; 4096];
    let length = tokio::time::timeout(patience, socket.recv(&mut buffer)).await.ok()?.ok()?;
    Some(buffer[..length].to_vec())
}

impl Found {
    async fn socket(&self, port: u16) -> UdpSocket {
        let socket = UdpSocket::bind((HERE, 0)).await.unwrap();
        socket.connect((HERE, port)).await.unwrap();
        socket
    }

    /// What is answered to whoever looks for tuners, as soon as it is.
    async fn discovered(&self) -> Vec<u8> {
        self.asked(self.ports.discovery, &who_is_there()).await
    }

    /// What is answered to a datagram, as soon as it is.
    async fn asked(&self, port: u16, datagram: &[u8]) -> Vec<u8> {
        let socket = self.socket(port).await;
        let asking = async {
            loop {
                let _ = socket.send(datagram).await;
                if let Some(reply) = heard(&socket, NOTHING).await {
                    return reply;
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("it is found")
    }

    async fn control(&self) -> Control {
        let opening = async {
            loop {
                if let Ok(stream) = TcpStream::connect((HERE, self.ports.control)).await {
                    return stream;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let stream = tokio::time::timeout(PATIENCE, opening).await.expect("it listens");
        Control { stream, key: None }
    }

    async fn json(&self, path: &str) -> Value {
        client().get(format!("{}{path}", self.station.base)).send().await.unwrap().json().await.unwrap()
    }
}

/// A connection over which variables are asked for and set.
struct Control {
    stream: TcpStream,
    key: Option<u32>,
}

impl Control {
    async fn say(&mut self, name: &str, value: Option<&str>) -> Result<String, String> {
        let ended = |text: &str| [text.as_bytes(), &[0]].concat();
        let (name, value, key) = (ended(name), value.map(ended), self.key.map(|key| key.to_be_bytes()));
        let mut fields = vec![Field { tag: Tag::NAME, value: &name }];
        fields.extend(value.as_ref().map(|value| Field { tag: Tag::VALUE, value }));
        fields.extend(key.as_ref().map(|key| Field { tag: Tag::LOCK_KEY, value: key }));
        self.stream.write_all(&Packet::new(Kind::GETSET_REQUEST, fields).encode().unwrap()).await.unwrap();
        let reply = self.reply().await.expect("an answer");
        let reply = parse(&reply).unwrap();
        match reply.text(Tag::VALUE) {
            Some(value) => Ok(value.to_owned()),
            None => Err(reply.text(Tag::ERROR).unwrap().to_owned()),
        }
    }

    /// The next packet; none: the connection has ended.
    async fn reply(&mut self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; 4];
        self.stream.read_exact(&mut bytes).await.ok()?;
        let rest = usize::from(u16::from_be_bytes([bytes[2], bytes[3]])) + 4;
        bytes.resize(4 + rest, 0);
        self.stream.read_exact(&mut bytes[4..]).await.ok()?;
        Some(bytes)
    }

    async fn get(&mut self, name: &str) -> Result<String, String> {
        self.say(name, None).await
    }

    async fn set(&mut self, name: &str, value: &str) -> Result<String, String> {
        self.say(name, Some(value)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_looks_for_tuners_finds_the_same_device_by_all_ways() {
    let found = found("127.0.0.0/8").await;
    let reply = found.discovered().await;
    let reply = parse(&reply).unwrap();
    let id = reply.device_id().unwrap();
    assert!(id.is_valid());
    assert_eq!((reply.kind, reply.tuner_count()), (Kind::DISCOVER_REPLY, Some(2)));
    assert_eq!(reply.text(Tag::BASE_URL), Some(found.station.base.as_str()));
    let device = found.json("/discover.json").await;
    assert_eq!(device["DeviceID"].as_str(), Some(id.to_string().as_str()));
    assert_eq!(
        (device["TunerCount"].as_u64(), device["BaseURL"].as_str(), device["LineupURL"].as_str()),
        (Some(2), Some(found.station.base.as_str()), reply.text(Tag::LINEUP_URL))
    );
    let lineup: Value =
        client().get(reply.text(Tag::LINEUP_URL).unwrap()).send().await.unwrap().json().await.unwrap();
    assert_eq!(lineup[0]["GuideName"].as_str(), Some("Channel 1"));
    let mut control = found.control().await;
    for (name, says) in [
        ("/sys/model", Ok(device["FirmwareName"].as_str().unwrap())),
        ("/sys/hwmodel", Ok(device["ModelNumber"].as_str().unwrap())),
        ("/sys/version", Ok(device["FirmwareVersion"].as_str().unwrap())),
        ("/tuner1/vchannel", Ok("none")),
        ("/tuner2/vchannel", Err("ERROR: unknown getset variable")),
        ("/sys/password", Err("ERROR: unknown getset variable")),
    ] {
        let said = control.get(name).await;
        assert_eq!(said.as_deref().map_err(String::as_str), says, "{name}");
    }
    assert!(control.get("help").await.unwrap().contains("/tuner<n>/vchannel"));
    assert_eq!(control.set("/sys/model", "other").await.unwrap_err(), "ERROR: unknown getset variable");
    // By SSDP, asked directly: the description that it names is that of the same device.
    let search = ssdp::Search { target: ssdp::Target::Root, mx: None, user_agent: None };
    let search = ssdp::write(&ssdp::Message::Search(search)).unwrap();
    let answer = found.asked(found.ports.ssdp, &search).await;
    let Ok(ssdp::Message::Found(advert)) = ssdp::parse(&answer) else { panic!("{answer:?}") };
    let description = client().get(advert.location.unwrap()).send().await.unwrap().text().await.unwrap();
    let uuid = advert.usn.split("::").next().unwrap();
    assert!(description.contains(&format!("<UDN>{uuid}</UDN>")), "{description}");
    assert!(description.contains(&id.to_string()), "{description}");
    // It is the same after a restart.
    let later = found.station.again().await;
    assert_eq!(later.web.device_id().await.unwrap(), id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tuner_sends_a_channel_to_whoever_has_set_it_and_to_nobody_else() {
    let found = found("127.0.0.0/8").await;
    let mut control = found.control().await;
    let here = UdpSocket::bind((HERE, 0)).await.unwrap();
    let port = here.local_addr().unwrap().port();
    for (name, value, says) in [
        ("/tuner0/vchannel", "99", "ERROR: invalid virtual channel"),
        ("/tuner0/channel", "auto:474000000", "ERROR: invalid channel"),
        ("/tuner0/target", "udp://192.0.2.1:5000", "ERROR: invalid target"),
        ("/tuner0/target", "udp://127.0.0.1:53", "ERROR: invalid target"),
        ("/tuner0/status", "good", "ERROR: unknown getset variable"),
    ] {
        assert_eq!(control.set(name, value).await.unwrap_err(), says, "{name} {value}");
    }
    assert_eq!(control.set("/tuner0/vchannel", "2").await.as_deref(), Ok("2"));
    assert!(control.get("/tuner0/status").await.unwrap().starts_with("ch=auto lock=none ss=0 "));
    let target = format!("rtp://127.0.0.1:{port}");
    assert_eq!(control.set("/tuner0/target", &target).await, Ok(target));
    let mut packets = 0;
    while packets < 700 {
        let datagram = heard(&here, PATIENCE).await.expect("it is sent");
        let (head, stream) = datagram.split_at(12);
        assert_eq!((head[0], head[1], stream.len()), (0x80, 33, 7 * 188));
        assert!(stream.chunks_exact(188).all(|packet| packet[0] == 0x47));
        packets += 7;
    }
    let status = control.get("/tuner0/status").await.unwrap();
    assert!(status.starts_with("ch=auto lock=auto ss=100 "), "{status}");
    assert!(control.get("/tuner0/streaminfo").await.unwrap().ends_with(": 2 Channel 2\n"));
    assert!(control.get("/tuner0/vstatus").await.unwrap().starts_with("vch=2 name=Channel 2 "));
    // Somebody watches the other channel by HTTP: it is what the other tuner does.
    let lineup = found.json("/lineup.json").await;
    let mut watching = client().get(lineup[0]["URL"].as_str().unwrap()).send().await.unwrap();
    assert!(watching.chunk().await.unwrap().is_some());
    let mut seen = String::new();
    for _ in 0..100 {
        seen = control.get("/tuner1/vchannel").await.unwrap();
        if seen == "1" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(seen, "1");
    drop(watching);
    // Nobody is there any more: the tuner is given back.
    drop(here);
    let mut open = true;
    for _ in 0..200 {
        open = found.station.web.app.sessions().iter().any(|session| !session.state.is_over());
        if !open {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!open, "its session ends with whoever took it");
    assert!(control.get("/tuner0/status").await.unwrap().contains(" ss=0 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_tuner_is_its_owners() {
    let found = found("127.0.0.0/8").await;
    let (mut owner, mut other) = (found.control().await, found.control().await);
    assert_eq!(owner.get("/tuner0/lockkey").await.as_deref(), Ok("none"));
    assert_eq!(owner.set("/tuner0/lockkey", "no number").await.unwrap_err(), "ERROR: invalid lockkey");
    owner.set("/tuner0/lockkey", "4711").await.unwrap();
    owner.key = Some(4711);
    assert_eq!(other.get("/tuner0/lockkey").await.as_deref(), Ok("127.0.0.1"));
    for (name, value) in [("/tuner0/vchannel", "1"), ("/tuner0/lockkey", "7"), ("/tuner0/lockkey", "none")] {
        assert_eq!(
            other.set(name, value).await.unwrap_err(),
            "ERROR: resource locked by 127.0.0.1",
            "{name}"
        );
    }
    assert_eq!(owner.set("/tuner0/vchannel", "1").await.as_deref(), Ok("1"));
    assert_eq!(other.set("/tuner1/vchannel", "1").await.as_deref(), Ok("1"), "the other tuner is free");
    other.set("/tuner0/lockkey", "force").await.unwrap();
    assert_eq!(other.set("/tuner0/vchannel", "none").await.as_deref(), Ok("none"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_whose_network_may_not_use_the_tuner() {
    let found = found("192.0.2.0/24").await;
    let mut control = found.control().await;
    let socket = found.socket(found.ports.discovery).await;
    let search = ssdp::Search { target: ssdp::Target::All, mx: Some(1), user_agent: None };
    let searching = found.socket(found.ports.ssdp).await;
    for _ in 0..3 {
        socket.send(&who_is_there()).await.unwrap();
        searching.send(&ssdp::write(&ssdp::Message::Search(search)).unwrap()).await.unwrap();
        assert_eq!(heard(&socket, NOTHING).await, None);
        assert_eq!(heard(&searching, NOTHING).await, None);
    }
    assert_eq!(control.reply().await, None, "a connection is closed");
    // As soon as it may, it is: nothing is begun anew for it.
    found.station.web.set_config(config("127.0.0.0/8", &["127.0.0.1"]));
    assert!(found.discovered().await.len() > 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_the_configuration_and_says_goodbye() {
    let found = found("127.0.0.0/8").await;
    // Whoever listens on the network hears it come and go.
    let group = interfaces::of_group(SocketAddrV4::new(ssdp::GROUP, found.ports.ssdp), &[HERE]).unwrap();
    found.discovered().await;
    let mut control = found.control().await;
    assert!(control.get("/sys/model").await.is_ok());
    found.station.web.set_config(config("127.0.0.0/8", &[]));
    assert_eq!(tokio::time::timeout(PATIENCE, control.reply()).await, Ok(None), "connections end");
    for _ in 0..100 {
        if TcpStream::connect((HERE, found.ports.control)).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(TcpStream::connect((HERE, found.ports.control)).await.is_err());
    until(&group, |message| matches!(message, ssdp::Message::Byebye(_))).await;
    found.station.web.set_config(config("127.0.0.0/8", &["127.0.0.1"]));
    found.discovered().await;
    until(&group, |message| matches!(message, ssdp::Message::Alive(_))).await;
    // At the end it ends.
    found.station.stop();
    tokio::time::timeout(PATIENCE, found.keeping).await.expect("in time").unwrap();
    until(&group, |message| matches!(message, ssdp::Message::Byebye(_))).await;
}

/// Returns when such a message has come to the group.
async fn until(group: &UdpSocket, is_it: impl Fn(&ssdp::Message<'_>) -> bool) {
    loop {
        let bytes = heard(group, PATIENCE).await.expect("it is said");
        if is_it(&ssdp::parse(&bytes).unwrap()) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_passed_over_and_who_asks_too_often_is_not_answered() {
    let found = found("127.0.0.0/8").await;
    found.discovered().await;
    let socket = found.socket(found.ports.discovery).await;
    let good = who_is_there();
    let torn: Vec<Vec<u8>> = (0..good.len()).map(|end| good[..end].to_vec()).collect();
    let turned = (0..good.len()).map(|at| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        bytes
    });
    for bytes in torn.into_iter().chain(turned) {
        socket.send(&bytes).await.unwrap();
    }
    assert_eq!(heard(&socket, NOTHING).await, None);
    // A connection in which nothing can be read any more ends; others go on.
    let (mut broken, mut whole) = (found.control().await, found.control().await);
    broken.stream.write_all(&[0xFF; 64]).await.unwrap();
    assert_eq!(tokio::time::timeout(PATIENCE, broken.reply()).await, Ok(None));
    assert!(whole.get("/sys/model").await.is_ok());
    for _ in 0..200 {
        socket.send(&good).await.unwrap();
    }
    let mut answers = 0;
    while heard(&socket, NOTHING).await.is_some() {
        answers += 1;
    }
    assert!((1..60).contains(&answers), "a burst, and what comes in the meantime: {answers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_streamed_by_its_number_and_refused_in_a_devices_words() {
    let found = found("127.0.0.0/8").await;
    let base = &found.station.base;
    let ask = |path: &str| client().get(format!("{base}{path}")).send();
    let mut first = ask("/auto/v1").await.unwrap();
    assert_eq!(
        (first.status(), first.headers()["content-type"].to_str().unwrap()),
        (StatusCode::OK, "video/mp2t")
    );
    assert_eq!(first.chunk().await.unwrap().unwrap()[0], 0x47);
    for path in ["/auto/v99", "/auto/ch474000000", "/auto/v1.2", "/iptv/auto/v0"] {
        let refused = ask(path).await.unwrap();
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(refused.headers()["x-hdhomerun-error"], "801 Unknown Channel", "{path}");
    }
    // For as long as was asked.
    let short =
        tokio::time::timeout(PATIENCE, async { ask("/auto/v1?duration=1").await.unwrap().bytes().await });
    assert!(short.await.expect("it ends").unwrap().len() > 188);
    // What was seen of a channel while it was on is told.
    let lineup = found.json("/lineup.json").await;
    assert_eq!(
        (lineup[0]["VideoCodec"].as_str(), lineup[0]["AudioCodec"].as_str()),
        (Some("H264"), Some("AAC"))
    );
    assert!(lineup[1].get("VideoCodec").is_none(), "nobody has seen it: {}", lineup[1]);
    let xml = ask("/lineup.xml").await.unwrap().text().await.unwrap();
    assert!(xml.contains("<GuideNumber>2</GuideNumber><GuideName>Channel 2</GuideName>"), "{xml}");
    let list = ask("/lineup.m3u").await.unwrap().text().await.unwrap();
    assert!(list.contains(&format!("{base}/iptv/stream/")), "{list}");
    // Nothing is to be scanned for, and that is soon done.
    let scan = |query: &str| client().post(format!("{base}/lineup.post{query}")).send();
    assert_eq!(scan("?scan=start&source=Cable").await.unwrap().status(), StatusCode::OK);
    assert_eq!(found.json("/lineup_status.json").await["ScanInProgress"], 0);
    assert_eq!(scan("?favorite=%2B1").await.unwrap().status(), StatusCode::BAD_REQUEST);
    // Whoever may not use it gets nothing.
    let closed = self::found("192.0.2.0/24").await;
    let refused = client().get(format!("{}/auto/v1", closed.station.base)).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    drop(first);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finds_no_free_tuner_is_told_so_in_a_devices_words() {
    let found = found_with("127.0.0.0/8", 1).await;
    assert_eq!(found.json("/discover.json").await["TunerCount"], 1);
    let ask = |path: &str| client().get(format!("{}{path}", found.station.base)).send();
    let mut watching = ask("/auto/v1").await.unwrap();
    assert!(watching.chunk().await.unwrap().is_some());
    let refused = ask("/auto/v2").await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["x-hdhomerun-error"], "805 All Tuners In Use");
    drop(watching);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stations_own_tuner_may_be_bound_to_bouquets() {
    let found = found("127.0.0.0/8").await;
    for (bouquets, channels) in [(vec![], 2), (vec!["All".to_owned()], 2), (vec!["None".to_owned()], 0)] {
        let mut now = config("127.0.0.0/8", &[]);
        now.tuner.bouquets = bouquets.clone();
        found.station.web.set_config(now);
        assert_eq!(found.json("/lineup.json").await.as_array().unwrap().len(), channels, "{bouquets:?}");
        let status = client().head(format!("{}/auto/v1", found.station.base)).send().await.unwrap().status();
        assert_eq!(status == StatusCode::OK, channels > 0, "{bouquets:?}");
        let all = found.json("/iptv/lineup.json").await;
        assert_eq!(all.as_array().unwrap().len(), channels, "at both addresses");
    }
}
