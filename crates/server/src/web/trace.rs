//! One id per request: given by the client or made here, on every log line, in every problem, in the reply.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static API_VERSION: HeaderName = HeaderName::from_static("x-api-version");
/// Longest id that is taken from a client.
const ID_LIMIT: usize = 64;

tokio::task_local! {
    static ID: String;
}

/// The id of the request that is being answered; empty outside of one.
pub fn current_id() -> String {
    ID.try_with(Clone::clone).unwrap_or_default()
}

/// Gives the request its id and the reply its standing headers.
pub async fn identify(request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            !id.is_empty()
                && id.len() <= ID_LIMIT
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        })
        .map_or_else(|| super::secret::random_hex(8), str::to_owned);
    let span =
        tracing::info_span!("request", id, method = %request.method(), path = masked(request.uri().path()));
    let mut response = ID.scope(id.clone(), next.run(request).instrument(span)).await;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(&REQUEST_ID, value);
    }
    headers.insert(&API_VERSION, HeaderValue::from_static("1"));
    headers.entry("x-content-type-options").or_insert(HeaderValue::from_static("nosniff"));
    headers.entry("referrer-policy").or_insert(HeaderValue::from_static("no-referrer"));
    response
}

/// A path as it may stand in a log: playback keys are capabilities.
fn masked(path: &str) -> String {
    let mut parts = path.splitn(4, '/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(""), Some("play"), Some(_), rest) => format!("/play/***/{}", rest.unwrap_or("")),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn playback_keys_are_masked() {
        assert_eq!(super::masked("/play/abc/v0a1/3.m4s"), "/play/***/v0a1/3.m4s");
        assert_eq!(super::masked("/api/v1/channels"), "/api/v1/channels");
    }
}
