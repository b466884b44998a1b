//! The lease of another channel's tape, for as long as a slot of an own channel needs it.
//!
//! - It is asked for a little before the slot begins, and again until the slot is over; whoever wants a tuner more may take it away.
//! - Sounds that browsers do not know are asked for as well, one of each language.
//! - Each reason why there is nothing is said once, in the log.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::lineup::{ChannelId, Lineup};
use telecast_core::tuner::{Cause, Priority};
use telecast_media::air;
use telecast_media::tape::{Origin, Run, TrackId};
use telecast_media::ts::psi::Kind;
use tokio::sync::{Notify, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::adapters::own_channels::Why;
use crate::app::tape::{Need, Tape};
use crate::app::tuners::{Hold, Tuners, Wish};

/// What did not come is asked for again after this.
const AGAIN: Duration = Duration::from_secs(4);
/// A lease is renewed this often.
const RENEW: Duration = Duration::from_secs(30);
/// It is looked at this often whether there are other sounds.
const LOOK: Duration = Duration::from_secs(1);
/// Sounds that are made at once.
const SOUNDS: usize = 4;

/// Where tapes of other channels come from.
#[derive(Clone)]
pub struct Sources {
    /// The one owner of tuners.
    pub(in crate::app) tuners: Tuners,
    /// Which channels there are.
    pub(in crate::app) lineup: Arc<ArcSwap<Lineup>>,
}

/// What there is of a channel that is followed.
#[derive(Clone)]
pub(super) enum Followed {
    /// Nothing, and why.
    Nothing(Why),
    /// Its tape, and sounds that are made of others.
    Tape(Tape, Arc<[TrackId]>),
}

/// A channel that is followed until this is dropped.
pub(super) struct Following {
    /// Start of the slot for which it is.
    pub(super) start: i64,
    pub(super) followed: watch::Receiver<Followed>,
    _stop: DropGuard,
}

impl Following {
    /// Follows `channel` for the slot that begins at `start`; `news` is told whenever there is more of it. `holder`: who wants it, for people.
    pub(super) fn begin(
        start: i64,
        (channel, holder): (ChannelId, String),
        sources: Sources,
        news: Arc<Notify>,
    ) -> Self {
        let (tell, followed) = watch::channel(Followed::Nothing(Why::NoTuner));
        let stop = CancellationToken::new();
        let token = stop.clone();
        let task = Task { channel, holder, sources, news, tell, said: None };
        crate::app::supervise("live slot", async move {
            token.run_until_cancelled(task.run()).await;
        });
        Self { start, followed, _stop: stop.drop_guard() }
    }
}

struct Task {
    channel: ChannelId,
    holder: String,
    sources: Sources,
    news: Arc<Notify>,
    tell: watch::Sender<Followed>,
    /// What was said last of why there is nothing.
    said: Option<Why>,
}

impl Task {
    async fn run(mut self) {
        loop {
            let why = match self.acquire().await {
                Ok(hold) => self.hold(hold).await,
                Err(why) => why,
            };
            self.nothing(why);
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn acquire(&self) -> Result<Hold, Why> {
        let known = |lineup: &Lineup| lineup.known_as(&self.channel).map(|channel| channel.sources.clone());
        let sources = known(&self.sources.lineup.load());
        let wish = Wish {
            channel: self.channel.clone(),
            sources: sources.filter(|sources| !sources.is_empty()).ok_or(Why::NoChannel)?,
            holder: self.holder.clone(),
            priority: Priority::Slot,
        };
        match self.sources.tuners.acquire(wish).await {
            Some(Ok(hold)) => Ok(hold),
            Some(Err(refusal)) if refusal.cause == Cause::NoSource => Err(Why::NoChannel),
            _ => Err(Why::NoTuner),
        }
    }

    /// Nothing comes: that is said once.
    fn nothing(&mut self, why: Why) {
        if self.said.replace(why) != Some(why) {
            let (channel, slot) = (&self.channel.0, &self.holder);
            tracing::warn!(channel, slot, why = why.code(), "a live slot has nothing to show");
            metrics::counter!("telecast_station_live_failed_total").increment(1);
        }
        self.tell.send_replace(Followed::Nothing(why));
        self.news.notify_one();
    }

    /// Holds the tape until it is over or taken away; why.
    async fn hold(&mut self, hold: Hold) -> Why {
        let mut needs: Vec<Need> = Vec::new();
        let mut watch = hold.tape.watch();
        let mut look = tokio::time::interval(LOOK);
        let mut renew = tokio::time::interval(RENEW);
        self.tell.send_replace(Followed::Tape(hold.tape.clone(), Arc::default()));
        loop {
            tokio::select! {
                changed = watch.changed() => {
                    if changed.is_err() || watch.borrow_and_update().fault.is_some() {
                        return Why::NoPicture;
                    }
                    if watch.borrow().newest_run().is_some() {
                        self.said = None;
                    }
                    self.sounds(&hold.tape, &mut needs).await;
                    self.news.notify_one();
                }
                _ = look.tick() => {
                    if hold.lost().is_some() {
                        return Why::NoTuner;
                    }
                    if watch.borrow().trouble.is_some() {
                        hold.tape.hurry();
                    }
                    self.sounds(&hold.tape, &mut needs).await;
                }
                _ = renew.tick() => hold.renew(),
                () = hold.tape.gone().cancelled() => {
                    return if hold.lost().is_some() { Why::NoTuner } else { Why::NoPicture };
                }
            }
        }
    }

    /// Asks for the sounds that are wanted and were not asked for yet.
    async fn sounds(&self, tape: &Tape, needs: &mut Vec<Need>) {
        let snapshot = tape.snapshot();
        let Some(wanted) = snapshot.newest_run().map(|run| foreign(run)) else { return };
        if needs.iter().map(|need| need.from).eq(wanted.iter().copied()) {
            return;
        }
        needs.retain(|need| wanted.contains(&need.from));
        for track in wanted {
            if needs.iter().all(|need| need.from != track)
                && let Some(need) = tape.derive(track).await
            {
                needs.push(need);
            }
        }
        let made = needs.iter().map(|need| need.track).collect();
        self.tell.send_replace(Followed::Tape(tape.clone(), made));
    }
}

/// Sounds of a run that browsers do not know: the first of each language in which there is none that they know.
fn foreign(run: &Run) -> Vec<TrackId> {
    let broadcast = || {
        let own = run.tracks.iter().filter(|track| matches!(track.origin, Origin::Stream { .. }));
        own.filter(|track| track.kind.is_audio() && !air::is_beside(track))
    };
    let mut languages: Vec<Option<[u8; 3]>> =
        broadcast().filter(|track| track.kind == Kind::AacAdts).map(|track| track.language).collect();
    let mut found = Vec::new();
    for track in broadcast() {
        if !languages.contains(&track.language) && found.len() < SOUNDS {
            languages.push(track.language);
            found.push(track.id);
        }
    }
    found
}
