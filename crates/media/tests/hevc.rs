//! HEVC in CMAF, judged by ffmpeg with `err_detect=explode`: streams of x265 begun at each of their first random access points and entered in the
//! middle of a run give the pictures, at the times, that a decoder shows which saw all of the stream; what parameter sets say is what ffprobe says.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;
use telecast_media::cmaf::{self, Entry, Extent};
use telecast_media::codec::hevc;
use telecast_media::hls;
use telecast_media::journal::{Journal, Recovery};
use telecast_media::mpegts;
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Index, Origin, Rendition, Segment, Setup};

/// A stream of x265, and what must be known of it.
struct Case {
    pixels: &'static str,
    filter: &'static str,
    /// Parameters of x265.
    parameters: &'static str,
    /// Key frames are CRA pictures.
    open: bool,
}

const CASES: &[Case] = &[
    Case { pixels: "yuv420p", filter: "null", parameters: "open-gop=0:bframes=3", open: false },
    Case { pixels: "yuv420p", filter: "null", parameters: "open-gop=1:bframes=3:b-adapt=0", open: true },
    Case { pixels: "yuv420p", filter: "null", parameters: "open-gop=0:bframes=4:radl=2", open: false },
    Case {
        pixels: "yuv420p",
        filter: "null",
        parameters: "open-gop=1:bframes=4:b-pyramid=0:ref=1",
        open: true,
    },
    Case {
        pixels: "yuv420p",
        filter: "null",
        parameters: "open-gop=1:bframes=3:temporal-layers=3:scaling-list=default",
        open: true,
    },
    Case {
        pixels: "yuv420p10le",
        filter: "null",
        parameters: "open-gop=1:bframes=3:b-adapt=0:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc:sar=14",
        open: true,
    },
    Case {
        pixels: "yuv420p10le",
        filter: "null",
        parameters: "open-gop=0:bframes=0:hrd=1:vbv-maxrate=900:vbv-bufsize=900",
        open: false,
    },
    Case {
        pixels: "yuv422p10le",
        filter: "null",
        parameters: "open-gop=1:bframes=2:b-adapt=0:slices=2",
        open: true,
    },
    Case {
        pixels: "yuv420p",
        filter: "crop=318:190",
        parameters: "open-gop=1:bframes=3:b-adapt=0:rd=2",
        open: true,
    },
];

fn tool(name: &str, arguments: &[&str]) -> (Vec<u8>, String) {
    let run = Command::new(name).args(arguments).output();
    let run = run
        .unwrap_or_else(|error| panic!("{name} is needed for this test ({error}): apt-get install ffmpeg"));
    (run.stdout, String::from_utf8_lossy(&run.stderr).into_owned())
}

fn broadcast(case: &Case) -> Vec<u8> {
    let parameters =
        format!("log-level=none:keyint=24:min-keyint=24:scenecut=0:repeat-headers=1:{}", case.parameters);
    let filter = format!("{},format={}", case.filter, case.pixels);
    let source = "testsrc2=size=320x192:rate=25";
    #[rustfmt::skip]
    let (bytes, said) = tool("ffmpeg", &[
        "-nostdin", "-v", "error", "-f", "lavfi", "-i", source, "-t", "6", "-vf", &filter, "-c:v", "libx265",
        "-preset", "ultrafast", "-crf", "30", "-x265-params", &parameters, "-f", "mpegts", "pipe:1",
    ]);
    assert!(!bytes.is_empty() && !said.contains("rror"), "{}: {said}", case.parameters);
    bytes
}

fn tape(bytes: &[u8]) -> (Index, Vec<u8>) {
    let (mut segmenter, mut out) = (Segmenter::new(Start::default()), Vec::new());
    segmenter.push(bytes, 1_700_000_000_000, &mut out);
    segmenter.finish();
    (segmenter.index().clone(), out)
}

fn rendition(segment: &Segment) -> Rendition {
    Rendition { video: Some(segment.run.tracks[0].id), audio: None }
}

fn config(segment: &Segment) -> &hevc::Config {
    match &segment.run.tracks[0].setup {
        Some(Setup::Hevc(config)) => config,
        other => panic!("no HEVC: {other:?}"),
    }
}

/// All as one file; the decoder comes to the first segment from `entry`.
fn file<'a>(
    segments: impl Iterator<Item = &'a Segment>,
    mut entry: Entry,
    tape: &[u8],
    parts: bool,
) -> Vec<u8> {
    let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&tape[begin as usize..end as usize]));
    let mut out = Vec::new();
    for segment in segments {
        if out.is_empty() {
            out = cmaf::init(&segment.run, rendition(segment)).unwrap();
        }
        let count = if parts { segment.lanes[0].parts.len() as u32 } else { 0 };
        let extents: Vec<Extent> =
            if parts { (0..count).map(Extent::Part).collect() } else { vec![Extent::Whole] };
        for extent in extents {
            out.extend(cmaf::enter(segment, rendition(segment), extent, entry, read).unwrap());
        }
        entry = Entry::Through;
    }
    out
}

/// Times (microseconds) and hashes of pictures as a strict decoder gives them, and its complaints.
fn decoded(path: &Path) -> (Vec<(i64, String)>, String) {
    #[rustfmt::skip]
    let (text, said) = tool("ffmpeg", &[
        "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode", "-threads", "1", "-i", path.to_str().unwrap(), "-map", "0:v", "-copyts",
        "-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-f", "framemd5", "pipe:1",
    ]);
    let text = String::from_utf8(text).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        (fields[2].parse().unwrap(), fields[5].to_owned())
    });
    (rows.collect(), said)
}

fn written(directory: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What ffprobe says of the picture.
fn probed(path: &Path) -> serde_json::Value {
    let file = path.to_str().unwrap();
    let (text, _) =
        tool("ffprobe", &["-v", "error", "-select_streams", "v:0", "-show_streams", "-of", "json", file]);
    serde_json::from_slice::<serde_json::Value>(&text).unwrap()["streams"][0].clone()
}

/// The same pictures at the same distances.
fn same(what: &str, ours: &[(i64, String)], theirs: &[(i64, String)]) {
    assert_eq!(ours.len(), theirs.len(), "{what}: pictures");
    let (Some(our), Some(their)) = (ours.first(), theirs.first()) else { return };
    for (at, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(a.1, b.1, "{what}: picture {at}");
        assert_eq!(a.0 - our.0, b.0 - their.0, "{what}: time of picture {at}");
    }
}

/// What parameter sets say is what ffprobe reads of our file.
fn told(what: &str, segment: &Segment, path: &Path) {
    let (config, probed) = (config(segment), probed(path));
    assert_eq!(probed["codec_name"], "hevc", "{what}");
    assert_eq!(probed["codec_tag_string"], "hvc1", "{what}");
    assert_eq!(probed["width"], config.picture.width, "{what}");
    assert_eq!(probed["height"], config.picture.height, "{what}");
    let depth = if probed["pix_fmt"].as_str().unwrap().contains("10") { 10 } else { 8 };
    assert_eq!(config.depth, (depth, depth), "{what}");
    let chroma = if probed["pix_fmt"].as_str().unwrap().contains("422") { 2 } else { 1 };
    assert_eq!(config.chroma, chroma, "{what}");
    if let Some((count, second)) = config.picture.frame_rate {
        assert_eq!(probed["r_frame_rate"], format!("{}/{}", count / second, 1), "{what}");
    }
    let level = probed["level"].as_u64().unwrap();
    assert_eq!(u64::from(config.profile[11]), level, "{what}");
    if let Some((across, down)) = config.pixel_aspect {
        assert_eq!(probed["sample_aspect_ratio"], format!("{across}:{down}"), "{what}");
    }
}

/// The index on disk tells the same.
fn survives(what: &str, index: &Index) {
    let mut recovery = Recovery::default();
    for page in Journal::new("tape", 0).write(index) {
        assert_eq!(recovery.page(&page.bytes), page.bytes.len(), "{what}");
    }
    assert_eq!(recovery.finish(|_, _, _, _| true).segments, index.segments, "{what}");
}

#[test]
fn streams_of_x265_are_decoded_without_a_word_wherever_they_are_begun() {
    check(&CASES[..5]);
}

#[test]
fn streams_of_x265_of_other_formats_are_decoded_too() {
    check(&CASES[5..]);
}

fn check(cases: &[Case]) {
    let directory = tempfile::tempdir().unwrap();
    let (mut left_out, mut entered) = (0, 0);
    for case in cases {
        let what = case.parameters;
        let source = broadcast(case);
        let (theirs, said) = decoded(&written(directory.path(), "source.ts", &source));
        assert!(theirs.len() == 150, "{what}: {} pictures, {said}", theirs.len());
        let (index, bytes) = tape(&source);
        let segments = || index.segments.iter().map(|segment| &**segment);
        let whole = written(directory.path(), "whole.mp4", &file(segments(), Entry::Through, &bytes, true));
        let (wanted, said) = decoded(&whole);
        assert!(said.is_empty(), "{what}: {said}");
        same(what, &wanted, &theirs);
        told(what, &index.segments[0], &whole);
        survives(what, &index);
        // Begun at the key frames behind the first.
        let keys = keys(&source);
        assert!(keys.len() >= 5, "{what}: {} key frames", keys.len());
        for (number, begin) in keys.iter().enumerate().skip(1).take(2) {
            let cut = [&index.segments[0].run.tables[..], &source[*begin..]].concat();
            let (index, bytes) = tape(&cut);
            let segments = || index.segments.iter().map(|segment| &**segment);
            let made = file(segments(), Entry::Through, &bytes, true);
            let (ours, said) = decoded(&written(directory.path(), "begun.mp4", &made));
            assert!(said.is_empty(), "{what}, begun at key frame {number}: {said}");
            same(&format!("{what}, begun at key frame {number}"), &ours, &theirs[24 * number..]);
            let frames: usize = segments().map(|segment| segment.lanes[0].frames.len()).sum();
            left_out += units(&cut) - frames;
            let key = &index.segments[0].lanes[0].frames[0];
            assert!(key.random_access, "{what}");
        }
        // Entered in the middle of the run.
        for at in 1..index.segments.len() - 1 {
            let first = &index.segments[at].lanes[0].frames[0];
            if !first.random_access {
                continue;
            }
            let made = file(segments().skip(at), Entry::Here, &bytes, false);
            let (ours, said) = decoded(&written(directory.path(), "entered.mp4", &made));
            assert!(said.is_empty(), "{what}, entered at segment {at}: {said}");
            same(&format!("{what}, entered at {at}"), &ours, &wanted[wanted.len() - ours.len()..]);
            assert_eq!(ours.len() % 24, 150 % 24, "{what}: all pictures from the key frame on");
            entered += 1;
        }
        let leading = case.open || what.contains("radl=");
        assert_eq!(leads(&index, &bytes), leading, "{what}: leading pictures");
    }
    eprintln!("{left_out} pictures left out, {entered} segments entered");
    assert!(left_out >= 10 && entered >= 4, "the table proves too little: {left_out}, {entered}");
}

/// Where the packets of key frames begin.
fn keys(source: &[u8]) -> Vec<usize> {
    let packets = source.chunks(188).enumerate();
    packets
        .filter(|(_, p)| p[1] & 0x5F == 0x41 && p[3] & 0x20 != 0 && p[5] & 0x40 != 0)
        .map(|(at, _)| at * 188)
        .collect()
}

/// PES packets of the picture.
fn units(source: &[u8]) -> usize {
    source.chunks(188).filter(|p| p[1] & 0x5F == 0x41 && p[2] == 0).count()
}

/// Whether a segment begins with a picture behind which others may be left out.
fn leads(index: &Index, tape: &[u8]) -> bool {
    index.segments.iter().any(|segment| {
        let (through, here) = (
            file([&**segment].into_iter(), Entry::Through, tape, false),
            file([&**segment].into_iter(), Entry::Here, tape, false),
        );
        through.len() != here.len()
    })
}

/// Codec strings by hand, from bytes of `profile_tier_level`.
#[test]
fn codec_strings_are_those_of_annex_e() {
    let (index, _) = tape(&broadcast(&CASES[0]));
    let known = config(&index.segments[0]);
    let with = |profile| hevc::Config { profile, ..known.clone() }.rfc6381();
    assert_eq!(with([0x02, 0x20, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 153]), "hvc1.2.4.L153.B0");
    assert_eq!(with([0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93]), "hvc1.1.6.L93.90");
    assert_eq!(with([0x21, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 120]), "hvc1.1.6.H120");
    assert_eq!(with([0x84, 0x08, 0, 0, 0, 0xB0, 0x23, 0, 0, 0, 1, 60]), "hvc1.B4.10.L60.B0.23.0.0.0.1");
    // And as it stands in a playlist.
    let text = hls::multivariant(&index.segments[0].run, &[rendition(&index.segments[0])], &[], 1_000_000);
    let line = text.lines().find(|line| line.starts_with("#EXT-X-STREAM-INF")).unwrap();
    assert!(line.contains(&format!("CODECS=\"{}\"", known.rfc6381())), "{line}");
    assert!(known.rfc6381().starts_with("hvc1.1.6.L"), "{}", known.rfc6381());
    assert!(line.contains("RESOLUTION=320x192,FRAME-RATE=25.000"), "{line}");
    assert!(!line.contains("VIDEO-RANGE"), "{line}");
    let (index, _) = tape(&broadcast(&CASES[5]));
    let text = hls::multivariant(&index.segments[0].run, &[rendition(&index.segments[0])], &[], 1_000_000);
    assert!(text.contains(",VIDEO-RANGE=HLG\n") && text.contains("hvc1.2.4."), "{text}");
}

/// Fields: each picture of the stream is half a frame.
#[test]
fn a_stream_of_fields_is_told_by_its_frames() {
    let case = Case {
        pixels: "yuv420p",
        filter: "null",
        parameters: "interlace=tff:open-gop=0:bframes=0",
        open: false,
    };
    let (index, bytes) = tape(&broadcast(&case));
    let config = config(&index.segments[0]);
    assert!(config.fields && config.picture.interlaced);
    let directory = tempfile::tempdir().unwrap();
    let segments = index.segments.iter().map(|segment| &**segment);
    let path = written(directory.path(), "fields.mp4", &file(segments, Entry::Through, &bytes, true));
    let (pictures, said) = decoded(&path);
    assert!(said.is_empty(), "{said}");
    let frames: usize = index.segments.iter().map(|segment| segment.lanes[0].frames.len()).sum();
    assert!(pictures.len() == frames && frames > 100, "{} of {frames}", pictures.len());
    let coded = probed(&path)["height"].as_u64().unwrap() as u32;
    assert_eq!(config.picture.height, 2 * coded);
}

/// Segments of transport stream hold the parameter sets that CMAF leaves out.
#[test]
fn segments_of_transport_stream_are_as_broadcast() {
    let source = broadcast(&CASES[0]);
    let (index, bytes) = tape(&source);
    let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&bytes[begin as usize..end as usize]));
    let (mut out, mut before) = (Vec::new(), None);
    for segment in &index.segments {
        out.extend(mpegts::segment(segment, before, rendition(segment), read).unwrap());
        before = Some(&**segment);
    }
    let directory = tempfile::tempdir().unwrap();
    let (ours, _) = decoded(&written(directory.path(), "joined.ts", &out));
    let (theirs, _) = decoded(&written(directory.path(), "source.ts", &source));
    same("transport stream", &ours, &theirs);
}
