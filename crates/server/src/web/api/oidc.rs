//! Signing in through an identity provider, as the browser goes: to the provider, back from it, and in.
//!
//! A sign-in is finished only in the browser that began it: a cookie of its own says so, so that nobody is signed in as somebody else by a
//! link that another site gives him (RFC 6749 §10.12). It is not in any script's reach, and gone when the sign-in is over. Whatever goes wrong
//! ends at the page for signing in, which says it in words by a code of [`Failure`]; the exact reason is in the audit. Neither codes nor tokens
//! are logged anywhere.

use super::people::end_sessions;
use super::{Parameters, auth};
use crate::adapters::oidc::{Begun, Provider, Trouble};
use crate::web::accounts::Told;
use crate::web::audit::Details;
use crate::web::caller::Caller;
use crate::web::guard;
use crate::web::problem::{Code, Problem, ProblemDocument};
use crate::web::secret::entropy;
use crate::web::{Web, address};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::secret::{SecretHash, token};
use telecast_core::session::ReasonCode;
use telecast_store::Account;
use url::Url;
use utoipa::ToSchema;

/// Name of the cookie that binds a sign-in to its browser, on HTTPS and on plain HTTP.
const COOKIES: [&str; 2] = ["__Host-telecast-oidc", "telecast-oidc"];
const BEGIN: &str = "/api/v1/auth/oidc";
const CALLBACK: &str = "/api/v1/auth/oidc/callback";

/// That one can sign in through an identity provider.
#[derive(Serialize, ToSchema)]
pub struct Offer {
    /// What stands on the button; null: the page's own words.
    pub name: Option<String>,
    /// Where the button leads.
    pub url: String,
}

/// What the provider sends back; the rest of it is not looked at.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Answer {
    /// What was given to it at the beginning.
    state: Option<String>,
    /// What is exchanged for a token.
    #[param(value_type = Option<String>)]
    code: Option<SecretString>,
    /// Why there is none.
    error: Option<String>,
    /// Who answers (RFC 9207).
    iss: Option<String>,
}

/// What the page says.
#[derive(Debug)]
enum Failure {
    /// Whoever is there did not want to, or may not there.
    Declined,
    /// It was not begun in this browser, or too long ago, or is finished.
    Elsewhere,
    /// The provider does not answer.
    Silent(Trouble),
    /// The provider's answer is not what it should be.
    Untrusted(Trouble),
    /// The provider has answered with an error.
    Failed,
    /// Whoever that is has no role here.
    NotAllowed,
    /// It was not for the provider.
    Broken(Problem),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused => Self::Failed,
            trouble if trouble.is_silence() => Self::Silent(trouble),
            trouble => Self::Untrusted(trouble),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Broken(problem)
    }
}

impl Failure {
    /// For the page; stable.
    fn code(&self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Elsewhere => "elsewhere",
            Self::Silent(_) => "silent",
            Self::Untrusted(_) => "untrusted",
            Self::Failed | Self::Broken(_) => "failed",
            Self::NotAllowed => "not_allowed",
        }
    }

    /// For the log and the audit.
    fn reason(&self) -> &'static str {
        match self {
            Self::Silent(trouble) | Self::Untrusted(trouble) => trouble.code(),
            Self::Failed => Trouble::Refused.code(),
            Self::Broken(_) => "internal",
            other => other.code(),
        }
    }
}

/// Where one signs in through the provider, if there is one.
pub(super) fn offer(web: &Web) -> Option<Offer> {
    let config = web.config();
    let settings = config.oidc.as_ref()?.settings();
    // At the address that the provider knows, so that the cookie is there when it sends the browser back.
    let url = config.public_url.as_ref().map_or_else(|| BEGIN.to_owned(), |url| below(url, BEGIN));
    Some(Offer { name: settings.name.clone(), url })
}

fn below(base: &Url, path: &str) -> String {
    format!("{}{path}", base.as_str().trim_end_matches('/'))
}

fn offered(web: &Web) -> Result<Arc<Provider>, Problem> {
    let none = || Problem::new(Kind::NotFound, "This station has no identity provider to sign in through.");
    web.config().oidc.clone().ok_or_else(none)
}

/// Where the provider sends the browser back to: it knows this address, and sends nobody anywhere else.
fn redirect_uri(web: &Web, caller: Caller, headers: &HeaderMap) -> Result<String, Problem> {
    Ok(format!("{}{CALLBACK}", address::own(web, Some(caller), headers)?))
}

fn name_of(provider: &Provider) -> (String, String) {
    let settings = provider.settings();
    (settings.issuer.clone(), settings.client_id.clone())
}

/// Begins a sign-in through the identity provider: sends the browser there.
#[utoipa::path(get, path = "/api/v1/auth/oidc", tag = "auth",
    responses((status = 303, description = "To the provider, or to the page that says why not."), (status = 404, body = ProblemDocument)))]
pub async fn begin(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let provider = offered(&web)?;
    let (state, browser) = (token(entropy()), token(entropy()));
    let begun = Begun {
        nonce: token(entropy()),
        verifier: token(entropy()),
        redirect_uri: redirect_uri(&web, caller, &headers)?,
        at_ms: web.clock.wall_ms(),
    };
    let place = match provider.place(&begun, &state, web.clock).await {
        Ok(place) => place,
        Err(trouble) => return Ok(failed(&web, &trouble.into())),
    };
    let (state, cookie) = (SecretHash::of(&state), SecretHash::of(&browser));
    web.pending.put(&state, cookie, name_of(&provider), begun, web.clock.uptime());
    let mut response = to(place.as_str());
    bind(&web, caller, &mut response, browser.expose_secret(), limits::OIDC_BEGUN.as_secs());
    Ok(response)
}

/// Ends a sign-in through the identity provider: this is where it sends the browser back to.
#[utoipa::path(get, path = "/api/v1/auth/oidc/callback", tag = "auth", params(Answer),
    responses((status = 303, description = "To the first page, signed in; or to the page that says why not."), (status = 404, body = ProblemDocument)))]
pub async fn callback(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    answer: Result<Parameters<Answer>, Problem>,
) -> Result<Response, Problem> {
    let provider = offered(&web)?;
    let ended = match person(&web, &provider, (caller, &headers), answer).await {
        Ok(account) => auth::signed_in(&web, &account, (caller, &headers)).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    let mut response = match ended {
        // Signed in like everybody else; but this is a page's address and no page's question.
        Ok(mut signed_in) => {
            *signed_in.body_mut() = Body::empty();
            *signed_in.status_mut() = StatusCode::SEE_OTHER;
            signed_in.headers_mut().remove(header::CONTENT_TYPE);
            lead(&mut signed_in, &format!("{}/", web.base_path()));
            signed_in
        }
        Err(failure) => failed(&web, &failure),
    };
    bind(&web, caller, &mut response, "", 0);
    Ok(response)
}

/// Who comes back.
async fn person(
    web: &Web,
    provider: &Provider,
    (caller, headers): (Caller, &HeaderMap),
    answer: Result<Parameters<Answer>, Problem>,
) -> Result<Account, Failure> {
    let Parameters(answer) = answer.map_err(|_| Failure::Elsewhere)?;
    let state = answer.state.map(|state| SecretHash::of(&state.into())).ok_or(Failure::Elsewhere)?;
    let browser = guard::cookie_of(headers, &[cookie(web, caller)]).ok_or(Failure::Elsewhere)?;
    let browser = SecretHash::of(&browser.into());
    let begun = web.pending.take(&state, &browser, &name_of(provider), web.clock.uptime());
    let begun = begun.ok_or(Failure::Elsewhere)?;
    provider.has_answered(answer.iss.as_deref(), web.clock).await?;
    let code = match (answer.code, answer.error.as_deref()) {
        (Some(code), None) => code,
        (_, Some("access_denied")) => return Err(Failure::Declined),
        _ => return Err(Failure::Failed),
    };
    let person = provider.person(&code, &begun, web.clock).await?;
    match web.accounts.told(&person, web.clock.wall_ms()).await? {
        Told::In(account) => Ok(account),
        Told::Anew(account) => {
            end_sessions(web, &account.id, ReasonCode::EndedByHost).await;
            Ok(account)
        }
        Told::Out(account) => {
            if let Some(account) = account {
                end_sessions(web, &account.id, ReasonCode::AccessEnded).await;
            }
            Err(Failure::NotAllowed)
        }
    }
}

/// To the page that says what went wrong.
fn failed(web: &Web, failure: &Failure) -> Response {
    let (code, reason) = (failure.code(), failure.reason());
    if let Failure::Broken(problem) = failure {
        tracing::error!(problem = problem.detail(), "a sign-in through the identity provider broke");
    } else {
        tracing::warn!(reason, "nobody was signed in through the identity provider");
    }
    metrics::counter!("telecast_oidc_failures_total", "reason" => reason).increment(1);
    // Behind the hash, like all that a page is told on its way.
    let mut response = to(&format!("{}/welcome#oidc={code}", web.base_path()));
    response.extensions_mut().insert(Code(code));
    response.extensions_mut().insert(Details(serde_json::json!({ "reason": reason })));
    response
}

fn to(place: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    lead(&mut response, place);
    response
}

fn lead(response: &mut Response, place: &str) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(place) = HeaderValue::from_str(place) {
        headers.insert(header::LOCATION, place);
    }
}

/// The one that counts: on HTTPS a neighbour under the same domain cannot have planted it.
fn cookie(web: &Web, caller: Caller) -> &'static str {
    let [secure, plain] = COOKIES;
    if address::is_https(web, Some(caller)) { secure } else { plain }
}

/// Gives the browser the cookie by which it is known when it comes back, or takes it away. Lax: it comes back from another site.
fn bind(web: &Web, caller: Caller, response: &mut Response, value: &str, seconds: u64) {
    let name = cookie(web, caller);
    let rest = if address::is_https(web, Some(caller)) { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{rest}");
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}
