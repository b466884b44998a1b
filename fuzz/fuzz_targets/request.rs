//! libFuzzer's door to `telecast_fuzz::request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::request::run(bytes));
