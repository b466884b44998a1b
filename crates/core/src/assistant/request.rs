//! What is asked of a model, in words that belong to no provider.

use super::tools::Tool;
use serde_json::{Value, json};

/// What stands for the result of a call that has none: models refuse a dialogue in which one is missing.
const NOT_DONE: &str = "This was not done.";

/// A request for one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The provider's name of the model. Dify has none: its app chooses.
    pub model: String,
    /// What the model is told before everything else. Dify has its own.
    pub system: String,
    /// The dialogue, the newest last.
    pub turns: Vec<Turn>,
    /// What may be called.
    pub tools: Vec<Tool>,
    /// The answer has no more tokens than this.
    pub max_tokens: u32,
    /// How freely words are chosen; none: the provider decides, and some models take no other.
    pub temperature: Option<f32>,
    /// Tokens that the model is to hold, question and answer together. Only Ollama asks; by itself it holds few, and forgets the beginning silently.
    pub window_tokens: Option<u32>,
    /// Who asks, as a word that tells the provider nothing. Only Dify wants one.
    pub user: String,
    /// The provider's id of the dialogue ([`super::Delta::Conversation`]). Only Dify keeps one.
    pub conversation: Option<String>,
    /// What this provider does otherwise.
    pub quirks: Quirks,
}

/// In what those differ who call themselves compatible with chat completions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    /// The limit is called `max_completion_tokens`: newer models of OpenAI refuse `max_tokens`, most others know nothing else.
    pub completion_limit: bool,
    /// `stream_options` is refused: usage is not asked for.
    pub no_stream_options: bool,
}

/// One turn of a dialogue.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// A person has said this.
    User(String),
    /// The model has.
    Assistant {
        /// Text; may be empty.
        text: String,
        /// What it called.
        calls: Vec<Made>,
    },
    /// What a call gave. It follows the turn that made the call.
    ToolResult {
        /// Id of the call.
        call: String,
        /// What is told to the model.
        text: String,
    },
}

/// A call that a model has made.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// Unique within the answer.
    pub id: String,
    /// Name of the tool, as the model says it.
    pub name: String,
    /// Arguments; a text if they were no JSON, which [`super::tools::Call::parse`] refuses in words that help the model.
    pub arguments: Value,
}

impl Made {
    /// The arguments as JSON in a text: as they came, if they were none.
    pub(super) fn arguments_text(&self) -> String {
        match &self.arguments {
            Value::String(text) => text.clone(),
            arguments => arguments.to_string(),
        }
    }

    /// The arguments as an object, for wires that take nothing else.
    pub(super) fn arguments_object(&self) -> Value {
        match &self.arguments {
            arguments @ Value::Object(_) => arguments.clone(),
            other => json!({ "unreadable": other }),
        }
    }
}

/// What is posted to a provider. The key is no part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Posting {
    /// What is appended to the provider's address, as vendors print that: `https://api.openai.com/v1`, `https://api.anthropic.com`,
    /// `http://localhost:11434`, `https://api.dify.ai/v1`.
    pub path: &'static str,
    /// Headers that are no secret.
    pub headers: Vec<(&'static str, &'static str)>,
    /// Body.
    pub body: Value,
}

/// A turn together with what belongs to it: no wire can send them otherwise.
pub(super) enum Step<'a> {
    User(&'a str),
    Assistant {
        text: &'a str,
        /// Each with its result.
        calls: Vec<(&'a Made, &'a str)>,
    },
}

/// The dialogue as every provider accepts it: each call has its one result right after it, and nothing is empty. A result without its call is left out.
pub(super) fn steps(turns: &[Turn]) -> Vec<Step<'_>> {
    let mut steps = Vec::with_capacity(turns.len());
    for (at, turn) in turns.iter().enumerate() {
        match turn {
            Turn::User(text) if !text.trim().is_empty() => steps.push(Step::User(text)),
            Turn::Assistant { text, calls } if !calls.is_empty() || !text.trim().is_empty() => {
                let calls = calls.iter().map(|made| (made, result(&turns[at + 1..], &made.id))).collect();
                steps.push(Step::Assistant { text, calls });
            }
            _ => {}
        }
    }
    steps
}

/// The result of that call among those that come next.
fn result<'a>(next: &'a [Turn], id: &str) -> &'a str {
    let results = next.iter().map_while(|turn| match turn {
        Turn::ToolResult { call, text } => Some((call, text)),
        _ => None,
    });
    let found = results.into_iter().find(|(call, text)| *call == id && !text.trim().is_empty());
    found.map_or(NOT_DONE, |(_, text)| text)
}
