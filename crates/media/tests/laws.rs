//! What holds for every tape, whatever was broadcast: laws, checked on broadcasts of many kinds.
//!
//! Each broadcast is pushed in small pieces as it would arrive. After each piece everything that is listed is made and
//! its hash is kept; at the end it is made again: what was listed once must never change.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/dice.rs"]
mod dice;

use dice::Dice;
use quick_m3u8::config::ParsingOptionsBuilder;
use quick_m3u8::tag::{KnownTag, hls as tags};
use quick_m3u8::{HlsLine, Reader};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::process::Command;
use telecast_media::cmaf::{self, Extent};
use telecast_media::codec::aac;
use telecast_media::codec::audio::Splitter;
use telecast_media::hls::{self, Container, Directives, Readiness, View};
use telecast_media::segment::{PART_TARGET, SEGMENT_MAXIMUM, Segmenter, Start};
use telecast_media::tape::{Index, Origin, Rendition, Segment, Track};
use telecast_media::time::{HZ, to_ticks};
use telecast_media::ts::clock::WRAP;
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::pes;
use telecast_media::ts::psi::{Kind, crc32};

/// Milliseconds since 1970 at which all broadcasts begin.
const NOON: i64 = 1_700_000_000_000;
/// Tones of one, two languages; picture rates; key frames.
const CASES: &[(&str, &[&str])] = &[
    ("aac", &["picture=25", "tone=440", "-c:a aac", "-g 25"]),
    ("two-sounds", &["picture=25", "tone=440", "tone=880", "-map 0 -map 1 -map 2 -c:a aac", "-g 50"]),
    ("sound-only", &["tone=440", "-c:a aac"]),
    ("film", &["picture=24000/1001", "tone=440", "-c:a aac", "-g 48", "-bf 2"]),
    (
        "open-gop",
        &["picture=25", "tone=440", "-c:a aac", "-g 30", "-bf 3", "-x264-params open-gop=1:bframes=3"],
    ),
    ("rare-keys", &["picture=50", "tone=440", "-c:a ac3", "-g 250", "-sc_threshold 0"]),
    ("silent", &["picture=25", "-g 25"]),
];

fn ffmpeg(arguments: &[String]) -> Vec<u8> {
    let run = Command::new("ffmpeg").args(["-v", "error", "-nostdin"]).args(arguments).output();
    let run = run.expect("ffmpeg is needed for this test: apt-get install ffmpeg");
    assert!(run.status.success(), "ffmpeg {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

/// Twelve seconds of a broadcast.
fn broadcast(case: &[&str]) -> Vec<u8> {
    let mut arguments = Vec::new();
    let mut picture = false;
    for word in case {
        if let Some(rate) = word.strip_prefix("picture=") {
            picture = true;
            arguments.extend([
                "-f".into(),
                "lavfi".into(),
                "-i".into(),
                format!("testsrc2=size=320x180:rate={rate}"),
            ]);
        } else if let Some(hertz) = word.strip_prefix("tone=") {
            let tone = format!("sine=frequency={hertz}:sample_rate=48000");
            arguments.extend(["-f".into(), "lavfi".into(), "-i".into(), tone]);
        }
    }
    arguments.extend(["-t".into(), "12".into()]);
    if picture {
        arguments.extend("-pix_fmt yuv420p -c:v libx264 -preset ultrafast".split(' ').map(String::from));
    }
    for word in case.iter().filter(|word| word.starts_with('-')) {
        arguments.extend(word.split(' ').map(String::from));
    }
    arguments.extend("-f mpegts pipe:1".split(' ').map(String::from));
    ffmpeg(&arguments)
}

/// Sound comes later by `share` of the whole stream, as in real multiplexes.
fn delay_sound(bytes: &[u8], share: f64) -> Vec<u8> {
    let packets: Vec<&[u8]> = bytes.chunks_exact(PACKET).collect();
    let mut keyed: Vec<(usize, &[u8])> = packets
        .iter()
        .enumerate()
        .map(|(at, packet)| {
            let sound = (0x101..0x110).contains(&Packet::new(packet).unwrap().pid());
            (at + if sound { (packets.len() as f64 * share) as usize } else { 0 }, *packet)
        })
        .collect();
    keyed.sort_by_key(|(at, _)| *at);
    keyed.into_iter().flat_map(|(_, packet)| packet.iter().copied()).collect()
}

/// All clocks moved by `by` ticks, modulo 2^33.
fn move_clock(bytes: &[u8], by: i64) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let moved = |value: u64| (value as i64 + by).rem_euclid(WRAP) as u64;
    for packet in out.chunks_exact_mut(PACKET) {
        let view = Packet::new(packet).unwrap();
        let pcr = view.pcr_27m();
        let header = if view.unit_start() && view.pid() != 0 { pes::header(view.payload()) } else { None };
        let start = PACKET - view.payload().len();
        if let Some(pcr) = pcr {
            let (base, extension) = (moved(pcr / 300), pcr % 300);
            packet[6..10].copy_from_slice(&((base >> 1) as u32).to_be_bytes());
            packet[10] = ((base & 1) as u8) << 7 | 0x7E | (extension >> 8) as u8;
            packet[11] = extension as u8;
        }
        if let Some(pts) = header.and_then(|header| header.pts) {
            let prefix = if header.is_some_and(|header| header.dts.is_some()) { 3 } else { 2 };
            packet[start + 9..start + 14].copy_from_slice(&pes::write_timestamp(prefix, moved(pts)));
        }
        if let Some(dts) = header.and_then(|header| header.dts) {
            packet[start + 14..start + 19].copy_from_slice(&pes::write_timestamp(1, moved(dts)));
        }
    }
    out
}

/// What players of a tape would ask for: one playlist where there is one sound, else one for each track.
fn renditions(index: &Index) -> Vec<Rendition> {
    let Some(segment) = index.segments.front() else { return Vec::new() };
    let tracks = &segment.run.tracks;
    let video = tracks.iter().find(|track| track.kind.is_video()).map(|track| track.id);
    let sounds: Vec<_> = tracks.iter().filter(|track| track.kind.is_audio()).map(|track| track.id).collect();
    if let [] | [_] = sounds[..] {
        return vec![Rendition { video, audio: sounds.first().copied() }];
    }
    let alone = sounds.into_iter().map(|id| Rendition { video: None, audio: Some(id) });
    std::iter::once(Rendition { video, audio: None }).chain(alone).collect()
}

fn view(rendition: Rendition, all: &[Rendition]) -> View {
    View {
        rendition,
        barrier: all.iter().find_map(|rendition| rendition.audio),
        container: Container::Cmaf,
        low_latency: true,
        whole_window: true,
        siblings: all.to_vec(),
        begin: None,
        text: None,
    }
}

fn make(segment: &Segment, rendition: Rendition, extent: Extent, tape: &[u8]) -> u64 {
    let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&tape[begin as usize..end as usize]));
    cmaf::content_hash(&cmaf::fragment(segment, rendition, extent, read).unwrap())
}

/// Hashes of all that a reader may fetch.
fn listed(index: &Index, all: &[Rendition], tape: &[u8], seen: &mut HashMap<(Rendition, u64, Extent), u64>) {
    for rendition in all.iter().filter(|rendition| {
        let run = &index.segments[0].run;
        rendition.tracks().all(|id| run.track(id).is_some_and(cmaf::supported))
    }) {
        let barrier = view(*rendition, all).barrier;
        let Some((last, _)) = index.edge(*rendition, barrier) else { continue };
        for segment in index.segments.iter().filter(|segment| segment.sequence <= last) {
            let listed = Index::listed(segment, *rendition, barrier);
            let parts = (0..listed.parts).map(|part| Extent::Part(part as u32));
            for extent in parts.chain(listed.whole.then_some(Extent::Whole)) {
                seen.entry((*rendition, segment.sequence, extent))
                    .or_insert_with(|| make(segment, *rendition, extent, tape));
            }
        }
    }
}

struct Pushed {
    index: Index,
    tape: Vec<u8>,
    renditions: Vec<Rendition>,
}

/// Pushes in pieces of about 40 ms; checks after each that what is listed stays, and that the edge never goes back.
fn push(name: &str, bytes: &[u8]) -> Pushed {
    push_and(name, bytes, Segmenter::finish)
}

/// The same with another end.
fn push_and(name: &str, bytes: &[u8], end: fn(&mut Segmenter)) -> Pushed {
    let mut segmenter = Segmenter::new(Start { sequence: 7, ..Start::default() });
    let mut tape = Vec::new();
    let mut seen = HashMap::new();
    let pieces = 300;
    let mut before = None;
    for (number, piece) in bytes.chunks(bytes.len() / pieces + 1).enumerate() {
        segmenter.push(piece, NOON + number as i64 * 40, &mut tape);
        let index = segmenter.index();
        let all = renditions(index);
        if let Some(main) = all.first() {
            listed(index, &all, &tape, &mut seen);
            let barrier = view(*main, &all).barrier;
            let edge =
                index.edge(*main, barrier).map(|(sequence, listed)| (sequence, listed.parts, listed.whole));
            assert!(edge >= before, "{name}: the edge went back from {before:?} to {edge:?}");
            before = edge;
        }
    }
    end(&mut segmenter);
    let index = segmenter.index().clone();
    sound_ends_with_the_picture(name, &index);
    let renditions = renditions(&index);
    for ((rendition, sequence, extent), hash) in &seen {
        let segment = index.segment(*sequence).unwrap();
        let again = make(segment, *rendition, *extent, &tape);
        assert_eq!(
            again, *hash,
            "{name}: {sequence} {extent:?} of {rendition:?} is not what it was when listed"
        );
    }
    eprintln!("{name}: {} segments, {} fragments as they were", index.segments.len(), seen.len());
    Pushed { index, tape, renditions }
}

fn scale(segment: &Segment, id: u8) -> u32 {
    segment.run.track(id).map_or(HZ as u32, Track::timescale)
}

/// Within a run sound goes as far as the picture, even if its last seconds never came: players take the end of one for the end
/// of both, and would show what follows that much too early.
fn sound_ends_with_the_picture(name: &str, index: &Index) {
    for segment in &index.segments {
        for lane in segment.lanes.iter().filter(|lane| scale(segment, lane.track) != HZ as u32) {
            let end = to_ticks(lane.start + lane.duration(), scale(segment, lane.track));
            let picture = segment.end.unwrap();
            let what =
                format!("{name}: segment {}, track {}: {end} of {picture}", segment.sequence, lane.track);
            assert!(lane.frames.is_empty() || (end >= picture && end < picture + HZ / 20), "{what}");
        }
    }
}

/// Parts cover the frames exactly; lanes follow each other without gap; segments keep their limits.
fn lanes_hold(name: &str, index: &Index) {
    let mut next: HashMap<(u32, u8), i64> = HashMap::new();
    let mut sequence = None;
    for segment in &index.segments {
        assert!(sequence.is_none_or(|before| before + 1 == segment.sequence), "{name}: sequence");
        sequence = Some(segment.sequence);
        for lane in &segment.lanes {
            let what = format!("{name}: segment {}, track {}", segment.sequence, lane.track);
            let mut first = 0;
            for part in &lane.parts {
                assert_eq!(part.first, first, "{what}: parts without gap");
                first += part.count;
                let frames = &lane.frames[part.first as usize..first as usize];
                let sum: u32 = frames.iter().map(|frame| frame.duration).sum();
                assert_eq!(sum, part.duration, "{what}: a part is as long as its frames");
                assert_eq!(part.independent, frames[0].random_access, "{what}: independent");
                let ticks = to_ticks(i64::from(sum), scale(segment, lane.track));
                assert!(ticks <= PART_TARGET, "{what}: part of {ticks} ticks");
                let last = part.first + part.count == lane.frames.len() as u32;
                assert!(
                    last || name.contains("damage") || ticks * 100 >= PART_TARGET * 85,
                    "{what}: part of only {ticks} ticks"
                );
            }
            assert!(lane.closed && first as usize == lane.frames.len(), "{what}: parts cover all frames");
            if lane.frames.is_empty() {
                continue;
            }
            // A tick less, since frames are placed by rounded times.
            let begin = to_ticks(lane.start, scale(segment, lane.track)) + 1;
            assert!(begin >= segment.start, "{what}: {begin} is before its segment, {}", segment.start);
            if let Some(time) = next.insert((segment.run.number, lane.track), lane.start + lane.duration()) {
                assert_eq!(time, lane.start, "{what}: decoding times go on");
            }
            let ticks = to_ticks(lane.duration(), scale(segment, lane.track));
            assert!(ticks <= SEGMENT_MAXIMUM + HZ / 20, "{what}: {ticks} ticks");
        }
    }
}

/// The playlist as another parser reads it: EXTINF against the frames, and URIs that can be had.
fn playlist_holds(name: &str, pushed: &Pushed, rendition: Rendition) {
    let text = hls::media(&pushed.index, &view(rendition, &pushed.renditions), Directives::default());
    let options = ParsingOptionsBuilder::new().with_parsing_for_all_tags().build();
    let mut reader = Reader::from_str(&text, options);
    let (mut segments, mut parts, mut target, mut length) = (0, 0, 0, 0.0);
    let mut all = pushed.index.segments.iter();
    while let Some(line) = reader.read_line().unwrap() {
        match line {
            HlsLine::KnownTag(KnownTag::Hls(tags::Tag::Targetduration(tag))) => {
                target = tag.target_duration();
            }
            HlsLine::KnownTag(KnownTag::Hls(tags::Tag::Inf(tag))) => length = tag.duration(),
            HlsLine::KnownTag(KnownTag::Hls(tags::Tag::Part(tag))) => {
                parts += 1;
                assert!(tag.duration() <= 0.26, "{name}: a part of {} s", tag.duration());
            }
            HlsLine::Uri(uri) => {
                let segment = all.next().unwrap();
                let lane = segment.lane(rendition.master().unwrap()).unwrap();
                let exact = lane.duration() as f64 / f64::from(scale(segment, lane.track));
                assert!((exact - length).abs() < 0.001, "{name}: EXTINF {length}, frames {exact}");
                assert!(length.round() <= target as f64, "{name}: EXTINF {length} of {target}");
                assert_eq!(uri, format!("{}/{}.m4s", hls::name(rendition), segment.sequence));
                segments += 1;
            }
            HlsLine::UnknownTag(tag) => panic!("{name}: unknown {tag:?}"),
            _ => {}
        }
    }
    assert!(segments > 3 && parts > 3, "{name}: {segments} segments, {parts} parts\n{text}");
    assert_eq!(segments, pushed.index.segments.len(), "{name}: all segments are listed\n{text}");
}

/// A rendition's segments behind its init, as ffmpeg decodes them: every frame that the index holds, without a complaint.
fn decodes(name: &str, pushed: &Pushed, rendition: Rendition) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rendition.mp4");
    let read =
        |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&pushed.tape[begin as usize..end as usize]));
    let mut out = cmaf::init(&pushed.index.segments[0].run, rendition).unwrap();
    let mut frames = 0;
    for segment in &pushed.index.segments {
        out.extend(cmaf::fragment(segment, rendition, Extent::Whole, read).unwrap());
        frames += rendition.tracks().map(|id| segment.lane(id).unwrap().frames.len()).sum::<usize>();
    }
    std::fs::write(&path, out).unwrap();
    let file = path.to_str().unwrap();
    let run = Command::new("ffmpeg")
        .args(["-v", "warning", "-xerror", "-i", file, "-f", "null", "-"])
        .output()
        .unwrap();
    assert!(
        run.status.success() && run.stderr.is_empty(),
        "{name}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets"])
        .args(["-of", "csv=p=0", file])
        .output()
        .unwrap();
    let counted: usize = String::from_utf8_lossy(&probe.stdout)
        .lines()
        .filter_map(|line| line.trim_end_matches(',').parse::<usize>().ok())
        .sum();
    assert_eq!(counted, frames, "{name}: packets in {}", hls::name(rendition));
}

/// `bytes` without the packets of sound between two shares of the whole.
fn without_sound(bytes: &[u8], from: f64, to: f64) -> Vec<u8> {
    let count = (bytes.len() / PACKET) as f64;
    let kept = bytes.chunks_exact(PACKET).enumerate().filter(|(at, packet)| {
        let sound = (0x101..0x110).contains(&Packet::new(packet).unwrap().pid());
        !sound || (*at as f64) < count * from || *at as f64 >= count * to
    });
    kept.flat_map(|(_, packet)| packet.iter().copied()).collect()
}

#[test]
fn sound_that_is_missing_is_silence() {
    let stereo = broadcast(CASES[0].1);
    let surround = broadcast(&["picture=25", "tone=440", "-c:a aac -ac 6", "-g 25"]);
    for (name, bytes) in [("stereo", stereo), ("surround", surround)] {
        let pushed = push(name, &without_sound(&bytes, 0.3, 0.7));
        lanes_hold(name, &pushed.index);
        let silent = |segment: &&std::sync::Arc<Segment>| {
            segment.lanes[1].frames.iter().any(|frame| frame.length == 0)
        };
        assert!(pushed.index.segments.iter().filter(silent).count() > 1, "{name}: silence");
        decodes(name, &pushed, pushed.renditions[0]);
    }
}

/// Twelve seconds of AAC, as a transcoder makes it.
fn sine() -> Vec<Vec<u8>> {
    let sine = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "12"];
    let made = ["-ac", "2", "-c:a", "aac", "-f", "adts", "pipe:1"];
    let made = ffmpeg(&sine.iter().chain(&made).map(ToString::to_string).collect::<Vec<_>>());
    let mut frames = Vec::new();
    Splitter::new(Kind::AacAdts).push(&made, |frame, _, _| frames.push(frame.to_vec()));
    frames
}

/// Sound that came before the picture, and is missing when that begins: silence stands for it from the picture on, not from before.
#[test]
fn sound_that_is_missing_when_a_run_begins_is_silence() {
    let bytes = broadcast(CASES[0].1);
    let packets = bytes.len() / PACKET;
    for at in 0..12 {
        let joined = &bytes[packets / 40 * (1 + at) * PACKET..];
        let pictures = push("joined", joined).index.segments[0].lanes[0].frames[0].begin as usize;
        let share = |bytes: usize| bytes as f64 / joined.len() as f64;
        // The tape keeps nearly all that comes.
        for lost in [0, 20_000, 60_000] {
            let from = share(pictures) - 0.001 * at as f64;
            let pushed = push("damage", &without_sound(joined, from, from + share(lost)));
            lanes_hold("damage", &pushed.index);
        }
    }
}

/// Sound made by a transcoder that takes its time: the picture begins with silence, and is heard as soon as there is sound.
#[test]
fn derived_sound_that_comes_late_begins_as_silence_and_is_heard_then() {
    let bytes = broadcast(&["picture=25", "tone=440", "-c:a ac3", "-g 25"]);
    let mut frames = sine();
    let (mut segmenter, mut tape, mut side) = (Segmenter::new(Start::default()), Vec::new(), 0u64);
    let mut id = None;
    let pieces = 240;
    for (number, piece) in bytes.chunks(bytes.len() / pieces + 1).enumerate() {
        segmenter.push(piece, NOON + number as i64 * 50, &mut tape);
        if id.is_none() && segmenter.map().is_some() {
            id = Some(segmenter.derive(1));
        }
        // Nothing for four seconds, then all at once, and from then on half a second behind the picture.
        let due = if number < 80 { 0 } else { (number * 50).saturating_sub(500) * 48 / 1024 };
        while let (Some(id), Some(frame)) = (id, frames.first().filter(|_| side < due as u64)) {
            segmenter.push_derived(id, side as i64 * 1024, side * 1000, frame);
            frames.remove(0);
            side += 1;
        }
        if number == 60 {
            let id = id.unwrap();
            let run = &segmenter.index().segments[0].run;
            assert!(run.track(id).is_some_and(cmaf::supported), "silence can be played: {run:?}");
            assert!(segmenter.index().segments[0].lane(id).is_some_and(|lane| lane.closed), "and is there");
        }
    }
    let id = id.unwrap();
    let index = segmenter.index();
    let heard = |segment: &Segment| {
        let frames = &segment.lane(id).unwrap().frames;
        frames.iter().filter(|frame| frame.length > 0).count() * 2 > frames.len()
    };
    let late = index
        .segments
        .iter()
        .filter(|segment| segment.start > 6 * HZ && segment.end.is_some_and(|end| end < 11 * HZ));
    let late: Vec<_> = late.collect();
    assert!(!late.is_empty() && late.iter().all(|segment| heard(segment)), "sound is heard");
    lanes_hold_of(index, id);
}

/// A run of a second is over before anybody has the patience to miss its sound: what comes late is heard in it all the same, and what
/// does not come is silence, so that the run can be played.
#[test]
fn derived_sound_of_short_runs_is_heard_or_is_silence() {
    let whole = broadcast(&["picture=25", "tone=440", "-c:a ac3", "-g 25"]);
    let second = &whole[..whole.len() / 12 / PACKET * PACKET];
    let frames = sine();
    // Milliseconds that the transcoder takes, and whether there is sound then.
    for (delay, heard) in [(900, true), (1_000_000, false)] {
        let (mut segmenter, mut tape, mut side) = (Segmenter::new(Start::default()), Vec::new(), 0);
        let (mut id, mut coming) = (None, std::collections::VecDeque::new());
        for number in 0..240 {
            let (begin, end) = (number % 20 * second.len() / 20, (number % 20 + 1) * second.len() / 20);
            segmenter.push(&second[begin..end], NOON + number as i64 * 50, &mut tape);
            if id.is_none() && segmenter.map().is_some() {
                id = Some(segmenter.derive(1));
                segmenter.tap(1, true);
            }
            for tapped in segmenter.take_tapped(1).into_iter().filter_map(|tapped| tapped.start) {
                coming.push_back((number * 50 + delay, tapped));
            }
            while let (Some((due, start)), Some(id)) = (coming.front().copied(), id) {
                if due > number * 50 {
                    break;
                }
                coming.pop_front();
                for (at, frame) in frames.iter().take(46).enumerate() {
                    segmenter.push_derived(id, start + at as i64 * 1024, side, frame);
                    side += frame.len() as u64;
                }
            }
        }
        let (id, index) = (id.unwrap(), segmenter.index());
        assert!(index.segments.iter().filter(|segment| segment.discontinuity).count() > 8, "short runs");
        let edge = index.segments.back().unwrap().start;
        let over = index.segments.iter().filter(|segment| segment.end.is_some_and(|end| end + 3 * HZ < edge));
        let (mut sound, mut all) = (0, 0);
        for segment in over {
            let lane = segment.lane(id).unwrap();
            assert!(lane.closed && segment.run.track(id).is_some_and(cmaf::supported), "it can be played");
            sound += lane.frames.iter().filter(|frame| frame.length > 0).count();
            all += lane.frames.len();
        }
        assert!(if heard { sound * 10 > all * 8 } else { sound == 0 }, "{sound} of {all}");
    }
}

/// The frames of one lane follow each other without gap.
fn lanes_hold_of(index: &Index, id: u8) {
    let mut next = None;
    for lane in
        index.segments.iter().filter_map(|segment| segment.lane(id)).filter(|lane| !lane.frames.is_empty())
    {
        assert!(next.is_none_or(|next| next == lane.start), "no gap");
        next = Some(lane.start + lane.duration());
    }
}

/// Browsers give up at half a picture: wherever a source breaks off, what is kept can be decoded.
#[test]
fn half_a_picture_is_left_out() {
    let bytes = broadcast(CASES[0].1);
    let packets = bytes.len() / PACKET;
    for share in [0.5, 0.51, 0.517, 0.6, 0.613] {
        let half = &bytes[..(packets as f64 * share) as usize * PACKET];
        let pushed = push_and("half", half, Segmenter::interrupt);
        lanes_hold("half", &pushed.index);
        decodes("half", &pushed, pushed.renditions[0]);
        // The same where a break is announced, and something else goes on in the middle of a group of pictures.
        let mut spliced = half.to_vec();
        for pid in [0x100u16, 0x101] {
            let mut packet = [0xFF; PACKET];
            packet[..6].copy_from_slice(&[0x47, (pid >> 8) as u8, pid as u8, 0x20, 183, 0x80]);
            spliced.extend(packet);
        }
        spliced.extend(&bytes[half.len() + 40 * PACKET..]);
        let pushed = push_and("spliced", &spliced, Segmenter::interrupt);
        lanes_hold("spliced", &pushed.index);
        let runs: std::collections::BTreeSet<u32> =
            pushed.index.segments.iter().map(|segment| segment.run.number).collect();
        assert_eq!(runs.len(), 2, "a new run begins where a break is announced");
        decodes("spliced", &pushed, pushed.renditions[0]);
    }
}

/// Some multiplexers say MPEG audio and send AAC.
#[test]
fn sound_is_what_it_is_not_what_the_map_says() {
    let mut bytes = broadcast(CASES[0].1);
    for packet in bytes.chunks_exact_mut(PACKET).filter(|packet| Packet::new(packet).unwrap().pid() == 0x1000)
    {
        let section = &mut packet[5..];
        let length = 3 + usize::from(section[2]);
        let at = section[..length].windows(3).position(|entry| entry == [0x0F, 0xE1, 0x01]).unwrap();
        section[at] = 0x04;
        let crc = crc32(&section[..length - 4]).to_be_bytes();
        section[length - 4..length].copy_from_slice(&crc);
    }
    let pushed = push("mistaken", &bytes);
    lanes_hold("mistaken", &pushed.index);
    let last = pushed.index.segments.back().unwrap();
    let sounds: Vec<&Track> = last.run.tracks.iter().filter(|track| track.kind.is_audio()).collect();
    let [sound] = sounds[..] else { panic!("one sound: {sounds:?}") };
    assert_eq!(sound.kind, Kind::AacAdts);
    assert!(last.lane(sound.id).unwrap().frames.iter().all(|frame| frame.length > 0), "it is heard");
}

#[test]
fn sound_that_vanishes_from_the_map_goes_on_as_silence() {
    let both = broadcast(CASES[1].1);
    let one = broadcast(&["picture=25", "tone=440", "-map 0 -map 1 -c:a aac", "-g 50"]);
    let pushed = push("vanishing", &[both, move_clock(&one, 12 * HZ)].concat());
    lanes_hold("vanishing", &pushed.index);
    let (last, _) = pushed.index.edge(pushed.renditions[0], pushed.renditions[0].audio).unwrap();
    for rendition in &pushed.renditions {
        let edge = pushed.index.edge(*rendition, None).map(|(sequence, _)| sequence);
        assert_eq!(edge, Some(last), "{}", hls::name(*rendition));
    }
}

/// Frames of LATM that refer to a configuration before them are nothing that a decoder could begin with.
#[test]
fn a_stretch_of_latm_begins_with_its_configuration() {
    let bytes =
        broadcast(&["picture=25", "tone=440", "-c:a aac -mpegts_flags +latm -pes_payload_size 0", "-g 25"]);
    for share in [3, 4, 5, 7, 9] {
        let (mut segmenter, mut tape) = (Segmenter::new(Start::default()), Vec::new());
        let (before, after) = bytes.split_at(bytes.len() / share / PACKET * PACKET);
        segmenter.push(before, NOON, &mut tape);
        let sound = segmenter.tracks().iter().find(|track| track.kind == Kind::AacLatm).unwrap().id;
        segmenter.tap(sound, true);
        segmenter.push(after, NOON, &mut tape);
        let tapped = segmenter.take_tapped(sound);
        assert!(tapped[0].start.is_some() && tapped[0].samples > 48_000, "{share}");
        assert!(aac::latm(&tapped[0].bytes).is_some(), "{share}: begins with its configuration");
    }
}

/// `bytes` with nothing but the clock in the picture's packets before a share of the whole.
fn without_picture(bytes: &[u8], until: f64) -> Vec<u8> {
    let count = (bytes.len() / PACKET) as f64;
    let emptied = bytes.chunks_exact(PACKET).enumerate().map(|(at, packet)| {
        let mut packet = packet.to_vec();
        if Packet::new(&packet).unwrap().pid() == 0x100 && (at as f64) < count * until {
            // An adaptation field of all the packet, with neither clock nor flags where there was none.
            if packet[3] & 0x20 == 0 || packet[4] == 0 {
                packet[5] = 0;
            }
            (packet[1], packet[3], packet[4]) = (packet[1] & 0x1F, packet[3] & 0x0F | 0x20, 183);
        }
        packet
    });
    emptied.flatten().collect()
}

/// Radio with a picture in its map of which nothing comes is radio; should the picture come after all, it is shown.
#[test]
fn a_picture_that_never_comes_is_not_waited_for() {
    let bytes = broadcast(CASES[1].1);
    let tracks = |segment: &Segment| segment.run.tracks.iter().map(|track| track.kind).collect::<Vec<_>>();
    let radio = push("no picture", &without_picture(&bytes, 1.0));
    assert_eq!(tracks(&radio.index.segments[0]), [Kind::AacAdts; 2]);
    lanes_hold("no picture", &radio.index);
    decodes("no picture", &radio, radio.renditions[1]);
    let late = push_and("late picture", &without_picture(&bytes, 0.5), Segmenter::finish);
    let kinds: Vec<_> = late.index.segments.iter().map(|segment| tracks(segment)).collect();
    assert_eq!(kinds[0], [Kind::AacAdts; 2]);
    assert_eq!(kinds.last().unwrap()[..], [Kind::H264, Kind::AacAdts, Kind::AacAdts]);
    // A sound of which nothing comes is no reason to wait either, as long as something else does.
    let one = without_sound(&without_picture(&bytes, 1.0), 0.0, 1.0);
    assert!(push("nothing", &one).index.segments.is_empty());
}

/// Six seconds of this, and then six of that, as one broadcast.
fn then(one: &[&str], other: &[&str]) -> Vec<u8> {
    let half = |case: &[&str]| {
        let bytes = broadcast(case);
        bytes[..bytes.len() / 2 / PACKET * PACKET].to_vec()
    };
    [half(one), move_clock(&half(other), 6 * HZ)].concat()
}

/// Whatever becomes of a programme, what comes is on the tape, in a run of its own.
#[test]
fn radio_becomes_television_and_changes_like_it() {
    let (radio, two, television) =
        (CASES[2].1, &["tone=440", "tone=880", "-map 0 -map 1 -c:a aac"][..], CASES[0].1);
    let mp2 = &["tone=440", "-c:a mp2"][..];
    let german = &["tone=440", "-c:a aac -metadata:s:a:0 language=deu"][..];
    for (name, bytes, before, after) in [
        ("to television", then(radio, television), vec![Kind::AacAdts], vec![Kind::H264, Kind::AacAdts]),
        ("to radio", then(television, radio), vec![Kind::H264, Kind::AacAdts], vec![Kind::AacAdts]),
        ("to another codec", then(mp2, radio), vec![Kind::MpegAudio], vec![Kind::AacAdts]),
        ("to another language", then(radio, german), vec![Kind::AacAdts], vec![Kind::AacAdts]),
        ("to two sounds", then(radio, two), vec![Kind::AacAdts], vec![Kind::AacAdts; 2]),
    ] {
        let pushed = push_loosely(&bytes);
        let index = &pushed.index;
        let kinds = |segment: &Segment| -> Vec<Kind> {
            segment.run.tracks.iter().map(|track| track.kind).take(after.len().max(before.len())).collect()
        };
        let (first, last) = (&index.segments[0], index.segments.back().unwrap());
        assert_eq!(kinds(first)[..before.len()], before[..], "{name}");
        assert_eq!(kinds(last)[..after.len()], after[..], "{name}");
        assert!(last.run.number > first.run.number, "{name}");
        assert!(index.segments.iter().all(|segment| segment.is_complete()), "{name}: all is complete");
        let heard: i64 = index.segments.iter().map(|segment| segment.end.unwrap() - segment.start).sum();
        assert!(heard > 10 * HZ, "{name}: {} s of twelve", heard / HZ);
    }
}

/// Radio goes on when its map begins to name a picture of which nothing comes.
#[test]
fn radio_is_not_ended_by_a_picture_that_never_comes() {
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2 / PACKET * PACKET].to_vec();
    let (radio, television) = (half(broadcast(CASES[2].1)), half(broadcast(CASES[0].1)));
    let dead = move_clock(&without_picture(&television, 1.0), 6 * HZ);
    let index = push_loosely(&[radio, dead].concat()).index;
    let last = index.segments.back().unwrap();
    assert_eq!(last.run.tracks.iter().map(|track| track.kind).collect::<Vec<_>>(), [Kind::AacAdts]);
    let heard: i64 = index.segments.iter().map(|segment| segment.end.unwrap() - segment.start).sum();
    assert!(last.run.number > 0 && heard > 7 * HZ, "{} s", heard / HZ);
}

/// Only the index at the end, for programmes whose tracks change.
fn push_loosely(bytes: &[u8]) -> Pushed {
    let (mut segmenter, mut tape) = (Segmenter::new(Start::default()), Vec::new());
    for (number, piece) in bytes.chunks(8 * PACKET).enumerate() {
        segmenter.push(piece, NOON + number as i64 * 40, &mut tape);
    }
    segmenter.finish();
    let index = segmenter.index().clone();
    Pushed { index, tape, renditions: Vec::new() }
}

/// A sound that stops is silence in radio too, and frames of 44.1 kHz, which are no whole number of ticks, follow each other without a gap.
#[test]
fn radio_keeps_its_time_and_fills_what_is_missing() {
    let bytes = broadcast(&["tone=440", "tone=880", "-map 0 -map 1 -c:a aac -ar 44100"]);
    let count = bytes.len() / PACKET;
    let torn: Vec<u8> = bytes
        .chunks_exact(PACKET)
        .enumerate()
        .filter(|(at, packet)| Packet::new(packet).unwrap().pid() != 0x101 || *at < count / 3)
        .flat_map(|(_, packet)| packet.to_vec())
        .collect();
    let pushed = push("torn radio", &torn);
    lanes_hold("torn radio", &pushed.index);
    let last = pushed.index.segments.back().unwrap();
    assert!(last.lanes[1].frames.iter().all(|frame| frame.length == 0), "silence");
    for pair in pushed.index.segments.iter().collect::<Vec<_>>().windows(2) {
        let (one, next) = (&pair[0].lanes[0], &pair[1].lanes[0]);
        assert_eq!(one.start + one.duration(), next.start, "no gap, and no overlap");
    }
    let (first, lane) = (&pushed.index.segments[0], &last.lanes[0]);
    let samples = lane.start + lane.duration() - first.lanes[0].start;
    assert!(
        (to_ticks(samples, 44_100) - (last.end.unwrap() - first.start)).abs() <= 1,
        "time is counted in samples"
    );
}

/// Tables come when they come. A key frame that was there before them is the first picture all the same.
#[test]
fn a_key_frame_before_the_map_is_not_lost() {
    let bytes = broadcast(CASES[0].1);
    let tables = |packet: &[u8]| matches!(Packet::new(packet).unwrap().pid(), 0 | 0x1000);
    let (late, rest): (Vec<&[u8]>, Vec<&[u8]>) =
        bytes.chunks_exact(PACKET).take(300).partition(|packet| tables(packet));
    let head = [rest.concat(), late.concat()].concat();
    let pushed = push("late map", &[&head, &bytes[300 * PACKET..]].concat());
    let usual = push("usual map", &bytes);
    let pictures = |pushed: &Pushed| {
        pushed.index.segments.iter().map(|segment| segment.lanes[0].frames.len()).sum::<usize>()
    };
    assert_eq!(pictures(&pushed), pictures(&usual));
    lanes_hold("late map", &pushed.index);
}

/// A regional window drops a language and brings it back: whoever transcodes it goes on.
#[test]
fn sound_that_comes_back_is_tapped_again() {
    let both = broadcast(CASES[1].1);
    let one = broadcast(&["picture=25", "tone=440", "-map 0 -map 1 -c:a aac", "-g 50"]);
    let again = move_clock(&both, 24 * HZ);
    let (mut segmenter, mut tape) = (Segmenter::new(Start::default()), Vec::new());
    segmenter.push(&both, NOON, &mut tape);
    let id = segmenter.tracks().iter().filter(|track| track.kind.is_audio()).nth(1).unwrap().id;
    segmenter.derive(id);
    segmenter.tap(id, true);
    segmenter.push(&move_clock(&one, 12 * HZ), NOON + 12_000, &mut tape);
    segmenter.take_tapped(id);
    segmenter.push(&again, NOON + 24_000, &mut tape);
    let tapped = segmenter.take_tapped(id);
    assert!(tapped.first().is_some_and(|tapped| tapped.start.is_some()), "a stretch begins");
    assert!(tapped.iter().map(|tapped| tapped.bytes.len()).sum::<usize>() > 10_000, "and is heard");
}

/// Bits turned over, packets and stretches lost, packets twice, junk between.
fn damage(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut out = Vec::with_capacity(bytes.len());
    let mut lost = 0;
    for packet in bytes.chunks_exact(PACKET) {
        if lost > 0 {
            lost -= 1;
            continue;
        }
        match dice.roll(400) {
            0 => {}
            1 => lost = dice.roll(500),
            2 => out.extend([packet, packet].concat()),
            3 => out.extend((0..dice.roll(400)).map(|at| at as u8 ^ 0x5A)),
            4..8 => {
                let mut packet = packet.to_vec();
                packet[dice.roll(PACKET)] ^= 1 << dice.roll(8);
                out.extend(packet);
            }
            _ => out.extend_from_slice(packet),
        }
    }
    out
}

#[test]
fn laws_hold_for_damaged_broadcasts() {
    for (name, case) in [CASES[0], CASES[1], CASES[2], CASES[4]] {
        let bytes = broadcast(case);
        for seed in 1..=12 {
            let name = format!("{name}, damage {seed}");
            let pushed = push(&name, &damage(&bytes, seed));
            if !pushed.index.segments.is_empty() {
                lanes_hold(&name, &pushed.index);
            }
        }
    }
}

#[test]
fn laws_hold_for_every_kind_of_broadcast() {
    for (name, case) in CASES {
        let bytes = broadcast(case);
        for (how, bytes) in [("", bytes.clone()), (" late", delay_sound(&bytes, 0.7 / 12.0))] {
            let name = format!("{name}{how}");
            let pushed = push(&name, &bytes);
            lanes_hold(&name, &pushed.index);
            for rendition in &pushed.renditions {
                if rendition
                    .tracks()
                    .all(|id| cmaf::supported(pushed.index.segments[0].run.track(id).unwrap()))
                {
                    playlist_holds(&name, &pushed, *rendition);
                    decodes(&name, &pushed, *rendition);
                }
            }
            let runs = pushed.index.segments.back().unwrap().run.number;
            assert_eq!(runs, 0, "{name}: one run");
        }
    }
}

#[test]
fn a_clock_that_wraps_changes_nothing() {
    let bytes = broadcast(CASES[0].1);
    let plain = push("plain", &bytes);
    // ffmpeg's first time stamps lie 1.4 s after 0.
    let wrapped = push("wrapped", &move_clock(&bytes, WRAP - 6 * HZ));
    assert_eq!(plain.index.segments.len(), wrapped.index.segments.len());
    for (a, b) in plain.index.segments.iter().zip(&wrapped.index.segments) {
        assert_eq!(a.lanes, b.lanes, "segment {}", a.sequence);
        assert_eq!((a.start, a.end, a.run.number), (b.start, b.end, b.run.number));
    }
}

#[test]
fn a_clock_that_jumps_begins_a_run_in_all_renditions() {
    let bytes = broadcast(CASES[1].1);
    let half = bytes.len() / 2 / PACKET * PACKET;
    let jumped = [&bytes[..half], &move_clock(&bytes[half..], 900 * HZ)].concat();
    let pushed = push("jump", &jumped);
    lanes_hold("jump", &pushed.index);
    let marks: Vec<_> = pushed
        .renditions
        .iter()
        .map(|rendition| {
            let text =
                hls::media(&pushed.index, &view(*rendition, &pushed.renditions), Directives::default());
            assert_eq!(text.matches("#EXT-X-DISCONTINUITY\n").count(), 1, "{text}");
            assert_eq!(text.matches("#EXT-X-MAP").count(), 2, "{text}");
            let after = text.split("#EXT-X-DISCONTINUITY\n").nth(1).unwrap();
            after.lines().find(|line| !line.starts_with('#')).unwrap().rsplit('/').next().unwrap().to_owned()
        })
        .collect();
    assert!(marks.iter().all(|mark| *mark == marks[0]), "{marks:?}");
    let spans: Vec<_> =
        pushed.index.segments.iter().map(|segment| (segment.start, segment.end.unwrap())).collect();
    assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0), "tape time goes on: {spans:?}");
}

#[test]
fn eviction_breaks_neither_sequence_nor_discontinuity_sequence() {
    let bytes = broadcast(CASES[0].1);
    let mut segmenter = Segmenter::new(Start { sequence: 100, ..Start::default() });
    let mut tape = Vec::new();
    for round in 0..4 {
        segmenter.push(&bytes, NOON + round * 12_000, &mut tape);
        segmenter.interrupt();
    }
    let whole = segmenter.index().clone();
    let all = renditions(&whole);
    for count in 1..whole.segments.len() {
        let mut index = whole.clone();
        let base = whole.segments[count].first_byte();
        index.evict(base);
        let first = &index.segments[0];
        // A packet of sound may belong to two segments: the earlier one stays with it.
        assert!(first.sequence <= 100 + count as u64 && first.first_byte() >= base);
        assert!(whole.segments[count - 1].first_byte() >= base || first.sequence == 100 + count as u64);
        let text = hls::media(&index, &view(all[0], &all), Directives::default());
        assert!(text.contains(&format!("#EXT-X-MEDIA-SEQUENCE:{}\n", first.sequence)), "{text}");
        // Marks seen in the playlist and marks that have gone: together always the same.
        let marks = text.matches("#EXT-X-DISCONTINUITY\n").count() as u64;
        assert!(text.contains(&format!("#EXT-X-DISCONTINUITY-SEQUENCE:{}\n", 3 - marks)), "{text}");
    }
}

#[test]
fn requests_that_block_are_answered_when_their_part_is_there() {
    let bytes = broadcast(CASES[0].1);
    let mut segmenter = Segmenter::new(Start { sequence: 7, ..Start::default() });
    let mut tape = Vec::new();
    let mut hinted: Option<(u64, u32)> = None;
    for piece in bytes.chunks(PACKET * 20) {
        segmenter.push(piece, NOON, &mut tape);
        let index = segmenter.index();
        let all = renditions(index);
        let Some(main) = all.first() else { continue };
        let view = view(*main, &all);
        if hls::readiness(index, &view, Directives::default()) != Readiness::Now {
            continue;
        }
        let ahead = Directives { sequence: Some(index.next_sequence + 3), ..Directives::default() };
        assert_eq!(hls::readiness(index, &view, ahead), Readiness::TooFarAhead);
        let text = hls::media(index, &view, Directives::default());
        let hint = text.split("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"v0a1/").nth(1).unwrap();
        let mut numbers = hint.split('.');
        let next = (numbers.next().unwrap().parse().unwrap(), numbers.next().unwrap().parse().unwrap());
        if let Some((sequence, part)) = hinted {
            assert!(next >= (sequence, part), "hints go on: {hinted:?}, then {next:?}");
            let asked = Directives { sequence: Some(sequence), part: Some(part), skip: false };
            let ready = hls::readiness(index, &view, asked);
            assert_eq!(
                ready == Readiness::Now,
                next > (sequence, part),
                "{asked:?}: {ready:?}, hint {next:?}"
            );
        }
        hinted = Some(next);
    }
    assert!(hinted.is_some_and(|(sequence, _)| sequence > 9), "{hinted:?}");
}

/// A player of delta updates (RFC 8216bis §6.2.5.1): what it knows of the playlist, by media sequence.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    /// Lines of each entry, its address last or still to come.
    entries: BTreeMap<u64, Vec<String>>,
    /// The dates that were given.
    dates: BTreeMap<u64, String>,
    /// Lines of the whole playlist.
    head: Vec<String>,
    tail: Vec<String>,
}

impl Known {
    /// Reads a playlist; what it skips is taken from `before`.
    fn read(text: &str, before: &Self) -> Self {
        let mut known = Self::default();
        let mut at = 0;
        let mut entry = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let tag = line.split(':').next().unwrap();
            let value = line.strip_prefix(tag).unwrap_or_default().trim_start_matches(':');
            match tag {
                "#EXT-X-MEDIA-SEQUENCE" => {
                    at = value.parse().unwrap();
                    known.head.push(line.into());
                }
                "#EXT-X-SKIP" => {
                    let skipped: u64 = value.strip_prefix("SKIPPED-SEGMENTS=").unwrap().parse().unwrap();
                    for sequence in at..at + skipped {
                        let old = before.entries.get(&sequence);
                        let mut old =
                            old.unwrap_or_else(|| panic!("{sequence} was skipped and is not known")).clone();
                        // Parts of what is that old are not listed any more.
                        old.retain(|line| !line.starts_with("#EXT-X-PART:"));
                        known.entries.insert(sequence, old);
                        known.dates.extend(before.dates.get(&sequence).map(|date| (sequence, date.clone())));
                    }
                    at += skipped;
                }
                "#EXT-X-PROGRAM-DATE-TIME" => {
                    known.dates.insert(at, value.into());
                }
                "#EXT-X-DISCONTINUITY" | "#EXT-X-MAP" | "#EXT-X-PART" | "#EXTINF" => entry.push(line.into()),
                "#EXT-X-PRELOAD-HINT" | "#EXT-X-RENDITION-REPORT" | "#EXT-X-ENDLIST" => {
                    known.tail.push(line.into());
                }
                _ if line.starts_with('#') => known.head.push(line.into()),
                _ => {
                    entry.push(line.into());
                    known.entries.insert(at, std::mem::take(&mut entry));
                    at += 1;
                }
            }
        }
        if !entry.is_empty() {
            known.entries.insert(at, entry);
        }
        known
    }

    /// The last initialisation up to an entry.
    fn map_in_force(&self, sequence: u64) -> Option<&String> {
        let until = self.entries.range(..=sequence).rev();
        until.flat_map(|(_, lines)| lines).find(|line| line.starts_with("#EXT-X-MAP"))
    }
}

/// Law: a full playlist is the one before and the delta, whatever was broadcast, however seldom it is asked for, and while the window moves.
#[test]
fn a_delta_update_and_what_was_known_are_the_whole_playlist() {
    let once = broadcast(CASES[0].1);
    let long: Vec<u8> = (0..6).flat_map(|round| move_clock(&once, round * 12 * HZ)).collect();
    let tapes = std::iter::once(long.clone()).chain((1..=6).map(|seed| damage(&long, seed)));
    let (mut skips, mut evicted, mut dated) = (0, 0, 0);
    for (seed, bytes) in tapes.enumerate() {
        let mut dice = Dice(seed as u64 + 11);
        let mut segmenter = Segmenter::new(Start { sequence: 7, ..Start::default() });
        let mut tape = Vec::new();
        let mut known: Option<Known> = None;
        for (number, piece) in bytes.chunks(bytes.len() / 1200 + 1).enumerate() {
            segmenter.push(piece, NOON + number as i64 * 40, &mut tape);
            if dice.roll(150) == 0
                && let Some(second) =
                    segmenter.index().segments.get(1).filter(|_| segmenter.index().segments.len() > 12)
            {
                let base = second.first_byte();
                segmenter.index_mut().evict(base);
                evicted += 1;
            }
            let index = segmenter.index();
            let all = renditions(index);
            let asks = dice.roll(8) == 0;
            let Some(view) = all.first().map(|main| view(*main, &all)).filter(|_| asks) else { continue };
            if hls::readiness(index, &view, Directives::default()) != Readiness::Now {
                continue;
            }
            let full = hls::media(index, &view, Directives::default());
            let full_known = Known::read(&full, &Known::default());
            let delta = hls::media(index, &view, Directives { skip: true, ..Directives::default() });
            // Whoever has nothing yet asks for all.
            let Some(before) = known.take() else {
                known = Some(full_known);
                continue;
            };
            let now = Known::read(&delta, &before);
            skips += usize::from(delta.contains("#EXT-X-SKIP"));
            let first = *full_known.entries.keys().next().unwrap();
            assert_eq!(
                (&now.head, &now.tail),
                (&full_known.head, &full_known.tail),
                "tape {seed}\n{full}\n{delta}"
            );
            assert!(now.entries.keys().eq(full_known.entries.keys()), "tape {seed}\n{full}\n{delta}");
            for (sequence, entry) in &full_known.entries {
                // The window's first entry stands after what makes playing from there possible.
                let plain = |entry: &Vec<String>| -> Vec<String> {
                    let own = |line: &&String| {
                        *sequence > first || line.starts_with("#EXTINF") || !line.starts_with('#')
                    };
                    entry.iter().filter(own).cloned().collect()
                };
                assert_eq!(
                    plain(&now.entries[sequence]),
                    plain(entry),
                    "tape {seed}, {sequence}\n{full}\n{delta}"
                );
                let (mine, whole) = (before_or(&now, &before, *sequence), full_known.map_in_force(*sequence));
                assert_eq!(mine, whole, "tape {seed}, {sequence}\n{full}\n{delta}");
                if let Some(date) = full_known.dates.get(sequence).filter(|_| *sequence > first) {
                    assert_eq!(now.dates.get(sequence), Some(date), "tape {seed}, {sequence}");
                    dated += usize::from(!entry.iter().any(|line| line.starts_with("#EXT-X-MAP")));
                }
            }
            known = Some(Known { entries: before.entries.into_iter().chain(now.entries).collect(), ..now });
        }
    }
    assert!(
        skips > 50 && evicted > 10 && dated > 0,
        "{skips} deltas that skip, {evicted} evictions, {dated} dates amid the rest"
    );
}

/// The initialisation of an entry: the playlist's last one before it, or what was known before the playlist.
fn before_or<'a>(now: &'a Known, before: &'a Known, sequence: u64) -> Option<&'a String> {
    now.map_in_force(sequence).or_else(|| before.map_in_force(sequence))
}

#[test]
fn sounds_for_few_say_so() {
    let pushed = push("two sounds", &broadcast(CASES[1].1));
    let mut run = (*pushed.index.segments[0].run).clone();
    let sounds: Vec<_> = run.tracks.iter_mut().filter(|track| track.kind.is_audio()).collect();
    let tags = [
        (0, None),
        (1, None),
        (2, Some("enhances-speech-intelligibility")),
        (3, Some("describes-video")),
        (9, None),
    ];
    let second = sounds[1].id;
    for (audio_type, tag) in tags {
        run.tracks.iter_mut().find(|track| track.id == second).unwrap().audio_type = audio_type;
        let text = hls::multivariant(&run, &pushed.renditions, &[], 2_000_000);
        let media: Vec<&str> = text.lines().filter(|line| line.starts_with("#EXT-X-MEDIA:")).collect();
        assert!(!media[0].contains("CHARACTERISTICS"), "{text}");
        let found = media[1]
            .split("CHARACTERISTICS=\"public.accessibility.")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        assert_eq!(found, tag, "{audio_type}: {text}");
    }
}

#[test]
fn playlists_look_like_this() {
    let bytes = broadcast(CASES[0].1);
    let pushed = push("snapshot", &bytes[..bytes.len() / 2 / PACKET * PACKET]);
    let mut index = pushed.index.clone();
    index.segments.truncate(8);
    let main = pushed.renditions[0];
    let run = &index.segments[0].run;
    // Content hashes depend on the version of the encoder.
    let clean = |text: String| {
        let (from, to) = (text.find("init-"), text.find(".mp4"));
        from.zip(to).map_or(text.clone(), |(from, to)| text.replace(&text[from..to], "init-HASH"))
    };
    insta::assert_snapshot!(
        "media",
        clean(hls::media(&index, &view(main, &pushed.renditions), Directives::default()))
    );
    let standard =
        View { low_latency: false, whole_window: false, container: Container::Ts, ..view(main, &[]) };
    insta::assert_snapshot!("standard", hls::media(&index, &standard, Directives::default()));
    insta::assert_snapshot!("multivariant", hls::multivariant(run, &pushed.renditions, &[], 2_000_000));
}
