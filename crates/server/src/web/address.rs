//! The station's own address, as whoever asks sees it: what is given out for others to come back to.

use super::Web;
use super::caller::Caller;
use super::problem::Problem;
use axum::http::{HeaderMap, header};
use telecast_core::error::Kind;
use url::Url;

/// Where the station's paths begin, without a slash at the end: `server.public_url`, else host and scheme of the request. `name_host` (see `web/serve.rs`) has looked at the host.
pub fn own(web: &Web, caller: Option<Caller>, headers: &HeaderMap) -> Result<String, Problem> {
    if let Some(url) = &web.config().public_url {
        return Ok(url.as_str().trim_end_matches('/').to_owned());
    }
    asked(web, caller, headers)
}

/// The same by host and scheme of the request alone: for whoever may ask directly only, and not through what stands at the public address.
pub fn asked(web: &Web, caller: Option<Caller>, headers: &HeaderMap) -> Result<String, Problem> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if is_https(web, caller) { "https" } else { "http" };
    let base = Url::parse(&format!("{scheme}://{host}/")).ok();
    let base = base.filter(|url| url.path() == "/" && url.username().is_empty() && url.query().is_none());
    base.map(|url| url.as_str().trim_end_matches('/').to_owned())
        .ok_or_else(|| Problem::new(Kind::Invalid, "The request does not say which host it is for."))
}

/// Whoever asks speaks HTTPS: to us, to a proxy that is believed, or to the address that the configuration names.
pub fn is_https(web: &Web, caller: Option<Caller>) -> bool {
    caller.is_some_and(|caller| caller.is_https)
        || web.config().public_url.as_ref().is_some_and(|url| url.scheme() == "https")
}
