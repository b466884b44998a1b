//! Subtitles as text: cues of a film, and which of them belong to a segment of a tape.
//!
//! - A [`Cue`] is plain text on a time axis. What a file says of fonts, colours and places is not kept.
//! - A segment holds each cue that it overlaps, with all of the cue's time, and no other (RFC 8216bis §3.1.4): [`overlapping`].
//! - [`read`] understands SubRip, WebVTT and Advanced SubStation Alpha as they are found; [`write()`] writes WebVTT alone (W3C WebVTT §4).
//!
//! Pictures (PGS, VobSub, DVB) are none of its business.

pub mod read;
mod write;

use std::fmt;

use crate::language::three_letters;
pub use write::{segment, write};

/// Cues of one text at most; a film of three hours has some three thousand.
pub const CUES_MOST: usize = 20_000;
/// Characters of a cue at most.
pub const CUE_MOST: usize = 1_000;
/// Bytes of the cues of one text at most.
pub const TEXT_MOST: usize = 2 << 20;

/// A text and when it is seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cue {
    /// From when on, in ticks.
    pub start: i64,
    /// When it is over, in ticks; later than its start.
    pub end: i64,
    /// Lines, none of them empty, without mark-up.
    pub text: String,
}

/// Whom a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Whoever does not understand what is said.
    Full,
    /// Everybody who hears the same language: what is said or written in another one.
    Forced,
    /// Whoever does not hear: sounds are told as well.
    Impaired,
}

/// Names a text on a tape: there is one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// ISO 639-2, if it is known.
    pub language: Option<[u8; 3]>,
    /// Whom it is for.
    pub role: Role,
}

impl Name {
    /// Its language, `und` where that is not known.
    pub fn code(&self) -> String {
        self.language.map_or_else(|| "und".into(), |code| String::from_utf8_lossy(&code).into_owned())
    }

    /// Reads what [`Name`] is written as.
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("text-")?;
        let (code, role) = match rest.split_once('-') {
            None => (rest, Role::Full),
            Some((code, "forced")) => (code, Role::Forced),
            Some((code, "sdh")) => (code, Role::Impaired),
            Some(_) => return None,
        };
        let language = if code == "und" { None } else { Some(three_letters(code)?) };
        let name = Self { language, role };
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Full => "",
            Role::Forced => "-forced",
            Role::Impaired => "-sdh",
        };
        write!(f, "text-{}{role}", self.code())
    }
}

/// One text of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Which.
    pub name: Name,
    /// Its cues, by their start.
    pub cues: Vec<Cue>,
}

/// What of `cues` is seen in a stretch of `length` ticks that begins at `from`, with times from its start on. What goes over an end is cut there:
/// what comes before and after may be another film.
pub fn within(cues: &[Cue], from: i64, length: i64) -> Vec<Cue> {
    let moved = overlapping(cues, from, from.saturating_add(length)).map(|cue| Cue {
        start: (cue.start - from).max(0),
        end: (cue.end - from).min(length),
        text: cue.text.clone(),
    });
    moved.collect()
}

/// Cues that are seen between `start` and `end`.
pub fn overlapping(cues: &[Cue], start: i64, end: i64) -> impl Iterator<Item = &Cue> {
    let before = cues.partition_point(|cue| cue.start < end);
    cues[..before].iter().filter(move |cue| cue.end > start && start < end)
}

/// In order, each once, none empty, and no more than is kept: whether something was left out is said.
fn tidy(mut cues: Vec<Cue>) -> (Vec<Cue>, bool) {
    cues.retain(|cue| cue.end > cue.start && !cue.text.is_empty());
    // What is shown at once keeps the order of the file.
    cues.sort_by_key(|cue| (cue.start, cue.end));
    cues.dedup();
    let mut bytes = 0;
    let fits = cues.iter().take(CUES_MOST).take_while(|cue| {
        bytes += cue.text.len();
        bytes <= TEXT_MOST
    });
    let fits = fits.count();
    let is_cut = fits < cues.len();
    cues.truncate(fits);
    (cues, is_cut)
}

/// Lines without what is not seen: no empty ones, no space at their ends, no control characters.
fn lines(text: &str) -> String {
    let mut out = String::new();
    let mut room = CUE_MOST;
    for line in text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let seen = line.chars().map(|one| if one == '\t' { ' ' } else { one });
        let line: String = seen.filter(|one| !one.is_control()).take(room).collect();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        room -= line.chars().count();
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod laws;
