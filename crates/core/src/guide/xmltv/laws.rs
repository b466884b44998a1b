//! Laws: what is written is read the same, wherever the window ends; no bytes do harm; what breaks off is a beginning.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::cases::{read, read_by};
use super::*;
use crate::guide::programme::{
    Audio, Credit, EpisodeNumber, Length, PreviouslyShown, Rating, Review, Role, Subtitles, Unit, Video,
};

/// Characters that XML allows, those among them that mean something there more often.
fn legal() -> impl Strategy<Value = char> {
    let telling: Vec<char> =
        "&<>\"'\r\n\t ;#]-=/".chars().chain(['\u{feff}', '\u{fffd}', '\u{86}', '\u{a0}', 'ü']).collect();
    prop_oneof![
        4 => prop::char::range('a', 'z'),
        3 => proptest::sample::select(telling),
        1 => any::<char>().prop_filter("legal", |c| super::words::is_legal(*c)),
    ]
}

/// Bytes that mean something in XML, or nothing in UTF-8.
fn telling() -> impl Strategy<Value = u8> {
    proptest::sample::select(&b"<>&;\"'=/!?[]-\0\xff e"[..])
}

fn any_text() -> impl Strategy<Value = String> {
    vec(legal(), 0..12).prop_map(String::from_iter)
}

fn said() -> impl Strategy<Value = String> {
    any_text().prop_filter("not blank", |text| !super::words::blank(text))
}

fn boxed() -> impl Strategy<Value = Box<str>> {
    said().prop_map(Into::into)
}

fn attribute() -> impl Strategy<Value = Option<Box<str>>> {
    of(any_text().prop_map(Into::into))
}

fn language() -> impl Strategy<Value = Option<Box<str>>> {
    of("[a-zA-Z&\"]{1,5}".prop_map(Into::into))
}

fn text() -> impl Strategy<Value = Text> {
    (language(), said()).prop_map(|(language, text)| Text { language, text })
}

fn maybe_empty_text() -> impl Strategy<Value = Text> {
    (language(), any_text()).prop_map(|(language, text)| Text { language, text })
}

fn texts() -> impl Strategy<Value = Vec<Text>> {
    vec(text(), 0..3)
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = Option<Box<str>>> {
    of(proptest::sample::select(values).prop_map(Box::from))
}

fn icon() -> impl Strategy<Value = Image> {
    (boxed(), attribute(), attribute()).prop_map(|(url, width, height)| Image {
        url,
        width,
        height,
        ..Image::default()
    })
}

fn image() -> impl Strategy<Value = Image> {
    use super::programme::{IMAGE_ORIENTATIONS, IMAGE_SIZES, IMAGE_TYPES};
    (boxed(), one_of(IMAGE_TYPES), one_of(IMAGE_SIZES), one_of(IMAGE_ORIENTATIONS), attribute()).prop_map(
        |(url, kind, size, orientation, system)| Image {
            url,
            kind,
            size,
            orientation,
            system,
            ..Image::default()
        },
    )
}

fn urls() -> impl Strategy<Value = Vec<(Option<Box<str>>, Box<str>)>> {
    vec((attribute(), boxed()), 0..2)
}

/// In the order of roles, as they are written.
fn credits() -> impl Strategy<Value = Vec<Credit>> {
    let roles = [
        Role::Director,
        Role::Actor,
        Role::Writer,
        Role::Adapter,
        Role::Producer,
        Role::Composer,
        Role::Editor,
        Role::Presenter,
        Role::Commentator,
        Role::Guest,
    ];
    let credit = (0..roles.len(), boxed(), attribute(), any::<Option<bool>>(), vec(image(), 0..2), urls());
    vec(credit, 0..4).prop_map(move |mut credits| {
        credits.sort_by_key(|credit| credit.0);
        credits
            .into_iter()
            .map(|(role, name, part, guest, images, urls)| {
                let role = roles[role];
                let actor = role == Role::Actor;
                Credit {
                    role,
                    name,
                    part: part.filter(|_| actor),
                    guest: guest.filter(|_| actor),
                    images,
                    urls,
                }
            })
            .collect()
    })
}

fn ratings() -> impl Strategy<Value = Vec<Rating>> {
    let rating = (attribute(), boxed(), vec(icon(), 0..2));
    vec(rating.prop_map(|(system, value, icons)| Rating { system, value, icons }), 0..2)
}

fn reviews() -> impl Strategy<Value = Vec<Review>> {
    let kind = proptest::sample::select(&["text", "url"][..]).prop_map(Box::from);
    let review = (kind, boxed(), attribute(), attribute(), language());
    let review = review.prop_map(|(kind, text, source, reviewer, language)| Review {
        kind,
        text,
        source,
        reviewer,
        language,
    });
    vec(review, 0..2)
}

fn subtitles() -> impl Strategy<Value = Vec<Subtitles>> {
    let subtitles = (one_of(super::programme::SUBTITLES_TYPES), of(text()));
    vec(subtitles.prop_map(|(kind, language)| Subtitles { kind, language }), 0..2)
}

fn length() -> impl Strategy<Value = Length> {
    let unit = proptest::sample::select(vec![Unit::Seconds, Unit::Minutes, Unit::Hours]);
    (boxed(), unit).prop_map(|(value, unit)| Length { value, unit })
}

fn video() -> impl Strategy<Value = Video> {
    (of(boxed()), of(boxed()), of(boxed()), of(boxed()))
        .prop_map(|(present, colour, aspect, quality)| Video { present, colour, aspect, quality })
}

fn audio() -> impl Strategy<Value = Audio> {
    (of(boxed()), of(boxed())).prop_map(|(present, stereo)| Audio { present, stereo })
}

fn numbers() -> impl Strategy<Value = Vec<EpisodeNumber>> {
    vec((attribute(), boxed()).prop_map(|(system, value)| EpisodeNumber { system, value }), 0..3)
}

/// Every field that is read; the others stay as they are by default.
fn programme() -> impl Strategy<Value = Programme> {
    let words = (vec(text(), 1..3), texts(), texts(), credits(), of(boxed()), texts(), texts());
    let languages = (of(text()), of(text()), of(length()), vec(icon(), 0..2), urls(), texts(), numbers());
    let rest = (of(video()), of(audio()), subtitles(), ratings(), ratings(), reviews(), vec(image(), 0..2));
    (words, languages, rest).prop_map(|(words, languages, rest)| {
        let (titles, subtitles, descriptions, credits, date, categories, keywords) = words;
        let (language, original_language, length, icons, urls, countries, episode_numbers) = languages;
        let (video, audio, subtitling, ratings, star_ratings, reviews, images) = rest;
        Programme {
            titles,
            subtitles,
            descriptions,
            credits,
            date,
            categories,
            keywords,
            language,
            original_language,
            length,
            icons,
            urls,
            countries,
            episode_numbers,
            video,
            audio,
            subtitling,
            ratings,
            star_ratings,
            reviews,
            images,
            ..Programme::default()
        }
    })
}

fn moment() -> impl Strategy<Value = Moment> {
    let shown = (attribute(), attribute()).prop_map(|(start, channel)| PreviouslyShown { start, channel });
    let told = (any::<bool>(), of(maybe_empty_text()), of(maybe_empty_text()), of(shown));
    let codes = (attribute(), attribute(), attribute(), attribute(), attribute());
    (told, codes).prop_map(|(told, codes)| {
        let (new, premiere, last_chance, previously_shown) = told;
        let (pdc_start, vps_start, showview, videoplus, clump) = codes;
        Moment {
            new,
            premiere,
            last_chance,
            previously_shown,
            pdc_start,
            vps_start,
            showview,
            videoplus,
            clump,
        }
    })
}

fn heard() -> impl Strategy<Value = Heard> {
    let seconds = -60_000_000_000..250_000_000_000_i64;
    (boxed(), seconds, of(0..1_000_000_i64), moment(), programme()).prop_map(
        |(channel, start, length, moment, programme)| Heard {
            channel,
            start_ms: start * 1_000,
            end_ms: length.map(|length| (start + length) * 1_000),
            moment,
            programme: Box::new(programme),
        },
    )
}

fn channel() -> impl Strategy<Value = Channel> {
    (boxed(), vec(text(), 1..3), vec(icon(), 0..2), urls()).prop_map(|(id, names, icons, urls)| Channel {
        id,
        names,
        icons,
        urls,
    })
}

fn head() -> impl Strategy<Value = Head> {
    (attribute(), attribute(), attribute(), attribute(), attribute(), attribute()).prop_map(|all| Head {
        date: all.0,
        source_info_url: all.1,
        source_info_name: all.2,
        source_data_url: all.3,
        generator_info_name: all.4,
        generator_info_url: all.5,
    })
}

fn guide() -> impl Strategy<Value = Vec<Item>> {
    (head(), vec(channel(), 0..3), vec(heard(), 0..4)).prop_map(|(head, channels, airings)| {
        let mut items = vec![Item::Head(head)];
        items.extend(channels.into_iter().map(Item::Channel));
        items.extend(airings.into_iter().map(Item::Airing));
        items
    })
}

fn write(items: &[Item], zone: TimeZone) -> Vec<u8> {
    let mut writer = None;
    for item in items {
        match (item, &mut writer) {
            (Item::Head(head), writer) => {
                *writer = Some(Writer::new(Vec::new(), head).unwrap().in_zone(zone.clone()));
            }
            (Item::Channel(channel), Some(writer)) => writer.channel(channel).unwrap(),
            (Item::Airing(heard), Some(writer)) => {
                let Heard { channel, start_ms, end_ms, moment, programme } = heard;
                writer.airing(channel, *start_ms, *end_ms, moment, programme).unwrap();
            }
            _ => panic!("a head comes first"),
        }
    }
    writer.unwrap().finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read_the_same(items in guide(), first in 1..3_000_usize, east in any::<bool>()) {
        let zone = if east { TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap() } else { TimeZone::UTC };
        let bytes = write(&items, zone);
        let told = read_by(&bytes, first, ELEMENT_MOST);
        prop_assert!(told.fault.is_none(), "{:?}\n{}", told.fault, String::from_utf8_lossy(&bytes));
        prop_assert_eq!(&told.items, &items);
        prop_assert_eq!(told.skipped, Skipped::default());
    }

    #[test]
    fn what_breaks_off_is_a_beginning(
        items in guide(), cut in any::<prop::sample::Index>(), first in 1..3_000_usize,
    ) {
        let bytes = write(&items, TimeZone::UTC);
        let cut = cut.index(bytes.len());
        let told = read_by(&bytes[..cut], first, ELEMENT_MOST);
        prop_assert!(items.starts_with(&told.items));
        let is_whole = bytes[..cut].ends_with(b"</tv>");
        let is_short = matches!(told.fault, Some(Fault::CutShort { .. } | Fault::NotXmltv(_)));
        prop_assert!(is_whole || is_short, "{:?}", told.fault);
        prop_assert_eq!(is_whole, told.items.len() == items.len() && told.fault.is_none());
    }

    #[test]
    fn no_bytes_do_harm(bytes in vec(any::<u8>(), 0..300), first in 1..64_usize, most in 64..128_usize) {
        read(&bytes);
        let within = [b"<tv>", &bytes[..]].concat();
        read_by(&within, first, most);
    }

    #[test]
    fn damage_does_no_harm(
        items in guide(), first in 1..64_usize, most in 64..3_000_usize,
        damage in vec((any::<prop::sample::Index>(), telling()), 1..5),
    ) {
        let mut bytes = write(&items, TimeZone::UTC);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_by(&bytes, first, most);
    }

    /// Whatever the window: the same items, as long as one has room in it.
    #[test]
    fn the_window_does_not_show(items in guide(), first in 1..200_usize) {
        let bytes = write(&items, TimeZone::UTC);
        let (large, small) = (read(&bytes), read_by(&bytes, first, ELEMENT_MOST));
        prop_assert_eq!(large.items, small.items);
    }
}
