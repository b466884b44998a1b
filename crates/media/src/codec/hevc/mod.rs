//! HEVC (Rec. ITU-T H.265) in Annex B form: random access, parameter sets, samples.
//!
//! Broadcasts begin anew at IDR pictures or, with open groups of pictures, at CRA pictures. What is decoded behind a CRA picture and presented
//! before it (RASL pictures, 8.1.3) cannot be decoded by who begins there, and nothing that comes later refers to it: it is left out without
//! a trace, and none of what H.264 needs ([`super::h264::recovery`]) is needed here. Slices are not read beyond the NAL unit's header;
//! layers other than the base layer (nuh_layer_id > 0) are left out.

mod sets;

use super::Picture;
use super::h264::nals;

/// NAL unit types that matter here (table 7-1).
pub mod nal {
    /// First of the intra random access points (BLA_W_LP).
    pub const IRAP: u8 = 16;
    /// Last of the BLA pictures that leading pictures may follow (BLA_W_RADL).
    pub const BLA_W_RADL: u8 = 17;
    /// Last of them: the clean random access picture, behind which RASL pictures may follow.
    pub const CRA: u8 = 21;
    /// Video parameter set; all types before it are slices.
    pub const VPS: u8 = 32;
    /// Sequence parameter set.
    pub const SPS: u8 = 33;
    /// Picture parameter set.
    pub const PPS: u8 = 34;
    /// Access unit delimiter.
    pub const AUD: u8 = 35;
    /// Filler data.
    pub const FILLER: u8 = 38;
}

/// Bytes of a NAL unit's header (7.3.1.2).
const HEADER: usize = 2;

/// `nal_unit_type`.
fn kind(unit: &[u8]) -> u8 {
    unit[0] >> 1 & 0x3F
}

/// `nuh_layer_id` of a unit with a whole header.
fn layer(unit: &[u8]) -> u8 {
    (unit[0] & 1) << 5 | unit[1] >> 3
}

/// What the units before the first slice say about an access unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// Decoding may begin here: an intra random access point (8.1.3).
    pub random_access: bool,
    /// It may, and pictures that cannot be decoded then may follow (CRA and BLA pictures).
    pub open: bool,
    /// Other pictures of its sub-layer may refer to it.
    pub reference: bool,
    /// Its sub-layer (`TemporalId`): pictures of higher ones may refer to it in any case.
    pub sub_layer: u8,
    /// Video parameter sets, in order.
    pub vps: Vec<Vec<u8>>,
    /// Sequence parameter sets, in order.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter sets, in order.
    pub pps: Vec<Vec<u8>>,
    /// The first slice was reached, so nothing that comes later can change this.
    pub complete: bool,
}

/// Reads the front of an access unit. `bytes` may end anywhere: `complete` tells whether it was enough.
pub fn front(bytes: &[u8]) -> Front {
    let mut front = Front { reference: true, ..Front::default() };
    for unit in nals(bytes).filter(|unit| unit.len() >= HEADER && layer(unit) == 0) {
        match kind(unit) {
            kind @ 0..nal::VPS => {
                front.random_access = (nal::IRAP..=nal::CRA).contains(&kind);
                front.open = (nal::IRAP..=nal::BLA_W_RADL).contains(&kind) || kind == nal::CRA;
                // Even types below 16 (table 7-1).
                front.reference = kind >= nal::IRAP || kind % 2 == 1;
                front.sub_layer = (unit[1] & 7).saturating_sub(1);
                front.complete = true;
                break;
            }
            nal::VPS => front.vps.push(unit.to_vec()),
            nal::SPS => front.sps.push(unit.to_vec()),
            nal::PPS => front.pps.push(unit.to_vec()),
            _ => {}
        }
    }
    front
}

/// Colour as ISO/IEC 23091-2 numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// `colour_primaries`.
    pub primaries: u8,
    /// `transfer_characteristics`.
    pub transfer: u8,
    /// `matrix_coeffs`.
    pub matrix: u8,
    /// `video_full_range_flag`.
    pub full_range: bool,
}

/// Parameter sets in force, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Video parameter sets.
    pub vps: Vec<Vec<u8>>,
    /// Sequence parameter sets.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter sets.
    pub pps: Vec<Vec<u8>>,
    /// Dimensions and rate of frames.
    pub picture: Picture,
    /// Each picture is a field (`field_seq_flag`): coded pictures are half as high as frames.
    pub fields: bool,
    /// Pixel aspect ratio.
    pub pixel_aspect: Option<(u16, u16)>,
    /// Colour, where the stream tells it.
    pub colour: Option<Colour>,
    /// The 12 bytes of `profile_tier_level` (7.3.3) from `general_profile_space` to `general_level_idc`.
    pub profile: [u8; 12],
    /// `chroma_format_idc`: 1 is 4:2:0.
    pub chroma: u8,
    /// Bits of a sample: luma, chroma.
    pub depth: (u8, u8),
    /// Temporal sub-layers at most (1 to 7).
    pub sub_layers: u8,
    /// `sps_temporal_id_nesting_flag`.
    pub nested: bool,
}

impl Config {
    /// `None` unless there is a sequence and a picture parameter set and the first sequence parameter set can be read.
    pub fn new(vps: Vec<Vec<u8>>, sps: Vec<Vec<u8>>, pps: Vec<Vec<u8>>) -> Option<Self> {
        if pps.is_empty() {
            return None;
        }
        let set = sets::sequence(sps.first()?)?;
        let timing = set.timing.or_else(|| vps.first().and_then(|unit| sets::video_timing(unit)));
        let rate = timing.filter(|(scale, tick)| *scale > 0 && *tick > 0);
        // The clock counts pictures (E.3.1), of which a frame in fields has two.
        let (times, fields) = (1 + u32::from(set.fields), set.fields);
        let picture = Picture {
            width: set.width,
            height: set.height.saturating_mul(times),
            frame_rate: rate.map(|(scale, tick)| (scale, tick.saturating_mul(times))),
            // general_progressive_source_flag and general_interlaced_source_flag (7.4.4)
            interlaced: fields || set.profile[5] & 0xC0 == 0x40,
        };
        Some(Self {
            picture,
            fields,
            pixel_aspect: set.pixel_aspect,
            colour: set.colour,
            profile: set.profile,
            chroma: set.chroma,
            depth: set.depth,
            sub_layers: set.sub_layers,
            nested: set.nested,
            vps,
            sps,
            pps,
        })
    }

    /// The `CODECS` string: ISO/IEC 14496-15 Annex E.3.
    pub fn rfc6381(&self) -> String {
        let [first, a, b, c, d, constraints @ .., level] = self.profile;
        let space = ["", "A", "B", "C"][usize::from(first >> 6)];
        let compatible = u32::from_be_bytes([a, b, c, d]).reverse_bits();
        let tier = if first & 0x20 == 0 { 'L' } else { 'H' };
        let mut codec = format!("hvc1.{space}{}.{compatible:X}.{tier}{level}", first & 0x1F);
        // Zero bytes at the end are left out.
        let told = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        constraints[..told].iter().for_each(|byte| codec.push_str(&format!(".{byte:X}")));
        codec
    }
}

/// Appends an access unit to `out` as ISO/IEC 14496-15 stores it under `hvc1`: four bytes of length before each NAL unit. Delimiters,
/// filler, other layers and parameter sets are left out: the latter stand in the sample description.
pub fn to_length_prefixed(annex_b: &[u8], out: &mut Vec<u8>) {
    for unit in nals(annex_b).filter(|unit| unit.len() > HEADER && layer(unit) == 0) {
        if matches!(kind(unit), nal::VPS..=nal::AUD | nal::FILLER) {
            continue;
        }
        out.extend_from_slice(&(unit.len() as u32).to_be_bytes());
        out.extend_from_slice(unit);
    }
}
