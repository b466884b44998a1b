//! Pictures of the library that were made, on the disk: `{name}.jpg`, and `{name}.none` where there is none. Names are numbers in hex that whoever
//! keeps them gives; of another picture they are another.
//!
//! A cache: what is damaged is made anew, nothing waits for the disk to have written, and the oldest go when there are too many.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::OFlags;

use super::files::{options, own_folder, read_whole};

/// Bytes that are kept: 40,000 pictures.
const MOST: u64 = 1 << 30;
/// A JPEG ends so (ITU-T T.81, B.1.1.3).
const END: [u8; 2] = [0xFF, 0xD9];

/// The folder; cheap to clone.
#[derive(Clone, Debug)]
pub struct ArtworkFiles {
    folder: PathBuf,
    kept: Arc<Mutex<Kept>>,
}

/// What is there, oldest first.
#[derive(Debug, Default)]
struct Kept {
    order: VecDeque<String>,
    bytes: HashMap<String, u64>,
    all: u64,
}

impl ArtworkFiles {
    /// Makes the folder, and takes up what is in it; what was half written is removed.
    ///
    /// # Errors
    /// It cannot be made or read.
    pub fn open(folder: &Path) -> io::Result<Self> {
        own_folder(folder)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            match name.rsplit_once('.') {
                Some((_, "part")) => fs::remove_file(entry.path())?,
                Some((_, "jpg" | "none")) => {
                    let facts = entry.metadata()?;
                    found.push((facts.modified().ok(), name, facts.len()));
                }
                // Somebody else's.
                _ => {}
            }
        }
        found.sort();
        let mut kept = Kept::default();
        for (_, name, bytes) in found {
            kept.add(name, bytes);
        }
        Ok(Self { folder: folder.to_owned(), kept: Arc::new(Mutex::new(kept)) })
    }

    /// The picture of that name, or that there is none; none: nothing is known.
    pub fn read(&self, name: &str) -> Option<Option<Vec<u8>>> {
        if let Ok(bytes) = read_whole(&self.folder.join(format!("{name}.jpg")))
            && bytes.ends_with(&END)
        {
            return Some(Some(bytes));
        }
        self.folder.join(format!("{name}.none")).exists().then_some(None)
    }

    /// Keeps a picture, or that there is none.
    ///
    /// # Errors
    /// It cannot be written; then there is what there was.
    pub fn write(&self, name: &str, picture: Option<&[u8]>) -> io::Result<()> {
        let ending = if picture.is_some() { "jpg" } else { "none" };
        let file = format!("{name}.{ending}");
        let part = self.folder.join(format!("{file}.part"));
        let mut writing = options(OFlags::empty()).write(true).create(true).truncate(true).open(&part)?;
        writing.write_all(picture.unwrap_or_default())?;
        fs::rename(&part, self.folder.join(&file))?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.add(file, picture.map_or(0, |bytes| bytes.len() as u64));
        for old in kept.beyond(MOST) {
            let _ = fs::remove_file(self.folder.join(old));
        }
        Ok(())
    }
}

impl Kept {
    fn add(&mut self, name: String, bytes: u64) {
        if let Some(before) = self.bytes.insert(name.clone(), bytes) {
            self.all -= before;
        } else {
            self.order.push_back(name);
        }
        self.all += bytes;
    }

    /// Takes out the oldest until no more than `most` bytes are left.
    fn beyond(&mut self, most: u64) -> Vec<String> {
        let mut out = Vec::new();
        while self.all > most
            && let Some(name) = self.order.pop_front()
        {
            self.all -= self.bytes.remove(&name).unwrap_or(0);
            out.push(name);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_and_the_oldest_go_first() {
        let room = tempfile::tempdir().expect("a folder");
        let files = ArtworkFiles::open(&room.path().join("artwork")).expect("made");
        let picture = [b"\xFF\xD8".as_slice(), &END].concat();
        assert_eq!(files.read("a"), None);
        files.write("a", Some(&picture)).expect("kept");
        files.write("b", None).expect("kept");
        files.write("c", Some(b"half")).expect("kept");
        let files = ArtworkFiles::open(&room.path().join("artwork")).expect("opened");
        assert_eq!(
            (files.read("a"), files.read("b"), files.read("c")),
            (Some(Some(picture)), Some(None), None)
        );
        let mut kept = Kept::default();
        for name in ["a", "b", "c"] {
            kept.add(name.into(), 10);
        }
        assert_eq!(kept.beyond(15), ["a", "b"]);
        assert_eq!(kept.all, 10);
    }
}
