//! libFuzzer's door to `telecast_fuzz::ssdp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::ssdp::run(bytes));
