//! Derived sound for what came before anybody needed it: listed at once, made when it is fetched.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use telecast_server::adapters::ffmpeg::started;
use telecast_server::app::{App, At, ClientView, Directives, PlayError, PlaybackHandle};

use crate::live_box::{self, FakeBox, Manner};
use crate::live_sound::{clicks_after_key, run};
use crate::live_tape::{init, playlist, ready_at, sequences, tapes_in, until};
use crate::live_walk::{decoded, handle, renditions, wish};

/// A click each second, in sound of `codec`.
fn clicks(name: &str, codec: &str) -> (std::sync::Arc<Vec<u8>>, usize) {
    let clicks =
        ["-filter_complex", "aevalsrc='0.9*lt(mod(t\\,1)\\,0.002)':s=48000[a]", "-map", "0:v", "-map", "[a]"];
    let mut sound = clicks.to_vec();
    sound.extend_from_slice(&["-c:a", codec, "-b:a", "192k"]);
    live_box::media(name, &sound)
}

/// A raw reader, who needs no AAC, takes so many seconds of channel 1, and reads on.
async fn watched(app: &App, rate: usize, seconds: usize) {
    let mut request = wish(1);
    let all = vec!["*".to_owned()];
    request.client =
        ClientView { hls: "none".into(), video: all.clone(), audio: all, ..ClientView::default() };
    let made = app.start_session(request).await.unwrap();
    let mut raw = handle(app, &made).raw().await.unwrap();
    let mut taken = 0;
    while taken < rate * seconds {
        taken += raw.next().await.unwrap().len();
    }
    tokio::spawn(async move { while raw.next().await.is_some() {} });
}

/// A browser on channel 1 that begins with the tape: its handle, the name of its playlist, and how much of it is listed.
async fn browser(app: &App) -> (PlaybackHandle, String, Vec<u64>, f64) {
    let view = ready_at(app, 1, At::Start).await;
    assert_eq!(view.plan.as_ref().unwrap().action, "audio_transcode", "{view:?}");
    let play = handle(app, &view);
    let name = renditions(std::str::from_utf8(&play.multivariant().await.unwrap()).unwrap()).remove(0);
    let text = playlist(&play, &name).await;
    let lengths =
        text.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(',')?.parse::<f64>().ok());
    (play, name, sequences(&text), lengths.sum())
}

/// Files of sound that was made for the past.
fn made_in(tapes: &Path) -> Vec<PathBuf> {
    let files = tapes_in(tapes).into_iter().flat_map(|tape| tapes_in(&tape));
    let mut made: Vec<_> = files.filter(|file| file.to_str().unwrap().contains("/past-")).collect();
    made.sort();
    made
}

/// Waits for whole segments beyond `last` and gives all from `first` on as one file.
async fn up_to(play: &PlaybackHandle, name: &str, first: u64, last: u64) -> Vec<u8> {
    let mut file = init(play, name, &playlist(play, name).await).await.to_vec();
    play.playlist(name, Directives { sequence: Some(last), part: None, skip: false }).await.unwrap();
    for sequence in first..=last {
        file.extend(play.segment(name, sequence).await.unwrap());
    }
    file
}

/// Frames of sound follow each other to the sample.
fn is_continuous(file: &Path) {
    let arguments =
        ["-v", "error", "-select_streams", "a:0", "-show_entries", "packet=pts,duration", "-of", "csv=p=0"];
    let text = run("ffprobe", &[&arguments[..], &[file.to_str().unwrap()]].concat());
    let text = String::from_utf8(text).unwrap();
    let numbers = |line: &str| {
        let mut numbers = line.split(',').filter_map(|number| number.parse::<i64>().ok());
        (numbers.next().unwrap(), numbers.next().unwrap())
    };
    let frames: Vec<_> = text.lines().map(numbers).collect();
    for pair in frames.windows(2) {
        assert_eq!(pair[0].0 + pair[0].1, pair[1].0, "after {:?}", pair[0]);
    }
}

async fn channel(bytes: std::sync::Arc<Vec<u8>>, rate: usize) -> (FakeBox, App, tempfile::TempDir) {
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, directory) = live_box::station(&fake).await;
    (fake, app, directory)
}

/// The clicks of `ours` are where those of the original are, all of them.
fn clicks_match(name: &str, ours: &Path, original: &Path, seconds: f64) {
    let (before, after) = (clicks_after_key(original), clicks_after_key(ours));
    let off = |at: f64| ((at - before[0] + 0.5).rem_euclid(1.0) - 0.5) * 1000.0;
    let worst = after
        .iter()
        .map(|at| off(*at))
        .fold(0.0f64, |worst, off| if off.abs() > worst.abs() { off } else { worst });
    eprintln!("{name}: {} clicks in {seconds:.1} s, off by {worst:.3} ms at most", after.len());
    assert!(after.len() as f64 > seconds - 2.0, "{} clicks in {seconds} s", after.len());
    assert!(worst.abs() < 1.0, "{worst} ms");
}

async fn begins_with_the_tape(name: &str, codec: &str) {
    let (bytes, rate) = clicks(name, codec);
    let (fake, app, directory) = channel(bytes.clone(), rate).await;
    let tapes = directory.path().join("tapes");
    // Longer than frames are kept because somebody is likely to need them.
    watched(&app, rate, 17).await;
    let (play, main, listed, seconds) = browser(&app).await;
    assert!(seconds > 14.0, "{seconds} s are listed: {listed:?}");
    assert_eq!(made_in(&tapes), [] as [PathBuf; 0], "only what comes is made");

    // Two who ask at once, for what is made together.
    let (first, last) = (listed[0], *listed.last().unwrap());
    let (asked, before) = (Instant::now(), started());
    let (one, other, next) =
        tokio::join!(play.segment(&main, first), play.segment(&main, first), play.segment(&main, first + 1));
    eprintln!("{name}: the first segment was made in {:?}", asked.elapsed());
    assert!(one.as_ref().unwrap() == other.as_ref().unwrap() && next.is_ok());
    assert_eq!((started(), made_in(&tapes).len()), (before + 1, 1), "it was made once");

    let file = up_to(&play, &main, first, last + 3).await;
    let (pictures, sounds) = decoded(&file, ".mp4");
    let seconds = pictures as f64 / 25.0;
    assert!(
        (sounds as f64 - seconds * 48_000.0 / 1024.0).abs() < 10.0,
        "{pictures} pictures, {sounds} sounds"
    );
    let made = made_in(&tapes);
    assert!(made.len() <= 2, "whole stretches are made: {made:?}");
    let (ours, original) = (directory.path().join("ours.mp4"), directory.path().join("original.ts"));
    std::fs::write(&ours, &file).unwrap();
    std::fs::write(&original, &bytes[..]).unwrap();
    is_continuous(&ours);
    clicks_match(name, &ours, &original, seconds);
    app.shutdown().await;
    let ended = Instant::now();

    // The program is started again: the same bytes, of which nothing is made anew.
    let app = live_box::station_in(&fake, &tapes).await;
    let (play, _, again, _) = browser(&app).await;
    assert!(again.starts_with(&listed), "{listed:?}, then {again:?}");
    assert!(up_to(&play, &main, first, last + 3).await == file, "the same bytes as before");
    assert_eq!(made_in(&tapes), made, "nothing is made anew");
    // So long that it is not gone as well when it is looked for.
    watched(&app, rate, 10).await;
    app.shutdown().await;

    // What the window leaves behind takes along what was made for it.
    let mut settings = live_box::settings(&fake, &tapes);
    settings.tape.window = ended.elapsed();
    let app = App::start(settings, live_box::store_beside(&tapes).await).await.unwrap();
    until("the first run goes", || made_in(&tapes).is_empty()).await;
    assert!(!tapes_in(&tapes_in(&tapes)[0]).is_empty(), "the second one stays");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_of_an_ac3_channel_is_made_when_it_is_fetched() {
    begins_with_the_tape("click-ac3", "ac3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_of_an_mp2_channel_is_made_when_it_is_fetched() {
    begins_with_the_tape("click-mp2", "mp2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_fails_whoever_asks_and_is_tried_again() {
    let (bytes, rate) = clicks("click-ac3", "ac3");
    let (_fake, app, directory) = channel(bytes, rate).await;
    let tapes = directory.path().join("tapes");
    watched(&app, rate, 17).await;
    let (play, main, listed, _) = browser(&app).await;
    // The disk gives something else than what was written.
    let tape = tapes_in(&tapes).remove(0);
    let chunk =
        tapes_in(&tape).into_iter().find(|file| file.extension().is_some_and(|it| it == "ts")).unwrap();
    let right = std::fs::read(&chunk).unwrap()[..2 << 20].to_vec();
    let overwrite = |bytes: &[u8]| {
        let mut file = std::fs::File::options().write(true).open(&chunk).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(bytes).unwrap();
    };
    overwrite(&vec![0; right.len()]);
    let refused = play.segment(&main, listed[0]).await;
    assert!(matches!(&refused, Err(PlayError::NotMade(why)) if !why.is_empty()), "{refused:?}");
    // Others are served meanwhile.
    play.segment(&main, *listed.last().unwrap()).await.unwrap();
    assert!(app.status().panics == 0 && play.multivariant().await.is_ok());
    overwrite(&right);
    let until = Instant::now() + Duration::from_secs(10);
    while let Err(error) = play.segment(&main, listed[0]).await {
        assert!(Instant::now() < until, "{error}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    app.shutdown().await;
}
