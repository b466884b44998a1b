//! Players and media servers of an account, each with an address of its own.

use super::{Begun, Body};
use crate::app::guide::{file_for, guide_for};
use crate::web::caller::Caller;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::routes::PLAYER;
use crate::web::{Web, address};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use telecast_core::access;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::players::Player as Program;
use telecast_store::Player;
use utoipa::ToSchema;

const DAY_MS: i64 = 86_400_000;
/// Programs that lists are made for.
const KINDS: [&str; 5] = ["kodi", "jellyfin", "plex", "tivimate", "other"];

/// A player, without its secret.
#[derive(Serialize, ToSchema)]
pub struct PlayerView {
    /// Names it here.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// `kodi`, `jellyfin`, `plex`, `tivimate`, `other`.
    pub kind: String,
    /// When it was made (milliseconds since 1970).
    pub created_ms: i64,
    /// When its address ends; null: never.
    pub expires_ms: Option<i64>,
    /// When it was last used, to about a minute; null: never.
    pub last_used_ms: Option<i64>,
}

/// All players of whoever asks.
#[derive(Serialize, ToSchema)]
pub struct Players {
    /// Oldest first.
    pub items: Vec<PlayerView>,
}

/// A player to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlayer {
    /// What it is called.
    pub name: String,
    /// `kodi`, `jellyfin`, `plex`, `tivimate`, `other`.
    pub kind: String,
    /// Its address ends after so many days; never if absent.
    pub expires_days: Option<u32>,
}

/// A player with its addresses, which are told once.
#[derive(Serialize, ToSchema)]
pub struct MadePlayer {
    /// The player.
    #[serde(flatten)]
    pub view: PlayerView,
    /// List of channels, as that program reads it.
    pub channels_url: String,
    /// Guide, as that program reads it.
    pub guide_url: String,
    /// For programs that want a network tuner (HDHomeRun).
    pub tuner_url: String,
}

fn view(player: Player) -> PlayerView {
    let Player { id, name, kind, created_ms, expires_ms, last_used_ms, .. } = player;
    PlayerView { id, name, kind, created_ms, expires_ms, last_used_ms }
}

/// One's players, without their secrets.
#[utoipa::path(get, path = "/api/v1/account/players", tag = "account", responses((status = 200, body = Players)))]
pub async fn list(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<Players>, Problem> {
    let all = web.accounts.players(&principal.account).await?;
    Ok(Json(Players { items: all.into_iter().map(view).collect() }))
}

/// Makes an address for a player. It is shown once: whoever knows it watches with one's rights, and does nothing else.
#[utoipa::path(post, path = "/api/v1/account/players", tag = "account", request_body = NewPlayer,
    responses((status = 201, body = MadePlayer), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn make(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(new): Body<NewPlayer>,
) -> Result<Begun<MadePlayer>, Problem> {
    let name = new.name.trim().to_owned();
    if let Some(fault) = access::name_fault(&name) {
        return Err(Problem::new(Kind::Invalid, fault).field("name", fault));
    }
    if !KINDS.contains(&new.kind.as_str()) {
        let all = KINDS.join(", ");
        return Err(
            Problem::new(Kind::Invalid, "Say which program it is.").field("kind", &format!("one of {all}"))
        );
    }
    let before = web.accounts.players(&principal.account).await?;
    if before.len() >= limits::PLAYERS {
        let words = format!("There are {} devices already; revoke one first.", limits::PLAYERS);
        return Err(Problem::new(Kind::Conflict, words));
    }
    let base = address::own(&web, Some(caller), &headers)?;
    let now = web.clock.wall_ms();
    let expires = new.expires_days.map(|days| now.saturating_add(i64::from(days).saturating_mul(DAY_MS)));
    let program = Program::parse(&new.kind);
    let (id, secret) = web.accounts.new_player(&principal.account, (name, new.kind), expires, now).await?;
    let all = web.accounts.players(&principal.account).await?;
    let made = all.into_iter().find(|player| player.id == id);
    let made = made.ok_or_else(|| Problem::new(Kind::Conflict, "The device was revoked at this moment."))?;
    let below = |last: &str| format!("{base}{PLAYER}{}/{last}", secret.expose_secret());
    Ok(Begun(
        StatusCode::CREATED,
        MadePlayer {
            view: view(made),
            channels_url: below(&file_for("channels.m3u", program)),
            guide_url: below(&guide_for(program)),
            tuner_url: below("").trim_end_matches('/').to_owned(),
        },
    ))
}

/// Revokes a player's address; what it plays ends within seconds.
#[utoipa::path(delete, path = "/api/v1/account/players/{id}", tag = "account", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn revoke(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    web.accounts.revoke_player(&principal.account, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
