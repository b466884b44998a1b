//! Wires: what answers mean, however their bytes are cut, and what no bytes can do.

use super::scripts::{Script, all};
use super::*;
use proptest::prelude::*;
use serde_json::json;

/// What comes of these chunks, and the kind of fault that it ends in.
fn read(kind: Kind, chunks: &[&[u8]]) -> (Vec<Delta>, Option<FaultKind>) {
    let (mut wire, mut deltas) = (Wire::new(kind), Vec::new());
    for chunk in chunks {
        match wire.feed(chunk) {
            Ok(more) => deltas.extend(more),
            Err(fault) => return (deltas, Some(fault.kind)),
        }
    }
    match wire.end() {
        Ok(more) => {
            deltas.extend(more);
            assert_eq!(wire.end(), Ok(Vec::new()), "the end comes once");
            (deltas, None)
        }
        Err(fault) => {
            assert_eq!(wire.feed(b"more").unwrap_err(), fault, "a fault stays");
            (deltas, Some(fault.kind))
        }
    }
}

/// The laws of [`Delta`]s.
fn lawful(deltas: &[Delta], fault: Option<FaultKind>) -> Result<(), TestCaseError> {
    let (mut ids, mut open, mut usage) = (Vec::new(), Vec::new(), None);
    for (at, delta) in deltas.iter().enumerate() {
        match delta {
            Delta::Text(text) => prop_assert!(!text.is_empty()),
            Delta::CallBegun { index, id, .. } => {
                prop_assert_eq!(*index, open.len());
                prop_assert!(!id.is_empty());
                ids.push(id.clone());
                open.push(String::new());
            }
            Delta::CallArguments { index, json } => {
                prop_assert!(!json.is_empty());
                open[*index].push_str(json);
            }
            Delta::Call { id, arguments, .. } => {
                let index = ids.iter().position(|known| known == id);
                let index = index.expect("it has begun");
                let text = &open[index];
                let expected = if text.trim().is_empty() {
                    json!({})
                } else {
                    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
                };
                // Ids of hostile providers may be the same.
                if ids.iter().filter(|known| *known == id).count() == 1 {
                    prop_assert_eq!(arguments, &expected);
                }
            }
            Delta::Usage(now) => {
                prop_assert!(usage != Some(*now), "nothing new");
                usage = Some(*now);
            }
            Delta::Conversation(id) => prop_assert!(!id.is_empty()),
            Delta::Stop(_) => prop_assert_eq!(at + 1, deltas.len(), "the last of all"),
        }
    }
    let complete = deltas.iter().filter(|delta| matches!(delta, Delta::Call { .. })).count();
    let is_stopped = matches!(deltas.last(), Some(Delta::Stop(_)));
    prop_assert_eq!(is_stopped, fault.is_none());
    prop_assert!(complete == open.len() || (!is_stopped && complete < open.len()));
    Ok(())
}

#[test]
fn answers_mean_what_they_say_wherever_they_are_cut() {
    let scripts = all();
    assert!(scripts.len() > 60, "{}", scripts.len());
    for Script { name, kind, bytes, deltas, fault } in &scripts {
        let bytes = bytes.as_bytes();
        let expected = (deltas.clone(), *fault);
        assert_eq!(read(*kind, &[bytes]), expected, "{kind:?}: {name}");
        for at in 0..=bytes.len() {
            assert_eq!(
                read(*kind, &[&bytes[..at], b"", &bytes[at..]]),
                expected,
                "{kind:?}: {name}: cut at {at}"
            );
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read(*kind, &single), expected, "{kind:?}: {name}: byte by byte");
        lawful(deltas, *fault).unwrap();
    }
}

#[test]
fn an_answer_that_breaks_off_anywhere_is_cut_and_never_complete() {
    for script in all().iter().filter(|script| script.fault.is_none()) {
        let whole = read(script.kind, &[script.bytes.as_bytes()]).0;
        for at in 0..script.bytes.len() {
            let (deltas, fault) = read(script.kind, &[&script.bytes.as_bytes()[..at]]);
            match fault {
                // All that was said is the beginning of what would have been.
                Some(fault) => {
                    assert!(
                        matches!(fault, FaultKind::Cut | FaultKind::Empty),
                        "{}: {at}: {fault:?}",
                        script.name
                    );
                    assert_eq!(deltas[..], whole[..deltas.len()], "{}: {at}", script.name);
                }
                // Why it stops was said already; usage alone may be missing.
                None => {
                    let said = |deltas: &[Delta]| {
                        deltas
                            .iter()
                            .filter(|delta| !matches!(delta, Delta::Usage(_)))
                            .cloned()
                            .collect::<Vec<_>>()
                    };
                    assert_eq!(said(&deltas), said(&whole), "{}: {at}", script.name);
                }
            }
        }
    }
}

#[test]
fn it_is_told_when_nothing_more_matters() {
    for script in all() {
        let mut wire = Wire::new(script.kind);
        let mut was_over = false;
        for byte in script.bytes.as_bytes() {
            let fed = wire.feed(&[*byte]);
            assert!(!was_over || fed == Ok(Vec::new()) || fed.is_err(), "{}", script.name);
            was_over = wire.is_over();
        }
        let has_end =
            script.bytes.contains("[DONE]") || script.fault.is_none() && script.kind != Kind::OpenAiChat;
        if has_end && !script.name.contains("no end") {
            assert!(wire.is_over(), "{}", script.name);
        }
    }
}

#[test]
fn nothing_grows_without_bound() {
    let chat = |delta: serde_json::Value| format!("data: {}\n\n", json!({"choices": [{"delta": delta}]}));
    let begin = |at: usize| {
        chat(json!({"tool_calls": [{"index": at, "id": at.to_string(), "function": {"name": "x"}}]}))
    };
    let long = "x".repeat(10_000);
    let arguments = chat(json!({"tool_calls": [{"index": 0, "function": {"arguments": long}}]}));
    for (name, bytes) in [
        ("text", chat(json!({"content": long})).repeat(ANSWER_MOST / long.len() + 1)),
        ("calls", (0..=CALLS_MOST).map(begin).collect()),
        ("arguments", begin(0) + &arguments.repeat(ARGUMENTS_MOST / long.len() + 1)),
        ("a name", chat(json!({"tool_calls": [{"index": 0, "id": long, "function": {"name": "x"}}]}))),
        ("a line", format!("data: {}", "x".repeat(LINE_MOST))),
    ] {
        let (deltas, fault) = read(Kind::OpenAiChat, &[bytes.as_bytes()]);
        assert_eq!(fault, Some(FaultKind::TooLong), "{name}");
        let chunks: Vec<&[u8]> = bytes.as_bytes().chunks(999).collect();
        assert_eq!(read(Kind::OpenAiChat, &chunks), (deltas, fault), "{name}");
    }
    let document = format!("{{\"a\":\"{}", "x".repeat(BODY_MOST));
    let chunks: Vec<&[u8]> = document.as_bytes().chunks(999).collect();
    assert_eq!(read(Kind::Dify, &chunks), (vec![], Some(FaultKind::NotStream)));
    let deep = format!("data: {}\n\n", "[".repeat(100_000));
    assert_eq!(read(Kind::Anthropic, &[deep.as_bytes()]), (vec![], Some(FaultKind::NotJson)));
}

#[test]
fn faults_in_a_stream_have_codes_and_none_of_its_words() {
    let secret =
        json!({"error": {"type": "overloaded_error", "message": "SECRET sk-SECRET", "param": "SECRET 1"}});
    for kind in Kind::ALL {
        let bytes = if kind == Kind::Ollama { format!("{secret}\n") } else { format!("data: {secret}\n\n") };
        let fault = Wire::new(kind).feed(bytes.as_bytes()).unwrap_err();
        assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Overloaded, Some("overloaded_error")));
        assert_eq!(fault.message, "The provider is busy. (overloaded_error)");
        assert!(!format!("{fault:?}").contains("SECRET"));
    }
}

/// A script with a few bytes of it changed, or none.
fn damaged() -> impl Strategy<Value = (Kind, Vec<u8>)> {
    let scripts: Vec<(Kind, String)> = all().into_iter().map(|script| (script.kind, script.bytes)).collect();
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 0..4);
    (proptest::sample::select(scripts), changes).prop_map(|((kind, text), changes)| {
        let mut bytes = text.into_bytes();
        for (at, byte, how) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes[at] = b"\"{}[]:,\n\r0 "[usize::from(byte) % 11],
                2 => bytes.truncate(at),
                _ => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
            }
        }
        (kind, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn chunks_do_not_matter((kind, bytes) in damaged(), sizes in proptest::collection::vec(1usize..200, 1..20)) {
        let whole = read(kind, &[&bytes]);
        lawful(&whole.0, whole.1)?;
        let (mut chunks, mut rest, mut sizes) = (Vec::new(), &bytes[..], sizes.into_iter().cycle());
        while !rest.is_empty() {
            let (chunk, more) = rest.split_at(sizes.next().unwrap_or(1).min(rest.len()));
            chunks.push(chunk);
            rest = more;
        }
        prop_assert_eq!(read(kind, &chunks), whole);
    }
}
