//! The seeds of the fuzz targets that are about texts of receivers, lists, guides and addresses of requests, through the same bodies as libFuzzer gives them to
//! (`fuzz/src`).

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/guide.rs"]
mod guide;
#[path = "../../../fuzz/src/m3u.rs"]
mod m3u;
#[path = "../../../fuzz/src/paths.rs"]
mod paths;
#[path = "../../../fuzz/src/reference.rs"]
mod reference;
#[path = "../../../fuzz/src/seeds.rs"]
mod seeds;
#[path = "../../../fuzz/src/xmltv.rs"]
mod xmltv;

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    let telling = b":%/&;#+x0aF\x8a\x86\xff\xc3";
    seeds::replay(&[("reference", reference::run), ("guide", guide::run)], telling, 2000);
    seeds::replay(&[("paths", paths::run)], b"%2e5cfF/\\.;?&=\0", 2000);
    seeds::replay(&[("m3u", m3u::run)], b"#\"',= \n\r|&:;%{}\\/-\xe4", 2000);
    seeds::replay(&[("xmltv", xmltv::run)], b"<>&;#x\"'=/!?[]- \n\xe4\xef\0", 1000);
}
