//! A text cut into words, numbers and marks. What only looks like a number (`20.15`, `5,5`, `9:30`) is none.

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    /// There is no space before it.
    pub(super) glued: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    /// Letters.
    Word(&'a str),
    /// Digits: their value, how many.
    Number(u32, usize),
    /// A time of day, a date, a decimal, a number beyond all counting.
    Figure,
    /// Anything else.
    Mark(char),
    /// A new line.
    Line,
}

/// The pieces of `plain`, which is in lower case and without diacritics.
pub(super) fn tokens(plain: &str) -> Vec<Token<'_>> {
    let mut out = Vec::with_capacity(plain.len() / 4);
    let mut glued = false;
    let mut at = 0;
    while let Some(character) = plain[at..].chars().next() {
        let rest = &plain[at..];
        let (kind, length) = if character == '\n' {
            (Kind::Line, 1)
        } else if character.is_whitespace() {
            glued = false;
            at += character.len_utf8();
            continue;
        } else if character.is_ascii_digit() {
            number(rest)
        } else if character.is_alphabetic() {
            let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            (Kind::Word(&rest[..length]), length)
        } else {
            (Kind::Mark(character), character.len_utf8())
        };
        out.push(Token { kind, glued });
        glued = kind != Kind::Line;
        at += length;
    }
    out
}

fn number(rest: &str) -> (Kind<'_>, usize) {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    let mut figure = false;
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b',' | b':')) && digit(end + 1)) {
        figure |= !digit(end);
        end += 1;
    }
    match rest[..end].parse() {
        Ok(value) if !figure => (Kind::Number(value, end), end),
        _ => (Kind::Figure, end),
    }
}
