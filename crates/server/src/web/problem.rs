//! Failures as `application/problem+json` (RFC 9457): one table from kind to status and code, in `core::error`.

use super::audit::Details;
use super::doorman::TooSoon;
use super::rate::Standing;
use crate::app::playback::PlayError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use telecast_core::error::{Error, Kind, PROBLEMS};
use utoipa::ToSchema;

/// Bytes of a plain failure's words.
const WORDS: usize = 1_000;

/// The code of a problem, on its reply.
#[derive(Clone, Copy, Debug)]
pub struct Code(pub &'static str);

/// A failure on its way out. The request id is added by the outermost layer.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    retry_after_s: Option<u64>,
    reason: Option<&'static str>,
    fields: Vec<Field>,
    rest: Box<Rest>,
}

/// What few problems have.
#[derive(Debug, Default)]
struct Rest {
    standing: Option<Standing>,
    details: Option<Details>,
}

/// A field that is wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

/// The document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Names the kind of problem; an address below this station.
    #[serde(rename = "type")]
    pub kind: String,
    /// Title.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened here.
    pub detail: String,
    /// Stable code.
    pub code: String,
    /// To quote when asking for help.
    pub request_id: String,
    /// Fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Why exactly, where the code does not tell: a stable code as those of sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem of `kind`; `detail` is for people.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            retry_after_s: None,
            reason: None,
            fields: Vec::new(),
            rest: Box::default(),
        }
    }

    /// There is no such thing.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "There is nothing at this address.")
    }

    /// What happened, for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What kind of problem it is, and why exactly.
    pub fn cause(&self) -> (Kind, Option<&'static str>) {
        (self.kind, self.reason)
    }

    /// It is worth trying again after so many seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Why exactly: a stable code.
    pub fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// A bucket is empty.
    pub fn standing(mut self, standing: Standing) -> Self {
        self.rest.standing = Some(standing);
        self
    }

    /// For the audit.
    pub fn details(mut self, details: serde_json::Value) -> Self {
        self.rest.details = Some(Details(details));
        self
    }

    /// A field is wrong.
    pub fn field(mut self, name: &str, message: &str) -> Self {
        self.fields.push(Field { name: name.into(), message: message.into() });
        self
    }

    fn document(&self) -> ProblemDocument {
        let row = self.kind.problem();
        ProblemDocument {
            kind: format!("/api/v1/problems#{}", row.code),
            title: row.title.into(),
            status: row.status,
            detail: self.detail.clone(),
            code: row.code.into(),
            request_id: super::trace::current_id(),
            fields: self.fields.clone(),
            reason: self.reason.map(str::to_owned),
            retry_after_s: self.retry_after_s,
        }
    }
}

/// Makes a problem of a failure that some layer below has answered in its own words. What has a form of its own (416 by its
/// `Content-Range`) stays.
pub(super) async fn plain(response: Response) -> Response {
    let status = response.status();
    let form = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !(status.is_client_error() || status.is_server_error())
        || form.is_some_and(|form| form.contains("json"))
        || status == StatusCode::RANGE_NOT_SATISFIABLE
    {
        return response;
    }
    let kind = PROBLEMS.iter().find(|row| row.status == status.as_u16()).map(|row| row.kind);
    let kind = kind.unwrap_or(if status.is_client_error() { Kind::Invalid } else { Kind::Internal });
    // Below the API only extractors speak plainly, and in short sentences for the client.
    let words = match axum::body::to_bytes(response.into_body(), WORDS).await {
        Ok(words) if kind != Kind::Internal => String::from_utf8_lossy(&words).into_owned(),
        _ => String::new(),
    };
    let words = if words.is_empty() { kind.problem().title.to_owned() } else { words };
    Problem::new(kind, words).into_response()
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if error.kind == Kind::Internal {
            tracing::error!(%error, "a fault of the program");
            return Self::new(
                Kind::Internal,
                "Something went wrong inside; the log says more under this request id.",
            );
        }
        let retry_after_s = error.retry_after.map(|after| after.as_secs().max(1));
        Self { retry_after_s, reason: error.reason, ..Self::new(error.kind, error.message) }
    }
}

impl From<TooSoon> for Problem {
    fn from(TooSoon(left): TooSoon) -> Self {
        Problem::new(Kind::TooMany, "Too many wrong tries. Wait a moment.").retry_after(left.as_secs() + 1)
    }
}

impl From<PlayError> for Problem {
    fn from(error: PlayError) -> Self {
        let text = error.to_string();
        match error {
            PlayError::NotFound => Self::new(Kind::NotFound, text),
            PlayError::TooFarAhead => Self::new(Kind::Invalid, text),
            PlayError::TimedOut | PlayError::NotMade(_) => Self::new(Kind::Unavailable, text).retry_after(1),
            PlayError::Over(_) => Self::new(Kind::Gone, text),
            PlayError::Broken(why) => {
                tracing::error!(why, "a tape cannot be read");
                Self::new(Kind::Internal, "This part of the tape cannot be read.")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = self.document();
        let status = StatusCode::from_u16(document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&document)).into_response();
        response.extensions_mut().insert(Code(self.kind.problem().code));
        if let Some(details) = self.rest.details {
            response.extensions_mut().insert(details);
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(standing) = &self.rest.standing {
            super::guard::tell(standing, headers);
        }
        if self.kind == Kind::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
