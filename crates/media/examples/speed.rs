//! How fast a broadcast becomes a tape, and a tape becomes CMAF: `cargo run --release --example speed -- FILE.ts`.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::borrow::Cow;
use std::time::Instant;
use telecast_media::cmaf::{self, Extent};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Origin, Rendition};

fn main() {
    let bytes = std::fs::read(std::env::args().nth(1).expect("a transport stream")).unwrap();
    let megabytes = bytes.len() as f64 / 1e6;
    for round in 0..3 {
        // As the server does: what has been appended is written away before the next piece comes.
        let mut appended = Vec::with_capacity(512 << 10);
        let mut segmenter = Segmenter::new(Start::default());
        let begin = Instant::now();
        for piece in bytes.chunks(256 << 10) {
            appended.clear();
            segmenter.push(piece, 0, &mut appended);
        }
        segmenter.interrupt();
        let segmented = begin.elapsed().as_secs_f64();
        let mut tape = Vec::with_capacity(bytes.len() + (1 << 20));
        let mut again = Segmenter::new(Start::default());
        again.push(&bytes, 0, &mut tape);
        let index = segmenter.index();
        let begin = Instant::now();
        let read = |_: Origin, begin: u64, end: u64| Ok(Cow::Borrowed(&tape[begin as usize..end as usize]));
        let mut made = 0;
        for segment in &index.segments {
            let tracks = &segment.run.tracks;
            let id = |sound: bool| {
                tracks.iter().find(|track| track.kind.is_audio() == sound).map(|track| track.id)
            };
            let rendition = Rendition { video: id(false), audio: id(true) };
            let Some(master) = rendition.master().and_then(|id| segment.lane(id)) else { continue };
            for part in 0..master.parts.len() {
                made += cmaf::fragment(segment, rendition, Extent::Part(part as u32), read).unwrap().len();
            }
        }
        let fragments = begin.elapsed().as_secs_f64();
        println!(
            "round {round}: {megabytes:.0} MB, tape {:.0} MB/s, CMAF {:.0} MB/s ({:.0} MB), both {:.0} MB/s, {} segments",
            megabytes / segmented,
            megabytes / fragments,
            made as f64 / 1e6,
            megabytes / (segmented + fragments),
            index.segments.len()
        );
    }
}
