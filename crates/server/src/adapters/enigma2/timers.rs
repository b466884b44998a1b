//! Timers of a box: listed, set and cancelled.
//!
//! Unlike all else that a box is asked, this changes something. So a call that has failed is not repeated: the box is asked for its timers, which tells
//! what came of it. A refusal is 200 with `result: false`; what stands in the way is in `conflicts`, and the message is in the box's language. Margins
//! make the timer in the list longer than what was asked for, so it is found again by service and time, not by what was sent.

use serde_json::Value;
use telecast_core::guide::clean;
use telecast_core::lineup::ServiceRef;

use super::reply::{LATEST_S, number, parse, text, truth};
use super::{Client, Crash, Trouble};
use crate::adapters::timer::{Added, NewTimer, Rival, TIMERS, Timer, TimerDetails, TimerState, TimerTrouble};

/// Characters of a box's message that are passed on.
const MESSAGE: usize = 300;

/// What has come of setting a timer, as the list afterwards tells.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// It is there.
    It(Box<Timer>),
    /// Another one is: the number of the programme is another's by now.
    Other(Box<Timer>),
    /// None is.
    Nothing,
}

impl Client {
    /// All timers of the box, those that are over too, in its order.
    pub async fn timers(&self) -> Result<Vec<Timer>, Trouble> {
        let value = self.call("api/timerlist", &[]).await?;
        let Some(list) = value.get("timers").and_then(Value::as_array) else {
            return Err(Trouble::NotAReceiver("it names no timers".into()));
        };
        Ok(list.iter().filter_map(timer).take(TIMERS).collect())
    }

    /// Sets a timer, unless one is there that does the same.
    pub async fn add_timer(&self, new: &NewTimer) -> Result<Added, TimerTrouble> {
        let before = self.timers().await?;
        if let Some(there) = before.iter().find(|timer| new.is_done_by(timer)) {
            return Ok(Added { timer: there.clone(), was_there: true });
        }
        let added = |timer: Box<Timer>| Ok(Added { timer: *timer, was_there: false });
        if let Some(event) = new.event_id.filter(|_| new.again.is_none()) {
            match self.try_to_add("api/timeraddbyeventid", &by_event(new, event), (&before, new)).await {
                Ok(Found::It(timer)) => return added(timer),
                Ok(Found::Other(stranger)) => self.delete_timer(&stranger).await?,
                // It is too old for this call, or has done nothing: times do without.
                Ok(Found::Nothing) | Err(TimerTrouble::Receiver(Trouble::NotAReceiver(_))) => {}
                // Its guide has moved on.
                Err(TimerTrouble::Refused(why)) => {
                    tracing::debug!(
                        receiver = self.settings.name,
                        why,
                        "a timer is set by its times instead"
                    );
                }
                Err(trouble) => return Err(trouble),
            }
        }
        match self.try_to_add("api/timeradd", &by_time(new), (&before, new)).await? {
            Found::It(timer) => added(timer),
            Found::Other(_) | Found::Nothing => {
                Err(TimerTrouble::Refused("it says that it is set, and does not list it.".into()))
            }
        }
    }

    /// Removes a timer; what it records just now ends there.
    pub async fn delete_timer(&self, timer: &Timer) -> Result<(), TimerTrouble> {
        let (begin, end) = (timer.begin_s.to_string(), timer.end_s.to_string());
        let query = [("sRef", timer.reference.as_str()), ("begin", &begin), ("end", &end)];
        let done = self.command("api/timerdelete", &query).await;
        match done {
            Err(TimerTrouble::Refused(_)) => {
                let is_there = self.timers().await?.iter().any(|other| other.is(timer));
                if is_there { done } else { Err(TimerTrouble::Gone) }
            }
            Err(TimerTrouble::Receiver(trouble)) if is_open(&trouble) => match self.timers().await {
                Ok(list) if list.iter().any(|other| other.is(timer)) => Err(trouble.into()),
                Ok(_) => Ok(()),
                Err(_) => Err(TimerTrouble::Unknown),
            },
            _ => done,
        }
    }

    /// Asks for a timer and looks what has come of it.
    async fn try_to_add(
        &self,
        path: &str,
        query: &[(&str, String)],
        (before, new): (&[Timer], &NewTimer),
    ) -> Result<Found, TimerTrouble> {
        let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        match self.command(path, &query).await {
            Ok(()) => match self.timers().await {
                Ok(after) => Ok(find(before, &after, new)),
                Err(_) => Err(TimerTrouble::Unknown),
            },
            Err(TimerTrouble::Receiver(trouble)) if is_open(&trouble) => match self.timers().await {
                Ok(after) => match find(before, &after, new) {
                    Found::Nothing => Err(trouble.into()),
                    found => Ok(found),
                },
                Err(_) => Err(TimerTrouble::Unknown),
            },
            Err(TimerTrouble::Conflict(rivals)) => Err(TimerTrouble::Conflict(
                rivals.into_iter().filter(|rival| !is_itself(rival, new)).collect(),
            )),
            Err(trouble) => Err(trouble),
        }
    }

    /// A call that changes something: made once.
    async fn command(&self, path: &str, query: &[(&str, &str)]) -> Result<(), TimerTrouble> {
        // Whoever finds the door shut later does not know any more whether something was sent.
        if let Some(rest) = self.pages.shut_for() {
            return Err(TimerTrouble::Resting(rest.as_secs() + 1));
        }
        let body = self.get_once(path, query, Crash::Fails).await?;
        outcome(&parse(&body)?)
    }
}

/// Whether nobody knows what has come of a call that ended so.
fn is_open(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Unreachable(_) | Trouble::Failing(_))
}

fn by_event(new: &NewTimer, event: i64) -> Vec<(&'static str, String)> {
    vec![("sRef", new.service.to_string()), ("eventid", event.to_string())]
}

fn by_time(new: &NewTimer) -> Vec<(&'static str, String)> {
    let (begin, end) = new.span();
    let mut query = vec![
        ("sRef", new.service.to_string()),
        ("begin", begin.to_string()),
        ("end", end.to_string()),
        ("name", new.name.clone()),
        ("description", new.description.clone()),
    ];
    // A number that did not do is none: the box would follow another programme by it.
    if let Some(again) = &new.again {
        query.extend(again.event_id.map(|id| ("eit", id.to_string())));
        let flag = |is: bool| u8::from(is).to_string();
        query.extend([
            ("disabled", flag(again.disabled)),
            ("justplay", flag(again.only_shows)),
            ("always_zap", flag(again.shows)),
            ("afterevent", again.afterwards.to_string()),
            ("repeated", again.repeated.to_string()),
            ("tags", again.tags.clone()),
        ]);
        query.extend(again.folder.clone().map(|folder| ("dirname", folder)));
    }
    query
}

/// What a command's reply says.
fn outcome(reply: &Value) -> Result<(), TimerTrouble> {
    let conflicts = reply.get("conflicts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if !conflicts.is_empty() {
        return Err(TimerTrouble::Conflict(conflicts.iter().take(TIMERS).map(rival).collect()));
    }
    if truth(reply.get("result")) {
        return Ok(());
    }
    let message: String = text(reply.get("message"))
        .map(|text| clean(&text))
        .unwrap_or_default()
        .chars()
        .take(MESSAGE)
        .collect();
    Err(TimerTrouble::Refused(if message.is_empty() { "it does not say why.".into() } else { message }))
}

/// Boxes name the new timer first among those that are in each other's way.
fn is_itself(rival: &Rival, new: &NewTimer) -> bool {
    let is_on = rival.service.as_ref().is_some_and(|of| of.channel_id() == new.service.channel_id());
    is_on && rival.begin_s <= new.start_s && rival.end_s >= new.end_s
}

/// The timer that was asked for, among those that are listed afterwards.
fn find(before: &[Timer], after: &[Timer], new: &NewTimer) -> Found {
    let fresh = || after.iter().filter(|timer| !before.iter().any(|old| old.is(timer)));
    let is_on = |timer: &Timer| timer.service.channel_id() == new.service.channel_id();
    let meets = |timer: &Timer| timer.begin_s < new.end_s && timer.end_s > new.start_s;
    let its = |timer: &Timer| is_on(timer) && meets(timer);
    let named = |timer: &Timer| timer.name == new.name && meets(timer);
    // A repeated one is listed for the next of its days.
    let days = new.again.as_ref().map_or(0, |again| again.repeated);
    let repeats =
        |timer: &Timer| days != 0 && is_on(timer) && timer.details.repeated == days && timer.name == new.name;
    let found = fresh()
        .find(|timer| its(timer) && timer.name == new.name)
        .or_else(|| fresh().find(|timer| its(timer)))
        .or_else(|| fresh().find(|timer| repeats(timer)))
        // Of several services that are one channel the box may have picked another.
        .or_else(|| fresh().find(|timer| named(timer)))
        // Somebody else has set it in the same moment, and the box keeps one of two.
        .or_else(|| after.iter().find(|timer| new.is_done_by(timer)));
    if let Some(timer) = found {
        return Found::It(Box::new(timer.clone()));
    }
    let stranger = fresh().find(|timer| is_on(timer) && timer.details.event_id == new.event_id);
    stranger.map_or(Found::Nothing, |timer| Found::Other(Box::new(timer.clone())))
}

/// A timer of the list; what has no service or no time is none.
fn timer(value: &Value) -> Option<Timer> {
    let reference = text(value.get("serviceref"))?;
    let time = |key| number(value.get(key)).filter(|seconds| (1..=LATEST_S).contains(seconds));
    let (begin_s, end_s) = (time("begin")?, time("end")?);
    let words = |key| text(value.get(key)).map(|text| clean(&text)).unwrap_or_default();
    let flag = |key| number(value.get(key)).is_some_and(|flag| flag > 0) || truth(value.get(key));
    // Where there is none, boxes write so.
    let said = |text: &String| !matches!(text.as_str(), "" | "None" | "N/A");
    let bits = |key, most: i64| number(value.get(key)).filter(|bits| (0..=most).contains(bits));
    let details = TimerDetails {
        description: Some(words("description")).filter(said).unwrap_or_default(),
        event_id: number(value.get("eit")).filter(|id| *id > 0),
        repeated: bits("repeated", 0x7F).unwrap_or(0) as u8,
        disabled: flag("disabled"),
        only_shows: flag("justplay"),
        shows: flag("always_zap"),
        afterwards: bits("afterevent", 3).map_or(TimerDetails::default().afterwards, |what| what as u8),
        folder: text(value.get("dirname")).filter(said),
        tags: words("tags"),
    };
    let state = match number(value.get("state")) {
        Some(1) => TimerState::Prepared,
        Some(2) => TimerState::Recording,
        Some(3) => TimerState::Ended,
        _ if details.disabled => TimerState::Disabled,
        _ => TimerState::Waiting,
    };
    Some(Timer {
        service: ServiceRef::parse(&reference)?,
        reference,
        service_name: words("servicename"),
        name: words("name"),
        begin_s,
        end_s: end_s.max(begin_s),
        state,
        details,
    })
}

fn rival(value: &Value) -> Rival {
    let words = |key| text(value.get(key)).map(|text| clean(&text)).unwrap_or_default();
    let time = |key| number(value.get(key)).filter(|seconds| (1..=LATEST_S).contains(seconds)).unwrap_or(0);
    Rival {
        service: text(value.get("serviceref")).and_then(|reference| ServiceRef::parse(&reference)),
        service_name: words("servicename"),
        name: words("name"),
        begin_s: time("begin"),
        end_s: time("end"),
    }
}

#[cfg(test)]
mod laws;
