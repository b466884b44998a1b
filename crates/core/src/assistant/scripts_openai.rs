//! Answers by OpenAI's two wires, and by those who copy the first.

use super::scripts::{Script, begun, call, data, named, piece, script, stop, text, usage};
use super::{Delta, FaultKind, Kind, Stop};
use serde_json::{Value, json};

/// A chunk of a chat completion.
fn chunk(delta: Value, finish: Value) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}], "usage": null,
    })
}

pub(super) fn openai_chat() -> Vec<Script> {
    let kind = Kind::OpenAiChat;
    let done = "data: [DONE]\n\n";
    let role = chunk(json!({"role": "assistant", "content": "", "refusal": null}), Value::Null);
    let said = [
        role.clone(),
        chunk(json!({"content": "Für dich: "}), Value::Null),
        chunk(json!({"content": "🎬"}), Value::Null),
        chunk(json!({}), json!("stop")),
        json!({"id": "chatcmpl-1", "choices": [], "usage": {
            "prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25, "prompt_tokens_details": {"cached_tokens": 16},
        }}),
    ];
    let begins = |index: u64, id: &str| {
        let function = json!({"name": "whats_on", "arguments": ""});
        chunk(
            json!({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]}),
            Value::Null,
        )
    };
    let goes_on = |index: u64, json: &str| {
        chunk(json!({"tool_calls": [{"index": index, "function": {"arguments": json}}]}), Value::Null)
    };
    let called = [
        role.clone(),
        chunk(json!({"content": "I look."}), Value::Null),
        begins(0, "call_a"),
        goes_on(0, "{\"when\":"),
        begins(1, "call_b"),
        goes_on(0, "\"now\"}"),
        goes_on(1, "{}"),
        chunk(json!({}), json!("tool_calls")),
    ];
    let calls = vec![
        text("I look."),
        begun(0, "call_a"),
        piece(0, "{\"when\":"),
        begun(1, "call_b"),
        piece(0, "\"now\"}"),
        piece(1, "{}"),
        call("call_a", json!({"when": "now"})),
        call("call_b", json!({})),
        stop(Stop::Tools),
    ];
    let half = [role.clone(), chunk(json!({"content": "Half"}), Value::Null)];
    let failed = json!({"error": {"message": "The server had an error", "type": "server_error", "param": null, "code": null}});
    vec![
        script(
            "chat: text",
            kind,
            data(&said) + done,
            vec![text("Für dich: "), text("🎬"), usage(20, 5, 16), stop(Stop::End)],
            None,
        ),
        script("chat: calls", kind, data(&called) + done, calls, None),
        script(
            "chat: limit",
            kind,
            data(&[half[1].clone(), chunk(json!({}), json!("length"))]) + done,
            vec![text("Half"), stop(Stop::Length)],
            None,
        ),
        script(
            "chat: filter",
            kind,
            data(&[half[1].clone(), chunk(json!({}), json!("content_filter"))]) + done,
            vec![text("Half"), stop(Stop::Refused)],
            None,
        ),
        script(
            "chat: refusal",
            kind,
            data(&[chunk(json!({"refusal": "No."}), Value::Null), chunk(json!({}), json!("stop"))]) + done,
            vec![text("No."), stop(Stop::Refused)],
            None,
        ),
        script("chat: cut", kind, data(&half), vec![text("Half")], Some(FaultKind::Cut)),
        script(
            "chat: cut in a line",
            kind,
            data(&half) + "data: {\"choices\":[{\"del",
            vec![text("Half")],
            Some(FaultKind::Cut),
        ),
        script(
            "chat: error",
            kind,
            data(&half) + &data(&[failed]),
            vec![text("Half")],
            Some(FaultKind::ServerError),
        ),
        script(
            "chat: garbage",
            kind,
            data(&half) + "data: {nope\n\n",
            vec![text("Half")],
            Some(FaultKind::NotJson),
        ),
        script(
            "chat: more after the end",
            kind,
            data(&said[..4]) + done + "data: {nope\n\ndata: [DONE]\n\n",
            vec![text("Für dich: "), text("🎬"), stop(Stop::End)],
            None,
        ),
    ]
}

/// What those do who are compatible, each seen somewhere.
pub(super) fn compatible() -> Vec<Script> {
    let kind = Kind::OpenAiChat;
    let done = "data: [DONE]\n\n";
    let whole = |piece: Value| chunk(json!({"tool_calls": [piece]}), Value::Null);
    let function = |arguments: Value| json!({"name": "whats_on", "arguments": arguments});
    let same_index = [
        whole(json!({"index": 0, "id": "a", "function": function(json!("{\"n\":1}"))})),
        whole(json!({"index": 0, "id": "b", "function": function(json!("{\"n\":2}"))})),
        chunk(json!({}), json!("stop")),
    ];
    let two = |first: &str, second: &str| {
        vec![
            begun(0, first),
            piece(0, "{\"n\":1}"),
            begun(1, second),
            piece(1, "{\"n\":2}"),
            call(first, json!({"n": 1})),
            call(second, json!({"n": 2})),
            stop(Stop::Tools),
        ]
    };
    let no_index = [
        whole(json!({"function": function(json!({"n": 1}))})),
        whole(json!({"function": function(json!("{\"n\":"))})),
        whole(json!({"function": {"arguments": "2}"}})),
        chunk(json!({}), json!("tool_calls")),
    ];
    let mut in_pieces = two("call_0", "call_1");
    in_pieces.splice(3..4, [piece(1, "{\"n\":"), piece(1, "2}")]);
    let no_arguments = [
        whole(json!({"index": 0, "id": "a", "function": {"name": "whats_on"}})),
        chunk(json!({}), json!("tool_calls")),
    ];
    let no_json = [
        whole(json!({"index": 0, "id": "a", "function": function(json!("{when: now}"))})),
        chunk(json!({}), json!("tool_calls")),
    ];
    let hi = chunk(json!({"content": "Hi"}), Value::Null);
    let used =
        |output: u64| json!({"choices": null, "usage": {"prompt_tokens": 3, "completion_tokens": output}});
    let limited = json!({"error": {"code": 429, "message": "slow down"}});
    vec![
        script("compatible: all calls have index 0", kind, data(&same_index) + done, two("a", "b"), None),
        script("compatible: no index and no id", kind, data(&no_index) + done, in_pieces, None),
        script(
            "compatible: no arguments",
            kind,
            data(&no_arguments) + done,
            vec![begun(0, "a"), call("a", json!({})), stop(Stop::Tools)],
            None,
        ),
        script(
            "compatible: arguments that are no JSON",
            kind,
            data(&no_json) + done,
            vec![begun(0, "a"), piece(0, "{when: now}"), call("a", json!("{when: now}")), stop(Stop::Tools)],
            None,
        ),
        script(
            "compatible: no [DONE]",
            kind,
            data(&[hi.clone(), chunk(json!({}), json!("stop"))]),
            vec![text("Hi"), stop(Stop::End)],
            None,
        ),
        script(
            "compatible: nothing but [DONE]",
            kind,
            data(std::slice::from_ref(&hi)) + done,
            vec![text("Hi"), stop(Stop::End)],
            None,
        ),
        script(
            "compatible: usage again and again",
            kind,
            data(&[used(1), hi.clone(), used(1), used(2), chunk(json!({}), json!("stop"))]) + done,
            vec![usage(3, 1, 0), text("Hi"), usage(3, 2, 0), stop(Stop::End)],
            None,
        ),
        script(
            "compatible: comments while it waits, CRLF, a mark at the beginning",
            kind,
            format!("\u{feff}: PROCESSING\r\n\r\n: PROCESSING\r\n\r\ndata:{hi}\r\n\r\ndata:[DONE]\r\n\r\n"),
            vec![text("Hi"), stop(Stop::End)],
            None,
        ),
        script(
            "compatible: the status as the code",
            kind,
            data(&[hi, limited]),
            vec![text("Hi")],
            Some(FaultKind::RateLimited),
        ),
        script(
            "compatible: an error event",
            kind,
            "event: error\ndata: {\"message\":\"overloaded\"}\n\n".into(),
            vec![],
            Some(FaultKind::Overloaded),
        ),
    ]
}

pub(super) fn openai_responses() -> Vec<Script> {
    let kind = Kind::OpenAiResponses;
    let created = json!({"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1", "status": "in_progress", "error": null, "usage": null}});
    let delta = |text: &str| json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": text});
    let used = json!({"input_tokens": 20, "input_tokens_details": {"cached_tokens": 8}, "output_tokens": 7, "total_tokens": 27});
    let completed = json!({"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "usage": used}});
    let incomplete = |reason: &str| json!({"type": "response.incomplete", "response": {"status": "incomplete", "incomplete_details": {"reason": reason}, "usage": used}});
    let item = |arguments: &str| json!({"type": "function_call", "id": "fc_1", "call_id": "call_a", "name": "whats_on", "arguments": arguments, "status": "completed"});
    let said = [
        created.clone(),
        json!({"type": "response.in_progress", "response": {}}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "msg_1", "content": []}}),
        json!({"type": "response.content_part.added", "output_index": 0, "part": {"type": "output_text", "text": ""}}),
        delta("News"),
        delta(" at eight."),
        json!({"type": "response.output_text.done", "output_index": 0, "text": "News at eight."}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": {"type": "message", "content": [{"type": "output_text", "text": "News at eight."}]}}),
        completed.clone(),
    ];
    let called = [
        created.clone(),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning", "id": "rs_1", "summary": []}}),
        json!({"type": "response.output_item.added", "output_index": 1, "item": item("")}),
        json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": "{\"when\""}),
        json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": ":\"now\"}"}),
        json!({"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 1, "arguments": "{\"when\":\"now\"}"}),
        json!({"type": "response.output_item.done", "output_index": 1, "item": item("{\"when\":\"now\"}")}),
        completed.clone(),
    ];
    let at_once = [
        json!({"type": "response.output_item.done", "output_index": 1, "item": item("{}")}),
        completed.clone(),
    ];
    let refused =
        [json!({"type": "response.refusal.delta", "output_index": 0, "delta": "I will not."}), completed];
    let failed = json!({"type": "response.failed", "response": {"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "…"}}});
    let nested = json!({"type": "error", "error": {"type": "invalid_request_error", "code": "context_length_exceeded", "message": "…", "param": "input"}});
    let flat =
        json!({"type": "error", "code": "server_error", "message": "…", "param": null, "sequence_number": 3});
    let end = [usage(20, 7, 8), stop(Stop::End)];
    let tools = |deltas: Vec<Delta>| [deltas, vec![usage(20, 7, 8), stop(Stop::Tools)]].concat();
    vec![
        script(
            "responses: text",
            kind,
            named(&said),
            [vec![text("News"), text(" at eight.")], end.to_vec()].concat(),
            None,
        ),
        script(
            "responses: a call",
            kind,
            named(&called),
            tools(vec![
                begun(0, "call_a"),
                piece(0, "{\"when\""),
                piece(0, ":\"now\"}"),
                call("call_a", json!({"when": "now"})),
            ]),
            None,
        ),
        script(
            "responses: a call at once",
            kind,
            named(&at_once),
            tools(vec![begun(0, "call_a"), piece(0, "{}"), call("call_a", json!({}))]),
            None,
        ),
        script(
            "responses: refusal",
            kind,
            named(&refused),
            vec![text("I will not."), usage(20, 7, 8), stop(Stop::Refused)],
            None,
        ),
        script(
            "responses: limit",
            kind,
            named(&[delta("Half"), incomplete("max_output_tokens")]),
            vec![text("Half"), usage(20, 7, 8), stop(Stop::Length)],
            None,
        ),
        script(
            "responses: filter",
            kind,
            named(&[delta("Half"), incomplete("content_filter")]),
            vec![text("Half"), usage(20, 7, 8), stop(Stop::Refused)],
            None,
        ),
        script(
            "responses: failed",
            kind,
            named(&[created.clone(), delta("Half"), failed]),
            vec![text("Half")],
            Some(FaultKind::RateLimited),
        ),
        script(
            "responses: error",
            kind,
            named(&[created.clone(), nested]),
            vec![],
            Some(FaultKind::TooLarge),
        ),
        script(
            "responses: flat error",
            kind,
            named(&[created.clone(), flat]),
            vec![],
            Some(FaultKind::ServerError),
        ),
        script(
            "responses: cut",
            kind,
            named(&[created, delta("Half")]),
            vec![text("Half")],
            Some(FaultKind::Cut),
        ),
    ]
}
