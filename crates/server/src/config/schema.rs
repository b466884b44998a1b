//! The JSON Schema of `telecast.toml`, for editors that complete and check it. It is made of the same keys that are read, so neither
//! can know one that the other does not.

use super::keys::{FOLDER_KEYS, KEYS, Key, PROVIDER_KEYS, RECEIVER_KEYS, RENAMED, Shape};
use serde_json::{Map, Value, json};

/// The schema (draft 2020-12) as text.
pub fn schema() -> String {
    let mut sections: Map<String, Value> = Map::new();
    let old = RENAMED.iter().filter_map(|(old, new)| {
        let key = KEYS.iter().find(|key| key.name == *new)?;
        let mut value = property(key);
        value["deprecated"] = true.into();
        value["description"] = format!("Now called `{new}`.").into();
        Some((*old, value))
    });
    let current = KEYS.iter().map(|key| (key.name, property(key)));
    for (name, value) in current.chain(old) {
        let Some((section, name)) = name.split_once('.') else { continue };
        let section = sections.entry(section).or_insert_with(|| object(Map::new()));
        put(section, name, value);
    }
    let receiver = RECEIVER_KEYS.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut receiver = object(receiver);
    receiver["required"] = json!(["url"]);
    sections.insert("receiver".into(), json!({ "type": "array", "items": receiver }));
    let folder = FOLDER_KEYS.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut folder = object(folder);
    folder["required"] = json!(["path"]);
    if let Some(library) = sections.get_mut("library") {
        put(library, "folder", json!({ "type": "array", "items": folder }));
    }
    let provider = PROVIDER_KEYS.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut provider = object(provider);
    provider["required"] = json!(["url"]);
    if let Some(chat) = sections.get_mut("chat") {
        put(chat, "provider", json!({ "type": "array", "items": provider }));
    }
    let mut whole = object(sections);
    whole["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    whole["title"] = "telecast.toml".into();
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}

fn object(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Puts a key into its section, or into the section in it that its name begins with.
fn put(section: &mut Value, name: &str, value: Value) {
    match name.split_once('.') {
        None => section["properties"][name] = value,
        Some((inner, rest)) => {
            if section["properties"].get(inner).is_none() {
                section["properties"][inner] = object(Map::new());
            }
            put(&mut section["properties"][inner], rest, value);
        }
    }
}

fn property(key: &Key) -> Value {
    let mut value = match key.shape {
        Shape::Text | Shape::Listen => json!({ "type": "string" }),
        Shape::Secret => json!({ "type": "string", "writeOnly": true }),
        Shape::Switch => json!({ "type": "boolean" }),
        Shape::Number => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Shape::Port => json!({ "type": "integer", "minimum": 1, "maximum": u16::MAX }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" }),
        Shape::Money => json!({ "type": ["number", "string"], "minimum": 0 }),
        Shape::Size => json!({ "type": "string", "pattern": "^[0-9]+ *([KMGT]?B)?$" }),
        Shape::Url | Shape::Address => json!({ "type": "string", "format": "uri" }),
        Shape::Choice(words) => json!({ "type": "string", "enum": words }),
        Shape::List | Shape::Places | Shape::Networks => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
    };
    value["description"] = key.text.into();
    if !key.default.is_empty() {
        value["default"] = match key.shape {
            Shape::Switch => (key.default == "true").into(),
            Shape::Number | Shape::Port => key.default.parse::<u32>().unwrap_or_default().into(),
            Shape::List | Shape::Places | Shape::Networks => key.default.split(',').collect(),
            _ => key.default.into(),
        };
    }
    value
}
