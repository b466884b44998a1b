//! Players and media servers: their addresses, what these give, and what they do not.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::guide::xmltv::{Heard, Item, Options, Reader};
use telecast_core::guide::{Airing, Moment, Programme, Text};
use telecast_core::lineup::ChannelId;
use telecast_core::m3u::{self, List};
use telecast_server::adapters::clock::Clock;
use telecast_server::adapters::receiver;
use telecast_server::app::App;
use telecast_server::app::settings::Settings;
use telecast_server::config::Network;
use telecast_server::web::WebConfig;
use telecast_server::web::rate::RateLimits;

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::web_door::{Station, client, station_of, station_with};

const HOUR: i64 = 3_600_000;

async fn a_box() -> FakeBox {
    a_box_of(1).await
}

async fn a_box_of(tuners: usize) -> FakeBox {
    let (bytes, rate) = live_box::with_aac();
    let play = |_| Manner::Play(bytes.clone(), rate);
    live_box::start(HashMap::from([(1, play(1)), (2, play(2))]), tuners).await
}

fn airing(sid: u32, at: i64, title: &str, age: Option<u8>) -> Airing {
    let text = |text: &str| vec![Text { language: Some("de".into()), text: text.into() }];
    Airing {
        channel: ChannelId(channel_id(sid)),
        start_ms: at * HOUR,
        end_ms: (at + 1) * HOUR,
        event_id: None,
        moment: Moment { new: true, ..Moment::default() },
        programme: Box::new(Programme {
            titles: text(title),
            subtitles: text("<&\"'>"),
            age,
            ..Programme::default()
        }),
    }
}

/// A station whose two channels have a guide, and the airings of it.
async fn station(fake: &FakeBox) -> (Station, Vec<Airing>) {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let now = Clock::start().wall_ms();
    let hour = now / HOUR;
    let all = vec![
        airing(1, hour, "Wetter", Some(0)),
        airing(1, hour + 1, "Krimi", Some(16)),
        airing(2, hour + 200, "Köln & mehr", None),
    ];
    let mut import = store.import_guide("receiver:box", now).await.unwrap();
    import.add(all.clone()).await.unwrap();
    import.finish().await.unwrap();
    let app = App::start(live_box::settings(fake, &tapes), store.clone()).await.unwrap();
    live_box::listed(&app).await;
    (station_of(app, store, directory).await, all)
}

/// Makes a player of whoever has that cookie or token.
async fn player(station: &Station, name: &str, value: &str) -> Value {
    let body = json!({ "name": "Living room", "kind": "other" });
    let request =
        client().post(format!("{}/api/v1/account/players", station.base)).header(name, value).json(&body);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    response.json().await.unwrap()
}

fn in_guides(sid: u32) -> String {
    ChannelId(channel_id(sid)).in_guides()
}

async fn get(url: &str) -> (StatusCode, Vec<u8>) {
    let response = client().get(url).send().await.unwrap();
    (response.status(), response.bytes().await.unwrap().to_vec())
}

async fn list(url: &str) -> List {
    let (status, body) = get(url).await;
    assert_eq!(status, StatusCode::OK);
    m3u::read(std::str::from_utf8(&body).unwrap(), &m3u::Limits::default()).unwrap()
}

fn titles(xml: &[u8]) -> (Vec<String>, Vec<String>) {
    let mut reader = Reader::new(Cursor::new(xml), Options::default());
    let (mut channels, mut titles) = (Vec::new(), Vec::new());
    while let Some(item) = reader.next().unwrap() {
        match item {
            Item::Head(_) => {}
            Item::Channel(channel) => channels.push(channel.id.to_string()),
            Item::Airing(heard) if is_generated(&heard) => {}
            Item::Airing(heard) => titles.push(heard.programme.titles[0].text.clone()),
        }
    }
    (channels, titles)
}

/// It stands there because nothing is known of its hours: with the channel's name.
fn is_generated(heard: &Heard) -> bool {
    heard.programme.titles[0].text.starts_with("Channel ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_reads_list_guide_and_stream_at_its_own_address() {
    let fake = a_box().await;
    let (station, all) = station(&fake).await;
    let anna = station.cookie("anna").await;
    let made = player(&station, "cookie", &anna).await;
    let (channels, guide) = (made["channels_url"].as_str().unwrap(), made["guide_url"].as_str().unwrap());
    let list = list(channels).await;
    assert_eq!(list.guide_urls, [guide], "the list says where the guide is");
    let ids: Vec<Option<String>> = list.entries.iter().map(|entry| entry.id.clone()).collect();
    assert_eq!(ids, [Some(in_guides(1)), Some(in_guides(2))]);
    assert_eq!(
        (list.entries[0].name.as_str(), list.entries[0].number, list.junk_count),
        ("Channel 1", Some(1), 0)
    );
    assert_eq!(list.entries[0].groups, ["All"]);
    // The guide, packed and plain: the same, in the lineup's order, with the ids of the list.
    let (status, packed) = get(guide).await;
    assert_eq!(status, StatusCode::OK);
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(get(guide.strip_suffix(".gz").unwrap()).await.1, plain);
    let (channels_there, titles_there) = titles(&plain);
    assert_eq!(channels_there, [in_guides(1), in_guides(2)]);
    assert_eq!(titles_there, ["Wetter", "Krimi", "Köln & mehr"]);
    let mut reader = Reader::new(Cursor::new(&plain), Options::default());
    let mut heard = Vec::new();
    while let Some(item) = reader.next().unwrap() {
        if let Item::Airing(one) = item
            && !is_generated(&one)
        {
            heard.push((one.channel.to_string(), one.start_ms, one.end_ms, one.moment, one.programme));
        }
    }
    // Ages are ours, found out from what sources say; the words of the source are what goes out.
    let told = all.iter().map(|of| {
        let programme = Box::new(Programme { age: None, ..(*of.programme).clone() });
        (of.channel.in_guides(), of.start_ms, Some(of.end_ms), of.moment.clone(), programme)
    });
    assert_eq!(heard, told.collect::<Vec<_>>());
    // A stream: whole packets from the first byte on. With it gone its tuner is free.
    for entry in &list.entries {
        let mut response = client().get(&entry.url).send().await.unwrap();
        assert_eq!(
            (response.status(), response.headers()["content-type"].to_str().unwrap()),
            (StatusCode::OK, "video/mp2t")
        );
        let mut bytes = Vec::new();
        while bytes.len() < 20 * 188 {
            bytes.extend(response.chunk().await.unwrap().unwrap());
        }
        assert!(bytes.chunks_exact(188).all(|packet| packet[0] == 0x47));
        drop(response);
        for _ in 0..300 {
            if station.web.app.sessions().iter().all(|session| session.state.is_over()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(
            station.web.app.sessions().iter().all(|session| session.state.is_over()),
            "it ends with its reader"
        );
    }
    let seen: Value = client()
        .get(format!("{}/api/v1/account/players", station.base))
        .header("cookie", &anna)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (seen["items"][0]["name"].as_str(), seen.to_string().contains("/iptv/d/")),
        (Some("Living room"), false),
        "its address is told once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_players_secret_opens_nothing_else_and_nothing_else_opens_its_address() {
    let fake = a_box().await;
    let (station, _) = station(&fake).await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let made = player(&station, "authorization", &format!("Bearer {owner}")).await;
    let url = made["channels_url"].as_str().unwrap();
    let secret = url.split("/iptv/d/").nth(1).unwrap().split('/').next().unwrap();
    assert_eq!(
        station.ask("GET", "/api/v1/channels", Some(secret)).await.0,
        StatusCode::UNAUTHORIZED,
        "it is no token"
    );
    assert_eq!(
        get(&format!("{}/iptv/d/{owner}/channels.m3u", station.base)).await.0,
        StatusCode::NOT_FOUND,
        "a token is no secret of a player"
    );
    assert_eq!(get(&format!("{}/iptv/d/nobody/channels.m3u", station.base)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(get(&format!("{}/iptv/channels.m3u", station.base)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(
        station.ask("GET", "/iptv/channels.m3u", Some(&owner)).await.0,
        StatusCode::OK,
        "with a header a token does"
    );
    // Revoked while it plays: it ends, and nobody else does.
    let mut response = client().get(list(url).await.entries[0].url.as_str()).send().await.unwrap();
    response.chunk().await.unwrap().unwrap();
    let path = format!("/api/v1/account/players/{}", made["id"].as_str().unwrap());
    let gone = client().delete(format!("{}{path}", station.base)).bearer_auth(&owner).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let end = async { while matches!(response.chunk().await, Ok(Some(_))) {} };
    tokio::time::timeout(Duration::from_secs(20), end).await.expect("it ends");
    assert_eq!(get(url).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        client().delete(format!("{}{path}", station.base)).bearer_auth(&owner).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    for body in [json!({ "name": "", "kind": "kodi" }), json!({ "name": "x", "kind": "toaster" })] {
        let refused = client()
            .post(format!("{}/api/v1/account/players", station.base))
            .bearer_auth(&owner)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_childs_player_gets_what_the_child_may_see() {
    let fake = a_box().await;
    let (station, _) = station(&fake).await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let profile = json!({ "age": 12, "channels": [channel_id(1)] });
    let cookie = station.child(&owner, &profile).await;
    let made = player(&station, "cookie", &cookie).await;
    let list = list(made["channels_url"].as_str().unwrap()).await;
    assert_eq!(list.entries.len(), 1);
    let (_, guide) = get(made["guide_url"].as_str().unwrap().strip_suffix(".gz").unwrap()).await;
    assert_eq!(titles(&guide), (vec![in_guides(1)], vec!["Wetter".to_owned()]));
    let other = list.entries[0].url.replace(&channel_id(1), &channel_id(2));
    assert_eq!(get(&other).await.0, StatusCode::NOT_FOUND);
}

/// A station whose one source is the list at that address.
async fn station_behind(list: &str, tuners: Option<u32>) -> Station {
    station_of_kind(receiver::Kind::M3u, list, tuners).await
}

async fn station_of_kind(kind: receiver::Kind, list: &str, tuners: Option<u32>) -> Station {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let mut settings = Settings::with_tapes_in(tapes);
    settings.tape.minimum_free = 0;
    settings.receivers.push(receiver::Settings {
        kind,
        id: "list".into(),
        name: "List".into(),
        url: list.parse().unwrap(),
        username: String::new(),
        password: None,
        stream_port: 8001,
        tuners,
        bouquets: Vec::new(),
        from_file: false,
    });
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    station_of(app, store, directory).await
}

/// The stream's first packets, and the reply, which goes on.
async fn packets(url: &str) -> reqwest::Response {
    let mut response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut bytes = Vec::new();
    while bytes.len() < 20 * 188 {
        bytes.extend(response.chunk().await.unwrap().unwrap());
    }
    assert!(bytes.chunks_exact(188).all(|packet| packet[0] == 0x47));
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_takes_the_list_of_another_as_its_source_with_its_guide_and_its_limit() {
    let fake = a_box_of(4).await;
    let (first, _) = station(&fake).await;
    let anna = first.cookie("anna").await;
    let made = player(&first, "cookie", &anna).await;
    let second = station_behind(made["channels_url"].as_str().unwrap(), Some(1)).await;
    let bert = second.cookie("bert").await;
    let made = player(&second, "cookie", &bert).await;
    let there = list(made["channels_url"].as_str().unwrap()).await;
    let names: Vec<&str> = there.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["Channel 1", "Channel 2"]);
    assert_eq!(there.entries[0].groups, ["All"]);
    // The list names its guide, and that is read without anybody having said so.
    let guide = made["guide_url"].as_str().unwrap().strip_suffix(".gz").unwrap();
    let mut heard = Vec::new();
    for _ in 0..200 {
        heard = titles(&get(guide).await.1).1;
        if heard.len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(heard, ["Wetter", "Krimi", "Köln & mehr"]);
    // Its provider allows one stream: of the same channel there may be two viewers, of another none.
    let one = packets(&there.entries[0].url).await;
    let same = packets(&there.entries[0].url).await;
    let (status, body) = get(&there.entries[1].url).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{}", String::from_utf8_lossy(&body));
    drop((one, same));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_names_no_limit_has_none() {
    let fake = a_box_of(4).await;
    let (first, _) = station(&fake).await;
    let anna = first.cookie("anna").await;
    let made = player(&first, "cookie", &anna).await;
    let second = station_behind(made["channels_url"].as_str().unwrap(), None).await;
    assert_eq!(second.web.app.receivers()[0].tuners, None, "nothing is claimed that nobody has said");
    let bert = second.cookie("bert").await;
    let made = player(&second, "cookie", &bert).await;
    let there = list(made["channels_url"].as_str().unwrap()).await;
    let one = packets(&there.entries[0].url).await;
    let two = packets(&there.entries[1].url).await;
    drop((one, two));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_that_knows_network_tuners_finds_one_at_its_address() {
    let fake = a_box_of(4).await;
    let (first, _) = station(&fake).await;
    let anna = first.cookie("anna").await;
    let made = player(&first, "cookie", &anna).await;
    let base = made["channels_url"].as_str().unwrap().strip_suffix("/channels.m3u").unwrap().to_owned();
    let (status, body) = get(&format!("{base}/discover.json")).await;
    assert_eq!(status, StatusCode::OK);
    let device: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((device["TunerCount"].as_u64(), device["BaseURL"].as_str()), (Some(4), Some(base.as_str())));
    let id = u32::from_str_radix(device["DeviceID"].as_str().unwrap(), 16).unwrap();
    assert!(telecast_media::hdhomerun::DeviceId(id).is_valid());
    let again: Value = serde_json::from_slice(&get(&format!("{base}/discover.json")).await.1).unwrap();
    assert_eq!(again["DeviceID"], device["DeviceID"]);
    let lineup: Value = serde_json::from_slice(&get(device["LineupURL"].as_str().unwrap()).await.1).unwrap();
    assert_eq!(lineup[1]["GuideNumber"].as_str(), Some("2"));
    drop(packets(lineup[1]["URL"].as_str().unwrap()).await);
    let (_, xml) = get(&format!("{base}/device.xml")).await;
    assert!(String::from_utf8(xml).unwrap().contains(device["DeviceID"].as_str().unwrap()));
    assert_eq!(get(&format!("{base}/lineup_status.json")).await.0, StatusCode::OK);
    // Another station takes it as its tuner.
    let second = station_of_kind(receiver::Kind::HdHomeRun, &base, None).await;
    let names: Vec<String> =
        second.web.app.lineup().channels.iter().map(|channel| channel.name.clone()).collect();
    assert_eq!(names, ["Channel 1", "Channel 2"]);
    assert_eq!(second.web.app.receivers()[0].tuners, Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_of_the_house_needs_no_secret_for_players_pages_and_for_nothing_else() {
    let fake = a_box_of(4).await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(live_box::settings(&fake, &tapes), store.clone()).await.unwrap();
    live_box::listed(&app).await;
    let iptv_networks = vec![Network::parse("127.0.0.0/8").unwrap()];
    let rates = RateLimits { enabled: false, ..RateLimits::default() };
    let config = WebConfig { iptv_networks, rates, ..WebConfig::default() };
    let station = station_with(app, store, directory, config).await;
    let base = &station.base;
    let there = list(&format!("{base}/iptv/channels.m3u")).await;
    assert_eq!(there.entries.len(), 2);
    drop(packets(&there.entries[0].url).await);
    // What knows nothing but a host finds a tuner, whose streams are those of the list.
    let (status, body) = get(&format!("{base}/discover.json")).await;
    assert_eq!(status, StatusCode::OK);
    let device: Value = serde_json::from_slice(&body).unwrap();
    let lineup: Value = serde_json::from_slice(&get(device["LineupURL"].as_str().unwrap()).await.1).unwrap();
    assert_eq!(lineup[0]["URL"].as_str(), Some(there.entries[0].url.as_str()));
    assert_eq!(get(&format!("{base}/lineup.json")).await.1, get(&format!("{base}/iptv/lineup.json")).await.1);
    for path in ["/api/v1/channels", "/api/v1/guide/now", "/api/v1/receivers"] {
        assert_eq!(get(&format!("{base}{path}")).await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
    // Whoever is spoken for is no neighbour.
    for header in ["forwarded", "x-forwarded-for", "x-real-ip"] {
        let request = client().get(format!("{base}/iptv/channels.m3u")).header(header, "127.0.0.1");
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{header}");
    }
    let closed = a_box_of(1).await;
    let (other, _) = self::station(&closed).await;
    assert_eq!(get(&format!("{}/discover.json", other.base)).await.0, StatusCode::UNAUTHORIZED);
}
