//! Tags and texts of a window, and why they may stop coming.

use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Decoder, Error};

use super::ATTRIBUTES_MOST;

/// Why it does not go on. Places are in the window.
#[derive(Debug)]
pub(super) enum Halt {
    /// The window ends within what is read: read it again in a larger one.
    More,
    /// The input ends within what is read.
    Short,
    /// It is more than is read of one element.
    TooMuch,
    /// It is no XML.
    Wrong { at: usize, what: Box<str> },
}

pub(super) type Step<T> = Result<T, Halt>;

pub(super) struct Tokens<'w> {
    xml: quick_xml::Reader<&'w [u8]>,
    length: usize,
    whole: bool,
}

impl<'w> Tokens<'w> {
    /// The tokens of `bytes`; `whole`: nothing comes after them.
    pub(super) fn new(bytes: &'w [u8], whole: bool) -> Self {
        let mut xml = quick_xml::Reader::from_reader(bytes);
        let config = xml.config_mut();
        config.allow_dangling_amp = true;
        // The window may begin within an element.
        config.allow_unmatched_ends = true;
        Self { xml, length: bytes.len(), whole }
    }

    pub(super) fn next(&mut self) -> Step<Event<'w>> {
        match self.xml.read_event() {
            Ok(Event::Eof) => Err(self.end()),
            Ok(event) => Ok(event),
            Err(error) => Err(self.halt(&error)),
        }
    }

    /// Behind the last token. By what is left, for the reader's own count knows nothing of byte order marks.
    pub(super) fn position(&self) -> usize {
        self.length - self.xml.get_ref().len()
    }

    /// What the last `<?xml …?>` declared.
    pub(super) fn decoder(&self) -> Decoder {
        self.xml.decoder()
    }

    pub(super) fn wrong(&self, what: impl Into<Box<str>>) -> Halt {
        Halt::Wrong { at: self.position(), what: what.into() }
    }

    /// Gives each attribute's name and value, as they stand there, to `each`. By hand: half of all bytes of a guide are tags, and this takes a third
    /// less than the library's, which finds out more than we ask.
    pub(super) fn attributes(&self, start: &BytesStart<'w>, mut each: impl FnMut(&[u8], &[u8])) -> Step<()> {
        let mut rest = start.attributes_raw();
        for _ in 0..ATTRIBUTES_MOST {
            rest = rest.trim_ascii_start();
            if rest.is_empty() {
                break;
            }
            let Some((name, value, behind)) = attribute(rest) else {
                let what = String::from_utf8_lossy(rest).chars().take(40).collect::<String>();
                return Err(self.wrong(format!("`{what}` is no attribute")));
            };
            each(name, value);
            rest = behind;
        }
        Ok(())
    }

    fn end(&self) -> Halt {
        if self.whole { Halt::Short } else { Halt::More }
    }

    #[cold]
    fn halt(&self, error: &Error) -> Halt {
        let at = (self.xml.error_position() as usize).min(self.length);
        match error {
            // `<!x` is wrong wherever it stands; at the end it may become `<!--`.
            Error::Syntax(SyntaxError::InvalidBangMarkup) if at + 2 < self.length => {
                Halt::Wrong { at, what: error.to_string().into() }
            }
            Error::Syntax(_) => self.end(),
            _ => Halt::Wrong { at, what: error.to_string().into() },
        }
    }
}

/// `name="value"` or `name='value'` at the beginning of `text`: name, value, and what is behind.
fn attribute(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, value) = text.split_at(text.iter().position(|byte| *byte == b'=')?);
    let name = name.trim_ascii_end();
    let (quote, value) = value[1..].trim_ascii_start().split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    let makes_sense =
        matches!(quote, b'"' | b'\'') && !name.is_empty() && !name.iter().any(u8::is_ascii_whitespace);
    makes_sense.then(|| (name, &value[..end], &value[end + 1..]))
}
