//! The library: films, episodes and clips that lie in the host's folders, as everything above the scanner knows them.
//!
//! - An item is itself, not its file: it keeps its [`ItemId`] where the file is moved, renamed or replaced, and while it is away.
//! - Lengths are ticks of 90 kHz. A *planned* length comes from the probe; the firm one from preparation.
//! - A [`Library`] is a snapshot that whoever plans a channel holds: the same snapshot gives the same plan.

pub mod artwork;
pub mod collection;
pub mod describe;
pub mod facts;
pub mod house;
pub mod names;
pub mod nfo;
pub mod order;
pub mod pauses;
pub mod place;
pub mod query;
pub mod reconcile;
pub mod subtitles;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Ticks in a second.
pub const HZ: i64 = 90_000;

/// Names an item for ever; never used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u64);

impl std::fmt::Display for ItemId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A film.
    Film,
    /// An episode of a show.
    Episode,
    /// Anything short that goes between others: trailers, idents, advertisements.
    Clip,
    /// Whatever else.
    #[default]
    Other,
}

/// Whether an item can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its file is there and can be read.
    #[default]
    Present,
    /// Its file is away: a mount that is missing, or a file that was deleted. It may come back.
    Absent,
    /// Its file is there, and nothing can be made of it.
    Unplayable,
}

/// A film, an episode or a clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Id.
    pub id: ItemId,
    /// What it is.
    pub kind: Kind,
    /// Whether it can be used.
    pub state: State,
    /// Title of the film, the episode or the clip.
    pub title: Arc<str>,
    /// The show that it is an episode of.
    pub show: Option<Arc<str>>,
    /// Season; 0 for specials.
    pub season: Option<u32>,
    /// Episode in its season, and the last one where the file holds several.
    pub episode: Option<(u32, u32)>,
    /// Number counted over all seasons.
    pub absolute: Option<u32>,
    /// Part of a story that goes over several items, from 1.
    pub part: Option<u32>,
    /// Day of the first broadcast or of the release: `2024-05-01`, or only `2024`.
    pub released: Option<Arc<str>>,
    /// Year of the film, or of the show's beginning.
    pub year: Option<i32>,
    /// What it is about.
    pub summary: Arc<str>,
    /// Genres, as they are written.
    pub genres: Vec<Arc<str>>,
    /// Labels of the host, and those of its files.
    pub tags: Vec<Arc<str>>,
    /// For whom it is, from this age on (years).
    pub age: Option<u8>,
    /// When it was first seen, milliseconds since 1970.
    pub added_ms: i64,
    /// Planned length in ticks.
    pub length: i64,
    /// Where chapters begin, ticks from its start, rising; the first at 0 is left out.
    pub chapters: Vec<i64>,
    /// Name of the folder in the configuration, and the path in it, with `/`.
    pub folder: Arc<str>,
    /// Path below the folder.
    pub path: Arc<str>,
}

/// What is in the library at one moment.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// Items by rising id.
    items: Vec<Arc<Item>>,
}

impl Library {
    /// A library of these items.
    pub fn new(mut items: Vec<Arc<Item>>) -> Self {
        items.sort_by_key(|item| item.id);
        items.dedup_by_key(|item| item.id);
        Self { items }
    }

    /// All items by rising id, absent ones too.
    pub fn items(&self) -> &[Arc<Item>] {
        &self.items
    }

    /// The item of that id.
    pub fn get(&self, id: ItemId) -> Option<&Arc<Item>> {
        self.items.binary_search_by_key(&id, |item| item.id).ok().map(|at| &self.items[at])
    }
}
