//! Chat completions (OpenAI's API reference, "Chat completions" and its "Streaming"), and those who are compatible: vLLM, llama.cpp, LM Studio,
//! Mistral, DeepSeek, OpenRouter, Gemini's second door.
//!
//! In what the compatible ones are not: no id or index for calls, or index 0 for all of them; "stop" where calls are to be answered; no `[DONE]`;
//! `choices` that are null. All that is understood here; what is refused by some is in [`super::Quirks`].

use super::answer::{Answer, Stop};
use super::fault::Fault;
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
                    let function = json!({ "name": made.name, "arguments": made.arguments_text() });
                    json!({ "id": made.id, "type": "function", "function": function })
                });
                let content = if text.is_empty() { Value::Null } else { text.into() };
                let made: Vec<Value> = made.collect();
                messages.push(json!({ "role": "assistant", "content": content, "tool_calls": made }));
                messages.extend(calls.iter().map(
                    |(made, result)| json!({ "role": "tool", "tool_call_id": made.id, "content": result }),
                ));
            }
        }
    }
    let mut body = json!({ "model": request.model, "messages": messages, "stream": true });
    let limit = if request.quirks.completion_limit { "max_completion_tokens" } else { "max_tokens" };
    body[limit] = request.max_tokens.into();
    if !request.quirks.no_stream_options {
        body["stream_options"] = json!({ "include_usage": true });
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = f64::from(temperature).into();
    }
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(|tool| function(*tool)).collect();
    }
    let headers = vec![("content-type", "application/json"), ("accept", "text/event-stream")];
    Posting { path: "/chat/completions", headers, body }
}

/// A tool as chat completions, and Ollama, have it.
pub(super) fn function(tool: super::tools::Tool) -> Value {
    let function =
        json!({ "name": tool.name(), "description": tool.description(), "parameters": tool.schema() });
    json!({ "type": "function", "function": function })
}

pub(super) fn take(json: &Value, answer: &mut Answer) -> Result<(), Fault> {
    let choice = &json["choices"][0];
    let delta = &choice["delta"];
    answer.text(delta["content"].as_str().unwrap_or_default())?;
    if let Some(refusal) = delta["refusal"].as_str().filter(|refusal| !refusal.is_empty()) {
        answer.refuse();
        answer.text(refusal)?;
    }
    for piece in delta["tool_calls"].as_array().into_iter().flatten() {
        take_call(piece, answer)?;
    }
    if let Some(usage) = json["usage"].as_object() {
        let count = |name: &str| usage.get(name).and_then(Value::as_u64);
        let cached = json["usage"]["prompt_tokens_details"]["cached_tokens"].as_u64();
        answer.used(count("prompt_tokens"), count("completion_tokens"), cached);
    }
    match choice["finish_reason"].as_str() {
        None | Some("") => {}
        Some("length") => answer.stop(Stop::Length),
        Some("content_filter") => answer.stop(Stop::Refused),
        Some("tool_calls" | "function_call") => answer.stop(Stop::Tools),
        Some(_) => answer.stop(Stop::End),
    }
    Ok(())
}

fn take_call(piece: &Value, answer: &mut Answer) -> Result<(), Fault> {
    let id = piece["id"].as_str().unwrap_or_default();
    let name = piece["function"]["name"].as_str().unwrap_or_default();
    let (key, begins) = match (piece["index"].as_u64(), answer.last_key()) {
        // Some give all calls the same index; then another id is another call.
        (Some(key), _) => (key, answer.given_id(key).is_none_or(|known| !id.is_empty() && known != id)),
        // Without an index a call comes whole, or goes on without its name.
        (None, Some(last)) if name.is_empty() => (last, false),
        (None, _) => (answer.calls() as u64, true),
    };
    if begins && !name.is_empty() {
        answer.begin(key, id, name)?;
    }
    match &piece["function"]["arguments"] {
        Value::String(json) => answer.arguments(key, json),
        arguments @ Value::Object(_) => answer.arguments(key, &arguments.to_string()),
        _ => Ok(()),
    }
}
