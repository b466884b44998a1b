//! Files in a folder of the program's own: what it made itself are files and folders, so a link among them is somebody else's, and leads out.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Error, ErrorKind, Read, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// Opens with `flags` beside those of the options; a link is not followed, but an error.
pub fn options(flags: OFlags) -> OpenOptions {
    let mut options = File::options();
    options.custom_flags((OFlags::NOFOLLOW | flags).bits() as i32);
    options
}

/// All of a file that is no link.
pub fn read_whole(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    options(OFlags::empty()).read(true).open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes a folder of the program's own, if it is not there; a link in its place is an error. What lies above it is the host's, links too.
pub fn own_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path)?;
    if std::fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    let words = format!("{} is a link; a folder of the station is expected there", path.display());
    Err(Error::new(ErrorKind::NotADirectory, words))
}

/// Folders with one name and ending that may be there at once.
const FRESH: u32 = 1_000;

/// Makes a folder beside `place` that nobody else has: called like it, with a number and `ending` behind. Whoever was told to end and has not yet ended goes on in
/// another one, and takes nobody else's away.
pub fn fresh_folder(place: &Path, ending: &str) -> Result<PathBuf> {
    if let Some(above) = place.parent() {
        std::fs::create_dir_all(above)?;
    }
    for number in 0..FRESH {
        let mut path = place.as_os_str().to_owned();
        path.push(format!(".{number}.{ending}"));
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path.into()),
        }
    }
    Err(Error::new(ErrorKind::AlreadyExists, format!("too much was left beside {}", place.display())))
}

/// A file that is there as a whole or as it was before: written beside its place, brought to the disk, and put there by a rename. Dropped before it is
/// finished, it leaves nothing.
pub struct Whole {
    file: File,
    beside: PathBuf,
    place: PathBuf,
}

/// Bytes of two files that are compared at once.
const COMPARED: usize = 64 << 10;

impl Whole {
    /// Begins to write what is to lie at `place`. One writer at a time.
    pub fn begin(place: &Path) -> Result<Self> {
        let mut beside = place.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        // Somebody was interrupted.
        let _ = std::fs::remove_file(&beside);
        let file = options(OFlags::empty()).write(true).create_new(true).open(&beside)?;
        Ok(Self { file, beside, place: place.to_owned() })
    }

    /// Puts it in its place, durably; `false`: the same lay there already, and is left alone.
    pub fn finish(mut self) -> Result<bool> {
        self.file.flush()?;
        if is_same(&self.beside, &self.place).unwrap_or(false) {
            return Ok(false);
        }
        self.file.sync_all()?;
        std::fs::rename(&self.beside, &self.place)?;
        if let Some(folder) = self.place.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(true)
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Nothing lies there any more once it is in its place.
        let _ = std::fs::remove_file(&self.beside);
    }
}

fn is_same(one: &Path, other: &Path) -> Result<bool> {
    let open = |path: &Path| options(OFlags::empty()).read(true).open(path);
    let (one, other) = (open(one)?, open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut left, mut right) = (vec![0; COMPARED], vec![0; COMPARED]);
    loop {
        let count = one.read(&mut left)?;
        if count == 0 {
            return Ok(true);
        }
        other.read_exact(&mut right[..count])?;
        if left[..count] != right[..count] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::past_files::PastFiles;
    use super::super::tape_files::TapeFile;
    use super::super::tape_journal::recover;
    use super::Whole;
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::{MetadataExt, symlink};
    use telecast_media::past::Place;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("guide.xml.gz");
        let write = |text: &str| {
            let mut file = Whole::begin(&place).expect("begun");
            file.write_all(text.as_bytes()).expect("written");
            file
        };
        let here = || fs::read_dir(folder.path()).expect("read").count();
        assert!(write("one").finish().expect("finished"));
        let first = fs::metadata(&place).expect("there").ino();
        // What breaks off leaves what was there, and nothing else.
        drop(write("half of tw"));
        assert_eq!((fs::read(&place).expect("there"), here()), (b"one".to_vec(), 1));
        // The same again touches nothing, so that nobody reads it anew.
        assert!(!write("one").finish().expect("finished"));
        assert_eq!((fs::metadata(&place).expect("there").ino(), here()), (first, 1));
        for text in ["two", "three"] {
            assert!(write(text).finish().expect("finished"));
            assert_eq!((fs::read(&place).expect("there"), here()), (text.as_bytes().to_vec(), 1));
        }
        // A link in its place is replaced, and what it leads to stays.
        let outside = folder.path().join("outside");
        fs::write(&outside, b"somebody else's").expect("written");
        fs::remove_file(&place).expect("removed");
        symlink(&outside, &place).expect("a link");
        assert!(write("four").finish().expect("finished"));
        assert_eq!(fs::read(&outside).expect("there"), b"somebody else's");
        assert!(fs::symlink_metadata(&place).expect("there").is_file());
    }

    #[test]
    fn links_among_a_tapes_files_lead_nowhere() {
        let (tapes, outside) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let victim = outside.path().join("0000000000000000.aac");
        fs::write(&victim, b"somebody else's").expect("written");
        let tape = tapes.path().join("tape");
        // In the place of the tape itself.
        symlink(outside.path(), &tape).expect("a link");
        assert!(TapeFile::create(&tape, "ts").is_err());
        fs::remove_file(&tape).expect("removed");
        let main = TapeFile::create(&tape, "ts").expect("made");
        // In the place of a chunk, of one that is found, of a page.
        symlink(&victim, tape.join("0000000000000007.ts")).expect("a link");
        assert!(main.begin_chunk(7, 0).is_err());
        assert!(main.adopt().is_err());
        fs::remove_file(tape.join("0000000000000007.ts")).expect("removed");
        symlink(&victim, tape.join("0000000000000000.index")).expect("a link");
        let pages = recover(&tape, &main).is_ok_and(|found| !found.index.segments.is_empty());
        assert!(!pages);
        let _ = fs::remove_file(tape.join("0000000000000000.index"));
        // In the place of the folder of derived sound: what lies there would be taken over, and evicted one day.
        symlink(outside.path(), tape.join("sound-1")).expect("a link");
        assert_eq!(recover(&tape, &main).expect("the rest is good").sides.len(), 0);
        // In the place of a stretch of the past that is being written.
        let past = PastFiles::new(&tape);
        let place = Place { track: 1, first: 2, last: 3, time: 4 };
        symlink(&victim, tape.join("past-1-2-3-4.part")).expect("a link");
        assert!(past.write(&place, b"made").is_err());
        // Of one that is being read.
        symlink(&victim, tape.join("past-1-2-3-4.aac")).expect("a link");
        assert!(past.load(&place).is_err());
        assert_eq!(fs::read(&victim).expect("still there"), b"somebody else's");
    }
}
