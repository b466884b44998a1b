//! Pages of the index on disk. Laws: reading comes to an end and keeps to the bytes; what was read is written and read again.

use telecast_media::journal::{Journal, Recovery};
use telecast_media::ts::psi::crc32;

/// See the module. The bytes as they are, and cut into records whose checksums are right.
pub fn run(bytes: &[u8]) {
    page(bytes);
    let mut records = Vec::new();
    let mut rest = bytes;
    while let Some((length, more)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_le_bytes(*length)).min(more.len());
        let (content, after) = more.split_at(length);
        records.extend((content.len() as u32).to_le_bytes());
        records.extend(crc32(content).to_le_bytes());
        records.extend(content);
        rest = after;
    }
    page(&records);
}

fn page(bytes: &[u8]) {
    let mut recovery = Recovery::default();
    let good = recovery.page(bytes);
    assert!(good <= bytes.len());
    let index = recovery.finish(|_, _, begin, end| begin <= end);
    let frames: usize = index.segments.iter().flat_map(|s| &s.lanes).map(|lane| lane.frames.len()).sum();
    assert!(frames <= bytes.len(), "a frame takes a byte at least");
    let Some(first) = index.segments.front() else { return };
    let (mut again, name) = (Recovery::default(), "again");
    for page in Journal::new(name, first.sequence).write(&index) {
        assert_eq!(again.page(&page.bytes), page.bytes.len(), "all of a page is read");
    }
    assert_eq!(again.name(), Some(name));
    assert!(again.finish(|_, _, _, _| true).segments == index.segments, "written and read again");
}
