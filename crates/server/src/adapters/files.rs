//! Files that the program may have open: connections, tapes, pipes. Systems give few by default (1,024) and more to whoever asks.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Asks for as many as the system allows this program.
pub fn ask_for_more() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the system gives no more files");
    }
}

/// How many there may be.
pub fn most() -> usize {
    getrlimit(Resource::Nofile).current.map_or(usize::MAX, |most| most as usize)
}
