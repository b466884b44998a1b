//! PES packets: ISO/IEC 13818-1 §2.4.3.6 and §2.4.3.7.

use super::packet::{PACKET, SYNC};

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

/// What the adaptation field of a PES packet's first transport packet says (§2.4.3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// What follows does not continue what was.
    pub discontinuity: bool,
    /// Decoding may begin here.
    pub random_access: bool,
    /// The clock, in ticks of 90 kHz.
    pub pcr: Option<u64>,
}

impl Front {
    /// Writes the bytes after the field's length to `field`; says how many there are.
    fn write(self, field: &mut [u8]) -> usize {
        if self == Self::default() {
            return 0;
        }
        let flag = |set, bit| if set { bit } else { 0 };
        field[0] =
            flag(self.discontinuity, 0x80) | flag(self.random_access, 0x40) | flag(self.pcr.is_some(), 0x10);
        let Some(base) = self.pcr else { return 1 };
        field[1..5].copy_from_slice(&((base >> 1) as u32).to_be_bytes());
        field[5..7].copy_from_slice(&[((base & 1) as u8) << 7 | 0x7E, 0]);
        7
    }
}

/// Cuts a PES packet, its header and its data, into transport packets of `pid`, counting on from `continuity`; appends them to `out`.
pub fn packetise(
    (header, data): (&[u8], &[u8]),
    pid: u16,
    front: Front,
    continuity: &mut u8,
    out: &mut Vec<u8>,
) {
    let (mut at, whole) = (0, header.len() + data.len());
    let mut first = true;
    while at < whole {
        let mut packet = [0xFF; PACKET];
        let unit = if first { 0x40 } else { 0 };
        packet[..3].copy_from_slice(&[SYNC, unit | (pid >> 8) as u8, pid as u8]);
        let said = if first { front.write(&mut packet[5..]) } else { 0 };
        let room = if said > 0 { PACKET - 5 - said } else { PACKET - 4 };
        let take = (whole - at).min(room);
        let adaptation = said > 0 || take < room;
        packet[3] = (if adaptation { 0x30 } else { 0x10 }) | (*continuity & 0x0F);
        if adaptation {
            packet[4] = (PACKET - 5 - take) as u8;
            if packet[4] > 0 && said == 0 {
                packet[5] = 0;
            }
        }
        let place = &mut packet[PACKET - take..];
        let of_header = header.len().saturating_sub(at).min(take);
        place[..of_header].copy_from_slice(&header[at.min(header.len())..][..of_header]);
        let from = (at + of_header).saturating_sub(header.len());
        place[of_header..].copy_from_slice(&data[from..][..take - of_header]);
        out.extend_from_slice(&packet);
        *continuity = continuity.wrapping_add(1) & 0x0F;
        (at, first) = (at + take, false);
    }
}
