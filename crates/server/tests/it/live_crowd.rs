//! Many viewers of one channel: what is made for one is made for all.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use telecast_server::app::Directives;

use crate::live_box::{self, Manner, channel_id};
use crate::live_walk::{handle, ready, renditions, wish};

const VIEWERS: usize = 30;
/// A round in which no part closes between the first and the last answer comes soon, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(25);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_of_one_state_get_the_very_same_playlist_whenever_they_came() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 2).await;
    let (app, _directory) = live_box::station(&fake).await;
    let first = ready(&app, 1).await;
    let main = handle(&app, &first).multivariant().await.unwrap();
    let rendition = renditions(std::str::from_utf8(&main).unwrap()).remove(0);
    let mut viewers = vec![handle(&app, &first)];
    for _ in 1..VIEWERS {
        // One after another: between them the tape goes on.
        viewers.push(handle(&app, &ready(&app, 1).await));
    }
    let until = Instant::now() + PATIENCE;
    loop {
        let texts =
            join_all(viewers.iter().map(|play| play.playlist(&rendition, Directives::default()))).await;
        let texts: Vec<_> = texts.into_iter().map(Result::unwrap).collect();
        // All are kept until here, so that none lies where another has lain.
        if texts.iter().map(|text| text.as_ptr()).collect::<HashSet<_>>().len() == 1 {
            break;
        }
        assert!(Instant::now() < until, "viewers of one state get texts of their own");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_begin_at_once_share_what_is_written_down() {
    let (bytes, rate) = live_box::with_aac();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 2).await;
    let (app, directory) = live_box::station(&fake).await;
    let store = live_box::store_beside(&directory.path().join("tapes")).await;
    // More than one transaction takes, behind a lock that makes all of them wait.
    let lock = store.hold_lock().await.unwrap();
    let crowd = 150;
    let all = join_all((0..crowd).map(|number| {
        let mut wish = wish(1);
        wish.idempotency_key = Some(format!("key {}", number / 2));
        app.start_session(wish)
    }));
    let unlock = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(lock);
    };
    let (all, ()) = tokio::join!(all, unlock);
    let ids: HashSet<String> = all.into_iter().map(|made| made.unwrap().id).collect();
    assert_eq!(ids.len(), crowd / 2, "two requests of one key are one session");
    for id in &ids {
        let row = store.session(id).await.unwrap().unwrap();
        assert_eq!(row.channel.0, channel_id(1));
    }
}
