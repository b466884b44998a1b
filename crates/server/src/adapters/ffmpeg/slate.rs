//! A still picture and silence, coded as a programme is: made once, then repeated without a process (`media::slate`).

use std::time::Duration;

use telecast_media::slate::{LENGTH, Layout};
use telecast_media::time::HZ;
use telecast_media::ts::psi::Kind;

use super::words;

/// Pictures per second: few, since nothing moves, and as many as players expect.
const RATE: i64 = 25;
/// Coded beyond the length that is needed, so that its end can be seen (pictures).
const MORE: i64 = 12;
/// A machine that takes longer has other troubles.
const PATIENCE: Duration = Duration::from_secs(20);

/// Codes `picture`, grey values of `size`, for a programme of `layout`.
///
/// # Errors
/// Why not, for people: a codec that this ffmpeg does not have, or none at all.
pub async fn code(picture: Vec<u8>, size: (usize, usize), layout: &Layout) -> Result<Vec<u8>, String> {
    let arguments = arguments(size, layout).ok_or("there is no encoder for its picture")?;
    let command = ["ffmpeg", "-hide_banner", "-loglevel", "level+error"];
    let (coded, _) = tokio::time::timeout(PATIENCE, super::whole(&command, &arguments, &picture))
        .await
        .map_err(|_| "it takes too long".to_owned())??;
    Ok(coded)
}

fn arguments((across, down): (usize, usize), layout: &Layout) -> Option<Vec<String>> {
    let pictures = LENGTH * RATE / HZ;
    let coder = match layout.video.1 {
        Kind::H264 => format!(
            "libx264 -preset veryfast -tune stillimage -profile:v main -bf 0 -sc_threshold 0 -g {pictures}"
        ),
        Kind::Hevc => format!(
            "libx265 -preset veryfast -x265-params log-level=none:keyint={pictures}:min-keyint={pictures}:bframes=0:open-gop=0"
        ),
        Kind::Mpeg2Video => format!("mpeg2video -q:v 4 -bf 0 -sc_threshold 1000000000 -g {pictures}"),
        _ => return None,
    };
    let sounds: Vec<_> =
        layout.sounds.iter().filter_map(|sound| Some((sound, sound_coder(sound.1)?))).collect();
    let mut inputs = format!("-f rawvideo -pix_fmt gray -s {across}x{down} -r {RATE} -i pipe:0");
    let mut outputs = format!("-map 0 -c:v {coder} -streamid 0:{}", layout.video.0);
    for (at, ((pid, _, rate, channels), coder)) in sounds.iter().enumerate() {
        inputs +=
            &format!(" -f lavfi -i anullsrc=r={rate}:cl={}", if *channels == 1 { "mono" } else { "stereo" });
        let next = at + 1;
        outputs += &format!(" -map {next} -c:a:{at} {coder} -b:a:{at} 128k -streamid {next}:{pid}");
    }
    let (width, height) = layout.size;
    let frames = pictures + MORE;
    let seconds = frames as f64 / RATE as f64;
    Some(
        words(&format!(
            "{inputs} -filter:v loop=loop=-1:size=1,scale={width}:{height},setsar=1,format=yuv420p {outputs} -t {seconds} \
            -f mpegts -pes_payload_size 0 -muxdelay 0.2 -muxpreload 0 -output_ts_offset 1 pipe:1"
        ))
        .collect(),
    )
}

fn sound_coder(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::AacAdts => Some("aac"),
        Kind::Ac3 => Some("ac3"),
        Kind::Eac3 => Some("eac3"),
        Kind::MpegAudio => Some("mp2"),
        // Never silent in LATM: the sound just stops.
        _ => None,
    }
}
