//! For whom a programme is, in years, out of what sources write: the words of European and American systems, and DVB's own
//! (EN 300 468 §6.2.28, parental_rating: 0x01..=0x0F are 4..=18 years).
//!
//! A profile for children obeys it, so that an age that is too low does harm: a word that is not known says nothing, of several ages the highest counts,
//! and where a system leaves a choice it is the higher age. Texts count only where they say it outright and no rating does.

#[cfg(test)]
mod tests;
mod words;

use super::Programme;
use super::text::{any_word, fold};

/// The highest age that anybody rates at.
const HIGHEST: u8 = 21;

/// Bytes of `ab 16 Jahren`, with room for marks.
const SHORT: usize = 24;

/// For whom `programme` is, from this age on (years); none: nobody has said so that it could be understood.
pub fn find(programme: &Programme) -> Option<u8> {
    let rated =
        programme.ratings.iter().filter_map(|rating| age(rating.system.as_deref(), &rating.value)).max();
    let texts = programme.subtitles.iter().chain(&programme.descriptions);
    rated.or_else(|| texts.filter_map(|text| in_text(&text.text)).max())
}

/// The age (years) that `value` means in `system`; without one, what it means everywhere.
fn age(system: Option<&str>, value: &str) -> Option<u8> {
    let system = fold(system.unwrap_or_default());
    let folded = fold(value);
    if folded.is_empty() || folded.len() > 80 {
        return None;
    }
    if is_dvb(&system)
        && let Some(raw) = raw(value)
    {
        return match raw {
            // Whoever writes an age above all of DVB's codes means it.
            16..=18 if !value.trim().starts_with("0x") => Some(raw),
            1..=0x0f => Some(raw + 3),
            _ => None,
        };
    }
    let mut system = words::System::of(&system);
    // `MPAA:PG-13`, `Rated R`, `FSK ab 12`.
    let mut rest = folded.as_str();
    loop {
        if let Some(age) = words::age(system, rest) {
            return Some(age);
        }
        match rest.split_once(' ') {
            Some((first, behind)) if words::leads(first) => {
                let named = words::System::of(first);
                system = if named == words::System::Unknown { system } else { named };
                rest = behind;
            }
            _ => break,
        }
    }
    american(rest).or_else(|| plain_age(system, value, &folded))
}

fn is_dvb(system: &str) -> bool {
    system.split(' ').any(|word| word == "dvb")
}

fn raw(value: &str) -> Option<u8> {
    let value = value.trim();
    match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(hex) => u8::from_str_radix(hex, 16).ok(),
        None => value.parse().ok(),
    }
}

/// `tv 14 dlsv`: what the letters warn of does not change the age.
fn american(folded: &str) -> Option<u8> {
    let mut rating = folded;
    while let Some((before, last)) = rating.rsplit_once(' ')
        && last.chars().all(|c| matches!(c, 'd' | 'f' | 'l' | 's' | 'v'))
    {
        rating = before;
    }
    words::age(words::System::American, rating).filter(|_| rating.starts_with("tv "))
}

/// One number, and around it nothing but words that say `from` and `years`.
fn plain_age(system: words::System, value: &str, folded: &str) -> Option<u8> {
    let mut age = None;
    let mut alone = true;
    for word in folded.split(' ') {
        match word.parse::<u8>() {
            Ok(number) if age.is_none() && number <= HIGHEST => age = Some(number),
            Ok(_) => return None,
            Err(_) => match words::glued(word) {
                Some(number) if age.is_none() => (age, alone) = (Some(number), false),
                _ if words::accompanies(word) => alone = false,
                _ => return None,
            },
        }
    }
    // A bare small number is a place in a list of categories as often as an age; `-10` and `4+` are ages.
    let bare = alone && !value.trim().starts_with(['-', '+']);
    age.filter(|age| !bare || *age == 0 || *age > 5 || system == words::System::European)
}

/// What a text says outright: `FSK 12`, `(ab 16 Jahren)`, `Altersfreigabe: ab 12`, `Déconseillé aux moins de 10 ans`; the highest age of it.
fn in_text(text: &str) -> Option<u8> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let named = any_word(text, words::may_name_rating);
    let sentences = text.split(['.', '(', ')', '[', ']', '\n', '!', '?', ';', '|', '–', '•', '*']);
    let counted = sentences.filter(|sentence| {
        sentence.bytes().any(|byte| byte.is_ascii_digit()) && (named || sentence.trim().len() <= SHORT)
    });
    counted.filter_map(|sentence| in_sentence(&fold(sentence))).max()
}

fn in_sentence(folded: &str) -> Option<u8> {
    let words: Vec<&str> = folded.split(' ').collect();
    // Nothing else in the sentence: `Ab 6 Jahren lebte er in Rom` rates nothing.
    if let ["ab", number, "jahren" | "jahre" | "j"] = words[..] {
        return words::usual(number);
    }
    let ages = (0..words.len()).filter_map(|at| words::usual(words::names_rating(&words[at..])?.first()?));
    ages.max()
}
