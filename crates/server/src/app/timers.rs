//! Timers on receivers, as the rest of the program and people see them: all there are, what setting one would mean, setting and cancelling.
//!
//! A timer belongs to its receiver, which records by itself; nothing of it is kept here, so what somebody sets on the box itself is there as well. It is set
//! on the receiver that has the channel, in the order of the lineup, and on no other behind anybody's back. Whoever has a profile sees, sets and cancels
//! only what it admits: this is asked here and not by those who call, so that no way to a timer goes around it.

mod plan;
mod words;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use telecast_core::access::Profile;
use telecast_core::error::{Error, Kind};
use telecast_core::lineup::{ChannelId, Lineup};
use telecast_core::timer::{self, Slot, in_the_way};
use telecast_store::{Created, RequestKey};
use utoipa::ToSchema;

use super::App;
use super::receivers::{Recorder, TimerError};
use super::say::moment;
use crate::adapters::receiver::Trouble;
use crate::adapters::timer::{Timer, TimerTrouble};
pub use crate::adapters::timer::{TimerDetails, TimerState};
use plan::guess;

/// Nobody waits longer for a receiver than its slowest disk and a call beside it take; what has begun is finished all the same.
const PATIENCE: Duration = Duration::from_secs(45);

/// A timer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimerView {
    /// Names it, as long as its receiver does not move it.
    pub id: String,
    /// The receiver that records.
    pub receiver_id: String,
    /// Its name.
    pub receiver: String,
    /// The channel; null: it is not in the lineup.
    pub channel_id: Option<String>,
    /// Its name, there or as the receiver calls it.
    pub channel: String,
    /// What is recorded.
    pub title: String,
    /// From, with the receiver's margins; of a repeated one, the next time.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Until, with its margins.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
    /// Where it stands.
    pub state: TimerState,
    /// It is on on several days.
    pub repeated: bool,
    /// What the receiver knows of it besides.
    pub details: TimerDetails,
}

impl TimerView {
    /// The wish to have it again exactly as it was; none: nobody knows its channel.
    pub fn again(&self) -> Option<TimerWish> {
        Some(TimerWish {
            what: TimerSubject::Stretch {
                channel_id: self.channel_id.clone()?,
                start: self.start,
                end: self.end,
                title: Some(self.title.clone()),
            },
            receiver_id: Some(self.receiver_id.clone()),
            again: Some(self.details.clone()),
        })
    }

    fn of((receiver, name): (&str, &str), timer: &Timer, lineup: &Lineup) -> Self {
        let id = timer.service.channel_id();
        let is_its = |source: &telecast_core::lineup::Source| {
            source.receiver == *receiver && source.service.channel_id() == id
        };
        let channel = lineup
            .known_as(&id)
            .or_else(|| lineup.channels.iter().find(|channel| channel.sources.iter().any(is_its)));
        let names = [&timer.service_name, &timer.service.name, &id.0];
        let called = || names.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default();
        Self {
            id: timer::id(receiver, &timer.reference, timer.begin_s, timer.end_s),
            receiver_id: receiver.to_owned(),
            receiver: name.to_owned(),
            channel_id: channel.map(|channel| channel.id.0.clone()),
            channel: channel.map_or_else(called, |channel| channel.name.clone()),
            title: timer.name.clone(),
            start: second(timer.begin_s),
            end: second(timer.end_s),
            state: timer.state,
            repeated: timer.details.repeated != 0,
            details: timer.details.clone(),
        }
    }
}

/// A receiver whose timers are not known just now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimersMissing {
    /// Which.
    pub receiver_id: String,
    /// Its name.
    pub receiver: String,
    /// Why, and what to do.
    pub detail: String,
}

/// Timers of all receivers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Timers {
    /// Those to come and those that record by start, then those that are over, newest first.
    pub items: Vec<TimerView>,
    /// Receivers that have not told theirs.
    pub missing: Vec<TimersMissing>,
}

/// What somebody wants recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerSubject {
    /// A programme of the guide, by its id.
    Programme(String),
    /// A stretch of a channel.
    Stretch {
        /// Channel.
        channel_id: String,
        /// From, exactly.
        start: Timestamp,
        /// Until, exactly.
        end: Timestamp,
        /// What it is called; none: as the channel.
        title: Option<String>,
    },
}

/// A timer that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerWish {
    /// What to record.
    pub what: TimerSubject,
    /// By which receiver; none: the first that has the channel and can record.
    pub receiver_id: Option<String>,
    /// It was there before, and is wanted again exactly so.
    pub again: Option<TimerDetails>,
}

impl TimerWish {
    /// A programme of the guide, by the first receiver that has its channel.
    pub fn programme(id: impl Into<String>) -> Self {
        Self { what: TimerSubject::Programme(id.into()), receiver_id: None, again: None }
    }

    /// A stretch of a channel, by the first receiver that has it.
    pub fn stretch(
        channel_id: impl Into<String>,
        (start, end): (Timestamp, Timestamp),
        title: Option<String>,
    ) -> Self {
        let what = TimerSubject::Stretch { channel_id: channel_id.into(), start, end, title };
        Self { what, receiver_id: None, again: None }
    }
}

/// What setting a timer would mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimerPreview {
    /// The same in sentences, a line each: what is recorded, when, by whom, and what stands in its way.
    pub lines: Vec<String>,
    /// The receiver that would record.
    pub receiver_id: String,
    /// Its name.
    pub receiver: String,
    /// Channel.
    pub channel_id: String,
    /// Its name.
    pub channel: String,
    /// What it would be called.
    pub title: String,
    /// From, without the receiver's own margins.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Until.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
    /// A timer that does this already: nothing would change.
    pub there: Option<TimerView>,
    /// Timers that leave no tuner for it, as far as is known.
    pub conflicts: Vec<TimerView>,
    /// Tuners of that receiver; null: it does not say, and counts as one with a single one.
    pub tuners: Option<u32>,
}

/// A timer that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimerSet {
    /// As its receiver lists it.
    #[serde(flatten)]
    pub timer: TimerView,
    /// It was there before anybody asked: to take this back is not to cancel it.
    pub was_there: bool,
}

impl App {
    /// Timers of all receivers that `profile` admits (none: all).
    ///
    /// # Errors
    /// `Unavailable`: the store. A receiver that does not answer is among those that are missing.
    pub async fn timers(&self, profile: Option<&Profile>) -> Result<Timers, Error> {
        let lineup = self.lineup();
        let recorders = self.0.receivers.recorders();
        let asked = join_all(recorders.iter().map(listed)).await;
        let mut all = Timers::default();
        for (recorder, told) in recorders.iter().zip(asked) {
            match told {
                Ok(list) => {
                    for timer in list.iter() {
                        let view = TimerView::of((&recorder.id, &recorder.name), timer, &lineup);
                        if self.is_timer_for(profile, &view).await? {
                            all.items.push(view);
                        }
                    }
                }
                Err(error) => all.missing.push(TimersMissing {
                    receiver_id: recorder.id.clone(),
                    receiver: recorder.name.clone(),
                    detail: error.plain().message,
                }),
            }
        }
        all.items.sort_by_key(|timer| {
            let is_over = timer.state == TimerState::Ended;
            let start = timer.start.as_second();
            (is_over, if is_over { -start } else { start })
        });
        Ok(all)
    }

    /// What setting that timer would mean; nothing is set.
    ///
    /// # Errors
    /// As [`App::set_timer`], but for conflicts: they are told.
    pub async fn preview_timer(
        &self,
        wish: &TimerWish,
        profile: Option<&Profile>,
    ) -> Result<TimerPreview, Error> {
        let plan = self.plan_timer(wish, profile).await?;
        let recorder = &plan.recorder;
        let list = listed(recorder).await.map_err(Said::plain)?;
        let lineup = self.lineup();
        let view = |timer: &Timer| TimerView::of((&recorder.id, &recorder.name), timer, &lineup);
        let there = list.iter().find(|timer| plan.new.is_done_by(timer)).map(view);
        let rivals: Vec<&Timer> =
            list.iter().filter(|timer| timer.records() && !plan.new.is_done_by(timer)).collect();
        let slots: Vec<Slot> = rivals.iter().map(|timer| slot(timer)).collect();
        // What is unknown is not free.
        let tuners = recorder.tuners.unwrap_or(1) as usize;
        let way = in_the_way(&plan.slot(), &slots, tuners, &TimeZone::system());
        let mut seen = Vec::new();
        for place in way.into_iter().filter(|_| there.is_none()) {
            let mut view = view(rivals[place]);
            if !self.is_timer_for(profile, &view).await? {
                // That something is there must be said, not what.
                view.title.clear();
                view.details = TimerDetails::default();
            }
            seen.push(view);
        }
        Ok(plan.preview(there, seen))
    }

    /// Sets a timer, and finds it again as its receiver lists it: margins make it longer than what was asked for. The same `request` again gives what the first has
    /// set.
    ///
    /// # Errors
    /// `NotFound`: no such channel, programme or receiver for whoever asks. `Forbidden` (`age_limit`): what is on then is not for him. `Invalid`: its times.
    /// `Conflict` (`timer_conflict`): other timers leave no tuner for it; (`timer_refused`) the receiver does not want to; (`no_timers`) the channel comes from
    /// lists alone. `Unavailable` (`receiver_unreachable`). `Gone`: what the same request has set was cancelled meanwhile.
    pub async fn set_timer(
        &self,
        wish: &TimerWish,
        profile: Option<&Profile>,
        request: Option<&RequestKey>,
    ) -> Result<TimerSet, Error> {
        if let Some(before) = self.timer_of(request, profile).await? {
            return Ok(TimerSet { timer: before, was_there: false });
        }
        let plan = self.plan_timer(wish, profile).await?;
        let recorder = &plan.recorder;
        let added = patiently(recorder, recorder.set(plan.new.clone()), TimerTrouble::Unknown).await;
        let added = added.map_err(|error| plan.in_words(error))?;
        let timer = TimerView::of((&recorder.id, &recorder.name), &added.timer, &self.lineup());
        // What was there before was not made by this request.
        if let Some(request) = request.filter(|_| !added.was_there)
            && let Created::Before(id) =
                self.0.guide.store.keep_request(request, &timer.id, self.now_ms()).await?
        {
            tracing::debug!(id, "two requests with one key have set a timer at the same moment");
        }
        tracing::info!(receiver = recorder.id, id = timer.id, was_there = added.was_there, "a timer is set");
        Ok(TimerSet { timer, was_there: added.was_there })
    }

    /// Cancels a timer; what it records just now ends there. Gives what it was, enough to set it again ([`TimerView::again`]).
    ///
    /// # Errors
    /// `NotFound`: there is none of that id for whoever asks. `Conflict` (`timer_refused`). `Unavailable` (`receiver_unreachable`).
    pub async fn cancel_timer(&self, id: &str, profile: Option<&Profile>) -> Result<TimerView, Error> {
        let (recorder, timer, view) = self.find_timer(id, profile).await?;
        patiently(&recorder, recorder.cancel(timer), TimerTrouble::Unknown).await.map_err(Said::plain)?;
        tracing::info!(receiver = recorder.id, id, "a timer is cancelled");
        Ok(view)
    }

    /// One timer, who has it, and how it is shown.
    async fn find_timer(
        &self,
        id: &str,
        profile: Option<&Profile>,
    ) -> Result<(Recorder, Timer, TimerView), Error> {
        let recorders = self.0.receivers.recorders();
        let lineup = self.lineup();
        let asked = join_all(recorders.iter().map(listed)).await;
        let mut failed = None;
        for (recorder, told) in recorders.iter().zip(asked) {
            match told {
                Ok(list) => {
                    let mut views = list
                        .iter()
                        .map(|timer| (timer, TimerView::of((&recorder.id, &recorder.name), timer, &lineup)));
                    if let Some((timer, view)) = views.find(|(_, view)| view.id == id)
                        && self.is_timer_for(profile, &view).await?
                    {
                        return Ok((recorder.clone(), timer.clone(), view));
                    }
                }
                Err(error) => failed = Some(error.plain()),
            }
        }
        // It may be one of a receiver that does not answer.
        Err(failed.unwrap_or_else(|| {
            Error::new(
                Kind::NotFound,
                "There is no such timer. It may have been cancelled, or moved on its receiver.",
            )
        }))
    }

    /// What the same request has set before.
    async fn timer_of(
        &self,
        request: Option<&RequestKey>,
        profile: Option<&Profile>,
    ) -> Result<Option<TimerView>, Error> {
        let Some(request) = request else { return Ok(None) };
        let Some(id) = self.0.guide.store.made_by_request(request).await? else { return Ok(None) };
        match self.find_timer(&id, profile).await {
            Ok((_, _, view)) => Ok(Some(view)),
            Err(error) if error.kind == Kind::NotFound => Err(Error::new(
                Kind::Gone,
                "This request has set a timer before, which was cancelled or moved meanwhile. Use a fresh Idempotency-Key to set it again.",
            )),
            Err(error) => Err(error),
        }
    }

    /// Whether a timer is there for whoever has that profile.
    async fn is_timer_for(&self, profile: Option<&Profile>, view: &TimerView) -> Result<bool, Error> {
        let Some(profile) = profile else { return Ok(true) };
        let Some(channel) = view.channel_id.clone().map(ChannelId).filter(|id| profile.lists(id)) else {
            return Ok(false);
        };
        if !profile.minds_time() {
            return Ok(true);
        }
        let (from, to) = (view.start.as_millisecond(), view.end.as_millisecond());
        let rows = self.0.guide.entries(std::slice::from_ref(&channel), from, to).await?;
        let entries = rows.into_iter().flat_map(|(_, entries)| entries).collect::<Vec<_>>();
        Ok(guess(&entries, (from, to), view.details.event_id).iter().all(|age| profile.admits(*age)))
    }
}

/// What a receiver has said, or that it has said nothing.
enum Said {
    Trouble(TimerTrouble, String),
    Other(Error),
}

impl Said {
    /// In words, where nobody knows what was wanted.
    fn plain(self) -> Error {
        match self {
            Self::Trouble(trouble, receiver) => {
                words::said(&trouble, &receiver, &|rival| words::rival(rival, None))
            }
            Self::Other(error) => error,
        }
    }
}

/// The timers of a receiver.
async fn listed(recorder: &Recorder) -> Result<Arc<[Timer]>, Said> {
    let late = TimerTrouble::Receiver(Trouble::Unreachable("no reply in time".into()));
    patiently(recorder, recorder.timers(), late).await
}

/// What has come of a change; `late`, if nobody knows in time.
async fn patiently<T>(
    recorder: &Recorder,
    answer: impl Future<Output = Result<T, TimerError>>,
    late: TimerTrouble,
) -> Result<T, Said> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(TimerError::Trouble(trouble))) => Err(Said::Trouble(trouble, recorder.name.clone())),
        Ok(Err(TimerError::Other(error))) => Err(Said::Other(error)),
        Err(_) => Err(Said::Trouble(late, recorder.name.clone())),
    }
}

fn slot(timer: &Timer) -> Slot {
    Slot {
        transponder: timer.service.transponder(),
        begin_s: timer.begin_s,
        end_s: timer.end_s,
        repeated: timer.details.repeated,
    }
}

fn second(seconds: i64) -> Timestamp {
    moment(seconds.saturating_mul(1000))
}
