//! Packets as `hdhomerun_config` sends them, and laws that hold for all.

use super::*;
use proptest::prelude::*;

/// What `hdhomerun_config` of 2022-03-03 sends: `discover`, `get /sys/version`, `set /tuner0/channel auto:5`, and
/// `key 4711 set /tuner0/lockkey none`.
const DISCOVER: &str = "0002000c0104ffffffff0204ffffffff73cc7d8f";
const GET: &str = "0004000f030d2f7379732f76657273696f6e00170ebc4e";
const SET: &str = "0004001b03102f74756e6572302f6368616e6e656c0004076175746f3a3500f639c165";
const UNLOCK: &str = "0004001f03102f74756e6572302f6c6f636b6b65790004056e6f6e6500150400001267f4d0683b";
/// How a request of `hdhomerun_config upgrade` ends.
const UPGRADED: &str = "00060004ffffffff";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// A packet whose checksum is right.
fn sealed(hex: &str) -> Vec<u8> {
    let mut out = bytes(hex);
    out.extend(crc32(&out).to_le_bytes());
    out
}

fn device() -> Device {
    Device {
        id: DeviceId(0x1053_1CED),
        tuners: 4,
        base_url: "http://192.168.1.2:8080".into(),
        lineup_url: "http://192.168.1.2:8080/lineup.json".into(),
        auth: None,
    }
}

#[test]
fn what_hdhomerun_config_sends_is_understood_and_written_as_it_came() {
    for (hex, kind, name, value, key) in [
        (DISCOVER, Kind::DISCOVER_REQUEST, None, None, None),
        (GET, Kind::GETSET_REQUEST, Some("/sys/version"), None, None),
        (SET, Kind::GETSET_REQUEST, Some("/tuner0/channel"), Some("auto:5"), None),
        (UNLOCK, Kind::GETSET_REQUEST, Some("/tuner0/lockkey"), Some("none"), Some(4711)),
    ] {
        let bytes = bytes(hex);
        let packet = parse(&bytes).unwrap();
        assert_eq!(
            (packet.kind, packet.text(Tag::NAME), packet.text(Tag::VALUE)),
            (kind, name, value),
            "{hex}"
        );
        assert_eq!(packet.lock_key(), key, "{hex}");
        assert_eq!(packet.encode().unwrap(), bytes);
    }
    let discover = bytes(DISCOVER);
    let discover = parse(&discover).unwrap();
    assert_eq!(discover.device_types().collect::<Vec<_>>(), [u32::MAX]);
    assert_eq!(discover.device_id(), Some(DeviceId::ANY));
}

#[test]
fn faults_say_where() {
    for (what, packet, at, wrong) in [
        ("nothing", vec![], 0, Wrong::Short),
        ("half a head", bytes("000200"), 3, Wrong::Short),
        ("no checksum", bytes("00020000"), 4, Wrong::Short),
        ("half a payload", bytes(DISCOVER)[..12].to_vec(), 12, Wrong::Short),
        ("half a checksum", bytes(DISCOVER)[..18].to_vec(), 18, Wrong::Short),
        ("a length that cannot be", bytes("000205ad00000000"), 2, Wrong::Long),
        ("a checksum of something else", bytes("0002000c0104ffffffff0204ffffffff73cc7d90"), 16, Wrong::Sum),
        ("a byte that fell over", bytes("0002000c0105ffffffff0204ffffffff73cc7d8f"), 16, Wrong::Sum),
        ("a tag alone", sealed("000200070104ffffffff02"), 10, Wrong::Field),
        ("half a value", sealed("0002000a0104ffffffff0204ffff"), 10, Wrong::Field),
        ("half a length", sealed("000200020180"), 4, Wrong::Field),
        ("half a long value", sealed("00020004018001ff"), 4, Wrong::Field),
    ] {
        assert_eq!(parse(&packet), Err(Fault { at, wrong }), "{what}");
    }
    let fault = Fault { at: 16, wrong: Wrong::Sum };
    assert_eq!(fault.to_string(), "the checksum is wrong at byte 16");
}

#[test]
fn lengths_take_one_byte_or_two() {
    for (length, head) in [(0, "0500"), (127, "057f"), (128, "058001"), (200, "05c801"), (1449, "05a90b")] {
        let value = vec![b'x'; length];
        let packet = Packet::new(Kind::GETSET_REPLY, vec![Field { tag: Tag::ERROR, value: &value }]);
        let written = packet.encode().unwrap();
        assert!(written[HEAD..].starts_with(&bytes(head)), "{length}");
        assert_eq!(parse(&written).unwrap(), packet, "{length}");
    }
    let long = Err(Fault { at: 2, wrong: Wrong::Long });
    let value = vec![0; PAYLOAD + 1];
    for packet in [
        Packet::new(Kind::GETSET_REPLY, vec![Field { tag: Tag::ERROR, value: &value[..1450] }]),
        Packet::new(Kind::GETSET_REPLY, vec![Field { tag: Tag::ERROR, value: &value[..1000] }; 2]),
        Packet::new(Kind::GETSET_REPLY, vec![Field { tag: Tag::ERROR, value: &vec![0; 1 << 16] }]),
        Packet { kind: Kind::UPGRADE_REQUEST, fields: Vec::new(), data: &value },
    ] {
        assert_eq!(packet.encode(), long);
    }
    let most = Packet { kind: Kind::UPGRADE_REQUEST, fields: Vec::new(), data: &value[1..] };
    assert_eq!(most.encode().unwrap().len(), PACKET);
    // Written in two bytes where one would do.
    assert_eq!(parse(&sealed("00050005018200ffff")).map(|_| ()), Ok(()));
}

#[test]
fn values_of_another_form_are_none() {
    for (value, number, text, count) in [
        ("616200", None, Some("ab"), None),
        ("6162", None, Some("ab"), None),
        ("61006263", Some(0x6100_6263), Some("a"), None),
        ("0000000761", None, Some(""), None),
        ("6162ff00", Some(0x6162_FF00), None, None),
        ("", None, Some(""), None),
        ("04", None, Some("\u{4}"), Some(4)),
        ("ff", None, None, Some(255)),
    ] {
        let value = bytes(value);
        let [first, second] = [&value[..], b"second"].map(|value| Field { tag: Tag::TUNER_COUNT, value });
        let packet =
            Packet::new(Kind::DISCOVER_REPLY, vec![Field { tag: Tag::ERROR, ..second }, first, second]);
        let found = (packet.number(first.tag), packet.text(first.tag), packet.tuner_count());
        assert_eq!(found, (number, text, count), "{value:02x?}: the first counts");
        assert_eq!((packet.value(Tag::NAME), packet.text(Tag::NAME), packet.lock_key()), (None, None, None));
    }
}

#[test]
fn an_id_checks_itself() {
    for (id, valid) in [
        // Of devices that their owners wrote about, and one of them mistyped.
        (0x1031_4DDB, true),
        (0x1091_4695, true),
        (0x1038_A145, true),
        (0x1031_4DBD, false),
        (0x1013_4DDB, false),
        (0x1031_4DDC, false),
        (u32::MAX, true),
    ] {
        assert_eq!(DeviceId(id).is_valid(), valid, "{id:08X}");
    }
    assert_eq!(DeviceId(0x0531_4DDB).to_string(), "05314DDB");
}

#[test]
fn a_device_answers_whoever_looks_for_it() {
    let all = "0104ffffffff";
    for (what, payload, kind, answered) in [
        ("anything", "0104ffffffff0204ffffffff", 2, true),
        ("any tuner", "0104000000010204ffffffff", 2, true),
        ("any tuner, no id named", "010400000001", 2, true),
        ("this one", "0104ffffffff020410531ced", 2, true),
        ("another one", "0104ffffffff020410314ddb", 2, false),
        ("recordings", "0104000000050204ffffffff", 2, false),
        ("tuners and recordings", "2d080000000500000001", 2, true),
        ("tuners and recordings, another one", "2d080000000500000001020410314ddb", 2, false),
        ("recordings in two ways", "2d0400000005010400000005", 2, false),
        ("kinds, one of them torn", "2d06000000050000", 2, false),
        ("nothing", "", 2, false),
        ("an id alone", "0204ffffffff", 2, false),
        ("an id of three bytes", "0104ffffffff0203ffffff", 2, false),
        ("with what is not known", "99020000010400000001", 2, true),
        ("a reply", all, 3, false),
        ("a variable", all, 4, false),
    ] {
        let request = sealed(&format!("{kind:04x}{:04x}{payload}", payload.len() / 2));
        let answer = discovered(&parse(&request).unwrap(), &device());
        assert_eq!(answer.is_some(), answered, "{what}");
    }
}

#[test]
fn the_answer_says_all_that_there_is_and_no_more_than_there_is_room_for() {
    let request = bytes(DISCOVER);
    let request = parse(&request).unwrap();
    let device = Device { auth: Some("secret".into()), ..device() };
    let reply = discovered(&request, &device).unwrap();
    let packet = parse(&reply).unwrap();
    assert_eq!(packet.kind, Kind::DISCOVER_REPLY);
    assert_eq!(packet.device_types().collect::<Vec<_>>(), [1]);
    assert_eq!((packet.device_id(), packet.tuner_count()), (Some(device.id), Some(4)));
    assert_eq!(packet.text(Tag::BASE_URL), Some(&*device.base_url));
    assert_eq!(packet.text(Tag::LINEUP_URL), Some(&*device.lineup_url));
    assert_eq!(packet.text(Tag::DEVICE_AUTH), Some("secret"));

    let [full, over] = [TEXT, TEXT + 1].map(|length| "x".repeat(length));
    let most =
        Device { base_url: full.clone(), lineup_url: full.clone(), auth: Some(full.clone()), ..device };
    assert_eq!(discovered(&request, &most).unwrap().len(), REPLY);
    let reply = discovered(&request, &Device { lineup_url: over, ..most }).unwrap();
    let packet = parse(&reply).unwrap();
    assert_eq!(packet.text(Tag::LINEUP_URL), None);
    assert_eq!(packet.text(Tag::BASE_URL), Some(&*full));
}

/// What a device of few variables answers: kind, and name, value and error.
fn asked(request: &[u8]) -> Option<(Kind, [Option<String>; 3])> {
    let reply = answer(&parse(request).unwrap(), |name, set| match (name, set) {
        ("/sys/version", None) => Ok("20250815".to_owned()),
        ("/sys/version", Some(_)) => Err("resource locked by 192.168.1.3".to_owned()),
        ("/help", Some(_)) => Ok("x".repeat(PAYLOAD)),
        ("/tuner0/channel", Some(value)) => Ok(value.to_owned()),
        ("/cut", None) => Ok("ab\0c".to_owned()),
        _ => Err(UNKNOWN.to_owned()),
    })?;
    let packet = parse(&reply).unwrap();
    let text = |tag| {
        packet.value(tag).inspect(|value| assert_eq!(value.last(), Some(&0), "it ends in 0"));
        packet.text(tag).map(str::to_owned)
    };
    Some((packet.kind, [Tag::NAME, Tag::VALUE, Tag::ERROR].map(text)))
}

#[test]
fn variables_are_asked_for_and_set() {
    let ask = |name: &[u8], value: Option<&[u8]>| {
        let mut fields = vec![Field { tag: Tag::NAME, value: name }];
        fields.extend(value.map(|value| Field { tag: Tag::VALUE, value }));
        asked(&Packet::new(Kind::GETSET_REQUEST, fields).encode().unwrap()).unwrap()
    };
    let long = vec![b'n'; 1400];
    let malformed = Some("ERROR: malformed getset request");
    let version = Some("/sys/version");
    let channel = Some("/tuner0/channel");
    let locked = Some("ERROR: resource locked by 192.168.1.3");
    for (name, set, reply) in [
        (&b"/sys/version\0"[..], None, [version, Some("20250815"), None]),
        (b"/sys/version", None, [version, Some("20250815"), None]),
        (b"/sys/version\0junk", None, [version, Some("20250815"), None]),
        (b"/sys/version\0", Some(&b"1\0"[..]), [version, None, locked]),
        (b"/tuner0/channel\0", Some(b"auto:5\0"), [channel, Some("auto:5"), None]),
        (b"/tuner0/channel\0", Some(b""), [channel, Some(""), None]),
        (b"/cut\0", None, [Some("/cut"), Some("ab"), None]),
        (b"/nowhere\0", None, [Some("/nowhere"), None, Some("ERROR: unknown getset variable")]),
        (b"\0", None, [None, None, malformed]),
        (b"/tuner\xFF\0", None, [None, None, malformed]),
        (b"/tuner0/channel\0", Some(b"\xFF\0"), [None, None, malformed]),
        (b"/help\0", Some(&long), [None, None, Some("ERROR: reply too long")]),
    ] {
        let reply = reply.map(|text| text.map(str::to_owned));
        assert_eq!(ask(name, set), (Kind::GETSET_REPLY, reply), "{}", String::from_utf8_lossy(name));
    }
    let [_, value, _] = asked(&bytes(GET)).unwrap().1;
    assert_eq!(value.as_deref(), Some("20250815"));
    let [.., error] = asked(&sealed("00040000")).unwrap().1;
    assert_eq!(error.as_deref(), malformed, "no name");
}

#[test]
fn firmware_is_refused_when_all_of_it_has_come_and_other_kinds_are_left_alone() {
    let (kind, [.., error]) = asked(&sealed(UPGRADED)).unwrap();
    assert_eq!((kind, error.as_deref()), (Kind::UPGRADE_REPLY, Some("ERROR: upgrade not supported")));
    for hex in ["0006000800000000aabbccdd", "00050000", "00070000", "00020000", "00090004ffffffff"] {
        assert_eq!(asked(&sealed(hex)), None, "{hex}");
    }
}

/// What comes out of a connection whose bytes come in pieces of `size`: kinds, and the fault that ends it.
fn framed(stream: &[u8], size: usize) -> (Vec<Kind>, Vec<Fault>) {
    let (mut frames, mut kinds, mut faults) = (Frames::default(), Vec::new(), Vec::new());
    for mut piece in stream.chunks(size) {
        loop {
            match frames.next(&mut piece) {
                Ok(Some(packet)) => kinds.push(packet.kind),
                Ok(None) => break,
                Err(fault) => {
                    faults.push(fault);
                    if fault.wrong != Wrong::Field {
                        assert_eq!(frames.next(&mut piece), Err(fault), "it stays broken");
                        return (kinds, faults);
                    }
                }
            }
        }
        assert!(piece.is_empty(), "all is taken");
    }
    (kinds, faults)
}

#[test]
fn packets_come_out_of_a_connection_however_it_is_cut() {
    let good = [bytes(GET), bytes(SET), sealed("00060000"), bytes(UNLOCK)].concat();
    let kinds = [Kind::GETSET_REQUEST, Kind::GETSET_REQUEST, Kind::UPGRADE_REQUEST, Kind::GETSET_REQUEST];
    let torn = [bytes(GET), sealed("000400020380"), bytes(SET)].concat();
    let broken = [bytes(GET), bytes("00040000deadbeef"), bytes(SET)].concat();
    let long = [bytes(GET), bytes("0004ffff")].concat();
    for size in [1, 2, 3, 7, 23, 24, 1000] {
        assert_eq!(framed(&good, size), (kinds.to_vec(), vec![]), "{size}");
        let fault = |at, wrong| vec![Fault { at, wrong }];
        assert_eq!(framed(&torn, size), (kinds[..2].to_vec(), fault(4, Wrong::Field)), "{size}");
        assert_eq!(framed(&broken, size), (kinds[..1].to_vec(), fault(4, Wrong::Sum)), "{size}");
        assert_eq!(framed(&long, size), (kinds[..1].to_vec(), fault(2, Wrong::Long)), "{size}");
    }
}

#[test]
fn a_connection_may_end_between_packets() {
    let get = bytes(GET);
    let mut frames = Frames::default();
    assert!(frames.is_between());
    let (mut head, mut rest) = get.split_at(10);
    assert_eq!(frames.next(&mut head), Ok(None));
    assert!(!frames.is_between());
    assert!(frames.next(&mut rest).unwrap().is_some());
    assert!(frames.is_between());
    assert_eq!(frames.next(&mut rest), Ok(None));
    assert!(frames.is_between());
}

fn fields() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    let value = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..20),
        1 => prop::collection::vec(any::<u8>(), 120..140),
    ];
    prop::collection::vec((any::<u8>(), value), 0..10)
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        kind: u16,
        fields in fields(),
        data in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let kind = Kind(kind % 10);
        let packet = if kind.has_fields() {
            Packet::new(kind, fields.iter().map(|(tag, value)| Field { tag: Tag(*tag), value }).collect())
        } else {
            Packet { kind, fields: Vec::new(), data: &data }
        };
        let mut written = packet.encode().unwrap();
        prop_assert_eq!(parse(&written).unwrap(), packet.clone());
        written.extend(&data);
        prop_assert_eq!(parse(&written).unwrap(), packet, "what follows is not looked at");
    }

    #[test]
    fn any_bytes_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0u16..8) {
        let mut sealed = [kind.to_be_bytes(), (bytes.len() as u16).to_be_bytes()].concat();
        sealed.extend(&bytes);
        sealed.extend(crc32(&sealed).to_le_bytes());
        for bytes in [&bytes, &sealed] {
            if let Ok(packet) = parse(bytes) {
                let _ = discovered(&packet, &device());
                let _ = answer(&packet, |_, _| Err(String::new()));
            }
        }
    }

    #[test]
    fn no_bit_may_fall_over(at in 0usize..20 * 8) {
        let mut packet = bytes(DISCOVER);
        packet[at / 8] ^= 1 << (at % 8);
        prop_assert!(parse(&packet).is_err());
    }

    #[test]
    fn ids_are_valid_and_of_tuners_with_http(seed: u32, at in 0u32..8, other in 1u32..16) {
        let id = DeviceId::from_seed(seed);
        prop_assert!(id.is_valid() && id.0 >> 20 == 0x105);
        prop_assert_eq!(id, DeviceId::from_seed(seed));
        prop_assert!(!DeviceId(id.0 ^ other << (at * 4)).is_valid(), "a mistyped digit");
        let at = at.min(6) * 4;
        let (low, high) = ((id.0 >> at) & 0xF, (id.0 >> (at + 4)) & 0xF);
        let changed = DeviceId(id.0 ^ (((low ^ high) * 0x11) << at));
        prop_assert_eq!(changed.is_valid(), low == high, "neighbours that have changed places");
    }
}
