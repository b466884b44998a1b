//! Channels of a box and of a list of which the host has said that they are one: their streams, in his order, and their guides.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use telecast_core::error::Kind;
use telecast_core::guide::{Airing, Moment, Programme, Text};
use telecast_core::lineup::{ChannelId, ChannelWish};
use telecast_server::adapters::clock::Clock;
use telecast_server::adapters::receiver;
use telecast_server::app::guide::Query;
use telecast_server::app::{App, ReceiverState, SessionState, Settings, WishChange};
use telecast_store::Store;

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::live_tape::until;
use crate::live_walk::wish;

/// A station on a box and on a list of one entry, whose stream is the second channel of another box; and the id of that entry.
async fn station(one: &FakeBox, two: &FakeBox, directory: &Path) -> (App, Store, ChannelId) {
    let tapes = directory.join("tapes");
    let path = directory.join("list.m3u");
    let entry = "#EXTM3U\n#EXTINF:-1 tvg-id=\"one.example\",One again\n";
    let address = format!("http://127.0.0.1:{}/1:0:19:2:2:1:C00000:0:0:0:\n", two.stream);
    std::fs::write(&path, format!("{entry}{address}")).unwrap();
    let mut settings = Settings::with_tapes_in(tapes.clone());
    settings.tape.minimum_free = 0;
    settings.receivers.push(live_box::receiver("box", one));
    settings.receivers.push(receiver::Settings {
        kind: receiver::Kind::M3u,
        url: format!("file://{}", path.display()).parse().unwrap(),
        ..live_box::receiver("list", two)
    });
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(settings, store.clone()).await.unwrap();
    until("all is read", || app.receivers().iter().all(|receiver| receiver.state == ReceiverState::Ok)).await;
    let listed = app.lineup().channels.iter().find(|channel| channel.name == "One again").unwrap().id.clone();
    (app, store, listed)
}

/// Makes `listed` the same as the box's first channel, with sources in this order.
async fn join(app: &App, listed: &ChannelId, order: &[&str]) {
    let same = ChannelWish { same_as: Some(ChannelId(channel_id(1))), ..ChannelWish::default() };
    let order = ChannelWish {
        sources: order.iter().map(|word| (*word).to_owned()).collect(),
        ..ChannelWish::default()
    };
    let channels = [(listed.clone(), same), (ChannelId(channel_id(1)), order)].into();
    app.wish(app.own_lineup().1.revision, WishChange { channels, ..WishChange::default() }).await.unwrap();
}

/// The receiver that the one tape comes from.
fn receiver_of(app: &App) -> Option<String> {
    app.status().tapes.first().map(|tape| tape.receiver_id.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_joined_channel_falls_over_to_the_list_and_back_in_one_session() {
    let (bytes, rate) = live_box::with_aac();
    let one =
        live_box::start(HashMap::from([(1, Manner::StallAfter(bytes.clone(), rate, rate * 5))]), 1).await;
    let two = live_box::start(HashMap::from([(2, Manner::EndAfter(bytes, rate, rate * 10))]), 1).await;
    let directory = tempfile::tempdir().unwrap();
    let (app, _, listed) = station(&one, &two, directory.path()).await;
    assert_eq!(app.lineup().channels.len(), 2);
    join(&app, &listed, &[]).await;
    let lineup = app.lineup();
    let names: Vec<&str> = lineup.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["Channel 1"], "the other is in no list");
    let made = app.start_session(wish(1)).await.unwrap();
    let view = app.wait_session(&made.id, Duration::from_secs(30)).await.unwrap();
    assert_eq!((view.state, receiver_of(&app).as_deref()), (SessionState::Ready, Some("box")));
    let tape = app.status().tapes[0].channel_id.clone();
    let mut troubles = Vec::new();
    let mut said = |app: &App| {
        let code = app.session(&view.id).unwrap().trouble.map(|trouble| trouble.code);
        if let Some(code) = code.filter(|code| troubles.last() != Some(code)) {
            troubles.push(code);
        }
    };
    until("the list's takes over", || {
        said(&app);
        receiver_of(&app).as_deref() == Some("list")
    })
    .await;
    until("and gives a picture", || app.session(&view.id).unwrap().trouble.is_none()).await;
    assert_eq!(two.open.load(Ordering::SeqCst), 1);
    assert!(troubles.contains(&"source_stalled".to_owned()), "the session has said why: {troubles:?}");
    until("the box's takes over again", || receiver_of(&app).as_deref() == Some("box")).await;
    until("and gives a picture", || app.session(&view.id).unwrap().trouble.is_none()).await;
    let after = app.session(&view.id).unwrap();
    assert_eq!((after.state, app.status().tapes.len()), (SessionState::Ready, 1), "{after:?}");
    assert_eq!((app.status().tapes[0].channel_id.clone(), one.opened.load(Ordering::SeqCst)), (tape, 2));
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_s_order_of_sources_counts_and_a_join_can_be_undone() {
    let (bytes, rate) = live_box::with_aac();
    let play = |sid| HashMap::from([(sid, Manner::Play(bytes.clone(), rate))]);
    let (one, two) = (live_box::start(play(1), 1).await, live_box::start(play(2), 1).await);
    let directory = tempfile::tempdir().unwrap();
    let (app, _, listed) = station(&one, &two, directory.path()).await;
    join(&app, &listed, &[&listed.0, "box"]).await;
    let made = app.start_session(wish(1)).await.unwrap();
    let view = app.wait_session(&made.id, Duration::from_secs(30)).await.unwrap();
    assert_eq!((view.state, receiver_of(&app).as_deref()), (SessionState::Ready, Some("list")));
    assert_eq!(one.open.load(Ordering::SeqCst), 0);
    app.stop(&view.id).await.unwrap();
    // Not in a circle, neither alone nor by way of another.
    let (kept, first) = (app.own_lineup().1, ChannelId(channel_id(1)));
    for (id, other) in [(&first, &listed), (&first, &first)] {
        let same = ChannelWish { same_as: Some(other.clone()), ..ChannelWish::default() };
        let change = WishChange { channels: [(id.clone(), same)].into(), ..WishChange::default() };
        let refused = app.wish(kept.revision, change).await.expect_err("a circle");
        assert_eq!(refused.kind, Kind::Invalid, "{refused:?}");
    }
    // With what is not there it is kept, and each stands for itself.
    let away = ChannelWish { same_as: Some(ChannelId("gone".into())), ..ChannelWish::default() };
    let change = WishChange { channels: [(listed.clone(), away.clone())].into(), ..WishChange::default() };
    let kept = app.wish(kept.revision, change).await.unwrap();
    assert_eq!((app.lineup().channels.len(), &kept.wishes.channels[&listed]), (2, &away));
    app.shutdown().await;
}

fn airing(channel: &ChannelId, start_ms: i64, title: &str) -> Airing {
    let titles = vec![Text { language: Some("de".into()), text: title.into() }];
    Airing {
        channel: channel.clone(),
        start_ms,
        end_ms: start_ms + 3_600_000,
        event_id: None,
        moment: Moment::default(),
        programme: Programme { titles, ..Programme::default() }.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guides_of_both_count_and_the_first_of_them_wins() {
    let (bytes, rate) = live_box::with_aac();
    let play = |sid| HashMap::from([(sid, Manner::Play(bytes.clone(), rate))]);
    let (one, two) = (live_box::start(play(1), 1).await, live_box::start(play(2), 1).await);
    let directory = tempfile::tempdir().unwrap();
    let (app, store, listed) = station(&one, &two, directory.path()).await;
    let (first, now) = (ChannelId(channel_id(1)), Clock::start().wall_ms());
    let hour = now - now % 3_600_000;
    let tell = async |source: &str, airings: Vec<Airing>| {
        let mut import = store.import_guide(source, now).await.unwrap();
        import.add(airings).await.unwrap();
        import.finish().await.unwrap();
    };
    tell("receiver:box", vec![airing(&first, hour, "Wetter")]).await;
    let told = vec![airing(&listed, hour, "Etwas anderes"), airing(&listed, hour + 3_600_000, "Krimi")];
    tell("xmltv:list", told).await;
    let titles = async || {
        let rows = app.guide(std::slice::from_ref(&first), (hour, hour + 7_200_000), &[]).await.unwrap();
        rows[0].airings.iter().map(|airing| airing.title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["Wetter"]);
    join(&app, &listed, &[]).await;
    assert_eq!(titles().await, ["Wetter", "Krimi"]);
    let query = Query {
        words: "krimi".into(),
        from_ms: hour,
        to_ms: hour + 86_400_000,
        limit: 10,
        ..Query::default()
    };
    let found = app.search_guide(query, &[]).await.unwrap().airings;
    assert_eq!(found.iter().map(|airing| airing.channel.0.as_str()).collect::<Vec<_>>(), [first.0.as_str()]);
    app.shutdown().await;
}
