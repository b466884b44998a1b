//! PES packets: ISO/IEC 13818-1 §2.4.3.6 and §2.4.3.7.

/// What the head of a PES packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Stream id.
    pub stream_id: u8,
    /// Bytes before the elementary stream's first byte.
    pub length: usize,
    /// Bytes of elementary stream in this packet; `None` where it is unbounded (video).
    pub payload: Option<usize>,
    /// Presentation time, 33 bits at 90 kHz.
    pub pts: Option<u64>,
    /// Decoding time, 33 bits at 90 kHz; absent where it equals the presentation time.
    pub dts: Option<u64>,
    /// The stream says that an access unit begins at the first byte.
    pub aligned: bool,
}

/// Reads the header at the start of `bytes`; `None` if it is not one or not all of it is there.
pub fn header(bytes: &[u8]) -> Option<Header> {
    if bytes.len() < 6 || bytes[..3] != [0, 0, 1] {
        return None;
    }
    let stream_id = bytes[3];
    let declared = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    // Padding, private_stream_2 and the like carry no further header.
    if matches!(stream_id, 0xBC | 0xBE | 0xBF | 0xF0 | 0xF1 | 0xF2 | 0xF8 | 0xFF) {
        return Some(Header {
            stream_id,
            length: 6,
            payload: Some(declared),
            pts: None,
            dts: None,
            aligned: false,
        });
    }
    if bytes.len() < 9 || bytes[6] & 0xC0 != 0x80 {
        return None;
    }
    let length = 9 + usize::from(bytes[8]);
    let has_pts = bytes[7] & 0x80 != 0 && bytes[8] >= 5;
    let has_dts = bytes[7] & 0xC0 == 0xC0 && bytes[8] >= 10;
    Some(Header {
        stream_id,
        length,
        payload: (declared != 0).then(|| (declared + 6).saturating_sub(length)),
        pts: if has_pts { timestamp(bytes.get(9..14)?) } else { None },
        dts: if has_dts { timestamp(bytes.get(14..19)?) } else { None },
        aligned: bytes[6] & 0x04 != 0,
    })
}

/// A 33-bit time stamp in five bytes. Marker bits are not checked: boxes exist that set them wrongly.
fn timestamp(bytes: &[u8]) -> Option<u64> {
    let b: [u8; 5] = bytes.try_into().ok()?;
    let b = b.map(u64::from);
    Some((b[0] >> 1 & 7) << 30 | b[1] << 22 | (b[2] >> 1) << 15 | b[3] << 7 | b[4] >> 1)
}

/// Writes a time stamp as [`header`] reads it; `prefix` is the four bits before it.
pub fn write_timestamp(prefix: u8, value: u64) -> [u8; 5] {
    let v = value & 0x1_FFFF_FFFF;
    [
        prefix << 4 | ((v >> 30) as u8 & 7) << 1 | 1,
        (v >> 22) as u8,
        ((v >> 15) as u8) << 1 | 1,
        (v >> 7) as u8,
        (v as u8) << 1 | 1,
    ]
}
