//! AC-3 and enhanced AC-3: ETSI TS 102 366 §4.3 (syncinfo, bsi) and Annex E.

use super::audio::FrameHeader;

const RATES: [u32; 3] = [48_000, 44_100, 32_000];
/// Kilobits per second by `frmsizecod / 2` (table 4.13).
const BIT_RATES: [u32; 19] =
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
const CHANNELS: [u8; 8] = [2, 1, 2, 3, 3, 4, 4, 5];

/// Bytes that are read of a frame.
const HEADER: usize = 8;

/// Reads a frame header of either kind.
pub fn header(bytes: &[u8]) -> Option<FrameHeader> {
    if bytes.len() < HEADER || bytes[..2] != [0x0B, 0x77] {
        return None;
    }
    if bytes[5] >> 3 > 10 { enhanced(bytes) } else { plain(bytes) }
}

/// Whether the checksum of a whole frame of either kind is right (`crc2`, §6.1.7 and §E.1.3.1: over all but the sync word).
pub fn is_sound(frame: &[u8]) -> bool {
    const TABLE: [u16; 256] = {
        let mut table = [0u16; 256];
        let mut at = 0;
        while at < 256 {
            let (mut crc, mut bit) = ((at as u16) << 8, 0);
            while bit < 8 {
                crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 };
                bit += 1;
            }
            table[at] = crc;
            at += 1;
        }
        table
    };
    let covered = frame.get(2..).unwrap_or(&[]);
    covered.iter().fold(0u16, |crc, byte| crc << 8 ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)]) == 0
}

fn plain(bytes: &[u8]) -> Option<FrameHeader> {
    let rate = *RATES.get(usize::from(bytes[4] >> 6))?;
    let code = bytes[4] & 0x3F;
    let kbps = *BIT_RATES.get(usize::from(code >> 1))?;
    // 1,536 samples; at 44.1 kHz frames alternate by a word (table 4.13).
    let words = match rate {
        48_000 => kbps * 2,
        32_000 => kbps * 3,
        _ => kbps * 96_000 / 44_100 + u32::from(code & 1),
    };
    let mode = bytes[6] >> 5;
    // Mix levels stand between `acmod` and `lfeon` (§4.3.2.3).
    let mut skip = 0;
    if mode & 1 != 0 && mode != 1 {
        skip += 2;
    }
    if mode & 4 != 0 {
        skip += 2;
    }
    if mode == 2 {
        skip += 2;
    }
    let lfe = (u16::from_be_bytes([bytes[6], bytes[7]]) >> (12 - skip)) as u8 & 1;
    Some(FrameHeader {
        length: words as usize * 2,
        samples: 1536,
        rate,
        channels: CHANNELS[usize::from(mode)] + lfe,
    })
}

fn enhanced(bytes: &[u8]) -> Option<FrameHeader> {
    let length = ((usize::from(bytes[2] & 7) << 8 | usize::from(bytes[3])) + 1) * 2;
    let (rate, blocks) = if bytes[4] >> 6 == 3 {
        (RATES.get(usize::from(bytes[4] >> 4 & 3))? / 2, 6)
    } else {
        (RATES[usize::from(bytes[4] >> 6)], [1, 2, 3, 6][usize::from(bytes[4] >> 4 & 3)])
    };
    let channels = CHANNELS[usize::from(bytes[4] >> 1 & 7)] + (bytes[4] & 1);
    // A dependent substream (strmtyp 1) adds channels to the frame before it, and no time.
    let samples = if bytes[2] >> 6 == 1 { 0 } else { blocks * 256 };
    // Not even a header fits into fewer bytes.
    (length >= HEADER).then_some(FrameHeader { length, samples, rate, channels })
}
