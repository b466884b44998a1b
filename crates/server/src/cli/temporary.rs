//! The demo's folder: it goes with the demo, and what a killed one has left goes when the next begins.
//!
//! Whoever lives holds a lock on a file in its folder; the system lets go of it however the process ends. So a folder whose lock is
//! free, or that has none, has no owner. A folder gets its name only once it is locked.

use super::Failure;
use crate::web::secret::random_hex;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

const PREFIX: &str = "telecast-demo-";
const LOCK: &str = "lock";

/// A folder that goes when this is dropped.
pub(super) struct Temporary {
    pub(super) path: PathBuf,
    _lock: File,
}

impl Temporary {
    /// A new one within the system's folder for such things, rid of what others left there.
    pub(super) fn create() -> Result<Self, Failure> {
        let place = std::env::temp_dir();
        clean(&place);
        Self::create_in(&place).map_err(|error| Failure::cannot(format!("{}: {error}", place.display())))
    }

    fn create_in(place: &Path) -> io::Result<Self> {
        let name = random_hex(6);
        let unnamed = place.join(format!("telecast-new-{name}"));
        fs::create_dir(&unnamed)?;
        let lock = File::create(unnamed.join(LOCK))?;
        lock.lock()?;
        let path = place.join(format!("{PREFIX}{name}"));
        fs::rename(&unnamed, &path)?;
        Ok(Self { path, _lock: lock })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the demo's folder cannot be removed");
        }
    }
}

/// Removes folders whose owners are dead.
fn clean(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // Not through a link that somebody else may have put there.
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) || has_owner(&entry.path()) {
            continue;
        }
        match fs::remove_dir_all(entry.path()) {
            Ok(()) => tracing::info!(path = %entry.path().display(), "what a killed demo left is removed"),
            Err(error) => {
                tracing::debug!(path = %entry.path().display(), %error, "somebody else's, it seems");
            }
        }
    }
}

fn has_owner(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_left_goes_and_what_the_living_use_stays() {
        let place = tempfile::tempdir().expect("a folder");
        let living = Temporary::create_in(place.path()).expect("made");
        let make = |name: &str| {
            let path = place.path().join(name);
            fs::create_dir(&path).expect("made");
            path
        };
        let (dead, older, strange) = (make("telecast-demo-aa"), make("telecast-demo-bb"), make("telecast-b"));
        fs::write(dead.join(LOCK), "").expect("written");
        fs::write(older.join("telecast.db"), "").expect("written");
        clean(place.path());
        assert!(living.path.is_dir() && strange.is_dir());
        assert!(!dead.exists() && !older.exists());
        let path = living.path.clone();
        drop(living);
        assert!(!path.exists());
    }
}
