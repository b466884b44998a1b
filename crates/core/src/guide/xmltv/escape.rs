//! Texts as they may stand in XML (XML 1.0 §2.2, §2.4, §2.11, §3.3.3): what has a meaning there as a reference, what is forbidden not at all.

use super::words::{is_legal, is_space};

/// Bytes that are looked at in one go: the compiler makes few instructions of it.
const STRIDE: usize = 32;

/// Adds `text` as the content of an element. Space at its ends is written as references, for else it had no meaning.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let at_an_end = |byte: Option<&u8>| byte.is_some_and(|byte| is_space(*byte));
    if !at_an_end(bytes.first()) && !at_an_end(bytes.last()) {
        return escape::<false>(out, text);
    }
    let is_space = |character| matches!(character, ' ' | '\t' | '\n' | '\r');
    let body = text.trim_start_matches(is_space);
    let (before, body) = (&text[..text.len() - body.len()], body.trim_end_matches(is_space));
    space(out, before);
    escape::<false>(out, body);
    space(out, &text[before.len() + body.len()..]);
}

/// Adds `value` as the value of an attribute in double quotes.
pub(super) fn value(out: &mut Vec<u8>, value: &str) {
    escape::<true>(out, value);
}

fn space(out: &mut Vec<u8>, space: &str) {
    for byte in space.bytes() {
        out.extend_from_slice(reference(byte));
    }
}

fn escape<const ATTRIBUTE: bool>(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // Up to `kept` all is written; up to `at` there is nothing special.
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = special::<ATTRIBUTE>(bytes, at) {
        let byte = bytes[found];
        let reference = reference(byte);
        at = found + 1;
        if byte == 0xef {
            let character = text[found..].chars().next().unwrap_or_default();
            at = found + character.len_utf8();
            if is_legal(character) {
                continue;
            }
        }
        out.extend_from_slice(&bytes[kept..found]);
        out.extend_from_slice(reference);
        kept = at;
    }
    out.extend_from_slice(&bytes[kept..]);
}

/// Where the next byte is that may not stand as it is.
#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
fn special<const ATTRIBUTE: bool>(bytes: &[u8], from: usize) -> Option<usize> {
    let is_special = |byte: u8| {
        let control = (byte < 0x20) & (ATTRIBUTE | ((byte != b'\n') & (byte != b'\t')));
        let quote = ATTRIBUTE & (byte == b'"');
        control | quote | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == 0xef)
    };
    let mut at = from;
    for stride in bytes[from..].chunks(STRIDE) {
        if stride.iter().fold(false, |special, byte| special | is_special(*byte)) {
            return stride.iter().position(|byte| is_special(*byte)).map(|within| at + within);
        }
        at += stride.len();
    }
    None
}

/// How a special byte is written; forbidden ones are not.
fn reference(byte: u8) -> &'static [u8] {
    match byte {
        b'&' => b"&amp;",
        b'<' => b"&lt;",
        b'>' => b"&gt;",
        b'"' => b"&quot;",
        b'\t' => b"&#9;",
        b'\n' => b"&#10;",
        b'\r' => b"&#13;",
        b' ' => b"&#32;",
        _ => b"",
    }
}
