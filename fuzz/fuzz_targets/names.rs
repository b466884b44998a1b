//! libFuzzer's door to `src/names.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/names.rs"]
mod names;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| names::run(bytes));
