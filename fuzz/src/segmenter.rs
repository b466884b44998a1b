//! The whole way: bytes, index, playlists, fragments, journal. Laws: chunks change nothing; parts cover frames; what is listed can be
//! made; tape and index are in proportion to the bytes; what the journal wrote is read again.

use std::borrow::Cow;
use telecast_media::cmaf::{self, Entry, Extent};
use telecast_media::hls::{self, Container, Directives, View};
use telecast_media::journal::{Journal, Recovery};
use telecast_media::mpegts;
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Index, Origin, Rendition, Segment};

/// Tables that are repeated make a tape longer than its source, but no more than this many times.
const GROWTH: usize = 4;
/// A hole in the sound is filled with so many frames at most, for each packet that tells of one.
const FILL: usize = 4096;

/// See the module.
pub fn run(bytes: &[u8]) {
    let (chunk, bytes) = super::chunked(bytes);
    let (index, tape) = taped(bytes, bytes.len().max(1));
    let (other, same) = taped(bytes, chunk);
    assert!(index.segments == other.segments && tape == same, "chunks of {chunk} change something");
    let packets = bytes.len() / 188 + 1;
    assert!(tape.len() <= GROWTH * bytes.len() + 64 * 188, "{} bytes of {}", tape.len(), bytes.len());
    let frames: usize = index.segments.iter().flat_map(|s| &s.lanes).map(|lane| lane.frames.len()).sum();
    assert!(frames <= packets * FILL, "{frames} frames in {packets} packets");
    for segment in &index.segments {
        covered(segment, tape.len());
        for rendition in renditions(segment) {
            made(segment, rendition, &tape);
        }
    }
    for rendition in index.segments.front().iter().flat_map(|segment| renditions(segment)) {
        let view = View {
            rendition,
            barrier: rendition.audio,
            container: Container::Cmaf,
            low_latency: true,
            whole_window: true,
            siblings: vec![rendition],
            begin: None,
            text: None,
        };
        let text = hls::media(&index, &view, Directives { skip: true, ..Directives::default() });
        assert!(text.starts_with("#EXTM3U\n"));
    }
    journalled(&index);
}

fn taped(bytes: &[u8], chunk: usize) -> (Index, Vec<u8>) {
    let (mut segmenter, mut tape) = (Segmenter::new(Start::default()), Vec::new());
    for piece in bytes.chunks(chunk) {
        segmenter.push(piece, 0, &mut tape);
    }
    let counters = segmenter.counters();
    assert!(counters.junk_bytes <= counters.bytes && segmenter.offset() as usize == tape.len());
    segmenter.interrupt();
    (segmenter.index().clone(), tape)
}

fn renditions(segment: &Segment) -> Vec<Rendition> {
    let id = |sound: bool| segment.run.tracks.iter().find(|t| t.kind.is_audio() == sound).map(|t| t.id);
    let (video, audio) = (id(false), id(true));
    let all = [(video, audio), (video, None), (None, audio)];
    all.into_iter()
        .map(|(video, audio)| Rendition { video, audio })
        .filter(|r| r.master().is_some())
        .collect()
}

fn covered(segment: &Segment, length: usize) {
    assert!(segment.end.is_some_and(|end| end >= segment.start), "a segment that ends");
    for lane in &segment.lanes {
        let mut next = 0;
        for part in &lane.parts {
            assert_eq!(part.first, next, "parts without gap");
            next += part.count;
        }
        assert!(lane.closed && next as usize == lane.frames.len(), "parts cover all frames");
        assert!(lane.extent().is_none_or(|(begin, end)| begin < end && end as usize <= length));
    }
}

fn made(segment: &Segment, rendition: Rendition, tape: &[u8]) {
    let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&tape[begin as usize..end as usize]));
    let Some(master) = rendition.master().and_then(|id| segment.lane(id)) else { return };
    let listed = Index::listed(segment, rendition, rendition.audio);
    if rendition.tracks().all(|id| segment.run.track(id).is_some_and(cmaf::supported)) {
        assert!(cmaf::init(&segment.run, rendition).is_some());
        let frames: usize =
            rendition.tracks().filter_map(|id| segment.lane(id)).map(|l| l.frames.len()).sum();
        for extent in (0..listed.parts as u32).map(Extent::Part).chain([Extent::Whole]) {
            for entry in [Entry::Through, Entry::Here] {
                if let Ok(fragment) = cmaf::enter(segment, rendition, extent, entry, read) {
                    // Samples of one PES packet each have all of its bytes read, not written.
                    assert!(fragment.len() <= 4096 + frames * 4096 + 4 * tape.len(), "{}", fragment.len());
                } else {
                    assert!(master.frames.is_empty() || extent == Extent::Whole, "a listed part can be made");
                }
            }
        }
    }
    let _ = mpegts::segment(segment, None, rendition, read);
}

/// Segments and runs as the journal has them.
fn journalled(index: &Index) {
    let mut recovery = Recovery::default();
    for page in Journal::new("tape", 0).write(index) {
        assert_eq!(recovery.page(&page.bytes), page.bytes.len(), "all of a page is read");
    }
    let again = recovery.finish(|_, _, _, _| true);
    assert!(again.segments == index.segments, "the journal has it otherwise");
}
