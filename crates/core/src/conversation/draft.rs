//! What a command or post leads to, while it is put together: events with their offsets, and effects.

use super::event::{Author, Body, DeclinedBy, Ending, Event, Kind};
use super::id::{AccountId, CallId, Fence, Offset, RequestId};
use super::state::{CallState, Conversation};
use jiff::Timestamp;

/// What the owner must do once the events are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Begin this job; nothing of it is due before.
    StartJob {
        /// Which: it bears this from now on.
        fence: Fence,
        /// The message that it answers.
        answers: Offset,
        /// Why there is one.
        why: Kind,
    },
    /// Leave off with this job. What it still says is void, stopped or not.
    StopJob {
        /// Which.
        fence: Fence,
    },
    /// Carry this call out, with the rights of its asker; answered by `Ran`.
    RunCall {
        /// Which.
        call: CallId,
    },
    /// Undo it; answered by `Undid`.
    UndoCall {
        /// Which.
        call: CallId,
    },
}

/// What comes of a command or post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What has happened by it, in order; empty: it was so already.
    pub events: Vec<Event>,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Where it stands: the offset of the message, or of what was last said of it; of before, if it was so already.
    pub offset: Offset,
}

impl Outcome {
    /// It was so already, from that offset on.
    pub(super) fn already(offset: Offset) -> Self {
        Self { events: Vec::new(), effects: Vec::new(), offset }
    }
}

/// An outcome in the making.
pub(super) struct Draft<'a> {
    of: &'a Conversation,
    author: Author,
    request_id: Option<RequestId>,
    at: Timestamp,
    events: Vec<Event>,
    effects: Vec<Effect>,
    offset: Option<Offset>,
}

impl<'a> Draft<'a> {
    /// Nothing yet, by `author` for `request_id`.
    pub(super) fn new(
        of: &'a Conversation,
        author: Author,
        request_id: Option<RequestId>,
        now: Timestamp,
    ) -> Self {
        // To the millisecond, as stores keep it: who reads it back knows the same.
        let at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Self { of, author, request_id, at, events: Vec::new(), effects: Vec::new(), offset: None }
    }

    fn push_by(&mut self, author: Author, body: Body) -> Offset {
        let offset = Offset(self.of.last().0 + self.events.len() as u64 + 1);
        let (epoch, request_id) = (self.of.epoch().clone(), self.request_id.clone());
        self.events.push(Event { epoch, offset, at: self.at, author, request_id, body });
        offset
    }

    /// One more event, by its author.
    pub(super) fn push(&mut self, body: Body) -> Offset {
        self.push_by(self.author.clone(), body)
    }

    /// One more event, by the station.
    pub(super) fn push_station(&mut self, body: Body) -> Offset {
        self.push_by(Author::Station, body)
    }

    /// One more event by its author, and this is what was asked for.
    pub(super) fn tell(&mut self, body: Body) -> Offset {
        let offset = self.push(body);
        *self.offset.insert(offset)
    }

    /// And that is to be done.
    pub(super) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Ends the running job, if there is one, with what it has said so far, and declines what it proposed. Whatever it says from here on is void.
    pub(super) fn void(&mut self, outcome: Ending) {
        let Some(job) = self.of.job() else { return };
        let (fence, text) = (job.fence, job.text.clone());
        let ended = Body::Ended { job: fence, outcome, text, usage: None, fault: None };
        self.push_by(job.assistant.clone(), ended);
        self.effect(Effect::StopJob { fence });
        self.decline(DeclinedBy::Job, |of| of == fence);
    }

    /// Declines what is open of such jobs.
    pub(super) fn decline(&mut self, by: DeclinedBy, which: impl Fn(Fence) -> bool) {
        let of = self.of;
        let already = |draft: &Self, id: CallId| {
            draft.events.iter().any(|event| matches!(event.body, Body::Declined { call, .. } if call == id))
        };
        for (id, call) in of.calls() {
            if call.state == CallState::Open && which(call.job) && !already(self, id) {
                self.push_station(Body::Declined { call: id, by });
            }
        }
    }

    /// Begins a job. Whatever ran was ended before.
    pub(super) fn begin(&mut self, answers: Offset, asker: AccountId, why: Kind) {
        let fence = self.of.fence().next();
        let begun = self.push_station(Body::Begun { job: fence, answers, asker, why });
        self.offset.get_or_insert(begun);
        self.effect(Effect::StartJob { fence, answers, why });
    }

    /// All of it.
    pub(super) fn done(self) -> Outcome {
        let last = self.events.last().map_or(self.of.last(), |event| event.offset);
        Outcome { offset: self.offset.unwrap_or(last), events: self.events, effects: self.effects }
    }
}
