//! Playback sessions.

use super::library::makes_channels;
use super::{Begun, Body, MayBody, Parameters, idempotency_key};
use crate::app::view::{At, ClientView, Rights, SessionView, StartPlayback};
use crate::app::{ItemAsked, PlayerFacts};
use crate::web::Web;
use crate::web::doorman::ANYWHERE;
use crate::web::guard::Principal;
use crate::web::listeners;
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use telecast_core::access::Scope;
use telecast_core::error::Kind;
use telecast_core::session::ReasonCode;
use utoipa::{IntoParams, ToSchema};

/// Nobody waits longer for a session in one request (seconds).
const WAIT_LIMIT_S: u64 = 30;
/// Why a session is refused whose PIN is wrong.
const WRONG_PIN: &str = "wrong_pin";

/// What to play.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// Channel; either this or `item_id`.
    pub channel_id: Option<String>,
    /// Item of the library.
    pub item_id: Option<u64>,
    /// Seconds into the item at which its player is to begin.
    pub from: Option<f64>,
    /// `live` (default), `start`, or a time (RFC 3339). On a channel of one's own a time that is past plays the programme that was on then, from its beginning to its
    /// end; its player begins at that time.
    pub at: Option<String>,
    /// What the client can play; what it does not name it is not given.
    #[serde(default)]
    pub client: ClientView,
    /// Opens a programme that is for older people than the child who asks.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    pub pin: Option<SecretString>,
}

/// All sessions of whoever asks.
#[derive(Serialize, ToSchema)]
pub struct Sessions {
    /// Newest last.
    pub items: Vec<SessionView>,
}

/// Whether to wait.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Waiting {
    /// Seconds to wait for the session to be ready or over.
    pub wait_s: Option<u64>,
}

/// Who ends it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ending {
    /// Whoever runs the station, for the viewer to know; needs `admin`.
    #[serde(default)]
    pub host: bool,
}

/// Starts playback. Answers at once; never waits for a receiver.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "sessions", request_body = NewSession,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the same session, for a day after it has ended; with another body: 409")),
    responses((status = 202, body = SessionView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn start(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    Body(new): Body<NewSession>,
) -> Result<Begun<SessionView>, Problem> {
    let at = match new.at.as_deref() {
        None | Some("live") => At::Live,
        Some("start") => At::Start,
        Some(time) => At::Time(time.parse().map_err(|_| {
            Problem::new(Kind::Invalid, "'at' cannot be read.").field("at", "'live', 'start' or a time")
        })?),
    };
    let (channel_id, item) = what(&principal, (new.channel_id, new.item_id, new.from))?;
    let unlocked = match new.pin {
        Some(pin) => is_pin(&web, &principal, pin).await?,
        None => false,
    };
    let rights = Rights {
        profile: principal.profile.clone(),
        unlocked,
        until_ms: principal.until_ms,
        anonymous: principal.is_anonymous(),
    };
    let request = StartPlayback {
        channel_id,
        item,
        at,
        client: new.client,
        holder: principal.name.clone(),
        account: principal.account.clone(),
        idempotency_key: idempotency_key(&headers)?,
        rights,
    };
    let session = web.app.start_session(request).await?;
    // Rights may have been taken away since the request's head came; whoever takes them ends what is there, and this was not yet.
    if !listeners::check(&web, &principal).await {
        web.app.end(&session.id, ReasonCode::AccessEnded).await;
        return Err(Problem::new(
            Kind::Forbidden,
            "The rights of this account have just changed. Try again.",
        ));
    }
    Ok(Begun(StatusCode::ACCEPTED, session))
}

/// What is to be played: a channel, or an item.
fn what(
    principal: &Principal,
    (channel_id, item_id, from): (Option<String>, Option<u64>, Option<f64>),
) -> Result<(String, Option<ItemAsked>), Problem> {
    let wrong = |field: &str, words: &str| {
        Problem::new(Kind::Invalid, "Name a channel, or an item of the library.").field(field, words)
    };
    match (channel_id, item_id) {
        (Some(channel_id), None) if from.is_none() => Ok((channel_id, None)),
        (Some(_), None) => Err(wrong("from", "is of an item; for a channel, say 'at'")),
        (None, Some(id)) => {
            let from_s = from.unwrap_or(0.0);
            if !from_s.is_finite() || from_s < 0.0 {
                return Err(wrong("from", "seconds from the item's beginning"));
            }
            Ok((String::new(), Some(ItemAsked { id, from_s, hidden: makes_channels(principal) })))
        }
        _ => Err(wrong("channel_id", "either this or 'item_id'")),
    }
}

/// Whether this is the PIN of whoever asks; guesses are slowed. Without a profile there is nothing to open.
async fn is_pin(web: &Web, principal: &Principal, pin: SecretString) -> Result<bool, Problem> {
    if principal.profile.is_none() {
        return Ok(false);
    }
    let wrong = || Problem::new(Kind::Forbidden, "This is not the PIN.").because(WRONG_PIN);
    let Some(hash) = web.accounts.pin(&principal.account).await? else { return Err(wrong()) };
    let guesser = format!("pin {}", principal.account);
    // Counted before it is judged, so that tries at the same moment do not slip through together.
    web.doorman.admit(&guesser, ANYWHERE, web.clock.uptime())?;
    web.doorman.failed(&guesser, ANYWHERE, web.clock.uptime());
    if !web.check(pin.expose_secret().to_owned(), hash).await? {
        return Err(wrong());
    }
    web.doorman.succeeded(&guesser, ANYWHERE);
    Ok(true)
}

/// All sessions that are still visible.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", responses((status = 200, body = Sessions)))]
pub async fn list(State(web): State<Web>, Extension(principal): Extension<Principal>) -> Json<Sessions> {
    let items = web.app.sessions().into_iter().filter(|s| may(&web, &principal, &s.id)).collect();
    Json(Sessions { items })
}

/// One session; after it has ended, for about a day.
#[utoipa::path(get, path = "/api/v1/sessions/{id}", tag = "sessions", params(("id" = String, Path), Waiting),
    responses((status = 200, body = SessionView), (status = 404, body = ProblemDocument)))]
pub async fn get(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    Parameters(waiting): Parameters<Waiting>,
) -> Result<Json<SessionView>, Problem> {
    if web.app.session(&id).is_none() {
        let account = (!principal.scopes.contains(&Scope::Admin)).then_some(principal.account.as_str());
        let past = web.app.past_session(&id, account).await?;
        return past.map(Json).ok_or_else(none);
    }
    allowed(&web, &principal, &id)?;
    let found = match waiting.wait_s {
        Some(seconds) => web.app.wait_session(&id, Duration::from_secs(seconds.min(WAIT_LIMIT_S))).await,
        None => web.app.session(&id),
    };
    found.map(Json).ok_or_else(none)
}

/// Ends a session; its tuner is given up when nobody else watches. With `host=true` its viewer is told that whoever runs the station
/// has ended it.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "sessions", params(("id" = String, Path), Ending),
    responses((status = 200, body = SessionView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn stop(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    Parameters(ending): Parameters<Ending>,
) -> Result<Json<SessionView>, Problem> {
    allowed(&web, &principal, &id)?;
    let reason = if ending.host { ReasonCode::EndedByHost } else { ReasonCode::StoppedByClient };
    if ending.host {
        if !principal.scopes.contains(&Scope::Admin) {
            return Err(Problem::new(Kind::Forbidden, "This needs the right 'admin'."));
        }
        tracing::info!(session = id, by = principal.account, "a session is ended by the host");
    }
    web.app.end(&id, reason).await.map(Json).ok_or_else(none)
}

/// The player still watches, and may say how it fares: that appears on the status page and in the metrics, as sums over all.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/heartbeat", tag = "sessions", params(("id" = String, Path)),
    request_body = Option<PlayerFacts>,
    responses((status = 200, body = SessionView), (status = 404, body = ProblemDocument)))]
pub async fn heartbeat(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    MayBody(player): MayBody<PlayerFacts>,
) -> Result<Json<SessionView>, Problem> {
    allowed(&web, &principal, &id)?;
    web.app.heartbeat(&id, player.as_ref()).map(Json).ok_or_else(none)
}

fn none() -> Problem {
    Problem::new(Kind::NotFound, "There is no such session (any more).")
}

fn may(web: &Web, principal: &Principal, id: &str) -> bool {
    principal.scopes.contains(&Scope::Admin) || web.app.is_session_of(id, &principal.account)
}

/// A session of somebody else is as if it were not there.
fn allowed(web: &Web, principal: &Principal, id: &str) -> Result<(), Problem> {
    if may(web, principal, id) { Ok(()) } else { Err(none()) }
}
