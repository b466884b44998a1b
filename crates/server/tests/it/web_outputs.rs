//! Lists, guides and streams as single programs want them: profiles, chosen tracks, what is coded anew, fragmented MP4, and files.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::guide::xmltv::{Item, Options, Reader};
use telecast_core::guide::{Airing, Episode, Moment, Programme, Text};
use telecast_core::lineup::ChannelId;
use telecast_core::m3u::{self, List};
use telecast_server::adapters::clock::Clock;
use telecast_server::adapters::ffmpeg::running;
use telecast_server::app::App;
use telecast_server::app::settings::{Allowance, Settings, WrittenFiles};

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::live_sound::run;
use crate::live_walk::decoded;
use crate::web_door::{Station, client, station_of};

const HOUR: i64 = 3_600_000;
const TWO_SOUNDS: &[&str] = &[
    "-map",
    "0:v",
    "-map",
    "1:a",
    "-map",
    "1:a",
    "-c:a",
    "mp2",
    "-b:a",
    "128k",
    "-metadata:s:a:0",
    "language=deu",
    "-metadata:s:a:1",
    "language=eng",
];
const FIELDS: &[&str] = &[
    "-c:v",
    "mpeg2video",
    "-flags",
    "+ilme+ildct",
    "-g",
    "25",
    "-bf",
    "0",
    "-b:v",
    "1200k",
    "-maxrate",
    "1500k",
    "-bufsize",
    "1M",
    "-c:a",
    "mp2",
    "-b:a",
    "128k",
];

async fn station_with(fake: &FakeBox, change: impl FnOnce(&mut Settings, &Path)) -> Station {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let now = Clock::start().wall_ms();
    let programme = Box::new(Programme {
        titles: vec![Text { language: Some("de".into()), text: "Krimi".into() }],
        genres: vec![0x15],
        episode: Episode { season: Some(1), number: Some(2), ..Episode::default() },
        age: Some(16),
        ..Programme::default()
    });
    let start_ms = now / HOUR * HOUR;
    let (channel, moment) = (ChannelId(channel_id(1)), Moment::default());
    let airing = Airing { channel, start_ms, end_ms: start_ms + HOUR, event_id: None, moment, programme };
    let mut import = store.import_guide("receiver:box", now).await.unwrap();
    import.add(vec![airing]).await.unwrap();
    import.finish().await.unwrap();
    let mut settings = live_box::settings(fake, &tapes);
    change(&mut settings, directory.path());
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    station_of(app, store, directory).await
}

/// A box whose only channel plays that.
async fn a_box(media: (std::sync::Arc<Vec<u8>>, usize)) -> FakeBox {
    live_box::start(HashMap::from([(1, Manner::Play(media.0, media.1))]), 1).await
}

async fn token(station: &Station) -> String {
    station.token(Role::Owner, &Scope::ALL).await
}

async fn player(station: &Station, token: &str, kind: &str) -> Value {
    let made = client()
        .post(format!("{}/api/v1/account/players", station.base))
        .bearer_auth(token)
        .json(&json!({ "name": "Living room", "kind": kind }))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    made.json().await.unwrap()
}

async fn get(url: &str) -> (StatusCode, Vec<u8>) {
    let response = client().get(url).send().await.unwrap();
    (response.status(), response.bytes().await.unwrap().to_vec())
}

fn list(bytes: &[u8]) -> List {
    m3u::read(std::str::from_utf8(bytes).unwrap(), &m3u::Limits::default()).unwrap()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

/// Names of the first channel, and the first programme.
fn guide(xml: &[u8]) -> (Vec<String>, Option<Programme>) {
    let mut reader = Reader::new(Cursor::new(xml), Options::default());
    let (mut names, mut first) = (Vec::new(), None);
    while let Some(item) = reader.next().unwrap() {
        match item {
            Item::Channel(channel) if names.is_empty() => {
                names = channel.names.into_iter().map(|name| name.text).collect();
            }
            Item::Airing(heard) if first.is_none() => first = Some(*heard.programme),
            _ => {}
        }
    }
    (names, first)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_program_gets_list_and_guide_as_it_reads_them() {
    let fake = a_box(live_box::with_aac()).await;
    let station = station_with(&fake, |_, _| {}).await;
    let token = token(&station).await;
    for (kind, guides, systems, numbered, rated) in [
        ("other", 1, &["xmltv_ns"][..], false, false),
        ("kodi", 1, &["onscreen", "xmltv_ns"], false, false),
        ("jellyfin", 0, &["SxxExx", "xmltv_ns"], true, true),
        ("plex", 0, &["onscreen", "xmltv_ns"], true, false),
        ("tivimate", 1, &["xmltv_ns"], false, false),
    ] {
        let made = player(&station, &token, kind).await;
        let (channels_url, guide_url) =
            (made["channels_url"].as_str().unwrap(), made["guide_url"].as_str().unwrap());
        let (status, text) = get(channels_url).await;
        let list = list(&text);
        assert_eq!((status, list.entries.len(), list.junk_count), (StatusCode::OK, 1, 0), "{kind}");
        assert_eq!(list.guide_urls.len(), guides, "{kind}");
        assert!(
            list.guide_urls.iter().all(|url| url == guide_url),
            "{kind}: the list names the guide of its profile"
        );
        let (status, body) = get(guide_url).await;
        assert_eq!(status, StatusCode::OK, "{kind}");
        let xml = if guide_url.contains(".gz") { unpacked(&body) } else { body };
        let (names, programme) = guide(&xml);
        let expected = if numbered { vec!["Channel 1", "1"] } else { vec!["Channel 1"] };
        assert_eq!(names, expected, "{kind}");
        let programme = programme.unwrap();
        let told: Vec<&str> =
            programme.episode_numbers.iter().filter_map(|number| number.system.as_deref()).collect();
        assert_eq!((&told[..], programme.ratings.len()), (systems, usize::from(rated)), "{kind}");
    }
    // The same for whoever has a token, packed and plain.
    for file in ["channels.m3u", "guide.xml", "guide.xml.gz"] {
        let ask = |query: &str| {
            client().get(format!("{}/iptv/{file}{query}", station.base)).bearer_auth(&token).send()
        };
        assert_eq!(ask("?for=kodi").await.unwrap().status(), StatusCode::OK, "{file}");
        let (none, empty) = (ask("").await.unwrap(), ask("?for=").await.unwrap());
        assert_eq!(none.bytes().await.unwrap(), empty.bytes().await.unwrap(), "{file}");
        let refused = ask("?for=toaster").await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{file}");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["fields"][0]["name"], "for");
        assert!(problem["detail"].as_str().unwrap().contains("jellyfin, kodi, plex, tivimate"), "{problem}");
    }
}

/// What comes of a channel in so long, or so much of it.
async fn read(station: &Station, token: &str, file: &str, most: usize) -> Vec<u8> {
    let url = format!("{}/iptv/stream/{}{file}", station.base, channel_id(1));
    // What codes pictures may still be proven, and a machine that has much to do is asked again, as a player does.
    let ask = || client().get(&url).bearer_auth(token).send();
    let mut response = ask().await.unwrap();
    for _ in 0..3 {
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            tokio::time::sleep(Duration::from_secs(2)).await;
            response = ask().await.unwrap();
        }
    }
    assert_eq!(response.status(), StatusCode::OK, "{file}");
    let mut bytes = Vec::new();
    let reading = async {
        while bytes.len() < most {
            let Some(piece) = response.chunk().await.unwrap() else { break };
            bytes.extend(piece);
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.expect("it comes");
    bytes
}

/// Codec and language of each stream, as ffprobe sees them.
fn streams(bytes: &[u8], extension: &str) -> Vec<String> {
    let file = tempfile::Builder::new().suffix(extension).tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let shown = ["-v", "error", "-show_entries", "stream=codec_name:stream_tags=language", "-of", "json"];
    let text = run("ffprobe", &[&shown[..], &[file.path().to_str().unwrap()]].concat());
    let found: Value = serde_json::from_slice(&text).unwrap();
    let all = found["streams"].as_array().unwrap().iter().map(|stream| {
        let codec = stream["codec_name"].as_str().unwrap().to_owned();
        stream["tags"]["language"].as_str().map_or(codec.clone(), |language| format!("{codec}|{language}"))
    });
    all.collect()
}

async fn free(station: &Station) {
    for _ in 0..400 {
        if station.web.app.sessions().iter().all(|session| session.state.is_over()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a session outlives its reader");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_chooses_its_sounds_and_the_rest_is_left_out() {
    let fake = a_box(live_box::media("two-sounds", TWO_SOUNDS)).await;
    let station = station_with(&fake, |_, _| {}).await;
    let token = token(&station).await;
    for (query, expected) in [
        ("", &["h264", "mp2|deu", "mp2|eng"][..]),
        ("?audio=eng", &["h264", "mp2|eng"]),
        ("?audio=de&subtitles=no", &["h264", "mp2|deu"]),
        ("?audio=ger,en", &["h264", "mp2|deu", "mp2|eng"]),
        ("?audio=fra", &["h264", "mp2|deu", "mp2|eng"]),
        ("?profile=pass", &["h264", "mp2|deu", "mp2|eng"]),
    ] {
        let bytes = read(&station, &token, &format!(".ts{query}"), 200_000).await;
        assert!(bytes.chunks_exact(188).all(|packet| packet[0] == 0x47), "{query}");
        assert_eq!(streams(&bytes, ".ts"), expected, "{query}");
    }
    let id = channel_id(1);
    for (query, field) in [
        ("audio=german", "audio"),
        ("audio=de,e1", "audio"),
        ("subtitles=perhaps", "subtitles"),
        ("profile=h265", "profile"),
    ] {
        let path = format!("/iptv/stream/{id}.ts?{query}");
        let (status, problem) = station.ask("GET", &path, Some(&token)).await;
        assert_eq!(
            (status, &problem["fields"][0]["name"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{problem}"
        );
    }
    let (_, problem) = station.ask("GET", &format!("/iptv/stream/{id}.ts?profile=x"), Some(&token)).await;
    assert!(problem["detail"].as_str().unwrap().contains("pass, h264, h264-1080"), "{problem}");
    free(&station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_show_h264_alone_share_one_picture_coded_anew() {
    let fake = a_box(live_box::media("outputs-fields", FIELDS)).await;
    let change =
        |settings: &mut Settings, _: &Path| settings.pictures = Allowance { most: 1, lines: Some(1080) };
    let station = station_with(&fake, change).await;
    let token = token(&station).await;
    let query = ".ts?profile=h264-360";
    let (one, two) = tokio::join!(read(&station, &token, query, 600_000), async {
        let bytes = read(&station, &token, query, 600_000).await;
        // One filter for the picture, one for the sound; none for each reader.
        assert_eq!(running(), 2);
        bytes
    });
    for bytes in [one, two] {
        assert!(bytes.chunks_exact(188).all(|packet| packet[0] == 0x47));
        let mut found = streams(&bytes, ".ts");
        found.sort();
        assert_eq!(found, ["aac", "h264"]);
        let (pictures, sounds) = decoded(&bytes, ".ts");
        assert!(pictures >= 30 && sounds >= 25, "{pictures} pictures, {sounds} sounds");
    }
    free(&station).await;
}

/// The boxes of a file that are whole, those of a fragment together: (first box, all of them).
fn whole_boxes(bytes: &[u8]) -> (Vec<String>, &[u8]) {
    let (mut kinds, mut at, mut whole) = (Vec::new(), 0, 0);
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes(head[..4].try_into().unwrap()) as usize;
        let kind = String::from_utf8_lossy(&head[4..]).into_owned();
        at += length.max(8);
        if at > bytes.len() {
            break;
        }
        if kind != "moof" {
            whole = at;
        }
        kinds.push(kind);
    }
    (kinds, &bytes[..whole])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_one_fragmented_mp4_without_end() {
    for (name, media, expected) in [
        ("two", live_box::media("two-sounds", TWO_SOUNDS), ["h264", "aac"]),
        ("ac3", live_box::with_ac3(), ["h264", "ac3"]),
    ] {
        let fake = a_box(media).await;
        let station = station_with(&fake, |_, _| {}).await;
        let token = token(&station).await;
        let head =
            client().head(format!("{}/iptv/stream/{}.mp4", station.base, channel_id(1))).bearer_auth(&token);
        let head = head.send().await.unwrap();
        assert_eq!(
            (head.status(), head.headers()["content-type"].to_str().unwrap()),
            (StatusCode::OK, "video/mp4")
        );
        assert!(station.web.app.sessions().is_empty(), "who only asks begins nothing");
        let bytes = read(&station, &token, ".mp4?audio=eng", 250_000).await;
        let (kinds, whole) = whole_boxes(&bytes);
        assert_eq!(kinds[..4], ["ftyp", "moov", "moof", "mdat"], "{name}");
        assert_eq!(kinds.iter().filter(|kind| *kind == "moov").count(), 1, "{name}: it begins once");
        let found = streams(whole, ".mp4");
        let codecs: Vec<&str> = found.iter().map(|line| line.split('|').next().unwrap()).collect();
        assert_eq!(codecs, expected, "{name}: {found:?}");
        if name == "two" {
            assert!(found[1].ends_with("eng"), "{found:?}");
        }
        let (pictures, sounds) = decoded(whole, ".mp4");
        assert!(pictures >= 25 && sounds >= 25, "{name}: {pictures} pictures, {sounds} sounds");
        free(&station).await;
    }
}

/// Waits until the file says it.
async fn says(place: &Path, what: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    for _ in 0..400 {
        if let Some(bytes) = std::fs::read(place).ok().filter(|bytes| what(bytes)) {
            return bytes;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} does not say it: {:?}", place.display(), std::fs::read(place));
}

#[tokio::test(flavor = "multi_thread")]
async fn list_and_guide_lie_in_the_data_folder_as_they_are() {
    let fake = a_box(live_box::with_aac()).await;
    let base = "http://tv.example/telly";
    let station = station_with(&fake, |settings, data| {
        settings.files = Some(WrittenFiles { folder: data.join("iptv"), base: base.into() });
    })
    .await;
    let token = token(&station).await;
    let folder = station.directory().join("iptv");
    let written = list(&says(&folder.join("channels.m3u"), |_| true).await);
    assert_eq!(written.guide_urls, [format!("{base}/iptv/guide.xml.gz")]);
    assert_eq!(written.entries[0].url, format!("{base}/iptv/stream/{}.ts", channel_id(1)));
    let packed = says(&folder.join("guide.xml.gz"), |_| true).await;
    let asked =
        client().get(format!("{}/iptv/guide.xml", station.base)).bearer_auth(&token).send().await.unwrap();
    let asked = asked.text().await.unwrap().replace(&station.base, base);
    assert_eq!(String::from_utf8(unpacked(&packed)).unwrap(), asked, "it is what players are given");
    // The host calls the channel otherwise.
    let rename = |revision: u64, name: &'static str| {
        let wish = json!({ "revision": revision, "channels": { channel_id(1): { "name": name } } });
        let request =
            client().post(format!("{}/api/v1/lineup", station.base)).bearer_auth(&token).json(&wish);
        async move { assert_eq!(request.send().await.unwrap().status(), StatusCode::OK) }
    };
    rename(0, "Eins").await;
    says(&folder.join("channels.m3u"), |bytes| list(bytes).entries[0].name == "Eins").await;
    says(&folder.join("guide.xml.gz"), |bytes| guide(&unpacked(bytes)).0 == ["Eins"]).await;
    // Something stands in the way: the station goes on, and what is written later is written when it is gone.
    std::fs::rename(&folder, station.directory().join("aside")).unwrap();
    std::fs::write(&folder, b"in the way").unwrap();
    rename(1, "Zwei").await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(std::fs::read(&folder).unwrap(), b"in the way");
    assert_eq!(station.ask("GET", "/api/v1/channels", Some(&token)).await.0, StatusCode::OK);
    std::fs::remove_file(&folder).unwrap();
    rename(2, "Drei").await;
    says(&folder.join("channels.m3u"), |bytes| list(bytes).entries[0].name == "Drei").await;
    says(&folder.join("guide.xml.gz"), |_| true).await;
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2, "nothing unfinished lies about");
}

/// What others keep as cases, where it is.
fn corpus(of: &str) -> Option<std::path::PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("TELECAST_CORPUS").map_or(beside, std::path::PathBuf::from).join(of);
    if corpus.is_dir() {
        return Some(corpus);
    }
    eprintln!("not run: {} is missing (set TELECAST_CORPUS)", corpus.display());
    None
}

/// All files below a folder whose names end so.
fn files_of(folder: &Path, end: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_of(&path, end));
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What a guide says of each programme, in its order.
fn heard(xml: &[u8]) -> Vec<(Moment, Programme)> {
    let mut reader = Reader::new(Cursor::new(xml), Options::default());
    let mut found = Vec::new();
    while let Some(item) = reader.next().unwrap() {
        if let Item::Airing(heard) = item {
            found.push((heard.moment, *heard.programme));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn real_guides_go_through_the_store_and_out_again_without_loss() {
    let Some(corpus) = corpus("xmltv") else { return };
    let mut told: Vec<_> =
        files_of(&corpus, ".xml").iter().flat_map(|path| heard(&std::fs::read(path).unwrap())).collect();
    for (_, programme) in &mut told {
        // As all that comes in is tidied up; and what is found out, it does not say itself.
        telecast_core::guide::understand(programme);
    }
    assert!(told.len() > 30, "{} programmes", told.len());
    let fake = a_box(live_box::with_aac()).await;
    let station = station_with(&fake, |_, _| {}).await;
    // As if they were shown one after the other from tomorrow on.
    let begin = Clock::start().wall_ms() / HOUR * HOUR + 24 * HOUR;
    let airings = (0..).zip(&told).map(|(place, (moment, programme))| {
        let start_ms = begin + place * HOUR;
        Airing {
            channel: ChannelId(channel_id(1)),
            start_ms,
            end_ms: start_ms + HOUR,
            event_id: None,
            moment: moment.clone(),
            programme: Box::new(programme.clone()),
        }
    });
    let now = Clock::start().wall_ms();
    let mut import = station.store.import_guide("file:corpus", now).await.unwrap();
    import.add(airings.collect()).await.unwrap();
    import.finish().await.unwrap();
    let token = token(&station).await;
    for query in ["", "?for=kodi", "?for=jellyfin", "?for=plex", "?for=tivimate"] {
        let asked = client().get(format!("{}/iptv/guide.xml{query}", station.base)).bearer_auth(&token);
        let mut out = heard(&asked.send().await.unwrap().bytes().await.unwrap());
        assert_eq!(out.remove(0).1.titles[0].text, "Krimi", "that of today");
        assert_eq!(out.len(), told.len(), "{query}");
        for ((moment, programme), (given_moment, given)) in out.iter().zip(&told) {
            assert_eq!(moment, given_moment, "{query}");
            // What a source said is there, in its order; what was found out stands behind it.
            let mut left = programme.clone();
            left.episode_numbers.truncate(given.episode_numbers.len());
            if !query.is_empty() {
                left.categories.truncate(given.categories.len());
                left.ratings.truncate(given.ratings.len());
            }
            let (episode, genres, age) = (Episode::default(), Vec::new(), None);
            assert_eq!(left, Programme { episode, genres, age, ..given.clone() }, "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_lists_go_through_the_lineup_and_out_again_without_loss() {
    let Some(corpus) = corpus("m3u") else { return };
    for path in files_of(&corpus, ".m3u") {
        let mut given = list(&std::fs::read(&path).unwrap());
        // What lies beside the list as a file is nothing that a station plays.
        given.entries.retain(|entry| entry.url.starts_with("http"));
        let directory = tempfile::tempdir().unwrap();
        let tapes = directory.path().join("tapes");
        let store = live_box::store_beside(&tapes).await;
        let mut settings = Settings::with_tapes_in(tapes);
        settings.tape.minimum_free = 0;
        let mut receiver = live_box::receiver("list", &a_box(live_box::with_aac()).await);
        receiver.kind = telecast_server::adapters::receiver::Kind::M3u;
        receiver.url = url_of(&path);
        settings.receivers.push(receiver);
        let app = App::start(settings, store.clone()).await.unwrap();
        live_box::listed(&app).await;
        let station = station_of(app, store, directory).await;
        let token = token(&station).await;
        let asked = client().get(format!("{}/iptv/channels.m3u", station.base)).bearer_auth(&token);
        let out = list(&asked.send().await.unwrap().bytes().await.unwrap());
        let names = |list: &List| list.entries.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>();
        assert_eq!((names(&out), out.junk_count), (names(&given), 0), "{}", path.display());
        for (out, given) in out.entries.iter().zip(&given.entries) {
            assert_eq!(out.radio, given.radio, "{}", path.display());
            assert!(
                given.groups.iter().all(|group| out.groups.contains(group)),
                "{}: {:?}",
                path.display(),
                out.groups
            );
        }
    }
}

fn url_of(path: &Path) -> url::Url {
    url::Url::from_file_path(path.canonicalize().unwrap()).unwrap()
}
