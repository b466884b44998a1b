//! libFuzzer's door to `telecast_fuzz::subtitles`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| telecast_fuzz::subtitles::run(bytes));
