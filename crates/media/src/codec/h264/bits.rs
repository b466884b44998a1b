//! Bits of a NAL unit: emulation prevention (Rec. ITU-T H.264 7.4.1), Exp-Golomb codes (9.1), reading and copying at bit positions.

/// The bytes of `unit` without emulation prevention bytes; the NAL unit's header stays in front.
pub(in crate::codec) fn unescape(unit: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(unit.len());
    let mut rest = unit;
    while let Some(at) = memchr::memmem::find(rest, &[0, 0, 3]) {
        out.extend_from_slice(&rest[..at + 2]);
        rest = &rest[at + 3..];
    }
    out.extend_from_slice(rest);
    out
}

/// The opposite of [`unescape`].
pub(in crate::codec) fn escape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 64 + 1);
    let mut zeros = 0;
    for &byte in raw {
        if zeros >= 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        out.push(byte);
        zeros = if byte == 0 { zeros + 1 } else { 0 };
    }
    // A unit never ends in a zero byte; cabac_zero_words (7.3.2.10) do.
    if zeros > 0 {
        out.push(3);
    }
    out
}

/// Reads bits; `None` behind the end.
pub(in crate::codec) struct Bits<'a> {
    bytes: &'a [u8],
    /// Bits read so far.
    pub(in crate::codec) position: usize,
}

impl<'a> Bits<'a> {
    /// From bit `position` of `bytes`.
    pub(in crate::codec) fn new(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position }
    }

    /// One bit.
    pub(in crate::codec) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.position / 8)?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Some(bit == 1)
    }

    /// `u(count)`, at most 32 bits.
    pub(in crate::codec) fn number(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| Some(value << 1 | u32::from(self.flag()?)))
    }

    /// Goes `count` bits on, if there are so many.
    pub(in crate::codec) fn skip(&mut self, count: usize) -> Option<()> {
        let to = self.position.checked_add(count).filter(|to| *to <= self.bytes.len() * 8)?;
        self.position = to;
        Some(())
    }

    /// `ue(v)`.
    pub(in crate::codec) fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.number(zeros)?)
    }

    /// `se(v)`
    pub(in crate::codec) fn signed(&mut self) -> Option<i32> {
        let code = i64::from(self.unsigned()?);
        i32::try_from(if code % 2 == 1 { (code + 1) / 2 } else { -code / 2 }).ok()
    }
}

/// Writes bits.
#[derive(Default)]
pub(in crate::codec) struct BitWriter {
    out: Vec<u8>,
    /// Bits of the last byte that are written; 0: it is full.
    used: u32,
}

impl BitWriter {
    /// One bit.
    pub(in crate::codec) fn flag(&mut self, bit: bool) {
        if self.used == 0 {
            self.out.push(0);
        }
        if let Some(last) = self.out.last_mut() {
            *last |= u8::from(bit) << (7 - self.used);
        }
        self.used = (self.used + 1) % 8;
    }

    /// `u(count)`.
    pub(in crate::codec) fn number(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.flag(value >> bit & 1 == 1);
        }
    }

    /// `ue(v)` of a value that [`Bits::unsigned`] can give.
    pub(in crate::codec) fn unsigned(&mut self, value: u32) {
        let code = u64::from(value) + 1;
        let length = code.ilog2();
        self.number(0, length);
        self.flag(true);
        self.number((code - (1 << length)) as u32, length);
    }

    /// `se(v)` of a small value.
    pub(in crate::codec) fn signed(&mut self, value: i32) {
        self.unsigned(if value > 0 { value as u32 * 2 - 1 } else { value.unsigned_abs() * 2 });
    }

    /// Copies the bits `from..to` of `bytes`.
    pub(in crate::codec) fn copy(&mut self, bytes: &[u8], from: usize, to: usize) {
        let mut reader = Bits::new(bytes, from);
        while reader.position < to && (self.used != 0 || to - reader.position < 8) {
            let Some(bit) = reader.flag() else { return };
            self.flag(bit);
        }
        // Whole bytes from here on: each is made of two.
        let (mut at, shift) = (reader.position / 8, reader.position % 8);
        while to.saturating_sub(at * 8 + shift) >= 8 {
            let pair = u16::from(bytes[at]) << 8 | bytes.get(at + 1).map_or(0, |next| u16::from(*next));
            self.out.push((pair >> (8 - shift)) as u8);
            at += 1;
        }
        let mut reader = Bits::new(bytes, at * 8 + shift);
        while reader.position < to {
            let Some(bit) = reader.flag() else { return };
            self.flag(bit);
        }
    }

    /// Fills the last byte with `bit`.
    pub(in crate::codec) fn align(&mut self, bit: bool) {
        while self.used != 0 {
            self.flag(bit);
        }
    }

    /// Appends bytes; the writer must be aligned.
    pub(in crate::codec) fn bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.used, 0, "bytes begin at a byte");
        self.out.extend_from_slice(bytes);
    }

    /// What was written, the last byte filled with zeros.
    pub(in crate::codec) fn finish(self) -> Vec<u8> {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Emulation prevention comes off again, and leaves nothing that looks like a start code.
        #[test]
        fn escaped_bytes_come_back(
            mut raw in proptest::collection::vec(prop_oneof![0u8..5, any::<u8>()], 0..200),
            words in 0usize..3,
        ) {
            // The stop bit, and cabac_zero_words.
            raw.push(0x80);
            raw.resize(raw.len() + 2 * words, 0);
            let escaped = escape(&raw);
            prop_assert_eq!(unescape(&escaped), raw);
            prop_assert!(escaped.windows(3).all(|three| three[..2] != [0, 0] || three[2] >= 3));
            prop_assert!(escaped.last() != Some(&0));
        }

        /// What is written is read, wherever it begins; what is copied stays the same.
        #[test]
        fn written_bits_are_read(
            lead in 0u32..8,
            unsigned in 0u32..u32::MAX,
            signed in -1000i32..1000,
            bytes in proptest::collection::vec(any::<u8>(), 1..40),
            from in 0usize..20,
        ) {
            let mut out = BitWriter::default();
            out.number(0, lead);
            out.unsigned(unsigned);
            out.signed(signed);
            let from = from.min(bytes.len() * 8);
            let to = bytes.len() * 8;
            out.copy(&bytes, from, to);
            out.flag(true);
            let written = out.finish();
            let mut bits = Bits::new(&written, lead as usize);
            prop_assert_eq!(bits.unsigned(), Some(unsigned));
            prop_assert_eq!(bits.signed(), Some(signed));
            let mut wanted = Bits::new(&bytes, from);
            while wanted.position < to {
                prop_assert_eq!(bits.flag(), wanted.flag());
            }
            prop_assert_eq!(bits.flag(), Some(true));
        }
    }
}
