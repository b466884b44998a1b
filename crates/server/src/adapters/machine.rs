//! What the machine gives the program: files that it may have open (systems give few by default, 1,024, and more to whoever asks),
//! processors, memory.

use rustix::process::{Pid, Resource, getrlimit, setpriority_process, setrlimit};
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

/// Niceness of threads whose work is long and which nobody waits for.
const NICE: i32 = 10;

/// Everything else goes before the threads of that name (15 letters at most) from now on. Linux gives each thread a priority of its own; where that cannot be, they
/// stay as they are.
pub fn let_others_go_first(name: &str) {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    for thread in threads {
        let is_it =
            std::fs::read_to_string(thread.path().join("comm")).is_ok_and(|comm| comm.trim_end() == name);
        let id = thread.file_name().to_str().and_then(|id| Pid::from_raw(id.parse().ok()?));
        if let Some(id) = id.filter(|_| is_it)
            && let Err(error) = setpriority_process(Some(id), NICE)
        {
            tracing::debug!(%error, name, "a thread keeps its priority");
        }
    }
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
