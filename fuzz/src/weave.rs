//! Segments of others. The first byte says whether they are pushed as a picture alone or as picture and sound apart, two bytes how long the header is. Laws: what
//! comes out is a transport stream of whole packets in proportion to what went in, its counters count, and it can be read as what it is.

use std::collections::BTreeMap;

use telecast_media::fmp4::{Header, SAMPLES_MOST};
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::weave::{Segment, Weave};

/// See the module.
pub fn run(bytes: &[u8]) {
    let Some((&[how, high, low], rest)) = bytes.split_first_chunk::<3>() else { return };
    let header = usize::from(high) << 8 | usize::from(low);
    let (header, segment) = rest.split_at_checked(header).unwrap_or((&[], rest));
    if let Ok(header) = Header::read(header) {
        samples(&header, segment);
    }
    let sounds: &[Option<[u8; 3]>] = if how & 1 == 0 { &[] } else { &[None, Some(*b"deu")] };
    let (mut weave, mut out) = (Weave::new(sounds), Vec::new());
    for timeline in 0..2 {
        let segment = Segment { header: Some(header).filter(|_| timeline == 0), bytes: segment, timeline };
        let pushed = (0..=sounds.len()).map(|lane| weave.push(lane, segment)).collect::<Vec<_>>();
        if pushed[0].is_ok() {
            assert!(sounds.is_empty() || weave.lacks().is_none_or(|lane| lane <= sounds.len()));
            weave.give(&mut out);
        }
    }
    let most = 2 * (sounds.len() + 1) * (SAMPLES_MOST.min(bytes.len() * 256) + bytes.len() * 8) * PACKET;
    assert!(out.len() % PACKET == 0 && out.len() <= most, "{} bytes of {}", out.len(), bytes.len());
    let mut counters = BTreeMap::new();
    for packet in out.chunks(PACKET) {
        let packet = Packet::new(packet).expect("a packet");
        assert!(packet.has_payload() && !packet.scrambled() && !packet.transport_error());
        if let Some(before) = counters.insert(packet.pid(), packet.continuity()) {
            assert_eq!((before + 1) & 0x0F, packet.continuity(), "counters count");
        }
    }
    if !out.is_empty() {
        let again = Segment { header: None, bytes: &out, timeline: 0 };
        let mut other = Weave::new(&[]);
        other.push(0, again).expect("a transport stream like any other");
    }
}

fn samples(header: &Header, segment: &[u8]) {
    let (mut count, mut length, mut times) = (0, 0, Vec::new());
    header.samples(segment, &mut times, |sample| {
        assert!(!sample.data.is_empty() && sample.stream < header.streams().count());
        count += 1;
        length += sample.data.len();
    });
    assert!(
        count <= SAMPLES_MOST && length <= 3 * segment.len() + (1 << 20),
        "{count} samples, {length} bytes"
    );
}
