//! What the station itself posts to a conversation: how a job fares, what came of a call. By the same door as people, and fenced: this is the one place
//! where something is found to be void.

use super::draft::{Draft, Effect, Outcome};
use super::event::{Author, Body, Came, Ending, Fault, Instead, Kind, Mode, Usage};
use super::id::{CallId, Fence};
use super::refusal::{Code, Refusal};
use super::state::{CallState, Conversation, Job};
use super::text::{self, shortened};
use crate::limits;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a job ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// All was said.
    Finished,
    /// The provider broke off, or the station stops.
    Cut,
    /// No answer could be had.
    Failed(Fault),
}

/// What the station posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Post {
    /// What came of a call is to be told by the assistant.
    Begin {
        /// Of which.
        call: CallId,
    },
    /// A provider is asked, from now on.
    Asks {
        /// For which job.
        fence: Fence,
        /// Which; none: the station by itself.
        provider: Option<String>,
        /// Which model of it.
        model: Option<String>,
        /// Who was asked before and did not answer.
        instead_of: Option<Instead>,
    },
    /// A job would like to change something.
    Propose {
        /// Which job.
        fence: Fence,
        /// By which tool.
        tool: String,
        /// With what.
        arguments: Value,
        /// What would change.
        shows: Vec<String>,
    },
    /// A job has ended.
    Finish {
        /// Which.
        fence: Fence,
        /// How.
        how: How,
        /// What it took; none: it is not known.
        usage: Option<Usage>,
    },
    /// A call was carried out, or could not be.
    Ran {
        /// Which.
        call: CallId,
        /// What came of it.
        outcome: Came,
        /// For people and for the assistant.
        text: String,
        /// It can be undone.
        undo: bool,
    },
    /// A call was undone, or could not be.
    Undid {
        /// Which.
        call: CallId,
        /// What came of that.
        outcome: Came,
        /// For people and for the assistant.
        text: String,
    },
    /// The conversation may be called so, if nobody has said how.
    Title {
        /// How.
        title: String,
    },
    /// The station has something to say.
    Note {
        /// What.
        text: String,
    },
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Of which job.
    pub fence: Fence,
    /// The byte of its text that it begins at.
    pub at: usize,
    /// The piece.
    pub text: String,
}

/// The text of a running job, as it is put aside now and then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Of which job.
    pub job: Fence,
    /// So far.
    pub text: String,
}

impl Conversation {
    /// What comes of a post. Nothing is changed by it.
    pub fn post(&self, post: &Post, now: Timestamp) -> Result<Outcome, Refusal> {
        match post {
            Post::Begin { call } => self.further(*call, now),
            Post::Asks { fence, provider, model, instead_of } => {
                let request_id = self.running(*fence)?.request_id.clone();
                let mut draft = Draft::new(self, Author::Station, request_id, now);
                let name =
                    |name: &Option<String>| name.as_deref().map(|name| shortened(name, limits::MODEL_NAME));
                let instead_of = instead_of.as_ref().map(|instead| Instead {
                    provider: shortened(&instead.provider, limits::MODEL_NAME),
                    detail: shortened(&instead.detail, limits::SUMMARY),
                });
                draft.push(Body::Asked {
                    job: *fence,
                    provider: name(provider),
                    model: name(model),
                    instead_of,
                });
                Ok(draft.done())
            }
            Post::Propose { fence, tool, arguments, shows } => {
                let job = self.running(*fence)?;
                self.propose(job, (tool, arguments, shows), now)
            }
            Post::Finish { fence, how, usage } => Ok(self.finish(self.running(*fence)?, how, *usage, now)),
            Post::Ran { call, outcome, text, undo } => {
                self.awaits(*call, CallState::Running)?;
                let (call, outcome, undo) = (*call, *outcome, *undo);
                Ok(self.one(Body::Done { call, outcome, text: shortened(text, limits::SUMMARY), undo }, now))
            }
            Post::Undid { call, outcome, text } => {
                self.awaits(*call, CallState::Undoing)?;
                let (call, outcome) = (*call, *outcome);
                Ok(self.one(Body::Undone { call, outcome, text: shortened(text, limits::SUMMARY) }, now))
            }
            Post::Title { .. } if self.title().is_some() => Ok(Outcome::already(self.last())),
            Post::Title { title } => {
                text::name(title, limits::TITLE)?;
                Ok(self.one(Body::Titled { title: title.clone() }, now))
            }
            Post::Note { text } => Ok(self.one(Body::Noted { text: shortened(text, limits::SUMMARY) }, now)),
        }
    }

    /// Takes in a piece of the running answer. An answer that becomes too long is cut: the events say so.
    pub fn append(&mut self, delta: &Delta, now: Timestamp) -> Result<Outcome, Refusal> {
        let so_far = self.running(delta.fence)?.text.len();
        if delta.at != so_far {
            let detail = format!("A piece from byte {} on, where the text has {so_far} bytes.", delta.at);
            return Err(Refusal::new(Code::OutOfPlace, detail));
        }
        let piece = text::beginning(&delta.text, limits::ANSWER - so_far);
        if let Some(job) = self.job_mut() {
            job.text.push_str(piece);
        }
        if piece.len() == delta.text.len() {
            return Ok(Outcome::already(self.last()));
        }
        let mut cut = self.finish(self.running(delta.fence)?, &How::Cut, None, now);
        cut.effects.push(Effect::StopJob { fence: delta.fence });
        Ok(cut)
    }

    /// What is to be told after the station has stopped in the midst of something: an answer is cut where its text was put aside last, and of calls that
    /// were under way nobody knows.
    pub fn recover(&self, checkpoint: Option<&Checkpoint>, now: Timestamp) -> Outcome {
        let request_id = self.job().and_then(|job| job.request_id.clone());
        let mut draft = match self.job() {
            Some(job) => Draft::new(self, job.assistant.clone(), request_id, now),
            None => Draft::new(self, Author::Station, None, now),
        };
        if let Some(job) = self.job() {
            let kept = checkpoint.filter(|kept| kept.job == job.fence).map_or("", |kept| &kept.text);
            // What is put aside runs behind what was shown, never before it.
            let text = if kept.len() > job.text.len() { kept } else { &job.text };
            let (text, job) = (shortened(text, limits::ANSWER), job.fence);
            draft.push(Body::Ended { job, outcome: Ending::Cut, text, usage: None, fault: None });
        }
        let (outcome, text) = (Came::Unknown, "The station stopped while this was under way.".to_owned());
        for (call, known) in self.calls() {
            let text = text.clone();
            match known.state {
                CallState::Running => draft.push_station(Body::Done { call, outcome, text, undo: false }),
                CallState::Undoing => draft.push_station(Body::Undone { call, outcome, text }),
                _ => continue,
            };
        }
        draft.done()
    }

    /// The running job, if it is that one.
    fn running(&self, fence: Fence) -> Result<&Job, Refusal> {
        let void = || Refusal::new(Code::Void, format!("Job {fence} is not the running one."));
        self.job().filter(|job| job.fence == fence).ok_or_else(void)
    }

    fn one(&self, body: Body, now: Timestamp) -> Outcome {
        let mut draft = Draft::new(self, Author::Station, None, now);
        draft.tell(body);
        draft.done()
    }

    fn further(&self, call: CallId, now: Timestamp) -> Result<Outcome, Refusal> {
        let known = self.call(call).ok_or_else(|| Refusal::new(Code::NotFound, "There is no such call."))?;
        if !matches!(known.state, CallState::Done | CallState::Settled) {
            return Err(Refusal::new(Code::Busy, "Nothing has come of this call yet."));
        }
        if self.mode() != Mode::Assistant {
            return Err(Refusal::new(Code::Silent, "The assistant does not answer in this mode."));
        }
        if self.job().is_some() {
            return Err(Refusal::new(Code::Busy, "An answer is in the making."));
        }
        let mut draft = Draft::new(self, Author::Station, None, now);
        draft.begin(known.answers, known.asker.clone(), Kind::Further { call });
        Ok(draft.done())
    }

    fn propose(
        &self,
        job: &Job,
        (tool, arguments, shows): (&str, &Value, &[String]),
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let open =
            self.calls().filter(|(_, call)| !matches!(call.state, CallState::Done | CallState::Settled));
        if open.count() >= limits::CALLS_OPEN {
            return Err(Refusal::new(Code::Full, "Too many proposals wait for an answer."));
        }
        text::name(tool, limits::MODEL_NAME)?;
        if arguments.to_string().len() > limits::CALL_ARGUMENTS || shows.len() > limits::CALL_LINES {
            return Err(Refusal::new(Code::TooLarge, "This would be too much to decide at once."));
        }
        let call = self.last_call().next();
        let shows = shows.iter().map(|line| shortened(line, limits::CALL_LINE)).collect();
        let (tool, arguments) = (tool.to_owned(), arguments.clone());
        let mut draft = Draft::new(self, job.assistant.clone(), job.request_id.clone(), now);
        draft.tell(Body::Proposed { call, job: job.fence, tool, arguments, shows });
        Ok(draft.done())
    }

    fn finish(&self, job: &Job, how: &How, usage: Option<Usage>, now: Timestamp) -> Outcome {
        let (outcome, fault) = match how {
            How::Finished => (Ending::Finished, None),
            How::Cut => (Ending::Cut, None),
            How::Failed(fault) => {
                let code = shortened(&fault.code, limits::MODEL_NAME);
                let detail = shortened(&fault.detail, limits::SUMMARY);
                (Ending::Failed, Some(Fault { code, detail }))
            }
        };
        let mut draft = Draft::new(self, job.assistant.clone(), job.request_id.clone(), now);
        let text = job.text.clone();
        draft.tell(Body::Ended { job: job.fence, outcome, text, usage, fault });
        draft.done()
    }

    fn awaits(&self, call: CallId, state: CallState) -> Result<(), Refusal> {
        if self.call(call).is_some_and(|known| known.state == state) {
            return Ok(());
        }
        Err(Refusal::new(Code::Settled, format!("Nobody waits for what comes of call {call}.")))
    }
}
