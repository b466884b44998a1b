//! The index on disk: what was written is read again, and whatever is torn off its end leaves what was before.

#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::process::Command;
use telecast_media::hls::{self, Container, Directives, View};
use telecast_media::journal::{Journal, Recovery};
use telecast_media::mpegts;
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Index, Lane, Origin, Rendition, Segment};
use telecast_media::ts::packet::{PACKET, Packet};

const NOON: i64 = 1_700_000_000_000;

/// Five seconds of moving picture and two sounds, as transport stream.
fn broadcast() -> Vec<u8> {
    let arguments = "-v error -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 5 -map 0 -map 1 -map 1 \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25 -c:a:0 aac -c:a:1 ac3 -metadata:s:a:0 language=deu -f mpegts pipe:1";
    let run = Command::new("ffmpeg").args(arguments.split_whitespace()).output();
    run.expect("ffmpeg is needed for this test: apt-get install ffmpeg").stdout
}

struct Taped {
    index: Index,
    bytes: Vec<u8>,
    pages: BTreeMap<u64, Vec<u8>>,
}

/// Plays the broadcast `rounds` times, each a run, and writes the index as it grows.
fn record(mut segmenter: Segmenter, mut journal: Journal, rounds: i64) -> Taped {
    let broadcast = broadcast();
    let (mut bytes, mut pages) = (Vec::new(), BTreeMap::<u64, Vec<u8>>::new());
    for round in 0..rounds {
        for piece in broadcast.chunks(20_000) {
            segmenter.push(piece, NOON + round * 60_000, &mut bytes);
            for page in journal.write(segmenter.index()) {
                pages.entry(page.first).or_default().extend(page.bytes);
            }
        }
        segmenter.interrupt();
    }
    for page in journal.write(segmenter.index()) {
        pages.entry(page.first).or_default().extend(page.bytes);
    }
    Taped { index: segmenter.index().clone(), bytes, pages }
}

fn taped() -> Taped {
    let start = Start { sequence: 7, ..Start::default() };
    record(Segmenter::new(start), Journal::new("tape", 7), 12)
}

fn read<'a>(pages: impl IntoIterator<Item = &'a [u8]>) -> Recovery {
    let mut recovery = Recovery::default();
    pages.into_iter().for_each(|page| {
        recovery.page(page);
    });
    recovery
}

/// The same frames at the same time; a run may have been known less well when it was torn.
fn same(a: &Segment, b: &Segment) -> bool {
    let run = |segment: &Segment| (segment.run.number, segment.run.start, segment.run.offset);
    let own = |segment: &Segment| Segment { run: a.run.clone(), ..segment.clone() };
    run(a) == run(b) && own(a) == own(b)
}

#[test]
fn what_was_written_is_read_again() {
    let taped = taped();
    assert!(taped.pages.len() > 1, "one page would show little");
    let recovery = read(taped.pages.values().map(Vec::as_slice));
    assert_eq!(recovery.name(), Some("tape"));
    let index = recovery.finish(|_, _, _, _| true);
    assert_eq!(index.segments, taped.index.segments);
    assert_eq!(index.next_sequence, taped.index.next_sequence);
    // A page can be read without those before it: they go with their segments.
    let (last, page) = taped.pages.last_key_value().unwrap();
    let index = read([&page[..]]).finish(|_, _, _, _| true);
    assert_eq!(index.segments[0].sequence, *last);
    assert_eq!(index.segments.back(), taped.index.segments.back());
    let size: usize = taped.pages.values().map(Vec::len).sum();
    let frames: usize =
        taped.index.segments.iter().flat_map(|segment| &segment.lanes).map(|lane| lane.frames.len()).sum();
    assert!(size < frames * 12, "{size} bytes for {frames} frames");
}

#[test]
fn torn_at_any_byte_it_is_a_prefix_of_what_was() {
    let taped = taped();
    let (first, last) = taped.pages.last_key_value().unwrap();
    let whole: Vec<&[u8]> = taped.pages.range(..first).map(|(_, page)| &page[..]).collect();
    let before = read(whole.iter().copied()).finish(|_, _, _, _| true).segments.len();
    // Every byte of the last records: a segment takes about a kilobyte.
    let (mut most, from) = (0, last.len().saturating_sub(4000));
    for cut in from..=last.len() {
        let mut recovery = read(whole.iter().copied());
        let good = recovery.page(&last[..cut]);
        assert!(good <= cut);
        let mut again = Recovery::default();
        assert_eq!(again.page(&last[..good]), good, "what is kept is whole");
        let index = recovery.finish(|_, _, _, _| true);
        let count = index.segments.len();
        assert!(count >= before && count >= most, "{cut}: {count} after {most}");
        most = count;
        assert!(index.segments.iter().zip(&taped.index.segments).all(|(a, b)| same(a, b)), "{cut}");
    }
    assert_eq!(most, taped.index.segments.len());
}

#[test]
fn segments_whose_bytes_are_gone_are_not_there() {
    let taped = taped();
    let all = || read(taped.pages.values().map(Vec::as_slice));
    let length = taped.bytes.len() as u64;
    for (from, to) in
        [(0, length), (length / 3, length), (0, length / 2), (length / 3, length / 2), (length, length)]
    {
        let index = all().finish(|_, _, begin, end| from <= begin && end <= to);
        let covered = |segment: &Segment| {
            segment.lanes.iter().filter_map(Lane::extent).all(|(begin, end)| from <= begin && end <= to)
        };
        let expected: Vec<_> =
            taped.index.segments.iter().filter(|segment| covered(segment)).cloned().collect();
        assert_eq!(Vec::from(index.segments), expected, "{from}..{to}");
    }
}

#[test]
fn damage_is_found_and_makes_nothing_up() {
    let taped = taped();
    let config = ProptestConfig { cases: 300, ..ProptestConfig::default() };
    proptest!(config, |(at in 0usize..100_000, bit in 0u8..8, cut in 0usize..100_000)| {
        let mut pages: Vec<Vec<u8>> = taped.pages.values().cloned().collect();
        let number = at % pages.len();
        let page = &mut pages[number];
        let (at, length) = (at % page.len(), cut % page.len());
        page[at] ^= 1 << bit;
        if cut.is_multiple_of(3) {
            page.truncate(length);
        }
        let index = read(pages.iter().map(Vec::as_slice)).finish(|_, _, _, _| true);
        let sequences: Vec<u64> = index.segments.iter().map(|segment| segment.sequence).collect();
        prop_assert!(sequences.windows(2).all(|pair| pair[0] + 1 == pair[1]));
        for segment in &index.segments {
            prop_assert!(same(segment, taped.index.segment(segment.sequence).unwrap()));
        }
    });
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let mut recovery = Recovery::default();
        prop_assert!(recovery.page(&bytes) <= bytes.len());
        recovery.finish(|_, _, _, _| true);
    }
}

#[test]
fn a_tape_that_is_taken_up_goes_on() {
    let taped = taped();
    let past = read(taped.pages.values().map(Vec::as_slice)).finish(|_, _, _, _| true);
    let (next, ended) = (past.next_sequence, past.segments.back().unwrap().clone());
    let start = Start { sequence: 1, offset: taped.bytes.len() as u64, ..Start::default() };
    let segmenter = Segmenter::resume(start, past);
    let more = record(segmenter, Journal::new("tape", next), 1);
    let first = more.index.segment(next).unwrap();
    assert_eq!(first.start, ended.end.unwrap(), "tape time goes on");
    assert!(first.discontinuity && first.run.number > ended.run.number);
    assert_eq!(first.discontinuity_sequence, ended.discontinuity_sequence + 1);
    let names =
        |segment: &Segment| segment.run.tracks.iter().map(|track| (track.id, track.kind)).collect::<Vec<_>>();
    assert_eq!(names(first), names(&ended), "tracks keep their names");
    assert!(first.base >= taped.bytes.len() as u64);
    // And found again, old pages and new ones together.
    let pages = taped.pages.values().chain(more.pages.values());
    let index = read(pages.map(Vec::as_slice)).finish(|_, _, _, _| true);
    assert_eq!(index.segments, more.index.segments);
}

#[test]
fn players_are_told_where_to_begin() {
    let taped = taped();
    let index = &taped.index;
    let ids: Vec<_> = index.segments[0].run.tracks.iter().map(|track| track.id).collect();
    let rendition = Rendition { video: Some(ids[0]), audio: Some(ids[1]) };
    let playlist = |begin| {
        let view = View {
            rendition,
            barrier: None,
            container: Container::Cmaf,
            low_latency: true,
            whole_window: true,
            siblings: Vec::new(),
            begin,
            text: None,
        };
        let text = hls::media(index, &view, Directives::default());
        text.lines().find_map(|line| line.strip_prefix("#EXT-X-START:").map(str::to_owned))
    };
    let at = |seconds: f64| Some(format!("TIME-OFFSET={seconds:.3},PRECISE=YES"));
    assert_eq!(playlist(None), None);
    assert_eq!(playlist(Some(i64::MIN)), at(0.0));
    let (first, some) = (&index.segments[0], &index.segments[index.segments.len() / 2]);
    assert_eq!(playlist(Some(first.wall_ms + 70)), at(0.070));
    assert_eq!(playlist(Some(some.wall_ms)), at((some.start - first.start) as f64 / 90_000.0));
    // Between two runs: where the next one begins.
    let (last, next) = index
        .segments
        .iter()
        .zip(index.segments.iter().skip(1))
        .find(|(_, next)| next.discontinuity)
        .unwrap();
    assert_eq!(playlist(Some(last.wall_ms + 30_000)), at((next.start - first.start) as f64 / 90_000.0));
}

#[test]
fn a_raw_reader_is_told_of_joins_and_runs() {
    let start = Start { sequence: 7, ..Start::default() };
    let taped = record(Segmenter::new(start), Journal::new("tape", 7), 2);
    let second = taped.index.segments.iter().find(|segment| segment.discontinuity).unwrap();
    let early = Index {
        segments: taped
            .index
            .segments
            .iter()
            .take_while(|segment| segment.run.number == 0)
            .cloned()
            .collect(),
        ..taped.index.clone()
    };
    let mut joined = mpegts::join(&early).unwrap();
    let (offset, mut out) = (joined.offset, Vec::new());
    for (number, piece) in taped.bytes[offset as usize..].chunks(PACKET * 100).enumerate() {
        out.extend(joined.pass(offset + (number * PACKET * 100) as u64, piece.to_vec(), &taped.index));
    }
    let pids: Vec<u16> = second
        .run
        .tracks
        .iter()
        .map(|track| match track.origin {
            Origin::Stream { pid } => pid,
            Origin::Derived { .. } => unreachable!(),
        })
        .collect();
    let (mut marks, mut counters) = (BTreeMap::<u16, u32>::new(), BTreeMap::<u16, u8>::new());
    for packet in
        out.chunks_exact(PACKET).filter_map(Packet::new).filter(|packet| pids.contains(&packet.pid()))
    {
        if packet.discontinuity() {
            *marks.entry(packet.pid()).or_default() += 1;
        }
        // ISO/IEC 13818-1 §2.4.3.3: the counter goes on, and stands still where there is no payload.
        let before = counters.insert(packet.pid(), packet.continuity());
        let expected = before.map(|before| (before + u8::from(packet.has_payload())) & 0x0F);
        assert!(expected.is_none_or(|expected| expected == packet.continuity()) || packet.discontinuity());
    }
    assert!(pids.iter().all(|pid| marks.get(pid).is_some_and(|count| *count >= 2)), "{marks:?}");
    assert!(Packet::new(&out[..PACKET]).unwrap().discontinuity(), "the first packet of all");
}
