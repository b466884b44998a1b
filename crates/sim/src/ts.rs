//! As little of ISO 13818-1 as a simulator needs: packets (§2.4.3.2), PAT and PMT (§2.4.4), PES headers (§2.4.3.6).
//!
//! On purpose not the product's parser: a simulator that shares it would agree with its mistakes.

/// Bytes of a transport packet.
pub(crate) const PACKET: usize = 188;
/// Modulus of PTS, DTS and the PCR base.
pub(crate) const WRAP_90K: u64 = 1 << 33;

pub(crate) fn pid(packet: &[u8]) -> u16 {
    u16::from(packet[1] & 0x1F) << 8 | u16::from(packet[2])
}

pub(crate) fn starts_unit(packet: &[u8]) -> bool {
    packet[1] & 0x40 != 0
}

/// Offset of the payload, `None` when there is none.
pub(crate) fn payload_at(packet: &[u8]) -> Option<usize> {
    let at = match packet[3] >> 4 & 3 {
        1 => 4,
        3 => 5 + packet[4] as usize,
        _ => return None,
    };
    (at < PACKET).then_some(at)
}

/// The PCR in 27 MHz units and the offset of its six bytes.
pub(crate) fn pcr(packet: &[u8]) -> Option<(u64, usize)> {
    let has = packet[3] & 0x20 != 0 && packet[4] >= 7 && packet[5] & 0x10 != 0;
    has.then(|| {
        let b = &packet[6..12];
        let base = u64::from(b[0]) << 25
            | u64::from(b[1]) << 17
            | u64::from(b[2]) << 9
            | u64::from(b[3]) << 1
            | u64::from(b[4] >> 7);
        (base * 300 + (u64::from(b[4] & 1) << 8 | u64::from(b[5])), 6)
    })
}

pub(crate) fn write_pcr(field: &mut [u8], value_27m: u64) {
    let (base, extension) = (value_27m / 300 % WRAP_90K, value_27m % 300);
    field[0] = (base >> 25) as u8;
    field[1] = (base >> 17) as u8;
    field[2] = (base >> 9) as u8;
    field[3] = (base >> 1) as u8;
    field[4] = (base << 7) as u8 | 0x7E | (extension >> 8) as u8;
    field[5] = extension as u8;
}

pub(crate) fn read_stamp(field: &[u8]) -> u64 {
    u64::from(field[0] >> 1 & 7) << 30
        | u64::from(field[1]) << 22
        | u64::from(field[2] >> 1) << 15
        | u64::from(field[3]) << 7
        | u64::from(field[4] >> 1)
}

/// Writes a PTS or DTS, keeping the four-bit prefix that stands there.
pub(crate) fn write_stamp(field: &mut [u8], value_90k: u64) {
    let v = value_90k % WRAP_90K;
    field[0] = field[0] & 0xF0 | ((v >> 30) as u8) << 1 | 1;
    field[1] = (v >> 22) as u8;
    field[2] = ((v >> 15) as u8) << 1 | 1;
    field[3] = (v >> 7) as u8;
    field[4] = (v as u8) << 1 | 1;
}

/// Where a PES header in a packet has its stamps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PesStamps {
    pub(crate) pts: u64,
    pub(crate) dts: u64,
    pub(crate) pts_at: usize,
    pub(crate) dts_at: Option<usize>,
    pub(crate) data_at: usize,
}

/// Reads the PES header that begins in this packet, when it has a PTS and lies wholly inside.
pub(crate) fn pes_stamps(packet: &[u8]) -> Option<PesStamps> {
    if !starts_unit(packet) {
        return None;
    }
    let at = payload_at(packet)?;
    let header = packet.get(at..at + 9)?;
    if header[..3] != [0, 0, 1] || header[6] & 0xC0 != 0x80 || header[7] & 0x80 == 0 {
        return None;
    }
    let data_at = at + 9 + header[8] as usize;
    let pts = read_stamp(packet.get(at + 9..at + 14)?);
    let dts_at = (header[7] & 0x40 != 0 && at + 19 <= PACKET).then_some(at + 14);
    let dts = dts_at.map_or(pts, |dts_at| read_stamp(&packet[dts_at..dts_at + 5]));
    Some(PesStamps { pts, dts, pts_at: at + 9, dts_at, data_at })
}

/// One elementary stream of a programme map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elementary {
    pub(crate) stream_type: u8,
    pub(crate) pid: u16,
    pub(crate) descriptors: Vec<u8>,
}

impl Elementary {
    pub(crate) fn is_video(&self) -> bool {
        matches!(self.stream_type, 0x01 | 0x02 | 0x1B | 0x24)
    }

    pub(crate) fn is_audio(&self) -> bool {
        match self.stream_type {
            0x03 | 0x04 | 0x0F | 0x11 | 0x81 | 0x87 => true,
            0x06 => {
                let mut rest = &self.descriptors[..];
                while let [tag, length, tail @ ..] = rest {
                    if matches!(tag, 0x6A | 0x7A | 0x7B | 0x7C) {
                        return true;
                    }
                    rest = tail.get(*length as usize..).unwrap_or(&[]);
                }
                false
            }
            _ => false,
        }
    }
}

/// A programme map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Programme {
    pub(crate) number: u16,
    pub(crate) pcr_pid: u16,
    pub(crate) streams: Vec<Elementary>,
}

/// The section that begins in this packet, if it lies wholly inside (one packet: enough for what a simulator plays).
fn short_section(packet: &[u8]) -> Option<&[u8]> {
    let at = payload_at(packet)?;
    let begin = at + 1 + *packet.get(at)? as usize;
    let length = usize::from(*packet.get(begin + 1)? & 0x0F) << 8 | usize::from(*packet.get(begin + 2)?);
    packet.get(begin..begin + 3 + length)
}

/// `(programme number, PMT PID)` of a PAT packet.
pub(crate) fn parse_pat(packet: &[u8]) -> Vec<(u16, u16)> {
    let Some(section) = short_section(packet).filter(|s| s.len() >= 12 && s[0] == 0) else {
        return Vec::new();
    };
    section[8..section.len() - 4]
        .chunks_exact(4)
        .map(|e| (u16::from(e[0]) << 8 | u16::from(e[1]), u16::from(e[2] & 0x1F) << 8 | u16::from(e[3])))
        .filter(|(number, _)| *number != 0)
        .collect()
}

/// The programme map of a PMT packet.
pub(crate) fn parse_pmt(packet: &[u8]) -> Option<Programme> {
    let section = short_section(packet).filter(|s| s.len() >= 16 && s[0] == 2)?;
    let body = &section[..section.len() - 4];
    let mut at = 12 + (usize::from(body[10] & 0x0F) << 8 | usize::from(body[11]));
    let mut streams = Vec::new();
    while let Some(head) = body.get(at..at + 5) {
        let length = usize::from(head[3] & 0x0F) << 8 | usize::from(head[4]);
        let descriptors = body.get(at + 5..at + 5 + length)?.to_vec();
        let pid = u16::from(head[1] & 0x1F) << 8 | u16::from(head[2]);
        streams.push(Elementary { stream_type: head[0], pid, descriptors });
        at += 5 + length;
    }
    Some(Programme {
        number: u16::from(body[3]) << 8 | u16::from(body[4]),
        pcr_pid: u16::from(body[8] & 0x1F) << 8 | u16::from(body[9]),
        streams,
    })
}

/// CRC of sections (ISO 13818-1 annex A).
pub(crate) fn crc32(data: &[u8]) -> u32 {
    data.iter().fold(0xFFFF_FFFF, |mut crc, byte| {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ 0x04C1_1DB7 };
        }
        crc
    })
}

/// A long section: table id, its 16-bit extension, the bytes after `last_section_number`, and the CRC.
pub(crate) fn section(table: u8, extension: u16, number: u8, last: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len() + 9;
    let reserved = if table < 0x40 { 0xB0 } else { 0xF0 };
    let mut out =
        vec![table, reserved | (length >> 8) as u8, length as u8, (extension >> 8) as u8, extension as u8];
    out.extend([0xC1, number, last]);
    out.extend(body);
    let crc = crc32(&out);
    out.extend(crc.to_be_bytes());
    out
}

/// A PAT of these programmes.
pub(crate) fn pat(transport_stream: u16, programmes: &[(u16, u16)]) -> Vec<u8> {
    let mut body = vec![0, 0, 0xE0, 0x10]; // programme 0 is the network information on PID 0x10
    for (number, pid) in programmes {
        body.extend([(number >> 8) as u8, *number as u8, 0xE0 | (pid >> 8) as u8, *pid as u8]);
    }
    section(0, transport_stream, 0, 0, &body)
}

/// The PMT of a programme, with a version number below 32.
pub(crate) fn pmt(programme: &Programme, version: u8) -> Vec<u8> {
    let mut body = vec![0xE0 | (programme.pcr_pid >> 8) as u8, programme.pcr_pid as u8, 0xF0, 0];
    for stream in &programme.streams {
        let length = stream.descriptors.len();
        body.extend([stream.stream_type, 0xE0 | (stream.pid >> 8) as u8, stream.pid as u8]);
        body.extend([0xF0 | (length >> 8) as u8, length as u8]);
        body.extend(&stream.descriptors);
    }
    let mut out = section(2, programme.number, 0, 0, &body);
    out[5] |= (version & 0x1F) << 1;
    out.truncate(out.len() - 4);
    let crc = crc32(&out);
    out.extend(crc.to_be_bytes());
    out
}

/// A section as packets, continuity counters 0.
pub(crate) fn section_packets(pid: u16, section: &[u8]) -> Vec<[u8; PACKET]> {
    let mut data = vec![0];
    data.extend(section);
    let chunks = data.chunks(PACKET - 4).enumerate();
    chunks
        .map(|(at, chunk)| {
            let mut packet = [0xFF; PACKET];
            let start = if at == 0 { 0x40 } else { 0 };
            packet[..4].copy_from_slice(&[0x47, start | (pid >> 8) as u8, pid as u8, 0x10]);
            packet[4..4 + chunk.len()].copy_from_slice(chunk);
            packet
        })
        .collect()
}

/// A packet without payload that carries the PCR (to be filled in at offset 6).
pub(crate) fn pcr_packet(pid: u16, discontinuity: bool) -> [u8; PACKET] {
    let mut packet = [0xFF; PACKET];
    let flags = 0x10 | if discontinuity { 0x80 } else { 0 };
    packet[..6].copy_from_slice(&[0x47, (pid >> 8) as u8, pid as u8, 0x20, 183, flags]);
    packet[6..12].fill(0);
    packet
}

/// A packet without payload that announces a break of its PID's continuity and, on a PCR PID, of its clock.
pub(crate) fn break_packet(pid: u16) -> [u8; PACKET] {
    let mut packet = [0xFF; PACKET];
    packet[..6].copy_from_slice(&[0x47, (pid >> 8) as u8, pid as u8, 0x20, 183, 0x80]);
    packet
}

/// Packets of a file: those at the sync that most of it agrees on; junk between them is left out.
pub(crate) fn packets(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at + PACKET <= data.len() {
            let next_agrees = data.get(at + PACKET).is_none_or(|byte| *byte == 0x47);
            if data[at] == 0x47 && next_agrees {
                at += PACKET;
                return Some(&data[at - PACKET..at]);
            }
            at += 1;
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_and_clocks_are_read_as_written_up_to_the_wrap() {
        for value in [0, 1, 90_000, WRAP_90K - 1] {
            let mut field = [0x31, 0, 0, 0, 0];
            write_stamp(&mut field, value);
            assert_eq!(read_stamp(&field), value);
            assert_eq!(field[0] >> 4, 3);
            let mut packet = pcr_packet(0x100, false);
            write_pcr(&mut packet[6..12], value * 300 + 299);
            assert_eq!(pcr(&packet), Some((value * 300 + 299, 6)));
        }
    }

    #[test]
    fn tables_are_read_as_written_and_their_crc_is_right() {
        let programmes: Vec<_> = (1..=20).map(|n| (n * 3, 0x100 + n)).collect();
        let table = pat(0x3FB, &programmes);
        assert_eq!(crc32(&table), 0);
        let packets = section_packets(0, &table);
        assert_eq!(packets.len(), 1);
        assert_eq!(parse_pat(&packets[0]), programmes);
        let programme = Programme {
            number: 7,
            pcr_pid: 0x100,
            streams: vec![
                Elementary { stream_type: 0x1B, pid: 0x100, descriptors: Vec::new() },
                Elementary { stream_type: 6, pid: 0x101, descriptors: vec![0x6A, 1, 0] },
            ],
        };
        assert_eq!(parse_pmt(&section_packets(0x20, &pmt(&programme, 3))[0]), Some(programme));
    }
}
