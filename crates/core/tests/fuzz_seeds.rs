//! The seeds of the fuzz targets that are about texts of receivers, lists, guides, files, channels and model providers, and addresses of requests, through the same bodies as libFuzzer gives them to
//! (`fuzz/src`).

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/guide.rs"]
mod guide;
#[path = "../../../fuzz/src/import_channel.rs"]
mod import_channel;
#[path = "../../../fuzz/src/m3u.rs"]
mod m3u;
#[path = "../../../fuzz/src/names.rs"]
mod names;
#[path = "../../../fuzz/src/nfo.rs"]
mod nfo;
#[path = "../../../fuzz/src/paths.rs"]
mod paths;
#[path = "../../../fuzz/src/query.rs"]
mod query;
#[path = "../../../fuzz/src/reference.rs"]
mod reference;
#[path = "../../../fuzz/src/seeds.rs"]
mod seeds;
#[path = "../../../fuzz/src/station.rs"]
mod station;
#[path = "../../../fuzz/src/wire.rs"]
mod wire;
#[path = "../../../fuzz/src/xmltv.rs"]
mod xmltv;

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    let telling = b":%/&;#+x0aF\x8a\x86\xff\xc3";
    seeds::replay(&[("reference", reference::run), ("guide", guide::run)], telling, 2000);
    seeds::replay(&[("paths", paths::run)], b"%2e5cfF/\\.;?&=\0", 2000);
    seeds::replay(&[("m3u", m3u::run)], b"#\"',= \n\r|&:;%{}\\/-\xe4", 2000);
    seeds::replay(&[("nfo", nfo::run)], b"<>&;/=\"1 -\xff\xfe\0", 1000);
    seeds::replay(&[("query", query::run)], b":<>=~()\"* onatd1-", 1000);
    seeds::replay(&[("names", names::run)], b"/.-_ ()[]SE0129x\xc3", 1000);
    let json = b"{}[]:,\"01-.9e tfn\\";
    seeds::replay(&[("station", station::run), ("import_channel", import_channel::run)], json, 200);
    seeds::replay(&[("wire", wire::run)], b"{}[]:,\"\n\r <0\\\xef\xbb\xf0", 1000);
    seeds::replay(&[("xmltv", xmltv::run)], b"<>&;#x\"'=/!?[]- \n\xe4\xef\0", 1000);
}
