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

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of the packets that are left after a second of bad air, and all of their bytes.
    fn left(seed: u64) -> (Vec<u8>, Vec<u8>) {
        let faults = FaultSet::default();
        let specs = ["packet_loss=0.2", "bit_errors=0.1", "continuity_errors=0.1", "scrambled"];
        faults.add(&specs.map(|text| text.parse().unwrap()));
        let mut out: Vec<u8> =
            (0..200u8).flat_map(|n| [0x47, 0, 0x6E, 0x10, n].into_iter().chain([n; 183])).collect();
        let mut damage = Damage { dice: Dice::new(seed, &[0xDA]), media: vec![0x6E] };
        damage.apply(&faults, OnChannel { code: 1, reference: "1:0:1" }, &mut out);
        (out.chunks(PACKET).map(|packet| packet[3]).collect(), out)
    }

    #[test]
    fn the_seed_decides_what_is_damaged() {
        let (heads, bytes) = left(7);
        assert!((120..190).contains(&heads.len()), "{} of 200 are left", heads.len());
        assert!(heads.iter().all(|head| head & 0xC0 == SCRAMBLED_EVEN));
        assert_eq!(left(7).1, bytes);
        assert_ne!(left(8).1, bytes);
    }
}
