//! Which encoders of this machine work: sound is made once, and each encoder of pictures is made to code a moving picture, and what it made is decoded and looked at. An encoder that is
//! listed, opens, and gives green or black frames is no encoder. Its speed is that of the processor's own time where the processor codes, so that it does
//! not matter what else the machine is doing just then.

use telecast_core::transcode::Encoder;

use super::picture::{coding, device, upload};
use super::words;

/// Pictures that are coded: two seconds, more than starting costs.
const PICTURES: usize = 100;
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
    let patience = std::time::Duration::from_secs(PATIENCE);
    tokio::time::timeout(patience, code_and_look(encoder))
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
    let (made, _) = tokio::time::timeout(patience, run(&arguments, &[]))
        .await
        .map_err(|_| "it takes too long".to_owned())??;
    if telecast_media::codec::aac::adts(&made).is_some() {
        Ok(())
    } else {
        Err("what it makes is no AAC".into())
    }
}

async fn code_and_look(encoder: Encoder) -> Result<u64, String> {
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
    let (coded, said) = run(&arguments, &[]).await?;
    let seconds = seconds(encoder, &said).ok_or("ffmpeg does not say how long it took")?;
    let (across, down) = LOOK;
    let arguments = format!("-f h264 -i pipe:0 -vf scale={across}:{down},format=gray -f rawvideo pipe:1");
    let (seen, _) = run(&words(&arguments).collect::<Vec<_>>(), &coded).await?;
    look(&seen)?;
    Ok((PICTURES as f64 * (width * height) as f64 / seconds) as u64)
}

/// How long coding took: `bench: utime=1.2s stime=0.1s rtime=0.7s`. On the processor, its own time shared by all cores.
fn seconds(encoder: Encoder, said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.starts_with("bench: utime="))?;
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
async fn run(arguments: &[String], input: &[u8]) -> Result<(Vec<u8>, String), String> {
    let command = ["nice", "-n", "10", "ffmpeg", "-hide_banner", "-nostats", "-benchmark"];
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
