//! Reading ISO base media boxes: ISO/IEC 14496-12 §4.2. Borrows; what claims more than there is ends its list.

/// A box.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) kind: [u8; 4],
    /// Where it begins in the bytes that were looked at.
    pub(super) at: usize,
    /// What is in it.
    pub(super) body: &'a [u8],
}

/// The boxes that lie side by side in `bytes`.
pub(super) fn boxes(bytes: &[u8]) -> impl Iterator<Item = Found<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let mut fields = Fields(rest);
        let (short, kind) = (fields.u32()? as u64, fields.array()?);
        let size = match short {
            0 => rest.len() as u64,
            1 => fields.u64()?,
            size => size,
        };
        let size = usize::try_from(size).ok()?;
        let head = rest.len() - fields.0.len();
        let body = rest.get(head..size)?;
        let found = Found { kind, at, body };
        at += size;
        Some(found)
    })
}

/// The first box of that kind.
pub(super) fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|found| found.kind == *kind).map(|found| found.body)
}

/// The first box on that way.
pub(super) fn at<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(bytes, |bytes, kind| child(bytes, kind))
}

/// Fields, one after the other; none: there are no more.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(first)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Version and flags of a full box (§4.2.2).
    pub(super) fn full(&mut self) -> Option<(u8, u32)> {
        let word = self.u32()?;
        Some(((word >> 24) as u8, word & 0x00FF_FFFF))
    }

    /// 64 bits in version 1 of a box, 32 before.
    pub(super) fn wide(&mut self, version: u8) -> Option<u64> {
        if version == 1 { self.u64() } else { self.u32().map(u64::from) }
    }
}
