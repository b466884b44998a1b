//! Calls: arguments as a model gives them into values that can be trusted to be what they say, and back.

use super::{Day, Tool, When};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::fmt;
use std::time::Duration;

/// Characters of a channel's name, number or id, and of other short texts.
pub const NAME_MOST: usize = 100;
/// Characters of the id or title of a programme or timer.
pub const ID_MOST: usize = 200;
/// Characters of words that are looked for.
pub const WORDS_MOST: usize = 200;
/// Characters of a change to a schedule.
pub const CHANGE_MOST: usize = 16 << 10;
/// A reminder comes no earlier than a day before (minutes).
pub const REMIND_MOST: u32 = 24 * 60;
/// A reminder comes so many minutes before, if nothing is said: time to make tea.
pub const REMIND_DEFAULT: u32 = 5;
/// A recording by times is no longer: who names more has confused the days.
pub const TIMER_MOST: Duration = Duration::from_hours(24);
/// Characters of a name that nobody knows, as it is told back.
const TOLD_MOST: usize = 40;

/// A call that makes sense by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// What is on.
    WhatsOn {
        /// Only there.
        channel: Option<String>,
        /// When.
        when: When,
    },
    /// Looks for programmes.
    SearchGuide {
        /// Words.
        words: String,
        /// Only then.
        day: Option<Day>,
        /// Only there.
        channel: Option<String>,
    },
    /// All about one programme.
    Programme {
        /// Its id.
        id: String,
    },
    /// Shows another channel.
    Tune {
        /// Which.
        channel: String,
    },
    /// Reminds of a programme.
    Remind {
        /// Its id or title.
        programme: String,
        /// So long before (minutes).
        minutes_before: u32,
    },
    /// Plans a recording.
    SetTimer(Timer),
    /// Drops a planned recording.
    CancelTimer {
        /// Its id or title.
        timer: String,
    },
    /// Why something is as it is.
    Explain {
        /// What.
        about: About,
        /// Where; none: where the viewer looks.
        channel: Option<String>,
    },
    /// Changes an own channel's schedule.
    ProposeSchedule {
        /// Id of the station.
        station: String,
        /// A JSON object.
        change: String,
    },
    /// Looks into documents.
    Documents {
        /// Words.
        words: String,
    },
}

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timer {
    /// A programme.
    Programme {
        /// Its id or title.
        programme: String,
        /// Where, if a title is on in several places.
        channel: Option<String>,
    },
    /// A time.
    Time {
        /// Where.
        channel: String,
        /// From.
        start: Timestamp,
        /// Until; later than `start`.
        end: Timestamp,
        /// What it is called.
        title: Option<String>,
    },
}

/// What is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Why a channel plays or does not.
    Channel,
    /// Who holds the tuners.
    Tuners,
    /// Why an own channel shows what it shows.
    WhyOn,
}

impl About {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tuners, Self::Channel, Self::WhyOn];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Tuners => "tuners",
            Self::WhyOn => "why_on",
        }
    }
}

/// Why arguments are no call. It is told to the model, so that it can do better; nothing of the values is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The tool, if there is one of that name.
    pub tool: Option<Tool>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl Call {
    /// Reads a call. Null, and an optional text without anything in it, are as if they were not there; a number may stand where a name should.
    ///
    /// # Errors
    /// There is no such tool, something is missing, too long, of the wrong kind, or not known.
    pub fn parse(name: &str, arguments: &Value) -> Result<Self, Refusal> {
        let Some(tool) = Tool::parse(name) else {
            let known = Tool::ALL.map(Tool::name).join(", ");
            let message = format!("There is no tool `{}`. There are: {known}.", told(name));
            return Err(Refusal { tool: None, message });
        };
        let empty = Map::new();
        let map = match arguments {
            Value::Object(map) => map,
            Value::Null => &empty,
            _ => return Err(refusal(tool, "the arguments must be one JSON object")),
        };
        let mut arguments = Arguments { tool, map, known: Vec::new() };
        let call = read(&mut arguments)?;
        arguments.nothing_else()?;
        Ok(call)
    }

    /// The tool that is called.
    pub fn tool(&self) -> Tool {
        match self {
            Self::WhatsOn { .. } => Tool::WhatsOn,
            Self::SearchGuide { .. } => Tool::SearchGuide,
            Self::Programme { .. } => Tool::Programme,
            Self::Tune { .. } => Tool::Tune,
            Self::Remind { .. } => Tool::Remind,
            Self::SetTimer(_) => Tool::SetTimer,
            Self::CancelTimer { .. } => Tool::CancelTimer,
            Self::Explain { .. } => Tool::Explain,
            Self::ProposeSchedule { .. } => Tool::ProposeSchedule,
            Self::Documents { .. } => Tool::Documents,
        }
    }

    /// The arguments; [`Self::parse`] of them and the tool's name gives the same call.
    pub fn arguments(&self) -> Value {
        let mut all = match self {
            Self::WhatsOn { channel, when } => json!({ "channel": channel, "when": when.to_string() }),
            Self::SearchGuide { words, day, channel } => {
                json!({ "words": words, "day": day.map(|day| day.to_string()), "channel": channel })
            }
            Self::Programme { id } => json!({ "id": id }),
            Self::Tune { channel } => json!({ "channel": channel }),
            Self::Remind { programme, minutes_before } => {
                json!({ "programme": programme, "minutes_before": minutes_before })
            }
            Self::SetTimer(Timer::Programme { programme, channel }) => {
                json!({ "programme": programme, "channel": channel })
            }
            Self::SetTimer(Timer::Time { channel, start, end, title }) => {
                json!({ "channel": channel, "start": start.to_string(), "end": end.to_string(), "title": title })
            }
            Self::CancelTimer { timer } => json!({ "timer": timer }),
            Self::Explain { about, channel } => json!({ "about": about.name(), "channel": channel }),
            Self::ProposeSchedule { station, change } => json!({ "station": station, "change": change }),
            Self::Documents { words } => json!({ "words": words }),
        };
        if let Some(map) = all.as_object_mut() {
            map.retain(|_, value| !value.is_null());
        }
        all
    }
}

fn read(arguments: &mut Arguments<'_>) -> Result<Call, Refusal> {
    Ok(match arguments.tool {
        Tool::WhatsOn => {
            let channel = arguments.text("channel", NAME_MOST)?;
            let when = arguments.understood(
                "when",
                When::parse,
                "`now`, `tonight`, `tomorrow` or a time with its offset, such as 2026-01-31T20:15:00+01:00",
            )?;
            Call::WhatsOn { channel, when: when.unwrap_or_default() }
        }
        Tool::SearchGuide => Call::SearchGuide {
            words: arguments.needed("words", WORDS_MOST)?,
            day: arguments.understood(
                "day",
                Day::parse,
                "`today`, `tomorrow`, an English weekday, or a date such as 2026-01-31",
            )?,
            channel: arguments.text("channel", NAME_MOST)?,
        },
        Tool::Programme => Call::Programme { id: arguments.needed("id", ID_MOST)? },
        Tool::Tune => Call::Tune { channel: arguments.needed("channel", NAME_MOST)? },
        Tool::Remind => Call::Remind {
            programme: arguments.needed("programme", ID_MOST)?,
            minutes_before: arguments.number("minutes_before", REMIND_MOST)?.unwrap_or(REMIND_DEFAULT),
        },
        Tool::SetTimer => Call::SetTimer(timer(arguments)?),
        Tool::CancelTimer => Call::CancelTimer { timer: arguments.needed("timer", ID_MOST)? },
        Tool::Explain => explain(arguments)?,
        Tool::ProposeSchedule => Call::ProposeSchedule {
            station: arguments.needed("station", NAME_MOST)?,
            change: change(arguments)?,
        },
        Tool::Documents => Call::Documents { words: arguments.needed("words", WORDS_MOST)? },
    })
}

fn timer(arguments: &mut Arguments<'_>) -> Result<Timer, Refusal> {
    const TIME: &str = "a time with its offset, such as 2026-01-31T20:15:00+01:00";
    let programme = arguments.text("programme", ID_MOST)?;
    let channel = arguments.text("channel", NAME_MOST)?;
    let start = arguments.understood("start", |text| text.parse::<Timestamp>().ok(), TIME)?;
    let end = arguments.understood("end", |text| text.parse::<Timestamp>().ok(), TIME)?;
    let title = arguments.text("title", NAME_MOST)?;
    let refuse = |why| Err(refusal(arguments.tool, why));
    match (programme, channel, start, end) {
        // A model that knows the times as well says the same twice; the programme is what moves with the guide.
        (Some(programme), channel, _, _) => Ok(Timer::Programme { programme, channel }),
        (None, Some(channel), Some(start), Some(end)) => {
            let length = end.duration_since(start);
            if !length.is_positive() {
                return refuse("`end` must be later than `start`");
            }
            if length.unsigned_abs() > TIMER_MOST {
                return refuse("a recording is no longer than 24 hours");
            }
            Ok(Timer::Time { channel, start, end, title })
        }
        _ => refuse("give `programme`, or `channel` with `start` and `end`"),
    }
}

fn explain(arguments: &mut Arguments<'_>) -> Result<Call, Refusal> {
    let named = |text: &str| About::ALL.into_iter().find(|about| about.name() == text);
    let about = arguments.understood("about", named, "`tuners`, `channel` or `why_on`")?;
    let channel = arguments.text("channel", NAME_MOST)?;
    if about.is_none() && channel.is_none() {
        return Err(refusal(arguments.tool, "give `about`, or a `channel`"));
    }
    Ok(Call::Explain { about: about.unwrap_or(About::Channel), channel })
}

/// A document in a text; models give it as an object as well.
fn change(arguments: &mut Arguments<'_>) -> Result<String, Refusal> {
    let text = match arguments.take("change") {
        Some(Value::String(text)) => text.clone(),
        Some(object @ Value::Object(_)) => object.to_string(),
        Some(_) => return Err(arguments.wrong("change", "must be a JSON object in a text")),
        None => return Err(arguments.wrong("change", "is missing")),
    };
    if text.chars().count() > CHANGE_MOST {
        return Err(arguments.wrong("change", &format!("has more than {CHANGE_MOST} characters")));
    }
    match serde_json::from_str::<Map<String, Value>>(&text) {
        Ok(_) => Ok(text),
        Err(_) => Err(arguments.wrong("change", "must be a JSON object in a text")),
    }
}

/// The arguments of a call, and which of them were asked for.
struct Arguments<'a> {
    tool: Tool,
    map: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Arguments<'a> {
    fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, why: &str) -> Refusal {
        refusal(self.tool, &format!("`{name}` {why}"))
    }

    fn text(&mut self, name: &'static str, most: usize) -> Result<Option<String>, Refusal> {
        let text = match self.take(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(self.wrong(name, "must be a text")),
        };
        if text.chars().count() > most {
            return Err(self.wrong(name, &format!("has more than {most} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(self.wrong(name, "must be one line without control characters"));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn needed(&mut self, name: &'static str, most: usize) -> Result<String, Refusal> {
        self.text(name, most)?.ok_or_else(|| self.wrong(name, "is missing"))
    }

    fn understood<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name, NAME_MOST)? else { return Ok(None) };
        parse(&text).map(Some).ok_or_else(|| self.wrong(name, &format!("must be {expected}")))
    }

    fn number(&mut self, name: &'static str, most: u32) -> Result<Option<u32>, Refusal> {
        let number = match self.take(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.trim().parse::<u64>().ok(),
            // Some write whole numbers as 10.0.
            Some(value) => value.as_u64().or_else(|| {
                value
                    .as_f64()
                    .filter(|number| number.fract() == 0.0 && *number >= 0.0)
                    .map(|number| number as u64)
            }),
        };
        let number = number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
        number.map(Some).ok_or_else(|| self.wrong(name, &format!("must be a whole number from 0 to {most}")))
    }

    fn nothing_else(&self) -> Result<(), Refusal> {
        match self.map.keys().find(|name| !self.known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let known = self.known.join("`, `");
                Err(refusal(self.tool, &format!("`{}` is not known; there are `{known}`", told(name))))
            }
        }
    }
}

fn refusal(tool: Tool, why: &str) -> Refusal {
    Refusal { tool: Some(tool), message: format!("{}: {why}.", tool.name()) }
}

/// A name that nobody knows, fit to be shown.
fn told(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || "_-.".contains(*c)).take(TOLD_MOST).collect()
}
