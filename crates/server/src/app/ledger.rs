//! What is written down while the station runs: where sessions stand, what channels carried, lineups, what is on.
//!
//! One task writes, after the fact and several things at a time; whoever notes something goes on at once. The one write that
//! is waited for is that of a new session ([`Ledger::open`]): a session that the store does not know does not exist.
//!
//! - What was noted last wins; what lies between is never written.
//! - A store that fails loses nothing: what could not be written is tried again, with what has come since.
//! - Each transaction is short, so that a new session waits for one of them at most.
//! - A session that somebody else has written is lost to its owner here, who is told ([`Opened::lost`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use telecast_core::error::{Error as CoreError, Kind};
use telecast_core::guide::Event;
use telecast_core::lineup::{ChannelId, ReadBouquet};
use telecast_core::playback::SourceTracks;
use telecast_core::session::{ReasonCode, State};
use telecast_store::{Created, Error, NewSession, SessionWrite, Store};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::supervise;
use crate::adapters::clock::Clock;

/// What comes within this is written together: a start passes through its states in about this time.
const GATHER: Duration = Duration::from_millis(500);
/// A store that failed is tried again after this.
const AGAIN: Duration = Duration::from_secs(5);
/// The fence of a session that was just made.
const FIRST: i64 = 1;
/// Rows of one transaction: it stays below some milliseconds.
const ROWS: usize = 64;

/// Sessions to be made that may wait for the transaction before theirs; more wait for a place.
const WAITING: usize = 256;

/// The way to the writer; cheap to clone.
#[derive(Clone)]
pub(super) struct Ledger(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    asked: mpsc::Sender<Asked>,
    due: Mutex<Due>,
    news: Notify,
    /// Whether all that was noted is written.
    written: watch::Sender<bool>,
    /// The station ends: nothing is gathered any more.
    ending: CancellationToken,
}

/// What is to be written. Bounded by the number of sessions, channels and receivers.
#[derive(Default)]
struct Due {
    sessions: HashMap<String, Stand>,
    tracks: HashMap<ChannelId, Arc<SourceTracks>>,
    lineups: HashMap<String, Vec<ReadBouquet>>,
    guide: HashMap<ChannelId, Vec<Event>>,
    /// Owners of living sessions, to be told when theirs is lost.
    owners: HashMap<String, CancellationToken>,
}

#[derive(Clone, Copy)]
struct Stand {
    state: State,
    reason: Option<ReasonCode>,
    at_ms: i64,
}

impl Due {
    fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.tracks.is_empty() && self.lineups.is_empty() && self.guide.is_empty()
    }
}

/// What became of a request for a session.
pub(super) enum Opened {
    /// It is new. The token is cancelled if somebody else writes it.
    New { lost: CancellationToken },
    /// The same request has made this one before.
    Before(String),
}

/// A session to be made, and who waits for that.
struct Asked {
    new: NewSession,
    reply: oneshot::Sender<Result<Created, Error>>,
}

impl Ledger {
    /// Starts the writer.
    pub(super) fn start(store: Store, clock: Clock) -> Self {
        let (asked, waiting) = mpsc::channel(WAITING);
        supervise("ledger", make_sessions(store.clone(), clock, waiting));
        let ledger = Self(Arc::new(Inner {
            store,
            clock,
            asked,
            due: Mutex::default(),
            news: Notify::new(),
            written: watch::Sender::new(true),
            ending: CancellationToken::new(),
        }));
        let writer = Writer { inner: Arc::clone(&ledger.0), fences: HashMap::new(), failing: false };
        supervise("ledger", writer.run());
        ledger
    }

    /// What is remembered.
    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Writes a new session, or finds the one that the same request has made; returns when it is on disk. Those who come at once share
    /// a transaction.
    pub(super) async fn open(&self, new: NewSession) -> Result<Opened, CoreError> {
        let gone = || CoreError::new(Kind::Internal, "Nobody writes sessions any more.");
        let id = new.id.clone();
        let (reply, made) = oneshot::channel();
        self.0.asked.send(Asked { new, reply }).await.map_err(|_| gone())?;
        match made.await.map_err(|_| gone())?? {
            Created::Before(id) => Ok(Opened::Before(id)),
            Created::New => {
                let lost = CancellationToken::new();
                self.due().owners.insert(id, lost.clone());
                Ok(Opened::New { lost })
            }
        }
    }

    /// Where a session stands.
    pub(super) fn session(&self, id: &str, state: State, reason: Option<ReasonCode>) {
        let at_ms = self.0.clock.wall_ms();
        self.note(|due| {
            due.sessions.insert(id.to_owned(), Stand { state, reason, at_ms });
        });
    }

    /// What a channel carries.
    pub(super) fn tracks(&self, channel: &str, tracks: &Arc<SourceTracks>) {
        self.note(|due| {
            due.tracks.insert(ChannelId(channel.to_owned()), Arc::clone(tracks));
        });
    }

    /// Which bouquets a receiver has.
    pub(super) fn lineup(&self, receiver: &str, bouquets: &[ReadBouquet]) {
        self.note(|due| {
            due.lineups.insert(receiver.to_owned(), bouquets.to_vec());
        });
    }

    /// A receiver was removed: what was read from it is not to be written any more.
    pub(super) fn forget_lineup(&self, receiver: &str) {
        self.due().lineups.remove(receiver);
    }

    /// What is on.
    pub(super) fn guide(&self, guide: &HashMap<ChannelId, Vec<Event>>) {
        self.note(|due| due.guide.extend(guide.iter().map(|(id, events)| (id.clone(), events.clone()))));
    }

    /// Writes what is left, and ends the writer; a store that fails now is not waited for.
    pub(super) async fn finish(&self) {
        self.0.ending.cancel();
        // The writer is gone at worst.
        let _ = self.0.written.subscribe().wait_for(|written| *written).await;
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.0.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, put: impl FnOnce(&mut Due)) {
        let mut due = self.due();
        put(&mut due);
        self.0.written.send_replace(due.is_empty());
        drop(due);
        self.0.news.notify_one();
    }
}

/// Makes sessions, all that wait in one transaction: a flush of the disk is what each costs.
async fn make_sessions(store: Store, clock: Clock, mut waiting: mpsc::Receiver<Asked>) {
    let mut asked = Vec::with_capacity(ROWS);
    while waiting.recv_many(&mut asked, ROWS).await > 0 {
        let (new, replies): (Vec<_>, Vec<_>) = asked.drain(..).map(|asked| (asked.new, asked.reply)).unzip();
        // Whoever asked may have gone: its owner ends by that.
        match store.create_sessions(&new, clock.wall_ms()).await {
            Ok(made) => replies.into_iter().zip(made).for_each(|(reply, made)| drop(reply.send(made))),
            Err(error) => {
                // Those who came meanwhile have waited for a store that does not answer: each would wait as long again.
                let behind = std::iter::from_fn(|| waiting.try_recv().ok()).map(|asked| asked.reply);
                replies.into_iter().chain(behind).for_each(|reply| drop(reply.send(Err(error.clone()))));
            }
        }
    }
}

struct Writer {
    inner: Arc<Inner>,
    /// Of sessions that were written since they were made.
    fences: HashMap<String, i64>,
    failing: bool,
}

impl Writer {
    async fn run(mut self) {
        let ending = self.inner.ending.clone();
        loop {
            tokio::select! {
                () = self.inner.news.notified() => {}
                () = ending.cancelled() => {}
            }
            ending.run_until_cancelled(tokio::time::sleep(GATHER)).await;
            while let Err(error) = self.write().await {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, "what changes cannot be written down; it is tried again");
                }
                metrics::counter!("telecast_store_failures_total").increment(1);
                if ending.run_until_cancelled(tokio::time::sleep(AGAIN)).await.is_none() {
                    self.inner.written.send_replace(true);
                    return;
                }
            }
            if std::mem::take(&mut self.failing) {
                tracing::info!("what has changed is written down again");
            }
            if ending.is_cancelled() && *self.inner.written.borrow() {
                return;
            }
        }
    }

    /// Writes all that is due: a little of each kind in turn.
    async fn write(&mut self) -> Result<(), Error> {
        loop {
            let wrote = self.write_sessions().await?
                | self.write_tracks().await?
                | self.write_lineup().await?
                | self.write_guide().await?;
            if !wrote {
                let due = self.due();
                self.inner.written.send_replace(due.is_empty());
                return Ok(());
            }
        }
    }

    async fn write_tracks(&self) -> Result<bool, Error> {
        let Some((channel, tracks)) = take(&mut self.due().tracks, 1).pop() else { return Ok(false) };
        let (store, now) = (&self.inner.store, self.inner.clock.wall_ms());
        let wrote = store.remember_tracks(&channel, &tracks, now).await;
        wrote.inspect_err(|_| {
            self.due().tracks.entry(channel).or_insert(tracks);
        })?;
        Ok(true)
    }

    async fn write_lineup(&self) -> Result<bool, Error> {
        let Some((receiver, bouquets)) = take(&mut self.due().lineups, 1).pop() else { return Ok(false) };
        let (store, now) = (&self.inner.store, self.inner.clock.wall_ms());
        let wrote = store.put_lineup(&receiver, &bouquets, now).await;
        wrote.inspect_err(|_| {
            self.due().lineups.entry(receiver).or_insert(bouquets);
        })?;
        Ok(true)
    }

    async fn write_guide(&self) -> Result<bool, Error> {
        let guide = take(&mut self.due().guide, ROWS);
        if guide.is_empty() {
            return Ok(false);
        }
        let wrote = self.inner.store.put_now_next(&guide, self.inner.clock.wall_ms()).await;
        wrote.inspect_err(|_| {
            let mut due = self.due();
            for (channel, events) in guide {
                due.guide.entry(channel).or_insert(events);
            }
        })?;
        Ok(true)
    }

    async fn write_sessions(&mut self) -> Result<bool, Error> {
        let sessions = take(&mut self.due().sessions, ROWS);
        if sessions.is_empty() {
            return Ok(false);
        }
        let write = |(id, stand): &(String, Stand)| SessionWrite {
            id: id.clone(),
            fence: self.fences.get(id).copied().unwrap_or(FIRST),
            state: stand.state,
            reason: stand.reason,
            at_ms: stand.at_ms,
        };
        let writes: Vec<SessionWrite> = sessions.iter().map(write).collect();
        let wrote = self.inner.store.write_sessions(&writes).await;
        let fences = wrote.inspect_err(|_| {
            let mut due = self.due();
            for (id, stand) in &sessions {
                due.sessions.entry(id.clone()).or_insert(*stand);
            }
        })?;
        for ((id, stand), fence) in sessions.into_iter().zip(fences) {
            match fence.filter(|_| !stand.state.is_ended()) {
                Some(fence) => {
                    self.fences.insert(id, fence);
                }
                None => {
                    self.fences.remove(&id);
                    let owner = self.due().owners.remove(&id);
                    if let Some(owner) = owner.filter(|_| fence.is_none()) {
                        tracing::warn!(session = id, "another station on the same store has taken a session");
                        owner.cancel();
                    }
                }
            }
        }
        Ok(true)
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.inner.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes up to `count` entries out of `due`.
fn take<K: Clone + Eq + std::hash::Hash, V>(due: &mut HashMap<K, V>, count: usize) -> Vec<(K, V)> {
    let keys: Vec<K> = due.keys().take(count).cloned().collect();
    keys.into_iter().filter_map(|key| due.remove_entry(&key)).collect()
}
