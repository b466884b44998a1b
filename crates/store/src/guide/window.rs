//! What of a stored day is on in a stretch of time, read out of its bytes: what is on at other times is passed over, which costs a fraction of reading it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Entry;

/// Airings that are on some of the time from `from_ms` until `to_ms`.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
}

impl Window {
    /// What is on of a stored day, by start.
    pub(super) fn of(self, bytes: &[u8]) -> Vec<Entry> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        self.deserialize(&mut json).unwrap_or_else(|error| {
            tracing::warn!(%error, "a day of the guide cannot be read; it will be told again");
            Vec::new()
        })
    }
}

impl<'de> DeserializeSeed<'de> for Window {
    type Value = Vec<Entry>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Window {
    type Value = Vec<Entry>;

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("airings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(entry) = list.next_element_seed(One(self))? {
            found.extend(entry);
        }
        Ok(found)
    }
}

/// An airing, if it is within.
struct One(Window);

impl<'de> DeserializeSeed<'de> for One {
    type Value = Option<Entry>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Option<Entry>;

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("an airing")
    }

    /// Its times come first ([`Entry`]), so that the rest need not be read to know whether it is wanted.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Window { from_ms, to_ms } = self.0;
        let (mut start, mut end) = (None, None);
        let (mut event_id, mut moment, mut programme, mut kept_ms) = (None, None, None, None);
        while let Some(key) = map.next_key::<&str>()? {
            let is_outside =
                start.is_some_and(|start| start >= to_ms) || end.is_some_and(|end| end <= from_ms);
            match key {
                "s" => start = Some(map.next_value()?),
                "e" => end = Some(map.next_value()?),
                "i" => event_id = map.next_value()?,
                "m" if !is_outside => moment = Some(map.next_value()?),
                "p" if !is_outside => programme = Some(map.next_value()?),
                "k" => kept_ms = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let (Some(start_ms), Some(end_ms), Some(programme)) = (start, end, programme) else {
            return Ok(None);
        };
        let is_within = start_ms < to_ms && end_ms > from_ms;
        let moment = moment.unwrap_or_default();
        Ok(is_within.then_some(Entry { start_ms, end_ms, event_id, moment, programme, kept_ms }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use telecast_core::guide::{Moment, Programme, Text};

    use super::*;

    fn entry() -> impl Strategy<Value = Entry> {
        (0_i64..100, 1_i64..40, any::<bool>(), prop::option::of(0_i64..9), "\\PC{0,8}").prop_map(
            |(start_ms, length, new, number, title)| Entry {
                start_ms,
                end_ms: start_ms + length,
                event_id: number,
                moment: Moment { new, ..Moment::default() },
                programme: Box::new(Programme {
                    titles: vec![Text { language: None, text: title }],
                    ..Programme::default()
                }),
                kept_ms: number.map(|number| number * 7),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_read_of_a_window_is_what_is_within(day in prop::collection::vec(entry(), 0..8), from_ms in 0_i64..140, length in 1_i64..60) {
            let window = Window { from_ms, to_ms: from_ms + length };
            let bytes = serde_json::to_vec(&day).expect("is written");
            let within: Vec<Entry> =
                day.into_iter().filter(|entry| entry.start_ms < window.to_ms && entry.end_ms > from_ms).collect();
            prop_assert_eq!(window.of(&bytes), within);
        }
    }

    #[test]
    fn what_is_no_day_is_nothing() {
        let window = Window { from_ms: 0, to_ms: 1 };
        for rubbish in [
            &b""[..],
            b"{}",
            b"[1]",
            b"[{\"s\":0}]",
            b"[{\"s\":0,\"e\":1,\"p\":3}]",
            b"[{\"s\":0,\"e\":1,\"p\":{}",
        ] {
            assert_eq!(window.of(rubbish), [], "{rubbish:?}");
        }
    }
}
