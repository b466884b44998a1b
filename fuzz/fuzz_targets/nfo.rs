//! libFuzzer's door to `src/nfo.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/nfo.rs"]
mod nfo;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nfo::run(bytes));
