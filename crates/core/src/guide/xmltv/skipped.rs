//! What of a guide was left out, and why: counts, and a few examples for whoever wants to know.

use super::{EXAMPLE_TEXT_MOST, EXAMPLES_MOST};

/// Programmes that were left out, by reason, and what else did not come through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Nobody can read when they begin.
    pub bad_time: u64,
    /// They end before they begin.
    pub ends_before_start: u64,
    /// They have no title, or a blank one.
    pub no_title: u64,
    /// They do not say on which channel they are; channels without an id, too.
    pub no_channel: u64,
    /// They are larger or deeper than is read.
    pub too_large: u64,
    /// They were kept, but not all of them: a text or a list was too long, or nobody can read when they end.
    pub shortened: u64,
    /// The first that were left out.
    pub examples: Vec<Example>,
}

/// Why a programme was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// See [`Skipped::bad_time`].
    BadTime,
    /// See [`Skipped::ends_before_start`].
    EndsBeforeStart,
    /// See [`Skipped::no_title`].
    NoTitle,
    /// See [`Skipped::no_channel`].
    NoChannel,
    /// See [`Skipped::too_large`].
    TooLarge,
}

/// A programme that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Byte of the input at which it begins.
    pub at: u64,
    /// Why.
    pub reason: Reason,
    /// What tells it from others, or what is wrong with it; at most [`EXAMPLE_TEXT_MOST`] characters.
    pub what: Box<str>,
}

impl Skipped {
    /// How many were left out, for whatever reason.
    pub fn total(&self) -> u64 {
        self.bad_time + self.ends_before_start + self.no_title + self.no_channel + self.too_large
    }

    pub(super) fn note(&mut self, at: u64, reason: Reason, what: &str) {
        let count = match reason {
            Reason::BadTime => &mut self.bad_time,
            Reason::EndsBeforeStart => &mut self.ends_before_start,
            Reason::NoTitle => &mut self.no_title,
            Reason::NoChannel => &mut self.no_channel,
            Reason::TooLarge => &mut self.too_large,
        };
        *count += 1;
        if self.examples.len() < EXAMPLES_MOST {
            let what: String = what.chars().take(EXAMPLE_TEXT_MOST).collect();
            self.examples.push(Example { at, reason, what: what.into() });
        }
    }
}
