//! What can be wrong with a document.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong, for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// It is no JSON, or a value is of another form than it should be, or is not known.
    Unreadable,
    /// The document is larger than can be read.
    TooLarge,
    /// It is of another version.
    Version,
    /// There are more than can be read.
    TooMany,
    /// There must be something, and is nothing.
    Empty,
    /// It lacks something that it needs.
    Missing,
    /// A number, a length or a text outside of its bounds.
    OutOfRange,
    /// There is no such block, template, source, break, day or stand-in.
    UnknownName,
    /// Exactly one of several things is to be given.
    OneOf,
    /// Two things that do not go together.
    Contradiction,
    /// Two of one name, or at one time.
    Duplicate,
    /// A source that names itself.
    Circular,
    /// What has no end of its own, where something must end.
    NoEnd,
    /// What has no items, where items are needed.
    NoItems,
    /// A rule of a day that says too little, too much or what never is.
    Day,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What, for machines.
    pub code: FaultCode,
    /// Place in the document: `blocks.morning.play[0].order`.
    pub place: String,
    /// What it is and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.place, self.message)
        }
    }
}

impl std::error::Error for Fault {}
