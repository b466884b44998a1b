//! What a wish for a timer means: the channel, the receiver, the times, and whether it may be.

use jiff::Timestamp;
use telecast_core::access::Profile;
use telecast_core::error::{Error, Kind};
use telecast_core::guide::Text;
use telecast_core::lineup::{Channel, ChannelId, Source};
use telecast_core::session::ReasonCode;
use telecast_core::timer::Slot;

use super::{Said, TimerPreview, TimerSubject, TimerView, TimerWish, second, words};
use crate::adapters::timer::NewTimer;
use crate::app::App;
use crate::app::guide::Entry;
use crate::app::receivers::Recorder;

/// What boxes record before and after a programme, as they come (seconds): sent where the times are ours.
const MARGINS_S: (i64, i64) = (180, 300);
/// A programme that a timer touches no longer than this (milliseconds) is in its margins.
const NEIGHBOUR_MS: i64 = 10 * 60_000;
/// Longest timer (seconds).
const LONGEST_S: i64 = 86_400;
/// How far ahead a timer may be (seconds): guides tell of two weeks.
const AHEAD_S: i64 = 400 * 86_400;
/// Characters of a title.
const TITLE: usize = 200;

/// A timer that may be set.
pub(super) struct Plan {
    pub(super) channel: ChannelId,
    pub(super) channel_name: String,
    pub(super) recorder: Recorder,
    pub(super) new: NewTimer,
    /// Whoever asks may not see everything: others' timers are not named to him.
    is_bounded: bool,
}

/// What is to be recorded.
struct Subject {
    channel: ChannelId,
    title: String,
    description: String,
    start_s: i64,
    end_s: i64,
    /// The receiver's number for it, and whether it is a programme at all.
    event_id: Option<i64>,
    is_programme: bool,
}

impl Plan {
    /// When it needs a tuner, as far as is known.
    pub(super) fn slot(&self) -> Slot {
        let (mut begin_s, mut end_s) = self.new.span();
        if self.new.event_id.is_some() {
            (begin_s, end_s) =
                (begin_s.min(self.new.start_s - MARGINS_S.0), end_s.max(self.new.end_s + MARGINS_S.1));
        }
        let repeated = self.new.again.as_ref().map_or(0, |again| again.repeated);
        Slot { transponder: self.new.service.transponder(), begin_s, end_s, repeated }
    }

    /// The same for people, with what is known of what is there.
    pub(super) fn preview(self, there: Option<TimerView>, conflicts: Vec<TimerView>) -> TimerPreview {
        let mut preview = TimerPreview {
            lines: Vec::new(),
            receiver_id: self.recorder.id.clone(),
            receiver: self.recorder.name.clone(),
            channel_id: self.channel.0.clone(),
            channel: self.channel_name.clone(),
            title: self.new.name.clone(),
            start: second(self.new.start_s),
            end: second(self.new.end_s),
            there,
            conflicts,
            tuners: self.recorder.tuners,
        };
        preview.lines = words::lines(&preview, &self.new);
        preview
    }

    /// Why it cannot be set, in words.
    pub(super) fn in_words(&self, said: Said) -> Error {
        match said {
            Said::Trouble(trouble, receiver) => words::said(&trouble, &receiver, &|rival| {
                if self.is_bounded { "another timer".into() } else { words::rival(rival, Some(&self.new)) }
            }),
            Said::Other(error) => error,
        }
    }
}

impl App {
    /// What a wish means, if it may be.
    pub(super) async fn plan_timer(
        &self,
        wish: &TimerWish,
        profile: Option<&Profile>,
    ) -> Result<Plan, Error> {
        let subject = match &wish.what {
            TimerSubject::Programme(id) => self.programme_to_record(id, profile).await?,
            TimerSubject::Stretch { channel_id, start, end, title } => {
                let title = title.as_deref();
                self.stretch_to_record(channel_id, (*start, *end), title, profile).await?
            }
        };
        let now_s = self.now_ms().div_euclid(1000);
        if subject.end_s <= now_s {
            return Err(Error::new(Kind::Invalid, "It is over already, so it cannot be recorded any more."));
        }
        if subject.start_s > now_s + AHEAD_S {
            return Err(Error::new(Kind::Invalid, "It is too far ahead; timers reach a year at most."));
        }
        let lineup = self.lineup();
        let channel = lineup.known_as(&subject.channel).ok_or_else(no_channel)?;
        let (recorder, service) = self.recorder_of(channel, wish.receiver_id.as_deref())?;
        // The number is of that very service: another one that the host has joined to it has numbers of its own.
        let is_its = service.service.channel_id() == subject.channel;
        let event_id = subject.event_id.filter(|_| is_its && wish.again.is_none());
        let ours = subject.is_programme && event_id.is_none();
        Ok(Plan {
            channel: channel.id.clone(),
            channel_name: channel.name.clone(),
            recorder,
            new: NewTimer {
                service: service.service.clone(),
                name: subject.title,
                description: wish
                    .again
                    .as_ref()
                    .map_or(subject.description, |again| again.description.clone()),
                start_s: subject.start_s,
                end_s: subject.end_s,
                margins_s: if ours { MARGINS_S } else { (0, 0) },
                event_id,
                again: wish.again.clone(),
            },
            is_bounded: profile.is_some(),
        })
    }

    /// The receiver that records a channel: the one that was named, or the first in the lineup's order that has timers at all.
    fn recorder_of<'a>(
        &self,
        channel: &'a Channel,
        wanted: Option<&str>,
    ) -> Result<(Recorder, &'a Source), Error> {
        let recorders = self.0.receivers.recorders();
        let found =
            channel.sources.iter().filter(|source| wanted.is_none_or(|id| source.receiver == id)).find_map(
                |source| {
                    let recorder = recorders.iter().find(|recorder| recorder.id == source.receiver)?;
                    Some((recorder.clone(), source))
                },
            );
        found.ok_or_else(|| match wanted {
            Some(_) => {
                Error::new(Kind::NotFound, "There is no such receiver that has this channel and can record.")
            }
            None => words::no_timers(&channel.name),
        })
    }

    async fn programme_to_record(&self, id: &str, profile: Option<&Profile>) -> Result<Subject, Error> {
        let airing = self.0.guide.entry(id).await?.airing;
        let may = |profile: &Profile| {
            profile.lists(&airing.channel) && (!profile.minds_time() || profile.admits(airing.programme.age))
        };
        if !profile.is_none_or(may) {
            return Err(Error::new(Kind::NotFound, "There is no such programme."));
        }
        let first = |texts: &[Text]| texts.first().map(|text| text.text.clone()).unwrap_or_default();
        Ok(Subject {
            title: first(&airing.programme.titles),
            description: first(&airing.programme.subtitles),
            start_s: airing.start_ms.div_euclid(1000),
            end_s: airing.end_ms.div_euclid(1000),
            event_id: airing.event_id,
            is_programme: true,
            channel: airing.channel,
        })
    }

    async fn stretch_to_record(
        &self,
        channel: &str,
        (start, end): (Timestamp, Timestamp),
        title: Option<&str>,
        profile: Option<&Profile>,
    ) -> Result<Subject, Error> {
        let lineup = self.lineup();
        let channel = lineup.channel(&ChannelId(channel.to_owned())).ok_or_else(no_channel)?;
        if !profile.is_none_or(|profile| profile.lists(&channel.id)) {
            return Err(no_channel());
        }
        let (start_s, end_s) = (start.as_second(), end.as_second());
        if end_s <= start_s || end_s - start_s > LONGEST_S {
            return Err(Error::new(Kind::Invalid, "A timer ends after it begins, and lasts a day at most."));
        }
        let title = title.map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&channel.name);
        if title.chars().count() > TITLE || title.chars().any(char::is_control) {
            return Err(Error::new(
                Kind::Invalid,
                format!("A title has {TITLE} characters at most, all of which show."),
            ));
        }
        if let Some(profile) = profile.filter(|profile| profile.minds_time()) {
            let span = (start_s * 1000, end_s * 1000);
            let rows = self.0.guide.entries(std::slice::from_ref(&channel.id), span.0, span.1).await?;
            let entries: Vec<Entry> = rows.into_iter().flat_map(|(_, entries)| entries).collect();
            if !fits(profile, &entries, span) {
                let words = ReasonCode::AgeLimit.english();
                let words = format!("{}. {}", words.title, words.advice);
                return Err(Error::new(Kind::Forbidden, words).because(ReasonCode::AgeLimit.name()));
            }
        }
        Ok(Subject {
            channel: channel.id.clone(),
            title: title.to_owned(),
            description: String::new(),
            start_s,
            end_s,
            event_id: None,
            is_programme: false,
        })
    }
}

fn no_channel() -> Error {
    Error::new(Kind::NotFound, "There is no such channel. It may have been removed.")
}

/// Whether a profile admits all that is on in a stretch, and also that of which nobody has said anything.
pub(super) fn fits(profile: &Profile, entries: &[Entry], (from_ms, to_ms): (i64, i64)) -> bool {
    let (mut known_ms, mut is_whole) = (from_ms, true);
    for entry in entries {
        is_whole &= entry.airing.start_ms <= known_ms;
        known_ms = known_ms.max(entry.airing.end_ms);
        if !profile.admits(entry.airing.programme.age) {
            return false;
        }
    }
    (is_whole && known_ms >= to_ms) || profile.admits(None)
}

/// For whom is what a timer records: of the programme that it names, else of those that are more than its margins; one that nobody knows, if there is none.
pub(super) fn guess(
    entries: &[Entry],
    (from_ms, to_ms): (i64, i64),
    event_id: Option<i64>,
) -> Vec<Option<u8>> {
    let named = entries.iter().find(|entry| event_id.is_some() && entry.airing.event_id == event_id);
    if let Some(entry) = named {
        return vec![entry.airing.programme.age];
    }
    let is_meant = |entry: &&Entry| {
        let airing = &entry.airing;
        let touched = airing.end_ms.min(to_ms) - airing.start_ms.max(from_ms);
        touched > NEIGHBOUR_MS || (airing.start_ms >= from_ms && airing.end_ms <= to_ms)
    };
    let ages: Vec<Option<u8>> =
        entries.iter().filter(is_meant).map(|entry| entry.airing.programme.age).collect();
    if ages.is_empty() { vec![None] } else { ages }
}
