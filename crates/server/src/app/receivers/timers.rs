//! Timers of receivers: one owner of them for each box, beside the one that reads its guide for minutes.
//!
//! A timer is set in several calls, so they go one after the other: two who want the same at the same moment make one timer. What has begun is finished,
//! also when nobody waits for it any more. The calls are the client's, with its budget and its breaker. What was listed is believed for a few seconds, so that
//! many pages cost the box no more than one.

use std::sync::Arc;
use std::time::Duration;

use telecast_core::error::{Error, Kind};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Receiver, Receivers};
use crate::adapters::receiver::Client;
use crate::adapters::timer::{Added, NewTimer, Timer, TimerTrouble};
use crate::app::news::News;
use crate::app::supervise;

/// The topic of timers.
const TOPIC: &str = "timers";
/// Requests that may wait: each is somebody at a page.
const QUEUE: usize = 64;
/// A list is believed for this long.
const FRESH: Duration = Duration::from_secs(5);

type Reply<T> = oneshot::Sender<Result<T, TimerTrouble>>;

enum Asked {
    List(Reply<Arc<[Timer]>>),
    Set(Box<NewTimer>, Reply<Added>),
    Cancel(Box<Timer>, Reply<()>),
}

/// The way to the owner of one box's timers.
#[derive(Clone)]
pub(super) struct Planner(mpsc::Sender<Asked>);

impl Planner {
    /// Starts the owner; it ends with `stop`.
    pub(super) fn start(client: Client, news: &News, stop: &CancellationToken) -> Self {
        let (requests, inbox) = mpsc::channel(QUEUE);
        let (news, stop) = (news.clone(), stop.clone());
        supervise("timers", async move {
            stop.run_until_cancelled(own(client, news, inbox)).await;
        });
        Self(requests)
    }

    async fn ask<T>(&self, what: impl FnOnce(Reply<T>) -> Asked) -> Result<T, Unheard> {
        let (reply, answer) = oneshot::channel();
        self.0.try_send(what(reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unheard::Full,
            mpsc::error::TrySendError::Closed(_) => Unheard::Over,
        })?;
        answer.await.map_err(|_| Unheard::Over)?.map_err(Unheard::Trouble)
    }
}

/// Why there is no answer.
enum Unheard {
    /// Too many wait already.
    Full,
    /// The receiver was removed, or the station ends.
    Over,
    /// It has said no.
    Trouble(TimerTrouble),
}

/// Does what is asked, one after the other.
async fn own(client: Client, news: News, mut inbox: mpsc::Receiver<Asked>) {
    let mut listed: Option<(Instant, Arc<[Timer]>)> = None;
    while let Some(asked) = inbox.recv().await {
        match asked {
            Asked::List(reply) => {
                // Nobody waits for it any more.
                if reply.is_closed() {
                    continue;
                }
                if listed.as_ref().is_none_or(|(at, _)| at.elapsed() >= FRESH) {
                    listed = None;
                    match client.timers().await {
                        Ok(list) => listed = Some((Instant::now(), list.into())),
                        Err(trouble) => {
                            let _ = reply.send(Err(trouble));
                            continue;
                        }
                    }
                }
                if let Some((_, list)) = &listed {
                    let _ = reply.send(Ok(Arc::clone(list)));
                }
            }
            Asked::Set(new, reply) => {
                let set = client.add_timer(&new).await;
                listed = None;
                if set.as_ref().is_ok_and(|added| !added.was_there) {
                    news.tell(TOPIC, "changed", &());
                }
                let _ = reply.send(set);
            }
            Asked::Cancel(timer, reply) => {
                let cancelled = client.delete_timer(&timer).await;
                listed = None;
                if cancelled.is_ok() {
                    news.tell(TOPIC, "changed", &());
                }
                let _ = reply.send(cancelled);
            }
        }
    }
}

/// A receiver that has timers.
#[derive(Clone)]
pub(in crate::app) struct Recorder {
    /// Its id.
    pub(in crate::app) id: String,
    /// Its name.
    pub(in crate::app) name: String,
    /// How many tuners it has, where that is known.
    pub(in crate::app) tuners: Option<u32>,
    planner: Planner,
}

impl Recorder {
    fn of(receiver: &Arc<Receiver>) -> Option<Self> {
        let (planner, settings) = (receiver.timers.clone()?, receiver.client.settings());
        let tuners = receiver.state.borrow().tuners;
        Some(Self { id: settings.id.clone(), name: settings.name.clone(), tuners, planner })
    }

    /// Its timers, as they were a few seconds ago at most.
    pub(in crate::app) async fn timers(&self) -> Result<Arc<[Timer]>, TimerError> {
        self.planner.ask(Asked::List).await.map_err(|error| self.failed(error))
    }

    /// Sets a timer, unless one is there that does the same.
    pub(in crate::app) async fn set(&self, new: NewTimer) -> Result<Added, TimerError> {
        self.planner.ask(|reply| Asked::Set(new.into(), reply)).await.map_err(|error| self.failed(error))
    }

    /// Cancels one.
    pub(in crate::app) async fn cancel(&self, timer: Timer) -> Result<(), TimerError> {
        self.planner.ask(|reply| Asked::Cancel(timer.into(), reply)).await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: Unheard) -> TimerError {
        let name = &self.name;
        match error {
            Unheard::Full => TimerError::Other(Error::new(
                Kind::Unavailable,
                format!("Too many are asking {name} for its timers just now. Try again in a moment."),
            )),
            Unheard::Over => {
                TimerError::Other(Error::new(Kind::Unavailable, format!("{name} is not there any more.")))
            }
            Unheard::Trouble(trouble) => TimerError::Trouble(trouble),
        }
    }
}

/// Why a receiver's timers are not known, or not changed.
pub(in crate::app) enum TimerError {
    /// It has said no, or nothing.
    Trouble(TimerTrouble),
    /// It was not asked.
    Other(Error),
}

impl Receivers {
    /// All that have timers, in order of preference.
    pub(in crate::app) fn recorders(&self) -> Vec<Recorder> {
        self.list.load().iter().filter_map(Recorder::of).collect()
    }
}
