//! An answer in the making: what all wires do alike with what they have understood.
//!
//! Laws: a call begins before its arguments and is complete after them, once; indices count from 0 in the order in which calls begin; at most one
//! [`Delta::Stop`] comes, and nothing after it. Text, calls and arguments are bounded.

use super::fault::{Fault, FaultKind};
use super::price::Usage;
use serde_json::{Map, Value};

/// Bytes of an answer's text: a long book chapter has 50,000.
pub const ANSWER_MOST: usize = 256 << 10;
/// Calls of one answer.
pub const CALLS_MOST: usize = 32;
/// Bytes of the arguments of all calls of one answer.
pub const ARGUMENTS_MOST: usize = 128 << 10;
/// Bytes of an id or name that a provider gives.
const NAME_MOST: usize = 256;

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More text; never empty.
    Text(String),
    /// A call begins.
    CallBegun {
        /// Of the answer's calls, from 0 on.
        index: usize,
        /// Its id: the provider's, or one that is unique within the answer.
        id: String,
        /// The tool.
        name: String,
    },
    /// A piece of a call's arguments as JSON; never empty.
    CallArguments {
        /// Which call.
        index: usize,
        /// The piece.
        json: String,
    },
    /// A call is complete.
    Call {
        /// Its id.
        id: String,
        /// The tool.
        name: String,
        /// Its arguments; a text if they were no JSON.
        arguments: Value,
    },
    /// What was used up to here; a later one stands for all before it.
    Usage(Usage),
    /// The id under which the provider keeps the dialogue.
    Conversation(String),
    /// The answer is complete; the last of all.
    Stop(Stop),
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All is said.
    End,
    /// It has reached its limit.
    Length,
    /// The calls are to be answered.
    Tools,
    /// The model or its provider refuses.
    Refused,
}

/// A call that has begun.
#[derive(Clone, Debug)]
struct Begun {
    /// What the wire knows it by.
    key: u64,
    /// Id as the provider gave it; may be empty.
    given: String,
    id: String,
    name: String,
    arguments: String,
    is_complete: bool,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    deltas: Vec<Delta>,
    text_bytes: usize,
    argument_bytes: usize,
    calls: Vec<Begun>,
    usage: Usage,
    stop: Option<Stop>,
    has_refused: bool,
    conversation: Option<String>,
    is_over: bool,
}

impl Answer {
    /// What has come since this was asked last.
    pub(super) fn drain(&mut self) -> Vec<Delta> {
        std::mem::take(&mut self.deltas)
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    pub(super) fn has_text(&self) -> bool {
        self.text_bytes > 0
    }

    /// More text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Fault> {
        if text.is_empty() {
            return Ok(());
        }
        self.text_bytes += text.len();
        bounded(self.text_bytes, ANSWER_MOST)?;
        self.deltas.push(Delta::Text(text.to_owned()));
        Ok(())
    }

    /// How many calls have begun.
    pub(super) fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The id that the provider has given to the last call known by `key`.
    pub(super) fn given_id(&self, key: u64) -> Option<&str> {
        self.calls.iter().rev().find(|call| call.key == key).map(|call| call.given.as_str())
    }

    /// What the last call is known by.
    pub(super) fn last_key(&self) -> Option<u64> {
        self.calls.last().map(|call| call.key)
    }

    /// A call begins.
    pub(super) fn begin(&mut self, key: u64, given: &str, name: &str) -> Result<(), Fault> {
        let index = self.calls.len();
        bounded(index + 1, CALLS_MOST)?;
        bounded(given.len().max(name.len()), NAME_MOST)?;
        let id = if given.is_empty() { format!("call_{index}") } else { given.to_owned() };
        let name = name.to_owned();
        self.deltas.push(Delta::CallBegun { index, id: id.clone(), name: name.clone() });
        let (given, arguments) = (given.to_owned(), String::new());
        self.calls.push(Begun { key, given, id, name, arguments, is_complete: false });
        Ok(())
    }

    /// A piece of the arguments of the last call known by `key`; of a call that never began it is nothing.
    pub(super) fn arguments(&mut self, key: u64, json: &str) -> Result<(), Fault> {
        let call = self.calls.iter_mut().enumerate().rev().find(|(_, call)| call.key == key);
        let Some((index, call)) = call.filter(|(_, call)| !call.is_complete && !json.is_empty()) else {
            return Ok(());
        };
        self.argument_bytes += json.len();
        bounded(self.argument_bytes, ARGUMENTS_MOST)?;
        call.arguments.push_str(json);
        self.deltas.push(Delta::CallArguments { index, json: json.to_owned() });
        Ok(())
    }

    /// Whether the last call known by `key` has arguments.
    pub(super) fn has_arguments(&self, key: u64) -> bool {
        let call = self.calls.iter().rev().find(|call| call.key == key);
        call.is_some_and(|call| !call.arguments.is_empty())
    }

    /// The last call known by `key` is complete.
    pub(super) fn complete(&mut self, key: u64) {
        let call = self.calls.iter_mut().rev().find(|call| call.key == key);
        if let Some(delta) = call.and_then(Begun::completed) {
            self.deltas.push(delta);
        }
    }

    /// What was used up to here, as far as it is told.
    pub(super) fn used(&mut self, input: Option<u64>, output: Option<u64>, cached: Option<u64>) {
        let usage = Usage {
            input: input.unwrap_or(self.usage.input),
            output: output.unwrap_or(self.usage.output),
            cached: cached.unwrap_or(self.usage.cached),
        };
        if usage != self.usage {
            self.usage = usage;
            self.deltas.push(Delta::Usage(usage));
        }
    }

    /// The provider's id of the dialogue.
    pub(super) fn conversation(&mut self, id: &str) -> Result<(), Fault> {
        bounded(id.len(), NAME_MOST)?;
        if !id.is_empty() && self.conversation.as_deref() != Some(id) {
            self.conversation = Some(id.to_owned());
            self.deltas.push(Delta::Conversation(id.to_owned()));
        }
        Ok(())
    }

    /// What is said is a refusal, however it ends.
    pub(super) fn refuse(&mut self) {
        self.has_refused = true;
    }

    /// Why it will end. What follows may still tell of usage.
    pub(super) fn stop(&mut self, stop: Stop) {
        self.stop = Some(stop);
    }

    /// All has come, says the provider.
    pub(super) fn finish(&mut self) {
        if self.is_over {
            return;
        }
        self.is_over = true;
        let completed: Vec<Delta> = self.calls.iter_mut().filter_map(Begun::completed).collect();
        self.deltas.extend(completed);
        let stop = match self.stop {
            _ if self.has_refused => Stop::Refused,
            Some(stop @ (Stop::Length | Stop::Refused)) => stop,
            // Many say "stop" where they mean that calls are to be answered.
            _ if !self.calls.is_empty() => Stop::Tools,
            _ => Stop::End,
        };
        self.deltas.push(Delta::Stop(stop));
    }

    /// The bytes end. Who has said why it stops need not say that it has.
    pub(super) fn ended(&mut self) -> Result<(), Fault> {
        if !self.is_over && self.stop.is_none() {
            return Err(Fault::new(FaultKind::Cut));
        }
        self.finish();
        Ok(())
    }
}

impl Begun {
    /// Once.
    fn completed(&mut self) -> Option<Delta> {
        if std::mem::replace(&mut self.is_complete, true) {
            return None;
        }
        let arguments = if self.arguments.trim().is_empty() {
            Value::Object(Map::new())
        } else {
            serde_json::from_str(&self.arguments).unwrap_or_else(|_| Value::String(self.arguments.clone()))
        };
        Some(Delta::Call { id: self.id.clone(), name: self.name.clone(), arguments })
    }
}

fn bounded(size: usize, most: usize) -> Result<(), Fault> {
    if size > most { Err(Fault::new(FaultKind::TooLong)) } else { Ok(()) }
}
