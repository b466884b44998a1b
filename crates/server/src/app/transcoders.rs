//! The owner of the machine's power to code pictures: who codes, how much of it is taken, and which derived tapes run.
//!
//! - Encoders are proven at start, each by coding and looking ([`proof`]); which one is used, and what becomes of one that fails, is in
//!   [`telecast_core::transcode::Encoders`].
//! - Viewers of one channel with the same recipe share one derived tape.
//! - A [`PictureHold`] is a lease: when the last one is dropped, the tape idles for [`limits::IDLE`] and ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_core::playback::{Offer, Recipe, VideoTrack};
use telecast_core::transcode::{Budget, Capacity, Cost, Encoder, Encoders, Offered, STEADY, cost, top};
use telecast_core::tuner::StreamKey;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::settings::InForce;
use super::supervise;
use super::tape::derived::Derived;
use super::tape::{Room, Snapshot, Source, Tape};
use crate::adapters::clock::Clock;
use crate::adapters::ffmpeg::proof;
use crate::adapters::stream::Fault;

/// Requests that may wait.
const QUEUE: usize = 256;
/// Idle tapes are looked through this often.
const SWEEP: Duration = Duration::from_millis(500);
/// Where no sound can be made it is tried again this often: somebody may install what is missing.
const LISTEN_AGAIN: Duration = Duration::from_secs(60);

/// What the host allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Pictures coded at once; 0: none ever.
    pub most: usize,
    /// Lines of a coded picture, at most.
    pub lines: Option<u32>,
}

/// What somebody wants coded.
pub struct Wish {
    /// The tape as it was broadcast, and its name.
    pub parent: Tape,
    /// Its name.
    pub key: StreamKey,
    /// Its picture.
    pub track: VideoTrack,
    /// How it is to be coded.
    pub recipe: Recipe,
}

enum Request {
    Acquire(Wish, oneshot::Sender<Option<PictureHold>>),
    Release(StreamKey, u64),
    /// It has coded for [`STEADY`] and goes on.
    Works(Encoder),
    Proven(Encoder, Result<u64, String>),
}

/// A lease on a derived tape.
pub struct PictureHold {
    /// The tape.
    pub tape: Tape,
    key: StreamKey,
    requests: mpsc::Sender<Request>,
}

impl Drop for PictureHold {
    fn drop(&mut self) {
        let request = Request::Release(self.key.clone(), self.tape.id);
        if let Err(mpsc::error::TrySendError::Full(request)) = self.requests.try_send(request) {
            let requests = self.requests.clone();
            supervise("release", async move {
                let _ = requests.send(request).await;
            });
        }
    }
}

/// A derived tape that runs, as others see it.
#[derive(Clone)]
pub struct Running {
    /// The tape.
    pub tape: Tape,
    /// How its picture is coded.
    pub recipe: Recipe,
    /// Who codes.
    pub encoder: Encoder,
}

/// How things stand.
#[derive(Clone, Default)]
pub struct Standing {
    /// What there is and what is taken.
    pub capacity: Capacity,
    /// Who can code, who cannot, and why.
    pub encoders: Encoders,
    /// Derived tapes that run.
    pub running: HashMap<StreamKey, Running>,
}

/// The way to the owner; cheap to clone.
#[derive(Clone)]
pub struct Transcoders {
    requests: mpsc::Sender<Request>,
    standing: Arc<ArcSwap<Standing>>,
    proven: watch::Receiver<bool>,
    /// No sound can be made.
    mute: Arc<AtomicBool>,
    settings: InForce,
}

impl Transcoders {
    /// Starts the owner, and the proof of what the machine can do.
    pub(super) fn start(settings: InForce, room: Room, clock: Clock, stop: CancellationToken) -> Self {
        let (requests, inbox) = mpsc::channel(QUEUE);
        let standing = Arc::<ArcSwap<Standing>>::default();
        let (tell, proven) = watch::channel(settings.now().pictures.most == 0);
        let mut owner = Owner {
            settings: settings.clone(),
            is_proving: false,
            encoders: Encoders::default(),
            tapes: HashMap::new(),
            leaving: Vec::new(),
            room,
            clock,
            ends: JoinSet::new(),
            standing: Arc::clone(&standing),
            proven: tell,
            requests: requests.clone(),
            stop,
        };
        owner.publish();
        owner.prove();
        supervise("transcoders", owner.run(inbox));
        let mute = Arc::<AtomicBool>::default();
        supervise("proof of sound", listen(Arc::clone(&mute)));
        Self { requests, standing, proven, mute, settings }
    }

    /// Whether sound can be made; until it is known to the contrary, it can.
    pub fn makes_sound(&self) -> bool {
        !self.mute.load(Ordering::Relaxed)
    }

    /// Whether it is known what the machine can do.
    pub fn is_proven(&self) -> bool {
        *self.proven.borrow()
    }

    /// Lines of a coded picture, at most.
    pub fn most_lines(&self) -> Option<u32> {
        self.settings.now().pictures.lines
    }

    /// How things stand.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.load_full()
    }

    /// What one more viewer of a channel's picture can be offered who wants `most` lines at most.
    pub fn offer(&self, channel: &ChannelId, track: &VideoTrack, most: Option<u32>) -> Offered {
        let standing = self.standing.load();
        let offered = standing.capacity.offer(track, most);
        let running = standing.running.iter().filter(|(key, _)| is_of(key, channel));
        best(track, most, offered, running.map(|(_, running)| running.recipe))
    }

    /// A derived tape; `None`: there is no room for it, or nobody can.
    pub async fn acquire(&self, wish: Wish) -> Option<PictureHold> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request::Acquire(wish, reply)).await.ok()?;
        answer.await.ok().flatten()
    }
}

/// Names of derived tapes: the channel's, and how it is coded.
fn name(key: &StreamKey, recipe: Recipe) -> StreamKey {
    StreamKey {
        receiver: key.receiver.clone(),
        channel: ChannelId(format!("{}~{}", key.channel.0, recipe.name())),
        joined: key.joined.clone(),
    }
}

/// The name of the tape that a derived one is made from.
pub(super) fn parent(key: &StreamKey) -> StreamKey {
    let channel = key.channel.0.split('~').next().unwrap_or_default();
    StreamKey { channel: ChannelId(channel.to_owned()), ..key.clone() }
}

/// The better one of what can be begun and what is coded already for others: one more viewer of that costs nothing.
fn best(
    track: &VideoTrack,
    most: Option<u32>,
    offered: Offered,
    running: impl Iterator<Item = Recipe>,
) -> Offered {
    let lines = |lines: Option<u32>| lines.or(track.height).unwrap_or(u32::MAX);
    let rank = |one: &Offered| (one.offer >= Offer::Frames, lines(one.lines), one.offer);
    let first = top(track, most);
    let shared = running.filter(|recipe| lines(recipe.lines) <= lines(first)).map(|recipe| Offered {
        offer: if recipe.fields || !track.interlaced { Offer::Fields } else { Offer::Frames },
        lines: recipe.lines,
        spare: recipe.lines == first,
    });
    let best = shared.max_by_key(rank).filter(|shared| rank(shared) >= rank(&offered));
    best.map_or(offered, |shared| Offered { spare: shared.spare || offered.spare, ..shared })
}

fn is_of(key: &StreamKey, channel: &ChannelId) -> bool {
    key.channel.0.strip_prefix(&channel.0).is_some_and(|rest| rest.starts_with('~'))
}

async fn prove(encoders: Vec<Encoder>, requests: mpsc::Sender<Request>) {
    for encoder in encoders {
        let proven = proof::prove(encoder).await;
        let _ = requests.send(Request::Proven(encoder, proven)).await;
    }
}

/// Finds out whether sound can be made.
async fn listen(mute: Arc<AtomicBool>) {
    while let Err(why) = proof::prove_sound().await {
        if !mute.swap(true, Ordering::Relaxed) {
            tracing::error!(
                why,
                "no sound can be made: AC-3 and MP2 play only where the viewer's own player can; install ffmpeg"
            );
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
    if mute.swap(false, Ordering::Relaxed) {
        tracing::info!("sound can be made now");
    }
}

/// Waits until a tape ends; why.
async fn fault(watch: &mut watch::Receiver<Arc<Snapshot>>) -> Option<Arc<Fault>> {
    let last = watch.wait_for(|snapshot| snapshot.fault.is_some()).await;
    last.ok().and_then(|snapshot| snapshot.fault.clone())
}

struct Coded {
    running: Running,
    parent: u64,
    cost: Cost,
    holds: usize,
    idle_since: Option<Duration>,
}

struct Ended {
    key: StreamKey,
    id: u64,
    fault: Option<Arc<Fault>>,
}

struct Owner {
    settings: InForce,
    /// What the machine can do is being found out, or known.
    is_proving: bool,
    encoders: Encoders,
    tapes: HashMap<StreamKey, Coded>,
    /// Tapes that were told to end and may still hold their files.
    leaving: Vec<(StreamKey, CancellationToken)>,
    room: Room,
    clock: Clock,
    ends: JoinSet<Ended>,
    standing: Arc<ArcSwap<Standing>>,
    proven: watch::Sender<bool>,
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
                _ = sweep.tick() => self.sweep(),
                () = stop.cancelled() => break,
            }
        }
        let running = self.tapes.into_values().map(|coded| coded.running.tape);
        let gone: Vec<CancellationToken> = running
            .map(|tape| {
                tape.stop();
                tape.gone().clone()
            })
            .collect();
        for token in gone.into_iter().chain(self.leaving.into_iter().map(|(_, gone)| gone)) {
            token.cancelled().await;
        }
        self.standing.store(Arc::default());
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Acquire(wish, reply) => {
                // Whoever does not wait any more drops the hold, and the idle time begins.
                let _ = reply.send(self.acquire(wish));
            }
            Request::Release(key, id) => {
                let now = self.clock.uptime();
                if let Some(coded) = self.tapes.get_mut(&key).filter(|coded| coded.running.tape.id == id) {
                    coded.holds = coded.holds.saturating_sub(1);
                    coded.idle_since = (coded.holds == 0).then_some(now);
                }
            }
            Request::Works(encoder) => self.encoders.worked(encoder),
            Request::Proven(encoder, outcome) => self.learn(encoder, outcome),
        }
        self.publish();
    }

    /// What a proof gave. Whoever waits is told as soon as there is one to code with: the others are only fallen back on.
    fn learn(&mut self, encoder: Encoder, outcome: Result<u64, String>) {
        match &outcome {
            Ok(pixels_per_s) => {
                let fps = pixels_per_s / (1280 * 720);
                tracing::info!(encoder = encoder.name(), fps_720p = fps, "pictures can be coded");
            }
            Err(why) => tracing::info!(encoder = encoder.name(), why, "this encoder is not used"),
        }
        self.encoders.proven(encoder, outcome, self.clock.uptime());
        self.publish();
        if self.encoders.is_known() && !self.proven.send_replace(true) && self.encoders.in_use().is_none() {
            tracing::warn!(
                "no pictures can be coded here: MPEG-2 and HEVC play only where the viewer's own player can"
            );
        }
    }

    /// What there is and what is taken. Tapes that idle take nothing: they go as soon as somebody else needs the room.
    fn capacity(&self) -> Capacity {
        let held = || self.tapes.values().filter(|coded| coded.holds > 0);
        let used = held().map(|coded| coded.cost).sum();
        self.capacity_with(used, held().count())
    }

    fn capacity_with(&self, used: Cost, running: usize) -> Capacity {
        let encoder = self.encoders.in_use();
        let speed = |encoder| self.encoders.speed(encoder);
        let coding = encoder.and_then(speed).unwrap_or(0);
        let graphics = if encoder == Some(Encoder::Software) { 0 } else { coding };
        Capacity {
            encoder,
            // Without libx264 nothing is known of the processor but that it kept up with the proof.
            processor: Budget { measured: speed(Encoder::Software).unwrap_or(coding), used: used.processor },
            graphics: Budget { measured: graphics, used: used.graphics },
            running,
            most: self.settings.now().pictures.most,
        }
    }

    fn acquire(&mut self, wish: Wish) -> Option<PictureHold> {
        let key = name(&wish.key, wish.recipe);
        if self
            .tapes
            .get(&key)
            .is_some_and(|coded| coded.parent != wish.parent.id || coded.running.tape.gone().is_cancelled())
        {
            self.drop_tape(&key);
        }
        if let Some(coded) = self.tapes.get_mut(&key) {
            coded.holds += 1;
            coded.idle_since = None;
        } else {
            self.open(&key, wish)?;
        }
        let tape = self.tapes.get(&key)?.running.tape.clone();
        Some(PictureHold { tape, key, requests: self.requests.clone() })
    }

    fn open(&mut self, key: &StreamKey, wish: Wish) -> Option<()> {
        let encoder = self.encoders.in_use()?;
        let cost = cost(&wish.track, wish.recipe, encoder);
        if !self.capacity().admits(cost) {
            metrics::counter!("telecast_transcoders_refused_total").increment(1);
            return None;
        }
        // Nobody looks at idle ones, and beside this one they may be too much.
        let all = self.tapes.values().map(|coded| coded.cost).sum();
        if !self.capacity_with(all, self.tapes.len()).admits(cost) {
            let idle: Vec<StreamKey> =
                self.tapes.iter().filter(|(_, coded)| coded.holds == 0).map(|(key, _)| key.clone()).collect();
            for key in &idle {
                self.drop_tape(key);
            }
        }
        let after =
            self.leaving.iter().filter(|(left, _)| left == key).map(|(_, gone)| gone.clone()).collect();
        let parent = wish.parent.id;
        let derived = Derived { parent: wish.parent, recipe: wish.recipe, encoder, after };
        let source = Source::Derived(derived);
        let opened = Tape::start(key, (source, None), &self.room, self.clock, self.stop.child_token());
        let tape = opened
            .inspect_err(|error| tracing::error!(%error, channel = %key.channel, "a tape cannot be made"))
            .ok()?;
        tracing::info!(channel = %key.channel, encoder = encoder.name(), "a picture is coded");
        metrics::counter!("telecast_transcoders_started_total").increment(1);
        self.watch(key.clone(), tape.clone(), encoder);
        let running = Running { tape, recipe: wish.recipe, encoder };
        self.tapes.insert(key.clone(), Coded { running, parent, cost, holds: 1, idle_since: None });
        Some(())
    }

    /// Learns when it has coded for long enough to be trusted, and when the tape ends by itself.
    fn watch(&mut self, key: StreamKey, tape: Tape, encoder: Encoder) {
        let mut watch = tape.watch();
        let requests = self.requests.clone();
        self.ends.spawn(async move {
            let begun =
                watch.wait_for(|snapshot| snapshot.newest_run().is_some() || snapshot.fault.is_some()).await;
            if begun.is_ok_and(|snapshot| snapshot.fault.is_none())
                && tokio::time::timeout(STEADY, fault(&mut watch)).await.is_err()
            {
                let _ = requests.send(Request::Works(encoder)).await;
            }
            Ended { key, id: tape.id, fault: fault(&mut watch).await }
        });
    }

    fn ended(&mut self, ended: &Ended) {
        let coded = self.tapes.get(&ended.key).filter(|coded| coded.running.tape.id == ended.id);
        let Some(encoder) = coded.map(|coded| coded.running.encoder) else { return };
        if matches!(ended.fault.as_deref(), Some(Fault::Filter(_))) {
            metrics::counter!("telecast_transcoders_failed_total").increment(1);
            if self.encoders.failed(encoder, self.clock.uptime()) {
                let next = self.encoders.in_use().map_or("none", Encoder::name);
                tracing::error!(encoder = encoder.name(), next, "an encoder keeps failing and is set aside");
            }
        }
        self.drop_tape(&ended.key);
        self.publish();
    }

    /// Begins to find out what the machine can do, once pictures may be coded at all.
    fn prove(&mut self) {
        if self.is_proving || self.settings.now().pictures.most == 0 {
            return;
        }
        self.is_proving = true;
        self.proven.send_replace(false);
        supervise("proof of encoders", prove(Encoder::ALL.to_vec(), self.requests.clone()));
    }

    fn sweep(&mut self) {
        let now = self.clock.uptime();
        self.prove();
        if self.is_proving
            && let Some(encoder) = self.encoders.due(now)
        {
            supervise("proof of an encoder", prove(vec![encoder], self.requests.clone()));
        }
        let over = |coded: &Coded| coded.idle_since.is_some_and(|since| now >= since + limits::IDLE);
        let idle: Vec<StreamKey> =
            self.tapes.iter().filter(|(_, coded)| over(coded)).map(|(key, _)| key.clone()).collect();
        for key in &idle {
            self.drop_tape(key);
        }
        self.leaving.retain(|(_, gone)| !gone.is_cancelled());
        if !idle.is_empty() {
            self.publish();
        }
    }

    fn drop_tape(&mut self, key: &StreamKey) {
        if let Some(coded) = self.tapes.remove(key) {
            let tape = coded.running.tape;
            tape.stop();
            self.leaving.push((key.clone(), tape.gone().clone()));
        }
    }

    fn publish(&self) {
        let capacity = self.capacity();
        metrics::gauge!("telecast_transcoders").set(capacity.running as f64);
        let running = self.tapes.iter().map(|(key, coded)| (key.clone(), coded.running.clone())).collect();
        self.standing.store(Arc::new(Standing { capacity, encoders: self.encoders.clone(), running }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::playback::VideoCodec;

    /// What is coded for others is joined where it is at least as good as what could be begun, and not larger than wanted.
    #[test]
    fn what_runs_already_is_joined_where_it_is_as_good() {
        let track = VideoTrack {
            id: 0,
            codec: VideoCodec::Mpeg2,
            rfc6381: None,
            width: Some(1920),
            height: Some(1080),
            frame_rate: Some((25, 1)),
            interlaced: true,
        };
        let offered = |offer, lines| Offered { offer, lines, spare: false };
        let (fields, frames, busy) = (Offer::Fields, Offer::Frames, Offer::Busy);
        for (can, runs, most, expected) in [
            (offered(busy, None), vec![], None, offered(busy, None)),
            (offered(busy, None), vec![(true, None)], None, Offered { spare: true, ..offered(fields, None) }),
            (offered(busy, None), vec![(true, Some(576))], None, offered(fields, Some(576))),
            (
                offered(frames, Some(360)),
                vec![(false, Some(720)), (true, Some(576))],
                None,
                offered(frames, Some(720)),
            ),
            (offered(fields, None), vec![(true, Some(576))], None, offered(fields, None)),
            (offered(busy, Some(720)), vec![(true, None)], Some(720), offered(busy, Some(720))),
        ] {
            let running = runs.iter().map(|&(fields, lines)| Recipe { fields, lines });
            assert_eq!(best(&track, most, can, running), expected, "{can:?} | {runs:?} | {most:?}");
        }
    }
}
