//! A transport stream over HTTP as Enigma2's port 8001 serves it: `GET` only, `HTTP/1.0 200` at once and before tuning, a refusal as the text
//! `HTTP/1.0 400 Bad Request` inside the body, end of file for everything else.
//!
//! Read by hand because of exactly these manners; reqwest reads everything else.

use base64::Engine;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use telecast_core::limits;
use telecast_core::tuner::Holder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// Bytes of a reply's head; boxes send under 200.
const HEAD_LIMIT: usize = 8 * 1024;

/// Why there is no stream (any more).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nobody answers there.
    #[error("the receiver cannot be reached: {0}")]
    Unreachable(String),
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
    #[error("nothing has come for {} s", limits::STREAM_STALL.as_secs())]
    Stalled,
}

/// Port of a box's descrambling relay.
const RELAY_PORT: u16 = 17999;

/// Whether a stream comes through a descrambling relay.
pub fn is_relay(url: &Url) -> bool {
    url.port() == Some(RELAY_PORT)
}

/// An open stream.
pub struct Stream {
    socket: TcpStream,
    relay: bool,
    /// Bytes read with the head.
    first: Vec<u8>,
    seen: u64,
}

impl Stream {
    /// Connects and reads the head of the reply.
    pub async fn open(url: &Url, credentials: Option<&(String, SecretString)>) -> Result<Self, Fault> {
        let host = url.host_str().ok_or_else(|| Fault::Unreachable("the address names no host".into()))?;
        let port = url.port_or_known_default().unwrap_or(8001);
        let connected =
            timeout(limits::RECEIVER_CONNECT, TcpStream::connect((host.trim_matches(['[', ']']), port)))
                .await;
        let mut socket = match connected {
            Ok(Ok(socket)) => socket,
            Ok(Err(error)) => return Err(Fault::Unreachable(error.to_string())),
            Err(_) => return Err(Fault::Unreachable("it does not answer".into())),
        };
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
        Ok(Self { socket, relay: is_relay(url), first, seen: 0 })
    }

    /// Appends what has arrived to `buffer`, at most up to its capacity; waits for the first byte up to the stall limit.
    pub async fn read(&mut self, buffer: &mut Vec<u8>, patience: Duration) -> Result<usize, Fault> {
        // A relay takes its time to the first byte.
        let patience =
            if self.relay && self.seen == 0 { patience.max(limits::RELAY_START) } else { patience };
        if self.first.is_empty() {
            match timeout(patience, self.socket.read_buf(buffer)).await {
                Err(_) => return Err(Fault::Stalled),
                Ok(Ok(0)) => return Err(Fault::Ended),
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

    #[tokio::test]
    async fn a_relay_may_take_its_time_to_the_first_byte_and_no_longer() {
        assert!(is_relay(&Url::parse("http://box:17999/1:0:1:1:1:1:C00000:0:0:0:").unwrap()));
        assert!(!is_relay(&Url::parse("http://box:8001/1:0:1:1:1:1:C00000:0:0:0:").unwrap()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut box_, _) = listener.accept().await.unwrap();
        let mut stream = Stream { socket, relay: true, first: Vec::new(), seen: 0 };
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
}
