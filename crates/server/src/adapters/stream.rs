//! A transport stream over HTTP as Enigma2's port 8001 serves it: `GET` only, `HTTP/1.0 200` at once and before tuning, a refusal as the text
//! `HTTP/1.0 400 Bad Request` inside the body, end of file for everything else.
//!
//! Read by hand because of exactly these manners; reqwest reads everything else: the addresses of IPTV references, with TLS and redirects.

use base64::Engine;
use bytes::{Buf, Bytes};
use reqwest::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use telecast_core::limits;
use telecast_core::m3u;
use telecast_core::outgoing::{Reach, Refusal};
use telecast_core::tuner::Holder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use super::hls::{self, Follower};
use super::outgoing::{Outgoing, Trouble, checked, refusal};
use super::programmes::Failed;
use super::receiver::without_credentials;

/// Bytes of a reply's head; boxes send under 200.
const HEAD_LIMIT: usize = 8 * 1024;

/// Redirects that are followed to a stream elsewhere: portals send to a balancer, that to a server.
const REDIRECTS: usize = 5;

/// Why there is no stream (any more).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nobody answers there.
    #[error("the receiver cannot be reached: {0}")]
    Unreachable(String),
    /// Nobody is asked there.
    #[error("the stream's address is not asked: {0}")]
    NotAsked(#[from] Refusal),
    /// It wants another password.
    #[error("the receiver does not accept the user name and password for streams")]
    Unauthorized,
    /// It answers something else than a stream.
    #[error("the receiver answered {0} instead of a stream")]
    Refused(String),
    /// The box said in the body that it cannot tune.
    #[error("the receiver could not tune to the channel")]
    CannotTune,
    /// It stayed scrambled, and there is another source.
    #[error("the stream is scrambled")]
    Scrambled,
    /// The tape cannot be written.
    #[error("the tape cannot be written: {0}")]
    DiskFull(String),
    /// The stream ended.
    #[error("the stream ended")]
    Ended,
    /// The filter that makes it has failed.
    #[error("the transcoder failed: {0}")]
    Filter(String),
    /// The station itself ended it.
    #[error("the station ended the stream")]
    Stopped,
    /// A recording of the box has the tuner.
    #[error("a recording of the receiver has taken the tuner")]
    Recording(Holder),
    /// Nothing came for too long.
    #[error("nothing has come for too long")]
    Stalled,
    /// What is played for itself is not there.
    #[error("{}", .0.words())]
    Missing(Failed),
}

/// Port of a box's streams, unless it is set otherwise.
pub const BOX_PORT: u16 = 8001;
/// Port of a box's descrambling relay.
const RELAY_PORT: u16 = 17999;

/// Whether a stream comes through a descrambling relay.
pub fn is_relay(url: &Url) -> bool {
    url.port() == Some(RELAY_PORT)
}

/// Whether a box is to be expected at an address in a list: it needs to be read by hand.
pub fn has_box_manners(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.port(), Some(BOX_PORT | RELAY_PORT))
}

/// The way to streams that are no box's own: addresses in bouquets and lists, which may lead anywhere that may be asked. No password of a receiver goes
/// with it. Cheap to clone.
#[derive(Clone)]
pub struct Abroad {
    outgoing: Outgoing,
    http: reqwest::Client,
}

impl Abroad {
    /// # Errors
    /// There is no TLS on this machine.
    pub fn new(outgoing: &Outgoing) -> Result<Self, reqwest::Error> {
        // How long an answer takes is for [`Stream`] to say.
        Ok(Self { outgoing: outgoing.clone(), http: outgoing.client(REDIRECTS, None)? })
    }

    /// Opens the stream at `address`, in which user and password may stand, and headers behind a `|` ([`m3u::split`]).
    ///
    /// # Errors
    /// As [`Stream::open`].
    pub async fn open(&self, address: &str) -> Result<Stream, Fault> {
        let (url, headers) = m3u::split(address);
        let url =
            Url::parse(url).map_err(|error| Fault::Unreachable(format!("a stream's address: {error}")))?;
        let (url, credentials) = without_credentials(url);
        checked(&url, Reach::Home)?;
        if has_box_manners(&url) {
            Stream::open(&self.outgoing, &url, credentials.as_ref()).await
        } else {
            Stream::fetch(&self.http, &url, (credentials.as_ref(), sendable(&headers))).await
        }
    }
}

/// Those of `headers` that can be sent; where a request goes, and how long it is, is not for a list to say.
fn sendable(headers: &[(String, String)]) -> HeaderMap {
    let one = |(name, value): &(String, String)| {
        let name = HeaderName::try_from(name.as_str()).ok()?;
        let ours = [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&name);
        Some((name, HeaderValue::try_from(value.as_str()).ok()?)).filter(|_| !ours)
    };
    headers.iter().filter_map(one).collect()
}

/// Where the bytes come from.
enum Body {
    Socket(TcpStream),
    Reply(reqwest::Response, Bytes),
    Followed(Box<Follower>),
}

impl Body {
    /// Appends what has come to `buffer`, at most up to its capacity; 0 at the end. Nothing is lost if it is dropped.
    async fn read(&mut self, buffer: &mut Vec<u8>) -> std::io::Result<usize> {
        match self {
            Self::Socket(socket) => socket.read_buf(buffer).await,
            Self::Followed(follower) => follower.read(buffer).await.map_err(std::io::Error::other),
            Self::Reply(reply, rest) => {
                while rest.is_empty() {
                    match reply.chunk().await.map_err(|error| std::io::Error::other(error.without_url()))? {
                        Some(piece) => *rest = piece,
                        None => return Ok(0),
                    }
                }
                let count = rest.len().min((buffer.capacity() - buffer.len()).max(1));
                buffer.extend_from_slice(&rest[..count]);
                rest.advance(count);
                Ok(count)
            }
        }
    }
}

/// An open stream.
pub struct Stream {
    body: Body,
    relay: bool,
    /// Bytes read with the head.
    first: Vec<u8>,
    seen: u64,
}

impl Stream {
    /// Connects and reads the head of the reply.
    ///
    /// # Errors
    /// Nobody answers, or no stream is sent; that the box cannot tune, only [`Self::read`] learns.
    pub async fn open(
        outgoing: &Outgoing,
        url: &Url,
        credentials: Option<&(String, SecretString)>,
    ) -> Result<Self, Fault> {
        let mut socket = outgoing.connect(url).await.map_err(|trouble| match trouble {
            Trouble::Refused(refusal) => Fault::NotAsked(refusal),
            other => Fault::Unreachable(other.to_string()),
        })?;
        let (host, port) =
            (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(BOX_PORT));
        let mut request = format!("GET {}", url.path());
        if let Some(query) = url.query() {
            request.push('?');
            request.push_str(query);
        }
        request.push_str(&format!(
            " HTTP/1.0\r\nHost: {host}:{port}\r\nUser-Agent: Telecast\r\nAccept: */*\r\n"
        ));
        if let Some((user, password)) = credentials {
            let pair = base64::engine::general_purpose::STANDARD
                .encode(format!("{user}:{}", password.expose_secret()));
            request.push_str(&format!("Authorization: Basic {pair}\r\n"));
        }
        request.push_str("\r\n");
        socket.write_all(request.as_bytes()).await.map_err(|error| Fault::Unreachable(error.to_string()))?;
        let first = timeout(limits::RECEIVER_CALL, head(&mut socket)).await.map_err(|_| Fault::Stalled)??;
        Ok(Self { body: Body::Socket(socket), relay: is_relay(url), first, seen: 0 })
    }

    /// Asks for a stream from elsewhere: as it is, or by an HLS playlist. A redirect to another host does not take the credentials along.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn fetch(
        http: &reqwest::Client,
        url: &Url,
        (credentials, headers): (Option<&(String, SecretString)>, HeaderMap),
    ) -> Result<Self, Fault> {
        let mut request = http.get(url.clone()).headers(headers.clone());
        if let Some((user, password)) = credentials {
            request = request.basic_auth(user, Some(password.expose_secret()));
        }
        let reply = timeout(limits::RECEIVER_CALL, request.send()).await.map_err(|_| Fault::Stalled)?;
        let reply = reply.map_err(|error| match refusal(&error) {
            Some(Refusal::Redirects) => Fault::Refused(format!("more than {REDIRECTS} redirects")),
            Some(refusal) => Fault::NotAsked(refusal),
            None if error.is_timeout() => Fault::Unreachable("it does not answer".into()),
            None if error.is_connect() => Fault::Unreachable("no connection".into()),
            None => Fault::Unreachable("the connection broke".into()),
        })?;
        match reply.status().as_u16() {
            200 => {}
            401 | 403 => return Err(Fault::Unauthorized),
            _ => return Err(Fault::Refused(format!("{:?} {}", reply.version(), reply.status()))),
        }
        let body = if hls::is_playlist(reply.url(), reply.headers()) {
            let host = url.host_str().unwrap_or_default();
            let credentials = credentials.map(|(user, word)| (host.to_owned(), user.clone(), word.clone()));
            let way = hls::Way { http: http.clone(), headers, credentials };
            Body::Followed(Box::new(Follower::begin(way, reply).await.map_err(Fault::Refused)?))
        } else {
            Body::Reply(reply, Bytes::new())
        };
        Ok(Self { body, relay: false, first: Vec::new(), seen: 0 })
    }

    /// Appends what has arrived to `buffer`, at most up to its capacity; waits for the first byte up to the stall limit.
    pub async fn read(&mut self, buffer: &mut Vec<u8>, patience: Duration) -> Result<usize, Fault> {
        // A relay takes its time to the first byte.
        let patience =
            if self.relay && self.seen == 0 { patience.max(limits::RELAY_START) } else { patience };
        if self.first.is_empty() {
            match timeout(patience, self.body.read(buffer)).await {
                Err(_) => return Err(Fault::Stalled),
                Ok(Ok(0)) => return Err(Fault::Ended),
                // Nothing of what was listed could be used.
                Ok(Err(error)) if self.seen == 0 && matches!(self.body, Body::Followed(_)) => {
                    return Err(Fault::Refused(error.to_string()));
                }
                Ok(Err(error)) => {
                    tracing::debug!(%error, "the stream broke");
                    return Err(Fault::Ended);
                }
                Ok(Ok(_)) => {}
            }
        } else {
            buffer.append(&mut self.first);
        }
        if self.seen == 0 && buffer.starts_with(b"HTTP/1.0 400") {
            return Err(Fault::CannotTune);
        }
        self.seen += buffer.len() as u64;
        Ok(buffer.len())
    }
}

/// Reads up to the empty line; gives what came after it.
async fn head(socket: &mut TcpStream) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(2048);
    let end = loop {
        if let Some(at) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            break at + 4;
        }
        if bytes.len() > HEAD_LIMIT {
            return Err(Fault::Refused("something that is not HTTP".into()));
        }
        match socket.read_buf(&mut bytes).await {
            // A box says 200 before it tunes: this one is starting, or dying.
            Ok(0) | Err(_) => return Err(Fault::Unreachable("it closed the connection at once".into())),
            Ok(_) => {}
        }
    };
    let line = String::from_utf8_lossy(&bytes[..end]).lines().next().unwrap_or("").to_owned();
    match line.split(' ').nth(1) {
        Some("200") => Ok(bytes.split_off(end)),
        Some("401" | "403") => Err(Fault::Unauthorized),
        _ => Err(Fault::Refused(line.chars().take(60).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http() -> reqwest::Client {
        Abroad::new(&Outgoing::new(Reach::Home)).unwrap().http
    }

    #[tokio::test]
    async fn a_relay_may_take_its_time_to_the_first_byte_and_no_longer() {
        assert!(is_relay(&Url::parse("http://box:17999/1:0:1:1:1:1:C00000:0:0:0:").unwrap()));
        assert!(!is_relay(&Url::parse("http://box:8001/1:0:1:1:1:1:C00000:0:0:0:").unwrap()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut box_, _) = listener.accept().await.unwrap();
        let mut stream = Stream { body: Body::Socket(socket), relay: true, first: Vec::new(), seen: 0 };
        let late = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            box_.write_all(&[0x47; 188]).await.unwrap();
        };
        let mut buffer = Vec::with_capacity(188);
        let short = std::time::Duration::from_millis(1);
        let (read, ()) = tokio::join!(stream.read(&mut buffer, short), late);
        assert!(read.is_ok_and(|read| read > 0));
        stream.seen = 188;
        assert!(matches!(stream.read(&mut buffer, short).await, Err(Fault::Stalled)));
    }

    /// Answers each connection with the next of `replies`; gives what was asked.
    async fn server(replies: Vec<String>) -> (Url, tokio::task::JoinHandle<Vec<String>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/a.ts", listener.local_addr().unwrap())).unwrap();
        let asked = tokio::spawn(async move {
            let mut heads = Vec::new();
            for reply in replies {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
                    assert!(socket.read_buf(&mut head).await.unwrap() > 0);
                }
                heads.push(String::from_utf8_lossy(&head).to_lowercase());
                socket.write_all(reply.as_bytes()).await.unwrap();
            }
            heads
        });
        (url, asked)
    }

    fn moved(to: &str) -> String {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    #[tokio::test]
    async fn a_stream_elsewhere_is_found_through_redirects_and_read_in_pieces() {
        let bytes = "G".repeat(188 * 7);
        let stream =
            format!("HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n{bytes}");
        let (last, there) = server(vec![stream]).await;
        // By another name it is another host.
        let elsewhere = format!("http://localhost:{}/live/b.ts", last.port().unwrap());
        let (first, here) = server(vec![moved("/moved.ts"), moved(&elsewhere)]).await;
        let credentials = ("anna".to_owned(), SecretString::from("secret".to_owned()));
        let mut stream =
            Stream::fetch(&http(), &first, (Some(&credentials), HeaderMap::new())).await.unwrap();
        let mut all = Vec::new();
        let end = loop {
            let mut buffer = Vec::with_capacity(500);
            match stream.read(&mut buffer, Duration::from_secs(10)).await {
                Ok(count) => assert!(count == buffer.len() && count <= 500),
                Err(fault) => break fault,
            }
            all.append(&mut buffer);
        };
        assert!(matches!(end, Fault::Ended), "{end}");
        assert_eq!(all, bytes.as_bytes());
        let (here, there) = (here.await.unwrap(), there.await.unwrap());
        assert!(here[0].starts_with("get /a.ts ") && here[1].starts_with("get /moved.ts "), "{here:?}");
        assert!(here.iter().all(|head| head.contains("authorization: basic")), "{here:?}");
        assert!(there[0].starts_with("get /live/b.ts ") && !there[0].contains("authorization"), "{there:?}");
    }

    #[tokio::test]
    async fn what_is_no_stream_elsewhere_is_told_apart() {
        let empty = |head: &str| format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let cases = [
            (
                vec![empty("404 Not Found")],
                "the receiver answered HTTP/1.1 404 Not Found instead of a stream",
            ),
            (
                vec![empty("200 OK\r\nContent-Type: application/vnd.apple.mpegurl")],
                "the receiver answered no playlist, though it is called one instead of a stream",
            ),
            (vec![empty("401 No")], "the receiver does not accept the user name and password for streams"),
            (
                vec![moved("/a.ts"); REDIRECTS + 1],
                "the receiver answered more than 5 redirects instead of a stream",
            ),
        ];
        for (replies, message) in cases {
            let (url, asked) = server(replies).await;
            let fault = Stream::fetch(&http(), &url, (None, HeaderMap::new())).await.err().unwrap();
            assert_eq!(fault.to_string(), message);
            asked.await.unwrap();
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        drop(listener);
        assert!(matches!(
            Stream::fetch(&http(), &closed, (None, HeaderMap::new())).await,
            Err(Fault::Unreachable(_))
        ));
    }

    #[tokio::test]
    async fn https_is_spoken_where_it_is_asked_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
        let hello = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.read_u8().await.unwrap()
        };
        let http = http();
        let (fault, first) = tokio::join!(Stream::fetch(&http, &url, (None, HeaderMap::new())), hello);
        // A TLS record of type handshake (RFC 8446 §5.1), and no stream from whoever cannot answer it.
        assert_eq!(first, 22);
        assert!(matches!(fault, Err(Fault::Unreachable(_))));
        assert!(!has_box_manners(&url) && !has_box_manners(&Url::parse("http://a.example/x.ts").unwrap()));
        assert!(has_box_manners(&Url::parse("http://box:8001/1:0:19:1:2:3:C00000:0:0:0:").unwrap()));
        assert!(has_box_manners(&Url::parse("http://box:17999/1:0:19:1:2:3:C00000:0:0:0:").unwrap()));
    }
}
