//! The pages of a tape's index on disk, beside its chunks: see [`telecast_media::journal`] for what stands in them.
//!
//! One writer. A page that cannot be written is tried again with what comes next; until then the tape is poorer only after a crash.

use std::fs::File;
use std::io::Result;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::OFlags;
use telecast_media::journal::{Page, Recovery};
use telecast_media::tape::{Index, Origin, PAST, TrackId};

use super::files;
use super::tape_files::{TapeFile, number};

/// Extension of pages.
const PAGE: &str = "index";
/// No page is longer (bytes): 64 segments of radio or of 50 pictures a second take a quarter of it.
const PAGE_LIMIT: u64 = 4 << 20;
/// Bytes that wait because the disk is full, at most; then the index on disk ends here.
const WAITING: usize = 1 << 20;

/// Appends to the pages of one tape.
pub struct Pages {
    directory: PathBuf,
    open: Option<(u64, File, u64)>,
    waiting: Vec<Page>,
}

impl Pages {
    /// For the tape in `directory`.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), open: None, waiting: Vec::new() }
    }

    /// Appends, in order.
    ///
    /// # Errors
    /// A page cannot be written; it is kept, and written with the next ones.
    pub fn append(&mut self, pages: Vec<Page>) -> Result<()> {
        self.waiting.extend(pages);
        while let Some(page) = self.waiting.first() {
            let written = write(&self.directory, &mut self.open, page);
            if let Err(error) = written {
                if self.waiting.iter().map(|page| page.bytes.len()).sum::<usize>() > WAITING {
                    self.waiting.clear();
                }
                return Err(error);
            }
            self.waiting.remove(0);
        }
        Ok(())
    }

    /// Removes pages all of whose segments come before sequence `first`.
    pub fn evict(&self, first: u64) -> Result<()> {
        let pages = pages(&self.directory)?;
        for pair in pages.windows(2) {
            if pair[1].0 <= first {
                std::fs::remove_file(&pair[0].1)?;
            }
        }
        Ok(())
    }
}

fn write(directory: &Path, open: &mut Option<(u64, File, u64)>, page: &Page) -> Result<()> {
    if open.as_ref().is_none_or(|(first, ..)| *first != page.first) {
        let path = directory.join(format!("{:016}.{PAGE}", page.first));
        let mut options = files::options(OFlags::empty());
        let file = options.create(true).truncate(true).read(true).write(true).open(path)?;
        *open = Some((page.first, file, 0));
    }
    if let Some((_, file, length)) = open {
        // A write that failed half-way is made again at the same place.
        file.write_all_at(&page.bytes, *length)?;
        *length += page.bytes.len() as u64;
    }
    Ok(())
}

/// Pages by the sequence of their first segment, oldest first.
fn pages(directory: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        found.extend(number(&path, PAGE).map(|first| (first, path)));
    }
    found.sort();
    Ok(found)
}

/// A tape as it was found.
pub struct Found {
    /// What it is called; `None` if no page can be read.
    pub name: Option<String>,
    /// Its index, ended.
    pub index: Index,
    /// Files of derived sound.
    pub sides: Vec<(TrackId, Arc<TapeFile>)>,
}

/// Reads the tape in `directory`, whose stream is `main`: the torn end is cut off, from pages and from files, so that what is written
/// next follows what is known.
pub fn recover(directory: &Path, main: &TapeFile) -> Result<Found> {
    files::own_folder(directory)?;
    main.adopt()?;
    let mut recovery = Recovery::default();
    for (_, path) in pages(directory)? {
        let file = files::options(OFlags::empty()).read(true).write(true).open(&path)?;
        let length = file.metadata()?.len();
        let bytes = if length > PAGE_LIMIT { Vec::new() } else { files::read_whole(&path)? };
        let good = recovery.page(&bytes) as u64;
        if good == 0 {
            std::fs::remove_file(&path)?;
        } else if good < length {
            file.set_len(good)?;
        }
    }
    let mut sides = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_prefix(SIDE)?.parse().ok());
        if let Some(id) = id.filter(|_| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let side = side(directory, id)?;
            side.adopt()?;
            sides.push((id, Arc::new(side)));
        }
    }
    let name = recovery.name().map(str::to_owned);
    let index = recovery.finish(|track, origin, begin, end| match origin {
        Origin::Stream { .. } => main.holds(begin, end),
        Origin::Derived { .. } => sides.iter().any(|(id, side)| *id == track && side.holds(begin, end)),
    });
    let end = index.segments.iter().rev().take(NEWEST).filter_map(|segment| {
        let own = |track: TrackId| {
            segment.run.track(track).is_some_and(|track| matches!(track.origin, Origin::Stream { .. }))
        };
        segment.lanes.iter().filter(|lane| own(lane.track)).filter_map(|lane| Some(lane.extent()?.1)).max()
    });
    main.truncate(end.max().unwrap_or(0))?;
    Ok(Found { name, index, sides })
}

/// Removes from the files of derived sound what `index` needs no more.
pub fn evict_sides<'a>(index: &Index, sides: impl Iterator<Item = (TrackId, &'a TapeFile)>) {
    for (id, side) in sides {
        let extents = index.segments.iter().filter_map(|segment| segment.lane(id)?.extent());
        let needed = extents.map(|(begin, _)| begin).find(|begin| *begin < PAST);
        side.evict(needed.unwrap_or_else(|| side.end()));
    }
}

/// Newest segments one of which holds the last byte that is known: sound may lie behind its picture by 1.5 s.
const NEWEST: usize = 24;

/// Beginning of the names of directories with derived sound.
const SIDE: &str = "sound-";

/// The file of a derived track.
pub fn side(directory: &Path, track: TrackId) -> Result<TapeFile> {
    TapeFile::create(&directory.join(format!("{SIDE}{track}")), "aac")
}
