//! libFuzzer's door to `telecast_fuzz::slate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::slate::run(bytes));
