//! What channels of one's own can draw from: the library, its collections, and where the files of its items lie.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use telecast_core::library::collection::{CollectionId, Collections};
use telecast_core::library::query::{Asked, Query};
use telecast_core::library::{Item, ItemId, Library, State};
use telecast_core::schedule::document::Still;
use telecast_core::schedule::{Catalogue, Document, TICKS_PER_MS, Wanted};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::cards::{Cards, NoFile, StillFiles};
use crate::app::library::{Entry, LastAired, Library as Shelf, Shown};
use crate::app::prepare::{Key, Source, Stretch};

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
    /// When items were on air last, on whichever channel: as it is, not as it was.
    pub aired: LastAired,
    /// Files of the items that are present.
    pub files: Arc<HashMap<ItemId, StockFile>>,
    /// Where the library's folders lie.
    pub folders: Arc<[PathBuf]>,
    /// Files of stills.
    pub cards: Arc<Cards>,
    /// Where items are black and silent, as far as somebody has looked (ticks from their beginning).
    pub pauses: Arc<HashMap<ItemId, Arc<[i64]>>>,
}

/// How often it is looked whether the library has changed.
const LOOK: Duration = Duration::from_secs(2);

/// Keeps `stock` what the library is, until `stop`.
pub(super) async fn follow(library: Shelf, stock: Arc<watch::Sender<Arc<Stock>>>, stop: CancellationToken) {
    let mut known = None;
    let mut look = tokio::time::interval(LOOK);
    while stop.run_until_cancelled(look.tick()).await.is_some() {
        let (shown, roots) = (library.shown(), library.roots());
        let is_empty = shown.entries.is_empty() && roots.is_empty();
        let next = Some((shown.version, roots));
        if known != next && !is_empty {
            known = next;
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
            aired: shown.aired.clone(),
            files: Arc::new(present.filter_map(file).collect()),
            folders: library.roots().into(),
            ..Self::default()
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

    /// The name of a slate of so many ticks.
    pub(super) fn slate_key(length: i64) -> Key {
        Key::of("slate", Stretch { from: 0, length: Some(length) })
    }

    /// The name of the piece that is made of a stretch of an item. None: its file is away.
    pub(super) fn key(&self, item: ItemId, stretch: Stretch) -> Option<Key> {
        Some(Key::of(&self.files.get(&item)?.content, stretch))
    }

    /// What pieces of an item are made of. None: its file is away.
    pub(super) fn source(&self, item: ItemId) -> Option<Source> {
        let StockFile { path, content } = self.files.get(&item)?.clone();
        Some(Source::File { path, content })
    }

    /// The files of a still. None: nobody has looked for them yet.
    pub(super) fn card(&self, still: &Still) -> Option<&Result<StillFiles, NoFile>> {
        self.cards.iter().find(|(known, _)| known == still).map(|(_, found)| found)
    }

    /// Planned length of an item (ticks).
    pub(super) fn length(&self, item: ItemId) -> i64 {
        self.library.get(item).map_or(0, |item| item.length)
    }

    /// What an item is called in a line.
    pub(super) fn title(&self, item: ItemId) -> String {
        self.library.get(item).map_or_else(String::new, |item| called(item))
    }

    /// The library as the sources of a document see it at `now` (ticks).
    pub(super) fn catalogue(&self, document: &Document, now: i64) -> Arc<Catalogue> {
        let aired = |item| self.aired.of(item);
        let asked = Asked { now_ms: now / TICKS_PER_MS, aired: &aired };
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
        for (name, source) in &document.sources {
            if let Some(Err(fault)) = source.still.as_ref().and_then(|still| self.card(still)) {
                catalogue = catalogue.with_missing(name, &fault.name);
            }
        }
        for (item, points) in self.pauses.iter() {
            catalogue = catalogue.with_points(*item, points);
        }
        Arc::new(catalogue)
    }
}
