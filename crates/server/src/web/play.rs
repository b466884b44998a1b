//! Media by capability: playlists, initialisation, parts, segments, the raw stream. The key in the path is bound to a session.

use super::problem::Problem;
use super::{Web, guard};
use crate::app::playback::{Directives, PlaybackHandle};
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use moka::future::Cache;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::convert::Infallible;
use std::io::Write;
use std::time::Duration;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_media::hls::request::{Wanted, Wrong};

/// Headers of a reply: those of its kind, of all media, and the standing ones.
const HEADERS: usize = 16;

/// Playlists as gzip: packed once for each state, for all viewers. A state is known by where its text lies, which is kept as long.
pub struct Packed(Cache<(usize, usize), (Bytes, Bytes)>);

impl Default for Packed {
    fn default() -> Self {
        let weight = |_: &_, (plain, packed): &(Bytes, Bytes)| (plain.len() + packed.len()) as u32;
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
            gzip.finish().map(|packed| (plain.clone(), Bytes::from(packed)))
        };
        let place = (plain.as_ptr() as usize, plain.len());
        self.0.try_get_with(place, pack).await.ok().map(|(_, packed)| packed)
    }
}

/// A request for media.
pub struct Asked<'a> {
    key: &'a str,
    rest: Cow<'a, str>,
    uri: &'a Uri,
    method: &'a Method,
    headers: &'a HeaderMap,
}

impl<'a> Asked<'a> {
    /// `None`: it asks for something else.
    pub fn of<B>(request: &'a Request<B>) -> Option<Self> {
        let uri = request.uri();
        let (key, rest) = uri.path().strip_prefix("/play/")?.split_once('/')?;
        if key.is_empty() || rest.is_empty() {
            return None;
        }
        // What is no text names nothing of ours.
        let rest = percent_decode_str(rest).decode_utf8_lossy();
        Some(Self { key, rest, uri, method: request.method(), headers: request.headers() })
    }
}

/// Answers everything below `/play/{key}/`.
pub async fn play(web: &Web, asked: &Asked<'_>) -> Response {
    let mut response = match guard::media(asked.method) {
        Err(refusal) => *refusal,
        Ok(()) if asked.method == Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => answer(web, asked).await.unwrap_or_else(IntoResponse::into_response),
    };
    if asked.method == Method::HEAD {
        let length = response.body().size_hint().exact();
        *response.body_mut() = Body::empty();
        if let Some(length) = length {
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        }
    }
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

async fn answer(web: &Web, asked: &Asked<'_>) -> Result<Response, Problem> {
    let handle = web.app.playback_by_key(asked.key).ok_or_else(|| {
        Problem::new(
            Kind::Gone,
            "This playback has ended, or its address is wrong. Start it again from the page.",
        )
    })?;
    let wanted = Wanted::parse(&asked.rest).ok_or_else(Problem::not_found)?;
    let list = async |body: Bytes| playlist(web, body, asked.headers).await;
    let range = asked.headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    match wanted {
        Wanted::Main => Ok(list(handle.multivariant().await?).await),
        Wanted::Playlist(rendition) => {
            let directives = directives(asked.uri.query().unwrap_or(""))?;
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
        Wanted::Subtitles(name, sequence) => {
            Ok(immutable(handle.subtitles(name, sequence).await?, "text/vtt; charset=utf-8", range))
        }
        Wanted::Raw => raw(&handle, asked.method).await,
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

/// A reply with room for all its headers at once.
fn with_headers(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().reserve(HEADERS);
    response
}

async fn playlist(web: &Web, body: Bytes, headers: &HeaderMap) -> Response {
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim() == "gzip"));
    let large = body.len() > limits::PACKED_FROM;
    let packed = if large && takes_gzip { web.packed.pack(&body).await } else { None };
    let is_packed = packed.is_some();
    let mut response = with_headers(Body::from(packed.unwrap_or(body)));
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
    let mut response = with_headers(Body::empty());
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
