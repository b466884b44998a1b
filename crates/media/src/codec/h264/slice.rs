//! Slice headers (Rec. ITU-T H.264 7.3.3), read as far as the marking of reference pictures needs, and written with another marking.
//!
//! All bits but the marking itself are copied, so writing the marking that was read gives the same bytes. What is not read:
//! slice groups, data partitions, extensions (scalable, multiview).

use super::bits::{BitWriter, Bits, escape, unescape};
use super::{Config, nal};
use h264_reader::nal::sps::{ChromaFormat, FrameMbsFlags, PicOrderCntType, SeqParameterSet};
use h264_reader::rbsp::{BitReader, decode_nal};

/// What a sequence parameter set says about slice headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    id: u32,
    frame_num_bits: u32,
    separate_planes: bool,
    pub(super) chroma: bool,
    frames_only: bool,
    order: Order,
    /// Macroblocks of a frame.
    pub(super) macroblocks: u32,
    /// Frames may be coded in pairs of macroblocks.
    pub(super) pairs: bool,
}

/// Picture order count type, with the fields of a slice header that it calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Low { bits: u32 },
    Deltas,
    Nothing,
}

/// What a picture parameter set says about slice headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pictures {
    pub(super) id: u32,
    sequence: u32,
    pub(super) cabac: bool,
    bottom_order: bool,
    references: [u32; 2],
    pub(super) weighted: bool,
    weighted_both: bool,
    /// `26 + pic_init_qp_minus26`.
    pub(super) quantiser: i32,
    pub(super) deblocking: bool,
    pub(super) redundant: bool,
}

/// Parameter sets, as far as slice headers depend on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sets {
    sequences: Vec<Sequence>,
    pictures: Vec<Pictures>,
}

impl Sets {
    /// Of a run. Sets that cannot be read are left out: slices that name them cannot be read either.
    pub fn new(config: &Config) -> Self {
        Self {
            sequences: config.sps.iter().filter_map(|unit| sequence(unit)).collect(),
            pictures: config.pps.iter().filter_map(|unit| pictures(unit)).collect(),
        }
    }

    /// After so many frames `frame_num` begins anew: the least of all sequences.
    pub fn frame_num_period(&self) -> u32 {
        self.sequences.iter().map(|set| 1 << set.frame_num_bits).min().unwrap_or(0)
    }
}

fn sequence(unit: &[u8]) -> Option<Sequence> {
    let rbsp = decode_nal(unit).ok()?;
    let set = SeqParameterSet::from_bits(BitReader::new(rbsp.as_ref())).ok()?;
    let separate_planes = set.chroma_info.separate_colour_plane_flag;
    let frames_only = matches!(set.frame_mbs_flags, FrameMbsFlags::Frames);
    let units = (set.pic_width_in_mbs_minus1 + 1).checked_mul(set.pic_height_in_map_units_minus1 + 1)?;
    Some(Sequence {
        id: u32::from(set.seq_parameter_set_id.id()),
        frame_num_bits: u32::from(set.log2_max_frame_num_minus4) + 4,
        separate_planes,
        chroma: !separate_planes && !matches!(set.chroma_info.chroma_format, ChromaFormat::Monochrome),
        frames_only,
        macroblocks: units.checked_mul(if frames_only { 1 } else { 2 })?,
        pairs: matches!(set.frame_mbs_flags, FrameMbsFlags::Fields { mb_adaptive_frame_field_flag: true }),
        order: match set.pic_order_cnt {
            PicOrderCntType::TypeZero { log2_max_pic_order_cnt_lsb_minus4: bits } => {
                Order::Low { bits: u32::from(bits) + 4 }
            }
            PicOrderCntType::TypeOne { delta_pic_order_always_zero_flag: false, .. } => Order::Deltas,
            PicOrderCntType::TypeOne { .. } | PicOrderCntType::TypeTwo => Order::Nothing,
        },
    })
}

/// Clause 7.3.2.2, up to `redundant_pic_cnt_present_flag`; `None` if there are slice groups.
fn pictures(unit: &[u8]) -> Option<Pictures> {
    let raw = unescape(unit);
    let mut bits = Bits::new(&raw, 8);
    let (id, sequence) = (bits.unsigned()?, bits.unsigned()?);
    let (cabac, bottom_order) = (bits.flag()?, bits.flag()?);
    if bits.unsigned()? != 0 {
        return None;
    }
    let references = [bits.unsigned()?.checked_add(1)?, bits.unsigned()?.checked_add(1)?];
    let (weighted, weighted_both) = (bits.flag()?, bits.number(2)? == 1);
    let quantiser = bits.signed()?.checked_add(26)?;
    bits.signed()?; // pic_init_qs_minus26
    bits.signed()?; // chroma_qp_index_offset
    let (deblocking, _intra, redundant) = (bits.flag()?, bits.flag()?, bits.flag()?);
    Some(Pictures {
        id,
        sequence,
        cabac,
        bottom_order,
        references,
        weighted,
        weighted_both,
        quantiser,
        deblocking,
        redundant,
    })
}

/// A memory management control operation (7.4.3.3) other than the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// 1: a short-term picture is no reference any more: `difference_of_pic_nums_minus1`.
    Unmark(u32),
    /// 2: nor is a long-term picture: `long_term_pic_num`.
    UnmarkLong(u32),
    /// 3: a short-term picture becomes a long-term one: `difference_of_pic_nums_minus1`, `long_term_frame_idx`.
    Keep(u32, u32),
    /// 4: `max_long_term_frame_idx_plus1`.
    Limit(u32),
    /// 5: nothing is a reference any more.
    Reset,
    /// 6: this picture becomes a long-term one: `long_term_frame_idx`.
    KeepThis(u32),
}

/// Marking of a picture that is a reference and no IDR picture (7.3.3.3): `None` is the sliding window.
pub type Marking = Option<Vec<Operation>>;

/// No more operations than this in a picture: 16 frames of two fields, each unmarked and kept, and the others (7.4.3.3).
const OPERATIONS: usize = 66;
/// References of a list at most (7.4.3).
const REFERENCES: u32 = 32;
/// A header is looked for in so many bytes of a slice: weights of 64 references take about 1,000.
const HEADER: usize = 2048;

/// The header of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// `frame_num`.
    pub frame_num: u32,
    /// `MaxFrameNum`.
    pub period: u32,
    /// The picture is a field.
    pub field: bool,
    /// How reference pictures are marked after it, if it is one.
    pub marking: Marking,
    pub(super) first_macroblock: u32,
    pub(super) sequence: &'a Sequence,
    pub(super) pictures: &'a Pictures,
    /// Bits of the unescaped unit: from `frame_num` to the picture order count.
    pub(super) numbers: [usize; 2],
    /// Bits of the marking.
    bits: [usize; 2],
    /// Where the header ends.
    end: usize,
}

/// What comes before the picture order count.
struct Front<'a> {
    first_macroblock: u32,
    kind: u32,
    frame_num: u32,
    sequence: &'a Sequence,
    pictures: &'a Pictures,
}

fn begin<'a>(bits: &mut Bits<'_>, sets: &'a Sets) -> Option<Front<'a>> {
    let first_macroblock = bits.unsigned()?;
    let kind = bits.unsigned()?;
    let id = bits.unsigned()?;
    let pictures = sets.pictures.iter().find(|set| set.id == id)?;
    let sequence = sets.sequences.iter().find(|set| set.id == pictures.sequence)?;
    if sequence.separate_planes {
        bits.number(2)?;
    }
    let frame_num = bits.number(sequence.frame_num_bits)?;
    (kind < 10).then_some(Front { first_macroblock, kind: kind % 5, frame_num, sequence, pictures })
}

/// `frame_num` of a slice (type 1 or 5) of which at least the front is there.
pub fn frame_num(unit: &[u8], sets: &Sets) -> Option<u32> {
    let raw = unescape(unit.get(..unit.len().min(super::SLICE_FRONT))?);
    Some(begin(&mut Bits::new(&raw, 8), sets)?.frame_num)
}

/// Whether `unit` is a slice of a reference picture, and no IDR picture.
pub fn is_reference(unit: &[u8]) -> bool {
    unit.first().is_some_and(|first| first & 0x1F == nal::SLICE && first & 0x60 != 0)
}

const P: u32 = 0;
const B: u32 = 1;
const I: u32 = 2;
const SP: u32 = 3;
const SI: u32 = 4;

/// Reads the header of a slice (type 1); `None` of any other unit, and where it cannot be read.
pub fn header<'a>(unit: &[u8], sets: &'a Sets) -> Option<Header<'a>> {
    if unit.first()? & 0x1F != nal::SLICE {
        return None;
    }
    let raw = unescape(&unit[..unit.len().min(HEADER)]);
    let mut bits = Bits::new(&raw, 8);
    let Front { first_macroblock, kind, frame_num, sequence, pictures } = begin(&mut bits, sets)?;
    let number = bits.position - sequence.frame_num_bits as usize;
    let field = !sequence.frames_only && bits.flag()?;
    if field {
        bits.flag()?; // bottom_field_flag
    }
    skip_order(&mut bits, sequence, pictures, field)?;
    let numbers = [number, bits.position];
    if pictures.redundant {
        bits.unsigned()?;
    }
    let references = reference_counts(&mut bits, kind, pictures)?;
    skip_modification(&mut bits, &references)?;
    if (pictures.weighted && matches!(kind, P | SP)) || (pictures.weighted_both && kind == B) {
        skip_weights(&mut bits, sequence.chroma, &references)?;
    }
    let start = bits.position;
    let marking = if is_reference(unit) { read_marking(&mut bits)? } else { None };
    let marked = [start, bits.position];
    skip_rest(&mut bits, kind, pictures)?;
    Some(Header {
        frame_num,
        period: 1 << sequence.frame_num_bits,
        field,
        marking,
        first_macroblock,
        sequence,
        pictures,
        numbers,
        bits: marked,
        end: bits.position,
    })
}

/// What follows the marking.
fn skip_rest(bits: &mut Bits<'_>, kind: u32, pictures: &Pictures) -> Option<()> {
    if pictures.cabac && !matches!(kind, I | SI) {
        bits.unsigned()?; // cabac_init_idc
    }
    bits.signed()?; // slice_qp_delta
    if kind == SP {
        bits.flag()?;
    }
    if matches!(kind, SP | SI) {
        bits.signed()?;
    }
    if pictures.deblocking && bits.unsigned()? != 1 {
        bits.signed()?;
        bits.signed()?;
    }
    Some(())
}

fn skip_order(bits: &mut Bits<'_>, sequence: &Sequence, pictures: &Pictures, field: bool) -> Option<()> {
    let bottom = pictures.bottom_order && !field;
    match sequence.order {
        Order::Low { bits: count } => drop(bits.number(count)?),
        Order::Deltas => drop(bits.signed()?),
        Order::Nothing => return Some(()),
    }
    if bottom {
        bits.signed()?;
    }
    Some(())
}

/// How many references each list has in use: none, one or two lists.
fn reference_counts(bits: &mut Bits<'_>, kind: u32, pictures: &Pictures) -> Option<Vec<u32>> {
    if kind == B {
        bits.flag()?; // direct_spatial_mv_pred_flag
    }
    let lists = match kind {
        I | SI => return Some(Vec::new()),
        B => 2,
        _ => 1,
    };
    let mut counts = pictures.references[..lists].to_vec();
    if bits.flag()? {
        for count in &mut counts {
            *count = bits.unsigned()?.checked_add(1)?;
        }
    }
    counts.iter().all(|count| *count <= REFERENCES).then_some(counts)
}

/// 7.3.3.1
fn skip_modification(bits: &mut Bits<'_>, references: &[u32]) -> Option<()> {
    for _ in references {
        if !bits.flag()? {
            continue;
        }
        for turn in 0.. {
            match bits.unsigned()? {
                0..=2 if turn <= REFERENCES => drop(bits.unsigned()?),
                3 => break,
                _ => return None,
            }
        }
    }
    Some(())
}

/// 7.3.3.2
fn skip_weights(bits: &mut Bits<'_>, chroma: bool, references: &[u32]) -> Option<()> {
    bits.unsigned()?;
    if chroma {
        bits.unsigned()?;
    }
    for _ in 0..references.iter().sum() {
        for values in if chroma { &[2, 4][..] } else { &[2] } {
            if bits.flag()? {
                for _ in 0..*values {
                    bits.signed()?;
                }
            }
        }
    }
    Some(())
}

fn read_marking(bits: &mut Bits<'_>) -> Option<Marking> {
    if !bits.flag()? {
        return Some(None);
    }
    let mut operations = Vec::new();
    while operations.len() <= OPERATIONS {
        operations.push(match bits.unsigned()? {
            0 => return Some(Some(operations)),
            1 => Operation::Unmark(bits.unsigned()?),
            2 => Operation::UnmarkLong(bits.unsigned()?),
            3 => Operation::Keep(bits.unsigned()?, bits.unsigned()?),
            4 => Operation::Limit(bits.unsigned()?),
            5 => Operation::Reset,
            6 => Operation::KeepThis(bits.unsigned()?),
            _ => return None,
        });
    }
    None
}

pub(super) fn write_marking(out: &mut BitWriter, marking: &Marking) {
    out.flag(marking.is_some());
    let Some(operations) = marking else { return };
    for operation in operations {
        let (code, values) = match *operation {
            Operation::Unmark(difference) => (1, [Some(difference), None]),
            Operation::UnmarkLong(number) => (2, [Some(number), None]),
            Operation::Keep(difference, index) => (3, [Some(difference), Some(index)]),
            Operation::Limit(limit) => (4, [Some(limit), None]),
            Operation::Reset => (5, [None, None]),
            Operation::KeepThis(index) => (6, [Some(index), None]),
        };
        out.unsigned(code);
        values.into_iter().flatten().for_each(|value| out.unsigned(value));
    }
    out.unsigned(0);
}

/// The slice `unit` of a reference picture, whose header is `header`, with another marking; `None` if it ends in its header.
pub fn with_marking(unit: &[u8], header: &Header<'_>, marking: &Marking) -> Option<Vec<u8>> {
    let raw = unescape(unit);
    let mut out = BitWriter::default();
    out.copy(&raw, 0, header.bits[0]);
    write_marking(&mut out, marking);
    if header.pictures.cabac {
        // Slice data begins at a byte, behind cabac_alignment_one_bits, and is not touched.
        out.copy(&raw, header.bits[1], header.end);
        out.align(true);
        out.bytes(raw.get(header.end.div_ceil(8)..)?);
    } else {
        // All that follows moves, up to rbsp_stop_one_bit; zeros fill the last byte.
        let last = raw.iter().rposition(|byte| *byte != 0)?;
        let stop = last * 8 + 8 - raw[last].trailing_zeros() as usize;
        out.copy(&raw, header.bits[1], stop.max(header.end));
    }
    Some(escape(&out.finish()))
}
