//! Samples in the form in which a transport stream carries them.

use crate::ts::psi::Kind;

/// What samples are, and what they need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// H.264: bytes of a length, and the parameter sets in Annex B form.
    Avc { length: u8, sets: Vec<u8> },
    /// HEVC, likewise.
    Hevc { length: u8, sets: Vec<u8> },
    /// AAC: what each ADTS header says.
    Aac { profile: u8, index: u8, channels: u8 },
    /// Frames that stand for themselves.
    Frames(Kind),
}

/// An ADTS frame is not longer (13 bits).
const ADTS_MOST: usize = (1 << 13) - 1;
/// A unit of another kind than a slice: what follows it decides.
const UNKNOWN: u8 = 0xFF;

impl Form {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Avc { .. } => Kind::H264,
            Self::Hevc { .. } => Kind::Hevc,
            Self::Aac { .. } => Kind::AacAdts,
            Self::Frames(kind) => *kind,
        }
    }

    /// Appends a sample to `out`; says whether it could be read, and if it could not, nothing is appended. `sync`: the container calls it a random access point.
    pub(super) fn write(&self, sample: &[u8], sync: bool, out: &mut Vec<u8>) -> bool {
        let before = out.len();
        let done = match self {
            Self::Avc { length, sets } => {
                let units = Units { rest: sample, length: *length };
                let kinds = || units.clone().filter_map(|unit| unit.first().map(|byte| byte & 0x1F));
                let begins = sync || kinds().any(|kind| kind == 5);
                out.extend_from_slice(&[0, 0, 0, 1, 9, 0xF0]);
                if begins && !kinds().any(|kind| kind == 7) {
                    out.extend_from_slice(sets);
                }
                units.write(out, |unit| unit[0] & 0x1F == 9)
            }
            Self::Hevc { length, sets } => {
                let units = Units { rest: sample, length: *length };
                let kinds =
                    || units.clone().map(|unit| unit.first().map_or(UNKNOWN, |byte| byte >> 1 & 0x3F));
                let begins = sync || kinds().any(|kind| (16..=21).contains(&kind));
                out.extend_from_slice(&[0, 0, 0, 1, 0x46, 1, 0x50]);
                if begins && !kinds().any(|kind| kind == 33) {
                    out.extend_from_slice(sets);
                }
                units.write(out, |unit| unit[0] >> 1 & 0x3F == 35)
            }
            Self::Aac { profile, index, channels } => {
                let whole = sample.len() + 7;
                if whole <= ADTS_MOST {
                    out.extend_from_slice(&[
                        0xFF,
                        0xF1,
                        profile << 6 | index << 2 | channels >> 2,
                        channels << 6 | (whole >> 11) as u8,
                        (whole >> 3) as u8,
                        (whole << 5) as u8 | 0x1F,
                        0xFC,
                    ]);
                    out.extend_from_slice(sample);
                }
                whole <= ADTS_MOST
            }
            Self::Frames(_) => {
                out.extend_from_slice(sample);
                true
            }
        };
        if !done {
            out.truncate(before);
        }
        done
    }
}

/// NAL units behind their lengths (ISO/IEC 14496-15 §5.3.4.2).
#[derive(Clone)]
struct Units<'a> {
    rest: &'a [u8],
    length: u8,
}

impl Units<'_> {
    /// Appends all but those that are not `wanted`; whether they filled the sample.
    fn write(mut self, out: &mut Vec<u8>, unwanted: impl Fn(&[u8]) -> bool) -> bool {
        let mut any = false;
        for unit in self.by_ref().filter(|unit| !unit.is_empty() && !unwanted(unit)) {
            out.extend_from_slice(&[0, 0, 0, 1]);
            out.extend_from_slice(unit);
            any = true;
        }
        any && self.rest.is_empty()
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_at_checked(usize::from(self.length))?;
        let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let (unit, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(unit)
    }
}
