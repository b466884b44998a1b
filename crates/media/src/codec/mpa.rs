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
