//! A programme that repeats for ever: packets with the moments at which they are sent, made once, sent many times.
//!
//! Everything that differs from one turn of the loop to the next (clocks, stamps, continuity) is a function of the
//! turn's number, so that a stream holds no state but its place. Tables (PAT, PMT) and the guide on the air (EIT)
//! are placeholders that a channel fills with its own. Times are 27 MHz, stamps 90 kHz, both relative to the
//! beginning of a turn; stamps may lie before it.

use crate::ts::{self, PACKET};

/// What stands in the packets of one PID (or of one kind of table).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Sent as it is, but for clocks and continuity.
    Plain,
    /// Replaced by the channel's PAT.
    Pat,
    /// Replaced by the channel's PMT.
    Pmt,
    /// Replaced by the next packet of the channel's event information.
    Eit,
}

/// A continuity counter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) kind: Kind,
    pub(crate) pid: u16,
    /// How far the counter goes in a turn.
    pub(crate) step: u64,
    /// Packets of the programme itself, which scrambling would hide.
    pub(crate) media: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Field {
    /// Six bytes of PCR, value in 27 MHz.
    Pcr(i64),
    /// Five bytes of PTS or DTS, value in 90 kHz.
    Stamp(i64),
}

/// A clock field to be rewritten in each turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patch {
    pub(crate) packet: u32,
    pub(crate) at: u8,
    pub(crate) field: Field,
}

/// One picture: where its first and last packets are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameMark {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) pts: i64,
    pub(crate) key: bool,
    pub(crate) number: u16,
}

/// One packet of sound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SoundMark {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) pts: i64,
    pub(crate) duration: i64,
}

/// A looped programme.
#[derive(Debug)]
pub(crate) struct Clip {
    pub(crate) bytes: Vec<u8>,
    pub(crate) times: Vec<u64>,
    pub(crate) slot_of: Vec<u8>,
    /// Continuity counter of each packet in turn 0; tables and guide: how many came before it.
    pub(crate) counter: Vec<u32>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) frames: Vec<FrameMark>,
    /// Sound of the first audio track.
    pub(crate) sounds: Vec<SoundMark>,
    pub(crate) length_90k: i64,
    pub(crate) programme: ts::Programme,
    pub(crate) pmt_pid: u16,
}

/// A place in the endless stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) turn: u64,
    pub(crate) packet: u32,
}

/// What a channel puts in the placeholders, and where its clock stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling<'a> {
    pub(crate) pat: &'a [u8; PACKET],
    pub(crate) pmt: &'a [u8; PACKET],
    pub(crate) eit: &'a [[u8; PACKET]],
    /// Added to all clocks, 90 kHz.
    pub(crate) base_90k: i64,
}

impl Clip {
    pub(crate) fn length_27m(&self) -> u64 {
        self.length_90k as u64 * 300
    }

    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    /// The first place that is sent at this moment of the channel's air, or later.
    pub(crate) fn place_at(&self, air_27m: u64) -> Place {
        let (turn, rest) = (air_27m / self.length_27m(), air_27m % self.length_27m());
        let packet = self.times.partition_point(|time| *time < rest);
        if packet == self.len() {
            Place { turn: turn + 1, packet: 0 }
        } else {
            Place { turn, packet: packet as u32 }
        }
    }

    /// When a place is sent.
    pub(crate) fn time_of(&self, place: Place) -> u64 {
        place.turn * self.length_27m() + self.times[place.packet as usize]
    }

    /// Appends the packets from `from` that are due before `until_27m`, at most `max`; gives the next place.
    pub(crate) fn fill(
        &self,
        from: Place,
        until_27m: u64,
        max: usize,
        filling: &Filling<'_>,
        out: &mut Vec<u8>,
    ) -> Place {
        let mut place = from;
        let mut left = max;
        while left > 0 {
            let begin = place.packet as usize;
            let turn_begin = place.turn * self.length_27m();
            let due = match until_27m.checked_sub(turn_begin) {
                Some(rest) => self.times.partition_point(|time| *time < rest),
                None => 0,
            };
            let end = due.min(begin + left);
            if end <= begin {
                break;
            }
            self.append(place.turn, begin, end, filling, out);
            left -= end - begin;
            place.packet = end as u32;
            if end < self.len() {
                break;
            }
            place = Place { turn: place.turn + 1, packet: 0 };
        }
        place
    }

    /// Packets `begin..end` as they are sent in this turn.
    fn append(&self, turn: u64, begin: usize, end: usize, filling: &Filling<'_>, out: &mut Vec<u8>) {
        let out_begin = out.len();
        out.extend_from_slice(&self.bytes[begin * PACKET..end * PACKET]);
        for (at, packet) in out[out_begin..].chunks_exact_mut(PACKET).enumerate() {
            let at = begin + at;
            let slot = self.slots[self.slot_of[at] as usize];
            let counter = u64::from(self.counter[at]) + turn * slot.step;
            match slot.kind {
                Kind::Plain => {}
                Kind::Pat => packet.copy_from_slice(filling.pat),
                Kind::Pmt => packet.copy_from_slice(filling.pmt),
                Kind::Eit => {
                    let next = (counter % filling.eit.len().max(1) as u64) as usize;
                    if let Some(event) = filling.eit.get(next) {
                        packet.copy_from_slice(event);
                    }
                }
            }
            packet[3] = packet[3] & 0xF0 | (counter & 0xF) as u8;
        }
        let base = filling.base_90k + turn as i64 * self.length_90k;
        let first = self.patches.partition_point(|patch| (patch.packet as usize) < begin);
        for patch in self.patches[first..].iter().take_while(|patch| (patch.packet as usize) < end) {
            let at = out_begin + (patch.packet as usize - begin) * PACKET + patch.at as usize;
            match patch.field {
                Field::Pcr(value) => {
                    let wrap = ts::WRAP_90K as i64 * 300;
                    ts::write_pcr(&mut out[at..at + 6], (value + base * 300).rem_euclid(wrap) as u64);
                }
                Field::Stamp(value) => {
                    let stamp = (value + base).rem_euclid(ts::WRAP_90K as i64) as u64;
                    ts::write_stamp(&mut out[at..at + 5], stamp);
                }
            }
        }
    }

    /// The first key frame that begins at this place or later: its turn and its mark.
    pub(crate) fn key_after(&self, from: Place) -> Option<(u64, FrameMark)> {
        let mark = self.frames.iter().find(|mark| mark.key && mark.first >= from.packet);
        match mark {
            Some(mark) => Some((from.turn, *mark)),
            None => self.frames.iter().find(|mark| mark.key).map(|mark| (from.turn + 1, *mark)),
        }
    }

    /// The sound that covers a moment given in a turn's stamps: the turn in which it is sent, and its mark.
    pub(crate) fn sound_at(&self, turn: u64, pts: i64) -> Option<(u64, SoundMark)> {
        [(0, 0), (1, self.length_90k), (-1, -self.length_90k)].into_iter().find_map(|(turns, shift)| {
            let wanted = pts - shift;
            let mark = self.sounds.iter().find(|m| m.pts <= wanted && wanted < m.pts + m.duration)?;
            Some((turn.checked_add_signed(turns)?, *mark))
        })
    }
}

/// A packet on its way into a clip.
pub(crate) struct Item {
    pub(crate) time: u64,
    pub(crate) packet: [u8; PACKET],
    pub(crate) kind: Kind,
    pub(crate) media: bool,
    pub(crate) fields: Vec<(u8, Field)>,
    /// Track (0 video, 1 first sound) and unit that the packet belongs to.
    pub(crate) unit: Option<(usize, usize)>,
}

impl Item {
    pub(crate) fn plain(time: u64, packet: [u8; PACKET]) -> Self {
        Self { time, packet, kind: Kind::Plain, media: false, fields: Vec::new(), unit: None }
    }
}

/// Collects packets into a clip: sorts them by time, counts continuity, finds where units begin and end.
#[derive(Default)]
pub(crate) struct Assembly {
    pub(crate) items: Vec<Item>,
    /// `(pts, key, number)` of each picture, in the order of its unit number.
    pub(crate) frames: Vec<(i64, bool, u16)>,
    /// `(pts, duration)` of each packet of the first sound.
    pub(crate) sounds: Vec<(i64, i64)>,
    /// Keep the counters found in the packets (captures) instead of counting anew.
    pub(crate) keep_counters: bool,
}

impl Assembly {
    pub(crate) fn finish(mut self, length_90k: i64, programme: ts::Programme, pmt_pid: u16) -> Clip {
        self.items.sort_by_key(|item| item.time);
        let mut clip = Clip {
            bytes: Vec::with_capacity(self.items.len() * PACKET),
            times: Vec::with_capacity(self.items.len()),
            slot_of: Vec::with_capacity(self.items.len()),
            counter: Vec::with_capacity(self.items.len()),
            slots: Vec::new(),
            patches: Vec::new(),
            frames: Vec::new(),
            sounds: Vec::new(),
            length_90k,
            programme,
            pmt_pid,
        };
        let none = (u32::MAX, 0);
        let mut spans = [vec![none; self.frames.len()], vec![none; self.sounds.len()]];
        for (at, item) in self.items.iter().enumerate() {
            clip.push(item, self.keep_counters);
            let Some((track, unit)) = item.unit else { continue };
            if let Some(span) = spans.get_mut(track).and_then(|spans| spans.get_mut(unit)) {
                *span = (span.0.min(at as u32), span.1.max(at as u32));
            }
        }
        if self.keep_counters {
            clip.steps_of_kept_counters();
        }
        let present = |span: &(u32, u32)| span.0 != u32::MAX;
        for (span, (pts, key, number)) in spans[0].iter().zip(&self.frames).filter(|(span, _)| present(span))
        {
            clip.frames.push(FrameMark {
                first: span.0,
                last: span.1,
                pts: *pts,
                key: *key,
                number: *number,
            });
        }
        for (span, (pts, duration)) in spans[1].iter().zip(&self.sounds).filter(|(span, _)| present(span)) {
            clip.sounds.push(SoundMark { first: span.0, last: span.1, pts: *pts, duration: *duration });
        }
        clip.frames.sort_by_key(|mark| mark.last);
        clip.sounds.sort_by_key(|mark| mark.last);
        clip
    }
}

impl Clip {
    fn push(&mut self, item: &Item, keep_counter: bool) {
        let at = self.times.len() as u32;
        let pid = ts::pid(&item.packet);
        let known = self.slots.iter().position(|slot| slot.pid == pid && slot.kind == item.kind);
        let index = known.unwrap_or_else(|| {
            self.slots.push(Slot { kind: item.kind, pid, step: 0, media: item.media });
            self.slots.len() - 1
        });
        let slot = &mut self.slots[index];
        slot.media |= item.media;
        let has_payload = item.packet[3] & 0x10 != 0;
        let counter = if keep_counter && item.kind == Kind::Plain {
            u32::from(item.packet[3] & 0xF)
        } else if has_payload {
            slot.step += 1;
            slot.step as u32 - 1
        } else {
            (slot.step as u32).wrapping_sub(1) & 0xF
        };
        self.bytes.extend_from_slice(&item.packet);
        self.times.push(item.time);
        self.slot_of.push(index as u8);
        self.counter.push(counter);
        let fields = item.fields.iter();
        self.patches.extend(fields.map(|(offset, field)| Patch { packet: at, at: *offset, field: *field }));
    }

    /// A capture's counters go on from turn to turn as if it had never ended.
    fn steps_of_kept_counters(&mut self) {
        for index in 0..self.slots.len() {
            if self.slots[index].kind != Kind::Plain {
                continue;
            }
            let of_slot = || (0..self.len()).filter(|at| self.slot_of[*at] as usize == index);
            let with_payload = |at: &usize| self.bytes[at * PACKET + 3] & 0x10 != 0;
            let first = of_slot().find(with_payload);
            let last = of_slot().rfind(with_payload);
            if let (Some(first), Some(last)) = (first, last) {
                self.slots[index].step = u64::from((self.counter[last] + 17 - self.counter[first]) & 0xF);
            }
        }
    }
}
