//! What is searched for, and what somebody is.

use std::fmt;

/// What is searched for (`ST`), or what somebody is (`NT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Anything.
    All,
    /// Any device that is not part of another.
    Root,
    /// The device with that id, without `uuid:`.
    Uuid(&'a str),
    /// A kind of device or service.
    Type(Type<'a>),
    /// Something of others.
    Other(&'a str),
}

/// A kind of device or service, with its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type<'a> {
    /// `urn:schemas-upnp-org:device:MediaServer`.
    pub name: &'a str,
    /// Its version. Each includes those below it.
    pub version: u32,
}

impl<'a> Target<'a> {
    /// Reads the value of a header. Words and prefixes know no case.
    pub fn parse(text: &'a str) -> Self {
        if text.eq_ignore_ascii_case("ssdp:all") {
            Self::All
        } else if text.eq_ignore_ascii_case("upnp:rootdevice") {
            Self::Root
        } else if let Some(id) = after(text, "uuid:").filter(|id| !id.is_empty()) {
            Self::Uuid(id)
        } else {
            Type::parse(text).map_or(Self::Other(text), Self::Type)
        }
    }
}

impl<'a> Type<'a> {
    /// Reads `urn:…:version`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (name, digits) = text.rsplit_once(':')?;
        let version =
            digits.parse().ok().filter(|version: &u32| *version > 0 && version.to_string() == digits)?;
        after(name, "urn:").filter(|rest| !rest.is_empty()).map(|_| Self { name, version })
    }

    /// Whether who searches for `other` finds this: the same kind, in this version or a lower one (§1.3.2).
    pub fn includes(&self, other: Type<'_>) -> bool {
        self.name.eq_ignore_ascii_case(other.name) && other.version <= self.version
    }
}

/// What follows `prefix`, whatever its case.
fn after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("ssdp:all"),
            Self::Root => f.write_str("upnp:rootdevice"),
            Self::Uuid(id) => write!(f, "uuid:{id}"),
            Self::Type(kind) => kind.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.version)
    }
}
