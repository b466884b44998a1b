//! What the machine gives the program: files that it may have open (systems give few by default, 1,024, and more to whoever asks),
//! processors, memory.

use rustix::process::{Resource, getrlimit, setrlimit};
use telecast_core::limits;

/// Asks for as many files as the system allows this program.
pub fn ask_for_more_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the system gives no more files");
    }
}

/// How many files there may be.
pub fn files() -> usize {
    getrlimit(Resource::Nofile).current.map_or(usize::MAX, |most| most as usize)
}

/// Sessions that it carries, by what it is made of.
pub fn carries() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    limits::carried(processors, memory(), files())
}

/// Bytes of memory; where the system does not tell, as if it were plenty.
fn memory() -> u64 {
    let told = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = told.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
    total.and_then(|kilobytes| kilobytes.parse::<u64>().ok()).map_or(u64::MAX, |kilobytes| kilobytes << 10)
}
