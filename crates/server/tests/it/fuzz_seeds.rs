//! The seeds of the fuzz targets that are about requests and configuration, through the same bodies as libFuzzer gives them to (`fuzz/src`).

#[path = "../../../../fuzz/src/configuration.rs"]
mod configuration;
#[path = "../../../../fuzz/src/cookies.rs"]
mod cookies;
#[path = "../../../../fuzz/src/headers.rs"]
mod headers;
#[path = "../../../../fuzz/src/seeds.rs"]
mod seeds;

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    seeds::replay(&[("headers", headers::run), ("cookies", cookies::run)], b":,;= \n[]._x1\xff\"", 2000);
    seeds::replay(&[("configuration", configuration::run)], b"[]=\"\n#.,{}'\\\0_1x", 300);
}
