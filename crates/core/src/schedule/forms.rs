//! What may stand in a document as a bare text or as an object: an order, a source, a show, a day.

use super::document::{GroupBy, Holiday, Mode, Order, OrderKind, Pick, SimpleShow, Source, Still};
use super::holiday::DayRule;
use super::values::{Length, TryFromMap, text_or};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// A form that is read from an object; serde's `flatten` cannot refuse unknown fields, so that fields stand twice here.
macro_rules! text_or_object {
    ($type:ty, $of_text:expr, $form:ident { $($field:ident : $kind:ty),* $(,)? }, |$read:ident| $make:expr) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $form { $(#[serde(default)] $field: $kind),* }

        impl<'de> TryFromMap<'de> for $type {
            fn from_map<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $read = $form::deserialize(deserializer)?;
                Ok($make)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text_or(deserializer, $of_text)
            }
        }
    };
}

fn kind_of_text(text: &str) -> Result<Order, String> {
    let kind = serde_json::from_value(serde_json::Value::from(text))
        .map_err(|error| format!("'{text}' is no order: {error}"))?;
    Ok(Order { kind, ..Order::default() })
}

text_or_object!(Order, kind_of_text, OrderForm {
    kind: OrderKind, by: GroupBy, pick: Pick, each: Mode, modes: BTreeMap<String, Mode>, weights: BTreeMap<String, f64>,
    cooldown: Option<Length>, group_cooldown: Option<Length>,
}, |form| Order {
    kind: form.kind, by: form.by, pick: form.pick, each: form.each, modes: form.modes, weights: form.weights,
    cooldown: form.cooldown, group_cooldown: form.group_cooldown,
});

fn show_of_text(text: &str) -> Result<Source, String> {
    Ok(Source { show: Some(text.to_owned()), ..Source::default() })
}

text_or_object!(Source, show_of_text, SourceForm {
    show: Option<String>, item: Option<u64>, items: Vec<u64>, collection: Option<String>, query: Option<String>,
    playlist: Option<String>, tag: Option<String>, kind: Option<crate::library::Kind>, still: Option<Still>,
    live: Option<String>, channel: Option<String>, any: Vec<String>, seasons: Vec<u32>, shared: bool,
}, |form| Source {
    show: form.show, item: form.item, items: form.items, collection: form.collection, query: form.query,
    playlist: form.playlist, tag: form.tag, kind: form.kind, still: form.still, live: form.live,
    channel: form.channel, any: form.any, seasons: form.seasons, shared: form.shared,
});

fn simple_of_text(text: &str) -> Result<SimpleShow, String> {
    Ok(SimpleShow { source: show_of_text(text)?, weight: None, mode: None, include: true })
}

text_or_object!(SimpleShow, simple_of_text, SimpleForm {
    show: Option<String>, item: Option<u64>, items: Vec<u64>, collection: Option<String>, query: Option<String>,
    playlist: Option<String>, tag: Option<String>, kind: Option<crate::library::Kind>, seasons: Vec<u32>,
    weight: Option<f64>, mode: Option<Mode>, include: Option<bool>,
}, |form| SimpleShow {
    source: Source {
        show: form.show, item: form.item, items: form.items, collection: form.collection, query: form.query,
        playlist: form.playlist, tag: form.tag, kind: form.kind, seasons: form.seasons, ..Source::default()
    },
    weight: form.weight, mode: form.mode, include: form.include.unwrap_or(true),
});

impl<'de> TryFromMap<'de> for Holiday {
    fn from_map<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DayRule::deserialize(deserializer).map(Self::Rule)
    }
}

impl<'de> Deserialize<'de> for Holiday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or(deserializer, |text| Ok(Self::Named(text.to_owned())))
    }
}
