//! One request to an identity provider: bounded in time from the wait for its turn to the last byte, and in size; no redirect followed.

use super::{Provider, Trouble};
use crate::adapters::outgoing;
use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use telecast_core::limits;
use telecast_core::outgoing::Reach;
use url::{Url, form_urlencoded};

/// Characters of an error's code that are logged.
const ERROR: usize = 64;

/// The client that providers are asked with.
pub(super) fn client() -> reqwest::Result<Client> {
    // Many are in the house itself.
    outgoing::client(Reach::Home, 0, None)
}

/// An address of the provider's, and as whom it is asked.
pub(super) struct Endpoint<'a> {
    url: &'a Url,
    client: Option<(String, String)>,
}

impl<'a> Endpoint<'a> {
    pub(super) fn of(url: &'a Url) -> Self {
        Self { url, client: None }
    }

    /// RFC 6749 §2.3.1: both are form-encoded before they become a user and a password.
    pub(super) fn by_client(self, id: &str, secret: &SecretString) -> Self {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        Self { client: Some((encoded(id), encoded(secret.expose_secret()))), ..self }
    }
}

/// RFC 6749 §5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Provider {
    /// Reads what is there, with an access token if one is given.
    pub(super) async fn get(
        &self,
        endpoint: &Endpoint<'_>,
        access: Option<&SecretString>,
    ) -> Result<Vec<u8>, Trouble> {
        let request = self.http.get(endpoint.url.clone());
        self.ask(match access {
            Some(access) => request.bearer_auth(access.expose_secret()),
            None => request,
        })
        .await
    }

    /// Sends a form.
    pub(super) async fn post(
        &self,
        endpoint: &Endpoint<'_>,
        form: &[(&str, &str)],
    ) -> Result<Vec<u8>, Trouble> {
        let request = self.http.post(endpoint.url.clone()).form(form);
        self.ask(match &endpoint.client {
            Some((id, secret)) => request.basic_auth(id, Some(secret)),
            None => request,
        })
        .await
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Vec<u8>, Trouble> {
        let asked = async {
            let _slot = self.slots.acquire().await.map_err(|_| Trouble::Unreachable)?;
            answer(request).await
        };
        tokio::time::timeout(self.settings().patience, asked).await.unwrap_or(Err(Trouble::Slow))
    }
}

async fn answer(request: RequestBuilder) -> Result<Vec<u8>, Trouble> {
    let broken = |error: reqwest::Error| {
        let error = error.without_url();
        tracing::debug!(%error, "the identity provider cannot be asked");
        if error.is_timeout() { Trouble::Slow } else { Trouble::Unreachable }
    };
    let mut response = request.header("accept", "application/json").send().await.map_err(broken)?;
    let status = response.status();
    if status.is_redirection() {
        return Err(Trouble::Redirected);
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(broken)? {
        if body.len() + piece.len() > limits::OIDC_REPLY {
            return Err(Trouble::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    if status != StatusCode::OK {
        let error = serde_json::from_slice(&body).map(|Refusal { error }| error).unwrap_or_default();
        let error: String = error.chars().filter(char::is_ascii_graphic).take(ERROR).collect();
        tracing::warn!(status = status.as_u16(), error, "the identity provider refuses");
        return Err(Trouble::Refused);
    }
    Ok(body)
}
