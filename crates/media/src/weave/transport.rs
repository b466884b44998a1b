//! A segment of transport stream taken apart: its programme's map, and what its PES packets hold.

use std::collections::BTreeMap;

use super::Fault;
use crate::multiplex::Unit;
use crate::ts::packet::{PACKET, Packet, SYNC};
use crate::ts::pes;
use crate::ts::psi::{Kind, Pat, Pmt, Sections, Stream};
use crate::ts::sync::Sync;

/// Whether three packets lie one behind the other from `at` on, or as many as there are bytes for.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    let is_sync = |at: usize| bytes.get(at).is_none_or(|byte| *byte == SYNC);
    bytes.len() >= at + PACKET && (0..3).all(|packet| is_sync(at + packet * PACKET))
}

/// Streams of the first programme that is told of, and their units, in the order in which they begin; PIDs are the segment's.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Stream>, Vec<Unit>), Fault> {
    let (mut sync, mut reading) = (Sync::default(), Reading::default());
    sync.push(bytes, |run| {
        run.chunks_exact(PACKET).filter_map(Packet::new).for_each(|packet| reading.packet(&packet));
    });
    let map = reading.map.ok_or(Fault::NoProgramme)?;
    let mut units: Vec<(usize, Unit)> = reading.done;
    units.extend(reading.open.into_values());
    units.sort_by_key(|(at, _)| *at);
    let kept = |stream: &Stream| !matches!(stream.kind, Kind::Other(_));
    let streams: Vec<Stream> = map.streams.into_iter().filter(kept).collect();
    let known = |unit: &Unit| streams.iter().any(|stream| stream.pid == unit.pid);
    let units = units.into_iter().map(|(_, unit)| unit).filter(|unit| known(unit) && !unit.data.is_empty());
    let units = units.collect();
    Ok((streams, units))
}

#[derive(Default)]
struct Reading {
    packets: usize,
    pat: Sections,
    pmt: Sections,
    map_pid: Option<u16>,
    map: Option<Pmt>,
    /// Units whose end has not been seen, by PID, with the number of the packet in which they began.
    open: BTreeMap<u16, (usize, Unit)>,
    done: Vec<(usize, Unit)>,
}

impl Reading {
    fn packet(&mut self, packet: &Packet<'_>) {
        self.packets += 1;
        let pid = packet.pid();
        if packet.transport_error() || packet.scrambled() {
            return;
        }
        if pid == 0 {
            let map_pid = &mut self.map_pid;
            self.pat.push(packet, |section| {
                let first = Pat::parse(section).and_then(|pat| pat.programmes.first().copied());
                *map_pid = map_pid.or(first.map(|(_, pid)| pid));
            });
        } else if self.map_pid == Some(pid) {
            let map = &mut self.map;
            self.pmt.push(packet, |section| *map = map.take().or(Pmt::parse(section)));
        } else if packet.unit_start() {
            self.done.extend(self.open.remove(&pid));
            let payload = packet.payload();
            let Some(header) = pes::header(payload) else { return };
            let Some(pts) = header.pts else { return };
            let (pts, dts) = (pts as i64, header.dts.unwrap_or(pts) as i64);
            let data = payload.get(header.length..).unwrap_or(&[]).to_vec();
            let unit = Unit { pid, dts, pts, random_access: packet.random_access(), data };
            self.open.insert(pid, (self.packets, unit));
        } else if let Some((_, unit)) = self.open.get_mut(&pid) {
            unit.data.extend_from_slice(packet.payload());
        }
    }
}
