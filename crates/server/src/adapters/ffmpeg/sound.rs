//! ffmpeg as a filter of sound: frames of one codec in, AAC in ADTS frames out. Its times are not used: they are counted in samples by
//! whoever feeds it.

use crate::spawn::supervise;
use bytes::Bytes;
use std::time::Duration;
use telecast_media::ts::psi::Kind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::{Counted, Filter, words};

/// Pieces of input that may wait for ffmpeg; each is what arrived in a twentieth of a second. On a busy machine ffmpeg takes seconds
/// to start, and it must not be ended for that: the next one would start no faster.
const QUEUE: usize = 512;
/// Samples of silence that ffmpeg's AAC encoder puts before the first sample of its input.
pub const ENCODER_DELAY: i64 = 1024;

/// A filter that is let finish may take this long.
const FINISH: Duration = Duration::from_secs(10);

/// A stretch of the past takes no longer, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(20);

/// What ffmpeg is told, `more` being for what is decoded.
fn arguments(kind: Kind, more: &str) -> Vec<String> {
    let demuxer = match kind {
        Kind::Ac3 => "ac3",
        Kind::Eac3 => "eac3",
        Kind::MpegAudio => "mp3",
        Kind::AacLatm => "loas",
        _ => "aac",
    };
    // Not `-fflags nobuffer`: it throws away the frame that the input was recognised by, and the sound would come
    // out a frame early (measured: 32.000 ms with AC-3).
    // `fast`: half the cost of the usual search, and at this rate nearer to what went in (docs/design/performance.md).
    let arguments = format!(
        "-probesize 32 -analyzeduration 0 -f {demuxer} -i pipe:0 \
         -map 0:a:0 {more} -ac 2 -c:a aac -aac_coder fast -b:a 160k -flush_packets 1 -f adts pipe:1"
    );
    words(&arguments).collect()
}

/// Makes AAC of `frames` of `kind`, all at once, leaving out the first `trim` samples of what they hold.
///
/// # Errors
/// Why not, for people.
pub async fn whole(kind: Kind, frames: &[u8], trim: i64) -> Result<Vec<u8>, String> {
    let arguments = arguments(kind, &format!("-af atrim=start_sample={trim},asetpts=N/SR/TB"));
    let _counted = Counted::begin();
    let command = ["ffmpeg", "-hide_banner", "-loglevel", "level+error"];
    let made = tokio::time::timeout(PATIENCE, super::whole(&command, &arguments, frames)).await;
    made.map_err(|_| "it takes too long".to_owned())?.map(|(made, _)| made)
}

/// A running filter.
pub struct AudioFilter {
    input: mpsc::Sender<Bytes>,
    child: Filter,
}

impl AudioFilter {
    /// Starts ffmpeg for frames of `kind`. What it makes goes to `output` as (tag, ADTS bytes in any chunks), an empty piece being the end.
    pub fn start(kind: Kind, tag: u64, output: mpsc::Sender<(u64, Bytes)>) -> std::io::Result<Self> {
        let (child, mut stdin, mut stdout) = Filter::start(&arguments(kind, ""))?;
        let (input, mut pieces) = mpsc::channel::<Bytes>(QUEUE);
        supervise("sound input", async move {
            while let Some(piece) = pieces.recv().await {
                if stdin.write_all(&piece).await.is_err() {
                    break;
                }
            }
        });
        supervise("sound output", async move {
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
        Ok(Self { input, child })
    }

    /// Gives it frames. `false`: it does not keep up, or has ended.
    pub fn feed(&self, frames: Bytes) -> bool {
        self.input.try_send(frames).is_ok()
    }

    /// Nothing more goes in; what has gone in still comes out.
    pub fn finish(self) {
        let Self { input, mut child } = self;
        drop(input);
        supervise("sound end", async move {
            let _ = tokio::time::timeout(FINISH, child.child.wait()).await;
        });
    }
}
