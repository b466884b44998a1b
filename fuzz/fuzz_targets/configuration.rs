//! libFuzzer's door to `src/configuration.rs`, which knows `telecast-server` and therefore is not in the library that the tests of `telecast-media` build.
#![no_main]

#[path = "../src/configuration.rs"]
mod configuration;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| configuration::run(bytes));
