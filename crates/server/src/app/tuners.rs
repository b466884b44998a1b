//! The owner of the tuner pool and of which tapes run. It decides nothing itself: [`Pool`] does; here its answers are carried out.
//!
//! - Acquiring is answered at once; connecting and tuning happen in the tape's own task.
//! - A [`Hold`] is a lease: dropping it starts the idle time.
//! - A tape that takes over a tuner connects only when the tape that had it is gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::lineup::{ChannelId, Source as LineupSource, Transponder};
use telecast_core::tuner::{Fence, Pool, Priority, Refusal, StreamKey};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::supervise;
use super::tape::{Feed, Room, Source, Tape};
use crate::adapters::clock::Clock;
use crate::adapters::enigma2::Client;
use crate::adapters::stream::Fault;

/// Requests that may wait; each is answered in microseconds.
const QUEUE: usize = 1024;
/// Leases and idle streams are looked through this often.
const SWEEP: Duration = Duration::from_millis(500);

enum Request {
    Acquire(Wish, oneshot::Sender<Result<Hold, Refusal>>),
    Renew(Fence),
    Release(Fence),
    Receiver(Client, Option<u32>),
    Forget(String),
}

/// What somebody wants to have on.
pub struct Wish {
    /// Channel.
    pub channel: ChannelId,
    /// Ways to get it, best first.
    pub sources: Vec<LineupSource>,
    /// Who wants it, for people.
    pub holder: String,
}

/// A lease on a running tape.
pub struct Hold {
    /// The tape.
    pub tape: Tape,
    stream: StreamKey,
    fence: Fence,
    requests: mpsc::Sender<Request>,
}

impl Hold {
    /// The tape's name.
    pub fn stream(&self) -> &StreamKey {
        &self.stream
    }

    /// It is still wanted.
    pub fn renew(&self) {
        // A renewal that finds the queue full is made up for by the next.
        let _ = self.requests.try_send(Request::Renew(self.fence));
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

/// A stream that is on, and who holds it: as of the last sweep.
#[derive(Clone, Debug)]
pub struct Held {
    /// The stream.
    pub stream: StreamKey,
    /// What its tuner is tuned to; streams of one transponder share it.
    pub transponder: Option<Transponder>,
    /// Since when nobody holds it (since the program's start).
    pub idle_since: Option<Duration>,
    /// Who, and until when at the latest unless it is renewed; the first [`HOLDERS`].
    pub holders: Vec<(String, Duration)>,
}

/// Holders of one stream that are named: a page shows no more.
const HOLDERS: usize = 20;

/// The way to the owner; cheap to clone.
#[derive(Clone)]
pub struct Tuners {
    requests: mpsc::Sender<Request>,
    running: Running,
    held: Arc<ArcSwap<Vec<Held>>>,
}

impl Tuners {
    /// Starts the owner; all tapes end with `stop`.
    pub fn start(room: Room, clock: Clock, stop: CancellationToken) -> Self {
        let (requests, inbox) = mpsc::channel(QUEUE);
        let running = Running::default();
        let held = Arc::default();
        let owner = Owner {
            pool: Pool::default(),
            clients: HashMap::new(),
            tapes: HashMap::new(),
            leaving: Vec::new(),
            next_id: 0,
            room,
            clock,
            ends: JoinSet::new(),
            running: Arc::clone(&running),
            held: Arc::clone(&held),
            requests: requests.clone(),
            stop,
        };
        supervise("tuner pool", owner.run(inbox));
        Self { requests, running, held }
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

    /// The receiver that a running tape comes from.
    pub fn receiver_of(&self, tape: &Tape) -> Option<String> {
        let running = self.running.load();
        running.iter().find(|(_, other)| other.id == tape.id).map(|(key, _)| key.receiver.clone())
    }

    /// Streams that are on, and who holds them.
    pub fn held(&self) -> Arc<Vec<Held>> {
        self.held.load_full()
    }

    /// Tapes that run.
    pub fn running(&self) -> Arc<HashMap<StreamKey, Tape>> {
        self.running.load_full()
    }
}

struct Ended {
    key: StreamKey,
    id: u64,
    fault: Option<Arc<Fault>>,
    silent: bool,
}

struct Owner {
    pool: Pool,
    clients: HashMap<String, Client>,
    tapes: HashMap<StreamKey, Tape>,
    /// Tapes that were told to end and may still hold a tuner or their files.
    leaving: Vec<(StreamKey, CancellationToken)>,
    next_id: u64,
    room: Room,
    clock: Clock,
    ends: JoinSet<Ended>,
    running: Running,
    held: Arc<ArcSwap<Vec<Held>>>,
    requests: mpsc::Sender<Request>,
    stop: CancellationToken,
}

impl Owner {
    async fn run(mut self, mut inbox: mpsc::Receiver<Request>) {
        let mut sweep = tokio::time::interval(SWEEP);
        sweep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let stop = self.stop.clone();
        loop {
            tokio::select! {
                Some(request) = inbox.recv() => self.request(request),
                Some(Ok(ended)) = self.ends.join_next() => self.ended(&ended),
                _ = sweep.tick() => {
                    self.pool.sweep(self.clock.uptime());
                    self.leaving.retain(|(_, gone)| !gone.is_cancelled());
                    self.drop_closed();
                    self.held.store(Arc::new(self.holdings()));
                }
                () = stop.cancelled() => break,
            }
            self.measure();
        }
        let gone: Vec<CancellationToken> = self.tapes.values().map(|tape| tape.gone().clone()).collect();
        self.tapes.values().for_each(Tape::stop);
        for token in gone.into_iter().chain(self.leaving.into_iter().map(|(_, gone)| gone)) {
            token.cancelled().await;
        }
        self.running.store(Arc::default());
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Acquire(wish, reply) => {
                let answer = self.acquire(&wish);
                // Whoever does not wait any more drops the hold, and the idle time begins.
                let _ = reply.send(answer);
            }
            Request::Renew(fence) => {
                self.pool.renew(fence, self.clock.uptime());
            }
            Request::Release(fence) => self.pool.release(fence, self.clock.uptime()),
            Request::Receiver(client, tuners) => {
                let id = client.settings().id.clone();
                self.pool.set_receiver(&id, tuners);
                self.clients.insert(id, client);
            }
            Request::Forget(id) => {
                self.pool.remove_receiver(&id);
                self.clients.remove(&id);
                self.drop_closed();
            }
        }
    }

    fn acquire(&mut self, wish: &Wish) -> Result<Hold, Refusal> {
        let now = self.clock.uptime();
        let grant = self.pool.acquire(&wish.channel, &wish.sources, &wish.holder, Priority::Viewer, now)?;
        self.drop_closed();
        if let Some(source) = grant.open {
            match self.open(&grant.stream, &source) {
                Some(tape) => {
                    self.tapes.insert(grant.stream.clone(), tape);
                    self.publish();
                }
                None => {
                    self.pool.close(&grant.stream);
                    return Err(Refusal { holders: Vec::new(), retry_after: Duration::ZERO, learnt: false });
                }
            }
        }
        match self.tapes.get(&grant.stream) {
            Some(tape) => {
                let (tape, requests) = (tape.clone(), self.requests.clone());
                Ok(Hold { tape, stream: grant.stream, fence: grant.fence, requests })
            }
            None => Err(Refusal { holders: Vec::new(), retry_after: Duration::ZERO, learnt: false }),
        }
    }

    fn open(&mut self, key: &StreamKey, source: &LineupSource) -> Option<Tape> {
        let client = self.clients.get(&source.receiver)?.clone();
        self.next_id += 1;
        let after = self
            .leaving
            .iter()
            .filter(|(left, _)| left.receiver == source.receiver)
            .map(|(_, gone)| gone.clone());
        let from = Feed { client, service: source.service.clone(), after: after.collect() };
        let from = Source::Receiver(from);
        let opened = Tape::start(self.next_id, key, from, &self.room, self.clock, self.stop.child_token());
        let tape = match opened {
            Ok(tape) => tape,
            Err(error) => {
                tracing::error!(%error, channel = %key.channel, "a tape cannot be made");
                return None;
            }
        };
        tracing::info!(channel = %key.channel, receiver = key.receiver, tape = tape.id, "a tape begins");
        metrics::counter!("telecast_tapes_started_total").increment(1);
        self.watch(key.clone(), tape.clone());
        Some(tape)
    }

    /// Learns when the tape ends by itself.
    fn watch(&mut self, key: StreamKey, tape: Tape) {
        let mut watch = tape.watch();
        self.ends.spawn(async move {
            let last = watch.wait_for(|snapshot| snapshot.fault.is_some()).await;
            let (fault, silent) =
                last.map_or((None, true), |snapshot| (snapshot.fault.clone(), snapshot.counters.bytes == 0));
            Ended { key, id: tape.id, fault, silent }
        });
    }

    fn ended(&mut self, ended: &Ended) {
        if self.tapes.get(&ended.key).is_none_or(|tape| tape.id != ended.id) {
            return;
        }
        // Not a byte and the end of the stream is how a box says that it has no tuner.
        let refused = match ended.fault.as_deref() {
            Some(Fault::CannotTune) => true,
            Some(Fault::Ended) => ended.silent,
            _ => false,
        };
        // A box that refuses its only stream does not lack tuners: the channel is at fault.
        if refused && self.pool.usage(&ended.key.receiver).1 > 1 {
            self.pool.refused(&ended.key, self.clock.uptime());
        } else {
            self.pool.close(&ended.key);
        }
        self.drop_closed();
    }

    /// Ends tapes whose stream the pool has closed.
    fn drop_closed(&mut self) {
        let closed: Vec<StreamKey> =
            self.tapes.keys().filter(|key| !self.pool.is_open(key)).cloned().collect();
        if closed.is_empty() {
            return;
        }
        for key in closed {
            if let Some(tape) = self.tapes.remove(&key) {
                tape.stop();
                let gone = tape.gone().clone();
                self.leaving.push((key, gone));
            }
        }
        self.publish();
    }

    fn publish(&self) {
        self.running.store(Arc::new(self.tapes.clone()));
    }

    fn holdings(&self) -> Vec<Held> {
        let mut held: Vec<Held> = self
            .pool
            .open_streams()
            .map(|(key, transponder, idle_since)| Held {
                stream: key.clone(),
                transponder,
                idle_since,
                holders: Vec::new(),
            })
            .collect();
        for lease in self.pool.leases() {
            let place = held.iter_mut().find(|held| held.stream == lease.stream);
            if let Some(held) = place.filter(|held| held.holders.len() < HOLDERS) {
                held.holders.push((lease.holder.clone(), lease.expires));
            }
        }
        held
    }

    fn measure(&self) {
        metrics::gauge!("telecast_tapes").set(self.tapes.len() as f64);
        metrics::gauge!("telecast_leases").set(self.pool.leases().count() as f64);
    }
}
