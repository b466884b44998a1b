//! What texts may be. People's are refused where they are too long; the station's own are shortened, because what has happened must be told in any case.

use super::event::Pin;
use super::refusal::{Code, Refusal};
use crate::limits;

/// A message.
pub(super) fn message(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new(Code::Empty, "Write something first."));
    }
    bytes(text, limits::MESSAGE, "A message")
}

/// What an agent tells the assistant.
pub(super) fn summary(text: &str) -> Result<(), Refusal> {
    bytes(text, limits::SUMMARY, "What the assistant is told")
}

fn bytes(text: &str, most: usize, what: &str) -> Result<(), Refusal> {
    if text.len() <= most {
        return Ok(());
    }
    Err(Refusal::new(Code::TooLarge, format!("{what} has at most {most} bytes; this has {}.", text.len())))
}

/// A name that stands in one line: a title, a model.
pub(super) fn name(text: &str, most: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new(Code::Empty, "A name is not empty."));
    }
    if text.chars().count() > most {
        return Err(Refusal::new(Code::TooLarge, format!("A name has at most {most} characters.")));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::new(Code::Invalid, "A name stands in one line."));
    }
    Ok(())
}

/// One sign: short, and not a word. Which signs there are is the fonts' matter.
pub(super) fn emoji(text: &str) -> Result<(), Refusal> {
    let is_sign = !text.is_ascii()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c.is_ascii_alphabetic());
    if is_sign && text.len() <= limits::EMOJI {
        return Ok(());
    }
    Err(Refusal::new(Code::Invalid, "A reaction is one emoji."))
}

/// What a message is about.
pub(super) fn pin(pin: &Pin) -> Result<(), Refusal> {
    let id = |text: &str| !text.is_empty() && text.chars().count() <= limits::FAVOURITE_ID;
    if id(&pin.channel.0) && pin.programme.as_deref().is_none_or(id) {
        return Ok(());
    }
    Err(Refusal::new(Code::Invalid, "A pin names a channel, and a programme if there is one."))
}

/// The beginning of `text`, at most so many bytes and whole characters.
pub(super) fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The same, for keeping.
pub(super) fn shortened(text: &str, most: usize) -> String {
    beginning(text, most).to_owned()
}
