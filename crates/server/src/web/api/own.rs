//! What one has of the guide oneself: favourites, languages, saved searches. Somebody without an account keeps them in the browser.

use super::{Begun, Body};
use crate::app::own::{self, Wanted};
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::{Web, secret};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use telecast_core::lineup::ChannelId;
use telecast_store::SavedSearch;
use utoipa::ToSchema;

/// Channels that one likes.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Favourites {
    /// Grows with each change; a change names the one that it has seen.
    pub revision: i64,
    /// Ids, in one's own order; some may be of channels that are gone.
    pub channels: Vec<String>,
}

/// After a change.
#[derive(Serialize, ToSchema)]
pub struct FavouritesChanged {
    /// The state that the next change names.
    pub revision: i64,
}

/// Languages that one reads.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnLanguages {
    /// Best first, as `de` or `en-GB`; none: those that the browser asks for.
    pub languages: Vec<String>,
}

/// What is looked for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchWords {
    /// Words, or their beginnings.
    pub q: String,
    /// On this channel alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// `today`, `tomorrow`, or the next `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// DVB's genre; of the whole group, if its lower four bits are 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<u8>,
    /// Only what is shown for the first time.
    #[serde(default)]
    pub new: bool,
}

/// A search to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSearch {
    /// What it is called.
    pub name: String,
    /// What is looked for.
    pub wanted: SearchWords,
}

/// Another name, and other words and filters if they are there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchChange {
    /// What it is called.
    pub name: String,
    /// What is looked for; absent: as before.
    #[serde(default)]
    pub wanted: Option<SearchWords>,
}

/// A search that is kept.
#[derive(Serialize, ToSchema)]
pub struct SearchView {
    /// Names it here.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What is looked for.
    pub wanted: SearchWords,
    /// When it was made (milliseconds since 1970).
    pub created_ms: i64,
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub struct Searches {
    /// Oldest first.
    pub items: Vec<SearchView>,
}

impl From<SearchWords> for Wanted {
    fn from(wanted: SearchWords) -> Self {
        let SearchWords { q, channel, day, genre, new } = wanted;
        Self { words: q, channel: channel.map(ChannelId), day, genre, new }
    }
}

fn view(search: SavedSearch<Wanted>) -> SearchView {
    let SavedSearch { id, name, wanted, created_ms } = search;
    let Wanted { words, channel, day, genre, new } = wanted;
    let wanted = SearchWords { q: words, channel: channel.map(|channel| channel.0), day, genre, new };
    SearchView { id, name, wanted, created_ms }
}

/// One's favourites.
#[utoipa::path(get, path = "/api/v1/account/favourites", tag = "account", responses((status = 200, body = Favourites)))]
pub async fn favourites(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<Favourites>, Problem> {
    let own::Favourites { channels, revision } = web.app.favourites(&principal.account).await?;
    Ok(Json(Favourites { revision, channels: channels.into_iter().map(|channel| channel.0).collect() }))
}

/// Changes them, all at once. One's other pages are told by the topic `account`.
#[utoipa::path(post, path = "/api/v1/account/favourites", tag = "account", request_body = Favourites,
    responses((status = 200, body = FavouritesChanged), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn like(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Body(new): Body<Favourites>,
) -> Result<Json<FavouritesChanged>, Problem> {
    let channels = new.channels.into_iter().map(ChannelId).collect();
    let revision = web.app.like(&principal.account, channels, new.revision).await?;
    Ok(Json(FavouritesChanged { revision }))
}

/// Languages that one reads: they choose among the titles and texts of a programme.
#[utoipa::path(get, path = "/api/v1/account/languages", tag = "account", responses((status = 200, body = OwnLanguages)))]
pub async fn languages(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<OwnLanguages>, Problem> {
    let languages = web.app.languages(&principal.account).await?;
    Ok(Json(OwnLanguages { languages: languages.to_vec() }))
}

/// Changes them. They count at once, in all pages and for one's players.
#[utoipa::path(post, path = "/api/v1/account/languages", tag = "account", request_body = OwnLanguages,
    responses((status = 204), (status = 400, body = ProblemDocument)))]
pub async fn read_languages(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Body(new): Body<OwnLanguages>,
) -> Result<StatusCode, Problem> {
    web.app.read_languages(&principal.account, new.languages).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Searches of the guide that one keeps.
#[utoipa::path(get, path = "/api/v1/account/searches", tag = "account", responses((status = 200, body = Searches)))]
pub async fn searches(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<Searches>, Problem> {
    let all = web.app.searches(&principal.account).await?;
    Ok(Json(Searches { items: all.into_iter().map(view).collect() }))
}

/// Keeps a search.
#[utoipa::path(post, path = "/api/v1/account/searches", tag = "account", request_body = NewSearch,
    responses((status = 201, body = SearchView), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn save(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Body(new): Body<NewSearch>,
) -> Result<Begun<SearchView>, Problem> {
    let id = telecast_core::secret::id(secret::entropy());
    let made = web.app.save_search(&principal.account, (id, new.name), new.wanted.into()).await?;
    Ok(Begun(StatusCode::CREATED, view(made)))
}

/// Gives a search another name, or other words.
#[utoipa::path(post, path = "/api/v1/account/searches/{id}", tag = "account", params(("id" = String, Path)),
    request_body = SearchChange,
    responses((status = 204), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn change(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    Body(new): Body<SearchChange>,
) -> Result<StatusCode, Problem> {
    web.app.change_search(&principal.account, (&id, &new.name), new.wanted.map(Into::into)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a search.
#[utoipa::path(delete, path = "/api/v1/account/searches/{id}", tag = "account", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn forget(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    web.app.forget_search(&principal.account, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
