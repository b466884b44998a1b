//! Pictures and sounds of stills: which files they are. They lie below the library's folders, and nowhere else; what is not there is said with what to do.

use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use telecast_core::library::artwork::is_picture;
use telecast_core::library::names::is_media;
use telecast_core::schedule::document::Still;

use crate::adapters::ffmpeg::card::Card;

/// Pictures of one still.
const PICTURES: usize = 200;

/// A still whose files are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StillFiles {
    /// The files.
    pub card: Arc<Card>,
    /// What all of their content is called.
    pub content: String,
    /// What the content of its sound is called.
    pub sound: String,
}

/// A file that cannot be had: its name in the document, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoFile {
    /// As the document calls it.
    pub name: String,
    /// Cause and advice.
    pub why: String,
}

/// Stills of documents, and their files.
pub type Cards = Vec<(Still, Result<StillFiles, NoFile>)>;

/// The files of a still, below one of `folders`, the first that has them. Blocks.
///
/// # Errors
/// The first that cannot be had.
pub(super) fn find(still: &Still, folders: &[PathBuf]) -> Result<StillFiles, NoFile> {
    let mut content = String::from("still");
    let mut one = |name: &str, kind: fn(&str) -> bool, known: &str| {
        let fault = |why: String| NoFile { name: name.to_owned(), why };
        if !kind(name) {
            return Err(fault(format!("'{name}' is none of the kinds that can be shown: {known}")));
        }
        let (path, called) = below(name, folders).map_err(fault)?;
        content.push_str(&called);
        Ok((path, called))
    };
    let pictures = still.pictures.iter().take(PICTURES);
    let pictures = pictures.map(|name| Ok(one(name, is_picture, "jpg, png and webp")?.0));
    let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
    let sound = still.sound.as_deref();
    let sound = sound.map(|name| one(name, is_media, "mp3, flac, m4a and others")).transpose()?;
    let (sound, called) = sound.unzip();
    Ok(StillFiles { card: Arc::new(Card { pictures, sound }), content, sound: called.unwrap_or_default() })
}

/// A file of that name, and what its content is called.
fn below(name: &str, folders: &[PathBuf]) -> Result<(PathBuf, String), String> {
    let path = Path::new(name);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(format!(
            "'{name}' leads out of the library; give its path below one of the library's folders"
        ));
    }
    for folder in folders {
        let Ok(root) = folder.canonicalize() else { continue };
        // A link that leads out of the folder is as good as no file.
        let Ok(found) = root.join(path).canonicalize() else { continue };
        let Some(about) = found.metadata().ok().filter(|about| about.is_file() && found.starts_with(&root))
        else {
            continue;
        };
        let changed = (about.mtime(), about.mtime_nsec());
        return Ok((found, format!("\n{name} {} {}.{:09}", about.len(), changed.0, changed.1)));
    }
    Err(format!("'{name}' is in none of the library's folders; put it there, or name a file that is"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::schedule::Length;

    fn still(pictures: &[&str], sound: Option<&str>) -> Still {
        let pictures = pictures.iter().map(|name| (*name).to_owned()).collect();
        Still { pictures, sound: sound.map(str::to_owned), length: Length::seconds(5) }
    }

    #[test]
    fn files_are_found_below_the_folders_and_nowhere_else() {
        let place = tempfile::tempdir().expect("a folder");
        let (one, two) = (place.path().join("one"), place.path().join("two"));
        std::fs::create_dir_all(one.join("cards")).expect("made");
        std::fs::create_dir_all(&two).expect("made");
        for file in ["one/cards/a.png", "two/b.jpg", "two/music.mp3", "secret.png", "two/list.txt"] {
            std::fs::write(place.path().join(file), file).expect("written");
        }
        std::os::unix::fs::symlink(place.path().join("secret.png"), two.join("out.png")).expect("a link");
        let folders = [place.path().join("gone"), one, two];
        let found = find(&still(&["cards/a.png", "b.jpg"], Some("music.mp3")), &folders).expect("found");
        assert_eq!(found.card.pictures.len(), 2);
        assert!(found.card.sound.as_ref().is_some_and(|sound| sound.ends_with("two/music.mp3")));
        let secret = place.path().join("secret.png");
        for name in
            ["../secret.png", "out.png", "no.png", "list.txt", "./b.jpg", secret.to_str().expect("a name")]
        {
            let fault = find(&still(&["b.jpg", name], None), &folders).expect_err(name);
            assert_eq!(fault.name, name);
            assert!(fault.why.contains(name), "{}", fault.why);
        }
        assert!(find(&still(&["b.jpg"], Some("list.txt")), &folders).is_err());
        // Another content is called otherwise.
        std::fs::write(place.path().join("two/b.jpg"), "another").expect("written");
        let again = find(&still(&["cards/a.png", "b.jpg"], Some("music.mp3")), &folders).expect("found");
        assert_ne!(again.content, found.content);
        assert_eq!(again.sound, found.sound);
    }
}
