//! What the stations of these tests log, kept in files for `scripts/secrets.py`, which looks for secrets in them.

use std::fs::{File, create_dir_all};
use std::path::Path;
use std::sync::Mutex;

/// From now on this process's log goes to a file of its own, in great detail. Calling it again changes nothing.
pub(crate) fn keep() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("logs");
    create_dir_all(&folder).expect("a folder for logs");
    let path = folder.join(format!("it-{}.log", std::process::id()));
    if path.exists() {
        return;
    }
    let filter = tracing_subscriber::EnvFilter::new("debug,telecast_server=trace,telecast_store=trace");
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_env_filter(filter);
    // Somebody else of this process may have been first.
    let _ = subscriber.with_writer(Mutex::new(File::create(path).expect("a log"))).try_init();
}
