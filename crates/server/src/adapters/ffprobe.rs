//! ffprobe and single pictures by ffmpeg: what is in a file of the library, found by a child process that may take its time and no more.
//!
//! - A child runs behind everything else (`nice`), is killed at its time-out and with whoever waits for it, and what it writes is bounded.
//! - Only the file itself is opened: what would name other files or addresses (playlists in the clothes of a film) is refused.
//! - Nothing fails without a reason that the page can show ([`Flaw`]).

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use telecast_core::library::facts::{Audio, Facts, Flaw, LIST_MOST, Subtitles, Video};
use tokio::io::AsyncReadExt;
use tokio::process::Command;

/// A probe is given up after this: disks that sleep need ten seconds to wake.
const PATIENCE: Duration = Duration::from_secs(45);
/// The same for counting all packets of a short file, and for a picture out of the midst.
const LONG_PATIENCE: Duration = Duration::from_secs(90);
/// Bytes that ffprobe writes of one file: one with 10,000 chapters has 2 MiB.
const OUTPUT: u64 = 4 << 20;
/// Bytes of a picture out of a file.
const PICTURE: u64 = 16 << 20;
/// Characters of a tag.
const TAG: usize = 2_000;
/// Containers that are lists of other files.
const LISTS: &[&str] = &["hls", "dash", "concat", "applehttp", "sdp", "rtsp", "image2", "imf"];

/// Why a child gave nothing.
enum Failure {
    /// It is not installed.
    Missing,
    /// It took too long.
    TimedOut,
    /// It said that it cannot, or too much.
    Refused,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Probed {
    streams: Vec<Stream>,
    chapters: Vec<Chapter>,
    format: Format,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Format {
    #[serde(rename = "format_name")]
    name: String,
    duration: Option<String>,
    tags: serde_json::Map<String, Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Chapter {
    start_time: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    codec_name: String,
    profile: Option<String>,
    width: u32,
    height: u32,
    pix_fmt: Option<String>,
    field_order: Option<String>,
    color_transfer: Option<String>,
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
    channels: u32,
    nb_read_packets: Option<String>,
    disposition: Disposition,
    tags: serde_json::Map<String, Value>,
    side_data_list: Vec<serde_json::Map<String, Value>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

/// What is in the file of `size` bytes at `path`. Never fails: what went wrong is a fact.
pub async fn probe(path: &Path, size: u64) -> Facts {
    if size == 0 {
        return Facts::failed(Flaw::Empty);
    }
    if let Err(flaw) = readable(path).await {
        return Facts::failed(flaw);
    }
    let shown = ["-show_format", "-show_streams", "-show_chapters", "-of", "json"];
    let probed: Probed = match ask(path, &shown, PATIENCE).await {
        Ok(probed) => probed,
        Err(Failure::Missing) => return Facts::failed(Flaw::NoProbe),
        Err(Failure::TimedOut) => return Facts::failed(Flaw::TimedOut),
        Err(Failure::Refused) => return Facts::failed(Flaw::Damaged),
    };
    if probed.format.name.split(',').any(|name| LISTS.contains(&name)) || probed.streams.is_empty() {
        return Facts::failed(Flaw::Damaged);
    }
    let mut facts = understood(probed);
    if facts.needs_measure(size) {
        let measured_ms = measure(path).await;
        // A header that was nearly right is left in peace.
        let differs = match (facts.length_ms, measured_ms) {
            (Some(claimed), Some(is)) => claimed.abs_diff(is) > (is / 10).max(2_000).unsigned_abs(),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        facts.is_measured = differs && measured_ms.is_some();
        if differs || facts.length_ms.is_none() {
            facts.length_ms = measured_ms;
        }
    }
    facts
}

async fn readable(path: &Path) -> Result<(), Flaw> {
    match tokio::fs::File::open(path).await {
        Ok(file) => match file.metadata().await {
            Ok(found) if found.is_file() => Ok(()),
            _ => Err(Flaw::Unreadable),
        },
        Err(_) => Err(Flaw::Unreadable),
    }
}

/// The length by the packets of the picture (milliseconds). Only asked where the file is small for its length, so it does not take long.
async fn measure(path: &Path) -> Option<i64> {
    let shown = [
        "-select_streams",
        "V:0",
        "-count_packets",
        "-show_entries",
        "stream=index,codec_type,nb_read_packets,r_frame_rate,avg_frame_rate",
        "-of",
        "json",
    ];
    let probed: Probed = ask(path, &shown, LONG_PATIENCE).await.ok()?;
    let stream = probed.streams.first()?;
    let packets: i64 = stream.nb_read_packets.as_deref()?.parse().ok()?;
    let rate = rate_milli(stream.r_frame_rate.as_deref())
        .or_else(|| rate_milli(stream.avg_frame_rate.as_deref()))?;
    Some(packets.checked_mul(1_000_000)? / i64::from(rate)).filter(|length| *length > 0)
}

async fn ask(path: &Path, shown: &[&str], patience: Duration) -> Result<Probed, Failure> {
    let mut arguments: Vec<OsString> =
        ["-v", "quiet", "-protocol_whitelist", "file"].map(OsString::from).to_vec();
    arguments.extend(shown.iter().map(OsString::from));
    arguments.push("-i".into());
    arguments.push(of_file(path));
    let out = run("ffprobe", &arguments, OUTPUT, patience).await?;
    serde_json::from_slice(&out).map_err(|_| Failure::Refused)
}

/// A path as ffmpeg takes it whatever is in it: a name with a colon is no protocol.
fn of_file(path: &Path) -> OsString {
    let mut out = OsString::from("file:");
    out.push(path);
    out
}

/// All that a child writes, within bounds of bytes and time.
async fn run(
    program: &str,
    arguments: &[impl AsRef<OsStr>],
    most: u64,
    patience: Duration,
) -> Result<Vec<u8>, Failure> {
    let mut child = Command::new("nice")
        .args(["-n", "19", program])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|_| Failure::Missing)?;
    let stdout = child.stdout.take().ok_or(Failure::Missing)?;
    let group = child.id().and_then(|pid| rustix::process::Pid::from_raw(pid as i32));
    let reading = async {
        let mut out = Vec::new();
        let read = stdout.take(most + 1).read_to_end(&mut out).await;
        if read.is_err() || out.len() as u64 > most {
            return Err(Failure::Refused);
        }
        let status = child.wait().await.map_err(|_| Failure::Refused)?;
        match status.code() {
            Some(0) => Ok(out),
            // So `nice` says that there is no such program.
            Some(126 | 127) => Err(Failure::Missing),
            _ => Err(Failure::Refused),
        }
    };
    let out = tokio::time::timeout(patience, reading).await.unwrap_or(Err(Failure::TimedOut));
    if !matches!(out, Ok(_) | Err(Failure::Missing))
        && let Some(group) = group
    {
        // The group is the child's own: nobody else is in it.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    out
}

fn understood(probed: Probed) -> Facts {
    let is_cover = |stream: &&Stream| stream.codec_type == "video" && stream.disposition.attached_pic == 1;
    let of = |kind: &'static str| probed.streams.iter().filter(move |stream| stream.codec_type == kind);
    let picture = of("video").find(|stream| stream.disposition.attached_pic == 0 && stream.width > 0);
    let cover = probed.streams.iter().find(is_cover);
    let mut chapters_ms: Vec<i64> = probed
        .chapters
        .iter()
        .filter_map(|chapter| milliseconds(chapter.start_time.as_deref()))
        .filter(|at| *at >= 0)
        .take(LIST_MOST)
        .collect();
    chapters_ms.sort_unstable();
    let of_streams =
        || probed.streams.iter().filter_map(|stream| milliseconds(stream.duration.as_deref())).max();
    Facts {
        length_ms: milliseconds(probed.format.duration.as_deref())
            .or_else(of_streams)
            .filter(|length| *length > 0),
        container: probed.format.name.clone(),
        is_measured: false,
        video: picture.map(video),
        audio: of("audio")
            .filter(|stream| !stream.codec_name.is_empty())
            .take(LIST_MOST)
            .map(audio)
            .collect(),
        subtitles: of("subtitle")
            .take(LIST_MOST)
            .map(|stream| Subtitles {
                codec: stream.codec_name.clone(),
                language: tag(&stream.tags, "language"),
            })
            .collect(),
        covers: probed.streams.iter().filter(is_cover).count() as u32,
        is_cover_first: cover.zip(picture).is_some_and(|(cover, picture)| cover.index < picture.index),
        chapters_ms,
        tags: tags(&probed.format.tags),
        failure: None,
    }
}

fn video(stream: &Stream) -> Video {
    let pixels = stream.pix_fmt.as_deref().unwrap_or_default();
    let base = rate_milli(stream.r_frame_rate.as_deref());
    let average = rate_milli(stream.avg_frame_rate.as_deref());
    let is_interlaced = matches!(stream.field_order.as_deref(), Some("tt" | "bb" | "tb" | "bt"));
    // Fields may be counted in the one and frames in the other.
    let is_uneven = |(base, average): (u32, u32)| {
        let apart = |base: u32| base.abs_diff(average) > average / 50;
        apart(base) && (!is_interlaced || apart(base / 2))
    };
    let turned = |data: &serde_json::Map<String, Value>| data.get("rotation").and_then(Value::as_f64);
    let by_tag = || tag(&stream.tags, "rotate").and_then(|text| text.parse().ok());
    Video {
        codec: stream.codec_name.clone(),
        profile: stream.profile.clone().unwrap_or_default(),
        width: stream.width,
        height: stream.height,
        rate_milli: average.or(base).unwrap_or(0),
        is_variable: base.zip(average).is_some_and(is_uneven),
        bits: bits(pixels),
        is_full_chroma: ["422", "440", "444", "gbr", "rgb"].iter().any(|kind| pixels.contains(kind)),
        rotation: stream
            .side_data_list
            .iter()
            .find_map(turned)
            .map(|turned| turned as i32)
            .or_else(by_tag)
            .unwrap_or(0),
        is_interlaced,
        is_hdr: matches!(stream.color_transfer.as_deref(), Some("smpte2084" | "arib-std-b67")),
    }
}

/// `yuv420p10le` has 10.
fn bits(pixels: &str) -> u8 {
    let deep = ["9", "10", "12", "14", "16"].into_iter().find(|bits| {
        ["le", "be"].iter().any(|end| {
            pixels.ends_with(&format!("p{bits}{end}")) || pixels.ends_with(&format!("p0{bits}{end}"))
        })
    });
    match deep.and_then(|bits| bits.parse().ok()) {
        Some(bits) => bits,
        None if pixels.starts_with("p010") || pixels.starts_with("p210") => 10,
        None => 8,
    }
}

fn audio(stream: &Stream) -> Audio {
    Audio {
        codec: stream.codec_name.clone(),
        channels: stream.channels,
        language: tag(&stream.tags, "language").filter(|language| language != "und"),
        title: tag(&stream.tags, "title"),
    }
}

fn tag(tags: &serde_json::Map<String, Value>, name: &str) -> Option<String> {
    let (_, value) = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    value.as_str().map(|text| text.chars().take(TAG).collect())
}

fn tags(tags: &serde_json::Map<String, Value>) -> Vec<(String, String)> {
    let text = |(name, value): (&String, &Value)| {
        let text: String =
            value.as_str()?.chars().filter(|c| !c.is_control() || *c == '\n').take(TAG).collect();
        Some((name.to_lowercase().chars().take(64).collect(), text))
    };
    tags.iter().filter_map(text).take(LIST_MOST).collect()
}

/// `12.345000` in milliseconds.
fn milliseconds(text: Option<&str>) -> Option<i64> {
    let seconds: f64 = text?.parse().ok()?;
    // A century is no length.
    (seconds.is_finite() && seconds.abs() < 3.2e9).then_some((seconds * 1_000.0) as i64)
}

/// `30000/1001` in thousandths.
fn rate_milli(text: Option<&str>) -> Option<u32> {
    let (over, under) = text?.split_once('/')?;
    let (over, under): (u64, u64) = (over.parse().ok()?, under.parse().ok()?);
    let milli = over.checked_mul(1_000)?.checked_div(under)?;
    u32::try_from(milli).ok().filter(|milli| (1..=1_000_000).contains(milli))
}

/// A cover that is attached to the file, as it is there; none: it cannot be had.
pub async fn cover(path: &Path) -> Option<Vec<u8>> {
    // The first attached picture: of all videos those that are no film (`V`).
    let arguments =
        ["-map", "0:v", "-map", "-0:V", "-frames:v", "1", "-c", "copy", "-f", "image2pipe", "pipe:1"];
    picture(path, None, &arguments).await
}

/// The frame at `at_ms`, as JPEG no larger than is needed; none: it cannot be had.
pub async fn frame(path: &Path, at_ms: i64) -> Option<Vec<u8>> {
    let arguments = [
        "-map",
        "0:V:0",
        "-frames:v",
        "1",
        "-vf",
        "scale=w='min(960,iw*sar)':h=-2",
        "-c:v",
        "mjpeg",
        "-q:v",
        "3",
        "-pix_fmt",
        "yuvj420p",
        "-f",
        "image2pipe",
        "pipe:1",
    ];
    picture(path, Some(at_ms), &arguments).await
}

async fn picture(path: &Path, at_ms: Option<i64>, how: &[&str]) -> Option<Vec<u8>> {
    let mut arguments: Vec<OsString> =
        ["-hide_banner", "-nostdin", "-v", "quiet", "-protocol_whitelist", "file,pipe"]
            .map(OsString::from)
            .to_vec();
    if let Some(at_ms) = at_ms {
        arguments.extend(["-ss".into(), format!("{}.{:03}", at_ms / 1_000, at_ms % 1_000).into()]);
    }
    arguments.extend(["-threads".into(), "1".into(), "-i".into(), of_file(path)]);
    arguments.extend(how.iter().map(OsString::from));
    run("ffmpeg", &arguments, PICTURE, LONG_PATIENCE).await.ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_depths_are_read_as_ffprobe_writes_them() {
        assert_eq!(rate_milli(Some("30000/1001")), Some(29_970));
        assert_eq!(rate_milli(Some("25/1")), Some(25_000));
        for none in ["0/0", "25/0", "x", "90000/1"] {
            assert!(rate_milli(Some(none)).is_none_or(|rate| rate > 0), "{none}");
        }
        assert_eq!(rate_milli(Some("0/0")), None);
        for (pixels, deep) in
            [("yuv420p", 8), ("yuv420p10le", 10), ("yuv422p12be", 12), ("p010le", 10), ("nv12", 8), ("", 8)]
        {
            assert_eq!(bits(pixels), deep, "{pixels}");
        }
        assert_eq!(milliseconds(Some("12.3456")), Some(12_345));
        for none in ["N/A", "inf", "1e30"] {
            assert_eq!(milliseconds(Some(none)), None, "{none}");
        }
    }

    /// As ffprobe tells of a QuickTime file whose `covr` stands before its tracks.
    #[test]
    fn a_cover_before_the_film_is_no_film() {
        let text = r#"{"streams": [
            {"index": 0, "codec_type": "video", "codec_name": "png", "width": 300, "height": 450, "disposition": {"attached_pic": 1}},
            {"index": 1, "codec_type": "video", "codec_name": "h264", "width": 160, "height": 90, "pix_fmt": "yuv420p",
             "r_frame_rate": "25/1", "avg_frame_rate": "25/1", "disposition": {"attached_pic": 0}},
            {"index": 2, "codec_type": "audio", "codec_name": "aac", "channels": 2, "tags": {"LANGUAGE": "ger"}}],
            "chapters": [{"start_time": "5.5"}, {"start_time": "0.0"}],
            "format": {"format_name": "mov,mp4", "duration": "60.04", "tags": {"TITLE": "Eins"}}}"#;
        let facts = understood(serde_json::from_str(text).expect("as ffprobe writes it"));
        assert_eq!(facts.flaws(), [Flaw::CoverFirst]);
        assert_eq!(facts.video.as_ref().map(|video| (video.height, video.rate_milli)), Some((90, 25_000)));
        assert_eq!(
            (facts.length_ms, facts.covers, facts.chapters_ms.as_slice()),
            (Some(60_040), 1, &[0, 5_500][..])
        );
        assert_eq!((facts.tag(&["title"]), facts.audio[0].language.as_deref()), (Some("Eins"), Some("ger")));
    }

    #[tokio::test]
    async fn a_child_is_bounded_in_time_and_bytes() {
        let patience = Duration::from_millis(200);
        assert!(matches!(run("sleep", &["60"], 10, patience).await, Err(Failure::TimedOut)));
        assert!(matches!(run("yes", &["x"], 1_000, PATIENCE).await, Err(Failure::Refused)));
        assert!(matches!(run("there-is-no-such-program", &["x"], 10, PATIENCE).await, Err(Failure::Missing)));
        assert!(matches!(run("false", &["x"], 10, PATIENCE).await, Err(Failure::Refused)));
        assert_eq!(run("echo", &["x"], 10, PATIENCE).await.ok(), Some(b"x\n".to_vec()));
    }
}
