//! Pictures of items: a file beside the film, a cover in it, or a frame of it. Made when somebody wants to see one, and kept.
//!
//! An episode has its own picture or a frame of it before its show's poster, so that a season is not twenty times the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use telecast_core::library::artwork::choose;
use telecast_core::library::{HZ, Kind};
use tokio::sync::Semaphore;

use super::Entry;
use crate::adapters::artwork_files::ArtworkFiles;
use crate::adapters::{ffprobe, folder, picture};

/// Pictures made at once.
const MAKING: usize = 2;
/// Bytes of a picture beside a film.
const FILE_MOST: u64 = 20 << 20;

/// A picture: a JPEG of bounded size.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The picture.
    pub jpeg: Bytes,
    /// Another picture has another one.
    pub tag: Arc<str>,
}

/// The way to all pictures; cheap to clone.
#[derive(Clone)]
pub struct Artwork(Arc<Inner>);

struct Inner {
    files: Option<ArtworkFiles>,
    making: Semaphore,
}

impl Artwork {
    /// What an earlier run has kept is taken up. A folder that cannot be used costs the keeping, not the pictures.
    pub(super) async fn open(folder: Option<PathBuf>) -> Self {
        let opened =
            tokio::task::spawn_blocking(move || folder.map(|folder| ArtworkFiles::open(&folder)).transpose());
        let files = match opened.await {
            Ok(Ok(files)) => files,
            Ok(Err(error)) => {
                tracing::warn!(%error, "pictures of the library cannot be kept; they are made anew each time");
                None
            }
            Err(_) => None,
        };
        Self(Arc::new(Inner { files, making: Semaphore::new(MAKING) }))
    }

    /// The picture of an item whose folder lies at `root`; none: it has none.
    pub(super) async fn of(&self, entry: &Entry, root: &Path) -> Option<Picture> {
        let name = name(entry);
        let tag: Arc<str> = name.as_str().into();
        let picture = |jpeg: Vec<u8>| Picture { jpeg: jpeg.into(), tag: Arc::clone(&tag) };
        if let Some(kept) = self.kept(&name).await {
            return kept.map(picture);
        }
        let _one = self.0.making.acquire().await.ok()?;
        // Somebody else may have made it meanwhile.
        if let Some(kept) = self.kept(&name).await {
            return kept.map(picture);
        }
        let made = make(entry, root).await;
        if let Some(files) = self.0.files.clone().filter(|_| made.is_some() || entry.is_probed) {
            let kept = made.clone();
            let written = tokio::task::spawn_blocking(move || files.write(&name, kept.as_deref())).await;
            if let Ok(Err(error)) = written {
                tracing::debug!(%error, "a picture of the library cannot be kept");
            }
        }
        made.map(picture)
    }

    /// What is kept under a name; none: nothing is known.
    async fn kept(&self, name: &str) -> Option<Option<Vec<u8>>> {
        let (files, name) = (self.0.files.clone()?, name.to_owned());
        tokio::task::spawn_blocking(move || files.read(&name)).await.ok().flatten()
    }
}

/// Another one for all that makes an item's picture another.
fn name(entry: &Entry) -> String {
    use std::fmt::Write;
    let stamp = entry.known.stamp;
    let mut digest = Sha256::new();
    for number in
        [entry.item.id.0, stamp.size, stamp.changed_ms as u64, stamp.beside, u64::from(entry.is_probed)]
    {
        digest.update(number.to_le_bytes());
    }
    let mut out = String::new();
    for byte in digest.finalize().iter().take(16) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

async fn make(entry: &Entry, root: &Path) -> Option<Vec<u8>> {
    let path = entry.known.place.path.clone();
    let is_episode = entry.item.kind == Kind::Episode;
    if let Some(found) = beside(root, &path, !is_episode, false).await {
        return Some(found);
    }
    if !entry.known.is_absent && entry.is_probed && entry.item.length > 0 {
        let file = folder::on_disk(root, &path);
        if let Some(cover) = ffprobe::cover(&file).await
            && let Some(small) = small(cover).await
        {
            return Some(small);
        }
        let at_ms = entry.item.length / (HZ / 1_000) / 10;
        if let Some(frame) = ffprobe::frame(&file, at_ms).await
            && let Some(small) = small(frame).await
        {
            return Some(small);
        }
    }
    if is_episode { beside(root, &path, true, true).await } else { None }
}

/// A picture beside the film; `general`: also one that is of all in its directory, `above`: or of all in those above.
async fn beside(root: &Path, path: &str, general: bool, above: bool) -> Option<Vec<u8>> {
    let (root, path) = (root.to_owned(), path.to_owned());
    let found = tokio::task::spawn_blocking(move || {
        let (mut directory, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        // What is of all in a directory full of films is of none of them; and nothing in the library's root is of one film.
        let general = general && !directory.is_empty();
        for _ in 0..if above { 3 } else { 1 } {
            let (pictures, films) = folder::names(&root, directory);
            let alone = general && (above || films <= 3);
            if let Some(name) = choose(stem, &pictures, alone) {
                let place =
                    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
                return folder::small(&folder::on_disk(&root, &place), FILE_MOST);
            }
            directory = directory.rsplit_once('/').map(|(above, _)| above)?;
        }
        None
    });
    small(found.await.ok().flatten()?).await
}

async fn small(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let made = tokio::task::spawn_blocking(move || picture::poster(&bytes)).await.ok()?;
    made.inspect_err(|unfit| tracing::debug!(%unfit, "a picture of the library is not shown")).ok()
}
