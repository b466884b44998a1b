//! Timers in sentences: what one would be, and why there is none.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::session::ReasonCode;

use super::{TimerPreview, second};
use crate::adapters::timer::{NewTimer, Rival, TimerTrouble};

/// Other timers that are named in one sentence.
const NAMED: usize = 3;

/// What setting a timer would mean, a line each.
pub(super) fn lines(preview: &TimerPreview, new: &NewTimer) -> Vec<String> {
    let TimerPreview { receiver, channel, title, .. } = preview;
    let mut lines = vec![format!("Record “{title}” on {channel}.")];
    let when = span(preview.start, preview.end);
    let (begin, end) = new.span();
    lines.push(if new.event_id.is_some() {
        format!("{when}, and a little before and after, as {receiver} is set.")
    } else if new.margins_s == (0, 0) {
        format!("{when}.")
    } else {
        format!("{when}; recorded from {} to {}.", clock(second(begin)), clock(second(end)))
    });
    lines.push(format!("{receiver} records it by itself."));
    if let Some(there) = &preview.there {
        lines.push(format!("This is set already: “{}”, {}.", there.title, span(there.start, there.end)));
        return lines;
    }
    if preview.conflicts.is_empty() {
        lines.push("No other timer is in its way.".into());
        return lines;
    }
    let tuners = match preview.tuners {
        Some(1) => "one tuner".to_owned(),
        Some(count) => format!("{count} tuners"),
        None => "an unknown number of tuners".to_owned(),
    };
    let others: Vec<String> = preview
        .conflicts
        .iter()
        .take(NAMED)
        .map(|timer| called(&timer.title, &timer.channel, timer.start, timer.end))
        .collect();
    lines.push(format!("Conflict: with {tuners}, {receiver} may have none for it beside {}.", join(&others)));
    lines
}

/// Why a receiver has not done what was asked; `named` says which others are in the way.
pub(super) fn said(trouble: &TimerTrouble, receiver: &str, named: &dyn Fn(&Rival) -> String) -> Error {
    let unreachable = |words: String| {
        Error::new(Kind::Unavailable, words)
            .because(ReasonCode::ReceiverUnreachable.name())
            .retry_after(limits::BREAKER_OPEN)
    };
    match trouble {
        TimerTrouble::Conflict(rivals) => {
            let others: Vec<String> = rivals.iter().take(NAMED).map(named).collect();
            let beside = if others.is_empty() { String::new() } else { format!(" beside {}", join(&others)) };
            let words = format!(
                "{receiver} has no tuner for it{beside}. Cancel what is in the way, or record another airing of it."
            );
            Error::new(Kind::Conflict, words).because("timer_conflict")
        }
        TimerTrouble::Refused(why) => {
            Error::new(Kind::Conflict, format!("{receiver} does not want to: {why}")).because("timer_refused")
        }
        TimerTrouble::NoTimers => no_timers(receiver),
        TimerTrouble::Gone => Error::new(
            Kind::NotFound,
            format!("There is no such timer on {receiver} any more. It may have been cancelled there."),
        ),
        TimerTrouble::Receiver(_) | TimerTrouble::Resting(_) | TimerTrouble::Unknown => {
            unreachable(format!("{receiver}: {trouble}"))
        }
    }
}

/// A channel comes from lists alone.
pub(super) fn no_timers(name: &str) -> Error {
    let words = format!(
        "{name} comes from a list of addresses, which records nothing. Timers are set on receivers that record by themselves."
    );
    Error::new(Kind::Conflict, words).because("no_timers")
}

/// Another timer in a sentence.
pub(super) fn rival(rival: &Rival, new: Option<&NewTimer>) -> String {
    let (start, end) = (second(rival.begin_s), second(rival.end_s));
    let is_there_too = new.is_some_and(|new| rival.begin_s < new.end_s && rival.end_s > new.start_s);
    if new.is_some() && !is_there_too {
        // A repeated one: its next time is not the one that is in the way.
        return format!("“{}” ({}, repeated)", rival.name, rival.service_name);
    }
    called(&rival.name, &rival.service_name, start, end)
}

fn called(title: &str, channel: &str, start: Timestamp, end: Timestamp) -> String {
    let title = if title.is_empty() { "another timer".to_owned() } else { format!("“{title}”") };
    format!("{title} ({channel}, {})", span(start, end))
}

fn join(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn zoned(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::system())
}

fn clock(at: Timestamp) -> String {
    zoned(at).strftime("%H:%M").to_string()
}

fn span(start: Timestamp, end: Timestamp) -> String {
    format!("{} to {}", zoned(start).strftime("%a %-d %b %Y, %H:%M"), clock(end))
}
