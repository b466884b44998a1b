//! HTTPS on the station's own address (RFC 8446, RFC 5246; ALPN: RFC 7301): the certificate in force, handshakes, and what somebody is told who comes
//! without.
//!
//! A certificate is swapped for those who come; whoever is connected stays so. A handshake has a time limit and is done beside the loop that
//! accepts. Whoever speaks plain HTTP is sent to the same address with `https`, and gets nothing else.

use super::Web;
use super::problem::Problem;
use crate::adapters::certificate::Certificate;
use arc_swap::ArcSwap;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use telecast_core::limits;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::patience::Patient;

/// The first byte of whoever begins a handshake: a record of that kind (RFC 8446 §5.1).
const HANDSHAKE: u8 = 0x16;
/// HTTP/2 as it is called in a handshake (RFC 9113 §3.2).
const H2: &[u8] = b"h2";

/// How HTTPS is spoken. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

/// The certificate in force.
#[derive(Debug)]
struct Current(ArcSwap<Certificate>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load().pair())
    }
}

/// Who has come.
pub(super) enum Met {
    /// Somebody who has shaken hands; whether HTTP/2 was agreed upon.
    Safe(Box<TlsStream<Patient<TcpStream>>>, bool),
    /// Somebody who speaks without.
    Plain(Patient<TcpStream>),
}

impl Tls {
    /// Beginning with that certificate; `None`: the library cannot do what it must.
    pub fn new(certificate: Certificate) -> Option<Self> {
        count(&certificate);
        let current = Arc::new(Current(ArcSwap::from_pointee(certificate)));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .inspect_err(|error| tracing::error!(%error, "HTTPS cannot be spoken"))
            .ok()?;
        let mut config = config
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
        // Ours is from the strongest down.
        config.ignore_client_order = true;
        Some(Self { current, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// From now on whoever comes is shown this one; says whether it is another.
    pub fn swap(&self, certificate: Certificate) -> bool {
        count(&certificate);
        let certificate = Arc::new(certificate);
        let before = self.current.0.swap(Arc::clone(&certificate));
        !before.is_as(&certificate)
    }

    /// The certificate in force.
    pub fn certificate(&self) -> Arc<Certificate> {
        self.current.0.load_full()
    }

    /// Shakes hands with who has come, or finds that they speak without; `None`: neither, or not in time.
    pub(super) async fn meet(
        &self,
        stream: TcpStream,
        from: SocketAddr,
        (taken, heard): (Arc<AtomicU64>, Arc<AtomicBool>),
    ) -> Option<Met> {
        let meeting = async {
            let mut first = [0];
            if stream.peek(&mut first).await? == 0 {
                // Somebody looked whether the door is there.
                return Ok(None);
            }
            let stream = Patient::new(stream, limits::TAKES_NOTHING).counted(taken).hearing(heard);
            if first[0] != HANDSHAKE {
                return Ok(Some(Met::Plain(stream)));
            }
            let stream = self.acceptor.accept(stream).await?;
            let is_h2 = stream.get_ref().1.alpn_protocol() == Some(H2);
            Ok(Some(Met::Safe(Box::new(stream), is_h2)))
        };
        let failed = |reason: &'static str| {
            metrics::counter!("telecast_tls_handshakes_failed_total", "reason" => reason).increment(1);
        };
        match timeout(limits::HANDSHAKE, meeting).await {
            Ok(Ok(met)) => met,
            Ok(Err::<_, std::io::Error>(error)) => {
                tracing::debug!(%from, %error, "a TLS handshake failed");
                failed("refused");
                None
            }
            Err(_) => {
                tracing::debug!(%from, "a TLS handshake took too long");
                failed("slow");
                None
            }
        }
    }
}

fn count(certificate: &Certificate) {
    metrics::gauge!("telecast_tls_certificate_expires_seconds").set(certificate.expires as f64);
}

/// Where somebody is sent who came without: the same address with `https`, or nowhere if it cannot be known which that is.
pub(super) fn elsewhere<B>(request: &Request<B>) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).and_then(sane);
    let path = request
        .uri()
        .path_and_query()
        .map(axum::http::uri::PathAndQuery::as_str)
        .filter(|path| path.starts_with('/'));
    let target = host.zip(path).map(|(host, path)| format!("https://{host}{path}"));
    let mut response = match target.and_then(|target| HeaderValue::from_str(&target).ok()) {
        Some(target) => ([(header::LOCATION, target)], StatusCode::PERMANENT_REDIRECT).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    };
    // A way that may be another tomorrow is not to be remembered for ever; and `telecast check` knows us by the other.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-api-version", HeaderValue::from_static("1"));
    response
}

/// A host with or without a port, and nothing else: no user, no odd characters.
fn sane(host: &str) -> Option<Authority> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let authority: Authority = host.parse().ok()?;
    (host.bytes().all(good) && !authority.host().is_empty()).then_some(authority)
}

/// The certificate of the household's authority, for devices that are to know it; only if there is one.
pub(super) async fn authority(State(web): State<Web>) -> Response {
    let certificate = web.config().tls.as_ref().map(Tls::certificate);
    match certificate.as_ref().and_then(|certificate| certificate.authority()) {
        Some(authority) => {
            let headers =
                [(header::CONTENT_TYPE, "application/x-x509-ca-cert"), (header::CACHE_CONTROL, "no-cache")];
            (headers, authority.to_vec()).into_response()
        }
        None => Problem::not_found().into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_without_is_sent_to_the_same_address_or_nowhere() {
        for (host, path, target) in [
            ("tv.local:8443", "/watch?a=b", Some("https://tv.local:8443/watch?a=b")),
            ("192.168.1.20", "/", Some("https://192.168.1.20/")),
            ("[fd00::1]:8443", "/%0d%0aa", Some("https://[fd00::1]:8443/%0d%0aa")),
            ("", "/", None),
            ("anna@evil.example", "/", None),
            ("a b", "/", None),
            ("a/b", "/", None),
            ("tv.local:8443:1", "/", None),
            ("tv.local", "*", None),
        ] {
            let request = Request::get(path).header("host", host).body(()).expect("a request");
            let response = elsewhere(&request);
            let to = response.headers().get("location").map(|to| to.to_str().expect("text"));
            assert_eq!(to, target, "{host} {path}");
            let status = if target.is_some() { 308 } else { 400 };
            assert_eq!(response.status(), status, "{host} {path}");
        }
    }
}
