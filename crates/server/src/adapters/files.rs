//! Files in a folder of the program's own: what it made itself are files and folders, so a link among them is somebody else's, and leads out.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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

#[cfg(test)]
mod tests {
    use super::super::past_files::PastFiles;
    use super::super::tape_files::TapeFile;
    use super::super::tape_journal::recover;
    use std::fs;
    use std::os::unix::fs::symlink;
    use telecast_media::past::Place;

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
