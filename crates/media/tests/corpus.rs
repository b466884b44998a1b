//! Broadcasts captured by others: tracks, frames and their times as ffprobe sees them.
//!
//! What may differ, and why, stands in one table ([`DIFFERENT`]). The captures are not part of the project: without them
//! (`TELECAST_CORPUS`, or `../shared/corpus` beside the workspace) nothing is compared, and the test says so.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Origin, Track};
use telecast_media::time::{HZ, to_ticks};
use telecast_media::ts::psi::Kind;

/// Capture, PID (0: all), and why its frames are not compared.
const DIFFERENT: &[(&str, u16, &str)] = &[
    ("media3-sample_with_junk", 0, "sync is lost 56 times: ffprobe takes it for a programme stream"),
    ("media3-sample_ac3", 0x76C, "ffprobe counts the end of a frame begun before, and one that does not end"),
];

fn captures() -> Vec<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("TELECAST_CORPUS").map_or(beside, PathBuf::from).join("ts");
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        eprintln!("not run: there are no captures at {}", corpus.display());
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "ts"))
        .collect();
    found.sort();
    assert!(found.len() >= 14, "captures are missing at {}", corpus.display());
    found
}

fn ffprobe(path: &Path, arguments: &[&str]) -> serde_json::Value {
    let run = Command::new("ffprobe").args(["-v", "quiet", "-of", "json"]).args(arguments).arg(path).output();
    let run = run.expect("ffprobe is needed for this test: apt-get install ffmpeg");
    serde_json::from_slice(&run.stdout).unwrap()
}

/// What ffprobe calls the codec of a PID.
fn codecs(path: &Path) -> BTreeMap<u16, String> {
    let found = ffprobe(path, &["-show_streams"]);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let streams = found["streams"].as_array().unwrap().iter();
    streams
        .map(|s| {
            (
                u16::from_str_radix(text(&s["id"]).trim_start_matches("0x"), 16).unwrap(),
                text(&s["codec_name"]),
            )
        })
        .collect()
}

/// Times (90 kHz) of the units of a PID as they were sent (`raw`) or as a parser cuts them, and those of key frames.
fn packets(path: &Path, pid: u16, raw: bool) -> (Vec<i64>, Vec<i64>) {
    let select = format!("i:{pid:#x}");
    let mut arguments = vec!["-show_packets", "-select_streams", &select];
    if raw {
        arguments.extend(["-fflags", "+nofillin+noparse"]);
    }
    let found = ffprobe(path, &arguments);
    let all: Vec<(i64, bool)> = found["packets"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|packet| Some((packet["pts"].as_i64()?, packet["flags"].as_str()?.starts_with('K'))))
        .collect();
    (
        all.iter().map(|(pts, _)| *pts).collect(),
        all.iter().filter(|(_, key)| *key).map(|(pts, _)| *pts).collect(),
    )
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::H264 => "h264",
        Kind::Hevc => "hevc",
        Kind::Mpeg2Video => "mpeg2video",
        Kind::AacAdts => "aac",
        Kind::AacLatm => "aac_latm",
        Kind::Ac3 => "ac3",
        Kind::Eac3 => "eac3",
        Kind::MpegAudio => "mp2",
        _ => "other",
    }
}

/// Presentation times in the source's own clock (90 kHz) of what is on the tape for a track.
fn ours(segmenter: &Segmenter, track: &Track) -> Vec<(i64, bool)> {
    let mut times = Vec::new();
    for segment in &segmenter.index().segments {
        let (Some(lane), Some(known)) = (segment.lane(track.id), segment.run.track(track.id)) else {
            continue;
        };
        let mut time = lane.start;
        for frame in &lane.frames {
            let ticks = to_ticks(time + i64::from(frame.composition), known.timescale()) - segment.run.offset;
            if frame.length > 0 {
                times.push((ticks, frame.random_access));
            }
            time += i64::from(frame.duration);
        }
    }
    times
}

/// ffprobe's clock begins anywhere; the capture's first time stamp tells by how many turns of 33 bits they differ.
fn same(one: i64, other: i64, tolerance: i64) -> bool {
    let wrap = 1i64 << 33;
    let difference = (one - other).rem_euclid(wrap);
    difference <= tolerance || wrap - difference <= tolerance
}

#[test]
fn captures_are_what_ffprobe_says() {
    for path in captures() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut segmenter = Segmenter::new(Start::default());
        let mut tape = Vec::new();
        for piece in std::fs::read(&path).unwrap().chunks(7000) {
            segmenter.push(piece, 0, &mut tape);
        }
        segmenter.finish();
        let codecs = codecs(&path);
        for track in segmenter.tracks().to_vec() {
            let Origin::Stream { pid } = track.origin else { continue };
            let what = format!("{name} PID {pid:#x} ({})", name_of(track.kind));
            let different = DIFFERENT
                .iter()
                .find(|(capture, which, _)| name.starts_with(capture) && (*which == 0 || *which == pid));
            if let Some((_, _, why)) = different {
                eprintln!("{what}: not compared, {why}");
                continue;
            }
            // What ffprobe does not know it calls nothing.
            let theirs = codecs.get(&pid).map_or("nothing", String::as_str);
            assert!(
                ["", name_of(track.kind)].contains(&theirs)
                    || (theirs == "mp3" && track.kind == Kind::MpegAudio),
                "{what}: {theirs}"
            );
            let ours = ours(&segmenter, &track);
            if track.kind.is_video() {
                pictures(&what, &path, pid, &ours);
            } else {
                let run = segmenter.index().segments.front().map(|first| first.run.start - first.run.offset);
                match run {
                    Some(run) => sound(&what, &path, pid, &ours, run),
                    None => eprintln!("{what}: no picture to go with"),
                }
            }
        }
    }
}

/// From the first random access point on: the same times in the same order, the same random access points.
fn pictures(what: &str, path: &Path, pid: u16, ours: &[(i64, bool)]) {
    let (sent, _) = packets(path, pid, true);
    let (_, keys) = packets(path, pid, false);
    if ours.is_empty() {
        assert!(keys.is_empty(), "{what}: nothing, and theirs begins at {keys:?}");
        eprintln!("{what}: {} pictures, none of them a random access point", sent.len());
        return;
    }
    let first = sent
        .iter()
        .position(|pts| same(*pts, ours[0].0, 0))
        .unwrap_or_else(|| panic!("{what}: {:?} is none of theirs", ours[0]));
    // Pictures that are shown before the first one refer to others from before it.
    let theirs: Vec<i64> = sent[first..].iter().copied().filter(|pts| *pts >= sent[first]).collect();
    // Where such a picture is a reference, another stands in for it, right behind the first.
    let ours: Vec<(i64, bool)> =
        ours.iter().copied().filter(|(time, _)| !(1..HZ / 1000).contains(&(time - ours[0].0))).collect();
    let leading = sent.len() - first - theirs.len();
    eprintln!(
        "{what}: {} pictures, {first} before the first random access point, {leading} leading",
        ours.len()
    );
    assert_eq!(ours.len(), theirs.len(), "{what}: pictures");
    for ((time, _), pts) in ours.iter().zip(&theirs) {
        assert!(same(*time, *pts, 0), "{what}: {time} is not {pts}");
    }
    assert!(same(keys[0], ours[0].0, 0), "{what}: begins at {:?}, theirs at {}", ours[0], keys[0]);
    let random_access: Vec<i64> = ours.iter().filter(|(_, key)| *key).map(|(time, _)| *time).collect();
    assert!(
        random_access.len() == keys.len()
            && random_access.iter().zip(&keys).all(|(one, other)| same(*one, *other, 0)),
        "{what}: {random_access:?} {keys:?}"
    );
}

/// Every frame since the run began, to a millisecond: ours are counted in samples.
fn sound(what: &str, path: &Path, pid: u16, ours: &[(i64, bool)], run: i64) {
    let (theirs, _) = packets(path, pid, false);
    let Some((begin, _)) = ours.first() else {
        // Sound comes later than its picture: a short capture may hold none that belongs to its first picture.
        assert!(theirs.iter().all(|pts| *pts < run), "{what}: none of {} frames", theirs.len());
        eprintln!("{what}: none of {} frames reaches the run", theirs.len());
        return;
    };
    let first = theirs
        .iter()
        .position(|pts| same(*pts, *begin, HZ / 1000))
        .unwrap_or_else(|| panic!("{what}: {begin} is none of theirs {:?}", &theirs[..theirs.len().min(3)]));
    let theirs = &theirs[first..];
    eprintln!("{what}: {} frames, {} before the run", ours.len(), first);
    assert_eq!(ours.len(), theirs.len(), "{what}: frames");
    for ((time, _), pts) in ours.iter().zip(theirs) {
        assert!(same(*time, *pts, HZ / 1000), "{what}: {time} is not {pts}");
    }
}
