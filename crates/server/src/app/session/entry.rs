//! A session as others see it: who it is for, how it stands, and the way to its owner.

use std::sync::Arc;
use std::time::Duration;

use telecast_core::limits;
use telecast_core::session::ReasonCode;
use tokio::sync::{mpsc, watch};

use crate::app::playback::PlaybackHandle;
use crate::app::status::Reported;
use crate::app::view::{Rights, SessionView, StartPlayback};

/// A session as others see it.
pub(in crate::app) struct Entry {
    pub(in crate::app) view: watch::Receiver<SessionView>,
    pub(in crate::app) handle: Arc<PlaybackHandle>,
    /// Key of its playback address.
    pub(in crate::app) key: Arc<str>,
    account: String,
    rights: Rights,
    /// Who it is for, for people.
    pub(in crate::app) holder: String,
    /// How its player fares, as that says itself.
    pub(in crate::app) player: Reported,
    commands: mpsc::Sender<Command>,
}

/// What others want of it.
pub(in crate::app) enum Command {
    Heartbeat,
    Stop(ReasonCode),
}

impl Entry {
    /// Of that request; its owner listens to `commands`.
    pub(super) fn of(
        request: &StartPlayback,
        (view, handle, key): (watch::Receiver<SessionView>, Arc<PlaybackHandle>, Arc<str>),
        commands: mpsc::Sender<Command>,
    ) -> Self {
        Self {
            view,
            handle,
            key,
            account: request.account.clone(),
            rights: request.rights.clone(),
            holder: request.holder.clone(),
            player: Reported::default(),
            commands,
        }
    }

    /// Whether it is this account's.
    pub(in crate::app) fn is_of(&self, account: &str) -> bool {
        self.account == account
    }

    /// How far its viewer may see.
    pub(in crate::app) fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Whether there is anything that its viewer may not.
    pub(in crate::app) fn is_bounded(&self) -> bool {
        self.rights.profile.is_some() || self.rights.until_ms.is_some()
    }

    /// Nothing will change any more; also if its owner has panicked.
    pub(in crate::app) fn is_over(&self) -> bool {
        self.view.has_changed().is_err() || self.view.borrow().state.is_over()
    }

    /// Its player still watches.
    pub(in crate::app) fn heartbeat(&self) {
        // One that finds the queue full is made up for by the next.
        let _ = self.commands.try_send(Command::Heartbeat);
    }

    /// Ends it; returns when it is over.
    pub(in crate::app) async fn stop(&self, code: ReasonCode) -> SessionView {
        let _ = self.commands.send(Command::Stop(code)).await;
        self.wait(limits::DRAIN + super::LOOK, |view| view.state.is_over()).await
    }

    /// Waits until `until` holds; gives the newest view in any case.
    pub(in crate::app) async fn wait(
        &self,
        patience: Duration,
        until: impl Fn(&SessionView) -> bool,
    ) -> SessionView {
        let mut watch = self.view.clone();
        let _ = tokio::time::timeout(patience, watch.wait_for(|view| until(view))).await;
        self.view.borrow().clone()
    }
}
