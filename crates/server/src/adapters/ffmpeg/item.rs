//! ffmpeg as the maker of prepared pieces: a file, or a stretch of it, in; a transport stream in house format out, which is written as a tape that is complete.
//!
//! - Only files are opened, of kinds that hold one film: a list that names other places (HLS, concat) is refused by ffmpeg itself.
//! - Loudness is measured first, then sound is made louder or quieter as a whole; peaks are held down only where they would be too high.
//! - It runs at low priority, unless its piece is due.

use std::ffi::OsString;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use telecast_core::library::HZ;
use telecast_core::library::house::{self, Loudness, PicturePlan, Plan};
use telecast_media::segment::{Segmenter, Start};
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::{Counted, cause};
use crate::adapters::pieces::{Piece, PieceWriter};
use crate::spawn::supervise;

/// Kinds of files that are opened.
pub const KINDS: &str = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpegts,mpeg,mpegvideo,avi,flv,asf,ogg,wav,mp3,aac,ac3,eac3,flac,\
    h264,hevc,m4v,mxf,rm,dv,ivf,nut,gif,image2,png_pipe,jpeg_pipe,webp_pipe,wtv,lavfi";
/// ffmpeg may say nothing for this long: a sleeping disk, and a seek in a large file.
const SILENT: Duration = Duration::from_secs(60);
/// Bytes read at a time, and such pieces that may wait for the disk.
const READ: usize = 512 << 10;
const WAITING: usize = 16;
/// What ffmpeg says is kept up to this (bytes); its beginning holds the cause.
const WORDS: usize = 64 << 10;
/// Seconds between key frames of what is coded.
const KEY_FRAMES_S: u32 = 2;

/// What is to be prepared.
#[derive(Clone, Debug)]
pub struct Job {
    /// The file.
    pub file: PathBuf,
    /// From where on (ticks from its start).
    pub from: i64,
    /// How much of it (ticks); none: to its end.
    pub length: Option<i64>,
    /// What is to be done.
    pub plan: Plan,
    /// It is due soon: others wait for it, not it for them.
    pub urgent: bool,
}

impl Job {
    fn seconds(ticks: i64) -> String {
        format!("{}.{:06}", ticks / HZ, ticks % HZ * 1_000_000 / HZ)
    }

    /// The beginning of every run: which file, and which stretch.
    fn input(&self) -> Vec<OsString> {
        let mut out = words("-protocol_whitelist file -format_whitelist");
        out.push(KINDS.into());
        if self.plan.still {
            out.extend(words("-f image2 -pattern_type none -loop 1 -framerate 25"));
        } else if self.from > 0 {
            out.extend(["-ss".into(), Self::seconds(self.from).into()]);
        }
        if let Some(length) = self.length {
            out.extend(["-t".into(), Self::seconds(length).into()]);
        }
        let mut file = OsString::from("file:");
        file.push(&self.file);
        out.extend(["-i".into(), file]);
        out
    }

    fn arguments(&self, gains: &[(f64, bool)]) -> Vec<OsString> {
        let mut out = self.input();
        let mut inputs = 1;
        let mut add = |source: &str| {
            inputs += 1;
            (words(&format!("-f lavfi -i {source}")), inputs - 1)
        };
        let (mut maps, mut coding) = (Vec::new(), Vec::new());
        match &self.plan.picture {
            PicturePlan::Copied { stream } => {
                maps.extend(words(&format!("-map 0:{stream}")));
                coding.extend(words("-c:v copy"));
            }
            PicturePlan::Coded { stream, .. } => {
                maps.extend(words(&format!("-map 0:{stream}")));
                coding.extend(pictures(&self.plan.picture));
            }
            PicturePlan::Plain => {
                let (source, number) = add("color=c=0x101418:s=1280x720:r=25");
                out.extend(source);
                maps.extend(words(&format!("-map {number}:v")));
                coding.extend(words(&format!(
                    "-c:v libx264 -preset veryfast -tune stillimage -pix_fmt yuv420p -g {}",
                    25 * KEY_FRAMES_S
                )));
            }
        }
        if self.plan.sounds.is_empty() {
            let (source, number) = add("anullsrc=r=48000:cl=stereo");
            out.extend(source);
            maps.extend(words(&format!("-map {number}:a")));
        }
        for (number, (stream, language)) in self.plan.sounds.iter().enumerate() {
            maps.extend(words(&format!("-map 0:{stream}")));
            let (gain, held) = gains.get(number).copied().unwrap_or((0.0, false));
            coding.extend([format!("-filter:a:{number}").into(), sound(gain, held).into()]);
            if let Some(language) = language.as_deref().filter(|language| is_language(language)) {
                coding.extend([
                    format!("-metadata:s:a:{number}").into(),
                    format!("language={language}").into(),
                ]);
            }
        }
        out.extend(maps);
        out.extend(coding);
        out.extend(words(
            "-c:a aac -b:a 160k -ar 48000 -ac 2 -shortest -map_metadata -1 -map_chapters -1 -sn -dn",
        ));
        out.extend(words(
            "-max_muxing_queue_size 8192 -muxdelay 0 -muxpreload 0 -pat_period 1 -f mpegts pipe:1",
        ));
        out
    }
}

fn is_language(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The filters of a sound: padded, so that it lasts as long as its picture.
fn sound(gain: f64, held: bool) -> String {
    let mut filters = vec!["aresample=48000:async=1000:first_pts=0".to_owned()];
    if gain != 0.0 {
        filters.push(format!("volume={gain:.2}dB"));
    }
    if held {
        let limit = 10f64.powf(house::TRUE_PEAK / 20.0);
        // Peaks between samples are seen at four times the rate.
        filters.push(format!(
            "aresample=192000,alimiter=limit={limit:.4}:level=false:latency=true,aresample=48000"
        ));
    }
    filters.push("apad".into());
    filters.join(",")
}

fn pictures(plan: &PicturePlan) -> Vec<OsString> {
    let PicturePlan::Coded { size, rate, fields, tone, .. } = plan else { return Vec::new() };
    let mut filters = Vec::new();
    if *fields {
        filters.push("bwdif=mode=send_frame:deint=interlaced".to_owned());
    }
    if *tone {
        filters.push("zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv".into());
    }
    filters.push(format!(
        "scale={}:{}:flags=bicubic,setsar=1,fps={}/{},format=yuv420p",
        size.0, size.1, rate.0, rate.1
    ));
    let apart = (KEY_FRAMES_S * rate.0).div_ceil(rate.1.max(1));
    let mut out = vec!["-vf".into(), filters.join(",").into()];
    out.extend(words(&format!(
        "-c:v libx264 -preset veryfast -profile:v high -crf 21 -maxrate 8M -bufsize 16M -g {apart} -sc_threshold 0 -flags +cgop -bf 2"
    )));
    out
}

pub(super) fn words(text: &str) -> Vec<OsString> {
    text.split_ascii_whitespace().map(OsString::from).collect()
}

pub(super) fn spawn(urgent: bool, level: &str, arguments: &[OsString]) -> Result<Child> {
    let mut command = if urgent {
        Command::new("ffmpeg")
    } else {
        let mut nice = Command::new("nice");
        nice.args(["-n", "15", "ffmpeg"]);
        nice
    };
    command
        .args(["-hide_banner", "-nostdin", "-nostats", "-loglevel", level])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// A child whose group ends with this value.
pub(super) struct Group(pub(super) Child, pub(super) Counted);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0.id().and_then(|pid| rustix::process::Pid::from_raw(pid as i32)) {
            // The group is the child's own: nobody else is in it.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

/// The first words of a child; the rest is read and forgotten, so that it never waits for us.
pub(super) async fn said(stderr: ChildStderr) -> String {
    let mut reader = BufReader::new(stderr);
    let (mut kept, mut piece) = (Vec::new(), vec![0; 4096]);
    while let Ok(count @ 1..) = reader.read(&mut piece).await {
        let room = WORDS - kept.len().min(WORDS);
        kept.extend_from_slice(&piece[..count.min(room)]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// Measures a sound of the stretch.
///
/// # Errors
/// Its cause, for people.
pub async fn loudness(job: &Job, stream: u32) -> std::result::Result<Loudness, String> {
    let mut arguments = job.input();
    arguments.extend(words(&format!(
        "-map 0:{stream} -vn -sn -dn -af ebur128=peak=true:framelog=verbose -f null -"
    )));
    let mut child = spawn(job.urgent, "level+info", &arguments).map_err(|error| not_started(&error))?;
    let stderr = child.stderr.take();
    let mut child = Group(child, Counted::begin());
    let said = match stderr {
        Some(stderr) => last_words(stderr).await,
        None => String::new(),
    };
    let status = child.0.wait().await.map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(cause(&said));
    }
    summary(&said).ok_or_else(|| "its loudness cannot be measured".to_owned())
}

/// The last words of a child: the summary of a measurement stands there.
async fn last_words(stderr: ChildStderr) -> String {
    let mut reader = BufReader::new(stderr);
    let (mut kept, mut piece) = (Vec::new(), vec![0; 4096]);
    while let Ok(count @ 1..) = reader.read(&mut piece).await {
        kept.extend_from_slice(&piece[..count]);
        if kept.len() > 2 * WORDS {
            kept.drain(..WORDS);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// What ebur128 says at its end.
fn summary(said: &str) -> Option<Loudness> {
    let summary = &said[said.rfind("Summary:")?..];
    let value = |name: &str, unit: &str| {
        let rest = &summary[summary.find(name)? + name.len()..];
        let text = rest.split_once(unit)?.0.trim();
        text.parse::<f64>().ok()
    };
    Some(Loudness { integrated: value("I:", "LUFS")?, peak: value("Peak:", "dBFS").unwrap_or(0.0) })
}

pub(super) fn not_started(error: &Error) -> String {
    format!("ffmpeg cannot be started: {error}")
}

/// Prepares a piece in `folder`; `done` tells how far it is (ticks).
///
/// # Errors
/// Its cause, for people; nothing is left in the folder then.
pub async fn prepare(job: &Job, folder: &Path, done: Arc<AtomicI64>) -> std::result::Result<Piece, String> {
    let mut gains = Vec::new();
    for (stream, _) in &job.plan.sounds {
        gains.push(house::gain(loudness(job, *stream).await?));
    }
    let mut child =
        spawn(job.urgent, "level+warning", &job.arguments(&gains)).map_err(|error| not_started(&error))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut child = Group(child, Counted::begin());
    let (Some(mut stdout), Some(stderr)) = (stdout, stderr) else { return Err("ffmpeg has no pipes".into()) };
    let (tell, words) = oneshot::channel();
    supervise("ffmpeg's words", async move {
        let _ = tell.send(said(stderr).await);
    });
    let (pieces, mut waiting) = mpsc::channel::<Vec<u8>>(WAITING);
    let folder = folder.to_owned();
    let written = tokio::task::spawn_blocking(move || write(&folder, || waiting.blocking_recv(), &done));
    let mut patience = Ok(());
    loop {
        let mut piece = Vec::with_capacity(READ);
        match timeout(SILENT, fill(&mut stdout, &mut piece)).await {
            Ok(Ok(())) if piece.is_empty() => break,
            Ok(Ok(())) => {
                if pieces.send(piece).await.is_err() {
                    break;
                }
            }
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => {
                patience = Err(format!("nothing has come of it for {} s", SILENT.as_secs()));
                break;
            }
        }
    }
    drop(pieces);
    let writer = written.await.map_err(|_| "writing it has failed".to_owned())?;
    patience?;
    let writer = writer.map_err(|error| format!("it cannot be written: {error}"))?;
    let status = child.0.wait().await.map_err(|error| error.to_string())?;
    if !status.success() {
        drop(child);
        return Err(cause(&words.await.unwrap_or_default()));
    }
    let finished = tokio::task::spawn_blocking(move || writer.finish()).await;
    finished.map_err(|_| "writing it has failed".to_owned())?.map_err(|error| error.to_string())
}

/// Reads until `piece` is full, or there is no more.
async fn fill(stdout: &mut tokio::process::ChildStdout, piece: &mut Vec<u8>) -> Result<()> {
    while piece.len() < piece.capacity() {
        if stdout.read_buf(piece).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Writes what comes as a tape.
fn write(folder: &Path, mut next: impl FnMut() -> Option<Vec<u8>>, done: &AtomicI64) -> Result<PieceWriter> {
    let mut writer = PieceWriter::begin(folder)?;
    let mut segmenter = Segmenter::new(Start::default());
    let mut out = Vec::with_capacity(READ);
    while let Some(piece) = next() {
        out.clear();
        segmenter.push(&piece, 0, &mut out);
        writer.append(&out)?;
        writer.index(segmenter.index())?;
        done.store(writer.length(), Ordering::Relaxed);
        let open = segmenter.index().segments.iter().find(|segment| !segment.is_complete());
        if let Some(needed) = open.map(|open| open.first_byte()) {
            segmenter.index_mut().evict(needed);
        }
    }
    segmenter.finish();
    writer.index(segmenter.index())?;
    Ok(writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_a_measurement_is_read() {
        let said = "[Parsed_ebur128_0 @ 0x1] [info] Summary:\n\n  Integrated loudness:\n    I:         -21.8 LUFS\n    Threshold: -31.8 LUFS\n\n  Loudness range:\n    LRA:         0.0 LU\n\n  True peak:\n    Peak:      -18.1 dBFS\n";
        assert_eq!(summary(said), Some(Loudness { integrated: -21.8, peak: -18.1 }));
        assert_eq!(
            summary("Summary:\n I: -inf LUFS Peak: -inf dBFS").map(|found| found.integrated),
            Some(f64::NEG_INFINITY)
        );
        assert_eq!(summary("nothing"), None);
    }

    #[test]
    fn a_stretch_is_told_to_the_microsecond() {
        assert_eq!(Job::seconds(3 * HZ + 1), "3.000011");
        assert_eq!(Job::seconds(0), "0.000000");
    }
}
