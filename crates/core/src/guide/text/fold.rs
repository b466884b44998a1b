//! Texts as programs compare them: without case, diacritics and punctuation.
//!
//! Without a table of Unicode's: what European guides are written in (Latin, Greek, Cyrillic), by ranges. What is not known stays as it is.

/// `text` for comparing titles and names: lower case, no diacritics (`ä` and `a`, `ß` and `ss`, `ø` and `o` are the same), everything that is neither
/// letter nor digit one space, none at the ends. `+` is the word `plus`, for it tells channels apart. To do it again changes nothing.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_onto(&mut out, text);
    out
}

/// Adds [`fold`] of `text` to `out`, behind a space if there is something in it already.
pub fn fold_onto(out: &mut String, text: &str) {
    let from = out.len();
    let mut gap = true;
    let mut rest = text;
    while !rest.is_empty() {
        // Nearly everything is words of ASCII: as a whole they are copied, and made small at the end.
        let plain = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if plain > 0 {
            part(out, &mut gap);
            out.push_str(&rest[..plain]);
            rest = &rest[plain..];
        }
        let mut following = rest.chars();
        match following.next() {
            Some('+') => {
                gap = true;
                part(out, &mut gap);
                out.push_str("plus");
                gap = true;
            }
            Some(character) => each_plain(character, |c| {
                if c.is_alphanumeric() {
                    part(out, &mut gap);
                    out.push(c);
                } else {
                    gap = true;
                }
            }),
            None => {}
        }
        rest = following.as_str();
    }
    out[from..].make_ascii_lowercase();
}

/// A space where one word ends and another begins.
fn part(out: &mut String, gap: &mut bool) {
    if std::mem::take(gap) && !out.is_empty() {
        out.push(' ');
    }
}

/// `text` in lower case and without diacritics; punctuation and spaces stay.
pub(in crate::guide) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        each_plain(character, |c| out.push(c));
    }
    out
}

/// Gives `push` what is left of `character`: nothing of a mark that stands on the letter before it, two letters of a ligature.
fn each_plain(character: char, mut push: impl FnMut(char)) {
    if character.is_ascii() {
        return push(character.to_ascii_lowercase());
    }
    for lower in character.to_lowercase() {
        match lower {
            // Marks of their own, soft hyphens, joiners and what else takes no room.
            '\u{300}'..='\u{36f}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => {}
            c => match pair(c) {
                Some((first, second)) => {
                    push(first);
                    push(second);
                }
                None => push(base(c)),
            },
        }
    }
}

fn pair(c: char) -> Option<(char, char)> {
    Some(match c {
        'ß' | 'ẞ' => ('s', 's'),
        'æ' | 'ǽ' | 'ǣ' => ('a', 'e'),
        'œ' => ('o', 'e'),
        'þ' => ('t', 'h'),
        'ĳ' => ('i', 'j'),
        'ﬁ' => ('f', 'i'),
        'ﬂ' => ('f', 'l'),
        _ => return None,
    })
}

/// The letter below the marks of `c`, a lower-case one.
fn base(c: char) -> char {
    match c {
        'à'..='å'
        | 'ā'
        | 'ă'
        | 'ą'
        | 'ǎ'
        | 'ǟ'
        | 'ǡ'
        | 'ǻ'
        | 'ȁ'
        | 'ȃ'
        | 'ȧ'
        | 'ḁ'
        | 'ẚ'
        | 'ạ'..='ặ'
        | 'ª' => 'a',
        'ḃ'..='ḇ' => 'b',
        'ç' | 'ć'..='č' | 'ḉ' => 'c',
        'ð' | 'ď' | 'đ' | 'ḋ'..='ḓ' => 'd',
        'è'..='ë' | 'ē'..='ě' | 'ȅ' | 'ȇ' | 'ȩ' | 'ḕ'..='ḝ' | 'ẹ'..='ệ' => 'e',
        'ḟ' | 'ƒ' => 'f',
        'ĝ'..='ģ' | 'ǥ' | 'ǧ' | 'ǵ' | 'ḡ' => 'g',
        'ĥ' | 'ħ' | 'ȟ' | 'ḣ'..='ḫ' | 'ẖ' => 'h',
        'ì'..='ï' | 'ĩ'..='ı' | 'ǐ' | 'ȉ' | 'ȋ' | 'ḭ' | 'ḯ' | 'ỉ' | 'ị' => 'i',
        'ĵ' | 'ǰ' => 'j',
        'ķ' | 'ĸ' | 'ǩ' | 'ḱ'..='ḵ' => 'k',
        'ĺ'..='ł' | 'ḷ'..='ḽ' => 'l',
        'ḿ'..='ṃ' => 'm',
        'ñ' | 'ń'..='ŋ' | 'ǹ' | 'ṅ'..='ṋ' => 'n',
        'ò'..='ö'
        | 'ø'
        | 'ō'..='ő'
        | 'ơ'
        | 'ǒ'
        | 'ǫ'
        | 'ǭ'
        | 'ǿ'
        | 'ȍ'
        | 'ȏ'
        | 'ȫ'..='ȱ'
        | 'ṍ'..='ṓ'
        | 'ọ'..='ợ'
        | 'º' => 'o',
        'ṕ' | 'ṗ' => 'p',
        'ŕ'..='ř' | 'ȑ' | 'ȓ' | 'ṙ'..='ṟ' => 'r',
        'ś'..='š' | 'ſ' | 'ș' | 'ṡ'..='ṩ' | 'ẛ' => 's',
        'ţ'..='ŧ' | 'ț' | 'ṫ'..='ṱ' | 'ẗ' => 't',
        'ù'..='ü' | 'ũ'..='ų' | 'ư' | 'ǔ'..='ǜ' | 'ȕ' | 'ȗ' | 'ṳ'..='ṻ' | 'ụ'..='ự' => 'u',
        'ṽ' | 'ṿ' => 'v',
        'ŵ' | 'ẁ'..='ẉ' | 'ẘ' => 'w',
        'ẋ' | 'ẍ' => 'x',
        'ý' | 'ÿ' | 'ŷ' | 'ȳ' | 'ẏ' | 'ẙ' | 'ỳ'..='ỹ' => 'y',
        'ź'..='ž' | 'ẑ'..='ẕ' => 'z',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        c => base_of_others(c),
    }
}

/// The same of Greek and Cyrillic letters.
fn base_of_others(c: char) -> char {
    match c {
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'й' | 'ѝ' => 'и',
        'ё' | 'ѐ' => 'е',
        'ѓ' => 'г',
        'ќ' => 'к',
        'ў' => 'у',
        'ї' => 'і',
        c => c,
    }
}
