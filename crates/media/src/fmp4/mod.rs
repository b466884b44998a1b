//! Fragmented MP4 of others, read: what its header says of each track ([`Header`]), and the access units of a segment with their times, in the form in which a
//! transport stream carries them. ISO/IEC 14496-12 (boxes), 14496-14 and 14496-15 (AAC, H.264 and HEVC in them), ETSI TS 102 366 Annex F (AC-3).
//!
//! - Pictures become Annex B: an access unit delimiter first, parameter sets before random access points, start codes for lengths. AAC gets ADTS headers.
//! - Times are ticks of 90 kHz; what an edit list moves is moved.
//! - A segment gives no more bytes than it has, and no more than [`SAMPLES_MOST`] samples; what is cut off or contradicts itself is left out. No input panics.
//! - What is encrypted (ISO/IEC 23001-7), and codecs that no transport stream of ours carries, are named and left out.
//!
//! Read by hand: from a dozen boxes a few fields each, of bytes that are borrowed. A crate that decodes whole trees copies the samples, and refuses a file for
//! what nobody asks of it.

mod boxes;
mod fragment;
mod header;
mod sample;

pub use fragment::{SAMPLES_MOST, Sample};
pub use header::Header;

/// Why fragmented MP4 cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A box that must be there is not, or is too short.
    #[error("fragmented MP4 whose {0} cannot be read")]
    Damaged(&'static str),
    /// Common encryption.
    #[error("fragmented MP4 whose samples are encrypted (DRM), which is not read")]
    Protected,
    /// No track is of a codec that is read; one that is not.
    #[error("fragmented MP4 in a codec that is not read: {0}")]
    Codec(String),
}

#[cfg(test)]
mod tests;
