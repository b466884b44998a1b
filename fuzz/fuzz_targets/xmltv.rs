//! libFuzzer's door to `src/xmltv.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/xmltv.rs"]
mod xmltv;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| xmltv::run(bytes));
