//! What may be read with a film: the texts in it, which ffmpeg hands over as they are, and those beside it.
//!
//! - All streams are taken in one reading of the file; if that fails, each is tried alone, and what is broken is left out.
//! - A film is read once for all stretches of it that are prepared about that time.
//! - What is left out is told; nothing here keeps a film from being aired.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use telecast_core::library::subtitles::{Form, LeftOut, Source, Wanted, choose, what};
use telecast_media::language::{one_code, three_letters};
use telecast_media::subtitles::{Cue, Name, Role, Text, read, within};
use tokio::time::timeout;

use super::item::{KINDS, nice, said, spawn, words};
use super::{cause, material};
use crate::adapters::piece_texts::{FilmPrint, print};
use crate::adapters::{files, folder};

/// Films whose texts stay in memory for a while, by bytes; and how long when nobody asks.
const KEPT: u64 = 32 << 20;
const UNTOUCHED: Duration = Duration::from_mins(10);
/// Reading a film takes no longer.
const PATIENCE: Duration = Duration::from_hours(1);

/// Ending of a folder in which ffmpeg writes.
const WORK: &str = "texts";

/// Whether a folder of that name is what an interruption has left.
pub fn is_work(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == WORK)
}

/// The texts of a film.
#[derive(Debug, Default)]
pub struct Film {
    /// What it was when they were read.
    pub print: FilmPrint,
    /// Ticks from the beginning of the file to that of its picture.
    begins: i64,
    /// In time of the file, one of each name.
    texts: Vec<Text>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

impl Film {
    /// What is seen of them in a stretch that begins at `from` and is `length` ticks long. Texts in which nothing is seen there are told all the same.
    pub fn stretch(&self, from: i64, length: i64) -> Vec<Text> {
        // A picture from amid a film begins where it was wanted.
        let from = if from > 0 { from } else { self.begins };
        let cut = |text: &Text| Text { name: text.name, cues: within(&text.cues, from, length) };
        self.texts.iter().map(cut).collect()
    }

    fn weight(&self) -> u32 {
        let cue = |cue: &Cue| cue.text.len() + size_of::<Cue>();
        let bytes: usize = self.texts.iter().flat_map(|text| &text.cues).map(cue).sum();
        u32::try_from(bytes + 1024).unwrap_or(u32::MAX)
    }
}

/// Films that were read lately; cheap to clone.
#[derive(Clone)]
pub struct Films(Cache<FilmPrint, Arc<Film>>);

impl Default for Films {
    fn default() -> Self {
        let weight = |_: &FilmPrint, film: &Arc<Film>| film.weight();
        Self(Cache::builder().weigher(weight).max_capacity(KEPT).time_to_idle(UNTOUCHED).build())
    }
}

impl Films {
    /// The texts of `file`, whose print is `print`. Of those who ask at once one reads them; beside `work` lies meanwhile what ffmpeg writes.
    pub async fn of(&self, file: &Path, print: FilmPrint, urgent: bool, work: &Path) -> Arc<Film> {
        let reading = async { Arc::new(film(file, print.clone(), urgent, work).await) };
        self.0.get_with(print.clone(), reading).await
    }

    /// What `file` is like, and what lies beside it.
    pub async fn print(file: &Path) -> FilmPrint {
        let file = file.to_owned();
        tokio::task::spawn_blocking(move || print(&file)).await.unwrap_or_default()
    }
}

async fn film(file: &Path, print: FilmPrint, urgent: bool, work: &Path) -> Film {
    let mut film = Film { print, ..Film::default() };
    let mut streams = Vec::new();
    match material::subtitles(file).await {
        Ok((found, begins)) => (streams, film.begins) = (found, begins),
        Err(why) => film.left_out.push(LeftOut { what: "all that is in it".into(), why }),
    }
    let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let (wanted, left_out) = choose(&stem, &streams, &film.print.names());
    film.left_out.extend(left_out);
    let inside: Vec<(u32, Form)> = wanted
        .iter()
        .filter_map(|wanted| match wanted.source {
            Source::Stream(number, form) => Some((number, form)),
            Source::Beside(_) => None,
        })
        .collect();
    let mut given =
        if inside.is_empty() { Vec::new() } else { streams_of(file, &inside, urgent, work).await };
    for wanted in wanted {
        let bytes = match &wanted.source {
            Source::Beside(name) => beside(file, name).await,
            Source::Stream(number, _) => {
                let place = given.iter().position(|(known, _)| known == number);
                place.map_or_else(|| Err("ffmpeg gave nothing of it".into()), |at| given.swap_remove(at).1)
            }
        };
        film.take(&wanted, bytes);
    }
    film
}

impl Film {
    fn take(&mut self, wanted: &Wanted, bytes: Result<Vec<u8>, String>) {
        let what = what(&wanted.source);
        let (cues, is_cut) = match bytes {
            Ok(bytes) => read::cues(&read::text(&bytes)),
            Err(why) => return self.left_out.push(LeftOut { what, why }),
        };
        let name = name(wanted);
        let why = if cues.is_empty() {
            "there is nothing in it that can be read"
        } else if self.texts.iter().any(|known| known.name == name) {
            "there is another one of its language and purpose"
        } else {
            if is_cut {
                let why = "its end: it is longer than any film's".into();
                self.left_out.push(LeftOut { what, why });
            }
            return self.texts.push(Text { name, cues });
        };
        self.left_out.push(LeftOut { what, why: why.into() });
    }
}

fn name(wanted: &Wanted) -> Name {
    let role = match (wanted.forced, wanted.impaired) {
        (true, _) => Role::Forced,
        (false, true) => Role::Impaired,
        (false, false) => Role::Full,
    };
    Name { language: wanted.language.as_deref().and_then(three_letters).map(one_code), role }
}

async fn beside(file: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = file.with_file_name(name);
    let read = tokio::task::spawn_blocking(move || folder::small(&path, read::FILE_MOST)).await;
    read.ok().flatten().ok_or_else(|| "it cannot be read, or is too long".into())
}

type Given = Vec<(u32, Result<Vec<u8>, String>)>;

/// What ffmpeg gives of these streams.
async fn streams_of(file: &Path, wanted: &[(u32, Form)], urgent: bool, work: &Path) -> Given {
    let together = run(file, wanted, urgent, work).await;
    let Err(why) = together else { return together.unwrap_or_default() };
    if let [(number, _)] = wanted {
        return vec![(*number, Err(why))];
    }
    // One of them is broken: each for itself.
    let mut given = Vec::new();
    for one in wanted {
        match run(file, &[*one], urgent, work).await {
            Ok(all) => given.extend(all),
            Err(why) => given.push((one.0, Err(why))),
        }
    }
    given
}

/// A folder that goes with this value.
struct Work(PathBuf);

impl Drop for Work {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn run(file: &Path, wanted: &[(u32, Form)], urgent: bool, work: &Path) -> Result<Given, String> {
    let disk = |error: std::io::Error| format!("it cannot be written: {error}");
    let work = Work(files::fresh_folder(work, WORK).map_err(disk)?);
    let mut arguments = words("-protocol_whitelist file -format_whitelist");
    arguments.push(KINDS.into());
    let mut input = OsString::from("file:");
    input.push(file);
    arguments.extend(["-i".into(), input]);
    for (number, form) in wanted {
        let (coding, kind) = match form {
            Form::Srt => ("copy", "srt"),
            Form::Ass => ("copy", "ass"),
            Form::Vtt => ("copy", "webvtt"),
            Form::Made => ("srt", "srt"),
        };
        arguments
            .extend(words(&format!("-map 0:{number} -c:s {coding} -fs {} -f {kind}", read::FILE_MOST / 2)));
        let mut output = OsString::from("file:");
        output.push(work.0.join(number.to_string()));
        arguments.push(output);
    }
    let mut child = spawn(nice(urgent), "level+error", &arguments)?;
    let stderr = child.0.stderr.take().ok_or("ffmpeg has no pipes")?;
    let done = timeout(PATIENCE, async { (said(stderr).await, child.0.wait().await) }).await;
    let (words, status) = done.map_err(|_| "reading it has taken too long".to_owned())?;
    // A stream that breaks amid the others is an error, and nothing that ends ffmpeg.
    if !status.is_ok_and(|status| status.success()) || words.contains("[error]") {
        return Err(cause(&words));
    }
    let wanted = wanted.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let of = |(number, _): &(u32, Form)| {
            let bytes = folder::small(&work.0.join(number.to_string()), read::FILE_MOST);
            (*number, bytes.ok_or_else(|| "it is too long".to_owned()))
        };
        wanted.iter().map(of).collect()
    });
    read.await.map_err(|_| "reading it has failed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_from_the_beginning_begins_with_the_picture() {
        let cue = |start: i64, end: i64| Cue { start, end, text: "a".into() };
        let name = Name { language: None, role: Role::Full };
        let texts = vec![Text { name, cues: vec![cue(0, 900), cue(1_800, 2_700)] }];
        let film = Film { begins: 450, texts, ..Film::default() };
        assert_eq!(film.stretch(0, 1_800)[0].cues, [cue(0, 450), cue(1_350, 1_800)]);
        assert_eq!(film.stretch(900, 1_800)[0].cues, [cue(900, 1_800)]);
        assert_eq!(film.stretch(90_000, 1_800)[0].cues, []);
    }
}
