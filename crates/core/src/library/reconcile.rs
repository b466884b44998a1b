//! What a look at the folders changes: which file is which item.
//!
//! Files are told apart by place, and known again by what is in them ([`Print`]). Laws, which the tests state over any worlds:
//!
//! - An item is never removed. Where its file is not found, and its place was looked at, it becomes absent; what was not looked at stays as it was.
//! - A file at a known place is that item, whatever is in it now.
//! - A file at a new place with the print of an item whose own place is empty is that item, moved.
//! - Equal input gives equal changes; nothing is said of what stays the same; after the changes the same look changes nothing.

use super::ItemId;
use std::collections::{BTreeMap, BTreeSet};

/// What is in a file, shortly: a digest of its size and its first, middle and last blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Print(pub [u8; 16]);

/// Bytes of each block that a print is made of.
pub const BLOCK: u64 = 64 << 10;

impl Print {
    /// Where the blocks of a file of that size lie: (offset, length), rising, without overlap.
    pub fn blocks(size: u64) -> Vec<(u64, u64)> {
        if size <= 3 * BLOCK {
            return if size == 0 { Vec::new() } else { vec![(0, size)] };
        }
        vec![(0, BLOCK), ((size - BLOCK) / 2, BLOCK), (size - BLOCK, BLOCK)]
    }

    /// The print of a file of `size` bytes with these blocks in it.
    pub fn of(size: u64, blocks: &[u8]) -> Self {
        use sha2::{Digest, Sha256};
        let digest = Sha256::new().chain_update(size.to_le_bytes()).chain_update(blocks).finalize();
        let mut out = [0; 16];
        out.copy_from_slice(&digest[..16]);
        Self(out)
    }
}

/// A place: the folder's name and the path below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Name of the folder.
    pub folder: String,
    /// Path below it, by `/`, as [`super::place::text`] writes it.
    pub path: String,
}

/// How a file looks from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// When it was changed, milliseconds since 1970.
    pub changed_ms: i64,
    /// The same of what lies beside it and tells of it (NFO, pictures), in one number; another number: something was changed.
    pub beside: u64,
}

/// An item as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: ItemId,
    /// Where its file is, or was.
    pub place: Place,
    /// How that looked.
    pub stamp: Stamp,
    /// What was in it; none: it could not be read.
    pub print: Option<Print>,
    /// Its file was not there.
    pub is_absent: bool,
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub place: Place,
    /// How it looks.
    pub stamp: Stamp,
    /// What is in it. Needed where [`is_new`] says so; none: it cannot be read.
    pub print: Option<Print>,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The files.
    pub found: Vec<Found>,
    /// Folders of the library that were gone through, or that are not there at all. Of others nothing is changed.
    pub folders: BTreeSet<String>,
    /// Places below those that could not be read: the path of a directory, without `/` at its end. Below them nothing becomes absent.
    pub unread: BTreeSet<Place>,
}

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A file that nobody knew: an item of its own.
    Added(Found),
    /// The file of an item lies elsewhere.
    Moved(ItemId, Found),
    /// Another file lies in the place of an item's: it is probed again.
    Replaced(ItemId, Found),
    /// It looks otherwise from outside and holds the same.
    Touched(ItemId, Found),
    /// What tells of it was changed.
    Told(ItemId, Found),
    /// It was absent and is there again.
    Returned(ItemId, Found),
    /// Its file is not there.
    Absent(ItemId),
}

/// Whether a found file must be read for its print before [`reconcile`] can judge it.
pub fn is_new(known: Option<&Known>, stamp: Stamp) -> bool {
    known.is_none_or(|known| {
        known.print.is_none() || (known.stamp.size, known.stamp.changed_ms) != (stamp.size, stamp.changed_ms)
    })
}

/// What `look` changes in what is known, in the order of ids, new files last by their place.
pub fn reconcile(known: &[Known], look: &Look) -> Vec<Change> {
    let by_place: BTreeMap<&Place, &Known> = known.iter().map(|known| (&known.place, known)).collect();
    let mut changes: Vec<(ItemId, Change)> = Vec::new();
    let mut seen: BTreeSet<&Place> = BTreeSet::new();
    let mut strangers: BTreeMap<&Place, &Found> = BTreeMap::new();
    for found in &look.found {
        if !seen.insert(&found.place) {
            continue;
        }
        match by_place.get(&found.place) {
            Some(known) => changes.extend(at_home(known, found).map(|change| (known.id, change))),
            None => {
                strangers.insert(&found.place, found);
            }
        }
    }
    // Whose place is empty, by what was in it. One that has been absent long may still come back elsewhere.
    let mut lost: BTreeMap<Print, Vec<&Known>> = BTreeMap::new();
    let mut gone: BTreeMap<ItemId, &Known> = BTreeMap::new();
    for known in known.iter().filter(|known| !seen.contains(&known.place)) {
        let looked = was_looked_at(&known.place, look);
        if let Some(print) = known.print.filter(|_| looked || known.is_absent) {
            lost.entry(print).or_default().push(known);
        }
        if looked && !known.is_absent {
            gone.insert(known.id, known);
        }
    }
    let mut added = Vec::new();
    let mut homeless: Vec<&Found> = strangers.into_values().collect();
    // Those that kept their name choose first.
    homeless.sort_by_key(|found| {
        let same = found.print.and_then(|print| lost.get(&print));
        let kept = same.is_some_and(|lost| lost.iter().any(|lost| name(&lost.place) == name(&found.place)));
        (!kept, &found.place)
    });
    for found in homeless {
        let candidates = found.print.and_then(|print| lost.get_mut(&print)).filter(|lost| !lost.is_empty());
        let Some(candidates) = candidates else {
            added.push(found);
            continue;
        };
        let best = (0..candidates.len()).min_by_key(|at| {
            let lost = candidates[*at];
            (lost.is_absent, name(&lost.place) != name(&found.place), lost.id)
        });
        let moved = candidates.remove(best.unwrap_or(0));
        gone.remove(&moved.id);
        changes.push((moved.id, Change::Moved(moved.id, found.clone())));
    }
    changes.extend(gone.into_keys().map(|id| (id, Change::Absent(id))));
    changes.sort_by_key(|(id, _)| *id);
    added.sort_by(|a, b| a.place.cmp(&b.place));
    let added = added.into_iter().cloned().map(Change::Added);
    changes.into_iter().map(|(_, change)| change).chain(added).collect()
}

/// A file in the place of an item. What it holds is known where it was not read again.
fn at_home(known: &Known, found: &Found) -> Option<Change> {
    let mut now = found.clone();
    let is_new = is_new(Some(known), now.stamp);
    if !is_new {
        now.print = known.print;
    }
    if now.print != known.print {
        return Some(Change::Replaced(known.id, now));
    }
    if known.is_absent {
        return Some(Change::Returned(known.id, now));
    }
    if known.stamp == now.stamp {
        return None;
    }
    Some(if is_new { Change::Touched(known.id, now) } else { Change::Told(known.id, now) })
}

fn was_looked_at(place: &Place, look: &Look) -> bool {
    if !look.folders.contains(&place.folder) {
        return false;
    }
    let unread =
        |path: &str| look.unread.contains(&Place { folder: place.folder.clone(), path: path.to_owned() });
    // The folder's own root, and each directory above the file.
    let mut above = place.path.match_indices('/').map(|(at, _)| &place.path[..at]);
    look.unread.is_empty() || !(unread("") || above.any(unread) || unread(&place.path))
}

fn name(place: &Place) -> &str {
    place.path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
