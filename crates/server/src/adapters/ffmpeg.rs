//! ffmpeg as a filter of sound: frames of one codec in, AAC in ADTS frames out. It writes no file, and its times are not used:
//! they are counted in samples by whoever feeds it.
//!
//! The child is in a process group of its own, its stderr is drained into the log, and it is killed when the filter is dropped.

use bytes::Bytes;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use telecast_media::ts::psi::Kind;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// Pieces of input that may wait for ffmpeg; each is what arrived in a twentieth of a second. On a busy machine ffmpeg takes seconds
/// to start, and it must not be ended for that: the next one would start no faster.
const QUEUE: usize = 512;
/// Samples of silence that ffmpeg's AAC encoder puts before the first sample of its input.
pub const ENCODER_DELAY: i64 = 1024;

/// A filter that is let finish may take this long.
const FINISH: Duration = Duration::from_secs(10);

/// A running filter.
pub struct AudioFilter {
    input: mpsc::Sender<Bytes>,
    child: Killed,
}

struct Killed(Child);

/// Filters that run in this process.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Number of filters that run.
pub fn running() -> usize {
    RUNNING.load(Ordering::Relaxed)
}

impl Drop for Killed {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
        if let Some(pid) = self.0.id().and_then(|pid| rustix::process::Pid::from_raw(pid as i32)) {
            // The group is the child's own: nobody else is in it.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

impl AudioFilter {
    /// Starts ffmpeg for frames of `kind`. What it makes goes to `output` as (tag, ADTS bytes in any chunks), an empty piece being the end.
    pub fn start(kind: Kind, tag: u64, output: mpsc::Sender<(u64, Bytes)>) -> std::io::Result<Self> {
        let demuxer = match kind {
            Kind::Ac3 => "ac3",
            Kind::Eac3 => "eac3",
            Kind::MpegAudio => "mp3",
            Kind::AacLatm => "loas",
            _ => "aac",
        };
        let mut child = Command::new("ffmpeg")
            .args(["-hide_banner", "-nostdin", "-loglevel", "warning"])
            // Not `-fflags nobuffer`: it throws away the frame that the input was recognised by, and the sound would come
            // out a frame early (measured: 32.000 ms with AC-3).
            .args(["-probesize", "32", "-analyzeduration", "0", "-f", demuxer, "-i", "pipe:0"])
            .args(["-map", "0:a:0", "-ac", "2", "-c:a", "aac", "-b:a", "160k"])
            .args(["-flush_packets", "1", "-f", "adts", "pipe:1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut stdin), Some(mut stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(std::io::Error::other("ffmpeg has no pipes"));
        };
        let (input, mut pieces) = mpsc::channel::<Bytes>(QUEUE);
        tokio::spawn(async move {
            while let Some(piece) = pieces.recv().await {
                if stdin.write_all(&piece).await.is_err() {
                    break;
                }
            }
        });
        tokio::spawn(async move {
            loop {
                let mut buffer = Vec::with_capacity(4096);
                match stdout.read_buf(&mut buffer).await {
                    Ok(0) | Err(_) => break,
                    Ok(_) if output.send((tag, Bytes::from(buffer))).await.is_err() => break,
                    Ok(_) => {}
                }
            }
            let _ = output.send((tag, Bytes::new())).await;
        });
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::debug!(%line, "ffmpeg");
            }
        });
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Ok(Self { input, child: Killed(child) })
    }

    /// Gives it frames. `false`: it does not keep up, or has ended.
    pub fn feed(&self, frames: Bytes) -> bool {
        self.input.try_send(frames).is_ok()
    }

    /// Nothing more goes in; what has gone in still comes out.
    pub fn finish(self) {
        let Self { input, mut child } = self;
        drop(input);
        tokio::spawn(async move {
            let _ = tokio::time::timeout(FINISH, child.0.wait()).await;
        });
    }
}
