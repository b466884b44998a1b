//! libFuzzer's door to `src/guide.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/guide.rs"]
mod guide;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guide::run(bytes));
