//! The stream port with a real box's manners: `GET` only, 200 before anything is tuned, refusals inside the body.
//!
//! A reader that takes nothing for ten seconds is cut; one that is merely too slow loses packets, as with a
//! demultiplexer whose buffer overflows.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::clip::{Clip, Place};
use crate::damage::Damage;
use crate::faults::{Fault, OnChannel};
use crate::lineup::{self, Entry};
use crate::on_air::{BATCH, OnAir};
use crate::ts::PACKET;
use crate::world::{Arrival, Connection, SENT_KEPT, Sent, World, lock};

/// One write per this long and stream: fewer wake-ups than a box makes, and no more delay than one of its reads.
const TICK: Duration = Duration::from_millis(25);
/// A reader that takes nothing for this long is cut.
const STALLED: Duration = Duration::from_secs(10);
const HEAD_LIMIT: usize = 8192;

const OK: &str =
    "HTTP/1.0 200 OK\r\nConnection: Close\r\nContent-Type: video/mpeg\r\nServer: streamserver\r\n\r\n";
const BAD: &str = "HTTP/1.0 400 Bad Request\r\n\r\n";
const UNAUTHORISED: &str =
    "HTTP/1.0 401 Authorization Required\r\nWWW-Authenticate: Basic realm=\"streamserver\"\r\n\r\n";

/// Accepts streams until the receiver stops.
pub(crate) async fn serve(world: Arc<World>, listener: TcpListener, tasks: tokio_util::task::TaskTracker) {
    loop {
        let accepted = tokio::select! {
            () = world.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((socket, peer)) = accepted else { continue };
        if world.is_dead() {
            continue;
        }
        let world = Arc::clone(&world);
        tasks.spawn(async move {
            let stop = world.stop.clone();
            let one = connection(&world, socket, peer);
            tokio::select! { () = stop.cancelled() => {}, () = one => {} }
        });
    }
}

async fn connection(world: &Arc<World>, mut socket: TcpStream, peer: SocketAddr) {
    let _ = socket.set_nodelay(true);
    let Ok(Some(head)) = tokio::time::timeout(STALLED, read_head(&mut socket)).await else { return };
    let mut lines = head.lines();
    let mut request = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (request.next().unwrap_or_default(), request.next().unwrap_or_default());
    let Some(path) = target.strip_prefix('/').filter(|_| method == "GET") else {
        world.count_call("stream:bad_request");
        let _ = socket.write_all(BAD.as_bytes()).await;
        return;
    };
    let authorised = !world.stream_auth || lines.any(|line| is_authorised(world, line));
    if !authorised || world.faults.get(Fault::Http401).is_some() {
        world.count_call("stream:unauthorised");
        let _ = socket.write_all(UNAUTHORISED.as_bytes()).await;
        return;
    }
    world.count_call("stream");
    let id = world.next_id();
    let reference =
        percent_decode_str(path.split('?').next().unwrap_or_default()).decode_utf8_lossy().into_owned();
    let entry = find(world, &reference);
    let arrival = Arrival {
        id,
        peer: peer.to_string(),
        requested_ms: world.now_ms(),
        name: entry.as_ref().map(|entry| entry.name.clone()).unwrap_or_default(),
        code: entry.as_ref().map_or(0, |entry| entry.code),
        reference,
        ..Arrival::default()
    };
    let log = Arc::new(Connection { arrival: arrival.into(), ..Connection::default() });
    lock(&world.connections).insert(id, Arc::clone(&log));
    let _leaves = Leaves { world, id, log: &log };
    let stream = Stream { world, id, log: &log, socket };
    let end = stream.run(entry).await;
    lock(&log.arrival).end = Some(end);
}

/// Takes the connection out of the list and frees its tuner, however it ends.
struct Leaves<'a> {
    world: &'a World,
    id: u64,
    log: &'a Connection,
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        lock(&self.world.tuners).release(self.id);
        lock(&self.world.connections).remove(&self.id);
        let mut arrival = lock(&self.log.arrival).clone();
        arrival.ended_ms = Some(self.world.now_ms());
        arrival.end = arrival.end.or(Some("stopped"));
        self.world.remember_end(arrival);
    }
}

async fn read_head(socket: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT || socket.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

fn is_authorised(world: &World, line: &str) -> bool {
    let Some((name, value)) = line.split_once(':') else { return false };
    name.eq_ignore_ascii_case("authorization") && credentials_match(world, value.trim())
}

/// Whether an `Authorization` value is what the box wants.
pub(crate) fn credentials_match(world: &World, value: &str) -> bool {
    let Some((user, password)) = &world.auth else { return true };
    let given =
        value.strip_prefix("Basic ").map(|text| base64::engine::general_purpose::STANDARD.decode(text));
    matches!(given, Some(Ok(bytes)) if bytes == format!("{user}:{password}").into_bytes())
}

/// A service by reference, or `iptv/CODE.ts` (which needs no tuner).
fn find(world: &World, reference: &str) -> Option<Entry> {
    if let Some(code) = reference.strip_prefix("iptv/") {
        let code: u8 = code.trim_end_matches(".ts").parse().ok()?;
        let reference = format!("IPTV:0:1:{code:X}:1:1:0:0:0:0");
        return Some(Entry { reference, name: "IPTV".to_owned(), code });
    }
    let entry = world.lineup.service(reference)?.clone();
    (!entry.reference.contains("%3a//")).then_some(entry)
}

struct Stream<'a> {
    world: &'a World,
    id: u64,
    log: &'a Connection,
    socket: TcpStream,
}

impl Stream<'_> {
    /// Serves until something ends it; says what.
    async fn run(mut self, entry: Option<Entry>) -> &'static str {
        let mut kill = self.world.kill.subscribe();
        let world = self.world;
        let reboot = async {
            let tick = Duration::from_millis(200);
            while !world.is_dead() {
                tokio::time::sleep(tick).await;
            }
        };
        tokio::select! {
            _ = kill.changed() => "killed",
            () = reboot => "reboot",
            end = self.serve(entry) => end,
        }
    }

    async fn serve(&mut self, entry: Option<Entry>) -> &'static str {
        if self.socket.write_all(OK.as_bytes()).await.is_err() {
            return "closed by reader";
        }
        let air = *lock(&self.world.air);
        let known = entry.and_then(|entry| Some((Arc::clone(self.world.clips.get(&entry.code)?), entry)));
        let Some((clip, entry)) = known else {
            let _ = self.socket.write_all(BAD.as_bytes()).await;
            return "unknown service";
        };
        let reference = lineup::normal(&entry.reference);
        let on = OnChannel { code: entry.code, reference: &reference };
        let faults = &self.world.faults;
        let slow = faults.on(Fault::SlowFirstByte, on).map_or(Duration::ZERO, Duration::from_secs_f64);
        if self.wait(air.tune + slow).await.is_err() {
            return "closed by reader";
        }
        if faults.on(Fault::RefuseTune, on).is_some() {
            let _ = self.socket.write_all(BAD.as_bytes()).await;
            return "refused to tune";
        }
        if !reference.starts_with("IPTV:") {
            let transponder = lineup::transponder(&entry.reference);
            if lock(&self.world.tuners).acquire(&transponder, self.id).is_none() {
                return "no tuner";
            }
        }
        lock(&self.log.arrival).tuned_ms = Some(self.world.now_ms());
        if let Some(count) = faults.on(Fault::JunkPrefix, on) {
            let junk: Vec<u8> = (0..count.min(1e6) as usize).map(|at| (at * 151 + 13) as u8).collect();
            if self.socket.write_all(&junk).await.is_err() {
                return "closed by reader";
            }
        }
        self.play(clip, &entry, on, air.paced).await
    }

    /// Waits, but notices when the reader goes.
    async fn wait(&mut self, time: Duration) -> Result<(), ()> {
        let deadline = tokio::time::Instant::now() + time;
        let mut scrap = [0; 256];
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(deadline) => return Ok(()),
                read = self.socket.read(&mut scrap) => if !matches!(read, Ok(1..)) { return Err(()); },
            }
        }
    }

    async fn play(&mut self, clip: Arc<Clip>, entry: &Entry, on: OnChannel<'_>, paced: bool) -> &'static str {
        let world = self.world;
        let mut on_air = OnAir::new(world, clip, entry, on, paced);
        let mut watcher = Watcher::new(&on_air.clip, on_air.place);
        let mut damage = Damage::new(world.seed ^ self.id, &on_air.clip);
        let mut out = Vec::with_capacity(BATCH * PACKET);
        loop {
            let (amount, elapsed) =
                (|fault| world.faults.on(fault, on), on_air.begun.elapsed().as_secs_f64());
            if amount(Fault::EndMidway).is_some_and(|after| elapsed >= after) {
                return "ended midway";
            }
            if amount(Fault::RecordingTakesTuner).is_some_and(|after| elapsed >= after) {
                world.record_against(self.id, &lineup::transponder(&entry.reference));
            }
            if !on.reference.starts_with("IPTV:") && !lock(&world.tuners).holds(self.id) {
                return "tuner taken";
            }
            let stalled = amount(Fault::Stall).is_some_and(|after| elapsed >= after);
            if (paced || stalled) && self.wait(TICK).await.is_err() {
                return "closed by reader";
            }
            if stalled {
                on_air.skip();
                continue;
            }
            if on_air.catch_up() {
                lock(&self.log.arrival).overruns += 1;
            }
            if on_air.change_format(elapsed) {
                watcher = Watcher::new(&on_air.clip, on_air.place);
                damage = Damage::new(world.seed ^ self.id, &on_air.clip);
                *lock(&self.log.sent) = Sent::default();
            }
            out.clear();
            let next = on_air.batch(elapsed, &mut out);
            damage.apply(&world.faults, on, &mut out);
            match tokio::time::timeout(STALLED, self.socket.write_all(&out)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return "closed by reader",
                Err(_) => return "reader stalled",
            }
            watcher.sent(&on_air.clip, on_air.place, next, out.len(), self.log, world.now_ms());
            on_air.place = next;
        }
    }
}

/// Notes when pictures and sound went out.
struct Watcher {
    key: Option<Place>,
    sound: Option<Place>,
    begin: Place,
}

impl Watcher {
    fn new(clip: &Clip, begin: Place) -> Self {
        let key = clip.key_after(begin);
        let moment = key.map(|(turn, mark)| (turn, mark.pts));
        let sound = moment
            .and_then(|(turn, pts)| clip.sound_at(turn, pts))
            .map(|(turn, mark)| (turn, mark.first, mark.last));
        // radio, and sound that was already gone when the stream began: the first that comes whole
        let whole =
            sound.filter(|(turn, first, _)| Place { turn: *turn, packet: *first } >= begin).or_else(|| {
                let here = clip
                    .sounds
                    .iter()
                    .filter(|mark| mark.first >= begin.packet)
                    .min_by_key(|mark| mark.first);
                let next = clip.sounds.iter().min_by_key(|mark| mark.first);
                here.map(|mark| (begin.turn, mark.first, mark.last))
                    .or_else(|| next.map(|mark| (begin.turn + 1, mark.first, mark.last)))
            });
        Self {
            key: key.map(|(turn, mark)| Place { turn, packet: mark.last }),
            sound: whole.map(|(turn, _, last)| Place { turn, packet: last }),
            begin,
        }
    }

    fn sent(&mut self, clip: &Clip, from: Place, next: Place, bytes: usize, log: &Connection, now_ms: f64) {
        if next == from {
            return;
        }
        {
            let mut arrival = lock(&log.arrival);
            arrival.bytes += bytes as u64;
            arrival.first_byte_ms.get_or_insert(now_ms);
            if self.key.is_some_and(|key| key < next) {
                arrival.key_ms.get_or_insert(now_ms);
            }
            if self.sound.is_some_and(|sound| sound < next) {
                arrival.sound_ms.get_or_insert(now_ms);
            }
            let key_done = self.key.is_none() || arrival.key_ms.is_some();
            let sound_done = self.sound.is_none() || arrival.sound_ms.is_some();
            if key_done && sound_done {
                arrival.floor_ms.get_or_insert(now_ms);
            }
        }
        let mut sent = lock(&log.sent);
        for turn in from.turn..=next.turn {
            let low = if turn == from.turn { from.packet } else { 0 };
            let high = if turn == next.turn { next.packet } else { u32::MAX };
            let frames_from = clip.frames.partition_point(|mark| mark.last < low);
            let sounds_from = clip.sounds.partition_point(|mark| mark.last < low);
            let frames = clip.frames[frames_from..].iter().take_while(|m| m.last < high).map(|m| m.first);
            let sounds = clip.sounds[sounds_from..].iter().take_while(|m| m.last < high).map(|m| m.first);
            let whole = |packet: u32| Some(Place { turn, packet }).filter(|place| *place >= self.begin);
            sent.frames.extend(frames.filter_map(whole).map(|place| (place, now_ms)));
            sent.sounds.extend(sounds.filter_map(whole).map(|place| (place, now_ms)));
        }
        let surplus = sent.frames.len().saturating_sub(SENT_KEPT);
        sent.frames.drain(..surplus);
        let surplus = sent.sounds.len().saturating_sub(SENT_KEPT);
        sent.sounds.drain(..surplus);
    }
}
