//! libFuzzer's door to `src/wire.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/wire.rs"]
mod wire;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wire::run(bytes));
