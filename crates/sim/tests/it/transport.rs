//! What a stream holds, counted with as little code as possible.

use std::collections::{BTreeMap, BTreeSet};

/// Facts of a piece of transport stream.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) packets: BTreeMap<u16, usize>,
    pub(crate) continuity_errors: usize,
    pub(crate) scrambled: usize,
    pub(crate) out_of_sync: usize,
    pub(crate) breaks: usize,
    /// PTS of each PES packet by PID.
    pub(crate) pts: BTreeMap<u16, Vec<u64>>,
    pub(crate) programmes: usize,
    pub(crate) pmt_versions: BTreeSet<u8>,
}

pub(crate) fn facts(data: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let mut counters: BTreeMap<u16, u8> = BTreeMap::new();
    for packet in data.chunks_exact(188) {
        if packet[0] != 0x47 {
            facts.out_of_sync += 1;
            continue;
        }
        let pid = u16::from(packet[1] & 0x1F) << 8 | u16::from(packet[2]);
        *facts.packets.entry(pid).or_default() += 1;
        facts.scrambled += usize::from(packet[3] & 0xC0 != 0);
        let has_field = packet[3] & 0x20 != 0 && packet[4] > 0;
        facts.breaks += usize::from(has_field && packet[5] & 0x80 != 0);
        if packet[3] & 0x10 == 0 || pid == 0x1FFF {
            continue;
        }
        let counter = packet[3] & 0xF;
        let last = counters.insert(pid, counter);
        facts.continuity_errors += usize::from(last.is_some_and(|last| (last + 1) & 0xF != counter));
        let at = if packet[3] & 0x20 == 0 { 4 } else { 5 + packet[4] as usize };
        if pid == 0 && packet[1] & 0x40 != 0 {
            facts.programmes = (usize::from(packet[7]).saturating_sub(9) / 4).saturating_sub(1);
        }
        if pid == 0x64 && packet[1] & 0x40 != 0 {
            facts.pmt_versions.insert(packet[10] >> 1 & 0x1F);
        }
        let header = packet.get(at..at + 14).filter(|h| packet[1] & 0x40 != 0 && h[..3] == [0, 0, 1]);
        if let Some(header) = header.filter(|header| header[7] & 0x80 != 0) {
            let f = &header[9..14];
            let pts = u64::from(f[0] >> 1 & 7) << 30
                | u64::from(f[1]) << 22
                | u64::from(f[2] >> 1) << 15
                | u64::from(f[3]) << 7
                | u64::from(f[4] >> 1);
            facts.pts.entry(pid).or_default().push(pts);
        }
    }
    facts
}
