//! libFuzzer's door to `src/station.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/station.rs"]
mod station;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| station::run(bytes));
