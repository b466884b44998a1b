//! Words and codes, there and back.

use proptest::prelude::*;

use super::super::Text;
use super::*;

fn programme(categories: &[&str]) -> Programme {
    let text = |text: &&str| Text { language: None, text: (*text).to_owned() };
    Programme { categories: categories.iter().map(text).collect(), ..Programme::default() }
}

#[test]
fn words_have_codes() {
    for (word, code) in [
        ("Spielfilm", 0x10),
        ("SPIELFILM", 0x10),
        ("Movie / Drama", 0x10),
        ("movie", 0x10),
        ("Krimi", 0x11),
        ("Krimiserie", 0x11),
        ("Série policière", 0x11),
        ("Film d'action", 0x12),
        ("Film d’action", 0x12),
        ("Science Fiction", 0x13),
        ("Sci-Fi", 0x13),
        ("Komödie", 0x14),
        ("Komoedie", 0x14),
        ("Comédie", 0x14),
        ("Serie", 0x15),
        ("Série", 0x15),
        ("series", 0x15),
        ("Drama", 0x17),
        ("Nachrichten", 0x21),
        ("News", 0x21),
        ("News / Current affairs", 0x20),
        ("Météo", 0x21),
        ("Doku-Soap", 0x23),
        ("Documentary", 0x23),
        ("Talkshow", 0x33),
        ("Talk show", 0x33),
        ("Quiz-Show", 0x31),
        ("Sports", 0x40),
        ("sport", 0x40),
        ("Fußball", 0x43),
        ("Fussball", 0x43),
        ("Football / Soccer", 0x43),
        ("Eishockey", 0x49),
        ("Kinder", 0x50),
        ("Children's / Youth programmes", 0x50),
        ("Dessin animé", 0x55),
        ("Zeichentrickserie", 0x55),
        ("Musik", 0x60),
        ("Théâtre", 0x71),
        ("Märchen", 0x50),
        ("Reportage", 0x81),
        ("Porträt", 0x83),
        ("Tiere", 0x91),
        ("Kochshow", 0xa5),
        ("Télé-achat", 0xa6),
        // Lists: the first piece that is known.
        ("Comedy, USA 2012", 0x14),
        ("Unterhaltung/Quiz", 0x30),
        ("Série : policier", 0x15),
        ("Irgendwas | Krimi", 0x11),
        ("Film (Thriller)", 0x10),
        ("Sport - Fußball", 0x40),
    ] {
        assert_eq!(from_words(word), Some(code), "{word}");
    }
    for word in
        ["", " ", "?", "Tatort", "Deutschland 2019", "a", "1", "Serienjunkie", "--", &"Krimi, ".repeat(40)]
    {
        assert_eq!(from_words(word), None, "{word}");
    }
}

#[test]
fn categories_become_codes_in_order_and_once() {
    for (categories, codes) in [
        (&["Krimi", "Serie", "Crime"][..], &[0x11, 0x15][..]),
        (&["Movie", "movie", "Unbekannt", "Comedy"], &[0x10, 0x14]),
        (&["", "?"], &[]),
        (&[], &[]),
    ] {
        assert_eq!(find(&programme(categories)), codes, "{categories:?}");
    }
}

#[test]
fn tables_are_sorted_and_folded_and_know_each_other() {
    assert!(words::WORDS.len() >= 120 && words::WORDS.is_sorted_by(|a, b| a.0 < b.0));
    for (word, code) in words::WORDS {
        assert_eq!(fold(word), *word, "what is compared is folded");
        assert_eq!(names::of(*code).code, *code, "{word}: a code without a name");
    }
    assert!(names::NAMES.is_sorted_by(|a, b| a.code < b.code));
    for names in names::NAMES {
        assert!(!names.german.is_empty() && !names.english.is_empty());
        if !matches!(names.code, 0 | 0xb0..) {
            let written = from_words(names.xmltv).unwrap_or_else(|| panic!("{}", names.xmltv));
            let same = |mask: u8| written & mask == names.code & mask;
            assert!(same(0xf0) || names.code & 0x0f != 0, "{:#04x} is written {}", names.code, names.xmltv);
        }
    }
}

#[test]
fn codes_have_names() {
    for (code, german, english, xmltv_word) in [
        (0x10, "Spielfilm", "Movie", "Movie"),
        (0x11, "Krimi / Thriller", "Crime / Thriller", "Thriller"),
        (0x15, "Serie / Soap", "Series / Soap", "Series"),
        (0x1f, "Spielfilm", "Movie", "Movie"),
        (0x21, "Nachrichten / Wetter", "News / Weather", "News"),
        (0x43, "Fußball", "Football", "Sports"),
        (0x55, "Zeichentrick / Puppen", "Cartoons / Puppets", "Kids"),
        (0xb3, "Live", "Live broadcast", ""),
        (0x00, "Sonstiges", "Other", ""),
        (0xf3, "Sonstiges", "Other", ""),
    ] {
        assert_eq!(
            (name(code, "de"), name(code, "en"), xmltv(code)),
            (german, english, xmltv_word),
            "{code:#04x}"
        );
    }
    assert_eq!(
        (name(0x40, "de-AT"), name(0x40, "DE"), name(0x40, "fr"), name(0x40, "")),
        ("Sport", "Sport", "Sports", "Sports")
    );
    for level in 0x1..=0xb {
        assert_ne!(name(level << 4, "en"), "Other");
    }
}

proptest! {
    #[test]
    fn any_words_are_read(text in "([a-z]|é|Krimi|Serie|[ /,:()-]){0,20}", language in "\\PC{0,3}", code: u8) {
        prop_assert_eq!(from_words(&text), from_words(&text.to_uppercase()));
        prop_assert!(!name(code, &language).is_empty());
        prop_assert!(find(&programme(&[&text, &text])).len() <= 1);
    }
}
