//! What channels of one's own can draw from: the library, its collections, and where the files of its items lie.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use telecast_core::library::collection::{CollectionId, Collections};
use telecast_core::library::query::{Asked, Query};
use telecast_core::library::{Item, ItemId, Library, State};
use telecast_core::schedule::{Catalogue, Document, TICKS_PER_MS, Wanted};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::library::{Entry, Library as Shelf, Shown};
use crate::app::prepare::{Key, Stretch};

/// Where an item's file lies, and what its content is called wherever it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockFile {
    /// The file.
    pub path: PathBuf,
    /// Names its content.
    pub content: String,
}

impl StockFile {
    /// The file of an item of the library. None: its folder is not there any more.
    pub fn of(library: &Shelf, entry: &Entry) -> Option<Self> {
        let content = match &entry.known.print {
            Some(print) => print.0.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(),
            None => format!("{} {} {}", entry.item.id, entry.known.stamp.size, entry.known.stamp.changed_ms),
        };
        Some(Self { path: library.file(entry)?, content })
    }
}

/// What an item is called in a line.
pub fn called(item: &Item) -> String {
    match &item.show {
        Some(show) if item.title.is_empty() || item.title == *show => show.to_string(),
        Some(show) => format!("{show}: {}", item.title),
        None => item.title.to_string(),
    }
}

/// A snapshot of all that.
#[derive(Clone, Debug, Default)]
pub struct Stock {
    /// Items.
    pub library: Arc<Library>,
    /// Collections.
    pub collections: Arc<Collections>,
    /// Files of the items that are present.
    pub files: Arc<HashMap<ItemId, StockFile>>,
}

/// How often it is looked whether the library has changed.
const LOOK: Duration = Duration::from_secs(2);

/// Keeps `stock` what the library is, until `stop`.
pub(super) async fn follow(library: Shelf, stock: Arc<watch::Sender<Arc<Stock>>>, stop: CancellationToken) {
    let mut known = None;
    let mut look = tokio::time::interval(LOOK);
    while stop.run_until_cancelled(look.tick()).await.is_some() {
        let shown = library.shown();
        if known != Some(shown.version) && !shown.entries.is_empty() {
            known = Some(shown.version);
            stock.send_replace(Arc::new(Stock::of(&library, &shown)));
        }
    }
}

impl Stock {
    /// What is in the library.
    fn of(library: &Shelf, shown: &Shown) -> Self {
        let present = shown.library.items().iter().filter(|item| item.state == State::Present);
        let file = |item: &Arc<Item>| Some((item.id, StockFile::of(library, shown.entries.get(&item.id)?)?));
        Self {
            library: Arc::clone(&shown.library),
            collections: Arc::clone(&shown.collections),
            files: Arc::new(present.filter_map(file).collect()),
        }
    }

    /// The same without `bad` items: they cannot be prepared.
    pub(super) fn without(&self, bad: &HashSet<ItemId>) -> Self {
        if bad.is_empty() {
            return self.clone();
        }
        let marked = |item: &Arc<Item>| {
            if bad.contains(&item.id) {
                Arc::new(Item { state: State::Unplayable, ..(**item).clone() })
            } else {
                Arc::clone(item)
            }
        };
        let library = Library::new(self.library.items().iter().map(marked).collect());
        Self { library: Arc::new(library), ..self.clone() }
    }

    /// The slate's name.
    pub(super) fn slate_key() -> Key {
        Key::of("slate", Stretch { from: 0, length: Some(super::channel::SLATE) })
    }

    /// The name of the piece that is made of a stretch of an item. None: its file is away.
    pub(super) fn key(&self, item: ItemId, stretch: Stretch) -> Option<Key> {
        Some(Key::of(&self.files.get(&item)?.content, stretch))
    }

    /// Where an item's file lies.
    pub(super) fn file(&self, item: ItemId) -> Option<PathBuf> {
        Some(self.files.get(&item)?.path.clone())
    }

    /// Planned length of an item (ticks).
    pub(super) fn length(&self, item: ItemId) -> i64 {
        self.library.get(item).map_or(0, |item| item.length)
    }

    /// What an item is called in a line.
    pub(super) fn title(&self, item: ItemId) -> String {
        self.library.get(item).map_or_else(String::new, |item| called(item))
    }

    /// The library as the sources of a document see it; `aired` says when an item was last begun on the channel (ticks).
    pub(super) fn catalogue(
        &self,
        document: &Document,
        aired: &dyn Fn(ItemId) -> Option<i64>,
        now: i64,
    ) -> Arc<Catalogue> {
        let aired_ms = |item| aired(item).map(|at| at / TICKS_PER_MS);
        let asked = Asked { now_ms: now / TICKS_PER_MS, aired: &aired_ms };
        let mut catalogue = Catalogue::new(Arc::clone(&self.library));
        for wanted in Catalogue::wanted(document) {
            let found = match &wanted {
                Wanted::Collection(id) | Wanted::Playlist(id) => id
                    .parse()
                    .ok()
                    .and_then(|id| self.collections.items(CollectionId(id), &self.library, &asked)),
                Wanted::Query(query) => Query::parse(query).ok().map(|query| {
                    let query = query.ready();
                    let items = self.library.items().iter().filter(|item| query.means(item, &asked));
                    telecast_core::library::collection::natural(items.cloned().collect())
                }),
            };
            if let Some(items) = found {
                let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
                catalogue = catalogue.with_list(wanted, &ids);
            }
        }
        Arc::new(catalogue)
    }
}
