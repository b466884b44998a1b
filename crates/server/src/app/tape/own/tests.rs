//! Two films of different size, rate and sound, prepared by ffmpeg and put on air one behind the other.

use std::path::Path;
use std::time::Duration;

use telecast_core::library::house::{self, Gain, Material, Picture, Sound};
use telecast_core::lineup::{ChannelId, ServiceRef};
use telecast_core::tuner::StreamKey;
use telecast_media::segment::{Segmenter, Start};

use super::*;
use crate::adapters::ffmpeg::item::{Bench, Job, prepare};
use crate::adapters::own_channels::{Board, Client, OwnChannel};
use crate::adapters::pieces::Piece;
use crate::app::settings::{InForce, Settings};
use crate::app::tape::{Room, Tape};
use crate::app::tuners::Tuners;

/// A film of so many pictures.
fn film(folder: &Path, name: &str, picture: &str, frames: u32, sound: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            &format!("testsrc2={picture}"),
            "-f",
            "lavfi",
            "-i",
            sound,
        ])
        .args([
            "-frames:v",
            &frames.to_string(),
            "-shortest",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-g",
            "50",
        ])
        .args(["-c:a", "ac3"])
        .arg(&path)
        .status()
        .expect("ffmpeg (Debian package ffmpeg)");
    assert!(made.success(), "{name}");
    path
}

async fn piece(folder: &Path, name: &str, file: std::path::PathBuf, copied: bool) -> Arc<Piece> {
    let picture = Picture {
        codec: if copied { "h264" } else { "other" }.into(),
        samples: "yuv420p".into(),
        width: 320,
        height: 180,
        aspect: (1, 1),
        rate: if copied { (25, 1) } else { (30_000, 1001) },
        key_frames_s: Some(2.0),
        ..Picture::default()
    };
    let sound = Sound { stream: 1, channels: 2, language: Some("deu".into()), ..Sound::default() };
    let material = Material { picture: Some(picture), sounds: vec![sound], ..Material::default() };
    let plan = house::plan(&material, false).expect("a plan");
    let gains = vec![Gain::default()];
    let job = Job {
        file,
        from: 0,
        length: None,
        pictures: None,
        plan,
        gains,
        cover: None,
        length_s: None,
        urgent: true,
    };
    let bench = Bench { folder: folder.join(name), done: Arc::default(), free: 0 };
    let piece = prepare(&job, &bench).await.expect("prepared");
    Arc::new(piece)
}

#[tokio::test]
async fn what_is_prepared_is_on_when_it_is_due() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = film(folder.path(), "one.mkv", "s=640x360:r=25", 150, "sine=f=440:r=44100");
    let two = film(folder.path(), "two.mkv", "s=320x180:r=30000/1001", 120, "sine=f=880:r=48000");
    let one = piece(folder.path(), "a", one, true).await;
    let two = piece(folder.path(), "b", two, false).await;
    assert_eq!(one.outline().length, 6 * HZ, "150 pictures of 1/25 s");
    assert!((two.outline().length - 120 * 3003).abs() <= 3003, "{}", two.outline().length);

    let clock = Clock::start();
    let board = Arc::new(Board::default());
    assert!(board.channels(vec![OwnChannel { id: "x".into(), name: "X".into(), number: None }]));
    let epoch_ms = clock.wall_ms() - 100_000;
    let now = (clock.wall_ms() - epoch_ms) * HZ / 1000;
    let first =
        Due { start: now - 7 * HZ, sequence: 70, discontinuity_sequence: 5, run: 5, piece: Arc::clone(&one) };
    let next = Due {
        start: first.start + one.outline().length,
        sequence: 70 + one.outline().segments,
        discontinuity_sequence: 6,
        run: 6,
        piece: Arc::clone(&two),
    };
    let end = next.end();
    board.firm("x", OnAir { epoch_ms, pieces: vec![first, next], lives: Vec::new() });

    let client = Client::new(Arc::clone(&board), clock);
    let service = ServiceRef::own("x");
    assert_eq!(client.bouquets()[0].services[0].service, service);
    let settings = InForce::new(Settings::with_tapes_in(folder.path().join("tapes")));
    let room = Room::open(settings.clone(), clock, Arc::default()).await.expect("a room");
    let lineup = Arc::<arc_swap::ArcSwap<telecast_core::lineup::Lineup>>::default();
    let tuners = Tuners::start(settings, Arc::clone(&lineup), room.clone(), clock, CancellationToken::new());
    let sources = Sources { tuners, lineup };
    let key = StreamKey { receiver: "own".into(), channel: ChannelId("own-x".into()), joined: None };
    let on_air = client.on_air(&service).expect("on air");
    let tape = Tape::air(&key, (on_air, sources), &room, clock, CancellationToken::new());

    // What has been is there at once.
    let mut news = tape.watch();
    let limit = Duration::from_secs(30);
    let shown = tokio::time::timeout(limit, news.wait_for(|now| now.index.segments.len() > 3)).await;
    let shown = shown.expect("in time").expect("alive").clone();
    assert_eq!(shown.index.segments[0].sequence, 70);
    assert!(shown.index.segments.back().is_some_and(|last| !last.is_complete()), "the second piece is on");

    // And the rest comes, part by part, as its time comes.
    let mut parts = 0;
    loop {
        let snapshot = news.borrow_and_update().clone();
        let last = snapshot.index.segments.back().expect("a segment").clone();
        let whole = snapshot.index.segments.iter().map(|segment| segment.lanes[0].parts.len()).sum();
        assert!(whole >= parts, "what was listed stays");
        parts = whole;
        if last.end == Some(end) {
            break;
        }
        tokio::time::timeout(limit, news.changed()).await.expect("in time").expect("alive");
    }
    let index = tape.snapshot().index.clone();
    for pair in index.segments.iter().zip(index.segments.iter().skip(1)) {
        assert_eq!((pair.0.sequence + 1, pair.0.end), (pair.1.sequence, Some(pair.1.start)));
    }
    let breaks: Vec<u64> = index
        .segments
        .iter()
        .filter(|segment| segment.discontinuity)
        .map(|segment| segment.sequence)
        .collect();
    assert_eq!(breaks, [70, 70 + one.outline().segments]);

    // A raw reader gets one stream, whose clock never jumps.
    let bytes = tape.main.read(0, tape.main.end()).expect("bytes");
    assert_eq!(bytes.len() as u64, one.outline().bytes + two.outline().bytes);
    let mut again = Segmenter::new(Start::default());
    again.push(&bytes, 0, &mut Vec::new());
    again.finish();
    let pictures =
        |index: &Index| index.segments.iter().map(|segment| segment.lanes[0].frames.len()).sum::<usize>();
    assert_eq!(pictures(again.index()), pictures(&index));
    let offsets: Vec<i64> = again.index().segments.iter().map(|segment| segment.run.offset).collect();
    assert!(offsets.iter().all(|offset| (offset - offsets[0]).abs() < 3003), "{offsets:?}");
}

/// The tape of a channel on which is what `board` says of `x`.
async fn air(folder: &Path, board: &Arc<Board>, clock: Clock) -> Tape {
    let client = Client::new(Arc::clone(board), clock);
    let settings = InForce::new(Settings::with_tapes_in(folder.join("tapes")));
    let room = Room::open(settings.clone(), clock, Arc::default()).await.expect("a room");
    let lineup = Arc::<arc_swap::ArcSwap<telecast_core::lineup::Lineup>>::default();
    let tuners = Tuners::start(settings, Arc::clone(&lineup), room.clone(), clock, CancellationToken::new());
    let key = StreamKey { receiver: "own".into(), channel: ChannelId("own-x".into()), joined: None };
    let on_air = client.on_air(&ServiceRef::own("x")).expect("on air");
    Tape::air(&key, (on_air, Sources { tuners, lineup }), &room, clock, CancellationToken::new())
}

/// One that is damaged is put on air once, and what comes behind it is on in its time; where it is there anew, that is on.
#[tokio::test]
async fn a_damaged_piece_is_no_more_than_a_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let film = |name: &str| film(folder.path(), name, "s=160x90:r=25", 100, "sine=f=440:r=48000");
    let damaged = piece(folder.path(), "a", film("one.mkv"), true).await;
    let behind = piece(folder.path(), "b", film("two.mkv"), true).await;
    for entry in std::fs::read_dir(folder.path().join("a")).expect("read").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "index") {
            std::fs::write(entry.path(), b"\0\0\0\0").expect("written");
        }
    }
    let clock = Clock::start();
    let board = Arc::new(Board::default());
    board.channels(vec![OwnChannel { id: "x".into(), name: "X".into(), number: None }]);
    let epoch_ms = clock.wall_ms() - 100_000;
    let now = (clock.wall_ms() - epoch_ms) * HZ / 1000;
    let due = |start: i64, nth: u32, piece: &Arc<Piece>| Due {
        start,
        sequence: 70 + u64::from(nth) * 9,
        discontinuity_sequence: nth.into(),
        run: nth,
        piece: Arc::clone(piece),
    };
    let first = due(now, 0, &damaged);
    let next = due(first.end(), 1, &behind);
    let (begins, ends) = (next.start, next.end());
    board.firm("x", OnAir { epoch_ms, pieces: vec![first, next.clone()], lives: Vec::new() });
    let tape = air(folder.path(), &board, clock).await;
    let (limit, mut news) = (Duration::from_secs(30), tape.watch());
    let shown = tokio::time::timeout(limit, news.wait_for(|now| !now.index.segments.is_empty())).await;
    let shown = shown.expect("in time").expect("alive").index.segments[0].clone();
    assert!(damaged.is_spoilt());
    assert_eq!((shown.start, shown.base / damaged.outline().bytes), (begins, 1), "it was put there once");

    // Made anew, what comes next is another piece, and not the one that was damaged.
    let again = due(ends, 2, &Arc::new(Piece::open(&folder.path().join("b")).expect("opened")));
    let end = again.end();
    board.firm("x", OnAir { epoch_ms, pieces: vec![next, due(ends, 2, &damaged), again], lives: Vec::new() });
    let is_over = |now: &Arc<Snapshot>| now.index.segments.back().is_some_and(|last| last.end == Some(end));
    let shown = tokio::time::timeout(limit, news.wait_for(is_over)).await.expect("in time").expect("alive");
    assert!(shown.index.segments.iter().any(|segment| segment.start == ends && segment.discontinuity));
}
