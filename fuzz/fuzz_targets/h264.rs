//! libFuzzer's door to `telecast_fuzz::h264`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::h264::run(bytes));
