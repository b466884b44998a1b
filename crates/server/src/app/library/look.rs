//! A look at all folders: what is there, what of it is new, and what it changes. Runs where it may block.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use telecast_core::library::describe::Notes;
use telecast_core::library::reconcile::{Change, Found, Known, Look, Place, is_new, reconcile};

use crate::adapters::folder::{self, Folder, Progress};

/// What has come of a look.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// What it changes, with what lies beside each file that is new or told anew.
    pub(super) changes: Vec<(Change, Notes)>,
    /// How each folder fares.
    pub(super) folders: Vec<FolderState>,
    /// Some files are still being written: look again soon.
    pub(super) is_unsettled: bool,
    /// It was ended before its time; nothing is to be changed.
    pub(super) is_ended: bool,
}

/// How a folder fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderState {
    /// Its name.
    pub name: String,
    /// It is not there.
    pub is_missing: bool,
    /// Directories in it that could not be read; the first of them.
    pub unread: Vec<String>,
    /// There is more in it than is looked at.
    pub is_too_much: bool,
    /// Films that were found.
    pub files: usize,
    /// Directories that were read.
    pub directories: usize,
}

/// Directories that are told of.
const UNREAD_TOLD: usize = 20;

/// Looks at all of `folders`; `gone` are folders that are not wanted any more: their items become absent.
pub(super) fn look(
    folders: &[Folder],
    gone: Vec<String>,
    known: &[Known],
    now_ms: i64,
    progress: &Arc<Progress>,
) -> Looked {
    let by_place: HashMap<&Place, &Known> = known.iter().map(|known| (&known.place, known)).collect();
    let roots: HashMap<&str, &PathBuf> =
        folders.iter().map(|folder| (folder.name.as_str(), &folder.path)).collect();
    let mut out = Looked::default();
    let mut seen = Look { folders: gone.into_iter().collect(), ..Look::default() };
    for folder in folders {
        let walked = folder::walk(folder, now_ms, progress);
        if is_stopped(progress) {
            return Looked { is_ended: true, ..Looked::default() };
        }
        out.is_unsettled |= walked.is_unsettled;
        out.folders.push(FolderState {
            name: folder.name.clone(),
            is_missing: walked.is_missing,
            unread: walked.unread.iter().take(UNREAD_TOLD).map(|place| place.path.clone()).collect(),
            is_too_much: walked.is_too_much,
            files: walked.files.len(),
            directories: walked.directories,
        });
        seen.folders.insert(folder.name.clone());
        seen.unread.extend(walked.unread);
        for (place, stamp) in walked.files {
            if is_stopped(progress) {
                return Looked { is_ended: true, ..Looked::default() };
            }
            let is_new = is_new(by_place.get(&place).copied(), stamp);
            let print = if is_new {
                folder::print(&folder::on_disk(&folder.path, &place.path), stamp.size)
            } else {
                None
            };
            seen.found.push(Found { place, stamp, print });
        }
    }
    let noted = |change: Change| {
        let found = match &change {
            Change::Added(found)
            | Change::Moved(_, found)
            | Change::Replaced(_, found)
            | Change::Told(_, found)
            | Change::Touched(_, found)
            | Change::Returned(_, found) => Some(found),
            Change::Absent(_) => None,
        };
        let notes = found.and_then(|found| {
            let root = roots.get(found.place.folder.as_str())?;
            Some(folder::notes(root, &found.place.path))
        });
        (change, notes.unwrap_or_default())
    };
    out.changes = reconcile(known, &seen).into_iter().map(noted).collect();
    out
}

fn is_stopped(progress: &Progress) -> bool {
    progress.stop.load(std::sync::atomic::Ordering::Relaxed)
}
