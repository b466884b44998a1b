//! libFuzzer's door to `telecast_fuzz::hdhomerun`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::hdhomerun::run(bytes));
