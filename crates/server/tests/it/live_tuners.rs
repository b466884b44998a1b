//! Tuners of several receivers, sources that fail, boxes that die, and who is let in.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::time::Duration;

use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::tuner::{Cause, Priority};
use telecast_server::app::{App, Directives, PlaybackHandle, SessionState, SessionView};

use crate::live_box::{self, FakeBox, Manner, channel_id, station_on};
use crate::live_tape::until;
use crate::live_walk::{handle, renditions, wish};

async fn box_with(sids: &[u32], tuners: usize) -> FakeBox {
    let (bytes, rate) = live_box::with_aac();
    let play = |sid: &u32| (*sid, Manner::Play(bytes.clone(), rate));
    live_box::start(sids.iter().map(play).collect::<HashMap<_, _>>(), tuners).await
}

/// Marks the packets of the programme as scrambled.
fn scramble(packets: &mut [u8]) {
    for packet in packets.chunks_exact_mut(188) {
        let pid = u16::from(packet[1] & 0x1F) << 8 | u16::from(packet[2]);
        if (0x100..0x1000).contains(&pid) {
            packet[3] |= 0x80;
        }
    }
}

/// Begins a session; returns when it is ready or over.
async fn begin(app: &App, sid: u32) -> SessionView {
    let made = app.start_session(wish(sid)).await.unwrap();
    app.wait_session(&made.id, Duration::from_secs(30)).await.unwrap()
}

async fn ready(app: &App, sid: u32) -> SessionView {
    let view = begin(app, sid).await;
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    view
}

/// Code of the reason why it is over.
fn code(view: &SessionView) -> &str {
    view.reason.as_ref().map_or("", |reason| reason.code.as_str())
}

/// Sequences of whole segments that are listed, and whether there is a discontinuity.
async fn listed(play: &PlaybackHandle) -> (Vec<u64>, bool) {
    let main = play.multivariant().await.unwrap();
    let name = renditions(std::str::from_utf8(&main).unwrap()).remove(0);
    let text = play.playlist(&name, Directives::default()).await.unwrap();
    let text = std::str::from_utf8(&text).unwrap();
    let entries = text.lines().filter(|line| !line.starts_with('#'));
    let sequences = entries.filter_map(|line| line.split('/').nth(1)?.strip_suffix(".m4s")?.parse().ok());
    (sequences.collect(), text.contains("#EXT-X-DISCONTINUITY\n"))
}

/// Receivers that the tapes come from.
fn receivers(app: &App) -> Vec<String> {
    app.status().tapes.into_iter().map(|tape| tape.receiver_id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_channels_and_eight_tuners_give_eight_streams_and_two_clear_refusals() {
    let sids: Vec<u32> = (1..=10).collect();
    let (one, two) = (box_with(&sids, 4).await, box_with(&sids, 4).await);
    let (app, _directory) = station_on(&[&one, &two], |_| {}).await;
    for sid in 1..=8 {
        ready(&app, sid).await;
    }
    assert_eq!((one.open.load(Ordering::SeqCst), two.open.load(Ordering::SeqCst)), (4, 4));
    for sid in 9..=10 {
        let refused = begin(&app, sid).await;
        assert_eq!((refused.state, code(&refused)), (SessionState::Failed, "tuners_busy"));
        let reason = refused.reason.unwrap();
        let channels: BTreeSet<String> = reason.holders.iter().map(|holder| holder.channel.clone()).collect();
        assert_eq!(channels, (1..=8).map(|sid| format!("Channel {sid}")).collect());
        assert!(reason.holders.iter().all(|holder| holder.what == "Anna") && reason.retry_after_s.is_some());
    }
    let board = app.board();
    assert_eq!(board.receivers["a"].tuned + board.receivers["b"].tuned, 8);
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_takes_the_tuner_and_the_viewer_is_told_who() {
    let fake = box_with(&[1, 2, 3], 1).await;
    let (app, _directory) = station_on(&[&fake], |_| {}).await;
    let watched = ready(&app, 1).await;
    let recording = app.hold(&channel_id(2), "Recording of the news", Priority::Recording).await;
    let recording = recording.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    until("the viewer is told", || app.session(&watched.id).unwrap().state.is_over()).await;
    let over = app.session(&watched.id).unwrap();
    assert_eq!(code(&over), "preempted_by_recording", "{over:?}");
    let holders = over.reason.unwrap().holders;
    assert_eq!(
        (holders[0].channel.as_str(), holders[0].what.as_str()),
        ("Channel 2", "Recording of the news")
    );
    until("it is received", || recording.tape.snapshot().newest_run().is_some()).await;
    assert_eq!(fake.open.load(Ordering::SeqCst), 1, "and the viewer's stream is closed");
    assert_eq!(code(&begin(&app, 3).await), "tuners_busy", "viewers do not take from recordings");
    ready(&app, 2).await;
    let other = app.hold(&channel_id(3), "Another", Priority::Recording).await;
    assert_eq!(other.err().unwrap().cause, Cause::InUse, "nor do recordings");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_channel_is_ready_before_it_is_wanted_and_gives_way_at_once() {
    let fake = box_with(&[1, 2, 3, 4], 4).await;
    let (app, _directory) = station_on(&[&fake], |settings| settings.warm_tuners = 1).await;
    ready(&app, 1).await;
    until("the next one is kept ready", || fake.open.load(Ordering::SeqCst) == 2).await;
    until("and gives a picture", || {
        app.status().tapes.iter().filter(|tape| tape.window_s > 0.0).count() == 2
    })
    .await;
    assert!(app.status().tapes.iter().any(|tape| tape.channel_id == channel_id(2) && tape.sessions == 0));
    ready(&app, 2).await;
    // Others need the tuners: four viewers on four tuners.
    ready(&app, 3).await;
    ready(&app, 4).await;
    let leases = app.board().leases.clone();
    assert!(leases.iter().all(|lease| lease.priority == Priority::Viewer), "{leases:?}");
    until("nothing else is on", || fake.open.load(Ordering::SeqCst) == 4).await;
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_cannot_tune_or_is_scrambled_is_replaced_before_anybody_notices() {
    let (bytes, rate) = live_box::with_aac();
    let mut scrambled = bytes.to_vec();
    scramble(&mut scrambled);
    let broken = HashMap::from([
        (1, Manner::Refuse),
        (2, Manner::Play(scrambled.into(), rate)),
        (3, Manner::Refuse),
        (4, Manner::EndAfter(bytes.clone(), rate, 0)),
    ]);
    let one = live_box::start(broken, 4).await;
    let play = Manner::Play(bytes, rate);
    let well = HashMap::from([(1, play.clone()), (2, play.clone()), (3, Manner::Refuse), (4, play)]);
    let two = live_box::start(well, 4).await;
    let (app, _directory) = station_on(&[&one, &two], |_| {}).await;
    for sid in [1, 2, 4] {
        ready(&app, sid).await;
        let tapes = app.status().tapes;
        let tape = tapes.iter().find(|tape| tape.channel_id == channel_id(sid)).unwrap();
        assert_eq!(tape.receiver_id, "b", "channel {sid}");
    }
    // What both refuse is asked of each once, and then said.
    let before = (one.opened.load(Ordering::SeqCst), two.opened.load(Ordering::SeqCst));
    assert_eq!(code(&begin(&app, 3).await), "tune_failed");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = (one.opened.load(Ordering::SeqCst), two.opened.load(Ordering::SeqCst));
    assert_eq!(after, (before.0 + 1, before.1 + 1));
    // And it is remembered: the one that is ill is not tried first again.
    let scrambled = app.sessions().into_iter().find(|view| view.channel_id == channel_id(2)).unwrap();
    app.stop(&scrambled.id).await;
    until("it is given back", || app.status().tapes.iter().all(|tape| tape.channel_id != channel_id(2)))
        .await;
    ready(&app, 2).await;
    assert_eq!(one.opened.load(Ordering::SeqCst), after.0);
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_box_has_refused_is_shown_and_is_no_other_boxs_doing() {
    let (bytes, rate) = live_box::with_aac();
    let play = || Manner::Play(bytes.clone(), rate);
    let one =
        live_box::start(HashMap::from([(1, play()), (2, Manner::Refuse), (3, play()), (4, play())]), 4).await;
    let two = live_box::start(HashMap::from([(2, play())]), 4).await;
    let (app, _directory) = station_on(&[&one, &two], |_| {}).await;
    let left_alone = |id: &str| {
        let found = app.status().receivers.into_iter().find(|receiver| receiver.id == id).unwrap();
        found.left_alone.into_iter().map(|refused| (refused.channel, refused.until)).collect::<Vec<_>>()
    };
    ready(&app, 1).await;
    assert_eq!(left_alone("a"), []);
    ready(&app, 2).await;
    until("it is shown", || !left_alone("a").is_empty()).await;
    let (channel, until_when) = left_alone("a").remove(0);
    let left = until_when.duration_since(app.status().at);
    assert_eq!(channel, "Channel 2");
    assert!(left.is_positive() && left <= limits::REFUSAL_MEMORY.try_into().unwrap(), "{left:?}");
    assert_eq!(left_alone("b"), [], "the other box gives it");
    // Neither what the box gives nor who watches what it refused is disturbed.
    ready(&app, 3).await;
    ready(&app, 2).await;
    until("and it passes", || left_alone("a").is_empty()).await;
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_lost_is_replaced_in_the_same_session() {
    let (bytes, rate) = live_box::with_aac();
    let mut scrambled = bytes.to_vec();
    scramble(&mut scrambled[rate * 4 / 188 * 188..]);
    // Rain: everything comes, and each packet says that it is wrong.
    let mut marked = bytes.to_vec();
    marked[rate * 4 / 188 * 188..].chunks_exact_mut(188).for_each(|packet| packet[1] |= 0x80);
    let breaks = [
        Manner::Play(marked.into(), rate),
        Manner::EndAfter(bytes.clone(), rate, rate * 4),
        Manner::StallAfter(bytes.clone(), rate, rate * 4),
        Manner::Play(scrambled.into(), rate),
    ];
    for manner in breaks {
        let one = live_box::start(HashMap::from([(1, manner)]), 1).await;
        let two = box_with(&[1], 1).await;
        let (app, _directory) = station_on(&[&one, &two], |_| {}).await;
        let view = ready(&app, 1).await;
        let play = handle(&app, &view);
        let (before, _) = listed(&play).await;
        until("the other receiver takes over", || two.open.load(Ordering::SeqCst) == 1).await;
        let mut news = (Vec::new(), false);
        for _ in 0..600 {
            news = listed(&play).await;
            if news.1 && news.0.len() > before.len() + 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(news.1 && news.0.last() > before.last(), "{before:?} then {news:?}");
        assert!(news.0.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{news:?}");
        assert_eq!(app.session(&view.id).unwrap().state, SessionState::Ready);
        assert_eq!((receivers(&app), app.status().tapes[0].sessions), (vec!["b".to_owned()], 1));
        app.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_source_is_tried_again_while_somebody_waits_and_no_longer() {
    let (bytes, rate) = live_box::with_aac();
    let fake =
        live_box::start(HashMap::from([(1, Manner::EndAfter(bytes.clone(), rate, rate * 4))]), 1).await;
    let (app, _directory) = station_on(&[&fake], |_| {}).await;
    let view = ready(&app, 1).await;
    until("it is opened again and again", || fake.opened.load(Ordering::SeqCst) >= 3).await;
    let play = handle(&app, &view);
    assert!(listed(&play).await.1, "each time is a new run");
    assert_eq!(app.session(&view.id).unwrap().state, SessionState::Ready);
    app.stop(&view.id).await.unwrap();
    until("the tape ends", || app.status().tapes.is_empty()).await;
    let opened = fake.opened.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(fake.opened.load(Ordering::SeqCst), opened, "nobody waits any more");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_box_is_left_alone_and_found_again() {
    let fake = box_with(&[1], 1).await;
    let (app, _directory) = station_on(&[&fake], |_| {}).await;
    fake.dead.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(code(&begin(&app, 1).await), "receiver_unreachable");
    }
    let opened = fake.opened.load(Ordering::SeqCst);
    assert_eq!(opened, 3);
    let refused = begin(&app, 1).await;
    assert_eq!(code(&refused), "receiver_unreachable");
    assert!(refused.reason.unwrap().retry_after_s.is_some_and(|seconds| (1..=15).contains(&seconds)));
    assert_eq!(fake.opened.load(Ordering::SeqCst), opened, "it was not asked");
    fake.dead.store(false, Ordering::SeqCst);
    for attempt in 0.. {
        let view = begin(&app, 1).await;
        if view.state == SessionState::Ready {
            break;
        }
        assert_eq!(code(&view), "receiver_unreachable");
        assert!(attempt < 120, "never found again: {view:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_too_many_is_told_why_and_when_to_come_back() {
    let fake = box_with(&[1], 1).await;
    let (app, _directory) = station_on(&[&fake], |settings| {
        settings.limits.account = 2;
        settings.limits.receiver = 3;
    })
    .await;
    let of = |account: &str| {
        let mut wish = wish(1);
        wish.account = account.into();
        wish
    };
    let first = ready(&app, 1).await;
    ready(&app, 1).await;
    let refused = app.start_session(of("anna")).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::Unavailable, Some("too_many_of_account")));
    assert!(refused.retry_after.is_some());
    let third = app.start_session(of("ben")).await.unwrap();
    app.wait_session(&third.id, Duration::from_secs(30)).await;
    let refused = app.start_session(of("cleo")).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::Unavailable, Some("too_many_on_receiver")));
    app.stop(&first.id).await.unwrap();
    until("there is room again", || app.board().receivers["a"].viewers == 2).await;
    let again = app.start_session(of("cleo")).await.unwrap();
    assert_eq!(
        app.wait_session(&again.id, Duration::from_secs(30)).await.unwrap().state,
        SessionState::Ready
    );
    app.shutdown().await;
}
