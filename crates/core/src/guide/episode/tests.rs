//! What broadcasters and grabbers write, and what only looks like it.

use proptest::prelude::*;

use super::super::EpisodeNumber;
use super::*;

fn texts(text: &str) -> Vec<Text> {
    if text.is_empty() { Vec::new() } else { vec![Text { language: None, text: text.into() }] }
}

fn programme(title: &str, subtitle: &str, description: &str) -> Programme {
    Programme {
        titles: texts(title),
        subtitles: texts(subtitle),
        descriptions: texts(description),
        ..Programme::default()
    }
}

fn numbered(numbers: &[(&str, &str)]) -> Programme {
    let number = |(system, value): &(&str, &str)| EpisodeNumber {
        system: (!system.is_empty()).then(|| (*system).into()),
        value: (*value).into(),
    };
    Programme { episode_numbers: numbers.iter().map(number).collect(), ..programme("Serie", "", "") }
}

/// `s2 e5/13 p1/2`: as the tables write what is found; `-` for nothing.
fn said(found: Episode) -> String {
    let mut out = Vec::new();
    let mut say = |letter: char, number: Option<u32>, total: Option<u32>| {
        assert!(number.is_some() || total.is_none(), "a total of nothing: {found:?}");
        assert!(number != Some(0), "counted from 1: {found:?}");
        if let Some(number) = number {
            out.push(total.map_or(format!("{letter}{number}"), |total| format!("{letter}{number}/{total}")));
        }
    };
    say('s', found.season.map(u32::from), found.seasons.map(u32::from));
    say('e', found.number, found.of);
    say('p', found.part.map(u32::from), found.parts.map(u32::from));
    if out.is_empty() { "-".into() } else { out.join(" ") }
}

#[test]
fn xmltv_counts_from_zero() {
    for (value, expected) in [
        ("1.4.", "s2 e5"),
        ("1 . 4 . ", "s2 e5"),
        ("0 . 1 . ", "s1 e2"),
        (" 1/3 . 4 / 13 . 0/2 ", "s2/3 e5/13 p1/2"),
        (".4.", "e5"),
        (". 4/13 .", "e5/13"),
        ("1..", "s2"),
        ("..1", "p2"),
        ("..0/2", "p1/2"),
        ("1.4.0/1", "s2 e5"),
        ("1.4", "s2 e5"),
        ("2018.4.", "s2019 e5"),
        (".3244.", "e3245"),
        ("1.13/13.", "s2 e14"),
        ("-1.4.", "e5"),
        ("..", "-"),
        ("", "-"),
        ("99999999999.5.", "e6"),
        ("4294967295.4294967295.4294967295", "-"),
        ("70000.1.", "e2"),
        // Under this name some write what people read.
        ("S02E05", "s2 e5"),
        ("nonsense", "-"),
    ] {
        assert_eq!(said(find(&numbered(&[("xmltv_ns", value)]))), expected, "{value:?}");
    }
}

#[test]
fn numbers_that_people_read() {
    for (value, expected) in [
        ("S02E05", "s2 e5"),
        ("s2e5", "s2 e5"),
        ("S02 E05", "s2 e5"),
        ("S2 F5", "s2 e5"),
        ("S 2, E 5", "s2 e5"),
        ("S02/E05", "s2 e5"),
        ("S2 Ep. 5", "s2 e5"),
        ("S02E05/13", "s2 e5/13"),
        ("S02E05-E06", "s2 e5"),
        ("S01E01E02", "s1 e1"),
        ("S2", "s2"),
        ("E05", "e5"),
        ("2x05", "s2 e5"),
        ("2x5", "s2 e5"),
        ("12x103", "s12 e103"),
        ("Staffel 2, Folge 5", "s2 e5"),
        ("Staffel: 2 Folge: 5", "s2 e5"),
        ("5. Staffel, Folge 3: Die Nacht", "s5 e3"),
        ("Folge 3, 5. Staffel", "s5 e3"),
        ("Folge 5", "e5"),
        ("(5/13)", "e5/13"),
        ("5/13", "e5/13"),
        ("(1/2)", "e1/2"),
        ("Episode 5 of 13", "e5/13"),
        ("Saison 2 Épisode 5", "s2 e5"),
        ("Saison 2 (5/13)", "s2 e5/13"),
        ("Ep. 5", "e5"),
        ("Ep.5", "e5"),
        ("#5", "e5"),
        ("5", "e5"),
        ("Teil 2", "p2"),
        ("Folge 3245", "e3245"),
        ("205", "-"),
        ("2019", "-"),
        ("0", "-"),
        ("S00E05", "-"),
        ("EP012345670012", "-"),
        ("9/11", "-"),
        ("2019-03-01", "-"),
        ("20:15", "-"),
        ("", "-"),
    ] {
        // What is no number at all must not become one, whatever the system's name.
        for system in ["onscreen", "", "common"] {
            assert_eq!(said(find(&numbered(&[(system, value)]))), expected, "{system} {value:?}");
        }
        assert_eq!(said(find(&numbered(&[("dd_progid", value)]))), "-", "{value:?}");
    }
}

#[test]
fn numbers_complete_each_other_and_go_before_texts() {
    for (numbers, expected) in [
        (&[("onscreen", "S02E05"), ("xmltv_ns", ".4/13.")][..], "s2 e5/13"),
        (&[("onscreen", "S09E09"), ("xmltv_ns", "1.4.")], "s2 e5"),
        (&[("dd_progid", "EP01234567.0012"), ("onscreen", "S02E05")], "s2 e5"),
        (&[("xmltv_ns", ".."), ("onscreen", "Folge 5")], "e5"),
        (&[("original-air-date", "2022-11-04"), ("thetvdb.com", "episode/123")], "-"),
    ] {
        assert_eq!(said(find(&numbered(numbers))), expected, "{numbers:?}");
    }
    let mut both = numbered(&[("onscreen", "Folge 5")]);
    both.subtitles = texts("Staffel 3, Folge 6");
    assert_eq!(said(find(&both)), "e5");
    both.episode_numbers[0].value = "?".into();
    assert_eq!(said(find(&both)), "s3 e6");
}

/// (title, second line, text, what is found)
const SPOKEN: &[(&str, &str, &str, &str)] = &[
    // Second lines, German.
    ("Sturm der Liebe", "Folge 3245", "", "e3245"),
    ("Rote Rosen", "(Folge 2874)", "", "e2874"),
    ("Gute Zeiten, schlechte Zeiten", "Folge 1999", "", "e1999"),
    ("Dr. House", "Staffel 3, Folge 9", "", "s3 e9"),
    ("Dr. House", "Staffel 3 Folge 9: Der Kampf", "", "s3 e9"),
    ("Bones", "5. Staffel, Folge 3: Die Leiche", "", "s5 e3"),
    ("Bones", "5.Staffel,Folge 3", "", "s5 e3"),
    ("Bones", "3. Folge der 5. Staffel", "", "s5 e3"),
    ("Castle", "Staffel: 2 | Folge: 7", "", "s2 e7"),
    ("Castle", "(S02/E07) Der Titel", "", "s2 e7"),
    ("Monk", "Folge 63: 'Mr. Monk im Müll'", "", "e63"),
    ("Monk", "Folge 63 \"Mr. Monk im Müll\"", "", "e63"),
    ("Monk", "Mr. Monk im Müll, Folge 63", "", "e63"),
    ("Charité", "Folge 5 von 6", "", "e5/6"),
    ("Charité", "Folge 5/6", "", "e5/6"),
    ("Charité", "Der Anfang (5/6)", "", "e5/6"),
    ("Charité", "(5/6) Der Anfang", "", "e5/6"),
    ("Charité", "5/6: Der Anfang", "", "e5/6"),
    ("Der Clan", "Teil 2", "", "p2"),
    ("Der Clan", "Teil 1 von 2", "", "p1/2"),
    ("Der Clan", "Teil 1/2", "", "p1/2"),
    ("Der Clan", "2. Teil: Die Rache", "", "p2"),
    ("Der Clan", "Zweiter Teil", "", "p2"),
    ("Der Clan", "Fernsehfilm Deutschland 2012, Teil 2", "", "p2"),
    ("Der Clan", "S2 F5", "", "s2 e5"),
    ("Der Clan", "2x05 - Die Rache", "", "s2 e5"),
    ("Der Clan", "Die Rache (2x05)", "", "s2 e5"),
    ("Der Clan", "Staffel 2", "", "s2"),
    ("Der Clan", "Staffel 2, Folge 5, Teil 1", "", "s2 e5 p1"),
    ("Der Clan", "S02E05 (1/2)", "", "s2 e5 p1/2"),
    ("Der Clan", "S02E05-06", "", "s2 e5"),
    ("Der Clan", "Folge Nr. 12", "", "e12"),
    ("Der Clan", "12. Episode", "", "e12"),
    ("Der Clan", "FOLGE 12", "", "e12"),
    ("Der Clan", "Folge 5: 24 Stunden", "", "e5"),
    // Titles.
    ("Charité (5/6)", "", "", "e5/6"),
    ("Charité (1/2)", "", "", "e1/2"),
    ("Tatort", "Folge 1102 - Der Fall", "", "e1102"),
    ("Fargo", "2x15", "", "s2 e15"),
    ("Fargo Staffel 2", "", "", "s2"),
    ("Fargo (Staffel 2)", "", "", "s2"),
    ("Fargo - S02E05", "", "", "s2 e5"),
    ("Fargo, Folge 12", "", "", "e12"),
    ("Fargo (Episode 12)", "", "", "e12"),
    ("Die Heiligtümer des Todes - Teil 2", "", "", "p2"),
    ("Die Heiligtümer des Todes (Teil 2)", "", "", "p2"),
    ("Kill Bill: Part Two", "", "", "p2"),
    ("Das Boot, 1. Teil", "", "", "p1"),
    // Texts, German.
    ("Fargo", "", "Staffel 2, Folge 5: In Minnesota wird es kalt.", "s2 e5"),
    ("Fargo", "", "In Minnesota wird es kalt. (Staffel 2, Folge 5)", "s2 e5"),
    ("Fargo", "", "Krimiserie, USA 2015. 2. Staffel, Folge 5. Mit Kirsten Dunst.", "s2 e5"),
    ("Fargo", "", "Folge 5\nIn Minnesota wird es kalt.", "e5"),
    ("Fargo", "", "In Minnesota wird es kalt.\nFolge 5", "e5"),
    ("Fargo", "", "Deutsche Krimiserie. Folge 5. Mit Kirsten Dunst.", "e5"),
    ("Fargo", "", "Folge 5 von 10. In Minnesota wird es kalt.", "e5/10"),
    ("Fargo", "", "(5/10) In Minnesota wird es kalt.", "e5/10"),
    ("Fargo", "", "In Minnesota wird es kalt. (5/10)", "e5/10"),
    ("Fargo", "", "Teil 1: In Minnesota wird es kalt.", "p1"),
    ("Fargo", "Folge 5", "2. Staffel. In Minnesota wird es kalt.", "s2 e5"),
    ("Fargo", "Folge 5", "2. Staffel, Folge 5: In Minnesota wird es kalt.", "s2 e5"),
    ("Fargo", "Folge 5", "2. Staffel, Folge 6: In Minnesota wird es kalt.", "e5"),
    // English.
    ("Vera", "", "S2 Ep5 A body is found.", "s2 e5"),
    ("Vera", "", "Series 2, episode 5. A body is found.", "s2 e5"),
    ("Vera", "", "A body is found. (S2, Ep5)", "s2 e5"),
    ("Vera", "", "A body is found. S2 E5/8", "s2 e5/8"),
    ("Vera", "", "2/6. A body is found.", "e2/6"),
    ("Vera", "", "New series. Episode 1 of 6. A body is found.", "e1/6"),
    ("Vera", "", "A body is found. (Ep 3 of 8)", "e3/8"),
    ("Vera", "", "Part one of two. A body is found.", "p1/2"),
    ("Vera", "", "Part 2 of 3: a body is found.", "p2/3"),
    ("Vera", "Episode 3", "", "e3"),
    ("Vera", "Season 2 Episode 5", "", "s2 e5"),
    ("Vera", "Episode 5 of Season 2", "", "s2 e5"),
    ("Vera", "Episode #5", "", "e5"),
    ("Vera", "Episode 5 of 13", "", "e5/13"),
    ("Vera", "Ep. 5", "", "e5"),
    ("Vera", "5th episode", "", "e5"),
    // French.
    ("Engrenages", "Saison 2, Épisode 5", "", "s2 e5"),
    ("Engrenages", "Saison 2 (5/13)", "", "s2 e5/13"),
    ("Engrenages", "Saison 2 : Épisode 5/13", "", "s2 e5/13"),
    ("Engrenages", "Saison 2 - Episode 5 - Le juge", "", "s2 e5"),
    ("Engrenages", "Saison 2", "", "s2"),
    ("Engrenages", "Épisode n°5", "", "e5"),
    ("Engrenages", "5e épisode", "", "e5"),
    ("Engrenages", "2ème partie", "", "p2"),
    ("Engrenages", "1ère partie", "", "p1"),
    ("Engrenages", "Première partie", "", "p1"),
    ("Engrenages", "Partie 2 sur 3", "", "p2/3"),
    ("Engrenages", "", "Saison 2, épisode 5. Un corps est retrouvé.", "s2 e5"),
    ("Engrenages", "", "Épisode 5 de la saison 2. Un corps est retrouvé.", "s2 e5"),
    // A number at a title's end, and a text that says what it is.
    ("Der Clan (2)", "", "Zweiteiliger Fernsehfilm. Der Kommissar kommt zurück.", "p2/2"),
    ("Der Clan (2)", "", "Im zweiten Teil kommt der Kommissar zurück.", "p2"),
    ("Der Clan (2)", "", "Der dreiteilige Film erzählt von früher.", "p2/3"),
    ("Der Clan (2)", "", "Der Film (2. Teil am Montag) erzählt von früher.", "p2"),
    ("Der Clan (1)", "", "A two-part drama.", "p1/2"),
    ("Der Clan (1)", "", "Die 4-teilige Serie erzählt von früher.", "p1/4"),
    ("Rote Rosen (2874)", "", "Was in Folge 2874 geschieht, freut Carla.", "e2874"),
];

/// (title, second line, text): nothing is found.
const SILENT: &[(&str, &str, &str)] = &[
    ("24 Stunden", "", ""),
    ("Tatort 2019", "", ""),
    ("Tatort", "Fernsehfilm Deutschland 2019", ""),
    ("Tatort (1102)", "", ""),
    ("Rote Rosen (2874)", "", "Carla freut sich."),
    ("Der Clan (2)", "", "Der Kommissar kommt zurück."),
    ("Der Clan (4)", "", "Dreiteiler von früher."),
    ("Der Clan (2)", "", "Der dritte Teil folgt. 1. Teil am Montag um 20.15 Uhr."),
    ("Blade Runner (2049)", "", "Zweiteiler"),
    ("Folge der Krise", "", ""),
    ("In Folge 3 Tore", "", ""),
    ("Dritter Sieg in Folge", "3:0 in Folge 5", ""),
    ("Star Wars: Episode 4 - Eine neue Hoffnung", "", ""),
    ("Star Wars: Episode IV", "", ""),
    ("Kochen", "1/4 Liter Milch", "1/4 Liter Milch aufkochen."),
    ("Kochen", "", "Man nehme 1/4 Liter (1/4 der Menge) Milch."),
    ("9/11", "9/11", "9/11: ein Tag"),
    ("Loose Change (9/11)", "", ""),
    ("24/7", "24/7", ""),
    ("50/50", "", ""),
    ("11.22.63", "11/22/63", ""),
    ("Nachrichten", "05/12/2019", ""),
    ("Nachrichten", "Heute um 20.15 Uhr", "Folge 20.15"),
    ("Nachrichten", "1.5.2019", "(1.5.)"),
    ("Bundesliga", "Saison 2019/20", "Saison 18/19"),
    ("Bundesliga", "2. Liga", "Er schoss in dieser Saison 2 Tore."),
    ("Bundesliga", "Saison 2019", "Staffel 2019"),
    ("World Series 2", "", ""),
    ("Leichtathletik", "4x100 m Staffel", "4x400m"),
    ("Coupe de France", "1/8 - Finale", "(1/4 de finale)"),
    ("Pokal (1/4) Finale", "1/4-Finale", "1/2 finale"),
    ("Doku", "Folge: 5. Mai", "Folge 5. Mai"),
    ("Doku", "Staffel 3 startet", "Staffel 3 startet, Staffel 4 folgt."),
    ("Biathlon", "4x10 km Staffel", "Staffel 4x10"),
    ("Fußball", "2x45 Minuten", "(2x45)"),
    ("4x4 - Autos", "1920x1080", ""),
    ("Doku", "Zum Teil 2 Meter hoch", "Sie sind zum Teil 2 Meter hoch."),
    ("Doku", "", "Ein Teil 3 Meter lang."),
    ("Doku", "", "Der zweite Teil läuft morgen."),
    ("Doku", "", "Heute Abend: Teil 2, 20.15 Uhr"),
    ("Doku", "", "Er erzählt viel. (Teil 2 am Montag)"),
    ("Doku", "", "Er erzählt viel.\nTeil 2: Mittwoch"),
    ("Doku", "", "Er geht. Teil 2: Mittwoch"),
    ("Doku", "Folge 5 und 6", ""),
    ("Doku", "Folge 5-6", "Folge 5 & 6"),
    ("Doku", "Folge 5, 6 und 7", ""),
    ("Doku", "Folgen 5 bis 8", "Folge 5 bis 8"),
    ("Doku", "Folge 5 Schritten zum Glück", ""),
    ("Doku", "Folge 5,5", "Folge 5%"),
    ("Doku", "Folge 0", "S00E01"),
    ("Doku", "Ab Folge 5", "Ab Staffel 2, Folge 5 ist er dabei."),
    ("Doku", "", "Wie schon in Staffel 2, Folge 5 geht es um Geld."),
    ("Doku", "", "Die Serie lief bis zur 5. Folge gut."),
    ("Doku", "Die 100. Folge", ""),
    ("Doku", "10 Folgen", "12 Episoden in 2 Staffeln"),
    ("Doku", "Doppelfolge 5", "Doppel-Folge 5"),
    ("Doku", "Folge 5/3", "Teil 3 von 2"),
    ("Doku", "Teil 2a", "Teil 99"),
    ("Doku", "Part six feet under", ""),
    ("Doku", "En première partie de soirée", "La première partie du film."),
    ("Doku", "", "Take part 2 times."),
    ("Doku", "MP3 S2", "Audi S2"),
    ("Doku", "Sie kauft E5 und E10", "F5 drücken"),
    ("Doku", "A5. Folge", "Windows 7"),
    ("Apollo 13", "Ocean's 11", "Formel 1, Lauf 5"),
    ("2 Broke Girls", "Two and a Half Men", "Die 3 ???"),
    ("Haus 5", "Zimmer 3.5", "Punkt 12"),
    ("Nr. 5", "Nummer 5 lebt", "No. 5"),
    ("Doku", "Folge 99999999999999999999", "Staffel 4294967296"),
    ("Doku", "(3)", "3"),
    ("Doku", "(2019/2020)", "(1999/2000)"),
    ("", "", ""),
];

#[test]
fn texts_say_which_episode_it_is() {
    assert!(SPOKEN.len() + SILENT.len() >= 80);
    for (title, subtitle, description, expected) in SPOKEN {
        let found = said(find(&programme(title, subtitle, description)));
        assert_eq!(found, *expected, "{title:?} {subtitle:?} {description:?}");
    }
}

#[test]
fn what_only_looks_like_a_number_is_none() {
    let wrong: Vec<_> = SILENT
        .iter()
        .map(|(title, subtitle, text)| (said(find(&programme(title, subtitle, text))), title, subtitle, text))
        .filter(|(found, ..)| found != "-")
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const PIECES: &str = "(Staffel |Folge |Teil |S|E|x|Episode |Saison |[0-9]{1,11}|[ /.,:()#-]|von |part |zweiter |\n|é|\\PC){0,16}";

/// Pieces of what says an episode, of what nearly does, and of what stands between.
const SAYINGS: &str = "(S|s|E|e|F|x|X|2|05|13| |\\.|:|/|\\(|\\)|#|-|,|Staffel|SEASON|saison|series|Folge|folgen|Episode|Épisode|épisode|Ep|epis|Teil|teil|Part|Partie|pt|\
    eins|two|erster|Zweiter|n°|Nr|von|of|der|art|weil|die|Straße|é|ß){0,24}";

proptest! {
    #[test]
    fn what_is_not_worth_a_look_says_nothing(text in SAYINGS) {
        if !may_say(&text) {
            let plain = plain(&text);
            for place in [Place::Subtitle, Place::Title, Place::Description] {
                prop_assert!(run::scan(&tokens::tokens(&plain), place).is_unknown(), "{text:?}");
            }
        }
    }

    #[test]
    fn any_text_is_read_and_totals_are_never_smaller(title in PIECES, subtitle in PIECES, text in PIECES) {
        let mut numbers = numbered(&[("xmltv_ns", &title), ("onscreen", &subtitle), ("", &text)]);
        for found in [find(&numbers), find(&programme(&title, &subtitle, &text))] {
            said(found);
            prop_assert!(found.seasons.is_none() || found.seasons >= found.season);
            prop_assert!(found.of.is_none() || found.of >= found.number);
            prop_assert!(found.parts.is_none() || found.parts >= found.part);
        }
        numbers.episode_numbers.clear();
        prop_assert_eq!(find(&numbers), find(&programme("Serie", "", "")));
    }

    #[test]
    fn what_is_written_is_read_back(season in 1..=99u16, number in 1..=9999u32, more in 0..50u32, part in 1..=20u16) {
        let of = number + more;
        for (value, expected) in [
            (format!("S{season:02}E{number:02}"), format!("s{season} e{number}")),
            (format!("Staffel {season}, Folge {number}/{of}"), format!("s{season} e{number}/{of}")),
            (format!("{season}. Staffel, Folge {number}, Teil {part}"), format!("s{season} e{number} p{part}")),
        ] {
            prop_assert_eq!(said(find(&numbered(&[("onscreen", &value)]))), expected.clone());
            prop_assert_eq!(said(find(&programme("Serie", &value, ""))), expected, "{}", value);
        }
        let value = format!("{} . {}/{of} . {}", season - 1, number - 1, part - 1);
        let expected = format!("s{season} e{number}/{of} p{part}");
        prop_assert_eq!(said(find(&numbered(&[("xmltv_ns", &value)]))), expected);
    }
}
