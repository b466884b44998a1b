//! The seeds of the fuzz targets that are about texts of receivers, through the same bodies as libFuzzer gives them to (`fuzz/src`); each
//! also changed a little.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/guide.rs"]
mod guide;
#[path = "../../../fuzz/src/reference.rs"]
mod reference;

use std::path::Path;

type Target = fn(&[u8]);

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

/// The seed with a few bytes set, cut out, doubled: to what means something in such texts.
fn changed(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len());
        let end = (at + 1 + dice.roll(20)).min(bytes.len());
        match dice.roll(5) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.extend_from_within(at..end),
            2 => bytes.truncate(at + 1),
            _ => bytes[at] = b":%/&;#+x0aF\x8a\x86\xff\xc3"[dice.roll(15)],
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    for (name, run) in [("reference", reference::run as Target), ("guide", guide::run)] {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
        let mut files: Vec<_> =
            std::fs::read_dir(seeds).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 1, "{name}: there are no seeds");
        for file in files {
            let seed = std::fs::read(&file).unwrap();
            run(&seed);
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
            for _ in 0..2000 {
                run(&changed(&seed, &mut dice));
            }
        }
    }
}
