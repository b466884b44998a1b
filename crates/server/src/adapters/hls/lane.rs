//! One playlist that is followed: its segments in order, each with the header that it needs.
//!
//! What has been given is not given again: a playlist that counts on but lists the same bytes for ever gives nothing new.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use telecast_core::limits;
use telecast_media::playlist::{self, Map, Playlist, Segment, Segments};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use super::keys::Keys;
use super::{SEGMENT, Way};

/// A live stream is begun so many segments before its end (§6.3.3).
const BEHIND: usize = 3;
/// Bytes of a header.
const HEADER: usize = 1 << 20;
/// After so many segments in a row that cannot be had, or that are the same, it is given up.
const FAILURES: u32 = 5;
/// A playlist that has nothing new for so many times its segments' length has ended.
const SILENCES: u32 = 5;
/// The shortest pause between two looks at a playlist.
const PAUSE: Duration = Duration::from_millis(500);

/// A segment that has come.
pub(super) struct Fetched {
    /// Its header, where it is another than that of the segment before.
    pub(super) header: Option<Bytes>,
    pub(super) bytes: Bytes,
    pub(super) duration: Duration,
    /// See [`Segment::timeline`].
    pub(super) timeline: u64,
}

/// Where somebody begins: the number of the first segment, and how long it and those behind it are.
pub(super) fn begin(segments: &Segments) -> (u64, Duration) {
    let skipped = if segments.ended { 0 } else { segments.all.len().saturating_sub(BEHIND) };
    let rest = segments.all.iter().skip(skipped).map(|segment| segment.duration).sum();
    (segments.first + skipped as u64, rest)
}

/// The number of the segment to begin with so that there is at least `rest` from there to the end.
pub(super) fn beside(segments: &Segments, rest: Duration) -> u64 {
    if segments.ended {
        return segments.first;
    }
    let (mut first, mut length) = (segments.all.len(), Duration::ZERO);
    // Segments of sound end a little before those of the picture or a little after.
    while first > 0 && length < rest + segments.target / 2 {
        first -= 1;
        length += segments.all[first].duration;
    }
    segments.first + first as u64
}

/// Fetches what is new from segment `next` on, until nobody wants it or nothing comes any more. The last thing that is said is why, if it is no proper end.
pub(super) async fn follow(
    way: Way,
    url: Url,
    segments: Segments,
    next: u64,
    pieces: mpsc::Sender<Result<Fetched, String>>,
) {
    let mut state =
        Following { way, next, failures: 0, same: 0, last: None, map: None, keys: Keys::default() };
    let (mut base, mut segments, mut silent) = (url.clone(), segments, Duration::ZERO);
    loop {
        let asked = Instant::now();
        let found = match state.give(&base, &segments, &pieces).await {
            Ok(Some(found)) => found,
            Ok(None) => return,
            Err(why) => {
                let _ = pieces.send(Err(why)).await;
                return;
            }
        };
        if segments.ended {
            return;
        }
        let target = segments.target.max(PAUSE);
        silent = if found { Duration::ZERO } else { silent + target / 2 };
        if silent > target * SILENCES {
            return;
        }
        let pause = if found { target } else { target / 2 };
        tokio::select! {
            () = sleep(pause.saturating_sub(asked.elapsed()).max(PAUSE)) => {}
            () = pieces.closed() => return,
        }
        match state
            .way
            .playlist(&url)
            .await
            .and_then(|(from, text)| Ok((from, playlist::read(&text).map_err(|fault| fault.to_string())?)))
        {
            Ok((from, Playlist::Segments(read))) => (base, segments) = (from, read),
            Ok((_, Playlist::Choice(_))) => return,
            Err(why) => {
                tracing::debug!(why, "a playlist cannot be fetched");
                segments.all.clear();
            }
        }
    }
}

struct Following {
    way: Way,
    /// Number of the next segment.
    next: u64,
    failures: u32,
    /// So many segments in a row were the one before.
    same: u32,
    last: Option<u64>,
    /// The header that was given last.
    map: Option<Arc<Map>>,
    keys: Keys,
}

impl Following {
    /// Gives what is new in `segments`; whether there was anything. None: nobody wants it.
    async fn give(
        &mut self,
        base: &Url,
        segments: &Segments,
        pieces: &mpsc::Sender<Result<Fetched, String>>,
    ) -> Result<Option<bool>, String> {
        let end = segments.first + segments.all.len() as u64;
        if end + (BEHIND as u64) < self.next {
            // It has begun to count anew.
            self.next = begin(segments).0;
        }
        self.next = self.next.max(segments.first);
        let mut found = false;
        while self.next < end {
            let segment = &segments.all[(self.next - segments.first) as usize];
            let sequence = self.next;
            self.next += 1;
            if segment.is_gap {
                continue;
            }
            found = true;
            let fetched = tokio::select! {
                fetched = self.fetch(base, segment, sequence) => fetched,
                () = pieces.closed() => return Ok(None),
            };
            match fetched {
                Ok(fetched) => {
                    self.failures = 0;
                    if self.is_same(&fetched)? {
                        continue;
                    }
                    if pieces.send(Ok(fetched)).await.is_err() {
                        return Ok(None);
                    }
                }
                Err(why) => {
                    self.failures += 1;
                    tracing::debug!(why, "a segment cannot be fetched");
                    if self.failures >= FAILURES {
                        return Err(why);
                    }
                }
            }
        }
        Ok(Some(found))
    }

    /// Whether it is the one before, listed once more.
    fn is_same(&mut self, fetched: &Fetched) -> Result<bool, String> {
        let mut hasher = DefaultHasher::new();
        fetched.bytes.hash(&mut hasher);
        let hash = hasher.finish();
        let is_same = self.last.replace(hash) == Some(hash) && fetched.header.is_none();
        self.same = if is_same { self.same + 1 } else { 0 };
        if self.same >= FAILURES { Err("the same segment over and over".into()) } else { Ok(is_same) }
    }

    async fn fetch(&mut self, base: &Url, segment: &Segment, sequence: u64) -> Result<Fetched, String> {
        let header = match &segment.map {
            Some(map) if self.map.as_ref() != Some(map) => {
                let bytes = self.bytes(base, (&map.uri, map.range), limits::RECEIVER_CALL, HEADER).await?;
                let bytes = match &map.key {
                    Some(key) => self.keys.open(&self.way, base, key, sequence, bytes).await?,
                    None => bytes,
                };
                Some((Arc::clone(map), bytes))
            }
            _ => None,
        };
        // Twice its own length, and never less than a moment: who is slower than that does not keep up anyway.
        let patience = (segment.duration * 2).max(limits::RECEIVER_CALL);
        let mut bytes = self.bytes(base, (&segment.uri, segment.range), patience, SEGMENT).await?;
        if let Some(key) = &segment.key {
            bytes = self.keys.open(&self.way, base, key, sequence, bytes).await?;
        }
        let (duration, timeline) = (segment.duration, segment.timeline);
        let header = header.map(|(map, bytes)| {
            self.map = Some(map);
            bytes
        });
        Ok(Fetched { header, bytes, duration, timeline })
    }

    async fn bytes(
        &self,
        base: &Url,
        (uri, range): (&str, Option<(u64, u64)>),
        patience: Duration,
        most: usize,
    ) -> Result<Bytes, String> {
        let url = base.join(uri).map_err(|error| error.to_string())?;
        let fetched = timeout(patience, self.way.bytes(&url, range, most)).await;
        fetched
            .unwrap_or_else(|_| Err("no reply in time".into()))
            .map_err(|why| format!("no segment ({why})"))
    }
}
