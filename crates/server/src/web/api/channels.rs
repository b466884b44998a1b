//! Channels and bouquets.

use super::Parameters;
use crate::app::view::TrackView;
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::logo::answer;
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use telecast_core::error::Kind;
use telecast_core::lineup::{self, ChannelId, Lineup};
use utoipa::{IntoParams, ToSchema};

/// Channels at once when nobody says how many, and at most.
const PAGE: usize = 1000;
const PAGE_LIMIT: usize = 10_000;

/// A channel.
#[derive(Serialize, ToSchema)]
pub struct Channel {
    /// Stays the same when the channel is renamed or moved.
    pub id: String,
    /// Name.
    pub name: String,
    /// Number on the remote control.
    pub number: u32,
    /// `tv` or `radio`.
    pub kind: String,
    /// Path of its logo; it may not be there.
    pub logo_url: String,
    /// Bouquets that it stands in.
    pub bouquet_ids: Vec<String>,
    /// Tracks as last seen; null if it was never on.
    pub tracks: Option<Vec<TrackView>>,
}

/// A page of channels.
#[derive(Serialize, ToSchema)]
pub struct Channels {
    /// Channels by number, television first.
    pub items: Vec<Channel>,
    /// Where to go on; null at the end.
    pub next_cursor: Option<String>,
}

/// A bouquet.
#[derive(Serialize, ToSchema)]
pub struct Bouquet {
    /// Who it is.
    pub id: String,
    /// Name.
    pub name: String,
    /// `tv` or `radio`.
    pub kind: String,
    /// Channels in the receiver's order; one may stand twice.
    pub channel_ids: Vec<String>,
}

/// All bouquets.
#[derive(Serialize, ToSchema)]
pub struct Bouquets {
    /// In the receiver's order.
    pub items: Vec<Bouquet>,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many at most.
    pub limit: Option<usize>,
    /// From a previous answer.
    pub cursor: Option<String>,
}

/// `tv` or `radio`.
pub(super) fn kind(radio: bool) -> String {
    if radio { "radio" } else { "tv" }.into()
}

fn show(web: &Web, lineup: &Lineup, channel: &lineup::Channel) -> Channel {
    let id = channel.id.to_string();
    Channel {
        name: channel.name.clone(),
        number: channel.number,
        kind: kind(channel.radio),
        logo_url: format!("{}/api/v1/channels/{id}/logo", web.base_path()),
        bouquet_ids: lineup.bouquets_of(&channel.id).map(|bouquet| bouquet.id.clone()).collect(),
        tracks: web.app.tracks(&id),
        id,
    }
}

/// All bouquets.
#[utoipa::path(get, path = "/api/v1/bouquets", tag = "channels", responses((status = 200, body = Bouquets)))]
pub async fn bouquets(State(web): State<Web>, Extension(who): Extension<Principal>) -> Json<Bouquets> {
    let lineup = web.app.lineup();
    let items = lineup
        .bouquets
        .iter()
        .map(|bouquet| Bouquet {
            id: bouquet.id.clone(),
            name: bouquet.name.clone(),
            kind: kind(bouquet.radio),
            channel_ids: bouquet
                .channels
                .iter()
                .filter(|id| who.lists(id))
                .map(ToString::to_string)
                .collect(),
        })
        // One of which a child sees nothing is none for it.
        .filter(|bouquet: &Bouquet| who.profile.is_none() || !bouquet.channel_ids.is_empty())
        .collect();
    Json(Bouquets { items })
}

/// Channels, in pages.
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels", params(Paging),
    responses((status = 200, body = Channels), (status = 400, body = ProblemDocument)))]
pub async fn channels(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Channels>, Problem> {
    let lineup = web.app.lineup();
    let from: usize = match &paging.cursor {
        Some(cursor) => cursor.parse().map_err(|_| {
            Problem::new(Kind::Invalid, "This cursor is not one of ours.").field("cursor", "unknown")
        })?,
        None => 0,
    };
    let limit = paging.limit.unwrap_or(PAGE).clamp(1, PAGE_LIMIT);
    let mut all = lineup.channels.iter().filter(|channel| who.lists(&channel.id)).skip(from);
    let items: Vec<Channel> = all.by_ref().take(limit).map(|channel| show(&web, &lineup, channel)).collect();
    let next = all.next().is_some().then(|| from.saturating_add(items.len()).to_string());
    Ok(Json(Channels { next_cursor: next, items }))
}

/// One channel.
#[utoipa::path(get, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = String, Path)),
    responses((status = 200, body = Channel), (status = 404, body = ProblemDocument)))]
pub async fn channel(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Json<Channel>, Problem> {
    let lineup = web.app.lineup();
    let found = lineup
        .channel(&ChannelId(id))
        .filter(|channel| who.lists(&channel.id))
        .ok_or_else(|| Problem::new(Kind::NotFound, "There is no such channel."))?;
    Ok(Json(show(&web, &lineup, found)))
}

/// A channel's logo. Only one that somebody has made: for one that has none a page shows letters.
#[utoipa::path(get, path = "/api/v1/channels/{id}/logo", tag = "channels", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/png"), (status = 304), (status = 404, body = ProblemDocument)))]
pub async fn logo(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = if who.lists(&ChannelId(id.clone())) { web.app.logo(&id).await } else { None };
    let found = found.ok_or_else(|| Problem::new(Kind::NotFound, "This channel has no logo."))?;
    Ok(answer(&headers, found))
}
