//! What of a station's name or guide id is compared: letters and numbers, without what only says how sharp its picture is or where it is sold.
//!
//! Two names whose keys are equal are the same station. So nothing that tells stations apart may be lost on the way: numbers, `+1`, regions stay.
//! A country that a name spells as a word (`ProSieben Austria`) makes another station and another key; one that is only a label (`DE:`, `.de`)
//! does not, but contradicts others.

use std::borrow::Cow;

use super::alias::Aliases;

/// ISO 3166-1 codes that lists and guides label names with; a country's place is its bit.
const COUNTRIES: [&str; 52] = [
    "de", "at", "ch", "uk", "ie", "fr", "be", "nl", "lu", "it", "es", "pt", "pl", "cz", "sk", "hu", "ro",
    "bg", "gr", "tr", "dk", "se", "no", "fi", "ru", "ua", "hr", "rs", "ba", "si", "mk", "al", "us", "ca",
    "mx", "br", "ar", "au", "nz", "in", "il", "li", "is", "ee", "lv", "lt", "cl", "co", "pe", "za", "jp",
    "cy",
];
/// Other spellings of codes.
const CODES: [(&str, &str); 11] = [
    ("gb", "uk"),
    ("usa", "us"),
    ("ger", "de"),
    ("deu", "de"),
    ("aut", "at"),
    ("sui", "ch"),
    ("che", "ch"),
    ("gbr", "uk"),
    ("fra", "fr"),
    ("ita", "it"),
    ("esp", "es"),
];
/// Countries as words at the end of a name; codes in capitals count as such.
const WORDS: [(&str, &str); 24] = [
    ("germany", "de"),
    ("deutschland", "de"),
    ("austria", "at"),
    ("osterreich", "at"),
    ("oesterreich", "at"),
    ("schweiz", "ch"),
    ("suisse", "ch"),
    ("svizzera", "ch"),
    ("switzerland", "ch"),
    ("france", "fr"),
    ("italia", "it"),
    ("italy", "it"),
    ("polska", "pl"),
    ("poland", "pl"),
    ("nederland", "nl"),
    ("netherlands", "nl"),
    ("turkiye", "tr"),
    ("turkey", "tr"),
    ("espana", "es"),
    ("spain", "es"),
    ("ireland", "ie"),
    ("usa", "us"),
    ("uk", "uk"),
    ("portugal", "pt"),
];
const CAPITALS: [&str; 7] = ["DE", "AT", "CH", "UK", "US", "FR", "NL"];

/// How sharp the picture is, in words that may be glued to a name.
const HD: [&str; 9] = ["hd", "fhd", "qhd", "hdtv", "720p", "1080p", "1080i", "fullhd", "hq"];
const UHD: [&str; 6] = ["uhd", "4k", "8k", "2160p", "ultrahd", "uhdtv"];
/// Words that say how the picture is coded, or that it is not sharp.
const CODED: [&str; 17] = [
    "sd", "hevc", "avc", "h264", "h265", "x264", "x265", "hdr", "hdr10", "hlg", "576p", "576i", "540p",
    "480p", "360p", "lq", "50fps",
];
/// What lists say of a stream, not of a station.
const REMARKS: [&str; 5] = ["not 24/7", "geo-blocked", "geo blocked", "geoblocked", "offline"];

/// Stations whose names spell their numbers; of others `One` and `Uno` are two (`Sky One` is British, `Sky Uno` Italian).
const NUMBERED: [&str; 19] = [
    "atv", "bbc", "channel", "film", "france", "itv", "kabel", "more", "orf", "pro", "puls", "rai", "rtl",
    "rts", "sat", "sport", "srf", "tele", "tsr",
];
const NUMBERS: [(&str, &str); 32] = [
    ("eins", "1"),
    ("zwei", "2"),
    ("drei", "3"),
    ("vier", "4"),
    ("funf", "5"),
    ("fuenf", "5"),
    ("sechs", "6"),
    ("sieben", "7"),
    ("acht", "8"),
    ("neun", "9"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("uno", "1"),
    ("due", "2"),
    ("tre", "3"),
    ("quattro", "4"),
    ("deux", "2"),
    ("trois", "3"),
    ("quatre", "4"),
    ("cinq", "5"),
    ("ii", "2"),
    ("iii", "3"),
    ("iv", "4"),
    ("zehn", "10"),
];

/// Broadcasters of Germany's third programmes, whose names go with `Fernsehen` and with regions.
const THIRDS: [&str; 8] = ["wdr", "ndr", "mdr", "swr", "sr", "rbb", "hr", "br"];
const REGIONS: [(&str, &str); 9] = [
    ("badenwurttemberg", "bw"),
    ("badenwuerttemberg", "bw"),
    ("rheinlandpfalz", "rp"),
    ("niedersachsen", "nds"),
    ("schleswigholstein", "sh"),
    ("mecklenburgvorpommern", "mv"),
    ("hamburg", "hh"),
    ("sachsenanhalt", "sanhalt"),
    ("saanhalt", "sanhalt"),
];

/// Longer texts are no names.
const LONGEST: usize = 200;

/// A name as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// What it is equal by; two where a letter has two spellings (`ö`: `oe`, `o`). Empty: it has no letters, and is compared with nothing.
    pub(super) keys: Vec<String>,
    /// Countries that it is labelled with or spells, as bits.
    pub(super) countries: u64,
    /// 0 plain, 1 HD, 2 UHD.
    pub(super) quality: u8,
    /// Numbers in it, in order; `+1` is told from `1`.
    pub(super) numbers: Vec<(bool, String)>,
}

impl Name {
    /// It spells a country: it has no key without one.
    pub(super) fn spells_country(&self) -> bool {
        self.keys.first().is_some_and(|key| key.contains('@'))
    }

    /// Reads a name or an id.
    pub(super) fn of(text: &str, aliases: &Aliases) -> Self {
        let mut countries = 0;
        if text.len() > LONGEST {
            return Self { keys: Vec::new(), countries: 0, quality: 0, numbers: Vec::new() };
        }
        let plain: String = text.trim().chars().map(upright).collect();
        let text = brackets(&plain, &mut countries);
        let text = labels(text.trim(), &mut countries);
        let (mut keys, mut quality) = (Vec::new(), 0);
        let two =
            text.chars().any(|c| matches!(c, 'ä' | 'ö' | 'ü' | 'å' | 'ø' | 'Ä' | 'Ö' | 'Ü' | 'Å' | 'Ø'));
        for long in [true, false].into_iter().take(1 + usize::from(two)) {
            let mut words = words(&text, long);
            quality = sharpness(&mut words);
            let spelled = country_word(&mut words);
            countries |= spelled;
            let key = key(words, aliases);
            if key.chars().filter(|c| c.is_alphabetic()).count() == 0 || key.chars().count() < 2 {
                continue;
            }
            let labelled: Vec<String> = codes(countries).map(|code| format!("{key}@{code}")).collect();
            for key in if spelled == 0 { vec![key] } else { Vec::new() }.into_iter().chain(labelled) {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        let numbers = keys.first().map(|key| numbers(key)).unwrap_or_default();
        Self { keys, countries, quality, numbers }
    }
}

/// Codes of countries.
pub(super) fn codes(countries: u64) -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().enumerate().filter(move |(at, _)| countries >> at & 1 == 1).map(|(_, code)| *code)
}

/// The bit of a country.
pub(super) fn country(code: &str) -> Option<u64> {
    let code = code.trim().to_lowercase();
    let code = CODES.iter().find(|(other, _)| *other == code).map_or(code.as_str(), |(_, code)| *code);
    COUNTRIES.iter().position(|known| *known == code).map(|at| 1 << at)
}

/// Raised letters, which lists like for `HD`, as plain ones.
fn upright(c: char) -> char {
    const RAISED: &str = "ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂˢᶠᶜᵖ⁰¹²³⁴⁵⁶⁷⁸⁹⁺";
    const PLAIN: &str = "ABDEGHIJKLMNOPRTUVWSFCP0123456789+";
    if c.is_ascii() {
        return c;
    }
    RAISED.chars().position(|raised| raised == c).and_then(|at| PLAIN.chars().nth(at)).unwrap_or(c)
}

/// `(DE)`, `[DE]` and `|DE|` are labels; remarks go; other brackets only divide.
fn brackets(text: &str, countries: &mut u64) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['(', '[', '{', '|']) {
        out.push_str(&rest[..at]);
        out.push(if rest[at..].starts_with('|') { '|' } else { ' ' });
        let close = match rest.as_bytes()[at] {
            b'(' => ')',
            b'[' => ']',
            b'{' => '}',
            _ => '|',
        };
        rest = &rest[at + 1..];
        let Some(end) = rest.find(close).filter(|end| *end <= 16) else { continue };
        let inner = rest[..end].trim();
        let label = country(inner);
        if label.is_some() || REMARKS.iter().any(|remark| inner.eq_ignore_ascii_case(remark)) {
            *countries |= label.unwrap_or(0);
            if close == '|' {
                out.pop();
            }
            out.push(' ');
            rest = &rest[end + 1..];
        }
    }
    out + rest
}

/// `DE: X`, `DE | X`, `DE - X` before a name, `X.de` at its end, `X.de@SD` in catalogues.
fn labels<'a>(text: &'a str, countries: &mut u64) -> Cow<'a, str> {
    let mut text = text;
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let behind = text[end..].trim_start();
    let spaced = behind.len() < text.len() - end || behind.chars().nth(1) == Some(' ');
    let divides =
        |c: char| matches!(c, ':' | '|' | '•' | '★' | '»' | '▎' | '┃') || (spaced && matches!(c, '-' | '–'));
    if let Some(label) = country(&text[..end]).filter(|_| behind.starts_with(divides)) {
        let name = behind.trim_start_matches(|c: char| divides(c) || c.is_whitespace());
        if !name.is_empty() {
            *countries |= label;
            text = name;
        }
    }
    let (main, feed) = text.split_once('@').unwrap_or((text, ""));
    let Some((name, code)) = main.rsplit_once('.').filter(|(name, _)| !name.is_empty()) else {
        return text.into();
    };
    let Some(label) = country(code).filter(|_| code.len() == 2) else { return text.into() };
    *countries |= label;
    if feed.is_empty() { name.into() } else { format!("{name} {feed}").into() }
}

/// A letter as it is compared; `long` spells umlauts with an e.
fn folded(c: char, long: bool, out: &mut String) {
    let plain = match c {
        'ä' if long => "ae",
        'ö' | 'ø' if long => "oe",
        'ü' if long => "ue",
        'å' if long => "aa",
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'į' | 'ı' => "i",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        '\u{300}'..='\u{36f}' => "",
        other => return out.push(other),
    };
    out.push_str(plain);
}

/// A word of a name.
#[derive(Clone, Debug)]
struct Word {
    /// As it is compared.
    text: String,
    /// It stood in capitals.
    capitals: bool,
    /// Something stood between it and the word before.
    apart: bool,
}

/// Words, divided at what is no letter and no digit, where small letters end (`DasErste`), and between letters and digits.
fn words(text: &str, long: bool) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut push = |raw: &str, apart: bool| {
        let mut text = String::with_capacity(raw.len());
        raw.chars().flat_map(char::to_lowercase).for_each(|c| folded(c, long, &mut text));
        if !text.is_empty() {
            words.push(Word { text, capitals: !raw.chars().any(char::is_lowercase), apart });
        }
    };
    let in_word = |c: char| c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c);
    let mut rest = text;
    while let Some(start) = rest.find(|c| in_word(c) || matches!(c, '+' | '&')) {
        rest = &rest[start..];
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        if end == 0 {
            push(if rest.starts_with('+') { "plus" } else { "and" }, false);
            rest = &rest[1..];
            continue;
        }
        let (word, behind) = rest.split_at(end);
        rest = behind;
        let sharp = is_sharpness(&word.to_lowercase());
        if sharp {
            push(word, true);
            // `HD+` is sharp too, `HD +1` is an hour late.
            rest = rest.strip_prefix('+').filter(|rest| !rest.starts_with(in_word)).unwrap_or(rest);
        } else {
            pieces(word).enumerate().for_each(|(at, piece)| push(piece, at == 0));
        }
    }
    words
}

/// `DasErsteHD`: `Das`, `Erste`, `HD`; `BBCOne`: `BBC`, `One`; `RTL2`: `RTL`, `2`; `RTLHD`: `RTL`, `HD`.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let chars: Vec<(usize, char)> = rest.char_indices().collect();
        let cut = (1..chars.len()).find(|at| {
            let (before, here) = (chars[at - 1].1, chars[*at].1);
            let next_is_small = chars.get(at + 1).is_some_and(|(_, c)| c.is_lowercase());
            let capital =
                here.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_is_small));
            capital || before.is_numeric() != here.is_numeric()
        });
        let end = cut.map_or(rest.len(), |at| chars[at].0);
        let glued = ["uhd", "fhd", "hd"].iter().find_map(|sharp| {
            let at = end.checked_sub(sharp.len()).filter(|at| *at >= 2 && rest.is_char_boundary(*at))?;
            rest[at..end].eq_ignore_ascii_case(sharp).then_some(at)
        });
        let (piece, behind) = rest.split_at(glued.unwrap_or(end));
        rest = behind;
        Some(piece)
    })
}

fn is_sharpness(word: &str) -> bool {
    HD.contains(&word) || UHD.contains(&word) || CODED.contains(&word)
}

/// Takes out what says how sharp the picture is, unless nothing with letters would be left.
fn sharpness(words: &mut Vec<Word>) -> u8 {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    let mut quality = 0;
    for word in words.iter() {
        if !is_sharpness(&word.text) {
            kept.push(word.clone());
            continue;
        }
        let class =
            if UHD.contains(&word.text.as_str()) { 2 } else { u8::from(HD.contains(&word.text.as_str())) };
        let mut class = class;
        if let Some(last) = kept.last().filter(|_| word.text == "hd") {
            // `Ultra HD`, `Full HD`.
            class = if last.text == "ultra" { 2 } else { class };
            if matches!(last.text.as_str(), "ultra" | "full") {
                kept.pop();
            }
        }
        quality = quality.max(class);
    }
    if kept.iter().any(|word| word.text.chars().any(char::is_alphabetic)) {
        *words = kept;
        quality
    } else {
        0
    }
}

/// Takes a country at the end, as a word or as a code in capitals.
fn country_word(words: &mut Vec<Word>) -> u64 {
    let Some((last, rest)) = words.split_last() else { return 0 };
    let word = WORDS.iter().find(|(word, _)| *word == last.text).map(|(_, code)| *code);
    let capitals = last.capitals && CAPITALS.iter().any(|code| code.eq_ignore_ascii_case(&last.text));
    let named = rest.iter().any(|word| word.text.contains(char::is_alphabetic));
    let found = word.or(capitals.then_some(last.text.as_str())).filter(|_| named).and_then(country);
    if found.is_some() {
        words.pop();
    }
    found.unwrap_or(0)
}

/// Words as one, numbers as digits, and of several names of a station the one.
fn key(words: Vec<Word>, aliases: &Aliases) -> String {
    // `a.tv` is not ATV.
    let letters = |text: &str| text.chars().all(char::is_alphabetic);
    let dotted = matches!(&words[..], [first, second, ..]
        if first.text.chars().count() == 1 && second.apart && letters(&first.text) && letters(&second.text));
    let mut words: Vec<String> = words.into_iter().map(|word| word.text).collect();
    if words.first().is_some_and(|first| first == "bayerisches") {
        "br".clone_into(&mut words[0]);
    }
    let numbered = words.first().is_some_and(|first| NUMBERED.contains(&first.as_str()));
    let last = words.len().saturating_sub(1);
    for (at, word) in words.iter_mut().enumerate().skip(1) {
        let number = NUMBERS.iter().find(|(spelling, _)| spelling == word).filter(|_| numbered);
        if let Some((_, digits)) = number {
            (*digits).clone_into(word);
        } else if at < last && matches!(word.as_str(), "und" | "et") {
            "and".clone_into(word);
        }
    }
    if dotted {
        words[0].push('.');
    }
    let third = words.first().is_some_and(|first| THIRDS.contains(&first.as_str()));
    if third {
        let is_word = |word: &String| word == "fernsehen" || word == "fs";
        words.retain(|word| !is_word(word));
    }
    let mut key = String::new();
    for word in &words {
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        let word = if digits && word.len() > 1 { word.trim_start_matches('0') } else { word };
        if digits && key.ends_with(|c: char| c.is_ascii_digit()) {
            key.push('.');
        }
        key.push_str(if word.is_empty() { "0" } else { word });
    }
    if third && let Some((region, short)) = REGIONS.iter().find(|(region, _)| key.ends_with(region)) {
        key.truncate(key.len() - region.len());
        key.push_str(short);
    }
    aliases.station(&key).to_owned()
}

/// Numbers of a key: whether a plus stands before them, and their digits.
fn numbers(key: &str) -> Vec<(bool, String)> {
    let key = key.split('@').next().unwrap_or(key);
    let mut found = Vec::new();
    let mut rest = key;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[start..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| start + end);
        found.push((rest[..start].ends_with("plus"), rest[start..end].to_owned()));
        rest = &rest[end..];
    }
    found
}
