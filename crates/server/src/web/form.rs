//! The form of a request: what is refused whoever asks and whatever for, before a route is looked for. Media and pages come by here like the API.
//!
//! - One host, where the version has that field: two are how somebody is told another thing than a proxy in front (RFC 9112 §3.2).
//! - A path that stays below its root however often it was encoded ([`telecast_core::path`]).
//! - No token in the query: addresses end up in logs and histories.
//!
//! A length and chunks at once (RFC 9112 §6.1) are not looked for here: hyper goes by the chunks and closes the connection after them, so
//! nothing that follows is taken for a request. It also bounds the number of headers, and refuses what it cannot read.

use super::problem::Problem;
use axum::http::{Request, Version, header};
use telecast_core::error::Kind;
use telecast_core::path;

/// Lets a request through, or says what is wrong with its form.
pub fn check<B>(request: &Request<B>) -> Result<(), Problem> {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let (fewest, most) = match request.version() {
        Version::HTTP_11 => (1, 1),
        // It stands in the address instead (RFC 9113 §8.3.1), or need not be there (HTTP/1.0).
        _ => (0, 1),
    };
    if hosts < fewest || hosts > most {
        let words = format!("The request names {hosts} hosts instead of one.");
        return Err(refused("host", Problem::new(Kind::Invalid, words).field("Host", "exactly one")));
    }
    if let Err(wrong) = path::settled(request.uri().path()) {
        let words = format!("This address is not looked for: {wrong}.");
        return Err(refused("path", Problem::new(Kind::BadPath, words)));
    }
    if request.uri().query().is_some_and(path::has_token) {
        let words = "A token stood in the address; it may now be known to others. Replace it.";
        return Err(refused("token", Problem::new(Kind::TokenInQuery, words)));
    }
    Ok(())
}

fn refused(what: &'static str, problem: Problem) -> Problem {
    metrics::counter!("telecast_requests_malformed_total", "what" => what).increment(1);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_one_host_where_its_version_has_that() {
        for (version, hosts, good) in [
            (Version::HTTP_11, 1, true),
            (Version::HTTP_11, 0, false),
            (Version::HTTP_11, 2, false),
            (Version::HTTP_10, 0, true),
            (Version::HTTP_10, 1, true),
            (Version::HTTP_10, 2, false),
            (Version::HTTP_2, 0, true),
            (Version::HTTP_2, 2, false),
        ] {
            let mut request = Request::get("/").version(version);
            for _ in 0..hosts {
                request = request.header(header::HOST, "tv.example");
            }
            assert_eq!(check(&request.body(()).expect("a request")).is_ok(), good, "{version:?} {hosts}");
        }
    }
}
