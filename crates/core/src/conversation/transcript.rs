//! A conversation as it reads now: what was edited as it was last, what was deleted or answered anew not at all, what was cut and gone on with as one.
//! For people who look at the whole, and for what a model is given to read.

use super::event::{Author, Body, Came, Ending, Event, Kind, Pin};
use super::id::{AccountId, CallId, Fence, Offset};
use jiff::Timestamp;
use serde_json::Value;

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The message's id.
    pub id: Offset,
    /// When it was said.
    pub at: Timestamp,
    /// Who.
    pub author: Author,
    /// As it reads now.
    pub text: String,
    /// It read otherwise before.
    pub edited: bool,
    /// The message that it replies to.
    pub reply_to: Option<Offset>,
    /// What it is about.
    pub pin: Option<Pin>,
    /// Who thinks what of it, in the order in which they said so.
    pub reactions: Vec<(AccountId, String)>,
    /// Of an answer: the job.
    pub job: Option<Fence>,
    /// Of an answer: the message that it answers.
    pub answers: Option<Offset>,
    /// Of an answer: how it ended.
    pub ending: Option<Ending>,
    /// Of an answer: what it proposed.
    pub calls: Vec<Told>,
}

/// What was proposed, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Names it.
    pub call: CallId,
    /// By which tool.
    pub tool: String,
    /// With what.
    pub arguments: Value,
    /// It was declined.
    pub declined: bool,
    /// What came of it; none: nothing yet.
    pub outcome: Option<Came>,
    /// In words.
    pub text: String,
    /// It was undone.
    pub undone: bool,
}

/// A job of which the end has not been read yet.
struct Open {
    fence: Fence,
    answers: Offset,
    why: Kind,
    calls: Vec<Told>,
}

#[derive(Default)]
struct Reading {
    turns: Vec<Turn>,
    open: Option<Open>,
}

/// A conversation as it reads now, of all its events in order. The running job is not in it: its text is no event.
pub fn transcript<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Turn> {
    let mut reading = Reading::default();
    for event in events {
        reading.fold(event);
    }
    reading.turns
}

/// What a job is to know that answers `answers`: all that was said up to that; of what it goes on with, that too; for what came of a call, everything.
pub fn context(turns: &[Turn], answers: Offset, why: Kind) -> Vec<&Turn> {
    let is_known = |turn: &&Turn| match why {
        Kind::Answer | Kind::Again { .. } => turn.id <= answers,
        Kind::Onward { of } => turn.id <= answers || turn.job == Some(of),
        Kind::Further { .. } => true,
    };
    turns.iter().filter(is_known).collect()
}

impl Turn {
    fn new(event: &Event, text: &str) -> Self {
        Self {
            id: event.offset,
            at: event.at,
            author: event.author.clone(),
            text: text.to_owned(),
            edited: false,
            reply_to: None,
            pin: None,
            reactions: Vec::new(),
            job: None,
            answers: None,
            ending: None,
            calls: Vec::new(),
        }
    }
}

impl Reading {
    fn fold(&mut self, event: &Event) {
        match &event.body {
            Body::Said { text, reply_to, pin, .. } => {
                let turn = Turn { reply_to: *reply_to, pin: pin.clone(), ..Turn::new(event, text) };
                self.turns.push(turn);
            }
            Body::Edited { message, text, .. } => {
                if let Some(turn) = self.turn(*message) {
                    turn.text.clone_from(text);
                    turn.edited = true;
                }
            }
            Body::Deleted { message } => self.turns.retain(|turn| turn.id != *message),
            Body::Reacted { message, emoji, on } => self.react(event, *message, emoji, *on),
            Body::Mode { summary: Some(summary), .. } => self.turns.push(Turn::new(event, summary)),
            Body::Begun { job, answers, why, .. } => {
                self.open = Some(Open { fence: *job, answers: *answers, why: *why, calls: Vec::new() });
            }
            Body::Ended { job, outcome, text, .. } => self.end(event, *job, *outcome, text),
            _ => self.fold_call(&event.body),
        }
    }

    fn turn(&mut self, message: Offset) -> Option<&mut Turn> {
        let at = self.turns.binary_search_by_key(&message, |turn| turn.id).ok()?;
        self.turns.get_mut(at)
    }

    fn react(&mut self, event: &Event, message: Offset, emoji: &str, on: bool) {
        let (Some(account), Some(turn)) = (event.author.account(), self.turn(message)) else { return };
        turn.reactions.retain(|(by, sign)| by != account || sign != emoji);
        if on {
            turn.reactions.push((account.clone(), emoji.to_owned()));
        }
    }

    fn end(&mut self, event: &Event, job: Fence, outcome: Ending, text: &str) {
        let Some(open) = self.open.take_if(|open| open.fence == job) else { return };
        let mut turn =
            Turn { job: Some(job), ending: Some(outcome), calls: open.calls, ..Turn::new(event, text) };
        turn.answers = Some(open.answers);
        // What was gone on with and what it was gone on from are one.
        if let Kind::Onward { of } = open.why
            && let Some(at) = self.turns.iter().position(|turn| turn.job == Some(of))
        {
            let first = self.turns.remove(at);
            turn.text.insert_str(0, &first.text);
            turn.calls.splice(0..0, first.calls);
        }
        // Of an answer that was void before its first word there is nothing to read, and it replaces none.
        if turn.text.is_empty() && turn.calls.is_empty() {
            return;
        }
        if matches!(open.why, Kind::Again { .. }) {
            self.turns.retain(|turn| turn.answers != Some(open.answers));
        }
        self.turns.push(turn);
    }

    fn fold_call(&mut self, body: &Body) {
        match body {
            Body::Proposed { call, tool, arguments, .. } => {
                let Some(open) = &mut self.open else { return };
                let (call, tool, arguments) = (*call, tool.clone(), arguments.clone());
                let (declined, outcome, text, undone) = (false, None, String::new(), false);
                open.calls.push(Told { call, tool, arguments, declined, outcome, text, undone });
            }
            Body::Declined { call, .. } => self.tell(*call, |told| told.declined = true),
            Body::Done { call, outcome, text, .. } => self.tell(*call, |told| {
                told.outcome = Some(*outcome);
                told.text.clone_from(text);
            }),
            Body::Undone { call, outcome, text } => self.tell(*call, |told| {
                told.undone = *outcome == Came::Done;
                told.text.clone_from(text);
            }),
            _ => {}
        }
    }

    fn tell(&mut self, call: CallId, what: impl FnOnce(&mut Told)) {
        let open = self.open.iter_mut().flat_map(|open| &mut open.calls);
        let ended = self.turns.iter_mut().rev().flat_map(|turn| &mut turn.calls);
        if let Some(told) = open.chain(ended).find(|told| told.call == call) {
            what(told);
        }
    }
}
