//! Logos as they are given out: as PNG, with a tag by which whoever has one already is told so.

use crate::app::Logo;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// How long one is shown without asking: a logo that was found, and one that was drawn because there is none yet.
const FOUND: &str = "private, max-age=86400";
const DRAWN: &str = "private, max-age=3600";

/// The logo, or that it is as `headers` say it was (RFC 9110 §13.1.2).
pub(super) fn answer(headers: &HeaderMap, logo: Logo) -> Response {
    picture(headers, (logo.png, &logo.tag), "image/png", if logo.drawn { DRAWN } else { FOUND })
}

/// A picture that is another one under another address, in the same way.
pub(super) fn answer_picture(headers: &HeaderMap, which: (Bytes, &str), kind: &'static str) -> Response {
    picture(headers, which, kind, FOUND)
}

fn picture(headers: &HeaderMap, (bytes, tag): (Bytes, &str), kind: &str, caching: &str) -> Response {
    let tag = format!("\"{tag}\"");
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
    let same = |known: &str| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag;
    if known.flat_map(|known| known.split(',')).any(|known| same(known.trim())) {
        let headers = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, caching)];
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let headers =
        [(header::CONTENT_TYPE, kind), (header::ETAG, tag.as_str()), (header::CACHE_CONTROL, caching)];
    (headers, bytes).into_response()
}
