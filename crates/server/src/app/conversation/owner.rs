//! The owner of a living conversation: one task through which all that happens in it goes, in one order.
//!
//! What comes at once is taken together: commands and posts are applied one after another, their events are written down in one go, and only when they are on
//! the disk are they told, answered, and followed by what they lead to. If they cannot be written nothing of it has happened, and the owner reads
//! itself afresh. Pieces of an answer are no events; they are taken in and told at once, and put aside once a second.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use telecast_core::conversation::{
    CallId, Checkpoint, Command, Conversation, Delta, Effect, Event, Fence, How, Mode, Offset, Outcome, Post,
    Who,
};
use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_store::{Append, EventRow};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::{Inner, Live, Refused, Said};
use crate::app::assistant::{Asker, Errand, Order};
use crate::app::supervise;

/// What may wait for its turn.
pub(super) const WAITING: usize = 64;
/// What is taken at once.
const MOST: usize = 64;
/// Nobody has listened for this long: it rests in the store.
const REST: Duration = Duration::from_mins(1);
/// How often an answer in the making is put aside: what a fall of the station costs of it.
const PUT_ASIDE: Duration = Duration::from_secs(1);
/// Events that are read from the store at once.
const PAGE: usize = 512;

/// What an owner is asked.
pub(in crate::app) enum Asked {
    /// By a person.
    Command { who: Who, asker: Asker, command: Command, reply: oneshot::Sender<Result<Said, Refused>> },
    /// By the station.
    Post { post: Post, reply: oneshot::Sender<Result<Said, Refused>> },
    /// A piece of the answer in the making; what is void is heard by nobody.
    Delta(Delta),
    /// To delete all of it.
    Delete { reply: oneshot::Sender<Result<(), Error>> },
}

/// The way for a job to say something. The conversation lives while one is held.
#[derive(Clone)]
pub(in crate::app) struct Pen(pub(super) mpsc::Sender<Asked>);

impl Pen {
    /// Says something; on the disk when it returns.
    pub(in crate::app) async fn post(&self, post: Post) -> Result<Said, Refused> {
        let (reply, told) = oneshot::channel();
        self.0.send(Asked::Post { post, reply }).await.map_err(|_| Refused::stopping())?;
        told.await.map_err(|_| Refused::stopping())?
    }

    /// Says the next piece of an answer.
    pub(in crate::app) async fn write(&self, delta: Delta) {
        // Whose conversation is gone is stopped by that.
        let _ = self.0.send(Asked::Delta(delta)).await;
    }
}

/// Answers that wait until the disk has what they are about.
type Due = (oneshot::Sender<Result<Said, Refused>>, Said);

pub(super) struct Owner {
    inner: Arc<Inner>,
    state: Conversation,
    live: Arc<Live>,
    asked: mpsc::Receiver<Asked>,
    /// A way to it for those whom it starts; not held, so that it can rest.
    pen: mpsc::WeakSender<Asked>,
    /// Stops the running job.
    job: Option<(Fence, CancellationToken)>,
    /// Up to where the answer in the making is put aside.
    aside: (Fence, usize),
    /// With whose rights things are done, as they were when each last said something.
    askers: HashMap<String, Asker>,
}

/// Reads a conversation from the store, and ends what a stop of the station has left open.
pub(super) async fn read(inner: &Inner, mut state: Conversation) -> Result<Conversation, Error> {
    let id = state.id().as_str().to_owned();
    loop {
        let rows = inner.store.conversation_events(&id, state.last().0, PAGE).await?;
        for row in &rows {
            let event: Event = serde_json::from_str(&row.event).map_err(broken)?;
            state.fold(&event).map_err(broken)?;
        }
        if rows.len() < PAGE {
            return Ok(state);
        }
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    // Where it is broken, never what was said there.
    Error::new(Kind::Internal, format!("A conversation in the store cannot be read: {error}"))
}

impl Owner {
    /// Begins; what a stop has left open is ended before anybody hears of it.
    pub(super) async fn begin(inner: Arc<Inner>, state: Conversation) -> Result<super::Living, Error> {
        let state = read(&inner, state).await?;
        let (sender, asked) = mpsc::channel(WAITING);
        let live = Arc::new(Live::new(&state));
        let pen = sender.downgrade();
        let mut owner = Self {
            inner,
            state,
            live: Arc::clone(&live),
            asked,
            pen,
            job: None,
            aside: (Fence(0), 0),
            askers: HashMap::new(),
        };
        owner.recover().await?;
        let (id, epoch) = (owner.state.id().clone(), owner.state.epoch().clone());
        supervise("conversation", owner.run());
        Ok(super::Living { id, epoch, live, sender })
    }

    async fn recover(&mut self) -> Result<(), Error> {
        let kept = self.inner.store.kept_answer(self.state.id().as_str()).await?;
        let kept = kept.map(|(job, text)| Checkpoint { job: Fence(job), text });
        let outcome = self.state.recover(kept.as_ref(), self.now());
        if outcome.events.is_empty() {
            return Ok(());
        }
        let after = self.state.last();
        self.fold(&outcome.events);
        self.keep(after, &outcome.events).await?;
        self.tell(after, &outcome.events);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.inner.clock.wall_ms()).unwrap_or_default()
    }

    async fn run(mut self) {
        let mut aside = interval(PUT_ASIDE);
        aside.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = Vec::with_capacity(MOST);
        let mut rests_at = Instant::now() + REST;
        loop {
            let stop = self.inner.stop.clone();
            tokio::select! {
                count = self.asked.recv_many(&mut due, MOST) => {
                    if count == 0 || !self.take(&mut due).await {
                        break;
                    }
                    rests_at = Instant::now() + REST;
                }
                _ = aside.tick(), if self.job.is_some() => self.put_aside(),
                () = tokio::time::sleep_until(rests_at) => {
                    if self.rest() {
                        break;
                    }
                    rests_at = Instant::now() + REST;
                }
                () = stop.cancelled() => {
                    self.cut().await;
                    break;
                }
            }
        }
        if let Some((_, stop)) = &self.job {
            stop.cancel();
        }
        // Whoever is woken by the end must find that it is one.
        self.asked.close();
        self.live.end();
    }

    /// Nobody is there any more, and nothing runs: it may go. Whoever opens it again reads it from the store.
    fn rest(&mut self) -> bool {
        let mut living = self.inner.living();
        // The list of the living holds one.
        if self.job.is_some() || self.asked.sender_strong_count() > 1 || !self.asked.is_empty() {
            return false;
        }
        living.remove(self.state.id().as_str());
        true
    }

    /// The station stops: the answer is kept as far as it has come.
    async fn cut(&mut self) {
        let Some((fence, stop)) = self.job.take() else { return };
        stop.cancel();
        let finish = Post::Finish { fence, how: How::Cut, usage: None };
        if let Ok(outcome) = self.state.post(&finish, self.now()) {
            let after = self.state.last();
            self.fold(&outcome.events);
            let kept = timeout(PUT_ASIDE, self.keep(after, &outcome.events)).await;
            if kept.is_ok_and(|kept| kept.is_ok()) {
                self.tell(after, &outcome.events);
            }
        }
    }

    /// Does what was asked, all in one; false: there is no conversation any more.
    async fn take(&mut self, asked: &mut Vec<Asked>) -> bool {
        let after = self.state.last();
        let (mut events, mut effects, mut answers): (Vec<Event>, Vec<Effect>, Vec<Due>) = Default::default();
        let mut gone = None;
        for one in asked.drain(..) {
            let (outcome, reply) = match one {
                Asked::Command { who, asker, command, reply } => {
                    self.knows(asker);
                    (self.command(&who, &command).await, Some(reply))
                }
                Asked::Post { post, reply } => {
                    (self.state.post(&post, self.now()).map_err(Refused::from), Some(reply))
                }
                Asked::Delta(delta) => (self.append(&delta), None),
                Asked::Delete { reply } => {
                    gone = Some(reply);
                    break;
                }
            };
            match (outcome, reply) {
                (Ok(outcome), reply) => {
                    self.fold(&outcome.events);
                    events.extend(outcome.events);
                    effects.extend(outcome.effects);
                    answers.extend(reply.map(|reply| (reply, Said { offset: outcome.offset.0 })));
                }
                (Err(refused), Some(reply)) => drop(reply.send(Err(refused))),
                // A piece that comes too late: of a job that was voided, and is heard by nobody.
                (Err(_), None) => metrics::counter!("telecast_chat_void_pieces_total").increment(1),
            }
        }
        if !events.is_empty()
            && let Err(error) = self.keep(after, &events).await
        {
            return self.undo(error, answers).await;
        }
        self.tell(after, &events);
        for (reply, said) in answers {
            drop(reply.send(Ok(said)));
        }
        for effect in effects {
            self.follow(effect);
        }
        match gone {
            Some(reply) => !self.delete(reply).await,
            None => true,
        }
    }

    /// Remembers what somebody may.
    fn knows(&mut self, asker: Asker) {
        if self.askers.len() < limits::PEOPLE || self.askers.contains_key(&asker.account) {
            self.askers.insert(asker.account.clone(), asker);
        }
    }

    async fn command(&self, who: &Who, command: &Command) -> Result<Outcome, Refused> {
        let outcome = self.state.apply(command, who, self.now())?;
        // The state knows the newest of what was sent; of older messages the store does.
        if let Some(client) = command.client_id().filter(|_| !outcome.events.is_empty()) {
            let (id, author) = (self.state.id().as_str(), who.account.as_str());
            if let Some(offset) =
                self.inner.store.conversation_said(id, author, client.as_str()).await.map_err(Error::from)?
            {
                return Ok(Outcome { events: Vec::new(), effects: Vec::new(), offset: Offset(offset) });
            }
        }
        Ok(outcome)
    }

    fn append(&mut self, delta: &Delta) -> Result<Outcome, Refused> {
        let before = self.state.job().map_or(0, |job| job.text.len());
        let outcome = self.state.append(delta, self.now())?;
        if let Some(job) = self.state.job() {
            self.live.tell_text(delta.fence.0, job.text.get(before..).unwrap_or_default());
        }
        Ok(outcome)
    }

    fn fold(&mut self, events: &[Event]) {
        for event in events {
            if let Err(error) = self.state.fold(event) {
                tracing::error!(%error, "a conversation does not go on from where it stands");
            }
        }
    }

    /// On the disk when it returns.
    async fn keep(&self, after: Offset, events: &[Event]) -> Result<(), Error> {
        let rows = events.iter().map(row).collect::<Result<_, _>>()?;
        let write = Append {
            conversation: self.state.id().as_str().to_owned(),
            epoch: self.state.epoch().as_str().to_owned(),
            after: after.0,
            events: rows,
            mode: name_of(self.state.mode()).to_owned(),
            title: self.state.title().map(str::to_owned),
            rests: self.state.job().is_none(),
            at_ms: self.inner.clock.wall_ms(),
        };
        self.inner.journal.write(write).await
    }

    fn tell(&self, after: Offset, events: &[Event]) {
        if events.is_empty() {
            return;
        }
        let frames: Vec<Bytes> = events.iter().map(|event| self.live.frame("event", event)).collect();
        metrics::counter!("telecast_chat_events_total").increment(frames.len() as u64);
        let job = self.state.job().map(|job| (job.fence.0, job.text.as_str()));
        self.live.tell(after.0 + 1, frames, job, self.state.mode());
        self.inner.tell_listed(&self.state);
    }

    /// What could not be written has not happened. What was said of it in memory is forgotten.
    async fn undo(&mut self, error: Error, answers: Vec<Due>) -> bool {
        tracing::error!(kind = ?error.kind, "what was said in a conversation cannot be kept");
        for (reply, _) in answers {
            drop(reply.send(Err(Refused::from(error.clone()))));
        }
        if let Some((_, stop)) = self.job.take() {
            stop.cancel();
        }
        // Those who listen begin anew with whoever reads it next.
        self.inner.living().remove(self.state.id().as_str());
        false
    }

    fn follow(&mut self, effect: Effect) {
        let Some(pen) = self.pen.upgrade().map(Pen) else { return };
        match effect {
            Effect::StartJob { fence, .. } => {
                let Some(job) = self.state.job().filter(|job| job.fence == fence) else { return };
                let Some(asker) = self.askers.get(job.asker.as_str()).cloned() else { return };
                let stop = self.inner.stop.child_token();
                self.job = Some((fence, stop.clone()));
                self.aside = (fence, 0);
                self.inner.assistant.answer(Order::of(&self.state, job, asker), pen, stop);
            }
            Effect::StopJob { fence } => {
                if let Some((_, stop)) = self.job.take_if(|(running, _)| *running == fence) {
                    stop.cancel();
                }
            }
            Effect::RunCall { call } => self.send(call, pen, false),
            Effect::UndoCall { call } => self.send(call, pen, true),
        }
        if self.state.job().is_none() {
            self.job = None;
        }
    }

    /// Sends the hands to do what was confirmed, or to undo it.
    fn send(&self, call: CallId, pen: Pen, undo: bool) {
        let asker = self.state.call(call).and_then(|known| self.askers.get(known.asker.as_str()).cloned());
        if let Some(errand) = asker.and_then(|asker| Errand::of(&self.state, call, asker)) {
            self.inner.assistant.carry_out(errand, pen, undo);
        }
    }

    /// Puts the answer in the making aside, if there is more of it.
    fn put_aside(&mut self) {
        let Some(job) = self.state.job() else { return };
        let stands = (job.fence, job.text.len());
        if stands == self.aside {
            return;
        }
        self.inner.journal.put_aside(self.state.id().as_str(), job.fence.0, job.text.clone());
        self.aside = stands;
    }

    /// Deletes all of it; false: it could not.
    async fn delete(&mut self, reply: oneshot::Sender<Result<(), Error>>) -> bool {
        let done = self.inner.store.delete_conversation(self.state.id().as_str()).await;
        let is_done = done.is_ok();
        drop(reply.send(done.map(drop).map_err(Error::from)));
        if is_done {
            self.inner.living().remove(self.state.id().as_str());
        }
        is_done
    }
}

fn row(event: &Event) -> Result<EventRow, Error> {
    let json = serde_json::to_string(event).map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
    let author = event.author.account().map_or_else(String::new, |account| account.as_str().to_owned());
    let client_id = event.sent().map(|(_, id)| id.as_str().to_owned());
    Ok(EventRow { offset: event.offset.0, at_ms: event.at.as_millisecond(), author, client_id, event: json })
}

/// A mode's name, as the store keeps it.
pub(super) fn name_of(mode: Mode) -> &'static str {
    match mode {
        Mode::Assistant => "assistant",
        Mode::Queued => "queued",
        Mode::Human => "human",
        Mode::Closed => "closed",
    }
}
