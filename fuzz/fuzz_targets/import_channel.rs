//! libFuzzer's door to `src/import_channel.rs`, which knows `telecast-core` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/import_channel.rs"]
mod import_channel;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| import_channel::run(bytes));
