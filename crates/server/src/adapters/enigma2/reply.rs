//! What a receiver's replies hold, as leniently as boxes write them: Latin-1, numbers as strings, dummies for nothing.

use serde_json::Value;
use telecast_core::guide::{Event, clean};
use telecast_core::lineup::ServiceRef;

use super::{Recording, Trouble};

/// States of a timer that has its tuner: it is about to record, and it records.
const PREPARED: i64 = 1;
const RUNNING: i64 = 2;
/// Times beyond the year 9999 are rubbish.
pub(super) const LATEST_S: i64 = 253_402_300_799;

/// All events of a reply.
pub(super) fn events(value: &Value) -> Vec<(ServiceRef, Event)> {
    let list = value.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(event).collect()
}

/// JSON in UTF-8, or in Latin-1 as some boxes send it.
pub(super) fn parse(body: &[u8]) -> Result<Value, Trouble> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => encoding_rs::mem::decode_latin1(body),
    };
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    if trimmed.starts_with('<') {
        return Err(Trouble::NotAReceiver("it sends a web page instead of data".into()));
    }
    serde_json::from_str(trimmed).map_err(|_| Trouble::NotAReceiver("its data cannot be read".into()))
}

/// A text, whatever JSON type it came as.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number, whatever JSON type it came as.
pub(super) fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|n| n as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether that is true, whatever JSON type it came as.
pub(super) fn truth(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(is)) => *is,
        Some(Value::String(text)) => text.trim().eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// An event; a dummy (id 0, title `N/A`) is none.
pub(super) fn event(value: &Value) -> Option<(ServiceRef, Event)> {
    let service = ServiceRef::parse(&text(value.get("sref"))?)?;
    let believable = |seconds: &i64| (1..=LATEST_S).contains(seconds);
    let start = number(value.get("begin_timestamp")).filter(believable)?;
    let duration = number(value.get("duration_sec")).filter(believable)?;
    let field = |key| text(value.get(key)).map(|text| clean(&text)).unwrap_or_default();
    let title = field("title");
    if title.is_empty() || title == "N/A" {
        return None;
    }
    let event = Event {
        id: number(value.get("id")).unwrap_or(0),
        title,
        subtitle: field("shortdesc"),
        description: field("longdesc"),
        start_ms: start * 1000,
        end_ms: (start + duration) * 1000,
        genre: field("genre"),
        // OpenWebif does not tell it.
        rating: None,
    };
    Some((service, event))
}

/// A timer that has a tuner to record with.
pub(super) fn recording(timer: &Value) -> Option<Recording> {
    let only_shows = number(timer.get("justplay")).is_some_and(|flag| flag != 0);
    if !matches!(number(timer.get("state")), Some(PREPARED | RUNNING)) || only_shows {
        return None;
    }
    Some(Recording {
        service: ServiceRef::parse(&text(timer.get("serviceref"))?)?,
        name: text(timer.get("name")).map(|name| clean(&name)).unwrap_or_default(),
        begin_s: number(timer.get("begin")).unwrap_or(0),
        end_s: number(timer.get("end")).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read_as_boxes_send_them() {
        assert_eq!(parse(b"\xef\xbb\xbf {\"a\": 1}").expect("mark")["a"], 1);
        assert_eq!(parse(b"{\"a\": \"f\xfcr\"}").expect("latin-1")["a"], "für");
        let timer = |state: &str, justplay: i64| {
            serde_json::json!({"serviceref": "1:0:19:1:2:3:C00000:0:0:0:", "name": "Tatort &amp; mehr", "state": state,
                "justplay": justplay, "begin": 100, "end": "200"})
        };
        let found = recording(&timer("2", 0)).expect("it runs");
        assert_eq!((found.name.as_str(), found.begin_s, found.end_s), ("Tatort & mehr", 100, 200));
        assert!(recording(&timer("1", 0)).is_some(), "the tuner is taken before the recording begins");
        assert!(
            recording(&timer("0", 0)).is_none()
                && recording(&timer("3", 0)).is_none()
                && recording(&timer("2", 1)).is_none()
        );
        assert!(matches!(parse(b"<html>"), Err(Trouble::NotAReceiver(_))));
        let event = event(&serde_json::json!({"sref": "1:0:19:1:2:3:C00000:0:0:0:", "begin_timestamp": "100", "duration_sec": 60,
            "title": "Tom &amp; Jerry", "id": 5, "shortdesc": null})).expect("event").1;
        assert_eq!((event.title.as_str(), event.start_ms, event.end_ms), ("Tom & Jerry", 100_000, 160_000));
    }
}
