//! libFuzzer's door to `telecast_fuzz::pes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::pes::run(bytes));
