//! Packets of network tuners. Laws: what was read is written and read again; what a device answers is a packet; a connection gives the same packets
//! however it is cut.

use super::chunked;
use telecast_media::hdhomerun::{
    Device, DeviceId, Frames, PACKET, Packet, REPLY, Target, Variable, Wrong, answer, discovered, parse,
};

/// See the module. The bytes as they are, and as the payload of a packet whose checksum is right.
pub fn run(bytes: &[u8]) {
    packet(bytes);
    connection(bytes);
    text(bytes);
    let Some((kind, data)) = bytes.split_first() else { return };
    let kind = telecast_media::hdhomerun::Kind(u16::from(*kind));
    if let Ok(sealed) = (Packet { kind, fields: Vec::new(), data }).encode() {
        packet(&sealed);
        connection(&[&[9], &*sealed, &sealed, data].concat());
    }
}

/// As the name of a variable, and as what one is to be.
fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = Variable::parse(text);
    if let Some(target) = Target::parse(text) {
        assert!(Target::parse(&target.to_string()) == Some(target), "written and read again");
    }
}

fn packet(bytes: &[u8]) {
    let Ok(packet) = parse(bytes) else { return };
    // Lengths in two bytes where one would do make it shorter, never longer.
    let written = packet.encode().unwrap();
    assert!(written.len() <= bytes.len());
    assert!(parse(&written).unwrap() == packet, "written and read again");
    let device = Device {
        id: DeviceId::from_seed(1),
        tuners: 2,
        base_url: "http://192.168.1.2".to_owned(),
        lineup_url: "http://192.168.1.2/lineup.json".to_owned(),
        auth: None,
    };
    if let Some(reply) = discovered(&packet, &device) {
        assert!(reply.len() <= REPLY && parse(&reply).unwrap().device_id() == Some(device.id));
    }
    if let Some(reply) = answer(&packet, |name, set| set.map(str::to_owned).ok_or_else(|| name.to_owned())) {
        assert!(reply.len() <= PACKET && parse(&reply).is_ok());
    }
}

/// Packets of a connection that comes in pieces.
fn packets(stream: &[u8], size: usize) -> Vec<Option<Vec<u8>>> {
    let (mut frames, mut found) = (Frames::default(), Vec::new());
    for mut piece in stream.chunks(size) {
        loop {
            match frames.next(&mut piece) {
                Ok(Some(packet)) => found.push(packet.encode().ok()),
                Ok(None) => break,
                Err(fault) => {
                    found.push(None);
                    if fault.wrong != Wrong::Field {
                        return found;
                    }
                }
            }
        }
    }
    found
}

fn connection(bytes: &[u8]) {
    let (size, stream) = chunked(bytes);
    assert!(packets(stream, size) == packets(stream, stream.len().max(1)), "however it is cut");
}
