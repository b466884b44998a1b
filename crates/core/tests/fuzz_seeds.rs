//! The seeds of the fuzz targets that are about texts of receivers and addresses of requests, through the same bodies as libFuzzer gives them to (`fuzz/src`).

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/guide.rs"]
mod guide;
#[path = "../../../fuzz/src/paths.rs"]
mod paths;
#[path = "../../../fuzz/src/reference.rs"]
mod reference;
#[path = "../../../fuzz/src/seeds.rs"]
mod seeds;

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    let telling = b":%/&;#+x0aF\x8a\x86\xff\xc3";
    seeds::replay(&[("reference", reference::run), ("guide", guide::run)], telling, 2000);
    seeds::replay(&[("paths", paths::run)], b"%2e5cfF/\\.;?&=\0", 2000);
}
