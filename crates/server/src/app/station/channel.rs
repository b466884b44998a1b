//! One channel of one's own: its plan, and what of it is firm.
//!
//! - Slots become firm in their order, when their pieces are prepared: then they have their true length, their pieces their place on the channel's tape. What is planned
//!   behind them is planned anew, so that the difference is absorbed where the document allows it.
//! - What is firm stays. The slot on air and the past do too, whatever becomes of document and library.
//! - What must begin at a time does: what turns out to reach over it is prepared anew, shorter by that much; slates end there to the picture .
//! - A slot that comes too soon to be prepared as a whole is prepared in chunks just ahead of the play-head; until the next chunk is there, a slate is shown, and what
//!   comes after it comes later.
//! - `wants`: what it needs of the preparation room. `chunks` and `slates`: what comes too soon, and what stands for it. `exact`: starts that are kept. `live`: slots in
//!   which another channel is on. `parts`: what was on, as it is kept.

mod chunks;
mod exact;
pub(super) mod live;
pub(super) mod parts;
mod slates;
mod wants;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use telecast_core::library::{HZ, ItemId};
use telecast_core::schedule::{
    Document, Fault, History, Plan, Role, Slot, Standing, TICKS_PER_MS, Timeline, What, build, replan,
};
use telecast_store::{Aired, Station};

use super::Stock;
use crate::adapters::own_channels::{Due, OnAir};
use crate::adapters::pieces::Piece;
use crate::app::prepare::{Board, Key, State, Stretch};
use live::{Fates, FirmLive, Others};
use wants::{item_of, part};

/// So far ahead slots become firm (ticks).
pub(super) const FIRM: i64 = 3 * 3600 * HZ;
/// So far ahead is planned (ticks).
pub(super) const PLANNED: i64 = 14 * 24 * 3600 * HZ;
/// After so long all that is not firm is planned anew, by what collections give then (ticks).
const AGAIN: i64 = 12 * 3600 * HZ;
/// What is over for so long is dropped (ticks): what was on stands in the log.
const PAST: i64 = 3600 * HZ;
/// A channel that was off for longer goes on where it was, instead of having been on all the time (ticks).
const OFF_MOST: i64 = 2 * 24 * 3600 * HZ;
/// A slot that begins within this and is not prepared is prepared in chunks (ticks).
const RUSH: i64 = 45 * HZ;
/// How long chunks are (ticks).
const CHUNK: i64 = 60 * HZ;
/// A slate is put where the next chunk is not there so long before it is due (ticks).
const LAST_CALL: i64 = 4 * HZ;
/// Chunks that are wanted at once.
const CHUNKS: i64 = 3;
/// Slots that are wanted at once: three hours of clips of a minute.
const WANTED: usize = 200;
/// Planned beyond what becomes firm while that is done (ticks).
const NEAR: i64 = 3600 * HZ;
/// Steps of one look; each makes something firm.
const STEPS: usize = 2_000;
/// How long a slate is (ticks).
const SLATE: i64 = 4 * HZ;
/// No picture of the house is longer: 23.976 a second (ticks).
const PICTURE_MOST: i64 = 3_754;
/// What is shorter is not worth a piece of its own (ticks).
const BLINK: i64 = HZ / 2;
/// An attempt that has failed so often is not waited for.
const TRIES: u32 = 2;

/// A piece in its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FirmPiece {
    /// What it is made of; none: the slate, or a still.
    pub(super) item: Option<ItemId>,
    pub(super) from: i64,
    pub(super) length: Option<i64>,
    key: String,
    /// Tape time of its start, and its true length.
    pub(super) start: i64,
    pub(super) ticks: i64,
    sequence: u64,
    discontinuity_sequence: u64,
    run: u32,
}

/// A slot that is firm.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Firm {
    pub(super) pieces: Vec<FirmPiece>,
    /// Nothing is added to it any more.
    pub(super) complete: bool,
    /// Ticks of the item that have been placed, of so many that were planned, where it is prepared in chunks.
    placed: i64,
    planned: i64,
    /// Another channel is on in it.
    #[serde(default)]
    pub(super) live: Option<FirmLive>,
    /// Why it is not as planned.
    pub(super) note: String,
    logged: bool,
}

/// What comes next on the channel's tape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Reckoning {
    sequence: u64,
    discontinuity_sequence: u64,
    run: u32,
}

/// What is kept of a channel.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    timeline: Timeline,
    firm: Vec<Firm>,
    reckoning: Reckoning,
    history: Vec<(ItemId, i64)>,
}

/// What a look has changed.
#[derive(Default)]
pub(super) struct Changed {
    /// Something has become firm, or is not any more.
    pub(super) firm: bool,
    /// What is planned is another.
    pub(super) plan: bool,
    /// What was on.
    pub(super) aired: Vec<Aired>,
}

/// See the module.
pub(super) struct Channel {
    pub(super) station: Station,
    pub(super) document: Result<Document, Vec<Fault>>,
    plan: Option<Arc<Plan>>,
    pub(super) timeline: Timeline,
    pub(super) firm: Vec<Firm>,
    reckoning: Reckoning,
    history: History,
    /// Pieces that are on, or will be.
    open: HashMap<String, Arc<Piece>>,
    /// What is known of other channels, and what became of slots in which they are on.
    pub(super) others: Others,
    fates: Fates,
    /// The document or the library is another than when it was planned.
    stale: bool,
    /// When it was last planned by what there is.
    planned: i64,
    /// What is wanted instead of the pieces of slots that reach over a fixed start.
    shorter: Vec<(usize, Stretch)>,
    /// Films that it interrupts where they are black and silent, and when they are on next (ticks).
    pub(super) films: HashMap<ItemId, i64>,
    /// What tapes were told last.
    pub(super) told: Vec<Arc<Piece>>,
}

impl Channel {
    pub(super) fn new(station: Station) -> Self {
        let kept: Kept = if station.state.is_empty() {
            Kept::default()
        } else {
            serde_json::from_str(&station.state).unwrap_or_else(|error| {
                tracing::error!(%error, station = station.id, "what was firm on a channel cannot be read; it begins anew");
                Kept::default()
            })
        };
        Self {
            document: Document::parse(&station.document),
            station,
            plan: None,
            timeline: kept.timeline,
            firm: kept.firm,
            reckoning: kept.reckoning,
            history: History(kept.history.into_iter().collect()),
            open: HashMap::new(),
            others: Others::default(),
            fates: Fates::new(),
            stale: true,
            planned: i64::MIN / 2,
            shorter: Vec::new(),
            films: HashMap::new(),
            told: Vec::new(),
        }
    }

    /// A channel that is not there yet.
    pub(super) fn imagined() -> Self {
        let (id, document, state) = (String::new(), String::new(), String::new());
        Self::new(Station { id, number: None, document, revision: 0, seed: 1, epoch_ms: 0, state })
    }

    /// What is to be kept of it.
    pub(super) fn kept(&self) -> String {
        let kept = Kept {
            timeline: self.timeline.first(self.timeline.units_with(self.firm.len())),
            firm: self.firm.clone(),
            reckoning: self.reckoning,
            history: self.history.0.iter().map(|(item, at)| (*item, *at)).collect(),
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// Another document.
    pub(super) fn change(&mut self, station: Station) {
        self.document = Document::parse(&station.document);
        self.station = Station { state: String::new(), ..station };
        self.stale = true;
    }

    /// What it is planned by; none: its document has faults.
    pub(super) fn plan(&self) -> Option<&Plan> {
        self.plan.as_deref()
    }

    /// Its plan, where it stands, and what was on: for a run ahead.
    pub(super) fn run_ahead(
        &self,
        document: Option<&Document>,
        stock: &Stock,
        now: i64,
    ) -> Option<(Arc<Plan>, Standing, History)> {
        let plan = match document {
            Some(document) => self.plan_of(document, stock, now),
            None => self.plan.clone()?,
        };
        let kept = self.timeline.first(self.timeline.units_with(self.kept_slots(now)));
        let mut history = self.history.clone();
        history.add(&kept.slots);
        let end = if kept.slots.is_empty() { Standing::new(now) } else { kept.end };
        Some((plan, end, history))
    }

    /// Another library.
    pub(super) fn stale(&mut self) {
        self.stale = true;
    }

    fn tape(&self, ticks: i64) -> i64 {
        ticks - self.station.epoch_ms * TICKS_PER_MS
    }

    /// A plan of `document`, as this channel's.
    pub(super) fn plan_of(&self, document: &Document, stock: &Stock, now: i64) -> Arc<Plan> {
        let catalogue = stock.catalogue(document, now);
        Arc::new(Plan::new(document, catalogue, self.station.seed as u64, jiff::tz::TimeZone::system()))
    }

    /// Slots that stay, whatever is planned: what is firm, and what is on.
    pub(super) fn kept_slots(&self, now: i64) -> usize {
        self.firm
            .len()
            .max(self.timeline.slots.partition_point(|slot| slot.start <= now))
            .min(self.timeline.slots.len())
    }

    /// What would be planned by another document from the next free boundary on.
    pub(super) fn preview(&self, document: &Document, stock: &Stock, (now, until): (i64, i64)) -> Timeline {
        let plan = self.plan_of(document, stock, now);
        if self.timeline.slots.is_empty() {
            return build(&plan, &Standing::new(now), &self.history, until);
        }
        replan(&plan, &self.timeline, &self.history, self.kept_slots(now), until)
    }

    /// Brings it to where it is to be at `now` (ticks).
    pub(super) fn look(&mut self, now: i64, stock: &Stock, board: &Board) -> Changed {
        let mut changed = Changed::default();
        self.forget(now);
        self.stale |= now >= self.planned + AGAIN;
        changed.plan |= self.replan_if_stale(now, stock);
        let Some(plan) = self.plan.clone() else {
            self.shorter.clear();
            return changed;
        };
        self.extend(&plan, now, &mut changed);
        let mut settled = false;
        for _ in 0..STEPS {
            match self.settle(now, stock, board) {
                Settled::Nothing => break,
                Settled::Firm { moved } => {
                    changed.firm = true;
                    settled |= moved;
                    if moved {
                        // What comes next is looked at where it is now: it may have to begin at a fixed time. The days behind it are planned once, at the end.
                        let near = now + FIRM + NEAR;
                        let kept = self.kept_slots(now);
                        self.timeline = replan(&plan, &self.timeline, &self.history, kept, near);
                    }
                }
                Settled::Later(until) => {
                    // Nothing of it has been on yet: it begins when there is something to show.
                    let begin = Standing { at: until, ..self.timeline.begin.clone() };
                    self.timeline = build(&plan, &begin, &self.history, now + PLANNED);
                    changed.plan = true;
                    break;
                }
            }
        }
        if settled {
            self.timeline = replan(&plan, &self.timeline, &self.history, self.kept_slots(now), now + PLANNED);
            changed.plan = true;
        }
        if changed.plan {
            self.films = self.interrupted(&plan);
        }
        self.shorter = self.shorter(now, stock, board);
        self.log(now, stock, &mut changed);
        let pieces = self.firm.iter().flat_map(|firm| &firm.pieces);
        let needed: HashSet<&str> = pieces.map(|piece| piece.key.as_str()).collect();
        self.open.retain(|key, _| needed.contains(key.as_str()));
        changed
    }

    /// Drops what is long over.
    fn forget(&mut self, now: i64) {
        let dropped = self.timeline.drop_before(now - PAST);
        self.firm.drain(..dropped.len().min(self.firm.len()));
        self.history.add(&dropped);
    }

    fn replan_if_stale(&mut self, now: i64, stock: &Stock) -> bool {
        if !std::mem::take(&mut self.stale) {
            return false;
        }
        self.planned = now;
        let Ok(document) = &self.document else {
            // What was planned by the document before goes on as far as it is firm.
            self.plan = None;
            return true;
        };
        let plan = self.plan_of(document, stock, now);
        self.cut_slate(now);
        if !self.timeline.slots.is_empty() {
            let kept = self.kept_slots(now);
            self.timeline = replan(&plan, &self.timeline, &self.history, kept, now + PLANNED);
        }
        self.plan = Some(plan);
        true
    }

    /// Where a slate is on because there was nothing, it is over now: there may be something.
    fn cut_slate(&mut self, now: i64) {
        let Some(at) = self.firm.len().checked_sub(1).filter(|at| !self.firm[*at].complete) else { return };
        let Some(slot) = self.timeline.slots.get(at).copied() else { return };
        if matches!(slot.what, What::Item { .. }) || self.firm[at].live.is_some() || slot.start >= now {
            return;
        }
        let end = self.firm[at].pieces.last().map_or(0, |last| last.start + last.ticks);
        self.firm[at].complete = true;
        self.timeline.settle(at, (end - self.tape(slot.start)).max(now - slot.start));
    }

    /// Plans ahead where nothing is planned.
    fn extend(&mut self, plan: &Plan, now: i64, changed: &mut Changed) {
        if self.timeline.slots.is_empty() || self.timeline.end.at < now - OFF_MOST {
            let end = std::mem::take(&mut self.timeline).end;
            self.firm.clear();
            // Whole seconds are easier to read.
            let at = (now / HZ + 1) * HZ;
            self.timeline = build(plan, &Standing { at, ..end }, &self.history, now + PLANNED);
            changed.plan = true;
            changed.firm = true;
        }
    }

    /// Makes the next slot firm, or the next piece of one, if it is time and it can be.
    fn settle(&mut self, now: i64, stock: &Stock, board: &Board) -> Settled {
        if let Some(open) = self.firm.last().filter(|firm| !firm.complete) {
            let (at, placed) = (self.firm.len() - 1, open.placed);
            return self.go_on(at, placed, now, stock, board);
        }
        let at = self.firm.len();
        let Some(slot) = self.timeline.slots.get(at).copied().filter(|slot| slot.start < now + FIRM) else {
            return Settled::Nothing;
        };
        if slot.end() <= now {
            // The station was off, or could not show it.
            self.firm.push(Firm { complete: true, note: "off".into(), ..Firm::default() });
            return Settled::Firm { moved: false };
        }
        if let Some(channel) = live::shown(slot.what, &self.timeline) {
            return self.settle_live(at, &slot, channel);
        }
        let Some((item, offset)) = item_of(&slot) else {
            return self.settle_other(at, &slot, now, stock, board);
        };
        if let Some(settled) = self.settle_whole(at, (item, offset), now, stock, board) {
            return settled;
        }
        if slot.start > now + RUSH {
            return Settled::Nothing;
        }
        let first = stock.key(item, part(&slot, offset, (slot.length, 0), stock));
        let first = first.and_then(|key| board.states.get(&key));
        if self.was_never_on() && !matches!(first, Some(State::Ready(_) | State::Failed { .. })) {
            return later(&slot, now);
        }
        // Where it is half over already, what is past of it is not prepared.
        let placed = (now - slot.start).max(0) / CHUNK * CHUNK;
        self.firm.push(Firm { placed, planned: slot.length, note: "chunks".into(), ..Firm::default() });
        Settled::Firm { moved: false }
    }

    /// Makes a slot firm that shows no item: a still whose piece is there, or a slate.
    fn settle_other(&mut self, at: usize, slot: &Slot, now: i64, stock: &Stock, board: &Board) -> Settled {
        let state = self.piece_of(slot, stock);
        let state = state.and_then(|(key, stretch)| Some((board.states.get(&key).cloned()?, key, stretch)));
        if let Some((State::Ready(piece), key, stretch)) = state {
            return self.firmly(at, (None, stretch, key, piece), Some(slot.length));
        }
        // Until it is on, something better may be planned.
        if slot.start > now + LAST_CALL {
            return Settled::Nothing;
        }
        let is_to_come = matches!(state, Some((State::Waiting(_) | State::Running(..), ..)));
        if is_to_come && self.was_never_on() {
            return later(slot, now);
        }
        self.firm.push(Firm { note: note_of(slot.what).into(), planned: slot.length, ..Firm::default() });
        Settled::Firm { moved: false }
    }

    fn was_never_on(&self) -> bool {
        self.firm.iter().all(|firm| firm.pieces.is_empty()) && self.reckoning == Reckoning::default()
    }

    fn place(
        &mut self,
        item: Option<ItemId>,
        stretch: Stretch,
        key: &Key,
        piece: &Arc<Piece>,
        start: i64,
    ) -> FirmPiece {
        let Reckoning { sequence, discontinuity_sequence, run } = self.reckoning;
        let outline = piece.outline();
        let runs = outline.runs.len().max(1) as u32;
        self.reckoning = Reckoning {
            sequence: sequence + outline.segments,
            discontinuity_sequence: discontinuity_sequence + u64::from(runs),
            run: run + runs,
        };
        self.open.insert(key.name().to_owned(), Arc::clone(piece));
        FirmPiece {
            item,
            from: stretch.from,
            length: stretch.length,
            key: key.name().to_owned(),
            start,
            ticks: outline.length,
            sequence,
            discontinuity_sequence,
            run,
        }
    }

    /// Notes what is over.
    fn log(&mut self, now: i64, stock: &Stock, changed: &mut Changed) {
        self.note_fates();
        let epoch = self.station.epoch_ms * TICKS_PER_MS;
        for (slot, firm) in self.timeline.slots.iter().zip(&mut self.firm) {
            if slot.end() > now {
                break;
            }
            if firm.logged || !firm.complete {
                continue;
            }
            firm.logged = true;
            let item = match slot.what {
                What::Item { item, .. } => Some(item),
                _ => None,
            };
            // What an item stood for and was not: nothing of it was on.
            let was_on = item.is_none() || firm.pieces.iter().any(|piece| piece.item.is_some());
            if !was_on && firm.note != "off" {
                "nothing".clone_into(&mut firm.note);
            }
            metrics::counter!("telecast_station_aired_total").increment(1);
            changed.aired.push(Aired {
                start_ms: slot.start / TICKS_PER_MS,
                length_ms: slot.length / TICKS_PER_MS,
                item: item.map(|item| item.0 as i64),
                title: match item {
                    Some(item) => stock.title(item),
                    None => live::name(&self.others, slot.what, &self.timeline).unwrap_or_default(),
                },
                kind: match slot.role {
                    Role::Programme => "programme",
                    Role::Break(_) => "break",
                    Role::Slate => "slate",
                }
                .into(),
                note: firm.note.clone(),
                pieces: parts::written(&parts::of(firm, epoch)),
            });
        }
    }

    /// What is firm, for tapes. Pieces that are not open are opened by `board`.
    pub(super) fn on_air(&mut self, board: &Board) -> OnAir {
        let mut pieces = Vec::new();
        // What is damaged is made anew, and is another piece then.
        self.open.retain(|_, piece| !piece.is_spoilt());
        for firm in self.firm.iter().flat_map(|firm| &firm.pieces) {
            if !self.open.contains_key(&firm.key)
                && let Some(State::Ready(piece)) = board.states.get(&Key::read_or(&firm.key))
                && !piece.is_spoilt()
            {
                self.open.insert(firm.key.clone(), Arc::clone(piece));
            }
            let Some(piece) = self.open.get(&firm.key).filter(|piece| piece.outline().length == firm.ticks)
            else {
                continue;
            };
            pieces.push(Due {
                start: firm.start,
                sequence: firm.sequence,
                discontinuity_sequence: firm.discontinuity_sequence,
                run: firm.run,
                piece: Arc::clone(piece),
            });
        }
        OnAir { epoch_ms: self.station.epoch_ms, pieces, lives: self.lives(board) }
    }

    /// Notes what tapes are told; says whether there is other to show than they were told last, as after a restart, when pieces are opened one after another.
    pub(super) fn tell(&mut self, on_air: &OnAir) -> bool {
        let slates = on_air.lives.iter().filter_map(|live| live.slate.as_ref());
        let next: Vec<Arc<Piece>> =
            on_air.pieces.iter().map(|due| &due.piece).chain(slates).map(Arc::clone).collect();
        let is_same = |(one, other): (&Arc<Piece>, &Arc<Piece>)| Arc::ptr_eq(one, other);
        let is_news = next.len() != self.told.len() || !next.iter().zip(&self.told).all(is_same);
        self.told = next;
        is_news
    }
}

/// Nothing has been on yet: it waits for what comes first.
fn later(slot: &Slot, now: i64) -> Settled {
    if slot.start > now + HZ { Settled::Nothing } else { Settled::Later((now / HZ + 2) * HZ) }
}

enum Settled {
    /// It is not time, or cannot be.
    Nothing,
    /// Something has become firm; all behind it has moved.
    Firm { moved: bool },
    /// Nothing has been on yet, and the first programme is not there: it begins then.
    Later(i64),
}

fn note_of(what: What) -> &'static str {
    match what {
        What::Live(_) | What::Channel(_) => "live",
        What::Still(_) => "still",
        What::Slate | What::Item { .. } => "nothing",
    }
}

#[cfg(test)]
mod laws;
