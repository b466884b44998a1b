//! The state machine itself. See the module above for its laws.

use super::{Effect, Event, Reason, ReasonCode, Snapshot, State, WaitingFor};
use crate::limits;
use crate::playback::{self, Client, Decision, Plan, Policy, Seen, SourceTracks};
use crate::tuner::Now;
use std::time::Duration;

/// One playback session.
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    policy: Policy,
    state: State,
    waiting_for: Option<WaitingFor>,
    reason: Option<Reason>,
    plan: Option<Plan>,
    /// It has asked for a tape and not given it back yet.
    holds: bool,
    was_ready: bool,
    since: Now,
    /// Since when it waits for what it waits for.
    step_since: Now,
    step_limit: Duration,
    /// When the programme map is there at the latest.
    map_due: Now,
    /// Last heartbeat or fetch.
    last_sign: Now,
    last_fetch: Now,
    scrambled_since: Option<Now>,
    /// Why nothing comes just now, although the tape goes on.
    trouble: Option<Reason>,
    /// The map is there, and what can be made of it is not known before this has come.
    undecided: Option<WaitingFor>,
    revision: u64,
}

impl Session {
    /// A new session of `client`. `remembered` is what the channel carried last time.
    pub fn new(client: Client, policy: Policy, remembered: Option<&SourceTracks>, now: Now) -> Self {
        let seen = remembered.map_or(Seen::Never, Seen::Before);
        let plan = playback::decide(seen, &client, policy).plan().cloned();
        Self {
            client,
            policy,
            state: State::New,
            waiting_for: None,
            reason: None,
            plan,
            holds: false,
            was_ready: false,
            since: now,
            step_since: now,
            step_limit: limits::START_LIMIT,
            map_due: now + limits::SIGNAL_LIMIT,
            last_sign: now,
            last_fetch: now,
            scrambled_since: None,
            trouble: None,
            undecided: None,
            revision: 0,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// How it plays; none until it is known.
    pub fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// What the client claimed.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the station can do has changed: the next decision goes by it.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// All that may be shown.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            state: self.state,
            waiting_for: self.waiting_for,
            reason: self.reason.clone(),
            plan: self.plan.clone(),
            since: self.since,
            revision: self.revision,
        }
    }

    /// When [`Event::Tick`] is due at the latest; none once it has ended.
    pub fn deadline(&self) -> Option<Now> {
        let step = self.step_since + self.step_limit;
        let alive = self.last_sign + limits::LEASE_EXPIRY;
        let scrambled = self.scrambled_since.map(|since| since + limits::SCRAMBLED);
        match self.state {
            State::Stopped | State::Failed | State::Cancelled => None,
            State::Draining => Some(step),
            State::Ready => [Some(alive), Some(self.last_fetch + limits::SESSION_IDLE), scrambled]
                .into_iter()
                .flatten()
                .min(),
            _ => [Some(step), Some(alive), scrambled].into_iter().flatten().min(),
        }
    }

    /// Takes one event; says what must be done for it.
    pub fn apply(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let before = self.revision;
        let mut effects = Vec::new();
        match self.state {
            State::Stopped | State::Failed | State::Cancelled => Self::apply_ended(&event, &mut effects),
            State::Draining => self.apply_draining(&event, now, &mut effects),
            _ => self.apply_living(event, now, &mut effects),
        }
        if self.revision != before {
            effects.push(Effect::Publish);
        }
        effects
    }

    /// A lease that comes too late is given back; nothing else matters any more.
    fn apply_ended(event: &Event, effects: &mut Vec<Effect>) {
        if matches!(event, Event::Granted) {
            effects.push(Effect::Release);
        }
    }

    fn apply_draining(&mut self, event: &Event, now: Now, effects: &mut Vec<Effect>) {
        Self::apply_ended(event, effects);
        let over = now >= self.step_since + self.step_limit;
        if matches!(event, Event::Released) || (matches!(event, Event::Tick) && over) {
            self.holds = false;
            self.enter(if self.was_ready { State::Stopped } else { State::Cancelled }, now);
        }
    }

    fn apply_living(&mut self, event: Event, now: Now, effects: &mut Vec<Effect>) {
        match event {
            Event::Stop(code) => self.stop(Reason::new(code), now, effects),
            Event::Begin if self.state == State::New => {
                self.holds = true;
                self.enter(State::Starting, now);
                self.map_due = now + limits::SIGNAL_LIMIT;
                self.wait(WaitingFor::Tuner, limits::START_LIMIT, now);
                effects.push(Effect::Acquire);
                self.transcode(effects);
            }
            Event::Granted => self.granted(now),
            Event::Relay => self.relay(),
            Event::Preparing => self.preparing(now),
            Event::Refused(refusal) => {
                // Only an answer to what is asked means that nothing is held.
                self.holds &= self.waiting_for != Some(WaitingFor::Tuner);
                self.fail(refusal.into(), now, effects);
            }
            Event::Broken(reason) => self.fail(reason, now, effects),
            Event::Bytes if self.state == State::Starting => self.prime(now),
            Event::Tracks(tracks) => self.tracks(&tracks, now, effects),
            Event::Undecided(what) => self.undecided(what, now),
            Event::KeyFrame => {
                let silent = self.plan.as_ref().is_some_and(|plan| plan.audio.is_empty());
                let next = if silent { WaitingFor::Transcoder } else { WaitingFor::Audio };
                self.advance(WaitingFor::KeyFrame, next, now);
            }
            Event::Audio | Event::TranscoderStarted => {
                self.advance(WaitingFor::Audio, WaitingFor::Transcoder, now);
            }
            Event::Segment if matches!(self.state, State::Starting | State::Priming) => {
                self.was_ready = true;
                self.last_fetch = now;
                self.enter(State::Ready, now);
            }
            Event::Scrambled(false) => self.scrambled_since = None,
            Event::Scrambled(true) => {
                self.scrambled_since.get_or_insert(now);
            }
            Event::Trouble(trouble) => self.trouble = trouble,
            Event::Heartbeat => {
                self.last_sign = now;
                effects.push(Effect::Renew);
            }
            Event::Consumed => {
                self.last_sign = now;
                self.last_fetch = now;
                effects.push(Effect::Renew);
            }
            Event::Tick => self.tick(now, effects),
            Event::Begin | Event::Bytes | Event::Segment | Event::Released => {}
        }
    }

    fn granted(&mut self, now: Now) {
        self.holds = true;
        if self.waiting_for == Some(WaitingFor::Tuner) {
            self.map_due = now + limits::SIGNAL_LIMIT;
            self.wait(WaitingFor::Signal, limits::SIGNAL_LIMIT, now);
        }
    }

    fn relay(&mut self) {
        if self.waiting_for == Some(WaitingFor::Signal) {
            self.step_limit = limits::RELAY_START;
            self.map_due = self.step_since + limits::RELAY_START;
        }
    }

    /// However long it takes: as long as it comes further it is waited for.
    fn preparing(&mut self, now: Now) {
        if matches!(self.waiting_for, Some(WaitingFor::Signal | WaitingFor::Preparation)) {
            self.map_due = now + limits::PREPARING;
            self.wait(WaitingFor::Preparation, limits::PREPARING, now);
        }
    }

    /// Bytes come. The map has what is left of one time for both: a channel without either is not waited for twice.
    fn prime(&mut self, now: Now) {
        self.enter(State::Priming, now);
        self.wait(WaitingFor::ProgrammeMap, self.map_due.saturating_sub(now), now);
    }

    /// The next step of priming, if it is the one that is waited for.
    fn advance(&mut self, from: WaitingFor, to: WaitingFor, now: Now) {
        let needs_transcoder = self.plan.as_ref().is_some_and(Plan::transcodes);
        let skip = to == WaitingFor::Transcoder && !needs_transcoder;
        if self.waiting_for == Some(from) && !skip {
            let limit =
                if to == WaitingFor::Transcoder { limits::TRANSCODER_START } else { limits::START_LIMIT };
            self.wait(to, limit, now);
        }
    }

    fn undecided(&mut self, what: WaitingFor, now: Now) {
        if self.state == State::Starting {
            self.enter(State::Priming, now);
        }
        if self.state == State::Priming && self.undecided.replace(what) != Some(what) {
            let limit =
                if what == WaitingFor::KeyFrame { limits::KEY_FRAME } else { limits::TRANSCODER_START };
            self.wait(what, limit, now);
        }
    }

    /// What is on air decides; what was planned from memory is corrected without a new session.
    fn tracks(&mut self, tracks: &SourceTracks, now: Now, effects: &mut Vec<Effect>) {
        if self.state == State::New {
            return;
        }
        match playback::decide(Seen::Now(tracks), &self.client, self.policy) {
            Decision::Play(plan) => {
                let same = self.plan.as_ref().is_some_and(|old| old.is_same_delivery(&plan));
                let changed = self.plan.as_ref() != Some(&plan);
                self.plan = Some(plan);
                if changed {
                    self.revision += 1;
                }
                if !same {
                    self.transcode(effects);
                }
            }
            Decision::Refuse(reasons) => {
                let code = if reasons.contains(&playback::Reason::MachineTooSlow) {
                    ReasonCode::MachineTooSlow
                } else {
                    ReasonCode::NotPlayable
                };
                let busy = reasons.contains(&playback::Reason::VideoTranscoderBusy);
                let reason = if busy { Reason::transcoders_busy() } else { Reason::new(code) };
                let detail: Vec<&str> = reasons.iter().map(|reason| reason.text()).collect();
                let reason = reason.with_detail(detail.join(" "));
                return self.fail(reason, now, effects);
            }
            Decision::Unknown => {}
        }
        if self.state == State::Starting {
            self.prime(now);
        }
        let radio_after_all = self.waiting_for == Some(WaitingFor::KeyFrame) && tracks.video.is_none();
        let begun = self.waiting_for == Some(WaitingFor::ProgrammeMap) || radio_after_all;
        if begun || self.undecided.take().is_some() {
            // Radio has no key frame to wait for.
            match tracks.video {
                Some(_) => self.wait(WaitingFor::KeyFrame, limits::KEY_FRAME, now),
                None => self.wait(WaitingFor::Audio, limits::START_LIMIT, now),
            }
        }
    }

    fn transcode(&self, effects: &mut Vec<Effect>) {
        let Some(plan) = &self.plan else { return };
        let picture = plan.recipe();
        let sound = if picture.is_some() { Vec::new() } else { plan.transcoded_audio().collect() };
        effects.push(Effect::Transcode { picture, sound });
    }

    fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.scrambled_since.is_some_and(|since| now >= since + limits::SCRAMBLED) {
            return self.fail(Reason::new(ReasonCode::Scrambled), now, effects);
        }
        if now >= self.last_sign + limits::LEASE_EXPIRY {
            return self.stop(Reason::new(ReasonCode::LeaseExpired), now, effects);
        }
        if self.state == State::Ready {
            if now >= self.last_fetch + limits::SESSION_IDLE {
                self.stop(Reason::new(ReasonCode::Idle), now, effects);
            }
            return;
        }
        if now >= self.step_since + self.step_limit {
            let code = match self.waiting_for {
                // Still `new`, or the pool did not answer: a fault of ours.
                None | Some(WaitingFor::Tuner) => ReasonCode::Internal,
                Some(WaitingFor::Signal) => ReasonCode::TuneTimeout,
                Some(WaitingFor::ProgrammeMap) => ReasonCode::SourceCorrupt,
                Some(WaitingFor::KeyFrame) => ReasonCode::NoKeyFrame,
                Some(WaitingFor::Audio) => ReasonCode::SourceStalled,
                Some(WaitingFor::Transcoder) => ReasonCode::TranscoderFailed,
                Some(WaitingFor::Preparation) => ReasonCode::NotPrepared,
            };
            // What is known of the tape says more than what has not come of it.
            let reason = self.trouble.take().unwrap_or_else(|| Reason::new(code));
            self.fail(reason, now, effects);
        }
    }

    fn stop(&mut self, reason: Reason, now: Now, effects: &mut Vec<Effect>) {
        self.reason = Some(reason);
        if self.holds {
            self.enter(State::Draining, now);
            self.step_limit = limits::DRAIN;
            effects.push(Effect::Release);
        } else {
            self.enter(State::Cancelled, now);
        }
    }

    fn fail(&mut self, reason: Reason, now: Now, effects: &mut Vec<Effect>) {
        self.reason = Some(reason);
        if self.holds {
            self.holds = false;
            effects.push(Effect::Release);
        }
        self.enter(State::Failed, now);
    }

    fn enter(&mut self, state: State, now: Now) {
        self.state = state;
        self.since = now;
        self.step_since = now;
        self.waiting_for = None;
        self.revision += 1;
    }

    fn wait(&mut self, what: WaitingFor, limit: Duration, now: Now) {
        self.waiting_for = Some(what);
        self.step_since = now;
        self.step_limit = limit;
        self.revision += 1;
    }
}
