//! The host's own logos: a folder of pictures, found by their names.
//!
//! Only what the folder lists is opened, so no name leads out of it; links in it are the host's, and packs of picons are made of them. It is listed anew
//! when it is asked for and the list is old.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use telecast_core::limits;
use telecast_core::logo::plain;

/// A list of the folder is made anew after this.
const AGE: Duration = Duration::from_secs(60);
/// Files that are listed: the largest packs have some 20,000.
const FILES: usize = 100_000;
/// What pictures are called; of two with one name the earlier here.
const ENDINGS: [&str; 5] = ["png", "webp", "jpg", "jpeg", "gif"];

/// Names without ending, in small letters, and where each lies.
type Names = HashMap<String, PathBuf>;

/// The folder, and what is known of it.
#[derive(Default)]
pub struct LogoFolder {
    listed: Mutex<Option<Listed>>,
}

struct Listed {
    folder: PathBuf,
    /// When (time since the start).
    at: Duration,
    names: Arc<Names>,
}

impl LogoFolder {
    /// The bytes of the first of `names` that `folder` has. Blocks while it reads; `now` is the time since the start.
    pub fn find(&self, folder: &Path, names: &[String], now: Duration) -> Option<Vec<u8>> {
        let listed = self.names(folder, now);
        let path = names.iter().find_map(|name| listed.get(name))?;
        let read = || {
            let mut bytes = Vec::new();
            File::open(path)?.take(limits::LOGO_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            Ok::<_, io::Error>(bytes)
        };
        read()
            .inspect_err(|error| tracing::warn!(%error, path = %path.display(), "a logo cannot be read"))
            .ok()
    }

    fn names(&self, folder: &Path, now: Duration) -> Arc<Names> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = listed.as_ref().filter(|known| known.folder == folder && now < known.at + AGE) {
            return Arc::clone(&known.names);
        }
        let names = Arc::new(list(folder).unwrap_or_else(|error| {
            tracing::warn!(%error, folder = %folder.display(), "the folder of logos cannot be read; check its path and its owner");
            Names::new()
        }));
        *listed = Some(Listed { folder: folder.to_owned(), at: now, names: Arc::clone(&names) });
        names
    }
}

fn list(folder: &Path) -> io::Result<Names> {
    let mut found: Vec<(usize, String, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(FILES) {
        let path = entry?.path();
        let text =
            |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_lowercase);
        let (Some(stem), Some(ending)) = (text(path.file_stem()), text(path.extension())) else { continue };
        let Some(rank) = ENDINGS.iter().position(|known| *known == ending) else { continue };
        found.push((rank, stem, path));
    }
    found.sort();
    let mut names = Names::with_capacity(found.len());
    for (_, stem, path) in &found {
        names.entry(stem.clone()).or_insert_with(|| path.clone());
    }
    // `Das Erste HD.png` is found as well; a name that somebody has written so goes before.
    for (_, stem, path) in found {
        let plain = plain(&stem);
        if !plain.is_empty() {
            names.entry(plain).or_insert(path);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_their_names_and_nothing_else_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        for name in
            ["1_0_19_283D_3FB_1_C00000_0_0_0.PNG", "Das Erste HD.jpg", "zdf.webp", "zdf.png", "notes.txt"]
        {
            std::fs::write(path.join(name), name).expect("written");
        }
        std::os::unix::fs::symlink(path.join("zdf.png"), path.join("zdfhd.png")).expect("a link");
        let logos = LogoFolder::default();
        let find = |names: &[&str], now| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            logos
                .find(path, &names, Duration::from_secs(now))
                .map(|bytes| String::from_utf8(bytes).expect("text"))
        };
        let found = |name: &str| Some(name.to_owned());
        assert_eq!(
            find(&["gone", "1_0_19_283d_3fb_1_c00000_0_0_0"], 0),
            found("1_0_19_283D_3FB_1_C00000_0_0_0.PNG")
        );
        assert_eq!(find(&["daserstehd"], 0), found("Das Erste HD.jpg"));
        assert_eq!((find(&["zdf"], 0), find(&["zdfhd"], 0)), (found("zdf.png"), found("zdf.png")));
        assert_eq!((find(&["notes"], 0), find(&["../zdf"], 0), find(&[], 0)), (None, None, None));
        // What is new is seen after a while.
        std::fs::write(path.join("arte.png"), "arte").expect("written");
        assert_eq!((find(&["arte"], 59), find(&["arte"], 60)), (None, found("arte")));
        assert_eq!(logos.find(&path.join("nowhere"), &["zdf".into()], Duration::ZERO), None);
    }
}
