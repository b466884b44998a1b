//! The library: its items and shows in lists, its folders, and looking at them. Single items are [`super::items`], collections [`super::collections`].

use super::sources::stamp;
use super::{Body, Parameters};
use crate::app::library::{Entry, FolderView, Scan, Shown};
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::{Web, secret};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use telecast_core::access::Scope;
use telecast_core::error::Kind;
use telecast_core::guide::fold;
use telecast_core::library::query::{Asked, Query};
use telecast_core::library::{HZ, ItemId, State as ItemState, place};
use telecast_store::LibraryFolder;
use utoipa::{IntoParams, ToSchema};

/// Items of a page, unless it says otherwise, and at most.
const PAGE: (usize, usize) = (100, 500);
/// Labels and genres that are told.
const WORDS: usize = 500;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LibraryKind {
    /// A film.
    Film,
    /// An episode of a show.
    Episode,
    /// Anything short that goes between others.
    Clip,
    /// Whatever else.
    Other,
}

/// Whether an item can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LibraryState {
    /// Its file is there and can be read.
    Present,
    /// It is there and has not been looked into yet.
    Waiting,
    /// Its file is away; it may come back.
    Absent,
    /// Nothing can be made of its file.
    Unplayable,
}

/// An item in a list.
#[derive(Serialize, ToSchema)]
pub struct LibraryItem {
    /// Names it for ever.
    pub id: u64,
    /// What it is.
    pub kind: LibraryKind,
    /// Whether it can be used.
    pub state: LibraryState,
    /// Title.
    pub title: String,
    /// Its show.
    pub show: Option<String>,
    /// Season; 0 for specials.
    pub season: Option<u32>,
    /// First episode.
    pub episode: Option<u32>,
    /// Last episode, where the file holds several.
    pub last_episode: Option<u32>,
    /// Number over all seasons.
    pub absolute: Option<u32>,
    /// Part of a story.
    pub part: Option<u32>,
    /// Day of the first broadcast.
    pub released: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// For whom it is, from this age on (years); null: nobody has said.
    pub age: Option<u8>,
    /// Length in seconds; 0: nobody knows.
    pub length_s: f64,
    /// Lines of its picture; 0: nobody knows.
    pub lines: u32,
    /// Labels.
    pub tags: Vec<String>,
    /// Channels do not use it.
    pub hidden: bool,
    /// Something is unusual or wrong: how many things.
    pub flaws: usize,
    /// Another picture has another one.
    pub picture: String,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    pub added: Timestamp,
}

/// A page of items.
#[derive(Serialize, ToSchema)]
pub struct LibraryItems {
    /// Items.
    pub items: Vec<LibraryItem>,
    /// How many there are in all.
    pub total: usize,
    /// For the next page; null: this is the last.
    pub next_cursor: Option<String>,
    /// The state of the library that this is of.
    pub version: u64,
}

/// Which items.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichItems {
    /// Words in show, title or path.
    pub q: Option<String>,
    /// A query as smart collections have it.
    pub query: Option<String>,
    /// Items of this collection, in its order.
    pub collection: Option<u64>,
    /// Of this kind.
    pub kind: Option<LibraryKind>,
    /// Of this state.
    pub state: Option<LibraryState>,
    /// Of this show, exactly.
    pub show: Option<String>,
    /// In the folder of this name.
    pub folder: Option<String>,
    /// Those of which something is unusual or wrong.
    pub flawed: Option<bool>,
    /// Those that channels do not use, or the others; only for who makes channels.
    pub hidden: Option<bool>,
    /// `natural` (as one counts), `added` (newest first) or `longest`.
    pub sort: Option<String>,
    /// So many (100; at most 500).
    pub limit: Option<usize>,
    /// Where the page before has ended.
    pub cursor: Option<String>,
}

/// How far the library is.
#[derive(Serialize, ToSchema)]
pub struct LibraryScan {
    /// Folders are being looked at.
    pub looking: bool,
    /// Films that were found so far, or the last time.
    pub files: u64,
    /// Items that are to be looked into.
    pub waiting: usize,
    /// When folders were last looked at.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub looked: Option<Timestamp>,
    /// How long that took (seconds).
    pub took_s: f64,
}

/// The library at a glance.
#[derive(Serialize, ToSchema)]
pub struct LibraryOverview {
    /// Grows with each change.
    pub version: u64,
    /// Items of each kind, `film`, `episode`, `clip`, `other`.
    pub kinds: BTreeMap<String, usize>,
    /// Shows.
    pub shows: usize,
    /// Items that are away.
    pub absent: usize,
    /// Items of which nothing can be made.
    pub unplayable: usize,
    /// Items that channels do not use.
    pub hidden: usize,
    /// Folders.
    pub folders: usize,
    /// How far it is.
    pub scan: LibraryScan,
    /// Labels that there are.
    pub tags: Vec<String>,
    /// Genres that there are.
    pub genres: Vec<String>,
}

/// A show.
#[derive(Serialize, ToSchema)]
pub struct LibraryShow {
    /// Its name.
    pub name: String,
    /// The year of its beginning.
    pub year: Option<i32>,
    /// Seasons, without specials.
    pub seasons: usize,
    /// Episodes.
    pub episodes: usize,
    /// Episodes that are away.
    pub absent: usize,
    /// An item whose picture may stand for it.
    pub item: u64,
    /// Another picture has another one.
    pub picture: String,
}

/// All shows.
#[derive(Serialize, ToSchema)]
pub struct LibraryShows {
    /// In their natural order.
    pub items: Vec<LibraryShow>,
}

/// A folder and how it fares.
#[derive(Serialize, ToSchema)]
pub struct LibraryFolderState {
    /// Id; null: it stands in the configuration file.
    pub id: Option<String>,
    /// Name.
    pub name: String,
    /// Where it lies.
    pub path: String,
    /// It has been looked at.
    pub looked: bool,
    /// It is not there.
    pub missing: bool,
    /// There is more in it than is looked at.
    pub too_much: bool,
    /// Films in it.
    pub files: usize,
    /// Directories that could not be read; the first of them.
    pub unread: Vec<String>,
}

/// All folders.
#[derive(Serialize, ToSchema)]
pub struct LibraryFolders {
    /// Those of the configuration file first.
    pub items: Vec<LibraryFolderState>,
}

/// A folder as a person describes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLibraryFolder {
    /// Name for people; the last part of its path, if empty.
    #[serde(default)]
    pub name: String,
    /// Where it lies on the station's machine.
    pub path: String,
}

impl From<telecast_core::library::Kind> for LibraryKind {
    fn from(kind: telecast_core::library::Kind) -> Self {
        use telecast_core::library::Kind as Of;
        match kind {
            Of::Film => Self::Film,
            Of::Episode => Self::Episode,
            Of::Clip => Self::Clip,
            Of::Other => Self::Other,
        }
    }
}

impl From<LibraryKind> for telecast_core::library::Kind {
    fn from(kind: LibraryKind) -> Self {
        match kind {
            LibraryKind::Film => Self::Film,
            LibraryKind::Episode => Self::Episode,
            LibraryKind::Clip => Self::Clip,
            LibraryKind::Other => Self::Other,
        }
    }
}

fn state(entry: &Entry) -> LibraryState {
    match entry.item.state {
        ItemState::Absent => LibraryState::Absent,
        _ if !entry.is_probed => LibraryState::Waiting,
        ItemState::Present => LibraryState::Present,
        ItemState::Unplayable => LibraryState::Unplayable,
    }
}

pub(super) fn seconds(ticks: i64) -> f64 {
    ticks as f64 / HZ as f64
}

fn picture_tag(entry: &Entry) -> String {
    let stamp = entry.known.stamp;
    format!("{:x}{}", stamp.beside ^ stamp.size ^ stamp.changed_ms as u64, u8::from(entry.is_probed))
}

pub(super) fn texts(list: &[Arc<str>]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

pub(super) fn item(shown: &Shown, entry: &Entry) -> LibraryItem {
    let item = &entry.item;
    LibraryItem {
        id: item.id.0,
        kind: item.kind.into(),
        state: state(entry),
        title: place::shown(&item.title),
        show: item.show.as_deref().map(place::shown),
        season: item.season,
        episode: item.episode.map(|(first, _)| first),
        last_episode: item.episode.filter(|(first, last)| last > first).map(|(_, last)| last),
        absolute: item.absolute,
        part: item.part,
        released: item.released.as_deref().map(str::to_owned),
        year: item.year,
        age: item.age,
        length_s: seconds(item.length),
        lines: entry.lines,
        tags: texts(&item.tags),
        hidden: entry.correction.hidden,
        flaws: shown.flaws(entry).len(),
        picture: picture_tag(entry),
        added: stamp(item.added_ms),
    }
}

pub(super) fn makes_channels(who: &Principal) -> bool {
    who.scopes.contains(&Scope::Program)
}

/// Whether somebody may see an item at all.
pub(super) fn sees(who: &Principal, entry: &Entry) -> bool {
    let admitted = who.profile.as_ref().is_none_or(|profile| profile.admits(entry.item.age));
    admitted && (makes_channels(who) || !entry.correction.hidden)
}

/// The query that somebody has written.
pub(super) fn query(text: &str) -> Result<Query, Problem> {
    Query::parse(text).map_err(|fault| {
        Problem::new(Kind::Invalid, format!("The query cannot be understood. {fault}"))
            .field("query", &fault.to_string())
    })
}

/// The library at a glance.
#[utoipa::path(get, path = "/api/v1/library", tag = "library", responses((status = 200, body = LibraryOverview)))]
pub async fn overview(State(web): State<Web>, Extension(who): Extension<Principal>) -> Json<LibraryOverview> {
    let library = web.app.library();
    let shown = library.shown();
    let Scan { is_looking, files, waiting, looked_ms, took_ms, .. } = library.scan();
    let (mut kinds, mut shows) = (BTreeMap::new(), BTreeSet::new());
    let (mut tags, mut genres) = (BTreeSet::new(), BTreeSet::new());
    let (mut absent, mut unplayable, mut hidden) = (0, 0, 0);
    for entry in shown.entries.values().filter(|entry| sees(&who, entry)) {
        let item = &entry.item;
        let kind = serde_json::to_value(LibraryKind::from(item.kind)).unwrap_or_default();
        *kinds.entry(kind.as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
        shows.extend(item.show.as_deref());
        tags.extend(item.tags.iter().map(AsRef::as_ref));
        genres.extend(item.genres.iter().map(AsRef::as_ref));
        absent += usize::from(item.state == ItemState::Absent);
        unplayable += usize::from(state(entry) == LibraryState::Unplayable);
        hidden += usize::from(entry.correction.hidden);
    }
    let first = |words: BTreeSet<&str>| words.into_iter().take(WORDS).map(str::to_owned).collect();
    Json(LibraryOverview {
        version: shown.version,
        kinds,
        shows: shows.len(),
        absent,
        unplayable,
        hidden,
        folders: library.folders().len(),
        scan: LibraryScan {
            looking: is_looking,
            files,
            waiting,
            looked: looked_ms.map(stamp),
            took_s: took_ms as f64 / 1_000.0,
        },
        tags: first(tags),
        genres: first(genres),
    })
}

/// Items that somebody asks for, in order.
fn listed(
    shown: &Shown,
    who: &Principal,
    which: &WhichItems,
    now_ms: i64,
) -> Result<Vec<Arc<Entry>>, Problem> {
    let aired = |item| shown.aired.of(item);
    let asked = Asked { now_ms, aired: &aired };
    let query = which.query.as_deref().map(query).transpose()?.map(|query| query.ready());
    let words: Vec<String> =
        which.q.as_deref().map(fold).unwrap_or_default().split(' ').map(str::to_owned).collect();
    let ids: Vec<ItemId> = match which.collection {
        Some(id) => {
            let id = telecast_core::library::collection::CollectionId(id);
            let items = shown.collections.items(id, &shown.all, &asked);
            let gone = || Problem::new(Kind::NotFound, "There is no such collection any more.");
            items.ok_or_else(gone)?.iter().map(|item| item.id).collect()
        }
        None => shown.order.clone(),
    };
    let fits = |entry: &&Arc<Entry>| {
        let item = &entry.item;
        sees(who, entry)
            && which.kind.is_none_or(|kind| LibraryKind::from(item.kind) == kind)
            && which.state.is_none_or(|wanted| state(entry) == wanted)
            && which.show.as_ref().is_none_or(|show| item.show.as_deref() == Some(show))
            && which.folder.as_ref().is_none_or(|folder| *item.folder == **folder)
            && which.hidden.is_none_or(|hidden| entry.correction.hidden == hidden)
            && which.flawed.is_none_or(|flawed| shown.flaws(entry).is_empty() != flawed)
            && words.iter().all(|word| entry.words.contains(word.as_str()))
            && query.as_ref().is_none_or(|query| query.means(item, &asked))
    };
    let mut list: Vec<Arc<Entry>> =
        ids.iter().filter_map(|id| shown.entries.get(id)).filter(fits).cloned().collect();
    match which.sort.as_deref() {
        None | Some("natural") => {}
        Some("added") => list.sort_by_key(|entry| std::cmp::Reverse((entry.item.added_ms, entry.item.id))),
        Some("longest") => list.sort_by_key(|entry| std::cmp::Reverse((entry.item.length, entry.item.id))),
        Some(_) => {
            return Err(Problem::new(Kind::Invalid, "Items are sorted by natural, added or longest.")
                .field("sort", "natural, added, longest"));
        }
    }
    Ok(list)
}

/// Items, in pages.
#[utoipa::path(get, path = "/api/v1/library/items", tag = "library", params(WhichItems),
    responses((status = 200, body = LibraryItems), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn items(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(which): Parameters<WhichItems>,
) -> Result<Json<LibraryItems>, Problem> {
    let limit = which.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let from = match &which.cursor {
        None => 0,
        Some(cursor) => cursor.parse::<usize>().map_err(|_| {
            Problem::new(Kind::Invalid, "This is no cursor of a page before.").field("cursor", "none of ours")
        })?,
    };
    let (shown, now_ms) = (web.app.library().shown(), web.app.now_ms());
    // Thousands of items are asked: where that may take its time.
    let page = tokio::task::spawn_blocking(move || {
        let list = listed(&shown, &who, &which, now_ms)?;
        let items: Vec<LibraryItem> =
            list.iter().skip(from).take(limit).map(|entry| item(&shown, entry)).collect();
        let next = from + items.len();
        let next_cursor = (next < list.len() && !items.is_empty()).then(|| next.to_string());
        Ok::<_, Problem>(LibraryItems { items, total: list.len(), next_cursor, version: shown.version })
    });
    let lost = |_| Problem::new(Kind::Internal, "The items could not be listed.");
    Ok(Json(page.await.map_err(lost)??))
}

/// Shows, with how much of each there is.
#[utoipa::path(get, path = "/api/v1/library/shows", tag = "library", responses((status = 200, body = LibraryShows)))]
pub async fn shows(State(web): State<Web>, Extension(who): Extension<Principal>) -> Json<LibraryShows> {
    let shown = web.app.library().shown();
    let mut items: Vec<LibraryShow> = Vec::new();
    let mut seasons = BTreeSet::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in shown.order.iter().filter_map(|id| shown.entries.get(id)).filter(|entry| sees(&who, entry)) {
        let Some(name) = entry.item.show.as_deref() else { continue };
        let index = *at.entry(name).or_insert_with(|| {
            items.push(LibraryShow {
                name: name.to_owned(),
                year: entry.item.year,
                seasons: 0,
                episodes: 0,
                absent: 0,
                item: entry.item.id.0,
                picture: picture_tag(entry),
            });
            items.len() - 1
        });
        let show = &mut items[index];
        show.episodes += 1;
        show.absent += usize::from(entry.item.state == ItemState::Absent);
        let is_new = entry.item.season.is_some_and(|season| season > 0 && seasons.insert((index, season)));
        show.seasons += usize::from(is_new);
    }
    Json(LibraryShows { items })
}

/// Looks at all folders, now. It has only begun when this answers.
#[utoipa::path(post, path = "/api/v1/library/scan", tag = "library", responses((status = 202)))]
pub async fn scan(State(web): State<Web>) -> Result<StatusCode, Problem> {
    web.app.library().look().await?;
    Ok(StatusCode::ACCEPTED)
}

fn folder(view: FolderView) -> LibraryFolderState {
    let state = view.state;
    LibraryFolderState {
        id: view.id,
        name: view.name,
        path: view.path,
        looked: state.is_some(),
        missing: state.as_ref().is_some_and(|state| state.is_missing),
        too_much: state.as_ref().is_some_and(|state| state.is_too_much),
        files: state.as_ref().map_or(0, |state| state.files),
        unread: state
            .map(|state| state.unread.iter().map(|path| place::shown(path)).collect())
            .unwrap_or_default(),
    }
}

/// Folders of the library, and how they fare.
#[utoipa::path(get, path = "/api/v1/library/folders", tag = "library", responses((status = 200, body = LibraryFolders)))]
pub async fn folders(State(web): State<Web>) -> Json<LibraryFolders> {
    Json(LibraryFolders { items: web.app.library().folders().into_iter().map(folder).collect() })
}

/// Adds a folder, and looks at it.
#[utoipa::path(post, path = "/api/v1/library/folders", tag = "library", request_body = NewLibraryFolder,
    responses((status = 201, body = LibraryFolders), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn add_folder(
    State(web): State<Web>,
    Body(new): Body<NewLibraryFolder>,
) -> Result<super::Begun<LibraryFolders>, Problem> {
    let path = new.path.trim().trim_end_matches('/').to_owned();
    let last = path.rsplit('/').next().unwrap_or_default().to_owned();
    let name = if new.name.trim().is_empty() { last } else { new.name };
    let folder_new = LibraryFolder { id: format!("f{}", secret::random_hex(4)), name, path };
    web.app.library().add_folder(folder_new).await?;
    let Json(all) = folders(State(web)).await;
    Ok(super::Begun(StatusCode::CREATED, all))
}

/// Removes a folder that was added here. Its items become absent.
#[utoipa::path(delete, path = "/api/v1/library/folders/{id}", tag = "library", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn remove_folder(State(web): State<Web>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    web.app.library().remove_folder(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
