//! AAC in LOAS frames: ISO/IEC 14496-3 §1.7 (AudioSyncStream, AudioMuxElement, StreamMuxConfig). What is read is what times a
//! frame: rate, samples, channels. Frames may say "as before", so the configuration is kept by who cuts the stream
//! ([`super::audio::Splitter`]); payloads are not taken apart.

use super::aac::RATES;
use super::audio::FrameHeader;

/// Bytes of AudioSyncStream before its element: sync word and length.
const SYNC_HEADER: usize = 3;

/// What a frame says of its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mux {
    /// As in the frame before.
    AsBefore,
    /// Rate, samples and channels.
    Given {
        /// Samples per second, before any spectral band replication.
        rate: u32,
        /// Samples per channel in the frame, at that rate.
        samples: u32,
        /// Channels.
        channels: u8,
    },
    /// More programmes or layers than one, or an extension that nobody broadcasts.
    Unknown,
}

/// Reads an AudioSyncStream header. Rate, samples and channels stand in the configuration (see [`mux`]); here is what most
/// broadcasters send.
pub fn header(bytes: &[u8]) -> Option<FrameHeader> {
    if bytes.len() < SYNC_HEADER || bytes[0] != 0x56 || bytes[1] & 0xE0 != 0xE0 {
        return None;
    }
    let length = SYNC_HEADER + (usize::from(bytes[1] & 0x1F) << 8 | usize::from(bytes[2]));
    Some(FrameHeader { length, samples: 1024, rate: 48_000, channels: 2 })
}

/// What the AudioMuxElement of a whole frame says of its configuration (§1.7.3, tables 1.41 and 1.42).
pub fn mux(frame: &[u8]) -> Mux {
    let mut bits = Bits { bytes: frame.get(SYNC_HEADER..).unwrap_or(&[]), at: 0 };
    match bits.take(1) {
        Some(1) => Mux::AsBefore,
        Some(_) => config(&mut bits).unwrap_or(Mux::Unknown),
        None => Mux::Unknown,
    }
}

/// StreamMuxConfig of one programme with one layer, up to what times its frames.
fn config(bits: &mut Bits<'_>) -> Option<Mux> {
    let version = bits.take(1)?;
    if version == 1 {
        if bits.take(1)? == 1 {
            return None; // audioMuxVersionA: reserved
        }
        bits.value()?; // taraBufferFullness
    }
    bits.take(1)?; // allStreamsSameTimeFraming
    let subframes = bits.take(6)? + 1;
    if bits.take(4)? != 0 || bits.take(3)? != 0 {
        return None;
    }
    if version == 1 {
        bits.value()?; // ascLen
    }
    // AudioSpecificConfig (§1.6.2.1).
    let object = bits.object()?;
    let rate = bits.rate()?;
    let channels = match bits.take(4)? {
        7 => 8,
        0 => 2, // in a programme config element
        n => n as u8,
    };
    if object == 5 || object == 29 {
        bits.rate()?; // what spectral band replication makes of it
        bits.object()?;
    }
    let short = bits.take(1)? == 1; // frameLengthFlag (§4.4.1)
    Some(Mux::Given { rate, samples: subframes * if short { 960 } else { 1024 }, channels })
}

/// Bits, the most significant first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// LatmGetValue (table 1.43): one to four bytes.
    fn value(&mut self) -> Option<u32> {
        let bytes = self.take(2)? + 1;
        self.take(8 * bytes)
    }

    /// Audio object type (table 1.16): 5 bits, or 11.
    fn object(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            object => Some(object),
        }
    }

    /// Sampling frequency by index, or in full.
    fn rate(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24).filter(|rate| (1_000..=192_000).contains(rate)),
            index => RATES.get(index as usize).copied(),
        }
    }
}
