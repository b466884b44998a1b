//! Packets by which network tuners of SiliconDust's kind are found (UDP 65001) and asked (TCP 65001), as libhdhomerun speaks them
//! (`hdhomerun_pkt.h`): read, written, and answered.
//!
//! - A packet is its kind, the length of its payload, the payload, and a CRC-32 (IEEE 802.3 §3.2.9) of all of that. Numbers are big-endian, the
//!   checksum little-endian.
//! - The payload is fields of tag, length and value; the length takes one byte below 128, else two, seven low bits first. Upgrades have no fields.
//! - Reading borrows, and keeps to [`PAYLOAD`]. What was read is written and read again as the same.
//! - [`discovered`] and [`answer`] say what a device answers. Who may ask, how often, and what a variable says, is the caller's.
//!
//! A request for discovery takes 16 bytes at least, its answer [`REPLY`] at most: whoever answers by UDP answers neighbours alone
//! ([`crate::ssdp::is_near`]) and counts.

mod control;
mod device;
mod frames;
mod variable;

pub use control::{MALFORMED, TOO_LONG, UNKNOWN, UPGRADE, answer};
pub use device::{Device, DeviceId, REPLY, TEXT, discovered};
pub use frames::Frames;
pub use variable::{HELP, OfTuner, Target, Variable};

/// Port of both protocols.
pub const PORT: u16 = 65001;
/// No payload is longer (bytes).
pub const PAYLOAD: usize = 1452;
/// No packet is longer (bytes).
pub const PACKET: usize = HEAD + PAYLOAD + SUM;

/// Kind and length.
const HEAD: usize = 4;
/// Checksum.
const SUM: usize = 4;

/// What a packet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind(pub u16);

impl Kind {
    /// Who is there?
    pub const DISCOVER_REQUEST: Self = Self(0x0002);
    /// I am.
    pub const DISCOVER_REPLY: Self = Self(0x0003);
    /// What is a variable, or let it be something else.
    pub const GETSET_REQUEST: Self = Self(0x0004);
    /// What it is now.
    pub const GETSET_REPLY: Self = Self(0x0005);
    /// A piece of new firmware: its offset (4 bytes; all ones: that was all) and its bytes.
    pub const UPGRADE_REQUEST: Self = Self(0x0006);
    /// What became of it.
    pub const UPGRADE_REPLY: Self = Self(0x0007);

    /// Whether its payload is made of fields. What else there may be is not taken apart.
    fn has_fields(self) -> bool {
        matches!(
            self,
            Self::DISCOVER_REQUEST
                | Self::DISCOVER_REPLY
                | Self::GETSET_REQUEST
                | Self::GETSET_REPLY
                | Self::UPGRADE_REPLY
        )
    }
}

/// What a field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag(pub u8);

impl Tag {
    /// Kind of device that is sought or is there (number).
    pub const DEVICE_TYPE: Self = Self(0x01);
    /// Its id (number).
    pub const DEVICE_ID: Self = Self(0x02);
    /// Name of a variable (text that ends in 0).
    pub const NAME: Self = Self(0x03);
    /// Its value (text that ends in 0).
    pub const VALUE: Self = Self(0x04);
    /// Why there is none (text that ends in 0).
    pub const ERROR: Self = Self(0x05);
    /// How many tuners there are (one byte).
    pub const TUNER_COUNT: Self = Self(0x10);
    /// The key of whoever has locked the tuner (number).
    pub const LOCK_KEY: Self = Self(0x15);
    /// Address of the lineup (text).
    pub const LINEUP_URL: Self = Self(0x27);
    /// Address of recordings (text).
    pub const STORAGE_URL: Self = Self(0x28);
    /// Address of the device (text).
    pub const BASE_URL: Self = Self(0x2A);
    /// What SiliconDust's own services know the device by (text).
    pub const DEVICE_AUTH: Self = Self(0x2B);
    /// Id of recordings (text).
    pub const STORAGE_ID: Self = Self(0x2C);
    /// Kinds of devices that are sought (numbers).
    pub const MULTI_TYPE: Self = Self(0x2D);
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// What it says.
    pub tag: Tag,
    /// The value as it came.
    pub value: &'a [u8],
}

/// A packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What it is for.
    pub kind: Kind,
    /// Its fields, in order.
    pub fields: Vec<Field<'a>>,
    /// The payload where it is not made of fields: upgrades, and kinds that are not known.
    pub data: &'a [u8],
}

/// What is wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wrong} at byte {at}")]
pub struct Fault {
    /// Offset in the packet (bytes).
    pub at: usize,
    /// What is wrong there.
    pub wrong: Wrong,
}

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// There are fewer bytes than the packet says.
    #[error("the packet ends early")]
    Short,
    /// The payload is longer than [`PAYLOAD`].
    #[error("the payload is longer than 1452 bytes")]
    Long,
    /// The checksum is another one.
    #[error("the checksum is wrong")]
    Sum,
    /// A field goes on beyond the payload.
    #[error("a field is torn")]
    Field,
}

/// Reads the packet with which `bytes` begin: a datagram, or a frame of [`Frames`]. What follows it is not looked at.
pub fn parse(bytes: &[u8]) -> Result<Packet<'_>, Fault> {
    let (kind, end) = verify(bytes)?;
    let payload = &bytes[HEAD..end];
    if !kind.has_fields() {
        return Ok(Packet { kind, fields: Vec::new(), data: payload });
    }
    let mut fields = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (field, more) =
            field(rest).ok_or(Fault { at: HEAD + payload.len() - rest.len(), wrong: Wrong::Field })?;
        fields.push(field);
        rest = more;
    }
    Ok(Packet { kind, fields, data: &[] })
}

/// Kind of a packet that is there and whose checksum is right, and where its payload ends.
fn verify(bytes: &[u8]) -> Result<(Kind, usize), Fault> {
    let short = Fault { at: bytes.len(), wrong: Wrong::Short };
    let head = bytes.first_chunk::<HEAD>().ok_or(short)?;
    let end = HEAD + length(*head)?;
    let sum = bytes.get(end..).and_then(<[u8]>::first_chunk::<SUM>).ok_or(short)?;
    if crc32(&bytes[..end]) != u32::from_le_bytes(*sum) {
        return Err(Fault { at: end, wrong: Wrong::Sum });
    }
    Ok((Kind(u16::from_be_bytes([head[0], head[1]])), end))
}

/// Length of the payload (bytes).
fn length(head: [u8; HEAD]) -> Result<usize, Fault> {
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    if length > PAYLOAD { Err(Fault { at: 2, wrong: Wrong::Long }) } else { Ok(length) }
}

/// The first field, and what comes after it.
fn field(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (&[tag, low], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = if low < 0x80 {
        (usize::from(low), rest)
    } else {
        let (&high, rest) = rest.split_first()?;
        (usize::from(low & 0x7F) | usize::from(high) << 7, rest)
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Field { tag: Tag(tag), value }, rest))
}

impl<'a> Packet<'a> {
    /// One that is made of fields.
    pub fn new(kind: Kind, fields: Vec<Field<'a>>) -> Self {
        Self { kind, fields, data: &[] }
    }

    /// Its bytes; [`Wrong::Long`] where the payload would be longer than [`PAYLOAD`].
    pub fn encode(&self) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::with_capacity(PACKET);
        out.extend(self.kind.0.to_be_bytes());
        out.extend([0; 2]);
        for field in &self.fields {
            let length = field.value.len();
            out.push(field.tag.0);
            if length < 0x80 {
                out.push(length as u8);
            } else {
                out.extend([length as u8 | 0x80, (length >> 7) as u8]);
            }
            out.extend(field.value);
        }
        out.extend(self.data);
        if out.len() > HEAD + PAYLOAD {
            return Err(Fault { at: 2, wrong: Wrong::Long });
        }
        let length = (out.len() - HEAD) as u16;
        out[2..HEAD].copy_from_slice(&length.to_be_bytes());
        let sum = crc32(&out);
        out.extend(sum.to_le_bytes());
        Ok(out)
    }

    /// The value of the first field with that tag.
    pub fn value(&self, tag: Tag) -> Option<&'a [u8]> {
        self.fields.iter().find(|field| field.tag == tag).map(|field| field.value)
    }

    /// It as a number; none: there is no such field, or it does not have four bytes.
    pub fn number(&self, tag: Tag) -> Option<u32> {
        self.value(tag)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// It as a text, up to its first 0; none: there is no such field, or it is not UTF-8.
    pub fn text(&self, tag: Tag) -> Option<&'a str> {
        let value = self.value(tag)?;
        std::str::from_utf8(value.split(|byte| *byte == 0).next()?).ok()
    }

    /// Id of the device that is sought or is there.
    pub fn device_id(&self) -> Option<DeviceId> {
        self.number(Tag::DEVICE_ID).map(DeviceId)
    }

    /// Kinds of devices that are sought or there.
    pub fn device_types(&self) -> impl Iterator<Item = u32> {
        let one = self.number(Tag::DEVICE_TYPE);
        let (many, _) = self.value(Tag::MULTI_TYPE).unwrap_or_default().as_chunks::<4>();
        one.into_iter().chain(many.iter().map(|bytes| u32::from_be_bytes(*bytes)))
    }

    /// How many tuners there are.
    pub fn tuner_count(&self) -> Option<u8> {
        match self.value(Tag::TUNER_COUNT)? {
            [count] => Some(*count),
            _ => None,
        }
    }

    /// The key with which a request comes to a locked tuner (`/tunerN/lockkey`); what it is worth, the caller knows.
    pub fn lock_key(&self) -> Option<u32> {
        self.number(Tag::LOCK_KEY)
    }
}

/// CRC-32 of Ethernet: reflected, begun and ended with all ones.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0u32; 256];
        let mut i = 0;
        while i < 256 {
            let mut crc = i as u32;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 1 != 0 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
                bit += 1;
            }
            table[i] = crc;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(u32::MAX, |crc, byte| (crc >> 8) ^ TABLE[(crc as u8 ^ byte) as usize])
}

#[cfg(test)]
mod tests;
