//! Cookies of a request. Laws: the one that is bound to this host counts whatever else is sent, and what counts is not changed by what a neighbour appends.

use axum::http::{HeaderMap, HeaderValue, header};
use telecast_core::secret::SecretHash;
use telecast_server::web::guard::{COOKIES, Credential, sign_in};

/// See the module. A line for each `Cookie` field.
pub fn run(bytes: &[u8]) {
    let fields = || bytes.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok());
    let of = |fields: Vec<HeaderValue>| {
        sign_in(&fields.into_iter().map(|field| (header::COOKIE, field)).collect())
    };
    let sent = of(fields().collect());
    let [bound, plain] = COOKIES;
    let ours = HeaderValue::from_str(&format!("{bound}=ours")).expect("a value");
    let taken = of(std::iter::once(ours).chain(fields()).collect());
    assert_eq!(taken, Some(Credential::Cookie(SecretHash::of(&"ours".to_owned().into()))));
    if sent.is_some() {
        let theirs = HeaderValue::from_str(&format!("{plain}=theirs")).expect("a value");
        assert_eq!(of(fields().chain([theirs]).collect()), sent);
    }
    let empty: HeaderMap = HeaderMap::new();
    assert_eq!(sign_in(&empty), None);
}
