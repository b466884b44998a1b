//! One session: its owner task, which drives [`Session`] (the pure machine), and what others see of it.
//!
//! The machine decides; here its effects are carried out, and what is seen on the tape is fed back to it as events.

mod entry;
mod orders;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::limits;
use telecast_core::lineup::{Channel, ChannelId, Lineup, Source as LineupSource};
use telecast_core::playback::{
    Client, Offer, Plan, Policy, Recipe, SourceTracks, TrackId, lacks_transcoder, most_lines,
};
use telecast_core::session::{Effect, Event, Reason, ReasonCode, Session, State};
use telecast_core::tuner::Priority;
use telecast_media::segment::Waiting;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

pub(super) use entry::{Command, Entry};

use super::admission::Slot;
use super::ledger::Ledger;
use super::memory::{Memory, source_tracks};
use super::news::News;
use super::playback::{Door, PlaybackHandle, Way};
use super::programmes::{Asked, PreparingView};
use super::say;
use super::settings::InForce;
use super::shelf::Shelf;
use super::slate::{Language, Slates};
use super::station::Stations;
use super::tape::{Need, Snapshot, Tape};
use super::transcoders::{PictureHold, Transcoders};
use super::tuners::{Hold, Tuners, Wish};
use super::view::{self, ClientView, SessionView, StartPlayback};
use crate::adapters::clock::Clock;
use crate::adapters::own_channels;
use crate::adapters::programmes::Failed;
use crate::adapters::stream::Fault;

/// Commands that may wait for one session.
const COMMANDS: usize = 16;
/// A session that plays looks at this often whether it is still fetched from.
const LOOK: Duration = Duration::from_secs(2);

/// What all sessions share.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) tuners: Tuners,
    pub(super) transcoders: Transcoders,
    pub(super) lineup: Arc<ArcSwap<Lineup>>,
    pub(super) memory: Memory,
    pub(super) ledger: Ledger,
    pub(super) shelf: Shelf,
    pub(super) slates: Slates,
    pub(super) clock: Clock,
    pub(super) news: News,
    /// Path before all addresses that are given out.
    pub(super) base_path: Arc<str>,
    pub(super) settings: InForce,
    pub(super) stations: Stations,
    pub(super) stop: CancellationToken,
}

impl Surroundings {
    /// What the station can do for `client` as one more viewer of a channel that carries `tracks`.
    fn policy_for(&self, channel: &Channel, tracks: Option<&SourceTracks>, client: &Client) -> Policy {
        if channel.sources.is_empty() {
            return self.prepared_policy();
        }
        let allowed = self.transcoders.most_lines();
        let most = most_lines(client, allowed);
        let picture = tracks.and_then(|tracks| tracks.video.as_ref());
        let offered =
            picture.map(|track| self.transcoders.offer(&channel.id, track, most)).unwrap_or_default();
        let policy = self.settings.now().policy();
        Policy {
            audio_transcode: policy.audio_transcode && self.transcoders.makes_sound(),
            video_transcode: offered.offer,
            deinterlace: offered.spare,
            most_lines: offered.lines.or(allowed),
            ..policy
        }
    }

    /// The same of what is prepared: it is what every player can play, and nothing is made of it.
    fn prepared_policy(&self) -> Policy {
        let policy = self.settings.now().policy();
        // Its playlists list what is there, without parts.
        Policy { audio_transcode: false, video_transcode: Offer::None, low_latency: false, ..policy }
    }

    /// Whether a viewer with these abilities would have to be turned away again after tuning, for want of a transcoder.
    pub(super) fn lacks_transcoder(&self, channel: &Channel, client: &ClientView) -> bool {
        let client = say::client(client);
        self.memory.get(&channel.id.0).is_some_and(|remembered| {
            lacks_transcoder(&remembered, &client, self.policy_for(channel, Some(&remembered), &client))
        })
    }

    /// Where `file` of the session with that key is, as it is seen from outside.
    pub(super) fn address(&self, key: &str, file: &str) -> String {
        format!("{}/play/{key}/{file}", self.base_path)
    }
}

/// A session as others see it, and its owner; nothing runs yet.
pub(super) fn made(
    around: &Surroundings,
    (channel, programme): (Channel, Option<Asked>),
    (request, earliest): (&StartPlayback, Option<i64>),
    (id, key): (String, Arc<str>),
    (slot, lost): (Slot, CancellationToken),
) -> (Entry, Owner, mpsc::Receiver<Command>) {
    let client = say::client(&request.client);
    let remembered = around.memory.get(&channel.id.0).filter(|_| programme.is_none());
    let now = around.clock.uptime();
    let policy = around.policy_for(&channel, remembered.as_deref(), &client);
    let machine = Session::new(client, policy, remembered.as_deref(), now);
    let made = SessionView {
        id: id.clone(),
        channel_id: channel.id.0.clone(),
        programme: programme.as_ref().map(|programme| programme.view.clone()),
        preparing: None,
        state: view::SessionState::New,
        waiting_for: None,
        reason: None,
        trouble: None,
        plan: machine.plan().map(say::plan),
        playlist_url: around.address(&key, "main.m3u8"),
        stream_url: around.address(&key, "stream.ts"),
        heartbeat_s: limits::HEARTBEAT.as_secs(),
        created_at: say::moment(around.clock.wall_ms()),
        receiver_id: None,
    };
    let (publish, view) = watch::channel(made);
    let (door, way) = watch::channel(Door::Shut);
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let handle = Arc::new(PlaybackHandle {
        session: id.as_str().into(),
        door: way,
        last_fetch: Arc::new(AtomicU64::new(now.as_millis() as u64)),
        joins: Arc::default(),
        clock: around.clock,
        shelf: around.shelf.clone(),
        slates: around.slates.clone(),
        language: Language::of(&request.client.languages),
    });
    let owner = Owner {
        around: around.clone(),
        channel,
        holder: request.holder.clone(),
        machine,
        begin: programme.as_ref().map_or_else(|| request.at.begin_ms(), |programme| Some(programme.begin_ms)),
        programme,
        earliest,
        discreet: request.rights.profile.is_some() || request.rights.anonymous,
        hold: None,
        watch: None,
        publish,
        door,
        last_fetch: Arc::clone(&handle.last_fetch),
        seen_fetch: now.as_millis() as u64,
        picture: Coded::default(),
        wanted: Vec::new(),
        needs: Vec::new(),
        sent: Sent::default(),
        pending: VecDeque::new(),
        trouble: None,
        noted: (State::New, None),
        lost,
        _slot: slot,
    };
    (Entry::of(request, (view, handle, key), commands), owner, inbox)
}

/// What the machine has been told already.
#[derive(Default)]
struct Sent {
    relay: bool,
    bytes: bool,
    tracks: Option<SourceTracks>,
    /// What the station can do was looked at when the picture was known: it holds for the session.
    settled: bool,
    key_frame: bool,
    audio: bool,
    segment: bool,
    preparing: Option<(i64, i64)>,
    scrambled: bool,
    fault: bool,
}

/// A picture coded anew.
#[derive(Default)]
struct Coded {
    /// How; none if it is passed on as it is.
    recipe: Option<Recipe>,
    /// The tape that this gives.
    hold: Option<PictureHold>,
    /// News of it; taken out while it is waited for.
    watch: Option<watch::Receiver<Arc<Snapshot>>>,
    /// How that tape is played.
    plan: Option<Plan>,
}

/// Its owner.
pub(super) struct Owner {
    around: Surroundings,
    channel: Channel,
    /// What is played for itself.
    programme: Option<Asked>,
    holder: String,
    machine: Session,
    /// Where its player is to begin, if not at the live edge (milliseconds since 1970).
    begin: Option<i64>,
    /// How far back its player may reach (the same); none: as far as the tape goes.
    earliest: Option<i64>,
    /// Who else watches what is not for its viewer.
    discreet: bool,
    hold: Option<Hold>,
    /// News of the tape; taken out while it is waited for.
    watch: Option<watch::Receiver<Arc<Snapshot>>>,
    publish: watch::Sender<SessionView>,
    door: watch::Sender<Door>,
    last_fetch: Arc<AtomicU64>,
    seen_fetch: u64,
    picture: Coded,
    /// Tracks whose sound must be transcoded, and what was ordered for it.
    wanted: Vec<TrackId>,
    needs: Vec<Need>,
    sent: Sent,
    pending: VecDeque<Event>,
    /// Why nothing comes just now, as it was told last; it goes on.
    trouble: Option<Reason>,
    /// What the ledger was told last.
    noted: (State, Option<ReasonCode>),
    /// Somebody else writes this session: it must be let go.
    lost: CancellationToken,
    _slot: Slot,
}

impl Owner {
    /// What is visible of it.
    pub(super) fn view(&self) -> SessionView {
        self.publish.borrow().clone()
    }

    /// Tells that there is another one.
    fn begun(&self) {
        tracing::info!(session = self.view().id, channel = %self.channel.id, "a session begins");
        metrics::counter!("telecast_sessions_started_total").increment(1);
    }

    /// Its life.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        self.begun();
        self.apply(Event::Begin).await;
        let (stop, lost) = (self.around.stop.clone(), self.lost.clone());
        while !self.machine.state().is_ended() {
            let now = self.around.clock.uptime();
            let due = self.machine.deadline().unwrap_or(now).saturating_sub(now);
            let ready = self.machine.state() == State::Ready;
            let mut watch = self.watch.take();
            let gone = self.hold.as_ref().map(|hold| hold.tape.gone().clone());
            let mut coded = self.picture.watch.take();
            let trouble = self.hold.as_ref().map(|hold| hold.tape.trouble());
            let told = self.trouble.is_some();
            let coded_gone = self.picture.hold.as_ref().map(|hold| hold.tape.gone().clone());
            tokio::select! {
                // Said first: a tape that ends by the same shutdown is not what ended the session.
                biased;
                () = stop.cancelled() => self.apply(Event::Stop(ReasonCode::Shutdown)).await,
                () = lost.cancelled() => self.apply(Event::Stop(ReasonCode::Restarted)).await,
                Some(command) = inbox.recv() => match command {
                    Command::Heartbeat => self.apply(Event::Heartbeat).await,
                    Command::Stop(code) => self.apply(Event::Stop(code)).await,
                },
                // Before it is ready every change counts; later only the end does, and waking up for each part would cost.
                () = news(watch.as_mut()), if !ready => self.observe().await,
                () = news(coded.as_mut()), if !ready => self.observe().await,
                () = over(gone.as_ref()), if ready => self.observe().await,
                () = turned(trouble, told), if ready => self.observe().await,
                () = over(coded_gone.as_ref()), if ready => self.observe().await,
                () = tokio::time::sleep(due.min(LOOK)) => {
                    let fetched = self.last_fetch.load(Ordering::Relaxed);
                    if fetched > self.seen_fetch {
                        self.seen_fetch = fetched;
                        self.apply(Event::Consumed).await;
                    }
                    self.observe().await;
                    self.apply(Event::Tick).await;
                }
            }
            self.watch = self.watch.take().or(watch);
            self.picture.watch = self.picture.watch.take().or(coded);
            // News may come so fast that the pause above never ends.
            if self.machine.deadline().is_some_and(|due| self.around.clock.uptime() >= due) {
                self.apply(Event::Tick).await;
            }
        }
        let view = self.publish.borrow().clone();
        let reason = view.reason.as_ref().map_or("", |reason| reason.code.as_str()).to_owned();
        tracing::info!(session = view.id, state = view.state.name(), reason, "a session is over");
        metrics::counter!("telecast_sessions_ended_total", "reason" => reason).increment(1);
    }

    /// Gives the machine an event, and carries out what it wants, until nothing is left to do.
    async fn apply(&mut self, event: Event) {
        self.pending.push_back(event);
        while let Some(event) = self.pending.pop_front() {
            for effect in self.machine.apply(event, self.around.clock.uptime()) {
                self.effect(effect).await;
            }
        }
    }

    async fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Acquire => self.acquire().await,
            Effect::Renew => {
                if let Some(hold) = &self.hold {
                    hold.renew();
                }
            }
            Effect::Release => {
                self.close_door();
                self.watch = None;
                self.needs.clear();
                self.picture.hold = None;
                self.picture.watch = None;
                self.hold = None;
                self.pending.push_back(Event::Released);
            }
            Effect::Transcode { picture, sound } => {
                if self.picture.recipe != picture {
                    self.picture = Coded { recipe: picture, ..Coded::default() };
                }
                self.wanted = sound;
                self.transcode().await;
            }
            Effect::Publish => self.tell(),
        }
    }

    async fn acquire(&mut self) {
        let (channel, sources) = match self.sources().await {
            Ok(way) => way,
            Err(reason) => return self.pending.push_back(Event::Broken(reason)),
        };
        let wish = Wish { channel, sources, holder: self.holder.clone(), priority: Priority::Viewer };
        let event = match self.around.tuners.acquire(wish).await {
            Some(Ok(hold)) => {
                self.watch = Some(hold.tape.watch());
                self.hold = Some(hold);
                Event::Granted
            }
            Some(Err(refusal)) => Event::Refused(refusal),
            None => Event::Stop(ReasonCode::Shutdown),
        };
        self.pending.push_back(event);
    }

    /// Where what it plays is to be had, and what that is called.
    async fn sources(&self) -> Result<(ChannelId, Vec<LineupSource>), Reason> {
        let Some(programme) = &self.programme else {
            return Ok((self.channel.id.clone(), self.channel.sources.clone()));
        };
        let missing = |failed: Failed| say::broken(&Fault::Missing(failed), &Snapshot::empty());
        let service = programme.service(&self.around.stations).await.map_err(missing)?;
        let source = LineupSource { receiver: own_channels::RECEIVER.into(), service };
        Ok((source.service.channel_id(), vec![source]))
    }

    /// Tells how far the preparation has come of what is played next.
    async fn observe_preparation(&mut self, snapshot: &Snapshot) {
        if std::mem::replace(&mut self.sent.preparing, snapshot.preparing) == snapshot.preparing {
            return;
        }
        if snapshot.preparing.is_some() {
            self.apply(Event::Preparing).await;
        }
        self.tell();
    }

    /// Tells the machine what is new on the tape.
    async fn observe(&mut self) {
        let Some(tape) = self.hold.as_ref().map(|hold| hold.tape.clone()) else { return };
        let snapshot = tape.snapshot();
        self.observe_preparation(&snapshot).await;
        if snapshot.relay && !std::mem::replace(&mut self.sent.relay, true) {
            self.apply(Event::Relay).await;
        }
        if snapshot.counters.bytes > 0 && !std::mem::replace(&mut self.sent.bytes, true) {
            self.apply(Event::Bytes).await;
        }
        // Once it has played, that is trouble like any other, and passes.
        let scrambled = snapshot.waiting == Waiting::Scrambled && !self.sent.segment;
        if scrambled != std::mem::replace(&mut self.sent.scrambled, scrambled) {
            self.apply(Event::Scrambled(scrambled)).await;
        }
        if snapshot.mapped {
            self.observe_tracks(&snapshot).await;
        }
        if snapshot.newest_run().is_some() && !std::mem::replace(&mut self.sent.key_frame, true) {
            self.apply(Event::KeyFrame).await;
        }
        if has_sound(&snapshot) && !std::mem::replace(&mut self.sent.audio, true) {
            self.apply(Event::Audio).await;
        }
        if !self.sent.segment
            && let Some(way) = self
                .delivery()
                .and_then(|(tape, plan)| Way::new(tape, &tape.snapshot(), plan, (self.begin, self.earliest)))
        {
            self.sent.segment = true;
            self.door.send_replace(Door::Open(Arc::new(way)));
            self.apply(Event::Segment).await;
        }
        self.observe_trouble(&tape).await;
        let coded = self.picture.hold.as_ref().map(|hold| hold.tape.clone());
        // Only recordings take from viewers.
        let lost = self
            .hold
            .as_ref()
            .and_then(Hold::lost)
            .map(|by| Reason { holders: vec![by], ..Reason::new(ReasonCode::PreemptedByRecording) });
        let reason = lost.or_else(|| over_because(&tape)).or_else(|| over_because(coded.as_ref()?));
        if let Some(reason) = reason.filter(|_| !std::mem::replace(&mut self.sent.fault, true)) {
            self.apply(Event::Broken(reason)).await;
        }
    }

    /// Tells whether anything comes. Who comes amid an outage has the source tried at once, and as long as it waits.
    async fn observe_trouble(&mut self, tape: &Tape) {
        let last = tape.snapshot();
        let trouble = last.trouble.as_deref().map(|fault| say::broken(fault, &last));
        if trouble.is_some() && !self.sent.segment {
            tape.hurry();
        }
        if self.trouble.as_ref().map(|told| told.code) != trouble.as_ref().map(|new| new.code) {
            self.trouble.clone_from(&trouble);
            self.apply(Event::Trouble(trouble)).await;
            self.tell();
        }
    }

    async fn observe_tracks(&mut self, snapshot: &Snapshot) {
        let seen = source_tracks(&snapshot.tracks);
        let sized = seen.video.as_ref().is_none_or(|track| track.height.is_some());
        let tracks = match self.programme {
            Some(_) => seen.clone(),
            None => self.around.memory.completed(&self.channel.id.0, seen.clone()),
        };
        if self.sent.tracks.as_ref() != Some(&tracks) || !self.sent.settled {
            if snapshot.newest_run().is_some() && self.programme.is_none() {
                self.around.memory.put(&self.channel.id.0, &seen);
            }
            if let Some(what) = self.settle(&tracks, sized) {
                self.apply(Event::Undecided(what)).await;
                return;
            }
        }
        if self.sent.tracks.as_ref() != Some(&tracks) {
            self.sent.tracks = Some(tracks.clone());
            let was = self.picture.recipe;
            self.apply(Event::Tracks(tracks)).await;
            if self.sent.segment && self.picture.recipe != was {
                self.apply(Event::Stop(ReasonCode::FormatChanged)).await;
            }
        }
        self.transcode().await;
        if let Some(event) = self.pending.pop_front() {
            self.apply(event).await;
        }
        if self.has_lost_its_tracks() {
            self.apply(Event::Stop(ReasonCode::FormatChanged)).await;
        }
    }

    fn close_door(&mut self) {
        let reason =
            self.machine.snapshot().reason.unwrap_or_else(|| Reason::new(ReasonCode::StoppedByClient));
        self.door.send_replace(Door::Over(Box::new(self.reason(&reason))));
    }

    fn reason(&self, reason: &Reason) -> view::ReasonView {
        let mut view = say::reason(reason, &self.around.lineup.load(), &self.around.clock);
        if self.discreet {
            view.holders.clear();
        }
        view
    }

    /// Publishes what is visible.
    fn tell(&mut self) {
        let now = self.machine.snapshot();
        if now.state.is_ended() {
            self.close_door();
        }
        let stands = (now.state, now.reason.as_ref().map(|reason| reason.code));
        // Before it is seen, so that whoever sees the end knows it noted.
        if std::mem::replace(&mut self.noted, stands) != stands {
            self.around.ledger.session(&self.publish.borrow().id, stands.0, stands.1);
        }
        let reason = now.reason.as_ref().map(|reason| self.reason(reason));
        let trouble =
            self.trouble.as_ref().filter(|_| !now.state.is_ended()).map(|trouble| self.reason(trouble));
        // Not the one that it began with: a tape may go on with another.
        let receiver = self.hold.as_ref().and_then(|hold| self.around.tuners.receiver_of(&hold.tape));
        let preparing = self.sent.preparing.filter(|_| !now.state.is_ended()).map(PreparingView::of);
        self.publish.send_modify(|view| {
            view.state = say::state(now.state);
            view.waiting_for = now.waiting_for.map(say::waiting_for);
            view.plan = now.plan.as_ref().map(say::plan);
            view.preparing = preparing;
            view.reason = reason;
            view.trouble = trouble;
            view.receiver_id = receiver.or(view.receiver_id.take());
        });
        let view = self.publish.borrow().clone();
        let kind = if view.state.is_over() { "ended" } else { "changed" };
        self.around.news.tell(&format!("session:{}", view.id), kind, &view);
    }
}

async fn news(watch: Option<&mut watch::Receiver<Arc<Snapshot>>>) {
    match watch {
        Some(watch) => {
            if watch.changed().await.is_err() {
                // The tape's owner is gone: what it said last has been seen, and the deadline of the step decides.
                std::future::pending::<()>().await;
            }
        }
        None => std::future::pending().await,
    }
}

/// Waits until a tape gets into trouble, or out of it.
async fn turned(trouble: Option<watch::Receiver<bool>>, told: bool) {
    if let Some(mut trouble) = trouble
        && trouble.wait_for(|is| *is != told).await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

async fn over(gone: Option<&CancellationToken>) {
    match gone {
        Some(gone) => gone.cancelled().await,
        None => std::future::pending().await,
    }
}

fn has_sound(snapshot: &Snapshot) -> bool {
    snapshot.fresh().take(4).any(|segment| {
        segment.lanes.iter().any(|lane| {
            !lane.frames.is_empty()
                && segment.run.track(lane.track).is_some_and(|track| track.kind.is_audio())
        })
    })
}

/// Why a tape is over, if it is.
fn over_because(tape: &Tape) -> Option<Reason> {
    // Looked at in this order: a tape says why it ends before it is gone.
    let gone = tape.gone().is_cancelled();
    let last = tape.snapshot();
    match last.fault.as_deref() {
        Some(fault) => Some(say::broken(fault, &last)),
        // Its owner has panicked: nobody would ever say anything more.
        None if gone => Some(Reason::new(ReasonCode::Internal)),
        None => None,
    }
}
