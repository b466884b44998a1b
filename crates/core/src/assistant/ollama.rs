//! Ollama's chat (`POST /api/chat`, its API documentation "Generate a chat completion"): JSON line by line.
//!
//! Calls come whole and mostly without an id; results go back by the tool's name. Arguments are an object, and a text with some models.

use super::answer::{Answer, Stop};
use super::fault::Fault;
use super::openai_chat::function;
use super::request::{Posting, Request, Step, steps};
use serde_json::{Value, json};

pub(super) fn encode(request: &Request) -> Posting {
    let mut messages = Vec::new();
    if !request.system.is_empty() {
        messages.push(json!({ "role": "system", "content": request.system }));
    }
    for step in steps(&request.turns) {
        match step {
            Step::User(text) => messages.push(json!({ "role": "user", "content": text })),
            Step::Assistant { text, calls } if calls.is_empty() => {
                messages.push(json!({ "role": "assistant", "content": text }));
            }
            Step::Assistant { text, calls } => {
                let made = calls.iter().map(|(made, _)| {
                    json!({ "function": { "name": made.name, "arguments": made.arguments_object() } })
                });
                let made: Vec<Value> = made.collect();
                messages.push(json!({ "role": "assistant", "content": text, "tool_calls": made }));
                messages.extend(calls.iter().map(
                    |(made, result)| json!({ "role": "tool", "tool_name": made.name, "content": result }),
                ));
            }
        }
    }
    let mut options = json!({ "num_predict": request.max_tokens });
    if let Some(window) = request.window_tokens {
        options["num_ctx"] = window.into();
    }
    if let Some(temperature) = request.temperature {
        options["temperature"] = f64::from(temperature).into();
    }
    let mut body =
        json!({ "model": request.model, "messages": messages, "stream": true, "options": options });
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(|tool| function(*tool)).collect();
    }
    let headers = vec![("content-type", "application/json"), ("accept", "application/x-ndjson")];
    Posting { path: "/api/chat", headers, body }
}

pub(super) fn take(json: &Value, answer: &mut Answer) -> Result<(), Fault> {
    let message = &json["message"];
    answer.text(message["content"].as_str().unwrap_or_default())?;
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let Some(name) = call["function"]["name"].as_str() else { continue };
        let key = answer.calls() as u64;
        answer.begin(key, call["id"].as_str().unwrap_or_default(), name)?;
        match &call["function"]["arguments"] {
            Value::Null => {}
            Value::String(json) => answer.arguments(key, json)?,
            arguments => answer.arguments(key, &arguments.to_string())?,
        }
        answer.complete(key);
    }
    if json["done"] == true {
        answer.used(json["prompt_eval_count"].as_u64(), json["eval_count"].as_u64(), None);
        answer.stop(if json["done_reason"] == "length" { Stop::Length } else { Stop::End });
        answer.finish();
    }
    Ok(())
}
