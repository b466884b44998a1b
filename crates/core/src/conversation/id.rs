//! Names and numbers of a conversation. What comes from outside is checked where it is read: 1 to so many visible ASCII characters.

use crate::limits;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A name that has not the form of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to {most} characters: letters, digits and signs, no spaces")]
pub struct BadId {
    /// How many it may have.
    pub most: usize,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident of $most:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name, if it has the form of one.
            pub fn new(name: impl Into<String>) -> Result<Self, BadId> {
                let name = name.into();
                let good = (1..=$most).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
                if good { Ok(Self(name)) } else { Err(BadId { most: $most }) }
            }

            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(name: String) -> Result<Self, BadId> {
                Self::new(name)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// Names a conversation.
    ConversationId of 64;
    /// Names the past that offsets count in: it is another whenever that past cannot be continued.
    Epoch of 64;
    /// Names a person.
    AccountId of 128;
    /// What a client calls a message that it sends, so that sending it again does not double it.
    ClientId of limits::CLIENT_ID;
    /// Names the request that caused an event.
    RequestId of 128;
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The one after it.
            pub fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numbers! {
    /// The place of an event in its epoch, from 1; 0 is before the first. It names a message too.
    Offset;
    /// Names a job and fences it: the next job of the conversation has the next number, and what bears an older one is void.
    Fence;
    /// Names a call of a tool in its conversation, from 1.
    CallId;
}
