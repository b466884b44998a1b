//! What was fetched of logos, and that there is none: on the disk, within a budget, with an age. What was not needed for longest goes first.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use telecast_core::limits;

use crate::adapters::clock::Clock;
use crate::adapters::logo_files::{KeptLogo, LogoFiles};

pub(super) use crate::adapters::logo_files::NAME;

/// A logo is asked for again after this; what is kept is shown until somebody has answered.
const PRESENT: Duration = Duration::from_hours(7 * 24);
/// The same where there was none.
const ABSENT: Duration = Duration::from_hours(24);
/// So far the disk's clock may be from ours.
const APART_MS: i64 = 60_000;
/// A file takes a block of the disk, however small it is.
const BLOCK: u64 = 4 << 10;

/// All that is kept; cheap to clone.
#[derive(Clone)]
pub(super) struct Kept {
    clock: Clock,
    /// None: nothing is kept on this disk.
    files: Option<Arc<LogoFiles>>,
    entries: Arc<Mutex<Entries>>,
}

#[derive(Default)]
struct Entries {
    by_name: HashMap<String, Entry>,
    bytes: u64,
    /// Counts needs.
    needs: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// None: there is no logo.
    bytes: Option<u64>,
    at_ms: i64,
    needed: u64,
}

/// What is known under a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    Picture { png: Vec<u8>, is_new: bool },
    None,
    Unknown,
}

impl Entries {
    /// Puts it there; says which are to go for it.
    fn put(&mut self, name: String, bytes: Option<u64>, at_ms: i64) -> Vec<String> {
        self.needs += 1;
        self.forget(&name);
        self.bytes += on_disk(bytes);
        self.by_name.insert(name, Entry { bytes, at_ms, needed: self.needs });
        let is_too_much = |entries: &Self, percent: u64| {
            entries.bytes > limits::LOGOS_KEPT_BYTES * percent / 100
                || entries.by_name.len() as u64 > limits::LOGOS_KEPT as u64 * percent / 100
        };
        let mut gone = Vec::new();
        if is_too_much(self, 100) {
            let mut oldest: Vec<(u64, String)> =
                self.by_name.iter().map(|(name, entry)| (entry.needed, name.clone())).collect();
            oldest.sort();
            // Some more than is needed, so that this is seldom done.
            for (_, name) in oldest.into_iter().take(self.by_name.len().saturating_sub(1)) {
                if !is_too_much(self, 90) {
                    break;
                }
                self.forget(&name);
                gone.push(name);
            }
        }
        gone
    }

    fn forget(&mut self, name: &str) {
        if let Some(entry) = self.by_name.remove(name) {
            self.bytes -= on_disk(entry.bytes);
        }
    }
}

fn on_disk(bytes: Option<u64>) -> u64 {
    bytes.unwrap_or(0).div_ceil(BLOCK) * BLOCK
}

impl Kept {
    /// Takes up what an earlier run has left in `folder`.
    pub(super) async fn open(folder: Option<PathBuf>, clock: Clock) -> Self {
        let nothing = Self { clock, files: None, entries: Arc::default() };
        let Some(folder) = folder else { return nothing };
        let place = folder.display().to_string();
        let opened = tokio::task::spawn_blocking(move || LogoFiles::open(&folder)).await;
        match opened.map_err(std::io::Error::other).and_then(|opened| opened) {
            Ok((files, mut found)) => {
                let mut entries = Entries::default();
                found.sort_by_key(|logo| logo.at_ms);
                let mut gone = Vec::new();
                for KeptLogo { name, bytes, at_ms } in found {
                    gone.extend(entries.put(name, bytes, at_ms));
                }
                let kept =
                    Self { files: Some(Arc::new(files)), entries: Arc::new(Mutex::new(entries)), ..nothing };
                kept.remove(gone).await;
                kept
            }
            Err(error) => {
                tracing::warn!(%error, place, "logos cannot be kept there; they are fetched anew with each start");
                nothing
            }
        }
    }

    /// What is kept under `name`.
    pub(super) async fn look(&self, name: &str) -> Look {
        let Some(files) = self.files.clone() else { return Look::Unknown };
        let known = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            entries.needs += 1;
            let needs = entries.needs;
            entries.by_name.get_mut(name).map(|entry| {
                entry.needed = needs;
                *entry
            })
        };
        let Some(entry) = known else { return Look::Unknown };
        let age = if entry.bytes.is_some() { PRESENT } else { ABSENT };
        // What was fetched in time to come was fetched under another clock; no two are quite the same.
        let age_ms = self.clock.steady_ms() - entry.at_ms;
        let is_new = (-APART_MS..age.as_millis() as i64).contains(&age_ms);
        if entry.bytes.is_none() {
            return if is_new { Look::None } else { Look::Unknown };
        }
        let wanted = name.to_owned();
        match tokio::task::spawn_blocking(move || files.read(&wanted)).await {
            Ok(Ok(png)) => Look::Picture { png, is_new },
            _ => {
                self.entries.lock().unwrap_or_else(PoisonError::into_inner).forget(name);
                self.remove(vec![name.to_owned()]).await;
                Look::Unknown
            }
        }
    }

    /// Keeps a picture, or that there is none.
    pub(super) async fn put(&self, name: String, picture: Option<Vec<u8>>) {
        let Some(files) = self.files.clone() else { return };
        let bytes = picture.as_ref().map(|picture| picture.len() as u64);
        let wanted = name.clone();
        let written = tokio::task::spawn_blocking(move || files.write(&wanted, picture.as_deref())).await;
        if let Err(error) = written.map_err(std::io::Error::other).and_then(|written| written) {
            // A full disk: it is asked for again, as without this.
            return tracing::debug!(%error, "a logo cannot be kept");
        }
        let now = self.clock.steady_ms();
        let gone = self.entries.lock().unwrap_or_else(PoisonError::into_inner).put(name, bytes, now);
        self.remove(gone).await;
    }

    async fn remove(&self, names: Vec<String>) {
        let Some(files) = self.files.clone().filter(|_| !names.is_empty()) else { return };
        let removing = move || names.iter().for_each(|name| files.remove(name));
        let _ = tokio::task::spawn_blocking(removing).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_needed_for_longest_goes_and_the_sum_is_right() {
        let mut entries = Entries::default();
        let most = limits::LOGOS_KEPT_BYTES / (64 << 10);
        let mut gone = Vec::new();
        for at in 0..most {
            gone.extend(entries.put(format!("{at:05}"), Some(64 << 10), 0));
        }
        assert_eq!((gone.len(), entries.bytes), (0, limits::LOGOS_KEPT_BYTES));
        entries.needs += 1;
        entries.by_name.get_mut("00000").expect("there").needed = entries.needs;
        gone.extend(entries.put("none".into(), None, 0));
        assert_eq!(gone.len(), 0, "that there is none takes no room");
        gone.extend(entries.put("more".into(), Some(1), 0));
        assert!(gone.contains(&"00001".to_owned()) && !gone.contains(&"00000".to_owned()), "{gone:?}");
        assert!(entries.by_name.contains_key("more") && entries.bytes <= limits::LOGOS_KEPT_BYTES * 9 / 10);
        let sum: u64 = entries.by_name.values().map(|entry| on_disk(entry.bytes)).sum();
        assert_eq!(sum, entries.bytes);
        // Put again it counts once.
        let before = entries.bytes;
        entries.put("more".into(), Some(1), 0);
        assert_eq!(entries.bytes, before);
    }

    #[tokio::test]
    async fn presence_and_absence_outlive_the_program_and_grow_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Some(folder.path().join("logos"));
        let clock = Clock::start();
        let [there, none] = ["a", "b"].map(|digit| digit.repeat(NAME));
        let png = b"\x89PNG IEND\xAE\x42\x60\x82".to_vec();
        let kept = Kept::open(place.clone(), clock).await;
        assert_eq!(kept.look(&there).await, Look::Unknown);
        kept.put(there.clone(), Some(png.clone())).await;
        kept.put(none.clone(), None).await;
        let again = Kept::open(place.clone(), clock).await;
        for kept in [&kept, &again] {
            assert_eq!(kept.look(&there).await, Look::Picture { png: png.clone(), is_new: true });
            assert_eq!(kept.look(&none).await, Look::None);
        }
        let aged = |by: Duration| {
            for entry in again.entries.lock().unwrap_or_else(PoisonError::into_inner).by_name.values_mut() {
                entry.at_ms = clock.steady_ms() - by.as_millis() as i64;
            }
        };
        aged(ABSENT);
        assert_eq!(again.look(&none).await, Look::Unknown);
        assert_eq!(again.look(&there).await, Look::Picture { png: png.clone(), is_new: true });
        aged(PRESENT);
        assert_eq!(again.look(&there).await, Look::Picture { png, is_new: false });
        // What is damaged is asked for anew.
        std::fs::write(folder.path().join(format!("logos/{there}.png")), "half").expect("written");
        assert_eq!((again.look(&there).await, again.look(&there).await), (Look::Unknown, Look::Unknown));
        assert!(!folder.path().join(format!("logos/{there}.png")).exists());
        // Without a folder nothing is kept, and nothing fails.
        std::fs::write(folder.path().join("file"), "in the way").expect("written");
        for place in [None, Some(folder.path().join("file"))] {
            let nothing = Kept::open(place, clock).await;
            nothing.put(none.clone(), None).await;
            assert_eq!(nothing.look(&none).await, Look::Unknown);
        }
    }
}
