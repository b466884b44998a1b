//! An item of the library as its owner holds it: what is needed to show, find and plan it. All that a probe found stays in the store.

use std::collections::HashMap;
use std::sync::Arc;

use telecast_core::guide::fold;
use telecast_core::library::collection::Collections;
use telecast_core::library::describe::{Correction, Notes, Sources, describe, state};
use telecast_core::library::facts::{Facts, Flaw};
use telecast_core::library::names;
use telecast_core::library::order::Key;
use telecast_core::library::reconcile::{Known, Print};
use telecast_core::library::{Item, ItemId, Library, State};
use telecast_store::{KeptCollection, LibraryRow};

use super::aired::LastAired;

/// An item.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As channels see it.
    pub item: Arc<Item>,
    /// Which file it is.
    pub known: Known,
    /// What is unusual or wrong.
    pub flaws: Vec<Flaw>,
    /// It has been probed.
    pub is_probed: bool,
    /// What the host says.
    pub correction: Correction,
    /// What lies beside it says.
    pub notes: Notes,
    /// Its place in the order.
    pub key: Key,
    /// Folded show, title and path, for finding.
    pub words: String,
    /// Lines of its picture, for a badge; 0: it has none or nobody knows.
    pub lines: u32,
}

impl Entry {
    /// Of a row of the store.
    pub fn of(row: LibraryRow) -> Self {
        let LibraryRow { known, added_ms, notes, facts, correction } = row;
        let named = names::read(&known.place.path);
        let mut item = describe(&Sources {
            named: &named,
            told: notes.own.as_ref(),
            show: notes.show.as_ref(),
            facts: facts.as_ref(),
            corrected: &correction,
        });
        let mut flaws = facts.as_ref().map(Facts::flaws).unwrap_or_default();
        if notes.damaged {
            flaws.push(Flaw::NoteDamaged);
        }
        item.id = known.id;
        item.added_ms = added_ms;
        item.folder = known.place.folder.as_str().into();
        item.path = known.place.path.as_str().into();
        // What has not been probed yet cannot be planned: nobody knows how long it is.
        item.state = if known.is_absent {
            State::Absent
        } else if facts.is_none() {
            State::Unplayable
        } else {
            state(&flaws)
        };
        let words = fold(&format!(
            "{} {} {}",
            item.show.as_deref().unwrap_or_default(),
            item.title,
            known.place.path
        ));
        let lines = facts.as_ref().and_then(|facts| facts.video.as_ref()).map_or(0, |video| video.height);
        Self {
            key: Key::of(&item),
            item: Arc::new(item),
            is_probed: facts.is_some(),
            known,
            flaws,
            correction,
            notes,
            words,
            lines,
        }
    }

    /// It is to be probed.
    pub fn is_waiting(&self) -> bool {
        !self.is_probed && !self.known.is_absent
    }
}

/// All of the library at one moment.
#[derive(Debug, Default)]
pub struct Shown {
    /// As channels see it: without what is hidden, and of equal files one.
    pub library: Arc<Library>,
    /// All, also what is hidden and what is absent.
    pub all: Arc<Library>,
    /// By id, with all that the page shows.
    pub entries: HashMap<ItemId, Arc<Entry>>,
    /// Ids in their natural order.
    pub order: Vec<ItemId>,
    /// Ids of copies, and of what each is one.
    pub copies: HashMap<ItemId, ItemId>,
    /// Collections.
    pub collections: Arc<Collections>,
    /// Revisions of them.
    pub kept: Vec<KeptCollection>,
    /// When items were on air last: as it is, not as it was.
    pub aired: LastAired,
    /// Grows with each change.
    pub version: u64,
}

impl Shown {
    /// Of these.
    pub fn of(
        entries: HashMap<ItemId, Arc<Entry>>,
        kept: Vec<KeptCollection>,
        aired: LastAired,
        version: u64,
    ) -> Self {
        let mut sorted: Vec<&Arc<Entry>> = entries.values().collect();
        sorted.sort_by(|a, b| a.key.cmp(&b.key));
        let order = sorted.iter().map(|entry| entry.item.id).collect();
        let copies = copies(&entries);
        let seen = |entry: &&Arc<Entry>| {
            !entry.correction.hidden && (!copies.contains_key(&entry.item.id) || entry.known.is_absent)
        };
        let items =
            |list: &mut dyn Iterator<Item = &Arc<Entry>>| list.map(|entry| Arc::clone(&entry.item)).collect();
        let library = Arc::new(Library::new(items(&mut entries.values().filter(seen))));
        let all = Arc::new(Library::new(items(&mut entries.values())));
        let collections = Arc::new(Collections::new(kept.iter().map(|kept| kept.collection.clone())));
        Self { library, all, entries, order, copies, collections, kept, aired, version }
    }

    /// What is unusual or wrong with an item.
    pub fn flaws(&self, entry: &Entry) -> Vec<Flaw> {
        let copy = self.copies.contains_key(&entry.item.id).then_some(Flaw::Copy);
        entry.flaws.iter().copied().chain(copy).collect()
    }
}

/// Of items that are there and hold the same, all but the first.
fn copies(entries: &HashMap<ItemId, Arc<Entry>>) -> HashMap<ItemId, ItemId> {
    let mut first: HashMap<Print, ItemId> = HashMap::new();
    let there = || entries.values().filter(|entry| !entry.known.is_absent && entry.known.stamp.size > 0);
    for entry in there() {
        if let Some(print) = entry.known.print {
            let id = first.entry(print).or_insert(entry.item.id);
            *id = (*id).min(entry.item.id);
        }
    }
    let copy = |entry: &Arc<Entry>| {
        let original = *first.get(&entry.known.print?)?;
        (original != entry.item.id).then_some((entry.item.id, original))
    };
    there().filter_map(copy).collect()
}
