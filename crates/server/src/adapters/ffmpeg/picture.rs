//! ffmpeg as a filter of pictures: a programme as transport stream in, the same with H.264 out. Sound is passed on as it is: whoever needs
//! AAC gets it from the tape that this becomes.
//!
//! Key frames each second, closed groups of pictures, no pictures presented in another order than they are decoded in: what comes out is cut anywhere
//! and begun anywhere. `-tune zerolatency` keeps no picture back.

use std::os::fd::AsFd;
use std::time::Duration;

use bytes::Bytes;
use rustix::pipe::fcntl_setpipe_size;
use telecast_core::transcode::Encoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::ChildStdout;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Filter, words};
use crate::adapters::stream::Fault;
use crate::spawn::supervise;

/// Pieces of input that may wait for ffmpeg: when so many do, the reader of the source waits, and falls behind.
const QUEUE: usize = 8;
/// Bytes of the pipes to and from ffmpeg, the most that whoever is not root may have. The tape reads 20 times a second: what comes out in
/// between has to fit, or ffmpeg stands still (a system's usual 64 KiB were half of what one key frame takes).
const PIPE: usize = 1 << 20;

/// What is to be made of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Who codes.
    pub encoder: Encoder,
    /// Coded as fields.
    pub interlaced: bool,
    /// Two pictures of each frame that is coded as fields.
    pub fields: bool,
    /// Made smaller to so many lines.
    pub lines: Option<u32>,
    /// Lines that come in.
    pub height: u32,
    /// PIDs of the picture and of the sounds that are passed on.
    pub pids: Vec<u16>,
}

impl Job {
    fn arguments(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        out.extend(device(self.encoder));
        // Sound of a moment comes up to 1.2 s after its picture; without it ffmpeg would not know what it passes on. It waits no longer
        // than it must: `analyzeduration` is a bound.
        out.extend(words(
            "-probesize 20M -analyzeduration 5M -fpsprobesize 0 -threads 2 -f mpegts -i pipe:0",
        ));
        for pid in &self.pids {
            out.extend(["-map".to_owned(), format!("i:{pid:#x}")]);
        }
        out.extend(["-vf".to_owned(), self.pictures()]);
        out.extend(coding(self.encoder, self.lines.unwrap_or(self.height)));
        out.extend(words("-enc_time_base 1:90000 -fps_mode vfr -c:a copy -max_interleave_delta 2M -muxdelay 0 -muxpreload 0"));
        out.extend(words("-flush_packets 1 -f mpegts pipe:1"));
        out
    }

    fn pictures(&self) -> String {
        let mut filters = Vec::new();
        if self.interlaced {
            let mode = if self.fields { "send_field" } else { "send_frame" };
            filters.push(format!("bwdif=mode={mode}:deint=interlaced"));
        }
        if let Some(lines) = self.lines {
            filters.push(format!("scale=-2:{lines}"));
        }
        filters.push(upload(self.encoder).to_owned());
        filters.join(",")
    }
}

/// What opens the device of an encoder.
pub(super) fn device(encoder: Encoder) -> Vec<String> {
    match encoder {
        Encoder::Vaapi => words("-init_hw_device vaapi=va -filter_hw_device va").collect(),
        Encoder::Software | Encoder::Nvenc => Vec::new(),
    }
}

/// The form in which an encoder takes pictures.
pub(super) fn upload(encoder: Encoder) -> &'static str {
    match encoder {
        Encoder::Vaapi => "format=nv12,hwupload",
        Encoder::Software | Encoder::Nvenc => "format=yuv420p",
    }
}

/// Coding for pictures of `lines`.
pub(super) fn coding(encoder: Encoder, lines: u32) -> Vec<String> {
    // Peaks that a wireless network carries; what most pictures need is less.
    let peak = match lines {
        0..=480 => 2500,
        481..=576 => 4000,
        577..=720 => 6000,
        _ => 10_000,
    };
    let coder = match encoder {
        Encoder::Software => {
            "-c:v libx264 -preset veryfast -tune zerolatency -profile:v high -crf 22 -sc_threshold 0"
                .to_owned()
        }
        // Whatever picture is forced to be a key frame becomes an IDR picture; one picture at a time, for else two are kept back.
        Encoder::Vaapi => {
            format!("-c:v h264_vaapi -profile:v high -bf 0 -async_depth 1 -b:v {}k", peak * 2 / 3)
        }
        // Forced key frames are IDR pictures only on demand, and without `-delay 0` it keeps as many pictures back as it has surfaces.
        Encoder::Nvenc => format!(
            "-c:v h264_nvenc -preset p4 -tune ull -profile:v high -bf 0 -forced-idr 1 -delay 0 -b:v {}k",
            peak * 2 / 3
        ),
    };
    words(&coder)
        .chain(words(&format!("-maxrate {peak}k -bufsize {peak}k -g 250")))
        .chain(["-force_key_frames".to_owned(), "expr:gte(t,n_forced)".to_owned()])
        .collect()
}

/// A running filter.
pub struct PictureFilter {
    input: mpsc::Sender<Bytes>,
    output: ChildStdout,
    child: Filter,
}

impl PictureFilter {
    /// Starts ffmpeg.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(job: &Job) -> std::io::Result<Self> {
        let (child, mut stdin, output) = Filter::start(&job.arguments())?;
        widen(&stdin);
        widen(&output);
        let (input, mut pieces) = mpsc::channel::<Bytes>(QUEUE);
        supervise("picture input", async move {
            while let Some(piece) = pieces.recv().await {
                if stdin.write_all(&piece).await.is_err() {
                    break;
                }
            }
        });
        Ok(Self { input, output, child })
    }

    /// Where its input goes; when the last of these is dropped, what has gone in comes out, and then the end.
    pub fn input(&self) -> mpsc::Sender<Bytes> {
        self.input.clone()
    }

    /// Keeps no input open itself.
    pub fn close(self) -> Output {
        Output { output: self.output, child: self.child }
    }
}

/// Gives a pipe room for the largest pictures. Where the system refuses, they wait for whoever reads in between.
fn widen(pipe: impl AsFd) {
    if let Err(error) = fcntl_setpipe_size(pipe, PIPE) {
        tracing::debug!(%error, "a pipe keeps its size");
    }
}

/// What comes out of a filter.
pub struct Output {
    output: ChildStdout,
    #[expect(dead_code, reason = "ffmpeg ends with it")]
    child: Filter,
}

impl Output {
    /// Appends what has come out to `buffer`, at most up to its capacity; waits for the first byte.
    ///
    /// # Errors
    /// [`Fault::Ended`]: nothing more comes. [`Fault::Stalled`]: nothing has come for too long.
    pub async fn read(&mut self, buffer: &mut Vec<u8>, patience: Duration) -> Result<usize, Fault> {
        match timeout(patience, self.output.read_buf(buffer)).await {
            Err(_) => Err(Fault::Stalled),
            Ok(Ok(0) | Err(_)) => Err(Fault::Ended),
            Ok(Ok(count)) => Ok(count),
        }
    }
}
