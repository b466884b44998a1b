//! JSON Schemas of arguments. What they say is what [`super::Call::parse`] holds; a test compares the two.

use super::call::{CHANGE_MOST, ID_MOST, NAME_MOST, REMIND_DEFAULT, REMIND_MOST, WORDS_MOST};
use super::{About, Tool};
use serde_json::{Value, json};

pub(super) fn of(tool: Tool) -> Value {
    match tool {
        Tool::WhatsOn => object(
            &json!({
                "channel": channel("Only this channel: its name, number or id."),
                "when": text("`now` (so if left out), `tonight`, `tomorrow` (in the evening), or a time such as 2026-01-31T20:15:00+01:00.", NAME_MOST),
            }),
            &[],
        ),
        Tool::SearchGuide => object(
            &json!({
                "words": text("Words to look for.", WORDS_MOST),
                "day": text("Only on this day: `today`, `tomorrow`, an English weekday, or a date such as 2026-01-31.", NAME_MOST),
                "channel": channel("Only on this channel: its name, number or id."),
            }),
            &["words"],
        ),
        Tool::Programme => {
            object(&json!({ "id": text("Id of the programme, as other tools give it.", ID_MOST) }), &["id"])
        }
        Tool::Tune => {
            object(&json!({ "channel": channel("The channel: its name, number or id.") }), &["channel"])
        }
        Tool::Remind => object(
            &json!({
                "programme": programme(),
                "minutes_before": {
                    "type": "integer", "minimum": 0, "maximum": REMIND_MOST,
                    "description": format!("So many minutes before it begins; {REMIND_DEFAULT} if left out."),
                },
            }),
            &["programme"],
        ),
        Tool::SetTimer => object(
            &json!({
                "programme": programme(),
                "channel": channel("The channel: its name, number or id."),
                "start": text("From this time on, such as 2026-01-31T20:15:00+01:00.", NAME_MOST),
                "end": text("Until this time.", NAME_MOST),
                "title": text("What the recording is to be called, if it is none of a programme.", NAME_MOST),
            }),
            &[],
        ),
        Tool::CancelTimer => object(
            &json!({ "timer": text("Id of the planned recording, or its title.", ID_MOST) }),
            &["timer"],
        ),
        Tool::Explain => object(
            &json!({
                "about": {
                    "type": "string", "enum": About::ALL.map(About::name),
                    "description": "`channel`: why it plays or does not. `tuners`: who holds them. `why_on`: why an own channel shows what it shows.",
                },
                "channel": channel("The channel that it is about: its name, number or id; the one that the viewer watches if left out."),
            }),
            &[],
        ),
        Tool::ProposeSchedule => object(
            &json!({
                "station": text("Id of the own channel.", NAME_MOST),
                "change": text("The change, as a JSON object in a text.", CHANGE_MOST),
            }),
            &["station", "change"],
        ),
        Tool::Documents => object(&json!({ "words": text("Words to look for.", WORDS_MOST) }), &["words"]),
    }
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn text(description: &str, most: usize) -> Value {
    json!({ "type": "string", "maxLength": most, "description": description })
}

fn channel(description: &str) -> Value {
    text(description, NAME_MOST)
}

fn programme() -> Value {
    text(
        "Id of the programme, as other tools give it, or its title: then the next time that it is on.",
        ID_MOST,
    )
}
