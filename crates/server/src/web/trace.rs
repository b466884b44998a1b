//! One id per request: given by the client or made here, on every log line, in every problem, in the reply.

use super::routes::PLAYER;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use axum::response::Response;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::{Instrument, Span};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static API_VERSION: HeaderName = HeaderName::from_static("x-api-version");
/// Longest id that is taken from a client.
const ID_LIMIT: usize = 64;

tokio::task_local! {
    static ID: HeaderValue;
}

/// The id of the request that is being answered; empty outside of one.
pub fn current_id() -> String {
    ID.try_with(|id| id.to_str().unwrap_or_default().to_owned()).unwrap_or_default()
}

/// Makes ids: one is not like another, and they are no secrets, so that the system need not be asked for each.
#[derive(Debug, Default)]
pub struct Ids {
    next: AtomicU64,
    mix: RandomState,
}

impl Ids {
    /// A fresh one, for a frame of a socket.
    pub fn text(&self) -> String {
        self.fresh().to_str().unwrap_or_default().to_owned()
    }

    fn fresh(&self) -> HeaderValue {
        let mixed = self.mix.hash_one(self.next.fetch_add(1, Ordering::Relaxed));
        let digits: [u8; 16] =
            std::array::from_fn(|at| b"0123456789abcdef"[(mixed >> (60 - 4 * at)) as usize & 15]);
        // Hexadecimal digits may stand in a header.
        HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0"))
    }
}

/// What a request is known by while it is answered.
pub struct Trace {
    id: HeaderValue,
    span: Span,
}

impl Trace {
    /// Of a request that has come.
    pub fn of<B>(ids: &Ids, request: &Request<B>) -> Self {
        let id = given(request.headers()).cloned().unwrap_or_else(|| ids.fresh());
        let text = id.to_str().unwrap_or_default();
        let path = Masked(request.uri().path());
        let span = tracing::info_span!("request", id = text, method = request.method().as_str(), %path);
        Self { id, span }
    }

    /// Answers it; the reply gets its standing headers.
    pub async fn follow(self, answer: impl Future<Output = Response>) -> Response {
        let mut response = ID.scope(self.id.clone(), answer.instrument(self.span)).await;
        let headers = response.headers_mut();
        headers.insert(&REQUEST_ID, self.id);
        headers.insert(&API_VERSION, HeaderValue::from_static("1"));
        headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
        headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
        response
    }
}

/// The id that the client has given, if it is one.
fn given(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(&REQUEST_ID).filter(|id| {
        let id = id.as_bytes();
        !id.is_empty()
            && id.len() <= ID_LIMIT
            && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    })
}

/// A path as it may stand in a log: keys of playback and secrets of players are capabilities.
struct Masked<'a>(&'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for before in ["/play/", PLAYER] {
            if let Some(rest) = self.0.strip_prefix(before) {
                return write!(out, "{before}***/{}", rest.split_once('/').map_or("", |(_, rest)| rest));
            }
        }
        out.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_paths_are_masked() {
        for (path, shown) in [
            ("/play/abc/v0a1/3.m4s", "/play/***/v0a1/3.m4s"),
            ("/play/abc", "/play/***/"),
            ("/iptv/d/abc/channels.m3u", "/iptv/d/***/channels.m3u"),
            ("/iptv/d/abc", "/iptv/d/***/"),
            ("/iptv/channels.m3u", "/iptv/channels.m3u"),
            ("/api/v1/channels", "/api/v1/channels"),
        ] {
            assert_eq!(Masked(path).to_string(), shown);
        }
    }

    #[test]
    fn ids_differ_and_what_is_none_is_not_taken() {
        let ids = Ids::default();
        let fresh: std::collections::HashSet<_> = (0..1_000).map(|_| ids.fresh()).collect();
        assert_eq!(fresh.len(), 1_000);
        assert!(fresh.iter().all(|id| id.len() == 16 && id.to_str().is_ok()));
        for (id, taken) in [("a-b_C.9", true), ("", false), ("a b", false), (&*"x".repeat(65), false)] {
            let mut headers = HeaderMap::new();
            headers.insert(&REQUEST_ID, HeaderValue::from_str(id).expect("a header"));
            assert_eq!(given(&headers).is_some(), taken, "{id}");
        }
    }

    /// What is logged, as text.
    #[derive(Clone, Default)]
    struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("whole").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn every_line_that_is_logged_for_a_request_has_its_id() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let request = Request::get("/api/v1/channels").header("x-request-id", "mine-7").body(());
        let trace = Trace::of(&Ids::default(), &request.expect("a request"));
        let answer = async {
            tracing::warn!("before it waits");
            tokio::task::yield_now().await;
            tracing::warn!("after it waited");
            Response::new(axum::body::Body::empty())
        };
        let response = trace.follow(answer).await;
        assert_eq!(response.headers()["x-request-id"], "mine-7");
        tracing::warn!("of nobody");
        let text = String::from_utf8(log.0.lock().expect("whole").clone()).expect("text");
        let with_id: Vec<bool> = text.lines().map(|line| line.contains("mine-7")).collect();
        assert_eq!(with_id, [true, true, false], "{text}");
    }
}
