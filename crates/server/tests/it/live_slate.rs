//! What a raw reader sees of an outage: a slate in the programme's own form, and then the programme again, judged by ffmpeg.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use telecast_media::slate::{LENGTH, Layout, Playing, Still};
use telecast_media::time::HZ;
use telecast_media::ts::psi::{Kind, Pat, Pmt, Stream, packetise};
use telecast_server::adapters::ffmpeg::slate;
use telecast_sim::Fault;

use crate::live_faults::{channels, until};

/// Of the programme, about (bytes).
const THREE_SECONDS: usize = 450_000;

/// What ffmpeg decodes of a stream: time stamp and checksum of each frame, by the number of the stream.
fn decoded(path: &Path, arguments: &str) -> (Vec<(u32, i64, String)>, String) {
    let run = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error"])
        .args(arguments.split_whitespace())
        .args(["-i", path.to_str().unwrap(), "-map", "0:v", "-map", "0:a", "-fps_mode", "passthrough"])
        .args(["-enc_time_base:v", "1:90000", "-f", "framecrc", "pipe:1"])
        .output()
        .expect("ffmpeg is needed: apt-get install ffmpeg");
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    let frames = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        Some((fields[0].parse().ok()?, fields.get(2)?.parse().ok()?, (*fields.get(5)?).to_owned()))
    });
    (frames.collect(), String::from_utf8_lossy(&run.stderr).into_owned())
}

/// The stretch of pictures that come again and again, which those of the programme do not: (place of the first, how many).
fn repeated(pictures: &[String]) -> (usize, usize) {
    let mut times: HashMap<&String, usize> = HashMap::new();
    for picture in pictures {
        *times.entry(picture).or_default() += 1;
    }
    let is_repeated = |picture: &String| times[picture] >= 3;
    let first = pictures.iter().position(is_repeated).unwrap_or(pictures.len());
    let end = pictures.iter().rposition(is_repeated).map_or(first, |last| last + 1);
    let within = pictures[first..end].iter().filter(|picture| is_repeated(picture)).count();
    assert!(within * 10 >= (end - first) * 9, "{within} of {} in a row", end - first);
    (first, end - first)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_reader_sees_a_slate_while_the_source_is_gone_and_the_picture_afterwards() {
    let stage = channels(1, 1).await;
    let (view, play) = stage.ready(1).await;
    let mut raw = play.raw().await.unwrap();
    let read = Arc::new(Mutex::new((Vec::<u8>::new(), Instant::now(), Duration::ZERO)));
    let into = Arc::clone(&read);
    let reader = tokio::spawn(async move {
        while let Some(piece) = raw.next().await {
            let (bytes, last, longest) = &mut *into.lock().unwrap();
            bytes.extend_from_slice(&piece);
            *longest = last.elapsed().max(*longest);
            *last = Instant::now();
        }
    });
    let read_on = async |bytes: usize| {
        let begun = read.lock().unwrap().0.len();
        until("it is read", || read.lock().unwrap().0.len() > begun + bytes).await;
    };
    read_on(THREE_SECONDS).await;
    stage.add(Fault::EndMidway, 0.0, 1);
    until("it is told", || stage.trouble(&view.id).is_some()).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(stage.trouble(&view.id).is_some(), "all that time there is no programme");
    stage.clear(Fault::EndMidway);
    until("it is over", || stage.trouble(&view.id).is_none()).await;
    read_on(THREE_SECONDS).await;
    stage.app.stop(&view.id).await;
    reader.await.unwrap();
    stage.app.shutdown().await;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("read.ts");
    let (bytes, _, longest_silence) = &*read.lock().unwrap();
    std::fs::write(&path, bytes).unwrap();
    let (frames, said) = decoded(&path, "");
    eprintln!("ffmpeg says: {said}; without a byte for {:.2} s", longest_silence.as_secs_f64());
    let pictures: Vec<String> = frames.iter().filter(|it| it.0 == 0).map(|it| it.2.clone()).collect();
    let sounds = frames.iter().filter(|it| it.0 == 1).count();
    let (first, still) = repeated(&pictures);
    eprintln!(
        "{} pictures, of which {still} from {first} on are the slate; {sounds} frames of sound",
        pictures.len()
    );
    // By design three seconds; the machine that tests has other things to do, and codes the slate meanwhile.
    assert!(*longest_silence < Duration::from_secs(20), "{longest_silence:?} without a byte");
    assert!(still >= 100, "four seconds of it at least");
    assert!(first >= 50 && pictures.len() - first - still >= 50, "between pictures of the programme");
    // 1024 samples at 48 kHz, for as long as there are 25 pictures per second: nothing stands still for want of sound.
    assert!(sounds * 100 >= pictures.len() * 4800 / 2500 * 85, "{sounds} frames of sound");
}

#[tokio::test]
async fn a_slate_repeats_without_a_seam_in_every_codec_that_is_broadcast() {
    let sizes = [(Kind::H264, (1280, 720)), (Kind::Mpeg2Video, (720, 576)), (Kind::Hevc, (640, 360))];
    let directory = tempfile::tempdir().unwrap();
    for (kind, size) in sizes {
        let sounds = [(Kind::AacAdts, 48), (Kind::Ac3, 31), (Kind::MpegAudio, 42)];
        let layout = Layout {
            video: (0x1FF, kind),
            size,
            clock: if kind == Kind::H264 { 0x1FF } else { 0x90 },
            sounds: (0x200..).zip(sounds).map(|(pid, (kind, _))| (pid, kind, 48_000, 2)).collect(),
        };
        let picture: Vec<u8> = (0..320 * 180).map(|at| (at % 320 / 2) as u8).collect();
        let coded = slate::code(picture, (320, 180), &layout).await.unwrap();
        let still = Arc::new(Still::new(&coded, layout.clone()).unwrap());
        // Over the end of the clock, and three times as long as the still.
        let mut playing = Playing::new(still, (1 << 33) - 2 * HZ);
        let mut bytes = tables(&layout);
        for elapsed in (0..3 * LENGTH).step_by(9_000) {
            playing.fill(elapsed, &mut bytes);
        }
        let path = directory.path().join("slate.ts");
        std::fs::write(&path, &bytes).unwrap();
        let (frames, said) = decoded(&path, "-xerror -err_detect explode");
        assert_eq!(said, "", "{kind:?}");
        let times =
            |stream: u32| -> Vec<i64> { frames.iter().filter(|it| it.0 == stream).map(|it| it.1).collect() };
        let pictures = times(0);
        assert!((140..=144).contains(&pictures.len()), "{kind:?}: {} pictures", pictures.len());
        assert!(pictures.windows(2).all(|pair| pair[1] - pair[0] == HZ / 25), "{kind:?}: {pictures:?}");
        for (stream, (sound, per_second)) in (1..).zip(sounds) {
            let (count, expected) = (times(stream).len(), per_second * 576 / 100);
            assert!(count.abs_diff(expected) <= expected / 10, "{kind:?} {sound:?}: {count} frames of sound");
        }
    }
}

fn tables(layout: &Layout) -> Vec<u8> {
    let stream = |pid: u16, kind: Kind| {
        let (stream_type, descriptors) = match kind {
            Kind::H264 => (0x1B, vec![]),
            Kind::Hevc => (0x24, vec![]),
            Kind::Mpeg2Video => (0x02, vec![]),
            Kind::AacAdts => (0x0F, vec![]),
            Kind::MpegAudio => (0x03, vec![]),
            _ => (0x06, vec![0x6A, 1, 0]),
        };
        Stream { pid, stream_type, kind, language: None, audio_type: 0, descriptors }
    };
    let sounds = layout.sounds.iter().map(|(pid, kind, ..)| stream(*pid, *kind));
    let streams = std::iter::once(stream(layout.video.0, layout.video.1)).chain(sounds).collect();
    let pat = Pat { transport_stream_id: 1, version: 0, programmes: vec![(1, 0x100)] };
    let pmt = Pmt { programme: 1, version: 0, pcr_pid: layout.clock, scrambled: false, streams };
    let mut out = Vec::new();
    packetise(&pat.section(), 0, &mut 0, &mut out);
    packetise(&pmt.section(), 0x100, &mut 0, &mut out);
    out
}
