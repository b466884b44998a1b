//! An app of Dify (`POST /chat-messages` of its service API, in streaming mode).
//!
//! Its app has the prompt, the tools and the model, and keeps the dialogue under an id ([`super::Delta::Conversation`]). So it gets the user's newest
//! words and that id alone: neither [`Request::system`] nor tools nor what was said before. Whoever changes to it in the middle begins anew there.
//! What the app's moderation puts in place of what was said ([`message_replace`](https://docs.dify.ai)) is added, for what was said has been read.

use super::answer::{Answer, Stop};
use super::fault::Fault;
use super::request::{Posting, Request, Turn};
use serde_json::{Value, json};

/// Who asks, where nobody is named: the API wants a word.
const SOMEBODY: &str = "viewer";

pub(super) fn encode(request: &Request) -> Posting {
    let newest = request.turns.iter().rev().find_map(|turn| match turn {
        Turn::User(text) if !text.trim().is_empty() => Some(text.as_str()),
        _ => None,
    });
    let user = if request.user.is_empty() { SOMEBODY } else { &request.user };
    let body = json!({
        "query": newest.unwrap_or_default(),
        "inputs": {},
        "response_mode": "streaming",
        "user": user,
        "conversation_id": request.conversation.as_deref().unwrap_or_default(),
        "auto_generate_name": false,
    });
    let headers = vec![("content-type", "application/json"), ("accept", "text/event-stream")];
    Posting { path: "/chat-messages", headers, body }
}

pub(super) fn take(json: &Value, answer: &mut Answer) -> Result<(), Fault> {
    answer.conversation(json["conversation_id"].as_str().unwrap_or_default())?;
    let text = json["answer"].as_str().unwrap_or_default();
    match json["event"].as_str().unwrap_or_default() {
        "message" | "agent_message" => answer.text(text)?,
        "message_replace" => {
            answer.refuse();
            if answer.has_text() {
                answer.text("\n\n")?;
            }
            answer.text(text)?;
        }
        "workflow_finished" if json["data"]["status"] == "failed" => {
            return Err(Fault::told(&json["data"]["error"]));
        }
        "message_end" => {
            let usage = &json["metadata"]["usage"];
            answer.used(usage["prompt_tokens"].as_u64(), usage["completion_tokens"].as_u64(), None);
            answer.stop(Stop::End);
            answer.finish();
        }
        _ => {}
    }
    Ok(())
}
