//! ffmpeg, which is only ever a filter: bytes in, bytes out. It writes no playlist and no segment, and no file but several subtitles at once, which are read and
//! removed.
//!
//! - [`sound`]: frames of one codec in, AAC in ADTS frames out.
//! - [`material`]: what there is to know of a file before.
//! - [`picture`]: a programme in, the same with H.264 out.
//! - [`proof`]: which encoders of this machine really work, and how fast.
//! - [`item`]: a file in, a prepared piece of a channel of one's own out; [`card`]: the same of pictures that stand still.
//! - [`cut`]: which parts of a stretch of a file stay as they are.
//! - [`loudness`] and [`pauses`]: what is measured of a file.
//! - [`texts`]: a file in, what may be read with it out.
//! - [`slate`]: a still picture in, a few seconds of a programme out; once.
//!
//! Each child is in a process group of its own, its stderr is drained into the log, and it is killed when its filter is dropped.

pub mod card;
pub mod cut;
pub mod item;
pub mod loudness;
pub mod material;
pub mod pauses;
pub mod picture;
pub mod proof;
pub mod slate;
pub mod sound;
pub mod texts;

use crate::spawn::supervise;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
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

/// A filter that counts as one that runs, as long as this is held.
struct Counted;

impl Counted {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        STARTED.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A child that ends with this value.
struct Filter {
    child: Child,
    _counted: Counted,
}

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
        supervise("ffmpeg's words", async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::debug!(%line, "ffmpeg");
            }
        });
        Ok((Self { child, _counted: Counted::begin() }, stdin, stdout))
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        if let Some(pid) = self.child.id().and_then(|pid| rustix::process::Pid::from_raw(pid as i32)) {
            // The group is the child's own: nobody else is in it.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

/// Runs `command` with `arguments` to its end, `input` being all that goes in; gives all that it wrote, and what it said.
///
/// # Errors
/// Its last words, for people.
async fn whole(command: &[&str], arguments: &[String], input: &[u8]) -> Result<(Vec<u8>, String), String> {
    let (program, first) = command.split_first().ok_or("there is no command")?;
    let mut child = Command::new(program)
        .args(first)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("ffmpeg cannot be started: {error}"))?;
    let stdin = child.stdin.take();
    let feed = async {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(input).await;
        }
    };
    let (done, ()) = tokio::join!(child.wait_with_output(), feed);
    let done = done.map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() {
        return Ok((done.stdout, said));
    }
    Err(cause(&said))
}

/// Why ffmpeg failed, of what it said with `-loglevel level+…`: its first error, since the others are consequences. Where it was not even started, the last line.
fn cause(said: &str) -> String {
    let error = |line| ["[error] ", "[fatal] "].iter().find_map(|level| str::split_once(line, level));
    let first = said.lines().find_map(error).map(|(_, text)| text);
    first.or_else(|| said.lines().last()).unwrap_or("ffmpeg failed").chars().take(160).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_ascii_whitespace().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_cause_is_the_first_error() {
        let said = "[info] Stream mapping:\n[h264_nvenc @ 0x1] [error] Cannot load libcuda.so.1\n[error] Error initializing output stream 0:0\n\
                    [info] bench: maxrss=49576kB\n[info] Conversion failed!";
        assert_eq!(super::cause(said), "Cannot load libcuda.so.1");
        assert_eq!(super::cause("nice: 'ffmpeg': No such file"), "nice: 'ffmpeg': No such file");
    }
}
