//! MPEG audio: ISO/IEC 11172-3 §2.4.2.3 and 13818-3 (low sampling rates), layers I to III.

use super::audio::FrameHeader;

const LAYER1: [u32; 15] = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
const LAYER2: [u32; 15] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const LAYER3: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const LOW1: [u32; 15] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const LOW23: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// Reads a frame header.
pub fn header(bytes: &[u8]) -> Option<FrameHeader> {
    if bytes.len() < 4 || bytes[0] != 0xFF || bytes[1] & 0xE0 != 0xE0 {
        return None;
    }
    let version = bytes[1] >> 3 & 3; // 0: 2.5, 2: 2, 3: 1
    let layer = 4 - (bytes[1] >> 1 & 3); // 1..=3; 4 is reserved
    if version == 1 || layer == 4 {
        return None;
    }
    let low = version != 3;
    let table = match (low, layer) {
        (false, 1) => &LAYER1,
        (false, 2) => &LAYER2,
        (false, _) => &LAYER3,
        (true, 1) => &LOW1,
        (true, _) => &LOW23,
    };
    let kbps = *table.get(usize::from(bytes[2] >> 4)).filter(|rate| **rate > 0)?;
    let rate = [44_100, 48_000, 32_000].get(usize::from(bytes[2] >> 2 & 3))?
        >> (if version == 0 { 2 } else { u8::from(low) });
    let padding = u32::from(bytes[2] >> 1 & 1);
    let samples = match (layer, low) {
        (1, _) => 384,
        (3, true) => 576,
        _ => 1152,
    };
    let length = if layer == 1 {
        (12_000 * kbps / rate + padding) * 4
    } else {
        samples / 8 * 1000 * kbps / rate + padding
    };
    let channels = if bytes[3] >> 6 == 3 { 1 } else { 2 };
    Some(FrameHeader { length: length as usize, samples, rate, channels })
}

/// Bits of a subband's allocation, the lowest first, by table: (bits, subbands) of ISO/IEC 11172-3 tables B.2a–d and 13818-3 table B.1.
const ALLOCATIONS: [&[(u8, u8)]; 5] = [
    &[(4, 11), (3, 12), (2, 4)],
    &[(4, 11), (3, 12), (2, 7)],
    &[(4, 2), (3, 6)],
    &[(4, 2), (3, 10)],
    &[(4, 4), (3, 7), (2, 19)],
];

/// Whether the checksum of a whole frame of layer II is right (ISO/IEC 11172-3 §2.4.3.1: over the second half of the header, bit allocation
/// and scale factor selection). `None`: it has none, or is of another layer, which nobody broadcasts.
pub fn is_sound(frame: &[u8]) -> Option<bool> {
    let header = header(frame)?;
    if frame[1] & 7 != 0b100 {
        return None;
    }
    let mut bits = Bits { bytes: frame, at: 48, crc: 0xFFFF };
    bits.crc = (0..16).fold(bits.crc, |crc, at| add(crc, frame[2 + at / 8] >> (7 - at % 8) & 1));
    let (mode, extension) = (frame[3] >> 6, frame[3] >> 4 & 3);
    let channels = usize::from(header.channels);
    let subbands =
        allocation(frame, header).iter().flat_map(|(width, count)| (0..*count).map(move |_| *width));
    // From the bound on both channels of joint stereo share their allocation.
    let bound = if mode == 1 { usize::from(extension) * 4 + 4 } else { usize::MAX };
    let mut selected = 0;
    for (subband, width) in subbands.enumerate() {
        let own = if subband < bound { channels } else { 1 };
        for _ in 0..own {
            let used = bits.take(width)? > 0;
            selected += if used { channels / own } else { 0 };
        }
    }
    for _ in 0..selected {
        bits.take(2)?;
    }
    Some(bits.crc == u16::from_be_bytes([frame[4], frame[5]]))
}

/// The table in force, by sampling rate and bits per second of each channel (ISO/IEC 11172-3 §2.4.3.3.1).
fn allocation(frame: &[u8], header: FrameHeader) -> &'static [(u8, u8)] {
    let kbps =
        LAYER2.get(usize::from(frame[2] >> 4)).map_or(0, |kbps| kbps / u32::from(header.channels.max(1)));
    ALLOCATIONS[match (frame[1] >> 3 & 1, kbps, header.rate) {
        (0, ..) => 4,
        (_, 0..=48, 32_000) => 3,
        (_, 0..=48, _) => 2,
        (_, 49..=80, _) | (_, _, 48_000) => 0,
        _ => 1,
    }]
}

/// What a checksum is over, bit by bit.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    crc: u16,
}

impl Bits<'_> {
    fn take(&mut self, count: u8) -> Option<u8> {
        let mut value = 0;
        for _ in 0..count {
            let bit = self.bytes.get(self.at / 8)? >> (7 - self.at % 8) & 1;
            (self.at, self.crc, value) = (self.at + 1, add(self.crc, bit), value << 1 | bit);
        }
        Some(value)
    }
}

/// One bit more in a checksum: x¹⁶ + x¹⁵ + x² + 1.
fn add(crc: u16, bit: u8) -> u16 {
    let carry = (crc >> 15) as u8 ^ bit;
    crc << 1 ^ if carry == 1 { 0x8005 } else { 0 }
}
