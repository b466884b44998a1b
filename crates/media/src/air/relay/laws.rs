//! A tape that runs, as it stands on a channel: at whatever moment it is looked at.

use std::collections::VecDeque;

use super::super::{Outline, Placed, open};
use super::*;
use crate::multiplex::{Multiplexer, Unit};
use crate::segment::{Segmenter, Start};
use crate::ts::psi::Stream;
use proptest::prelude::*;

fn track(id: u8, kind: Kind, language: &[u8; 3]) -> Track {
    let origin = if id >= 0x80 {
        Origin::Derived { from: id & 0x7F }
    } else {
        Origin::Stream { pid: 0x200 + u16::from(id) }
    };
    let setup = (kind == Kind::AacAdts).then(presumed).flatten();
    Track { id, kind, origin, language: Some(*language), audio_type: 0, setup }
}

/// Picture, AC-3 and the AAC that is made of it.
fn tracks() -> Vec<Track> {
    vec![track(0, Kind::H264, b"   "), track(1, Kind::Ac3, b"deu"), track(0x81, Kind::AacAdts, b"deu")]
}

/// Segments of so many pictures of 1/25 s each, from tape time `from` on; the sound made of it counts in samples.
fn tape(lengths: &[u32], from: i64) -> VecDeque<Arc<Segment>> {
    let run = Arc::new(Run {
        number: 3,
        start: from,
        offset: 77,
        tracks: tracks(),
        tables: Vec::new(),
        texts: Texts::default(),
    });
    let (mut start, mut at, mut sample) = (from, 9_400u64, 0i64);
    let mut all = VecDeque::new();
    for (nth, length) in lengths.iter().enumerate() {
        let end = start + i64::from(*length) * 3600;
        let frame = |begin: u64, duration: u32, first: bool| Frame {
            begin,
            length: 188,
            duration,
            composition: 0,
            skip: 0,
            random_access: first,
        };
        let pictures = (0..*length).map(|n| frame(at + u64::from(n) * 376, 3600, n == 0));
        let mut made = Vec::new();
        let first = to_scale(from, 48_000) + sample;
        while to_ticks(first + 1024 * made.len() as i64, 48_000) < end {
            made.push(frame(sample as u64 + 188 * made.len() as u64, 1024, true));
        }
        sample += 1024 * made.len() as i64;
        let broadcast = (0..*length).map(|n| frame(at + u64::from(n) * 376 + 188, 3600, true));
        let mut lanes = vec![
            Lane { track: 0, start, frames: pictures.collect(), parts: Vec::new(), closed: true },
            Lane { track: 1, start, frames: broadcast.collect(), parts: Vec::new(), closed: true },
            Lane { track: 0x81, start: first, frames: made, parts: Vec::new(), closed: true },
        ];
        fill_parts(&mut lanes[0], 90_000, true);
        fill_parts(&mut lanes[1], 90_000, true);
        fill_parts(&mut lanes[2], 48_000, true);
        all.push_back(Arc::new(Segment {
            sequence: 500 + nth as u64,
            run: Arc::clone(&run),
            discontinuity: false,
            discontinuity_sequence: 2,
            start,
            end: Some(end),
            wall_ms: 1,
            base: at,
            recovery: None,
            lanes,
        }));
        start = end;
        at += u64::from(*length) * 376;
    }
    all
}

fn place(start: i64) -> Place {
    Place { start, wall_ms: 60_000, sequence: 40, discontinuity_sequence: 9, run: 12, base: 188_000 }
}

proptest! {
    /// Wherever it is joined, whenever it is looked at and wherever it ends: it is a tape that begins where it stands, that only grows, and that ends with its slot.
    #[test]
    fn a_relay_is_a_tape(
        lengths in proptest::collection::vec(5u32..60, 2..6),
        (join, at) in (0usize..2, 0i64..1 << 40),
        steps in proptest::collection::vec(0i64..40_000, 1..60),
        slot in 1i64..9_000_000,
    ) {
        let source = tape(&lengths, 5_000);
        let end = at + slot;
        let roles = cast(&source[0].run, &[]);
        prop_assert_eq!(&roles, &vec![(0, Some(0)), (1, Some(0x81)), (0x40, Some(1))]);
        let mut relay = Relay::begin(place(at), &source[join], roles, &[], 1);
        prop_assert!(!relay.is_mute());
        let (mut index, mut now, mut next) = (Vec::<Segment>::new(), at, join);
        for step in steps {
            now += step;
            while let Some(own) = source.get(next) {
                relay.learn(own, &[], |_, _| None);
                let whole = relay.segment(own).expect("its own");
                let Some(shown) = open(&whole, now.min(end - 45_000)) else { break };
                if let Some(before) = index.pop_if(|last| last.sequence == shown.sequence) {
                    for (before, now) in before.lanes.iter().zip(&shown.lanes) {
                        prop_assert_eq!(&before.parts[..], &now.parts[..before.parts.len()]);
                    }
                }
                let is_complete = shown.is_complete();
                relay.note(&shown);
                index.push(shown);
                if !is_complete {
                    break;
                }
                next += 1;
            }
        }
        // The slot ends.
        if let Some(own) = source.get(next) {
            let whole = relay.segment(own).expect("its own");
            let shown = index.pop_if(|last| last.sequence == whole.sequence);
            if let Some(closed) = close(&whole, shown.as_ref(), end) {
                if let Some(shown) = &shown {
                    for (before, now) in shown.lanes.iter().zip(&closed.lanes) {
                        prop_assert_eq!(&before.parts[..], &now.parts[..before.parts.len()]);
                    }
                }
                let over = closed.end.expect("closed");
                prop_assert!(over <= end || shown.is_some(), "{over} is behind {end}");
                prop_assert!(closed.is_complete());
                prop_assert!(whole.end.is_none_or(|whole| whole < end) || over == end || over + 3_600 > end);
                index.push(closed);
            } else {
                prop_assert!(shown.is_none(), "what was shown stays");
            }
        }
        if let Some(first) = index.first() {
            prop_assert_eq!((first.start, first.sequence, first.discontinuity), (at, 40, true));
        }
        for pair in index.windows(2) {
            prop_assert_eq!((pair[0].sequence + 1, pair[0].end), (pair[1].sequence, Some(pair[1].start)));
            prop_assert!(!pair[1].discontinuity && pair[1].run.number == 12);
        }
        for lane in index.iter().filter(|segment| segment.is_complete()).flat_map(|segment| &segment.lanes) {
            let count: u32 = lane.parts.iter().map(|part| part.count).sum();
            prop_assert_eq!(count as usize, lane.frames.len(), "every frame is in a part");
        }
        for segment in index.iter().filter(|segment| segment.is_complete()) {
            let sound = segment.lane(1).expect("a sound");
            let covered = to_ticks(sound.start + sound.duration(), 48_000);
            prop_assert!(covered + 100 >= segment.end.unwrap_or(0), "sound goes as far as the picture");
        }
    }

    /// A segment that is joined has enough behind it, begins with a key frame, and holds the sounds that are waited for.
    #[test]
    fn what_is_joined_is_there(lengths in proptest::collection::vec(5u32..60, 1..8), lag in 0i64..400_000, from in 0i64..600_000) {
        let index = Index { segments: tape(&lengths, 5_000), ..Index::default() };
        let edge = index.segments.back().and_then(|last| last.end).unwrap_or(0);
        for oldest in [false, true] {
            let found = entry(&index, lag, &[0x81], from, oldest);
            let could = |segment: &&Arc<Segment>| segment.start >= from && segment.start + lag <= edge;
            let expected = if oldest {
                index.segments.iter().find(could)
            } else {
                index.segments.iter().rev().find(could)
            };
            prop_assert_eq!(found.map(|one| one.sequence), expected.map(|one| one.sequence));
        }
        prop_assert!(entry(&index, lag, &[7], from, false).is_none(), "a sound that is not there is waited for");
    }
}

#[test]
fn each_sound_of_the_channel_has_one_of_the_source_or_silence() {
    let source =
        Run { number: 0, start: 0, offset: 0, tracks: tracks(), tables: Vec::new(), texts: Texts::default() };
    let house =
        [track(0, Kind::H264, b"   "), track(1, Kind::AacAdts, b"eng"), track(2, Kind::AacAdts, b"deu")];
    let all = cast(&source, &house);
    assert_eq!(all, [(0, Some(0)), (1, Some(0x81)), (2, Some(0x81)), (0x40, Some(1))]);
    let mute = Run { tracks: tracks().drain(..2).collect(), ..source };
    assert_eq!(cast(&mute, &house), [(0, Some(0)), (1, None), (2, None), (0x40, Some(1))]);
    // What is silence is there all the same, for as long as the picture.
    let segments = tape(&[50, 50], 0);
    let mut without = Segment::clone(&segments[0]);
    without.run = Arc::new(mute);
    without.lanes.pop();
    let relay = Relay::begin(place(900), &without, cast(&without.run, &house), &house, 1);
    assert!(relay.is_mute());
    let shown = relay.segment(&without).expect("its own");
    let lane = shown.lane(1).expect("silence");
    assert!(lane.frames.iter().all(|frame| frame.length == 0) && lane.closed);
    assert!(to_ticks(lane.start + lane.duration(), 48_000) >= shown.end.unwrap_or(0) - 10);
    assert_eq!(shown.run.track(1).and_then(|track| track.language), Some(*b"eng"));
}

/// Some seconds of sound alone, with pauses in nothing.
fn sound(first: i64) -> Vec<u8> {
    let mut frame = vec![0xFF, 0xF1, 0x4C, 0x80, 0x0C, 0x9F, 0xFC];
    frame.resize(100, 0);
    let (mut multiplexer, mut out) = (Multiplexer::default(), Vec::new());
    multiplexer.declare(&[Stream::new(0x101, Kind::AacAdts, Some(*b"deu"), 0)]);
    for number in 0..400 {
        let at = first + number * 1920;
        let unit = Unit { pid: 0x101, dts: at, pts: at, random_access: true, data: frame.clone() };
        multiplexer.write(&unit, &mut out);
    }
    out
}

fn segmented(bytes: &[u8]) -> (Index, Vec<u8>) {
    let (mut segmenter, mut out) = (Segmenter::new(Start::default()), Vec::new());
    segmenter.push(bytes, 0, &mut out);
    segmenter.finish();
    (segmenter.index().clone(), out)
}

/// A piece, a stretch of a tape that runs, and the piece again: one stream of bytes without a jump of clock or counters, and with nothing in it that is not aired.
#[test]
fn bytes_before_within_and_behind_are_one_stream() {
    let (piece, bytes) = segmented(&sound(0));
    let mut counters = Vec::new();
    Counter::note(&mut counters, &bytes);
    let outline = Arc::new(Outline::of(&piece, bytes.len() as u64, counters).expect("complete"));
    let first = Placed::new(Place { base: 188 * 5, run: 1, ..place(1 << 33) }, Arc::clone(&outline), None);
    let mut all = bytes.clone();
    first.retime(0, &mut all);

    let (source, running) = segmented(&sound(7_777_777));
    let is_long = |segment: &&Arc<Segment>| segment.end.is_some_and(|end| end - segment.start > 7 * HZ / 4);
    let joined = source.segments.iter().skip(1).find(is_long).expect("two seconds");
    let behind = Place { base: 188 * 5 + bytes.len() as u64, run: 2, ..place(first.end()) };
    let mut relay =
        Relay::begin(behind, joined, cast(&joined.run, first.runs()[0].tracks.as_slice()), &[], 1);
    let before = first.counters();
    let read = |begin: u64, end: u64| running.get(begin as usize..end as usize).map(<[u8]>::to_vec);
    relay.learn(joined, &before, read);
    let base = relay.source_offset(0);
    relay.learn_front(&running[base as usize..], &before, true);
    let slot = first.end() + 3 * HZ / 2;
    let whole = relay.segment(joined).expect("its own");
    let closed = close(&whole, None, slot).expect("something");
    assert!(closed.end.is_some_and(|end| (slot - 2 * 1920..=slot).contains(&end)), "{:?} {slot}", closed.end);
    relay.note(&closed);
    let length = relay.end();
    let mut of_relay = running[base as usize..(base + length) as usize].to_vec();
    relay.retime(0, &mut of_relay);
    // In two halves it is the same.
    let half = of_relay.len() / PACKET / 2 * PACKET;
    let mut back = running[base as usize + half..(base + length) as usize].to_vec();
    relay.retime(half as u64, &mut back);
    assert_eq!(of_relay[half..], back[..]);

    let mut counters = Vec::new();
    Counter::note(&mut counters, &of_relay);
    let next: Vec<(u16, u8)> = counters.iter().map(|own| (own.pid, own.next)).collect();
    let last = Place { base: behind.base + length, run: 3, ..place(closed.end.unwrap_or(0)) };
    let last =
        Placed::after(last, Arc::clone(&outline), &next).behind_relay(1, first_clock(&bytes, |_, _| true));
    let mut of_last = bytes.clone();
    last.retime(0, &mut of_last);
    all.extend(of_relay);
    all.extend(of_last);
    let mut both = Segmenter::new(Start::default());
    both.push(&all, 0, &mut Vec::new());
    both.finish();
    let counted = both.counters();
    assert_eq!((counted.lost_packets, counted.runs, counted.damaged_sections), (0, 1, 0));
    let length = |index: &Index| index.segments.iter().map(|one| one.lanes[0].frames.len()).sum::<usize>();
    assert_eq!(length(both.index()), 2 * length(&piece) + closed.lanes[0].frames.len());
}

/// A packet that is scrambled has all bits above its counter set: nothing carries over into them.
#[test]
fn counters_turn_over_within_their_bits() {
    let (piece, mut bytes) = segmented(&sound(0));
    let mut counters = Vec::new();
    Counter::note(&mut counters, &bytes);
    let outline = Arc::new(Outline::of(&piece, bytes.len() as u64, counters.clone()).expect("complete"));
    // On each PID the next is the one before its own.
    let before: Vec<(u16, u8)> =
        counters.iter().map(|own| (own.pid, own.first.wrapping_sub(1) & 15)).collect();
    let placed = Placed::after(place(0), outline, &before);
    let first = piece.segments.front().expect("a segment");
    let mut relay = Relay::begin(place(0), first, cast(&first.run, &[]), &[], 1);
    relay.learn(first, &before, |begin, end| bytes.get(begin as usize..end as usize).map(<[u8]>::to_vec));
    bytes.chunks_exact_mut(PACKET).for_each(|packet| packet[3] |= 0xC0);
    let own = bytes.clone();
    let base = relay.source_offset(0) as usize;
    let mut relayed = bytes[base..].to_vec();
    relay.retime(0, &mut relayed);
    placed.retime(0, &mut bytes);
    let mut turned = 0;
    for (packets, own) in [(&bytes[..], &own[..]), (&relayed[..], &own[base..])] {
        for (packet, own) in packets.chunks_exact(PACKET).zip(own.chunks_exact(PACKET)) {
            if packet[1] & 0x1F == 0x1F {
                continue;
            }
            assert_eq!(packet[3] & 0xF0, own[3] & 0xF0);
            turned += usize::from(own[3] == 0xFF && packet[3] == 0xFE);
        }
    }
    assert!(turned > 2, "{turned}");
}
