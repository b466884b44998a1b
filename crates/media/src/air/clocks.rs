//! The clocks at both ends of what is aired. A film that needs more pictures ahead than what was on before is decoded from sooner on: its first decoding times, and the
//! clock that goes with them, would lie before the last ones of that. They are spread over what is left until its first picture is shown, so that they never step back
//! (ISO/IEC 13818-1 §2.7.4, §2.4.2.1); when pictures are shown stays as it is.

use super::Outline;
use crate::mpegts::retime_each;
use crate::tape::{Origin, Track};
use crate::time::HZ;
use crate::ts::clock::nearest;
use crate::ts::packet::{PACKET, Packet};
use crate::ts::pes;

/// Bytes in which the first clocks of a run are looked for, and its last ones.
const FRONT: u64 = 1_400 * PACKET as u64;
const TAIL: u64 = 5_600 * PACKET as u64;
/// Decoding times lie no further before their pictures (ticks): what claims to is left alone.
const AHEAD: i64 = 10 * HZ;

/// Where clocks stand (ticks of tape time).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The programme clock.
    pub pcr: i64,
    /// When a picture is decoded.
    pub dts: i64,
}

impl Clock {
    fn moved(self, by: i64) -> Self {
        Self { pcr: self.pcr + by, dts: self.dts + by }
    }
}

/// The clocks of a run of a piece, in the piece's own tape time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edges {
    /// PID of its picture.
    pid: u16,
    /// Offset in the piece at which it begins.
    base: u64,
    first: Clock,
    second: Clock,
    last: Clock,
    /// When its first picture is shown.
    shown: i64,
}

/// The clocks of the runs of a piece whose bytes `read` gives; runs without a picture, or in which no clock is found, have none.
pub fn edges(piece: &Outline, mut read: impl FnMut(u64, u64) -> Option<Vec<u8>>) -> Vec<Edges> {
    let mut all = Vec::new();
    for (number, of) in piece.runs.iter().enumerate() {
        let end = piece.runs.get(number + 1).map_or(piece.bytes, |next| next.base);
        let picture = of.run.tracks.iter().find(|track| track.kind.is_video());
        let Some(Track { origin: Origin::Stream { pid }, .. }) = picture else { continue };
        let mut seen = |from: u64, to: u64| Some(clocks(&read(from, to)?, *pid, of.run.offset, of.run.start));
        let mut edges = || {
            let front = seen(of.base, end.min(of.base + FRONT))?;
            let ([first, second], shown) = (front.first?, front.shown?);
            let last = seen(end.saturating_sub(TAIL).max(of.base), end)?.last?;
            Some(Edges { pid: *pid, base: of.base, first, second, last, shown })
        };
        all.extend(edges());
    }
    all
}

/// What is found in some bytes: the first two of each clock, when the first picture is shown, and the last clocks.
struct Found {
    first: Option<[Clock; 2]>,
    shown: Option<i64>,
    last: Option<Clock>,
}

fn clocks(bytes: &[u8], pid: u16, offset: i64, near: i64) -> Found {
    let time = |raw: u64| nearest(raw as i64 + offset, near);
    let (mut pcrs, mut decoded, mut shown) = (Vec::new(), Vec::new(), None);
    for packet in bytes.chunks_exact(PACKET).filter_map(Packet::new) {
        pcrs.extend(packet.pcr_27m().map(|pcr| time(pcr / 300)));
        let is_head = packet.pid() == pid && packet.unit_start();
        if let Some(head) = is_head.then(|| pes::header(packet.payload())).flatten() {
            decoded.extend(head.dts.or(head.pts).map(time));
            shown = shown.or(head.pts.map(time));
        }
    }
    let clock = |number: usize| Some(Clock { pcr: *pcrs.get(number)?, dts: *decoded.get(number)? });
    // Of one picture that fills all of the front nobody knows how long it is.
    let first = clock(0).map(|first| [first, clock(1).unwrap_or(first)]);
    let last = pcrs.last().zip(decoded.last()).map(|(pcr, dts)| Clock { pcr: *pcr, dts: *dts });
    Found { first, shown, last }
}

/// What is done to the clocks of a run where it stands (tape time of the channel).
#[derive(Clone, Copy, Debug)]
pub(super) struct Ease {
    pid: u16,
    /// Offset in the piece from which on it counts.
    pub(super) base: u64,
    /// Clocks from `first` on, until the first picture is shown, lie behind `floor`: as far as if what was before had ended `before` them.
    first: Clock,
    before: Clock,
    floor: Clock,
    shown: i64,
}

/// What is done where runs with these clocks stand one behind another, moved `by` so much, behind what had clocks up to `before`; and up to where theirs go.
pub(super) fn eases(own: &[Edges], by: i64, before: Option<Clock>) -> (Vec<Ease>, Option<Clock>) {
    let (mut all, mut before) = (Vec::new(), before);
    for run in own {
        let (first, shown) = (run.first.moved(by), run.shown + by);
        let step = |first: i64, second: i64| (second - first).clamp(1, HZ);
        let ahead = Clock {
            pcr: first.pcr - step(run.first.pcr, run.second.pcr),
            dts: first.dts - step(run.first.dts, run.second.dts),
        };
        if let Some(floor) = before {
            let is_behind = floor.dts >= first.dts || floor.pcr >= first.pcr;
            let is_sound = first.pcr.min(first.dts) > shown - AHEAD && floor.pcr.max(floor.dts) < shown;
            if is_behind && is_sound {
                all.push(Ease { pid: run.pid, base: run.base, first, before: ahead, floor, shown });
            }
        }
        before = Some(run.last.moved(by));
    }
    (all, before)
}

impl Ease {
    /// Moves the clocks of a packet of its run, which has tape times.
    pub(super) fn apply(&self, packet: &mut [u8]) {
        let Some(seen) = Packet::new(packet) else { return };
        let later = |raw: Option<u64>, of: fn(&Clock) -> i64| {
            let (first, before, floor) = (of(&self.first), of(&self.before), of(&self.floor));
            let time = nearest(raw? as i64, self.shown);
            let is_meant = floor >= first && first <= time && time < self.shown;
            // What lay between `before` and the first picture lies between `floor` and that.
            let left = self.shown - time;
            is_meant.then(|| left - left * (self.shown - floor) / (self.shown - before))
        };
        let pcr = later(seen.pcr_27m().map(|pcr| pcr / 300), |clock| clock.pcr);
        let is_head = seen.pid() == self.pid && seen.unit_start();
        let head = is_head.then(|| pes::header(seen.payload())).flatten();
        let dts = later(head.and_then(|head| head.dts), |clock| clock.dts);
        retime_each(packet, (pcr.unwrap_or(0), 0, dts.unwrap_or(0)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Counter, PieceRun, Place, Placed};
    use super::*;
    use crate::multiplex::{Multiplexer, Unit};
    use crate::tape::{Run, Texts};
    use crate::ts::psi::{Kind, Stream};

    const PICTURE: i64 = 3_600;
    const PID: u16 = 0x100;

    /// When each of so many pictures is decoded and shown; `depth`: so many are decoded before the first is shown.
    fn times(count: i64, depth: i64) -> Vec<(i64, i64)> {
        let shown = |nth: i64| match (nth, depth) {
            (0, _) | (_, 0) => nth,
            // The last of a group is decoded first.
            _ => {
                let (group, place) = ((nth - 1) / (depth + 1), (nth - 1) % (depth + 1));
                let first = 1 + group * (depth + 1);
                let last = (first + depth).min(count - 1);
                if place == 0 { last } else { first + place - 1 }
            }
        };
        (0..count).map(|nth| ((nth - depth) * PICTURE, shown(nth) * PICTURE)).collect()
    }

    /// Its bytes and its outline; of two runs, if there is a second depth.
    fn piece(count: i64, depths: &[i64]) -> (Vec<u8>, Arc<Outline>) {
        let (mut out, mut runs) = (Vec::new(), Vec::new());
        for (number, depth) in depths.iter().enumerate() {
            let base = out.len() as u64;
            let mut multiplexer = Multiplexer::default();
            multiplexer.declare(&[Stream::new(PID, Kind::H264, None, 0)]);
            for (dts, pts) in times(count, *depth) {
                let unit = Unit { pid: PID, dts, pts, random_access: pts == 0, data: vec![7; 900] };
                multiplexer.write(&unit, &mut out);
            }
            let packets = out[base as usize..].chunks_exact(PACKET).filter_map(Packet::new);
            let mut heads = packets.filter(|packet| packet.pid() == PID && packet.unit_start());
            let first = heads.find_map(|packet| pes::header(packet.payload())?.pts).expect("a picture");
            let start = number as i64 * count * PICTURE;
            let track = Track {
                id: 0,
                kind: Kind::H264,
                origin: Origin::Stream { pid: PID },
                language: None,
                audio_type: 0,
                setup: None,
            };
            let run = Run {
                number: number as u32,
                start,
                offset: start - first as i64,
                tracks: vec![track],
                tables: Vec::new(),
                texts: Texts::default(),
            };
            runs.push(PieceRun { run: Arc::new(run), base });
        }
        let mut counters = Vec::new();
        Counter::note(&mut counters, &out);
        let length = depths.len() as i64 * count * PICTURE;
        let (segments, bytes) = (1, out.len() as u64);
        let outline = Outline { runs, segments, length, bytes, counters, ..Outline::default() };
        (out, Arc::new(outline))
    }

    /// The clocks, decoding times, and times at which pictures are shown, in a stream.
    fn seen(bytes: &[u8]) -> (Vec<i64>, Vec<i64>, Vec<i64>) {
        let (mut pcrs, mut decoded, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        for packet in bytes.chunks_exact(PACKET).filter_map(Packet::new).filter(|packet| packet.pid() == PID)
        {
            pcrs.extend(packet.pcr_27m().map(|pcr| nearest((pcr / 300) as i64, 1 << 33)));
            let head = Some(packet.payload()).filter(|_| packet.unit_start()).and_then(pes::header);
            let Some((pts, dts)) = head.and_then(|head| Some((head.pts?, head.dts.or(head.pts)?))) else {
                continue;
            };
            decoded.push(nearest(dts as i64, 1 << 33));
            shown.push(nearest(pts as i64, 1 << 33));
        }
        (pcrs, decoded, shown)
    }

    fn rise(times: &[i64]) -> bool {
        times.windows(2).all(|pair| pair[0] < pair[1])
    }

    #[test]
    fn clocks_never_step_back_and_pictures_stay_where_they_are() {
        // Across the point at which the clock's 33 bits begin anew.
        let begin = (1 << 33) - 90 * PICTURE;
        for depths in [
            vec![vec![0], vec![2], vec![0]],
            vec![vec![0], vec![4]],
            vec![vec![1], vec![3], vec![3], vec![1]],
            // Parts of one piece.
            vec![vec![0, 3], vec![1, 2]],
        ] {
            let (mut place, mut before, mut clock) = (Place { start: begin, ..Place::default() }, None, None);
            let (mut plain, mut eased) = (Vec::new(), Vec::new());
            for depths in &depths {
                let (bytes, outline) = piece(40, depths);
                let own = edges(&outline, |from, to| Some(bytes.get(from as usize..to as usize)?.to_vec()));
                assert_eq!(own.len(), depths.len());
                let placed = Placed::new(place, Arc::clone(&outline), before.as_ref());
                let mut moved = bytes.clone();
                placed.retime(0, &mut moved);
                plain.extend(moved);
                let placed;
                (placed, clock) =
                    Placed::new(place, Arc::clone(&outline), before.as_ref()).eased(&own, clock);
                let mut moved = bytes.clone();
                placed.retime(0, &mut moved);
                // Read from amid it, it is the same.
                let half = bytes.len() / PACKET / 60 * PACKET;
                let mut back = bytes[half..].to_vec();
                placed.retime(half as u64, &mut back);
                assert_eq!(back, moved[half..]);
                eased.extend(moved);
                place = place.after(&outline);
                before = Some(placed);
            }
            let ((pcrs, decoded, _), wanted) = (seen(&plain), seen(&plain).2);
            assert!(!rise(&decoded) && !rise(&pcrs), "{depths:?}: there is something to be done");
            let (pcrs, decoded, shown) = seen(&eased);
            assert_eq!(shown, wanted, "{depths:?}");
            assert!(rise(&decoded), "{depths:?}: {decoded:?}");
            assert!(rise(&pcrs), "{depths:?}: {pcrs:?}");
            assert!(decoded.iter().zip(&shown).all(|(decoded, shown)| decoded <= shown), "{depths:?}");
            assert!(pcrs.iter().zip(&decoded).all(|(pcr, decoded)| pcr < decoded), "{depths:?}");
        }
    }

    /// Where nothing would step back nothing is done, and where nothing is known nothing is guessed.
    #[test]
    fn what_goes_on_is_left_alone() {
        let (bytes, outline) = piece(40, &[3]);
        let own = edges(&outline, |from, to| Some(bytes.get(from as usize..to as usize)?.to_vec()));
        let last = eases(&own, 0, None).1.expect("a clock");
        assert!(eases(&own, 40 * PICTURE, Some(last)).0.is_empty(), "as many ahead as before");
        assert!(eases(&own, 80 * PICTURE, Some(last)).0.is_empty(), "behind a gap");
        let late = Clock { pcr: 80 * PICTURE, dts: 81 * PICTURE };
        assert!(eases(&own, 40 * PICTURE, Some(late)).0.is_empty(), "no time is left");
        assert!(edges(&outline, |_, _| None).is_empty());
    }
}
