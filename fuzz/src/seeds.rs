//! Seeds, and what is like them, for the targets' bodies in `make test`: `fuzz_seeds.rs` of `crates/{core,media,server}`.

mod dice;

use std::path::Path;

use dice::Dice;

/// A target's name, by which its seeds lie, and its body.
pub type Target = (&'static str, fn(&[u8]));

const BIG: usize = 4 << 10;
const BIGGEST: usize = 32 << 10;

/// The seed with a few bytes set (some of them to one of `telling`: what means something in such input), cut out, doubled.
fn changed(seed: &[u8], telling: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.roll(4) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.roll(bytes.len());
        let end = (at + 1 + dice.roll(200)).min(bytes.len());
        match dice.roll(6) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.extend_from_within(at..end),
            2 => bytes.truncate(at),
            3 => bytes[at] = dice.roll(256) as u8,
            _ => bytes[at] = telling[dice.roll(telling.len())],
        }
    }
    bytes
}

/// Gives each target its seeds, each as it is and `rounds` times changed a little; large ones less often.
pub fn replay(targets: &[Target], telling: &[u8], rounds: usize) {
    for (name, run) in targets {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
        let mut files: Vec<_> =
            std::fs::read_dir(seeds).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 1, "{name}: there are no seeds");
        for file in &files {
            eprintln!("{name}: {}", file.display());
            let seed = std::fs::read(file).unwrap();
            assert!(seed.len() <= BIGGEST, "{}: seeds are small", file.display());
            run(&seed);
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
            for _ in 0..if seed.len() > BIG { rounds / 10 } else { rounds } {
                run(&changed(&seed, telling, &mut dice));
            }
        }
    }
}
