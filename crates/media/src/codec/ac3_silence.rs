//! Frames of digital silence in AC-3 and enhanced AC-3 (ETSI TS 102 366), in the format of a given frame: same rate, channels and size.
//!
//! All signal-to-noise offsets are zero, so no mantissa is stored (§7.2.2.7: `bap` is zero everywhere), and dither is off where the
//! syntax lets it be: a decoder gives zeros, or in enhanced AC-3 dither 24 bits down. What is left of a frame is padding.

/// Polynomial x¹⁶ + x¹⁵ + x² + 1 of §7.10.
const POLYNOMIAL: u32 = 0x1_8005;

/// A silent frame like the one that begins with `front`; `None` if that is neither, or has a form that nobody broadcasts.
pub fn silence(front: &[u8; 8]) -> Option<Vec<u8>> {
    let header = super::ac3::header(front)?;
    if front[5] >> 3 > 10 { enhanced(front, header.length) } else { plain(front, header.length) }
}

#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, value: u32, bits: u32) {
        for bit in (0..bits).rev() {
            if self.count.is_multiple_of(8) {
                self.out.push(0);
            }
            let last = self.out.len() - 1;
            self.out[last] |= ((u64::from(value) >> bit & 1) as u8) << (7 - self.count % 8);
            self.count += 1;
        }
    }
}

/// Full channels by `acmod` (table 4.3).
fn channels(mode: u8) -> u32 {
    [2, 1, 2, 3, 3, 4, 4, 5][usize::from(mode & 7)]
}

/// Exponents of a channel: the first as small as can be, the rest falling to the smallest (§7.1.3).
fn exponents(bits: &mut Bits, groups: u32) {
    bits.put(15, 4);
    for group in 0..groups {
        // Differences +2, +2, +2 (each coded plus two), until 24 is near; then none.
        bits.put(if group == 0 { 4 * 25 + 4 * 5 + 4 } else { 2 * 25 + 2 * 5 + 2 }, 7);
    }
}

fn plain(front: &[u8; 8], length: usize) -> Option<Vec<u8>> {
    let mode = front[6] >> 5;
    let count = channels(mode);
    let lfe = u32::from(super::ac3::header(front)?.channels) - count;
    let mut bits = Bits::default();
    bits.put(0x0B77, 16);
    bits.put(0, 16); // crc1
    bits.put(u32::from(front[4]), 8); // fscod, frmsizecod
    bits.put(u32::from(front[5]), 8); // bsid, bsmod
    bits.put(u32::from(mode), 3);
    if mode & 1 != 0 && mode != 1 {
        bits.put(0, 2); // cmixlev
    }
    if mode & 4 != 0 {
        bits.put(0, 2); // surmixlev
    }
    if mode == 2 {
        bits.put(0, 2); // dsurmod
    }
    bits.put(lfe, 1);
    for _ in 0..if mode == 0 { 2 } else { 1 } {
        bits.put(31, 5); // dialnorm
        bits.put(0, 3); // compre, langcode, audprodie
    }
    bits.put(0, 5); // copyrightb, origbs, timecod1e, timecod2e, addbsie
    for block in 0..6 {
        plain_block(&mut bits, block == 0, mode, count, lfe == 1);
    }
    close(bits, length).map(|mut frame| {
        let covered = (length / 2 / 2 + length / 2 / 8) * 2;
        let first = crc_before(crc(&frame[4..covered]), covered - 2);
        frame[2..4].copy_from_slice(&(first as u16).to_be_bytes());
        let second = crc(&frame[covered..length - 2]);
        frame[length - 2..].copy_from_slice(&(second as u16).to_be_bytes());
        frame
    })
}

/// An audio block of §4.3.3: the first says everything, the others use it again.
fn plain_block(bits: &mut Bits, first: bool, mode: u8, count: u32, lfe: bool) {
    bits.put(0, count); // blksw
    bits.put(0, count); // dithflag
    bits.put(0, if mode == 0 { 2 } else { 1 }); // dynrnge
    bits.put(u32::from(first), 1); // cplstre
    if first {
        bits.put(0, 1); // cplinu
    }
    if mode == 2 {
        bits.put(u32::from(first), 1); // rematstr
        if first {
            bits.put(0, 4);
        }
    }
    for _ in 0..count {
        bits.put(if first { 3 } else { 0 }, 2); // chexpstr: D45
    }
    if lfe {
        bits.put(u32::from(first), 1);
    }
    if first {
        bits.put(0, 6 * count); // chbwcod: 73 coefficients
        for _ in 0..count {
            exponents(bits, 6);
            bits.put(0, 2); // gainrng
        }
        if lfe {
            exponents(bits, 2);
        }
    }
    bits.put(u32::from(first), 1); // baie
    if first {
        bits.put(0, 11);
    }
    bits.put(u32::from(first), 1); // snroffste
    if first {
        bits.put(0, 6);
        bits.put(0, 7 * count);
        bits.put(0, if lfe { 7 } else { 0 });
    }
    bits.put(0, 2); // deltbaie, skiple
}

fn enhanced(front: &[u8; 8], length: usize) -> Option<Vec<u8>> {
    let (mode, lfe) = (front[4] >> 1 & 7, front[4] & 1 == 1);
    let blocks = if front[4] >> 6 == 3 { 6 } else { [1, 2, 3, 6][usize::from(front[4] >> 4 & 3)] };
    let count = channels(mode);
    let independent = front[2] >> 6 == 0;
    if !independent || blocks != 6 {
        return None;
    }
    let mut bits = Bits::default();
    for byte in &front[..5] {
        bits.put(u32::from(*byte), 8); // sync word, strmtyp, substreamid, frmsiz, fscod, numblkscod, acmod, lfeon
    }
    bits.put(u32::from(front[5] >> 3), 5); // bsid
    for _ in 0..if mode == 0 { 2 } else { 1 } {
        bits.put(31, 5); // dialnorm
        bits.put(0, 1); // compre
    }
    bits.put(0, 3); // mixmdate, infomdate, addbsie
    // audfrm (§E.1.2.3): exponent strategies by frame, no adaptive hybrid transform.
    bits.put(0b00, 2); // expstre, ahte
    bits.put(0, 2); // snroffststr
    bits.put(0, 1); // transproce
    bits.put(0, 1); // blkswe
    bits.put(1, 1); // dithflage
    bits.put(0, 5); // bamode, frmfgaincode, dbaflde, skipflde, spxattene
    if mode > 1 {
        bits.put(0, 1); // cplinu of block 0
        bits.put(0, 5); // cplstre of the others
    }
    bits.put(0, 5 * count); // frmchexpstr: D15 once, then used again
    if lfe {
        bits.put(0b10_0000, 6); // lfeexpstr by block
    }
    bits.put(0, 5 * count); // convexpstr: of independent streams with six blocks
    bits.put(0, 6 + 4); // frmcsnroffst, frmfsnroffst
    bits.put(0, 1); // blkstrtinfoe
    for block in 0..6 {
        enhanced_block(&mut bits, block == 0, mode, count, lfe);
    }
    close(bits, length).map(|mut frame| {
        let sum = crc(&frame[2..length - 2]);
        frame[length - 2..].copy_from_slice(&(sum as u16).to_be_bytes());
        frame
    })
}

/// An audio block of §E.1.2.4.
fn enhanced_block(bits: &mut Bits, first: bool, mode: u8, count: u32, lfe: bool) {
    bits.put(0, count); // dithflag
    bits.put(0, if mode == 0 { 2 } else { 1 }); // dynrnge
    bits.put(0, 1); // spxinu of block 0, spxstre of the others
    if mode == 2 {
        if first {
            bits.put(0, 4); // rematflg
        } else {
            bits.put(0, 1); // rematstr
        }
    }
    if first {
        bits.put(0, 6 * count); // chbwcod: 73 coefficients
        for _ in 0..count {
            exponents(bits, 24); // D15
            bits.put(0, 2); // gainrng
        }
        if lfe {
            exponents(bits, 2);
        }
    }
    bits.put(0, 1); // convsnroffste
}

/// The frame filled up to its length; `None` if it is too small.
fn close(mut bits: Bits, length: usize) -> Option<Vec<u8>> {
    // auxdatae, crcrsv and crc2 stand at the end, and are zero.
    (bits.out.len() + 3 <= length).then(|| {
        bits.out.resize(length, 0);
        bits.out
    })
}

fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).rev().fold(crc, |crc, bit| {
            let carry = crc >> 15 & 1 ^ u32::from(byte >> bit & 1);
            (crc << 1 & 0xFFFF) ^ if carry == 1 { POLYNOMIAL & 0xFFFF } else { 0 }
        })
    })
}

/// The two bytes that, standing before the rest of `bytes` bytes in all, make a checksum zero that is `rest` without them.
fn crc_before(rest: u32, bytes: usize) -> u32 {
    // Dividing by x once for each bit that comes after them.
    (0..bytes * 8).fold(rest, |value, _| if value & 1 == 1 { (value ^ POLYNOMIAL) >> 1 } else { value >> 1 })
}
