//! libFuzzer's door to `src/m3u.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/m3u.rs"]
mod m3u;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| m3u::run(bytes));
