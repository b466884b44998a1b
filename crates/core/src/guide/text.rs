//! Texts as people should read them, whatever a receiver or a file has sent (EN 300 468 Annex A, HTML 4 §24), and as programs should compare them.
//!
//! Laws: what is clean has no control character but line breaks, and is not longer than it was. Nothing here guesses: a text that somebody decoded
//! wrongly before it came to us (`KÃ¶ln`) stays as it is. Everything takes time in proportion to the text.

mod entities;
mod fold;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(super) use fold::plain;
pub use fold::{fold, fold_onto};

/// What Windows-1252 has at 0x80..=0x9F. Five places are empty there; they stay control characters, which [`clean`] drops.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The longest name of an entity, or number, that is looked for behind `&` (bytes).
const LONGEST_ENTITY: usize = 10;

/// A text as people should read it: DVB control bytes out (EN 300 468 Annex A: 0x8A is a line break), entities decoded, once.
pub fn clean(text: &str) -> String {
    let out = readable(text);
    if out.contains('&') { decoded_once(&out).trim().to_owned() } else { trimmed(out) }
}

/// As [`clean`], and until nothing is left to decode (`&amp;amp;` becomes `&`), so that to do it again changes nothing.
pub(super) fn settled(text: &str) -> String {
    let out = readable(text);
    if out.contains('&') { decoded_fully(&out).trim().to_owned() } else { trimmed(out) }
}

#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
/// There is nothing in `text` for [`settled`] to change: nearly always so, and told by one look at its bytes. Of some letters it says no to be safe.
pub(super) fn is_settled(text: &str) -> bool {
    // Control characters (0x80..=0x9F behind 0xC2), DVB's in the private area (U+E080.. begin with 0xEE), entities.
    // Without branches, so that the compiler looks at many bytes at once.
    let may_change = |byte: u8| {
        ((byte < b' ') & (byte != b'\n')) | (byte == b'&') | (byte == 0x7f) | (byte == 0xc2) | (byte == 0xee)
    };
    !text.bytes().fold(false, |found, byte| found | may_change(byte)) && text.trim().len() == text.len()
}

/// Whether `is` holds for a word of `text`: an unbroken run of letters. Letters beyond ASCII part words here, so that `é` and what follows are two.
pub(super) fn any_word(text: &str, is: impl Fn(&[u8]) -> bool) -> bool {
    text.as_bytes().split(|byte| !byte.is_ascii_alphabetic()).any(|word| !word.is_empty() && is(word))
}

/// `bytes` as text: what is UTF-8 is read so (a byte order mark goes), and every byte that cannot be is read as Windows-1252, of which Latin-1 is a part.
///
/// Pieces are judged one by one: a text that was cut in the middle of a letter, or glued together of two encodings, keeps what was right in it.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|byte| windows_1252(u32::from(*byte))));
    }
    Cow::Owned(out)
}

/// The character at `code` (0..=0xFF) of Windows-1252.
fn windows_1252(code: u32) -> char {
    match code {
        0x80..=0x9f => WINDOWS_1252[code as usize - 0x80],
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// `text` without control characters.
fn readable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{8a}' | '\u{e08a}' => out.push('\n'),
            '\t' => out.push(' '),
            c if is_emphasis(c) || (c.is_control() && c != '\n') => {}
            c => out.push(c),
        }
    }
    out
}

/// DVB's signs for emphasis on and off, as bytes and in the private area (EN 300 468 Annex A.1).
fn is_emphasis(character: char) -> bool {
    matches!(character, '\u{86}' | '\u{87}' | '\u{e086}' | '\u{e087}')
}

fn trimmed(text: String) -> String {
    if text.trim().len() == text.len() { text } else { text.trim().to_owned() }
}

/// What the entity at the start of `text` stands for, behind its `&`, and how long it is with its `;`.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST_ENTITY + 1).position(|byte| byte == b';')?;
    let name = &text[..end];
    let character = match name.strip_prefix('#') {
        None => entities::named(name)?,
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            match code {
                // Files that were Windows-1252 number their dashes by its bytes; 0x8A is a line break all the same.
                0x8a | 0xe08a => '\n',
                0x80..=0x9f => windows_1252(code),
                _ => char::from_u32(code)?,
            }
        }
    };
    let shown = character == '\n' || !(character.is_control() || is_emphasis(character));
    shown.then_some((character, end + 1))
}

fn decoded_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (character, length) = entity(rest).unwrap_or(('&', 0));
        out.push(character);
        rest = &rest[length..];
    }
    out + rest
}

/// From the end to the start: what lies behind a `&` is decoded already, and each entity that it makes is shorter than what made it.
fn decoded_fully(text: &str) -> String {
    // Characters of the result, last first.
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for character in text.chars().rev() {
        let mut character = character;
        while character == '&' {
            let ahead: String = out.iter().rev().take(LONGEST_ENTITY + 1).collect();
            let Some((decoded, length)) = entity(&ahead) else { break };
            out.truncate(out.len() - ahead[..length].chars().count());
            character = decoded;
        }
        out.push(character);
    }
    out.into_iter().rev().collect()
}
