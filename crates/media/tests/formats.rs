//! What changes in mid-stream, and where a run must begin for it, or must not: a table of broadcasts put together from pieces. Each run is played by
//! ffmpeg without a word.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use telecast_media::cmaf::{self, Extent};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Index, Origin, Rendition, Segment};
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::psi::{Kind, Pmt, packetise};

/// Where ffmpeg puts the programme map.
const MAP: u16 = 0x1000;
const SD: &str = "testsrc2=size=320x180:rate=25";
const HD: &str = "testsrc2=size=640x360:rate=25";
const AVC: &str = "-c:v libx264 -preset ultrafast -x264-params keyint=25:scenecut=0:bframes=2:b-adapt=0";
const HEVC: &str =
    "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25:scenecut=0:open-gop=0:bframes=2";
const STEREO: &str = "-c:a ac3 -b:a 192k -ac 2";
const SURROUND: &str = "-c:a ac3 -b:a 384k -ac 6";
const AAC: &str = "-c:a aac -b:a 96k -ac 2";

/// Four seconds that begin `at` milliseconds, with so many sounds.
struct Piece {
    picture: &'static str,
    coded: &'static str,
    sounds: usize,
    sound: &'static str,
    at: i64,
    more: &'static str,
}

impl Piece {
    const fn new(picture: &'static str, sounds: usize, sound: &'static str, at: i64) -> Self {
        Self { picture, coded: AVC, sounds, sound, at, more: "" }
    }
}

fn made(piece: &Piece) -> Vec<u8> {
    let mut arguments = format!("-v error -nostdin -f lavfi -i {} ", piece.picture);
    for sound in 0..piece.sounds {
        arguments += &format!("-f lavfi -i sine=frequency={}:sample_rate=48000 ", 440 * (sound + 1));
    }
    arguments += "-t 4 -map 0 ";
    for sound in 1..=piece.sounds {
        let language = ["deu", "eng"][sound - 1];
        arguments += &format!("-map {sound} -metadata:s:a:{} language={language} ", sound - 1);
    }
    if piece.sounds > 0 {
        arguments += piece.sound;
    }
    // Never before zero: ffmpeg would move what is.
    let at = 10.0 + piece.at as f64 / 1000.0;
    arguments +=
        &format!(" -pix_fmt yuv420p {} {} -output_ts_offset {at} -f mpegts pipe:1", piece.coded, piece.more);
    let run = Command::new("ffmpeg").args(arguments.split_whitespace()).output();
    let run = run.expect("ffmpeg is needed for this test: apt-get install ffmpeg");
    assert!(run.status.success(), "{arguments}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

/// One broadcast of the pieces: continuity counters go on.
fn joined(pieces: &[Vec<u8>]) -> Vec<u8> {
    let (mut out, mut counters) = (pieces.concat(), HashMap::<u16, u8>::new());
    for packet in out.chunks_exact_mut(PACKET) {
        let view = Packet::new(packet).unwrap();
        let counter = counters.entry(view.pid()).or_insert(15);
        if view.has_payload() {
            *counter = (*counter + 1) & 15;
        }
        packet[3] = packet[3] & 0xF0 | *counter;
    }
    out
}

/// The same with another map.
fn with_map(mut bytes: Vec<u8>, change: impl Fn(&mut Pmt)) -> Vec<u8> {
    for packet in bytes.chunks_exact_mut(PACKET) {
        let view = Packet::new(packet).unwrap();
        if view.pid() != MAP {
            continue;
        }
        let section = &view.payload()[1..];
        let length = 3 + (usize::from(section[1] & 0x0F) << 8 | usize::from(section[2]));
        let mut map = Pmt::parse(&section[..length]).unwrap();
        change(&mut map);
        let mut out = Vec::new();
        packetise(&map.section(), MAP, &mut 0, &mut out);
        assert_eq!(out.len(), PACKET);
        packet.copy_from_slice(&out);
    }
    bytes
}

struct Taped {
    index: Index,
    bytes: Vec<u8>,
}

fn tape(bytes: &[u8]) -> Taped {
    let (mut segmenter, mut out) = (Segmenter::new(Start::default()), Vec::new());
    for (number, piece) in bytes.chunks(20_000).enumerate() {
        segmenter.push(piece, 1_700_000_000_000 + number as i64 * 100, &mut out);
    }
    segmenter.finish();
    Taped { index: segmenter.index().clone(), bytes: out }
}

/// When the runs begin in the source's time, milliseconds after the first does.
fn begun(index: &Index) -> Vec<i64> {
    let source = |segment: &Segment| segment.run.start - segment.run.offset;
    let first = source(&index.segments[0]);
    let mut runs: Vec<(u32, i64)> =
        index.segments.iter().map(|segment| (segment.run.number, (source(segment) - first) / 90)).collect();
    runs.dedup();
    runs.into_iter().skip(1).map(|(_, at)| at).collect()
}

/// Each run as ffmpeg plays it: all its pictures, without a word, with each of its sounds.
fn played(name: &str, taped: &Taped, directory: &Path) {
    let read =
        |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&taped.bytes[begin as usize..end as usize]));
    let mut numbers: Vec<u32> = taped.index.segments.iter().map(|segment| segment.run.number).collect();
    numbers.dedup();
    for number in numbers {
        let segments: Vec<&Segment> =
            taped.index.segments.iter().map(|s| &**s).filter(|s| s.run.number == number).collect();
        let tracks = &segments[0].run.tracks;
        let video = Some(tracks[0].id);
        let sounds: Vec<_> =
            tracks.iter().filter(|track| track.kind.is_audio()).map(|track| Some(track.id)).collect();
        for audio in if sounds.is_empty() { vec![None] } else { sounds } {
            let rendition = Rendition { video, audio };
            let mut out = cmaf::init(&segments[0].run, rendition).unwrap();
            let mut pictures = 0;
            for segment in &segments {
                out.extend(cmaf::fragment(segment, rendition, Extent::Whole, read).unwrap());
                pictures += segment.lanes[0].frames.len();
            }
            let path = directory.join("run.mp4");
            std::fs::write(&path, out).unwrap();
            let arguments =
                "-nostdin -v error -xerror -err_detect explode -i FILE -f null - -progress pipe:1";
            let run = Command::new("ffmpeg")
                .args(
                    arguments
                        .split(' ')
                        .map(|word| if word == "FILE" { path.to_str().unwrap() } else { word }),
                )
                .output()
                .unwrap();
            let (counted, said) =
                (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
            assert!(run.status.success() && said.is_empty(), "{name}, run {number}: {said}");
            let frames = counted.lines().filter_map(|line| line.strip_prefix("frame=")).next_back();
            assert_eq!(frames.unwrap().trim().parse(), Ok(pictures), "{name}, run {number}: pictures");
        }
    }
}

/// What changes, the broadcast, when runs begin (milliseconds of the source).
type Case = (&'static str, Vec<u8>, Vec<i64>);

fn sd(sounds: usize, at: i64) -> Vec<u8> {
    made(&Piece::new(SD, sounds, AAC, at))
}

#[test]
fn another_picture_begins_a_run() {
    let hd = |at| made(&Piece::new(HD, 1, AAC, at));
    let hevc = |picture, at| made(&Piece { coded: HEVC, ..Piece::new(picture, 1, AAC, at) });
    let first = sd(1, 0);
    check(vec![
        ("nothing", joined(&[first.clone(), sd(1, 4000)]), vec![]),
        ("SD to HD", joined(&[first.clone(), hd(4000)]), vec![4000]),
        ("SD to HD and back", joined(&[first.clone(), hd(4000), sd(1, 8000)]), vec![4000, 8000]),
        ("SD to HD in HEVC", joined(&[hevc(SD, 0), hevc(HD, 4000)]), vec![4000]),
        ("H.264 to HEVC", joined(&[first, hevc(SD, 4000)]), vec![4000]),
    ]);
}

#[test]
fn another_sound_begins_a_run_unless_it_only_goes() {
    let dolby = |sound, at| made(&Piece::new(SD, 1, sound, at));
    let (first, second) = (sd(1, 0), sd(1, 4000));
    check(vec![
        ("a sound appears", joined(&[sd(0, 0), second.clone()]), vec![4000]),
        ("a sound vanishes", joined(&[first.clone(), sd(0, 4000)]), vec![]),
        ("a second sound appears", joined(&[first.clone(), sd(2, 4000)]), vec![4000]),
        ("a second sound vanishes", joined(&[sd(2, 0), second]), vec![]),
        ("a sound vanishes and returns", joined(&[first, sd(0, 4000), sd(1, 8000)]), vec![]),
        // Known by some frames in a row: the picture's next random access point.
        ("stereo to 5.1", joined(&[dolby(STEREO, 0), dolby(SURROUND, 4000)]), vec![5000]),
        ("5.1 to stereo", joined(&[dolby(SURROUND, 0), dolby(STEREO, 4000)]), vec![5000]),
    ]);
}

/// A map that comes later than the sound that it announces: those who hear the old sound hear silence, and it is heard again when it returns.
#[test]
fn a_sound_that_changes_before_its_map_is_not_forgotten() {
    let mpeg = |at| made(&Piece::new(SD, 1, "-c:a mp2 -b:a 128k -ac 2", at));
    let early = with_map(sd(1, 4000), |map| map.streams[1].kind = Kind::MpegAudio);
    let taped = tape(&joined(&[mpeg(0), early, sd(1, 8000), mpeg(12_000)]));
    let first = taped.index.segments[0].run.tracks[1].id;
    for segment in &taped.index.segments {
        let lane = segment.lane(first).unwrap_or_else(|| panic!("{} has no such sound", segment.sequence));
        let at = (segment.start - taped.index.segments[0].start) / 90;
        let is_heard = lane.frames.iter().any(|frame| frame.length > 0);
        // Not near the changes.
        if !(3000..5000).contains(&at) && !(11_000..14_000).contains(&at) {
            assert_eq!(is_heard, !(4000..12_000).contains(&at), "at {at} ms");
        }
    }
}

#[test]
fn maps_and_clocks_begin_a_run_where_they_must() {
    let (first, second) = (sd(1, 0), sd(1, 4000));
    let changed = |change: fn(&mut Pmt)| joined(&[first.clone(), with_map(second.clone(), change)]);
    let moved = made(&Piece { more: "-mpegts_start_pid 0x200", ..Piece::new(SD, 1, AAC, 4000) });
    check(vec![
        ("the map's version", changed(|map| map.version = (map.version + 1) & 31), vec![]),
        ("the clock's PID", changed(|map| map.pcr_pid = 0x101), vec![]),
        ("a clock of its own", changed(|map| map.pcr_pid = 0x1FF), vec![]),
        ("PIDs", joined(&[first.clone(), moved]), vec![4000]),
        ("the clock jumps ahead", joined(&[first.clone(), sd(1, 14_000)]), vec![14_000]),
        ("the clock jumps back", joined(&[sd(1, 20_000), sd(1, 4_000)]), vec![-16_000]),
        ("the clock jumps a little", joined(&[first.clone(), sd(1, 4160)]), vec![]),
    ]);
}

/// Sounds that go over to other PIDs, as those of a channel with several languages do: every playlist goes on.
#[test]
fn sounds_that_move_to_other_pids_are_listed_on() {
    let moves_by = 0x10;
    for sounds in [1, 2] {
        let piece = |at: i64, moved: bool| {
            let mut bytes = sd(sounds, at);
            let by = if moved { moves_by } else { 0 };
            let own = 0x101..0x101 + sounds as u16;
            for packet in bytes.chunks_exact_mut(PACKET) {
                let pid = Packet::new(packet).unwrap().pid();
                if own.contains(&pid) {
                    packet[1] = packet[1] & 0xE0 | ((pid + by) >> 8) as u8;
                    packet[2] = (pid + by) as u8;
                }
            }
            with_map(bytes, |map| {
                map.version = u8::from(moved);
                map.streams.iter_mut().filter(|it| it.kind.is_audio()).for_each(|it| it.pid += by);
            })
        };
        let bytes = joined(&[piece(0, false), piece(4000, true), piece(8000, false), piece(12_000, true)]);
        let (mut segmenter, mut out) = (Segmenter::new(Start::default()), Vec::new());
        for (number, piece) in bytes.chunks(20_000).enumerate() {
            segmenter.push(piece, 1_700_000_000_000 + number as i64 * 100, &mut out);
        }
        let index = segmenter.index().clone();
        let tracks = segmenter.tracks();
        let barrier = Some(tracks[1].id);
        let edge = |video, audio| index.edge(Rendition { video, audio }, barrier).unwrap().0;
        let pictures = edge(Some(tracks[0].id), None);
        for track in &tracks[1..] {
            let heard = edge(None, Some(track.id));
            assert!(
                heard + 1 >= pictures,
                "{sounds} sounds: {} is listed to {heard} of {pictures}",
                track.id
            );
            for segment in &index.segments {
                let lane = segment.lane(track.id).unwrap();
                assert!(
                    !(lane.closed && lane.frames.is_empty()),
                    "{}: nothing of {}",
                    segment.sequence,
                    track.id
                );
            }
        }
        let taped = tape(&bytes);
        played("moved sounds", &taped, tempfile::tempdir().unwrap().path());
    }
}

fn check(cases: Vec<Case>) {
    let directory = tempfile::tempdir().unwrap();
    let mut failed = Vec::new();
    for (name, bytes, expected) in cases {
        let taped = tape(&bytes);
        let begun = begun(&taped.index);
        eprintln!("{name}: runs begin at {begun:?}");
        if begun != expected {
            failed.push(format!("{name}: runs begin at {begun:?}, not at {expected:?}"));
        }
        played(name, &taped, directory.path());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
