//! Sound in frames, whatever the codec: each begins with a header that tells its length.

use super::{aac, ac3, loas, mpa};
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
        Kind::AacLatm => loas::header(bytes),
        Kind::Ac3 | Kind::Eac3 => ac3::header(bytes),
        Kind::MpegAudio => mpa::header(bytes),
        _ => None,
    }
}

/// Hears whether a stream that is announced as MPEG audio is AAC in ADTS frames: encoders exist that say so wrongly. Where MPEG audio
/// has its layer, ADTS has two zero bits, so no stream can be both; that two PES packets in a row begin with the same
/// 28 bits of an ADTS header is no accident.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ear {
    last: Option<[u8; 4]>,
    /// It is AAC.
    pub aac: bool,
}

impl Ear {
    /// Takes the first bytes of a PES packet's payload; says whether this is the moment when it is known to be AAC.
    pub fn hear(&mut self, payload: &[u8]) -> bool {
        let fixed = aac::adts(payload).map(|_| [payload[0], payload[1], payload[2], payload[3] & 0xF0]);
        let known = !self.aac && fixed.is_some() && fixed == self.last;
        self.last = fixed;
        self.aac |= known;
        known
    }
}

/// Cuts an elementary stream into frames.
pub struct Splitter {
    kind: Kind,
    buffer: Vec<u8>,
    /// LOAS: the configuration in force, for frames that only say "as before".
    mux: Option<loas::Mux>,
    /// Bytes skipped because no frame began there.
    pub skipped: u64,
}

/// A frame may not be longer than this (ADTS: 13 bits; LOAS: 13 bits + 3).
const FRAME_LIMIT: usize = 8_195;

impl Splitter {
    /// For one stream of codec `kind`.
    pub fn new(kind: Kind) -> Self {
        Self { kind, buffer: Vec::new(), mux: None, skipped: 0 }
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
                    match self.timed(&self.buffer[at..end], header) {
                        Some((header, mux)) => {
                            self.mux = mux;
                            each(&self.buffer[at..end], header, at as i64 - carried as i64);
                        }
                        None => self.skipped += header.length as u64,
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

    /// The header of a whole frame with what only the stream tells; `None`: nothing that can be timed, or decoded, yet.
    fn timed(&self, frame: &[u8], header: FrameHeader) -> Option<(FrameHeader, Option<loas::Mux>)> {
        if self.kind != Kind::AacLatm {
            return Some((header, None));
        }
        let mux = match loas::mux(frame) {
            loas::Mux::AsBefore => self.mux?,
            mux => mux,
        };
        let header = match mux {
            loas::Mux::Given { rate, samples, channels } => FrameHeader { samples, rate, channels, ..header },
            _ => header,
        };
        Some((header, Some(mux)))
    }
}
