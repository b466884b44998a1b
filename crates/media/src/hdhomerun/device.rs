//! What a device is known by, and what it says when somebody looks for it.

use super::{Field, Kind, Packet, Tag};
use std::fmt;

/// No text about a device is longer (bytes): clients of libhdhomerun have room for so many.
pub const TEXT: usize = 127;
/// No answer to whoever looks for a device is longer (bytes): head and checksum, three numbers, three texts.
pub const REPLY: usize = 8 + 6 + 6 + 3 + 3 * (2 + TEXT);

/// Any kind, any device.
const ANY: u32 = u32::MAX;
const TUNER: u32 = 1;

/// Id of a device: eight hexadecimal digits, the last of which checks the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceId(pub u32);

impl DeviceId {
    /// In a request: any device.
    pub const ANY: Self = Self(ANY);

    /// A valid id, the same for the same `seed`, of which each bit counts; 65,536 of them there are.
    ///
    /// Its first three digits are `105`, as those of tuners of the HDHR5 generation: libhdhomerun holds `100` to `103`, `111` and `120` to `122` for
    /// old devices without HTTP, whose lineup its clients look for elsewhere.
    pub fn from_seed(seed: u32) -> Self {
        let id = 0x1050_0000 | ((seed >> 16 ^ seed) & 0xFFFF) << 4;
        Self(id | sum(id))
    }

    /// Whether its digits fit each other: not if one is mistyped, or two neighbours have changed places.
    pub fn is_valid(self) -> bool {
        sum(self.0) == 0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

/// Sum of the digits: the first, third, fifth and seventh by a table, the others as they are.
fn sum(id: u32) -> u32 {
    const DIGITS: [u8; 16] = [0xA, 0x5, 0xF, 0x6, 0x7, 0xC, 0x1, 0xB, 0x9, 0x2, 0x8, 0xD, 0x4, 0x3, 0xE, 0x0];
    let sum = |sum: u8, byte: u8| sum ^ DIGITS[usize::from(byte >> 4)] ^ (byte & 0xF);
    u32::from(id.to_be_bytes().into_iter().fold(0, sum))
}

/// A device as others find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its tuners.
    pub tuners: u8,
    /// Its address (`http://192.168.1.2:8080`). Old clients have room for 28 bytes; if it is longer, they look at port 80 of where the answer
    /// came from.
    pub base_url: String,
    /// Address of its lineup.
    pub lineup_url: String,
    /// What SiliconDust's services would know it by; old clients have room for 24 bytes.
    pub auth: Option<String>,
}

/// What `device` answers to `request`; none: it is not sought, or this is no request for discovery.
///
/// It is sought by whoever looks for tuners or for anything, among other kinds or alone, and names its id, no id, or any. A text that is longer than
/// [`TEXT`] is left out.
pub fn discovered(request: &Packet<'_>, device: &Device) -> Option<Vec<u8>> {
    let kind = request.device_types().any(|kind| kind == TUNER || kind == ANY);
    let id = match request.value(Tag::DEVICE_ID) {
        None => true,
        Some(_) => request.device_id().is_some_and(|id| id == device.id || id == DeviceId::ANY),
    };
    if request.kind != Kind::DISCOVER_REQUEST || !kind || !id {
        return None;
    }
    let (tuner, id, count) = (TUNER.to_be_bytes(), device.id.0.to_be_bytes(), [device.tuners]);
    let texts = [
        (Tag::BASE_URL, Some(&device.base_url)),
        (Tag::DEVICE_AUTH, device.auth.as_ref()),
        (Tag::LINEUP_URL, Some(&device.lineup_url)),
    ];
    let mut fields = vec![
        Field { tag: Tag::DEVICE_TYPE, value: &tuner },
        Field { tag: Tag::DEVICE_ID, value: &id },
        Field { tag: Tag::TUNER_COUNT, value: &count },
    ];
    fields.extend(texts.into_iter().filter_map(|(tag, text)| {
        let value = text?.as_bytes();
        (value.len() <= TEXT).then_some(Field { tag, value })
    }));
    Packet::new(Kind::DISCOVER_REPLY, fields).encode().ok()
}
