//! Words of age ratings, folded (`PG-13` is `pg 13`, `12+` is `12 plus`).

/// A family of systems in which a word has its own sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    /// Nobody has said, or nobody knows it.
    Unknown,
    /// FSK, FSF, JMK, Kijkwijzer, PEGI: ages as numbers.
    European,
    /// CSA and Arcom: ages, or categories 1 to 5.
    French,
    /// MPA and the parental guidelines of American television.
    American,
    /// BBFC and IFCO.
    British,
    /// The boards of Australia and New Zealand.
    Australian,
}

impl System {
    /// The family of a system's folded name.
    pub(super) fn of(name: &str) -> Self {
        const NAMES: &[(&str, System)] = &[
            ("acb", System::Australian),
            ("arcom", System::French),
            ("bbfc", System::British),
            ("csa", System::French),
            ("fsf", System::European),
            ("fsk", System::European),
            ("ifco", System::British),
            ("jmk", System::European),
            ("kijkwijzer", System::European),
            ("mpa", System::American),
            ("mpaa", System::American),
            ("nicam", System::European),
            ("oflc", System::Australian),
            ("pegi", System::European),
            ("tv", System::American),
            ("tvpg", System::American),
            ("usk", System::European),
            ("vchip", System::American),
        ];
        let known = |word: &str| NAMES.iter().find(|(known, _)| *known == word).map(|(_, system)| *system);
        name.split(' ').find_map(known).unwrap_or(Self::Unknown)
    }
}

/// Words with one age everywhere; where systems differ without being named, the higher one.
#[rustfmt::skip]
const ANYWHERE: &[(&str, u8)] = &[
    ("0", 0), ("o a", 0), ("oa", 0), ("ohne altersbeschrankung", 0), ("ohne altersbeschraenkung", 0), ("ohne altersbegrenzung", 0),
    ("freigegeben ohne altersbeschrankung", 0), ("keine altersbeschrankung", 0), ("u", 0), ("uc", 0), ("universal", 0), ("g", 0),
    ("general", 0), ("general audience", 0), ("general audiences", 0), ("tous publics", 0), ("tout public", 0), ("tous public", 0), ("tp", 0),
    ("al", 0), ("alle leeftijden", 0), ("all ages", 0), ("approved", 0), ("tv g", 0), ("tv y", 0), ("tvg", 0), ("tvy", 0),
    ("tv y7", 7), ("tv y7 fv", 7), ("tvy7", 7), ("tv pg", 10), ("tvpg", 10), ("pg", 10), ("m pg", 10), ("gp", 10),
    ("12a", 12), ("15a", 15), ("pg 12", 12), ("pg 13", 13), ("pg13", 13), ("pg 15", 15), ("tv 14", 14), ("tv14", 14), ("tv ma", 17), ("tvma", 17),
    ("r", 17), ("m", 17), ("mature", 17), ("ma 15 plus", 15), ("ma15 plus", 15), ("ma15", 15), ("m15 plus", 15), ("m15", 15),
    ("nc 17", 18), ("nc17", 18), ("r18", 18), ("r18 plus", 18), ("r 18", 18), ("r 18 plus", 18), ("x", 18), ("x18", 18), ("x18 plus", 18), ("xxx", 18),
    ("av15 plus", 15), ("r13", 13), ("r15", 15), ("r16", 16), ("rp13", 13), ("rp16", 16), ("rp18", 18), ("r21", 21),
    ("adult", 18), ("adults", 18), ("adults only", 18), ("erwachsene", 18), ("keine jugendfreigabe", 18), ("nicht freigegeben unter 18 jahren", 18),
    ("nicht unter 18", 18), ("interdit aux mineurs", 18),
];

/// Words with an age of their own in a system.
#[rustfmt::skip]
const IN_SYSTEM: &[(System, &str, u8)] = &[
    (System::British, "pg", 8),
    (System::Australian, "m", 16), (System::Australian, "ma", 16), (System::Australian, "r", 18),
    (System::American, "y", 0), (System::American, "y7", 7), (System::American, "14", 14), (System::American, "ma", 17),
    (System::French, "1", 0), (System::French, "2", 10), (System::French, "3", 12), (System::French, "4", 16), (System::French, "5", 18),
    (System::French, "i", 0), (System::French, "ii", 10), (System::French, "iii", 12), (System::French, "iv", 16), (System::French, "v", 18),
];

/// The age that `folded`, all of it, means in `system`.
pub(super) fn age(system: System, folded: &str) -> Option<u8> {
    let own =
        IN_SYSTEM.iter().find(|(known, word, _)| *known == system && *word == folded).map(|(.., age)| *age);
    own.or_else(|| ANYWHERE.iter().find(|(word, _)| *word == folded).map(|(_, age)| *age))
}

/// A word that may stand before a rating and says whose it is.
pub(super) fn leads(word: &str) -> bool {
    matches!(
        word,
        "rated"
            | "rating"
            | "certificate"
            | "cert"
            | "us"
            | "usa"
            | "gb"
            | "uk"
            | "de"
            | "at"
            | "nl"
            | "fr"
            | "au"
            | "ie"
    ) || System::of(word) != System::Unknown && word != "tv"
}

/// A word that may stand beside an age and does not change it.
pub(super) fn accompanies(word: &str) -> bool {
    matches!(
        word,
        "ab" | "freigegeben"
            | "frei"
            | "jahren"
            | "jahre"
            | "jahr"
            | "j"
            | "plus"
            | "age"
            | "ages"
            | "aged"
            | "years"
            | "year"
            | "from"
            | "and"
            | "over"
            | "up"
            | "older"
            | "a"
            | "partir"
            | "de"
            | "ans"
            | "moins"
            | "aux"
            | "deconseille"
            | "interdit"
            | "fur"
            | "zuschauer"
            | "altersfreigabe"
            | "vanaf"
            | "jaar"
    ) || leads(word)
}

/// An age in one word with its system: `fsk12`, `pegi16`.
pub(super) fn glued(word: &str) -> Option<u8> {
    let digits = word.find(|c: char| c.is_ascii_digit())?;
    let (system, number) = word.split_at(digits);
    let known = System::of(system) == System::European;
    number.parse().ok().filter(|age| known && *age <= super::HIGHEST)
}

/// An age that a text names as a rating; others are somebody's age.
pub(super) fn usual(number: &str) -> Option<u8> {
    match number {
        "0" => Some(0),
        "6" => Some(6),
        "10" => Some(10),
        "12" => Some(12),
        "14" => Some(14),
        "16" => Some(16),
        "18" => Some(18),
        _ => None,
    }
}

/// `word` (ASCII letters in any case) may begin what [`names_rating`], or be what is left of it beside its `é`.
pub(super) fn may_name_rating(word: &[u8]) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    match word.len() {
        3 => is(&["fsk", "fsf"]),
        8 => is(&["interdit", "conseill"]),
        9 => is(&["conseille"]),
        11 => is(&["freigegeben", "deconseille"]),
        14 => is(&["altersfreigabe", "jugendfreigabe"]),
        _ => false,
    }
}

/// `words` begin with what names a rating in a running text: what is behind it.
pub(super) fn names_rating<'a, 'b>(words: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let behind = match words {
        ["fsk" | "fsf" | "altersfreigabe" | "jugendfreigabe", behind @ ..] => behind,
        ["freigegeben", "ab", behind @ ..]
        | ["deconseille" | "interdit", "aux", "moins", "de", behind @ ..] => {
            return Some(behind);
        }
        _ => return None,
    };
    let behind = behind.strip_prefix(&["fsk"]).unwrap_or(behind);
    Some(behind.strip_prefix(&["ab"]).unwrap_or(behind))
}
