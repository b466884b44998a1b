//! A few sentences, English and German, understood without any model: the same tools are called.
//!
//! It is a table of sentences (`plain/rules.rs`) with places in them for channels, words, times and days, tried in order; the first that fits as a
//! whole is meant. What fits none is not guessed at: [`Meant::Help`] tells what can be asked. Words are compared without case, marks and apostrophes;
//! what stands in a place is kept as it was written. A sentence is bounded, so that trying costs no time worth speaking of.

mod pattern;
mod rules;
mod slots;

use super::tools::{About, Call, REMIND_DEFAULT, Timer, When};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan, Zoned};
use pattern::{Bound, Found, Slot, Word};
use rules::{Means, RULES};

/// Characters of a sentence that is looked at; longer ones are told to a person or a model.
pub const SENTENCE_MOST: usize = 300;
/// Words of one.
pub const SENTENCE_WORDS: usize = 24;

/// A language that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

/// What must be known to understand a sentence.
pub struct Listening<'a> {
    /// When it is said, and where.
    pub now: &'a Zoned,
    /// The language, if the sentence does not show it.
    pub language: Language,
    /// Whether something is the name of a channel: tells "love on the rocks" from "love on BBC One".
    pub is_channel: &'a dyn Fn(&str) -> bool,
}

/// What is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// What is meant.
    pub meant: Meant,
    /// In which language to answer.
    pub language: Language,
}

/// What a sentence means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// These are to be called.
    Calls(Vec<Call>),
    /// What can be asked is to be told.
    Help {
        /// Somebody asked for it; otherwise nothing was understood.
        is_asked: bool,
        /// Sentences that are understood.
        sentences: &'static [&'static str],
    },
}

impl Language {
    /// Sentences that are understood, to be shown.
    pub fn sentences(self) -> &'static [&'static str] {
        match self {
            Self::English => &[
                "What's on tonight?",
                "What's on BBC One now?",
                "Search for football on sunday",
                "When is Tatort on?",
                "Remind me of Tatort",
                "Record Tatort",
                "Record BBC One from 20:15 to 21:45 tomorrow",
                "Cancel the timer for Tatort",
                "Switch to BBC One",
                "Why does BBC One not work?",
                "Who holds the tuners?",
            ],
            Self::German => &[
                "Was läuft heute Abend?",
                "Was läuft jetzt auf Das Erste?",
                "Suche Fußball am Sonntag",
                "Wann kommt Tatort?",
                "Erinnere mich an Tatort",
                "Nimm Tatort auf",
                "Nimm Das Erste morgen von 20:15 bis 21:45 auf",
                "Lösche den Timer für Tatort",
                "Schalte auf Das Erste",
                "Warum geht Das Erste nicht?",
                "Wer belegt die Tuner?",
            ],
        }
    }
}

/// What `text` means.
pub fn understand(text: &str, listening: &Listening<'_>) -> Understood {
    let words = words(text);
    for rule in RULES {
        let Some(found) = pattern::find(rule.pattern, &words, listening) else { continue };
        if matches!(rule.means, Means::Help) {
            return help(true, rule.language);
        }
        let call = meaning(rule.means, found, listening.now);
        // Whatever is called has gone through the one door that bounds it.
        let call = call.and_then(|call| Call::parse(call.tool().name(), &call.arguments()).ok());
        if let Some(call) = call {
            return Understood { meant: Meant::Calls(vec![call]), language: rule.language };
        }
    }
    help(false, rules::language(&words).unwrap_or(listening.language))
}

fn help(is_asked: bool, language: Language) -> Understood {
    Understood { meant: Meant::Help { is_asked, sentences: language.sentences() }, language }
}

/// The sentence's words, without what is said to be polite at its ends; none if it is too long.
fn words(text: &str) -> Vec<Word> {
    if text.chars().take(SENTENCE_MOST + 1).count() > SENTENCE_MOST {
        return Vec::new();
    }
    let words: Vec<Word> = text.split_whitespace().filter_map(Word::of).collect();
    let mut rest = &words[..];
    while let Some((first, others)) = rest.split_first()
        && rules::BEFORE.contains(&first.folded.as_str())
    {
        rest = others;
    }
    while let Some((last, others)) = rest.split_last()
        && rules::AFTER.contains(&last.folded.as_str())
    {
        rest = others;
    }
    if rest.len() > SENTENCE_WORDS { Vec::new() } else { rest.to_vec() }
}

fn meaning(means: Means, mut found: Found, now: &Zoned) -> Option<Call> {
    Some(match means {
        Means::Help => return None,
        Means::WhatsOn => {
            let when = found.when().unwrap_or_default();
            Call::WhatsOn { channel: found.channel(), when }
        }
        Means::Search => {
            Call::SearchGuide { words: found.words()?, day: found.day(), channel: found.channel() }
        }
        Means::Remind => Call::Remind {
            programme: found.words()?,
            minutes_before: found.minutes().unwrap_or(REMIND_DEFAULT),
        },
        Means::Record => {
            Call::SetTimer(Timer::Programme { programme: found.words()?, channel: found.channel() })
        }
        Means::RecordTimes => {
            let (from, until) = found.times()?;
            let date = found.day().map(|day| day.date(now.date()));
            let (start, end) = span(now, date, from, until)?;
            Call::SetTimer(Timer::Time { channel: found.channel()?, start, end, title: None })
        }
        Means::Cancel => Call::CancelTimer { timer: found.words()? },
        Means::Tune => Call::Tune { channel: found.channel()? },
        Means::WhyNot => Call::Explain { about: About::Channel, channel: found.channel() },
        Means::WhyOn => Call::Explain { about: About::WhyOn, channel: found.channel() },
        Means::Tuners => Call::Explain { about: About::Tuners, channel: None },
        Means::Documents => Call::Documents { words: found.words()? },
    })
}

/// From one time of day to another: on that date, or on the next on which it is not over; an end before the start is on the day after.
fn span(now: &Zoned, date: Option<Date>, from: Time, until: Time) -> Option<(Timestamp, Timestamp)> {
    let at = |date: Date, time: Time| {
        let zoned = date.to_datetime(time).to_zoned(now.time_zone().clone());
        zoned.ok().map(|zoned| zoned.timestamp())
    };
    let on = |date: Date| {
        let last = if until <= from { date.saturating_add(1.day()) } else { date };
        Some((at(date, from)?, at(last, until)?))
    };
    match date {
        Some(date) => on(date),
        None => {
            let today = on(now.date())?;
            if today.1 > now.timestamp() { Some(today) } else { on(now.date().saturating_add(1.day())) }
        }
    }
}

impl Found {
    fn text(&mut self, slots: &[Slot]) -> Option<String> {
        let at = self.0.iter().position(|(slot, _)| slots.contains(slot))?;
        match self.0.remove(at).1 {
            Bound::Text(text) => Some(text),
            _ => None,
        }
    }

    fn words(&mut self) -> Option<String> {
        self.text(&[Slot::Words])
    }

    /// Without the word "channel" before it; none if it is only pointed at.
    fn channel(&mut self) -> Option<String> {
        let text = self.text(&[Slot::Channel, Slot::Known])?;
        let folded = crate::guide::fold(&text);
        if rules::POINTING.contains(&folded.as_str()) {
            return None;
        }
        let named = text
            .split_once(' ')
            .filter(|(first, _)| rules::CHANNEL_WORDS.contains(&crate::guide::fold(first).as_str()));
        Some(named.map_or(text.clone(), |(_, rest)| rest.to_owned()))
    }

    fn when(&self) -> Option<When> {
        self.0.iter().find_map(|(_, bound)| match bound {
            Bound::When(when) => Some(*when),
            _ => None,
        })
    }

    fn day(&self) -> Option<super::tools::Day> {
        self.0.iter().find_map(|(_, bound)| match bound {
            Bound::Day(day) => Some(*day),
            _ => None,
        })
    }

    fn minutes(&self) -> Option<u32> {
        self.0.iter().find_map(|(_, bound)| match bound {
            Bound::Minutes(minutes) => Some(*minutes),
            _ => None,
        })
    }

    fn times(&self) -> Option<(Time, Time)> {
        let mut times = self.0.iter().filter_map(|(_, bound)| match bound {
            Bound::Time(time) => Some(*time),
            _ => None,
        });
        Some((times.next()?, times.next()?))
    }
}

#[cfg(test)]
mod tests;
