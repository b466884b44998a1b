//! libFuzzer's door to `src/cookies.rs`, which knows `telecast-server` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/cookies.rs"]
mod cookies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cookies::run(bytes));
