//! libFuzzer's door to `telecast_fuzz::playlist`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::playlist::run(bytes));
