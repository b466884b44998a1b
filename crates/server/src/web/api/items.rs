//! Items of the library one by one: all that is known of one, its picture, what the host says of it, and what is done with many. Lists of
//! them are [`super::library`].

use super::Body;
use super::library::{LibraryItem, LibraryKind, item, makes_channels, seconds, sees, texts};
use crate::app::library::{Bulk, Entry, Shown};
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::{Web, logo};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use telecast_core::error::Kind;
use telecast_core::library::describe::{Correction, Field};
use telecast_core::library::facts::{Facts, Flaw};
use telecast_core::library::query::Asked;
use telecast_core::library::{ItemId, place};
use telecast_store::LibraryRow;
use utoipa::ToSchema;

/// Something unusual or wrong, and advice.
#[derive(Serialize, ToSchema)]
pub struct LibraryFlaw {
    /// For machines.
    pub code: String,
    /// Nothing can be made of the file.
    pub fatal: bool,
    /// What is so.
    pub message: String,
    /// What can be done.
    pub advice: String,
}

/// What a probe has found of a picture.
#[derive(Serialize, ToSchema)]
pub struct LibraryVideo {
    /// Codec.
    pub codec: String,
    /// Profile.
    pub profile: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pictures a second.
    pub rate: f64,
    /// Bits of a sample.
    pub bits: u8,
    /// Made of fields.
    pub interlaced: bool,
    /// A wide range of brightness.
    pub hdr: bool,
    /// Degrees by which it is turned.
    pub rotation: i32,
}

/// A sound or subtitles.
#[derive(Serialize, ToSchema)]
pub struct LibraryTrack {
    /// Codec.
    pub codec: String,
    /// Language, as the file says it.
    pub language: Option<String>,
    /// What the file calls it.
    pub title: Option<String>,
    /// Channels of a sound; 0: of subtitles.
    pub channels: u32,
}

/// All that is known of an item.
#[derive(Serialize, ToSchema)]
pub struct LibraryDetail {
    /// As in a list.
    #[serde(flatten)]
    pub item: LibraryItem,
    /// What it is about.
    pub summary: String,
    /// Genres.
    pub genres: Vec<String>,
    /// Where chapters begin (seconds).
    pub chapters_s: Vec<f64>,
    /// What is unusual or wrong, the worst first.
    pub faults: Vec<LibraryFlaw>,
    /// Container; empty: not probed.
    pub container: String,
    /// Its picture.
    pub video: Option<LibraryVideo>,
    /// Its sounds.
    pub audio: Vec<LibraryTrack>,
    /// Its subtitles.
    pub subtitles: Vec<LibraryTrack>,
    /// The folder; null for who only watches.
    pub folder: Option<String>,
    /// The path in it, as people read it; null for who only watches.
    pub path: Option<String>,
    /// Bytes.
    pub size: u64,
    /// What the host says of it.
    pub correction: LibraryCorrection,
    /// Id of the item that holds the same.
    pub copy_of: Option<u64>,
    /// Collections that name it, or whose query means it.
    pub collections: Vec<u64>,
}

/// What the host says of an item; what is null is as names and files say.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LibraryCorrection {
    /// Kind.
    pub kind: Option<LibraryKind>,
    /// Title.
    pub title: Option<String>,
    /// Show.
    pub show: Option<String>,
    /// Season.
    pub season: Option<u32>,
    /// First episode.
    pub episode: Option<u32>,
    /// Last episode; the first if absent.
    pub last_episode: Option<u32>,
    /// Number over all seasons.
    pub absolute: Option<u32>,
    /// Part.
    pub part: Option<u32>,
    /// Day, as 2024-05-01, or year.
    pub released: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// What it is about.
    pub summary: Option<String>,
    /// Genres.
    pub genres: Option<Vec<String>>,
    /// For whom it is.
    pub age: Option<u8>,
    /// What it does not have, whatever files say: `show`, `season`, `episode`, `absolute`, `part`, `released`, `year`, `age`.
    pub none: Vec<String>,
    /// Labels beside those of its file.
    pub tags: Vec<String>,
    /// Channels do not use it.
    pub hidden: bool,
}

/// What is done with many items.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum LibraryAction {
    /// Labels more and less.
    Tag {
        /// Labels that they get.
        #[serde(default)]
        add: Vec<String>,
        /// Labels that they lose.
        #[serde(default)]
        remove: Vec<String>,
    },
    /// Another kind; as files say if absent.
    Kind {
        /// Kind.
        kind: Option<LibraryKind>,
    },
    /// Channels do not use them.
    Hide,
    /// Channels use them again.
    Show,
    /// They are probed again.
    Probe,
    /// They are forgotten, those of them that are absent.
    Forget,
}

/// Which items, and what is done with them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LibraryBulk {
    /// Ids, 10,000 at most.
    pub ids: Vec<u64>,
    /// What is done.
    pub action: LibraryAction,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct LibraryChanged {
    /// Items that are now another.
    pub changed: usize,
}

fn found<'a>(shown: &'a Shown, who: &Principal, id: u64) -> Result<&'a Arc<Entry>, Problem> {
    let entry = shown.entries.get(&ItemId(id)).filter(|entry| sees(who, entry));
    entry.ok_or_else(|| Problem::new(Kind::NotFound, "There is no such item. It may have been forgotten."))
}

fn flaw(flaw: Flaw) -> LibraryFlaw {
    let (message, advice) = flaw.words();
    let code = serde_json::to_value(flaw).unwrap_or_default();
    LibraryFlaw {
        code: code.as_str().unwrap_or_default().to_owned(),
        fatal: flaw.is_fatal(),
        message: message.to_owned(),
        advice: advice.to_owned(),
    }
}

fn detail(shown: &Shown, who: &Principal, entry: &Entry, row: LibraryRow, now_ms: i64) -> LibraryDetail {
    let facts = row.facts.unwrap_or_default();
    let own = makes_channels(who);
    let aired = |item| shown.aired.of(item);
    let asked = Asked { now_ms, aired: &aired };
    let holds = |id| {
        let items = shown.collections.items(id, &shown.all, &asked);
        items.is_some_and(|items| items.iter().any(|item| item.id == entry.item.id))
    };
    let collections = shown.collections.all().map(|one| one.id).filter(|id| holds(*id)).map(|id| id.0);
    let Facts { container, video, audio, subtitles, .. } = facts;
    let heard = audio.into_iter().map(|audio| LibraryTrack {
        codec: audio.codec,
        language: audio.language,
        title: audio.title,
        channels: audio.channels,
    });
    let read = subtitles.into_iter().map(|text| LibraryTrack {
        codec: text.codec,
        language: text.language,
        title: None,
        channels: 0,
    });
    LibraryDetail {
        item: item(shown, entry),
        summary: entry.item.summary.to_string(),
        genres: texts(&entry.item.genres),
        chapters_s: entry.item.chapters.iter().map(|at| seconds(*at)).collect(),
        faults: shown.flaws(entry).into_iter().map(flaw).collect(),
        container,
        video: video.map(|video| LibraryVideo {
            codec: video.codec,
            profile: video.profile,
            width: video.width,
            height: video.height,
            rate: f64::from(video.rate_milli) / 1_000.0,
            bits: video.bits,
            interlaced: video.is_interlaced,
            hdr: video.is_hdr,
            rotation: video.rotation,
        }),
        audio: heard.collect(),
        subtitles: read.collect(),
        folder: own.then(|| entry.item.folder.to_string()),
        path: own.then(|| place::shown(&entry.item.path)),
        size: entry.known.stamp.size,
        correction: correction(&entry.correction),
        copy_of: shown.copies.get(&entry.item.id).map(|id| id.0),
        collections: collections.collect(),
    }
}

fn correction(of: &Correction) -> LibraryCorrection {
    let name = |field: &Field| serde_json::to_value(field).ok()?.as_str().map(str::to_owned);
    LibraryCorrection {
        kind: of.kind.map(Into::into),
        title: of.title.clone(),
        show: of.show.clone(),
        season: of.season,
        episode: of.episode.map(|(first, _)| first),
        last_episode: of.episode.map(|(_, last)| last),
        absolute: of.absolute,
        part: of.part,
        released: of.released.clone(),
        year: of.year,
        summary: of.summary.clone(),
        genres: of.genres.clone(),
        age: of.age,
        none: of.none.iter().filter_map(name).collect(),
        tags: of.tags.clone(),
        hidden: of.hidden,
    }
}

fn corrected(by: LibraryCorrection) -> Result<Correction, Problem> {
    let field = |name: &String| {
        let wrong =
            || Problem::new(Kind::Invalid, "This is nothing that an item may lack.").field("none", name);
        serde_json::from_value::<Field>(name.as_str().into()).map_err(|_| wrong())
    };
    Ok(Correction {
        kind: by.kind.map(Into::into),
        title: by.title.map(|text| text.trim().to_owned()),
        show: by.show.map(|text| text.trim().to_owned()),
        season: by.season,
        episode: by.episode.map(|first| (first, by.last_episode.unwrap_or(first))),
        absolute: by.absolute,
        part: by.part,
        released: by.released,
        year: by.year,
        summary: by.summary,
        genres: by.genres,
        age: by.age,
        none: by.none.iter().map(field).collect::<Result<_, _>>()?,
        tags: by.tags,
        hidden: by.hidden,
    })
}

async fn shown_item(web: &Web, who: &Principal, id: u64) -> Result<Json<LibraryDetail>, Problem> {
    let library = web.app.library();
    let shown = library.shown();
    let entry = found(&shown, who, id)?;
    let row = library.row(entry.item.id).await?;
    Ok(Json(detail(&shown, who, entry, row, web.app.now_ms())))
}

/// All that is known of an item.
#[utoipa::path(get, path = "/api/v1/library/items/{id}", tag = "library", params(("id" = u64, Path)),
    responses((status = 200, body = LibraryDetail), (status = 404, body = ProblemDocument)))]
pub async fn get(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<u64>,
) -> Result<Json<LibraryDetail>, Problem> {
    shown_item(&web, &who, id).await
}

/// The picture of an item, as JPEG.
#[utoipa::path(get, path = "/api/v1/library/items/{id}/picture", tag = "library", params(("id" = u64, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = ProblemDocument)))]
pub async fn picture(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let library = web.app.library();
    let shown = library.shown();
    let entry = found(&shown, &who, id)?;
    let none = || Problem::new(Kind::NotFound, "It has no picture.");
    let picture = library.picture(entry).await.ok_or_else(none)?;
    Ok(logo::answer_picture(&headers, (picture.jpeg, &picture.tag), "image/jpeg"))
}

/// Says what the host says of an item, in place of what was said before.
#[utoipa::path(post, path = "/api/v1/library/items/{id}", tag = "library", request_body = LibraryCorrection, params(("id" = u64, Path)),
    responses((status = 200, body = LibraryDetail), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn correct(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<u64>,
    Body(by): Body<LibraryCorrection>,
) -> Result<Json<LibraryDetail>, Problem> {
    found(&web.app.library().shown(), &who, id)?;
    let bulk = Bulk::Correct(Box::new(corrected(by)?));
    web.app.library().change(vec![ItemId(id)], bulk).await?;
    shown_item(&web, &who, id).await
}

/// Does something with many items.
#[utoipa::path(post, path = "/api/v1/library/actions", tag = "library", request_body = LibraryBulk,
    responses((status = 200, body = LibraryChanged), (status = 400, body = ProblemDocument)))]
pub async fn act(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Body(LibraryBulk { ids, action }): Body<LibraryBulk>,
) -> Result<Json<LibraryChanged>, Problem> {
    let shown = web.app.library().shown();
    let seen = |id: &ItemId| shown.entries.get(id).is_some_and(|entry| sees(&who, entry));
    let ids: Vec<ItemId> = ids.into_iter().map(ItemId).filter(seen).collect();
    let bulk = match action {
        LibraryAction::Tag { add, remove } => Bulk::Tag { add, remove },
        LibraryAction::Kind { kind } => Bulk::Kind(kind.map(Into::into)),
        LibraryAction::Hide => Bulk::Hide(true),
        LibraryAction::Show => Bulk::Hide(false),
        LibraryAction::Probe => Bulk::Probe,
        LibraryAction::Forget => Bulk::Forget,
    };
    Ok(Json(LibraryChanged { changed: web.app.library().change(ids, bulk).await? }))
}
