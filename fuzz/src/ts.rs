//! Sync and tables. Laws: chunks change nothing, no byte is lost uncounted, what was read as a table is written and read again.

use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::psi::{self, Pat, Pmt, Sections};
use telecast_media::ts::sync::Sync;

/// See the module.
pub fn run(bytes: &[u8]) {
    let (chunk, bytes) = super::chunked(bytes);
    let (one, skipped) = synced(bytes, bytes.len().max(1));
    assert_eq!((&one, skipped), (&synced(bytes, chunk).0, synced(bytes, chunk).1), "chunks of {chunk}");
    assert_eq!(one.len() + skipped, bytes.len(), "bytes that nobody counted");
    let mut sections = Sections::default();
    for packet in one.chunks_exact(PACKET).filter_map(Packet::new) {
        let _ = (packet.pcr_27m(), packet.discontinuity(), packet.scrambled(), packet.continuity());
        sections.push(&packet, table);
    }
    // The same bytes as a section whose checksum is right.
    if (4..1000).contains(&bytes.len()) {
        let mut section = bytes.to_vec();
        section[1] = 0xB0 | ((bytes.len() + 1) >> 8) as u8;
        section[2] = (bytes.len() + 1) as u8;
        section.extend(psi::crc32(&section).to_be_bytes());
        table(&section);
    }
}

/// Packets found, and bytes skipped or left at the end.
fn synced(bytes: &[u8], chunk: usize) -> (Vec<u8>, usize) {
    let (mut sync, mut out) = (Sync::default(), Vec::new());
    for piece in bytes.chunks(chunk) {
        sync.push(piece, |run| {
            assert_eq!(run.len() % PACKET, 0);
            out.extend_from_slice(run);
        });
    }
    sync.reset();
    (out, sync.skipped_bytes as usize)
}

/// What was read from a section is read again from what is written for it, through packets.
fn table(section: &[u8]) {
    if let Some(pat) = Pat::parse(section) {
        let mut again = None;
        through(&pat.section(), |section| again = Pat::parse(section));
        assert_eq!(again.as_ref(), Some(&pat));
    }
    if let Some(map) = Pmt::parse(section) {
        // Descriptors of conditional access, and what is no descriptor, are not written.
        let written = map.section();
        let mut again = None;
        through(&written, |section| again = Pmt::parse(section));
        let again = again.expect("a map that was written is read");
        assert_eq!(again.section(), written);
        assert_eq!((again.programme, again.pcr_pid), (map.programme, map.pcr_pid));
        let kinds = |map: &Pmt| map.streams.iter().map(|s| (s.pid, s.kind, s.language)).collect::<Vec<_>>();
        assert_eq!(kinds(&again), kinds(&map));
    }
}

fn through(section: &[u8], each: impl FnMut(&[u8])) {
    let (mut packets, mut sections, mut each) = (Vec::new(), Sections::default(), each);
    psi::packetise(section, 0x100, &mut 15, &mut packets);
    for packet in packets.chunks_exact(PACKET).filter_map(Packet::new) {
        sections.push(&packet, |found| {
            assert_eq!(found, section);
            each(found);
        });
    }
    assert_eq!(sections.damaged, 0);
}
