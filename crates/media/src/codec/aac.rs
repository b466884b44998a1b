//! AAC in ADTS frames: ISO/IEC 14496-3 §1.A.2.2.

use super::audio::FrameHeader;

/// Sampling frequencies by index (table 1.18).
pub const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Reads an ADTS header.
pub fn adts(bytes: &[u8]) -> Option<FrameHeader> {
    if bytes.len() < 7 || bytes[0] != 0xFF || bytes[1] & 0xF6 != 0xF0 {
        return None;
    }
    let length = usize::from(bytes[3] & 3) << 11 | usize::from(bytes[4]) << 3 | usize::from(bytes[5] >> 5);
    let rate = *RATES.get(usize::from(bytes[2] >> 2 & 0x0F))?;
    let channels = match (bytes[2] & 1) << 2 | bytes[3] >> 6 {
        7 => 8,
        0 => 2, // in a programme config element, which nobody broadcasts; stereo is what it turns out to be
        n => n,
    };
    let blocks = u32::from(bytes[6] & 3) + 1;
    (length >= 7).then_some(FrameHeader { length, samples: 1024 * blocks, rate, channels })
}

/// Bytes of the ADTS header at the start of a frame: seven, or nine with a checksum.
pub fn adts_header_length(frame: &[u8]) -> usize {
    if frame.get(1).is_some_and(|b| b & 1 == 0) { 9 } else { 7 }
}

/// AudioSpecificConfig (§1.6.2.1) for what an ADTS frame carries. HE-AAC is signalled implicitly, as in ADTS.
pub fn specific_config(frame: &[u8]) -> Option<[u8; 2]> {
    adts(frame)?;
    let object = (frame[2] >> 6) + 1;
    let index = frame[2] >> 2 & 0x0F;
    let channels = (frame[2] & 1) << 2 | frame[3] >> 6;
    Some([object << 3 | index >> 1, index << 7 | channels << 3])
}

/// A frame of silence (AAC LC, raw data block) for up to six channels in the order of `channelConfiguration` (table 1.19); any
/// sampling rate. The elements (single, pair, low frequency) hold no
/// scale factor band; stereo for what nobody broadcasts.
pub fn silence(channels: u8) -> &'static [u8] {
    match channels {
        1 => &[0x00, 0xC8, 0x00, 0x80, 0x23, 0x80],
        3 => &[0x00, 0xC8, 0x00, 0x01, 0x03, 0x20, 0x00, 0x0C, 0x80, 0x00, 0x70],
        5 => &[
            0x00, 0xC8, 0x00, 0x01, 0x03, 0x20, 0x00, 0x0C, 0x80, 0x00, 0x11, 0x32, 0x00, 0x00, 0xC8, 0x00,
            0x07,
        ],
        6 => &[
            0x00, 0xC8, 0x00, 0x01, 0x03, 0x20, 0x00, 0x0C, 0x80, 0x00, 0x11, 0x32, 0x00, 0x00, 0xC8, 0x00,
            0x03, 0x06, 0x40, 0x00, 0x38,
        ],
        _ => &[0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80],
    }
}
