//! An identity provider (OpenID Connect Core 1.0, authorization code flow): where it sends people to sign in, and who somebody is that
//! comes back from it.
//!
//! - It is asked at the issuer's own origin and at the hosts that the configuration names, and nowhere else, whatever its metadata say.
//! - No redirect is followed; each answer is bounded in size, and each request in time ([`ask`]).
//! - What it says of somebody counts only if a key of its own, of the right kind, has signed it for this station and this sign-in
//!   ([`token`]). What it says beside that (`userinfo`) counts only for the same `sub`, and only where the token says nothing.
//! - No lock is held while it is asked. Nothing that it sends is logged but the code of an error.
//!
//! Whoever that may be here, and what he may do, is decided elsewhere.

mod ask;
mod claims;
mod token;

use crate::adapters::clock::Clock;
use ask::Endpoint;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claims::Claims;
pub use claims::Person;
use jsonwebtoken::jwk::Jwk;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use telecast_core::access::Role;
use telecast_core::limits;
use tokio::sync::Semaphore;
use url::Url;

/// How it is spoken to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it calls itself, to the letter.
    pub issuer: String,
    /// What this station is called there.
    pub client_id: String,
    /// Its secret there; none: a public client.
    pub client_secret: Option<SecretString>,
    /// What stands on the button; none: the page's own words.
    pub name: Option<String>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The claim by which roles are given.
    pub role_claim: String,
    /// Which value of it gives which; the first that fits counts.
    pub roles: Vec<(String, Role)>,
    /// Role of those whom none fits; none: they are refused.
    pub default_role: Option<Role>,
    /// Further hosts that may be asked.
    pub hosts: Vec<String>,
    /// A request takes no longer.
    pub patience: Duration,
}

/// A sign-in that has begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What its token must hold, so that it is of this sign-in and no other.
    pub nonce: SecretString,
    /// What its code is exchanged with (RFC 7636 §4.1: 43 characters at least).
    pub verifier: SecretString,
    /// Where the provider sends the browser back to.
    pub redirect_uri: String,
    /// When it began (milliseconds since 1970).
    pub at_ms: i64,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection.
    Unreachable,
    /// It did not answer in time.
    Slow,
    /// Its answer is larger than is read.
    TooLarge,
    /// It answered with another address, which is not followed.
    Redirected,
    /// It answered with an error.
    Refused,
    /// Its answer is not what the standard says.
    NotUnderstood,
    /// It named an address at a host that is not its own.
    ForeignHost,
    /// Its metadata, its answer or its token name another issuer.
    WrongIssuer,
    /// The token is signed by none of the algorithms that are trusted.
    WrongAlgorithm,
    /// The token is signed by a key that is none of its own, or none any more.
    UnknownKey,
    /// The signature is not that of its key.
    WrongSignature,
    /// The token is meant for somebody else.
    WrongAudience,
    /// The token is of another sign-in.
    WrongNonce,
    /// The token has run out, or is older than the sign-in.
    Expired,
    /// The token is not valid yet.
    TooEarly,
}

impl Trouble {
    /// Stable, for logs and the audit.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Slow => "slow",
            Self::TooLarge => "too_large",
            Self::Redirected => "redirected",
            Self::Refused => "refused",
            Self::NotUnderstood => "not_understood",
            Self::ForeignHost => "foreign_host",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::UnknownKey => "unknown_key",
            Self::WrongSignature => "wrong_signature",
            Self::WrongAudience => "wrong_audience",
            Self::WrongNonce => "wrong_nonce",
            Self::Expired => "expired",
            Self::TooEarly => "too_early",
        }
    }

    /// It is worth trying again: it did not answer.
    pub fn is_silence(self) -> bool {
        matches!(self, Self::Unreachable | Self::Slow)
    }
}

/// What it says of itself (OpenID Connect Discovery 1.0 §3).
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Place,
    token_endpoint: Place,
    jwks_uri: Place,
    userinfo_endpoint: Option<Place>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// An address that it names.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Place(Url);

impl TryFrom<String> for Place {
    type Error = url::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Url::parse(&text).map(Self)
    }
}

/// What it gives for a code.
#[derive(Deserialize)]
struct Tokens {
    id_token: SecretString,
    access_token: Option<SecretString>,
}

/// What was read of it, and when (time since the start).
#[derive(Debug, Default)]
struct Memory {
    metadata: Option<(Duration, Arc<Metadata>)>,
    keys: Option<(Duration, Arc<Vec<Jwk>>)>,
}

impl Memory {
    fn metadata(&self, now: Duration) -> Option<Arc<Metadata>> {
        let (read, metadata) = self.metadata.as_ref()?;
        (now.saturating_sub(*read) < limits::OIDC_METADATA).then(|| Arc::clone(metadata))
    }

    /// Its keys, if they still count, and whether they may be asked for again.
    fn keys(&self, now: Duration) -> Option<(Arc<Vec<Jwk>>, bool)> {
        let (read, keys) = self.keys.as_ref()?;
        let age = now.saturating_sub(*read);
        (age < limits::OIDC_KEYS).then(|| (Arc::clone(keys), age >= limits::OIDC_KEYS_PAUSE))
    }
}

/// See the module.
pub struct Provider {
    settings: Settings,
    issuer: Url,
    http: reqwest::Client,
    slots: Semaphore,
    memory: Mutex<Memory>,
}

impl Provider {
    /// With those settings; nothing is asked yet.
    ///
    /// # Errors
    /// Why it cannot be asked at all.
    pub fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self {
            issuer: Url::parse(&settings.issuer).map_err(|error| error.to_string())?,
            http: ask::client().map_err(|error| error.to_string())?,
            slots: Semaphore::new(limits::OIDC_CALLS),
            memory: Mutex::default(),
            settings,
        })
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the browser is sent to sign in.
    ///
    /// # Errors
    /// What keeps it from being asked.
    pub async fn place(&self, begun: &Begun, state: &SecretString, clock: Clock) -> Result<Url, Trouble> {
        let metadata = self.metadata(clock).await?;
        let mut url = metadata.authorization_endpoint.0.clone();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.expose_secret()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &begun.redirect_uri)
            .append_pair("scope", &self.settings.scopes.join(" "))
            .append_pair("state", state.expose_secret())
            .append_pair("nonce", begun.nonce.expose_secret())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Whether an answer that says `iss` is this provider's (RFC 9207 §2.4).
    ///
    /// # Errors
    /// [`Trouble::WrongIssuer`], or what keeps the provider from being asked what it has promised.
    pub async fn has_answered(&self, iss: Option<&str>, clock: Clock) -> Result<(), Trouble> {
        let promised = self.metadata(clock).await?.authorization_response_iss_parameter_supported;
        match iss {
            Some(iss) if iss == self.settings.issuer => Ok(()),
            None if !promised => Ok(()),
            _ => Err(Trouble::WrongIssuer),
        }
    }

    /// Exchanges the code of a sign-in, and says who it is.
    ///
    /// # Errors
    /// Why it is nobody.
    pub async fn person(&self, code: &SecretString, begun: &Begun, clock: Clock) -> Result<Person, Trouble> {
        let metadata = self.metadata(clock).await?;
        let tokens = self.exchange(&metadata, code, begun).await?;
        let token = tokens.id_token.expose_secret();
        let head = token::head(token)?;
        let key = self.key(&metadata, &head, clock).await?;
        let mut claims = token::verified(token, &head, &key)?;
        claims.check(&self.settings, begun, clock.wall_ms())?;
        if let (Some(Place(endpoint)), Some(access)) = (&metadata.userinfo_endpoint, &tokens.access_token)
            && !claims.are_enough(&self.settings)
        {
            let said = self.get(&Endpoint::of(endpoint), Some(access)).await?;
            claims.add(Claims::read(&said)?)?;
        }
        claims.person(&self.settings)
    }

    /// What it says of itself; asked again when that is old.
    async fn metadata(&self, clock: Clock) -> Result<Arc<Metadata>, Trouble> {
        let now = clock.uptime();
        let remembered = self.memory().metadata(now);
        if let Some(metadata) = remembered {
            return Ok(metadata);
        }
        let base = self.settings.issuer.trim_end_matches('/');
        let place = Url::parse(&format!("{base}/.well-known/openid-configuration"));
        let place = place.map_err(|_| Trouble::NotUnderstood)?;
        let metadata: Metadata = read(&self.get(&Endpoint::of(&place), None).await?)?;
        if metadata.issuer != self.settings.issuer {
            tracing::warn!(
                configured = self.settings.issuer,
                said = metadata.issuer,
                "the identity provider calls itself otherwise than auth.oidc.issuer"
            );
            return Err(Trouble::WrongIssuer);
        }
        let Metadata { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, .. } = &metadata;
        let endpoints =
            [authorization_endpoint, token_endpoint, jwks_uri].into_iter().chain(userinfo_endpoint);
        if let Some(Place(foreign)) = endpoints.into_iter().find(|place| !self.is_own(&place.0)) {
            let host = foreign.host_str().unwrap_or_default();
            tracing::warn!(
                host,
                "the identity provider names a host that is neither its own nor in auth.oidc.hosts"
            );
            return Err(Trouble::ForeignHost);
        }
        let metadata = Arc::new(metadata);
        self.memory().metadata = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    fn is_own(&self, url: &Url) -> bool {
        let named = |host: &str| self.settings.hosts.iter().any(|named| named.eq_ignore_ascii_case(host));
        let plain = url.username().is_empty() && url.password().is_none();
        let https = url.scheme() == "https" && url.port().is_none();
        plain && (url.origin() == self.issuer.origin() || (https && url.host_str().is_some_and(named)))
    }

    /// The key that a token says it is signed by. One that is not known may be new: then all are read again, once in a while.
    async fn key(&self, metadata: &Metadata, head: &token::Head, clock: Clock) -> Result<Jwk, Trouble> {
        let now = clock.uptime();
        let remembered = self.memory().keys(now);
        if let Some((keys, may_ask)) = remembered {
            match head.key_in(&keys) {
                Some(key) => return Ok(key.clone()),
                None if !may_ask => return Err(Trouble::UnknownKey),
                None => {}
            }
        }
        let keys = Arc::new(token::keys(&self.get(&Endpoint::of(&metadata.jwks_uri.0), None).await?)?);
        self.memory().keys = Some((now, Arc::clone(&keys)));
        head.key_in(&keys).cloned().ok_or(Trouble::UnknownKey)
    }

    /// RFC 6749 §4.1.3, RFC 7636 §4.5.
    async fn exchange(
        &self,
        metadata: &Metadata,
        code: &SecretString,
        begun: &Begun,
    ) -> Result<Tokens, Trouble> {
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.iter().any(|one| one == method);
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", &begun.redirect_uri),
            ("code_verifier", begun.verifier.expose_secret()),
        ];
        let mut endpoint = Endpoint::of(&metadata.token_endpoint.0);
        match &self.settings.client_secret {
            Some(secret) if methods.is_empty() || takes("client_secret_basic") => {
                endpoint = endpoint.by_client(&self.settings.client_id, secret);
            }
            Some(secret) => form.extend([
                ("client_id", self.settings.client_id.as_str()),
                ("client_secret", secret.expose_secret()),
            ]),
            None => form.push(("client_id", &self.settings.client_id)),
        }
        read(&self.post(&endpoint, &form).await?)
    }
}

/// An answer of that form.
fn read<'a, T: Deserialize<'a>>(answer: &'a [u8]) -> Result<T, Trouble> {
    serde_json::from_slice(answer).map_err(|_| Trouble::NotUnderstood)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_believed_for_a_while_and_asked_for_again_now_and_then() {
        let mut memory = Memory::default();
        let read = Duration::from_secs(1_000);
        assert!(memory.keys(read).is_none());
        memory.keys = Some((read, Arc::default()));
        for (age, expected) in [
            (Duration::ZERO, Some(false)),
            (limits::OIDC_KEYS_PAUSE, Some(true)),
            (limits::OIDC_KEYS.saturating_sub(Duration::from_millis(1)), Some(true)),
            (limits::OIDC_KEYS, None),
        ] {
            assert_eq!(memory.keys(read + age).map(|(_, may_ask)| may_ask), expected, "{age:?}");
        }
    }

    #[test]
    fn it_is_asked_at_its_own_host_and_at_those_that_are_named() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let provider =
            Provider::new(claims::settings("https://id.example/tv", &["keys.example"])).expect("made");
        for (url, own) in [
            ("https://id.example/token", true),
            ("https://id.example:8443/token", false),
            ("http://id.example/token", false),
            ("https://anna@id.example/token", false),
            ("https://keys.example/jwks", true),
            ("http://keys.example/jwks", false),
            ("https://keys.example:1/jwks", false),
            ("https://evil.example/jwks", false),
            ("http://169.254.169.254/", false),
        ] {
            assert_eq!(provider.is_own(&Url::parse(url).expect(url)), own, "{url}");
        }
    }
}
