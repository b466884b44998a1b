//! From a box to playlists and segments, and every way in which it can go wrong.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use telecast_server::app::{
    App, At, ClientView, Directives, PlaybackHandle, SessionState, SessionView, StartPlayback,
};

use crate::live_box::{self, Manner, channel_id};

pub(crate) fn wish(sid: u32) -> StartPlayback {
    StartPlayback {
        channel_id: channel_id(sid),
        item: None,
        at: At::default(),
        client: ClientView::default(),
        holder: "Anna".into(),
        account: "anna".into(),
        idempotency_key: None,
        rights: telecast_server::app::Rights::default(),
    }
}

pub(crate) fn handle(app: &App, view: &SessionView) -> PlaybackHandle {
    let key = view.playlist_url.split('/').nth(2).unwrap();
    (*app.playback_by_key(key).unwrap()).clone()
}

pub(crate) async fn ready(app: &App, sid: u32) -> SessionView {
    let made = app.start_session(wish(sid)).await.unwrap();
    let view = app.wait_session(&made.id, Duration::from_secs(8)).await.unwrap();
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    view
}

/// Names of playlists in a multivariant playlist.
pub(crate) fn renditions(text: &str) -> Vec<String> {
    let mut found: Vec<String> =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.replace(".m3u8", "")).collect();
    for line in text.lines().filter(|line| line.starts_with("#EXT-X-MEDIA")) {
        found.push(line.split("URI=\"").nth(1).unwrap().split(".m3u8").next().unwrap().to_owned());
    }
    found
}

/// Follows a low-latency playlist for `time`; gives the file of its initialisation and parts.
pub(crate) async fn follow(play: &PlaybackHandle, rendition: &str, time: Duration) -> (Vec<u8>, usize) {
    let until = Instant::now() + time;
    let (mut out, mut directives, mut parts, mut next) = (Vec::new(), Directives::default(), 0, None);
    while Instant::now() < until {
        let text = play.playlist(rendition, directives).await.unwrap();
        let text = std::str::from_utf8(&text).unwrap();
        if out.is_empty() {
            let init = text.split("init-").nth(1).unwrap().split(".mp4").next().unwrap();
            out.extend(play.init(rendition, init).await.unwrap());
        }
        for line in text.lines().filter(|line| line.starts_with("#EXT-X-PART:")) {
            let uri = line.split("URI=\"").nth(1).unwrap().split('"').next().unwrap();
            let mut numbers = uri.split('/').nth(1).unwrap().split('.').map(str::parse::<u64>);
            let place = (numbers.next().unwrap().unwrap(), numbers.next().unwrap().unwrap() as u32);
            if next.is_some_and(|next| place < next) {
                continue;
            }
            out.extend(play.part(rendition, place.0, place.1).await.unwrap());
            parts += 1;
            next = Some((place.0, place.1 + 1));
        }
        let hint = text.lines().find(|line| line.starts_with("#EXT-X-PRELOAD-HINT")).unwrap();
        let uri = hint.split("URI=\"").nth(1).unwrap().split('/').nth(1).unwrap();
        let mut numbers = uri.split('.').map(str::parse::<u64>);
        directives = Directives {
            sequence: Some(numbers.next().unwrap().unwrap()),
            part: Some(numbers.next().unwrap().unwrap() as u32),
            skip: false,
        };
    }
    (out, parts)
}

/// A decoder that begins with the newest part, in the middle of a segment: what it must not be told stands before that.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_begins_in_the_middle_of_a_segment_holds_nobody_up() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 4).await;
    let (app, _directory) = live_box::station(&fake).await;
    for _ in 0..8 {
        let view = ready(&app, 1).await;
        let play = handle(&app, &view);
        let main = play.multivariant().await.unwrap();
        let name = renditions(std::str::from_utf8(&main).unwrap()).remove(0);
        let text = play.playlist(&name, Directives::default()).await.unwrap();
        let text = std::str::from_utf8(&text).unwrap();
        let newest = text.lines().rfind(|line| line.starts_with("#EXT-X-PART:")).unwrap();
        let uri = newest.split("URI=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut numbers = uri.split('/').nth(1).unwrap().split('.').map(str::parse::<u64>);
        let place = (numbers.next().unwrap().unwrap(), numbers.next().unwrap().unwrap() as u32);
        let part = tokio::time::timeout(Duration::from_secs(10), play.part(&name, place.0, place.1)).await;
        assert!(!part.expect("it is answered").unwrap().is_empty());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    app.shutdown().await;
}

/// (pictures, sounds) that ffmpeg decodes without a complaint.
pub(crate) fn decoded(bytes: &[u8], extension: &str) -> (u64, u64) {
    let file = tempfile::Builder::new().suffix(extension).tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let path = file.path().to_str().unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "warning"]);
    if extension != ".ts" {
        // A transport stream may end in the middle of a PES packet; a file of fragments may not.
        ffmpeg.arg("-xerror");
    }
    let noise = ffmpeg.args(["-i", path, "-f", "null", "-"]).output().unwrap();
    assert!(noise.status.success(), "{}", String::from_utf8_lossy(&noise.stderr));
    let noise = String::from_utf8_lossy(&noise.stderr).into_owned();
    let broken: std::collections::BTreeSet<&str> =
        noise.lines().filter_map(|line| line.split("dts = ").nth(1)).collect();
    assert!(broken.len() <= usize::from(extension == ".ts"), "{noise}");
    let count = |kind: &str| {
        let arguments = [
            "-v",
            "error",
            "-count_packets",
            "-select_streams",
            kind,
            "-show_entries",
            "stream=nb_read_packets",
            "-of",
            "csv=p=0",
        ];
        let run = Command::new("ffprobe").args(arguments).arg(path).output().unwrap();
        String::from_utf8_lossy(&run.stdout)
            .lines()
            .next()
            .unwrap_or("")
            .trim_matches([',', ' '])
            .parse()
            .unwrap_or(0)
    };
    (count("v:0"), count("a:0"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_becomes_parts_that_ffmpeg_decodes() {
    for (name, (bytes, rate)) in [("aac", live_box::with_aac()), ("ac3", live_box::with_ac3())] {
        let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
        let (app, _directory) = live_box::station(&fake).await;
        let clicked = Instant::now();
        let view = ready(&app, 1).await;
        eprintln!("{name}: ready after {:?}", clicked.elapsed());
        let play = handle(&app, &view);
        let main = play.multivariant().await.unwrap();
        let names = renditions(std::str::from_utf8(&main).unwrap());
        assert_eq!(names.len(), 1, "one sound is muxed: {main:?}");
        let (file, parts) = follow(&play, &names[0], Duration::from_secs(6)).await;
        let (pictures, sounds) = decoded(&file, ".mp4");
        assert!(
            parts >= 20 && pictures >= 140 && sounds >= 260,
            "{name}: {parts} parts, {pictures} pictures, {sounds} sounds"
        );
        app.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_viewers_share_one_connection_and_it_ends_when_the_last_has_gone() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, _directory) = live_box::station(&fake).await;
    let mut starts = Vec::new();
    for _ in 0..10 {
        let app = app.clone();
        starts.push(tokio::spawn(async move { ready(&app, 1).await }));
    }
    let mut views = Vec::new();
    for start in starts {
        views.push(start.await.unwrap());
    }
    assert_eq!(fake.opened.load(Ordering::SeqCst), 1);
    for view in &views {
        let stopped = app.stop(&view.id).await.unwrap();
        assert_eq!(stopped.state, SessionState::Stopped);
        assert_eq!(stopped.reason.unwrap().code, "stopped_by_client");
    }
    assert_eq!(fake.open.load(Ordering::SeqCst), 1, "zapping back within the idle time costs nothing");
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(fake.open.load(Ordering::SeqCst), 0, "the tuner was given back");
    assert_eq!(app.status().tapes, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_a_receiver_that_is_removed_is_told_so() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let mut settings = live_box::settings(&fake, &tapes);
    settings.receivers[0].from_file = false;
    let app = App::start(settings, live_box::store_beside(&tapes).await).await.unwrap();
    live_box::listed(&app).await;
    let view = ready(&app, 1).await;
    app.remove_receiver("box").await.unwrap();
    let over = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            let now = app.session(&view.id).unwrap();
            if now.state.is_over() {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(over.await.unwrap().reason.unwrap().code, "receiver_removed");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_transponder_is_refused_with_who_holds_the_tuner() {
    let (bytes, rate) = live_box::with_aac();
    let play = Manner::Play(bytes, rate);
    let fake = live_box::start(
        HashMap::from([(1, play.clone()), (2, play.clone()), (101, play.clone()), (102, play)]),
        1,
    )
    .await;
    let (app, _directory) = live_box::station(&fake).await;
    let first = ready(&app, 1).await;
    let made = app.start_session(wish(2)).await.unwrap();
    let refused = app.wait_session(&made.id, Duration::from_secs(2)).await.unwrap();
    assert_eq!(refused.state, SessionState::Failed);
    let reason = refused.reason.unwrap();
    assert_eq!(
        (reason.code.as_str(), reason.holders[0].channel.as_str(), reason.holders[0].what.as_str()),
        ("tuners_busy", "Channel 1", "Anna")
    );
    app.stop(&first.id).await;
    // Nobody watches the first any more: it gives way, and its neighbours share the tuner.
    ready(&app, 101).await;
    ready(&app, 102).await;
    assert_eq!(fake.open.load(Ordering::SeqCst), 2);
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_within_five_seconds_and_frees_the_tuner() {
    let (bytes, rate) = live_box::with_aac();
    let mut scrambled = bytes.to_vec();
    for packet in scrambled.chunks_exact_mut(188) {
        let pid = u16::from(packet[1] & 0x1F) << 8 | u16::from(packet[2]);
        if (0x100..0x1000).contains(&pid) {
            packet[3] |= 0x80;
        }
    }
    let channels = HashMap::from([
        (1, Manner::Refuse),
        (4, Manner::Play(scrambled.into(), rate)),
        (5, Manner::Silent),
        (6, Manner::EndAfter(bytes, rate, 0)),
    ]);
    let fake = live_box::start(channels, 8).await;
    let (app, _directory) = live_box::station(&fake).await;
    for (sid, code, limit) in [
        (1, "tune_failed", 5.0),
        (4, "scrambled", 5.0),
        (5, "tune_timeout", 5.5),
        (6, "receiver_refused", 5.0),
    ] {
        let clicked = Instant::now();
        let made = app.start_session(wish(sid)).await.unwrap();
        let view = loop {
            let view = app.session(&made.id).unwrap();
            if view.state.is_over() {
                break view;
            }
            assert!(clicked.elapsed().as_secs() < 12, "{code}: {view:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(view.reason.as_ref().map(|reason| reason.code.as_str()), Some(code), "{view:?}");
        let took = clicked.elapsed().as_secs_f64();
        assert!(took < limit, "{code} took {took} s");
        eprintln!("{code}: {took:.2} s");
    }
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(fake.open.load(Ordering::SeqCst), 0, "every tuner is free");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_beats_a_start_and_a_key_is_used_once() {
    let fake = live_box::start(HashMap::from([(1, Manner::Silent)]), 1).await;
    let (app, _directory) = live_box::station(&fake).await;
    let mut wish = wish(1);
    wish.idempotency_key = Some("k".into());
    let one = app.start_session(wish.clone()).await.unwrap();
    let two = app.start_session(wish).await.unwrap();
    assert_eq!(one.id, two.id);
    let clicked = Instant::now();
    let stopped = app.stop(&one.id).await.unwrap();
    assert_eq!(stopped.state, SessionState::Cancelled);
    assert!(clicked.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn players_without_parts_get_transport_stream_segments_and_raw_readers_the_multiplex() {
    use futures_util::StreamExt;
    let (bytes, rate) = live_box::with_ac3();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, _directory) = live_box::station(&fake).await;
    let mut request = wish(1);
    request.client = ClientView {
        containers: vec!["ts".into()],
        hls: "standard".into(),
        audio: vec!["ac-3".into()],
        ..ClientView::default()
    };
    let made = app.start_session(request.clone()).await.unwrap();
    let view = app.wait_session(&made.id, Duration::from_secs(8)).await.unwrap();
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    let play = handle(&app, &view);
    let names = renditions(std::str::from_utf8(&play.multivariant().await.unwrap()).unwrap());
    tokio::time::sleep(Duration::from_secs(6)).await;
    let text = play.playlist(&names[0], Directives::default()).await.unwrap();
    let mut file = Vec::new();
    for line in std::str::from_utf8(&text).unwrap().lines().filter(|line| !line.starts_with('#')) {
        let sequence = line.split('/').nth(1).unwrap().trim_end_matches(".ts").parse().unwrap();
        file.extend(play.ts_segment(&names[0], sequence).await.unwrap());
    }
    let (pictures, sounds) = decoded(&file, ".ts");
    assert!(pictures >= 100 && sounds >= 120, "{pictures} pictures, {sounds} sounds");

    request.client = ClientView {
        hls: "none".into(),
        video: vec!["*".into()],
        audio: vec!["*".into()],
        ..ClientView::default()
    };
    let made = app.start_session(request).await.unwrap();
    let raw = handle(&app, &made).raw().await.unwrap();
    let collect = raw.take_until(tokio::time::sleep(Duration::from_secs(4))).fold(
        Vec::new(),
        |mut all, piece| async move {
            all.extend_from_slice(&piece);
            all
        },
    );
    let (pictures, sounds) = decoded(&collect.await, ".ts");
    assert!(pictures >= 90 && sounds >= 100, "raw: {pictures} pictures, {sounds} sounds");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_leaves_no_child_and_no_connection_and_the_tape_at_rest() {
    let (bytes, rate) = live_box::with_ac3();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, directory) = live_box::station(&fake).await;
    let view = ready(&app, 1).await;
    assert!(app.status().transcoder_processes >= 1);
    let asked = Instant::now();
    app.shutdown().await;
    assert!(asked.elapsed() < Duration::from_secs(5));
    let view = app.session(&view.id).unwrap();
    assert!(view.state.is_over(), "{view:?}");
    for _ in 0..50 {
        if fake.open.load(Ordering::SeqCst) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(fake.open.load(Ordering::SeqCst), 0);
    assert_eq!(app.status().transcoder_processes, 0, "a child is left");
    // The index on disk holds what was seen: the tape can be taken up again.
    let tapes: Vec<_> = std::fs::read_dir(directory.path().join("tapes")).unwrap().collect();
    assert_eq!(tapes.len(), 1);
    let files = std::fs::read_dir(tapes[0].as_ref().unwrap().path()).unwrap();
    let pages = files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "index"));
    assert_eq!(pages.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_slows_nobody_and_loses_nothing() {
    use futures_util::StreamExt;
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, _directory) = live_box::station(&fake).await;
    let mut request = wish(1);
    request.client = ClientView {
        hls: "none".into(),
        video: vec!["*".into()],
        audio: vec!["*".into()],
        ..ClientView::default()
    };
    let made = app.start_session(request).await.unwrap();
    let mut slow = handle(&app, &made).raw().await.unwrap();
    let mut taken = slow.next().await.unwrap().to_vec();
    taken.extend(slow.next().await.unwrap());
    // It reads nothing for four seconds; meanwhile another follows the edge.
    let view = ready(&app, 1).await;
    let play = handle(&app, &view);
    let names = renditions(std::str::from_utf8(&play.multivariant().await.unwrap()).unwrap());
    let (_, parts) = follow(&play, &names[0], Duration::from_secs(4)).await;
    assert!(parts >= 14, "{parts} parts in four seconds");
    let rest = slow.take_until(tokio::time::sleep(Duration::from_secs(1)));
    let taken = rest.fold(taken, |mut all, piece| async move {
        all.extend_from_slice(&piece);
        all
    });
    let (pictures, _) = decoded(&taken.await, ".ts");
    assert!(pictures >= 110, "{pictures} pictures");
    assert_eq!(fake.opened.load(Ordering::SeqCst), 1);
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_is_asked_once_where_a_stream_is() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate)), (2, Manner::Refuse)]), 2).await;
    let (app, _directory) = live_box::station(&fake).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(fake.asked.load(Ordering::SeqCst), 2, "both channels were asked for at start");
    ready(&app, 1).await;
    let made = app.start_session(wish(2)).await.unwrap();
    app.wait_session(&made.id, Duration::from_secs(3)).await.unwrap();
    assert_eq!(fake.asked.load(Ordering::SeqCst), 2);
    app.shutdown().await;
}
