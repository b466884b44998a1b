//! Lists as they are found, mistakes included, and the laws of reading and writing.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

fn list(text: &str) -> List {
    let list = read(text, &Limits::default()).expect("a list");
    let again = read(&write(&list), &Limits::default()).expect("what was written is a list");
    assert_eq!(again, List { junk: Vec::new(), junk_count: 0, ..list.clone() }, "written:\n{}", write(&list));
    list
}

/// The only channel of a list whose second line on is this.
fn entry(lines: &str) -> Entry {
    let mut list = list(&format!("#EXTM3U\n{lines}"));
    assert_eq!(list.entries.len(), 1, "{lines}");
    list.entries.remove(0)
}

fn pairs<A: ToString, B: ToString>(pairs: &[(A, B)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
}

#[test]
fn names_are_found_whatever_stands_before_and_behind_them() {
    for (line, name, id) in [
        (r#":-1 tvg-id="a",Das Erste"#, "Das Erste", "a"),
        (r#":-1 tvg-id="a" , Das Erste "#, "Das Erste", "a"),
        (": -1,name,with comma", "name,with comma", ""),
        (r#":-1 tvg-id="a,b",The Good, the Bad"#, "The Good, the Bad", "a,b"),
        (r#":-1 tvg-id="a" Das Erste"#, "Das Erste", "a"),
        (":-1 Das Erste", "Das Erste", ""),
        (":Das Erste", "Das Erste", ""),
        (":3sat", "3sat", ""),
        (r#" -1 tvg-id="a",X"#, "X", "a"),
        (":-1 tvg-id='a',X", "X", "a"),
        (":-1 tvg-id='Rock'n'Roll',X", "X", "Rock'n'Roll"),
        (":-1 tvg-id=a,X", "X", "a"),
        (r#":-1 tvg-id = "a",X"#, "X", "a"),
        (r#":-1 TVG-ID="a",X"#, "X", "a"),
        (r#":-1 tvg-id="a, tvg-chno="1",X"#, "X", "a"),
        (r#":-1 tvg-id="a tvg-chno="1",X"#, "X", "a"),
        (r#":-1 tvg-id="a tvg-chno ="1",X"#, "X", "a"),
        (r#":-1 tvg-id="a,X"#, "X", "a"),
        (r#":-1 tvg-id="a"tvg-chno="1",X"#, "X", "a"),
        (r#":-1 tvg-chno="1", tvg-id="a",X"#, "X", "a"),
        (r#":-1,X tvg-id="a""#, "X", "a"),
        (r#":-1,X, tvg-id="a" tvg-chno="1""#, "X", "a"),
        (r#":-1 X tvg-id="a""#, "X", "a"),
        (r#":-1 hd tvg-id="a",X"#, "X", "a"),
        (r#":-1 tvg-id="" tvg-id="a" tvg-id="b",X"#, "X", "a"),
        (r#":-1 tvg-id="a",1+1=2"#, "1+1=2", "a"),
        (r#":-1 tvg-id="a",a=b c"#, "a=b c", "a"),
        (r#":-1 tvg-id="The "Best" Show",X"#, "X", "The 'Best"),
        (r#":-1 tvg-id="a" tvg-name="N","#, "N", "a"),
        (r#":-1 tvg-id="a""#, "x y.ts", "a"),
        ("", "x y.ts", ""),
        (":-1,,X", ",X", ""),
        (":-1,Tab\tund\u{85}mehr", "Tab und mehr", ""),
    ] {
        for ends in ["\n", "\r\n", "\r", "\n\n\n"] {
            let entry = entry(&format!("#EXTINF{line}{ends}http://a.example/b/x%20y.ts?q{ends}"));
            assert_eq!((entry.name.as_str(), entry.id.as_deref().unwrap_or("")), (name, id), "{line}");
        }
    }
}

#[test]
fn every_field_is_found_under_each_of_its_names() {
    let entry = entry(concat!(
        "#EXTINF:12.5 tvg-id=\"i\" tvg-name=\"n\" tvg-logo=\"http://l/a,b.png\" channel-number=\"7\" radio=\"TRUE\" ",
        "group-title=\"News; Sport;News\" tvg-shift=\"+1,5\" catchup-type=\"shift\" timeshift=\"3\" catchup-days=\"3\" ",
        "catchup-source=\"http://c/${start}\" tvg-language=\"German;English\" lang=\"French\" x=\"1\" X=\"\" tvg-chno=\"8\" ",
        "tvg-rec=\"x\" radio=\"perhaps\",Name\n#EXTGRP:Sport;Talk\n#KODIPROP:inputstream=inputstream.adaptive\n",
        "#EXTVLCOPT:network-caching=1000\n# a remark\n\nrtp://@239.0.0.1:5000\n"
    ));
    let catchup =
        Catchup { kind: Some("shift".into()), source: Some("http://c/${start}".into()), days: Some(3) };
    let expected = Entry {
        name: "Name".into(),
        url: "rtp://@239.0.0.1:5000".into(),
        attributes: [("x", "1"), ("X", ""), ("tvg-chno", "8"), ("tvg-rec", "x"), ("radio", "perhaps")]
            .map(|(key, value)| (key.into(), value.into()))
            .to_vec(),
        duration_s: Some(12.5),
        groups: ["News", "Sport", "Talk"].map(String::from).to_vec(),
        number: Some(7),
        id: Some("i".into()),
        tvg_name: Some("n".into()),
        logo: Some("http://l/a,b.png".into()),
        radio: true,
        shift_h: Some(1.5),
        catchup: Some(catchup),
        languages: ["German", "English", "French"].map(String::from).to_vec(),
        headers: Vec::new(),
        props: ["KODIPROP:inputstream=inputstream.adaptive", "EXTVLCOPT:network-caching=1000"]
            .map(String::from)
            .to_vec(),
    };
    assert_eq!(entry, expected);
}

#[test]
fn headers_come_in_five_ways() {
    let (agent, referer) = (("User-Agent", "A/1 (x; y)"), ("Referer", "http://r/?a=1&b=2"));
    for (lines, headers) in [
        (
            "#EXTINF:-1 user-agent=\"A/1 (x; y)\" http-referrer=\"http://r/?a=1&b=2\",X\nhttp://x/",
            vec![agent, referer],
        ),
        ("#EXTINF:-1,X\n#EXTVLCOPT:http-user-agent=\"A/1 (x; y)\"\nhttp://x/", vec![agent]),
        ("#EXTVLCOPT:--http-referrer=http://r/?a=1&b=2\n#EXTINF:-1,X\nhttp://x/", vec![referer]),
        ("#EXTINF:-1,X\nhttp://x/|User-Agent=A/1 (x; y)&Referer=http://r/?a=1&b=2", vec![agent, referer]),
        ("#EXTINF:-1,X\nhttp://x/|user-agent=A%2F1%20(x; y)&verifypeer=false&seekable=0", vec![agent]),
        ("#EXTINF:-1,X\nhttp://x/|verifypeer=false&Referer=http://r/?a=1&b=2", vec![referer]),
        (
            "#KODIPROP:inputstream.adaptive.stream_headers=User-Agent=A/1%20(x;%20y)&X-Y=z\n#EXTINF:-1,X\nhttp://x/",
            vec![agent, ("X-Y", "z")],
        ),
        (
            "#EXTINF:-1,X\n#EXTHTTP:{\"cookie\":\"a=\\u0062; \\\"c\\\"\", \"x_n\" : 1 , \"ORIGIN\":\"http:\\/\\/o\"}\nhttp://x/",
            vec![("Cookie", "a=b; \"c\""), ("x_n", "1"), ("Origin", "http://o")],
        ),
        ("#EXTINF:-1,X\n#EXTHTTP:{\"a\":\"\\ud83d\\ude00\"}\nhttp://x/", vec![("a", "😀")]),
        (
            "#EXTINF:-1 user-agent=\"A/1 (x; y)\",X\n#EXTVLCOPT:http-user-agent=B\nhttp://x/|User-Agent=C",
            vec![agent],
        ),
        // What would be two headers in a request is none.
        ("#EXTINF:-1,X\n#EXTHTTP:{\"Cookie\":\"a\\r\\nHost: b\"}\nhttp://x/|X-A=1%0d%0aX-B=2", vec![]),
        (
            "#EXTINF:-1,X\n#EXTHTTP:{\"A b\":\"c\"}\n#EXTHTTP:{}\n#EXTHTTP:[1]\n#EXTHTTP:{\"a\":{}}\nhttp://x/",
            vec![],
        ),
    ] {
        let entry = entry(lines);
        assert_eq!((entry.url.as_str(), entry.headers), ("http://x/", pairs(&headers)), "{lines}");
    }
    let plain = entry("#EXTINF:-1,X\nhttp://x/a|b=c|d");
    assert_eq!((plain.url.as_str(), plain.headers.len()), ("http://x/a|b=c|d", 0));
}

#[test]
fn addresses_are_kept_as_they_stand() {
    for (line, announced, alone) in [
        ("http://a.example/x?y#z", true, true),
        ("https://[::1]:8443/a b", true, true),
        ("udp://@239.1.1.1:1234", true, true),
        ("udp:@239.1.1.1:1234", true, true),
        ("rtsp://a:b@c/d", true, true),
        ("plugin://plugin.video.x/?a=b&c", true, true),
        ("rtmp://a/b live=1 swfUrl=http://c", true, true),
        ("stream/chunklist.m3u8", true, true),
        ("../My Film (2020).mkv", true, true),
        ("/live/1", true, false),
        ("192.0.2.1:8080", true, false),
        ("C:\\tv\\x.TS", true, true),
        ("http://", true, false),
        ("=====sudan=====", false, false),
        ("*** News ***", false, false),
        ("some words: and more", false, false),
        ("word", false, false),
        ("{\"a\":1}", false, false),
        ("|User-Agent=x", false, false),
    ] {
        let read = |before: &str| list(&format!("#EXTM3U\n{before}{line}\n")).entries;
        let url = |entries: &[Entry]| entries.first().map(|entry| entry.url.clone());
        assert_eq!(url(&read("#EXTINF:-1,X\n")), announced.then(|| line.to_owned()), "{line}");
        assert_eq!(url(&read("")), alone.then(|| line.to_owned()), "{line}");
    }
}

#[test]
fn a_channel_without_a_name_is_called_by_its_address() {
    for (url, name) in [
        ("http://a/b/c.m3u8?x=/y", "c.m3u8"),
        ("http://a/b/", "b"),
        ("http://a", "a"),
        ("rtp://@239.0.0.1:5000", "@239.0.0.1:5000"),
        ("http://a/K%C3%B6ln%20%22x%22%0A.ts", "Köln 'x' .ts"),
        ("http://a/%20/%0a", "%0a"),
        ("a\\b.ts", "b.ts"),
    ] {
        let name = if name == "%0a" { url } else { name };
        assert_eq!(entry(url).name, name, "{url}");
    }
}

#[test]
fn what_the_list_says_of_all_its_channels_holds_for_each() {
    let read = list(concat!(
        "\u{feff}#EXTM3U x-tvg-url=\"http://g/1.xml, http://g/2.xml.gz\" url-tvg='http://g/1.xml' catchup=\"append\" ",
        "catchup-days=\"7\" tvg-shift=\"-1\" refresh=\"3600\"\n",
        "#EXTINF:-1 catchup-source=\"?utc={utc}\" tvg-url=\"http://g/3.xml\",A\nhttp://x/a\n",
        "#EXTM3U url-tvg=\"http://g/4.xml\" catchup=\"shift\"\n#EXTINF:-1 tvg-shift=\"0\",B\nhttp://x/b\n",
    ));
    assert_eq!(read.guide_urls, ["http://g/1.xml", "http://g/2.xml.gz", "http://g/3.xml", "http://g/4.xml"]);
    let said = [("catchup", "append"), ("catchup-days", "7"), ("tvg-shift", "-1"), ("refresh", "3600")];
    assert_eq!(pairs(&read.attributes), pairs(&said));
    let (a, b) = (&read.entries[0], &read.entries[1]);
    let catchup = |source: Option<&str>| {
        Some(Catchup { kind: Some("append".into()), source: source.map(Into::into), days: Some(7) })
    };
    assert_eq!((&a.catchup, a.shift_h), (&catchup(Some("?utc={utc}")), Some(-1.0)));
    assert_eq!((&b.catchup, b.shift_h), (&catchup(None), Some(0.0)));
}

#[test]
fn a_group_that_is_begun_before_a_channel_holds_until_the_next() {
    let read = list(concat!(
        "#EXTM3U\n#EXTINF:-1,A\nhttp://x/a.ts\n#EXTGRP:Sport\n#EXTINF:-1,B\nhttp://x/b.ts\n",
        "#EXTINF:-1 group-title=\"Own\",C\nhttp://x/c.ts\n#EXTINF:-1,D\n#EXTGRP:Other\nhttp://x/d.ts\n",
        "http://x/e.ts\n#EXTGRP:\nhttp://x/f.ts"
    ));
    let groups: Vec<String> = read.entries.iter().map(|entry| entry.groups.join(";")).collect();
    assert_eq!(groups, ["", "Sport", "Own", "Other", "Sport", ""]);
}

#[test]
fn junk_is_counted_with_its_line_and_costs_no_channel() {
    let read = list(concat!(
        "#EXTM3U\r\n=== news ===\r\n#EXTINF:-1,A\r\n#EXTINF:-1,B\r\nwhat is this\r\nhttp://x/b\r\n\r\n",
        "#EXTHTTP:{\r\n#EXT-X-TARGETDURATION:6\r\n#EXTINF:-1,C"
    ));
    let lines: Vec<usize> = read.junk.iter().map(|junk| junk.line).collect();
    assert_eq!((lines, read.junk_count), (vec![2, 3, 5, 8, 10], 5));
    let [only] = &read.entries[..] else { panic!("{read:?}") };
    assert_eq!((only.name.as_str(), only.url.as_str()), ("B", "http://x/b"));
}

#[test]
fn lines_that_are_too_long_cost_little() {
    let long = "y".repeat(1 << 20);
    let read = list(&format!(
        "#EXTM3U\n#EXTINF:-1 tvg-logo=\"data:{long}\" tvg-id=\"a\",Nürnberg\nhttp://x/a\n#EXTINF:-1,B\nhttp://x/{long}\n\
         #EXTGRP:{long}\n{long}ü\n#EXTINF:-1,{long}\nhttp://x/c.ts\n#EXTINF:-1,D\nhttp://x/d"
    ));
    let names: Vec<&str> = read.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!((names, read.junk_count), (vec!["Nürnberg", "c.ts", "D"], 5));
}

/// Ten times as much takes about ten times as long, not a hundred times. A busy machine is asked again.
fn assert_linear(what: &str, few: impl Fn(), many: impl Fn()) {
    let time = |work: &dyn Fn()| {
        let begun = std::time::Instant::now();
        work();
        begun.elapsed()
    };
    let is_linear = || time(&many) < time(&few) * 40 + Duration::from_millis(500);
    assert!((0..8).any(|_| is_linear()), "{what}");
}

#[test]
fn a_hundred_thousand_channels_are_read_in_linear_time() {
    let text = |channels: usize| {
        let mut text = String::from("#EXTM3U\n");
        for at in 0..channels {
            text += &format!(
                "#EXTINF:-1 tvg-id=\"c{at}\" tvg-url=\"http://g/{at}\" group-title=\"G{}\",N{at}\n-- junk {at}\nhttp://x/{at}.ts\n",
                at % 50
            );
        }
        text
    };
    let (few, many) = (text(10_000), text(100_000));
    let list = read(&many, &Limits::default()).expect("a list");
    assert_eq!((list.entries.len(), list.junk_count, list.junk.len()), (100_000, 100_000, JUNK_TOLD));
    assert_linear(
        "a list",
        || drop(read(&few, &Limits::default())),
        || drop(read(&many, &Limits::default())),
    );
    let some = Limits { entries: 10, ..Limits::default() };
    let cut = read(&text(100), &some).expect("a list");
    assert_eq!((cut.entries.len(), cut.junk_count), (10, 190));
    assert!(cut.junk.iter().any(|junk| junk.why == "more channels than are read"));
}

#[test]
fn one_line_of_quotes_is_read_in_linear_time() {
    for unit in
        ["k=\"a\"b ", "k =\"x\"y ", "k=\"", "\"", "k='a\" ", "a=\"b'c ", ",", ",k=\"", " =\"", "k='x'y", "a "]
    {
        let line = |length: usize| format!("#EXTINF:-1 {}\nhttp://x/a", unit.repeat(length / unit.len()));
        let limits = Limits { line: 1 << 22, ..Limits::default() };
        let (short, long) = (line(20_000), line(200_000));
        assert_eq!(read(&long, &limits).expect("a list").entries.len(), 1, "{unit}");
        assert_linear(unit, || drop(read(&short, &limits)), || drop(read(&long, &limits)));
    }
}

#[test]
fn what_is_no_list_is_refused_with_what_it_is() {
    for (text, looks) in [
        ("", Looks::Empty),
        ("\u{feff} \r\n", Looks::Empty),
        ("<!DOCTYPE html>\n<html>\nhttp://x/a\n</html>", Looks::Page),
        ("<?xml version=\"1.0\"?><html>", Looks::Page),
        ("<?xml version=\"1.0\"?>\n<tv>\n</tv>", Looks::Xml),
        ("{\"user_info\":{\"auth\":0}}", Looks::Json),
        ("[{\"name\":\"x\"}]", Looks::Json),
        ("[playlist]\nFile1=http://x/a\n", Looks::Pls),
        ("\u{1f}\u{8b}\u{8}\u{0}abc", Looks::Binary),
        ("#\u{0}E\u{0}X\u{0}T\u{0}M\u{0}3\u{0}U\u{0}", Looks::Binary),
        ("Your subscription has ended.", Looks::Text),
        ("# only\n# remarks", Looks::Text),
    ] {
        assert_eq!(read(text, &Limits::default()), Err(Fault::NotAList(looks)), "{text}");
    }
    assert!(Fault::NotAList(Looks::Page).to_string().contains("a web page"));
    for text in [
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\na.ts\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n",
    ] {
        assert_eq!(read(text, &Limits::default()), Err(Fault::IsStream), "{text}");
    }
    // A warning before the list, and a list that is empty, are lists.
    assert_eq!(list("<br />Warning: x\n#EXTM3U\n#EXTINF:-1,A\nhttp://x/a").entries.len(), 1);
    assert_eq!(list("#EXTM3U\n"), List::default());
    assert_eq!(list("http://x/a\nhttp://x/b").entries.len(), 2);
}

#[test]
fn what_is_written_looks_as_players_expect_it() {
    let mut writer =
        Writer::new(String::new(), &["http://s/guide.xml".to_owned()], &[("refresh".into(), "60".into())])
            .unwrap();
    let entry = Entry {
        name: "Das \"Erste\"\r\n#EXTINF:-1,B".into(),
        url: "http://s/1".into(),
        id: Some("a\"b\nc".into()),
        number: Some(1),
        groups: vec!["TV; Sport".into(), "News".into()],
        headers: pairs(&[("user-agent", "A"), ("Cookie", "a=\"\\b"), ("X", "a\nb")]),
        props: vec!["KODIPROP:a=b\nhttp://evil/".into(), "EXTINF:-1,C".into()],
        attributes: vec![("x y".into(), "z".into()), ("n".into(), String::new().into())],
        ..Entry::default()
    };
    writer.entry(&entry).unwrap();
    writer.entry(&Entry { url: "no address".into(), ..entry }).unwrap();
    // A name does not become an attribute.
    let odd = Entry {
        name: "k=\"v\" or l=\"w\"".into(),
        url: "http://s/2|User-Agent=x".into(),
        ..Entry::default()
    };
    writer.entry(&odd).unwrap();
    assert_eq!(
        writer.finish(),
        concat!(
            "#EXTM3U x-tvg-url=\"http://s/guide.xml\" refresh=\"60\"\n",
            "#EXTINF:-1 tvg-id=\"a'b c\" tvg-chno=\"1\" group-title=\"TV  Sport;News\" n=\"\",Das \"Erste\"  #EXTINF:-1,B\n",
            "#EXTVLCOPT:http-user-agent=A\n#EXTHTTP:{\"Cookie\":\"a=\\\"\\\\b\"}\n#KODIPROP:a=b http://evil/\nhttp://s/1\n",
            "#EXTINF:-1,k='v\" or l='w\"\nhttp://s/2%7CUser-Agent=x\n",
        )
    );
}

/// Pieces of which lists, and mistakes in them, are made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "#EXTM3U",
        "#EXTINF:-1",
        "#EXTINF:",
        " tvg-id=",
        " k=",
        "k=",
        "\"",
        "'",
        ",",
        " ",
        "\n",
        "\r\n",
        "\n#EXTINF:0,",
        "\nhttp://x/a",
        "\n#EXTGRP:",
        ";",
        "|",
        "User-Agent=",
        "&",
        "=",
        "=\"",
        "a",
        "B",
        "1",
        ".ts",
        "\n#EXTVLCOPT:",
        "http-user-agent=",
        "\n#KODIPROP:",
        "inputstream.adaptive.stream_headers=",
        "\n#EXTHTTP:{\"",
        "\":\"",
        "\"}",
        "\\u000a",
        "%0a",
        "%22",
        "ü",
        "\u{feff}",
        "\u{85}",
        "\t",
        " group-title=",
        " catchup=",
        " tvg-shift=",
        " radio=",
        " tvg-name=",
        " tvg-chno=",
        " x-tvg-url=",
        " referer=",
        "--",
        "/",
        ":",
        "<",
        "{",
        "#",
        "\\",
    ]);
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    fn any_entry()(
        texts in vec(option::of("[a-zä =\"',;|#\r\n:&\u{feff}-]{0,12}"), 6),
        attributes in vec(("[a-z =\"\n]{0,4}", "[a-z =\"',\r\n]{0,8}"), 0..4),
        lists in vec(vec("[a-z =\"',;\r\n#]{0,8}", 0..4), 3),
        headers in vec(("[A-Za-z:\n-]{0,6}", "[a-z =\"'\\\\,;\r\n%&]{0,8}"), 0..4),
        numbers in (option::of(any::<u32>()), option::of(any::<f64>()), option::of(any::<f64>()), any::<bool>()),
    ) -> Entry {
        let text = |at: usize| texts[at].clone();
        Entry {
            name: text(0).unwrap_or_default(),
            url: format!("http://x/{}", text(1).unwrap_or_default()),
            attributes: attributes.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            duration_s: numbers.1,
            groups: lists[0].clone(),
            number: numbers.0,
            id: text(2),
            tvg_name: text(3),
            logo: text(4),
            radio: numbers.3,
            shift_h: numbers.2,
            catchup: text(5).map(|kind| Catchup { kind: Some(kind), source: None, days: numbers.0 }),
            languages: lists[1].clone(),
            headers,
            props: lists[2].iter().map(|prop| format!("KODIPROP:{prop}")).collect(),
        }
    }
}

proptest! {
    #[test]
    fn what_was_read_is_read_again_from_what_is_written(text in pieces()) {
        if let Ok(first) = read(&text, &Limits::default()) {
            let written = write(&first);
            let again = read(&written, &Limits::default()).expect("a list");
            prop_assert_eq!(&again, &List { junk: Vec::new(), junk_count: 0, ..first }, "{:?}", written);
        }
    }

    #[test]
    fn whatever_a_channel_says_it_is_one_channel_and_stays_so(entries in vec(any_entry(), 0..4), guide in "[a-z,\"\n ]{0,9}") {
        let list = List { guide_urls: vec![guide], entries: entries.clone(), ..List::default() };
        let once = read(&write(&list), &Limits::default()).expect("a list");
        prop_assert_eq!((once.entries.len(), once.junk_count), (entries.len(), 0));
        for (read, given) in once.entries.iter().zip(&entries) {
            prop_assert!(read.url.starts_with("http://x/") && (read.number, read.radio) == (given.number, given.radio));
        }
        prop_assert_eq!(read(&write(&once), &Limits::default()).expect("a list"), once);
    }

    #[test]
    fn every_address_is_kept(lines in vec("[ -~ä]{0,30}", 0..20)) {
        let mut text = String::from("#EXTM3U\n");
        for (at, line) in lines.iter().enumerate() {
            text += &format!("#EXTINF:-1 {line}\nhttp://x/{at}\n");
        }
        let read = read(&text, &Limits::default()).expect("a list");
        let urls: Vec<&str> = read.entries.iter().map(|entry| entry.url.as_str()).collect();
        let expected: Vec<String> = (0..lines.len()).map(|at| format!("http://x/{at}")).collect();
        prop_assert_eq!(urls, expected);
    }

    #[test]
    fn no_header_ends_a_line(pieces in vec(prop::sample::select(vec![
        "a", "\\n", "\\u000a", "\\u000D", "%0a", "%0D", "\r", "\t", "\"", "\\", ":", "&X-Y=", "\u{7f}",
    ]), 0..8)) {
        let text = pieces.concat();
        let text = format!("#EXTM3U\n#EXTHTTP:{{\"A\":\"{text}\"}}\nhttp://x/|A-B={text}");
        let read = read(&text, &Limits::default()).expect("a list");
        let headers = read.entries.iter().flat_map(|entry| &entry.headers);
        prop_assert!(headers.into_iter().all(|(name, value)| !(name.clone() + value).contains(char::is_control)));
    }
}
