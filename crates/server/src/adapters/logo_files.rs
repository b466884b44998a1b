//! Logos that were fetched, on the disk: `{name}.png`, and `{name}.none` where there is none. Names are numbers in hex that whoever keeps them gives. A file's time
//! is when it was fetched.
//!
//! A cache: what is damaged or strange is removed, and nothing waits for the disk to have written.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustix::fs::OFlags;

use super::files::{options, own_folder, read_whole};

/// Characters of a name.
pub const NAME: usize = 32;
/// The end of a PNG (W3C PNG, 11.2.5): one that was not written to its end has none.
const PNG_END: [u8; 8] = [b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82];

/// The folder.
#[derive(Clone, Debug)]
pub struct LogoFiles {
    folder: PathBuf,
}

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLogo {
    /// Its name, without ending.
    pub name: String,
    /// Its size; none: there is no logo.
    pub bytes: Option<u64>,
    /// When it was fetched (milliseconds since 1970).
    pub at_ms: i64,
}

impl LogoFiles {
    /// Makes the folder, and says what is in it; what was half written is removed.
    ///
    /// # Errors
    /// It cannot be made or read.
    pub fn open(folder: &Path) -> io::Result<(Self, Vec<KeptLogo>)> {
        own_folder(folder)?;
        let mut kept = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            match known(&entry) {
                Some(logo) => kept.push(logo),
                None if entry.file_name().to_string_lossy().ends_with(".part") => {
                    fs::remove_file(entry.path())?;
                }
                // Somebody else's.
                None => {}
            }
        }
        Ok((Self { folder: folder.to_owned() }, kept))
    }

    /// The picture of that name.
    ///
    /// # Errors
    /// It is not there, or not whole.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let bytes = read_whole(&self.path(name, true))?;
        if bytes.ends_with(&PNG_END) { Ok(bytes) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Keeps a picture, or that there is none.
    ///
    /// # Errors
    /// It cannot be written; then there is what there was.
    pub fn write(&self, name: &str, picture: Option<&[u8]>) -> io::Result<()> {
        let part = self.folder.join(format!("{name}.part"));
        let mut file: File = options(OFlags::empty()).write(true).create(true).truncate(true).open(&part)?;
        file.write_all(picture.unwrap_or_default())?;
        fs::rename(&part, self.path(name, picture.is_some()))?;
        let _ = fs::remove_file(self.path(name, picture.is_none()));
        Ok(())
    }

    /// Removes both.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name, true));
        let _ = fs::remove_file(self.path(name, false));
    }

    fn path(&self, name: &str, is_picture: bool) -> PathBuf {
        self.folder.join(format!("{name}.{}", if is_picture { "png" } else { "none" }))
    }
}

fn known(entry: &fs::DirEntry) -> Option<KeptLogo> {
    let file = entry.file_name().into_string().ok()?;
    let (name, ending) = file.split_once('.')?;
    let is_ours = name.len() == NAME && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = entry.metadata().ok().filter(|found| is_ours && found.is_file())?;
    let bytes = match ending {
        "png" => Some(found.len()),
        "none" => None,
        _ => return None,
    };
    let at_ms = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_millis() as i64;
    Some(KeptLogo { name: name.to_owned(), bytes, at_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_and_what_is_damaged_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("logos");
        let (files, kept) = LogoFiles::open(&place).expect("made");
        assert_eq!(kept, []);
        let [one, two, three] = ["1", "2", "3"].map(|digit| digit.repeat(NAME));
        let png = [b"\x89PNG and so on".as_slice(), &PNG_END].concat();
        files.write(&one, Some(&png)).expect("kept");
        files.write(&two, None).expect("kept");
        files.write(&three, Some(b"\x89PNG half")).expect("kept");
        // There was one, and is none any more; and the other way round.
        files.write(&two, Some(&png)).expect("kept");
        files.write(&one, None).expect("kept");
        fs::write(place.join("notes.txt"), "the host's").expect("written");
        fs::write(place.join(format!("{one}.part")), "half").expect("written");
        let (files, mut kept) = LogoFiles::open(&place).expect("opened");
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        let told: Vec<_> = kept.iter().map(|logo| (logo.name.as_str(), logo.bytes)).collect();
        assert_eq!(told, [(&*one, None), (&*two, Some(png.len() as u64)), (&*three, Some(9))]);
        assert_eq!(files.read(&two).expect("whole"), png);
        assert!(files.read(&one).is_err() && files.read(&three).is_err());
        files.remove(&two);
        assert!(files.read(&two).is_err());
        assert!(place.join("notes.txt").exists() && !place.join(format!("{one}.part")).exists());
    }
}
