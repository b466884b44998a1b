//! Variables of a device: asked for and set.

use super::{Field, Kind, Packet, Tag};

/// What a device says of a variable that it does not have.
pub const UNKNOWN: &str = "unknown getset variable";
/// What it says of a request that names none.
pub const MALFORMED: &str = "malformed getset request";
/// What it says where name and value do not fit into a packet.
pub const TOO_LONG: &str = "reply too long";
/// What it says to new firmware.
pub const UPGRADE: &str = "upgrade not supported";

/// What `get` answers to a request: it is asked once for a variable by name, with the value that it is to have where one is to be set, and
/// gives the value that it has, or says why not ([`UNKNOWN`]; the device's `ERROR: ` is put before it).
///
/// None: there is nothing to answer. Firmware is refused when all of it has come, as its sender looks for an answer only then. Whether the
/// sender's key ([`Packet::lock_key`]) opens the tuner is for `get` to know.
pub fn answer(
    request: &Packet<'_>,
    get: impl FnOnce(&str, Option<&str>) -> Result<String, String>,
) -> Option<Vec<u8>> {
    match request.kind {
        Kind::GETSET_REQUEST => {}
        Kind::UPGRADE_REQUEST if request.data == [0xFF; 4] => return refusal(Kind::UPGRADE_REPLY, UPGRADE),
        _ => return None,
    }
    let name = request.text(Tag::NAME).filter(|name| !name.is_empty());
    let value = request.value(Tag::VALUE).map(|_| request.text(Tag::VALUE));
    let (Some(name), None | Some(Some(_))) = (name, value) else {
        return refusal(Kind::GETSET_REPLY, MALFORMED);
    };
    let (tag, text) = match get(name, value.flatten()) {
        Ok(value) => (Tag::VALUE, value),
        Err(reason) => (Tag::ERROR, format!("ERROR: {reason}")),
    };
    let (name, text) = (ended(name), ended(&text));
    let fields = vec![Field { tag: Tag::NAME, value: &name }, Field { tag, value: &text }];
    let reply = Packet::new(Kind::GETSET_REPLY, fields).encode();
    reply.ok().or_else(|| refusal(Kind::GETSET_REPLY, TOO_LONG))
}

fn refusal(kind: Kind, reason: &str) -> Option<Vec<u8>> {
    let text = ended(&format!("ERROR: {reason}"));
    Packet::new(kind, vec![Field { tag: Tag::ERROR, value: &text }]).encode().ok()
}

/// The text with the 0 that ends it; what comes after one in it would not be read.
fn ended(text: &str) -> Vec<u8> {
    text.bytes().take_while(|byte| *byte != 0).chain([0]).collect()
}
