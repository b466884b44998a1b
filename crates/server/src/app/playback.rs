//! What one session may fetch: playlists, initialisation, parts, segments, raw stream. Reads snapshots; never slows the writer.

use bytes::Bytes;
use futures_util::stream::BoxStream;
pub use telecast_media::hls::Directives;

use super::view::ReasonView;

/// Why a fetch gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// There is no such rendition, segment or part (404).
    #[error("there is no such rendition, segment or part")]
    NotFound,
    /// A playlist further ahead than two segments was asked for (400).
    #[error("the playlist asked for lies more than two segments ahead")]
    TooFarAhead,
    /// Nothing new has come in three target durations (503).
    #[error("nothing new has come for a while; try again")]
    TimedOut,
    /// The session is over, for this reason (410).
    #[error("{}", .0.message)]
    Over(Box<ReasonView>),
    /// The tape's bytes cannot be read (500).
    #[error("{0}")]
    Broken(String),
}

/// A session's door to its tape. Cheap to clone. Every fetch counts as consumption and renews the session.
#[derive(Clone)]
pub struct PlaybackHandle(());

impl PlaybackHandle {
    /// The multivariant playlist; waits until the session is ready.
    pub async fn multivariant(&self) -> Result<Bytes, PlayError> {
        Err(PlayError::NotFound)
    }

    /// A media playlist; `rendition` as in its address (`v0a1`). Waits as `directives` ask.
    pub async fn playlist(&self, rendition: &str, directives: Directives) -> Result<Bytes, PlayError> {
        let _ = (rendition, directives);
        Err(PlayError::NotFound)
    }

    /// An initialisation segment by its content hash (hexadecimal, as in the playlist). Immutable.
    pub async fn init(&self, rendition: &str, hash: &str) -> Result<Bytes, PlayError> {
        let _ = (rendition, hash);
        Err(PlayError::NotFound)
    }

    /// A whole CMAF segment. Immutable.
    pub async fn segment(&self, rendition: &str, sequence: u64) -> Result<Bytes, PlayError> {
        let _ = (rendition, sequence);
        Err(PlayError::NotFound)
    }

    /// A CMAF part; the hinted next one is waited for. Immutable.
    pub async fn part(&self, rendition: &str, sequence: u64, part: u32) -> Result<Bytes, PlayError> {
        let _ = (rendition, sequence, part);
        Err(PlayError::NotFound)
    }

    /// A whole segment as transport stream. Immutable.
    pub async fn ts_segment(&self, rendition: &str, sequence: u64) -> Result<Bytes, PlayError> {
        let _ = (rendition, sequence);
        Err(PlayError::NotFound)
    }

    /// The raw transport stream from the newest random access point on; ends with the session.
    /// Waits for the first one.
    pub async fn raw(&self) -> Result<BoxStream<'static, Bytes>, PlayError> {
        Err(PlayError::NotFound)
    }

    /// Id of the session that it belongs to.
    pub fn session_id(&self) -> &str {
        ""
    }
}
