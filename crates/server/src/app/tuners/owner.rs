//! The owner of the tuner pool, of what is known of sources, and of which tapes run. It decides nothing itself: `core::tuner` does; here its
//! answers are carried out.
//!
//! - A tape that takes over a tuner connects only when the tape that had it is gone.
//! - A tape that loses its source asks here for the next one ([`Trouble`]); see `docs/design/tuners.md` for the rules.
//! - Whoever loses a lease is told before the tape ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::breaker::doubled;
use telecast_core::limits;
use telecast_core::lineup::{ChannelId, Lineup, Source as LineupSource};
use telecast_core::tuner::{
    Cause, Fence, Grant, Health, Holder, Ill, Lease, Pool, Priority, Refusal, StreamKey,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::warm::{Change, Warm};
use super::{Board, Hold, Notice, Request, Running, Tuners, Usage, Wish};
use crate::adapters::clock::Clock;
use crate::adapters::receiver::Client;
use crate::adapters::stream::Fault;
use crate::app::settings::InForce;
use crate::app::tape::{Feed, Pause, Room, Source, Sources, Tape, Trouble, Troubles};

/// Leases and idle streams are looked through this often.
const SWEEP: Duration = Duration::from_millis(500);
/// Whose lease a guess is, for people.
const KEPT_READY: &str = "kept ready";

/// A tape that runs.
struct Live {
    tape: Tape,
    /// Its name: the stream that it began as.
    name: StreamKey,
    /// Sources that have failed one after the other since it gave its last picture.
    failures: u32,
    /// It has given a picture since it began.
    pictured: bool,
}

struct Ended {
    id: u64,
}

pub(super) struct Owner {
    settings: InForce,
    pool: Pool,
    health: Health,
    warm: Warm,
    clients: HashMap<String, Client>,
    tapes: HashMap<StreamKey, Live>,
    notices: HashMap<Fence, Notice>,
    /// Tapes that were told to end and may still hold a tuner or their files.
    leaving: Vec<(StreamKey, CancellationToken)>,
    lineup: Arc<ArcSwap<Lineup>>,
    room: Room,
    clock: Clock,
    ends: JoinSet<Ended>,
    running: Running,
    board: Arc<ArcSwap<Board>>,
    requests: mpsc::Sender<Request>,
    /// Tapes of own channels ask for those of others.
    way: Tuners,
    troubles: Troubles,
    stop: CancellationToken,
}

impl Owner {
    pub(super) fn new(
        way: &Tuners,
        troubles: Troubles,
        lineup: Arc<ArcSwap<Lineup>>,
        (room, clock): (Room, Clock),
        stop: CancellationToken,
    ) -> Self {
        Self {
            pool: Pool::new(way.settings.now().rules()),
            settings: way.settings.clone(),
            health: Health::default(),
            warm: Warm::default(),
            clients: HashMap::new(),
            tapes: HashMap::new(),
            notices: HashMap::new(),
            leaving: Vec::new(),
            lineup,
            room,
            clock,
            ends: JoinSet::new(),
            running: Arc::clone(&way.running),
            board: Arc::clone(&way.board),
            requests: way.requests.clone(),
            way: way.clone(),
            troubles,
            stop,
        }
    }

    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Request>,
        mut asked: mpsc::Receiver<Trouble>,
    ) {
        let mut sweep = tokio::time::interval(SWEEP);
        sweep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let stop = self.stop.clone();
        loop {
            tokio::select! {
                Some(request) = inbox.recv() => self.request(request),
                Some(trouble) = asked.recv() => self.trouble(trouble),
                Some(Ok(ended)) = self.ends.join_next() => self.ended(&ended),
                _ = sweep.tick() => self.sweep(),
                () = stop.cancelled() => break,
            }
        }
        let gone: Vec<CancellationToken> = self.tapes.values().map(|live| live.tape.gone().clone()).collect();
        self.tapes.values().for_each(|live| live.tape.stop());
        for token in gone.into_iter().chain(self.leaving.into_iter().map(|(_, gone)| gone)) {
            token.cancelled().await;
        }
        self.running.store(Arc::default());
    }

    fn sweep(&mut self) {
        self.pool.set_rules(self.settings.now().rules());
        self.pool.sweep(self.clock.uptime());
        self.leaving.retain(|(_, gone)| !gone.is_cancelled());
        self.drop_closed();
        let (pool, tapes) = (&self.pool, &self.tapes);
        let is_lease = |fence: Fence| pool.leases().any(|lease| lease.fence == fence);
        self.warm.sweep(is_lease, |channel| tapes.keys().any(|key| key.channel == *channel));
        self.notices.retain(|fence, _| is_lease(*fence));
        self.show();
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Acquire(wish, reply) => {
                self.pool.set_rules(self.settings.now().rules());
                let answer = self.acquire(&wish);
                // Whoever does not wait any more drops the hold, and the idle time begins.
                let _ = reply.send(answer);
                self.show();
            }
            Request::Renew(fence) => {
                self.pool.renew(fence, self.clock.uptime());
            }
            Request::Release(fence) => {
                self.notices.remove(&fence);
                self.pool.release(fence, self.clock.uptime());
                self.show();
            }
            Request::Receiver(client, tuners) => {
                let id = client.settings().id.clone();
                self.pool.set_receiver(&id, tuners);
                self.clients.insert(id, client);
            }
            Request::Forget(id) => {
                self.pool.remove_receiver(&id);
                self.health.forget_receiver(&id);
                self.clients.remove(&id);
                self.drop_closed();
            }
            Request::Works(tape) => self.works(tape),
        }
    }

    /// Whether a source may be opened now: its receiver is there and not left alone.
    fn is_open(&self, source: &LineupSource) -> bool {
        self.shut_for(source).is_none() && self.clients.contains_key(&source.receiver)
    }

    fn shut_for(&self, source: &LineupSource) -> Option<Duration> {
        let client = self.clients.get(&source.receiver).filter(|_| !source.service.is_iptv())?;
        client.streams().shut_for()
    }

    fn acquire(&mut self, wish: &Wish) -> Result<Hold, Refusal> {
        let now = self.clock.uptime();
        let grant = self.grant(&wish.channel, &wish.sources, (&wish.holder, wish.priority), now);
        let grant = grant.inspect_err(|refusal| {
            let cause = format!("{:?}", refusal.cause).to_lowercase();
            metrics::counter!("telecast_refusals_total", "cause" => cause).increment(1);
        })?;
        let fence = grant.fence;
        let Some((tape, name)) = self.carry_out(grant, &wish.holder) else {
            return Err(Refusal { cause: Cause::NoSource, holders: Vec::new(), retry_after: Duration::ZERO });
        };
        let notice = Notice::default();
        self.notices.insert(fence, Arc::clone(&notice));
        if wish.priority == Priority::Viewer {
            self.warm.zapped(&wish.holder, &wish.channel);
            if tape.snapshot().newest_run().is_some() {
                self.keep_ready(&wish.channel);
            }
        }
        Ok(Hold { tape, stream: name, fence, notice, requests: self.requests.clone() })
    }

    /// Asks the pool: for what runs, then for sources that are well, then for the others.
    fn grant(
        &mut self,
        channel: &ChannelId,
        sources: &[LineupSource],
        (holder, priority): (&str, Priority),
        now: Duration,
    ) -> Result<Grant, Refusal> {
        if sources.iter().any(|source| self.pool.is_open(&StreamKey::of(source, channel))) {
            return self.pool.acquire(channel, sources, holder, priority, now);
        }
        let open: Vec<LineupSource> = sources.iter().filter(|source| self.is_open(source)).cloned().collect();
        let shut = sources.iter().filter_map(|source| self.shut_for(source)).min();
        if let (true, Some(retry_after)) = (open.is_empty(), shut) {
            return Err(Refusal { cause: Cause::Unreachable, holders: Vec::new(), retry_after });
        }
        let (well, ill) = self.health.sort(channel, &open, now);
        if ill.is_empty() {
            return self.pool.acquire(channel, &well, holder, priority, now);
        }
        if !well.is_empty()
            && let Ok(grant) = self.pool.acquire(channel, &well, holder, priority, now)
        {
            return Ok(grant);
        }
        // Refusals name the holders of all receivers, so all are asked: those that are well have just said no.
        let all: Vec<LineupSource> = ill.into_iter().chain(well).collect();
        self.pool.acquire(channel, &all, holder, priority, now)
    }

    /// Tells those who lost, and opens what is to be opened; none if it cannot be.
    fn carry_out(&mut self, grant: Grant, holder: &str) -> Option<(Tape, StreamKey)> {
        self.tell(&grant.lost, &grant.stream.channel, holder);
        self.drop_closed();
        if let Some(source) = grant.open {
            let name = self.free_name(&grant.stream);
            let Some(tape) = self.open(&name, &source) else {
                self.pool.close(&grant.stream);
                return None;
            };
            let live = Live { tape, name, failures: 0, pictured: false };
            self.tapes.insert(grant.stream.clone(), live);
            self.publish();
        }
        self.tapes.get(&grant.stream).map(|live| (live.tape.clone(), live.name.clone()))
    }

    /// A name for a tape of `stream` that no other has: one that was begun as this stream may have moved to another source, with its folder.
    fn free_name(&self, stream: &StreamKey) -> StreamKey {
        let mut name = stream.clone();
        while self.tapes.values().any(|live| live.name == name) {
            name.receiver.push('+');
        }
        name
    }

    /// Tells the holders of `lost` leases who has taken their tuner.
    fn tell(&mut self, lost: &[Lease], channel: &ChannelId, holder: &str) {
        let until = self.clock.uptime() + limits::LEASE_EXPIRY;
        let by = Arc::new(Holder { channel: channel.clone(), what: holder.to_owned(), until });
        for lease in lost {
            if let Some(notice) = self.notices.remove(&lease.fence) {
                notice.store(Some(Arc::clone(&by)));
                tracing::info!(channel = %lease.stream.channel, holder = lease.holder, by = holder, "a tuner is taken away");
                metrics::counter!("telecast_preemptions_total").increment(1);
            }
        }
    }

    fn open(&mut self, key: &StreamKey, source: &LineupSource) -> Option<Tape> {
        let stop = self.stop.child_token();
        let opened = match self.clients.get(&source.receiver)? {
            Client::Own(own) => Ok(match own.programme(&source.service) {
                Some(programme) => Tape::programme(key, programme, &self.room, self.clock, stop),
                None => {
                    let sources = Sources { tuners: self.way.clone(), lineup: Arc::clone(&self.lineup) };
                    Tape::air(key, (own.on_air(&source.service)?, sources), &self.room, self.clock, stop)
                }
            }),
            Client::Enigma2(_) | Client::List(_) => {
                let from = self.feed(&key.channel, source)?;
                let from = (Source::Receiver(from), Some(self.troubles.clone()));
                Tape::start(key, from, &self.room, self.clock, stop)
            }
        };
        let tape = match opened {
            Ok(tape) => tape,
            Err(error) => {
                tracing::error!(%error, channel = %key.channel, "a tape cannot be made");
                return None;
            }
        };
        tracing::info!(channel = %key.channel, receiver = key.receiver, tape = tape.id, "a tape begins");
        metrics::counter!("telecast_tapes_started_total").increment(1);
        self.watch(tape.clone());
        Some(tape)
    }

    /// What a tape is to read from.
    fn feed(&self, channel: &ChannelId, source: &LineupSource) -> Option<Feed> {
        // Whoever leaves may still have the tuner, or the files of this channel.
        let in_the_way = self
            .leaving
            .iter()
            .filter(|(left, _)| left.receiver == source.receiver || left.channel == *channel)
            .map(|(_, gone)| gone.clone());
        Some(Feed {
            client: self.clients.get(&source.receiver)?.clone(),
            service: source.service.clone(),
            after: in_the_way.collect(),
            others: self.sources(channel).len() > 1,
        })
    }

    /// All ways to get a channel, as they are known now; of one that the host has joined to another meanwhile, the other's.
    fn sources(&self, channel: &ChannelId) -> Vec<LineupSource> {
        self.lineup.load().known_as(channel).map(|channel| channel.sources.clone()).unwrap_or_default()
    }

    /// Learns when the tape gives a picture, each time anew, and when it ends.
    fn watch(&mut self, tape: Tape) {
        let mut watch = tape.watch();
        let requests = self.requests.clone();
        self.ends.spawn(async move {
            let mut had = false;
            // Ends also if the tape's owner has panicked: then nothing is published any more.
            while let Ok(now) = watch
                .wait_for(|now| now.fault.is_some() || now.newest_run().is_some() != had)
                .await
                .map(|now| (now.fault.is_some(), now.newest_run().is_some()))
            {
                had = now.1;
                if now.0 {
                    break;
                }
                if had {
                    let _ = requests.send(Request::Works(tape.id)).await;
                }
            }
            Ended { id: tape.id }
        });
    }

    fn key_of(&self, tape: u64) -> Option<StreamKey> {
        self.tapes.iter().find(|(_, live)| live.tape.id == tape).map(|(key, _)| key.clone())
    }

    /// A tape gives a picture: its source is well.
    fn works(&mut self, tape: u64) {
        let Some(key) = self.key_of(tape) else { return };
        if let Some(live) = self.tapes.get_mut(&key) {
            (live.failures, live.pictured) = (0, true);
        }
        self.health.works(&key);
        self.pool.works(&key);
        self.keep_ready(&key.channel);
    }

    /// Keeps ready what those may want next who watch `channel`, which gives a picture.
    fn keep_ready(&mut self, channel: &ChannelId) {
        let lineup = self.lineup.load_full();
        for change in self.warm.pictured(channel, &lineup) {
            self.change(change);
        }
    }

    fn change(&mut self, change: Change) {
        let now = self.clock.uptime();
        for fence in change.give_up {
            let stream =
                self.pool.leases().find(|lease| lease.fence == fence).map(|lease| lease.stream.clone());
            self.pool.release(fence, now);
            // Nobody has ever watched it: it is given up at once.
            if let Some(stream) = stream.filter(|stream| !self.pool.is_held(stream)) {
                self.pool.close(&stream);
            }
        }
        for fence in change.renew {
            self.pool.renew(fence, now);
        }
        self.drop_closed();
        let mut left = change.enough;
        for channel in change.want {
            if left == 0 {
                break;
            }
            let open: Vec<LineupSource> =
                channel.sources.iter().filter(|source| self.is_open(source)).cloned().collect();
            let (well, _) = self.health.sort(&channel.id, &open, now);
            let granted = self.pool.acquire(&channel.id, &well, KEPT_READY, Priority::Background, now);
            // No tuner for this one; a later one may come with a tuner that is in use.
            let Ok(grant) = granted else { continue };
            left -= 1;
            self.warm.hold(&change.viewer, grant.fence, channel.id);
            self.carry_out(grant, KEPT_READY);
        }
    }

    /// A tape has lost its source: what now?
    fn trouble(&mut self, trouble: Trouble) {
        let next = self.key_of(trouble.tape).and_then(|key| self.next(key, &trouble));
        // Before the answer, so that whoever comes now does not join a tape that ends.
        if next.is_none()
            && let Some(key) = self.key_of(trouble.tape)
        {
            self.pool.close(&key);
            if let Some(live) = self.tapes.remove(&key) {
                self.leaving.push((key, live.tape.gone().clone()));
                self.publish();
            }
        }
        // A tape that does not wait any more was told to stop.
        let _ = trouble.reply.send(next);
        self.drop_closed();
        self.show();
    }

    /// The next source of the stream `key`, and after which pause; none if the tape is to end.
    fn next(&mut self, key: StreamKey, trouble: &Trouble) -> Option<(Feed, Pause)> {
        let now = self.clock.uptime();
        let ill = ill(trouble)?;
        self.health.failed(&key, ill, now);
        if ill == Ill::Refused {
            self.pool.learn(&key, now);
        }
        let is_wanted =
            self.pool.leases().any(|lease| lease.stream == key && lease.priority > Priority::Background);
        if !is_wanted {
            return None;
        }
        let live = self.tapes.get_mut(&key)?;
        live.pictured |= trouble.pictured;
        let (pictured, failures) = (live.pictured, live.failures);
        live.failures += 1;
        let (well, rest) = self.health.sort(&key.channel, &self.sources(&key.channel), now);
        let well: Vec<LineupSource> = well.into_iter().filter(|source| self.is_open(source)).collect();
        for source in &well {
            if let Some(moved) = self.move_to(&key, source, now) {
                return self.feed(&moved.channel, source).map(|feed| (feed, Pause::default()));
            }
        }
        // A fault that all show is not tried in a loop before anybody has seen a picture.
        if !pictured {
            return None;
        }
        let pause = doubled(limits::REOPEN_FIRST, failures, limits::REOPEN_MOST);
        let (open, shut): (Vec<_>, Vec<_>) = rest.into_iter().partition(|source| self.is_open(source));
        for source in open.iter().chain(&shut) {
            if let Some(moved) = self.move_to(&key, source, now) {
                let least = limits::REOPEN_FIRST.max(self.shut_for(source).unwrap_or_default());
                let pause = Pause { least, most: pause.max(least) };
                return self.feed(&moved.channel, source).map(|feed| (feed, pause));
            }
        }
        None
    }

    /// Moves a stream to another receiver, with its tape and its leases.
    fn move_to(&mut self, key: &StreamKey, source: &LineupSource, now: Duration) -> Option<StreamKey> {
        if !self.clients.contains_key(&source.receiver) {
            return None;
        }
        let (moved, lost) = self.pool.rehome(key, source, now)?;
        if moved != *key {
            tracing::info!(channel = %key.channel, from = key.receiver, to = moved.receiver, "a tape changes its source");
            metrics::counter!("telecast_failovers_total").increment(1);
            if let Some(live) = self.tapes.remove(key) {
                self.tapes.insert(moved.clone(), live);
            }
            self.tell(&lost, &moved.channel, KEPT_READY);
            self.drop_closed();
            self.publish();
        }
        Some(moved)
    }

    /// A tape is over that has not asked: it was told to stop, its disk is full, or its owner has panicked.
    fn ended(&mut self, ended: &Ended) {
        if let Some(key) = self.key_of(ended.id) {
            self.pool.close(&key);
            self.drop_closed();
        }
    }

    /// Ends tapes whose stream the pool has closed.
    fn drop_closed(&mut self) {
        let closed: Vec<StreamKey> =
            self.tapes.keys().filter(|key| !self.pool.is_open(key)).cloned().collect();
        if closed.is_empty() {
            return;
        }
        for key in closed {
            if let Some(live) = self.tapes.remove(&key) {
                live.tape.stop();
                self.leaving.push((key, live.tape.gone().clone()));
            }
        }
        self.publish();
    }

    fn publish(&self) {
        let tapes = self.tapes.iter().map(|(key, live)| (key.clone(), live.tape.clone()));
        self.running.store(Arc::new(tapes.collect()));
    }

    /// Shows what is held.
    fn show(&self) {
        metrics::gauge!("telecast_tapes").set(self.tapes.len() as f64);
        let leases: Vec<Lease> = self.pool.leases().cloned().collect();
        metrics::gauge!("telecast_leases").set(leases.len() as f64);
        let now = self.clock.uptime();
        let usage = |id: &String| {
            let (tuners, tuned) = self.pool.usage(id);
            let viewers = self.pool.viewers(id);
            metrics::gauge!("telecast_tuners_used", "receiver" => id.clone()).set(tuned as f64);
            metrics::gauge!("telecast_receiver_viewers", "receiver" => id.clone()).set(viewers as f64);
            let left_alone = self.pool.left_alone(id, now);
            (id.clone(), Usage { tuners, tuned, viewers, left_alone })
        };
        let receivers = self.clients.keys().map(usage).collect();
        let streams =
            self.pool.open_streams().map(|(key, transponder, idle)| (key.clone(), transponder, idle));
        self.board.store(Arc::new(Board { receivers, leases, streams: streams.collect() }));
    }
}

/// What a fault says about the source; none if it says nothing about it.
fn ill(trouble: &Trouble) -> Option<Ill> {
    Some(match &*trouble.fault {
        Fault::Stopped | Fault::DiskFull(_) | Fault::Filter(_) | Fault::Missing(_) => return None,
        Fault::Unreachable(_) | Fault::Unauthorized => Ill::Receiver,
        Fault::CannotTune | Fault::Refused(_) | Fault::NotAsked(_) | Fault::Recording(_) => Ill::Refused,
        // Not a byte and the end of the stream is how a box says that it has no tuner.
        Fault::Ended if trouble.silent => Ill::Refused,
        Fault::Scrambled => Ill::Scrambled,
        Fault::Ended | Fault::Stalled if trouble.pictured => Ill::Broken,
        Fault::Ended | Fault::Stalled => Ill::OffAir,
    })
}
