//! A name in words and numbers, with what stands between them.

/// A run of letters, or of digits.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    /// As it is written.
    pub(super) text: &'a str,
    /// In small letters.
    pub(super) lower: String,
    /// Its value if it is a number of at most nine digits.
    pub(super) number: Option<u32>,
    /// Where it begins in the name (bytes).
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// A name and its tokens.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    /// The name.
    pub(super) name: &'a str,
    list: Vec<Token<'a>>,
}

impl<'a> Tokens<'a> {
    /// The tokens of `name`. An apostrophe within a word belongs to it.
    pub(super) fn of(name: &'a str) -> Self {
        #[derive(PartialEq)]
        enum Class {
            Letter,
            Digit,
            Between,
        }
        let class = |c: char| match c {
            '\'' | '’' => Class::Letter,
            c if c.is_ascii_digit() => Class::Digit,
            c if c.is_alphanumeric() => Class::Letter,
            _ => Class::Between,
        };
        let mut list = Vec::new();
        let mut chars = name.char_indices().peekable();
        while let Some((start, first)) = chars.next() {
            let of = class(first);
            let mut end = start + first.len_utf8();
            while let Some((at, next)) = chars.peek().copied()
                && class(next) == of
            {
                end = at + next.len_utf8();
                chars.next();
            }
            let text = &name[start..end];
            match of {
                Class::Between => {}
                Class::Digit => {
                    let number = (text.len() <= 9).then(|| text.parse().ok()).flatten();
                    list.push(Token { text, lower: text.to_owned(), number, start, end });
                }
                Class::Letter => {
                    list.push(Token { text, lower: text.to_lowercase(), number: None, start, end });
                }
            }
        }
        Self { name, list }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token<'a>> {
        self.list.get(at)
    }

    /// The word at that place, in small letters.
    pub(super) fn word(&self, at: usize) -> Option<&str> {
        self.get(at).filter(|token| !token.is_digits()).map(|token| token.lower.as_str())
    }

    /// The number at that place.
    pub(super) fn number(&self, at: usize) -> Option<u32> {
        self.get(at)?.number
    }

    /// Digits of the number at that place; 0: there is none.
    pub(super) fn digits(&self, at: usize) -> usize {
        self.get(at).filter(|token| token.is_digits()).map_or(0, |token| token.text.len())
    }

    /// What stands before the token: all before the first, all after the last.
    pub(super) fn gap(&self, at: usize) -> &'a str {
        let start = at.checked_sub(1).and_then(|before| self.get(before)).map_or(0, |token| token.end);
        let end = self.get(at).map_or(self.name.len(), |token| token.start);
        &self.name[start.min(end)..end]
    }

    /// The token goes on where the one before it ended.
    pub(super) fn glued(&self, at: usize) -> bool {
        at > 0 && at < self.len() && self.gap(at).is_empty()
    }

    /// At most a few separators stand before the token.
    pub(super) fn near(&self, at: usize) -> bool {
        let gap = self.gap(at);
        at < self.len()
            && gap.len() <= 3
            && gap.chars().all(|c| matches!(c, ' ' | '.' | '_' | '-' | ',' | '#' | ':'))
    }

    /// The gap before the token holds a dash between spaces, however these are written, or the name begins or ends there.
    pub(super) fn dashed(&self, at: usize) -> bool {
        let gap = self.gap(at).replace(['_', '.'], " ").replace('–', "-");
        gap.contains(" - ")
    }
}

impl Token<'_> {
    pub(super) fn is_digits(&self) -> bool {
        self.text.as_bytes().first().is_some_and(u8::is_ascii_digit)
    }
}

impl Tokens<'_> {
    /// A number follows closely: what came before belongs to it.
    pub(super) fn near_number(&self, at: usize) -> bool {
        self.digits(at) > 0 && matches!(self.gap(at), " " | "_" | ".")
    }
}
