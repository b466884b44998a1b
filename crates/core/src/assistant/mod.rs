//! The assistant's decisions: what is asked of a model, what it answered, and what may be done about it.
//!
//! - [`Kind`] is the closed set of wires by which models are spoken to. [`Kind::encode`] makes a [`Request`] into what is posted; a [`Wire`] takes
//!   the answer's bytes as they come, cut anywhere, and gives [`Delta`]s.
//! - [`context`] fits a conversation into what a model takes; [`tools`] is what it may call; [`plain`] understands a few sentences without one.
//! - [`price`] says what an answer costs and whether a day's budget bears it; [`choose`] says which provider is asked.
//!
//! What always holds: nothing here panics on bytes from outside or grows beyond a named bound; the same bytes give the same deltas however they
//! are cut; a [`Fault`] has words of our own and none of the provider's, so that neither what was said nor a key can be in it.
//!
//! What it does not do: it opens no connection and knows no key; it asks no clock; it runs no tool. Making text out of speech will be a request of
//! its own beside [`Request`], for its body is a form and its answer no stream.

mod answer;
mod anthropic;
pub mod choose;
pub mod context;
mod dify;
mod fault;
mod lines;
pub mod ndjson;
mod ollama;
mod openai_chat;
mod openai_responses;
pub mod plain;
pub mod price;
mod request;
pub mod sse;
pub mod tools;
mod wire;

pub use answer::{ANSWER_MOST, ARGUMENTS_MOST, CALLS_MOST, Delta, Stop};
pub use fault::{Fault, FaultKind, RETRY_MOST, fault_of};
pub use lines::LINE_MOST;
pub use price::Usage;
pub use request::{Made, Posting, Quirks, Request, Turn};
pub use wire::{BODY_MOST, Kind, Wire};

#[cfg(test)]
mod encoding;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod scripts_openai;
#[cfg(test)]
mod wires;
