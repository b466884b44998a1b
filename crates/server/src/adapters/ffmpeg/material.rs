//! What preparation needs to know of a file, asked of ffprobe just before it is prepared: streams, and how far its key frames lie apart at its beginning.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use telecast_core::library::HZ;
use telecast_core::library::house::{Material, Picture, Sound};
use telecast_core::library::subtitles;
use tokio::process::Command;
use tokio::time::timeout;

use super::cause;
use super::item::KINDS;

/// ffprobe takes no longer: a sleeping disk, and a file whose index lies at its end.
const PATIENCE: Duration = Duration::from_secs(60);
/// Kinds of files that have no index, as ffmpeg names them.
const ROUGH: [&str; 2] = ["mpegts", "mpeg"];
/// Codecs of single pictures.
const STILLS: [&str; 5] = ["png", "mjpeg", "webp", "bmp", "tiff"];
/// Seconds from the beginning in which key frames are counted.
const LOOKED_AT_S: u32 = 40;
/// A picture that begins later than its file by more is believed to begin with it (seconds).
const LATE_MOST_S: f64 = 60.0;

/// What ffprobe says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    streams: Vec<Stream>,
    packets: Vec<Packet>,
    format: Format,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Format {
    #[serde(rename = "format_name")]
    kind: String,
    bit_rate: String,
    duration: String,
    start_time: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    codec_name: String,
    profile: String,
    pix_fmt: String,
    width: u32,
    height: u32,
    sample_aspect_ratio: String,
    r_frame_rate: String,
    avg_frame_rate: String,
    field_order: String,
    color_transfer: String,
    channels: u32,
    sample_rate: String,
    bit_rate: String,
    start_time: String,
    duration: String,
    disposition: Disposition,
    tags: Tags,
    side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    default: u8,
    attached_pic: u8,
    forced: u8,
    hearing_impaired: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tags {
    language: Option<String>,
    rotate: Option<String>,
    /// Matroska keeps lengths of streams here.
    #[serde(rename = "DURATION")]
    duration: Option<String>,
    title: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    rotation: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Packet {
    pts_time: String,
    flags: String,
}

/// Asks about `file`.
///
/// # Errors
/// Its cause, for people.
pub async fn of(file: &Path) -> Result<Material, String> {
    let streams = ask(file, &["-show_streams", "-show_format"]).await?;
    let mut material = material(&streams);
    if let Some(picture) = material.picture.as_mut().filter(|_| !material.still) {
        let (stream, interval) = (picture.stream.to_string(), format!("%+{LOOKED_AT_S}"));
        let packets = [
            "-select_streams",
            &stream,
            "-show_entries",
            "packet=pts_time,flags",
            "-read_intervals",
            &interval,
        ];
        let said = ask(file, &packets).await?;
        let length = streams.format.duration.parse().unwrap_or(f64::from(LOOKED_AT_S));
        picture.key_frames_s = apart(&said.packets, length);
        picture.varies |= is_uneven(&said.packets);
    }
    Ok(material)
}

/// Pictures of a stretch in the order in which they lie in the file: when each is shown, and whether it can be decoded by itself. Times are ticks from the start
/// of the file; the first lies before the stretch, if there is any there.
///
/// # Errors
/// Its cause, for people.
pub async fn pictures(
    file: &Path,
    stream: u32,
    (from, until): (i64, i64),
) -> Result<Vec<(i64, bool)>, String> {
    let start = ask(file, &["-show_entries", "format=start_time"]).await?.format.start_time;
    let start: f64 = start.parse().unwrap_or(0.0);
    let second = |ticks: i64| start + ticks as f64 / HZ as f64;
    let begin = if from > 0 { format!("{:.6}", second(from)) } else { String::new() };
    let interval = format!("{begin}%{:.6}", second(until));
    let stream = stream.to_string();
    let wanted =
        ["-select_streams", &stream, "-show_entries", "packet=pts_time,flags", "-read_intervals", &interval];
    let said = ask(file, &wanted).await?;
    let read = |packet: &Packet| {
        let at: f64 = packet.pts_time.parse().ok()?;
        Some((((at - start) * HZ as f64).round() as i64, packet.flags.starts_with('K')))
    };
    Ok(said.packets.iter().filter_map(read).collect())
}

/// Subtitles in `file`, and when its picture begins (ticks from the beginning of the file): a piece begins with its picture.
///
/// # Errors
/// Its cause, for people.
pub async fn subtitles(file: &Path) -> Result<(Vec<subtitles::Stream>, i64), String> {
    let said = ask(file, &["-show_streams", "-show_format"]).await?;
    let of = |kind: &'static str| said.streams.iter().filter(move |stream| stream.codec_type == kind);
    let found = of("subtitle").map(|stream| subtitles::Stream {
        number: stream.index,
        codec: stream.codec_name.clone(),
        language: stream.tags.language.clone(),
        title: stream.tags.title.clone(),
        forced: stream.disposition.forced == 1,
        impaired: stream.disposition.hearing_impaired == 1,
    });
    let found = found.collect();
    let Some(picture) = material(&said).picture else { return Ok((found, 0)) };
    let stream = picture.stream.to_string();
    let first =
        ["-select_streams", &stream, "-show_entries", "packet=pts_time,flags", "-read_intervals", "%+#1"];
    let packets = ask(file, &first).await?.packets;
    let seconds = |text: &str| text.parse::<f64>().ok().filter(|seconds| seconds.is_finite());
    let begins = packets.first().and_then(|first| seconds(&first.pts_time));
    let late = begins.zip(seconds(&said.format.start_time)).map_or(0.0, |(picture, file)| picture - file);
    Ok((found, (late.clamp(0.0, LATE_MOST_S) * HZ as f64).round() as i64))
}

async fn ask(file: &Path, what: &[&str]) -> Result<Said, String> {
    let mut input = OsString::from("file:");
    input.push(file);
    let asked = Command::new("ffprobe")
        .args([
            "-loglevel",
            "level+error",
            "-protocol_whitelist",
            "file",
            "-format_whitelist",
            KINDS,
            "-of",
            "json",
        ])
        .args(what)
        .arg("-i")
        .arg(input)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let done = timeout(PATIENCE, asked).await.map_err(|_| "looking at it has taken too long".to_owned())?;
    let done = done.map_err(|error| format!("ffprobe cannot be started: {error}"))?;
    if !done.status.success() {
        return Err(cause(&String::from_utf8_lossy(&done.stderr)));
    }
    serde_json::from_slice(&done.stdout).map_err(|error| format!("ffprobe is not understood: {error}"))
}

/// Whether pictures do not come at one rate: what a file says of that is a guess by its beginning.
fn is_uneven(packets: &[Packet]) -> bool {
    let mut times: Vec<f64> = packets.iter().filter_map(|packet| packet.pts_time.parse().ok()).collect();
    times.sort_by(f64::total_cmp);
    let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f64::total_cmp);
    let Some(usual) = steps.get(steps.len() / 2).copied() else { return false };
    let odd = steps.iter().filter(|step| (*step - usual).abs() > usual / 2.0).count();
    odd * 50 > steps.len()
}

/// A fraction as ffprobe writes it (`30000/1001`, `4:3`).
fn fraction(text: &str) -> (u32, u32) {
    let parts = text
        .split_once(['/', ':'])
        .and_then(|(above, below)| Some((above.parse().ok()?, below.parse().ok()?)));
    parts.unwrap_or((0, 0))
}

fn value((above, below): (u32, u32)) -> f64 {
    f64::from(above) / f64::from(below.max(1))
}

fn material(said: &Said) -> Material {
    let of = |kind: &'static str| said.streams.iter().filter(move |stream| stream.codec_type == kind);
    let film = of("video")
        .find(|stream| stream.disposition.attached_pic == 0 && stream.width > 0 && stream.height > 0);
    let picture = film.map(|stream| {
        let (told, mean) = (fraction(&stream.r_frame_rate), fraction(&stream.avg_frame_rate));
        let turned = stream.side_data_list.iter().find_map(|side| side.rotation).map(|turn| -turn as i32);
        let turn = turned.or_else(|| stream.tags.rotate.as_deref()?.parse().ok()).unwrap_or(0);
        let aspect = match fraction(&stream.sample_aspect_ratio) {
            (0, _) | (_, 0) => (1, 1),
            aspect => aspect,
        };
        Picture {
            stream: stream.index,
            codec: stream.codec_name.clone(),
            profile: stream.profile.clone(),
            samples: stream.pix_fmt.clone(),
            width: stream.width,
            height: stream.height,
            aspect,
            // What is told is the finest step of its times; the mean is what comes.
            rate: if mean.0 > 0 { mean } else { told },
            varies: mean.0 > 0 && told.0 > 0 && (value(told) - value(mean)).abs() > value(mean) * 0.01,
            interlaced: !matches!(stream.field_order.as_str(), "" | "progressive" | "unknown"),
            turn,
            high_range: matches!(stream.color_transfer.as_str(), "smpte2084" | "arib-std-b67"),
            key_frames_s: None,
        }
    });
    let cover = of("video").find(|stream| stream.disposition.attached_pic == 1).map(|stream| stream.index);
    let sounds = of("audio").map(|stream| Sound {
        stream: stream.index,
        codec: stream.codec_name.clone(),
        language: stream.tags.language.clone().filter(|language| language != "und"),
        channels: stream.channels,
        default: stream.disposition.default == 1,
        profile: stream.profile.clone(),
        rate: stream.sample_rate.parse().unwrap_or(0),
        bit_rate: stream.bit_rate.parse().unwrap_or(0),
        beside: film.and_then(|film| beside(film, stream)),
    });
    let length = said.format.duration.parse().ok().filter(|length| *length > 0.1);
    let still =
        length.is_none() && picture.as_ref().is_some_and(|picture| STILLS.contains(&picture.codec.as_str()));
    Material {
        rough: ROUGH.contains(&said.format.kind.as_str()),
        film_s: film.and_then(lasts).map(|(_, end)| end - said.format.start_time.parse().unwrap_or(0.0)),
        cover: cover.filter(|_| picture.is_none()),
        picture,
        sounds: sounds.collect(),
        bit_rate: said.format.bit_rate.parse().unwrap_or(0),
        length_s: length,
        still,
    }
}

/// By how much `sound` begins after `film`, and ends after it (seconds).
fn beside(film: &Stream, sound: &Stream) -> Option<(f64, f64)> {
    let (film, sound) = (lasts(film)?, lasts(sound)?);
    Some((sound.0 - film.0, sound.1 - film.1))
}

/// When a stream begins and ends (seconds).
fn lasts(stream: &Stream) -> Option<(f64, f64)> {
    let begin: f64 = stream.start_time.parse().ok()?;
    let end = match stream.duration.parse::<f64>() {
        Ok(length) => begin + length,
        Err(_) => clock(stream.tags.duration.as_deref()?)?,
    };
    Some((begin, end))
}

/// Seconds of `01:02:03.500000000`.
fn clock(text: &str) -> Option<f64> {
    text.split(':').try_fold(0.0, |all, part| Some(all * 60.0 + part.parse::<f64>().ok()?))
}

/// The longest distance between key frames, or from the last to the end of what was looked at. None: there is none at the beginning.
fn apart(packets: &[Packet], length: f64) -> Option<f64> {
    let time = |packet: &Packet| packet.pts_time.parse::<f64>().ok();
    let begin = packets.iter().filter_map(time).fold(f64::INFINITY, f64::min);
    let end = packets.iter().filter_map(time).fold(f64::NEG_INFINITY, f64::max);
    let keys: Vec<f64> =
        packets.iter().filter(|packet| packet.flags.contains('K')).filter_map(time).collect();
    let first = keys.first().filter(|first| **first <= begin + 0.5)?;
    let last = if length > f64::from(LOOKED_AT_S) { end } else { *keys.last()? };
    let ends = keys.iter().skip(1).copied().chain([last]);
    let mut before = *first;
    Some(ends.fold(0.0, |longest: f64, key| longest.max(key - std::mem::replace(&mut before, key))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ffprobe_says_is_read() {
        let said: Said = serde_json::from_str(
            r#"{"streams":[
            {"index":0,"codec_type":"video","codec_name":"png","width":500,"height":500,"disposition":{"attached_pic":1}},
            {"index":1,"codec_type":"video","codec_name":"h264","profile":"High","pix_fmt":"yuv420p","width":720,"height":576,
             "sample_aspect_ratio":"64:45","r_frame_rate":"25/1","avg_frame_rate":"25/1","field_order":"tt","side_data_list":[{"rotation":-90}],
             "start_time":"0.080000","tags":{"DURATION":"00:01:00.080000000"}},
            {"index":2,"codec_type":"audio","codec_name":"ac3","channels":6,"disposition":{"default":1},"tags":{"language":"deu"}},
            {"index":3,"codec_type":"audio","codec_name":"aac","channels":2,"tags":{"language":"und"},"start_time":"0.000000","duration":"61.000000"}],
            "format":{"bit_rate":"5000000","duration":"61.000000"}}"#,
        )
        .expect("read");
        let material = material(&said);
        assert_eq!((material.cover, material.length_s), (None, Some(61.0)), "the film goes before a cover");
        let beside: Vec<_> = material.sounds.iter().map(|sound| sound.beside).collect();
        assert!(
            matches!(beside[..], [None, Some((begin, end))] if (begin + 0.08).abs() < 1e-6 && (end - 0.92).abs() < 1e-6),
            "{beside:?}"
        );
        let picture = material.picture.expect("a picture");
        assert_eq!(
            (picture.stream, picture.aspect, picture.turn, picture.interlaced),
            (1, (64, 45), 90, true)
        );
        assert!(!picture.varies && picture.rate == (25, 1));
        let sounds: Vec<_> = material
            .sounds
            .iter()
            .map(|sound| (sound.stream, sound.language.as_deref(), sound.default))
            .collect();
        assert_eq!(sounds, [(2, Some("deu"), true), (3, None, false)]);
    }

    #[test]
    fn pictures_that_do_not_come_at_one_rate_are_seen() {
        let packet = |at: f64| Packet { pts_time: at.to_string(), flags: "___".into() };
        // In the order of decoding, with a hole now and then, and with every third alone.
        let even: Vec<Packet> = [0.0, 0.12, 0.04, 0.08]
            .into_iter()
            .chain((4..200).map(|nth| f64::from(nth) * 0.04))
            .map(packet)
            .collect();
        let holes: Vec<Packet> =
            (0..200).filter(|nth| nth % 101 != 7).map(|nth| packet(f64::from(nth) * 0.04)).collect();
        let some: Vec<Packet> = (0..200)
            .filter(|nth| nth % 50 < 20 || nth % 3 == 0)
            .map(|nth| packet(f64::from(nth) * 0.04))
            .collect();
        assert_eq!(
            [is_uneven(&even), is_uneven(&holes), is_uneven(&some), is_uneven(&[])],
            [false, false, true, false]
        );
    }

    #[test]
    fn key_frames_are_as_far_apart_as_the_longest_time_without_one() {
        let packet = |(time, key): (f64, bool)| Packet {
            pts_time: time.to_string(),
            flags: if key { "K__" } else { "___" }.into(),
        };
        let of =
            |all: &[(f64, bool)], length| apart(&all.iter().copied().map(packet).collect::<Vec<_>>(), length);
        assert_eq!(of(&[(0.0, true), (1.0, false), (2.0, true), (7.0, true), (8.0, false)], 8.0), Some(5.0));
        assert_eq!(of(&[(0.0, true), (39.0, false)], 100.0), Some(39.0), "one key frame, and then none");
        assert_eq!(of(&[(3.0, false), (9.0, true)], 20.0), None, "it does not begin with one");
    }
}
