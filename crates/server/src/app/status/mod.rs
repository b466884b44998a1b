//! The station at a glance: who has which tuner, what every tape, session and transcoder does, and how much disk is left.
//!
//! - A picture of the station is taken at most once a second, whoever and however many look; none is taken while nobody does.
//! - It is read from what owners publish anyway: nobody is asked, nobody waits, nothing is decided by it.
//! - What players say of themselves ([`report`]) is kept with their sessions.
//! - Only bit rates and speeds of transcoders are sampled all the time ([`history`]): a few numbers per tape.

mod history;
mod report;
pub mod view;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::breaker::State as Breaker;
use telecast_core::limits;
use telecast_core::lineup::{ChannelId, Lineup, Transponder};
use telecast_core::transcode::{Budget, Proof};
use telecast_core::tuner::{Priority, StreamKey};
use telecast_media::tape::{Origin, Track};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::receivers::Receivers;
use super::session::Entry;
use super::sessions::Sessions;
use super::settings::InForce;
use super::tape::{Snapshot, Tape};
use super::transcoders::{Standing, Transcoders, parent};
use super::tuners::{Board, Tuners};
use super::view::HolderView;
use super::{say, supervise};
use crate::adapters::clock::Clock;
use crate::adapters::tape_files;
use crate::spawn::panics;
use history::{History, STEP};
pub(super) use report::Reported;
use view::{
    BudgetStatus, CodingStatus, DiskStatus, EncoderStatus, LeftAloneStatus, PidStatus, PlayerFacts,
    ReceiverStatus, SessionStatus, StatusView, StreamStatus, TapeStatus, TranscoderStatus, TunerStatus,
};

/// A picture is taken at most this often.
const EVERY: Duration = Duration::from_secs(1);
/// Sessions in one picture: more than a page can show, and a station may have thousands.
const SESSIONS: usize = 200;

/// Holders of one stream that are named: a page shows no more.
const HOLDERS: usize = 20;

/// Histories by tape: its name, and the number that tells tapes of one name apart.
type Histories = HashMap<(StreamKey, u64), History>;

/// What the picture is taken of.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) clock: Clock,
    pub(super) settings: InForce,
    pub(super) usage: Arc<AtomicU64>,
    pub(super) receivers: Arc<Receivers>,
    pub(super) sessions: Sessions,
    pub(super) tuners: Tuners,
    pub(super) transcoders: Transcoders,
    pub(super) lineup: Arc<ArcSwap<Lineup>>,
}

/// The way to it; cheap to clone.
#[derive(Clone)]
pub(super) struct Status {
    parts: Parts,
    histories: Arc<ArcSwap<Histories>>,
    /// The newest picture as sockets pass it on.
    feed: Arc<watch::Sender<Arc<str>>>,
}

impl Status {
    /// Starts to sample, and to take pictures once somebody looks.
    pub(super) fn start(parts: Parts, stop: CancellationToken) -> Self {
        let feed = Arc::new(watch::channel(Arc::from("")).0);
        let status = Self { parts, histories: Arc::default(), feed };
        supervise("status", status.clone().run(stop));
        status
    }

    async fn run(self, stop: CancellationToken) {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut sampled = None;
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            let now = self.parts.clock.uptime();
            if sampled.is_none_or(|at| now >= at + STEP) {
                sampled = Some(now);
                self.sample(now);
            }
            if self.feed.receiver_count() > 0 {
                self.feed.send_replace(self.event());
            }
        }
    }

    fn sample(&self, now: Duration) {
        let before = self.histories.load();
        let (running, standing) = (self.parts.tuners.running(), self.parts.transcoders.standing());
        let derived = standing.running.iter().map(|(key, derived)| (key, &derived.tape));
        let sampled = running.iter().chain(derived).map(|(key, tape)| {
            let name = (key.clone(), tape.id);
            let history = before.get(&name).cloned().unwrap_or_default();
            (name, history.and(&tape.snapshot(), now))
        });
        self.histories.store(Arc::new(sampled.collect()));
    }

    /// What changes, once a second, as the text of an event of the topic `status`; at first the state as it is.
    pub(super) fn feed(&self) -> watch::Receiver<Arc<str>> {
        if self.feed.receiver_count() == 0 {
            self.feed.send_replace(self.event());
        }
        let mut feed = self.feed.subscribe();
        feed.mark_changed();
        feed
    }

    fn event(&self) -> Arc<str> {
        let data = self.now();
        let event = serde_json::json!({ "topic": "status", "type": "changed", "data": data });
        Arc::from(event.to_string())
    }

    /// Takes the report of a player. Gives nothing back: the player knows.
    pub(super) fn report(&self, entry: &Entry, said: &PlayerFacts) {
        let made = entry.view.borrow().created_at.as_millisecond();
        let age = (self.parts.clock.wall_ms() - made).max(0);
        entry.player.take(said, Duration::from_millis(age as u64));
    }

    /// A picture of the station as it is now.
    pub(super) fn now(&self) -> StatusView {
        let parts = &self.parts;
        let lineup = parts.lineup.load();
        let names = Names(&lineup);
        let all = parts.sessions.all();
        let entries: Vec<&Arc<Entry>> = all.by_id.values().collect();
        let running = parts.tuners.running();
        let mut tapes: Vec<(&StreamKey, &Tape)> = running.iter().collect();
        tapes.sort_by_key(|(key, _)| (&key.receiver, &key.channel));
        let histories = self.histories.load();
        let (mut shown, mut transcoders) = (Vec::new(), Vec::new());
        for (key, tape) in tapes {
            let snapshot = tape.snapshot();
            let history = histories.get(&(key.clone(), tape.id)).cloned().unwrap_or_default();
            let sessions = entries.iter().filter(|entry| is_on(entry, key)).count();
            transcoders.extend(work(&names, key, &snapshot, &history));
            shown.push(tape_status(&names, key, tape, &snapshot, &history, sessions));
        }
        let standing = parts.transcoders.standing();
        transcoders.extend(pictures(&names, &standing, &running, &histories));
        for (key, derived) in &standing.running {
            let history = histories.get(&(key.clone(), derived.tape.id)).cloned().unwrap_or_default();
            transcoders.extend(work(&names, &parent(key), &derived.tape.snapshot(), &history));
        }
        StatusView {
            at: say::moment(parts.clock.wall_ms()),
            uptime_s: parts.clock.uptime().as_secs(),
            panics: panics(),
            sessions: entries.iter().filter(|entry| !entry.is_over()).count(),
            receivers: self.receivers(&names),
            tapes: shown,
            viewers: viewers(&names, &entries),
            transcoders,
            coding: self.coding(&standing),
            transcoder_processes: crate::adapters::ffmpeg::running(),
            disk: self.disk(),
        }
    }

    fn coding(&self, standing: &Standing) -> CodingStatus {
        let capacity = standing.capacity;
        let budget =
            |of: Budget| BudgetStatus { measured_pixels_per_s: of.measured, used_pixels_per_s: of.used };
        let encoders = standing.encoders.all.iter().map(|known| {
            let (state, why) = match &known.proof {
                Proof::Pending => ("proving", None),
                Proof::Fails(why) => ("none", Some(why.clone())),
                Proof::Works(_) if known.set_aside.is_some() => ("set_aside", None),
                Proof::Works(_) if capacity.encoder == Some(known.encoder) => ("used", None),
                Proof::Works(_) => ("spare", None),
            };
            let again_at = known.set_aside.map(|until| self.moment(until));
            EncoderStatus { name: known.encoder.name().into(), state: state.into(), why, again_at }
        });
        CodingStatus {
            running: capacity.running,
            most: capacity.most,
            processor: budget(capacity.processor),
            graphics: (capacity.graphics.measured > 0).then(|| budget(capacity.graphics)),
            // Where none may code, none is proven.
            encoders: if capacity.most > 0 { encoders.collect() } else { Vec::new() },
        }
    }

    fn disk(&self) -> DiskStatus {
        let settings = self.parts.settings.now();
        let keeping = &settings.tape;
        DiskStatus {
            used_bytes: self.parts.usage.load(Ordering::Relaxed),
            budget_bytes: keeping.budget,
            free_bytes: tape_files::free_space(&keeping.directory).ok(),
            minimum_free_bytes: keeping.minimum_free,
            window_s: keeping.window.as_secs(),
        }
    }

    fn receivers(&self, names: &Names<'_>) -> Vec<ReceiverStatus> {
        let board = self.parts.tuners.board();
        let all = self.parts.receivers.answers().into_iter();
        let shown = all.map(|(view, answers, breaker)| ReceiverStatus {
            in_use: self.tuners(names, &board, &view.id),
            left_alone: self.left_alone(names, &board, &view.id),
            id: view.id,
            name: view.name,
            state: view.state,
            message: view.message,
            model: view.model,
            tuners: view.tuners,
            channels: view.channels,
            calls: answers.count,
            failed_calls: answers.failed,
            latency_ms: (answers.count > 0).then_some(answers.mean_ms),
            breaker: match breaker {
                Breaker::Closed => "closed",
                Breaker::HalfOpen => "half_open",
                Breaker::Open => "open",
            }
            .into(),
        });
        shown.collect()
    }

    /// What `receiver` has refused and is not asked for.
    fn left_alone(&self, names: &Names<'_>, board: &Board, receiver: &str) -> Vec<LeftAloneStatus> {
        let all = board.receivers.get(receiver).map_or(&[][..], |usage| &usage.left_alone);
        let shown = all.iter().map(|(channel, until)| LeftAloneStatus {
            channel_id: channel.0.clone(),
            channel: names.of(channel),
            until: self.moment(*until),
        });
        shown.collect()
    }

    /// A moment of the program's own clock.
    fn moment(&self, at: Duration) -> jiff::Timestamp {
        let (wall, now) = (self.parts.clock.wall_ms(), self.parts.clock.uptime());
        say::moment(wall + at.saturating_sub(now).as_millis() as i64)
    }

    /// Tuners of `receiver` that are in use: streams of one transponder share one.
    fn tuners(&self, names: &Names<'_>, board: &Board, receiver: &str) -> Vec<TunerStatus> {
        let mut shared: BTreeMap<Transponder, Vec<StreamStatus>> = BTreeMap::new();
        let mut alone = Vec::new();
        for (key, transponder, idle_since) in &board.streams {
            if key.receiver != receiver {
                continue;
            }
            let stream = self.stream(names, key, board, *idle_since);
            match transponder {
                Some(transponder) => shared.entry(*transponder).or_default().push(stream),
                None => alone.push(vec![stream]),
            }
        }
        shared.into_values().chain(alone).map(|streams| TunerStatus { streams }).collect()
    }

    fn stream(
        &self,
        names: &Names<'_>,
        key: &StreamKey,
        board: &Board,
        idle_since: Option<Duration>,
    ) -> StreamStatus {
        let channel = names.of(&key.channel);
        let leases = || board.leases.iter().filter(|lease| lease.stream == *key);
        let wanted = leases().filter(|lease| lease.priority > Priority::Background).take(HOLDERS);
        let holders = wanted.map(|lease| HolderView {
            channel: channel.clone(),
            what: lease.holder.clone(),
            until: self.moment(lease.expires),
        });
        StreamStatus {
            channel_id: key.channel.0.clone(),
            holders: holders.collect(),
            channel,
            kept_ready: leases().any(|lease| lease.priority == Priority::Background),
            idle_until: idle_since.map(|since| self.moment(since + limits::IDLE)),
        }
    }
}

/// Names of channels.
struct Names<'a>(&'a Lineup);

impl Names<'_> {
    /// The name, or the id of a channel that is gone.
    fn of(&self, id: &ChannelId) -> String {
        self.0.channel(id).map_or_else(|| id.0.clone(), |channel| channel.name.clone())
    }
}

/// Whether a session plays from this tape, as far as it knows yet.
fn is_on(entry: &Entry, key: &StreamKey) -> bool {
    let view = entry.view.borrow();
    view.channel_id == key.channel.0
        && !view.state.is_over()
        && view.receiver_id.as_ref().is_none_or(|receiver| *receiver == key.receiver)
}

fn tape_status(
    names: &Names<'_>,
    key: &StreamKey,
    tape: &Tape,
    snapshot: &Snapshot,
    history: &History,
    sessions: usize,
) -> TapeStatus {
    let segments = &snapshot.index.segments;
    let window = segments.front().zip(segments.back()).map_or(0, |(first, last)| last.start - first.start);
    let counters = snapshot.counters;
    TapeStatus {
        channel_id: key.channel.0.clone(),
        channel: names.of(&key.channel),
        receiver_id: key.receiver.clone(),
        sessions,
        bit_rate_bps: history.kbps.back().map(|kbps| u64::from(*kbps) * 1000),
        history_kbps: history.kbps.iter().copied().collect(),
        history_step_s: STEP.as_secs(),
        window_s: telecast_media::time::seconds(window),
        disk_bytes: tape.main.size(),
        lost_packets: counters.lost_packets,
        junk_bytes: counters.junk_bytes,
        scrambled_packets: counters.scrambled_packets,
        damaged_sections: counters.damaged_sections,
        silent_frames: counters.silent_frames,
        dropped_pictures: counters.dropped_pictures,
        runs: counters.runs,
        pids: pids(snapshot),
    }
}

fn pids(snapshot: &Snapshot) -> Vec<PidStatus> {
    let on = |pid: u16| {
        let of = |track: &&Track| matches!(track.origin, Origin::Stream { pid: own } if own == pid);
        snapshot.tracks.iter().find(of)
    };
    let shown = snapshot.pids.iter().map(|counted| {
        let track = on(counted.pid);
        PidStatus {
            pid: counted.pid,
            codec: track.map_or("data", |track| say::codec_name(track.kind)).into(),
            language: track
                .and_then(|track| track.language)
                .and_then(|code| String::from_utf8(code.to_vec()).ok()),
            packets: counted.packets,
            breaks: counted.continuity_errors,
            damaged: counted.transport_errors,
            scrambled: counted.scrambled,
            dropped: counted.dropped,
        }
    });
    shown.collect()
}

fn work(names: &Names<'_>, key: &StreamKey, snapshot: &Snapshot, history: &History) -> Vec<TranscoderStatus> {
    let shown = snapshot.work.iter().map(|work| TranscoderStatus {
        name: work.name.clone(),
        kind: work.kind.into(),
        channel_id: key.channel.0.clone(),
        channel: names.of(&key.channel),
        receiver_id: key.receiver.clone(),
        speed: history.speed(work.track),
    });
    shown.collect()
}

/// Pictures that are coded anew, each for a tape of its own.
fn pictures(
    names: &Names<'_>,
    standing: &Standing,
    parents: &HashMap<StreamKey, Tape>,
    histories: &Histories,
) -> Vec<TranscoderStatus> {
    let mut shown: Vec<TranscoderStatus> = standing
        .running
        .iter()
        .map(|(key, derived)| {
            let parent = parent(key);
            let from = parents.get(&parent).and_then(|tape| {
                let snapshot = tape.snapshot();
                snapshot
                    .tracks
                    .iter()
                    .find(|track| track.kind.is_video())
                    .map(|track| say::codec_name(track.kind))
            });
            let lines = derived.recipe.lines.map_or_else(String::new, |lines| format!(" {lines}p"));
            TranscoderStatus {
                name: format!("{} → h264{lines}, {}", from.unwrap_or("?"), derived.encoder.name()),
                kind: "video".into(),
                channel: names.of(&parent.channel),
                channel_id: parent.channel.0,
                receiver_id: parent.receiver,
                speed: histories.get(&(key.clone(), derived.tape.id)).and_then(History::pace),
            }
        })
        .collect();
    shown.sort_by(|one, other| (&one.channel_id, &one.name).cmp(&(&other.channel_id, &other.name)));
    shown
}

/// The newest sessions; those that are over stand behind those that are not.
fn viewers(names: &Names<'_>, entries: &[&Arc<Entry>]) -> Vec<SessionStatus> {
    let mut newest: Vec<_> = entries
        .iter()
        .map(|entry| {
            let view = entry.view.borrow();
            (view.state.is_over(), std::cmp::Reverse(view.created_at), *entry)
        })
        .collect();
    newest.sort_by_key(|(over, made, _)| (*over, *made));
    let shown = newest.into_iter().take(SESSIONS).map(|(.., entry)| {
        let view = entry.view.borrow().clone();
        let title = view.programme.map(|programme| programme.title);
        SessionStatus {
            channel: title.unwrap_or_else(|| names.of(&ChannelId(view.channel_id.clone()))),
            id: view.id,
            channel_id: view.channel_id,
            holder: entry.holder.clone(),
            state: view.state,
            waiting_for: view.waiting_for,
            reason: view.reason,
            plan: view.plan,
            receiver_id: view.receiver_id,
            created_at: view.created_at,
            player: entry.player.facts(),
        }
    });
    shown.collect()
}
