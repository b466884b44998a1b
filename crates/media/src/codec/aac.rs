//! AAC: ADTS (ISO/IEC 14496-3 §1.A.2.2) and LOAS (§1.7.2) frames.

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

/// `raw` (a raw data block of AAC LC) as an ADTS frame; `None`: AAC knows no such rate, or it is too long.
pub fn frame(rate: u32, channels: u8, raw: &[u8]) -> Option<Vec<u8>> {
    let index = RATES.iter().position(|known| *known == rate)? as u8;
    let length = raw.len() + 7;
    if length >= 1 << 13 || channels == 0 || channels > 6 {
        return None;
    }
    let mut out = vec![
        0xFF,
        0xF1,
        0x40 | index << 2 | channels >> 2,
        channels << 6 | (length >> 11) as u8,
        (length >> 3) as u8,
        (length << 5) as u8 | 0x1F,
        0xFC,
    ];
    out.extend_from_slice(raw);
    Some(out)
}

/// Reads a LOAS header (AudioSyncStream, ISO/IEC 14496-3 §1.7.2). What it stands for is inside: see [`latm`].
pub fn loas(bytes: &[u8]) -> Option<FrameHeader> {
    if bytes.len() < 3 || bytes[0] != 0x56 || bytes[1] & 0xE0 != 0xE0 {
        return None;
    }
    let length = 3 + (usize::from(bytes[1] & 0x1F) << 8 | usize::from(bytes[2]));
    Some(FrameHeader { length, samples: 1024, rate: 48_000, channels: 2 })
}

/// Header of a whole LOAS frame that brings its StreamMuxConfig (§1.7.3.1); `None` if it refers to one before, or is of a
/// form that no broadcaster sends (several programmes or layers, version 1).
pub fn latm(frame: &[u8]) -> Option<FrameHeader> {
    let header = loas(frame)?;
    let mut front = [0; 16];
    let inside = frame.get(3..)?;
    let known = inside.len().min(front.len());
    front[..known].copy_from_slice(&inside[..known]);
    let mut bits = u128::from_be_bytes(front);
    let mut take = |count: u32| {
        let value = (bits >> (128 - count)) as u32;
        bits <<= count;
        value
    };
    // useSameStreamMux, audioMuxVersion, allStreamsSameTimeFraming, numSubFrames, numProgram, numLayer
    if [take(1), take(1)] != [0, 0] || take(1) != 1 || take(6) != 0 || take(4) != 0 || take(3) != 0 {
        return None;
    }
    // AudioSpecificConfig (§1.6.2.1)
    let object = take(5);
    let rate = match take(4) {
        15 => take(24),
        index => *RATES.get(index as usize)?,
    };
    // Table 1.19; what is reserved there is no configuration.
    let channels = match take(4) as u8 {
        0 => 2,
        n @ 1..=6 => n,
        11 => 7,
        7 | 12 | 14 => 8,
        _ => return None,
    };
    // Spectral band replication doubles the rate of what comes out, not the time that a frame stands for.
    let believable = (1..=RATES[0]).contains(&rate);
    (object != 31 && believable).then_some(FrameHeader { rate, channels, ..header })
}
