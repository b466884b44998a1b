//! Films for a library that has none: two shows, some films and some clips, drawn by ffmpeg and kept in a cache, as files of a folder are in a household.
//!
//! Sizes, rates, codecs, languages and numbers of channels differ, as they do there.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::error::SimError;

/// Another set of films gets another folder.
const VERSION: u32 = 1;

/// A film to be drawn.
struct Film {
    /// Path below the folder.
    path: &'static str,
    /// What draws its picture (lavfi, with its size and rate), and how long it is (seconds).
    picture: &'static str,
    seconds: u32,
    /// Sounds: language and what makes it.
    sounds: &'static [(&'static str, &'static str)],
    /// Coding of picture and sound.
    coding: &'static str,
}

const H264: &str = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 50 -c:a aac";
const MPEG4: &str = "-c:v mpeg4 -q:v 4 -c:a libmp3lame";
const LOW: &str = "sine=f=220:r=48000,volume=-12dB";
const HIGH: &str = "sine=f=523:r=44100,volume=-20dB";
const CHORD: &str = "aevalsrc=0.1*sin(330*2*PI*t)+0.1*sin(440*2*PI*t)|0.1*sin(550*2*PI*t):s=48000";

const FILMS: &[Film] = &[
    film(
        "Formen/Staffel 1/Formen - S01E01 - Apfelmännchen.mkv",
        "mandelbrot=s=640x360:r=25:maxiter=200",
        75,
        &[("deu", LOW)],
        H264,
    ),
    film(
        "Formen/Staffel 1/Formen - S01E02 - Teppich.mkv",
        "sierpinski=s=854x480:r=25",
        70,
        &[("deu", CHORD), ("eng", HIGH)],
        H264,
    ),
    film(
        "Formen/Staffel 1/Formen - S01E03 - Leben.mkv",
        "life=s=640x360:r=25:mold=10:life_color=#4ad0ff:death_color=#203040",
        80,
        &[("deu", HIGH)],
        H264,
    ),
    film(
        "Formen/Staffel 1/Formen - S01E04 - Automat.avi",
        "cellauto=s=480x360:r=25:rule=110",
        65,
        &[("deu", LOW)],
        MPEG4,
    ),
    film(
        "Colours/Season 01/Colours.S01E01.Waves.mp4",
        "gradients=s=1280x720:r=30000/1001:x0=0:y0=0:speed=0.02",
        70,
        &[("eng", CHORD)],
        H264,
    ),
    film(
        "Colours/Season 01/Colours.S01E02.Bars.mp4",
        "smptehdbars=s=1280x720:r=25",
        60,
        &[("eng", LOW)],
        H264,
    ),
    film(
        "Colours/Season 01/Colours.S01E03.Numbers.mp4",
        "testsrc2=s=854x480:r=50",
        65,
        &[("eng", HIGH)],
        H264,
    ),
    film(
        "Filme/Die lange Zahl (2024).mkv",
        "testsrc=s=720x576:r=25",
        150,
        &[("deu", CHORD), ("eng", LOW)],
        H264,
    ),
    film(
        "Filme/Kaleidoskop (1999).mkv",
        "gradients=s=720x400:r=24:n=8:type=circular:speed=0.05",
        130,
        &[("deu", LOW)],
        H264,
    ),
    film("Clips/Telecast 1.mp4", "color=c=0x203a5c:s=640x360:r=25", 8, &[("deu", HIGH)], H264),
    film("Clips/Telecast 2.mp4", "color=c=0x5c203a:s=640x360:r=25", 10, &[("deu", CHORD)], H264),
    film("Clips/Telecast 3.mp4", "color=c=0x3a5c20:s=640x360:r=25", 12, &[("deu", LOW)], H264),
];

const fn film(
    path: &'static str,
    picture: &'static str,
    seconds: u32,
    sounds: &'static [(&'static str, &'static str)],
    coding: &'static str,
) -> Film {
    Film { path, picture, seconds, sounds, coding }
}

/// The folder of the films in `cache`; those that are missing are drawn, a minute or so for all.
///
/// # Errors
/// ffmpeg cannot be started or fails, or the cache cannot be written.
pub async fn films(cache: &Path) -> Result<PathBuf, SimError> {
    let folder = cache.join(format!("films-v{VERSION}"));
    for film in FILMS {
        let path = folder.join(film.path);
        if !path.exists() {
            draw(film, &path).await?;
        }
    }
    Ok(folder)
}

async fn draw(film: &Film, path: &Path) -> Result<(), SimError> {
    let failed = |reason: String| SimError::Media { clip: film.path.to_owned(), reason };
    let file = |source| SimError::File { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        tokio::fs::create_dir_all(parent).await.map_err(file)?;
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("mkv");
    let partial = path.with_file_name(format!(".{}.partial.{extension}", std::process::id()));
    let mut command = Command::new("nice");
    command.args(["-n", "10", "ffmpeg", "-v", "error", "-y", "-nostdin", "-f", "lavfi", "-i", film.picture]);
    for (_, sound) in film.sounds {
        command.args(["-f", "lavfi", "-i", sound]);
    }
    command.args(["-map", "0:v"]);
    for (number, (language, _)) in film.sounds.iter().enumerate() {
        command.args(["-map", &format!("{}:a", number + 1)]);
        command.args([&format!("-metadata:s:a:{number}"), &format!("language={language}")]);
    }
    command.args(film.coding.split_ascii_whitespace()).args(["-t", &film.seconds.to_string()]).arg(&partial);
    let run = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = run.output().await.map_err(|error| failed(format!("ffmpeg does not start: {error}")))?;
    if !output.status.success() {
        let _ = tokio::fs::remove_file(&partial).await;
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(failed(text.lines().last().unwrap_or_default().to_owned()));
    }
    tokio::fs::rename(&partial, path).await.map_err(file)
}
