//! Moments, days, spans and times of day as English and German say them.

use super::When;
use super::pattern::Word;
use crate::assistant::tools::Day;
use jiff::Zoned;
use jiff::civil::{Time, Weekday};

/// More words than this say no time.
const WORDS_MOST: usize = 4;

fn joined(words: &[Word]) -> Option<String> {
    (words.len() <= WORDS_MOST)
        .then(|| words.iter().map(|word| word.folded.as_str()).collect::<Vec<_>>().join(" "))
}

/// Now, this evening, tomorrow evening, or at a time today.
pub(super) fn when(words: &[Word], now: &Zoned) -> Option<When> {
    match joined(words)?.as_str() {
        "now" | "right now" | "just now" | "currently" | "at the moment" | "jetzt" | "gerade"
        | "jetzt gerade" | "gerade jetzt" | "im moment" | "momentan" | "aktuell" | "today" | "heute" => {
            Some(When::Now)
        }
        "tonight" | "this evening" | "in the evening" | "heute abend" | "heut abend" | "abends"
        | "am abend" | "primetime" | "zur primetime" => Some(When::Tonight),
        "tomorrow" | "tomorrow evening" | "tomorrow night" | "morgen" | "morgen abend" => {
            Some(When::Tomorrow)
        }
        _ => {
            let (first, rest) = words.split_first()?;
            let time = time(rest).filter(|_| ["at", "um", "ab", "from"].contains(&first.folded.as_str()))?;
            let then = now.date().to_datetime(time).to_zoned(now.time_zone().clone()).ok()?;
            Some(When::At(then.timestamp()))
        }
    }
}

/// A day, with or without its preposition.
pub(super) fn day(words: &[Word]) -> Option<Day> {
    let before = ["on", "am", "next", "this", "diesen", "kommenden"];
    let words = match words {
        [first, rest @ ..] if !rest.is_empty() && before.contains(&first.folded.as_str()) => rest,
        words => words,
    };
    let [word] = words else { return None };
    let day = match word.folded.as_str() {
        "today" | "heute" => Day::Today,
        "tomorrow" | "morgen" => Day::Tomorrow,
        "monday" | "montag" => Day::Weekday(Weekday::Monday),
        "tuesday" | "dienstag" => Day::Weekday(Weekday::Tuesday),
        "wednesday" | "mittwoch" => Day::Weekday(Weekday::Wednesday),
        "thursday" | "donnerstag" => Day::Weekday(Weekday::Thursday),
        "friday" | "freitag" => Day::Weekday(Weekday::Friday),
        "saturday" | "samstag" | "sonnabend" => Day::Weekday(Weekday::Saturday),
        "sunday" | "sonntag" => Day::Weekday(Weekday::Sunday),
        _ => return Day::parse(&word.shown),
    };
    Some(day)
}

/// A span in minutes.
pub(super) fn minutes(words: &[Word]) -> Option<u32> {
    let text = joined(words)?;
    match text.as_str() {
        "half an hour" | "eine halbe stunde" | "halbe stunde" => return Some(30),
        "an hour" | "one hour" | "eine stunde" => return Some(60),
        "a quarter of an hour" | "a quarter hour" | "eine viertelstunde" => return Some(15),
        _ => {}
    }
    let (number, unit) = text.split_once(' ')?;
    let number: u32 = number.parse().ok()?;
    match unit {
        "minute" | "minutes" | "min" | "mins" | "minuten" => Some(number),
        "hour" | "hours" | "stunde" | "stunden" => number.checked_mul(60),
        _ => None,
    }
}

/// A time of day: `20:15`, `20.15`, `20 Uhr`, `20 Uhr 15`, `8 pm`, `8:15pm`, `20`.
pub(super) fn time(words: &[Word]) -> Option<Time> {
    if words.len() > 3 {
        return None;
    }
    let text = words.iter().map(|word| word.shown.to_ascii_lowercase()).collect::<Vec<_>>().join(" ");
    let (text, noon) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(text), _) => (text, Some(12)),
        (_, Some(text)) => (text, Some(0)),
        _ => (text.as_str(), None),
    };
    let text = text.trim();
    let clean =
        text.strip_suffix("uhr").map_or_else(|| text.replace(" uhr ", ":"), |text| text.trim().to_owned());
    let (hour, minute) = clean.split_once([':', '.']).unwrap_or((&clean, "0"));
    let is_number =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hour) || !is_number(minute) {
        return None;
    }
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match noon {
        None if hour == 24 => 0,
        None => hour,
        Some(noon) if (1..=12).contains(&hour) => hour % 12 + noon,
        Some(_) => return None,
    };
    Time::new(hour, minute, 0, 0).ok()
}
