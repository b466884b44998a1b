//! Follows a live stream of somebody else's (HLS, RFC 8216) and gives its bytes as if they came from the air: a segment at once, then no faster than they
//! are shown. What is asked for is a little ahead of it, so that a server may be slow for the length of a segment.
//!
//! - `lane.rs` follows one playlist: which segments there are, keys, headers. `keys.rs` makes of an encrypted segment what it was.
//! - `woven.rs` makes one transport stream of a picture's playlist and those of its sounds (`media::weave`); what is one already is passed on as it came.
//! - A segment that is not there is left out; who gives nothing new for long has ended. Whoever gives nothing that can be used is left, and says why.

use std::time::Duration;

use bytes::{Buf, Bytes};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RANGE};
use secrecy::{ExposeSecret, SecretString};
use telecast_core::limits;
use telecast_media::playlist::{self, Playlist};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::spawn::supervise;

mod keys;
mod lane;
mod woven;

/// Segments that are made ready ahead of the one that is given out; the lanes fetch one more.
const AHEAD: usize = 1;
/// Choices within choices.
const DEPTH: usize = 3;
/// Bytes of a playlist and of a segment.
const PLAYLIST: usize = 4 << 20;
const SEGMENT: usize = 64 << 20;
/// Of a segment's bytes so many parts are given in a second.
const STEPS: u32 = 20;
/// Sounds that are followed beside a picture; of more, the default one first.
const SOUNDS: usize = 4;

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

    /// What lies at `url`, or that part of it.
    async fn bytes(&self, url: &Url, range: Option<(u64, u64)>, most: usize) -> Result<Bytes, String> {
        let mut request = self.get(url);
        if let Some((first, bytes)) = range {
            let last = first.saturating_add(bytes).saturating_sub(1);
            request = request.header(RANGE, format!("bytes={first}-{last}"));
        }
        let reply = request.send().await.map_err(words)?;
        match (reply.status(), range) {
            (StatusCode::OK, None) | (StatusCode::PARTIAL_CONTENT, Some(_)) => body(reply, most).await,
            // Some servers know no ranges, and give everything.
            (StatusCode::OK, Some((first, bytes))) => part(&body(reply, most).await?, first, bytes),
            (status, _) => Err(format!("error {}", status.as_u16())),
        }
    }
}

/// The part of a whole.
fn part(whole: &Bytes, first: u64, bytes: u64) -> Result<Bytes, String> {
    let end = first.checked_add(bytes).and_then(|end| usize::try_from(end).ok());
    let end = end.filter(|end| *end <= whole.len()).ok_or("less than the playlist says")?;
    Ok(whole.slice(first as usize..end))
}

/// A stream that is followed.
pub struct Follower {
    pieces: mpsc::Receiver<Result<Piece, String>>,
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
        let (mut depth, mut sounds) = (DEPTH, Vec::new());
        let segments = loop {
            match playlist::read(&written).map_err(|fault| fault.to_string())? {
                Playlist::Segments(segments) => break segments,
                Playlist::Choice(choice) => {
                    depth -= 1;
                    let best = choice.best().filter(|_| depth > 0).ok_or("a choice of nothing")?;
                    let next = url.join(&best.uri).map_err(|error| error.to_string())?;
                    sounds = woven::sounds(&way, &url, &choice, best).await?;
                    (url, written) = way.playlist(&next).await?;
                }
            }
        };
        let (sender, pieces) = mpsc::channel(AHEAD);
        let picture = woven::Listed { url, segments, language: None };
        supervise("HLS input", woven::weave(way, picture, sounds, sender));
        Ok(Self { pieces, playing: None, over: None })
    }

    /// Appends what is due to `buffer`, at most up to its capacity; 0 at the end. Nothing is lost if it is dropped.
    ///
    /// # Errors
    /// Nothing that can be used comes any more: why, for people.
    pub async fn read(&mut self, buffer: &mut Vec<u8>) -> Result<usize, String> {
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
                    return Ok(count);
                }
                sleep((playing.duration / STEPS).clamp(Duration::from_millis(10), Duration::from_millis(50)))
                    .await;
                continue;
            }
            let Some(piece) = self.pieces.recv().await.transpose()? else { return Ok(0) };
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
