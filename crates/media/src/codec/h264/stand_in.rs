//! Stand-ins for leading reference pictures: pictures that come behind a recovery point, are presented before it, and refer to what was
//! before it, so that nobody can decode them who began there (Rec. ITU-T H.264 Annex D.2.8).
//!
//! They cannot be left out: others would take their places. A decoder fills a gap in `frame_num` with frames of its own making, which
//! push the recovery point's picture out of its buffer, and later pictures name their references by how many lie between. So the
//! same number, order count and marking are given to a picture in which every macroblock is skipped: a copy of the picture
//! at the recovery point, some thirty bytes long.

use super::bits::{BitWriter, escape, unescape};
use super::recovery::{since, without_past};
use super::slice::{Header, Sets, header, is_reference, write_marking};

/// What stands for the slice `unit` of a leading picture behind the recovery point whose picture has the number `frame_num`: one slice
/// for all of a picture, nothing for its other slices. `None` if it cannot be read.
pub fn stand_in(unit: &[u8], sets: &Sets, frame_num: u32) -> Option<Vec<u8>> {
    let header = header(unit, sets)?;
    if header.first_macroblock > 0 {
        return Some(Vec::new());
    }
    let distance = since(&header, frame_num);
    let raw = unescape(unit);
    let mut out = BitWriter::default();
    out.number(u32::from(unit[0]), 8);
    out.unsigned(0); // first_mb_in_slice
    out.unsigned(0); // slice_type: P
    out.unsigned(header.pictures.id);
    out.copy(&raw, header.numbers[0], header.numbers[1]);
    if header.pictures.redundant {
        out.unsigned(0);
    }
    // One reference: the picture at the recovery point, or its field of the same parity.
    out.flag(true);
    out.unsigned(0);
    out.flag(true);
    out.unsigned(0);
    let distance = if header.field { 2 * distance } else { distance };
    out.unsigned(distance.checked_sub(1)?);
    out.unsigned(3);
    if header.pictures.weighted {
        out.unsigned(0);
        if header.sequence.chroma {
            out.unsigned(0);
            out.flag(false);
        }
        out.flag(false);
    }
    if is_reference(unit) {
        let kept = without_past(&header, frame_num).unwrap_or_else(|| header.marking.clone());
        write_marking(&mut out, &kept);
    }
    skipped(&mut out, &header);
    Some(escape(&out.finish()))
}

/// The rest of the header, and slice data (7.3.4) in which every macroblock is skipped.
fn skipped(out: &mut BitWriter, header: &Header<'_>) {
    let count = if header.field { header.sequence.macroblocks / 2 } else { header.sequence.macroblocks };
    if header.pictures.cabac {
        out.unsigned(0); // cabac_init_idc
        out.signed(COARSEST - header.pictures.quantiser);
    } else {
        out.signed(0);
    }
    if header.pictures.deblocking {
        out.unsigned(1); // none
    }
    if header.pictures.cabac {
        out.align(true);
        // In pairs of macroblocks only the second one tells whether the slice ends (7.3.4).
        let pairs = header.sequence.pairs && !header.field;
        Arithmetic::new(out).skip(count, if pairs { 2 } else { 1 });
    } else {
        out.unsigned(count); // mb_skip_run
        out.flag(true); // rbsp_stop_one_bit
    }
    out.align(false);
}

/// The coarsest quantiser: with it a skipped macroblock is the more probable symbol from the first one on, in state 42 (table 9-13,
/// context 11, `cabac_init_idc` 0: m 23, n 33). Nothing is quantised in such a picture.
const COARSEST: i32 = 51;
/// Where the probability state begins with that quantiser: `((23 * 51) >> 4) + 33 - 64`.
const STATE: usize = 42;
/// Table 9-44 (`rangeTabLPS`) from that state on: none is ever less.
const LESS_PROBABLE: [[u32; 4]; 21] = [
    [16, 20, 23, 27],
    [15, 19, 22, 25],
    [14, 18, 21, 24],
    [14, 17, 20, 23],
    [13, 16, 19, 22],
    [12, 15, 18, 21],
    [12, 14, 17, 20],
    [11, 14, 16, 19],
    [11, 13, 15, 18],
    [10, 12, 15, 17],
    [10, 12, 14, 16],
    [9, 11, 13, 15],
    [9, 11, 12, 14],
    [8, 10, 12, 14],
    [8, 9, 11, 13],
    [7, 9, 11, 12],
    [7, 9, 10, 12],
    [7, 8, 10, 11],
    [6, 8, 9, 11],
    [6, 7, 9, 10],
    [6, 7, 8, 9],
];

/// The arithmetic encoder (9.3.4.2), as far as runs of the more probable symbol need it.
struct Arithmetic<'a> {
    out: &'a mut BitWriter,
    low: u32,
    range: u32,
    outstanding: u32,
    first: bool,
    state: usize,
}

impl<'a> Arithmetic<'a> {
    fn new(out: &'a mut BitWriter) -> Self {
        Self { out, low: 0, range: 510, outstanding: 0, first: true, state: STATE }
    }

    /// `count` skipped macroblocks, the slice's end asked for behind each `step`.
    fn skip(mut self, count: u32, step: u32) {
        for number in 1..=count {
            let row = LESS_PROBABLE[self.state - STATE];
            self.range -= row[(self.range >> 6 & 3) as usize];
            self.state = (self.state + 1).min(STATE + LESS_PROBABLE.len() - 1);
            self.renew();
            if number % step == 0 && number < count {
                self.range -= 2;
                self.renew();
            }
        }
        self.end();
    }

    /// 9.3.4.5: the slice ends. The last bit is `rbsp_stop_one_bit`.
    fn end(&mut self) {
        self.range -= 2;
        self.low += self.range;
        self.range = 2;
        self.renew();
        self.put(self.low >> 9 & 1 == 1);
        self.out.number(self.low >> 7 & 3 | 1, 2);
    }

    fn renew(&mut self) {
        while self.range < 256 {
            if self.low < 256 {
                self.put(false);
            } else if self.low >= 512 {
                self.low -= 512;
                self.put(true);
            } else {
                self.low -= 256;
                self.outstanding += 1;
            }
            self.range <<= 1;
            self.low <<= 1;
        }
    }

    fn put(&mut self, bit: bool) {
        if self.first {
            self.first = false;
        } else {
            self.out.flag(bit);
        }
        for _ in 0..std::mem::take(&mut self.outstanding) {
            self.out.flag(!bit);
        }
    }
}
