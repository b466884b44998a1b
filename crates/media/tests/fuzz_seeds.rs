//! The seeds of the fuzz targets, and what fuzzing has found, through the same bodies as libFuzzer gives them to (`fuzz/src`).

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/seeds.rs"]
mod seeds;
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

const TARGETS: &[seeds::Target] = &[
    ("ts", targets::ts::run),
    ("pes", targets::pes::run),
    ("h264", targets::h264::run),
    ("hevc", targets::hevc::run),
    ("audio", targets::audio::run),
    ("request", targets::request::run),
    ("segmenter", targets::segmenter::run),
    ("journal", targets::journal::run),
    ("continuous", targets::continuous::run),
    ("slate", targets::slate::run),
    ("hdhomerun", targets::hdhomerun::run),
    ("ssdp", targets::ssdp::run),
    ("playlist", targets::playlist::run),
    ("subtitles", targets::subtitles::run),
    ("weave", targets::weave::run),
];

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    seeds::replay(TARGETS, &[0, 0xFF, 0x47], 400);
}
