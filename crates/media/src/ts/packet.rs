//! Transport packets: ISO/IEC 13818-1 §2.4.3.2 (header) and §2.4.3.4 (adaptation field).
//!
//! A [`Packet`] is a view on 188 bytes; nothing is copied. It never fails: a field that the bytes
//! do not hold is `None`, a payload that an adaptation field swallows is empty.

/// Length of a transport packet in bytes.
pub const PACKET: usize = 188;
/// First byte of every packet.
pub const SYNC: u8 = 0x47;
/// PID of null packets.
pub const NULL_PID: u16 = 0x1FFF;

/// A view on one transport packet.
#[derive(Clone, Copy)]
pub struct Packet<'a>(&'a [u8; PACKET]);

impl<'a> Packet<'a> {
    /// A view on `bytes`; `None` unless there are 188 of them beginning with the sync byte.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let bytes: &[u8; PACKET] = bytes.get(..PACKET)?.try_into().ok()?;
        (bytes[0] == SYNC).then_some(Self(bytes))
    }

    /// The 188 bytes.
    #[inline]
    pub fn bytes(&self) -> &'a [u8; PACKET] {
        self.0
    }

    /// Packet identifier, 13 bits.
    #[inline]
    pub fn pid(&self) -> u16 {
        u16::from_be_bytes([self.0[1], self.0[2]]) & 0x1FFF
    }

    /// The demodulator could not correct this packet.
    #[inline]
    pub fn transport_error(&self) -> bool {
        self.0[1] & 0x80 != 0
    }

    /// A PES packet or a section starts in this payload.
    #[inline]
    pub fn unit_start(&self) -> bool {
        self.0[1] & 0x40 != 0
    }

    /// The payload is scrambled (`transport_scrambling_control` ≠ 0).
    #[inline]
    pub fn scrambled(&self) -> bool {
        self.0[3] & 0xC0 != 0
    }

    /// Continuity counter, 4 bits.
    #[inline]
    pub fn continuity(&self) -> u8 {
        self.0[3] & 0x0F
    }

    /// Whether a payload is signalled.
    #[inline]
    pub fn has_payload(&self) -> bool {
        self.0[3] & 0x10 != 0
    }

    /// Bytes of the adaptation field after its length byte; empty if there is none.
    #[inline]
    fn adaptation(&self) -> &'a [u8] {
        if self.0[3] & 0x20 == 0 {
            return &[];
        }
        let end = (5 + self.0[4] as usize).min(PACKET);
        &self.0[5..end]
    }

    /// The discontinuity indicator.
    #[inline]
    pub fn discontinuity(&self) -> bool {
        self.adaptation().first().is_some_and(|flags| flags & 0x80 != 0)
    }

    /// The random access indicator.
    #[inline]
    pub fn random_access(&self) -> bool {
        self.adaptation().first().is_some_and(|flags| flags & 0x40 != 0)
    }

    /// Programme clock reference in units of 27 MHz.
    pub fn pcr_27m(&self) -> Option<u64> {
        let field = self.adaptation();
        if field.len() < 7 || field[0] & 0x10 == 0 {
            return None;
        }
        let base = (u64::from(field[1]) << 25)
            | (u64::from(field[2]) << 17)
            | (u64::from(field[3]) << 9)
            | (u64::from(field[4]) << 1)
            | u64::from(field[5] >> 7);
        let extension = (u64::from(field[5] & 1) << 8) | u64::from(field[6]);
        Some(base * 300 + extension)
    }

    /// The payload; empty if there is none.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        if !self.has_payload() {
            return &[];
        }
        let start = if self.0[3] & 0x20 != 0 { 5 + self.0[4] as usize } else { 4 };
        self.0.get(start..).unwrap_or(&[])
    }
}
