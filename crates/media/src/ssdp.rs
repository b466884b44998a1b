//! How media servers are found on a network: SSDP (UPnP Device Architecture 1.1 §1), read, written, and answered.
//!
//! - A datagram has at most [`DATAGRAM`] bytes and [`LINES`] lines, which end in CR LF or in LF alone. Names of headers know no case. A line that
//!   is no header (no colon, white space in its name, control characters) is passed over, a header that comes twice counts once, the first.
//! - What is read borrows. What was read is written and read again as the same.
//! - A search is not looked at unless it says `ssdp:discover` and what it is for (§1.3.2).
//! - What is written holds no line break that its caller slipped in: such a value is a [`Fault`].
//!
//! A search of a hundred bytes may call for several answers, and the address that it came from may be forged. So a search is answered
//! [`ANSWERS`] times at most, with at most [`ANSWER`] bytes each; to neighbours alone ([`is_near`]), which the caller asks; and how often, the
//! caller counts. It also waits ([`Search::wait_s`]), since this room knows no time.
//!
//! `ssdp:update` is not read: who moves says goodbye and comes again.

mod device;
mod read;
mod target;
mod write;

pub use device::{ANSWER, ANSWERS, Device, TYPES, is_near};
pub use read::parse;
pub use target::{Target, Type};
pub use write::write;

/// Port of SSDP.
pub const PORT: u16 = 1900;
/// Where searches and notices go to in IPv4 (§1.1.3).
pub const GROUP: std::net::Ipv4Addr = std::net::Ipv4Addr::new(239, 255, 255, 250);
/// No datagram that is read is longer (bytes).
pub const DATAGRAM: usize = 4096;
/// No datagram that is read has more lines after its first.
pub const LINES: usize = 64;
/// Whoever searches waits no longer (seconds, §1.3.2).
pub const WAIT: u8 = 5;

/// What a datagram says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// Who is there?
    Search(Search<'a>),
    /// I am, in answer to a search.
    Found(Advert<'a>),
    /// I am.
    Alive(Advert<'a>),
    /// I was.
    Byebye(Advert<'a>),
}

/// A search (§1.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search<'a> {
    /// For what.
    pub target: Target<'a>,
    /// How long it waits for answers (seconds, 1 to [`WAIT`]: what it says, held to that); none: it does not say, or it is no number.
    pub mx: Option<u8>,
    /// Who searches.
    pub user_agent: Option<&'a str>,
}

impl Search<'_> {
    /// Within how many seconds it is to be answered, at a moment by chance; none: not at all. `multicast`: it came to the group and not to us alone.
    ///
    /// One that came to the group and does not say how long it waits is to be left alone (§1.3.3); one that came to us alone need not say
    /// (§1.3.2).
    pub fn wait_s(&self, multicast: bool) -> Option<u8> {
        if multicast { self.mx } else { Some(1) }
    }
}

/// What a device says of itself (§1.2.2, §1.2.3, §1.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advert<'a> {
    /// As what it is there (`NT`), or was found (`ST`).
    pub target: Target<'a>,
    /// Its name as that, unique.
    pub usn: &'a str,
    /// Address of its description; whoever goes has none.
    pub location: Option<&'a str>,
    /// Its system, its version of UPnP, its program.
    pub server: Option<&'a str>,
    /// How long this holds (seconds).
    pub max_age_s: Option<u32>,
    /// When it was written, as in HTTP; it is only in answers.
    pub date: Option<&'a str>,
    /// Grows each time that the device comes anew.
    pub boot_id: Option<u32>,
    /// Of its description: another one, another number.
    pub config_id: Option<u32>,
}

/// What is wrong with a datagram, read or to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wrong} at byte {at}")]
pub struct Fault {
    /// Offset in the datagram (bytes).
    pub at: usize,
    /// What is wrong there.
    pub wrong: Wrong,
}

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is longer than it may be.
    #[error("it is too long")]
    Long,
    /// It has more than [`LINES`] lines.
    #[error("there are too many lines")]
    Lines,
    /// It does not begin as a search, a notice or an answer.
    #[error("it is not of SSDP")]
    Start,
    /// A header is not there, or has nothing in it.
    #[error("there is no {0}")]
    Missing(&'static str),
    /// A header says what is not known, or may not be said.
    #[error("{0} says what it may not")]
    Value(&'static str),
    /// There are more [`TYPES`] than there may be.
    #[error("the device is too many things")]
    Types,
}

#[cfg(test)]
mod tests;
