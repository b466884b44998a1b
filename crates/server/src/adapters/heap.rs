//! How the program's memory comes from the system and goes back to it.
//!
//! glibc takes allocations from 128 KiB on straight from the system and gives them back when they are freed. But each time it does, it
//! raises that size, up to 32 MiB: from then on such buffers (segments, blocks of tapes, guides) lie in a heap per thread, between
//! small ones, and hardly anything ever goes back. Setting the size keeps it from rising (mallopt(3), `M_MMAP_THRESHOLD`). It is read
//! before `main`, so the program replaces itself once, with the variable set: same process, same arguments, nothing open yet.
//!
//! What it brings is in docs/design/performance.md. Without `exec`, or with another C library, nothing changes but memory.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// The variable; whoever has set it is right.
const THRESHOLD: &str = "MALLOC_MMAP_THRESHOLD_";
/// Above it lie the blocks of tapes and whole segments, which are few and stay or go together. Below it lie parts: they come and go so often
/// that fresh pages for each would cost more than keeping them.
const BYTES: &str = "524288";

/// Begins anew with the variable set, unless it is set. To be called before anything is opened or started; returns if there is
/// nothing to do, or if it cannot be done.
pub fn give_back() {
    if std::env::var_os(THRESHOLD).is_some() {
        return;
    }
    // By its own path, not by `/proc/self/exe`, so that the process keeps its name.
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // It returns only if it fails, and then the program goes on as it is.
    let _ = again.args(arguments).env(THRESHOLD, BYTES).exec();
}
