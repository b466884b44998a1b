//! The one place where tasks are started, by owners, adapters and whoever serves: a panic ends its task alone, is counted, and is logged with the task's name.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::adapters::machine::let_others_go_first;

/// Panics caught in this process: a fault of the program, so it is no matter which station it happened in.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// Panics caught since the program began.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Runs `task`; if it panics, its owner's watches and channels close, so whoever waits for it is told.
pub fn supervise(name: &'static str, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(panic) = AssertUnwindSafe(task).catch_unwind().await {
            PANICS.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("telecast_panics_total", "task" => name).increment(1);
            let message = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            tracing::error!(task = name, message, "a task panicked");
        }
    })
}

/// Runs `work`, which takes long and which nobody waits for, on a thread of its own before which everything else goes; `name` has 15 letters at most. If it
/// panics, the answer never comes.
///
/// # Errors
/// The system gives no more threads.
pub fn apart<T: Send + 'static>(
    name: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<oneshot::Receiver<T>> {
    let (reply, answer) = oneshot::channel();
    std::thread::Builder::new().name(name.into()).spawn(move || {
        let_others_go_first(name);
        let _ = reply.send(work());
    })?;
    Ok(answer)
}
