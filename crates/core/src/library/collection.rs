//! Collections: what belongs together by hand, by a query, in an order, or because other collections do.
//!
//! - A collection may hold others as deep as [`DEPTH_MOST`]; a change that would make one hold itself is refused with the way round.
//! - What is gone from the library stays named in a collection, and is left out of what it holds until it comes back.
//! - [`Collections::items`] ends and is bounded by [`ITEMS_MOST`], whatever is nested in what.

use super::order::Key;
use super::query::{Asked, Query};
use super::{Item, ItemId, Library};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Collections within each other at most.
pub const DEPTH_MOST: usize = 8;
/// Entries that a collection names itself.
pub const ENTRIES_MOST: usize = 20_000;
/// Items that a collection gives, repeats of playlists included.
pub const ITEMS_MOST: usize = 200_000;
/// Characters of a name.
pub const NAME_MOST: usize = 200;
/// Collections of a library.
pub const COLLECTIONS_MOST: usize = 5_000;

/// Names a collection for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollectionId(pub u64);

/// A collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Id.
    pub id: CollectionId,
    /// What people call it.
    pub name: String,
    /// What belongs to it.
    pub content: Content,
}

/// What belongs to a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Content {
    /// These items, in their natural order, each once.
    Manual {
        /// The items.
        items: Vec<ItemId>,
    },
    /// Whatever a query means, in natural order.
    Smart {
        /// The query, as it was written.
        query: String,
    },
    /// In the order given; an entry may come again.
    Playlist {
        /// The entries.
        entries: Vec<Entry>,
    },
    /// All that is in others, in natural order, each once.
    Group {
        /// The others.
        collections: Vec<CollectionId>,
    },
}

/// An entry of a playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// An item.
    Item(ItemId),
    /// All that another collection gives, in its order.
    Collection(CollectionId),
}

/// Why a collection is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It needs a name, and no longer one.
    #[error("A collection needs a name of {NAME_MOST} characters at most.")]
    Name,
    /// It names more than it may.
    #[error("A collection names {ENTRIES_MOST} entries at most. Use a query instead.")]
    TooMany,
    /// Its query is none.
    #[error("{0}")]
    Query(#[from] super::query::Fault),
    /// It holds what is not there.
    #[error("There is no collection {}.", .0.0)]
    Unknown(CollectionId),
    /// It would hold itself.
    #[error("It would hold itself: {}.", .0.join(" → "))]
    Cycle(Vec<String>),
    /// Collections lie within each other deeper than is followed.
    #[error("Collections may lie within each other {DEPTH_MOST} deep at most.")]
    Deep,
}

impl Content {
    /// The collections that it holds itself.
    pub fn holds(&self) -> Vec<CollectionId> {
        match self {
            Self::Manual { .. } | Self::Smart { .. } => Vec::new(),
            Self::Group { collections } => collections.clone(),
            Self::Playlist { entries } => entries
                .iter()
                .filter_map(|entry| match entry {
                    Entry::Collection(id) => Some(*id),
                    Entry::Item(_) => None,
                })
                .collect(),
        }
    }

    fn named(&self) -> usize {
        match self {
            Self::Manual { items } => items.len(),
            Self::Smart { .. } => 0,
            Self::Playlist { entries } => entries.len(),
            Self::Group { collections } => collections.len(),
        }
    }
}

/// All collections.
#[derive(Clone, Debug, Default)]
pub struct Collections {
    all: BTreeMap<CollectionId, Collection>,
}

impl Collections {
    /// These collections.
    pub fn new(all: impl IntoIterator<Item = Collection>) -> Self {
        Self { all: all.into_iter().map(|collection| (collection.id, collection)).collect() }
    }

    /// All of them, by rising id.
    pub fn all(&self) -> impl Iterator<Item = &Collection> {
        self.all.values()
    }

    /// The collection of that id.
    pub fn get(&self, id: CollectionId) -> Option<&Collection> {
        self.all.get(&id)
    }

    /// Adds a collection or puts it in the place of the one of its id.
    ///
    /// # Errors
    /// It cannot be; nothing is changed then.
    pub fn put(&mut self, collection: Collection) -> Result<(), Refusal> {
        self.check(&collection)?;
        self.all.insert(collection.id, collection);
        Ok(())
    }

    /// Removes a collection; gives it back. Others that hold it hold nothing in its place.
    pub fn remove(&mut self, id: CollectionId) -> Option<Collection> {
        self.all.remove(&id)
    }

    /// Whether `new` may stand beside or instead of what there is.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, new: &Collection) -> Result<(), Refusal> {
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > NAME_MOST {
            return Err(Refusal::Name);
        }
        if new.content.named() > ENTRIES_MOST {
            return Err(Refusal::TooMany);
        }
        if let Content::Smart { query } = &new.content {
            Query::parse(query)?;
        }
        let unknown = |id: &CollectionId| *id != new.id && !self.all.contains_key(id);
        if let Some(unknown) = new.content.holds().into_iter().find(unknown) {
            return Err(Refusal::Unknown(unknown));
        }
        self.go_round(new)?;
        let below = self.height(new, &mut BTreeMap::new(), new);
        let above = self.above(new.id, &mut BTreeMap::new());
        if below + above > DEPTH_MOST { Err(Refusal::Deep) } else { Ok(()) }
    }

    /// Refuses what leads back to `new`.
    fn go_round(&self, new: &Collection) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<(CollectionId, Vec<CollectionId>)> =
            new.content.holds().into_iter().map(|id| (id, vec![new.id])).collect();
        while let Some((id, mut way)) = open.pop() {
            way.push(id);
            if id == new.id {
                let name = |id: &CollectionId| {
                    if *id == new.id {
                        new.name.clone()
                    } else {
                        self.get(*id).map_or_else(String::new, |one| one.name.clone())
                    }
                };
                return Err(Refusal::Cycle(way.iter().map(name).collect()));
            }
            if seen.insert(id) {
                let held = self.get(id).map(|one| one.content.holds()).unwrap_or_default();
                open.extend(held.into_iter().map(|next| (next, way.clone())));
            }
        }
        Ok(())
    }

    /// Levels from `of` down, itself included; without a cycle, which was refused before.
    fn height(&self, of: &Collection, known: &mut BTreeMap<CollectionId, usize>, new: &Collection) -> usize {
        if let Some(height) = known.get(&of.id) {
            return *height;
        }
        let mut most = 0;
        for id in of.content.holds() {
            let held = if id == new.id { Some(new) } else { self.get(id) };
            most = most.max(held.map_or(0, |held| self.height(held, known, new)));
        }
        known.insert(of.id, most + 1);
        most + 1
    }

    /// Levels above `id`.
    fn above(&self, id: CollectionId, known: &mut BTreeMap<CollectionId, usize>) -> usize {
        if let Some(above) = known.get(&id) {
            return *above;
        }
        // Whoever holds it directly, and what is above that one.
        let holders: Vec<CollectionId> = self
            .all()
            .filter(|one| one.id != id && one.content.holds().contains(&id))
            .map(|one| one.id)
            .collect();
        known.insert(id, 0);
        let most = holders.into_iter().map(|holder| self.above(holder, known) + 1).max().unwrap_or(0);
        known.insert(id, most);
        most
    }

    /// The items of a collection that are in `library`, in its order; none: there is no such collection.
    pub fn items(&self, id: CollectionId, library: &Library, asked: &Asked<'_>) -> Option<Vec<Arc<Item>>> {
        let collection = self.get(id)?;
        let mut out = Vec::new();
        self.gather(collection, library, asked, DEPTH_MOST, &mut out);
        Some(out)
    }

    fn gather(
        &self,
        of: &Collection,
        library: &Library,
        asked: &Asked<'_>,
        depth: usize,
        out: &mut Vec<Arc<Item>>,
    ) {
        if depth == 0 {
            return;
        }
        let room = |out: &Vec<Arc<Item>>| ITEMS_MOST.saturating_sub(out.len());
        match &of.content {
            Content::Manual { items } => {
                let items = items.iter().filter_map(|id| library.get(*id)).cloned().collect();
                let room = room(out);
                out.extend(natural(items).into_iter().take(room));
            }
            Content::Smart { query } => {
                let Ok(query) = Query::parse(query) else { return };
                let query = query.ready();
                let means = |item: &&Arc<Item>| query.means(item, asked);
                let items = library.items().iter().filter(means).cloned().collect();
                let room = room(out);
                out.extend(natural(items).into_iter().take(room));
            }
            Content::Playlist { entries } => {
                for entry in entries {
                    if room(out) == 0 {
                        return;
                    }
                    match entry {
                        Entry::Item(id) => out.extend(library.get(*id).cloned()),
                        Entry::Collection(id) => {
                            if let Some(held) = self.get(*id) {
                                self.gather(held, library, asked, depth - 1, out);
                            }
                        }
                    }
                }
            }
            Content::Group { collections } => {
                let mut items = Vec::new();
                for held in collections.iter().filter_map(|id| self.get(*id)) {
                    self.gather(held, library, asked, depth - 1, &mut items);
                }
                let room = room(out);
                out.extend(natural(items).into_iter().take(room));
            }
        }
    }
}

/// In natural order, each once.
pub fn natural(mut items: Vec<Arc<Item>>) -> Vec<Arc<Item>> {
    items.sort_by_key(|item| item.id);
    items.dedup_by_key(|item| item.id);
    items.sort_by_cached_key(|item| Key::of(item));
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn library() -> Library {
        let item = |id: u64, title: &str, year| {
            Arc::new(Item { id: ItemId(id), title: title.into(), year, ..Item::default() })
        };
        Library::new(vec![
            item(1, "Zorn", Some(1990)),
            item(2, "Alien 10", None),
            item(3, "Alien 2", Some(2000)),
        ])
    }

    fn collection(id: u64, content: Content) -> Collection {
        Collection { id: CollectionId(id), name: format!("c{id}"), content }
    }

    fn group(id: u64, of: &[u64]) -> Collection {
        collection(id, Content::Group { collections: of.iter().copied().map(CollectionId).collect() })
    }

    fn ids(collections: &Collections, id: u64) -> Vec<u64> {
        let items = collections.items(CollectionId(id), &library(), &Asked::at(0)).expect("a collection");
        items.iter().map(|item| item.id.0).collect()
    }

    #[test]
    fn each_kind_gives_its_items_in_its_order() {
        let mut all = Collections::default();
        let manual = Content::Manual { items: vec![ItemId(1), ItemId(2), ItemId(1), ItemId(99)] };
        all.put(collection(1, manual)).expect("by hand");
        all.put(collection(2, Content::Smart { query: "year>1980".into() })).expect("by query");
        let entries = vec![
            Entry::Item(ItemId(1)),
            Entry::Collection(CollectionId(2)),
            Entry::Item(ItemId(1)),
            Entry::Item(ItemId(99)),
        ];
        all.put(collection(3, Content::Playlist { entries })).expect("a playlist");
        all.put(group(4, &[1, 2])).expect("a group");
        assert_eq!(ids(&all, 1), [2, 1]);
        assert_eq!(ids(&all, 2), [3, 1]);
        assert_eq!(ids(&all, 3), [1, 3, 1, 1]);
        assert_eq!(ids(&all, 4), [3, 2, 1]);
        all.remove(CollectionId(2));
        assert_eq!(ids(&all, 4), [2, 1]);
    }

    #[test]
    fn what_cannot_be_is_refused_and_changes_nothing() {
        let mut all = Collections::default();
        all.put(group(1, &[])).expect("empty");
        all.put(group(2, &[1])).expect("of one");
        all.put(group(3, &[2])).expect("of two");
        let cycle = vec!["c1".to_owned(), "c3".into(), "c2".into(), "c1".into()];
        assert_eq!(all.put(group(1, &[3])), Err(Refusal::Cycle(cycle)));
        assert_eq!(all.put(group(1, &[1])), Err(Refusal::Cycle(vec!["c1".into(), "c1".into()])));
        assert_eq!(all.put(group(4, &[9])), Err(Refusal::Unknown(CollectionId(9))));
        let bad = Content::Smart { query: "yeer>1".into() };
        assert!(matches!(all.put(collection(4, bad)), Err(Refusal::Query(_))));
        assert_eq!(all.put(Collection { name: " ".into(), ..group(4, &[]) }), Err(Refusal::Name));
        let many = Content::Manual { items: vec![ItemId(1); ENTRIES_MOST + 1] };
        assert_eq!(all.put(collection(4, many)), Err(Refusal::TooMany));
        assert_eq!(all.get(CollectionId(1)), Some(&group(1, &[])));
    }

    #[test]
    fn depth_is_bounded_from_both_ends() {
        let mut all = Collections::default();
        all.put(group(1, &[])).expect("the lowest");
        for id in 2..=DEPTH_MOST as u64 {
            all.put(group(id, &[id - 1])).expect("within the bound");
        }
        assert_eq!(all.put(group(100, &[DEPTH_MOST as u64])), Err(Refusal::Deep));
        all.put(group(100, &[])).expect("beside");
        assert_eq!(all.put(group(1, &[100])), Err(Refusal::Deep));
    }

    #[test]
    fn playlists_of_playlists_stay_bounded() {
        let mut all = Collections::default();
        all.put(collection(1, Content::Playlist { entries: vec![Entry::Item(ItemId(1)); 100] }))
            .expect("items");
        for id in 2..=6 {
            let entries = vec![Entry::Collection(CollectionId(id - 1)); 100];
            all.put(collection(id, Content::Playlist { entries })).expect("of the one before");
        }
        let given = all.items(CollectionId(6), &library(), &Asked::at(0)).expect("it");
        assert_eq!(given.len(), ITEMS_MOST);
    }

    proptest! {
        /// Whatever is put in whatever order: no collection ever holds itself, and each gives its items.
        #[test]
        fn there_is_never_a_cycle(puts in prop::collection::vec((1u64..7, prop::collection::vec(1u64..7, 0..4)), 0..40)) {
            let mut all = Collections::default();
            for (id, of) in puts {
                let _ = all.put(group(id, &of));
            }
            for one in all.all() {
                let mut open = one.content.holds();
                let mut steps = 0;
                while let Some(next) = open.pop() {
                    prop_assert_ne!(next, one.id);
                    steps += 1;
                    prop_assert!(steps < 100_000);
                    open.extend(all.get(next).map(|held| held.content.holds()).unwrap_or_default());
                }
                prop_assert!(all.items(one.id, &library(), &Asked::at(0)).is_some());
            }
        }
    }
}
