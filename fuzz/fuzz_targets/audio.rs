//! libFuzzer's door to `telecast_fuzz::audio`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::audio::run(bytes));
