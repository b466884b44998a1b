//! Streams: manners of port 8001, seamless loops, honest air, the picture's code, tuners.

use std::process::Stdio;
use std::time::Duration;

use telecast_sim::{Air, Sim, blocks};

use crate::transport::facts;
use crate::{json, receive, sim, watch};

const VIDEO: u16 = 0x6E;
const AUDIO: u16 = 0x78;

#[tokio::test(flavor = "multi_thread")]
async fn the_port_has_a_real_boxs_manners() {
    let sim = sim(&[10], |config| config.auth = None).await;
    let second = Duration::from_secs(1);
    for request in ["HEAD /x HTTP/1.0\r\n\r\n", "POST /x HTTP/1.0\r\n\r\n", "\r\n\r\n"] {
        let reply = receive(&sim, request, second).await;
        assert!(reply.starts_with(b"HTTP/1.0 400 Bad Request"), "{request:?}");
    }
    let unknown = receive(&sim, "GET /1:0:19:1:1:1:C00000:0:0:0: HTTP/1.1\r\n\r\n", second).await;
    let text = String::from_utf8_lossy(&unknown);
    assert!(text.starts_with("HTTP/1.0 200 OK\r\n"), "{text}");
    assert!(text.ends_with("HTTP/1.0 400 Bad Request\r\n\r\n"), "{text}");
    let reference = sim.reference(10).unwrap();
    let short = reference.trim_end_matches(':');
    let quoted = reference.replace(':', "%3A");
    for form in [reference.as_str(), short, &quoted] {
        let data = watch(&sim, form, Duration::from_millis(700)).await;
        assert!(data.len() > 188 && data[0] == 0x47, "{form}: {} bytes", data.len());
    }
    sim.shutdown().await;
}

/// Two turns of every programme: no counter, stamp or clock shows where the loop is.
#[tokio::test(flavor = "multi_thread")]
async fn loops_have_no_seam() {
    let sim = sim(&[], |config| {
        config.tuners = 20;
        config.air = Air { paced: false, ..Air::default() };
    })
    .await;
    for (code, video_step, audio_step) in [
        (1, 1800, 2880),
        (2, 3600, 1920),
        (3, 3600, 2160),
        (4, 3600, 1920),
        (5, 3600, 2880),
        (8, 3600, 2880),
        (9, 3600, 2160),
    ] {
        let data = turns(&sim, code, 45_000_000).await;
        let facts = facts(&data);
        assert_eq!((facts.continuity_errors, facts.out_of_sync), (0, 0), "channel {code}");
        assert_eq!(facts.programmes, 20);
        steps(&facts.pts[&VIDEO], video_step, code);
        steps(&facts.pts[&AUDIO], audio_step, code);
        assert!(facts.packets.contains_key(&0x12) && facts.packets.contains_key(&0x1ABC));
    }
    sim.shutdown().await;
}

/// Bytes of a channel that come as fast as they can.
async fn turns(sim: &Sim, code: u8, bytes: usize) -> Vec<u8> {
    let url = sim.stream_url(&sim.reference(code).unwrap());
    let mut reply = crate::client().get(url).send().await.unwrap();
    let mut data = Vec::new();
    while data.len() < bytes {
        data.extend_from_slice(&reply.chunk().await.unwrap().unwrap());
    }
    data.truncate(bytes / 188 * 188);
    data
}

fn steps(pts: &[u64], step: u64, code: u8) {
    assert!(pts.len() > 500, "channel {code}: {} stamps", pts.len());
    for pair in pts.windows(2) {
        assert_eq!((pair[1] + (1 << 33) - pair[0]) % (1 << 33), step, "channel {code}");
    }
}

/// ffmpeg decodes three turns: every picture from the first key frame on, no complaint after it.
#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_and_mpv_play_over_the_loop_point() {
    let sim = sim(&[3, 6, 7], |config| config.air = Air { paced: false, ..Air::default() }).await;
    for (code, frames_per_turn) in [(3u8, 300usize), (6, 400), (7, 512)] {
        let data = turns(&sim, code, 16_000_000).await;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("turns.ts");
        std::fs::write(&file, &data).unwrap();
        let stamps = ffprobe_pts(&file).await;
        assert!(stamps.len() > frames_per_turn + 50, "channel {code}: {} pictures", stamps.len());
        // pictures at the cut ends refer to others that are not there
        for pair in stamps[5..stamps.len() - 5].windows(2) {
            let step = pair[1] - pair[0];
            assert!((3600..=3754).contains(&step), "channel {code}: {step} after {}", pair[0]);
        }
        let mpv = tokio::process::Command::new("mpv")
            .args([
                "--no-config",
                "--vo=null",
                "--ao=null",
                "--untimed",
                "--length=5",
                "--msg-level=all=error",
            ])
            .arg(&file)
            .stdin(Stdio::null())
            .output()
            .await
            .expect("mpv is installed (apt-get install mpv)");
        assert!(mpv.status.success(), "channel {code}: {}", String::from_utf8_lossy(&mpv.stdout));
    }
    sim.shutdown().await;
}

/// PTS of decoded pictures, in order of display.
async fn ffprobe_pts(file: &std::path::Path) -> Vec<i64> {
    let output = tokio::process::Command::new("ffprobe")
        .args(["-v", "quiet", "-select_streams", "v:0", "-show_entries", "frame=pts", "-of", "csv=p=0"])
        .arg(file)
        .output()
        .await
        .expect("ffprobe is installed (apt-get install ffmpeg)");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter_map(|line| line.trim_matches(',').parse().ok()).collect()
}

/// The sound of a moment arrives 0.7 s after its picture, and nothing before the tuner has locked.
#[tokio::test(flavor = "multi_thread")]
async fn the_air_is_honest() {
    let sim = sim(&[2], |_| {}).await;
    let reference = sim.reference(2).unwrap();
    let watching = watch(&sim, &reference, Duration::from_secs(30));
    let heard = async {
        while !sim.state()["streams"][0]["sound_ms"].is_number() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    // Whoever has heard it goes.
    tokio::select! { _ = watching => panic!("no sound: {}", sim.state()), () = heard => {} }
    while sim.state()["ended"][0].is_null() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let state = sim.state();
    let log = &state["ended"][0];
    let at = |key: &str| {
        log[key].as_f64().unwrap_or_else(|| panic!("{key}: {log}")) - log["requested_ms"].as_f64().unwrap()
    };
    assert!(at("tuned_ms") >= 290.0, "{log}");
    let seconds = (at("ended_ms") - at("tuned_ms")) / 1000.0;
    let megabits = log["bytes"].as_f64().unwrap() * 8.0 / seconds / 1e6;
    assert!((8.5..10.5).contains(&megabits), "{megabits} Mbit/s");
    assert!(at("first_byte_ms") >= at("tuned_ms"));
    assert!(at("key_ms") > at("first_byte_ms"), "{log}");
    let behind = at("sound_ms") - at("key_ms");
    assert!(behind >= 300.0, "sound {behind} ms after its picture");
    assert!((at("floor_ms") - at("sound_ms")).abs() < 1.0);
    sim.shutdown().await;
}

/// The number in the picture leads to the moment at which the picture's last byte was sent.
#[tokio::test(flavor = "multi_thread")]
async fn the_code_in_the_picture_is_read_and_found_in_the_log() {
    let sim = sim(&[3], |_| {}).await;
    let reference = sim.reference(3).unwrap();
    let url = sim.stream_url(&reference);
    let watching = tokio::process::Command::new("ffmpeg")
        .args([
            "-v",
            "quiet",
            "-i",
            &url,
            "-map",
            "0:v:0",
            "-frames:v",
            "30",
            "-fps_mode",
            "passthrough",
            "-vf",
            "scale=640:360,format=gray",
        ])
        .args(["-f", "rawvideo", "-"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("ffmpeg is installed");
    let pictures = watching.wait_with_output().await.unwrap().stdout;
    let stamps: Vec<_> =
        pictures.chunks_exact(640 * 360).map(|luma| blocks::decode_luma(luma, 640, 360, 640)).collect();
    assert_eq!(stamps.len(), 30);
    let numbers: Vec<u16> = stamps
        .iter()
        .map(|stamp| {
            let stamp = stamp.expect("a code that can be read");
            assert_eq!(stamp.channel, 3);
            stamp.frame
        })
        .collect();
    for pair in numbers.windows(2) {
        assert_eq!((pair[0] + 1) % 300, pair[1]);
    }
    let again = watch(&sim, &reference, Duration::from_secs(4));
    let ask = async {
        tokio::time::sleep(Duration::from_millis(3500)).await;
        json(&format!("{}/sim/frames?code=3", sim.web_url())).await
    };
    let (_, log) = tokio::join!(again, ask);
    let items = log["items"].as_array().unwrap();
    assert!(items.len() > 60, "{} pictures", items.len());
    let with_sound = items.iter().filter(|item| item["ready_ms"].is_number()).count();
    assert!(with_sound > 30, "{with_sound} with sound");
    let sent: Vec<f64> = items.iter().map(|item| item["sent_ms"].as_f64().unwrap()).collect();
    assert!(sent.is_sorted());
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_transponder_needs_one_tuner_and_the_last_one_is_refused_without_a_word() {
    let sim = sim(&[1, 2, 3], |config| config.tuners = 1).await;
    let (first, same, other) =
        (sim.reference(1).unwrap(), sim.reference(2).unwrap(), sim.reference(3).unwrap());
    let two = Duration::from_secs(2);
    let (a, b, c) = tokio::join!(watch(&sim, &first, two), watch(&sim, &same, two), async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        watch(&sim, &other, two).await
    });
    assert!(a.len() > 100_000 && b.len() > 100_000);
    assert_eq!(c.len(), 0, "no packets, no text, only the end");
    let state = sim.state();
    assert_eq!(state["connections_ever"], 3);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(sim.state()["connections_current"], 0);
    assert!(sim.state()["tuners"][0]["transponder"].is_null(), "the tuner is free again");
    assert!(!watch(&sim, &other, two).await.is_empty());
    sim.shutdown().await;
}

/// A reader that takes nothing is cut after ten seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stalls_is_cut() {
    use tokio::io::AsyncWriteExt;
    let sim = sim(&[2], |config| config.air = Air { paced: false, ..Air::default() }).await;
    let mut socket = tokio::net::TcpStream::connect(sim.stream_addr()).await.unwrap();
    let request = format!("GET /{} HTTP/1.0\r\n\r\n", sim.reference(2).unwrap());
    socket.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(sim.state()["connections_current"], 1);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(sim.state()["ended"][0]["end"], "reader stalled");
    sim.shutdown().await;
}
