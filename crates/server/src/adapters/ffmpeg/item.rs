//! ffmpeg as the maker of prepared pieces: a file, or a stretch of it, in; a transport stream in house format out, which is written as a tape that is complete.
//!
//! - Only files are opened, of kinds that hold one film: a list that names other places (HLS, concat) is refused by ffmpeg itself.
//! - How much louder each sound becomes comes in as a value ([`super::loudness`]); peaks are held down only where they would be too high. Sound that is as the house's
//!   is taken as it is.
//! - Where there is no film, its cover or a plain picture stands still as long as the sound is.
//! - It runs at low priority, unless its piece is due, and ends where the disk gets full.

use std::ffi::OsString;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use telecast_core::library::HZ;
use telecast_core::library::house::{self, Gain, PicturePlan, Plan};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::tape::{Lane, Segment};
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::cut::{self, Pass};
use super::{Counted, cause};
use crate::adapters::pieces::{Piece, PieceWriter};
use crate::adapters::tape_files::free_space;
use crate::spawn::supervise;

/// Kinds of files that are opened.
pub const KINDS: &str = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpegts,mpeg,mpegvideo,avi,flv,asf,ogg,wav,mp3,aac,ac3,eac3,flac,\
    aiff,asf_o,h264,hevc,m4v,mxf,rm,dv,ivf,nut,gif,image2,png_pipe,jpeg_pipe,webp_pipe,wtv,lavfi";
/// ffmpeg may say nothing for this long: a sleeping disk, and a seek in a large file.
const SILENT: Duration = Duration::from_secs(60);
/// Bytes read at a time, and such pieces that may wait for the disk.
const READ: usize = 512 << 10;
const WAITING: usize = 16;
/// What ffmpeg says is kept up to this (bytes); its beginning holds the cause.
const WORDS: usize = 64 << 10;
/// A sound that stays may be missing for so long (ticks): where it ends a little before its picture.
const SILENT_MOST: i64 = HZ / 5;
/// Seconds between key frames of what is coded.
const KEY_FRAMES_S: u32 = 2;
/// A stretch that is taken as it is begins so much before its key frame, and without what lies there (ticks).
const EARLY: i64 = HZ / 500;
/// What is read earlier of a file without index (ticks).
const LEAD: i64 = (house::KEY_FRAMES_S as i64 + 2) * HZ;
/// Bytes after which it is looked again whether the disk gets full.
const LOOK_BYTES: u64 = 32 << 20;
/// Size and rate of pictures that stand still.
pub(super) const STILL_SIZE: (u32, u32) = (1280, 720);
pub(super) const STILL_RATE: u32 = 25;
/// What is around a picture that is not as wide or as high.
const GROUND: &str = "0x101418";
/// How sound is coded: of the CPU that a film costs which needs no coding otherwise, the encoder's usual search took four fifths (docs/design/performance.md).
pub(super) const SOUND: &str = "-c:a aac -aac_coder fast -b:a 160k -ar 48000 -ac 2";
/// What comes out, and nothing else.
pub(super) const OUT: &str = "-map_metadata -1 -map_chapters -1 -sn -dn -max_muxing_queue_size 8192 -muxdelay 0 -muxpreload 0 -pat_period 1 -f mpegts pipe:1";

/// What is to be prepared.
#[derive(Clone, Debug)]
pub struct Job {
    /// The file.
    pub file: PathBuf,
    /// From where on (ticks from its start).
    pub from: i64,
    /// How much of it (ticks); none: to its end.
    pub length: Option<i64>,
    /// How many pictures that is; none: nobody has counted them.
    pub pictures: Option<u32>,
    /// What is to be done.
    pub plan: Plan,
    /// By how much each of the plan's sounds becomes louder.
    pub gains: Vec<Gain>,
    /// A picture that stands still where there is none.
    pub cover: Option<PathBuf>,
    /// Length of all of the file (seconds), if it is known: where there is no film it ends there.
    pub length_s: Option<f64>,
    /// It is due soon: others wait for it, not it for them.
    pub urgent: bool,
}

/// Where a piece is made.
#[derive(Clone, Debug)]
pub struct Bench {
    /// Where it is to lie; until it is whole it is made beside that.
    pub folder: PathBuf,
    /// How far it is (ticks).
    pub done: Arc<AtomicI64>,
    /// Bytes of the disk that stay free.
    pub free: u64,
}

/// Why there is no piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmade {
    /// The disk gets full: no fault of what it was made of.
    NoRoom,
    /// Its cause, for people.
    Fault(String),
}

impl From<String> for Unmade {
    fn from(why: String) -> Self {
        Self::Fault(why)
    }
}

impl std::fmt::Display for Unmade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoRoom => "its disk is nearly full; free space on it, or lower station.prepare.budget",
            Self::Fault(why) => why,
        })
    }
}

/// Ticks as ffmpeg takes them.
pub(super) fn seconds(ticks: i64) -> String {
    format!("{}.{:06}", ticks / HZ, ticks % HZ * 1_000_000 / HZ)
}

/// A path as ffmpeg takes it whatever is in it.
pub(super) fn of_file(path: &Path) -> OsString {
    let mut file = OsString::from("file:");
    file.push(path);
    file
}

/// What may be opened, and nothing else.
pub(super) fn fenced() -> Vec<OsString> {
    let mut out = words("-protocol_whitelist file -format_whitelist");
    out.push(KINDS.into());
    out
}

impl Job {
    /// The beginning: which file, and which stretch.
    fn input(&self) -> Vec<OsString> {
        let mut out = fenced();
        if self.plan.still {
            out.extend(words("-f image2 -pattern_type none -loop 1 -framerate 25"));
        } else if self.from > 0 {
            // Times in files are rounded: a key frame that is meant must not be missed.
            let is_copied = matches!(self.plan.picture, PicturePlan::Copied { .. });
            let early = if is_copied { EARLY } else { self.lead() };
            out.extend(["-ss".into(), seconds((self.from - early).max(0)).into()]);
        }
        if let Some(length) = self.length {
            // Where pictures are counted, they say where it ends.
            let spare = if self.pictures.is_some() { HZ } else { 0 };
            out.extend(["-t".into(), seconds(length + spare + self.lead()).into()]);
        }
        out.extend(["-i".into(), of_file(&self.file)]);
        out
    }

    /// What is read before what is wanted, and left out once it is decoded (ticks): where places are found roughly, the key frame that is needed would be missed.
    fn lead(&self) -> i64 {
        let is_needed = self.plan.rough && matches!(self.plan.picture, PicturePlan::Coded { .. });
        if is_needed { self.from.min(LEAD) } else { 0 }
    }

    /// There is a film, whose end is the piece's.
    fn is_film(&self) -> bool {
        !matches!(self.plan.picture, PicturePlan::Cover { .. } | PicturePlan::Plain)
    }

    /// All sounds are as they are to be.
    fn sounds_stay(&self) -> bool {
        let is_so = |(number, sound): (usize, &house::SoundPlan)| {
            sound.fits && self.gains.get(number).is_some_and(|gain| gain.is_none())
        };
        !self.plan.sounds.is_empty() && self.plan.sounds.iter().enumerate().all(is_so)
    }

    fn arguments(&self, sounds_stay: bool) -> Vec<OsString> {
        let mut out = self.input();
        let mut inputs = 1;
        let mut add = |source: &[OsString]| {
            inputs += 1;
            (source.to_vec(), inputs - 1)
        };
        let (mut maps, mut coding) = (Vec::new(), Vec::new());
        match &self.plan.picture {
            PicturePlan::Copied { stream } => {
                maps.extend(words(&format!("-map 0:{stream}")));
                // What lies before the key frame that is meant is left out.
                coding.extend(words("-c:v copy -copypriorss 0"));
            }
            PicturePlan::Coded { stream, .. } => {
                maps.extend(words(&format!("-map 0:{stream}")));
                coding.extend(pictures(&self.plan.picture));
            }
            PicturePlan::Joined { stream, ends } => {
                maps.extend(words(&format!("-map 0:{stream}")));
                coding.extend(pictures(ends));
            }
            PicturePlan::Cover { stream } => {
                maps.extend(words(&format!("-map 0:{stream}")));
                let again = format!("loop=loop=-1:size=1:start=0,setpts=N/({STILL_RATE}*TB)");
                coding.extend(["-vf".into(), format!("{again},{}", still_filters()).into()]);
                coding.extend(still_coding());
            }
            PicturePlan::Plain => {
                let (source, number) = add(&self.plain());
                out.extend(source);
                maps.extend(words(&format!("-map {number}:v")));
                coding.extend(["-vf".into(), still_filters().into()]);
                coding.extend(still_coding());
            }
        }
        if self.plan.sounds.is_empty() {
            let (source, number) = add(&words("-f lavfi -i anullsrc=r=48000:cl=stereo"));
            out.extend(source);
            maps.extend(words(&format!("-map {number}:a")));
        }
        if let Some(pictures) = self.pictures {
            coding.extend(words(&format!("-frames:v {pictures}")));
        }
        out.extend(maps);
        out.extend(coding);
        out.extend(words(SOUND));
        out.extend(self.sounds(sounds_stay));
        out.extend(self.end(sounds_stay));
        if let (1.., PicturePlan::Coded { rate, .. }) = (self.lead(), &self.plan.picture) {
            // Pictures lie on a grid by now: from a little before the first that is wanted.
            let step = HZ as f64 * f64::from(rate.1) / f64::from(rate.0.max(1));
            let first = ((self.lead() + EARLY) as f64 / step).round() - 0.25;
            out.extend(["-ss".into(), seconds((first.max(0.0) * step) as i64).into()]);
        }
        out.extend(words(OUT));
        out
    }

    /// Maps, filters and languages of its sounds.
    fn sounds(&self, stay: bool) -> Vec<OsString> {
        let mut out = Vec::new();
        for (number, of) in self.plan.sounds.iter().enumerate() {
            out.extend(words(&format!("-map 0:{}", of.stream)));
            if stay {
                out.extend(words(&format!("-c:a:{number} copy")));
            } else {
                let gain = self.gains.get(number).copied().unwrap_or_default();
                out.extend([format!("-filter:a:{number}").into(), self.padded(gain).into()]);
            }
            if let Some(language) = of.language.as_deref().filter(|language| is_language(language)) {
                out.extend([format!("-metadata:s:a:{number}").into(), format!("language={language}").into()]);
            }
        }
        out
    }

    /// The filters of a sound: as long as the picture, if there is one.
    fn padded(&self, gain: Gain) -> String {
        match self.film_left() {
            Some(left) => format!("{},atrim=end={left:.3},apad=whole_dur={left:.3}", sound(gain, false)),
            None => sound(gain, self.is_film() || self.plan.still),
        }
    }

    /// How long its picture is from here on (seconds), where that must be told: a sound that goes on behind it keeps ffmpeg from seeing its end.
    fn film_left(&self) -> Option<f64> {
        let is_open = self.length.is_none() && self.pictures.is_none() && self.is_film();
        let left = self.plan.film_s.filter(|_| is_open)? - self.from as f64 / HZ as f64;
        (left > 0.1).then_some(left)
    }

    /// Where it ends: with the film, whose sound is padded; with the sound, where there is none.
    fn end(&self, sounds_stay: bool) -> Vec<OsString> {
        // A sound that stays is as long as its picture, but for less than a picture may be cut for.
        let is_told = sounds_stay || self.film_left().is_some();
        let mut out = if is_told { Vec::new() } else { words("-shortest") };
        let claimed = self.length_s.map(|length| (length * HZ as f64) as i64 - self.from);
        let length = self.length.or(claimed).filter(|length| *length > 0);
        if let Some(length) = length.filter(|_| !self.is_film()) {
            out.extend(["-t".into(), seconds(length).into()]);
        }
        out
    }

    /// The picture where there is none.
    fn plain(&self) -> Vec<OsString> {
        match &self.cover {
            Some(cover) => {
                let mut out = fenced();
                out.extend(words(&format!(
                    "-f image2 -pattern_type none -loop 1 -framerate {STILL_RATE} -i"
                )));
                out.push(of_file(cover));
                out
            }
            None => {
                let (width, height) = STILL_SIZE;
                words(&format!("-f lavfi -i color=c={GROUND}:s={width}x{height}:r={STILL_RATE}"))
            }
        }
    }
}

/// The filters of a picture that stands still: all of it is seen, upright, on a plain ground.
pub(super) fn still_filters() -> String {
    let (width, height) = STILL_SIZE;
    format!(
        "scale={width}:{height}:force_original_aspect_ratio=decrease:flags=bicubic,\
         pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:color={GROUND},setsar=1,fps={STILL_RATE},format=yuv420p"
    )
}

/// How a picture that stands still is coded.
pub(super) fn still_coding() -> Vec<OsString> {
    words(&format!(
        "-c:v libx264 -preset veryfast -tune stillimage -profile:v high -g {} -flags +cgop",
        STILL_RATE * KEY_FRAMES_S
    ))
}

fn is_language(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The filters of a sound; `padded`, so that it lasts as long as its picture.
pub(super) fn sound(Gain { by, held }: Gain, padded: bool) -> String {
    let mut filters = vec!["aresample=48000:async=1000:first_pts=0".to_owned()];
    if by != 0.0 {
        filters.push(format!("volume={by:.2}dB"));
    }
    if held {
        let limit = 10f64.powf(house::TRUE_PEAK / 20.0);
        // Peaks between samples are seen at four times the rate.
        filters.push(format!(
            "aresample=192000,alimiter=limit={limit:.4}:level=false:latency=true,aresample=48000"
        ));
    }
    if padded {
        filters.push("apad".into());
    }
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

/// Starts ffmpeg, at a priority that others go before unless it is 0.
pub(super) fn spawn(nice: u8, level: &str, arguments: &[OsString]) -> std::result::Result<Group, String> {
    let mut command = if nice == 0 {
        Command::new("ffmpeg")
    } else {
        let mut command = Command::new("nice");
        command.args(["-n", &nice.to_string(), "ffmpeg"]);
        command
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
        .map(|child| Group(child, Counted::begin()))
        .map_err(|error| format!("ffmpeg cannot be started: {error}"))
}

/// What is not due waits for others.
pub(super) fn nice(urgent: bool) -> u8 {
    if urgent { 0 } else { 15 }
}

/// A child whose group ends with this value.
pub(super) struct Group(pub(super) Child, Counted);

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

/// What is made one after another, and becomes one piece.
async fn parts(job: &Job) -> Vec<Job> {
    let PicturePlan::Joined { stream, ends } = &job.plan.picture else { return vec![job.clone()] };
    let passes = cut::passes(&job.file, *stream, (job.from, job.length)).await;
    let part = |pass: Pass| {
        let picture =
            if pass.copied { PicturePlan::Copied { stream: *stream } } else { PicturePlan::clone(ends) };
        let plan = Plan { picture, ..job.plan.clone() };
        Job { from: pass.begins, length: pass.length, pictures: pass.pictures, plan, ..job.clone() }
    };
    passes.into_iter().map(part).collect()
}

/// Prepares a piece.
///
/// # Errors
/// Why not; nothing is left of it then.
pub async fn prepare(job: &Job, bench: &Bench) -> std::result::Result<Piece, Unmade> {
    let parts = parts(job).await;
    let arguments = |stay: bool| parts.iter().map(|part| part.arguments(stay)).collect::<Vec<_>>();
    if job.sounds_stay() {
        let (piece, silent) = make(job.urgent, &arguments(true), bench).await?;
        // What is missing in the midst of it is silence; made anew, the sound around it stays in its place.
        if silent <= SILENT_MOST {
            return Ok(piece);
        }
    }
    Ok(make(job.urgent, &arguments(false), bench).await?.0)
}

/// What goes to the disk.
enum Bytes {
    Some(Vec<u8>),
    /// What comes is of another run of ffmpeg.
    Seam,
}

/// Has ffmpeg make a piece, by one run after another; tells as well how long its sounds are missing at most (ticks).
pub(super) async fn make(
    urgent: bool,
    runs: &[Vec<OsString>],
    bench: &Bench,
) -> std::result::Result<(Piece, i64), Unmade> {
    let (pieces, mut waiting) = mpsc::channel::<Bytes>(WAITING);
    let place = bench.clone();
    let written = tokio::task::spawn_blocking(move || write(&place, || waiting.blocking_recv()));
    let mut made = Ok(());
    for (number, arguments) in runs.iter().enumerate() {
        if number > 0 && pieces.send(Bytes::Seam).await.is_err() {
            break;
        }
        made = run(urgent, arguments, &pieces).await;
        if made.is_err() {
            break;
        }
    }
    drop(pieces);
    let written = written.await.map_err(|_| "writing it has failed".to_owned())?;
    let (writer, silent) = written?;
    made?;
    let finished = tokio::task::spawn_blocking(move || writer.finish()).await;
    let piece = finished.map_err(|_| "writing it has failed".to_owned())?.map_err(unwritten)?;
    Ok((piece, silent))
}

/// Runs ffmpeg; gives what comes to `pieces`, until that is closed.
async fn run(
    urgent: bool,
    arguments: &[OsString],
    pieces: &mpsc::Sender<Bytes>,
) -> std::result::Result<(), String> {
    let mut child = spawn(nice(urgent), "level+warning", arguments)?;
    let (stdout, stderr) = (child.0.stdout.take(), child.0.stderr.take());
    let (Some(mut stdout), Some(stderr)) = (stdout, stderr) else { return Err("ffmpeg has no pipes".into()) };
    let (tell, words) = oneshot::channel();
    supervise("ffmpeg's words", async move {
        let _ = tell.send(said(stderr).await);
    });
    loop {
        let mut piece = Vec::with_capacity(READ);
        match timeout(SILENT, fill(&mut stdout, &mut piece)).await {
            Ok(Ok(())) if piece.is_empty() => break,
            Ok(Ok(())) => {
                if pieces.send(Bytes::Some(piece)).await.is_err() {
                    // Whoever writes says why.
                    return Ok(());
                }
            }
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => return Err(format!("nothing has come of it for {} s", SILENT.as_secs())),
        }
    }
    let status = child.0.wait().await.map_err(|error| error.to_string())?;
    if !status.success() {
        drop(child);
        return Err(cause(&words.await.unwrap_or_default()));
    }
    Ok(())
}

fn unwritten(error: Error) -> Unmade {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Unmade::NoRoom,
        std::io::ErrorKind::UnexpectedEof => Unmade::Fault(error.to_string()),
        _ => Unmade::Fault(format!("it cannot be written: {error}")),
    }
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

/// Writes what comes as a tape; tells as well how long its sounds are missing at most (ticks).
fn write(
    bench: &Bench,
    mut next: impl FnMut() -> Option<Bytes>,
) -> std::result::Result<(PieceWriter, i64), Unmade> {
    let mut writer = PieceWriter::begin(&bench.folder).map_err(unwritten)?;
    let mut segmenter = Segmenter::new(Start::default());
    let mut out = Vec::with_capacity(READ);
    let (mut looked, mut silent) = (0, 0);
    while let Some(piece) = next() {
        out.clear();
        match piece {
            Bytes::Some(piece) => segmenter.push(&piece, 0, &mut out),
            Bytes::Seam => {
                segmenter.finish();
                writer.seam();
            }
        }
        if writer.bytes() >= looked {
            looked = writer.bytes() + LOOK_BYTES;
            if free_space(writer.folder()).is_ok_and(|free| free < bench.free) {
                return Err(Unmade::NoRoom);
            }
        }
        writer.append(&mut out).map_err(unwritten)?;
        writer.index(segmenter.index()).map_err(unwritten)?;
        bench.done.store(writer.length(), Ordering::Relaxed);
        let open = segmenter.index().segments.iter().position(|segment| !segment.is_complete());
        if let Some(open) = open {
            silent += silence(segmenter.index().segments.iter().take(open));
            let needed = segmenter.index().segments[open].first_byte();
            segmenter.index_mut().evict(needed);
        }
    }
    segmenter.finish();
    writer.index(segmenter.index()).map_err(unwritten)?;
    silent += silence(segmenter.index().segments.iter());
    Ok((writer, silent))
}

/// How long sound is missing in these (ticks), of all sounds together.
fn silence<'a>(segments: impl Iterator<Item = &'a Arc<Segment>>) -> i64 {
    let of_lane = |lane: &Lane, segment: &Segment| {
        let scale = segment.run.track(lane.track).map_or(HZ, |track| i64::from(track.timescale()));
        let silent = lane.frames.iter().filter(|frame| frame.length == 0);
        silent.map(|frame| i64::from(frame.duration)).sum::<i64>() * HZ / scale
    };
    segments.flat_map(|segment| segment.lanes.iter().map(move |lane| of_lane(lane, segment))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_told_to_the_microsecond() {
        assert_eq!(seconds(3 * HZ + 1), "3.000011");
        assert_eq!(seconds(0), "0.000000");
    }
}
