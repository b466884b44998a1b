//! The seeds of the fuzz targets, and what fuzzing has found, through the same bodies as libFuzzer gives them to (`fuzz/src`); each
//! also changed a little.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::path::{Path, PathBuf};

type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("ts", targets::ts::run),
    ("pes", targets::pes::run),
    ("h264", targets::h264::run),
    ("hevc", targets::hevc::run),
    ("audio", targets::audio::run),
    ("request", targets::request::run),
    ("segmenter", targets::segmenter::run),
    ("journal", targets::journal::run),
    ("continuous", targets::continuous::run),
    ("slate", targets::slate::run),
];

fn seeds(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target)
}

/// A small generator of numbers (xorshift), so that a failure can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

/// The seed with a few bytes set, cut out, doubled.
fn changed(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.roll(4) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.roll(bytes.len());
        let end = (at + 1 + dice.roll(200)).min(bytes.len());
        match dice.roll(5) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.extend_from_within(at..end),
            2 => bytes.truncate(at),
            _ => bytes[at] = [0, 0xFF, 0x47, dice.roll(256) as u8][dice.roll(4)],
        }
    }
    bytes
}

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    for (name, run) in TARGETS {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(seeds(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 1, "{name}: there are no seeds");
        for file in &files {
            eprintln!("{name}: {}", file.display());
            let seed = std::fs::read(file).unwrap();
            assert!(seed.len() <= 32 << 10, "{}: seeds are small", file.display());
            run(&seed);
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
            let rounds = if seed.len() > 4096 { 40 } else { 400 };
            for _ in 0..rounds {
                run(&changed(&seed, &mut dice));
            }
        }
    }
}
