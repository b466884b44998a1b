//! ffmpeg, which is only ever a filter: bytes in, bytes out. It writes no file, no playlist, no segment.
//!
//! - [`sound`]: frames of one codec in, AAC in ADTS frames out.
//! - [`picture`]: a programme in, the same with H.264 out.
//! - [`proof`]: which encoders of this machine really work, and how fast.
//! - [`slate`]: a still picture in, a few seconds of a programme out; once.
//!
//! Each child is in a process group of its own, its stderr is drained into the log, and it is killed when its filter is dropped.

pub mod picture;
pub mod proof;
pub mod slate;
pub mod sound;

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Filters that run in this process, and all that were ever started.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// Number of filters that run.
pub fn running() -> usize {
    RUNNING.load(Ordering::Relaxed)
}

/// Number of filters that were started.
pub fn started() -> usize {
    STARTED.load(Ordering::Relaxed)
}

/// A child that ends with this value.
struct Filter(Child);

impl Filter {
    /// Starts ffmpeg with `arguments`, both its ends being pipes.
    fn start(arguments: &[String]) -> std::io::Result<(Self, ChildStdin, ChildStdout)> {
        let mut child = Command::new("ffmpeg")
            .args(["-hide_banner", "-nostdin", "-loglevel", "warning"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(std::io::Error::other("ffmpeg has no pipes"));
        };
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::debug!(%line, "ffmpeg");
            }
        });
        RUNNING.fetch_add(1, Ordering::Relaxed);
        STARTED.fetch_add(1, Ordering::Relaxed);
        Ok((Self(child), stdin, stdout))
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
        if let Some(pid) = self.0.id().and_then(|pid| rustix::process::Pid::from_raw(pid as i32)) {
            // The group is the child's own: nobody else is in it.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_ascii_whitespace().map(str::to_owned)
}
