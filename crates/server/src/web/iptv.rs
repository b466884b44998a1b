//! What players and media servers read: a list of channels (M3U), the guide (XMLTV), raw streams and logos; for whoever is signed in or has a token, and at addresses of
//! their own for players that cannot send a header (`/iptv/d/{secret}/…`).
//!
//! Addresses in lists go on the same way as the list was asked for: a player's list holds the player's own secret. What each program wants otherwise
//! than the rest is in [`telecast_core::players`]. Streams: [`super::stream`].

use super::api::Parameters;
use super::caller::Caller;
use super::guard::Principal;
use super::logo::answer;
use super::problem::{Problem, ProblemDocument};
use super::stream;
use super::{Web, address, tuner};
use crate::app::guide::{self, Export, Listed};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use telecast_core::error::Kind;
use telecast_core::lineup::{Channel, ChannelId, Lineup};
use telecast_core::players::Player;
use utoipa::{IntoParams, OpenApi};

/// All routes, with and without a secret before them.
pub fn router() -> Router<Web> {
    let routes: [(&str, MethodRouter<Web>); 5] = [
        ("channels.m3u", get(channels)),
        ("guide.xml", get(plain_guide)),
        ("guide.xml.gz", get(packed_guide)),
        ("stream/{channel}", get(stream::stream)),
        ("logo/{channel}", get(logo)),
    ];
    let at_root = tuner::routes()
        .into_iter()
        .fold(Router::new(), |router, (path, method)| router.route(&format!("/{path}"), method));
    routes.into_iter().chain(tuner::routes()).fold(at_root, |router, (path, method)| {
        router
            .route(&format!("/iptv/{path}"), method.clone())
            .route(&format!("/iptv/d/{{secret}}/{path}"), method)
    })
}

/// Where addresses for whoever asks begin, without a slash at the end: `last` is what he asked for.
pub(super) fn base(web: &Web, request: &Request, last: &str) -> Result<String, Problem> {
    let caller = request.extensions().get::<Caller>().copied();
    let own = address::own(web, caller, request.headers())?;
    let before = request.uri().path().strip_suffix(last).filter(|before| before.starts_with("/iptv/"));
    let before = before.unwrap_or("/iptv/").trim_end_matches('/');
    Ok(format!("{own}{before}"))
}

pub(super) fn listed<'a>(lineup: &'a Lineup, who: &'a Principal) -> impl Iterator<Item = &'a Channel> {
    lineup.channels.iter().filter(|channel| who.lists(&channel.id))
}

/// What it says of them in the description of the API.
#[derive(OpenApi)]
#[openapi(paths(channels, plain_guide, packed_guide, stream::stream))]
pub struct Described;

/// For which program it is made.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct For {
    /// `jellyfin`, `kodi`, `plex` or `tivimate`: as that program reads it; for any if absent.
    #[serde(rename = "for")]
    #[param(rename = "for")]
    player: Option<String>,
}

impl For {
    fn player(&self) -> Result<Option<Player>, Problem> {
        let Some(name) = self.player.as_deref().filter(|name| !name.is_empty()) else { return Ok(None) };
        let known = Player::ALL.map(Player::name).join(", ");
        Player::parse(name).map(Some).ok_or_else(|| {
            let words = format!("There is no profile of that name. Profiles are for {known}; without 'for' it is for any program.");
            Problem::new(Kind::Invalid, words).field("for", &format!("one of {known}"))
        })
    }
}

/// All channels as an extended M3U list.
#[utoipa::path(get, path = "/iptv/channels.m3u", tag = "players", params(For),
    responses((status = 200, body = String, content_type = "audio/x-mpegurl"), (status = 400, body = ProblemDocument)))]
async fn channels(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(of): Parameters<For>,
    request: Request,
) -> Result<Response, Problem> {
    let base = base(&web, &request, "channels.m3u")?;
    let lineup = web.app.lineup();
    let liked =
        if who.is_anonymous() { Vec::new() } else { web.app.favourites(&who.account).await?.channels };
    let written = guide::list(&lineup, listed(&lineup, &who), &liked, &base, of.player()?);
    let written = written.map_err(|_| Problem::new(Kind::Internal, "The list cannot be written."))?;
    let headers =
        [(header::CONTENT_TYPE, "audio/x-mpegurl; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, written).into_response())
}

async fn export(
    web: &Web,
    who: &Principal,
    base: &str,
    player: Option<Player>,
) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, Problem> {
    let languages = if who.is_anonymous() { Arc::default() } else { web.app.languages(&who.account).await? };
    let lineup = web.app.lineup();
    let age = who.profile.as_ref().filter(|profile| profile.minds_time());
    let logo = |channel: &Channel| format!("{base}/logo/{}.png", channel.id);
    Ok(web.app.export_guide(Export {
        languages,
        channels: listed(&lineup, who).map(|channel| Listed::of(channel, logo(channel))).collect(),
        age: age.map(|profile| (profile.age, profile.admits(None))),
        player,
    }))
}

/// The guide as XMLTV.
#[utoipa::path(get, path = "/iptv/guide.xml", tag = "players", params(For),
    responses((status = 200, body = String, content_type = "application/xml"), (status = 400, body = ProblemDocument)))]
async fn plain_guide(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(of): Parameters<For>,
    request: Request,
) -> Result<Response, Problem> {
    let (base, player) = (base(&web, &request, "guide.xml")?, of.player()?);
    let headers =
        [(header::CONTENT_TYPE, "application/xml; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    if request.method() == Method::HEAD {
        return Ok(headers.into_response());
    }
    Ok((headers, Body::from_stream(export(&web, &who, &base, player).await?)).into_response())
}

/// The guide as XMLTV, packed (gzip).
#[utoipa::path(get, path = "/iptv/guide.xml.gz", tag = "players", params(For),
    responses((status = 200, body = Vec<u8>, content_type = "application/gzip"), (status = 400, body = ProblemDocument)))]
async fn packed_guide(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(of): Parameters<For>,
    request: Request,
) -> Result<Response, Problem> {
    let (base, player) = (base(&web, &request, "guide.xml.gz")?, of.player()?);
    let headers = [(header::CONTENT_TYPE, "application/gzip"), (header::CACHE_CONTROL, "no-cache")];
    if request.method() == Method::HEAD {
        return Ok(headers.into_response());
    }
    let plain = export(&web, &who, &base, player).await?;
    let packed = plain
        .chain(futures_util::stream::once(async { Ok(Bytes::new()) }))
        .scan(Some(GzEncoder::new(Vec::new(), Compression::fast())), |gzip, piece| {
            std::future::ready(pack(gzip, piece))
        });
    Ok((headers, Body::from_stream(packed)).into_response())
}

/// What of the packed stream is to be sent after this piece; an empty one is the last.
fn pack(gzip: &mut Option<GzEncoder<Vec<u8>>>, piece: io::Result<Bytes>) -> Option<io::Result<Bytes>> {
    let piece = match piece {
        Ok(piece) => piece,
        Err(error) => {
            *gzip = None;
            return Some(Err(error));
        }
    };
    if piece.is_empty() {
        return gzip.take().map(|gzip| gzip.finish().map(Bytes::from));
    }
    let packing = gzip.as_mut()?;
    let written = packing.write_all(&piece);
    Some(written.map(|()| Bytes::from(std::mem::take(packing.get_mut()))))
}

/// The channel in the path, whose last part ends so.
fn named(path: &HashMap<String, String>, end: &str) -> ChannelId {
    let named = path.get("channel").map(String::as_str).unwrap_or_default();
    ChannelId(named.strip_suffix(end).unwrap_or(named).to_owned())
}

/// A channel's logo; of one that has none its letters, so that a list has no holes.
async fn logo(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(path): Path<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = named(&path, ".png");
    let gone = || Problem::new(Kind::NotFound, "There is no such channel. Load the list again.");
    if !who.lists(&id) {
        return Err(gone());
    }
    let found = match web.app.logo(&id.0).await {
        Some(found) => found,
        None => web.app.drawn_logo(&id.0).await.ok_or_else(gone)?,
    };
    Ok(answer(&headers, found))
}
