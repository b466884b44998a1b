//! Programme specific information: sections (ISO/IEC 13818-1 §2.4.4), the programme association and
//! map tables, and the descriptors that DVB hangs on streams (ETSI EN 300 468 §6.2).
//!
//! Parsing is lenient where real multiplexes are sloppy and strict where a mistake would show the wrong
//! programme: a section counts only with a correct CRC.

use super::packet::{PACKET, Packet, SYNC};

/// Longest PSI section in bytes (§2.4.4.3: 1,024 with the three bytes of the header).
const SECTION_LIMIT: usize = 1024;
/// Streams that a programme map may list; 1,024 bytes hold no more than about 200.
const STREAM_LIMIT: usize = 200;

/// CRC-32 of ISO/IEC 13818-1 Annex A (polynomial 0x04C11DB7, no reflection). Zero over a good section.
pub fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0u32; 256];
        let mut i = 0;
        while i < 256 {
            let mut crc = (i as u32) << 24;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 0x8000_0000 != 0 { (crc << 1) ^ 0x04C1_1DB7 } else { crc << 1 };
                bit += 1;
            }
            table[i] = crc;
            i += 1;
        }
        table
    };
    bytes.iter().fold(u32::MAX, |crc, byte| (crc << 8) ^ TABLE[((crc >> 24) as u8 ^ byte) as usize])
}

/// Assembles the sections of one PID.
#[derive(Default)]
pub struct Sections {
    buffer: Vec<u8>,
    running: bool,
    /// Sections dropped for a wrong CRC or an impossible length.
    pub damaged: u64,
}

impl Sections {
    /// Takes one packet's payload; calls `each` with every complete section whose CRC is right.
    pub fn push(&mut self, packet: &Packet<'_>, mut each: impl FnMut(&[u8])) {
        let payload = packet.payload();
        if !packet.unit_start() {
            if self.running {
                self.buffer.extend_from_slice(payload);
                self.drain(&mut each);
            }
            return;
        }
        let Some((&pointer, rest)) = payload.split_first() else { return };
        let Some((tail, head)) = rest.split_at_checked(pointer as usize) else {
            self.damaged += 1;
            return;
        };
        if self.running {
            self.buffer.extend_from_slice(tail);
            self.drain(&mut each);
        }
        self.buffer.clear();
        self.buffer.extend_from_slice(head);
        self.running = true;
        self.drain(&mut each);
    }

    fn drain(&mut self, each: &mut impl FnMut(&[u8])) {
        loop {
            if self.buffer.first().is_none_or(|id| *id == 0xFF) {
                self.buffer.clear();
                return;
            }
            if self.buffer.len() < 3 {
                return;
            }
            let length = 3 + (usize::from(self.buffer[1] & 0x0F) << 8 | usize::from(self.buffer[2]));
            if length > SECTION_LIMIT {
                self.damaged += 1;
                self.buffer.clear();
                self.running = false;
                return;
            }
            if self.buffer.len() < length {
                return;
            }
            if crc32(&self.buffer[..length]) == 0 {
                each(&self.buffer[..length]);
            } else {
                self.damaged += 1;
            }
            self.buffer.drain(..length);
        }
    }
}

/// The programme association table, one section of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pat {
    /// Transport stream id.
    pub transport_stream_id: u16,
    /// Version, 5 bits.
    pub version: u8,
    /// (programme number, PID of its map); the network PID (programme 0) is left out.
    pub programmes: Vec<(u16, u16)>,
}

impl Pat {
    /// Reads a section with table id 0 that is in force now.
    pub fn parse(section: &[u8]) -> Option<Self> {
        if section.len() < 12 || section[0] != 0x00 || section[5] & 1 == 0 {
            return None;
        }
        let programmes = section[8..section.len() - 4]
            .chunks_exact(4)
            .map(|entry| (be16(entry, 0), be16(entry, 2) & 0x1FFF))
            .filter(|(number, _)| *number != 0)
            .collect();
        Some(Self { transport_stream_id: be16(section, 3), version: section[5] >> 1 & 0x1F, programmes })
    }

    /// The section's bytes, CRC included.
    pub fn section(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(4 * self.programmes.len());
        for (number, pid) in &self.programmes {
            body.extend_from_slice(&number.to_be_bytes());
            body.extend_from_slice(&(0xE000 | pid).to_be_bytes());
        }
        long_section(0x00, self.transport_stream_id, self.version, &body)
    }
}

/// What an elementary stream carries, as far as the map tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// ISO/IEC 13818-2 (or 11172-2).
    Mpeg2Video,
    /// Rec. ITU-T H.264.
    H264,
    /// Rec. ITU-T H.265.
    Hevc,
    /// MPEG-1 or MPEG-2 audio, layers I to III.
    MpegAudio,
    /// AAC in ADTS frames.
    AacAdts,
    /// AAC in LATM/LOAS.
    AacLatm,
    /// AC-3.
    Ac3,
    /// Enhanced AC-3.
    Eac3,
    /// EBU teletext in PES.
    Teletext,
    /// DVB subtitles in PES.
    DvbSubtitle,
    /// Anything else; the stream type as found.
    Other(u8),
}

impl Kind {
    /// Whether this is a picture.
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mpeg2Video | Self::H264 | Self::Hevc)
    }

    /// Whether this is sound.
    pub fn is_audio(self) -> bool {
        matches!(self, Self::MpegAudio | Self::AacAdts | Self::AacLatm | Self::Ac3 | Self::Eac3)
    }
}

/// One elementary stream of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its PID.
    pub pid: u16,
    /// `stream_type` as found.
    pub stream_type: u8,
    /// What it carries.
    pub kind: Kind,
    /// ISO 639 language, lower case, of its first entry.
    pub language: Option<[u8; 3]>,
    /// `audio_type` of the language descriptor: 0 undefined, 1 clean effects, 2 hearing impaired, 3 visual impaired commentary.
    pub audio_type: u8,
    /// Descriptors as found, to be written again.
    pub descriptors: Vec<u8>,
}

/// The programme map table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pmt {
    /// Programme (service) number.
    pub programme: u16,
    /// Version, 5 bits.
    pub version: u8,
    /// PID that carries the clock.
    pub pcr_pid: u16,
    /// A conditional access descriptor stands somewhere in the map.
    pub scrambled: bool,
    /// Elementary streams in their order.
    pub streams: Vec<Stream>,
}

impl Pmt {
    /// Reads a section with table id 2 that is in force now.
    pub fn parse(section: &[u8]) -> Option<Self> {
        if section.len() < 16 || section[0] != 0x02 || section[5] & 1 == 0 {
            return None;
        }
        let end = section.len() - 4;
        let mut at = 12 + usize::from(be16(section, 10) & 0x0FFF);
        let mut scrambled = descriptors(section.get(12..at.min(end))?).any(|(tag, _)| tag == 0x09);
        let mut streams = Vec::new();
        while at + 5 <= end && streams.len() < STREAM_LIMIT {
            let from = at + 5;
            let to = (from + usize::from(be16(section, at + 3) & 0x0FFF)).min(end);
            let stream = Stream::read(section[at], be16(section, at + 1) & 0x1FFF, &section[from..to]);
            scrambled |= descriptors(&stream.descriptors).any(|(tag, _)| tag == 0x09);
            streams.push(stream);
            at = to;
        }
        Some(Self {
            programme: be16(section, 3),
            version: section[5] >> 1 & 0x1F,
            pcr_pid: be16(section, 8) & 0x1FFF,
            scrambled,
            streams,
        })
    }

    /// The section's bytes, CRC included; conditional access descriptors are left out.
    pub fn section(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(64);
        body.extend_from_slice(&(0xE000 | self.pcr_pid).to_be_bytes());
        body.extend_from_slice(&0xF000u16.to_be_bytes());
        for stream in &self.streams {
            let kept: Vec<u8> = descriptors(&stream.descriptors)
                .filter(|(tag, _)| *tag != 0x09)
                .flat_map(|(tag, data)| [tag, data.len() as u8].into_iter().chain(data.iter().copied()))
                .collect();
            body.push(stream.stream_type);
            body.extend_from_slice(&(0xE000 | stream.pid).to_be_bytes());
            body.extend_from_slice(&(0xF000 | kept.len() as u16).to_be_bytes());
            body.extend_from_slice(&kept);
        }
        long_section(0x02, self.programme, self.version, &body)
    }
}

impl Stream {
    /// One that carries `kind`, as a map says it in Europe (EN 300 468 Annex D).
    pub fn new(pid: u16, kind: Kind, language: Option<[u8; 3]>, audio_type: u8) -> Self {
        let (stream_type, mut descriptors) = match kind {
            Kind::Mpeg2Video => (0x02, Vec::new()),
            Kind::H264 => (0x1B, Vec::new()),
            Kind::Hevc => (0x24, Vec::new()),
            Kind::MpegAudio => (0x03, Vec::new()),
            Kind::AacAdts => (0x0F, Vec::new()),
            Kind::AacLatm => (0x11, Vec::new()),
            Kind::Ac3 => (0x06, vec![0x6A, 1, 0]),
            Kind::Eac3 => (0x06, vec![0x7A, 1, 0]),
            _ => (0x06, Vec::new()),
        };
        if let Some([a, b, c]) = language {
            descriptors.extend_from_slice(&[0x0A, 4, a, b, c, audio_type]);
        }
        Self { pid, stream_type, kind, language, audio_type, descriptors }
    }

    fn read(stream_type: u8, pid: u16, bytes: &[u8]) -> Self {
        let mut kind = match stream_type {
            0x01 | 0x02 => Kind::Mpeg2Video,
            0x03 | 0x04 => Kind::MpegAudio,
            0x0F => Kind::AacAdts,
            0x11 => Kind::AacLatm,
            0x1B => Kind::H264,
            0x24 => Kind::Hevc,
            0x81 => Kind::Ac3,
            0x87 => Kind::Eac3,
            other => Kind::Other(other),
        };
        let mut language = None;
        let mut audio_type = 0;
        for (tag, data) in descriptors(bytes) {
            // Descriptors say what private data (stream type 6) is: EN 300 468 §6.2, Annex D.
            let private = matches!(kind, Kind::Other(0x06));
            match tag {
                0x0A if data.len() >= 4 => {
                    language = language_of(&data[..3]);
                    audio_type = data[3];
                }
                0x05 if private && data.starts_with(b"AC-3") => kind = Kind::Ac3,
                0x05 if private && data.starts_with(b"EAC3") => kind = Kind::Eac3,
                0x05 if private && data.starts_with(b"HEVC") => kind = Kind::Hevc,
                0x6A if private => kind = Kind::Ac3,
                0x7A if private => kind = Kind::Eac3,
                0x7C if private => kind = Kind::AacAdts,
                0x56 if private => {
                    kind = Kind::Teletext;
                    language = data.get(..3).and_then(language_of);
                }
                0x59 if private => {
                    kind = Kind::DvbSubtitle;
                    language = data.get(..3).and_then(language_of);
                }
                _ => {}
            }
        }
        Self { pid, stream_type, kind, language, audio_type, descriptors: bytes.to_vec() }
    }
}

/// The descriptors in `bytes`; stops where one claims more than there is.
pub fn descriptors(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (&[tag, length], rest) = bytes.split_first_chunk::<2>()?;
        let (data, rest) = rest.split_at_checked(length as usize)?;
        bytes = rest;
        Some((tag, data))
    })
}

/// Cuts a section into packets of `pid`, counting on from `continuity`; appends them to `out`.
pub fn packetise(section: &[u8], pid: u16, continuity: &mut u8, out: &mut Vec<u8>) {
    let mut rest = section;
    let mut first = true;
    while first || !rest.is_empty() {
        let start = out.len();
        let unit = if first { 0x40 } else { 0 };
        out.extend_from_slice(&[SYNC, unit | (pid >> 8) as u8, pid as u8, 0x10 | (*continuity & 0x0F)]);
        *continuity = continuity.wrapping_add(1) & 0x0F;
        if first {
            out.push(0);
        }
        let take = rest.len().min(start + PACKET - out.len());
        out.extend_from_slice(&rest[..take]);
        out.resize(start + PACKET, 0xFF);
        rest = &rest[take..];
        first = false;
    }
}

fn long_section(table: u8, extension: u16, version: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(12 + body.len());
    out.push(table);
    out.extend_from_slice(&(0xB000 | (body.len() as u16 + 9)).to_be_bytes());
    out.extend_from_slice(&extension.to_be_bytes());
    out.extend_from_slice(&[0xC1 | (version & 0x1F) << 1, 0, 0]);
    out.extend_from_slice(body);
    let crc = crc32(&out);
    out.extend_from_slice(&crc.to_be_bytes());
    out
}

fn language_of(code: &[u8]) -> Option<[u8; 3]> {
    let code: [u8; 3] = code.try_into().ok()?;
    code.iter().all(u8::is_ascii_alphabetic).then(|| code.map(|c| c.to_ascii_lowercase()))
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}
