//! Searches as programs send them, answers as §1 wants them, and laws that hold for all.

use super::*;
use proptest::prelude::*;
use std::net::SocketAddr;

const UUID: &str = "2fac1234-31f8-11b4-a222-08002b34c003";
const SERVER: Type<'static> = Type { name: "urn:schemas-upnp-org:device:MediaServer", version: 2 };
const DIRECTORY: Type<'static> = Type { name: "urn:schemas-upnp-org:service:ContentDirectory", version: 1 };
const DATE: &str = "Sun, 29 Nov 2026 18:00:00 GMT";

fn device() -> Device<'static> {
    Device {
        uuid: UUID,
        types: &[SERVER, DIRECTORY],
        location: "http://192.168.1.2:8080/description.xml",
        server: "Linux/6.1 UPnP/1.1 Telecast/0.1",
        max_age_s: 1800,
        boot_id: 7,
        config_id: 1,
    }
}

/// A search that is good but for what the test is about: `headers` come after its first line.
fn search(headers: &str) -> Result<Search<'_>, Fault> {
    match parse(headers.as_bytes())? {
        Message::Search(search) => Ok(search),
        other => panic!("{other:?}"),
    }
}

/// Who searches, with what; for what, how long, and who it says that it is.
type Sent = (&'static str, &'static str, Target<'static>, Option<u8>, Option<&'static str>);

/// Searches in the forms of programs that people use.
const SEARCHES: &[Sent] = &[
    (
        "VLC (libupnp)",
        "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 5\r\n\
         ST: urn:schemas-upnp-org:device:MediaServer:1\r\n\
         USER-AGENT: Linux/6.1.0, UPnP/1.0, Portable SDK for UPnP devices/1.14.13\r\n\r\n",
        Target::Type(Type { version: 1, ..SERVER }),
        Some(5),
        Some("Linux/6.1.0, UPnP/1.0, Portable SDK for UPnP devices/1.14.13"),
    ),
    (
        "Plex (Platinum)",
        "M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMX: 3\r\nMan: \"ssdp:discover\"\r\n\
         ST: upnp:rootdevice\r\n\
         User-Agent: UPnP/1.0 DLNADOC/1.50 Platinum/1.0.5.13\r\n\r\n",
        Target::Root,
        Some(3),
        Some("UPnP/1.0 DLNADOC/1.50 Platinum/1.0.5.13"),
    ),
    (
        "Windows: no blank after the colon",
        "M-SEARCH * HTTP/1.1\r\nHost:239.255.255.250:1900\r\nST:urn:schemas-upnp-org:device:MediaServer:1\r\n\
         Man:\"ssdp:discover\"\r\nMX:3\r\n\r\n",
        Target::Type(Type { version: 1, ..SERVER }),
        Some(3),
        None,
    ),
    (
        "GSSDP of GUPnP (captured; empty lines after it)",
        "M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: \"ssdp:discover\"\r\n\
         ST: ssdp:all\r\nMX: 1\r\n\
         User-Agent: Linux/6.1.0 UPnP/1.0 GSSDP/1.6.2\r\n\r\n\r\n",
        Target::All,
        Some(1),
        Some("Linux/6.1.0 UPnP/1.0 GSSDP/1.6.2"),
    ),
    (
        "upnpc (captured)",
        "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\
         ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nMAN: \"ssdp:discover\"\r\nMX: 2\r\n\r\n",
        Target::Type(Type { name: "urn:schemas-upnp-org:device:InternetGatewayDevice", version: 1 }),
        Some(2),
        None,
    ),
    (
        "a remote for another box, without MX",
        "M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: \"ssdp:discover\"\r\nST: roku:ecp\r\n\r\n",
        Target::Other("roku:ecp"),
        None,
        None,
    ),
    (
        "a script: LF alone, no empty line, case as it came, no quotes",
        "m-search * http/1.0\nmAn: ssdp:discover\nmx: 99999999999999999999\n\
         st: UUID:2FAC1234-31F8-11b4-a222-08002b34c003",
        Target::Uuid("2FAC1234-31F8-11b4-a222-08002b34c003"),
        Some(5),
        None,
    ),
    (
        "another: blanks, a tab, words of others, a header twice",
        "M-SEARCH  *  HTTP/1.1\r\n  folded: no\r\nMAN:\t\"SSDP:Discover\" \r\nno colon\r\n\
         MX: 0\r\nMX: 4\r\nX-Odd: \u{fc}\r\n\
         Bad\u{7}: x\r\nUSER-AGENT: a\u{7}b\r\nUSER-AGENT:\r\nST: SSDP:ALL\r\n\r\nST: roku:ecp\r\n",
        Target::All,
        Some(1),
        None,
    ),
    (
        "one without patience in numbers",
        "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nMX: -1\r\nST: uuid:\r\n\r\n",
        Target::Other("uuid:"),
        None,
        None,
    ),
];

#[test]
fn searches_of_programs_are_understood() {
    for (who, datagram, target, mx, user_agent) in SEARCHES {
        let found = search(datagram).unwrap_or_else(|fault| panic!("{who}: {fault}"));
        assert_eq!((found.target, found.mx, found.user_agent), (*target, *mx, *user_agent), "{who}");
    }
}

#[test]
fn what_is_no_search_and_no_notice_is_refused_with_its_place() {
    let many = format!("M-SEARCH * HTTP/1.1\r\n{}", "A: b\r\n".repeat(LINES + 1));
    let most = format!(
        "M-SEARCH * HTTP/1.1\r\n{}MAN: ssdp:discover\r\nST: ssdp:all\r\n\r\n",
        "A: b\r\n".repeat(LINES - 2)
    );
    assert_eq!(search(&most).unwrap().target, Target::All);
    let full = |more: usize| format!("{most}{}", "x".repeat(DATAGRAM - most.len() + more));
    assert!(search(&full(0)).is_ok());
    let long = full(1);
    let ssdp = "MAN: \"ssdp:discover\"\r\n";
    for (what, datagram, at, wrong) in [
        ("nothing", "", 0, Wrong::Start),
        ("Plex's own protocol", "M-SEARCH * HTTP/1.1\r\n\r\n", 23, Wrong::Missing("MAN")),
        ("HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, Wrong::Start),
        ("a page", "M-SEARCH / HTTP/1.1\r\n\r\n", 0, Wrong::Start),
        ("a later HTTP", "M-SEARCH * HTTP/2\r\n\r\n", 0, Wrong::Start),
        ("no HTTP", "M-SEARCH * HTTX/1.1\r\n\r\n", 0, Wrong::Start),
        ("a refusal", "HTTP/1.1 404 Not Found\r\n\r\n", 0, Wrong::Start),
        ("no text", "M-SEARCH * \u{0}\r\n", 0, Wrong::Start),
        ("no target", &format!("M-SEARCH * HTTP/1.1\r\n{ssdp}ST:  \r\n\r\n"), 52, Wrong::Missing("ST")),
        (
            "something else to be done",
            "M-SEARCH * HTTP/1.1\r\nMAN: ssdp:else\r\nST: ssdp:all\r\n\r\n",
            53,
            Wrong::Value("MAN"),
        ),
        ("too many lines", &many, 21 + LINES * 6, Wrong::Lines),
        ("too many bytes", &long, DATAGRAM, Wrong::Long),
        (
            "an update",
            "NOTIFY * HTTP/1.1\r\nNT: a\r\nNTS: ssdp:update\r\nUSN: b\r\n\r\n",
            54,
            Wrong::Value("NTS"),
        ),
        ("a notice of what", "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n\r\n", 38, Wrong::Missing("NT")),
        ("of whom", "NOTIFY * HTTP/1.1\r\nNTS: ssdp:byebye\r\nNT: a\r\n\r\n", 46, Wrong::Missing("USN")),
        (
            "from where",
            "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: a\r\nUSN: b\r\n\r\n",
            53,
            Wrong::Missing("LOCATION"),
        ),
        ("found what", "HTTP/1.1 200 OK\r\nUSN: b\r\nLOCATION: c\r\n\r\n", 40, Wrong::Missing("ST")),
    ] {
        assert_eq!(parse(datagram.as_bytes()), Err(Fault { at, wrong }), "{what}");
    }
    assert_eq!(parse(b"M-SEARCH \xFF HTTP/1.1"), Err(Fault { at: 0, wrong: Wrong::Start }));
    let fault = Fault { at: 23, wrong: Wrong::Missing("MAN") };
    assert_eq!(fault.to_string(), "there is no MAN at byte 23");
}

#[test]
fn a_search_of_the_group_that_does_not_say_how_long_it_waits_is_left_alone() {
    for (mx, group, alone) in [(Some(3), Some(3), Some(1)), (None, None, Some(1))] {
        let search = Search { target: Target::All, mx, user_agent: None };
        assert_eq!((search.wait_s(true), search.wait_s(false)), (group, alone));
    }
}

/// As what we were found: (`ST`, `USN` after the id).
fn found(target: &str) -> Vec<(String, String)> {
    let search = Search { target: Target::parse(target), mx: Some(1), user_agent: None };
    let answers = device().answers(&search, DATE).unwrap();
    let read = |bytes: &Vec<u8>| match parse(bytes).unwrap() {
        Message::Found(advert) => {
            let rest = advert.usn.strip_prefix(&format!("uuid:{UUID}")).unwrap();
            (advert.target.to_string(), rest.to_owned())
        }
        other => panic!("{other:?}"),
    };
    answers.iter().map(read).collect()
}

#[test]
fn each_thing_that_we_are_answers_once() {
    let (root, id) = ("upnp:rootdevice", format!("uuid:{UUID}"));
    let server = |version: u32| format!("{}:{version}", SERVER.name);
    let directory = DIRECTORY.to_string();
    let all = [root, &id, &server(2), &directory];
    for (sought, answers) in [
        ("ssdp:all", all.to_vec()),
        (root, vec![root]),
        ("UPNP:RootDevice", vec![root]),
        (&*id, vec![&*id]),
        (&*id.to_uppercase(), vec![&*id]),
        ("uuid:2fac1234-31f8-11b4-a222-08002b34c004", vec![]),
        (&*server(1), vec![&*server(1)]),
        (&*server(2), vec![&*server(2)]),
        (&*server(2).to_lowercase(), vec![&*server(2)]),
        (&*server(3), vec![]),
        (&*server(0), vec![]),
        (&*format!("{}:02", SERVER.name), vec![]),
        (&*format!("{}:+2", SERVER.name), vec![]),
        (SERVER.name, vec![]),
        ("urn:schemas-upnp-org:device:MediaServerX:1", vec![]),
        (&*directory, vec![&*directory]),
        ("urn:schemas-upnp-org:service:ConnectionManager:1", vec![]),
        ("urn::1", vec![]),
        ("roku:ecp", vec![]),
    ] {
        let wanted: Vec<_> = answers
            .iter()
            .map(|target| {
                let rest = if *target == id { String::new() } else { format!("::{target}") };
                ((*target).to_owned(), rest)
            })
            .collect();
        assert_eq!(found(sought), wanted, "{sought}");
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn answers_and_notices_look_like_this() {
    let search = Search { target: Target::Root, mx: Some(1), user_agent: None };
    let answers = device().answers(&search, DATE).unwrap();
    assert_eq!(
        text(&answers[0]),
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nDATE: Sun, 29 Nov 2026 18:00:00 GMT\r\nEXT:\r\n\
         LOCATION: http://192.168.1.2:8080/description.xml\r\nSERVER: Linux/6.1 UPnP/1.1 Telecast/0.1\r\n\
         ST: upnp:rootdevice\r\nUSN: uuid:2fac1234-31f8-11b4-a222-08002b34c003::upnp:rootdevice\r\n\
         BOOTID.UPNP.ORG: 7\r\nCONFIGID.UPNP.ORG: 1\r\n\r\n"
    );
    let alive = device().alive().unwrap();
    assert_eq!(alive.len(), 4);
    assert_eq!(
        text(&alive[2]),
        "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n\
         LOCATION: http://192.168.1.2:8080/description.xml\r\n\
         NT: urn:schemas-upnp-org:device:MediaServer:2\r\n\
         NTS: ssdp:alive\r\nSERVER: Linux/6.1 UPnP/1.1 Telecast/0.1\r\n\
         USN: uuid:2fac1234-31f8-11b4-a222-08002b34c003::urn:schemas-upnp-org:device:MediaServer:2\r\n\
         BOOTID.UPNP.ORG: 7\r\nCONFIGID.UPNP.ORG: 1\r\n\r\n"
    );
    let byebye = device().byebye().unwrap();
    assert_eq!(byebye.len(), 4);
    assert_eq!(
        text(&byebye[1]),
        "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: uuid:2fac1234-31f8-11b4-a222-08002b34c003\r\n\
         NTS: ssdp:byebye\r\nUSN: uuid:2fac1234-31f8-11b4-a222-08002b34c003\r\nBOOTID.UPNP.ORG: 7\r\n\
         CONFIGID.UPNP.ORG: 1\r\n\r\n"
    );
}

#[test]
fn what_others_say_of_themselves_is_understood() {
    let receiver = "HTTP/1.1 200 OK\r\nCache-Control: no-cache=\"Ext\", Max-Age = 300\r\n\
        Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nExt:\r\n\
        Location: http://192.168.1.9:80/dd.xml\r\nServer: a\r\n\
        St: upnp:rootdevice\r\nUsn: uuid:b::upnp:rootdevice\r\n\r\n";
    let Ok(Message::Found(found)) = parse(receiver.as_bytes()) else { panic!() };
    assert_eq!((found.max_age_s, found.location), (Some(300), Some("http://192.168.1.9:80/dd.xml")));
    assert_eq!((found.date, found.server), (Some("Mon, 01 Jan 2024 00:00:00 GMT"), Some("a")));
    assert_eq!((found.boot_id, found.config_id, found.usn), (None, None, "uuid:b::upnp:rootdevice"));

    let headers = "LOCATION: http://a/\r\nSERVER: s\r\nDATE: d\r\nCACHE-CONTROL: max-age=9\r\n\
        NT: upnp:rootdevice\r\nUSN: u\r\n\
        BOOTID.UPNP.ORG: 3\r\n\r\n";
    let notice = |nts: &str| format!("NOTIFY * HTTP/1.1\r\nNTS: {nts}\r\n{headers}");
    let advert = Advert {
        target: Target::Root,
        usn: "u",
        location: Some("http://a/"),
        server: Some("s"),
        max_age_s: Some(9),
        date: None,
        boot_id: Some(3),
        config_id: None,
    };
    assert_eq!(parse(notice("ssdp:alive").as_bytes()), Ok(Message::Alive(advert)));
    let gone = Advert { location: None, server: None, max_age_s: None, ..advert };
    assert_eq!(parse(notice("SSDP:ByeBye").as_bytes()), Ok(Message::Byebye(gone)));
    for (value, age) in [
        ("max-age", None),
        ("max-age=", None),
        ("s-maxage=3", None),
        ("no-cache", None),
        ("a,max-age=3", Some(3)),
    ] {
        let datagram = notice("ssdp:alive").replace("max-age=9", value);
        let Ok(Message::Alive(advert)) = parse(datagram.as_bytes()) else { panic!("{value}") };
        assert_eq!(advert.max_age_s, age, "{value}");
    }
}

#[test]
fn nothing_is_written_that_would_be_read_as_more() {
    let faults = |device: Device<'_>, date: &str| {
        let search = Search { target: Target::All, mx: None, user_agent: None };
        let wrong = |found: Result<Vec<Vec<u8>>, Fault>| found.err().map(|fault| fault.wrong);
        [wrong(device.answers(&search, date)), wrong(device.alive()), wrong(device.byebye())]
    };
    let value = |name| Some(Wrong::Value(name));
    let long = "x".repeat(ANSWER);
    let many = [SERVER; TYPES + 1];
    assert_eq!(faults(device(), DATE), [None; 3]);
    for (what, device, date, wrong) in [
        ("a line in the date", device(), "a\r\nb: c", [value("DATE"), None, None]),
        ("no date", device(), "", [value("DATE"), None, None]),
        (
            "a line in the address",
            Device { location: "a\nb", ..device() },
            DATE,
            [value("LOCATION"), value("LOCATION"), None],
        ),
        (
            "no address",
            Device { location: "", ..device() },
            DATE,
            [value("LOCATION"), value("LOCATION"), None],
        ),
        (
            "a blank before",
            Device { server: " a", ..device() },
            DATE,
            [value("SERVER"), value("SERVER"), None],
        ),
        ("a tab after", Device { server: "a\t", ..device() }, DATE, [value("SERVER"), value("SERVER"), None]),
        ("a line in the id", Device { uuid: "a\rb", ..device() }, DATE, [value("USN"); 3]),
        (
            "a long address",
            Device { location: &long, ..device() },
            DATE,
            [Some(Wrong::Long), Some(Wrong::Long), None],
        ),
        ("too many kinds", Device { types: &many, ..device() }, DATE, [Some(Wrong::Types); 3]),
    ] {
        assert_eq!(faults(device, date), wrong, "{what}");
    }
    let most = Device { types: &many[1..], ..device() };
    assert_eq!(most.alive().unwrap().len(), ANSWERS);
    let alive = most.alive().unwrap();
    let advert = Advert { location: None, ..read_alive(&alive[0]) };
    let missing = |message| write(&message).map_err(|fault| fault.wrong);
    assert_eq!(missing(Message::Alive(advert)), Err(Wrong::Missing("LOCATION")));
    assert_eq!(missing(Message::Found(advert)), Err(Wrong::Missing("LOCATION")));
}

fn read_alive(bytes: &[u8]) -> Advert<'_> {
    match parse(bytes).unwrap() {
        Message::Alive(advert) => advert,
        other => panic!("{other:?}"),
    }
}

#[test]
fn neighbours_are_answered_and_nobody_else() {
    for (from, near) in [
        ("192.168.1.3:50000", true),
        ("10.1.2.3:1900", true),
        ("172.16.0.1:1024", true),
        ("169.254.7.7:40000", true),
        ("127.0.0.1:40000", true),
        ("[::1]:40000", true),
        ("[fe80::1]:40000", true),
        ("[fd00::1]:40000", true),
        ("[::ffff:192.168.1.3]:40000", true),
        ("192.168.1.3:53", false),
        ("192.168.1.3:1023", false),
        ("192.168.1.3:0", false),
        ("172.32.0.1:40000", false),
        ("203.0.113.7:40000", false),
        ("239.255.255.250:1900", false),
        ("255.255.255.255:1900", false),
        ("0.0.0.0:40000", false),
        ("100.64.0.1:40000", false),
        ("[2001:db8::1]:40000", false),
        ("[ff02::c]:1900", false),
        ("[::ffff:203.0.113.7]:40000", false),
    ] {
        assert_eq!(is_near(from.parse::<SocketAddr>().unwrap()), near, "{from}");
    }
}

/// What was read is written and read again.
fn again(bytes: &[u8]) {
    let Ok(message) = parse(bytes) else { return };
    let written = write(&message).unwrap();
    if written.len() <= DATAGRAM {
        assert_eq!(parse(&written).unwrap(), message);
    }
    if let Message::Search(search) = message {
        assert!(device().answers(&search, DATE).unwrap().len() <= ANSWERS);
    }
}

/// Lines that mean something, and some that do not.
fn lines() -> impl Strategy<Value = String> {
    let first = prop::sample::select(vec!["M-SEARCH * HTTP/1.1", "NOTIFY * HTTP/1.1", "HTTP/1.1 200 OK"]);
    let name = prop::sample::select(vec![
        "MAN",
        "st",
        "NT",
        "NTS",
        "USN",
        "Location",
        "MX",
        "Server",
        "DATE",
        "CACHE-CONTROL",
        "USER-AGENT",
        "BOOTID.UPNP.ORG",
        "CONFIGID.UPNP.ORG",
        "odd",
        "a b",
    ]);
    let value = prop_oneof![
        4 => prop::sample::select(vec![
            "\"ssdp:discover\"", "ssdp:alive", "ssdp:byebye", "ssdp:all", "upnp:rootdevice", "uuid:a",
            "urn:a:1", "max-age=30", "4", "+7", "",
        ]).prop_map(str::to_owned),
        1 => ".{0,20}",
    ];
    let end = prop::sample::select(vec!["\r\n", "\n"]);
    let line = (name, value, end).prop_map(|(name, value, end)| format!("{name}: {value}{end}"));
    (first, prop::collection::vec(line, 0..20)).prop_map(|(first, lines)| {
        let needed =
            "MAN: ssdp:discover\r\nST: ssdp:all\r\nNT: a\r\nUSN: b\r\nLOCATION: c\r\nNTS: ssdp:alive\r\n\r\n";
        format!("{first}\r\n{}{needed}", lines.concat())
    })
}

proptest! {
    #[test]
    fn what_was_read_is_written_and_read_again(text in lines()) {
        again(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0usize..400) {
        again(&bytes);
        let mut search = SEARCHES[at % SEARCHES.len()].1.as_bytes().to_vec();
        let at = at.min(search.len());
        search.splice(at..at, bytes);
        again(&search);
    }

    #[test]
    fn targets_are_written_as_they_were_read(text in "[ -~]{0,40}") {
        let target = Target::parse(&text);
        let written = target.to_string();
        prop_assert_eq!(Target::parse(&written), target);
        prop_assert!(written.eq_ignore_ascii_case(&text));
    }
}
