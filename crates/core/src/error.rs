//! Failures as values: a kind for machines, a message for people.

use std::fmt;

/// What went wrong, for machines. The code of each never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request makes no sense.
    Invalid,
    /// Nobody is signed in.
    Unauthenticated,
    /// Whoever is signed in may not do this.
    Forbidden,
    /// The request came from another site.
    ForeignOrigin,
    /// There is no such thing.
    NotFound,
    /// The method is not offered here.
    MethodNotAllowed,
    /// It was there and is not any more.
    Gone,
    /// It contradicts what is there.
    Conflict,
    /// The body is too large.
    TooLarge,
    /// The body is not of a kind that is read here.
    UnsupportedMedia,
    /// Too many requests.
    TooMany,
    /// A token stood in the query of an address.
    TokenInQuery,
    /// A part that this needs does not answer just now.
    Unavailable,
    /// A fault of the program.
    Internal,
}

/// One row of the list of problems.
pub struct Problem {
    /// Kind.
    pub kind: Kind,
    /// Stable code.
    pub code: &'static str,
    /// HTTP status that fits.
    pub status: u16,
    /// Title in English.
    pub title: &'static str,
    /// What one can do.
    pub advice: &'static str,
}

macro_rules! problems {
    ($($kind:ident $code:literal $status:literal $title:literal $advice:literal),* $(,)?) => {
        /// All problems, in the order of their status.
        pub const PROBLEMS: &[Problem] = &[$(Problem { kind: Kind::$kind, code: $code, status: $status, title: $title, advice: $advice }),*];
    };
}

problems! {
    Invalid "invalid" 400 "The request cannot be understood" "Look at the fields that are named, and at the API description.",
    TokenInQuery "token_in_query" 400 "Tokens are not accepted in addresses" "Send it as 'Authorization: Bearer …'.",
    Unauthenticated "unauthenticated" 401 "Sign in first" "Sign in on the page, or send an API token as 'Authorization: Bearer …'.",
    Forbidden "forbidden" 403 "Not allowed" "Ask the owner of this station for the right to do this.",
    ForeignOrigin "foreign_origin" 403 "The request came from another site" "Open the station's own page and try there.",
    NotFound "not_found" 404 "There is no such thing here" "Check the address; it may have been removed.",
    MethodNotAllowed "method_not_allowed" 405 "This is not offered here" "Look at the API description for what is.",
    Conflict "conflict" 409 "It contradicts what is there" "Reload, look, and decide again.",
    Gone "gone" 410 "It is not there any more" "Start again from the page.",
    TooLarge "too_large" 413 "Too large" "Send less.",
    UnsupportedMedia "unsupported_media" 415 "This kind of content is not read here" "Send JSON, and say so in Content-Type.",
    TooMany "too_many" 429 "Too many requests" "Wait for as long as 'retry_after_s' says.",
    Internal "internal" 500 "A fault of this program" "Try again; if it stays, report it with the request id.",
    Unavailable "unavailable" 503 "Not available just now" "Try again in a moment.",
}

impl Kind {
    /// Its row in the list.
    pub fn problem(self) -> &'static Problem {
        PROBLEMS.iter().find(|problem| problem.kind == self).unwrap_or(&PROBLEMS[0])
    }
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// For machines.
    pub kind: Kind,
    /// For people: what happened and what to do.
    pub message: String,
}

impl Error {
    /// A failure of `kind`.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
