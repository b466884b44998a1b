//! Slots in which another channel is on. They are firm like others; one that may overrun stays open until shortly before its end, and nothing behind it becomes
//! firm before.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use telecast_core::guide::Event;
use telecast_core::library::HZ;
use telecast_core::lineup::{ChannelId, Lineup, ServiceRef};
use telecast_core::schedule::{Aim, Slot, Timeline, What, aim, ends, overrun, prolonged};

use super::{Channel, Firm, Reckoning, SLATE, Settled};
use crate::adapters::own_channels::{DueLive, Fate};
use crate::app::prepare::{Board, State};
use crate::app::station::Stock;

/// A slot that may overrun is closed so long before its end (ticks): what comes next is to be firm before it is due.
const CLOSE: i64 = 20 * HZ;
/// Runs and segments that a slot may have: what is reckoned for it, beside a segment a second.
const RUNS: u32 = 256;

/// What is firm of such a slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::app::station) struct FirmLive {
    /// Id of the channel that is on.
    pub(super) channel: String,
    /// When it was planned to end (ticks), and how much longer it may be on.
    planned_end: i64,
    overrun: i64,
    /// What it is for, by the channel's guide.
    aim: Option<Aim>,
    sequence: u64,
    discontinuity_sequence: u64,
    run: u32,
}

/// What is known of channels that are on as they are.
#[derive(Clone, Default)]
pub(in crate::app::station) struct Others {
    /// Which channels there are.
    pub(in crate::app::station) lineup: Arc<Lineup>,
    /// What their guides say, of those that may overrun.
    pub(in crate::app::station) events: HashMap<ChannelId, Vec<Event>>,
}

impl Others {
    /// What a channel is called; one that is not there, by its id.
    pub(in crate::app::station) fn name(&self, id: &ChannelId) -> String {
        self.lineup.known_as(id).map_or_else(|| id.0.clone(), |channel| channel.name.clone())
    }
}

/// The id of a channel as a document names it; `is_own`: one of one's own.
pub(in crate::app::station) fn id(is_own: bool, named: &str) -> ChannelId {
    if is_own {
        return ServiceRef::own(named.strip_prefix("own-").unwrap_or(named)).channel_id();
    }
    ServiceRef::parse(named).map_or_else(|| ChannelId(named.to_owned()), |service| service.channel_id())
}

/// Which channel a slot shows; none: it shows something else.
pub(in crate::app::station) fn shown(what: What, timeline: &Timeline) -> Option<ChannelId> {
    let (is_own, number) = match what {
        What::Live(number) => (false, number),
        What::Channel(number) => (true, number),
        What::Item { .. } | What::Still(_) | What::Slate => return None,
    };
    timeline.names.get(number as usize).map(|named| id(is_own, named))
}

/// What the channel is called that a slot shows; none: it shows something else.
pub(in crate::app::station) fn name(others: &Others, what: What, timeline: &Timeline) -> Option<String> {
    shown(what, timeline).map(|id| others.name(&id))
}

impl Channel {
    /// Channels whose guides are to be known, because a slot in which they are on may overrun.
    pub(in crate::app::station) fn overrunning(&self) -> Option<ChannelId> {
        let open = self.firm.last().filter(|firm| !firm.complete);
        open.and_then(|firm| firm.live.as_ref()).map(|live| ChannelId(live.channel.clone()))
    }

    /// Makes slot `at` firm, in which `channel` is on.
    pub(super) fn settle_live(&mut self, at: usize, slot: &Slot, channel: ChannelId) -> Settled {
        let overrun = self.plan.as_ref().map_or(0, |plan| overrun(plan, &self.timeline, at));
        let Reckoning { sequence, discontinuity_sequence, run } = self.reckoning;
        let segments = ((slot.length + overrun) / HZ).max(0) as u64 + u64::from(RUNS);
        self.reckoning = Reckoning {
            sequence: sequence + segments,
            discontinuity_sequence: discontinuity_sequence + u64::from(RUNS),
            run: run + RUNS,
        };
        let live = FirmLive {
            channel: channel.0,
            planned_end: slot.end(),
            overrun,
            aim: None,
            sequence,
            discontinuity_sequence,
            run,
        };
        self.firm.push(Firm {
            live: Some(live),
            planned: slot.length,
            complete: overrun == 0,
            note: "live".into(),
            ..Firm::default()
        });
        Settled::Firm { moved: false }
    }

    /// Slot `at` may overrun: it becomes longer where the guide says so, and is closed shortly before its end.
    pub(super) fn go_on_live(&mut self, at: usize, slot: &Slot, now: i64) -> Settled {
        let Some(live) = self.firm[at].live.as_mut() else { return Settled::Nothing };
        let none = Vec::new();
        let events = self.others.events.get(&ChannelId(live.channel.clone())).unwrap_or(&none);
        if live.aim.is_none() {
            live.aim = aim(slot, events);
        }
        let wanted = live.aim.as_ref().and_then(|aim| ends(slot, aim, events));
        let bound = (live.planned_end, live.overrun);
        if let (Some(plan), Some(wanted)) = (self.plan.as_ref(), wanted) {
            let end = prolonged(plan, slot, bound, wanted);
            if end > slot.end() {
                tracing::info!(
                    station = self.station.id,
                    channel = live.channel,
                    by_s = (end - slot.end()) / HZ,
                    "a live slot overruns"
                );
                self.timeline.settle(at, end - slot.start);
                return Settled::Firm { moved: true };
            }
        }
        if now + CLOSE < slot.end() {
            return Settled::Nothing;
        }
        self.firm[at].complete = true;
        Settled::Firm { moved: false }
    }

    /// Slots that are firm in which other channels are on, for tapes.
    pub(super) fn lives(&mut self, board: &Board) -> Vec<DueLive> {
        let slate = match board.states.get(&Stock::slate_key(SLATE)) {
            Some(State::Ready(piece)) => Some(Arc::clone(piece)),
            _ => None,
        };
        let mut lives = Vec::new();
        for (slot, firm) in self.timeline.slots.iter().zip(&self.firm) {
            let Some(live) = &firm.live else { continue };
            lives.push(DueLive {
                start: self.tape(slot.start),
                end: self.tape(slot.end()),
                reckoned: (live.sequence, live.discontinuity_sequence, live.run),
                channel: ChannelId(live.channel.clone()),
                slate: slate.clone(),
                fate: Arc::clone(self.fates.entry(slot.start).or_default()),
            });
        }
        let first = self.timeline.slots.first().map_or(i64::MAX, |slot| slot.start);
        self.fates.retain(|start, _| *start >= first);
        lives
    }

    /// Notes what has become of a slot, before it is told.
    pub(super) fn note_fates(&mut self) {
        for (slot, firm) in self.timeline.slots.iter().zip(&mut self.firm) {
            let told =
                firm.live.as_ref().and_then(|_| self.fates.get(&slot.start)).and_then(|fate| fate.told());
            if let Some(why) = told {
                why.code().clone_into(&mut firm.note);
            }
        }
    }
}

/// By the start of the slot that they are for.
pub(super) type Fates = HashMap<i64, Arc<Fate>>;
