//! Logos that lie at an address: bytes that begin like a picture, not many of them, and not for long.

use reqwest::StatusCode;
use telecast_core::limits;
use telecast_core::outgoing::Reach;
use url::Url;

use super::outgoing::{Outgoing, refusal};
use super::picture;

/// Redirects on the way to a logo.
const REDIRECTS: usize = 3;
/// So many bytes tell what it is.
const HEAD: usize = 12;

/// What came of asking for a logo.
#[derive(Debug)]
pub enum Answer {
    /// It may be a picture; it has not been unpacked.
    Some(Vec<u8>),
    /// There is none that we would show.
    None,
    /// Nobody has said so: it may be there later.
    Later,
}

/// Who asks for logos.
#[derive(Clone, Debug)]
pub struct Client(reqwest::Client);

impl Client {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// There is no TLS on this machine.
    pub fn new() -> Result<Self, reqwest::Error> {
        Outgoing::new(Reach::Home).client(REDIRECTS, Some(limits::LOGO_FETCH)).map(Self)
    }

    /// Asks for the picture at `url`.
    pub async fn fetch(&self, url: &Url) -> Answer {
        fetch(&self.0, url).await
    }
}

async fn fetch(client: &reqwest::Client, url: &Url) -> Answer {
    let failed = |error: reqwest::Error| if refusal(&error).is_some() { Answer::None } else { Answer::Later };
    let mut reply = match client.get(url.clone()).send().await {
        Ok(reply) => reply,
        Err(error) => return failed(error),
    };
    match reply.status() {
        StatusCode::OK => {}
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => return Answer::Later,
        status if status.is_server_error() => return Answer::Later,
        _ => return Answer::None,
    }
    let mut bytes = Vec::new();
    loop {
        match reply.chunk().await {
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Ok(None) => break,
            Err(error) => return failed(error),
        }
        // What is no picture is not read to its end: some lists name films.
        if bytes.len() > limits::LOGO_BYTES || (bytes.len() >= HEAD && picture::format(&bytes).is_none()) {
            return Answer::None;
        }
    }
    if picture::format(&bytes).is_some() { Answer::Some(bytes) } else { Answer::None }
}
