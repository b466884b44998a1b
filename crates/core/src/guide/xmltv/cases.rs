//! What guides look like, good and bad, and what becomes of them.

use super::*;
use crate::guide::programme::{
    Audio, Credit, Episode, EpisodeNumber, Length, PreviouslyShown, Rating, Review, Role, Subtitles, Unit,
    Video,
};

/// What a reader gives, to its end.
pub(super) struct Told {
    pub(super) items: Vec<Item>,
    pub(super) fault: Option<Fault>,
    pub(super) skipped: Skipped,
}

pub(super) fn read(input: impl AsRef<[u8]>) -> Told {
    read_by(input, 128 << 10, ELEMENT_MOST)
}

/// By a window that begins with `first` bytes and grows to `most`.
pub(super) fn read_by(input: impl AsRef<[u8]>, first: usize, most: usize) -> Told {
    let options = Options { zone: TimeZone::UTC };
    let mut reader = Reader::with_window(input.as_ref(), options, first, most);
    let mut items = Vec::new();
    let fault = loop {
        match reader.next() {
            Ok(Some(item)) => items.push(item),
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        }
    };
    assert!(matches!(reader.next(), Ok(None)), "behind the end is nothing");
    Told { items, fault, skipped: reader.skipped().clone() }
}

impl Told {
    fn airings(&self) -> Vec<&Heard> {
        self.items
            .iter()
            .filter_map(|item| if let Item::Airing(heard) = item { Some(heard) } else { None })
            .collect()
    }

    fn titles(&self) -> Vec<&str> {
        self.airings().iter().map(|heard| heard.programme.titles[0].text.as_str()).collect()
    }
}

/// A guide with one programme, of which `inner` is told.
fn guide(inner: &str) -> String {
    format!(
        "<tv><programme start=\"20260301200000 +0000\" channel=\"a\"><title>T</title>{inner}</programme></tv>"
    )
}

/// The one programme of a guide of which `inner` is told.
fn one(inner: &str) -> Heard {
    let told = read(guide(inner));
    assert!(told.fault.is_none(), "{inner}: {:?}", told.fault);
    assert_eq!(told.items.len(), 2, "{inner}: {:?}", told.skipped);
    told.airings()[0].clone()
}

fn text(language: &str, text: &str) -> Text {
    Text {
        language: Some(language).filter(|language| !language.is_empty()).map(Box::from),
        text: text.to_owned(),
    }
}

fn written(heard: &Heard) -> String {
    let mut writer = Writer::new(Vec::new(), &Head::default()).unwrap();
    writer.airing(&heard.channel, heard.start_ms, heard.end_ms, &heard.moment, &heard.programme).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// The example of the DTD's own text, with all that there is.
const ALL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tv SYSTEM "xmltv.dtd">
<tv date="20220401000000 +0000" source-info-name="example" source-info-url="example.com"
  source-data-url="example.com/a"
  generator-info-name="Example &quot;Generator&quot;" generator-info-url='https://example.com'>
  <channel id="one.tv">
    <display-name lang="en">Channel One</display-name>
    <display-name lang="fr">Chaîne un</display-name>
    <icon src="https://example.com/one.jpg" width="100" height="100" />
    <url system="example">https://example.com/one</url>
  </channel>
  <programme start="20220331180000 +0000" stop="20220331190000 +0000" channel="one.tv"
    pdc-start="20220331180000 +0000" vps-start="20220331180500 +0000"
    showview="12345" videoplus="67890" clumpidx="0/2">
    <title lang="en">Programme One</title>
    <sub-title lang="en">Pilot</sub-title>
    <desc lang="en">All features</desc>
    <desc lang="cy">Mae'r cofnod</desc>
    <credits>
      <director>Samuel Jones</director>
      <actor role="Karl James" guest="yes">
        Ryan Lee
        <image type="person">https://example.com/xxx.jpg</image>
        <url system="moviedb">https://example.com/person/204</url>
      </actor>
      <guest>Oliver Nelson</guest>
    </credits>
    <date>19901011</date>
    <category lang="en">Comedy</category>
    <keyword lang="en">romantic</keyword>
    <language>English</language>
    <orig-language lang="en">French</orig-language>
    <length units="minutes">60</length>
    <icon src="https://example.com/i.jpg" width="100" height=""/>
    <url system="imdb">https://example.com/programme_one</url>
    <url>https://example.com/programme_one_2</url>
    <country>US</country>
    <episode-num>S01E01</episode-num>
    <episode-num system="xmltv_ns">1 . 1 . 0/1</episode-num>
    <video><present>yes</present><colour>no</colour><aspect>16:9</aspect><quality>HDTV</quality></video>
    <audio><present>yes</present><stereo>Dolby Digital</stereo></audio>
    <previously-shown start="20220331180000 +0000" channel="two.tv" />
    <premiere>First time</premiere>
    <last-chance lang="en"/>
    <new />
    <subtitles type="teletext"><language lang="en">English</language></subtitles>
    <subtitles/>
    <rating system="MPAA"><value>NC-17</value><icon src="NC-17_symbol.png" /></rating>
    <star-rating system="TV Guide"><value>4/5</value></star-rating>
    <review type="url" source="RT" reviewer="Joe Bloggs" lang="en">https://example.com/review</review>
    <image type="poster" size="1" orient="P" system="tvdb">https://tvdb.com/poster.jpg</image>
  </programme>
</tv>
"#;

fn all_programme() -> Programme {
    let some = |text: &str| Some(Box::from(text));
    let url =
        |system: &str, url: &str| (Some(system).filter(|s| !s.is_empty()).map(Box::from), Box::from(url));
    let credit = |role, name: &str| Credit {
        role,
        name: name.into(),
        part: None,
        guest: None,
        images: Vec::new(),
        urls: Vec::new(),
    };
    Programme {
        titles: vec![text("en", "Programme One")],
        subtitles: vec![text("en", "Pilot")],
        descriptions: vec![text("en", "All features"), text("cy", "Mae'r cofnod")],
        credits: vec![
            credit(Role::Director, "Samuel Jones"),
            Credit {
                part: some("Karl James"),
                guest: Some(true),
                images: vec![Image {
                    url: "https://example.com/xxx.jpg".into(),
                    kind: some("person"),
                    ..Image::default()
                }],
                urls: vec![url("moviedb", "https://example.com/person/204")],
                ..credit(Role::Actor, "Ryan Lee")
            },
            credit(Role::Guest, "Oliver Nelson"),
        ],
        date: some("19901011"),
        categories: vec![text("en", "Comedy")],
        keywords: vec![text("en", "romantic")],
        language: Some(text("", "English")),
        original_language: Some(text("en", "French")),
        length: Some(Length { value: "60".into(), unit: Unit::Minutes }),
        icons: vec![Image {
            url: "https://example.com/i.jpg".into(),
            width: some("100"),
            height: some(""),
            ..Image::default()
        }],
        urls: vec![
            url("imdb", "https://example.com/programme_one"),
            url("", "https://example.com/programme_one_2"),
        ],
        countries: vec![text("", "US")],
        episode_numbers: vec![
            EpisodeNumber { system: None, value: "S01E01".into() },
            EpisodeNumber { system: some("xmltv_ns"), value: "1 . 1 . 0/1".into() },
        ],
        video: Some(Video {
            present: some("yes"),
            colour: some("no"),
            aspect: some("16:9"),
            quality: some("HDTV"),
        }),
        audio: Some(Audio { present: some("yes"), stereo: some("Dolby Digital") }),
        subtitling: vec![
            Subtitles { kind: some("teletext"), language: Some(text("en", "English")) },
            Subtitles::default(),
        ],
        ratings: vec![Rating {
            system: some("MPAA"),
            value: "NC-17".into(),
            icons: vec![Image { url: "NC-17_symbol.png".into(), ..Image::default() }],
        }],
        star_ratings: vec![Rating { system: some("TV Guide"), value: "4/5".into(), icons: Vec::new() }],
        reviews: vec![Review {
            kind: "url".into(),
            text: "https://example.com/review".into(),
            source: some("RT"),
            reviewer: some("Joe Bloggs"),
            language: some("en"),
        }],
        images: vec![Image {
            url: "https://tvdb.com/poster.jpg".into(),
            kind: some("poster"),
            size: some("1"),
            orientation: some("P"),
            system: some("tvdb"),
            ..Image::default()
        }],
        ..Programme::default()
    }
}

#[test]
fn all_that_the_dtd_knows_has_its_place() {
    let told = read(ALL);
    assert!(told.fault.is_none(), "{:?}", told.fault);
    assert_eq!(told.skipped, Skipped::default());
    let some = |text: &str| Some(Box::from(text));
    let head = Head {
        date: some("20220401000000 +0000"),
        source_info_url: some("example.com"),
        source_info_name: some("example"),
        source_data_url: some("example.com/a"),
        generator_info_name: some("Example \"Generator\""),
        generator_info_url: some("https://example.com"),
    };
    let channel = Channel {
        id: "one.tv".into(),
        names: vec![text("en", "Channel One"), text("fr", "Chaîne un")],
        icons: vec![Image {
            url: "https://example.com/one.jpg".into(),
            width: some("100"),
            height: some("100"),
            ..Image::default()
        }],
        urls: vec![(some("example"), "https://example.com/one".into())],
    };
    let moment = Moment {
        new: true,
        premiere: Some(text("", "First time")),
        last_chance: Some(text("en", "")),
        previously_shown: Some(PreviouslyShown {
            start: some("20220331180000 +0000"),
            channel: some("two.tv"),
        }),
        pdc_start: some("20220331180000 +0000"),
        vps_start: some("20220331180500 +0000"),
        showview: some("12345"),
        videoplus: some("67890"),
        clump: some("0/2"),
    };
    let heard = Heard {
        channel: "one.tv".into(),
        start_ms: 1_648_749_600_000,
        end_ms: Some(1_648_753_200_000),
        moment,
        programme: Box::new(all_programme()),
    };
    assert_eq!(told.items, [Item::Head(head), Item::Channel(channel), Item::Airing(heard)]);
}

#[test]
fn what_is_written_is_in_the_order_of_the_dtd() {
    let told = read(ALL);
    let mut writer = Writer::new(Vec::new(), &Head::default()).unwrap();
    for item in &told.items {
        match item {
            Item::Head(head) => writer = Writer::new(Vec::new(), head).unwrap(),
            Item::Channel(channel) => writer.channel(channel).unwrap(),
            Item::Airing(Heard { channel, start_ms, end_ms, moment, programme }) => {
                writer.airing(channel, *start_ms, *end_ms, moment, programme).unwrap();
            }
        }
    }
    insta::assert_snapshot!(String::from_utf8(writer.finish().unwrap()).unwrap());
}

#[test]
fn texts_are_read_as_xml_says() {
    for (inner, expected) in [
        ("<desc>plain</desc>", Some("plain")),
        ("<desc>\n    Blah,\n    blah.\n  </desc>", Some("Blah,\n    blah.")),
        ("<desc>one\r\ntwo\rthree</desc>", Some("one\ntwo\nthree")),
        ("<desc>Tom &amp; &lt;Jerry&gt; &quot;x&quot; &apos;y&apos;</desc>", Some("Tom & <Jerry> \"x\" 'y'")),
        ("<desc>&amp;amp; &amp;lt;</desc>", Some("&amp; &lt;")),
        ("<desc>K&#246;ln &#xFC;ber &#Xe4;</desc>", Some("Köln über ä")),
        ("<desc>T&uuml;r&nbsp;zu</desc>", Some("T&uuml;r&nbsp;zu")),
        ("<desc>AT&T</desc>", Some("AT&T")),
        ("<desc>a & b</desc>", Some("a & b")),
        ("<desc>a & b; c</desc>", Some("a & b; c")),
        ("<desc>&</desc>", Some("&")),
        (
            "<desc>&#0; &#xD800; &#x110000; &#xFFFE; &#; &#+5; &;</desc>",
            Some("&#0; &#xD800; &#x110000; &#xFFFE; &#; &#+5; &;"),
        ),
        ("<desc><![CDATA[ <b>bold</b> &amp; ]]></desc>", Some("<b>bold</b> &amp;")),
        ("<desc>a<![CDATA[b]]><!-- not this -->c<?nor this?>d</desc>", Some("abcd")),
        ("<desc>a<b>not this<i>nor this</i></b>c<br/>d</desc>", Some("acd")),
        ("<desc>&#32;kept&#9;</desc>", Some(" kept\t")),
        ("<desc>  &#32;x  </desc>", Some(" x")),
        ("<desc>a\u{1}b\u{ffff}c\u{fffd}d</desc>", Some("abc\u{fffd}d")),
        ("<desc>\u{86}DVB\u{87}</desc>", Some("\u{86}DVB\u{87}")),
        ("<desc></desc>", None),
        ("<desc/>", None),
        ("<desc> \n </desc>", None),
        ("<desc>&#160;\u{3000}&#32;</desc>", None),
        ("<desc>\u{1}</desc>", None),
    ] {
        let heard = one(inner);
        let found = heard.programme.descriptions.first().map(|text| text.text.as_str());
        assert_eq!(found, expected, "{inner:?}");
    }
}

#[test]
fn attributes_are_read_as_xml_says() {
    for (value, expected) in [
        (r#""plain""#, "plain"),
        (r#"'single "quoted"'"#, "single \"quoted\""),
        ("\"a &amp; b &lt; &#228;\"", "a & b < ä"),
        ("\"a\tb\r\nc\nd\"", "a b c d"),
        ("\"&#9;x&#10;y&#13;\"", "\tx\ny\r"),
        ("\" kept \"", " kept "),
        ("\"&uuml; & &; &x\"", "&uuml; & &; &x"),
        ("\"a\u{1}b > c\"", "ab > c"),
        ("\"\"", ""),
    ] {
        let heard = one(&format!("<url system = {value}>x</url>"));
        assert_eq!(heard.programme.urls[0].0.as_deref(), Some(expected), "{value:?}");
    }
}

#[test]
fn what_says_nothing_is_not_kept() {
    let heard = one("<title/><title lang='de'> </title><sub-title/><credits/>\
         <credits><actor> </actor><director/></credits><date/><language/>\
         <length units='minutes'/><length units='days'>3</length><length>3</length>\
         <icon/><icon src=' '/><url/>\
         <episode-num system='x'/><rating><value/></rating><rating/><star-rating/>\
         <review type='text'/><image type='poster'/>\
         <country lang='en'/><category lang='en'/><keyword/>");
    let expected = Programme { titles: vec![text("", "T")], ..Programme::default() };
    assert_eq!(
        heard,
        Heard {
            channel: "a".into(),
            start_ms: 1_772_395_200_000,
            programme: Box::new(expected),
            ..Heard::default()
        }
    );
}

#[test]
fn odd_elements_are_read_for_what_they_are_worth() {
    let heard =
        one("<video/><audio><stereo/></audio><premiere> </premiere><last-chance lang=''>x</last-chance>\
         <previously-shown/><unknown><title>no</title></unknown>\
         <date>2019</date><date>2020</date><desc lang=''>d</desc>\
         <image type='POSTER' size='9' orient='l'>u</image><subtitles type='pictures'/>\
         <review>good</review><rating><icon src='i'/></rating>\
         <credits><actor guest='maybe'>A <image>u</image> <b>not this</b> B</actor>\
         <director role='no'>D</director><lights>L</lights></credits>");
    let programme = &heard.programme;
    assert_eq!(programme.titles, [text("", "T")]);
    assert_eq!(programme.video, Some(Video::default()));
    assert_eq!(programme.audio, Some(Audio::default()));
    assert_eq!(programme.date.as_deref(), Some("2019"));
    assert_eq!(programme.descriptions, [text("", "d")]);
    assert_eq!(programme.images[0].kind.as_deref(), Some("poster"));
    assert_eq!(
        (programme.images[0].size.as_deref(), programme.images[0].orientation.as_deref()),
        (None, Some("L"))
    );
    assert_eq!(programme.subtitling, [Subtitles::default()]);
    assert_eq!((&*programme.reviews[0].kind, &*programme.reviews[0].text), ("text", "good"));
    assert_eq!((&*programme.ratings[0].value, programme.ratings[0].icons.len()), ("", 1));
    let credits: Vec<_> =
        programme.credits.iter().map(|credit| (credit.role, &*credit.name, credit.part.as_deref())).collect();
    assert_eq!(credits, [(Role::Actor, "A   B", None), (Role::Director, "D", None)]);
    assert_eq!((programme.credits[0].guest, &*programme.credits[0].images[0].url), (None, "u"));
    let moment = heard.moment;
    assert_eq!((moment.premiere, moment.last_chance), (Some(text("", "")), Some(text("", "x"))));
    assert_eq!(moment.previously_shown, Some(PreviouslyShown::default()));
}

#[test]
fn a_clump_of_one_is_none() {
    for (clump, expected) in [("0/1", None), ("0/2", Some("0/2")), ("1/2", Some("1/2"))] {
        let told = read(format!(
            "<tv><programme start='20260301' channel='a' clumpidx='{clump}'><title>T</title></programme></tv>"
        ));
        assert_eq!(told.airings()[0].moment.clump.as_deref(), expected);
    }
}

#[test]
fn times_without_an_offset_are_at_home_in_the_zone() {
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let input = "<tv><programme start='20260701200000' stop='20260701210000 +0000' channel='a'>\
                 <title>T</title></programme></tv>";
    let mut reader = Reader::new(input.as_bytes(), Options { zone });
    reader.next().unwrap();
    let Some(Item::Airing(heard)) = reader.next().unwrap() else { panic!("an airing") };
    assert_eq!((heard.start_ms, heard.end_ms), (1_782_928_800_000, Some(1_782_939_600_000)));
}

#[test]
fn programmes_without_sense_are_left_out_and_counted() {
    let long = "x".repeat(300);
    let input = format!(
        "<tv>\
         <programme channel='a'><title>no start</title></programme>\
         <programme start='{long}' channel='a'><title>bad start</title></programme>\
         <programme start='20260301200000' stop='20260301190000' channel='a'>\
         <title>backwards</title></programme>\
         <programme start='20260301200000' stop='20260301200000' channel='a'>\
         <title>no time at all</title></programme>\
         <programme start='20260301200000' channel='a'><title> </title><desc>d</desc></programme>\
         <programme start='20260301200000' channel='a'/>\
         <programme start='20260301200000'><title>no channel</title></programme>\
         <programme start='20260301200000' channel=' '><title>blank channel</title></programme>\
         <channel><display-name>nameless</display-name></channel>\
         <programme start='20260301200000' stop='later' channel='a'><title>endless</title></programme>\
         <programme start='20260301200000' stop='' channel='a'><title>open</title></programme>\
         </tv>"
    );
    let told = read(&input);
    assert!(told.fault.is_none());
    assert_eq!(told.titles(), ["no time at all", "endless", "open"]);
    assert_eq!(
        told.airings().iter().map(|heard| heard.end_ms).collect::<Vec<_>>(),
        [Some(1_772_395_200_000), None, None]
    );
    let Skipped { bad_time, ends_before_start, no_title, no_channel, too_large, shortened, examples } =
        &told.skipped;
    assert_eq!((bad_time, ends_before_start, no_title, no_channel), (&2, &1, &2, &3));
    assert_eq!((too_large, shortened, told.skipped.total()), (&0, &1, 8));
    let reasons: Vec<_> = examples.iter().map(|example| example.reason).collect();
    assert_eq!(reasons[..3], [Reason::BadTime, Reason::BadTime, Reason::EndsBeforeStart]);
    for example in examples {
        assert!(input[example.at as usize..].starts_with(['<']), "{example:?}");
        assert!(example.what.chars().count() <= EXAMPLE_TEXT_MOST);
    }
    assert_eq!(&*examples[2].what, "on a: backwards");
    assert_eq!(&*examples[7].what, "a channel without id: nameless");
}

#[test]
fn only_the_first_examples_are_kept() {
    let told = read(format!("<tv>{}</tv>", "<programme start='never' channel='a'/>".repeat(1_000)));
    assert_eq!((told.skipped.bad_time, told.skipped.examples.len()), (1_000, EXAMPLES_MOST));
}

#[test]
fn what_is_no_guide_is_named() {
    for (input, message) in [
        (&b""[..], "it is empty"),
        (b" \n\t", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"<!DOCTYPE html><html><head><meta charset=utf-8></head>", "web page (HTML)"),
        (b"<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">", "web page (HTML)"),
        (b"<html lang=en><body><br></html>", "web page (HTML)"),
        (b"\n<HTML>", "web page (HTML)"),
        (b"{\"error\": \"not found\"}", "JSON"),
        (b"\xef\xbb\xbf[1]", "JSON"),
        (b"#EXTM3U\n#EXTINF:-1,ARD\nhttp://x/", "list of channels (M3U)"),
        (b"\x1f\x8b\x08\x00", "packed (gzip)"),
        (b"PK\x03\x04\x00", "packed (zip)"),
        (b"\xfd7zXZ\x00", "packed (xz)"),
        (b"404 page not found", "does not begin like XML"),
        (b"\x00\x01\x02", "does not begin like XML"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "begins with <rss>"),
        (b"<?xml version='1.0'?>text<tv/>", "text stands before"),
    ] {
        let told = read(input);
        let Some(Fault::NotXmltv(found)) = &told.fault else { panic!("{input:?}: {:?}", told.fault) };
        assert!(found.contains(message), "{found}");
        assert!(told.items.is_empty());
    }
    let long = read(format!("<{}>", "x".repeat(5_000)));
    assert!(matches!(long.fault, Some(Fault::NotXmltv(message)) if message.len() < 200));
}

#[test]
fn what_is_damaged_counts_up_to_there() {
    let good = "<tv><programme start='20260301' channel='a'><title>good</title></programme>";
    for (rest, at, message) in [
        (
            "<programme start='20260301' channel='a'><title>x</desc></programme></tv>",
            48,
            "`</title>`, but `</desc>`",
        ),
        ("<programme start=20260301 channel='a'><title>x</title></programme></tv>", 38, "is no attribute"),
        ("<programme start channel='a'><title>x</title></programme></tv>", 29, "is no attribute"),
        ("</programme></tv>", 0, "`</programme>` ends what has not begun"),
        ("  <!x></tv>", 2, "markup"),
    ] {
        let told = read([good, rest].concat());
        assert_eq!(told.titles(), ["good"], "{rest}");
        let Some(Fault::NotWellFormed { at: found, what }) = told.fault else {
            panic!("{rest}: {:?}", told.fault)
        };
        assert_eq!(found, (good.len() + at) as u64, "{rest}: {what}");
        assert!(what.contains(message), "{rest}: {what}");
    }
}

#[test]
fn what_breaks_off_gives_what_came_before() {
    let whole = read(ALL).items;
    for cut in 0..ALL.len() {
        let came = &ALL.as_bytes()[..cut];
        let told = read(came);
        assert!(whole.starts_with(&told.items), "{cut}");
        match told.fault {
            Some(Fault::CutShort { at }) => assert_eq!(at, cut as u64),
            Some(Fault::NotXmltv(_)) => assert_eq!(cut, 0),
            None => assert!(came.ends_with(b"</tv>")),
            Some(fault) => panic!("{cut}: {fault}"),
        }
        let ended = |end: &str| usize::from(ALL.find(end).is_some_and(|at| at + end.len() <= cut));
        assert_eq!(
            told.items.len(),
            ended("example.com'>") + ended("</channel>") + ended("</programme>"),
            "{cut}"
        );
    }
}

#[test]
fn no_entity_is_expanded_and_no_dtd_is_looked_at() {
    let mut laughs =
        String::from("<!DOCTYPE tv SYSTEM \"http://127.0.0.1:9/x.dtd\" [<!ENTITY lol0 \"lol\">\n");
    for i in 1..10 {
        let inner = format!("&lol{};", i - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY lol{i} \"{inner}\"> <!-- ]> ' -->\n"));
    }
    laughs.push_str("<!ENTITY file SYSTEM \"file:///etc/passwd\"><!ELEMENT tv (channel*)>]>");
    let told = read(laughs + &guide("<desc>&lol9; &file;</desc><url system='&lol9;'>u</url>"));
    assert!(told.fault.is_none(), "{:?}", told.fault);
    let programme = &told.airings()[0].programme;
    assert_eq!(programme.descriptions[0].text, "&lol9; &file;");
    assert_eq!(programme.urls[0].0.as_deref(), Some("&lol9;"));
}

#[test]
fn characters_come_in_many_encodings() {
    let title = |declared: &str, bytes: &[u8]| {
        let mut input = declared.as_bytes().to_vec();
        input.extend_from_slice(b"<tv><programme start='20260301' channel='\xe4'><title>");
        input.extend_from_slice(bytes);
        input.extend_from_slice(b"</title></programme></tv>");
        let told = read(input);
        assert!(told.fault.is_none(), "{declared}: {:?}", told.fault);
        told.titles()[0].to_owned()
    };
    let declared = |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>");
    for (declared, bytes, expected) in [
        (String::new(), &b"T\xc3\xbcr"[..], "Tür"),
        (declared("UTF-8"), b"T\xc3\xbcr", "Tür"),
        (declared("utf8"), b"T\xc3\xbcr", "Tür"),
        ("\u{feff}".to_owned(), b"T\xc3\xbcr", "Tür"),
        (format!("\u{feff}{}", declared("ISO-8859-1")), b"T\xc3\xbcr", "Tür"),
        // Not what it says; as good as it gets.
        (declared("UTF-8"), b"T\xfcr \x80 \x93x\x94", "Tür € “x”"),
        (declared("UTF-8"), b"T\xfcr &amp; T\xc3\xbcr", "Tür & Tür"),
        (declared("utf-16"), b"T\xc3\xbcr", "Tür"),
        (declared("ISO-8859-1"), b"T\xfcr", "Tür"),
        (declared("latin1"), b"T\xfcr \x80", "Tür €"),
        (declared("iso-8859-15"), b"\xa4 \xa6 \xbe", "€ Š Ÿ"),
        (declared("Windows-1252"), b"\x80 \x9f \x93x\x94", "€ Ÿ “x”"),
        (declared("US-ASCII"), b"T\xfcr", "Tür"),
        (declared("ISO-8859-2"), b"\xb1\xe6\xea", "ąćę"),
        (declared("windows-1251"), b"\xcc\xe8\xf0", "Мир"),
    ] {
        assert_eq!(title(&declared, bytes), expected, "{declared}");
    }
}

#[test]
fn encodings_that_are_not_read_are_named() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let narrow = |encoding: &str| format!("<?xml version='1.0' encoding='{encoding}'?><tv/>").into_bytes();
    for (input, name) in [
        (wide("\u{feff}<tv/>"), "UTF-16"),
        (wide("<tv/>"), "UTF-16"),
        (wide("\u{feff}<tv/>").chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect(), "UTF-16"),
        (narrow("EBCDIC"), "EBCDIC"),
        (narrow("ISO-2022-JP"), "ISO-2022-JP"),
        (narrow("hz-gb-2312"), "hz-gb-2312"),
    ] {
        match read(&input).fault {
            Some(Fault::Encoding(found)) => assert_eq!(&*found, name),
            fault => panic!("{name}: {fault:?}"),
        }
    }
}

#[test]
fn large_things_are_cut_or_left_out() {
    let good = "<programme start='20260301' channel='a'><title>good</title></programme>";
    let large = |inner: String| {
        format!(
            "<tv>{good}<programme start='20260301' channel='a'><title>large</title>\
             {inner}</programme>{good}</tv>"
        )
    };
    let long = "ü".repeat(TEXT_MOST);
    let deep = |depth| format!("{}{}", "<x>".repeat(depth), "</x>".repeat(depth));
    let texts = |count: usize| format!("<desc>{}</desc>", "d".repeat(TEXT_MOST)).repeat(count);
    for (inner, kept, too_large, shortened) in [
        (format!("<desc>{long}</desc>"), true, 0, 1),
        (format!("<desc>{}</desc>", "&amp;".repeat(TEXT_MOST + 1)), true, 0, 1),
        (format!("<url system='{long}'>u</url>"), true, 0, 1),
        (format!("<credits><actor>A<url>{long}</url></actor></credits>"), true, 0, 1),
        ("<category>c</category>".repeat(CHILDREN_MOST + 1), true, 0, 1),
        (deep(DEPTH_MOST - 4), true, 0, 0),
        (deep(DEPTH_MOST - 3), false, 1, 0),
        (deep(20_000), false, 1, 0),
        (texts(14), true, 0, 0),
        (texts(17), false, 1, 0),
        (texts(40), false, 1, 0),
        (format!("<!--{}-->", "<programme>".repeat(100_000)), false, 1, 0),
        (format!("<desc><![CDATA[{}]]></desc>", "</programme>".repeat(100_000)), false, 1, 0),
    ] {
        let told = read(large(inner));
        assert!(told.fault.is_none(), "{:?}", told.fault);
        assert_eq!(told.titles(), if kept { &["good", "large", "good"][..] } else { &["good", "good"] });
        assert_eq!((told.skipped.too_large, told.skipped.shortened), (too_large, shortened));
        let texts = told.airings().into_iter().flat_map(|heard| &heard.programme.descriptions);
        assert!(texts.clone().all(|text| text.text.len() <= TEXT_MOST));
        assert!(told.airings().iter().all(|heard| heard.programme.categories.len() <= CHILDREN_MOST));
    }
}

#[test]
fn large_things_between_programmes_are_passed_over() {
    let good = "<programme start='20260301' channel='a'><title>good</title></programme>";
    // A small window shows it as well.
    let read = |input: String| read_by(input, 1 << 10, 4 << 10);
    for between in [
        // Guides that were put behind one another have these.
        "\u{feff}".to_owned(),
        " ".repeat(20_000),
        "text".repeat(5_000),
        format!("<!-- {} -->", good.repeat(300)),
        format!("<?x {}?>", ">".repeat(20_000)),
        format!("<x>{}</x>", good.repeat(300)),
        format!("<x>{}</x>", "<y>".repeat(5_000) + &"</y>".repeat(5_000)),
        format!("<x><!-- {} --><![CDATA[{}]]></x>", good.repeat(300), "</x>".repeat(5_000)),
    ] {
        let told = read(format!("<tv>{good}{between}{good}</tv>"));
        assert!(told.fault.is_none(), "{:?}", told.fault);
        assert_eq!(told.titles(), ["good", "good"]);
        assert_eq!(told.skipped, Skipped::default());
    }
    let prolog = read(format!("<!--{}--><tv>{good}</tv>", "x".repeat(20_000)));
    assert_eq!((prolog.titles(), prolog.fault.is_none()), (vec!["good"], true));
    let unclosed = read(format!("<tv>{good}<!--{}", "x".repeat(20_000)));
    assert!(matches!(unclosed.fault, Some(Fault::CutShort { at }) if at == 20_000 + 8 + good.len() as u64));
}

#[test]
fn a_tag_of_any_size_ends_it() {
    let tag = format!("<programme start='{}' channel='a'>", "0".repeat(2 << 20));
    for (input, items) in [
        (format!("<tv>{tag}<title>x</title></programme></tv>"), 1),
        (format!("<tv><x>{tag}"), 1),
        (tag.clone(), 0),
        (format!("<!DOCTYPE tv [{}]><tv/>", "<!ENTITY a 'b'>".repeat(100_000)), 0),
    ] {
        let told = read(input);
        assert!(matches!(told.fault, Some(Fault::TooLarge { at }) if at < 16), "{:?}", told.fault);
        assert_eq!(told.items.len(), items);
    }
}

/// Gives `unit` again and again, and counts.
struct Endless {
    begin: &'static [u8],
    unit: &'static [u8],
    given: u64,
    most: u64,
}

impl std::io::Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.given >= self.most {
            return Ok(0);
        }
        for (place, at) in out.iter_mut().zip(self.given as usize..) {
            let behind = at.saturating_sub(self.begin.len()) % self.unit.len();
            *place = self.begin.get(at).copied().unwrap_or(self.unit[behind]);
        }
        self.given += out.len() as u64;
        Ok(out.len())
    }
}

#[test]
fn endless_input_takes_no_more_than_a_window() {
    for (begin, unit) in [
        (&b"<tv>"[..], &b"<x>"[..]),
        (b"<tv>", b"text "),
        (b"<tv><!-- ", b"comment"),
        (b"<tv><programme start='20260301' channel='a'><title>", b"endless "),
        (b"<tv><programme start='20260301' channel='a'>", b"<title>x</title>"),
        (b"<tv><programme start='20260301' channel='a'><desc>", b"&amp;"),
        (b"<tv><x><![CDATA[", b"]] >"),
        (b"<tv>", b"<programme start='never' channel='a'/>"),
    ] {
        let input = std::io::BufReader::new(Endless { begin, unit, given: 0, most: 3 << 20 });
        let mut reader = Reader::new(input, Options { zone: TimeZone::UTC });
        let fault = loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("it has no end"),
                Err(fault) => break fault,
            }
        };
        assert!(matches!(fault, Fault::CutShort { at } if at >= 3 << 20), "{fault:?}");
        assert!(reader.room() <= ELEMENT_MOST);
    }
}

#[test]
fn bytes_that_do_not_come_are_a_fault_after_the_items() {
    struct Broken(&'static [u8]);
    impl std::io::Read for Broken {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return Err(std::io::Error::other("the line is dead"));
            }
            std::io::Read::read(&mut self.0, out)
        }
    }
    let input = b"<tv><programme start='20260301' channel='a'><title>good</title></programme>";
    let mut reader = Reader::new(std::io::BufReader::new(Broken(input)), Options { zone: TimeZone::UTC });
    assert!(matches!(reader.next(), Ok(Some(Item::Head(_)))));
    assert!(matches!(reader.next(), Ok(Some(Item::Airing(_)))));
    assert!(matches!(reader.next(), Err(Fault::Read(_))));
    assert!(matches!(reader.next(), Ok(None)));
}

#[test]
fn a_known_episode_is_written_for_machines_unless_the_source_did() {
    let episode =
        |season, seasons, number, of, part, parts| Episode { season, seasons, number, of, part, parts };
    let onscreen = EpisodeNumber { system: Some("onscreen".into()), value: "S02E03".into() };
    let own = EpisodeNumber { system: Some("xmltv_ns".into()), value: "7.7.7".into() };
    for (episode, given, expected) in [
        (Episode::default(), vec![], vec![]),
        (episode(Some(2), None, Some(3), None, None, None), vec![], vec!["1.2."]),
        (episode(Some(2), Some(9), Some(13), Some(13), Some(1), Some(2)), vec![], vec!["1/9.12/13.0/2"]),
        (episode(None, None, Some(100), None, None, None), vec![], vec![".99."]),
        (episode(Some(1), None, None, None, None, None), vec![], vec!["0.."]),
        (episode(Some(0), None, Some(3), None, None, None), vec![], vec![".2."]),
        (episode(Some(0), None, None, Some(3), None, None), vec![], vec![]),
        (episode(Some(2), None, Some(3), None, None, None), vec![onscreen.clone()], vec!["S02E03", "1.2."]),
        (
            episode(Some(2), None, Some(3), None, None, None),
            vec![own.clone(), onscreen],
            vec!["7.7.7", "S02E03"],
        ),
    ] {
        let programme = Programme {
            titles: vec![text("", "T")],
            episode,
            episode_numbers: given,
            ..Programme::default()
        };
        let told =
            read(written(&Heard { channel: "a".into(), programme: Box::new(programme), ..Heard::default() }));
        let numbers: Vec<_> =
            told.airings()[0].programme.episode_numbers.iter().map(|number| &*number.value).collect();
        assert_eq!(numbers, expected);
    }
}

#[test]
fn credits_are_written_role_by_role() {
    let inner = "<credits><guest>G</guest><actor>A1</actor><director>D</director><actor>A2</actor></credits>";
    let heard = one(inner);
    let told = read(written(&heard));
    let names: Vec<_> = told.airings()[0].programme.credits.iter().map(|credit| &*credit.name).collect();
    assert_eq!(names, ["D", "A1", "A2", "G"]);
}

#[test]
fn what_is_written_is_valid_whatever_it_is_given() {
    let mut programme = all_programme();
    programme.titles = vec![text("", "\u{0}\u{fffe}")];
    programme.descriptions = vec![text("\"<&", "a<b>&c\r\n]]>\u{1}\t.")];
    programme.images[0].kind = Some("hologram".into());
    programme.subtitling[0].kind = Some("smoke".into());
    programme.reviews[0].kind = "rumour".into();
    programme.icons[0].url = " ".into();
    let out = written(&Heard {
        channel: "a\nb".into(),
        end_ms: Some(i64::MAX),
        start_ms: i64::MIN,
        programme: Box::new(programme),
        ..Heard::default()
    });
    for part in [
        "<programme start=\"00010102000000 +0000\" stop=\"99991230200000 +0000\" channel=\"a&#10;b\">",
        "<title></title>",
        "<desc lang=\"&quot;&lt;&amp;\">a&lt;b&gt;&amp;c&#13;\n]]&gt;\t.</desc>",
        "<image size=\"1\" orient=\"P\" system=\"tvdb\">",
        "<subtitles>\n",
        "<review type=\"text\"",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains("<icon src=\" \""));
}

#[test]
fn channels_come_first() {
    let mut writer = Writer::new(Vec::new(), &Head::default()).unwrap();
    writer.channel(&Channel { id: "a&b".into(), ..Channel::default() }).unwrap();
    let (moment, programme) = (Moment::default(), all_programme());
    writer.airing("a&b", 0, None, &moment, &programme).unwrap();
    assert!(writer.channel(&Channel::default()).is_err());
    let told = read(writer.finish().unwrap());
    let Item::Channel(channel) = &told.items[1] else { panic!("a channel") };
    assert_eq!((&*channel.id, &channel.names), ("a&b", &vec![text("", "a&b")]));
}

#[test]
fn large_guides_go_out_page_by_page() {
    struct Pages(Vec<usize>);
    impl std::io::Write for Pages {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.push(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = Writer::new(Pages(Vec::new()), &Head::default()).unwrap();
    let programme = all_programme();
    for i in 0..1_000 {
        writer.airing("a", i, None, &Moment::default(), &programme).unwrap();
    }
    let pages = writer.finish().unwrap().0;
    assert!(pages.len() > 20, "{}", pages.len());
    assert!(pages.iter().rev().skip(1).all(|page| (64 << 10..72 << 10).contains(page)), "{pages:?}");
}
