//! Collections of the library: by hand, by a query, playlists, and those made of others. Their items are listed by [`super::library::items`].

use super::{Begun, Body, request_key};
use crate::app::library::{CollectionChange, Shown};
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use telecast_core::error::Kind;
use telecast_core::library::ItemId;
use telecast_core::library::collection::{Collection, CollectionId, Content, Entry};
use telecast_core::library::query::Asked;
use telecast_store::KeptCollection;
use utoipa::ToSchema;

/// An entry of a playlist: one of both.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaylistEntry {
    /// An item.
    Item(u64),
    /// All of another collection.
    Collection(u64),
}

/// What belongs to a collection.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CollectionContent {
    /// These items, in their natural order.
    Manual {
        /// Ids.
        items: Vec<u64>,
    },
    /// Whatever a query means.
    Smart {
        /// The query.
        query: String,
    },
    /// In the order given; an entry may come again.
    Playlist {
        /// Entries.
        entries: Vec<PlaylistEntry>,
    },
    /// All that is in others.
    Group {
        /// Ids.
        collections: Vec<u64>,
    },
}

/// A collection.
#[derive(Serialize, ToSchema)]
pub struct LibraryCollection {
    /// Names it for ever.
    pub id: u64,
    /// Name.
    pub name: String,
    /// What belongs to it.
    pub content: CollectionContent,
    /// Grows with each change; a change names it.
    pub revision: i64,
    /// Items that it gives now.
    pub count: usize,
    /// The first of them, for pictures.
    pub first: Vec<u64>,
}

/// All collections.
#[derive(Serialize, ToSchema)]
pub struct LibraryCollections {
    /// By name.
    pub items: Vec<LibraryCollection>,
}

/// A collection as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCollection {
    /// Name.
    pub name: String,
    /// What belongs to it.
    pub content: CollectionContent,
}

/// A collection as it is to be, by whoever has seen it at a revision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedCollection {
    /// Name.
    pub name: String,
    /// What belongs to it.
    pub content: CollectionContent,
    /// The revision that was seen.
    pub revision: i64,
}

impl From<CollectionContent> for Content {
    fn from(content: CollectionContent) -> Self {
        match content {
            CollectionContent::Manual { items } => {
                Self::Manual { items: items.into_iter().map(ItemId).collect() }
            }
            CollectionContent::Smart { query } => Self::Smart { query },
            CollectionContent::Playlist { entries } => {
                let entry = |entry| match entry {
                    PlaylistEntry::Item(id) => Entry::Item(ItemId(id)),
                    PlaylistEntry::Collection(id) => Entry::Collection(CollectionId(id)),
                };
                Self::Playlist { entries: entries.into_iter().map(entry).collect() }
            }
            CollectionContent::Group { collections } => {
                Self::Group { collections: collections.into_iter().map(CollectionId).collect() }
            }
        }
    }
}

impl From<&Content> for CollectionContent {
    fn from(content: &Content) -> Self {
        match content {
            Content::Manual { items } => Self::Manual { items: items.iter().map(|id| id.0).collect() },
            Content::Smart { query } => Self::Smart { query: query.clone() },
            Content::Playlist { entries } => {
                let entry = |entry: &Entry| match entry {
                    Entry::Item(id) => PlaylistEntry::Item(id.0),
                    Entry::Collection(id) => PlaylistEntry::Collection(id.0),
                };
                Self::Playlist { entries: entries.iter().map(entry).collect() }
            }
            Content::Group { collections } => {
                Self::Group { collections: collections.iter().map(|id| id.0).collect() }
            }
        }
    }
}

/// Items that stand for a collection.
const FIRST: usize = 4;

fn view(shown: &Shown, kept: &KeptCollection, now_ms: i64) -> LibraryCollection {
    let Collection { id, name, content } = &kept.collection;
    let aired = |item| shown.aired.of(item);
    let asked = Asked { now_ms, aired: &aired };
    let items = shown.collections.items(*id, &shown.all, &asked).unwrap_or_default();
    LibraryCollection {
        id: id.0,
        name: name.clone(),
        content: content.into(),
        revision: kept.revision,
        count: items.len(),
        first: items.iter().take(FIRST).map(|item| item.id.0).collect(),
    }
}

/// All collections, with how many items each gives now.
#[utoipa::path(get, path = "/api/v1/library/collections", tag = "library", responses((status = 200, body = LibraryCollections)))]
pub async fn list(State(web): State<Web>) -> Result<Json<LibraryCollections>, Problem> {
    let (shown, now_ms) = (web.app.library().shown(), web.app.now_ms());
    let made = tokio::task::spawn_blocking(move || {
        let mut items: Vec<LibraryCollection> =
            shown.kept.iter().map(|kept| view(&shown, kept, now_ms)).collect();
        items.sort_by_cached_key(|one| (telecast_core::guide::fold(&one.name), one.id));
        items
    });
    let lost = |_| Problem::new(Kind::Internal, "The collections could not be listed.");
    Ok(Json(LibraryCollections { items: made.await.map_err(lost)? }))
}

async fn put(web: &Web, change: CollectionChange) -> Result<LibraryCollection, Problem> {
    let gone = || Problem::new(Kind::NotFound, "Somebody else has removed it.");
    let kept = web.app.library().change_collections(change).await?.ok_or_else(gone)?;
    Ok(view(&web.app.library().shown(), &kept, web.app.now_ms()))
}

/// Adds a collection.
#[utoipa::path(post, path = "/api/v1/library/collections", tag = "library", request_body = NewCollection,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body add one collection; with another body: 409")),
    responses((status = 201, body = LibraryCollection), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn add(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    Body(new): Body<NewCollection>,
) -> Result<Begun<LibraryCollection>, Problem> {
    let request = request_key(&principal, &headers, "collection", &(&new.name, &new.content))?;
    let made = put(&web, CollectionChange::Add(new.name, new.content.into(), request)).await?;
    Ok(Begun(StatusCode::CREATED, made))
}

/// Changes a collection.
#[utoipa::path(post, path = "/api/v1/library/collections/{id}", tag = "library", request_body = ChangedCollection, params(("id" = u64, Path)),
    responses((status = 200, body = LibraryCollection), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn change(
    State(web): State<Web>,
    Path(id): Path<u64>,
    Body(new): Body<ChangedCollection>,
) -> Result<Json<LibraryCollection>, Problem> {
    let collection = Collection { id: CollectionId(id), name: new.name, content: new.content.into() };
    Ok(Json(put(&web, CollectionChange::Put(collection, new.revision)).await?))
}

/// Removes a collection; its items stay.
#[utoipa::path(delete, path = "/api/v1/library/collections/{id}", tag = "library", params(("id" = u64, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn remove(State(web): State<Web>, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    web.app.library().change_collections(CollectionChange::Remove(CollectionId(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}
