//! What the sources of documents hold: a library, looked up by show, label and kind, and the lists that somebody else has resolved.
//!
//! Collections, queries and playlists are resolved by the caller ([`Catalogue::with_list`]), so that planning needs no query engine. Lists are kept
//! once for all channels, as numbers of items in the library.

use super::document::{Document, Source};
use crate::library::{Item, ItemId, Kind, Library, State};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Number of an item in [`Library::items`].
pub(super) type Index = u32;
/// What is longer counts as so long, and never fits: a thousand hours.
const NEVER: i64 = 1_000 * 3_600 * crate::library::HZ;
/// The number of no item.
const NO_ITEM: Index = Index::MAX;
/// Ids for each item up to which their numbers are looked up in a table.
const SPREAD: u64 = 4;
/// A list of items, in order.
pub(super) type List = Arc<[Index]>;

/// What a caller resolves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// A collection, by its id.
    Collection(String),
    /// A query.
    Query(String),
    /// A playlist, by its id.
    Playlist(String),
}

/// A library as sources see it.
#[derive(Debug, Default)]
pub struct Catalogue {
    library: Arc<Library>,
    /// What is asked of all items, again and again: id and length in ticks, 0 where it cannot be aired.
    hot: Vec<(ItemId, i64)>,
    /// Numbers of items by id, from the lowest on, [`NO_ITEM`] where there is none; empty where ids lie too far apart for it.
    numbers: Vec<Index>,
    /// Names in lower case, as people write them.
    shows: HashMap<String, List>,
    tags: HashMap<String, List>,
    kinds: HashMap<Kind, List>,
    lists: HashMap<Wanted, List>,
    /// Where black and silence were found, ticks from an item's beginning.
    detected: HashMap<ItemId, Arc<[i64]>>,
    /// Sources of pictures, and a file of each that there is not.
    missing: Vec<(String, String)>,
}

/// In a show: by season (specials last), episode, number, part and day; others by title.
fn natural(a: &Item, b: &Item) -> std::cmp::Ordering {
    let name = |item: &Item| item.show.clone().unwrap_or_else(|| item.title.clone());
    let season = |item: &Item| item.season.map(|season| if season == 0 { u32::MAX } else { season });
    name(a)
        .cmp(&name(b))
        .then_with(|| season(a).cmp(&season(b)))
        .then_with(|| a.episode.cmp(&b.episode))
        .then_with(|| a.absolute.cmp(&b.absolute))
        .then_with(|| a.part.cmp(&b.part))
        .then_with(|| a.released.cmp(&b.released))
        .then_with(|| a.title.cmp(&b.title))
        .then_with(|| a.id.cmp(&b.id))
}

fn numbers(items: &[Arc<Item>]) -> Vec<Index> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Vec::new() };
    let spread = last.id.0 - first.id.0;
    if spread >= items.len() as u64 * SPREAD {
        return Vec::new();
    }
    let mut numbers = vec![NO_ITEM; spread as usize + 1];
    for (number, item) in items.iter().enumerate() {
        numbers[(item.id.0 - first.id.0) as usize] = number as Index;
    }
    numbers
}

fn frozen<K: std::hash::Hash + Eq>(lists: HashMap<K, Vec<Index>>) -> HashMap<K, List> {
    lists.into_iter().map(|(key, list)| (key, list.into())).collect()
}

impl Catalogue {
    /// A library, without lists.
    pub fn new(library: Arc<Library>) -> Self {
        let items = library.items();
        let mut order: Vec<Index> = (0..items.len() as Index).collect();
        order.sort_by(|a, b| natural(&items[*a as usize], &items[*b as usize]));
        let (mut shows, mut tags) =
            (HashMap::<String, Vec<Index>>::new(), HashMap::<String, Vec<Index>>::new());
        let mut kinds = HashMap::<Kind, Vec<Index>>::new();
        for index in order {
            let item = &items[index as usize];
            if let Some(show) = &item.show {
                shows.entry(show.to_lowercase()).or_default().push(index);
            }
            for tag in item.tags.iter().chain(&item.genres) {
                let list = tags.entry(tag.to_lowercase()).or_default();
                if list.last() != Some(&index) {
                    list.push(index);
                }
            }
            kinds.entry(item.kind).or_default().push(index);
        }
        let (shows, tags, kinds) = (frozen(shows), frozen(tags), frozen(kinds));
        let airs = |item: &Item| if item.state == State::Present { item.length.clamp(0, NEVER) } else { 0 };
        let hot = items.iter().map(|item| (item.id, airs(item))).collect();
        let numbers = numbers(items);
        Self { library, hot, numbers, shows, tags, kinds, ..Self::default() }
    }

    /// The same, with what `wanted` holds, in order; ids that the library does not know are left out.
    #[must_use]
    pub fn with_list(mut self, wanted: Wanted, ids: &[ItemId]) -> Self {
        let list = ids.iter().filter_map(|id| self.index(*id)).collect();
        self.lists.insert(wanted, list);
        self
    }

    /// The same, with points at which an item may be interrupted, ticks from its beginning.
    #[must_use]
    pub fn with_points(mut self, item: ItemId, points: &[i64]) -> Self {
        self.detected.insert(item, points.into());
        self
    }

    /// The same, where a source of pictures names a file that there is not.
    #[must_use]
    pub fn with_missing(mut self, source: &str, file: &str) -> Self {
        self.missing.push((source.to_owned(), file.to_owned()));
        self
    }

    /// What a document needs to have resolved.
    pub fn wanted(document: &Document) -> BTreeSet<Wanted> {
        let simple = document.simple.iter().flat_map(|simple| simple.shows.iter().map(|show| &show.source));
        let of = |source: &Source| {
            let collection = source.collection.clone().map(Wanted::Collection);
            let query = source.query.clone().map(Wanted::Query);
            let playlist = source.playlist.clone().map(Wanted::Playlist);
            collection.or(query).or(playlist)
        };
        document.sources.values().chain(simple).filter_map(of).collect()
    }

    /// The library.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    pub(super) fn index(&self, id: ItemId) -> Option<Index> {
        if self.numbers.is_empty() {
            return self.hot.binary_search_by_key(&id, |(id, _)| *id).ok().map(|at| at as Index);
        }
        let at = id.0.checked_sub(self.hot.first()?.0.0)?;
        self.numbers.get(usize::try_from(at).ok()?).copied().filter(|number| *number != NO_ITEM)
    }

    pub(super) fn item(&self, index: Index) -> &Item {
        &self.library.items()[index as usize]
    }

    /// It can be aired.
    pub(super) fn is_playable(&self, index: Index) -> bool {
        self.length(index) > 0
    }

    /// Length in ticks; 0: it cannot be aired.
    pub(super) fn length(&self, index: Index) -> i64 {
        self.hot[index as usize].1
    }

    pub(super) fn id(&self, index: Index) -> ItemId {
        self.hot[index as usize].0
    }

    /// Somebody has looked for points at which it may be interrupted.
    pub(super) fn is_looked_through(&self, id: ItemId) -> bool {
        self.detected.contains_key(&id)
    }

    pub(super) fn missing(&self) -> &[(String, String)] {
        &self.missing
    }

    pub(super) fn detected(&self, id: ItemId) -> &[i64] {
        self.detected.get(&id).map_or(&[], |points| points)
    }

    /// What `source` holds by itself, other sources that it names not counted. None: nobody has resolved it, or it holds no items by its nature.
    pub(super) fn list(&self, source: &Source) -> Option<List> {
        let list = if let Some(show) = &source.show {
            self.shows.get(&show.to_lowercase()).cloned().unwrap_or_default()
        } else if let Some(id) = source.item {
            self.index(ItemId(id)).into_iter().collect()
        } else if !source.items.is_empty() {
            source.items.iter().filter_map(|id| self.index(ItemId(*id))).collect()
        } else if let Some(tag) = &source.tag {
            self.tags.get(&tag.to_lowercase()).cloned().unwrap_or_default()
        } else if let Some(kind) = source.kind {
            self.kinds.get(&kind).cloned().unwrap_or_default()
        } else if let Some(id) = &source.collection {
            self.lists.get(&Wanted::Collection(id.clone())).cloned()?
        } else if let Some(query) = &source.query {
            self.lists.get(&Wanted::Query(query.clone())).cloned()?
        } else if let Some(id) = &source.playlist {
            self.lists.get(&Wanted::Playlist(id.clone())).cloned()?
        } else {
            return None;
        };
        if source.seasons.is_empty() {
            return Some(list);
        }
        let is_in =
            |index: &&Index| self.item(**index).season.is_some_and(|season| source.seasons.contains(&season));
        Some(list.iter().filter(is_in).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_item_is_found_by_its_id_however_far_ids_lie_apart(ids in proptest::collection::btree_set(any::<u64>(), 0..50), dense in any::<bool>(), shift in 0_u64..9) {
            let ids: Vec<u64> = ids.into_iter().enumerate().map(|(at, id)| if dense { shift + 2 * at as u64 } else { id }).collect();
            let items = ids.iter().map(|id| Arc::new(Item { id: ItemId(*id), ..Item::default() })).collect();
            let catalogue = Catalogue::new(Arc::new(Library::new(items)));
            for (number, id) in ids.iter().enumerate() {
                prop_assert_eq!(catalogue.index(ItemId(*id)), Some(number as Index));
                for near in [id.wrapping_add(1), id.wrapping_sub(1), 0, u64::MAX] {
                    prop_assert_eq!(catalogue.index(ItemId(near)).is_some(), ids.contains(&near));
                }
            }
        }
    }
}
