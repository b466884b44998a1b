//! Responses (OpenAI's API reference, "Responses" and its "Streaming events").
//!
//! Nothing is kept at the provider (`store` is false), so the whole dialogue goes with each request. Events that tell of reasoning, of parts and of
//! tools of the provider's own are nothing to us; so is any that is new.

use super::answer::{Answer, Stop};
use super::fault::Fault;
use super::request::{Posting, Request, Step, steps};
use serde_json::{Value, json};

pub(super) fn encode(request: &Request) -> Posting {
    let mut input = Vec::new();
    for step in steps(&request.turns) {
        match step {
            Step::User(text) => input.push(json!({ "role": "user", "content": text })),
            Step::Assistant { text, calls } => {
                if !text.trim().is_empty() {
                    input.push(json!({ "role": "assistant", "content": text }));
                }
                for (made, _) in &calls {
                    let arguments = made.arguments_text();
                    input.push(json!({ "type": "function_call", "call_id": made.id, "name": made.name, "arguments": arguments }));
                }
                for (made, result) in &calls {
                    input.push(
                        json!({ "type": "function_call_output", "call_id": made.id, "output": result }),
                    );
                }
            }
        }
    }
    let mut body = json!({
        "model": request.model,
        "input": input,
        "max_output_tokens": request.max_tokens,
        "stream": true,
        "store": false,
    });
    if !request.system.is_empty() {
        body["instructions"] = request.system.as_str().into();
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = f64::from(temperature).into();
    }
    if !request.tools.is_empty() {
        // Not strict: that would make every optional argument one that must be given.
        let tools = request.tools.iter().map(|tool| {
            json!({ "type": "function", "name": tool.name(), "description": tool.description(), "parameters": tool.schema(), "strict": false })
        });
        body["tools"] = tools.collect();
    }
    let headers = vec![("content-type", "application/json"), ("accept", "text/event-stream")];
    Posting { path: "/responses", headers, body }
}

pub(super) fn take(json: &Value, answer: &mut Answer) -> Result<(), Fault> {
    let key = json["output_index"].as_u64().unwrap_or_default();
    let delta = json["delta"].as_str().unwrap_or_default();
    let response = &json["response"];
    match json["type"].as_str().unwrap_or_default() {
        "response.output_text.delta" => answer.text(delta)?,
        "response.refusal.delta" => {
            answer.refuse();
            answer.text(delta)?;
        }
        "response.output_item.added" => begin(key, &json["item"], answer)?,
        "response.function_call_arguments.delta" => answer.arguments(key, delta)?,
        "response.output_item.done" if json["item"]["type"] == "function_call" => {
            begin(key, &json["item"], answer)?;
            if !answer.has_arguments(key) {
                answer.arguments(key, json["item"]["arguments"].as_str().unwrap_or_default())?;
            }
            answer.complete(key);
        }
        "response.completed" => end(response, Stop::End, answer),
        "response.incomplete" => {
            let is_refused = response["incomplete_details"]["reason"] == "content_filter";
            end(response, if is_refused { Stop::Refused } else { Stop::Length }, answer);
        }
        "response.failed" => return Err(Fault::told(&response["error"])),
        _ => {}
    }
    Ok(())
}

/// A call begins, unless it has.
fn begin(key: u64, item: &Value, answer: &mut Answer) -> Result<(), Fault> {
    let id = item["call_id"].as_str().unwrap_or_default();
    let is_known = answer.given_id(key).is_some_and(|known| known == id);
    match item["name"].as_str() {
        Some(name) if item["type"] == "function_call" && !is_known => answer.begin(key, id, name),
        _ => Ok(()),
    }
}

fn end(response: &Value, stop: Stop, answer: &mut Answer) {
    let usage = &response["usage"];
    let cached = usage["input_tokens_details"]["cached_tokens"].as_u64();
    answer.used(usage["input_tokens"].as_u64(), usage["output_tokens"].as_u64(), cached);
    answer.stop(stop);
    answer.finish();
}
