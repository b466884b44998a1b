//! H.264 (Rec. ITU-T H.264) in Annex B form: NAL units, random access, parameter sets.
//!
//! Broadcast streams are often open-GOP: they have no IDR picture for hours, only I pictures announced by a recovery
//! point SEI message (Annex D.1.8). Both count as random access points here; what the latter need is in [`recovery`].

pub(in crate::codec) mod bits;
pub mod recovery;
pub mod slice;
pub mod stand_in;

use super::Picture;
use h264_reader::nal::sps::SeqParameterSet;
use h264_reader::rbsp::{BitReader, decode_nal};

/// The NAL units of an Annex B byte stream, without start codes and trailing zero bytes.
pub fn nals(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let finder = memchr::memmem::Finder::new(&[0, 0, 1]).into_owned();
    let mut next = finder.find(bytes).map(|at| at + 3);
    std::iter::from_fn(move || {
        loop {
            let from = next?;
            let found = finder.find(&bytes[from..]);
            let mut to = found.map_or(bytes.len(), |at| from + at);
            next = found.map(|at| from + at + 3);
            while to > from && bytes[to - 1] == 0 {
                to -= 1;
            }
            if to > from {
                return Some(&bytes[from..to]);
            }
        }
    })
}

/// NAL unit types that matter here (table 7-1).
pub mod nal {
    /// Coded slice of another picture.
    pub const SLICE: u8 = 1;
    /// Coded slice of an IDR picture.
    pub const IDR: u8 = 5;
    /// Supplemental enhancement information.
    pub const SEI: u8 = 6;
    /// Sequence parameter set.
    pub const SPS: u8 = 7;
    /// Picture parameter set.
    pub const PPS: u8 = 8;
    /// Access unit delimiter.
    pub const AUD: u8 = 9;
    /// Filler data.
    pub const FILLER: u8 = 12;
}

/// What the units before the first slice say about an access unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// Decoding may begin here.
    pub random_access: bool,
    /// It may because of a recovery point: the first bytes of the picture's first slice.
    pub recovery: Option<Vec<u8>>,
    /// Other pictures may refer to it.
    pub reference: bool,
    /// Sequence parameter sets, in order.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter sets, in order.
    pub pps: Vec<Vec<u8>>,
    /// The first slice was reached, so nothing that comes later can change this.
    pub complete: bool,
}

/// Bytes of a slice in which its `frame_num` stands, emulation prevention counted in.
const SLICE_FRONT: usize = 24;

/// Reads the front of an access unit. `bytes` may end anywhere: `complete` tells whether it was enough.
pub fn front(bytes: &[u8]) -> Front {
    let mut front = Front::default();
    let mut recovery = false;
    for unit in nals(bytes) {
        match unit[0] & 0x1F {
            kind @ 1..=nal::IDR => {
                front.reference = unit[0] & 0x60 != 0;
                front.random_access = kind == nal::IDR || recovery;
                let wanted = recovery && kind != nal::IDR;
                front.recovery = wanted.then(|| unit[..unit.len().min(SLICE_FRONT)].to_vec());
                front.complete = !wanted || unit.len() >= SLICE_FRONT;
                break;
            }
            nal::SEI => recovery |= has_recovery_point(&unit[1..]),
            nal::SPS => front.sps.push(unit.to_vec()),
            nal::PPS => front.pps.push(unit.to_vec()),
            _ => {}
        }
    }
    front
}

/// Whether one of the messages of an SEI unit is a recovery point (payload type 6).
fn has_recovery_point(mut bytes: &[u8]) -> bool {
    // Emulation prevention bytes may inflate sizes by a few bytes; recovery points come early and small.
    fn number(bytes: &mut &[u8]) -> Option<usize> {
        let mut value = 0;
        loop {
            let (&byte, rest) = bytes.split_first()?;
            *bytes = rest;
            value += usize::from(byte);
            if byte != 0xFF {
                return Some(value);
            }
        }
    }
    while bytes.len() > 2 {
        let Some(kind) = number(&mut bytes) else { return false };
        let Some(size) = number(&mut bytes) else { return false };
        if kind == 6 {
            return true;
        }
        bytes = bytes.get(size..).unwrap_or(&[]);
    }
    false
}

/// Parameter sets in force, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Sequence parameter sets.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter sets.
    pub pps: Vec<Vec<u8>>,
    /// Dimensions and rate.
    pub picture: Picture,
    /// Pixel aspect ratio.
    pub pixel_aspect: Option<(u16, u16)>,
}

impl Config {
    /// `None` unless there is at least one of each and the first SPS can be read.
    pub fn new(sps: Vec<Vec<u8>>, pps: Vec<Vec<u8>>) -> Option<Self> {
        let first = sps.first().filter(|s| s.len() >= 4)?;
        if pps.is_empty() {
            return None;
        }
        let rbsp = decode_nal(first).ok()?;
        let set = SeqParameterSet::from_bits(BitReader::new(rbsp.as_ref())).ok()?;
        let (width, height) = set.pixel_dimensions().ok()?;
        let vui = set.vui_parameters.as_ref();
        let frame_rate = vui
            .and_then(|vui| vui.timing_info.as_ref())
            .filter(|timing| timing.num_units_in_tick > 0)
            // Two ticks a frame (Annex E.2.1): the clock counts fields.
            .map(|timing| (timing.time_scale, timing.num_units_in_tick.saturating_mul(2)));
        let interlaced = !matches!(set.frame_mbs_flags, h264_reader::nal::sps::FrameMbsFlags::Frames);
        let pixel_aspect = vui
            .and_then(|vui| vui.aspect_ratio_info.as_ref())
            .and_then(h264_reader::nal::sps::AspectRatioInfo::get);
        Some(Self { picture: Picture { width, height, frame_rate, interlaced }, pixel_aspect, sps, pps })
    }

    /// The `CODECS` string: RFC 6381 §3.3 with ISO/IEC 14496-15.
    pub fn rfc6381(&self) -> String {
        let sps = &self.sps[0];
        format!("avc1.{:02x}{:02x}{:02x}", sps[1], sps[2], sps[3])
    }
}

/// Appends an access unit to `out` as ISO/IEC 14496-15 stores it: four bytes of length before each NAL unit. Delimiters,
/// filler and parameter sets are left out: the latter stand in the sample description. `changed` gives what is to stand in a unit's
/// place, where it is not to stay as it is; if that is empty, nothing does.
pub fn to_length_prefixed(
    annex_b: &[u8],
    out: &mut Vec<u8>,
    mut changed: impl FnMut(&[u8]) -> Option<Vec<u8>>,
) {
    for unit in nals(annex_b) {
        if matches!(unit[0] & 0x1F, nal::AUD | nal::FILLER | nal::SPS | nal::PPS) {
            continue;
        }
        let other = changed(unit);
        let unit = other.as_deref().unwrap_or(unit);
        if unit.is_empty() {
            continue;
        }
        out.extend_from_slice(&(unit.len() as u32).to_be_bytes());
        out.extend_from_slice(unit);
    }
}
