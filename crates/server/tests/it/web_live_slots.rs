//! Slots of own channels in which another channel is on: from a box, or one of one's own.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::library::{HZ, Item, ItemId, Kind, Library};
use telecast_core::lineup::{ChannelId, ChannelWish};
use telecast_core::schedule::Document;
use telecast_server::app::station::{Stock, StockFile};
use telecast_server::app::{
    App, Directives, PlaybackHandle, SessionState, SessionView, StartPlayback, WishChange,
};

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::live_sound::run;
use crate::live_walk::{decoded, handle, renditions, wish};
use crate::web_door;

/// A film of eight seconds.
fn stock(folder: &std::path::Path) -> Stock {
    let path = folder.join("film.mkv");
    let picture = "testsrc2=s=640x360:r=25";
    let arguments =
        ["-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=f=440:r=48000"];
    let coded =
        ["-frames:v", "200", "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
    let file = path.to_str().unwrap();
    run("ffmpeg", &[&arguments[..], &coded, &["-g", "50", "-c:a", "aac", file]].concat());
    let item =
        Item { id: ItemId(1), kind: Kind::Film, title: "Film".into(), length: 8 * HZ, ..Item::default() };
    let file = StockFile { path, content: "film".into() };
    Stock {
        library: Arc::new(Library::new(vec![Arc::new(item)])),
        files: Arc::new(HashMap::from([(ItemId(1), file)])),
        ..Stock::default()
    }
}

/// The film again and again, but for `length` seconds from `ahead` seconds on: then `source`.
fn document(source: &Value, ahead: i64, length: i64) -> Document {
    let now = jiff::Zoned::now();
    let at = |seconds: i64| (&now + jiff::Span::new().seconds(seconds)).strftime("%H:%M:%S").to_string();
    let document = json!({
        "version": 1, "name": "Own",
        "sources": { "film": { "item": 1 }, "other": source },
        "blocks": {
            "films": { "play": [{ "source": "film" }] },
            "other": { "play": [{ "source": "other", "until_next": true }] }
        },
        "templates": { "day": [
            { "at": "00:00", "block": "films" },
            { "at": at(ahead), "block": "other", "strict": true },
            { "at": at(ahead + length), "block": "films", "strict": true }
        ] },
        "calendar": [{ "template": "day" }]
    });
    Document::parse(&document.to_string()).unwrap()
}

/// Seconds of films before the other channel, of that, and of films behind it.
const BEFORE: i64 = 17;
const OTHER: i64 = 24;
const BEHIND: i64 = 9;

/// A station on that box with such a channel; its film is prepared.
async fn station(fake: &FakeBox, sid: u32, folder: &tempfile::TempDir) -> (App, tempfile::TempDir) {
    let (app, directory) = live_box::station(fake).await;
    app.stations().stock(stock(folder.path()));
    let films = json!({ "version": 1, "name": "Films", "simple": { "shows": [{ "item": 1 }] } });
    let films = Document::parse(&films.to_string()).unwrap();
    app.stations().create("films".into(), 7, (None, &films), None).await.unwrap();
    on_air(&app, "films").await;
    // A day's last minutes are no time for starts that lie in them.
    while jiff::Zoned::now().hour() == 23 && jiff::Zoned::now().minute() >= 58 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let wanted = document(&json!({ "live": channel_id(sid) }), BEFORE, OTHER);
    app.stations().create("one".into(), 7, (None, &wanted), None).await.unwrap();
    on_air(&app, "one").await;
    (app, directory)
}

async fn on_air(app: &App, id: &str) {
    for _ in 0..600 {
        let all = serde_json::to_value(app.stations().all().await.unwrap()).unwrap();
        let is_on = |one: &Value| one["id"] == id && one["state"] == "on_air";
        let is_listed = app.lineup().channels.iter().any(|one| one.id.0 == format!("own-{id}"));
        if is_listed && all.as_array().unwrap().iter().any(is_on) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{id} does not begin");
}

async fn watch(app: &App, channel: &str) -> (SessionView, PlaybackHandle, String) {
    let wanted = StartPlayback { channel_id: channel.into(), ..wish(1) };
    let made = app.start_session(wanted).await.unwrap();
    let view = app.wait_session(&made.id, Duration::from_secs(20)).await.unwrap();
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    let play = handle(app, &view);
    let main = play.multivariant().await.unwrap();
    let name = renditions(std::str::from_utf8(&main).unwrap()).remove(0);
    (view, play, name)
}

/// What was listed of a segment: its length, whether it begins a run, and its initialisation and bytes.
type Listed = (String, bool, Arc<Vec<u8>>, Vec<u8>);

/// What was listed.
#[derive(Default)]
struct Seen(BTreeMap<u64, Listed>);

impl Seen {
    /// Looks at the playlist: what was listed stays, and sequences go on.
    async fn look(&mut self, play: &PlaybackHandle, name: &str) {
        let text = play.playlist(name, Directives::default()).await.unwrap();
        let (mut init, mut length, mut begins) = (Arc::<Vec<u8>>::default(), String::new(), false);
        let mut before: Option<u64> = None;
        for line in std::str::from_utf8(&text).unwrap().lines() {
            if let Some(hash) = line.strip_prefix("#EXT-X-MAP:").and_then(|rest| rest.split("init-").nth(1)) {
                let hash = hash.split(".mp4").next().unwrap();
                init = Arc::new(play.init(name, hash).await.unwrap().to_vec());
            } else if let Some(of) = line.strip_prefix("#EXTINF:") {
                of.clone_into(&mut length);
            } else if line == "#EXT-X-DISCONTINUITY" {
                begins = true;
            } else if let Some(sequence) =
                line.rsplit('/').next().and_then(|name| name.strip_suffix(".m4s")?.parse().ok())
            {
                assert!(before.is_none_or(|before| before + 1 == sequence), "{before:?} {sequence}");
                let is_first = before.replace(sequence).is_none();
                let begins = std::mem::take(&mut begins);
                if let Some(known) = self.0.get(&sequence) {
                    assert_eq!((&known.0, &known.2), (&length, &init), "what was listed stays");
                    assert!(is_first || known.1 == begins, "{sequence}");
                } else {
                    let bytes = play.segment(name, sequence).await;
                    let bytes = bytes.unwrap_or_else(|error| {
                        panic!("{sequence}: {error:?} of {}", String::from_utf8_lossy(&text))
                    });
                    let bytes = bytes.to_vec();
                    self.0.insert(sequence, (length.clone(), begins, Arc::clone(&init), bytes));
                }
            }
        }
    }

    /// Stretches between discontinuities: seconds listed, pictures and sounds decoded.
    fn stretches(&self) -> Vec<(f64, u64, u64)> {
        let mut files: Vec<(f64, Vec<u8>)> = Vec::new();
        for (length, begins, init, bytes) in self.0.values() {
            if *begins || files.is_empty() {
                files.push((0.0, init.to_vec()));
            }
            let (seconds, file) = files.last_mut().unwrap();
            *seconds += length.trim_end_matches(',').parse::<f64>().unwrap();
            file.extend_from_slice(bytes);
        }
        let told = files.into_iter().map(|(seconds, file)| {
            let (pictures, sounds) = decoded(&file, ".mp4");
            (seconds, pictures, sounds)
        });
        told.collect()
    }
}

/// (time, is a picture) of each packet of a transport stream, in its order.
fn times(bytes: &[u8]) -> Vec<f64> {
    let file = tempfile::Builder::new().suffix(".ts").tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let path = file.path().to_str().unwrap();
    let wanted =
        ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=dts_time", "-of", "csv=p=0", path];
    let text = run("ffprobe", &wanted);
    let lines = std::str::from_utf8(&text).unwrap().lines();
    lines.filter_map(|line| line.trim_end_matches(',').parse().ok()).collect()
}

/// Film, live channel, film: one stream for browsers and for raw readers; a tuner is taken for as long as somebody watches.
#[tokio::test(flavor = "multi_thread")]
async fn a_live_channel_is_a_slot_between_films() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let folder = tempfile::tempdir().unwrap();
    let (app, _directory) = station(&fake, 1, &folder).await;
    assert_eq!(fake.opened.load(Ordering::SeqCst), 0, "nobody watches");
    let (view, play, name) = watch(&app, "own-one").await;
    let mut raw = play.raw().await.unwrap();
    let reader = tokio::spawn(async move {
        let (mut all, end) =
            (Vec::new(), tokio::time::Instant::now() + Duration::from_secs((BEFORE + OTHER + BEHIND) as u64));
        while let Ok(Some(piece)) = tokio::time::timeout_at(end, raw.next()).await {
            all.extend_from_slice(&piece);
        }
        all
    });
    let (mut seen, mut most) = (Seen::default(), 0);
    for _ in 0..BEFORE + OTHER + BEHIND {
        tokio::time::sleep(Duration::from_secs(1)).await;
        most = most.max(fake.open.load(Ordering::SeqCst));
        seen.look(&play, &name).await;
    }
    assert_eq!(most, 1, "one tuner was taken");
    let all = reader.await.unwrap();
    app.stop(&view.id).await.unwrap();
    for _ in 0..60 {
        if fake.open.load(Ordering::SeqCst) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(fake.open.load(Ordering::SeqCst), 0, "the tuner was given back");

    // The film, what the box gave (its stream ends once, and begins anew), the film.
    let stretches = seen.stretches();
    println!("{stretches:?}");
    assert!(stretches.len() >= 3, "{stretches:?}");
    let total: f64 = stretches.iter().map(|(seconds, ..)| seconds).sum();
    let pictures: u64 = stretches.iter().map(|(_, pictures, _)| pictures).sum();
    assert!(total > 45.0 && pictures as f64 > (total - 2.0) * 25.0, "{stretches:?}");
    for (seconds, pictures, sounds) in &stretches {
        assert!((*pictures as f64 - seconds * 25.0).abs() <= 5.0, "{stretches:?}");
        assert!(*sounds as f64 > seconds * 40.0, "{stretches:?}");
    }
    let times = times(&all);
    let jumps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(times.len() as f64 > 40.0 * 25.0, "{} pictures", times.len());
    let back = jumps.iter().filter(|jump| **jump <= 0.0).count();
    let far = jumps.iter().filter(|jump| **jump > 1.0).count();
    assert_eq!((back, far), (0, 0), "no clock goes back or jumps: {jumps:?}");

    let log = app.stations().log("one", i64::MAX, 10).await.unwrap();
    let live = log.iter().find(|aired| aired.note.starts_with("live")).expect("it is in the log");
    assert_eq!((live.title.as_str(), live.note.as_str()), ("Channel 1", "live"));
    app.shutdown().await;
}

/// Sound that browsers do not know is heard; when the box fails amid the slot, a slate stands, and the film comes when it is due.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_dies_leaves_the_channel_on_air() {
    let (bytes, rate) = live_box::with_ac3();
    let fake = live_box::start(HashMap::from([(1, Manner::EndAfter(bytes, rate, rate * 20))]), 1).await;
    let folder = tempfile::tempdir().unwrap();
    let (app, _directory) = station(&fake, 1, &folder).await;
    let (view, play, name) = watch(&app, "own-one").await;
    let mut seen = Seen::default();
    for second in 0..BEFORE + OTHER + BEHIND {
        tokio::time::sleep(Duration::from_secs(1)).await;
        seen.look(&play, &name).await;
        if second == BEFORE + 4 {
            fake.dead.store(true, Ordering::SeqCst);
        }
    }
    assert_eq!(app.session(&view.id).map(|view| view.state), Some(SessionState::Ready));
    let stretches = seen.stretches();
    println!("{stretches:?}");
    // Film, some of the channel, slates, film.
    assert!(stretches.len() > 4, "{stretches:?}");
    assert!(
        stretches.iter().all(|(seconds, pictures, sounds)| *pictures > 0 && *sounds as f64 > seconds * 40.0)
    );
    let total: f64 = stretches.iter().map(|(seconds, ..)| seconds).sum();
    assert!(total > 40.0, "{total} s: {stretches:?}");
    let longest = stretches.iter().map(|(seconds, ..)| *seconds).fold(0.0, f64::max);
    // The film has eight seconds.
    assert!(longest > 8.5, "the channel was on: {stretches:?}");
    let loud = seen.loudest(&stretches, longest);
    assert!(loud > -40.0, "its sound was heard: {loud} dB");
    let log = app.stations().log("one", i64::MAX, 10).await.unwrap();
    let note = log.iter().find(|aired| aired.title == "Channel 1").map(|aired| aired.note.clone());
    assert!(
        note.as_deref().is_some_and(|note| note == "live_no_picture" || note == "live_no_tuner"),
        "{log:?}"
    );
    app.shutdown().await;
}

impl Seen {
    /// The loudest sample (dB) of the stretch that is `longest`.
    fn loudest(&self, stretches: &[(f64, u64, u64)], longest: f64) -> f64 {
        let place = stretches.iter().position(|(seconds, ..)| (*seconds - longest).abs() < 0.001).unwrap();
        let (mut number, mut file) = (0, Vec::new());
        for (nth, (_, begins, init, bytes)) in self.0.values().enumerate() {
            number += usize::from(*begins && nth > 0);
            if number == place {
                if file.is_empty() {
                    file.extend_from_slice(init);
                }
                file.extend_from_slice(bytes);
            }
        }
        let place = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
        std::fs::write(place.path(), file).unwrap();
        let found = std::process::Command::new("ffmpeg")
            .args([
                "-v",
                "info",
                "-i",
                place.path().to_str().unwrap(),
                "-af",
                "volumedetect",
                "-f",
                "null",
                "-",
            ])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&found.stderr).into_owned();
        let peak = told.split("max_volume: ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or("-99");
        peak.parse().unwrap()
    }
}

/// Another own channel as a slot needs no tuner; channels that would show each other are refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_own_channel_shows_another_but_never_itself() {
    let station = web_door::station().await;
    let folder = tempfile::tempdir().unwrap();
    let app = &station.web.app;
    app.stations().stock(stock(folder.path()));
    let films = json!({ "version": 1, "name": "Films", "simple": { "shows": [{ "item": 1 }] } });
    let films = Document::parse(&films.to_string()).unwrap();
    app.stations().create("one".into(), 7, (None, &films), None).await.unwrap();
    on_air(app, "one").await;
    let other = json!({
        "version": 1, "name": "Mirror", "sources": { "other": { "channel": "one" } },
        "blocks": { "all": { "play": [{ "source": "other", "until_next": true }] } },
        "templates": { "day": [{ "at": "00:00", "block": "all" }] }, "calendar": [{ "template": "day" }]
    });
    let parsed = Document::parse(&other.to_string()).unwrap();
    app.stations().create("two".into(), 8, (None, &parsed), None).await.unwrap();
    on_air(app, "two").await;
    let (_, play, name) = watch(app, "own-two").await;
    let mut seen = Seen::default();
    for _ in 0..16 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        seen.look(&play, &name).await;
    }
    let stretches = seen.stretches();
    println!("{stretches:?}");
    let total: f64 = stretches.iter().map(|(seconds, ..)| seconds).sum();
    assert!(total > 10.0 && stretches.iter().all(|(_, pictures, sounds)| *pictures > 0 && *sounds > 0));

    let token = station.token(Role::Owner, &Scope::ALL).await;
    let circle = json!({ "revision": 1, "document": {
        "version": 1, "name": "Films", "sources": { "other": { "live": "own-two" } },
        "blocks": { "all": { "play": [{ "source": "other", "until_next": true }] } },
        "templates": { "day": [{ "at": "00:00", "block": "all" }] }, "calendar": [{ "template": "day" }]
    } });
    let path = format!("{}/api/v1/stations/one", station.base);
    let change = async |document: &Value| {
        let asked = web_door::client().request(Method::POST, &path).bearer_auth(&token).json(document);
        let answer = asked.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (status, told) = change(&circle).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(told.contains("Films shows Mirror shows Films"), "{told}");

    // Nor by way of a channel of which the host says that it is the same as another.
    app.stations().create("three".into(), 9, (None, &films), None).await.unwrap();
    let mut harmless = circle;
    harmless["document"]["sources"]["other"] = json!({ "live": "own-three" });
    let (status, told) = change(&harmless).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let own = |id: &str| ChannelId(format!("own-{id}"));
    for (one, other) in [("three", "two"), ("two", "three")] {
        let same = ChannelWish { same_as: Some(own(other)), ..ChannelWish::default() };
        let change = WishChange { channels: [(own(one), same)].into(), ..WishChange::default() };
        let refused = app.wish(app.own_lineup().1.revision, change).await.expect_err("a circle");
        assert!(refused.to_string().contains("Films shows Mirror shows Films"), "{refused}");
    }
}
