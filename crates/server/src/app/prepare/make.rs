//! How a piece is made: looked at, measured, made. And what is measured of files, once.
//!
//! - An item has one gain for each sound, by the whole of it, whichever stretch is made.
//! - Where the first minutes of a long film are due sooner than the whole could be measured, some places of it are, within seconds. All stretches of that airing go by
//!   that; some hours later the whole counts, which is measured when it is prepared with time.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use telecast_core::library::house::{self, Gain, Loudness, PicturePlan, Plan};
use tokio::sync::Mutex;

use super::{Source, Stretch};
use crate::adapters::clock::Clock;
use crate::adapters::ffmpeg::item::{self, Bench, Job, Unmade};
use crate::adapters::ffmpeg::{card, loudness, material, pauses};
use crate::adapters::folder;
use crate::adapters::measured_files::{Measured, MeasuredFiles};
use crate::adapters::pieces::Piece;

/// A file that is no longer is measured as a whole, however soon it is due (seconds).
const SHORT_S: f64 = 600.0;
/// An airing that began by what some places said goes on by that for so long (milliseconds).
const AIRING_MS: i64 = 6 * 3_600_000;
/// Files that are measured at once without waiting for each other.
const TURNS: usize = 64;

/// What is known of files. One measurement of a content at a time: whoever comes meanwhile finds what it has found.
pub(super) struct Measures {
    files: Arc<MeasuredFiles>,
    clock: Clock,
    whole: [Mutex<()>; TURNS],
    some: [Mutex<()>; TURNS],
}

/// A file, and what its content is called.
#[derive(Clone, Copy)]
struct Of<'a> {
    path: &'a Path,
    content: &'a str,
}

impl Measures {
    pub(super) fn new(files: MeasuredFiles, clock: Clock) -> Self {
        let turns = || std::array::from_fn(|_| Mutex::new(()));
        Self { files: Arc::new(files), clock, whole: turns(), some: turns() }
    }

    async fn known(&self, content: &str) -> Measured {
        let (files, content) = (Arc::clone(&self.files), content.to_owned());
        tokio::task::spawn_blocking(move || files.read(&content)).await.unwrap_or_default()
    }

    async fn keep(&self, content: &str, change: impl FnOnce(&mut Measured) + Send + 'static) {
        let (files, content) = (Arc::clone(&self.files), content.to_owned());
        let _ = tokio::task::spawn_blocking(move || files.change(&content, change)).await;
    }

    /// What becomes of the plan's sounds. `length_s` is that of all of the file, if it is known.
    async fn gains(
        &self,
        of: Of<'_>,
        plan: &Plan,
        length_s: Option<f64>,
        (is_part, urgent): (bool, bool),
    ) -> Result<Vec<Gain>, String> {
        let streams: Vec<u32> = plan.sounds.iter().map(|sound| sound.stream).collect();
        let long = length_s.filter(|length| is_part && *length > SHORT_S);
        let found = match long {
            Some(length_s) if self.goes_by_some(of, &streams, urgent).await => {
                self.some(of, &streams, length_s).await
            }
            _ => self.whole(of, &streams, urgent).await?,
        };
        Ok(found.into_iter().map(house::gain).collect())
    }

    /// Whether some places of a file say how loud it is: an airing has begun by that, or there is no time.
    async fn goes_by_some(&self, of: Of<'_>, streams: &[u32], urgent: bool) -> bool {
        let known = self.known(of.content).await;
        let since = self.clock.wall_ms() - AIRING_MS;
        let has_begun = |stream: &u32| known.some.get(stream).is_some_and(|(_, at_ms)| *at_ms > since);
        let is_known = streams.iter().all(|stream| known.sounds.contains_key(stream));
        !streams.is_empty() && (streams.iter().all(has_begun) || urgent && !is_known)
    }

    async fn whole(&self, of: Of<'_>, streams: &[u32], urgent: bool) -> Result<Vec<Loudness>, String> {
        let _turn = turn(&self.whole, of.content).lock().await;
        let mut known = self.known(of.content).await.sounds;
        let missing: Vec<u32> =
            streams.iter().copied().filter(|stream| !known.contains_key(stream)).collect();
        if !missing.is_empty() {
            let found = loudness::whole(of.path, &missing, urgent).await?;
            let found: Vec<(u32, Loudness)> = missing.into_iter().zip(found).collect();
            known.extend(found.iter().copied());
            self.keep(of.content, move |measured| measured.sounds.extend(found)).await;
        }
        Ok(streams.iter().filter_map(|stream| known.get(stream).copied()).collect())
    }

    async fn some(&self, of: Of<'_>, streams: &[u32], length_s: f64) -> Vec<Loudness> {
        let _turn = turn(&self.some, of.content).lock().await;
        let known = self.known(of.content).await.some;
        let mut found = Vec::with_capacity(streams.len());
        for stream in streams.iter().copied() {
            if let Some((loudness, _)) = known.get(&stream) {
                found.push(*loudness);
                continue;
            }
            // What cannot be measured in time stays as loud as it is, and its peaks are held down.
            let unknown = Loudness { integrated: house::LOUDNESS, peak: None };
            let loudness = loudness::some(of.path, stream, length_s).await.unwrap_or_else(|why| {
                tracing::warn!(why, file = %of.path.display(), "how loud a film is cannot be measured in time");
                unknown
            });
            let at_ms = self.clock.wall_ms();
            self.keep(of.content, move |measured| _ = measured.some.insert(stream, (loudness, at_ms))).await;
            found.push(loudness);
        }
        found
    }

    /// Points at which it may be interrupted, if somebody has looked for them.
    pub(super) fn known_pauses(&self, content: &str) -> Option<Vec<i64>> {
        self.files.read(content).pauses
    }

    /// Looks for such points.
    ///
    /// # Errors
    /// Its cause, for people.
    pub(super) async fn pauses(&self, path: &Path, content: &str) -> Result<Vec<i64>, String> {
        let found = pauses::find(path).await?;
        let kept = found.clone();
        self.keep(content, move |measured| measured.pauses = Some(kept)).await;
        Ok(found)
    }
}

fn turn<'a>(turns: &'a [Mutex<()>; TURNS], content: &str) -> &'a Mutex<()> {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    &turns[(hasher.finish() % TURNS as u64) as usize]
}

/// Makes a piece.
///
/// # Errors
/// Why not.
pub(super) async fn make(
    source: &Source,
    stretch: Stretch,
    urgent: bool,
    bench: &Bench,
    measures: &Measures,
) -> Result<Piece, Unmade> {
    match source {
        Source::File { path, content } => {
            of_file(Of { path, content }, stretch, urgent, bench, measures).await
        }
        Source::Card { card, sound } => {
            let gain = match &card.sound {
                Some(path) => {
                    let material = material::of(path).await.map_err(|why| format!("its sound: {why}"))?;
                    let plan = house::plan(&material, false).filter(|plan| !plan.sounds.is_empty());
                    let plan = plan.ok_or("there is no sound in its sound".to_owned())?;
                    let of = Of { path, content: sound };
                    let gains = measures.gains(of, &plan, material.length_s, (false, urgent)).await?;
                    gains.first().copied().unwrap_or_default()
                }
                None => Gain::default(),
            };
            card::prepare(card, stretch.length.unwrap_or(0), (gain, urgent), bench).await
        }
    }
}

async fn of_file(
    of: Of<'_>,
    Stretch { from, length }: Stretch,
    urgent: bool,
    bench: &Bench,
    measures: &Measures,
) -> Result<Piece, Unmade> {
    let material = material::of(of.path).await?;
    let nothing = || "there is neither picture nor sound in it".to_owned();
    let is_part = from > 0 || length.is_some();
    let mut plan = house::plan(&material, is_part).ok_or_else(nothing)?;
    let gains = measures.gains(of, &plan, material.length_s, (is_part, urgent)).await?;
    let cover = if plan.picture == PicturePlan::Plain { cover(of.path).await } else { None };
    let has_cover = cover.is_some() || matches!(plan.picture, PicturePlan::Cover { .. });
    let job = |plan: Plan, cover: Option<PathBuf>| Job {
        file: of.path.to_owned(),
        from,
        length,
        pictures: None,
        plan,
        gains: gains.clone(),
        cover,
        length_s: material.length_s,
        urgent,
    };
    let made = item::prepare(&job(plan.clone(), cover), bench).await;
    if has_cover && matches!(made, Err(Unmade::Fault(_))) {
        // A cover that is damaged does not keep a sound from the air.
        plan.picture = PicturePlan::Plain;
        return item::prepare(&job(plan, None), bench).await;
    }
    made
}

/// The picture of a sound, of those that lie beside it.
async fn cover(file: &Path) -> Option<PathBuf> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || folder::cover(&file)).await.ok().flatten()
}
