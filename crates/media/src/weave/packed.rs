//! Packed audio: frames of sound without a container, behind an ID3 tag that says when they are heard (RFC 8216 §3.4).

use crate::codec::audio::{self, Splitter};
use crate::time::HZ;
use crate::ts::psi::Kind;

/// Whose tag says the time of the first sample.
const OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";

/// What a segment of packed audio is.
pub(super) struct Packed<'a> {
    pub(super) kind: Kind,
    /// When its first frame is heard (ticks of 90 kHz, 33 bits), if it says it.
    pub(super) time: Option<i64>,
    frames: &'a [u8],
}

/// Reads what stands before the frames; none: it is something else.
pub(super) fn read(bytes: &[u8]) -> Option<Packed<'_>> {
    let (mut rest, mut time) = (bytes, None);
    while let Some((tag, behind)) = tag(rest) {
        time = time.or_else(|| timestamp(tag));
        rest = behind;
    }
    let kind = match rest {
        // Enhanced AC-3 names itself in `bsid` (ETSI TS 102 366 §E.1.3.1.6).
        [0x0B, 0x77, _, _, _, bsid, ..] => {
            if bsid >> 3 > 10 {
                Kind::Eac3
            } else {
                Kind::Ac3
            }
        }
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Kind::AacAdts,
        [0xFF, second, ..] if second & 0xE0 == 0xE0 => Kind::MpegAudio,
        _ => return None,
    };
    audio::header(kind, rest)?;
    Some(Packed { kind, time, frames: rest })
}

impl Packed<'_> {
    /// Calls `each` with every frame and how long it is heard after the first (ticks); says how long all are.
    pub(super) fn frames(&self, mut each: impl FnMut(&[u8], i64)) -> i64 {
        let (mut time, mut splitter) = (0.0, Splitter::new(self.kind));
        splitter.push(self.frames, |frame, header, _| {
            each(frame, time as i64);
            time += f64::from(header.samples) * HZ as f64 / f64::from(header.rate.max(1));
        });
        time as i64
    }
}

/// The body of an ID3v2 tag at the start of `bytes`, and what is behind it.
fn tag(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<10>()?;
    if !head.starts_with(b"ID3") {
        return None;
    }
    let size = head[6..].iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7F));
    rest.split_at_checked(size)
}

/// The time in a tag's PRIV frame.
fn timestamp(tag: &[u8]) -> Option<i64> {
    let at = memchr::memmem::find(tag, OWNER)? + OWNER.len();
    let time = tag.get(at..)?.first_chunk::<8>()?;
    Some(i64::from_be_bytes(*time) & 0x1_FFFF_FFFF)
}
