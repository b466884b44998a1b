//! A new migration must be embedded although no Rust file has changed.

#![allow(clippy::print_stdout)] // this is how a build script talks to cargo

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
