//! What systems write, and what must not become an age.

use super::super::{Rating, Text};
use super::*;

fn programme(ratings: &[(&str, &str)], description: &str) -> Programme {
    let rating = |(system, value): &(&str, &str)| Rating {
        system: (!system.is_empty()).then(|| (*system).into()),
        value: (*value).into(),
        icons: Vec::new(),
    };
    Programme {
        ratings: ratings.iter().map(rating).collect(),
        descriptions: vec![Text { language: None, text: description.into() }],
        ..Programme::default()
    }
}

#[test]
fn systems_say_ages() {
    for (system, value, expected) in [
        ("FSK", "16", Some(16)),
        ("FSK", "0", Some(0)),
        ("FSK", "o.A.", Some(0)),
        ("FSK", "ohne Altersbeschränkung", Some(0)),
        ("FSK", "ab 12", Some(12)),
        ("", "FSK ab 12 freigegeben", Some(12)),
        ("", "FSK-16", Some(16)),
        ("", "FSK16", Some(16)),
        ("", "FSK 0", Some(0)),
        ("", "Freigegeben ab 12 Jahren", Some(12)),
        ("FSK", "Keine Jugendfreigabe", Some(18)),
        ("FSF", "18", Some(18)),
        ("JMK", "10", Some(10)),
        ("ÖFLC", "14", Some(14)),
        ("OFLC", "MA15+", Some(15)),
        ("OFLC", "M", Some(16)),
        ("OFLC", "R18+", Some(18)),
        ("ACB", "PG", Some(10)),
        ("CSA", "-12", Some(12)),
        ("CSA", "-10", Some(10)),
        ("CSA", "Tous publics", Some(0)),
        ("CSA", "Déconseillé aux moins de 10 ans", Some(10)),
        ("CSA", "Interdit aux moins de 16 ans", Some(16)),
        ("CSA", "2", Some(10)),
        ("CSA", "5", Some(18)),
        ("CSA", "IV", Some(16)),
        ("", "CSA 2", Some(10)),
        ("MPAA", "G", Some(0)),
        ("MPAA", "PG", Some(10)),
        ("MPAA", "PG-13", Some(13)),
        ("MPAA", "R", Some(17)),
        ("MPA", "NC-17", Some(18)),
        ("", "MPAA:PG-13", Some(13)),
        ("", "Rated R", Some(17)),
        ("VCHIP", "TV-G", Some(0)),
        ("VCHIP", "TV-Y", Some(0)),
        ("VCHIP", "TV-Y7", Some(7)),
        ("VCHIP", "TV-Y7-FV", Some(7)),
        ("VCHIP", "TVPG", Some(10)),
        ("TV Parental Guidelines", "TV-14", Some(14)),
        ("", "TV-14", Some(14)),
        ("", "TV-14-DLSV", Some(14)),
        ("", "TV-14 (L,V)", Some(14)),
        ("", "TV-MA-LSV", Some(17)),
        ("", "tv-ma", Some(17)),
        ("BBFC", "U", Some(0)),
        ("BBFC", "PG", Some(8)),
        ("BBFC", "12A", Some(12)),
        ("BBFC", "15", Some(15)),
        ("BBFC", "R18", Some(18)),
        ("Kijkwijzer", "AL", Some(0)),
        ("Kijkwijzer", "6", Some(6)),
        ("Kijkwijzer", "14", Some(14)),
        ("PEGI", "3", Some(3)),
        ("", "PEGI 12", Some(12)),
        ("DVB", "0x01", Some(4)),
        ("DVB", "0x0F", Some(18)),
        ("DVB", "9", Some(12)),
        ("DVB", "15", Some(18)),
        ("DVB", "16", Some(16)),
        ("DVB", "ab 12", Some(12)),
        ("", "16", Some(16)),
        ("", "ab 16", Some(16)),
        ("", "ab 16 Jahren", Some(16)),
        ("", "12+", Some(12)),
        ("", "+12", Some(12)),
        ("", "-12", Some(12)),
        ("", "4+", Some(4)),
        ("", "Ages 12 and up", Some(12)),
        ("", "à partir de 10 ans", Some(10)),
        ("", "DE-16", Some(16)),
        ("", "6", Some(6)),
        ("", "0", Some(0)),
        ("advisory", "18", Some(18)),
        ("", "21", Some(21)),
        // Nothing that is known, or nothing that is sure.
        ("DVB", "0", None),
        ("DVB", "0x00", None),
        ("DVB", "0x10", None),
        ("DVB", "255", None),
        ("DVB", "0x", None),
        ("", "", None),
        ("FSK", "", None),
        ("", "NR", None),
        ("", "Not Rated", None),
        ("", "Strong language", None),
        ("", "Nudity 12", None),
        ("", "1", None),
        ("", "3", None),
        ("", "3/5", None),
        ("", "7.5", None),
        ("", "16:9", None),
        ("", "6-12", None),
        ("", "bis 12", None),
        ("", "unter 12", None),
        ("", "22", None),
        ("", "100", None),
        ("", "256", None),
        ("", "2019", None),
        ("", "A", None),
        ("", "E", None),
        ("", "plus", None),
        ("", "V", None),
        ("", "14 DLSV", None),
    ] {
        assert_eq!(find(&programme(&[(system, value)], "")), expected, "{system:?} {value:?}");
    }
}

#[test]
fn of_several_the_highest_counts_and_texts_only_where_there_is_none() {
    for (ratings, description, expected) in [
        (&[("FSK", "12"), ("MPAA", "R")][..], "", Some(17)),
        (&[("MPAA", "R"), ("FSK", "12")], "", Some(17)),
        (&[("FSK", "?"), ("MPAA", "PG")], "", Some(10)),
        (&[("FSK", "6")], "FSK 16", Some(6)),
        (&[("", "Drugs")], "FSK 16", Some(16)),
        (&[], "", None),
    ] {
        assert_eq!(find(&programme(ratings, description)), expected, "{ratings:?} {description:?}");
    }
}

#[test]
fn texts_count_only_where_they_say_it_outright() {
    for (text, expected) in [
        ("FSK 12", Some(12)),
        ("Krimi, USA 2012 FSK: 16", Some(16)),
        ("Ein Film. FSK ab 12 freigegeben. Mit Til.", Some(12)),
        ("Sitcom, USA 2012 Altersfreigabe: ab 12", Some(12)),
        ("Altersfreigabe: FSK 6", Some(6)),
        ("Freigegeben ab 16 Jahren", Some(16)),
        ("Ab 16 Jahren", Some(16)),
        ("Ein Film. Ab 16 Jahren.", Some(16)),
        ("Ein Film (ab 6 Jahren) von früher.", Some(6)),
        ("Die FSK-18-Fassung läuft später (FSK 12).", Some(18)),
        ("Déconseillé aux moins de 10 ans", Some(10)),
        ("Film interdit aux moins de 16 ans.", Some(16)),
        ("Ab 6 Jahren lebte er in Rom.", None),
        ("Er lebte ab 6 Jahren in Rom.", None),
        ("Mit 16 Jahren ging er fort.", None),
        ("Von 6 bis 12 Jahren", None),
        ("FSK", None),
        ("FSK 2019", None),
        ("Die FSK prüft 12 Filme", None),
        ("Die Straße ist freigegeben ab 20 Uhr", None),
        ("16+", None),
        ("Ab 18 Uhr", None),
        ("12", None),
        ("PG-13 ist ein Film", None),
    ] {
        assert_eq!(find(&programme(&[], text)), expected, "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_sentence_is_passed_over_that_rates(
        text in "(FSK|fsf|Altersfreigabe|Jugendfreigabe|freigegeben|ab|Déconseillé|déconseille|interdit|aux|moins|de| |:|,|\\.|\\(|\\)|12|16 Jahren|6|J|und so weiter im Text){0,14}"
    ) {
        let every = text.split(['.', '(', ')', '[', ']', '\n', '!', '?', ';', '|', '–', '•', '*']);
        let unfiltered = every.filter_map(|sentence| in_sentence(&fold(sentence))).max();
        proptest::prop_assert_eq!(in_text(&text), unfiltered);
    }

    #[test]
    fn no_rating_is_beyond_all_ages(
        system in "(FSK|CSA|DVB|MPAA|BBFC|OFLC|\\PC{0,4})",
        value in "(ab |FSK|TV-|PG-|0x|[0-9]{1,3}|\\+|-| Jahre|\\PC){0,6}",
        text in "(ab |FSK |\\(|Jahren|\\)|[0-9]{1,2}| |\\PC){0,10}",
    ) {
        let found = find(&programme(&[(&system, &value)], &text));
        proptest::prop_assert!(found.is_none_or(|age| age <= HIGHEST));
        // Another rating never makes it lower.
        let more = find(&programme(&[(&system, &value), ("FSK", "12")], &text));
        proptest::prop_assert!(more >= Some(12) && (age(Some(&system), &value).is_none() || more >= found));
    }
}
