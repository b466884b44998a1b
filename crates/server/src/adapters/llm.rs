//! A model's provider, as it is asked: posts a request and gives the answer's pieces as they come. What they mean is `core::assistant`'s to say.
//!
//! The key goes to the configured host alone: redirects are not followed. Neither what is asked nor what is answered is in any log or error.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use secrecy::{ExposeSecret, SecretString};
use telecast_core::assistant::{BODY_MOST, Delta, Fault, FaultKind, Kind, Posting, Wire, fault_of};
use telecast_core::outgoing::Reach;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::outgoing::{self, refusal};

/// From the request to the first bytes of an answer: a model on a small machine is loaded first.
pub const FIRST: Duration = Duration::from_secs(60);
/// Between two pieces.
const NEXT: Duration = Duration::from_secs(60);
/// An answer takes no longer.
pub const WHOLE: Duration = Duration::from_mins(10);

/// Asks providers. Cheap to clone.
#[derive(Clone)]
pub struct Llm(reqwest::Client);

/// Where somebody is asked, and by which key.
#[derive(Clone, Debug)]
pub struct Place {
    /// How it is spoken to.
    pub kind: Kind,
    /// Address, as vendors print it.
    pub url: Url,
    /// Key; none: it needs none.
    pub key: Option<SecretString>,
}

/// An answer that comes.
pub struct Answering {
    response: reqwest::Response,
    wire: Wire,
    until: Instant,
    is_over: bool,
}

impl Llm {
    /// # Errors
    /// There is no TLS on this machine.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self(outgoing::client(Reach::Home, 0, None)?))
    }

    /// Asks; returns when an answer begins to come.
    ///
    /// # Errors
    /// Nobody answers, or not with a stream.
    pub async fn ask(&self, place: &Place, posting: &Posting) -> Result<Answering, Fault> {
        let until = Instant::now() + WHOLE;
        let mut url = place.url.clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), posting.path);
        url.set_path(&path);
        let mut request = self.0.post(url).json(&posting.body);
        for (name, value) in &posting.headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &place.key {
            let (name, before) = place.kind.key_header();
            let value = reqwest::header::HeaderValue::from_str(&format!("{before}{}", key.expose_secret()));
            let mut value = value.map_err(|_| Fault::new(FaultKind::Auth))?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        let response =
            timeout(FIRST, request.send()).await.map_err(|_| late())?.map_err(|error| unreached(&error))?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        Ok(Answering { response, wire: Wire::new(place.kind), until, is_over: false })
    }
}

impl Answering {
    /// The next pieces; none: all has come. Safe to cancel.
    ///
    /// # Errors
    /// It breaks off, is too slow, or cannot be read.
    pub async fn next(&mut self) -> Result<Option<Vec<Delta>>, Fault> {
        loop {
            if self.is_over {
                // Once; then there is nothing more.
                let rest = self.wire.end()?;
                return Ok((!rest.is_empty()).then_some(rest));
            }
            let until = self.until.min(Instant::now() + NEXT);
            let chunk = timeout_at(until, self.response.chunk()).await.map_err(|_| late())?;
            let bytes = chunk.map_err(|_| Fault::new(FaultKind::Cut))?;
            let deltas = bytes.as_deref().map_or(Ok(Vec::new()), |bytes| self.wire.feed(bytes))?;
            self.is_over = bytes.is_none() || self.wire.is_over();
            if !deltas.is_empty() {
                return Ok(Some(deltas));
            }
        }
    }
}

fn late() -> Fault {
    Fault { message: "The provider does not answer in time.".into(), ..Fault::new(FaultKind::Overloaded) }
}

/// Nobody was reached.
fn unreached(error: &reqwest::Error) -> Fault {
    let message = match refusal(error) {
        Some(refusal) => format!("The provider's address is not asked: {refusal}."),
        None => "The provider cannot be reached. Check its address, and whether it runs.".to_owned(),
    };
    Fault { message, ..Fault::new(FaultKind::ServerError) }
}

async fn refused(mut response: reqwest::Response) -> Fault {
    let status = response.status().as_u16();
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(bytes)) = response.chunk().await {
            body.extend_from_slice(&bytes);
            if body.len() > BODY_MOST {
                body.truncate(BODY_MOST);
                break;
            }
        }
    };
    // What it says helps to tell one fault from another; the status alone does too.
    let _ = timeout(Duration::from_secs(5), read).await;
    fault_of(status, wait.as_deref(), &body)
}
