//! PAT and PMT as they stand on the tape: one programme, repeated.

use crate::ts::packet::{NULL_PID, PACKET};
use crate::ts::psi::{Kind, Pat, Pmt, packetise};

/// The programme map lies on this PID in the tape unless taken.
const TAPE_PMT_PID: u16 = 0x1000;

#[derive(Default)]
pub(super) struct Tables {
    pub(super) pat: Vec<u8>,
    pub(super) pmt: Vec<u8>,
    counters: (u8, u8),
}

impl Tables {
    pub(super) fn of(map: &Pmt) -> Self {
        let kept = Pmt {
            streams: map
                .streams
                .iter()
                .filter(|stream| !matches!(stream.kind, Kind::Other(_)))
                .cloned()
                .collect(),
            ..map.clone()
        };
        let taken = |pid: u16| map.pcr_pid == pid || map.streams.iter().any(|stream| stream.pid == pid);
        let pid = (TAPE_PMT_PID..NULL_PID).find(|pid| !taken(*pid)).unwrap_or(TAPE_PMT_PID);
        let pat =
            Pat { transport_stream_id: 1, version: map.version, programmes: vec![(map.programme, pid)] };
        let mut tables = Self::default();
        packetise(&pat.section(), 0, &mut 0, &mut tables.pat);
        packetise(&kept.section(), pid, &mut 0, &mut tables.pmt);
        tables
    }

    pub(super) fn write(&mut self, out: &mut Vec<u8>) {
        for (packets, counter) in [(&self.pat, &mut self.counters.0), (&self.pmt, &mut self.counters.1)] {
            for packet in packets.chunks_exact(PACKET) {
                let at = out.len();
                out.extend_from_slice(packet);
                out[at + 3] = 0x10 | *counter;
                *counter = (*counter + 1) & 0x0F;
            }
        }
    }
}
