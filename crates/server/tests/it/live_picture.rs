//! Pictures coded anew: MPEG-2 in fields becomes H.264 twice as often, in step with its sound; viewers share the work, and no more of it is begun than
//! the machine can do.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_server::adapters::ffmpeg::running;
use telecast_server::app::App;
use telecast_server::app::playback::Directives;
use telecast_server::app::settings::Allowance;
use telecast_server::app::view::{ClientView, SessionState, SessionView};

use crate::live_box::{self, FakeBox, Manner};
use crate::live_sound::click_after_key;
use crate::live_walk::{decoded, follow, handle, renditions, wish};

const FIELDS: &str = "-c:v mpeg2video -flags +ilme+ildct -g 25 -bf 0 -b:v 1200k -maxrate 1500k -bufsize 1M";

/// A channel of 640×360 in fields, as MPEG-2, with the sounds of `more`.
fn fields(name: &str, more: &[&str]) -> (Arc<Vec<u8>>, usize) {
    let mut arguments: Vec<&str> = FIELDS.split(' ').collect();
    arguments.extend_from_slice(more);
    live_box::media(name, &arguments)
}

/// The captures, where they are.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("TELECAST_CORPUS").map_or(beside, PathBuf::from);
    if corpus.is_dir() {
        return Some(corpus);
    }
    eprintln!("not run: there are no captures at {}", corpus.display());
    None
}

/// A station that may code `most` pictures, once it knows what it can.
async fn station(fake: &FakeBox, tapes: &Path, most: usize) -> App {
    let mut settings = live_box::settings(fake, tapes);
    settings.pictures = Allowance { most, lines: Some(1080) };
    let app = App::start(settings, live_box::store_beside(tapes).await).await.unwrap();
    live_box::listed(&app).await;
    app
}

/// Proving takes a while on a busy machine.
async fn over_or_ready(app: &App, sid: u32, client: ClientView) -> SessionView {
    let mut wish = wish(sid);
    wish.client = client;
    let made = app.start_session(wish).await.unwrap();
    app.wait_session(&made.id, Duration::from_secs(40)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_mpeg2_become_pictures_of_h264_in_step_with_their_sound() {
    let clicks = "-filter_complex aevalsrc='0.9*lt(mod(t\\,1)\\,0.002)':s=48000[a] -map 0:v -map [a] -c:a mp2 -b:a 192k";
    let (bytes, rate) = fields("fields-click", &clicks.split(' ').collect::<Vec<_>>());
    let directory = tempfile::tempdir().unwrap();
    let original = directory.path().join("original.ts");
    std::fs::write(&original, &bytes[..]).unwrap();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let app = station(&fake, &directory.path().join("tapes"), 4).await;
    let view = over_or_ready(&app, 1, ClientView::default()).await;
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    let plan = view.plan.clone().unwrap();
    assert_eq!(plan.action, "video_transcode");
    let picture = plan.video.unwrap();
    assert_eq!((picture.codec.as_str(), picture.from.as_deref()), ("h264", Some("mpeg2")));
    let play = handle(&app, &view);
    let main = play.multivariant().await.unwrap();
    let names = renditions(std::str::from_utf8(&main).unwrap());
    let (file, _) = follow(&play, &names[0], Duration::from_secs(8)).await;
    let (pictures, sounds) = decoded(&file, ".mp4");
    assert!(pictures >= 300, "{pictures} pictures in 8 s, of 25 frames a second");
    assert!(sounds >= 300, "{sounds} frames of sound");
    let ours = directory.path().join("ours.mp4");
    std::fs::write(&ours, file).unwrap();
    let off = click_after_key(&ours) - click_after_key(&original);
    let off = ((off + 0.5).rem_euclid(1.0) - 0.5) * 1000.0;
    eprintln!("a click comes {off:.1} ms after where it was");
    assert!(off.abs() <= 1.0, "{off} ms");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_share_a_coded_picture_and_no_more_are_begun_than_allowed() {
    let (bytes, rate) = fields("fields-two", &["-c:a", "mp2", "-b:a", "192k"]);
    let playing = Manner::Play(bytes, rate);
    let fake = live_box::start(HashMap::from([(1, playing.clone()), (2, playing)]), 2).await;
    let directory = tempfile::tempdir().unwrap();
    let app = station(&fake, &directory.path().join("tapes"), 1).await;
    let first = over_or_ready(&app, 1, ClientView::default()).await;
    let second = over_or_ready(&app, 1, ClientView::default()).await;
    assert_eq!([first.state, second.state], [SessionState::Ready; 2], "{second:?}");
    // One for the picture, one for the sound.
    assert_eq!(running(), 2);
    let refused = over_or_ready(&app, 2, ClientView::default()).await;
    let reason = refused.reason.unwrap();
    assert_eq!((refused.state, reason.code.as_str()), (SessionState::Failed, "transcoders_busy"));
    assert!(reason.retry_after_s.is_some(), "{reason:?}");
    // Whoever decodes MPEG-2 needs nothing of it.
    let able = ClientView { video: vec!["mpeg2".into()], audio: vec!["mp2".into()], ..ClientView::default() };
    let able = over_or_ready(&app, 2, ClientView { containers: vec!["ts".into()], ..able }).await;
    assert_eq!(able.state, SessionState::Ready, "{able:?}");
    // What that channel carries is known by now: whoever needs a transcoder is turned away before anything is tuned.
    let known = app.start_session(wish(2)).await.unwrap_err();
    assert_eq!((known.kind, known.reason), (Kind::Unavailable, Some("transcoders_busy")));
    assert_eq!(known.retry_after, Some(limits::TRANSCODER_RETRY));
    for view in [first, second] {
        app.stop(&view.id).await;
    }
    // What idles is in nobody's way.
    let mut third = app.start_session(wish(2)).await;
    for _ in 0..20 {
        if third.is_ok() {
            break;
        }
        tokio::time::sleep(limits::IDLE / 100).await; // leases are given back by and by
        third = app.start_session(wish(2)).await;
    }
    let third = app.wait_session(&third.unwrap().id, Duration::from_secs(40)).await.unwrap();
    assert_eq!(third.state, SessionState::Ready, "{third:?}");
    app.stop(&third.id).await;
    let until = tokio::time::Instant::now() + limits::IDLE + Duration::from_secs(20);
    while running() > 0 && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(running(), 0, "nobody watches, nothing is coded");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_codes_no_pictures_says_so() {
    let (bytes, rate) = fields("fields-two", &["-c:a", "mp2", "-b:a", "192k"]);
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let directory = tempfile::tempdir().unwrap();
    let app = station(&fake, &directory.path().join("tapes"), 0).await;
    let refused = over_or_ready(&app, 1, ClientView::default()).await;
    assert_eq!(refused.reason.unwrap().code, "not_playable");
    app.shutdown().await;
}

/// Two pictures of a real broadcast, again and again: its clock jumps back each time, and what comes out must still be decoded without a word.
#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_jump_leave_no_picture_that_cannot_be_decoded() {
    let Some(corpus) = corpus() else { return };
    let one = std::fs::read(corpus.join("ts/media3-sample_h262_mpeg_audio.ts")).unwrap();
    let whole = &one[..one.len() / 188 * 188];
    let fake =
        live_box::start(HashMap::from([(1, Manner::Play(Arc::new(whole.repeat(400)), 800_000))]), 1).await;
    let directory = tempfile::tempdir().unwrap();
    let app = station(&fake, &directory.path().join("tapes"), 1).await;
    let view = over_or_ready(&app, 1, ClientView::default()).await;
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    let play = handle(&app, &view);
    let main = play.multivariant().await.unwrap();
    let names = renditions(std::str::from_utf8(&main).unwrap());
    let (file, _) = follow(&play, &names[0], Duration::from_secs(10)).await;
    let (pictures, _) = decoded(&file, ".mp4");
    assert!(pictures >= 150, "{pictures} pictures of 300");
    app.shutdown().await;
}

/// Pictures come of which nothing can be made, beside sound: they are waited for so long and no longer, however much else is new.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_never_comes_is_given_up() {
    let (bytes, rate) = fields("fields-two", &["-c:a", "mp2", "-b:a", "192k"]);
    // Of each picture the first packet, and of that the beginning.
    let pictureless = bytes.chunks_exact(188).filter_map(|packet| {
        let mut packet = packet.to_vec();
        if [packet[1] & 0x1F, packet[2]] == [1, 0] {
            let payload = if packet[3] & 0x20 == 0 { 4 } else { 5 + usize::from(packet[4]) };
            packet.get_mut(payload + 19..)?.fill(0xFF);
        }
        Some(packet)
    });
    let pictureless: Vec<u8> =
        pictureless.filter(|packet| [packet[1], packet[2]] != [1, 0]).flatten().collect();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(Arc::new(pictureless), rate / 4))]), 1).await;
    let directory = tempfile::tempdir().unwrap();
    let app = station(&fake, &directory.path().join("tapes"), 1).await;
    let view = over_or_ready(&app, 1, ClientView::default()).await;
    assert_eq!(view.reason.map(|reason| reason.code), Some("no_key_frame".to_owned()));
    app.shutdown().await;
}

/// A box that is away for longer than any filter may be silent: that is not the filter's fault.
#[tokio::test(flavor = "multi_thread")]
async fn a_coded_picture_outlives_an_outage() {
    let (bytes, rate) = fields("fields-two", &["-c:a", "mp2", "-b:a", "192k"]);
    let fake = live_box::start(HashMap::from([(1, Manner::EndAfter(bytes, rate, 6 * rate))]), 1).await;
    let directory = tempfile::tempdir().unwrap();
    let app = station(&fake, &directory.path().join("tapes"), 1).await;
    let view = over_or_ready(&app, 1, ClientView::default()).await;
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    fake.dead.store(true, Ordering::SeqCst);
    let play = handle(&app, &view);
    let main = play.multivariant().await.unwrap();
    let name = renditions(std::str::from_utf8(&main).unwrap()).remove(0);
    let newest = async || {
        let text = play.playlist(&name, Directives::default()).await.unwrap();
        std::str::from_utf8(&text).unwrap().lines().rfind(|line| line.contains(".m4s")).map(str::to_owned)
    };
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    while fake.open.load(Ordering::SeqCst) > 0 && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(16)).await;
    let before = newest().await;
    fake.dead.store(false, Ordering::SeqCst);
    let mut after = newest().await;
    while after == before && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(200)).await;
        after = newest().await;
    }
    let now = app.wait_session(&view.id, Duration::ZERO).await.unwrap();
    assert_eq!(now.state, SessionState::Ready, "{now:?}");
    assert_ne!(after, before, "the picture is back");
    app.shutdown().await;
}
