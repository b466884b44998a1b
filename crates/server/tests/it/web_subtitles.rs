//! Subtitles of a film on a channel of one's own: from streams and a file beside it to the segments that players fetch.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use telecast_core::access::{Role, Scope};
use telecast_core::library::{HZ, Item, ItemId, Kind, Library};
use telecast_media::subtitles::{Cue, read};
use telecast_server::app::station::{Stock, StockFile};
use telecast_server::app::{Directives, PlaybackHandle, SessionState, StartPlayback};

use crate::live_sound::run;
use crate::live_walk::{handle, renditions, wish};
use crate::web_door::{self, client};

/// A picture (1/25 s) in ticks.
const PICTURE: i64 = HZ / 25;
/// In the film, twice, and beside it in Latin-1.
const GERMAN: &str = "1\n00:00:01,000 --> 00:00:03,000\n<i>Grüße</i> & mehr\n\n2\n00:00:05,200 --> 00:00:09,000\nZwei <Zeilen\nmit Text\n";
const ENGLISH: &str = "1\n00:00:02,040 --> 00:00:04,000\nHello\n";
const FRENCH: &[u8] = b"1\n00:00:03,000 --> 00:00:04,500\nFran\xe7ais\n";

/// A film of ten seconds with German and English in it, French beside it, and a file that says nothing.
fn film(folder: &Path) -> PathBuf {
    let place = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(place("de.srt"), GERMAN).unwrap();
    std::fs::write(place("en.srt"), ENGLISH).unwrap();
    std::fs::write(place("Film.fr.srt"), FRENCH).unwrap();
    std::fs::write(place("Film.es.srt"), b"\0\0nothing\0").unwrap();
    let (german, english, film) = (place("de.srt"), place("en.srt"), place("Film.mkv"));
    let made = "-loglevel error -y -f lavfi -i testsrc2=s=320x240:r=25 -f lavfi -i sine=f=440:r=48000";
    let mut arguments: Vec<&str> = made.split(' ').collect();
    arguments.extend(["-i", &german, "-i", &english]);
    let coded = "-map 0 -map 1 -map 2 -map 3 -t 10 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -c:a aac -c:s:0 srt -c:s:1 ass \
        -metadata:s:s:0 language=ger -metadata:s:s:1 language=eng";
    arguments.extend(coded.split_ascii_whitespace());
    arguments.push(&film);
    run("ffmpeg", &arguments);
    film.into()
}

fn stock(folder: &Path) -> Stock {
    let item = Item {
        id: ItemId(1),
        kind: Kind::Film,
        title: "Film".into(),
        show: Some("Films".into()),
        length: 10 * HZ,
        ..Item::default()
    };
    let file = StockFile { path: film(folder), content: "content of the film".into() };
    Stock {
        library: Arc::new(Library::new(vec![Arc::new(item)])),
        files: Arc::new(HashMap::from([(ItemId(1), file)])),
        ..Stock::default()
    }
}

/// What a playlist lists, without what is only of its segments' form.
fn outline(text: &str) -> Vec<String> {
    let of_form = ["#EXT-X-MAP", "#EXT-X-PART", "#EXT-X-PRELOAD", "#EXT-X-SERVER", "#EXT-X-RENDITION"];
    let lines = text.lines().filter(|line| !of_form.iter().any(|tag| line.starts_with(tag)));
    let name =
        |line: &str| line.rsplit('/').next().and_then(|name| name.split('.').next()).map(str::to_owned);
    lines
        .map(|line| if line.starts_with('#') { line.to_owned() } else { name(line).unwrap_or_default() })
        .collect()
}

/// Sequences of the segments that are listed.
fn sequences(text: &str, ending: &str) -> Vec<u64> {
    let of = |line: &str| line.rsplit('/').next()?.strip_suffix(ending)?.parse().ok();
    text.lines().filter(|line| !line.starts_with('#')).filter_map(of).collect()
}

/// Decoding time of the first picture of a fragment (ISO/IEC 14496-12 §8.8.12), in ticks.
fn decoded_at(fragment: &[u8]) -> i64 {
    let at = fragment.windows(4).position(|word| word == b"tfdt").expect("a tfdt") + 8;
    i64::from_be_bytes(fragment[at..at + 8].try_into().unwrap())
}

/// A segment's local time, and its cues.
async fn told(play: &PlaybackHandle, name: &str, sequence: u64) -> (i64, Vec<Cue>) {
    let bytes = play.subtitles(name, sequence).await.unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    let local = text.lines().nth(1).unwrap().split_once("LOCAL:").unwrap().1;
    let (map, _) = read::cues(&format!("WEBVTT\n\n{local} --> 9999999:00:00.000\nx\n"));
    (map[0].start, read::cues(text).0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_in_a_film_is_read_when_it_is_said() {
    let station = web_door::station().await;
    let folder = tempfile::tempdir().unwrap();
    station.web.app.stations().stock(stock(folder.path()));
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let document =
        json!({ "version": 1, "name": "Films", "simple": { "order": "in_order", "shows": ["Films"] } });
    let made = client()
        .post(format!("{}/api/v1/stations", station.base))
        .bearer_auth(&token)
        .json(&json!({ "name": "Films", "number": 1, "document": document }))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: serde_json::Value = made.json().await.unwrap();
    let channel = made["channel_id"].as_str().unwrap().to_owned();
    let limit = tokio::time::Instant::now() + Duration::from_secs(90);
    let view = loop {
        let session = station.web.app.start_session(StartPlayback { channel_id: channel.clone(), ..wish(1) });
        if let Ok(made) = session.await
            && let Some(view) = station.web.app.wait_session(&made.id, Duration::from_secs(8)).await
            && view.state == SessionState::Ready
        {
            break view;
        }
        assert!(tokio::time::Instant::now() < limit, "it is on air");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let play = handle(&station.web.app, &view);

    let main = play.multivariant().await.unwrap();
    let main = std::str::from_utf8(&main).unwrap();
    for (code, name) in [("deu", "text-deu"), ("eng", "text-eng"), ("fra", "text-fra")] {
        let line = format!("LANGUAGE=\"{code}\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"{name}.m3u8\"");
        assert!(main.contains(&line), "{main}");
    }
    assert!(main.contains(",SUBTITLES=\"text\"") && !main.contains("spa"), "{main}");
    assert!(play.playlist("text-spa", Directives::default()).await.is_err());
    assert!(play.segment("text-deu", 0).await.is_err(), "subtitles are no picture");

    // A film and a half later.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let picture = renditions(main).into_iter().next().unwrap();
    let (seen, said) = loop {
        let seen = play.playlist(&picture, Directives::default()).await.unwrap();
        let said = play.playlist("text-deu", Directives::default()).await.unwrap();
        let again = play.playlist(&picture, Directives::default()).await.unwrap();
        if seen == again {
            break (seen, said);
        }
    };
    let (seen, said) = (std::str::from_utf8(&seen).unwrap(), std::str::from_utf8(&said).unwrap());
    let (pictures, texts) = (outline(seen), outline(said));
    assert_eq!(texts[..pictures.len()], pictures[..], "{seen}\n{said}");
    let (all, whole) = (sequences(said, ".vtt"), sequences(seen, ".m4s"));
    assert_eq!(all.last().unwrap() - whole.last().unwrap(), 1, "the segment that is open is listed");

    let mut found: Vec<Cue> = Vec::new();
    for sequence in all {
        let (local, cues) = told(&play, "text-deu", sequence).await;
        if whole.contains(&sequence) {
            let fragment = play.segment(&picture, sequence).await.unwrap();
            assert!((decoded_at(&fragment) - local).abs() < 3 * PICTURE, "times are those of the picture");
        }
        let others = told(&play, "text-eng", sequence).await.1.into_iter();
        let french = told(&play, "text-fra", sequence).await.1;
        found.extend(cues.into_iter().chain(others).chain(french));
    }
    found.sort();
    found.dedup();
    let first = found.iter().find(|cue| cue.text == "Grüße & mehr").expect("the first cue").start - HZ;
    let expected = [
        (1_000, 3_000, "Grüße & mehr"),
        (2_040, 4_000, "Hello"),
        (3_000, 4_500, "Français"),
        (5_200, 9_000, "Zwei <Zeilen\nmit Text"),
    ];
    for (start, end, text) in expected {
        let is_so = |cue: &&Cue| {
            let away = |time: i64, ms: i64| (time - first - ms * HZ / 1000).abs();
            cue.text == text && away(cue.start, start) < PICTURE && away(cue.end, end) < PICTURE
        };
        assert!(found.iter().any(|cue| is_so(&cue)), "{text}: {found:?}");
    }
    // The film begins where a run does, and again and again: nothing else is on.
    let begins = decoded_begins(&play, &picture, seen).await;
    let away = |begin: &i64| (begin - first + 3 * PICTURE).rem_euclid(10 * HZ);
    assert!(!begins.is_empty() && begins.iter().all(|begin| away(begin) < 6 * PICTURE), "{begins:?} {first}");
}

/// Where runs begin that are listed from their beginning on.
async fn decoded_begins(play: &PlaybackHandle, picture: &str, text: &str) -> Vec<i64> {
    let mut begins = Vec::new();
    let mut is_new = false;
    for line in text.lines() {
        is_new |= line == "#EXT-X-DISCONTINUITY";
        if let [sequence] = sequences(line, ".m4s")[..]
            && std::mem::take(&mut is_new)
        {
            begins.push(decoded_at(&play.segment(picture, sequence).await.unwrap()));
        }
    }
    begins
}
