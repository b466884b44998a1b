//! The running station: owner tasks, and [`App`], which is all that `web` sees of them.
//!
//! Each live thing has one owner task (receiver, tuner pool, tape, transcoder, session). Others send it typed requests with a
//! reply slot, and read what it publishes: snapshots behind an atomic pointer or a watch. Nothing here knows HTTP; nothing
//! reads the clock but through the one that [`App::start`] is given.

pub mod playback;
pub mod settings;
mod spawn;
pub mod tape;
pub mod view;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use telecast_core::error::{Error, Kind};
use telecast_core::lineup::Lineup;
use tokio::sync::broadcast;

pub use playback::{Directives, PlayError, PlaybackHandle};
pub use settings::{Keeping, ReceiverSettings, Settings};
pub use spawn::{panics, supervise};
pub use view::{
    At, ClientView, Event, HolderView, NowNextView, PlanView, ReasonView, ReceiverState, ReceiverView, SessionState, SessionView,
    StartPlayback, StatusView, TrackView,
};

/// The station. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<()>);

impl App {
    /// Starts all owners; returns before any receiver has answered. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The tape directory cannot be made or written.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        let _ = settings;
        Ok(Self(Arc::new(())))
    }

    /// All channels and bouquets of all receivers.
    pub fn lineup(&self) -> Arc<Lineup> {
        Arc::default()
    }

    /// Tracks that a channel had when it was last on; `None` if it never was.
    pub fn tracks(&self, channel_id: &str) -> Option<Vec<TrackView>> {
        let _ = channel_id;
        None
    }

    /// A channel's logo from its receiver: media type and bytes; `None` if it has none. Cached.
    pub async fn logo(&self, channel_id: &str) -> Option<(String, Bytes)> {
        let _ = channel_id;
        None
    }

    /// What is on. Never waits for a receiver.
    pub fn now_next(&self, channel_ids: &[String]) -> Vec<NowNextView> {
        let _ = channel_ids;
        Vec::new()
    }

    /// Makes a session; answers at once and never waits for a receiver.
    ///
    /// # Errors
    /// `NotFound`: no such channel. `TooMany`: too many sessions. `Unavailable`: shutting down.
    pub async fn start_session(&self, request: StartPlayback) -> Result<SessionView, Error> {
        let _ = request;
        Err(Error::new(Kind::Unavailable, "not yet"))
    }

    /// A session as it stands; those that are over stay visible for five minutes.
    pub fn session(&self, id: &str) -> Option<SessionView> {
        let _ = id;
        None
    }

    /// All sessions that are still visible.
    pub fn sessions(&self) -> Vec<SessionView> {
        Vec::new()
    }

    /// A session once it is ready or over, or after `wait`.
    pub async fn wait_session(&self, id: &str, wait: Duration) -> Option<SessionView> {
        let _ = (id, wait);
        None
    }

    /// Its player still watches. `None`: there is no such session.
    pub fn heartbeat(&self, id: &str) -> Option<SessionView> {
        let _ = id;
        None
    }

    /// Ends a session; it is released when this returns. Stopping twice is no error. `None`: there is none.
    pub async fn stop(&self, id: &str) -> Option<SessionView> {
        let _ = id;
        None
    }

    /// The door to the tape behind a playback address.
    pub fn playback_by_key(&self, key: &str) -> Option<PlaybackHandle> {
        let _ = key;
        None
    }

    /// All receivers.
    pub fn receivers(&self) -> Vec<ReceiverView> {
        Vec::new()
    }

    /// Adds a receiver and starts to read it; whoever calls keeps it in the store.
    ///
    /// # Errors
    /// `Conflict`: the id is taken.
    pub async fn add_receiver(&self, receiver: ReceiverSettings) -> Result<ReceiverView, Error> {
        let _ = receiver;
        Err(Error::new(Kind::Unavailable, "not yet"))
    }

    /// Removes a receiver; its sessions end.
    ///
    /// # Errors
    /// `NotFound`; `Conflict`: it stands in the configuration file.
    pub async fn remove_receiver(&self, id: &str) -> Result<(), Error> {
        let _ = id;
        Err(Error::new(Kind::NotFound, "no such receiver"))
    }

    /// Reads a receiver's channels again, now.
    pub async fn refresh_receiver(&self, id: &str) -> Result<(), Error> {
        let _ = id;
        Err(Error::new(Kind::NotFound, "no such receiver"))
    }

    /// Asks a receiver who it is, without adding it: state, message, model, tuners, number of channels in its first bouquets.
    pub async fn test_receiver(&self, receiver: ReceiverSettings) -> ReceiverView {
        let _ = receiver;
        unreachable!()
    }

    /// The station at a glance.
    pub fn status(&self) -> StatusView {
        StatusView::default()
    }

    /// Everything that changes, from now on. A slow subscriber loses events and is told (`Lagged`).
    pub fn events(&self) -> broadcast::Receiver<Event> {
        broadcast::channel(1).1
    }

    /// Ends all sessions, tapes and children; returns when they are gone or after [`telecast_core::limits::SHUTDOWN`].
    pub async fn shutdown(&self) {}
}
