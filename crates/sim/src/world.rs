//! The state of one simulated receiver, shared by its two ports.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clip::{Clip, Place};
use crate::config::Air;
use crate::dice::Dice;
use crate::eit::{self, PresentFollowing};
use crate::faults::{Fault, FaultSet};
use crate::guide::Guide;
use crate::lineup::{self, Entry, Lineup};
use crate::timers::{State, Timer, Timers};
use crate::ts::{self, PACKET};
use crate::tuners::{LIVE, Tuners};

/// Ended connections that are remembered.
const ENDED_KEPT: usize = 1000;
/// Pictures and sounds remembered per connection: a minute at 50 per second.
pub(crate) const SENT_KEPT: usize = 3000;

/// A recording without a planned end, as a box makes it by its button.
const INSTANT_S: i64 = 36_000;
/// What is recorded when the lineup has nothing on another transponder.
const ELSEWHERE: &str = "1:0:19:9999:9999:1:C00000:0:0:0:";

/// Locks a mutex whose holder cannot have left it half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a stream connection went through. Times are Unix milliseconds.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Arrival {
    pub(crate) id: u64,
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) code: u8,
    pub(crate) peer: String,
    pub(crate) requested_ms: f64,
    pub(crate) tuned_ms: Option<f64>,
    pub(crate) first_byte_ms: Option<f64>,
    /// The first key frame's last byte was sent.
    pub(crate) key_ms: Option<f64>,
    /// The last byte of the sound that covers it was sent.
    pub(crate) sound_ms: Option<f64>,
    /// The later of the two: nobody can play before.
    pub(crate) floor_ms: Option<f64>,
    pub(crate) ended_ms: Option<f64>,
    pub(crate) end: Option<&'static str>,
    pub(crate) bytes: u64,
    /// Times that the reader was too slow and packets were lost.
    pub(crate) overruns: u64,
}

/// Pictures and sounds as they went out: place of the unit's first packet, and when its last byte was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) frames: VecDeque<(Place, f64)>,
    pub(crate) sounds: VecDeque<(Place, f64)>,
}

/// A stream connection.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    pub(crate) arrival: Mutex<Arrival>,
    pub(crate) sent: Mutex<Sent>,
}

/// One simulated receiver.
pub(crate) struct World {
    pub(crate) lineup: Lineup,
    pub(crate) clips: BTreeMap<u8, Arc<Clip>>,
    pub(crate) faults: FaultSet,
    pub(crate) tuners: Mutex<Tuners>,
    /// Locked before `tuners`, where both are.
    pub(crate) timers: Mutex<Timers>,
    pub(crate) seed: u64,
    pub(crate) air: Mutex<Air>,
    pub(crate) auth: Option<(String, String)>,
    pub(crate) stream_auth: bool,
    pub(crate) connections: Mutex<BTreeMap<u64, Arc<Connection>>>,
    pub(crate) ended: Mutex<VecDeque<Arrival>>,
    pub(crate) calls: Mutex<BTreeMap<String, u64>>,
    pub(crate) next_connection: AtomicU64,
    /// Service that the box itself shows.
    pub(crate) live: Mutex<Option<String>>,
    /// Raised to end all streams.
    pub(crate) kill: watch::Sender<u64>,
    pub(crate) stop: CancellationToken,
    /// All requests to a box run in one loop.
    pub(crate) main_loop: tokio::sync::Mutex<()>,
    pub(crate) ports: Mutex<(u16, u16)>,
    started: Instant,
    started_unix: Duration,
}

impl World {
    pub(crate) fn new(lineup: Lineup, clips: BTreeMap<u8, Arc<Clip>>, config: &crate::Config) -> Self {
        let faults = FaultSet::default();
        faults.add(&config.faults);
        let world = Self {
            lineup,
            clips,
            faults,
            tuners: Mutex::new(Tuners::new(config.tuners.max(1))),
            timers: Mutex::default(),
            seed: config.seed,
            air: Mutex::new(config.air),
            auth: config.auth.clone(),
            stream_auth: config.stream_auth,
            connections: Mutex::default(),
            ended: Mutex::default(),
            calls: Mutex::default(),
            next_connection: AtomicU64::new(1),
            live: Mutex::default(),
            kill: watch::Sender::new(0),
            stop: CancellationToken::new(),
            main_loop: tokio::sync::Mutex::new(()),
            ports: Mutex::default(),
            started: Instant::now(),
            started_unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        };
        world.first_timers();
        world
    }

    /// Unix milliseconds, never running backwards.
    pub(crate) fn now_ms(&self) -> f64 {
        (self.started_unix + self.started.elapsed()).as_secs_f64() * 1000.0
    }

    /// The box's own clock in Unix seconds; wrong under `clock_jump`.
    pub(crate) fn box_now(&self) -> i64 {
        (self.now_ms() / 1000.0) as i64 + self.faults.get(Fault::ClockJump).unwrap_or(0.0) as i64
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Rebooting: nothing answers.
    pub(crate) fn is_dead(&self) -> bool {
        self.faults
            .since(Fault::Reboot)
            .is_some_and(|(seconds, since)| since.elapsed().as_secs_f64() < seconds)
    }

    /// The moment on a channel's air, 27 MHz; channels differ by a phase that the seed decides.
    pub(crate) fn air_27m(&self, reference: &str, clip: &Clip) -> u64 {
        let phase = Dice::new(self.seed, &[service_number(reference)]).below(clip.length_27m());
        let elapsed = self.started.elapsed().as_nanos() * 27 / 1000;
        clip.length_27m() + phase + elapsed as u64
    }

    /// What is added to a channel's clocks, 90 kHz.
    pub(crate) fn base_90k(&self, reference: &str) -> i64 {
        Dice::new(self.seed, &[service_number(reference), 90]).below(1 << 31) as i64
    }

    pub(crate) fn guide(&self) -> Guide {
        Guide { seed: self.seed, dense: self.faults.get(Fault::HugeGuide).unwrap_or(1.0) as i64 }
    }

    pub(crate) fn count_call(&self, name: &str) {
        *lock(&self.calls).entry(name.to_owned()).or_default() += 1;
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn kill_streams(&self) -> usize {
        self.kill.send_modify(|generation| *generation += 1);
        lock(&self.connections).len()
    }

    /// Event information of a service and of others on its transponder.
    pub(crate) fn event_packets(&self, entry: &Entry) -> Vec<[u8; PACKET]> {
        let transponder = lineup::transponder(&entry.reference);
        let (guide, now) = (self.guide(), self.box_now());
        let on_it =
            self.lineup.services().filter(|other| lineup::transponder(&other.reference) == transponder);
        let services: Vec<PresentFollowing> = on_it
            .take(8)
            .map(|other| PresentFollowing {
                service: lineup::field(&other.reference, 3),
                transport_stream: lineup::field(&other.reference, 4),
                network: lineup::field(&other.reference, 5),
                events: guide.now_next(service_number(&other.reference), now),
            })
            .collect();
        eit::carousel(&services)
    }

    pub(crate) fn channel_name(&self, entry: &Entry) -> String {
        if self.faults.get(Fault::DuplicateNames).is_some() && entry.is_service() {
            return ["Das Programm", "Das andere Programm"][usize::from(entry.code & 1)].to_owned();
        }
        entry.name.clone()
    }

    /// A message in the box's language.
    pub(crate) fn says<'a>(&self, english: &'a str, german: &'a str) -> &'a str {
        if self.faults.get(Fault::TranslatedMessages).is_some() { german } else { english }
    }

    /// Everything that tests ask about.
    pub(crate) fn state(&self) -> Value {
        let connections = lock(&self.connections);
        let arrivals: Vec<Arrival> = connections.values().map(|c| lock(&c.arrival).clone()).collect();
        drop(connections);
        let tuners: Vec<Value> = lock(&self.tuners)
            .list
            .iter()
            .map(|t| json!({"transponder": t.transponder, "users": t.users, "recording": t.is_recording()}))
            .collect();
        let timers: Vec<Value> = lock(&self.timers)
            .listed()
            .iter()
            .map(|t| {
                json!({
                    "sref": t.reference, "name": t.name, "begin": t.begin, "end": t.end, "state": t.state as u8,
                    "repeated": t.repeated, "disabled": t.disabled,
                })
            })
            .collect();
        let ended = lock(&self.ended).clone();
        json!({
            "now_ms": self.now_ms(),
            "connections_ever": self.next_connection.load(Ordering::Relaxed) - 1,
            "connections_current": arrivals.len(),
            "streams": arrivals,
            "ended": ended,
            "tuners": tuners,
            "timers": timers,
            "box_now": self.box_now(),
            "calls": &*lock(&self.calls),
            "faults": self.faults.list(),
            "live": &*lock(&self.live),
            "channels": self.channels(),
        })
    }

    /// Forgets what was counted and logged, ends faults, recordings and live viewing; the first timers are back.
    pub(crate) fn reset(&self) {
        self.kill_streams();
        self.faults.clear(None);
        lock(&self.calls).clear();
        lock(&self.ended).clear();
        self.watch(None);
        self.clear_timers();
        self.first_timers();
    }

    /// The box itself shows a service, or none; false when it has no tuner for it.
    pub(crate) fn watch(&self, reference: Option<&str>) -> bool {
        let mut tuners = lock(&self.tuners);
        tuners.release(LIVE);
        let entry = reference.and_then(|reference| self.lineup.service(reference));
        let granted = entry
            .filter(|entry| tuners.acquire(&lineup::transponder(&entry.reference), LIVE).is_some())
            .map(|entry| entry.reference.clone());
        let ok = granted.is_some() || reference.is_none();
        *lock(&self.live) = granted;
        ok
    }

    /// Does what is due by the box's clock: timers begin and end, tuners change hands.
    pub(crate) fn tick(&self) {
        let mut timers = lock(&self.timers);
        let mut tuners = lock(&self.tuners);
        if self.is_dead() {
            timers.interrupt(&mut tuners);
            return;
        }
        let shown = timers.advance(self.box_now(), &mut tuners);
        let pushed_out = lock(&self.live).is_some() && !tuners.holds(LIVE);
        drop(tuners);
        let recorded = timers.list.iter().find(|timer| timer.is_active()).filter(|_| pushed_out);
        let shown = shown.into_iter().last().or_else(|| recorded.map(|timer| timer.reference.clone()));
        drop(timers);
        if let Some(reference) = shown {
            self.watch(Some(&reference));
        }
    }

    /// Takes out all timers; recordings end.
    pub(crate) fn clear_timers(&self) {
        let mut timers = lock(&self.timers);
        let mut tuners = lock(&self.tuners);
        for timer in std::mem::take(&mut timers.list) {
            tuners.end_recording(timer.id);
        }
    }

    /// What the box's owner had planned: one tomorrow, one on working days, and one that is over. None of them
    /// begins within the first day, so that it disturbs nobody.
    fn first_timers(&self) {
        let now = self.box_now();
        let services = self.lineup.services().filter(|entry| entry.code != 0);
        let plans = [
            (State::Waiting, now + 28 * 3600, 0, Some("/media/hdd/movie/")),
            (State::Waiting, now + 52 * 3600, 31, None),
            (State::Ended, now - 25 * 3600, 0, None),
        ];
        let mut timers = lock(&self.timers);
        for (entry, (state, at, repeated, dirname)) in services.zip(plans) {
            let [event, _] = self.guide().now_next(service_number(&entry.reference), at);
            let Some(event) = event else { continue };
            let timer = Timer {
                service_name: entry.name.clone(),
                eit: event.id,
                dirname: dirname.map(str::to_owned),
                repeated,
                state,
                ..Timer::new(&entry.reference, &event.title, event.begin, event.end())
            };
            timers.push(timer, now);
        }
    }

    /// Under `recording_takes_tuner`: somebody records on another transponder, and this stream's tuner is taken.
    pub(crate) fn record_against(&self, stream: u64, transponder: &str) {
        let mut timers = lock(&self.timers);
        let recorded = |entry: &Entry| timers.list.iter().any(|t| t.is_active() && t.is_on(&entry.reference));
        let elsewhere = self.lineup.services().find(|entry| {
            entry.reference.starts_with("1:")
                && lineup::transponder(&entry.reference) != transponder
                && !recorded(entry)
        });
        let (reference, name) =
            elsewhere.map_or((ELSEWHERE, "Aufnahme HD"), |entry| (&entry.reference, &entry.name));
        let now = self.box_now();
        let timer = Timer {
            service_name: name.to_owned(),
            state: State::Running,
            ..Timer::new(reference, "Instant record", now, now + INSTANT_S)
        };
        let transponder = timer.transponder();
        let mut tuners = lock(&self.tuners);
        if tuners.holds(stream) {
            let id = timers.push(timer, now);
            tuners.record_on(stream, &transponder, id);
        }
    }

    /// Watchable channels with code and clip facts, each service once.
    pub(crate) fn channels(&self) -> Vec<Value> {
        let mut seen = std::collections::BTreeSet::new();
        let once = self.lineup.services().filter(|entry| seen.insert(lineup::normal(&entry.reference)));
        once.map(|entry| {
            let clip = self.clips.get(&entry.code);
            json!({
                "reference": entry.reference, "name": self.channel_name(entry), "code": entry.code,
                "playable": clip.is_some(), "frames": clip.map(|clip| clip.frames.len()),
                "length_s": clip.map(|clip| clip.length_90k as f64 / 90_000.0),
            })
        })
        .collect()
    }

    pub(crate) fn remember_end(&self, arrival: Arrival) {
        let mut ended = lock(&self.ended);
        if ended.len() == ENDED_KEPT {
            ended.pop_front();
        }
        ended.push_back(arrival);
    }
}

/// A number that a service keeps: a hash (FNV-1a) of its reference.
pub(crate) fn service_number(reference: &str) -> u64 {
    lineup::normal(reference)
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// PAT with the whole transponder, and the PMT, of a service; sound stands `moved_by` above its PID.
pub(crate) fn tables(entry: &Entry, clip: &Clip, version: u8, moved_by: u16) -> ([u8; PACKET], [u8; PACKET]) {
    let sid = lineup::field(&entry.reference, 3);
    let mut programmes = vec![(sid, clip.pmt_pid)];
    programmes.extend((1..20u16).map(|n| (sid.wrapping_add(n * 3).max(1), 0x1000 + n)));
    programmes.sort_unstable();
    let pat = ts::section_packets(0, &ts::pat(lineup::field(&entry.reference, 4), &programmes));
    let mut map = ts::Programme { number: sid, ..clip.programme.clone() };
    for stream in map.streams.iter_mut().filter(|stream| stream.is_audio()) {
        stream.pid += moved_by;
        if map.pcr_pid == stream.pid - moved_by {
            map.pcr_pid = stream.pid;
        }
    }
    let pmt = ts::section_packets(clip.pmt_pid, &ts::pmt(&map, version));
    (pat[0], pmt[0])
}
