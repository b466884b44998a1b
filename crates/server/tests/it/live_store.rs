//! What the station remembers: sessions and their keys, what channels carried, lineups; and what a store that fails does to it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use telecast_core::error::Kind;
use telecast_core::guide::Event;
use telecast_core::lineup::ChannelId;
use telecast_core::secret::SecretHash;
use telecast_core::session::{ReasonCode, State};
use telecast_server::adapters::clock::Clock;
use telecast_server::app::{App, SessionState, StartPlayback};
use telecast_store::{NewSession, SessionRow, Store};

use crate::live_box::{self, FakeBox, Manner, channel_id, listed, store_beside};
use crate::live_walk::{ready, wish};

const HOUR: i64 = 3_600_000;

async fn a_box() -> FakeBox {
    let (bytes, rate) = live_box::with_aac();
    let again = Manner::Play(bytes.clone(), rate);
    live_box::start(HashMap::from([(1, Manner::Play(bytes, rate)), (2, again)]), 2).await
}

/// A station and the very store that it writes to.
async fn station_with_its_store(fake: &FakeBox, tapes: &Path) -> (App, Store) {
    let store = store_beside(tapes).await;
    let app = App::start(live_box::settings(fake, tapes), store.clone()).await.unwrap();
    listed(&app).await;
    (app, store)
}

fn keyed(sid: u32, key: &str) -> StartPlayback {
    StartPlayback { idempotency_key: Some(key.into()), ..wish(sid) }
}

/// The row of a session once it is as wanted.
async fn row(store: &Store, id: &str, wanted: impl Fn(&SessionRow) -> bool) -> SessionRow {
    let mut last = None;
    for _ in 0..400 {
        last = store.session(id).await.unwrap();
        if let Some(row) = last.as_ref().filter(|row| wanted(row)) {
            return row.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the row never came: {last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_finds_its_session_also_after_a_restart() {
    let fake = a_box().await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let (app, store) = station_with_its_store(&fake, &tapes).await;
    let all = (0..10).map(|_| app.start_session(keyed(1, "k")));
    let all: Vec<_> = futures_util::future::join_all(all).await;
    let ids: std::collections::BTreeSet<_> = all.into_iter().map(|view| view.unwrap().id).collect();
    assert_eq!(ids.len(), 1, "ten at once are one");
    let id = ids.first().unwrap().clone();
    assert_eq!(app.start_session(keyed(2, "k")).await.unwrap_err().kind, Kind::Conflict);
    let ben = StartPlayback { account: "ben".into(), ..keyed(2, "k") };
    assert_ne!(app.start_session(ben).await.unwrap().id, id, "a key is its account's");
    assert_eq!(app.sessions().len(), 2);
    app.wait_session(&id, Duration::from_secs(20)).await.unwrap();
    app.shutdown().await;
    let ended = store.session(&id).await.unwrap().unwrap();
    assert_eq!((ended.state.as_str(), ended.reason.as_deref()), ("stopped", Some("shutdown")));

    // What a crash leaves: a session that nobody has ended.
    let crashed = NewSession {
        id: "crashed".into(),
        account_id: "anna".into(),
        channel: ChannelId(channel_id(1)),
        key: None,
        request: SecretHash::from([0; 32]),
    };
    store.create_session(&crashed, ended.created_ms).await.unwrap();
    let (app, _) = station_with_its_store(&fake, &tapes).await;
    let again = app.start_session(keyed(1, "k")).await.unwrap();
    assert_eq!((again.id.as_str(), again.state), (id.as_str(), SessionState::Stopped));
    assert_eq!(again.reason.unwrap().code, "shutdown");
    assert_eq!(app.start_session(keyed(2, "k")).await.unwrap_err().kind, Kind::Conflict);
    let past = app.past_session("crashed", Some("anna")).await.unwrap().unwrap();
    assert_eq!((past.state, past.reason.unwrap().code.as_str()), (SessionState::Failed, "restarted"));
    assert_eq!(app.past_session("crashed", Some("ben")).await.unwrap(), None, "not his");
    assert!(app.sessions().is_empty(), "nothing has been started");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_gives_no_session_and_takes_no_tuner() {
    let fake = a_box().await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let (app, store) = station_with_its_store(&fake, &tapes).await;
    let refused = async |why: &str| {
        let error = app.start_session(keyed(1, why)).await.expect_err(why);
        assert_eq!(error.kind, Kind::Unavailable, "{why}: {error}");
        assert!(app.sessions().is_empty(), "{why}");
        assert_eq!(fake.opened.load(Ordering::SeqCst), 0, "{why}");
    };
    // Locked by another program.
    let lock = store_beside(&tapes).await.hold_lock().await.unwrap();
    refused("locked").await;
    drop(lock);
    // Full: the page limit of SQLite answers as a full disk does, once the pages that are there are used up. Rows of ids
    // in no order, smaller than the real ones, until none fits anywhere.
    store.limit_pages(1).await.unwrap();
    let mut failures = 0;
    for n in 0_u32..5_000 {
        let filler = NewSession {
            id: format!("{:08x}", n.wrapping_mul(0x9E37_79B1)),
            account_id: "x".into(),
            channel: ChannelId("x".into()),
            key: None,
            request: SecretHash::from([0; 32]),
        };
        if store.create_session(&filler, 1).await.is_ok() {
            failures = 0;
            continue;
        }
        failures += 1;
        // The limit is the connection's, and a failure may have cost that.
        store.ping().await.unwrap();
        store.limit_pages(1).await.unwrap();
        if failures == 20 {
            break;
        }
    }
    assert_eq!(failures, 20, "never full");
    refused("full").await;
    store.limit_pages(1_000_000).await.unwrap();
    // It heals: the same request makes its session now.
    let view = app.start_session(keyed(1, "full")).await.unwrap();
    let view = app.wait_session(&view.id, Duration::from_secs(20)).await.unwrap();
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    assert_eq!(fake.opened.load(Ordering::SeqCst), 1);
    // Closed; what plays goes on.
    store.close().await;
    assert_eq!(app.start_session(wish(2)).await.unwrap_err().kind, Kind::Unavailable);
    assert_eq!(app.session(&view.id).unwrap().state, SessionState::Ready);
    assert_eq!(fake.opened.load(Ordering::SeqCst), 1);
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_session_stands_is_written_and_never_waited_for() {
    let fake = a_box().await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let (app, store) = station_with_its_store(&fake, &tapes).await;
    let view = ready(&app, 1).await;
    let written = row(&store, &view.id, |row| row.state == "ready").await;
    assert_eq!((written.account_id.as_str(), written.ended_ms), ("anna", None));
    // Nobody can write, and yet it ends at once; that is written when somebody can again.
    let lock = store_beside(&tapes).await.hold_lock().await.unwrap();
    assert_eq!(app.stop(&view.id).await.unwrap().state, SessionState::Stopped);
    assert_eq!(store.session(&view.id).await.unwrap().unwrap().state, "ready");
    drop(lock);
    let written = row(&store, &view.id, |row| row.ended_ms.is_some()).await;
    assert_eq!((written.state.as_str(), written.reason.as_deref()), ("stopped", Some("stopped_by_client")));
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_another_station_has_taken_is_let_go() {
    let fake = a_box().await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let (app, store) = station_with_its_store(&fake, &tapes).await;
    let view = app.start_session(wish(1)).await.unwrap();
    // A second station that starts on the same store ends it, at whichever fence it stands.
    loop {
        let now = store.session(&view.id).await.unwrap().unwrap();
        let taken = store.write_session(&view.id, now.fence, State::Failed, Some(ReasonCode::Restarted), 2);
        if taken.await.is_ok() {
            break;
        }
    }
    // The owner learns it when it writes next.
    for _ in 0..400 {
        app.stop("nobody").await;
        if app.session(&view.id).unwrap().state.is_over() {
            break;
        }
        app.heartbeat(&view.id, None);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let over = app.session(&view.id).unwrap();
    assert_eq!(over.reason.map(|reason| reason.code), Some("restarted".to_owned()), "{:?}", over.state);
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_is_there_at_once_after_a_restart_though_the_box_is_off() {
    let fake = a_box().await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let (app, store) = station_with_its_store(&fake, &tapes).await;
    ready(&app, 1).await;
    let before = app.lineup();
    let tracks = app.tracks(&channel_id(1)).expect("seen");
    app.shutdown().await;
    let now = Clock::start().wall_ms();
    let news = Event {
        id: 7,
        title: "News".into(),
        subtitle: String::new(),
        description: String::new(),
        start_ms: now - HOUR,
        end_ms: now + HOUR,
        genre: String::new(),
        rating: None,
    };
    store.put_now_next(&[(ChannelId(channel_id(1)), vec![news])], now - HOUR).await.unwrap();

    // Nobody listens where the box was.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut settings = live_box::settings(&fake, &tapes);
    settings.receivers[0].url.set_port(Some(gone)).unwrap();
    settings.receivers[0].stream_port = gone;
    let app = App::start(settings, store).await.unwrap();
    assert_eq!(app.lineup(), before, "at once");
    assert_eq!(app.receivers()[0].channels, 2);
    assert_eq!(app.tracks(&channel_id(1)).expect("remembered"), tracks);
    let on = &app.now_next(&[channel_id(1)], &[])[0];
    assert_eq!(on.now.as_ref().map(|event| event.title.as_str()), Some("News"));
    assert!(on.stale_s >= 3_600, "{}", on.stale_s);
    let made = app.start_session(wish(1)).await.unwrap();
    let plan = made.plan.expect("a plan at once");
    assert!(plan.provisional && plan.action == "remux", "{plan:?}");
    let over = app.wait_session(&made.id, Duration::from_secs(20)).await.unwrap();
    assert_eq!(over.reason.expect("over").code, "receiver_unreachable");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_run_out_is_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = store_beside(&tapes).await;
    let now = Clock::start().wall_ms();
    for (id, age) in [("old", 25 * HOUR), ("young", HOUR)] {
        let new = NewSession {
            id: id.into(),
            account_id: "anna".into(),
            channel: ChannelId("x".into()),
            key: Some(id.into()),
            request: SecretHash::from([0; 32]),
        };
        store.create_session(&new, now - age).await.unwrap();
        store.write_session(id, 1, State::Stopped, None, now - age).await.unwrap();
    }
    let settings = telecast_server::app::Settings::with_tapes_in(tapes);
    let app = App::start(settings, store.clone()).await.unwrap();
    for _ in 0..400 {
        if store.session("old").await.unwrap().is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(store.session("old").await.unwrap().is_none());
    assert!(store.session("young").await.unwrap().is_some());
    app.shutdown().await;
}
