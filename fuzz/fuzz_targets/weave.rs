//! libFuzzer's door to `telecast_fuzz::weave`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::weave::run(bytes));
