//! Answers as providers give them, written after their references, and what they mean.

use super::scripts_openai::{compatible, openai_chat, openai_responses};
use super::{Delta, FaultKind, Kind, Stop, Usage};
use serde_json::{Value, json};

/// One answer: the bytes, what comes of them, and the fault in which it ends, if it does.
pub(super) struct Script {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) bytes: String,
    pub(super) deltas: Vec<Delta>,
    pub(super) fault: Option<FaultKind>,
}

pub(super) fn text(text: &str) -> Delta {
    Delta::Text(text.into())
}

pub(super) fn begun(index: usize, id: &str) -> Delta {
    Delta::CallBegun { index, id: id.into(), name: "whats_on".into() }
}

pub(super) fn piece(index: usize, json: &str) -> Delta {
    Delta::CallArguments { index, json: json.into() }
}

pub(super) fn call(id: &str, arguments: Value) -> Delta {
    Delta::Call { id: id.into(), name: "whats_on".into(), arguments }
}

pub(super) fn usage(input: u64, output: u64, cached: u64) -> Delta {
    Delta::Usage(Usage { input, output, cached })
}

pub(super) fn stop(stop: Stop) -> Delta {
    Delta::Stop(stop)
}

/// Events that are data alone.
pub(super) fn data(events: &[Value]) -> String {
    events.iter().map(|event| ["data: ", &event.to_string(), "\n\n"].concat()).collect()
}

/// Events that are named by what they are.
pub(super) fn named(events: &[Value]) -> String {
    let name = |event: &Value| event["type"].as_str().unwrap_or_default().to_owned();
    let event = |event: &Value| ["event: ", &name(event), "\ndata: ", &event.to_string(), "\n\n"].concat();
    events.iter().map(event).collect()
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| value.to_string() + "\n").collect()
}

pub(super) fn all() -> Vec<Script> {
    let mut all = openai_chat();
    all.extend(compatible());
    all.extend(openai_responses());
    all.extend(anthropic());
    all.extend(ollama());
    all.extend(dify());
    all.extend(no_answers());
    all
}

pub(super) fn script(
    name: &'static str,
    kind: Kind,
    bytes: String,
    deltas: Vec<Delta>,
    fault: Option<FaultKind>,
) -> Script {
    Script { name, kind, bytes, deltas, fault }
}

fn anthropic() -> Vec<Script> {
    let kind = Kind::Anthropic;
    let start = json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "m", "stop_reason": null,
        "usage": {"input_tokens": 10, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 7, "output_tokens": 1},
    }});
    let ping = json!({"type": "ping"});
    let block = |index: u64, block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
    let delta =
        |index: u64, delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
    let said = |text: &str| delta(0, json!({"type": "text_delta", "text": text}));
    let json_piece =
        |index: u64, json: &str| delta(index, json!({"type": "input_json_delta", "partial_json": json}));
    let ends = |index: u64| json!({"type": "content_block_stop", "index": index});
    let stops = |reason: &str| json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null}, "usage": {"output_tokens": 15}});
    let over = json!({"type": "message_stop"});
    let open =
        [start.clone(), block(0, json!({"type": "text", "text": ""})), ping, said("Good"), said(" evening.")];
    let tool = |index: u64, id: &str| {
        block(index, json!({"type": "tool_use", "id": id, "name": "whats_on", "input": {}}))
    };
    let called = [
        &open[..],
        &[
            ends(0),
            tool(1, "toolu_a"),
            json_piece(1, ""),
            json_piece(1, "{\"when\": \"n"),
            json_piece(1, "ow\"}"),
            ends(1),
            tool(2, "toolu_b"),
            ends(2),
            stops("tool_use"),
            over.clone(),
        ],
    ]
    .concat();
    let thought = [
        start.clone(),
        block(0, json!({"type": "thinking", "thinking": ""})),
        delta(0, json!({"type": "thinking_delta", "thinking": "hm"})),
        delta(0, json!({"type": "signature_delta", "signature": "x"})),
        ends(0),
        block(1, json!({"type": "text", "text": ""})),
        delta(1, json!({"type": "text_delta", "text": "Yes."})),
        ends(1),
        json!({"type": "something_new", "index": 9}),
        stops("end_turn"),
        over.clone(),
    ];
    let head = [usage(20, 1, 7), text("Good"), text(" evening.")];
    let with = |rest: &[Delta]| [&head[..], rest].concat();
    let ending = |reason: &str| named(&[&open[..], &[ends(0), stops(reason), over.clone()]].concat());
    let error = |name: &str| {
        named(&open) + &named(&[json!({"type": "error", "error": {"type": name, "message": "…"}})])
    };
    vec![
        script("anthropic: text", kind, ending("end_turn"), with(&[usage(20, 15, 7), stop(Stop::End)]), None),
        script(
            "anthropic: limit",
            kind,
            ending("max_tokens"),
            with(&[usage(20, 15, 7), stop(Stop::Length)]),
            None,
        ),
        script(
            "anthropic: refusal",
            kind,
            ending("refusal"),
            with(&[usage(20, 15, 7), stop(Stop::Refused)]),
            None,
        ),
        script(
            "anthropic: calls",
            kind,
            named(&called),
            with(&[
                begun(0, "toolu_a"),
                piece(0, "{\"when\": \"n"),
                piece(0, "ow\"}"),
                call("toolu_a", json!({"when": "now"})),
                begun(1, "toolu_b"),
                call("toolu_b", json!({})),
                usage(20, 15, 7),
                stop(Stop::Tools),
            ]),
            None,
        ),
        script(
            "anthropic: thinking",
            kind,
            named(&thought),
            vec![usage(20, 1, 7), text("Yes."), usage(20, 15, 7), stop(Stop::End)],
            None,
        ),
        script(
            "anthropic: overloaded",
            kind,
            error("overloaded_error"),
            head.to_vec(),
            Some(FaultKind::Overloaded),
        ),
        script("anthropic: error", kind, error("api_error"), head.to_vec(), Some(FaultKind::ServerError)),
        script("anthropic: cut", kind, named(&open), head.to_vec(), Some(FaultKind::Cut)),
    ]
}

fn ollama() -> Vec<Script> {
    let kind = Kind::Ollama;
    let said = |text: &str| json!({"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": text}, "done": false});
    let done = |reason: &str| {
        json!({
            "model": "m", "message": {"role": "assistant", "content": ""}, "done": true, "done_reason": reason,
            "total_duration": 5, "load_duration": 1, "prompt_eval_count": 26, "eval_count": 9, "eval_duration": 3,
        })
    };
    let calls = |calls: Value| json!({"message": {"role": "assistant", "content": "", "tool_calls": calls}, "done": false});
    let called = [
        json!({"message": {"role": "assistant", "content": "", "thinking": "hm"}, "done": false}),
        calls(json!([{"function": {"name": "whats_on", "arguments": {"when": "now"}}}])),
        calls(json!([{"id": "call_x", "function": {"index": 0, "name": "whats_on", "arguments": "{}"}}])),
        done("stop"),
    ];
    let end = |reason: Stop| vec![text("Grüß"), text(" Gott"), usage(26, 9, 0), stop(reason)];
    let both = [said("Grüß"), said(" Gott")];
    let unended = lines(&[said("Grüß"), said(" Gott"), done("stop")]).trim_end().to_owned();
    vec![
        script("ollama: text", kind, lines(&both) + &lines(&[done("stop")]), end(Stop::End), None),
        script(
            "ollama: limit",
            kind,
            lines(&both) + "\n" + &lines(&[done("length")]),
            end(Stop::Length),
            None,
        ),
        script(
            "ollama: no end of the last line, CRLF",
            kind,
            unended.replace('\n', "\r\n"),
            end(Stop::End),
            None,
        ),
        script(
            "ollama: calls",
            kind,
            lines(&called),
            vec![
                begun(0, "call_0"),
                piece(0, "{\"when\":\"now\"}"),
                call("call_0", json!({"when": "now"})),
                begun(1, "call_x"),
                piece(1, "{}"),
                call("call_x", json!({})),
                usage(26, 9, 0),
                stop(Stop::Tools),
            ],
            None,
        ),
        script(
            "ollama: error",
            kind,
            lines(&[said("Grüß"), json!({"error": "an error was encountered while running the model"})]),
            vec![text("Grüß")],
            Some(FaultKind::Provider),
        ),
        script(
            "ollama: no such model",
            kind,
            lines(&[json!({"error": "model 'm' not found"})]),
            vec![],
            Some(FaultKind::NotFound),
        ),
        script(
            "ollama: more after the end",
            kind,
            lines(&both) + &lines(&[done("stop")]) + "{nope\n<html>",
            end(Stop::End),
            None,
        ),
        script("ollama: cut", kind, lines(&both), vec![text("Grüß"), text(" Gott")], Some(FaultKind::Cut)),
        script(
            "ollama: cut in a line",
            kind,
            lines(&both[..1]) + "{\"message\":",
            vec![text("Grüß")],
            Some(FaultKind::Cut),
        ),
        script(
            "ollama: garbage",
            kind,
            lines(&both[..1]) + "404 page not found\n",
            vec![text("Grüß")],
            Some(FaultKind::NotJson),
        ),
    ]
}

fn dify() -> Vec<Script> {
    let kind = Kind::Dify;
    let event = |event: &str, answer: &str| json!({"event": event, "task_id": "t", "message_id": "m", "conversation_id": "c-1", "answer": answer});
    let end = json!({"event": "message_end", "task_id": "t", "conversation_id": "c-1", "metadata": {"usage": {
        "prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34, "total_price": "0.001", "currency": "USD",
    }, "retriever_resources": []}});
    let known = Delta::Conversation("c-1".into());
    let ending = [usage(30, 4, 0), stop(Stop::End)];
    let said = data(&[
        json!({"event": "workflow_started", "conversation_id": "c-1", "data": {}}),
        event("message", "Good"),
        event("agent_thought", ""),
        event("agent_message", " evening."),
    ]);
    let ping = "event: ping\n\n";
    let error = json!({"event": "error", "task_id": "t", "status": 400, "code": "provider_quota_exceeded", "message": "…"});
    let failed = json!({"event": "workflow_finished", "conversation_id": "c-1", "data": {"status": "failed", "error": "maximum context length is 9"}});
    let head = [known.clone(), text("Good"), text(" evening.")];
    vec![
        script(
            "dify: text",
            kind,
            ping.to_owned() + &said + ping + &data(std::slice::from_ref(&end)),
            [&head[..], &ending].concat(),
            None,
        ),
        script(
            "dify: moderated",
            kind,
            data(&[event("message", "Bad"), event("message_replace", "Sorry."), end]),
            vec![
                known.clone(),
                text("Bad"),
                text("\n\n"),
                text("Sorry."),
                usage(30, 4, 0),
                stop(Stop::Refused),
            ],
            None,
        ),
        script("dify: error", kind, said.clone() + &data(&[error]), head.to_vec(), Some(FaultKind::Quota)),
        script("dify: failed", kind, data(&[failed]), vec![known], Some(FaultKind::TooLarge)),
        script("dify: cut", kind, said, head.to_vec(), Some(FaultKind::Cut)),
    ]
}

/// What is no answer at all, although it says 200.
fn no_answers() -> Vec<Script> {
    let page = "\n <!DOCTYPE html><html><body>Sign in</body></html>\n";
    let pretty = "{\n  \"error\": {\n    \"type\": \"invalid_request_error\",\n    \"code\": \"invalid_api_key\"\n  }\n}\n";
    let mut all = Vec::new();
    for kind in Kind::ALL {
        all.push(script("a page", kind, page.into(), vec![], Some(FaultKind::Html)));
        all.push(script("nothing", kind, String::new(), vec![], Some(FaultKind::Empty)));
        all.push(script("blank lines", kind, "\n\r\n \n".into(), vec![], Some(FaultKind::Empty)));
        if kind != Kind::Ollama {
            let whole = "{\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}";
            all.push(script("an error at once", kind, pretty.into(), vec![], Some(FaultKind::Auth)));
            all.push(script("an answer at once", kind, whole.into(), vec![], Some(FaultKind::NotStream)));
            all.push(script(
                "some text",
                kind,
                "404 page not found\n".into(),
                vec![],
                Some(FaultKind::NotStream),
            ));
            all.push(script("a short text", kind, "no".into(), vec![], Some(FaultKind::NotStream)));
            all.push(script("comments alone", kind, ": waiting\n\n".into(), vec![], Some(FaultKind::Cut)));
            all.push(script("a field begun", kind, "dat".into(), vec![], Some(FaultKind::Cut)));
        }
    }
    all.push(script(
        "some text",
        Kind::Ollama,
        "404 page not found\n".into(),
        vec![],
        Some(FaultKind::NotJson),
    ));
    all
}
