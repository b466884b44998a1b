//! What a raw reader gets while the programme has nothing: a short still, repeated for as long as it takes (ISO/IEC 13818-1 §2.4).
//!
//! - A [`Still`] is a transport stream of a few seconds, coded once, on the programme's own PIDs and in its own codecs: no map changes, and whoever
//!   decodes the programme decodes this. It lasts [`LENGTH`], which holds whole frames of every codec of sound at 48 kHz.
//! - A [`Playing`] repeats it in the programme's time: time stamps and continuity counters go on from repetition to repetition. The first packet of each
//!   PID is marked by the discontinuity indicator (§2.4.3.5), as is the programme's when it comes back ([`crate::mpegts::join`]).
//!
//! It knows no picture, no text and no reason.

use crate::mpegts::{mark, retime};
use crate::tape::{Origin, Run, Track};
use crate::time::HZ;
use crate::ts::packet::{PACKET, Packet, SYNC};
use crate::ts::pes;
use crate::ts::psi::{Kind, Pmt, Sections};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Length of a still (ticks): 1.92 s are 48 pictures, 60 frames of AC-3, 80 of MPEG audio, 90 of AAC.
pub const LENGTH: i64 = HZ * 192 / 100;
/// Between the programme's last picture and the first of the still (ticks): pictures that are presented later than they are decoded have gone by.
const GAP: i64 = HZ / 5;

/// What a programme is made of, as far as a still must be the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// PID and codec of the picture.
    pub video: (u16, Kind),
    /// Its width and height.
    pub size: (u32, u32),
    /// PID of the clock.
    pub clock: u16,
    /// PID, codec, samples per second and channels of each sound that has been heard.
    pub sounds: Vec<(u16, Kind, u32, u8)>,
}

impl Layout {
    /// That of a run; `None` if it has no picture.
    pub fn of(run: &Run) -> Option<Self> {
        let pid = |track: &Track| match track.origin {
            Origin::Stream { pid } => Some(pid),
            Origin::Derived { .. } => None,
        };
        let video = run.tracks.iter().find(|track| track.kind.is_video())?;
        let picture = video.picture().filter(|picture| picture.width > 0 && picture.height > 0)?;
        let all = run.tracks.iter().filter_map(|track| {
            let header = track.header().filter(|_| track.kind.is_audio())?;
            Some((pid(track)?, track.kind, header.rate, header.channels))
        });
        // Some maps name a PID twice: there is one stream of it.
        let mut sounds: Vec<(u16, Kind, u32, u8)> = Vec::new();
        for sound in all {
            if Some(sound.0) != pid(video) && sounds.iter().all(|known| known.0 != sound.0) {
                sounds.push(sound);
            }
        }
        Some(Self {
            video: (pid(video)?, video.kind),
            size: (picture.width, picture.height),
            clock: clock(&run.tables).unwrap_or(pid(video)?),
            sounds,
        })
    }
}

/// PID of the clock, out of PAT and PMT.
fn clock(tables: &[u8]) -> Option<u16> {
    let maps = tables.chunks_exact(PACKET).filter_map(Packet::new).filter(|packet| packet.pid() != 0);
    let mut sections = Sections::default();
    let mut found = None;
    for packet in maps {
        sections.push(&packet, |section| found = Pmt::parse(section).or(found.take()));
    }
    found.map(|map| map.pcr_pid)
}

/// A few seconds that can be repeated.
#[derive(Debug)]
pub struct Still {
    /// When each packet is due (ticks from the first picture), and the packet.
    packets: Vec<(i64, [u8; PACKET])>,
    /// Time stamp of its first picture.
    first: i64,
    layout: Layout,
}

impl Still {
    /// Takes what an encoder made: at least [`LENGTH`] of it, on the PIDs of `layout`. `None`: there is no such picture in it.
    pub fn new(coded: &[u8], layout: Layout) -> Option<Self> {
        let own = |pid: u16| pid == layout.video.0 || layout.sounds.iter().any(|sound| sound.0 == pid);
        let pts = |packet: &Packet<'_>| {
            let header = pes::header(packet.payload()).filter(|_| packet.unit_start())?;
            Some(header.pts? as i64)
        };
        let all = || coded.chunks_exact(PACKET).filter_map(Packet::new).filter(|packet| own(packet.pid()));
        let first = all().filter(|packet| packet.pid() == layout.video.0).find_map(|packet| pts(&packet))?;
        let (mut due, mut kept, mut last) = (0, BTreeMap::new(), first);
        let mut packets = Vec::new();
        for packet in all() {
            if let Some(pts) = pts(&packet) {
                kept.insert(packet.pid(), (first..first + LENGTH).contains(&pts));
                if packet.pid() == layout.video.0 {
                    (due, last) = ((pts - first).clamp(due, LENGTH - 1), last.max(pts));
                }
            }
            if kept.get(&packet.pid()) == Some(&true) {
                packets.push((due, *packet.bytes()));
            }
        }
        // Its end is seen, so nothing of it is missing.
        (last >= first + LENGTH).then_some(Self { packets, first, layout })
    }
}

/// A still that is being repeated for one reader.
#[derive(Debug)]
pub struct Playing {
    still: Arc<Still>,
    /// The programme's time at which it began.
    start: i64,
    round: i64,
    next: usize,
    /// Continuity counter of the last packet of each PID.
    counters: BTreeMap<u16, u8>,
}

impl Playing {
    /// Goes on where the programme's clock says `end` (ticks of the source).
    pub fn new(still: Arc<Still>, end: i64) -> Self {
        Self { still, start: end + GAP, round: 0, next: 0, counters: BTreeMap::new() }
    }

    /// Time of the source's clock behind `elapsed` ticks of it.
    pub fn end(&self, elapsed: i64) -> i64 {
        self.start + elapsed
    }

    /// Appends all packets that are due within `elapsed` ticks from the beginning and have not been given yet.
    pub fn fill(&mut self, elapsed: i64, out: &mut Vec<u8>) {
        let still = Arc::clone(&self.still);
        while let Some((due, packet)) = still.packets.get(self.next) {
            if self.round * LENGTH + due > elapsed {
                return;
            }
            self.give(*packet, &still, out);
            self.next += 1;
            if self.next == still.packets.len() {
                (self.next, self.round) = (0, self.round + 1);
            }
        }
    }

    fn give(&mut self, mut packet: [u8; PACKET], still: &Still, out: &mut Vec<u8>) {
        retime(&mut packet, self.start - still.first + self.round * LENGTH);
        let Some(seen) = Packet::new(&packet) else { return };
        let (pid, counts) = (seen.pid(), seen.has_payload());
        if let Some(clock) = clock_packet(&seen, &still.layout)
            && let Some(clock) = Packet::new(&clock)
        {
            match self.counters.insert(clock.pid(), 0) {
                None => mark(&clock, out),
                Some(_) => out.extend_from_slice(clock.bytes()),
            }
        }
        let first = !self.counters.contains_key(&pid);
        let counter = self.counters.entry(pid).or_insert(0x0F);
        *counter = counter.wrapping_add(u8::from(counts)) & 0x0F;
        packet[3] = packet[3] & 0xF0 | *counter;
        match Packet::new(&packet) {
            Some(packet) if first => mark(&packet, out),
            _ => out.extend_from_slice(&packet),
        }
    }
}

/// The clock of a packet on the PID where the programme has its clock, if that is another.
fn clock_packet(packet: &Packet<'_>, layout: &Layout) -> Option<[u8; PACKET]> {
    packet.pcr_27m().filter(|_| layout.clock != layout.video.0)?;
    let mut clock = [0xFF; PACKET];
    clock[..6].copy_from_slice(&[
        SYNC,
        (layout.clock >> 8) as u8,
        layout.clock as u8,
        0x20,
        PACKET as u8 - 5,
        0x10,
    ]);
    clock[6..12].copy_from_slice(packet.bytes().get(6..12)?);
    Some(clock)
}
