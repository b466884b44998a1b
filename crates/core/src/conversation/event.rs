//! What is kept of a conversation. Serialised it is what goes over the wire and what the store seals: names of fields and kinds are part of that form.

use super::id::{AccountId, CallId, ClientId, Epoch, Fence, Offset, RequestId};
use crate::lineup::ChannelId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that has happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The past that it belongs to.
    pub epoch: Epoch,
    /// Its place in that.
    pub offset: Offset,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Who.
    pub author: Author,
    /// The request that caused it; none: nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// What.
    pub body: Body,
}

impl Event {
    /// Whose message it is and what his client calls it: unique in a conversation, which the store sees to for those that are long past.
    pub fn sent(&self) -> Option<(&AccountId, &ClientId)> {
        let id = match &self.body {
            Body::Said { client_id, .. } => client_id,
            Body::Edited { client_id, .. } => client_id.as_ref()?,
            _ => return None,
        };
        Some((self.author.account()?, id))
    }
}

/// Who says or does something. It comes from the connection or from the station, never from a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    /// Somebody with an account.
    Person {
        /// Whose.
        account: AccountId,
        /// As others read it.
        name: String,
    },
    /// The assistant.
    Assistant {
        /// Who makes it speak; none: it has not come to that, or the station understood it by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// By which model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
    },
    /// The station itself.
    Station,
}

impl Author {
    /// The account, if it is a person.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Person { account, .. } => Some(account),
            _ => None,
        }
    }
}

/// Who answers in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The assistant.
    #[default]
    Assistant,
    /// Nobody yet: a person was asked for.
    Queued,
    /// A person of the desk.
    Human,
    /// Nobody: it is over.
    Closed,
}

/// By what the mode became another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeChange {
    /// The viewer asked for a person.
    Asked,
    /// A person took over.
    Taken,
    /// The assistant is to go on.
    HandedBack,
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
}

/// Why there is a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Kind {
    /// Something new was said.
    Answer,
    /// The same is to be answered once more; what answered it before is replaced.
    Again {
        /// The last job that did.
        of: Fence,
    },
    /// A cut answer is gone on with.
    Onward {
        /// Of which job.
        of: Fence,
    },
    /// What came of a call is told.
    Further {
        /// Of which.
        call: CallId,
    },
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All was said.
    Finished,
    /// The station stopped, the provider broke off, or it became too long: it can be gone on with.
    Cut,
    /// The viewer has cancelled it.
    Cancelled,
    /// Taken over, or something newer was said.
    Void,
    /// No answer could be had.
    Failed,
}

/// What an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens that the model read.
    pub input_tokens: u64,
    /// Tokens that it wrote.
    pub output_tokens: u64,
    /// What that costs, in millionths of the currency that the host counts in.
    pub cost_micros: u64,
}

/// Why no answer could be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// For machines.
    pub code: String,
    /// For people; never a secret.
    pub detail: String,
}

/// A provider that did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instead {
    /// Which.
    pub provider: String,
    /// Why not, for people.
    pub detail: String,
}

/// What a message is about: a channel, what was on, and the moment in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Channel.
    pub channel: ChannelId,
    /// What was on, as the guide names it; none: it had nothing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<String>,
    /// The moment on air.
    pub moment: Timestamp,
}

/// By what a proposal was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclinedBy {
    /// By whom it was made to.
    Person,
    /// Its job was voided or cancelled.
    Job,
    /// The conversation was closed.
    Closing,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It is done.
    Done,
    /// It is not, and nothing was changed.
    Failed,
    /// The station stopped in the midst of it: whether it is done has to be looked at.
    Unknown,
}

/// What has happened. Bounds of texts are those of [`crate::limits`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// A person said something. Its offset is the message's id.
    Said {
        /// What the client calls it.
        client_id: ClientId,
        /// The text.
        text: String,
        /// The message that it replies to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Offset>,
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<Pin>,
    },
    /// A message reads otherwise now.
    Edited {
        /// Which.
        message: Offset,
        /// The whole text.
        text: String,
        /// What the client calls the change, if it is to be answered anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientId>,
    },
    /// A message is gone.
    Deleted {
        /// Which.
        message: Offset,
    },
    /// Somebody shows what he thinks of a message, or no longer does.
    Reacted {
        /// Of which.
        message: Offset,
        /// By what.
        emoji: String,
        /// Whether he does.
        on: bool,
    },
    /// Somebody has read so far.
    Read {
        /// The last event that he has seen.
        upto: Offset,
    },
    /// Somebody else answers from now on.
    Mode {
        /// Who.
        to: Mode,
        /// By what.
        why: ModeChange,
        /// What the assistant is to know when it goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
    },
    /// The conversation is called so.
    Titled {
        /// How.
        title: String,
    },
    /// Another model is to answer.
    Model {
        /// Which; none: the station's choice.
        name: Option<String>,
    },
    /// A job begins.
    Begun {
        /// Which.
        job: Fence,
        /// The message that it answers.
        answers: Offset,
        /// With whose rights.
        asker: AccountId,
        /// Why there is one.
        #[serde(flatten)]
        why: Kind,
    },
    /// A provider was asked: from here on it has what was said.
    Asked {
        /// For which job.
        job: Fence,
        /// Which provider; none: the station by itself.
        provider: Option<String>,
        /// Which model of it.
        model: Option<String>,
        /// Who was asked before and did not answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead_of: Option<Instead>,
    },
    /// A job has ended. Its offset is the id of the message that it is.
    Ended {
        /// Which.
        job: Fence,
        /// How.
        outcome: Ending,
        /// All that it said.
        text: String,
        /// What it took; none: it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        /// Why there is no answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
    },
    /// The assistant would like to change something.
    Proposed {
        /// Names it.
        call: CallId,
        /// In which job.
        job: Fence,
        /// By which tool.
        tool: String,
        /// With what.
        arguments: serde_json::Value,
        /// What would change, in lines for people. The station makes them, not the model.
        shows: Vec<String>,
    },
    /// It may.
    Confirmed {
        /// Which call.
        call: CallId,
    },
    /// It may not.
    Declined {
        /// Which call.
        call: CallId,
        /// By what.
        by: DeclinedBy,
    },
    /// A call was carried out, or could not be.
    Done {
        /// Which.
        call: CallId,
        /// What came of it.
        outcome: Came,
        /// For people and for the assistant.
        text: String,
        /// It can be undone.
        undo: bool,
    },
    /// A call is to be undone.
    Undoing {
        /// Which.
        call: CallId,
    },
    /// A call was undone, or could not be.
    Undone {
        /// Which.
        call: CallId,
        /// What came of that.
        outcome: Came,
        /// For people and for the assistant.
        text: String,
    },
    /// The station has something to say.
    Noted {
        /// What.
        text: String,
    },
}
