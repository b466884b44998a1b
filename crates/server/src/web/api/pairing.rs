//! Devices without a keyboard: a television asks to be let in and shows a code, somebody who is signed in on a phone types it and
//! approves, the television is signed in as that person (as RFC 8628 has it, without its form).
//!
//! What the device asks with is known to it alone; the code that anybody in the room may read is good only for approving.

use super::auth::{AuthState, now_is, signed_in};
use super::{Begun, Body};
use crate::web::Web;
use crate::web::audit::Details;
use crate::web::caller::Caller;
use crate::web::doorman::ANYWHERE;
use crate::web::guard::{Credential, Principal};
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_store::Paired;
use utoipa::ToSchema;

/// Characters of what a device calls itself.
const LABEL: usize = 200;

/// A device that waits.
#[derive(Serialize, ToSchema)]
pub struct Pairing {
    /// To be shown to people, with its hyphen.
    pub code: String,
    /// What the device asks with; for itself alone.
    pub secret: String,
    /// Where somebody who is signed in types the code, behind the station's address.
    pub path: String,
    /// Seconds until it is over.
    pub expires_s: u64,
    /// Seconds between two questions.
    pub interval_s: u64,
}

/// What a device asks with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairingPoll {
    /// As it was given.
    #[schema(value_type = String, write_only)]
    pub secret: SecretString,
}

/// A code that somebody reads off a device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairingCode {
    /// As it is shown; hyphens, spaces and case do not matter.
    #[schema(value_type = String, write_only)]
    pub code: SecretString,
    /// Let it in; otherwise one only learns what waits there.
    #[serde(default)]
    pub approve: bool,
}

/// A device that waits, as whoever may let it in sees it.
#[derive(Serialize, ToSchema)]
pub struct WaitingDevice {
    /// What it calls itself.
    pub label: String,
    /// Where it asks from.
    pub address: String,
    /// When it began to wait (milliseconds since 1970).
    pub created_ms: i64,
    /// It is let in.
    pub approved: bool,
}

/// A device asks to be let in.
#[utoipa::path(post, path = "/api/v1/auth/pairing", tag = "auth",
    responses((status = 201, body = Pairing), (status = 429, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn ask(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Begun<Pairing>, Problem> {
    let label = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let label = label.chars().take(LABEL).collect();
    let (secret, code) =
        web.accounts.new_pairing(label, caller.address.to_string(), web.clock.wall_ms()).await?;
    // Behind the hash, so that it is in no log of any server.
    let path = format!("{}/pair#code={}", web.base_path(), code.expose_secret());
    Ok(Begun(
        StatusCode::CREATED,
        Pairing {
            code: code.expose_secret().to_owned(),
            secret: secret.expose_secret().to_owned(),
            path,
            expires_s: limits::PAIRING.as_secs(),
            interval_s: limits::PAIRING_POLL.as_secs(),
        },
    ))
}

/// A device asks whether it is let in: 202 while nobody has approved it, then it is signed in, once.
#[utoipa::path(post, path = "/api/v1/auth/pairing/poll", tag = "auth", request_body = PairingPoll,
    responses((status = 200, body = AuthState), (status = 202, body = AuthState), (status = 410, body = ProblemDocument)))]
pub async fn poll(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(asks): Body<PairingPoll>,
) -> Result<Response, Problem> {
    match web.accounts.paired(&asks.secret, web.clock.wall_ms()).await? {
        Paired::As(account) => signed_in(&web, &account, (caller, &headers)).await,
        Paired::Waits => {
            let waits = now_is(&web, None, (caller, &headers)).await?;
            Ok(Begun(StatusCode::ACCEPTED, waits).into_response())
        }
        Paired::Over => {
            Err(Problem::new(Kind::Gone, "Nobody has let this device in. Let it show a new code."))
        }
    }
}

/// Says which device shows a code, or lets it in as whoever asks.
#[utoipa::path(post, path = "/api/v1/account/device", tag = "account", request_body = PairingCode,
    responses((status = 200, body = WaitingDevice), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn approve(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Body(said): Body<PairingCode>,
) -> Result<Response, Problem> {
    if !matches!(principal.credential, Credential::Cookie(_)) {
        // A sign-in may do more than a token, and outlives it.
        return Err(Problem::new(Kind::Forbidden, "A token lets no device in. Sign in with a browser."));
    }
    let (uptime, now) = (web.clock.uptime(), web.clock.wall_ms());
    let guesser = format!("device {}", principal.account);
    // Counted before it is judged, and wherever it is guessed from: whoever guesses is signed in, so that nobody else is slowed.
    web.doorman.admit(&guesser, ANYWHERE, uptime)?;
    web.doorman.failed(&guesser, ANYWHERE, uptime);
    let none = || Problem::new(Kind::NotFound, "No device waits with this code. It may have run out.");
    let device = web.accounts.waiting_device(&said.code, now).await?.ok_or_else(none)?;
    web.doorman.succeeded(&guesser, ANYWHERE);
    if said.approve && !web.accounts.approve_device(&said.code, &principal.account, now).await? {
        return Err(none());
    }
    let details = serde_json::json!({ "address": device.address, "approved": said.approve });
    let view = WaitingDevice {
        label: device.label,
        address: device.address,
        created_ms: device.created_ms,
        approved: said.approve,
    };
    let mut response = Json(view).into_response();
    response.extensions_mut().insert(Details(details));
    Ok(response)
}
