//! A transport stream of one programme out of access units: ISO/IEC 13818-1.
//!
//! - Units come in order of decoding, of all streams together. PAT and PMT stand first and are repeated; the map's version counts what it has said before.
//! - The clock is that of the first picture, or else of the first stream; it stands at every unit of it, [`LEAD`] before the unit is decoded.
//! - Continuity counters go on for as long as the multiplexer lives. Where what follows does not continue what was, the first packet of each stream says so.

use std::collections::BTreeMap;

use crate::time::HZ;
use crate::ts::clock::WRAP;
use crate::ts::packet::NULL_PID;
use crate::ts::pes::{self, Front, write_timestamp};
use crate::ts::psi::{self, Kind, Pat, Pmt, Stream};

/// PID of the programme map; streams lie elsewhere.
pub const PMT_PID: u16 = 0x1000;
/// The clock is so far behind what is decoded (ticks): a decoder has time for the largest picture.
pub const LEAD: i64 = HZ / 2;
/// Times begin here (ticks): no clock, and no decoding time before the first picture, is negative.
const BEGIN: i64 = 10 * HZ;
/// PAT and PMT are repeated after so much time (ticks).
const TABLES_EVERY: i64 = HZ / 4;
/// `PES_header_data_length` of teletext (ETSI EN 300 472 §4.2).
const TELETEXT_HEADER: usize = 0x24;

/// An access unit of a picture, or what one PES packet holds of another stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its stream.
    pub pid: u16,
    /// When it is decoded (ticks of 90 kHz).
    pub dts: i64,
    /// When it is presented.
    pub pts: i64,
    /// Decoding may begin here.
    pub random_access: bool,
    /// Bytes of the elementary stream.
    pub data: Vec<u8>,
}

/// The multiplexer.
#[derive(Default)]
pub struct Multiplexer {
    map: Vec<Stream>,
    version: u8,
    /// PAT and PMT have been given for this map, last at this time.
    tables_at: Option<i64>,
    clock: Option<u16>,
    /// Continuity counter of the next packet of each PID.
    counters: BTreeMap<u16, u8>,
    /// PIDs whose next packet does not continue what was.
    unmarked: Vec<u16>,
}

impl Multiplexer {
    /// From here on the programme has these streams.
    pub fn declare(&mut self, streams: &[Stream]) {
        if self.map == streams {
            return;
        }
        if !self.map.is_empty() {
            self.version = (self.version + 1) & 0x1F;
        }
        self.map = streams.to_vec();
        let first = streams.iter().find(|stream| stream.kind.is_video()).or(streams.first());
        self.clock = first.map(|stream| stream.pid);
        self.tables_at = None;
    }

    /// Whether nothing has been declared yet.
    pub fn is_new(&self) -> bool {
        self.map.is_empty()
    }

    /// What follows does not continue what was.
    pub fn break_off(&mut self) {
        self.unmarked = self.map.iter().map(|stream| stream.pid).collect();
        self.tables_at = None;
    }

    /// Appends a unit to `out`, and before it the tables if it is time. What belongs to no stream of the map is left out.
    pub fn write(&mut self, unit: &Unit, out: &mut Vec<u8>) {
        let Some(kind) = self.map.iter().find(|stream| stream.pid == unit.pid).map(|stream| stream.kind)
        else {
            return;
        };
        if self.tables_at.is_none_or(|at| !(0..TABLES_EVERY).contains(&(unit.dts - at))) {
            self.tables(out);
            self.tables_at = Some(unit.dts);
        }
        let Some(header) = header(kind, unit) else { return };
        let marked = self.unmarked.iter().position(|pid| *pid == unit.pid);
        if let Some(at) = marked {
            self.unmarked.swap_remove(at);
        }
        let front = Front {
            discontinuity: marked.is_some(),
            random_access: unit.random_access,
            pcr: (self.clock == Some(unit.pid)).then(|| on_air(unit.dts - LEAD)),
        };
        let counter = self.counters.entry(unit.pid).or_insert(0);
        pes::packetise((&header, &unit.data), unit.pid, front, counter, out);
    }

    fn tables(&mut self, out: &mut Vec<u8>) {
        let pat = Pat { transport_stream_id: 1, version: 0, programmes: vec![(1, PMT_PID)] };
        let pcr_pid = self.clock.unwrap_or(NULL_PID);
        let streams = self.map.clone();
        let pmt = Pmt { programme: 1, version: self.version, pcr_pid, scrambled: false, streams };
        for (section, pid) in [(pat.section(), 0), (pmt.section(), PMT_PID)] {
            psi::packetise(&section, pid, self.counters.entry(pid).or_insert(0), out);
        }
    }
}

/// A time as it stands in the stream.
fn on_air(ticks: i64) -> u64 {
    ticks.wrapping_add(BEGIN).rem_euclid(WRAP) as u64
}

/// The header of a unit's PES packet (§2.4.3.6); none: only pictures may be longer than a packet can say.
fn header(kind: Kind, unit: &Unit) -> Option<Vec<u8>> {
    let id = match kind {
        _ if kind.is_video() => 0xE0,
        Kind::MpegAudio | Kind::AacAdts | Kind::AacLatm => 0xC0,
        _ => 0xBD, // private_stream_1
    };
    let reordered = kind.is_video() && unit.pts != unit.dts;
    let said = if reordered { 10 } else { 5 };
    let fields = if kind == Kind::Teletext { TELETEXT_HEADER } else { said };
    let length = match u16::try_from(unit.data.len() + 3 + fields) {
        Ok(length) => length,
        Err(_) if kind.is_video() => 0,
        Err(_) => return None,
    };
    let mut out = vec![0, 0, 1, id];
    out.extend_from_slice(&length.to_be_bytes());
    // Aligned: a unit begins with the packet.
    out.extend_from_slice(&[0x84, if reordered { 0xC0 } else { 0x80 }, fields as u8]);
    out.extend_from_slice(&write_timestamp(if reordered { 3 } else { 2 }, on_air(unit.pts)));
    if reordered {
        out.extend_from_slice(&write_timestamp(1, on_air(unit.dts)));
    }
    out.resize(9 + fields, 0xFF);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::packet::{PACKET, Packet};
    use crate::ts::psi::Sections;
    use proptest::prelude::*;

    const PIDS: [u16; 3] = [0x100, 0x120, 0x140];

    fn streams() -> Vec<Stream> {
        let kinds = [(Kind::H264, None), (Kind::AacAdts, Some(*b"deu")), (Kind::Ac3, Some(*b"eng"))];
        let all = PIDS.into_iter().zip(kinds);
        all.map(|(pid, (kind, language))| Stream::new(pid, kind, language, 0)).collect()
    }

    proptest! {
        /// What is put in comes out again by the reader of PES packets: bytes, times and marks; counters count; the map is the one that was declared.
        #[test]
        fn what_is_multiplexed_can_be_taken_apart_again(
            lengths in proptest::collection::vec((0_usize..3, 1_usize..70_000, -9000_i64..20_000, any::<bool>()), 1..12),
            broken in 0_usize..12,
        ) {
            let (mut multiplexer, mut out, mut given) = (Multiplexer::default(), Vec::new(), Vec::new());
            multiplexer.declare(&streams());
            for (number, (stream, length, later, random_access)) in lengths.into_iter().enumerate() {
                if number == broken {
                    multiplexer.break_off();
                }
                let dts = number as i64 * 3600;
                let pts = if stream == 0 { dts + later } else { dts };
                let data = (0..length).map(|byte| (byte * 7 + number) as u8).collect();
                let unit = Unit { pid: PIDS[stream], dts, pts, random_access, data };
                multiplexer.write(&unit, &mut out);
                if stream == 0 || length + 8 < 65_536 {
                    given.push(unit);
                }
            }
            let (mut counters, mut open): (BTreeMap<u16, u8>, BTreeMap<u16, Vec<u8>>) = Default::default();
            let (mut map, mut found, mut sections) = (None, Vec::new(), Sections::default());
            for packet in out.chunks(PACKET) {
                let packet = Packet::new(packet).expect("whole packets");
                if let Some(before) = counters.insert(packet.pid(), packet.continuity()) {
                    prop_assert_eq!((before + 1) & 0x0F, packet.continuity());
                }
                match packet.pid() {
                    0 => {}
                    PMT_PID => sections.push(&packet, |section| map = Pmt::parse(section)),
                    pid => {
                        if packet.unit_start() {
                            found.extend(open.remove(&pid).map(|bytes| (pid, bytes)));
                            let clock = packet.pcr_27m();
                            prop_assert_eq!(clock.is_some(), pid == PIDS[0]);
                        }
                        open.entry(pid).or_default().extend_from_slice(packet.payload());
                    }
                }
            }
            found.extend(open);
            prop_assert_eq!(map.map(|map| map.streams), (!out.is_empty()).then(streams));
            for pid in PIDS {
                let mut found = found.iter().filter(|(of, _)| *of == pid);
                for unit in given.iter().filter(|unit| unit.pid == pid) {
                    let (_, bytes) = found.next().expect("as many as were given");
                    let header = pes::header(bytes).expect("a header");
                    prop_assert_eq!(&bytes[header.length..], &unit.data[..]);
                    prop_assert_eq!(header.pts, Some(on_air(unit.pts)));
                    prop_assert_eq!(header.dts, (unit.dts != unit.pts).then(|| on_air(unit.dts)));
                    prop_assert!(header.payload.is_none_or(|payload| payload == unit.data.len()));
                }
                prop_assert!(found.next().is_none());
            }
        }
    }

    #[test]
    fn a_break_is_said_once_a_stream_and_a_new_map_has_a_new_version() {
        let (mut multiplexer, mut out) = (Multiplexer::default(), Vec::new());
        let unit = |pid, dts| Unit { pid, dts, pts: dts, random_access: false, data: vec![1; 300] };
        multiplexer.declare(&streams());
        multiplexer.write(&unit(PIDS[0], 0), &mut out);
        assert!(out.chunks(PACKET).all(|packet| !Packet::new(packet).expect("a packet").discontinuity()));
        multiplexer.break_off();
        multiplexer.declare(&streams()[..2]);
        out.clear();
        for dts in [5, 6] {
            multiplexer.write(&unit(PIDS[0], dts), &mut out);
            multiplexer.write(&unit(PIDS[1], dts), &mut out);
            multiplexer.write(&unit(PIDS[2], dts), &mut out);
        }
        let packets: Vec<_> = out.chunks(PACKET).filter_map(Packet::new).collect();
        let marked: Vec<u16> = packets.iter().filter(|p| p.discontinuity()).map(Packet::pid).collect();
        assert_eq!(marked, PIDS[..2]);
        let (mut sections, mut versions) = (Sections::default(), Vec::new());
        for packet in packets.iter().filter(|packet| packet.pid() == PMT_PID) {
            sections.push(packet, |section| versions.extend(Pmt::parse(section).map(|map| map.version)));
        }
        assert_eq!(versions, [1]);
    }
}
