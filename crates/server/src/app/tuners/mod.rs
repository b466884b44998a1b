//! The way to the tuner pool: leases on running tapes.
//!
//! - Acquiring is answered at once; connecting and tuning happen in the tape's own task.
//! - A [`Hold`] is a lease: dropping it starts the idle time. One that was taken away says so ([`Hold::lost`]).
//! - `owner`: the task that carries out what `core::tuner` decides. `warm`: what it keeps ready.

mod owner;
mod warm;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use telecast_core::lineup::{ChannelId, Lineup, Source as LineupSource, Transponder};
use telecast_core::tuner::{Fence, Holder, Priority, Refusal, StreamKey};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::settings::InForce;
use super::supervise;
use super::tape::{Room, Tape};
use crate::adapters::clock::Clock;
use crate::adapters::receiver::Client;
use owner::Owner;

/// Requests that may wait; each is answered in microseconds.
const QUEUE: usize = 1024;

enum Request {
    Acquire(Wish, oneshot::Sender<Result<Hold, Refusal>>),
    Renew(Fence),
    Release(Fence),
    Receiver(Client, Option<u32>),
    Forget(String),
    /// That tape gives a picture.
    Works(u64),
}

/// What somebody wants to have on.
pub struct Wish {
    /// Channel.
    pub channel: ChannelId,
    /// Ways to get it, best first.
    pub sources: Vec<LineupSource>,
    /// Who wants it, for people.
    pub holder: String,
    /// What for.
    pub priority: Priority,
}

/// Who took a tuner away from somebody; empty while nobody has.
type Notice = Arc<ArcSwapOption<Holder>>;

/// A lease on a running tape.
pub struct Hold {
    /// The tape.
    pub tape: Tape,
    stream: StreamKey,
    fence: Fence,
    notice: Notice,
    requests: mpsc::Sender<Request>,
}

impl Hold {
    /// The tape's name: its channel, and the receiver that it began with.
    pub fn stream(&self) -> &StreamKey {
        &self.stream
    }

    /// It is still wanted.
    pub fn renew(&self) {
        // A renewal that finds the queue full is made up for by the next.
        let _ = self.requests.try_send(Request::Renew(self.fence));
    }

    /// Who has taken the tuner for something more important.
    pub fn lost(&self) -> Option<Holder> {
        self.notice.load().as_deref().cloned()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Err(mpsc::error::TrySendError::Full(request)) =
            self.requests.try_send(Request::Release(self.fence))
        {
            let requests = self.requests.clone();
            supervise("release", async move {
                let _ = requests.send(request).await;
            });
        }
    }
}

/// Tapes that run, by stream.
pub type Running = Arc<ArcSwap<HashMap<StreamKey, Tape>>>;

/// What a receiver's tuners are used for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tuners, if known.
    pub tuners: Option<u32>,
    /// Transponders that are on.
    pub tuned: usize,
    /// Viewers.
    pub viewers: usize,
    /// What it has refused and is not asked for: a channel of each transponder, and until when (from the start of the program).
    pub left_alone: Vec<(ChannelId, Duration)>,
}

/// What is held, as it was a moment ago.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// By receiver.
    pub receivers: BTreeMap<String, Usage>,
    /// Leases, oldest first; expiry counts from the start of the program.
    pub leases: Vec<telecast_core::tuner::Lease>,
    /// Streams that are on, what each is tuned to, and since when nobody has held it.
    pub streams: Vec<(StreamKey, Option<Transponder>, Option<Duration>)>,
}

/// The way to the owner; cheap to clone.
#[derive(Clone)]
pub struct Tuners {
    requests: mpsc::Sender<Request>,
    running: Running,
    board: Arc<ArcSwap<Board>>,
    settings: InForce,
}

impl Tuners {
    /// Starts the owner; all tapes end with `stop`.
    pub(in crate::app) fn start(
        settings: InForce,
        lineup: Arc<ArcSwap<Lineup>>,
        room: Room,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        let (requests, inbox) = mpsc::channel(QUEUE);
        let (troubles, asked) = mpsc::channel(QUEUE);
        let tuners = Self { requests, running: Running::default(), board: Arc::default(), settings };
        let owner = Owner::new(&tuners, troubles, lineup, (room, clock), stop);
        supervise("tuner pool", owner.run(inbox, asked));
        tuners
    }

    /// A tuner and its tape, or why not.
    pub async fn acquire(&self, wish: Wish) -> Option<Result<Hold, Refusal>> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request::Acquire(wish, reply)).await.ok()?;
        answer.await.ok()
    }

    /// Tells of a receiver and how many tuners it has.
    pub async fn set_receiver(&self, client: Client, tuners: Option<u32>) {
        let _ = self.requests.send(Request::Receiver(client, tuners)).await;
    }

    /// A receiver is gone; its tapes end.
    pub async fn forget_receiver(&self, id: &str) {
        let _ = self.requests.send(Request::Forget(id.to_owned())).await;
    }

    /// Tapes that run.
    pub fn running(&self) -> Arc<HashMap<StreamKey, Tape>> {
        self.running.load_full()
    }

    /// The receiver that a running tape comes from just now.
    pub fn receiver_of(&self, tape: &Tape) -> Option<String> {
        let running = self.running.load();
        running.iter().find(|(_, other)| other.id == tape.id).map(|(key, _)| key.receiver.clone())
    }

    /// What is held.
    pub fn board(&self) -> Arc<Board> {
        self.board.load_full()
    }

    /// Whether all receivers that have a channel serve as many viewers as they may.
    pub fn is_full(&self, sources: &[LineupSource]) -> bool {
        let board = self.board.load();
        let viewers =
            |source: &LineupSource| board.receivers.get(&source.receiver).map_or(0, |usage| usage.viewers);
        let most = self.settings.now().limits.receiver;
        !sources.is_empty() && sources.iter().all(|source| viewers(source) >= most)
    }
}
