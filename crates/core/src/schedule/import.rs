//! Channels of the small channel server: its settings as documents, and what could not be taken.
//!
//! Its settings are one JSON file, `channel_settings.json`: channels with a mode (`sequential`: one of each show in turn; `random`: by weight), and shows
//! with a folder, a mode of their own, a weight from 0.1 to 5 and whether they are on. An older form names shows alone (`include_shows`). What is not
//! there has the default that the server gives it.

use super::document::{Document, Mode, Simple, SimpleOrder, SimpleShow, Source, VERSION};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Bytes of settings that are read.
pub(super) const SETTINGS: usize = 8 << 20;
/// Channels, and shows of one, that are taken.
const MOST: usize = super::check::ENTRIES;

/// A channel that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Imported {
    /// Its id there.
    pub id: String,
    /// It is on.
    pub enabled: bool,
    /// Folder of its shows there: the library must have it.
    pub folder: String,
    /// The document.
    pub document: Document,
}

/// What could not be taken as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Channel, by its id; empty: the file.
    pub channel: String,
    /// Show, by its label; empty: the channel.
    pub show: String,
    /// What.
    pub what: LeftKind,
    /// The value that was there.
    pub value: String,
}

/// Kinds of what could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftKind {
    /// It is not read here.
    Unknown,
    /// The entry is no object; it was left out.
    NotRead,
    /// A channel without shows that are on: nothing to play.
    NoShows,
    /// The weight was outside of 0.1 to 5, and was brought within.
    Weight,
    /// The mode is not known; the channel's was taken.
    Mode,
    /// The show's folder is called otherwise than the show: check that the library has found it.
    Folder,
    /// Announcements of what is next, made by the server: make a break of clips instead.
    UpNext,
    /// Intermissions of the server: make a break of clips instead.
    Intermission,
    /// A logo in the picture.
    Overlay,
    /// It ended after the last episode; here it begins again.
    Loop,
    /// There were more than can be taken.
    TooMany,
}

struct Notes {
    channel: String,
    left: Vec<Left>,
}

impl Notes {
    fn say(&mut self, show: &str, what: LeftKind, value: impl ToString) {
        let (channel, show, value) = (self.channel.clone(), show.to_owned(), value.to_string());
        self.left.push(Left { channel, show, what, value });
    }

    fn unknown(&mut self, show: &str, object: &Map<String, Value>, known: &[&str]) {
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            self.say(show, LeftKind::Unknown, name);
        }
    }
}

/// Channels of the channel server's settings, and what could not be taken of them.
///
/// # Errors
/// The text is no JSON object, or too large: what and where.
pub fn import_channel(json: &str) -> Result<(Vec<Imported>, Vec<Left>), String> {
    if json.len() > SETTINGS {
        return Err("the settings are larger than 8 MiB; is this channel_settings.json?".to_owned());
    }
    let value: Value =
        serde_json::from_str(json).map_err(|error| format!("the settings are no JSON: {error}"))?;
    let Value::Object(file) = value else {
        return Err("the settings are no object; is this channel_settings.json?".to_owned());
    };
    let mut notes = Notes { channel: String::new(), left: Vec::new() };
    let Some(Value::Array(channels)) = file.get("channels") else {
        let Some(Value::Array(shows)) = file.get("include_shows") else {
            return Err(
                "the settings name neither 'channels' nor 'include_shows'; is this channel_settings.json?"
                    .to_owned(),
            );
        };
        notes.unknown("", &file, &["include_shows"]);
        let shows = shows.iter().map(|label| serde_json::json!({ "label": label })).collect();
        let channel = Map::from_iter([("shows".to_owned(), Value::Array(shows))]);
        let imported = of_channel(&channel, &mut notes);
        return Ok((vec![imported], notes.left));
    };
    notes.unknown("", &file, &["channels", "include_shows"]);
    let mut found = Vec::new();
    for channel in channels.iter().take(MOST) {
        notes.channel.clear();
        match channel {
            Value::Object(channel) => found.push(of_channel(channel, &mut notes)),
            other => notes.say("", LeftKind::NotRead, other),
        }
    }
    if channels.len() > MOST {
        notes.channel.clear();
        notes.say("", LeftKind::TooMany, channels.len());
    }
    Ok((found, notes.left))
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let found = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(found).filter(|text| !text.is_empty())
}

/// As the server takes it: what is there and is not false, empty or 0.
fn truth(object: &Map<String, Value>, name: &str) -> bool {
    match object.get(name) {
        None => true,
        Some(Value::Bool(is)) => *is,
        Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
    }
}

fn of_channel(channel: &Map<String, Value>, notes: &mut Notes) -> Imported {
    let name = text(channel, "name").unwrap_or_else(|| "Channel".to_owned());
    let id = text(channel, "id").unwrap_or_else(|| slug(&name));
    notes.channel.clone_from(&id);
    let known = [
        "id",
        "name",
        "enabled",
        "media_root",
        "playback_mode",
        "loop_entire_library",
        "shows",
        "bumpers",
        "branding",
    ];
    notes.unknown("", channel, &known);
    let mode = text(channel, "playback_mode").unwrap_or_else(|| "sequential".to_owned());
    let (order, mode) = match mode.as_str() {
        "random" => (SimpleOrder::Weighted, Mode::Shuffle),
        "sequential" => (SimpleOrder::RoundRobin, Mode::Sequential),
        other => {
            notes.say("", LeftKind::Mode, other);
            (SimpleOrder::RoundRobin, Mode::Sequential)
        }
    };
    if !truth(channel, "loop_entire_library") {
        notes.say("", LeftKind::Loop, false);
    }
    let extras = |room: &str, name: &str| {
        channel
            .get(room)
            .and_then(Value::as_object)
            .is_some_and(|room| room.contains_key(name) && truth(room, name))
    };
    for (room, name, kind) in [
        ("bumpers", "enable_up_next", LeftKind::UpNext),
        ("bumpers", "enable_intermission", LeftKind::Intermission),
        ("branding", "show_bug_overlay", LeftKind::Overlay),
    ] {
        if extras(room, name) {
            notes.say("", kind, true);
        }
    }
    let list = channel.get("shows").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut shows = Vec::new();
    for show in list.iter().take(MOST) {
        match show {
            Value::Object(show) => shows.push(of_show(show, notes)),
            other => notes.say("", LeftKind::NotRead, other),
        }
    }
    if list.len() > MOST {
        notes.say("", LeftKind::TooMany, list.len());
    }
    if !shows.iter().any(|show| show.include) {
        notes.say("", LeftKind::NoShows, shows.len());
    }
    let simple = Simple { order, mode, shows, pad: None };
    let name: String = name.chars().take(200).collect();
    let document = Document { version: VERSION, name, simple: Some(simple), ..Document::default() };
    let folder = text(channel, "media_root").unwrap_or_default();
    Imported { id, enabled: truth(channel, "enabled"), folder, document }
}

fn of_show(show: &Map<String, Value>, notes: &mut Notes) -> SimpleShow {
    let label = text(show, "label").or_else(|| text(show, "name")).or_else(|| text(show, "id"));
    let label = label.unwrap_or_else(|| "Show".to_owned());
    notes.unknown(&label, show, &["id", "label", "name", "path", "include", "playback_mode", "weight"]);
    if let Some(path) = text(show, "path").filter(|path| *path != label) {
        notes.say(&label, LeftKind::Folder, path);
    }
    let mode = match text(show, "playback_mode").as_deref() {
        None | Some("inherit") => None,
        Some("sequential") => Some(Mode::Sequential),
        Some("random") => Some(Mode::Shuffle),
        Some(other) => {
            notes.say(&label, LeftKind::Mode, other);
            None
        }
    };
    let given = show.get("weight").and_then(|weight| match weight {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    });
    let weight = given.filter(|weight| weight.is_finite()).map(|given| {
        let weight = given.clamp(*super::check::WEIGHTS.start(), *super::check::WEIGHTS.end());
        if (weight - given).abs() > f64::EPSILON {
            notes.say(&label, LeftKind::Weight, given);
        }
        weight
    });
    let source = Source { show: Some(label), ..Source::default() };
    let weight = weight.filter(|weight| (weight - 1.0).abs() > f64::EPSILON);
    SimpleShow { source, weight, mode, include: truth(show, "include") }
}

/// Letters and digits, the rest as one hyphen, as the server makes ids.
fn slug(name: &str) -> String {
    let mut found = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            found.push(c);
        } else if !found.ends_with('-') {
            found.push('-');
        }
    }
    let found = found.trim_matches('-');
    if found.is_empty() { "channel".to_owned() } else { found.to_owned() }
}
