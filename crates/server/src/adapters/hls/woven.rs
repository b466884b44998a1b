//! One stream out of the playlist of a picture and those of its sounds.
//!
//! A transport stream that has its sound with it is passed on as it came; everything else goes through [`Weave`]. The picture leads: sound that does not come
//! in time is silence, and a picture without any sound that lies apart has lost what it was chosen for and ends.

use std::time::Duration;

use futures_util::future::join_all;
use telecast_core::limits;
use telecast_media::playlist::{self, Choice, Playlist, Segments, Sound, Variant};
use telecast_media::weave::{self, Weave, is_transport};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::lane::{self, Fetched};
use super::{AHEAD, Piece, SOUNDS, Way};
use crate::spawn::supervise;

/// Segments of sound that are waited for beside one of the picture.
const PULLS: u32 = 32;
/// After so many segments in a row that give nothing it is given up.
const FAILURES: u32 = 5;

/// A playlist as it was first read.
pub(super) struct Listed {
    pub(super) url: Url,
    pub(super) segments: Segments,
    pub(super) language: Option<[u8; 3]>,
}

/// The playlists of the sounds of `variant`, the default one first; those that cannot be had are left out.
///
/// # Errors
/// There are some, and none can be had.
pub(super) async fn sounds(
    way: &Way,
    base: &Url,
    choice: &Choice,
    variant: &Variant,
) -> Result<Vec<Listed>, String> {
    let all = choice.sounds(variant).into_iter().take(SOUNDS);
    let read: Vec<Result<Listed, String>> = join_all(all.map(|sound| listed(way, base, sound))).await;
    let why = read.iter().find_map(|one| one.as_ref().err().cloned());
    let found: Vec<Listed> = read.into_iter().filter_map(Result::ok).collect();
    match why {
        Some(why) if found.is_empty() => Err(format!("no playlist of its sound ({why})")),
        Some(why) => {
            tracing::debug!(why, "a playlist of sound cannot be fetched");
            Ok(found)
        }
        None => Ok(found),
    }
}

async fn listed(way: &Way, base: &Url, sound: &Sound) -> Result<Listed, String> {
    let url = base.join(&sound.uri).map_err(|error| error.to_string())?;
    let (url, text) = way.playlist(&url).await?;
    match playlist::read(&text).map_err(|fault| fault.to_string())? {
        Playlist::Segments(segments) => Ok(Listed { url, segments, language: sound.language }),
        Playlist::Choice(_) => Err("a choice where a playlist of sound should be".to_owned()),
    }
}

/// Follows all of them, until nobody wants it or nothing comes any more. The last thing that is said is why, if it is no proper end.
pub(super) async fn weave(
    way: Way,
    picture: Listed,
    sounds: Vec<Listed>,
    pieces: mpsc::Sender<Result<Piece, String>>,
) {
    let languages: Vec<_> = sounds.iter().map(|sound| sound.language).collect();
    let (first, rest) = lane::begin(&picture.segments);
    let starts = std::iter::once(first).chain(sounds.iter().map(|sound| lane::beside(&sound.segments, rest)));
    let starts: Vec<u64> = starts.collect();
    let mut lanes = Vec::new();
    for (listed, start) in std::iter::once(picture).chain(sounds).zip(starts) {
        let (sender, lane) = mpsc::channel(AHEAD);
        supervise("HLS input", lane::follow(way.clone(), listed.url, listed.segments, start, sender));
        lanes.push(lane);
    }
    let apart = lanes.len() > 1;
    let mut weaving = Weaving { weave: Some(Weave::new(&languages)), lanes, failures: 0, apart };
    loop {
        let piece = tokio::select! {
            piece = weaving.next() => piece,
            () = pieces.closed() => return,
        };
        let (last, piece) = match piece {
            Ok(Some(piece)) => (false, Ok(piece)),
            Ok(None) => return,
            Err(why) => (true, Err(why)),
        };
        if pieces.send(piece).await.is_err() || last {
            return;
        }
    }
}

struct Weaving {
    /// Not here while somebody works with it.
    weave: Option<Weave>,
    /// That of the picture first.
    lanes: Vec<mpsc::Receiver<Result<Fetched, String>>>,
    failures: u32,
    /// There are sounds that lie apart.
    apart: bool,
}

impl Weaving {
    /// What the next segment of the picture gives; none at the end.
    async fn next(&mut self) -> Result<Option<Piece>, String> {
        loop {
            let Some(fetched) = self.lanes[0].recv().await.transpose()? else { return Ok(None) };
            let duration = fetched.duration;
            if !self.apart && is_transport(&fetched.bytes) {
                return Ok(Some(Piece { bytes: fetched.bytes, duration }));
            }
            if let Err(fault) = self.push(0, fetched).await? {
                self.failures += 1;
                tracing::debug!(%fault, "a segment cannot be read");
                if self.failures >= FAILURES {
                    return Err(fault.to_string());
                }
                continue;
            }
            self.failures = 0;
            self.pull(duration).await?;
            let bytes = self.work(|weave| {
                let mut out = Vec::new();
                weave.give(&mut out);
                out
            });
            return Ok(Some(Piece { bytes: bytes.await?.into(), duration }));
        }
    }

    /// Waits for the sound that belongs beside the picture's newest segment, for as long as that is.
    async fn pull(&mut self, duration: Duration) -> Result<(), String> {
        let until = Instant::now() + duration.max(limits::RECEIVER_CALL);
        for _ in 0..PULLS {
            let Some(at) = self.weave.as_ref().and_then(Weave::lacks) else { return Ok(()) };
            match timeout_at(until, self.lanes[at].recv()).await {
                Err(_) => {
                    tracing::debug!(lane = at, "sound does not come in time");
                    return Ok(());
                }
                Ok(Some(Ok(fetched))) => {
                    if let Err(fault) = self.push(at, fetched).await? {
                        tracing::debug!(%fault, lane = at, "a segment of sound cannot be read");
                    }
                }
                Ok(ended) => {
                    let Some(weave) = &mut self.weave else { return Ok(()) };
                    weave.end(at);
                    let Some(Err(why)) = ended else { continue };
                    tracing::debug!(why, lane = at, "a sound has ended");
                    if !weave.has_sound_apart() {
                        return Err(format!("no sound any more: {why}"));
                    }
                }
            }
        }
        Ok(())
    }

    async fn push(&mut self, lane: usize, fetched: Fetched) -> Result<Result<(), weave::Fault>, String> {
        self.work(move |weave| {
            weave.push(
                lane,
                weave::Segment {
                    header: fetched.header.as_deref(),
                    bytes: &fetched.bytes,
                    timeline: fetched.timeline,
                },
            )
        })
        .await
    }

    /// Does what takes its time with megabytes where nobody waits.
    async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Weave) -> T + Send + 'static,
    ) -> Result<T, String> {
        let broken = || "segments that cannot be read".to_owned();
        let mut weave = self.weave.take().ok_or_else(broken)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&mut weave);
            (weave, done)
        });
        let (weave, done) = done.await.map_err(|_| broken())?;
        self.weave = Some(weave);
        Ok(done)
    }
}
