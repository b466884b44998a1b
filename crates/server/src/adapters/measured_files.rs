//! What was measured of files, on the disk: a small file for each content, so that neither a restart nor another stretch measures it again.
//!
//! A cache: what is damaged is measured anew, and the oldest go when there are too many.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Result, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use telecast_core::library::house::Loudness;

use super::files::{Whole, own_folder, read_whole};

/// Contents that are kept: a file takes a block of the disk, 400 MB in all.
const MOST: usize = 100_000;
/// Form of what is written here; another is measured anew.
const VERSION: u32 = 1;

/// What was measured of a file. What nobody has measured is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    version: u32,
    /// How loud its sounds are over the whole, by number of their stream.
    #[serde(default)]
    pub sounds: BTreeMap<u32, Loudness>,
    /// How loud they are at some places, and when that was measured (milliseconds since 1970).
    #[serde(default)]
    pub some: BTreeMap<u32, (Loudness, i64)>,
    /// Where it is black and silent, ticks from its beginning.
    #[serde(default)]
    pub pauses: Option<Vec<i64>>,
}

/// The folder.
#[derive(Debug)]
pub struct MeasuredFiles {
    folder: PathBuf,
    writing: Mutex<()>,
}

impl MeasuredFiles {
    /// Makes the folder; of more than is kept the oldest go.
    ///
    /// # Errors
    /// It cannot be made or read.
    pub fn open(folder: &Path) -> Result<Self> {
        own_folder(folder)?;
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            found.push((entry.metadata()?.modified().ok(), entry.path()));
        }
        found.sort();
        for (_, path) in found.iter().take(found.len().saturating_sub(MOST)) {
            std::fs::remove_file(path)?;
        }
        Ok(Self { folder: folder.to_owned(), writing: Mutex::new(()) })
    }

    fn place(&self, content: &str) -> PathBuf {
        let mut name = String::with_capacity(37);
        for byte in Sha256::digest(content).iter().take(16) {
            let _ = write!(name, "{byte:02x}");
        }
        self.folder.join(name + ".json")
    }

    /// What is known of a content.
    pub fn read(&self, content: &str) -> Measured {
        let bytes = read_whole(&self.place(content)).unwrap_or_default();
        let known = serde_json::from_slice(&bytes).ok().filter(|known: &Measured| known.version == VERSION);
        known.unwrap_or(Measured { version: VERSION, ..Measured::default() })
    }

    /// Adds to what is known of a content. If it cannot be kept it is measured again one day.
    pub fn change(&self, content: &str, change: impl FnOnce(&mut Measured)) {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = self.read(content);
        change(&mut known);
        let keep = || {
            let mut whole = Whole::begin(&self.place(content))?;
            whole.write_all(&serde_json::to_vec(&known)?)?;
            whole.finish()
        };
        if let Err(error) = keep() {
            tracing::warn!(%error, "what was measured of a file cannot be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_known_after_a_restart_and_damage_is_measured_anew() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("measured");
        let loud = Loudness { integrated: -21.5, peak: Some(-3.25) };
        let files = MeasuredFiles::open(&folder).expect("opened");
        files.change("a", |known| _ = known.sounds.insert(1, loud));
        files.change("a", |known| known.pauses = Some(vec![90_000]));
        let files = MeasuredFiles::open(&folder).expect("opened");
        let known = files.read("a");
        assert_eq!((known.sounds.get(&1), known.pauses.as_deref()), (Some(&loud), Some(&[90_000][..])));
        assert_eq!(files.read("b").sounds.len(), 0);
        std::fs::write(files.place("a"), b"{").expect("written");
        assert_eq!(files.read("a"), files.read("b"));
    }
}
