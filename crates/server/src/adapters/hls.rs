//! Follows a live stream of somebody else's (HLS, RFC 8216) and gives its bytes as if they came from the air: a segment at once, then no faster than they
//! are shown. What is asked for is a little ahead of it, so that a server may be slow for the length of a segment.
//!
//! A segment that is not there is left out; who gives nothing new for long has ended.

use std::time::Duration;

use bytes::{Buf, Bytes};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RANGE};
use secrecy::{ExposeSecret, SecretString};
use telecast_core::limits;
use telecast_media::playlist::{self, Playlist, Segment, Segments};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::spawn::supervise;

/// Segments that are fetched ahead of the one that is given out.
const AHEAD: usize = 2;
/// A live stream is begun so many segments before its end (§6.3.3).
const BEHIND: usize = 3;
/// Choices within choices.
const DEPTH: usize = 3;
/// Bytes of a playlist and of a segment.
const PLAYLIST: usize = 4 << 20;
const SEGMENT: usize = 64 << 20;
/// Of a segment's bytes so many parts are given in a second.
const STEPS: u32 = 20;
/// After so many segments in a row that cannot be had it is given up.
const FAILURES: u32 = 5;
/// A playlist that has nothing new for so many times its segments' length has ended.
const SILENCES: u32 = 5;
/// The shortest pause between two looks at a playlist.
const PAUSE: Duration = Duration::from_millis(500);

/// Whether a reply is a playlist, and no stream.
pub fn is_playlist(url: &Url, headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("mpegurl") || url.path().to_ascii_lowercase().ends_with(".m3u8")
}

/// How playlists and segments are asked for.
#[derive(Clone)]
pub struct Way {
    /// By whom.
    pub http: reqwest::Client,
    /// With these.
    pub headers: HeaderMap,
    /// The host that hears name and password, and those.
    pub credentials: Option<(String, String, SecretString)>,
}

impl Way {
    fn get(&self, url: &Url) -> reqwest::RequestBuilder {
        let request = self.http.get(url.clone()).headers(self.headers.clone());
        match &self.credentials {
            Some((host, user, password)) if url.host_str() == Some(host) => {
                request.basic_auth(user, Some(password.expose_secret()))
            }
            _ => request,
        }
    }

    async fn playlist(&self, url: &Url) -> Result<(Url, String), String> {
        let reply = timeout(limits::RECEIVER_CALL, self.get(url).send()).await;
        let reply = reply.map_err(|_| "no reply in time".to_owned())?.map_err(words)?;
        if reply.status() != StatusCode::OK {
            return Err(format!("error {}", reply.status().as_u16()));
        }
        text(reply).await
    }

    async fn segment(&self, base: &Url, segment: &Segment) -> Result<Bytes, String> {
        let url = base.join(&segment.uri).map_err(|error| error.to_string())?;
        let mut request = self.get(&url);
        if let Some((first, bytes)) = segment.range {
            let last = first.saturating_add(bytes).saturating_sub(1);
            request = request.header(RANGE, format!("bytes={first}-{last}"));
        }
        let fetched = async {
            let reply = request.send().await.map_err(words)?;
            match (reply.status(), segment.range) {
                (StatusCode::OK, None) | (StatusCode::PARTIAL_CONTENT, Some(_)) => body(reply, SEGMENT).await,
                (status, _) => Err(format!("error {}", status.as_u16())),
            }
        };
        // Twice its own length, and never less than a moment: who is slower than that does not keep up anyway.
        let patience = (segment.duration * 2).max(limits::RECEIVER_CALL);
        timeout(patience, fetched).await.unwrap_or_else(|_| Err("no reply in time".into()))
    }
}

/// A stream that is followed.
pub struct Follower {
    pieces: mpsc::Receiver<Piece>,
    playing: Option<Playing>,
    /// When what has been given out is over.
    over: Option<Instant>,
}

struct Piece {
    bytes: Bytes,
    duration: Duration,
}

struct Playing {
    rest: Bytes,
    length: usize,
    duration: Duration,
    begin: Instant,
}

impl Follower {
    /// Begins with the reply that was a playlist.
    ///
    /// # Errors
    /// It cannot be followed: why, for people.
    pub async fn begin(way: Way, reply: reqwest::Response) -> Result<Self, String> {
        let (mut url, mut written) = text(reply).await?;
        let mut depth = DEPTH;
        let segments = loop {
            match playlist::read(&written).map_err(|fault| fault.to_string())? {
                Playlist::Segments(segments) => break segments,
                Playlist::Choice(variants) => {
                    depth -= 1;
                    let best =
                        variants.iter().max_by_key(|variant| (!variant.sound_apart, variant.bandwidth));
                    let best = best.filter(|_| depth > 0).ok_or("a choice of nothing")?;
                    let next = url.join(&best.uri).map_err(|error| error.to_string())?;
                    (url, written) = way.playlist(&next).await?;
                }
            }
        };
        let (sender, pieces) = mpsc::channel(AHEAD);
        supervise("HLS input", follow(way, url, segments, sender));
        Ok(Self { pieces, playing: None, over: None })
    }

    /// Appends what is due to `buffer`, at most up to its capacity; 0 at the end. Nothing is lost if it is dropped.
    pub async fn read(&mut self, buffer: &mut Vec<u8>) -> usize {
        loop {
            if let Some(playing) = &mut self.playing {
                let due = playing.due(Instant::now());
                if due > 0 {
                    let count = due.min((buffer.capacity() - buffer.len()).max(1));
                    buffer.extend_from_slice(&playing.rest[..count]);
                    playing.rest.advance(count);
                    if playing.rest.is_empty() {
                        self.over = Some(playing.begin + playing.duration);
                        self.playing = None;
                    }
                    return count;
                }
                sleep((playing.duration / STEPS).clamp(Duration::from_millis(10), Duration::from_millis(50)))
                    .await;
                continue;
            }
            let Some(piece) = self.pieces.recv().await else { return 0 };
            let now = Instant::now();
            // The first one is given at once. After a pause of the server's nothing is made up for.
            let (begin, duration) = match self.over {
                None => (now, Duration::ZERO),
                Some(over) => (over.max(now.checked_sub(piece.duration).unwrap_or(now)), piece.duration),
            };
            self.playing = (!piece.bytes.is_empty()).then(|| Playing {
                length: piece.bytes.len(),
                rest: piece.bytes,
                duration,
                begin,
            });
        }
    }
}

impl Playing {
    /// Bytes that may be given by now.
    fn due(&self, now: Instant) -> usize {
        if self.duration.is_zero() {
            return self.rest.len();
        }
        let part = now.saturating_duration_since(self.begin).as_secs_f64() / self.duration.as_secs_f64();
        let given = self.length - self.rest.len();
        ((self.length as f64 * part.min(1.0)) as usize).saturating_sub(given).min(self.rest.len())
    }
}

/// Fetches what is new, until nobody wants it or nothing comes any more.
async fn follow(way: Way, url: Url, segments: Segments, pieces: mpsc::Sender<Piece>) {
    let mut state = Following { next: begin(&segments), failures: 0 };
    let (mut base, mut segments, mut silent) = (url.clone(), segments, Duration::ZERO);
    loop {
        let asked = Instant::now();
        let found = state.give(&way, &base, &segments, &pieces).await;
        let Some(found) = found else { return };
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
        match way
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

/// The number of the first segment that is given.
fn begin(segments: &Segments) -> u64 {
    let skipped = if segments.ended { 0 } else { segments.all.len().saturating_sub(BEHIND) };
    segments.first + skipped as u64
}

struct Following {
    /// Number of the next segment.
    next: u64,
    failures: u32,
}

impl Following {
    /// Gives what is new in `segments`; whether there was anything. None: it is over.
    async fn give(
        &mut self,
        way: &Way,
        base: &Url,
        segments: &Segments,
        pieces: &mpsc::Sender<Piece>,
    ) -> Option<bool> {
        let end = segments.first + segments.all.len() as u64;
        if end + (BEHIND as u64) < self.next {
            // It has begun to count anew.
            self.next = begin(segments);
        }
        self.next = self.next.max(segments.first);
        let mut found = false;
        while self.next < end {
            let segment = &segments.all[(self.next - segments.first) as usize];
            self.next += 1;
            if segment.is_gap {
                continue;
            }
            found = true;
            let fetched = tokio::select! {
                fetched = way.segment(base, segment) => fetched,
                () = pieces.closed() => return None,
            };
            match fetched {
                Ok(bytes) => {
                    self.failures = 0;
                    pieces.send(Piece { bytes, duration: segment.duration }).await.ok()?;
                }
                Err(why) => {
                    self.failures += 1;
                    tracing::debug!(why, "a segment cannot be fetched");
                    if self.failures >= FAILURES {
                        return None;
                    }
                }
            }
        }
        Some(found)
    }
}

async fn text(reply: reqwest::Response) -> Result<(Url, String), String> {
    let url = reply.url().clone();
    let bytes = timeout(limits::RECEIVER_CALL, body(reply, PLAYLIST)).await;
    let bytes = bytes.map_err(|_| "a playlist that does not end".to_owned())??;
    Ok((url, String::from_utf8_lossy(&bytes).into_owned()))
}

async fn body(mut reply: reqwest::Response, most: usize) -> Result<Bytes, String> {
    let mut body = Vec::new();
    while let Some(piece) = reply.chunk().await.map_err(words)? {
        if body.len() + piece.len() > most {
            return Err("more than is read".into());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.into())
}

fn words(error: reqwest::Error) -> String {
    error.without_url().to_string()
}

#[cfg(test)]
mod tests;
