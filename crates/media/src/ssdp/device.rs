//! A device of ours: whom it answers, with what, and what it tells everybody.

use super::{Advert, Fault, Message, Search, Target, Type, Wrong, write};
use std::net::{IpAddr, SocketAddr};

/// A device is not more kinds of things than this.
pub const TYPES: usize = 6;
/// A search has no more answers: one as root device, one by id, one for each kind.
pub const ANSWERS: usize = 2 + TYPES;
/// No answer and no notice is longer (bytes).
pub const ANSWER: usize = 512;

/// A root device as it is seen from one network.
#[derive(Clone, Copy, Debug)]
pub struct Device<'a> {
    /// Its id, without `uuid:`; the same for ever.
    pub uuid: &'a str,
    /// What kinds of device it is, and what services it has, each in its highest version; [`TYPES`] at most.
    pub types: &'a [Type<'a>],
    /// Address of its description, as whoever asks from that network reaches it.
    pub location: &'a str,
    /// Its system, `UPnP/1.1`, its program: each with its version, blanks between.
    pub server: &'a str,
    /// How long what it says holds (seconds, 1,800 at least by §1.2.2): it says it again before half of that is over.
    pub max_age_s: u32,
    /// Grows each time that it comes anew (31 bits).
    pub boot_id: u32,
    /// Another description, another number (24 bits).
    pub config_id: u32,
}

impl<'a> Device<'a> {
    /// The answers to a search, one for each thing that we are and that it is for; `date` as in HTTP.
    ///
    /// A search for a lower version is answered in that version (§1.3.2): who asks for it may not know ours.
    pub fn answers(&self, search: &Search<'_>, date: &str) -> Result<Vec<Vec<u8>>, Fault> {
        let own = self.targets()?;
        let found = match search.target {
            Target::All => own,
            Target::Root => vec![Target::Root],
            Target::Uuid(id) if id.eq_ignore_ascii_case(self.uuid) => vec![Target::Uuid(self.uuid)],
            Target::Type(sought) => {
                let kind = self.types.iter().find(|kind| kind.includes(sought));
                kind.map(|kind| Target::Type(Type { version: sought.version, ..*kind })).into_iter().collect()
            }
            Target::Uuid(_) | Target::Other(_) => Vec::new(),
        };
        self.each(found, Saying::Found(date))
    }

    /// What it tells everybody when it comes, and again and again while it is there (§1.2.2).
    pub fn alive(&self) -> Result<Vec<Vec<u8>>, Fault> {
        self.each(self.targets()?, Saying::Alive)
    }

    /// What it tells everybody when it goes (§1.2.3), and before it comes, in case it had to go without.
    pub fn byebye(&self) -> Result<Vec<Vec<u8>>, Fault> {
        self.each(self.targets()?, Saying::Byebye)
    }

    /// All that it is.
    fn targets(&self) -> Result<Vec<Target<'a>>, Fault> {
        if self.types.len() > TYPES {
            return Err(Fault { at: 0, wrong: Wrong::Types });
        }
        let kinds = self.types.iter().map(|kind| Target::Type(*kind));
        Ok([Target::Root, Target::Uuid(self.uuid)].into_iter().chain(kinds).collect())
    }

    fn each(&self, targets: Vec<Target<'_>>, saying: Saying<'_>) -> Result<Vec<Vec<u8>>, Fault> {
        let datagram = |target: Target<'_>| {
            let usn = match target {
                Target::Uuid(_) => format!("uuid:{}", self.uuid),
                _ => format!("uuid:{}::{target}", self.uuid),
            };
            let advert = Advert {
                target,
                usn: &usn,
                location: Some(self.location),
                server: Some(self.server),
                max_age_s: Some(self.max_age_s),
                date: None,
                boot_id: Some(self.boot_id),
                config_id: Some(self.config_id),
            };
            let bytes = write(&match saying {
                Saying::Found(date) => Message::Found(Advert { date: Some(date), ..advert }),
                Saying::Alive => Message::Alive(advert),
                Saying::Byebye => Message::Byebye(advert),
            })?;
            if bytes.len() > ANSWER { Err(Fault { at: ANSWER, wrong: Wrong::Long }) } else { Ok(bytes) }
        };
        targets.into_iter().map(datagram).collect()
    }
}

/// What it is that a device says of each of the things that it is.
#[derive(Clone, Copy)]
enum Saying<'a> {
    /// In answer to a search, at that time.
    Found(&'a str),
    Alive,
    Byebye,
}

/// Whether a datagram from there may be answered: from this machine, the link, or a private network (RFC 1918, RFC 3927, RFC 4193), and from a
/// port that no service of the system has. Nobody on the internet can be made to get answers that he has not asked for.
///
/// A home whose machines have global addresses is not near by this: its own prefixes the caller knows.
pub fn is_near(from: SocketAddr) -> bool {
    let near = match from.ip().to_canonical() {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback(),
    };
    near && from.port() >= 1024
}
