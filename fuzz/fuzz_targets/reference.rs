//! libFuzzer's door to `src/reference.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/reference.rs"]
mod reference;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reference::run(bytes));
