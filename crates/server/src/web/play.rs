//! Media by capability: playlists, initialisation, parts, segments, the raw stream. The key in the path is bound to a session.

use super::Web;
use super::problem::Problem;
use crate::app::playback::{Directives, PlaybackHandle};
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use moka::future::Cache;
use std::convert::Infallible;
use std::io::Write;
use std::time::Duration;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_media::hls::request::{Wanted, Wrong};

/// Playlists as gzip: packed once for each state, for all viewers.
pub struct Packed(Cache<Bytes, Bytes>);

impl Default for Packed {
    fn default() -> Self {
        let weight = |plain: &Bytes, packed: &Bytes| (plain.len() + packed.len()) as u32;
        // A state is old when the next part comes; a little longer for those behind.
        let age = Duration::from_secs(5);
        Self(Cache::builder().weigher(weight).max_capacity(limits::PACKED).time_to_live(age).build())
    }
}

impl Packed {
    /// `plain` as gzip; `None` if it cannot be packed.
    pub async fn pack(&self, plain: &Bytes) -> Option<Bytes> {
        let pack = async {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(plain)?;
            gzip.finish().map(Bytes::from)
        };
        self.0.try_get_with_by_ref(plain, pack).await.ok()
    }
}

/// Answers everything below `/play/{key}/`.
pub async fn play(
    State(web): State<Web>,
    Path((key, rest)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let mut response = if method == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        answer(&web, &key, &rest, query.as_deref().unwrap_or(""), &method, &headers)
            .await
            .unwrap_or_else(IntoResponse::into_response)
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Range"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Content-Length, Content-Range, Date"),
    );
    response
}

async fn answer(
    web: &Web,
    key: &str,
    rest: &str,
    query: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let handle = web.app.playback_by_key(key).ok_or_else(|| {
        Problem::new(
            Kind::Gone,
            "This playback has ended, or its address is wrong. Start it again from the page.",
        )
    })?;
    let wanted = Wanted::parse(rest).ok_or_else(Problem::not_found)?;
    let list = async |body: Bytes| playlist(web, body, headers).await;
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    match wanted {
        Wanted::Main => Ok(list(handle.multivariant().await?).await),
        Wanted::Playlist(rendition) => {
            let directives = directives(query)?;
            Ok(list(handle.playlist(rendition, directives).await?).await)
        }
        Wanted::Init(rendition, hash) => {
            Ok(immutable(handle.init(rendition, hash).await?, "video/mp4", range))
        }
        Wanted::Segment(rendition, sequence) => {
            Ok(immutable(handle.segment(rendition, sequence).await?, "video/mp4", range))
        }
        Wanted::Part(rendition, sequence, part) => {
            Ok(immutable(handle.part(rendition, sequence, part).await?, "video/mp4", range))
        }
        Wanted::TsSegment(rendition, sequence) => {
            Ok(immutable(handle.ts_segment(rendition, sequence).await?, "video/mp2t", range))
        }
        Wanted::Raw => raw(&handle, method).await,
    }
}

/// The raw stream; asking for its head alone tunes nothing and opens nothing.
async fn raw(handle: &PlaybackHandle, method: &Method) -> Result<Response, Problem> {
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from_stream(handle.raw().await?.map(Ok::<Bytes, Infallible>))
    };
    Ok(([(header::CONTENT_TYPE, "video/mp2t"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

async fn playlist(web: &Web, body: Bytes, headers: &HeaderMap) -> Response {
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim() == "gzip"));
    let large = body.len() > limits::PACKED_FROM;
    let packed = if large && takes_gzip { web.packed.pack(&body).await } else { None };
    let is_packed = packed.is_some();
    let mut response = Body::from(packed.unwrap_or(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.apple.mpegurl"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn immutable(body: Bytes, kind: &'static str, range: Option<&str>) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600, immutable"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let total = body.len() as u64;
    let body = match range.map(|range| byte_range(range, total)) {
        Some(Some((first, last))) => {
            if let Ok(value) = HeaderValue::from_str(&format!("bytes {first}-{last}/{total}")) {
                headers.insert(header::CONTENT_RANGE, value);
            }
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            body.slice(first as usize..=last as usize)
        }
        Some(None) => {
            if let Ok(value) = HeaderValue::from_str(&format!("bytes */{total}")) {
                headers.insert(header::CONTENT_RANGE, value);
            }
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            Bytes::new()
        }
        None => body,
    };
    *response.body_mut() = Body::from(body);
    response
}

/// A single range (RFC 9110 §14.1.2); several, or none that can be met, give `None`.
fn byte_range(range: &str, total: u64) -> Option<(u64, u64)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = match (from.parse::<u64>().ok(), to.parse::<u64>().ok()) {
        (Some(first), Some(last)) => (first, last.min(total.checked_sub(1)?)),
        (Some(first), None) if to.is_empty() => (first, total.checked_sub(1)?),
        (None, Some(suffix)) if from.is_empty() && suffix > 0 => {
            (total.saturating_sub(suffix), total.checked_sub(1)?)
        }
        _ => return None,
    };
    (first <= last && first < total).then_some((first, last))
}

/// Delivery directives, or what is wrong with them.
fn directives(query: &str) -> Result<Directives, Problem> {
    Directives::parse(query).map_err(|wrong| match wrong {
        Wrong::Number(name) => Problem::new(Kind::Invalid, "A delivery directive cannot be read.")
            .field(name, "must be a number"),
        Wrong::PartAlone => Problem::new(Kind::Invalid, "A part was asked for without its segment.")
            .field("_HLS_msn", "is missing"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_met_or_refused() {
        for (range, is) in [
            ("bytes=0-", Some((0, 9))),
            ("bytes=2-5", Some((2, 5))),
            ("bytes=2-50", Some((2, 9))),
            ("bytes=-3", Some((7, 9))),
            ("bytes=10-", None),
            ("bytes=5-2", None),
            ("bytes=0-1,3-4", None),
            ("lines=1-2", None),
        ] {
            assert_eq!(byte_range(range, 10), is, "{range}");
        }
    }
}
