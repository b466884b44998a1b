//! A receiver of a few lines for tests of the live room: it has the manners of a box that matter there, and nothing more.
//! The simulator (`telecast-sim`) is the real one; this one breaks exactly when and how a test wants.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use telecast_server::adapters::receiver;
use telecast_server::app::{App, ReceiverState, Settings};
use telecast_store::{Sealer, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a channel does.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Plays a file in a loop of one pass, paced to this many bytes per second.
    Play(Arc<Vec<u8>>, usize),
    /// 400 in the body.
    Refuse,
    /// Ends after so many bytes.
    EndAfter(Arc<Vec<u8>>, usize, usize),
    /// Falls silent after so many bytes.
    StallAfter(Arc<Vec<u8>>, usize, usize),
    /// 200 and nothing.
    Silent,
}

/// A running box.
pub(crate) struct FakeBox {
    pub(crate) web: u16,
    pub(crate) stream: u16,
    /// Streams open now, and opened ever.
    pub(crate) open: Arc<AtomicUsize>,
    pub(crate) opened: Arc<AtomicUsize>,
    /// How often it was asked where a stream is.
    pub(crate) asked: Arc<AtomicUsize>,
    /// While it is, connections are closed at once, as by a box that boots.
    pub(crate) dead: Arc<AtomicBool>,
}

/// Channels by service id; each on a transponder of its own, unless the id is above 100: those share one.
pub(crate) async fn start(channels: HashMap<u32, Manner>, tuners: usize) -> FakeBox {
    let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (open, opened) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let port = stream.local_addr().unwrap().port();
    let made = FakeBox {
        web: web.local_addr().unwrap().port(),
        stream: port,
        open: open.clone(),
        opened: opened.clone(),
        asked: Arc::default(),
        dead: Arc::default(),
    };
    let asked = Arc::clone(&made.asked);
    let channels = Arc::new(channels);
    let listed = Arc::clone(&channels);
    let (dead_page, dead_air) = (Arc::clone(&made.dead), Arc::clone(&made.dead));
    tokio::spawn(async move {
        while let Ok((socket, _)) = web.accept().await {
            let (listed, asked) = (Arc::clone(&listed), Arc::clone(&asked));
            if dead_page.load(Ordering::SeqCst) {
                continue;
            }
            tokio::spawn(async move { page(socket, &listed, tuners, port, &asked).await });
        }
    });
    tokio::spawn(async move {
        while let Ok((socket, _)) = stream.accept().await {
            let (channels, open, opened) = (Arc::clone(&channels), open.clone(), opened.clone());
            let dead = dead_air.load(Ordering::SeqCst);
            tokio::spawn(async move {
                opened.fetch_add(1, Ordering::SeqCst);
                if dead {
                    return;
                }
                open.fetch_add(1, Ordering::SeqCst);
                air(socket, &channels).await;
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    made
}

pub(crate) fn channel_id(sid: u32) -> String {
    format!("{sid:x}-{:x}-1-c00000", transponder(sid))
}

fn transponder(sid: u32) -> u32 {
    if sid > 100 { 100 } else { sid }
}

fn reference(sid: u32) -> String {
    format!("1:0:19:{sid:X}:{:X}:1:C00000:0:0:0:", transponder(sid))
}

async fn request(socket: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&bytes).split(' ').nth(1)?.to_owned())
}

async fn page(
    mut socket: TcpStream,
    channels: &HashMap<u32, Manner>,
    tuners: usize,
    port: u16,
    asked: &AtomicUsize,
) {
    let Some(path) = request(&mut socket).await else { return };
    let body = if path.starts_with("/api/about") {
        let tuners: Vec<_> = (0..tuners).map(|n| serde_json::json!({"name": format!("Tuner {n}")})).collect();
        serde_json::json!({"info": {"brand": "Fake", "model": "box", "tuners": tuners}}).to_string()
    } else if path.starts_with("/api/bouquets") {
        let list = if path.contains("stype=tv") {
            vec![["1:7:1:0:0:0:0:0:0:0:FROM BOUQUET \"x\"", "All"]]
        } else {
            vec![]
        };
        serde_json::json!({ "bouquets": list }).to_string()
    } else if path.starts_with("/api/getservices") {
        let mut sids: Vec<_> = channels.keys().collect();
        sids.sort();
        let list: Vec<_> = sids
            .iter()
            .map(|sid| serde_json::json!({"servicereference": reference(**sid), "servicename": format!("Channel {sid}")}))
            .collect();
        serde_json::json!({ "services": list }).to_string()
    } else if path.starts_with("/web/stream.m3u") {
        asked.fetch_add(1, Ordering::SeqCst);
        let sid = path
            .split("19%3A")
            .nth(1)
            .and_then(|rest| u32::from_str_radix(rest.split("%3A").next()?, 16).ok());
        format!("#EXTM3U\nhttp://127.0.0.1:{port}/{}\n", reference(sid.unwrap_or(0)))
    } else {
        serde_json::json!({"events": []}).to_string()
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
}

async fn air(mut socket: TcpStream, channels: &HashMap<u32, Manner>) {
    let Some(path) = request(&mut socket).await else { return };
    let sid = path.split(':').nth(3).and_then(|sid| u32::from_str_radix(sid, 16).ok()).unwrap_or(0);
    let _ =
        socket.write_all(b"HTTP/1.0 200 OK\r\nConnection: Close\r\nContent-Type: video/mpeg\r\n\r\n").await;
    match channels.get(&sid).cloned() {
        Some(Manner::Play(bytes, rate)) => pace(&mut socket, &bytes, rate).await,
        Some(Manner::EndAfter(bytes, rate, count)) => {
            pace(&mut socket, &bytes[..count.min(bytes.len())], rate).await;
        }
        Some(Manner::StallAfter(bytes, rate, count)) => {
            pace(&mut socket, &bytes[..count.min(bytes.len())], rate).await;
            hang(&mut socket).await;
        }
        Some(Manner::Silent) => hang(&mut socket).await,
        Some(Manner::Refuse) | None => {
            let _ = socket.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n").await;
        }
    }
}

async fn hang(socket: &mut TcpStream) {
    let mut sink = [0; 64];
    while socket.read(&mut sink).await.is_ok_and(|count| count > 0) {}
}

async fn pace(socket: &mut TcpStream, bytes: &[u8], rate: usize) {
    let started = tokio::time::Instant::now();
    for (number, piece) in bytes.chunks(1316).enumerate() {
        let due = started + Duration::from_secs_f64(number as f64 * 1316.0 / rate as f64);
        if due > tokio::time::Instant::now() {
            tokio::time::sleep_until(due).await;
        }
        if socket.write_all(piece).await.is_err() {
            return;
        }
    }
}

/// A file that ffmpeg makes once: 30 s, a key frame each second, constant rate. Gives bytes and bytes per second.
pub(crate) fn media(name: &str, sound: &[&str]) -> (Arc<Vec<u8>>, usize) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path: PathBuf = directory.join(format!("live-{name}.ts"));
    if !path.exists() {
        let part = directory.join(format!("live-{name}-{}.part", std::process::id()));
        let mut arguments: Vec<&str> = "-v error -y -f lavfi -i testsrc2=size=640x360:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000:beep_factor=4 \
            -t 30 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25 -b:v 1M -maxrate 1M -bufsize 500k"
            .split_whitespace()
            .collect();
        arguments.extend_from_slice(sound);
        arguments.extend_from_slice(&["-muxrate", "2M", "-f", "mpegts", part.to_str().unwrap()]);
        let made = Command::new("ffmpeg")
            .args(&arguments)
            .status()
            .expect("ffmpeg is needed: apt-get install ffmpeg");
        assert!(made.success());
        std::fs::rename(part, &path).unwrap();
    }
    (Arc::new(std::fs::read(path).unwrap()), 250_000)
}

pub(crate) fn with_aac() -> (Arc<Vec<u8>>, usize) {
    media("aac", &["-c:a", "aac", "-b:a", "128k"])
}

pub(crate) fn with_ac3() -> (Arc<Vec<u8>>, usize) {
    media("ac3", &["-c:a", "ac3", "-b:a", "192k"])
}

/// A station on that box, with its lineup read.
pub(crate) async fn station(fake: &FakeBox) -> (App, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    (station_in(fake, &directory.path().join("tapes")).await, directory)
}

/// A station on that box whose tapes lie, or are to lie, in `tapes`; its store lies beside them.
pub(crate) async fn station_in(fake: &FakeBox, tapes: &Path) -> App {
    let app = App::start(settings(fake, tapes), store_beside(tapes).await).await.unwrap();
    listed(&app).await;
    app
}

/// The store beside `tapes`, opened once more.
pub(crate) async fn store_beside(tapes: &Path) -> Store {
    crate::logs::keep();
    let beside = tapes.parent().unwrap();
    let sealer = Sealer::load_or_create(&beside.join("key")).unwrap();
    Store::open_sqlite(&beside.join("t.db")).await.unwrap().sealing_with(sealer)
}

/// What such a station is started with.
pub(crate) fn settings(fake: &FakeBox, tapes: &Path) -> Settings {
    let mut settings = Settings::with_tapes_in(tapes.to_owned());
    settings.tape.minimum_free = 0;
    settings.receivers.push(receiver("box", fake));
    settings
}

pub(crate) fn receiver(id: &str, fake: &FakeBox) -> receiver::Settings {
    receiver::Settings {
        kind: receiver::Kind::Enigma2,
        id: id.into(),
        name: id.into(),
        url: format!("http://127.0.0.1:{}", fake.web).parse().unwrap(),
        username: String::new(),
        password: None,
        stream_port: fake.stream,
        tuners: None,
        bouquets: Vec::new(),
        from_file: true,
    }
}

/// A station on several boxes, called `a`, `b` and so on in order of preference, with other settings; all lineups are read.
pub(crate) async fn station_on(
    boxes: &[&FakeBox],
    change: impl FnOnce(&mut Settings),
) -> (App, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let mut settings = Settings::with_tapes_in(tapes.clone());
    settings.tape.minimum_free = 0;
    let names = ('a'..).map(|letter| letter.to_string());
    settings.receivers.extend(boxes.iter().zip(names).map(|(fake, name)| receiver(&name, fake)));
    change(&mut settings);
    let app = App::start(settings, store_beside(&tapes).await).await.unwrap();
    let read = |app: &App| app.receivers().iter().all(|receiver| receiver.state == ReceiverState::Ok);
    for _ in 0..1500 {
        if read(&app) {
            return (app, directory);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not read: {:?}", app.receivers());
}

/// Returns when there is a lineup.
pub(crate) async fn listed(app: &App) {
    for _ in 0..500 {
        if !app.lineup().channels.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no lineup: {:?}", app.receivers());
}
