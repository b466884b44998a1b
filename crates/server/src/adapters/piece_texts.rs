//! What may be read with a prepared piece: `texts.json` in its folder says which texts there are, and each is a WebVTT file beside it, called by its content.
//!
//! It is written apart from the piece and may be written anew at any time: whoever reads the old one finds its files until then.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Result, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use telecast_core::library::subtitles::LeftOut;
use telecast_media::subtitles::{Name, Text, read, write as written};

use super::files::{self, Whole};

const RECORD: &str = "texts.json";
/// Form of what is written here; what was read in another way is read anew.
const VERSION: u32 = 1;
/// Names in a directory that are looked at.
const NAMES: usize = 20_000;

/// What a film is like, with what lies beside it: another print, other texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FilmPrint {
    /// Name of the file, its size, and when it was changed (nanoseconds).
    film: (String, u64, i128),
    /// Name, size and time of each file beside it that may be its subtitles.
    beside: Vec<(String, u64, i128)>,
}

impl FilmPrint {
    /// The film can be looked at.
    pub fn is_there(&self) -> bool {
        self.film.1 > 0
    }

    /// Names of the files beside it.
    pub fn names(&self) -> Vec<String> {
        self.beside.iter().map(|(name, ..)| name.clone()).collect()
    }
}

/// The print of `file`. What cannot be looked at is as if it were not there.
pub fn print(file: &Path) -> FilmPrint {
    let of = |path: &Path| {
        let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some((found.len(), i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec())))
    };
    let (size, changed) = of(file).unwrap_or_default();
    let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let entries = file.parent().and_then(|parent| fs::read_dir(parent).ok());
    let entries = entries.into_iter().flatten().flatten().take(NAMES);
    let beside = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let (_, ending) = name.strip_prefix(&stem)?.rsplit_once('.')?;
        let is_text = ["srt", "vtt", "ass", "ssa"].iter().any(|known| ending.eq_ignore_ascii_case(known));
        let (size, changed) = of(&entry.path()).filter(|_| is_text)?;
        Some((name, size, changed))
    });
    let mut beside: Vec<_> = beside.collect();
    beside.sort();
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    FilmPrint { film: (name, size, changed), beside }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    version: u32,
    print: FilmPrint,
    /// Name of each text, and of its file.
    texts: Vec<(String, String)>,
    /// What was left out, and why.
    left_out: Vec<(String, String)>,
}

fn record(folder: &Path) -> Option<Record> {
    let bytes = files::read_whole(&folder.join(RECORD)).ok()?;
    serde_json::from_slice(&bytes).ok().filter(|record: &Record| record.version == VERSION)
}

/// What the film was like whose texts stand in `folder`; none: there are none yet.
pub fn made_of(folder: &Path) -> Option<FilmPrint> {
    record(folder).map(|record| record.print)
}

/// Names of the texts in `folder`.
pub fn names(folder: &Path) -> Vec<Name> {
    let texts = record(folder).map_or_else(Vec::new, |record| record.texts);
    texts.iter().filter_map(|(name, _)| Name::read(name)).collect()
}

/// The texts in `folder`. One that cannot be read is left out.
pub fn texts(folder: &Path) -> Vec<Text> {
    let of = |(name, file): (String, String)| {
        let is_ours = Path::new(&file).components().count() == 1;
        let bytes = files::read_whole(&folder.join(&file)).ok().filter(|_| is_ours)?;
        Some(Text { name: Name::read(&name)?, cues: read::cues(&read::text(&bytes)).0 })
    };
    record(folder).map_or_else(Vec::new, |record| record.texts.into_iter().filter_map(of).collect())
}

/// Writes `texts` into `folder`, and what was left out.
///
/// # Errors
/// The disk; what stood there before still does then.
pub fn write(folder: &Path, print: FilmPrint, texts: &[Text], left_out: &[LeftOut]) -> Result<()> {
    let mut told = Vec::new();
    for text in texts {
        let bytes = written(&text.cues).into_bytes();
        let digest = Sha256::digest(&bytes);
        let hash: Vec<String> = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let hash = hash.concat();
        let file = format!("{}-{hash}.vtt", text.name);
        let mut whole = Whole::begin(&folder.join(&file))?;
        whole.write_all(&bytes)?;
        whole.finish()?;
        told.push((text.name.to_string(), file));
    }
    let left_out = left_out.iter().map(|left| (left.what.clone(), left.why.clone())).collect();
    let record = Record { version: VERSION, print, texts: told, left_out };
    let mut whole = Whole::begin(&folder.join(RECORD))?;
    serde_json::to_writer(&mut whole, &record)?;
    whole.finish()?;
    let kept: BTreeSet<&str> = record.texts.iter().map(|(_, file)| file.as_str()).collect();
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        let is_old = name.to_str().is_some_and(|name| {
            Path::new(name).extension().is_some_and(|end| end == "vtt") && !kept.contains(name)
        });
        if is_old {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use telecast_media::subtitles::{Cue, Role};

    use super::*;

    #[test]
    fn texts_are_read_as_they_were_written_and_may_be_written_anew() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path();
        assert!(made_of(folder).is_none() && names(folder).is_empty() && texts(folder).is_empty());
        let text = |language: &[u8; 3], words: &str| Text {
            name: Name { language: Some(*language), role: Role::Full },
            cues: vec![Cue { start: 90, end: 9_000, text: words.into() }],
        };
        let left = [LeftOut { what: "stream 3".into(), why: "it is made of pictures".into() }];
        let first = [text(b"deu", "Hallo & <du>"), text(b"eng", "Hello")];
        write(folder, FilmPrint::default(), &first, &left).expect("written");
        assert_eq!(texts(folder), first);
        let film = folder.join("Film.mkv");
        fs::write(&film, b"film").expect("written");
        fs::write(folder.join("Film.de.srt"), b"x").expect("written");
        fs::write(folder.join("Film.txt"), b"x").expect("written");
        let now = print(&film);
        assert_eq!(now.names(), ["Film.de.srt"]);
        // Links are followed, as those of films are: a library may be made of nothing else. What is no file is none.
        let elsewhere = tempfile::tempdir().expect("a folder");
        fs::write(elsewhere.path().join("x.srt"), b"x").expect("written");
        for (name, place) in [("Film.en.srt", "x.srt"), ("Film.fr.srt", "gone.srt"), ("Film.it.srt", ".")] {
            std::os::unix::fs::symlink(elsewhere.path().join(place), folder.join(name)).expect("a link");
        }
        assert_eq!(print(&film).names(), ["Film.de.srt", "Film.en.srt"]);
        write(folder, now.clone(), &[text(b"deu", "Tag")], &[]).expect("written");
        assert_eq!((texts(folder), made_of(folder)), (vec![text(b"deu", "Tag")], Some(now)));
        let left = fs::read_dir(folder).expect("read").flatten();
        assert_eq!(left.filter(|entry| entry.path().extension().is_some_and(|end| end == "vtt")).count(), 1);
    }
}
