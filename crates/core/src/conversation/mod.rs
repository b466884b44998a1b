//! A conversation between a viewer, the assistant and whoever of the desk takes over: a pure state machine over a log of events.
//!
//! ```text
//!              ask_human            take
//!  assistant ───────────→ queued ────────→ human        every mode → closed → assistant (reopen)
//!      ↑  └──────────────────┼──── take ─────↑│
//!      └──── hand_back ──────┴────────────────┘
//! ```
//!
//! - [`Conversation::apply`] says what a person's [`Command`] leads to, [`Conversation::post`] what the station's own [`Post`] does: events and
//!   effects, or a [`Refusal`]. Neither changes anything; [`Conversation::fold`] does, by one event.
//! - An answer in the making is a job with a fence, which grows by one with each. Its text comes by [`Conversation::append`], which makes no event:
//!   the one event that ends the job carries the whole.
//! - What was voided is void in one place: a piece, a proposal or an end that bears another fence than the running job's is refused.
//!
//! Laws (tested over random histories):
//! - Offsets count from 1 without a gap, in one order for everybody.
//! - Who folds the events knows what those know who were there.
//! - The same client id of the same person is one message, however often it is sent.
//! - A job runs in mode `assistant` only, at most one at a time, and each ends once.
//! - Nothing that a job says after it was voided is in any event, or in the text that is shown.
//!
//! It does not know sockets, stores or providers, nor who is there and who types, which is of the moment. How it all goes together:
//! docs/design/conversation.md.

mod apply;
mod command;
mod draft;
mod event;
mod id;
mod post;
mod refusal;
mod state;
mod text;
mod transcript;

pub use command::{Command, Who};
pub use draft::{Effect, Outcome};
pub use event::{
    Author, Body, Came, DeclinedBy, Ending, Event, Fault, Instead, Kind, Mode, ModeChange, Pin, Usage,
};
pub use id::{AccountId, BadId, CallId, ClientId, ConversationId, Epoch, Fence, Offset, RequestId};
pub use post::{Checkpoint, Delta, How, Post};
pub use refusal::{Code, Refusal};
pub use state::{Broken, Call, CallState, Conversation, Job, Person, may_read};
pub use transcript::{Told, Turn, context, transcript};

#[cfg(test)]
mod cases;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod world;
