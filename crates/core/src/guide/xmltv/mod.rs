//! XMLTV (`xmltv.dtd` of the XMLTV project, on XML 1.0), read and written as a stream: a guide of half a gigabyte takes a mebibyte.
//!
//! [`Reader`] gives what a file says: no field is interpreted ([`Programme::episode`], `genres` and `age` stay as they are by default).
//! [`Writer`] writes what it is given so that it is valid by the DTD, and so that reading it gives the same again. What always holds:
//!
//! - Memory is bounded ([`ELEMENT_MOST`] and its neighbours), whatever comes in, and no input panics.
//! - No DTD is fetched or looked at, and no entity is expanded but XML's five and numbers: `&uuml;` stays the six characters that it is.
//! - A programme that makes no sense is left out and counted ([`Skipped`]); a file that is no XML any more ends in a [`Fault`], after all that
//!   came before it.
//!
//! How far we are more patient than XML: a lone `&` is text, bytes that are no UTF-8 are read as windows-1252, and characters that XML forbids vanish.
//! Space around a text has no meaning, says the DTD, and is not kept; space that is written as a reference (`&#32;`) is.
//! Where the DTD lists the values that an attribute may have (`type` of `image`), any other counts as not said. An empty `lang` says nothing
//! (XML 1.0 §2.12).

mod charset;
mod escape;
mod programme;
mod read;
mod skipped;
mod sniff;
mod time;
mod tokens;
mod window;
mod words;
mod write;

pub use read::Reader;
pub use skipped::{Example, Reason, Skipped};
pub use write::Writer;

use jiff::tz::TimeZone;

use super::programme::{Image, Moment, Programme, Text};

/// Bytes of one `programme` or `channel`, or of a single tag or comment: the largest that were seen have 60 KB, pictures of their cast among it.
pub const ELEMENT_MOST: usize = 1 << 20;
/// Elements within each other; the DTD has five (`tv`, `programme`, `credits`, `actor`, `image`).
pub const DEPTH_MOST: usize = 16;
/// Attributes of one element that are looked at; the DTD has eight.
pub const ATTRIBUTES_MOST: usize = 64;
/// Bytes of one text; what is longer is cut between characters.
pub const TEXT_MOST: usize = 64 << 10;
/// Elements within a programme that are looked at: a cast of hundreds has room.
pub const CHILDREN_MOST: usize = 2_000;
/// Programmes left out of which an example is kept.
pub const EXAMPLES_MOST: usize = 10;
/// Characters of an example.
pub const EXAMPLE_TEXT_MOST: usize = 80;

/// How a guide is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where times without an offset are at home. The DTD says UTC; guides mean the place that they are made for.
    pub zone: TimeZone,
}

impl Default for Options {
    /// As the DTD says it.
    fn default() -> Self {
        Self { zone: TimeZone::UTC }
    }
}

/// What a guide consists of, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// What the guide says of itself; comes first, and once.
    Head(Head),
    /// A channel. It may come after airings of it, or never.
    Channel(Channel),
    /// A programme at a time.
    Airing(Heard),
}

/// What a guide says of itself: the attributes of `tv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// When the listings were made, as the source writes it.
    pub date: Option<Box<str>>,
    /// A page about the source.
    pub source_info_url: Option<Box<str>>,
    /// The source's name.
    pub source_info_name: Option<Box<str>>,
    /// Where the listings come from.
    pub source_data_url: Option<Box<str>>,
    /// The program that wrote it.
    pub generator_info_name: Option<Box<str>>,
    /// A page about that program.
    pub generator_info_url: Option<Box<str>>,
}

/// A channel of a guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// The guide's own id; never blank where it comes from [`Reader`].
    pub id: Box<str>,
    /// Names, the usual one first; none: the guide gives none.
    pub names: Vec<Text>,
    /// Its signs.
    pub icons: Vec<Image>,
    /// Pages about it: (system, address).
    pub urls: Vec<(Option<Box<str>>, Box<str>)>,
}

/// A programme on a channel at a time, as the guide says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The guide's id of the channel; never blank where it comes from [`Reader`].
    pub channel: Box<str>,
    /// From (milliseconds since 1970).
    pub start_ms: i64,
    /// Until (milliseconds since 1970), not before `start_ms`; none: the guide does not say, or nobody can read it.
    pub end_ms: Option<i64>,
    /// What is told of this one time alone.
    pub moment: Moment,
    /// What is shown.
    pub programme: Box<Programme>,
}

/// Why a guide cannot be read, or not to its end. Offsets count the input's bytes from its beginning.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is something else.
    #[error("{0}")]
    NotXmltv(Box<str>),
    /// Its characters are encoded in a way that is not read here.
    #[error("The guide's characters are encoded as {0}, which is not read here. Have it made as UTF-8.")]
    Encoding(Box<str>),
    /// It is no XML from here on.
    #[error("The guide is damaged at byte {at}: {what}. What came before was read.")]
    NotWellFormed {
        /// Where.
        at: u64,
        /// What is wrong.
        what: Box<str>,
    },
    /// A single tag is larger than anything that makes sense.
    #[error("The guide has a tag of more than {ELEMENT_MOST} bytes at byte {at}. What came before was read.")]
    TooLarge {
        /// Where.
        at: u64,
    },
    /// It ends before `</tv>`.
    #[error("The guide breaks off at byte {at}, perhaps because fetching it did. What came before was read.")]
    CutShort {
        /// Where.
        at: u64,
    },
    /// Its bytes could not be had.
    #[error("The guide's bytes did not come: {0}. What came before was read.")]
    Read(#[from] std::io::Error),
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod laws;
