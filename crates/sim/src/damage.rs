//! What bad reception does to packets on their way out: loss, wrong counters, flipped bits, scrambling.

use crate::clip::Clip;
use crate::dice::Dice;
use crate::faults::{Fault, FaultSet, OnChannel};
use crate::ts::{self, PACKET};

/// `transport_scrambling_control` of a scrambled payload with the even key (ETSI TS 100 289).
const SCRAMBLED_EVEN: u8 = 0x80;

pub(crate) struct Damage {
    dice: Dice,
    media: Vec<u16>,
}

impl Damage {
    pub(crate) fn new(seed: u64, clip: &Clip) -> Self {
        let media = clip.slots.iter().filter(|slot| slot.media).map(|slot| slot.pid).collect();
        Self { dice: Dice::new(seed, &[0xDA]), media }
    }

    /// Changes or removes packets as the faults in force say.
    pub(crate) fn apply(&mut self, faults: &FaultSet, on: OnChannel<'_>, out: &mut Vec<u8>) {
        if faults.on(Fault::Scrambled, on).is_some() {
            self.scramble(out);
        }
        if let Some(share) = faults.on(Fault::BitErrors, on) {
            for packet in out.chunks_exact_mut(PACKET) {
                if self.dice.share(share) {
                    let bit = 32 + self.dice.below((PACKET as u64 - 4) * 8);
                    packet[bit as usize / 8] ^= 1 << (bit % 8);
                }
            }
        }
        if let Some(share) = faults.on(Fault::ContinuityErrors, on) {
            for packet in out.chunks_exact_mut(PACKET) {
                if self.dice.share(share) {
                    packet[3] = packet[3] & 0xF0 | packet[3].wrapping_add(5) & 0xF;
                }
            }
        }
        if let Some(share) = faults.on(Fault::PacketLoss, on) {
            let mut kept = Vec::with_capacity(out.len());
            for packet in out.chunks_exact(PACKET) {
                if !self.dice.share(share) {
                    kept.extend_from_slice(packet);
                }
            }
            *out = kept;
        }
    }

    fn scramble(&mut self, out: &mut [u8]) {
        for packet in out.chunks_exact_mut(PACKET) {
            if !self.media.contains(&ts::pid(packet)) {
                continue;
            }
            let Some(payload) = ts::payload_at(packet) else { continue };
            packet[3] |= SCRAMBLED_EVEN;
            for chunk in packet[payload..].chunks_mut(8) {
                let key = self.dice.next().to_le_bytes();
                chunk.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
            }
        }
    }
}
