//! Failures as values: a kind for machines, a message for people.

use std::fmt;
use std::time::Duration;

/// What went wrong, for machines. The code of each never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request makes no sense.
    Invalid,
    /// The address of the request leads elsewhere, or nobody can tell where.
    BadPath,
    /// An address that was given is one that the station does not ask.
    AddressRefused,
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
    /// The request did not come in time.
    TooSlow,
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
    /// Title in German.
    pub title_de: &'static str,
    /// What one can do, in German.
    pub advice_de: &'static str,
}

macro_rules! problems {
    ($($kind:ident $code:literal $status:literal $title:literal $advice:literal $title_de:literal $advice_de:literal),* $(,)?) => {
        /// All problems, in the order of their status.
        pub const PROBLEMS: &[Problem] = &[$(Problem {
            kind: Kind::$kind,
            code: $code,
            status: $status,
            title: $title,
            advice: $advice,
            title_de: $title_de,
            advice_de: $advice_de,
        }),*];
    };
}

problems! {
    Invalid "invalid" 400 "The request cannot be understood" "Look at the fields that are named, and at the API description."
        "Die Anfrage ist nicht zu verstehen" "Die genannten Felder und die Beschreibung der Schnittstelle ansehen.",
    BadPath "bad_path" 400 "The address of the request leads elsewhere" "Ask for it by the address that the station has given, without '..' or backslashes, encoded once."
        "Die Adresse der Anfrage führt woandershin" "Die Adresse nehmen, die die Station genannt hat, ohne '..' oder Rückstriche, einmal kodiert.",
    AddressRefused "address_refused" 400 "This address is not asked" "Give an address of your network or of the internet that begins with http:// or https://."
        "Diese Adresse wird nicht angefragt" "Eine Adresse aus dem eigenen Netz oder dem Internet angeben, die mit http:// oder https:// beginnt.",
    Unauthenticated "unauthenticated" 401 "Sign in first" "Sign in on the page, or send an API token as 'Authorization: Bearer …'."
        "Bitte erst anmelden" "Auf der Seite anmelden, oder einen Zugangsschlüssel als 'Authorization: Bearer …' senden.",
    TokenInQuery "token_in_query" 401 "Tokens are not accepted in addresses" "Send it as 'Authorization: Bearer …'."
        "In Adressen werden keine Zugangsschlüssel angenommen" "Als 'Authorization: Bearer …' senden.",
    Forbidden "forbidden" 403 "Not allowed" "Ask the owner of this station for the right to do this."
        "Nicht erlaubt" "Den Besitzer dieser Station um das Recht dazu bitten.",
    ForeignOrigin "foreign_origin" 403 "The request came from another site" "Open the station's own page and try there."
        "Die Anfrage kam von einer anderen Seite" "Die Seite der Station selbst öffnen und es dort versuchen.",
    NotFound "not_found" 404 "There is no such thing here" "Check the address; it may have been removed."
        "So etwas gibt es hier nicht" "Die Adresse prüfen; vielleicht wurde es entfernt.",
    MethodNotAllowed "method_not_allowed" 405 "This is not offered here" "Look at the API description for what is."
        "Das wird hier nicht angeboten" "In der Beschreibung der Schnittstelle steht, was es gibt.",
    TooSlow "too_slow" 408 "The request did not come in time" "Send it again, over a better connection."
        "Die Anfrage kam nicht rechtzeitig" "Noch einmal senden, über eine bessere Verbindung.",
    Conflict "conflict" 409 "It contradicts what is there" "Reload, look, and decide again."
        "Es widerspricht dem, was schon da ist" "Neu laden, ansehen und noch einmal entscheiden.",
    Gone "gone" 410 "It is not there any more" "Start again from the page."
        "Es ist nicht mehr da" "Von der Seite aus neu beginnen.",
    TooLarge "too_large" 413 "Too large" "Send less."
        "Zu groß" "Weniger senden.",
    UnsupportedMedia "unsupported_media" 415 "This kind of content is not read here" "Send JSON, and say so in Content-Type."
        "Diese Art von Inhalt wird hier nicht gelesen" "JSON senden und es in Content-Type sagen.",
    TooMany "too_many" 429 "Too many requests" "Wait for as long as 'retry_after_s' says."
        "Zu viele Anfragen" "So lange warten, wie 'retry_after_s' sagt.",
    Internal "internal" 500 "A fault of this program" "Try again; if it stays, report it with the request id."
        "Ein Fehler dieses Programms" "Noch einmal versuchen; wenn er bleibt, mit der Anfragenummer melden.",
    Unavailable "unavailable" 503 "Not available just now" "Try again in a moment."
        "Gerade nicht verfügbar" "Gleich noch einmal versuchen.",
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
    /// Why exactly, for machines, where the kind does not tell.
    pub reason: Option<&'static str>,
    /// When it is worth trying again.
    pub retry_after: Option<Duration>,
}

impl Error {
    /// A failure of `kind`.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), reason: None, retry_after: None }
    }

    /// The same, with a stable code of why.
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same, with when it is worth trying again.
    pub fn retry_after(self, after: Duration) -> Self {
        Self { retry_after: Some(after), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_one_problem_with_a_code_of_its_own_and_words_in_both_languages() {
        let codes: BTreeSet<&str> = PROBLEMS.iter().map(|problem| problem.code).collect();
        assert_eq!(codes.len(), PROBLEMS.len());
        for problem in PROBLEMS {
            assert_eq!(problem.kind.problem().code, problem.code);
            assert!((400..600).contains(&problem.status), "{}", problem.code);
            let words = [problem.title, problem.advice, problem.title_de, problem.advice_de];
            assert!(words.iter().all(|words| !words.is_empty()), "{}", problem.code);
            assert_ne!(problem.title, problem.title_de, "{}", problem.code);
        }
    }

    #[test]
    fn no_kind_falls_back_to_another_s_problem() {
        // Exhaustive: a new kind does not compile here before it has its row.
        let row = |kind| match kind {
            Kind::Invalid => "invalid",
            Kind::BadPath => "bad_path",
            Kind::AddressRefused => "address_refused",
            Kind::Unauthenticated => "unauthenticated",
            Kind::Forbidden => "forbidden",
            Kind::ForeignOrigin => "foreign_origin",
            Kind::NotFound => "not_found",
            Kind::MethodNotAllowed => "method_not_allowed",
            Kind::Gone => "gone",
            Kind::Conflict => "conflict",
            Kind::TooSlow => "too_slow",
            Kind::TooLarge => "too_large",
            Kind::UnsupportedMedia => "unsupported_media",
            Kind::TooMany => "too_many",
            Kind::TokenInQuery => "token_in_query",
            Kind::Unavailable => "unavailable",
            Kind::Internal => "internal",
        };
        for problem in PROBLEMS {
            assert_eq!(row(problem.kind), problem.code);
        }
    }
}
