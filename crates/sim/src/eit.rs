//! Present/following event information on PID 0x12 (EN 300 468 §5.2.4), as packets that go round.

use crate::guide::Event;
use crate::ts::{self, PACKET};

const EIT_PID: u16 = 0x12;
/// Present/following of the transport stream that is being received.
const ACTUAL_PF: u8 = 0x4E;
const UNIX_EPOCH_MJD: i64 = 40_587;

/// A service's two events.
pub(crate) struct PresentFollowing {
    pub(crate) service: u16,
    pub(crate) transport_stream: u16,
    pub(crate) network: u16,
    pub(crate) events: [Option<Event>; 2],
}

/// Packets of all sections, one after the other; continuity counters are set when they are sent.
pub(crate) fn carousel(services: &[PresentFollowing]) -> Vec<[u8; PACKET]> {
    let mut packets = Vec::new();
    for service in services {
        for (number, event) in service.events.iter().enumerate() {
            let [ts_high, ts_low] = service.transport_stream.to_be_bytes();
            let [network_high, network_low] = service.network.to_be_bytes();
            let mut body = vec![ts_high, ts_low, network_high, network_low, 1, ACTUAL_PF];
            if let Some(event) = event {
                body.extend(event_bytes(event, number == 0));
            }
            packets.extend(ts::section_packets(
                EIT_PID,
                &ts::section(ACTUAL_PF, service.service, number as u8, 1, &body),
            ));
        }
    }
    packets
}

fn event_bytes(event: &Event, running: bool) -> Vec<u8> {
    let mut out = event.id.to_be_bytes().to_vec();
    let mjd = (UNIX_EPOCH_MJD + event.begin.div_euclid(86_400)) as u16;
    out.extend(mjd.to_be_bytes());
    out.extend(bcd_time(event.begin.rem_euclid(86_400)));
    out.extend(bcd_time(event.duration.min(99 * 3600)));
    let mut descriptor = event.language.as_bytes().to_vec();
    for text in [&event.title, &event.short] {
        let coded = dvb_text(text, 100);
        descriptor.push(coded.len() as u8);
        descriptor.extend(coded);
    }
    let mut descriptors = vec![0x4D, descriptor.len() as u8];
    descriptors.extend(descriptor);
    descriptors.extend([0x54, 2, event.genre_id, 0]);
    let status: u16 = if running { 4 } else { 1 };
    out.extend((status << 13 | descriptors.len() as u16).to_be_bytes());
    out.extend(descriptors);
    out
}

fn bcd_time(seconds: i64) -> [u8; 3] {
    let bcd = |value: i64| (value / 10 * 16 + value % 10) as u8;
    [bcd(seconds / 3600), bcd(seconds / 60 % 60), bcd(seconds % 60)]
}

/// UTF-8 in DVB's coding (first byte 0x15, EN 300 468 annex A.2), cut at a character.
fn dvb_text(text: &str, limit: usize) -> Vec<u8> {
    let mut out = vec![0x15];
    for character in text.chars().take_while({
        let mut length = 1;
        move |character| {
            length += character.len_utf8();
            length <= limit
        }
    }) {
        out.extend(character.encode_utf8(&mut [0; 4]).bytes());
    }
    out
}
