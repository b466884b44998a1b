//! Why something is not done: a code for machines, a sentence for people. A code never changes its name or meaning.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// It cannot be understood.
    Invalid,
    /// There is no such thing, or it is not for whoever asks.
    NotFound,
    /// It is another's.
    NotYours,
    /// The conversation is closed.
    Closed,
    /// The assistant does not answer in this mode.
    Silent,
    /// It bears the fence of a job that is not the running one.
    Void,
    /// A piece of an answer does not begin where the text ends.
    OutOfPlace,
    /// Nothing is said.
    Empty,
    /// More is said than may be.
    TooLarge,
    /// It is too long ago to be changed.
    TooOld,
    /// The message was deleted.
    Deleted,
    /// There is a newer answer to the same.
    Superseded,
    /// The answer was not cut: there is nothing to go on with.
    NotCut,
    /// It was decided already.
    Settled,
    /// It cannot be undone.
    NotUndoable,
    /// An answer is in the making.
    Busy,
    /// There are as many as there may be.
    Full,
}

impl Code {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::NotYours => "not_yours",
            Self::Closed => "closed",
            Self::Silent => "silent",
            Self::Void => "void",
            Self::OutOfPlace => "out_of_place",
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::TooOld => "too_old",
            Self::Deleted => "deleted",
            Self::Superseded => "superseded",
            Self::NotCut => "not_cut",
            Self::Settled => "settled",
            Self::NotUndoable => "not_undoable",
            Self::Busy => "busy",
            Self::Full => "full",
        }
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For machines.
    pub code: Code,
    /// For people.
    pub detail: String,
}

impl Refusal {
    /// A refusal in these words.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// The conversation is not there for whoever asks: the same words whether it ever was.
    pub fn unknown() -> Self {
        Self::new(Code::NotFound, "There is no such conversation.")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Refusal {}
