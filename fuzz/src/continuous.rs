//! A filter's reader of a tape. Laws: chunks change nothing; not a byte is more, less or elsewhere; all that changes are time stamps, by the
//! offset of a run and the lead.

use telecast_media::mpegts::{Continuous, LEAD};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::ts::clock::WRAP;
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::pes;

/// See the module. The first byte says how many packets are passed at once.
pub fn run(bytes: &[u8]) {
    let (chunk, bytes) = super::chunked(bytes);
    let (mut segmenter, mut tape) = (Segmenter::new(Start::default()), Vec::new());
    segmenter.push(bytes, 0, &mut tape);
    segmenter.interrupt();
    let index = segmenter.index();
    let Some(mut whole) = Continuous::join(index) else { return };
    assert!(Continuous::reach(index) as usize <= tape.len() && whole.tables.len() % PACKET == 0);
    let begin = whole.offset as usize;
    let source = &tape[begin..];
    let passed = whole.pass(source.to_vec(), index);
    assert_eq!((passed.len(), whole.offset as usize), (source.len(), tape.len()));
    let mut pieces = Continuous::join(index).expect("it could before");
    let apart: Vec<u8> =
        source.chunks(chunk * PACKET).flat_map(|piece| pieces.pass(piece.to_vec(), index)).collect();
    assert!(apart == passed, "chunks of {chunk} packets change something");
    let offsets: Vec<i64> = index.segments.iter().map(|segment| segment.run.offset + LEAD).collect();
    for (before, after) in source.chunks_exact(PACKET).zip(passed.chunks_exact(PACKET)) {
        assert_eq!(before[..4], after[..4], "whose packet it is, and its counter");
        let (Some(before), Some(after)) = (Packet::new(before), Packet::new(after)) else { continue };
        let stamp = |packet: &Packet<'_>| {
            pes::header(packet.payload()).filter(|_| packet.unit_start()).and_then(|header| header.pts)
        };
        match (stamp(&before), stamp(&after)) {
            (Some(from), Some(to)) => {
                let moved = |offset: &i64| (from as i64).wrapping_add(*offset).rem_euclid(WRAP) == to as i64;
                assert!(offsets.iter().any(moved), "{from} became {to}");
            }
            (from, to) => assert_eq!(from, to),
        }
    }
}
