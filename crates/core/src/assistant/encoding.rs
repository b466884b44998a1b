//! What is posted, wire by wire, and that any turns become a dialogue that is taken.

use super::tools::Tool;
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

fn made(id: &str, arguments: Value) -> Made {
    Made { id: id.into(), name: "whats_on".into(), arguments }
}

fn story() -> Request {
    Request {
        model: "m".into(),
        system: "You help.".into(),
        turns: vec![
            Turn::User("What is on?".into()),
            Turn::Assistant {
                text: "I look. ".into(),
                calls: vec![made("a", json!({"when": "now"})), made("b", json!("{\"when\":"))],
            },
            Turn::ToolResult { call: "b".into(), text: "refused".into() },
            Turn::ToolResult { call: "a".into(), text: "News".into() },
            Turn::Assistant { text: "News.".into(), calls: Vec::new() },
            Turn::User("And then?".into()),
        ],
        tools: vec![Tool::Tune],
        max_tokens: 500,
        temperature: Some(0.5),
        window_tokens: Some(16_000),
        user: "v1".into(),
        conversation: Some("c1".into()),
        quirks: Quirks::default(),
    }
}

fn body(kind: Kind) -> Value {
    kind.encode(&story()).body
}

#[test]
fn chat_completions_are_asked_for_so() {
    let expected = json!({
        "model": "m",
        "messages": [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": "What is on?"},
            {"role": "assistant", "content": "I look. ", "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "whats_on", "arguments": "{\"when\":\"now\"}"}},
                {"id": "b", "type": "function", "function": {"name": "whats_on", "arguments": "{\"when\":"}},
            ]},
            {"role": "tool", "tool_call_id": "a", "content": "News"},
            {"role": "tool", "tool_call_id": "b", "content": "refused"},
            {"role": "assistant", "content": "News."},
            {"role": "user", "content": "And then?"},
        ],
        "stream": true,
        "stream_options": {"include_usage": true},
        "max_tokens": 500,
        "temperature": 0.5,
        "tools": [{"type": "function", "function": {
            "name": "tune", "description": Tool::Tune.description(), "parameters": Tool::Tune.schema(),
        }}],
    });
    assert_eq!(body(Kind::OpenAiChat), expected);
    let quirks = Quirks { completion_limit: true, no_stream_options: true };
    let other = Kind::OpenAiChat.encode(&Request { quirks, tools: Vec::new(), ..story() }).body;
    assert_eq!(other["max_completion_tokens"], 500);
    for absent in ["max_tokens", "stream_options", "tools"] {
        assert!(other.get(absent).is_none(), "{absent}");
    }
}

#[test]
fn responses_are_asked_for_so() {
    let expected = json!({
        "model": "m",
        "instructions": "You help.",
        "input": [
            {"role": "user", "content": "What is on?"},
            {"role": "assistant", "content": "I look. "},
            {"type": "function_call", "call_id": "a", "name": "whats_on", "arguments": "{\"when\":\"now\"}"},
            {"type": "function_call", "call_id": "b", "name": "whats_on", "arguments": "{\"when\":"},
            {"type": "function_call_output", "call_id": "a", "output": "News"},
            {"type": "function_call_output", "call_id": "b", "output": "refused"},
            {"role": "assistant", "content": "News."},
            {"role": "user", "content": "And then?"},
        ],
        "stream": true,
        "store": false,
        "max_output_tokens": 500,
        "temperature": 0.5,
        "tools": [{
            "type": "function", "name": "tune", "description": Tool::Tune.description(), "parameters": Tool::Tune.schema(), "strict": false,
        }],
    });
    assert_eq!(body(Kind::OpenAiResponses), expected);
}

#[test]
fn messages_are_asked_for_so() {
    let text = |text: &str| json!({"type": "text", "text": text});
    let expected = json!({
        "model": "m",
        "system": "You help.",
        "messages": [
            {"role": "user", "content": [text("What is on?")]},
            {"role": "assistant", "content": [
                text("I look."),
                {"type": "tool_use", "id": "a", "name": "whats_on", "input": {"when": "now"}},
                {"type": "tool_use", "id": "b", "name": "whats_on", "input": {"unreadable": "{\"when\":"}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "News"},
                {"type": "tool_result", "tool_use_id": "b", "content": "refused"},
            ]},
            {"role": "assistant", "content": [text("News.")]},
            {"role": "user", "content": [text("And then?")]},
        ],
        "stream": true,
        "max_tokens": 500,
        "temperature": 0.5,
        "tools": [{"name": "tune", "description": Tool::Tune.description(), "input_schema": Tool::Tune.schema()}],
    });
    assert_eq!(body(Kind::Anthropic), expected);
    let greeting = Turn::Assistant { text: "Good evening. ".into(), calls: Vec::new() };
    let alone = Kind::Anthropic.encode(&Request { turns: vec![greeting], ..story() }).body;
    let roles: Vec<_> =
        alone["messages"].as_array().unwrap().iter().map(|message| &message["role"]).collect();
    assert_eq!(roles, ["user", "assistant", "user"], "it begins and ends with the user");
}

#[test]
fn ollama_is_asked_so() {
    let expected = json!({
        "model": "m",
        "messages": [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": "What is on?"},
            {"role": "assistant", "content": "I look. ", "tool_calls": [
                {"function": {"name": "whats_on", "arguments": {"when": "now"}}},
                {"function": {"name": "whats_on", "arguments": {"unreadable": "{\"when\":"}}},
            ]},
            {"role": "tool", "tool_name": "whats_on", "content": "News"},
            {"role": "tool", "tool_name": "whats_on", "content": "refused"},
            {"role": "assistant", "content": "News."},
            {"role": "user", "content": "And then?"},
        ],
        "stream": true,
        "options": {"num_predict": 500, "num_ctx": 16000, "temperature": 0.5},
        "tools": [{"type": "function", "function": {
            "name": "tune", "description": Tool::Tune.description(), "parameters": Tool::Tune.schema(),
        }}],
    });
    assert_eq!(body(Kind::Ollama), expected);
}

#[test]
fn dify_is_asked_so() {
    let expected = json!({
        "query": "And then?", "inputs": {}, "response_mode": "streaming", "user": "v1", "conversation_id": "c1", "auto_generate_name": false,
    });
    assert_eq!(body(Kind::Dify), expected);
    let first = Kind::Dify.encode(&Request { conversation: None, user: String::new(), ..story() }).body;
    assert_eq!((&first["conversation_id"], &first["user"]), (&json!(""), &json!("viewer")));
}

#[test]
fn doors_are_those_of_the_vendors_and_no_key_is_in_them() {
    let doors = Kind::ALL.map(|kind| (kind.name(), kind.encode(&story()).path, kind.key_header()));
    let bearer = ("authorization", "Bearer ");
    assert_eq!(
        doors,
        [
            ("openai_chat", "/chat/completions", bearer),
            ("openai_responses", "/responses", bearer),
            ("anthropic", "/v1/messages", ("x-api-key", "")),
            ("ollama", "/api/chat", bearer),
            ("dify", "/chat-messages", bearer),
        ]
    );
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.name()), Some(kind));
        let headers = kind.encode(&story()).headers;
        assert!(headers.iter().all(|(name, _)| *name != kind.key_header().0), "{kind:?}");
        assert!(headers.contains(&("content-type", "application/json")), "{kind:?}");
    }
    assert!(Kind::Anthropic.encode(&story()).headers.contains(&("anthropic-version", "2023-06-01")));
}

fn turn() -> impl Strategy<Value = Turn> {
    let text = proptest::sample::select(&["", " ", "hello", "zwei\n"][..]).prop_map(String::from);
    let id = proptest::sample::select(&["a", "b", "c"][..]);
    let calls = vec(id.clone().prop_map(|id| made(id, json!({}))), 0..3);
    prop_oneof![
        text.clone().prop_map(Turn::User),
        (text.clone(), calls).prop_map(|(text, calls)| Turn::Assistant { text, calls }),
        (id, text).prop_map(|(call, text)| Turn::ToolResult { call: call.into(), text }),
    ]
}

/// What the body says, one after the other: who speaks, and which call is made or answered.
fn said(kind: Kind, body: &Value) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let messages = body.get("messages").or(body.get("input")).and_then(Value::as_array).unwrap();
    for message in messages {
        match kind {
            Kind::OpenAiResponses => said.push((
                message["type"].as_str().unwrap_or(message["role"].as_str().unwrap_or_default()).into(),
                word(&message["call_id"]),
            )),
            Kind::Anthropic => {
                for block in message["content"].as_array().unwrap() {
                    let id = block.get("id").or(block.get("tool_use_id")).unwrap_or(&Value::Null);
                    said.push((format!("{}/{}", word(&message["role"]), word(&block["type"])), word(id)));
                }
            }
            _ => {
                said.push((word(&message["role"]), word(&message["tool_call_id"])));
                for call in message["tool_calls"].as_array().into_iter().flatten() {
                    said.push(("call".into(), word(&call["id"])));
                }
            }
        }
    }
    said
}

proptest! {
    #[test]
    fn any_turns_become_a_dialogue_that_is_taken(turns in vec(turn(), 0..12)) {
        let calls: usize = turns.iter().map(|turn| match turn {
            Turn::Assistant { calls, .. } => calls.len(),
            _ => 0,
        }).sum();
        let request = Request { turns, ..story() };
        for kind in [Kind::OpenAiChat, Kind::OpenAiResponses, Kind::Anthropic, Kind::Ollama] {
            let body = kind.encode(&request).body;
            let said = said(kind, &body);
            let of = |names: &[&str]| said.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(_, id)| id.clone()).collect::<Vec<_>>();
            let made = of(&["call", "function_call", "assistant/tool_use"]);
            let results = of(&["tool", "function_call_output", "user/tool_result"]);
            prop_assert_eq!((made.len(), results.len()), (calls, calls), "{:?} {:?}", kind, said);
            if kind != Kind::Ollama {
                prop_assert_eq!(made, results);
            }
            if kind == Kind::Anthropic {
                let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|message| message["role"].clone()).collect();
                prop_assert!(roles.len() % 2 == 1 && roles.iter().enumerate().all(|(at, role)| *role == ["user", "assistant"][at % 2]), "{:?}", roles);
                let is_blank = |block: &Value| block["type"] == "text" && block["text"].as_str().unwrap().trim().is_empty();
                let blocks = body["messages"].as_array().unwrap().iter().flat_map(|message| message["content"].as_array().unwrap());
                prop_assert!(!blocks.into_iter().any(is_blank));
            }
        }
        Kind::Dify.encode(&request);
    }
}
