//! Streams without IDR pictures, begun at any of their recovery points, judged by ffmpeg with `err_detect=explode`, which is how Chromium
//! decodes: one complaint ends playback. What is decoded must be what a decoder shows that saw all of the stream.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::borrow::Cow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use telecast_media::cmaf::{self, Entry, Extent};
use telecast_media::codec::h264::{self, slice, slice::Sets};
use telecast_media::journal::{Journal, Recovery};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Index, Origin, Rendition, Segment, Setup};

/// Bytes of a picture of 320 by 192 (a multiple of 32, so that fields have whole macroblocks), 4:2:0.
const PICTURE: usize = 320 * 192 * 3 / 2;

/// Parameters of x264 beside `open-gop=1`.
const CASES: &[&str] = &[
    "b-pyramid=none:bframes=1:ref=1",
    "b-pyramid=none:bframes=2:ref=2",
    "b-pyramid=none:bframes=3:ref=4",
    "b-pyramid=none:bframes=3:b-adapt=0:keyint=23",
    "b-pyramid=normal:bframes=2:ref=1",
    "b-pyramid=normal:bframes=2:ref=2",
    "b-pyramid=normal:bframes=3:ref=4",
    "b-pyramid=normal:bframes=5:ref=4",
    "b-pyramid=normal:bframes=3:b-adapt=0:keyint=23",
    "b-pyramid=normal:bframes=5:b-adapt=0:keyint=22",
    "b-pyramid=strict:bframes=3:ref=2",
    "b-pyramid=strict:bframes=5:ref=4",
    "b-pyramid=strict:bframes=3:b-adapt=0:keyint=23",
    "b-pyramid=strict:bframes=5:b-adapt=0:keyint=22",
    "cabac=0:b-pyramid=normal:bframes=3:ref=4",
    "cabac=0:b-pyramid=normal:bframes=3:b-adapt=0:keyint=23",
    "cabac=0:b-pyramid=strict:bframes=5:b-adapt=0:keyint=22:slices=4",
    "slices=4:b-pyramid=normal:bframes=3:ref=4",
    "slices=4:b-pyramid=normal:bframes=3:b-adapt=0:keyint=23",
    "weightp=2:weightb=1:b-pyramid=normal:bframes=3:b-adapt=0:keyint=23:ref=4",
    "tff=1:b-pyramid=normal:bframes=3:ref=4",
    "tff=1:b-pyramid=normal:bframes=3:b-adapt=0:keyint=23",
    "tff=1:cabac=0:b-pyramid=strict:bframes=3:b-adapt=0:keyint=23",
    "fake-interlaced=1:b-pyramid=normal:bframes=3:b-adapt=0:keyint=23",
];

fn ffmpeg(arguments: &[&str]) -> (Vec<u8>, String) {
    let run = Command::new("ffmpeg").arg("-nostdin").args(arguments).output();
    let run = run.expect("ffmpeg is needed for this test: apt-get install ffmpeg");
    (run.stdout, String::from_utf8_lossy(&run.stderr).into_owned())
}

/// Five seconds that move, fade (for weights) and have no cut.
fn broadcast(case: &str) -> Vec<u8> {
    let parameters = format!("open-gop=1:scenecut=0:keyint=24:threads=1:{case}");
    let source = "testsrc2=size=320x192:rate=25,fade=in:30:50,noise=alls=8:allf=t:all_seed=7";
    let (bytes, said) = ffmpeg(&[
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        "-t",
        "5",
        "-pix_fmt",
        "yuv420p",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "30",
        "-x264-params",
        &parameters,
        "-f",
        "mpegts",
        "pipe:1",
    ]);
    assert!(!bytes.is_empty() && said.is_empty(), "{case}: {said}");
    bytes
}

fn tape(bytes: &[u8]) -> (Index, Vec<u8>) {
    let (mut segmenter, mut out) = (Segmenter::new(Start::default()), Vec::new());
    segmenter.push(bytes, 1_700_000_000_000, &mut out);
    segmenter.finish();
    (segmenter.index().clone(), out)
}

fn make(segment: &Segment, extent: Extent, entry: Entry, tape: &[u8]) -> Vec<u8> {
    let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&tape[begin as usize..end as usize]));
    cmaf::enter(segment, rendition(segment), extent, entry, read).unwrap()
}

fn rendition(segment: &Segment) -> Rendition {
    Rendition { video: Some(segment.run.tracks[0].id), audio: None }
}

/// All as one file; the decoder comes to the first segment from `entry`.
fn file<'a>(
    segments: impl IntoIterator<Item = &'a Segment>,
    mut entry: Entry,
    tape: &[u8],
    parts: bool,
) -> Vec<u8> {
    let mut out = Vec::new();
    for segment in segments {
        if out.is_empty() {
            out = cmaf::init(&segment.run, rendition(segment)).unwrap();
        }
        if parts {
            (0..segment.lanes[0].parts.len())
                .for_each(|part| out.extend(make(segment, Extent::Part(part as u32), entry, tape)));
        } else {
            out.extend(make(segment, Extent::Whole, entry, tape));
        }
        entry = Entry::Through;
    }
    out
}

/// The content of `mdat`s.
fn samples(file: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), file);
    while let Some(head) = rest.first_chunk::<8>() {
        let (own, more) = rest.split_at(u32::from_be_bytes(*head.first_chunk().unwrap()) as usize);
        if &head[4..] == b"mdat" {
            out.extend_from_slice(&own[8..]);
        }
        rest = more;
    }
    out
}

/// Pictures in the order in which a decoder gives them, as hashes, and its complaints.
fn decoded(path: &Path, strict: bool) -> (Vec<u64>, String) {
    let mut arguments = vec!["-v", "warning"];
    if strict {
        arguments.extend(["-err_detect", "explode"]);
    }
    arguments.extend([
        "-threads",
        "1",
        "-i",
        path.to_str().unwrap(),
        "-map",
        "0:v",
        "-fps_mode",
        "passthrough",
    ]);
    arguments.extend(["-f", "rawvideo", "pipe:1"]);
    let (bytes, said) = ffmpeg(&arguments);
    (bytes.chunks(PICTURE).map(cmaf::content_hash).collect(), said)
}

/// Random access points: where their bytes begin, and how many pictures are presented before. Only those at which a segment begins are
/// marked as such on the tape: elsewhere decoders would be told of the past.
fn entries(index: &Index, bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut entries, mut times) = (Vec::new(), Vec::<i64>::new());
    for lane in index.segments.iter().map(|segment| &segment.lanes[0]) {
        let mut time = lane.start;
        for frame in &lane.frames {
            let presented = time + i64::from(frame.composition);
            times.push(presented);
            let announced =
                bytes[frame.begin as usize + 3] & 0x20 != 0 && bytes[frame.begin as usize + 5] & 0x40 != 0;
            assert_eq!(frame.random_access, announced && frame == &lane.frames[0], "picture {}", times.len());
            if announced {
                entries.push((frame.begin as usize, presented));
            }
            time += i64::from(frame.duration);
        }
    }
    let before = |presented| times.iter().filter(|time| **time < presented).count();
    entries.into_iter().map(|(begin, presented)| (begin, before(presented))).collect()
}

/// What the table must have met, so that it proves something.
#[derive(Debug, Default)]
struct Met {
    /// Streams that could not be decoded if nothing were changed.
    refused: usize,
    /// Leading reference pictures of which the place was kept.
    stand_ins: u32,
    /// Pictures left out.
    left_out: usize,
    /// Segments entered in the middle of a run.
    entered: usize,
}

fn check(case: &str, directory: &Path, met: &mut Met, failed: &mut Vec<String>) {
    let path = directory.join("one.mp4");
    let (whole, bytes) = tape(&broadcast(case));
    std::fs::write(&path, file(whole.segments.iter().map(|s| &**s), Entry::Through, &bytes, false)).unwrap();
    let (wanted, said) = decoded(&path, true);
    assert!(said.is_empty() && wanted.len() == 125, "{case}: {} pictures, {said}", wanted.len());
    let entries = entries(&whole, &bytes);
    assert!(entries.len() >= 4, "{case}: {entries:?}");
    // Not at the last ones: of five pictures ffmpeg keeps one to itself, of the stream as broadcast too.
    for &(begin, before) in entries[1..].iter().take(3) {
        let cut = [&whole.segments[0].run.tables[..], &bytes[begin..]].concat();
        let (index, bytes) = tape(&cut);
        let segments = || index.segments.iter().map(|segment| &**segment);
        let made = file(segments(), Entry::Through, &bytes, false);
        assert_eq!(
            samples(&made),
            samples(&file(segments(), Entry::Through, &bytes, true)),
            "{case}: parts differ from segments"
        );
        std::fs::write(&path, made).unwrap();
        let (pictures, said) = decoded(&path, true);
        if !said.is_empty() {
            failed.push(format!("{case}, begun at picture {before}: {said}"));
        }
        let stand_ins: u32 =
            segments().filter_map(|segment| segment.recovery).map(|near| near.stand_ins).sum();
        failed.extend(compare(case, before, &pictures, &wanted));
        met.stand_ins += stand_ins;
        let frames: usize = segments().map(|segment| segment.lanes[0].frames.len()).sum();
        let counted: usize = cut.chunks(188).filter(|p| p[1] & 0x5F == 0x41 && p[2] == 0).count();
        met.left_out += counted - frames;
        survives(case, &index);
        if begin == entries[1].0 {
            let plain: Vec<Segment> = segments().map(|s| Segment { recovery: None, ..s.clone() }).collect();
            std::fs::write(&path, file(&plain, Entry::Through, &bytes, false)).unwrap();
            met.refused += usize::from(!decoded(&path, true).1.is_empty());
        }
    }
}

/// Whether a decoder that began at picture `before` showed what one shows that saw all.
fn compare(case: &str, before: usize, pictures: &[u64], wanted: &[u64]) -> Option<String> {
    // A stand-in may be shown, as a copy of the picture at the recovery point, or not, since it comes too late in its order.
    let (copies, own) = pictures.split_at(pictures.len().saturating_sub(wanted.len() - before));
    let missing: Vec<usize> = (before..wanted.len()).filter(|at| !pictures.contains(&wanted[*at])).collect();
    let good =
        own == &wanted[before..] && copies.len() < 8 && copies.iter().all(|copy| *copy == wanted[before]);
    (!good).then(|| {
        format!(
            "{case}, begun at picture {before}: {} pictures, missing {missing:?}, {} more",
            own.len(),
            copies.len()
        )
    })
}

/// Begun in the middle of a run: at every segment that begins with a recovery point, the last one left out.
fn check_entries(case: &str, directory: &Path, met: &mut Met) -> Vec<String> {
    let path = directory.join("one.mp4");
    let (whole, bytes) = tape(&broadcast(case));
    let all: Vec<&Segment> = whole.segments.iter().map(|segment| &**segment).collect();
    std::fs::write(&path, file(all.iter().copied(), Entry::Through, &bytes, false)).unwrap();
    let (wanted, _) = decoded(&path, true);
    let entries = entries(&whole, &bytes);
    let mut failed = Vec::new();
    for at in 1..all.len() - 1 {
        let begin = all[at].lanes[0].frames[0].begin as usize;
        let Some((_, before)) = entries.iter().find(|entry| entry.0 == begin) else { continue };
        let rest = || all[at..].iter().copied();
        let made = file(rest(), Entry::Here, &bytes, false);
        assert_eq!(samples(&made), samples(&file(rest(), Entry::Here, &bytes, true)), "{case}: parts differ");
        std::fs::write(&path, made).unwrap();
        let (pictures, said) = decoded(&path, true);
        failed.extend((!said.is_empty()).then(|| format!("{case}, entered at picture {before}: {said}")));
        failed.extend(compare(case, *before, &pictures, &wanted));
        met.entered += 1;
        std::fs::write(&path, file(rest(), Entry::Through, &bytes, false)).unwrap();
        met.refused += usize::from(!decoded(&path, true).1.is_empty());
    }
    failed
}

#[test]
fn streams_entered_in_the_middle_are_decoded_without_a_word() {
    let directory = tempfile::tempdir().unwrap();
    let (mut met, mut failed) = (Met::default(), Vec::new());
    for case in CASES {
        failed.extend(check_entries(case, directory.path(), &mut met));
    }
    eprintln!("{met:?}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(met.entered >= 24 && met.refused > 12, "the table proves too little: {met:?}");
}

/// The index on disk tells the same.
fn survives(case: &str, index: &Index) {
    let mut recovery = Recovery::default();
    for page in Journal::new("tape", 0).write(index) {
        assert_eq!(recovery.page(&page.bytes), page.bytes.len(), "{case}");
    }
    let read = recovery.finish(|_, _, _, _| true);
    let near = |index: &Index| index.segments.iter().map(|s| s.recovery).collect::<Vec<_>>();
    assert!(near(index).iter().any(Option::is_some), "{case}: no recovery point");
    assert_eq!(near(&read), near(index), "{case}");
}

#[test]
fn streams_begun_at_a_recovery_point_are_decoded_without_a_word() {
    let directory = tempfile::tempdir().unwrap();
    let (mut met, mut failed) = (Met::default(), Vec::new());
    for case in CASES {
        check(case, directory.path(), &mut met, &mut failed);
    }
    eprintln!("{met:?}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(
        met.refused > 15 && met.stand_ins > 20 && met.left_out > 20,
        "the table proves too little: {met:?}"
    );
}

/// NAL units of a file of ours.
fn units(file: &[u8]) -> Vec<Vec<u8>> {
    let (samples, mut units) = (samples(file), Vec::new());
    let mut rest = &samples[..];
    while let Some((head, more)) = rest.split_first_chunk::<4>() {
        let (unit, more) = more.split_at(u32::from_be_bytes(*head) as usize);
        units.push(unit.to_vec());
        rest = more;
    }
    units
}

/// The law of the header's writer: the marking that was read gives the same bytes. Says how many slices were read.
fn written_as_read(name: &str, segment: &Arc<Segment>, tape: &[u8]) -> usize {
    let Some(Setup::Avc(config)) = &segment.run.tracks[0].setup else { panic!("{name}: no H.264") };
    let sets = Sets::new(config);
    let plain = Segment { recovery: None, ..Segment::clone(segment) };
    let mut slices = 0;
    for unit in units(&file([&plain], Entry::Through, tape, false))
        .iter()
        .filter(|unit| unit[0] & 0x1F == h264::nal::SLICE)
    {
        let header = slice::header(unit, &sets).unwrap_or_else(|| panic!("{name}: a slice cannot be read"));
        slices += 1;
        if slice::is_reference(unit) {
            let again = slice::with_marking(unit, &header, &header.marking).unwrap();
            assert!(again == *unit, "{name}: {header:?}");
        }
        // A recovery point farther back than anything that a marking can name changes nothing.
        let far = header.frame_num.wrapping_sub(header.period - 1) % header.period;
        let commands = header.marking.as_ref().is_some_and(|operations| {
            operations.is_empty()
                || operations.iter().any(|operation| {
                    let reach = if header.field { 2 * header.period - 1 } else { header.period - 1 };
                    matches!(operation, slice::Operation::Unmark(by) | slice::Operation::Keep(by, _) if *by >= reach)
                })
        });
        assert!(commands || h264::recovery::forget(unit, &sets, far).is_none(), "{name}: {header:?}");
    }
    slices
}

#[test]
fn a_slice_written_with_the_marking_that_was_read_is_the_same() {
    for case in CASES.iter().step_by(3) {
        let (index, bytes) = tape(&broadcast(case));
        let slices: usize = index.segments.iter().map(|segment| written_as_read(case, segment, &bytes)).sum();
        assert!(slices >= 124, "{case}: {slices} slices");
    }
}

/// Captures of broadcasts, and what a strict decoder says of their first runs.
const CAPTURES: &[(&str, &str)] = &[
    // A French channel in 1080i: fields and frames, leading reference pictures, commands. Torn at its end, in a slice's last row.
    ("tsduck-026-h264-1080i-eac3-dvbsub", "error while decoding MB 76 52"),
    ("tsduck-064-h264-1080-mp2-pcrverify", ""),
    ("tsduck-072-h264-aac", ""),
    ("media3-sample_h264", ""),
    ("media3-sample_h264_mpeg_audio", ""),
    ("media3-sample_h264_no_access_unit_delimiters", ""),
];

#[test]
fn captures_are_decoded_by_a_strict_decoder() {
    let corpus = std::env::var_os("TELECAST_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), Into::into);
    if !corpus.is_dir() {
        eprintln!("not run: there are no captures at {}", corpus.display());
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.mp4");
    for (name, known) in CAPTURES {
        let (index, bytes) = tape(&std::fs::read(corpus.join("ts").join(format!("{name}.ts"))).unwrap());
        let first = index.segments[0].run.number;
        let segments = || index.segments.iter().filter(|segment| segment.run.number == first);
        let slices: usize = segments().map(|segment| written_as_read(name, segment, &bytes)).sum();
        std::fs::write(&path, file(segments().map(|segment| &**segment), Entry::Through, &bytes, false))
            .unwrap();
        let (_, said) = decoded(&path, true);
        eprintln!("{name}: {slices} slices, {:?}", index.segments[0].recovery);
        let other =
            |line: &&str| known.is_empty() || !(line.contains(known) || line.starts_with("Error while"));
        assert_eq!(said.lines().find(other), None, "{name}: {said}");
    }
}
