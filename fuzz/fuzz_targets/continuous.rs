//! libFuzzer's door to `telecast_fuzz::continuous`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::continuous::run(bytes));
