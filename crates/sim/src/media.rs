//! The built-in programmes, made once by ffmpeg and kept in a cache.
//!
//! Each shows moving pictures, the line of blocks (`blocks`), its name and a running clock when a Debian font is
//! there, and gives a tone per language that beeps each second. Lengths are chosen so that a turn is a whole number
//! of pictures and of frames of every sound, else the loop would have a seam. A file appears in the cache under its
//! final name only when it is whole; a lock keeps two processes from making the same.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncWriteExt;

use crate::blocks::{self, Stamp};
use crate::config::{OnProgress, Progress};
use crate::error::SimError;
use crate::mux::Sound;

/// Raise when a recipe changes, so that old files are not taken for new ones.
const RECIPE: u32 = 2;

/// The picture of a programme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rate: &'static str,
    pub(crate) frames: usize,
    /// Key frame distance in frames.
    pub(crate) gop: usize,
    pub(crate) kbps: usize,
    /// Open groups of pictures: recovery points instead of IDR pictures.
    pub(crate) open: bool,
}

/// One sound track.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tone {
    pub(crate) kind: Sound,
    pub(crate) language: &'static str,
    pub(crate) hertz: usize,
    pub(crate) surround: bool,
}

/// A programme that ffmpeg makes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    pub(crate) code: u8,
    pub(crate) title: &'static str,
    pub(crate) picture: Option<Picture>,
    pub(crate) tones: &'static [Tone],
    pub(crate) length_90k: i64,
}

const fn tone(kind: Sound, language: &'static str, hertz: usize) -> Tone {
    Tone { kind, language, hertz, surround: false }
}

const fn picture(
    height: usize,
    rate: &'static str,
    frames: usize,
    gop: usize,
    kbps: usize,
) -> Option<Picture> {
    let width = height * 16 / 9;
    Some(Picture { width, height, rate, frames, gop, kbps, open: false })
}

const SURROUND: Tone = Tone { kind: Sound::Ac3, language: "deu", hertz: 330, surround: true };
const OPEN: Option<Picture> =
    Some(Picture { width: 1280, height: 720, rate: "25", frames: 400, gop: 25, kbps: 3000, open: true });

/// Channel code of the 1080p25 AAC programme that the bench bouquet plays.
pub(crate) const BENCH_CODE: u8 = 2;
/// Rate of its whole stream.
pub(crate) const BENCH_BPS: u64 = 9_500_000;

/// The built-in programmes. 12 s hold whole frames of AC-3 and MP2, 16 s of AAC and AC-3, 20 s of AC-3.
pub(crate) const RECIPES: &[Recipe] = &[
    Recipe {
        code: 1,
        title: "Erstes Probe HD",
        picture: picture(720, "50", 600, 50, 5000),
        tones: &[SURROUND, tone(Sound::Mp2, "deu", 440)],
        length_90k: 12 * 90_000,
    },
    Recipe {
        code: 2,
        title: "Zweites Probe HD",
        picture: picture(1080, "25", 400, 25, 9000),
        tones: &[tone(Sound::Aac, "deu", 494)],
        length_90k: 16 * 90_000,
    },
    Recipe {
        code: 3,
        title: "Prisma",
        picture: picture(720, "25", 300, 25, 3000),
        tones: &[tone(Sound::Mp2, "deu", 523)],
        length_90k: 12 * 90_000,
    },
    Recipe {
        code: 4,
        title: "Duo Europa",
        picture: picture(720, "25", 400, 25, 3000),
        tones: &[tone(Sound::Aac, "deu", 587), tone(Sound::Aac, "eng", 784)],
        length_90k: 16 * 90_000,
    },
    Recipe {
        code: 5,
        title: "Langsam TV",
        picture: picture(720, "25", 500, 125, 3000),
        tones: &[tone(Sound::Ac3, "deu", 659)],
        length_90k: 20 * 90_000,
    },
    Recipe {
        code: 6,
        title: "Offen HD",
        picture: OPEN,
        tones: &[tone(Sound::Aac, "deu", 698)],
        length_90k: 16 * 90_000,
    },
    Recipe {
        code: 7,
        title: "Kino 24",
        picture: picture(720, "24000/1001", 512, 24, 3000),
        tones: &[tone(Sound::Aac, "eng", 740)],
        length_90k: 1_921_920,
    },
    Recipe {
        code: 8,
        title: "Raumklang HD",
        picture: picture(720, "25", 300, 25, 3000),
        tones: &[SURROUND],
        length_90k: 12 * 90_000,
    },
    Recipe {
        code: 9,
        title: "Prisma",
        picture: picture(576, "25", 300, 25, 2000),
        tones: &[tone(Sound::Mp2, "deu", 831)],
        length_90k: 12 * 90_000,
    },
    Recipe {
        code: 10,
        title: "Radio Eins Probe",
        picture: None,
        tones: &[tone(Sound::Mp2, "deu", 262)],
        length_90k: 12 * 90_000,
    },
    Recipe {
        code: 11,
        title: "Klang AAC",
        picture: None,
        tones: &[tone(Sound::Aac, "deu", 294)],
        length_90k: 16 * 90_000,
    },
];

/// Paths of the wanted programmes' files, made where they are missing.
pub(crate) async fn prepare(
    cache: &Path,
    wanted: &[&Recipe],
    progress: Option<&OnProgress>,
) -> Result<Vec<PathBuf>, SimError> {
    let file = |source| SimError::File { path: cache.to_owned(), source };
    tokio::fs::create_dir_all(cache).await.map_err(file)?;
    let path = |recipe: &Recipe| cache.join(format!("clip-{}-v{RECIPE}.ts", recipe.code));
    let paths: Vec<PathBuf> = wanted.iter().map(|recipe| path(recipe)).collect();
    if paths.iter().all(|path| path.exists()) {
        return Ok(paths);
    }
    let _lock = lock(cache).await?;
    for (at, (recipe, path)) in wanted.iter().zip(&paths).enumerate() {
        if path.exists() {
            continue;
        }
        if let Some(progress) = progress {
            progress(Progress { done: at, total: wanted.len(), name: recipe.title.to_owned() });
        }
        make(recipe, path).await?;
    }
    Ok(paths)
}

/// Waits until no other process makes programmes in this cache.
async fn lock(cache: &Path) -> Result<std::fs::File, SimError> {
    let path = cache.join("lock");
    let error = |source| SimError::File { path: path.clone(), source };
    let opened = std::fs::File::options().create(true).append(true).open(&path).map_err(error)?;
    let locked = tokio::task::spawn_blocking(move || opened.lock().map(|()| opened)).await;
    locked.map_err(|joined| error(std::io::Error::other(joined)))?.map_err(error)
}

async fn make(recipe: &Recipe, path: &Path) -> Result<(), SimError> {
    let failed = |reason: String| SimError::Media { clip: recipe.title.to_owned(), reason };
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let mut child = tokio::process::Command::new("ffmpeg")
        .args(arguments(recipe))
        .arg(&partial)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("ffmpeg does not start: {error}")))?;
    let stdin = child.stdin.take();
    let line = async {
        if let Some(mut stdin) = stdin {
            // a broken pipe shows in ffmpeg's exit code
            let _ = stdin.write_all(&block_line(recipe)).await;
        }
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), line);
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let _ = tokio::fs::remove_file(&partial).await;
        let text = String::from_utf8_lossy(&output.stderr);
        let tail: Vec<&str> = text.lines().rev().take(3).collect();
        return Err(failed(format!("{}: {}", output.status, tail.join(" / "))));
    }
    let renamed = tokio::fs::rename(&partial, path).await;
    renamed.map_err(|source| SimError::File { path: path.to_owned(), source })
}

/// The line of blocks as 32×2 grey pictures, one for each frame.
fn block_line(recipe: &Recipe) -> Vec<u8> {
    let frames = recipe.picture.map_or(0, |picture| picture.frames);
    (0..frames as u16)
        .flat_map(|frame| {
            let cells = blocks::encode(Stamp { channel: recipe.code, frame });
            let row = cells.map(|white| if white { blocks::WHITE } else { blocks::BLACK });
            [row, row].concat()
        })
        .collect()
}

const FONTS: &[&str] = &[
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSans-Bold.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSansBold.ttf",
];

fn arguments(recipe: &Recipe) -> Vec<String> {
    let mut args: Vec<String> = ["-v", "error", "-y", "-nostdin"].map(str::to_owned).to_vec();
    let mut push = |text: &str| args.extend(text.split_whitespace().map(str::to_owned));
    let mut graph = Vec::new();
    let mut inputs = 0;
    if let Some(picture) = recipe.picture {
        let Picture { width, height, rate, .. } = picture;
        push(&format!("-f lavfi -i testsrc2=s={width}x{height}:r={rate}"));
        push(&format!("-f rawvideo -pix_fmt gray -s {}x2 -r {rate} -i pipe:0", blocks::CELLS));
        graph.push(picture_graph(recipe, picture));
        inputs = 2;
    }
    // the picture begins at one second, so that sound surrounds it: ffmpeg stops all when the picture ends
    let seconds = recipe.length_90k as f64 / 90_000.0 + 1.5;
    for (at, tone) in recipe.tones.iter().enumerate() {
        push(&format!("-f lavfi -i sine=f={}:beep_factor=4:r=48000:d={seconds}", tone.hertz));
        let layout = if tone.surround {
            "pan=5.1|FL=0.5*c0|FR=0.5*c0|FC=0.6*c0|LFE=0*c0|BL=0.3*c0|BR=0.3*c0"
        } else {
            "pan=stereo|FL=0.6*c0|FR=0.6*c0"
        };
        graph.push(format!("[{}:a]{layout}[a{at}]", inputs + at));
    }
    args.extend(["-filter_complex".to_owned(), graph.join(";")]);
    if let Some(picture) = recipe.picture {
        args.extend(encoder(picture).split_whitespace().map(str::to_owned));
    }
    for (at, tone) in recipe.tones.iter().enumerate() {
        let (codec, kbps) = match (tone.kind, tone.surround) {
            (Sound::Ac3, true) => ("ac3", 384),
            (Sound::Ac3, false) => ("ac3", 192),
            (Sound::Mp2, _) => ("mp2", 192),
            (Sound::Aac, _) => ("aac", 128),
        };
        args.extend(
            format!("-map [a{at}] -c:a:{at} {codec} -b:a:{at} {kbps}k").split(' ').map(str::to_owned),
        );
    }
    args.extend("-f mpegts -pes_payload_size 0 -flush_packets 0".split(' ').map(str::to_owned));
    args
}

fn picture_graph(recipe: &Recipe, picture: Picture) -> String {
    let Picture { width, height, .. } = picture;
    let cell = height / blocks::GRID_ROWS;
    let hue = u32::from(recipe.code).wrapping_mul(0x0035_8D27) & 0x007F_7F7F | 0x0010_1010;
    let (band_y, band_h) = (height * 11 / 18, height * 4 / 18);
    let band = format!("drawbox=x=0:y={band_y}:w={width}:h={band_h}:color=0x{hue:06X}:t=fill");
    let text = FONTS.iter().find(|font| Path::new(font).exists()).map(|font| {
        let big = height / 10;
        let draw = |text: &str, size: usize, y: usize| {
            format!(
                ",drawtext=fontfile={font}:text='{text}':fontsize={size}:fontcolor=white:x=(w-tw)/2:y={y}"
            )
        };
        draw(recipe.title, big, band_y + height / 40)
            + &draw("%{pts\\:hms}", height / 14, band_y + height / 7)
    });
    format!(
        "[1:v]scale={width}:{cell}:flags=neighbor,format=yuv420p[line];[0:v]{band}{}[scene];\
         [scene][line]overlay=0:{}:shortest=1,format=yuv420p,setpts=PTS+1/TB[v]",
        text.unwrap_or_default(),
        cell * blocks::LINE_ROW
    )
}

fn encoder(picture: Picture) -> String {
    let Picture { frames, gop, kbps, open, .. } = picture;
    let structure = if open {
        "-preset veryfast -x264-params open-gop=1:bframes=2:b-adapt=0:scenecut=0:rc-lookahead=10:threads=2"
    } else {
        "-preset ultrafast -x264-params bframes=0:scenecut=0:rc-lookahead=0:sync-lookahead=0:threads=2"
    };
    format!(
        "-map [v] -frames:v {frames} -c:v libx264 {structure} -profile:v high -g {gop} -keyint_min {gop} \
         -b:v {kbps}k -maxrate {kbps}k -bufsize {}k",
        kbps / 2
    )
}
