//! What is on: events, and what of them is now and next.

use serde::{Deserialize, Serialize};

/// A programme on a channel. Times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The receiver's id.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Text.
    pub description: String,
    /// Start.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Genre as the receiver names it.
    pub genre: String,
    /// For whom it is, from this age on (years); none: nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
}

/// The event that is on at `now_ms`, and the one after it. `events` may be in any order.
pub fn now_next(events: &[Event], now_ms: i64) -> (Option<&Event>, Option<&Event>) {
    let now = events
        .iter()
        .filter(|event| event.start_ms <= now_ms && now_ms < event.end_ms)
        .max_by_key(|event| event.start_ms);
    let next = events.iter().filter(|event| event.start_ms > now_ms).min_by_key(|event| event.start_ms);
    (now, next)
}

/// A text as people should read it: DVB control bytes out (EN 300 468 Annex A: 0x8A is a line break), entities decoded.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{8a}' | '\u{e08a}' => out.push('\n'),
            '\u{86}' | '\u{87}' | '\u{e086}' | '\u{e087}' => {}
            c if c.is_control() && c != '\n' => {}
            c => out.push(c),
        }
    }
    if out.contains('&') { entities(&out) } else { out }.trim().to_owned()
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let decoded = rest[1..].find(';').filter(|end| *end <= 10).and_then(|end| {
            let name = &rest[1..=end];
            let character = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => ' ',
                "auml" => 'ä',
                "ouml" => 'ö',
                "uuml" => 'ü',
                "Auml" => 'Ä',
                "Ouml" => 'Ö',
                "Uuml" => 'Ü',
                "szlig" => 'ß',
                "eacute" => 'é',
                "egrave" => 'è',
                "ndash" => '–',
                "hellip" => '…',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code).filter(|c| !c.is_control() || *c == '\n')?
                }
            };
            Some((character, end + 2))
        });
        let (character, length) = decoded.unwrap_or(('&', 1));
        out.push(character);
        rest = &rest[length..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: i64, start_ms: i64, end_ms: i64) -> Event {
        let empty = String::new;
        Event {
            id,
            title: empty(),
            subtitle: empty(),
            description: empty(),
            start_ms,
            end_ms,
            genre: empty(),
            rating: None,
        }
    }

    #[test]
    fn now_is_what_began_last_and_next_is_what_begins_first() {
        let events = [event(3, 300, 400), event(1, 100, 200), event(2, 200, 300), event(9, 0, 1_000)];
        for (at, now, next) in [
            (50, Some(9), Some(1)),
            (100, Some(1), Some(2)),
            (199, Some(1), Some(2)),
            (200, Some(2), Some(3)),
            (399, Some(3), None),
            (400, Some(9), None),
            (1_000, None, None),
            (-1, None, Some(9)),
        ] {
            let (found_now, found_next) = now_next(&events, at);
            assert_eq!(
                (found_now.map(|event| event.id), found_next.map(|event| event.id)),
                (now, next),
                "at {at}"
            );
        }
        assert_eq!(now_next(&[], 0), (None, None));
    }

    proptest::proptest! {
        #[test]
        fn any_text_becomes_readable(text in "[ -~&;#\u{80}-\u{a0}\u{e080}-\u{e090}äß\r\n]{0,60}") {
            let clean = clean(&text);
            proptest::prop_assert!(!clean.chars().any(|c| c.is_control() && c != '\n'), "{clean:?}");
            proptest::prop_assert!(clean.chars().count() <= text.chars().count());
        }
    }

    #[test]
    fn texts_lose_control_bytes_and_entities() {
        for (from, to) in [
            ("Tom &amp; Jerry", "Tom & Jerry"),
            ("a\u{86}b\u{87}\u{8a}c", "ab\nc"),
            ("&#39;x&#x41;&bogus; &", "'xA&bogus; &"),
            (" AT&T;", "AT&T;"),
            ("K&ouml;ln &ndash; T&uuml;r\r\nzwei", "Köln – Tür\nzwei"),
            ("\u{e08a}\u{e086}x\u{e087}", "x"),
            ("&#0;&#x1F;&#x110000;&;&#;", "&#0;&#x1F;&#x110000;&;&#;"),
            ("&amp;amp;", "&amp;"),
            ("é&é;&ééé", "é&é;&ééé"),
        ] {
            assert_eq!(clean(from), to, "{from:?}");
        }
    }
}
