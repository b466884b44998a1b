//! References, pooling and numbers of the lineup, as cases.

use super::*;

#[test]
fn references_are_read_as_boxes_and_clients_write_them() {
    for (text, id) in [
        ("1:0:19:283D:3FB:1:C00000:0:0:0:", "283d-3fb-1-c00000"),
        ("1:0:19:283D:3FB:1:C00000:0:0:0", "283d-3fb-1-c00000"),
        ("1%3A0%3A19%3A283D%3A3FB%3A1%3AC00000%3A0%3A0%3A0%3A", "283d-3fb-1-c00000"),
        ("1:0:19:283d:3fb:1:c00000:0:0:0::Das Erste HD", "283d-3fb-1-c00000"),
    ] {
        assert_eq!(ServiceRef::parse(text).expect(text).channel_id().0, id, "{text}");
    }
    let iptv = ServiceRef::parse("4097:0:1:0:0:0:0:0:0:0:http%3a//a.example/x.ts:Name").expect("iptv");
    assert!(iptv.is_iptv() && iptv.path == "http://a.example/x.ts" && iptv.name == "Name");
    // A sign is no digit: what is no escape stays as it is.
    let odd = ServiceRef::parse("4097:0:1:0:0:0:0:0:0:0:http%3a//a.example/%+5%zz%:").expect("iptv");
    assert_eq!(odd.path, "http://a.example/%+5%zz%");
    assert_eq!(ServiceRef::parse("nonsense"), None);
}

#[test]
fn each_kind_of_entry_is_told_apart() {
    let read = |text: &str| ServiceRef::parse(text).expect(text);
    for (text, marker, numbered, hidden, directory, alternatives, iptv, radio) in [
        ("1:0:19:283D:3FB:1:C00000:0:0:0:", false, false, false, false, false, false, false),
        ("1:0:2:6DCB:44D:1:C00000:0:0:0:", false, false, false, false, false, false, true),
        ("1:0:A:6DCB:44D:1:C00000:0:0:0:", false, false, false, false, false, false, true),
        ("1:64:1:0:0:0:0:0:0:0::-- Sport --", true, false, false, false, false, false, false),
        ("1:320:0:0:0:0:0:0:0:0:", true, true, false, false, false, false, false),
        ("1:832:D:0:0:0:0:0:0:0:", true, true, true, false, false, false, false),
        ("1:512:1:1:1:1:C00000:0:0:0:", false, false, true, false, false, false, false),
        (
            "1:7:1:0:0:0:0:0:0:0:FROM BOUQUET \"x.tv\" ORDER BY bouquet",
            false,
            false,
            false,
            true,
            false,
            false,
            false,
        ),
        ("1:134:1:0:0:0:0:0:0:0:FROM BOUQUET \"a.tv\"", false, false, false, false, true, false, false),
        ("5001:0:1:0:0:0:0:0:0:0:http%3a//a/x", false, false, false, false, false, true, false),
        ("5002:0:2:0:0:0:0:0:0:0:http%3a//a/x:N", false, false, false, false, false, true, true),
    ] {
        let service = read(text);
        assert_eq!(
            (service.is_marker(), service.is_numbered_marker(), service.is_hidden(), service.is_directory()),
            (marker, numbered, hidden, directory),
            "{text}"
        );
        let others = (service.is_alternatives(), service.is_iptv(), service.is_radio());
        assert_eq!(others, (alternatives, iptv, radio), "{text}");
    }
    let (one, other) = (read("1:134:1:0:0:0:0:0:0:0:FROM \"a\""), read("1:134:1:0:0:0:0:0:0:0:FROM \"b\""));
    assert_ne!(one.channel_id(), other.channel_id());
    assert_ne!(one.transponder(), other.transponder(), "unknown is never shared");
}

#[test]
fn addresses_that_nobody_has_encoded_are_read_all_the_same() {
    for (tail, path, name) in [
        ("http%3a//a%3a8080/x:Name", "http://a:8080/x", "Name"),
        ("http://a:8080/x.ts", "http://a:8080/x.ts", ""),
        ("http://a:8080/x.ts:Das Erste", "http://a:8080/x.ts", "Das Erste"),
        ("http://a:8080", "http://a:8080", ""),
        ("rtsp://a/x", "rtsp://a/x", ""),
        ("http%3a//a/x%2520y:A: B", "http://a/x%20y", "A: B"),
    ] {
        let service = ServiceRef::parse(&format!("4097:0:1:0:0:0:0:0:0:0:{tail}")).expect(tail);
        assert_eq!((service.path.as_str(), service.name.as_str()), (path, name), "{tail}");
    }
}

#[test]
fn a_channel_of_two_receivers_has_two_sources_and_stays_itself_when_renamed_and_moved() {
    let entry = |sid: u32, name: &str| {
        let text = format!("1:0:19:{sid:X}:1:1:C00000:0:0:0:");
        (ServiceRef::parse(&text).expect("reference"), name.to_owned())
    };
    let bouquet = |services: Vec<(ServiceRef, String)>| {
        let services = services.into_iter().map(Into::into).collect();
        ReadBouquet { reference: "b".into(), name: "B".into(), radio: false, services }
    };
    let before = Lineup::pool(&[
        ("a".into(), vec![bouquet(vec![entry(1, "One"), entry(2, "Two")])]),
        ("b".into(), vec![bouquet(vec![entry(2, "Zwei"), entry(3, "Three"), entry(3, "Three")])]),
    ]);
    let two = before.channel(&entry(2, "").0.channel_id()).expect("pooled");
    let receivers: Vec<&str> = two.sources.iter().map(|source| source.receiver.as_str()).collect();
    assert_eq!((two.name.as_str(), receivers), ("Two", vec!["a", "b"]));
    assert_eq!((before.channels.len(), before.bouquets.len(), before.bouquets[1].channels.len()), (3, 2, 3));
    assert_ne!(before.bouquets[0].id, before.bouquets[1].id, "the same list of another box is another");

    let after = Lineup::pool(&[("a".into(), vec![bouquet(vec![entry(2, "2 HD"), entry(1, "")])])]);
    assert!(after.channels.iter().all(|channel| before.channel(&channel.id).is_some()));
    assert_eq!(after.channels[1].name, "1-1-1-c00000", "a channel without a name has its id");
    assert_eq!(after.bouquets[0].id, before.bouquets[0].id);
}

#[test]
fn an_entry_of_a_list_stays_itself_wherever_its_address_leads() {
    let one = ServiceRef::listed("list/ard.de", "http://a.example:80/x.ts?key=1|User-Agent=A%20B", false);
    let moved = ServiceRef::listed("list/ard.de", "http://b.example/y.ts", false);
    let other = ServiceRef::listed("list/zdf.de", "http://a.example:80/x.ts", true);
    assert!(one.is_listed() && one.is_iptv() && !one.is_radio() && other.is_radio());
    assert_eq!(one.channel_id(), moved.channel_id());
    assert!(one.channel_id().0.starts_with("list-"));
    assert_ne!(one.channel_id(), other.channel_id());
    assert_ne!(one.transponder(), other.transponder(), "each is a stream of its own");
    assert_eq!(ServiceRef::parse(&one.to_string()), Some(one));
    assert!(!ServiceRef::parse("4097:0:1:0:0:0:0:0:0:0:http%3a//a.example/x.ts").expect("read").is_listed());
}

#[test]
fn what_lists_tell_of_a_channel_comes_with_it() {
    let read = |receiver: &str, guide_id: Option<&str>, logo: Option<&str>| {
        let service = ServiceRef::listed("key", "http://a.example/x.ts", false);
        let (guide_id, logo) = (guide_id.map(str::to_owned), logo.map(str::to_owned));
        let services = vec![BouquetEntry { service, name: "One".into(), guide_id, logo, number: None }];
        let bouquet = ReadBouquet { reference: "g".into(), name: "G".into(), radio: false, services };
        (receiver.to_owned(), vec![bouquet])
    };
    let lineup =
        Lineup::pool(&[read("a", Some("one.tv"), None), read("b", Some("one.de"), Some("http://a/1.png"))]);
    assert_eq!(lineup.channels.len(), 1);
    assert_eq!(lineup.channels[0].guide_ids, ["one.tv", "one.de"]);
    assert_eq!(lineup.channels[0].logo.as_deref(), Some("http://a/1.png"));
}

proptest::proptest! {
    #[test]
    fn what_is_written_is_read_back(
        numbers in proptest::array::uniform10(0u32..=u32::MAX), path in "[ -~äß]{0,40}"
    ) {
        let [kind, flags, service_type, sid, tsid, onid, namespace, a, b, c] = numbers;
        let service =
            ServiceRef { kind, flags, service_type, sid, tsid, onid, namespace, rest: [a, b, c], path, name: String::new() };
        let text = service.to_string();
        proptest::prop_assert_eq!(ServiceRef::parse(&text), Some(service.clone()));
        let once = text.replace('%', "%25").replace(':', "%3A");
        proptest::prop_assert_eq!(ServiceRef::parse(&once), Some(service), "quoted as a whole");
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        if let Some(service) = ServiceRef::parse(&text) {
            let again = ServiceRef::parse(&service.to_string()).expect("what was read can be written");
            proptest::prop_assert_eq!(again.channel_id(), service.channel_id());
        }
    }
}

#[test]
fn numbers_skip_markers_and_duplicates_keep_their_place() {
    let entry = |text: &str| (ServiceRef::parse(text).expect(text), text.to_owned()).into();
    let read = ReadBouquet {
        reference: "b".into(),
        name: "B".into(),
        radio: false,
        services: vec![
            entry("1:0:1:1:1:1:C00000:0:0:0:"),
            entry("1:64:0:0:0:0:0:0:0:0:"),
            entry("1:0:1:2:1:1:C00000:0:0:0:"),
            entry("1:0:1:1:1:1:C00000:0:0:0:"),
            entry("1:512:1:9:1:1:C00000:0:0:0:"),
            entry("1:320:0:0:0:0:0:0:0:0:"),
            entry("1:0:1:3:1:1:C00000:0:0:0:"),
        ],
    };
    let lineup = Lineup::pool(&[("r".into(), vec![read])]);
    let numbers: Vec<u32> = lineup.channels.iter().map(|channel| channel.number).collect();
    assert_eq!(numbers, [1, 2, 4]);
    assert_eq!(lineup.bouquets[0].channels.len(), 4);
}

/// A receiver of one list: its entries by name and number.
fn list(receiver: &str, entries: &[(&str, Option<u32>)]) -> (String, Vec<ReadBouquet>) {
    let entry = |(name, number): &(&str, Option<u32>)| BouquetEntry {
        number: *number,
        ..(
            ServiceRef::listed(&format!("{receiver}/{name}"), "http://a.example/x.ts", false),
            (*name).to_owned(),
        )
            .into()
    };
    let services = entries.iter().map(entry).collect();
    (receiver.into(), vec![ReadBouquet { reference: "g".into(), name: "G".into(), radio: false, services }])
}

#[test]
fn a_list_keeps_its_numbers_where_nobody_has_them() {
    let numbers = |receivers: &[(String, Vec<ReadBouquet>)]| -> Vec<(String, u32)> {
        let lineup = Lineup::pool(receivers);
        lineup.channels.into_iter().map(|channel| (channel.name, channel.number)).collect()
    };
    let told = |pairs: &[(&str, u32)]| -> Vec<(String, u32)> {
        pairs.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
    };
    let one = list(
        "one",
        &[("A", None), ("B", Some(1)), ("C", Some(101)), ("D", Some(101)), ("E", None), ("F", Some(0))],
    );
    assert_eq!(
        numbers(std::slice::from_ref(&one)),
        told(&[("B", 1), ("A", 2), ("D", 3), ("E", 4), ("F", 5), ("C", 101)])
    );
    // Whoever comes first has his; again and again the same.
    let plain = list("plain", &[("X", None), ("Y", None)]);
    let after = told(&[("X", 1), ("Y", 2), ("A", 3), ("B", 4), ("D", 5), ("E", 6), ("F", 7), ("C", 101)]);
    assert_eq!(numbers(&[plain.clone(), one.clone()]), after);
    assert_eq!(numbers(&[plain.clone(), one.clone()]), after);
    let before = told(&[("B", 1), ("A", 2), ("D", 3), ("E", 4), ("F", 5), ("X", 6), ("Y", 7), ("C", 101)]);
    assert_eq!(numbers(&[one, plain]), before);
    // What is no number on a remote control is none.
    assert_eq!(
        numbers(&[list("far", &[("A", Some(100_000)), ("B", Some(u32::MAX))])]),
        told(&[("A", 1), ("B", 2)])
    );
}
