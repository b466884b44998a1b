//! Transcoded sound: in step with the picture, several languages, radio.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use telecast_server::adapters::ffmpeg::started;

use crate::live_box::{self, Manner};
use crate::live_walk::{decoded, follow, handle, ready, renditions};

pub(crate) fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let run = Command::new(program).args(arguments).output().unwrap();
    assert!(run.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

/// Seconds from a key frame (one each second) to the middle of the click that follows (one each second), averaged over all clicks.
pub(crate) fn click_after_key(path: &Path) -> f64 {
    let middles = clicks_after_key(path);
    assert!(middles.len() >= 3, "{} clicks in {}", middles.len(), path.display());
    // Modulo a second, around the first.
    let base = middles[0].rem_euclid(1.0);
    let spread = middles.iter().map(|m| (m - base + 0.5).rem_euclid(1.0) - 0.5);
    (base + spread.sum::<f64>() / middles.len() as f64).rem_euclid(1.0)
}

/// Seconds from the first key frame to the middle of each click.
pub(crate) fn clicks_after_key(path: &Path) -> Vec<f64> {
    let file = path.to_str().unwrap();
    let first = |kind: &str| -> f64 {
        let arguments = [
            "-v",
            "error",
            "-select_streams",
            kind,
            "-show_entries",
            "packet=pts_time,flags",
            "-of",
            "csv=p=0",
            file,
        ];
        let text = String::from_utf8_lossy(&run("ffprobe", &arguments)).into_owned();
        let line = text.lines().find(|line| line.contains('K')).unwrap().to_owned();
        line.split(',').next().unwrap().parse().unwrap()
    };
    let (key, sound) = (first("v:0"), first("a:0"));
    let pcm = run(
        "ffmpeg",
        &["-v", "error", "-i", file, "-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"],
    );
    let samples: Vec<f64> =
        pcm.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect();
    let mut middles = Vec::new();
    let mut at = 2400;
    while at + 2400 < samples.len() {
        if samples[at].abs() > 0.25 {
            let window = &samples[at - 480..at + 960];
            let energy: f64 = window.iter().map(|s| s * s).sum();
            let moment: f64 = window.iter().enumerate().map(|(n, s)| n as f64 * s * s).sum();
            middles.push(sound + (at as f64 - 480.0 + moment / energy) / 48_000.0 - key);
            at += 24_000;
        } else {
            at += 1;
        }
    }
    middles
}

/// Sound of `kind` (as arguments of ffmpeg), with a click each second.
async fn a_click_comes_out(name: &str, kind: &[&str]) {
    let mut sound = vec![
        "-filter_complex",
        "aevalsrc='0.9*lt(mod(t\\,1)\\,0.002)':s=48000[a]",
        "-map",
        "0:v",
        "-map",
        "[a]",
    ];
    sound.extend_from_slice(&["-b:a", "192k", "-c:a"]);
    sound.extend_from_slice(kind);
    let (bytes, rate) = live_box::media(name, &sound);
    let directory = tempfile::tempdir().unwrap();
    let original = directory.path().join("original.ts");
    std::fs::write(&original, &bytes[..]).unwrap();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, _tapes) = live_box::station(&fake).await;
    let view = ready(&app, 1).await;
    let play = handle(&app, &view);
    let names = renditions(std::str::from_utf8(&play.multivariant().await.unwrap()).unwrap());
    let (file, _) = follow(&play, &names[0], Duration::from_secs(8)).await;
    // 2 Mbit/s with stuffing, and a sound of 160 kbit/s beside it.
    let main = play.multivariant().await.unwrap();
    let said = std::str::from_utf8(&main).unwrap().split("BANDWIDTH=").nth(1).unwrap();
    let said: u64 = said.split(',').next().unwrap().parse().unwrap();
    assert!((1_000_000..4_000_000).contains(&said), "{said} bit/s");
    let ours = directory.path().join("ours.mp4");
    std::fs::write(&ours, file).unwrap();
    let (before, after) = (click_after_key(&original), click_after_key(&ours));
    let off = ((after - before + 0.5).rem_euclid(1.0) - 0.5) * 1000.0;
    eprintln!("{name}: click at {before:.5} s, comes out at {after:.5} s: {off:.3} ms");
    assert!(off.abs() < 1.0, "{name}: {off} ms");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_in_ac3_comes_out_within_a_millisecond() {
    a_click_comes_out("click-ac3", &["ac3"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_in_mpeg_audio_comes_out_within_a_millisecond() {
    a_click_comes_out("click-mp2", &["mp2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_in_eac3_comes_out_within_a_millisecond() {
    a_click_comes_out("click-eac3", &["eac3"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_in_latm_comes_out_within_a_millisecond() {
    // Frames of silence have nine bytes: as many as usually fill a PES packet would be late by seconds.
    a_click_comes_out("click-latm", &["aac", "-mpegts_flags", "+latm", "-pes_payload_size", "0"]).await;
}

/// Bad weather: packets of the sound are lost several times a second. Its filter goes on, and stays in step.
#[tokio::test(flavor = "multi_thread")]
async fn sound_that_is_torn_all_the_time_has_one_filter_and_stays_in_step() {
    let clicks =
        ["-filter_complex", "aevalsrc='0.9*lt(mod(t\\,1)\\,0.002)':s=48000[a]", "-map", "0:v", "-map", "[a]"];
    let mut sound = clicks.to_vec();
    sound.extend_from_slice(&["-c:a", "ac3", "-b:a", "192k"]);
    let (bytes, rate) = live_box::media("click-ac3", &sound);
    let directory = tempfile::tempdir().unwrap();
    let original = directory.path().join("original.ts");
    std::fs::write(&original, &bytes[..]).unwrap();
    let mut of_sound = 0;
    let whole = bytes.chunks_exact(188).filter(|packet| {
        let is_sound = u16::from(packet[1] & 0x1F) << 8 | u16::from(packet[2]) == 0x101;
        of_sound += usize::from(is_sound);
        !(is_sound && of_sound % 31 == 0)
    });
    let torn: Vec<u8> = whole.flatten().copied().collect();
    assert!(torn.len() + 50 * 188 < bytes.len(), "nothing was torn");
    let fake = live_box::start(HashMap::from([(1, Manner::Play(std::sync::Arc::new(torn), rate))]), 1).await;
    let (app, _tapes) = live_box::station(&fake).await;
    let view = ready(&app, 1).await;
    let before = started();
    let play = handle(&app, &view);
    let names = renditions(std::str::from_utf8(&play.multivariant().await.unwrap()).unwrap());
    let (file, _) = follow(&play, &names[0], Duration::from_secs(8)).await;
    let more = started() - before;
    assert!(more <= 4, "{more} filters were started in 8 s");
    let ours = directory.path().join("ours.mp4");
    std::fs::write(&ours, file).unwrap();
    let off = click_after_key(&ours) - click_after_key(&original);
    let off = ((off + 0.5).rem_euclid(1.0) - 0.5) * 1000.0;
    eprintln!("torn: {off:.3} ms, {more} more filters");
    // Behind a hole, frames of 1,024 samples stand up to half of one beside their time.
    assert!(off.abs() < 12.0, "{off} ms");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_of_sound_is_offered_as_renditions() {
    let sound = [
        "-filter_complex",
        "sine=frequency=880:sample_rate=48000[b]",
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-map",
        "[b]",
        "-metadata:s:a:0",
        "language=deu",
        "-metadata:s:a:1",
        "language=eng",
        "-c:a:0",
        "ac3",
        "-c:a:1",
        "mp2",
        "-b:a",
        "192k",
    ];
    let (bytes, rate) = live_box::media("two", &sound);
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
    let (app, _tapes) = live_box::station(&fake).await;
    let view = ready(&app, 1).await;
    let plan = view.plan.clone().unwrap();
    assert_eq!((plan.action.as_str(), plan.audio.len()), ("audio_transcode", 2), "{plan:?}");
    let play = handle(&app, &view);
    let main = play.multivariant().await.unwrap();
    let names = renditions(std::str::from_utf8(&main).unwrap());
    assert_eq!(names.len(), 3, "{main:?}");
    let (video, first, second) = tokio::join!(
        follow(&play, &names[0], Duration::from_secs(5)),
        follow(&play, &names[1], Duration::from_secs(5)),
        follow(&play, &names[2], Duration::from_secs(5)),
    );
    assert!(decoded(&video.0, ".mp4").0 >= 110);
    for (number, sound) in [first, second].iter().enumerate() {
        let (_, frames) = decoded(&sound.0, ".mp4");
        assert!(frames >= 200, "sound {number}: {frames} frames");
    }
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn radio_plays_without_a_picture() {
    for (name, codec) in [("radio-mp2", "mp2"), ("radio-aac", "aac")] {
        let (bytes, rate) = live_box::media(name, &["-map", "1:a", "-c:a", codec, "-b:a", "192k"]);
        let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 1).await;
        let (app, _tapes) = live_box::station(&fake).await;
        let view = ready(&app, 1).await;
        let play = handle(&app, &view);
        let names = renditions(std::str::from_utf8(&play.multivariant().await.unwrap()).unwrap());
        let (file, parts) = follow(&play, &names[0], Duration::from_secs(5)).await;
        let (_, frames) = decoded(&file, ".mp4");
        assert!(frames >= 200 && parts >= 15, "{name}: {frames} frames in {parts} parts");
        app.shutdown().await;
    }
}
