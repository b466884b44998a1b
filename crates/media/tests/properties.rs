//! Laws of clocks, packets, frames and the index, for any input: what `laws.rs` shows on broadcasts made by ffmpeg, here on what proptest
//! makes up, so that each law is met at its edges.

#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use telecast_media::codec::Picture;
use telecast_media::codec::audio::{FrameHeader, Splitter};
use telecast_media::codec::hevc;
use telecast_media::journal::{Journal, Recovery};
use telecast_media::mpegts;
use telecast_media::segment::{PART_TARGET, Segmenter, Start};
use telecast_media::tape::{Frame, Index, Lane, Origin, Part, Rendition, Run, Segment, Setup, Texts, Track};
use telecast_media::ts::clock::{Unwrap33, WRAP};
use telecast_media::ts::packet::{PACKET, Packet, SYNC};
use telecast_media::ts::psi::Kind;
use telecast_media::ts::{pes, sync::Sync};

proptest! {
    #[test]
    fn a_clock_of_33_bits_is_followed_over_any_walk(
        start in 0..WRAP,
        steps in prop::collection::vec(1 - WRAP / 2..WRAP / 2, 0..200),
    ) {
        let mut clock = Unwrap33::default();
        prop_assert_eq!(clock.unwrap(start as u64), start);
        let mut time = start;
        for step in steps {
            time += step;
            let raw = time.rem_euclid(WRAP) as u64;
            prop_assert_eq!(clock.peek(raw), time);
            prop_assert_eq!(clock.unwrap(raw), time);
        }
    }

    #[test]
    fn time_stamps_are_written_and_read(pts in 0..1u64 << 33, dts in prop::option::of(0..1u64 << 33), length in 0u16..400) {
        let flags = if dts.is_some() { (0xC0, 10) } else { (0x80, 5) };
        let mut bytes = vec![0, 0, 1, 0xE0];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0x84, flags.0, flags.1]);
        bytes.extend(pes::write_timestamp(if dts.is_some() { 3 } else { 2 }, pts));
        bytes.extend(dts.map(|dts| pes::write_timestamp(1, dts)).into_iter().flatten());
        let header = pes::header(&bytes).unwrap();
        prop_assert_eq!((header.pts, header.dts, header.aligned), (Some(pts), dts, true));
        prop_assert_eq!(header.length, bytes.len());
        // The declared length counts from behind itself; 0 is "until the next one".
        let behind = (usize::from(length) + 6).saturating_sub(bytes.len());
        prop_assert_eq!(header.payload, (length > 0).then_some(behind));
        for cut in 0..bytes.len() {
            let _ = pes::header(&bytes[..cut]);
        }
    }
}

/// Packets of many PIDs, with sync bytes only where packets begin.
fn packets() -> impl Strategy<Value = Vec<[u8; PACKET]>> {
    let packet = (0u16..0x1FFF, 0u8..16, any::<u64>()).prop_map(|(pid, counter, seed)| {
        let mut packet = [0; PACKET];
        packet[..4].copy_from_slice(&[SYNC, (pid >> 8) as u8, pid as u8, 0x10 | counter]);
        let mut state = seed | 1;
        for byte in &mut packet[4..] {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (state >> 56) as u8;
        }
        for byte in packet[1..].iter_mut().filter(|byte| **byte == SYNC) {
            *byte ^= 0x80;
        }
        packet
    });
    prop::collection::vec(packet, 3..40)
}

fn synced<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, u64) {
    let (mut sync, mut out) = (Sync::default(), Vec::new());
    for piece in pieces {
        sync.push(piece, |run| out.extend_from_slice(run));
    }
    sync.reset();
    (out, sync.skipped_bytes)
}

/// `bytes` in pieces that end at the given places.
fn split<'a>(bytes: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    ends.extend([0, bytes.len()]);
    ends.sort_unstable();
    ends.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    /// Junk before the packets, between them and within one: only that one, and junk alone, is lost.
    #[test]
    fn junk_costs_no_packet_but_what_it_lies_in(
        packets in packets(),
        before in prop::collection::vec(0u8..SYNC, 0..500),
        between in prop::collection::vec(0u8..SYNC, 0..500),
        place in any::<prop::sample::Index>(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        // A packet alone is confirmed by nothing: two stand together at least.
        let at = Some(place.index(packets.len() - 2)).filter(|at| *at != 1).unwrap_or(0);
        let whole: Vec<u8> = packets.concat();
        let bytes = [&before, &whole[..at * PACKET], &between, &whole[at * PACKET..]].concat();
        let (found, skipped) = synced(split(&bytes, &places));
        prop_assert_eq!(skipped as usize, before.len() + between.len());
        prop_assert!(found == whole, "all packets, and nothing else");
        // Within a packet.
        let inside = at * PACKET + 1 + place.index(PACKET - 1);
        let bytes = [&before, &whole[..inside], &between, &whole[inside..]].concat();
        let (found, skipped) = synced(split(&bytes, &places));
        prop_assert_eq!(found.len() + skipped as usize, bytes.len());
        let found: Vec<&[u8]> = found.chunks_exact(PACKET).collect();
        for (number, packet) in packets.iter().enumerate().filter(|(number, _)| *number != at) {
            prop_assert!(found.contains(&&packet[..]), "packet {} of {}, {} touched", number, packets.len(), at);
        }
        prop_assert!(found.len() <= packets.len());
    }

    #[test]
    fn chunks_change_nothing_in_any_bytes(
        bytes in prop::collection::vec(prop_oneof![Just(SYNC), any::<u8>()], 0..3000),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        prop_assert_eq!(synced(split(&bytes, &places)), synced([&bytes[..]]));
    }
}

/// A frame of a codec, filled with what no header looks like.
fn frame(kind: Kind, size: u16) -> Vec<u8> {
    let mut bytes = match kind {
        Kind::AacAdts => {
            // Looked at from nine bytes on, the length of the longest header: an empty frame at the very end is not.
            let length = 9 + size % 1500;
            vec![
                0xFF,
                0xF1,
                0x4C,
                0x80 | (length >> 11) as u8,
                (length >> 3) as u8,
                (length << 5) as u8 | 0x1F,
                0xFC,
            ]
        }
        Kind::Ac3 => vec![0x0B, 0x77, 0, 0, (size % 38) as u8, 0x40, 0x40, 0],
        Kind::Eac3 => {
            let words = 8 + size % 1000;
            vec![0x0B, 0x77, (words >> 8) as u8, words as u8, 0x34, 0x80, 0, 0]
        }
        _ => vec![0xFF, 0xFD, (1 + (size % 14) as u8) << 4 | 4, 0],
    };
    let length = telecast_media::codec::audio::header(kind, &{
        let mut front = bytes.clone();
        front.resize(16, 0);
        front
    });
    bytes.resize(length.unwrap().length, 0x55);
    bytes
}

proptest! {
    #[test]
    fn frames_of_sound_are_found_in_any_chunks(
        kind in prop::sample::select(vec![Kind::AacAdts, Kind::Ac3, Kind::Eac3, Kind::MpegAudio]),
        sizes in prop::collection::vec(any::<u16>(), 1..20),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        torn in 0usize..40,
    ) {
        let frames: Vec<Vec<u8>> = sizes.iter().map(|size| frame(kind, *size)).collect();
        // What is left of a frame whose beginning nobody saw.
        let torn = &frames[0][frames[0].len().saturating_sub(torn).max(8)..];
        let bytes = [torn, &frames.concat()].concat();
        let (mut splitter, mut found, mut passed) = (Splitter::new(kind), Vec::new(), 0i64);
        for piece in split(&bytes, &places) {
            splitter.push(piece, |frame, header, at| {
                assert_eq!(header.length, frame.len());
                found.push((passed + at, frame.to_vec()));
            });
            passed += piece.len() as i64;
        }
        let mut begin = torn.len() as i64;
        prop_assert_eq!(found.len(), frames.len());
        for ((at, found), frame) in found.iter().zip(&frames) {
            prop_assert!(*at == begin && found == frame);
            begin += frame.len() as i64;
        }
        prop_assert_eq!((splitter.skipped, splitter.pending()), (torn.len() as u64, 0));
    }
}

fn header(rate: u32) -> FrameHeader {
    FrameHeader { length: 300, samples: 1024, rate, channels: 2 }
}

/// A segment of sound made by a transcoder, from its frames' lengths.
fn derived(lengths: &[u32], start: i64, offset: i64) -> Segment {
    let source = Track {
        id: 0,
        kind: Kind::H264,
        origin: Origin::Stream { pid: 0x1010 },
        language: None,
        audio_type: 0,
        setup: None,
    };
    let setup = Some(Setup::Aac { header: header(48_000), config: [0x11, 0x90] });
    let origin = Origin::Derived { from: 1 };
    let track = Track { id: 0x81, kind: Kind::AacAdts, origin, setup, ..source.clone() };
    let mut begin = 0;
    let frames = lengths.iter().map(|length| {
        let frame =
            Frame { begin, length: *length, duration: 1024, composition: 0, skip: 0, random_access: true };
        begin += u64::from(*length);
        frame
    });
    let lane = Lane { track: 0x81, start, frames: frames.collect(), parts: Vec::new(), closed: true };
    let run = Run {
        number: 3,
        start: 0,
        offset,
        tracks: vec![source, track],
        tables: Vec::new(),
        texts: Texts::default(),
    };
    Segment {
        sequence: 9,
        run: Arc::new(run),
        discontinuity: false,
        discontinuity_sequence: 0,
        start: 0,
        end: Some(90_000),
        wall_ms: 0,
        base: 0,
        recovery: None,
        lanes: vec![Lane::empty(0), lane],
    }
}

proptest! {
    /// Bytes in are elementary bytes out, each frame with its time, in packets that count on.
    #[test]
    fn derived_sound_is_put_into_packets_and_comes_out_again(
        lengths in prop::collection::vec(prop_oneof![0u32..400, 0u32..8191], 1..60),
        start in -1_000_000i64..1_000_000_000,
        offset in -(1i64 << 40)..1 << 40,
    ) {
        let segment = derived(&lengths, start, offset);
        let side: Vec<u8> = (0..lengths.iter().sum::<u32>()).map(|at| (at % 251) as u8).collect();
        let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&side[begin as usize..end as usize]));
        let rendition = Rendition { video: None, audio: Some(0x81) };
        let out = mpegts::segment(&segment, None, rendition, read).unwrap();
        prop_assert_eq!(out.len() % PACKET, 0);
        let (mut elementary, mut times, mut counter) = (Vec::new(), Vec::new(), None);
        // 0x1010 is taken by the picture: derived sound lies on the next.
        for packet in out.chunks_exact(PACKET).filter_map(Packet::new).filter(|packet| packet.pid() == 0x1011) {
            prop_assert!(packet.has_payload() && !packet.payload().is_empty());
            prop_assert_eq!(packet.discontinuity(), counter.is_none(), "announced once, at the beginning");
            prop_assert!(counter.is_none_or(|before: u8| (before + 1) & 15 == packet.continuity()));
            counter = Some(packet.continuity());
            let mut payload = packet.payload();
            if packet.unit_start() {
                let header = pes::header(payload).unwrap();
                times.push((elementary.len(), header.payload, header.pts.unwrap() as i64));
                payload = &payload[header.length..];
            }
            elementary.extend_from_slice(payload);
        }
        prop_assert!(elementary == side);
        let (mut begin, mut expected) = (0, Vec::new());
        for (number, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let ticks = ((start + 1024 * number as i64) * 90_000).div_euclid(48_000);
            expected.push((begin, Some(*length as usize), (ticks - offset).rem_euclid(WRAP)));
            begin += *length as usize;
        }
        prop_assert_eq!(times, expected);
    }
}

/// What ends together is listed together, whatever either is rounded to; a millisecond more is waited for.
#[test]
fn a_part_waits_for_sound_and_not_for_its_rounding() {
    let mut segment = derived(&[100; 45], 0, 0);
    let run = Arc::make_mut(&mut segment.run);
    let setup = run.tracks[1].setup.clone();
    run.tracks[0].setup = setup;
    segment.end = None;
    segment.lanes[1].closed = false;
    let rendition = Rendition { video: Some(0), audio: Some(0x81) };
    for (more, listed) in [(0, 1), (2, 1), (48, 1), (49, 0), (1024, 0)] {
        let duration = 45 * 1024 + more;
        let frame = Frame { begin: 0, length: 9, duration, composition: 0, skip: 0, random_access: true };
        let part = Part { first: 0, count: 1, duration, independent: true };
        segment.lanes[0] = Lane { track: 0, start: 0, frames: vec![frame], parts: vec![part], closed: false };
        assert_eq!(Index::listed(&segment, rendition, Some(0x81)).parts, listed, "{more} samples more");
    }
}

/// Parameter sets of the seeds: video, sequence, picture.
fn hevc_sets() -> impl Strategy<Value = ([Vec<u8>; 3], bool)> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/hevc");
    let sets = ["plain", "cra", "fields"].map(|name| {
        let front = hevc::front(&std::fs::read(seeds.join(name)).unwrap());
        [front.vps, front.sps, front.pps].map(|sets| sets[0].clone())
    });
    (prop::sample::select(sets.to_vec()), any::<bool>())
}

fn any_track() -> impl Strategy<Value = Track> {
    let kind =
        prop::sample::select(vec![Kind::Mpeg2Video, Kind::Hevc, Kind::AacAdts, Kind::Ac3, Kind::Other(0x42)]);
    let picture = (any::<u32>(), any::<u32>(), any::<bool>(), prop::option::of((any::<u32>(), 1..u32::MAX)));
    let setup = prop_oneof![
        Just(None),
        picture.prop_map(|(width, height, interlaced, frame_rate)| {
            Some(Setup::Picture(Picture { width, height, frame_rate, interlaced }))
        }),
        hevc_sets().prop_map(|(sets, more)| {
            let sets = [0, 1, 2].map(|kind| vec![sets[kind].clone(); 1 + usize::from(kind == 2 && more)]);
            let [vps, sps, pps] = sets;
            hevc::Config::new(vps, sps, pps).map(Setup::Hevc)
        }),
        any::<[u8; 2]>().prop_map(|config| Some(Setup::Aac { header: header(44_100), config })),
        any::<[u8; 8]>().prop_map(|front| Some(Setup::Audio { header: header(32_000), front })),
    ];
    let origin = prop_oneof![
        any::<u16>().prop_map(|pid| Origin::Stream { pid }),
        any::<u8>().prop_map(|from| Origin::Derived { from })
    ];
    (kind, origin, prop::option::of(any::<[u8; 3]>()), any::<u8>(), setup).prop_map(
        |(kind, origin, language, audio_type, setup)| Track {
            id: 0,
            kind,
            origin,
            language,
            audio_type,
            setup,
        },
    )
}

fn any_frame() -> impl Strategy<Value = Frame> {
    (0u64..1 << 48, any::<u32>(), 0u32..1 << 24, any::<i32>(), any::<u16>(), any::<bool>()).prop_map(
        |(begin, length, duration, composition, skip, random_access)| Frame {
            begin,
            length: length >> 1,
            duration,
            composition,
            skip,
            random_access,
        },
    )
}

fn any_lane(track: u8) -> impl Strategy<Value = Lane> {
    (any::<i32>(), prop::collection::vec((any_frame(), any::<bool>()), 0..30)).prop_map(
        move |(start, frames)| {
            let mut parts: Vec<Part> = Vec::new();
            for (number, (frame, begins)) in frames.iter().enumerate() {
                match parts.last_mut().filter(|_| !begins) {
                    Some(part) => {
                        part.count += 1;
                        part.duration += frame.duration;
                    }
                    None => parts.push(Part {
                        first: number as u32,
                        count: 1,
                        duration: frame.duration,
                        independent: frame.random_access,
                    }),
                }
            }
            let frames = frames.into_iter().map(|(frame, _)| frame).collect();
            Lane { track, start: i64::from(start), frames, parts, closed: true }
        },
    )
}

/// Runs of tracks, each with some segments, that follow each other.
fn any_index() -> impl Strategy<Value = Index> {
    let run =
        (prop::collection::vec(any_track(), 1..4), any::<i32>(), prop::collection::vec(any::<u8>(), 0..400));
    let segment = (prop::collection::vec(any_lane(0), 4), 0i64..400_000, any::<i32>(), any::<u32>());
    let runs = prop::collection::vec((run, prop::collection::vec(segment, 1..6)), 1..4);
    (runs, 0u64..1 << 40).prop_map(|(runs, first)| {
        let (mut index, mut time) = (Index { next_sequence: first, ended: true, ..Index::default() }, 0);
        for (number, ((tracks, offset, tables), segments)) in runs.into_iter().enumerate() {
            let tracks: Vec<Track> =
                tracks.into_iter().enumerate().map(|(id, track)| Track { id: id as u8, ..track }).collect();
            let run = Arc::new(Run {
                number: number as u32,
                start: time,
                offset: i64::from(offset),
                tracks,
                tables,
                texts: Texts::default(),
            });
            for (at, (lanes, length, wall, base)) in segments.into_iter().enumerate() {
                let lanes = lanes.into_iter().take(run.tracks.len()).enumerate();
                index.segments.push_back(Arc::new(Segment {
                    sequence: index.next_sequence,
                    run: Arc::clone(&run),
                    discontinuity: at == 0 && number > 0,
                    discontinuity_sequence: number as u64,
                    start: time,
                    end: Some(time + length),
                    wall_ms: i64::from(wall) << 12,
                    base: u64::from(base),
                    recovery: None,
                    lanes: lanes.map(|(id, lane)| Lane { track: id as u8, ..lane }).collect(),
                }));
                index.next_sequence += 1;
                time += length;
            }
        }
        index
    })
}

proptest! {
    #[test]
    fn any_index_is_written_to_the_journal_and_read_again(index in any_index()) {
        let first = index.segments[0].sequence;
        let mut recovery = Recovery::default();
        for page in Journal::new("tape", first).write(&index) {
            prop_assert_eq!(recovery.page(&page.bytes), page.bytes.len());
        }
        let again = recovery.finish(|_, _, _, _| true);
        prop_assert_eq!(&again.segments, &index.segments);
        prop_assert_eq!(again.next_sequence, index.next_sequence);
    }
}

/// Small broadcasts: the seeds of the fuzz targets.
fn broadcasts() -> Vec<Vec<u8>> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/segmenter");
    // The first byte is the target's.
    ["av", "open", "mpeg2", "radio", "hevc"]
        .map(|name| std::fs::read(seeds.join(name)).unwrap()[1..].to_vec())
        .to_vec()
}

fn taped<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Index, Vec<u8>) {
    let (mut segmenter, mut tape) = (Segmenter::new(Start::default()), Vec::new());
    for piece in pieces {
        segmenter.push(piece, 0, &mut tape);
    }
    segmenter.interrupt();
    (segmenter.index().clone(), tape)
}

/// Whoever joins late learns what there is, and whoever is there of what has changed: also without a picture.
#[test]
fn tables_are_repeated_four_times_a_second() {
    for (broadcast, name) in broadcasts().into_iter().zip(["av", "open", "mpeg2", "radio", "hevc"]) {
        let (index, tape) = taped([broadcast.as_slice()]);
        let (Some(first), Some(last)) = (index.segments.front(), index.segments.back()) else {
            panic!("{name}: nothing came of it")
        };
        let length = telecast_media::time::seconds(last.end.unwrap_or(last.start) - first.start);
        let tables = tape.chunks_exact(188).filter(|packet| packet[1] & 0x1F == 0 && packet[2] == 0).count();
        assert!(tables as f64 >= (length * 3.0).floor(), "{name}: {tables} tables in {length} s");
    }
}

/// Within a run the lanes follow each other without gap, and parts cover the frames.
fn lanes_hold(index: &Index, tape: &[u8]) {
    let mut ends = std::collections::BTreeMap::new();
    for segment in &index.segments {
        for lane in &segment.lanes {
            assert!(lane.closed, "nothing is open when the source is gone");
            let counted: u32 = lane.parts.iter().map(|part| part.count).sum();
            assert_eq!(counted as usize, lane.frames.len(), "parts cover the frames");
            assert!(lane.extent().is_none_or(|(_, end)| end as usize <= tape.len()));
            if lane.frames.is_empty() {
                continue;
            }
            if segment.run.track(lane.track).is_some_and(|track| track.kind.is_video()) {
                let steps = || lane.frames.iter().map(|frame| i64::from(frame.duration));
                assert!(
                    steps().all(|step| step > 0 && step <= PART_TARGET),
                    "decoding times rise, by a part at most"
                );
            }
            let before = ends.insert((segment.run.number, lane.track), lane.start + lane.duration());
            assert!(before.is_none_or(|before| before == lane.start), "track {} has a gap", lane.track);
        }
    }
}

#[test]
fn any_chunks_make_the_same_tape() {
    let broadcasts = broadcasts();
    proptest!(ProptestConfig::with_cases(64), |(
        which in 0usize..5,
        junk in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    )| {
        let mut bytes = broadcasts[which].clone();
        let at = at.index(bytes.len());
        bytes.splice(at..at, junk);
        let (one, other) = (taped([&bytes[..]]), taped(split(&bytes, &places)));
        prop_assert!(one.0.segments == other.0.segments, "index");
        prop_assert!(one.1 == other.1, "tape");
    });
}

#[test]
fn packets_that_are_lost_leave_the_laws_of_lanes() {
    let broadcasts = broadcasts();
    proptest!(ProptestConfig::with_cases(128), |(
        which in 0usize..5,
        lost in prop::collection::vec((any::<prop::sample::Index>(), 1usize..12), 0..12),
        twice in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        flipped in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 0..20),
    )| {
        let mut broadcast = broadcasts[which].clone();
        for (at, bit) in flipped {
            let at = at.index(broadcast.len());
            broadcast[at] ^= 1 << bit;
        }
        let mut packets: Vec<&[u8]> = broadcast.chunks_exact(PACKET).collect();
        for at in twice {
            let at = at.index(packets.len());
            packets.insert(at, packets[at]);
        }
        for (at, count) in lost {
            let at = at.index(packets.len());
            packets.drain(at..(at + count).min(packets.len() - 1).max(at));
        }
        let (index, tape) = taped(packets);
        lanes_hold(&index, &tape);
    });
}

#[test]
fn packets_that_come_twice_change_nothing() {
    for broadcast in broadcasts() {
        let once = taped([&broadcast[..]]);
        let twice: Vec<&[u8]> = broadcast.chunks_exact(PACKET).flat_map(|packet| [packet, packet]).collect();
        let twice = taped(twice);
        assert!(once.1 == twice.1 && once.0.segments == twice.0.segments);
    }
}
