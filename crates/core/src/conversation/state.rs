//! What is known of a conversation: all that rules need, and no more of the past than that. It comes of the events alone, but for the text of the running
//! job, and what it holds is bounded whatever they are.

use super::event::{Author, Body, Came, Ending, Event, Kind, Mode};
use super::id::{AccountId, CallId, ClientId, ConversationId, Epoch, Fence, Offset, RequestId};
use crate::limits;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An event that does not follow what is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is of another past.
    #[error("an event of epoch {got} in a conversation of epoch {expected}")]
    Epoch {
        /// Of this.
        expected: Epoch,
        /// Not of this.
        got: Epoch,
    },
    /// Some are missing before it, or it was there before.
    #[error("event {got} where {expected} is due")]
    Offset {
        /// This is due.
        expected: Offset,
        /// Not this.
        got: Offset,
    },
}

/// Somebody who is in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// As others read it, when he last did something.
    pub name: String,
    /// The last event that he has seen.
    pub read: Offset,
}

/// An answer in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Names and fences it.
    pub fence: Fence,
    /// The message that it answers.
    pub answers: Offset,
    /// Who asked: it acts with his rights.
    pub asker: AccountId,
    /// Why there is one.
    pub why: Kind,
    /// Who answers, as far as it is known.
    pub assistant: Author,
    /// The request that caused it.
    pub request_id: Option<RequestId>,
    /// What it has said so far.
    pub text: String,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallState {
    /// Waits for its asker's word.
    Open,
    /// Is carried out.
    Running,
    /// Is done, and can be undone.
    Done,
    /// Is being undone.
    Undoing,
    /// Nothing more comes of it: declined, failed, undone, or done for good.
    Settled,
}

/// A call of a tool that changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The job that proposed it.
    pub job: Fence,
    /// What that answered.
    pub answers: Offset,
    /// With whose rights, and on whose word.
    pub asker: AccountId,
    /// By which tool.
    pub tool: String,
    /// With what.
    pub arguments: Value,
    /// Where it stands.
    pub state: CallState,
}

/// What rules must know of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// Who wrote it; none: the assistant.
    pub(super) by: Option<AccountId>,
    pub(super) deleted: bool,
    /// The last job that answered it, and how that ended; none: it has not.
    pub(super) answer: Option<(Fence, Option<Ending>)>,
    pub(super) reactions: BTreeSet<(AccountId, String)>,
}

/// Whether a conversation of `owner` in this mode is for whoever asks.
pub fn may_read(owner: &AccountId, mode: Mode, account: &AccountId, desk: bool) -> bool {
    account == owner || (desk && matches!(mode, Mode::Queued | Mode::Human))
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    id: ConversationId,
    epoch: Epoch,
    owner: AccountId,
    last: Offset,
    mode: Mode,
    agent: Option<AccountId>,
    title: Option<String>,
    model: Option<String>,
    people: BTreeMap<AccountId, Person>,
    messages: BTreeMap<Offset, Message>,
    /// Messages up to this one are not remembered.
    forgotten: Offset,
    /// What clients have sent lately, and where it stands; in `sent_order` oldest first.
    sent: BTreeMap<(AccountId, ClientId), Offset>,
    sent_order: VecDeque<(AccountId, ClientId)>,
    /// The fence of the last job.
    fence: Fence,
    job: Option<Job>,
    call: CallId,
    calls: BTreeMap<CallId, Call>,
}

impl Conversation {
    /// A conversation of `owner` in which nothing has happened.
    pub fn new(id: ConversationId, epoch: Epoch, owner: AccountId) -> Self {
        Self {
            id,
            epoch,
            owner,
            last: Offset(0),
            mode: Mode::Assistant,
            agent: None,
            title: None,
            model: None,
            people: BTreeMap::new(),
            messages: BTreeMap::new(),
            forgotten: Offset(0),
            sent: BTreeMap::new(),
            sent_order: VecDeque::new(),
            fence: Fence(0),
            job: None,
            call: CallId(0),
            calls: BTreeMap::new(),
        }
    }

    /// Its name.
    pub fn id(&self) -> &ConversationId {
        &self.id
    }

    /// The past that its offsets count in.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Whose it is: the viewer.
    pub fn owner(&self) -> &AccountId {
        &self.owner
    }

    /// The last event.
    pub fn last(&self) -> Offset {
        self.last
    }

    /// Who answers.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Who has taken it over.
    pub fn agent(&self) -> Option<&AccountId> {
        self.agent.as_ref()
    }

    /// What it is called.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The model that is to answer; none: the station's choice.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Who is in it or was, with how far each has read.
    pub fn people(&self) -> &BTreeMap<AccountId, Person> {
        &self.people
    }

    /// The running job.
    pub fn job(&self) -> Option<&Job> {
        self.job.as_ref()
    }

    /// The fence of the last job, running or not.
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// What was proposed lately, and where it stands.
    pub fn calls(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.calls.iter().map(|(id, call)| (*id, call))
    }

    /// One of them.
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.get(&id)
    }

    /// Whether somebody may read it: its owner, and the desk while a person is asked for or there.
    pub fn may_read(&self, account: &AccountId, desk: bool) -> bool {
        may_read(&self.owner, self.mode, account, desk)
    }

    pub(super) fn messages(&self) -> &BTreeMap<Offset, Message> {
        &self.messages
    }

    /// Messages up to this one are not remembered.
    pub(super) fn forgotten(&self) -> Offset {
        self.forgotten
    }

    /// Where something stands that a client has sent before.
    pub(super) fn sent(&self, account: &AccountId, id: &ClientId) -> Option<Offset> {
        self.sent.get(&(account.clone(), id.clone())).copied()
    }

    pub(super) fn job_mut(&mut self) -> Option<&mut Job> {
        self.job.as_mut()
    }

    /// Takes in what has happened: living it and reading it back are the same.
    pub fn fold(&mut self, event: &Event) -> Result<(), Broken> {
        if event.epoch != self.epoch {
            return Err(Broken::Epoch { expected: self.epoch.clone(), got: event.epoch.clone() });
        }
        if event.offset != self.last.next() {
            return Err(Broken::Offset { expected: self.last.next(), got: event.offset });
        }
        self.last = event.offset;
        self.fold_author(event);
        match &event.body {
            Body::Said { .. } => self.add_message(event.offset, event.author.account().cloned()),
            Body::Edited { .. } | Body::Noted { .. } => {}
            Body::Deleted { message } => self.change(*message, |message| {
                message.deleted = true;
                message.reactions.clear();
            }),
            Body::Reacted { message, emoji, on } => self.fold_reaction(event, *message, emoji, *on),
            Body::Read { upto } => {
                if let Some(person) = event.author.account().and_then(|account| self.people.get_mut(account))
                {
                    person.read = person.read.max(*upto);
                }
            }
            Body::Mode { to, .. } => {
                self.mode = *to;
                self.agent = event.author.account().filter(|_| *to == Mode::Human).cloned();
            }
            Body::Titled { title } => self.title = Some(title.clone()),
            Body::Model { name } => self.model.clone_from(name),
            Body::Begun { .. } | Body::Asked { .. } | Body::Ended { .. } => self.fold_job(event),
            _ => self.fold_call(&event.body),
        }
        Ok(())
    }

    /// Who was there, and what he has sent.
    fn fold_author(&mut self, event: &Event) {
        if let Author::Person { account, name } = &event.author
            && (self.people.len() < limits::PEOPLE || self.people.contains_key(account))
        {
            let person = self.people.entry(account.clone()).or_default();
            if person.name != *name {
                person.name.clone_from(name);
            }
        }
        if let Some((account, id)) = event.sent() {
            let key = (account.clone(), id.clone());
            if self.sent.insert(key.clone(), event.offset).is_none() {
                self.sent_order.push_back(key);
            }
            if self.sent_order.len() > limits::CLIENT_IDS
                && let Some(oldest) = self.sent_order.pop_front()
            {
                self.sent.remove(&oldest);
            }
        }
    }

    fn fold_reaction(&mut self, event: &Event, message: Offset, emoji: &str, on: bool) {
        let Some(account) = event.author.account().cloned() else { return };
        self.change(message, |message| {
            let reaction = (account, emoji.to_owned());
            if on {
                message.reactions.insert(reaction);
            } else {
                message.reactions.remove(&reaction);
            }
        });
    }

    fn fold_job(&mut self, event: &Event) {
        match &event.body {
            Body::Begun { job, answers, asker, why } => {
                self.fence = *job;
                self.change(*answers, |message| message.answer = Some((*job, None)));
                self.job = Some(Job {
                    fence: *job,
                    answers: *answers,
                    asker: asker.clone(),
                    why: *why,
                    assistant: Author::Assistant { provider: None, model: None },
                    request_id: event.request_id.clone(),
                    text: String::new(),
                });
            }
            Body::Asked { job, provider, model, .. } => {
                if let Some(running) = self.job.as_mut().filter(|running| running.fence == *job) {
                    let (provider, model) = (provider.clone(), model.clone());
                    running.assistant = Author::Assistant { provider, model };
                }
            }
            Body::Ended { job, outcome, .. } => {
                if let Some(ended) = self.job.take_if(|running| running.fence == *job) {
                    self.change(ended.answers, |message| message.answer = Some((*job, Some(*outcome))));
                }
                self.add_message(event.offset, None);
            }
            _ => {}
        }
    }

    fn fold_call(&mut self, body: &Body) {
        let (id, state) = match body {
            Body::Proposed { call, job, tool, arguments, .. } => {
                let Some(running) = &self.job else { return };
                let (answers, asker) = (running.answers, running.asker.clone());
                let (job, tool, arguments) = (*job, tool.clone(), arguments.clone());
                self.call = *call;
                self.calls
                    .insert(*call, Call { job, answers, asker, tool, arguments, state: CallState::Open });
                self.forget_calls();
                return;
            }
            Body::Confirmed { call } => (call, CallState::Running),
            Body::Undoing { call } => (call, CallState::Undoing),
            // What could not be undone can be tried again.
            Body::Done { call, outcome: Came::Done, undo: true, .. }
            | Body::Undone { call, outcome: Came::Failed, .. } => (call, CallState::Done),
            Body::Declined { call, .. } | Body::Done { call, .. } | Body::Undone { call, .. } => {
                (call, CallState::Settled)
            }
            _ => return,
        };
        if let Some(call) = self.calls.get_mut(id) {
            call.state = state;
        }
    }

    /// The oldest calls of which nobody waits for anything go first; the others are few.
    fn forget_calls(&mut self) {
        while self.calls.len() > limits::CALLS_KEPT {
            let at_rest = |call: &Call| matches!(call.state, CallState::Done | CallState::Settled);
            let Some(id) = self.calls.iter().find(|(_, call)| at_rest(call)).map(|(id, _)| *id) else {
                return;
            };
            self.calls.remove(&id);
        }
    }

    fn add_message(&mut self, offset: Offset, by: Option<AccountId>) {
        let message = Message { by, deleted: false, answer: None, reactions: BTreeSet::new() };
        self.messages.insert(offset, message);
        if self.messages.len() > limits::MESSAGES_HELD
            && let Some((oldest, _)) = self.messages.pop_first()
        {
            self.forgotten = oldest;
        }
    }

    fn change(&mut self, message: Offset, by: impl FnOnce(&mut Message)) {
        if let Some(message) = self.messages.get_mut(&message) {
            by(message);
        }
    }

    /// The last call, open or not.
    pub(super) fn last_call(&self) -> CallId {
        self.call
    }
}
