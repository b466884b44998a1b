//! libFuzzer's door to `telecast_fuzz::ts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::ts::run(bytes));
