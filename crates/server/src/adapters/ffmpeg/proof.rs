//! Which encoders of this machine work: sound is made once, and each encoder of pictures is made to code a moving picture, and what it made is decoded and looked at. An encoder that is
//! listed, opens, and gives green or black frames is no encoder, nor is one whose key frames cannot be begun at. Its speed is that of the processor's own time where the processor codes, so that it does
//! not matter what else the machine is doing just then.

use telecast_core::transcode::Encoder;

use super::picture::{coding, device, upload};
use super::words;

/// Pictures that are coded: two seconds, more than starting costs.
const PICTURES: usize = 100;
/// Key frames of these: one a second is forced.
const KEY_FRAMES: usize = 2;
/// Their size and rate.
const SIZE: (u64, u64) = (1280, 720);
/// They are looked at this small.
const LOOK: (usize, usize) = (64, 36);
/// An encoder that takes longer than this is of no use, on however busy a machine (seconds).
const PATIENCE: u64 = 60;

/// Codes and looks; says how many pixels per second were coded.
///
/// # Errors
/// Why it is no encoder, for people.
pub async fn prove(encoder: Encoder) -> Result<u64, String> {
    prove_with("ffmpeg", encoder).await
}

async fn prove_with(ffmpeg: &str, encoder: Encoder) -> Result<u64, String> {
    let patience = std::time::Duration::from_secs(PATIENCE);
    tokio::time::timeout(patience, code_and_look(ffmpeg, encoder))
        .await
        .map_err(|_| "it takes too long".to_owned())?
}

/// Makes a little AAC.
///
/// # Errors
/// Why sound cannot be made, for people.
pub async fn prove_sound() -> Result<(), String> {
    let patience = std::time::Duration::from_secs(PATIENCE);
    let arguments: Vec<String> =
        words("-f lavfi -i sine=sample_rate=48000 -t 0.2 -c:a aac -f adts pipe:1").collect();
    let (made, _) = tokio::time::timeout(patience, run("ffmpeg", &arguments, &[]))
        .await
        .map_err(|_| "it takes too long".to_owned())??;
    if telecast_media::codec::aac::adts(&made).is_some() {
        Ok(())
    } else {
        Err("what it makes is no AAC".into())
    }
}

async fn code_and_look(ffmpeg: &str, encoder: Encoder) -> Result<u64, String> {
    let (width, height) = SIZE;
    let mut arguments = device(encoder);
    arguments.extend(words(&format!("-f lavfi -i testsrc2=size={width}x{height}:rate=50")));
    arguments.extend([
        "-frames:v".to_owned(),
        PICTURES.to_string(),
        "-vf".to_owned(),
        upload(encoder).to_owned(),
    ]);
    arguments.extend(coding(encoder, height as u32));
    arguments.extend(words("-f h264 pipe:1"));
    let (coded, said) = run(ffmpeg, &arguments, &[]).await?;
    let begun = idr_pictures(&coded);
    if begun < KEY_FRAMES {
        return Err(format!("of {KEY_FRAMES} key frames {begun} can be begun at"));
    }
    let seconds = seconds(encoder, &said).ok_or("ffmpeg does not say how long it took")?;
    let (across, down) = LOOK;
    let arguments = format!("-f h264 -i pipe:0 -vf scale={across}:{down},format=gray -f rawvideo pipe:1");
    let (seen, _) = run(ffmpeg, &words(&arguments).collect::<Vec<_>>(), &coded).await?;
    look(&seen)?;
    Ok((PICTURES as f64 * (width * height) as f64 / seconds) as u64)
}

/// How long coding took: `[info] bench: utime=1.2s stime=0.1s rtime=0.7s`. On the processor, its own time shared by all cores.
fn seconds(encoder: Encoder, said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.contains("bench: utime="))?;
    let field = |name: &str| -> Option<f64> {
        line.split(' ').find_map(|word| word.strip_prefix(name))?.trim_end_matches('s').parse().ok()
    };
    let seconds = if encoder == Encoder::Software {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (field("utime=")? + field("stime=")?) / cores as f64
    } else {
        field("rtime=")?
    };
    Some(seconds.max(0.001))
}

/// IDR pictures of an H.264 byte stream: NAL units of type 5 whose slice begins with the first macroblock (ISO/IEC 14496-10 §7.3.3).
fn idr_pictures(coded: &[u8]) -> usize {
    let first = |unit: &[u8]| unit[..3] == [0, 0, 1] && unit[3] & 0x1F == 5 && unit[4] & 0x80 != 0;
    coded.windows(5).filter(|unit| first(unit)).count()
}

/// Brightness and variance of each picture: a moving test picture is neither dark, nor even, nor still.
fn look(seen: &[u8]) -> Result<(), String> {
    let size = LOOK.0 * LOOK.1;
    let pictures: Vec<&[u8]> = seen.chunks_exact(size).collect();
    if pictures.len() < PICTURES * 9 / 10 {
        return Err(format!("of {PICTURES} pictures {} came back", pictures.len()));
    }
    for picture in &pictures {
        let mean = picture.iter().map(|&value| f64::from(value)).sum::<f64>() / size as f64;
        let variance =
            picture.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / size as f64;
        if !(40.0..216.0).contains(&mean) || variance < 200.0 {
            return Err(format!("its pictures are wrong (brightness {mean:.0}, variance {variance:.0})"));
        }
    }
    let still = pictures.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if still > PICTURES / 2 { Err("its pictures stand still".into()) } else { Ok(()) }
}

/// What it wrote and what it said. Whoever watches meanwhile comes first.
async fn run(ffmpeg: &str, arguments: &[String], input: &[u8]) -> Result<(Vec<u8>, String), String> {
    let command =
        ["nice", "-n", "10", ffmpeg, "-hide_banner", "-nostats", "-benchmark", "-loglevel", "level+info"];
    super::whole(&command, arguments, input).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_even_still_or_missing_pictures_are_no_pictures() {
        let size = LOOK.0 * LOOK.1;
        let moving: Vec<u8> =
            (0..PICTURES * size).map(|at| ((at % size * 7 + at / size * 13) % 200 + 28) as u8).collect();
        assert_eq!(look(&moving), Ok(()));
        assert!(look(&vec![0; PICTURES * size]).is_err(), "black");
        assert!(look(&vec![128; PICTURES * size]).is_err(), "grey");
        assert!(look(&moving[..size].repeat(PICTURES)).is_err(), "still");
        assert!(look(&moving[..size * 50]).is_err(), "half of them");
    }

    #[test]
    fn key_frames_are_counted_by_picture() {
        let idr = [0, 0, 0, 1, 0x65, 0x88];
        let next_slice = [0, 0, 1, 0x65, 0x01];
        let recovery_point = [0, 0, 1, 0x41, 0x88];
        assert_eq!(idr_pictures(&[&idr[..], &next_slice, &recovery_point, &idr].concat()), 2);
        assert_eq!(idr_pictures(&[0, 0, 1]), 0);
    }

    /// libx264 in the clothes of NVENC: a forced key frame can be begun at only where `-forced-idr` is given and it listens.
    fn nvenc(directory: &std::path::Path, listens: bool) -> String {
        let path = directory.join("ffmpeg");
        let forced = if listens { "-forced-idr" } else { "nobody-says-this" };
        let script = format!(
            r#"#!/bin/sh
idr=0 skip=0
for word; do
  shift
  case "$word" in {forced}) idr=1 ;; esac
  case "$word" in
    -forced-idr | -delay) skip=1; continue ;;
    -force_key_frames) if [ "$idr" = 1 ]; then set -- "$@" "$word"; else skip=1; continue; fi ;;
    h264_nvenc) set -- "$@" libx264 -threads 2 -sc_threshold 0 ;;
    p4) set -- "$@" ultrafast ;;
    ull) set -- "$@" zerolatency ;;
    *) [ "$skip" = 1 ] || set -- "$@" "$word" ;;
  esac
  skip=0
done
exec ffmpeg "$@"
"#
        );
        std::fs::write(&path, script).expect("a script");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("it can be run");
        path.to_str().expect("a plain name").to_owned()
    }

    #[tokio::test]
    async fn an_encoder_whose_key_frames_cannot_be_begun_at_is_none() {
        for (listens, expected) in [(true, None), (false, Some("of 2 key frames 1 can be begun at"))] {
            let directory = tempfile::tempdir().expect("a directory");
            let outcome = prove_with(&nvenc(directory.path(), listens), Encoder::Nvenc).await;
            assert_eq!(outcome.err().as_deref(), expected, "{listens}");
        }
    }

    #[tokio::test]
    async fn sound_is_made() {
        assert_eq!(prove_sound().await, Ok(()));
    }

    #[tokio::test]
    async fn libx264_is_an_encoder_and_a_missing_device_is_none() {
        let speed = prove(Encoder::Software).await;
        assert!(speed.as_ref().is_ok_and(|speed| *speed > 1_000_000), "{speed:?}");
        if !std::path::Path::new("/dev/dri").exists() {
            assert!(prove(Encoder::Vaapi).await.is_err());
        }
    }
}
