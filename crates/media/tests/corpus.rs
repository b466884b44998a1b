//! Every capture of the shared corpus, judged by others: tracks, frame counts and times as ffprobe sees them in the same run,
//! and as ExoPlayer and TSDuck have published them (`corpus/published.rs`). What differs with a reason stands in one table ([`EXCEPTIONS`]).
//!
//! Three readings of each capture: the transport layer alone (packets, tables, PES headers, frames of sound), the tape's index, and what
//! comes out of the tape (CMAF, transport stream) as ffmpeg decodes it. Nothing of the captures is copied here; without
//! them the tests say "not run".

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

#[path = "corpus/published.rs"]
mod published;

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Command;
use telecast_media::cmaf::{self, Extent};
use telecast_media::codec::audio::Splitter;
use telecast_media::mpegts;
use telecast_media::segment::{Segmenter, Start, Waiting};
use telecast_media::tape::{Frame, Index, Origin, Rendition, Segment, Track};
use telecast_media::time::{HZ, to_ticks};
use telecast_media::ts::clock::Unwrap33;
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::psi::{Kind, Pat, Pmt, Sections};
use telecast_media::ts::{pes, sync::Sync};

/// What a judge sees otherwise than we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Otherwise {
    /// So many of its packets at the front are no whole frames.
    Front(usize),
    /// So many of its packets at the end are no whole frames.
    Back(usize),
    /// So many packets without a time stamp are counted by themselves.
    Untimed(usize),
    /// Another language.
    Language(&'static str),
    /// Another codec.
    Codec(&'static str),
    /// Its times are those of the frame after, by so many ticks.
    Late(i64),
    /// Its time stamps leave what its samples count by up to so many ticks, less than half a frame.
    Drifting(i64),
    /// So many of its frames are not on the tape.
    Untaped(usize),
    /// The capture announces a picture and holds none, nor any sound.
    NoPicture,
    /// The capture announces a picture and holds none: after a while it is taken for radio.
    Radio,
}

/// (capture, PID, what the judge sees otherwise, why we are right).
const EXCEPTIONS: &[(&str, u16, Otherwise, &str)] = &[
    (
        "media3-sample_ac3",
        0x76C,
        Otherwise::Front(1),
        "the capture begins with the end of a frame, which ffprobe counts",
    ),
    ("media3-sample_ac3", 0x76C, Otherwise::Back(1), "the capture ends within a frame, which ffprobe counts"),
    (
        "media3-sample_ac3",
        0x76C,
        Otherwise::Late(2880),
        "a frame that reaches into the next PES packet has the time stamp of the packet that it begins in (13818-1 §2.4.3.7)",
    ),
    (
        "tsduck-012-dvb-h264-mp2-teletext-fr",
        0x424,
        Otherwise::NoPicture,
        "the map lists it; no packet of it is there",
    ),
    (
        "tsduck-012-dvb-h264-mp2-teletext-fr",
        0x425,
        Otherwise::Codec("mp3"),
        "no packet is there to tell the layer",
    ),
    (
        "tsduck-012-dvb-h264-mp2-teletext-fr",
        0x426,
        Otherwise::Codec("mp3"),
        "no packet is there to tell the layer",
    ),
    (
        "tsduck-012-dvb-h264-mp2-teletext-fr",
        0x427,
        Otherwise::Codec("mp3"),
        "no packet is there to tell the layer",
    ),
    (
        "tsduck-012-dvb-h264-mp2-teletext-fr",
        0x42B,
        Otherwise::Codec("mp3"),
        "no packet is there to tell the layer",
    ),
    (
        "tsduck-012-dvb-h264-mp2-teletext-fr",
        0x42C,
        Otherwise::Untimed(916),
        "ffprobe leaves out the time stamps of teletext; TSDuck has published them",
    ),
    (
        "tsduck-026-h264-1080i-eac3-dvbsub",
        0x78,
        Otherwise::Untimed(19),
        "second fields: one access unit with the first",
    ),
    ("tsduck-026-h264-1080i-eac3-dvbsub", 0x82, Otherwise::Back(1), "the capture ends within a frame"),
    ("tsduck-026-h264-1080i-eac3-dvbsub", 0x83, Otherwise::Back(1), "the capture ends within a frame"),
    ("tsduck-026-h264-1080i-eac3-dvbsub", 0x84, Otherwise::Back(1), "the capture ends within a frame"),
    (
        "tsduck-026-h264-1080i-eac3-dvbsub",
        0x83,
        Otherwise::Language("fra"),
        "the ISO 639 descriptor says qad, as TSDuck has it; ffprobe prefers the supplementary audio descriptor",
    ),
    (
        "tsduck-072-h264-aac",
        0x64,
        Otherwise::Untaped(2),
        "announced as MPEG audio: what tells that it is AAC is lost",
    ),
    (
        "tsduck-103-pat-change-dup-pmt",
        0x21,
        Otherwise::NoPicture,
        "the map lists it; no packet of it is there",
    ),
    (
        "tsduck-103-pat-change-dup-pmt",
        0x22,
        Otherwise::NoPicture,
        "the map lists it; no packet of it is there",
    ),
    ("tsduck-151-eac3", 0x100, Otherwise::Radio, "the map lists it; no packet of it is there"),
    (
        "tsduck-151-eac3",
        0x103,
        Otherwise::Drifting(HZ / 100),
        "1,536 samples of 44.1 kHz are 3,134.7 ticks; ffprobe counts 3,134 from frame to frame",
    ),
    (
        "tsduck-151-eac3",
        0x104,
        Otherwise::Codec("unknown"),
        "E-AC-3 by its ATSC stream type, as TSDuck has it; no packet is there",
    ),
];

/// Times that others count from a PES packet's first frame are rounded at each frame (ticks).
const ROUNDED: i64 = 8;

/// How far a sound's times may be from those of others (ticks).
fn rounded(capture: &str, pid: u16) -> i64 {
    let drift = exceptions(capture, pid).into_iter().find_map(|otherwise| match otherwise {
        Otherwise::Drifting(ticks) => Some(ticks),
        _ => None,
    });
    drift.unwrap_or(ROUNDED)
}

fn exceptions(capture: &str, pid: u16) -> Vec<Otherwise> {
    EXCEPTIONS.iter().filter(|entry| entry.0 == capture && entry.1 == pid).map(|entry| entry.2).collect()
}

/// The captures' directory, if there is one.
fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("TELECAST_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let captures = root.join("ts");
    if captures.is_dir() {
        return Some(captures);
    }
    eprintln!("not run: there are no captures at {}", captures.display());
    None
}

/// Names and paths of all captures, in order.
fn captures() -> Vec<(String, PathBuf)> {
    let Some(directory) = corpus() else { return Vec::new() };
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "ts"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "the corpus holds no capture");
    found
}

/// A frame's times in ticks as they stand in the stream, and whether decoding may begin there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timed {
    pts: Option<i64>,
    dts: Option<i64>,
    key: bool,
}

/// What ffprobe sees of a PID.
#[derive(Debug, Default)]
struct Probed {
    codec: String,
    language: Option<String>,
    packets: Vec<Timed>,
}

fn tool(name: &str, arguments: &[&str]) -> std::process::Output {
    let run = Command::new(name).args(arguments).output();
    run.unwrap_or_else(|error| panic!("{name} is needed for this test ({error}): apt-get install ffmpeg"))
}

fn probe(path: &Path) -> BTreeMap<u16, Probed> {
    let file = path.to_str().unwrap();
    let arguments =
        ["-v", "quiet", "-f", "mpegts", "-show_streams", "-show_packets", "-of", "json", "-i", file];
    let run = tool("ffprobe", &arguments);
    assert!(run.status.success(), "ffprobe {file}: {}", run.status);
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let mut by_index = BTreeMap::new();
    let mut found = BTreeMap::<u16, Probed>::new();
    for stream in json["streams"].as_array().unwrap() {
        let pid = u16::from_str_radix(stream["id"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
        by_index.insert(stream["index"].as_u64().unwrap(), pid);
        let codec = stream["codec_name"].as_str().unwrap_or("unknown").to_owned();
        let language = stream["tags"]["language"].as_str().map(str::to_owned);
        found.insert(pid, Probed { codec, language, packets: Vec::new() });
    }
    for packet in json["packets"].as_array().unwrap() {
        let pid = by_index[&packet["stream_index"].as_u64().unwrap()];
        let key = packet["flags"].as_str().unwrap().starts_with('K');
        let timed = Timed { pts: packet["pts"].as_i64(), dts: packet["dts"].as_i64(), key };
        found.get_mut(&pid).unwrap().packets.push(timed);
    }
    found
}

/// ffprobe's name of a codec.
fn codec(kind: Kind) -> &'static str {
    match kind {
        Kind::Mpeg2Video => "mpeg2video",
        Kind::H264 => "h264",
        Kind::Hevc => "hevc",
        Kind::MpegAudio => "mp2",
        Kind::AacAdts => "aac",
        Kind::AacLatm => "aac_latm",
        Kind::Ac3 => "ac3",
        Kind::Eac3 => "eac3",
        Kind::Teletext => "dvb_teletext",
        Kind::DvbSubtitle => "dvb_subtitle",
        Kind::Other(_) => "unknown",
    }
}

/// What our transport layer sees of a PID that a programme map lists.
struct Demuxed {
    kind: Kind,
    language: Option<String>,
    /// PES packets, by their time stamps.
    units: Vec<Timed>,
    /// Frames of sound, each with its time: that of its PES packet, or counted from the frame before.
    frames: Vec<i64>,
    clock: Unwrap33,
    splitter: Splitter,
    /// Time stamps of the PES packets that frames may begin in, and where they begin.
    begun: VecDeque<(i64, Option<i64>)>,
    position: i64,
    /// A time stamp, samples since, rate.
    next: Option<(i64, i64, u32)>,
}

impl Demuxed {
    fn new(kind: Kind, language: Option<[u8; 3]>) -> Self {
        Self {
            kind,
            language: language.map(|code| String::from_utf8_lossy(&code).into_owned()),
            units: Vec::new(),
            frames: Vec::new(),
            clock: Unwrap33::default(),
            splitter: Splitter::new(kind),
            begun: VecDeque::new(),
            position: 0,
            next: None,
        }
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        let mut payload = packet.payload();
        if packet.unit_start() {
            let Some(header) = pes::header(payload) else { return };
            let pts = header.pts.map(|pts| self.clock.unwrap(pts));
            let dts = header.dts.map(|dts| self.clock.peek(dts)).or(pts);
            self.units.push(Timed { pts, dts, key: false });
            self.begun.push_back((self.position, pts));
            payload = payload.get(header.length..).unwrap_or(&[]);
        }
        if !self.kind.is_audio() || self.units.is_empty() {
            return;
        }
        let (position, begun, next) = (self.position, &mut self.begun, &mut self.next);
        let frames = &mut self.frames;
        self.splitter.push(payload, |_, header, at| {
            while begun.get(1).is_some_and(|unit| unit.0 <= position + at) {
                begun.pop_front();
            }
            if let Some(pts) =
                begun.front_mut().filter(|unit| unit.0 <= position + at).and_then(|u| u.1.take())
            {
                *next = Some((pts, 0, header.rate));
            }
            let Some((base, samples, rate)) = next else { return };
            frames.push(*base + to_ticks(*samples, *rate));
            *samples += i64::from(header.samples);
        });
        self.position += payload.len() as i64;
    }
}

/// Calls `each` with every packet.
fn packets(bytes: &[u8], mut each: impl FnMut(&Packet<'_>)) {
    Sync::default()
        .push(bytes, |run| run.chunks_exact(PACKET).filter_map(Packet::new).for_each(|p| each(&p)));
}

/// All maps and all streams of a capture, whatever the programme.
fn demux(bytes: &[u8]) -> BTreeMap<u16, Demuxed> {
    let (mut pat, mut maps) = (Sections::default(), BTreeMap::<u16, Sections>::new());
    let mut found = BTreeMap::<u16, (Kind, Option<[u8; 3]>)>::new();
    packets(bytes, |packet| {
        let pid = packet.pid();
        if pid == 0 {
            pat.push(packet, |section| {
                for (_, pid) in Pat::parse(section).into_iter().flat_map(|pat| pat.programmes) {
                    maps.entry(pid).or_default();
                }
            });
        } else if let Some(sections) = maps.get_mut(&pid) {
            sections.push(packet, |section| {
                for stream in Pmt::parse(section).into_iter().flat_map(|map| map.streams) {
                    found.entry(stream.pid).or_insert((stream.kind, stream.language));
                }
            });
        }
    });
    // What is announced wrongly is what the segmenter takes it for.
    let mut segmenter = Segmenter::new(Start::default());
    segmenter.push(bytes, 0, &mut Vec::new());
    for stream in segmenter.map().iter().flat_map(|map| &map.streams) {
        found.entry(stream.pid).and_modify(|found| found.0 = stream.kind);
    }
    let mut streams: BTreeMap<u16, Demuxed> =
        found.into_iter().map(|(pid, (kind, language))| (pid, Demuxed::new(kind, language))).collect();
    packets(bytes, |packet| {
        if let Some(stream) = streams.get_mut(&packet.pid()) {
            stream.packet(packet);
        }
    });
    streams
}

/// ffprobe's packets that are whole frames with times.
fn whole(capture: &str, pid: u16, probed: &Probed) -> Vec<Timed> {
    let mut packets = probed.packets.clone();
    for otherwise in exceptions(capture, pid) {
        match otherwise {
            Otherwise::Front(count) => drop(packets.drain(..count)),
            Otherwise::Back(count) => packets.truncate(packets.len().saturating_sub(count)),
            Otherwise::Untimed(count) => {
                let before = packets.len();
                packets.retain(|packet| packet.pts.is_some());
                assert_eq!(before - packets.len(), count, "{capture} {pid:#x}: packets without time stamp");
            }
            Otherwise::Late(ticks) => {
                // Only the first frame's: what is counted from it goes on to the next time stamp.
                packets[0].pts = packets[0].pts.map(|pts| pts - ticks);
            }
            _ => {}
        }
    }
    assert!(packets.iter().all(|packet| packet.pts.is_some()), "{capture} {pid:#x}: ffprobe has no time");
    packets
}

fn agree(what: &str, ours: &[i64], theirs: &[i64], tolerance: i64) {
    assert_eq!(ours.len(), theirs.len(), "{what}: count");
    for (at, (our, their)) in ours.iter().zip(theirs).enumerate() {
        assert!((our - their).abs() <= tolerance, "{what}: frame {at} at {our}, they say {their}");
    }
}

#[test]
fn tracks_and_times_are_those_that_ffprobe_sees() {
    for (name, path) in captures() {
        let (ours, theirs) = (demux(&std::fs::read(&path).unwrap()), probe(&path));
        let pids = |keys: Vec<&u16>| keys.into_iter().copied().collect::<Vec<_>>();
        assert_eq!(pids(ours.keys().collect()), pids(theirs.keys().collect()), "{name}: PIDs");
        let mut frames = 0;
        for (pid, stream) in &ours {
            let (what, probed) = (format!("{name} {pid:#x}"), &theirs[pid]);
            let (mut kind, mut language) = (codec(stream.kind), stream.language.clone());
            for otherwise in exceptions(&name, *pid) {
                match otherwise {
                    Otherwise::Codec(other) => kind = other,
                    Otherwise::Language(other) => language = Some(other.into()),
                    Otherwise::NoPicture => assert!(stream.units.is_empty(), "{what}: there are pictures"),
                    _ => {}
                }
            }
            assert_eq!(kind, probed.codec, "{what}: codec");
            // Of several languages ffprobe names all; ours is the first.
            let first = probed.language.as_deref().and_then(|all| all.split(',').next());
            assert_eq!(language.as_deref(), first, "{what}: language");
            if stream.kind == Kind::Teletext || stream.kind == Kind::DvbSubtitle {
                continue;
            }
            let packets = whole(&name, *pid, probed);
            let times =
                |of: fn(&Timed) -> Option<i64>, all: &[Timed]| all.iter().filter_map(of).collect::<Vec<_>>();
            if stream.kind.is_audio() {
                agree(&what, &stream.frames, &times(|p| p.pts, &packets), ROUNDED);
            } else {
                agree(&what, &times(|p| p.pts, &stream.units), &times(|p| p.pts, &packets), 0);
                agree(&what, &times(|p| p.dts, &stream.units), &times(|p| p.dts, &packets), 0);
            }
            frames += packets.len();
        }
        eprintln!("{name}: {} tracks, {frames} frames as ffprobe has them", ours.len());
    }
}

/// A programme of a capture through the segmenter.
struct Taped {
    index: Index,
    bytes: Vec<u8>,
    waiting: Waiting,
}

impl Taped {
    fn read<'a>(&'a self) -> impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>> {
        |_, begin, end| Ok(Cow::Borrowed(&self.bytes[begin as usize..end as usize]))
    }

    fn tracks(&self) -> &[Track] {
        self.index.segments.front().map_or(&[], |segment| &segment.run.tracks)
    }
}

fn tape(capture: &[u8]) -> Taped {
    let mut segmenter = Segmenter::new(Start { sequence: 7, ..Start::default() });
    let mut bytes = Vec::new();
    for piece in capture.chunks(20_000) {
        segmenter.push(piece, 1_700_000_000_000, &mut bytes);
    }
    let waiting = segmenter.waiting();
    segmenter.finish();
    Taped { index: segmenter.index().clone(), bytes, waiting }
}

fn pid(track: &Track) -> u16 {
    match track.origin {
        Origin::Stream { pid } => pid,
        Origin::Derived { .. } => unreachable!("nothing is derived here"),
    }
}

/// The frames of a track in the source's time; decoding times are those of the tape, moved with the run. Sound that ends before the
/// picture goes on as silence to the run's end, and what begins after it stands behind silence: only there.
fn frames(index: &Index, track: &Track) -> Vec<Timed> {
    let scale = track.timescale();
    let own = |segment: &std::sync::Arc<Segment>| {
        let lane = segment.lane(track.id).unwrap();
        let source = |time: i64| Some(to_ticks(time, scale) - segment.run.offset);
        let timed = |(at, frame): (usize, &Frame)| {
            let time = lane.time(at);
            let pts = source(time + i64::from(frame.composition));
            (Timed { pts, dts: source(time), key: frame.random_access }, frame.length > 0)
        };
        lane.frames.iter().enumerate().map(timed).collect::<Vec<_>>()
    };
    let mut all: Vec<(Timed, bool)> = index.segments.iter().flat_map(own).collect();
    let broadcast = all.iter().rposition(|(_, broadcast)| *broadcast).map_or(0, |last| last + 1);
    all.truncate(broadcast);
    let silence = all.iter().take_while(|(_, broadcast)| !broadcast).count();
    all.drain(..silence);
    assert!(all.iter().all(|(_, broadcast)| *broadcast), "{:?}: silence amid sound", track.origin);
    all.into_iter().map(|(timed, _)| timed).collect()
}

/// What ffprobe has of the picture from the first random access point on, without the pictures that are presented before that: they
/// refer to what nobody has. Says how many these are.
fn from_key(packets: &[Timed]) -> (Vec<Timed>, usize) {
    let key = packets.iter().position(|packet| packet.key).unwrap_or(packets.len());
    let behind = &packets[key..];
    let kept: Vec<Timed> = behind.iter().copied().filter(|packet| packet.pts >= behind[0].pts).collect();
    let leading = behind.len() - kept.len();
    (kept, leading)
}

/// Without the copies of a run's first picture that stand for leading ones, within a millisecond of it.
fn without_stand_ins(timed: &[Timed]) -> Vec<Timed> {
    let first = timed.first().and_then(|first| first.pts).unwrap_or(0);
    timed
        .iter()
        .copied()
        .filter(|t| t.pts.is_none_or(|pts| !(1..HZ / 1000).contains(&(pts - first))))
        .collect()
}

fn all(of: fn(&Timed) -> Option<i64>, timed: &[Timed]) -> Vec<i64> {
    timed.iter().filter_map(of).collect()
}

/// From its first random access point on, all of the picture, and the sound beside it.
#[test]
fn the_tape_holds_the_frames_that_ffprobe_sees() {
    for (name, path) in captures() {
        let (taped, theirs) = (tape(&std::fs::read(&path).unwrap()), probe(&path));
        if EXCEPTIONS.iter().any(|entry| entry.0 == name && entry.2 == Otherwise::NoPicture) {
            assert!(taped.index.segments.is_empty(), "{name}: segments of what?");
            assert_eq!(taped.waiting, Waiting::KeyFrame, "{name}");
            continue;
        }
        if EXCEPTIONS.iter().any(|entry| entry.0 == name && entry.2 == Otherwise::Radio) {
            assert!(taped.tracks().iter().all(|track| track.kind.is_audio()), "{name}: a picture?");
        }
        let runs = taped.index.segments.back().unwrap().run.number;
        assert_eq!(runs, 0, "{name}: one run");
        let (start, end) = (taped.index.segments[0].start, taped.index.segments.back().unwrap().end.unwrap());
        let offset = taped.index.segments[0].run.offset;
        let mut counted = Vec::new();
        for track in taped.tracks() {
            let (pid, ours) = (pid(track), frames(&taped.index, track));
            let (what, packets) = (format!("{name} {pid:#x} on tape"), whole(&name, pid, &theirs[&pid]));
            if track.kind.is_video() {
                let (packets, leading) = from_key(&packets);
                let ours = without_stand_ins(&ours);
                agree(&what, &all(|t| t.pts, &ours), &all(|t| t.pts, &packets), 0);
                if leading == 0 {
                    // The picture that opens the run is presented when it is decoded.
                    let moved = packets[0].pts.unwrap() - packets[0].dts.unwrap();
                    let dts: Vec<_> = all(|t| t.dts, &packets).iter().map(|dts| dts + moved).collect();
                    agree(&what, &all(|t| t.dts, &ours), &dts, 0);
                }
                let keys = |timed: &[Timed]| timed.iter().map(|t| t.key).collect::<Vec<_>>();
                assert_eq!(keys(&ours), keys(&packets), "{what}: random access points");
            } else {
                let beside = |pts: &i64| (start..end).contains(&(pts + offset));
                let mut packets: Vec<_> = all(|t| t.pts, &packets).into_iter().filter(beside).collect();
                for otherwise in exceptions(&name, pid) {
                    if let Otherwise::Untaped(count) = otherwise {
                        packets.drain(..count);
                    }
                }
                agree(&what, &all(|t| t.pts, &ours), &packets, rounded(&name, pid));
            }
            counted.push((pid, ours.len()));
        }
        eprintln!("{name}: {counted:?} as ffprobe has them");
    }
}

fn written(directory: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Pictures that ffmpeg decodes out of a file's first stream of pictures.
fn decoded(path: &Path) -> usize {
    let file = path.to_str().unwrap();
    let arguments = ["-v", "quiet", "-count_frames", "-select_streams", "v:0", "-show_entries"];
    let run = tool("ffprobe", &[&arguments[..], &["stream=nb_read_frames", "-of", "csv=p=0", file]].concat());
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    text.lines().next().and_then(|line| line.trim_end_matches(',').parse().ok()).unwrap_or(0)
}

/// Samples in a file of fragments.
fn probe_mp4(path: &Path) -> usize {
    let file = path.to_str().unwrap();
    let run = tool("ffprobe", &["-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0", file]);
    String::from_utf8_lossy(&run.stdout).lines().filter(|line| !line.is_empty()).count()
}

#[test]
fn h264_is_decoded_from_cmaf_frame_by_frame() {
    let directory = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for (name, path) in captures() {
        let (taped, theirs) = (tape(&std::fs::read(&path).unwrap()), probe(&path));
        let Some(track) = taped.tracks().iter().find(|track| matches!(track.kind, Kind::H264 | Kind::Hevc))
        else {
            continue;
        };
        let rendition = Rendition { video: Some(track.id), audio: None };
        let mut out = cmaf::init(&taped.index.segments[0].run, rendition).unwrap();
        for segment in &taped.index.segments {
            let parts = segment.lane(track.id).unwrap().parts.len() as u32;
            for part in 0..parts {
                out.extend(cmaf::fragment(segment, rendition, Extent::Part(part), taped.read()).unwrap());
            }
        }
        let file = written(directory.path(), "picture.mp4", &out);
        let packets = whole(&name, pid(track), &theirs[&pid(track)]);
        let (expected, leading) = from_key(&packets);
        let on_tape = frames(&taped.index, track).len();
        assert_eq!(probe_mp4(&file), on_tape, "{name}: samples");
        let (ours, source) = (decoded(&file), decoded(&path));
        let expected = expected.len();
        eprintln!(
            "{name}: {on_tape} samples, {ours} pictures decoded, {source} from the source, {leading} leading"
        );
        if leading == 0 {
            assert_eq!((ours, source), (expected, expected), "{name}: pictures decoded");
        } else {
            // Begun at a recovery point: at least what a decoder makes of the source.
            assert!(
                ours >= source.min(expected),
                "{name}: {ours} pictures decoded, {source} from the source"
            );
        }
        seen += 1;
    }
    assert!(seen == 0 || seen == 7, "{seen} captures hold H.264 or HEVC");
}

/// Whatever the codec: segments of transport stream, joined, hold the same frames at the same times.
#[test]
fn segments_of_transport_stream_hold_what_the_capture_holds() {
    let directory = tempfile::tempdir().unwrap();
    for (name, path) in captures() {
        let taped = tape(&std::fs::read(&path).unwrap());
        let id = |sound: bool| taped.tracks().iter().find(|t| t.kind.is_audio() == sound).map(|t| t.id);
        let rendition = Rendition { video: id(false), audio: id(true) };
        let (mut out, mut before) = (Vec::new(), None);
        for segment in &taped.index.segments {
            out.extend(mpegts::segment(segment, before, rendition, taped.read()).unwrap());
            before = Some(&**segment);
        }
        if out.is_empty() {
            continue;
        }
        let file = written(directory.path(), "joined.ts", &out);
        let found = probe(&file);
        for track in rendition.tracks().map(|id| taped.tracks().iter().find(|t| t.id == id).unwrap()) {
            let (pid, ours) = (pid(track), without_stand_ins(&frames(&taped.index, track)));
            let ours = all(|t| t.pts, &ours);
            let what = format!("{name} {pid:#x} in segments");
            assert_eq!(found[&pid].codec, codec(track.kind), "{what}: codec");
            let timed: Vec<Timed> =
                found[&pid].packets.iter().copied().filter(|packet| packet.pts.is_some()).collect();
            let mut theirs = all(|t| t.pts, &from_key(&timed).0);
            if track.kind.is_audio() {
                theirs = all(|t| t.pts, &whole(&name, pid, &found[&pid]));
                // A segment takes whole packets: what else lies in the first and in the last one comes with them.
                let first = |pts: &i64| ours.first().is_some_and(|first| (pts - first).abs() <= ROUNDED);
                theirs.drain(..theirs.iter().position(first).unwrap_or(0));
                theirs.truncate(ours.len());
            }
            agree(&what, &ours, &theirs, if track.kind.is_audio() { rounded(&name, pid) } else { 0 });
        }
        assert!(decoded(&file) >= decoded(&path), "{name}: pictures decoded");
        eprintln!("{name}: {} segments as the capture", taped.index.segments.len());
    }
}
