//! What is asked of the owner of the library, and what becomes of corrections.

use std::collections::BTreeSet;
use std::path::Path;

use telecast_core::error::{Error, Kind};
use telecast_core::library::ItemId;
use telecast_core::library::collection::{Collection, CollectionId, Collections, NAME_MOST};
use telecast_core::library::describe::Correction;
use telecast_store::{KeptCollection, LibraryFolder, LibraryWrite};
use tokio::sync::oneshot;

use super::{Bulk, CollectionChange, Entry};

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// What is asked.
pub(super) enum Request {
    /// Look at all folders.
    Look,
    /// Settings have changed.
    Settings,
    /// One folder more.
    AddFolder(LibraryFolder, Reply<()>),
    /// One less.
    RemoveFolder(String, Reply<()>),
    /// Change items; gives how many.
    Change(Vec<ItemId>, Bulk, Reply<usize>),
    /// Change collections.
    Collections(CollectionChange, Reply<Option<KeptCollection>>),
}

/// What a bulk writes for an item; none: it changes nothing of it.
pub(super) fn write(entry: &Entry, bulk: &Bulk) -> Option<LibraryWrite> {
    let id = entry.item.id;
    let corrected = |change: &dyn Fn(&mut Correction)| {
        let mut correction = entry.correction.clone();
        change(&mut correction);
        (correction != entry.correction).then_some(LibraryWrite::Corrected(id, correction))
    };
    match bulk {
        // Labels and hiding have ways of their own; a correction that does not name them leaves them.
        Bulk::Correct(new) => corrected(&|correction| *correction = (**new).clone()),
        Bulk::Tag { add, remove } => corrected(&|correction| {
            correction.tags.retain(|tag| !remove.contains(tag));
            let more: BTreeSet<&String> = add.iter().filter(|tag| !correction.tags.contains(tag)).collect();
            correction.tags.extend(more.into_iter().cloned().collect::<Vec<_>>());
        }),
        Bulk::Kind(kind) => corrected(&|correction| correction.kind = *kind),
        Bulk::Hide(hide) => corrected(&|correction| correction.hidden = *hide),
        Bulk::Probe => (entry.is_probed && !entry.known.is_absent).then_some(LibraryWrite::Unprobed(id)),
        Bulk::Forget => entry.known.is_absent.then_some(LibraryWrite::Forgotten(id)),
    }
}

/// What is wrong with a bulk before anything is changed.
pub(super) fn fault(bulk: &Bulk) -> Option<Error> {
    let words = match bulk {
        Bulk::Correct(correction) => correction.fault(),
        Bulk::Tag { add, .. } => Correction { tags: add.clone(), ..Correction::default() }.fault(),
        Bulk::Kind(_) | Bulk::Hide(_) | Bulk::Probe | Bulk::Forget => None,
    };
    words.map(|words| Error::new(Kind::Invalid, words))
}

/// A folder that may be added beside those of these names.
///
/// # Errors
/// Why not.
pub(super) fn check_folder(folder: &LibraryFolder, names: &[String]) -> Result<(), Error> {
    let refuse = |kind, words: String| Err(Error::new(kind, words));
    let name = folder.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MOST || name.chars().any(char::is_control) {
        return refuse(Kind::Invalid, "A folder needs a name of 200 characters at most.".into());
    }
    if names.iter().any(|known| known == name) {
        return refuse(Kind::Conflict, format!("There is a folder '{name}' already."));
    }
    let path = Path::new(&folder.path);
    if !path.is_absolute() {
        return refuse(Kind::Invalid, "The path of a folder begins with '/'.".into());
    }
    match std::fs::read_dir(path) {
        Ok(_) => Ok(()),
        Err(error) => refuse(
            Kind::Invalid,
            format!(
                "{} cannot be read: {error}. Look at its name, and let the station's user read it.",
                path.display()
            ),
        ),
    }
}

/// Whether a collection may be added or changed.
///
/// # Errors
/// Why not.
pub(super) fn check_collection(all: &Collections, new: &Collection) -> Result<(), Error> {
    all.check(new).map_err(|refusal| Error::new(Kind::Invalid, refusal.to_string()))
}

/// A collection that is not there.
pub(super) fn no_collection(id: CollectionId) -> Error {
    Error::new(Kind::NotFound, format!("There is no collection {} any more.", id.0))
}
