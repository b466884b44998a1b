//! libFuzzer's door to `telecast_fuzz::segmenter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::segmenter::run(bytes));
