//! The pages, built into the program. Files with a hash in their name never change; `index.html` is asked for each time.
//! A path that is no file is a page's address, answered with `index.html`, whose `<base>` carries the public path.

use super::Web;
use super::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use telecast_core::error::Kind;

mod built {
    #![allow(clippy::disallowed_types)] // the derived code keeps its folder's path in a cell of its own

    #[derive(rust_embed::RustEmbed)]
    #[folder = "../../web/dist"]
    #[allow_missing = true]
    pub(super) struct Pages;
}
use built::Pages;

const NOT_BUILT: &str = "<!doctype html><title>Telecast</title><p>The server runs, but its pages were not built. Run <code>make build</code>.";

const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; \
    style-src 'self' 'unsafe-inline'; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

/// Answers what no route has: a file, a page, or a problem.
pub(super) async fn fallback(
    State(web): State<Web>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    if !matches!(method, Method::GET | Method::HEAD) {
        return Problem::new(Kind::NotFound, "There is nothing at this address that could be changed.")
            .into_response();
    }
    if path == "api" || path.starts_with("api/") || path.starts_with("play/") || path.contains("..") {
        return Problem::not_found().into_response();
    }
    if !path.is_empty() && path != "index.html" {
        if let Some(response) = file(path, &headers) {
            return response;
        }
        // A file that is not there is not a page.
        if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
            return Problem::not_found().into_response();
        }
    }
    page(&web)
}

fn page(web: &Web) -> Response {
    let html = Pages::get("index.html")
        .map_or_else(|| NOT_BUILT.to_owned(), |page| String::from_utf8_lossy(&page.data).into_owned());
    let html = html.replacen("<base href=\"/\"", &format!("<base href=\"{}/\"", web.base_path()), 1);
    let mut response = (StatusCode::OK, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Pages::get(path)?;
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let packed = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(name, _)| accepts.contains(name))
        .find_map(|(name, ending)| Some((name, Pages::get(&format!("{path}.{ending}"))?)));
    let tag = plain
        .metadata
        .sha256_hash()
        .iter()
        .take(12)
        .fold(String::new(), |tag, byte| tag + &format!("{byte:02x}"));
    let tag = format!("\"{tag}\"");
    let unchanged = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(&tag));
    let kind = plain.metadata.mimetype().to_owned();
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match packed {
            Some((name, file)) => {
                ([(header::CONTENT_ENCODING, name)], file.data.into_owned()).into_response()
            }
            None => plain.data.into_owned().into_response(),
        }
    };
    let headers = response.headers_mut();
    // Only what the build names by its content lies in `assets`.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::ETAG, tag)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    Some(response)
}
