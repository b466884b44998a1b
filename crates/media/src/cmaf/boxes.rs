//! Writing ISO base media boxes: ISO/IEC 14496-12 §4.2. A box is opened, filled and closed; closing sets its size.

/// A buffer of boxes.
#[derive(Default)]
pub(super) struct Boxes {
    pub(super) out: Vec<u8>,
}

impl Boxes {
    /// A box of `kind` whose content `fill` writes.
    pub(super) fn wrap(&mut self, kind: &[u8; 4], fill: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.u32(0);
        self.out.extend_from_slice(kind);
        fill(self);
        let size = (self.out.len() - start) as u32;
        self.out[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// A full box (§4.2.2).
    pub(super) fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, fill: impl FnOnce(&mut Self)) {
        self.wrap(kind, |b| {
            b.u32(u32::from(version) << 24 | flags);
            fill(b);
        });
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    pub(super) fn zeros(&mut self, count: usize) {
        self.out.resize(self.out.len() + count, 0);
    }

    /// The unity matrix of track and movie headers (§6.2.2).
    pub(super) fn matrix(&mut self) {
        for value in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] {
            self.u32(value);
        }
    }

    /// An MPEG-4 descriptor (ISO/IEC 14496-1 §8.3.3) shorter than 128 bytes.
    pub(super) fn descriptor(&mut self, tag: u8, fill: impl FnOnce(&mut Self)) {
        self.u8(tag);
        let at = self.out.len();
        self.u8(0);
        fill(self);
        self.out[at] = (self.out.len() - at - 1) as u8;
    }
}
