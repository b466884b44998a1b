//! Parameter sets of HEVC (Rec. ITU-T H.265 7.3.2): what a sequence parameter set says of the picture, up to the timing in its usability
//! information (Annex E.2.1), and the timing of a video parameter set. Not read: HRD parameters, extensions, picture parameter sets.
//!
//! Whatever the bytes, reading ends: every loop is bounded by a limit of the standard.

use super::super::h264::bits::{Bits, unescape};
use super::{Colour, HEADER};

/// Pixels on one side: level 6.2 has 16,888 at most (A.4.1), and a player's header has 16 bits for them.
const SIDE: u32 = 16_888;
/// `num_short_term_ref_pic_sets` at most (7.4.3.2).
const SHORT_TERM_SETS: u32 = 64;
/// Pictures of one short-term set at most: `sps_max_dec_pic_buffering_minus1` (A.4.2).
const DPB: u32 = 16;
/// `num_long_term_ref_pics_sps` at most (7.4.3.2).
const LONG_TERM: u32 = 32;

/// What is read of a sequence parameter set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) profile: [u8; 12],
    pub(super) sub_layers: u8,
    pub(super) nested: bool,
    pub(super) chroma: u8,
    /// After cropping.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) depth: (u8, u8),
    pub(super) pixel_aspect: Option<(u16, u16)>,
    pub(super) colour: Option<Colour>,
    pub(super) fields: bool,
    /// `vui_time_scale`, `vui_num_units_in_tick`.
    pub(super) timing: Option<(u32, u32)>,
}

/// Clause 7.3.2.2.1.
pub(super) fn sequence(unit: &[u8]) -> Option<Sequence> {
    let raw = unescape(unit);
    let mut bits = Bits::new(&raw, HEADER * 8);
    bits.number(4)?; // sps_video_parameter_set_id
    let sub_layers = bits.number(3).filter(|layers| *layers < 7)? as u8 + 1;
    let nested = bits.flag()?;
    let profile = profile(&mut bits, sub_layers)?;
    bits.unsigned()?; // sps_seq_parameter_set_id
    let chroma = bits.unsigned().filter(|format| *format <= 3)? as u8;
    let planes = chroma == 3 && bits.flag()?;
    let (mut width, mut height) = (side(&mut bits)?, side(&mut bits)?);
    if bits.flag()? {
        // Table 6-1: the window counts chroma samples.
        let (across, down) = match chroma {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let mut crop = |unit: u32| bits.unsigned()?.checked_add(bits.unsigned()?)?.checked_mul(unit);
        width = width.checked_sub(crop(across)?).filter(|width| *width > 0)?;
        height = height.checked_sub(crop(down)?).filter(|height| *height > 0)?;
    }
    let mut depth = || bits.unsigned().filter(|more| *more <= 8).map(|more| more as u8 + 8);
    let depth = (depth()?, depth()?);
    let order_bits = bits.unsigned().filter(|more| *more <= 12)? + 4;
    tools(&mut bits, sub_layers)?;
    references(&mut bits, order_bits)?;
    bits.number(2)?; // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
    let usability = if bits.flag()? { usability(&mut bits)? } else { Usability::default() };
    Some(Sequence {
        profile,
        sub_layers,
        nested,
        chroma: if planes { 0 } else { chroma },
        width,
        height,
        depth,
        pixel_aspect: usability.pixel_aspect,
        colour: usability.colour,
        fields: usability.fields,
        timing: usability.timing,
    })
}

fn side(bits: &mut Bits<'_>) -> Option<u32> {
    bits.unsigned().filter(|side| (1..=SIDE).contains(side))
}

/// Clause 7.3.3 with `profilePresentFlag`: the general part; what is said of sub-layers is skipped.
fn profile(bits: &mut Bits<'_>, sub_layers: u8) -> Option<[u8; 12]> {
    let mut profile = [0; 12];
    for byte in &mut profile {
        *byte = bits.number(8)? as u8;
    }
    let present: Vec<(bool, bool)> =
        (1..sub_layers).map(|_| Some((bits.flag()?, bits.flag()?))).collect::<Option<_>>()?;
    if sub_layers > 1 {
        bits.number(2 * (9 - u32::from(sub_layers)))?; // reserved_zero_2bits
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Some(profile)
}

/// From `sps_sub_layer_ordering_info_present_flag` to the parameters of PCM blocks.
fn tools(bits: &mut Bits<'_>, sub_layers: u8) -> Option<()> {
    let each = bits.flag()?;
    for _ in 0..if each { sub_layers } else { 1 } {
        many(bits, 3)?;
    }
    many(bits, 6)?; // sizes of coding and transform blocks, depths of the transform tree
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.number(2)?; // amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if bits.flag()? {
        bits.number(8)?; // pcm_sample_bit_depth
        many(bits, 2)?;
        bits.flag()?; // pcm_loop_filter_disabled_flag
    }
    Some(())
}

fn many(bits: &mut Bits<'_>, count: u32) -> Option<()> {
    (0..count).try_for_each(|_| bits.unsigned().map(|_| ()))
}

/// Clause 7.3.4.
fn scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    for size in 0..4u32 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if !bits.flag()? {
                bits.unsigned()?; // scaling_list_pred_matrix_id_delta
                continue;
            }
            let coefficients = 64.min(1u32 << (4 + (size << 1))) + u32::from(size > 1);
            (0..coefficients).try_for_each(|_| bits.signed().map(|_| ()))?;
        }
    }
    Some(())
}

/// Reference picture sets, short-term (7.3.7) and long-term.
fn references(bits: &mut Bits<'_>, order_bits: u32) -> Option<()> {
    let sets = bits.unsigned().filter(|sets| *sets <= SHORT_TERM_SETS)?;
    let mut before = 0;
    for set in 0..sets {
        if set > 0 && bits.flag()? {
            bits.flag()?; // delta_rps_sign
            bits.unsigned()?; // abs_delta_rps_minus1
            let mut count = 0;
            for _ in 0..=before {
                let used = bits.flag()?;
                if used || bits.flag()? {
                    count += 1;
                }
            }
            before = count;
        } else {
            let (negative, positive) = (bits.unsigned()?, bits.unsigned()?);
            before = negative.checked_add(positive).filter(|count| *count <= DPB)?;
            for _ in 0..before {
                bits.unsigned()?; // delta_poc_minus1
                bits.flag()?; // used_by_curr_pic_flag
            }
        }
        if before > DPB {
            return None;
        }
    }
    if bits.flag()? {
        let count = bits.unsigned().filter(|count| *count <= LONG_TERM)?;
        bits.skip(count as usize * (order_bits as usize + 1))?;
    }
    Some(())
}

/// What is read of usability information.
#[derive(Default)]
struct Usability {
    pixel_aspect: Option<(u16, u16)>,
    colour: Option<Colour>,
    fields: bool,
    timing: Option<(u32, u32)>,
}

/// Annex E.2.1, up to the timing.
fn usability(bits: &mut Bits<'_>) -> Option<Usability> {
    let mut usability = Usability::default();
    if bits.flag()? {
        usability.pixel_aspect = match bits.number(8)? {
            255 => Some((bits.number(16)? as u16, bits.number(16)? as u16)),
            code => ASPECTS.get((code as usize).wrapping_sub(1)).copied(),
        };
    }
    if bits.flag()? {
        bits.flag()?; // overscan_appropriate_flag
    }
    if bits.flag()? {
        bits.number(3)?; // video_format
        let full_range = bits.flag()?;
        if bits.flag()? {
            let mut code = || bits.number(8).map(|code| code as u8);
            let (primaries, transfer, matrix) = (code()?, code()?, code()?);
            usability.colour = Some(Colour { primaries, transfer, matrix, full_range });
        }
    }
    if bits.flag()? {
        many(bits, 2)?; // places of chroma samples
    }
    bits.flag()?; // neutral_chroma_indication_flag
    usability.fields = bits.flag()?;
    bits.flag()?; // frame_field_info_present_flag
    if bits.flag()? {
        many(bits, 4)?; // default display window
    }
    if bits.flag()? {
        usability.timing = Some(timing(bits)?);
    }
    Some(usability)
}

/// Time scale, units in a tick.
fn timing(bits: &mut Bits<'_>) -> Option<(u32, u32)> {
    let (tick, scale) = (bits.number(32)?, bits.number(32)?);
    Some((scale, tick))
}

/// Timing of a video parameter set (7.3.2.1).
pub(super) fn video_timing(unit: &[u8]) -> Option<(u32, u32)> {
    let raw = unescape(unit);
    let mut bits = Bits::new(&raw, HEADER * 8);
    bits.number(12)?; // id, base layer flags, vps_max_layers_minus1
    let sub_layers = bits.number(3).filter(|layers| *layers < 7)? as u8 + 1;
    bits.number(17)?; // vps_temporal_id_nesting_flag, reserved
    profile(&mut bits, sub_layers)?;
    let each = bits.flag()?;
    for _ in 0..if each { sub_layers } else { 1 } {
        many(&mut bits, 3)?;
    }
    let layers = bits.number(6)? as usize + 1;
    let sets = bits.unsigned().filter(|sets| *sets < 1024)? as usize;
    bits.skip(sets * layers)?; // layer_id_included_flag
    if bits.flag()? { timing(&mut bits) } else { None }
}

/// Table E.1, from code 1 on.
const ASPECTS: [(u16, u16); 16] = [
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

#[cfg(test)]
mod tests {
    use super::super::super::h264::bits::{BitWriter, escape};
    use super::*;
    use proptest::prelude::*;

    /// A sequence parameter set that says what `set` says, with reference picture sets of `references` pictures, each predicted from the one
    /// before if `predicted`, and scaling lists if `scaled`.
    fn written(set: &Sequence, references: &[u32], predicted: bool, scaled: bool) -> Vec<u8> {
        let mut out = BitWriter::default();
        out.number(0, 4);
        out.number(u32::from(set.sub_layers) - 1, 3);
        out.flag(set.nested);
        set.profile.iter().for_each(|byte| out.number(u32::from(*byte), 8));
        (1..set.sub_layers).for_each(|layer| out.number(u32::from(layer % 4), 2));
        if set.sub_layers > 1 {
            out.number(0, 2 * (9 - u32::from(set.sub_layers)));
        }
        for layer in 1..set.sub_layers {
            let bits = if layer & 2 > 0 { 88 } else { 0 } + if layer & 1 > 0 { 8 } else { 0 };
            (0..bits).for_each(|bit| out.flag(bit % 3 == 0));
        }
        out.unsigned(3);
        out.unsigned(u32::from(set.chroma));
        if set.chroma == 3 {
            out.flag(false);
        }
        let (across, down) = [(1, 1), (2, 2), (2, 1), (1, 1)][usize::from(set.chroma)];
        out.unsigned(set.width + 3 * across);
        out.unsigned(set.height + 5 * down);
        out.flag(true);
        for crop in [1, 2, 0, 5] {
            out.unsigned(crop);
        }
        out.unsigned(u32::from(set.depth.0) - 8);
        out.unsigned(u32::from(set.depth.1) - 8);
        out.unsigned(4);
        out.flag(true);
        (0..3 * set.sub_layers).for_each(|value| out.unsigned(u32::from(value)));
        (0..6).for_each(|value| out.unsigned(value));
        out.flag(scaled);
        if scaled {
            out.flag(true);
            (0..20).for_each(|list: u32| {
                let size = [0, 1, 2, 3][(list / 6) as usize];
                out.flag(list % 2 == 1);
                if list % 2 == 1 {
                    let count = [16, 64, 65, 65][size];
                    (0..count).for_each(|value| out.signed(value - 30));
                } else {
                    out.unsigned(0);
                }
            });
        }
        out.number(2, 2);
        out.flag(false);
        short_term(&mut out, references, predicted);
        out.flag(true);
        out.unsigned(2);
        out.number(0x155, 18);
        out.number(3, 2);
        out.flag(true);
        information(&mut out, set);
        out.flag(true);
        [&[0x42, 0x01], &escape(&out.finish())[..]].concat()
    }

    fn short_term(out: &mut BitWriter, references: &[u32], predicted: bool) {
        out.unsigned(references.len() as u32);
        let mut before = 0;
        for (number, count) in references.iter().enumerate() {
            if number > 0 {
                out.flag(predicted);
            }
            if predicted && number > 0 {
                out.flag(true);
                out.unsigned(0);
                // All but the last stay; one that is not used and not kept goes.
                let kept = (*count).min(before);
                (0..=before).for_each(|at| {
                    out.flag(at < kept);
                    if at >= kept {
                        out.flag(false);
                    }
                });
                before = kept;
            } else {
                out.unsigned(*count);
                out.unsigned(0);
                (0..*count).for_each(|delta| {
                    out.unsigned(delta);
                    out.flag(true);
                });
                before = *count;
            }
        }
    }

    fn information(out: &mut BitWriter, set: &Sequence) {
        out.flag(set.pixel_aspect.is_some());
        if let Some((across, down)) = set.pixel_aspect {
            out.number(255, 8);
            out.number(u32::from(across), 16);
            out.number(u32::from(down), 16);
        }
        out.flag(true);
        out.flag(false);
        out.flag(set.colour.is_some());
        if let Some(colour) = set.colour {
            out.number(5, 3);
            out.flag(colour.full_range);
            out.flag(true);
            for code in [colour.primaries, colour.transfer, colour.matrix] {
                out.number(u32::from(code), 8);
            }
        }
        out.number(0, 2);
        out.flag(set.fields);
        out.number(0, 2);
        out.flag(set.timing.is_some());
        if let Some((scale, tick)) = set.timing {
            out.number(tick, 32);
            out.number(scale, 32);
        }
    }

    prop_compose! {
        fn any_set()(
            profile in any::<[u8; 12]>(),
            (sub_layers, nested, chroma, fields) in (1u8..=7, any::<bool>(), 0u8..=3, any::<bool>()),
            (width, height) in (1u32..8000, 1u32..8000),
            depth in (8u8..=16, 8u8..=16),
            pixel_aspect in proptest::option::of(any::<(u16, u16)>()),
            colour in proptest::option::of(any::<(u8, u8, u8, bool)>()),
            timing in proptest::option::of(any::<(u32, u32)>()),
        ) -> Sequence {
            let colour = colour.map(|(primaries, transfer, matrix, full_range)| {
                Colour { primaries, transfer, matrix, full_range }
            });
            Sequence { profile, sub_layers, nested, chroma, width, height, depth, pixel_aspect, colour, fields, timing }
        }
    }

    proptest! {
        #[test]
        fn a_set_that_is_written_is_read(
            set in any_set(),
            references in proptest::collection::vec(0u32..=16, 0..=64),
            (predicted, scaled) in any::<(bool, bool)>(),
        ) {
            prop_assert_eq!(sequence(&written(&set, &references, predicted, scaled)), Some(set));
        }

        #[test]
        fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (sequence(&bytes), video_timing(&bytes));
        }
    }
}
