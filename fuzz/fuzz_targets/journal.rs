//! libFuzzer's door to `telecast_fuzz::journal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::journal::run(bytes));
