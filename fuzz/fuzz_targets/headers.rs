//! libFuzzer's door to `src/headers.rs`, which knows `telecast-server` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/headers.rs"]
mod headers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headers::run(bytes));
