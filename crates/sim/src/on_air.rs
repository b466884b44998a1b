//! One connection's view of a channel's air: which packets are due, and what the channel fills in.
//!
//! Without faults it is a function of the moment, the same for all viewers. Faults that concern the programme itself
//! (clocks, tables, format) are applied here; those of bad reception in `damage`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clip::{Clip, Filling, Place};
use crate::faults::{Fault, OnChannel};
use crate::lineup::Entry;
use crate::ts::{self, PACKET};
use crate::world::{World, tables};

/// Packets per write, so that one stream cannot hold the loop.
pub(crate) const BATCH: usize = 1400;
/// Further behind than this, packets are lost.
const BEHIND_27M: u64 = 3 * 27_000_000;
/// How often the events on the air are made anew.
const EVENTS_EVERY: Duration = Duration::from_secs(20);
const PTS_JUMP_EVERY_27M: u64 = 10 * 27_000_000;
/// Under `pmt_change`, sound moves to and fro between its PID and this much more.
const SOUND_MOVES_BY: u16 = 0x10;

/// What one connection is being sent.
pub(crate) struct OnAir<'a> {
    pub(crate) clip: Arc<Clip>,
    pub(crate) place: Place,
    pub(crate) begun: Instant,
    world: &'a World,
    entry: &'a Entry,
    on: OnChannel<'a>,
    paced: bool,
    own: Arc<Clip>,
    tables: ([u8; PACKET], [u8; PACKET]),
    /// Changes of tables and of format so far.
    version: (u8, u8),
    eit: Vec<[u8; PACKET]>,
    eit_made: Instant,
    air_begun: u64,
    base_90k: i64,
}

impl<'a> OnAir<'a> {
    pub(crate) fn new(
        world: &'a World,
        clip: Arc<Clip>,
        entry: &'a Entry,
        on: OnChannel<'a>,
        paced: bool,
    ) -> Self {
        let air = world.air_27m(&entry.reference, &clip);
        let base_90k = match world.faults.on(Fault::PtsWrap, on) {
            Some(seconds) => (1 << 33) - (air / 300) as i64 - (seconds * 90_000.0) as i64,
            None => world.base_90k(&entry.reference),
        };
        Self {
            place: clip.place_at(air),
            begun: Instant::now(),
            world,
            entry,
            on,
            paced,
            own: Arc::clone(&clip),
            tables: tables(entry, &clip, 0, 0),
            version: (0, 0),
            eit: world.event_packets(entry),
            eit_made: Instant::now(),
            air_begun: air,
            base_90k,
            clip,
        }
    }

    fn now(&self) -> u64 {
        self.world.air_27m(&self.entry.reference, &self.clip)
    }

    /// Leaves out what was due until now.
    pub(crate) fn skip(&mut self) {
        self.place = self.clip.place_at(self.now());
    }

    /// Whether the reader was so slow that packets had to be left out.
    pub(crate) fn catch_up(&mut self) -> bool {
        let behind = self.paced && self.now() > self.clip.time_of(self.place) + BEHIND_27M;
        if behind {
            self.skip();
        }
        behind
    }

    /// Goes over to another programme's format and back, with the clock going on; whether it did so now.
    pub(crate) fn change_format(&mut self, elapsed_s: f64) -> bool {
        let changes = self.changes(Fault::FormatChange, elapsed_s);
        if changes == self.version.1 {
            return false;
        }
        let other = || {
            let codes = self.world.clips.range(self.entry.code.wrapping_add(1)..);
            let mut others = codes.chain(self.world.clips.iter()).map(|(_, clip)| clip);
            others.find(|clip| !Arc::ptr_eq(clip, &self.own) && !clip.frames.is_empty()).cloned()
        };
        let next = if changes % 2 == 1 { other() } else { Some(Arc::clone(&self.own)) };
        let Some(next) = next else { return false };
        let reached = self.clip.time_of(self.place);
        self.clip = next;
        self.version.1 = changes;
        let air = if self.paced { self.now() } else { reached };
        self.place = self.clip.place_at(air);
        self.base_90k += (reached / 300) as i64 - (self.clip.time_of(self.place) / 300) as i64;
        self.air_begun = air;
        self.renew_tables();
        true
    }

    fn changes(&self, fault: Fault, elapsed_s: f64) -> u8 {
        let every = self.world.faults.on(fault, self.on);
        every.map_or(0, |every| (elapsed_s / every.max(0.1)) as u8)
    }

    fn moved_by(&self) -> u16 {
        if self.version.0 % 2 == 1 { SOUND_MOVES_BY } else { 0 }
    }

    fn renew_tables(&mut self) {
        let version = self.version.0.wrapping_add(self.version.1) & 0x1F;
        self.tables = tables(self.entry, &self.clip, version, self.moved_by());
    }

    /// Appends the packets that are due and gives the place after them.
    pub(crate) fn batch(&mut self, elapsed_s: f64, out: &mut Vec<u8>) -> Place {
        if self.eit_made.elapsed() > EVENTS_EVERY {
            (self.eit, self.eit_made) = (self.world.event_packets(self.entry), Instant::now());
        }
        let changes = self.changes(Fault::PmtChange, elapsed_s);
        if changes != self.version.0 {
            self.version.0 = changes;
            self.renew_tables();
        }
        let jumps = self.world.faults.on(Fault::PtsJump, self.on).map_or(0, |seconds| {
            let times = self.clip.time_of(self.place).saturating_sub(self.air_begun) / PTS_JUMP_EVERY_27M;
            (seconds * 90_000.0) as i64 * times as i64
        });
        let (pat, pmt) = &self.tables;
        let filling = Filling { pat, pmt, eit: &self.eit, base_90k: self.base_90k + jumps };
        let until = if self.paced { self.now() } else { u64::MAX };
        let next = self.clip.fill(self.place, until, BATCH, &filling, out);
        self.move_sound(out);
        next
    }

    fn move_sound(&self, out: &mut [u8]) {
        let by = self.moved_by();
        if by == 0 {
            return;
        }
        let sounds: Vec<u16> =
            self.clip.programme.streams.iter().filter(|s| s.is_audio()).map(|s| s.pid).collect();
        for packet in out.chunks_exact_mut(PACKET) {
            let pid = ts::pid(packet);
            if sounds.contains(&pid) {
                let [high, low] = (pid + by).to_be_bytes();
                packet[1] = packet[1] & 0xE0 | high;
                packet[2] = low;
            }
        }
    }
}
