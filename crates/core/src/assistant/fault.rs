//! Why a provider gave no answer, or not to its end.
//!
//! A message is made of our words, the status and, at most, the provider's code. What a provider says in free text is only looked at for what it
//! means: it may repeat what was asked, or the key that it was asked with.

use crate::breaker::Failure;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A provider's wish to be left alone is believed up to this; who asks for more is asked again after it.
pub const RETRY_MOST: Duration = Duration::from_hours(1);
/// Characters of a provider's code.
const CODE_MOST: usize = 64;
/// Bytes of an error's body that are looked at.
const BODY_LOOKED_AT: usize = 64 << 10;

/// What is wrong, for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A web page came instead of an answer: the address is another one's, or somebody stands in between.
    Html,
    /// Nothing came.
    Empty,
    /// What came is no stream of answers.
    NotStream,
    /// A piece of the stream is no JSON.
    NotJson,
    /// A line, the answer, its calls or their arguments are longer than anything that makes sense.
    TooLong,
    /// It ended before its end.
    Cut,
    /// The key is not accepted, or does not suffice.
    Auth,
    /// The account is used up.
    Quota,
    /// Too many requests just now.
    RateLimited,
    /// There is no such model, or no such address.
    NotFound,
    /// The model cannot call tools.
    NoTools,
    /// More was asked with than the model holds.
    TooLarge,
    /// The provider refuses to take the request as it is.
    BadRequest,
    /// Busy, or too late.
    Overloaded,
    /// The provider failed.
    ServerError,
    /// The provider says that something is wrong, and nothing else that is known here.
    Provider,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Html,
        Self::Empty,
        Self::NotStream,
        Self::NotJson,
        Self::TooLong,
        Self::Cut,
        Self::Auth,
        Self::Quota,
        Self::RateLimited,
        Self::NotFound,
        Self::NoTools,
        Self::TooLarge,
        Self::BadRequest,
        Self::Overloaded,
        Self::ServerError,
        Self::Provider,
    ];

    /// Its stable code.
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Empty => "empty",
            Self::NotStream => "not_stream",
            Self::NotJson => "not_json",
            Self::TooLong => "too_long",
            Self::Cut => "cut",
            Self::Auth => "auth",
            Self::Quota => "quota",
            Self::RateLimited => "rate_limited",
            Self::NotFound => "not_found",
            Self::NoTools => "no_tools",
            Self::TooLarge => "too_large",
            Self::BadRequest => "bad_request",
            Self::Overloaded => "overloaded",
            Self::ServerError => "server_error",
            Self::Provider => "provider",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Html => {
                "The provider's address answers with a web page. Check the address: it may lack a part of its path, or need a sign-in."
            }
            Self::Empty => "The provider answered with nothing.",
            Self::NotStream => {
                "What the provider's address answers is no stream of this kind. Check the address and the kind of the provider."
            }
            Self::NotJson => "The provider's answer cannot be read: a piece of it is no JSON.",
            Self::TooLong => "The provider's answer is longer than is read here.",
            Self::Cut => "The provider's answer broke off.",
            Self::Auth => {
                "The provider does not accept the key, or the key may not do this. Check the provider's key."
            }
            Self::Quota => "The account at the provider is used up. Look at its plan and its bills.",
            Self::RateLimited => "The provider takes no more requests just now.",
            Self::NotFound => {
                "The provider knows no such model or address. Check the model's name and the address."
            }
            Self::NoTools => "The model cannot call tools. Choose another one, or use it without tools.",
            Self::TooLarge => "The conversation is longer than the model holds.",
            Self::BadRequest => "The provider refuses the request as it is.",
            Self::Overloaded => "The provider is busy.",
            Self::ServerError => "The provider has failed.",
            Self::Provider => "The provider says that something is wrong.",
        }
    }
}

/// Why there is no answer, or no more of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// For machines.
    pub kind: FaultKind,
    /// For people: what happened and what to do. Nothing that was said, no key, no text of the provider's.
    pub message: String,
    /// The provider's own code, if it has the form of one.
    pub code: Option<String>,
    /// When the provider wants to be asked again.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A fault of `kind` that no provider has told.
    pub fn new(kind: FaultKind) -> Self {
        Self { kind, message: kind.words().to_owned(), code: None, retry_after: None }
    }

    /// What a provider tells in the middle of a stream.
    pub(super) fn told(error: &Value) -> Self {
        // Some give the status that they would have answered with as the code.
        let number = [&error["code"], &error["status"]].into_iter().find_map(Value::as_u64);
        let status = number.and_then(|number| u16::try_from(number).ok());
        Self::read(status.filter(|status| (400..600).contains(status)), error, "")
    }

    fn read(status: Option<u16>, error: &Value, text: &str) -> Self {
        let told = Told::of(error);
        let text = if told.text.is_empty() { text } else { told.text };
        let kind = classify(status, &told, text);
        let code = told.words().find_map(tidy_code);
        let param = error["param"].as_str().and_then(tidy_code);
        let mut message = kind.words().to_owned();
        let status = status.map(|status| status.to_string());
        let parts: Vec<String> =
            status.into_iter().chain(code.clone()).chain(param.map(|param| format!("at {param}"))).collect();
        if !parts.is_empty() {
            message.push_str(&format!(" ({})", parts.join(", ")));
        }
        Self { kind, message, code, retry_after: None }
    }

    /// Whether the same may be asked again. Never once something was said: it would be said twice, and paid twice.
    pub fn may_retry(&self, has_said: bool) -> bool {
        use FaultKind::{Cut, Empty, Overloaded, RateLimited, ServerError};
        !has_said && matches!(self.kind, Cut | Empty | Overloaded | RateLimited | ServerError)
    }

    /// What of it counts against the provider's health; none: the request was at fault, or the provider's settings are.
    pub fn failure(&self) -> Option<Failure> {
        match self.kind {
            FaultKind::Cut => Some(Failure::TimedOut),
            FaultKind::Html
            | FaultKind::Empty
            | FaultKind::NotStream
            | FaultKind::NotJson
            | FaultKind::Overloaded
            | FaultKind::ServerError
            | FaultKind::Provider => Some(Failure::ServerError),
            FaultKind::TooLong
            | FaultKind::Auth
            | FaultKind::Quota
            | FaultKind::RateLimited
            | FaultKind::NotFound
            | FaultKind::NoTools
            | FaultKind::TooLarge
            | FaultKind::BadRequest => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// What an answer that is not 2xx says. `retry_after` is that header; of its two forms (RFC 9110 §10.2.3) the seconds, for the other needs a clock.
pub fn fault_of(status: u16, retry_after: Option<&str>, body: &[u8]) -> Fault {
    let body = &body[..body.len().min(BODY_LOOKED_AT)];
    let text = String::from_utf8_lossy(body);
    let json = serde_json::from_str::<Value>(&text).unwrap_or(Value::Null);
    // Some answer with a list of one.
    let json = if json.is_array() { json[0].clone() } else { json };
    let mut fault = Fault::read(Some(status), error_within(&json), &text);
    let seconds = retry_after.and_then(|header| header.trim().parse::<f64>().ok());
    fault.retry_after = seconds
        .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
        .map(|seconds| Duration::from_secs_f64(seconds.min(RETRY_MOST.as_secs_f64())));
    fault
}

/// What is said of the error: some wrap it in `error`, some do not.
pub(super) fn error_within(json: &Value) -> &Value {
    match &json["error"] {
        Value::Null => json,
        error => error,
    }
}

/// What a provider says is wrong.
struct Told<'a> {
    code: &'a str,
    kind: &'a str,
    text: &'a str,
}

impl<'a> Told<'a> {
    fn of(error: &'a Value) -> Self {
        let word = |name: &str| error[name].as_str().unwrap_or_default();
        let text = error.as_str().unwrap_or_else(|| word("message"));
        Self { code: word("code"), kind: word("type"), text }
    }

    /// What may be a code, the more exact one first.
    fn words(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        [self.code, self.kind].into_iter().filter(|word| !word.is_empty() && *word != "error")
    }
}

/// A code as programs write them, which has no digits: anything else could be words of somebody's, or a key.
fn tidy_code(code: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_uppercase() || "_.-".contains(c);
    let is_key = ["sk-", "sk_", "key-", "app-"].iter().any(|prefix| code.starts_with(prefix));
    (code.len() <= CODE_MOST && code.chars().all(is_plain) && !is_key && !code.is_empty())
        .then(|| code.to_owned())
}

/// Codes that providers have for what is the same to us.
const CODES: &[(FaultKind, &[&str])] = &[
    (
        FaultKind::Quota,
        &["insufficient_quota", "billing_error", "provider_quota_exceeded", "billing_hard_limit_reached"],
    ),
    (
        FaultKind::TooLarge,
        &[
            "context_length_exceeded",
            "request_too_large",
            "string_above_max_length",
            "exceed_context_size_error",
        ],
    ),
    (
        FaultKind::Auth,
        &[
            "authentication_error",
            "invalid_api_key",
            "permission_error",
            "permission_denied",
            "unauthorized",
            "access_denied",
            "provider_not_initialize",
        ],
    ),
    (
        FaultKind::NotFound,
        &["not_found_error", "model_not_found", "model_currently_not_support", "app_unavailable"],
    ),
    (
        FaultKind::RateLimited,
        &["rate_limit_error", "rate_limit_exceeded", "too_many_requests", "rate_limit_reached"],
    ),
    (
        FaultKind::Overloaded,
        &[
            "overloaded_error",
            "server_overloaded",
            "timeout_error",
            "service_unavailable",
            "engine_overloaded",
        ],
    ),
    (
        FaultKind::ServerError,
        &["api_error", "server_error", "internal_server_error", "internal_error", "completion_request_error"],
    ),
    (
        FaultKind::BadRequest,
        &["invalid_request_error", "invalid_param", "unsupported_parameter", "bad_request", "invalid_prompt"],
    ),
];

/// What free text means, where there is no code: Ollama and others that are compatible say no more than that.
const PHRASES: &[(FaultKind, &[&str])] = &[
    (
        FaultKind::NoTools,
        &["does not support tools", "tool use is not supported", "does not support function"],
    ),
    (
        FaultKind::TooLarge,
        &["context length", "context window", "maximum context", "prompt is too long", "too many tokens"],
    ),
    (FaultKind::Quota, &["credit balance", "exceeded your current quota"]),
    (FaultKind::Overloaded, &["overloaded", "server busy", "maximum pending requests"]),
];

fn classify(status: Option<u16>, told: &Told<'_>, text: &str) -> FaultKind {
    let by_code = |word: &str| {
        let row = CODES.iter().find(|(_, codes)| codes.iter().any(|code| code.eq_ignore_ascii_case(word)));
        row.map(|(kind, _)| *kind)
    };
    let exact = told.words().find_map(by_code);
    let by_text = || {
        let text = text.to_ascii_lowercase();
        let row = PHRASES.iter().find(|(_, phrases)| phrases.iter().any(|phrase| text.contains(phrase)));
        row.map(|(kind, _)| *kind)
    };
    match (exact, status) {
        // "Bad request" is said of a great many things; the words tell which.
        (Some(FaultKind::BadRequest) | None, None | Some(400 | 404 | 422 | 500)) => {
            by_text().or(exact).or(status.map(by_status)).unwrap_or_else(|| not_found(text))
        }
        (Some(kind), _) => kind,
        (None, Some(status)) => by_status(status),
    }
}

fn not_found(text: &str) -> FaultKind {
    if text.contains("not found") { FaultKind::NotFound } else { FaultKind::Provider }
}

fn by_status(status: u16) -> FaultKind {
    match status {
        401 | 403 | 407 => FaultKind::Auth,
        402 => FaultKind::Quota,
        404 | 405 | 410 => FaultKind::NotFound,
        408 | 425 | 503 | 504 | 524 | 529 => FaultKind::Overloaded,
        413 => FaultKind::TooLarge,
        429 => FaultKind::RateLimited,
        // Whoever leads elsewhere is not what was meant to be asked.
        300..=399 => FaultKind::NotStream,
        400..=499 => FaultKind::BadRequest,
        500..=599 => FaultKind::ServerError,
        _ => FaultKind::Provider,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_an_error_says_is_understood() {
        use FaultKind::{
            Auth, BadRequest, NoTools, NotFound, Overloaded, Quota, RateLimited, ServerError, TooLarge,
        };
        for (status, body, kind, code) in [
            (
                401,
                r#"{"error":{"message":"Incorrect API key provided: sk-abc","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
                Auth,
                Some("invalid_api_key"),
            ),
            (
                401,
                r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
                Auth,
                Some("authentication_error"),
            ),
            (403, "<html>Forbidden</html>", Auth, None),
            (
                429,
                r#"{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}"#,
                RateLimited,
                Some("rate_limit_exceeded"),
            ),
            (
                429,
                r#"{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}"#,
                Quota,
                Some("insufficient_quota"),
            ),
            (429, "", RateLimited, None),
            (
                400,
                r#"{"error":{"type":"invalid_request_error","code":"context_length_exceeded"}}"#,
                TooLarge,
                Some("context_length_exceeded"),
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8"}}"#,
                TooLarge,
                Some("invalid_request_error"),
            ),
            (400, r#"{"error":"registry/m does not support tools"}"#, NoTools, None),
            (404, r#"{"error":"model 'm' not found"}"#, NotFound, None),
            (
                400,
                r#"{"error":{"type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
                BadRequest,
                Some("unsupported_parameter"),
            ),
            (
                400,
                r#"{"code":"provider_quota_exceeded","message":"…","status":400}"#,
                Quota,
                Some("provider_quota_exceeded"),
            ),
            (
                400,
                r#"{"code":"invalid_param","message":"…","status":400}"#,
                BadRequest,
                Some("invalid_param"),
            ),
            (422, r#"{"detail":[{"loc":["body","stream_options"]}]}"#, BadRequest, None),
            (
                529,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                Overloaded,
                Some("overloaded_error"),
            ),
            (502, "<html>Bad gateway</html>", ServerError, None),
            (503, "[{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}]", Overloaded, None),
            (302, "", FaultKind::NotStream, None),
        ] {
            let fault = fault_of(status, None, body.as_bytes());
            assert_eq!((fault.kind, fault.code.as_deref()), (kind, code), "{status} {body}");
            assert!(fault.message.contains(&status.to_string()), "{fault}");
        }
    }

    #[test]
    fn a_provider_s_words_and_keys_are_never_repeated() {
        for body in [
            r#"{"error":{"message":"Incorrect API key provided: sk-SECRET","code":"sk-SECRET","type":"SECRET said the viewer"}}"#,
            r#"{"error":"SECRET does not support tools"}"#,
            r#"{"error":{"code":"has SECRET in it","param":"messages[0]: SECRET"}}"#,
            "SECRET",
        ] {
            let fault = fault_of(400, None, body.as_bytes());
            assert!(!format!("{fault:?}").contains("SECRET"), "{fault:?}");
        }
    }

    #[test]
    fn when_to_ask_again_is_seconds_within_reason() {
        for (header, expected) in [
            (Some("7"), Some(Duration::from_secs(7))),
            (Some(" 0.5 "), Some(Duration::from_millis(500))),
            (Some("99999999999"), Some(RETRY_MOST)),
            (Some("-1"), None),
            (Some("NaN"), None),
            (Some("inf"), None),
            (Some("Wed, 21 Oct 2015 07:28:00 GMT"), None),
            (None, None),
        ] {
            assert_eq!(fault_of(429, header, b"").retry_after, expected, "{header:?}");
        }
    }

    #[test]
    fn nothing_is_asked_again_once_something_was_said() {
        let mut names = BTreeSet::new();
        for kind in FaultKind::ALL {
            let fault = Fault::new(kind);
            assert!(!fault.may_retry(true), "{kind:?}");
            assert!(names.insert(kind.name()), "{kind:?}");
            // What is asked again may count against health or wait, but what the request is to blame for does neither.
            if fault.may_retry(false) {
                assert!(fault.failure().is_some() || kind == FaultKind::RateLimited, "{kind:?}");
            }
        }
        let retried = FaultKind::ALL.into_iter().filter(|kind| Fault::new(*kind).may_retry(false));
        let retried: Vec<_> = retried.map(FaultKind::name).collect();
        let expected = ["empty", "cut", "rate_limited", "overloaded", "server_error"];
        assert_eq!(retried, expected);
    }
}
