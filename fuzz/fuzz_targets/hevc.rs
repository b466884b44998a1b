//! libFuzzer's door to `telecast_fuzz::hevc`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::hevc::run(bytes));
