//! Plays a captured transport stream as a channel: paced by its PCR, looped as a new run.
//!
//! A capture begins and ends anywhere, so a turn cannot join the next without a seam: each turn begins with packets
//! that announce a discontinuity, while clocks and continuity counters go on. Only one programme is kept, as a
//! receiver does; a PAT that changes within the capture is left alone, otherwise the channel's full PAT replaces it.

use std::collections::{BTreeMap, BTreeSet};

use crate::clip::{Assembly, Clip, Field, Item, Kind};
use crate::ts::{self, PACKET, Programme};

/// Sent at this rate when a capture holds no clock at all.
const FALLBACK_BPS: u64 = 5_000_000;
/// A capture whose tables come less often gets them from the simulator.
const TABLES_AT_LEAST_EVERY_90K: i64 = 45_000;
const TABLES_EVERY_90K: i64 = 9_000;
/// A PCR further from the last than this is a jump, not time that passed.
const JUMP_27M: i64 = 27_000_000;

/// Makes a loop of a capture.
pub(crate) fn load(data: &[u8]) -> Result<Clip, String> {
    let packets: Vec<&[u8]> = ts::packets(data).collect();
    let (pmt_pid, programme) = find_programme(&packets)?;
    let mut keep: BTreeSet<u16> = programme.streams.iter().map(|stream| stream.pid).collect();
    keep.extend([0, 0x12, pmt_pid, programme.pcr_pid]);
    keep.remove(&0x1FFF);
    let clock = Clock::of(&packets, &programme);
    let pats: BTreeSet<&[u8]> =
        packets.iter().filter(|packet| ts::pid(packet) == 0).map(|packet| &packet[4..]).collect();
    let mut assembly = Assembly { keep_counters: true, ..Assembly::default() };
    announce_break(&mut assembly, &programme);
    let mut units = Units::default();
    let kept = packets.iter().zip(&clock.times).filter(|(packet, _)| keep.contains(&ts::pid(packet)));
    let tables = [0, pmt_pid];
    let sparse = pats.len() == 1 && has_sparse_tables(&packets, &clock);
    if sparse {
        repeat_tables(&mut assembly, pmt_pid, clock.length_90k);
    }
    for (packet, time) in kept.filter(|(packet, _)| !sparse || !tables.contains(&ts::pid(packet))) {
        let mut bytes = [0; PACKET];
        bytes.copy_from_slice(packet);
        let pid = ts::pid(packet);
        let mut item = Item::plain(*time, bytes);
        if pid == 0 && pats.len() == 1 {
            item.kind = Kind::Pat;
        }
        item.media = programme.streams.iter().any(|stream| stream.pid == pid);
        item.fields = clock.fields(packet);
        item.unit = units.of(packet, &programme, &clock);
        assembly.items.push(item);
    }
    units.into_marks(&mut assembly, clock.length_90k);
    Ok(assembly.finish(clock.length_90k, programme, pmt_pid))
}

/// Whether a viewer who tunes in would wait for the programme longer than any broadcaster makes him.
fn has_sparse_tables(packets: &[&[u8]], clock: &Clock) -> bool {
    let tables = packets.iter().filter(|packet| ts::pid(packet) == 0).count() as i64;
    tables * TABLES_AT_LEAST_EVERY_90K < clock.length_90k
}

/// PAT and PMT as a broadcaster repeats them; the capture's own are left out.
fn repeat_tables(assembly: &mut Assembly, pmt_pid: u16, length_90k: i64) {
    let count = (length_90k / TABLES_EVERY_90K).max(1);
    for time in (0..count).map(|at| (at * TABLES_EVERY_90K * 300) as u64) {
        for (pid, kind) in [(0, Kind::Pat), (pmt_pid, Kind::Pmt)] {
            let mut packet = [0xFF; PACKET];
            packet[..4].copy_from_slice(&[0x47, (pid >> 8) as u8, pid as u8, 0x10]);
            assembly.items.push(Item { kind, ..Item::plain(time, packet) });
        }
    }
}

/// The programme with most packets, and the PID of its map.
fn find_programme(packets: &[&[u8]]) -> Result<(u16, Programme), String> {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for packet in packets {
        *counts.entry(ts::pid(packet)).or_default() += 1;
    }
    let maps: BTreeSet<u16> = packets
        .iter()
        .filter(|packet| ts::pid(packet) == 0 && ts::starts_unit(packet))
        .flat_map(|packet| ts::parse_pat(packet))
        .map(|(_, pid)| pid)
        .collect();
    let starts = packets.iter().filter(|packet| maps.contains(&ts::pid(packet)) && ts::starts_unit(packet));
    let programmes = starts.filter_map(|packet| Some((ts::pid(packet), ts::parse_pmt(packet)?)));
    let weight = |programme: &Programme| -> usize {
        programme.streams.iter().map(|stream| counts.get(&stream.pid).copied().unwrap_or(0)).sum()
    };
    // the first of equals: a map that changes later is played as it was captured; a capture of tables alone is one too
    let mut best: Option<(usize, u16, Programme)> = None;
    for (pid, programme) in programmes {
        let weight = weight(&programme);
        if best.as_ref().is_none_or(|(most, _, _)| weight > *most) {
            best = Some((weight, pid, programme));
        }
    }
    let (_, pid, programme) = best.ok_or("no programme map")?;
    Ok((pid, programme))
}

/// When packets are sent, and what their clocks are relative to.
struct Clock {
    times: Vec<u64>,
    origin_90k: i64,
    length_90k: i64,
}

impl Clock {
    fn of(packets: &[&[u8]], programme: &Programme) -> Self {
        let pcrs: Vec<(usize, i64)> = packets
            .iter()
            .enumerate()
            .filter(|(_, packet)| ts::pid(packet) == programme.pcr_pid)
            .filter_map(|(at, packet)| Some((at, ts::pcr(packet)?.0 as i64)))
            .collect();
        let stamps: Vec<i64> = packets
            .iter()
            .filter(|packet| programme.streams.iter().any(|stream| stream.pid == ts::pid(packet)))
            .filter_map(|packet| Some(ts::pes_stamps(packet)?.pts as i64))
            .collect();
        let origin = pcrs.first().map(|(_, pcr)| pcr / 300).or_else(|| stamps.first().copied()).unwrap_or(0);
        let relative: Vec<i64> = stamps.iter().map(|stamp| unwrap_near(*stamp - origin)).collect();
        let span = match (relative.iter().min(), relative.iter().max()) {
            (Some(min), Some(max)) => max - min + 3600,
            _ => 0,
        };
        let mut times = paced(packets.len(), &pcrs).unwrap_or_else(|| {
            let bits = (packets.len() * PACKET * 8) as u64;
            let total = if span > 3600 { span as u64 * 300 } else { bits * 27_000_000 / FALLBACK_BPS };
            (0..packets.len() as u64).map(|at| at * total / packets.len() as u64).collect()
        });
        times.truncate(packets.len());
        let last = times.last().copied().unwrap_or(0) as i64 / 300;
        Self { times, origin_90k: origin, length_90k: (last + 900).max(span).max(9000) }
    }

    /// Clock fields of a packet, relative to the beginning of a turn.
    fn fields(&self, packet: &[u8]) -> Vec<(u8, Field)> {
        let mut fields = Vec::new();
        if let Some((value, at)) = ts::pcr(packet) {
            let base = unwrap_near(value as i64 / 300 - self.origin_90k);
            fields.push((at as u8, Field::Pcr(base * 300 + value as i64 % 300)));
        }
        if let Some(stamps) = ts::pes_stamps(packet) {
            fields.push((stamps.pts_at as u8, Field::Stamp(self.relative(stamps.pts))));
            fields.extend(stamps.dts_at.map(|at| (at as u8, Field::Stamp(self.relative(stamps.dts)))));
        }
        fields
    }

    fn relative(&self, stamp: u64) -> i64 {
        unwrap_near(stamp as i64 - self.origin_90k)
    }
}

/// A difference of 33-bit clocks, nearest to zero.
fn unwrap_near(difference: i64) -> i64 {
    let wrap = ts::WRAP_90K as i64;
    (difference + wrap / 2).rem_euclid(wrap) - wrap / 2
}

/// Send times by PCR, linear between two; `None` when there are fewer than two PCRs.
fn paced(count: usize, pcrs: &[(usize, i64)]) -> Option<Vec<u64>> {
    let mut times = vec![0u64; count];
    let mut now = 0i64;
    let mut rate = None; // 27 MHz per packet
    let mut last: Option<(usize, i64)> = None;
    for (at, pcr) in pcrs {
        if let Some((from, before)) = last {
            let passed = pcr - before;
            let packets = (at - from).max(1) as i64;
            let step = if (0..JUMP_27M).contains(&passed) { passed / packets } else { rate.unwrap_or(0) };
            rate = Some(step);
            for (offset, time) in times[from..*at].iter_mut().enumerate() {
                *time = (now + step * offset as i64) as u64;
            }
            now += step * packets;
        }
        last = Some((*at, *pcr));
    }
    let (from, step) = (last?.0, rate?);
    for (offset, time) in times[from..].iter_mut().enumerate() {
        *time = (now + step * offset as i64) as u64;
    }
    // what came before the first PCR is sent with it
    Some(times)
}

fn announce_break(assembly: &mut Assembly, programme: &Programme) {
    let mut clocked = Item::plain(0, ts::pcr_packet(programme.pcr_pid, true));
    clocked.fields = vec![(6, Field::Pcr(0))];
    assembly.items.push(clocked);
    let others = programme.streams.iter().filter(|stream| stream.pid != programme.pcr_pid);
    assembly.items.extend(others.map(|stream| Item::plain(0, ts::break_packet(stream.pid))));
}

/// Finds pictures and sound of the first tracks.
#[derive(Default)]
struct Units {
    video: Vec<(i64, bool)>,
    sound: Vec<i64>,
    open: [bool; 2],
}

impl Units {
    fn of(&mut self, packet: &[u8], programme: &Programme, clock: &Clock) -> Option<(usize, usize)> {
        let pid = ts::pid(packet);
        let first = |wanted: fn(&ts::Elementary) -> bool| programme.streams.iter().find(|s| wanted(s));
        let video = first(ts::Elementary::is_video).filter(|stream| stream.pid == pid);
        let sound = first(ts::Elementary::is_audio).filter(|stream| stream.pid == pid);
        let stamps = ts::pes_stamps(packet);
        let pts = stamps.map(|stamps| clock.relative(stamps.pts));
        if let Some(stream) = video {
            if let Some(pts) = pts {
                self.video.push((pts, false));
                self.open[0] = true;
            }
            let payload = &packet[ts::payload_at(packet)?..];
            let announced = packet[3] & 0x20 != 0 && packet[4] > 0 && packet[5] & 0x40 != 0;
            let (_, key) = self.video.last_mut()?;
            *key |= announced || begins_key(stream.stream_type, payload);
            return self.open[0].then(|| (0, self.video.len() - 1));
        }
        sound?;
        if let Some(pts) = pts {
            self.sound.push(pts);
            self.open[1] = true;
        }
        self.open[1].then(|| (1, self.sound.len() - 1))
    }

    fn into_marks(self, assembly: &mut Assembly, length_90k: i64) {
        let mut order: Vec<i64> = self.video.iter().map(|(pts, _)| *pts).collect();
        order.sort_unstable();
        let number = |pts: i64| order.partition_point(|other| *other < pts) as u16;
        assembly.frames = self.video.iter().map(|(pts, key)| (*pts, *key, number(*pts))).collect();
        let next = self.sound.iter().skip(1).copied().chain([length_90k]);
        assembly.sounds =
            self.sound.iter().zip(next).map(|(pts, next)| (*pts, (next - pts).clamp(1, 45_000))).collect();
    }
}

/// Whether a NAL unit or header in these bytes begins a picture that can be decoded alone.
fn begins_key(stream_type: u8, payload: &[u8]) -> bool {
    payload.windows(4).any(|w| {
        w[..3] == [0, 0, 1]
            && match stream_type {
                0x1B => matches!(w[3] & 0x1F, 5 | 7),
                0x24 => matches!(w[3] >> 1 & 0x3F, 16..=21 | 33),
                _ => w[3] == 0xB3,
            }
    })
}
