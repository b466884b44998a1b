//! Messages (Anthropic's API reference, "Messages" and "Streaming messages").
//!
//! A dialogue begins with the user and ends with the user, and results of calls stand first in the message that follows the calls: whatever the turns
//! are, it is so. What a model thinks is neither shown nor sent back. `input_tokens` leaves out what was cached; [`super::Usage::input`] does not.

use super::answer::{Answer, Stop};
use super::fault::Fault;
use super::request::{Posting, Request, Step, steps};
use serde_json::{Value, json};

/// The version of the API that is spoken.
const VERSION: &str = "2023-06-01";
/// What the user says where the dialogue begins with the model's words.
const BEFORE: &str = "Hello.";
/// What the user says where it ends with them: newer models refuse to go on in the middle of their own.
const AFTER: &str = "Go on.";

pub(super) fn encode(request: &Request) -> Posting {
    let mut messages = Dialogue::default();
    for step in steps(&request.turns) {
        match step {
            Step::User(text) => messages.say("user", text_block(text)),
            Step::Assistant { text, calls } => {
                if messages.0.is_empty() {
                    messages.say("user", text_block(BEFORE));
                }
                if !text.trim().is_empty() {
                    // White space at the end of the model's words is refused.
                    messages.say("assistant", text_block(text.trim_end()));
                }
                for (made, _) in &calls {
                    let input = made.arguments_object();
                    messages.say(
                        "assistant",
                        json!({ "type": "tool_use", "id": made.id, "name": made.name, "input": input }),
                    );
                }
                for (made, result) in &calls {
                    messages.say(
                        "user",
                        json!({ "type": "tool_result", "tool_use_id": made.id, "content": result }),
                    );
                }
            }
        }
    }
    if messages.0.last().is_none_or(|(role, _)| *role == "assistant") {
        messages.say("user", text_block(AFTER));
    }
    let messages: Vec<Value> =
        messages.0.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect();
    let mut body = json!({ "model": request.model, "max_tokens": request.max_tokens, "messages": messages, "stream": true });
    if !request.system.is_empty() {
        body["system"] = request.system.as_str().into();
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = f64::from(temperature).into();
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({ "name": tool.name(), "description": tool.description(), "input_schema": tool.schema() })
        });
        body["tools"] = tools.collect();
    }
    let headers = vec![
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
        ("anthropic-version", VERSION),
    ];
    Posting { path: "/v1/messages", headers, body }
}

/// Messages whose roles alternate.
#[derive(Default)]
struct Dialogue(Vec<(&'static str, Vec<Value>)>);

impl Dialogue {
    fn say(&mut self, role: &'static str, block: Value) {
        match self.0.last_mut() {
            Some((last, blocks)) if *last == role => blocks.push(block),
            _ => self.0.push((role, vec![block])),
        }
    }
}

fn text_block(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

pub(super) fn take(json: &Value, answer: &mut Answer) -> Result<(), Fault> {
    let key = json["index"].as_u64().unwrap_or_default();
    match json["type"].as_str().unwrap_or_default() {
        "message_start" => used(&json["message"]["usage"], answer),
        "content_block_start" => {
            let block = &json["content_block"];
            match block["type"].as_str().unwrap_or_default() {
                "text" => answer.text(block["text"].as_str().unwrap_or_default())?,
                "tool_use" => {
                    let word = |name: &str| block[name].as_str().unwrap_or_default();
                    answer.begin(key, word("id"), word("name"))?;
                    // It is empty, and comes in pieces; some who are compatible give it here.
                    if block["input"].as_object().is_some_and(|input| !input.is_empty()) {
                        answer.arguments(key, &block["input"].to_string())?;
                    }
                }
                _ => {}
            }
        }
        "content_block_delta" => {
            let delta = &json["delta"];
            match delta["type"].as_str().unwrap_or_default() {
                "text_delta" => answer.text(delta["text"].as_str().unwrap_or_default())?,
                "input_json_delta" => {
                    answer.arguments(key, delta["partial_json"].as_str().unwrap_or_default())?;
                }
                _ => {}
            }
        }
        "content_block_stop" => answer.complete(key),
        "message_delta" => {
            used(&json["usage"], answer);
            match json["delta"]["stop_reason"].as_str() {
                None => {}
                Some("max_tokens" | "model_context_window_exceeded") => answer.stop(Stop::Length),
                Some("tool_use") => answer.stop(Stop::Tools),
                Some("refusal") => answer.stop(Stop::Refused),
                Some(_) => answer.stop(Stop::End),
            }
        }
        "message_stop" => answer.finish(),
        _ => {}
    }
    Ok(())
}

/// Counts up to here, as far as they are told: at the end only those of the output must be.
fn used(usage: &Value, answer: &mut Answer) {
    let count = |name: &str| usage[name].as_u64();
    let (read, written) = (count("cache_read_input_tokens"), count("cache_creation_input_tokens"));
    let input = count("input_tokens").map(|input| {
        input.saturating_add(read.unwrap_or_default()).saturating_add(written.unwrap_or_default())
    });
    answer.used(input, count("output_tokens"), read);
}
