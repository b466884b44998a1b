//! Texts and values of attributes, out of what stands in the file: references, ends of lines (XML 1.0 §2.11), space around them, characters that
//! XML forbids (§2.2).

use std::borrow::Cow;

use super::TEXT_MOST;
use super::charset::Charset;

/// Text that is gathered piece by piece, in room that is used again.
#[derive(Default)]
pub(super) struct Words {
    pub(super) charset: Charset,
    text: String,
    /// What is behind this is space, and of no meaning.
    solid: usize,
    /// Something was cut since [`Words::take_cut`].
    cut: bool,
}

impl Words {
    pub(super) fn new(charset: Charset) -> Self {
        Self { charset, ..Self::default() }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.solid = 0;
    }

    /// The text so far, without space around it.
    pub(super) fn text(&self) -> &str {
        &self.text[..self.solid]
    }

    /// The text, unless it is blank.
    pub(super) fn said(&self) -> Option<&str> {
        Some(self.text()).filter(|text| !blank(text))
    }

    /// Whether something was cut since this was asked last.
    pub(super) fn take_cut(&mut self) -> bool {
        std::mem::take(&mut self.cut)
    }

    /// Adds what stands there as characters.
    pub(super) fn literal(&mut self, bytes: &[u8]) {
        let bytes = if self.text.is_empty() { bytes.trim_ascii_start() } else { bytes };
        let before = self.text.len();
        push(&mut self.text, &self.charset.decode(bytes), false);
        let solid = self.text.as_bytes()[before..].iter().rposition(|byte| !is_space(*byte));
        if let Some(last) = solid {
            self.solid = before + last + 1;
        }
        self.bound();
    }

    /// Adds what stands there as `&name;`.
    pub(super) fn reference(&mut self, name: &[u8]) {
        let name = self.charset.decode(name);
        match resolve(&name) {
            Some(character) => self.text.push(character),
            None => {
                self.text.push('&');
                push(&mut self.text, &name, false);
                self.text.push(';');
            }
        }
        self.solid = self.text.len();
        self.bound();
    }

    fn bound(&mut self) {
        if self.text.len() > TEXT_MOST {
            self.text.truncate(self.text.floor_char_boundary(TEXT_MOST));
            self.solid = self.solid.min(self.text.len());
            self.cut = true;
        }
    }

    /// The value of an attribute (XML 1.0 §3.3.3).
    pub(super) fn value(&mut self, bytes: &[u8]) -> Box<str> {
        let mut value = self.charset.decode(bytes);
        if has(value.as_bytes(), is_odd_or_ampersand) {
            value = Cow::Owned(resolve_all(&value));
        }
        if value.len() > TEXT_MOST {
            value = Cow::Owned(value[..value.floor_char_boundary(TEXT_MOST)].to_owned());
            self.cut = true;
        }
        value.into()
    }
}

/// Nobody could read anything there.
pub(super) fn blank(text: &str) -> bool {
    !text.chars().any(|character| is_legal(character) && !character.is_whitespace())
}

/// XML allows it (§2.2).
pub(super) fn is_legal(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Space in the sense of XML (§2.3), as in the start of [`Words::literal`] but for form feeds, which are not allowed anyway.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether there is such a byte. It looks at all of them: the compiler does many at once then.
fn has(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(false, |found, byte| found | is_such(*byte))
}

/// Below 0x20 are forbidden characters and ends of lines; 0xEF begins U+FFFE and U+FFFF, which are forbidden too, and some that are not.
#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
fn is_odd(byte: u8) -> bool {
    (byte < 0x20) | (byte == 0xef)
}

#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
fn is_odd_or_ampersand(byte: u8) -> bool {
    is_odd(byte) | (byte == b'&')
}

/// Adds `text` without what XML forbids; ends of lines become one `\n`, and in attributes all space becomes blanks.
fn push(out: &mut String, text: &str, attribute: bool) {
    if !has(text.as_bytes(), is_odd) {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_odd) {
        let (plain, odd) = rest.split_at(at);
        out.push_str(plain);
        let mut following = odd.chars();
        match following.next() {
            Some('\n' | '\t') if attribute => out.push(' '),
            Some('\r') => {
                out.push(if attribute { ' ' } else { '\n' });
                let rest = following.as_str();
                following = rest.strip_prefix('\n').unwrap_or(rest).chars();
            }
            Some(character) if is_legal(character) => out.push(character),
            _ => {}
        }
        rest = following.as_str();
    }
    out.push_str(rest);
}

fn resolve_all(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        push(&mut out, &rest[..at], true);
        rest = &rest[at + 1..];
        let name = rest.find([';', '&']).filter(|end| rest[*end..].starts_with(';')).map(|end| &rest[..end]);
        match name.and_then(|name| resolve(name).map(|character| (name, character))) {
            Some((name, character)) => {
                out.push(character);
                rest = &rest[name.len() + 1..];
            }
            None => out.push('&'),
        }
    }
    push(&mut out, rest, true);
    out
}

/// The character that `&name;` means: one of the five, or a number of a character that XML allows (§4.1, §4.6).
fn resolve(name: &str) -> Option<char> {
    let number = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
    // A sign is no digit, whatever `from_str_radix` says.
    let code =
        digits.starts_with(|c: char| c.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, radix));
    code?.ok().and_then(char::from_u32).filter(|character| is_legal(*character))
}
