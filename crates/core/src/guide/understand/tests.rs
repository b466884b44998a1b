//! Programmes as sources send them, and that to understand twice is to understand once.

use proptest::prelude::*;

use super::super::{Credit, Episode, EpisodeNumber, Review, Role};
use super::*;

fn text(text: &str) -> Text {
    Text { language: None, text: text.into() }
}

fn rating(system: &str, value: &str) -> Rating {
    Rating { system: Some(system.into()), value: value.into(), icons: Vec::new() }
}

fn credit(name: &str, part: &str) -> Credit {
    Credit {
        role: Role::Actor,
        name: name.into(),
        part: Some(part.into()),
        guest: None,
        images: vec![],
        urls: vec![],
    }
}

#[test]
fn a_programme_of_a_box_becomes_readable_and_understood() {
    let mut programme = Programme {
        titles: vec![text(" Mord &amp; Totschlag "), text(" ")],
        subtitles: vec![text("2. Staffel, Folge 5:\u{8a}Die \u{86}Nacht\u{87}")],
        descriptions: vec![text("\u{8a}"), text("K&ouml;ln &amp;amp; Bonn. FSK ab 16 freigegeben.")],
        categories: vec![text("Krimi"), text(""), text("Serie")],
        credits: vec![credit("J&uuml;rgen", " "), credit(" ", "Rolle")],
        ratings: vec![rating("FSK", " ")],
        reviews: vec![Review {
            kind: "url".into(),
            text: "https://example.org/?a=1&copy=2".into(),
            ..Review::default()
        }],
        language: Some(text("\t")),
        date: Some("".into()),
        ..Programme::default()
    };
    understand(&mut programme);
    assert_eq!(programme.titles, [text("Mord & Totschlag")]);
    assert_eq!(programme.subtitles, [text("2. Staffel, Folge 5:\nDie Nacht")]);
    assert_eq!(programme.descriptions, [text("Köln & Bonn. FSK ab 16 freigegeben.")]);
    assert_eq!(programme.categories, [text("Krimi"), text("Serie")]);
    assert_eq!(programme.credits, [Credit { part: None, ..credit("Jürgen", "") }]);
    assert_eq!(&*programme.reviews[0].text, "https://example.org/?a=1&copy=2", "an address is no text");
    assert!(programme.ratings.is_empty() && programme.language.is_none() && programme.date.is_none());
    assert_eq!(programme.episode, Episode { season: Some(2), number: Some(5), ..Episode::default() });
    assert_eq!((&programme.genres[..], programme.age), (&[0x11, 0x15][..], Some(16)));
}

#[test]
fn what_a_receiver_has_found_stays() {
    let episode = Episode { number: Some(9), ..Episode::default() };
    let mut programme = Programme {
        titles: vec![text("Serie")],
        subtitles: vec![text("Staffel 2, Folge 5")],
        categories: vec![text("Krimi")],
        ratings: vec![rating("FSK", "6")],
        episode,
        genres: vec![0x23],
        age: Some(12),
        ..Programme::default()
    };
    let before = programme.clone();
    understand(&mut programme);
    assert_eq!(programme, before);
}

#[test]
fn long_texts_take_no_longer_than_they_must() {
    // Were it quadratic, these would take minutes.
    for piece in [
        "FSK ",
        "ab ",
        "Folge ",
        "Folge 5 ",
        "Staffel 2, ",
        "(1/2) ",
        "1/",
        "S2",
        "1. ",
        "&amp;",
        "((",
        "5 - ",
        "zwei-",
        "\n",
        ".",
    ] {
        let long = || vec![text(&piece.repeat(200_000 / piece.len()))];
        let mut programme = Programme {
            titles: long(),
            subtitles: long(),
            descriptions: long(),
            categories: long(),
            ..Programme::default()
        };
        programme.titles.push(text("Titel (2)"));
        understand(&mut programme);
    }
}

const PIECES: &str =
    "(&|amp;|#39;|#xE08A;|Folge |Staffel |FSK |ab |[0-9]{1,3}|Krimi|[ .,/()\n\t\u{8a}\u{86}]|\\PC){0,12}";

proptest! {
    #[test]
    fn to_understand_twice_is_to_understand_once(pieces in prop::collection::vec(PIECES, 8)) {
        let mut programme = Programme {
            titles: vec![text(&pieces[0])],
            subtitles: vec![text(&pieces[1]), text(&pieces[2])],
            descriptions: vec![text(&pieces[3])],
            categories: vec![text(&pieces[4]), text(&pieces[5])],
            credits: vec![credit(&pieces[6], &pieces[0])],
            ratings: vec![rating(&pieces[5], &pieces[6])],
            episode_numbers: vec![EpisodeNumber { system: None, value: pieces[7].as_str().into() }],
            ..Programme::default()
        };
        understand(&mut programme);
        let once = programme.clone();
        understand(&mut programme);
        prop_assert_eq!(&programme, &once);
        let mut again = Programme { episode: Episode::default(), genres: vec![], age: None, ..once.clone() };
        understand(&mut again);
        prop_assert_eq!(again, once, "what was found out is found again in what is kept");
    }
}
