//! What the fuzz targets do with their bytes, one module each: `run` must come to an end, without panic and without memory beyond what
//! the bytes are worth, and the laws that it asserts must hold. `fuzz_targets/` gives these bodies to libFuzzer, and
//! `crates/media/tests/fuzz_seeds.rs` gives them the seeds (`seeds/<target>/`) in every `make test`. `reference`, `guide`, `m3u`, `wire`, `xmltv` and `paths` are
//! about `telecast-core`, and get theirs from `crates/core/tests/fuzz_seeds.rs`; `headers`, `cookies` and `configuration` about `telecast-server`, from
//! `crates/server/tests/it/fuzz_seeds.rs`.

pub mod audio;
pub mod continuous;
pub mod h264;
pub mod hdhomerun;
pub mod hevc;
pub mod journal;
pub mod pes;
pub mod playlist;
pub mod request;
pub mod segmenter;
pub mod slate;
pub mod ssdp;
pub mod subtitles;
pub mod ts;
pub mod weave;

/// Splits what says how from what is said: the first byte makes a size of chunks (1 to 1,024), the rest is the input.
fn chunked(bytes: &[u8]) -> (usize, &[u8]) {
    match bytes.split_first() {
        Some((how, rest)) => (usize::from(*how) * 4 + 1, rest),
        None => (1, bytes),
    }
}
