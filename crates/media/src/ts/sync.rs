//! Finding packets in bytes that may begin with junk or lose sync in the middle.
//!
//! Sync is found where sync bytes stand one packet apart, and lost where a packet does not begin with one. So junk between packets
//! costs none of them, a packet in sync never waits for what follows it, and the result does not depend on the chunks in
//! which bytes come. What is skipped is counted, never silently lost.

use super::packet::{PACKET, SYNC};

/// Splits a byte stream, pushed in any chunks, into packets. Keeps fewer than two packets.
#[derive(Default)]
pub struct Sync {
    carry: Vec<u8>,
    /// Bytes skipped because they belong to no packet.
    pub skipped_bytes: u64,
    /// How often sync was lost after it had been found.
    pub losses: u64,
    locked: bool,
}

impl Sync {
    /// Calls `each` with every run of whole packets in `bytes` (a multiple of 188 bytes, each packet
    /// beginning with the sync byte), in order. What is left waits for the next call.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        let mut rest = bytes;
        // Complete what was carried over until the carry is used up or too short again.
        while !self.carry.is_empty() {
            let want = 2 * PACKET - self.carry.len().min(2 * PACKET - 1);
            let take = want.min(rest.len());
            self.carry.extend_from_slice(&rest[..take]);
            rest = &rest[take..];
            let mut carry = std::mem::take(&mut self.carry);
            let used = self.runs(&carry, &mut each);
            carry.drain(..used);
            // What is left may lie wholly in `rest` again: go back to reading from there.
            if take >= carry.len() {
                rest = &bytes[bytes.len() - rest.len() - carry.len()..];
                carry.clear();
                self.carry = carry;
                break;
            }
            self.carry = carry;
            if rest.is_empty() {
                return;
            }
        }
        let used = self.runs(rest, &mut each);
        self.carry.extend_from_slice(&rest[used..]);
    }

    /// Forgets what was carried: the next bytes belong to another connection.
    pub fn reset(&mut self) {
        self.skipped_bytes += self.carry.len() as u64;
        self.carry.clear();
        self.locked = false;
    }

    /// Emits the runs in `bytes` and says how many bytes are done with.
    fn runs(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8])) -> usize {
        let mut at = 0;
        loop {
            let start = at;
            while self.whole(bytes, at) {
                self.locked = true;
                at += PACKET;
            }
            if at > start {
                each(&bytes[start..at]);
            }
            // A packet begun, or one that nothing confirms yet.
            let known = if self.locked { PACKET } else { PACKET + 1 };
            if bytes.get(at).is_none_or(|first| *first == SYNC && at + known > bytes.len()) {
                return at;
            }
            // Out of sync: look for the next sync byte that another follows.
            if self.locked {
                self.losses += 1;
                self.locked = false;
            }
            let Some(next) = memchr::memchr(SYNC, &bytes[at + 1..]) else {
                self.skipped_bytes += (bytes.len() - at) as u64;
                return bytes.len();
            };
            self.skipped_bytes += next as u64 + 1;
            at += next + 1;
        }
    }

    /// Whether all of a packet lies at `at`. In sync, its own sync byte is enough, whatever follows: junk behind a packet is no reason to
    /// lose it, and where the chunks of the source end must change nothing.
    fn whole(&self, bytes: &[u8], at: usize) -> bool {
        let (first, next) = (bytes.get(at), bytes.get(at + PACKET));
        first == Some(&SYNC) && at + PACKET <= bytes.len() && (self.locked || next == Some(&SYNC))
    }
}
