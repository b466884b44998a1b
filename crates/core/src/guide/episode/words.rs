//! Words for seasons, episodes and parts, and for numbers, in lower case and without diacritics.

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Season,
    Number,
    Part,
}

/// What `word` counts.
pub(super) fn counted(word: &str) -> Option<Counted> {
    Some(match word {
        "staffel" | "season" | "saison" | "series" => Counted::Season,
        "folge" | "episode" | "ep" | "epis" => Counted::Number,
        "teil" | "part" | "pt" | "partie" => Counted::Part,
        _ => return None,
    })
}

/// `word` (ASCII letters in any case) may be one that counts, or the end of one that begins with `é`; without a number somewhere only a part is counted, by a
/// number in letters.
pub(super) fn may_count(word: &[u8], numbered: bool) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    match word.len() {
        2 => is(&["pt"]) || (numbered && is(&["ep"])),
        4 => is(&["teil", "part"]) || (numbered && is(&["epis"])),
        5 => numbered && is(&["folge"]),
        6 => is(&["partie"]) || (numbered && is(&["season", "saison", "series", "pisode"])),
        7 => numbered && is(&["staffel", "episode"]),
        _ => false,
    }
}

/// Words for a season that have other senses as well: a year of sports, a cup.
pub(super) fn is_loose_season(word: &str) -> bool {
    matches!(word, "saison" | "series")
}

/// See [`forbids`].
const WORDS: &str = "a ab after alte als an auf aus avant before beim bis by ce cet cette chaque das \
    dans de dem den depuis der des die diese dieser du each ein eine einem einen einer en \
    every first from fur ganze grosser im in insgesamt jede jeder kommende l la last le les letzte \
    letzten letzter mit morgen nach nachste nachster next of par pour previous seit since sur takes the to \
    uber un une until vom von vor vorige weiterer wie with zu zum zur";

/// Behind these words no number names what is shown: `ab Folge 5`, `in Staffel 2`, `zum Teil 2 Meter`, `to part 3`.
pub(super) fn forbids(word: &str) -> bool {
    WORDS.split(' ').any(|one| one == word)
}

/// Words for `of` in `5 of 13`.
pub(super) fn is_of(word: &str) -> bool {
    matches!(word, "von" | "of" | "sur")
}

/// Words that join two numbers to a range or a pair.
pub(super) fn joins_numbers(word: &str) -> bool {
    matches!(word, "und" | "and" | "et" | "bis" | "to" | "a" | "u" | "oder" | "or" | "ou")
}

/// German months: behind `5.` they make a day of it.
pub(super) fn is_month(word: &str) -> bool {
    const MONTHS: &[&str] = &[
        "januar",
        "janner",
        "februar",
        "marz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ];
    MONTHS.contains(&word)
}

/// Words between a season and an episode of it: `Folge 5 der Staffel 2`, `épisode 5 de la saison 2`.
pub(super) fn is_between(word: &str) -> bool {
    matches!(word, "of" | "von" | "der" | "aus" | "de" | "la")
}

/// `one`, `zwei`, `trois`.
pub(super) fn cardinal(word: &str) -> Option<u32> {
    Some(match word {
        "one" | "eins" | "un" => 1,
        "two" | "zwei" | "deux" => 2,
        "three" | "drei" | "trois" => 3,
        "four" | "vier" | "quatre" => 4,
        "five" | "funf" | "cinq" => 5,
        "six" | "sechs" => 6,
        "seven" | "sieben" | "sept" => 7,
        "eight" | "acht" | "huit" => 8,
        _ => return None,
    })
}

/// `erster`, `zweite`, `third`, `deuxième`, and whether it stands without an article (`zweiter Teil`, not `der zweite Teil`).
pub(super) fn ordinal(word: &str) -> Option<(u32, bool)> {
    let number = match word {
        "first" | "premiere" => 1,
        "second" | "deuxieme" | "seconde" => 2,
        "third" | "troisieme" => 3,
        "fourth" | "quatrieme" => 4,
        "fifth" | "cinquieme" => 5,
        _ => {
            let (stem, ending) = word.split_at_checked(word.rfind('t')? + 1)?;
            let number = match stem {
                "erst" => 1,
                "zweit" => 2,
                "dritt" => 3,
                "viert" => 4,
                "funft" => 5,
                "sechst" => 6,
                "siebt" => 7,
                "acht" => 8,
                _ => return None,
            };
            return match ending {
                "er" => Some((number, true)),
                "e" | "en" | "em" | "es" => Some((number, false)),
                _ => None,
            };
        }
    };
    Some((number, true))
}

/// Endings of ordinals in digits: `2e`, `1ère`, `3rd`, `2te`.
pub(super) fn is_ordinal_ending(word: &str) -> bool {
    matches!(
        word,
        "e" | "er" | "re" | "ere" | "eme" | "me" | "nd" | "nde" | "rd" | "st" | "th" | "te" | "ter"
    )
}

/// Of how many parts something is: `Zweiteiler`, `dreiteilige`; `u32::MAX`: of several.
pub(super) fn parted(word: &str) -> Option<u32> {
    const STEMS: &[(&str, u32)] = &[
        ("zweiteil", 2),
        ("dreiteil", 3),
        ("vierteil", 4),
        ("funfteil", 5),
        ("sechsteil", 6),
        ("achtteil", 8),
        ("mehrteil", u32::MAX),
    ];
    STEMS.iter().find(|(stem, _)| word.starts_with(stem)).map(|(_, parts)| *parts)
}
