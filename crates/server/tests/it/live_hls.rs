//! Providers whose channels are HLS in its several forms, made by ffmpeg and served as a live stream: each comes through a list of channels, is watched by a
//! browser's way (session, playlist, parts) and by a player's (one stream), and what comes out is decoded without a complaint.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::m3u;
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_server::adapters::receiver;
use telecast_server::app::App;
use telecast_server::app::settings::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::live_box;
use crate::web_door::{Station, client, station_of};

/// Segments of the material are so long.
const SEGMENT_S: u64 = 2;
/// So many of them are there at the first moment, and are listed at a time.
const LISTED: usize = 4;
/// How long is watched.
const WATCHED: Duration = Duration::from_secs(7);

/// Sixty seconds of a picture and two sounds as HLS below `room`, as `how` says.
fn made(room: &Path, picture: &str, sound: &str, how: &[&str]) {
    std::fs::create_dir_all(room).unwrap();
    let sources = "-v error -nostdin -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 60 -pix_fmt yuv420p \
                   -preset ultrafast -g 25 -ac 2 -b:a 96k -f hls -hls_time 2 -hls_list_size 0 -hls_playlist_type event";
    let coded = format!("-c:v {picture} -c:a {sound}");
    let arguments = sources.split_whitespace().chain(coded.split_whitespace()).chain(how.iter().copied());
    let run = Command::new("ffmpeg").args(arguments).current_dir(room).output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{how:?}: {said}");
}

/// Serves what lies in `room`, playlists as far as they would be known by now.
async fn provider(room: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (room, begun) = (Arc::new(room), Instant::now());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let room = Arc::clone(&room);
            tokio::spawn(async move { answer(socket, &room, begun).await });
        }
    });
    base
}

fn is_playlist(path: &str) -> bool {
    path.rsplit('.').next() == Some("m3u8")
}

async fn answer(mut socket: TcpStream, room: &Path, begun: Instant) {
    let mut head = Vec::new();
    while memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
        if socket.read_buf(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let (status, body) = match std::fs::read(room.join(&path)) {
        Ok(body) if is_playlist(&path) => ("200 OK", live(&String::from_utf8(body).unwrap(), begun)),
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let kind = if is_playlist(&path) { "application/vnd.apple.mpegurl" } else { "application/octet-stream" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = socket.write_all(&[head.into_bytes(), body].concat()).await;
}

/// The window of a finished playlist that a live one would show now.
fn live(text: &str, begun: Instant) -> Vec<u8> {
    if !text.contains("#EXTINF") {
        return text.into();
    }
    let (mut segments, mut lines, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        if line.starts_with("#EXT-X-KEY") || line.starts_with("#EXT-X-MAP") {
            held.push(line);
        } else if line.starts_with("#EXTINF") {
            lines.push(line);
        } else if !line.starts_with('#') {
            lines.push(line);
            segments.push((held.clone(), std::mem::take(&mut lines)));
        }
    }
    let there = (LISTED + (begun.elapsed().as_secs() / SEGMENT_S) as usize).min(segments.len());
    let first = there - LISTED;
    let mut out =
        format!("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
    for (number, (held, lines)) in segments[first..there].iter().enumerate() {
        let held = if number == 0 { &held[..] } else { &[] };
        for line in held.iter().chain(lines) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.into_bytes()
}

/// A station whose one receiver is a list with that channel.
async fn station(list: &str, base: &str) -> Station {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let file = directory.path().join("list.m3u");
    let text = format!("#EXTM3U\n#EXTINF:-1 tvg-id=\"one\" group-title=\"All\",One\n{base}/{list}\n");
    std::fs::write(&file, text).unwrap();
    let mut settings = Settings::with_tapes_in(tapes.clone());
    settings.tape.minimum_free = 0;
    settings.receivers.push(receiver::Settings {
        kind: receiver::Kind::M3u,
        id: "provider".into(),
        name: "provider".into(),
        url: url::Url::from_file_path(&file).unwrap(),
        username: String::new(),
        password: None,
        stream_port: 8001,
        tuners: None,
        bouquets: Vec::new(),
        from_file: true,
    });
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    station_of(app, store, directory).await
}

/// Codec and number of frames that are decoded of each stream in `bytes`; nothing is complained about.
fn decoded(bytes: &[u8], extension: &str) -> Vec<(String, u64)> {
    let file = tempfile::Builder::new().suffix(extension).tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let arguments =
        ["-v", "error", "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames", "-of", "json"];
    let run = Command::new("ffprobe").args(arguments).arg(file.path()).output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && said.is_empty(), "{said}");
    let told: Value = serde_json::from_slice(&run.stdout).unwrap();
    let streams = told["streams"].as_array().unwrap().iter();
    let count =
        |stream: &Value| stream["nb_read_frames"].as_str().and_then(|count| count.parse().ok()).unwrap_or(0);
    streams.map(|stream| (stream["codec_name"].as_str().unwrap().to_owned(), count(stream))).collect()
}

async fn text(url: &str) -> String {
    let response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{url}");
    response.text().await.unwrap()
}

/// What comes of session, playlist and parts: one file of each rendition.
async fn by_parts(station: &Station) -> Vec<Vec<u8>> {
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let (_, channels) = station.ask("GET", "/api/v1/channels", Some(&token)).await;
    let all =
        json!({ "containers": ["cmaf"], "video": ["avc1", "hvc1"], "audio": ["mp4a.40.2", "ac-3", "ec-3"] });
    let body = json!({ "channel_id": channels["items"][0]["id"], "client": all });
    let request = client().post(format!("{}/api/v1/sessions", station.base)).bearer_auth(&token).json(&body);
    let session: Value = request.send().await.unwrap().json().await.unwrap();
    let id = session["id"].as_str().unwrap_or_else(|| panic!("{session}"));
    let (_, ready) = station.ask("GET", &format!("/api/v1/sessions/{id}?wait_s=20"), Some(&token)).await;
    assert_eq!(ready["state"], "ready", "{ready}");
    let main = format!("{}{}", station.base, session["playlist_url"].as_str().unwrap());
    let base = main.trim_end_matches("main.m3u8").to_owned();
    let multivariant = text(&main).await;
    let lists = multivariant.lines().filter_map(|line| match line.strip_prefix("#EXT-X-MEDIA") {
        Some(media) => media.split("URI=\"").nth(1)?.split('"').next(),
        None => Some(line).filter(|line| !line.starts_with('#')),
    });
    let mut files: Vec<(String, Vec<u8>, Vec<String>)> =
        lists.map(|list| (list.to_owned(), Vec::new(), Vec::new())).collect();
    let until = Instant::now() + WATCHED;
    while Instant::now() < until {
        for (list, file, seen) in &mut files {
            let playlist = text(&format!("{base}{list}")).await;
            let uri = |line: &str| {
                line.split("URI=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
            };
            let wanted = |line: &&str| line.starts_with("#EXT-X-MAP") || line.starts_with("#EXT-X-PART:");
            let (heads, parts): (Vec<&str>, Vec<&str>) =
                playlist.lines().filter(wanted).partition(|line| line.starts_with("#EXT-X-MAP"));
            // A decoder begins at a picture that needs no other, and goes on from where it has begun.
            let is_marked = playlist.contains("INDEPENDENT=YES");
            let has_begun = seen.len() > 1;
            let is_before = |line: &&str| {
                if has_begun {
                    !uri(line).is_some_and(|uri| seen.contains(&uri))
                } else {
                    is_marked && !line.contains("INDEPENDENT=YES")
                }
            };
            let parts: Vec<&str> = parts.into_iter().skip_while(is_before).collect();
            for uri in heads.into_iter().chain(parts).filter_map(uri) {
                if !seen.contains(&uri) {
                    let response = client().get(format!("{base}{uri}")).send().await.unwrap();
                    assert_eq!(response.status(), StatusCode::OK, "{uri}");
                    file.extend_from_slice(&response.bytes().await.unwrap());
                    seen.push(uri);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let inits = |seen: &[String]| seen.iter().filter(|uri| uri.contains("init")).count();
    assert!(files.iter().all(|(_, _, seen)| inits(seen) == 1), "nothing begins anew");
    let ended = station.ask("DELETE", &format!("/api/v1/sessions/{id}"), Some(&token)).await;
    assert_eq!(ended.0, StatusCode::OK);
    files.into_iter().map(|(_, file, _)| file).collect()
}

/// What a player gets at the stream's address in its list, up to the last picture that is whole.
async fn by_stream(station: &Station) -> Vec<u8> {
    let cookie = station.cookie("anna").await;
    let made: Value = client()
        .post(format!("{}/api/v1/account/players", station.base))
        .header("cookie", &cookie)
        .json(&json!({ "name": "Kodi", "kind": "kodi" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let list = text(made["channels_url"].as_str().unwrap()).await;
    let list = m3u::read(&list, &m3u::Limits::default()).unwrap();
    let url = &list.entries[0].url;
    assert!(url.contains("/stream/") && url.rsplit('.').next() == Some("ts"), "{url}");
    let mut response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let (mut bytes, until) = (Vec::new(), Instant::now() + WATCHED);
    while Instant::now() < until {
        let piece = tokio::time::timeout(Duration::from_secs(20), response.chunk()).await.expect("goes on");
        bytes.extend_from_slice(&piece.unwrap().expect("it does not end"));
    }
    let picture = |packet: &Packet<'_>| packet.payload().starts_with(&[0, 0, 1, 0xE0]) && packet.unit_start();
    let packets: Vec<_> =
        bytes.chunks_exact(PACKET).map(|packet| Packet::new(packet).expect("in step")).collect();
    let last = packets.iter().rposition(picture).expect("there are pictures");
    bytes.truncate(last * PACKET);
    bytes
}

/// Watches both ways; `wanted` are the codecs, and each stream has frames for at least five seconds.
async fn watched(name: &str, list: &str, room: &Path, wanted: &[&str]) {
    let base = provider(room.to_owned()).await;
    let station = station(list, &base).await;
    let files = by_parts(&station).await;
    let mut parts: Vec<(String, u64)> = files.iter().flat_map(|file| decoded(file, ".mp4")).collect();
    parts.sort_by_key(|(codec, _)| wanted.iter().position(|known| known == codec));
    let stream = decoded(&by_stream(&station).await, ".ts");
    eprintln!("{name}: parts {parts:?}, stream {stream:?}");
    for streams in [&parts, &stream] {
        let codecs: Vec<&str> = streams.iter().map(|(codec, _)| codec.as_str()).collect();
        assert_eq!(codecs, wanted, "{name}");
        for (codec, frames) in streams {
            let second = match codec.as_str() {
                "h264" | "hevc" => 25,
                "aac" => 46,
                _ => 31,
            };
            assert!(*frames >= 5 * second, "{name}: {frames} of {codec}");
        }
    }
    station.web.app.shutdown().await;
}

const MP4: [&str; 4] = ["-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"];

#[tokio::test(flavor = "multi_thread")]
async fn fragments_of_h264_and_aac_are_watched() {
    let room = tempfile::tempdir().unwrap();
    made(room.path(), "libx264", "aac", &[&MP4[..], &["list.m3u8"]].concat());
    watched("fMP4", "list.m3u8", room.path(), &["h264", "aac"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_of_hevc_and_enhanced_ac3_are_watched() {
    let room = tempfile::tempdir().unwrap();
    let quiet = ["-x265-params", "log-level=none:keyint=25:min-keyint=25:scenecut=0"];
    made(room.path(), "libx265", "eac3", &[&quiet[..], &MP4, &["list.m3u8"]].concat());
    watched("HEVC", "list.m3u8", room.path(), &["hevc", "eac3"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_stream_is_watched() {
    let room = tempfile::tempdir().unwrap();
    std::fs::write(room.path().join("key"), b"sixteen bytes ok").unwrap();
    std::fs::write(room.path().join("info"), "key\nkey\n").unwrap();
    made(room.path(), "libx264", "aac", &["-hls_key_info_file", "info", "list.m3u8"]);
    let list = std::fs::read_to_string(room.path().join("list.m3u8")).unwrap();
    assert!(list.contains("METHOD=AES-128,URI=\"key\""), "{list}");
    watched("AES-128", "list.m3u8", room.path(), &["h264", "aac"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sounds_that_lie_apart_are_watched() {
    let room = tempfile::tempdir().unwrap();
    let apart =
        ["-map", "0:v", "-map", "1:a", "-map", "1:a", "-master_pl_name", "main.m3u8", "-var_stream_map"];
    let lanes = "v:0,agroup:s a:0,agroup:s,language:deu,default:yes a:1,agroup:s,language:eng";
    made(room.path(), "libx264", "aac", &[&apart[..], &[lanes, "v%v.m3u8"]].concat());
    watched("apart", "main.m3u8", room.path(), &["h264", "aac", "aac"]).await;
}
