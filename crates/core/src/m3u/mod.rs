//! Extended M3U: lists of channels as players and providers write them, read ([`read`]) and written ([`Writer`]).
//!
//! There is no standard: `#EXTM3U` and `#EXTINF` come from Winamp, attributes from players (Kodi's `pvr.iptvsimple`, VLC, Perfect Player, OTT
//! Navigator), and most lists are written by hand. Promises of the reader, whatever it is given:
//! - It does not panic, and takes time and memory in proportion to the text.
//! - Every channel that has an address is kept; what cannot be understood is counted with its line ([`Junk`]).
//! - Reading what was written gives what was read: `read(write(&list)) == list`, junk aside.
//! - No header of a request that a list asks for holds control characters.
//!
//! What is understood lies in fields of its own, the rest in `attributes`, in order, so that nothing is lost. Addresses are text here: nobody
//! says that they may be asked. A playlist of segments (RFC 8216) is no list of channels: [`Fault::IsStream`].

use std::borrow::Cow;
use std::fmt;

mod extinf;
mod headers;
mod read;
mod write;

pub use headers::{joined, split};
pub use read::read;
pub use write::{Writer, write};

/// How much of a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Channels; what comes after them is junk.
    pub entries: usize,
    /// Bytes of a line. Of a longer `#EXTINF` only its name is read; other longer lines are junk.
    pub line: usize,
    /// Attributes, groups, languages, headers and properties of one channel, each.
    pub attributes: usize,
}

impl Default for Limits {
    /// The largest lists that are sold have 100,000 lines of films; logos within a line are pictures of some kilobytes.
    fn default() -> Self {
        Self { entries: 200_000, line: 64 << 10, attributes: 64 }
    }
}

/// So many pieces of junk are told one by one; the rest is counted.
pub const JUNK_TOLD: usize = 100;

/// A list of channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Addresses of guides (`x-tvg-url`, `url-tvg`, `tvg-url`; of the list and of its channels), each once.
    pub guide_urls: Vec<String>,
    /// What else the list says of itself: name and value, in order.
    pub attributes: Vec<(Box<str>, Box<str>)>,
    /// Channels in order.
    pub entries: Vec<Entry>,
    /// What could not be used; the first [`JUNK_TOLD`].
    pub junk: Vec<Junk>,
    /// How much could not be used.
    pub junk_count: usize,
}

/// A line that could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Junk {
    /// Its number, from 1 on.
    pub line: usize,
    /// Why, for people.
    pub why: &'static str,
}

/// A channel of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// Name; where the list has none, `tvg-name` or the last part of the address.
    pub name: String,
    /// Address as it stands, without the headers behind its `|`. It may be relative, or of a scheme that nobody here knows.
    pub url: String,
    /// What is not understood as one of the other fields: name and value, in order; a name may stand more than once.
    pub attributes: Vec<(Box<str>, Box<str>)>,
    /// How long it is, in seconds; none: it is live, or the list does not say.
    pub duration_s: Option<f64>,
    /// Groups (`group-title`, split at `;`, and `#EXTGRP`), each once.
    pub groups: Vec<String>,
    /// Number (`tvg-chno`, `channel-number`).
    pub number: Option<u32>,
    /// Id in the guide (`tvg-id`).
    pub id: Option<String>,
    /// Name in the guide (`tvg-name`).
    pub tvg_name: Option<String>,
    /// Address of its logo (`tvg-logo`, `logo`).
    pub logo: Option<String>,
    /// Sound only (`radio`).
    pub radio: bool,
    /// The guide's times are to be moved by so many hours (`tvg-shift`).
    pub shift_h: Option<f64>,
    /// What went by can be had.
    pub catchup: Option<Catchup>,
    /// Languages (`tvg-language`), each once.
    pub languages: Vec<String>,
    /// Headers that its server wants to see: name and value, each name once. Names that are known are spelled as RFC 9110 does.
    pub headers: Vec<(String, String)>,
    /// Other lines for players, without `#` (`KODIPROP:inputstream=inputstream.adaptive`), in order.
    pub props: Vec<String>,
}

/// How to ask for what went by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catchup {
    /// In which way: `default`, `append`, `shift`, `flussonic`, `xc`, `vod` and others (`catchup`, `catchup-type`).
    pub kind: Option<String>,
    /// Address with placeholders (`catchup-source`).
    pub source: Option<String>,
    /// So far back (`catchup-days`, `timeshift`, `tvg-rec`).
    pub days: Option<u32>,
}

/// Why a text is no list of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is something else.
    #[error(
        "What lies there is not a list of channels: it is {0}. Give the address of an M3U list: a text that begins with #EXTM3U."
    )]
    NotAList(Looks),
    /// It is one channel's playlist.
    #[error(
        "What lies there is not a list of channels: it is the playlist of a single stream (HLS). Add it as the address of one channel."
    )]
    IsStream,
}

/// What a text looks like that is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Nothing is in it.
    Empty,
    /// A page for browsers: mostly a sign-in, or the word that an account has ended.
    Page,
    /// XML: perhaps a guide.
    Xml,
    /// JSON.
    Json,
    /// A PLS or INI file.
    Pls,
    /// Packed or coded bytes.
    Binary,
    /// Text without a single address.
    Text,
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::Page => "a web page (a sign-in page, or the message of a provider)",
            Self::Xml => "XML (a guide, perhaps)",
            Self::Json => "JSON (the reply of an interface, perhaps an error)",
            Self::Pls => "a PLS list",
            Self::Binary => "packed or coded bytes",
            Self::Text => "a text without addresses",
        })
    }
}

/// What has no place within a line: it becomes a space.
fn is_odd(c: char) -> bool {
    c.is_control() || c == '\u{feff}'
}

/// A line without [odd](is_odd) characters and without blanks around it.
fn tidy(text: &str) -> Cow<'_, str> {
    if !text.contains(is_odd) {
        return Cow::Borrowed(text.trim());
    }
    let spaced: String = text.chars().map(|c| if is_odd(c) { ' ' } else { c }).collect();
    Cow::Owned(spaced.trim().to_owned())
}

/// A value that can stand between double quotes.
fn value(text: &str) -> String {
    tidy(&text.replace('"', "'")).into_owned()
}

#[cfg(test)]
mod tests;
