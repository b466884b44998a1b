//! Datagrams of SSDP. Laws: what was read is written and read again; a search has so many answers at most, each of so many bytes at most, and all of
//! them can be read.

use telecast_media::ssdp::{ANSWER, ANSWERS, DATAGRAM, Device, Message, Type, parse, write};

/// See the module.
pub fn run(bytes: &[u8]) {
    let Ok(message) = parse(bytes) else { return };
    let written = write(&message).unwrap();
    assert!(written.len() <= bytes.len() + 512, "names and what has to be there");
    if written.len() <= DATAGRAM {
        assert!(parse(&written).unwrap() == message, "written and read again");
    }
    let Message::Search(search) = message else { return };
    assert!(search.mx.is_none_or(|mx| (1..=5).contains(&mx)));
    let device = Device {
        uuid: "2fac1234-31f8-11b4-a222-08002b34c003",
        types: &[Type { name: "urn:schemas-upnp-org:device:MediaServer", version: 2 }],
        location: "http://192.168.1.2/description.xml",
        server: "Linux UPnP/1.1 Telecast/0.1",
        max_age_s: 1800,
        boot_id: 1,
        config_id: 1,
    };
    let answers = device.answers(&search, "Sun, 29 Nov 2026 18:00:00 GMT").unwrap();
    assert!(answers.len() <= ANSWERS);
    for answer in answers {
        assert!(answer.len() <= ANSWER && matches!(parse(&answer), Ok(Message::Found(_))));
    }
}
