//! Fragmented MP4 out of a tape: ISO/IEC 14496-12 §8.8, 14496-15, CMAF (23000-19).
//!
//! A fragment is a pure function of the segment's index and the tape's bytes: made again, it is the same to the byte.
//! Silence (frames of length 0) is written as the codec's frame of silence where there is one.

mod begin;
mod boxes;
mod fragment;
mod init;
mod past;

pub use begin::Beginning;
pub(crate) use fragment::Elementary;
pub use fragment::{Entry, Extent, Missing, enter, fragment, frames};
pub use init::{init, supported};

/// FNV-1a, 64 bits: names what does not change. Not for secrets.
pub fn content_hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}
