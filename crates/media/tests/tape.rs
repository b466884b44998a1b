//! A broadcast through the segmenter and out again, judged by ffmpeg.

#![allow(clippy::unwrap_used, missing_docs)]

use std::borrow::Cow;
use std::path::Path;
use std::process::Command;
use telecast_media::cmaf::{self, Extent};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Index, Origin, Rendition};

fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let run = Command::new("ffmpeg").args(["-v", "error", "-nostdin"]).args(arguments).output();
    let run = run.expect("ffmpeg is needed for this test: apt-get install ffmpeg");
    assert!(run.status.success(), "ffmpeg {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

/// Ten seconds of moving picture and a tone, as transport stream.
fn broadcast(extra: &[&str]) -> Vec<u8> {
    let mut arguments = vec![
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=640x360:rate=25",
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=440:sample_rate=48000",
        "-t",
        "10",
        "-pix_fmt",
        "yuv420p",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "25",
        "-b:v",
        "1M",
    ];
    arguments.extend_from_slice(extra);
    arguments.extend_from_slice(&["-f", "mpegts", "pipe:1"]);
    ffmpeg(&arguments)
}

fn tape(bytes: &[u8], chunk: usize) -> (Index, Vec<u8>) {
    let mut segmenter = Segmenter::new(Start { sequence: 7, ..Start::default() });
    let mut out = Vec::new();
    for piece in bytes.chunks(chunk) {
        segmenter.push(piece, 1_700_000_000_000, &mut out);
    }
    segmenter.finish();
    (segmenter.index().clone(), out)
}

fn whole(index: &Index, bytes: &[u8], rendition: Rendition, parts: bool) -> Vec<u8> {
    let mut out = cmaf::init(&index.segments[0].run, rendition).unwrap();
    let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&bytes[begin as usize..end as usize]));
    for segment in &index.segments {
        let master = segment.lane(rendition.master().unwrap()).unwrap();
        if parts {
            for part in 0..master.parts.len() {
                out.extend(cmaf::fragment(segment, rendition, Extent::Part(part as u32), read).unwrap());
            }
        } else {
            out.extend(cmaf::fragment(segment, rendition, Extent::Whole, read).unwrap());
        }
    }
    out
}

/// (frames of picture, frames of sound) that ffmpeg decodes without a complaint.
fn decoded(path: &Path) -> (u64, u64) {
    let file = path.to_str().unwrap();
    let noise = Command::new("ffmpeg")
        .args(["-v", "warning", "-xerror", "-i", file, "-f", "null", "-"])
        .output()
        .unwrap();
    assert!(noise.status.success() && noise.stderr.is_empty(), "{}", String::from_utf8_lossy(&noise.stderr));
    let count = |kind: &str| {
        let run = Command::new("ffprobe")
            .args([
                "-v",
                "error",
                "-count_packets",
                "-select_streams",
                kind,
                "-show_entries",
                "stream=nb_read_packets",
                "-of",
                "csv=p=0",
                file,
            ])
            .output()
            .unwrap();
        String::from_utf8_lossy(&run.stdout)
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
            .unwrap_or(0)
    };
    (count("v:0"), count("a:0"))
}

#[test]
fn what_is_broadcast_is_decoded_from_parts_and_from_segments() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = broadcast(&["-c:a", "aac", "-b:a", "128k"]);
    let (index, tape) = tape(&bytes, 1316);
    let run = &index.segments[0].run;
    let rendition = Rendition { video: Some(run.tracks[0].id), audio: Some(run.tracks[1].id) };
    for parts in [true, false] {
        let path = directory.path().join(format!("{parts}.mp4"));
        std::fs::write(&path, whole(&index, &tape, rendition, parts)).unwrap();
        let (pictures, sounds) = decoded(&path);
        assert_eq!(pictures, 250, "pictures, parts: {parts}");
        assert!((465..=470).contains(&sounds), "sounds, parts: {parts}: {sounds}");
    }
}

#[test]
fn chunking_changes_nothing() {
    let bytes = broadcast(&["-c:a", "aac"]);
    let (one, first) = tape(&bytes, bytes.len());
    for chunk in [1, 187, 188, 1000, 65_536] {
        let (other, second) = tape(&bytes, chunk);
        assert!(first == second, "bytes differ at chunk {chunk}");
        assert_eq!(one.segments, other.segments, "index differs at chunk {chunk}");
    }
}

#[test]
fn segments_of_transport_stream_join_without_a_seam() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = broadcast(&["-c:a", "mp2"]);
    let (index, tape) = tape(&bytes, 5000);
    let run = &index.segments[0].run;
    let rendition = Rendition { video: Some(run.tracks[0].id), audio: Some(run.tracks[1].id) };
    let mut out = Vec::new();
    let mut before = None;
    for segment in &index.segments {
        let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&tape[begin as usize..end as usize]));
        out.extend(telecast_media::mpegts::segment(segment, before, rendition, read).unwrap());
        before = Some(&**segment);
    }
    let path = directory.path().join("joined.ts");
    std::fs::write(&path, out).unwrap();
    let (pictures, sounds) = decoded(&path);
    assert_eq!(pictures, 250);
    assert!((410..=418).contains(&sounds), "{sounds}");
}
