//! Sound in frames, whatever the codec: each begins with a header that tells its length.

use super::{aac, ac3, mpa};
use crate::ts::psi::Kind;

/// What a frame's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Bytes of the whole frame.
    pub length: usize,
    /// Samples per channel that it stands for, at `rate`.
    pub samples: u32,
    /// Samples per second.
    pub rate: u32,
    /// Channels, the low-frequency one counted.
    pub channels: u8,
}

/// Longest header that any of the codecs needs to see.
pub const HEADER: usize = 9;

/// Reads a frame header of codec `kind`; `None` if `bytes` do not begin with one.
pub fn header(kind: Kind, bytes: &[u8]) -> Option<FrameHeader> {
    match kind {
        Kind::AacAdts => aac::adts(bytes),
        Kind::AacLatm => aac::loas(bytes),
        Kind::Ac3 | Kind::Eac3 => ac3::header(bytes),
        Kind::MpegAudio => mpa::header(bytes),
        _ => None,
    }
}

/// What sound of `kind` is taken for while none of its frames has come: stereo at 48 kHz, as a header that [`header`] reads.
pub fn presumed(kind: Kind) -> [u8; 8] {
    match kind {
        Kind::Ac3 => [0x0B, 0x77, 0x00, 0x00, 0x14, 0x40, 0x40, 0x00],
        Kind::Eac3 => [0x0B, 0x77, 0x00, 0xFF, 0x34, 0x80, 0x00, 0x00],
        Kind::MpegAudio => [0xFF, 0xFD, 0xA4, 0x00, 0x00, 0x00, 0x00, 0x00],
        // ADTS, also for what LOAS wraps: it is read as such by whoever makes silence of it.
        _ => [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x1F, 0xFC, 0x00],
    }
}

/// Cuts an elementary stream into frames.
pub struct Splitter {
    kind: Kind,
    buffer: Vec<u8>,
    /// What frames that do not say it themselves stand for (LATM).
    configured: Option<FrameHeader>,
    /// Bytes skipped because no frame began there.
    pub skipped: u64,
}

/// A frame may not be longer than this (ADTS: 13 bits; LOAS: 13 bits + 3).
const FRAME_LIMIT: usize = 8_195;

impl Splitter {
    /// For one stream of codec `kind`.
    pub fn new(kind: Kind) -> Self {
        Self { kind, buffer: Vec::new(), configured: None, skipped: 0 }
    }

    /// The header of a whole frame, as far as it can be known.
    fn known(
        configured: &mut Option<FrameHeader>,
        kind: Kind,
        frame: &[u8],
        header: FrameHeader,
    ) -> Option<FrameHeader> {
        if kind != Kind::AacLatm {
            return Some(header);
        }
        *configured = aac::latm(frame).or(*configured);
        configured.map(|known| FrameHeader { length: header.length, ..known })
    }

    /// Bytes that wait for the rest of their frame.
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// Forgets a frame begun: what comes next does not continue it.
    pub fn reset(&mut self) {
        self.skipped += self.buffer.len() as u64;
        self.buffer.clear();
    }

    /// Takes bytes; calls `each` with each whole frame, its header, and where it began relative to `bytes`
    /// (negative: in bytes pushed before).
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8], FrameHeader, i64)) {
        let carried = self.buffer.len();
        self.buffer.extend_from_slice(bytes);
        let mut at = 0;
        while at + HEADER <= self.buffer.len() {
            match header(self.kind, &self.buffer[at..]) {
                Some(header) if header.length <= FRAME_LIMIT => {
                    let end = at + header.length;
                    // A header is trusted when another follows, or when the bytes end with the frame.
                    let more = self.buffer.get(end..).unwrap_or(&[]);
                    if end > self.buffer.len() {
                        break;
                    }
                    if more.len() >= HEADER && self::header(self.kind, more).is_none() {
                        self.skipped += 1;
                        at += 1;
                        continue;
                    }
                    if let Some(header) =
                        Self::known(&mut self.configured, self.kind, &self.buffer[at..end], header)
                    {
                        each(&self.buffer[at..end], header, at as i64 - carried as i64);
                    }
                    at = end;
                }
                _ => {
                    self.skipped += 1;
                    at += 1;
                }
            }
        }
        self.buffer.drain(..at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_presumed_is_stereo_at_48_khz() {
        let lengths = [(Kind::AacAdts, 1024), (Kind::Ac3, 1536), (Kind::Eac3, 1536), (Kind::MpegAudio, 1152)];
        for (kind, samples) in lengths {
            let header =
                header(kind, &presumed(kind)).map(|header| (header.samples, header.rate, header.channels));
            assert_eq!(header, Some((samples, 48_000, 2)), "{kind:?}");
        }
    }
}
