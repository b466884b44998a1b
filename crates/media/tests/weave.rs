//! HLS of others, as ffmpeg writes it, woven into a transport stream: what it decodes to is what went in, picture by picture and sound by sound, and they
//! stay as far apart as they were.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use telecast_media::codec::audio::Splitter;
use telecast_media::playlist::{self, Choice, Playlist, Segments};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::Index;
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::pes;
use telecast_media::ts::psi::Kind;
use telecast_media::weave::{Fault, Segment, Weave, is_transport};

fn tool(name: &str, arguments: &[&str]) -> String {
    let run = Command::new(name).args(arguments).output();
    let run = run.unwrap_or_else(|error| panic!("{name} is needed ({error}): apt-get install ffmpeg"));
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && said.is_empty(), "{name} {arguments:?}: {said}");
    String::from_utf8_lossy(&run.stdout).into_owned()
}

fn ffmpeg(arguments: &str) {
    let all: Vec<&str> = "-v error -nostdin -y".split(' ').chain(arguments.split_whitespace()).collect();
    tool("ffmpeg", &all);
}

const AVC: &str =
    "-c:v libx264 -preset ultrafast -x264-params keyint=25:min-keyint=25:scenecut=0:bframes=2:b-adapt=0";
const HEVC: &str =
    "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25:min-keyint=25:scenecut=0:bframes=3";

/// Eight seconds of a picture and two sounds, German and English, as a transport stream in `directory`.
fn broadcast(directory: &Path, picture: &str, sounds: [&str; 2]) -> String {
    let file = directory.join("original.ts").to_str().unwrap().to_owned();
    let [one, two] = sounds;
    ffmpeg(&format!(
        "-f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -f lavfi -i sine=frequency=880:sample_rate=48000 \
         -t 8 -map 0 -map 1 -map 2 -pix_fmt yuv420p {picture} -c:a:0 {one} -c:a:1 {two} -ac 2 -b:a 128k -metadata:s:a:0 language=deu \
         -metadata:s:a:1 language=eng -f mpegts {file}"
    ));
    file
}

fn segments(path: &Path) -> Segments {
    match playlist::read(&std::fs::read_to_string(path).unwrap()).unwrap() {
        Playlist::Segments(segments) => segments,
        Playlist::Choice(_) => panic!("a choice"),
    }
}

fn choice(path: &Path) -> Choice {
    match playlist::read(&std::fs::read_to_string(path).unwrap()).unwrap() {
        Playlist::Choice(choice) => choice,
        Playlist::Segments(_) => panic!("no choice"),
    }
}

/// ffmpeg's edit lists tell milliseconds (ticks), and by so much times may be off.
const TELLS: i64 = 92;

/// What a lane brings: (header, bytes, timeline) of each segment.
type Lane = Vec<(Option<Vec<u8>>, Vec<u8>, u64)>;

fn lane(path: &Path) -> Lane {
    let (mut before, mut lane) = (None, Vec::new());
    for segment in segments(path).all {
        let map = segment.map.filter(|map| before.as_ref() != Some(&map.uri)).map(|map| map.uri.clone());
        before = map.clone().or(before);
        let read = |uri: &str| std::fs::read(path.with_file_name(uri)).unwrap();
        lane.push((map.map(|uri| read(&uri)), read(&segment.uri), segment.timeline));
    }
    lane
}

/// As a follower drives it: the picture leads, sound is fetched when it is lacked.
fn woven(lanes: &[Lane], languages: &[Option<[u8; 3]>]) -> Vec<u8> {
    let (mut weave, mut out) = (Weave::new(languages), Vec::new());
    let mut rest: Vec<_> = lanes.iter().map(|lane| lane.iter()).collect();
    let push = |weave: &mut Weave, at: usize, (header, bytes, timeline): &(Option<Vec<u8>>, Vec<u8>, u64)| {
        let segment = Segment { header: header.as_deref(), bytes, timeline: *timeline };
        weave.push(at, segment).unwrap();
    };
    while let Some(next) = rest[0].next() {
        push(&mut weave, 0, next);
        while let Some(at) = weave.lacks() {
            match rest[at].next() {
                Some(next) => push(&mut weave, at, next),
                None => weave.end(at),
            }
        }
        weave.give(&mut out);
    }
    out
}

/// Checksums of the pictures or sounds that a file decodes to, in order.
fn decoded(file: &str, stream: &str) -> Vec<String> {
    let arguments = ["-v", "error", "-i", file, "-map", stream, "-f", "framehash", "-hash", "crc32", "-"];
    let text = tool("ffmpeg", &arguments);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

/// When what is in a stream is presented, in ticks, in order of that.
fn times(file: &str, stream: &str) -> Vec<i64> {
    let arguments =
        ["-v", "error", "-select_streams", stream, "-show_entries", "packet=pts", "-of", "csv=p=0", file];
    let text = tool("ffprobe", &arguments);
    let mut times: Vec<i64> = text
        .lines()
        .map(|line| line.trim_matches(','))
        .filter(|line| !line.is_empty())
        .map(|line| line.parse().unwrap())
        .collect();
    times.sort_unstable();
    times
}

fn tape(bytes: &[u8]) -> Index {
    let (mut segmenter, mut out) = (Segmenter::new(Start::default()), Vec::new());
    segmenter.push(bytes, 1_700_000_000_000, &mut out);
    segmenter.finish();
    let counters = segmenter.counters();
    assert_eq!((counters.junk_bytes, counters.lost_packets), (0, 0));
    segmenter.index().clone()
}

/// The woven stream is the original: pictures, sounds, and how far they are apart; and a tape of it is one run.
fn same(original: &str, bytes: &[u8], kinds: [Kind; 3], name: &str) {
    let directory = tempfile::tempdir().unwrap();
    let ours = directory.path().join("ours.ts").to_str().unwrap().to_owned();
    std::fs::write(&ours, bytes).unwrap();
    assert_eq!(decoded(&ours, "0:v"), decoded(original, "0:v"), "{name}: pictures");
    let shift = times(&ours, "v:0")[0] - times(original, "v:0")[0];
    for (stream, one) in [("v:0", "0:v:0"), ("a:0", "0:a:0"), ("a:1", "0:a:1")] {
        let (before, after) = (decoded(original, one), decoded(&ours, one));
        // Where sound begins before the picture does, or ends behind it, some of it may be left out.
        let offset = before.iter().position(|hash| *hash == after[after.len() / 2]);
        assert!(
            after.len() + 12 >= before.len() && offset.is_some(),
            "{name}: {} of {}",
            after.len(),
            before.len()
        );
        let (before, after) = (times(original, stream), times(&ours, stream));
        let off = |time: &i64| before.iter().map(|other| (time - shift - other).abs()).min().unwrap();
        assert!(
            after.iter().all(|time| off(time) <= TELLS),
            "{name} {stream}: {:?} {:?}",
            &before[..3],
            &after[..3]
        );
    }
    let index = tape(bytes);
    let tracks = &index.segments[0].run.tracks;
    let told: Vec<_> = tracks.iter().map(|track| (track.kind, track.language)).collect();
    assert_eq!(told, [(kinds[0], None), (kinds[1], Some(*b"deu")), (kinds[2], Some(*b"eng"))], "{name}");
    assert!(
        index.segments.iter().all(|segment| segment.run.number == index.segments[0].run.number),
        "{name}"
    );
    let frames: usize = index.segments.iter().map(|segment| segment.lanes[0].frames.len()).sum();
    assert_eq!(frames, 200, "{name}: eight seconds");
}

#[test]
fn fragmented_mp4_is_woven_into_what_it_was_made_of() {
    for (picture, sounds, kinds) in [
        (AVC, ["aac", "ac3"], [Kind::H264, Kind::AacAdts, Kind::Ac3]),
        (HEVC, ["eac3", "libmp3lame"], [Kind::Hevc, Kind::Eac3, Kind::MpegAudio]),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let original = broadcast(directory.path(), picture, sounds);
        let list = directory.path().join("list.m3u8");
        let bare = if sounds[0] == "aac" { "-bsf:a:0 aac_adtstoasc" } else { "" };
        ffmpeg(&format!(
            "-i {original} -map 0 -c copy {bare} -f hls -hls_time 2 -hls_list_size 0 -hls_segment_type fmp4 -hls_playlist_type vod {}",
            list.display()
        ));
        let lane = lane(&list);
        assert!(lane.len() >= 3 && lane[0].0.is_some());
        same(&original, &woven(&[lane], &[]), kinds, "together");
    }
}

#[test]
fn sounds_that_lie_apart_are_woven_beside_the_picture() {
    let directory = tempfile::tempdir().unwrap();
    let original = broadcast(directory.path(), AVC, ["aac", "ac3"]);
    for kind in ["mpegts", "fmp4"] {
        let room = directory.path().join(kind);
        std::fs::create_dir(&room).unwrap();
        let arguments = [
            "-v",
            "error",
            "-nostdin",
            "-y",
            "-i",
            &original,
            "-map",
            "0:v",
            "-map",
            "0:a:0",
            "-map",
            "0:a:1",
            "-c",
            "copy",
            "-f",
            "hls",
            "-hls_time",
            "2",
            "-hls_list_size",
            "0",
            "-hls_playlist_type",
            "vod",
            "-hls_segment_type",
            kind,
            "-master_pl_name",
            "main.m3u8",
            "-var_stream_map",
            "v:0,agroup:s a:0,agroup:s,language:deu,default:yes a:1,agroup:s,language:eng",
        ];
        let out = room.join("v%v.m3u8");
        let bare: &[&str] = if kind == "fmp4" { &["-bsf:a:0", "aac_adtstoasc"] } else { &[] };
        tool("ffmpeg", &[&arguments[..], bare, &[out.to_str().unwrap()]].concat());
        let choice = choice(&room.join("main.m3u8"));
        let best = choice.best().unwrap();
        let sounds = choice.sounds(best);
        let languages: Vec<_> = sounds.iter().map(|sound| sound.language).collect();
        assert_eq!(languages, [Some(*b"deu"), Some(*b"eng")]);
        let uris = std::iter::once(&best.uri).chain(sounds.iter().map(|sound| &sound.uri));
        let lanes: Vec<Lane> = uris.map(|uri| lane(&room.join(uri))).collect();
        same(&original, &woven(&lanes, &languages), [Kind::H264, Kind::AacAdts, Kind::Ac3], kind);
    }
}

/// Sound in frames (RFC 8216 §3.4), cut out of the original: the picture's times and its own are the same clock's.
#[test]
fn packed_audio_is_woven_beside_the_picture() {
    let directory = tempfile::tempdir().unwrap();
    let original = broadcast(directory.path(), AVC, ["aac", "ac3"]);
    let list = directory.path().join("v.m3u8");
    ffmpeg(&format!(
        "-i {original} -map 0:v -c copy -copyts -muxdelay 0 -muxpreload 0 -f hls -hls_time 2 -hls_list_size 0 -hls_playlist_type vod {}",
        list.display()
    ));
    let mut lanes = vec![lane(&list)];
    for (stream, kind, format) in [("0:a:0", Kind::AacAdts, "adts"), ("0:a:1", Kind::Ac3, "ac3")] {
        let file = directory.path().join(format).to_str().unwrap().to_owned();
        ffmpeg(&format!("-i {original} -map {stream} -c copy -f {format} {file}"));
        let mut frames = Vec::new();
        Splitter::new(kind).push(&std::fs::read(&file).unwrap(), |frame, header, _| {
            frames.push((frame.to_vec(), i64::from(header.samples) * 90_000 / i64::from(header.rate)));
        });
        // ffmpeg moves what it copies as a whole.
        let shift = pts_of(&lanes[0][0].1) - times(&original, "v:0")[0];
        let first = times(&original, if kind == Kind::Ac3 { "a:1" } else { "a:0" })[0] + shift;
        let (mut time, mut lane) = (first, Vec::new());
        for chunk in frames.chunks(70) {
            let mut bytes =
                b"ID3\x04\0\0\0\0\0\x3FPRIV\0\0\0\x35\0\0com.apple.streaming.transportStreamTimestamp\0"
                    .to_vec();
            bytes.extend_from_slice(&time.rem_euclid(1 << 33).to_be_bytes());
            for (frame, duration) in chunk {
                bytes.extend_from_slice(frame);
                time += duration;
            }
            lane.push((None, bytes, 0));
        }
        lanes.push(lane);
    }
    let languages = [Some(*b"deu"), Some(*b"eng")];
    same(&original, &woven(&lanes, &languages), [Kind::H264, Kind::AacAdts, Kind::Ac3], "packed");
}

/// The lowest time stamp of a picture in a transport stream.
fn pts_of(bytes: &[u8]) -> i64 {
    let starts = bytes.chunks_exact(PACKET).filter_map(Packet::new).filter(Packet::unit_start);
    let headers =
        starts.filter_map(|packet| pes::header(packet.payload())).filter(|header| header.stream_id == 0xE0);
    headers.filter_map(|header| header.pts).min().unwrap() as i64
}

/// Another programme behind a discontinuity, with a header of its own: a new run, counters that go on, and nothing lost but the picture at the seam.
#[test]
fn a_discontinuity_begins_a_run_and_nothing_else() {
    let mut lanes: Vec<Lane> = Vec::new();
    for (size, at) in [("320x180", 0), ("640x360", 500)] {
        let directory = tempfile::tempdir().unwrap();
        let list = directory.path().join("list.m3u8");
        ffmpeg(&format!(
            "-f lavfi -i testsrc2=size={size}:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 4 -pix_fmt yuv420p {AVC} -c:a aac -b:a 96k \
             -output_ts_offset {at} -f hls -hls_time 1 -hls_list_size 0 -hls_segment_type fmp4 -hls_playlist_type vod {}",
            list.display()
        ));
        lanes.push(lane(&list));
    }
    let second = lanes.pop().unwrap().into_iter().map(|(header, bytes, _)| (header, bytes, 1));
    lanes[0].extend(second);
    let bytes = woven(&lanes, &[]);
    let mut counters = BTreeMap::new();
    let mut marked = 0;
    for packet in bytes.chunks(PACKET).filter_map(Packet::new) {
        marked += usize::from(packet.discontinuity());
        if let Some(before) = counters.insert(packet.pid(), packet.continuity()) {
            assert_eq!((before + 1) & 15, packet.continuity());
        }
    }
    assert_eq!(marked, 2, "once a stream");
    let index = tape(&bytes);
    let runs: Vec<u32> = index.segments.iter().map(|segment| segment.run.number).collect();
    let first = runs[0];
    assert!(
        runs.iter().all(|run| [first, first + 1].contains(run)) && runs.last() == Some(&(first + 1)),
        "{runs:?}"
    );
    let frames: usize = index.segments.iter().map(|segment| segment.lanes[0].frames.len()).sum();
    assert!((198..=200).contains(&frames), "{frames} of 200 pictures");
}

/// Sound that does not come holds nobody up once that is known, and what is no media says what it is.
#[test]
fn what_is_missing_or_strange_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let original = broadcast(directory.path(), AVC, ["aac", "ac3"]);
    let bytes = std::fs::read(original).unwrap();
    let mut weave = Weave::new(&[None]);
    let segment = |bytes| Segment { header: None, bytes, timeline: 0 };
    assert_eq!(weave.push(0, segment(b"<html>your account has ended</html>")), Err(Fault::Unknown));
    assert_eq!(weave.push(0, segment(b"\0\0\0\x08moof\0\0\0\x08mdat")), Err(Fault::NoHeader));
    assert_eq!(weave.push(0, segment(&bytes[..PACKET])), Err(Fault::NoProgramme));
    // Some hide what they send behind something else.
    let hidden = [b"\x89PNG\r\n", &bytes[..]].concat();
    assert!(is_transport(&bytes) && is_transport(&hidden) && !is_transport(b"<html>"));
    weave.push(0, segment(&hidden)).unwrap();
    assert_eq!(weave.lacks(), Some(1));
    weave.end(1);
    assert_eq!((weave.lacks(), weave.has_sound_apart()), (None, false));
    let mut out = Vec::new();
    weave.give(&mut out);
    assert_eq!(tape(&out).segments[0].run.tracks.len(), 3, "it has its own sound too");
}
