//! Receivers: list, try, add, remove.

use super::{Begun, Body, idempotency_key};
use crate::adapters::stream::BOX_PORT;
use crate::app::settings::{ReceiverKind, ReceiverSettings, without_user};
use crate::app::view::ReceiverView;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::{Web, secret, simulated};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use telecast_core::access::Scope;
use telecast_core::error::Kind;
use url::Url;
use utoipa::ToSchema;

/// A receiver as a person describes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReceiver {
    /// What it is; an Enigma2 receiver if absent.
    #[serde(default)]
    pub kind: ReceiverKind,
    /// Name for people; empty: its host.
    #[serde(default)]
    pub name: String,
    /// Address of its web interface: `http://192.168.1.20` or just the host. Of a list, where it lies; its query is kept like a password.
    pub url: String,
    /// User name, if it wants one.
    #[serde(default)]
    pub username: Option<String>,
    /// Password; write-only.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    pub password: Option<SecretString>,
    /// Port of its streams; 8001 if absent.
    #[serde(default)]
    pub stream_port: Option<u16>,
    /// Tuners to count on; as many as it says if absent.
    #[serde(default)]
    pub tuners: Option<u32>,
}

/// All receivers.
#[derive(Serialize, ToSchema)]
pub struct Receivers {
    /// In order of preference.
    pub items: Vec<ReceiverView>,
}

fn settings(new: NewReceiver) -> Result<ReceiverSettings, Problem> {
    let wrong =
        |why: &str| Problem::new(Kind::Invalid, format!("The receiver's address {why}.")).field("url", why);
    let text = new.url.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&text).map_err(|_| wrong("cannot be read"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("must begin with http:// or https:// and name a host"));
    }
    let (mut url, inside) = without_user(url);
    let query = url.query().filter(|query| !query.is_empty()).map(|query| format!("?{query}"));
    url.set_fragment(None);
    let (username, password) = match (new.username.filter(|name| !name.is_empty()), inside) {
        (Some(name), _) => (Some(name), new.password),
        (None, Some((name, password))) => (Some(name), password),
        (None, None) if new.kind == ReceiverKind::M3u => {
            url.set_query(None);
            (None, query.map(SecretString::from))
        }
        (None, None) => (None, None),
    };
    if new.kind != ReceiverKind::M3u {
        url.set_query(None);
    }
    let name = match new.name.trim() {
        "" => url.host_str().unwrap_or("receiver").to_owned(),
        name => name.chars().take(64).collect(),
    };
    Ok(ReceiverSettings {
        kind: new.kind,
        id: format!("r{}", secret::random_hex(4)),
        name,
        url,
        username: username.unwrap_or_default(),
        password,
        stream_port: new.stream_port.unwrap_or(BOX_PORT),
        tuners: new.tuners.filter(|tuners| *tuners > 0),
        bouquets: Vec::new(),
        from_file: false,
    })
}

/// Told before anything is kept or asked.
async fn may_ask(web: &Web, url: &Url) -> Result<(), Problem> {
    web.app.may_ask(url).await.map_err(|error| {
        let message = error.message.clone();
        Problem::from(error).field("url", &message)
    })
}

/// All receivers and how they are.
#[utoipa::path(get, path = "/api/v1/receivers", tag = "receivers", responses((status = 200, body = Receivers)))]
pub async fn list(State(web): State<Web>, Extension(who): Extension<Principal>) -> Json<Receivers> {
    let mut items = web.app.receivers();
    if !who.scopes.contains(&Scope::Admin) {
        // Where boxes stand in the house is the business of whoever runs the station.
        for receiver in &mut items {
            receiver.url.clear();
        }
    }
    Json(Receivers { items })
}

/// Adds a receiver.
#[utoipa::path(post, path = "/api/v1/receivers", tag = "receivers", request_body = NewReceiver,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body add one receiver; with another body: 409")),
    responses((status = 201, body = ReceiverView), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn add(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    Body(new): Body<NewReceiver>,
) -> Result<Begun<ReceiverView>, Problem> {
    let key = idempotency_key(&headers)?;
    let settings = settings(new)?;
    may_ask(&web, &settings.url).await?;
    let kept = web.accounts.keep_receiver(settings, (&principal.account, key), web.clock.wall_ms()).await?;
    let there = |id: &str| web.app.receivers().into_iter().find(|receiver| receiver.id == id);
    let id = kept.id.clone();
    let view = match there(&id) {
        Some(view) => view,
        None => match web.app.add_receiver(kept).await {
            Ok(view) => view,
            // The same request at the same moment was faster.
            Err(error) if error.kind == Kind::Conflict => there(&id).ok_or(error)?,
            Err(error) => {
                web.accounts.forget_receiver(&id).await?;
                return Err(error.into());
            }
        },
    };
    Ok(Begun(StatusCode::CREATED, view))
}

/// Asks a receiver who it is, without adding it.
#[utoipa::path(post, path = "/api/v1/receivers/test", tag = "receivers", request_body = NewReceiver,
    responses((status = 200, body = ReceiverView), (status = 400, body = ProblemDocument)))]
pub async fn test(
    State(web): State<Web>,
    Body(new): Body<NewReceiver>,
) -> Result<Json<ReceiverView>, Problem> {
    let settings = settings(new)?;
    may_ask(&web, &settings.url).await?;
    Ok(Json(web.app.test_receiver(settings).await))
}

/// Starts the simulated receiver inside this program, and adds it.
#[utoipa::path(post, path = "/api/v1/receivers/simulated", tag = "receivers",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same receiver; without it, one that runs already: 409")),
    responses((status = 201, body = ReceiverView), (status = 409, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn add_simulated(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
) -> Result<Begun<ReceiverView>, Problem> {
    let key = idempotency_key(&headers)?.map(|key| (principal.account, key));
    Ok(Begun(StatusCode::CREATED, simulated::begin(&web, key).await?))
}

/// Removes a receiver; what plays from it ends.
#[utoipa::path(delete, path = "/api/v1/receivers/{id}", tag = "receivers", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn remove(State(web): State<Web>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    web.app.remove_receiver(&id).await?;
    if id == simulated::ID {
        simulated::end(&web).await?;
    }
    web.accounts.forget_receiver(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
